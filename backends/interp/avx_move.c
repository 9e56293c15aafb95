/* SPDX-License-Identifier: MIT */
/*
 * avx_move.c: moves, broadcasts, masks.
 */
#include "avx.h"

bool vc__select_avx_move(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
