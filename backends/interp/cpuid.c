/* SPDX-License-Identifier: MIT */
/*
 * cpuid.c: the engine's own CPU models, and the parts of CPUID that follow the
 * vCPU's state (SDM 2A, CPUID).
 *
 * The first model is x86-64 as it began, with what was added for kernels
 * since; each other one adds instructions to the one before it, VC_CPU_MAX
 * whatever the engine has. All call themselves an Intel family 6
 * model 1Ch stepping 10: an in-order core, and the last of them without errata
 * that system software works around. Systems take such a core for one that
 * does not speculate, which is true of us, and leave out their costly defences.
 */
#include "engine.h"
#include "select.h"
#include "system.h"

#define SIGNATURE	0x000106cau
#define CLFLUSH_LINE	64u

/* Leaf 1 */
#define EDX1_FPU	0x00000001u
#define EDX1_VME	0x00000002u
#define EDX1_DE		0x00000004u
#define EDX1_PSE	0x00000008u
#define EDX1_TSC	0x00000010u
#define EDX1_MSR	0x00000020u
#define EDX1_PAE	0x00000040u
#define EDX1_MCE	0x00000080u
#define EDX1_CX8	0x00000100u
#define EDX1_APIC	0x00000200u
#define EDX1_SEP	0x00000800u
#define EDX1_MTRR	0x00001000u
#define EDX1_PGE	0x00002000u
#define EDX1_MCA	0x00004000u
#define EDX1_CMOV	0x00008000u
#define EDX1_PAT	0x00010000u
#define EDX1_PSE36	0x00020000u
#define EDX1_CLFSH	0x00080000u
#define EDX1_MMX	0x00800000u
#define EDX1_FXSR	0x01000000u
#define EDX1_SSE	0x02000000u
#define EDX1_SSE2	0x04000000u
#define EDX1_HTT	0x10000000u
#define ECX1_SSE3	0x00000001u
#define ECX1_PCLMUL	0x00000002u
#define ECX1_MONITOR	0x00000008u
#define ECX1_SSSE3	0x00000200u
#define ECX1_FMA	0x00001000u
#define ECX1_CX16	0x00002000u
#define ECX1_PCID	0x00020000u
#define ECX1_SSE41	0x00080000u
#define ECX1_SSE42	0x00100000u
#define ECX1_X2APIC	0x00200000u
#define ECX1_MOVBE	0x00400000u
#define ECX1_POPCNT	0x00800000u
#define ECX1_DEADLINE	0x01000000u
#define ECX1_AES	0x02000000u
#define ECX1_XSAVE	0x04000000u
#define ECX1_OSXSAVE	0x08000000u
#define ECX1_AVX	0x10000000u
#define ECX1_F16C	0x20000000u
#define ECX1_RDRAND	0x40000000u
#define ECX1_HYPERVISOR	0x80000000u
/* Leaf 6 */
#define EAX6_ARAT	0x4u	/* the APIC timer never stops */
/* Leaf 7 */
#define EBX7_FSGSBASE	0x00000001u
#define EBX7_TSC_ADJUST	0x00000002u
#define EBX7_BMI1	0x00000008u
#define EBX7_AVX2	0x00000020u
#define EBX7_FDP_EXCPTN	0x00000040u	/* FDP with exceptions only */
#define EBX7_SMEP	0x00000080u
#define EBX7_BMI2	0x00000100u
#define EBX7_ERMS	0x00000200u
#define EBX7_INVPCID	0x00000400u
#define EBX7_NO_FCS	0x00002000u	/* FCS and FDS are always 0 */
#define EBX7_RDSEED	0x00040000u
#define EBX7_ADX	0x00080000u
#define EBX7_SMAP	0x00100000u
#define EBX7_CLFLUSHOPT	0x00800000u
#define EBX7_CLWB	0x01000000u
#define EBX7_SHA	0x20000000u
#define ECX7_UMIP	0x00000004u
#define ECX7_PKU	0x00000008u
#define ECX7_OSPKE	0x00000010u
#define ECX7_GFNI	0x00000100u
#define ECX7_VAES	0x00000200u
#define ECX7_VPCLMUL	0x00000400u
#define ECX7_RDPID	0x00400000u
#define ECX7_CLDEMOTE	0x02000000u
#define EDX7_FSRM	0x00000010u	/* short REP MOVSB is fast too */
#define EDX7_SERIALIZE	0x00004000u
/* Leaf D, subleaf 1 */
#define EAXD_XSAVEOPT	0x1u
#define EAXD_XSAVEC	0x2u
#define EAXD_XGETBV1	0x4u
#define EAXD_XSAVES	0x8u
/* Leaf 80000001 */
#define EDX8_SYSCALL	0x00000800u
#define EDX8_NX		0x00100000u
#define EDX8_GB		0x04000000u
#define EDX8_RDTSCP	0x08000000u
#define EDX8_LM		0x20000000u
#define ECX8_LAHF	0x00000001u
#define ECX8_LZCNT	0x00000020u
#define ECX8_PREFETCHW	0x00000100u

/* The local APIC's timer runs at 1 GHz, and so does the crystal of leaf 15:
 * guests take one for the other. */
#define CRYSTAL_HZ	1000000000u

#define MSR_APIC_BASE	0x1bu

#define WHOLE		0u
#define SUB		VC_CPUID_SUBLEAF

/* Four caches' worth of leaf 4: type and level, ways, sets. */
#define CACHE(type, level)	((type) | (level) << 5 | 1u << 8)
#define WAYS(n)	(((n) - 1u) << 22 | (CLFLUSH_LINE - 1u))

static const vc_cpuid_entry model[] = {
	/* leaf, subleaf, flags, eax, ebx, ecx, edx */
	{ 0x0, 0, WHOLE, 0x16, 0x756e6547, 0x6c65746e, 0x49656e69, 0 },
	{ 0x1, 0, WHOLE, SIGNATURE, CLFLUSH_LINE / 8 << 8,
	  ECX1_CX16 | ECX1_PCID | ECX1_X2APIC | ECX1_DEADLINE | ECX1_XSAVE |
	  ECX1_HYPERVISOR,
	  EDX1_FPU | EDX1_VME | EDX1_DE | EDX1_PSE | EDX1_TSC | EDX1_MSR |
	  EDX1_PAE | EDX1_MCE | EDX1_CX8 | EDX1_APIC | EDX1_SEP | EDX1_MTRR |
	  EDX1_PGE | EDX1_MCA | EDX1_CMOV | EDX1_PAT | EDX1_PSE36 |
	  EDX1_CLFSH | EDX1_MMX | EDX1_FXSR | EDX1_SSE | EDX1_SSE2, 0 },
	/* leaf 2: see leaf 4 */
	{ 0x2, 0, WHOLE, 0x0000ff01, 0, 0, 0, 0 },
	{ 0x4, 0, SUB, CACHE(1u, 1u), WAYS(8u), 63, 0, 0 },	/* 32 KiB */
	{ 0x4, 1, SUB, CACHE(2u, 1u), WAYS(8u), 63, 0, 0 },
	{ 0x4, 2, SUB, CACHE(3u, 2u), WAYS(8u), 1023, 0, 0 },	/* 512 KiB */
	{ 0x6, 0, WHOLE, EAX6_ARAT, 0, 0, 0, 0 },
	{ 0x7, 0, SUB, 0, EBX7_FSGSBASE | EBX7_TSC_ADJUST | EBX7_FDP_EXCPTN |
	  EBX7_SMEP | EBX7_ERMS | EBX7_INVPCID | EBX7_NO_FCS | EBX7_SMAP,
	  ECX7_UMIP, 0, 0 },
	{ 0xb, 0, SUB, 0, 1, 0x100, 0, 0 },
	{ 0xb, 1, SUB, 0, 1, 0x201, 0, 0 },
	{ 0xd, 0, SUB, 3, 576, 576, 0, 0 },
	{ 0xd, 1, SUB, 0, 0, 0, 0, 0 },
	{ 0x15, 0, WHOLE, 1, 1, CRYSTAL_HZ, 0, 0 },
	{ 0x16, 0, WHOLE, 1000, 1000, 1000, 0, 0 },
	{ 0x40000000, 0, WHOLE, 0x40000000, 0x7662696c, 0x63747269,
	  0x0065726f, 0 },				/* libvirtcore */
	{ 0x80000000, 0, WHOLE, 0x80000008, 0, 0, 0, 0 },
	{ 0x80000001, 0, WHOLE, 0, 0, ECX8_LAHF,
	  EDX8_SYSCALL | EDX8_NX | EDX8_GB | EDX8_RDTSCP | EDX8_LM, 0 },
	/* "libvirtcore interp" */
	{ 0x80000002, 0, WHOLE, 0x7662696c, 0x63747269, 0x2065726f,
	  0x65746e69, 0 },
	{ 0x80000003, 0, WHOLE, 0x00007072, 0, 0, 0, 0 },
	{ 0x80000004, 0, WHOLE, 0, 0, 0, 0, 0 },
	/* 512 KiB, 8 ways */
	{ 0x80000006, 0, WHOLE, 0, 0, 512u << 16 | 6u << 12 | CLFLUSH_LINE, 0,
	  0 },
	{ 0x80000007, 0, WHOLE, 0, 0, 0, 0x100, 0 },	/* invariant TSC */
	{ 0x80000008, 0, WHOLE, LIN_BITS << 8 | PHYS_BITS, 0, 0, 0, 0 },
};

/* What a model adds to the one before it: bits of register reg (0 to 3: eax to
 * edx), or a value where there was 0; in a row of its own if need be. */
static const struct addition {
	uint32_t from;		/* VC_CPU_* */
	uint32_t leaf, subleaf;
	unsigned reg;
	uint32_t bits;
} additions[] = {
	{ VC_CPU_X86_64_V2, 0x1, 0, 2, ECX1_SSE3 | ECX1_SSSE3 | ECX1_SSE41 |
	  ECX1_SSE42 | ECX1_POPCNT },
	{ VC_CPU_X86_64_V3, 0x1, 0, 2, ECX1_FMA | ECX1_MOVBE | ECX1_AVX |
	  ECX1_F16C },
	{ VC_CPU_X86_64_V3, 0x7, 0, 1, EBX7_BMI1 | EBX7_AVX2 | EBX7_BMI2 },
	{ VC_CPU_X86_64_V3, 0xd, 0, 0, XC_AVX },
	{ VC_CPU_X86_64_V3, 0xd, 2, 0, 256 },
	{ VC_CPU_X86_64_V3, 0xd, 2, 1, 576 },
	{ VC_CPU_X86_64_V3, 0x80000001, 0, 2, ECX8_LZCNT },
	{ VC_CPU_MAX, 0x1, 0, 2, ECX1_PCLMUL | ECX1_MONITOR | ECX1_AES |
	  ECX1_RDRAND },
	{ VC_CPU_MAX, 0x5, 0, 0, 64 },
	{ VC_CPU_MAX, 0x5, 0, 1, 64 },
	{ VC_CPU_MAX, 0x7, 0, 1, EBX7_RDSEED | EBX7_ADX | EBX7_CLFLUSHOPT | EBX7_CLWB |
	  EBX7_SHA },
	{ VC_CPU_MAX, 0x7, 0, 2, ECX7_PKU | ECX7_GFNI | ECX7_VAES | ECX7_VPCLMUL |
	  ECX7_RDPID | ECX7_CLDEMOTE },
	{ VC_CPU_MAX, 0x7, 0, 3, EDX7_FSRM | EDX7_SERIALIZE },
	{ VC_CPU_MAX, 0xd, 0, 0, XC_PKRU },
	{ VC_CPU_MAX, 0xd, 1, 0, EAXD_XSAVEOPT | EAXD_XSAVEC | EAXD_XGETBV1 |
	  EAXD_XSAVES },
	{ VC_CPU_MAX, 0xd, 9, 0, 8 },
	{ VC_CPU_MAX, 0xd, 9, 1, 2688 },
	{ VC_CPU_MAX, 0x80000001, 0, 2, ECX8_PREFETCHW },
};

static uint32_t *entry_reg(vc_cpuid_entry *e, unsigned reg)
{
	return reg == 0 ? &e->eax : reg == 1 ? &e->ebx :
	       reg == 2 ? &e->ecx : &e->edx;
}

/* Add to the have rows at table; how many there are then. */
static uint32_t add_to(vc_cpuid_entry *table, uint32_t have,
		       const struct addition *a)
{
	uint32_t i = 0;

	while (i < have && (table[i].leaf != a->leaf ||
			    table[i].subleaf != a->subleaf))
		i++;
	if (i == have) {
		table[i] = (vc_cpuid_entry){ .leaf = a->leaf,
			.subleaf = a->subleaf, .flags = a->leaf == 0xd ? SUB :
			WHOLE };
		have++;
	}
	*entry_reg(&table[i], a->reg) |= a->bits;
	return have;
}

uint32_t vc__interp_cpuid_default(uint32_t cpu_model, vc_cpuid_entry *table,
				  uint32_t n)
{
	vc_cpuid_entry t[VC__ARRAY_LEN(model) + VC__ARRAY_LEN(additions)];
	uint32_t have = VC__ARRAY_LEN(model);

	if (cpu_model == VC_CPU_DEFAULT)
		cpu_model = VC_CPU_X86_64;
	if (cpu_model > VC_CPU_X86_64_V3 && cpu_model != VC_CPU_MAX)
		return 0;
	memcpy(t, model, sizeof(model));
	for (size_t i = 0; i < VC__ARRAY_LEN(additions); i++)
		if (cpu_model >= additions[i].from)
			have = add_to(t, have, &additions[i]);
	/* all of XSAVE's parts in the standard format: the size */
	for (uint32_t i = 0; i < have; i++)
		if (t[i].leaf == 0xd && !t[i].subleaf)
			t[i].ecx = vc__xsave_size(t[i].eax, false);
	if (n)
		memcpy(table, t, (n < have ? n : have) * sizeof(*t));
	return have;
}

/* ---- what a table offers ---- */

/* Where CPUID lists a feature that the engine has; reg as above. */
static const struct {
	uint8_t feature;
	uint8_t reg;
	uint8_t subleaf;
	uint32_t leaf;
	uint32_t bit;
} listed[] = {
	{ X86_FEAT_MMX, 3, 0, 0x1, EDX1_MMX },
	{ X86_FEAT_SSE, 3, 0, 0x1, EDX1_SSE },
	{ X86_FEAT_SSE2, 3, 0, 0x1, EDX1_SSE2 },
	{ X86_FEAT_SSE3, 2, 0, 0x1, ECX1_SSE3 },
	{ X86_FEAT_PCLMUL, 2, 0, 0x1, ECX1_PCLMUL },
	{ X86_FEAT_MONITOR, 2, 0, 0x1, ECX1_MONITOR },
	{ X86_FEAT_SSSE3, 2, 0, 0x1, ECX1_SSSE3 },
	{ X86_FEAT_FMA, 2, 0, 0x1, ECX1_FMA },
	{ X86_FEAT_CX16, 2, 0, 0x1, ECX1_CX16 },
	{ X86_FEAT_SSE41, 2, 0, 0x1, ECX1_SSE41 },
	{ X86_FEAT_SSE42, 2, 0, 0x1, ECX1_SSE42 },
	{ X86_FEAT_MOVBE, 2, 0, 0x1, ECX1_MOVBE },
	{ X86_FEAT_POPCNT, 2, 0, 0x1, ECX1_POPCNT },
	{ X86_FEAT_AES, 2, 0, 0x1, ECX1_AES },
	{ X86_FEAT_XSAVE, 2, 0, 0x1, ECX1_XSAVE },
	{ X86_FEAT_AVX, 2, 0, 0x1, ECX1_AVX },
	{ X86_FEAT_F16C, 2, 0, 0x1, ECX1_F16C },
	{ X86_FEAT_RDRAND, 2, 0, 0x1, ECX1_RDRAND },
	{ X86_FEAT_FSGSBASE, 1, 0, 0x7, EBX7_FSGSBASE },
	{ X86_FEAT_BMI1, 1, 0, 0x7, EBX7_BMI1 },
	{ X86_FEAT_AVX2, 1, 0, 0x7, EBX7_AVX2 },
	{ X86_FEAT_BMI2, 1, 0, 0x7, EBX7_BMI2 },
	{ X86_FEAT_INVPCID, 1, 0, 0x7, EBX7_INVPCID },
	{ X86_FEAT_RDSEED, 1, 0, 0x7, EBX7_RDSEED },
	{ X86_FEAT_ADX, 1, 0, 0x7, EBX7_ADX },
	{ X86_FEAT_SMAP, 1, 0, 0x7, EBX7_SMAP },
	{ X86_FEAT_CLFLUSHOPT, 1, 0, 0x7, EBX7_CLFLUSHOPT },
	{ X86_FEAT_CLWB, 1, 0, 0x7, EBX7_CLWB },
	{ X86_FEAT_SHA, 1, 0, 0x7, EBX7_SHA },
	{ X86_FEAT_PKU, 2, 0, 0x7, ECX7_PKU },
	{ X86_FEAT_GFNI, 2, 0, 0x7, ECX7_GFNI },
	{ X86_FEAT_VAES, 2, 0, 0x7, ECX7_VAES },
	{ X86_FEAT_VPCLMUL, 2, 0, 0x7, ECX7_VPCLMUL },
	{ X86_FEAT_RDPID, 2, 0, 0x7, ECX7_RDPID },
	{ X86_FEAT_SERIALIZE, 3, 0, 0x7, EDX7_SERIALIZE },
	{ X86_FEAT_XSAVEOPT, 0, 1, 0xd, EAXD_XSAVEOPT },
	{ X86_FEAT_XSAVEC, 0, 1, 0xd, EAXD_XSAVEC },
	{ ENG_FEAT_XGETBV1, 0, 1, 0xd, EAXD_XGETBV1 },
	{ X86_FEAT_XSAVES, 0, 1, 0xd, EAXD_XSAVES },
	{ X86_FEAT_LZCNT, 2, 0, 0x80000001, ECX8_LZCNT },
	{ X86_FEAT_RDTSCP, 3, 0, 0x80000001, EDX8_RDTSCP },
};

/* PREFETCHW is a hint that was a NOP before it had a bit of its own. */
#define ALWAYS	(UINT64_C(1) << X86_FEAT_BASE | \
		 UINT64_C(1) << X86_FEAT_PREFETCHW)

bool vc__cpuid_offers(unsigned feature)
{
	for (size_t i = 0; i < VC__ARRAY_LEN(listed); i++)
		if (listed[i].feature == feature)
			return true;
	return feature < X86_FEAT_COUNT && (ALWAYS >> feature & 1);
}
_Static_assert((int)X86_FEAT_COUNT <= (int)ENG_FEAT_FIRST, "features overlap");

/* A register of the table's row for leaf and subleaf. */
static uint32_t table_reg(const vc_vm *vm, uint32_t leaf, uint32_t subleaf,
			  unsigned reg)
{
	for (uint32_t i = 0; i < vm->cpuid_count; i++) {
		vc_cpuid_entry *e = &vm->cpuid[i];

		if (e->leaf == leaf &&
		    (!(e->flags & VC_CPUID_SUBLEAF) || e->subleaf == subleaf))
			return *entry_reg(e, reg);
	}
	return 0;
}

uint64_t vc__cpuid_features(const vc_vm *vm)
{
	uint64_t have = ALWAYS;

	for (size_t i = 0; i < VC__ARRAY_LEN(listed); i++)
		if (table_reg(vm, listed[i].leaf, listed[i].subleaf,
			      listed[i].reg) & listed[i].bit)
			have |= UINT64_C(1) << listed[i].feature;
	return have;
}

uint64_t vc__xcr0_offered(const struct cpu *cpu)
{
	uint64_t have = cpu->eng->features;

	return XC_X87 | XC_SSE | (have >> X86_FEAT_AVX & 1 ? XC_AVX : 0) |
	       (have >> X86_FEAT_PKU & 1 ? XC_PKRU : 0);
}

/* ---- what depends on the vCPU ---- */

/* Bits that number n processors. */
static unsigned id_bits(uint32_t n)
{
	unsigned bits = 0;

	while (((uint32_t)1 << bits) < n)
		bits++;
	return bits;
}

/*
 * TSC rate as a ratio to the crystal. Guests multiply the crystal's kHz by ebx
 * in 32 bits, so a ratio with a large numerator is better not told at all than
 * told and misread: they calibrate then.
 */
static void tsc_ratio(const vc_vm *vm, uint32_t regs[4])
{
	uint64_t a = vm->tsc_hz, b = CRYSTAL_HZ, t;

	while (b) {
		t = a % b;
		a = b;
		b = t;
	}
	if (!a || vm->tsc_hz / a * (CRYSTAL_HZ / 1000) > UINT32_MAX) {
		regs[0] = regs[1] = regs[2] = 0;
		return;
	}
	regs[0] = (uint32_t)(CRYSTAL_HZ / a);
	regs[1] = (uint32_t)(vm->tsc_hz / a);
	regs[2] = CRYSTAL_HZ;
}

static void mhz(const vc_vm *vm, uint32_t regs[4])
{
	uint64_t v = vm->tsc_hz / 1000000;

	regs[0] = regs[1] = (uint32_t)(v > 0xffff ? 0xffff : v);
}

void vc__cpuid_now(struct cpu *cpu, uint32_t leaf, uint32_t subleaf,
		   uint32_t regs[4])
{
	const vc_vm *vm = cpu->vm;
	uint32_t id = cpu->vcpu->index, bits = id_bits(vm->vcpu_max);

	vc__cpuid(cpu->vcpu, leaf, subleaf, regs);
	switch (leaf) {
	case 0x1:
		regs[1] = (regs[1] & 0xff00) | id << 24 |
			  ((uint32_t)1 << bits) << 16;
		if (vm->vcpu_max > 1) {
			regs[3] |= EDX1_HTT;
			/* MWAIT cannot wait for other vCPUs' stores */
			regs[2] &= ~ECX1_MONITOR;
		}
		if (!vc__msr_find(vm, MSR_APIC_BASE)) {
			/* The local APIC is a device, and there is none. */
			regs[2] &= ~(ECX1_X2APIC | ECX1_DEADLINE);
			regs[3] &= ~EDX1_APIC;
		}
		if (CR4_ON(CR4_OSXSAVE))
			regs[2] |= ECX1_OSXSAVE;
		else
			regs[2] &= ~ECX1_OSXSAVE;
		break;
	case 0x4:
		/* cores in the package; no cache is shared */
		if (regs[0] & 0x1f)
			regs[0] |= (((uint32_t)1 << bits) - 1) << 26;
		break;
	case 0x7:
		if (subleaf == 0 && regs[2] & ECX7_PKU && CR4_ON(CR4_PKE))
			regs[2] |= ECX7_OSPKE;
		else if (subleaf == 0)
			regs[2] &= ~ECX7_OSPKE;
		break;
	case 0xb:
		if (subleaf == 1 && regs[1]) {
			regs[0] = bits;
			regs[1] = vm->vcpu_max;
		}
		regs[2] = (regs[2] & ~0xffu) | (subleaf & 0xff);
		regs[3] = id;
		break;
	case 0xd:
		if (subleaf == 0)
			regs[1] = vc__xsave_size(cpu->xcr0, false);
		else if (subleaf == 1 && regs[0] & (EAXD_XSAVEC | EAXD_XSAVES))
			regs[1] = vc__xsave_size(cpu->xcr0 | cpu->xss, true);
		break;
	case 0x15:
		if (regs[0] == 1 && regs[1] == 1 && regs[2] == CRYSTAL_HZ)
			tsc_ratio(vm, regs);
		break;
	case 0x16:
		if (regs[0] == 1000 && regs[1] == 1000)
			mhz(vm, regs);
		break;
	default:
		break;
	}
}

/* A guest that asks again mostly asks the same. */
static bool same_question(const struct cpu *cpu, const struct cpuid_answer *last,
			  uint32_t leaf, uint32_t subleaf)
{
	return last->good && last->leaf == leaf && last->subleaf == subleaf &&
	       last->cr4 == cpu->cr4 && last->xcr0 == cpu->xcr0 &&
	       last->xss == cpu->xss;
}

OP(cpuid)
{
	struct cpuid_answer *last = &ENGINE(cpu)->cpuid_last;
	uint32_t leaf = get32(cpu, R_RAX), subleaf = get32(cpu, R_RCX);
	int rc = X_OK;

	if (!same_question(cpu, last, leaf, subleaf)) {
		last->leaf = leaf;
		last->subleaf = subleaf;
		last->cr4 = cpu->cr4;
		last->xcr0 = cpu->xcr0;
		last->xss = cpu->xss;
		upcall_begin(cpu, op);
		vc__cpuid_now(cpu, leaf, subleaf, last->regs);
		upcall_end(cpu);
		/* a hook wants to be asked each time */
		last->good = !cpu->vm->cpuid_hook;
		rc = after_upcall(cpu);
	} else {
		serialize(ENGINE(cpu));
	}
	set32(cpu, R_RAX, last->regs[0]);
	set32(cpu, R_RBX, last->regs[1]);
	set32(cpu, R_RCX, last->regs[2]);
	set32(cpu, R_RDX, last->regs[3]);
	return rc;
}
