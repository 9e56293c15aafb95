/* SPDX-License-Identifier: MIT */
/*
 * x87func.c: the x87's remainders, scaling, and transcendental functions. On
 * x86-64 hosts with everything masked they are the host's, whose last bits
 * differ between makers of processors; otherwise softfp.c's and x87trig.c's.
 */
#include "decode.h"
#include "x87.h"

/* What an instruction takes and leaves. */
enum { FN_2XM1, FN_YL2X, FN_YL2XP1, FN_PATAN, FN_PTAN, FN_SIN, FN_COS,
       FN_SINCOS, FN_XTRACT, FN_SCALE, FN_PREM, FN_PREM1 };

static bool takes_two(unsigned fn)
{
	return fn == FN_YL2X || fn == FN_YL2XP1 || fn == FN_PATAN ||
	       fn == FN_SCALE || fn == FN_PREM || fn == FN_PREM1;
}

static bool pushes(unsigned fn)
{
	return fn == FN_PTAN || fn == FN_SINCOS || fn == FN_XTRACT;
}

static bool pops(unsigned fn)
{
	return fn == FN_YL2X || fn == FN_YL2XP1 || fn == FN_PATAN;
}

static void set_c2(struct cpu *cpu, bool on)
{
	cpu->fsw = (uint16_t)((cpu->fsw & ~FSW_C2) | (on ? FSW_C2 : 0));
}

/* Angles of 2^63 and more are not reduced: C2, and nothing else happens. */
static bool too_large(struct f80 v)
{
	unsigned e = v.se & 0x7fff;

	return v.m >> 63 && e >= 16383 + 63 && e != 0x7fff;
}

static bool is_trig(unsigned fn)
{
	return fn >= FN_PTAN && fn <= FN_SINCOS;
}

#if VC_HOSTFP
static void put_raw(struct cpu *cpu, unsigned phys, struct f80 v)
{
	cpu->st[phys].m = v.m;
	cpu->st[phys].se = v.se;
	cpu->ftw |= (uint8_t)(1u << phys);
}

static bool is_nan(struct f80 v)
{
	return (v.se & 0x7fff) == 0x7fff && v.m << 1;
}

#define HOST1(insn) \
	__asm__ volatile("fldt %[x]\n\t" insn "\n\tfnstsw %[w]\n\tfstpt %[r]" \
			 : [r] "=m"(r), [w] "=m"(cpu->fsw_host) \
			 : [x] "m"(x) : "st")
/* pushes: the second result is on top */
#define HOST1_2(insn) \
	__asm__ volatile("fldt %[x]\n\t" insn "\n\tfnstsw %[w]\n\t" \
			 "fstpt %[t]\n\tfstpt %[r]" \
			 : [r] "=m"(r), [t] "=m"(t), [w] "=m"(cpu->fsw_host) \
			 : [x] "m"(x) : "st", "st(1)")
#define HOST2_POP(insn) \
	__asm__ volatile("fldt %[y]\n\tfldt %[x]\n\t" insn \
			 "\n\tfnstsw %[w]\n\tfstpt %[r]" \
			 : [r] "=m"(r), [w] "=m"(cpu->fsw_host) \
			 : [x] "m"(x), [y] "m"(y) : "st", "st(1)")
#define HOST2(insn) \
	__asm__ volatile("fldt %[y]\n\tfldt %[x]\n\t" insn \
			 "\n\tfnstsw %[w]\n\tfstpt %[r]\n\tfstp %%st(0)" \
			 : [r] "=m"(r), [w] "=m"(cpu->fsw_host) \
			 : [x] "m"(x), [y] "m"(y) : "st", "st(1)")

static void on_host(struct cpu *cpu, unsigned fn)
{
	unsigned p0 = x87_phys(cpu, 0), p1 = x87_phys(cpu, 1);
	struct f80 x = cpu->st[p0], y = cpu->st[p1], r = { 0 }, t = { 0 };

	switch (fn) {
	case FN_2XM1:
		HOST1("f2xm1");
		break;
	case FN_SIN:
		HOST1("fsin");
		break;
	case FN_COS:
		HOST1("fcos");
		break;
	case FN_PTAN:
		HOST1_2("fptan");
		break;
	case FN_SINCOS:
		HOST1_2("fsincos");
		break;
	case FN_XTRACT:
		HOST1_2("fxtract");
		break;
	case FN_YL2X:
		HOST2_POP("fyl2x");
		break;
	case FN_YL2XP1:
		HOST2_POP("fyl2xp1");
		break;
	case FN_PATAN:
		HOST2_POP("fpatan");
		break;
	case FN_SCALE:
		HOST2("fscale");
		break;
	case FN_PREM:
		HOST2("fprem");
		break;
	default:
		HOST2("fprem1");
	}
	if ((fn == FN_PREM || fn == FN_PREM1) && !is_nan(r))
		cpu->fsw = (uint16_t)((cpu->fsw & ~FSW_CC) |
			   (cpu->fsw_host & (FSW_C0 | FSW_C2 | FSW_C3)));
	if (pops(fn)) {
		put_raw(cpu, p1, r);
		x87_pop(cpu);
		return;
	}
	put_raw(cpu, p0, r);
	if (pushes(fn)) {
		cpu->ftop = (cpu->ftop - 1) & 7;
		put_raw(cpu, cpu->ftop, t);
	}
}
#endif

static void quotient_bits(struct cpu *cpu, unsigned q, bool partial)
{
	unsigned cc = partial ? FSW_C2 : 0;

	if (!partial)
		cc |= (q & 4 ? FSW_C0 : 0) | (q & 2 ? FSW_C3 : 0);
	cpu->fsw = (uint16_t)((cpu->fsw & ~(FSW_C0 | FSW_C2 | FSW_C3)) | cc);
	x87_set_c1(cpu, !partial && (q & 1));
}

static void remainder_soft(struct cpu *cpu, const struct op *op, bool nearest)
{
	struct sf_env env = vc__x87_env(cpu);
	unsigned q;
	bool partial;
	struct sf r = vc__sf_rem(&env, nearest, vc__x87_get(cpu, 0),
				 vc__x87_get(cpu, 1), &q, &partial);

	x87_set_c1(cpu, false);
	if (vc__x87_raise(cpu, op, env.flags, false))
		return;
	if (r.cls < SF_QNAN)	/* else C0 and C3 stay */
		quotient_bits(cpu, q, partial);
	vc__x87_put(cpu, x87_phys(cpu, 0), r);
}

/* FPTAN, FSINCOS, FXTRACT: r replaces ST(0), then top is pushed. */
static void two_results(struct cpu *cpu, const struct op *op,
			const struct sf_env *env, struct sf r, struct sf top)
{
	if (!vc__x87_result(cpu, op, env, x87_phys(cpu, 0), r, false))
		return;
	cpu->ftop = (cpu->ftop - 1) & 7;
	vc__x87_put(cpu, cpu->ftop, top);
}

static void in_software(struct cpu *cpu, const struct op *op, unsigned fn)
{
	struct sf_env env = vc__x87_env(cpu);
	struct sf x = vc__x87_get(cpu, 0), y, r, t;
	unsigned p0 = x87_phys(cpu, 0), p1 = x87_phys(cpu, 1);

	switch (fn) {
	case FN_2XM1:
		vc__x87_result(cpu, op, &env, p0, vc__sf_2xm1(&env, x), false);
		return;
	case FN_SIN:
	case FN_COS:
		vc__sf_trig(&env, fn == FN_COS, x, &r, NULL);
		vc__x87_result(cpu, op, &env, p0, r, false);
		return;
	case FN_PTAN:
		vc__sf_trig(&env, 2, x, &r, NULL);
		t = r.cls >= SF_QNAN ? r : vc__sf_from_int(1);
		two_results(cpu, op, &env, r, t);
		return;
	case FN_SINCOS:
		vc__sf_trig(&env, 0, x, &r, &t);
		two_results(cpu, op, &env, r, t);
		return;
	case FN_XTRACT:
		t = vc__sf_xtract(&env, x, &r);
		two_results(cpu, op, &env, r, t);
		return;
	default:
		break;
	}
	y = vc__x87_get(cpu, 1);
	switch (fn) {
	case FN_SCALE:
		vc__x87_result(cpu, op, &env, p0, vc__sf_scale(&env, x, y),
			       false);
		return;
	case FN_PREM:
	case FN_PREM1:
		remainder_soft(cpu, op, fn == FN_PREM1);
		return;
	case FN_YL2X:
		r = vc__sf_yl2x(&env, x, y);
		break;
	case FN_YL2XP1:
		r = vc__sf_yl2xp1(&env, x, y);
		break;
	default:
		r = vc__sf_atan2(&env, y, x);
	}
	if (vc__x87_result(cpu, op, &env, p1, r, false))
		x87_pop(cpu);
}

/* The masked response to a stack fault fills all that the result would. */
static void stack_response(struct cpu *cpu, unsigned fn)
{
	if (pops(fn)) {
		vc__x87_put(cpu, x87_phys(cpu, 1), vc__sf_default_nan());
		x87_pop(cpu);
		return;
	}
	vc__x87_put(cpu, x87_phys(cpu, 0), vc__sf_default_nan());
	if (pushes(fn)) {
		cpu->ftop = (cpu->ftop - 1) & 7;
		vc__x87_put(cpu, cpu->ftop, vc__sf_default_nan());
	}
}

static VC_NOINLINE int function(struct cpu *cpu, const struct op *op)
{
	unsigned fn = op->aux;
	int rc = vc__x87_begin_fast(cpu, op);

	if (rc)
		return rc;
	if (is_trig(fn) || fn == FN_PREM || fn == FN_PREM1)
		set_c2(cpu, false);
	if (!x87_full(cpu, x87_phys(cpu, 0)) ||
	    (takes_two(fn) && !x87_full(cpu, x87_phys(cpu, 1)))) {
		if (vc__x87_stack_fault(cpu, op, false, false))
			stack_response(cpu, fn);
		return X_OK;
	}
	if (pushes(fn) && x87_full(cpu, x87_phys(cpu, 7))) {
		if (vc__x87_stack_fault(cpu, op, true, false))
			stack_response(cpu, fn);
		return X_OK;
	}
	if (is_trig(fn) && too_large(cpu->st[cpu->ftop])) {
		set_c2(cpu, true);
		x87_set_c1(cpu, false);
		return X_OK;
	}
#if VC_HOSTFP
	if (cpu->fpu_ok & FPU_OK_X87) {
		on_host(cpu, fn);
		return X_OK;
	}
#endif
	in_software(cpu, op, fn);
	return X_OK;
}

OP_DECLARE(f_function);
H(f_function)
{
	int rc = function(cpu, op);

	if (rc == X87_AGAIN)
		NEXT(op);
	if (rc)
		return vc__op_stop(cpu, op, rc);
	NEXT(op + 1);
}

bool vc__select_x87func(const struct x86_insn *in, struct op *op)
{
	static const struct { uint16_t op; uint8_t fn; } rows[] = {
		{ X86_F2XM1, FN_2XM1 }, { X86_FYL2X, FN_YL2X },
		{ X86_FYL2XP1, FN_YL2XP1 }, { X86_FPATAN, FN_PATAN },
		{ X86_FPTAN, FN_PTAN }, { X86_FSIN, FN_SIN },
		{ X86_FCOS, FN_COS }, { X86_FSINCOS, FN_SINCOS },
		{ X86_FXTRACT, FN_XTRACT }, { X86_FSCALE, FN_SCALE },
		{ X86_FPREM, FN_PREM }, { X86_FPREM1, FN_PREM1 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].op == in->op) {
			op->fn = vc__op_f_function;
			op->aux = rows[i].fn;
			return true;
		}
	return false;
}
