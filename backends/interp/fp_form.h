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

#if VC_HOSTFP
/* All ones in the lanes whose bits are set. sse_fp.c */
extern const uint32_t vc__fp_lanes[16][4];

VC_INLINE __m128i fp_lanes(unsigned bits)
{
	return _mm_load_si128((const void *)vc__fp_lanes[bits & 15]);
}

/*
 * DPPS and DPPD by the host's SSE3, since their own take a constant: lanes that
 * are not asked for are zero times zero, which raises nothing. With all
 * exceptions masked their order does not show.
 */
VC_INLINE __m128i fp_dot_ps(__m128i a, __m128i b, unsigned imm)
{
	__m128i m = fp_lanes(imm >> 4), x = _mm_and_si128(a, m);

	__asm__ volatile ("mulps %1, %0\n\thaddps %0, %0\n\thaddps %0, %0"
			  : "+x"(x) : "x"(_mm_and_si128(b, m)));
	return _mm_and_si128(x, fp_lanes(imm));
}

VC_INLINE __m128i fp_dot_pd(__m128i a, __m128i b, unsigned imm)
{
	__m128i m = fp_lanes((imm >> 4 & 1) * 3 | (imm >> 5 & 1) * 12);
	__m128i x = _mm_and_si128(a, m);

	__asm__ volatile ("mulpd %1, %0\n\thaddpd %0, %0"
			  : "+x"(x) : "x"(_mm_and_si128(b, m)));
	return _mm_and_si128(x, fp_lanes((imm & 1) * 3 | (imm >> 1 & 1) * 12));
}
#endif

#endif
