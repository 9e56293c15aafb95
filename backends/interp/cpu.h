/* SPDX-License-Identifier: MIT */
/*
 * cpu.h: the software engine's view of one vCPU, and the rules its parts keep.
 *
 * Bytes are decoded once (decode.h) and lowered (lower.c) into a block: an
 * array of struct op, each with the address of the function that does it. An
 * op's function ends by going to the next op's function (NEXT): a tail call
 * where the compiler makes one, else it returns the next op to a small loop.
 * Neither form keeps anything on the C stack between ops.
 *
 * A guest instruction becomes one op or several; they share off, len and left.
 * Nothing of the guest's state may change before the last access that can
 * fault: a fault restarts the instruction from its first op.
 */
#ifndef VC_INTERP_CPU_H
#define VC_INTERP_CPU_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../lib/core/backend.h"

#if defined(__GNUC__)
#define VC_NOINLINE	__attribute__((noinline))
#define VC_COLD		__attribute__((noinline, cold))
#define VC_INLINE	static inline __attribute__((always_inline))
#define VC_ASSUME(x)	do { if (!(x)) __builtin_unreachable(); } while (0)
#else
#define VC_NOINLINE
#define VC_COLD
#define VC_INLINE	static inline
#define VC_ASSUME(x)	((void)0)
#endif

/* Are we built with -fsanitize=thread? */
#if defined(__SANITIZE_THREAD__)
#define VC_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VC_TSAN 1
#endif
#endif
#if !defined(VC_TSAN)
#define VC_TSAN 0
#endif

/* Tail calls: from -O2 on, where the target's ABI lets an indirect call be a
 * jump (clang's musttail makes sure of it). Sanitizers defeat them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VC_TAIL 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define VC_TAIL 0
#endif
#endif
#if !defined(VC_TAIL)
#if defined(__GNUC__) && defined(__OPTIMIZE__) && \
	!defined(__OPTIMIZE_SIZE__) && \
	(defined(__x86_64__) || defined(__aarch64__))
#define VC_TAIL 1
#else
#define VC_TAIL 0
#endif
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define VC_BIG_ENDIAN 1
#else
#define VC_BIG_ENDIAN 0
#endif

struct cpu;
struct op;
typedef const struct op *(*op_fn)(struct cpu *cpu, const struct op *op);

/*
 * One step of a decoded block. Which fields mean what is up to fn, with these
 * habits: a is the destination register, b the source, base and disp give the
 * linear address of a memory operand (R(base) + disp; whatever else there was
 * to the address, an earlier op has put into R_EA), seg is the segment that a
 * fault is to blame. 8-bit registers are byte offsets into the register file
 * (reg8_slot), all others are numbers.
 */
struct op {
	op_fn fn;
	uint64_t imm;
	int32_t disp;
	uint8_t a;
	uint8_t b;
	uint8_t base;
	uint8_t seg;
	uint16_t off;		/* of the instruction, from ip_base; may pass
				   4096 where a block runs into a 2nd page */
	uint8_t len;		/* of the instruction; 0 in link stubs */
	uint8_t left;		/* instructions from this one to the block's
				   end, this one counted */
	uint32_t aux;
};
_Static_assert(sizeof(struct op) == 32, "ops are 32 bytes");

/* The register file: guest registers, then registers of the engine's own. */
enum {
	R_RAX, R_RCX, R_RDX, R_RBX, R_RSP, R_RBP, R_RSI, R_RDI,
	R_EA = 16,	/* address made by an earlier op of the instruction */
	R_ZERO,		/* always 0 */
	R_IP,		/* RIP of the start of the page that runs (ip_base):
			   RIP = r[R_IP] + off, cut to the code size */
	R_T0, R_T1,	/* scratch within an instruction */
	R_COUNT = 24
};

/* A vector register; lanes lie in guest (little-endian) order on all hosts. */
struct vec {
	_Alignas(32) uint8_t b[32];
};

/* An x87 register: 64-bit significand, then sign and exponent. */
struct f80 {
	uint64_t m;
	uint16_t se;
	uint16_t pad[3];
};

struct segment {
	uint64_t base;
	uint32_t limit;
	uint16_t sel;
	uint16_t attr;		/* as vc_x86_segment.attr */
};

/* One entry of a TLB: see tlb.h. */
struct tlb_entry {
	uint64_t va;
	uint8_t *host;
};

#define TLB_BITS	10
#define TLB_SIZE	(1u << TLB_BITS)

/* What an access is done as; each has its own TLBs. */
enum tlb_set {
	TLB_USER,	/* CPL 3 */
	TLB_KERNEL,	/* CPL 0-2, SMAP in force */
	TLB_KERNEL_AC,	/* CPL 0-2, user pages allowed */
	TLB_CHECKED,	/* CPL 3 with alignment checks: always empty, so that
			   every access takes the slow path, which checks */
	TLB_SETS
};

/* The entries of one index, of all sets: a page's read and write entry share a
 * cache line, and so do those of user and supervisor. */
struct tlb_slot {
	struct tlb_entry e[TLB_SETS][2];	/* [set][write] */
};
_Static_assert(sizeof(struct tlb_slot) == 128, "two cache lines");

/* How an op's function ended, when not by going on. */
enum {
	X_OK,
	X_FAULT,	/* cpu->fault is set; the instruction did not happen */
	X_JUMP,		/* done; go on at cpu->rip */
	X_SYNC,		/* done; go on behind it, but look at everything again
			   (modes, interrupts) */
	X_EXIT_BEFORE,	/* not done: leave with cpu->exit_reason, come again */
	X_EXIT_AFTER,	/* done: leave with cpu->exit_reason */
	X_RESTART,	/* not done (or partly, by whole iterations): again */
	X_REPLAY,	/* not done, but a device has been asked, which wants
			   something looked at before the next instruction:
			   finish this one alone, from the replay log */
};

/* Vectors, SDM 3A table 6-1. */
enum {
	EXC_DE = 0, EXC_DB = 1, EXC_NMI = 2, EXC_BP = 3, EXC_OF = 4,
	EXC_BR = 5, EXC_UD = 6, EXC_NM = 7, EXC_DF = 8, EXC_TS = 10,
	EXC_NP = 11, EXC_SS = 12, EXC_GP = 13, EXC_PF = 14, EXC_MF = 16,
	EXC_AC = 17, EXC_MC = 18, EXC_XM = 19,
};

struct fault {
	uint8_t vector;
	bool has_error;
	uint32_t error;
	uint64_t payload;	/* CR2 of a #PF, new DR6 bits of a #DB */
};

/* RFLAGS. */
#define FL_CF	0x1u
#define FL_ONE	0x2u
#define FL_PF	0x4u
#define FL_AF	0x10u
#define FL_ZF	0x40u
#define FL_SF	0x80u
#define FL_TF	0x100u
#define FL_IF	0x200u
#define FL_DF	0x400u
#define FL_OF	0x800u
#define FL_IOPL	0x3000u
#define FL_NT	0x4000u
#define FL_RF	0x10000u
#define FL_VM	0x20000u
#define FL_AC	0x40000u
#define FL_VIF	0x80000u
#define FL_VIP	0x100000u
#define FL_ID	0x200000u
#define FL_ARITH (FL_CF | FL_PF | FL_AF | FL_ZF | FL_SF | FL_OF)

#define CR0_PE	0x1u
#define CR0_MP	0x2u
#define CR0_EM	0x4u
#define CR0_TS	0x8u
#define CR0_ET	0x10u
#define CR0_NE	0x20u
#define CR0_WP	0x10000u
#define CR0_AM	0x40000u
#define CR0_NW	0x20000000u
#define CR0_CD	0x40000000u
#define CR0_PG	0x80000000u

#define CR4_VME		0x1u
#define CR4_PVI		0x2u
#define CR4_TSD		0x4u
#define CR4_DE		0x8u
#define CR4_PSE		0x10u
#define CR4_PAE		0x20u
#define CR4_MCE		0x40u
#define CR4_PGE		0x80u
#define CR4_PCE		0x100u
#define CR4_OSFXSR	0x200u
#define CR4_OSXMMEXCPT	0x400u
#define CR4_UMIP	0x800u
#define CR4_FSGSBASE	0x10000u
#define CR4_PCIDE	0x20000u
#define CR4_OSXSAVE	0x40000u
#define CR4_SMEP	0x100000u
#define CR4_SMAP	0x200000u
#define CR4_PKE		0x400000u

#define EFER_SCE	0x1u
#define EFER_LME	0x100u
#define EFER_LMA	0x400u
#define EFER_NXE	0x800u

/*
 * What decoded code depends on, besides its bytes: the mode word of a block's
 * key. Everything else is looked at when the op runs.
 */
#define MODE_CODE16	0x00u
#define MODE_CODE32	0x01u
#define MODE_CODE64	0x02u
#define MODE_STACK32	0x04u	/* SS.B (always set with MODE_STACK64) */
#define MODE_STACK64	0x08u
#define MODE_FLAT	0x10u	/* CS DS ES SS: base 0, whole 4 GiB, usable */
#define MODE_PROT	0x20u	/* CR0.PE and not virtual-8086 */
#define MODE_LONG	0x40u	/* EFER.LMA: linear addresses are 64 bits */
#define MODE_SIMD	0x80u	/* SSE's state may be used (FPU_OK_SIMD) */
#define MODE_AVX	0x100u	/* AVX's too (FPU_OK_AVX) */
#define MODE_BITS	9u

struct cpu {
	uint64_t r[R_COUNT];

	/* Arithmetic flags, lazily: flags.h. */
	uint64_t cc_dst;
	uint64_t cc_src;
	uint32_t cc_op;
	uint32_t cc_carry;	/* carry in of CC_ADC and CC_SBB */
	uint64_t flags;		/* RFLAGS but for FL_ARITH */

	/* Retired instructions, charged when a block is entered, and the
	 * count that must not be passed. Other threads ask for attention by
	 * storing 0 to limit. */
	uint64_t retired;
	_Atomic uint64_t limit;

	const struct tlb_entry *tlb_r;	/* of the current set, in slot 0; the */
	const struct tlb_entry *tlb_w;	/* others are a slot's size apart */
	uint32_t mode;		/* MODE_* */
	uint8_t cpl;
	uint8_t tlb_set;
	uint8_t shadow;		/* VC_SHADOW_*: until the next instruction */
	uint64_t rip;		/* valid outside of blocks */
	uint64_t ip_mask;	/* of the code size: ~0, 32 or 16 bits */
	uint64_t lin_mask;	/* of linear addresses: 64 or 32 bits */
	struct segment seg[8];	/* VC_SEG_* */

	struct vec v[16];
	struct vec vmem;	/* a memory operand that the TLB did not have */
	struct f80 st[8];	/* physical; ST(i) is st[(ftop + i) & 7] */
	uint32_t mxcsr;
	uint16_t fcw;
	uint16_t fsw;		/* without TOP */
	uint8_t ftop;
	uint8_t ftw;		/* abridged: bit i: st[i] is not empty */
	uint16_t fop;
	uint16_t fcs, fds;
	uint64_t fip, fdp;
	/* fpu.h: what floating point may do without asking (FPU_OK_*), what
	 * of the guest's control words is in the host's (FPU_LIVE_*), the
	 * host's own meanwhile, and a host FSW with C1 and unread flags. */
	uint8_t fpu_ok;
	uint8_t fpu_live;
	uint16_t fsw_host;
	uint32_t host_mxcsr;
	uint16_t host_fcw;
	uint8_t fpu_soft;	/* never the host's: the same bits everywhere */

	uint64_t cr0, cr2, cr3, cr4, cr8, efer, xcr0;
	uint64_t dr[4], dr6, dr7;
	uint64_t pdpte[4];
	struct { uint64_t base; uint16_t limit; } gdtr, idtr;
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
	uint64_t tsc_aux, tsc_adjust, tsc_deadline;
	uint64_t apic_base, misc_enable, pat, xss, spec_ctrl;
	uint32_t pkru;
	uint64_t mcg_status, mcg_ctl;
	uint64_t mtrr_def_type, mtrr_fix[11], mtrr_phys[16];

	struct fault fault;
	uint8_t exit_reason;	/* VC_EXIT_* with X_EXIT_* */
	uint8_t leave;		/* why the blocks were left: X_*, run.h */
	uint8_t nmi_masked;
	uint8_t tf_pending;	/* TF as it was before the instruction */
	uint64_t dbg_hits;	/* DR6 bits gathered by this instruction */
	uint8_t at_left;	/* during an up-call: instructions that are
				   charged and not retired yet */
	bool event_waits;	/* the embedder's exception: event */
	bool event_interrupt;	/* ... an interrupt that was acknowledged */
	bool shut_down;		/* after a triple fault */
	struct fault event;
	int slow_rc;		/* why vc__slow_read gave NULL */
	uint32_t jump_tag;	/* what a jump cache entry must carry */
	_Alignas(16) uint8_t buf[64];	/* operand of an access that took the
				   slow path; on the CPU block because an op
				   may have no address-taken locals */

	vc_vcpu *vcpu;
	vc_vm *vm;
	struct engine *eng;
};
_Static_assert(sizeof(struct cpu) <= 4096, "the CPU block is one page");

#define R(n)	(cpu->r[n])
#define CR0_ON(bit)	((cpu->cr0 & (bit)) != 0)
#define CR4_ON(bit)	((cpu->cr4 & (bit)) != 0)
#define IN_LONG()	((cpu->efer & EFER_LMA) != 0)
#define IN_CODE64()	((cpu->mode & MODE_CODE64) != 0)
#define IN_PROT()	((cpu->mode & MODE_PROT) != 0)
#define IN_V86()	((cpu->flags & FL_VM) != 0)

/* RIP of the instruction that op belongs to, and of the one behind it. */
VC_INLINE uint64_t op_rip(const struct cpu *cpu, const struct op *op)
{
	return (R(R_IP) + op->off) & cpu->ip_mask;
}

VC_INLINE uint64_t op_next_rip(const struct cpu *cpu, const struct op *op)
{
	return (R(R_IP) + op->off + op->len) & cpu->ip_mask;
}

VC_INLINE uint64_t op_ea(const struct cpu *cpu, const struct op *op)
{
	return R(op->base) + (uint64_t)(int64_t)op->disp;
}

/* ---- host byte order ---- */

VC_INLINE uint16_t le16(uint16_t v) { return VC_BIG_ENDIAN ? (uint16_t)(v << 8 | v >> 8) : v; }
VC_INLINE uint32_t le32(uint32_t v) { return VC_BIG_ENDIAN ? __builtin_bswap32(v) : v; }
VC_INLINE uint64_t le64(uint64_t v) { return VC_BIG_ENDIAN ? __builtin_bswap64(v) : v; }

/*
 * Guest memory is shared with other vCPUs, and what is naturally aligned must
 * be one access of the host's (SDM 3A §8.1.1): compilers make one of these.
 * Races of guests are the guests' own affair; ThreadSanitizer is told that
 * these accesses are atomic, and looks at everything else.
 */
#if VC_TSAN
#define RAW(bits) \
VC_INLINE uint##bits##_t raw_ld##bits(const void *p) \
{ \
	return __atomic_load_n((const uint##bits##_t *)p, __ATOMIC_RELAXED); \
} \
VC_INLINE void raw_st##bits(void *p, uint##bits##_t v) \
{ \
	__atomic_store_n((uint##bits##_t *)p, v, __ATOMIC_RELAXED); \
}
#else
#define RAW(bits) \
VC_INLINE uint##bits##_t raw_ld##bits(const void *p) \
{ \
	uint##bits##_t v; \
\
	memcpy(&v, p, bits / 8); \
	return v; \
} \
VC_INLINE void raw_st##bits(void *p, uint##bits##_t v) \
{ \
	memcpy(p, &v, bits / 8); \
}
#endif
RAW(8)
RAW(16)
RAW(32)
RAW(64)
#undef RAW

VC_INLINE uint8_t ld8(const void *p) { return raw_ld8(p); }
VC_INLINE uint16_t ld16(const void *p) { return le16(raw_ld16(p)); }
VC_INLINE uint32_t ld32(const void *p) { return le32(raw_ld32(p)); }
VC_INLINE uint64_t ld64(const void *p) { return le64(raw_ld64(p)); }
VC_INLINE void st8(void *p, uint8_t v) { raw_st8(p, v); }
VC_INLINE void st16(void *p, uint16_t v) { raw_st16(p, le16(v)); }
VC_INLINE void st32(void *p, uint32_t v) { raw_st32(p, le32(v)); }
VC_INLINE void st64(void *p, uint64_t v) { raw_st64(p, le64(v)); }

/* ---- registers of each size ---- */

/* Where an 8-bit register lies in the register file, as a byte offset; number
 * 4-7 without REX are AH CH DH BH (SDM 2A §3.1.1.1). */
VC_INLINE uint8_t reg8_slot(unsigned reg, bool high)
{
	return (uint8_t)(VC_BIG_ENDIAN ? reg * 8 + 7 - high : reg * 8 + high);
}

VC_INLINE uint8_t get8(const struct cpu *cpu, unsigned slot)
{
	return ((const uint8_t *)cpu->r)[slot];
}
VC_INLINE void set8(struct cpu *cpu, unsigned slot, uint8_t v)
{
	((uint8_t *)cpu->r)[slot] = v;
}
VC_INLINE uint16_t get16(const struct cpu *cpu, unsigned n)
{
	return (uint16_t)R(n);
}
VC_INLINE void set16(struct cpu *cpu, unsigned n, uint16_t v)
{
	memcpy((uint8_t *)&R(n) + (VC_BIG_ENDIAN ? 6 : 0), &v, 2);
}
VC_INLINE uint32_t get32(const struct cpu *cpu, unsigned n)
{
	return (uint32_t)R(n);
}
VC_INLINE void set32(struct cpu *cpu, unsigned n, uint32_t v)
{
	R(n) = v;	/* a 32-bit result clears the upper half */
}
VC_INLINE uint64_t get64(const struct cpu *cpu, unsigned n)
{
	return R(n);
}
VC_INLINE void set64(struct cpu *cpu, unsigned n, uint64_t v)
{
	R(n) = v;
}

/* ---- going on, and stopping ---- */

#if VC_TAIL && defined(__clang__)
#define NEXT(o)	do { const struct op *o_ = (o); \
	__attribute__((musttail)) return o_->fn(cpu, o_); } while (0)
#elif VC_TAIL
#define NEXT(o)	do { const struct op *o_ = (o); \
	return o_->fn(cpu, o_); } while (0)
#else
#define NEXT(o)	return (o)
#endif

/*
 * An op that is done by a C function of its own and may stop:
 *
 *	OP(hlt)		defines vc__op_hlt, to be put into op->fn
 *	{
 *		if (cpu->cpl) return vc__gp(cpu, 0);
 *		...
 *		return X_OK;	// or another X_*
 *	}
 *
 * The body is a function of its own, so its locals never stand in the way of
 * the tail call.
 */
#define OP(name) \
	VC_NOINLINE static int body_##name(struct cpu *cpu, \
					   const struct op *op); \
	const struct op *vc__op_##name(struct cpu *cpu, const struct op *op) \
	{ \
		int rc = body_##name(cpu, op); \
		if (VC_UNLIKELY(rc)) \
			return vc__op_stop(cpu, op, rc); \
		NEXT(op + 1); \
	} \
	VC_NOINLINE static int body_##name(struct cpu *cpu, \
					   const struct op *op)
#define OP_DECLARE(name) \
	const struct op *vc__op_##name(struct cpu *cpu, const struct op *op)

/* Leave the block at op for the reason rc (X_*, not X_OK). run.c */
const struct op *vc__op_stop(struct cpu *cpu, const struct op *op, int rc);

/* Record a fault; all return X_FAULT, for `return vc__gp(cpu, 0);`. fault.c */
int vc__raise(struct cpu *cpu, unsigned vector);
int vc__raise_error(struct cpu *cpu, unsigned vector, uint32_t error);
static inline int vc__ud(struct cpu *cpu) { return vc__raise(cpu, EXC_UD); }
static inline int vc__gp(struct cpu *cpu, uint32_t error)
{
	return vc__raise_error(cpu, EXC_GP, error);
}

/*
 * Guest memory at a linear address with the rights of the current privilege
 * (the _sys forms: as a supervisor, for descriptor tables and the like, SDM 3A
 * §4.6.1). Any size to 64, any alignment; all or nothing but for devices.
 * The value is in guest byte order in buf. Return X_OK, X_FAULT (with op->seg
 * deciding between #GP and #SS for non-canonical addresses) or X_EXIT_BEFORE
 * (a device access that the embedder must do). mmu.c
 */
int vc__load(struct cpu *cpu, const struct op *op, uint64_t la, unsigned size,
	     void *buf);
int vc__store(struct cpu *cpu, const struct op *op, uint64_t la, unsigned size,
	      const void *buf);
int vc__load_sys(struct cpu *cpu, const struct op *op, uint64_t la,
		 unsigned size, void *buf);
int vc__store_sys(struct cpu *cpu, const struct op *op, uint64_t la,
		  unsigned size, const void *buf);
/* Would a store work? Faults now if not; no side effect but A/D bits. For
 * read-modify-write and for instructions with several stores. */
int vc__probe_write(struct cpu *cpu, const struct op *op, uint64_t la,
		    unsigned size);

/* After CR0, CR3, CR4, EFER, CPL, CS, SS, FL_VM or FL_AC changed: recompute
 * mode, masks, TLB set. Cheap. mmu.c */
void vc__mode_update(struct cpu *cpu);
/* Translations may have changed. mmu.c */
void vc__tlb_flush(struct cpu *cpu, bool globals_too);
void vc__tlb_flush_page(struct cpu *cpu, uint64_t la);

#endif
