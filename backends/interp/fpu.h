/* SPDX-License-Identifier: MIT */
/*
 * fpu.h: x87, MMX and SSE inside the engine, and how they share the host's
 * floating point with the program around.
 *
 * On x86-64 hosts (VC_HOSTFP) guest arithmetic is the host's own instruction,
 * under the guest's control words with all exceptions masked. They are loaded
 * at the first operation that needs them ("live", cpu->fpu_live) and taken
 * out when the engine is left (vc__fpu_leave()). While MXCSR is live the
 * sticky flags gather in the host's register; while FCW is live each x87
 * operation leaves the host's FSW in cpu->fsw_host. When the guest unmasks an
 * exception nothing is live, and softfp.c does the operations one by one. So
 * it is on all other hosts, and with VC_SOFTFP.
 *
 * Where the parts of FSW are, always: TOP in ftop; C1 in bit 9 of fsw_host;
 * flags that the host raised in bits 0-5 of fsw_host; all else, and flags
 * raised by softfp, in fsw (B is not stored: it is ES). vc__fsw() puts them
 * together.
 *
 * x87 pointers: FIP is kept by every non-control instruction. FDP and FOP
 * change with unmasked exceptions only, and FCS and FDS are always 0, which
 * CPUID (7, 0) EBX bits 6 and 13 must tell.
 */
#ifndef VC_INTERP_FPU_H
#define VC_INTERP_FPU_H

#include "exec.h"
#include "softfp.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(VC_SOFTFP)
#define VC_HOSTFP 1
#include <emmintrin.h>
#else
#define VC_HOSTFP 0
#endif

#define FSW_IE	0x0001u
#define FSW_SF	0x0040u
#define FSW_ES	0x0080u
#define FSW_C0	0x0100u
#define FSW_C1	0x0200u
#define FSW_C2	0x0400u
#define FSW_C3	0x4000u
#define FSW_CC	(FSW_C0 | FSW_C1 | FSW_C2 | FSW_C3)
#define FSW_B	0x8000u

#define FCW_INIT	0x037fu
#define MXCSR_INIT	0x1f80u
#define MXCSR_MASK	0xffffu
#define MXCSR_DAZ	0x0040u
#define MXCSR_MASKS	0x1f80u
#define MXCSR_FTZ	0x8000u

#define XCR0_AVX	0x6u	/* SSE and AVX state */

/* Components of an XSAVE area, as bits of XCR0 and of its header. */
#define XC_X87	0x1u
#define XC_SSE	0x2u
#define XC_AVX	0x4u
#define XC_PKRU	0x200u

/* cpu->fpu_ok: what needs no further question. */
#define FPU_OK_X87	1u	/* x87 arithmetic on the host */
#define FPU_OK_MMX	2u	/* x87 moves and MMX */
#define FPU_OK_SSE	4u	/* SSE arithmetic on the host */
#define FPU_OK_SIMD	8u	/* SSE moves, logic, integers */
#define FPU_OK_AVX	16u	/* VEX-encoded vector instructions */

/* cpu->fpu_live */
#define FPU_LIVE_X87	1u
#define FPU_LIVE_SSE	2u

/*
 * After CR0, CR4, XCR0, FCW, FSW, MXCSR or EFLAGS.VM changed. An x87 exception
 * waits only with CR0.NE: without it the board would have to answer FERR# with
 * IRQ 13, which we lack; the guest sees IGNNE# held active instead.
 */
VC_INLINE void vc__fpu_update(struct cpu *cpu)
{
	unsigned ok = 0;

	if (!(cpu->cr0 & (CR0_EM | CR0_TS))) {
		if (!(cpu->fsw & FSW_ES) || !(cpu->cr0 & CR0_NE)) {
			ok |= FPU_OK_MMX;
			if (cpu->fpu_live & FPU_LIVE_X87)
				ok |= FPU_OK_X87;
		}
		if (cpu->cr4 & CR4_OSFXSR) {
			ok |= FPU_OK_SIMD;
			if (cpu->fpu_live & FPU_LIVE_SSE)
				ok |= FPU_OK_SSE;
		}
	}
	/* CR0.EM does not matter to them, SDM 2A §2.4 */
	if (!(cpu->cr0 & CR0_TS) && cpu->cr4 & CR4_OSXSAVE &&
	    (cpu->xcr0 & XCR0_AVX) == XCR0_AVX && cpu->cr0 & CR0_PE &&
	    !(cpu->flags & FL_VM))
		ok |= FPU_OK_AVX;
	cpu->fpu_ok = (uint8_t)ok;
}

/* x87env.c */
void vc__fpu_unload(struct cpu *cpu, unsigned what);
void vc__fpu_load_x87(struct cpu *cpu);
void vc__fpu_load_sse(struct cpu *cpu);

/*
 * Around guest code: enter before it, leave after it and before anything of
 * the host's that may use floating point (device callbacks). Afterwards
 * everything is in the CPU block. Enter has nothing to do: loading waits for
 * the first operation.
 */
VC_INLINE void vc__fpu_enter(struct cpu *cpu)
{
	(void)cpu;
}

VC_INLINE void vc__fpu_leave(struct cpu *cpu)
{
	if (VC_UNLIKELY(cpu->fpu_live))
		vc__fpu_unload(cpu, cpu->fpu_live);
}

/* As at power-up (SDM 3A table 10-1), MXCSR and XMM included; INIT leaves all
 * of it alone. */
void vc__fpu_reset(struct cpu *cpu);
/* FSW and MXCSR, wherever their parts are; and set them. */
uint16_t vc__fsw(const struct cpu *cpu);
void vc__fsw_set(struct cpu *cpu, uint16_t v);
void vc__fcw_set(struct cpu *cpu, uint16_t v);
uint32_t vc__mxcsr(const struct cpu *cpu);
void vc__mxcsr_set(struct cpu *cpu, uint32_t v);

/*
 * The legacy region and header of an XSAVE area in the standard format, from
 * and to the CPU block: for vc_x86_state.xsave (VC_XSAVE_SIZE bytes). get
 * clears the rest. set takes what XSTATE_BV says; a component whose bit is
 * clear gets its initial state. xsave.c
 */
void vc__xsave_get(struct cpu *cpu, uint8_t *area);
/* XINUSE, SDM 1 §13.6. */
uint64_t vc__xinuse(const struct cpu *cpu);
/* Bytes of an area with these components, the header included. */
uint32_t vc__xsave_size(uint64_t parts, bool compacted);
int vc__xsave_set(struct cpu *cpu, const uint8_t *area);

/* ---- faults; x87env.c ---- */

/* May an x87 (mmx: MMX) instruction run? X_OK or X_FAULT. */
int vc__x87_check(struct cpu *cpu, bool mmx);
int vc__simd_check(struct cpu *cpu);
/* Why fpu_ok lacked FPU_OK_SIMD: end the block there. */
const struct op *vc__simd_stop(struct cpu *cpu, const struct op *op);

/* After an instruction raised unmasked exceptions: record its opcode, and its
 * memory operand if it has one. */
void vc__x87_record(struct cpu *cpu, const struct op *op, bool mem);

/* FXSAVE, FSAVE and their like: n bytes at la, checked before the first is
 * written. */
int vc__area_probe(struct cpu *cpu, const struct op *op, uint64_t la,
		   unsigned n);
int vc__area_store(struct cpu *cpu, const struct op *op, uint64_t la,
		   unsigned n, const uint8_t *buf);
int vc__area_load(struct cpu *cpu, const struct op *op, uint64_t la,
		  unsigned n, uint8_t *buf);

VC_INLINE bool x87_full(const struct cpu *cpu, unsigned phys)
{
	return cpu->ftw >> phys & 1;
}

VC_INLINE unsigned x87_phys(const struct cpu *cpu, unsigned i)
{
	return (cpu->ftop + i) & 7;
}

VC_INLINE void x87_pop(struct cpu *cpu)
{
	cpu->ftw &= (uint8_t)~(1u << cpu->ftop);
	cpu->ftop = (cpu->ftop + 1) & 7;
}

VC_INLINE void x87_set_c1(struct cpu *cpu, bool c1)
{
	cpu->fsw_host = (uint16_t)((cpu->fsw_host & ~FSW_C1) |
				   (c1 ? FSW_C1 : 0));
}

/* Blocks are of code with MODE_SIMD, or have an op in front of each that needs
 * it (vc__op_simd_need). */
#ifdef VC_DEBUG
#define NEED_SIMD do { \
	if (VC_UNLIKELY(!(cpu->fpu_ok & FPU_OK_SIMD))) \
		return vc__simd_stop(cpu, op); \
} while (0)
#else
#define NEED_SIMD do { } while (0)
#endif

/* The first MMX access of an instruction (SDM 1 §9.5.1). */
VC_INLINE void mmx_enter(struct cpu *cpu)
{
	cpu->ftop = 0;
	cpu->ftw = 0xff;
}

VC_INLINE void mmx_write(struct cpu *cpu, unsigned n, uint64_t v)
{
	cpu->st[n].m = v;
	cpu->st[n].se = 0xffff;
}

/*
 * The XMM registers of a SIMD op: aux has the offsets of operands a and b in
 * the CPU block, so that an op need not make them of the numbers.
 */
VC_INLINE struct vec *vec_at(struct cpu *cpu, unsigned off)
{
	return (struct vec *)(void *)((uint8_t *)cpu + off);
}
#define VA	vec_at(cpu, op->aux & 0xffff)
#define VB	vec_at(cpu, op->aux >> 16)

VC_INLINE void simd_operands(struct op *op, unsigned a, unsigned b)
{
	unsigned at = offsetof(struct cpu, v), size = sizeof(struct vec);

	op->a = (uint8_t)a;
	op->b = (uint8_t)b;
	op->aux = (at + (a & 15) * size) | (at + (b & 15) * size) << 16;
}

/* ---- memory operands ---- */

/* 16 aligned bytes at la, or NULL. Rotating the offset by its low four bits
 * makes a misaligned one large, so one comparison does all. */
VC_INLINE bool simd_inside_(uint64_t t)
{
	return (t >> 4 | t << 60) <= 255;
}

VC_INLINE const uint8_t *tlb_read16a(const struct cpu *cpu, uint64_t la)
{
	const struct tlb_entry *e = tlb_entry(cpu->tlb_r, la);
	uint64_t t = la ^ e->va;

	if (VC_UNLIKELY(!simd_inside_(t)))
		return NULL;
	VC_ASSUME(e->host + t);
	return e->host + t;
}

VC_INLINE uint8_t *tlb_write16a(const struct cpu *cpu, uint64_t la)
{
	const struct tlb_entry *e = tlb_entry(cpu->tlb_w, la);
	uint64_t t = la ^ e->va;

	if (VC_UNLIKELY(!simd_inside_(t)))
		return NULL;
	VC_ASSUME(e->host + t);
	return e->host + t;
}

/* As vc__slow_read(), for 16 bytes that must be aligned: #GP(0) if not. */
const uint8_t *vc__slow_read16a(struct cpu *cpu, const struct op *op);
/* Store to op_ea(); aligned as above. X_*. */
int vc__store16a(struct cpu *cpu, const struct op *op, const void *buf);

/* MASKMOVQ and MASKMOVDQU; op->seg and imm (address size) are theirs.
 * sse_move.c */
int vc__masked_store(struct cpu *cpu, const struct op *op, const uint8_t *data,
		     const uint8_t *mask, unsigned n);

/* ---- SSE arithmetic by softfp.c; sse.c ---- */

struct sf_env vc__sse_env(uint32_t mxcsr);
/* Flags of an operation into MXCSR; #XM when one is unmasked. X_*. */
int vc__sse_finish(struct cpu *cpu, const struct sf_env *env, unsigned flags);

/* ---- the tables of the files ---- */

struct x86_insn;
bool vc__select_x87(const struct x86_insn *in, struct op *op);
bool vc__select_x87env(const struct x86_insn *in, struct op *op);
bool vc__select_sse(const struct x86_insn *in, struct op *op);
bool vc__select_simd(const struct x86_insn *in, struct op *op);
bool vc__select_mmx(const struct x86_insn *in, struct op *op);
bool vc__select_xsave(const struct x86_insn *in, struct op *op);
bool vc__select_move(const struct x86_insn *in, struct op *op);
bool vc__select_sse3(const struct x86_insn *in, struct op *op);
bool vc__select_sse41(const struct x86_insn *in, struct op *op);
bool vc__select_sse42(const struct x86_insn *in, struct op *op);
bool vc__select_ssefp(const struct x86_insn *in, struct op *op);
bool vc__select_ssehost(const struct x86_insn *in, struct op *op);

#endif
