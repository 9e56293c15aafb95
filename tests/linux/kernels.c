/* SPDX-License-Identifier: MIT */
/*
 * Loops of the kinds that compilers turn into vector code, on every type, and
 * the C library's functions; a line for each with a checksum of the results'
 * bits. The check compiles it in many ways and compares the lines.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1021 };	/* a prime: every loop has a remainder */

static uint64_t seed = 88172645463325252;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static uint64_t hash(const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static void show(const char *name, const char *type, const void *p, size_t n)
{
	printf("%s %s %016llx\n", name, type,
	       (unsigned long long)hash(p, n));
}

#define SHOW(name, type, what) show(name, #type, what, sizeof(what))

/* bits: how far a shift may go */
#define INTEGER(T, bits) \
static T a_##T[N], b_##T[N], c_##T[N], r_##T[N]; \
static void __attribute__((noinline)) do_##T(void) \
{ \
	T *a = a_##T, *b = b_##T, *c = c_##T, *r = r_##T, s = 0, m = 0; \
	uint64_t w[N]; \
	int64_t sw[N]; \
	unsigned n = 0; \
 \
	for (int i = 0; i < N; i++) { \
		a[i] = (T)rnd(); \
		b[i] = (T)rnd(); \
		c[i] = (T)(rnd() % (bits)); \
	} \
	for (int i = 0; i < N; i++) \
		r[i] = (T)(a[i] + b[i]); \
	SHOW("add", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = (T)(a[i] - b[i] * 3); \
	SHOW("mulsub", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = (T)((uint64_t)a[i] * (uint64_t)b[i]); \
	SHOW("mul", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = (T)(a[i] >> 3); \
	SHOW("shift", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = (T)(a[i] >> c[i]); \
	SHOW("shifts right", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = (T)((uint64_t)a[i] << c[i]); \
	SHOW("shifts left", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = a[i] > b[i] ? a[i] : b[i]; \
	SHOW("max", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = a[i] < b[i] ? c[i] : (T)(b[i] & ~a[i]); \
	SHOW("select", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = a[i] == b[N - 1 - i] || (a[i] & 7) == 3 ? a[i] : b[i]; \
	SHOW("equal", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = a[N - 1 - i]; \
	SHOW("reverse", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = a[(unsigned)b[i] % N]; \
	SHOW("gather", T, r_##T); \
	for (int i = 0; i < N / 2; i++) { \
		r[2 * i] = b[i]; \
		r[2 * i + 1] = a[i]; \
	} \
	SHOW("interleave", T, r_##T); \
	for (int i = 0; i < N / 3; i++) \
		r[i] = (T)(a[3 * i] + b[3 * i + 1] + a[3 * i + 2]); \
	SHOW("stride", T, r_##T); \
	for (int i = 0; i < N; i++) \
		if (c[i] & 1) \
			r[i] = a[i]; \
	SHOW("masked", T, r_##T); \
	for (int i = 0; i < N; i++) { \
		w[i] = (uint64_t)a[i]; \
		sw[i] = (int64_t)b[i] * 5; \
	} \
	SHOW("wide", T, w); \
	SHOW("signed wide", T, sw); \
	for (int i = 0; i < N; i++) \
		r[i] = (T)(w[i] >> 5); \
	SHOW("narrow", T, r_##T); \
	for (int i = 0; i < N; i++) { \
		s = (T)(s + a[i]); \
		m = a[i] > m ? a[i] : m; \
		n += a[i] > b[i]; \
	} \
	printf("sums %s %llx %llx %u\n", #T, (unsigned long long)s, \
	       (unsigned long long)m, n); \
	for (int i = 0; i < N; i++) \
		r[i] = (T)((a[i] | 1) / (b[i] | 1) + a[i] % (T)(c[i] | 1)); \
	SHOW("divide", T, r_##T); \
}

INTEGER(int8_t, 8)
INTEGER(uint8_t, 8)
INTEGER(int16_t, 16)
INTEGER(uint16_t, 16)
INTEGER(int32_t, 32)
INTEGER(uint32_t, 32)
INTEGER(int64_t, 64)
INTEGER(uint64_t, 64)

static void __attribute__((noinline)) bit_tricks(void)
{
	static uint64_t r[N];
	static uint32_t q[N];

	for (int i = 0; i < N; i++) {
		uint64_t x = rnd() >> (rnd() & 63), y = rnd() | 1;
		uint32_t z = (uint32_t)y;

		r[i] = (uint64_t)__builtin_popcountll(x) + (x & -x) +
			(x & (x - 1)) + (x ^ (x - 1)) + (~x & y);
		if (x)
			r[i] += (uint64_t)(__builtin_clzll(x) +
				64 * __builtin_ctzll(x));
		r[i] ^= y << (x & 63) | y >> (-x & 63);
		r[i] += (uint64_t)((unsigned __int128)x * y >> 64);
		r[i] ^= __builtin_bswap64(y) + (x >> (y & 63)) +
			(x & ((1ull << (y & 31)) - 1));
		q[i] = __builtin_bswap32(z) ^ (z << 7 | z >> 25) ^
			(uint32_t)__builtin_clz(z) ^ (uint32_t)((int32_t)z >> 9);
	}
	SHOW("bits", uint64_t, r);
	SHOW("bits", uint32_t, q);
}

#define FLOATING(T, f, I) \
static T a_##T[N], b_##T[N], r_##T[N]; \
static void __attribute__((noinline)) do_##T(void) \
{ \
	T *a = a_##T, *b = b_##T, *r = r_##T, s = 0, t = 0; \
	I q[N]; \
	short h[N]; \
	int n = 0; \
 \
	for (int i = 0; i < N; i++) { \
		a[i] = (T)((double)(int64_t)rnd() / 1e14); \
		b[i] = (T)((double)(rnd() >> 12 | 1) / 1e13); \
	} \
	for (int i = 0; i < N; i++) \
		r[i] = a[i] + b[i] * a[i]; \
	SHOW("muladd", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = (a[i] - b[i]) / (b[i] + 1); \
	SHOW("divide", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = sqrt##f(b[i]) - fabs##f(a[i]); \
	SHOW("sqrt", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = a[i] > b[i] ? a[i] : b[i] - 1; \
	SHOW("select", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = floor##f(a[i]) + ceil##f(b[i]) - trunc##f(a[i]) + \
			rint##f(b[i]); \
	SHOW("round", T, r_##T); \
	for (int i = 0; i < N; i++) \
		q[i] = (I)a[i]; \
	SHOW("to integer", T, q); \
	for (int i = 0; i < N; i++) \
		h[i] = (short)((int)a[i] >> 4); \
	SHOW("to short", T, h); \
	for (int i = 0; i < N; i++) \
		r[i] = (T)q[i] + (T)h[i]; \
	SHOW("from integer", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = fma##f(a[i], b[i], r[i]); \
	SHOW("fma", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = copysign##f(b[i], a[i]) + fmin##f(a[i], b[i]); \
	SHOW("copysign", T, r_##T); \
	for (int i = 0; i < N; i++) { \
		s += a[i] * b[i]; \
		t = a[i] > t ? a[i] : t; \
		n += a[i] < b[N - 1 - i]; \
	} \
	printf("sums %s %a %a %d\n", #T, (double)s, (double)t, n); \
	for (int i = 0; i < N / 2; i++) \
		r[2 * i] = a[i] * b[2 * i] - a[2 * i + 1] * b[i]; \
	SHOW("complex", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = a[(uint64_t)b[i] % N]; \
	SHOW("gather", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = sin##f(a[i]) + cos##f(b[i]) * exp##f(a[i] / 9e4) + \
			log##f(b[i]) + pow##f(b[i], (T)0.3) + \
			tan##f(a[i]) + atan2##f(a[i], b[i]); \
	SHOW("functions", T, r_##T); \
	for (int i = 0; i < N; i++) \
		r[i] = tanh##f(a[i]) + cbrt##f(b[i]) + erf##f(a[i] / 999) + \
			exp2##f(a[i] / 1e4) + log2##f(b[i]) + \
			lgamma##f(b[i]) + fmod##f(a[i], b[i]) + \
			remainder##f(a[i], 3) + hypot##f(a[i], b[i]); \
	SHOW("more functions", T, r_##T); \
}

typedef long double extended;

FLOATING(float, f, int32_t)
FLOATING(double, , int64_t)

static void __attribute__((noinline)) do_extended(void)
{
	char text[64];
	uint64_t h = 0;

	for (int i = 0; i < 200; i++) {
		extended x = (extended)(int64_t)rnd() / 1e12L;
		extended y = sinl(x) + expl(x / 1e4L) + logl(fabsl(x)) +
			sqrtl(fabsl(x)) + atanl(x) + floorl(x) * x - x / 3;

		snprintf(text, sizeof(text), "%La", y);
		h = h * 31 + hash(text, strlen(text));
	}
	printf("long double %016llx\n", (unsigned long long)h);
}

/* The string functions choose by CPUID; every length and alignment. */
static void __attribute__((noinline)) strings(void)
{
	static char a[700], b[700];
	uint64_t h = 0;

	for (int n = 0; n < 300; n++) {
		int i = n % 33, j = n * 7 % 31;

		memset(a, 'x', sizeof(a));
		memset(b, 'y', sizeof(b));
		for (int k = 0; k < n; k++)
			a[i + k] = (char)('a' + rnd() % 25);
		a[i + n] = 0;
		memcpy(b + j, a + i, (size_t)n + 1);
		h = h * 31 + strlen(b + j);
		h = h * 31 + (uint64_t)(strcmp(a + i, b + j) == 0);
		if (n)
			b[j + n / 2]++;
		h = h * 31 + (uint64_t)(strcmp(a + i, b + j) < 0);
		h = h * 31 + (uint64_t)(memcmp(a + i, b + j, (size_t)n) < 0);
		h = h * 31 + (uint64_t)(strncmp(a + i, b + j,
						(size_t)n / 2) == 0);
		h = h * 31 + (uint64_t)(memchr(a + i, 'q', (size_t)n) ?
			(char *)memchr(a + i, 'q', (size_t)n) - a : -1);
		h = h * 31 + (uint64_t)(strrchr(a + i, 'e') ?
			strrchr(a + i, 'e') - a : -1);
		h = h * 31 + strspn(a + i, "abcdefghijklm");
		h = h * 31 + strcspn(a + i, "xyw");
		h = h * 31 + (uint64_t)(strstr(a + i, "ab") ?
			strstr(a + i, "ab") - a : -1);
		memmove(a + i + 3, a + i, (size_t)n);
		memset(b + j, n, (size_t)n / 2);
		strcpy(b + 350, a + 5);
		h = h * 31 + hash(a, sizeof(a)) + hash(b, sizeof(b));
	}
	printf("strings %016llx\n", (unsigned long long)h);
}

static int compare(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static void __attribute__((noinline)) texts(void)
{
	static double v[N];
	char text[64];
	uint64_t h = 0;

	for (int i = 0; i < N; i++)
		v[i] = (double)(int64_t)rnd() * exp2((double)(rnd() % 400) - 200);
	qsort(v, N, sizeof(v[0]), compare);
	SHOW("sorted", double, v);
	for (int i = 0; i < N; i += 3) {
		snprintf(text, sizeof(text), "%.17g %.3f %e", v[i],
			 v[i] / 1e40, v[i]);
		h = h * 31 + hash(text, strlen(text));
		h = h * 31 + (uint64_t)(strtod(text, NULL) == v[i]);
	}
	printf("texts %016llx\n", (unsigned long long)h);
}

static void __attribute__((noinline)) matrices(void)
{
	enum { M = 23 };
	static double a[M][M], b[M][M], c[M][M];
	static float x[M][M], y[M][M], z[M][M];

	for (int i = 0; i < M; i++)
		for (int j = 0; j < M; j++) {
			a[i][j] = (double)(rnd() >> 40) / 3;
			b[i][j] = (double)(rnd() >> 40) / 7;
			x[i][j] = (float)a[i][j];
			y[i][j] = (float)b[i][j];
		}
	for (int i = 0; i < M; i++)
		for (int k = 0; k < M; k++)
			for (int j = 0; j < M; j++) {
				c[i][j] += a[i][k] * b[k][j];
				z[i][j] += x[i][k] * y[k][j];
			}
	SHOW("matrix", double, c);
	SHOW("matrix", float, z);
}

int main(void)
{
	do_int8_t();
	do_uint8_t();
	do_int16_t();
	do_uint16_t();
	do_int32_t();
	do_uint32_t();
	do_int64_t();
	do_uint64_t();
	bit_tricks();
	do_float();
	do_double();
	do_extended();
	strings();
	texts();
	matrices();
	return 0;
}
