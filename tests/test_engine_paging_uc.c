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
 * and left to test_engine_paging_qemu.c:
 *  - they walk the tables and then access memory at the linear address: then
 *    what was read, written or run is not compared;
 *  - WRMSR does not set EFER.NXE: then it is never drawn. Bit 63 is reserved
 *    without it (§4.6.2), which is compared.
 */
#include "rig.h"

#ifdef VC_HAVE_UNICORN
#include "paging_rig.h"

#include <unicorn/unicorn.h>

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
