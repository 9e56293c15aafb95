/* SPDX-License-Identifier: MIT */
/*
 * crypto.c: AES, PCLMULQDQ, SHA and GFNI, legacy and VEX, by the host's own
 * instructions where it has them. The portable kernels look nothing up in
 * tables and branch on no data, so that a guest's keys leave no more of a
 * trace in the host's caches than on a processor.
 *
 * A kernel computes d of h, s and an immediate: 16 bytes each, any of which may
 * be the same; h is VEX.vvvv's register, and the destination of a legacy
 * instruction (of SHA256RNDS2 it is XMM0, and d is read too).
 */
#include "avx.h"
#include "sse_ext.h"

#if VC_HOSTFP && !defined(__clang__)
#define HOST_HAS_SHA()	__builtin_cpu_supports("sha")
#elif VC_HOSTFP
#include <cpuid.h>
static bool host_has_sha(void)
{
	uint32_t a, b = 0, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}
#define HOST_HAS_SHA()	host_has_sha()
#endif

#define ONES	UINT64_C(0x0101010101010101)

#define KERNEL_3(name) \
static VC_NOINLINE void k_##name(uint8_t *d, const uint8_t *h, \
				 const uint8_t *s, unsigned imm)
#define UNUSED_H	(void)h
#define UNUSED_IMM	(void)imm

/* ---- GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, eight elements at a time ---- */

static uint64_t gf_mul(uint64_t a, uint64_t b)
{
	uint64_t r = 0;

	for (unsigned i = 0; i < 8; i++) {
		r ^= a & (b >> i & ONES) * 0xff;
		a = (a & 0x7f * ONES) << 1 ^ (a >> 7 & ONES) * 0x1b;
	}
	return r;
}

/* x^254, which is 0 for 0 */
static uint64_t gf_inverse(uint64_t x)
{
	uint64_t x2 = gf_mul(x, x), x3 = gf_mul(x2, x), x12, t;

	t = gf_mul(x3, x3);
	x12 = gf_mul(t, t);
	t = gf_mul(x12, x3);			/* 15 */
	for (unsigned i = 0; i < 4; i++)
		t = gf_mul(t, t);		/* 240 */
	return gf_mul(gf_mul(t, x12), x2);
}

/* Each byte rotated left by n. */
static uint64_t rotate_bytes(uint64_t v, unsigned n)
{
	uint64_t low = (UINT64_C(0xff) >> n) * ONES;

	return (v & low) << n | (v >> (8 - n) & ~(low << n));
}

/* ---- AES: FIPS 197 ---- */

static uint64_t sub_bytes(uint64_t v)
{
	v = gf_inverse(v);
	return v ^ rotate_bytes(v, 1) ^ rotate_bytes(v, 2) ^
	       rotate_bytes(v, 3) ^ rotate_bytes(v, 4) ^ 0x63 * ONES;
}

static uint64_t inverse_sub_bytes(uint64_t v)
{
	v = rotate_bytes(v, 1) ^ rotate_bytes(v, 3) ^ rotate_bytes(v, 6) ^
	    5 * ONES;
	return gf_inverse(v);
}

static uint32_t ror32(uint32_t v, unsigned n)
{
	return v >> n | v << (32 - n);
}

static uint32_t rol32(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* Four elements times x. */
static uint32_t times_x(uint32_t v)
{
	return (v & 0x7f7f7f7f) << 1 ^ (v >> 7 & 0x01010101) * 0x1b;
}

static uint32_t mix_column(uint32_t v)
{
	return times_x(v) ^ times_x(ror32(v, 8)) ^ ror32(v, 8) ^ ror32(v, 16) ^
	       ror32(v, 24);
}

static uint32_t inverse_mix_column(uint32_t v)
{
	v ^= times_x(times_x(v ^ ror32(v, 16)));
	return mix_column(v);
}

static void aes_round(uint8_t *d, const uint8_t *h, const uint8_t *s, bool last)
{
	uint8_t a[16], b[16];

	st64(a, sub_bytes(ld64(h)));
	st64(a + 8, sub_bytes(ld64(h + 8)));
	for (unsigned i = 0; i < 16; i++)
		b[i] = a[(i + 4 * (i & 3)) & 15];
	for (unsigned i = 0; i < 16; i += 4) {
		uint32_t v = ld32(b + i);

		st32(a + i, (last ? v : mix_column(v)) ^ ld32(s + i));
	}
	memcpy(d, a, 16);
}

static void aes_inverse_round(uint8_t *d, const uint8_t *h, const uint8_t *s,
			      bool last)
{
	uint8_t a[16], b[16];

	st64(a, inverse_sub_bytes(ld64(h)));
	st64(a + 8, inverse_sub_bytes(ld64(h + 8)));
	for (unsigned i = 0; i < 16; i++)
		b[(i + 4 * (i & 3)) & 15] = a[i];
	for (unsigned i = 0; i < 16; i += 4) {
		uint32_t v = ld32(b + i);

		st32(a + i, (last ? v : inverse_mix_column(v)) ^ ld32(s + i));
	}
	memcpy(d, a, 16);
}

KERNEL_3(aesenc)
{
	UNUSED_IMM;
	aes_round(d, h, s, false);
}

KERNEL_3(aesenclast)
{
	UNUSED_IMM;
	aes_round(d, h, s, true);
}

KERNEL_3(aesdec)
{
	UNUSED_IMM;
	aes_inverse_round(d, h, s, false);
}

KERNEL_3(aesdeclast)
{
	UNUSED_IMM;
	aes_inverse_round(d, h, s, true);
}

KERNEL_3(aesimc)
{
	UNUSED_H, UNUSED_IMM;
	for (unsigned i = 0; i < 16; i += 4)
		st32(d + i, inverse_mix_column(ld32(s + i)));
}

KERNEL_3(aeskeygenassist)
{
	uint64_t v = sub_bytes((uint64_t)ld32(s + 12) << 32 | ld32(s + 4));
	uint32_t x1 = (uint32_t)v, x3 = (uint32_t)(v >> 32);

	UNUSED_H;
	st32(d, x1);
	st32(d + 4, ror32(x1, 8) ^ imm);
	st32(d + 8, x3);
	st32(d + 12, ror32(x3, 8) ^ imm);
}

/* ---- carry-less multiplication ---- */

KERNEL_3(pclmulqdq)
{
	uint64_t a = ld64(h + (imm & 1 ? 8 : 0));
	uint64_t b = ld64(s + (imm & 0x10 ? 8 : 0)), low = 0, high = 0;

	for (unsigned i = 0; i < 64; i++) {
		uint64_t v = a & (0 - (b >> i & 1));

		low ^= v << i;
		high ^= v >> 1 >> (63 - i);
	}
	st64(d, low);
	st64(d + 8, high);
}

/* ---- GFNI: SDM 2A ---- */

KERNEL_3(gf2p8mulb)
{
	UNUSED_IMM;
	for (unsigned i = 0; i < 16; i += 8)
		st64(d + i, gf_mul(ld64(h + i), ld64(s + i)));
}

/* Row i of the matrix is byte 7 - i of m; a bit is the parity of row and x. */
static uint64_t affine(uint64_t x, uint64_t m, unsigned imm)
{
	uint64_t r = 0;

	for (unsigned i = 0; i < 8; i++) {
		uint64_t t = x & (m >> (56 - 8 * i) & 0xff) * ONES;

		t ^= t >> 4;
		t ^= t >> 2;
		t ^= t >> 1;
		r |= (t & ONES) << i;
	}
	return r ^ imm * ONES;
}

KERNEL_3(gf2p8affineqb)
{
	for (unsigned i = 0; i < 16; i += 8)
		st64(d + i, affine(ld64(h + i), ld64(s + i), imm));
}

KERNEL_3(gf2p8affineinvqb)
{
	for (unsigned i = 0; i < 16; i += 8)
		st64(d + i, affine(gf_inverse(ld64(h + i)), ld64(s + i), imm));
}

/* ---- SHA: FIPS 180-4; words are numbered from the lowest, as they lie ---- */

static void words_of(uint32_t w[4], const uint8_t *p)
{
	for (unsigned i = 0; i < 4; i++)
		w[i] = ld32(p + 4 * i);
}

static void put_words(uint8_t *p, uint32_t w0, uint32_t w1, uint32_t w2,
		      uint32_t w3)
{
	st32(p, w0);
	st32(p + 4, w1);
	st32(p + 8, w2);
	st32(p + 12, w3);
}

static uint32_t choose(uint32_t x, uint32_t y, uint32_t z)
{
	return (x & y) ^ (~x & z);
}

static uint32_t majority(uint32_t x, uint32_t y, uint32_t z)
{
	return (x & y) ^ (x & z) ^ (y & z);
}

KERNEL_3(sha1rnds4)
{
	static const uint32_t k[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
				       0xca62c1d6 };
	uint32_t w[4], x[4], v[5];

	imm &= 3;
	words_of(w, s);
	words_of(x, h);
	v[0] = x[3], v[1] = x[2], v[2] = x[1], v[3] = x[0];
	v[4] = 0;		/* E is already in the first word of w */
	for (unsigned i = 0; i < 4; i++) {
		uint32_t f = imm == 0 ? choose(v[1], v[2], v[3]) :
			     imm == 2 ? majority(v[1], v[2], v[3]) :
			     v[1] ^ v[2] ^ v[3];
		uint32_t a = f + rol32(v[0], 5) + w[3 - i] + v[4] + k[imm];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = rol32(v[1], 30);
		v[1] = v[0];
		v[0] = a;
	}
	put_words(d, v[3], v[2], v[1], v[0]);
}

KERNEL_3(sha1nexte)
{
	uint32_t e = rol32(ld32(h + 12), 30), w[4];

	UNUSED_IMM;
	words_of(w, s);
	put_words(d, w[0], w[1], w[2], w[3] + e);
}

KERNEL_3(sha1msg1)
{
	uint32_t w[4], x[4];

	UNUSED_IMM;
	words_of(w, h);
	words_of(x, s);
	put_words(d, x[2] ^ w[0], x[3] ^ w[1], w[0] ^ w[2], w[1] ^ w[3]);
}

KERNEL_3(sha1msg2)
{
	uint32_t w[4], x[4], w16;

	UNUSED_IMM;
	words_of(w, h);
	words_of(x, s);
	w16 = rol32(w[3] ^ x[2], 1);
	put_words(d, rol32(w[0] ^ w16, 1), rol32(w[1] ^ x[0], 1),
		  rol32(w[2] ^ x[1], 1), w16);
}

static uint32_t small_0(uint32_t v)
{
	return ror32(v, 7) ^ ror32(v, 18) ^ v >> 3;
}

static uint32_t small_1(uint32_t v)
{
	return ror32(v, 17) ^ ror32(v, 19) ^ v >> 10;
}

KERNEL_3(sha256rnds2)
{
	uint32_t x[4], y[4], wk[2] = { ld32(h), ld32(h + 4) };
	uint32_t a, b, c, dd, e, f, g, hh;

	UNUSED_IMM;
	words_of(x, d);
	words_of(y, s);
	a = y[3], b = y[2], c = x[3], dd = x[2];
	e = y[1], f = y[0], g = x[1], hh = x[0];
	for (unsigned i = 0; i < 2; i++) {
		uint32_t t = choose(e, f, g) + wk[i] + hh +
			     (ror32(e, 6) ^ ror32(e, 11) ^ ror32(e, 25));
		uint32_t u = majority(a, b, c) +
			     (ror32(a, 2) ^ ror32(a, 13) ^ ror32(a, 22));

		hh = g, g = f, f = e, e = t + dd;
		dd = c, c = b, b = a, a = t + u;
	}
	put_words(d, f, e, b, a);
}

KERNEL_3(sha256msg1)
{
	uint32_t w[4], w4 = ld32(s);

	UNUSED_IMM;
	words_of(w, h);
	put_words(d, w[0] + small_0(w[1]), w[1] + small_0(w[2]),
		  w[2] + small_0(w[3]), w[3] + small_0(w4));
}

KERNEL_3(sha256msg2)
{
	uint32_t w[4], w16, w17;

	UNUSED_IMM;
	words_of(w, h);
	w16 = w[0] + small_1(ld32(s + 8));
	w17 = w[1] + small_1(ld32(s + 12));
	put_words(d, w16, w17, w[2] + small_1(w16), w[3] + small_1(w17));
}

/* ---- the forms ---- */

/* X(NAME, name): legacy, and VEX of both lengths; legacy, and VEX of 128 bits;
 * legacy only. */
#define AES_3(X) \
	X(AESENC, aesenc) X(AESENCLAST, aesenclast) X(AESDEC, aesdec) \
	X(AESDECLAST, aesdeclast)
#define AES_2(X) \
	X(AESIMC, aesimc) X(AESKEYGENASSIST, aeskeygenassist)
#define CLMUL_3(X) X(PCLMULQDQ, pclmulqdq)
#define GFNI_3(X) \
	X(GF2P8MULB, gf2p8mulb) X(GF2P8AFFINEQB, gf2p8affineqb) \
	X(GF2P8AFFINEINVQB, gf2p8affineinvqb)
#define SHA_2(X) \
	X(SHA1RNDS4, sha1rnds4) X(SHA1NEXTE, sha1nexte) \
	X(SHA1MSG1, sha1msg1) X(SHA1MSG2, sha1msg2) \
	X(SHA256MSG1, sha256msg1) X(SHA256MSG2, sha256msg2)

#define FORM_BOTH(prefix, name) \
	EXT(prefix##name, prefix##name(d, d, s, I)) \
	VEX(v##prefix##name, prefix##name(d, h, s, VIMM))
#define FORM_128(prefix, name) \
	EXT(prefix##name, prefix##name(d, d, s, I)) \
	VEX_128(v##prefix##name, 16, prefix##name(d, h, s, VIMM))
#define FORM_LEGACY(prefix, name) \
	EXT(prefix##name, prefix##name(d, d, s, I))

#define PORTABLE_BOTH(NAME, name) FORM_BOTH(k_, name)
#define PORTABLE_128(NAME, name) FORM_128(k_, name)
#define PORTABLE_LEGACY(NAME, name) FORM_LEGACY(k_, name)
AES_3(PORTABLE_BOTH) AES_2(PORTABLE_128) CLMUL_3(PORTABLE_BOTH)
GFNI_3(PORTABLE_BOTH) SHA_2(PORTABLE_LEGACY)
EXT(k_sha256rnds2, k_sha256rnds2(d, V(0)->b, s, I))

#define ROW(NAME, name) EXT_ROW(NAME, k_##name),
#define VROW(NAME, name) VEX_ROW(NAME, vk_##name),
#define VROW_128(NAME, name) VEX_ROW_128(NAME, vk_##name),
static const struct ext_row rows[] = {
	AES_3(ROW) AES_2(ROW) CLMUL_3(ROW) GFNI_3(ROW) SHA_2(ROW)
	ROW(SHA256RNDS2, sha256rnds2)
};
static const struct vex_row vex_rows[] = {
	AES_3(VROW) AES_2(VROW_128) CLMUL_3(VROW) GFNI_3(VROW)
};

/* ---- by the host's instructions ---- */

#if VC_HOSTFP

#define HOST_KERNEL(name) \
VC_INLINE void h_##name(uint8_t *d, const uint8_t *h, const uint8_t *s, \
			unsigned imm)
VC_INLINE __m128i load(const uint8_t *p)
{
	return _mm_loadu_si128((const void *)p);
}

VC_INLINE void store(uint8_t *p, __m128i v)
{
	_mm_storeu_si128((void *)p, v);
}

#define HOST_3(name) \
HOST_KERNEL(name) \
{ \
	__m128i v = load(h); \
\
	UNUSED_IMM; \
	__asm__ (#name " %1, %0" : "+x"(v) : "x"(load(s))); \
	store(d, v); \
}
HOST_3(aesenc)
HOST_3(aesenclast)
HOST_3(aesdec)
HOST_3(aesdeclast)
HOST_3(gf2p8mulb)
HOST_3(sha1nexte)
HOST_3(sha1msg1)
HOST_3(sha1msg2)
HOST_3(sha256msg1)
HOST_3(sha256msg2)

HOST_KERNEL(aesimc)
{
	__m128i v;

	UNUSED_H, UNUSED_IMM;
	__asm__ ("aesimc %1, %0" : "=x"(v) : "x"(load(s)));
	store(d, v);
}

/* Where immediates are only added to the result, they are added here. */
HOST_KERNEL(aeskeygenassist)
{
	__m128i v;

	UNUSED_H;
	__asm__ ("aeskeygenassist $0, %1, %0" : "=x"(v) : "x"(load(s)));
	store(d, _mm_xor_si128(v, _mm_set_epi32((int)imm, 0, (int)imm, 0)));
}

#define HOST_AFFINE(name) \
HOST_KERNEL(name) \
{ \
	__m128i v = load(h); \
\
	__asm__ (#name " $0, %1, %0" : "+x"(v) : "x"(load(s))); \
	store(d, _mm_xor_si128(v, _mm_set1_epi8((char)imm))); \
}
HOST_AFFINE(gf2p8affineqb)
HOST_AFFINE(gf2p8affineinvqb)

HOST_KERNEL(pclmulqdq)
{
	__m128i v = load(h), w = load(s);

	if (imm & 1)
		v = _mm_unpackhi_epi64(v, v);
	if (imm & 0x10)
		w = _mm_unpackhi_epi64(w, w);
	__asm__ ("pclmulqdq $0, %1, %0" : "+x"(v) : "x"(w));
	store(d, v);
}

HOST_KERNEL(sha1rnds4)
{
	__m128i v = load(h), w = load(s);

	switch (imm & 3) {
	case 0:
		__asm__ ("sha1rnds4 $0, %1, %0" : "+x"(v) : "x"(w));
		break;
	case 1:
		__asm__ ("sha1rnds4 $1, %1, %0" : "+x"(v) : "x"(w));
		break;
	case 2:
		__asm__ ("sha1rnds4 $2, %1, %0" : "+x"(v) : "x"(w));
		break;
	default:
		__asm__ ("sha1rnds4 $3, %1, %0" : "+x"(v) : "x"(w));
		break;
	}
	store(d, v);
}

HOST_KERNEL(sha256rnds2)
{
	__m128i v = load(d);

	UNUSED_IMM;
	__asm__ ("sha256rnds2 %%xmm0, %1, %0" : "+x"(v)
		 : "x"(load(s)), "Yz"(load(h)));
	store(d, v);
}

#define HOST_BOTH(NAME, name) FORM_BOTH(h_, name)
#define HOST_128(NAME, name) FORM_128(h_, name)
#define HOST_LEGACY(NAME, name) FORM_LEGACY(h_, name)
AES_3(HOST_BOTH) AES_2(HOST_128) CLMUL_3(HOST_BOTH) GFNI_3(HOST_BOTH)
SHA_2(HOST_LEGACY)
EXT(h_sha256rnds2, h_sha256rnds2(d, V(0)->b, s, I))

#define HROW(NAME, name) EXT_ROW(NAME, h_##name),
#define HVROW(NAME, name) VEX_ROW(NAME, vh_##name),
#define HVROW_128(NAME, name) VEX_ROW_128(NAME, vh_##name),
static const struct ext_row aes_rows[] = { AES_3(HROW) AES_2(HROW) };
static const struct vex_row aes_vex_rows[] = { AES_3(HVROW) AES_2(HVROW_128) };
static const struct ext_row clmul_rows[] = { CLMUL_3(HROW) };
static const struct vex_row clmul_vex_rows[] = { CLMUL_3(HVROW) };
static const struct ext_row gfni_rows[] = { GFNI_3(HROW) };
static const struct vex_row gfni_vex_rows[] = { GFNI_3(HVROW) };
static const struct ext_row sha_rows[] = {
	SHA_2(HROW) HROW(SHA256RNDS2, sha256rnds2)
};

static bool select_host(const struct x86_insn *in, struct op *op)
{
	__builtin_cpu_init();
	switch (in->op) {
	case X86_PCLMULQDQ:
		return __builtin_cpu_supports("pclmul") &&
		       (in->vex ? VEX_FIND(in, op, clmul_vex_rows) :
				  EXT_FIND(in, op, clmul_rows));
	case X86_GF2P8MULB: case X86_GF2P8AFFINEQB: case X86_GF2P8AFFINEINVQB:
		return __builtin_cpu_supports("gfni") &&
		       (in->vex ? VEX_FIND(in, op, gfni_vex_rows) :
				  EXT_FIND(in, op, gfni_rows));
	case X86_AESENC: case X86_AESENCLAST: case X86_AESDEC:
	case X86_AESDECLAST: case X86_AESIMC: case X86_AESKEYGENASSIST:
		return __builtin_cpu_supports("aes") &&
		       (in->vex ? VEX_FIND(in, op, aes_vex_rows) :
				  EXT_FIND(in, op, aes_rows));
	default:
		return in->feature == X86_FEAT_SHA && HOST_HAS_SHA() &&
		       EXT_FIND(in, op, sha_rows);
	}
}
#else
static bool select_host(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
#endif

bool vc__select_crypto(const struct x86_insn *in, struct op *op)
{
	return select_host(in, op) ||
	       (in->vex ? VEX_FIND(in, op, vex_rows) : EXT_FIND(in, op, rows));
}
