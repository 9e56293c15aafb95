/* SPDX-License-Identifier: MIT */
/*
 * flags.c: the arithmetic flags out of the lazy form (flags.h), in full.
 * PF is of the low byte of the result (SDM 1 §3.4.3.1).
 */
#include "flags.h"

static bool parity_even(uint8_t v)
{
	v = (uint8_t)(v ^ v >> 4);
	return !(0x6996 >> (v & 15) & 1);
}

uint64_t vc__cc_arith(const struct cpu *cpu)
{
	unsigned size = cpu->cc_op & 3;
	uint64_t r = cpu->cc_dst, b = cpu->cc_src, a, fl;
	uint64_t sign = (uint64_t)1 << ((8u << size) - 1);
	uint64_t m = cc_mask(size);

	if (cpu->cc_op >> 2 == CC_FLAGS)
		return b;
	fl = cc_cf(cpu) ? FL_CF : 0;
	if (!r)
		fl |= FL_ZF;
	if (r & sign)
		fl |= FL_SF;
	if (parity_even((uint8_t)r))
		fl |= FL_PF;
	switch (cpu->cc_op >> 2) {
	case CC_ADD:
	case CC_ADC:
		a = (r - b - (cpu->cc_op >> 2 == CC_ADC ? cpu->cc_carry : 0)) & m;
		if (~(a ^ b) & (a ^ r) & sign)
			fl |= FL_OF;
		if ((a ^ b ^ r) & 0x10)
			fl |= FL_AF;
		break;
	case CC_SUB:
	case CC_SBB:
		a = (r + b + (cpu->cc_op >> 2 == CC_SBB ? cpu->cc_carry : 0)) & m;
		if ((a ^ b) & (a ^ r) & sign)
			fl |= FL_OF;
		if ((a ^ b ^ r) & 0x10)
			fl |= FL_AF;
		break;
	case CC_INC:
		if (r == sign)
			fl |= FL_OF;
		if (!(r & 15))
			fl |= FL_AF;
		break;
	case CC_DEC:
		if (r == sign - 1)
			fl |= FL_OF;
		if ((r & 15) == 15)
			fl |= FL_AF;
		break;
	case CC_RES:
		fl |= b & (FL_OF | FL_AF);
		break;
	default:	/* LOGIC: CF and OF clear; AF undefined, clear here */
		break;
	}
	return fl;
}

bool vc__cc_test(const struct cpu *cpu, unsigned cond)
{
	uint64_t fl;
	bool is;

	switch (cond >> 1) {
	case 1:		/* B */
		is = cc_cf(cpu);
		break;
	case 2:		/* E */
		is = cc_zf(cpu);
		break;
	case 3:		/* BE */
		is = cc_zf(cpu) || cc_cf(cpu);
		break;
	case 4:		/* S */
		is = cc_sf(cpu);
		break;
	default:
		fl = vc__cc_arith(cpu);
		if (cond >> 1 == 0)
			is = (fl & FL_OF) != 0;
		else if (cond >> 1 == 5)
			is = (fl & FL_PF) != 0;
		else
			is = !(fl & FL_SF) != !(fl & FL_OF) ||
			     (cond >> 1 == 7 && (fl & FL_ZF));
		break;
	}
	return is != (cond & 1);
}
