/* SPDX-License-Identifier: MIT */
/*
 * exec_mul.c: multiplication and division. SF, ZF, AF and PF are undefined
 * after a multiplication; here SF, ZF and PF follow the low half of the result.
 */
#include "ops.h"

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 s128;
#else
#error "the engine needs a compiler with 128-bit integers"
#endif

/* ---- IMUL with two and three operands ---- */

#define WIDE16 s32
#define WIDE32 s64
#define WIDE64 s128
#define IMUL_TAIL(bits, x, y) \
	WIDE##bits wide = (WIDE##bits)(s##bits)(x) * (s##bits)(y); \
	u##bits r = (u##bits)wide; \
	set##bits(cpu, op->a, r); \
	cc_set(cpu, CC(RES, SZ##bits), r, \
	       wide != (s##bits)r ? FL_CF | FL_OF : 0)
#define IMUL(bits) \
FORM_REG(imul##bits##_rr, \
	 IMUL_TAIL(bits, get##bits(cpu, op->a), get##bits(cpu, op->b))) \
FORM_REG(imul##bits##_rri, \
	 IMUL_TAIL(bits, get##bits(cpu, op->b), op->imm)) \
FORM_LOAD(imul##bits##_rm, bits / 8, \
	 IMUL_TAIL(bits, get##bits(cpu, op->a), ld##bits(p))) \
FORM_LOAD(imul##bits##_rmi, bits / 8, \
	 IMUL_TAIL(bits, ld##bits(p), op->imm))
IMUL(16)
IMUL(32)
IMUL(64)
#define ROW(bits) { vc__op_imul##bits##_rr, vc__op_imul##bits##_rm, \
	vc__op_imul##bits##_rri, vc__op_imul##bits##_rmi }
const op_fn vc__imul2_fn[3][4] = { ROW(16), ROW(32), ROW(64) };

/* ---- one operand: the accumulator pair ---- */

static void mul_flags(struct cpu *cpu, unsigned size, u64 low, bool over)
{
	cc_set(cpu, CC(RES, 0) + size, low & cc_mask(size),
	       over ? FL_CF | FL_OF : 0);
}

static int mul8(struct cpu *cpu, u8 v)
{
	u16 r = (u16)((u8)R(R_RAX) * v);

	set16(cpu, R_RAX, r);
	mul_flags(cpu, SZ8, r, r >> 8);
	return X_OK;
}

static int mul16(struct cpu *cpu, u16 v)
{
	u32 r = (u32)(u16)R(R_RAX) * v;

	set16(cpu, R_RAX, (u16)r);
	set16(cpu, R_RDX, (u16)(r >> 16));
	mul_flags(cpu, SZ16, r, r >> 16);
	return X_OK;
}

static int mul32(struct cpu *cpu, u32 v)
{
	u64 r = (u64)(u32)R(R_RAX) * v;

	R(R_RAX) = (u32)r;
	R(R_RDX) = r >> 32;
	mul_flags(cpu, SZ32, r, r >> 32);
	return X_OK;
}

static int mul64(struct cpu *cpu, u64 v)
{
	u128 r = (u128)R(R_RAX) * v;

	R(R_RAX) = (u64)r;
	R(R_RDX) = (u64)(r >> 64);
	mul_flags(cpu, SZ64, (u64)r, (u64)(r >> 64) != 0);
	return X_OK;
}

static int imul8(struct cpu *cpu, u8 v)
{
	s16 r = (s16)((s8)R(R_RAX) * (s8)v);

	set16(cpu, R_RAX, (u16)r);
	mul_flags(cpu, SZ8, (u64)(s64)r, r != (s8)r);
	return X_OK;
}

static int imul16(struct cpu *cpu, u16 v)
{
	s32 r = (s32)(s16)R(R_RAX) * (s16)v;

	set16(cpu, R_RAX, (u16)r);
	set16(cpu, R_RDX, (u16)((u32)r >> 16));
	mul_flags(cpu, SZ16, (u64)(s64)r, r != (s16)r);
	return X_OK;
}

static int imul32(struct cpu *cpu, u32 v)
{
	s64 r = (s64)(s32)R(R_RAX) * (s32)v;

	R(R_RAX) = (u32)r;
	R(R_RDX) = (u32)((u64)r >> 32);
	mul_flags(cpu, SZ32, (u64)r, r != (s32)r);
	return X_OK;
}

static int imul64(struct cpu *cpu, u64 v)
{
	s128 r = (s128)(s64)R(R_RAX) * (s64)v;

	R(R_RAX) = (u64)r;
	R(R_RDX) = (u64)((u128)r >> 64);
	mul_flags(cpu, SZ64, (u64)r, r != (s64)r);
	return X_OK;
}

/*
 * Division leaves all six flags undefined; they stay as they were. A zero
 * divisor and a quotient that does not fit are #DE, decided before the host
 * divides, whose own overflow would be a signal.
 */
static int div8(struct cpu *cpu, u8 v)
{
	u16 n = (u16)R(R_RAX);

	if (!v || n / v > 0xff)
		return vc__raise(cpu, EXC_DE);
	set16(cpu, R_RAX, (u16)(n / v | (n % v) << 8));
	return X_OK;
}

static int div16(struct cpu *cpu, u16 v)
{
	u32 n = (u32)(u16)R(R_RDX) << 16 | (u16)R(R_RAX);

	if (!v || n / v > 0xffff)
		return vc__raise(cpu, EXC_DE);
	set16(cpu, R_RAX, (u16)(n / v));
	set16(cpu, R_RDX, (u16)(n % v));
	return X_OK;
}

static int div32(struct cpu *cpu, u32 v)
{
	u64 n = R(R_RDX) << 32 | (u32)R(R_RAX);

	if (!v || (u32)R(R_RDX) >= v)
		return vc__raise(cpu, EXC_DE);
	R(R_RAX) = (u32)(n / v);
	R(R_RDX) = (u32)(n % v);
	return X_OK;
}

static int div64(struct cpu *cpu, u64 v)
{
	u128 n;

	if (!v || R(R_RDX) >= v)
		return vc__raise(cpu, EXC_DE);
	if (!R(R_RDX)) {	/* the common case, without a 128-bit division */
		u64 low = R(R_RAX);

		R(R_RAX) = low / v;
		R(R_RDX) = low % v;
		return X_OK;
	}
	n = (u128)R(R_RDX) << 64 | R(R_RAX);
	R(R_RAX) = (u64)(n / v);
	R(R_RDX) = (u64)(n % v);
	return X_OK;
}

static int idiv8(struct cpu *cpu, u8 v)
{
	s32 n = (s16)R(R_RAX), d = (s8)v;

	if (!d || n / d != (s8)(n / d))
		return vc__raise(cpu, EXC_DE);
	set16(cpu, R_RAX, (u16)((u8)(n / d) | (u8)(n % d) << 8));
	return X_OK;
}

static int idiv16(struct cpu *cpu, u16 v)
{
	s64 n = (s32)((u32)(u16)R(R_RDX) << 16 | (u16)R(R_RAX)), d = (s16)v;

	if (!d || n / d != (s16)(n / d))
		return vc__raise(cpu, EXC_DE);
	set16(cpu, R_RAX, (u16)(n / d));
	set16(cpu, R_RDX, (u16)(n % d));
	return X_OK;
}

static int idiv32(struct cpu *cpu, u32 v)
{
	s64 n = (s64)(R(R_RDX) << 32 | (u32)R(R_RAX)), d = (s32)v;

	if (!d || (d == -1 && n == INT64_MIN) || n / d != (s32)(n / d))
		return vc__raise(cpu, EXC_DE);
	R(R_RAX) = (u32)(n / d);
	R(R_RDX) = (u32)(n % d);
	return X_OK;
}

static int idiv64(struct cpu *cpu, u64 v)
{
	u128 n = (u128)R(R_RDX) << 64 | R(R_RAX), q, m;
	bool neg_n = R(R_RDX) >> 63, neg_d = v >> 63;
	u64 d = neg_d ? 0 - v : v;

	if (neg_n)
		n = 0 - n;
	if (!d || (u64)(n >> 64) >= d)
		return vc__raise(cpu, EXC_DE);
	q = n >> 64 ? n / d : (u64)n / d;
	m = n - q * d;
	if (neg_n == neg_d ? q > INT64_MAX : q > (u64)1 << 63)
		return vc__raise(cpu, EXC_DE);
	R(R_RAX) = neg_n == neg_d ? (u64)q : 0 - (u64)q;
	R(R_RDX) = neg_n ? 0 - (u64)m : (u64)m;
	return X_OK;
}

#define MUL1(name, bits) \
OP(name##bits##_r) \
{ \
	return name##bits(cpu, get##bits(cpu, op->a)); \
} \
OP(name##bits##_m) \
{ \
	const uint8_t *p = tlb_read_ptr(cpu, op_ea(cpu, op), bits / 8); \
\
	if (!p && !(p = vc__slow_read(cpu, op, bits / 8))) \
		return cpu->slow_rc; \
	return name##bits(cpu, ld##bits(p)); \
}
#define SIZES(name) MUL1(name, 8) MUL1(name, 16) MUL1(name, 32) MUL1(name, 64)
SIZES(mul)
SIZES(imul)
SIZES(div)
SIZES(idiv)
#define PAIR(name, bits) { vc__op_##name##bits##_r, vc__op_##name##bits##_m }
#define PAIRS(name) { PAIR(name, 8), PAIR(name, 16), PAIR(name, 32), \
	PAIR(name, 64) }
const op_fn vc__mul1_fn[4][4][2] = { PAIRS(mul), PAIRS(imul), PAIRS(div),
	PAIRS(idiv) };
