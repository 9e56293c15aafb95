/* SPDX-License-Identifier: MIT */
/*
 * sse41.c: SSE4.1 on XMM registers but for its floating point (sse_fp.c).
 */
#include "sse_ext.h"
#include "sse_lane.h"

/* ---- lane by lane ---- */

/* Signed (s) or unsigned (u) values. */
#define LANES(name, sign, bits, expr) \
KERNEL(name) \
{ \
	for (unsigned i = 0; i < n; i += bits / 8) { \
		sign##int##bits##_t a = (sign##int##bits##_t)ld##bits(d + i); \
		sign##int##bits##_t b = (sign##int##bits##_t)ld##bits(s + i); \
\
		st##bits(d + i, (uint##bits##_t)(expr)); \
	} \
} \
EXT(e_##name, k_##name(d, s, 16))
LANES(pminsb, , 8, a < b ? a : b)
LANES(pmaxsb, , 8, a > b ? a : b)
LANES(pminuw, u, 16, a < b ? a : b)
LANES(pmaxuw, u, 16, a > b ? a : b)
LANES(pminsd, , 32, a < b ? a : b)
LANES(pmaxsd, , 32, a > b ? a : b)
LANES(pminud, u, 32, a < b ? a : b)
LANES(pmaxud, u, 32, a > b ? a : b)
LANES(pmulld, u, 32, a * b)
LANES(pcmpeqq, u, 64, a == b ? ~UINT64_C(0) : 0)
LANES(pmuldq, u, 64, (int64_t)(int32_t)(uint32_t)a * (int32_t)(uint32_t)b)

/* ---- wider lanes ---- */

#define WIDEN(name, sign, from, to) \
KERNEL(name) \
{ \
	uint8_t r[16]; \
\
	for (unsigned i = 0; i < n * 8 / to; i++) \
		st##to(r + i * to / 8, (uint##to##_t) \
		       (sign##int##from##_t)ld##from(s + i * from / 8)); \
	memcpy(d, r, n); \
} \
EXTU(e_##name, 16 * from / to, k_##name(d, s, 16))
WIDEN(pmovsxbw, , 8, 16)
WIDEN(pmovsxbd, , 8, 32)
WIDEN(pmovsxbq, , 8, 64)
WIDEN(pmovsxwd, , 16, 32)
WIDEN(pmovsxwq, , 16, 64)
WIDEN(pmovsxdq, , 32, 64)
WIDEN(pmovzxbw, u, 8, 16)
WIDEN(pmovzxbd, u, 8, 32)
WIDEN(pmovzxbq, u, 8, 64)
WIDEN(pmovzxwd, u, 16, 32)
WIDEN(pmovzxwq, u, 16, 64)
WIDEN(pmovzxdq, u, 32, 64)

KERNEL(packusdw)
{
	uint8_t r[16];

	for (unsigned i = 0; i < n / 2; i += 2) {
		st16(r + i, (uint16_t)LANE_US16(
			(int64_t)(int32_t)ld32(d + 2 * i)));
		st16(r + n / 2 + i, (uint16_t)LANE_US16(
			(int64_t)(int32_t)ld32(s + 2 * i)));
	}
	memcpy(d, r, n);
}
EXT(e_packusdw, k_packusdw(d, s, 16))

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
static VC_NOINLINE void blend_imm(uint8_t *d, const uint8_t *s, unsigned imm,
				  unsigned size)
{
	for (unsigned i = 0; i < 16; i += size, imm >>= 1)
		if (imm & 1)
			memmove(d + i, s + i, size);
}
EXT(e_pblendw, blend_imm(d, s, I, 2))
EXT(e_blendps, blend_imm(d, s, I, 4))
EXT(e_blendpd, blend_imm(d, s, I, 8))

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

/* The least word, and where it is. */
KERNEL(phminposuw)
{
	unsigned at = 0;
	uint16_t v;

	for (unsigned i = 2; i < n; i += 2)
		if (ld16(s + i) < ld16(s + at))
			at = i;
	v = ld16(s + at);
	st64(d, v | (uint64_t)(at / 2) << 16);
	st64(d + 8, 0);
}
EXT(e_phminposuw, k_phminposuw(d, s, 16))

/* Eight sums of four differences: windows of d that begin at imm[2] * 4 + i,
 * against the four bytes of s at imm[1:0] * 4. */
KERNEL_I(mpsadbw)
{
	const uint8_t *b = s + 4 * (imm & 3), *a = d + (imm & 4);
	uint8_t r[16];

	for (unsigned i = 0; i < 8; i++) {
		unsigned sum = 0;

		for (unsigned k = 0; k < 4; k++)
			sum += a[i + k] > b[k] ? (unsigned)(a[i + k] - b[k])
					       : (unsigned)(b[k] - a[i + k]);
		st16(r + 2 * i, (uint16_t)sum);
	}
	memcpy(d, r, 16);
}
EXT(e_mpsadbw, k_mpsadbw(d, s, I))

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
static const struct ext_row rows[] = {
	ROW(PMINSB, pminsb), ROW(PMAXSB, pmaxsb), ROW(PMINUW, pminuw),
	ROW(PMAXUW, pmaxuw), ROW(PMINSD, pminsd), ROW(PMAXSD, pmaxsd),
	ROW(PMINUD, pminud), ROW(PMAXUD, pmaxud), ROW(PMULLD, pmulld),
	ROW(PCMPEQQ, pcmpeqq), ROW(PMULDQ, pmuldq), ROW(PACKUSDW, packusdw),
	ROW(PMOVSXBW, pmovsxbw), ROW(PMOVSXBD, pmovsxbd),
	ROW(PMOVSXBQ, pmovsxbq), ROW(PMOVSXWD, pmovsxwd),
	ROW(PMOVSXWQ, pmovsxwq), ROW(PMOVSXDQ, pmovsxdq),
	ROW(PMOVZXBW, pmovzxbw), ROW(PMOVZXBD, pmovzxbd),
	ROW(PMOVZXBQ, pmovzxbq), ROW(PMOVZXWD, pmovzxwd),
	ROW(PMOVZXWQ, pmovzxwq), ROW(PMOVZXDQ, pmovzxdq),
	ROW(PBLENDVB, pblendvb), ROW(BLENDVPS, blendvps),
	ROW(BLENDVPD, blendvpd), ROW(PBLENDW, pblendw), ROW(BLENDPS, blendps),
	ROW(BLENDPD, blendpd), ROW(INSERTPS, insertps), ROW(PINSRD, pinsrd),
	ROW(PINSRQ, pinsrq), ROW(PEXTRB, pextrb), ROW(PEXTRD, pextrd),
	ROW(PEXTRQ, pextrq), ROW(EXTRACTPS, pextrd),
	ROW(PHMINPOSUW, phminposuw), ROW(MPSADBW, mpsadbw), ROW(PTEST, ptest),
	ROW(PINSRB, pinsrb),
	{ X86_MOVNTDQA, NULL, vc__op_e_movntdqa_rm },
	/* the register form is SSE2's too: sse_int.c */
	{ X86_PEXTRW, NULL, vc__op_e_pextrw_rm },
};

bool vc__select_sse41(const struct x86_insn *in, struct op *op)
{
	return EXT_FIND(in, op, rows);
}
