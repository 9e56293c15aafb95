/* SPDX-License-Identifier: MIT */
/*
 * system_rig.h: a small machine for tests of the engine's system side: tables
 * made from C, a few bytes of guest code, and a handler for each vector that
 * stops (by VMCALL) where the test can look at the frame it was given.
 *
 *	0x00000  real-mode vectors		0x10000  code
 *	0x01000  GDT				0x20000  handlers, 16 bytes each
 *	0x02000  IDT				0x30000  top of the level 0 stack
 *	0x03000  TSS				0x38000  ... that the TSS names
 *	0x04000  LDT				0x39000  IST1; 0x3a000 level 1
 *	0x05000  page tables			0x40000  top of the user stack
 *	0x09000  data				0x50000  code of other tests
 */
#ifndef VC_TESTS_SYSTEM_RIG_H
#define VC_TESTS_SYSTEM_RIG_H

#include "rig.h"

#define SYS_RAM		0x100000u
#define SYS_GDT		0x1000u
#define SYS_IDT		0x2000u
#define SYS_TSS		0x3000u
#define SYS_LDT		0x4000u
#define SYS_PML4	0x5000u
#define SYS_PDPT	0x6000u
#define SYS_PD		0x7000u
#define SYS_PT		0x8000u
#define SYS_DATA	0x9000u
#define SYS_CODE	0x10000u
#define SYS_HANDLERS	0x20000u
#define SYS_STACK	0x30000u
#define SYS_STACK0	0x38000u
#define SYS_IST1	0x39000u
#define SYS_STACK1	0x3a000u
#define SYS_USTACK	0x40000u
#define SYS_OTHER	0x50000u

/* Selectors */
enum {
	SEL_CODE64 = 0x08, SEL_DATA = 0x10, SEL_CODE32 = 0x18,
	SEL_UCODE32 = 0x20 | 3, SEL_UDATA = 0x28 | 3, SEL_UCODE64 = 0x30 | 3,
	SEL_TSS = 0x38, SEL_LDT = 0x48, SEL_CODE16 = 0x58, SEL_DATA16 = 0x60,
	SEL_CONF32 = 0x68, SEL_CONF64 = 0x70, SEL_CODE1 = 0x78,
	SEL_DATA1 = 0x80, SEL_ABSENT_DATA = 0x88, SEL_ABSENT_CODE = 0x90,
	SEL_RODATA = 0x98, SEL_XCODE = 0xa0, SEL_DOWN = 0xa8,
	SEL_GATE = 0xb0, SEL_GATE2 = 0xc0, SEL_SMALL = 0xd0,
	SEL_FRESH = 0xd8, SEL_FREE = 0xe0, SEL_BEYOND = 0x400,
};
#define SYS_GDT_LIMIT	0x1ffu

/* Descriptor access bytes and flags: G, D, L in bits 12-15 as in attr. */
#define D_CODE0		0x9b
#define D_DATA0		0x93
#define D_FLAT32	0xc000
#define D_FLAT64	0xa000

struct sys {
	vc_vm *vm;
	vc_vcpu *vcpu;
	uint8_t *ram;
	vc_x86_state s;		/* before the run, then after it */
	vc_exit *exit;
	uint32_t reason;
	uint32_t at;		/* where sys_emit puts code */
	int inject;		/* interrupt to inject before the run */
	bool nmi;		/* or NMI */
};

/* ---- memory ---- */

static inline void sys_put(struct sys *t, uint64_t at, unsigned n, uint64_t v)
{
	uint8_t b[8];

	for (unsigned i = 0; i < n; i++)
		b[i] = (uint8_t)(v >> i * 8);
	CU_ASSERT_EQUAL(vc_memory_write(t->vm, at, b, n), 0);
}

static inline uint64_t sys_get(struct sys *t, uint64_t at, unsigned n)
{
	uint8_t b[8] = { 0 };
	uint64_t v = 0;

	CU_ASSERT_EQUAL(vc_memory_read(t->vm, at, b, n), 0);
	for (unsigned i = 0; i < n; i++)
		v |= (uint64_t)b[i] << i * 8;
	return v;
}

static inline void sys_bytes(struct sys *t, uint64_t at, const void *b,
			     size_t n)
{
	CU_ASSERT_EQUAL(vc_memory_write(t->vm, at, b, n), 0);
}

/* Append code at SYS_CODE (or where t->at was set). */
static inline void sys_emit(struct sys *t, const void *b, size_t n)
{
	sys_bytes(t, t->at, b, n);
	t->at += (uint32_t)n;
}
#define SYS_EMIT(t, ...) do { \
	static const uint8_t code_[] = { __VA_ARGS__ }; \
	sys_emit((t), code_, sizeof(code_)); \
} while (0)
#define VMCALL	0x0f, 0x01, 0xc1
#define LE32(v)	(uint8_t)((v) & 255), (uint8_t)((v) >> 8 & 255), \
		(uint8_t)((v) >> 16 & 255), (uint8_t)((v) >> 24 & 255)
#define LE16(v)	(uint8_t)((v) & 255), (uint8_t)((v) >> 8 & 255)

/* ---- tables ---- */

static inline uint64_t sys_desc(uint32_t base, uint32_t limit, unsigned access,
				unsigned flags)
{
	return (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 |
	       (uint64_t)access << 40 | (uint64_t)(limit >> 16 & 15) << 48 |
	       (uint64_t)(flags & 0xf000) << 40 | (uint64_t)(base >> 24) << 56;
}

static inline void sys_gdt(struct sys *t, unsigned sel, uint64_t d)
{
	sys_put(t, SYS_GDT + (sel & 0xfff8), 8, d);
}

static inline void sys_gdt16(struct sys *t, unsigned sel, uint64_t d,
			     uint64_t high)
{
	sys_gdt(t, sel, d);
	sys_gdt(t, sel + 8, high);
}

/* A gate, of 16 bytes in long mode. extra: IST or parameter count. */
static inline void sys_gate(struct sys *t, uint64_t at, bool wide, uint16_t sel,
			    uint64_t off, unsigned access, unsigned extra)
{
	sys_put(t, at, 8, (off & 0xffff) | (uint64_t)sel << 16 |
		(uint64_t)extra << 32 | (uint64_t)access << 40 |
		(off >> 16 & 0xffff) << 48);
	if (wide)
		sys_put(t, at + 8, 8, off >> 32);
}

static inline bool sys_is_long(const struct sys *t)
{
	return (t->s.efer & 0x400) != 0;
}

/* Vector n of the IDT. */
static inline void sys_idt(struct sys *t, unsigned n, uint16_t sel,
			   uint64_t off, unsigned access, unsigned ist)
{
	bool wide = sys_is_long(t);

	sys_gate(t, SYS_IDT + n * (wide ? 16u : 8u), wide, sel, off, access,
		 ist);
}

static inline uint64_t sys_handler(unsigned n)
{
	return SYS_HANDLERS + n * 16u;
}

static inline void sys_page(struct sys *t, uint64_t la, uint64_t flags)
{
	sys_put(t, SYS_PT + (la >> 12) * 8, 8, (la & ~0xfffull) | flags);
}

static inline void sys_seg(vc_x86_segment *g, unsigned sel, uint64_t base,
			   uint32_t limit, unsigned attr)
{
	g->selector = (uint16_t)sel;
	g->base = base;
	g->limit = limit;
	g->attr = (uint16_t)attr;
}

static inline void sys_tables(struct sys *t, bool wide)
{
	static const uint8_t stop[] = { VMCALL, 0xf4 };

	sys_gdt(t, SEL_CODE64, sys_desc(0, 0xfffff, 0x9b, D_FLAT64));
	sys_gdt(t, SEL_DATA, sys_desc(0, 0xfffff, 0x93, D_FLAT32));
	sys_gdt(t, SEL_CODE32, sys_desc(0, 0xfffff, 0x9b, D_FLAT32));
	sys_gdt(t, SEL_UCODE32, sys_desc(0, 0xfffff, 0xfb, D_FLAT32));
	sys_gdt(t, SEL_UDATA, sys_desc(0, 0xfffff, 0xf3, D_FLAT32));
	sys_gdt(t, SEL_UCODE64, sys_desc(0, 0xfffff, 0xfb, D_FLAT64));
	sys_gdt16(t, SEL_TSS, sys_desc(SYS_TSS, 0x1ff, 0x89, 0), 0);
	sys_gdt16(t, SEL_LDT, sys_desc(SYS_LDT, 0xff, 0x82, 0), 0);
	sys_gdt(t, SEL_CODE16, sys_desc(0, 0xffff, 0x9b, 0));
	sys_gdt(t, SEL_DATA16, sys_desc(0, 0xffff, 0x93, 0));
	sys_gdt(t, SEL_CONF32, sys_desc(0, 0xfffff, 0x9f, D_FLAT32));
	sys_gdt(t, SEL_CONF64, sys_desc(0, 0xfffff, 0x9f, D_FLAT64));
	sys_gdt(t, SEL_CODE1, sys_desc(0, 0xfffff, 0xbb, D_FLAT32));
	sys_gdt(t, SEL_DATA1, sys_desc(0, 0xfffff, 0xb3, D_FLAT32));
	sys_gdt(t, SEL_ABSENT_DATA, sys_desc(0, 0xfffff, 0x13, D_FLAT32));
	sys_gdt(t, SEL_ABSENT_CODE, sys_desc(0, 0xfffff, 0x1b,
					     wide ? D_FLAT64 : D_FLAT32));
	sys_gdt(t, SEL_RODATA, sys_desc(0, 0xfffff, 0x91, D_FLAT32));
	sys_gdt(t, SEL_XCODE, sys_desc(0, 0xfffff, 0x99, D_FLAT32));
	sys_gdt(t, SEL_DOWN, sys_desc(0, 0xfff, 0x97, 0x4000));
	sys_gdt(t, SEL_SMALL, sys_desc(SYS_DATA, 0x0f, 0x93, 0x4000));
	sys_gdt(t, SEL_FRESH, sys_desc(0, 0xfffff, 0x92, D_FLAT32));
	for (unsigned n = 0; n < 256; n++) {
		sys_bytes(t, sys_handler(n), stop, sizeof(stop));
		sys_gate(t, SYS_IDT + n * (wide ? 16u : 8u), wide,
			 wide ? SEL_CODE64 : SEL_CODE32, sys_handler(n), 0x8e,
			 0);
	}
	if (wide) {
		sys_put(t, SYS_TSS + 4, 8, SYS_STACK0);
		sys_put(t, SYS_TSS + 12, 8, SYS_STACK1);
		sys_put(t, SYS_TSS + 36, 8, SYS_IST1);
	} else {
		sys_put(t, SYS_TSS + 4, 4, SYS_STACK0);
		sys_put(t, SYS_TSS + 8, 4, SEL_DATA);
		sys_put(t, SYS_TSS + 12, 4, SYS_STACK1);
		sys_put(t, SYS_TSS + 16, 4, SEL_DATA1 | 1);
	}
	sys_put(t, SYS_TSS + 102, 2, 0x68);
	sys_put(t, SYS_PML4, 8, SYS_PDPT | 7);
	sys_put(t, SYS_PDPT, 8, SYS_PD | 7);
	sys_put(t, SYS_PD, 8, SYS_PT | 7);
	for (uint64_t la = 0; la < SYS_RAM; la += 4096)
		sys_page(t, la, 7);
}

/* ---- machines ---- */

enum sys_mode { SYS_REAL, SYS_PROT, SYS_COMPAT, SYS_LONG };

static inline void sys_state(struct sys *t, enum sys_mode mode, unsigned cpl)
{
	vc_x86_state *s = &t->s;
	bool wide = mode == SYS_COMPAT || mode == SYS_LONG;
	unsigned cs = mode == SYS_LONG ? (cpl ? SEL_UCODE64 : SEL_CODE64)
				       : (cpl ? SEL_UCODE32 : SEL_CODE32);
	unsigned ss = cpl ? SEL_UDATA : SEL_DATA;
	unsigned dpl = cpl << 5;

	memset(s->gpr, 0, sizeof(s->gpr));
	s->rip = SYS_CODE;
	s->rflags = 2;
	s->cr0 = 0x10;
	s->gpr[VC_RSP] = cpl ? SYS_USTACK : SYS_STACK;
	if (mode == SYS_REAL) {
		for (unsigned i = 0; i < 6; i++)
			sys_seg(&s->seg[i], 0, 0, 0xffff, 0x93);
		sys_seg(&s->seg[VC_SEG_CS], SYS_CODE >> 4, SYS_CODE, 0xffff,
			0x9b);
		s->rip = 0;
		s->gpr[VC_RSP] = 0xf000;
		s->idtr.base = 0;
		s->idtr.limit = 0x3ff;
		return;
	}
	s->cr0 |= 0x21;			/* PE, NE */
	if (wide) {
		s->cr0 |= 0x80010000u;	/* PG, WP */
		s->cr4 |= 0x20;		/* PAE */
		s->cr3 = SYS_PML4;
		s->efer = 0x501;	/* SCE, LME, LMA */
	}
	for (unsigned i = 0; i < 6; i++)
		sys_seg(&s->seg[i], ss, 0, 0xffffffff, 0xc093 | dpl);
	sys_seg(&s->seg[VC_SEG_CS], cs, 0, 0xffffffff,
		(mode == SYS_LONG ? 0xa09b : 0xc09b) | dpl);
	sys_seg(&s->seg[VC_SEG_TR], SEL_TSS, SYS_TSS, 0x1ff, 0x8b);
	sys_seg(&s->seg[VC_SEG_LDTR], SEL_LDT, SYS_LDT, 0xff, 0x82);
	s->gdtr.base = SYS_GDT;
	s->gdtr.limit = SYS_GDT_LIMIT;
	s->idtr.base = SYS_IDT;
	s->idtr.limit = wide ? 0xfff : 0x7ff;
}

static inline void sys_free(struct sys *t)
{
	if (!t)
		return;
	vc_vm_destroy(t->vm);
	free(t);
}

static inline struct sys *sys_new_model(enum sys_mode mode, unsigned cpl,
					uint32_t cpu_model)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct sys *t = calloc(1, sizeof(*t));
	void *host = NULL;

	if (!t)
		abort();
	o.backend = VC_BACKEND_INTERP;
	o.flags = VC_VM_HYPERCALLS | VC_VM_VIRTUAL_TIME;
	o.cpu_model = cpu_model;
	t->s.size = sizeof(t->s);
	t->at = SYS_CODE;
	if (vc_vm_create(&t->vm, &o) ||
	    vc_memory_map(t->vm, 0, NULL, SYS_RAM, VC_PROT_RWX) ||
	    vc_memory_host(t->vm, 0, SYS_RAM, &host) ||
	    vc_vcpu_create(&t->vcpu, t->vm, 0) ||
	    vc_vcpu_state_get(t->vcpu, &t->s)) {
		fprintf(stderr, "sys_new: %s\n", vc_last_error());
		abort();
	}
	t->ram = host;
	sys_state(t, mode, cpl);
	if (mode == SYS_REAL) {
		static const uint8_t stop[] = { VMCALL, 0xf4 };

		for (unsigned n = 0; n < 256; n++) {
			sys_bytes(t, sys_handler(n), stop, sizeof(stop));
			sys_put(t, n * 4, 4, SYS_HANDLERS / 16 << 16 | n * 16);
		}
	} else {
		sys_tables(t, mode != SYS_PROT);
	}
	return t;
}

static inline struct sys *sys_new(enum sys_mode mode, unsigned cpl)
{
	return sys_new_model(mode, cpl, VC_CPU_DEFAULT);
}

/* Set t->s, run until an exit, fetch t->s. */
static inline uint32_t sys_run(struct sys *t)
{
	int rc = vc_vcpu_state_set(t->vcpu, &t->s);

	if (!rc && t->inject)
		rc = vc_vcpu_inject(t->vcpu, (uint32_t)t->inject);
	if (!rc && t->nmi)
		rc = vc_vcpu_nmi(t->vm, 0);
	if (!rc)
		rc = vc_vcpu_budget_set(t->vcpu, 100000);
	if (!rc)
		rc = vc_vcpu_run(t->vcpu, &t->exit);
	if (!rc)
		rc = vc_vcpu_state_get(t->vcpu, &t->s);
	CU_ASSERT_EQUAL(rc, 0);
	if (rc) {
		fprintf(stderr, "sys_run: %s\n", vc_last_error());
		return 0;
	}
	return t->reason = t->exit->reason;
}

/* Go on from the last exit. */
static inline uint32_t sys_more(struct sys *t)
{
	CU_ASSERT_EQUAL(vc_vcpu_run(t->vcpu, &t->exit), 0);
	CU_ASSERT_EQUAL(vc_vcpu_state_get(t->vcpu, &t->s), 0);
	return t->reason = t->exit->reason;
}

/* Linear address behind the last instruction. */
static inline uint64_t sys_rip(const struct sys *t)
{
	return t->s.rip + t->s.seg[VC_SEG_CS].base;
}

/* The vector whose handler stopped the run, or -1. */
static inline int sys_vector(const struct sys *t)
{
	uint64_t at = sys_rip(t) - 3 - SYS_HANDLERS;

	if (t->reason != VC_EXIT_HYPERCALL || at >= 0x1000 || at % 16)
		return -1;
	return (int)(at / 16);
}

/* Did the run stop at the VMCALL that ends n bytes of code at SYS_CODE? */
static inline bool sys_finished(const struct sys *t)
{
	return t->reason == VC_EXIT_HYPERCALL && sys_rip(t) == t->at;
}

/* Slot n of the frame on the stack now. */
static inline uint64_t sys_frame(struct sys *t, unsigned n, unsigned size)
{
	uint64_t sp = t->s.gpr[VC_RSP];

	if (!(t->s.seg[VC_SEG_CS].attr & VC_SEG_L))
		sp += t->s.seg[VC_SEG_SS].base;
	return sys_get(t, sp + n * size, size);
}

/* Run the code emitted so far, with VMCALL at its end: it must get there. */
static inline void sys_passes(struct sys *t)
{
	SYS_EMIT(t, VMCALL);
	sys_run(t);
	CU_ASSERT(sys_finished(t));
	if (!sys_finished(t))
		fprintf(stderr, "stopped at %llx, reason %u, vector %d\n",
			(unsigned long long)sys_rip(t), (unsigned)t->reason,
			sys_vector(t));
}

/* Run it: the last instruction, at from, must raise vector with error (-1:
 * none), and the frame's RIP be from. */
static inline void sys_faults(struct sys *t, uint64_t from, int vector,
			      int64_t error)
{
	bool real = !(t->s.cr0 & 1);
	unsigned size;
	int got;

	SYS_EMIT(t, VMCALL);
	sys_run(t);
	got = sys_vector(t);
	CU_ASSERT_EQUAL(got, vector);
	if (got != vector) {
		fprintf(stderr, "vector %d, not %d: rip %llx, reason %u\n",
			got, vector, (unsigned long long)sys_rip(t),
			(unsigned)t->reason);
		return;
	}
	size = real ? 2 : sys_is_long(t) ? 8 : 4;
	if (real) {
		CU_ASSERT_EQUAL(sys_frame(t, 0, 2) + sys_frame(t, 1, 2) * 16,
				from);
		return;
	}
	if (error >= 0) {
		CU_ASSERT_EQUAL(sys_frame(t, 0, size), (uint64_t)error);
		if (sys_frame(t, 0, size) != (uint64_t)error)
			fprintf(stderr, "error %llx, not %llx\n",
				(unsigned long long)sys_frame(t, 0, size),
				(unsigned long long)error);
	}
	CU_ASSERT_EQUAL(sys_frame(t, error >= 0 ? 1 : 0, size), from);
}

#endif
