/* SPDX-License-Identifier: MIT */
/*
 * avx_fp.c: floating-point arithmetic and comparison.
 */
#include "avx.h"

bool vc__select_avx_fp(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
