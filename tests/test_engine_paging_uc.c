/* SPDX-License-Identifier: MIT */
/*
 * test_engine_paging_uc.c: page walks against Unicorn's. Tables are drawn at
 * random, for 32-bit paging (with and without PSE), PAE and 4-level paging,
 * and CR0.WP, CR4.SMEP and SMAP, EFER.NXE, CPL and EFLAGS.AC with them. One
 * piece of guest code sets all of that up in both and then loads, stores or
 * jumps. What is compared: did it fault, with which error code and CR2; else
 * what was read or which bytes of memory were written (pages have contents of
 * their own), or which page's code ran; and what the tables hold afterwards.
 *
 * Unicorn's interface does not tell an error code. It lies in what
 * uc_context_save() gives; where, is found out by faults whose error codes
 * leave no doubt.
 *
 * Not drawn, or not compared, because Unicorn does otherwise than the manual:
 *  - bits 62-52 of PAE entries: reserved (SDM 3A §4.4.2, tables 4-9 to 4-11),
 *    which it does not check;
 *  - PDPTEs with reserved bits: MOV to CR3 gives #GP (§4.4.1); it reads them
 *    at each walk and gives #PF;
 *  - A in the entries that lead to a fault: §4.8 lets a processor set it or
 *    not. Unicorn does when it has read the entry, we when the walk ended
 *    well: then we may lack an A that it has set, and nothing else.
 * And tables outside of memory, which no manual describes.
 *
 * What some of its versions lack (2.0.1: both of these) is asked at the start,
 * and left to test_engine_paging.c and its model:
 *  - they walk the tables and then access memory at the linear address: then
 *    what was read, written or run is not compared;
 *  - WRMSR does not set EFER.NXE: then it is never drawn. Bit 63 is reserved
 *    without it (§4.6.2), which is compared.
 */
#include "engine_rig.h"

enum paging { LEGACY, PAE, LONG };

#ifdef VC_HAVE_UNICORN
#include <unicorn/unicorn.h>

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

static struct sys *guest(enum paging mode, uint8_t **high)
{
	struct sys *t = sys_new(mode == LONG ? SYS_LONG : SYS_PROT, 0);
	void *host = NULL;

	RIG_OK(vc_memory_map(t->vm, HIGH, NULL, PLACE_LEN, VC_PROT_RWX));
	RIG_OK(vc_memory_host(t->vm, HIGH, PLACE_LEN, &host));
	*high = host;
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
	put_place(*high, PLACE_LEN, 0x80);
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

struct unicorn {
	uint8_t *ram, *high, *page;
	struct result *now;
	bool translates, nxe;	/* see the head of the file */
	size_t error_at;	/* in a saved context */
	size_t context_size;
	uint8_t *context;
};

/* All is read here: after uc_emu_stop() it has gone on a bit. */
static void on_interrupt(uc_engine *uc, uint32_t vector, void *opaque)
{
	struct unicorn *u = opaque;
	uc_x86_msr efer = { .rid = 0xc0000080, .value = 0 };
	uint64_t v[3] = { 0, 0, 0 };
	uc_context *context;
	uint8_t *to;

	if (u->now->vector >= 0)
		return;
	u->now->vector = (int)vector;
	uc_reg_read(uc, UC_X86_REG_EAX, &v[0]);
	uc_reg_read(uc, UC_X86_REG_EDX, &v[1]);
	uc_reg_read(uc, UC_X86_REG_CR2, &v[2]);
	uc_reg_read(uc, UC_X86_REG_MSR, &efer);
	u->now->efer = (uint32_t)efer.value;
	u->now->eax = (uint32_t)v[0];
	u->now->edx = (uint32_t)v[1];
	if (vector == 14)
		u->now->cr2 = v[2];
	u->context_size = uc_context_size(uc);
	to = realloc(u->context, u->context_size);
	if (to && !uc_context_alloc(uc, &context)) {
		u->context = to;
		uc_context_save(uc, context);
		memcpy(to, context, u->context_size);
		if (vector == 14 && u->error_at)
			memcpy(&u->now->error, to + u->error_at, 4);
		uc_context_free(context);
	}
	uc_emu_stop(uc);
}

/* Returns false where Unicorn does not start. A new one each time: it keeps
 * translations that no instruction of ours asks it to drop. */
static bool run_unicorn(struct sys *t, const uint8_t *high,
			const struct probe *p, struct unicorn *u,
			struct result *o)
{
	uc_engine *uc;
	uc_hook hook;
	uc_err err;

	memcpy(u->ram, t->ram, SYS_RAM);
	memcpy(u->high, high, PLACE_LEN);
	memset(o, 0, sizeof(*o));
	o->vector = -1;
	u->now = o;
	if (uc_open(UC_ARCH_X86, p->mode == LONG ? UC_MODE_64 : UC_MODE_32,
		    &uc))
		return false;
	uc_ctl_set_cpu_model(uc, UC_CPU_X86_BROADWELL);
	uc_mem_map_ptr(uc, 0, SYS_RAM, UC_PROT_ALL, u->ram);
	uc_mem_map_ptr(uc, HIGH, PLACE_LEN, UC_PROT_ALL, u->high);
	/* it asks for memory at the linear address before it translates it,
	 * if it does: let it find the same code there */
	put_place(u->page, 8192, 0);
	uc_mem_map_ptr(uc, p->la & ~(uint64_t)4095, 8192, UC_PROT_ALL,
		       u->page);
	uc_hook_add(uc, &hook, UC_HOOK_INTR, (void *)on_interrupt, u, 1, 0);
	err = uc_emu_start(uc, START, ~(uint64_t)0, 0, 200);
	o->nowhere = o->vector < 0 && (err == UC_ERR_READ_UNMAPPED ||
				       err == UC_ERR_WRITE_UNMAPPED ||
				       err == UC_ERR_FETCH_UNMAPPED);
	uc_close(uc);
	return true;
}

/*
 * Where in a context the error code lies: faults of each kind on pages that
 * are absent, read-only, the supervisor's or not executable (SDM 3A §4.7).
 */
static bool find_error_code(struct unicorn *u)
{
	static const struct {
		char kind;
		uint8_t cpl, entry, error;
	} known[] = {
		{ 'r', 0, 0, 0 }, { 'w', 0, 0, 2 }, { 'r', 3, 0, 4 },
		{ 'w', 3, 0, 6 }, { 'w', 0, P, 3 }, { 'r', 3, P | W, 5 },
		{ 'w', 3, P | U, 7 }, { 'x', 3, P | W, 0x15 },
		{ 'x', 0, P | U, 0x11 }, { 'r', 0, 0, 0 },
	};
	enum { N = sizeof(known) / sizeof(known[0]) };
	uint8_t *seen[N] = { NULL }, *high;
	struct sys *t = guest(LEGACY, &high);
	unsigned found = 0, n;
	size_t size = 0;

	u->error_at = 0;
	sys_put(t, PD32 + 4, 4, POOL | 7);
	for (n = 0; n < N; n++) {
		struct probe p = { .mode = LEGACY, .kind = known[n].kind,
			.size = 1, .cpl = known[n].cpl, .la = 0x400008,
			.cr0 = 0x80010021, .cr4 = 1u << 20, .cr3 = PD32,
			.flags = 2 };
		struct result o;

		sys_put(t, POOL, 4, known[n].entry ? PLACE | known[n].entry :
			0);
		put_setup(t, &p);
		if (!run_unicorn(t, high, &p, u, &o) || o.vector != 14 ||
		    !u->context)
			break;
		seen[n] = u->context;
		u->context = NULL;
		size = u->context_size;
	}
	/* behind the header, so 0 is none of them */
	for (size_t at = 4; n == N && at + 4 <= size; at += 4) {
		unsigned i = 0;
		uint32_t v;

		for (; i < N; i++) {
			memcpy(&v, seen[i] + at, 4);
			if (v != known[i].error)
				break;
		}
		if (i == N) {
			u->error_at = at;
			found++;
		}
	}
	for (unsigned i = 0; i < N; i++)
		free(seen[i]);
	if (found == 1) {
		struct probe p = { .mode = LEGACY, .kind = 'r', .size = 4,
			.la = 0x400008, .cr0 = 0x80010021, .cr3 = PD32,
			.efer = 0x800, .flags = 2 };
		struct result o;

		sys_put(t, POOL, 4, (PLACE + 0x5000) | P);
		put_setup(t, &p);
		u->translates = run_unicorn(t, high, &p, u, &o) &&
				o.eax == sys_get(t, PLACE + 0x5008, 4);
		u->nxe = o.efer & 0x800;
	}
	sys_free(t);
	return found == 1;
}

/* The tables of a fault: see the head of the file. */
static bool lacks_only_a(const uint8_t *ours, const uint8_t *theirs, size_t len,
			 unsigned size)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t lacking = (uint8_t)(theirs[i] & ~ours[i]);

		if (ours[i] & ~theirs[i])
			return false;
		if (lacking && (i % size || lacking != A))
			return false;
	}
	return true;
}

/* [PML4, PT), [PD32, PT32), [POOL, POOL_END) */
static bool same_tables(const uint8_t *ours, const uint8_t *theirs,
			const struct probe *p, bool fault)
{
	static const uint32_t range[][2] = { { SYS_PML4, SYS_PT },
		{ PD32, PT32 }, { POOL, POOL_END } };
	unsigned size = p->mode == LEGACY ? 4 : 8;

	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *a = ours + range[i][0], *b = theirs +
				   range[i][0];
		size_t n = range[i][1] - range[i][0];

		if (fault ? !lacks_only_a(a, b, n, size) : memcmp(a, b, n))
			return false;
	}
	return true;
}

static bool same_memory(struct sys *t, const uint8_t *high,
			const struct unicorn *u)
{
	/* all the rest but the stacks, where a fault was delivered here */
	static const uint32_t range[][2] = { { 0, SYS_PML4 },
		{ SYS_PT, SYS_STACK - 4096 }, { SYS_USTACK, PD32 },
		{ PT32, POOL }, { POOL_END, SYS_RAM } };

	for (unsigned i = 0; i < 5; i++)
		if (memcmp(t->ram + range[i][0], u->ram + range[i][0],
			   range[i][1] - range[i][0]))
			return false;
	return !memcmp(high, u->high, PLACE_LEN);
}

static bool same(struct sys *t, const uint8_t *high, const struct unicorn *u,
		 const struct probe *p, const struct result *a,
		 const struct result *b)
{
	if (!same_tables(t->ram, u->ram, p, a->vector == 14))
		return false;
	/* a store in part to no memory is what each makes of it */
	if (a->nowhere)
		return u->translates ? b->nowhere : b->vector == 3;
	if (a->vector != b->vector)
		return false;
	if (a->vector == 14)
		return a->error == b->error && a->cr2 == b->cr2 &&
		       same_memory(t, high, u);
	return !u->translates ||
	       (a->eax == b->eax && a->edx == b->edx &&
		same_memory(t, high, u));
}

static void show(const char *who, const struct result *o)
{
	fprintf(stderr, "  %s: vector %d%s error %x cr2 %llx eax %x edx %x\n",
		who, o->vector, o->nowhere ? " (nowhere)" : "", o->error,
		(unsigned long long)o->cr2, o->eax, o->edx);
}

static void show_tables(const struct sys *t, const struct unicorn *u)
{
	for (uint32_t at = SYS_PML4; at < POOL_END; at += 4)
		if (memcmp(t->ram + at, u->ram + at, 4) &&
		    (at < SYS_STACK - 4096 || at > SYS_USTACK))
			fprintf(stderr, "  at %x: %02x%02x%02x%02x, "
				"%02x%02x%02x%02x\n", at, t->ram[at + 3],
				t->ram[at + 2], t->ram[at + 1], t->ram[at],
				u->ram[at + 3], u->ram[at + 2], u->ram[at + 1],
				u->ram[at]);
}

struct tally {
	unsigned done, absent, rights, reserved, nowhere, high;
};

static void compare(struct sys *t, uint8_t *high, struct unicorn *u,
		    enum paging mode, uint64_t seed, unsigned count,
		    struct tally *n, bool *unable)
{
	uint8_t *ram = malloc(SYS_RAM);
	unsigned wrong = 0;

	*unable = !ram;
	for (unsigned i = 0; i < count && wrong < 5 && !*unable; i++) {
		struct result ours, theirs;
		struct probe p;

		if (i % 8 == 0)
			draw_tables(t, mode, u->nxe ? 8 : 1, &seed);
		draw_probe(&p, mode, &seed);
		if (!u->nxe)
			p.efer &= ~0x800u;
		put_place(t->ram + PLACE, PLACE_LEN, 0);
		put_place(high, PLACE_LEN, 0x80);
		memcpy(ram, t->ram, SYS_RAM);
		if (hits_us(t, &p))
			continue;
		put_setup(t, &p);
		RIG_OK(vc_memory_written(t->vm, 0, SYS_RAM));
		RIG_OK(vc_memory_written(t->vm, HIGH, PLACE_LEN));
		if (!run_unicorn(t, high, &p, u, &theirs)) {
			*unable = true;
			break;
		}
		run_ours(t, &p, &ours);
		n->done += ours.vector == 3;
		n->nowhere += ours.nowhere;
		n->high += ours.vector == 3 &&
			   (p.kind == 'x' ? ours.edx >> 7 & 1 : p.size == 1 ?
			    0 : ours.eax >> 7 & 1) && p.kind != 'w';
		if (ours.vector == 14)
			*(ours.error & 8 ? &n->reserved : ours.error & 1 ?
			  &n->rights : &n->absent) += 1;
		if (!same(t, high, u, &p, &ours, &theirs)) {
			wrong++;
			fprintf(stderr, "case %u: %c%u at %llx, cpl %u, cr0 %x "
				"cr4 %x efer %x flags %x\n", i, p.kind, p.size,
				(unsigned long long)p.la, p.cpl, p.cr0, p.cr4,
				p.efer, p.flags);
			show("ours", &ours);
			show("unicorn", &theirs);
			show_tables(t, u);
		}
		memcpy(t->ram, ram, SYS_RAM);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	free(ram);
}

static void walks(enum paging mode, uint64_t seed, unsigned count)
{
	struct unicorn u = { .ram = malloc(SYS_RAM),
			     .high = malloc(PLACE_LEN),
			     .page = malloc(8192) };
	struct tally n = { 0, 0, 0, 0, 0, 0 };
	bool unable = true;
	uint8_t *high;
	struct sys *t = guest(mode, &high);

	CU_ASSERT_FATAL(u.ram && u.high && u.page);
	if (find_error_code(&u))
		compare(t, high, &u, mode, seed, count, &n, &unable);
	free(u.ram);
	free(u.high);
	free(u.page);
	free(u.context);
	sys_free(t);
	if (unable)
		RIG_SKIP("Unicorn does not start, or hides error codes");
	/* all ways were taken often enough to mean something */
	CU_ASSERT(n.done > count / 16);
	CU_ASSERT(n.absent > count / 20);
	CU_ASSERT(n.rights > count / 20);
	CU_ASSERT(n.reserved > (mode == LEGACY ? 3 : count / 50));
	CU_ASSERT(mode != LEGACY || n.high > 3);
}

static void test_paging_32_bit_walks_as_unicorn(void)
{
	walks(LEGACY, 0x1234567, 1500);
}

static void test_paging_pae_walks_as_unicorn(void)
{
	walks(PAE, 0x89abcde, 1500);
}

static void test_paging_4_level_walks_as_unicorn(void)
{
	walks(LONG, 0x5ca1ab1e, 1500);
}

#else

static void test_paging_32_bit_walks_as_unicorn(void)
{
	RIG_SKIP("built without Unicorn");
}

static void test_paging_pae_walks_as_unicorn(void)
{
	RIG_SKIP("built without Unicorn");
}

static void test_paging_4_level_walks_as_unicorn(void)
{
	RIG_SKIP("built without Unicorn");
}

#endif

RIG_SUITE(engine_paging_uc) {
	RIG_TEST(test_paging_32_bit_walks_as_unicorn),
	RIG_TEST(test_paging_pae_walks_as_unicorn),
	RIG_TEST(test_paging_4_level_walks_as_unicorn),
	RIG_END
};
