/* SPDX-License-Identifier: MIT */
/*
 * exec_misc.c: single flags, decimal adjustment, MOVBE, BOUND, RDPID,
 * SERIALIZE, MONITOR and MWAIT, and the ops that stand for bytes which are no
 * instruction, or none that we have.
 */
#include "engine.h"
#include "ops.h"
#include "select.h"
#include "system.h"

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

/* a is the register; aux its size. SDM 2B RDPID */
OP_DECLARE(rdpid);
OP(rdpid)
{
	if (op->aux == 8)
		set64(cpu, op->a, cpu->tsc_aux);
	else
		set32(cpu, op->a, (u32)cpu->tsc_aux);
	return X_OK;
}

/* There is nothing to wait for: code and data are coherent anyway. */
OP_DECLARE(serialize);
OP(serialize)
{
	(void)cpu, (void)op;
	return X_OK;
}

/* ---- MONITOR, MWAIT: SDM 2B; no extensions, hints are ignored ---- */

/* aux is the address size. Nothing is armed: see MWAIT. */
OP_DECLARE(monitor);
OP(monitor)
{
	unsigned bits = 8 * (op->aux & 15);
	u64 at = R(R_RAX) & ~(u64)0 >> (64 - bits), base;
	uint8_t b[1];

	if (cpu->cpl)
		return vc__ud(cpu);
	if (get32(cpu, R_RCX))
		return vc__gp(cpu, 0);
	base = cpu->seg[op->seg].base;
	if (IN_CODE64())
		base = op->seg == VC_SEG_FS || op->seg == VC_SEG_GS ? base : 0;
	else if (!vc__seg_holds(&cpu->seg[op->seg], at, 1))
		return vc__raise_error(cpu, op->seg == VC_SEG_SS ? EXC_SS :
				       EXC_GP, 0);
	return vc__load(cpu, op, (base + at) & cpu->lin_mask, 1, b);
}

/*
 * An only vCPU that takes interrupts has nothing else to wait for, but for
 * stores of devices, which come with one: it waits as in HLT. Otherwise MWAIT
 * ends at once, as it always may (SDM 3A §10.10.4).
 */
OP_DECLARE(mwait);
OP(mwait)
{
	(void)op;
	if (cpu->cpl)
		return vc__ud(cpu);
	if (get32(cpu, R_RCX))
		return vc__gp(cpu, 0);
	if (cpu->vm->vcpu_max > 1 || !(cpu->flags & FL_IF))
		return X_OK;
	cpu->shadow = 0;
	cpu->exit_reason = VC_EXIT_HALT;
	return X_EXIT_AFTER;
}

bool vc__select_misc(const struct x86_insn *in, struct op *op)
{
	switch (in->op) {
	case X86_RDPID:
		op->fn = vc__op_rdpid;
		op->a = in->opnd[0].reg;
		op->aux = in->opnd[0].size;
		return true;
	case X86_SERIALIZE:
		op->fn = vc__op_serialize;
		return true;
	case X86_MONITOR:
		op->fn = vc__op_monitor;
		op->seg = in->seg;
		op->aux = in->asize;
		return true;
	case X86_MWAIT:
		op->fn = vc__op_mwait;
		return true;
	default:
		return false;
	}
}
