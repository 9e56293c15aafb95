/* SPDX-License-Identifier: MIT */
/*
 * Fuzz the engine (libFuzzer's entry): any bytes as code, under any registers,
 * segments, tables and control bits. Whatever they are, the calls succeed, the
 * budget is exact, a state that was read is accepted, and under a sanitizer no
 * host memory outside of the VM's is touched. The VM's memory is on the heap,
 * so that a byte too far is seen.
 *
 * The first 64 bytes of the input decide about the machine; the rest is code,
 * eked out with numbers that follow from it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "virtcore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define F_RAM		0x40000u	/* at 0 */
#define F_CODE		0x10000u
#define F_TABLES	0x20000u	/* page tables, four pages */
#define F_GDT		0x24000u
#define F_IDT		0x25000u
#define F_TSS		0x26000u
#define F_STACK		0x30000u
#define F_DEVICE	0x40000u	/* two pages of a device */
#define F_ROM		0x42000u
#define F_READ_ONLY	0x43000u
#define F_WRITE_ONLY	0x44000u
#define F_BUDGET	1500u

/* A broken promise is a crash, which is what a fuzzer reports. */
static void must_(int ok, const char *what, int line)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_engine.c:%d: %s (%s)\n", line, what,
		vc_last_error());
	abort();
}
#define MUST(x)	must_(!!(x), #x, __LINE__)

struct feed {
	const uint8_t *p;
	size_t n;
	uint64_t state;
};

static uint64_t feed_random(struct feed *f)
{
	uint64_t x = f->state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	f->state = x;
	return x * UINT64_C(0x2545f4914f6cdd1d);
}

static uint8_t feed8(struct feed *f)
{
	if (f->n) {
		f->n--;
		return *f->p++;
	}
	return (uint8_t)(feed_random(f) >> 32);
}

static uint64_t feed64(struct feed *f)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | feed8(f);
	return v;
}

/* ---- the machine ---- */

struct machine {
	vc_vm *vm;
	vc_vcpu *vcpu;
	uint8_t *ram;
	uint8_t *rom;		/* and the two pages behind it */
	uint64_t answers;
};

static uint64_t dev_read(void *self, uint64_t off, uint32_t size)
{
	struct machine *m = self;

	(void)size;
	m->answers = m->answers * UINT64_C(0x5851f42d4c957f2d) + off + 1;
	/* sometimes the device has something to say */
	if (!(m->answers >> 60))
		vc_vcpu_inject(m->vcpu, (uint32_t)(m->answers >> 40) & 0xff);
	return m->answers;
}

static void dev_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct machine *m = self;
	uint8_t byte = (uint8_t)v;

	(void)size;
	m->answers += v ^ off;
	if (!(m->answers & 7))	/* DMA into the code */
		vc_dma_write(m->vm, F_CODE + (m->answers >> 8 & 0xff), &byte,
			     1);
}

static const vc_device_ops dev_ops = {
	.size = sizeof(vc_device_ops), .flags = VC_DEVICE_UNALIGNED,
	.name = "fuzz", .read = dev_read, .write = dev_write,
};

static void *pages(size_t n)
{
	void *p = aligned_alloc(4096, n);

	if (p)
		memset(p, 0, n);
	return p;
}

static int machine_make(struct machine *m, unsigned flags)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_device *dev;

	memset(m, 0, sizeof(*m));
	m->ram = pages(F_RAM);
	m->rom = pages(3 * 4096);
	o.backend = VC_BACKEND_INTERP;
	o.flags = VC_VM_VIRTUAL_TIME | (flags & 1 ? VC_VM_HYPERCALLS : 0);
	if (!m->ram || !m->rom || vc_vm_create(&m->vm, &o))
		return -1;
	MUST(!vc_memory_map(m->vm, 0, m->ram, F_RAM, VC_PROT_RWX));
	MUST(!vc_memory_map(m->vm, F_ROM, m->rom, 4096,
			    VC_PROT_RX | VC_PROT_ROM));
	MUST(!vc_memory_map(m->vm, F_READ_ONLY, m->rom + 4096, 4096,
			    VC_PROT_RX));
	MUST(!vc_memory_map(m->vm, F_WRITE_ONLY, m->rom + 8192, 4096,
			    VC_PROT_WRITE));
	MUST(!vc_device_create(&dev, m->vm, &dev_ops, m));
	MUST(!vc_device_map_mmio(dev, F_DEVICE, 0x1800, 0));
	MUST(!vc_device_map_port(dev, 0x40, 0x40, 0));
	MUST(!vc_vcpu_create(&m->vcpu, m->vm, 0));
	if (flags & 2)
		MUST(!vc_memory_dirty_track(m->vm, 0, 1));
	return 0;
}

static void machine_free(struct machine *m)
{
	vc_vm_destroy(m->vm);
	free(m->ram);
	free(m->rom);
}

static void put(struct machine *m, uint32_t at, unsigned n, uint64_t v)
{
	for (unsigned i = 0; i < n; i++)
		m->ram[at + i] = (uint8_t)(v >> i * 8);
}

/*
 * Tables that mostly make sense: identity pages with random rights, some
 * elsewhere; descriptors of random types; gates to the code.
 */
static void put_tables(struct machine *m, struct feed *f, unsigned mode,
		       bool pae)
{
	bool wide = mode >= 3;

	/* code and data of level 0 for each mode, and of level 3 */
	static const uint64_t good[7] = { 0,
		UINT64_C(0x00af9b000000ffff), UINT64_C(0x00cf93000000ffff),
		UINT64_C(0x00cf9b000000ffff), UINT64_C(0x00cffb000000ffff),
		UINT64_C(0x00cff3000000ffff), UINT64_C(0x00affb000000ffff),
	};

	for (unsigned i = 0; i < 4; i++) {
		put(m, F_TABLES + i * 8, 8, (F_TABLES + 0x1000) | 7);
		put(m, F_TABLES + 0x1000 + i * 8, 8, (F_TABLES + 0x2000) | 7);
		put(m, F_TABLES + 0x2000 + i * 8, 8, (F_TABLES + 0x3000) | 7);
	}
	if (wide)	/* a large page */
		put(m, F_TABLES + 0x2000 + 24, 8, 0x87);
	for (unsigned i = 0; i < 512; i++) {
		uint64_t r = feed_random(f), e = (uint64_t)(i % 0x48) << 12 | 7;

		if (!(r & 15))
			e = (r >> 8 & 0x7f) << 12 | (r >> 16 & 0xfff);
		if (!(r & 0xff0))
			e |= r & (UINT64_C(1) << 63);
		put(m, F_TABLES + 0x3000 + i * 8, 8, e);
	}
	/* 32-bit paging: a directory in the first page */
	for (unsigned i = 0; !wide && !pae && i < 1024; i++) {
		uint64_t r = feed_random(f);

		put(m, F_TABLES + i * 4, 4, i & 1 ? 0x87 :
		    (F_TABLES + 0x1000) | 7);
		put(m, F_TABLES + 0x1000 + i * 4, 4, r & 15 ?
		    (i % 0x48) << 12 | 7 : r >> 8 & 0x7ffff);
	}
	for (unsigned i = 1; i < 64; i++) {
		uint64_t r = feed_random(f);

		put(m, F_GDT + i * 8, 8, i < 7 ? good[i] :
		    ((r & 3 ? UINT64_C(0x008f0000000fffff) : 0) ^
		     (r & UINT64_C(0x00f0ff0000030000))) |
		    (uint64_t)(r >> 8 & 0xff) << 40);
	}
	for (unsigned i = 0; i < 256; i++) {
		uint64_t r = feed_random(f);
		uint32_t at = F_IDT + i * (wide ? 16 : 8);
		uint64_t sel = r >> 60 ? (wide ? 0x08 : 0x18) : r & 0x1f8;
		unsigned ip = F_CODE + (r >> 24 & 0x3ff);

		put(m, at, 8, (ip & 0xffff) | sel << 16 |
		    (uint64_t)(r >> 52 & 15 ? 0x8e | (r >> 16 & 0x61) :
			       r >> 16 & 0xff) << 40 |
		    (uint64_t)(ip >> 16) << 48);
		/* real mode's table has other entries */
		if (mode)
			continue;
		put(m, F_IDT + i * 4, 4, (r >> 24 & 0x3ff) |
		    (F_CODE >> 4) << 16);
	}
	for (unsigned i = 0; i < 0x80; i += 4)
		put(m, F_TSS + i, 4, F_STACK + (feed_random(f) & 0xff8));
	for (unsigned i = 0; i < 3; i++) {
		if (wide)
			put(m, F_TSS + 4 + i * 8, 8, F_STACK + 0x700);
		else
			put(m, F_TSS + 8 + i * 8, 4, 0x10 | i);
	}
	put(m, F_TSS + 102, 2, 104);
}

/* What the bytes are mixed with: instructions that random bytes seldom hit,
 * or that do much. The first byte is the length. */
static const uint8_t phrases[][8] = {
	{ 3, 0x0f, 0x22, 0xc0 }, { 3, 0x0f, 0x22, 0xd8 }, { 3, 0x0f, 0x22, 0xe0 },
	{ 3, 0x0f, 0x23, 0xf8 }, { 3, 0x0f, 0x23, 0xc1 }, { 2, 0x0f, 0x30 },
	{ 2, 0x0f, 0x32 }, { 3, 0x0f, 0x01, 0x3e }, { 3, 0x0f, 0x01, 0x16 },
	{ 3, 0x0f, 0x01, 0x1e }, { 2, 0x8e, 0xd8 }, { 2, 0x8e, 0xd0 },
	{ 2, 0x8e, 0xe8 }, { 3, 0x0f, 0x00, 0xd8 }, { 3, 0x0f, 0x00, 0xd0 },
	{ 2, 0xff, 0x2e }, { 2, 0xff, 0x1e }, { 1, 0xcb }, { 1, 0xcf },
	{ 2, 0x48, 0xcf }, { 1, 0x9d }, { 2, 0xf3, 0xa4 }, { 2, 0xf3, 0xa5 },
	{ 2, 0xf3, 0xab }, { 2, 0xf2, 0xae }, { 2, 0xf3, 0x6c }, { 2, 0xf3, 0x6e },
	{ 3, 0x66, 0xf3, 0xa7 }, { 3, 0x0f, 0xae, 0x06 }, { 3, 0x0f, 0xae, 0x0e },
	{ 3, 0x0f, 0xae, 0x26 }, { 3, 0x0f, 0xae, 0x2e }, { 2, 0xdd, 0x36 },
	{ 2, 0xdd, 0x26 }, { 2, 0xd9, 0x36 }, { 4, 0xf0, 0x0f, 0xc7, 0x0e },
	{ 5, 0xf0, 0x48, 0x0f, 0xc7, 0x0e }, { 4, 0xc8, 0x10, 0x00, 0x1f },
	{ 1, 0x60 }, { 1, 0x61 }, { 2, 0x0f, 0x05 }, { 2, 0x0f, 0x34 },
	{ 2, 0x0f, 0x35 }, { 3, 0x48, 0x0f, 0x07 }, { 2, 0xcd, 0x40 }, { 1, 0xf4 },
	{ 3, 0x0f, 0x01, 0xc1 }, { 3, 0x67, 0xf3, 0xaa }, { 2, 0xeb, 0xf0 },
	{ 2, 0xe2, 0xf4 }, { 3, 0x0f, 0x18, 0x06 }, { 3, 0x66, 0x0f, 0x3a },
	{ 4, 0x66, 0x0f, 0x38, 0x10 }, { 3, 0x0f, 0x01, 0xd1 }, { 1, 0xf1 },
	{ 2, 0x0f, 0xa2 }, { 2, 0x0f, 0x31 }, { 3, 0x0f, 0xc2, 0xc1 },
	{ 4, 0xf3, 0x0f, 0x58, 0xc1 }, { 2, 0xd4, 0x00 }, { 2, 0xf7, 0xf9 },
	{ 3, 0x48, 0xf7, 0xf9 }, { 2, 0x0f, 0x06 }, { 3, 0x0f, 0x00, 0x06 },
	{ 5, 0xf3, 0x48, 0x0f, 0xae, 0xd0 }, { 2, 0x87, 0x06 }, { 2, 0x01, 0x06 },
	{ 6, 0x80, 0x05, 0x02, 0x00, 0x00, 0x00 }, { 2, 0xc5, 0x06 },
};

static void put_code(struct machine *m, struct feed *f)
{
	uint32_t at = F_CODE;

	while (at < F_CODE + 0x1800) {
		const uint8_t *ph = phrases[feed8(f) % (sizeof(phrases) /
						      sizeof(phrases[0]))];

		if (feed8(f) & 1) {
			memcpy(m->ram + at, ph + 1, ph[0]);
			at += ph[0];
		} else {
			for (unsigned i = 0; i < 5; i++)
				m->ram[at++] = feed8(f);
		}
	}
}

/* ---- its registers ---- */

static uint64_t near_something(struct feed *f)
{
	uint64_t r = feed_random(f);

	switch (r & 7) {
	case 0:
		return r;
	case 1:
		return F_DEVICE - 8 + (r >> 8 & 15);
	case 2:
		return F_ROM - 8 + (r >> 8 & 0x2fff);
	case 3:
		return (r >> 8 & 0x47) << 12 | 0xff8 | (r >> 16 & 7);
	case 4:
		return UINT64_C(0x00007ffffffffff0) + (r >> 8 & 31);
	case 5:
		return F_CODE + (r >> 8 & 0x1fff);
	default:
		return F_STACK + (r >> 8 & 0xfff);
	}
}

static void random_segment(vc_x86_segment *s, struct feed *f, unsigned mode)
{
	uint64_t r = feed_random(f);

	s->selector = (uint16_t)(r & 0x1fb);
	if (!(r >> 16 & 7)) {
		s->base = r >> 20 & 0x3ffff;
		s->limit = (uint32_t)(r >> 40 & 0xfffff);
		s->attr = (uint16_t)(0x90 | (r >> 48 & 0x6f));
		return;
	}
	s->base = mode ? 0 : (uint64_t)s->selector << 4;
	s->limit = mode ? 0xffffffff : 0xffff;
	s->attr = mode ? 0xc093 : 0x93;
}

static void random_state(struct machine *m, vc_x86_state *s, struct feed *f)
{
	unsigned mode = feed8(f) % 5;	/* real, protected, v86, compat, 64 */
	unsigned cpl = mode == 2 ? 3 : mode ? feed8(f) & 3 : 0;
	uint64_t r = feed64(f);

	put_tables(m, f, mode, r >> 45 & 1);
	memset(s, 0, sizeof(*s));
	s->size = sizeof(*s);
	MUST(!vc_vcpu_state_get(m->vcpu, s));
	for (unsigned i = 0; i < 16; i++)
		s->gpr[i] = near_something(f);
	s->gpr[VC_RSP] = F_STACK + 0x800;
	if (r & 1)
		s->gpr[VC_RCX] &= 0xfff;
	s->rflags = 2 | (r >> 1 & 0x44dd5) | (mode == 2 ? 0x23000 : 0);
	if (r >> 60)	/* single-step seldom */
		s->rflags &= ~UINT64_C(0x100);
	for (unsigned i = 0; i < 6; i++)
		random_segment(&s->seg[i], f, mode && mode != 2);
	s->seg[VC_SEG_CS] = (vc_x86_segment){ 0, 0xffffffff, 0x08, (uint16_t)(
		(mode == 4 ? 0xa09b : r >> 20 & 7 ? 0xc09b : 0x809b) |
		cpl << 5) };
	s->seg[VC_SEG_SS].attr = (uint16_t)((s->seg[VC_SEG_SS].attr & ~0x60u) |
					    cpl << 5);
	s->rip = F_CODE + (r >> 24 & 0x3ff);
	if (mode == 0 || mode == 2) {
		s->seg[VC_SEG_CS] = (vc_x86_segment){ F_CODE, 0xffff,
			F_CODE >> 4, mode ? 0xf3 : 0x9b };
		s->rip &= 0x3ff;
		for (unsigned i = 0; mode && i < 6; i++)
			s->seg[i] = (vc_x86_segment){
				(uint64_t)s->seg[i].selector << 4, 0xffff,
				s->seg[i].selector, 0xf3 };
	}
	s->seg[VC_SEG_TR] = (vc_x86_segment){ F_TSS, 0x7f, 0x28, 0x8b };
	s->seg[VC_SEG_LDTR] = (vc_x86_segment){ F_GDT, 0xff, 0x30, 0x82 };
	s->gdtr.base = F_GDT;
	s->gdtr.limit = 0x1ff;
	s->idtr.base = mode ? F_IDT : F_IDT & 0xff000;
	s->idtr.limit = 0xfff;
	s->cr0 = 0x10 | (mode ? 1 : 0) | (r >> 32 & 0x4002e) |
		 (r >> 33 & 0x10000);
	s->cr3 = F_TABLES;
	s->cr4 = r >> 36 & 0x50698;
	if (mode >= 3 || (mode && r >> 40 & 1))
		s->cr0 |= 0x80000000;
	if (mode >= 3) {
		s->cr4 |= 0x20;
		if (!(r >> 57 & 7))	/* all pages are the user's */
			s->cr4 |= r >> 20 & 0x300000;
		s->efer = 0x500 | (r >> 44 & 0x801);
	} else if (r >> 45 & 1) {
		s->cr4 |= 0x20;
	}
	for (unsigned i = 0; i < 4; i++) {
		s->pdpte[i] = (F_TABLES + 0x2000) | 1;
		s->dr[i] = near_something(f);
	}
	if (r >> 56 & 1)
		s->dr7 = feed_random(f) & 0xffff03ff;
	s->dr7 |= 0x400;
	s->star = UINT64_C(0x0023001000000000);
	s->lstar = s->cstar = F_CODE + 0x100;
	s->sfmask = r >> 12 & 0x47700;
	s->sysenter_cs = 0x10;
	s->sysenter_eip = F_CODE + 0x200;
	s->sysenter_esp = F_STACK + 0x400;
	s->kernel_gs_base = F_STACK;
	s->xcr0 = 3;
	for (unsigned i = 0; i < 512; i++)
		s->xsave[i] = (uint8_t)(feed_random(f) >> 40);
	memset(s->xsave + 24, 0, 8);
	s->xsave[24] = 0x80;
	s->xsave[25] = (uint8_t)(r >> 8 & 0xff);
	memset(s->xsave + 512, 0, 64);
	s->xsave[512] = 3;
}

/* ---- the run ---- */

static void debugging_aids(struct machine *m, struct feed *f)
{
	uint8_t what = feed8(f);

	if (!(what & 7))
		MUST(!vc_breakpoint_add(m->vm, F_CODE + feed8(f)));
	if (!(what & 0x38))
		MUST(!vc_watchpoint_add(m->vm, F_STACK + feed8(f), 1 +
					(feed8(f) & 7), VC_ACCESS_WRITE |
					VC_ACCESS_READ));
	if (!(what & 0xc0))
		MUST(!vc_vcpu_step(m->vcpu, 1));
}

/* Between two runs the embedder does one of many things. */
static void meddle(struct machine *m, vc_x86_state *s, struct feed *f)
{
	uint64_t gpa, bits[1];
	uint8_t b[32];

	switch (feed8(f) & 15) {
	case 0:
		memset(s, 0, sizeof(*s));
		s->size = sizeof(*s);
		MUST(!vc_vcpu_state_get(m->vcpu, s));
		MUST(!vc_vcpu_state_set(m->vcpu, s));
		break;
	case 1:
		memset(b, feed8(f), sizeof(b));
		MUST(!vc_memory_write(m->vm, F_CODE + feed8(f) * 16u, b, 16));
		break;
	case 2:
		vc_vcpu_translate(m->vcpu, near_something(f), 1u << (feed8(f) %
				  3), &gpa);
		break;
	case 3:
		vc_vcpu_read(m->vcpu, near_something(f), b, sizeof(b));
		break;
	case 4:
		MUST(!vc_memory_unmap(m->vm, F_ROM));
		MUST(!vc_memory_map(m->vm, F_ROM, m->rom, 4096,
				    VC_PROT_RWX));
		break;
	case 5:
		vc_memory_dirty_fetch(m->vm, 0, bits, 1);
		break;
	case 6:
		vc_vcpu_inject(m->vcpu, feed8(f));
		break;
	case 7:
		vc_vcpu_nmi(m->vm, 0);
		break;
	case 8:
		MUST(!vc_vcpu_cancel(m->vcpu));
		break;
	default:
		break;
	}
}

static void run(struct machine *m, vc_x86_state *s, struct feed *f)
{
	uint64_t total = 0, start = vc_vcpu_retired(m->vcpu);

	for (unsigned n = 0; n < 300 && total < F_BUDGET; n++) {
		uint64_t want = 1 + feed_random(f) % (F_BUDGET - total), left;
		vc_exit *e;

		MUST(!vc_vcpu_budget_set(m->vcpu, want));
		MUST(!vc_vcpu_run(m->vcpu, &e));
		MUST(!vc_vcpu_budget_get(m->vcpu, &left));
		total = vc_vcpu_retired(m->vcpu) - start;
		MUST(left <= want);
		MUST(e->retired == vc_vcpu_retired(m->vcpu));
		MUST(total <= F_BUDGET);
		MUST(e->reason >= VC_EXIT_IO && e->reason <= VC_EXIT_FAIL);
		MUST((e->reason == VC_EXIT_BUDGET) <= (left == 0));
		if (e->reason == VC_EXIT_IO)
			e->io.data = feed_random(f);
		else if (e->reason == VC_EXIT_MMIO)
			e->mmio.data = feed_random(f);
		else if (e->reason == VC_EXIT_SHUTDOWN ||
			 (e->reason == VC_EXIT_FAIL &&
			  e->fail.code == VC_FAIL_FETCH))
			break;
		else
			MUST(e->reason != VC_EXIT_FAIL);
		meddle(m, s, f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { data, size, UINT64_C(0x9e3779b97f4a7c15) };
	vc_x86_state *s;
	struct machine m;

	for (size_t i = 0; i < size && i < 16; i++)
		f.state = (f.state ^ data[i]) * UINT64_C(0x100000001b3);
	if (!f.state)
		f.state = 1;
	s = calloc(1, sizeof(*s));
	if (!s)
		return 0;
	if (!machine_make(&m, feed8(&f))) {
		random_state(&m, s, &f);
		put_code(&m, &f);
		MUST(!vc_memory_written(m.vm, 0, F_RAM));
		/* some of the states are none that a processor can be in */
		if (!vc_vcpu_state_set(m.vcpu, s)) {
			debugging_aids(&m, &f);
			run(&m, s, &f);
		}
	}
	machine_free(&m);
	free(s);
	return 0;
}
