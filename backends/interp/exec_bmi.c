/* SPDX-License-Identifier: MIT */
/*
 * exec_bmi.c: BMI1 and BMI2 (SDM 2A and 2B), which are VEX-encoded but for
 * TZCNT (exec_bit.c), and ADX. a is the destination, b the register source,
 * aux the register that VEX.vvvv names. What the manual leaves undefined is
 * as after a logical operation: AF 0, SF and PF by the result.
 */
#include "fpu.h"
#include "ops.h"
#include "select.h"

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 u128;
#endif

#define C(bits)		get##bits(cpu, op->aux)
#define PUT(bits, v)	u##bits r = (u##bits)(v); set##bits(cpu, op->a, r)
/* SF and ZF by r, OF 0 */
#define CARRY(bits, carry) \
	cc_set(cpu, CC(RES, SZ##bits), r, (carry) ? FL_CF : 0)

/* s is the last source */
#define FORMS(name, bits, ...) \
FORM_REG(name##bits##_rr, u##bits s = get##bits(cpu, op->b); __VA_ARGS__) \
FORM_LOAD(name##bits##_rm, bits / 8, u##bits s = ld##bits(p); __VA_ARGS__)

/* A field of s: its first bit in bits 0-7 of c, its length in bits 8-15. */
VC_INLINE u64 field(u64 s, u64 c, unsigned bits)
{
	unsigned from = c & 0xff, n = c >> 8 & 0xff;

	s = from < bits ? s >> from : 0;
	return n < bits ? s & (((u64)1 << n) - 1) : s;
}

VC_INLINE u64 low_bits(u64 s, unsigned n, unsigned bits)
{
	return n < bits ? s & (((u64)1 << n) - 1) : s;
}

#define BMI(bits) \
FORMS(andn, bits, PUT(bits, ~C(bits) & s); \
      cc_set(cpu, CC(LOGIC, SZ##bits), r, 0)) \
FORMS(bextr, bits, PUT(bits, field(s, C(bits), bits)); \
      cc_set(cpu, CC(LOGIC, SZ##bits), r, 0)) \
FORMS(bzhi, bits, u8 n = (u8)C(bits); PUT(bits, low_bits(s, n, bits)); \
      CARRY(bits, n > bits - 1)) \
FORMS(blsi, bits, PUT(bits, s & (0 - s)); CARRY(bits, s != 0)) \
FORMS(blsmsk, bits, PUT(bits, s ^ (s - 1)); CARRY(bits, s == 0)) \
FORMS(blsr, bits, PUT(bits, s & (s - 1)); CARRY(bits, s == 0)) \
FORMS(shlx, bits, set##bits(cpu, op->a, s << (C(bits) & (bits - 1)))) \
FORMS(shrx, bits, set##bits(cpu, op->a, s >> (C(bits) & (bits - 1)))) \
FORMS(sarx, bits, set##bits(cpu, op->a, \
	(u##bits)((s##bits)s >> (C(bits) & (bits - 1))))) \
FORMS(rorx, bits, unsigned n = (unsigned)op->imm & (bits - 1); \
      set##bits(cpu, op->a, s >> n | s << (-n & (bits - 1))))
BMI(32)
BMI(64)

/* Both halves may be meant for one register: then it is the upper. */
FORMS(mulx, 32,
      u64 w = (u64)get32(cpu, R_RDX) * s;
      set32(cpu, op->aux, (u32)w); set32(cpu, op->a, (u32)(w >> 32)))
FORMS(mulx, 64,
      u128 w = (u128)R(R_RDX) * s;
      R(op->aux) = (u64)w; R(op->a) = (u64)(w >> 64))

/* ---- PDEP and PEXT ---- */

/* The low bits of v to where mask has ones. */
VC_INLINE u64 deposit(u64 v, u64 mask)
{
	u64 r = 0;

	for (; mask; mask &= mask - 1, v >>= 1)
		if (v & 1)
			r |= mask & (0 - mask);
	return r;
}

VC_INLINE u64 extract(u64 v, u64 mask)
{
	u64 r = 0;

	for (u64 bit = 1; mask; mask &= mask - 1, bit <<= 1)
		if (v & mask & (0 - mask))
			r |= bit;
	return r;
}

#define SPREAD(bits) \
FORMS(pdep, bits, set##bits(cpu, op->a, (u##bits)deposit(C(bits), s))) \
FORMS(pext, bits, set##bits(cpu, op->a, (u##bits)extract(C(bits), s)))
SPREAD(32)
SPREAD(64)

#if VC_HOSTFP
#define HOST_BMI2 1
VC_INLINE u64 host_deposit(u64 v, u64 mask)
{
	__asm__("pdepq %1, %0, %0" : "+r"(v) : "r"(mask));
	return v;
}

VC_INLINE u64 host_extract(u64 v, u64 mask)
{
	__asm__("pextq %1, %0, %0" : "+r"(v) : "r"(mask));
	return v;
}

#define HOST_SPREAD(bits) \
FORMS(h_pdep, bits, set##bits(cpu, op->a, \
			      (u##bits)host_deposit(C(bits), s))) \
FORMS(h_pext, bits, set##bits(cpu, op->a, (u##bits)host_extract(C(bits), s)))
HOST_SPREAD(32)
HOST_SPREAD(64)

static bool host_can(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("bmi2");
}
#endif

/* ---- ADX: only one flag is read and written ---- */

#define ADX(name, flag, bits) \
FORMS(name, bits, u64 fl = vc__cc_arith(cpu); \
      u##bits t = (u##bits)(get##bits(cpu, op->a) + s); \
      PUT(bits, t + ((fl & (flag)) != 0)); \
      cc_set_flags(cpu, (fl & ~(u64)(flag)) | \
		   (t < s || r < t ? (flag) : 0)))
ADX(adcx, FL_CF, 32)
ADX(adcx, FL_CF, 64)
ADX(adox, FL_OF, 32)
ADX(adox, FL_OF, 64)

/* ---- the table ---- */

struct row {
	uint16_t op;
	op_fn fn[2][2];		/* [32, 64][register, memory] */
};
#define ROW(NAME, name) { X86_##NAME, \
	{ { vc__op_##name##32_rr, vc__op_##name##32_rm }, \
	  { vc__op_##name##64_rr, vc__op_##name##64_rm } } }
static const struct row rows[] = {
	ROW(ANDN, andn), ROW(BEXTR, bextr), ROW(BZHI, bzhi),
	ROW(BLSI, blsi), ROW(BLSMSK, blsmsk), ROW(BLSR, blsr),
	ROW(SHLX, shlx), ROW(SHRX, shrx), ROW(SARX, sarx), ROW(RORX, rorx),
	ROW(MULX, mulx), ROW(PDEP, pdep), ROW(PEXT, pext),
	ROW(ADCX, adcx), ROW(ADOX, adox),
};
#ifdef HOST_BMI2
static const struct row host_rows[] = {
	ROW(PDEP, h_pdep), ROW(PEXT, h_pext),
};
#endif

static const struct row *find(const struct row *at, size_t n, unsigned op)
{
	for (size_t i = 0; i < n; i++)
		if (at[i].op == op)
			return &at[i];
	return NULL;
}

/* Which operand is VEX.vvvv's: the last of those that take a count or a
 * control word by it, the first of BLSI and its like, else the second. */
static unsigned vvvv_operand(unsigned op)
{
	switch (op) {
	case X86_BEXTR: case X86_BZHI: case X86_SHLX: case X86_SHRX:
	case X86_SARX:
		return 2;
	default:
		return 1;
	}
}

bool vc__select_bmi(const struct x86_insn *in, struct op *op)
{
	const struct row *row = NULL;
	unsigned v = vvvv_operand(in->op), s;

#ifdef HOST_BMI2
	if (host_can())
		row = find(host_rows, sizeof(host_rows) / sizeof(*row), in->op);
#endif
	if (!row)
		row = find(rows, sizeof(rows) / sizeof(*rows), in->op);
	if (!row)
		return false;
	/* three operands, but for RORX (an immediate), BLSI and ADX */
	s = in->opnd[2].kind == OPND_REG || in->opnd[2].kind == OPND_MEM ?
	    3 - v : 1;
	op->fn = row->fn[in->opnd[0].size == 8][in->opnd[s].kind == OPND_MEM];
	op->a = in->opnd[0].reg;
	op->b = in->opnd[s].reg;
	op->imm = in->imm;
	op->aux = in->opnd[v].kind == OPND_REG ? in->opnd[v].reg : 0;
	return true;
}
