/* SPDX-License-Identifier: MIT */
/*
 * crypto.c: AES, PCLMULQDQ, SHA, GFNI, legacy and VEX.
 */
#include "avx.h"

bool vc__select_crypto(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
