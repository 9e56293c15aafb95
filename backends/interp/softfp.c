/* SPDX-License-Identifier: MIT */
/*
 * softfp.c: softfp.h but for the transcendental functions. Rules: SDM 1
 * §4.8 (formats, NaNs), §4.9 (exceptions), §8.5 (x87), §11.5 (SSE). Where the
 * manual leaves a choice (the precedence among exceptions, tininess, the
 * number of bits that FPREM takes at a time), what processors do is in the
 * comments and in tests/test_engine_fpu*.c.
 */
#include "softfp.h"

typedef vc__u128 u128;

#define TOP64	((uint64_t)1 << 63)
#define QUIET	((uint64_t)1 << 62)
#define TOP128	((u128)1 << 127)

struct format {
	int p;			/* bits of the significand */
	int emin, emax;		/* of normal numbers */
};

static struct format format_of(const struct sf_env *env, int fmt)
{
	switch (fmt) {
	case SF16:
		return (struct format){ 11, -14, 15 };
	case SF32:
		return (struct format){ 24, -126, 127 };
	case SF64:
		return (struct format){ 53, -1022, 1023 };
	case SF80PC:
		return (struct format){ env->prec, -16382, 16383 };
	default:
		return (struct format){ 64, -16382, 16383 };
	}
}

static unsigned clz64(uint64_t v)
{
	return (unsigned)__builtin_clzll(v);
}

static unsigned clz128(u128 v)
{
	uint64_t hi = (uint64_t)(v >> 64);

	return hi ? clz64(hi) : 64 + clz64((uint64_t)v);
}

/* Shift right; what falls out stays visible in bit 0. */
static u128 shift_jam(u128 v, unsigned n)
{
	if (!n)
		return v;
	if (n > 127)
		return v != 0;
	return v >> n | ((v & (((u128)1 << n) - 1)) != 0);
}

/* ---- formats ---- */

static struct sf make(unsigned cls, unsigned sign)
{
	return (struct sf){ (uint8_t)cls, (uint8_t)sign, 0, 0, 0 };
}

static struct sf make_den(unsigned sign, int exp, uint64_t sig)
{
	unsigned n = clz64(sig);
	struct sf r = make(SF_NORM, sign);

	r.den = 1;
	r.exp = exp - (int)n;
	r.sig = sig << n;
	return r;
}

static struct sf make_nan(unsigned sign, uint64_t sig)
{
	struct sf r = make(sig & QUIET ? SF_QNAN : SF_SNAN, sign);

	r.sig = sig | TOP64;
	return r;
}

/* IEEE interchange formats: bits of exponent and fraction. */
static struct sf from_bits(const struct sf_env *env, uint64_t v, unsigned ebits,
			   unsigned fbits)
{
	unsigned sign = (unsigned)(v >> (ebits + fbits)) & 1;
	uint64_t frac = (v & (((uint64_t)1 << fbits) - 1)) << (63 - fbits);
	int e = (int)(v >> fbits) & ((1 << ebits) - 1);
	int bias = (1 << (ebits - 1)) - 1;
	struct sf r;

	if (e == (1 << ebits) - 1)
		return frac ? make_nan(sign, frac) : make(SF_INF, sign);
	if (!e) {
		if (!frac || env->daz)
			return make(SF_ZERO, sign);
		return make_den(sign, 1 - bias, frac);
	}
	r = make(SF_NORM, sign);
	r.exp = e - bias;
	r.sig = frac | TOP64;
	return r;
}

struct sf vc__sf_from16(uint16_t v)
{
	static const struct sf_env env = { 0 };
	struct sf r = from_bits(&env, v, 5, 10);

	r.den = 0;
	return r;
}

struct sf vc__sf_from32(const struct sf_env *env, uint32_t v)
{
	return from_bits(env, v, 8, 23);
}

struct sf vc__sf_from64(const struct sf_env *env, uint64_t v)
{
	return from_bits(env, v, 11, 52);
}

struct sf vc__sf_from80(struct f80 v)
{
	unsigned sign = v.se >> 15;
	int e = v.se & 0x7fff;
	struct sf r;

	if (!e)		/* bit 63 set: a pseudo-denormal, the same value */
		return v.m ? make_den(sign, -16382, v.m) : make(SF_ZERO, sign);
	if (!(v.m & TOP64))
		return make(SF_BAD, sign);
	if (e == 0x7fff)
		return v.m == TOP64 ? make(SF_INF, sign) : make_nan(sign, v.m);
	r = make(SF_NORM, sign);
	r.exp = e - 16383;
	r.sig = v.m;
	return r;
}

struct sf vc__sf_from_int(int64_t v)
{
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	struct sf r = make(SF_NORM, v < 0);
	unsigned n;

	if (!u)
		return make(SF_ZERO, 0);
	n = clz64(u);
	r.exp = 63 - (int)n;
	r.sig = u << n;
	return r;
}

static uint64_t to_bits(struct sf v, unsigned ebits, unsigned fbits)
{
	uint64_t emax = ((uint64_t)1 << ebits) - 1, e = 0, frac = 0;
	int bias = (1 << (ebits - 1)) - 1;

	switch (v.cls) {
	case SF_NORM:
		e = v.sig & TOP64 ? (uint64_t)(v.exp + bias) & emax : 0;
		frac = v.sig & ~TOP64;
		break;
	case SF_ZERO:
		break;
	case SF_INF:
		e = emax;
		break;
	default:
		e = emax;
		frac = v.sig & ~TOP64;
	}
	return (uint64_t)v.sign << (ebits + fbits) | e << fbits |
	       frac >> (63 - fbits);
}

uint16_t vc__sf_pack16(struct sf v)
{
	return (uint16_t)to_bits(v, 5, 10);
}

uint32_t vc__sf_pack32(struct sf v)
{
	return (uint32_t)to_bits(v, 8, 23);
}

uint64_t vc__sf_pack64(struct sf v)
{
	return to_bits(v, 11, 52);
}

struct f80 vc__sf_pack80(struct sf v)
{
	struct f80 r = { 0, (uint16_t)(v.sign << 15), { 0, 0, 0 } };

	switch (v.cls) {
	case SF_NORM:
		r.m = v.sig;
		if (v.sig & TOP64)
			r.se |= (uint16_t)((v.exp + 16383) & 0x7fff);
		break;
	case SF_ZERO:
		break;
	case SF_INF:
		r.m = TOP64;
		r.se |= 0x7fff;
		break;
	default:
		r.m = v.sig | TOP64;
		r.se |= 0x7fff;
	}
	return r;
}

/* ---- NaNs ---- */

static bool is_nan(struct sf a)
{
	return a.cls >= SF_QNAN;
}

struct sf vc__sf_default_nan(void)
{
	return make_nan(1, TOP64 | QUIET);
}

static struct sf invalid(struct sf_env *env)
{
	env->flags |= SF_IE;
	return vc__sf_default_nan();
}

static struct sf quieted(struct sf a)
{
	a.cls = SF_QNAN;
	a.sig |= QUIET;
	a.den = 0;
	return a;
}

struct sf vc__sf_nan1(struct sf_env *env, struct sf a)
{
	if (a.cls == SF_BAD)
		return invalid(env);
	if (a.cls == SF_SNAN)
		env->flags |= SF_IE;
	return quieted(a);
}

/* SDM 1 table 4-7: SSE takes the first operand that is a NaN; the x87 a QNaN
 * before an SNaN, then the larger significand, then the positive one. */
struct sf vc__sf_nan2(struct sf_env *env, struct sf a, struct sf b)
{
	if (a.cls == SF_BAD || b.cls == SF_BAD)
		return invalid(env);
	if (a.cls == SF_SNAN || b.cls == SF_SNAN)
		env->flags |= SF_IE;
	if (!is_nan(a))
		return quieted(b);
	if (!is_nan(b) || !env->x87)
		return quieted(a);
	if (a.cls != b.cls)
		return a.cls == SF_QNAN ? a : b;
	if (a.sig != b.sig)
		return quieted(a.sig > b.sig ? a : b);
	return quieted(a.sign ? b : a);
}

/* ---- rounding ---- */

/* Is the magnitude sig to be rounded up at the bit lsb, with rem behind it? */
static bool rounds_up(unsigned rc, unsigned sign, u128 sig, u128 lsb)
{
	u128 rem = sig & (lsb - 1), half = lsb >> 1;

	if (!rem)
		return false;
	switch (rc) {
	case SF_NEAREST:
		return rem > half || (rem == half && (sig & lsb));
	case SF_DOWN:
		return sign;
	case SF_UP:
		return !sign;
	default:
		return false;
	}
}

/* The masked response to an overflow, SDM 1 table 4-10. */
static struct sf overflow(struct sf_env *env, struct format f, unsigned sign)
{
	struct sf r = make(SF_INF, sign);

	env->flags |= SF_OE | SF_PE;
	env->up = env->rc == SF_NEAREST ||
		  env->rc == (sign ? SF_DOWN : SF_UP);
	if (!env->up) {
		r.cls = SF_NORM;
		r.exp = f.emax;
		r.sig = ~(uint64_t)0 << (64 - f.p);
	}
	return r;
}

/*
 * An unmasked overflow or underflow: the x87 delivers registers with a biased
 * exponent; FSCALE's result may be outside of the range even so (SDM 1
 * §8.5.4, §8.5.5). All else drops the result.
 */
static bool biased(struct sf_env *env, struct format f, int *exp, int bias,
		   struct sf *r)
{
	if (!env->x87 || f.emax != 16383)
		return true;
	*exp += bias;
	if (*exp >= f.emin && *exp <= f.emax)
		return true;
	env->flags |= SF_PE;
	env->up = bias < 0;
	r->cls = bias < 0 ? SF_INF : SF_ZERO;
	return false;
}

/*
 * sig / 2^127 * 2^exp, bit 127 set. Tininess is seen after rounding, as if
 * there were no least exponent (SDM 1 §4.9.1.5). A masked underflow is flagged
 * only when the result is inexact too; an unmasked one always.
 */
static struct sf round_to(struct sf_env *env, struct format f, unsigned sign,
			  int exp, u128 sig)
{
	u128 lsb = (u128)1 << (128 - f.p);
	struct sf r = make(SF_NORM, sign);
	bool tiny = false, inexact, up;

	if (exp < f.emin) {
		tiny = exp < f.emin - 1 ||
		       !rounds_up(env->rc, sign, sig, lsb) ||
		       sig + lsb >= lsb;	/* no carry out of the top */
		if (tiny && !(env->masks & SF_UE)) {
			env->flags |= SF_UE;
			if (!biased(env, f, &exp, 24576, &r))
				return r;
		} else if (tiny && env->ftz) {
			env->flags |= SF_UE | SF_PE;
			env->up = false;
			return make(SF_ZERO, sign);
		} else {
			sig = shift_jam(sig, (unsigned)(f.emin - exp));
			exp = f.emin;
		}
	}
	up = rounds_up(env->rc, sign, sig, lsb);
	inexact = (sig & (lsb - 1)) != 0;
	sig &= ~(lsb - 1);
	if (up) {
		sig += lsb;
		if (!sig) {
			sig = TOP128;
			exp++;
		}
	}
	env->up = up;
	if (inexact)
		env->flags |= tiny ? SF_UE | SF_PE : SF_PE;
	if (exp > f.emax) {
		if (env->masks & SF_OE)
			return overflow(env, f, sign);
		env->flags |= SF_OE;
		if (!biased(env, f, &exp, -24576, &r))
			return r;
	}
	if (!sig)
		return make(SF_ZERO, sign);
	r.exp = exp;
	r.sig = (uint64_t)(sig >> 64);
	return r;
}

struct sf vc__sf_round128(struct sf_env *env, int fmt, unsigned sign, int exp,
			  vc__u128 sig)
{
	return round_to(env, format_of(env, fmt), sign, exp, sig);
}

static struct sf round_norm(struct sf_env *env, struct format f, struct sf a)
{
	return round_to(env, f, a.sign, a.exp, (u128)a.sig << 64);
}

struct sf vc__sf_round(struct sf_env *env, int fmt, struct sf a)
{
	env->up = false;
	if (a.cls != SF_NORM)
		return a;
	return round_norm(env, format_of(env, fmt), a);
}

struct sf vc__sf_convert(struct sf_env *env, int fmt, struct sf a)
{
	env->up = false;
	if (is_nan(a))
		return vc__sf_nan1(env, a);
	if (a.den)
		env->flags |= SF_DE;
	return vc__sf_round(env, fmt, a);
}

/* ---- arithmetic on numbers ---- */

static struct sf add_norm(struct sf_env *env, struct format f, struct sf a,
			  struct sf b)
{
	u128 x, y;
	unsigned n;

	if (a.exp < b.exp || (a.exp == b.exp && a.sig < b.sig)) {
		struct sf t = a;

		a = b;
		b = t;
	}
	/* one bit of room for the carry; 63 below for what a subtraction
	 * brings up, which is more than one bit only when nothing was lost */
	x = (u128)a.sig << 63;
	y = shift_jam((u128)b.sig << 63, (unsigned)(a.exp - b.exp));
	x = a.sign == b.sign ? x + y : x - y;
	if (!x)
		return make(SF_ZERO, env->rc == SF_DOWN);
	n = clz128(x);
	return round_to(env, f, a.sign, a.exp + 1 - (int)n, x << n);
}

static struct sf add(struct sf_env *env, struct format f, struct sf a,
		     struct sf b)
{
	if (a.cls == SF_INF) {
		if (b.cls == SF_INF && a.sign != b.sign)
			return invalid(env);
		if (b.den)
			env->flags |= SF_DE;
		return a;
	}
	if (a.den || b.den)
		env->flags |= SF_DE;
	if (b.cls == SF_INF)
		return b;
	if (a.cls == SF_ZERO && b.cls == SF_ZERO)
		return make(SF_ZERO, a.sign == b.sign ? a.sign
						      : env->rc == SF_DOWN);
	if (a.cls == SF_ZERO)
		return round_norm(env, f, b);
	if (b.cls == SF_ZERO)
		return round_norm(env, f, a);
	return add_norm(env, f, a, b);
}

static struct sf mul(struct sf_env *env, struct format f, struct sf a,
		     struct sf b)
{
	unsigned sign = a.sign ^ b.sign, n;
	u128 x;

	if ((a.cls == SF_INF && b.cls == SF_ZERO) ||
	    (a.cls == SF_ZERO && b.cls == SF_INF))
		return invalid(env);
	if (a.den || b.den)
		env->flags |= SF_DE;
	if (a.cls == SF_INF || b.cls == SF_INF)
		return make(SF_INF, sign);
	if (a.cls == SF_ZERO || b.cls == SF_ZERO)
		return make(SF_ZERO, sign);
	x = (u128)a.sig * b.sig;
	n = clz128(x);
	return round_to(env, f, sign, a.exp + b.exp + 1 - (int)n, x << n);
}

/* a * 2^127 / b, with a sticky bit 0; between 2^126 and 2^128. */
static u128 divide(uint64_t a, uint64_t b)
{
	u128 x = (u128)a << 63;
	uint64_t hi = (uint64_t)(x / b);
	u128 y = (u128)(uint64_t)(x % b) << 64;

	return ((u128)hi << 64 | y / b) | (y % b != 0);
}

static struct sf div_(struct sf_env *env, struct format f, struct sf a,
		      struct sf b)
{
	unsigned sign = a.sign ^ b.sign, n;
	u128 x;

	if ((a.cls == SF_INF && b.cls == SF_INF) ||
	    (a.cls == SF_ZERO && b.cls == SF_ZERO))
		return invalid(env);
	/* a division by zero is found before a denormal dividend is */
	if (b.cls == SF_ZERO && a.cls == SF_NORM) {
		env->flags |= SF_ZE;
		return make(SF_INF, sign);
	}
	if (a.den || b.den)
		env->flags |= SF_DE;
	if (a.cls == SF_INF)
		return make(SF_INF, sign);
	if (b.cls == SF_INF || a.cls == SF_ZERO)
		return make(SF_ZERO, sign);
	x = divide(a.sig, b.sig);
	n = clz128(x);
	return round_to(env, f, sign, a.exp - b.exp - (int)n, x << n);
}

struct sf vc__sf_arith(struct sf_env *env, int fmt, int op, struct sf a,
		       struct sf b)
{
	struct format f = format_of(env, fmt);

	env->up = false;
	if (is_nan(a) || is_nan(b))
		return vc__sf_nan2(env, a, b);
	switch (op) {
	case SF_SUB:
		b.sign ^= 1;
		/* fall through */
	case SF_ADD:
		return add(env, f, a, b);
	case SF_MUL:
		return mul(env, f, a, b);
	default:
		return div_(env, f, a, b);
	}
}

/*
 * The product x / 2^127 * 2^exp, bit 127 set, plus c. Both have zeros in their
 * low bits (22 and 75 of them), so what shifting one makes sticky lies below
 * all that a cancellation can bring up: one bit, when they are shifted by more
 * than one.
 */
static struct sf fuse(struct sf_env *env, struct format f, unsigned sign,
		      int exp, u128 x, struct sf c)
{
	u128 y = (u128)c.sig << 63, sum;
	unsigned n;

	x >>= 1;	/* room for the carry */
	if (exp < c.exp) {
		x = shift_jam(x, (unsigned)(c.exp - exp));
		exp = c.exp;
	} else {
		y = shift_jam(y, (unsigned)(exp - c.exp));
	}
	if (sign == c.sign) {
		sum = x + y;
	} else if (x >= y) {
		sum = x - y;
	} else {
		sum = y - x;
		sign = c.sign;
	}
	if (!sum)
		return make(SF_ZERO, env->rc == SF_DOWN);
	n = clz128(sum);
	return round_to(env, f, sign, exp + 1 - (int)n, sum << n);
}

struct sf vc__sf_fma(struct sf_env *env, int fmt, bool neg, bool sub,
		     struct sf a, struct sf b, struct sf c)
{
	struct format f = format_of(env, fmt);
	unsigned sign = a.sign ^ b.sign ^ neg, n;
	bool infinite = a.cls == SF_INF || b.cls == SF_INF;
	u128 x;

	env->up = false;
	/* infinity times zero raises IE only when there is no QNaN to give */
	if (is_nan(a) || is_nan(b) || is_nan(c)) {
		if (a.cls == SF_SNAN || b.cls == SF_SNAN || c.cls == SF_SNAN)
			env->flags |= SF_IE;
		return quieted(is_nan(a) ? a : is_nan(b) ? b : c);
	}
	c.sign ^= sub;
	if ((a.cls == SF_INF && b.cls == SF_ZERO) ||
	    (a.cls == SF_ZERO && b.cls == SF_INF) ||
	    (infinite && c.cls == SF_INF && c.sign != sign))
		return invalid(env);
	if (a.den || b.den || c.den)
		env->flags |= SF_DE;
	if (infinite)
		return make(SF_INF, sign);
	if (c.cls == SF_INF)
		return make(SF_INF, c.sign);
	if (a.cls == SF_ZERO || b.cls == SF_ZERO) {
		if (c.cls == SF_ZERO)
			return make(SF_ZERO, c.sign == sign ? sign :
					     env->rc == SF_DOWN);
		return round_norm(env, f, c);
	}
	x = (u128)a.sig * b.sig;
	n = clz128(x);
	if (c.cls == SF_ZERO)
		return round_to(env, f, sign, a.exp + b.exp + 1 - (int)n,
				x << n);
	return fuse(env, f, sign, a.exp + b.exp + 1 - (int)n, x << n, c);
}

struct sf vc__sf_sqrt(struct sf_env *env, int fmt, struct sf a)
{
	struct format f = format_of(env, fmt);
	uint64_t root = 0;
	u128 n, rem;

	env->up = false;
	if (is_nan(a))
		return vc__sf_nan1(env, a);
	if (a.cls == SF_ZERO)
		return a;
	if (a.sign)
		return invalid(env);
	if (a.den)
		env->flags |= SF_DE;
	if (a.cls == SF_INF)
		return a;
	/* n = value * 2^(126 - exponent of the root * 2), its root has 64 bits */
	n = (u128)a.sig << (a.exp & 1 ? 64 : 63);
	for (int bit = 63; bit >= 0; bit--) {
		uint64_t t = root | (uint64_t)1 << bit;

		if ((u128)t * t <= n)
			root = t;
	}
	/* the next bit of the root is set if rem > root, never exactly half */
	rem = n - (u128)root * root;
	n = (u128)root << 64 | (rem != 0);
	if (rem > root)
		n |= TOP64;
	return round_to(env, f, 0, (a.exp - (a.exp & 1)) / 2, n);
}

/* ---- integers ---- */

/* The integer part of |a| (NORM, below 2^64) rounded; sets PE and up. */
static u128 integral(struct sf_env *env, unsigned rc, struct sf a)
{
	u128 v = (u128)a.sig << 63;		/* 2^126 is one, at exp 0 */
	u128 lsb = (u128)1 << 126;
	bool up;

	if (a.exp >= 63)
		return (u128)a.sig << (a.exp - 63);
	if (a.exp < -1)
		v = 1;				/* tiny: only sticky */
	else if (a.exp < 0)
		v = shift_jam(v, 1);
	else
		lsb >>= a.exp;
	up = rounds_up(rc, a.sign, v, lsb);
	if (v & (lsb - 1))
		env->flags |= SF_PE;
	env->up = up;
	return v / lsb + up;
}

int64_t vc__sf_to_int(struct sf_env *env, unsigned bits, unsigned rc,
		      struct sf a)
{
	uint64_t limit = (uint64_t)1 << (bits - 1);
	uint8_t before = env->flags;
	u128 v;

	env->up = false;
	if (a.cls == SF_ZERO)
		return 0;
	if (a.cls == SF_NORM && a.exp < 64) {
		v = integral(env, rc, a);
		if (v < limit || (v == limit && a.sign)) {
			uint64_t u = (uint64_t)v;

			return (int64_t)(a.sign ? 0 - u : u);
		}
	}
	env->flags = before | SF_IE;
	env->up = false;
	return (int64_t)(0 - limit);
}

struct sf vc__sf_rint(struct sf_env *env, int fmt, unsigned rc, struct sf a)
{
	struct sf r;
	u128 v;

	(void)fmt;
	env->up = false;
	if (is_nan(a))
		return vc__sf_nan1(env, a);
	if (a.den)
		env->flags |= SF_DE;
	a.den = 0;
	if (a.cls != SF_NORM || a.exp >= 63)
		return a;
	v = integral(env, rc, a);
	if (!v)
		return make(SF_ZERO, a.sign);
	r = make(SF_NORM, a.sign);
	r.exp = 127 - (int)clz128(v);
	r.sig = (uint64_t)(v << clz128(v) >> 64);
	return r;
}

int vc__sf_compare(struct sf_env *env, bool quiet, struct sf a, struct sf b)
{
	bool less;

	if (is_nan(a) || is_nan(b)) {
		if (!quiet || a.cls > SF_QNAN || b.cls > SF_QNAN)
			env->flags |= SF_IE;
		return SF_UN;
	}
	if (a.den || b.den)
		env->flags |= SF_DE;
	if (a.cls == SF_ZERO && b.cls == SF_ZERO)
		return SF_EQ;
	if (a.cls == SF_ZERO)
		return b.sign ? SF_GT : SF_LT;
	if (b.cls == SF_ZERO || a.sign != b.sign)
		return a.sign ? SF_LT : SF_GT;
	if (a.cls == b.cls && a.exp == b.exp && a.sig == b.sig)
		return SF_EQ;
	if (a.cls != b.cls)
		less = b.cls == SF_INF;
	else if (a.exp != b.exp)
		less = a.exp < b.exp;
	else
		less = a.sig < b.sig;
	return less != (a.sign != 0) ? SF_LT : SF_GT;
}

/* ---- the x87's own ---- */

/* FSCALE: SDM 2A, its table of special cases. */
struct sf vc__sf_scale(struct sf_env *env, struct sf a, struct sf b)
{
	int n;

	env->up = false;
	if (is_nan(a) || is_nan(b))
		return vc__sf_nan2(env, a, b);
	if (b.cls == SF_INF) {
		if (a.cls == (b.sign ? SF_INF : SF_ZERO))
			return invalid(env);
		if (a.den)
			env->flags |= SF_DE;
		return make(b.sign ? SF_ZERO : SF_INF, a.sign);
	}
	if (a.den || b.den)
		env->flags |= SF_DE;
	if (a.cls != SF_NORM)
		return a;
	/* 2^16 is past every exponent, even after the bias of 24576 */
	if (b.cls == SF_ZERO || b.exp < 0)
		n = 0;
	else if (b.exp > 16)
		n = 0x20000;
	else
		n = (int)(b.sig >> (63 - b.exp));
	a.exp += b.sign ? -n : n;
	return round_norm(env, format_of(env, SF80), a);
}

struct sf vc__sf_xtract(struct sf_env *env, struct sf a, struct sf *e)
{
	env->up = false;
	if (is_nan(a)) {
		*e = vc__sf_nan1(env, a);
		return *e;
	}
	if (a.cls == SF_ZERO) {
		env->flags |= SF_ZE;
		*e = make(SF_INF, 1);
		return a;
	}
	if (a.cls == SF_INF) {
		*e = make(SF_INF, 0);
		return a;
	}
	if (a.den)
		env->flags |= SF_DE;
	*e = vc__sf_from_int(a.exp);
	a.exp = 0;
	a.den = 0;
	return a;
}

/*
 * The remainder by b of a, whose exponent is larger by d: at most 63 bits of
 * quotient at once. Where there are more, the manual leaves open how many are
 * taken ("between 32 and 63"); this takes 32 + d % 32.
 */
struct sf vc__sf_rem(struct sf_env *env, bool nearest, struct sf a,
		     struct sf b, unsigned *q, bool *partial)
{
	unsigned sign = a.sign;
	uint64_t quot = 0, r;
	int d, exp;

	env->up = false;
	*q = 0;
	*partial = false;
	if (is_nan(a) || is_nan(b))
		return vc__sf_nan2(env, a, b);
	if (a.cls == SF_INF || b.cls == SF_ZERO)
		return invalid(env);
	if (a.den || b.den)
		env->flags |= SF_DE;
	if (a.cls == SF_ZERO)
		return a;
	d = a.exp - b.exp;
	if (b.cls == SF_INF || d < -1)
		return round_norm(env, format_of(env, SF80), a);
	exp = b.exp;
	r = a.sig;
	if (d >= 64) {
		int n = (d & 31) | 32;

		r = (uint64_t)(((u128)r << n) % b.sig);
		exp = a.exp - n;
		*partial = true;
	} else if (d >= 0) {
		u128 x = (u128)r << d;

		quot = (uint64_t)(x / b.sig);
		r = (uint64_t)(x % b.sig);
	} else {
		exp = a.exp;
	}
	if (nearest && d < 64) {
		/* compare 2r with b, in units of 2^(exp - 63); for d == -1
		 * those are half of b's */
		u128 twice = (u128)r << 1;
		u128 whole = d < 0 ? (u128)b.sig << 1 : b.sig;

		if (twice > whole || (twice == whole && (quot & 1))) {
			r = (uint64_t)(whole - r);
			sign ^= 1;
			quot++;
		}
	}
	*q = (unsigned)quot & 7;
	if (!r)
		return make(SF_ZERO, a.sign);
	return round_to(env, format_of(env, SF80), sign, exp - (int)clz64(r),
			(u128)(r << clz64(r)) << 64);
}
