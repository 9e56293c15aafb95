/* SPDX-License-Identifier: MIT */
/*
 * fp_form.h: what a floating-point instruction on vectors does, as data: the
 * general path of SSE, AVX, F16C and FMA, on softfp.c, goes by it.
 */
#ifndef VC_INTERP_FP_FORM_H
#define VC_INTERP_FP_FORM_H

#include "fpu.h"

enum { K_ADD, K_SUB, K_MUL, K_DIV, K_MIN, K_MAX, K_SQRT, K_RCP, K_RSQRT,
       K_CMP, K_COMI, K_UCOMI, K_F2F, K_I2F, K_F2I, K_F2I_CHOP, K_ROUND,
       K_HADD, K_HSUB, K_ADDSUB, K_DP, K_FMA, K_TO_HALF };
enum { SRC_XMM, SRC_MEM, SRC_GPR, SRC_MMX };
enum { DST_XMM, DST_GPR, DST_MMX, DST_FLAGS };
enum { EL_F32, EL_F64, EL_F16, EL_I32, EL_INT };	/* INT: 4 or 8 bytes,
							   by the immediate */

/* K_FMA, how: which operands are the factors, as in the instructions' names,
 * and what is negated: the product, the addend, the addend in even or odd
 * lanes. */
enum { FMA_132, FMA_213, FMA_231, FMA_ORDER = 3, FMA_N = 4, FMA_SUB = 8,
       FMA_SUB_EVEN = 16, FMA_SUB_ODD = 32 };

struct fp_form {
	uint8_t kind;
	uint8_t from, to;	/* EL_*: lanes of source and destination */
	uint8_t lanes;		/* in 16 bytes of the larger; 1: scalar */
	uint8_t dst;
	uint8_t bytes;		/* of a memory operand with those lanes */
	uint8_t zero;		/* SSE: bytes of the destination to clear
				   above the lanes */
	uint8_t how;
};

VC_INLINE unsigned fp_bytes(unsigned el, unsigned imm)
{
	switch (el) {
	case EL_F16:
		return 2;
	case EL_F64:
		return 8;
	case EL_INT:
		return imm == 8 ? 8 : 4;
	default:
		return 4;
	}
}

/* One lane: d = a op s; where there is one operand, a is not looked at. d may
 * be a. Flags go to env. sse.c */
void vc__fp_lane(const struct cpu *cpu, struct sf_env *env,
		 const struct fp_form *f, unsigned imm, uint8_t *d,
		 const uint8_t *a, const uint8_t *s);
/* One lane of K_FMA: d is in and out. odd tells the lane. sse.c */
void vc__fp_fused(struct sf_env *env, const struct fp_form *f, bool odd,
		  uint8_t *d, const uint8_t *h, const uint8_t *s);
/* COMI and UCOMI: ZF, PF and CF. sse.c */
uint8_t vc__fp_flags(struct sf_env *env, const struct fp_form *f,
		     const uint8_t *d, const uint8_t *s);
/* K_HADD, K_HSUB, K_ADDSUB on 16 bytes; returns the flags. r is neither a nor
 * s. sse_fp.c */
unsigned vc__fp_across(struct sf_env *env, const struct fp_form *f, uint8_t *r,
		       const uint8_t *a, const uint8_t *s);
/* K_DP on 16 or 32 bytes, with its exceptions: X_*. sse_fp.c */
int vc__fp_dot(struct cpu *cpu, struct sf_env *env, const struct fp_form *f,
	       uint8_t *r, const uint8_t *a, const uint8_t *s, unsigned imm,
	       unsigned bytes);

#endif
