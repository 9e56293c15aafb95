/* SPDX-License-Identifier: MIT */
/*
 * farjump.c: far JMP, CALL and RET, and IRET, in every mode, with call gates
 * (SDM 3A §5.8, SDM 2A/2B pseudo-code of each). To another task: task.c.
 */
#include "system.h"

struct target {
	uint64_t d;		/* descriptor of the code segment */
	uint64_t off;
	uint16_t sel;		/* RPL made the new CPL */
	uint8_t cpl;
};

static uint64_t cut(uint64_t v, unsigned size)
{
	return size == 8 ? v : size == 4 ? (uint32_t)v : (uint16_t)v;
}

/* L and D both set is a reserved combination in long mode. */
static bool reserved_code(const struct cpu *cpu, uint64_t d)
{
	return IN_LONG() && DESC_L(d) && DESC_DB(d);
}

static int check_offset(struct cpu *cpu, uint64_t d, uint64_t off)
{
	if (IN_LONG() && DESC_L(d))
		return VC_LIKELY(is_canonical(off)) ? X_OK : vc__gp(cpu, 0);
	return off <= vc__desc_limit(d) ? X_OK : vc__gp(cpu, 0);
}

static void enter_code(struct cpu *cpu, const struct target *t)
{
	vc__seg_fill(&cpu->seg[VC_SEG_CS], t->sel, t->d);
	cpu->cpl = t->cpl;
	cpu->rip = t->off;
	vc__mode_update(cpu);
}

/* ---- real and virtual-8086 mode ---- */

static int check_real(struct cpu *cpu, uint64_t off)
{
	return off <= cpu->seg[VC_SEG_CS].limit ? X_OK : vc__gp(cpu, 0);
}

static int enter_real(struct cpu *cpu, uint16_t sel, uint64_t off)
{
	struct segment *cs = &cpu->seg[VC_SEG_CS];

	cs->sel = sel;
	cs->base = (uint64_t)sel << 4;
	cpu->rip = off;
	vc__mode_update(cpu);
	return X_JUMP;
}

/* ---- JMP and CALL ---- */

/* A direct transfer to a code segment: privilege does not change. */
static int direct_target(struct cpu *cpu, uint16_t sel, uint64_t off,
			 struct target *t)
{
	unsigned dpl = DESC_DPL(t->d);
	int rc;

	if (DESC_CONFORMING(t->d) ? dpl > cpu->cpl :
	    dpl != cpu->cpl || (sel & SEL_RPL) > cpu->cpl)
		return vc__gp(cpu, SEL_ERR(sel));
	if (reserved_code(cpu, t->d))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(t->d))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
	rc = check_offset(cpu, t->d, off);
	if (rc)
		return rc;
	t->off = off;
	t->cpl = cpu->cpl;
	t->sel = (uint16_t)((sel & ~SEL_RPL) | t->cpl);
	return vc__desc_access(cpu, sel, &t->d);
}

struct call_gate {
	unsigned size;		/* of what is pushed */
	unsigned params;
};

/* Through the call gate g, which sel names (SDM 3A §5.8.4). */
static int gate_target(struct cpu *cpu, uint16_t sel, uint64_t g, bool call,
		       struct target *t, struct call_gate *cg)
{
	bool wide = IN_LONG();
	uint16_t cs = (uint16_t)(g >> 16);
	uint64_t high = 0;
	unsigned dpl;
	int rc;

	if (DESC_DPL(g) < cpu->cpl || DESC_DPL(g) < (sel & SEL_RPL))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(g))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
	if (wide) {
		rc = vc__desc_read_high(cpu, sel, EXC_GP, 0, &high);
		if (rc)
			return rc;
	}
	if (SEL_NULL(cs))
		return vc__gp(cpu, 0);
	rc = vc__desc_read(cpu, cs, EXC_GP, 0, &t->d);
	if (rc)
		return rc;
	dpl = DESC_DPL(t->d);
	if (!DESC_CODE(t->d) || dpl > cpu->cpl)
		return vc__gp(cpu, SEL_ERR(cs));
	if (wide && (!DESC_L(t->d) || DESC_DB(t->d)))
		return vc__gp(cpu, SEL_ERR(cs));
	/* A JMP cannot change the privilege. */
	if (!call && !DESC_CONFORMING(t->d) && dpl != cpu->cpl)
		return vc__gp(cpu, SEL_ERR(cs));
	if (!DESC_P(t->d))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(cs));
	t->off = (g & 0xffff) | (g >> 32 & 0xffff0000) | high << 32;
	if (DESC_TYPE(g) == SYS_CALL16)
		t->off &= 0xffff;
	rc = check_offset(cpu, t->d, t->off);
	if (rc)
		return rc;
	t->cpl = (uint8_t)(DESC_CONFORMING(t->d) ? cpu->cpl : dpl);
	t->sel = (uint16_t)((cs & ~SEL_RPL) | t->cpl);
	cg->size = wide ? 8 : DESC_TYPE(g) == SYS_CALL32 ? 4 : 2;
	cg->params = wide ? 0 : (unsigned)(g >> 32) & 31;
	return vc__desc_access(cpu, cs, &t->d);
}

/* To a more privileged level: its stack, with the parameters copied. */
static int call_inner(struct cpu *cpu, const struct target *t,
		      const struct call_gate *cg, uint64_t next)
{
	struct segment ss;
	struct stack from, to;
	uint64_t frame[4 + 31];
	unsigned n = 0;
	int rc;

	rc = vc__stack_inner(cpu, t->cpl, 0, &ss, &to);
	if (rc)
		return rc;
	vc__stack_here(cpu, &from);
	frame[n++] = next;
	frame[n++] = cpu->seg[VC_SEG_CS].sel;
	for (unsigned i = 0; i < cg->params; i++) {
		rc = vc__stack_read(cpu, &from, (uint64_t)i * cg->size,
				    &frame[n++], 1, cg->size);
		if (rc)
			return rc;
	}
	frame[n++] = R(R_RSP);
	frame[n++] = cpu->seg[VC_SEG_SS].sel;
	rc = vc__stack_push(cpu, &to, frame, n, cg->size);
	if (rc)
		return rc;
	cpu->seg[VC_SEG_SS] = ss;
	stack_commit(cpu, &to);
	enter_code(cpu, t);
	return X_JUMP;
}

static int call_push(struct cpu *cpu, uint64_t next, unsigned size)
{
	uint64_t frame[2] = { next, cpu->seg[VC_SEG_CS].sel };
	struct stack st;
	int rc;

	vc__stack_here(cpu, &st);
	rc = vc__stack_push(cpu, &st, frame, 2, size);
	if (!rc)
		stack_commit(cpu, &st);
	return rc;
}

/* To another task, by its TSS or a task gate. */
static int task_transfer(struct cpu *cpu, uint16_t sel, uint64_t d, bool call,
			 uint64_t next)
{
	struct task_switch to = { call ? TASK_CALL : TASK_JUMP, sel, 0, next,
				  rflags_get(cpu), false, 0 };

	if (DESC_DPL(d) < cpu->cpl || DESC_DPL(d) < (sel & SEL_RPL))
		return vc__gp(cpu, SEL_ERR(sel));
	if (DESC_TYPE(d) == SYS_TASK) {
		if (!DESC_P(d))
			return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
		to.sel = (uint16_t)(d >> 16);
	}
	return vc__arrived(cpu, vc__task_switch(cpu, &to));
}

static int far_transfer(struct cpu *cpu, const struct op *op, bool call,
			uint16_t sel, uint64_t off)
{
	struct target t;
	struct call_gate cg = { op_osize(op), 0 };
	uint64_t next = op_next_rip(cpu, op);
	int rc;

	if (!IN_PROT()) {
		rc = check_real(cpu, off);
		if (!rc && call)
			rc = call_push(cpu, next, cg.size);
		return rc ? rc : enter_real(cpu, sel, off);
	}
	if (SEL_NULL(sel))
		return vc__gp(cpu, 0);
	rc = vc__desc_read(cpu, sel, EXC_GP, 0, &t.d);
	if (rc)
		return rc;
	if (DESC_CODE(t.d)) {
		rc = direct_target(cpu, sel, off, &t);
	} else if (DESC_S(t.d)) {
		return vc__gp(cpu, SEL_ERR(sel));
	} else {
		switch (DESC_TYPE(t.d)) {
		case SYS_CALL16:
			if (IN_LONG())
				return vc__gp(cpu, SEL_ERR(sel));
			/* fall through */
		case SYS_CALL32:
			rc = gate_target(cpu, sel, t.d, call, &t, &cg);
			break;
		case SYS_TSS16: case SYS_TSS32: case SYS_TASK:
			if (!IN_LONG())
				return task_transfer(cpu, sel, t.d, call,
						     next);
			/* fall through */
		default:
			return vc__gp(cpu, SEL_ERR(sel));
		}
	}
	if (rc)
		return rc;
	if (call) {
		if (t.cpl < cpu->cpl)
			return call_inner(cpu, &t, &cg, next);
		rc = call_push(cpu, next, cg.size);
		if (rc)
			return rc;
	}
	enter_code(cpu, &t);
	return X_JUMP;
}

/* ptr16:16, ptr16:32: imm is the offset, the selector is in aux 16-31 */
OP(jmpf_ptr)
{
	return far_transfer(cpu, op, false, (uint16_t)(op->aux >> 16),
			    cut(op->imm, op_osize(op)));
}

OP(callf_ptr)
{
	return far_transfer(cpu, op, true, (uint16_t)(op->aux >> 16),
			    cut(op->imm, op_osize(op)));
}

/* m16:16, m16:32, m16:64 */
static int far_indirect(struct cpu *cpu, const struct op *op, bool call)
{
	unsigned size = op_osize(op);
	uint8_t raw[10];
	uint64_t off;
	int rc;

	rc = vc__load(cpu, op, op_ea(cpu, op), size + 2, raw);
	if (rc)
		return rc;
	off = size == 8 ? ld64(raw) : size == 4 ? ld32(raw) : ld16(raw);
	return far_transfer(cpu, op, call, ld16(raw + size), off);
}

OP(jmpf_m)
{
	return far_indirect(cpu, op, false);
}

OP(callf_m)
{
	return far_indirect(cpu, op, true);
}

/* ---- RET and IRET ---- */

/* The code segment that is returned to; CPL becomes its RPL. */
static int return_target(struct cpu *cpu, uint16_t sel, uint64_t off,
			 struct target *t)
{
	unsigned rpl = sel & SEL_RPL, dpl;
	int rc;

	if (SEL_NULL(sel))
		return vc__gp(cpu, 0);
	rc = vc__desc_read(cpu, sel, EXC_GP, 0, &t->d);
	if (VC_UNLIKELY(rc))
		return rc;
	dpl = DESC_DPL(t->d);
	if (!DESC_CODE(t->d) || rpl < cpu->cpl ||
	    (DESC_CONFORMING(t->d) ? dpl > rpl : dpl != rpl) ||
	    reserved_code(cpu, t->d))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(t->d))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
	t->sel = sel;
	t->off = off;
	t->cpl = (uint8_t)rpl;
	return X_OK;
}

/* The stack segment that goes with it. */
static int return_ss(struct cpu *cpu, const struct target *t, uint16_t sel,
		     struct segment *ss)
{
	uint64_t d;
	int rc;

	if (SEL_NULL(sel)) {
		if (!IN_LONG() || !DESC_L(t->d) || t->cpl == 3 ||
		    (sel & SEL_RPL) != t->cpl)
			return vc__gp(cpu, 0);
		vc__seg_null(ss, sel, t->cpl);
		return X_OK;
	}
	rc = vc__desc_read(cpu, sel, EXC_GP, 0, &d);
	if (VC_UNLIKELY(rc))
		return rc;
	if ((sel & SEL_RPL) != t->cpl || DESC_DPL(d) != t->cpl ||
	    !DESC_WRITABLE(d))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_SS, SEL_ERR(sel));
	rc = vc__desc_access(cpu, sel, &d);
	if (VC_LIKELY(!rc))
		vc__seg_fill(ss, sel, d);
	return rc;
}

/* Data segments that the outer level may not have are taken from it (SDM 3A
 * §5.8.6). */
static void drop_inner_data(struct cpu *cpu, unsigned cpl)
{
	static const uint8_t data[4] = { VC_SEG_ES, VC_SEG_DS, VC_SEG_FS,
					 VC_SEG_GS };

	for (unsigned i = 0; i < 4; i++) {
		struct segment *s = &cpu->seg[data[i]];
		bool conforming = (s->attr & 0xc) == 0xc;

		if (!(s->attr & VC_SEG_P) || conforming ||
		    (unsigned)(s->attr >> 5 & 3) >= cpl)
			continue;
		s->sel = 0;
		s->attr &= (uint16_t)~VC_SEG_P;
	}
}

/* Set the stack pointer that was popped. To a 16-bit stack only SP goes. */
static void return_rsp(struct cpu *cpu, const struct target *t, uint64_t rsp)
{
	if (IN_LONG() && DESC_L(t->d))
		R(R_RSP) = rsp;
	else if (cpu->seg[VC_SEG_SS].attr & VC_SEG_DB)
		R(R_RSP) = (uint32_t)rsp;
	else
		set16(cpu, R_RSP, (uint16_t)rsp);
}

static void return_outer(struct cpu *cpu, const struct target *t,
			 const struct segment *ss, uint64_t rsp)
{
	bool outer = t->cpl > cpu->cpl;

	cpu->seg[VC_SEG_SS] = *ss;
	return_rsp(cpu, t, rsp);
	enter_code(cpu, t);
	if (outer) {
		drop_inner_data(cpu, t->cpl);
		if (!IN_CODE64())
			vc__mode_update(cpu);
	}
}

/* imm: bytes of parameters to drop */
OP(retf)
{
	unsigned size = op_osize(op);
	uint64_t top[2], outer[2], drop = op->imm & 0xffff;
	struct segment ss;
	struct target t;
	struct stack st;
	uint16_t sel;
	int rc;

	vc__stack_here(cpu, &st);
	rc = vc__stack_read(cpu, &st, 0, top, 2, size);
	if (rc)
		return rc;
	sel = (uint16_t)top[1];
	if (!IN_PROT()) {
		rc = check_real(cpu, top[0]);
		if (rc)
			return rc;
		stack_drop(&st, 2 * size + drop);
		stack_commit(cpu, &st);
		return enter_real(cpu, sel, top[0]);
	}
	rc = return_target(cpu, sel, top[0], &t);
	if (!rc && t.cpl > cpu->cpl) {
		rc = vc__stack_read(cpu, &st, 2 * size + drop, outer, 2, size);
		if (!rc)
			rc = return_ss(cpu, &t, (uint16_t)outer[1], &ss);
	}
	if (!rc)
		rc = check_offset(cpu, t.d, t.off);
	if (!rc)
		rc = vc__desc_access(cpu, sel, &t.d);
	if (rc)
		return rc;
	if (t.cpl > cpu->cpl) {
		struct stack to = { .sp = outer[0], .mask = ~(uint64_t)0 };

		if (!DESC_L(t.d) || !IN_LONG())
			to.mask = ss.attr & VC_SEG_DB ? 0xffffffff : 0xffff;
		stack_drop(&to, drop);
		return_outer(cpu, &t, &ss, to.sp);
	} else {
		stack_drop(&st, 2 * size + drop);
		stack_commit(cpu, &st);
		enter_code(cpu, &t);
	}
	return X_JUMP;
}

/* Which flags IRET takes from the stack, by the level that it returns from. */
static uint64_t iret_flags(const struct cpu *cpu, unsigned size)
{
	uint64_t mask = FL_ARITH | FL_TF | FL_DF | FL_NT;

	if (size != 2)
		mask |= FL_RF | FL_AC | FL_ID;
	if (cpu->cpl == 0)
		mask |= size != 2 ? FL_IOPL | FL_VIF | FL_VIP : FL_IOPL;
	if (cpu->cpl <= (cpu->flags & FL_IOPL) >> 12)
		mask |= FL_IF;
	return mask;
}

static void take_flags(struct cpu *cpu, uint64_t v, uint64_t mask)
{
	cpu->flags = (cpu->flags & ~mask) | (v & mask & ~(uint64_t)FL_ARITH) |
		     FL_ONE;
	cc_set_flags(cpu, v);
}

static int iret_real(struct cpu *cpu, unsigned size)
{
	uint64_t top[3], mask = FL_ARITH | FL_TF | FL_DF | FL_NT | FL_IF;
	bool virtual = IN_V86() && size == 2 && vif_for_if(cpu);
	struct stack st;
	int rc;

	if (!IN_V86())
		mask |= FL_IOPL;
	else if ((cpu->flags & FL_IOPL) != FL_IOPL && !virtual)
		return vc__gp(cpu, 0);
	if (size != 2)
		mask |= FL_RF | FL_AC | FL_ID;
	vc__stack_here(cpu, &st);
	rc = vc__stack_read(cpu, &st, 0, top, 3, size);
	if (!rc)
		rc = check_real(cpu, top[0]);
	if (!rc && virtual && vif_refuses(cpu, top[2]))
		rc = vc__gp(cpu, 0);
	if (rc)
		return rc;
	stack_drop(&st, 3 * size);
	stack_commit(cpu, &st);
	if (virtual) {
		mask = (mask & ~(uint64_t)FL_IF) | FL_VIF;
		top[2] |= top[2] & FL_IF ? FL_VIF : 0;
	}
	take_flags(cpu, top[2], mask);
	return enter_real(cpu, (uint16_t)top[1], top[0]);
}

/* IRET has arrived, maybe where an interrupt waits for VIF. */
static int vip_arrival(struct cpu *cpu)
{
	int rc = X_OK;

	if (VC_UNLIKELY(vip_waits(cpu))) {
		vc__gp(cpu, 0);
		rc = X_FAULT_THERE;
	}
	return vc__arrived(cpu, rc);
}

/* Level 0 returns to virtual-8086 mode: frame is EIP to GS. */
static int iret_v86(struct cpu *cpu, const uint64_t frame[9])
{
	static const uint8_t order[6] = { VC_SEG_SS, VC_SEG_ES, VC_SEG_DS,
					  VC_SEG_FS, VC_SEG_GS, VC_SEG_CS };

	if (frame[0] > 0xffff)
		return vc__gp(cpu, 0);
	take_flags(cpu, frame[2], FL_ARITH | FL_TF | FL_DF | FL_NT | FL_IF |
		   FL_IOPL | FL_RF | FL_AC | FL_ID | FL_VM | FL_VIF | FL_VIP);
	for (unsigned i = 0; i < 5; i++)
		vc__seg_v86(&cpu->seg[order[i]], (uint16_t)frame[4 + i]);
	vc__seg_v86(&cpu->seg[VC_SEG_CS], (uint16_t)frame[1]);
	R(R_RSP) = (uint32_t)frame[3];
	cpu->cpl = 3;
	cpu->rip = frame[0];
	vc__mode_update(cpu);
	return vip_arrival(cpu);
}

/* Back to the task that the present one was nested in. */
static int task_return(struct cpu *cpu, uint64_t next)
{
	const struct segment *tr = &cpu->seg[VC_SEG_TR];
	struct task_switch to = { TASK_RETURN, 0, 0, next, rflags_get(cpu),
				  false, 0 };
	uint8_t raw[2];
	int rc;

	if (IN_LONG())
		return vc__gp(cpu, 0);
	rc = vc__load_sys(cpu, &vc__op_at_ds, sys_la(cpu, tr->base), 2, raw);
	if (rc)
		return rc;
	to.sel = ld16(raw);
	return vc__arrived(cpu, vc__task_switch(cpu, &to));
}

OP(iret)
{
	unsigned size = op_osize(op);
	bool wide = IN_CODE64();
	uint64_t frame[9], mask;
	struct segment ss;
	struct target t;
	struct stack st;
	uint16_t sel;
	int rc;

	/* NMIs come through again even when the rest faults (SDM 3A §6.7.1). */
	cpu->nmi_masked = 0;
	if (!IN_PROT())
		return iret_real(cpu, size);
	if (cpu->flags & FL_NT)
		return task_return(cpu, op_next_rip(cpu, op));
	vc__stack_here(cpu, &st);
	rc = vc__stack_read(cpu, &st, 0, frame, wide ? 5 : 3, size);
	if (VC_UNLIKELY(rc))
		return rc;
	sel = (uint16_t)frame[1];
	if (!IN_LONG() && size == 4 && (frame[2] & FL_VM) && cpu->cpl == 0) {
		rc = vc__stack_read(cpu, &st, 12, frame + 3, 6, 4);
		return rc ? rc : iret_v86(cpu, frame);
	}
	rc = return_target(cpu, sel, frame[0], &t);
	if (VC_UNLIKELY(rc))
		return rc;
	if (!wide && t.cpl > cpu->cpl) {
		rc = vc__stack_read(cpu, &st, 3 * size, frame + 3, 2, size);
		if (rc)
			return rc;
	}
	if (wide || t.cpl > cpu->cpl) {
		rc = return_ss(cpu, &t, (uint16_t)frame[4], &ss);
		if (VC_UNLIKELY(rc))
			return rc;
	}
	rc = check_offset(cpu, t.d, t.off);
	if (VC_LIKELY(!rc))
		rc = vc__desc_access(cpu, sel, &t.d);
	if (VC_UNLIKELY(rc))
		return rc;

	mask = iret_flags(cpu, size);
	take_flags(cpu, frame[2], mask);
	if (wide || t.cpl > cpu->cpl) {
		return_outer(cpu, &t, &ss, frame[3]);
	} else {
		stack_drop(&st, 3 * size);
		stack_commit(cpu, &st);
		enter_code(cpu, &t);
	}
	return VC_UNLIKELY(cpu->flags & FL_VIP) ? vip_arrival(cpu) : X_JUMP;
}
