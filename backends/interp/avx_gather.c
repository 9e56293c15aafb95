/* SPDX-License-Identifier: MIT */
/*
 * avx_gather.c: gathers.
 */
#include "avx.h"

bool vc__select_avx_gather(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
