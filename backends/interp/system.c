/* SPDX-License-Identifier: MIT */
/*
 * system.c: system instructions that have no better place: flags, ports, HLT,
 * time stamps, hypercalls; and the selector of everything on the system side.
 */
#include "ops.h"
#include "select.h"
#include "system.h"

/* ---- flags: SDM 3A §6.8, SDM 2B PUSHF and POPF ---- */

static unsigned iopl(const struct cpu *cpu)
{
	return (unsigned)(cpu->flags & FL_IOPL) >> 12;
}

/* CLI and STI of code that may not touch IF: VIF is there for it, or #GP. */
static int virtual_if(struct cpu *cpu, bool on)
{
	if (!vif_for_if(cpu) || (on && cpu->flags & FL_VIP))
		return vc__gp(cpu, 0);
	if (on)
		cpu->flags |= FL_VIF;
	else
		cpu->flags &= ~(uint64_t)FL_VIF;
	return X_OK;
}

OP(cli)
{
	(void)op;
	if (VC_UNLIKELY(cpu->cpl > iopl(cpu) && CR0_ON(CR0_PE)))
		return virtual_if(cpu, false);
	cpu->flags &= ~(uint64_t)FL_IF;
	return X_OK;
}

OP(sti)
{
	(void)op;
	if (VC_UNLIKELY(cpu->cpl > iopl(cpu) && CR0_ON(CR0_PE)))
		return virtual_if(cpu, true);
	if (cpu->flags & FL_IF)
		return X_OK;
	cpu->flags |= FL_IF;
	cpu->shadow = VC_SHADOW_STI;
	return X_SYNC;
}

static bool v86_lacks_iopl(const struct cpu *cpu)
{
	return IN_V86() && iopl(cpu) != 3;
}

OP(pushf)
{
	uint64_t v = rflags_get(cpu) & ~(uint64_t)(FL_VM | FL_RF);

	if (VC_UNLIKELY(v86_lacks_iopl(cpu))) {
		if (op_osize(op) != 2 || !vif_for_if(cpu))
			return vc__gp(cpu, 0);
		v = vif_image(v);
	}
	return vc__push(cpu, op, op_osize(op), v);
}

/* POPF of virtual-8086 code with VIF for IF: IF and IOPL stay. */
static int popf_virtual(struct cpu *cpu, const struct op *op)
{
	const uint64_t mask = FL_TF | FL_DF | FL_NT | FL_VIF;
	uint64_t v, sp = R(R_RSP);
	int rc;

	if (op_osize(op) != 2 || !vif_for_if(cpu))
		return vc__gp(cpu, 0);
	rc = vc__pop(cpu, op, 2, &v);
	if (rc)
		return rc;
	if (vif_refuses(cpu, v)) {
		R(R_RSP) = sp;
		return vc__gp(cpu, 0);
	}
	v |= v & FL_IF ? FL_VIF : 0;
	cpu->flags = (cpu->flags & ~(mask | FL_RF)) | (v & mask);
	cc_set_flags(cpu, v);
	return X_OK;
}

OP(popf)
{
	uint64_t mask = FL_ARITH | FL_TF | FL_DF | FL_NT, v, old = cpu->flags;
	unsigned size = op_osize(op);
	int rc;

	if (VC_UNLIKELY(v86_lacks_iopl(cpu)))
		return popf_virtual(cpu, op);
	rc = vc__pop(cpu, op, size, &v);
	if (VC_UNLIKELY(rc))
		return rc;
	if (size != 2)
		mask |= FL_AC | FL_ID;
	if (cpu->cpl == 0)
		mask |= FL_IOPL;
	if (cpu->cpl <= iopl(cpu) || !CR0_ON(CR0_PE))
		mask |= FL_IF;
	cpu->flags = (old & ~(mask | FL_RF)) |
		     (v & mask & ~(uint64_t)FL_ARITH) | FL_ONE;
	cc_set_flags(cpu, v);
	if ((old ^ cpu->flags) & FL_AC)
		vc__mode_update(cpu);
	if (cpu->flags & FL_TF)
		return X_SYNC;
	return (cpu->flags & ~old & FL_IF) && event_pending(cpu) ? X_SYNC
								 : X_OK;
}

OP(clac)
{
	(void)op;
	if (cpu->cpl)
		return vc__ud(cpu);
	cpu->flags &= ~(uint64_t)FL_AC;
	vc__mode_update(cpu);
	return X_OK;
}

OP(stac)
{
	(void)op;
	if (cpu->cpl)
		return vc__ud(cpu);
	cpu->flags |= FL_AC;
	vc__mode_update(cpu);
	return X_OK;
}

/* ---- ports: SDM 1 §18.5 ---- */

static int io_bitmap(struct cpu *cpu, const struct op *op, uint16_t port,
		     unsigned size)
{
	const struct segment *tr = &cpu->seg[VC_SEG_TR];
	unsigned at, mask = ((1u << size) - 1) << (port & 7);
	uint8_t raw[2];
	int rc;

	/* a 32-bit TSS, long enough to have a bit map */
	if (!(tr->attr & VC_SEG_P) || !(tr->attr & 8) || tr->limit < 103)
		return vc__gp(cpu, 0);
	rc = vc__load_sys(cpu, op, sys_la(cpu, tr->base + 102), 2, raw);
	if (rc)
		return rc;
	at = ld16(raw) + port / 8u;
	/* Two bytes are always read. */
	if (at + 1 > tr->limit)
		return vc__gp(cpu, 0);
	rc = vc__load_sys(cpu, op, sys_la(cpu, tr->base + at), 2, raw);
	if (rc)
		return rc;
	return ld16(raw) & mask ? vc__gp(cpu, 0) : X_OK;
}

int vc__io_allowed(struct cpu *cpu, const struct op *op, uint16_t port,
		   unsigned size)
{
	/* A breakpoint on it traps once the instruction is done. */
	if (VC_UNLIKELY(cpu->dr7 & DR7_ENABLES))
		cpu->dbg_hits |= vc__debug_port(cpu, port, size);
	if (VC_LIKELY(!CR0_ON(CR0_PE) ||
		      (cpu->cpl <= iopl(cpu) && !IN_V86())))
		return X_OK;
	return io_bitmap(cpu, op, port, size);
}

static int port_in(struct cpu *cpu, const struct op *op, uint16_t port)
{
	unsigned size = op_osize(op);
	uint64_t v = 0;
	int rc = vc__io_allowed(cpu, op, port, size);

	if (VC_LIKELY(!rc))
		rc = vc__io_access(cpu, op, port, size, false, &v);
	if (rc)
		return rc;
	if (size == 1)
		set8(cpu, reg8_slot(R_RAX, false), (uint8_t)v);
	else if (size == 2)
		set16(cpu, R_RAX, (uint16_t)v);
	else
		set32(cpu, R_RAX, (uint32_t)v);
	return X_OK;
}

static int port_out(struct cpu *cpu, const struct op *op, uint16_t port)
{
	unsigned size = op_osize(op);
	uint64_t v = R(R_RAX);
	int rc = vc__io_allowed(cpu, op, port, size);

	if (VC_LIKELY(!rc))
		rc = vc__io_access(cpu, op, port, size, true, &v);
	return rc;
}

OP(in_imm)
{
	return port_in(cpu, op, (uint8_t)op->imm);
}

OP(in_dx)
{
	return port_in(cpu, op, get16(cpu, R_RDX));
}

OP(out_imm)
{
	return port_out(cpu, op, (uint8_t)op->imm);
}

OP(out_dx)
{
	return port_out(cpu, op, get16(cpu, R_RDX));
}

/* ---- the rest ---- */

OP(hlt)
{
	(void)op;
	if (cpu->cpl)
		return vc__gp(cpu, 0);
	cpu->shadow = 0;
	cpu->exit_reason = VC_EXIT_HALT;
	return X_EXIT_AFTER;
}

static int read_tsc(struct cpu *cpu, const struct op *op)
{
	uint64_t v;

	if (cpu->cpl && CR4_ON(CR4_TSD))
		return vc__gp(cpu, 0);
	cpu->at_left = op->left;
	v = vc__tsc(cpu->vcpu);
	cpu->at_left = 0;
	set32(cpu, R_RAX, (uint32_t)v);
	set32(cpu, R_RDX, (uint32_t)(v >> 32));
	return X_OK;
}

OP(rdtsc)
{
	return read_tsc(cpu, op);
}

OP(rdtscp)
{
	int rc = read_tsc(cpu, op);

	if (!rc)
		set32(cpu, R_RCX, (uint32_t)cpu->tsc_aux);
	return rc;
}

/* There are no performance counters, so every number is a wrong one. */
OP(rdpmc)
{
	(void)op;
	return vc__gp(cpu, 0);
}

OP(hypercall)
{
	(void)op;
	if (!(cpu->vm->flags & VC_VM_HYPERCALLS))
		return vc__ud(cpu);
	cpu->exit_reason = VC_EXIT_HYPERCALL;
	return X_EXIT_AFTER;
}

/* ---- the selector ---- */

#define DECLARE_RM(name) OP_DECLARE(name##_r); OP_DECLARE(name##_m)
/* selector.c */
DECLARE_RM(lldt); DECLARE_RM(ltr); DECLARE_RM(str); DECLARE_RM(lar);
DECLARE_RM(lsl); DECLARE_RM(verr); DECLARE_RM(verw); DECLARE_RM(arpl);
DECLARE_RM(mov_sreg);
OP_DECLARE(mov_r_sreg); OP_DECLARE(mov_m_sreg); OP_DECLARE(push_sreg);
OP_DECLARE(pop_sreg); OP_DECLARE(load_far_pointer); OP_DECLARE(lgdt);
OP_DECLARE(lidt); OP_DECLARE(sgdt); OP_DECLARE(sidt);
/* farjump.c */
OP_DECLARE(jmpf_ptr); OP_DECLARE(jmpf_m); OP_DECLARE(callf_ptr);
OP_DECLARE(callf_m); OP_DECLARE(retf); OP_DECLARE(iret);
/* crdr.c */
DECLARE_RM(lmsw); DECLARE_RM(smsw);
OP_DECLARE(clts); OP_DECLARE(mov_r_cr); OP_DECLARE(mov_cr_r);
OP_DECLARE(mov_r_dr); OP_DECLARE(mov_dr_r); OP_DECLARE(invlpg);
OP_DECLARE(invpcid); OP_DECLARE(wbinvd); OP_DECLARE(xgetbv);
OP_DECLARE(xsetbv);
/* syscall.c, msr.c, cpuid.c */
OP_DECLARE(syscall); OP_DECLARE(sysret); OP_DECLARE(sysenter);
OP_DECLARE(sysexit); OP_DECLARE(swapgs); OP_DECLARE(rdbase);
OP_DECLARE(wrbase); OP_DECLARE(int); OP_DECLARE(int3); OP_DECLARE(into);
OP_DECLARE(int1); OP_DECLARE(rdmsr); OP_DECLARE(wrmsr); OP_DECLARE(cpuid);

struct choice {
	uint16_t op;		/* X86_* */
	op_fn reg;		/* without a memory operand */
	op_fn mem;		/* with one */
};

#define REG(name)	vc__op_##name, NULL
#define MEM(name)	NULL, vc__op_##name
#define BOTH(name)	vc__op_##name##_r, vc__op_##name##_m

/* Those for which the operation and its kind of operand say all. */
static const struct choice choices[] = {
	{ X86_LLDT,	BOTH(lldt) },
	{ X86_LTR,	BOTH(ltr) },
	{ X86_SLDT,	BOTH(str) },
	{ X86_STR,	BOTH(str) },
	{ X86_VERR,	BOTH(verr) },
	{ X86_VERW,	BOTH(verw) },
	{ X86_LAR,	BOTH(lar) },
	{ X86_LSL,	BOTH(lsl) },
	{ X86_ARPL,	BOTH(arpl) },
	{ X86_LMSW,	BOTH(lmsw) },
	{ X86_SMSW,	BOTH(smsw) },
	{ X86_LGDT,	MEM(lgdt) },
	{ X86_LIDT,	MEM(lidt) },
	{ X86_SGDT,	MEM(sgdt) },
	{ X86_SIDT,	MEM(sidt) },
	{ X86_LDS,	MEM(load_far_pointer) },
	{ X86_LES,	MEM(load_far_pointer) },
	{ X86_LSS,	MEM(load_far_pointer) },
	{ X86_LFS,	MEM(load_far_pointer) },
	{ X86_LGS,	MEM(load_far_pointer) },
	{ X86_PUSH_SEG,	REG(push_sreg) },
	{ X86_POP_SEG,	REG(pop_sreg) },
	{ X86_JMPF,	vc__op_jmpf_ptr, vc__op_jmpf_m },
	{ X86_CALLF,	vc__op_callf_ptr, vc__op_callf_m },
	{ X86_RETF,	REG(retf) },
	{ X86_IRET,	REG(iret) },
	{ X86_CLTS,	REG(clts) },
	{ X86_INVLPG,	MEM(invlpg) },
	{ X86_INVPCID,	MEM(invpcid) },
	{ X86_INVD,	REG(wbinvd) },
	{ X86_WBINVD,	REG(wbinvd) },
	{ X86_XGETBV,	REG(xgetbv) },
	{ X86_XSETBV,	REG(xsetbv) },
	{ X86_SYSCALL,	REG(syscall) },
	{ X86_SYSRET,	REG(sysret) },
	{ X86_SYSENTER,	REG(sysenter) },
	{ X86_SYSEXIT,	REG(sysexit) },
	{ X86_SWAPGS,	REG(swapgs) },
	{ X86_RDFSBASE,	REG(rdbase) },
	{ X86_RDGSBASE,	REG(rdbase) },
	{ X86_WRFSBASE,	REG(wrbase) },
	{ X86_WRGSBASE,	REG(wrbase) },
	{ X86_INT,	REG(int) },
	{ X86_INT3,	REG(int3) },
	{ X86_INTO,	REG(into) },
	{ X86_INT1,	REG(int1) },
	{ X86_RDMSR,	REG(rdmsr) },
	{ X86_WRMSR,	REG(wrmsr) },
	{ X86_CPUID,	REG(cpuid) },
	{ X86_RDTSC,	REG(rdtsc) },
	{ X86_RDTSCP,	REG(rdtscp) },
	{ X86_RDPMC,	REG(rdpmc) },
	{ X86_CLI,	REG(cli) },
	{ X86_STI,	REG(sti) },
	{ X86_PUSHF,	REG(pushf) },
	{ X86_POPF,	REG(popf) },
	{ X86_CLAC,	REG(clac) },
	{ X86_STAC,	REG(stac) },
	{ X86_HLT,	REG(hlt) },
	{ X86_VMCALL,	REG(hypercall) },
	{ X86_VMMCALL,	REG(hypercall) },
	/* not in this CPU model at all (SDM 2: #UD then) */
	{ X86_GETSEC,	REG(undefined) },
	{ X86_RSM,	REG(undefined) },
};

/* Register, segment, control and debug register operands, in place. */
static void select_operands(const struct x86_insn *in, struct op *op)
{
	if (in->opnds > 0 && in->opnd[0].kind != OPND_MEM)
		op->a = in->opnd[0].reg;
	if (in->opnds > 1 && in->opnd[1].kind != OPND_MEM)
		op->b = in->opnd[1].reg;
}

static bool select_mov(const struct x86_insn *in, struct op *op, bool mem)
{
	bool to = in->opnd[0].kind != OPND_REG && in->opnd[0].kind != OPND_MEM;

	switch (in->op) {
	case X86_MOV_SEG:
		op->imm = in->opnd[to ? 0 : 1].reg;
		if (to)
			op->fn = mem ? vc__op_mov_sreg_m : vc__op_mov_sreg_r;
		else
			op->fn = mem ? vc__op_mov_m_sreg : vc__op_mov_r_sreg;
		return true;
	case X86_MOV_CR:
		op->fn = to ? vc__op_mov_cr_r : vc__op_mov_r_cr;
		return true;
	case X86_MOV_DR:
		op->fn = to ? vc__op_mov_dr_r : vc__op_mov_r_dr;
		return true;
	default:
		return false;
	}
}

static bool select_port(const struct x86_insn *in, struct op *op)
{
	bool in_port = in->op == X86_IN;
	const struct x86_operand *port = &in->opnd[in_port ? 1 : 0];
	const struct x86_operand *data = &in->opnd[in_port ? 0 : 1];

	if (in->op != X86_IN && in->op != X86_OUT)
		return false;
	op->aux = data->size;
	if (port->kind == OPND_IMM) {
		op->imm = in->imm;
		op->fn = in_port ? vc__op_in_imm : vc__op_out_imm;
	} else {
		op->fn = in_port ? vc__op_in_dx : vc__op_out_dx;
	}
	return true;
}

/* What op->imm and aux mean to some ops. */
static void select_extra(const struct x86_insn *in, struct op *op)
{
	switch (in->op) {
	case X86_SLDT:
		op->imm = VC_SEG_LDTR;
		break;
	case X86_STR:
		op->imm = VC_SEG_TR;
		break;
	case X86_LDS:
		op->imm = VC_SEG_DS;
		break;
	case X86_LES:
		op->imm = VC_SEG_ES;
		break;
	case X86_LSS:
		op->imm = VC_SEG_SS;
		break;
	case X86_LFS: case X86_RDFSBASE: case X86_WRFSBASE:
		op->imm = VC_SEG_FS;
		break;
	case X86_LGS: case X86_RDGSBASE: case X86_WRGSBASE:
		op->imm = VC_SEG_GS;
		break;
	case X86_PUSH_SEG: case X86_POP_SEG:
		op->imm = in->opnd[0].reg;
		break;
	case X86_JMPF: case X86_CALLF:
		op->imm = in->imm;
		op->aux = in->osize | (uint32_t)(in->imm2 & 0xffff) << 16;
		break;
	case X86_RETF:
		op->imm = in->opnds ? in->imm : 0;
		break;
	case X86_INT:
		op->imm = in->imm;
		break;
	default:
		break;
	}
}

bool vc__select_system(const struct x86_insn *in, struct op *op)
{
	bool mem = false;

	for (unsigned i = 0; i < in->opnds; i++)
		if (in->opnd[i].kind == OPND_MEM)
			mem = true;
	if (select_port(in, op))
		return true;
	if (in->op == X86_MOV_SEG || in->op == X86_MOV_CR ||
	    in->op == X86_MOV_DR) {
		select_operands(in, op);
		return select_mov(in, op, mem);
	}
	for (size_t i = 0; i < VC__ARRAY_LEN(choices); i++) {
		const struct choice *c = &choices[i];

		if (c->op != in->op)
			continue;
		op->fn = mem ? c->mem : c->reg;
		if (!op->fn)
			return false;
		select_operands(in, op);
		op->aux = in->osize;
		select_extra(in, op);
		return true;
	}
	return false;
}
