/* SPDX-License-Identifier: MIT */
/*
 * exec_bmi.c: BMI1 and BMI2, which are VEX-encoded but for TZCNT (exec_bit.c).
 */
#include "select.h"

bool vc__select_bmi(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
