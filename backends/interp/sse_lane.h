/* SPDX-License-Identifier: MIT */
/*
 * sse_lane.h: integer operations lane by lane, as lists and as portable
 * kernels: those that MMX and XMM registers share, and those of SSSE3 and SSE4.
 * sse_int.c, sse3.c, sse41.c and avx_int.c make operations on vector registers
 * from them (with the host's instructions where there are any), mmx.c and
 * sse3.c those on MMX registers.
 */
#ifndef VC_INTERP_SSE_LANE_H
#define VC_INTERP_SSE_LANE_H

#include "fpu.h"

VC_INLINE uint64_t lane_sat(int64_t v, int64_t lo, int64_t hi)
{
	return (uint64_t)(v < lo ? lo : v > hi ? hi : v);
}

VC_INLINE uint64_t lane_absdiff(uint64_t a, uint64_t b, unsigned i)
{
	unsigned x = (uint8_t)(a >> i * 8), y = (uint8_t)(b >> i * 8);

	return x > y ? x - y : y - x;
}

#define LANE_S8(x)	((int64_t)(int8_t)(x))
#define LANE_S16(x)	((int64_t)(int16_t)(x))
#define LANE_S32(x)	((int64_t)(int32_t)(x))
#define LANE_SS8(x)	lane_sat((x), -128, 127)
#define LANE_SS16(x)	lane_sat((x), -32768, 32767)
#define LANE_US8(x)	lane_sat((x), 0, 255)
#define LANE_US16(x)	lane_sat((x), 0, 65535)

/* X(NAME, name, bits of a lane, result from a and b, SSE2 intrinsic) */
#define LANE_OPS(X) \
	X(PADDB, paddb, 8, a + b, _mm_add_epi8) \
	X(PADDW, paddw, 16, a + b, _mm_add_epi16) \
	X(PADDD, paddd, 32, a + b, _mm_add_epi32) \
	X(PADDQ, paddq, 64, a + b, _mm_add_epi64) \
	X(PSUBB, psubb, 8, a - b, _mm_sub_epi8) \
	X(PSUBW, psubw, 16, a - b, _mm_sub_epi16) \
	X(PSUBD, psubd, 32, a - b, _mm_sub_epi32) \
	X(PSUBQ, psubq, 64, a - b, _mm_sub_epi64) \
	X(PADDSB, paddsb, 8, LANE_SS8(LANE_S8(a) + LANE_S8(b)), _mm_adds_epi8) \
	X(PADDSW, paddsw, 16, LANE_SS16(LANE_S16(a) + LANE_S16(b)), _mm_adds_epi16) \
	X(PADDUSB, paddusb, 8, LANE_US8((int64_t)(a + b)), _mm_adds_epu8) \
	X(PADDUSW, paddusw, 16, LANE_US16((int64_t)(a + b)), _mm_adds_epu16) \
	X(PSUBSB, psubsb, 8, LANE_SS8(LANE_S8(a) - LANE_S8(b)), _mm_subs_epi8) \
	X(PSUBSW, psubsw, 16, LANE_SS16(LANE_S16(a) - LANE_S16(b)), _mm_subs_epi16) \
	X(PSUBUSB, psubusb, 8, a > b ? a - b : 0, _mm_subs_epu8) \
	X(PSUBUSW, psubusw, 16, a > b ? a - b : 0, _mm_subs_epu16) \
	X(PCMPEQB, pcmpeqb, 8, 0 - (uint64_t)(a == b), _mm_cmpeq_epi8) \
	X(PCMPEQW, pcmpeqw, 16, 0 - (uint64_t)(a == b), _mm_cmpeq_epi16) \
	X(PCMPEQD, pcmpeqd, 32, 0 - (uint64_t)(a == b), _mm_cmpeq_epi32) \
	X(PCMPGTB, pcmpgtb, 8, 0 - (uint64_t)(LANE_S8(a) > LANE_S8(b)), _mm_cmpgt_epi8) \
	X(PCMPGTW, pcmpgtw, 16, 0 - (uint64_t)(LANE_S16(a) > LANE_S16(b)), _mm_cmpgt_epi16) \
	X(PCMPGTD, pcmpgtd, 32, 0 - (uint64_t)(LANE_S32(a) > LANE_S32(b)), _mm_cmpgt_epi32) \
	X(PMINUB, pminub, 8, a < b ? a : b, _mm_min_epu8) \
	X(PMAXUB, pmaxub, 8, a > b ? a : b, _mm_max_epu8) \
	X(PMINSW, pminsw, 16, LANE_S16(a) < LANE_S16(b) ? a : b, _mm_min_epi16) \
	X(PMAXSW, pmaxsw, 16, LANE_S16(a) > LANE_S16(b) ? a : b, _mm_max_epi16) \
	X(PAND, pand, 64, a & b, _mm_and_si128) \
	X(PANDN, pandn, 64, ~a & b, _mm_andnot_si128) \
	X(POR, por, 64, a | b, _mm_or_si128) \
	X(PXOR, pxor, 64, a ^ b, _mm_xor_si128) \
	X(PAVGB, pavgb, 8, (a + b + 1) >> 1, _mm_avg_epu8) \
	X(PAVGW, pavgw, 16, (a + b + 1) >> 1, _mm_avg_epu16) \
	X(PMULLW, pmullw, 16, a * b, _mm_mullo_epi16) \
	X(PMULHW, pmulhw, 16, (uint64_t)(LANE_S16(a) * LANE_S16(b)) >> 16, _mm_mulhi_epi16) \
	X(PMULHUW, pmulhuw, 16, a * b >> 16, _mm_mulhi_epu16) \
	X(PMULUDQ, pmuludq, 64, (uint64_t)(uint32_t)a * (uint32_t)b, _mm_mul_epu32) \
	X(PMADDWD, pmaddwd, 32, (uint64_t)(LANE_S16(a) * LANE_S16(b) + \
		LANE_S16(a >> 16) * LANE_S16(b >> 16)), _mm_madd_epi16) \
	X(PSADBW, psadbw, 64, lane_absdiff(a, b, 0) + lane_absdiff(a, b, 1) + \
		lane_absdiff(a, b, 2) + lane_absdiff(a, b, 3) + \
		lane_absdiff(a, b, 4) + lane_absdiff(a, b, 5) + \
		lane_absdiff(a, b, 6) + lane_absdiff(a, b, 7), _mm_sad_epu8)

/* X(NAME, name, intrinsic): lanes move, kernels in sse_lane.c */
#define LANE_MIXES(X) \
	X(PACKSSWB, packsswb, _mm_packs_epi16) \
	X(PACKSSDW, packssdw, _mm_packs_epi32) \
	X(PACKUSWB, packuswb, _mm_packus_epi16) \
	X(PUNPCKHBW, punpckhbw, _mm_unpackhi_epi8) \
	X(PUNPCKHWD, punpckhwd, _mm_unpackhi_epi16) \
	X(PUNPCKHDQ, punpckhdq, _mm_unpackhi_epi32)
#define LANE_UNPACKS(X) \
	X(PUNPCKLBW, punpcklbw, _mm_unpacklo_epi8) \
	X(PUNPCKLWD, punpcklwd, _mm_unpacklo_epi16) \
	X(PUNPCKLDQ, punpckldq, _mm_unpacklo_epi32)
/* XMM only */
#define LANE_QDQ(X) \
	X(PUNPCKLQDQ, punpcklqdq, _mm_unpacklo_epi64) \
	X(PUNPCKHQDQ, punpckhqdq, _mm_unpackhi_epi64)

/* X(NAME, name, bits, by count, for count >= bits, by register, immediate) */
#define LANE_SHIFTS(X) \
	X(PSRLW, psrlw, 16, a >> n, 0, _mm_srl_epi16) \
	X(PSRLD, psrld, 32, a >> n, 0, _mm_srl_epi32) \
	X(PSRLQ, psrlq, 64, a >> n, 0, _mm_srl_epi64) \
	X(PSLLW, psllw, 16, a << n, 0, _mm_sll_epi16) \
	X(PSLLD, pslld, 32, a << n, 0, _mm_sll_epi32) \
	X(PSLLQ, psllq, 64, a << n, 0, _mm_sll_epi64) \
	X(PSRAW, psraw, 16, (uint64_t)(LANE_S16(a) >> n), \
	  (uint64_t)(LANE_S16(a) >> 15), _mm_sra_epi16) \
	X(PSRAD, psrad, 32, (uint64_t)(LANE_S32(a) >> n), \
	  (uint64_t)(LANE_S32(a) >> 31), _mm_sra_epi32)

/* X(NAME, name): SSSE3, on either kind of registers */
#define LANE_SSSE3(X) \
	X(PSHUFB, pshufb) X(PHADDW, phaddw) X(PHADDD, phaddd) \
	X(PHADDSW, phaddsw) X(PHSUBW, phsubw) X(PHSUBD, phsubd) \
	X(PHSUBSW, phsubsw) X(PSIGNB, psignb) X(PSIGNW, psignw) \
	X(PSIGND, psignd) X(PMULHRSW, pmulhrsw) X(PMADDUBSW, pmaddubsw) \
	LANE_SSSE3_UNARY(X)
#define LANE_SSSE3_UNARY(X) \
	X(PABSB, pabsb) X(PABSW, pabsw) X(PABSD, pabsd)

/* X(NAME, name): SSE4.1, SSE4.2, XMM only; with one source, at the end */
#define LANE_SSE4(X) \
	X(PMINSB, pminsb) X(PMAXSB, pmaxsb) X(PMINUW, pminuw) \
	X(PMAXUW, pmaxuw) X(PMINSD, pminsd) X(PMAXSD, pmaxsd) \
	X(PMINUD, pminud) X(PMAXUD, pmaxud) X(PMULLD, pmulld) \
	X(PMULDQ, pmuldq) X(PCMPEQQ, pcmpeqq) X(PCMPGTQ, pcmpgtq) \
	X(PACKUSDW, packusdw) LANE_SSE4_UNARY(X)
#define LANE_SSE4_UNARY(X) \
	X(PHMINPOSUW, phminposuw)

/* X(NAME, name, sign, from, to): lanes made wider, s with 16 * from / to
 * bytes */
#define LANE_WIDEN(X) \
	X(PMOVSXBW, pmovsxbw, , 8, 16) X(PMOVSXBD, pmovsxbd, , 8, 32) \
	X(PMOVSXBQ, pmovsxbq, , 8, 64) X(PMOVSXWD, pmovsxwd, , 16, 32) \
	X(PMOVSXWQ, pmovsxwq, , 16, 64) X(PMOVSXDQ, pmovsxdq, , 32, 64) \
	X(PMOVZXBW, pmovzxbw, u, 8, 16) X(PMOVZXBD, pmovzxbd, u, 8, 32) \
	X(PMOVZXBQ, pmovzxbq, u, 8, 64) X(PMOVZXWD, pmovzxwd, u, 16, 32) \
	X(PMOVZXWQ, pmovzxwq, u, 16, 64) X(PMOVZXDQ, pmovzxdq, u, 32, 64)

/* X(NAME, name, bits of imm that 16 bytes take, 0 where all do): what has an
 * immediate, which stands in the place of n; 16 bytes */
#define LANE_IMM(X) \
	X(PALIGNR, palignr, 0) X(MPSADBW, mpsadbw, 3) X(PBLENDW, pblendw, 0) \
	X(BLENDPS, blendps, 4) X(BLENDPD, blendpd, 2) X(PSRLDQ, psrldq, 0) \
	X(PSLLDQ, pslldq, 0)

/* d op= s, n bytes (8 or 16); s may be d. */
typedef void lane_fn(uint8_t *d, const uint8_t *s, unsigned n);
/* Each lane of d shifted by count. */
typedef void lane_shift_fn(uint8_t *d, uint64_t count, unsigned n);

#define LANE_PROTO5_(NAME, name, bits, expr, intrin) lane_fn vc__lane_##name;
#define LANE_PROTO3_(NAME, name, intrin) lane_fn vc__lane_##name;
#define LANE_PROTO6_(NAME, name, bits, expr, big, intrin) \
	lane_shift_fn vc__lane_##name;
#define LANE_PROTO2_(NAME, name) lane_fn vc__lane_##name;
#define LANE_PROTOI_(NAME, name, bits) lane_fn vc__lane_##name;
LANE_OPS(LANE_PROTO5_)
LANE_MIXES(LANE_PROTO3_)
LANE_UNPACKS(LANE_PROTO3_)
LANE_QDQ(LANE_PROTO3_)
LANE_SHIFTS(LANE_PROTO6_)
LANE_SSSE3(LANE_PROTO2_)
LANE_SSE4(LANE_PROTO2_)
LANE_WIDEN(LANE_PROTO5_)
LANE_IMM(LANE_PROTOI_)

/* PALIGNR of n bytes: d above s, shifted right by imm bytes. */
void vc__lane_align(uint8_t *d, const uint8_t *s, unsigned n, unsigned imm);

/* The most significant bit of each byte. */
unsigned vc__lane_movmskb(const uint8_t *s, unsigned n);

/* ---- shuffles by an immediate, on the host ---- */

#if VC_HOSTFP
/*
 * Shifts by whole bytes are PSHUFB with 16 bytes out of this, from byte 16 + n
 * on for n to the right: 0x80 makes a 0.
 */
extern const uint8_t vc__lane_slide[64];

VC_INLINE __m128i lane_slid(__m128i s, unsigned from)
{
	__asm__ ("pshufb %1, %0" : "+x"(s) :
		 "x"(_mm_loadu_si128((const void *)(vc__lane_slide + from))));
	return s;
}
VC_INLINE unsigned lane_at_most(unsigned n, unsigned max)
{
	return n < max ? n : max;
}
/* h above s, shifted right by n bytes; s by n bytes, right and left */
VC_INLINE __m128i lane_aligned(__m128i h, __m128i s, unsigned n)
{
	n = lane_at_most(n, 32);
	return _mm_or_si128(lane_slid(s, 16 + n), lane_slid(h, n));
}
VC_INLINE __m128i lane_right(__m128i s, unsigned n)
{
	return lane_slid(s, 16 + lane_at_most(n, 16));
}
VC_INLINE __m128i lane_left(__m128i s, unsigned n)
{
	return lane_slid(s, 16 - lane_at_most(n, 16));
}

/*
 * PSHUFD and its like: bits 32-63 of op->imm have the immediate's four pairs
 * of bits as bytes (times two for words). VPERMILPS and PSHUFB take a variable,
 * so that nothing has to be picked lane by lane.
 */
static inline uint64_t lane_pairs(uint64_t imm, unsigned times)
{
	uint64_t r = 0;

	for (unsigned i = 0; i < 4; i++)
		r |= (imm >> 2 * i & 3) * times << (32 + 8 * i);
	return r;
}
/* Doublewords of s; AVX. */
VC_INLINE __m128i lane_permuted(__m128i s, const struct op *op)
{
	const uint8_t *pairs = (const uint8_t *)&op->imm + 4;
	__m128i by;

	__asm__ ("vpmovzxbd %1, %0" : "=x"(by) :
		 "m"(*(const uint8_t (*)[4])(const void *)pairs));
	__asm__ ("vpermilps %1, %0, %0" : "+x"(s) : "x"(by));
	return s;
}
/* ... two of h, then two of s. */
VC_INLINE __m128i lane_permuted2(__m128i h, __m128i s, const struct op *op)
{
	return _mm_castpd_si128(_mm_shuffle_pd(
		_mm_castsi128_pd(lane_permuted(h, op)),
		_mm_castsi128_pd(lane_permuted(s, op)), 2));
}
/* Words of one half of s, the other as it is; SSSE3. */
VC_INLINE __m128i lane_words(__m128i s, const struct op *op, bool high)
{
	__m128i by = _mm_cvtsi32_si128((int)(op->imm >> 32));
	__m128i keep = _mm_set_epi32(0x0f0e0d0c, 0x0b0a0908, 0x07060504,
				     0x03020100);

	by = _mm_unpacklo_epi8(by, by);
	by = _mm_add_epi8(by, _mm_set1_epi16(high ? 0x0908 : 0x0100));
	by = high ? _mm_unpacklo_epi64(keep, by) :
		    _mm_castpd_si128(_mm_move_sd(_mm_castsi128_pd(keep),
						 _mm_castsi128_pd(by)));
	__asm__ ("pshufb %1, %0" : "+x"(s) : "x"(by));
	return s;
}
#endif

#endif
