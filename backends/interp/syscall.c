/* SPDX-License-Identifier: MIT */
/*
 * syscall.c: the quick ways between levels 3 and 0: SYSCALL, SYSRET, SYSENTER,
 * SYSEXIT, SWAPGS (SDM 3A §5.8.7, §5.8.8); bases of FS and GS; software
 * interrupts. The semantics are Intel's, as is the vendor in CPUID: SYSCALL
 * exists in 64-bit code only, SYSENTER in all.
 */
#include "system.h"

#define TYPE_CODE	11u	/* execute/read, accessed */
#define TYPE_DATA	3u	/* read/write, accessed */

/* Both segment registers, flat; flags are VC_SEG_L or VC_SEG_DB of CS. */
static void enter_flat(struct cpu *cpu, uint16_t cs, uint16_t ss, unsigned cpl,
		       unsigned flags)
{
	vc__seg_flat(&cpu->seg[VC_SEG_CS], cs, TYPE_CODE, cpl, flags);
	vc__seg_flat(&cpu->seg[VC_SEG_SS], ss, TYPE_DATA, cpl, VC_SEG_DB);
	cpu->cpl = (uint8_t)cpl;
	vc__mode_update(cpu);
}

OP(syscall)
{
	uint16_t cs = (uint16_t)(cpu->star >> 32) & 0xfffc;

	if (!IN_CODE64() || !(cpu->efer & EFER_SCE))
		return vc__ud(cpu);
	R(R_RCX) = op_next_rip(cpu, op);
	R(11) = rflags_get(cpu) & ~(uint64_t)FL_RF;
	rflags_set(cpu, R(11) & ~cpu->sfmask);
	/* no single-step trap where SFMASK took TF away */
	cpu->tf_pending = (cpu->flags & FL_TF) != 0;
	cpu->rip = cpu->lstar;
	enter_flat(cpu, cs, (uint16_t)(cs + 8), 0, VC_SEG_L);
	return X_JUMP;
}

OP(sysret)
{
	bool wide = op_osize(op) == 8;
	uint16_t sel = (uint16_t)(cpu->star >> 48);
	const uint64_t mask = 0x3c7fd7;

	if (!IN_CODE64() || !(cpu->efer & EFER_SCE))
		return vc__ud(cpu);
	if (cpu->cpl || (wide && !is_canonical(R(R_RCX))))
		return vc__gp(cpu, 0);
	cpu->rip = wide ? R(R_RCX) : get32(cpu, R_RCX);
	rflags_set(cpu, R(11) & mask);
	enter_flat(cpu, (uint16_t)(sel + (wide ? 16 : 0)) | 3,
		   (uint16_t)(sel + 8) | 3, 3, wide ? VC_SEG_L : VC_SEG_DB);
	return X_JUMP;
}

OP(sysenter)
{
	uint16_t cs = (uint16_t)cpu->sysenter_cs & 0xfffc;
	bool wide = IN_LONG();

	(void)op;
	if (!CR0_ON(CR0_PE) || SEL_NULL(cs))
		return vc__gp(cpu, 0);
	cpu->flags &= ~(uint64_t)(FL_VM | FL_IF | FL_RF);
	R(R_RSP) = wide ? cpu->sysenter_esp : (uint32_t)cpu->sysenter_esp;
	cpu->rip = wide ? cpu->sysenter_eip : (uint32_t)cpu->sysenter_eip;
	enter_flat(cpu, cs, (uint16_t)(cs + 8), 0, wide ? VC_SEG_L : VC_SEG_DB);
	return X_JUMP;
}

OP(sysexit)
{
	uint16_t sel = (uint16_t)cpu->sysenter_cs & 0xfffc;
	bool wide = op_osize(op) == 8;
	unsigned at = wide ? 32 : 16;

	if (!CR0_ON(CR0_PE) || SEL_NULL(sel) || cpu->cpl)
		return vc__gp(cpu, 0);
	if (wide && (!is_canonical(R(R_RCX)) || !is_canonical(R(R_RDX))))
		return vc__gp(cpu, 0);
	R(R_RSP) = wide ? R(R_RCX) : get32(cpu, R_RCX);
	cpu->rip = wide ? R(R_RDX) : get32(cpu, R_RDX);
	enter_flat(cpu, (uint16_t)(sel + at) | 3, (uint16_t)(sel + at + 8) | 3,
		   3, wide ? VC_SEG_L : VC_SEG_DB);
	return X_JUMP;
}

OP(swapgs)
{
	uint64_t gs = cpu->seg[VC_SEG_GS].base;

	(void)op;
	if (cpu->cpl)
		return vc__gp(cpu, 0);
	cpu->seg[VC_SEG_GS].base = cpu->kernel_gs_base;
	cpu->kernel_gs_base = gs;
	return X_OK;
}

/* RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE: imm is the segment register */
OP(rdbase)
{
	uint64_t base = cpu->seg[op->imm].base;

	if (!CR4_ON(CR4_FSGSBASE))
		return vc__ud(cpu);
	set64(cpu, op->a, op_osize(op) == 8 ? base : (uint32_t)base);
	return X_OK;
}

OP(wrbase)
{
	uint64_t base = op_osize(op) == 8 ? R(op->a) : get32(cpu, op->a);

	if (!CR4_ON(CR4_FSGSBASE))
		return vc__ud(cpu);
	if (!is_canonical(base))
		return vc__gp(cpu, 0);
	cpu->seg[op->imm].base = base;
	return X_OK;
}

/* ---- software interrupts ---- */

static int soft(struct cpu *cpu, const struct op *op, unsigned vector,
		enum event_kind kind)
{
	return vc__arrived(cpu, vc__deliver(cpu, vector, kind, false, 0,
					    op_next_rip(cpu, op)));
}

OP(int)
{
	if (IN_V86() && CR4_ON(CR4_VME)) {
		bool done;
		int rc = vc__deliver_v86(cpu, (uint8_t)op->imm,
					 op_next_rip(cpu, op), &done);

		if (rc || done)
			return rc ? rc : X_JUMP;
	}
	/* Virtual-8086 code needs IOPL 3 for it (SDM 3B §21.3). */
	if (IN_V86() && (cpu->flags & FL_IOPL) != FL_IOPL)
		return vc__gp(cpu, 0);
	return soft(cpu, op, (uint8_t)op->imm, EVENT_SOFT);
}

OP(int3)
{
	return soft(cpu, op, EXC_BP, EVENT_SOFT);
}

OP(into)
{
	if (!(vc__cc_arith(cpu) & FL_OF))
		return X_OK;
	return soft(cpu, op, EXC_OF, EVENT_SOFT);
}

OP(int1)
{
	return soft(cpu, op, EXC_DB, EVENT_INT1);
}
