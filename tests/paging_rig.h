/* SPDX-License-Identifier: MIT */
/*
 * paging_rig.h: random page tables and probes, and the guest code that sets a
 * case up and probes, for comparing page walks with other engines.
 */
#ifndef VC_TESTS_PAGING_RIG_H
#define VC_TESTS_PAGING_RIG_H

#include "engine_rig.h"

enum paging { LEGACY, PAE, LONG };

#define START	0x600u
#define UCODE	0x58000u	/* user code: one page */
#define PD32	0x5c000u	/* 32-bit paging: directory */
#define PT32	0x5d000u	/* ... and identity */
#define POOL	0x60000u	/* 16 pages of tables */
#define POOL_END 0x70000u
#define PLACE	0x90000u	/* pages that are mapped, to the end of RAM */
#define HIGH	((UINT64_C(0x5a) << 32) + PLACE)  /* more, for PSE-36 */
#define PLACE_LEN (SYS_RAM - PLACE)

#define P	1u
#define W	2u
#define U	4u
#define A	0x20u
#define D	0x40u
#define PS	0x80u
#define NX	((uint64_t)1 << 63)

struct probe {
	enum paging mode;
	char kind;		/* r, w, x */
	unsigned size;
	unsigned cpl;
	uint64_t la;
	uint32_t cr0, cr4, cr3, efer, flags;
};

struct result {
	int vector;		/* 3: it was done; -1: neither */
	bool nowhere;		/* no memory there */
	uint32_t error;
	uint64_t cr2;
	uint32_t eax, edx;
	uint32_t efer;		/* Unicorn's */
};

/* ---- what is drawn ---- */

/* A bit that means something, of an entry of this kind. */
static uint64_t odd_bit(uint64_t r, bool leaf, int level, enum paging mode)
{
	bool large = leaf && level > 1;

	if (mode == LEGACY)
		return 1u << (large ? 13 + r % 9 : r % 12);
	switch (r >> 8 & 3) {
	case 0:			/* beyond the physical address */
		return (uint64_t)1 << (40 + r % 12);
	case 1:			/* ignored, or the protection key */
		return (uint64_t)1 << (mode == PAE ? 9 + r % 3 : 52 + r % 11);
	case 2:
		return large ? (uint64_t)1 << (12 + r % 8) : PS;
	default:
		return (uint64_t)1 << r % 12;
	}
}

/* xd: of 64, how many entries have it set. */
static uint64_t draw_entry(uint64_t *seed, int level, enum paging mode,
			   unsigned xd)
{
	uint64_t r = eng_random(seed), e;
	bool leaf = level == 1 || (level < 4 && r % 5 == 0);

	e = leaf ? PLACE + ((r >> 16) % (PLACE_LEN >> 12) << 12) :
		   POOL + ((r >> 16) % 16 << 12);
	e |= (r >> 24 & 15 ? P : 0) | (r >> 28 & 3 ? W : 0) |
	     (r >> 30 & 3 ? U : 0) | (r >> 32 & 1 ? A : 0) |
	     (r >> 33 & 1 ? D : 0);
	if (leaf && level > 1) {
		e = (e & 0xfff) | PS;
		if (mode == LEGACY && r >> 34 & 1)
			e |= 0x5au << 13;
	}
	if (mode != LEGACY && (r >> 34 & 63) < xd)
		e |= NX;
	if (!(r >> 40 & 15))
		e |= odd_bit(r >> 46, leaf, level, mode);
	return e;
}

/* Each page of the pool is a table of one level; four entries matter. */
static void draw_tables(struct sys *t, enum paging mode, unsigned xd,
			uint64_t *seed)
{
	unsigned size = mode == LEGACY ? 4 : 8;

	memset(t->ram + POOL, 0, POOL_END - POOL);
	for (unsigned page = 0; page < 16; page++)
		for (unsigned i = 0; i < 4; i++)
			sys_put(t, POOL + page * 4096 + i * size, size,
				draw_entry(seed, 1 + (int)(page % 4), mode,
					   xd));
	if (mode == LONG)
		sys_put(t, SYS_PML4 + 8, 8, (POOL + 0x2000) | 7);
	for (unsigned k = 1; mode == LEGACY && k < 4; k++)
		sys_put(t, PD32 + k * 4, 4, draw_entry(seed, 2, mode,
							   xd));
	if (mode == PAE)
		sys_put(t, SYS_PDPT + 8, 8, (POOL + 0x1000) |
			(eng_random(seed) & 7 ? P : 0));
}

static void draw_probe(struct probe *p, enum paging mode, uint64_t *seed)
{
	static const char kinds[] = { 'r', 'r', 'w', 'w', 'x' };
	uint64_t r = eng_random(seed), s = eng_random(seed);

	memset(p, 0, sizeof(*p));
	p->mode = mode;
	p->kind = kinds[r % 5];
	p->size = p->kind != 'x' && r >> 8 & 1 ? 4 : 1;
	p->cpl = r >> 9 & 1 ? 3 : 0;
	p->cr0 = 0x80000021 | (r >> 10 & 1 ? 0x10000 : 0);
	p->cr4 = (mode == LEGACY ? 0 : 0x20) | (r >> 11 & 3 ? 0x10 : 0) |
		 (r >> 13 & 1 ? 1u << 20 : 0) | (r >> 14 & 1 ? 1u << 21 : 0);
	p->efer = (mode == LONG ? 0x500 : 0) | (r >> 15 & 3 ? 0x800 : 0);
	p->cr3 = mode == LEGACY ? PD32 : mode == PAE ? SYS_PDPT : SYS_PML4;
	p->flags = 2 | (r >> 17 & 1 ? 0x40000 : 0);
	/* an address that leads through entries 0 to 3 of the pool's tables */
	if (mode == LEGACY)
		p->la = (1 + s % 3) << 22 | (s >> 8 & 3) << 12;
	else
		p->la = (mode == LONG ? (UINT64_C(1) << 39) | (s & 3) << 30 :
			 UINT64_C(1) << 30) |
			(s >> 4 & 3) << 21 | (s >> 8 & 3) << 12;
	/* large pages begin at 0: go to where PLACE is, half of the time */
	if (s >> 16 & 1)
		p->la = (p->la & ~UINT64_C(0xff000)) | 0x90000 |
			(s >> 20 & 0x6f000);
	p->la |= (s >> 32 & 0xff0) | (p->kind == 'x' ? 0 : 8);
	if (p->kind == 'x' && r >> 18 & 1)
		p->la |= 0xffd;
	else if (p->size == 4 && r >> 18 & 1)
		p->la = (p->la | 0xfff) - 1;
}

/* ---- the guest ---- */

static void emit_n(struct sys *t, uint8_t op, uint64_t v, unsigned n)
{
	uint8_t b[9] = { op };

	for (unsigned i = 0; i < n; i++)
		b[1 + i] = (uint8_t)(v >> i * 8);
	sys_emit(t, b, 1 + n);
}

/* Set it all up, and return to the code that probes. */
static void put_setup(struct sys *t, const struct probe *p)
{
	bool wide = p->mode == LONG;
	uint32_t from = p->cpl ? UCODE : SYS_CODE;
	uint32_t cs = wide ? (p->cpl ? SEL_UCODE64 : SEL_CODE64) :
			     (p->cpl ? SEL_UCODE32 : SEL_CODE32);
	uint32_t ss = p->cpl ? SEL_UDATA : SEL_DATA;

	sys_put(t, SYS_DATA, 2, SYS_GDT_LIMIT);
	sys_put(t, SYS_DATA + 2, 8, SYS_GDT);
	t->at = START;
	if (wide)	/* lgdt [SYS_DATA]; mov esp; push cs; push at; retfq */
		SYS_EMIT(t, 0x0f, 0x01, 0x14, 0x25, LE32(SYS_DATA), 0xbc,
			 LE32(SYS_STACK), 0x6a, SEL_CODE64, 0x68,
			 LE32(START + 22), 0x48, 0xcb);
	else		/* lgdt; jmp far; mov esp */
		SYS_EMIT(t, 0x0f, 0x01, 0x15, LE32(SYS_DATA), 0xea,
			 LE32(START + 14), LE16(SEL_CODE32), 0xbc,
			 LE32(SYS_STACK));
	/* ss, ds; cr4; efer; cr3; cr0; jmp */
	SYS_EMIT(t, 0xb8, LE32(SEL_DATA), 0x8e, 0xd0);
	emit_n(t, 0xb8, ss, 4);
	SYS_EMIT(t, 0x8e, 0xd8);
	emit_n(t, 0xb8, p->cr4, 4);
	SYS_EMIT(t, 0x0f, 0x22, 0xe0, 0xb9, LE32(0xc0000080), 0x31, 0xd2);
	emit_n(t, 0xb8, p->efer, 4);
	SYS_EMIT(t, 0x0f, 0x30);
	emit_n(t, 0xb8, p->cr3, 4);
	SYS_EMIT(t, 0x0f, 0x22, 0xd8);
	emit_n(t, 0xb8, p->cr0, 4);
	SYS_EMIT(t, 0x0f, 0x22, 0xc0, 0xeb, 0x00);
	if (wide)	/* mov rsi */
		SYS_EMIT(t, 0x48);
	emit_n(t, 0xbe, p->la, wide ? 8 : 4);
	SYS_EMIT(t, 0xb8, LE32(0xa5a5a5a5));
	if (wide || p->cpl) {
		emit_n(t, 0x68, ss, 4);
		emit_n(t, 0x68, (p->cpl ? SYS_USTACK : SYS_STACK) - 64, 4);
	}
	emit_n(t, 0x68, p->flags, 4);
	emit_n(t, 0x68, cs, 4);
	emit_n(t, 0x68, from, 4);
	if (wide)
		SYS_EMIT(t, 0x48);
	SYS_EMIT(t, 0xcf);
	t->at = from;
	if (p->kind == 'x')
		SYS_EMIT(t, 0xff, 0xe6);
	else
		emit_n(t, (uint8_t)((p->kind == 'r' ? 0x8a : 0x88) |
				    (p->size > 1)), 0x06, 1);
	SYS_EMIT(t, 0xcc);
}

/* Every 16 bytes: mov edx, 0x909090NN; int3; data; and what makes the same of
 * an instruction that ends in the next page. */
static void put_place(uint8_t *at, unsigned len, unsigned first)
{
	for (unsigned i = 0; i < len; i += 16) {
		uint8_t n = (uint8_t)(first + i / 4096), c = (uint8_t)(i >> 4);
		const uint8_t b[16] = { 0xba, n, 0x90, 0x90, 0x90, 0xcc, 0x31,
					0xc5, n, c, (uint8_t)(n ^ c), 0x77,
					0x12, 0xba, n, 0x90 };

		memcpy(at + i, b, 16);
	}
}

/* high: where memory at HIGH goes, or NULL: without it. */
static struct sys *guest(enum paging mode, uint8_t **high)
{
	struct sys *t = sys_new(mode == LONG ? SYS_LONG : SYS_PROT, 0);
	void *host = NULL;

	if (high) {
		RIG_OK(vc_memory_map(t->vm, HIGH, NULL, PLACE_LEN,
				     VC_PROT_RWX));
		RIG_OK(vc_memory_host(t->vm, HIGH, PLACE_LEN, &host));
		*high = host;
		put_place(*high, PLACE_LEN, 0x80);
	}
	/* what leads to our own pages has all the bits that it can get */
	for (uint64_t la = 0; la < SYS_RAM; la += 4096) {
		unsigned u = la == UCODE || la == SYS_USTACK - 4096 ? U : 0;

		sys_page(t, la, P | W | A | D | u);
		sys_put(t, PT32 + (la >> 12) * 4, 4, la | P | W | A | D | u);
	}
	sys_put(t, PD32, 4, PT32 | P | W | U | A);
	sys_put(t, SYS_PML4, 8, SYS_PDPT | P | W | U | A);
	sys_put(t, SYS_PDPT, 8, SYS_PD | P |
		(mode == LONG ? W | U | A : 0));
	sys_put(t, SYS_PD, 8, SYS_PT | P | W | U | A);
	sys_idt(t, 3, mode == LONG ? SEL_CODE64 : SEL_CODE32, sys_handler(3),
		0xee, 0);
	put_place(t->ram + PLACE, PLACE_LEN, 0);
	RIG_OK(vc_memory_written(t->vm, 0, SYS_RAM));
	return t;
}

/* Would it touch what the test itself lives on? Ours are asked; a wrong
 * answer loses a case, or shows. */
static bool hits_us(struct sys *t, const struct probe *p)
{
	uint64_t first = p->la, last = p->la + (p->kind == 'x' ? 6 : p->size) -
			 1, gpa;
	bool hits = false;

	if (p->kind == 'r')
		return false;
	t->s.cr0 = p->cr0;
	t->s.cr4 = p->cr4;
	t->s.cr3 = p->cr3;
	t->s.efer = p->efer;
	for (unsigned i = 0; p->mode == PAE && i < 4; i++)
		t->s.pdpte[i] = sys_get(t, SYS_PDPT + i * 8, 8);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	for (unsigned i = 0; i < 2; i++)
		if (!vc_vcpu_translate(t->vcpu, i ? last : first,
				       VC_ACCESS_READ | VC_ACCESS_SYSTEM,
				       &gpa))
			hits = hits || gpa < PLACE;
	return hits;
}

/* ---- both ---- */

static void run_ours(struct sys *t, const struct probe *p, struct result *o)
{
	unsigned size = p->mode == LONG ? 8 : 4;
	uint64_t retired = t->s.retired;

	t->s.cr4 = t->s.efer = 0;
	sys_state(t, p->mode == LONG ? SYS_LONG : SYS_PROT, 0);
	t->s.retired = retired;
	t->s.rip = START;
	sys_run(t);
	memset(o, 0, sizeof(*o));
	o->vector = sys_vector(t);
	o->nowhere = t->reason == VC_EXIT_MMIO || t->reason == VC_EXIT_FAIL;
	if (o->vector == 14) {
		o->error = (uint32_t)sys_frame(t, 0, size);
		o->cr2 = t->s.cr2;
	}
	o->eax = (uint32_t)t->s.gpr[VC_RAX];
	o->edx = (uint32_t)t->s.gpr[VC_RDX];
}

#endif
