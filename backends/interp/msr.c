/* SPDX-License-Identifier: MIT */
/*
 * msr.c: model-specific registers (SDM 4 ch. 2). The embedder's hooks and
 * devices (the local APIC has some) are asked first. One that nobody has is
 * #GP, and, but for what this processor need not have, a warning.
 *
 * MTRRs and PAT are state only: there are no caches. Machine check is present
 * with no banks.
 */
#include "engine.h"
#include "system.h"

enum {
	MSR_TSC = 0x10, MSR_PLATFORM_ID = 0x17, MSR_APIC_BASE = 0x1b,
	MSR_FEATURE_CONTROL = 0x3a, MSR_TSC_ADJUST = 0x3b,
	MSR_SPEC_CTRL = 0x48, MSR_BIOS_SIGN = 0x8b, MSR_PLATFORM_INFO = 0xce,
	MSR_MTRRCAP = 0xfe, MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP,
	MSR_SYSENTER_EIP, MSR_MCG_CAP = 0x179, MSR_MCG_STATUS = 0x17a,
	MSR_MISC_ENABLE = 0x1a0, MSR_DEBUGCTL = 0x1d9,
	MSR_MTRR_PHYS = 0x200, MSR_MTRR_PHYS_END = 0x210,
	MSR_MTRR_FIX64K = 0x250, MSR_MTRR_FIX16K = 0x258,
	MSR_MTRR_FIX4K = 0x268, MSR_MTRR_FIX4K_END = 0x270, MSR_PAT = 0x277,
	MSR_MTRR_DEF = 0x2ff, MSR_DEADLINE = 0x6e0, MSR_XSS = 0xda0,
};
#define MSR_EFER	0xc0000080u
#define MSR_STAR	0xc0000081u
#define MSR_LSTAR	0xc0000082u
#define MSR_CSTAR	0xc0000083u
#define MSR_SFMASK	0xc0000084u
#define MSR_FS_BASE	0xc0000100u
#define MSR_GS_BASE	0xc0000101u
#define MSR_KERNEL_GS	0xc0000102u
#define MSR_TSC_AUX	0xc0000103u

/* Branch trace storage and PEBS are unavailable: fixed bits. */
#define MISC_ENABLE_FIXED	0x1800u
/* fast strings, MONITOR, limit CPUID, XD disable: may be written, change
 * nothing */
#define MISC_ENABLE_WRITABLE	((uint64_t)1 << 34 | 0x440001u)
#define MTRRCAP			0x508u	/* 8 ranges, fixed ones, WC */

/* Those that are read and written as they are; how says what a write may be. */
enum how { ANY, CANONICAL, LOW32 };

struct plain {
	uint32_t msr;
	uint32_t how;
	size_t at;
};

#define PLAIN(msr, how, field)	{ msr, how, offsetof(struct cpu, field) }
static const struct plain plain[] = {
	PLAIN(MSR_LSTAR, CANONICAL, lstar),
	PLAIN(MSR_CSTAR, CANONICAL, cstar),
	PLAIN(MSR_STAR, ANY, star),
	PLAIN(MSR_SFMASK, LOW32, sfmask),
	PLAIN(MSR_FS_BASE, CANONICAL, seg[VC_SEG_FS].base),
	PLAIN(MSR_GS_BASE, CANONICAL, seg[VC_SEG_GS].base),
	PLAIN(MSR_KERNEL_GS, CANONICAL, kernel_gs_base),
	PLAIN(MSR_TSC_AUX, LOW32, tsc_aux),
	PLAIN(MSR_SYSENTER_CS, ANY, sysenter_cs),
	PLAIN(MSR_SYSENTER_ESP, CANONICAL, sysenter_esp),
	PLAIN(MSR_SYSENTER_EIP, CANONICAL, sysenter_eip),
	PLAIN(MSR_DEADLINE, ANY, tsc_deadline),
};

static uint64_t *plain_at(struct cpu *cpu, const struct plain *p)
{
	return (uint64_t *)(void *)((uint8_t *)cpu + p->at);
}

static const struct plain *plain_find(uint32_t msr)
{
	for (size_t i = 0; i < VC__ARRAY_LEN(plain); i++)
		if (plain[i].msr == msr)
			return &plain[i];
	return NULL;
}

/* The fixed-range MTRR msr is, in the order of mtrr_fix; NULL if none. */
static uint64_t *mtrr_fix(struct cpu *cpu, uint32_t msr)
{
	if (msr == MSR_MTRR_FIX64K)
		return &cpu->mtrr_fix[0];
	if (msr == MSR_MTRR_FIX16K || msr == MSR_MTRR_FIX16K + 1)
		return &cpu->mtrr_fix[1 + msr - MSR_MTRR_FIX16K];
	if (msr >= MSR_MTRR_FIX4K && msr < MSR_MTRR_FIX4K_END)
		return &cpu->mtrr_fix[3 + msr - MSR_MTRR_FIX4K];
	return NULL;
}

/* Is each byte a memory type (SDM 3A tables 12-2 and 12-10)? */
static bool memory_types(uint64_t v, bool pat)
{
	for (unsigned i = 0; i < 8; i++) {
		unsigned t = v >> i * 8 & 0xff;

		if (t > 7 || t == 2 || t == 3 || (t == 7 && !pat))
			return false;
	}
	return true;
}

static bool has_xsaves(const struct cpu *cpu)
{
	return cpu->eng->features >> X86_FEAT_XSAVES & 1;
}

/* ---- reading ---- */

int vc__msr_own_read(struct cpu *cpu, uint32_t msr, uint64_t *value)
{
	const struct plain *p = plain_find(msr);
	uint64_t *fix = mtrr_fix(cpu, msr);

	if (p || fix) {
		*value = p ? *plain_at(cpu, p) : *fix;
		return 0;
	}
	if (msr >= MSR_MTRR_PHYS && msr < MSR_MTRR_PHYS_END) {
		*value = cpu->mtrr_phys[msr - MSR_MTRR_PHYS];
		return 0;
	}
	switch (msr) {
	case MSR_TSC:
		*value = vc__tsc(cpu->vcpu);
		return 0;
	case MSR_TSC_ADJUST:
		*value = cpu->tsc_adjust;
		return 0;
	case MSR_APIC_BASE:
		*value = cpu->apic_base;
		return 0;
	case MSR_FEATURE_CONTROL:
		*value = 1;		/* locked, nothing enabled */
		return 0;
	case MSR_SPEC_CTRL:
		*value = cpu->spec_ctrl;
		return 0;
	case MSR_BIOS_SIGN:
		*value = (uint64_t)1 << 32;
		return 0;
	case MSR_MTRRCAP:
		*value = MTRRCAP;
		return 0;
	case MSR_MCG_STATUS:
		*value = cpu->mcg_status;
		return 0;
	case MSR_MISC_ENABLE:
		*value = cpu->misc_enable | MISC_ENABLE_FIXED;
		return 0;
	case MSR_PAT:
		*value = cpu->pat;
		return 0;
	case MSR_MTRR_DEF:
		*value = cpu->mtrr_def_type;
		return 0;
	case MSR_XSS:
		*value = cpu->xss;
		return has_xsaves(cpu) ? 0 : VC_ENOENT;
	case MSR_EFER:
		*value = cpu->efer;
		return 0;
	case MSR_PLATFORM_ID:
	case MSR_PLATFORM_INFO:
	case MSR_MCG_CAP:		/* no banks */
	case MSR_DEBUGCTL:
		*value = 0;
		return 0;
	default:
		return VC_ENOENT;
	}
}

/* ---- writing ---- */

static int efer_write(struct cpu *cpu, uint64_t v)
{
	const uint64_t defined = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;
	uint64_t turned;

	if (v & ~defined)
		return VC_ENOENT;
	/* LMA follows CR0.PG and is not written (SDM 3A §2.2.1). */
	v = (v & ~(uint64_t)EFER_LMA) | (cpu->efer & EFER_LMA);
	turned = v ^ cpu->efer;
	if ((turned & EFER_LME) && CR0_ON(CR0_PG))
		return VC_ENOENT;
	cpu->efer = v;
	if (turned & EFER_NXE)
		vc__tlb_flush(cpu, true);
	vc__mode_update(cpu);
	return 0;
}

static int mtrr_phys_write(struct cpu *cpu, uint32_t n, uint64_t v)
{
	const uint64_t beyond = ~(((uint64_t)1 << PHYS_BITS) - 1);
	uint64_t reserved = beyond | (n & 1 ? 0x7ff : 0xf00);

	if ((v & reserved) || (!(n & 1) && !memory_types(v & 0xff, false)))
		return VC_ENOENT;
	cpu->mtrr_phys[n] = v;
	return 0;
}

static int plain_write(struct cpu *cpu, const struct plain *p, uint64_t v)
{
	if ((p->how == CANONICAL && !is_canonical(v)) ||
	    (p->how == LOW32 && v >> 32))
		return VC_ENOENT;
	*plain_at(cpu, p) = v;
	return 0;
}

/* Writing the TSC also moves what was adjusted, and the other way round (SDM
 * 3B §18.17.3). */
static int tsc_write(struct cpu *cpu, uint64_t v)
{
	uint64_t now = vc__tsc(cpu->vcpu);

	cpu->tsc_adjust += v - now;
	vc__tsc_set(cpu->vcpu, v);
	return 0;
}

static int tsc_adjust_write(struct cpu *cpu, uint64_t v)
{
	uint64_t by = v - cpu->tsc_adjust;

	cpu->tsc_adjust = v;
	vc__tsc_set(cpu->vcpu, vc__tsc(cpu->vcpu) + by);
	return 0;
}

static int apic_base_write(struct cpu *cpu, uint64_t v)
{
	const uint64_t beyond = ~(((uint64_t)1 << PHYS_BITS) - 1);

	if (v & (beyond | 0x2ff))
		return VC_ENOENT;
	cpu->apic_base = v;
	return 0;
}

static int checked(uint64_t *to, uint64_t v, bool ok)
{
	if (!ok)
		return VC_ENOENT;
	*to = v;
	return 0;
}

int vc__msr_own_write(struct cpu *cpu, uint32_t msr, uint64_t v)
{
	const struct plain *p = plain_find(msr);
	uint64_t *fix = mtrr_fix(cpu, msr);

	if (p)
		return plain_write(cpu, p, v);
	if (fix)
		return checked(fix, v, memory_types(v, false));
	if (msr >= MSR_MTRR_PHYS && msr < MSR_MTRR_PHYS_END)
		return mtrr_phys_write(cpu, msr - MSR_MTRR_PHYS, v);
	switch (msr) {
	case MSR_TSC:
		return tsc_write(cpu, v);
	case MSR_TSC_ADJUST:
		return tsc_adjust_write(cpu, v);
	case MSR_APIC_BASE:
		return apic_base_write(cpu, v);
	case MSR_SPEC_CTRL:
		return checked(&cpu->spec_ctrl, v, v < 8);
	case MSR_BIOS_SIGN:		/* before CPUID, to read the revision */
		return v ? VC_ENOENT : 0;
	case MSR_MCG_STATUS:
		return checked(&cpu->mcg_status, v, v < 16);
	case MSR_MISC_ENABLE:
		return checked(&cpu->misc_enable, v & MISC_ENABLE_WRITABLE,
			       !(v & ~(MISC_ENABLE_WRITABLE |
				       MISC_ENABLE_FIXED)));
	case MSR_DEBUGCTL:
		if (v & ~(uint64_t)0xdfc3)
			return VC_ENOENT;
		if (v)
			vc__warn(cpu->vcpu, "DEBUGCTL: branch records and "
				 "branch steps are not implemented");
		return 0;
	case MSR_PAT:
		return checked(&cpu->pat, v, memory_types(v, true));
	case MSR_MTRR_DEF:
		return checked(&cpu->mtrr_def_type, v, !(v & ~(uint64_t)0xcff) &&
			       memory_types(v & 0xff, false));
	case MSR_XSS:			/* there are no such components */
		return checked(&cpu->xss, v, has_xsaves(cpu) && !v);
	case MSR_EFER:
		return efer_write(cpu, v);
	default:
		return VC_ENOENT;
	}
}

/* ---- RDMSR, WRMSR ---- */

/* 1 done, 0 there is none such, -1 #GP */
static int msr_read(struct cpu *cpu, uint32_t msr, uint64_t *v)
{
	int rc = vc__msr_read(cpu->vcpu, msr, v);

	return rc ? rc : !vc__msr_own_read(cpu, msr, v);
}

static int msr_write(struct cpu *cpu, uint32_t msr, uint64_t v)
{
	int rc = vc__msr_write(cpu->vcpu, msr, v);
	uint64_t was;

	if (rc)
		return rc;
	if (!vc__msr_own_write(cpu, msr, v))
		return 1;
	/* It exists, and does not like the value? */
	return vc__msr_own_read(cpu, msr, &was) ? 0 : -1;
}

/*
 * The processor that we say we are lacks them too, and systems try them on
 * any: MISC_FEATURES_ENABLES, and AMD's. That is no fault of ours to warn of.
 */
static bool lacks_by_right(uint32_t msr)
{
	return msr == 0x140 || msr >> 16 == 0xc001;
}

static int no_such_msr(struct cpu *cpu, uint32_t msr, const char *insn)
{
	if (!lacks_by_right(msr))
		vc__warn(cpu->vcpu, "%s of 0x%x, which does not exist", insn,
			 (unsigned)msr);
	return vc__gp(cpu, 0);
}

OP(rdmsr)
{
	uint32_t msr = get32(cpu, R_RCX);
	uint64_t v = 0;
	int rc;

	if (cpu->cpl)
		return vc__gp(cpu, 0);
	upcall_begin(cpu, op);
	rc = msr_read(cpu, msr, &v);
	upcall_end(cpu);
	if (rc <= 0)
		return rc ? vc__gp(cpu, 0) : no_such_msr(cpu, msr, "RDMSR");
	set32(cpu, R_RAX, (uint32_t)v);
	set32(cpu, R_RDX, (uint32_t)(v >> 32));
	return after_upcall(cpu);
}

OP(wrmsr)
{
	uint32_t msr = get32(cpu, R_RCX);
	uint64_t v = (uint64_t)get32(cpu, R_RDX) << 32 | get32(cpu, R_RAX);
	int rc;

	if (cpu->cpl)
		return vc__gp(cpu, 0);
	upcall_begin(cpu, op);
	rc = msr_write(cpu, msr, v);
	upcall_end(cpu);
	if (rc <= 0)
		return rc ? vc__gp(cpu, 0) : no_such_msr(cpu, msr, "WRMSR");
	/* nothing hangs on these but addresses */
	return plain_find(msr) ? X_OK : X_SYNC;
}
