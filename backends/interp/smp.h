/* SPDX-License-Identifier: MIT */
/*
 * smp.h: several vCPUs, each run by a thread of its own, on one memory.
 *
 * Every vCPU has TLBs and decoded code of its own, which only its own thread
 * touches. What must hold between them:
 *
 * Code. While any vCPU keeps code that was decoded from a page, no vCPU has a
 * fast write entry for the page. A store then takes the slow path, which tells
 * those who keep code of the page before it stores: they drop it at the end of
 * the block that they are in. So whoever sees the store, or a later one of the
 * same vCPU, and then executes a branch or a serializing instruction, runs the
 * new code (SDM 3A §8.1.3 asks for no more).
 *
 * The table of such pages is shared (struct smp_page). The first to decode from
 * a page asks all others to drop their write entries. Nobody waits for the
 * answers: until all others have answered, or are outside of guest code, the
 * page's instructions are decoded anew each time they are executed.
 *
 * Inside and outside. A vCPU is inside while its thread executes guest code,
 * and outside in up-calls, between runs and while it waits for another vCPU.
 * Before it is inside again it looks at its mail: so one who is outside need
 * not be waited for.
 *
 * Locked operations are the host's atomic ones. The few that the host does not
 * have stop the other vCPUs at the end of their blocks (vc__smp_exclusive()).
 *
 * Order. The guest relies on the processor's order of loads and stores (SDM 3A
 * §8.2). A host that keeps it (x86-64) runs the vCPUs in parallel. On others
 * the vCPUs of a VM take turns (VC_SMP_TURNS): right, and no faster than one.
 */
#ifndef VC_INTERP_SMP_H
#define VC_INTERP_SMP_H

#include "engine.h"

#if !defined(VC_SMP_TURNS)
#if defined(__x86_64__) || defined(_M_X64)
#define VC_SMP_TURNS 0
#else
#define VC_SMP_TURNS 1
#endif
#endif

/* The most instructions of a turn. */
#define SMP_TURN	20000u

/* A page of the host from which somebody has decoded. Lives until the memory
 * map changes. */
struct smp_page {
	const uint8_t *host;
	_Atomic(struct smp_page *) next;	/* of its chain */
	struct smp_page *older;			/* of all */
	_Atomic uint64_t users;		/* bit n: vCPU n keeps code of it */
	_Atomic uint64_t epoch;		/* of when the first of them came */
	_Atomic uint32_t writers;	/* stores that are being made */
};

/* VM-wide: vm->backend_vm, NULL in a VM of one vCPU. */
int vc__smp_create(vc_vm *vm);
void vc__smp_destroy(vc_vm *vm);
/* The memory map has changed, and nobody keeps code any more. Stopped. */
void vc__smp_forget(vc_vm *vm);
void vc__smp_join(struct engine *eng);
void vc__smp_part(struct engine *eng);

/* ---- on the vCPU's own thread, with eng->smp set ---- */

/* Does anybody keep code of this page? */
bool vc__smp_has_code(struct engine *eng, const uint8_t *host_page);
/* May code be decoded from the page, to be kept? If not, it may be soon. */
bool vc__smp_may_keep(struct cpu *cpu, struct code_page *page);
/* No code of the page is kept any more. */
void vc__smp_unlist(struct engine *eng, struct code_page *page);

/* Around a store by the slow path to size bytes at host, on one page. */
struct smp_page *vc__smp_store_begin(struct cpu *cpu, const uint8_t *host,
				     unsigned size);
void vc__smp_store_end(struct smp_page *page);

/* Around guest code. enter may flush TLBs, but frees no decoded code. */
void vc__smp_enter(struct cpu *cpu);
void vc__smp_leave(struct cpu *cpu);
/* Give other threads a chance. Outside of blocks. */
void vc__smp_yield(struct cpu *cpu);

/* Stop all others; outside of anything that others may wait for. May do what
 * vc__smp_enter() does. */
void vc__smp_exclusive(struct cpu *cpu);
void vc__smp_exclusive_end(struct cpu *cpu);

/* ---- mail: what others want done at the end of a block ---- */

/* Any thread: guest memory was written by nobody's vCPU; or dirty bits were
 * cleared. */
void vc__mail_written(struct engine *eng, uint64_t gpa, uint64_t len);
void vc__mail_dirty_cleared(struct engine *eng);
/* On the vCPU's thread, outside of blocks. */
void vc__mail_take(struct cpu *cpu);

#endif
