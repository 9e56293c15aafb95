/* SPDX-License-Identifier: MIT */
/*
 * test_engine_system_uc.c: selectors, far transfers and returns in protected
 * mode against Unicorn, with descriptors, gates, selectors and frames drawn at
 * random. What is compared: did it fault, with which vector and where; else
 * where it arrived, general registers, flags, selectors, and the tables
 * (accessed bits), with the stack.
 *
 * Not drawn: task switches (test_engine_legacy_uc.c), and what Unicorn does
 * otherwise than the manual: code limits on returns (it does not check them),
 * segments that were never accessed as CS, or as SS of a return (it does not
 * set the bit), call gates to conforming code (it takes that segment's DPL for
 * the CPL), the upper half of a 16-bit gate's offset (it uses it). Error codes
 * it does not show.
 */
#include "system_rig.h"

#ifdef VC_HAVE_UNICORN
#include <unicorn/unicorn.h>

#define START	0x600u		/* where the way to the tested code begins */
#define STOP16	0x700u		/* where 16-bit gates lead */
#define USER_SP	(SYS_USTACK - 0x100)
#define KERN_SP	(SYS_STACK - 0x100)
#define SLOT	SEL_GATE	/* the drawn descriptor; the next is SEL_GATE2 */

static uint64_t rnd_state;

static uint32_t rnd(void)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (uint32_t)(rnd_state >> 16);
}

static bool one_in(unsigned n)
{
	return rnd() % n == 0;
}

/* A descriptor of any kind that is not a way to a task switch. */
static uint64_t rnd_desc(void)
{
	unsigned access = rnd() & 0xff, flags = 0x4000;
	uint32_t limit = one_in(3) ? rnd() & 0xfffff : 0xfffff;

	if (!one_in(6))
		access |= 0x80;
	if (!one_in(4))
		access |= 0x10;
	if (one_in(2))
		access = (access & ~0x60u) | (one_in(2) ? 0x60 : 0);
	/* the system types left: LDT, call gates, reserved ones */
	if (!(access & 0x10)) {
		static const uint8_t types[] = { 0, 2, 4, 8, 10, 12, 13 };

		access = (access & 0xf0) | types[rnd() % sizeof(types)];
		if ((access & 15) == 4 || (access & 15) == 12) {
			uint64_t to = access & 8 ? SYS_OTHER : STOP16;

			return (to & 0xffff) | to >> 16 << 48 |
			       (uint64_t)access << 40 |
			       (uint64_t)(one_in(4) ? SEL_GATE2 :
					  one_in(4) ? SEL_CODE1 :
					  SEL_CODE32) << 16;
		}
	}
	if ((access & 0x18) == 0x18)
		access |= 1;
	if ((access & 0x18) == 0x18 || one_in(2)) {
		limit = 0xfffff;
		flags |= 0x8000;
	}
	return sys_desc(0, limit, access, flags);
}

static uint16_t rnd_sel(void)
{
	static const uint16_t known[] = {
		0, SEL_DATA, SEL_CODE32, SEL_UCODE32, SEL_UDATA, SEL_CONF32,
		SEL_CODE1, SEL_DATA1, SEL_ABSENT_DATA, SEL_ABSENT_CODE,
		SEL_RODATA, SEL_XCODE, SEL_FRESH, SEL_BEYOND, SEL_GATE2,
	};

	if (one_in(2))
		return (uint16_t)(SLOT | (rnd() & 3));
	return (uint16_t)((known[rnd() % (sizeof(known) / 2)] & 0xfffcu) |
			  (one_in(2) ? 0 : rnd() & 3));
}

struct draw {
	uint8_t code[64];
	unsigned len;
	unsigned cpl;
	uint64_t d[2];
	uint32_t frame[8];
	uint32_t eax;
};

static void draw_put(struct draw *w, const void *b, unsigned n)
{
	memcpy(w->code + w->len, b, n);
	w->len += n;
}

static void draw(struct draw *w)
{
	static const uint8_t movs[][2] = { { 0x8e, 0xc0 }, { 0x8e, 0xd8 },
					   { 0x8e, 0xe0 }, { 0x8e, 0xe8 },
					   { 0x8e, 0xd0 } };
	static const uint8_t looks[][3] = { { 0x0f, 0x02, 0xc8 },
		{ 0x0f, 0x03, 0xc8 }, { 0x0f, 0x00, 0xe0 },
		{ 0x0f, 0x00, 0xe8 } };
	uint16_t sel = rnd_sel();
	uint8_t far[7] = { 0, LE32(SYS_OTHER), LE16(sel) };

	memset(w, 0, sizeof(*w));
	w->cpl = one_in(2) ? 3 : 0;
	w->d[0] = rnd_desc();
	w->d[1] = rnd_desc();
	if (!(w->d[0] >> 44 & 1) && (w->d[1] >> 43 & 3) == 3)
		w->d[1] &= ~((uint64_t)1 << 42);
	w->eax = sel;
	for (unsigned i = 0; i < 8; i++)
		w->frame[i] = rnd_sel();
	w->frame[0] = SYS_OTHER;
	switch (rnd() % 7) {
	case 0:
	case 1:
		draw_put(w, movs[rnd() % 5], 2);
		break;
	case 2:
		draw_put(w, looks[rnd() % 4], 3);
		break;
	case 3:
		far[0] = 0xea;
		draw_put(w, far, 7);
		break;
	case 4:
		far[0] = 0x9a;
		draw_put(w, far, 7);
		break;
	case 5:		/* retf: EIP CS ESP SS */
		w->frame[2] = USER_SP - 64;
		draw_put(w, "\xcb", 1);
		break;
	default:	/* iretd: EIP CS EFLAGS ESP SS; no NT, no VM */
		w->frame[2] = (rnd() & 0x243ed5) | 2;
		w->frame[2] &= ~0x100u;
		w->frame[3] = USER_SP - 64;
		draw_put(w, "\xcf", 1);
		break;
	}
	if (w->code[0] == 0xcb || w->code[0] == 0xcf)
		for (unsigned i = 0; i < 2; i++)
			if (w->d[i] >> 44 & 1)
				w->d[i] |= (uint64_t)1 << 40;
	draw_put(w, "\x90", 1);
}

/* The whole of memory as both get it. */
static void build(struct sys *t, const struct draw *w)
{
	uint32_t sp = w->cpl ? USER_SP : KERN_SP;

	memset(t->ram, 0, SYS_RAM);
	RIG_OK(vc_memory_written(t->vm, 0, SYS_RAM));
	sys_tables(t, false);
	sys_gdt(t, SLOT, w->d[0]);
	sys_gdt(t, SEL_GATE2, w->d[1]);
	sys_bytes(t, SYS_CODE, w->code, w->len);
	sys_bytes(t, SYS_OTHER, "\xeb\xfe", 2);	/* jmp $ */
	sys_bytes(t, STOP16, "\xeb\xfe", 2);
	sys_put(t, SYS_DATA, 2, SYS_GDT_LIMIT);
	sys_put(t, SYS_DATA + 2, 4, SYS_GDT);
	for (unsigned i = 0; i < 8; i++)
		sys_put(t, sp + i * 4, 4, w->frame[i]);
	t->at = START;
	/* lgdt; ltr; ss, ds, es, fs, gs; esp; jmp or iret to the code */
	SYS_EMIT(t, 0x0f, 0x01, 0x15, LE32(SYS_DATA),
		 0xea, LE32(START + 14), LE16(SEL_CODE32),
		 0x66, 0xb8, LE16(SEL_TSS), 0x0f, 0x00, 0xd8);
	if (w->cpl)
		SYS_EMIT(t, 0x66, 0xb8, LE16(SEL_DATA), 0x8e, 0xd0,
			 0xbc, LE32(SYS_STACK), 0x66, 0xb8, LE16(SEL_UDATA));
	else
		SYS_EMIT(t, 0x66, 0xb8, LE16(SEL_DATA), 0x8e, 0xd0,
			 0xbc, LE32(KERN_SP));
	SYS_EMIT(t, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xe0, 0x8e, 0xe8);
	if (w->cpl)
		SYS_EMIT(t, 0x6a, SEL_UDATA, 0x68, LE32(USER_SP), 0x6a, 0x02,
			 0x6a, SEL_UCODE32, 0x68, LE32(START + 0x80), 0xcf);
	else
		SYS_EMIT(t, 0xe9, LE32(0x80 - (46 + 5)));
	t->at = START + 0x80;
	{
		uint8_t last[10] = { 0xb8, LE32(w->eax), 0xe9,
				     LE32(SYS_CODE - (START + 0x8a)) };

		sys_emit(t, last, sizeof(last));
	}
}

struct outcome {
	int vector;		/* or -1 */
	uint32_t eip;
	uint32_t r[8];
	uint32_t flags;
	uint16_t sel[6];
};

static void on_interrupt(uc_engine *uc, uint32_t vector, void *opaque)
{
	*(int *)opaque = (int)vector;
	uc_emu_stop(uc);
}

static const int uc_gpr[8] = { UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX,
	UC_X86_REG_EBX, UC_X86_REG_ESP, UC_X86_REG_EBP, UC_X86_REG_ESI,
	UC_X86_REG_EDI };
static const int uc_sel[6] = { UC_X86_REG_ES, UC_X86_REG_CS, UC_X86_REG_SS,
	UC_X86_REG_DS, UC_X86_REG_FS, UC_X86_REG_GS };

/* Runs to the NOP behind the tested code, or SYS_OTHER, or a fault. */
static bool run_unicorn(const struct sys *t, const struct draw *w,
			uint8_t *ram, struct outcome *o)
{
	uc_engine *uc;
	uc_hook hook;
	uint32_t v;
	int vector = -1;

	memcpy(ram, t->ram, SYS_RAM);
	if (uc_open(UC_ARCH_X86, UC_MODE_32, &uc))
		return false;
	uc_mem_map_ptr(uc, 0, SYS_RAM, UC_PROT_ALL, ram);
	uc_hook_add(uc, &hook, UC_HOOK_INTR, (void *)on_interrupt, &vector, 1,
		    0);
	/* at the other stops it jumps in place until the count is used up */
	uc_emu_start(uc, START, SYS_CODE + w->len - 1, 0, 100);
	o->vector = vector;
	uc_reg_read(uc, UC_X86_REG_EIP, &o->eip);
	for (unsigned i = 0; i < 8; i++) {
		uc_reg_read(uc, uc_gpr[i], &v);
		o->r[i] = v;
	}
	uc_reg_read(uc, UC_X86_REG_EFLAGS, &o->flags);
	for (unsigned i = 0; i < 6; i++) {
		v = 0;
		uc_reg_read(uc, uc_sel[i], &v);
		o->sel[i] = (uint16_t)v;
	}
	uc_close(uc);
	return true;
}

/*
 * The same here: breakpoints where Unicorn stops. A fault is delivered, to a
 * handler that stops.
 */
static void run_ours(struct sys *t, const struct draw *w, struct outcome *o)
{
	const uint64_t stops[3] = { SYS_CODE + w->len - 1, SYS_OTHER, STOP16 };

	sys_state(t, SYS_PROT, 0);
	t->s.seg[VC_SEG_TR].selector = 0;
	t->s.seg[VC_SEG_LDTR].selector = 0;
	t->s.seg[VC_SEG_LDTR].attr = 0;
	t->s.rip = START;
	for (unsigned i = 0; i < 3; i++)
		RIG_OK(vc_breakpoint_add(t->vm, stops[i]));
	sys_run(t);
	for (unsigned i = 0; i < 3; i++)
		RIG_OK(vc_breakpoint_remove(t->vm, stops[i]));
	o->vector = t->reason == VC_EXIT_DEBUG ? -1 : sys_vector(t);
	if (t->reason == VC_EXIT_DEBUG)
		o->eip = (uint32_t)t->s.rip;
	else		/* the frame, behind an error code where there is one */
		o->eip = (uint32_t)sys_frame(t, o->vector == 6 ? 0 : 1, 4);
	for (unsigned i = 0; i < 8; i++)
		o->r[i] = (uint32_t)t->s.gpr[i];
	o->flags = (uint32_t)t->s.rflags;
	for (unsigned i = 0; i < 6; i++)
		o->sel[i] = t->s.seg[i].selector;
}

static bool same(struct sys *t, const uint8_t *ram, const struct outcome *a,
		 const struct outcome *b)
{
	/* the accessed bits; Unicorn's LTR makes the TSS busy as ours */
	if (memcmp(t->ram + SYS_GDT, ram + SYS_GDT, SYS_GDT_LIMIT + 1))
		return false;
	if (a->vector != b->vector || a->eip != b->eip)
		return false;
	/* a fault was delivered here, but not there */
	if (a->vector >= 0)
		return true;
	return !memcmp(a->r, b->r, sizeof(a->r)) && a->flags == b->flags &&
	       !memcmp(a->sel, b->sel, sizeof(a->sel)) &&
	       !memcmp(t->ram + SYS_STACK0 - 256, ram + SYS_STACK0 - 256, 256) &&
	       !memcmp(t->ram + SYS_STACK1 - 256, ram + SYS_STACK1 - 256, 256) &&
	       !memcmp(t->ram + USER_SP - 64, ram + USER_SP - 64, 64) &&
	       !memcmp(t->ram + KERN_SP - 64, ram + KERN_SP - 64, 64);
}

static void show(const char *who, const struct outcome *o)
{
	fprintf(stderr, "%s: vector %d eip %x esp %x eax %x ecx %x flags %x "
		"es %x cs %x ss %x ds %x fs %x gs %x\n", who, o->vector,
		(unsigned)o->eip, (unsigned)o->r[4], (unsigned)o->r[0],
		(unsigned)o->r[1], (unsigned)o->flags, o->sel[0], o->sel[1],
		o->sel[2], o->sel[3], o->sel[4], o->sel[5]);
}

static void test_system_selectors_as_unicorn(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);
	uint8_t *ram = malloc(SYS_RAM);
	unsigned arrived = 0, faulted = 0, wrong = 0;
	const unsigned runs = 1500;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ram);
	rnd_state = 0x9e3779b97f4a7c15;
	for (unsigned n = 0; n < runs && wrong < 5; n++) {
		struct outcome theirs, ours;
		struct draw w;

		draw(&w);
		build(t, &w);
		if (!run_unicorn(t, &w, ram, &theirs)) {
			free(ram);
			sys_free(t);
			RIG_SKIP("Unicorn does not start");
		}
		run_ours(t, &w, &ours);
		*(theirs.vector < 0 ? &arrived : &faulted) += 1;
		if (same(t, ram, &ours, &theirs))
			continue;
		wrong++;
		fprintf(stderr, "run %u: cpl %u, code %02x %02x %02x, eax %x, "
			"desc %016llx %016llx, frame %x %x %x %x %x\n", n,
			w.cpl, w.code[0], w.code[1], w.code[2],
			(unsigned)w.eax, (unsigned long long)w.d[0],
			(unsigned long long)w.d[1], (unsigned)w.frame[0],
			(unsigned)w.frame[1], (unsigned)w.frame[2],
			(unsigned)w.frame[3], (unsigned)w.frame[4]);
		show("ours", &ours);
		show("unicorn", &theirs);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	/* both ways were taken often enough to mean something */
	CU_ASSERT(arrived > runs / 8);
	CU_ASSERT(faulted > runs / 8);
	free(ram);
	sys_free(t);
}

#else

static void test_system_selectors_as_unicorn(void)
{
	RIG_SKIP("built without Unicorn");
}

#endif

RIG_SUITE(engine_system_uc) {
	RIG_TEST(test_system_selectors_as_unicorn),
	RIG_END
};
