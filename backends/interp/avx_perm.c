/* SPDX-License-Identifier: MIT */
/*
 * avx_perm.c: shuffles, permutes, blends, inserts and extracts.
 */
#include "avx.h"

bool vc__select_avx_perm(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
