/* SPDX-License-Identifier: MIT */
/*
 * test_engine_fpuenv.c: what surrounds floating point: which instructions
 * fault by CR0 and CR4, how x87 exceptions wait, #XM, alignment, the images
 * of FSTENV, FSAVE, FXSAVE and XSAVE in memory, masked stores, and that the
 * host's own control words survive.
 */
#include "system_rig.h"

#include <fenv.h>

#define CR0_MP_		0x2u
#define CR0_EM_		0x4u
#define CR0_TS_		0x8u
#define CR0_NE_		0x20u
#define CR4_FX		0x200u
#define CR4_XM		0x400u
#define CR4_XS		0x40000u

#define XS_FCW		0
#define XS_FSW		2
#define XS_FTW		4
#define XS_CSR		24
#define XS_ST		32
#define XS_XMM		160
#define XS_BV		512

static uint64_t get(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

static void put(uint8_t *p, unsigned n, uint64_t v)
{
	for (unsigned i = 0; i < n; i++, v >>= 8)
		p[i] = (uint8_t)v;
}

/* A machine with SSE on, rdi at the data page, x87 as after FNINIT. */
static struct sys *fpu_new(enum sys_mode mode)
{
	struct sys *t = sys_new(mode, 0);

	t->s.cr4 |= CR4_FX | CR4_XM;
	t->s.gpr[VC_RDI] = SYS_DATA;
	memset(t->s.xsave, 0, sizeof(t->s.xsave));
	put(t->s.xsave + XS_FCW, 2, 0x37f);
	put(t->s.xsave + XS_CSR, 4, 0x1f80);
	put(t->s.xsave + XS_BV, 8, 3);
	return t;
}

static unsigned fsw(const struct sys *t)
{
	return (unsigned)get(t->s.xsave + XS_FSW, 2);
}

/* ---- which instructions may run ---- */

struct insn {
	uint8_t b[6];
	uint8_t n;
};
#define INSN(...) { { __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }) }

static const struct insn x87_insns[] = {
	INSN(0xd9, 0xe8), INSN(0xd9, 0xd0), INSN(0xdf, 0xe0), INSN(0xdb, 0xe3),
	INSN(0xd9, 0x3f), INSN(0xdd, 0x07), INSN(0xdb, 0xe2), INSN(0xd9, 0x37),
};
static const struct insn mmx_insns[] = {
	INSN(0x0f, 0xfc, 0xc1), INSN(0x0f, 0x77), INSN(0x0f, 0x6f, 0x07),
	INSN(0x0f, 0x7f, 0x07), INSN(0x0f, 0x71, 0xd0, 1),
	INSN(0x0f, 0x70, 0xc1, 3), INSN(0x0f, 0xe7, 0x07),
};
static const struct insn sse_insns[] = {
	INSN(0x0f, 0x58, 0xc1), INSN(0x0f, 0x28, 0xc1), INSN(0x0f, 0x10, 0x07),
	INSN(0x66, 0x0f, 0xfe, 0xc1), INSN(0x66, 0x0f, 0x6f, 0x07),
	INSN(0xf2, 0x0f, 0x2a, 0xc0), INSN(0x0f, 0xae, 0x17),
	INSN(0x0f, 0xae, 0x1f), INSN(0x66, 0x0f, 0x2e, 0xc1),
	INSN(0xf3, 0x0f, 0xe6, 0xc1), INSN(0x66, 0x0f, 0x73, 0xd8, 1),
	INSN(0x0f, 0x2a, 0xc1), INSN(0x66, 0x0f, 0xc4, 0xc0, 1),
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void all_fault(const struct insn *in, size_t n, uint64_t cr0,
		      uint64_t cr4, int vector)
{
	for (size_t i = 0; i < n; i++) {
		struct sys *t = fpu_new(SYS_LONG);

		t->s.cr0 |= cr0;
		t->s.cr4 = (t->s.cr4 & ~(uint64_t)(CR4_FX | CR4_XM)) | cr4;
		put(t->ram + SYS_DATA, 4, 0x1f80);
		sys_emit(t, in[i].b, in[i].n);
		sys_faults(t, SYS_CODE, vector, -1);
		sys_free(t);
	}
}

static void test_fpuenv_em_makes_x87_nm(void)
{
	all_fault(x87_insns, COUNT(x87_insns), CR0_EM_, CR4_FX, 7);
}

static void test_fpuenv_ts_makes_x87_nm(void)
{
	all_fault(x87_insns, COUNT(x87_insns), CR0_TS_, CR4_FX, 7);
}

static void test_fpuenv_em_makes_mmx_ud(void)
{
	all_fault(mmx_insns, COUNT(mmx_insns), CR0_EM_ | CR0_TS_, CR4_FX, 6);
}

static void test_fpuenv_ts_makes_mmx_nm(void)
{
	all_fault(mmx_insns, COUNT(mmx_insns), CR0_TS_, CR4_FX, 7);
}

static void test_fpuenv_em_makes_sse_ud(void)
{
	all_fault(sse_insns, COUNT(sse_insns), CR0_EM_ | CR0_TS_, CR4_FX, 6);
}

static void test_fpuenv_without_osfxsr_sse_is_ud(void)
{
	all_fault(sse_insns, COUNT(sse_insns), CR0_TS_, 0, 6);
}

static void test_fpuenv_ts_makes_sse_nm(void)
{
	all_fault(sse_insns, COUNT(sse_insns), CR0_TS_, CR4_FX, 7);
}

static void test_fpuenv_mmx_does_not_need_osfxsr(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	t->s.cr4 &= ~(uint64_t)CR4_FX;
	SYS_EMIT(t, 0x0f, 0xfc, 0xc1, 0x0f, 0xe0, 0xc1, 0x0f, 0xd4, 0xc1);
	sys_passes(t);
	sys_free(t);
}

static void test_fpuenv_fxsave_is_nm_by_ts_and_em(void)
{
	static const struct insn in[] = {
		INSN(0x0f, 0xae, 0x07), INSN(0x0f, 0xae, 0x0f),
	};

	all_fault(in, COUNT(in), CR0_TS_, CR4_FX, 7);
	all_fault(in, COUNT(in), CR0_EM_, CR4_FX, 7);
}

static void test_fpuenv_wait_is_nm_only_by_mp_and_ts(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	t->s.cr0 |= CR0_TS_;
	t->s.cr0 &= ~(uint64_t)CR0_MP_;
	SYS_EMIT(t, 0x9b);
	sys_passes(t);
	sys_free(t);

	t = fpu_new(SYS_LONG);
	t->s.cr0 |= CR0_TS_ | CR0_MP_;
	SYS_EMIT(t, 0x9b);
	sys_faults(t, SYS_CODE, 7, -1);
	sys_free(t);

	t = fpu_new(SYS_LONG);
	t->s.cr0 |= CR0_EM_ | CR0_MP_;
	SYS_EMIT(t, 0x9b);
	sys_passes(t);
	sys_free(t);
}

static void test_fpuenv_clts_lets_it_run(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	t->s.cr0 |= CR0_TS_;
	SYS_EMIT(t, 0x0f, 0x06, 0xd9, 0xe8, 0x0f, 0x58, 0xc1);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.xsave[XS_FTW], 0x80);
	sys_free(t);
}

static void test_fpuenv_fences_and_hints_need_nothing(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	t->s.cr0 |= CR0_EM_ | CR0_TS_;
	t->s.cr4 &= ~(uint64_t)CR4_FX;
	SYS_EMIT(t, 0x0f, 0xae, 0xe8, 0x0f, 0xae, 0xf0, 0x0f, 0xae, 0xf8,
		 0xf3, 0x90, 0x0f, 0x18, 0x07, 0x0f, 0xc3, 0x07);
	t->s.gpr[VC_RAX] = 0x1234567;
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 4), 0x1234567);
	sys_free(t);
}

static void test_fpuenv_prefetch_never_faults_clflush_does(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	sys_page(t, SYS_DATA, 0);
	SYS_EMIT(t, 0x0f, 0x18, 0x0f);		/* prefetcht0 [rdi] */
	sys_passes(t);
	sys_free(t);

	t = fpu_new(SYS_LONG);
	sys_page(t, SYS_DATA, 0);
	SYS_EMIT(t, 0x0f, 0xae, 0x3f);		/* clflush [rdi] */
	sys_faults(t, SYS_CODE, 14, 0);
	CU_ASSERT_EQUAL(t->s.cr2, SYS_DATA);
	sys_free(t);
}

/* ---- waiting exceptions ---- */

/* 1 / 0 with ZE unmasked, then code. */
#define DIVIDE	0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9

static struct sys *ze_new(enum sys_mode mode)
{
	struct sys *t = fpu_new(mode);

	put(t->s.xsave + XS_FCW, 2, 0x37b);
	return t;
}

static void test_fpuenv_mf_waits_for_the_next_instruction(void)
{
	struct sys *t = ze_new(SYS_LONG);

	SYS_EMIT(t, DIVIDE, 0x90, 0xd9, 0xd0);	/* nop; fnop */
	sys_faults(t, SYS_CODE + 7, 16, -1);
	CU_ASSERT_EQUAL(fsw(t) & 0x80ff, 0x8084);
	/* operands unchanged, nothing popped */
	CU_ASSERT_EQUAL(t->s.xsave[XS_FTW], 0xc0);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_ST, 8), 0);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_ST + 16, 8), UINT64_C(1) << 63);
	/* FIP and FOP of the division */
	CU_ASSERT_EQUAL(get(t->s.xsave + 8, 8), SYS_CODE + 4);
	CU_ASSERT_EQUAL(get(t->s.xsave + 6, 2), 0x6f9);
	sys_free(t);
}

static void waits(bool expected, const uint8_t *b, size_t n)
{
	struct sys *t = ze_new(SYS_LONG);

	SYS_EMIT(t, DIVIDE);
	sys_emit(t, b, n);
	if (expected)
		sys_faults(t, SYS_CODE + 6, 16, -1);
	else
		sys_passes(t);
	sys_free(t);
}
#define WAITS(expected, ...) do { \
	static const uint8_t b_[] = { __VA_ARGS__ }; \
	waits(expected, b_, sizeof(b_)); \
} while (0)

static void test_fpuenv_who_waits(void)
{
	WAITS(true, 0x9b);			/* fwait */
	WAITS(true, 0xd9, 0xe8);		/* fld1 */
	WAITS(true, 0xdd, 0x07);		/* fld m64 */
	WAITS(true, 0xd9, 0x2f);		/* fldcw */
	WAITS(true, 0xdd, 0xc0);		/* ffree */
	WAITS(true, 0xd9, 0x27);		/* fldenv */
	WAITS(true, 0xdd, 0x27);		/* frstor */
	WAITS(true, 0x0f, 0x77);		/* emms */
	WAITS(true, 0x0f, 0xfc, 0xc1);		/* paddb mm */
	WAITS(true, 0x0f, 0x2d, 0xc1);		/* cvtps2pi */
	WAITS(false, 0xdf, 0xe0);		/* fnstsw ax */
	WAITS(false, 0xd9, 0x3f);		/* fnstcw */
	WAITS(false, 0xdb, 0xe2);		/* fnclex */
	WAITS(false, 0xdb, 0xe3);		/* fninit */
	WAITS(false, 0xd9, 0x37);		/* fnstenv */
	WAITS(false, 0xdd, 0x37);		/* fnsave */
	WAITS(false, 0x0f, 0xae, 0x07);		/* fxsave */
	WAITS(false, 0x0f, 0x58, 0xc1);		/* addps */
}

static void test_fpuenv_fnclex_forgets(void)
{
	struct sys *t = ze_new(SYS_LONG);

	SYS_EMIT(t, DIVIDE, 0xdb, 0xe2, 0x9b);
	sys_passes(t);
	CU_ASSERT_EQUAL(fsw(t) & 0x80ff, 0);
	sys_free(t);
}

static void test_fpuenv_fldcw_can_make_one_wait(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	sys_put(t, SYS_DATA, 2, 0x37b);
	SYS_EMIT(t, DIVIDE, 0xd9, 0x2f, 0x9b);	/* masked; fldcw; fwait */
	sys_faults(t, SYS_CODE + 8, 16, -1);
	sys_free(t);
}

static void test_fpuenv_without_ne_exceptions_are_ignored(void)
{
	struct sys *t = ze_new(SYS_LONG);

	t->s.cr0 &= ~(uint64_t)CR0_NE_;
	SYS_EMIT(t, DIVIDE, 0x9b, 0xd9, 0xe8);
	sys_passes(t);
	CU_ASSERT_EQUAL(fsw(t) & 0x8084, 0x8084);
	sys_free(t);
}

static void test_fpuenv_flags_stay_until_cleared(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	/* an exit between: out to a port nobody has, then read FSW */
	SYS_EMIT(t, DIVIDE, 0xe6, 0x80, 0xdf, 0xe0, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_IO);
	CU_ASSERT_EQUAL(fsw(t) & 0xff, 0x04);
	sys_more(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xff, 0x04);
	sys_free(t);
}

/* ---- SIMD exceptions, alignment ---- */

static void test_fpuenv_xm_by_osxmmexcpt_else_ud(void)
{
	for (int on = 0; on < 2; on++) {
		struct sys *t = fpu_new(SYS_LONG);

		put(t->s.xsave + XS_CSR, 4, 0x1f80 & ~0x200u);	/* ZM clear */
		put(t->s.xsave + XS_XMM, 4, 0x3f800000);
		t->s.cr4 &= ~(uint64_t)CR4_XM;
		if (on)
			t->s.cr4 |= CR4_XM;
		SYS_EMIT(t, 0x0f, 0x5e, 0xc1);	/* divps xmm0, xmm1 */
		sys_faults(t, SYS_CODE, on ? 19 : 6, -1);
		/* 0/0 in the other lanes */
		CU_ASSERT_EQUAL(get(t->s.xsave + XS_CSR, 4), 0x1d85);
		CU_ASSERT_EQUAL(get(t->s.xsave + XS_XMM, 4), 0x3f800000);
		sys_free(t);
	}
}

static void misaligned(const uint8_t *b, size_t n, bool faults)
{
	struct sys *t = fpu_new(SYS_LONG);

	t->s.gpr[VC_RDI] = SYS_DATA + 8;
	sys_emit(t, b, n);
	if (faults)
		sys_faults(t, SYS_CODE, 13, 0);
	else
		sys_passes(t);
	sys_free(t);
}
#define MISALIGNED(faults, ...) do { \
	static const uint8_t b_[] = { __VA_ARGS__ }; \
	misaligned(b_, sizeof(b_), faults); \
} while (0)

static void test_fpuenv_misaligned_16_bytes_are_gp(void)
{
	MISALIGNED(true, 0x0f, 0x28, 0x07);		/* movaps */
	MISALIGNED(true, 0x0f, 0x29, 0x07);
	MISALIGNED(true, 0x66, 0x0f, 0x6f, 0x07);	/* movdqa */
	MISALIGNED(true, 0x66, 0x0f, 0x7f, 0x07);
	MISALIGNED(true, 0x66, 0x0f, 0xe7, 0x07);	/* movntdq */
	MISALIGNED(true, 0x0f, 0x58, 0x07);		/* addps */
	MISALIGNED(true, 0x66, 0x0f, 0xfe, 0x07);	/* paddd */
	MISALIGNED(true, 0x66, 0x0f, 0x70, 0x07, 1);	/* pshufd */
	MISALIGNED(true, 0x66, 0x0f, 0x2d, 0x07);	/* cvtpd2pi */
	MISALIGNED(true, 0x0f, 0xae, 0x07);		/* fxsave */
	MISALIGNED(true, 0x0f, 0xae, 0x0f);		/* fxrstor */
	MISALIGNED(false, 0x0f, 0x10, 0x07);		/* movups */
	MISALIGNED(false, 0x0f, 0x11, 0x07);
	MISALIGNED(false, 0xf3, 0x0f, 0x6f, 0x07);	/* movdqu */
	MISALIGNED(false, 0xf2, 0x0f, 0x58, 0x07);	/* addsd */
	MISALIGNED(false, 0x0f, 0x5a, 0x07);		/* cvtps2pd */
	MISALIGNED(false, 0x0f, 0xfc, 0x07);		/* paddb mm */
}

static void test_fpuenv_unaligned_moves_cross_pages(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	/* the pages behind each other are not neighbours */
	sys_put(t, SYS_PT + 0x60 * 8, 8, 0x61003);
	sys_put(t, SYS_PT + 0x61 * 8, 8, 0x70003);
	sys_put(t, 0x61ff8, 8, UINT64_C(0x1122334455667788));
	sys_put(t, 0x70000, 8, UINT64_C(0x99aabbccddeeff00));
	t->s.gpr[VC_RDI] = 0x60ff8;
	t->s.gpr[VC_RSI] = 0x60ffc;
	SYS_EMIT(t, 0x0f, 0x10, 0x07,		/* movups xmm0, [rdi] */
		 0x0f, 0x11, 0x06,		/* movups [rsi], xmm0 */
		 0xdd, 0x06,			/* fld m64 [rsi] */
		 0xdb, 0x3e);			/* fstp m80 [rsi] */
	sys_passes(t);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_XMM, 8),
			UINT64_C(0x1122334455667788));
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_XMM + 8, 8),
			UINT64_C(0x99aabbccddeeff00));
	/* movups' end, then the 10 bytes of 919a22ab33bc4000p-... */
	CU_ASSERT_EQUAL(sys_get(t, 0x70008, 4), 0x99aabbcc);
	CU_ASSERT_EQUAL(sys_get(t, 0x61ffc, 4), 0x33bc4000);
	CU_ASSERT_EQUAL(sys_get(t, 0x70000, 6), UINT64_C(0x3d12919a22ab));
	sys_free(t);
}

/* ---- images ---- */

static void test_fpuenv_fnstenv_protected_32(void)
{
	struct sys *t = fpu_new(SYS_PROT);

	/* fld1; fldz; fldpi; fnstenv [edi] */
	SYS_EMIT(t, 0xd9, 0xe8, 0xd9, 0xee, 0xd9, 0xeb, 0xd9, 0x37);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 4), 0xffff037f);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 4, 4), 0xffff2800);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 8, 4), 0xffff13ff);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 12, 4), SYS_CODE + 4);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 24, 4), 0xffff0000);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 28, 4), 0);
	sys_free(t);
}

static void test_fpuenv_fnstenv_protected_16(void)
{
	struct sys *t = fpu_new(SYS_PROT);

	SYS_EMIT(t, 0xd9, 0xe8, 0xd9, 0xee, 0xd9, 0xeb, 0x66, 0xd9, 0x37);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 2), 0x037f);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 2, 2), 0x2800);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 4, 2), 0x13ff);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 6, 2), (SYS_CODE + 4) & 0xffff);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 14, 2), 0);
	sys_free(t);
}

static void real_env(bool wide)
{
	struct sys *t = fpu_new(SYS_REAL);
	uint64_t at = SYS_DATA;

	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.cr0 |= CR0_NE_;
	SYS_EMIT(t, 0xd9, 0xe8);		/* fld1 */
	if (wide)
		SYS_EMIT(t, 0x66);
	SYS_EMIT(t, 0xd9, 0x35);		/* fnstenv [di] */
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, at, 2), 0x037f);
	CU_ASSERT_EQUAL(sys_get(t, at + (wide ? 4 : 2), 2), 0x3800);
	CU_ASSERT_EQUAL(sys_get(t, at + (wide ? 8 : 4), 2), 0x3fff);
	/* FIP 0 in both pieces: fld1 was the first instruction, FCS is 0 */
	CU_ASSERT_EQUAL(sys_get(t, at + (wide ? 12 : 6), 2), 0);
	CU_ASSERT_EQUAL(sys_get(t, at + (wide ? 16 : 8), 2) & 0xf000, 0);
	CU_ASSERT_EQUAL(sys_get(t, at + (wide ? 28 : 14), 2), 0);
	sys_free(t);
}

static void test_fpuenv_fnstenv_real_16(void)
{
	real_env(false);
}

static void test_fpuenv_fnstenv_real_32(void)
{
	real_env(true);
}

static void test_fpuenv_fnstenv_masks_everything(void)
{
	struct sys *t = ze_new(SYS_LONG);

	SYS_EMIT(t, DIVIDE, 0xd9, 0x37, 0x9b);	/* fnstenv; fwait */
	sys_passes(t);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_FCW, 2), 0x37f);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 2), 0x37b);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 4, 2) & 0x80ff, 0x8084);
	sys_free(t);
}

static void test_fpuenv_fldenv_takes_it_back(void)
{
	struct sys *t = fpu_new(SYS_PROT);

	sys_put(t, SYS_DATA, 4, 0x127f);
	sys_put(t, SYS_DATA + 4, 4, 0x6a41);	/* TOP 5, C1, C3, SF, IE */
	sys_put(t, SYS_DATA + 8, 4, 0x3fc7);	/* full: 7, 2, 1 */
	SYS_EMIT(t, 0xd9, 0x27);
	sys_passes(t);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_FCW, 2), 0x127f);
	CU_ASSERT_EQUAL(fsw(t), 0x6a41);
	CU_ASSERT_EQUAL(t->s.xsave[XS_FTW], 0x86);
	sys_free(t);
}

static void test_fpuenv_fldenv_makes_es_from_the_masks(void)
{
	struct sys *t = fpu_new(SYS_PROT);

	sys_put(t, SYS_DATA, 4, 0x37e);
	sys_put(t, SYS_DATA + 4, 4, 0x0001);	/* IE, no ES */
	sys_put(t, SYS_DATA + 8, 4, 0xffff);
	SYS_EMIT(t, 0xd9, 0x27, 0xd9, 0xe8);
	sys_faults(t, SYS_CODE + 2, 16, -1);
	CU_ASSERT_EQUAL(fsw(t), 0x8081);
	sys_free(t);
}

static void save_and_restore(enum sys_mode mode, bool wide, unsigned size)
{
	struct sys *t = fpu_new(mode);
	uint8_t saved[VC_XSAVE_SIZE], b[112], mod = mode == SYS_REAL ? 0x35
								      : 0x37;
	uint8_t code[6] = { 0x66, 0xdd, mod };
	bool prefix = wide == (mode == SYS_REAL);

	t->s.cr0 |= CR0_NE_;
	put(t->s.xsave + XS_FCW, 2, 0xb7f);
	put(t->s.xsave + XS_FSW, 2, 0x5921);
	t->s.xsave[XS_FTW] = 0xa5;
	for (unsigned i = 0; i < 8; i++) {
		put(t->s.xsave + XS_ST + 16 * i, 8,
		    UINT64_C(0x8123456789abcde0) + i);
		put(t->s.xsave + XS_ST + 16 * i + 8, 2, 0x3ff0 + i);
	}
	memcpy(saved, t->s.xsave, sizeof(saved));
	for (unsigned i = 0; i < sizeof(b); i++)
		sys_put(t, SYS_DATA + i, 1, 0x5a);
	sys_emit(t, code + !prefix, 2 + prefix);
	SYS_EMIT(t, VMCALL);
	sys_run(t);
	/* FNSAVE ends with FNINIT */
	CU_ASSERT(sys_finished(t));
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_FCW, 2), 0x37f);
	CU_ASSERT_EQUAL(fsw(t), 0);
	CU_ASSERT_EQUAL(t->s.xsave[XS_FTW], 0);
	CU_ASSERT_EQUAL(vc_memory_read(t->vm, SYS_DATA, b, sizeof(b)), 0);
	CU_ASSERT_EQUAL(get(b, 2), 0xb7f);
	CU_ASSERT_EQUAL(get(b + (wide ? 4 : 2), 2), 0x5921);
	for (unsigned i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(memcmp(b + size - 80 + 10 * i,
				       saved + XS_ST + 16 * i, 10), 0);
	CU_ASSERT_EQUAL(b[size], 0x5a);
	CU_ASSERT_EQUAL(b[size - 1], 0x3f);
	/* FRSTOR brings all of it back */
	code[2] = (uint8_t)(mod - 0x10);
	sys_emit(t, code + !prefix, 2 + prefix);
	SYS_EMIT(t, VMCALL);
	sys_more(t);
	CU_ASSERT(sys_finished(t));
	CU_ASSERT_EQUAL(memcmp(t->s.xsave, saved, 5), 0);
	CU_ASSERT_EQUAL(memcmp(t->s.xsave + XS_ST, saved + XS_ST, 128), 0);
	sys_free(t);
}

static void test_fpuenv_fsave_in_all_four_formats(void)
{
	save_and_restore(SYS_PROT, true, 108);
	save_and_restore(SYS_PROT, false, 94);
	save_and_restore(SYS_REAL, true, 108);
	save_and_restore(SYS_REAL, false, 94);
	save_and_restore(SYS_LONG, true, 108);
}

static void fill(uint8_t *xs)
{
	for (unsigned i = 0; i < 8; i++) {
		put(xs + XS_ST + 16 * i, 8, UINT64_C(0xf00dfeed12345670) + i);
		put(xs + XS_ST + 16 * i + 8, 2, 0xc000 + i);
	}
	for (unsigned i = 0; i < 256; i++)
		xs[XS_XMM + i] = (uint8_t)(i * 7 + 1);
	put(xs + XS_FCW, 2, 0x67f);
	put(xs + XS_FSW, 2, 0x1902);
	xs[XS_FTW] = 0x3c;
	put(xs + 6, 2, 0x123);
	put(xs + 8, 8, UINT64_C(0x0000123456789abc));
	put(xs + 16, 8, UINT64_C(0xffff8000deadbeef));
	put(xs + XS_CSR, 4, 0x9fa1);
}

static void test_fpuenv_fxsave64(void)
{
	struct sys *t = fpu_new(SYS_LONG);
	uint8_t want[512], got[512];

	fill(t->s.xsave);
	memcpy(want, t->s.xsave, 512);
	put(want + 28, 4, 0xffff);
	memset(want + 416, 0x5a, 96);
	memset(t->ram + SYS_DATA, 0x5a, 512);
	SYS_EMIT(t, 0x48, 0x0f, 0xae, 0x07);
	sys_passes(t);
	CU_ASSERT_EQUAL(vc_memory_read(t->vm, SYS_DATA, got, 512), 0);
	CU_ASSERT_EQUAL(memcmp(got, want, 512), 0);
	sys_free(t);
}

static void test_fpuenv_fxsave_32_has_short_pointers_and_8_xmm(void)
{
	struct sys *t = fpu_new(SYS_PROT);

	fill(t->s.xsave);
	memset(t->ram + SYS_DATA, 0x5a, 512);
	SYS_EMIT(t, 0x0f, 0xae, 0x07);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 8, 8), 0x56789abc);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 16, 8), 0xdeadbeef);
	CU_ASSERT_EQUAL(memcmp(t->ram + SYS_DATA + XS_XMM, t->s.xsave + XS_XMM,
			       128), 0);
	CU_ASSERT_EQUAL(t->ram[SYS_DATA + XS_XMM + 128], 0x5a);
	sys_free(t);
}

static void test_fpuenv_fxrstor64(void)
{
	struct sys *t = fpu_new(SYS_LONG);
	uint8_t want[512] = { 0 };

	fill(want);
	memcpy(t->ram + SYS_DATA, want, 512);
	/* fxrstor64 [rdi]; then something that uses what it loaded */
	SYS_EMIT(t, 0x48, 0x0f, 0xae, 0x0f, 0x66, 0x0f, 0x6f, 0xc8);
	sys_passes(t);
	memcpy(want + XS_XMM + 16, want + XS_XMM, 16);
	put(want + 28, 4, 0xffff);
	CU_ASSERT_EQUAL(memcmp(t->s.xsave, want, 512), 0);
	sys_free(t);
}

static void test_fpuenv_reserved_mxcsr_bits_are_gp(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	sys_put(t, SYS_DATA, 4, 0x11f80);
	SYS_EMIT(t, 0x0f, 0xae, 0x17);		/* ldmxcsr */
	sys_faults(t, SYS_CODE, 13, 0);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_CSR, 4), 0x1f80);
	sys_free(t);

	t = fpu_new(SYS_LONG);
	sys_put(t, SYS_DATA + XS_CSR, 4, 0x11f80);
	SYS_EMIT(t, 0x0f, 0xae, 0x0f);		/* fxrstor */
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_fpuenv_fxsave_writes_nothing_when_it_faults(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	sys_page(t, 0x61000, 0x61001);		/* read-only; WP is on */
	t->s.gpr[VC_RDI] = 0x60f00;
	memset(t->ram + 0x60f00, 0x5a, 0x100);
	SYS_EMIT(t, 0x0f, 0xae, 0x07);
	sys_faults(t, SYS_CODE, 14, 3);
	CU_ASSERT_EQUAL(t->s.cr2, 0x61000);
	CU_ASSERT_EQUAL(t->ram[0x60f00], 0x5a);
	sys_free(t);
}

/* ---- XSAVE ---- */

static struct sys *xs_new(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	t->s.cr4 |= CR4_XS;
	t->s.xcr0 = 3;
	t->s.gpr[VC_RAX] = 3;
	fill(t->s.xsave);
	memset(t->ram + SYS_DATA, 0x5a, 1024);
	return t;
}

static void test_fpuenv_xsave_saves_what_is_asked_for(void)
{
	for (unsigned mask = 0; mask < 4; mask++) {
		struct sys *t = xs_new();

		t->s.gpr[VC_RAX] = mask;
		sys_put(t, SYS_DATA + XS_BV, 8, 0);
		SYS_EMIT(t, 0x48, 0x0f, 0xae, 0x27);
		sys_passes(t);
		CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + XS_BV, 8), mask);
		CU_ASSERT_EQUAL(t->ram[SYS_DATA] == 0x7f, mask & 1);
		CU_ASSERT_EQUAL(t->ram[SYS_DATA + XS_ST] != 0x5a, mask & 1);
		CU_ASSERT_EQUAL(t->ram[SYS_DATA + XS_CSR] == 0xa1, mask >> 1);
		CU_ASSERT_EQUAL(t->ram[SYS_DATA + XS_XMM] == 1, mask >> 1);
		/* the rest of the header is not written */
		CU_ASSERT_EQUAL(t->ram[SYS_DATA + XS_BV + 8], 0x5a);
		CU_ASSERT_EQUAL(t->ram[SYS_DATA + 416], 0x5a);
		sys_free(t);
	}
}

static void test_fpuenv_xsave_keeps_other_bits_of_xstate_bv(void)
{
	struct sys *t = xs_new();

	t->s.gpr[VC_RAX] = 1;
	sys_put(t, SYS_DATA + XS_BV, 8, 6);
	SYS_EMIT(t, 0x0f, 0xae, 0x27);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + XS_BV, 8), 7);
	sys_free(t);
}

static void test_fpuenv_xrstor_initialises_what_is_not_there(void)
{
	struct sys *t = xs_new();

	memset(t->ram + SYS_DATA, 0, 1024);
	fill(t->ram + SYS_DATA);
	put(t->ram + SYS_DATA + XS_CSR, 4, 0x1fa0);
	SYS_EMIT(t, 0x48, 0x0f, 0xae, 0x2f);
	sys_passes(t);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_FCW, 2), 0x37f);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_ST, 8), 0);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_XMM, 8), 0);
	/* MXCSR comes from memory whatever XSTATE_BV says */
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_CSR, 4), 0x1fa0);
	sys_free(t);
}

static void test_fpuenv_xrstor_restores(void)
{
	struct sys *t = xs_new();
	uint8_t want[512] = { 0 };

	fill(want);
	put(want + XS_FCW, 2, 0x77f);
	memset(t->ram + SYS_DATA, 0, 1024);
	memcpy(t->ram + SYS_DATA, want, 512);
	t->ram[SYS_DATA + XS_BV] = 3;
	SYS_EMIT(t, 0x48, 0x0f, 0xae, 0x2f);
	sys_passes(t);
	put(want + 28, 4, 0xffff);
	CU_ASSERT_EQUAL(memcmp(t->s.xsave, want, 512), 0);
	sys_free(t);
}

static void xrstor_gp(unsigned at, uint8_t value)
{
	struct sys *t = xs_new();

	memset(t->ram + SYS_DATA, 0, 1024);
	t->ram[SYS_DATA + XS_BV] = 3;
	t->ram[SYS_DATA + at] = value;
	SYS_EMIT(t, 0x0f, 0xae, 0x2f);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_fpuenv_xrstor_checks_the_header(void)
{
	xrstor_gp(XS_BV, 7);			/* not in XCR0 */
	xrstor_gp(XS_BV + 7, 0x80);
	xrstor_gp(XS_BV + 8, 1);		/* XCOMP_BV */
	xrstor_gp(XS_BV + 15, 0x80);
	xrstor_gp(XS_BV + 23, 1);
	xrstor_gp(XS_CSR + 2, 1);		/* reserved MXCSR */
}

static void test_fpuenv_xsave_faults(void)
{
	struct sys *t = xs_new();

	t->s.cr4 &= ~(uint64_t)CR4_XS;
	SYS_EMIT(t, 0x0f, 0xae, 0x27);
	sys_faults(t, SYS_CODE, 6, -1);
	sys_free(t);

	t = xs_new();
	t->s.cr0 |= CR0_TS_;
	SYS_EMIT(t, 0x0f, 0xae, 0x27);
	sys_faults(t, SYS_CODE, 7, -1);
	sys_free(t);

	t = xs_new();
	t->s.gpr[VC_RDI] += 32;
	SYS_EMIT(t, 0x0f, 0xae, 0x27);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

/* ---- masked stores ---- */

static void test_fpuenv_maskmov_writes_the_chosen_bytes(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	for (unsigned i = 0; i < 16; i++) {
		t->s.xsave[XS_XMM + i] = (uint8_t)(i + 1);
		t->s.xsave[XS_XMM + 16 + i] = i % 3 ? 0x7f : 0x80;
	}
	SYS_EMIT(t, 0x66, 0x0f, 0xf7, 0xc1);	/* maskmovdqu xmm0, xmm1 */
	sys_passes(t);
	for (unsigned i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(t->ram[SYS_DATA + i], i % 3 ? 0 : i + 1);
	sys_free(t);
}

static void test_fpuenv_maskmov_accesses_nothing_without_mask(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	sys_page(t, SYS_DATA, 0);
	SYS_EMIT(t, 0x66, 0x0f, 0xf7, 0xc1);
	sys_passes(t);
	sys_free(t);

	t = fpu_new(SYS_LONG);
	sys_page(t, SYS_DATA, 0);
	t->s.xsave[XS_XMM + 16 + 5] = 0x80;
	SYS_EMIT(t, 0x66, 0x0f, 0xf7, 0xc1);
	sys_faults(t, SYS_CODE, 14, 2);
	CU_ASSERT_EQUAL(t->s.cr2, SYS_DATA + 5);
	sys_free(t);
}

/* ---- the host's control words, and the guest's ---- */

static void test_fpuenv_the_hosts_rounding_survives(void)
{
	int before = fegetround();
	struct sys *t = fpu_new(SYS_LONG);
	volatile double one = 1, three = 3;
	double up;

	CU_ASSERT_EQUAL(fesetround(FE_UPWARD), 0);
	up = one / three;
	/* guest: round down, in both units */
	put(t->s.xsave + XS_FCW, 2, 0x77f);
	put(t->s.xsave + XS_CSR, 4, 0x3f80);
	put(t->s.xsave + XS_XMM, 8, UINT64_C(0x3ff0000000000000));
	put(t->s.xsave + XS_XMM + 16, 8, UINT64_C(0x4008000000000000));
	SYS_EMIT(t, 0xf2, 0x0f, 0x5e, 0xc1,	/* divsd xmm0, xmm1 */
		 0xd9, 0xe8, 0xd9, 0xeb,	/* fld1; fldpi */
		 0xde, 0xf9,			/* fdivp */
		 0xe6, 0x80,			/* out 0x80, al */
		 0xf2, 0x0f, 0x5e, 0xc1, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_IO);
	CU_ASSERT_EQUAL(fegetround(), FE_UPWARD);
	CU_ASSERT_EQUAL(one / three, up);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_XMM, 8),
			UINT64_C(0x3fd5555555555555));
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_ST, 8),
			UINT64_C(0xa2f9836e4e44152a));
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_CSR, 4), 0x3fa0);
	CU_ASSERT_EQUAL(fsw(t) & 0x3f, 0x20);
	fesetround(FE_DOWNWARD);
	sys_more(t);
	CU_ASSERT_EQUAL(fegetround(), FE_DOWNWARD);
	fesetround(before);
	sys_free(t);
}

static void test_fpuenv_flags_do_not_cross(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	feclearexcept(FE_ALL_EXCEPT);
	feraiseexcept(FE_OVERFLOW);
	SYS_EMIT(t, 0xd9, 0xe8, 0xd9, 0xe8, 0xde, 0xc1,	/* 1 + 1 */
		 0xf2, 0x0f, 0x58, 0xc0);		/* 0 + 0 */
	sys_passes(t);
	CU_ASSERT_EQUAL(fsw(t) & 0x3f, 0);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_CSR, 4), 0x1f80);
	sys_free(t);

	feclearexcept(FE_ALL_EXCEPT);
	t = fpu_new(SYS_LONG);
	SYS_EMIT(t, DIVIDE, 0xf2, 0x0f, 0x5e, 0xc0);	/* 1/0, 0/0 */
	sys_passes(t);
	CU_ASSERT_EQUAL(fsw(t) & 0x3f, 4);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_CSR, 4), 0x1f81);
	CU_ASSERT_EQUAL(fetestexcept(FE_DIVBYZERO | FE_INVALID), 0);
	sys_free(t);
}

static void test_fpuenv_x87_in_16_bit_code(void)
{
	struct sys *t = fpu_new(SYS_REAL);

	t->s.cr0 |= CR0_NE_;
	t->s.gpr[VC_RDI] = SYS_DATA;
	sys_put(t, SYS_DATA, 2, (uint64_t)-7 & 0xffff);
	/* fild word [di]; fimul word [di]; fistp dword [di+4] */
	SYS_EMIT(t, 0xdf, 0x05, 0xde, 0x0d, 0xdb, 0x5d, 0x04);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 4, 4), 49);
	sys_free(t);
}

static void test_fpuenv_mmx_aliases_the_x87_stack(void)
{
	struct sys *t = fpu_new(SYS_LONG);

	put(t->s.xsave + XS_FSW, 2, 0x1800);
	t->s.gpr[VC_RAX] = 0x12345678;
	/* movd mm2, eax; emms afterwards would empty it */
	SYS_EMIT(t, 0x0f, 0x6e, 0xd0);
	sys_passes(t);
	CU_ASSERT_EQUAL(fsw(t) & 0x3800, 0);
	CU_ASSERT_EQUAL(t->s.xsave[XS_FTW], 0xff);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_ST + 32, 8), 0x12345678);
	CU_ASSERT_EQUAL(get(t->s.xsave + XS_ST + 40, 2), 0xffff);
	sys_free(t);
}

RIG_SUITE(engine_fpuenv) {
	RIG_TEST(test_fpuenv_em_makes_x87_nm),
	RIG_TEST(test_fpuenv_ts_makes_x87_nm),
	RIG_TEST(test_fpuenv_em_makes_mmx_ud),
	RIG_TEST(test_fpuenv_ts_makes_mmx_nm),
	RIG_TEST(test_fpuenv_em_makes_sse_ud),
	RIG_TEST(test_fpuenv_without_osfxsr_sse_is_ud),
	RIG_TEST(test_fpuenv_ts_makes_sse_nm),
	RIG_TEST(test_fpuenv_mmx_does_not_need_osfxsr),
	RIG_TEST(test_fpuenv_fxsave_is_nm_by_ts_and_em),
	RIG_TEST(test_fpuenv_wait_is_nm_only_by_mp_and_ts),
	RIG_TEST(test_fpuenv_clts_lets_it_run),
	RIG_TEST(test_fpuenv_fences_and_hints_need_nothing),
	RIG_TEST(test_fpuenv_prefetch_never_faults_clflush_does),
	RIG_TEST(test_fpuenv_mf_waits_for_the_next_instruction),
	RIG_TEST(test_fpuenv_who_waits),
	RIG_TEST(test_fpuenv_fnclex_forgets),
	RIG_TEST(test_fpuenv_fldcw_can_make_one_wait),
	RIG_TEST(test_fpuenv_without_ne_exceptions_are_ignored),
	RIG_TEST(test_fpuenv_flags_stay_until_cleared),
	RIG_TEST(test_fpuenv_xm_by_osxmmexcpt_else_ud),
	RIG_TEST(test_fpuenv_misaligned_16_bytes_are_gp),
	RIG_TEST(test_fpuenv_unaligned_moves_cross_pages),
	RIG_TEST(test_fpuenv_fnstenv_protected_32),
	RIG_TEST(test_fpuenv_fnstenv_protected_16),
	RIG_TEST(test_fpuenv_fnstenv_real_16),
	RIG_TEST(test_fpuenv_fnstenv_real_32),
	RIG_TEST(test_fpuenv_fnstenv_masks_everything),
	RIG_TEST(test_fpuenv_fldenv_takes_it_back),
	RIG_TEST(test_fpuenv_fldenv_makes_es_from_the_masks),
	RIG_TEST(test_fpuenv_fsave_in_all_four_formats),
	RIG_TEST(test_fpuenv_fxsave64),
	RIG_TEST(test_fpuenv_fxsave_32_has_short_pointers_and_8_xmm),
	RIG_TEST(test_fpuenv_fxrstor64),
	RIG_TEST(test_fpuenv_reserved_mxcsr_bits_are_gp),
	RIG_TEST(test_fpuenv_fxsave_writes_nothing_when_it_faults),
	RIG_TEST(test_fpuenv_xsave_saves_what_is_asked_for),
	RIG_TEST(test_fpuenv_xsave_keeps_other_bits_of_xstate_bv),
	RIG_TEST(test_fpuenv_xrstor_initialises_what_is_not_there),
	RIG_TEST(test_fpuenv_xrstor_restores),
	RIG_TEST(test_fpuenv_xrstor_checks_the_header),
	RIG_TEST(test_fpuenv_xsave_faults),
	RIG_TEST(test_fpuenv_maskmov_writes_the_chosen_bytes),
	RIG_TEST(test_fpuenv_maskmov_accesses_nothing_without_mask),
	RIG_TEST(test_fpuenv_the_hosts_rounding_survives),
	RIG_TEST(test_fpuenv_flags_do_not_cross),
	RIG_TEST(test_fpuenv_x87_in_16_bit_code),
	RIG_TEST(test_fpuenv_mmx_aliases_the_x87_stack),
	RIG_END
};
