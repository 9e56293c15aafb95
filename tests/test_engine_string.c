/* SPDX-License-Identifier: MIT */
/*
 * test_engine_string.c: MOVS CMPS STOS LODS SCAS and their repetitions (SDM
 * 2B, REP): in bulk they must do what one element after the other does, up to
 * the element that faults.
 */
#include "engine_rig.h"

#define VA	ENG_FREE_VA
#define OTHER	0x50000u

enum { MOVS, CMPS, STOS, LODS, SCAS, KINDS };
static const uint8_t opcodes[KINDS] = { 0xa4, 0xa6, 0xaa, 0xac, 0xae };

/* ---- a model, one element at a time ---- */

struct model {
	uint8_t *ram;
	uint64_t map[8];	/* where the pages from VA on are; 1: nowhere */
	uint64_t rax, rcx, rsi, rdi, cr2;
	uint32_t flags;		/* arithmetic ones */
	bool flags_set, faulted, wrote_fault;
	uint64_t done;
};

/* Where la lies in RAM, or -1. Below VA addresses are physical. */
static int64_t where(const struct model *m, uint64_t la)
{
	uint64_t page = la >> 12;

	if (la < VA)
		return (int64_t)la;
	page -= VA >> 12;
	if (page >= 8 || m->map[page] == 1)
		return -1;
	return (int64_t)(m->map[page] + (la & 4095));
}

/* All bytes or none: false is a page fault. */
static bool touch(struct model *m, uint64_t la, unsigned size, uint64_t *v,
		   bool write)
{
	uint64_t got = 0;

	for (unsigned i = 0; i < size; i++)
		if (where(m, la + i) < 0) {
			m->faulted = true;
			m->wrote_fault = write;
			m->cr2 = la + i;
			return false;
		}
	for (unsigned i = 0; i < size; i++) {
		uint8_t *p = m->ram + where(m, la + i);

		if (write)
			*p = (uint8_t)(*v >> i * 8);
		got |= (uint64_t)*p << i * 8;
	}
	if (!write)
		*v = got;
	return true;
}

static void compare(struct model *m, uint64_t a, uint64_t b, unsigned size)
{
	uint64_t mask = size == 8 ? UINT64_MAX :
			((uint64_t)1 << size * 8) - 1;
	uint64_t sign = (mask >> 1) + 1, r = (a - b) & mask;
	uint8_t low = (uint8_t)r;

	m->flags_set = true;
	m->flags = (a < b ? 0x001u : 0) | (r == 0 ? 0x040u : 0) |
		   (r & sign ? 0x080u : 0) | ((a ^ b ^ r) & 16 ? 0x010u : 0) |
		   ((a ^ b) & (a ^ r) & sign ? 0x800u : 0);
	low ^= low >> 4;
	low ^= low >> 2;
	low ^= low >> 1;
	m->flags |= low & 1 ? 0 : 0x004u;
}

/* One element; false: fault, nothing has changed. */
static bool one(struct model *m, int kind, unsigned size, bool down,
		uint64_t amask)
{
	uint64_t step = down ? 0 - (uint64_t)size : size, a = 0, b = 0;
	uint64_t mask = size == 8 ? UINT64_MAX :
			((uint64_t)1 << size * 8) - 1;
	bool src = kind == MOVS || kind == CMPS || kind == LODS;
	bool dst = kind != LODS;

	if (src && !touch(m, m->rsi & amask, size, &a, false))
		return false;
	switch (kind) {
	case MOVS:
		if (!touch(m, m->rdi & amask, size, &a, true))
			return false;
		break;
	case STOS:
		a = m->rax;
		if (!touch(m, m->rdi & amask, size, &a, true))
			return false;
		break;
	case LODS:
		m->rax = size >= 4 ? a : (m->rax & ~mask) | a;
		break;
	default:
		if (!touch(m, m->rdi & amask, size, &b, false))
			return false;
		compare(m, kind == CMPS ? a : m->rax & mask, b, size);
		break;
	}
	if (src)
		m->rsi = (m->rsi + step) & amask;
	if (dst)
		m->rdi = (m->rdi + step) & amask;
	return true;
}

/* rep: 0 none, 0xf3, 0xf2 */
static void run_model(struct model *m, int kind, unsigned size, unsigned rep,
		      bool down, uint64_t amask)
{
	if (!rep) {
		m->done += one(m, kind, size, down, amask);
		return;
	}
	while (m->rcx & amask) {
		if (!one(m, kind, size, down, amask))
			return;
		m->done++;
		m->rcx = (m->rcx - 1) & amask;
		if ((kind == CMPS || kind == SCAS) &&
		    (m->flags >> 6 & 1) != (rep == 0xf3))
			break;
	}
}

/* ---- random cases ---- */

struct string_case {
	int kind;
	unsigned size, rep;
	bool down, narrow;	/* 32-bit addresses */
	uint64_t rsi, rdi, rcx, rax;
};

static void pick(struct string_case *c, uint64_t *seed)
{
	static const unsigned reps[] = { 0, 0xf3, 0xf3, 0xf2 };
	uint64_t r = eng_random(seed), near = eng_random(seed) % 24;

	c->kind = (int)(r % KINDS);
	c->size = 1u << (r >> 8 & 3);
	c->rep = reps[r >> 16 & 3];
	c->down = (r >> 24 & 3) == 0;
	c->narrow = (r >> 32 & 7) == 0;
	c->rcx = eng_random(seed) % (r >> 40 & 1 ? 40 : 3000);
	c->rsi = VA + eng_random(seed) % 0x4000;
	c->rdi = VA + eng_random(seed) % 0x4000;
	if (r >> 48 & 1)	/* overlapping, by little */
		c->rdi = c->rsi + near - 8;
	c->rax = eng_random(seed);
	if (r >> 50 & 1)
		c->rax = 0;
}

/* Memory of few different values, so that comparisons go on for a while. */
static void fill(struct sys *t, uint64_t *seed)
{
	bool dull = eng_random(seed) & 1;

	for (unsigned i = 0; i < 0x10000; i++)
		t->ram[OTHER + i] = dull ? 0 : (uint8_t)eng_random(seed);
	if (dull)
		t->ram[OTHER + eng_random(seed) % 0x5000] = 1;
	RIG_OK(vc_memory_written(t->vm, OTHER, 0x10000));
}

static unsigned put_instruction(struct sys *t, const struct string_case *c)
{
	uint8_t b[8];
	unsigned n = 0;

	if (c->narrow)
		b[n++] = 0x67;
	if (c->size == 2)
		b[n++] = 0x66;
	if (c->rep)
		b[n++] = (uint8_t)c->rep;
	if (c->size == 8)
		b[n++] = 0x48;
	b[n++] = (uint8_t)(opcodes[c->kind] | (c->size > 1));
	sys_emit(t, b, n);
	SYS_EMIT(t, VMCALL);
	return n;
}

/* Does the engine agree with the model about everything? */
static bool agrees(struct sys *t, struct model *m, unsigned len,
		   uint8_t *before)
{
	uint64_t rip = SYS_CODE + (m->faulted ? 0 : len + 3);
	bool ok = true;

	if (m->faulted) {
		ok = sys_vector(t) == 14 && t->s.cr2 == m->cr2 &&
		     sys_frame(t, 1, 8) == rip &&
		     sys_frame(t, 0, 8) == (m->wrote_fault ? 2 : 0);
	} else {
		ok = t->reason == VC_EXIT_HYPERCALL && t->s.rip == rip;
	}
	ok = ok && t->s.gpr[VC_RCX] == m->rcx && t->s.gpr[VC_RSI] == m->rsi &&
	     t->s.gpr[VC_RDI] == m->rdi && t->s.gpr[VC_RAX] == m->rax;
	if (m->flags_set)
		ok = ok && ((m->faulted ? sys_frame(t, 3, 8) : t->s.rflags) &
			    0x8d5) == m->flags;
	/* the fault, or an empty repetition, and the VMCALL count too */
	ok = ok && t->s.retired - t->s.gpr[15] ==
		   m->done + (m->faulted || !m->done ? 2 : 1);
	return ok && !memcmp(before + OTHER, t->ram + OTHER, 0x10000);
}

static void test_string_random_cases_as_one_by_one(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t seed = 0x5151;
	uint8_t *copy = malloc(SYS_RAM);
	unsigned bad = 0, faults = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	for (unsigned i = 0; i < 4000 && bad < 5; i++) {
		struct string_case c;
		struct model m = { .ram = copy };
		unsigned len;

		/* four pages, sometimes the same one twice, then nothing */
		for (unsigned p = 0; p < 8; p++) {
			m.map[p] = p < 4 ? OTHER + p * 0x1000 : 1;
			if (p == 2 && eng_random(&seed) % 4 == 0)
				m.map[p] = OTHER;
			eng_map(t, VA + p * 0x1000, m.map[p] == 1 ? 0 :
				m.map[p], m.map[p] == 1 ? 0 : 3);
		}
		if (i % 16 == 0)
			fill(t, &seed);
		pick(&c, &seed);
		eng_restart(t);
		len = put_instruction(t, &c);
		t->s.gpr[VC_RSP] = SYS_STACK;
		t->s.gpr[VC_RAX] = m.rax = c.rax;
		t->s.gpr[VC_RCX] = m.rcx = c.rcx;
		t->s.gpr[VC_RSI] = m.rsi = c.rsi;
		t->s.gpr[VC_RDI] = m.rdi = c.rdi;
		t->s.gpr[15] = t->s.retired;
		t->s.rflags = c.down ? 0x402 : 2;
		memcpy(copy, t->ram, SYS_RAM);
		run_model(&m, c.kind, c.size, c.rep, c.down, c.narrow ?
			  0xffffffff : UINT64_MAX);
		sys_run(t);
		faults += m.faulted;
		if (!agrees(t, &m, len, copy)) {
			bad++;
			fprintf(stderr, "    case %u: kind %d size %u rep %x "
				"down %d: rcx %llx (%llx) rsi %llx (%llx) rdi "
				"%llx (%llx) vector %d retired %llu done %llu\n",
				i, c.kind, c.size, c.rep, c.down,
				(unsigned long long)t->s.gpr[VC_RCX],
				(unsigned long long)m.rcx,
				(unsigned long long)t->s.gpr[VC_RSI],
				(unsigned long long)m.rsi,
				(unsigned long long)t->s.gpr[VC_RDI],
				(unsigned long long)m.rdi, sys_vector(t),
				(unsigned long long)(t->s.retired -
						     t->s.gpr[15]),
				(unsigned long long)m.done);
		}
	}
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT(faults > 100);
	free(copy);
	sys_free(t);
}

/* ---- single facts ---- */

static void test_string_forward_copy_onto_itself_repeats_a_pattern(void)
{
	/* dst = src + d: the d bytes before are repeated, at each d and size */
	for (unsigned d = 1; d <= 17; d++) {
		struct sys *t = sys_new(SYS_LONG, 0);
		unsigned bad = 0;

		for (unsigned i = 0; i < d; i++)
			t->ram[SYS_DATA + i] = (uint8_t)(i + 1);
		t->s.gpr[VC_RSI] = SYS_DATA;
		t->s.gpr[VC_RDI] = SYS_DATA + d;
		t->s.gpr[VC_RCX] = 900;
		SYS_EMIT(t, 0xf3, 0xa4);
		sys_passes(t);
		for (unsigned i = 0; i < 900 + d; i++)
			bad += t->ram[SYS_DATA + i] != i % d + 1;
		CU_ASSERT_EQUAL(bad, 0);
		sys_free(t);
	}
}

static void test_string_copy_between_aliases_of_a_page(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	unsigned bad = 0;

	/* source and destination overlap physically, not virtually */
	eng_map(t, VA, SYS_DATA, 3);
	t->ram[SYS_DATA] = 0x77;
	t->s.gpr[VC_RSI] = SYS_DATA;
	t->s.gpr[VC_RDI] = VA + 1;
	t->s.gpr[VC_RCX] = 500;
	/* once so that both pages are known; again in bulk */
	SYS_EMIT(t, 0xa4, 0x48, 0xff, 0xce, 0x48, 0xff, 0xcf, 0xf3, 0xa4);
	sys_passes(t);
	for (unsigned i = 0; i <= 500; i++)
		bad += t->ram[SYS_DATA + i] != 0x77;
	CU_ASSERT_EQUAL(bad, 0);
	sys_free(t);
}

static void test_string_fault_in_the_middle_is_restarted(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/*
	 * The handler maps the page (mov [rbx], rdx; the error code popped;
	 * iretq): the string goes on from there.
	 */
	sys_bytes(t, sys_handler(14), "\x48\x83\xc4\x08\x48\x89\x13\x48\xcf",
		  9);
	eng_map(t, VA, OTHER, 3);
	t->s.gpr[VC_RBX] = SYS_PT + ((VA + 0x1000) >> 12) * 8;
	t->s.gpr[VC_RDX] = (OTHER + 0x1000) | 3;
	t->s.gpr[VC_RDI] = VA + 0xf00;
	t->s.gpr[VC_RCX] = 0x300;
	t->s.gpr[VC_RAX] = 0x5a;
	SYS_EMIT(t, 0xf3, 0xaa);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	for (unsigned i = 0xf00; i < 0x1200; i++)
		CU_ASSERT_EQUAL(t->ram[OTHER + i], 0x5a);
	CU_ASSERT_EQUAL(t->ram[OTHER + 0x1200], 0);
	CU_ASSERT_EQUAL(t->s.retired, 0x300 + 1 + 3 + 1);
	sys_free(t);
}

static void test_string_element_on_two_pages_is_all_or_nothing(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	eng_map(t, VA, OTHER, 3);
	memset(t->ram + OTHER, 0xee, 0x1000);
	t->s.gpr[VC_RDI] = VA + 0xffd;
	t->s.gpr[VC_RAX] = 0;
	t->s.gpr[VC_RCX] = 4;
	SYS_EMIT(t, 0xf3, 0x48, 0xab);
	sys_faults(t, SYS_CODE, 14, 2);
	CU_ASSERT_EQUAL(t->s.cr2, VA + 0x1000);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 4);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], VA + 0xffd);
	CU_ASSERT_EQUAL(sys_get(t, OTHER + 0xffd, 3), 0xeeeeee);
	sys_free(t);
}

static void test_string_empty_repetition_touches_nothing(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* at addresses that do not exist; flags stay */
	t->s.gpr[VC_RCX] = 0;
	t->s.gpr[VC_RSI] = t->s.gpr[VC_RDI] = UINT64_C(0x8000000000000000);
	t->s.rflags |= 0x41;
	SYS_EMIT(t, 0xf3, 0xa4, 0xf3, 0xa6, 0xf2, 0xae, 0xf3, 0x48, 0xab);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.rflags & 0x8d5, 0x41);
	CU_ASSERT_EQUAL(t->s.retired, 5);
	sys_free(t);
}

static void test_string_count_has_the_address_size(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* with 67: ECX counts, and the upper halves are cleared */
	t->s.gpr[VC_RCX] = UINT64_C(0xffffffff00000003);
	t->s.gpr[VC_RDI] = UINT64_C(0xffffffff00000000) | SYS_DATA;
	t->s.gpr[VC_RAX] = 0x42;
	SYS_EMIT(t, 0x67, 0xf3, 0xaa);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], SYS_DATA + 3);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 4), 0x424242);
	sys_free(t);
}

static void test_string_32_bit_addresses_wrap_in_64_bit_code(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* the top page below 4 GiB, then page 0 */
	sys_put(t, SYS_PDPT + 24, 8, 0x60000 | 3);
	sys_put(t, 0x60000 + 511 * 8, 8, 0x61000 | 3);
	sys_put(t, 0x61000 + 511 * 8, 8, OTHER | 3);
	t->s.gpr[VC_RDI] = 0xfffffff0;
	t->s.gpr[VC_RCX] = 0x20;
	t->s.gpr[VC_RAX] = 0x99;
	SYS_EMIT(t, 0x67, 0xf3, 0xaa);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], 0x10);
	CU_ASSERT_EQUAL(t->ram[OTHER + 0xff0], 0x99);
	CU_ASSERT_EQUAL(t->ram[0xf], 0x99);
	CU_ASSERT_EQUAL(t->ram[0x10], 0);
	sys_free(t);
}

static void test_string_offset_wraps_before_the_segment_base_is_added(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint8_t want[16];

	/*
	 * FS:ESI with a base that is no multiple of a page: the offset wraps
	 * in the middle of a linear page.
	 */
	sys_put(t, SYS_PML4 + 8, 8, 0x60000 | 3);	/* 512 GiB */
	sys_put(t, 0x60000, 8, 0x61000 | 3);
	sys_put(t, 0x61000, 8, 0x62000 | 3);
	sys_put(t, 0x60000 + 4 * 8, 8, 0x63000 | 3);	/* + 4 GiB */
	sys_put(t, 0x63000, 8, 0x64000 | 3);
	sys_put(t, 0x62000, 8, OTHER | 3);
	sys_put(t, 0x64000, 8, (OTHER + 0x1000) | 3);
	for (unsigned i = 0; i < 0x2000; i++)
		t->ram[OTHER + i] = (uint8_t)(i ^ i >> 8);
	/* linear 512 GiB + 4 GiB + 0x7f8.. for 8 bytes, then + 0x800.. */
	for (unsigned i = 0; i < 8; i++) {
		want[i] = t->ram[OTHER + 0x1000 + 0x7f8 + i];
		want[8 + i] = t->ram[OTHER + 0x800 + i];
	}
	t->s.seg[VC_SEG_FS].base = (UINT64_C(1) << 39) + 0x800;
	t->s.gpr[VC_RSI] = 0xfffffff8;
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RCX] = 16;
	/* mov al, fs:[esi] and mov [edi], al first: known pages, in bulk */
	SYS_EMIT(t, 0x67, 0x64, 0x8a, 0x06, 0x67, 0x88, 0x07, 0x67, 0x64, 0xf3,
		 0xa4);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI], 8);
	CU_ASSERT(!memcmp(t->ram + SYS_DATA, want, 16));
	sys_free(t);
}

static void test_string_16_bit_addresses_wrap_in_real_mode(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* es = 0x5000: rep stosb from fff8 */
	sys_seg(&t->s.seg[VC_SEG_ES], 0x5000, OTHER, 0xffff, 0x93);
	t->s.gpr[VC_RDI] = 0xaaaafff8;
	t->s.gpr[VC_RCX] = 0xbbbb0010;
	t->s.gpr[VC_RAX] = 0x33;
	SYS_EMIT(t, 0xf3, 0xaa);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], 0xaaaa0008);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0xbbbb0000);
	CU_ASSERT_EQUAL(t->ram[OTHER + 0xffff], 0x33);
	CU_ASSERT_EQUAL(t->ram[OTHER + 7], 0x33);
	CU_ASSERT_EQUAL(t->ram[OTHER + 8], 0);
	sys_free(t);
}

static void test_string_word_at_the_end_of_a_real_mode_segment_is_gp(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* two words fit, the third begins at ffff */
	sys_seg(&t->s.seg[VC_SEG_ES], 0x5000, OTHER, 0xffff, 0x93);
	t->s.gpr[VC_RDI] = 0xfffb;
	t->s.gpr[VC_RCX] = 5;
	t->s.gpr[VC_RAX] = 0x1234;
	SYS_EMIT(t, 0xf3, 0xab);
	sys_faults(t, SYS_CODE, 13, -1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], 0xffff);
	CU_ASSERT_EQUAL(sys_get(t, OTHER + 0xfffd, 2), 0x1234);
	sys_free(t);
}

static void test_string_stops_at_a_segment_limit(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* ES holds 16 bytes: rep movsd of 8 gets 4 of them in */
	sys_seg(&t->s.seg[VC_SEG_ES], SEL_SMALL, SYS_DATA, 15, 0x4093);
	for (unsigned i = 0; i < 32; i++)
		t->ram[OTHER + i] = (uint8_t)(i + 1);
	t->s.gpr[VC_RSI] = OTHER;
	t->s.gpr[VC_RDI] = 0;
	t->s.gpr[VC_RCX] = 8;
	SYS_EMIT(t, 0xf3, 0xa5);
	sys_faults(t, SYS_CODE, 13, 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 4);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI], OTHER + 16);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], 16);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 12, 8), 0x100f0e0d);
	sys_free(t);
}

static void test_string_source_override_and_fixed_destination(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* gs: applies to the source only */
	sys_seg(&t->s.seg[VC_SEG_GS], SEL_DATA, OTHER, 0xffffffff, 0xc093);
	sys_put(t, OTHER + SYS_DATA, 4, 0xcafe);
	t->s.gpr[VC_RSI] = SYS_DATA;
	t->s.gpr[VC_RDI] = SYS_DATA + 8;
	SYS_EMIT(t, 0x65, 0xa5);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 8, 4), 0xcafe);
	sys_free(t);
}

static void test_string_source_in_ss_faults_as_ss(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* ss: lodsb beyond SS's limit is #SS; DS's would be #GP */
	sys_seg(&t->s.seg[VC_SEG_SS], SEL_DATA, 0, 0x3ffff, 0x4093);
	t->s.gpr[VC_RSI] = OTHER;
	SYS_EMIT(t, 0x36, 0xac);
	sys_faults(t, SYS_CODE, 12, 0);
	sys_free(t);
}

static void test_string_scas_and_cmps_end_at_the_right_element(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* strlen over a page border: repne scasb from OTHER + 0xf80 */
	memset(t->ram + OTHER + 0xf80, 'x', 0x100);
	t->ram[OTHER + 0x1030] = 0;
	t->s.gpr[VC_RDI] = OTHER + 0xf80;
	t->s.gpr[VC_RAX] = 0;
	t->s.gpr[VC_RCX] = UINT64_MAX;
	SYS_EMIT(t, 0xf2, 0xae);
	sys_passes(t);
	CU_ASSERT_EQUAL(~t->s.gpr[VC_RCX] - 1, 0xb0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], OTHER + 0x1031);
	/* memcmp: the difference is the last byte of a quadword */
	eng_restart(t);
	memset(t->ram + SYS_DATA, 'x', 0x100);
	t->ram[SYS_DATA + 0x4f] = 'y';
	t->s.gpr[VC_RSI] = SYS_DATA;
	t->s.gpr[VC_RDI] = OTHER + 0xf80;
	t->s.gpr[VC_RCX] = 0x20;
	SYS_EMIT(t, 0xf3, 0x48, 0xa7);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x20 - 10);
	CU_ASSERT_EQUAL(t->s.rflags & 0x41, 0);	/* above */
	sys_free(t);
}

static void test_string_repetition_is_interrupted_between_elements(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t left;

	/* an interrupt that waits is taken at the first boundary; the count
	 * tells how far it was */
	t->s.rflags |= 0x200;
	t->s.gpr[VC_RDI] = OTHER;
	t->s.gpr[VC_RCX] = 5000;
	SYS_EMIT(t, 0xf3, 0xaa, VMCALL);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 1234));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_BUDGET);
	RIG_OK(vc_vcpu_inject(t->vcpu, 0x55));
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 100000));
	sys_more(t);
	CU_ASSERT_EQUAL(sys_vector(t), 0x55);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE);
	left = t->s.gpr[VC_RCX];
	CU_ASSERT_EQUAL(left, 5000 - 1234);
	sys_free(t);
}

static void test_string_marks_pages_dirty(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t bits[SYS_RAM / 4096 / 64];

	RIG_OK(vc_memory_dirty_track(t->vm, 0, 1));
	t->s.gpr[VC_RDI] = OTHER + 0xff0;
	t->s.gpr[VC_RCX] = 0x1020;
	SYS_EMIT(t, 0xf3, 0xaa);
	sys_passes(t);
	vc_memory_dirty_fetch(t->vm, 0, bits, SYS_RAM / 4096 / 64);
	for (unsigned p = 0x50; p < 0x54; p++)
		CU_ASSERT_EQUAL(bits[p / 64] >> p % 64 & 1, p < 0x53);
	/* the record is cleared: bulk stores must set it again */
	t->s.rip = SYS_CODE;
	t->s.gpr[VC_RDI] = OTHER + 0x1000;
	t->s.gpr[VC_RCX] = 0x20;
	sys_run(t);
	vc_memory_dirty_fetch(t->vm, 0, bits, SYS_RAM / 4096 / 64);
	CU_ASSERT_EQUAL(bits[1] >> (0x51 - 64) & 1, 1);
	CU_ASSERT_EQUAL(bits[1] >> (0x50 - 64) & 1, 0);
	sys_free(t);
}

RIG_SUITE(engine_string) {
	RIG_TEST(test_string_random_cases_as_one_by_one),
	RIG_TEST(test_string_forward_copy_onto_itself_repeats_a_pattern),
	RIG_TEST(test_string_copy_between_aliases_of_a_page),
	RIG_TEST(test_string_fault_in_the_middle_is_restarted),
	RIG_TEST(test_string_element_on_two_pages_is_all_or_nothing),
	RIG_TEST(test_string_empty_repetition_touches_nothing),
	RIG_TEST(test_string_count_has_the_address_size),
	RIG_TEST(test_string_32_bit_addresses_wrap_in_64_bit_code),
	RIG_TEST(test_string_offset_wraps_before_the_segment_base_is_added),
	RIG_TEST(test_string_16_bit_addresses_wrap_in_real_mode),
	RIG_TEST(test_string_word_at_the_end_of_a_real_mode_segment_is_gp),
	RIG_TEST(test_string_stops_at_a_segment_limit),
	RIG_TEST(test_string_source_override_and_fixed_destination),
	RIG_TEST(test_string_source_in_ss_faults_as_ss),
	RIG_TEST(test_string_scas_and_cmps_end_at_the_right_element),
	RIG_TEST(test_string_repetition_is_interrupted_between_elements),
	RIG_TEST(test_string_marks_pages_dirty),
	RIG_END
};
