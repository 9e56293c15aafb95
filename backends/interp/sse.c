/* SPDX-License-Identifier: MIT */
/*
 * sse.c: SSE and SSE2 floating point. On x86-64 hosts each form has a fast
 * path: the host's instruction with its operands in the same order, under the
 * guest's MXCSR. All else (a register file without MXCSR live, an operand
 * that the TLB does not have, an unmasked exception, another host) takes the
 * general path: sse_general(), on softfp.c, described by a struct form.
 *
 * An unmasked exception is #XM with nothing but the flags changed: those found
 * before computing in any lane if one of them is unmasked, else all of them
 * (SDM 1 §11.5.3).
 */
#include "decode.h"
#include "fp_form.h"

/* A predicate, or the size of an integer. */
#define IMM		((unsigned)op->imm)
#define SSE_AGAIN	100	/* MXCSR was loaded into the host: again */

struct sf_env vc__sse_env(uint32_t mxcsr)
{
	struct sf_env env = { 0 };

	env.rc = mxcsr >> 13 & 3;
	env.masks = mxcsr >> 7 & SF_ALL;
	env.ftz = (mxcsr & MXCSR_FTZ) != 0;
	env.daz = (mxcsr & MXCSR_DAZ) != 0;
	return env;
}

/* ---- lanes ---- */

static struct sf lane_get(const struct sf_env *env, unsigned el,
			  const uint8_t *p, unsigned bytes)
{
	switch (el) {
	case EL_F32:
		return vc__sf_from32(env, ld32(p));
	case EL_F64:
		return vc__sf_from64(env, ld64(p));
	case EL_F16:
		return vc__sf_from16(ld16(p));
	default:
		return vc__sf_from_int(bytes == 8 ? (int64_t)ld64(p)
						  : (int32_t)ld32(p));
	}
}

static void lane_put(unsigned el, uint8_t *p, struct sf v)
{
	if (el == EL_F32)
		st32(p, vc__sf_pack32(v));
	else if (el == EL_F16)
		st16(p, vc__sf_pack16(v));
	else
		st64(p, vc__sf_pack64(v));
}

static int fmt_of(unsigned el)
{
	return el == EL_F32 ? SF32 : el == EL_F16 ? SF16 : SF64;
}

/* MIN and MAX give the second operand unless the first is strictly less or
 * greater: so for NaNs, unquieted, and for two zeros (SDM 2B, MINPS). */
static void minmax(struct sf_env *env, bool max, unsigned el, uint8_t *d,
		   const uint8_t *a, const uint8_t *s)
{
	unsigned n = fp_bytes(el, 0);
	struct sf x = lane_get(env, el, a, n), y = lane_get(env, el, s, n);
	int rel = vc__sf_compare(env, false, x, y);
	bool first = rel == (max ? SF_GT : SF_LT);

	if ((first ? x : y).cls == SF_ZERO)	/* may be a denormal, by DAZ */
		lane_put(el, d, first ? x : y);
	else
		memmove(d, first ? a : s, n);
}

/* The 32 of VEX, of which SSE has the first 8 (SDM 2A, table 3-1): which
 * relations are true. Bit 4 turns quiet ones and those that signal for QNaNs
 * around. */
static uint64_t predicate(struct sf_env *env, unsigned imm, struct sf a,
			  struct sf b)
{
#define L	(1u << SF_LT)
#define E	(1u << SF_EQ)
#define G	(1u << SF_GT)
#define U	(1u << SF_UN)
	static const uint8_t is[16] = {
		E, L, L | E, U, L | G | U, E | G | U, G | U, L | E | G,
		E | U, L | U, L | E | U, 0, L | G, E | G, G, L | E | G | U,
	};
#undef L
#undef E
#undef G
#undef U
	bool signals = ((imm & 3) == 1 || (imm & 3) == 2) !=
		       ((imm & 16) != 0);
	int rel = vc__sf_compare(env, !signals, a, b);

	return is[imm & 15] >> rel & 1 ? ~(uint64_t)0 : 0;
}

/* 1/x or 1/sqrt(x) to 12 bits; denormals count as zeros, tiny results are
 * zero, and no flag is ever raised (SDM 2B, RCPPS). */
static uint32_t approximate_soft(uint32_t v, bool root)
{
	struct sf_env env = { .masks = SF_ALL, .daz = true, .ftz = true };
	struct sf a = vc__sf_from32(&env, v), one = vc__sf_from_int(1);

	if (a.cls >= SF_QNAN)
		return vc__sf_pack32(vc__sf_nan1(&env, a));
	if (root)
		a = vc__sf_sqrt(&env, SF64, a);
	a = vc__sf_arith(&env, SF64, SF_DIV, one, a);
	if (a.cls == SF_NORM) {
		a.sig = (a.sig >> 52) + (a.sig >> 51 & 1);
		if (a.sig >> 12)
			a.exp++;
		else
			a.sig <<= 52;
		a.sig |= (uint64_t)1 << 63;
		if (a.exp < -126)
			return (uint32_t)a.sign << 31;
	}
	return vc__sf_pack32(a);
}

/* Approximations differ among processors. */
static uint32_t approximate(const struct cpu *cpu, uint32_t v, bool root)
{
#if VC_HOSTFP
	if (!cpu->fpu_soft) {
		__m128 x = _mm_castsi128_ps(_mm_cvtsi32_si128((int)v));

		x = root ? _mm_rsqrt_ss(x) : _mm_rcp_ss(x);
		return (uint32_t)_mm_cvtsi128_si32(_mm_castps_si128(x));
	}
#endif
	(void)cpu;
	return approximate_soft(v, root);
}

/* imm of ROUND: 0-1 rounding control, 2 take MXCSR's instead, 3 without PE.
 * Denormals raise nothing (SDM 2B, ROUNDPS). */
static void rounded(struct sf_env *env, unsigned el, unsigned imm, uint8_t *d,
		    struct sf v)
{
	uint8_t before = env->flags;

	env->flags = 0;
	lane_put(el, d, vc__sf_rint(env, fmt_of(el),
				    imm & 4 ? env->rc : imm & 3, v));
	env->flags &= imm & 8 ? SF_IE : SF_IE | SF_PE;
	env->flags |= before;
}

/* VCVTPS2PH has a rounding control of its own, and FTZ is not for it (SDM 2C).
 */
static void to_half(struct sf_env *env, unsigned imm, uint8_t *d, struct sf v)
{
	struct sf_env e = *env;

	e.ftz = false;
	if (!(imm & 4))
		e.rc = imm & 3;
	st16(d, vc__sf_pack16(vc__sf_convert(&e, SF16, v)));
	env->flags = e.flags;
}

void vc__fp_lane(const struct cpu *cpu, struct sf_env *env,
		 const struct fp_form *f, unsigned imm, uint8_t *d,
		 const uint8_t *a, const uint8_t *s)
{
	unsigned to_bytes = fp_bytes(f->to, imm);
	struct sf y = lane_get(env, f->from, s, fp_bytes(f->from, imm));
	uint64_t v;

	switch (f->kind) {
	case K_ADD:
	case K_SUB:
	case K_MUL:
	case K_DIV: {
		static const uint8_t what[] = { SF_ADD, SF_SUB, SF_MUL, SF_DIV };

		lane_put(f->to, d,
			 vc__sf_arith(env, fmt_of(f->to), what[f->kind],
				      lane_get(env, f->to, a, to_bytes), y));
		return;
	}
	case K_MIN:
	case K_MAX:
		minmax(env, f->kind == K_MAX, f->to, d, a, s);
		return;
	case K_SQRT:
		lane_put(f->to, d, vc__sf_sqrt(env, fmt_of(f->to), y));
		return;
	case K_RCP:
	case K_RSQRT:
		st32(d, approximate(cpu, ld32(s), f->kind == K_RSQRT));
		return;
	case K_CMP:
		v = predicate(env, imm, lane_get(env, f->to, a, to_bytes), y);
		break;
	case K_F2F:
		lane_put(f->to, d, vc__sf_convert(env, fmt_of(f->to), y));
		return;
	case K_I2F:
		lane_put(f->to, d, vc__sf_round(env, fmt_of(f->to), y));
		return;
	case K_ROUND:
		rounded(env, f->to, imm, d, y);
		return;
	case K_TO_HALF:
		to_half(env, imm, d, y);
		return;
	default:
		v = (uint64_t)vc__sf_to_int(env, 8 * to_bytes,
			f->kind == K_F2I ? env->rc : SF_CHOP, y);
	}
	if (to_bytes == 8)
		st64(d, v);
	else
		st32(d, (uint32_t)v);
}

void vc__fp_fused(struct sf_env *env, const struct fp_form *f, bool odd,
		  uint8_t *d, const uint8_t *h, const uint8_t *s)
{
	unsigned n = fp_bytes(f->to, 0), order = f->how & FMA_ORDER;
	struct sf x = lane_get(env, f->to, d, n), y = lane_get(env, f->to, h, n),
		  z = lane_get(env, f->to, s, n), r;
	bool sub = f->how & FMA_SUB ||
		   f->how & (odd ? FMA_SUB_ODD : FMA_SUB_EVEN);
	bool neg = f->how & FMA_N;

	/* the operands' order matters for which NaN comes out */
	if (order == FMA_132)
		r = vc__sf_fma(env, fmt_of(f->to), neg, sub, x, z, y);
	else if (order == FMA_213)
		r = vc__sf_fma(env, fmt_of(f->to), neg, sub, y, x, z);
	else
		r = vc__sf_fma(env, fmt_of(f->to), neg, sub, y, z, x);
	lane_put(f->to, d, r);
}

uint8_t vc__fp_flags(struct sf_env *env, const struct fp_form *f,
		     const uint8_t *d, const uint8_t *s)
{
	static const uint8_t fl[] = { FL_CF, FL_ZF, 0, FL_ZF | FL_PF | FL_CF };
	unsigned n = fp_bytes(f->to, 0);

	return fl[vc__sf_compare(env, f->kind == K_UCOMI,
				 lane_get(env, f->to, d, n),
				 lane_get(env, f->from, s, n))];
}

/* ---- the general path ---- */

static int source(struct cpu *cpu, const struct op *op, const struct fp_form *f,
		  unsigned src, uint8_t *s)
{
	switch (src) {
	case SRC_MEM:
		if (f->bytes == 16 && op_ea(cpu, op) & 15)
			return vc__gp(cpu, 0);
		return vc__load(cpu, op, op_ea(cpu, op),
				f->from == EL_INT ? fp_bytes(EL_INT, IMM)
						  : f->bytes, s);
	case SRC_GPR:
		st64(s, R(op->b));
		return X_OK;
	case SRC_MMX:
		st64(s, cpu->st[op->b].m);
		return X_OK;
	default:
		memcpy(s, VB->b, 16);
		return X_OK;
	}
}

/* Flags into MXCSR; #XM when one is unmasked. */
int vc__sse_finish(struct cpu *cpu, const struct sf_env *env, unsigned flags)
{
	unsigned unmasked = flags & ~(unsigned)env->masks;

	if (unmasked & SF_PRE)
		flags &= SF_PRE;
	cpu->mxcsr |= flags;
	if (!unmasked)
		return X_OK;
	return CR4_ON(CR4_OSXMMEXCPT) ? vc__raise(cpu, EXC_XM) : vc__ud(cpu);
}

static int compare_flags(struct cpu *cpu, struct sf_env *env,
			 const struct fp_form *f, const uint8_t *d,
			 const uint8_t *s)
{
	uint8_t fl = vc__fp_flags(env, f, d, s);
	int rc = vc__sse_finish(cpu, env, env->flags);

	if (!rc)
		cc_set_flags(cpu, fl);
	return rc;
}

static int begin(struct cpu *cpu, const struct fp_form *f, unsigned src)
{
	int rc = vc__simd_check(cpu);

	/* with a memory source and no MMX register it is no MMX instruction */
	if (!rc && (f->dst == DST_MMX || src == SRC_MMX))
		rc = vc__x87_check(cpu, true);
	if (rc)
		return rc;
#if VC_HOSTFP
	if (!(cpu->fpu_live & FPU_LIVE_SSE) && !cpu->fpu_soft &&
	    (cpu->mxcsr & MXCSR_MASKS) == MXCSR_MASKS) {
		vc__fpu_load_sse(cpu);
		return SSE_AGAIN;
	}
#endif
	return X_OK;
}

static VC_NOINLINE int sse_general(struct cpu *cpu, const struct op *op,
				   const struct fp_form *f, unsigned src)
{
	struct sf_env env = vc__sse_env(cpu->mxcsr);
	uint8_t s[16] = { 0 }, d[16];
	unsigned from = fp_bytes(f->from, IMM), to = fp_bytes(f->to, IMM);
	unsigned flags = 0;
	int rc = begin(cpu, f, src);

	if (!rc)
		rc = source(cpu, op, f, src, s);
	if (rc)
		return rc;
	memcpy(d, VA->b, 16);
	if (f->dst == DST_FLAGS)
		return compare_flags(cpu, &env, f, d, s);
	for (unsigned n = 0; n < f->lanes; n++) {
		/* lanes may widen: the last first, each from its own bytes */
		unsigned i = to > from ? f->lanes - 1 - n : n;

		env.flags = 0;
		vc__fp_lane(cpu, &env, f, IMM, d + i * to, d + i * to,
			    s + i * from);
		flags |= env.flags;
	}
	/* as processors do, even when #XM follows */
	if (f->dst == DST_MMX || src == SRC_MMX)
		mmx_enter(cpu);
	rc = vc__sse_finish(cpu, &env, flags);
	if (rc)
		return rc;
	if (f->zero)
		memset(d + 16 - f->zero, 0, f->zero);
	switch (f->dst) {
	case DST_GPR:
		R(op->a) = to == 8 ? ld64(d) : ld32(d);
		break;
	case DST_MMX:
		mmx_write(cpu, op->a, ld64(d));
		break;
	default:
		memcpy(VA->b, d, 16);
	}
	return X_OK;
}

#define GENERAL(name, f, src) \
VC_COLD static const struct op *general_##name(struct cpu *cpu, \
					       const struct op *op) \
{ \
	int rc = sse_general(cpu, op, &(f), src); \
\
	if (rc == SSE_AGAIN) \
		NEXT(op); \
	if (rc) \
		return vc__op_stop(cpu, op, rc); \
	NEXT(op + 1); \
}

/* ---- the fast paths ---- */

#if VC_HOSTFP
typedef float __attribute__((aligned(1), may_alias)) any32;
typedef double __attribute__((aligned(1), may_alias)) any64;
typedef __m128i any128;		/* aligned, may alias */

#define OK_SSE	VC_LIKELY(cpu->fpu_ok & FPU_OK_SSE)
#define PTR4(la)	tlb_read_ptr(cpu, la, 4)
#define PTR8(la)	tlb_read_ptr(cpu, la, 8)
#define PTR16(la)	tlb_read16a(cpu, la)

#define TO_XMM(insn, type, p) do { \
	__m128i d_ = _mm_load_si128((const void *)VA); \
\
	__asm__ volatile(insn " %1, %0" : "+x"(d_) \
			 : "m"(*(const type *)(const void *)(p))); \
	_mm_store_si128((void *)VA, d_); \
} while (0)
#define TO_FLAGS(insn, type, p) do { \
	__m128i d_ = _mm_load_si128((const void *)VA); \
	bool cf_, zf_, pf_; \
\
	__asm__ volatile(insn " %4, %3" \
			 : "=@ccc"(cf_), "=@ccz"(zf_), "=@ccp"(pf_) \
			 : "x"(d_), "m"(*(const type *)(const void *)(p))); \
	cc_set(cpu, CC(FLAGS, 0), !zf_, \
	       (uint64_t)cf_ | (uint64_t)pf_ << 2 | (uint64_t)zf_ << 6); \
} while (0)
#define TO_GPR(insn, type, reg, p) do { \
	reg r_; \
\
	__asm__ volatile(insn " %1, %0" : "=r"(r_) \
			 : "m"(*(const type *)(const void *)(p))); \
	R(op->a) = r_; \
} while (0)

#define FAST_RR(...) \
	if (OK_SSE) { \
		const void *p = VB; \
\
		__VA_ARGS__; \
		NEXT(op + 1); \
	}
#define FAST_RM(bytes, ...) \
	if (OK_SSE) { \
		const uint8_t *p = PTR##bytes(op_ea(cpu, op)); \
\
		if (VC_LIKELY(p)) { \
			__VA_ARGS__; \
			NEXT(op + 1); \
		} \
	}
#else
#define FAST_RR(...)
#define FAST_RM(bytes, ...)
#endif

#define FORM_F(name, f, bytes, ...) \
GENERAL(name##_rr, f, SRC_XMM) \
GENERAL(name##_rm, f, SRC_MEM) \
OP_DECLARE(name##_rr); \
H(name##_rr) \
{ \
	FAST_RR(__VA_ARGS__) \
	return general_##name##_rr(cpu, op); \
} \
OP_DECLARE(name##_rm); \
H(name##_rm) \
{ \
	FAST_RM(bytes, __VA_ARGS__) \
	return general_##name##_rm(cpu, op); \
}

/* kind on 4 or 2 packed lanes or 1 scalar, float and double */
#define FOUR(name, K) \
static const struct fp_form form_##name##ps = \
	{ K, EL_F32, EL_F32, 4, DST_XMM, 16, 0, 0 }; \
static const struct fp_form form_##name##pd = \
	{ K, EL_F64, EL_F64, 2, DST_XMM, 16, 0, 0 }; \
static const struct fp_form form_##name##ss = \
	{ K, EL_F32, EL_F32, 1, DST_XMM, 4, 0, 0 }; \
static const struct fp_form form_##name##sd = \
	{ K, EL_F64, EL_F64, 1, DST_XMM, 8, 0, 0 };
#define FOUR_FAST(name, K) \
FOUR(name, K) \
FORM_F(s_##name##ps, form_##name##ps, 16, TO_XMM(#name "ps", any128, p)) \
FORM_F(s_##name##pd, form_##name##pd, 16, TO_XMM(#name "pd", any128, p)) \
FORM_F(s_##name##ss, form_##name##ss, 4, TO_XMM(#name "ss", any32, p)) \
FORM_F(s_##name##sd, form_##name##sd, 8, TO_XMM(#name "sd", any64, p))
FOUR_FAST(add, K_ADD)
FOUR_FAST(sub, K_SUB)
FOUR_FAST(mul, K_MUL)
FOUR_FAST(div, K_DIV)
FOUR_FAST(min, K_MIN)
FOUR_FAST(max, K_MAX)
FOUR_FAST(sqrt, K_SQRT)

/* The predicate is part of the host's instruction. */
#if VC_HOSTFP
#define CMP_CASE(n, insn, type) \
	case n: \
		TO_XMM(insn " $" #n ",", type, p); \
		break;
#define CMP_ALL(insn, type) \
	switch (op->imm & 7) { \
	CMP_CASE(0, insn, type) CMP_CASE(1, insn, type) \
	CMP_CASE(2, insn, type) CMP_CASE(3, insn, type) \
	CMP_CASE(4, insn, type) CMP_CASE(5, insn, type) \
	CMP_CASE(6, insn, type) CMP_CASE(7, insn, type) \
	}
#endif
FOUR(cmp, K_CMP)
FORM_F(s_cmpps, form_cmpps, 16, CMP_ALL("cmpps", any128))
FORM_F(s_cmppd, form_cmppd, 16, CMP_ALL("cmppd", any128))
FORM_F(s_cmpss, form_cmpss, 4, CMP_ALL("cmpss", any32))
FORM_F(s_cmpsd, form_cmpsd, 8, CMP_ALL("cmpsd", any64))

#define ONE(name, K, from, to, lanes, bytes, zero) \
static const struct fp_form form_##name = \
	{ K, from, to, lanes, DST_XMM, bytes, zero, 0 };
#define ONE_FAST(name, K, from, to, lanes, bytes, zero, type) \
ONE(name, K, from, to, lanes, bytes, zero) \
FORM_F(s_##name, form_##name, bytes, TO_XMM(#name, type, p))
ONE_FAST(rcpps, K_RCP, EL_F32, EL_F32, 4, 16, 0, any128)
ONE_FAST(rcpss, K_RCP, EL_F32, EL_F32, 1, 4, 0, any32)
ONE_FAST(rsqrtps, K_RSQRT, EL_F32, EL_F32, 4, 16, 0, any128)
ONE_FAST(rsqrtss, K_RSQRT, EL_F32, EL_F32, 1, 4, 0, any32)
ONE_FAST(cvtps2pd, K_F2F, EL_F32, EL_F64, 2, 8, 0, any64)
ONE_FAST(cvtpd2ps, K_F2F, EL_F64, EL_F32, 2, 16, 8, any128)
ONE_FAST(cvtss2sd, K_F2F, EL_F32, EL_F64, 1, 4, 0, any32)
ONE_FAST(cvtsd2ss, K_F2F, EL_F64, EL_F32, 1, 8, 0, any64)
ONE_FAST(cvtdq2ps, K_I2F, EL_I32, EL_F32, 4, 16, 0, any128)
ONE_FAST(cvtdq2pd, K_I2F, EL_I32, EL_F64, 2, 8, 0, any64)
ONE_FAST(cvtps2dq, K_F2I, EL_F32, EL_I32, 4, 16, 0, any128)
ONE_FAST(cvttps2dq, K_F2I_CHOP, EL_F32, EL_I32, 4, 16, 0, any128)
ONE_FAST(cvtpd2dq, K_F2I, EL_F64, EL_I32, 2, 16, 8, any128)
ONE_FAST(cvttpd2dq, K_F2I_CHOP, EL_F64, EL_I32, 2, 16, 8, any128)

/* EFLAGS */
#define COMPARE(name, K, el, bytes, type) \
static const struct fp_form form_##name = \
	{ K, el, el, 1, DST_FLAGS, bytes, 0, 0 }; \
FORM_F(s_##name, form_##name, bytes, TO_FLAGS(#name, type, p))
COMPARE(comiss, K_COMI, EL_F32, 4, any32)
COMPARE(comisd, K_COMI, EL_F64, 8, any64)
COMPARE(ucomiss, K_UCOMI, EL_F32, 4, any32)
COMPARE(ucomisd, K_UCOMI, EL_F64, 8, any64)

/* General registers. The names that end in 64 are those with REX.W. */
#define TO_INT(name, K, el, bytes, type) \
static const struct fp_form form_##name = \
	{ K, el, EL_INT, 1, DST_GPR, bytes, 0, 0 }; \
FORM_F(s_##name, form_##name, bytes, \
       TO_GPR(#name "l", type, uint32_t, p)) \
FORM_F(s_##name##64, form_##name, bytes, \
       TO_GPR(#name "q", type, uint64_t, p))
TO_INT(cvtss2si, K_F2I, EL_F32, 4, any32)
TO_INT(cvttss2si, K_F2I_CHOP, EL_F32, 4, any32)
TO_INT(cvtsd2si, K_F2I, EL_F64, 8, any64)
TO_INT(cvttsd2si, K_F2I_CHOP, EL_F64, 8, any64)

#if VC_HOSTFP
#define FROM_GPR(insn, type) \
	if (OK_SSE) { \
		TO_XMM(insn, type, &R(op->b)); \
		NEXT(op + 1); \
	}
typedef uint32_t __attribute__((aligned(1), may_alias)) int32;
typedef uint64_t __attribute__((aligned(1), may_alias)) int64;
#else
#define FROM_GPR(insn, type)
#endif
#define FROM_INT_FORM(name, form, bytes, insn, type) \
GENERAL(name##_rr, form, SRC_GPR) \
GENERAL(name##_rm, form, SRC_MEM) \
OP_DECLARE(name##_rr); \
H(name##_rr) \
{ \
	FROM_GPR(insn, type) \
	return general_##name##_rr(cpu, op); \
} \
OP_DECLARE(name##_rm); \
H(name##_rm) \
{ \
	FAST_RM(bytes, TO_XMM(insn, type, p)) \
	return general_##name##_rm(cpu, op); \
}
#define FROM_INT(name, el) \
static const struct fp_form form_##name = \
	{ K_I2F, EL_INT, el, 1, DST_XMM, 8, 0, 0 }; \
FROM_INT_FORM(s_##name, form_##name, 4, #name "l", int32) \
FROM_INT_FORM(s_##name##64, form_##name, 8, #name "q", int64)
FROM_INT(cvtsi2ss, EL_F32)
FROM_INT(cvtsi2sd, EL_F64)

/* MMX registers: by the general path only */
#define WITH_MMX(name, K, from, to, to_dst, bytes, src) \
static const struct fp_form form_##name = \
	{ K, from, to, 2, to_dst, bytes, 0, 0 }; \
GENERAL(s_##name##_rr, form_##name, src) \
GENERAL(s_##name##_rm, form_##name, SRC_MEM) \
OP_DECLARE(s_##name##_rr); \
H(s_##name##_rr) { return general_s_##name##_rr(cpu, op); } \
OP_DECLARE(s_##name##_rm); \
H(s_##name##_rm) { return general_s_##name##_rm(cpu, op); }
WITH_MMX(cvtpi2ps, K_I2F, EL_I32, EL_F32, DST_XMM, 8, SRC_MMX)
WITH_MMX(cvtpi2pd, K_I2F, EL_I32, EL_F64, DST_XMM, 8, SRC_MMX)
WITH_MMX(cvtps2pi, K_F2I, EL_F32, EL_I32, DST_MMX, 8, SRC_XMM)
WITH_MMX(cvttps2pi, K_F2I_CHOP, EL_F32, EL_I32, DST_MMX, 8, SRC_XMM)
WITH_MMX(cvtpd2pi, K_F2I, EL_F64, EL_I32, DST_MMX, 16, SRC_XMM)
WITH_MMX(cvttpd2pi, K_F2I_CHOP, EL_F64, EL_I32, DST_MMX, 16, SRC_XMM)

/* ---- the table ---- */

struct row {
	uint16_t op;
	op_fn rr, rm;		/* of REX.W in the row behind */
	bool pair;
};

#define ROW(NAME, name) \
	{ X86_##NAME, vc__op_s_##name##_rr, vc__op_s_##name##_rm, false },
#define ROW4(NAME, name) \
	ROW(NAME##PS, name##ps) ROW(NAME##PD, name##pd) \
	ROW(NAME##SS, name##ss) ROW(NAME##SD, name##sd)
#define ROW_INT(NAME, name) \
	{ X86_##NAME, vc__op_s_##name##_rr, vc__op_s_##name##_rm, true }, \
	{ X86_BAD, vc__op_s_##name##64_rr, vc__op_s_##name##64_rm, false },
static const struct row rows[] = {
	ROW4(ADD, add) ROW4(MUL, mul) ROW4(SUB, sub) ROW4(DIV, div)
	ROW4(MIN, min) ROW4(MAX, max) ROW4(SQRT, sqrt) ROW4(CMP, cmp)
	ROW(RCPPS, rcpps) ROW(RCPSS, rcpss)
	ROW(RSQRTPS, rsqrtps) ROW(RSQRTSS, rsqrtss)
	ROW(COMISS, comiss) ROW(COMISD, comisd)
	ROW(UCOMISS, ucomiss) ROW(UCOMISD, ucomisd)
	ROW(CVTPS2PD, cvtps2pd) ROW(CVTPD2PS, cvtpd2ps)
	ROW(CVTSS2SD, cvtss2sd) ROW(CVTSD2SS, cvtsd2ss)
	ROW(CVTDQ2PS, cvtdq2ps) ROW(CVTDQ2PD, cvtdq2pd)
	ROW(CVTPS2DQ, cvtps2dq) ROW(CVTTPS2DQ, cvttps2dq)
	ROW(CVTPD2DQ, cvtpd2dq) ROW(CVTTPD2DQ, cvttpd2dq)
	ROW(CVTPI2PS, cvtpi2ps) ROW(CVTPI2PD, cvtpi2pd)
	ROW(CVTPS2PI, cvtps2pi) ROW(CVTTPS2PI, cvttps2pi)
	ROW(CVTPD2PI, cvtpd2pi) ROW(CVTTPD2PI, cvttpd2pi)
	ROW_INT(CVTSS2SI, cvtss2si) ROW_INT(CVTTSS2SI, cvttss2si)
	ROW_INT(CVTSD2SI, cvtsd2si) ROW_INT(CVTTSD2SI, cvttsd2si)
	ROW_INT(CVTSI2SS, cvtsi2ss) ROW_INT(CVTSI2SD, cvtsi2sd)
};

bool vc__select_sse(const struct x86_insn *in, struct op *op)
{
	const struct x86_operand *o = in->opnd;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		if (r->op != in->op)
			continue;
		op->imm = in->imm & 7;
		if (r->pair && (o[0].kind == OPND_XMM ? o[1].size : o[0].size)
			       == 8) {
			op->imm = 8;
			r++;
		}
		op->fn = o[1].kind == OPND_MEM ? r->rm : r->rr;
		simd_operands(op, o[0].reg, o[1].reg);
		return true;
	}
	return false;
}
