/* SPDX-License-Identifier: MIT */
/*
 * ops.h: the engine's own ops, as lower.c picks them. An array is indexed by
 * operation, size (0 to 3 for 8 to 64 bits) and form.
 */
#ifndef VC_INTERP_OPS_H
#define VC_INTERP_OPS_H

#include "exec.h"

/* Forms of two operands: destination, source; r register, m memory, i imm. */
enum { FORM_RR, FORM_RI, FORM_RM, FORM_MR, FORM_MI, FORM2_COUNT };

enum { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP,
       ALU_TEST, ALU_COUNT };
enum { UNARY_INC, UNARY_DEC, UNARY_NEG, UNARY_NOT, UNARY_COUNT };
enum { SHIFT_ROL, SHIFT_ROR, SHIFT_RCL, SHIFT_RCR, SHIFT_SHL, SHIFT_SHR,
       SHIFT_SAR, SHIFT_COUNT };

/* exec_alu.c */
extern const op_fn vc__alu_fn[ALU_COUNT][4][FORM2_COUNT];
extern const op_fn vc__unary_fn[UNARY_COUNT][4][2];	/* [r, m] */
OP_DECLARE(zero32);

/* exec_move.c */
extern const op_fn vc__mov_fn[4][FORM2_COUNT];
extern const op_fn vc__load_index_fn[4];	/* mov r, [base+index*s+disp] */
extern const op_fn vc__store_index_fn[4];
extern const op_fn vc__movzx_fn[2][4][2];	/* [from 8, 16][to][rr, rm] */
extern const op_fn vc__movsx_fn[3][4][2];	/* [from 8, 16, 32] */
extern const op_fn vc__xchg_fn[4];		/* registers only */
extern const op_fn vc__cmov_fn[16][4][2];	/* [cond][to][rr, rm] */
extern const op_fn vc__setcc_fn[16][2];		/* [cond][r, m] */
extern const op_fn vc__bswap_fn[3];
OP_DECLARE(lea64_bd);
OP_DECLARE(lea64_bid);
OP_DECLARE(lea32_bd);
OP_DECLARE(lea32_bid);
OP_DECLARE(lea16);
OP_DECLARE(ea_bid);
OP_DECLARE(ea_bid32);
OP_DECLARE(ea_bid16);
OP_DECLARE(ea_imm);
OP_DECLARE(ea_seg);
OP_DECLARE(ea_check);
OP_DECLARE(ea_bit);
OP_DECLARE(ea_lin32);
OP_DECLARE(ea_xlat);
OP_DECLARE(cbw);
OP_DECLARE(cwde);
OP_DECLARE(cdqe);
OP_DECLARE(cwd);
OP_DECLARE(cdq);
OP_DECLARE(cqo);
OP_DECLARE(nop);

/* smp.c */
OP_DECLARE(pause);

/* exec_shift.c */
extern const op_fn vc__shift_fn[SHIFT_COUNT][4][4];	/* [ri, rc, mi, mc] */
extern const op_fn vc__shiftd_fn[2][3][4];	/* [shld, shrd][16..64] same */

extern const op_fn vc__shift_quiet_fn[SHIFT_COUNT][4];	/* ri, no flags */
extern const op_fn vc__touch_fn[4];	/* read and write back */

/* exec_mul.c */
extern const op_fn vc__imul2_fn[3][4];	/* [16..64][rr, rm, rri, rmi] */
extern const op_fn vc__mul1_fn[4][4][2];	/* [mul imul div idiv][size][r, m] */

/* exec_bit.c */
extern const op_fn vc__bit_fn[4][3][4];	/* [bt bts btr btc][16..64][rr ri mr mi] */
extern const op_fn vc__scan_fn[4][3][2];	/* [bsf bsr tzcnt lzcnt][16..64] */
extern const op_fn vc__popcnt_fn[3][2];
OP_DECLARE(cmpxchg8b);
OP_DECLARE(cmpxchg16b);
extern const op_fn vc__cmpxchg_fn[4][2];	/* [r, m], not locked */
extern const op_fn vc__xadd_fn[4][2];

/* exec_lock.c: aux is the ALU_* number or one of these */
enum { LOCK_INC = ALU_COUNT, LOCK_DEC, LOCK_NEG, LOCK_NOT, LOCK_XCHG,
       LOCK_XADD, LOCK_CMPXCHG, LOCK_BTS, LOCK_BTR, LOCK_BTC };
extern const op_fn vc__lock_fn[4];

/* exec_branch.c */
OP_DECLARE(jmp);
extern const op_fn vc__jcc_fn[16];
/* [cmp test][size][rr ri rm mr mi][cond], NULL where not fused */
extern const op_fn vc__fused_fn[2][4][FORM2_COUNT][16];
OP_DECLARE(call64);
OP_DECLARE(ret64);
OP_DECLARE(ret64_imm);
OP_DECLARE(jmp64_r);
OP_DECLARE(jmp64_m);
OP_DECLARE(call64_r);
OP_DECLARE(call64_m);
OP_DECLARE(call_any);
OP_DECLARE(ret_any);
OP_DECLARE(jmp_any_r);
OP_DECLARE(jmp_any_m);
OP_DECLARE(call_any_r);
OP_DECLARE(call_any_m);
OP_DECLARE(jmp_any);
OP_DECLARE(jcc_any);
OP_DECLARE(loop);
OP_DECLARE(block_end);
OP_DECLARE(block_end_any);

/* exec_stack.c */
OP_DECLARE(push64_r);
OP_DECLARE(push64_i);
OP_DECLARE(push64_m);
OP_DECLARE(pop64_r);
OP_DECLARE(leave64);
OP_DECLARE(push_any_r);
OP_DECLARE(push_any_i);
OP_DECLARE(push_any_m);
OP_DECLARE(pop_any_r);
OP_DECLARE(pop_any_m);
OP_DECLARE(leave_any);
OP_DECLARE(enter);
OP_DECLARE(pusha);
OP_DECLARE(popa);
/* Push and pop by the current stack size; size is 2, 4 or 8. The stack pointer
 * moves only after the access succeeded. */
int vc__push(struct cpu *cpu, const struct op *op, unsigned size, uint64_t v);
int vc__pop(struct cpu *cpu, const struct op *op, unsigned size, uint64_t *v);

/* exec_misc.c */
OP_DECLARE(clc);
OP_DECLARE(stc);
OP_DECLARE(cmc);
OP_DECLARE(cld);
OP_DECLARE(std);
OP_DECLARE(lahf);
OP_DECLARE(sahf);
OP_DECLARE(salc);
OP_DECLARE(daa);
OP_DECLARE(das);
OP_DECLARE(aaa);
OP_DECLARE(aas);
OP_DECLARE(aam);
OP_DECLARE(aad);
OP_DECLARE(bound);
OP_DECLARE(movbe);
OP_DECLARE(undefined);
OP_DECLARE(lacking);
OP_DECLARE(too_long);

/* string.c: aux is osize | asize << 8 | prefixes << 16 */
extern const op_fn vc__string_fn[7];	/* movs cmps stos lods scas ins outs */
enum { STR_MOVS, STR_CMPS, STR_STOS, STR_LODS, STR_SCAS, STR_INS, STR_OUTS };

/* x87env.c */
OP_DECLARE(simd_need);
OP_DECLARE(avx_need);

/* block.c */
OP_DECLARE(stale);
OP_DECLARE(guard);
OP_DECLARE(guard_second);

#endif
