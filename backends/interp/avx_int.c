/* SPDX-License-Identifier: MIT */
/*
 * avx_int.c: integer and logic operations lane by lane, 128 and 256 bits: those
 * of sse_lane.h (with the host's instructions where there are any), shifts,
 * tests and string comparisons.
 */
#include "avx.h"
#include "sse_lane.h"

/* ---- by portable kernels ---- */

/* VPSLLV and its like: a count that is too large leaves 0, or the sign. */
#define SHIFT_BY_LANE(name, sign, bits, expr, big) \
static void lane_##name(uint8_t *d, const uint8_t *s, unsigned n) \
{ \
	for (unsigned i = 0; i < n; i += bits / 8) { \
		sign##int##bits##_t a = (sign##int##bits##_t)ld##bits(d + i); \
		uint##bits##_t b = ld##bits(s + i); \
\
		st##bits(d + i, (uint##bits##_t)(b < bits ? (expr) : (big))); \
	} \
}
SHIFT_BY_LANE(vpsllvd, u, 32, a << b, 0)
SHIFT_BY_LANE(vpsllvq, u, 64, a << b, 0)
SHIFT_BY_LANE(vpsrlvd, u, 32, a >> b, 0)
SHIFT_BY_LANE(vpsrlvq, u, 64, a >> b, 0)
SHIFT_BY_LANE(vpsravd, , 32, a >> b, a >> 31)

/*
 * How a kernel of sse_lane.h is called: with the immediate, shifted for the
 * upper half, or with the size. Bits 48-63 of op->imm number it.
 */
struct kernel {
	lane_fn *fn;
	uint16_t op;
	uint8_t imm;
	uint8_t shift;
};

#define ROW2(NAME, name) { vc__lane_##name, X86_##NAME, 0, 0 },
#define ROW3(NAME, name, intrin) ROW2(NAME, name)
#define ROW5(NAME, name, bits, expr, intrin) ROW2(NAME, name)
#define ROWI(NAME, name, bits) { vc__lane_##name, X86_##NAME, 1, bits },
#define ROWV(NAME, name) { lane_##name, X86_##NAME, 0, 0 },
static const struct kernel kernels[] = {
	LANE_OPS(ROW5)
	LANE_MIXES(ROW3)
	LANE_UNPACKS(ROW3)
	LANE_QDQ(ROW3)
	LANE_SSSE3(ROW2)
	LANE_SSE4(ROW2)
	LANE_IMM(ROWI)
	ROWV(VPSLLVD, vpsllvd) ROWV(VPSLLVQ, vpsllvq) ROWV(VPSRLVD, vpsrlvd)
	ROWV(VPSRLVQ, vpsrlvq) ROWV(VPSRAVD, vpsravd)
	{ vc__lane_blendps, X86_VPBLENDD, 1, 4 },
	/* the same bits by other names */
	{ vc__lane_pand, X86_ANDPS, 0, 0 },
	{ vc__lane_pand, X86_ANDPD, 0, 0 },
	{ vc__lane_pandn, X86_ANDNPS, 0, 0 },
	{ vc__lane_pandn, X86_ANDNPD, 0, 0 },
	{ vc__lane_por, X86_ORPS, 0, 0 },
	{ vc__lane_por, X86_ORPD, 0, 0 },
	{ vc__lane_pxor, X86_XORPS, 0, 0 },
	{ vc__lane_pxor, X86_XORPD, 0, 0 },
	{ vc__lane_punpckldq, X86_UNPCKLPS, 0, 0 },
	{ vc__lane_punpckhdq, X86_UNPCKHPS, 0, 0 },
	{ vc__lane_punpcklqdq, X86_UNPCKLPD, 0, 0 },
	{ vc__lane_punpckhqdq, X86_UNPCKHPD, 0, 0 },
};

static VC_NOINLINE void by_kernel(const struct op *op, uint8_t *d,
				  const uint8_t *h, const uint8_t *s,
				  unsigned half)
{
	const struct kernel *k = &kernels[op->imm >> 48];
	uint8_t t[16];

	memcpy(t, h, 16);
	k->fn(t, s, k->imm ? VIMM >> half * k->shift : 16);
	memcpy(d, t, 16);
}
VEX(a_lane, by_kernel(op, d, h, s, half))

#define WIDEN_ROW(NAME, name, sign, from, to) \
	{ vc__lane_##name, X86_##NAME, 0, 16 * from / to },
static const struct kernel widenings[] = {
	LANE_WIDEN(WIDEN_ROW)
};

static unsigned widen_bytes(const struct op *op)
{
	return widenings[op->imm >> 48].shift;
}

static VC_NOINLINE void widen(const struct op *op, uint8_t *d, const uint8_t *s,
			      unsigned len)
{
	const struct kernel *k = &widenings[op->imm >> 48];
	uint8_t t[32] = { 0 };

	k->fn(t, s, 16);
	if (len == 32)
		k->fn(t + 16, s + k->shift, 16);
	memcpy(d, t, 32);
}
VEX_ANY(a_widen, 16, widen_bytes(op), widen(op, d, s, 16))
VEX_ANY(a_widen, 32, 2 * widen_bytes(op), widen(op, d, s, 32))

/* Shifts by a count of 64 bits, and by an immediate. */
#define SHIFT_ROW(NAME, name, bits, expr, big, intrin) \
	{ vc__lane_##name, X86_##NAME },
static const struct { lane_shift_fn *fn; uint16_t op; } shifts[] = {
	LANE_SHIFTS(SHIFT_ROW)
};

static VC_NOINLINE void shift(const struct op *op, uint8_t *d, const uint8_t *h,
			      uint64_t count, unsigned len)
{
	uint8_t t[32] = { 0 };

	memcpy(t, h, len);
	shifts[op->imm >> 48].fn(t, count, len);
	memcpy(d, t, 32);
}
VEX_ANY(a_shift, 16, 16, shift(op, d, h, ld64(s), 16))
VEX_ANY(a_shift, 32, 16, shift(op, d, h, ld64(s), 32))
VEX_REG(a_shift_ri16, shift(op, VA->b, VB->b, VIMM, 16))
VEX_REG(a_shift_ri32, shift(op, VA->b, VB->b, VIMM, 32))

static bool by_immediate(const struct x86_insn *in)
{
	return in->opnd[2].kind == OPND_IMM;
}

static bool choose(const struct x86_insn *in, struct op *op, const op_fn fn[2][2],
		   size_t number)
{
	op->fn = fn[in->opnd[1].kind == OPND_MEM ||
		    in->opnd[2].kind == OPND_MEM][in->vex == 32];
	vex_operands(in, op);
	op->imm |= (uint64_t)number << 48;
	return true;
}

bool vc__select_avx_lane(const struct x86_insn *in, struct op *op)
{
	static const op_fn lane[2][2] = {
		{ vc__op_a_lane_rr16, vc__op_a_lane_rr32 },
		{ vc__op_a_lane_rm16, vc__op_a_lane_rm32 },
	}, wide[2][2] = {
		{ vc__op_a_widen_rr16, vc__op_a_widen_rr32 },
		{ vc__op_a_widen_rm16, vc__op_a_widen_rm32 },
	}, by_reg[2][2] = {
		{ vc__op_a_shift_rr16, vc__op_a_shift_rr32 },
		{ vc__op_a_shift_rm16, vc__op_a_shift_rm32 },
	}, by_imm[2][2] = {
		{ vc__op_a_shift_ri16, vc__op_a_shift_ri32 },
	};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (kernels[i].op == in->op)
			return choose(in, op, lane, i);
	for (size_t i = 0; i < sizeof(widenings) / sizeof(widenings[0]); i++)
		if (widenings[i].op == in->op)
			return choose(in, op, wide, i);
	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++)
		if (shifts[i].op == in->op)
			return choose(in, op, by_immediate(in) ? by_imm :
				      by_reg, i);
	return false;
}

/* ---- tests ---- */

/* ZF: no bit of mask is in a and b; CF: none is in b and not in a. */
VC_INLINE void test(struct cpu *cpu, const uint8_t *a, const uint8_t *b,
		    uint64_t mask, unsigned len)
{
	uint64_t both = 0, only = 0;

	for (unsigned i = 0; i < len; i += 8) {
		both |= ld64(a + i) & ld64(b + i);
		only |= ~ld64(a + i) & ld64(b + i);
	}
	cc_set(cpu, CC(FLAGS, 0), (both & mask) != 0,
	       (both & mask ? 0 : FL_ZF) | (only & mask ? 0 : FL_CF));
}
#define TEST(name, mask) \
	VEX_ANY(name, 16, 16, test(cpu, d, s, mask, 16)) \
	VEX_ANY(name, 32, 32, test(cpu, d, s, mask, 32))
TEST(a_ptest, ~UINT64_C(0))
TEST(a_testps, UINT64_C(0x8000000080000000))
TEST(a_testpd, UINT64_C(0x8000000000000000))

/* ---- string comparisons ---- */

/* bits 8 and 9 of op->imm: PCMPSTR_* */
#define HOW	((unsigned)op->imm & 0x3ff)
VEX_ANY(a_pcmpstri, 16, 16, vc__pcmpstr_index(cpu, d, s, HOW))
VEX_ANY(a_pcmpstrm, 16, 16,
	vc__pcmpstr_mask(cpu, d, s, HOW); vec_clear_high(&cpu->v[0]))

static const struct vex_row any_rows[] = {
	VEX_ROW(PTEST, a_ptest),
	VEX_ROW(VTESTPS, a_testps),
	VEX_ROW(VTESTPD, a_testpd),
	VEX_ROW_128(PCMPESTRI, a_pcmpstri),
	VEX_ROW_128(PCMPISTRI, a_pcmpstri),
	VEX_ROW_128(PCMPESTRM, a_pcmpstrm),
	VEX_ROW_128(PCMPISTRM, a_pcmpstrm),
};

static bool select_any(const struct x86_insn *in, struct op *op)
{
	if (!VEX_FIND(in, op, any_rows))
		return false;
	if (in->op == X86_PCMPESTRI || in->op == X86_PCMPESTRM)
		op->imm |= PCMPSTR_EXPLICIT |
			   (in->osize == 8 ? PCMPSTR_WIDE : 0);
	return true;
}

/* ---- by the host's instructions ---- */

#if VC_HOSTFP

#define SSE2_OP(name, intrin) \
	VEX(a_##name, half_store(d, intrin(half_of_reg(h), half_load(s))))
#define SSE2_OP3(NAME, name, intrin) SSE2_OP(name, intrin)
#define SSE2_OP5(NAME, name, bits, expr, intrin) SSE2_OP(name, intrin)
LANE_OPS(SSE2_OP5)
LANE_MIXES(SSE2_OP3)
LANE_UNPACKS(SSE2_OP3)
LANE_QDQ(SSE2_OP3)

VC_INLINE __m128i low64(const void *p)
{
	return _mm_loadl_epi64(p);
}

/* The count is read first: it may lie in the destination. */
#define SSE2_SHIFT(NAME, name, bits, expr, big, intrin) \
VEX_ANY(a_##name, 16, 16, \
	vec_write(d, 16, intrin(half_of_reg(h), low64(s)), half_of(0, 0))) \
VEX_ANY(a_##name, 32, 16, \
	__m128i n = low64(s); \
	vec_write(d, 32, intrin(half_of_reg(h), n), \
		  intrin(half_of_reg(h + 16), n))) \
VEX_REG(a_##name##_ri16, \
	__m128i n = _mm_cvtsi32_si128((int)VIMM); \
	vec_write(VA->b, 16, intrin(half_of_reg(VB->b), n), n)) \
VEX_REG(a_##name##_ri32, \
	__m128i n = _mm_cvtsi32_si128((int)VIMM); \
	vec_write(VA->b, 32, intrin(half_of_reg(VB->b), n), \
		  intrin(half_of_reg(VB->b + 16), n)))
LANE_SHIFTS(SSE2_SHIFT)

#define SSE2_ROW(NAME, name) VEX_ROW(NAME, a_##name),
#define SSE2_ROW3(NAME, name, intrin) SSE2_ROW(NAME, name)
#define SSE2_ROW5(NAME, name, bits, expr, intrin) SSE2_ROW(NAME, name)
#define SSE2_ROW6(NAME, name, bits, expr, big, intrin) SSE2_ROW(NAME, name)
static const struct vex_row sse2_rows[] = {
	LANE_OPS(SSE2_ROW5)
	LANE_MIXES(SSE2_ROW3)
	LANE_UNPACKS(SSE2_ROW3)
	LANE_QDQ(SSE2_ROW3)
	LANE_SHIFTS(SSE2_ROW6)
	VEX_ROW(ANDPS, a_pand), VEX_ROW(ANDPD, a_pand),
	VEX_ROW(ANDNPS, a_pandn), VEX_ROW(ANDNPD, a_pandn),
	VEX_ROW(ORPS, a_por), VEX_ROW(ORPD, a_por),
	VEX_ROW(XORPS, a_pxor), VEX_ROW(XORPD, a_pxor),
	VEX_ROW(UNPCKLPS, a_punpckldq), VEX_ROW(UNPCKHPS, a_punpckhdq),
	VEX_ROW(UNPCKLPD, a_punpcklqdq), VEX_ROW(UNPCKHPD, a_punpckhqdq),
};
#define RI_ROW(NAME, name, bits, expr, big, intrin) { X86_##NAME, \
	{ vc__op_a_##name##_ri16, vc__op_a_##name##_ri32 }, { NULL, NULL } },
static const struct vex_row ri_rows[] = {
	LANE_SHIFTS(RI_ROW)
};

/* One source (s), or h and s. */
#define HOST1(name) \
VC_INLINE void host_##name(uint8_t *d, const uint8_t *s) \
{ \
	__m128i t; \
\
	__asm__ (#name " %1, %0" : "=x"(t) : "x"(half_load(s))); \
	half_store(d, t); \
} \
VEX(a_##name, host_##name(d, s))
#define HOST2(name) \
VC_INLINE void host_##name(uint8_t *d, const uint8_t *h, const uint8_t *s) \
{ \
	__m128i t = half_of_reg(h); \
\
	__asm__ (#name " %1, %0" : "+x"(t) : "x"(half_load(s))); \
	half_store(d, t); \
} \
VEX(a_##name, host_##name(d, h, s))
/* VEX.128 of AVX2 */
#define HOST3(name) \
VC_INLINE void host_##name(uint8_t *d, const uint8_t *h, const uint8_t *s) \
{ \
	__m128i t; \
\
	__asm__ (#name " %2, %1, %0" : "=x"(t) \
		 : "x"(half_of_reg(h)), "x"(half_load(s))); \
	half_store(d, t); \
} \
VEX(a_##name, host_##name(d, h, s))

#define HOST_UNARY(X) \
	X(PABSB, pabsb) X(PABSW, pabsw) X(PABSD, pabsd) \
	X(PHMINPOSUW, phminposuw)
#define HOST_BINARY(X) \
	X(PSHUFB, pshufb) X(PHADDW, phaddw) X(PHADDD, phaddd) \
	X(PHADDSW, phaddsw) X(PHSUBW, phsubw) X(PHSUBD, phsubd) \
	X(PHSUBSW, phsubsw) X(PSIGNB, psignb) X(PSIGNW, psignw) \
	X(PSIGND, psignd) X(PMULHRSW, pmulhrsw) X(PMADDUBSW, pmaddubsw) \
	X(PMINSB, pminsb) X(PMAXSB, pmaxsb) X(PMINUW, pminuw) \
	X(PMAXUW, pmaxuw) X(PMINSD, pminsd) X(PMAXSD, pmaxsd) \
	X(PMINUD, pminud) X(PMAXUD, pmaxud) X(PMULLD, pmulld) \
	X(PMULDQ, pmuldq) X(PCMPEQQ, pcmpeqq) X(PCMPGTQ, pcmpgtq) \
	X(PACKUSDW, packusdw)
#define HOST_AVX2(X) \
	X(VPSLLVD, vpsllvd) X(VPSLLVQ, vpsllvq) X(VPSRLVD, vpsrlvd) \
	X(VPSRLVQ, vpsrlvq) X(VPSRAVD, vpsravd)
#define HOST_1(NAME, name) HOST1(name)
#define HOST_2(NAME, name) HOST2(name)
#define HOST_3(NAME, name) HOST3(name)
HOST_UNARY(HOST_1)
HOST_BINARY(HOST_2)
HOST_AVX2(HOST_3)

/* The upper half first: the destination may be the source. */
#define HOST_WIDEN(NAME, name, sign, from, to) \
VC_INLINE __m128i host_##name(const uint8_t *s) \
{ \
	__m128i t; \
\
	__asm__ (#name " %1, %0" : "=x"(t) \
		 : "m"(*(const uint8_t (*)[16 * from / to])(const void *)s)); \
	return t; \
} \
VEX_ANY(a_##name, 16, 16 * from / to, \
	half_store(d, host_##name(s)); \
	half_store(d + 16, _mm_setzero_si128())) \
VEX_ANY(a_##name, 32, 32 * from / to, \
	half_store(d + 16, host_##name(s + 16 * from / to)); \
	half_store(d, host_##name(s)))
LANE_WIDEN(HOST_WIDEN)

static const struct vex_row sse4_rows[] = {
	HOST_UNARY(SSE2_ROW)
	HOST_BINARY(SSE2_ROW)
	LANE_WIDEN(SSE2_ROW5)
};
static const struct vex_row avx2_rows[] = {
	HOST_AVX2(SSE2_ROW)
};

static bool select_host(const struct x86_insn *in, struct op *op)
{
	if (by_immediate(in))
		return VEX_FIND(in, op, ri_rows);
	if (VEX_FIND(in, op, sse2_rows))
		return true;
	__builtin_cpu_init();
	if (__builtin_cpu_supports("ssse3") &&
	    __builtin_cpu_supports("sse4.1") &&
	    __builtin_cpu_supports("sse4.2") && VEX_FIND(in, op, sse4_rows))
		return true;
	return __builtin_cpu_supports("avx2") && VEX_FIND(in, op, avx2_rows);
}

#else

static bool select_host(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}

#endif

bool vc__select_avx_int(const struct x86_insn *in, struct op *op)
{
	return select_host(in, op) || select_any(in, op);
}
