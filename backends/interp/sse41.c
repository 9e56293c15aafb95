/* SPDX-License-Identifier: MIT */
/*
 * sse41.c: SSE4.1 on XMM registers but for its floating point (sse_fp.c).
 */
#include "sse_ext.h"
#include "sse_lane.h"

#define LANE_FORM(NAME, name) EXT(e_##name, vc__lane_##name(d, s, 16))
LANE_SSE4(LANE_FORM)

#define WIDEN_FORM(NAME, name, sign, from, to) \
EXTU(e_##name, 16 * from / to, vc__lane_##name(d, s, 16))
LANE_WIDEN(WIDEN_FORM)

/* ---- blends ---- */

/* Lanes of size bytes, by the top bit of each lane of XMM0 */
static VC_NOINLINE void blend_by(uint8_t *d, const uint8_t *s,
				 const uint8_t *mask, unsigned size)
{
	uint8_t r[16];

	for (unsigned i = 0; i < 16; i += size)
		memcpy(r + i, mask[i + size - 1] & 0x80 ? s + i : d + i, size);
	memcpy(d, r, 16);
}
EXT(e_pblendvb, blend_by(d, s, V(0)->b, 1))
EXT(e_blendvps, blend_by(d, s, V(0)->b, 4))
EXT(e_blendvpd, blend_by(d, s, V(0)->b, 8))

/* ... by the bits of an immediate. */
EXT(e_pblendw, vc__lane_pblendw(d, s, I))
EXT(e_blendps, vc__lane_blendps(d, s, I))
EXT(e_blendpd, vc__lane_blendpd(d, s, I))

/* ---- one lane in, one lane out ---- */

/* INSERTPS: the lane of a register source by bits 7:6, into the lane of bits
 * 5:4, and lanes by bits 3:0 cleared. */
static VC_NOINLINE void insertps(uint8_t *d, uint32_t v, unsigned imm)
{
	st32(d + 4 * (imm >> 4 & 3), v);
	for (unsigned i = 0; i < 4; i++)
		if (imm >> i & 1)
			st32(d + 4 * i, 0);
}
EXT_RR(e_insertps, insertps(d, ld32(s + 4 * (I >> 6)), I))
EXT_RMU(e_insertps, 4, insertps(d, ld32(s), I))

#define INSERT(name, bits, lanes) \
OP_DECLARE(name##_rr); \
H(name##_rr) \
{ \
	NEED_SIMD; \
	st##bits(V(op->a)->b + bits / 8 * (I & (lanes - 1)), \
		 (uint##bits##_t)R(op->b)); \
	NEXT(op + 1); \
} \
EXT_RMU(name, bits / 8, \
	st##bits(d + bits / 8 * (I & (lanes - 1)), ld##bits(s)))
INSERT(e_pinsrb, 8, 16)
INSERT(e_pinsrd, 32, 4)
INSERT(e_pinsrq, 64, 2)

#define EXTRACT(name, bits, lanes) \
OP_DECLARE(name##_rr); \
H(name##_rr) \
{ \
	NEED_SIMD; \
	R(op->a) = ld##bits(V(op->b)->b + bits / 8 * (I & (lanes - 1))); \
	NEXT(op + 1); \
} \
OP_DECLARE(name##_rm); \
OP(name##_rm) \
{ \
	int rc = vc__simd_check(cpu); \
\
	return rc ? rc : vc__store(cpu, op, op_ea(cpu, op), bits / 8, \
		V(op->b)->b + bits / 8 * (I & (lanes - 1))); \
}
EXTRACT(e_pextrb, 8, 16)
EXTRACT(e_pextrw, 16, 8)
EXTRACT(e_pextrd, 32, 4)
EXTRACT(e_pextrq, 64, 2)

/* ---- the rest ---- */

EXT_RM(e_movntdqa, memcpy(d, s, 16))

EXT(e_mpsadbw, vc__lane_mpsadbw(d, s, I))

static VC_NOINLINE void ptest(struct cpu *cpu, const uint8_t *d,
			      const uint8_t *s)
{
	uint64_t a = ld64(d), b = ld64(d + 8), x = ld64(s), y = ld64(s + 8);

	cc_set_flags(cpu, ((a & x) | (b & y) ? 0 : FL_ZF) |
			  ((~a & x) | (~b & y) ? 0 : FL_CF));
}
EXT(e_ptest, ptest(cpu, d, s))

/* ---- the table ---- */

#define ROW(NAME, name) EXT_ROW(NAME, e_##name)
#define LANE_ROW(NAME, name) ROW(NAME, name),
#define WIDEN_ROW(NAME, name, sign, from, to) ROW(NAME, name),
static const struct ext_row rows[] = {
	LANE_SSE4(LANE_ROW)
	LANE_WIDEN(WIDEN_ROW)
	ROW(PBLENDVB, pblendvb), ROW(BLENDVPS, blendvps),
	ROW(BLENDVPD, blendvpd), ROW(PBLENDW, pblendw), ROW(BLENDPS, blendps),
	ROW(BLENDPD, blendpd), ROW(INSERTPS, insertps), ROW(PINSRD, pinsrd),
	ROW(PINSRQ, pinsrq), ROW(PEXTRB, pextrb), ROW(PEXTRD, pextrd),
	ROW(PEXTRQ, pextrq), ROW(EXTRACTPS, pextrd),
	ROW(MPSADBW, mpsadbw), ROW(PTEST, ptest),
	ROW(PINSRB, pinsrb),
	{ X86_MOVNTDQA, NULL, vc__op_e_movntdqa_rm },
	/* the register form is SSE2's too: sse_int.c */
	{ X86_PEXTRW, NULL, vc__op_e_pextrw_rm },
};

bool vc__select_sse41(const struct x86_insn *in, struct op *op)
{
	return EXT_FIND(in, op, rows);
}
