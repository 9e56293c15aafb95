/* SPDX-License-Identifier: MIT */
/*
 * sse_select.c: which file does a floating-point, MMX, SSE or XSAVE
 * instruction, those encoded with VEX, and the few that came with none of these
 * (ADX, RDRAND, RDPID ...).
 */
#include "select.h"
#include "avx.h"
#include "fpu.h"

/* SSE3 to SSE4.2: by the host's own, if it can. False: FISTTP, and PEXTRW,
 * whose register form is old. */
static bool select_later(const struct x86_insn *in, struct op *op)
{
	switch (in->feature) {
	case X86_FEAT_SSE3:
	case X86_FEAT_SSSE3:
		return vc__select_ssehost(in, op) ||
		       vc__select_sse3(in, op) || vc__select_ssefp(in, op);
	case X86_FEAT_SSE41:
		return vc__select_ssehost(in, op) ||
		       vc__select_sse41(in, op) || vc__select_ssefp(in, op);
	case X86_FEAT_SSE42:
		return vc__select_ssehost(in, op) || vc__select_sse42(in, op);
	default:
		return false;
	}
}

bool vc__select_fpu(const struct x86_insn *in, struct op *op)
{
	if (in->vex)
		return in->attr & X86_AVX ? vc__select_avx(in, op) :
					    vc__select_bmi(in, op);
	return select_later(in, op) || vc__select_crypto(in, op) ||
	       vc__select_mmx(in, op) || vc__select_move(in, op) ||
	       vc__select_simd(in, op) || vc__select_sse(in, op) ||
	       vc__select_x87(in, op) || vc__select_x87env(in, op) ||
	       vc__select_xsave(in, op) || vc__select_bmi(in, op) ||
	       vc__select_random(in, op) || vc__select_misc(in, op);
}
