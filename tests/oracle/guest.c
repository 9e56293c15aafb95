/* SPDX-License-Identifier: MIT */
/*
 * guest.c: one instruction in the engine, from a given state: a VM in long
 * mode that looks to user code like the host's process: same addresses, same
 * selectors, CPL 3.
 *
 * Pads are OUT to a port that the TSS lets CPL 3 use: an exit. Exceptions go
 * to handlers that are a HLT each.
 *
 * State goes in and out through the public calls in one run out of 16
 * (ORA_WHOLE); otherwise straight into the CPU block, which is ten times
 * faster and keeps the TLBs.
 */
#include <stdlib.h>
#include <string.h>

#include "virtcore.h"

#include "../../backends/interp/engine.h"
#include "../../backends/interp/flags.h"
#include "../../backends/interp/fpu.h"
#include "oracle.h"

#define RAM		0x100000u
#define GPA_TABLES	0x1000u
#define GPA_CODE	0x20000u
#define GPA_DATA	0x30000u
#define GPA_SYSTEM	0x38000u	/* IDT, GDT and TSS, handlers, stack */
#define SYSTEM		UINT64_C(0xffffff8000000000)
#define IDT		SYSTEM
#define GDT		(SYSTEM + 0x1000)
#define TSS		(SYSTEM + 0x1400)
#define HANDLERS	(SYSTEM + 0x2000)
#define STACK_TOP	(SYSTEM + 0x4000)
#define SYSTEM_PAGES	4u
#define TSS_LIMIT	(104u + 64u)

#define PORT		0xe9u
#define PAD_0		0xe6u		/* OUT imm8, AL */

#define PTE_P		1u
#define PTE_W		2u
#define PTE_U		4u
#define PTE_A		0x20u
#define PTE_D		0x40u
#define PTE_NX		(UINT64_C(1) << 63)

#define BLOCK_BUDGET	100000u
#define STEPS_MAX	40000u

bool vc__cpuid_offers(unsigned feature);

/* In XSAVE's area: XSTATE_BV, and the upper halves of the YMM registers. */
#define XSAVE_BV	512u
#define XSAVE_HIGH	576u

struct ora_guest {
	vc_vm *vm;
	vc_vcpu *vcpu;
	uint8_t *ram;
	uint32_t tables;	/* next free page */
	vc_x86_state start[2];	/* of 64-bit and of 32-bit code */
	vc_x86_state state;
	_Alignas(16) uint8_t xsave[VC_XSAVE_SIZE];
};

static void map_page(struct ora_guest *g, uint64_t va, uint64_t gpa,
		     uint64_t bits)
{
	uint64_t at = GPA_TABLES;

	for (unsigned shift = 39; shift > 12; shift -= 9) {
		uint8_t *e = g->ram + at + (va >> shift & 511) * 8;

		if (!(ld64(e) & PTE_P)) {
			st64(e, g->tables | PTE_P | PTE_W | PTE_U | PTE_A);
			g->tables += 4096;
		}
		at = ld64(e) & UINT64_C(0xffffffffff000);
	}
	st64(g->ram + at + (va >> 12 & 511) * 8,
	     gpa | bits | PTE_P | PTE_A | PTE_D);
}

static void make_tables(struct ora_guest *g)
{
	g->tables = GPA_TABLES + 4096;
	for (unsigned i = 0; i < ORA_CODE_SIZE; i += 4096)
		map_page(g, ORA_CODE + i, GPA_CODE + i, PTE_U | PTE_W);
	for (unsigned i = 0; i < ORA_DATA_SIZE; i += 4096) {
		uint64_t w = i < ORA_RW_SIZE ? PTE_W : 0;

		map_page(g, ORA_DATA + i, GPA_DATA + i, w | PTE_U | PTE_NX);
		if (ora_host_has_low())
			map_page(g, ORA_LOW + i, GPA_DATA + i,
				 w | PTE_U | PTE_NX);
	}
	for (unsigned i = 0; i < SYSTEM_PAGES; i++)
		map_page(g, SYSTEM + i * 4096, GPA_SYSTEM + i * 4096, PTE_W);
}

static void make_system(struct ora_guest *g)
{
	/* as Linux has them: 4 code32 5 data 6 code64, all of DPL 3 */
	static const uint64_t gdt[] = {
		0, UINT64_C(0x00cf9b000000ffff), UINT64_C(0x00af9b000000ffff),
		UINT64_C(0x00cf93000000ffff), UINT64_C(0x00cffb000000ffff),
		UINT64_C(0x00cff3000000ffff), UINT64_C(0x00affb000000ffff),
	};
	uint8_t *idt = g->ram + GPA_SYSTEM, *tss = idt + 0x1400;
	uint8_t *handlers = idt + 0x2000;

	for (unsigned v = 0; v < 256; v++) {
		uint64_t to = HANDLERS + v * 4;
		uint8_t *e = idt + v * 16;
		unsigned dpl = v == 3 || v == 4 ? 3 : 0;

		st64(e, (to & 0xffff) | (to & 0xffff0000) << 32 |
			UINT64_C(0x100000) |		/* selector 10 */
			(uint64_t)(0x8e00 | dpl << 13) << 32);
		st64(e + 8, to >> 32);
		handlers[v * 4] = 0xf4;			/* HLT */
	}
	for (size_t i = 0; i < sizeof(gdt) / 8; i++)
		st64(idt + 0x1000 + i * 8, gdt[i]);
	st64(tss + 4, STACK_TOP);
	st16(tss + 102, 104);
	memset(tss + 104, 0xff, 65);
	tss[104 + PORT / 8] = (uint8_t)~(1u << PORT % 8);
}

static void make_state(struct ora_guest *g, bool code64, vc_x86_state *s)
{
	const uint16_t data = VC_SEG_P | VC_SEG_S | VC_SEG_DPL | 3 | VC_SEG_DB |
			      VC_SEG_G;
	const uint16_t code = VC_SEG_P | VC_SEG_S | VC_SEG_DPL | 0xb | VC_SEG_G;

	s->size = sizeof(*s);
	vc_vcpu_state_get(g->vcpu, s);
	s->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG;
	s->cr3 = GPA_TABLES;
	s->cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE |
		 CR4_FSGSBASE;
	s->efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;
	s->xcr0 = 7;
	for (unsigned i = 0; i < 6; i++)
		s->seg[i] = (vc_x86_segment){ 0, 0, 0, 0 };
	s->seg[VC_SEG_CS] = (vc_x86_segment){ 0, UINT32_MAX,
		code64 ? 0x33 : 0x23,
		(uint16_t)(code | (code64 ? VC_SEG_L : VC_SEG_DB)) };
	s->seg[VC_SEG_SS] = (vc_x86_segment){ 0, UINT32_MAX, 0x2b, data };
	if (!code64)
		s->seg[VC_SEG_DS] = s->seg[VC_SEG_ES] = s->seg[VC_SEG_SS];
	s->seg[VC_SEG_FS].base = ora_host_fs_base();
	s->seg[VC_SEG_GS].base = ORA_GS_BASE;
	s->seg[VC_SEG_TR] = (vc_x86_segment){ TSS, TSS_LIMIT, 0x40,
					      VC_SEG_P | 0xb };
	s->gdtr.base = GDT;
	s->gdtr.limit = 0x3ff;
	s->idtr.base = IDT;
	s->idtr.limit = 0xfff;
}

/* SDM 2A CPUID, table 3-8; APM 3 appendix E. */
static const struct ora_cpuid features[] = {
	{ X86_FEAT_SSE3, 2, 0, 0, 0x1 },
	{ X86_FEAT_PCLMUL, 2, 1, 0, 0x1 },
	{ X86_FEAT_MONITOR, 2, 3, 0, 0x1 },
	{ X86_FEAT_VMX, 2, 5, 0, 0x1 },
	{ X86_FEAT_SMX, 2, 6, 0, 0x1 },
	{ X86_FEAT_SSSE3, 2, 9, 0, 0x1 },
	{ X86_FEAT_FMA, 2, 12, 0, 0x1 },
	{ X86_FEAT_CX16, 2, 13, 0, 0x1 },
	{ X86_FEAT_SSE41, 2, 19, 0, 0x1 },
	{ X86_FEAT_SSE42, 2, 20, 0, 0x1 },
	{ X86_FEAT_MOVBE, 2, 22, 0, 0x1 },
	{ X86_FEAT_POPCNT, 2, 23, 0, 0x1 },
	{ X86_FEAT_AES, 2, 25, 0, 0x1 },
	{ X86_FEAT_XSAVE, 2, 26, 0, 0x1 },
	{ X86_FEAT_AVX, 2, 28, 0, 0x1 },
	{ X86_FEAT_F16C, 2, 29, 0, 0x1 },
	{ X86_FEAT_RDRAND, 2, 30, 0, 0x1 },
	{ X86_FEAT_FSGSBASE, 1, 0, 0, 0x7 },
	{ X86_FEAT_BMI1, 1, 3, 0, 0x7 },
	{ X86_FEAT_AVX2, 1, 5, 0, 0x7 },
	{ X86_FEAT_BMI2, 1, 8, 0, 0x7 },
	{ X86_FEAT_INVPCID, 1, 10, 0, 0x7 },
	{ X86_FEAT_RTM, 1, 11, 0, 0x7 },
	{ X86_FEAT_RDSEED, 1, 18, 0, 0x7 },
	{ X86_FEAT_ADX, 1, 19, 0, 0x7 },
	{ X86_FEAT_SMAP, 1, 20, 0, 0x7 },
	{ X86_FEAT_CLFLUSHOPT, 1, 23, 0, 0x7 },
	{ X86_FEAT_CLWB, 1, 24, 0, 0x7 },
	{ X86_FEAT_SHA, 1, 29, 0, 0x7 },
	{ X86_FEAT_PKU, 2, 3, 0, 0x7 },
	{ X86_FEAT_GFNI, 2, 8, 0, 0x7 },
	{ X86_FEAT_VAES, 2, 9, 0, 0x7 },
	{ X86_FEAT_VPCLMUL, 2, 10, 0, 0x7 },
	{ X86_FEAT_RDPID, 2, 22, 0, 0x7 },
	{ X86_FEAT_SERIALIZE, 3, 14, 0, 0x7 },
	{ X86_FEAT_XSAVEOPT, 0, 0, 1, 0xd },
	{ X86_FEAT_XSAVEC, 0, 1, 1, 0xd },
	{ X86_FEAT_XSAVES, 0, 3, 1, 0xd },
	{ X86_FEAT_SVM, 2, 2, 0, 0x80000001 },
	{ X86_FEAT_LZCNT, 2, 5, 0, 0x80000001 },
	{ X86_FEAT_PREFETCHW, 2, 8, 0, 0x80000001 },
	{ X86_FEAT_RDTSCP, 3, 27, 0, 0x80000001 },
};

bool ora_cpuid_of(unsigned feature, struct ora_cpuid *where)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		if (features[i].feature == feature) {
			*where = features[i];
			return true;
		}
	return false;
}

/* The row of a leaf, made where there is none. */
static vc_cpuid_entry *row_of(vc_cpuid_entry *rows, uint32_t *n, uint32_t leaf,
			      uint32_t subleaf)
{
	vc_cpuid_entry *e;

	for (uint32_t i = 0; i < *n; i++) {
		e = &rows[i];
		if (e->leaf == leaf && (!(e->flags & VC_CPUID_SUBLEAF) ||
					e->subleaf == subleaf))
			return e;
	}
	if (*n == VC_CPUID_MAX)
		return NULL;
	e = &rows[(*n)++];
	memset(e, 0, sizeof(*e));
	e->leaf = leaf;
	e->subleaf = subleaf;
	e->flags = VC_CPUID_SUBLEAF;
	return e;
}

/* All that the engine can do: more than its CPU model has. */
static bool offer_all(vc_vm *vm)
{
	static vc_cpuid_entry rows[VC_CPUID_MAX];
	uint32_t n = VC_CPUID_MAX;
	vc_cpuid_entry *e;

	if (vc_vm_cpuid_get(vm, rows, &n))
		return false;
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++) {
		const struct ora_cpuid *f = &features[i];
		uint32_t bit = UINT32_C(1) << f->bit;

		if (!vc__cpuid_offers(f->feature))
			continue;
		e = row_of(rows, &n, f->leaf, f->subleaf);
		if (!e)
			return false;
		*(f->reg == 0 ? &e->eax : f->reg == 1 ? &e->ebx :
		  f->reg == 2 ? &e->ecx : &e->edx) |= bit;
	}
	/* the XSAVE area: with AVX */
	e = row_of(rows, &n, 0xd, 0);
	if (!e)
		return false;
	e->eax = 7;
	e->ebx = e->ecx = 832;
	e = row_of(rows, &n, 0xd, 2);
	if (!e)
		return false;
	e->eax = 256;
	e->ebx = 576;
	return !vc_vm_cpuid_set(vm, rows, n);
}

struct ora_guest *ora_guest_open(void)
{
	vc_vm_options options = VC_VM_OPTIONS_INIT;
	struct ora_guest *g = calloc(1, sizeof(*g));
	void *ram = NULL;

	if (!g)
		return NULL;
	options.backend = VC_BACKEND_INTERP;
	if (vc_vm_create(&g->vm, &options) || !offer_all(g->vm) ||
	    vc_memory_map(g->vm, 0, NULL, RAM, VC_PROT_RWX) ||
	    vc_memory_host(g->vm, 0, RAM, &ram) ||
	    vc_vcpu_create(&g->vcpu, g->vm, 0)) {
		ora_guest_close(g);
		return NULL;
	}
	g->ram = ram;
	make_tables(g);
	make_system(g);
	memset(g->ram + GPA_CODE, 0xcc, ORA_CODE_SIZE);
	for (unsigned i = ORA_PADS_64 - ORA_CODE; i < ORA_CODE_SIZE;
	     i += ORA_PAD) {
		g->ram[GPA_CODE + i] = PAD_0;
		g->ram[GPA_CODE + i + 1] = PORT;
	}
	vc_memory_written(g->vm, 0, RAM);
	make_state(g, true, &g->start[0]);
	make_state(g, false, &g->start[1]);
	if (vc_vcpu_state_set(g->vcpu, &g->start[0])) {
		ora_guest_close(g);
		return NULL;
	}
	return g;
}

void ora_guest_close(struct ora_guest *g)
{
	if (g)
		vc_vm_destroy(g->vm);
	free(g);
}

uint8_t *ora_guest_data(struct ora_guest *g)
{
	return g->ram + GPA_DATA;
}

void ora_guest_code(struct ora_guest *g, const struct ora_code *code)
{
	static const uint8_t pad[2] = { PAD_0, PORT };
	uint8_t bytes[ORA_BYTES + 2];

	if (code->cut) {
		vc_memory_write(g->vm, GPA_CODE + (code->at - ORA_CODE),
				code->bytes, code->cut);
		return;
	}
	memcpy(bytes, code->bytes, code->len);
	memcpy(bytes + code->len, pad, 2);
	vc_memory_write(g->vm, GPA_CODE + (code->at - ORA_CODE), bytes,
			code->len + 2u);
	for (int i = 0; i < 2; i++)
		vc_memory_write(g->vm, GPA_CODE + (code->near[i] - ORA_CODE),
				pad, 2);
}

/* ---- state ---- */

static void segments_to(struct cpu *cpu, const vc_x86_state *s)
{
	for (unsigned i = 0; i < 8; i++)
		cpu->seg[i] = (struct segment){ s->seg[i].base, s->seg[i].limit,
						s->seg[i].selector,
						s->seg[i].attr };
	cpu->cpl = 3;
}

static void start_fast(struct ora_guest *g, const struct ora_case *c,
		       const vc_x86_state *start)
{
	struct engine *eng = g->vcpu->backend_vcpu;
	struct cpu *cpu = &eng->cpu;

	memcpy(cpu->r, c->in.gpr, sizeof(c->in.gpr));
	cpu->rip = c->in.rip;
	rflags_set(cpu, c->in.rflags);
	segments_to(cpu, start);
	memcpy(g->xsave, c->in.fx, 512);
	memcpy(g->xsave + XSAVE_HIGH, c->in.high, sizeof(c->in.high));
	g->xsave[XSAVE_BV] = 7;
	vc__xsave_set(cpu, g->xsave);
	cpu->cr2 = 0;
	cpu->shadow = 0;
	g->vcpu->access_pending = false;
	vc__mode_update(cpu);
}

static bool start_whole(struct ora_guest *g, const struct ora_case *c,
			const vc_x86_state *start)
{
	vc_x86_state *s = &g->state;

	*s = *start;
	memcpy(s->gpr, c->in.gpr, sizeof(s->gpr));
	s->rip = c->in.rip;
	s->rflags = c->in.rflags;
	memset(s->xsave, 0, sizeof(s->xsave));
	memcpy(s->xsave, c->in.fx, 512);
	s->xsave[28] = s->xsave[29] = s->xsave[30] = s->xsave[31] = 0;
	memcpy(s->xsave + XSAVE_HIGH, c->in.high, sizeof(c->in.high));
	s->xsave[XSAVE_BV] = 7;
	s->cr2 = 0;
	return vc_vcpu_state_set(g->vcpu, s) == 0;
}

/* What is not in use is 0 in an image, SDM 1 §13.6. */
static void take_xsave(struct ora_result *out, const uint8_t *xsave)
{
	memcpy(out->regs.fx, xsave, 512);
	if (xsave[XSAVE_BV] & 4)
		memcpy(out->regs.high, xsave + XSAVE_HIGH,
		       sizeof(out->regs.high));
	else
		memset(out->regs.high, 0, sizeof(out->regs.high));
}

static bool end(struct ora_guest *g, unsigned how, struct ora_result *out)
{
	struct engine *eng = g->vcpu->backend_vcpu;
	struct cpu *cpu = &eng->cpu;

	if (how & ORA_WHOLE) {
		vc_x86_state *s = &g->state;

		s->size = sizeof(*s);
		if (vc_vcpu_state_get(g->vcpu, s))
			return false;
		memcpy(out->regs.gpr, s->gpr, sizeof(s->gpr));
		out->regs.rip = s->rip;
		out->regs.rflags = s->rflags;
		out->cr2 = s->cr2;
		take_xsave(out, s->xsave);
		return true;
	}
	memcpy(out->regs.gpr, cpu->r, sizeof(out->regs.gpr));
	out->regs.rip = cpu->rip;
	out->regs.rflags = rflags_get(cpu);
	out->cr2 = cpu->cr2;
	vc__xsave_get(cpu, g->xsave);
	take_xsave(out, g->xsave);
	return true;
}

/* In a handler: what was interrupted is on its stack, SDM 3A §6.14.2. */
static bool unwind(struct ora_guest *g, struct ora_result *out)
{
	static const uint32_t with_error = 1u << 8 | 1u << 10 | 1u << 11 |
		1u << 12 | 1u << 13 | 1u << 14 | 1u << 17 | 1u << 21;
	uint64_t at = out->regs.rip - 1 - HANDLERS;
	const uint8_t *frame;

	if (at >= 1024 || at % 4)
		return false;
	out->vector = (int)(at / 4);
	if (out->regs.gpr[4] < SYSTEM || out->regs.gpr[4] > STACK_TOP - 40)
		return false;
	frame = g->ram + GPA_SYSTEM + (out->regs.gpr[4] - SYSTEM);
	if (out->vector < 32 && (with_error >> out->vector & 1)) {
		out->error = ld32(frame);
		frame += 8;
	}
	out->regs.rip = ld64(frame);
	out->regs.rflags = ld64(frame + 16);
	out->regs.gpr[4] = ld64(frame + 24);
	return true;
}

static bool at_pad(struct ora_guest *g, uint64_t rip)
{
	uint64_t off = rip - ORA_CODE;

	return off < ORA_CODE_SIZE && g->ram[GPA_CODE + off] == PAD_0 &&
	       g->ram[GPA_CODE + off + 1] == PORT;
}

bool ora_guest_run(struct ora_guest *g, const struct ora_case *c, unsigned how,
		   struct ora_result *out)
{
	const vc_x86_state *start = &g->start[c->code->form->mode ==
					      X86_MODE64 ? 0 : 1];
	vc_exit *e = NULL;

	out->vector = -1;
	out->error = 0;
	if (how & ORA_WHOLE) {
		if (!start_whole(g, c, start))
			return false;
	} else {
		start_fast(g, c, start);
	}
	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		vc_vcpu_budget_set(g->vcpu, how & ORA_STEP ? 1 : BLOCK_BUDGET);
		if (vc_vcpu_run(g->vcpu, &e))
			return false;
		if (e->reason == VC_EXIT_BUDGET && (how & ORA_STEP) &&
		    !at_pad(g, e->rip))
			continue;
		break;
	}
	if (!end(g, how, out))
		return false;
	switch (e->reason) {
	case VC_EXIT_IO:
		return e->io.port == PORT;
	case VC_EXIT_BUDGET:
		return at_pad(g, out->regs.rip);
	case VC_EXIT_HALT:
		return unwind(g, out);
	default:
		return false;
	}
}
