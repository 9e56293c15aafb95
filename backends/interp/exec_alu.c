/* SPDX-License-Identifier: MIT */
/*
 * exec_alu.c: ADD OR ADC SBB AND SUB XOR CMP TEST, INC DEC NEG NOT, in every
 * form and size. Operand a is the destination; r the result.
 */
#include "ops.h"

#define GET8R(n)	get8(cpu, n)
#define GET16R(n)	get16(cpu, n)
#define GET32R(n)	get32(cpu, n)
#define GET64R(n)	get64(cpu, n)

/* What each computes (from a and b), and what it leaves in the flags. */
#define CALC_add(bits)	u##bits r = (u##bits)(a + b)
#define CC_add(bits)	cc_set(cpu, CC(ADD, SZ##bits), r, b)
#define CALC_or(bits)	u##bits r = a | b
#define CC_or(bits)	(cpu->cc_op = CC(LOGIC, SZ##bits), cpu->cc_dst = r)
#define CALC_adc(bits)	u32 c = cc_cf(cpu); u##bits r = (u##bits)(a + b + c)
#define CC_adc(bits)	(cpu->cc_carry = c, cc_set(cpu, CC(ADC, SZ##bits), r, b))
#define CALC_sbb(bits)	u32 c = cc_cf(cpu); u##bits r = (u##bits)(a - b - c)
#define CC_sbb(bits)	(cpu->cc_carry = c, cc_set(cpu, CC(SBB, SZ##bits), r, b))
#define CALC_and(bits)	u##bits r = a & b
#define CC_and(bits)	CC_or(bits)
#define CALC_sub(bits)	u##bits r = (u##bits)(a - b)
#define CC_sub(bits)	cc_set(cpu, CC(SUB, SZ##bits), r, b)
#define CALC_xor(bits)	u##bits r = a ^ b
#define CC_xor(bits)	CC_or(bits)
#define CALC_cmp(bits)	CALC_sub(bits)
#define CC_cmp(bits)	CC_sub(bits)
#define CALC_test(bits)	CALC_and(bits)
#define CC_test(bits)	CC_or(bits)
/* one operand */
#define CALC_inc(bits)	u32 c = cc_cf(cpu); u##bits r = (u##bits)(a + 1)
#define CC_inc(bits)	cc_set(cpu, CC(INC, SZ##bits), r, c)
#define CALC_dec(bits)	u32 c = cc_cf(cpu); u##bits r = (u##bits)(a - 1)
#define CC_dec(bits)	cc_set(cpu, CC(DEC, SZ##bits), r, c)
#define CALC_neg(bits)	u##bits r = (u##bits)(0 - a)
#define CC_neg(bits)	cc_set(cpu, CC(SUB, SZ##bits), r, a)
#define CALC_not(bits)	u##bits r = (u##bits)~a
#define CC_not(bits)	((void)0)

#define TWO(name, bits) \
FORM_REG(name##bits##_rr, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = get##bits(cpu, op->b); \
	 CALC_##name(bits); set##bits(cpu, op->a, r); CC_##name(bits)) \
FORM_REG(name##bits##_ri, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = (u##bits)op->imm; \
	 CALC_##name(bits); set##bits(cpu, op->a, r); CC_##name(bits)) \
FORM_LOAD(name##bits##_rm, bits / 8, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = ld##bits(p); \
	 CALC_##name(bits); set##bits(cpu, op->a, r); CC_##name(bits)) \
FORM_RMW(name##bits##_mr, bits, \
	 u##bits b = get##bits(cpu, op->b); CALC_##name(bits), CC_##name(bits)) \
FORM_RMW(name##bits##_mi, bits, \
	 u##bits b = (u##bits)op->imm; CALC_##name(bits), CC_##name(bits))

/* Those that keep only the flags. */
#define ONLY_FLAGS(name, bits) \
FORM_REG(name##bits##_rr, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = get##bits(cpu, op->b); \
	 CALC_##name(bits); CC_##name(bits)) \
FORM_REG(name##bits##_ri, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = (u##bits)op->imm; \
	 CALC_##name(bits); CC_##name(bits)) \
FORM_LOAD(name##bits##_rm, bits / 8, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = ld##bits(p); \
	 CALC_##name(bits); CC_##name(bits)) \
FORM_LOAD(name##bits##_mr, bits / 8, \
	 u##bits a = ld##bits(p); u##bits b = get##bits(cpu, op->b); \
	 CALC_##name(bits); CC_##name(bits)) \
FORM_LOAD(name##bits##_mi, bits / 8, \
	 u##bits a = ld##bits(p); u##bits b = (u##bits)op->imm; \
	 CALC_##name(bits); CC_##name(bits))

#define ONE(name, bits) \
FORM_REG(name##bits##_r, \
	 u##bits a = get##bits(cpu, op->a); \
	 CALC_##name(bits); set##bits(cpu, op->a, r); CC_##name(bits)) \
FORM_RMW(name##bits##_m, bits, CALC_##name(bits), CC_##name(bits))

#define SIZES(form, name) \
	form(name, 8) form(name, 16) form(name, 32) form(name, 64)

SIZES(TWO, add)
SIZES(TWO, or)
SIZES(TWO, adc)
SIZES(TWO, sbb)
SIZES(TWO, and)
SIZES(TWO, sub)
SIZES(TWO, xor)
SIZES(ONLY_FLAGS, cmp)
SIZES(ONLY_FLAGS, test)
SIZES(ONE, inc)
SIZES(ONE, dec)
SIZES(ONE, neg)
SIZES(ONE, not)

/* XOR r, r and SUB r, r: the usual zero. */
FORM_REG(zero32, R(op->a) = 0; cpu->cc_op = CC(LOGIC, SZ32); cpu->cc_dst = 0)

#define ROW2(name, bits) { vc__op_##name##bits##_rr, vc__op_##name##bits##_ri, \
	vc__op_##name##bits##_rm, vc__op_##name##bits##_mr, \
	vc__op_##name##bits##_mi }
#define ROWS2(name) { ROW2(name, 8), ROW2(name, 16), ROW2(name, 32), \
	ROW2(name, 64) }
const op_fn vc__alu_fn[ALU_COUNT][4][FORM2_COUNT] = {
	[ALU_ADD] = ROWS2(add), [ALU_OR] = ROWS2(or), [ALU_ADC] = ROWS2(adc),
	[ALU_SBB] = ROWS2(sbb), [ALU_AND] = ROWS2(and), [ALU_SUB] = ROWS2(sub),
	[ALU_XOR] = ROWS2(xor), [ALU_CMP] = ROWS2(cmp), [ALU_TEST] = ROWS2(test),
};

#define ROW1(name, bits) { vc__op_##name##bits##_r, vc__op_##name##bits##_m }
#define ROWS1(name) { ROW1(name, 8), ROW1(name, 16), ROW1(name, 32), \
	ROW1(name, 64) }
const op_fn vc__unary_fn[UNARY_COUNT][4][2] = {
	[UNARY_INC] = ROWS1(inc), [UNARY_DEC] = ROWS1(dec),
	[UNARY_NEG] = ROWS1(neg), [UNARY_NOT] = ROWS1(not),
};
