/* SPDX-License-Identifier: MIT */
/*
 * selector.c: the instructions on segment registers, descriptor tables and
 * selectors: MOV, PUSH, POP, LDS ..., LGDT ..., LAR, LSL, VERR, VERW, ARPL
 * (SDM 3A §2.8, §5.10). The checks of loads are segment.c's.
 */
#include "ops.h"
#include "system.h"

/* ---- segment registers ---- */

/* Behind a load of SS, nothing comes in between (SDM 3A §6.8.3). */
static int sreg_loaded(struct cpu *cpu, unsigned seg, bool shadow)
{
	if (seg == VC_SEG_SS && shadow) {
		vc__mode_update(cpu);
		cpu->shadow = VC_SHADOW_MOV_SS;
		return X_SYNC;
	}
	return IN_CODE64() ? X_OK : mode_changed(cpu);
}

/* MOV Sreg, r/m16: imm is the register */
OP(mov_sreg_r)
{
	int rc = vc__sreg_load(cpu, (unsigned)op->imm, get16(cpu, op->b));

	return rc ? rc : sreg_loaded(cpu, (unsigned)op->imm, true);
}

OP(mov_sreg_m)
{
	uint8_t raw[2];
	int rc = vc__load(cpu, op, op_ea(cpu, op), 2, raw);

	if (!rc)
		rc = vc__sreg_load(cpu, (unsigned)op->imm, ld16(raw));
	return rc ? rc : sreg_loaded(cpu, (unsigned)op->imm, true);
}

/* A 16-bit value to a register of any operand size, zero-extended. */
static void put_r16(struct cpu *cpu, const struct op *op, uint16_t v)
{
	if (op_osize(op) == 2)
		set16(cpu, op->a, v);
	else
		set64(cpu, op->a, v);
}

static int put_m16(struct cpu *cpu, const struct op *op, uint16_t v)
{
	uint8_t raw[2];

	st16(raw, v);
	return vc__store(cpu, op, op_ea(cpu, op), 2, raw);
}

OP(mov_r_sreg)
{
	put_r16(cpu, op, cpu->seg[op->imm].sel);
	return X_OK;
}

OP(mov_m_sreg)
{
	return put_m16(cpu, op, cpu->seg[op->imm].sel);
}

OP(push_sreg)
{
	return vc__push(cpu, op, op_osize(op), cpu->seg[op->imm].sel);
}

OP(pop_sreg)
{
	unsigned seg = (unsigned)op->imm, size = op_osize(op);
	struct stack st;
	uint64_t v;
	int rc;

	vc__stack_here(cpu, &st);
	rc = vc__stack_read(cpu, &st, 0, &v, 1, size);
	if (!rc)
		rc = vc__sreg_load(cpu, seg, (uint16_t)v);
	if (rc)
		return rc;
	/* by the stack size before a new SS */
	stack_drop(&st, size);
	stack_commit(cpu, &st);
	return sreg_loaded(cpu, seg, true);
}

/* LDS and its like: imm is the segment register, the offset comes first */
OP(load_far_pointer)
{
	unsigned size = op_osize(op), seg = (unsigned)op->imm;
	uint8_t raw[10];
	int rc = vc__load(cpu, op, op_ea(cpu, op), size + 2, raw);

	if (!rc)
		rc = vc__sreg_load(cpu, seg, ld16(raw + size));
	if (rc)
		return rc;
	if (size == 2)
		set16(cpu, op->a, ld16(raw));
	else
		set64(cpu, op->a, size == 8 ? ld64(raw) : ld32(raw));
	return sreg_loaded(cpu, seg, false);
}

/* ---- system segments and descriptor tables ---- */

/* #UD outside of protected mode, #GP outside of level 0. */
static int need_prot_cpl0(struct cpu *cpu)
{
	if (!IN_PROT())
		return vc__ud(cpu);
	return cpu->cpl ? vc__gp(cpu, 0) : X_OK;
}

static int need_umip(struct cpu *cpu)
{
	return cpu->cpl && CR4_ON(CR4_UMIP) ? vc__gp(cpu, 0) : X_OK;
}

/* The whole of a LDT or TSS descriptor, 16 bytes in long mode. */
static int system_desc(struct cpu *cpu, uint16_t sel, uint64_t *d,
		       uint64_t *base)
{
	uint64_t high = 0;
	int rc;

	if (sel & SEL_TI)
		return vc__gp(cpu, SEL_ERR(sel));
	rc = vc__desc_read(cpu, sel, EXC_GP, 0, d);
	if (!rc && IN_LONG())
		rc = vc__desc_read_high(cpu, sel, EXC_GP, 0, &high);
	*base = 0;
	if (!rc)
		*base = vc__desc_base(*d) | high << 32;
	return rc;
}

static int lldt(struct cpu *cpu, uint16_t sel)
{
	struct segment *ldtr = &cpu->seg[VC_SEG_LDTR];
	uint64_t d, base;
	int rc;

	if (SEL_NULL(sel)) {
		vc__seg_null(ldtr, sel, 0);
		return X_OK;
	}
	rc = system_desc(cpu, sel, &d, &base);
	if (rc)
		return rc;
	if (DESC_S(d) || DESC_TYPE(d) != SYS_LDT || !is_canonical(base))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
	vc__seg_fill(ldtr, sel, d);
	ldtr->base = base;
	return X_OK;
}

static int ltr(struct cpu *cpu, uint16_t sel)
{
	struct segment *tr = &cpu->seg[VC_SEG_TR];
	uint64_t d, base;
	int rc;

	if (SEL_NULL(sel))
		return vc__gp(cpu, 0);
	rc = system_desc(cpu, sel, &d, &base);
	if (rc)
		return rc;
	if (DESC_S(d) || !is_canonical(base) ||
	    (DESC_TYPE(d) != SYS_TSS32 &&
	     (IN_LONG() || DESC_TYPE(d) != SYS_TSS16)))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
	rc = vc__desc_set(cpu, sel, &d, DESC_BUSY);
	if (rc)
		return rc;
	vc__seg_fill(tr, sel, d);
	tr->base = base;
	return X_OK;
}

/* r/m16 as a source: the register form and the memory form of an op */
#define OP_RM16(name, check, fn) \
OP(name##_r) \
{ \
	int rc = check(cpu); \
	return rc ? rc : fn(cpu, get16(cpu, op->a)); \
} \
OP(name##_m) \
{ \
	uint8_t raw[2]; \
	int rc = check(cpu); \
	if (!rc) \
		rc = vc__load(cpu, op, op_ea(cpu, op), 2, raw); \
	return rc ? rc : fn(cpu, ld16(raw)); \
}

OP_RM16(lldt, need_prot_cpl0, lldt)
OP_RM16(ltr, need_prot_cpl0, ltr)

/* SLDT and STR: imm is VC_SEG_LDTR or VC_SEG_TR */
OP(str_r)
{
	int rc = IN_PROT() ? need_umip(cpu) : vc__ud(cpu);

	if (!rc)
		put_r16(cpu, op, cpu->seg[op->imm].sel);
	return rc;
}

OP(str_m)
{
	int rc = IN_PROT() ? need_umip(cpu) : vc__ud(cpu);

	return rc ? rc : put_m16(cpu, op, cpu->seg[op->imm].sel);
}

static int table_load(struct cpu *cpu, const struct op *op, uint64_t *base,
		      uint16_t *limit)
{
	bool wide = IN_CODE64();
	uint8_t raw[10];
	uint64_t b;
	int rc;

	if (cpu->cpl)
		return vc__gp(cpu, 0);
	rc = vc__load(cpu, op, op_ea(cpu, op), wide ? 10 : 6, raw);
	if (rc)
		return rc;
	b = wide ? ld64(raw + 2) : ld32(raw + 2);
	if (!wide && op_osize(op) == 2)
		b &= 0xffffff;
	if (!is_canonical(b))
		return vc__gp(cpu, 0);
	*limit = ld16(raw);
	*base = b;
	return X_OK;
}

OP(lgdt)
{
	return table_load(cpu, op, &cpu->gdtr.base, &cpu->gdtr.limit);
}

OP(lidt)
{
	return table_load(cpu, op, &cpu->idtr.base, &cpu->idtr.limit);
}

static int table_store(struct cpu *cpu, const struct op *op, uint64_t base,
		       uint16_t limit)
{
	uint8_t raw[10];
	int rc = need_umip(cpu);

	if (rc)
		return rc;
	st16(raw, limit);
	st64(raw + 2, base);
	return vc__store(cpu, op, op_ea(cpu, op), IN_CODE64() ? 10 : 6, raw);
}

OP(sgdt)
{
	return table_store(cpu, op, cpu->gdtr.base, cpu->gdtr.limit);
}

OP(sidt)
{
	return table_store(cpu, op, cpu->idtr.base, cpu->idtr.limit);
}

/* ---- looking at selectors: ZF tells, and only paging faults ---- */

enum look { LOOK_LAR, LOOK_LSL, LOOK_VERR, LOOK_VERW };

/* Tables of LAR and LSL in SDM 2A: which system descriptors they know. */
static bool look_knows(const struct cpu *cpu, enum look what, unsigned type)
{
	const uint32_t tss_ldt = 1u << SYS_TSS32 | 1u << SYS_TSS32_BUSY |
				 1u << SYS_LDT;
	const uint32_t old = 1u << SYS_TSS16 | 1u << SYS_TSS16_BUSY;
	uint32_t set = tss_ldt;

	if (what == LOOK_LAR)
		set |= 1u << SYS_CALL32;
	if (!IN_LONG()) {
		set |= old;
		if (what == LOOK_LAR)
			set |= 1u << SYS_CALL16 | 1u << SYS_TASK;
	}
	return what <= LOOK_LSL && (set >> type & 1);
}

static bool look_ok(const struct cpu *cpu, enum look what, uint16_t sel,
		    uint64_t d)
{
	unsigned dpl = DESC_DPL(d);

	if (!DESC_S(d) && !look_knows(cpu, what, DESC_TYPE(d)))
		return false;
	if (what == LOOK_VERR && !DESC_READABLE(d))
		return false;
	if (what == LOOK_VERW && !DESC_WRITABLE(d))
		return false;
	return DESC_CONFORMING(d) ||
	       (cpu->cpl <= dpl && (sel & SEL_RPL) <= dpl);
}

static int look(struct cpu *cpu, const struct op *op, enum look what,
		uint16_t sel)
{
	uint64_t d = 0, fl, la;
	uint8_t raw[8];
	bool ok = false;
	uint32_t v;
	int rc;

	if (!IN_PROT())
		return vc__ud(cpu);
	if (!SEL_NULL(sel) && vc__desc_at(cpu, sel, 8, &la)) {
		rc = vc__load_sys(cpu, op, la, 8, raw);
		if (rc)
			return rc;
		d = ld64(raw);
		ok = look_ok(cpu, what, sel, d);
	}
	fl = cc_settle(cpu) & ~(uint64_t)FL_ZF;
	cc_set_flags(cpu, ok ? fl | FL_ZF : fl);
	if (!ok || what > LOOK_LSL)
		return X_OK;
	v = what == LOOK_LSL ? vc__desc_limit(d)
			     : (uint32_t)(d >> 32) & 0x00f0ff00;
	if (op_osize(op) == 2)
		set16(cpu, op->a, (uint16_t)v);
	else
		set32(cpu, op->a, v);
	return X_OK;
}

/* The source is b of LAR and LSL, a of VERR and VERW. */
#define OP_LOOK(name, what, reg) \
OP(name##_r) \
{ \
	return look(cpu, op, what, get16(cpu, op->reg)); \
} \
OP(name##_m) \
{ \
	uint8_t raw[2]; \
	int rc = IN_PROT() ? vc__load(cpu, op, op_ea(cpu, op), 2, raw) \
			   : vc__ud(cpu); \
	return rc ? rc : look(cpu, op, what, ld16(raw)); \
}

OP_LOOK(lar, LOOK_LAR, b)
OP_LOOK(lsl, LOOK_LSL, b)
OP_LOOK(verr, LOOK_VERR, a)
OP_LOOK(verw, LOOK_VERW, a)

static uint16_t arpl(struct cpu *cpu, uint16_t dst, uint16_t src)
{
	uint64_t fl = cc_settle(cpu) & ~(uint64_t)FL_ZF;

	if ((dst & SEL_RPL) >= (src & SEL_RPL)) {
		cc_set_flags(cpu, fl);
		return dst;
	}
	cc_set_flags(cpu, fl | FL_ZF);
	return (uint16_t)((dst & ~SEL_RPL) | (src & SEL_RPL));
}

OP(arpl_r)
{
	if (!IN_PROT())
		return vc__ud(cpu);
	set16(cpu, op->a, arpl(cpu, get16(cpu, op->a), get16(cpu, op->b)));
	return X_OK;
}

OP(arpl_m)
{
	uint64_t la = op_ea(cpu, op);
	uint8_t raw[2];
	int rc;

	if (!IN_PROT())
		return vc__ud(cpu);
	rc = vc__probe_write(cpu, op, la, 2);
	if (!rc)
		rc = vc__load(cpu, op, la, 2, raw);
	if (rc)
		return rc;
	if ((ld16(raw) & SEL_RPL) < (get16(cpu, op->b) & SEL_RPL)) {
		uint8_t out[2];

		st16(out, (uint16_t)((ld16(raw) & ~SEL_RPL) |
				     (get16(cpu, op->b) & SEL_RPL)));
		rc = vc__store(cpu, op, la, 2, out);
		if (rc)
			return rc;
	}
	arpl(cpu, ld16(raw), get16(cpu, op->b));
	return X_OK;
}
