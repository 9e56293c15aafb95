/* SPDX-License-Identifier: MIT */
/*
 * exec_shift.c: shifts, rotates and double shifts (SDM 2B, SAL/SAR/SHL/SHR,
 * RCL/RCR/ROL/ROR, SHLD, SHRD). n is the count, already masked to 5 or 6 bits;
 * with 0 nothing changes, not even flags. Where the manual leaves OF undefined
 * (counts above 1) it is what the formula for 1 gives.
 */
#include "ops.h"

#define MSB(v, bits)	((u32)((v) >> (bits - 1)) & 1)
#define COUNT_MASK(bits) ((bits) == 64 ? 63u : 31u)

/* Each declares r and the new CF and OF as cf, of. */
#define CALC_shl(bits) \
	u##bits r = (u##bits)((u64)a << n); \
	u32 cf = n <= bits ? (u32)((u64)a >> (bits - n)) & 1 : 0; \
	u32 of = MSB(r, bits) ^ cf
#define CALC_shr(bits) \
	u##bits r = (u##bits)((u64)a >> n); \
	u32 cf = (u32)((u64)a >> (n - 1)) & 1; \
	u32 of = MSB(a, bits)
#define CALC_sar(bits) \
	u##bits r = (u##bits)((s64)(s##bits)a >> n); \
	u32 cf = (u32)((s64)(s##bits)a >> (n - 1)) & 1; \
	u32 of = 0
#define CALC_rol(bits) \
	u32 m = n & (bits - 1); \
	u##bits r = (u##bits)(m ? (u##bits)(a << m) | a >> (bits - m) : a); \
	u32 cf = r & 1; \
	u32 of = MSB(r, bits) ^ cf
#define CALC_ror(bits) \
	u32 m = n & (bits - 1); \
	u##bits r = (u##bits)(m ? a >> m | (u##bits)(a << (bits - m)) : a); \
	u32 cf = MSB(r, bits); \
	u32 of = cf ^ MSB((u##bits)(r << 1), bits)
#define CALC_rcl(bits) \
	u32 m = bits < 32 ? n % (bits + 1) : n; \
	u32 c = cc_cf(cpu); \
	u##bits r = m ? (u##bits)((u64)a << m | (u64)c << (m - 1) | \
		(m > 1 ? (u64)a >> (bits + 1 - m) : 0)) : a; \
	u32 cf = m ? (u32)((u64)a >> (bits - m)) & 1 : c; \
	u32 of = MSB(r, bits) ^ cf
#define CALC_rcr(bits) \
	u32 m = bits < 32 ? n % (bits + 1) : n; \
	u32 c = cc_cf(cpu); \
	u##bits r = m ? (u##bits)((u64)a >> m | (u64)c << (bits - m) | \
		(m > 1 ? (u64)a << (bits + 1 - m) : 0)) : a; \
	u32 cf = m ? (u32)((u64)a >> (m - 1)) & 1 : c; \
	u32 of = MSB(r, bits) ^ MSB((u##bits)(r << 1), bits)

#define CC_shift(bits) \
	cc_set(cpu, CC(RES, SZ##bits), r, cf | (of ? FL_OF : 0))
#define CC_rotate(bits) do { \
	u64 fl = vc__cc_arith(cpu) & ~(u64)(FL_CF | FL_OF); \
	cc_set_flags(cpu, fl | cf | (of ? FL_OF : 0)); } while (0)

#define SHIFT(name, bits, how) \
FORM_REG(name##bits##_ri, \
	 u##bits a = get##bits(cpu, op->a); u32 n = (u32)op->imm; \
	 CALC_##name(bits); \
	 set##bits(cpu, op->a, r); how(bits)) \
FORM_REG(name##bits##_rc, \
	 u##bits a = get##bits(cpu, op->a); \
	 u32 n = (u32)R(R_RCX) & COUNT_MASK(bits); \
	 if (n) { \
		CALC_##name(bits); \
		set##bits(cpu, op->a, r); how(bits); \
	 } else { \
		set##bits(cpu, op->a, a); \
	 }) \
FORM_RMW(name##bits##_mi, bits, \
	 u32 n = (u32)op->imm; CALC_##name(bits), how(bits)) \
FORM_RMW(name##bits##_mcn, bits, \
	 u32 n = (u32)R(R_RCX) & COUNT_MASK(bits); CALC_##name(bits), \
	 how(bits)) \
/* A count of 0 still reads and writes the operand, for its faults. */ \
FORM_RMW(name##bits##_mc0, bits, u##bits r = a, (void)0) \
H(name##bits##_mc) \
{ \
	if ((u32)R(R_RCX) & COUNT_MASK(bits)) \
		return vc__op_##name##bits##_mcn(cpu, op); \
	return vc__op_##name##bits##_mc0(cpu, op); \
}

#define SIZES(name, how) \
	SHIFT(name, 8, how) SHIFT(name, 16, how) SHIFT(name, 32, how) \
	SHIFT(name, 64, how)

SIZES(rol, CC_rotate)
SIZES(ror, CC_rotate)
SIZES(rcl, CC_rotate)
SIZES(rcr, CC_rotate)
SIZES(shl, CC_shift)
SIZES(shr, CC_shift)
SIZES(sar, CC_shift)

#define ROW(name, bits) { vc__op_##name##bits##_ri, vc__op_##name##bits##_rc, \
	vc__op_##name##bits##_mi, vc__op_##name##bits##_mc }
#define ROWS(name) { ROW(name, 8), ROW(name, 16), ROW(name, 32), ROW(name, 64) }
const op_fn vc__shift_fn[SHIFT_COUNT][4][4] = {
	[SHIFT_ROL] = ROWS(rol), [SHIFT_ROR] = ROWS(ror),
	[SHIFT_RCL] = ROWS(rcl), [SHIFT_RCR] = ROWS(rcr),
	[SHIFT_SHL] = ROWS(shl), [SHIFT_SHR] = ROWS(shr),
	[SHIFT_SAR] = ROWS(sar),
};

/* Shifts and rotates whose flags nobody looks at. */
#define QUIET(name, bits) \
FORM_REG(name##bits##_quiet, \
	 u##bits a = get##bits(cpu, op->a); u32 n = (u32)op->imm; \
	 CALC_##name(bits); (void)cf; (void)of; set##bits(cpu, op->a, r))
QUIET(rol, 32)
QUIET(rol, 64)
QUIET(ror, 32)
QUIET(ror, 64)
QUIET(shl, 32)
QUIET(shl, 64)
QUIET(shr, 32)
QUIET(shr, 64)
QUIET(sar, 32)
QUIET(sar, 64)
#define QUIET_ROW(name) { NULL, NULL, vc__op_##name##32_quiet, \
	vc__op_##name##64_quiet }
const op_fn vc__shift_quiet_fn[SHIFT_COUNT][4] = {
	[SHIFT_ROL] = QUIET_ROW(rol), [SHIFT_ROR] = QUIET_ROW(ror),
	[SHIFT_SHL] = QUIET_ROW(shl), [SHIFT_SHR] = QUIET_ROW(shr),
	[SHIFT_SAR] = QUIET_ROW(sar),
};

/* A shift of memory by 0: nothing but its faults. */
#define TOUCH(bits) FORM_RMW(touch##bits, bits, u##bits r = a, (void)0)
TOUCH(8)
TOUCH(16)
TOUCH(32)
TOUCH(64)
const op_fn vc__touch_fn[4] = { vc__op_touch8, vc__op_touch16, vc__op_touch32,
	vc__op_touch64 };

/*
 * SHLD and SHRD. A 16-bit operand with a count above 16 is undefined by the
 * manual; processors rotate the three words a:b:a, and so do we.
 */
#define CALC_shld(bits) \
	u##bits r = bits == 16 && n > 16 ? \
		(u##bits)((u64)b << (n - 16) | (u64)a >> (32 - n)) : \
		(u##bits)((u64)a << n | (u64)b >> (bits - n)); \
	u32 cf = bits == 16 && n > 16 ? (u32)((u64)b >> (32 - n)) & 1 : \
		(u32)((u64)a >> (bits - n)) & 1; \
	u32 of = MSB(r, bits) ^ MSB(a, bits)
#define CALC_shrd(bits) \
	u##bits r = bits == 16 && n > 16 ? \
		(u##bits)((u64)b >> (n - 16) | (u64)a << (32 - n)) : \
		(u##bits)((u64)a >> n | (u64)b << (bits - n)); \
	u32 cf = bits == 16 && n > 16 ? (u32)((u64)b >> (n - 17)) & 1 : \
		(u32)((u64)a >> (n - 1)) & 1; \
	u32 of = MSB(r, bits) ^ MSB(a, bits)

#define SHIFTD(name, bits) \
FORM_REG(name##bits##_ri, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = get##bits(cpu, op->b); \
	 u32 n = (u32)op->imm; CALC_##name(bits); \
	 set##bits(cpu, op->a, r); CC_shift(bits)) \
FORM_REG(name##bits##_rc, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = get##bits(cpu, op->b); \
	 u32 n = (u32)R(R_RCX) & COUNT_MASK(bits); \
	 if (n) { \
		CALC_##name(bits); \
		set##bits(cpu, op->a, r); CC_shift(bits); \
	 } else { \
		set##bits(cpu, op->a, a); \
	 }) \
FORM_RMW(name##bits##_mi, bits, \
	 u##bits b = get##bits(cpu, op->b); u32 n = (u32)op->imm; \
	 CALC_##name(bits), CC_shift(bits)) \
FORM_RMW(name##bits##_mcn, bits, \
	 u##bits b = get##bits(cpu, op->b); \
	 u32 n = (u32)R(R_RCX) & COUNT_MASK(bits); \
	 CALC_##name(bits), CC_shift(bits)) \
FORM_RMW(name##bits##_mc0, bits, u##bits r = a, (void)0) \
H(name##bits##_mc) \
{ \
	if ((u32)R(R_RCX) & COUNT_MASK(bits)) \
		return vc__op_##name##bits##_mcn(cpu, op); \
	return vc__op_##name##bits##_mc0(cpu, op); \
}
SHIFTD(shld, 16)
SHIFTD(shld, 32)
SHIFTD(shld, 64)
SHIFTD(shrd, 16)
SHIFTD(shrd, 32)
SHIFTD(shrd, 64)
#define ROWSD(name) { ROW(name, 16), ROW(name, 32), ROW(name, 64) }
const op_fn vc__shiftd_fn[2][3][4] = { ROWSD(shld), ROWSD(shrd) };
