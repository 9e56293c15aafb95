/* SPDX-License-Identifier: MIT */
/*
 * avx_fp.c: VEX-encoded floating-point arithmetic and comparison, and the
 * general path of all VEX-encoded floating point: see avx_fp.h.
 */
#include "avx_fp.h"
#if VC_HOSTFP
#include <cpuid.h>
#endif

/* ---- the general path ---- */

struct work {
	struct sf_env env;
	unsigned imm;
	unsigned bytes;		/* 16, or 32 with both halves */
	unsigned lanes;
	_Alignas(16) uint8_t s[32];	/* the last source */
	_Alignas(16) uint8_t r[32];
};

static bool is_wide(const struct op *op, const struct fp_form *f)
{
	return op->imm & FP_WIDE && f->lanes > 1;
}

/* VCVTPS2PH: memory is where the result goes. */
static bool stores(const struct op *op, const struct fp_form *f)
{
	return f->kind == K_TO_HALF && op->imm & FP_MEM;
}

static int source(struct cpu *cpu, const struct op *op,
		  const struct fp_form *f, bool loaded, struct work *w)
{
	unsigned n = f->from == EL_INT ? fp_bytes(EL_INT, w->imm) :
		     f->lanes > 1 ? f->bytes * w->bytes / 16 : f->bytes;

	if (stores(op, f)) {
		memcpy(w->s, cpu->v[op->b & 15].b, 32);
		return vc__probe_write(cpu, op, op_ea(cpu, op), w->lanes * 2);
	}
	if (op->imm & FP_MEM && !loaded)
		return vc__load(cpu, op, op_ea(cpu, op), n, w->s);
	if (f->from == EL_INT && !loaded)
		st64(w->s, R(op->b));
	else
		memcpy(w->s, VB->b, 32);
	return X_OK;
}

static unsigned each_lane(struct cpu *cpu, const struct op *op,
			  const struct fp_form *f, struct work *w)
{
	unsigned from = fp_bytes(f->from, w->imm), to = fp_bytes(f->to, w->imm);
	const uint8_t *h = VH->b;
	unsigned flags = 0;

	for (unsigned i = 0; i < w->lanes; i++) {
		w->env.flags = 0;
		if (f->kind == K_FMA)
			vc__fp_fused(&w->env, f, i & 1, w->r + i * to,
				     h + i * to, w->s + i * from);
		else
			vc__fp_lane(cpu, &w->env, f, w->imm, w->r + i * to,
				    h + (f->lanes > 1 ? i : 0) * to,
				    w->s + i * from);
		flags |= w->env.flags;
	}
	return flags;
}

/* The result into w->r, flags into MXCSR. */
static int compute(struct cpu *cpu, const struct op *op,
		   const struct fp_form *f, struct work *w)
{
	unsigned flags = 0;

	switch (f->kind) {
	case K_HADD:
	case K_HSUB:
	case K_ADDSUB:
		for (unsigned i = 0; i < w->bytes; i += 16)
			flags |= vc__fp_across(&w->env, f, w->r + i, VH->b + i,
					       w->s + i);
		break;
	case K_DP:
		return vc__fp_dot(cpu, &w->env, f, w->r, VH->b, w->s, w->imm,
				  w->bytes);
	case K_FMA:
		memcpy(w->r, VA->b, w->bytes);
		flags = each_lane(cpu, op, f, w);
		break;
	default:
		if (f->lanes == 1)
			memcpy(w->r, VH->b, 16);
		flags = each_lane(cpu, op, f, w);
	}
	return vc__sse_finish(cpu, &w->env, flags);
}

static int finish(struct cpu *cpu, const struct op *op,
		  const struct fp_form *f, struct work *w)
{
	if (stores(op, f))
		return vc__store(cpu, op, op_ea(cpu, op), w->lanes * 2, w->r);
	if (f->dst == DST_GPR)
		R(op->a) = w->imm == 8 ? ld64(w->r) : ld32(w->r);
	else
		memcpy(VA->b, w->r, 32);
	return X_OK;
}

static int compare(struct cpu *cpu, const struct op *op,
		   const struct fp_form *f, struct work *w)
{
	uint8_t fl = vc__fp_flags(&w->env, f, VA->b, w->s);
	int rc = vc__sse_finish(cpu, &w->env, w->env.flags);

	if (!rc)
		cc_set_flags(cpu, fl);
	return rc;
}

VC_NOINLINE int vc__avxfp_general(struct cpu *cpu, const struct op *op,
				  const struct fp_form *f, bool loaded)
{
	struct work w = { .env = vc__sse_env(cpu->mxcsr) };
	int rc = vc__avx_check(cpu);

	if (rc)
		return rc;
#if VC_HOSTFP
	if (!loaded && !(cpu->fpu_live & FPU_LIVE_SSE) && !cpu->fpu_soft &&
	    (cpu->mxcsr & MXCSR_MASKS) == MXCSR_MASKS) {
		vc__fpu_load_sse(cpu);
		return FP_AGAIN;
	}
#endif
	w.imm = VIMM;
	w.bytes = is_wide(op, f) ? 32 : 16;
	w.lanes = f->lanes * w.bytes / 16;
	rc = source(cpu, op, f, loaded, &w);
	if (rc)
		return rc;
	if (f->dst == DST_FLAGS)
		return compare(cpu, op, f, &w);
	rc = compute(cpu, op, f, &w);
	return rc ? rc : finish(cpu, op, f, &w);
}

#if VC_HOSTFP
/* Not a name that every compiler's __builtin_cpu_supports knows. */
static bool host_has_f16c(void)
{
	unsigned a, b, c, d;

	return __builtin_cpu_supports("avx") && __get_cpuid(1, &a, &b, &c, &d) &&
	       c >> 29 & 1;
}

static bool host_has(unsigned need)
{
	__builtin_cpu_init();
	switch (need) {
	case HOST_SSE41:
		return __builtin_cpu_supports("sse4.1");
	case HOST_AVX:
		return __builtin_cpu_supports("avx");
	case HOST_FMA:
		return __builtin_cpu_supports("fma");
	case HOST_F16C:
		return host_has_f16c();
	default:
		return true;
	}
}
#else
static bool host_has(unsigned need)
{
	(void)need;
	return false;
}
#endif

/* The size of an integer stands where an immediate would. */
static bool int_is_wide(const struct x86_insn *in, const struct fp_form *f)
{
	return (f->dst == DST_GPR ? in->opnd[0].size : in->opnd[2].size) == 8;
}

bool vc__avxfp_select(const struct x86_insn *in, struct op *op,
		      const struct fp_row *rows, size_t n, op_fn general)
{
	for (size_t i = 0; i < n; i++) {
		const struct fp_form *f = &rows[i].form;
		bool mem = false, wide = in->vex == 32 && f->lanes > 1;
		op_fn fn;

		if (rows[i].op != in->op)
			continue;
		for (unsigned k = 0; k < 4; k++)
			mem |= in->opnd[k].kind == OPND_MEM;
		vex_operands(in, op);
		if (f->from == EL_INT || f->to == EL_INT) {
			wide = int_is_wide(in, f);
			op->imm = (op->imm & ~(uint64_t)0xff) | (wide ? 8 : 4);
		}
		op->imm |= (uint64_t)i << 48 | (wide ? FP_WIDE : 0) |
			   (mem ? FP_MEM : 0);
		fn = rows[i].fn[mem][wide];
		op->fn = fn && host_has(rows[i].need) ? fn : general;
		return true;
	}
	return false;
}

/* ---- the fast paths ---- */

FP_GENERAL

#if VC_HOSTFP

#define BIN_16(insn, in) do { \
	__m128i x_ = LOADA(VH->b); \
\
	DO2(insn, x_, in(s)); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)
#define BIN_32(insn, in) do { \
	__m128i x_ = LOADA(VH->b), y_ = LOADA(VH->b + 16); \
\
	DO2(insn, x_, in(s)); \
	DO2(insn, y_, in(s + 16)); \
	STOREA(va->b, x_); \
	STOREA(va->b + 16, y_); \
} while (0)
#define BINARY(name, insn) \
FP_RR(name##_rr16, BIN_16(insn, IN_RR)) \
FP_RR(name##_rr32, BIN_32(insn, IN_RR)) \
FP_RM(name##_rm16, name##_rr16, 16, BIN_16(insn, IN_RM)) \
FP_RM(name##_rm32, name##_rr32, 32, BIN_32(insn, IN_RM))
#define SCALARS(name, insn) \
FP_RR(name##ss_rr, SCALAR(insn "ss", any32)) \
FP_RM(name##ss_rm, name##ss_rr, 4, SCALAR(insn "ss", any32)) \
FP_RR(name##sd_rr, SCALAR(insn "sd", any64)) \
FP_RM(name##sd_rm, name##sd_rr, 8, SCALAR(insn "sd", any64))

#define ARITH(name) \
BINARY(v_##name##ps, #name "ps") \
BINARY(v_##name##pd, #name "pd") \
SCALARS(v_##name, #name)
ARITH(add)
ARITH(sub)
ARITH(mul)
ARITH(div)
ARITH(min)
ARITH(max)
UNARY(v_sqrtps, "sqrtps")
UNARY(v_sqrtpd, "sqrtpd")
SCALARS(v_sqrt, "sqrt")
UNARY(v_rcpps, "rcpps")
UNARY(v_rsqrtps, "rsqrtps")
FP_RR(v_rcpss_rr, SCALAR("rcpss", any32))
FP_RM(v_rcpss_rm, v_rcpss_rr, 4, SCALAR("rcpss", any32))
FP_RR(v_rsqrtss_rr, SCALAR("rsqrtss", any32))
FP_RM(v_rsqrtss_rm, v_rsqrtss_rr, 4, SCALAR("rsqrtss", any32))
BINARY(v_haddps, "haddps")
BINARY(v_haddpd, "haddpd")
BINARY(v_hsubps, "hsubps")
BINARY(v_hsubpd, "hsubpd")
BINARY(v_addsubps, "addsubps")
BINARY(v_addsubpd, "addsubpd")

/* Immediates are part of the host's instructions. X(n, ...) for each. */
#define CASE(X, n, ...)	case n: X(n, __VA_ARGS__); break;
#define CASES_4(X, n, ...) \
	CASE(X, n, __VA_ARGS__) CASE(X, n + 1, __VA_ARGS__) \
	CASE(X, n + 2, __VA_ARGS__) CASE(X, n + 3, __VA_ARGS__)
#define CASES_16(X, n, ...) \
	CASES_4(X, n, __VA_ARGS__) CASES_4(X, n + 4, __VA_ARGS__) \
	CASES_4(X, n + 8, __VA_ARGS__) CASES_4(X, n + 12, __VA_ARGS__)

/* Bits 4 to 7 mean nothing. */
#define ROUND_1(n, insn, x, ...) \
	__asm__ volatile (insn " %2, %1, %0" : "=x"(x) \
			  : __VA_ARGS__, "i"(n))
#define ROUND_16(n, insn, in) do { \
	__m128i x_; \
\
	ROUND_1(n, insn, x_, in(s)); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)
#define ROUND_32(n, insn, in) do { \
	__m128i x_, y_; \
\
	ROUND_1(n, insn, x_, in(s)); \
	ROUND_1(n, insn, y_, in(s + 16)); \
	STOREA(va->b, x_); \
	STOREA(va->b + 16, y_); \
} while (0)
#define ROUND_SCALAR(n, insn, type) do { \
	__m128i x_ = LOADA(VH->b); \
\
	__asm__ volatile (insn " %2, %1, %0" : "+x"(x_) \
			  : "m"(AS(type, s)), "i"(n)); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)
#define ROUNDED(X, ...) \
	switch (op->imm & 15) { CASES_16(X, 0, __VA_ARGS__) }
#define ROUND(name, insn) \
FP_RR(name##_rr16, ROUNDED(ROUND_16, insn, IN_RR)) \
FP_RR(name##_rr32, ROUNDED(ROUND_32, insn, IN_RR)) \
FP_RM(name##_rm16, name##_rr16, 16, ROUNDED(ROUND_16, insn, IN_RM)) \
FP_RM(name##_rm32, name##_rr32, 32, ROUNDED(ROUND_32, insn, IN_RM))
ROUND(v_roundps, "roundps")
ROUND(v_roundpd, "roundpd")
FP_RR(v_roundss_rr, ROUNDED(ROUND_SCALAR, "roundss", any32))
FP_RM(v_roundss_rm, v_roundss_rr, 4, ROUNDED(ROUND_SCALAR, "roundss", any32))
FP_RR(v_roundsd_rr, ROUNDED(ROUND_SCALAR, "roundsd", any64))
FP_RM(v_roundsd_rm, v_roundsd_rr, 8, ROUNDED(ROUND_SCALAR, "roundsd", any64))

/* 32 predicates are VEX's only. */
#define CMP_1(n, insn, x, type, p) \
	__asm__ volatile (insn " %2, %1, %0, %0" : "+x"(x) \
			  : "m"(AS(type, p)), "i"(n))
#define CMP_16(n, insn) do { \
	__m128i x_ = LOADA(VH->b); \
\
	CMP_1(n, insn, x_, struct any128, s); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)
#define CMP_32(n, insn) do { \
	__m128i x_ = LOADA(VH->b), y_ = LOADA(VH->b + 16); \
\
	CMP_1(n, insn, x_, struct any128, s); \
	CMP_1(n, insn, y_, struct any128, s + 16); \
	STOREA(va->b, x_); \
	STOREA(va->b + 16, y_); \
} while (0)
#define CMP_SCALAR(n, insn, type) do { \
	__m128i x_ = LOADA(VH->b); \
\
	CMP_1(n, insn, x_, type, s); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)
#define COMPARED(X, ...) \
	switch (op->imm & 31) { \
	CASES_16(X, 0, __VA_ARGS__) CASES_16(X, 16, __VA_ARGS__) }
#define COMPARE(name, insn) \
FP_RR(name##_rr16, COMPARED(CMP_16, insn)) \
FP_RR(name##_rr32, COMPARED(CMP_32, insn)) \
FP_RM(name##_rm16, name##_rr16, 16, COMPARED(CMP_16, insn)) \
FP_RM(name##_rm32, name##_rr32, 32, COMPARED(CMP_32, insn))
COMPARE(v_cmpps, "vcmpps")
COMPARE(v_cmppd, "vcmppd")
FP_RR(v_cmpss_rr, COMPARED(CMP_SCALAR, "vcmpss", any32))
FP_RM(v_cmpss_rm, v_cmpss_rr, 4, COMPARED(CMP_SCALAR, "vcmpss", any32))
FP_RR(v_cmpsd_rr, COMPARED(CMP_SCALAR, "vcmpsd", any64))
FP_RM(v_cmpsd_rm, v_cmpsd_rr, 8, COMPARED(CMP_SCALAR, "vcmpsd", any64))

#define DOT_16(dot) do { \
	STOREA(va->b, dot(LOADA(VH->b), LOADU(s), VIMM)); \
	vec_clear_high(va); \
} while (0)
#define DOT_32(dot) do { \
	__m128i x_ = dot(LOADA(VH->b), LOADU(s), VIMM); \
	__m128i y_ = dot(LOADA(VH->b + 16), LOADU(s + 16), VIMM); \
\
	STOREA(va->b, x_); \
	STOREA(va->b + 16, y_); \
} while (0)
FP_RR(v_dpps_rr16, DOT_16(fp_dot_ps))
FP_RR(v_dpps_rr32, DOT_32(fp_dot_ps))
FP_RM(v_dpps_rm16, v_dpps_rr16, 16, DOT_16(fp_dot_ps))
FP_RM(v_dpps_rm32, v_dpps_rr32, 32, DOT_32(fp_dot_ps))
FP_RR(v_dppd_rr, DOT_16(fp_dot_pd))
FP_RM(v_dppd_rm, v_dppd_rr, 16, DOT_16(fp_dot_pd))

#define FLAGS(name, bytes, type) \
FP_RR(v_##name##_rr, TO_FLAGS(#name, type)) \
FP_RM(v_##name##_rm, v_##name##_rr, bytes, TO_FLAGS(#name, type))
FLAGS(comiss, 4, any32)
FLAGS(comisd, 8, any64)
FLAGS(ucomiss, 4, any32)
FLAGS(ucomisd, 8, any64)

#endif

/* ---- the table ---- */

#define F32(K, lanes, dst) { K, EL_F32, EL_F32, lanes, dst, \
	(lanes) == 1 ? 4 : 16, 0, 0 }
#define F64(K, lanes, dst) { K, EL_F64, EL_F64, lanes, dst, \
	(lanes) == 1 ? 8 : 16, 0, 0 }
#define ROW_PS(NAME, name, need, K) \
	{ X86_##NAME, need, F32(K, 4, DST_XMM), FN_PACKED(v_##name) },
#define ROW_PD(NAME, name, need, K) \
	{ X86_##NAME, need, F64(K, 2, DST_XMM), FN_PACKED(v_##name) },
#define ROW_SS(NAME, name, need, K) \
	{ X86_##NAME, need, F32(K, 1, DST_XMM), FN_SCALAR(v_##name) },
#define ROW_SD(NAME, name, need, K) \
	{ X86_##NAME, need, F64(K, 1, DST_XMM), FN_SCALAR(v_##name) },
#define ROW4(NAME, name, need, K) \
	ROW_PS(NAME##PS, name##ps, need, K) \
	ROW_PD(NAME##PD, name##pd, need, K) \
	ROW_SS(NAME##SS, name##ss, need, K) \
	ROW_SD(NAME##SD, name##sd, need, K)
#define ROW2(NAME, name, need, K) \
	ROW_PS(NAME##PS, name##ps, need, K) \
	ROW_PD(NAME##PD, name##pd, need, K)

static const struct fp_row rows[] = {
	ROW4(ADD, add, HOST_ANY, K_ADD)
	ROW4(SUB, sub, HOST_ANY, K_SUB)
	ROW4(MUL, mul, HOST_ANY, K_MUL)
	ROW4(DIV, div, HOST_ANY, K_DIV)
	ROW4(MIN, min, HOST_ANY, K_MIN)
	ROW4(MAX, max, HOST_ANY, K_MAX)
	ROW4(SQRT, sqrt, HOST_ANY, K_SQRT)
	ROW4(ROUND, round, HOST_SSE41, K_ROUND)
	ROW4(CMP, cmp, HOST_AVX, K_CMP)
	ROW_PS(RCPPS, rcpps, HOST_ANY, K_RCP)
	ROW_SS(RCPSS, rcpss, HOST_ANY, K_RCP)
	ROW_PS(RSQRTPS, rsqrtps, HOST_ANY, K_RSQRT)
	ROW_SS(RSQRTSS, rsqrtss, HOST_ANY, K_RSQRT)
	ROW2(HADD, hadd, HOST_SSE41, K_HADD)
	ROW2(HSUB, hsub, HOST_SSE41, K_HSUB)
	ROW2(ADDSUB, addsub, HOST_SSE41, K_ADDSUB)
	{ X86_COMISS, HOST_ANY, F32(K_COMI, 1, DST_FLAGS),
	  FN_SCALAR(v_comiss) },
	{ X86_COMISD, HOST_ANY, F64(K_COMI, 1, DST_FLAGS),
	  FN_SCALAR(v_comisd) },
	{ X86_UCOMISS, HOST_ANY, F32(K_UCOMI, 1, DST_FLAGS),
	  FN_SCALAR(v_ucomiss) },
	{ X86_UCOMISD, HOST_ANY, F64(K_UCOMI, 1, DST_FLAGS),
	  FN_SCALAR(v_ucomisd) },
	ROW_PS(DPPS, dpps, HOST_SSE41, K_DP)
	/* there is no VDPPD of 256 bits */
	{ X86_DPPD, HOST_SSE41, F64(K_DP, 2, DST_XMM), FN_SCALAR(v_dppd) },
};

static const struct fp_form *form_of(const struct op *op)
{
	return &rows[FP_ROW(op)].form;
}

bool vc__select_avx_fp(const struct x86_insn *in, struct op *op)
{
	return FP_SELECT(in, op, rows, general);
}
