/* SPDX-License-Identifier: MIT */
/*
 * virtcore/x86.h: the canonical x86-64 vCPU state: what every backend can
 * produce and accept, completely. A state that is read on one backend can be
 * written on another. Nothing in it is a pointer.
 */
#ifndef VIRTCORE_X86_H
#define VIRTCORE_X86_H

#include "virtcore/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* General registers in the order of their encoding (SDM 2A, table 2-2). */
#define VC_RAX	0
#define VC_RCX	1
#define VC_RDX	2
#define VC_RBX	3
#define VC_RSP	4
#define VC_RBP	5
#define VC_RSI	6
#define VC_RDI	7
/* r8 to r15 are 8 to 15 */

/* Segment registers in the order of their encoding, then the system ones. */
#define VC_SEG_ES	0
#define VC_SEG_CS	1
#define VC_SEG_SS	2
#define VC_SEG_DS	3
#define VC_SEG_FS	4
#define VC_SEG_GS	5
#define VC_SEG_LDTR	6
#define VC_SEG_TR	7

/*
 * A segment register with its hidden part. attr is bytes 5 and 6 of the
 * descriptor (SDM 3A §3.4.5) with the limit's bits 8-11 zero:
 *
 *   15 14 13 12 | 11-8 | 7 | 6 5 | 4 | 3-0
 *    G DB  L AVL|   0  | P | DPL | S | type
 *
 * limit is in bytes, scaled by G. A segment that was loaded with a null
 * selector has P clear. CPL is the DPL of SS.
 */
typedef struct vc_x86_segment {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
	uint16_t attr;
} vc_x86_segment;

#define VC_SEG_TYPE	0x000fu
#define VC_SEG_S	0x0010u
#define VC_SEG_DPL	0x0060u
#define VC_SEG_P	0x0080u
#define VC_SEG_AVL	0x1000u
#define VC_SEG_L	0x2000u
#define VC_SEG_DB	0x4000u
#define VC_SEG_G	0x8000u

typedef struct vc_x86_table {
	uint64_t base;
	uint16_t limit;
	uint16_t reserved[3];
} vc_x86_table;

/* mp_state */
#define VC_MP_RUNNABLE		0
#define VC_MP_UNINITIALIZED	1	/* waits for INIT, as an AP after reset */
#define VC_MP_INIT_RECEIVED	2	/* waits for SIPI */
#define VC_MP_HALTED		3

/* interrupt_shadow */
#define VC_SHADOW_STI		1u
#define VC_SHADOW_MOV_SS	2u

/* event_flags */
#define VC_EVENT_EXCEPTION	0x01u	/* exception_* wait for delivery */
#define VC_EVENT_ERROR_CODE	0x02u	/* exception_error is to be pushed */
#define VC_EVENT_INTERRUPT	0x04u	/* interrupt_vector was taken from the
					   controller, is not yet delivered */
#define VC_EVENT_SOFT		0x08u	/* that one is an INT n */
#define VC_EVENT_NMI		0x10u	/* an NMI waits */
#define VC_EVENT_NMI_MASKED	0x20u	/* between an NMI and its IRET */
#define VC_EVENT_TRIPLE_FAULT	0x40u	/* the vCPU is shut down */

#define VC_XSAVE_SIZE		4096
#define VC_LAPIC_SIZE		1024

/*
 * The whole state. size is set by the caller; there is no _INIT, since an
 * initialiser of that size is a burden to some languages: zero it and set size.
 *
 * xsave is the standard, not the compacted, XSAVE format (SDM 1 §13.4), with
 * x87 tags in their abridged form; its XSTATE_BV tells which parts are not in
 * their initial state. Parts behind AVX lie where the backend's CPUID leaf D
 * says (interp: PKRU at 2688).
 *
 * lapic is the register page of the local APIC, the low 1,024 bytes (SDM 3A
 * table 11-1), meaningful when lapic_valid is 1.
 */
typedef struct vc_x86_state {
	uint32_t size;
	uint32_t mp_state;		/* VC_MP_* */
	uint64_t gpr[16];
	uint64_t rip;
	uint64_t rflags;
	vc_x86_segment seg[8];		/* VC_SEG_* */
	vc_x86_table gdtr;
	vc_x86_table idtr;
	uint64_t cr0, cr2, cr3, cr4, cr8;
	uint64_t xcr0;
	uint64_t efer;
	uint64_t dr[4];
	uint64_t dr6, dr7;
	uint64_t pdpte[4];		/* PAE paging only (SDM 3A §4.4.1) */
	/* model-specific registers, by their SDM 4 names */
	uint64_t star, lstar, cstar, sfmask;
	uint64_t kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
	uint64_t tsc, tsc_aux, tsc_adjust, tsc_deadline;
	uint64_t apic_base, misc_enable, pat, xss, spec_ctrl;
	uint64_t mcg_status, mcg_ctl;
	uint64_t mtrr_def_type;
	uint64_t mtrr_fix[11];		/* 250, 258, 259, 268 to 26f */
	uint64_t mtrr_phys[16];		/* base and mask of eight ranges */
	/* events in flight */
	uint32_t event_flags;		/* VC_EVENT_* */
	uint32_t interrupt_shadow;	/* VC_SHADOW_* */
	uint8_t exception_vector;
	uint8_t interrupt_vector;
	uint8_t sipi_vector;
	uint8_t lapic_valid;
	uint32_t exception_error;
	uint64_t exception_payload;	/* CR2 of a #PF, DR6 of a #DB */
	uint64_t retired;		/* instructions, where counted */
	uint8_t xsave[VC_XSAVE_SIZE];
	uint8_t lapic[VC_LAPIC_SIZE];
} vc_x86_state;

#ifdef __cplusplus
}
#endif
#endif
