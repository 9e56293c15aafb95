/* SPDX-License-Identifier: MIT */
/*
 * x87.c: the x87's data instructions but for the transcendental ones
 * (x87func.c). Each hot form has a fast path on x86-64 hosts, taken when no
 * exception is unmasked, the operands' registers are not empty and the memory
 * operand is in the TLB; everything else is the general path behind it, which
 * is softfp.c and C, knows every case, and is what other hosts have.
 *
 * General path: memory is read first (it can fault), then the stack is
 * checked, then the result is made, then flags and registers change (SDM 1
 * §8.5.1: a masked stack fault gives the default NaN; an unmasked IE, DE or
 * ZE leaves the operands alone).
 */
#include "decode.h"
#include "x87.h"

/* ---- the general path's parts ---- */

int vc__x87_begin(struct cpu *cpu, const struct op *op)
{
	if (!(cpu->fpu_ok & FPU_OK_MMX)) {
		int rc = vc__x87_check(cpu, false);

		if (rc)
			return rc;
	}
	cpu->fip = op_rip(cpu, op);
	return X_OK;
}

int vc__x87_begin_fast(struct cpu *cpu, const struct op *op)
{
	int rc = vc__x87_begin(cpu, op);

	if (!rc && VC_HOSTFP && !(cpu->fpu_live & FPU_LIVE_X87) &&
	    !cpu->fpu_soft && (cpu->fcw & SF_ALL) == SF_ALL) {
		vc__fpu_load_x87(cpu);
		return X87_AGAIN;
	}
	return rc;
}

struct sf_env vc__x87_env(const struct cpu *cpu)
{
	static const uint8_t prec[4] = { 24, 64, 53, 64 };	/* 1: reserved */
	struct sf_env env = { 0 };

	env.rc = cpu->fcw >> 10 & 3;
	env.prec = prec[cpu->fcw >> 8 & 3];
	env.masks = cpu->fcw & SF_ALL;
	env.x87 = true;
	return env;
}

/* Flag what happened; true when the result must be dropped. */
bool vc__x87_raise(struct cpu *cpu, const struct op *op, unsigned flags,
		   bool mem)
{
	unsigned unmasked = flags & ~(unsigned)cpu->fcw & SF_ALL;

	if (unmasked & SF_PRE)
		flags &= SF_PRE | FSW_SF;
	cpu->fsw |= (uint16_t)flags;
	if (unmasked) {
		cpu->fsw |= FSW_ES;
		vc__fpu_update(cpu);
		vc__x87_record(cpu, op, mem);
	}
	return (unmasked & SF_PRE) != 0;
}

/* True when the masked response is to be made. */
bool vc__x87_stack_fault(struct cpu *cpu, const struct op *op, bool overflow,
			 bool mem)
{
	x87_set_c1(cpu, overflow);
	return !vc__x87_raise(cpu, op, SF_IE | FSW_SF, mem);
}

void vc__x87_put(struct cpu *cpu, unsigned phys, struct sf v)
{
	cpu->st[phys] = vc__sf_pack80(v);
	cpu->ftw |= (uint8_t)(1u << phys);
}

struct sf vc__x87_get(const struct cpu *cpu, unsigned i)
{
	return vc__sf_from80(cpu->st[x87_phys(cpu, i)]);
}

/* The end of an operation: flags, C1, and the result where it goes. */
bool vc__x87_result(struct cpu *cpu, const struct op *op,
		    const struct sf_env *env, unsigned phys, struct sf r,
		    bool mem)
{
	x87_set_c1(cpu, false);
	if (vc__x87_raise(cpu, op, env->flags, mem))
		return false;
	x87_set_c1(cpu, env->up);
	vc__x87_put(cpu, phys, r);
	return true;
}

/* How an operand is given. */
enum { SRC_REG, SRC_M32, SRC_M64, SRC_I16, SRC_I32, SRC_I64, SRC_M80 };

static const uint8_t src_bytes[] = { 0, 4, 8, 2, 4, 8, 10 };

static int load_src(struct cpu *cpu, const struct op *op,
		    const struct sf_env *env, unsigned src, struct sf *v)
{
	uint8_t t[10];
	int rc = vc__load(cpu, op, op_ea(cpu, op), src_bytes[src], t);

	if (rc)
		return rc;
	switch (src) {
	case SRC_M32:
		*v = vc__sf_from32(env, ld32(t));
		break;
	case SRC_M64:
		*v = vc__sf_from64(env, ld64(t));
		break;
	case SRC_I16:
		*v = vc__sf_from_int((int16_t)ld16(t));
		break;
	case SRC_I32:
		*v = vc__sf_from_int((int32_t)ld32(t));
		break;
	case SRC_I64:
		*v = vc__sf_from_int((int64_t)ld64(t));
		break;
	default:
		*v = vc__sf_from80((struct f80){ ld64(t), ld16(t + 8),
						 { 0, 0, 0 } });
	}
	return X_OK;
}

/* A function of the general path, as an op, with what it is to do. */
#define GENERAL(name, call) \
VC_COLD static const struct op *name(struct cpu *cpu, const struct op *op) \
{ \
	int rc = call; \
\
	if (rc == X87_AGAIN) \
		NEXT(op); \
	if (rc) \
		return vc__op_stop(cpu, op, rc); \
	NEXT(op + 1); \
}

#define FAST(cond) \
	(VC_LIKELY(cpu->fpu_ok & FPU_OK_X87) && VC_LIKELY(cond))
#define SET_FIP	(cpu->fip = op_rip(cpu, op))
#define TOP	((unsigned)cpu->ftop)
#define FULL(phys)	x87_full(cpu, phys)
/* Little-endian: the high byte has C1; the low one keeps the flags. */
#define CLEAR_C1	(((uint8_t *)&cpu->fsw_host)[1] = 0)

/* ---- arithmetic ---- */

enum { AR_ADD, AR_MUL, AR_SUB, AR_SUBR, AR_DIV, AR_DIVR };

static VC_NOINLINE int arith(struct cpu *cpu, const struct op *op,
			     unsigned kind, unsigned src, bool pop)
{
	static const uint8_t to[] = { SF_ADD, SF_MUL, SF_SUB, SF_SUB, SF_DIV,
				      SF_DIV };
	struct sf_env env = vc__x87_env(cpu);
	unsigned d = x87_phys(cpu, src == SRC_REG ? op->a : 0);
	unsigned s = x87_phys(cpu, op->b);
	bool mem = src != SRC_REG;
	struct sf x, y;
	int rc = vc__x87_begin_fast(cpu, op);

	if (!rc && mem)
		rc = load_src(cpu, op, &env, src, &y);
	if (rc)
		return rc;
	if (!FULL(d) || (!mem && !FULL(s))) {
		if (!vc__x87_stack_fault(cpu, op, false, mem))
			return X_OK;
		vc__x87_put(cpu, d, vc__sf_default_nan());
		goto pop;
	}
	x = vc__sf_from80(cpu->st[d]);
	if (!mem)
		y = vc__sf_from80(cpu->st[s]);
	if (kind == AR_SUBR || kind == AR_DIVR)
		x = vc__sf_arith(&env, SF80PC, to[kind], y, x);
	else
		x = vc__sf_arith(&env, SF80PC, to[kind], x, y);
	if (!vc__x87_result(cpu, op, &env, d, x, mem))
		return X_OK;
pop:
	if (pop)
		x87_pop(cpu);
	return X_OK;
}

#if VC_HOSTFP
/* With d below s on the host's stack. The bytes are DE /r: FADDP and so on;
 * assemblers disagree about the names of FSUBP and FSUBRP. */
#define ARITH_RR(byte, d, s) \
	__asm__ volatile("fldt %[x]\n\tfldt %[y]\n\t" \
			 ".byte 0xde, " byte "\n\tfnstsw %[w]\n\tfstpt %[x]" \
			 : [x] "+m"(cpu->st[d]), [w] "=m"(cpu->fsw_host) \
			 : [y] "m"(cpu->st[s]) : "st", "st(1)")
#define ARITH_RM(insn, p) \
	__asm__ volatile("fldt %[x]\n\t" insn " %[y]\n\t" \
			 "fnstsw %[w]\n\tfstpt %[x]" \
			 : [x] "+m"(cpu->st[TOP]), [w] "=m"(cpu->fsw_host) \
			 : [y] "m"(*(p)) : "st", "st(1)")
#define ARITH_FAST_REG(byte, pop) \
	unsigned d = x87_phys(cpu, op->a), s = x87_phys(cpu, op->b); \
\
	if (FAST(FULL(d) && FULL(s))) { \
		SET_FIP; \
		ARITH_RR(byte, d, s); \
		if (pop) \
			x87_pop(cpu); \
		NEXT(op + 1); \
	}
#define ARITH_FAST_MEM(insn, type) \
	const type *p = (const type *)(const void *) \
		tlb_read_ptr(cpu, op_ea(cpu, op), sizeof(type)); \
\
	if (FAST(p && FULL(TOP))) { \
		SET_FIP; \
		ARITH_RM(insn, p); \
		NEXT(op + 1); \
	}
/* Operands of guest memory, which lie anywhere. */
typedef uint16_t __attribute__((aligned(1), may_alias)) mem16;
typedef uint32_t __attribute__((aligned(1), may_alias)) mem32;
typedef uint64_t __attribute__((aligned(1), may_alias)) mem64;
#else
#define ARITH_FAST_REG(byte, pop)
#define ARITH_FAST_MEM(insn, type)
#endif

#define ARITH_OP(name, kind, src, pop, ...) \
GENERAL(slow_##name, arith(cpu, op, kind, src, pop)) \
OP_DECLARE(name); \
H(name) \
{ \
	__VA_ARGS__ \
	return slow_##name(cpu, op); \
}

#define ARITH(name, kind, byte, m32, m64, i16, i32) \
	ARITH_OP(f_##name##_r, kind, SRC_REG, false, ARITH_FAST_REG(byte, 0)) \
	ARITH_OP(f_##name##_p, kind, SRC_REG, true, ARITH_FAST_REG(byte, 1)) \
	ARITH_OP(f_##name##_m32, kind, SRC_M32, false, \
		 ARITH_FAST_MEM(m32, mem32)) \
	ARITH_OP(f_##name##_m64, kind, SRC_M64, false, \
		 ARITH_FAST_MEM(m64, mem64)) \
	ARITH_OP(f_##name##_i16, kind, SRC_I16, false, \
		 ARITH_FAST_MEM(i16, mem16)) \
	ARITH_OP(f_##name##_i32, kind, SRC_I32, false, \
		 ARITH_FAST_MEM(i32, mem32))
ARITH(add, AR_ADD, "0xc1", "fadds", "faddl", "fiadds", "fiaddl")
ARITH(mul, AR_MUL, "0xc9", "fmuls", "fmull", "fimuls", "fimull")
ARITH(sub, AR_SUB, "0xe9", "fsubs", "fsubl", "fisubs", "fisubl")
ARITH(subr, AR_SUBR, "0xe1", "fsubrs", "fsubrl", "fisubrs", "fisubrl")
ARITH(div, AR_DIV, "0xf9", "fdivs", "fdivl", "fidivs", "fidivl")
ARITH(divr, AR_DIVR, "0xf1", "fdivrs", "fdivrl", "fidivrs", "fidivrl")

/* ---- loads ---- */

static VC_NOINLINE int push(struct cpu *cpu, const struct op *op, unsigned src)
{
	struct sf_env env = vc__x87_env(cpu);
	unsigned t = x87_phys(cpu, 7);
	bool mem = src != SRC_REG, underflow;
	struct f80 raw = { 0 };
	struct sf v = { 0 };
	int rc = vc__x87_begin_fast(cpu, op);

	if (rc)
		return rc;
	if (src == SRC_M80) {		/* any bits at all */
		uint8_t b[10];

		rc = vc__load(cpu, op, op_ea(cpu, op), 10, b);
		if (!rc) {
			raw.m = ld64(b);
			raw.se = ld16(b + 8);
		}
	} else if (mem) {
		rc = load_src(cpu, op, &env, src, &v);
	}
	if (rc)
		return rc;
	underflow = !mem && !FULL(x87_phys(cpu, op->a));
	if (underflow || FULL(t)) {
		if (!vc__x87_stack_fault(cpu, op, !underflow, mem))
			return X_OK;
		v = vc__sf_default_nan();
		goto put;
	}
	if (src == SRC_REG || src == SRC_M80) {
		x87_set_c1(cpu, false);
		cpu->st[t] = mem ? raw : cpu->st[x87_phys(cpu, op->a)];
		cpu->ftw |= (uint8_t)(1u << t);
		cpu->ftop = (uint8_t)t;
		return X_OK;
	}
	v = vc__sf_convert(&env, SF80, v);
	x87_set_c1(cpu, false);
	/* a denormal is loaded all the same when DE is unmasked */
	if (vc__x87_raise(cpu, op, env.flags, mem) && env.flags & SF_IE)
		return X_OK;
put:
	vc__x87_put(cpu, t, v);
	cpu->ftop = (uint8_t)t;
	return X_OK;
}

#if VC_HOSTFP
#define PUSHED(t) do { \
	cpu->ftw |= (uint8_t)(1u << (t)); \
	cpu->ftop = (uint8_t)(t); \
} while (0)
#define LOAD_FAST(insn, type) \
	const type *p = (const type *)(const void *) \
		tlb_read_ptr(cpu, op_ea(cpu, op), sizeof(type)); \
	unsigned t = x87_phys(cpu, 7); \
\
	if (FAST(p && !FULL(t))) { \
		SET_FIP; \
		__asm__ volatile(insn " %[y]\n\tfnstsw %[w]\n\tfstpt %[x]" \
				 : [x] "=m"(cpu->st[t]), \
				   [w] "=m"(cpu->fsw_host) \
				 : [y] "m"(*p) : "st"); \
		PUSHED(t); \
		NEXT(op + 1); \
	}
#define LOAD_FAST_COPY(from) \
	unsigned t = x87_phys(cpu, 7); \
	const struct f80 *s = from; \
\
	if (FAST(!FULL(t) && s)) { \
		SET_FIP; \
		CLEAR_C1; \
		cpu->st[t].m = s->m; \
		cpu->st[t].se = s->se; \
		PUSHED(t); \
		NEXT(op + 1); \
	}
#define LOAD_FAST_REG	LOAD_FAST_COPY(FULL(x87_phys(cpu, op->a)) ? \
				&cpu->st[x87_phys(cpu, op->a)] : NULL)
#define LOAD_FAST_M80 \
	const uint8_t *p = tlb_read_ptr(cpu, op_ea(cpu, op), 10); \
	unsigned t = x87_phys(cpu, 7); \
\
	if (FAST(p && !FULL(t))) { \
		SET_FIP; \
		CLEAR_C1; \
		cpu->st[t].m = ld64(p); \
		cpu->st[t].se = ld16(p + 8); \
		PUSHED(t); \
		NEXT(op + 1); \
	}
#else
#define LOAD_FAST(insn, type)
#define LOAD_FAST_REG
#define LOAD_FAST_M80
#endif

#define LOAD_OP(name, src, ...) \
GENERAL(slow_##name, push(cpu, op, src)) \
OP_DECLARE(name); \
H(name) \
{ \
	__VA_ARGS__ \
	return slow_##name(cpu, op); \
}
LOAD_OP(f_fld_r, SRC_REG, LOAD_FAST_REG)
LOAD_OP(f_fld_m32, SRC_M32, LOAD_FAST("flds", mem32))
LOAD_OP(f_fld_m64, SRC_M64, LOAD_FAST("fldl", mem64))
LOAD_OP(f_fld_m80, SRC_M80, LOAD_FAST_M80)
LOAD_OP(f_fild_16, SRC_I16, LOAD_FAST("filds", mem16))
LOAD_OP(f_fild_32, SRC_I32, LOAD_FAST("fildl", mem32))
LOAD_OP(f_fild_64, SRC_I64, LOAD_FAST("fildll", mem64))

/* Constants: the value cut off, and whether rounding to nearest goes up. They
 * raise nothing (SDM 2A, FLD1). The first two are exact. */
struct constant {
	uint64_t m;
	uint16_t se;
	uint8_t near_up, exact;
};
static const struct constant constants[] = {
	{ UINT64_C(0x8000000000000000), 0x3fff, 0, 1 },	/* 1 */
	{ 0, 0, 0, 1 },					/* 0 */
	{ UINT64_C(0xd49a784bcd1b8afe), 0x4000, 0, 0 },	/* log2 10 */
	{ UINT64_C(0xb8aa3b295c17f0bb), 0x3fff, 1, 0 },	/* log2 e */
	{ UINT64_C(0xc90fdaa22168c234), 0x4000, 1, 0 },	/* pi */
	{ UINT64_C(0x9a209a84fbcff798), 0x3ffd, 1, 0 },	/* log10 2 */
	{ UINT64_C(0xb17217f7d1cf79ab), 0x3ffe, 1, 0 },	/* ln 2 */
};

static VC_NOINLINE int push_constant(struct cpu *cpu, const struct op *op)
{
	const struct constant *c = &constants[op->aux];
	unsigned t = x87_phys(cpu, 7), rc_bits = cpu->fcw >> 10 & 3;
	int rc = vc__x87_begin(cpu, op);

	if (rc)
		return rc;
	if (FULL(t)) {
		if (!vc__x87_stack_fault(cpu, op, true, false))
			return X_OK;
		vc__x87_put(cpu, t, vc__sf_default_nan());
		cpu->ftop = (uint8_t)t;
		return X_OK;
	}
	x87_set_c1(cpu, false);
	cpu->st[t].m = c->m;
	cpu->st[t].se = c->se;
	if (rc_bits == SF_NEAREST ? c->near_up : rc_bits == SF_UP && !c->exact)
		cpu->st[t].m++;
	cpu->ftw |= (uint8_t)(1u << t);
	cpu->ftop = (uint8_t)t;
	return X_OK;
}
OP_DECLARE(f_constant);
GENERAL(slow_f_constant, push_constant(cpu, op))
H(f_constant)
{
#if VC_HOSTFP
	unsigned t = x87_phys(cpu, 7);

	if (FAST(!FULL(t) && op->aux < 2)) {
		SET_FIP;
		CLEAR_C1;
		cpu->st[t].m = constants[op->aux].m;
		cpu->st[t].se = constants[op->aux].se;
		PUSHED(t);
		NEXT(op + 1);
	}
#endif
	return slow_f_constant(cpu, op);
}

/* ---- stores ---- */

/* FST does not raise DE. */
static struct sf narrowed(struct sf_env *env, int fmt, struct sf v)
{
	return v.cls >= SF_QNAN ? vc__sf_nan1(env, v)
				: vc__sf_round(env, fmt, v);
}

/* ST(0) as the destination wants it, and what that raises. */
static unsigned store_bytes(struct sf_env *env, unsigned dst, struct sf v,
			    bool chop, uint8_t *t)
{
	unsigned rc = chop ? SF_CHOP : env->rc, bits = 8u * src_bytes[dst];

	switch (dst) {
	case SRC_M32:
		st32(t, vc__sf_pack32(narrowed(env, SF32, v)));
		break;
	case SRC_M64:
		st64(t, vc__sf_pack64(narrowed(env, SF64, v)));
		break;
	default:
		st64(t, (uint64_t)vc__sf_to_int(env, bits, rc, v));
	}
	return src_bytes[dst];
}

static VC_NOINLINE int store(struct cpu *cpu, const struct op *op, unsigned dst,
			     bool pop, bool chop)
{
	struct sf_env env = vc__x87_env(cpu);
	unsigned flags = 0, n;
	bool empty = !FULL(TOP), up = false;
	struct sf v;
	uint8_t t[16];
	int rc = vc__x87_begin_fast(cpu, op);

	if (rc)
		return rc;
	v = empty ? vc__sf_default_nan() : vc__sf_from80(cpu->st[TOP]);
	if (dst == SRC_M80) {
		struct f80 raw = empty ? vc__sf_pack80(v) : cpu->st[TOP];

		st64(t, raw.m);
		st16(t + 8, raw.se);
		n = 10;
	} else {
		n = store_bytes(&env, dst, v, chop, t);
		flags = env.flags;
		up = env.up;
	}
	if (empty) {
		flags = SF_IE | FSW_SF;
		up = false;
	}
	/* with IE, OE or UE unmasked memory keeps its value, but must be
	 * accessible all the same */
	if (flags & ~(unsigned)cpu->fcw & (SF_ALL & ~SF_PE)) {
		rc = vc__probe_write(cpu, op, op_ea(cpu, op), n);
		if (rc)
			return rc;
		flags &= ~SF_PE;
		x87_set_c1(cpu, false);
		vc__x87_raise(cpu, op, flags, true);
		return X_OK;
	}
	rc = vc__store(cpu, op, op_ea(cpu, op), n, t);
	if (rc)
		return rc;
	x87_set_c1(cpu, up);
	vc__x87_raise(cpu, op, flags, true);
	if (pop)
		x87_pop(cpu);
	return X_OK;
}

#if VC_HOSTFP
#define STORE_FAST(insn, type, pop) \
	type *p = (type *)(void *) \
		tlb_write_ptr(cpu, op_ea(cpu, op), sizeof(type)); \
\
	if (FAST(p && FULL(TOP))) { \
		SET_FIP; \
		__asm__ volatile("fldt %[x]\n\t" insn " %[y]\n\tfnstsw %[w]" \
				 : [y] "=m"(*p), [w] "=m"(cpu->fsw_host) \
				 : [x] "m"(cpu->st[TOP]) : "st"); \
		if (pop) \
			x87_pop(cpu); \
		NEXT(op + 1); \
	}
#define STORE_FAST_M80 \
	uint8_t *p = tlb_write_ptr(cpu, op_ea(cpu, op), 10); \
\
	if (FAST(p && FULL(TOP))) { \
		SET_FIP; \
		CLEAR_C1; \
		st64(p, cpu->st[TOP].m); \
		st16(p + 8, cpu->st[TOP].se); \
		x87_pop(cpu); \
		NEXT(op + 1); \
	}
#else
#define STORE_FAST(insn, type, pop)
#define STORE_FAST_M80
#endif

#define STORE_OP(name, dst, pop, chop, ...) \
GENERAL(slow_##name, store(cpu, op, dst, pop, chop)) \
OP_DECLARE(name); \
H(name) \
{ \
	__VA_ARGS__ \
	return slow_##name(cpu, op); \
}
STORE_OP(f_fst_m32, SRC_M32, false, false, STORE_FAST("fstps", mem32, 0))
STORE_OP(f_fst_m64, SRC_M64, false, false, STORE_FAST("fstpl", mem64, 0))
STORE_OP(f_fstp_m32, SRC_M32, true, false, STORE_FAST("fstps", mem32, 1))
STORE_OP(f_fstp_m64, SRC_M64, true, false, STORE_FAST("fstpl", mem64, 1))
STORE_OP(f_fstp_m80, SRC_M80, true, false, STORE_FAST_M80)
STORE_OP(f_fist_16, SRC_I16, false, false, STORE_FAST("fistps", mem16, 0))
STORE_OP(f_fist_32, SRC_I32, false, false, STORE_FAST("fistpl", mem32, 0))
STORE_OP(f_fistp_16, SRC_I16, true, false, STORE_FAST("fistps", mem16, 1))
STORE_OP(f_fistp_32, SRC_I32, true, false, STORE_FAST("fistpl", mem32, 1))
STORE_OP(f_fistp_64, SRC_I64, true, false, STORE_FAST("fistpll", mem64, 1))
STORE_OP(f_fisttp_16, SRC_I16, true, true, )
STORE_OP(f_fisttp_32, SRC_I32, true, true, )
STORE_OP(f_fisttp_64, SRC_I64, true, true, )

/* FST, FSTP ST(i): a copy of any bits, also over itself (FSTP ST(0) pops). */
static VC_NOINLINE int copy_top(struct cpu *cpu, const struct op *op)
{
	unsigned d = x87_phys(cpu, op->a), s = TOP;
	int rc = vc__x87_begin_fast(cpu, op);

	if (rc)
		return rc;
	if (!FULL(s)) {
		if (!vc__x87_stack_fault(cpu, op, false, false))
			return X_OK;
		vc__x87_put(cpu, d, vc__sf_default_nan());
	} else {
		x87_set_c1(cpu, false);
		cpu->st[d] = cpu->st[s];
		cpu->ftw |= (uint8_t)(1u << d);
	}
	if (op->aux)
		x87_pop(cpu);
	return X_OK;
}
GENERAL(slow_f_fst_r, copy_top(cpu, op))

#if VC_HOSTFP
#define COPY_FAST(pop) \
	unsigned d = x87_phys(cpu, op->a), s = TOP; \
\
	if (FAST(FULL(s))) { \
		SET_FIP; \
		CLEAR_C1; \
		cpu->st[d].m = cpu->st[s].m; \
		cpu->st[d].se = cpu->st[s].se; \
		cpu->ftw |= (uint8_t)(1u << d); \
		if (pop) \
			x87_pop(cpu); \
		NEXT(op + 1); \
	}
#else
#define COPY_FAST(pop)
#endif
OP_DECLARE(f_fst_r);
H(f_fst_r)
{
	COPY_FAST(0)
	return slow_f_fst_r(cpu, op);
}
OP_DECLARE(f_fstp_r);
H(f_fstp_r)
{
	COPY_FAST(1)
	return slow_f_fst_r(cpu, op);
}

/* ---- moves within the stack ---- */

static VC_NOINLINE int exchange(struct cpu *cpu, const struct op *op)
{
	unsigned a = TOP, b = x87_phys(cpu, op->b);
	struct f80 t;
	int rc = vc__x87_begin_fast(cpu, op);

	if (rc)
		return rc;
	if (!FULL(a) || !FULL(b)) {
		if (!vc__x87_stack_fault(cpu, op, false, false))
			return X_OK;
		if (!FULL(a))
			vc__x87_put(cpu, a, vc__sf_default_nan());
		if (!FULL(b))
			vc__x87_put(cpu, b, vc__sf_default_nan());
	} else {
		x87_set_c1(cpu, false);
	}
	t = cpu->st[a];
	cpu->st[a] = cpu->st[b];
	cpu->st[b] = t;
	return X_OK;
}
GENERAL(slow_f_fxch, exchange(cpu, op))
OP_DECLARE(f_fxch);
H(f_fxch)
{
#if VC_HOSTFP
	unsigned a = TOP, b = x87_phys(cpu, op->b);

	if (FAST(FULL(a) && FULL(b))) {
		uint64_t m = cpu->st[a].m;
		uint16_t se = cpu->st[a].se;

		SET_FIP;
		CLEAR_C1;
		cpu->st[a].m = cpu->st[b].m;
		cpu->st[a].se = cpu->st[b].se;
		cpu->st[b].m = m;
		cpu->st[b].se = se;
		NEXT(op + 1);
	}
#endif
	return slow_f_fxch(cpu, op);
}

/* The conditions: B E BE U and their opposites, as cond 2, 4, 6, 10 and the
 * odd numbers above them (SDM 2A, FCMOVcc). */
static VC_NOINLINE int cmov(struct cpu *cpu, const struct op *op)
{
	unsigned d = TOP, s = x87_phys(cpu, op->b);
	int rc = vc__x87_begin_fast(cpu, op);

	if (rc)
		return rc;
	if (!FULL(d) || !FULL(s)) {
		if (vc__x87_stack_fault(cpu, op, false, false))
			vc__x87_put(cpu, d, vc__sf_default_nan());
		return X_OK;
	}
	if (vc__cc_test(cpu, op->aux))
		cpu->st[d] = cpu->st[s];
	return X_OK;
}
GENERAL(slow_f_fcmov, cmov(cpu, op))
OP_DECLARE(f_fcmov);
H(f_fcmov)
{
#if VC_HOSTFP
	unsigned d = TOP, s = x87_phys(cpu, op->b);

	if (FAST(FULL(d) && FULL(s))) {
		SET_FIP;
		if (vc__cc_test(cpu, op->aux)) {
			cpu->st[d].m = cpu->st[s].m;
			cpu->st[d].se = cpu->st[s].se;
		}
		NEXT(op + 1);
	}
#endif
	return slow_f_fcmov(cpu, op);
}

/* aux: 0 FABS, 1 FCHS: the sign bit of anything */
static VC_NOINLINE int sign_op(struct cpu *cpu, const struct op *op)
{
	int rc = vc__x87_begin_fast(cpu, op);

	if (rc)
		return rc;
	if (!FULL(TOP)) {
		if (vc__x87_stack_fault(cpu, op, false, false))
			vc__x87_put(cpu, TOP, vc__sf_default_nan());
		return X_OK;
	}
	x87_set_c1(cpu, false);
	if (op->aux)
		cpu->st[TOP].se ^= 0x8000;
	else
		cpu->st[TOP].se &= 0x7fff;
	return X_OK;
}
GENERAL(slow_f_sign, sign_op(cpu, op))
OP_DECLARE(f_fchs);
H(f_fchs)
{
#if VC_HOSTFP
	if (FAST(FULL(TOP))) {
		SET_FIP;
		CLEAR_C1;
		cpu->st[TOP].se ^= 0x8000;
		NEXT(op + 1);
	}
#endif
	return slow_f_sign(cpu, op);
}
OP_DECLARE(f_fabs);
H(f_fabs)
{
#if VC_HOSTFP
	if (FAST(FULL(TOP))) {
		SET_FIP;
		CLEAR_C1;
		cpu->st[TOP].se &= 0x7fff;
		NEXT(op + 1);
	}
#endif
	return slow_f_sign(cpu, op);
}

/* aux: 0 FFREE, 1 FFREEP, 2 FINCSTP, 3 FDECSTP */
OP_DECLARE(f_stack);
OP(f_stack)
{
	int rc = vc__x87_begin(cpu, op);

	if (rc)
		return rc;
	x87_set_c1(cpu, false);
	if (op->aux < 2)
		cpu->ftw &= (uint8_t)~(1u << x87_phys(cpu, op->a));
	if (op->aux == 1)
		x87_pop(cpu);
	if (op->aux == 2)
		cpu->ftop = (cpu->ftop + 1) & 7;
	if (op->aux == 3)
		cpu->ftop = (cpu->ftop - 1) & 7;
	return X_OK;
}

/* ---- comparisons ---- */

static void set_cc(struct cpu *cpu, unsigned c3210)
{
	cpu->fsw = (uint16_t)((cpu->fsw & ~(FSW_C0 | FSW_C2 | FSW_C3)) | c3210);
}

static const uint16_t relation[] = {	/* by SF_LT ... */
	FSW_C0, FSW_C3, 0, FSW_C0 | FSW_C2 | FSW_C3
};

/* aux of the compare ops */
#define CMP_POPS	0x03u
#define CMP_QUIET	0x04u
#define CMP_EFLAGS	0x08u
#define CMP_ZERO	0x10u	/* FTST */

/* An unmasked exception stops the pops, not the condition codes or EFLAGS. */
static int compared(struct cpu *cpu, const struct op *op, int rel, bool dropped)
{
	static const uint8_t fl[] = { FL_CF, FL_ZF, 0, FL_ZF | FL_PF | FL_CF };

	if (!(op->aux & CMP_EFLAGS))
		set_cc(cpu, relation[rel]);
	else
		cc_set_flags(cpu, fl[rel]);
	if (!dropped)
		for (unsigned n = op->aux & CMP_POPS; n; n--)
			x87_pop(cpu);
	return X_OK;
}

static VC_NOINLINE int compare(struct cpu *cpu, const struct op *op,
			       unsigned src)
{
	struct sf_env env = vc__x87_env(cpu);
	unsigned s = x87_phys(cpu, op->b);
	bool mem = src != SRC_REG;
	struct sf y = { 0 };
	int rc = vc__x87_begin_fast(cpu, op), rel;

	if (!rc && mem)
		rc = load_src(cpu, op, &env, src, &y);
	if (rc)
		return rc;
	if (!(op->aux & CMP_EFLAGS))
		x87_set_c1(cpu, false);
	if (!FULL(TOP) || (!mem && !(op->aux & CMP_ZERO) && !FULL(s)))
		return compared(cpu, op, SF_UN,
				!vc__x87_stack_fault(cpu, op, false, mem));
	if (!mem && !(op->aux & CMP_ZERO))
		y = vc__sf_from80(cpu->st[s]);
	rel = vc__sf_compare(&env, op->aux & CMP_QUIET,
			     vc__sf_from80(cpu->st[TOP]), y);
	return compared(cpu, op, rel, vc__x87_raise(cpu, op, env.flags, mem));
}

#if VC_HOSTFP
/* The host's condition bits become the guest's. */
#define TAKE_CC \
	set_cc(cpu, cpu->fsw_host & (FSW_C0 | FSW_C2 | FSW_C3))
#define POPS	do { \
	if (op->aux & CMP_POPS) \
		x87_pop(cpu); \
	if ((op->aux & CMP_POPS) == 2) \
		x87_pop(cpu); \
} while (0)
#define COM_FAST_REG(insn) \
	unsigned s = x87_phys(cpu, op->b); \
\
	if (FAST(FULL(TOP) && FULL(s))) { \
		SET_FIP; \
		__asm__ volatile("fldt %[y]\n\tfldt %[x]\n\t" insn \
				 "\n\tfnstsw %[w]" \
				 : [w] "=m"(cpu->fsw_host) \
				 : [x] "m"(cpu->st[TOP]), \
				   [y] "m"(cpu->st[s]) : "st", "st(1)"); \
		TAKE_CC; \
		POPS; \
		NEXT(op + 1); \
	}
#define COM_FAST_MEM(insn, type) \
	const type *p = (const type *)(const void *) \
		tlb_read_ptr(cpu, op_ea(cpu, op), sizeof(type)); \
\
	if (FAST(p && FULL(TOP))) { \
		SET_FIP; \
		__asm__ volatile("fldt %[x]\n\t" insn " %[y]\n\tfnstsw %[w]" \
				 : [w] "=m"(cpu->fsw_host) \
				 : [x] "m"(cpu->st[TOP]), [y] "m"(*p) \
				 : "st", "st(1)"); \
		TAKE_CC; \
		POPS; \
		NEXT(op + 1); \
	}
/* FUCOMI and FCOMI; the last pop is of our own copy. OF, SF, AF are 0. C1
 * stays as it is: so do AMD's processors, while SDM 2A says that it is 0. */
#define COMI_FAST(insn) \
	unsigned s = x87_phys(cpu, op->b); \
\
	if (FAST(FULL(TOP) && FULL(s))) { \
		uint8_t high = ((uint8_t *)&cpu->fsw_host)[1]; \
		bool cf, zf, pf; \
\
		SET_FIP; \
		__asm__ volatile("fldt %[y]\n\tfldt %[x]\n\t" insn \
				 " %%st(1), %%st\n\tfnstsw %[w]\n\t" \
				 "fstp %%st(0)" \
				 : [w] "=m"(cpu->fsw_host), "=@ccc"(cf), \
				   "=@ccz"(zf), "=@ccp"(pf) \
				 : [x] "m"(cpu->st[TOP]), \
				   [y] "m"(cpu->st[s]) : "st", "st(1)"); \
		((uint8_t *)&cpu->fsw_host)[1] = high; \
		cc_set_flags(cpu, (cf ? FL_CF : 0) | (zf ? FL_ZF : 0) | \
				  (pf ? FL_PF : 0)); \
		POPS; \
		NEXT(op + 1); \
	}
#define TST_FAST \
	if (FAST(FULL(TOP))) { \
		SET_FIP; \
		__asm__ volatile("fldt %[x]\n\tftst\n\tfnstsw %[w]\n\t" \
				 "fstp %%st(0)" \
				 : [w] "=m"(cpu->fsw_host) \
				 : [x] "m"(cpu->st[TOP]) : "st"); \
		TAKE_CC; \
		NEXT(op + 1); \
	}
#else
#define COM_FAST_REG(insn)
#define COM_FAST_MEM(insn, type)
#define COMI_FAST(insn)
#define TST_FAST
#endif

#define COM_OP(name, src, ...) \
GENERAL(slow_##name, compare(cpu, op, src)) \
OP_DECLARE(name); \
H(name) \
{ \
	__VA_ARGS__ \
	return slow_##name(cpu, op); \
}
COM_OP(f_fcom_r, SRC_REG, COM_FAST_REG("fcompp"))
COM_OP(f_fucom_r, SRC_REG, COM_FAST_REG("fucompp"))
COM_OP(f_fcom_m32, SRC_M32, COM_FAST_MEM("fcomps", mem32))
COM_OP(f_fcom_m64, SRC_M64, COM_FAST_MEM("fcompl", mem64))
COM_OP(f_ficom_16, SRC_I16, COM_FAST_MEM("ficomps", mem16))
COM_OP(f_ficom_32, SRC_I32, COM_FAST_MEM("ficompl", mem32))
COM_OP(f_fcomi, SRC_REG, COMI_FAST("fcomip"))
COM_OP(f_fucomi, SRC_REG, COMI_FAST("fucomip"))
COM_OP(f_ftst, SRC_REG, TST_FAST)

OP_DECLARE(f_fxam);
OP(f_fxam)
{
	const struct f80 *r = &cpu->st[cpu->ftop];
	unsigned e = r->se & 0x7fff, cc;
	int rc = vc__x87_begin(cpu, op);

	if (rc)
		return rc;
	if (!FULL(TOP))
		cc = FSW_C3 | FSW_C0;
	else if (!e)
		cc = r->m ? FSW_C3 | FSW_C2 : FSW_C3;
	else if (!(r->m >> 63))
		cc = 0;			/* no number */
	else if (e == 0x7fff)
		cc = r->m << 1 ? FSW_C0 : FSW_C2 | FSW_C0;
	else
		cc = FSW_C2;
	set_cc(cpu, cc);
	x87_set_c1(cpu, r->se >> 15);
	return X_OK;
}

/* ---- square root, rounding ---- */

enum { UN_SQRT, UN_RNDINT };

static VC_NOINLINE int unary(struct cpu *cpu, const struct op *op,
			     unsigned what)
{
	struct sf_env env = vc__x87_env(cpu);
	struct sf v;
	int rc = vc__x87_begin_fast(cpu, op);

	if (rc)
		return rc;
	if (!FULL(TOP)) {
		if (vc__x87_stack_fault(cpu, op, false, false))
			vc__x87_put(cpu, TOP, vc__sf_default_nan());
		return X_OK;
	}
	v = vc__x87_get(cpu, 0);
	if (what == UN_SQRT)
		v = vc__sf_sqrt(&env, SF80PC, v);
	else
		v = vc__sf_rint(&env, SF80, env.rc, v);
	vc__x87_result(cpu, op, &env, TOP, v, false);
	return X_OK;
}

#if VC_HOSTFP
#define UNARY_FAST(insn) \
	if (FAST(FULL(TOP))) { \
		SET_FIP; \
		__asm__ volatile("fldt %[x]\n\t" insn "\n\tfnstsw %[w]\n\t" \
				 "fstpt %[x]" \
				 : [x] "+m"(cpu->st[TOP]), \
				   [w] "=m"(cpu->fsw_host) : : "st"); \
		NEXT(op + 1); \
	}
#else
#define UNARY_FAST(insn)
#endif
#define UNARY_OP(name, what, ...) \
GENERAL(slow_##name, unary(cpu, op, what)) \
OP_DECLARE(name); \
H(name) \
{ \
	__VA_ARGS__ \
	return slow_##name(cpu, op); \
}
UNARY_OP(f_fsqrt, UN_SQRT, UNARY_FAST("fsqrt"))
UNARY_OP(f_frndint, UN_RNDINT, UNARY_FAST("frndint"))

/* ---- packed decimal ---- */

static struct sf from_bcd(const uint8_t *t)
{
	uint64_t v = 0;
	struct sf r;

	for (int i = 8; i >= 0; i--)
		v = v * 100 + (t[i] >> 4) * 10u + (t[i] & 15u);
	r = vc__sf_from_int((int64_t)v);
	r.sign = t[9] >> 7;
	return r;
}

OP_DECLARE(f_fbld);
OP(f_fbld)
{
	unsigned t = x87_phys(cpu, 7);
	struct sf v;
	uint8_t b[10];
	int rc = vc__x87_begin(cpu, op);

	if (!rc)
		rc = vc__load(cpu, op, op_ea(cpu, op), 10, b);
	if (rc)
		return rc;
	v = from_bcd(b);
	if (FULL(t)) {
		if (!vc__x87_stack_fault(cpu, op, true, true))
			return X_OK;
		v = vc__sf_default_nan();
	} else {
		x87_set_c1(cpu, false);
	}
	vc__x87_put(cpu, t, v);
	cpu->ftop = (uint8_t)t;
	return X_OK;
}

/* 18 digits; false when v has more or is no number. */
static bool to_bcd(struct sf_env *env, struct sf v, uint8_t *t)
{
	int64_t n = vc__sf_to_int(env, 64, env->rc, v);
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	if (env->flags & SF_IE || u > UINT64_C(999999999999999999)) {
		env->flags = SF_IE;
		env->up = false;
		return false;
	}
	for (unsigned i = 0; i < 9; i++, u /= 100)
		t[i] = (uint8_t)(u % 10 | u / 10 % 10 << 4);
	t[9] = (uint8_t)(v.sign << 7);
	return true;
}

OP_DECLARE(f_fbstp);
OP(f_fbstp)
{
	static const uint8_t indefinite[10] = {
		0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff
	};
	struct sf_env env = vc__x87_env(cpu);
	unsigned flags;
	uint8_t t[10];
	int rc = vc__x87_begin(cpu, op);

	if (rc)
		return rc;
	if (!FULL(TOP) || !to_bcd(&env, vc__x87_get(cpu, 0), t))
		memcpy(t, indefinite, 10);
	flags = FULL(TOP) ? env.flags : SF_IE | FSW_SF;
	if (flags & ~(unsigned)cpu->fcw & SF_IE) {
		rc = vc__probe_write(cpu, op, op_ea(cpu, op), 10);
		if (rc)
			return rc;
		x87_set_c1(cpu, false);
		vc__x87_raise(cpu, op, flags, true);
		return X_OK;
	}
	rc = vc__store(cpu, op, op_ea(cpu, op), 10, t);
	if (rc)
		return rc;
	x87_set_c1(cpu, env.up && FULL(TOP));
	vc__x87_raise(cpu, op, flags, true);
	x87_pop(cpu);
	return X_OK;
}

/* ---- the table ---- */

struct row {
	uint16_t op;
	uint8_t aux;
	op_fn r, m16, m32, m64, m80;
};

#define AR(NAME, name) \
	{ X86_F##NAME, 0, vc__op_f_##name##_r, NULL, vc__op_f_##name##_m32, \
	  vc__op_f_##name##_m64, NULL }, \
	{ X86_F##NAME##P, 0, vc__op_f_##name##_p, NULL, NULL, NULL, NULL }, \
	{ X86_FI##NAME, 0, NULL, vc__op_f_##name##_i16, vc__op_f_##name##_i32, \
	  NULL, NULL },
#define AR_R(NAME, name) \
	{ X86_F##NAME##R, 0, vc__op_f_##name##r_r, NULL, \
	  vc__op_f_##name##r_m32, vc__op_f_##name##r_m64, NULL }, \
	{ X86_F##NAME##RP, 0, vc__op_f_##name##r_p, NULL, NULL, NULL, NULL }, \
	{ X86_FI##NAME##R, 0, NULL, vc__op_f_##name##r_i16, \
	  vc__op_f_##name##r_i32, NULL, NULL },

static const struct row rows[] = {
	AR(ADD, add)
	AR(MUL, mul)
	AR(SUB, sub)
	AR_R(SUB, sub)
	AR(DIV, div)
	AR_R(DIV, div)
	{ X86_FLD, 0, vc__op_f_fld_r, NULL, vc__op_f_fld_m32,
	  vc__op_f_fld_m64, vc__op_f_fld_m80 },
	{ X86_FILD, 0, NULL, vc__op_f_fild_16, vc__op_f_fild_32,
	  vc__op_f_fild_64, NULL },
	{ X86_FST, 0, vc__op_f_fst_r, NULL, vc__op_f_fst_m32,
	  vc__op_f_fst_m64, NULL },
	{ X86_FSTP, 1, vc__op_f_fstp_r, NULL, vc__op_f_fstp_m32,
	  vc__op_f_fstp_m64, vc__op_f_fstp_m80 },
	{ X86_FIST, 0, NULL, vc__op_f_fist_16, vc__op_f_fist_32, NULL, NULL },
	{ X86_FISTP, 0, NULL, vc__op_f_fistp_16, vc__op_f_fistp_32,
	  vc__op_f_fistp_64, NULL },
	{ X86_FISTTP, 0, NULL, vc__op_f_fisttp_16, vc__op_f_fisttp_32,
	  vc__op_f_fisttp_64, NULL },
	{ X86_FBLD, 0, NULL, NULL, NULL, NULL, vc__op_f_fbld },
	{ X86_FBSTP, 0, NULL, NULL, NULL, NULL, vc__op_f_fbstp },
	{ X86_FLD1, 0, vc__op_f_constant, NULL, NULL, NULL, NULL },
	{ X86_FLDZ, 1, vc__op_f_constant, NULL, NULL, NULL, NULL },
	{ X86_FLDL2T, 2, vc__op_f_constant, NULL, NULL, NULL, NULL },
	{ X86_FLDL2E, 3, vc__op_f_constant, NULL, NULL, NULL, NULL },
	{ X86_FLDPI, 4, vc__op_f_constant, NULL, NULL, NULL, NULL },
	{ X86_FLDLG2, 5, vc__op_f_constant, NULL, NULL, NULL, NULL },
	{ X86_FLDLN2, 6, vc__op_f_constant, NULL, NULL, NULL, NULL },
	{ X86_FXCH, 0, vc__op_f_fxch, NULL, NULL, NULL, NULL },
	{ X86_FABS, 0, vc__op_f_fabs, NULL, NULL, NULL, NULL },
	{ X86_FCHS, 1, vc__op_f_fchs, NULL, NULL, NULL, NULL },
	{ X86_FFREE, 0, vc__op_f_stack, NULL, NULL, NULL, NULL },
	{ X86_FFREEP, 1, vc__op_f_stack, NULL, NULL, NULL, NULL },
	{ X86_FINCSTP, 2, vc__op_f_stack, NULL, NULL, NULL, NULL },
	{ X86_FDECSTP, 3, vc__op_f_stack, NULL, NULL, NULL, NULL },
	{ X86_FCOM, 0, vc__op_f_fcom_r, NULL, vc__op_f_fcom_m32,
	  vc__op_f_fcom_m64, NULL },
	{ X86_FCOMP, 1, vc__op_f_fcom_r, NULL, vc__op_f_fcom_m32,
	  vc__op_f_fcom_m64, NULL },
	{ X86_FCOMPP, 2, vc__op_f_fcom_r, NULL, NULL, NULL, NULL },
	{ X86_FICOM, 0, NULL, vc__op_f_ficom_16, vc__op_f_ficom_32, NULL, NULL },
	{ X86_FICOMP, 1, NULL, vc__op_f_ficom_16, vc__op_f_ficom_32, NULL, NULL },
	{ X86_FUCOM, CMP_QUIET, vc__op_f_fucom_r, NULL, NULL, NULL, NULL },
	{ X86_FUCOMP, CMP_QUIET | 1, vc__op_f_fucom_r, NULL, NULL, NULL, NULL },
	{ X86_FUCOMPP, CMP_QUIET | 2, vc__op_f_fucom_r, NULL, NULL, NULL, NULL },
	{ X86_FCOMI, CMP_EFLAGS, vc__op_f_fcomi, NULL, NULL, NULL, NULL },
	{ X86_FCOMIP, CMP_EFLAGS | 1, vc__op_f_fcomi, NULL, NULL, NULL, NULL },
	{ X86_FUCOMI, CMP_EFLAGS | CMP_QUIET, vc__op_f_fucomi, NULL, NULL,
	  NULL, NULL },
	{ X86_FUCOMIP, CMP_EFLAGS | CMP_QUIET | 1, vc__op_f_fucomi, NULL, NULL,
	  NULL, NULL },
	{ X86_FTST, CMP_ZERO, vc__op_f_ftst, NULL, NULL, NULL, NULL },
	{ X86_FXAM, 0, vc__op_f_fxam, NULL, NULL, NULL, NULL },
	{ X86_FSQRT, 0, vc__op_f_fsqrt, NULL, NULL, NULL, NULL },
	{ X86_FRNDINT, 0, vc__op_f_frndint, NULL, NULL, NULL, NULL },
	{ X86_FCMOVCC, 0, vc__op_f_fcmov, NULL, NULL, NULL, NULL },
};

static op_fn by_size(const struct row *r, const struct x86_insn *in)
{
	for (unsigned i = 0; i < 2; i++) {
		if (in->opnd[i].kind != OPND_MEM)
			continue;
		switch (in->opnd[i].size) {
		case 2: return r->m16;
		case 4: return r->m32;
		case 8: return r->m64;
		case 10: return r->m80;
		default: return NULL;
		}
	}
	return r->r;
}

/*
 * Register operands: a is the destination, b the source, as numbers of ST(i).
 * The comparisons and FXCH with one operand have it in b; those with none
 * mean ST(1).
 */
static void operands(const struct x86_insn *in, struct op *op)
{
	const struct x86_operand *o = in->opnd;

	op->a = o[0].kind == OPND_ST ? o[0].reg : 0;
	op->b = o[1].kind == OPND_ST ? o[1].reg : op->a;
	if (in->op == X86_FCOMPP || in->op == X86_FUCOMPP)
		op->b = 1;
}

bool vc__select_x87(const struct x86_insn *in, struct op *op)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].op != in->op)
			continue;
		op->fn = by_size(&rows[i], in);
		if (!op->fn)
			return false;
		op->aux = in->op == X86_FCMOVCC ? in->cond : rows[i].aux;
		operands(in, op);
		return true;
	}
	return vc__select_x87func(in, op);
}
