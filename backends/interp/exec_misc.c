/* SPDX-License-Identifier: MIT */
/*
 * exec_misc.c: single flags, decimal adjustment, MOVBE, BOUND, and the ops
 * that stand for bytes which are no instruction, or none that we have.
 */
#include "engine.h"
#include "ops.h"

#define SETTLED(...) do { u64 fl = vc__cc_arith(cpu); __VA_ARGS__; \
	cc_set_flags(cpu, fl); } while (0)

FORM_REG(clc, SETTLED(fl &= ~(u64)FL_CF))
FORM_REG(stc, SETTLED(fl |= FL_CF))
FORM_REG(cmc, SETTLED(fl ^= FL_CF))
FORM_REG(cld, cpu->flags &= ~(u64)FL_DF)
FORM_REG(std, cpu->flags |= FL_DF)
FORM_REG(lahf, set8(cpu, reg8_slot(R_RAX, true),
		    (u8)((vc__cc_arith(cpu) & 0xd5) | FL_ONE)))
FORM_REG(sahf, SETTLED(fl = (fl & FL_OF) |
	 (get8(cpu, reg8_slot(R_RAX, true)) & 0xd5)))
FORM_REG(salc, set8(cpu, reg8_slot(R_RAX, false), cc_cf(cpu) ? 0xff : 0))

/* ---- decimal: SDM 2A, AAA to DAS; OF is undefined and left alone ---- */

static u64 szp8(u8 v)
{
	u64 fl = v ? 0 : FL_ZF;

	if (v & 0x80)
		fl |= FL_SF;
	if (!(__builtin_popcount(v) & 1))
		fl |= FL_PF;
	return fl;
}

static int decimal(struct cpu *cpu, bool subtract)
{
	u64 fl = vc__cc_arith(cpu);
	u8 old = (u8)R(R_RAX), al = old, slot = reg8_slot(R_RAX, false);
	bool cf = false, old_cf = fl & FL_CF, af = false;

	if ((al & 15) > 9 || fl & FL_AF) {
		cf = old_cf || (subtract ? al < 6 : al > 0xf9);
		al = (u8)(subtract ? al - 6 : al + 6);
		af = true;
	}
	if (old > 0x99 || old_cf) {
		al = (u8)(subtract ? al - 0x60 : al + 0x60);
		cf = true;
	}
	set8(cpu, slot, al);
	cc_set_flags(cpu, szp8(al) | (cf ? FL_CF : 0) | (af ? FL_AF : 0));
	return X_OK;
}

OP(daa)
{
	(void)op;
	return decimal(cpu, false);
}

OP(das)
{
	(void)op;
	return decimal(cpu, true);
}

static int ascii(struct cpu *cpu, bool subtract)
{
	u64 fl = vc__cc_arith(cpu);
	u16 ax = (u16)R(R_RAX);
	bool adjust = (ax & 15) > 9 || fl & FL_AF;

	if (adjust)
		ax = (u16)(subtract ? ax - 0x106 : ax + 0x106);
	ax &= 0xff0f;
	set16(cpu, R_RAX, ax);
	cc_set_flags(cpu, szp8((u8)ax) | (adjust ? FL_CF | FL_AF : 0));
	return X_OK;
}

OP(aaa)
{
	(void)op;
	return ascii(cpu, false);
}

OP(aas)
{
	(void)op;
	return ascii(cpu, true);
}

OP(aam)
{
	u8 al = (u8)R(R_RAX), base = (u8)op->imm;

	if (!base)
		return vc__raise(cpu, EXC_DE);
	set16(cpu, R_RAX, (u16)((al / base) << 8 | al % base));
	cc_set_flags(cpu, szp8((u8)(al % base)));
	return X_OK;
}

OP(aad)
{
	u16 ax = (u16)R(R_RAX);
	u8 al = (u8)((ax & 0xff) + (ax >> 8) * (u8)op->imm);

	set16(cpu, R_RAX, al);
	cc_set_flags(cpu, szp8(al));
	return X_OK;
}

/* BOUND r, m: a pair of signed bounds of aux bytes each. */
OP(bound)
{
	unsigned size = op->aux & 0xff;
	s64 v, low, high;
	int rc = vc__load(cpu, op, op_ea(cpu, op), 2 * size, cpu->buf);

	if (rc)
		return rc;
	if (size == 2) {
		v = (s16)R(op->a);
		low = (s16)ld16(cpu->buf);
		high = (s16)ld16(cpu->buf + 2);
	} else {
		v = (s32)R(op->a);
		low = (s32)ld32(cpu->buf);
		high = (s32)ld32(cpu->buf + 4);
	}
	return v < low || v > high ? vc__raise(cpu, EXC_BR) : X_OK;
}

OP(undefined)
{
	(void)op;
	return vc__ud(cpu);
}

/* An instruction that exists, that our CPUID does not offer. */
OP(lacking)
{
	vc__warn(cpu->vcpu, "instruction at rip %#llx is not offered by CPUID",
		 (unsigned long long)op_rip(cpu, op));
	return vc__ud(cpu);
}

OP(too_long)
{
	(void)op;
	return vc__gp(cpu, 0);
}

/* MOVBE: aux is the size, with bit 8 set for a store. */
OP(movbe)
{
	unsigned size = op->aux & 0xff;
	u64 v;
	int rc;

	if (op->aux & 0x100) {
		v = __builtin_bswap64(R(op->a)) >> (64 - 8 * size);
		st64(cpu->buf, v);
		return vc__store(cpu, op, op_ea(cpu, op), size, cpu->buf);
	}
	st64(cpu->buf, 0);
	rc = vc__load(cpu, op, op_ea(cpu, op), size, cpu->buf);
	if (rc)
		return rc;
	v = __builtin_bswap64(ld64(cpu->buf)) >> (64 - 8 * size);
	if (size == 2)
		set16(cpu, op->a, (u16)v);
	else
		R(op->a) = v;
	return X_OK;
}
