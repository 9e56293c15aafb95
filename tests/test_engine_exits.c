/* SPDX-License-Identifier: MIT */
/*
 * test_engine_exits.c: accesses that leave the engine: each comes out once, in
 * the right size and order, with RIP where vcpu.h says; devices that claim
 * theirs see them once even when the instruction has to stop for another.
 */
#include "engine_rig.h"

#define MMIO	ENG_FREE_VA	/* maps to ENG_VOID, where nothing is */
#define OTHER	0x50000u

static struct sys *mmio_rig(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	eng_map(t, MMIO, ENG_VOID, 3);
	eng_map(t, MMIO + 0x1000, ENG_VOID + 0x8000, 3);
	t->s.cr4 |= 0x200;	/* OSFXSR */
	t->s.gpr[VC_RDI] = MMIO;
	t->s.gpr[VC_RSI] = SYS_DATA;
	return t;
}

static bool io_exit(struct sys *t, bool write, uint16_t port, unsigned size,
		    uint64_t rip)
{
	const vc_exit *e = t->exit;
	bool ok = e->reason == VC_EXIT_IO && e->io.is_write == write &&
		  e->io.port == port && e->io.size == size &&
		  e->io.count == 1 && e->rip == rip;

	if (!ok)
		fprintf(stderr, "    exit %u port %#x size %u write %u rip "
			"%#llx\n", (unsigned)e->reason, e->io.port, e->io.size,
			e->io.is_write, (unsigned long long)e->rip);
	return ok;
}

static bool mmio_exit(struct sys *t, bool write, uint64_t gpa, unsigned size,
		      uint64_t rip)
{
	const vc_exit *e = t->exit;
	bool ok = e->reason == VC_EXIT_MMIO && e->mmio.is_write == write &&
		  e->mmio.gpa == gpa && e->mmio.size == size && e->rip == rip;

	if (!ok)
		fprintf(stderr, "    exit %u gpa %#llx size %u write %u rip "
			"%#llx\n", (unsigned)e->reason,
			(unsigned long long)e->mmio.gpa,
			(unsigned)e->mmio.size, (unsigned)e->mmio.is_write,
			(unsigned long long)e->rip);
	return ok;
}

static void set(struct sys *t)
{
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 100000));
}

static void go(struct sys *t)
{
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
}

/* The last run: to the VMCALL at the end of the code. */
static void ends(struct sys *t)
{
	go(t);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	t->reason = t->exit->reason;
	CU_ASSERT(sys_finished(t));
	if (!sys_finished(t))
		fprintf(stderr, "    exit %u, rip %#llx, vector %d\n",
			(unsigned)t->reason, (unsigned long long)t->s.rip,
			sys_vector(t));
}

/* ---- ports ---- */

static void test_exit_in_of_each_size(void)
{
	static const struct {
		uint8_t code[3];
		uint8_t n, size;
		uint64_t rax;
	} c[] = {
		{ { 0xe4, 0x42 }, 2, 1, 0x11111111111111aa },
		{ { 0x66, 0xe5, 0x42 }, 3, 2, 0x111111111111bbaa },
		{ { 0xe5, 0x42 }, 2, 4, 0xddccbbaa },
		{ { 0xec }, 1, 1, 0x11111111111111aa },
		{ { 0x66, 0xed }, 2, 2, 0x111111111111bbaa },
		{ { 0xed }, 1, 4, 0xddccbbaa },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		sys_emit(t, c[i].code, c[i].n);
		SYS_EMIT(t, VMCALL);
		t->s.gpr[VC_RAX] = 0x1111111111111111;
		t->s.gpr[VC_RDX] = i < 3 ? 0 : 0xffff8042;
		set(t);
		go(t);
		CU_ASSERT(io_exit(t, false, i < 3 ? 0x42 : 0x8042, c[i].size,
				  SYS_CODE));
		CU_ASSERT_EQUAL(t->exit->retired, 0);
		t->exit->io.data = 0xffffffffddccbbaa;
		ends(t);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], c[i].rax);
		CU_ASSERT_EQUAL(t->s.retired, 2);
		sys_free(t);
	}
}

static void test_exit_out_of_each_size(void)
{
	static const struct {
		uint8_t code[3];
		uint8_t n, size;
		uint64_t data;
	} c[] = {
		{ { 0xe6, 0x42 }, 2, 1, 0x44 },
		{ { 0x66, 0xe7, 0x42 }, 3, 2, 0x3344 },
		{ { 0xe7, 0x42 }, 2, 4, 0x11223344 },
		{ { 0xef }, 1, 4, 0x11223344 },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		sys_emit(t, c[i].code, c[i].n);
		SYS_EMIT(t, VMCALL);
		t->s.gpr[VC_RAX] = 0x5555555511223344;
		t->s.gpr[VC_RDX] = 0x42;
		set(t);
		go(t);
		CU_ASSERT(io_exit(t, true, 0x42, c[i].size, SYS_CODE));
		CU_ASSERT_EQUAL(t->exit->io.data, c[i].data);
		ends(t);
		CU_ASSERT_EQUAL(t->s.retired, 2);
		sys_free(t);
	}
}

static void test_exit_read_that_is_not_answered_is_zero(void)
{
	struct sys *t = mmio_rig();

	SYS_EMIT(t, 0xe5, 0x42, 0x48, 0x8b, 0x1f, VMCALL);
	t->s.gpr[VC_RAX] = t->s.gpr[VC_RBX] = UINT64_MAX;
	set(t);
	go(t);
	go(t);
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0);
	sys_free(t);
}

static void test_exit_complete_answers_like_the_record(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xe4, 0x42, 0xe6, 0x42, VMCALL);
	set(t);
	RIG_FAILS(VC_ESTATE, vc_vcpu_complete(t->vcpu, 1));
	go(t);
	RIG_OK(vc_vcpu_complete(t->vcpu, 0x5a));
	go(t);
	CU_ASSERT_EQUAL(t->exit->io.data, 0x5a);
	RIG_FAILS(VC_ESTATE, vc_vcpu_complete(t->vcpu, 1));
	ends(t);
	sys_free(t);
}

static void test_exit_rep_ins_exits_for_each_item(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* rep insw */
	SYS_EMIT(t, 0x66, 0xf3, 0x6d, VMCALL);
	t->s.gpr[VC_RDX] = 0x60;
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RCX] = 5;
	set(t);
	for (unsigned i = 0; i < 5; i++) {
		uint64_t rcx;

		go(t);
		CU_ASSERT(io_exit(t, false, 0x60, 2, SYS_CODE));
		RIG_OK(vc_vcpu_reg_get(t->vcpu, VC_REG_RCX, &rcx));
		CU_ASSERT_EQUAL(rcx, 5 - i);
		CU_ASSERT_EQUAL(t->exit->retired, i);
		t->exit->io.data = 0xa000 + i;
	}
	ends(t);
	for (unsigned i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + i * 2, 2), 0xa000 + i);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], SYS_DATA + 10);
	CU_ASSERT_EQUAL(t->s.retired, 6);
	sys_free(t);
}

static void test_exit_rep_outs_exits_for_each_item(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xf3, 0x6f, VMCALL);
	for (unsigned i = 0; i < 4; i++)
		sys_put(t, SYS_DATA + i * 4, 4, 0x1000 + i);
	t->s.gpr[VC_RDX] = 0x60;
	t->s.gpr[VC_RSI] = SYS_DATA + 12;
	t->s.gpr[VC_RCX] = 4;
	t->s.rflags |= 0x400;
	set(t);
	for (unsigned i = 0; i < 4; i++) {
		go(t);
		CU_ASSERT(io_exit(t, true, 0x60, 4, SYS_CODE));
		CU_ASSERT_EQUAL(t->exit->io.data, 0x1003 - i);
	}
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI], SYS_DATA - 4);
	sys_free(t);
}

static void test_exit_ins_asks_the_device_only_if_it_can_store(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	struct eng_dev *d = eng_device(t);

	RIG_OK(vc_device_map_port(d->dev, 0x60, 1, 0));
	SYS_EMIT(t, 0x6c);
	t->s.gpr[VC_RDX] = 0x60;
	t->s.gpr[VC_RDI] = MMIO;	/* not mapped */
	sys_faults(t, SYS_CODE, 14, 2);
	CU_ASSERT_EQUAL(d->n, 0);
	sys_free(t);
}

static void test_exit_claimed_ports_stay_inside(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	struct eng_dev *d = eng_device(t);

	RIG_OK(vc_device_map_port(d->dev, 0x60, 4, 0x10));
	/* mov ecx, 3; rep insb; out 0x60, eax */
	SYS_EMIT(t, 0xb9, LE32(3), 0xf3, 0x6c, 0xe7, 0x60);
	t->s.gpr[VC_RDX] = 0x61;
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RAX] = 0x12345678;
	sys_passes(t);
	CU_ASSERT_EQUAL(d->n, 4);
	CU_ASSERT_EQUAL(d->log[1].off, 0x11);
	CU_ASSERT_EQUAL(d->log[3].value, 0x12345678);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 3), 0x020100);
	CU_ASSERT_EQUAL(t->s.retired, 6);
	sys_free(t);
}

/* ---- memory ---- */

static void test_exit_mmio_read_of_each_size(void)
{
	static const struct {
		uint8_t code[4];
		uint8_t n, size;
		uint64_t rbx;
	} c[] = {
		{ { 0x8a, 0x1f }, 2, 1, 0x11111111111111f8 },
		{ { 0x66, 0x8b, 0x1f }, 3, 2, 0x111111111111f7f8 },
		{ { 0x8b, 0x1f }, 2, 4, 0xf5f6f7f8 },
		{ { 0x48, 0x8b, 0x1f }, 3, 8, 0xf1f2f3f4f5f6f7f8 },
		{ { 0x0f, 0xb6, 0x1f }, 3, 1, 0xf8 },
		{ { 0x48, 0x0f, 0xbf, 0x1f }, 4, 2, 0xfffffffffffff7f8 },
		{ { 0x48, 0x63, 0x1f }, 3, 4, 0xfffffffff5f6f7f8 },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct sys *t = mmio_rig();

		sys_emit(t, c[i].code, c[i].n);
		SYS_EMIT(t, VMCALL);
		t->s.gpr[VC_RBX] = 0x1111111111111111;
		t->s.gpr[VC_RDI] += 0x123;
		set(t);
		go(t);
		CU_ASSERT(mmio_exit(t, false, ENG_VOID + 0x123, c[i].size,
				    SYS_CODE));
		t->exit->mmio.data = 0xf1f2f3f4f5f6f7f8;
		ends(t);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], c[i].rbx);
		CU_ASSERT_EQUAL(t->s.retired, 2);
		sys_free(t);
	}
}

static void test_exit_mmio_write_of_each_size(void)
{
	static const struct {
		uint8_t code[4];
		uint8_t n, size;
		uint64_t data;
	} c[] = {
		{ { 0x88, 0x1f }, 2, 1, 0x88 },
		{ { 0x88, 0x3f }, 2, 1, 0x77 },
		{ { 0x66, 0x89, 0x1f }, 3, 2, 0x7788 },
		{ { 0x89, 0x1f }, 2, 4, 0x55667788 },
		{ { 0x48, 0x89, 0x1f }, 3, 8, 0x1122334455667788 },
		{ { 0x48, 0x0f, 0xc3, 0x1f }, 4, 8, 0x1122334455667788 },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct sys *t = mmio_rig();

		sys_emit(t, c[i].code, c[i].n);
		SYS_EMIT(t, VMCALL);
		t->s.gpr[VC_RBX] = 0x1122334455667788;
		set(t);
		go(t);
		CU_ASSERT(mmio_exit(t, true, ENG_VOID, c[i].size, SYS_CODE));
		CU_ASSERT_EQUAL(t->exit->mmio.data, c[i].data);
		ends(t);
		sys_free(t);
	}
}

static void test_exit_in_the_middle_of_a_block(void)
{
	struct sys *t = mmio_rig();

	/* inc ecx; mov ebx, [rdi]; inc ecx; mov [rdi + 4], ecx; inc ecx */
	SYS_EMIT(t, 0xff, 0xc1, 0x8b, 0x1f, 0xff, 0xc1, 0x89, 0x4f, 0x04, 0xff,
		 0xc1, VMCALL);
	t->s.gpr[VC_RCX] = 0;
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID, 4, SYS_CODE + 2));
	CU_ASSERT_EQUAL(t->exit->retired, 1);
	t->exit->mmio.data = 9;
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 4, 4, SYS_CODE + 6));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 2);
	CU_ASSERT_EQUAL(t->exit->retired, 3);
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 9);
	CU_ASSERT_EQUAL(t->s.retired, 6);
	sys_free(t);
}

/* Answer with bytes that tell their address. Collect what is written. */
static uint64_t pattern(uint64_t gpa, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)((gpa + i) * 7 & 0xff) << i * 8;
	return v;
}

static void test_exit_access_across_memory_and_device(void)
{
	struct sys *t = mmio_rig();
	uint64_t v = 0;

	/* the page below MMIO is the last of RAM */
	t->s.gpr[VC_RDI] = MMIO - 3;
	for (unsigned i = 0; i < 3; i++)
		t->ram[SYS_RAM - 3 + i] = (uint8_t)(0xe0 + i);
	/* mov rbx, [rdi]; not rbx; mov [rdi], rbx */
	SYS_EMIT(t, 0x48, 0x8b, 0x1f, 0x48, 0xf7, 0xd3, 0x48, 0x89, 0x1f,
		 VMCALL);
	set(t);
	for (unsigned at = 0; at < 5;) {
		go(t);
		CU_ASSERT(mmio_exit(t, false, ENG_VOID + at,
				    t->exit->mmio.size, SYS_CODE));
		t->exit->mmio.data = pattern(ENG_VOID + at,
					     t->exit->mmio.size);
		v |= t->exit->mmio.data << (3 + at) * 8;
		at += t->exit->mmio.size;
		if (!t->exit->mmio.size)
			break;
	}
	v |= 0xe2e1e0;
	for (unsigned at = 0; at < 5;) {
		go(t);
		CU_ASSERT(mmio_exit(t, true, ENG_VOID + at,
				    t->exit->mmio.size, SYS_CODE + 6));
		CU_ASSERT_EQUAL(t->exit->mmio.data, ~v >> (3 + at) * 8 &
				(((uint64_t)1 << t->exit->mmio.size * 8) - 1));
		at += t->exit->mmio.size;
		if (!t->exit->mmio.size)
			break;
	}
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], ~v);
	CU_ASSERT_EQUAL(sys_get(t, SYS_RAM - 3, 3), ~v & 0xffffff);
	CU_ASSERT_EQUAL(t->s.retired, 4);
	sys_free(t);
}

static void test_exit_modify_across_memory_and_device(void)
{
	struct sys *t = mmio_rig();

	/* add dword [rdi], 0x01010101: two bytes of RAM, two of a device.
	 * The memory must be modified once, whatever the number of exits. */
	t->s.gpr[VC_RDI] = MMIO - 2;
	t->ram[SYS_RAM - 2] = 0x10;
	t->ram[SYS_RAM - 1] = 0x20;
	SYS_EMIT(t, 0x81, 0x07, LE32(0x01010101), VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID, 2, SYS_CODE));
	t->exit->mmio.data = 0x4030;
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID, 2, SYS_CODE));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 0x4131);
	ends(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_RAM - 2, 2), 0x2111);
	sys_free(t);
}

static void test_exit_access_across_two_device_pages(void)
{
	struct sys *t = mmio_rig();

	/* two bytes each of pages that are not neighbours: mov ebx, [rdi] */
	t->s.gpr[VC_RDI] = MMIO + 0xffe;
	SYS_EMIT(t, 0x8b, 0x1f, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 0xffe, 2, SYS_CODE));
	t->exit->mmio.data = 0x1122;
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 0x8000, 2, SYS_CODE));
	t->exit->mmio.data = 0x3344;
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x33441122);
	sys_free(t);
}

static void test_exit_access_whose_second_page_faults_asks_nobody(void)
{
	struct sys *t = mmio_rig();
	struct eng_dev *d = eng_device(t);

	RIG_OK(vc_device_map_mmio(d->dev, ENG_VOID + 0x8000, 0x1000, 0));
	t->s.gpr[VC_RDI] = MMIO + 0x1ffe;
	SYS_EMIT(t, 0x89, 0x1f);
	sys_faults(t, SYS_CODE, 14, 2);
	CU_ASSERT_EQUAL(t->s.cr2, MMIO + 0x2000);
	CU_ASSERT_EQUAL(d->n, 0);
	sys_free(t);
}

/* ---- reading and writing in one instruction ---- */

static void test_exit_modify_reads_then_writes(void)
{
	static const struct {
		uint8_t code[5];
		uint8_t n;
		uint32_t in, out;	/* eax = 3, cl = 4 */
		uint32_t eax, flags;	/* ZF SF CF */
	} c[] = {
		{ { 0x01, 0x07 }, 2, 5, 8, 3, 0 },		/* add */
		{ { 0x29, 0x07 }, 2, 3, 0, 3, 0x40 },		/* sub */
		{ { 0xff, 0x07 }, 2, 7, 8, 3, 0 },		/* inc */
		{ { 0xf7, 0x17 }, 2, 1, 0xfffffffe, 3, 0 },	/* not */
		{ { 0xf7, 0x1f }, 2, 1, 0xffffffff, 3, 0x81 },	/* neg */
		{ { 0x87, 0x07 }, 2, 9, 3, 9, 0 },		/* xchg */
		{ { 0x0f, 0xc1, 0x07 }, 3, 5, 8, 5, 0 },	/* xadd */
		{ { 0xf0, 0x0f, 0xc1, 0x07 }, 4, 5, 8, 5, 0 },
		{ { 0x0f, 0xb1, 0x1f }, 3, 3, 6, 3, 0x40 },	/* cmpxchg ebx */
		{ { 0x0f, 0xb1, 0x1f }, 3, 2, 2, 2, 0 },
		{ { 0xf0, 0x0f, 0xb1, 0x1f }, 4, 3, 6, 3, 0x40 },
		{ { 0x0f, 0xab, 0x07 }, 3, 0, 8, 3, 0 },	/* bts */
		{ { 0xf0, 0x0f, 0xba, 0x37, 3 }, 5, 8, 0, 3, 1 }, /* btr */
		{ { 0xd3, 0x27 }, 2, 0x1f, 0x1f0, 3, 0 },	/* shl cl */
		{ { 0xd1, 0x17 }, 2, 0x80000001, 2, 3, 1 },	/* rcl 1 */
		{ { 0x0f, 0xa5, 0x07 }, 3, 1, 0x10, 3, 0 },	/* shld cl */
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct sys *t = mmio_rig();
		bool ok;

		sys_emit(t, c[i].code, c[i].n);
		SYS_EMIT(t, VMCALL);
		t->s.gpr[VC_RAX] = 3;
		t->s.gpr[VC_RBX] = 6;
		t->s.gpr[VC_RCX] = 4;
		set(t);
		go(t);
		ok = mmio_exit(t, false, ENG_VOID, 4, SYS_CODE);
		t->exit->mmio.data = c[i].in;
		go(t);
		ok = mmio_exit(t, true, ENG_VOID, 4, SYS_CODE) && ok;
		ok = t->exit->mmio.data == c[i].out && ok;
		CU_ASSERT_EQUAL(t->exit->retired, 0);
		ends(t);
		ok = (uint32_t)t->s.gpr[VC_RAX] == c[i].eax && ok;
		if (c[i].flags)
			ok = (t->s.rflags & 0xc1) == c[i].flags && ok;
		CU_ASSERT(ok);
		if (!ok)
			fprintf(stderr, "    row %zu: out %#llx eax %#llx "
				"flags %#llx\n", i,
				(unsigned long long)t->exit->mmio.data,
				(unsigned long long)t->s.gpr[VC_RAX],
				(unsigned long long)t->s.rflags);
		sys_free(t);
	}
}

static void test_exit_claimed_part_of_an_instruction_happens_once(void)
{
	struct sys *t = mmio_rig();
	struct eng_dev *d = eng_device(t);

	/* MMIO is claimed, the page behind it not. */
	RIG_OK(vc_device_map_mmio(d->dev, ENG_VOID, 0x1000, 0));
	d->next = 0x50;
	/* movsd from the device to nobody */
	t->s.gpr[VC_RSI] = MMIO + 8;
	t->s.gpr[VC_RDI] = MMIO + 0x1010;
	SYS_EMIT(t, 0xa5, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0x8010, 4, SYS_CODE));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 0x50);
	ends(t);
	CU_ASSERT_EQUAL(d->n, 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI], MMIO + 12);
	/* push from the device onto nobody's stack: push qword [rsi] */
	eng_restart(t);
	t->s.gpr[VC_RSP] = MMIO + 0x1800;
	SYS_EMIT(t, 0xff, 0x36, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0x87f8, 8, SYS_CODE));
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], MMIO + 0x17f8);
	CU_ASSERT_EQUAL(d->n, 3);	/* two pieces, being misaligned */
	sys_free(t);
}

static void test_exit_strings_between_devices(void)
{
	struct sys *t = mmio_rig();
	struct eng_dev *d = eng_device(t);

	RIG_OK(vc_device_map_mmio(d->dev, ENG_VOID, 0x1000, 0));
	d->next = 7;
	/* rep movsb from a claimed to an unclaimed page, five times */
	t->s.gpr[VC_RSI] = MMIO;
	t->s.gpr[VC_RDI] = MMIO + 0x1000;
	t->s.gpr[VC_RCX] = 5;
	SYS_EMIT(t, 0xf3, 0xa4, VMCALL);
	set(t);
	for (unsigned i = 0; i < 5; i++) {
		go(t);
		CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0x8000 + i, 1,
				    SYS_CODE));
		CU_ASSERT_EQUAL(t->exit->mmio.data, 7 + i);
		CU_ASSERT_EQUAL(t->exit->retired, i);
		CU_ASSERT_EQUAL(d->n, i + 1);
	}
	ends(t);
	/* cmpsb: two reads, both exits */
	eng_restart(t);
	t->s.gpr[VC_RSI] = MMIO + 0x1004;
	t->s.gpr[VC_RDI] = MMIO + 0x1008;
	SYS_EMIT(t, 0xa6, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 0x8004, 1, SYS_CODE));
	t->exit->mmio.data = 3;
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 0x8008, 1, SYS_CODE));
	t->exit->mmio.data = 3;
	ends(t);
	CU_ASSERT_EQUAL(t->s.rflags & 0x40, 0x40);
	sys_free(t);
}

static void test_exit_other_strings_with_a_device(void)
{
	struct sys *t = mmio_rig();

	/* mov ecx, 2; rep stosw */
	SYS_EMIT(t, 0xb9, LE32(2), 0x66, 0xf3, 0xab);
	/* lodsd from rsi = MMIO; scasb at rdi */
	t->s.gpr[VC_RSI] = MMIO + 0x100;
	SYS_EMIT(t, 0xad, 0xae, VMCALL);
	t->s.gpr[VC_RAX] = 0xabcd;
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID, 2, SYS_CODE + 5));
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 2, 2, SYS_CODE + 5));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 0xabcd);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 0x100, 4, SYS_CODE + 8));
	t->exit->mmio.data = 0x11223344;
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 4, 1, SYS_CODE + 9));
	t->exit->mmio.data = 0x44;
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x11223344);
	CU_ASSERT_EQUAL(t->s.rflags & 0x40, 0x40);
	sys_free(t);
}

/* ---- wide and stack accesses ---- */

static void test_exit_sse_comes_in_pieces_of_eight(void)
{
	struct sys *t = mmio_rig();

	/* movups xmm1, [rdi]; movaps [rdi + 32], xmm1 */
	SYS_EMIT(t, 0x0f, 0x10, 0x0f, 0x0f, 0x29, 0x4f, 0x20, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID, 8, SYS_CODE));
	t->exit->mmio.data = 0x1111222233334444;
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 8, 8, SYS_CODE));
	t->exit->mmio.data = 0x5555666677778888;
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 32, 8, SYS_CODE + 3));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 0x1111222233334444);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 40, 8, SYS_CODE + 3));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 0x5555666677778888);
	ends(t);
	CU_ASSERT_EQUAL(t->s.retired, 3);
	sys_free(t);
}

static void test_exit_fxsave_and_fxrstor_at_a_device(void)
{
	struct sys *t = mmio_rig();
	uint8_t image[512] = { 0 };
	unsigned exits = 0;
	char xmm[16];

	/* fxsave [rdi]; pxor xmm3, xmm3; fxrstor [rdi] */
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	sys_state(t, SYS_LONG, 0);
	t->s.cr4 |= 0x200;
	t->s.gpr[VC_RDI] = MMIO;
	SYS_EMIT(t, 0x0f, 0xae, 0x07, 0x66, 0x0f, 0xef, 0xdb, 0x0f, 0xae, 0x0f,
		 VMCALL);
	set(t);
	RIG_OK(vc_vcpu_bytes_set(t->vcpu, VC_BYTES_XMM, 3, "sixteen bytes...",
				 16));
	for (;; exits++) {
		vc_exit_mmio *m;

		go(t);
		m = &t->exit->mmio;
		if (t->exit->reason != VC_EXIT_MMIO || exits > 200)
			break;
		CU_ASSERT_FATAL(m->gpa >= ENG_VOID &&
				m->gpa + m->size <= ENG_VOID + 512);
		for (unsigned i = 0; i < m->size; i++) {
			uint8_t *b = &image[m->gpa - ENG_VOID + i];

			if (m->is_write)
				*b = (uint8_t)(m->data >> i * 8);
			else
				m->data |= (uint64_t)*b << i * 8;
		}
	}
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->exit->retired, 4);
	CU_ASSERT(exits >= 100);
	CU_ASSERT(!memcmp(image + 160 + 48, "sixteen bytes...", 16));
	RIG_OK(vc_vcpu_bytes_get(t->vcpu, VC_BYTES_XMM, 3, xmm, 16));
	CU_ASSERT(!memcmp(xmm, "sixteen bytes...", 16));
	sys_free(t);
}

static void test_exit_stack_at_a_device(void)
{
	struct sys *t = mmio_rig();

	/* push rbx; call N; N: pop rcx; push imm; ret to it */
	t->s.gpr[VC_RSP] = MMIO + 0x100;
	t->s.gpr[VC_RBX] = 0x1234;
	SYS_EMIT(t, 0x53, 0xe8, LE32(0), 0x59, 0x68, LE32(SYS_CODE + 13), 0xc3,
		 0xf4, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0xf8, 8, SYS_CODE));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 0x1234);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0xf0, 8, SYS_CODE + 1));
	CU_ASSERT_EQUAL(t->exit->mmio.data, SYS_CODE + 6);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 0xf0, 8, SYS_CODE + 6));
	t->exit->mmio.data = 0x77;
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0xf0, 8, SYS_CODE + 7));
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 0xf0, 8, SYS_CODE + 12));
	t->exit->mmio.data = SYS_CODE + 14;
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x77);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], MMIO + 0xf8);
	CU_ASSERT_EQUAL(t->s.retired, 6);
	sys_free(t);
}

static void test_exit_int_with_its_frame_at_a_device(void)
{
	static const uint64_t frame[5] = { SYS_CODE + 4, SEL_CODE64, 2,
					   MMIO + 0x100, SEL_DATA };
	struct sys *t = mmio_rig();

	/* in the middle of things: nop; nop; int 0x40 */
	t->s.gpr[VC_RSP] = MMIO + 0x100;
	SYS_EMIT(t, 0x90, 0x90, 0xcd, 0x40);
	set(t);
	for (unsigned i = 0; i < 5; i++) {
		go(t);
		CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0xd8 + i * 8, 8,
				    SYS_CODE + 2));
		CU_ASSERT_EQUAL(t->exit->mmio.data, frame[i]);
	}
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->exit->rip, sys_handler(0x40) + 3);
	CU_ASSERT_EQUAL(t->exit->retired, 4);
	sys_free(t);
}

static void test_exit_many_accesses_of_one_instruction(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);
	unsigned writes = 0;

	/* pusha, without paging, at 2 MiB */
	t->s.gpr[VC_RSP] = ENG_VOID + 0x100;
	for (unsigned i = 0; i < 8; i++)
		if (i != VC_RSP)
			t->s.gpr[i] = 0x100 + i;
	SYS_EMIT(t, 0x60, VMCALL);
	set(t);
	for (go(t); t->exit->reason == VC_EXIT_MMIO && writes < 20; go(t)) {
		CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0xfc - writes * 4, 4,
				    SYS_CODE));
		CU_ASSERT_EQUAL(t->exit->mmio.data, writes == VC_RSP ?
				ENG_VOID + 0x100 : 0x100 + writes);
		writes++;
	}
	CU_ASSERT_EQUAL(writes, 8);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_exit_enter_with_the_deepest_nesting_at_a_device(void)
{
	struct sys *t = mmio_rig();
	unsigned exits = 0;

	/* enter 16, 31: a read and a write per level, and two more */
	t->s.gpr[VC_RSP] = MMIO + 0x800;
	t->s.gpr[VC_RBP] = MMIO + 0x400;
	SYS_EMIT(t, 0xc8, 16, 0, 31, VMCALL);
	set(t);
	for (go(t); t->exit->reason == VC_EXIT_MMIO && exits < 200; go(t))
		exits++;
	CU_ASSERT_EQUAL(exits, 1 + 30 * 2 + 1);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], MMIO + 0x800 - 32 * 8 - 16);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBP], MMIO + 0x7f8);
	sys_free(t);
}

/* ---- the embedder changes its mind ---- */

static void test_exit_register_write_drops_the_access(void)
{
	struct sys *t = mmio_rig();

	SYS_EMIT(t, 0x8b, 0x1f, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID, 4, SYS_CODE));
	t->exit->mmio.data = 0x55;
	RIG_OK(vc_vcpu_reg_set(t->vcpu, VC_REG_RDI, MMIO + 8));
	RIG_FAILS(VC_ESTATE, vc_vcpu_complete(t->vcpu, 1));
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID + 8, 4, SYS_CODE));
	t->exit->mmio.data = 0x66;
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x66);
	sys_free(t);
}

static void test_exit_state_write_drops_the_access(void)
{
	struct sys *t = mmio_rig();
	struct eng_dev *d = eng_device(t);

	/* movsd from a claimed to an unclaimed place: begun, dropped, begun
	 * anew: the device is asked twice then, and rightly */
	RIG_OK(vc_device_map_mmio(d->dev, ENG_VOID, 0x1000, 0));
	t->s.gpr[VC_RSI] = MMIO;
	t->s.gpr[VC_RDI] = MMIO + 0x1000;
	d->next = 1;
	SYS_EMIT(t, 0xa5, VMCALL);
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->exit->mmio.data, 1);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID + 0x8000, 4, SYS_CODE));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 2);
	ends(t);
	CU_ASSERT_EQUAL(d->n, 2);
	sys_free(t);
}

static void test_exit_rip_set_elsewhere_abandons_the_instruction(void)
{
	struct sys *t = mmio_rig();

	SYS_EMIT(t, 0x89, 0x1f, 0xff, 0xc1, VMCALL);
	t->s.gpr[VC_RCX] = 0;
	set(t);
	go(t);
	RIG_OK(vc_vcpu_reg_set(t->vcpu, VC_REG_RIP, SYS_CODE + 2));
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 1);
	CU_ASSERT_EQUAL(t->s.retired, 2);
	sys_free(t);
}

static void test_exit_reading_state_keeps_the_access(void)
{
	struct sys *t = mmio_rig();
	uint64_t v;

	SYS_EMIT(t, 0x8b, 0x1f, VMCALL);
	set(t);
	go(t);
	t->exit->mmio.data = 0x31;
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_reg_get(t->vcpu, VC_REG_RBX, &v));
	RIG_OK(vc_vcpu_read(t->vcpu, SYS_CODE, &v, 2));
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x31);
	sys_free(t);
}

static void test_exit_memory_mapped_at_the_exit_serves_the_access(void)
{
	struct sys *t = mmio_rig();

	/* mov [rdi], ebx; mov ecx, [rdi] */
	SYS_EMIT(t, 0x89, 0x1f, 0x8b, 0x0f, VMCALL);
	t->s.gpr[VC_RBX] = 0x4711;
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID, 4, SYS_CODE));
	RIG_OK(vc_memory_map(t->vm, ENG_VOID, NULL, 0x1000, VC_PROT_RWX));
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x4711);
	sys_free(t);
}

static void test_exit_cancel_does_not_lose_a_reported_access(void)
{
	struct sys *t = mmio_rig();

	SYS_EMIT(t, 0x8b, 0x1f, VMCALL);
	set(t);
	go(t);
	t->exit->mmio.data = 0x99;
	RIG_OK(vc_vcpu_cancel(t->vcpu));
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_CANCELLED);
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x99);
	sys_free(t);
}

static void test_exit_interrupt_waits_for_a_reported_access(void)
{
	struct sys *t = mmio_rig();

	SYS_EMIT(t, 0x89, 0x1f, 0x90, VMCALL);
	t->s.rflags |= 0x200;
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID, 4, SYS_CODE));
	RIG_OK(vc_vcpu_inject(t->vcpu, 0x41));
	go(t);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	t->reason = t->exit->reason;
	CU_ASSERT_EQUAL(sys_vector(t), 0x41);
	/* behind the store, not at it */
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 2);
	sys_free(t);
}

static void test_exit_behind_sti_keeps_the_shadow(void)
{
	struct sys *t = mmio_rig();

	/* sti; mov [rdi], ebx; nop */
	SYS_EMIT(t, 0xfb, 0x89, 0x1f, 0x90, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID, 4, SYS_CODE + 1));
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->s.interrupt_shadow, VC_SHADOW_STI);
	set(t);			/* dropped; the instruction starts again */
	RIG_OK(vc_vcpu_inject(t->vcpu, 0x41));
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID, 4, SYS_CODE + 1));
	go(t);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	t->reason = t->exit->reason;
	CU_ASSERT_EQUAL(sys_vector(t), 0x41);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 3);
	sys_free(t);
}

/* ---- a device that interrupts ---- */

struct ringer {
	vc_vm *vm;
	vc_vcpu *vcpu;
	unsigned n;
};

static void ring(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct ringer *r = self;

	(void)off, (void)size, (void)v;
	r->n++;
	CU_ASSERT_EQUAL(vc_vcpu_inject(r->vcpu, 0x50), 0);
}

static void test_exit_interrupt_of_a_device_comes_behind_its_access(void)
{
	static const vc_device_ops ops = { .size = sizeof(ops),
		.name = "ringer", .write = ring };
	struct sys *t = mmio_rig();
	struct ringer r = { t->vm, t->vcpu, 0 };
	vc_device *dev;

	RIG_OK(vc_device_create(&dev, t->vm, &ops, &r));
	RIG_OK(vc_device_map_mmio(dev, ENG_VOID, 8, 0));
	RIG_OK(vc_device_map_port(dev, 0x70, 1, 0));
	for (unsigned port = 0; port < 2; port++) {
		/* in the middle of a block: nop; the access; nops */
		eng_restart(t);
		t->s.rflags |= 0x200;
		t->s.gpr[VC_RDI] = MMIO;
		t->s.gpr[VC_RSP] = SYS_STACK;
		SYS_EMIT(t, 0x90, 0x90);
		if (port)
			SYS_EMIT(t, 0xe6, 0x70);
		else
			SYS_EMIT(t, 0x88, 0x1f);
		SYS_EMIT(t, 0x90, 0x90, 0x90, 0x90, VMCALL);
		set(t);
		go(t);
		RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
		t->reason = t->exit->reason;
		CU_ASSERT_EQUAL(sys_vector(t), 0x50);
		CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 4);
		CU_ASSERT_EQUAL(r.n, port + 1);
	}
	sys_free(t);
}

static void ring_cpuid(uint32_t vcpu, uint32_t leaf, uint32_t subleaf,
		       uint32_t *regs, void *opaque)
{
	(void)vcpu, (void)leaf, (void)subleaf, (void)regs;
	ring(opaque, 0, 1, 0);
}

static int ring_msr(uint32_t vcpu, uint32_t msr, uint32_t is_write,
		    uint64_t *value, void *opaque)
{
	(void)vcpu, (void)msr, (void)is_write;
	*value = 0;
	ring(opaque, 0, 1, 0);
	return VC_MSR_DONE;
}

static void test_exit_interrupt_of_a_hook_comes_behind_its_instruction(void)
{
	/* cpuid, rdmsr, wrmsr in the middle of a block */
	static const uint8_t codes[3][2] = { { 0x0f, 0xa2 }, { 0x0f, 0x32 },
					     { 0x0f, 0x30 } };
	struct sys *t = sys_new(SYS_LONG, 0);
	struct ringer r = { t->vm, t->vcpu, 0 };

	RIG_OK(vc_vm_cpuid_hook(t->vm, ring_cpuid, &r));
	RIG_OK(vc_vm_msr_hook(t->vm, 0x4000, 1, ring_msr, &r));
	for (unsigned i = 0; i < 3; i++) {
		eng_restart(t);
		t->s.rflags |= 0x200;
		t->s.gpr[VC_RCX] = 0x4000;
		t->s.gpr[VC_RSP] = SYS_STACK;
		SYS_EMIT(t, 0x90);
		sys_emit(t, codes[i], 2);
		SYS_EMIT(t, 0x90, 0x90, 0x90, VMCALL);
		sys_run(t);
		CU_ASSERT_EQUAL(sys_vector(t), 0x50);
		CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 3);
		CU_ASSERT_EQUAL(r.n, i + 1);
	}
	sys_free(t);
}

/* ---- HLT, hypercalls, shutdown ---- */

static void test_exit_hlt_is_past_the_instruction_and_goes_on(void)
{
	static const enum sys_mode modes[] = { SYS_REAL, SYS_PROT, SYS_COMPAT,
					       SYS_LONG };

	for (unsigned i = 0; i < 4; i++) {
		struct sys *t = sys_new(modes[i], 0);
		uint64_t rip = t->s.rip;

		SYS_EMIT(t, 0xf4, 0x90, VMCALL);
		set(t);
		go(t);
		CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HALT);
		CU_ASSERT_EQUAL(t->exit->rip, rip + 1);
		CU_ASSERT_EQUAL(t->exit->retired, 1);
		ends(t);
		CU_ASSERT_EQUAL(t->s.retired, 3);
		sys_free(t);
	}
}

static void test_exit_hlt_outside_of_level_0_is_gp(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	SYS_EMIT(t, 0xf4);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_exit_hlt_with_something_waiting_is_none(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* an NMI wakes it even with IF clear */
	SYS_EMIT(t, 0xfa, 0xf4, VMCALL);
	t->nmi = true;
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 2);
	sys_free(t);
	/* an interrupt only with IF set */
	t = sys_new(SYS_LONG, 0);
	SYS_EMIT(t, 0xf4, VMCALL);
	t->inject = 0x45;
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HALT);
	sys_free(t);
	t = sys_new(SYS_LONG, 0);
	SYS_EMIT(t, 0xfb, 0xf4, VMCALL);
	t->inject = 0x45;
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 0x45);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 2);
	sys_free(t);
}

static void test_exit_hypercall_is_past_the_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	/* VMCALL and VMMCALL, from user code too */
	SYS_EMIT(t, VMCALL, 0x0f, 0x01, 0xd9);
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->exit->rip, SYS_CODE + 3);
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->exit->rip, SYS_CODE + 6);
	CU_ASSERT_EQUAL(t->exit->retired, 2);
	sys_free(t);
}

static void test_exit_hypercall_is_undefined_unless_asked_for(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct sys *t = sys_new(SYS_LONG, 0);
	vc_exit *e;
	vc_vm *vm;
	vc_vcpu *vcpu;

	SYS_EMIT(t, VMCALL);
	sys_bytes(t, sys_handler(6), "\xf4", 1);
	o.backend = VC_BACKEND_INTERP;
	RIG_OK(vc_vm_create(&vm, &o));
	RIG_OK(vc_memory_map(vm, 0, t->ram, SYS_RAM, VC_PROT_RWX));
	RIG_OK(vc_vcpu_create(&vcpu, vm, 0));
	RIG_OK(vc_vcpu_state_set(vcpu, &t->s));
	RIG_OK(vc_vcpu_run(vcpu, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(e->rip, sys_handler(6) + 1);
	vc_vm_destroy(vm);
	sys_free(t);
}

static void test_exit_shutdown_stays_where_the_fault_arose(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x90, 0x0f, 0x0b);
	t->s.idtr.limit = 0;
	set(t);
	for (unsigned i = 0; i < 3; i++) {
		go(t);
		CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_SHUTDOWN);
		CU_ASSERT_EQUAL(t->exit->rip, SYS_CODE + 1);
	}
	RIG_OK(vc_vcpu_reset(t->vcpu));
	t->s.idtr.limit = 0xfff;
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

/* ---- memory with rights ---- */

static void test_exit_fetch_from_nothing_fails(void)
{
	struct sys *t = mmio_rig();

	/* jmp rdi */
	SYS_EMIT(t, 0x90, 0xff, 0xe7);
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_FAIL);
	CU_ASSERT_EQUAL(t->exit->fail.code, VC_FAIL_FETCH);
	CU_ASSERT_EQUAL(t->exit->fail.address, ENG_VOID);
	CU_ASSERT_EQUAL(t->exit->rip, MMIO);
	CU_ASSERT_EQUAL(t->exit->retired, 2);
	/* memory put there lets it go on */
	RIG_OK(vc_memory_map(t->vm, ENG_VOID, NULL, 0x1000, VC_PROT_RX));
	RIG_OK(vc_memory_write(t->vm, ENG_VOID, "\x0f\x01\xc1", 3));
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_exit_instruction_that_runs_into_nothing_fails(void)
{
	struct sys *t = mmio_rig();

	/* nop; mov eax, imm32 across the end of RAM */
	sys_bytes(t, SYS_RAM - 4, "\x90\xb8\x00\x00", 4);
	t->s.rip = MMIO - 4;
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_FAIL);
	CU_ASSERT_EQUAL(t->exit->fail.address, ENG_VOID);
	CU_ASSERT_EQUAL(t->exit->rip, MMIO - 3);
	CU_ASSERT_EQUAL(t->exit->retired, 1);
	sys_free(t);
}

static void test_exit_rom_swallows_writes(void)
{
	struct sys *t = mmio_rig();

	RIG_OK(vc_memory_map(t->vm, ENG_VOID, NULL, 0x1000,
			     VC_PROT_RX | VC_PROT_ROM));
	sys_put(t, ENG_VOID, 8, 0x1111111111111111);
	/* mov [rdi], eax; inc dword [rdi]; lock xadd [rdi], ecx; rep stosb;
	 * mov ebx, [rdi - 8] */
	t->s.gpr[VC_RCX] = 3;
	SYS_EMIT(t, 0x89, 0x07, 0xff, 0x07, 0xf0, 0x0f, 0xc1, 0x0f, 0xb9,
		 LE32(8), 0xf3, 0xaa, 0x8b, 0x5f, 0xf8);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x11111111);
	CU_ASSERT_EQUAL(sys_get(t, ENG_VOID, 8), 0x1111111111111111);
	sys_free(t);
}

static void test_exit_write_to_read_only_memory(void)
{
	struct sys *t = mmio_rig();

	RIG_OK(vc_memory_map(t->vm, ENG_VOID, NULL, 0x1000, VC_PROT_READ));
	sys_put(t, ENG_VOID, 4, 41);
	/* inc dword [rdi]; mov ebx, [rdi] */
	SYS_EMIT(t, 0xff, 0x07, 0x8b, 0x1f, VMCALL);
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, true, ENG_VOID, 4, SYS_CODE));
	CU_ASSERT_EQUAL(t->exit->mmio.data, 42);
	ends(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 41);
	sys_free(t);
}

static void test_exit_read_of_write_only_and_execute_only_memory(void)
{
	struct sys *t = mmio_rig();

	RIG_OK(vc_memory_map(t->vm, ENG_VOID, NULL, 0x1000, VC_PROT_WRITE));
	/* mov [rdi], eax; mov ebx, [rdi] */
	SYS_EMIT(t, 0x89, 0x07, 0x8b, 0x1f, VMCALL);
	t->s.gpr[VC_RAX] = 0x1357;
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID, 4, SYS_CODE + 2));
	t->exit->mmio.data = 1;
	ends(t);
	CU_ASSERT_EQUAL(sys_get(t, ENG_VOID, 4), 0x1357);
	/* execute-only: runs, cannot be read */
	RIG_OK(vc_memory_protect(t->vm, ENG_VOID, VC_PROT_EXEC));
	RIG_OK(vc_memory_write(t->vm, ENG_VOID, "\x8b\x1f\x0f\x01\xc1", 5));
	t->s.rip = MMIO;
	t->s.gpr[VC_RDI] = MMIO;
	set(t);
	go(t);
	CU_ASSERT(mmio_exit(t, false, ENG_VOID, 4, MMIO));
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_exit_page_table_in_no_memory_is_not_present(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* a page directory at an address with nothing: #PF, not present */
	sys_put(t, SYS_PDPT + 8, 8, 0x40000000 | 7);
	t->s.gpr[VC_RDI] = 0x40000000;
	SYS_EMIT(t, 0x8b, 0x07);
	sys_faults(t, SYS_CODE, 14, 0);
	sys_free(t);
}

RIG_SUITE(engine_exits) {
	RIG_TEST(test_exit_in_of_each_size),
	RIG_TEST(test_exit_out_of_each_size),
	RIG_TEST(test_exit_read_that_is_not_answered_is_zero),
	RIG_TEST(test_exit_complete_answers_like_the_record),
	RIG_TEST(test_exit_rep_ins_exits_for_each_item),
	RIG_TEST(test_exit_rep_outs_exits_for_each_item),
	RIG_TEST(test_exit_ins_asks_the_device_only_if_it_can_store),
	RIG_TEST(test_exit_claimed_ports_stay_inside),
	RIG_TEST(test_exit_mmio_read_of_each_size),
	RIG_TEST(test_exit_mmio_write_of_each_size),
	RIG_TEST(test_exit_in_the_middle_of_a_block),
	RIG_TEST(test_exit_access_across_memory_and_device),
	RIG_TEST(test_exit_modify_across_memory_and_device),
	RIG_TEST(test_exit_access_across_two_device_pages),
	RIG_TEST(test_exit_access_whose_second_page_faults_asks_nobody),
	RIG_TEST(test_exit_modify_reads_then_writes),
	RIG_TEST(test_exit_claimed_part_of_an_instruction_happens_once),
	RIG_TEST(test_exit_strings_between_devices),
	RIG_TEST(test_exit_other_strings_with_a_device),
	RIG_TEST(test_exit_sse_comes_in_pieces_of_eight),
	RIG_TEST(test_exit_fxsave_and_fxrstor_at_a_device),
	RIG_TEST(test_exit_stack_at_a_device),
	RIG_TEST(test_exit_int_with_its_frame_at_a_device),
	RIG_TEST(test_exit_many_accesses_of_one_instruction),
	RIG_TEST(test_exit_enter_with_the_deepest_nesting_at_a_device),
	RIG_TEST(test_exit_register_write_drops_the_access),
	RIG_TEST(test_exit_state_write_drops_the_access),
	RIG_TEST(test_exit_rip_set_elsewhere_abandons_the_instruction),
	RIG_TEST(test_exit_reading_state_keeps_the_access),
	RIG_TEST(test_exit_memory_mapped_at_the_exit_serves_the_access),
	RIG_TEST(test_exit_cancel_does_not_lose_a_reported_access),
	RIG_TEST(test_exit_interrupt_waits_for_a_reported_access),
	RIG_TEST(test_exit_behind_sti_keeps_the_shadow),
	RIG_TEST(test_exit_interrupt_of_a_device_comes_behind_its_access),
	RIG_TEST(test_exit_interrupt_of_a_hook_comes_behind_its_instruction),
	RIG_TEST(test_exit_hlt_is_past_the_instruction_and_goes_on),
	RIG_TEST(test_exit_hlt_outside_of_level_0_is_gp),
	RIG_TEST(test_exit_hlt_with_something_waiting_is_none),
	RIG_TEST(test_exit_hypercall_is_past_the_instruction),
	RIG_TEST(test_exit_hypercall_is_undefined_unless_asked_for),
	RIG_TEST(test_exit_shutdown_stays_where_the_fault_arose),
	RIG_TEST(test_exit_fetch_from_nothing_fails),
	RIG_TEST(test_exit_instruction_that_runs_into_nothing_fails),
	RIG_TEST(test_exit_rom_swallows_writes),
	RIG_TEST(test_exit_write_to_read_only_memory),
	RIG_TEST(test_exit_read_of_write_only_and_execute_only_memory),
	RIG_TEST(test_exit_page_table_in_no_memory_is_not_present),
	RIG_END
};
