/* SPDX-License-Identifier: MIT */
/* The small ones: keyboard controller, ACPI, debug ports, open bus. */
#include "rig.h"
#include "virtcore/machine.h"

#define S	UINT64_C(1000000000)

static struct rig *r;
static vc_device *dev, *pins;

static void end(void)
{
	rig_free(r);
}

/* ---- i8042 ---- */

static void begin_i8042(void)
{
	r = rig_new();
	RIG_OK(vc_i8042_create(&dev, r->vm, 1, 12));
	RIG_OK(vc_device_map_port(dev, 0x60, 1, 0));
	RIG_OK(vc_device_map_port(dev, 0x64, 1, 1));
	RIG_OK(vc_device_map_port(dev, 0x92, 1, 2));
	pins = rig_pins(r);
	RIG_OK(vc_line_connect(r->vm, 1, pins, 0));
	RIG_OK(vc_line_connect(r->vm, 12, pins, 1));
}

static void cmd(uint8_t v)
{
	rig_out8(r, 0x64, v);
}

static uint8_t ask(uint8_t v)
{
	cmd(v);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 1, 1);
	return rig_in8(r, 0x60);
}

static void test_dev_ports_i8042_self_test(void)
{
	begin_i8042();
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x04, 0);
	CU_ASSERT_EQUAL(ask(0xaa), 0x55);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x04, 0x04);
	end();
}

static void test_dev_ports_i8042_interface_tests(void)
{
	begin_i8042();
	CU_ASSERT_EQUAL(ask(0xab), 0);
	CU_ASSERT_EQUAL(ask(0xa9), 0);
	end();
}

static void test_dev_ports_i8042_command_byte(void)
{
	begin_i8042();
	cmd(0x60);
	rig_out8(r, 0x60, 0x47);
	CU_ASSERT_EQUAL(ask(0x20), 0x47);
	end();
}

static void test_dev_ports_i8042_controller_ram(void)
{
	begin_i8042();
	for (uint8_t i = 1; i < 32; i++) {
		cmd(0x60 | i);
		rig_out8(r, 0x60, (uint8_t)(i * 7));
	}
	for (uint8_t i = 1; i < 32; i++)
		CU_ASSERT_EQUAL(ask(0x20 | i), (uint8_t)(i * 7));
	end();
}

static void test_dev_ports_i8042_disable_bits(void)
{
	begin_i8042();
	cmd(0x60);
	rig_out8(r, 0x60, 0);
	cmd(0xad);
	CU_ASSERT_EQUAL(ask(0x20), 0x10);
	cmd(0xa7);
	CU_ASSERT_EQUAL(ask(0x20), 0x30);
	cmd(0xae);
	CU_ASSERT_EQUAL(ask(0x20), 0x20);
	cmd(0xa8);
	CU_ASSERT_EQUAL(ask(0x20), 0x00);
	end();
}

static void test_dev_ports_i8042_status_tells_command_from_data(void)
{
	begin_i8042();
	cmd(0x60);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x08, 0x08);
	rig_out8(r, 0x60, 0);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x08, 0);
	end();
}

static void test_dev_ports_i8042_an_absent_keyboard_times_out(void)
{
	begin_i8042();
	rig_out8(r, 0x60, 0xf2);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x61, 0x41);
	CU_ASSERT_EQUAL(rig_in8(r, 0x60), 0xfe);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x41, 0);
	end();
}

static void test_dev_ports_i8042_an_absent_mouse_times_out(void)
{
	begin_i8042();
	cmd(0xd4);
	rig_out8(r, 0x60, 0xf2);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x61, 0x61);
	CU_ASSERT_EQUAL(rig_in8(r, 0x60), 0xfe);
	end();
}

static void test_dev_ports_i8042_loops_bytes_back(void)
{
	begin_i8042();
	cmd(0xd2);
	rig_out8(r, 0x60, 0x12);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x21, 0x01);
	CU_ASSERT_EQUAL(rig_in8(r, 0x60), 0x12);
	cmd(0xd3);
	rig_out8(r, 0x60, 0x34);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x21, 0x21);
	CU_ASSERT_EQUAL(rig_in8(r, 0x60), 0x34);
	end();
}

static void test_dev_ports_i8042_interrupts_when_enabled(void)
{
	begin_i8042();
	cmd(0xd2);
	rig_out8(r, 0x60, 1);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	rig_in8(r, 0x60);
	cmd(0x60);
	rig_out8(r, 0x60, 3);
	cmd(0xd2);
	rig_out8(r, 0x60, 1);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	rig_in8(r, 0x60);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	cmd(0xd3);
	rig_out8(r, 0x60, 1);
	CU_ASSERT_EQUAL(rig_pin(pins, 1), 1);
	rig_in8(r, 0x60);
	CU_ASSERT_EQUAL(rig_pin(pins, 1), 0);
	end();
}

static void test_dev_ports_i8042_each_queued_byte_interrupts(void)
{
	begin_i8042();
	cmd(0x60);
	rig_out8(r, 0x60, 1);
	for (uint8_t i = 0; i < 3; i++) {
		cmd(0xd2);
		rig_out8(r, 0x60, i);
	}
	for (uint8_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
		CU_ASSERT_EQUAL(rig_in8(r, 0x60), i);
	}
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 3);
	end();
}

static void test_dev_ports_i8042_a_full_queue_drops(void)
{
	begin_i8042();
	for (uint8_t i = 0; i < 100; i++) {
		cmd(0xd2);
		rig_out8(r, 0x60, i);
	}
	for (uint8_t i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(rig_in8(r, 0x60), i);
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 1, 0);
	end();
}

static void test_dev_ports_i8042_fe_resets(void)
{
	begin_i8042();
	cmd(0xff);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 0);
	cmd(0xfe);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 1);
	end();
}

static void test_dev_ports_i8042_output_port(void)
{
	begin_i8042();
	CU_ASSERT_EQUAL(ask(0xd0) & 0x03, 0x03);
	cmd(0xd1);
	rig_out8(r, 0x60, 0x01);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 0);
	CU_ASSERT_EQUAL(ask(0xd0) & 0x03, 0x01);
	cmd(0xdf);
	CU_ASSERT_EQUAL(ask(0xd0) & 0x03, 0x03);
	cmd(0xd1);
	rig_out8(r, 0x60, 0x02);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 1);
	end();
}

static void test_dev_ports_port_92_shows_and_sets_a20(void)
{
	begin_i8042();
	CU_ASSERT_EQUAL(rig_in8(r, 0x92), 0x02);
	rig_out8(r, 0x92, 0x00);
	CU_ASSERT_EQUAL(rig_in8(r, 0x92), 0x00);
	CU_ASSERT_EQUAL(ask(0xd0) & 2, 0);
	rig_out8(r, 0x92, 0x02);
	CU_ASSERT_EQUAL(rig_in8(r, 0x92), 0x02);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 0);
	end();
}

static void test_dev_ports_port_92_bit_0_resets(void)
{
	begin_i8042();
	rig_out8(r, 0x92, 0x03);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 1);
	end();
}

static void test_dev_ports_i8042_reset(void)
{
	begin_i8042();
	cmd(0x60);
	rig_out8(r, 0x60, 0x47);
	cmd(0xd2);
	rig_out8(r, 0x60, 1);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(rig_in8(r, 0x64) & 0x0d, 0);
	CU_ASSERT_EQUAL(ask(0x20), 0x30);
	end();
}

static void test_dev_ports_i8042_misuse(void)
{
	vc_device *d;

	begin_i8042();
	RIG_FAILS(VC_EINVAL, vc_i8042_create(&d, r->vm, 256, 12));
	RIG_FAILS(VC_EINVAL, vc_i8042_create(&d, r->vm, 1, 256));
	RIG_FAILS(VC_EINVAL, vc_i8042_create(NULL, r->vm, 1, 12));
	end();
}

/* ---- ACPI ---- */

static void begin_pm(void)
{
	r = rig_new();
	RIG_OK(vc_acpi_pm_create(&dev, r->vm, 9));
	RIG_OK(vc_device_map_port(dev, 0x600, 0x0c, 0));
	RIG_OK(vc_device_map_port(dev, 0xcf9, 1, 0x10));
	pins = rig_pins(r);
	RIG_OK(vc_line_connect(r->vm, 9, pins, 0));
}

static void test_dev_ports_pm_timer_counts_at_its_rate(void)
{
	begin_pm();
	CU_ASSERT_EQUAL(rig_in32(r, 0x608), 0);
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(rig_in32(r, 0x608), 3579545);
	rig_advance(r, 4 * S);
	CU_ASSERT_EQUAL(rig_in32(r, 0x608), 5 * 3579545 - 0x1000000);
	end();
}

static void test_dev_ports_pm_timer_by_bytes(void)
{
	begin_pm();
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(rig_in16(r, 0x608), 3579545 & 0xffff);
	CU_ASSERT_EQUAL(rig_in8(r, 0x60a), 3579545 >> 16);
	CU_ASSERT_EQUAL(rig_in8(r, 0x60b), 0);
	end();
}

static void test_dev_ports_pm_timer_status_and_interrupt(void)
{
	/* the top bit changes after 2^23 ticks: 2.343 s */
	begin_pm();
	rig_out16(r, 0x602, 0x0001);
	rig_advance(r, 2343 * S / 1000);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	rig_advance(r, 1 * S / 1000);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	CU_ASSERT_EQUAL(rig_in16(r, 0x600) & 1, 1);
	rig_out16(r, 0x600, 0x0001);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	rig_advance(r, 3 * S);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	end();
}

static void test_dev_ports_pm_status_without_enable_is_silent(void)
{
	begin_pm();
	rig_advance(r, 3 * S);
	CU_ASSERT_EQUAL(rig_in16(r, 0x600) & 1, 1);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 0);
	end();
}

static void test_dev_ports_pm_power_button(void)
{
	begin_pm();
	rig_out16(r, 0x602, 0x0100);
	RIG_OK(vc_acpi_pm_power_button(dev));
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	CU_ASSERT_EQUAL(rig_in16(r, 0x600), 0x0100);
	rig_out16(r, 0x600, 0x0100);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	end();
}

static void test_dev_ports_pm_status_clears_by_ones_only(void)
{
	begin_pm();
	vc_acpi_pm_power_button(dev);
	rig_out16(r, 0x600, 0x0001);
	CU_ASSERT_EQUAL(rig_in16(r, 0x600), 0x0100);
	rig_out8(r, 0x601, 0x01);
	CU_ASSERT_EQUAL(rig_in16(r, 0x600), 0);
	end();
}

static void test_dev_ports_pm_enable_has_its_bits(void)
{
	begin_pm();
	rig_out16(r, 0x602, 0xffff);
	CU_ASSERT_EQUAL(rig_in16(r, 0x602), 0x0721);
	end();
}

static void test_dev_ports_pm_event_block_as_one_access(void)
{
	begin_pm();
	rig_out32(r, 0x600, 0x01200000);
	CU_ASSERT_EQUAL(rig_in32(r, 0x600), 0x01200000);
	end();
}

static void test_dev_ports_pm_is_always_in_acpi_mode(void)
{
	begin_pm();
	CU_ASSERT_EQUAL(rig_in16(r, 0x604), 1);
	rig_out16(r, 0x604, 0);
	CU_ASSERT_EQUAL(rig_in16(r, 0x604), 1);
	end();
}

static void test_dev_ports_pm_s5_powers_off(void)
{
	uint32_t code = 99;

	begin_pm();
	rig_out16(r, 0x604, 0x2000);
	CU_ASSERT_EQUAL(rig_request(r, &code), 2);
	CU_ASSERT_EQUAL(code, 0);
	end();
}

static void test_dev_ports_pm_other_sleep_types_do_nothing(void)
{
	begin_pm();
	for (uint16_t t = 1; t < 8; t++)
		rig_out16(r, 0x604, (uint16_t)(0x2000 | t << 10));
	CU_ASSERT_EQUAL(rig_request(r, NULL), 0);
	CU_ASSERT_EQUAL(rig_in16(r, 0x604), 0x1c01);
	end();
}

static void test_dev_ports_reset_register(void)
{
	begin_pm();
	rig_out8(r, 0xcf9, 0x02);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 0);
	CU_ASSERT_EQUAL(rig_in8(r, 0xcf9), 0x02);
	rig_out8(r, 0xcf9, 0x06);
	CU_ASSERT_EQUAL(rig_request(r, NULL), 1);
	end();
}

static void test_dev_ports_pm_misuse(void)
{
	vc_device *d;

	begin_pm();
	RIG_FAILS(VC_EINVAL, vc_acpi_pm_create(&d, r->vm, 256));
	RIG_FAILS(VC_EINVAL, vc_acpi_pm_create(NULL, r->vm, 9));
	RIG_FAILS(VC_EINVAL, vc_acpi_pm_create(&d, NULL, 9));
	RIG_FAILS(VC_EINVAL, vc_acpi_pm_power_button(NULL));
	RIG_FAILS(VC_EINVAL, vc_acpi_pm_power_button(pins));
	end();
}

/* ---- debug ports, open bus ---- */

static char said[64];
static size_t said_len;

static void hear(const void *bytes, size_t len, void *opaque)
{
	CU_ASSERT_PTR_EQUAL(opaque, said);
	if (said_len + len <= sizeof(said)) {
		memcpy(said + said_len, bytes, len);
		said_len += len;
	}
}

static void test_dev_ports_debugcon(void)
{
	r = rig_new();
	said_len = 0;
	RIG_OK(vc_debugcon_create(&dev, r->vm, hear, said));
	RIG_OK(vc_device_map_port(dev, 0xe9, 1, 0));
	CU_ASSERT_EQUAL(rig_in8(r, 0xe9), 0xe9);
	rig_out8(r, 0xe9, 'H');
	rig_out8(r, 0xe9, 'i');
	CU_ASSERT(said_len == 2 && !memcmp(said, "Hi", 2));
	end();
}

static void begin_exit(void)
{
	r = rig_new();
	RIG_OK(vc_debug_exit_create(&dev, r->vm));
	RIG_OK(vc_device_map_port(dev, 0xf4, 4, 0));
	RIG_OK(vc_device_map_port(dev, 0x8900, 1, 0x10));
}

static void test_dev_ports_debug_exit_code(void)
{
	uint32_t code = 0;

	begin_exit();
	rig_out8(r, 0xf4, 0x10);
	CU_ASSERT_EQUAL(rig_request(r, &code), 2);
	CU_ASSERT_EQUAL(code, 0x21);
	rig_out32(r, 0xf4, 0);
	CU_ASSERT_EQUAL(rig_request(r, &code), 2);
	CU_ASSERT_EQUAL(code, 1);
	end();
}

static void spell(const char *s)
{
	for (; *s; s++)
		rig_out8(r, 0x8900, (uint8_t)*s);
}

static void test_dev_ports_bochs_shutdown(void)
{
	uint32_t code = 7;

	begin_exit();
	spell("Shutdow");
	CU_ASSERT_EQUAL(rig_request(r, &code), 0);
	spell("n");
	CU_ASSERT_EQUAL(rig_request(r, &code), 2);
	CU_ASSERT_EQUAL(code, 0);
	end();
}

static void test_dev_ports_bochs_shutdown_misspelt(void)
{
	begin_exit();
	spell("Shutdwon");
	spell("hutdown");
	CU_ASSERT_EQUAL(rig_request(r, NULL), 0);
	spell("SShutdown");
	CU_ASSERT_EQUAL(rig_request(r, NULL), 2);
	end();
}

static void test_dev_ports_open_bus(void)
{
	r = rig_new();
	RIG_OK(vc_open_bus_create(&dev, r->vm));
	CU_ASSERT_EQUAL(rig_in8(r, 0x80), 0xff);
	CU_ASSERT_FALSE(rig_claimed());
	RIG_OK(vc_device_map_fallback(r->vm, VC_SPACE_PORT, dev));
	RIG_OK(vc_device_map_fallback(r->vm, VC_SPACE_MEMORY, dev));
	CU_ASSERT_EQUAL(rig_in32(r, 0xcfc), 0xffffffff);
	CU_ASSERT_TRUE(rig_claimed());
	rig_out8(r, 0x80, 1);
	CU_ASSERT_TRUE(rig_claimed());
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0xfed00000, 8), UINT64_MAX);
	CU_ASSERT_TRUE(rig_claimed());
	rig_mmio_write(r, 0xfed00001, 4, 0);
	CU_ASSERT_TRUE(rig_claimed());
	RIG_FAILS(VC_EEXIST, vc_device_map_fallback(r->vm, VC_SPACE_PORT, dev));
	RIG_FAILS(VC_EINVAL, vc_device_map_fallback(r->vm, 2, dev));
	RIG_FAILS(VC_EINVAL, vc_device_map_fallback(NULL, 0, dev));
	RIG_OK(vc_device_map_fallback(r->vm, VC_SPACE_PORT, NULL));
	rig_in8(r, 0x80);
	CU_ASSERT_FALSE(rig_claimed());
	end();
}

static void test_dev_ports_a_claim_comes_before_the_fallback(void)
{
	vc_device *con;

	r = rig_new();
	RIG_OK(vc_open_bus_create(&dev, r->vm));
	RIG_OK(vc_device_map_fallback(r->vm, VC_SPACE_PORT, dev));
	RIG_OK(vc_debugcon_create(&con, r->vm, NULL, NULL));
	RIG_OK(vc_device_map_port(con, 0xe9, 1, 0));
	CU_ASSERT_EQUAL(rig_in8(r, 0xe9), 0xe9);
	CU_ASSERT_EQUAL(rig_in8(r, 0xea), 0xff);
	vc_device_destroy(dev);
	rig_in8(r, 0xea);
	CU_ASSERT_FALSE(rig_claimed());
	end();
}

RIG_SUITE(dev_ports) {
	RIG_TEST(test_dev_ports_i8042_self_test),
	RIG_TEST(test_dev_ports_i8042_interface_tests),
	RIG_TEST(test_dev_ports_i8042_command_byte),
	RIG_TEST(test_dev_ports_i8042_controller_ram),
	RIG_TEST(test_dev_ports_i8042_disable_bits),
	RIG_TEST(test_dev_ports_i8042_status_tells_command_from_data),
	RIG_TEST(test_dev_ports_i8042_an_absent_keyboard_times_out),
	RIG_TEST(test_dev_ports_i8042_an_absent_mouse_times_out),
	RIG_TEST(test_dev_ports_i8042_loops_bytes_back),
	RIG_TEST(test_dev_ports_i8042_interrupts_when_enabled),
	RIG_TEST(test_dev_ports_i8042_each_queued_byte_interrupts),
	RIG_TEST(test_dev_ports_i8042_a_full_queue_drops),
	RIG_TEST(test_dev_ports_i8042_fe_resets),
	RIG_TEST(test_dev_ports_i8042_output_port),
	RIG_TEST(test_dev_ports_port_92_shows_and_sets_a20),
	RIG_TEST(test_dev_ports_port_92_bit_0_resets),
	RIG_TEST(test_dev_ports_i8042_reset),
	RIG_TEST(test_dev_ports_i8042_misuse),
	RIG_TEST(test_dev_ports_pm_timer_counts_at_its_rate),
	RIG_TEST(test_dev_ports_pm_timer_by_bytes),
	RIG_TEST(test_dev_ports_pm_timer_status_and_interrupt),
	RIG_TEST(test_dev_ports_pm_status_without_enable_is_silent),
	RIG_TEST(test_dev_ports_pm_power_button),
	RIG_TEST(test_dev_ports_pm_status_clears_by_ones_only),
	RIG_TEST(test_dev_ports_pm_enable_has_its_bits),
	RIG_TEST(test_dev_ports_pm_event_block_as_one_access),
	RIG_TEST(test_dev_ports_pm_is_always_in_acpi_mode),
	RIG_TEST(test_dev_ports_pm_s5_powers_off),
	RIG_TEST(test_dev_ports_pm_other_sleep_types_do_nothing),
	RIG_TEST(test_dev_ports_reset_register),
	RIG_TEST(test_dev_ports_pm_misuse),
	RIG_TEST(test_dev_ports_debugcon),
	RIG_TEST(test_dev_ports_debug_exit_code),
	RIG_TEST(test_dev_ports_bochs_shutdown),
	RIG_TEST(test_dev_ports_bochs_shutdown_misspelt),
	RIG_TEST(test_dev_ports_open_bus),
	RIG_TEST(test_dev_ports_a_claim_comes_before_the_fallback),
	RIG_END
};
