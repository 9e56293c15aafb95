/* SPDX-License-Identifier: MIT */
/*
 * exec_move.c: moves, extensions, address arithmetic, conditional moves.
 * Memory operands with an index or a segment base get their address from an
 * ea_* op in front; plain moves with an index have forms of their own, being
 * the most common of those.
 */
#include "ops.h"
#include "segment.h"

/* base + (index << scale) + disp; index is in b or imm's low byte. */
#define INDEXED(index, scale) \
	(R(op->base) + (R(index) << (scale)) + (u64)(s64)op->disp)

#define MOVES(bits) \
FORM_REG(mov##bits##_rr, set##bits(cpu, op->a, get##bits(cpu, op->b))) \
FORM_REG(mov##bits##_ri, set##bits(cpu, op->a, (u##bits)op->imm)) \
FORM_LOAD(mov##bits##_rm, bits / 8, set##bits(cpu, op->a, ld##bits(p))) \
FORM_STORE(mov##bits##_mr, bits, get##bits(cpu, op->b), (void)0) \
FORM_STORE(mov##bits##_mi, bits, op->imm, (void)0) \
H_SLOW(mov##bits##_rx) \
{ \
	R(R_EA) = INDEXED(op->b, op->aux); \
	{ \
		int rc = vc__load(cpu, op, R(R_EA), bits / 8, cpu->buf); \
		if (rc) \
			return vc__op_stop(cpu, op, rc); \
	} \
	set##bits(cpu, op->a, ld##bits(cpu->buf)); \
	NEXT(op + 1); \
} \
H(mov##bits##_rx) \
{ \
	const uint8_t *p = tlb_read_ptr(cpu, INDEXED(op->b, op->aux), bits / 8); \
\
	if (VC_UNLIKELY(!p)) \
		return slow_mov##bits##_rx(cpu, op); \
	set##bits(cpu, op->a, ld##bits(p)); \
	NEXT(op + 1); \
} \
H_SLOW(mov##bits##_xr) \
{ \
	R(R_EA) = INDEXED(op->b, op->aux); \
	st##bits(cpu->buf, get##bits(cpu, op->a)); \
	{ \
		int rc = vc__store(cpu, op, R(R_EA), bits / 8, cpu->buf); \
		if (rc) \
			return vc__op_stop(cpu, op, rc); \
	} \
	NEXT(op + 1); \
} \
H(mov##bits##_xr) \
{ \
	uint8_t *p = tlb_write_ptr(cpu, INDEXED(op->b, op->aux), bits / 8); \
\
	if (VC_UNLIKELY(!p)) \
		return slow_mov##bits##_xr(cpu, op); \
	st##bits(p, get##bits(cpu, op->a)); \
	NEXT(op + 1); \
} \
FORM_REG(xchg##bits##_rr, \
	 u##bits a = get##bits(cpu, op->a); \
	 set##bits(cpu, op->a, get##bits(cpu, op->b)); \
	 set##bits(cpu, op->b, a))

MOVES(8)
MOVES(16)
MOVES(32)
MOVES(64)

#define ROW(bits) { vc__op_mov##bits##_rr, vc__op_mov##bits##_ri, \
	vc__op_mov##bits##_rm, vc__op_mov##bits##_mr, vc__op_mov##bits##_mi }
const op_fn vc__mov_fn[4][FORM2_COUNT] = { ROW(8), ROW(16), ROW(32), ROW(64) };
const op_fn vc__load_index_fn[4] = { vc__op_mov8_rx, vc__op_mov16_rx,
	vc__op_mov32_rx, vc__op_mov64_rx };
const op_fn vc__store_index_fn[4] = { vc__op_mov8_xr, vc__op_mov16_xr,
	vc__op_mov32_xr, vc__op_mov64_xr };
const op_fn vc__xchg_fn[4] = { vc__op_xchg8_rr, vc__op_xchg16_rr,
	vc__op_xchg32_rr, vc__op_xchg64_rr };

/* ---- MOVZX MOVSX MOVSXD ---- */

#define EXTEND(name, from, to, sign) \
FORM_REG(name##from##_##to##_rr, \
	 set##to(cpu, op->a, (u##to)(sign##to)(sign##from)get##from(cpu, op->b))) \
FORM_LOAD(name##from##_##to##_rm, from / 8, \
	  set##to(cpu, op->a, (u##to)(sign##to)(sign##from)ld##from(p)))

EXTEND(movzx, 8, 16, u)
EXTEND(movzx, 8, 32, u)
EXTEND(movzx, 8, 64, u)
EXTEND(movzx, 16, 32, u)
EXTEND(movzx, 16, 64, u)
EXTEND(movsx, 8, 16, s)
EXTEND(movsx, 8, 32, s)
EXTEND(movsx, 8, 64, s)
EXTEND(movsx, 16, 32, s)
EXTEND(movsx, 16, 64, s)
EXTEND(movsx, 32, 64, s)

#define PAIR(name) { vc__op_##name##_rr, vc__op_##name##_rm }
#define MOVE_PAIR(n) { vc__op_mov##n##_rr, vc__op_mov##n##_rm }
const op_fn vc__movzx_fn[2][4][2] = {
	{ { NULL, NULL }, PAIR(movzx8_16), PAIR(movzx8_32), PAIR(movzx8_64) },
	{ { NULL, NULL }, MOVE_PAIR(16), PAIR(movzx16_32), PAIR(movzx16_64) },
};
const op_fn vc__movsx_fn[3][4][2] = {
	{ { NULL, NULL }, PAIR(movsx8_16), PAIR(movsx8_32), PAIR(movsx8_64) },
	{ { NULL, NULL }, MOVE_PAIR(16), PAIR(movsx16_32), PAIR(movsx16_64) },
	{ { NULL, NULL }, MOVE_PAIR(16), MOVE_PAIR(32), PAIR(movsx32_64) },
};

/* ---- addresses ---- */

FORM_REG(lea64_bd, R(op->a) = op_ea(cpu, op))
FORM_REG(lea64_bid, R(op->a) = INDEXED(op->b, op->aux))
FORM_REG(lea32_bd, R(op->a) = (u32)op_ea(cpu, op))
FORM_REG(lea32_bid, R(op->a) = (u32)INDEXED(op->b, op->aux))
FORM_REG(lea16, set16(cpu, op->a, (u16)R(R_EA)))

FORM_REG(ea_bid, R(R_EA) = INDEXED(op->b, op->aux))
FORM_REG(ea_bid32, R(R_EA) = (u32)INDEXED(op->b, op->aux))
FORM_REG(ea_bid16, R(R_EA) = (u16)INDEXED(op->b, op->aux))
FORM_REG(ea_imm, R(R_EA) = op->imm)
/* Add a segment's base; 64-bit code, so no limits. */
FORM_REG(ea_seg, R(R_EA) += cpu->seg[op->seg].base)
/* Flat 32-bit code with a segment whose base wraps. */
FORM_REG(ea_lin32, R(R_EA) = (u32)(R(R_EA) + cpu->seg[op->seg].base))
FORM_REG(ea_xlat, R(R_EA) += (u8)R(R_RAX))

/* Segments with limits: imm is the access (X86_READ, X86_WRITE), aux its size. */
OP(ea_check)
{
	uint64_t la;
	int rc = vc__seg_check(cpu, op->seg, R(R_EA), op->aux,
			       (unsigned)op->imm, &la);

	if (!rc)
		R(R_EA) = la;
	return rc;
}

/*
 * BT and its like with a register as the bit offset reach beyond the operand:
 * b is that register, aux the operand size in bytes (SDM 2A, BT). imm is the
 * address mask.
 */
FORM_REG(ea_bit,
	 s64 bit = op->aux == 2 ? (s16)R(op->b) :
		   op->aux == 4 ? (s32)R(op->b) : (s64)R(op->b);
	 unsigned shift = op->aux == 2 ? 4 : op->aux == 4 ? 5 : 6;
	 R(R_EA) = (R(R_EA) + (u64)(bit >> shift) * op->aux) & op->imm)

/* ---- conditions ---- */

#define SETCC(c) \
FORM_REG(set##c##_r, set8(cpu, op->a, vc__cc_test(cpu, 0x##c))) \
FORM_STORE(set##c##_m, 8, vc__cc_test(cpu, 0x##c), (void)0)
#define CMOV(c, bits) \
FORM_REG(cmov##c##_##bits##_rr, \
	 if (vc__cc_test(cpu, 0x##c)) \
		set##bits(cpu, op->a, get##bits(cpu, op->b)); \
	 else if (bits == 32) \
		R(op->a) = (u32)R(op->a)) \
FORM_LOAD(cmov##c##_##bits##_rm, bits / 8, \
	 u##bits v = ld##bits(p); \
	 if (vc__cc_test(cpu, 0x##c)) \
		set##bits(cpu, op->a, v); \
	 else if (bits == 32) \
		R(op->a) = (u32)R(op->a))
#define COND(c) SETCC(c) CMOV(c, 16) CMOV(c, 32) CMOV(c, 64)
#define EACH_COND(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) \
	X(8) X(9) X(a) X(b) X(c) X(d) X(e) X(f)
EACH_COND(COND)

#define CMOV_ROW(c) [0x##c] = { { NULL, NULL }, PAIR(cmov##c##_16), \
	PAIR(cmov##c##_32), PAIR(cmov##c##_64) },
const op_fn vc__cmov_fn[16][4][2] = { EACH_COND(CMOV_ROW) };
#define SETCC_ROW(c) [0x##c] = { vc__op_set##c##_r, vc__op_set##c##_m },
const op_fn vc__setcc_fn[16][2] = { EACH_COND(SETCC_ROW) };

/* ---- within the accumulator ---- */

FORM_REG(cbw, set16(cpu, R_RAX, (u16)(s16)(s8)R(R_RAX)))
FORM_REG(cwde, R(R_RAX) = (u64)(u32)(s32)(s16)R(R_RAX))
FORM_REG(cdqe, R(R_RAX) = (u64)(s64)(s32)R(R_RAX))
FORM_REG(cwd, set16(cpu, R_RDX, (u16)((s16)R(R_RAX) < 0 ? 0xffff : 0)))
FORM_REG(cdq, R(R_RDX) = (s32)R(R_RAX) < 0 ? 0xffffffffu : 0)
FORM_REG(cqo, R(R_RDX) = (s64)R(R_RAX) < 0 ? ~(u64)0 : 0)
/* undefined by the manual; what processors do */
FORM_REG(bswap16, set16(cpu, op->a, 0))
FORM_REG(bswap32, R(op->a) = __builtin_bswap32((u32)R(op->a)))
FORM_REG(bswap64, R(op->a) = __builtin_bswap64(R(op->a)))
const op_fn vc__bswap_fn[3] = { vc__op_bswap16, vc__op_bswap32,
	vc__op_bswap64 };
FORM_REG(nop, (void)cpu)
