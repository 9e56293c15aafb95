/* SPDX-License-Identifier: MIT */
/*
 * sse_fp.c: floating point of SSE3 (horizontal, ADDSUB) and SSE4.1 (ROUND,
 * DP), by softfp.c, which is exact; on hosts that have the instructions this
 * is the general path of sse_host.c.
 */
#include "fp_form.h"
#include "sse_ext.h"

#if VC_HOSTFP
#define LANE(i, k)	((i) >> (k) & 1 ? ~(uint32_t)0 : 0)
#define LANES(i)	{ LANE(i, 0), LANE(i, 1), LANE(i, 2), LANE(i, 3) }
_Alignas(16) const uint32_t vc__fp_lanes[16][4] = {
	LANES(0), LANES(1), LANES(2), LANES(3), LANES(4), LANES(5), LANES(6),
	LANES(7), LANES(8), LANES(9), LANES(10), LANES(11), LANES(12),
	LANES(13), LANES(14), LANES(15),
};
#endif

/* r[i] = x[xi] (+ - *) y[yi]; returns the flags. */
static unsigned arith(struct sf_env *env, const struct fp_form *f, int what,
		      uint8_t *r, unsigned i, const uint8_t *x, unsigned xi,
		      const uint8_t *y, unsigned yi)
{
	env->flags = 0;
	if (f->to == EL_F32)
		st32(r + 4 * i, vc__sf_pack32(vc__sf_arith(env, SF32, what,
			vc__sf_from32(env, ld32(x + 4 * xi)),
			vc__sf_from32(env, ld32(y + 4 * yi)))));
	else
		st64(r + 8 * i, vc__sf_pack64(vc__sf_arith(env, SF64, what,
			vc__sf_from64(env, ld64(x + 8 * xi)),
			vc__sf_from64(env, ld64(y + 8 * yi)))));
	return env->flags;
}

/* Neighbours of a, then of s; or lane by lane, - and + in turn. */
unsigned vc__fp_across(struct sf_env *env, const struct fp_form *f, uint8_t *r,
		       const uint8_t *a, const uint8_t *s)
{
	unsigned flags = 0, half = f->lanes / 2;

	for (unsigned i = 0; i < f->lanes; i++) {
		const uint8_t *p = i < half ? a : s;
		unsigned k = 2 * (i % half);

		if (f->kind == K_ADDSUB)
			flags |= arith(env, f, i & 1 ? SF_ADD : SF_SUB, r, i,
				       a, i, s, i);
		else
			flags |= arith(env, f, f->kind == K_HADD ? SF_ADD :
				       SF_SUB, r, i, p, k, p, k + 1);
	}
	return flags;
}

/*
 * The products that imm's high half selects, their sum, and that where its low
 * half says. Exceptions come in the order of the operations: an unmasked one
 * of a step, in any half, keeps the later ones from happening (SDM 2A, DPPS).
 */
int vc__fp_dot(struct cpu *cpu, struct sf_env *env, const struct fp_form *f,
	       uint8_t *r, const uint8_t *a, const uint8_t *s, unsigned imm,
	       unsigned bytes)
{
	unsigned flags = 0, size = f->to == EL_F32 ? 4 : 8;
	uint8_t t[32] = { 0 };
	int rc;

	for (unsigned i = 0; i < bytes / size; i++)
		if (imm >> (4 + i % f->lanes) & 1)
			flags |= arith(env, f, SF_MUL, t, i, a, i, s, i);
	rc = vc__sse_finish(cpu, env, flags);
	for (unsigned n = f->lanes; !rc && n > 1; n /= 2) {
		flags = 0;
		for (unsigned h = 0; h < bytes; h += 16)
			for (unsigned i = 0; i < n / 2; i++)
				flags |= arith(env, f, SF_ADD, t + h, i, t + h,
					       2 * i, t + h, 2 * i + 1);
		rc = vc__sse_finish(cpu, env, flags);
	}
	memset(r, 0, bytes);
	for (unsigned i = 0; i < bytes / size; i++)
		if (imm >> i % f->lanes & 1)
			memcpy(r + i * size, t + (i * size & 16), size);
	return rc;
}

static int source(struct cpu *cpu, const struct op *op, const struct fp_form *f,
		  bool mem, uint8_t *s)
{
	int rc = vc__simd_check(cpu);

	if (rc)
		return rc;
	if (!mem) {
		memcpy(s, V(op->b)->b, 16);
		return X_OK;
	}
	if (f->lanes > 1 && op_ea(cpu, op) & 15)
		return vc__gp(cpu, 0);
	return vc__load(cpu, op, op_ea(cpu, op), f->bytes, s);
}

static VC_NOINLINE int general(struct cpu *cpu, const struct op *op,
			       const struct fp_form *f, bool mem)
{
	struct sf_env env = vc__sse_env(cpu->mxcsr);
	uint8_t *d = V(op->a)->b, s[16] = { 0 }, r[16];
	int rc = source(cpu, op, f, mem, s);

	if (rc)
		return rc;
#if VC_HOSTFP
	/* next time, by the host */
	if (!(cpu->fpu_live & FPU_LIVE_SSE) && !cpu->fpu_soft &&
	    (cpu->mxcsr & MXCSR_MASKS) == MXCSR_MASKS)
		vc__fpu_load_sse(cpu);
#endif
	memcpy(r, d, 16);
	if (f->kind == K_DP) {
		rc = vc__fp_dot(cpu, &env, f, r, d, s, I, 16);
	} else if (f->kind == K_ROUND) {
		unsigned n = fp_bytes(f->to, 0);

		for (unsigned i = 0; i < f->lanes; i++)
			vc__fp_lane(cpu, &env, f, I, r + i * n, NULL,
				    s + i * n);
		rc = vc__sse_finish(cpu, &env, env.flags);
	} else {
		rc = vc__sse_finish(cpu, &env,
				    vc__fp_across(&env, f, r, d, s));
	}
	if (!rc)
		memcpy(d, r, 16);
	return rc;
}

#define FORM_F(name, kind, el, lanes) \
static const struct fp_form form_##name = { kind, el, el, lanes, DST_XMM, \
	(lanes) > 1 ? 16 : (el) == EL_F32 ? 4 : 8, 0, 0 }; \
OP_DECLARE(g_##name##_rr); \
OP(g_##name##_rr) { return general(cpu, op, &form_##name, false); } \
OP_DECLARE(g_##name##_rm); \
OP(g_##name##_rm) { return general(cpu, op, &form_##name, true); }
FORM_F(haddps, K_HADD, EL_F32, 4)
FORM_F(haddpd, K_HADD, EL_F64, 2)
FORM_F(hsubps, K_HSUB, EL_F32, 4)
FORM_F(hsubpd, K_HSUB, EL_F64, 2)
FORM_F(addsubps, K_ADDSUB, EL_F32, 4)
FORM_F(addsubpd, K_ADDSUB, EL_F64, 2)
FORM_F(roundps, K_ROUND, EL_F32, 4)
FORM_F(roundpd, K_ROUND, EL_F64, 2)
FORM_F(roundss, K_ROUND, EL_F32, 1)
FORM_F(roundsd, K_ROUND, EL_F64, 1)
FORM_F(dpps, K_DP, EL_F32, 4)
FORM_F(dppd, K_DP, EL_F64, 2)

#define ROW(NAME, name) EXT_ROW(NAME, g_##name)
static const struct ext_row rows[] = {
	ROW(HADDPS, haddps), ROW(HADDPD, haddpd), ROW(HSUBPS, hsubps),
	ROW(HSUBPD, hsubpd), ROW(ADDSUBPS, addsubps), ROW(ADDSUBPD, addsubpd),
	ROW(ROUNDPS, roundps), ROW(ROUNDPD, roundpd), ROW(ROUNDSS, roundss),
	ROW(ROUNDSD, roundsd), ROW(DPPS, dpps), ROW(DPPD, dppd),
};

bool vc__select_ssefp(const struct x86_insn *in, struct op *op)
{
	return EXT_FIND(in, op, rows);
}
