/* SPDX-License-Identifier: MIT */
/*
 * exec_bit.c: bit tests, scans and counts, CMPXCHG and XADD without LOCK.
 */
#include "ops.h"

/* ---- BT BTS BTR BTC: only CF is defined, and ZF is unchanged ---- */

#define CC_BIT(bits, n) do { \
	u64 fl = vc__cc_arith(cpu) & ~(u64)FL_CF; \
	cc_set_flags(cpu, fl | (a >> (n) & 1)); } while (0)
#define NEW_bt(bits, n)		a
#define NEW_bts(bits, n)	(a | (u##bits)((u##bits)1 << (n)))
#define NEW_btr(bits, n)	(a & (u##bits)~((u##bits)1 << (n)))
#define NEW_btc(bits, n)	(a ^ (u##bits)((u##bits)1 << (n)))

#define BIT_REG(name, bits, suffix, count, store) \
FORM_REG(name##bits##_##suffix, \
	 u##bits a = get##bits(cpu, op->a); u32 n = (u32)(count) & (bits - 1); \
	 u##bits r = (u##bits)NEW_##name(bits, n); CC_BIT(bits, n); \
	 if (store) set##bits(cpu, op->a, r))
#define BIT_MEM(name, bits, suffix, count) \
FORM_RMW(name##bits##_##suffix, bits, \
	 u32 n = (u32)(count) & (bits - 1); \
	 u##bits r = (u##bits)NEW_##name(bits, n), CC_BIT(bits, n))
#define BIT(name, bits) \
BIT_REG(name, bits, rr, get##bits(cpu, op->b), 1) \
BIT_REG(name, bits, ri, op->imm, 1) \
BIT_MEM(name, bits, mr, get##bits(cpu, op->b)) \
BIT_MEM(name, bits, mi, op->imm)
#define BT(bits) \
BIT_REG(bt, bits, rr, get##bits(cpu, op->b), 0) \
BIT_REG(bt, bits, ri, op->imm, 0) \
FORM_LOAD(bt##bits##_mr, bits / 8, \
	  u##bits a = ld##bits(p); \
	  u32 n = (u32)get##bits(cpu, op->b) & (bits - 1); CC_BIT(bits, n)) \
FORM_LOAD(bt##bits##_mi, bits / 8, \
	  u##bits a = ld##bits(p); u32 n = (u32)op->imm & (bits - 1); \
	  CC_BIT(bits, n))
BT(16) BT(32) BT(64)
BIT(bts, 16) BIT(bts, 32) BIT(bts, 64)
BIT(btr, 16) BIT(btr, 32) BIT(btr, 64)
BIT(btc, 16) BIT(btc, 32) BIT(btc, 64)
#define ROW(name, bits) { vc__op_##name##bits##_rr, vc__op_##name##bits##_ri, \
	vc__op_##name##bits##_mr, vc__op_##name##bits##_mi }
#define ROWS(name) { ROW(name, 16), ROW(name, 32), ROW(name, 64) }
const op_fn vc__bit_fn[4][3][4] = { ROWS(bt), ROWS(bts), ROWS(btr), ROWS(btc) };

/* ---- scans ---- */

/*
 * A zero source of BSF and BSR sets ZF and leaves the destination as it is,
 * on all processors since the 386, though Intel's manual calls it undefined.
 * Whether a 32-bit destination's upper half is kept then differs; here it is.
 */
#define SCAN_bsf(bits) \
	if (v) set##bits(cpu, op->a, (u##bits)__builtin_ctzll(v)); \
	cc_set_flags(cpu, v ? 0 : FL_ZF)
#define SCAN_bsr(bits) \
	if (v) set##bits(cpu, op->a, (u##bits)(63 - __builtin_clzll(v))); \
	cc_set_flags(cpu, v ? 0 : FL_ZF)
#define SCAN_tzcnt(bits) \
	u##bits r = (u##bits)(v ? __builtin_ctzll(v) : bits); \
	set##bits(cpu, op->a, r); \
	cc_set_flags(cpu, (v ? 0 : FL_CF) | (r ? 0 : FL_ZF))
#define SCAN_lzcnt(bits) \
	u##bits r = (u##bits)(v ? __builtin_clzll(v) - (64 - bits) : bits); \
	set##bits(cpu, op->a, r); \
	cc_set_flags(cpu, (v ? 0 : FL_CF) | (r ? 0 : FL_ZF))
#define SCAN_popcnt(bits) \
	set##bits(cpu, op->a, (u##bits)__builtin_popcountll(v)); \
	cc_set_flags(cpu, v ? 0 : FL_ZF)
#define SCAN(name, bits) \
FORM_REG(name##bits##_rr, u64 v = get##bits(cpu, op->b); SCAN_##name(bits)) \
FORM_LOAD(name##bits##_rm, bits / 8, u64 v = ld##bits(p); SCAN_##name(bits))
SCAN(bsf, 16) SCAN(bsf, 32) SCAN(bsf, 64)
SCAN(bsr, 16) SCAN(bsr, 32) SCAN(bsr, 64)
SCAN(tzcnt, 16) SCAN(tzcnt, 32) SCAN(tzcnt, 64)
SCAN(lzcnt, 16) SCAN(lzcnt, 32) SCAN(lzcnt, 64)
SCAN(popcnt, 16) SCAN(popcnt, 32) SCAN(popcnt, 64)
#define PAIR(name, bits) { vc__op_##name##bits##_rr, vc__op_##name##bits##_rm }
#define PAIRS(name) { PAIR(name, 16), PAIR(name, 32), PAIR(name, 64) }
const op_fn vc__scan_fn[4][3][2] = { PAIRS(bsf), PAIRS(bsr), PAIRS(tzcnt),
	PAIRS(lzcnt) };
const op_fn vc__popcnt_fn[3][2] = PAIRS(popcnt);

/* ---- CMPXCHG: a destination in memory is always written (SDM 2A), one in a
 * register is left alone when it differs, with its upper half ---- */

#define CMPXCHG(bits, acc) \
FORM_REG(cmpxchg##bits##_r, \
	 u##bits old = get##bits(cpu, op->a); u##bits a = acc; \
	 u##bits r = (u##bits)(a - old); \
	 if (r == 0) \
		set##bits(cpu, op->a, get##bits(cpu, op->b)); \
	 else \
		set##bits(cpu, ACC##bits, old); \
	 cc_set(cpu, CC(SUB, SZ##bits), r, old)) \
FORM_RMW(cmpxchg##bits##_m, bits, \
	 u##bits acc_ = acc; u##bits d = (u##bits)(acc_ - a); \
	 u##bits r = d ? a : get##bits(cpu, op->b), \
	 if (d) \
		set##bits(cpu, ACC##bits, a); \
	 cc_set(cpu, CC(SUB, SZ##bits), d, a))
#define ACC8	reg8_slot(R_RAX, 0)
#define ACC16	R_RAX
#define ACC32	R_RAX
#define ACC64	R_RAX
CMPXCHG(8, (u8)R(R_RAX))
CMPXCHG(16, (u16)R(R_RAX))
CMPXCHG(32, (u32)R(R_RAX))
CMPXCHG(64, R(R_RAX))
#define RM(name, bits) { vc__op_##name##bits##_r, vc__op_##name##bits##_m }
const op_fn vc__cmpxchg_fn[4][2] = { RM(cmpxchg, 8), RM(cmpxchg, 16),
	RM(cmpxchg, 32), RM(cmpxchg, 64) };

#define XADD(bits) \
FORM_REG(xadd##bits##_r, \
	 u##bits a = get##bits(cpu, op->a); u##bits b = get##bits(cpu, op->b); \
	 u##bits r = (u##bits)(a + b); \
	 set##bits(cpu, op->b, a); set##bits(cpu, op->a, r); \
	 cc_set(cpu, CC(ADD, SZ##bits), r, b)) \
FORM_RMW(xadd##bits##_m, bits, \
	 u##bits b = get##bits(cpu, op->b); u##bits r = (u##bits)(a + b), \
	 set##bits(cpu, op->b, a); cc_set(cpu, CC(ADD, SZ##bits), r, b))
XADD(8)
XADD(16)
XADD(32)
XADD(64)
const op_fn vc__xadd_fn[4][2] = { RM(xadd, 8), RM(xadd, 16), RM(xadd, 32),
	RM(xadd, 64) };
