/* SPDX-License-Identifier: MIT */
/*
 * lower.c: a decoded instruction to ops. The plain integer forms are picked
 * here; all others by the selectors of their areas.
 *
 * A memory operand whose address is one register and a displacement, in 64-bit
 * code, goes into the op itself. Everything else to an address (index, segment
 * base, 16 and 32-bit wrapping, segment limits) is done by ops in front, which
 * leave it in R_EA.
 */
#include "decode.h"
#include "ops.h"
#include "run.h"
#include "select.h"

static struct op *emit(struct lowering *lo, op_fn fn)
{
	struct op *op = &lo->ops[lo->count++];

	*op = (struct op){ .fn = fn };
	return op;
}

static unsigned size_code(unsigned size)
{
	return size == 1 ? SZ8 : size == 2 ? SZ16 : size == 4 ? SZ32 : SZ64;
}

static bool is_reg(const struct x86_operand *o)
{
	return o->kind == OPND_REG || o->kind == OPND_REG8H;
}

/* The number that an op uses for a register operand. */
static uint8_t reg_of(const struct x86_operand *o)
{
	if (o->kind == OPND_REG8H)
		return reg8_slot(o->reg, true);
	if (o->kind == OPND_REG && o->size == 1)
		return reg8_slot(o->reg, false);
	return o->reg;
}

/* ---- addresses ---- */

struct address {
	uint8_t base;
	uint8_t seg;
	int32_t disp;
};

static uint8_t reg_or_zero(uint8_t reg)
{
	return reg == X86_NOREG ? R_ZERO : reg;
}

/* 64-bit code, 64-bit addresses: base, index and displacement as they are, or
 * in R_EA where the op cannot hold them. off: of the next instruction. */
static struct address address64(struct lowering *lo, const struct x86_insn *in,
				unsigned next_off, bool index_ok)
{
	struct address a = { reg_or_zero(in->base), in->seg, (int32_t)in->disp };
	bool based = in->seg == VC_SEG_FS || in->seg == VC_SEG_GS;
	int64_t disp = in->disp;
	struct op *op;

	if (in->base == X86_RIP) {
		a.base = R_IP;
		disp += next_off;
	}
	if (in->index == X86_NOREG || index_ok) {
		if (disp == (int32_t)disp && !based) {
			a.disp = (int32_t)disp;
			return a;
		}
	}
	if (disp != (int32_t)disp) {
		op = emit(lo, vc__op_ea_imm);
		op->imm = (uint64_t)disp;
		if (in->base != X86_NOREG) {
			op = emit(lo, vc__op_ea_bid);
			op->base = R_EA;
			op->b = a.base;
		}
	} else {
		op = emit(lo, vc__op_ea_bid);
		op->base = a.base;
		op->b = reg_or_zero(in->index);
		op->aux = in->scale;
		op->disp = (int32_t)disp;
	}
	if (based) {
		op = emit(lo, vc__op_ea_seg);
		op->seg = in->seg;
	}
	a.base = R_EA;
	a.disp = 0;
	return a;
}

/* The offset in the segment, cut to the address size, in R_EA. */
static void offset_narrow(struct lowering *lo, const struct x86_insn *in,
			  unsigned next_off)
{
	struct op *op = emit(lo, in->asize == 2 ? vc__op_ea_bid16 :
						  vc__op_ea_bid32);

	op->base = in->base == X86_RIP ? R_IP : reg_or_zero(in->base);
	op->b = reg_or_zero(in->index);
	op->aux = in->scale;
	op->disp = (int32_t)in->disp;
	if (in->base == X86_RIP)
		op->disp = (int32_t)(in->disp + next_off);
}

/* Elements that are masked out may lie beyond a limit: avx_move.c looks at
 * the others, given the offset of the first. */
static bool asks_itself(const struct x86_insn *in)
{
	return in->op == X86_VMASKMOVPS || in->op == X86_VMASKMOVPD ||
	       in->op == X86_VPMASKMOVD || in->op == X86_VPMASKMOVQ;
}

static struct address address_of(struct lowering *lo, const struct x86_insn *in,
				 unsigned off, const struct x86_operand *mem,
				 bool index_ok)
{
	struct address a = { R_EA, in->seg, 0 };
	unsigned next_off = off + in->len;
	struct op *op;

	if (lo->mode & MODE_CODE64) {
		if (in->asize == 8)
			return address64(lo, in, next_off, index_ok);
		offset_narrow(lo, in, next_off);
		if (in->seg == VC_SEG_FS || in->seg == VC_SEG_GS) {
			op = emit(lo, vc__op_ea_seg);
			op->seg = in->seg;
		}
		return a;
	}
	offset_narrow(lo, in, next_off);
	if (asks_itself(in))
		return a;
	/* a code segment cannot be written, however flat */
	if (!(lo->mode & MODE_FLAT) || in->seg == VC_SEG_FS ||
	    in->seg == VC_SEG_GS ||
	    (in->seg == VC_SEG_CS && mem->access & X86_WRITE)) {
		op = emit(lo, vc__op_ea_check);
		op->seg = in->seg;
		op->aux = mem->size ? mem->size : 1;
		op->imm = mem->access;
	}
	return a;
}

static void set_address(struct op *op, const struct address *a)
{
	op->base = a->base;
	op->disp = a->disp;
	op->seg = a->seg;
}

/* The memory operand among opnd[], or NULL. */
static const struct x86_operand *memory_of(const struct x86_insn *in)
{
	for (unsigned i = 0; i < 4; i++)
		if (in->opnd[i].kind == OPND_MEM)
			return &in->opnd[i];
	return NULL;
}

/* The one op of most instructions: address first, then fn with it. */
static struct op *emit_mem(struct lowering *lo, const struct x86_insn *in,
			   unsigned off, op_fn fn)
{
	const struct x86_operand *mem = memory_of(in);
	struct address a = { R_ZERO, VC_SEG_DS, 0 };
	struct op *op;

	if (mem)
		a = address_of(lo, in, off, mem, false);
	op = emit(lo, fn);
	set_address(op, &a);
	return op;
}

/* ---- two operands ---- */

static int form_of(const struct x86_insn *in)
{
	const struct x86_operand *d = &in->opnd[0], *s = &in->opnd[1];

	if (is_reg(d))
		return is_reg(s) ? FORM_RR : s->kind == OPND_IMM ? FORM_RI :
		       s->kind == OPND_MEM ? FORM_RM : -1;
	if (d->kind == OPND_MEM)
		return is_reg(s) ? FORM_MR : s->kind == OPND_IMM ? FORM_MI : -1;
	return -1;
}

static struct op *emit_two(struct lowering *lo, const struct x86_insn *in,
			   unsigned off, op_fn fn, int form)
{
	struct op *op = emit_mem(lo, in, off, fn);

	if (form == FORM_RR || form == FORM_RI || form == FORM_RM)
		op->a = reg_of(&in->opnd[0]);
	if (form == FORM_RR || form == FORM_MR)
		op->b = reg_of(&in->opnd[1]);
	op->imm = in->imm;
	return op;
}

static int alu_of(unsigned op)
{
	switch (op) {
	case X86_ADD: return ALU_ADD;
	case X86_OR: return ALU_OR;
	case X86_ADC: return ALU_ADC;
	case X86_SBB: return ALU_SBB;
	case X86_AND: return ALU_AND;
	case X86_SUB: return ALU_SUB;
	case X86_XOR: return ALU_XOR;
	case X86_CMP: return ALU_CMP;
	case X86_TEST: return ALU_TEST;
	default: return -1;
	}
}

static int locked_of(unsigned op)
{
	switch (op) {
	case X86_INC: return LOCK_INC;
	case X86_DEC: return LOCK_DEC;
	case X86_NEG: return LOCK_NEG;
	case X86_NOT: return LOCK_NOT;
	case X86_XCHG: return LOCK_XCHG;
	case X86_XADD: return LOCK_XADD;
	case X86_CMPXCHG: return LOCK_CMPXCHG;
	case X86_BTS: return LOCK_BTS;
	case X86_BTR: return LOCK_BTR;
	case X86_BTC: return LOCK_BTC;
	default: return alu_of(op);
	}
}

/* ---- links ---- */

static bool flat_code(const struct lowering *lo)
{
	return lo->mode & MODE_FLAT;
}

static void emit_links(struct lowering *lo, int64_t taken, unsigned fall)
{
	struct op_links *l = (struct op_links *)(void *)&lo->ops[lo->count++];

	l->taken = (struct link){ NULL, LINK_UNRESOLVED, (int32_t)taken };
	l->fall = (struct link){ NULL, LINK_UNRESOLVED, (int32_t)fall };
	lo->ended = lo->linked = true;
}

/* Where a direct branch at off goes, from R_IP; false when a link cannot hold
 * that or the operand size cuts RIP. */
static bool link_target(const struct lowering *lo, const struct x86_insn *in,
			unsigned off, int64_t *taken)
{
	*taken = (int64_t)off + in->len + (int64_t)in->imm;
	if (!flat_code(lo) || *taken != (int32_t)*taken)
		return false;
	return lo->mode & MODE_CODE64 ? in->osize != 2 : in->osize == 4;
}

unsigned vc__lower_end(struct lowering *lo, unsigned off)
{
	if (!lo->ended) {
		struct op *op = emit(lo, flat_code(lo) ? vc__op_block_end :
						     vc__op_block_end_any);

		op->off = (uint16_t)off;
		emit_links(lo, 0, off);
	}
	return lo->count;
}

unsigned vc__lower_real_ops(const struct op *ops, unsigned count)
{
	/* every block ends in a slot of links */
	(void)ops;
	return count - 1;
}

/* ---- branches ---- */

static void lower_jmp(struct lowering *lo, const struct x86_insn *in,
		      unsigned off)
{
	bool wide = lo->mode & MODE_CODE64 && in->osize != 2;
	bool call = in->op == X86_CALL;
	struct op *op;
	int64_t taken;

	if (in->opnd[0].kind == OPND_REL) {
		bool linked = link_target(lo, in, off, &taken);

		if (linked && (!call || wide)) {
			op = emit(lo, call ? vc__op_call64 : vc__op_jmp);
			op->seg = VC_SEG_SS;
			emit_links(lo, taken, off + in->len);
			return;
		}
		op = emit(lo, call ? vc__op_call_any : vc__op_jmp_any);
	} else if (is_reg(&in->opnd[0])) {
		op = emit(lo, wide ? (call ? vc__op_call64_r : vc__op_jmp64_r) :
			  (call ? vc__op_call_any_r : vc__op_jmp_any_r));
		op->a = in->opnd[0].reg;
	} else {
		op = emit_mem(lo, in, off, wide ?
			(call ? vc__op_call64_m : vc__op_jmp64_m) :
			(call ? vc__op_call_any_m : vc__op_jmp_any_m));
	}
	op->imm = in->imm;
	op->aux = in->osize;
	emit_links(lo, 0, off + in->len);
}

static void lower_ret(struct lowering *lo, const struct x86_insn *in,
		      unsigned off)
{
	bool wide = lo->mode & MODE_CODE64 && in->osize == 8;
	struct op *op = emit(lo, wide ? vc__op_ret64 : vc__op_ret_any);

	op->base = R_RSP;
	op->seg = VC_SEG_SS;
	op->imm = in->opnd[0].kind == OPND_IMM ? in->imm & 0xffff : 0;
	op->aux = in->osize;
	emit_links(lo, 0, off + in->len);
}

static void lower_jcc(struct lowering *lo, const struct x86_insn *in,
		      unsigned off)
{
	int64_t taken;
	struct op *op;

	if (link_target(lo, in, off, &taken)) {
		emit(lo, vc__jcc_fn[in->cond]);
		emit_links(lo, taken, off + in->len);
		return;
	}
	op = emit(lo, vc__op_jcc_any);
	op->b = in->cond;
	op->imm = in->imm;
	op->aux = in->osize;
}

static void lower_loop(struct lowering *lo, const struct x86_insn *in)
{
	struct op *op = emit(lo, vc__op_loop);

	op->b = in->op == X86_LOOPNE ? 0 : in->op == X86_LOOPE ? 1 :
		in->op == X86_LOOP ? 2 : 3;
	op->imm = in->imm;
	op->aux = in->osize | (uint32_t)in->asize << 8;
}

/* CMP or TEST with the Jcc behind it as one op. */
static bool lower_fused(struct lowering *lo, const struct x86_insn *in,
			unsigned off, const struct x86_insn *next)
{
	int form = form_of(in), alu = alu_of(in->op);
	int64_t taken;
	op_fn fn;

	if (!next || next->op != X86_JCC || (alu != ALU_CMP && alu != ALU_TEST) ||
	    form < 0 || !link_target(lo, next, off + in->len, &taken))
		return false;
	fn = vc__fused_fn[alu == ALU_TEST][size_code(in->osize)][form]
			 [next->cond];
	if (!fn)
		return false;
	emit_two(lo, in, off, fn, form);
	emit_links(lo, taken, off + in->len + next->len);
	return true;
}

/* ---- the other integer instructions ---- */

static bool lower_mov(struct lowering *lo, const struct x86_insn *in,
		      unsigned off)
{
	int form = form_of(in);
	unsigned size = size_code(in->osize);
	struct op *op;

	if (form < 0)
		return false;
	if ((form == FORM_RM || form == FORM_MR) && lo->mode & MODE_CODE64 &&
	    in->asize == 8 && in->index != X86_NOREG && in->base != X86_RIP &&
	    in->seg != VC_SEG_FS && in->seg != VC_SEG_GS) {
		const struct x86_operand *r = &in->opnd[form == FORM_MR];
		struct address a = address_of(lo, in, off, memory_of(in), true);

		op = emit(lo, form == FORM_RM ? vc__load_index_fn[size] :
						vc__store_index_fn[size]);
		set_address(op, &a);
		op->a = reg_of(r);
		op->b = in->index;
		op->aux = in->scale;
		return true;
	}
	emit_two(lo, in, off, vc__mov_fn[size][form], form);
	return true;
}

static void lower_lea(struct lowering *lo, const struct x86_insn *in,
		      unsigned off)
{
	bool wide = in->osize == 8;
	int64_t disp = in->disp;
	struct op *op;

	if (in->base == X86_RIP)
		disp += off + in->len;
	if (in->osize == 2 || in->asize != (lo->mode & MODE_CODE64 ? 8 : 4) ||
	    disp != (int32_t)disp) {
		if (in->asize == 8) {
			op = emit(lo, vc__op_ea_bid);
			op->base = in->base == X86_RIP ? R_IP :
				   reg_or_zero(in->base);
			op->b = reg_or_zero(in->index);
			op->aux = in->scale;
			op->disp = (int32_t)disp;
		} else {
			offset_narrow(lo, in, off + in->len);
		}
		op = emit(lo, in->osize == 2 ? vc__op_lea16 : wide ?
			  vc__op_lea64_bd : vc__op_lea32_bd);
		op->base = R_EA;
		op->a = in->opnd[0].reg;
		return;
	}
	if (in->index == X86_NOREG)
		op = emit(lo, wide ? vc__op_lea64_bd : vc__op_lea32_bd);
	else
		op = emit(lo, wide ? vc__op_lea64_bid : vc__op_lea32_bid);
	op->a = in->opnd[0].reg;
	op->base = in->base == X86_RIP ? R_IP : reg_or_zero(in->base);
	op->b = reg_or_zero(in->index);
	op->aux = in->scale;
	op->disp = (int32_t)disp;
}

static int shift_of(unsigned op)
{
	switch (op) {
	case X86_ROL: return SHIFT_ROL;
	case X86_ROR: return SHIFT_ROR;
	case X86_RCL: return SHIFT_RCL;
	case X86_RCR: return SHIFT_RCR;
	case X86_SHL: return SHIFT_SHL;
	case X86_SHR: return SHIFT_SHR;
	default: return SHIFT_SAR;
	}
}

/* A count of 0 leaves everything, but a 32-bit register's upper half. */
static void lower_no_shift(struct lowering *lo, const struct x86_insn *in,
			   unsigned off)
{
	struct op *op;

	if (in->opnd[0].kind == OPND_MEM) {
		/* still reads and writes: OR with 0, flags aside */
		op = emit_mem(lo, in, off,
			      vc__shift_fn[SHIFT_SHL][size_code(in->osize)][2]);
		op->fn = vc__touch_fn[size_code(in->osize)];
		return;
	}
	op = emit(lo, in->osize == 4 ? vc__mov_fn[SZ32][FORM_RR] : vc__op_nop);
	op->a = op->b = in->opnd[0].reg;
}

static void lower_shift(struct lowering *lo, const struct x86_insn *in,
			unsigned off, bool quiet)
{
	int shift = shift_of(in->op);
	bool by_cl = is_reg(&in->opnd[1]), mem = in->opnd[0].kind == OPND_MEM;
	unsigned size = size_code(in->osize);
	uint64_t count = in->imm & (in->osize == 8 ? 63 : 31);
	op_fn fn = vc__shift_fn[shift][size][mem * 2 + by_cl];
	struct op *op;

	if (!by_cl && !count) {
		lower_no_shift(lo, in, off);
		return;
	}
	if (!by_cl && !mem && quiet && vc__shift_quiet_fn[shift][size])
		fn = vc__shift_quiet_fn[shift][size];
	op = emit_mem(lo, in, off, fn);
	if (!mem)
		op->a = reg_of(&in->opnd[0]);
	op->imm = count;
}

static void lower_shiftd(struct lowering *lo, const struct x86_insn *in,
			 unsigned off)
{
	bool by_cl = is_reg(&in->opnd[2]), mem = in->opnd[0].kind == OPND_MEM;
	unsigned size = size_code(in->osize);
	uint64_t count = in->imm & (in->osize == 8 ? 63 : 31);
	struct op *op;

	if (!by_cl && !count) {
		lower_no_shift(lo, in, off);
		return;
	}
	op = emit_mem(lo, in, off, vc__shiftd_fn[in->op == X86_SHRD][size - 1]
						[mem * 2 + by_cl]);
	if (!mem)
		op->a = in->opnd[0].reg;
	op->b = in->opnd[1].reg;
	op->imm = count;
}

static void lower_mul(struct lowering *lo, const struct x86_insn *in,
		      unsigned off)
{
	static const uint16_t ops[4] = { X86_MUL, X86_IMUL, X86_DIV, X86_IDIV };
	unsigned what = 0, size = size_code(in->osize);
	bool mem;
	struct op *op;

	if (in->op == X86_IMUL && is_reg(&in->opnd[0]) &&
	    in->opnd[1].kind != OPND_NONE && !(in->opnd[1].kind == OPND_REG &&
	    in->opnd[0].size == 1)) {
		bool three = in->opnd[2].kind == OPND_IMM;

		mem = in->opnd[1].kind == OPND_MEM;
		op = emit_mem(lo, in, off,
			      vc__imul2_fn[size - 1][three * 2 + mem]);
		op->a = in->opnd[0].reg;
		op->b = in->opnd[1].reg;
		op->imm = in->imm;
		return;
	}
	while (ops[what] != in->op)
		what++;
	mem = in->opnd[0].kind == OPND_MEM;
	op = emit_mem(lo, in, off, vc__mul1_fn[what][size][mem]);
	if (!mem)
		op->a = reg_of(&in->opnd[0]);
}

/* BT and its like: a register offset into memory moves the address. */
static void lower_bit(struct lowering *lo, const struct x86_insn *in,
		      unsigned off)
{
	static const uint16_t ops[4] = { X86_BT, X86_BTS, X86_BTR, X86_BTC };
	unsigned what = 0, size = size_code(in->osize);
	int form = form_of(in);
	bool flat = lo->mode & MODE_CODE64;
	const struct x86_operand *mem = memory_of(in);
	struct op *op;
	unsigned fn_form;

	while (ops[what] != in->op)
		what++;
	if (form == FORM_MR) {
		/* offset first, then the bit's, then the segment */
		struct op *bit;

		if (in->asize == 8) {
			op = emit(lo, vc__op_ea_bid);
			op->base = in->base == X86_RIP ? R_IP :
				   reg_or_zero(in->base);
			op->b = reg_or_zero(in->index);
			op->aux = in->scale;
			op->disp = (int32_t)(in->disp + (in->base == X86_RIP ?
							 off + in->len : 0));
		} else {
			offset_narrow(lo, in, off + in->len);
		}
		bit = emit(lo, vc__op_ea_bit);
		bit->b = in->opnd[1].reg;
		bit->aux = in->osize;
		bit->imm = in->asize == 8 ? ~(uint64_t)0 :
			   in->asize == 4 ? 0xffffffff : 0xffff;
		if (flat && (in->seg == VC_SEG_FS || in->seg == VC_SEG_GS)) {
			op = emit(lo, vc__op_ea_seg);
			op->seg = in->seg;
		} else if (!flat) {
			op = emit(lo, vc__op_ea_check);
			op->seg = in->seg;
			op->aux = in->osize;
			op->imm = mem->access;
		}
		op = emit(lo, in->prefixes & X86_LOCK ? vc__lock_fn[size] :
			  vc__bit_fn[what][size - 1][2]);
		op->base = R_EA;
		op->seg = in->seg;
		op->b = in->opnd[1].reg;
		op->aux = (uint32_t)locked_of(in->op);
		return;
	}
	fn_form = form == FORM_RR ? 0 : form == FORM_RI ? 1 : 3;
	op = emit_mem(lo, in, off, in->prefixes & X86_LOCK ? vc__lock_fn[size] :
		      vc__bit_fn[what][size - 1][fn_form]);
	op->a = in->opnd[0].reg;
	op->b = in->opnd[1].reg;
	op->imm = in->imm;
	if (in->prefixes & X86_LOCK)
		op->aux = (uint32_t)locked_of(in->op) | 0x100;
}

static void lower_locked(struct lowering *lo, const struct x86_insn *in,
			 unsigned off)
{
	/* XCHG has its memory operand on either side */
	const struct x86_operand *src = in->opnd[0].kind == OPND_MEM ?
		&in->opnd[1] : &in->opnd[0];
	struct op *op = emit_mem(lo, in, off,
				 vc__lock_fn[size_code(in->osize)]);

	op->aux = (uint32_t)locked_of(in->op);
	if (src->kind == OPND_IMM) {
		op->aux |= 0x100;
		op->imm = in->imm;
	} else if (is_reg(src)) {
		op->b = reg_of(src);
	} else {
		op->aux |= 0x100;	/* one operand: the source is not used */
	}
}

static void lower_stack(struct lowering *lo, const struct x86_insn *in,
			unsigned off)
{
	bool push = in->op == X86_PUSH, mem = in->opnd[0].kind == OPND_MEM;
	bool wide = lo->mode & MODE_STACK64 && in->osize == 8;
	struct op *op;

	if (mem && !push && in->base == R_RSP) {
		/* the address is computed with RSP already moved */
		struct x86_insn moved = *in;

		moved.disp += in->osize;
		op = emit_mem(lo, &moved, off, vc__op_pop_any_m);
	} else if (mem) {
		op = emit_mem(lo, in, off, push ?
			(wide ? vc__op_push64_m : vc__op_push_any_m) :
			vc__op_pop_any_m);
	} else if (in->opnd[0].kind == OPND_IMM) {
		op = emit(lo, wide ? vc__op_push64_i : vc__op_push_any_i);
		op->imm = in->imm;
	} else if (push) {
		op = emit(lo, wide ? vc__op_push64_r : vc__op_push_any_r);
		op->b = in->opnd[0].reg;
	} else {
		op = emit(lo, wide ? vc__op_pop64_r : vc__op_pop_any_r);
		op->a = in->opnd[0].reg;
	}
	if (!mem) {
		op->base = R_RSP;
		op->disp = push ? -(int32_t)in->osize : 0;
		op->seg = VC_SEG_SS;
	}
	op->aux = in->osize;
}

static void lower_string(struct lowering *lo, const struct x86_insn *in,
			 unsigned off, unsigned what)
{
	struct op *op = emit(lo, vc__string_fn[what]);

	(void)off;
	op->aux = in->osize | (uint32_t)in->asize << 8 |
		  (uint32_t)in->prefixes << 16;
	op->seg = in->seg;
}

static bool lower_two(struct lowering *lo, const struct x86_insn *in,
		      unsigned off)
{
	int form = form_of(in), alu = alu_of(in->op);
	unsigned size = size_code(in->osize);
	struct op *op;

	if (form < 0)
		return false;
	if ((alu == ALU_XOR || alu == ALU_SUB) && form == FORM_RR &&
	    size >= SZ32 && in->opnd[0].reg == in->opnd[1].reg) {
		op = emit(lo, vc__op_zero32);
		op->a = in->opnd[0].reg;
		return true;
	}
	emit_two(lo, in, off, vc__alu_fn[alu][size][form], form);
	return true;
}

static void lower_unary(struct lowering *lo, const struct x86_insn *in,
			unsigned off)
{
	unsigned what = in->op == X86_INC ? UNARY_INC :
			in->op == X86_DEC ? UNARY_DEC :
			in->op == X86_NEG ? UNARY_NEG : UNARY_NOT;
	bool mem = in->opnd[0].kind == OPND_MEM;
	struct op *op = emit_mem(lo, in, off,
		vc__unary_fn[what][size_code(in->osize)][mem]);

	if (!mem)
		op->a = reg_of(&in->opnd[0]);
}

static void lower_extend(struct lowering *lo, const struct x86_insn *in,
			 unsigned off)
{
	unsigned from = size_code(in->opnd[1].size), to = size_code(in->osize);
	bool mem = in->opnd[1].kind == OPND_MEM;
	struct op *op = emit_mem(lo, in, off, in->op == X86_MOVZX ?
		vc__movzx_fn[from][to][mem] : vc__movsx_fn[from][to][mem]);

	op->a = in->opnd[0].reg;
	if (!mem)
		op->b = reg_of(&in->opnd[1]);
}

static void lower_scan(struct lowering *lo, const struct x86_insn *in,
		       unsigned off)
{
	unsigned size = size_code(in->osize) - 1;
	bool mem = in->opnd[1].kind == OPND_MEM;
	struct op *op = emit_mem(lo, in, off,
		in->op == X86_BSF ? vc__scan_fn[0][size][mem] :
		in->op == X86_BSR ? vc__scan_fn[1][size][mem] :
		in->op == X86_TZCNT ? vc__scan_fn[2][size][mem] :
		in->op == X86_LZCNT ? vc__scan_fn[3][size][mem] :
		vc__popcnt_fn[size][mem]);

	op->a = in->opnd[0].reg;
	op->b = in->opnd[1].reg;
}

static void lower_exchange(struct lowering *lo, const struct x86_insn *in,
			   unsigned off)
{
	unsigned size = size_code(in->osize);
	bool mem = in->opnd[0].kind == OPND_MEM;
	struct op *op;

	if (in->op == X86_XCHG) {
		if (memory_of(in)) {	/* always locked */
			lower_locked(lo, in, off);
			return;
		}
		op = emit(lo, vc__xchg_fn[size]);
	} else if (in->op == X86_CMPXCHG) {
		op = emit_mem(lo, in, off, vc__cmpxchg_fn[size][mem]);
	} else {
		op = emit_mem(lo, in, off, vc__xadd_fn[size][mem]);
	}
	if (!mem)
		op->a = reg_of(&in->opnd[0]);
	op->b = reg_of(&in->opnd[1]);
}

static void lower_cond(struct lowering *lo, const struct x86_insn *in,
		       unsigned off)
{
	struct op *op;
	bool mem;

	if (in->op == X86_SETCC) {
		mem = in->opnd[0].kind == OPND_MEM;
		op = emit_mem(lo, in, off, vc__setcc_fn[in->cond][mem]);
	} else {
		mem = in->opnd[1].kind == OPND_MEM;
		op = emit_mem(lo, in, off,
			vc__cmov_fn[in->cond][size_code(in->osize)][mem]);
		op->b = in->opnd[1].reg;
	}
	if (in->opnd[0].kind != OPND_MEM)
		op->a = reg_of(&in->opnd[0]);
}

static op_fn accumulator(const struct x86_insn *in)
{
	if (in->op == X86_CBW)
		return in->osize == 2 ? vc__op_cbw : in->osize == 4 ?
		       vc__op_cwde : vc__op_cdqe;
	return in->osize == 2 ? vc__op_cwd : in->osize == 4 ? vc__op_cdq :
	       vc__op_cqo;
}

static void lower_xlat(struct lowering *lo, const struct x86_insn *in)
{
	struct op *op = emit(lo, vc__op_ea_bid);

	op->base = R_RBX;
	op->b = R_ZERO;
	emit(lo, vc__op_ea_xlat);
	if (in->asize != 8) {
		op = emit(lo, in->asize == 2 ? vc__op_ea_bid16 : vc__op_ea_bid32);
		op->base = R_EA;
		op->b = R_ZERO;
	}
	if (lo->mode & MODE_CODE64) {
		if (in->seg == VC_SEG_FS || in->seg == VC_SEG_GS)
			emit(lo, vc__op_ea_seg)->seg = in->seg;
	} else {
		op = emit(lo, vc__op_ea_check);
		op->seg = in->seg;
		op->aux = 1;
		op->imm = X86_READ;
	}
	op = emit(lo, vc__mov_fn[SZ8][FORM_RM]);
	op->base = R_EA;
	op->seg = in->seg;
	op->a = reg8_slot(R_RAX, false);
}

static void lower_movbe(struct lowering *lo, const struct x86_insn *in,
			unsigned off)
{
	struct op *op = emit_mem(lo, in, off, vc__op_movbe);
	bool store = in->opnd[0].kind == OPND_MEM;

	op->a = in->opnd[store].reg;
	op->aux = in->osize | (store ? 0x100u : 0);
}

/* One op without operands, or with nothing but aux. */
static op_fn simple_of(const struct x86_insn *in)
{
	switch (in->op) {
	case X86_NOP:
	case X86_PREFETCH:
	case X86_PREFETCHW:
		return vc__op_nop;
	case X86_PAUSE: return vc__op_pause;
	case X86_CLC: return vc__op_clc;
	case X86_STC: return vc__op_stc;
	case X86_CMC: return vc__op_cmc;
	case X86_CLD: return vc__op_cld;
	case X86_STD: return vc__op_std;
	case X86_LAHF: return vc__op_lahf;
	case X86_SAHF: return vc__op_sahf;
	case X86_SALC: return vc__op_salc;
	case X86_DAA: return vc__op_daa;
	case X86_DAS: return vc__op_das;
	case X86_AAA: return vc__op_aaa;
	case X86_AAS: return vc__op_aas;
	case X86_AAM: return vc__op_aam;
	case X86_AAD: return vc__op_aad;
	case X86_PUSHA: return vc__op_pusha;
	case X86_POPA: return vc__op_popa;
	case X86_CBW:
	case X86_CWD:
		return accumulator(in);
	case X86_OP_UNDEFINED:
	case X86_UD0:
	case X86_UD1:
	case X86_UD2:
		return vc__op_undefined;
	case X86_OP_TOO_LONG: return vc__op_too_long;
	default: return NULL;
	}
}

static bool lower_simple(struct lowering *lo, const struct x86_insn *in)
{
	op_fn fn = simple_of(in);
	struct op *op;

	if (!fn)
		return false;
	op = emit(lo, fn);
	op->imm = in->imm;
	op->aux = in->osize;
	return true;
}

/* What the areas' selectors know: one op, with the habits of select.h. */
static void lower_selected(struct lowering *lo, const struct x86_insn *in,
			   unsigned off)
{
	struct op *op;
	bool first = true;

	if (in->attr & X86_SSE && !(lo->mode & MODE_SIMD))
		emit(lo, vc__op_simd_need);
	if (in->attr & X86_AVX && !(lo->mode & MODE_AVX))
		emit(lo, vc__op_avx_need);
	if (in->vsib) {
		/* each element has an address of its own: avx_gather.c */
		op = emit(lo, vc__op_lacking);
		op->base = reg_or_zero(in->base);
		op->disp = (int32_t)in->disp;
		op->seg = in->seg;
		op->b = in->index;
		op->imm = in->imm;
		if (!vc__select_fpu(in, op))
			op->fn = vc__op_lacking;
		return;
	}
	op = emit_mem(lo, in, off, vc__op_lacking);

	for (unsigned i = 0; i < 4; i++) {
		const struct x86_operand *o = &in->opnd[i];

		if (o->kind == OPND_NONE || o->kind == OPND_MEM ||
		    o->kind == OPND_IMM || o->kind == OPND_IMM2 ||
		    o->kind == OPND_REL)
			continue;
		if (first)
			op->a = reg_of(o);
		else
			op->b = reg_of(o);
		if (!first)
			break;
		first = false;
	}
	op->imm = in->imm;
	op->aux = in->osize | (uint32_t)in->asize << 8 |
		  (uint32_t)in->prefixes << 16 | (uint32_t)in->cond << 24;
	if (!vc__select_system(in, op) && !vc__select_fpu(in, op))
		op->fn = vc__op_lacking;
}

static bool lower_integer(struct lowering *lo, const struct x86_insn *in,
			  unsigned off, bool flags_dead)
{
	struct op *op;

	switch (in->op) {
	case X86_ADD: case X86_OR: case X86_ADC: case X86_SBB: case X86_AND:
	case X86_SUB: case X86_XOR: case X86_CMP: case X86_TEST:
		return lower_two(lo, in, off);
	case X86_INC: case X86_DEC: case X86_NEG: case X86_NOT:
		lower_unary(lo, in, off);
		break;
	case X86_MOV:
		return lower_mov(lo, in, off);
	case X86_MOVNTI:
		return lower_mov(lo, in, off);
	case X86_MOVZX: case X86_MOVSX: case X86_MOVSXD:
		lower_extend(lo, in, off);
		break;
	case X86_LEA:
		lower_lea(lo, in, off);
		break;
	case X86_ROL: case X86_ROR: case X86_RCL: case X86_RCR: case X86_SHL:
	case X86_SHR: case X86_SAR:
		lower_shift(lo, in, off, flags_dead);
		break;
	case X86_SHLD: case X86_SHRD:
		lower_shiftd(lo, in, off);
		break;
	case X86_MUL: case X86_IMUL: case X86_DIV: case X86_IDIV:
		lower_mul(lo, in, off);
		break;
	case X86_BT: case X86_BTS: case X86_BTR: case X86_BTC:
		lower_bit(lo, in, off);
		break;
	case X86_BSF: case X86_BSR: case X86_TZCNT: case X86_LZCNT:
	case X86_POPCNT:
		lower_scan(lo, in, off);
		break;
	case X86_XCHG: case X86_XADD: case X86_CMPXCHG:
		lower_exchange(lo, in, off);
		break;
	case X86_CMPXCHG8B:
		emit_mem(lo, in, off, vc__op_cmpxchg8b);
		break;
	case X86_CMPXCHG16B:
		emit_mem(lo, in, off, vc__op_cmpxchg16b);
		break;
	case X86_SETCC: case X86_CMOVCC:
		lower_cond(lo, in, off);
		break;
	case X86_BSWAP:
		op = emit(lo, vc__bswap_fn[in->osize == 2 ? 0 : in->osize / 4]);
		op->a = in->opnd[0].reg;
		break;
	case X86_MOVBE:
		lower_movbe(lo, in, off);
		break;
	case X86_PUSH: case X86_POP:
		lower_stack(lo, in, off);
		break;
	case X86_LEAVE:
		op = emit(lo, in->osize == 8 ? vc__op_leave64 : vc__op_leave_any);
		op->base = R_RBP;
		op->seg = VC_SEG_SS;
		op->aux = in->osize;
		break;
	case X86_ENTER:
		op = emit(lo, vc__op_enter);
		op->imm = in->imm & 0xffff;
		op->b = (uint8_t)in->imm2;
		op->aux = in->osize;
		op->seg = VC_SEG_SS;
		break;
	case X86_BOUND:
		op = emit_mem(lo, in, off, vc__op_bound);
		op->a = in->opnd[0].reg;
		op->aux = in->osize;
		break;
	case X86_XLAT:
		lower_xlat(lo, in);
		break;
	case X86_MOVS: lower_string(lo, in, off, STR_MOVS); break;
	case X86_CMPS: lower_string(lo, in, off, STR_CMPS); break;
	case X86_STOS: lower_string(lo, in, off, STR_STOS); break;
	case X86_LODS: lower_string(lo, in, off, STR_LODS); break;
	case X86_SCAS: lower_string(lo, in, off, STR_SCAS); break;
	case X86_INS: lower_string(lo, in, off, STR_INS); break;
	case X86_OUTS: lower_string(lo, in, off, STR_OUTS); break;
	case X86_LOOPNE: case X86_LOOPE: case X86_LOOP: case X86_JCXZ:
		lower_loop(lo, in);
		break;
	case X86_JMP: case X86_CALL:
		lower_jmp(lo, in, off);
		break;
	case X86_RET:
		lower_ret(lo, in, off);
		break;
	case X86_JCC:
		lower_jcc(lo, in, off);
		break;
	default:
		return lower_simple(lo, in);
	}
	return true;
}

/* Does the guest's CPUID list what the instruction belongs to? */
static bool offered(const struct lowering *lo, unsigned feature)
{
	return lo->features >> feature & 1;
}

/* MOVDQA and its like, between registers, with what is behind it. */
static bool lower_copied(struct lowering *lo, const struct x86_insn *in,
			 const struct x86_insn *next)
{
	struct op op = { 0 };

	if (!next || !(lo->mode & MODE_SIMD) || !offered(lo, next->feature) ||
	    !vc__select_copied(in, next, &op))
		return false;
	*emit(lo, op.fn) = op;
	return true;
}

unsigned vc__lower(struct lowering *lo, const struct x86_insn *in, unsigned off,
		   const struct x86_insn *next, bool flags_dead)
{
	struct x86_insn plain;

	/* BSF and BSR on a processor that does not know them */
	if ((in->op == X86_TZCNT || in->op == X86_LZCNT) &&
	    !offered(lo, in->feature)) {
		plain = *in;
		plain.op = in->op == X86_TZCNT ? X86_BSF : X86_BSR;
		plain.feature = X86_FEAT_BASE;
		in = &plain;
	}
	if (!offered(lo, in->feature)) {
		emit(lo, vc__op_lacking);
		return 1;
	}
	/* real and virtual-8086 mode have no VEX, SDM 2A §2.8 */
	if (in->vex && !(lo->mode & MODE_PROT)) {
		emit(lo, vc__op_undefined);
		return 1;
	}
	if (lower_fused(lo, in, off, next) || lower_copied(lo, in, next))
		return 2;
	if (in->prefixes & X86_LOCK && in->op != X86_CMPXCHG8B &&
	    in->op != X86_CMPXCHG16B && locked_of(in->op) >= 0 &&
	    memory_of(in) && !(in->op >= X86_BT && in->op <= X86_BTC)) {
		lower_locked(lo, in, off);
		return 1;
	}
	if (!lower_integer(lo, in, off, flags_dead))
		lower_selected(lo, in, off);
	return 1;
}
