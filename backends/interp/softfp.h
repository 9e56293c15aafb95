/* SPDX-License-Identifier: MIT */
/*
 * softfp.h: x86 floating point in integers, exactly: the reference for what
 * the host's own instructions do on an x86-64 host, the whole implementation
 * elsewhere, and everywhere what does unmasked exceptions.
 *
 * A number is unpacked (struct sf) from any of the three formats, operated
 * on, rounded once to the format of the result, and packed. The operations
 * know the masks: they give the masked response for a masked exception, and
 * for an unmasked overflow or underflow the x87's biased result (SDM 1
 * §8.5.4, §8.5.5). For an unmasked IE, DE or ZE the caller drops the result.
 */
#ifndef VC_INTERP_SOFTFP_H
#define VC_INTERP_SOFTFP_H

#include "cpu.h"

/* As in FSW bits 0-5 and MXCSR bits 0-5. */
#define SF_IE	0x01u
#define SF_DE	0x02u
#define SF_ZE	0x04u
#define SF_OE	0x08u
#define SF_UE	0x10u
#define SF_PE	0x20u
#define SF_PRE	(SF_IE | SF_DE | SF_ZE)	/* found before there is a result */
#define SF_ALL	0x3fu

/* As in FCW.RC and MXCSR.RC. */
enum { SF_NEAREST, SF_DOWN, SF_UP, SF_CHOP };

struct sf_env {
	uint8_t rc;
	uint8_t prec;		/* bits of an x87 result: 24, 53, 64 */
	uint8_t masks;		/* SF_*: 1 is masked */
	bool x87;		/* its NaN rules, not SSE's */
	bool ftz, daz;
	uint8_t flags;		/* SF_*, gathered */
	bool up;		/* the last result was rounded away from 0 */
};

enum { SF_ZERO, SF_NORM, SF_INF, SF_QNAN, SF_SNAN,
       SF_BAD };		/* an 80-bit encoding that is no number */

/* NORM: sig / 2^63 * 2^exp. From a from-function bit 63 of sig is set; a
 * rounded denormal has it clear and the least exponent of its format. NaN: sig
 * is the significand, aligned to the left, quiet bit 62. */
struct sf {
	uint8_t cls;
	uint8_t sign;
	uint8_t den;		/* was denormal, and counts as such */
	int32_t exp;
	uint64_t sig;
};

/* Formats of results. SF80PC: an 80-bit register, precision by env. */
enum { SF32, SF64, SF80, SF80PC, SF16 };
enum { SF_ADD, SF_SUB, SF_MUL, SF_DIV };
enum { SF_LT, SF_EQ, SF_GT, SF_UN };

/* A denormal of 16 bits is an ordinary number: no DE, no DAZ (SDM 2C,
 * VCVTPH2PS). */
struct sf vc__sf_from16(uint16_t v);
struct sf vc__sf_from32(const struct sf_env *env, uint32_t v);
struct sf vc__sf_from64(const struct sf_env *env, uint64_t v);
struct sf vc__sf_from80(struct f80 v);
struct sf vc__sf_from_int(int64_t v);
uint16_t vc__sf_pack16(struct sf v);
uint32_t vc__sf_pack32(struct sf v);
uint64_t vc__sf_pack64(struct sf v);
struct f80 vc__sf_pack80(struct sf v);

struct sf vc__sf_default_nan(void);
/* The result of an operation on a NaN, alone or of a pair; raises IE. */
struct sf vc__sf_nan1(struct sf_env *env, struct sf a);
struct sf vc__sf_nan2(struct sf_env *env, struct sf a, struct sf b);

struct sf vc__sf_arith(struct sf_env *env, int fmt, int op, struct sf a,
		       struct sf b);
/* a * b + c, rounded once, to SF32 or SF64; neg: the product is negated, sub: c
 * is. Of several NaNs the first in this order comes out. */
struct sf vc__sf_fma(struct sf_env *env, int fmt, bool neg, bool sub,
		     struct sf a, struct sf b, struct sf c);
struct sf vc__sf_sqrt(struct sf_env *env, int fmt, struct sf a);
/* To another format; raises IE for an SNaN, DE for a denormal. */
struct sf vc__sf_convert(struct sf_env *env, int fmt, struct sf a);
/* Round to the format without looking for DE: the integer loads of SSE. */
struct sf vc__sf_round(struct sf_env *env, int fmt, struct sf a);
/* To an integer of bits bits; the integer indefinite and IE if it has none. */
int64_t vc__sf_to_int(struct sf_env *env, unsigned bits, unsigned rc,
		      struct sf a);
/* To an integral value, in the same format. */
struct sf vc__sf_rint(struct sf_env *env, int fmt, unsigned rc, struct sf a);
/* quiet: a QNaN raises nothing. */
int vc__sf_compare(struct sf_env *env, bool quiet, struct sf a, struct sf b);

/* The x87's own. */
struct sf vc__sf_scale(struct sf_env *env, struct sf a, struct sf b);
/* FXTRACT: *e takes the exponent; the significand is returned. */
struct sf vc__sf_xtract(struct sf_env *env, struct sf a, struct sf *e);
/* FPREM, FPREM1 (nearest). *q: the low quotient bits; *partial: C2. */
struct sf vc__sf_rem(struct sf_env *env, bool nearest, struct sf a,
		     struct sf b, unsigned *q, bool *partial);

/* x87trig.c: each within one unit in the last place. */
struct sf vc__sf_2xm1(struct sf_env *env, struct sf a);
struct sf vc__sf_yl2x(struct sf_env *env, struct sf x, struct sf y);
struct sf vc__sf_yl2xp1(struct sf_env *env, struct sf x, struct sf y);
struct sf vc__sf_atan2(struct sf_env *env, struct sf y, struct sf x);
/* want: 0 sin, 1 cos, 2 tan; *out2 takes the cosine when want is 0 and out2
 * is not NULL. False: out of range (C2). */
bool vc__sf_trig(struct sf_env *env, int want, struct sf a, struct sf *out,
		 struct sf *out2);

/* For x87trig.c: round sig / 2^127 * 2^exp (bit 127 set) to the format. */
__extension__ typedef unsigned __int128 vc__u128;
struct sf vc__sf_round128(struct sf_env *env, int fmt, unsigned sign, int exp,
			  vc__u128 sig);

#endif
