/* SPDX-License-Identifier: MIT */
/*
 * avx_cvt.c: conversions, F16C.
 */
#include "avx.h"

bool vc__select_avx_cvt(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
