/* SPDX-License-Identifier: MIT */
/*
 * test_engine_legacy_task.c: hardware task switches (SDM 3A ch. 8): every way
 * there and back between 16-bit and 32-bit task state segments, what is saved,
 * loaded, marked and linked, and each exception of table 8-1 in its context.
 */
#include "engine_rig.h"

#define NEW_TSS		0x3400u
#define THIRD_TSS	0x3600u
#define NEW_CODE	0xa000u		/* within reach of a 16-bit IP */
#define NEW_STACK	0xf000u
#define NEW_STACK0	0xe000u
#define SEL_NEW		SEL_FREE
#define SEL_THIRD	0xe8u
#define NT		0x4000u
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

enum how { JMP_TSS, CALL_TSS, JMP_GATE, CALL_GATE, IRET, INT_GATE, HOWS };

enum { ES, CS, SS, DS, FS, GS };	/* in a TSS's order */
static const unsigned seg_of[6] = { VC_SEG_ES, VC_SEG_CS, VC_SEG_SS, VC_SEG_DS,
				    VC_SEG_FS, VC_SEG_GS };

struct task {
	uint32_t ip, flags, r[8];
	uint16_t sel[6], ldt;
	uint32_t cr3;
	bool trap;
};

/* ---- tables ---- */

static unsigned tss_at(bool wide, unsigned narrow_at, unsigned wide_at)
{
	return wide ? wide_at : narrow_at;
}

static void tss_put(struct sys *t, uint32_t base, bool wide,
		    const struct task *k)
{
	unsigned n = wide ? 4 : 2, at = base + tss_at(wide, 14, 32);

	memset(t->ram + base, 0, 0x68);
	if (wide) {
		sys_put(t, base + 4, 4, NEW_STACK0);
		sys_put(t, base + 8, 4, SEL_DATA);
		sys_put(t, base + 28, 4, k->cr3);
		sys_put(t, base + 0x64, 1, k->trap);
	} else {
		sys_put(t, base + 2, 2, NEW_STACK0);
		sys_put(t, base + 4, 2, SEL_DATA);
	}
	sys_put(t, at, n, k->ip);
	sys_put(t, at += n, n, k->flags);
	for (unsigned i = 0; i < 8; i++)
		sys_put(t, at += n, n, k->r[i]);
	at += n;
	for (unsigned i = 0; i < (wide ? 6 : 4); i++, at += n)
		sys_put(t, at, 2, k->sel[i]);
	sys_put(t, base + tss_at(wide, 0x2a, 0x60), 2, k->ldt);
}

static void tss_get(struct sys *t, uint32_t base, bool wide, struct task *k)
{
	unsigned n = wide ? 4 : 2, at = base + tss_at(wide, 14, 32);

	memset(k, 0, sizeof(*k));
	k->ip = (uint32_t)sys_get(t, at, n);
	k->flags = (uint32_t)sys_get(t, at += n, n);
	for (unsigned i = 0; i < 8; i++)
		k->r[i] = (uint32_t)sys_get(t, at += n, n);
	at += n;
	for (unsigned i = 0; i < (wide ? 6 : 4); i++, at += n)
		k->sel[i] = (uint16_t)sys_get(t, at, 2);
}

/* access: without the busy bit */
static void tss_desc(struct sys *t, unsigned sel, uint32_t base, bool wide,
		     unsigned access)
{
	sys_gdt(t, sel, sys_desc(base, wide ? 0x67 : 0x2b, access |
				 (wide ? 9 : 1), 0));
}

static bool is_busy(struct sys *t, unsigned sel)
{
	return sys_get(t, SYS_GDT + sel + 5, 1) & 2;
}

/* What a task at level cpl may look like; runs NEW_CODE. */
static struct task plain(unsigned cpl)
{
	struct task k = { .ip = NEW_CODE, .flags = 0x2 };

	for (unsigned i = 0; i < 8; i++)
		k.r[i] = 0x10101010u * (i + 1);
	k.r[4] = NEW_STACK;
	for (unsigned i = 0; i < 6; i++)
		k.sel[i] = cpl ? SEL_UDATA : SEL_DATA;
	k.sel[CS] = cpl ? SEL_UCODE32 : SEL_CODE32;
	return k;
}

static void code_far(struct sys *t, unsigned op, unsigned sel)
{
	uint8_t b[7] = { (uint8_t)op, 0, 0, 0, 0, LE16(sel) };

	sys_emit(t, b, sizeof(b));
}

/* The machine with the old task, and the new task k behind SEL_NEW. */
static struct sys *machine(bool old_wide, bool new_wide, unsigned cpl,
			   const struct task *k)
{
	struct sys *t = sys_new(SYS_PROT, cpl);

	if (!old_wide) {
		sys_put(t, SYS_TSS + 2, 2, SYS_STACK0 & 0xffff);
		sys_put(t, SYS_TSS + 4, 2, SEL_DATA);
		t->s.seg[VC_SEG_TR].attr = 0x83;
	}
	sys_gdt(t, SEL_TSS, sys_desc(SYS_TSS, 0x1ff, old_wide ? 0x8b : 0x83,
				     0));
	tss_put(t, NEW_TSS, new_wide, k);
	tss_desc(t, SEL_NEW, NEW_TSS, new_wide, 0xe0);
	sys_gdt(t, SEL_GATE, (uint64_t)0xe5 << 40 | SEL_NEW << 16);
	sys_gate(t, SYS_IDT + 0x40 * 8, false, SEL_NEW, 0, 0xe5, 0);
	sys_bytes(t, NEW_CODE, "\x0f\x01\xc1\xf4", 4);
	return t;
}

static void emit_how(struct sys *t, enum how how)
{
	switch (how) {
	case JMP_TSS:
	case CALL_TSS:
		code_far(t, how == JMP_TSS ? 0xea : 0x9a, SEL_NEW);
		break;
	case JMP_GATE:
	case CALL_GATE:
		code_far(t, how == JMP_GATE ? 0xea : 0x9a, SEL_GATE);
		break;
	case IRET:
		SYS_EMIT(t, 0xcf);
		sys_put(t, SYS_TSS, 2, SEL_NEW);
		sys_put(t, SYS_GDT + SEL_NEW + 5, 1,
			sys_get(t, SYS_GDT + SEL_NEW + 5, 1) | 2);
		t->s.rflags |= NT;
		break;
	default:
		SYS_EMIT(t, 0xcd, 0x40);
		break;
	}
}

/* ---- the switch ---- */

static void note(uint32_t *wrong, unsigned what, bool is)
{
	if (is)
		*wrong |= 1u << what;
}

static void check_switch(bool ow, bool nw, enum how how, unsigned cpl,
			 unsigned new_cpl)
{
	struct task k = plain(new_cpl), saved;
	struct sys *t;
	bool nests = how == CALL_TSS || how == CALL_GATE || how == INT_GATE;
	uint32_t flags = 0x202 | 0x8d5, high = nw ? 0 : 0xffff0000, wrong = 0;
	uint32_t cut = ow ? 0xffffffff : 0xffff, next;
	uint32_t regs[8];

	k.flags = 0x3202 | 0x400 | (nw ? 0x200000 : 0);
	k.ldt = SEL_LDT;
	t = machine(ow, nw, cpl, &k);
	for (unsigned i = 0; i < 8; i++)
		if (i != VC_RSP)
			t->s.gpr[i] = 0xabcd0000u + i * 0x111;
	t->s.rflags = flags | (ow ? 0x240000 : 0);
	t->s.dr7 = 0x400 | 0x3ff;
	t->s.dr[0] = t->s.dr[1] = t->s.dr[2] = t->s.dr[3] = 0xfff00;
	t->s.cr0 &= ~UINT64_C(8);
	emit_how(t, how);
	next = t->at;
	flags = (uint32_t)t->s.rflags;
	for (unsigned i = 0; i < 8; i++)
		regs[i] = (uint32_t)t->s.gpr[i];
	sys_run(t);

	note(&wrong, 0, t->reason != VC_EXIT_HYPERCALL ||
	     t->s.rip != NEW_CODE + 3);
	for (unsigned i = 0; i < 8; i++)
		note(&wrong, 1, t->s.gpr[i] != ((k.r[i] & (nw ? ~0u : 0xffff)) |
						high));
	for (unsigned i = 0; i < 6; i++)
		note(&wrong, 2, t->s.seg[seg_of[i]].selector !=
		     (nw || i < 4 ? k.sel[i] : 0));
	note(&wrong, 3, (t->s.rflags & ~UINT64_C(2)) !=
	     ((k.flags & ~2u) | (nests ? NT : 0)));
	note(&wrong, 4, !(t->s.cr0 & 8));
	note(&wrong, 5, t->s.dr7 != (0x400 | 0x2aa));
	note(&wrong, 6, t->s.seg[VC_SEG_TR].selector != SEL_NEW ||
	     t->s.seg[VC_SEG_TR].base != NEW_TSS ||
	     t->s.seg[VC_SEG_TR].attr != (nw ? 0xeb : 0xe3));
	note(&wrong, 7, t->s.seg[VC_SEG_LDTR].selector != SEL_LDT ||
	     t->s.seg[VC_SEG_LDTR].base != SYS_LDT);
	note(&wrong, 8, is_busy(t, SEL_TSS) != nests || !is_busy(t, SEL_NEW));
	note(&wrong, 9, sys_get(t, NEW_TSS, 2) != (nests ? SEL_TSS : 0));
	tss_get(t, SYS_TSS, ow, &saved);
	note(&wrong, 10, saved.ip != (next & cut));
	note(&wrong, 11, saved.flags != (flags & cut &
					 ~(how == IRET ? NT : 0)));
	for (unsigned i = 0; i < 8; i++)
		note(&wrong, 12, saved.r[i] != (regs[i] & cut));
	for (unsigned i = 0; i < (ow ? 6 : 4); i++)
		note(&wrong, 13, saved.sel[i] != (i == CS ?
		     (cpl ? SEL_UCODE32 : SEL_CODE32) :
		     (cpl ? SEL_UDATA : SEL_DATA)));
	CU_ASSERT_EQUAL(wrong, 0);
	if (wrong)
		fprintf(stderr, "%d to %d by %d, cpl %u to %u: wrong %x, "
			"vector %d\n", ow, nw, how, cpl, new_cpl,
			(unsigned)wrong, sys_vector(t));
	sys_free(t);
}

static void test_task_switch_saves_and_loads_it_all(void)
{
	for (unsigned i = 0; i < 16; i++)
		for (unsigned how = 0; how < HOWS; how++)
			check_switch(i & 1, i >> 1 & 1, (enum how)how,
				     i & 4 ? 3 : 0, i & 8 ? 3 : 0);
}

static void test_task_call_and_iret_take_turns(void)
{
	struct task k = plain(0);
	struct sys *t = machine(true, true, 0, &k);

	/* the new task: inc eax; iret; add eax, 4; iret */
	sys_bytes(t, NEW_CODE, "\x40\xcf\x83\xc0\x04\xcf", 6);
	k.r[0] = 100;
	tss_put(t, NEW_TSS, true, &k);
	code_far(t, 0x9a, SEL_NEW);
	SYS_EMIT(t, 0x43);			/* inc ebx */
	code_far(t, 0x9a, SEL_NEW);
	SYS_EMIT(t, 0x43);
	t->s.gpr[VC_RBX] = 7;
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 9);
	CU_ASSERT_EQUAL(sys_get(t, NEW_TSS + 0x28, 4), 105);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].selector, SEL_TSS);
	CU_ASSERT_EQUAL(t->s.rflags & NT, 0);
	CU_ASSERT(is_busy(t, SEL_TSS) && !is_busy(t, SEL_NEW));
	/* nor is NT left in what the new task will be resumed with */
	CU_ASSERT_EQUAL(sys_get(t, NEW_TSS + 0x24, 4) & NT, 0);
	sys_free(t);
}

static void test_task_switch_loads_cr3_of_a_32_bit_tss(void)
{
	for (unsigned wide = 0; wide < 2; wide++) {
		struct task k = plain(0);
		struct sys *t;

		k.cr3 = SYS_PDPT;
		if (!wide)	/* whose ESP has ones in its upper half */
			k.sel[SS] = SEL_DATA16;
		t = machine(true, wide, 0, &k);
		memset(t->ram + SYS_PML4, 0, 0x2000);
		sys_put(t, SYS_PML4, 4, 0x83);
		sys_put(t, SYS_PDPT, 4, 0x83);
		sys_put(t, SYS_PDPT + 4, 4, 0x83);
		t->s.cr4 |= 0x10;
		t->s.cr3 = SYS_PML4;
		t->s.cr0 |= 0x80000000;
		sys_put(t, SYS_DATA, 4, 0x1234567);
		/* mov eax, [4 MiB + SYS_DATA]; vmcall */
		sys_bytes(t, NEW_CODE, "\xa1\x00\x90\x40\x00\x0f\x01\xc1", 8);
		code_far(t, 0xea, SEL_NEW);
		sys_run(t);
		CU_ASSERT_EQUAL(sys_vector(t), wide ? -1 : 14);
		CU_ASSERT_EQUAL(t->s.cr3, wide ? SYS_PDPT : SYS_PML4);
		CU_ASSERT(!wide || t->s.gpr[VC_RAX] == 0x1234567);
		sys_free(t);
	}
}

static void test_task_switch_with_pae_loads_the_pdptes(void)
{
	/* the second time with a reserved bit: #TS, before anything happened */
	for (unsigned bad = 0; bad < 2; bad++) {
		struct task k = plain(0);
		struct sys *t;

		k.cr3 = 0xb000;
		t = machine(true, true, 0, &k);
		sys_put(t, SYS_PDPT, 8, SYS_PD | 1);
		sys_put(t, 0xb000, 8, SYS_PD | 1);
		sys_put(t, 0xb008, 8, SYS_PD | 1 | bad << 1);
		t->s.cr4 |= 0x20;
		t->s.cr3 = SYS_PDPT;
		t->s.cr0 |= 0x80000000;
		t->s.pdpte[0] = SYS_PD | 1;
		sys_put(t, SYS_DATA, 4, 0x1234567);
		/* mov eax, [1 GiB + SYS_DATA]; vmcall */
		sys_bytes(t, NEW_CODE, "\xa1\x00\x90\x00\x40\x0f\x01\xc1", 8);
		code_far(t, 0xea, SEL_NEW);
		sys_run(t);
		CU_ASSERT_EQUAL(sys_vector(t), bad ? 10 : -1);
		CU_ASSERT_EQUAL(t->s.cr3, bad ? SYS_PDPT : 0xb000);
		CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].selector,
				bad ? SEL_TSS : SEL_NEW);
		CU_ASSERT(bad || t->s.gpr[VC_RAX] == 0x1234567);
		CU_ASSERT(!bad || (sys_frame(t, 0, 4) == SEL_NEW &&
				   sys_frame(t, 1, 4) == SYS_CODE &&
				   !is_busy(t, SEL_NEW)));
		sys_free(t);
	}
}

static void test_task_fault_through_a_task_gate(void)
{
	for (unsigned wide = 0; wide < 2; wide++) {
		struct task k = plain(0), saved;
		struct sys *t;

		if (!wide)
			k.sel[SS] = SEL_DATA16;
		t = machine(true, wide, 3, &k);

		/* hlt in level 3: the error code goes to the new stack */
		sys_gate(t, SYS_IDT + 13 * 8, false, SEL_NEW, 0, 0x85, 0);
		SYS_EMIT(t, 0x90, 0xf4);
		sys_run(t);
		CU_ASSERT_EQUAL(t->s.rip, NEW_CODE + 3);
		CU_ASSERT_EQUAL((uint16_t)t->s.gpr[VC_RSP],
				NEW_STACK - (wide ? 4 : 2));
		CU_ASSERT_EQUAL(sys_get(t, NEW_STACK - (wide ? 4 : 2),
					wide ? 4 : 2), 0);
		tss_get(t, SYS_TSS, true, &saved);
		CU_ASSERT_EQUAL(saved.ip, SYS_CODE + 1);
		CU_ASSERT_EQUAL(saved.flags, 0x10002);	/* RF */
		sys_free(t);
	}
}

static void test_task_external_interrupt_through_a_task_gate(void)
{
	struct task k = plain(0), saved;
	struct sys *t = machine(true, true, 3, &k);

	t->s.rflags |= 0x200;
	t->inject = 0x40;
	sys_gate(t, SYS_IDT + 0x40 * 8, false, SEL_NEW, 0, 0x85, 0);
	SYS_EMIT(t, 0x90);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, NEW_CODE + 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], NEW_STACK);
	tss_get(t, SYS_TSS, true, &saved);
	CU_ASSERT_EQUAL(saved.ip, SYS_CODE);
	CU_ASSERT_EQUAL(saved.flags, 0x202);
	sys_free(t);
}

static void test_task_double_fault_has_a_task_of_its_own(void)
{
	struct task k = plain(0);
	struct sys *t = machine(true, true, 0, &k);

	/* no stack at level 0: #SS while #UD's frame is pushed, and #DF */
	tss_put(t, THIRD_TSS, true, &k);
	tss_desc(t, SEL_THIRD, THIRD_TSS, true, 0x80);
	sys_gate(t, SYS_IDT + 8 * 8, false, SEL_THIRD, 0, 0x85, 0);
	sys_seg(&t->s.seg[VC_SEG_SS], SEL_DATA, 0, 0xfff, 0x4093);
	t->s.gpr[VC_RSP] = 0x8000;
	SYS_EMIT(t, 0xcd, 0x41);
	sys_idt(t, 0x41, SEL_BEYOND, 0, 0x8e, 0);	/* #GP, then #SS */
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, NEW_CODE + 3);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].selector, SEL_THIRD);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 4), 0);
	CU_ASSERT_EQUAL(sys_get(t, SYS_TSS + 0x20, 4), SYS_CODE);
	sys_free(t);
}

static void test_task_bad_stack_segment_ends_in_the_double_fault_task(void)
{
	struct task k = plain(0), third = plain(0);
	struct sys *t;

	/* the new task has no stack, so its #TS has none either */
	k.sel[SS] = SEL_RODATA;
	t = machine(true, true, 0, &k);
	tss_put(t, THIRD_TSS, true, &third);
	tss_desc(t, SEL_THIRD, THIRD_TSS, true, 0x80);
	sys_gate(t, SYS_IDT + 8 * 8, false, SEL_THIRD, 0, 0x85, 0);
	code_far(t, 0xea, SEL_NEW);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, NEW_CODE + 3);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].selector, SEL_THIRD);
	/* it was nested in the new task, which has what it was given */
	CU_ASSERT_EQUAL(sys_get(t, THIRD_TSS, 2), SEL_NEW);
	CU_ASSERT_EQUAL(sys_get(t, NEW_TSS + 0x20, 4), NEW_CODE);
	CU_ASSERT_EQUAL(sys_get(t, NEW_TSS + 0x50, 2), SEL_RODATA);
	sys_free(t);
}

static void test_task_t_bit_is_a_debug_trap_in_the_new_task(void)
{
	struct task k = plain(3);
	struct sys *t;

	k.trap = true;
	t = machine(true, true, 0, &k);
	code_far(t, 0xea, SEL_NEW);
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 1);
	CU_ASSERT_EQUAL(t->s.dr6 & 0xe00f, 0x8000);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 4), NEW_CODE);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 4), SEL_UCODE32);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], NEW_STACK0 - 20);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].selector, SEL_NEW);
	sys_free(t);
}

static void test_task_single_step_starts_behind_its_first_instruction(void)
{
	struct task k = plain(3);
	struct sys *t;

	k.flags |= 0x100;
	t = machine(true, true, 0, &k);
	sys_bytes(t, NEW_CODE, "\x90\x90\x90", 3);
	code_far(t, 0xea, SEL_NEW);
	t->s.rflags |= 0x100;
	t->s.rip = SYS_CODE;
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 1);
	CU_ASSERT_EQUAL(t->s.dr6 & 0xe00f, 0x4000);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 4), NEW_CODE + 1);
	sys_free(t);
}

static void test_task_in_virtual_8086_mode(void)
{
	struct task k = plain(0);
	struct sys *t;

	k.flags = 0x23202;
	k.ip = 0x10;
	k.sel[CS] = NEW_CODE / 16;
	k.sel[DS] = SYS_DATA / 16;
	t = machine(true, true, 0, &k);
	/* mov ax, [2]; hlt: #GP */
	sys_bytes(t, NEW_CODE + 0x10, "\xa1\x02\x00\xf4", 4);
	sys_put(t, SYS_DATA + 2, 2, 0x5678);
	code_far(t, 0xea, SEL_NEW);
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x10105678);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 4), 0x13);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 4), NEW_CODE / 16);
	CU_ASSERT_EQUAL(sys_frame(t, 3, 4), 0x33202);
	CU_ASSERT_EQUAL(sys_frame(t, 7, 4), SYS_DATA / 16);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], NEW_STACK0 - 40);
	/* and back: from V86 code an INT through a task gate leaves VM saved */
	sys_free(t);
	t = machine(true, true, 0, &k);
	sys_bytes(t, NEW_CODE + 0x10, "\xcd\x41", 2);
	tss_put(t, THIRD_TSS, true, &(struct task){ .ip = NEW_CODE, .flags = 2,
		.sel = { SEL_DATA, SEL_CODE32, SEL_DATA, SEL_DATA, 0, 0 } });
	tss_desc(t, SEL_THIRD, THIRD_TSS, true, 0x80);
	sys_gate(t, SYS_IDT + 0x41 * 8, false, SEL_THIRD, 0, 0xe5, 0);
	code_far(t, 0xea, SEL_NEW);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, NEW_CODE + 3);
	CU_ASSERT_EQUAL(t->s.rflags & 0x20000, 0);
	CU_ASSERT_EQUAL(sys_get(t, NEW_TSS + 0x24, 4), 0x23202);
	CU_ASSERT_EQUAL(sys_get(t, NEW_TSS + 0x20, 4), 0x12);
	sys_free(t);
}

static void test_task_old_tss_too_short_is_ts(void)
{
	struct task k = plain(0);
	struct sys *t = machine(true, true, 0, &k);

	t->s.seg[VC_SEG_TR].limit = 0x66;
	code_far(t, 0xea, SEL_NEW);
	sys_faults(t, SYS_CODE, 10, SEL_TSS);
	CU_ASSERT(!is_busy(t, SEL_NEW));
	sys_free(t);
}

/* ---- table 8-1 ---- */

struct bad_row {
	enum how how;
	unsigned cpl;
	unsigned sel;		/* whose descriptor is replaced, if any */
	uint64_t d;
	int vector;
	uint32_t error;
};

#define TSS_D(base, limit, access)	\
	((limit) | (uint64_t)(base) << 16 | (uint64_t)(access) << 40)
#define TASK_GATE(sel, access)		\
	((uint64_t)(sel) << 16 | (uint64_t)(access) << 40)

/* Up to the commit point: in the old task, nothing has changed. */
static void test_task_faults_before_the_commit_point(void)
{
	static const struct bad_row rows[] = {
		{ JMP_TSS, 0, SEL_NEW, TSS_D(NEW_TSS, 0x66, 0xe9), 10,
		  SEL_NEW },
		{ JMP_TSS, 0, SEL_NEW, TSS_D(NEW_TSS, 0x2a, 0xe1), 10,
		  SEL_NEW },
		{ JMP_TSS, 0, SEL_NEW, TSS_D(NEW_TSS, 0x67, 0x69), 11,
		  SEL_NEW },
		{ CALL_TSS, 0, SEL_NEW, TSS_D(NEW_TSS, 0x67, 0xeb), 13,
		  SEL_NEW },
		{ CALL_TSS, 3, SEL_NEW, TSS_D(NEW_TSS, 0x67, 0x89), 13,
		  SEL_NEW },
		{ CALL_GATE, 3, SEL_GATE, TASK_GATE(SEL_NEW, 0x85), 13,
		  SEL_GATE },
		{ CALL_GATE, 0, SEL_GATE, TASK_GATE(SEL_NEW, 0x65), 11,
		  SEL_GATE },
		{ CALL_GATE, 0, SEL_GATE, TASK_GATE(SEL_NEW | 4, 0xe5), 13,
		  SEL_NEW | 4 },
		{ CALL_GATE, 0, SEL_GATE, TASK_GATE(0, 0xe5), 13, 0 },
		{ JMP_GATE, 0, SEL_GATE, TASK_GATE(SEL_BEYOND, 0xe5), 13,
		  SEL_BEYOND },
		{ JMP_GATE, 0, SEL_GATE, TASK_GATE(SEL_DATA, 0xe5), 13,
		  SEL_DATA },
		{ JMP_GATE, 0, SEL_NEW, TSS_D(NEW_TSS, 0x67, 0xeb), 13,
		  SEL_NEW },
		/* the DPL of a TSS behind a gate does not matter: no fault
		 * but that of its limit */
		{ JMP_GATE, 3, SEL_NEW, TSS_D(NEW_TSS, 0x10, 0x89), 10,
		  SEL_NEW },
		{ INT_GATE, 0, SEL_NEW, TSS_D(NEW_TSS, 0x67, 0x69), 11,
		  SEL_NEW },
		{ INT_GATE, 3, SEL_NEW, TSS_D(NEW_TSS, 0x67, 0xeb), 13,
		  SEL_NEW },
		{ INT_GATE, 0, SEL_NEW, TSS_D(NEW_TSS, 0x66, 0xe9), 10,
		  SEL_NEW },
		{ IRET, 0, SEL_NEW, TSS_D(NEW_TSS, 0x67, 0xe9), 10,
		  SEL_NEW },	/* not busy */
		{ IRET, 0, SEL_NEW, TSS_D(NEW_TSS, 0x67, 0x6b), 11,
		  SEL_NEW },
		{ IRET, 0, SEL_NEW, TSS_D(NEW_TSS, 0x66, 0xeb), 10,
		  SEL_NEW },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		const struct bad_row *r = &rows[i];
		struct task k = plain(0);
		struct sys *t = machine(true, true, r->cpl, &k);

		emit_how(t, r->how);
		sys_gdt(t, r->sel, r->d);
		sys_run(t);
		CU_ASSERT_EQUAL(sys_vector(t), r->vector);
		CU_ASSERT_EQUAL(sys_frame(t, 0, 4), r->error);
		CU_ASSERT_EQUAL(sys_frame(t, 1, 4), SYS_CODE);
		CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].selector, SEL_TSS);
		CU_ASSERT_EQUAL(sys_get(t, SYS_GDT + r->sel, 8), r->d);
		CU_ASSERT(is_busy(t, SEL_TSS));
		if (sys_vector(t) != r->vector ||
		    sys_frame(t, 0, 4) != r->error)
			fprintf(stderr, "row %u: vector %d error %x\n", i,
				sys_vector(t), (unsigned)sys_frame(t, 0, 4));
		sys_free(t);
	}
}

static void test_task_iret_link_must_be_in_the_gdt(void)
{
	static const uint16_t links[] = { 0, SEL_NEW | 4, SEL_BEYOND };

	for (unsigned i = 0; i < COUNT(links); i++) {
		struct task k = plain(0);
		struct sys *t = machine(true, true, 0, &k);

		emit_how(t, IRET);
		sys_put(t, SYS_TSS, 2, links[i]);
		sys_faults(t, SYS_CODE, 10, links[i]);
		sys_free(t);
	}
}

static void test_task_external_faults_have_ext(void)
{
	struct task k = plain(0);
	struct sys *t = machine(true, true, 3, &k);

	/* #UD through a task gate to a busy TSS: its #GP has EXT */
	sys_gate(t, SYS_IDT + 6 * 8, false, SEL_TSS, 0, 0x85, 0);
	SYS_EMIT(t, 0x0f, 0x0b);
	sys_faults(t, SYS_CODE, 13, SEL_TSS | 1);
	sys_free(t);
}

/* Behind it: in the new task, which runs at level 3 so that its handlers have
 * a stack. */
static void test_task_faults_in_the_new_task(void)
{
	enum { LDT = 6, IP = 7 };
	static const struct {
		unsigned what;
		uint32_t value;
		int vector;
		uint32_t error;
	} rows[] = {
		{ LDT, SEL_LDT | 4, 10, SEL_LDT | 4 },
		{ LDT, SEL_DATA, 10, SEL_DATA },
		{ LDT, SEL_BEYOND, 10, SEL_BEYOND },
		{ LDT, SEL_THIRD, 10, SEL_THIRD },	/* absent */
		{ CS, 3, 10, 0 },
		{ CS, SEL_UDATA, 10, SEL_UDATA & ~3u },
		{ CS, SEL_CODE32 | 3, 10, SEL_CODE32 },
		{ CS, SEL_BEYOND | 3, 10, SEL_BEYOND },
		{ CS, 0xf0 | 3, 11, 0xf0 },
		{ SS, 0, 10, 0 },
		{ SS, SEL_DATA, 10, SEL_DATA },
		{ SS, SEL_UDATA & ~3u, 10, SEL_UDATA & ~3u },
		{ SS, SEL_UCODE32, 10, SEL_UCODE32 & ~3u },
		{ SS, 0xf8 | 3, 12, 0xf8 },
		{ SS, SEL_BEYOND | 3, 10, SEL_BEYOND },
		{ DS, SEL_DATA, 10, SEL_DATA },
		{ ES, SEL_XCODE, 10, SEL_XCODE },
		{ FS, SEL_TSS, 10, SEL_TSS },
		{ GS, 0xf8 | 3, 11, 0xf8 },
		{ GS, SEL_BEYOND, 10, SEL_BEYOND },
		{ IP, 0x100000, 13, 0 },
	};

	for (unsigned how = 0; how < HOWS; how++)
		for (unsigned i = 0; i < COUNT(rows); i++) {
			struct task k = plain(3);
			struct sys *t;
			uint32_t ip = NEW_CODE;
			bool right;

			if (rows[i].what == LDT)
				k.ldt = (uint16_t)rows[i].value;
			else if (rows[i].what == IP)
				k.ip = ip = rows[i].value;
			else
				k.sel[rows[i].what] = (uint16_t)rows[i].value;
			t = machine(true, true, 0, &k);
			sys_gdt(t, SEL_UCODE32, sys_desc(0, 0xfffff, 0xfb,
							 0x4000));
			sys_gdt(t, SEL_THIRD, sys_desc(SYS_LDT, 0xff, 2, 0));
			sys_gdt(t, 0xf0, sys_desc(0, 0xfffff, 0x7b, D_FLAT32));
			sys_gdt(t, 0xf8, sys_desc(0, 0xfffff, 0x73, D_FLAT32));
			emit_how(t, (enum how)how);
			sys_run(t);
			right = sys_vector(t) == rows[i].vector &&
				sys_frame(t, 0, 4) == rows[i].error &&
				sys_frame(t, 1, 4) == ip &&
				sys_frame(t, 2, 4) == k.sel[CS] &&
				sys_frame(t, 4, 4) == NEW_STACK &&
				sys_frame(t, 5, 4) == k.sel[SS] &&
				t->s.gpr[VC_RSP] == NEW_STACK0 - 24 &&
				t->s.gpr[VC_RAX] == k.r[0] &&
				t->s.seg[VC_SEG_TR].selector == SEL_NEW &&
				is_busy(t, SEL_NEW);
			CU_ASSERT(right);
			if (!right)
				fprintf(stderr, "how %u row %u: vector %d "
					"error %x eip %x\n", how, i,
					sys_vector(t),
					(unsigned)sys_frame(t, 0, 4),
					(unsigned)sys_frame(t, 1, 4));
			sys_free(t);
		}
}

/* Behind it there is no coming again after an exit: descriptors in a device end
 * it all, as they do when an event is delivered. */
static void test_task_tables_in_a_device_shut_down(void)
{
	for (unsigned how = 0; how < HOWS; how++) {
		struct task k = plain(0);
		struct sys *t;

		k.ldt = SEL_THIRD;
		k.sel[DS] = 0xc;
		t = machine(true, true, 0, &k);
		sys_gdt(t, SEL_THIRD, sys_desc(SYS_RAM + 0x1000, 0xff, 0x82,
					       0));
		emit_how(t, (enum how)how);
		sys_run(t);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_SHUTDOWN);
		CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].selector, SEL_NEW);
		sys_free(t);
	}
}

static void test_task_nothing_happens_when_a_table_is_read_only(void)
{
	/* supervisor pages that WP protects: the GDT's (busy bits), the new
	 * TSS's (back link), the old one's (state) */
	static const uint32_t pages[] = { SYS_GDT, NEW_TSS & ~0xfffu };

	for (unsigned i = 0; i < COUNT(pages); i++) {
		struct task k = plain(0);
		struct sys *t = machine(true, true, 0, &k);
		uint8_t *before = malloc(0x1000);

		CU_ASSERT_PTR_NOT_NULL_FATAL(before);
		for (uint64_t la = 0; la < SYS_RAM; la += 4096)
			sys_put(t, SYS_PML4 + 0x1000 + (la >> 12) * 4, 4, la |
				(la == pages[i] ? 1u : 3u));
		memset(t->ram + SYS_PML4, 0, 4096);
		sys_put(t, SYS_PML4, 4, SYS_PDPT | 3);
		k.cr3 = SYS_PML4;
		tss_put(t, NEW_TSS, true, &k);
		t->s.cr3 = SYS_PML4;
		t->s.cr0 |= 0x80010000;
		memcpy(before, t->ram + SYS_GDT, 0x1000);
		code_far(t, 0x9a, SEL_NEW);
		/* #PF's own frame goes to the present stack */
		sys_faults(t, SYS_CODE, 14, 3);
		CU_ASSERT_EQUAL(t->s.cr2 & ~UINT64_C(0xfff), pages[i]);
		CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].selector, SEL_TSS);
		CU_ASSERT(!memcmp(before, t->ram + SYS_GDT, 0x200));
		free(before);
		sys_free(t);
	}
}

RIG_SUITE(engine_legacy_task) {
	RIG_TEST(test_task_switch_saves_and_loads_it_all),
	RIG_TEST(test_task_call_and_iret_take_turns),
	RIG_TEST(test_task_switch_loads_cr3_of_a_32_bit_tss),
	RIG_TEST(test_task_switch_with_pae_loads_the_pdptes),
	RIG_TEST(test_task_fault_through_a_task_gate),
	RIG_TEST(test_task_external_interrupt_through_a_task_gate),
	RIG_TEST(test_task_double_fault_has_a_task_of_its_own),
	RIG_TEST(test_task_bad_stack_segment_ends_in_the_double_fault_task),
	RIG_TEST(test_task_t_bit_is_a_debug_trap_in_the_new_task),
	RIG_TEST(test_task_single_step_starts_behind_its_first_instruction),
	RIG_TEST(test_task_in_virtual_8086_mode),
	RIG_TEST(test_task_old_tss_too_short_is_ts),
	RIG_TEST(test_task_faults_before_the_commit_point),
	RIG_TEST(test_task_iret_link_must_be_in_the_gdt),
	RIG_TEST(test_task_external_faults_have_ext),
	RIG_TEST(test_task_faults_in_the_new_task),
	RIG_TEST(test_task_tables_in_a_device_shut_down),
	RIG_TEST(test_task_nothing_happens_when_a_table_is_read_only),
	RIG_END
};
