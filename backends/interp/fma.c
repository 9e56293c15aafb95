/* SPDX-License-Identifier: MIT */
/*
 * fma.c: fused multiply-add: see avx_fp.h. The destination is a source, too;
 * the digits of a name tell which operands are the factors (SDM 2C,
 * VFMADD132PD and its like).
 */
#include "avx_fp.h"

FP_GENERAL

#if VC_HOSTFP

#define FUSE(insn, x, h, type, p) \
	__asm__ volatile (insn " %2, %1, %0" : "+x"(x) \
			  : "x"(h), "m"(AS(type, p)))
#define FMA_16(insn) do { \
	__m128i x_ = LOADA(va->b), h_ = LOADA(VH->b); \
\
	FUSE(insn, x_, h_, struct any128, s); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)
#define FMA_32(insn) do { \
	__m128i x_ = LOADA(va->b), y_ = LOADA(va->b + 16); \
	__m128i h_ = LOADA(VH->b), i_ = LOADA(VH->b + 16); \
\
	FUSE(insn, x_, h_, struct any128, s); \
	FUSE(insn, y_, i_, struct any128, s + 16); \
	STOREA(va->b, x_); \
	STOREA(va->b + 16, y_); \
} while (0)
#define FMA_SCALAR(insn, type) do { \
	__m128i x_ = LOADA(va->b), h_ = LOADA(VH->b); \
\
	FUSE(insn, x_, h_, type, s); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)

#define PACKED(name) \
FP_RR(name##_rr16, FMA_16(#name)) \
FP_RR(name##_rr32, FMA_32(#name)) \
FP_RM(name##_rm16, name##_rr16, 16, FMA_16(#name)) \
FP_RM(name##_rm32, name##_rr32, 32, FMA_32(#name))
#define TWO(name) \
PACKED(name##ps) \
PACKED(name##pd)
#define FOUR(name) \
TWO(name) \
FP_RR(name##ss_rr, FMA_SCALAR(#name "ss", any32)) \
FP_RM(name##ss_rm, name##ss_rr, 4, FMA_SCALAR(#name "ss", any32)) \
FP_RR(name##sd_rr, FMA_SCALAR(#name "sd", any64)) \
FP_RM(name##sd_rm, name##sd_rr, 8, FMA_SCALAR(#name "sd", any64))
#define ORDERS(how, name)	how(name##132) how(name##213) how(name##231)
ORDERS(FOUR, vfmadd)
ORDERS(FOUR, vfmsub)
ORDERS(FOUR, vfnmadd)
ORDERS(FOUR, vfnmsub)
ORDERS(TWO, vfmaddsub)
ORDERS(TWO, vfmsubadd)

#endif

/* ---- the table ---- */

#define ROW(NAME, el, lanes, bytes, how, fn) { X86_##NAME, HOST_FMA, \
	{ K_FMA, el, el, lanes, DST_XMM, bytes, 0, (uint8_t)(how) }, fn },
#define ROW2(NAME, name, how) \
	ROW(NAME##PS, EL_F32, 4, 16, how, FN_PACKED(name##ps)) \
	ROW(NAME##PD, EL_F64, 2, 16, how, FN_PACKED(name##pd))
#define ROW4(NAME, name, how) \
	ROW2(NAME, name, how) \
	ROW(NAME##SS, EL_F32, 1, 4, how, FN_SCALAR(name##ss)) \
	ROW(NAME##SD, EL_F64, 1, 8, how, FN_SCALAR(name##sd))
#define ROWS(ROW_, NAME, name, how) \
	ROW_(NAME##132, name##132, FMA_132 | (how)) \
	ROW_(NAME##213, name##213, FMA_213 | (how)) \
	ROW_(NAME##231, name##231, FMA_231 | (how))

static const struct fp_row rows[] = {
	ROWS(ROW4, VFMADD, vfmadd, 0)
	ROWS(ROW4, VFMSUB, vfmsub, FMA_SUB)
	ROWS(ROW4, VFNMADD, vfnmadd, FMA_N)
	ROWS(ROW4, VFNMSUB, vfnmsub, FMA_N | FMA_SUB)
	ROWS(ROW2, VFMADDSUB, vfmaddsub, FMA_SUB_EVEN)
	ROWS(ROW2, VFMSUBADD, vfmsubadd, FMA_SUB_ODD)
};

static const struct fp_form *form_of(const struct op *op)
{
	return &rows[FP_ROW(op)].form;
}

bool vc__select_fma(const struct x86_insn *in, struct op *op)
{
	return in->feature == X86_FEAT_FMA && FP_SELECT(in, op, rows, general);
}
