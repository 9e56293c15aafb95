/* SPDX-License-Identifier: MIT */
/*
 * sse_select.c: which file does a floating-point, MMX, SSE or XSAVE
 * instruction. SSE3 and later are not here yet: their operations go into the
 * same tables.
 */
#include "select.h"
#include "fpu.h"

bool vc__select_fpu(const struct x86_insn *in, struct op *op)
{
	return vc__select_mmx(in, op) || vc__select_move(in, op) ||
	       vc__select_simd(in, op) || vc__select_sse(in, op) ||
	       vc__select_x87(in, op) || vc__select_x87env(in, op) ||
	       vc__select_xsave(in, op);
}
