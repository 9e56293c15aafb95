/* SPDX-License-Identifier: MIT */
/*
 * internal.h: the library's own view of a VM. Public handles point at these.
 *
 * Locks, outermost first:
 *
 *	device lock	bus claims, lines, timers, devices' own state; all
 *			callbacks run under it. Recursive.
 *	map lock	regions[], for those who read the map from threads
 *			that do not run a vCPU.
 *
 * A map change (and anything else that is "only while no vCPU runs") brackets
 * itself with vc__vm_stop() and vc__vm_resume(): a run that begins meanwhile
 * waits, so a running vCPU may walk the map and the tables without a lock.
 */
#ifndef VC_CORE_INTERNAL_H
#define VC_CORE_INTERNAL_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "virtcore.h"

#if defined(__GNUC__)
#define VC_LIKELY(x)	__builtin_expect(!!(x), 1)
#define VC_UNLIKELY(x)	__builtin_expect(!!(x), 0)
#define VC__PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define VC_LIKELY(x)	(x)
#define VC_UNLIKELY(x)	(x)
#define VC__PRINTF(f, a)
#endif

/* Our own invariants, live in debug and sanitizer builds (-DVC_DEBUG). */
#ifdef VC_DEBUG
#include <assert.h>
#define VC_ASSERT(x)	assert(x)
#else
#define VC_ASSERT(x)	((void)0)
#endif

#define VC_STRUCT_MAX	65536u		/* no public struct gets larger */
#define VC__NEVER	UINT64_MAX	/* a deadline that never comes */
#define VC__ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

struct vc__backend;

/*
 * A piece of guest-physical memory. host is where it lies in this process;
 * dirty is a bitmap of its pages, a bit each, set with atomic or, NULL while
 * not tracked.
 */
struct vc__region {
	uint64_t gpa;
	uint64_t len;
	uint8_t *host;
	uint32_t prot;			/* VC_PROT_* */
	uint32_t flags;			/* VC_MEMORY_* */
	_Atomic uint64_t *dirty;
	void *backend;			/* the backend's own, for this region */
};

/* Recursive, small, and about 10 ns uncontended. See os_posix.c. */
struct vc__lock {
	_Atomic uint32_t word;		/* 0 free, 1 held, 2 held and wanted */
	uint32_t depth;			/* the owner's, beyond the first */
	_Atomic uintptr_t owner;	/* vc__thread_self() */
};

/* ---- the bus ---- */

struct vc__port_claim {
	vc_device *dev;
	uint32_t port;
	uint32_t count;
	uint64_t off_base;
};

struct vc__mmio_claim {
	vc_device *dev;
	uint64_t gpa;
	uint64_t len;
	uint64_t off_base;
};

/* 256 ports' claims; made when the first of them is claimed, kept until the
 * VM goes, so that they may be read without the lock. */
struct vc__port_chunk {
	struct vc__port_chunk *next;	/* of all that there are */
	_Atomic(struct vc__port_claim *) port[256];
};

struct vc__msr_claim {
	uint32_t first;
	uint32_t count;
	vc_device *dev;			/* or NULL and */
	vc_msr_fn fn;
	void *opaque;
};

struct vc__line_sink {
	vc_device *dev;
	uint32_t line;
	uint32_t pin;
};

struct vc_device {
	vc_vm *vm;
	vc_device_ops ops;		/* theirs, with what they lack zeroed */
	void *self;
	vc_device *next;		/* newest first */
	vc_timer *timers;
};

#define VC__TIMER_IDLE	UINT32_MAX	/* heap_at of a timer that is not armed */

struct vc_timer {
	vc_device *dev;
	vc_timer *next;			/* of the device */
	void (*fire)(void *opaque);
	void *opaque;
	uint64_t deadline_ns;
	uint64_t order;			/* equal deadlines fire in arming order */
	uint32_t heap_at;		/* place in vm->timer_heap */
};

/* ---- debugging ---- */

struct vc__watch {
	uint64_t gva;
	uint32_t len;
	uint32_t access;		/* VC_ACCESS_READ and/or _WRITE */
};

/* ---- a VM ---- */

struct vc_vm {
	const struct vc__backend *backend;
	void *backend_vm;		/* the backend's own */
	uint64_t caps;			/* bit n: VC_CAP_n */
	uint32_t flags;			/* VC_VM_* */
	uint32_t rng;			/* VC_RNG_*, not _DEFAULT */
	uint64_t rng_seed;
	uint32_t vcpu_max;
	vc_vcpu **vcpus;		/* vcpu_max of them, NULL where none */

	/* Set while somebody changes what runs rely on; see vc__vm_stop(). */
	_Atomic uint32_t stopped;

	/* Memory: sorted by gpa. Changes while stopped, under map_lock. */
	struct vc__lock map_lock;
	struct vc__region **regions;
	uint32_t region_count;
	uint32_t region_room;
	uint64_t ram_max;
	uint64_t ram_mapped;

	/* Devices and the bus, under device_lock. */
	struct vc__lock device_lock;
	vc_vcpu *current;		/* whose callback runs */
	vc_device *devices;
	struct vc__port_chunk *_Atomic ports[256];
	struct vc__port_chunk *port_chunks;
	struct vc__mmio_claim *mmio;	/* sorted by gpa */
	_Atomic uint32_t mmio_count;
	uint32_t mmio_room;
	uint32_t mmio_last;		/* the claim that was hit last */
	struct vc__line_sink *sinks;
	uint32_t sink_count;
	uint32_t sink_room;
	uint8_t line_level[VC_LINE_COUNT];
	vc_device *msi_sink;
	vc_device *fallback[2];		/* by VC_SPACE_* */
	/* Hooks: change while stopped. */
	struct vc__msr_claim *msrs;	/* sorted by first */
	uint32_t msr_count;
	uint32_t msr_room;
	vc_cpuid_entry *cpuid;
	uint32_t cpuid_count;
	vc_cpuid_fn cpuid_hook;
	void *cpuid_opaque;

	/* Timers: a binary heap by (deadline_ns, order), under device_lock. */
	vc_timer **timer_heap;
	uint32_t timer_count;		/* armed */
	uint32_t timer_total;		/* created; the heap has room for all */
	uint32_t timer_room;
	uint64_t timer_order;
	_Atomic uint64_t timer_next;	/* deadline of the first; VC__NEVER */

	/* The clock. Host time: now - clock_base. Virtual time: see clock.c. */
	uint64_t clock_base;
	uint64_t tsc_hz;
	uint64_t tsc_base;		/* tsc_offset after a reset, where there
					   are several vCPUs */
	uint64_t insn_hz;
	_Atomic uint64_t virtual_base_ns;	/* clock when retired was... */
	_Atomic uint64_t virtual_base_retired;	/* ...this */

	_Atomic uint32_t poweroff_code;

	/* Debugging: changes while stopped; the backend reads them when told
	 * by debug_update. Breakpoints are sorted. */
	uint64_t *breakpoints;
	uint32_t breakpoint_count;
	uint32_t breakpoint_room;
	struct vc__watch *watches;
	uint32_t watch_count;
	uint32_t watch_room;
};

/* vcpu->pending: what the vCPU's thread has to look at. Set from any thread. */
#define VC__PEND_CANCEL		0x01u
#define VC__PEND_INTR		0x02u	/* level of the request pin, or an
					   injected interrupt waits */
#define VC__PEND_NMI		0x04u	/* the backend clears it on delivery */
#define VC__PEND_INIT		0x08u
#define VC__PEND_SIPI		0x10u
#define VC__PEND_RESET		0x20u
#define VC__PEND_POWEROFF	0x40u
#define VC__PEND_TIMER		0x80u	/* an earlier timer was armed */

/* vcpu->running: in vc_vcpu_run(), or in a short call that needs it at rest */
#define VC__RUNNING		1u
#define VC__HELD		2u

/* vcpu->inject: 0, or this and the vector. */
#define VC__INJECT		0x100u

/*
 * A vCPU. The backend may use what is marked (b); the rest is the core's.
 */
struct vc_vcpu {
	vc_vm *vm;			/* (b) */
	void *backend_vcpu;		/* (b) its own */
	uint32_t index;			/* (b) */
	/* (b) Read with relaxed order at instruction boundaries after a kick.
	 * The backend clears VC__PEND_NMI when it delivers one, and nothing
	 * else; for INTR it asks vc__vcpu_acknowledge(). */
	_Atomic uint32_t pending;
	/* (b) Instructions retired since creation: run adds to it; exact when
	 * run returns (backend->retired tells it in between). Only the thread
	 * that runs the vCPU writes it. */
	_Atomic uint64_t retired;
	/* (b) An IO or MMIO exit was reported and is not finished. The backend
	 * sets it when it returns such an exit, and clears it when it finishes
	 * the access; the core clears it to drop the access (the instruction
	 * then starts again). Replies are in exit.io.data / exit.mmio.data. */
	bool access_pending;
	/* (b) Single-step: return VC_EXIT_DEBUG after each instruction. */
	bool step;
	/* (b) Do not stop at a breakpoint at skip_gva (a linear address) for
	 * the first instruction of this run; the core sets it before each. */
	bool skip_breakpoint;
	uint64_t skip_gva;
	/* (b) The exit record: the backend fills the member that belongs to
	 * the reason it returns; the core fills the rest, RIP included. */
	vc_exit exit;
	/* (b) Guest TSC = VM clock in TSC ticks + this; see vc__tsc_set(). */
	_Atomic uint64_t tsc_offset;
	_Atomic uint32_t inject;	/* VC__INJECT | vector */
	_Atomic uint32_t sipi_vector;

	_Atomic uint32_t running;	/* VC__RUNNING, VC__HELD or 0 */
	_Atomic uintptr_t thread;	/* vc__thread_self() of who runs it */
	_Atomic uint32_t asleep;	/* that thread waits in HLT */
	bool shut_down;			/* triple fault, until reset */
	uint32_t mp_state;		/* VC_MP_*: the core's, not the backend's */
	vc_device *controller;
	bool requested;			/* level of INTR, under device_lock */
	uint64_t budget;
	uint64_t deadline_ns;
	uint32_t insns_per_us;		/* measured, for slices in host time */
	bool stopped_at_breakpoint;	/* by the last exit */

	_Atomic uint64_t warning_count;
	struct vc__lock warning_lock;
	char warning[160];
};

/* ---- error.c ---- */

/* Set this thread's error text; returns code, so that callers can return it. */
int vc__fail(int code, const char *fmt, ...) VC__PRINTF(2, 3);
/* The same with ": " and the text of errno at the end. */
int vc__fail_errno(int code, const char *fmt, ...) VC__PRINTF(2, 3);
/* Unique among the threads that live now. */
uintptr_t vc__thread_self(void);

/* ---- structs.c ---- */

/* Read a caller's struct of another vintage; call names it in errors. */
int vc__struct_in(const char *call, void *dst, size_t ours, const void *src,
		  size_t oldest);
/* Write ours to a caller's struct, no more than the size that it states. */
int vc__struct_out(const char *call, void *dst, const void *ours,
		   size_t ours_size, size_t oldest);
/*
 * Make room in a growing array for one more than count; *room counts elements.
 * Returns 0 or VC_ENOMEM (with text), and leaves the array as it was.
 */
int vc__grow(const char *call, void *array_ptr, uint32_t *room, uint32_t count,
	     size_t element);

/* ---- vm.c ---- */

/* vc_vm_create on a given backend: the tests bring their own. */
int vc__vm_create_on(vc_vm **out, const vc_vm_options *options,
		     const struct vc__backend *backend, const char *call);
/*
 * Begin and end what is allowed only while no vCPU runs. vc__vm_stop returns
 * 0, with the device lock held, or VC_EBUSY with text; it nests.
 */
int vc__vm_stop(vc_vm *vm, const char *call);
void vc__vm_resume(vc_vm *vm);
static inline bool vc__has_cap(const vc_vm *vm, uint32_t cap)
{
	return cap < 64 && (vm->caps >> cap & 1);
}

/* ---- memory.c ---- */

void vc__memory_free_all(vc_vm *vm);

/* ---- vcpu.c ---- */

void vc__vcpu_free(vc_vcpu *vcpu);
int vc__vcpu_reset(vc_vcpu *vcpu, bool init_signal);
/* vc_vcpu_state_get and _set without checks of handle, size and values. */
int vc__vcpu_state_get(vc_vcpu *vcpu, vc_x86_state *s);
int vc__vcpu_state_set(vc_vcpu *vcpu, const vc_x86_state *s);
/* Set bits of pending and see to it that the vCPU's thread looks. Any thread,
 * signal-safe. */
void vc__vcpu_pend(vc_vcpu *vcpu, uint32_t bits);
/* Take a vCPU for a call that needs it at rest: 0, or VC_EBUSY with text. */
int vc__vcpu_hold(vc_vcpu *vcpu, const char *call);
void vc__vcpu_drop(vc_vcpu *vcpu);

/* ---- state.c ---- */

/* The state of SDM 3A §9.1.4 after power-on, or after INIT. */
void vc__state_reset(vc_x86_state *s, uint32_t index, bool init_signal);
/* Is it a state that a processor could be in? 0 or VC_ERANGE with text. */
int vc__state_check(const char *call, const vc_x86_state *s);
/* Set the bits that are fixed to 1 in every processor. */
void vc__state_fix(vc_x86_state *s);

/* ---- irq.c ---- */

void vc__irq_free(vc_vm *vm);
void vc__irq_reset(vc_vm *vm);

/* ---- bus.c ---- */

void vc__bus_free(vc_vm *vm);
void vc__bus_reset(vc_vm *vm);		/* each device's reset */
/* Does [gpa, gpa + len) touch a device's claim? Under the device lock. */
bool vc__bus_overlaps(vc_vm *vm, uint64_t gpa, uint64_t len);

/* ---- clock.c ---- */

void vc__clock_init(vc_vm *vm);
void vc__clock_free(vc_vm *vm);
void vc__timers_stop(vc_vm *vm);	/* all of them; device lock held */
void vc__timers_free(vc_device *dev);
/* Fire what is due at now_ns. Takes the device lock. */
void vc__timers_run(vc_vcpu *vcpu, uint64_t now_ns);
/* The clock as seen by the thread that runs vcpu. */
uint64_t vc__clock_now(vc_vcpu *vcpu);
/* Virtual time: instructions until the clock reaches at_ns. */
uint64_t vc__clock_insns_until(vc_vcpu *vcpu, uint64_t at_ns);
/* Virtual time: make the clock at_ns without executing anything. */
void vc__clock_jump(vc_vcpu *vcpu, uint64_t at_ns);
/* (a * b + plus) / c without overflow on the way; plus < c; saturates. */
uint64_t vc__muldiv(uint64_t a, uint64_t b, uint64_t plus, uint64_t c);

/*
 * The TSC of a state that is being set; offset is what tsc_offset was before.
 * Among several vCPUs, a value that this TSC had within the last second comes
 * from a state that was fetched and changed: it must not set the TSC back, or
 * it would no more agree with the others'.
 */
void vc__tsc_put(vc_vcpu *vcpu, uint64_t value, uint64_t offset);
/* From now on a reset makes every TSC count from here. */
void vc__tsc_restart(vc_vm *vm);

/* The clock was told that the count of retired instructions changes. */
void vc__clock_retired_set(vc_vcpu *vcpu, uint64_t retired);

/* ---- hooks.c ---- */

int vc__cpuid_init(vc_vm *vm, uint32_t model, const char *call);
/* The MSR's claim, or NULL. */
const struct vc__msr_claim *vc__msr_find(const vc_vm *vm, uint32_t msr);
/* Add a claim while stopped. */
int vc__msr_claim_add(vc_vm *vm, const struct vc__msr_claim *claim,
		      const char *call);
void vc__msr_claims_drop(vc_vm *vm, const vc_device *dev);

/* ---- backends.c ---- */

const struct vc__backend *vc__backend_by_id(uint32_t id);

#endif
