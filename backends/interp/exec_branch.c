/* SPDX-License-Identifier: MIT */
/*
 * exec_branch.c: near branches, each the last op of its block, with the links
 * to what follows in the slot behind it. The 64-bit forms and those with links
 * are for flat code; the _any forms look at limits and operand size, and go
 * by the jump cache without links.
 */
#include "engine.h"
#include "ops.h"

static inline bool target_is_bad(u64 target)
{
	return (u64)((int64_t)(target << 16) >> 16) != target;
}

/* A branch to what is no address is a #GP of the branch (SDM 2A, JMP). */
H_SLOW(bad_target)
{
	return vc__op_stop(cpu, op, vc__gp(cpu, 0));
}

/* Go to RIP target by the jump cache; only in 64-bit and flat code. undo takes
 * back what has been done when that is no address. */
#define JUMP_TO(target, undo) do { \
	u64 t_ = (target); \
	const struct jump_entry *e_ = &ENGINE(cpu)->jumps[jump_index(t_)]; \
	u64 r_ = cpu->retired + e_->n; \
\
	if (VC_UNLIKELY(e_->rip != t_ || e_->tag != cpu->jump_tag || \
			r_ > atomic_load_explicit(&cpu->limit, \
						  memory_order_relaxed))) { \
		if (VC_UNLIKELY(target_is_bad(t_))) { \
			undo; \
			return slow_bad_target(cpu, op); \
		} \
		cpu->rip = t_; \
		return vc__enter_jump(cpu, NULL); \
	} \
	cpu->retired = r_; \
	R(R_IP) = t_ & ~(u64)4095; \
	NEXT(e_->to); \
} while (0)

H(jmp)
{
	GO(TAKEN(op));
}

/* A block that ends without a branch. */
H(block_end)
{
	GO(FALL(op));
}

/* The same where CS has a base or limit. */
H(block_end_any)
{
	cpu->rip = op_rip(cpu, op);
	return vc__enter_jump(cpu, NULL);
}

/* ---- conditional jumps ---- */

#define JCC(c) \
H(jcc##c) \
{ \
	if (vc__cc_test(cpu, 0x##c)) \
		GO(TAKEN(op)); \
	GO(FALL(op)); \
}
JCC(0) JCC(1) JCC(2) JCC(3) JCC(6) JCC(7) JCC(8) JCC(9)
JCC(a) JCC(b) JCC(c) JCC(d) JCC(e) JCC(f)

H(jcc4)
{
	if (cc_zf(cpu))
		GO(TAKEN(op));
	GO(FALL(op));
}

H(jcc5)
{
	if (!cc_zf(cpu))
		GO(TAKEN(op));
	GO(FALL(op));
}

const op_fn vc__jcc_fn[16] = {
	vc__op_jcc0, vc__op_jcc1, vc__op_jcc2, vc__op_jcc3,
	vc__op_jcc4, vc__op_jcc5, vc__op_jcc6, vc__op_jcc7,
	vc__op_jcc8, vc__op_jcc9, vc__op_jcca, vc__op_jccb,
	vc__op_jccc, vc__op_jccd, vc__op_jcce, vc__op_jccf,
};

/* ---- compare or test, and jump ---- */

#define COND_b(bits)	(a < b)
#define COND_ae(bits)	(a >= b)
#define COND_e(bits)	(a == b)
#define COND_ne(bits)	(a != b)
#define COND_be(bits)	(a <= b)
#define COND_a(bits)	(a > b)
#define COND_s(bits)	((s##bits)r < 0)
#define COND_ns(bits)	((s##bits)r >= 0)
#define COND_l(bits)	((s##bits)a < (s##bits)b)
#define COND_ge(bits)	((s##bits)a >= (s##bits)b)
#define COND_le(bits)	((s##bits)a <= (s##bits)b)
#define COND_g(bits)	((s##bits)a > (s##bits)b)
#define TCOND_e(bits)	(r == 0)
#define TCOND_ne(bits)	(r != 0)
#define TCOND_s(bits)	((s##bits)r < 0)
#define TCOND_ns(bits)	((s##bits)r >= 0)
#define TCOND_le(bits)	((s##bits)r <= 0)
#define TCOND_g(bits)	((s##bits)r > 0)

#define CMP_TAIL(bits, cond) \
	u##bits r = (u##bits)(a - b); \
	cc_set(cpu, CC(SUB, SZ##bits), r, b); \
	if (COND_##cond(bits)) \
		GO(TAKEN(op)); \
	GO(FALL(op));
#define TEST_TAIL(bits, cond) \
	u##bits r = a & b; \
	cpu->cc_op = CC(LOGIC, SZ##bits); \
	cpu->cc_dst = r; \
	if (TCOND_##cond(bits)) \
		GO(TAKEN(op)); \
	GO(FALL(op));

/* cmp is two instructions: a fault in the first has both still to do, and the
 * lowering has set left accordingly. */
#define FUSED_REG(name, bits, form, first, second, cond, tail) \
H(name##bits##_##form##_##cond) \
{ \
	u##bits a = first, b = second; \
	tail(bits, cond) \
}
#define FUSED_MEM(name, bits, form, first, second, cond, tail) \
H_SLOW(name##bits##_##form##_##cond) \
{ \
	const uint8_t *p = vc__slow_read(cpu, op, bits / 8); \
\
	if (!p) \
		return vc__op_stop(cpu, op, cpu->slow_rc); \
	{ \
		u##bits a = first, b = second; \
		tail(bits, cond) \
	} \
} \
H(name##bits##_##form##_##cond) \
{ \
	const uint8_t *p = tlb_read_ptr(cpu, op_ea(cpu, op), bits / 8); \
\
	if (VC_UNLIKELY(!p)) \
		return slow_##name##bits##_##form##_##cond(cpu, op); \
	{ \
		u##bits a = first, b = second; \
		tail(bits, cond) \
	} \
}

#define REG_A(bits)	get##bits(cpu, op->a)
#define REG_B(bits)	get##bits(cpu, op->b)
#define IMM(bits)	((u##bits)op->imm)
#define MEM(bits)	ld##bits(p)
#define FUSED(name, bits, cond, tail) \
FUSED_REG(name, bits, rr, REG_A(bits), REG_B(bits), cond, tail) \
FUSED_REG(name, bits, ri, REG_A(bits), IMM(bits), cond, tail) \
FUSED_MEM(name, bits, rm, REG_A(bits), MEM(bits), cond, tail) \
FUSED_MEM(name, bits, mr, MEM(bits), REG_B(bits), cond, tail) \
FUSED_MEM(name, bits, mi, MEM(bits), IMM(bits), cond, tail)

#define EACH_CMP(X, bits) \
	X(bits, b) X(bits, ae) X(bits, e) X(bits, ne) X(bits, be) X(bits, a) \
	X(bits, s) X(bits, ns) X(bits, l) X(bits, ge) X(bits, le) X(bits, g)
#define EACH_TEST(X, bits) \
	X(bits, e) X(bits, ne) X(bits, s) X(bits, ns) X(bits, le) X(bits, g)
#define FUSED_CMP(bits, cond)	FUSED(cmp, bits, cond, CMP_TAIL)
#define FUSED_TEST(bits, cond)	FUSED(test, bits, cond, TEST_TAIL)
EACH_CMP(FUSED_CMP, 8)
EACH_CMP(FUSED_CMP, 16)
EACH_CMP(FUSED_CMP, 32)
EACH_CMP(FUSED_CMP, 64)
EACH_TEST(FUSED_TEST, 8)
EACH_TEST(FUSED_TEST, 16)
EACH_TEST(FUSED_TEST, 32)
EACH_TEST(FUSED_TEST, 64)

#define CMP_CONDS(bits, form) { \
	[0x2] = vc__op_cmp##bits##_##form##_b, \
	[0x3] = vc__op_cmp##bits##_##form##_ae, \
	[0x4] = vc__op_cmp##bits##_##form##_e, \
	[0x5] = vc__op_cmp##bits##_##form##_ne, \
	[0x6] = vc__op_cmp##bits##_##form##_be, \
	[0x7] = vc__op_cmp##bits##_##form##_a, \
	[0x8] = vc__op_cmp##bits##_##form##_s, \
	[0x9] = vc__op_cmp##bits##_##form##_ns, \
	[0xc] = vc__op_cmp##bits##_##form##_l, \
	[0xd] = vc__op_cmp##bits##_##form##_ge, \
	[0xe] = vc__op_cmp##bits##_##form##_le, \
	[0xf] = vc__op_cmp##bits##_##form##_g }
/* After TEST, CF and OF are clear: L is S, GE is NS. */
#define TEST_CONDS(bits, form) { \
	[0x4] = vc__op_test##bits##_##form##_e, \
	[0x5] = vc__op_test##bits##_##form##_ne, \
	[0x8] = vc__op_test##bits##_##form##_s, \
	[0x9] = vc__op_test##bits##_##form##_ns, \
	[0xc] = vc__op_test##bits##_##form##_s, \
	[0xd] = vc__op_test##bits##_##form##_ns, \
	[0xe] = vc__op_test##bits##_##form##_le, \
	[0xf] = vc__op_test##bits##_##form##_g }
#define FORMS(conds, bits) { conds(bits, rr), conds(bits, ri), \
	conds(bits, rm), conds(bits, mr), conds(bits, mi) }
const op_fn vc__fused_fn[2][4][FORM2_COUNT][16] = {
	{ FORMS(CMP_CONDS, 8), FORMS(CMP_CONDS, 16), FORMS(CMP_CONDS, 32),
	  FORMS(CMP_CONDS, 64) },
	{ FORMS(TEST_CONDS, 8), FORMS(TEST_CONDS, 16), FORMS(TEST_CONDS, 32),
	  FORMS(TEST_CONDS, 64) },
};

/* ---- 64-bit calls, returns and indirect jumps ---- */

#define PUSH64(value) do { \
	u64 sp_ = R(R_RSP) - 8; \
	uint8_t *p_ = tlb_write_ptr(cpu, sp_, 8); \
\
	if (VC_LIKELY(p_ != NULL)) { \
		st64(p_, (value)); \
		R(R_RSP) = sp_; \
	} else { \
		int rc_ = vc__push(cpu, op, 8, (value)); \
		if (rc_) \
			return vc__op_stop(cpu, op, rc_); \
	} \
} while (0)

H(call64)
{
	PUSH64(op_next_rip(cpu, op));
	GO(TAKEN(op));
}

H_SLOW(ret64)
{
	if (!vc__slow_read(cpu, op, 8))
		return vc__op_stop(cpu, op, cpu->slow_rc);
	R(R_RSP) += 8 + op->imm;
	JUMP_TO(ld64(cpu->buf), R(R_RSP) -= 8 + op->imm);
}

/* base is RSP; imm the bytes to drop. */
H(ret64)
{
	const uint8_t *p = tlb_read_ptr(cpu, R(R_RSP), 8);

	if (VC_UNLIKELY(!p))
		return slow_ret64(cpu, op);
	R(R_RSP) += 8 + op->imm;
	JUMP_TO(ld64(p), R(R_RSP) -= 8 + op->imm);
}

H(jmp64_r)
{
	JUMP_TO(R(op->a), (void)0);
}

H_SLOW(jmp64_m)
{
	if (!vc__slow_read(cpu, op, 8))
		return vc__op_stop(cpu, op, cpu->slow_rc);
	JUMP_TO(ld64(cpu->buf), (void)0);
}

H(jmp64_m)
{
	const uint8_t *p = tlb_read_ptr(cpu, op_ea(cpu, op), 8);

	if (VC_UNLIKELY(!p))
		return slow_jmp64_m(cpu, op);
	JUMP_TO(ld64(p), (void)0);
}

H(call64_r)
{
	u64 target = R(op->a);

	if (VC_UNLIKELY(target_is_bad(target)))
		return slow_bad_target(cpu, op);
	PUSH64(op_next_rip(cpu, op));
	JUMP_TO(target, (void)0);
}

H_SLOW(call64_m)
{
	u64 target;

	if (!vc__slow_read(cpu, op, 8))
		return vc__op_stop(cpu, op, cpu->slow_rc);
	target = ld64(cpu->buf);
	if (VC_UNLIKELY(target_is_bad(target)))
		return slow_bad_target(cpu, op);
	PUSH64(op_next_rip(cpu, op));
	JUMP_TO(target, (void)0);
}

H(call64_m)
{
	const uint8_t *p = tlb_read_ptr(cpu, op_ea(cpu, op), 8);
	u64 target;

	if (VC_UNLIKELY(!p))
		return slow_call64_m(cpu, op);
	target = ld64(p);
	if (VC_UNLIKELY(target_is_bad(target)))
		return slow_bad_target(cpu, op);
	PUSH64(op_next_rip(cpu, op));
	JUMP_TO(target, (void)0);
}

/* ---- any mode: limits looked at, no links ---- */

/* The target cut to the operand size and checked (SDM 2A, JMP). */
static int near_target(struct cpu *cpu, const struct op *op, u64 target,
		       u64 *out)
{
	unsigned osize = op->aux & 0xff;

	if (!IN_CODE64()) {
		target = osize == 2 ? (u16)target : (u32)target;
		if (target > cpu->seg[VC_SEG_CS].limit)
			return vc__gp(cpu, 0);
	} else if (osize == 2) {
		target = (u16)target;
	}
	*out = target;
	return X_OK;
}

static int jump_near(struct cpu *cpu, const struct op *op, u64 target)
{
	int rc = near_target(cpu, op, target, &target);

	if (rc)
		return rc;
	cpu->rip = target;
	return X_JUMP;
}

static int call_near(struct cpu *cpu, const struct op *op, u64 target)
{
	int rc = near_target(cpu, op, target, &target);

	if (!rc)
		rc = vc__push(cpu, op, op->aux & 0xff, op_next_rip(cpu, op));
	if (rc)
		return rc;
	cpu->rip = target;
	return X_JUMP;
}

static u64 reg_target(const struct cpu *cpu, const struct op *op)
{
	unsigned osize = op->aux & 0xff;

	return osize == 2 ? (u16)R(op->a) : osize == 4 ? (u32)R(op->a) : R(op->a);
}

static int mem_target(struct cpu *cpu, const struct op *op, u64 *out)
{
	unsigned osize = op->aux & 0xff;
	int rc = vc__load(cpu, op, op_ea(cpu, op), osize, cpu->buf);

	if (!rc)
		*out = osize == 2 ? ld16(cpu->buf) :
		       osize == 4 ? ld32(cpu->buf) : ld64(cpu->buf);
	return rc;
}

OP(jmp_any)
{
	return jump_near(cpu, op, op_next_rip(cpu, op) + op->imm);
}

OP(call_any)
{
	return call_near(cpu, op, op_next_rip(cpu, op) + op->imm);
}

OP(jcc_any)
{
	if (vc__cc_test(cpu, op->b))
		return jump_near(cpu, op, op_next_rip(cpu, op) + op->imm);
	return X_OK;
}

OP(ret_any)
{
	unsigned osize = op->aux & 0xff;
	u64 target, sp = R(R_RSP);
	int rc = vc__pop(cpu, op, osize, &target);

	if (!rc) {
		rc = near_target(cpu, op, target, &target);
		if (rc)
			R(R_RSP) = sp;
	}
	if (rc)
		return rc;
	if (cpu->mode & MODE_STACK64)
		R(R_RSP) += op->imm;
	else if (cpu->mode & MODE_STACK32)
		set32(cpu, R_RSP, (u32)(R(R_RSP) + op->imm));
	else
		set16(cpu, R_RSP, (u16)(R(R_RSP) + op->imm));
	cpu->rip = target;
	return X_JUMP;
}

OP(jmp_any_r)
{
	return jump_near(cpu, op, reg_target(cpu, op));
}

OP(call_any_r)
{
	return call_near(cpu, op, reg_target(cpu, op));
}

OP(jmp_any_m)
{
	u64 target;
	int rc = mem_target(cpu, op, &target);

	return rc ? rc : jump_near(cpu, op, target);
}

OP(call_any_m)
{
	u64 target;
	int rc = mem_target(cpu, op, &target);

	return rc ? rc : call_near(cpu, op, target);
}

/*
 * LOOP LOOPE LOOPNE JCXZ: b tells which (as the low bits of their opcodes
 * E0-E3), aux is osize | asize << 8.
 */
OP(loop)
{
	unsigned asize = op->aux >> 8 & 0xff;
	u64 mask = asize == 2 ? 0xffff : asize == 4 ? 0xffffffff : ~(u64)0;
	u64 count = R(R_RCX) & mask, target;
	bool jumps;
	int rc;

	if (op->b == 3)
		jumps = count == 0;
	else {
		count = (count - 1) & mask;
		jumps = count && (op->b == 2 || cc_zf(cpu) == (op->b == 1));
	}
	target = op_next_rip(cpu, op);
	if (jumps) {
		rc = near_target(cpu, op, target + op->imm, &target);
		if (rc)
			return rc;
	}
	if (op->b != 3) {
		if (asize == 2)
			set16(cpu, R_RCX, (u16)count);
		else
			R(R_RCX) = count;
	}
	if (!jumps)
		return X_OK;
	cpu->rip = target;
	return X_JUMP;
}
