/* SPDX-License-Identifier: MIT */
/*
 * boot_flat.c: what all ways of starting a guest share: descriptor and page
 * tables, the first vCPU's state, the command line; and flat binaries, which
 * need nothing more.
 */
#include <stdarg.h>
#include <stdio.h>

#include "board.h"

#define CR0_PE		0x00000001u
#define CR0_ET		0x00000010u
#define CR0_NE		0x00000020u
#define CR0_PG		0x80000000u
#define CR4_PAE		0x20u
#define EFER_LME	0x100u
#define EFER_LMA	0x400u

#define PTE_P		0x01u
#define PTE_RW		0x02u
#define PTE_PS		0x80u

#define GDT_ENTRIES	6u

int vc__boot_fail(int code, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return vc_error_set(code, text);
}

int vc__boot_begin(struct vc_board *b, const vc_boot_options *options,
		   vc_boot_options *o, uint32_t flags)
{
	const unsigned char *p = (const unsigned char *)options;

	if (!b || !options)
		return vc__boot_fail(VC_EINVAL, "boot: %s is NULL",
				     b ? "options" : "board");
	if (options->size < sizeof(uint32_t) || options->size > 65536)
		return vc__boot_fail(VC_EINVAL, "boot: implausible size of "
				     "options");
	for (uint32_t i = sizeof(*o); i < options->size; i++)
		if (p[i])
			return vc__boot_fail(VC_ENOTSUP, "boot: unknown field "
					     "is set");
	memset(o, 0, sizeof(*o));
	memcpy(o, options, options->size < sizeof(*o) ? options->size :
	       sizeof(*o));
	if (o->flags & ~flags)
		return vc__boot_fail(VC_ENOTSUP, "boot: unknown flags 0x%x",
				     (unsigned)o->flags);
	if (!o->kernel || !o->kernel_len || (!o->initrd && o->initrd_len))
		return vc__boot_fail(VC_EINVAL, "boot: %s",
				     o->kernel && o->kernel_len ?
				     "initrd is NULL, its length is not 0" :
				     "there is no kernel");
	return 0;
}

int vc__boot_cmdline(struct vc_board *b, const char *text, uint64_t max)
{
	size_t n;

	if (!text)
		text = "";
	n = strlen(text);
	if (max > VC__CMDLINE_MAX - 1)
		max = VC__CMDLINE_MAX - 1;
	if (n > max)
		return vc__boot_fail(VC_ERANGE, "boot: the command line has "
				     "%llu bytes, the kernel takes %llu",
				     (unsigned long long)n,
				     (unsigned long long)max);
	return vc_memory_write(b->vm, VC__CMDLINE, text, n + 1);
}

/* ---- tables ---- */

/* A descriptor (SDM 3A §3.4.5) for a segment as vc_x86_segment has it. */
static uint64_t descriptor(const vc_x86_segment *s)
{
	uint64_t limit = s->attr & VC_SEG_G ? s->limit >> 12 : s->limit;

	return (limit & 0xffff) | (s->base & 0xffffff) << 16 |
	       (uint64_t)(s->attr & 0xf0ff) << 40 | (limit >> 16 & 0xf) << 48 |
	       (s->base >> 24 & 0xff) << 56;
}

static int write_gdt(vc_vm *vm, const vc_x86_state *s)
{
	uint8_t gdt[GDT_ENTRIES * 8] = { 0 };

	vc__put64(gdt + VC__SEL_CODE, descriptor(&s->seg[VC_SEG_CS]));
	vc__put64(gdt + VC__SEL_DATA, descriptor(&s->seg[VC_SEG_DS]));
	vc__put64(gdt + VC__SEL_TSS, descriptor(&s->seg[VC_SEG_TR]));
	return vc_memory_write(vm, VC__GDT, gdt, sizeof(gdt));
}

/* The first 4 GiB one to one, in pages of 2 MiB: one PML4 and one PDPT page,
 * four page directories. */
static int write_page_tables(vc_vm *vm)
{
	uint8_t *t = calloc(1, VC__PAGE_TABLES_LEN);
	uint64_t at = VC__PAGE_TABLES;
	int rc;

	if (!t)
		return vc__boot_fail(VC_ENOMEM, "boot: out of memory");
	vc__put64(t, (at + 0x1000) | PTE_P | PTE_RW);
	for (uint32_t i = 0; i < 4; i++)
		vc__put64(t + 0x1000 + i * 8,
			  (at + 0x2000 + i * 0x1000) | PTE_P | PTE_RW);
	for (uint32_t i = 0; i < 4 * 512; i++)
		vc__put64(t + 0x2000 + i * 8,
			  (uint64_t)i << 21 | PTE_P | PTE_RW | PTE_PS);
	rc = vc_memory_write(vm, at, t, VC__PAGE_TABLES_LEN);
	free(t);
	return rc;
}

/* ---- vCPU 0 ---- */

static void set_segments(vc_x86_state *s, uint32_t mode)
{
	const uint16_t flat = VC_SEG_P | VC_SEG_S | VC_SEG_G;
	const vc_x86_segment data = { 0, UINT32_MAX, VC__SEL_DATA,
				      (uint16_t)(flat | VC_SEG_DB | 3) };

	for (int i = VC_SEG_ES; i <= VC_SEG_GS; i++)
		s->seg[i] = data;
	s->seg[VC_SEG_CS] = (vc_x86_segment){ 0, UINT32_MAX, VC__SEL_CODE,
		(uint16_t)(flat | 0xb |
			   (mode == VC_FLAT_LONG ? VC_SEG_L : VC_SEG_DB)) };
	s->seg[VC_SEG_LDTR] = (vc_x86_segment){ 0, 0, 0, 0 };
	s->seg[VC_SEG_TR] = (vc_x86_segment){ 0, 0x67, VC__SEL_TSS,
		VC_SEG_P | 0xb };
	s->gdtr.base = VC__GDT;
	s->gdtr.limit = GDT_ENTRIES * 8 - 1;
	s->idtr.base = 0;
	s->idtr.limit = 0;	/* an exception before the guest's own IDT is a
				   triple fault, not a jump into the blue */
}

static int first_vcpu(vc_vm *vm, vc_vcpu **vcpu)
{
	*vcpu = vc_vm_vcpu(vm, 0);
	return *vcpu ? 0 : vc__boot_fail(VC_ENOENT, "boot: the VM has no "
					 "vCPU 0");
}

/* The state after reset, in a heap block: it is large. */
static int fresh_state(vc_vcpu *vcpu, vc_x86_state **out)
{
	vc_x86_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return vc__boot_fail(VC_ENOMEM, "boot: out of memory");
	s->size = sizeof(*s);
	rc = vc_vcpu_reset(vcpu);
	if (!rc)
		rc = vc_vcpu_state_get(vcpu, s);
	if (rc) {
		free(s);
		return rc;
	}
	*out = s;
	return 0;
}

int vc__boot_enter(vc_vm *vm, uint32_t mode, uint64_t rip,
		   const uint64_t *regs)
{
	vc_x86_state *s;
	vc_vcpu *vcpu;
	int rc;

	if ((rc = first_vcpu(vm, &vcpu)) || (rc = fresh_state(vcpu, &s)))
		return rc;
	set_segments(s, mode);
	memcpy(s->gpr, regs, sizeof(s->gpr));
	s->rip = rip;
	s->cr0 = CR0_PE | CR0_ET | CR0_NE;
	if (mode == VC_FLAT_LONG) {
		s->cr0 |= CR0_PG;
		s->cr3 = VC__PAGE_TABLES;
		s->cr4 = CR4_PAE;
		s->efer = EFER_LME | EFER_LMA;
	}
	rc = write_gdt(vm, s);
	if (!rc && mode == VC_FLAT_LONG)
		rc = write_page_tables(vm);
	if (!rc)
		rc = vc_vcpu_state_set(vcpu, s);
	free(s);
	return rc;
}

static int enter_real(vc_vm *vm, uint64_t gpa)
{
	vc_x86_state *s;
	vc_vcpu *vcpu;
	int rc;

	if ((rc = first_vcpu(vm, &vcpu)) || (rc = fresh_state(vcpu, &s)))
		return rc;
	s->seg[VC_SEG_CS].selector = gpa < 0x10000 ? 0 : (uint16_t)(gpa >> 4);
	s->seg[VC_SEG_CS].base = gpa < 0x10000 ? 0 : gpa;
	s->rip = gpa < 0x10000 ? gpa : 0;
	s->gpr[VC_RDX] = 0;
	s->gpr[VC_RSP] = 0x7c00;
	rc = vc_vcpu_state_set(vcpu, s);
	free(s);
	return rc;
}

/* ---- flat binaries ---- */

static bool overlaps(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

static int check_place(uint64_t gpa, uint64_t len, uint32_t mode)
{
	if (len > VC_GPA_LIMIT || gpa > VC_GPA_LIMIT - len)
		return vc__boot_fail(VC_ERANGE, "vc_boot_flat: 0x%llx bytes at "
				     "0x%llx wrap", (unsigned long long)len,
				     (unsigned long long)gpa);
	if (mode == VC_FLAT_REAL)
		return gpa < 0x10000 || (gpa < 0x100000 && !(gpa & 15)) ? 0 :
			vc__boot_fail(VC_ERANGE, "vc_boot_flat: real mode "
				      "cannot start at 0x%llx",
				      (unsigned long long)gpa);
	if (gpa >= VC__RAM_HIGH)
		return vc__boot_fail(VC_ERANGE, "vc_boot_flat: 0x%llx is "
				     "beyond 4 GiB", (unsigned long long)gpa);
	if (overlaps(gpa, len, VC__GDT, GDT_ENTRIES * 8) ||
	    (mode == VC_FLAT_LONG &&
	     overlaps(gpa, len, VC__PAGE_TABLES, VC__PAGE_TABLES_LEN)))
		return vc__boot_fail(VC_ERANGE, "vc_boot_flat: the binary "
				     "covers the tables at 0x600 or 0x9000");
	return 0;
}

int vc_boot_flat(vc_vm *vm, const void *bytes, uint64_t len, uint64_t gpa,
		 uint32_t mode)
{
	uint64_t regs[16] = { 0 };
	vc_vcpu *vcpu;
	int rc;

	if (!vm || !bytes || !len || mode > VC_FLAT_LONG)
		return vc__boot_fail(VC_EINVAL, "vc_boot_flat: %s",
				     !vm ? "vm is NULL" : mode > VC_FLAT_LONG ?
				     "no such mode" : "there are no bytes");
	if ((rc = check_place(gpa, len, mode)) ||
	    (rc = first_vcpu(vm, &vcpu)) ||
	    (rc = vc_memory_write(vm, gpa, bytes, len)))
		return rc;
	if (mode == VC_FLAT_REAL)
		return enter_real(vm, gpa);
	regs[VC_RSP] = gpa;
	return vc__boot_enter(vm, mode, gpa, regs);
}
