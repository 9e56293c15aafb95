/* SPDX-License-Identifier: MIT */
/*
 * virtcore/debug.h: stopping the guest: breakpoints, watchpoints and single
 * steps. All come back as VC_EXIT_DEBUG, and the guest cannot see them: they
 * use neither its debug registers nor its memory nor RFLAGS.TF.
 */
#ifndef VIRTCORE_DEBUG_H
#define VIRTCORE_DEBUG_H

#include "virtcore/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* vc_exit.debug.kind */
#define VC_DEBUG_STEP		1u	/* one instruction was executed */
#define VC_DEBUG_BREAKPOINT	2u	/* address is about to be executed */
#define VC_DEBUG_WATCH_READ	3u	/* address was read */
#define VC_DEBUG_WATCH_WRITE	4u	/* address was written */

#define VC_BREAKPOINT_MAX	4096u
#define VC_WATCHPOINT_MAX	64u

/*
 * Stop each vCPU of vm before it executes an instruction that begins at linear
 * address gva, whatever the address space. The exit comes with RIP there and
 * the instruction not executed; the next vc_vcpu_run() executes it.
 *
 * Return 0, VC_EINVAL (NULL vm), VC_EEXIST (add: there is one), VC_ENOENT
 * (remove: there is none), VC_ELIMIT (VC_BREAKPOINT_MAX), VC_ENOTSUP (no
 * VC_CAP_BREAKPOINTS), VC_EBUSY or VC_ENOMEM.
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_breakpoint_add(vc_vm *vm, uint64_t gva);
VC_API int vc_breakpoint_remove(vc_vm *vm, uint64_t gva);

/*
 * Stop each vCPU of vm after an instruction that read or wrote, as access
 * tells (VC_ACCESS_READ, VC_ACCESS_WRITE or both, vcpu.h), one of the linear
 * addresses [gva, gva + len). len is 1 to 8 and may be misaligned. The exit
 * comes with the instruction executed, or one iteration of it when it is a
 * repeated string instruction; address is that of the access. Instruction
 * fetches, page walks and descriptor loads do not count.
 *
 * A watchpoint is known by gva, len and access: the same for removing.
 *
 * Return 0, VC_EINVAL (NULL vm, len, wraps, access), VC_EEXIST, VC_ENOENT,
 * VC_ELIMIT (VC_WATCHPOINT_MAX), VC_ENOTSUP (no VC_CAP_WATCHPOINTS), VC_EBUSY
 * or VC_ENOMEM.
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_watchpoint_add(vc_vm *vm, uint64_t gva, uint32_t len,
			     uint32_t access);
VC_API int vc_watchpoint_remove(vc_vm *vm, uint64_t gva, uint32_t len,
				uint32_t access);

/*
 * With on 1, each vc_vcpu_run() executes one instruction (one iteration of a
 * repeated string instruction; the first instruction of the handler when an
 * interrupt or exception is delivered is the next step's) and returns
 * VC_EXIT_DEBUG, or another exit when that comes first. on 0 ends it.
 *
 * Returns 0, VC_EINVAL (NULL, on above 1), VC_ENOTSUP (no VC_CAP_STEP) or
 * VC_EBUSY (it is running).
 * Threads: one at a time per vCPU.
 */
VC_API int vc_vcpu_step(vc_vcpu *vcpu, uint32_t on);

#ifdef __cplusplus
}
#endif
#endif
