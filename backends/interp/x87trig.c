/* SPDX-License-Identifier: MIT */
/*
 * x87trig.c: the transcendental functions of softfp.h, in arithmetic with 128
 * significant bits (struct wide, truncating). Reductions and series are such
 * that the error before the one rounding at the end is below 2^-100 of the
 * result, so results are within half a unit in the last place and a hair.
 *
 * FSIN, FCOS and FPTAN reduce by the 66-bit approximation of pi that all x87s
 * have (SDM 1 §8.3.8); with it, sin of the double-extended number next to pi
 * has only its first two bits in common with mathematics.
 */
#include "softfp.h"

typedef vc__u128 u128;
#define U128(hi, lo)	((u128)UINT64_C(hi) << 64 | UINT64_C(lo))
#define TOP128		((u128)1 << 127)

/* m / 2^127 * 2^exp; m is 0 or has bit 127 set. */
struct wide {
	unsigned sign;
	int exp;
	u128 m;
};

static const struct wide one = { 0, 0, TOP128 };
static const struct wide ln2 = { 0, -1, U128(0xb17217f7d1cf79ab, 0xc9e3b39803f2f6af) };
static const struct wide pi = { 0, 1, U128(0xc90fdaa22168c234, 0xc4c6628b80dc1cd1) };
static const struct wide half_pi = { 0, 0, U128(0xc90fdaa22168c234, 0xc4c6628b80dc1cd1) };

/* arctan(k / 16), k from 1 */
static const struct wide atans[16] = {
	{ 0, -5, U128(0xffaaddb967ef4e36, 0xcb2792dc0e2e0d51) },
	{ 0, -4, U128(0xfeadd4d5617b6e32, 0xc897989f3e888ef8) },
	{ 0, -3, U128(0xbdcbda5e72d81134, 0x7b0b4f881c9c7488) },
	{ 0, -3, U128(0xfadbafc96406eb15, 0x6dc79ef5f7a217e6) },
	{ 0, -2, U128(0x9b13b9b83f5e5e69, 0xc5abb498d27af328) },
	{ 0, -2, U128(0xb7b0ca0f26f78473, 0x8aa32122dcfe4483) },
	{ 0, -2, U128(0xd327761e611fe5b6, 0x427c95e9001e7136) },
	{ 0, -2, U128(0xed63382b0dda7b45, 0x6fe445ecbc3a8d03) },
	{ 0, -1, U128(0x832bf4a6d9867e2a, 0x4b6a09cb61a515c1) },
	{ 0, -1, U128(0x8f005d5ef7f59f9b, 0x5c835e1665c43748) },
	{ 0, -1, U128(0x9a2f80e671bdda20, 0x4226f8e2204ff3bd) },
	{ 0, -1, U128(0xa4bc7d1934f70924, 0x19a87f2a457dac9f) },
	{ 0, -1, U128(0xaeac4c38b4d8c080, 0x14725e2f3e52070a) },
	{ 0, -1, U128(0xb8053e2bc2319e73, 0xcb2da55210a4443d) },
	{ 0, -1, U128(0xc0ce85b8ac526640, 0x89dd62c46e92fa25) },
	{ 0, -1, U128(0xc90fdaa22168c234, 0xc4c6628b80dc1cd1) },
};

static unsigned clz128(u128 v)
{
	uint64_t hi = (uint64_t)(v >> 64);

	return hi ? (unsigned)__builtin_clzll(hi)
		  : 64 + (unsigned)__builtin_clzll((uint64_t)v);
}

static struct wide make(unsigned sign, int exp, u128 m)
{
	struct wide r = { sign, exp, m };

	if (m) {
		unsigned n = clz128(m);

		r.m <<= n;
		r.exp -= (int)n;
	}
	return r;
}

static struct wide from(struct sf v)
{
	return make(v.sign, v.exp, v.cls == SF_NORM ? (u128)v.sig << 64 : 0);
}

static u128 mul_high(u128 a, u128 b)
{
	uint64_t ah = (uint64_t)(a >> 64), al = (uint64_t)a;
	uint64_t bh = (uint64_t)(b >> 64), bl = (uint64_t)b;
	u128 hl = (u128)ah * bl, lh = (u128)al * bh;
	u128 mid = ((u128)al * bl >> 64) + (uint64_t)hl + (uint64_t)lh;

	return (u128)ah * bh + (hl >> 64) + (lh >> 64) + (mid >> 64);
}

static struct wide w_mul(struct wide a, struct wide b)
{
	return make(a.sign ^ b.sign, a.exp + b.exp + 1, mul_high(a.m, b.m));
}

static struct wide w_neg(struct wide a)
{
	a.sign ^= 1;
	return a;
}

static struct wide w_add(struct wide a, struct wide b)
{
	u128 x, y;
	int d;

	if (!a.m || (b.m && (b.exp > a.exp || (b.exp == a.exp && b.m > a.m)))) {
		struct wide t = a;

		a = b;
		b = t;
	}
	if (!b.m)
		return a;
	d = a.exp - b.exp;
	x = a.m >> 1;
	y = d > 126 ? 0 : b.m >> 1 >> d;
	return make(a.sign, a.exp + 1, a.sign == b.sign ? x + y : x - y);
}

static struct wide w_sub(struct wide a, struct wide b)
{
	return w_add(a, w_neg(b));
}

static struct wide w_div(struct wide a, struct wide b)
{
	u128 q = 0, r = a.m;
	int exp = a.exp - b.exp;

	if (!r)
		return a;
	if (r < b.m)
		exp--;
	else
		r -= b.m, q = 1;
	for (unsigned n = q ? 127 : 128; n; n--) {
		bool carry = r >> 127 != 0;

		r <<= 1;
		q <<= 1;
		if (carry || r >= b.m) {
			r -= b.m;
			q |= 1;
		}
	}
	return make(a.sign ^ b.sign, exp, q);
}

static struct wide w_div_int(struct wide a, unsigned n)
{
	return make(a.sign, a.exp, a.m / n);
}

static struct wide w_int(int v)
{
	return make(v < 0, 127, (u128)(v < 0 ? -v : v));
}

static struct wide w_scale(struct wide a, int n)
{
	a.exp += n;
	return a;
}

/* Is b too small beside a to matter? */
static bool vanishes(struct wide a, struct wide b)
{
	return !b.m || b.exp < a.exp - 130;
}

/* A hair nearer to 0: for what a series left out. */
static struct wide below(struct wide a)
{
	return make(a.sign, a.exp, a.m - 1);
}

/* Round to 80 bits what is not exact, whatever the wide one looks like. */
static struct sf finish(struct sf_env *env, struct wide v)
{
	return vc__sf_round128(env, SF80, v.sign, v.exp, v.m | 1);
}

/* What may be exact: processors call it inexact all the same. */
static struct sf finish_exact(struct sf_env *env, struct wide v)
{
	struct sf r = vc__sf_round128(env, SF80, v.sign, v.exp, v.m);

	env->flags |= SF_PE;
	if (r.cls == SF_NORM && !(r.sig >> 63))
		env->flags |= SF_UE;
	return r;
}

static struct sf special(unsigned cls, unsigned sign)
{
	struct sf r = { 0 };

	r.cls = (uint8_t)cls;
	r.sign = (uint8_t)sign;
	return r;
}

static struct sf invalid(struct sf_env *env)
{
	env->flags |= SF_IE;
	return vc__sf_default_nan();
}

static bool is_nan(struct sf v)
{
	return v.cls >= SF_QNAN;
}

/* ---- 2^x - 1 ---- */

/* e^v - 1 for |v| <= ln 2 */
static struct wide exp_minus_1(struct wide v)
{
	const int halvings = 6;
	struct wide term, sum;

	v = w_scale(v, -halvings);
	term = v;
	sum = v;
	for (unsigned n = 2; n < 64 && !vanishes(sum, term); n++) {
		term = w_div_int(w_mul(term, v), n);
		sum = w_add(sum, term);
	}
	for (int i = 0; i < halvings; i++)	/* e^2v - 1 = s (s + 2) */
		sum = w_mul(sum, w_add(sum, w_int(2)));
	return sum;
}

struct sf vc__sf_2xm1(struct sf_env *env, struct sf a)
{
	env->up = false;
	if (is_nan(a))
		return vc__sf_nan1(env, a);
	if (a.cls == SF_ZERO)
		return a;
	if (a.cls == SF_INF) {
		struct sf r = vc__sf_from_int(-1);

		return a.sign ? r : a;
	}
	if (a.den)
		env->flags |= SF_DE;
	if (a.exp >= 0) {
		/* +-1 is exact, yet processors say PE; more is undefined, and
		 * comes back */
		env->flags |= SF_PE;
		if (a.exp == 0 && a.sig == (uint64_t)1 << 63 && a.sign)
			a.exp = -1;
		a.den = 0;
		return a;
	}
	return finish(env, exp_minus_1(w_mul(from(a), ln2)));
}

/* ---- logarithms ---- */

/* ln((1 + s) / (1 - s)) / ln 2 for small s: 2 artanh s */
static struct wide log2_from(struct wide s)
{
	struct wide square = w_mul(s, s), power = s, sum = s;

	for (unsigned n = 3; n < 128; n += 2) {
		struct wide term;

		power = w_mul(power, square);
		term = w_div_int(power, n);
		if (vanishes(sum, term))
			break;
		sum = w_add(sum, term);
	}
	return w_div(w_scale(sum, 1), ln2);
}

/* log2 of x > 0; near 1 it keeps its relative precision, since x - 1 is
 * exact there. */
static struct wide log2_wide(struct wide x)
{
	/* the square root of 2 parts what goes to the next power of two */
	const u128 sqrt2 = U128(0xb504f333f9de6484, 0x597d89b3754abe9f);
	int e = x.exp;
	struct wide m = x;

	if (m.m > sqrt2)
		e++;
	m.exp -= e;
	if (m.exp == 0 && m.m == TOP128)
		return w_int(e);
	m = log2_from(w_div(w_sub(m, one), w_add(m, one)));
	return w_add(w_int(e), m);
}

/* y * log2(x), where the logarithm's sign is that of x - 1 (above) */
static struct sf log_infinite(struct sf_env *env, struct sf y, bool log_zero,
			      bool log_negative)
{
	if (log_zero)
		return invalid(env);
	return special(SF_INF, y.sign ^ log_negative);
}

struct sf vc__sf_yl2x(struct sf_env *env, struct sf x, struct sf y)
{
	bool is_one = x.cls == SF_NORM && x.exp == 0 &&
		      x.sig == (uint64_t)1 << 63;
	bool negative = x.cls == SF_ZERO || (x.cls == SF_NORM && x.exp < 0);
	struct wide l;

	env->up = false;
	if (is_nan(x) || is_nan(y))
		return vc__sf_nan2(env, x, y);
	if (x.sign && x.cls != SF_ZERO)
		return invalid(env);
	if (x.cls == SF_ZERO) {
		if (y.cls == SF_ZERO)
			return invalid(env);
		if (y.cls != SF_INF)
			env->flags |= SF_ZE;
		return special(SF_INF, !y.sign);
	}
	if (x.cls == SF_INF) {
		if (y.cls == SF_ZERO)
			return invalid(env);
		if (y.den)
			env->flags |= SF_DE;
		return special(SF_INF, y.sign);
	}
	if (y.cls == SF_INF) {
		if (x.den && !is_one)
			env->flags |= SF_DE;
		return log_infinite(env, y, is_one, negative);
	}
	if (x.den || y.den)
		env->flags |= SF_DE;
	if (is_one || y.cls == SF_ZERO)
		return special(SF_ZERO, y.sign ^ negative);
	l = log2_wide(from(x));
	if (x.sig == (uint64_t)1 << 63)		/* an integer: may be exact */
		return finish_exact(env, w_mul(l, from(y)));
	return finish(env, w_mul(l, from(y)));
}

struct sf vc__sf_yl2xp1(struct sf_env *env, struct sf x, struct sf y)
{
	struct wide w;

	env->up = false;
	if (is_nan(x) || is_nan(y))
		return vc__sf_nan2(env, x, y);
	if (x.cls == SF_INF) {
		if (x.sign || y.cls == SF_ZERO)
			return invalid(env);
		if (y.den)
			env->flags |= SF_DE;
		return special(SF_INF, y.sign);
	}
	if (y.cls == SF_INF) {
		if (x.cls == SF_ZERO)
			return invalid(env);
		if (x.den)
			env->flags |= SF_DE;
		return special(SF_INF, x.sign ^ y.sign);
	}
	if (x.den || y.den)
		env->flags |= SF_DE;
	if (x.cls == SF_ZERO || y.cls == SF_ZERO)
		return special(SF_ZERO, x.sign ^ y.sign);
	w = from(x);
	if (x.sign && x.exp >= 0)	/* 1 + x <= 0: undefined */
		return invalid(env);
	if (x.exp < -1)			/* 1 + x = (1 + s) / (1 - s) */
		w = log2_from(w_div(w, w_add(w, w_int(2))));
	else
		w = log2_wide(w_add(one, w));
	return finish(env, w_mul(w, from(y)));
}

/* ---- arctangent ---- */

/* arctan(q), 0 <= q <= 1: q is c + ..., with c a multiple of 1/16 */
static struct wide atan_unit(struct wide q)
{
	unsigned k = q.exp < -5 ? 0 : (unsigned)(q.m >> (122 - q.exp)) + 1;
	struct wide square, power, sum;

	k /= 2;				/* k was q in 1/32s, to be rounded */
	if (k) {
		struct wide c = w_scale(w_int((int)k), -4);

		q = w_div(w_sub(q, c), w_add(one, w_mul(q, c)));
	}
	square = w_neg(w_mul(q, q));
	power = q;
	sum = q;
	for (unsigned n = 3; n < 128 && q.m; n += 2) {
		struct wide term;

		power = w_mul(power, square);
		term = w_div_int(power, n);
		if (vanishes(sum, term)) {
			sum = below(sum);
			break;
		}
		sum = w_add(sum, term);
	}
	return k ? w_add(atans[k - 1], sum) : sum;
}

/* A multiple of pi / 4, signed. */
static struct sf quarter_pis(struct sf_env *env, int n, unsigned sign)
{
	struct wide r = w_mul(w_int(n), w_scale(pi, -2));

	r.sign = sign;
	return finish(env, r);
}

struct sf vc__sf_atan2(struct sf_env *env, struct sf y, struct sf x)
{
	struct wide a, b, r;

	env->up = false;
	if (is_nan(x) || is_nan(y))
		return vc__sf_nan2(env, x, y);
	if (x.den || y.den)
		env->flags |= SF_DE;
	if (y.cls == SF_INF)
		return quarter_pis(env, x.cls != SF_INF ? 2 : x.sign ? 3 : 1,
				   y.sign);
	if (x.cls == SF_INF || y.cls == SF_ZERO)
		return x.sign ? quarter_pis(env, 4, y.sign)
			      : special(SF_ZERO, y.sign);
	if (x.cls == SF_ZERO)
		return quarter_pis(env, 2, y.sign);
	a = from(y);
	b = from(x);
	a.sign = 0;
	b.sign = 0;
	if (a.exp < b.exp || (a.exp == b.exp && a.m <= b.m))
		r = atan_unit(w_div(a, b));
	else
		r = w_sub(half_pi, atan_unit(w_div(b, a)));
	if (x.sign)
		r = w_sub(pi, r);
	r.sign = y.sign;
	return finish(env, r);
}

/* ---- sine, cosine, tangent ---- */

/* Of 0 < r <= pi/4: sum of -r^2 powers over factorials from the first term */
static struct wide sin_cos(struct wide r, bool cosine)
{
	struct wide square = w_neg(w_mul(r, r));
	struct wide term = cosine ? one : r, sum = term;

	for (unsigned n = cosine ? 1 : 2; n < 80; n += 2) {
		term = w_div_int(w_mul(term, square), n * (n + 1));
		if (vanishes(sum, term))
			return below(sum);
		sum = w_add(sum, term);
	}
	return sum;
}

/* sin (part 0) or cos (1) of a reduced angle */
static struct wide trig_part(unsigned quadrant, struct wide r, bool mirrored,
			     unsigned part)
{
	unsigned turned = quadrant + part;
	struct wide v = sin_cos(r, (turned & 1) != mirrored);

	v.sign = turned >> 1 & 1;
	return v;
}

bool vc__sf_trig(struct sf_env *env, int want, struct sf a, struct sf *out,
		 struct sf *out2)
{
	/* pi in units of 2^-64, so pi/2 in units of 2^-65 */
	const u128 p66 = (u128)UINT64_C(0xc90fdaa22168c234) << 2 | 3;
	unsigned quadrant = 0;
	bool mirrored = false;
	struct wide r, s, c;

	env->up = false;
	if (is_nan(a) || a.cls == SF_INF) {
		*out = is_nan(a) ? vc__sf_nan1(env, a) : invalid(env);
		if (out2)
			*out2 = *out;
		return true;
	}
	if (a.cls == SF_ZERO) {
		*out = want == 1 ? vc__sf_from_int(1) : a;
		if (out2)
			*out2 = vc__sf_from_int(1);
		return true;
	}
	if (a.exp >= 63)
		return false;
	if (a.den)
		env->flags |= SF_DE;
	r = from(a);
	r.sign = 0;
	if (a.exp >= -2) {
		u128 n = (u128)a.sig << (a.exp + 2), rem = n % p66;

		quadrant = (unsigned)(n / p66) & 3;
		if (rem > p66 / 2) {
			rem = p66 - rem;
			mirrored = true;
		}
		r = make(0, 127 - 65, rem);
	}
	s = trig_part(quadrant, r, mirrored, 0);
	s.sign ^= a.sign;
	if (want == 0 && !out2) {
		*out = finish(env, s);
		return true;
	}
	c = trig_part(quadrant, r, mirrored, 1);
	if (want == 0) {
		*out2 = finish(env, c);
		*out = finish(env, s);
	} else {
		*out = finish(env, want == 1 ? c : w_div(s, c));
	}
	return true;
}
