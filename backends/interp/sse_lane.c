/* SPDX-License-Identifier: MIT */
/*
 * sse_lane.c: the kernels of sse_lane.h in portable C. Lanes are read and
 * written in guest byte order, so they are right on any host.
 */
#include "sse_lane.h"

#define KERNEL(NAME, name, bits, expr, intrin) \
void vc__lane_##name(uint8_t *d, const uint8_t *s, unsigned n) \
{ \
	for (unsigned i = 0; i < n; i += bits / 8) { \
		uint64_t a = ld##bits(d + i), b = ld##bits(s + i); \
\
		st##bits(d + i, (uint##bits##_t)(expr)); \
	} \
}
LANE_OPS(KERNEL)

#define SHIFT(NAME, name, bits, expr, big, intrin) \
void vc__lane_##name(uint8_t *d, uint64_t n, unsigned bytes) \
{ \
	for (unsigned i = 0; i < bytes; i += bits / 8) { \
		uint64_t a = ld##bits(d + i); \
\
		st##bits(d + i, (uint##bits##_t)(n < bits ? (expr) : (big))); \
	} \
}
LANE_SHIFTS(SHIFT)

/* The words (32: double words) of d, then of s, narrowed. */
#define PACK(name, from, to, sat) \
void vc__lane_##name(uint8_t *d, const uint8_t *s, unsigned n) \
{ \
	uint8_t r[16]; \
\
	for (unsigned i = 0; i < n / 2; i += to / 8) { \
		st##to(r + i, (uint##to##_t)sat( \
			(int64_t)(int##from##_t)ld##from(d + 2 * i))); \
		st##to(r + n / 2 + i, (uint##to##_t)sat( \
			(int64_t)(int##from##_t)ld##from(s + 2 * i))); \
	} \
	memcpy(d, r, n); \
}
PACK(packsswb, 16, 8, LANE_SS8)
PACK(packuswb, 16, 8, LANE_US8)
PACK(packssdw, 32, 16, LANE_SS16)

/* Lanes of size bytes of the low or high halves, alternately. */
static void unpack(uint8_t *d, const uint8_t *s, unsigned n, unsigned size,
		   bool high)
{
	uint8_t r[16];
	unsigned from = high ? n / 2 : 0;

	for (unsigned i = 0; i < n / 2; i += size) {
		memcpy(r + 2 * i, d + from + i, size);
		memcpy(r + 2 * i + size, s + from + i, size);
	}
	memcpy(d, r, n);
}

#define UNPACK(name, size, high) \
void vc__lane_##name(uint8_t *d, const uint8_t *s, unsigned n) \
{ \
	unpack(d, s, n, size, high); \
}
UNPACK(punpcklbw, 1, false)
UNPACK(punpcklwd, 2, false)
UNPACK(punpckldq, 4, false)
UNPACK(punpcklqdq, 8, false)
UNPACK(punpckhbw, 1, true)
UNPACK(punpckhwd, 2, true)
UNPACK(punpckhdq, 4, true)
UNPACK(punpckhqdq, 8, true)

unsigned vc__lane_movmskb(const uint8_t *s, unsigned n)
{
	unsigned r = 0;

	for (unsigned i = 0; i < n; i++)
		r |= (unsigned)(s[i] >> 7) << i;
	return r;
}

/* ---- SSSE3 ---- */

void vc__lane_pshufb(uint8_t *d, const uint8_t *s, unsigned n)
{
	uint8_t r[16];

	for (unsigned i = 0; i < n; i++)
		r[i] = s[i] & 0x80 ? 0 : d[s[i] & (n - 1)];
	memcpy(d, r, n);
}

/* Neighbours of d, then of s, combined: SDM 2B PHADDW. */
#define HORIZONTAL(name, bits, expr) \
void vc__lane_##name(uint8_t *d, const uint8_t *s, unsigned n) \
{ \
	uint8_t r[16]; \
\
	for (unsigned i = 0; i < n; i += bits / 8) { \
		const uint8_t *p = 2 * i < n ? d + 2 * i : s + 2 * i - n; \
		int64_t a = (int##bits##_t)ld##bits(p); \
		int64_t b = (int##bits##_t)ld##bits(p + bits / 8); \
\
		st##bits(r + i, (uint##bits##_t)(expr)); \
	} \
	memcpy(d, r, n); \
}
HORIZONTAL(phaddw, 16, a + b)
HORIZONTAL(phaddd, 32, a + b)
HORIZONTAL(phaddsw, 16, LANE_SS16(a + b))
HORIZONTAL(phsubw, 16, a - b)
HORIZONTAL(phsubd, 32, a - b)
HORIZONTAL(phsubsw, 16, LANE_SS16(a - b))

/* Lane by lane, on signed values. */
#define SIGNED_LANES(name, bits, expr) \
void vc__lane_##name(uint8_t *d, const uint8_t *s, unsigned n) \
{ \
	for (unsigned i = 0; i < n; i += bits / 8) { \
		int64_t a = (int##bits##_t)ld##bits(d + i); \
		int64_t b = (int##bits##_t)ld##bits(s + i); \
\
		(void)a; \
		st##bits(d + i, (uint##bits##_t)(expr)); \
	} \
}
SIGNED_LANES(psignb, 8, b < 0 ? -a : b ? a : 0)
SIGNED_LANES(psignw, 16, b < 0 ? -a : b ? a : 0)
SIGNED_LANES(psignd, 32, b < 0 ? -a : b ? a : 0)
SIGNED_LANES(pabsb, 8, b < 0 ? -b : b)
SIGNED_LANES(pabsw, 16, b < 0 ? -b : b)
SIGNED_LANES(pabsd, 32, b < 0 ? -b : b)
SIGNED_LANES(pmulhrsw, 16, (a * b + 0x4000) >> 15)

/* Unsigned bytes of d by signed bytes of s, added in pairs. */
void vc__lane_pmaddubsw(uint8_t *d, const uint8_t *s, unsigned n)
{
	for (unsigned i = 0; i < n; i += 2) {
		int64_t v = (int64_t)d[i] * (int8_t)s[i] +
			    (int64_t)d[i + 1] * (int8_t)s[i + 1];

		st16(d + i, (uint16_t)LANE_SS16(v));
	}
}

void vc__lane_align(uint8_t *d, const uint8_t *s, unsigned n, unsigned imm)
{
	uint8_t t[48] = { 0 };

	memcpy(t, s, n);
	memcpy(t + n, d, n);
	if (imm > 2 * n)
		imm = 2 * n;
	memcpy(d, t + imm, n);
}

void vc__lane_palignr(uint8_t *d, const uint8_t *s, unsigned imm)
{
	vc__lane_align(d, s, 16, imm);
}

/* ---- SSE4.1 and SSE4.2 ---- */

/* Signed or unsigned (u) values. */
#define LANES(name, sign, bits, expr) \
void vc__lane_##name(uint8_t *d, const uint8_t *s, unsigned n) \
{ \
	for (unsigned i = 0; i < n; i += bits / 8) { \
		sign##int##bits##_t a = (sign##int##bits##_t)ld##bits(d + i); \
		sign##int##bits##_t b = (sign##int##bits##_t)ld##bits(s + i); \
\
		st##bits(d + i, (uint##bits##_t)(expr)); \
	} \
}
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
LANES(pcmpgtq, , 64, a > b ? ~UINT64_C(0) : 0)
LANES(pmuldq, u, 64, (int64_t)(int32_t)(uint32_t)a * (int32_t)(uint32_t)b)

#define WIDEN(NAME, name, sign, from, to) \
void vc__lane_##name(uint8_t *d, const uint8_t *s, unsigned n) \
{ \
	uint8_t r[16]; \
\
	for (unsigned i = 0; i < n * 8 / to; i++) \
		st##to(r + i * to / 8, (uint##to##_t) \
		       (sign##int##from##_t)ld##from(s + i * from / 8)); \
	memcpy(d, r, n); \
}
LANE_WIDEN(WIDEN)

void vc__lane_packusdw(uint8_t *d, const uint8_t *s, unsigned n)
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

/* The least word, and where it is. */
void vc__lane_phminposuw(uint8_t *d, const uint8_t *s, unsigned n)
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

/* ---- with an immediate, of 16 bytes ---- */

/* Eight sums of four differences: windows of d that begin at imm[2] * 4 + i,
 * against the four bytes of s at imm[1:0] * 4. */
void vc__lane_mpsadbw(uint8_t *d, const uint8_t *s, unsigned imm)
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

/* Lanes of s where imm has a bit. */
static void blend(uint8_t *d, const uint8_t *s, unsigned imm, unsigned size)
{
	for (unsigned i = 0; i < 16; i += size, imm >>= 1)
		if (imm & 1)
			memmove(d + i, s + i, size);
}

#define BLEND(name, size) \
void vc__lane_##name(uint8_t *d, const uint8_t *s, unsigned imm) \
{ \
	blend(d, s, imm, size); \
}
BLEND(pblendw, 2)
BLEND(blendps, 4)
BLEND(blendpd, 8)

void vc__lane_psrldq(uint8_t *d, const uint8_t *s, unsigned imm)
{
	uint8_t zero[16] = { 0 }, t[16];

	memcpy(t, s, 16);
	memcpy(d, zero, 16);
	vc__lane_align(d, t, 16, imm > 16 ? 16 : imm);
}

void vc__lane_pslldq(uint8_t *d, const uint8_t *s, unsigned imm)
{
	uint8_t zero[16] = { 0 }, t[16];

	memcpy(t, s, 16);
	memcpy(d, t, 16);
	vc__lane_align(d, zero, 16, imm > 16 ? 0 : 16 - imm);
}

#if VC_HOSTFP
#define FOUR(n)	n, n + 1, n + 2, n + 3
#define NONE	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, \
		0x80, 0x80, 0x80, 0x80, 0x80, 0x80
const uint8_t vc__lane_slide[64] = {
	NONE, FOUR(0), FOUR(4), FOUR(8), FOUR(12), NONE, NONE,
};
#endif
