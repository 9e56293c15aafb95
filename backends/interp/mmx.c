/* SPDX-License-Identifier: MIT */
/*
 * mmx.c: MMX instructions, those that SSE and SSE2 added to MMX registers
 * included (SDM 1 chapter 9, §10.4.4). MM(n) is the significand of physical
 * register n; an instruction makes TOP 0 and all tags valid, a write makes
 * sign and exponent all ones. Not hot, so all use the portable kernels.
 */
#include "decode.h"
#include "sse_lane.h"

/* MMX instructions are rare by now; each is a C function. */
static int begin(struct cpu *cpu)
{
	return cpu->fpu_ok & FPU_OK_MMX ? X_OK : vc__x87_check(cpu, true);
}

static int load8(struct cpu *cpu, const struct op *op, unsigned size,
		 uint64_t *v)
{
	uint8_t t[8] = { 0 };
	int rc = vc__load(cpu, op, op_ea(cpu, op), size, t);

	*v = ld64(t);
	return rc;
}

static VC_NOINLINE int binary(struct cpu *cpu, const struct op *op, lane_fn *k,
			      uint64_t s)
{
	uint8_t d[8], t[8];

	st64(d, cpu->st[op->a].m);
	st64(t, s);
	k(d, t, 8);
	mmx_enter(cpu);
	mmx_write(cpu, op->a, ld64(d));
	return X_OK;
}

static VC_NOINLINE int shift(struct cpu *cpu, const struct op *op,
			     lane_shift_fn *k, uint64_t n)
{
	uint8_t d[8];

	st64(d, cpu->st[op->a].m);
	k(d, n, 8);
	mmx_enter(cpu);
	mmx_write(cpu, op->a, ld64(d));
	return X_OK;
}

static int mem2(struct cpu *cpu, const struct op *op, lane_fn *k, unsigned size)
{
	uint64_t s;
	int rc = begin(cpu);

	if (!rc)
		rc = load8(cpu, op, size, &s);
	return rc ? rc : binary(cpu, op, k, s);
}

#define MMX2(name, size) \
	OP_DECLARE(m_##name##_rr); \
	OP(m_##name##_rr) \
	{ \
		int rc = begin(cpu); \
\
		return rc ? rc : binary(cpu, op, vc__lane_##name, \
					cpu->st[op->b].m); \
	} \
	OP_DECLARE(m_##name##_rm); \
	OP(m_##name##_rm) { return mem2(cpu, op, vc__lane_##name, size); }
#define MMX5(NAME, name, bits, expr, intrin) MMX2(name, 8)
#define MMX3(NAME, name, intrin) MMX2(name, 8)
#define MMX3L(NAME, name, intrin) MMX2(name, 4)
LANE_OPS(MMX5)
LANE_MIXES(MMX3)
LANE_UNPACKS(MMX3L)

#define MMX6(NAME, name, bits, expr, big, intrin) \
	OP_DECLARE(m_##name##_rr); \
	OP(m_##name##_rr) \
	{ \
		int rc = begin(cpu); \
\
		return rc ? rc : shift(cpu, op, vc__lane_##name, \
				       cpu->st[op->b].m); \
	} \
	OP_DECLARE(m_##name##_ri); \
	OP(m_##name##_ri) \
	{ \
		int rc = begin(cpu); \
\
		return rc ? rc : shift(cpu, op, vc__lane_##name, \
				       op->imm & 0xff); \
	} \
	OP_DECLARE(m_##name##_rm); \
	OP(m_##name##_rm) \
	{ \
		uint64_t s; \
		int rc = begin(cpu); \
\
		if (!rc) \
			rc = load8(cpu, op, 8, &s); \
		return rc ? rc : shift(cpu, op, vc__lane_##name, s); \
	}
LANE_SHIFTS(MMX6)

/* ---- moves ---- */

static int set(struct cpu *cpu, unsigned n, uint64_t v)
{
	mmx_enter(cpu);
	mmx_write(cpu, n, v);
	return X_OK;
}

/* MOVD, MOVQ mm, r32/r64: aux is the size */
OP_DECLARE(m_mov_from_gpr);
OP(m_mov_from_gpr)
{
	int rc = begin(cpu);

	if (rc)
		return rc;
	return set(cpu, op->a, op->aux == 8 ? R(op->b) : get32(cpu, op->b));
}

OP_DECLARE(m_mov_to_gpr);
OP(m_mov_to_gpr)
{
	int rc = begin(cpu);

	if (rc)
		return rc;
	mmx_enter(cpu);
	R(op->a) = op->aux == 8 ? cpu->st[op->b].m : (uint32_t)cpu->st[op->b].m;
	return X_OK;
}

OP_DECLARE(m_mov_rr);
OP(m_mov_rr)
{
	int rc = begin(cpu);

	return rc ? rc : set(cpu, op->a, cpu->st[op->b].m);
}

/* MOVD, MOVQ from and MOVD, MOVQ, MOVNTQ to memory */
OP_DECLARE(m_mov_rm);
OP(m_mov_rm)
{
	uint64_t v;
	int rc = begin(cpu);

	if (!rc)
		rc = load8(cpu, op, op->aux, &v);
	return rc ? rc : set(cpu, op->a, v);
}

OP_DECLARE(m_mov_mr);
OP(m_mov_mr)
{
	uint8_t t[8];
	int rc = begin(cpu);

	if (rc)
		return rc;
	st64(t, cpu->st[op->b].m);
	rc = vc__store(cpu, op, op_ea(cpu, op), op->aux, t);
	if (!rc)
		mmx_enter(cpu);
	return rc;
}

/* MASKMOVQ stores the bytes of mm1 whose mask bit is set at DS:[rDI]; all of
 * the bytes must be writable first, so that a fault leaves nothing half done. */
OP_DECLARE(m_maskmov);
OP(m_maskmov)
{
	uint8_t t[8], mask[8];
	int rc = begin(cpu);

	if (rc)
		return rc;
	st64(t, cpu->st[op->a].m);
	st64(mask, cpu->st[op->b].m);
	rc = vc__masked_store(cpu, op, t, mask, 8);
	if (!rc)
		mmx_enter(cpu);
	return rc;
}

/* ---- the rest ---- */

static uint64_t shuffled(uint64_t v, unsigned imm)
{
	uint64_t r = 0;

	for (unsigned i = 0; i < 4; i++)
		r |= (v >> 16 * (imm >> 2 * i & 3) & 0xffff) << 16 * i;
	return r;
}

OP_DECLARE(m_pshufw_rr);
OP(m_pshufw_rr)
{
	int rc = begin(cpu);

	if (rc)
		return rc;
	return set(cpu, op->a, shuffled(cpu->st[op->b].m, (unsigned)op->imm));
}

OP_DECLARE(m_pshufw_rm);
OP(m_pshufw_rm)
{
	uint64_t v;
	int rc = begin(cpu);

	if (!rc)
		rc = load8(cpu, op, 8, &v);
	return rc ? rc : set(cpu, op->a, shuffled(v, (unsigned)op->imm));
}

static int insert(struct cpu *cpu, const struct op *op, uint64_t v)
{
	unsigned at = 16 * (op->imm & 3);
	uint64_t m = cpu->st[op->a].m & ~((uint64_t)0xffff << at);

	return set(cpu, op->a, m | (v & 0xffff) << at);
}

OP_DECLARE(m_pinsrw_rr);
OP(m_pinsrw_rr)
{
	int rc = begin(cpu);

	return rc ? rc : insert(cpu, op, R(op->b));
}

OP_DECLARE(m_pinsrw_rm);
OP(m_pinsrw_rm)
{
	uint64_t v;
	int rc = begin(cpu);

	if (!rc)
		rc = load8(cpu, op, 2, &v);
	return rc ? rc : insert(cpu, op, v);
}

OP_DECLARE(m_pextrw);
OP(m_pextrw)
{
	int rc = begin(cpu);

	if (rc)
		return rc;
	mmx_enter(cpu);
	R(op->a) = (uint16_t)(cpu->st[op->b].m >> 16 * (op->imm & 3));
	return X_OK;
}

OP_DECLARE(m_pmovmskb);
OP(m_pmovmskb)
{
	uint8_t t[8];
	int rc = begin(cpu);

	if (rc)
		return rc;
	mmx_enter(cpu);
	st64(t, cpu->st[op->b].m);
	R(op->a) = vc__lane_movmskb(t, 8);
	return X_OK;
}

OP_DECLARE(m_emms);
OP(m_emms)
{
	int rc = begin(cpu);

	(void)op;
	if (rc)
		return rc;
	cpu->ftop = 0;
	cpu->ftw = 0;
	return X_OK;
}

/* ---- the table ---- */

struct row {
	op_fn rr, rm, ri;
};

#define ROW(NAME, name) \
	[X86_##NAME] = { vc__op_m_##name##_rr, vc__op_m_##name##_rm, NULL },
#define ROW5(NAME, name, bits, expr, intrin) ROW(NAME, name)
#define ROW3(NAME, name, intrin) ROW(NAME, name)
#define ROW6(NAME, name, bits, expr, big, intrin) \
	[X86_##NAME] = { vc__op_m_##name##_rr, vc__op_m_##name##_rm, \
			 vc__op_m_##name##_ri },
static const struct row rows[X86_OP_COUNT] = {
	LANE_OPS(ROW5)
	LANE_MIXES(ROW3)
	LANE_UNPACKS(ROW3)
	LANE_SHIFTS(ROW6)
	ROW(PSHUFW, pshufw)
	ROW(PINSRW, pinsrw)
	[X86_PEXTRW] = { vc__op_m_pextrw, NULL, NULL },
	[X86_PMOVMSKB] = { vc__op_m_pmovmskb, NULL, NULL },
	[X86_MASKMOVQ] = { vc__op_m_maskmov, NULL, NULL },
};

static op_fn select_move(const struct x86_operand *o)
{
	if (o[0].kind == OPND_MEM)
		return vc__op_m_mov_mr;
	if (o[1].kind == OPND_MEM)
		return vc__op_m_mov_rm;
	if (o[0].kind == OPND_REG)
		return vc__op_m_mov_to_gpr;
	return o[1].kind == OPND_REG ? vc__op_m_mov_from_gpr : vc__op_m_mov_rr;
}

bool vc__select_mmx(const struct x86_insn *in, struct op *op)
{
	const struct x86_operand *o = in->opnd;
	const struct row *r = &rows[in->op];
	op_fn fn = NULL;

	if (in->op == X86_EMMS) {
		op->fn = vc__op_m_emms;
		return true;
	}
	if ((o[0].kind != OPND_MMX && o[1].kind != OPND_MMX) ||
	    o[0].kind == OPND_XMM || o[1].kind == OPND_XMM)
		return false;
	if (in->op == X86_MOVD || in->op == X86_MOVQ || in->op == X86_MOVNTQ) {
		fn = select_move(o);
		op->aux = in->op == X86_MOVD ? 4 : 8;
	} else {
		fn = o[1].kind == OPND_MEM ? r->rm :
		     o[1].kind == OPND_IMM ? r->ri : r->rr;
	}
	if (!fn)
		return false;
	op->fn = fn;
	op->a = o[0].reg;
	op->b = o[1].reg;
	op->imm = in->imm;
	if (in->op == X86_MASKMOVQ) {
		op->seg = in->seg;
		op->imm = in->asize;
	}
	return true;
}
