/* SPDX-License-Identifier: MIT */
/*
 * avx_perm.c: shuffles, permutes, blends, inserts and extracts. Those that are
 * lane by lane (VPSHUFB, packs, unpacks) are avx_int.c's.
 */
#include "avx.h"
#include "sse_lane.h"

/* ---- within halves, by an immediate ---- */

VC_INLINE uint32_t pick32(const uint8_t *s, unsigned i)
{
	return ld32(s + 4 * (i & 3));
}
VC_INLINE uint64_t pick16(const uint8_t *s, unsigned i)
{
	return ld16(s + 2 * (i & 3));
}
VC_INLINE uint64_t pick64(const uint8_t *s, unsigned i)
{
	return ld64(s + 8 * (i & 1));
}
VC_INLINE uint64_t four16(const uint8_t *s, unsigned imm)
{
	return pick16(s, imm) | pick16(s, imm >> 2) << 16 |
	       pick16(s, imm >> 4) << 32 | pick16(s, imm >> 6) << 48;
}
/* Two lanes of a, then two of b. */
VC_INLINE vec_half four32(const uint8_t *a, const uint8_t *b, unsigned imm)
{
	return half_of32(pick32(a, imm), pick32(a, imm >> 2),
			 pick32(b, imm >> 4), pick32(b, imm >> 6));
}

VEX(a_pshufd, half_store(d, four32(s, s, VIMM)))
VEX(a_pshuflw, half_store(d, half_of(four16(s, VIMM), ld64(s + 8))))
VEX(a_pshufhw, half_store(d, half_of(ld64(s), four16(s + 8, VIMM))))
VEX(a_shufps, half_store(d, four32(h, s, VIMM)))
VEX(a_shufpd, half_store(d, half_of(pick64(h, VIMM >> 2 * half),
				    pick64(s, VIMM >> (2 * half + 1)))))
VEX(a_permilpd_i, half_store(d, half_of(pick64(s, VIMM >> 2 * half),
					pick64(s, VIMM >> (2 * half + 1)))))

/* ... by a register, s; of doubles bit 1 of each lane says. */
VEX(a_permilps, half_store(d, half_of32(pick32(h, s[0]), pick32(h, s[4]),
					pick32(h, s[8]), pick32(h, s[12]))))
VEX(a_permilpd, half_store(d, half_of(pick64(h, s[0] >> 1),
				      pick64(h, s[8] >> 1))))

/* ---- across halves ---- */

VC_INLINE uint64_t quad(const uint8_t *s, unsigned imm)
{
	return ld64(s + 8 * (imm & 3));
}
VEX_ANY(a_permq, 32, 32,
	vec_write(d, 32, half_of(quad(s, VIMM), quad(s, VIMM >> 2)),
		  half_of(quad(s, VIMM >> 4), quad(s, VIMM >> 6))))

/* Lane i of the indices at h picks from s. */
VC_INLINE uint32_t oct(const uint8_t *s, const uint8_t *h, unsigned i)
{
	return ld32(s + 4 * (h[4 * i] & 7));
}
VEX_ANY(a_permd, 32, 32,
	vec_write(d, 32, half_of32(oct(s, h, 0), oct(s, h, 1), oct(s, h, 2),
				   oct(s, h, 3)),
		  half_of32(oct(s, h, 4), oct(s, h, 5), oct(s, h, 6),
			    oct(s, h, 7))))

/* Half of h or of s that imm[1:0] says, or zeros by imm[3]. */
VC_INLINE vec_half select_half(const uint8_t *h, const uint8_t *s, unsigned imm)
{
	if (imm & 8)
		return half_of(0, 0);
	return half_load((imm & 2 ? s : h) + (imm & 1) * 16);
}
VEX_ANY(a_perm2, 32, 32,
	vec_write(d, 32, select_half(h, s, VIMM), select_half(h, s, VIMM >> 4)))

VEX_ANY(a_insert128, 32, 16,
	vec_write(d, 32, VIMM & 1 ? half_of_reg(h) : half_load(s),
		  VIMM & 1 ? half_load(s) : half_of_reg(h + 16)))
VEX_REG(a_extract128_rr, vec_write(VA->b, 16, half_of_reg(VB->b +
							(VIMM & 1) * 16),
				   half_of(0, 0)))
VEX_STORE(a_extract128_mr, 16, (VB->b + (VIMM & 1) * 16))

/* ---- one lane in, one lane out ---- */

/* h with the bits of mask (at their place in a quadword) at byte at set to v */
VC_INLINE void insert(uint8_t *d, const uint8_t *h, uint64_t v, uint64_t mask,
		      unsigned at)
{
	unsigned shift = 8 * (at & 7);
	uint64_t lo = ld64(h), hi = ld64(h + 8);

	v = (v & mask) << shift;
	mask = ~(mask << shift);
	if (at & 8)
		hi = (hi & mask) | v;
	else
		lo = (lo & mask) | v;
	vec_write(d, 16, half_of(lo, hi), half_of(0, 0));
}

#define INSERT(name, bits) \
VEX_REG(name##_rr16, insert(VA->b, VH->b, R(op->b), \
			    ~UINT64_C(0) >> (64 - bits), VIMM * (bits / 8))) \
VEX_ANY(name##_ld, 16, bits / 8, \
	insert(d, h, ld##bits(s), ~UINT64_C(0) >> (64 - bits), \
	       VIMM * (bits / 8)))
INSERT(a_pinsrb, 8)
INSERT(a_pinsrw, 16)
INSERT(a_pinsrd, 32)
INSERT(a_pinsrq, 64)

#define EXTRACT(name, bits) \
VEX_REG(name##_rr, R(op->a) = ld##bits(VB->b + (VIMM * (bits / 8) & 15))) \
VEX_STORE(name##_mr, bits / 8, (VB->b + (VIMM * (bits / 8) & 15)))
EXTRACT(a_pextrb, 8)
EXTRACT(a_pextrw, 16)
EXTRACT(a_pextrd, 32)
EXTRACT(a_pextrq, 64)

/* v into the lane of bits 5:4, lanes by bits 3:0 cleared. */
VC_INLINE uint32_t insertps_lane(const uint8_t *h, uint32_t v, unsigned imm,
				 unsigned i)
{
	if (imm >> i & 1)
		return 0;
	return (imm >> 4 & 3) == i ? v : ld32(h + 4 * i);
}
VC_INLINE void insertps(uint8_t *d, const uint8_t *h, uint32_t v, unsigned imm)
{
	vec_write(d, 16, half_of32(insertps_lane(h, v, imm, 0),
				   insertps_lane(h, v, imm, 1),
				   insertps_lane(h, v, imm, 2),
				   insertps_lane(h, v, imm, 3)),
		  half_of(0, 0));
}
VEX_ANY(a_insertps, 16, 16, insertps(d, h, ld32(s + 4 * (VIMM >> 6)), VIMM))
VEX_ANY(a_insertps_ld, 16, 4, insertps(d, h, ld32(s), VIMM))

/* ---- blends by a register: the top bits of VL's lanes ---- */

#if VC_HOSTFP
VC_INLINE void mix(uint8_t *d, const uint8_t *h, const uint8_t *s, __m128i m)
{
	half_store(d, _mm_or_si128(_mm_and_si128(m, half_load(s)),
				   _mm_andnot_si128(m, half_of_reg(h))));
}
#define TOP8(m)		_mm_cmpgt_epi8(_mm_setzero_si128(), m)
#define TOP32(m)	_mm_srai_epi32(m, 31)
#define TOP64(m)	_mm_srai_epi32(_mm_shuffle_epi32(m, 0xf5), 31)
#define MIX(name, size, top) \
	VEX(name, mix(d, h, s, top(half_of_reg(VL->b + 16 * half))))
#else
static VC_NOINLINE void mix(uint8_t *d, const uint8_t *h, const uint8_t *s,
			    const uint8_t *mask, unsigned size)
{
	uint8_t r[16];

	for (unsigned i = 0; i < 16; i += size)
		memcpy(r + i, (mask[i + size - 1] & 0x80 ? s : h) + i, size);
	memcpy(d, r, 16);
}
#define MIX(name, size, top) \
	VEX(name, mix(d, h, s, VL->b + 16 * half, size))
#endif
MIX(a_pblendvb, 1, TOP8)
MIX(a_blendvps, 4, TOP32)
MIX(a_blendvpd, 8, TOP64)

/* ---- the tables ---- */

#define EXTRACT_ROW(NAME, name) { X86_##NAME, vc__op_##name##_rr, \
	vc__op_##name##_mr }
static const struct { uint16_t op; op_fn rr, mr; } extracts[] = {
	EXTRACT_ROW(VEXTRACTF128, a_extract128),
	EXTRACT_ROW(VEXTRACTI128, a_extract128),
	EXTRACT_ROW(PEXTRB, a_pextrb),
	EXTRACT_ROW(PEXTRW, a_pextrw),
	EXTRACT_ROW(PEXTRD, a_pextrd),
	EXTRACT_ROW(EXTRACTPS, a_pextrd),
	EXTRACT_ROW(PEXTRQ, a_pextrq),
};

static bool select_extract(const struct x86_insn *in, struct op *op)
{
	const struct x86_operand *o = in->opnd;

	for (size_t i = 0; i < sizeof(extracts) / sizeof(extracts[0]); i++)
		if (extracts[i].op == in->op) {
			op->fn = o[0].kind == OPND_MEM ? extracts[i].mr :
							 extracts[i].rr;
			simd_operands(op, o[0].reg, o[1].reg);
			op->imm = in->imm & 0xff;
			return true;
		}
	return false;
}

#define LOAD_ROW(NAME, name) { X86_##NAME, \
	{ vc__op_##name##_rr16, NULL }, { vc__op_##name##_ld_rm16, NULL } }
static const struct vex_row rows[] = {
	VEX_ROW(PSHUFD, a_pshufd),
	VEX_ROW(PSHUFLW, a_pshuflw),
	VEX_ROW(PSHUFHW, a_pshufhw),
	VEX_ROW(SHUFPS, a_shufps),
	VEX_ROW(SHUFPD, a_shufpd),
	VEX_ROW_256(VPERMQ, a_permq),
	VEX_ROW_256(VPERMPD, a_permq),
	VEX_ROW_256(VPERMD, a_permd),
	VEX_ROW_256(VPERMPS, a_permd),
	VEX_ROW_256(VPERM2F128, a_perm2),
	VEX_ROW_256(VPERM2I128, a_perm2),
	VEX_ROW_256(VINSERTF128, a_insert128),
	VEX_ROW_256(VINSERTI128, a_insert128),
	LOAD_ROW(PINSRB, a_pinsrb),
	LOAD_ROW(PINSRW, a_pinsrw),
	LOAD_ROW(PINSRD, a_pinsrd),
	LOAD_ROW(PINSRQ, a_pinsrq),
	LOAD_ROW(INSERTPS, a_insertps),
	VEX_ROW(PBLENDVB, a_pblendvb),
	VEX_ROW(BLENDVPS, a_blendvps),
	VEX_ROW(BLENDVPD, a_blendvpd),
};

/* VPERMILPS and VPERMILPD have two forms each. */
static const struct vex_row permil_i[] = {
	VEX_ROW(VPERMILPS, a_pshufd),
	VEX_ROW(VPERMILPD, a_permilpd_i),
}, permil_r[] = {
	VEX_ROW(VPERMILPS, a_permilps),
	VEX_ROW(VPERMILPD, a_permilpd),
};

/* ---- by the host's instructions ---- */

#if VC_HOSTFP

/* Blends by an immediate: lanes whose bit is set. */
VC_INLINE __m128i imm_mask32(unsigned imm, __m128i bits)
{
	return _mm_cmpeq_epi32(_mm_and_si128(_mm_set1_epi32((int)imm), bits),
			       bits);
}
VC_INLINE __m128i imm_mask16(unsigned imm)
{
	__m128i bits = _mm_set_epi16(128, 64, 32, 16, 8, 4, 2, 1);

	return _mm_cmpeq_epi16(_mm_and_si128(_mm_set1_epi16((short)imm), bits),
			       bits);
}
VEX(a_blendps, mix(d, h, s, imm_mask32(VIMM >> 4 * half,
				       _mm_set_epi32(8, 4, 2, 1))))
VEX(a_blendpd, mix(d, h, s, imm_mask32(VIMM >> 2 * half,
				       _mm_set_epi32(2, 2, 1, 1))))
VEX(a_pblendw, mix(d, h, s, imm_mask16(VIMM)))

VEX(a_palignr, half_store(d, lane_aligned(half_of_reg(h), half_load(s), VIMM)))
VEX(a_psrldq, half_store(d, lane_right(half_load(s), VIMM)))
VEX(a_pslldq, half_store(d, lane_left(half_load(s), VIMM)))

VEX(h_pshufd, half_store(d, lane_permuted(half_load(s), op)))
VEX(h_shufps, half_store(d, lane_permuted2(half_of_reg(h), half_load(s), op)))
VEX(h_pshuflw, half_store(d, lane_words(half_load(s), op, false)))
VEX(h_pshufhw, half_store(d, lane_words(half_load(s), op, true)))

static const struct vex_row sse2_rows[] = {
	VEX_ROW(BLENDPS, a_blendps),
	VEX_ROW(VPBLENDD, a_blendps),
	VEX_ROW(BLENDPD, a_blendpd),
	VEX_ROW(PBLENDW, a_pblendw),
};
static const struct vex_row ssse3_rows[] = {
	VEX_ROW(PALIGNR, a_palignr),
	VEX_ROW(PSRLDQ, a_psrldq),
	VEX_ROW(PSLLDQ, a_pslldq),
};

static const struct vex_row words_rows[] = {
	VEX_ROW(PSHUFLW, h_pshuflw),
	VEX_ROW(PSHUFHW, h_pshufhw),
};
static const struct vex_row permute_rows[] = {
	VEX_ROW(PSHUFD, h_pshufd),
	VEX_ROW(SHUFPS, h_shufps),
	VEX_ROW(VPERMILPS, h_pshufd),
};

/* Those whose immediate is made into a variable. */
static bool select_pairs(const struct x86_insn *in, struct op *op)
{
	unsigned times = 1;

	if (in->op == X86_VPERMILPS && in->opnd[2].kind != OPND_IMM)
		return false;
	if (__builtin_cpu_supports("ssse3") && VEX_FIND(in, op, words_rows))
		times = 2;
	else if (!__builtin_cpu_supports("avx") ||
		 !VEX_FIND(in, op, permute_rows))
		return false;
	op->imm = (op->imm & 0xffffffff) | lane_pairs(in->imm, times);
	return true;
}

static bool select_host(const struct x86_insn *in, struct op *op)
{
	__builtin_cpu_init();
	return VEX_FIND(in, op, sse2_rows) ||
	       (__builtin_cpu_supports("ssse3") &&
		VEX_FIND(in, op, ssse3_rows)) || select_pairs(in, op);
}

#else

static bool select_host(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}

#endif

bool vc__select_avx_perm(const struct x86_insn *in, struct op *op)
{
	if (select_host(in, op))
		return true;
	if (in->op == X86_VPERMILPS || in->op == X86_VPERMILPD)
		return in->opnd[2].kind == OPND_IMM ?
		       VEX_FIND(in, op, permil_i) : VEX_FIND(in, op, permil_r);
	return VEX_FIND(in, op, rows) || select_extract(in, op);
}
