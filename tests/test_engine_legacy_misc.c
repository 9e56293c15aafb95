/* SPDX-License-Identifier: MIT */
/*
 * test_engine_legacy_misc.c: corners of the old modes that no other file has:
 * RF between iterations, 16-bit stacks, ENTER with nesting, call gates of 16
 * bits, expand-down stacks, code through several segments, BOUND.
 */
#include "engine_rig.h"

#define F_RF	0x10000u
#define F_TF	0x100u
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* ---- RF: SDM 3B §18.3.1.1 ---- */

static void test_rf_is_pushed_between_iterations(void)
{
	for (unsigned wide = 0; wide < 2; wide++) {
		struct sys *t = sys_new(wide ? SYS_LONG : SYS_PROT, 0);
		unsigned n = wide ? 8 : 4;

		t->s.rflags |= 0x200;
		t->s.gpr[VC_RDI] = SYS_OTHER;
		t->s.gpr[VC_RCX] = 5000;
		SYS_EMIT(t, 0xf3, 0xaa, VMCALL);
		RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
		RIG_OK(vc_vcpu_budget_set(t->vcpu, 1234));
		RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
		RIG_OK(vc_vcpu_inject(t->vcpu, 0x55));
		RIG_OK(vc_vcpu_budget_set(t->vcpu, 100000));
		sys_more(t);
		CU_ASSERT_EQUAL(sys_vector(t), 0x55);
		CU_ASSERT_EQUAL(sys_frame(t, 0, n), SYS_CODE);
		CU_ASSERT_EQUAL(sys_frame(t, 2, n), 0x202 | F_RF);
		sys_free(t);
	}
}

static void test_rf_is_not_pushed_behind_the_last_iteration(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.rflags |= 0x200;
	t->s.gpr[VC_RDI] = SYS_OTHER;
	t->s.gpr[VC_RCX] = 100;
	SYS_EMIT(t, 0xf3, 0xaa, 0x90, VMCALL);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 100));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	RIG_OK(vc_vcpu_inject(t->vcpu, 0x55));
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 100000));
	sys_more(t);
	CU_ASSERT_EQUAL(sys_vector(t), 0x55);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 2);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8), 0x202);
	sys_free(t);
}

static void test_rf_is_pushed_by_a_single_step_between_iterations(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.rflags |= F_TF;
	t->s.gpr[VC_RDI] = SYS_OTHER;
	t->s.gpr[VC_RCX] = 2;
	SYS_EMIT(t, 0xf3, 0xaa, 0x90, VMCALL);
	/* vmcall; iretq */
	sys_bytes(t, sys_handler(1), "\x0f\x01\xc1\x48\xcf", 5);
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 1);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8), 2 | F_TF | F_RF);
	sys_more(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 2);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8), 2 | F_TF);
	sys_free(t);
}

static void test_code_breakpoint_hits_a_repetition_once(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.dr[0] = SYS_CODE;
	t->s.dr7 = 0x401;
	t->s.gpr[VC_RDI] = SYS_OTHER;
	t->s.gpr[VC_RCX] = 20;
	SYS_EMIT(t, 0xf3, 0xaa, 0x90, VMCALL);
	/* inc ebx; or qword [rsp + 16], RF; iretq */
	sys_bytes(t, sys_handler(1), "\xff\xc3\x48\x81\x4c\x24\x10\x00\x00\x01",
		  10);
	sys_bytes(t, sys_handler(1) + 10, "\x00\x48\xcf", 3);
	sys_run(t);
	CU_ASSERT(sys_finished(t));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	sys_free(t);
}

/* ---- stacks ---- */

/* 16-bit stack segment over [base, base + 64 KiB) in protected mode. */
static struct sys *with_16_bit_stack(uint32_t sp)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_seg(&t->s.seg[VC_SEG_SS], SEL_DATA16, 0x60000, 0xffff, 0x93);
	t->s.gpr[VC_RSP] = 0x12340000 | sp;
	return t;
}

static void test_stack_of_16_bits_keeps_the_upper_half_and_wraps(void)
{
	struct sys *t = with_16_bit_stack(2);

	/* push ax twice: at 0, and wrapped at 0xfffe */
	t->s.gpr[VC_RAX] = 0x11223344;
	SYS_EMIT(t, 0x66, 0x50, 0x66, 0x50);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], 0x1234fffe);
	CU_ASSERT_EQUAL(sys_get(t, 0x60000, 2), 0x3344);
	CU_ASSERT_EQUAL(sys_get(t, 0x6fffe, 2), 0x3344);
	sys_free(t);
	/* a 16-bit stack segment's pop wraps too */
	t = with_16_bit_stack(0xfffe);
	sys_put(t, 0x6fffe, 2, 0xbeef);
	sys_put(t, 0x60000, 4, 0x600dcafe);
	SYS_EMIT(t, 0x66, 0x58, 0x5b);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xbeef);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x600dcafe);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], 0x12340004);
	sys_free(t);
}

static void test_stack_straddling_the_top_of_a_16_bit_segment_is_ss(void)
{
	struct sys *t = with_16_bit_stack(2);

	SYS_EMIT(t, 0x50);
	SYS_EMIT(t, VMCALL);
	/* #SS has no room for its frame either: nor has #DF */
	CU_ASSERT_EQUAL(sys_run(t), VC_EXIT_SHUTDOWN);
	sys_free(t);
}

static void test_stack_expand_down(void)
{
	/* limit 0xfff: valid is 0x1000 up to 4 GiB (B) or 64 KiB */
	for (unsigned big = 0; big < 2; big++)
		for (unsigned below = 0; below < 2; below++) {
			struct sys *t = sys_new(SYS_PROT, 3);

			sys_seg(&t->s.seg[VC_SEG_SS], SEL_UDATA, 0x60000,
				0xfff, big ? 0x40f7 : 0x00f7);
			t->s.gpr[VC_RSP] = below ? 0x1002 : 0x1004;
			t->s.gpr[VC_RAX] = 0x5a5a1234;
			SYS_EMIT(t, 0x50);
			if (below) {
				sys_faults(t, SYS_CODE, 12, 0);
			} else {
				sys_passes(t);
				CU_ASSERT_EQUAL(sys_get(t, 0x61000, 4),
						0x5a5a1234);
			}
			sys_free(t);
		}
}

/*
 * ENTER with nesting (SDM 2A): the frame pointers of the enclosing levels are
 * copied from below the old EBP, then the new frame's own.
 */
static void enter_case(unsigned osize, bool small, unsigned level,
		       unsigned room)
{
	struct sys *t = small ? with_16_bit_stack(0x8000) :
		sys_new(SYS_PROT, 0);
	uint32_t base = small ? 0x60000 : 0, sp = small ? 0x8000 : SYS_STACK;
	uint32_t bp = sp + 0x100, at = sp, mask = osize == 2 ? 0xffff : ~0u;
	uint32_t frame;
	bool ok;

	t->s.gpr[VC_RSP] = (small ? 0x12340000 : 0) | sp;
	t->s.gpr[VC_RBP] = (small ? 0x56780000 : 0) | bp;
	for (unsigned i = 1; i < 32; i++)
		sys_put(t, base + bp - i * osize, osize, 0x71000000u + i *
			0x101);
	if (osize == 2)
		SYS_EMIT(t, 0x66);
	{
		uint8_t code[4] = { 0xc8, LE16(room), (uint8_t)level };

		sys_emit(t, code, 4);
	}
	sys_passes(t);
	at -= osize;
	frame = at;
	ok = sys_get(t, base + at, osize) == (((small ? 0x56780000 : 0) | bp) &
					      mask);
	level &= 31;
	for (unsigned i = 1; i < level; i++) {
		at -= osize;
		ok = ok && sys_get(t, base + at, osize) ==
			   ((0x71000000u + i * 0x101) & mask);
	}
	if (level) {
		at -= osize;
		/* with an operand of 4 bytes ESP as a whole, of which a
		 * 16-bit stack has changed the lower half */
		ok = ok && (sys_get(t, base + at, osize) & 0xffff) ==
			   (frame & 0xffff);
	}
	ok = ok && (t->s.gpr[VC_RSP] & 0xffff) == ((at - room) & 0xffff) &&
	     (t->s.gpr[VC_RBP] & 0xffff) == (frame & 0xffff);
	ok = ok && (!small || t->s.gpr[VC_RSP] >> 16 == 0x1234);
	CU_ASSERT(ok);
	if (!ok)
		fprintf(stderr, "enter: osize %u small %d level %u\n", osize,
			small, level);
	sys_free(t);
}

static void test_enter_with_nesting(void)
{
	for (unsigned i = 0; i < 4; i++)
		for (unsigned level = 0; level < 35; level++)
			enter_case(i & 1 ? 2 : 4, i & 2, level, level * 16);
}

static void test_enter_that_faults_changes_no_register(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);

	/* the third push goes below the limit's end */
	sys_seg(&t->s.seg[VC_SEG_SS], SEL_UDATA, 0x60000, 0xfff, 0x40f7);
	t->s.gpr[VC_RSP] = 0x1008;
	t->s.gpr[VC_RBP] = 0x1100;
	SYS_EMIT(t, 0xc8, 0, 0, 3);
	sys_faults(t, SYS_CODE, 12, 0);
	CU_ASSERT_EQUAL(sys_frame(t, 4, 4), 0x1008);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBP], 0x1100);
	sys_free(t);
	/* the room, though nothing is written to it, must be there */
	t = sys_new(SYS_PROT, 3);
	sys_seg(&t->s.seg[VC_SEG_SS], SEL_UDATA, 0x60000, 0xfff, 0x40f7);
	t->s.gpr[VC_RSP] = 0x1008;
	t->s.gpr[VC_RBP] = 0x1100;
	SYS_EMIT(t, 0xc8, LE16(0x100), 0);
	sys_faults(t, SYS_CODE, 12, 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBP], 0x1100);
	sys_free(t);
}

/* ---- call gates ---- */

static void test_call_gate_of_16_bits_with_words(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);
	uint32_t sp = SYS_USTACK - 64;

	/* three words copied; then lretw 6 drops them on both stacks */
	sys_gate(t, SYS_GDT + SEL_GATE, false, SEL_CODE32, 0xa000, 0xe4, 3);
	for (unsigned i = 0; i < 3; i++)
		sys_put(t, sp + i * 2, 2, 0x1111 * (i + 1));
	t->s.gpr[VC_RSP] = sp;
	sys_bytes(t, 0xa000, "\x0f\x01\xc1\x66\xca\x06\x00", 7);
	/* the return address has 16 bits: run below 64 KiB */
	t->at = 0xb000;
	t->s.rip = 0xb000;
	SYS_EMIT(t, 0x9a, 0, 0, 0, 0, LE16(SEL_GATE | 3), VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, 0xa003);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK0 - 14);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 2), 0xb007);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 2), SEL_UCODE32);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(sys_frame(t, 2 + i, 2), 0x1111 * (i + 1));
	CU_ASSERT_EQUAL(sys_frame(t, 5, 2), sp & 0xffff);
	CU_ASSERT_EQUAL(sys_frame(t, 6, 2), SEL_UDATA);
	sys_more(t);
	CU_ASSERT_EQUAL(t->s.rip, 0xb00a);
	CU_ASSERT_EQUAL((uint16_t)t->s.gpr[VC_RSP], (uint16_t)(sp + 6));
	sys_free(t);
}

/* ---- the same code by two segments: jumps are cached by linear address ---- */

static void test_code_reached_through_two_bases_sees_its_own_ip(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* 0x11000: call next; pop ax; retf, as 0x1100:0 and 0x1000:0x1000 */
	sys_bytes(t, 0x11000, "\xe8\x00\x00\x58\xcb", 5);
	SYS_EMIT(t, 0xb9, LE16(5),
		 0x9a, LE16(0), LE16(0x1100), 0x89, 0xc3,	/* mov bx, ax */
		 0x9a, LE16(0x1000), LE16(0x1000), 0x01, 0xc2,	/* add dx, ax */
		 0xe2, 0xf0);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 5 * 0x1003);
	sys_free(t);
}

static void test_code_reached_through_two_limits_ends_at_each(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* five INC AX; then the same through a segment that ends in them */
	sys_gdt(t, SEL_FREE, sys_desc(0, 0xa003, 0x9b, 0));
	sys_bytes(t, 0xa000, "\x40\x40\x40\x40\x40\xea\x00\xa0\xe0\x00", 10);
	SYS_EMIT(t, 0xea, LE32(0xa000), LE16(SEL_CODE16));
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 4), 0xa004);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 4), SEL_FREE);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 9);
	sys_free(t);
}

/* ---- BOUND ---- */

static void test_bound_is_signed_and_by_operand_size(void)
{
	static const struct {
		uint32_t index, low, high;
		unsigned size;
		bool out;
	} rows[] = {
		{ 5, 5, 5, 4, false }, { 4, 5, 9, 4, true },
		{ 10, 5, 9, 4, true }, { ~0u, ~1u, 1, 4, false },
		{ 0x80000000, 0, 5, 4, true }, { 0x12340005, 0, 9, 2, false },
		{ 0x1ffff, 0, 9, 2, true }, { 0xffff, 0xfffe, 0, 2, false },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_PROT, 0);
		unsigned n = rows[i].size;

		t->s.gpr[VC_RAX] = rows[i].index;
		sys_put(t, SYS_DATA, n, rows[i].low);
		sys_put(t, SYS_DATA + n, n, rows[i].high);
		if (n == 2)
			SYS_EMIT(t, 0x66);
		SYS_EMIT(t, 0x62, 0x05, LE32(SYS_DATA));
		if (rows[i].out)
			sys_faults(t, SYS_CODE, 5, -1);
		else
			sys_passes(t);
		sys_free(t);
	}
}

RIG_SUITE(engine_legacy_misc) {
	RIG_TEST(test_rf_is_pushed_between_iterations),
	RIG_TEST(test_rf_is_not_pushed_behind_the_last_iteration),
	RIG_TEST(test_rf_is_pushed_by_a_single_step_between_iterations),
	RIG_TEST(test_code_breakpoint_hits_a_repetition_once),
	RIG_TEST(test_stack_of_16_bits_keeps_the_upper_half_and_wraps),
	RIG_TEST(test_stack_straddling_the_top_of_a_16_bit_segment_is_ss),
	RIG_TEST(test_stack_expand_down),
	RIG_TEST(test_enter_with_nesting),
	RIG_TEST(test_enter_that_faults_changes_no_register),
	RIG_TEST(test_call_gate_of_16_bits_with_words),
	RIG_TEST(test_code_reached_through_two_bases_sees_its_own_ip),
	RIG_TEST(test_code_reached_through_two_limits_ends_at_each),
	RIG_TEST(test_bound_is_signed_and_by_operand_size),
	RIG_END
};
