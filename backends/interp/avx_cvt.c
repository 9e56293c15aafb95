/* SPDX-License-Identifier: MIT */
/*
 * avx_cvt.c: VEX-encoded conversions, and those of F16C: see avx_fp.h.
 */
#include "avx_fp.h"

FP_GENERAL

#if VC_HOSTFP

UNARY(v_cvtdq2ps, "cvtdq2ps")
UNARY(v_cvtps2dq, "cvtps2dq")
UNARY(v_cvttps2dq, "cvttps2dq")

/* To twice the size: 8 bytes of the source make a half. */
#define WIDEN_16(insn) do { \
	__m128i x_; \
\
	DO1(insn, x_, "m"(AS(any64, s))); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)
#define WIDEN_32(insn) do { \
	__m128i x_, y_; \
\
	DO1(insn, x_, "m"(AS(any64, s))); \
	DO1(insn, y_, "m"(AS(any64, s + 8))); \
	STOREA(va->b, x_); \
	STOREA(va->b + 16, y_); \
} while (0)
#define WIDEN(name, insn) \
FP_RR(name##_rr16, WIDEN_16(insn)) \
FP_RR(name##_rr32, WIDEN_32(insn)) \
FP_RM(name##_rm16, name##_rr16, 8, WIDEN_16(insn)) \
FP_RM(name##_rm32, name##_rr32, 16, WIDEN_32(insn))
WIDEN(v_cvtps2pd, "cvtps2pd")
WIDEN(v_cvtdq2pd, "cvtdq2pd")
WIDEN(v_cvtph2ps, "vcvtph2ps")

/* To half the size: each makes 8 bytes, and clears 8 above. */
#define NARROW_32(insn, in) do { \
	__m128i x_, y_; \
\
	DO1(insn, x_, in(s)); \
	DO1(insn, y_, in(s + 16)); \
	STOREA(va->b, _mm_unpacklo_epi64(x_, y_)); \
	vec_clear_high(va); \
} while (0)
#define NARROW(name, insn) \
FP_RR(name##_rr16, UNARY_16(insn, IN_RR)) \
FP_RR(name##_rr32, NARROW_32(insn, IN_RR)) \
FP_RM(name##_rm16, name##_rr16, 16, UNARY_16(insn, IN_RM)) \
FP_RM(name##_rm32, name##_rr32, 32, NARROW_32(insn, IN_RM))
NARROW(v_cvtpd2ps, "cvtpd2ps")
NARROW(v_cvtpd2dq, "cvtpd2dq")
NARROW(v_cvttpd2dq, "cvttpd2dq")

/* Bits 3 to 7 of the immediate mean nothing, and with bit 2, which takes
 * MXCSR's rounding, nor do 0 and 1. */
#define HALF(n, x, p) \
	__asm__ volatile ("vcvtps2ph %2, %1, %0" : "=x"(x) \
			  : "x"(LOADA(p)), "i"(n))
#define HALVES(n, x, p) \
	case n: \
		HALF(n, x, p); \
		break;
#define TO_HALF(x, p) \
	switch (op->imm & 4 ? 4 : op->imm & 3) { \
	HALVES(0, x, p) HALVES(1, x, p) HALVES(2, x, p) HALVES(3, x, p) \
	default: \
		HALF(4, x, p); \
	}
FP_RR(v_cvtps2ph_rr16, {
	__m128i x;

	TO_HALF(x, s);
	STOREA(va->b, x);
	vec_clear_high(va);
})
FP_RR(v_cvtps2ph_rr32, {
	__m128i x, y;

	TO_HALF(x, s);
	TO_HALF(y, s + 16);
	STOREA(va->b, _mm_unpacklo_epi64(x, y));
	vec_clear_high(va);
})
/* into memory */
#define STORE_HALVES(name, bytes, ...) \
OP_DECLARE(name); \
H(name) \
{ \
	NEED_AVX; \
	if (VC_LIKELY(cpu->fpu_ok & FPU_OK_SSE)) { \
		uint8_t *d = tlb_write_ptr(cpu, op_ea(cpu, op), bytes); \
		const uint8_t *s = cpu->v[op->b & 15].b; \
\
		if (VC_LIKELY(d)) { \
			__VA_ARGS__; \
			NEXT(op + 1); \
		} \
	} \
	return general(cpu, op); \
}
STORE_HALVES(v_cvtps2ph_rm16, 8, {
	__m128i x;

	TO_HALF(x, s);
	_mm_storel_epi64((void *)d, x);
})
STORE_HALVES(v_cvtps2ph_rm32, 16, {
	__m128i x, y;

	TO_HALF(x, s);
	TO_HALF(y, s + 16);
	_mm_storeu_si128((void *)d, _mm_unpacklo_epi64(x, y));
})

#define ONE(name, bytes, type) \
FP_RR(v_##name##_rr, SCALAR(#name, type)) \
FP_RM(v_##name##_rm, v_##name##_rr, bytes, SCALAR(#name, type))
ONE(cvtss2sd, 4, any32)
ONE(cvtsd2ss, 8, any64)

/* Integers of 4 and of 8 bytes in general registers or memory. */
#define TO_INT(name, bytes, type) \
FP_RR(v_##name##_rr16, TO_GPR(#name "l", type, uint32_t)) \
FP_RR(v_##name##_rr32, TO_GPR(#name "q", type, uint64_t)) \
FP_RM(v_##name##_rm16, v_##name##_rr16, bytes, \
      TO_GPR(#name "l", type, uint32_t)) \
FP_RM(v_##name##_rm32, v_##name##_rr32, bytes, \
      TO_GPR(#name "q", type, uint64_t))
TO_INT(cvtss2si, 4, any32)
TO_INT(cvttss2si, 4, any32)
TO_INT(cvtsd2si, 8, any64)
TO_INT(cvttsd2si, 8, any64)

#define FROM_GPR(insn, type) \
	(void)s; \
	SCALAR_OF(insn, type, &R(op->b))
#define FROM_INT(name) \
FP_RR(v_##name##_rr16, FROM_GPR(#name "l", any32)) \
FP_RR(v_##name##_rr32, FROM_GPR(#name "q", any64)) \
FP_RR(v_##name##_loaded16, SCALAR(#name "l", any32)) \
FP_RR(v_##name##_loaded32, SCALAR(#name "q", any64)) \
FP_RM(v_##name##_rm16, v_##name##_loaded16, 4, SCALAR(#name "l", any32)) \
FP_RM(v_##name##_rm32, v_##name##_loaded32, 8, SCALAR(#name "q", any64))
FROM_INT(cvtsi2ss)
FROM_INT(cvtsi2sd)

#endif

/* ---- the table ---- */

#define ROW(NAME, name, need, K, from, to, lanes, bytes) \
	{ X86_##NAME, need, { K, from, to, lanes, DST_XMM, bytes, 0, 0 }, \
	  FN_PACKED(v_##name) },
#define ROW_SCALAR(NAME, name, K, from, to, bytes) \
	{ X86_##NAME, HOST_ANY, { K, from, to, 1, DST_XMM, bytes, 0, 0 }, \
	  FN_SCALAR(v_##name) },
#define ROW_TO_INT(NAME, name, K, from, bytes) \
	{ X86_##NAME, HOST_ANY, { K, from, EL_INT, 1, DST_GPR, bytes, 0, 0 }, \
	  FN_PACKED(v_##name) },
#define ROW_FROM_INT(NAME, name, to) \
	{ X86_##NAME, HOST_ANY, { K_I2F, EL_INT, to, 1, DST_XMM, 8, 0, 0 }, \
	  FN_PACKED(v_##name) },

static const struct fp_row rows[] = {
	ROW(CVTDQ2PS, cvtdq2ps, HOST_ANY, K_I2F, EL_I32, EL_F32, 4, 16)
	ROW(CVTPS2DQ, cvtps2dq, HOST_ANY, K_F2I, EL_F32, EL_I32, 4, 16)
	ROW(CVTTPS2DQ, cvttps2dq, HOST_ANY, K_F2I_CHOP, EL_F32, EL_I32, 4, 16)
	ROW(CVTPS2PD, cvtps2pd, HOST_ANY, K_F2F, EL_F32, EL_F64, 2, 8)
	ROW(CVTDQ2PD, cvtdq2pd, HOST_ANY, K_I2F, EL_I32, EL_F64, 2, 8)
	ROW(CVTPD2PS, cvtpd2ps, HOST_ANY, K_F2F, EL_F64, EL_F32, 2, 16)
	ROW(CVTPD2DQ, cvtpd2dq, HOST_ANY, K_F2I, EL_F64, EL_I32, 2, 16)
	ROW(CVTTPD2DQ, cvttpd2dq, HOST_ANY, K_F2I_CHOP, EL_F64, EL_I32, 2, 16)
	ROW(VCVTPH2PS, cvtph2ps, HOST_F16C, K_F2F, EL_F16, EL_F32, 4, 8)
	ROW(VCVTPS2PH, cvtps2ph, HOST_F16C, K_TO_HALF, EL_F32, EL_F16, 4, 8)
	ROW_SCALAR(CVTSS2SD, cvtss2sd, K_F2F, EL_F32, EL_F64, 4)
	ROW_SCALAR(CVTSD2SS, cvtsd2ss, K_F2F, EL_F64, EL_F32, 8)
	ROW_TO_INT(CVTSS2SI, cvtss2si, K_F2I, EL_F32, 4)
	ROW_TO_INT(CVTTSS2SI, cvttss2si, K_F2I_CHOP, EL_F32, 4)
	ROW_TO_INT(CVTSD2SI, cvtsd2si, K_F2I, EL_F64, 8)
	ROW_TO_INT(CVTTSD2SI, cvttsd2si, K_F2I_CHOP, EL_F64, 8)
	ROW_FROM_INT(CVTSI2SS, cvtsi2ss, EL_F32)
	ROW_FROM_INT(CVTSI2SD, cvtsi2sd, EL_F64)
};

static const struct fp_form *form_of(const struct op *op)
{
	return &rows[FP_ROW(op)].form;
}

bool vc__select_avx_cvt(const struct x86_insn *in, struct op *op)
{
	return FP_SELECT(in, op, rows, general);
}
