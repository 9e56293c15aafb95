/* SPDX-License-Identifier: MIT */
/*
 * virtcore/vm.h: backends and what they can do; virtual machines; the CPUID
 * table and the CPUID and MSR hooks.
 */
#ifndef VIRTCORE_VM_H
#define VIRTCORE_VM_H

#include "virtcore/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- backends ---- */

/* What runs the guest's code. A number never changes its meaning. */
#define VC_BACKEND_AUTO		0u	/* the best one that is available */
#define VC_BACKEND_KVM		1u	/* Linux /dev/kvm */
#define VC_BACKEND_WHPX		2u	/* Windows Hypervisor Platform */
#define VC_BACKEND_INTERP	3u	/* the library's own software engine */

/*
 * What a backend can do beyond the basics, by number (not by bit). Ask with
 * vc_backend_capability() or vc_vm_capability(), never by version.
 */
#define VC_CAP_BUDGET		0u	/* instruction budget, exact */
#define VC_CAP_VIRTUAL_TIME	1u	/* VC_VM_VIRTUAL_TIME */
#define VC_CAP_STATE		2u	/* the whole canonical state, both ways */
#define VC_CAP_SEVERAL_VMS	3u	/* more than one VM per process */
#define VC_CAP_SMP		4u	/* more than one vCPU per VM */
#define VC_CAP_READ_ONLY	5u	/* memory without VC_PROT_WRITE */
#define VC_CAP_NO_READ		6u	/* memory without VC_PROT_READ */
#define VC_CAP_NO_EXEC		7u	/* memory without VC_PROT_EXEC */
#define VC_CAP_DIRTY		8u	/* dirty page tracking */
#define VC_CAP_MSR_HOOKS	9u	/* vc_vm_msr_hook on any MSR */
#define VC_CAP_CPUID_HOOK	10u	/* vc_vm_cpuid_hook */
#define VC_CAP_STEP		11u	/* vc_vcpu_step */
#define VC_CAP_BREAKPOINTS	12u	/* vc_breakpoint_add, any number */
#define VC_CAP_WATCHPOINTS	13u	/* vc_watchpoint_add */
#define VC_CAP_HYPERCALLS	14u	/* VC_VM_HYPERCALLS */
#define VC_CAP_TRANSLATE	15u	/* vc_vcpu_translate, _read, _write */
#define VC_CAP_RNG		16u	/* vc_vm_options.rng */
#define VC_CAP_COUNT		17u

/*
 * The backends this library was built with, best first. Writes at most n ids
 * to ids (which may be NULL when n is 0).
 * Returns how many there are, or VC_EINVAL (NULL ids with n > 0).
 * Threads: any.
 */
VC_API int vc_backend_list(uint32_t *ids, uint32_t n);

/*
 * The short name of a backend, as "interp", or NULL for an unknown id; and the
 * id of a name, VC_BACKEND_AUTO for "auto", or VC_ENOENT or VC_EINVAL (NULL).
 * Names are static text.
 * Threads: any.
 */
VC_API const char *vc_backend_name(uint32_t id);
VC_API int vc_backend_find(const char *name);

/*
 * Can the backend be used on this host, now? Tries it, which may open a
 * device; nothing stays open.
 * Returns 0, VC_ENOENT (not built in, unknown id) or VC_ENODEV;
 * vc_last_error() has the reason then. VC_BACKEND_AUTO asks whether there is
 * any.
 * Threads: any.
 */
VC_API int vc_backend_probe(uint32_t id);

/*
 * Copy the reason why a backend is unavailable to text, zero-terminated and
 * cut to len bytes; the empty string when it is available.
 * Returns 0, VC_EINVAL (NULL or len 0) or VC_ENOENT (not built in).
 * Threads: any.
 */
VC_API int vc_backend_reason(uint32_t id, char *text, uint64_t len);

/*
 * Has the backend capability cap (VC_CAP_*) on this host?
 * Returns 1 or 0 (also for a cap that this library does not know), VC_ENOENT
 * (not built in) or VC_ENODEV (unavailable).
 * Threads: any.
 */
VC_API int vc_backend_capability(uint32_t id, uint32_t cap);

/* ---- virtual machines ---- */

/*
 * Time is driven by retired instructions (insn_hz) instead of the host's
 * clock, which makes runs repeatable to the bit; a halted vCPU jumps to the
 * next timer at once. Needs VC_CAP_VIRTUAL_TIME and vcpu_max 1.
 */
#define VC_VM_VIRTUAL_TIME	0x1u
/* VMCALL and VMMCALL exit with VC_EXIT_HYPERCALL instead of raising #UD. */
#define VC_VM_HYPERCALLS	0x2u

#define VC_VCPU_MAX		64u	/* most vCPUs that a VM can have */

/*
 * CPU models: what the CPUID table starts as. The levels are those of the
 * x86-64 psABI; what else a backend's model has, its table tells. On interp an
 * instruction that the table does not list raises #UD.
 */
#define VC_CPU_DEFAULT		0u	/* the backend's choice; of interp:
					   VC_CPU_X86_64 */
#define VC_CPU_X86_64		1u	/* SSE2 and what came before */
#define VC_CPU_X86_64_V2	2u	/* and SSE3, SSSE3, SSE4.1, SSE4.2,
					   POPCNT, CMPXCHG16B, LAHF */
#define VC_CPU_X86_64_V3	3u	/* and AVX, AVX2, BMI1, BMI2, F16C, FMA,
					   LZCNT, MOVBE, XSAVE */
#define VC_CPU_MAX		255u	/* all that the backend has; more with
					   each version of the library */

/*
 * What RDRAND and RDSEED give (where CPUID lists them: VC_CPU_MAX does). All
 * but the default, and an rng_seed that is not 0, need VC_CAP_RNG.
 */
#define VC_RNG_DEFAULT		0u	/* VC_RNG_SEEDED with virtual time, so
					   that runs repeat; else _HOST */
#define VC_RNG_HOST		1u	/* random numbers of the host's system;
					   CF 0 when it has none. Runs do not
					   repeat, in virtual time either */
#define VC_RNG_SEEDED		2u	/* no secrets: made of rng_seed, the
					   vCPU's number and its count of
					   retired instructions (as saved in
					   its state): splitmix64's mixer twice */
#define VC_RNG_TRAP		3u	/* none (CF 0), and VC_EXIT_RANDOM: the
					   embedder may set register and CF */

/* How to make a VM. Zero is each field's default. */
typedef struct vc_vm_options {
	uint32_t size;		/* set by VC_VM_OPTIONS_INIT */
	uint32_t backend;	/* VC_BACKEND_*; 0 picks the best present */
	uint32_t vcpu_max;	/* 1 to VC_VCPU_MAX; 0 means 1 */
	uint32_t flags;		/* VC_VM_* */
	uint64_t tsc_hz;	/* rate of the guest's TSC, 1 MHz to 100 GHz;
				   0 lets the backend choose (interp: 1 GHz) */
	uint64_t insn_hz;	/* virtual time: instructions in one second,
				   1 kHz to 100 GHz; 0 means 1 GHz */
	uint64_t ram_max;	/* most memory that may be mapped at a time, in
				   bytes; 0 means no limit */
	uint32_t cpu_model;	/* VC_CPU_* */
	uint32_t rng;		/* VC_RNG_* */
	uint64_t rng_seed;	/* for VC_RNG_SEEDED; others ignore it */
} vc_vm_options;

#define VC_VM_OPTIONS_INIT { sizeof(vc_vm_options), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/*
 * Make a VM, without memory, vCPUs or devices. options may be NULL: all
 * defaults.
 *
 * On success *out is the caller's, to be given to vc_vm_destroy(); on failure
 * *out is untouched.
 *
 * Returns 0, VC_EINVAL (out is NULL, implausible size), VC_ERANGE (vcpu_max,
 * tsc_hz, insn_hz or rng out of range), VC_ENOTSUP (an unknown flag or field,
 * or a flag, vcpu_max, CPU model or rng that this backend cannot honour),
 * VC_ENOENT (backend not built in), VC_ENODEV (backend unavailable here; the
 * text says why) or VC_ENOMEM.
 *
 * Threads: any.
 */
VC_API int vc_vm_create(vc_vm **out, const vc_vm_options *options);

/*
 * Destroy a VM with its vCPUs, devices, timers and library-owned memory. NULL
 * is ignored. Memory that the caller lent is the caller's again.
 *
 * Threads: only when no other thread is in any call on vm or its parts.
 */
VC_API void vc_vm_destroy(vc_vm *vm);

/*
 * Power-on reset: timers stop, lines go low, each device's reset runs, vCPU 0
 * gets the state of SDM 3A §9.1.4 and the others wait for INIT. Memory
 * contents, clock, budgets, deadlines, breakpoints and pending cancels stay.
 *
 * Returns 0, VC_EINVAL (NULL), VC_EBUSY (a vCPU is running) or VC_EHOST.
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_vm_reset(vc_vm *vm);

/*
 * The backend that vm runs on, VC_BACKEND_*, or VC_EINVAL (NULL); and whether
 * that has capability cap: 1, 0 or VC_EINVAL (NULL).
 * Threads: any.
 */
VC_API int vc_vm_backend(const vc_vm *vm);
VC_API int vc_vm_capability(const vc_vm *vm, uint32_t cap);

/*
 * vCPU number index of vm, or NULL when there is none (yet) or vm is NULL.
 * Threads: any, but not while vc_vcpu_create() runs.
 */
VC_API vc_vcpu *vc_vm_vcpu(const vc_vm *vm, uint32_t index);

/* ---- CPUID ---- */

/*
 * One row of the CPUID table: what the guest gets in eax..edx for leaf. With
 * VC_CPUID_SUBLEAF the row is for that subleaf (ECX) only.
 */
typedef struct vc_cpuid_entry {
	uint32_t leaf;
	uint32_t subleaf;
	uint32_t flags;		/* VC_CPUID_* */
	uint32_t eax, ebx, ecx, edx;
	uint32_t reserved;	/* zero */
} vc_cpuid_entry;

#define VC_CPUID_SUBLEAF	0x1u

#define VC_CPUID_MAX		256u	/* rows in a table */

/*
 * Copy the table to entries (at most *n rows) and set *n to how many rows
 * there are. The table starts as the VM's CPU model (VC_CPU_*). Bits that follow
 * the vCPU's state (OSXSAVE, the APIC id, XSAVE's current size) are as in the
 * table here and as they must be in the guest.
 *
 * Returns 0, VC_EINVAL (NULL vm or n; NULL entries with *n > 0) or VC_ELIMIT
 * (more rows than *n; *n is set and the first rows are copied).
 * Threads: any, but not at the same time as vc_vm_cpuid_set().
 */
VC_API int vc_vm_cpuid_get(const vc_vm *vm, vc_cpuid_entry *entries,
			   uint32_t *n);

/*
 * Replace the whole table. A leaf without a row reads as zeros. Features that
 * the backend cannot run are not checked for: a guest that uses one gets #UD.
 *
 * entries is copied.
 *
 * Returns 0, VC_EINVAL (NULL vm; NULL entries with n > 0; reserved not zero),
 * VC_ENOTSUP (unknown flags), VC_EEXIST (two rows answer the same leaf and
 * subleaf), VC_ELIMIT (n > VC_CPUID_MAX), VC_EBUSY (a vCPU runs) or
 * VC_ENOMEM; on failure the table is unchanged.
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_vm_cpuid_set(vc_vm *vm, const vc_cpuid_entry *entries,
			   uint32_t n);

/*
 * Call fn whenever the guest executes CPUID, with the answer from the table in
 * regs[0..3] = eax, ebx, ecx, edx, for it to change. NULL fn removes the hook.
 *
 * fn runs under the rules of device callbacks (device.h).
 *
 * Returns 0, VC_EINVAL (NULL vm), VC_ENOTSUP (no VC_CAP_CPUID_HOOK) or
 * VC_EBUSY.
 * Threads: only while no vCPU of vm is running.
 */
typedef void (*vc_cpuid_fn)(uint32_t vcpu, uint32_t leaf, uint32_t subleaf,
			    uint32_t *regs, void *opaque);
VC_API int vc_vm_cpuid_hook(vc_vm *vm, vc_cpuid_fn fn, void *opaque);

/* ---- MSRs ---- */

/*
 * Call fn when the guest reads or writes an MSR of [first, first + count). fn
 * returns VC_MSR_PASS to let the access go on to the vCPU's own MSR (or to a
 * device), VC_MSR_DONE when it has dealt with it (a read's result is in
 * *value), or VC_MSR_FAULT for a #GP. Ranges of hooks and of devices
 * (vc_device_map_msr) may not overlap. NULL fn removes the hook that begins at
 * first, with that count.
 *
 * fn runs under the rules of device callbacks (device.h).
 *
 * Returns 0, VC_EINVAL (NULL vm, count 0, or wraps), VC_EEXIST (overlap),
 * VC_ENOENT (nothing to remove), VC_ENOTSUP (no VC_CAP_MSR_HOOKS), VC_EBUSY
 * or VC_ENOMEM.
 * Threads: only while no vCPU of vm is running.
 */
typedef int (*vc_msr_fn)(uint32_t vcpu, uint32_t msr, uint32_t is_write,
			 uint64_t *value, void *opaque);
#define VC_MSR_PASS	0
#define VC_MSR_DONE	1
#define VC_MSR_FAULT	(-1)
VC_API int vc_vm_msr_hook(vc_vm *vm, uint32_t first, uint32_t count,
			  vc_msr_fn fn, void *opaque);

#ifdef __cplusplus
}
#endif
#endif
