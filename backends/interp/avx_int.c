/* SPDX-License-Identifier: MIT */
/*
 * avx_int.c: integer and logic operations lane by lane.
 */
#include "avx.h"

bool vc__select_avx_int(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
