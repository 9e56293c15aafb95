/* SPDX-License-Identifier: MIT */
/*
 * Saved states of the chips: what a chip gives, another one of its kind takes,
 * and goes on from there; what no chip can be in is refused and changes nothing.
 */
#include "machine_rig.h"

static struct rig *r;
static vc_board *b;
static uint8_t *saved;

static void begin(void)
{
	r = machine_rig(1);
	b = machine_board(r, 2 * MIB, 1);
	saved = NULL;
}

static void end(void)
{
	free(saved);
	rig_free(r);
}

static const vc_device *chip(uint32_t n)
{
	return vc_board_chip(b, n);
}

static void save(uint32_t n)
{
	const vc_device *d = chip(n);

	free(saved);
	saved = malloc(d->ops.state_size);
	CU_ASSERT_FATAL(saved != NULL);
	d->ops.state_get(d->self, saved);
}

static int restore(uint32_t n)
{
	const vc_device *d = chip(n);

	return d->ops.state_set(d->self, saved, d->ops.state_version);
}

static void test_dev_state_uart_keeps_its_fifo(void)
{
	begin();
	rig_out8(r, 0x3fa, 1);
	rig_out8(r, 0x3ff, 0x5a);
	vc_uart16550_receive(vc_board_chip(b, VC_CHIP_COM1), "abc", 3);
	save(VC_CHIP_COM1);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(rig_in8(r, 0x3fd) & 1, 0);
	RIG_OK(restore(VC_CHIP_COM1));
	CU_ASSERT_EQUAL(rig_in8(r, 0x3ff), 0x5a);
	CU_ASSERT_EQUAL(rig_in8(r, 0x3f8), 'a');
	CU_ASSERT_EQUAL(rig_in8(r, 0x3f8), 'b');
	CU_ASSERT_EQUAL(rig_in8(r, 0x3f8), 'c');
	end();
}

static void test_dev_state_uart_raises_its_line_again(void)
{
	begin();
	rig_mmio_write(r, 0xfec00000, 4, 0x18);
	rig_out8(r, 0x3f9, 2);
	save(VC_CHIP_COM1);
	RIG_OK(vc_vm_reset(r->vm));
	rig_mmio_write(r, 0xfec00000, 4, 0x18);
	rig_mmio_write(r, 0xfec00010, 4, 0x44);
	RIG_OK(restore(VC_CHIP_COM1));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x44);
	end();
}

static void test_dev_state_pit_goes_on_counting(void)
{
	uint8_t low;

	begin();
	rig_out8(r, 0x43, 0x34);
	rig_out8(r, 0x40, 0x00);
	rig_out8(r, 0x40, 0x80);
	rig_advance(r, 5000000);
	save(VC_CHIP_PIT);
	rig_out8(r, 0x43, 0x30);
	RIG_OK(restore(VC_CHIP_PIT));
	rig_advance(r, 1000000);
	rig_out8(r, 0x43, 0x00);
	low = rig_in8(r, 0x40);
	/* 6 ms are 7159 pulses, the first of which loaded it */
	CU_ASSERT_EQUAL(rig_in8(r, 0x40) << 8 | low, 0x8000 - 7158);
	end();
}

static void test_dev_state_pit_interrupts_on_time(void)
{
	begin();
	rig_mmio_write(r, 0xfec00000, 4, 0x14);
	rig_mmio_write(r, 0xfec00010, 4, 0x41);
	rig_out8(r, 0x43, 0x30);
	rig_out8(r, 0x40, 0x00);
	rig_out8(r, 0x40, 0x10);	/* 4096: 3.43 ms */
	rig_advance(r, 2000000);
	save(VC_CHIP_PIT);
	rig_out8(r, 0x43, 0x30);	/* would stop it */
	RIG_OK(restore(VC_CHIP_PIT));
	rig_advance(r, 1400000);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_advance(r, 100000);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	end();
}

static void test_dev_state_pic_keeps_what_is_in_service(void)
{
	begin();
	rig_out8(r, 0x20, 0x11);
	rig_out8(r, 0x21, 0x20);
	rig_out8(r, 0x21, 0x04);
	rig_out8(r, 0x21, 0x01);
	vc_line_set(r->vm, 5, 1);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x25);
	save(VC_CHIP_PIC);
	rig_out8(r, 0x20, 0x20);
	RIG_OK(restore(VC_CHIP_PIC));
	rig_out8(r, 0x20, 0x0b);
	CU_ASSERT_EQUAL(rig_in8(r, 0x20), 0x20);
	vc_line_set(r->vm, 6, 1);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_state_rtc_keeps_the_time(void)
{
	begin();
	vc_mc146818_set_time(vc_board_chip(b, VC_CHIP_RTC), 45296);	/* 12:34:56 */
	save(VC_CHIP_RTC);
	vc_mc146818_set_time(vc_board_chip(b, VC_CHIP_RTC), 0);
	RIG_OK(restore(VC_CHIP_RTC));
	rig_advance(r, 2000000000);
	rig_out8(r, 0x70, 0);
	CU_ASSERT_EQUAL(rig_in8(r, 0x71), 0x58);
	rig_out8(r, 0x70, 4);
	CU_ASSERT_EQUAL(rig_in8(r, 0x71), 0x12);
	end();
}

static void test_dev_state_kbc_keeps_its_queue(void)
{
	begin();
	rig_out8(r, 0x64, 0xaa);
	save(VC_CHIP_KBC);
	rig_in8(r, 0x60);
	RIG_OK(restore(VC_CHIP_KBC));
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 1, 1);
	CU_ASSERT_EQUAL(rig_in8(r, 0x60), 0x55);
	end();
}

static void test_dev_state_lapic_keeps_requests_and_timer(void)
{
	begin();
	rig_mmio_write(r, 0xfee003e0, 4, 0x0b);
	rig_mmio_write(r, 0xfee00320, 4, 0x55);
	rig_mmio_write(r, 0xfee00380, 4, 1000000);
	vc_msi_send(r->vm, 0xfee00000, 0x41);
	save(VC_CHIP_LAPIC);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	RIG_OK(restore(VC_CHIP_LAPIC));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	rig_mmio_write(r, 0xfee000b0, 4, 0);
	rig_advance(r, 999999);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_advance(r, 1);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x55);
	end();
}

static void test_dev_state_lapic_keeps_its_deadline(void)
{
	begin();
	rig_mmio_write(r, 0xfee00320, 4, 0x40055);
	rig_wrmsr(r, 0, 0x6e0, vc_tsc_now(r->vm, 0) + vc_tsc_hz(r->vm) / 1000);
	save(VC_CHIP_LAPIC);
	RIG_OK(vc_vm_reset(r->vm));
	RIG_OK(restore(VC_CHIP_LAPIC));
	rig_advance(r, 999000);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_advance(r, 1000);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x55);
	end();
}

static void test_dev_state_ioapic_keeps_its_table(void)
{
	begin();
	rig_mmio_write(r, 0xfec00000, 4, 0x30);
	rig_mmio_write(r, 0xfec00010, 4, 0x8051);
	save(VC_CHIP_IOAPIC);
	rig_mmio_write(r, 0xfec00010, 4, 0x10000);
	RIG_OK(restore(VC_CHIP_IOAPIC));
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0xfec00010, 4), 0x8051);
	end();
}

static void test_dev_state_acpi_keeps_enables(void)
{
	begin();
	rig_out16(r, 0x602, 0x0101);
	save(VC_CHIP_ACPI);
	rig_out16(r, 0x602, 0);
	RIG_OK(restore(VC_CHIP_ACPI));
	CU_ASSERT_EQUAL(rig_in16(r, 0x602), 0x0101);
	end();
}

static void test_dev_state_debug_exit_keeps_the_letters(void)
{
	begin();
	for (const char *s = "Shut"; *s; s++)
		rig_out8(r, 0x8900, (uint8_t)*s);
	save(VC_CHIP_EXIT);
	rig_out8(r, 0x8900, 'x');
	RIG_OK(restore(VC_CHIP_EXIT));
	for (const char *s = "down"; *s; s++)
		rig_out8(r, 0x8900, (uint8_t)*s);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 2);
	end();
}

static void test_dev_state_another_version_is_refused(void)
{
	begin();
	for (uint32_t n = 0; n < 11; n++) {
		const vc_device *d = chip(n);

		if (!d->ops.state_size)
			continue;
		save(n);
		CU_ASSERT_EQUAL(d->ops.state_set(d->self, saved,
						 d->ops.state_version + 1),
				VC_EFORMAT);
		CU_ASSERT_EQUAL(d->ops.state_set(d->self, saved, 0),
				VC_EFORMAT);
	}
	end();
}

static void test_dev_state_nonsense_is_refused_and_changes_nothing(void)
{
	begin();
	for (uint32_t n = 0; n < 11; n++) {
		const vc_device *d = chip(n);
		uint32_t size = d->ops.state_size;
		uint8_t *before, *after;

		if (!size)
			continue;
		before = malloc(size);
		after = malloc(size);
		save(n);
		CU_ASSERT_FATAL(before && after);
		d->ops.state_get(d->self, before);
		memset(saved, 0xff, size);
		CU_ASSERT_EQUAL(restore(n), VC_EFORMAT);
		d->ops.state_get(d->self, after);
		CU_ASSERT(!memcmp(before, after, size));
		free(before);
		free(after);
	}
	end();
}

static void test_dev_state_chips_without_state_say_so(void)
{
	begin();
	CU_ASSERT_EQUAL(chip(VC_CHIP_DEBUGCON)->ops.state_size, 0);
	CU_ASSERT_EQUAL(chip(VC_CHIP_OPEN_BUS)->ops.state_size, 0);
	end();
}

RIG_SUITE(dev_state) {
	RIG_TEST(test_dev_state_uart_keeps_its_fifo),
	RIG_TEST(test_dev_state_uart_raises_its_line_again),
	RIG_TEST(test_dev_state_pit_goes_on_counting),
	RIG_TEST(test_dev_state_pit_interrupts_on_time),
	RIG_TEST(test_dev_state_pic_keeps_what_is_in_service),
	RIG_TEST(test_dev_state_rtc_keeps_the_time),
	RIG_TEST(test_dev_state_kbc_keeps_its_queue),
	RIG_TEST(test_dev_state_lapic_keeps_requests_and_timer),
	RIG_TEST(test_dev_state_lapic_keeps_its_deadline),
	RIG_TEST(test_dev_state_ioapic_keeps_its_table),
	RIG_TEST(test_dev_state_acpi_keeps_enables),
	RIG_TEST(test_dev_state_debug_exit_keeps_the_letters),
	RIG_TEST(test_dev_state_another_version_is_refused),
	RIG_TEST(test_dev_state_nonsense_is_refused_and_changes_nothing),
	RIG_TEST(test_dev_state_chips_without_state_say_so),
	RIG_END
};
