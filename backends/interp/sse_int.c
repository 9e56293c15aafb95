/* SPDX-License-Identifier: MIT */
/*
 * sse_int.c: integer, logic and shuffle operations on XMM registers. None of
 * them looks at MXCSR or can raise a SIMD exception. Each has a form for
 * registers (_rr) and one for memory (_rm), which must be aligned.
 */
#include "decode.h"
#include "sse_lane.h"

#if VC_HOSTFP
VC_INLINE __m128i ldx(const void *p)
{
	return _mm_load_si128(p);
}
VC_INLINE void stx(void *p, __m128i v)
{
	_mm_store_si128(p, v);
}
/* d is op(f, s); s is not d unless it is f. */
#define BINARY(name, intrin, d, f, s)	stx(d, intrin(ldx(f), ldx(s)))
#define SHIFT_BY(name, intrin, d, f, n) \
	stx(d, intrin(ldx(f), _mm_cvtsi64_si128((int64_t)(n))))
#else
#define BINARY(name, intrin, d, f, s) do { \
	memmove((d)->b, (f)->b, 16); \
	vc__lane_##name((d)->b, (const uint8_t *)(s), 16); \
} while (0)
#define SHIFT_BY(name, intrin, d, f, n) do { \
	memmove((d)->b, (f)->b, 16); \
	vc__lane_##name((d)->b, n, 16); \
} while (0)
#endif

/* The register that an op took over from the copy in front of it. */
#define VF	vec_at(cpu, (unsigned)op->disp)

/* Statements with the source at s (const void *), 16 bytes. */
#define FORM_XR(name, ...) \
H(name##_rr) \
{ \
	NEED_SIMD; \
	{ \
		const void *s = VB; \
		__VA_ARGS__; \
	} \
	NEXT(op + 1); \
}
#define FORM_XM(name, ...) \
H_SLOW(name##_rm) \
{ \
	const void *s = vc__slow_read16a(cpu, op); \
\
	if (!s) \
		return vc__op_stop(cpu, op, cpu->slow_rc); \
	__VA_ARGS__; \
	NEXT(op + 1); \
} \
H(name##_rm) \
{ \
	const void *s; \
\
	NEED_SIMD; \
	s = tlb_read16a(cpu, op_ea(cpu, op)); \
	if (VC_UNLIKELY(!s)) \
		return slow_##name##_rm(cpu, op); \
	__VA_ARGS__; \
	NEXT(op + 1); \
}
#define FORM_X(name, ...) \
	OP_DECLARE(name##_rr); \
	OP_DECLARE(name##_rm); \
	FORM_XR(name, __VA_ARGS__) \
	FORM_XM(name, __VA_ARGS__)

/* A copy and the operation on it as one op. */
#define FORM_XC(name, ...) \
OP_DECLARE(name##_copied); \
H(name##_copied) \
{ \
	const void *s = VB; \
\
	(void)s; \
	NEED_SIMD; \
	__VA_ARGS__; \
	NEXT(op + 1); \
}
#define FORM_X2(name, intrin) \
	FORM_X(x_##name, BINARY(name, intrin, VA, VA, s)) \
	FORM_XC(x_##name, BINARY(name, intrin, VA, VF, s))
#define OP5(NAME, name, bits, expr, intrin)	FORM_X2(name, intrin)
#define OP3(NAME, name, intrin)			FORM_X2(name, intrin)
LANE_OPS(OP5)
LANE_MIXES(OP3)
LANE_UNPACKS(OP3)
LANE_QDQ(OP3)

/* Shifts: the count is the low 64 bits of the source, or an immediate. */
#define OP6(NAME, name, bits, expr, big, intrin) \
	FORM_X(x_##name, SHIFT_BY(name, intrin, VA, VA, ld64(s))) \
	FORM_XC(x_##name, SHIFT_BY(name, intrin, VA, VF, op->imm & 0xff)) \
	OP_DECLARE(x_##name##_ri); \
	H(x_##name##_ri) \
	{ \
		NEED_SIMD; \
		SHIFT_BY(name, intrin, VA, VA, op->imm & 0xff); \
		NEXT(op + 1); \
	}
LANE_SHIFTS(OP6)

VC_NOINLINE static void shift_right(struct vec *d, unsigned n)
{
	vc__lane_psrldq(d->b, d->b, n);
}
VC_NOINLINE static void shift_left(struct vec *d, unsigned n)
{
	vc__lane_pslldq(d->b, d->b, n);
}
#define FORM_XI(name, ...) \
OP_DECLARE(name##_ri); \
H(name##_ri) \
{ \
	NEED_SIMD; \
	__VA_ARGS__; \
	NEXT(op + 1); \
}
FORM_XI(x_psrldq, shift_right(VA, (unsigned)op->imm & 0xff))
FORM_XI(x_pslldq, shift_left(VA, (unsigned)op->imm & 0xff))

/* ---- shuffles by an immediate ---- */

VC_INLINE uint32_t pick32(const void *s, unsigned i)
{
	return ld32((const uint8_t *)s + 4 * (i & 3));
}
VC_INLINE uint64_t pick16(const void *s, unsigned i)
{
	return ld16((const uint8_t *)s + 2 * (i & 3));
}
VC_INLINE uint64_t pick64(const void *s, unsigned i)
{
	return ld64((const uint8_t *)s + 8 * (i & 1));
}
VC_INLINE uint64_t four16(const void *s, unsigned imm)
{
	return pick16(s, imm) | pick16(s, imm >> 2) << 16 |
	       pick16(s, imm >> 4) << 32 | pick16(s, imm >> 6) << 48;
}
VC_INLINE void put64(struct vec *d, uint64_t lo, uint64_t hi)
{
#if VC_HOSTFP
	stx(d, _mm_set_epi64x((int64_t)hi, (int64_t)lo));
#else
	st64(d->b, lo);
	st64(d->b + 8, hi);
#endif
}
VC_INLINE void put32(struct vec *d, uint32_t a, uint32_t b, uint32_t c,
		     uint32_t e)
{
#if VC_HOSTFP
	stx(d, _mm_set_epi32((int)e, (int)c, (int)b, (int)a));
#else
	st32(d->b, a);
	st32(d->b + 4, b);
	st32(d->b + 8, c);
	st32(d->b + 12, e);
#endif
}

#define I	((unsigned)op->imm)
FORM_X(x_pshufd, put32(VA, pick32(s, I), pick32(s, I >> 2),
		       pick32(s, I >> 4), pick32(s, I >> 6)))
FORM_X(x_pshuflw, put64(VA, four16(s, I), pick64(s, 1)))
FORM_X(x_pshufhw, put64(VA, pick64(s, 0),
			four16((const uint8_t *)s + 8, I)))
FORM_X(x_shufps, put32(VA, pick32(VA, I), pick32(VA, I >> 2),
		       pick32(s, I >> 4), pick32(s, I >> 6)))
FORM_X(x_shufpd, put64(VA, pick64(VA, I), pick64(s, I >> 1)))

/* ... by what later hosts have: sse_lane.h */
#if VC_HOSTFP
FORM_XI(h_psrldq, stx(VA, lane_right(ldx(VA), (unsigned)op->imm & 0xff)))
FORM_XI(h_pslldq, stx(VA, lane_left(ldx(VA), (unsigned)op->imm & 0xff)))
FORM_X(h_pshuflw, stx(VA, lane_words(ldx(s), op, false)))
FORM_X(h_pshufhw, stx(VA, lane_words(ldx(s), op, true)))
FORM_X(h_pshufd, stx(VA, lane_permuted(ldx(s), op)))
FORM_X(h_shufps, stx(VA, lane_permuted2(ldx(VA), ldx(s), op)))
#endif

/* ---- to and from general registers ---- */

OP_DECLARE(x_pmovmskb);
H(x_pmovmskb)
{
	NEED_SIMD;
#if VC_HOSTFP
	R(op->a) = (uint32_t)_mm_movemask_epi8(ldx(VB));
#else
	R(op->a) = vc__lane_movmskb(VB->b, 16);
#endif
	NEXT(op + 1);
}

VC_INLINE uint64_t top_bit(const uint8_t *s, unsigned i)
{
	return (uint64_t)s[i] >> 7;
}

OP_DECLARE(x_movmskps);
H(x_movmskps)
{
	const uint8_t *s = VB->b;

	NEED_SIMD;
	R(op->a) = top_bit(s, 3) | top_bit(s, 7) << 1 | top_bit(s, 11) << 2 |
		   top_bit(s, 15) << 3;
	NEXT(op + 1);
}

OP_DECLARE(x_movmskpd);
H(x_movmskpd)
{
	const uint8_t *s = VB->b;

	NEED_SIMD;
	R(op->a) = top_bit(s, 7) | top_bit(s, 15) << 1;
	NEXT(op + 1);
}

OP_DECLARE(x_pextrw);
H(x_pextrw)
{
	NEED_SIMD;
	R(op->a) = ld16(VB->b + 2 * (op->imm & 7));
	NEXT(op + 1);
}

OP_DECLARE(x_pinsrw_rr);
H(x_pinsrw_rr)
{
	NEED_SIMD;
	st16(VA->b + 2 * (op->imm & 7), get16(cpu, op->b));
	NEXT(op + 1);
}

OP_DECLARE(x_pinsrw_rm);
OP(x_pinsrw_rm)
{
	int rc = vc__simd_check(cpu);
	uint8_t t[2];

	if (!rc)
		rc = vc__load(cpu, op, op_ea(cpu, op), 2, t);
	if (!rc)
		memcpy(VA->b + 2 * (op->imm & 7), t, 2);
	return rc;
}

/* ---- the table ---- */

struct row {
	op_fn rr, rm, ri;
	op_fn copied;		/* of ri where there is one, else of rr */
};

#define ROW(NAME, name) \
	[X86_##NAME] = { vc__op_x_##name##_rr, vc__op_x_##name##_rm, NULL, \
			 NULL },
#define ROW2(NAME, name) \
	[X86_##NAME] = { vc__op_x_##name##_rr, vc__op_x_##name##_rm, NULL, \
			 vc__op_x_##name##_copied },
#define ROW5(NAME, name, bits, expr, intrin) ROW2(NAME, name)
#define ROW3(NAME, name, intrin) ROW2(NAME, name)
#define ROW6(NAME, name, bits, expr, big, intrin) \
	[X86_##NAME] = { vc__op_x_##name##_rr, vc__op_x_##name##_rm, \
			 vc__op_x_##name##_ri, vc__op_x_##name##_copied },
static const struct row rows[X86_OP_COUNT] = {
	LANE_OPS(ROW5)
	LANE_MIXES(ROW3)
	LANE_UNPACKS(ROW3)
	LANE_QDQ(ROW3)
	LANE_SHIFTS(ROW6)
	ROW(PSHUFD, pshufd)
	ROW(PSHUFLW, pshuflw)
	ROW(PSHUFHW, pshufhw)
	ROW(SHUFPS, shufps)
	ROW(SHUFPD, shufpd)
	ROW(PINSRW, pinsrw)
	/* the same bits by other names */
	ROW2(ANDPS, pand)
	ROW2(ANDPD, pand)
	ROW2(ANDNPS, pandn)
	ROW2(ANDNPD, pandn)
	ROW2(ORPS, por)
	ROW2(ORPD, por)
	ROW2(XORPS, pxor)
	ROW2(XORPD, pxor)
	ROW2(UNPCKLPS, punpckldq)
	ROW2(UNPCKHPS, punpckhdq)
	ROW2(UNPCKLPD, punpcklqdq)
	ROW2(UNPCKHPD, punpckhqdq)
	[X86_PSRLDQ] = { NULL, NULL, vc__op_x_psrldq_ri, NULL },
	[X86_PSLLDQ] = { NULL, NULL, vc__op_x_pslldq_ri, NULL },
	[X86_PMOVMSKB] = { vc__op_x_pmovmskb, NULL, NULL, NULL },
	[X86_MOVMSKPS] = { vc__op_x_movmskps, NULL, NULL, NULL },
	[X86_MOVMSKPD] = { vc__op_x_movmskpd, NULL, NULL, NULL },
	[X86_PEXTRW] = { vc__op_x_pextrw, NULL, NULL, NULL },
};

#if VC_HOSTFP
static bool host_shuffle(const struct x86_insn *in, struct op *op)
{
	bool mem = in->opnd[1].kind == OPND_MEM, avx, ssse3;

	__builtin_cpu_init();
	avx = __builtin_cpu_supports("avx");
	ssse3 = __builtin_cpu_supports("ssse3");
	switch (ssse3 ? in->op : X86_BAD) {
	case X86_PSRLDQ:
		op->fn = vc__op_h_psrldq_ri;
		return true;
	case X86_PSLLDQ:
		op->fn = vc__op_h_pslldq_ri;
		return true;
	case X86_PSHUFLW:
		op->fn = mem ? vc__op_h_pshuflw_rm : vc__op_h_pshuflw_rr;
		op->imm |= lane_pairs(in->imm, 2);
		return true;
	case X86_PSHUFHW:
		op->fn = mem ? vc__op_h_pshufhw_rm : vc__op_h_pshufhw_rr;
		op->imm |= lane_pairs(in->imm, 2);
		return true;
	default:
		break;
	}
	if (!avx || (in->op != X86_PSHUFD && in->op != X86_SHUFPS))
		return false;
	if (in->op == X86_PSHUFD)
		op->fn = mem ? vc__op_h_pshufd_rm : vc__op_h_pshufd_rr;
	else
		op->fn = mem ? vc__op_h_shufps_rm : vc__op_h_shufps_rr;
	op->imm |= lane_pairs(in->imm, 1);
	return true;
}
#else
static bool host_shuffle(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}
#endif

bool vc__select_simd(const struct x86_insn *in, struct op *op)
{
	const struct row *r = &rows[in->op];
	const struct x86_operand *o = in->opnd;
	op_fn fn;

	if (o[0].kind != OPND_XMM && o[1].kind != OPND_XMM)
		return false;
	fn = o[1].kind == OPND_MEM ? r->rm : o[1].kind == OPND_IMM ? r->ri
								   : r->rr;
	if (!fn)
		return false;
	op->fn = fn;
	simd_operands(op, o[0].reg, o[1].reg);
	op->imm = in->imm & 0xff;
	host_shuffle(in, op);
	return true;
}

static bool is_copy(const struct x86_insn *in)
{
	switch (in->op) {
	case X86_MOVDQA: case X86_MOVDQU: case X86_MOVAPS: case X86_MOVAPD:
	case X86_MOVUPS: case X86_MOVUPD:
		return !in->vex && in->opnd[0].kind == OPND_XMM &&
		       in->opnd[1].kind == OPND_XMM;
	default:
		return false;
	}
}

bool vc__select_copied(const struct x86_insn *copy, const struct x86_insn *in,
		       struct op *op)
{
	const struct x86_operand *o = in->opnd;
	unsigned from = copy->opnd[1].reg, to = copy->opnd[0].reg;
	const struct row *r;

	/* bytes that are no instruction have operations of block.c's own */
	if (!is_copy(copy) || in->vex || in->op >= X86_OP_COUNT)
		return false;
	r = &rows[in->op];
	if (!r->copied || o[0].kind != OPND_XMM || o[0].reg != to ||
	    o[1].kind != (r->ri ? OPND_IMM : OPND_XMM))
		return false;
	op->fn = r->copied;
	simd_operands(op, to, r->ri || o[1].reg == to ? from : o[1].reg);
	op->disp = (int32_t)(offsetof(struct cpu, v) +
			     from * sizeof(struct vec));
	op->imm = in->imm & 0xff;
	return true;
}
