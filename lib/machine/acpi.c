/* SPDX-License-Identifier: MIT */
/*
 * acpi.c: the tables by which a guest finds the board (ACPI 6.4, chapters 5
 * and 20): RSDP, RSDT, XSDT, FADT, FACS, MADT, and a DSDT whose AML is made
 * here: \\_S5 for power-off, COM1, the real-time clock.
 */
#include "board.h"

#define ROOM		0x4000u		/* 64 vCPUs need 0x800 */
#define ALIGN		16u
#define HEADER		36u

#define PM_BASE		0x600u
#define RESET_PORT	0xcf9u
#define SCI		9u

/* Bytes that grow; what does not fit is noticed once, at the end. */
struct bytes {
	uint8_t *p;
	uint32_t len, room;
	bool overflow;
};

static void put(struct bytes *b, const void *from, uint32_t n)
{
	if (n > b->room - b->len) {
		b->overflow = true;
		return;
	}
	memcpy(b->p + b->len, from, n);
	b->len += n;
}

static void put8(struct bytes *b, uint32_t v)
{
	uint8_t byte = (uint8_t)v;

	put(b, &byte, 1);
}

static void put32(struct bytes *b, uint32_t v)
{
	uint8_t le[4];

	vc__put32(le, v);
	put(b, le, 4);
}

/* ---- AML (ACPI 6.4 §20.2) ---- */

#define AML_ZERO	0x00u
#define AML_NAME	0x08u
#define AML_BYTE	0x0au
#define AML_DWORD	0x0cu
#define AML_SCOPE	0x10u
#define AML_BUFFER	0x11u
#define AML_PACKAGE	0x12u
#define AML_EXT		0x5bu
#define AML_DEVICE	0x82u

/*
 * Something with a PkgLength (§20.2.4) begins: always in its two-byte form,
 * which reaches 4095, so that it can be filled in afterwards.
 */
static uint32_t aml_open(struct bytes *b)
{
	put8(b, 0);
	put8(b, 0);
	return b->len - 2;
}

static void aml_close(struct bytes *b, uint32_t at)
{
	uint32_t n = b->len - at;

	if (n > 0xfff || b->overflow) {
		b->overflow = true;
		return;
	}
	b->p[at] = (uint8_t)(0x40 | (n & 0x0f));
	b->p[at + 1] = (uint8_t)(n >> 4);
}

static void aml_name(struct bytes *b, const char *seg)
{
	put8(b, AML_NAME);
	put(b, seg, 4);
}

/* An EISA id: three letters of five bits, four hexadecimal digits (§19.3.4),
 * as a dword whose bytes are in big-endian order. */
static void aml_eisa_id(struct bytes *b, const char *id, uint32_t digits)
{
	uint32_t v = (uint32_t)(id[0] - 0x40) << 26 |
		     (uint32_t)(id[1] - 0x40) << 21 |
		     (uint32_t)(id[2] - 0x40) << 16 | digits;

	put8(b, AML_DWORD);
	for (int i = 3; i >= 0; i--)
		put8(b, v >> i * 8);
}

static void aml_byte(struct bytes *b, uint32_t v)
{
	put8(b, AML_BYTE);
	put8(b, v);
}

/* Device (name) { _HID, _UID, _CRS { IO, IRQNoFlags } } */
static void aml_isa_device(struct bytes *b, const char *name, uint32_t pnp,
			   uint32_t port, uint32_t count, uint32_t irq)
{
	uint32_t device, buffer;

	put8(b, AML_EXT);
	put8(b, AML_DEVICE);
	device = aml_open(b);
	put(b, name, 4);
	aml_name(b, "_HID");
	aml_eisa_id(b, "PNP", pnp);
	aml_name(b, "_UID");
	aml_byte(b, 1);
	aml_name(b, "_CRS");
	put8(b, AML_BUFFER);
	buffer = aml_open(b);
	aml_byte(b, 13);		/* bytes that follow */
	put8(b, 0x47);			/* I/O port, decodes 16 bits (§6.4.2.5) */
	put8(b, 1);
	put8(b, port);
	put8(b, port >> 8);
	put8(b, port);
	put8(b, port >> 8);
	put8(b, 1);
	put8(b, count);
	put8(b, 0x22);			/* IRQ, edge, active high (§6.4.2.1) */
	put8(b, 1u << irq);
	put8(b, (1u << irq) >> 8);
	put8(b, 0x79);			/* end; checksum 0 means none */
	put8(b, 0);
	aml_close(b, buffer);
	aml_close(b, device);
}

static void dsdt_body(struct bytes *b)
{
	uint32_t scope, package;

	put8(b, AML_SCOPE);
	scope = aml_open(b);
	put(b, "\\_SB_", 5);
	aml_isa_device(b, "COM1", 0x0501, 0x3f8, 8, 4);
	aml_isa_device(b, "RTC0", 0x0b00, 0x70, 2, 8);
	aml_close(b, scope);

	/* \_S5: sleep type 0 for PM1a and PM1b (§7.4.2.6) */
	aml_name(b, "_S5_");
	put8(b, AML_PACKAGE);
	package = aml_open(b);
	put8(b, 4);
	for (int i = 0; i < 4; i++)
		put8(b, AML_ZERO);
	aml_close(b, package);
}

/* ---- tables ---- */

static uint8_t sum(const uint8_t *p, uint32_t n)
{
	uint8_t s = 0;

	while (n--)
		s = (uint8_t)(s + *p++);
	return s;
}

/* A table begins (§5.2.6); its length and checksum come with table_end(). */
static uint32_t table_begin(struct bytes *b, const char *signature,
			    uint32_t revision)
{
	while (b->len % ALIGN)
		put8(b, 0);
	put(b, signature, 4);
	put32(b, 0);
	put8(b, revision);
	put8(b, 0);
	put(b, "VIRTCO", 6);
	put(b, "VCBOARD1", 8);
	put32(b, 1);
	put(b, "VCOR", 4);
	put32(b, 1);
	return b->len - HEADER;
}

static void table_end(struct bytes *b, uint32_t at)
{
	if (b->overflow)
		return;
	vc__put32(b->p + at + 4, b->len - at);
	b->p[at + 9] = 0;
	b->p[at + 9] = (uint8_t)-sum(b->p + at, b->len - at);
}

/* A generic address (§5.2.3.2) of I/O space. */
static void gas_io(uint8_t *p, uint32_t bits, uint32_t access, uint32_t port)
{
	p[0] = 1;
	p[1] = (uint8_t)bits;
	p[2] = 0;
	p[3] = (uint8_t)access;
	vc__put64(p + 4, port);
}

static uint32_t fadt(struct bytes *b, uint32_t facs, uint32_t dsdt)
{
	uint8_t f[244 - HEADER] = { 0 }, *t = f;
	uint32_t at = table_begin(b, "FACP", 3);

	/* offsets are those of table 5.9, less the header's 36 */
	vc__put32(t + 36 - HEADER, facs);
	vc__put32(t + 40 - HEADER, dsdt);
	vc__put16(t + 46 - HEADER, SCI);
	vc__put32(t + 56 - HEADER, PM_BASE);		/* PM1a event */
	vc__put32(t + 64 - HEADER, PM_BASE + 4);	/* PM1a control */
	vc__put32(t + 76 - HEADER, PM_BASE + 8);	/* PM timer */
	t[88 - HEADER] = 4;
	t[89 - HEADER] = 2;
	t[91 - HEADER] = 4;
	vc__put16(t + 96 - HEADER, 0x0fff);	/* no C2 */
	vc__put16(t + 98 - HEADER, 0x0fff);	/* no C3 */
	t[108 - HEADER] = 0x32;			/* CMOS byte of the century */
	/* ISA devices, no 8042 to probe for (nothing is plugged in), no VGA */
	vc__put16(t + 109 - HEADER, 0x0001 | 0x0004);
	/* WBINVD works, C1 works, no sleep button, RTC cannot wake, reset
	 * register exists */
	vc__put32(t + 112 - HEADER, 1u << 0 | 1u << 2 | 1u << 5 | 1u << 6 |
		  1u << 10);
	gas_io(t + 116 - HEADER, 8, 1, RESET_PORT);
	t[128 - HEADER] = 0x06;
	vc__put64(t + 132 - HEADER, facs);
	vc__put64(t + 140 - HEADER, dsdt);
	gas_io(t + 148 - HEADER, 32, 2, PM_BASE);
	gas_io(t + 172 - HEADER, 16, 2, PM_BASE + 4);
	gas_io(t + 208 - HEADER, 32, 3, PM_BASE + 8);
	put(b, f, sizeof(f));
	table_end(b, at);
	return at;
}

static void override(struct bytes *b, uint32_t irq, uint32_t gsi,
		     uint32_t flags)
{
	put8(b, 2);
	put8(b, 10);
	put8(b, 0);		/* ISA */
	put8(b, irq);
	put32(b, gsi);
	put8(b, flags);
	put8(b, flags >> 8);
}

static uint32_t madt(struct bytes *b, uint32_t vcpus)
{
	uint32_t at = table_begin(b, "APIC", 4);

	put32(b, 0xfee00000);
	put32(b, 1);		/* there are 8259s too */
	for (uint32_t i = 0; i < vcpus; i++) {
		put8(b, 0);
		put8(b, 8);
		put8(b, i);
		put8(b, i);
		put32(b, 1);
	}
	put8(b, 1);
	put8(b, 12);
	put8(b, vcpus < 15 ? vcpus : 15);
	put8(b, 0);
	put32(b, 0xfec00000);
	put32(b, 0);
	override(b, 0, 2, 0);
	override(b, SCI, SCI, 0x000d);	/* level, active high */
	put8(b, 4);		/* LINT1 of all is NMI */
	put8(b, 6);
	put8(b, 0xff);
	put8(b, 0);
	put8(b, 0);
	put8(b, 1);
	table_end(b, at);
	return at;
}

/* The firmware control structure has its own shape (§5.2.10). */
static uint32_t facs(struct bytes *b)
{
	uint8_t f[64] = { 'F', 'A', 'C', 'S', 64 };
	uint32_t at;

	while (b->len % 64)
		put8(b, 0);
	at = b->len;
	f[32] = 1;		/* version */
	put(b, f, sizeof(f));
	return at;
}

static uint32_t root(struct bytes *b, const char *signature, uint32_t width,
		     uint32_t base, const uint32_t *tables, uint32_t n)
{
	uint32_t at = table_begin(b, signature, 1);

	for (uint32_t i = 0; i < n; i++) {
		put32(b, base + tables[i]);
		if (width == 8)
			put32(b, 0);
	}
	table_end(b, at);
	return at;
}

static void rsdp(uint8_t *p, uint32_t rsdt, uint32_t xsdt)
{
	memcpy(p, "RSD PTR ", 8);
	memcpy(p + 9, "VIRTCO", 6);
	p[15] = 2;
	vc__put32(p + 16, rsdt);
	vc__put32(p + 20, 36);
	vc__put64(p + 24, xsdt);
	p[8] = (uint8_t)-sum(p, 20);
	p[32] = (uint8_t)-sum(p, 36);
}

int vc__acpi_write(const struct vc_board *board)
{
	const uint32_t base = (uint32_t)VC_BOARD_RSDP;
	struct bytes b = { .room = ROOM };
	uint32_t at, dsdt, tables[2], rsdt, xsdt;
	int rc;

	b.p = calloc(1, ROOM);
	if (!b.p)
		return vc__boot_fail(VC_ENOMEM, "ACPI tables: out of memory");
	b.len = 64;		/* the RSDP's place */
	at = facs(&b);
	dsdt = table_begin(&b, "DSDT", 2);
	dsdt_body(&b);
	table_end(&b, dsdt);
	tables[0] = fadt(&b, base + at, base + dsdt);
	tables[1] = madt(&b, board->vcpus);
	rsdt = root(&b, "RSDT", 4, base, tables, 2);
	xsdt = root(&b, "XSDT", 8, base, tables, 2);
	rsdp(b.p, base + rsdt, base + xsdt);
	rc = b.overflow ?
		vc__boot_fail(VC_ELIMIT, "ACPI tables: they need more than "
			      "0x%x bytes", ROOM) :
		vc_memory_write(board->vm, base, b.p, b.len);
	free(b.p);
	return rc;
}
