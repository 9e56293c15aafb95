/* SPDX-License-Identifier: MIT */
/*
 * fma.c: fused multiply-add.
 */
#include "avx.h"

bool vc__select_fma(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
