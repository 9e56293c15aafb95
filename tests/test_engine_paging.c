/* SPDX-License-Identifier: MIT */
/*
 * test_engine_paging.c: page walks (SDM 3A ch. 4): all paging modes, rights,
 * reserved bits, accessed and dirty bits, error codes, invalidation. Random
 * tables are walked by the engine, by vc_vcpu_translate() and by a model.
 */
#include "engine_rig.h"

#define OTHER	0x50000u
#define UCODE	0x58000u	/* user code */
#define POOL	0x60000u	/* 16 pages of tables */
#define POOL_PAGES	16u
#define LEGACY_PD	0x5c000u
#define LEGACY_PT	0x5d000u
#define PLACE	0x90000u	/* pages that are mapped, to the end of RAM */
#define PHYS_BITS	40

#define P	1u
#define W	2u
#define U	4u
#define A	0x20u
#define D	0x40u
#define PS	0x80u
#define NX	((uint64_t)1 << 63)

enum paging { LEGACY, PAE, LONG };

/* ---- the model ---- */

struct model {
	enum paging mode;
	const vc_x86_state *s;
	uint8_t *ram;		/* gets accessed and dirty bits */
	bool user, ac;
};

struct outcome {
	bool fault;
	uint32_t err;
	uint64_t gpa;
};

static uint64_t entry(const struct model *m, uint64_t at, bool *is)
{
	uint64_t v = 0;
	unsigned n = m->mode == LEGACY ? 4 : 8;

	*is = at + n <= SYS_RAM;
	for (unsigned i = 0; *is && i < n; i++)
		v |= (uint64_t)m->ram[at + i] << i * 8;
	return v;
}

static bool forbidden(const struct model *m, char kind, bool w, bool u, bool nx)
{
	bool smep = m->s->cr4 >> 20 & 1, smap = m->s->cr4 >> 21 & 1;

	if (m->user)
		return !u || (kind == 'w' && !w) || (kind == 'x' && nx);
	if (kind == 'x')
		return nx || (smep && u);
	if (smap && u && !m->ac)
		return true;
	return kind == 'w' && !w && (m->s->cr0 >> 16 & 1);
}

/* kind: r, w, x. mark: leave accessed and dirty bits. */
static struct outcome walk(struct model *m, uint64_t la, char kind, bool mark)
{
	unsigned bits = m->mode == LEGACY ? 10 : 9;
	int level = m->mode == LONG ? 4 : 2, top = level;
	bool nxe = m->s->efer >> 11 & 1, w = true, u = true, nx = false, is;
	uint64_t table = m->s->cr3 & 0xfffff000, at[5], e = 0, low;
	struct outcome o = { true, 0, 0 };

	if (kind == 'w')
		o.err |= 2;
	if (m->user)
		o.err |= 4;
	if (kind == 'x' && ((m->s->cr4 >> 20 & 1) ||
			    (m->mode != LEGACY && nxe)))
		o.err |= 16;
	if (m->mode == PAE) {
		if (!(m->s->pdpte[la >> 30 & 3] & P))
			return o;
		table = m->s->pdpte[la >> 30 & 3] & ~(uint64_t)4095;
	}
	for (;; level--) {
		unsigned shift = 12 + bits * (unsigned)(level - 1);
		uint64_t index = la >> shift & ((1u << bits) - 1), bad = 0;
		bool large;

		low = ((uint64_t)1 << shift) - 1;
		at[level] = table + index * (m->mode == LEGACY ? 4 : 8);
		e = entry(m, at[level], &is);
		if (!is || !(e & P))
			return o;
		large = level > 1 && level < 4 && e & PS &&
			(m->mode != LEGACY || (m->s->cr4 >> 4 & 1));
		if (m->mode != LEGACY) {
			bad = ((uint64_t)1 << 52) - ((uint64_t)1 << PHYS_BITS);
			if (!nxe)
				bad |= NX;
			if (m->mode == PAE)
				bad |= (uint64_t)0x7ff << 52;
			if (level == 4)
				bad |= PS;
			if (large)
				bad |= low & ~(uint64_t)0x1fff;
			nx = nx || e & NX;
		} else if (large) {
			bad = 1u << 21;
		}
		if (e & bad) {
			o.err |= 9;
			return o;
		}
		w = w && e & W;
		u = u && e & U;
		if (level == 1 || large)
			break;
		table = e & (m->mode == LEGACY ? 0xfffff000 :
			     (((uint64_t)1 << PHYS_BITS) - 4096));
	}
	o.err |= P;
	if (forbidden(m, kind, w, u, nx && nxe))
		return o;
	if (m->mode == LEGACY && level == 2)
		o.gpa = (e & 0xffc00000) | (e & 0x1fe000) << 19;
	else
		o.gpa = e & (((uint64_t)1 << PHYS_BITS) - 1) & ~low;
	o.gpa |= la & low;
	for (int i = top; mark && i >= level; i--)
		m->ram[at[i]] |= (uint8_t)(i == level && kind == 'w' ? A | D :
					   A);
	o.fault = false;
	return o;
}

/* ---- random tables ---- */

static uint64_t random_entry(uint64_t *seed, int level, enum paging mode)
{
	uint64_t r = eng_random(seed), e;
	bool leaf = level == 1 || (level < 4 && r % 5 == 0);

	if (r >> 8 & 1 && level > 1)	/* nothing special, most of the time */
		leaf = false;
	e = leaf ? PLACE + ((r >> 16) % ((SYS_RAM - PLACE) >> 12) << 12) :
		   POOL + ((r >> 16) % POOL_PAGES << 12);
	e |= (r >> 24 & 15 ? P : 0) | (r >> 28 & 3 ? W : 0) |
	     (r >> 30 & 3 ? U : 0) | (r >> 32 & 1 ? A : 0) |
	     (r >> 33 & 1 ? D : 0);
	if (leaf && level > 1)
		e = (e & 0xfff) | PS;
	if (mode != LEGACY) {
		if (!(r >> 36 & 7))
			e |= NX;
		if (!(r >> 40 & 31))
			e |= (uint64_t)1 << (r >> 46) % 64;
	} else if (!(r >> 40 & 31)) {
		e |= 1u << (r >> 46) % 32;
	}
	return e;
}

/* Each page of the pool is a table of one level; four entries matter. */
static void fill_pool(struct sys *t, enum paging mode, uint64_t *seed)
{
	unsigned size = mode == LEGACY ? 4 : 8;

	memset(t->ram + POOL, 0, POOL_PAGES * 4096);
	for (unsigned page = 0; page < POOL_PAGES; page++)
		for (unsigned i = 0; i < 4; i++)
			sys_put(t, POOL + page * 4096 + i * size, size,
				random_entry(seed, 1 + (int)(page % 4), mode));
}

static struct sys *paged(enum paging mode)
{
	struct sys *t = sys_new(mode == LONG ? SYS_LONG : SYS_PROT, 0);

	/* supervisor pages, but for the user's code and stack */
	for (uint64_t la = 0; la < SYS_RAM; la += 4096) {
		bool user = la == UCODE || la == SYS_USTACK - 4096;

		sys_page(t, la, user ? 7 : 3);
		sys_put(t, LEGACY_PT + (la >> 12) * 4, 4, la |
			(user ? 7u : 3u));
	}
	sys_put(t, LEGACY_PD, 4, LEGACY_PT | 7);
	/* what is mapped holds VMCALLs, at each multiple of 16 */
	for (uint64_t at = PLACE; at < SYS_RAM; at += 16)
		memcpy(t->ram + at, "\x0f\x01\xc1\xf4", 4);
	RIG_OK(vc_memory_written(t->vm, 0, SYS_RAM));
	return t;
}

static void page_state(struct sys *t, enum paging mode, uint64_t *seed)
{
	uint64_t r = eng_random(seed), retired = t->s.retired;
	unsigned cpl = r & 1 ? 3 : 0;

	t->s.cr0 = 0x80000021;
	t->s.cr4 = 0;
	t->s.efer = 0;
	sys_state(t, mode == LONG ? SYS_LONG : SYS_PROT, cpl);
	t->s.retired = retired;
	t->s.cr0 = 0x80000021 | (r >> 1 & 1 ? 0x10000 : 0);
	t->s.cr4 = (mode == LEGACY ? 0 : 0x20) | (r >> 2 & 1 ? 0x10 : 0) |
		   (r >> 3 & 1 ? 1u << 20 : 0) | (r >> 4 & 1 ? 1u << 21 : 0);
	t->s.efer = (mode == LONG ? 0x500 : 0) | (r >> 5 & 1 ? 0x800 : 0);
	t->s.cr3 = mode == LEGACY ? LEGACY_PD : SYS_PML4;
	if (r >> 6 & 1)
		t->s.rflags |= 0x40000;
	memset(t->s.pdpte, 0, sizeof(t->s.pdpte));
	if (mode == PAE) {
		t->s.cr3 = SYS_PDPT;
		t->s.pdpte[0] = SYS_PD | 1;
		t->s.pdpte[1] = (POOL + 0x1000 + (r >> 8 & 3) * 0x4000) | 1;
	}
	t->s.rip = cpl ? UCODE : SYS_CODE;
	t->at = (uint32_t)t->s.rip;
}

/* An address whose walk goes through entries 0-3 of the pool's tables. */
static uint64_t pick_address(enum paging mode, uint64_t *seed)
{
	uint64_t r = eng_random(seed), low = r >> 40 & 0xff0;

	if (mode == LEGACY)
		return (1 + r % 3) << 22 | (r >> 8 & 3) << 12 | low;
	return (mode == LONG ? UINT64_C(1) << 39 : (uint64_t)1 << 30) |
	       (mode == LONG ? (r & 3) << 30 : 0) | (r >> 4 & 3) << 21 |
	       (r >> 8 & 3) << 12 | low;
}

/* Large pages begin at 0: go to where PLACE is, most of the time. */
static uint64_t with_large_offset(uint64_t la, uint64_t *seed)
{
	uint64_t r = eng_random(seed);

	return r & 1 ? la : (la & ~(uint64_t)0xff000) | 0x90000 |
			    (r >> 8 & 0x6f000);
}

struct probe {
	char kind;		/* r, w, x */
	unsigned size;
	uint64_t la;
};

static void put_probe(struct sys *t, const struct probe *p)
{
	uint8_t code[5] = { 0, 0x06, VMCALL };

	if (p->kind == 'x')
		memcpy(code, "\xff\xe6", 2);
	else
		code[0] = (uint8_t)((p->kind == 'r' ? 0x8a : 0x88) |
				    (p->size > 1));
	sys_bytes(t, t->at, code, 5);
	t->s.gpr[VC_RSI] = p->la;
	t->s.gpr[VC_RAX] = 0xa5a5a5a5;
}

/* What the model expects of the probe; writes are done in its memory. */
static struct outcome expect(struct model *m, const struct probe *p)
{
	uint64_t second = (p->la | 4095) + 1;
	struct outcome o, o2 = { false, 0, 0 };
	bool two = p->la + p->size > second;

	o = walk(m, p->la, p->kind, true);
	if (!o.fault && two) {
		o2 = walk(m, second, p->kind, true);
		if (o2.fault) {
			o2.gpa = second;
			return o2;
		}
	}
	if (o.fault) {
		o.gpa = p->la;
		return o;
	}
	for (unsigned i = 0; p->kind == 'w' && i < p->size; i++) {
		uint64_t at = p->la + i >= second ? o2.gpa + (p->la + i -
			      second) : o.gpa + i;

		if (at < SYS_RAM)
			m->ram[at] = 0xa5;
	}
	if (two && o2.gpa >= SYS_RAM)	/* not memory: an exit */
		o.gpa = o2.gpa;
	return o;
}

/* For faults gpa is CR2. */
static bool as_expected(struct sys *t, const struct probe *p,
			const struct outcome *o, uint64_t rip)
{
	unsigned size = sys_is_long(t) ? 8 : 4;

	if (o->fault)
		return sys_vector(t) == 14 && t->s.cr2 == o->gpa &&
		       sys_frame(t, 0, size) == o->err;
	if (o->gpa >= SYS_RAM)
		return p->kind == 'x' ? t->reason == VC_EXIT_FAIL :
		       t->reason == VC_EXIT_MMIO;
	return t->reason == VC_EXIT_HYPERCALL &&
	       t->s.rip == (p->kind == 'x' ? p->la + 3 : rip + 5);
}

/* vc_vcpu_translate() with the rights of the moment, before the run. */
static bool translates(struct sys *t, struct model *m, const struct probe *p)
{
	struct outcome o = walk(m, p->la, p->kind, false);
	uint32_t access = p->kind == 'r' ? VC_ACCESS_READ : p->kind == 'w' ?
			  VC_ACCESS_WRITE : VC_ACCESS_EXEC;
	uint64_t gpa = 0;
	int rc;

	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	rc = vc_vcpu_translate(t->vcpu, p->la, access, &gpa);
	if (!o.fault)
		return rc == 0 && gpa == o.gpa;
	return rc == ((o.err & 9) == 1 ? VC_EPERM : VC_EFAULT);
}

static void random_tables(enum paging mode, uint64_t seed, unsigned count)
{
	static const char kinds[] = { 'r', 'r', 'w', 'w', 'x' };
	struct sys *t = paged(mode);
	uint8_t *copy = malloc(SYS_RAM);
	unsigned bad = 0, faults = 0, fine = 0, rights = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	for (unsigned i = 0; i < count && bad < 4; i++) {
		struct model m = { .mode = mode, .ram = copy };
		struct probe p;
		struct outcome o;
		uint64_t rip, r;
		bool same, translated;

		if (i % 8 == 0) {
			fill_pool(t, mode, &seed);
			if (mode == LONG)
				sys_put(t, SYS_PML4 + 8, 8, (POOL + 0x2000) |
					7);
			for (unsigned k = 1; mode == LEGACY && k < 4; k++)
				sys_put(t, LEGACY_PD + k * 4, 4,
					random_entry(&seed, 2, mode) |
					(POOL & 0xf0000));
		}
		page_state(t, mode, &seed);
		r = eng_random(&seed);
		p.kind = kinds[r % 5];
		p.size = p.kind == 'x' || r >> 8 & 1 ? 1 : 4;
		p.la = with_large_offset(pick_address(mode, &seed), &seed);
		/* leave the VMCALLs alone, but for that at a page's start */
		p.la |= p.kind == 'x' ? 0x10 : 8;
		if (p.size == 4 && r >> 9 & 1)
			p.la = (p.la | 0xfff) - 1;
		put_probe(t, &p);
		rip = t->s.rip;
		memcpy(copy, t->ram, SYS_RAM);
		m.s = &t->s;
		m.user = t->s.rip == UCODE;
		m.ac = t->s.rflags >> 18 & 1;
		translated = translates(t, &m, &p);
		o = walk(&m, p.la, p.kind, false);
		/* not over our own code and tables */
		if (!o.fault && p.kind != 'r' && o.gpa < PLACE)
			continue;
		if (p.kind == 'w' && p.size > 1) {
			o = walk(&m, (p.la | 0xfff) + 1, p.kind, false);
			if (!o.fault && o.gpa < PLACE)
				continue;
		}
		o = expect(&m, &p);
		faults += o.fault;
		rights += o.fault && o.err & 1;
		fine += !o.fault;
		sys_run(t);
		same = as_expected(t, &p, &o, rip);
		/* of memory: the tables, and what is mapped */
		if (o.fault || o.gpa < SYS_RAM)
			same = same && !memcmp(copy + POOL, t->ram + POOL,
					       POOL_PAGES * 4096) &&
			       !memcmp(copy + PLACE, t->ram + PLACE,
				       SYS_RAM - PLACE);
		if (same && translated)
			continue;
		bad++;
		fprintf(stderr, "    case %u: %c%u at %#llx: fault %d err %x "
			"gpa %#llx; vector %d err %llx cr2 %#llx exit %u; "
			"translated %d; cr0 %llx cr4 %llx efer %llx user %d\n",
			i, p.kind, p.size, (unsigned long long)p.la, o.fault,
			o.err, (unsigned long long)o.gpa, sys_vector(t),
			(unsigned long long)sys_frame(t, 0, mode == LONG ? 8 :
						      4),
			(unsigned long long)t->s.cr2, (unsigned)t->reason,
			translated, (unsigned long long)t->s.cr0,
			(unsigned long long)t->s.cr4,
			(unsigned long long)t->s.efer, m.user);
	}
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT(fine > count / 20);
	CU_ASSERT(rights > count / 20);
	CU_ASSERT(faults > rights);
	free(copy);
	sys_free(t);
}

static void test_paging_random_32_bit_tables(void)
{
	random_tables(LEGACY, 0x1111, 4000);
}

static void test_paging_random_pae_tables(void)
{
	random_tables(PAE, 0x2222, 4000);
}

static void test_paging_random_4_level_tables(void)
{
	random_tables(LONG, 0x3333, 4000);
}

/* ---- single facts ---- */

static void test_paging_4_mib_page_reaches_40_bits(void)
{
	struct sys *t = paged(LEGACY);

	/* PSE-36: bits 20-13 of the entry are address bits 39-32 */
	t->s.cr0 |= 0x80000000;
	t->s.cr4 |= 0x10;
	t->s.cr3 = LEGACY_PD;
	sys_put(t, LEGACY_PD + 4, 4, 0x00800083u | 0x5au << 13);
	t->s.gpr[VC_RSI] = 0x400123;
	SYS_EMIT(t, 0x8a, 0x06, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(t->exit->mmio.gpa, UINT64_C(0x5a00800123));
	sys_free(t);
}

static void test_paging_1_gib_page(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_put(t, SYS_PDPT + 3 * 8, 8, 0x83);
	sys_put(t, SYS_DATA, 4, 0x600d);
	t->s.gpr[VC_RSI] = (UINT64_C(3) << 30) + SYS_DATA;
	SYS_EMIT(t, 0x8b, 0x06);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x600d);
	CU_ASSERT_EQUAL(sys_get(t, SYS_PDPT + 3 * 8, 8), 0xa3);
	sys_free(t);
}

static void test_paging_access_sets_a_and_write_sets_d(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t slot = SYS_PT + (ENG_FREE_VA >> 12) * 8;

	eng_map(t, ENG_FREE_VA, OTHER, 3);
	t->s.gpr[VC_RSI] = ENG_FREE_VA;
	t->s.gpr[VC_RDI] = slot;
	/* mov al, [rsi]; mov rbx, [rdi]; mov [rsi], al; mov rcx, [rdi] */
	SYS_EMIT(t, 0x8a, 0x06, 0x48, 0x8b, 0x1f, 0x88, 0x06, 0x48, 0x8b,
		 0x0f);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], OTHER | 0x23);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], OTHER | 0x63);
	sys_free(t);
}

static void test_paging_cleared_dirty_bit_is_set_again_after_invlpg(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t slot = SYS_PT + (ENG_FREE_VA >> 12) * 8;

	eng_map(t, ENG_FREE_VA, OTHER, 3);
	t->s.gpr[VC_RSI] = ENG_FREE_VA;
	t->s.gpr[VC_RDI] = slot;
	/* mov [rsi], al; and byte [rdi], 0x9f; invlpg [rsi]; mov [rsi], al */
	SYS_EMIT(t, 0x88, 0x06, 0x80, 0x27, 0x9f, 0x0f, 0x01, 0x3e, 0x88,
		 0x06);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, slot, 8), OTHER | 0x63);
	sys_free(t);
}

static void test_paging_faulting_access_sets_no_bits_in_the_leaf(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t slot = SYS_PT + (ENG_FREE_VA >> 12) * 8;

	eng_map(t, ENG_FREE_VA, OTHER, 1);
	t->s.gpr[VC_RSI] = ENG_FREE_VA;
	SYS_EMIT(t, 0x88, 0x06);
	sys_faults(t, SYS_CODE, 14, 3);
	CU_ASSERT_EQUAL(sys_get(t, slot, 8), OTHER | 1);
	sys_free(t);
}

/* mov rcx, [rdx]; mov rax, [rsi]; mov [rdi], rbx (the table); how;
 * mov rcx, [rsi] */
static void remapped(uint64_t table_at, uint64_t entry_before,
		     uint64_t entry_after, uint64_t la, uint64_t offset,
		     const uint8_t *how, size_t n)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	RIG_OK(vc_memory_map(t->vm, 0x200000, NULL, 0x400000, VC_PROT_RWX));
	sys_put(t, 0x200000 + offset, 8, 0x1111);
	sys_put(t, 0x400000 + offset, 8, 0x2222);
	sys_put(t, table_at, 8, entry_before);
	t->s.gpr[VC_RSI] = la + offset;
	t->s.gpr[VC_RDI] = table_at;
	t->s.gpr[VC_RBX] = entry_after;
	t->s.gpr[VC_RDX] = la;
	t->s.cr4 |= 0x80;
	/* both pages are known: the one named by INVLPG, and the other */
	SYS_EMIT(t, 0x48, 0x8b, 0x0a, 0x48, 0x8b, 0x06, 0x48, 0x89, 0x1f);
	sys_emit(t, how, n);
	SYS_EMIT(t, 0x48, 0x8b, 0x0e);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x1111);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x2222);
	sys_free(t);
}

static void test_paging_invalidation_of_each_kind(void)
{
	static const uint8_t invlpg[] = { 0x0f, 0x01, 0x3a };	/* [rdx] */

	/* 4 KiB page, INVLPG of itself */
	remapped(SYS_PT + (ENG_FREE_VA >> 12) * 8, 0x200003, 0x400003,
		 ENG_FREE_VA, 0, invlpg, sizeof(invlpg));
	/* 2 MiB page: INVLPG of its first byte drops all of it */
	remapped(SYS_PD + 8, 0x200083, 0x400083, 0x200000, 0x123000, invlpg,
		 sizeof(invlpg));
}

static void test_paging_cr3_load_drops_what_is_not_global(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	eng_map(t, ENG_FREE_VA, OTHER, 3);
	sys_put(t, OTHER, 1, 1);
	sys_put(t, OTHER + 0x1000, 1, 2);
	t->s.gpr[VC_RSI] = ENG_FREE_VA;
	t->s.gpr[VC_RDI] = SYS_PT + (ENG_FREE_VA >> 12) * 8;
	t->s.gpr[VC_RBX] = (OTHER + 0x1000) | 3;
	/* mov al, [rsi]; mov [rdi], rbx; mov rcx, cr3; mov cr3, rcx;
	 * mov dl, [rsi] */
	SYS_EMIT(t, 0x8a, 0x06, 0x48, 0x89, 0x1f, 0x0f, 0x20, 0xd9, 0x0f, 0x22,
		 0xd9, 0x8a, 0x16);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xff, 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX] & 0xff, 2);
	sys_free(t);
}

static void test_paging_global_pages_go_with_cr4_pge(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	eng_map(t, ENG_FREE_VA, OTHER, 0x103);
	sys_put(t, OTHER, 1, 1);
	sys_put(t, OTHER + 0x1000, 1, 2);
	t->s.cr4 |= 0x80;
	t->s.gpr[VC_RSI] = ENG_FREE_VA;
	t->s.gpr[VC_RDI] = SYS_PT + (ENG_FREE_VA >> 12) * 8;
	t->s.gpr[VC_RBX] = (OTHER + 0x1000) | 0x103;
	/* mov al, [rsi]; mov [rdi], rbx; mov rcx, cr4; xor ecx, 0x80;
	 * mov cr4, rcx; mov dl, [rsi] */
	SYS_EMIT(t, 0x8a, 0x06, 0x48, 0x89, 0x1f, 0x0f, 0x20, 0xe1, 0x81, 0xf1,
		 LE32(0x80), 0x0f, 0x22, 0xe1, 0x8a, 0x16);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX] & 0xff, 2);
	sys_free(t);
}

static void test_paging_cr3_with_a_pcid(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov rax, cr4; or eax, PCIDE; mov cr4, rax; mov rax, rbx; mov cr3,
	 * rax (PCID 5, keep); mov rcx, cr3 */
	t->s.gpr[VC_RBX] = SYS_PML4 | 5 | UINT64_C(1) << 63;
	SYS_EMIT(t, 0x0f, 0x20, 0xe0, 0x0d, LE32(0x20000), 0x0f, 0x22, 0xe0,
		 0x48, 0x89, 0xd8, 0x0f, 0x22, 0xd8, 0x0f, 0x20, 0xd9);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], SYS_PML4 | 5);
	CU_ASSERT_EQUAL(t->s.cr3, SYS_PML4 | 5);
	sys_free(t);
}

static void test_paging_wp_takes_effect_at_once(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	eng_map(t, ENG_FREE_VA, OTHER, 1);
	t->s.cr0 &= ~UINT64_C(0x10000);
	t->s.gpr[VC_RSI] = ENG_FREE_VA;
	/* mov [rsi], al; mov rbx, cr0; or ebx, WP; mov cr0, rbx;
	 * mov [rsi], al */
	SYS_EMIT(t, 0x88, 0x06, 0x0f, 0x20, 0xc3, 0x81, 0xcb, LE32(0x10000),
		 0x0f, 0x22, 0xc3, 0x88, 0x06);
	sys_faults(t, SYS_CODE + 14, 14, 3);
	sys_free(t);
}

static void test_paging_smap_follows_ac(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	for (uint64_t la = 0; la < SYS_RAM; la += 4096)
		sys_page(t, la, 3);
	eng_map(t, ENG_FREE_VA, OTHER, 7);
	t->s.cr4 |= 1u << 21;
	t->s.gpr[VC_RSI] = ENG_FREE_VA;
	/* stac; mov [rsi], al; clac; mov [rsi], al */
	SYS_EMIT(t, 0x0f, 0x01, 0xcb, 0x88, 0x06, 0x0f, 0x01, 0xca, 0x88,
		 0x06);
	sys_faults(t, SYS_CODE + 8, 14, 3);
	CU_ASSERT_EQUAL(t->s.cr2, ENG_FREE_VA);
	sys_free(t);
}

static void test_paging_smap_binds_implicit_accesses_whatever_ac(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* the GDT lies in a user page; loading a segment with AC set */
	for (uint64_t la = 0; la < SYS_RAM; la += 4096)
		sys_page(t, la, 3);
	eng_map(t, ENG_FREE_VA, SYS_GDT, 7);
	sys_put(t, SYS_GDT + SEL_CODE64, 8, sys_desc(0, 0xfffff, 0x9b,
						     D_FLAT64));
	t->s.gdtr.base = ENG_FREE_VA;
	t->s.cr4 |= 1u << 21;
	t->s.rflags |= 0x40000;
	t->s.gpr[VC_RAX] = SEL_DATA;
	/* the handler's code segment is in that GDT too: a double fault and
	 * then no way on */
	SYS_EMIT(t, 0x8e, 0xd8);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_SHUTDOWN);
	CU_ASSERT_EQUAL(t->s.cr2 & ~UINT64_C(0xfff), ENG_FREE_VA);
	sys_free(t);
}

static void test_paging_smep_faults_the_fetch(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	for (uint64_t la = 0; la < SYS_RAM; la += 4096)
		sys_page(t, la, 3);
	eng_map(t, ENG_FREE_VA, OTHER, 7);
	t->s.cr4 |= 1u << 20;
	t->s.gpr[VC_RSI] = ENG_FREE_VA;
	SYS_EMIT(t, 0xff, 0xe6);
	sys_faults(t, ENG_FREE_VA, 14, 0x11);
	sys_free(t);
}

static void test_paging_two_page_write_writes_nothing_if_the_second_faults(void)
{
	/* of several kinds, all 8 bytes at 4 before the end of a page */
	static const uint8_t forms[][6] = {
		{ 3, 0x48, 0x89, 0x06 }, { 3, 0x48, 0x01, 0x06 },
		{ 4, 0xf0, 0x48, 0x01, 0x06 }, { 3, 0x48, 0x87, 0x06 },
		{ 4, 0x48, 0x0f, 0xb1, 0x06 }, { 3, 0x0f, 0x13, 0x06 },
		{ 3, 0x0f, 0xc7, 0x0e }, { 3, 0x0f, 0x11, 0x06 },
		{ 2, 0xdd, 0x16 }, { 3, 0x48, 0xf7, 0x1e },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);
		uint8_t zero[12] = { 0 };
		uint64_t from = SYS_CODE + 2;

		memset(t->ram + OTHER, 0x31, 0x1000);
		memset(zero, 0x31, sizeof(zero));
		eng_map(t, ENG_FREE_VA, OTHER, 3);
		t->s.cr4 |= 0x200;
		t->s.gpr[VC_RSI] = ENG_FREE_VA + 0xffc;
		t->s.gpr[VC_RAX] = t->s.gpr[VC_RDX] = 0x3131313131313131;
		SYS_EMIT(t, 0xd9, 0xe8);	/* fld1 */
		sys_emit(t, forms[i] + 1, forms[i][0]);
		sys_faults(t, from, 14, 2);
		CU_ASSERT_EQUAL(t->s.cr2, ENG_FREE_VA + 0x1000);
		CU_ASSERT(!memcmp(t->ram + OTHER + 0xff4, zero, 12));
		CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x3131313131313131);
		sys_free(t);
	}
}

static void test_paging_non_canonical_by_segment(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* the last byte of an access may be the first bad one */
	t->s.gpr[VC_RSI] = UINT64_C(0x00007ffffffffffc);
	sys_put(t, SYS_PML4 + 255 * 8, 8, POOL | 3);
	sys_put(t, POOL + 511 * 8, 8, (POOL + 0x1000) | 3);
	sys_put(t, POOL + 0x1000 + 511 * 8, 8, (POOL + 0x2000) | 3);
	sys_put(t, POOL + 0x2000 + 511 * 8, 8, OTHER | 3);
	/* mov eax, [rsi] is fine */
	SYS_EMIT(t, 0x8b, 0x06);
	sys_passes(t);
	eng_restart(t);
	SYS_EMIT(t, 0x48, 0x8b, 0x06);	/* mov rax, [rsi] is not */
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
	t = sys_new(SYS_LONG, 0);
	t->s.gpr[VC_RBP] = UINT64_C(0x0000800000000000);
	SYS_EMIT(t, 0x8b, 0x45, 0x00);	/* mov eax, [rbp] */
	sys_faults(t, SYS_CODE, 12, 0);
	sys_free(t);
}

static void test_paging_jump_to_a_non_canonical_address_is_gp(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RSI] = UINT64_C(0x0000800000000000);
	SYS_EMIT(t, 0xff, 0xe6);
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	sys_free(t);
}

static void test_paging_tables_in_read_only_memory_work(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* a page table in ROM: it is walked, its bits cannot be set */
	RIG_OK(vc_memory_map(t->vm, 0x200000, NULL, 0x1000,
			     VC_PROT_READ | VC_PROT_ROM));
	sys_put(t, 0x200000, 8, OTHER | 3);
	sys_put(t, SYS_PD + 16, 8, 0x200000 | 3);
	sys_put(t, OTHER, 1, 0x3c);
	t->s.gpr[VC_RSI] = 0x400000;
	SYS_EMIT(t, 0x8a, 0x06, 0x88, 0x46, 0x01);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, OTHER + 1, 1), 0x3c);
	CU_ASSERT_EQUAL(sys_get(t, 0x200000, 8), OTHER | 3);
	sys_free(t);
}

static void test_paging_table_that_maps_itself(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t self = UINT64_C(0xffffff7fbfdfe000);	/* all indexes 510 */

	sys_put(t, SYS_PML4 + 510 * 8, 8, SYS_PML4 | 3);
	t->s.gpr[VC_RSI] = self;
	/* mov rax, [rsi]; map PML4 entry 1 like 0 through it: mov [rsi + 8],
	 * rax; then read there: mov ebx, [rdi] */
	t->s.gpr[VC_RDI] = (UINT64_C(1) << 39) + SYS_DATA;
	sys_put(t, SYS_DATA, 4, 0x77);
	SYS_EMIT(t, 0x48, 0x8b, 0x06, 0x48, 0x89, 0x46, 0x08, 0x8b, 0x1f);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x77);
	sys_free(t);
}

static void test_paging_embedder_reads_and_writes_through_it(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint8_t b[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint64_t slot = SYS_PT + (ENG_FREE_VA >> 12) * 8, gpa;

	eng_map(t, ENG_FREE_VA, OTHER + 0x3000, 1);
	eng_map(t, ENG_FREE_VA + 0x1000, OTHER, 3);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_read(t->vcpu, ENG_FREE_VA + 0xffc, b, 8));
	CU_ASSERT_EQUAL(b[0], 0);
	/* without the right to write the first page: nothing is */
	b[7] = 9;
	RIG_FAILS(VC_EPERM, vc_vcpu_write(t->vcpu, ENG_FREE_VA + 0xffc, b, 8));
	CU_ASSERT_EQUAL(sys_get(t, OTHER, 4), 0);
	RIG_FAILS(VC_EFAULT, vc_vcpu_write(t->vcpu, ENG_FREE_VA + 0x1ffc, b,
					   8));
	CU_ASSERT_EQUAL(sys_get(t, OTHER + 0xffc, 4), 0);
	RIG_OK(vc_vcpu_translate(t->vcpu, ENG_FREE_VA + 5, VC_ACCESS_READ,
				 &gpa));
	CU_ASSERT_EQUAL(gpa, OTHER + 0x3005);
	/* and no accessed bit has been set */
	CU_ASSERT_EQUAL(sys_get(t, slot, 8), (OTHER + 0x3000) | 1);
	sys_free(t);
}

static void test_paging_off_uses_32_bits_of_the_address(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_put(t, SYS_DATA, 4, 0xabcd);
	/* ds base 0: mov eax, [esi + 0xfffffff0] wraps */
	t->s.gpr[VC_RSI] = SYS_DATA + 16;
	SYS_EMIT(t, 0x8b, 0x86, LE32(-16));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xabcd);
	sys_free(t);
}

static void test_paging_turned_on_and_off_by_the_guest(void)
{
	struct sys *t = paged(LEGACY);

	/* PDE 1 maps 4 MiB + x to OTHER's table; cr3, cr0.PG on, read, off */
	sys_put(t, LEGACY_PD + 4, 4, (LEGACY_PT + 0x1000) | 3);
	memset(t->ram + LEGACY_PT + 0x1000, 0, 4096);
	sys_put(t, LEGACY_PT + 0x1000, 4, OTHER | 3);
	sys_put(t, OTHER, 4, 0x5ead);
	t->s.gpr[VC_RBX] = LEGACY_PD;
	t->s.gpr[VC_RSI] = 0x400000;
	/* mov cr3, ebx; mov eax, cr0; or eax, 1 << 31; mov cr0, eax;
	 * mov ecx, [esi]; and eax, ~(1 << 31); mov cr0, eax; mov edx, [esi]:
	 * now at a physical address with nothing */
	SYS_EMIT(t, 0x0f, 0x22, 0xdb, 0x0f, 0x20, 0xc0, 0x0d, LE32(0x80000000u),
		 0x0f, 0x22, 0xc0, 0x8b, 0x0e, 0x25, LE32(0x7fffffff), 0x0f,
		 0x22, 0xc0, 0x8b, 0x16, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(t->exit->mmio.gpa, 0x400000);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x5ead);
	sys_free(t);
}

RIG_SUITE(engine_paging) {
	RIG_TEST(test_paging_random_32_bit_tables),
	RIG_TEST(test_paging_random_pae_tables),
	RIG_TEST(test_paging_random_4_level_tables),
	RIG_TEST(test_paging_4_mib_page_reaches_40_bits),
	RIG_TEST(test_paging_1_gib_page),
	RIG_TEST(test_paging_access_sets_a_and_write_sets_d),
	RIG_TEST(test_paging_cleared_dirty_bit_is_set_again_after_invlpg),
	RIG_TEST(test_paging_faulting_access_sets_no_bits_in_the_leaf),
	RIG_TEST(test_paging_invalidation_of_each_kind),
	RIG_TEST(test_paging_cr3_load_drops_what_is_not_global),
	RIG_TEST(test_paging_global_pages_go_with_cr4_pge),
	RIG_TEST(test_paging_cr3_with_a_pcid),
	RIG_TEST(test_paging_wp_takes_effect_at_once),
	RIG_TEST(test_paging_smap_follows_ac),
	RIG_TEST(test_paging_smap_binds_implicit_accesses_whatever_ac),
	RIG_TEST(test_paging_smep_faults_the_fetch),
	RIG_TEST(test_paging_two_page_write_writes_nothing_if_the_second_faults),
	RIG_TEST(test_paging_non_canonical_by_segment),
	RIG_TEST(test_paging_jump_to_a_non_canonical_address_is_gp),
	RIG_TEST(test_paging_tables_in_read_only_memory_work),
	RIG_TEST(test_paging_table_that_maps_itself),
	RIG_TEST(test_paging_embedder_reads_and_writes_through_it),
	RIG_TEST(test_paging_off_uses_32_bits_of_the_address),
	RIG_TEST(test_paging_turned_on_and_off_by_the_guest),
	RIG_END
};
