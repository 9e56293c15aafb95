/* SPDX-License-Identifier: MIT */
/*
 * virtcore/debug.h: stopping the guest, and reading its code.
 *
 * Breakpoints, watchpoints and single steps come back as VC_EXIT_DEBUG, and the
 * guest cannot see them: they use neither its debug registers nor its memory
 * nor RFLAGS.TF.
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

/* ---- the disassembler ---- */

/* vc_insn.category */
#define VC_INSN_UNDEFINED	0u	/* no instruction: #UD, or over 15 bytes */
#define VC_INSN_CUT		1u	/* len bytes are not all of it */
#define VC_INSN_GENERAL		2u	/* on integers and addresses */
#define VC_INSN_NOP		3u	/* no-operations, hints, prefetches */
#define VC_INSN_JUMP		4u	/* unconditional */
#define VC_INSN_BRANCH		5u	/* conditional; LOOP, JCXZ, XBEGIN */
#define VC_INSN_CALL		6u
#define VC_INSN_RETURN		7u	/* RET, IRET, SYSRET, SYSEXIT, RSM */
#define VC_INSN_INTERRUPT	8u	/* INT and its like, SYSCALL, SYSENTER,
					   VMCALL, HLT, UD2 */
#define VC_INSN_STRING		9u	/* MOVS CMPS STOS LODS SCAS INS OUTS */
#define VC_INSN_IO		10u	/* IN, OUT */
#define VC_INSN_SYSTEM		11u	/* for operating systems, and CPUID */
#define VC_INSN_X87		12u
#define VC_INSN_MMX		13u
#define VC_INSN_SSE		14u
#define VC_INSN_AVX		15u	/* vectors with a VEX prefix */

/* vc_insn.flags */
#define VC_INSN_LOCK		0x01u	/* has a LOCK prefix */
#define VC_INSN_REP		0x02u	/* of a string instruction: REP, REPE */
#define VC_INSN_REPNE		0x04u
#define VC_INSN_PRIVILEGED	0x08u	/* #GP outside of CPL 0 */
#define VC_INSN_STACK		0x10u	/* pushes or pops implicitly */
#define VC_INSN_FAULTS		0x20u	/* may raise an exception */
#define VC_INSN_VEX		0x40u

/* vc_insn_operand.kind */
#define VC_OPERAND_REG		1u	/* general register: reg is 0 for RAX, 1
					   RCX, 2 RDX, 3 RBX, 4 RSP, 5 RBP, 6
					   RSI, 7 RDI, 8 to 15, of size bytes */
#define VC_OPERAND_REG_HIGH	2u	/* AH CH DH BH: reg is 0 to 3 */
#define VC_OPERAND_MEMORY	3u	/* vc_insn.mem_... */
#define VC_OPERAND_IMMEDIATE	4u	/* value; of a direct far JMP or CALL
					   the offset, then the selector */
#define VC_OPERAND_TARGET	5u	/* a branch's: value is its RIP */
#define VC_OPERAND_SEGMENT	6u	/* VC_SEG_* (x86.h) */
#define VC_OPERAND_CONTROL	7u	/* CR0 to CR8 */
#define VC_OPERAND_DEBUG	8u	/* DR0 to DR7 */
#define VC_OPERAND_ST		9u
#define VC_OPERAND_MMX		10u
#define VC_OPERAND_VECTOR	11u	/* XMM or YMM, or its low size bytes */

#define VC_INSN_OPERANDS	4u
#define VC_INSN_NOREG		0xffu	/* mem_base, mem_index: none */
#define VC_INSN_RIP		0xfeu	/* mem_base: the next instruction's RIP */

typedef struct vc_insn_operand {
	uint32_t kind;		/* VC_OPERAND_* */
	uint32_t reg;
	uint32_t size;		/* in bytes; 0 when the operation decides */
	uint32_t access;	/* VC_ACCESS_READ | VC_ACCESS_WRITE (vcpu.h); 0
				   when only its address matters */
	uint64_t value;
} vc_insn_operand;

typedef struct vc_insn {
	uint32_t size;		/* sizeof(vc_insn) of the caller */
	uint32_t length;	/* in bytes, 1 to 15; undefined bytes: 1; cut:
				   those that are there */
	uint32_t category;	/* VC_INSN_UNDEFINED ... */
	uint32_t flags;		/* VC_INSN_LOCK ... */
	uint64_t address;	/* as given */
	uint32_t operands;	/* how many; explicit ones, and implicit ones
				   that Intel's syntax shows */
	uint32_t mem_size;	/* bytes at the memory operand; 0: none, or the
				   operation decides */
	vc_insn_operand operand[VC_INSN_OPERANDS];
	uint32_t mem_segment;	/* VC_SEG_* that applies. mem_... mean
				   something with a VC_OPERAND_MEMORY only */
	uint32_t mem_base;	/* number of a general register, or
				   VC_INSN_NOREG, VC_INSN_RIP */
	uint32_t mem_index;	/* the same; a vector register when
				   mem_vector is not 0 */
	uint32_t mem_scale;	/* 1, 2, 4 or 8 */
	uint32_t mem_vector;	/* bytes of a gather's vector of indexes */
	uint32_t reserved;	/* zero */
	int64_t mem_disp;
	uint32_t flags_read;	/* bits of RFLAGS that it reads, */
	uint32_t flags_written;	/* ... defines (by CL: may define), */
	uint32_t flags_undefined;	/* ... leaves undefined */
	uint32_t reserved2;	/* zero */
	char mnemonic[24];	/* lower case, without prefixes */
	char text[128];		/* Intel's syntax, "(bad)" when undefined */
} vc_insn;

/*
 * Disassemble the instruction at the beginning of len bytes (at most 15 are
 * looked at) of 16-, 32- or 64-bit code; address is the RIP or EIP it stands
 * at, for branch targets. It is what the interp backend's decoder makes of the
 * bytes, with every instruction that it knows, whatever a CPU model has.
 *
 * Set insn->size before the call. Bytes that are no instruction, or not all of
 * one, are no error: see insn->category and length; there are no operands then.
 * The spelling of mnemonic and text may improve and is not part of the ABI.
 *
 * Returns 0 or VC_EINVAL (NULL, len 0, bits not 16, 32 or 64, insn->size below
 * that of the first version); *insn is unchanged then.
 * Threads: any.
 */
VC_API int vc_disassemble(const void *bytes, size_t len, uint32_t bits,
			  uint64_t address, vc_insn *insn);

#ifdef __cplusplus
}
#endif
#endif
