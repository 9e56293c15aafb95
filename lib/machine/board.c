/* SPDX-License-Identifier: MIT */
/*
 * board.c: a PC put together from the chips: which port, which line, and what
 * the guest is told about its memory.
 */
#include "board.h"

#define DEFAULT_RAM	(UINT64_C(128) << 20)

/* ---- options ---- */

static int options_in(vc_board_options *o, const vc_board_options *theirs)
{
	const unsigned char *p = (const unsigned char *)theirs;

	memset(o, 0, sizeof(*o));
	if (theirs) {
		if (theirs->size < sizeof(uint32_t) || theirs->size > 65536)
			return vc__boot_fail(VC_EINVAL, "vc_board_create: "
					     "implausible size of options");
		for (uint32_t i = sizeof(*o); i < theirs->size; i++)
			if (p[i])
				return vc__boot_fail(VC_ENOTSUP,
					"vc_board_create: unknown field is set");
		memcpy(o, theirs, theirs->size < sizeof(*o) ? theirs->size :
		       sizeof(*o));
	}
	if (o->flags & ~VC_BOARD_EXIT_UNCLAIMED || o->reserved)
		return vc__boot_fail(VC_ENOTSUP, "vc_board_create: unknown "
				     "flags 0x%x", (unsigned)o->flags);
	if (!o->ram)
		o->ram = DEFAULT_RAM;
	if (o->ram < VC_BOARD_RAM_MIN || o->ram > VC_BOARD_RAM_MAX ||
	    o->ram % VC_PAGE_SIZE)
		return vc__boot_fail(VC_ERANGE, "vc_board_create: 0x%llx bytes "
				     "of RAM: 2 MiB to 256 GiB in whole pages",
				     (unsigned long long)o->ram);
	if (!o->vcpus)
		o->vcpus = 1;
	return 0;
}

/* ---- memory ---- */

static void tell(struct vc_board *b, uint64_t gpa, uint64_t len, uint32_t type)
{
	b->e820[b->e820_count++] = (vc_e820_entry){ gpa, len, type, 0 };
}

static int make_ram(struct vc_board *b, uint64_t ram)
{
	int rc;

	b->ram_low = ram < VC__RAM_GAP ? ram : VC__RAM_GAP;
	b->ram_high = ram - b->ram_low;
	tell(b, 0, VC__EBDA, VC_E820_RAM);
	tell(b, VC__EBDA, VC__LOW_END - VC__EBDA, VC_E820_RESERVED);
	tell(b, VC__BIOS, VC__BIOS_END - VC__BIOS, VC_E820_RESERVED);
	tell(b, VC__BIOS_END, b->ram_low - VC__BIOS_END, VC_E820_RAM);
	tell(b, 0xfec00000, 0x1000, VC_E820_RESERVED);
	tell(b, 0xfee00000, 0x1000, VC_E820_RESERVED);
	if (b->ram_high)
		tell(b, VC__RAM_HIGH, b->ram_high, VC_E820_RAM);

	rc = vc_memory_map(b->vm, 0, NULL, VC__LOW_END, VC_PROT_RWX);
	if (!rc)
		rc = vc_memory_map(b->vm, VC__BIOS, NULL,
				   b->ram_low - VC__BIOS, VC_PROT_RWX);
	if (!rc && b->ram_high)
		rc = vc_memory_map(b->vm, VC__RAM_HIGH, NULL, b->ram_high,
				   VC_PROT_RWX);
	return rc;
}

bool vc__board_ram(const struct vc_board *b, uint64_t gpa, uint64_t len)
{
	for (uint32_t i = 0; i < b->e820_count; i++) {
		const vc_e820_entry *e = &b->e820[i];

		if (e->type == VC_E820_RAM && gpa >= e->gpa &&
		    gpa - e->gpa <= e->len && len <= e->len - (gpa - e->gpa))
			return true;
	}
	return false;
}

uint64_t vc__initrd_place(const struct vc_board *b, uint64_t len,
			  uint64_t limit, uint64_t kernel_end)
{
	uint64_t end = limit < b->ram_low ? limit : b->ram_low, at;

	if (len > end)
		return 0;
	at = (end - len) & ~(uint64_t)(VC_PAGE_SIZE - 1);
	return at >= kernel_end && at >= VC__BIOS_END ? at : 0;
}

/* ---- chips ---- */

static int pic_vector(void *opaque)
{
	const struct vc_board *b = opaque;

	return vc_i8259_acknowledge(b->chip[VC_CHIP_PIC]);
}

static void level_ended(void *opaque, uint32_t vector)
{
	const struct vc_board *b = opaque;

	vc_ioapic_eoi(b->chip[VC_CHIP_IOAPIC], vector);
}

static int make_chips(struct vc_board *b, const vc_board_options *o)
{
	vc_lapic_options lapic = {
		.size = sizeof(lapic), .flags = VC_LAPIC_VIRTUAL_WIRE,
		.count = b->vcpus, .extint = pic_vector, .extint_opaque = b,
		.eoi = level_ended, .eoi_opaque = b,
	};
	vc_device **c = b->chip;
	vc_vm *vm = b->vm;
	int rc;

	/* Interrupt controllers first: a reset goes in this order too. */
	if ((rc = vc_i8259_create(&c[VC_CHIP_PIC], vm, VC_LINE_INTR)) ||
	    (rc = vc_ioapic_create(&c[VC_CHIP_IOAPIC], vm,
				   b->vcpus < 15 ? b->vcpus : 15)) ||
	    (rc = vc_lapic_create(&c[VC_CHIP_LAPIC], vm, &lapic)) ||
	    (rc = vc_i8254_create(&c[VC_CHIP_PIT], vm, 0)) ||
	    (rc = vc_i8042_create(&c[VC_CHIP_KBC], vm, 1, 12)) ||
	    (rc = vc_uart16550_create(&c[VC_CHIP_COM1], vm, 4, o->console,
				      o->console_opaque)) ||
	    (rc = vc_mc146818_create(&c[VC_CHIP_RTC], vm, 8, o->unix_s)) ||
	    (rc = vc_acpi_pm_create(&c[VC_CHIP_ACPI], vm, 9)) ||
	    (rc = vc_debugcon_create(&c[VC_CHIP_DEBUGCON], vm, o->debug,
				     o->debug_opaque)) ||
	    (rc = vc_debug_exit_create(&c[VC_CHIP_EXIT], vm)))
		return rc;
	if (o->flags & VC_BOARD_EXIT_UNCLAIMED)
		return 0;
	return vc_open_bus_create(&c[VC_CHIP_OPEN_BUS], vm);
}

/* Which ports and addresses; the local APICs find their own. */
static int place_chips(struct vc_board *b)
{
	static const struct {
		uint32_t chip, port, count, off;
	} at[] = {
		{ VC_CHIP_PIC, 0x20, 2, 0 },
		{ VC_CHIP_PIC, 0xa0, 2, 2 },
		{ VC_CHIP_PIC, 0x4d0, 2, 4 },
		{ VC_CHIP_PIT, 0x40, 4, 0 },
		{ VC_CHIP_PIT, 0x61, 1, 4 },
		{ VC_CHIP_KBC, 0x60, 1, 0 },
		{ VC_CHIP_KBC, 0x64, 1, 1 },
		{ VC_CHIP_KBC, 0x92, 1, 2 },
		{ VC_CHIP_RTC, 0x70, 2, 0 },
		{ VC_CHIP_COM1, 0x3f8, 8, 0 },
		{ VC_CHIP_ACPI, 0x600, 0x0c, 0 },
		{ VC_CHIP_ACPI, 0xcf9, 1, 0x10 },
		{ VC_CHIP_DEBUGCON, 0xe9, 1, 0 },
		{ VC_CHIP_EXIT, 0xf4, 4, 0 },
		{ VC_CHIP_EXIT, 0x8900, 1, 0x10 },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(at) / sizeof(at[0]); i++)
		rc = vc_device_map_port(b->chip[at[i].chip], at[i].port,
					at[i].count, at[i].off);
	if (!rc)
		rc = vc_device_map_mmio(b->chip[VC_CHIP_IOAPIC], 0xfec00000,
					0x1000, 0);
	if (rc || !b->chip[VC_CHIP_OPEN_BUS])
		return rc;
	rc = vc_device_map_fallback(b->vm, VC_SPACE_PORT,
				    b->chip[VC_CHIP_OPEN_BUS]);
	if (!rc)
		rc = vc_device_map_fallback(b->vm, VC_SPACE_MEMORY,
					    b->chip[VC_CHIP_OPEN_BUS]);
	return rc;
}

/* ISA interrupts go to both controllers; the timer's is input 2 of the I/O
 * APIC, since the PICs' output has its input 0 on PCs. */
static int wire(struct vc_board *b)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && i < 24; i++) {
		if (i == 2)
			continue;
		if (i < 16)
			rc = vc_line_connect(b->vm, i, b->chip[VC_CHIP_PIC], i);
		if (!rc)
			rc = vc_line_connect(b->vm, i, b->chip[VC_CHIP_IOAPIC],
					     i ? i : 2);
	}
	if (!rc)
		rc = vc_line_connect(b->vm, VC_LINE_INTR,
				     b->chip[VC_CHIP_LAPIC], 0);
	if (!rc)
		rc = vc_line_connect(b->vm, VC_LINE_INTR,
				     b->chip[VC_CHIP_IOAPIC], 0);
	if (!rc)
		rc = vc_line_connect(b->vm, VC_LINE_NMI,
				     b->chip[VC_CHIP_LAPIC], 1);
	return rc;
}

/* What a PC's firmware leaves in CMOS about memory, in KiB, 64 KiB units. */
static int fill_cmos(struct vc_board *b)
{
	vc_device *rtc = b->chip[VC_CHIP_RTC];
	uint64_t above_1m = (b->ram_low - VC__BIOS_END) >> 10;
	uint64_t above_16m = b->ram_low > (16u << 20) ?
		(b->ram_low - (16u << 20)) >> 16 : 0;
	uint64_t above_4g = b->ram_high >> 16;
	struct { uint32_t index; uint64_t value; } m[] = {
		{ 0x14, 0x02 },				/* there is an FPU */
		{ 0x15, 640 & 0xff }, { 0x16, 640 >> 8 },
		{ 0x17, 0 }, { 0x18, 0 }, { 0x30, 0 }, { 0x31, 0 },
		{ 0x34, above_16m & 0xff }, { 0x35, above_16m >> 8 },
		{ 0x5b, above_4g & 0xff }, { 0x5c, above_4g >> 8 & 0xff },
		{ 0x5d, above_4g >> 16 & 0xff },
		{ 0x5f, b->vcpus - 1 },
	};
	int rc = 0;

	if (above_1m > 0xfc00)
		above_1m = 0xfc00;
	m[3].value = m[5].value = above_1m & 0xff;
	m[4].value = m[6].value = above_1m >> 8;
	for (size_t i = 0; !rc && i < sizeof(m) / sizeof(m[0]); i++)
		rc = vc_mc146818_set_cmos(rtc, m[i].index,
					  (uint8_t)m[i].value);
	return rc;
}

/* ---- the board ---- */

static const vc_device_ops board_ops = {
	.size    = sizeof(vc_device_ops),
	.name    = "board",
	.destroy = free,
};

int vc_board_create(vc_board **out, vc_vm *vm, const vc_board_options *options)
{
	vc_board_options o;
	struct vc_board *b;
	vc_vcpu *vcpu;
	int rc;

	if (!out || !vm)
		return vc__boot_fail(VC_EINVAL, "vc_board_create: %s is NULL",
				     out ? "vm" : "out");
	rc = options_in(&o, options);
	if (rc)
		return rc;
	b = calloc(1, sizeof(*b));
	if (!b)
		return vc__boot_fail(VC_ENOMEM, "vc_board_create: out of "
				     "memory");
	b->vm = vm;
	b->vcpus = o.vcpus;
	rc = vc_device_create(&b->self, vm, &board_ops, b);
	if (rc) {
		free(b);
		return rc;	/* from here on vm owns b */
	}
	rc = make_ram(b, o.ram);
	for (uint32_t i = 0; !rc && i < o.vcpus; i++)
		rc = vc_vcpu_create(&vcpu, vm, i);
	if (rc || (rc = make_chips(b, &o)) || (rc = place_chips(b)) ||
	    (rc = wire(b)) || (rc = fill_cmos(b)) || (rc = vc__acpi_write(b)))
		return rc;
	*out = b;
	return 0;
}

vc_device *vc_board_chip(const vc_board *board, uint32_t chip)
{
	return board && chip < VC__CHIPS ? board->chip[chip] : NULL;
}

vc_vm *vc_board_vm(const vc_board *board)
{
	return board ? board->vm : NULL;
}

int vc_board_e820(const vc_board *board, vc_e820_entry *out, uint32_t *n)
{
	uint32_t room;

	if (!board || !n || (!out && *n))
		return vc__boot_fail(VC_EINVAL, "vc_board_e820: NULL");
	room = *n;
	*n = board->e820_count;
	for (uint32_t i = 0; i < room && i < board->e820_count; i++)
		out[i] = board->e820[i];
	if (room < board->e820_count)
		return vc__boot_fail(VC_ELIMIT, "vc_board_e820: there are %u "
				     "rows", (unsigned)board->e820_count);
	return 0;
}
