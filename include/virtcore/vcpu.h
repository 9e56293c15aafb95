/* SPDX-License-Identifier: MIT */
/*
 * virtcore/vcpu.h: virtual processors: registers and state, running,
 * cancelling, limits, exits, interrupts from the embedder.
 *
 * A vCPU belongs to its VM. It runs on at most one thread at a time: the one
 * that is in vc_vcpu_run(). Unless a function says "any thread", it may be
 * called by one thread at a time, and returns VC_EBUSY while the vCPU runs.
 *
 * The vCPUs of a VM may run at the same time, each on a thread of its own, and
 * see memory in the order that a processor promises (SDM 3A §8.2). On hosts
 * that order memory more weakly than x86, interp lets them take turns.
 */
#ifndef VIRTCORE_VCPU_H
#define VIRTCORE_VCPU_H

#include "virtcore/base.h"
#include "virtcore/x86.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Make vCPU number index of vm, in the state after power-on: vCPU 0 at
 * F000:FFF0 in real mode (SDM 3A §9.1.4), ready to run; the others wait for
 * INIT and SIPI unless VC_REG_MP_STATE is set to VC_MP_RUNNABLE.
 *
 * vm owns it; there is no call to remove it.
 *
 * Returns 0, VC_EINVAL (NULL), VC_ERANGE (index >= vcpu_max), VC_EEXIST,
 * VC_EBUSY (a vCPU is running), VC_ENOMEM or VC_EHOST.
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_vcpu_create(vc_vcpu **out, vc_vm *vm, uint32_t index);

/*
 * Back to the state that vc_vcpu_create() makes. Budget, deadline, count of
 * retired instructions, single-step and a pending cancel stay.
 *
 * Returns 0, VC_EINVAL (NULL), VC_EBUSY or VC_EHOST.
 */
VC_API int vc_vcpu_reset(vc_vcpu *vcpu);

/* The vCPU's VM and number; NULL and UINT32_MAX for NULL. Threads: any. */
VC_API vc_vm *vc_vcpu_vm(const vc_vcpu *vcpu);
VC_API uint32_t vc_vcpu_index(const vc_vcpu *vcpu);

/* ---- registers ---- */

/* General registers are 0 to 15, by their encoding. */
#define VC_REG_RAX	0x00u
#define VC_REG_RCX	0x01u
#define VC_REG_RDX	0x02u
#define VC_REG_RBX	0x03u
#define VC_REG_RSP	0x04u
#define VC_REG_RBP	0x05u
#define VC_REG_RSI	0x06u
#define VC_REG_RDI	0x07u
#define VC_REG_R8	0x08u
#define VC_REG_R9	0x09u
#define VC_REG_R10	0x0au
#define VC_REG_R11	0x0bu
#define VC_REG_R12	0x0cu
#define VC_REG_R13	0x0du
#define VC_REG_R14	0x0eu
#define VC_REG_R15	0x0fu
#define VC_REG_RIP	0x10u
#define VC_REG_RFLAGS	0x11u
#define VC_REG_CR0	0x20u
#define VC_REG_CR2	0x22u
#define VC_REG_CR3	0x23u
#define VC_REG_CR4	0x24u
#define VC_REG_CR8	0x28u
#define VC_REG_XCR0	0x29u
#define VC_REG_EFER	0x2au
#define VC_REG_DR0	0x30u
#define VC_REG_DR1	0x31u
#define VC_REG_DR2	0x32u
#define VC_REG_DR3	0x33u
#define VC_REG_DR6	0x36u
#define VC_REG_DR7	0x37u
/*
 * Parts of a segment register: VC_REG_SEG(VC_SEG_CS, VC_PART_BASE). Setting a
 * part changes that part only: no descriptor is loaded. Plain numbers below,
 * since readers in other languages cannot expand a macro with arguments.
 */
#define VC_REG_SEG(seg, part)	(0x40u + (uint32_t)(seg) * 4u + (part))
#define VC_PART_SELECTOR	0u
#define VC_PART_BASE		1u
#define VC_PART_LIMIT		2u
#define VC_PART_ATTR		3u
#define VC_REG_ES	0x40u	/* the selectors */
#define VC_REG_CS	0x44u
#define VC_REG_SS	0x48u
#define VC_REG_DS	0x4cu
#define VC_REG_FS	0x50u
#define VC_REG_GS	0x54u
#define VC_REG_FS_BASE	0x51u
#define VC_REG_GS_BASE	0x55u
#define VC_REG_GDTR_BASE	0x60u
#define VC_REG_GDTR_LIMIT	0x61u
#define VC_REG_IDTR_BASE	0x62u
#define VC_REG_IDTR_LIMIT	0x63u
#define VC_REG_MP_STATE		0x68u	/* VC_MP_* */
#define VC_REG_SHADOW		0x69u	/* VC_SHADOW_* */
#define VC_REG_TSC		0x6au
#define VC_REG_END		0x6bu	/* numbers are below this */

/*
 * One register. Setting any register drops an I/O or memory access that the
 * last exit reported and that is not finished: its instruction then starts
 * again from the registers as they are.
 *
 * Values are checked for what no processor can hold: reserved bits of CR0,
 * CR4, EFER, RFLAGS and XCR0 and their combinations, non-canonical bases, a
 * value wider than the register.
 *
 * Return 0, VC_EINVAL (NULL), VC_ENOENT (no such register), VC_ERANGE (a
 * value it cannot hold), VC_EBUSY or VC_EHOST.
 */
VC_API int vc_vcpu_reg_get(vc_vcpu *vcpu, uint32_t reg, uint64_t *value);
VC_API int vc_vcpu_reg_set(vc_vcpu *vcpu, uint32_t reg, uint64_t value);

/*
 * n registers: values[i] is that of regs[i]. Setting changes all or none, and
 * values are checked together, so that an order does not matter.
 *
 * Results as for one register.
 */
VC_API int vc_vcpu_regs_get(vc_vcpu *vcpu, const uint32_t *regs,
			    uint64_t *values, uint32_t n);
VC_API int vc_vcpu_regs_set(vc_vcpu *vcpu, const uint32_t *regs,
			    const uint64_t *values, uint32_t n);

/*
 * A segment register (VC_SEG_*) with its hidden part.
 * Return 0, VC_EINVAL (NULL), VC_ENOENT (no such segment), VC_ERANGE (attr
 * bits 8-11, or a base it cannot hold), VC_EBUSY or VC_EHOST.
 */
VC_API int vc_vcpu_segment_get(vc_vcpu *vcpu, uint32_t seg,
			       vc_x86_segment *out);
VC_API int vc_vcpu_segment_set(vc_vcpu *vcpu, uint32_t seg,
			       const vc_x86_segment *in);

/*
 * The bytes of a floating-point or vector register: index 0 to 7 of
 * VC_BYTES_ST (ST(i), 10 bytes), 0 to 15 of VC_BYTES_XMM (16 bytes) or
 * VC_BYTES_YMM (32 bytes), index 0 of VC_BYTES_FCW, VC_BYTES_FSW (2 bytes) and
 * VC_BYTES_MXCSR (4 bytes); little-endian on every host. Writing an ST
 * register also marks it as in use.
 *
 * Return 0, VC_EINVAL (NULL, or len is not that of the register), VC_ENOENT
 * (no such kind or index), VC_ENOTSUP (YMM without AVX), VC_ERANGE (reserved
 * bits of MXCSR), VC_EBUSY or VC_EHOST.
 */
#define VC_BYTES_ST	0u
#define VC_BYTES_XMM	1u
#define VC_BYTES_YMM	2u
#define VC_BYTES_FCW	3u
#define VC_BYTES_FSW	4u
#define VC_BYTES_MXCSR	5u
VC_API int vc_vcpu_bytes_get(vc_vcpu *vcpu, uint32_t kind, uint32_t index,
			     void *out, uint64_t len);
VC_API int vc_vcpu_bytes_set(vc_vcpu *vcpu, uint32_t kind, uint32_t index,
			     const void *in, uint64_t len);

/*
 * The whole canonical state (x86.h). state->size is the caller's in both
 * directions; the library writes no more than that. A state from vc_vcpu_
 * state_get() is always accepted. An access that the last exit reported and
 * that is not finished is not part of the state: setting drops it, and its
 * instruction starts again.
 *
 * Return 0, VC_EINVAL (NULL, implausible size), VC_ENOTSUP (fields that this
 * library does not know), VC_ERANGE (values that no processor can hold; the
 * text says which), VC_EBUSY or VC_EHOST; on failure nothing is changed.
 */
VC_API int vc_vcpu_state_get(vc_vcpu *vcpu, vc_x86_state *state);
VC_API int vc_vcpu_state_set(vc_vcpu *vcpu, const vc_x86_state *state);

/*
 * An MSR, as RDMSR and WRMSR at CPL 0 would, but past hooks and devices.
 * Return 0, VC_EINVAL (NULL), VC_ENOENT (the instruction would fault),
 * VC_EBUSY or VC_EHOST.
 */
VC_API int vc_vcpu_msr_get(vc_vcpu *vcpu, uint32_t msr, uint64_t *value);
VC_API int vc_vcpu_msr_set(vc_vcpu *vcpu, uint32_t msr, uint64_t value);

/* ---- guest-virtual memory ---- */

#define VC_ACCESS_READ		0x1u
#define VC_ACCESS_WRITE		0x2u
#define VC_ACCESS_EXEC		0x4u
#define VC_ACCESS_SYSTEM	0x8u	/* as at CPL 0, SMAP and SMEP aside;
					   otherwise as at the vCPU's CPL */

/*
 * Where paging, as the vCPU is set now, takes linear address gva (segment
 * bases are not added) for an access of one of VC_ACCESS_READ, _WRITE, _EXEC,
 * with or without _SYSTEM. Accessed and dirty bits are left alone.
 *
 * Returns 0, VC_EINVAL (NULL, access), VC_EFAULT (not present, or not
 * canonical), VC_EPERM (present, but forbidden), VC_ENOTSUP or VC_EBUSY. The
 * address need not be that of memory.
 */
VC_API int vc_vcpu_translate(vc_vcpu *vcpu, uint64_t gva, uint32_t access,
			     uint64_t *gpa);

/*
 * Copy from or to linear addresses, with VC_ACCESS_SYSTEM rights. All or
 * nothing; the guest sees changed code and dirty bits are set.
 *
 * Return 0, VC_EINVAL (NULL, wraps), VC_EFAULT (not mapped by paging, or no
 * memory there), VC_EPERM, VC_ENOTSUP or VC_EBUSY.
 */
VC_API int vc_vcpu_read(vc_vcpu *vcpu, uint64_t gva, void *out, uint64_t len);
VC_API int vc_vcpu_write(vc_vcpu *vcpu, uint64_t gva, const void *in,
			 uint64_t len);

/* ---- exits ---- */

/*
 * Why vc_vcpu_run() came back. RIP is the same on every backend:
 *
 *	IO, MMIO	at the instruction, which has not been executed: the
 *			next run finishes it, once, with the data in the record
 *	HALT, HYPERCALL	past the instruction
 *	SHUTDOWN	where the fault that could not be delivered arose
 *	DEBUG		see debug.h
 *	FAIL		at the instruction, not executed
 *	others		at the next instruction to execute
 */
#define VC_EXIT_IO		1u	/* a port that no device claims: io */
#define VC_EXIT_MMIO		2u	/* memory that is not mapped so: mmio */
#define VC_EXIT_HALT		3u	/* HLT, with nothing to wake it up; MWAIT
					   may end so too */
#define VC_EXIT_HYPERCALL	4u	/* VMCALL or VMMCALL: registers tell */
#define VC_EXIT_SHUTDOWN	5u	/* triple fault */
#define VC_EXIT_DEBUG		6u	/* debug.h: debug */
#define VC_EXIT_BUDGET		7u	/* vc_vcpu_budget_set() is used up */
#define VC_EXIT_DEADLINE	8u	/* vc_vcpu_deadline_set() is reached */
#define VC_EXIT_CANCELLED	9u	/* vc_vcpu_cancel() */
#define VC_EXIT_RESET		10u	/* vc_vm_reset_request() */
#define VC_EXIT_POWEROFF	11u	/* vc_vm_poweroff_request(): poweroff */
#define VC_EXIT_FAIL		12u	/* the backend cannot go on: fail */
#define VC_EXIT_RANDOM		13u	/* RDRAND, RDSEED with VC_RNG_TRAP:
					   random */

typedef struct vc_exit_io {
	uint16_t port;
	uint8_t size;		/* 1, 2 or 4 */
	uint8_t is_write;	/* 0 IN, 1 OUT */
	uint32_t count;		/* 1 (string instructions exit for each item) */
	uint64_t data;		/* what is written; put what is read here */
} vc_exit_io;

typedef struct vc_exit_mmio {
	uint64_t gpa;
	uint64_t data;		/* what is written; put what is read here */
	uint32_t size;		/* 1 to 8 */
	uint32_t is_write;
} vc_exit_mmio;

typedef struct vc_exit_debug {
	uint32_t kind;		/* VC_DEBUG_* */
	uint32_t len;		/* bytes of the watched access, else 0 */
	uint64_t address;	/* linear: of the instruction or access */
} vc_exit_debug;

typedef struct vc_exit_poweroff {
	uint32_t code;		/* the device's */
	uint32_t reserved;
} vc_exit_poweroff;

typedef struct vc_exit_fail {
	uint32_t code;		/* VC_FAIL_* */
	int32_t error;		/* VC_E* for VC_FAIL_HOST, else 0 */
	uint64_t address;	/* guest-physical, for VC_FAIL_FETCH */
} vc_exit_fail;

/* The instruction is done: its register and RFLAGS.CF are 0, which tells the
 * guest to try again. To give it a number, set both (vc_vcpu_reg_set()). */
typedef struct vc_exit_random {
	uint32_t reg;		/* VC_REG_RAX to VC_REG_R15 */
	uint32_t size;		/* 2, 4 or 8 bytes of it; those above stay as
				   they are: of 4 they are 0 */
	uint32_t is_seed;	/* 0 RDRAND, 1 RDSEED */
	uint32_t reserved;
} vc_exit_random;

#define VC_FAIL_FETCH		1u	/* instruction fetch from what is no
					   executable memory */
#define VC_FAIL_HOST		2u	/* the host or hypervisor failed */
#define VC_FAIL_INTERNAL	3u	/* a fault of the library's; report it */

/*
 * The exit record. The library owns it, one for each vCPU; it stays valid, at
 * the same place, as long as the vCPU and is overwritten by the next run. Only
 * the member that belongs to reason means anything; of them, the embedder
 * writes io.data and mmio.data to answer a read, and nothing else.
 *
 * A read that is not answered by the embedder reads as zero. An access may
 * come in fragments of 1 to 8 bytes when it straddles pages.
 */
typedef struct vc_exit {
	uint32_t size;		/* sizeof(vc_exit) of the library */
	uint32_t reason;	/* VC_EXIT_* */
	uint32_t vcpu;
	uint32_t flags;		/* zero */
	uint64_t rip;
	uint64_t retired;	/* as vc_vcpu_retired() */
	vc_exit_io io;
	vc_exit_mmio mmio;
	vc_exit_debug debug;
	vc_exit_poweroff poweroff;
	vc_exit_fail fail;
	vc_exit_random random;
} vc_exit;

/* ---- running ---- */

/*
 * Run until the embedder is needed; *out (which may be NULL) is then the exit
 * record. First finishes the access that the last exit reported. Accesses that
 * devices claim, timers, and the wait in HLT happen inside.
 *
 * HLT: with an interrupt controller attached (vc_vcpu_controller()) the call
 * waits inside while interrupts can wake the vCPU: when RFLAGS.IF is set, or
 * on any vCPU but 0; likewise a vCPU that waits for INIT or SIPI. Otherwise
 * VC_EXIT_HALT; without a controller the next run continues behind the HLT,
 * with one it stays halted until an NMI, INIT or reset.
 *
 * Several conditions at once are reported one by one, in this order: cancel,
 * reset, power-off, deadline, budget.
 *
 * Returns 0, VC_EINVAL (NULL), VC_EBUSY (another thread runs it), VC_ESTATE
 * (called from a device callback) or VC_ENOMEM. What the guest does is never
 * an error.
 * Threads: any, one at a time per vCPU.
 */
VC_API int vc_vcpu_run(vc_vcpu *vcpu, vc_exit **out);

/* The exit record's place, at any time; NULL for NULL. Threads: any. */
VC_API vc_exit *vc_vcpu_exit(vc_vcpu *vcpu);

/*
 * Answer the read that the last exit reported, as writing data into the record
 * does: for bindings.
 * Returns 0, VC_EINVAL (NULL), VC_EBUSY or VC_ESTATE (no read is waiting).
 */
VC_API int vc_vcpu_complete(vc_vcpu *vcpu, uint64_t data);

/*
 * Make the current run, or the next one when none is going on, return
 * VC_EXIT_CANCELLED. Sticky: remembered until one return has told it; several
 * calls before that return count as one.
 * Returns 0 or VC_EINVAL (NULL).
 * Threads: any, also from a signal handler.
 */
VC_API int vc_vcpu_cancel(vc_vcpu *vcpu);

/*
 * The instruction budget: how many more instructions may retire before
 * vc_vcpu_run() returns VC_EXIT_BUDGET, exactly. UINT64_MAX, the initial
 * value, means no limit. Each iteration of a repeated string instruction
 * counts as one, an instruction that faults counts as one, and an interrupt's
 * delivery as none.
 *
 * Return 0, VC_EINVAL (NULL), VC_ENOTSUP (no VC_CAP_BUDGET) or VC_EBUSY.
 */
VC_API int vc_vcpu_budget_set(vc_vcpu *vcpu, uint64_t insns);
VC_API int vc_vcpu_budget_get(vc_vcpu *vcpu, uint64_t *insns);

/*
 * The deadline: vc_vcpu_run() returns VC_EXIT_DEADLINE once vc_clock_ns() of
 * the VM has reached it (and does so again until it is moved). UINT64_MAX, the
 * initial value, means none. In virtual time it is exact to the instruction;
 * in host time it is kept to within about 200 microseconds.
 *
 * Return 0, VC_EINVAL (NULL) or VC_EBUSY.
 */
VC_API int vc_vcpu_deadline_set(vc_vcpu *vcpu, uint64_t clock_ns);
VC_API int vc_vcpu_deadline_get(vc_vcpu *vcpu, uint64_t *clock_ns);

/*
 * How many instructions the vCPU has retired since it was created, counted as
 * the budget counts (0 without VC_CAP_BUDGET, and for NULL).
 * Threads: any; exact while the vCPU is not running.
 */
VC_API uint64_t vc_vcpu_retired(const vc_vcpu *vcpu);

/* ---- events from the embedder ---- */

/*
 * Interrupt a vCPU that has no interrupt controller, with vector: delivered
 * once RFLAGS.IF and the interrupt shadow allow it; it wakes the vCPU from
 * HLT. One can wait at a time.
 *
 * Returns 0, VC_EINVAL (NULL), VC_ERANGE (vector above 255), VC_EBUSY (one
 * waits already) or VC_ESTATE (it has a controller).
 * Threads: any.
 */
VC_API int vc_vcpu_inject(vc_vcpu *vcpu, uint32_t vector);

/* 1 when an injected interrupt still waits, 0, or VC_EINVAL. Threads: any. */
VC_API int vc_vcpu_inject_pending(const vc_vcpu *vcpu);

/*
 * Raise an exception as the next thing the vCPU does, before any instruction.
 * error is pushed when has_error is 1. For #PF set CR2 first.
 *
 * Returns 0, VC_EINVAL (NULL, has_error above 1), VC_ERANGE (vector above 31
 * or 2), VC_ESTATE (one waits already), VC_EBUSY or VC_EHOST.
 */
VC_API int vc_vcpu_inject_exception(vc_vcpu *vcpu, uint32_t vector,
				    uint32_t has_error, uint32_t error);

/*
 * What the guest did that the backend lacks, since the vCPU was created: *count
 * is how often, text (cut to len bytes, zero-terminated, may be NULL when len
 * is 0) describes the latest. An engine that has to leave something out says
 * so here, never nothing.
 * Returns 0 or VC_EINVAL (NULL).
 * Threads: any.
 */
VC_API int vc_vcpu_warnings(vc_vcpu *vcpu, uint64_t *count, char *text,
			    uint64_t len);

#ifdef __cplusplus
}
#endif
#endif
