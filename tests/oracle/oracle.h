/* SPDX-License-Identifier: MIT */
/*
 * oracle.h: each user-mode instruction, run on the host's processor and in the
 * engine from the same state.
 *
 *	forms.c   which instructions there are, by the engine's decoder, and
 *		  encodings of each
 *	groups.c  which test each is part of
 *	states.c  states to start from: edge values, and random ones
 *	host.c    one instruction on the host's processor
 *	guest.c   one instruction in the engine
 *	compare.c what must be equal, and what the manual leaves open
 *	oracle.c  all of it, for a group of forms
 */
#ifndef VC_TESTS_ORACLE_H
#define VC_TESTS_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../backends/interp/decode.h"

/*
 * Linear addresses, the same on both sides and below 2 GiB, so that every
 * kind of address can name them. Around the data there is nothing for
 * ORA_GUARD bytes.
 *
 *	ORA_CODE	code: slots for instructions, then pads (below)
 *	ORA_DATA	two pages to write, one to read
 *	ORA_LOW		the same three pages, for 16-bit addresses
 */
#define ORA_CODE	0x10000000u
#define ORA_CODE_SIZE	0x10000u
#define ORA_DATA	0x20000000u
#define ORA_RW_SIZE	0x2000u
#define ORA_DATA_SIZE	0x3000u
#define ORA_GUARD	0x100000u
#define ORA_LOW		0x8000u
#define ORA_GS_BASE	0x1230u

/*
 * Where an instruction may go on there is a pad: code that tells where it
 * stands and leaves. Pads of 64-bit and of 32-bit code lie ORA_PADS_* apart,
 * ORA_PAD bytes each; one more is behind each instruction, and one before.
 */
#define ORA_SLOTS	0xc000u		/* bytes of slots */
#define ORA_SLOT	0x80u
#define ORA_PAD		16u
#define ORA_PADS_64	(ORA_CODE + 0xc000u)
#define ORA_PADS_32	(ORA_CODE + 0xe000u)
#define ORA_PADS	500u		/* the last bytes are ORA_EDGE's */
#define ORA_EDGE	(ORA_CODE + ORA_CODE_SIZE)	/* nothing behind it */

#define ORA_BYTES	64u	/* most bytes of a case's code */

#define FXI_FCW		0
#define FXI_FSW		2
#define FXI_FTW		4
#define FXI_MXCSR	24
#define FXI_ST		32
#define FXI_XMM		160

struct ora_regs {
	_Alignas(64) uint8_t fx[512];	/* as FXSAVE64 has it */
	uint8_t high[16][16];		/* bits 128-255 of the YMM registers */
	uint64_t gpr[16];
	uint64_t rip;
	uint64_t rflags;
};

/* What came of it. */
struct ora_result {
	struct ora_regs regs;
	int vector;		/* of the exception, or -1 */
	uint32_t error;
	uint64_t cr2;		/* of a page fault */
};

/* ---- forms ---- */

#define ORA_VEX		0x80u
#define ORA_VEX_W	0x08u
#define ORA_VEX_L	0x04u
#define ORA_VEX_PP	0x03u

struct ora_form {
	uint16_t op;
	uint8_t mode;		/* X86_MODE64 or X86_MODE32 */
	uint8_t map;		/* 0: one byte, 1: 0F, 2: 0F38, 3: 0F3A */
	uint8_t opcode;
	uint8_t modrm;
	uint8_t legacy;		/* X86_OSIZE | _REP | _REPNE | _ASIZE | _LOCK */
	uint8_t rex;		/* 0, 40 or 48 */
	uint8_t vex;		/* 0, or VEX's bits: ORA_VEX | W, L and pp */
	uint8_t vvvv;		/* as it is encoded: 15 for none */
	uint8_t cond;
	struct x86_insn insn;	/* with the operands of the template */
	const char *group;
};

/* One encoding, at home in memory. */
struct ora_code {
	const struct ora_form *form;
	struct x86_insn insn;
	uint32_t at;		/* linear address */
	uint8_t len;		/* of all of bytes */
	uint8_t bytes[ORA_BYTES];
	uint32_t target;	/* fixed address of the memory operand, or 0 */
	uint32_t near[2];	/* pads that short branches reach */
	uint8_t cut;		/* not 0: only so many bytes are there, before
				   ORA_EDGE, and no pads */
	bool sequence;
	bool vectors;		/* of floating-point and vector instructions */
	uint16_t flags_left;	/* of a sequence: defined at its end */
};

struct ora_form *ora_forms(size_t *count);
/* The name of the group that an instruction is in. */
const char *ora_group_of(const struct x86_insn *in, unsigned mode);
bool ora_has_mem(const struct x86_insn *in);
/* Does the address size matter to it? */
bool ora_asize_counts(const struct x86_insn *in);
bool ora_is_xsave(const struct x86_insn *in);	/* or XRSTOR */
const char *ora_form_name(const struct ora_form *f, char *text, size_t len);
uint64_t ora_random(uint64_t *seed);
/* NULL when the instruction at bytes is one of the forms that are compared,
 * else why it is not. */
const char *ora_why_not(const uint8_t *bytes, size_t len, unsigned mode);
/* A random encoding of f. False when there is none that serves. */
bool ora_encode(struct ora_code *code, const struct ora_form *f,
		uint64_t *seed, unsigned slot);

/* The same instruction with prefixes before it that say nothing, until it has
 * len bytes; it ends where it did. False when it cannot have. */
bool ora_lengthen(struct ora_code *code, unsigned len);
/* The same, so that only its first bytes are there. */
bool ora_cut(struct ora_code *code, const struct ora_form *f, uint64_t *seed);
/* A few of them, one behind the other, whose flags are defined where they are
 * read: integer instructions, none of which can fault; or floating-point and
 * vector instructions, legacy and VEX. */
bool ora_encode_sequence(struct ora_code *code, bool vectors, uint64_t *seed,
			 unsigned slot);

/* ---- states ---- */

struct ora_case {
	const struct ora_code *code;
	struct ora_regs in;
	uint64_t place;			/* of the memory operand */
	uint8_t data[ORA_DATA_SIZE];	/* what is at ORA_DATA */
};

/* Case number n of the code's form; below ora_edges() it is one of its edge
 * values' combinations. */
unsigned ora_edges(const struct ora_form *f);
bool ora_state(struct ora_case *c, const struct ora_code *code, unsigned n,
	       uint64_t *seed);
void ora_sequence_state(struct ora_case *c, const struct ora_code *code,
			uint64_t *seed);

/* ---- the two sides ---- */

/* NULL, or why the host cannot serve. */
const char *ora_host_open(void);
bool ora_host_begin(void);	/* in each process that runs */
bool ora_host_has_low(void);	/* ORA_LOW is there */
bool ora_host_lacks(unsigned feature);	/* X86_FEAT_* past SSE2 */
bool ora_host_has_avx(void);		/* and lets programs use it */
/* VEX encodings that Intel gave a meaning after AVX2: mask registers; all
 * that came since. */
bool ora_host_has_masks(void);
bool ora_host_is_newer(void);
uint64_t ora_host_fs_base(void);
void ora_host_code(const struct ora_code *code);
void ora_host_run(const struct ora_case *c, struct ora_result *out);
uint8_t *ora_host_data(void);

/* Where CPUID lists a feature. False: nowhere. */
struct ora_cpuid {
	uint8_t feature;	/* X86_FEAT_* */
	uint8_t reg;		/* 0 to 3: eax to edx */
	uint8_t bit;
	uint8_t subleaf;
	uint32_t leaf;
};
bool ora_cpuid_of(unsigned feature, struct ora_cpuid *where);

struct ora_guest;
struct ora_guest *ora_guest_open(void);
void ora_guest_close(struct ora_guest *g);
void ora_guest_code(struct ora_guest *g, const struct ora_code *code);
/* how: ORA_WHOLE by the public state, ORA_STEP by budgets of 1 */
#define ORA_WHOLE	1u
#define ORA_STEP	2u
bool ora_guest_run(struct ora_guest *g, const struct ora_case *c, unsigned how,
		   struct ora_result *out);
uint8_t *ora_guest_data(struct ora_guest *g);

/* ---- comparing ---- */

/* Does the engine's result agree with the host's? If not, and text is there,
 * a line for each difference. */
bool ora_same(const struct ora_case *c, const struct ora_result *host,
	      const struct ora_result *guest, const uint8_t *host_data,
	      const uint8_t *guest_data, char *text, size_t len);
/* Whether the form is left out, and why. */
const char *ora_left_out(const struct ora_form *f);
/* Print what is left open, by the manual's word, with how often each entry was
 * needed; and the instructions that are left out. */
unsigned ora_forgiven(const unsigned long **counts);
#define ORA_OPEN_MAX	64u
void ora_list_exemptions(const unsigned long *counts);

/* ---- tests ---- */

/* Run all forms of a group; reports and counts through CUnit. */
void ora_test(const char *group);
/* Random sequences of integer instructions, whose flags run from one to the
 * next; and of x87, MMX, SSE and AVX instructions. */
void ora_test_sequences(void);
void ora_test_vector_sequences(void);
/* Each operation is compared or left out by name, and ora_why_not() says so of
 * each form's encodings. */
void ora_test_coverage(void);
/* Opcodes that are undefined; instructions that run into nothing, or are
 * longer than 15 bytes. */
void ora_test_undefined(void);
void ora_test_undefined_vex(void);
void ora_test_fetch(void);
/* What all tests of this run have forgiven, and what they add up to. */
const unsigned long *ora_test_forgiven(void);
void ora_test_total(void);

#endif
