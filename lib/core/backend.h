/* SPDX-License-Identifier: MIT */
/*
 * backend.h: what lies between the core and a backend. The core calls down
 * through struct vc__backend; a backend calls up through the vc__ functions at
 * the end. Only backends.c names backends.
 */
#ifndef VC_CORE_BACKEND_H
#define VC_CORE_BACKEND_H

#include "internal.h"

/*
 * Why vc__backend.run came back. Any of the public VC_EXIT_* is also possible
 * and means that vcpu->exit is filled in.
 */
#define VC__RUN_POLL	0	/* slice used up or attention wanted: the core
				   looks at vcpu->pending, timers, deadline */

struct vc__backend {
	uint32_t id;			/* VC_BACKEND_* */
	const char *name;

	/*
	 * Is it usable here? 0, or VC_ENODEV with the reason in reason[].
	 * Fills caps (a bit per VC_CAP_*) when it is.
	 */
	int (*probe)(char *reason, size_t len, uint64_t *caps);

	int (*vm_create)(vc_vm *vm);	/* sets vm->backend_vm */
	void (*vm_destroy)(vc_vm *vm);

	/*
	 * The flattened memory map changed: region r appears, goes, or has new
	 * protection or dirty logging. No vCPU is running.
	 */
	int (*mem_map)(vc_vm *vm, struct vc__region *r);
	void (*mem_unmap)(vc_vm *vm, struct vc__region *r);
	int (*mem_update)(vc_vm *vm, struct vc__region *r);
	/* Somebody other than a vCPU wrote guest memory; any thread. May be
	 * NULL where the host keeps code coherent. */
	void (*mem_written)(vc_vm *vm, uint64_t gpa, uint64_t len);
	/* r's dirty bits were cleared: see to it that the next write to each
	 * page sets its bit again; any thread. May be NULL. */
	void (*dirty_cleared)(vc_vm *vm, struct vc__region *r);

	int (*vcpu_create)(vc_vcpu *vcpu);	/* sets vcpu->backend_vcpu */
	void (*vcpu_destroy)(vc_vcpu *vcpu);
	/* Whole state; the vCPU is not running. state_set has been given
	 * plausible values by the core (vc__state_check). */
	int (*state_get)(vc_vcpu *vcpu, vc_x86_state *out);
	int (*state_set)(vc_vcpu *vcpu, const vc_x86_state *in);
	/* One register (VC_REG_*), for speed; VC_ENOTSUP falls back to the
	 * whole state. May be NULL. */
	int (*reg_get)(vc_vcpu *vcpu, uint32_t reg, uint64_t *value);
	int (*reg_set)(vc_vcpu *vcpu, uint32_t reg, uint64_t value);
	/* One MSR as RDMSR and WRMSR would, without hooks; VC_ENOENT when it
	 * would fault. */
	int (*msr_get)(vc_vcpu *vcpu, uint32_t msr, uint64_t *value);
	int (*msr_set)(vc_vcpu *vcpu, uint32_t msr, uint64_t value);

	/*
	 * Run at most max_insns instructions (UINT64_MAX: no limit; only
	 * backends with VC_CAP_BUDGET get another), until an exit or until
	 * kick. First finishes the access that vcpu->exit reported, with the
	 * data that the caller left there. Delivers vcpu->inject and the
	 * interrupt that vc__vcpu_acknowledge() gives when one is requested.
	 * Adds to vcpu->retired. Returns VC__RUN_POLL, a VC_EXIT_*, or a
	 * negative VC_E*.
	 */
	int (*run)(vc_vcpu *vcpu, uint64_t max_insns);
	/* Make run return soon; any thread, signal-safe. The core has set
	 * vcpu->pending before. A kick may come just before run begins: run
	 * must look at pending when it starts, or the kick is lost. */
	void (*kick)(vc_vcpu *vcpu);

	/* vcpu->retired as it is at this moment, also in the middle of run (on
	 * its thread: from an up-call). NULL when vcpu->retired is exact
	 * during up-calls too. */
	uint64_t (*retired)(vc_vcpu *vcpu);

	/* Page walk as the vCPU would do now, without side effects on A/D
	 * bits. access: VC_ACCESS_*. VC_EFAULT/VC_EPERM when it would fault. */
	int (*translate)(vc_vcpu *vcpu, uint64_t gva, uint32_t access,
			 uint64_t *gpa);
	/* The debug settings (vm->breakpoints, vcpu->step) changed. */
	int (*debug_update)(vc_vcpu *vcpu);
	/* The CPUID table changed. */
	int (*cpuid_update)(vc_vcpu *vcpu);

	/*
	 * CPUID of a CPU model (VC_CPU_*): copy at most n rows to table, return
	 * how many there are (at most VC_CPUID_MAX), 0 for a model that the
	 * backend does not have. vm is not created yet.
	 */
	uint32_t (*cpuid_default)(uint32_t model, vc_cpuid_entry *table,
				  uint32_t n);
	/* The guest's TSC rate that the backend prefers; 0: 1 GHz. */
	uint64_t tsc_hz;
};

/*
 * Division of labour between core and backend:
 *
 * - mp_state is the core's. run is only called on a runnable vCPU; HLT returns
 *   VC_EXIT_HALT with RIP past it, and the core decides whether to wait.
 *   state_get leaves mp_state 0; state_set ignores it.
 * - An NMI that waits is VC__PEND_NMI, an interrupt of the embedder's waits in
 *   vcpu->inject: state_get need not report them, state_set never sees them.
 *   NMI masking (VC_EVENT_NMI_MASKED) is the backend's.
 * - INIT, SIPI, reset, power-off, cancel, deadline and timers are the core's:
 *   run only has to return VC__RUN_POLL at the next instruction boundary when
 *   pending has any of VC__PEND_SERVICE, and to deliver NMI and INTR.
 * - The budget is the core's: max_insns is never more than what is left. run
 *   with max_insns 0 does nothing.
 */
#define VC__PEND_SERVICE (~(VC__PEND_INTR | VC__PEND_NMI))

/* ---- up-calls, on the thread that runs the vCPU ---- */

/*
 * Port and memory accesses of the guest. Return 1 when a device took it (then
 * a read's value is in *value), 0 when nobody did: the backend fills in
 * vcpu->exit, sets vcpu->access_pending and returns VC_EXIT_IO or VC_EXIT_MMIO.
 * size is 1 to 8 for memory, 1, 2 or 4 for ports; of any alignment. A write to
 * a region that lacks VC_PROT_WRITE also goes through vc__mmio_write (which
 * swallows it for VC_PROT_ROM). After one that was taken, look at vcpu->pending at the
 * next instruction boundary (the core has kicked if something is set).
 */
int vc__port_read(vc_vcpu *vcpu, uint16_t port, uint32_t size, uint64_t *value);
int vc__port_write(vc_vcpu *vcpu, uint16_t port, uint32_t size, uint64_t value);
int vc__mmio_read(vc_vcpu *vcpu, uint64_t gpa, uint32_t size, uint64_t *value);
int vc__mmio_write(vc_vcpu *vcpu, uint64_t gpa, uint32_t size, uint64_t value);

/*
 * MSR and CPUID hooks, devices' MSRs. Return 1 handled, 0 nobody's (the
 * backend uses its own), -1 #GP.
 */
int vc__msr_read(vc_vcpu *vcpu, uint32_t msr, uint64_t *value);
int vc__msr_write(vc_vcpu *vcpu, uint32_t msr, uint64_t value);
/* Fills regs[4] = eax ebx ecx edx from the table, then the embedder's hook.
 * What depends on the state (OSXSAVE, APIC id, XCR0 size) is the backend's. */
void vc__cpuid(vc_vcpu *vcpu, uint32_t leaf, uint32_t subleaf, uint32_t regs[4]);

/* The vector of the interrupt that the vCPU now takes; negative: none. */
int vc__vcpu_acknowledge(vc_vcpu *vcpu);
/* CR8 through the controller; 1 when there is one. */
int vc__cr8_read(vc_vcpu *vcpu, uint64_t *value);
int vc__cr8_write(vc_vcpu *vcpu, uint64_t value);

/* The guest's TSC now, given the instructions that this run has retired. */
uint64_t vc__tsc(vc_vcpu *vcpu);

/* The guest wrote its TSC: from now on vc__tsc() counts from value. */
void vc__tsc_set(vc_vcpu *vcpu, uint64_t value);

/* The guest did something that the backend lacks: count it, keep the text
 * (shown by vc_vcpu_warnings). No newline, no guest-controlled flood needed:
 * cheap enough for each time. */
void vc__warn(vc_vcpu *vcpu, const char *fmt, ...) VC__PRINTF(2, 3);

/* The region that holds gpa, or NULL; the map does not change during a run. */
struct vc__region *vc__region_find(vc_vm *vm, uint64_t gpa);

#endif
