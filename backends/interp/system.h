/* SPDX-License-Identifier: MIT */
/*
 * system.h: what the system side of the engine shares among its files:
 * descriptors, stacks, event delivery, MSRs, CPUID, debug registers.
 * fault.c gate.c segment.c selector.c farjump.c task.c crdr.c system.c
 * syscall.c msr.c cpuid.c
 */
#ifndef VC_INTERP_SYSTEM_H
#define VC_INTERP_SYSTEM_H

#include "decode.h"
#include "engine.h"
#include "fpu.h"
#include "segment.h"
#include "smp.h"

/* Address widths, as CPUID 80000008 tells; mmu.c has the same. */
#define PHYS_BITS	40
#define LIN_BITS	48

/* Selectors */
#define SEL_RPL		3u
#define SEL_TI		4u
#define SEL_NULL(s)	(((s) & 0xfffcu) == 0)
#define SEL_ERR(s)	((uint32_t)(s) & 0xfffcu)

/* Bits of a descriptor taken as one number (SDM 3A figure 3-8) */
#define DESC_ACCESSED	((uint64_t)1 << 40)
#define DESC_BUSY	((uint64_t)1 << 41)
#define DESC_TYPE(d)	((unsigned)((d) >> 40) & 15)
#define DESC_S(d)	((unsigned)((d) >> 44) & 1)
#define DESC_DPL(d)	((unsigned)((d) >> 45) & 3)
#define DESC_P(d)	((unsigned)((d) >> 47) & 1)
#define DESC_L(d)	((unsigned)((d) >> 53) & 1)
#define DESC_DB(d)	((unsigned)((d) >> 54) & 1)
#define DESC_CODE(d)	(((d) >> 43 & 3) == 3)		/* S, and code */
#define DESC_DATA(d)	(((d) >> 43 & 3) == 2)
#define DESC_CONFORMING(d) (((d) >> 42 & 7) == 7)	/* S, code, C */
#define DESC_WRITABLE(d) (DESC_DATA(d) && (DESC_TYPE(d) & 2))
#define DESC_READABLE(d) (DESC_DATA(d) || (DESC_CODE(d) && (DESC_TYPE(d) & 2)))

/* System descriptor types, SDM 3A table 3-2 */
enum {
	SYS_TSS16 = 1, SYS_LDT = 2, SYS_TSS16_BUSY = 3, SYS_CALL16 = 4,
	SYS_TASK = 5, SYS_INT16 = 6, SYS_TRAP16 = 7, SYS_TSS32 = 9,
	SYS_TSS32_BUSY = 11, SYS_CALL32 = 12, SYS_INT32 = 14, SYS_TRAP32 = 15,
};

/* Debug registers, SDM 3B §18.2 */
#define DR6_FIXED	UINT64_C(0xffff0ff0)
#define DR6_WRITABLE	UINT64_C(0x0000e00f)
#define DR6_BD		UINT64_C(0x2000)
#define DR6_BS		UINT64_C(0x4000)
#define DR6_BT		UINT64_C(0x8000)
#define DR7_FIXED	UINT64_C(0x400)
#define DR7_WRITABLE	UINT64_C(0xffff23ff)
#define DR7_GD		UINT64_C(0x2000)
#define DR7_ENABLES	UINT64_C(0xff)
#define DR7_LOCAL	UINT64_C(0x155)	/* a task's own: L0-L3, LE */

static inline bool is_canonical(uint64_t la)
{
	return la + (UINT64_C(1) << (LIN_BITS - 1)) < UINT64_C(1) << LIN_BITS;
}

/* A linear address in descriptor tables and TSS: long mode has 64 bits even
 * while compatibility-mode code runs. */
static inline uint64_t sys_la(const struct cpu *cpu, uint64_t la)
{
	return IN_LONG() ? la : (uint32_t)la;
}

/* The operand size that lower.c leaves in aux. */
static inline unsigned op_osize(const struct op *op)
{
	return op->aux & 0xff;
}

/* For accesses that belong to no operand: which segment a fault blames. */
extern const struct op vc__op_at_ds, vc__op_at_ss;

/*
 * Is IF, for the code that runs, VIF instead? In virtual-8086 mode with
 * CR4.VME and in level 3 with CR4.PVI, unless IOPL gives it IF itself (SDM 3B
 * §21.3.2, §21.4).
 */
static inline bool vif_for_if(const struct cpu *cpu)
{
	return cpu->cpl == 3 && (cpu->flags & FL_IOPL) != FL_IOPL &&
	       CR4_ON(IN_V86() ? CR4_VME : CR4_PVI);
}

/* FLAGS as such code sees it: VIF in IF's place, IOPL 3. */
static inline uint64_t vif_image(uint64_t flags)
{
	return (flags & ~(uint64_t)FL_IF) | FL_IOPL |
	       (flags & FL_VIF ? FL_IF : 0);
}

/* May it set FLAGS to v by POPF or IRET? With an interrupt waiting it may not
 * set IF, and it may not single-step. */
static inline bool vif_refuses(const struct cpu *cpu, uint64_t v)
{
	return (v & FL_TF) || ((v & FL_IF) && (cpu->flags & FL_VIP));
}

/* VIF and VIP both set, on arrival by IRET or a task switch: #GP before the
 * first instruction, for the monitor to deliver what waits. */
static inline bool vip_waits(const struct cpu *cpu)
{
	return (cpu->flags & (FL_VIF | FL_VIP)) == (FL_VIF | FL_VIP) &&
	       vif_for_if(cpu);
}

/* After CS, SS, CPL or control registers changed within a block: X_SYNC when
 * the code behind it must be looked up anew. */
static inline int mode_changed(struct cpu *cpu)
{
	uint32_t old = cpu->mode;

	vc__mode_update(cpu);
	return cpu->mode != old ? X_SYNC : X_OK;
}

/* Must the outer loop look at interrupts before the next instruction? */
static inline bool event_pending(const struct cpu *cpu)
{
	return atomic_load_explicit(&cpu->vcpu->pending,
				    memory_order_relaxed) != 0;
}

/* Around calls of the core that may look at the clock or run somebody's code,
 * from the middle of a block. */
static inline void upcall_begin(struct cpu *cpu, const struct op *op)
{
	vc__fpu_leave(cpu);
	cpu->at_left = op->left;
	if (VC_UNLIKELY(ENGINE(cpu)->smp))
		vc__smp_leave(cpu);
}

static inline void upcall_end(struct cpu *cpu)
{
	if (VC_UNLIKELY(ENGINE(cpu)->smp))
		vc__smp_enter(cpu);
	cpu->at_left = 0;
	vc__fpu_enter(cpu);
}

/* How an op ends that has made one: what was asked for meanwhile comes before
 * the next instruction. */
static inline int after_upcall(struct cpu *cpu)
{
	return atomic_load_explicit(&cpu->limit, memory_order_relaxed) ?
	       X_OK : X_SYNC;
}

/* Eight bytes of a descriptor table or TSS: vc__load_sys(), its fast path
 * inline. */
static inline int sys_load8(struct cpu *cpu, uint64_t la, uint64_t *v)
{
	const struct tlb_entry *e =
		tlb_entry(&ENGINE(cpu)->tlb[0].e[TLB_KERNEL][0], la);
	uint64_t t = la ^ e->va;
	uint8_t raw[8] = { 0 };
	int rc;

	if (VC_LIKELY(t <= 4096 - 8)) {
		*v = ld64(e->host + t);
		return X_OK;
	}
	rc = vc__load_sys(cpu, &vc__op_at_ds, la, 8, raw);
	*v = ld64(raw);
	return rc;
}

/* ---- segment.c ---- */

/* Fetch the descriptor that sel names; beyond its table's limit, raise vector
 * with sel and ext. */
int vc__desc_read(struct cpu *cpu, uint16_t sel, unsigned vector, unsigned ext,
		  uint64_t *d);
/* The upper half of a 16-byte descriptor whose lower half was read so. */
int vc__desc_read_high(struct cpu *cpu, uint16_t sel, unsigned vector,
		       unsigned ext, uint64_t *high);
/* The linear address of size bytes at sel's index; false: beyond the limit. */
bool vc__desc_at(const struct cpu *cpu, uint16_t sel, unsigned size,
		 uint64_t *la);
/* Set bits of byte 5 in the table and in *d, if they are not set. */
int vc__desc_set(struct cpu *cpu, uint16_t sel, uint64_t *d, uint64_t bits);
/* ... the accessed bit. */
int vc__desc_access(struct cpu *cpu, uint16_t sel, uint64_t *d);

uint64_t vc__desc_base(uint64_t d);
uint32_t vc__desc_limit(uint64_t d);
/* Fill a segment register from a descriptor, unchecked. */
void vc__seg_fill(struct segment *s, uint16_t sel, uint64_t d);
/* ... as a null selector leaves it. */
void vc__seg_null(struct segment *s, uint16_t sel, unsigned dpl);
/* ... as virtual-8086 mode has it. */
void vc__seg_v86(struct segment *s, uint16_t sel);
/* ... as SYSCALL and its like have it: flat, 4 GiB. */
void vc__seg_flat(struct segment *s, uint16_t sel, unsigned type, unsigned dpl,
		  unsigned flags);

/* Is [off, off + size) inside of s, by its limit and type only? */
bool vc__seg_holds(const struct segment *s, uint64_t off, unsigned size);

/* Load ES, SS, DS, FS or GS as MOV does. X_OK or X_FAULT. */
int vc__sreg_load(struct cpu *cpu, unsigned seg, uint16_t sel);

/*
 * A stack to push to, which need not be the current one. sp is the stack
 * pointer's new value so far; nothing of the CPU changes by pushing.
 */
struct stack {
	uint64_t sp;
	uint64_t mask;			/* of the stack pointer */
	const struct segment *ss;	/* NULL in 64-bit mode: flat */
	bool inner;			/* more privileged than the CPL */
	uint32_t error;			/* of a #SS by the limit */
};
/* The current stack. */
void vc__stack_here(const struct cpu *cpu, struct stack *st);
/* Push n items of size bytes, given in order of their addresses. */
int vc__stack_push(struct cpu *cpu, struct stack *st, const uint64_t *items,
		   unsigned n, unsigned size);
/* Read n items of size bytes at ofs above the stack pointer. */
int vc__stack_read(struct cpu *cpu, const struct stack *st, uint64_t ofs,
		   uint64_t *items, unsigned n, unsigned size);
static inline void stack_drop(struct stack *st, uint64_t bytes)
{
	st->sp = (st->sp & ~st->mask) | ((st->sp + bytes) & st->mask);
}
/* A 16-bit stack pointer leaves the rest of ESP alone. */
static inline void stack_commit(struct cpu *cpu, const struct stack *st)
{
	R(R_RSP) = st->mask == 0xffff ? st->sp : st->sp & st->mask;
}

/* The stack of a more privileged level from the TSS (SDM 3A §5.8.5, §8.7):
 * fills st and, outside of long mode, *ss, whose descriptor is marked. */
int vc__stack_inner(struct cpu *cpu, unsigned cpl, unsigned ext,
		    struct segment *ss, struct stack *st);

/* ---- fault.c, gate.c ---- */

/* What is delivered, which decides on DPL checks, EXT and RF. */
enum event_kind {
	EVENT_FAULT,	/* an exception that the processor found */
	EVENT_SOFT,	/* INT n, INT3, INTO */
	EVENT_INT1,
	EVENT_EXTERNAL,	/* an interrupt or NMI */
};

/*
 * Deliver one event, to return to rip. X_OK with everything changed (cpu->rip
 * is the handler), or another X_* with nothing changed (X_FAULT: cpu->fault is
 * what went wrong meanwhile).
 */
int vc__deliver(struct cpu *cpu, unsigned vector, enum event_kind kind,
		bool has_error, uint32_t error, uint64_t rip);
/* INT n of virtual-8086 code through its own vector table, where the
 * redirection bit map says so; *done: it was. */
int vc__deliver_v86(struct cpu *cpu, unsigned vector, uint64_t rip, bool *done);

/* Another X_*, of deliveries and task switches: all has changed, cpu->rip is
 * the first instruction there, and cpu->fault comes before it. Never leaves a
 * block: vc__arrived(). */
#define X_FAULT_THERE	32

/* #DB, with bits for DR6. */
int vc__raise_db(struct cpu *cpu, uint64_t dr6);

/* ---- task.c ---- */

struct task_switch {
	enum { TASK_JUMP, TASK_CALL, TASK_EVENT, TASK_RETURN } how;
	uint16_t sel;		/* of the TSS to go to */
	unsigned ext;		/* of error codes */
	uint64_t rip, flags;	/* to be saved in the present one */
	bool has_error;		/* push it on the new task's stack */
	uint32_t error;
};
/* X_OK, X_FAULT_THERE, X_EXIT_AFTER for a shutdown, or another X_* with nothing
 * changed. */
int vc__task_switch(struct cpu *cpu, const struct task_switch *t);
/* What rc means to the op that went there: X_JUMP, with any fault delivered,
 * or another X_*. */
int vc__arrived(struct cpu *cpu, int rc);

/* ---- crdr.c ---- */

/* May CR3 become v? Fills pdpte where PAE paging needs it. X_OK or X_FAULT. */
int vc__cr3_check(struct cpu *cpu, uint64_t v, uint64_t pdpte[4]);
/* It becomes v. */
void vc__cr3_set(struct cpu *cpu, uint64_t v, const uint64_t pdpte[4]);

/* Bits of DR6 for an instruction at la, or for an access of size bytes. */
uint64_t vc__debug_exec(const struct cpu *cpu, uint64_t la);
uint64_t vc__debug_data(const struct cpu *cpu, uint64_t la, unsigned size,
			bool write);
uint64_t vc__debug_port(const struct cpu *cpu, uint16_t port, unsigned size);

/* ---- msr.c ---- */

/* An MSR of the engine's own, as RDMSR and WRMSR at CPL 0: 0, or VC_ENOENT
 * when it would fault. */
int vc__msr_own_read(struct cpu *cpu, uint32_t msr, uint64_t *value);
int vc__msr_own_write(struct cpu *cpu, uint32_t msr, uint64_t value);

/* ---- cpuid.c ---- */

uint32_t vc__interp_cpuid_default(uint32_t cpu_model, vc_cpuid_entry *table,
				  uint32_t n);
/* The answer as the guest gets it now, state-dependent bits included. */
void vc__cpuid_now(struct cpu *cpu, uint32_t leaf, uint32_t subleaf,
		   uint32_t regs[4]);

#endif
