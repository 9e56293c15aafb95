/* SPDX-License-Identifier: MIT */
/*
 * test_engine_system_fuzz.c: system instructions over tables, registers and
 * page tables that are broken at random, in all four modes, in virtual-8086
 * mode and with tasks to switch to. No outcome is expected but these: the run
 * ends within its budget, by an exit that a guest can cause, and the state that
 * it leaves is one that is accepted again. Under the sanitizers this is where
 * the system side's own mistakes show.
 */
#include "system_rig.h"

#define RUNS	6000u
#define BUDGET	200u

static uint64_t seed;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 13);
}

/* Length, then bytes. Memory operands go by RBX. */
static const uint8_t insns[][6] = {
	{ 2, 0x0f, 0x05 },		/* syscall */
	{ 3, 0x48, 0x0f, 0x07 },	/* sysret */
	{ 2, 0x0f, 0x34 },		/* sysenter */
	{ 2, 0x0f, 0x35 },		/* sysexit */
	{ 2, 0x48, 0xcf }, { 1, 0xcf },	/* iret */
	{ 2, 0x48, 0xcb }, { 1, 0xcb },	/* retf */
	{ 3, 0x0f, 0x22, 0xc0 },	/* mov cr0, cr3, cr4 */
	{ 3, 0x0f, 0x22, 0xd8 }, { 3, 0x0f, 0x22, 0xe0 },
	{ 2, 0x0f, 0x30 }, { 2, 0x0f, 0x32 },	/* wrmsr, rdmsr */
	{ 2, 0xcd, 0x40 }, { 1, 0xcc }, { 1, 0xf1 }, { 1, 0xce },
	{ 2, 0x8e, 0xd8 }, { 2, 0x8e, 0xd0 }, { 2, 0x8e, 0xe0 },
	{ 3, 0x0f, 0x00, 0xd8 }, { 3, 0x0f, 0x00, 0xd0 },  /* ltr, lldt */
	{ 3, 0x0f, 0x01, 0x13 }, { 3, 0x0f, 0x01, 0x1b },  /* lgdt, lidt */
	{ 2, 0xff, 0x2b }, { 2, 0xff, 0x1b },	/* jmp, call far */
	{ 3, 0x48, 0xff, 0x2b },
	{ 1, 0x9d }, { 1, 0x9c }, { 1, 0xfb }, { 1, 0xfa }, { 1, 0xf4 },
	{ 3, 0x0f, 0x01, 0xf8 },		/* swapgs */
	{ 3, 0x0f, 0x23, 0xf8 }, { 3, 0x0f, 0x23, 0xc0 },  /* mov dr */
	{ 3, 0x0f, 0x01, 0x3b },		/* invlpg */
	{ 5, 0x66, 0x0f, 0x38, 0x82, 0x03 },	/* invpcid */
	{ 3, 0x0f, 0x01, 0xd1 }, { 3, 0x0f, 0x01, 0xd0 },  /* xsetbv */
	{ 2, 0x0f, 0xa2 }, { 2, 0x0f, 0x31 },	/* cpuid, rdtsc */
	{ 1, 0xee }, { 1, 0xef }, { 1, 0xed }, { 2, 0xf3, 0x6c },
	{ 3, 0x0f, 0x01, 0xcb }, { 2, 0x0f, 0x06 }, { 3, 0x0f, 0x01, 0xf0 },
	{ 3, 0x0f, 0x02, 0xc3 }, { 3, 0x0f, 0x03, 0xc3 },  /* lar, lsl */
	{ 2, 0x63, 0xc3 }, { 2, 0xc4, 0x03 }, { 3, 0x0f, 0xb2, 0x03 },
	{ 2, 0x0f, 0x0b }, { 2, 0xf3, 0xa4 },
	{ 2, 0xff, 0x2b }, { 2, 0xcd, 0x41 },	/* mostly to tasks: see below */
};

#define NEW_TSS	0x3400u
#define SEL_NEW	SEL_FREE

/* A second task, gates to it and to the first one, and a link back. */
static void rnd_tasks(struct sys *t)
{
	static const uint16_t sels[] = { SEL_DATA, SEL_CODE32, SEL_UDATA,
		SEL_UCODE32, SEL_CODE16, SEL_DATA16, 0, SEL_LDT, SEL_CODE1,
		SEL_CONF32, SEL_ABSENT_DATA, SEL_RODATA };
	bool wide = rnd() % 4 != 0;
	unsigned item = wide ? 4 : 2, at = NEW_TSS + (wide ? 32u : 14u);

	sys_put(t, NEW_TSS, 8, (uint64_t)SYS_STACK0 << 32 | SEL_TSS);
	sys_put(t, NEW_TSS + 8, 8, SEL_DATA);
	sys_put(t, NEW_TSS + 28, 4, SYS_PML4);
	sys_put(t, at, item, rnd() & 1 ? SYS_CODE + (rnd() & 31) : 0xa000);
	sys_put(t, at += item, item, 2 | (rnd() & 0x3f7fd5 &
					  ~(rnd() & 1 ? 0x20000u : 0)));
	for (unsigned i = 0; i < 8; i++)
		sys_put(t, at += item, item, i == 4 ? SYS_STACK : rnd());
	at += item;
	for (unsigned i = 0; i < 6; i++, at += item)
		sys_put(t, at, 2, rnd() % 3 ? i == 1 ? SEL_CODE32 : SEL_DATA :
			sels[rnd() % 12]);
	sys_put(t, NEW_TSS + (wide ? 0x60 : 0x2a), 2, rnd() % 3 ? 0 : SEL_LDT);
	sys_put(t, NEW_TSS + 0x64, 1, rnd() % 8 == 0);
	sys_gdt(t, SEL_NEW, sys_desc(NEW_TSS, 0x67 - (rnd() % 16 == 0),
				     0xe0 | (wide ? 9 : 1) | (rnd() & 2), 0));
	sys_gdt(t, SEL_GATE, (uint64_t)0xe5 << 40 | SEL_NEW << 16);
	sys_gate(t, SYS_IDT + 0x41 * 8, false, SEL_NEW, 0, 0xe5, 0);
	for (unsigned i = 0; i < 3; i++)
		sys_gate(t, SYS_IDT + rnd() % 20 * 8, false,
			 rnd() & 1 ? SEL_NEW : SEL_TSS, 0, 0x85, 0);
	sys_put(t, SYS_TSS, 2, SEL_NEW);
	/* where RBX often points: far pointers to them */
	sys_put(t, SYS_DATA, 8, (uint64_t)(rnd() & 1 ? SEL_NEW : SEL_GATE)
		<< 32);
}

static void break_tables(struct sys *t)
{
	for (unsigned i = 0; i < 30; i++) {
		uint32_t at;

		switch (rnd() % 6) {
		case 0:
			at = SYS_GDT + (rnd() & 0x1ff);
			break;
		case 1:
			at = SYS_IDT + (rnd() & 0xfff);
			break;
		case 2:
			at = SYS_TSS + (rnd() & 0x7f);
			break;
		case 3:
			at = SYS_LDT + (rnd() & 0xff);
			break;
		case 4:
			at = SYS_PT + (rnd() & 0x7ff);
			break;
		default:
			at = SYS_STACK - 64 + (rnd() & 63);
			break;
		}
		if (rnd() % 3)
			t->ram[at] = (uint8_t)rnd();
		else
			t->ram[at] ^= (uint8_t)(1u << (rnd() & 7));
	}
}

static uint64_t rnd_register(const vc_x86_state *s)
{
	switch (rnd() % 6) {
	case 0:
		return rnd();
	case 1:
		return rnd() & 0x1ff;
	case 2:
		return SYS_GDT + (rnd() & 0xffff);
	case 3:
		return (uint64_t)rnd() << 32 | rnd();
	case 4:
		return s->cr0 ^ (uint64_t)1 << rnd() % 40;
	default:
		return s->cr4 ^ (uint64_t)1 << rnd() % 24;
	}
}

static void enter_v86(vc_x86_state *s)
{
	for (unsigned i = 0; i < 6; i++) {
		unsigned sel = i == VC_SEG_CS ? SYS_CODE >> 4 : SYS_DATA >> 4;

		sys_seg(&s->seg[i], sel, sel << 4, 0xffff, 0xf3);
	}
	s->rip = 0;
	s->rflags = (s->rflags & ~UINT64_C(0x4000)) | 0x20000 |
		    (rnd() & 0x180000);
	s->cr4 |= rnd() & 1;
	s->gpr[VC_RSP] &= 0xffff;
}

static void rnd_machine(struct sys *t, const vc_x86_state *start, bool v86)
{
	uint32_t at = SYS_CODE;

	if (start->cr0 & 1 && !sys_is_long(t) && rnd() % 2)
		rnd_tasks(t);
	break_tables(t);
	for (unsigned i = 0; i < 12; i++) {
		const uint8_t *in = insns[rnd() % (sizeof(insns) / 6)];

		memcpy(t->ram + at, in + 1, in[0]);
		at += in[0];
	}
	memcpy(t->ram + at, "\xeb\xfe", 2);
	RIG_OK(vc_memory_written(t->vm, 0, SYS_RAM));
	t->s = *start;
	for (unsigned i = 0; i < 16; i++)
		t->s.gpr[i] = rnd_register(start);
	if (rnd() % 4)
		t->s.gpr[VC_RSP] = SYS_STACK - 64 + (rnd() & 7);
	if (rnd() % 3 == 0)
		t->s.gpr[VC_RCX] = 0xc0000080 + rnd() % 5;
	t->s.rflags = 2 | (rnd() & 0x243fd5);
	if (rnd() % 4 == 0)
		t->s.gpr[VC_RBX] = SYS_DATA;
	if (v86)
		enter_v86(&t->s);
	t->s.star = (uint64_t)rnd() << 32;
	t->s.lstar = SYS_CODE;
	t->s.sysenter_cs = rnd() & 0x1ff;
	t->s.sysenter_eip = SYS_CODE + 4;
	t->s.sysenter_esp = SYS_STACK;
	if (rnd() % 8 == 0) {
		t->s.dr7 = 0x400 | (rnd() & 0xffff00ff);
		t->s.dr[0] = SYS_CODE + 2;
		t->s.dr[1] = SYS_STACK - 16;
	}
}

/* One machine, until it stops for good. */
static bool run_it(struct sys *t)
{
	uint64_t left = BUDGET;

	if (vc_vcpu_state_set(t->vcpu, &t->s) ||
	    vc_vcpu_budget_set(t->vcpu, BUDGET))
		return false;
	if (rnd() % 4 == 0)
		vc_vcpu_inject(t->vcpu, 0x40 + (rnd() & 15));
	if (rnd() % 16 == 0)
		vc_vcpu_nmi(t->vm, 0);
	for (unsigned exits = 0; exits < 6; exits++) {
		if (vc_vcpu_run(t->vcpu, &t->exit) ||
		    vc_vcpu_budget_get(t->vcpu, &left) || left > BUDGET)
			return false;
		t->reason = t->exit->reason;
		if (t->reason == VC_EXIT_BUDGET ||
		    t->reason == VC_EXIT_SHUTDOWN)
			break;
		if (t->reason == VC_EXIT_FAIL)
			return t->exit->fail.code == VC_FAIL_FETCH;
		if (t->reason != VC_EXIT_IO && t->reason != VC_EXIT_MMIO &&
		    t->reason != VC_EXIT_HALT &&
		    t->reason != VC_EXIT_HYPERCALL)
			return false;
	}
	return !vc_vcpu_state_get(t->vcpu, &t->s) &&
	       !vc_vcpu_state_set(t->vcpu, &t->s);
}

static void fuzz(enum sys_mode mode, bool v86)
{
	struct sys *t = sys_new(mode, 0);
	vc_x86_state *start = malloc(sizeof(*start));
	unsigned bad = 0, ends[16] = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(start);
	*start = t->s;
	seed = 0x9e3779b97f4a7c15 + (uint64_t)mode + v86 * 16u;
	for (unsigned n = 0; n < RUNS / 4; n++) {
		if (n % 64 == 0) {
			memset(t->ram, 0, SYS_RAM);
			if (mode != SYS_REAL)
				sys_tables(t, mode != SYS_PROT);
		}
		rnd_machine(t, start, v86);
		if (!run_it(t)) {
			bad++;
			fprintf(stderr, "mode %d run %u: reason %u: %s\n",
				(int)mode, n, (unsigned)t->reason,
				vc_last_error());
		}
		ends[t->reason & 15]++;
	}
	CU_ASSERT_EQUAL(bad, 0);
	/* neither all broken down at once nor all untouched */
	CU_ASSERT(ends[VC_EXIT_BUDGET] > 0);
	CU_ASSERT(ends[VC_EXIT_SHUTDOWN] > 0);
	free(start);
	sys_free(t);
}

static void test_system_fuzz_real_mode(void)
{
	fuzz(SYS_REAL, false);
}

static void test_system_fuzz_protected_mode(void)
{
	fuzz(SYS_PROT, false);
}

static void test_system_fuzz_virtual_8086_mode(void)
{
	fuzz(SYS_PROT, true);
}

static void test_system_fuzz_compatibility_mode(void)
{
	fuzz(SYS_COMPAT, false);
}

static void test_system_fuzz_long_mode(void)
{
	fuzz(SYS_LONG, false);
}

RIG_SUITE(engine_system_fuzz) {
	RIG_TEST(test_system_fuzz_real_mode),
	RIG_TEST(test_system_fuzz_protected_mode),
	RIG_TEST(test_system_fuzz_virtual_8086_mode),
	RIG_TEST(test_system_fuzz_compatibility_mode),
	RIG_TEST(test_system_fuzz_long_mode),
	RIG_END
};
