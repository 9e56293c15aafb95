/* SPDX-License-Identifier: MIT */
/*
 * exec_stack.c: PUSH POP ENTER LEAVE PUSHA POPA. The 64-bit forms are inline;
 * the _any forms serve all stack sizes, with SS's base and limit.
 */
#include "decode.h"
#include "ops.h"
#include "segment.h"

static u64 stack_mask(const struct cpu *cpu)
{
	return cpu->mode & MODE_STACK64 ? ~(u64)0 :
	       cpu->mode & MODE_STACK32 ? 0xffffffff : 0xffff;
}

static void stack_set(struct cpu *cpu, u64 sp)
{
	if (cpu->mode & MODE_STACK64)
		R(R_RSP) = sp;
	else if (cpu->mode & MODE_STACK32)
		set32(cpu, R_RSP, (u32)sp);
	else
		set16(cpu, R_RSP, (u16)sp);
}

/* An op like op, but whose faults are the stack segment's. */
static struct op stack_op(const struct op *op)
{
	struct op s = *op;

	s.seg = VC_SEG_SS;
	return s;
}

static int stack_access(struct cpu *cpu, const struct op *op, u64 sp,
			unsigned size, bool write, void *buf)
{
	struct op s = stack_op(op);
	u64 la = sp;
	int rc;

	if (!(cpu->mode & MODE_STACK64)) {
		rc = vc__seg_check(cpu, VC_SEG_SS, sp, size,
				   write ? X86_WRITE : X86_READ, &la);
		if (rc)
			return rc;
	}
	return write ? vc__store(cpu, &s, la, size, buf) :
		       vc__load(cpu, &s, la, size, buf);
}

int vc__push(struct cpu *cpu, const struct op *op, unsigned size, uint64_t v)
{
	u64 sp = (R(R_RSP) - size) & stack_mask(cpu);
	int rc;

	st64(cpu->buf, v);
	rc = stack_access(cpu, op, sp, size, true, cpu->buf);
	if (!rc)
		stack_set(cpu, sp);
	return rc;
}

int vc__pop(struct cpu *cpu, const struct op *op, unsigned size, uint64_t *v)
{
	u64 sp = R(R_RSP) & stack_mask(cpu);
	int rc;

	st64(cpu->buf, 0);
	rc = stack_access(cpu, op, sp, size, false, cpu->buf);
	if (rc)
		return rc;
	*v = ld64(cpu->buf);
	stack_set(cpu, (sp + size) & stack_mask(cpu));
	return X_OK;
}

/* ---- 64-bit ---- */

#define PUSH_FORM(name, value) \
H_SLOW(name) \
{ \
	int rc = vc__push(cpu, op, 8, (value)); \
\
	if (rc) \
		return vc__op_stop(cpu, op, rc); \
	NEXT(op + 1); \
} \
H(name) \
{ \
	u64 sp = R(R_RSP) - 8; \
	uint8_t *p = tlb_write_ptr(cpu, sp, 8); \
\
	if (VC_UNLIKELY(!p)) \
		return slow_##name(cpu, op); \
	st64(p, (value)); \
	R(R_RSP) = sp; \
	NEXT(op + 1); \
}
PUSH_FORM(push64_r, R(op->b))
PUSH_FORM(push64_i, op->imm)

OP(push64_m)
{
	int rc = vc__load(cpu, op, op_ea(cpu, op), 8, cpu->buf);

	return rc ? rc : vc__push(cpu, op, 8, ld64(cpu->buf));
}

H_SLOW(pop64_r)
{
	if (!vc__slow_read(cpu, op, 8))
		return vc__op_stop(cpu, op, cpu->slow_rc);
	R(R_RSP) += 8;
	R(op->a) = ld64(cpu->buf);
	NEXT(op + 1);
}

/* base is RSP, disp 0 */
H(pop64_r)
{
	const uint8_t *p = tlb_read_ptr(cpu, R(R_RSP), 8);

	if (VC_UNLIKELY(!p))
		return slow_pop64_r(cpu, op);
	R(R_RSP) += 8;
	R(op->a) = ld64(p);
	NEXT(op + 1);
}

H_SLOW(leave64)
{
	if (!vc__slow_read(cpu, op, 8))
		return vc__op_stop(cpu, op, cpu->slow_rc);
	R(R_RSP) = R(R_RBP) + 8;
	R(R_RBP) = ld64(cpu->buf);
	NEXT(op + 1);
}

/* base is RBP, disp 0 */
H(leave64)
{
	const uint8_t *p = tlb_read_ptr(cpu, R(R_RBP), 8);

	if (VC_UNLIKELY(!p))
		return slow_leave64(cpu, op);
	R(R_RSP) = R(R_RBP) + 8;
	R(R_RBP) = ld64(p);
	NEXT(op + 1);
}

/* ---- any stack; aux has the operand size in its low byte ---- */

#define OSIZE(op)	((op)->aux & 0xff)

OP(push_any_r)
{
	return vc__push(cpu, op, OSIZE(op), R(op->b));
}

OP(push_any_i)
{
	return vc__push(cpu, op, OSIZE(op), op->imm);
}

OP(push_any_m)
{
	int rc;

	st64(cpu->buf, 0);
	rc = vc__load(cpu, op, op_ea(cpu, op), OSIZE(op), cpu->buf);
	return rc ? rc : vc__push(cpu, op, OSIZE(op), ld64(cpu->buf));
}

OP(pop_any_r)
{
	u64 v;
	int rc = vc__pop(cpu, op, OSIZE(op), &v);

	if (rc)
		return rc;
	if (OSIZE(op) == 2)
		set16(cpu, op->a, (u16)v);
	else
		R(op->a) = v;
	return X_OK;
}

/*
 * POP to memory computes its address with the stack pointer already moved
 * (SDM 2B, POP); the lowering has added that to disp or index.
 */
OP(pop_any_m)
{
	u64 v, sp = R(R_RSP);
	int rc = vc__pop(cpu, op, OSIZE(op), &v);

	if (rc)
		return rc;
	st64(cpu->buf, v);
	/* disp was lowered for RSP as it was; it includes the move */
	{
		u64 moved = R(R_RSP), ea;

		R(R_RSP) = sp;
		ea = op_ea(cpu, op);
		rc = vc__store(cpu, op, ea, OSIZE(op), cpu->buf);
		if (!rc)
			R(R_RSP) = moved;
	}
	return rc;
}

OP(leave_any)
{
	u64 v, frame = R(R_RBP) & stack_mask(cpu);
	int rc;

	st64(cpu->buf, 0);
	rc = stack_access(cpu, op, frame, OSIZE(op), false, cpu->buf);
	if (rc)
		return rc;
	v = ld64(cpu->buf);
	stack_set(cpu, (frame + OSIZE(op)) & stack_mask(cpu));
	if (OSIZE(op) == 2)
		set16(cpu, R_RBP, (u16)v);
	else
		R(R_RBP) = v;
	return X_OK;
}

/* ENTER size, level: imm and b. SDM 2A, ENTER. */
OP(enter)
{
	unsigned osize = OSIZE(op), level = op->b & 31;
	u64 mask = stack_mask(cpu), sp = R(R_RSP) & mask, bp = R(R_RBP) & mask;
	u64 frame;
	int rc;

	sp = (sp - osize) & mask;
	st64(cpu->buf, R(R_RBP));
	rc = stack_access(cpu, op, sp, osize, true, cpu->buf);
	frame = sp;
	for (unsigned i = 1; !rc && i < level; i++) {
		bp = (bp - osize) & mask;
		rc = stack_access(cpu, op, bp, osize, false, cpu->buf);
		if (rc)
			break;
		sp = (sp - osize) & mask;
		rc = stack_access(cpu, op, sp, osize, true, cpu->buf);
	}
	if (!rc && level) {
		sp = (sp - osize) & mask;
		st64(cpu->buf, frame);
		rc = stack_access(cpu, op, sp, osize, true, cpu->buf);
	}
	sp = (sp - op->imm) & mask;
	/* The new top must be writable too. */
	if (!rc && cpu->mode & MODE_STACK64)
		rc = vc__probe_write(cpu, op, sp, osize);
	else if (!rc) {
		u64 la;

		rc = vc__seg_check(cpu, VC_SEG_SS, sp, osize, X86_WRITE, &la);
		if (!rc)
			rc = vc__probe_write(cpu, op, la, osize);
	}
	if (rc)
		return rc;
	stack_set(cpu, sp);
	if (osize == 2)
		set16(cpu, R_RBP, (u16)frame);
	else if (osize == 4)
		set32(cpu, R_RBP, (u32)frame);
	else
		R(R_RBP) = frame;
	return X_OK;
}

OP(pusha)
{
	unsigned osize = OSIZE(op);
	u64 mask = stack_mask(cpu), sp = R(R_RSP) & mask;

	for (unsigned i = 0; i < 8; i++) {
		int rc;

		sp = (sp - osize) & mask;
		st64(cpu->buf, R(i));
		rc = stack_access(cpu, op, sp, osize, true, cpu->buf);
		if (rc)
			return rc;
	}
	stack_set(cpu, sp);
	return X_OK;
}

OP(popa)
{
	unsigned osize = OSIZE(op);
	u64 mask = stack_mask(cpu), sp = R(R_RSP) & mask, v[8];

	for (int i = 7; i >= 0; i--) {
		int rc;

		st64(cpu->buf, 0);
		rc = stack_access(cpu, op, sp, osize, false, cpu->buf);
		if (rc)
			return rc;
		v[i] = ld64(cpu->buf);
		sp = (sp + osize) & mask;
	}
	for (unsigned i = 0; i < 8; i++) {
		if (i == R_RSP)
			continue;
		if (osize == 2)
			set16(cpu, i, (u16)v[i]);
		else
			set32(cpu, i, (u32)v[i]);
	}
	stack_set(cpu, sp);
	return X_OK;
}
