/* SPDX-License-Identifier: MIT */
/* The PC board: what is where, and what its tables say. */
#include "machine_rig.h"

static struct rig *r;
static vc_board *b;

static void begin(void)
{
	r = machine_rig(1);
	b = machine_board(r, 64 * MIB, 1);
}

static void end(void)
{
	rig_free(r);
}

static void test_machine_board_answers_at_a_pcs_ports(void)
{
	begin();
	CU_ASSERT_EQUAL(rig_in8(r, 0x21), 0xff);	/* PIC mask */
	CU_ASSERT_EQUAL(rig_in8(r, 0x3fd), 0x60);	/* LSR */
	CU_ASSERT_EQUAL(rig_in8(r, 0xe9), 0xe9);
	CU_ASSERT_EQUAL(rig_in8(r, 0x92), 0x02);
	CU_ASSERT_EQUAL(rig_in16(r, 0x604), 1);
	rig_out8(r, 0x70, 0x0d);
	CU_ASSERT_EQUAL(rig_in8(r, 0x71), 0x80);
	rig_advance(r, 1000000000);
	CU_ASSERT_EQUAL(rig_in32(r, 0x608), 3579545);
	rig_mmio_write(r, 0xfec00000, 4, 1);
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0xfec00010, 4), 0x00170020);
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0xfee00030, 4), 0x00050014);
	end();
}

static void test_machine_board_has_an_open_bus(void)
{
	begin();
	CU_ASSERT_EQUAL(rig_in32(r, 0xcfc), 0xffffffff);
	CU_ASSERT_TRUE(rig_claimed());
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0xfed00000, 4), 0xffffffff);
	CU_ASSERT_TRUE(rig_claimed());
	CU_ASSERT_PTR_NOT_NULL(vc_board_chip(b, VC_CHIP_OPEN_BUS));
	end();
}

static void test_machine_board_can_leave_the_rest_to_the_embedder(void)
{
	vc_board_options o = VC_BOARD_OPTIONS_INIT;

	r = machine_rig(1);
	o.flags = VC_BOARD_EXIT_UNCLAIMED;
	RIG_OK(vc_board_create(&b, r->vm, &o));
	rig_in8(r, 0x80);
	CU_ASSERT_FALSE(rig_claimed());
	rig_mmio_read(r, 0xfed00000, 4);
	CU_ASSERT_FALSE(rig_claimed());
	CU_ASSERT_PTR_NULL(vc_board_chip(b, VC_CHIP_OPEN_BUS));
	end();
}

static void test_machine_board_chips_have_handles(void)
{
	begin();
	for (uint32_t i = 0; i < 11; i++) {
		CU_ASSERT_PTR_NOT_NULL(vc_board_chip(b, i));
		CU_ASSERT_PTR_EQUAL(vc_device_vm(vc_board_chip(b, i)), r->vm);
	}
	CU_ASSERT_PTR_NULL(vc_board_chip(b, 11));
	CU_ASSERT_PTR_NULL(vc_board_chip(NULL, 0));
	CU_ASSERT_PTR_EQUAL(vc_board_vm(b), r->vm);
	CU_ASSERT_PTR_NULL(vc_board_vm(NULL));
	end();
}

static void test_machine_board_com1_talks_to_its_sink(void)
{
	begin();
	CU_ASSERT_EQUAL(vc_uart16550_receive(vc_board_chip(b, VC_CHIP_COM1),
					     "x", 1), 1);
	CU_ASSERT_EQUAL(rig_in8(r, 0x3fd) & 1, 1);
	end();
}

/* ---- interrupts ---- */

static void init_pics(void)
{
	static const uint8_t icw[4] = { 0x11, 0x20, 0x04, 0x01 };

	rig_out8(r, 0x20, icw[0]);
	for (int i = 1; i < 4; i++)
		rig_out8(r, 0x21, icw[i]);
	rig_out8(r, 0xa0, 0x11);
	rig_out8(r, 0xa1, 0x28);
	rig_out8(r, 0xa1, 0x02);
	rig_out8(r, 0xa1, 0x01);
}

static void test_machine_board_pic_reaches_the_processor_at_reset(void)
{
	begin();
	init_pics();
	RIG_OK(vc_line_set(r->vm, 4, 1));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x24);
	end();
}

static void test_machine_board_the_pit_is_irq_0(void)
{
	begin();
	init_pics();
	rig_out8(r, 0x43, 0x34);
	rig_out8(r, 0x40, 0xe8);
	rig_out8(r, 0x40, 0x03);
	rig_advance(r, 2000000);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x20);
	end();
}

static void test_machine_board_the_rtc_is_irq_8(void)
{
	begin();
	init_pics();
	rig_out8(r, 0x70, 0x0b);
	rig_out8(r, 0x71, 0x12);
	rig_advance(r, 1100000000);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x28);
	end();
}

static void test_machine_board_the_sci_is_irq_9(void)
{
	begin();
	init_pics();
	rig_out16(r, 0x602, 0x0100);
	RIG_OK(vc_acpi_pm_power_button(vc_board_chip(b, VC_CHIP_ACPI)));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x29);
	end();
}

static void route(uint32_t pin, uint32_t low)
{
	rig_mmio_write(r, 0xfec00000, 4, 0x10 + 2 * pin);
	rig_mmio_write(r, 0xfec00010, 4, low);
}

static void test_machine_board_the_pit_is_ioapic_input_2(void)
{
	begin();
	route(2, 0x41);
	rig_out8(r, 0x43, 0x34);
	rig_out8(r, 0x40, 0xe8);
	rig_out8(r, 0x40, 0x03);
	rig_advance(r, 2000000);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	end();
}

static void test_machine_board_com1_is_ioapic_input_4(void)
{
	begin();
	route(4, 0x44);
	rig_out8(r, 0x3f9, 2);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x44);
	end();
}

static void test_machine_board_level_interrupts_end_at_the_ioapic(void)
{
	begin();
	route(17, 0x8051);
	RIG_OK(vc_line_set(r->vm, 17, 1));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x51);
	RIG_OK(vc_line_set(r->vm, 17, 0));
	rig_mmio_write(r, 0xfee000b0, 4, 0);
	rig_mmio_write(r, 0xfec00000, 4, 0x10 + 34);
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0xfec00010, 4), 0x8051);
	end();
}

static void test_machine_board_the_nmi_line_is_lint1(void)
{
	begin();
	RIG_OK(vc_line_pulse(r->vm, VC_LINE_NMI));
	CU_ASSERT_TRUE(rig_nmi(r, 0));
	end();
}

static void test_machine_board_works_again_after_reset(void)
{
	begin();
	init_pics();
	RIG_OK(vc_line_set(r->vm, 4, 1));
	CU_ASSERT_TRUE(rig_intr(r, 0));
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	init_pics();
	RIG_OK(vc_line_set(r->vm, 4, 1));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x24);
	end();
}

/* ---- memory ---- */

static void check_e820(uint64_t ram)
{
	vc_e820_entry e[16];
	uint32_t n = 16;
	uint64_t sum = 0, before = 0;

	r = machine_rig(1);
	b = machine_board(r, ram, 1);
	RIG_OK(vc_board_e820(b, e, &n));
	for (uint32_t i = 0; i < n; i++) {
		uint8_t byte;

		CU_ASSERT(e[i].gpa >= before);
		CU_ASSERT(e[i].len > 0);
		before = e[i].gpa + e[i].len;
		CU_ASSERT(e[i].type == VC_E820_RAM ||
			  e[i].type == VC_E820_RESERVED);
		if (e[i].type != VC_E820_RAM)
			continue;
		/* what is told to be RAM is RAM, to its last byte */
		RIG_OK(vc_memory_read(r->vm, e[i].gpa, &byte, 1));
		RIG_OK(vc_memory_read(r->vm, before - 1, &byte, 1));
		sum += e[i].len;
	}
	/* all but the legacy hole and the EBDA's kilobyte */
	CU_ASSERT_EQUAL(sum, ram - 0x60000 - 0x400);
	end();
}

static void test_machine_board_e820_tells_the_truth(void)
{
	check_e820(2 * MIB);
	check_e820(128 * MIB);
	check_e820(3072 * MIB);
	check_e820(3072 * MIB + 4096);
	check_e820(8192 * MIB);
}

static void test_machine_board_e820_wants_room(void)
{
	vc_e820_entry e[2];
	uint32_t n = 2;

	begin();
	RIG_FAILS(VC_ELIMIT, vc_board_e820(b, e, &n));
	CU_ASSERT_EQUAL(n, 6);
	n = 0;
	RIG_FAILS(VC_ELIMIT, vc_board_e820(b, NULL, &n));
	n = 1;
	RIG_FAILS(VC_EINVAL, vc_board_e820(b, NULL, &n));
	RIG_FAILS(VC_EINVAL, vc_board_e820(NULL, e, &n));
	RIG_FAILS(VC_EINVAL, vc_board_e820(b, e, NULL));
	end();
}

static uint8_t cmos(uint8_t i)
{
	rig_out8(r, 0x70, i);
	return rig_in8(r, 0x71);
}

static void test_machine_board_cmos_knows_the_memory(void)
{
	begin();
	CU_ASSERT_EQUAL(cmos(0x15) | cmos(0x16) << 8, 640);
	CU_ASSERT_EQUAL(cmos(0x30) | cmos(0x31) << 8, 63 * 1024);
	CU_ASSERT_EQUAL(cmos(0x34) | cmos(0x35) << 8, 48 * 16);
	CU_ASSERT_EQUAL(cmos(0x5b) | cmos(0x5c) << 8, 0);
	end();
}

static void test_machine_board_the_vga_hole_is_free(void)
{
	vc_device *d;

	begin();
	RIG_OK(vc_open_bus_create(&d, r->vm));
	RIG_OK(vc_device_map_mmio(d, 0xa0000, 0x20000, 0));
	end();
}

/* ---- ACPI ---- */

static uint8_t *acpi;		/* 0xe0000 to 0x100000 */

static const uint8_t *table(uint32_t gpa, uint32_t *len, const char *name)
{
	const uint8_t *t = acpi + (gpa - 0xe0000);
	uint8_t sum = 0;

	CU_ASSERT(gpa >= 0xe0000 && gpa < 0xf0000);
	if (gpa < 0xe0000 || gpa >= 0xf0000)
		t = acpi;
	*len = machine_get32(t + 4);
	CU_ASSERT(*len >= 36 && *len < 0x4000);
	if (*len < 36 || *len >= 0x4000)
		*len = 36;
	for (uint32_t i = 0; i < *len; i++)
		sum = (uint8_t)(sum + t[i]);
	CU_ASSERT_EQUAL(sum, 0);
	CU_ASSERT(!memcmp(t, name, 4));
	return t;
}

static uint32_t root(const uint8_t *rsdp, uint32_t i)
{
	uint32_t len;
	const uint8_t *x = table(machine_get32(rsdp + 24), &len, "XSDT");

	CU_ASSERT_EQUAL(machine_get32(x + 36 + 8 * i + 4), 0);
	return machine_get32(x + 36 + 8 * i);
}

static void begin_acpi(uint32_t vcpus)
{
	void *host;

	r = machine_rig(vcpus);
	b = machine_board(r, 64 * MIB, vcpus);
	RIG_OK(vc_memory_host(r->vm, 0xe0000, 0x20000, &host));
	acpi = host;
}

static void test_machine_board_acpi_rsdp(void)
{
	uint8_t sum20 = 0, sum36 = 0;

	begin_acpi(1);
	CU_ASSERT(!memcmp(acpi, "RSD PTR ", 8));
	for (int i = 0; i < 36; i++) {
		sum20 = (uint8_t)(sum20 + (i < 20 ? acpi[i] : 0));
		sum36 = (uint8_t)(sum36 + acpi[i]);
	}
	CU_ASSERT_EQUAL(sum20, 0);
	CU_ASSERT_EQUAL(sum36, 0);
	CU_ASSERT_EQUAL(acpi[15], 2);
	end();
}

static void test_machine_board_acpi_both_roots_name_the_same(void)
{
	const uint8_t *rsdt;
	uint32_t len;

	begin_acpi(1);
	rsdt = table(machine_get32(acpi + 16), &len, "RSDT");
	CU_ASSERT_EQUAL(len, 36 + 8);
	CU_ASSERT_EQUAL(machine_get32(rsdt + 36), root(acpi, 0));
	CU_ASSERT_EQUAL(machine_get32(rsdt + 40), root(acpi, 1));
	end();
}

static void test_machine_board_acpi_fadt(void)
{
	const uint8_t *f, *facs;
	uint32_t len;

	begin_acpi(1);
	f = table(root(acpi, 0), &len, "FACP");
	CU_ASSERT_EQUAL(len, 244);
	CU_ASSERT_EQUAL(machine_get32(f + 40), machine_get32(f + 140));
	CU_ASSERT_EQUAL(machine_get32(f + 36), machine_get32(f + 132));
	CU_ASSERT_EQUAL(f[46], 9);			/* SCI */
	CU_ASSERT_EQUAL(machine_get32(f + 48), 0);	/* no SMI port */
	CU_ASSERT_EQUAL(machine_get32(f + 56), 0x600);
	CU_ASSERT_EQUAL(machine_get32(f + 64), 0x604);
	CU_ASSERT_EQUAL(machine_get32(f + 76), 0x608);
	CU_ASSERT_EQUAL(machine_get32(f + 120), 0xcf9);	/* reset register */
	CU_ASSERT_EQUAL(f[128], 6);
	CU_ASSERT_EQUAL(machine_get32(f + 152), 0x600);
	table(machine_get32(f + 40), &len, "DSDT");
	facs = acpi + (machine_get32(f + 36) - 0xe0000);
	CU_ASSERT(!memcmp(facs, "FACS", 4));
	CU_ASSERT_EQUAL(machine_get32(f + 36) % 64, 0);
	end();
}

/* Find bytes in a table; -1 when they are not there. */
static int find(const uint8_t *t, uint32_t len, const void *what, uint32_t n)
{
	for (uint32_t i = 0; i + n <= len; i++)
		if (!memcmp(t + i, what, n))
			return (int)i;
	return -1;
}

static void test_machine_board_acpi_s5_is_sleep_type_0(void)
{
	static const uint8_t s5[] = { 0x08, '_', 'S', '5', '_', 0x12 };
	const uint8_t *f, *d;
	uint32_t len, code = 9;
	int at;

	begin_acpi(1);
	f = table(root(acpi, 0), &len, "FACP");
	d = table(machine_get32(f + 40), &len, "DSDT");
	at = find(d, len, s5, sizeof(s5));
	CU_ASSERT_FATAL(at >= 0);
	/* PkgLength in two bytes, 4 elements, ZeroOp each */
	CU_ASSERT_EQUAL(d[at + 6] & 0xc0, 0x40);
	CU_ASSERT_EQUAL((d[at + 6] & 15) | d[at + 7] << 4, 7);
	CU_ASSERT_EQUAL(d[at + 8], 4);
	CU_ASSERT_EQUAL(d[at + 9], 0);
	rig_out16(r, 0x604, 0x2000);
	CU_ASSERT_EQUAL(rig_request(r, &code), 2);
	end();
}

static void test_machine_board_acpi_describes_com1(void)
{
	static const uint8_t hid[] = { '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0,
				       0x05, 0x01 };
	static const uint8_t crs[] = { 0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 1, 8,
				       0x22, 0x10, 0x00, 0x79, 0x00 };
	const uint8_t *f, *d;
	uint32_t len;

	begin_acpi(1);
	f = table(root(acpi, 0), &len, "FACP");
	d = table(machine_get32(f + 40), &len, "DSDT");
	CU_ASSERT(find(d, len, hid, sizeof(hid)) > 0);
	CU_ASSERT(find(d, len, crs, sizeof(crs)) > 0);
	end();
}

static void check_madt(uint32_t vcpus)
{
	const uint8_t *m;
	uint32_t len, cpus = 0, ioapics = 0, overrides = 0, nmis = 0;

	begin_acpi(vcpus);
	m = table(root(acpi, 1), &len, "APIC");
	CU_ASSERT_EQUAL(machine_get32(m + 36), 0xfee00000);
	for (uint32_t i = 44; i + 2 <= len; i += m[i + 1]) {
		CU_ASSERT_FATAL(m[i + 1] >= 2 && i + m[i + 1] <= len);
		switch (m[i]) {
		case 0:
			CU_ASSERT_EQUAL(m[i + 3], cpus);
			CU_ASSERT_EQUAL(machine_get32(m + i + 4), 1);
			cpus++;
			break;
		case 1:
			CU_ASSERT_EQUAL(machine_get32(m + i + 4), 0xfec00000);
			rig_mmio_write(r, 0xfec00000, 4, 0);
			CU_ASSERT_EQUAL(m[i + 2],
				rig_mmio_read(r, 0xfec00010, 4) >> 24);
			ioapics++;
			break;
		case 2:
			overrides++;
			break;
		case 4:
			nmis++;
			break;
		default:
			CU_FAIL("unknown MADT entry");
		}
	}
	CU_ASSERT_EQUAL(cpus, vcpus);
	CU_ASSERT_EQUAL(ioapics, 1);
	CU_ASSERT_EQUAL(overrides, 2);
	CU_ASSERT_EQUAL(nmis, 1);
	end();
}

static void test_machine_board_acpi_madt_lists_the_vcpus(void)
{
	check_madt(1);
	check_madt(4);
	check_madt(64);
}

/* ---- SMP ---- */

static void test_machine_board_init_sipi_starts_the_second(void)
{
	begin_acpi(2);
	rig_mmio_write_on(r, 0, 0xfee00310, 4, 1u << 24);
	rig_mmio_write_on(r, 0, 0xfee00300, 4, 0x0000c500);
	CU_ASSERT_TRUE(rig_init(r, 1));
	rig_mmio_write_on(r, 0, 0xfee00300, 4, 0x00004608);
	CU_ASSERT_EQUAL(rig_sipi(r, 1), 0x08);
	end();
}

/* ---- misuse ---- */

static void test_machine_board_misuse_is_refused(void)
{
	vc_board_options o = VC_BOARD_OPTIONS_INIT;
	struct {
		vc_board_options o;
		uint64_t more;
	} newer = { VC_BOARD_OPTIONS_INIT, 0 };

	r = machine_rig(1);
	RIG_FAILS(VC_EINVAL, vc_board_create(NULL, r->vm, NULL));
	RIG_FAILS(VC_EINVAL, vc_board_create(&b, NULL, NULL));
	o.size = 2;
	RIG_FAILS(VC_EINVAL, vc_board_create(&b, r->vm, &o));
	o.size = sizeof(o);
	o.flags = 0x80000000;
	RIG_FAILS(VC_ENOTSUP, vc_board_create(&b, r->vm, &o));
	o.flags = 0;
	o.ram = 1 * MIB;
	RIG_FAILS(VC_ERANGE, vc_board_create(&b, r->vm, &o));
	o.ram = 2 * MIB + 1;
	RIG_FAILS(VC_ERANGE, vc_board_create(&b, r->vm, &o));
	o.ram = UINT64_MAX;
	RIG_FAILS(VC_ERANGE, vc_board_create(&b, r->vm, &o));
	newer.o.size = sizeof(newer);
	newer.more = 1;
	RIG_FAILS(VC_ENOTSUP, vc_board_create(&b, r->vm, &newer.o));
	newer.more = 0;
	RIG_OK(vc_board_create(&b, r->vm, &newer.o));
	RIG_FAILS(VC_EEXIST, vc_board_create(&b, r->vm, NULL));
	end();
}

static void test_machine_board_more_vcpus_than_the_vm_takes(void)
{
	vc_board_options o = VC_BOARD_OPTIONS_INIT;

	r = machine_rig(2);
	o.vcpus = 3;
	RIG_FAILS(VC_ERANGE, vc_board_create(&b, r->vm, &o));
	end();
}

static void test_machine_board_survives_every_allocation_failure(void)
{
	int64_t live = rig_alloc_live();
	uint64_t n = 0;
	int rc;

	do {
		r = machine_rig(1);
		rig_alloc_fail_at(++n);
		rc = vc_board_create(&b, r->vm, NULL);
		rig_alloc_fail_at(0);
		CU_ASSERT(rc == 0 || rc == VC_ENOMEM || rc == VC_EHOST);
		end();
	} while (rc && n < 1000);
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT(n > 10);
	CU_ASSERT_EQUAL(rig_alloc_live(), live);
}

RIG_SUITE(machine_board) {
	RIG_TEST(test_machine_board_answers_at_a_pcs_ports),
	RIG_TEST(test_machine_board_has_an_open_bus),
	RIG_TEST(test_machine_board_can_leave_the_rest_to_the_embedder),
	RIG_TEST(test_machine_board_chips_have_handles),
	RIG_TEST(test_machine_board_com1_talks_to_its_sink),
	RIG_TEST(test_machine_board_pic_reaches_the_processor_at_reset),
	RIG_TEST(test_machine_board_the_pit_is_irq_0),
	RIG_TEST(test_machine_board_the_rtc_is_irq_8),
	RIG_TEST(test_machine_board_the_sci_is_irq_9),
	RIG_TEST(test_machine_board_the_pit_is_ioapic_input_2),
	RIG_TEST(test_machine_board_com1_is_ioapic_input_4),
	RIG_TEST(test_machine_board_level_interrupts_end_at_the_ioapic),
	RIG_TEST(test_machine_board_the_nmi_line_is_lint1),
	RIG_TEST(test_machine_board_works_again_after_reset),
	RIG_TEST(test_machine_board_e820_tells_the_truth),
	RIG_TEST(test_machine_board_e820_wants_room),
	RIG_TEST(test_machine_board_cmos_knows_the_memory),
	RIG_TEST(test_machine_board_the_vga_hole_is_free),
	RIG_TEST(test_machine_board_acpi_rsdp),
	RIG_TEST(test_machine_board_acpi_both_roots_name_the_same),
	RIG_TEST(test_machine_board_acpi_fadt),
	RIG_TEST(test_machine_board_acpi_s5_is_sleep_type_0),
	RIG_TEST(test_machine_board_acpi_describes_com1),
	RIG_TEST(test_machine_board_acpi_madt_lists_the_vcpus),
	RIG_TEST(test_machine_board_init_sipi_starts_the_second),
	RIG_TEST(test_machine_board_misuse_is_refused),
	RIG_TEST(test_machine_board_more_vcpus_than_the_vm_takes),
	RIG_TEST(test_machine_board_survives_every_allocation_failure),
	RIG_END
};
