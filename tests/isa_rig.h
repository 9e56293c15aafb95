/* SPDX-License-Identifier: MIT */
/*
 * isa_rig.h: one instruction from one state, by the host's processor and by
 * the engine. Memory operands are [rdi + ISA_MEM + n]; RDI and RSP are left
 * alone.
 */
#ifndef VC_TESTS_ISA_RIG_H
#define VC_TESTS_ISA_RIG_H

#include "engine_rig.h"

#include "../backends/interp/decode.h"

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__)
#define ISA_HOST 1
#include <cpuid.h>
#include <sys/mman.h>
#else
#define ISA_HOST 0
#endif

#define ISA_FLAGS	0x80u
#define ISA_VEC		0x100u
#define ISA_MEM		0x300u
#define ISA_MEM_SIZE	1024u
#define ISA_ARITH	0x8d5u

struct isa_state {
	uint64_t gpr[16];
	uint64_t flags;
	uint8_t pad[0x100 - 0x88];
	uint8_t vec[16][32];
	_Alignas(64) uint8_t mem[ISA_MEM_SIZE];
};
_Static_assert(offsetof(struct isa_state, mem) == ISA_MEM, "as addressed");

/* Set bits of CPUID in the VM's table, in a new row if need be. */
static inline void isa_offer(vc_vm *vm, uint32_t leaf, uint32_t subleaf,
			     unsigned reg, uint32_t set, uint32_t clear)
{
	static vc_cpuid_entry rows[VC_CPUID_MAX];
	uint32_t n = VC_CPUID_MAX, i = 0, *r;

	RIG_OK(vc_vm_cpuid_get(vm, rows, &n));
	while (i < n && (rows[i].leaf != leaf || rows[i].subleaf != subleaf))
		i++;
	if (i == n) {
		memset(&rows[n], 0, sizeof(rows[n]));
		rows[n].leaf = leaf;
		rows[n].subleaf = subleaf;
		rows[n++].flags = VC_CPUID_SUBLEAF;
	}
	r = reg == 0 ? &rows[i].eax : reg == 1 ? &rows[i].ebx :
	    reg == 2 ? &rows[i].ecx : &rows[i].edx;
	*r = (*r & ~clear) | set;
	RIG_OK(vc_vm_cpuid_set(vm, rows, n));
}

/* Everything that the tests of the instruction set want. */
static inline void isa_offer_all(vc_vm *vm)
{
	/* PCLMUL MONITOR FMA MOVBE AES XSAVE AVX F16C RDRAND, SSE3 to 4.2 */
	isa_offer(vm, 1, 0, 2, 1u << 1 | 1u << 3 | 1u << 12 | 1u << 22 |
		  1u << 25 | 1u << 26 | 1u << 28 | 1u << 29 | 1u << 30 | 1u |
		  1u << 9 | 1u << 19 | 1u << 20 | 1u << 23, 0);
	/* FSGSBASE BMI1 AVX2 BMI2 INVPCID RDSEED ADX CLFLUSHOPT CLWB SHA */
	isa_offer(vm, 7, 0, 1, 1u | 1u << 3 | 1u << 5 | 1u << 8 | 1u << 10 |
		  1u << 18 | 1u << 19 | 1u << 23 | 1u << 24 | 1u << 29, 0);
	/* UMIP PKU GFNI VAES VPCLMUL RDPID; SERIALIZE */
	isa_offer(vm, 7, 0, 2, 1u << 2 | 1u << 3 | 7u << 8 | 1u << 22, 0);
	isa_offer(vm, 7, 0, 3, 1u << 14, 0);
	isa_offer(vm, 0xd, 1, 0, 15, 0);
	isa_offer(vm, 0x80000001, 0, 2, 1u << 5 | 1u << 8, 0);
	isa_offer(vm, 0x80000001, 0, 3, 1u << 27, 0);
}

/* A machine in 64-bit code, AVX switched on. */
static inline struct sys *isa_machine(enum sys_mode mode, unsigned cpl)
{
	struct sys *t = sys_new(mode, cpl);

	isa_offer_all(t->vm);
	t->s.cr4 |= 0x40600;	/* OSFXSR, OSXMMEXCPT, OSXSAVE */
	t->s.xcr0 = 7;
	return t;
}

/* ---- the engine ---- */

/* Returns the vector of the exception, or -1. Only memory and registers of s
 * are set and fetched. */
static inline int isa_engine(struct sys *t, const uint8_t *code, unsigned n,
			     struct isa_state *s)
{
	static const uint8_t stop[] = { VMCALL };
	uint8_t *x = t->s.xsave;
	vc_x86_segment seg[8];
	unsigned avx;

	memcpy(t->ram + SYS_CODE, code, n);
	memcpy(t->ram + SYS_CODE + n, stop, sizeof(stop));
	vc_memory_write(t->vm, SYS_CODE, t->ram + SYS_CODE, n + sizeof(stop));
	memcpy(t->ram + SYS_DATA + ISA_MEM, s->mem, sizeof(s->mem));
	memcpy(t->s.gpr, s->gpr, sizeof(s->gpr));
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RSP] = SYS_STACK;
	t->s.rflags = (s->flags & ISA_ARITH) | 2;
	t->s.rip = SYS_CODE;
	memset(x, 0, 1024);
	x[0] = 0x7f;
	x[1] = 3;
	x[24] = 0x80;
	x[25] = 0x1f;
	x[512] = 7;
	for (unsigned i = 0; i < 16; i++) {
		memcpy(x + 160 + 16 * i, s->vec[i], 16);
		memcpy(x + 576 + 16 * i, s->vec[i] + 16, 16);
	}
	memcpy(seg, t->s.seg, sizeof(seg));
	sys_run(t);
	memcpy(t->s.seg, seg, sizeof(seg));	/* the level, next time */
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	if (t->s.rip >= SYS_HANDLERS)
		return (int)((t->s.rip - SYS_HANDLERS) / 16);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + n + sizeof(stop));
	memcpy(s->gpr, t->s.gpr, sizeof(s->gpr));
	s->flags = t->s.rflags & ISA_ARITH;
	avx = x[512] & 4;
	for (unsigned i = 0; i < 16; i++) {
		memcpy(s->vec[i], x + 160 + 16 * i, 16);
		if (avx)
			memcpy(s->vec[i] + 16, x + 576 + 16 * i, 16);
		else
			memset(s->vec[i] + 16, 0, 16);
	}
	memcpy(s->mem, t->ram + SYS_DATA + ISA_MEM, sizeof(s->mem));
	return -1;
}

/* ---- the host ---- */

#if ISA_HOST
static inline bool isa_host_has(uint32_t leaf, uint32_t subleaf, unsigned reg,
				unsigned bit)
{
	uint32_t r[4] = { 0 };

	return __get_cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]) &&
	       (r[reg] >> bit & 1);
}

static inline uint8_t *isa_put32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		*p++ = (uint8_t)(v >> i * 8);
	return p;
}

/* One move of register i from or to [rdi + at]. */
static inline uint8_t *isa_move(uint8_t *p, unsigned i, bool vec, bool store)
{
	if (vec) {		/* VMOVDQU */
		*p++ = 0xc5;
		*p++ = i > 7 ? 0x7e : 0xfe;
		*p++ = store ? 0x7f : 0x6f;
	} else {
		*p++ = i > 7 ? 0x4c : 0x48;
		*p++ = store ? 0x89 : 0x8b;
	}
	*p++ = (uint8_t)(0x87 | (i & 7) << 3);
	return isa_put32(p, vec ? ISA_VEC + 32 * i : 8 * i);
}

/* The code must not fault. */
static inline void isa_host(const uint8_t *code, unsigned n,
			    struct isa_state *s)
{
	static const uint8_t begin[] = { 0x53, 0x55, 0x41, 0x54, 0x41, 0x55,
		0x41, 0x56, 0x41, 0x57, 0xff, 0xb7, ISA_FLAGS, 0, 0, 0, 0x9d };
	static const uint8_t flags[] = { 0x9c, 0x8f, 0x87, ISA_FLAGS, 0, 0, 0 };
	static const uint8_t end[] = { 0xc5, 0xf8, 0x77, 0x41, 0x5f, 0x41,
		0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0x5b, 0xc3 };
	static uint8_t *page;
	uint32_t csr;
	uint8_t *p;
	void (*call)(struct isa_state *);

	if (!page) {
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CU_ASSERT_TRUE_FATAL(page != MAP_FAILED);
	}
	s->flags = (s->flags & ISA_ARITH) | 0x202;
	p = page;
	memcpy(p, begin, sizeof(begin));
	p += sizeof(begin);
	for (unsigned i = 0; i < 16; i++)
		p = isa_move(p, i, true, false);
	for (unsigned i = 0; i < 16; i++)
		if (i != VC_RSP && i != VC_RDI)
			p = isa_move(p, i, false, false);
	memcpy(p, code, n);
	p += n;
	for (unsigned i = 0; i < 16; i++)
		if (i != VC_RSP && i != VC_RDI)
			p = isa_move(p, i, false, true);
	memcpy(p, flags, sizeof(flags));
	p += sizeof(flags);
	for (unsigned i = 0; i < 16; i++)
		p = isa_move(p, i, true, true);
	memcpy(p, end, sizeof(end));
	memcpy(&call, &page, sizeof(call));
	csr = __builtin_ia32_stmxcsr();
	__builtin_ia32_ldmxcsr(0x1f80);
	call(s);
	__builtin_ia32_ldmxcsr(csr);
	s->flags &= ISA_ARITH;
}
#endif

/* ---- encodings ---- */

struct isa_form {
	const char *name;
	uint8_t vex;		/* 0: legacy */
	uint8_t map;		/* 1: 0F, 2: 0F38, 3: 0F3A */
	uint8_t pp;		/* 0, 1: 66, 2: F3, 3: F2 */
	uint8_t opcode;
	int8_t digit;		/* -1: /r */
	uint8_t w, l;		/* the most that they may be */
	uint8_t imm;
	uint8_t need[2];	/* CPUID: which of isa_needs; 0: none */
	uint8_t memory;		/* only to memory (or 2: only registers) */
	uint8_t osize;		/* the 66 of 16 bits is possible */
};

struct isa_encoding {
	uint8_t reg, vvvv, rm;
	bool mem, w, l, o16;
	uint8_t imm, off;
};

static inline unsigned isa_encode(const struct isa_form *f,
				  const struct isa_encoding *e, uint8_t *p)
{
	static const uint8_t pp[] = { 0, 0x66, 0xf3, 0xf2 };
	unsigned reg = f->digit >= 0 ? (unsigned)f->digit : e->reg;
	unsigned r = reg >> 3, b = e->mem ? 0 : e->rm >> 3;
	uint8_t *at = p;

	if (f->vex) {
		*p++ = 0xc4;
		*p++ = (uint8_t)(!r << 7 | 1 << 6 | !b << 5 | f->map);
		*p++ = (uint8_t)((unsigned)e->w << 7 | (~e->vvvv & 15u) << 3 |
				 (unsigned)e->l << 2 | f->pp);
	} else {
		if (e->o16)
			*p++ = 0x66;
		if (f->pp)
			*p++ = pp[f->pp];
		*p++ = (uint8_t)(0x40 | (unsigned)e->w << 3 | r << 2 | b);
		*p++ = 0x0f;
		if (f->map > 1)
			*p++ = f->map == 2 ? 0x38 : 0x3a;
	}
	*p++ = f->opcode;
	if (e->mem) {		/* [rdi + disp32] */
		*p++ = (uint8_t)(0x87 | (reg & 7) << 3);
		for (unsigned i = 0; i < 4; i++)
			*p++ = (uint8_t)((ISA_MEM + e->off) >> i * 8);
	} else {
		*p++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (e->rm & 7));
	}
	if (f->imm)
		*p++ = e->imm;
	return (unsigned)(p - at);
}

#endif
