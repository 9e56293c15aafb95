/* SPDX-License-Identifier: MIT */
/*
 * sse_fp.c: floating point of SSE3 (horizontal, ADDSUB) and SSE4.1 (ROUND,
 * DP), by softfp.c, which is exact; on hosts that have the instructions this
 * is the general path of sse_host.c.
 */
#include "sse_ext.h"

enum { K_HADD, K_HSUB, K_ADDSUB, K_ROUND, K_DP };

struct form {
	uint8_t kind;
	uint8_t size;		/* bytes of a lane */
	uint8_t lanes;
};

static struct sf get(const struct sf_env *env, const struct form *f,
		     const uint8_t *p, unsigned i)
{
	p += i * f->size;
	return f->size == 4 ? vc__sf_from32(env, ld32(p))
			    : vc__sf_from64(env, ld64(p));
}

static void put(const struct form *f, uint8_t *p, unsigned i, struct sf v)
{
	p += i * f->size;
	if (f->size == 4)
		st32(p, vc__sf_pack32(v));
	else
		st64(p, vc__sf_pack64(v));
}

/* r[i] = x[xi] (+ - *) y[yi]; returns the flags. */
static unsigned arith(struct sf_env *env, const struct form *f, int what,
		      uint8_t *r, unsigned i, const uint8_t *x, unsigned xi,
		      const uint8_t *y, unsigned yi)
{
	env->flags = 0;
	put(f, r, i, vc__sf_arith(env, f->size == 4 ? SF32 : SF64, what,
				  get(env, f, x, xi), get(env, f, y, yi)));
	return env->flags;
}

/* Neighbours of d, then of s; or lane by lane, - and + in turn. */
static unsigned across(struct sf_env *env, const struct form *f, uint8_t *r,
		       const uint8_t *d, const uint8_t *s)
{
	unsigned flags = 0, half = f->lanes / 2;

	for (unsigned i = 0; i < f->lanes; i++) {
		const uint8_t *p = i < half ? d : s;
		unsigned k = 2 * (i % half);

		if (f->kind == K_ADDSUB)
			flags |= arith(env, f, i & 1 ? SF_ADD : SF_SUB, r, i,
				       d, i, s, i);
		else
			flags |= arith(env, f, f->kind == K_HADD ? SF_ADD :
				       SF_SUB, r, i, p, k, p, k + 1);
	}
	return flags;
}

/* imm: 0-1 rounding control, 2 take MXCSR's instead, 3 without PE. Denormals
 * raise nothing (SDM 2B, ROUNDPS). */
static unsigned rounded(struct sf_env *env, const struct form *f, uint8_t *r,
			const uint8_t *s, unsigned imm)
{
	env->flags = 0;
	for (unsigned i = 0; i < f->lanes; i++)
		put(f, r, i, vc__sf_rint(env, f->size == 4 ? SF32 : SF64,
					 imm & 4 ? env->rc : imm & 3,
					 get(env, f, s, i)));
	return env->flags & (imm & 8 ? SF_IE : SF_IE | SF_PE);
}

/*
 * The products that imm's high half selects, their sum, and that where its low
 * half says. Exceptions come in the order of the operations: an unmasked one
 * of a step keeps the later ones from happening (SDM 2A, DPPS).
 */
static int dot(struct cpu *cpu, struct sf_env *env, const struct form *f,
	       uint8_t *r, const uint8_t *d, const uint8_t *s, unsigned imm)
{
	uint8_t t[16] = { 0 };
	unsigned flags = 0;
	int rc;

	for (unsigned i = 0; i < f->lanes; i++)
		if (imm >> (4 + i) & 1)
			flags |= arith(env, f, SF_MUL, t, i, d, i, s, i);
	rc = vc__sse_finish(cpu, env, flags);
	for (unsigned n = f->lanes; !rc && n > 1; n /= 2) {
		flags = 0;
		for (unsigned i = 0; i < n / 2; i++)
			flags |= arith(env, f, SF_ADD, t, i, t, 2 * i, t,
				       2 * i + 1);
		rc = vc__sse_finish(cpu, env, flags);
	}
	memset(r, 0, 16);
	for (unsigned i = 0; i < f->lanes; i++)
		if (imm >> i & 1)
			memcpy(r + i * f->size, t, f->size);
	return rc;
}

static int source(struct cpu *cpu, const struct op *op, const struct form *f,
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
	return vc__load(cpu, op, op_ea(cpu, op), f->lanes * f->size, s);
}

static VC_NOINLINE int general(struct cpu *cpu, const struct op *op,
			       const struct form *f, bool mem)
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
	if (f->kind == K_DP)
		rc = dot(cpu, &env, f, r, d, s, I);
	else
		rc = vc__sse_finish(cpu, &env, f->kind == K_ROUND ?
				    rounded(&env, f, r, s, I) :
				    across(&env, f, r, d, s));
	if (!rc)
		memcpy(d, r, 16);
	return rc;
}

#define FORM_F(name, kind, size, lanes) \
static const struct form form_##name = { kind, size, lanes }; \
OP_DECLARE(g_##name##_rr); \
OP(g_##name##_rr) { return general(cpu, op, &form_##name, false); } \
OP_DECLARE(g_##name##_rm); \
OP(g_##name##_rm) { return general(cpu, op, &form_##name, true); }
FORM_F(haddps, K_HADD, 4, 4)
FORM_F(haddpd, K_HADD, 8, 2)
FORM_F(hsubps, K_HSUB, 4, 4)
FORM_F(hsubpd, K_HSUB, 8, 2)
FORM_F(addsubps, K_ADDSUB, 4, 4)
FORM_F(addsubpd, K_ADDSUB, 8, 2)
FORM_F(roundps, K_ROUND, 4, 4)
FORM_F(roundpd, K_ROUND, 8, 2)
FORM_F(roundss, K_ROUND, 4, 1)
FORM_F(roundsd, K_ROUND, 8, 1)
FORM_F(dpps, K_DP, 4, 4)
FORM_F(dppd, K_DP, 8, 2)

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
