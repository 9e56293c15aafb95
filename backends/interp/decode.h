/* SPDX-License-Identifier: MIT */
/*
 * decode.h: bytes to instructions. No CPU state but the mode; nothing behind
 * this ever looks at bytes again.
 */
#ifndef VC_INTERP_DECODE_H
#define VC_INTERP_DECODE_H

#include <stddef.h>
#include <stdint.h>

/* The names of the operations: X86_ADD, X86_JCC, X86_ADDSD ... */
#include "opcodes.h"

enum x86_kind {
	OPND_NONE,
	OPND_REG,	/* general register, number reg, size bytes */
	OPND_REG8H,	/* AH CH DH BH: reg is 0-3 */
	OPND_MEM,	/* the memory operand: base, index, scale, disp, seg */
	OPND_IMM,	/* imm */
	OPND_IMM2,	/* imm2 (ENTER's level, a far pointer's selector) */
	OPND_REL,	/* branch displacement in imm, sign-extended, counted
			   from the next instruction */
	OPND_SEG,	/* segment register, VC_SEG_* number */
	OPND_CR,
	OPND_DR,
	OPND_ST,	/* ST(reg) */
	OPND_MMX,
	OPND_XMM,	/* XMM or YMM(reg), or the low size bytes of it */
};

struct x86_operand {
	uint8_t kind;		/* enum x86_kind */
	uint8_t reg;
	uint8_t size;		/* bytes: 1 2 4 6 8 10 16 32; 0: none or by
				   the operation (FXSAVE, INVLPG) */
	uint8_t access;		/* X86_READ | X86_WRITE; 0: address only */
};

#define X86_READ	1u
#define X86_WRITE	2u

#define X86_NOREG	0xff
#define X86_RIP		0xfe	/* base is the next instruction's RIP */

/* prefixes */
#define X86_LOCK	0x01u
#define X86_REP		0x02u	/* F3 */
#define X86_REPNE	0x04u	/* F2 */
#define X86_OSIZE	0x08u	/* 66 */
#define X86_ASIZE	0x10u	/* 67 */
#define X86_REX		0x20u
#define X86_REXW	0x40u
#define X86_SEGOVR	0x80u	/* an effective segment override */

/* attr */
#define X86_ENDS_BLOCK	0x0001u	/* branches, or changes what later bytes mean */
#define X86_BRANCH	0x0002u	/* may set RIP */
#define X86_COND	0x0004u	/* ... or not */
#define X86_MAY_FAULT	0x0008u	/* other than by #UD (memory, #DE, #GP ...) */
#define X86_CPL0	0x0010u	/* #GP outside of CPL 0 */
#define X86_LOCKABLE	0x0020u
#define X86_FPU		0x0040u	/* x87 or MMX: #NM by CR0.TS and EM */
#define X86_SSE		0x0080u	/* SSE state: #UD without OSFXSR, #NM by TS */
#define X86_STRING	0x0100u
#define X86_ALIGNED	0x0200u	/* #GP when its operand is not aligned to its
				   size: 16 or 32 bytes */
#define X86_STACK	0x0400u	/* pushes or pops implicitly */
#define X86_AVX		0x0800u	/* YMM state: #UD in real or V86 mode, without
				   CR4.OSXSAVE or XCR0[2:1] = 3; #NM by TS */

struct x86_insn {
	uint16_t op;		/* enum x86_op */
	uint8_t len;
	uint8_t prefixes;	/* X86_LOCK ... */
	uint8_t osize;		/* effective operand size: 1, 2, 4, 8 */
	uint8_t asize;		/* effective address size: 2, 4, 8 */
	uint8_t cond;		/* of Jcc, SETcc, CMOVcc, FCMOVcc */
	uint8_t opnds;
	struct x86_operand opnd[4];	/* in Intel order, explicit ones and
				   those implicit ones that Intel's syntax
				   shows (SHL r, CL; IN AL, DX; FADD ST, ST(i)).
				   String operations and XLAT have none: osize,
				   asize and seg (the source's) say it all.
				   A write of less than 16 bytes to an XMM
				   register keeps the rest of it; with vex, any
				   write clears the register above it. */
	uint8_t vex;		/* 0: legacy; 16, 32: VEX, its vector length in
				   bytes (general registers: 16) */
	uint8_t vsib;		/* 16, 32: index is a vector register of that
				   many bytes; else 0 */
	/* the memory operand */
	uint8_t base;		/* register, X86_RIP or X86_NOREG */
	uint8_t index;		/* register or X86_NOREG */
	uint8_t scale;		/* 0 to 3: log2 */
	uint8_t seg;		/* VC_SEG_* that applies, default or override;
				   in 64-bit code only FS and GS override */
	int64_t disp;		/* sign-extended; a moffs is whole */
	uint64_t imm;		/* sign-extended to 64 bits where the manual
				   sign-extends it, else zero-extended */
	uint64_t imm2;
	/* metadata, SDM 1 appendix A */
	uint16_t fl_read;	/* RFLAGS bits (low 16) that it reads */
	uint16_t fl_write;	/* that it defines (for shifts and rotates by
				   CL: may define) */
	uint16_t fl_undef;	/* that it leaves undefined (by CL: may leave; a
				   flag can then stand in both) */
	uint16_t attr;		/* X86_ENDS_BLOCK ... */
	uint8_t feature;	/* enum x86_feature: CPUID must list it */
	uint8_t mem_size;	/* bytes at the memory operand; 0: none, or by
				   the operation */
};

enum x86_mode { X86_MODE16, X86_MODE32, X86_MODE64 };

#define X86_DEC_MORE	(-1)	/* avail bytes are not enough to tell */
#define X86_DEC_UD	(-2)	/* undefined: #UD */
#define X86_DEC_LONG	(-3)	/* over 15 bytes: #GP(0) */

/*
 * Decode one instruction from avail bytes (at most 15 are looked at). Returns
 * its length, with *out complete, or X86_DEC_*; for X86_DEC_UD out->len is the
 * number of bytes that were looked at.
 */
int vc__decode(struct x86_insn *out, const uint8_t *bytes, size_t avail,
	       enum x86_mode mode);

/* The lower-case mnemonic of an operation, for tests and messages. */
const char *vc__x86_name(unsigned op);

#endif
