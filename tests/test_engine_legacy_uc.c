/* SPDX-License-Identifier: MIT */
/*
 * test_engine_legacy_uc.c: hardware task switches against Unicorn's: JMP, CALL
 * and IRET to tasks whose TSS, descriptors and selectors are drawn at random.
 * What is compared: did it fault, with which vector and in which task; the
 * registers and selectors on arrival, TR and LDTR; and memory: both TSSs, and
 * the busy and accessed bits. Error codes it does not show.
 *
 * Not drawn, or not compared, because Unicorn does otherwise than the manual:
 *  - paging: it asks for memory at linear addresses (test_engine_paging_uc.c);
 *  - 16-bit TSSs: it has their selectors four bytes apart (SDM 3A figure 8-10:
 *    two), and saves the old task in the new one's format;
 *  - conforming code with a DPL below its RPL: fine (table 8-1), #TS there;
 *  - accessed bits: it does not set them; all are set before;
 *  - EIP of faults behind the commit point: the old task's there; the new
 *    task's is right (§8.3, step 13). With virtual-8086 code it has the linear
 *    address;
 *  - the T bit and DR7: it does not look (§8.2.1; SDM 3B §18.2.4).
 */
#include "system_rig.h"

#ifdef VC_HAVE_UNICORN
#include <unicorn/unicorn.h>

#define START	0x600u
#define NEW_TSS	0x3400u
#define NEW_CODE 0xa000u
#define FAR_CODE 0x1a000u	/* beyond a 64 KiB segment */
#define SEL_NEW	SEL_FREE
#define SLOT	SEL_GATE
#define TOP	(SYS_STACK - 0x100)

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

struct draw {
	unsigned how;		/* 0 jmp, 1 call, 2 iret; by gate from 4 on */
	uint64_t tss_d, slot_d;
	uint32_t regs[8], flags;
	uint8_t tss[0x68];
};

static void put(uint8_t *p, uint32_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> i * 8);
}

static uint16_t rnd_sel(unsigned cpl, bool code)
{
	static const uint16_t codes[] = { SEL_CODE32, SEL_UCODE32, SEL_CODE1,
		SEL_CODE16, SEL_ABSENT_CODE };
	static const uint16_t datas[] = { SEL_DATA, SEL_UDATA, SEL_DATA1,
		SEL_RODATA, SEL_XCODE, SEL_ABSENT_DATA, 0,
		SEL_BEYOND, SLOT, SEL_DATA16, SEL_TSS, SEL_CONF32 };
	uint16_t sel;

	if (!one_in(4))
		return (uint16_t)((code ? cpl == 3 ? SEL_UCODE32 : SEL_CODE32 :
				   cpl == 3 ? SEL_UDATA : SEL_DATA) |
				  cpl);
	sel = code && !one_in(6) ? codes[rnd() % 5] :
	      datas[rnd() % (code ? 11 : 12)];
	return (uint16_t)((sel & ~3u) | (one_in(3) ? rnd() & 3 : cpl));
}

static void draw_tss(struct draw *w)
{
	unsigned at = 32;
	unsigned cpl = one_in(2) ? 3 : 0;
	bool v86 = one_in(8);
	uint32_t flags = (rnd() & 0x247ed5) | 2;

	/* no single step, which would not end at the same place */
	flags &= ~0x100u;
	memset(w->tss, 0, sizeof(w->tss));
	put(w->tss, rnd(), 2);
	/* a stack for faults at level 3 */
	put(w->tss + 4, 0xe000, 2);
	put(w->tss + 8, SEL_DATA, 2);
	put(w->tss + at, one_in(12) ? FAR_CODE : NEW_CODE, 4);
	if (v86)
		put(w->tss + at, 0, 4);
	put(w->tss + (at += 4), v86 ? flags | 0x20000 : flags, 4);
	for (unsigned i = 0; i < 8; i++)
		put(w->tss + (at += 4), i == 4 ? TOP - 512 : rnd(), 4);
	at += 4;
	for (unsigned i = 0; i < 6; i++, at += 4)
		put(w->tss + at, v86 ? i == 1 ? NEW_CODE >> 4 : rnd() :
		    rnd_sel(cpl, i == 1), 2);
	put(w->tss + 0x60,
	    one_in(2) ? SEL_LDT | (rnd() & 3) : one_in(5) ? rnd_sel(0, false) :
	    0, 2);
}

static void draw(struct draw *w)
{
	unsigned type;

	memset(w, 0, sizeof(*w));
	w->how = rnd() % 3;
	if (w->how < 2 && one_in(2))
		w->how |= 4;
	type = w->how == 2 ? 11 : 9;
	if (one_in(15)) {	/* the wrong one: no gate, no 16-bit TSS */
		static const uint8_t types[] = { 0, 2, 8, 9, 10, 11, 13, 0x12 };

		type = types[rnd() % 8];
	}
	w->tss_d = sys_desc(NEW_TSS, one_in(20) ? rnd() % 0x70 : 0x67,
			    (one_in(20) ? 0 : 0x80) | (rnd() & 0x60) | type, 0);
	w->slot_d = (uint64_t)((one_in(20) ? 5u : 0x85u) | (rnd() & 0x60)) <<
		    40 | (uint64_t)(one_in(20) ? rnd_sel(0, false) : SEL_NEW)
		    << 16;
	if (!(w->how & 4))	/* then it is there for segments to name */
		w->slot_d = sys_desc(rnd() & 0xffff, 0xfffff, (rnd() & 0x7f) |
				     0x91, D_FLAT32);
	if ((w->slot_d >> 42 & 7) == 7)		/* conforming code */
		w->slot_d &= ~((uint64_t)1 << 42);
	for (unsigned i = 0; i < 8; i++)
		w->regs[i] = rnd();
	w->regs[4] = TOP;
	w->flags = (rnd() & 0xed5 & ~0x100u) | 2 | (w->how == 2 ? 0x4000 : 0);
	draw_tss(w);
}

/* The whole of memory as both get it. */
static void build(struct sys *t, const struct draw *w)
{
	uint8_t code[8] = { 0 };

	memset(t->ram, 0, SYS_RAM);
	RIG_OK(vc_memory_written(t->vm, 0, SYS_RAM));
	sys_tables(t, false);
	sys_gdt(t, SEL_TSS, sys_desc(SYS_TSS, 0x1ff, 0x89, 0));
	sys_gdt(t, SEL_NEW, w->tss_d);
	sys_gdt(t, SLOT, w->slot_d);
	sys_bytes(t, NEW_TSS, w->tss, sizeof(w->tss));
	sys_put(t, SYS_TSS, 2, SEL_NEW);
	sys_bytes(t, NEW_CODE, "\xeb\xfe", 2);	/* jmp $ */
	sys_bytes(t, FAR_CODE, "\xeb\xfe", 2);
	sys_put(t, SYS_DATA, 2, SYS_GDT_LIMIT);
	sys_put(t, SYS_DATA + 2, 4, SYS_GDT);
	t->at = START;
	SYS_EMIT(t, 0x0f, 0x01, 0x15, LE32(SYS_DATA),
		 0xea, LE32(START + 14), LE16(SEL_CODE32),
		 0x66, 0xb8, LE16(SEL_TSS), 0x0f, 0x00, 0xd8,
		 0x66, 0xb8, LE16(SEL_DATA), 0x8e, 0xd0, 0x8e, 0xd8, 0x8e,
		 0xc0, 0x8e, 0xe0, 0x8e, 0xe8);
	for (unsigned i = 0; i < 8; i++) {
		code[0] = (uint8_t)(0xb8 + i);
		put(code + 1, w->regs[i], 4);
		sys_emit(t, code, 5);
	}
	/* push flags; popf; push again is 0: the stack as it was */
	code[0] = 0x68;
	put(code + 1, w->flags, 4);
	sys_emit(t, code, 5);
	SYS_EMIT(t, 0x9d);
	code[0] = 0xe9;
	put(code + 1, SYS_CODE - (t->at + 5), 4);
	sys_emit(t, code, 5);
	t->at = SYS_CODE;
	if (w->how == 2) {
		SYS_EMIT(t, 0xcf);
	} else {
		code[0] = w->how & 1 ? 0x9a : 0xea;
		put(code + 1, 0, 4);
		put(code + 5, w->how & 4 ? SLOT : SEL_NEW, 2);
		sys_emit(t, code, 7);
	}
}

struct outcome {
	int vector;		/* or -1 */
	uint32_t eip, r[8], flags;
	uint16_t sel[6], tr, ldtr;
};

static struct outcome *theirs_now;

static const int uc_gpr[8] = { UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX,
	UC_X86_REG_EBX, UC_X86_REG_ESP, UC_X86_REG_EBP, UC_X86_REG_ESI,
	UC_X86_REG_EDI };
static const int uc_sel[6] = { UC_X86_REG_ES, UC_X86_REG_CS, UC_X86_REG_SS,
	UC_X86_REG_DS, UC_X86_REG_FS, UC_X86_REG_GS };

static void read_unicorn(uc_engine *uc, struct outcome *o)
{
	uc_x86_mmr mmr;
	uint32_t v;

	uc_reg_read(uc, UC_X86_REG_EIP, &o->eip);
	for (unsigned i = 0; i < 8; i++)
		uc_reg_read(uc, uc_gpr[i], &o->r[i]);
	uc_reg_read(uc, UC_X86_REG_EFLAGS, &o->flags);
	for (unsigned i = 0; i < 6; i++) {
		v = 0;
		uc_reg_read(uc, uc_sel[i], &v);
		o->sel[i] = (uint16_t)v;
	}
	memset(&mmr, 0, sizeof(mmr));
	uc_reg_read(uc, UC_X86_REG_TR, &mmr);
	o->tr = mmr.selector;
	memset(&mmr, 0, sizeof(mmr));
	uc_reg_read(uc, UC_X86_REG_LDTR, &mmr);
	o->ldtr = mmr.selector;
}

static void on_interrupt(uc_engine *uc, uint32_t vector, void *opaque)
{
	(void)opaque;
	if (theirs_now->vector < 0) {
		theirs_now->vector = (int)vector;
		read_unicorn(uc, theirs_now);
	}
	uc_emu_stop(uc);
}

static bool run_unicorn(const struct sys *t, uint8_t *ram, struct outcome *o)
{
	uc_engine *uc;
	uc_hook hook;

	memcpy(ram, t->ram, SYS_RAM);
	if (uc_open(UC_ARCH_X86, UC_MODE_32, &uc))
		return false;
	uc_mem_map_ptr(uc, 0, SYS_RAM, UC_PROT_ALL, ram);
	uc_hook_add(uc, &hook, UC_HOOK_INTR, (void *)on_interrupt, NULL, 1, 0);
	memset(o, 0, sizeof(*o));
	o->vector = -1;
	theirs_now = o;
	/* NEW_CODE jumps in place */
	uc_emu_start(uc, START, SYS_CODE + 0x100, 0, 60);
	if (o->vector < 0)
		read_unicorn(uc, o);
	uc_close(uc);
	return true;
}

/* The same here, with faults delivered; UNDELIVERABLE when the new task has no
 * stack for that. */
#define UNDELIVERABLE	(-2)

static void run_ours(struct sys *t, struct outcome *o)
{
	static const unsigned order[6] = { VC_SEG_ES, VC_SEG_CS, VC_SEG_SS,
		VC_SEG_DS, VC_SEG_FS, VC_SEG_GS };

	sys_state(t, SYS_PROT, 0);
	t->s.cr0 &= ~UINT64_C(8);
	sys_seg(&t->s.seg[VC_SEG_LDTR], 0, 0, 0, 0);
	t->s.rip = START;
	RIG_OK(vc_breakpoint_add(t->vm, NEW_CODE));
	RIG_OK(vc_breakpoint_add(t->vm, FAR_CODE));
	sys_run(t);
	RIG_OK(vc_breakpoint_remove(t->vm, NEW_CODE));
	RIG_OK(vc_breakpoint_remove(t->vm, FAR_CODE));
	memset(o, 0, sizeof(*o));
	o->vector = t->reason == VC_EXIT_DEBUG ? -1 : sys_vector(t);
	if (o->vector == 8 || t->reason == VC_EXIT_SHUTDOWN)
		o->vector = UNDELIVERABLE;
	o->eip = o->vector >= 0 ? (uint32_t)sys_frame(t, 1, 4) :
		 (uint32_t)t->s.rip;
	for (unsigned i = 0; i < 8; i++)
		o->r[i] = (uint32_t)t->s.gpr[i];
	o->flags = (uint32_t)t->s.rflags;
	for (unsigned i = 0; i < 6; i++)
		o->sel[i] = t->s.seg[order[i]].selector;
	o->tr = t->s.seg[VC_SEG_TR].selector;
	o->ldtr = t->s.seg[VC_SEG_LDTR].selector;
}

static bool same(struct sys *t, const uint8_t *ram, const struct outcome *a,
		 const struct outcome *b)
{
	if (memcmp(t->ram + SYS_GDT, ram + SYS_GDT, SYS_GDT_LIMIT + 1) ||
	    memcmp(t->ram + SYS_TSS, ram + SYS_TSS, 0x68) ||
	    memcmp(t->ram + NEW_TSS, ram + NEW_TSS, 0x68))
		return false;
	if (a->tr != b->tr || a->ldtr != b->ldtr)
		return false;
	for (unsigned i = 0; i < 8; i++)
		if (a->r[i] != b->r[i] && (i != 4 || a->vector == -1))
			return false;
	if (a->vector == UNDELIVERABLE)
		return b->vector >= 0;
	if (a->vector != b->vector)
		return false;
	/* behind the commit point it forgets the new EIP */
	if (a->vector >= 0)
		return a->tr == SEL_NEW || a->eip == b->eip;
	/* of virtual-8086 code it gives the linear address */
	if (b->eip != a->eip + (a->flags & 0x20000 ? a->sel[1] * 16u : 0))
		return false;
	return a->flags == b->flags &&
	       !memcmp(a->sel, b->sel, sizeof(a->sel));
}

static void show(const char *who, const struct outcome *o)
{
	fprintf(stderr, "%s: vector %d eip %x esp %x flags %x es %x cs %x "
		"ss %x ds %x fs %x gs %x tr %x ldtr %x eax %x\n", who,
		o->vector, (unsigned)o->eip, (unsigned)o->r[4],
		(unsigned)o->flags, o->sel[0], o->sel[1], o->sel[2], o->sel[3],
		o->sel[4], o->sel[5], o->tr, o->ldtr, (unsigned)o->r[0]);
}

static void show_memory(const struct sys *t, const uint8_t *ram)
{
	for (uint32_t i = SYS_GDT; i < SYS_LDT; i++)
		if (t->ram[i] != ram[i])
			fprintf(stderr, "  at %x: %02x, %02x\n", i, t->ram[i],
				ram[i]);
}

static void test_task_switches_as_unicorn(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);
	uint8_t *ram = malloc(SYS_RAM);
	unsigned arrived = 0, before = 0, behind = 0, wrong = 0;
	const unsigned runs = 2000;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ram);
	rnd_state = 0x9e3779b97f4a7c15;
	for (unsigned n = 0; n < runs && wrong < 5; n++) {
		struct outcome theirs, ours;
		struct draw w;

		draw(&w);
		build(t, &w);
		if (!run_unicorn(t, ram, &theirs)) {
			free(ram);
			sys_free(t);
			RIG_SKIP("Unicorn does not start");
		}
		run_ours(t, &ours);
		*(theirs.vector < 0 ? &arrived : theirs.tr == SEL_NEW ?
		  &behind : &before) += 1;
		if (same(t, ram, &ours, &theirs)) {
			if (t->reason != VC_EXIT_SHUTDOWN)
				continue;
		} else {
			wrong++;
			fprintf(stderr, "run %u: how %u, tss %016llx slot "
				"%016llx\n", n, w.how,
				(unsigned long long)w.tss_d,
				(unsigned long long)w.slot_d);
			show("ours", &ours);
			show("unicorn", &theirs);
			show_memory(t, ram);
		}
		/* a machine that was shut down stays so */
		sys_free(t);
		t = sys_new(SYS_PROT, 0);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	/* all ways were taken often enough to mean something */
	CU_ASSERT(arrived > runs / 8);
	CU_ASSERT(before > runs / 16);
	CU_ASSERT(behind > runs / 8);
	free(ram);
	sys_free(t);
}

#else

static void test_task_switches_as_unicorn(void)
{
	RIG_SKIP("built without Unicorn");
}

#endif

RIG_SUITE(engine_legacy_uc) {
	RIG_TEST(test_task_switches_as_unicorn),
	RIG_END
};
