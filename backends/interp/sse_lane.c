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
