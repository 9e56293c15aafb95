/* SPDX-License-Identifier: MIT */
/* The timer, by Intel's 8254 data sheet, and port 0x61. */
#include "rig.h"
#include "virtcore/machine.h"

#define BASE	0x40
#define CTL	0x43
#define PORT_B	0x61
#define HZ	UINT64_C(1193182)

static struct rig *r;
static vc_device *pit, *pins;

static void begin(void)
{
	r = rig_new();
	RIG_OK(vc_i8254_create(&pit, r->vm, 0));
	RIG_OK(vc_device_map_port(pit, BASE, 4, 0));
	RIG_OK(vc_device_map_port(pit, PORT_B, 1, 4));
	pins = rig_pins(r);
	RIG_OK(vc_line_connect(r->vm, 0, pins, 0));
}

static void end(void)
{
	rig_free(r);
}

/* Let exactly n clock pulses of the 8254 come, from wherever we are. */
static void pulses(uint64_t n)
{
	uint64_t now = vc_clock_ns(r->vm);
	uint64_t tick = now / 1000000000 * HZ + now % 1000000000 * HZ /
			1000000000;
	uint64_t t = tick + n;
	uint64_t at = t / HZ * 1000000000 +
		      (t % HZ * 1000000000 + HZ - 1) / HZ;

	rig_advance(r, at - now);
}

static void program(uint8_t ch, uint8_t mode, uint16_t count)
{
	rig_out8(r, CTL, (uint8_t)(ch << 6 | 0x30 | mode << 1));
	rig_out8(r, BASE + ch, (uint8_t)count);
	rig_out8(r, BASE + ch, (uint8_t)(count >> 8));
}

static uint16_t count(uint8_t ch)
{
	uint8_t low;

	rig_out8(r, CTL, (uint8_t)(ch << 6));	/* latch */
	low = rig_in8(r, BASE + ch);
	return (uint16_t)(rig_in8(r, BASE + ch) << 8 | low);
}

static uint8_t status(uint8_t ch)
{
	rig_out8(r, CTL, (uint8_t)(0xe0 | 2 << ch));
	return rig_in8(r, BASE + ch);
}

static bool out_high(uint8_t ch)
{
	return status(ch) & 0x80;
}

static void gate2(bool on)
{
	rig_out8(r, PORT_B, on);
}

/* ---- mode 0 ---- */

static void test_dev_i8254_mode_0_counts_down_from_the_next_pulse(void)
{
	begin();
	program(0, 0, 1000);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 1000);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 999);
	pulses(500);
	CU_ASSERT_EQUAL(count(0), 499);
	end();
}

static void test_dev_i8254_mode_0_out_rises_at_terminal_count(void)
{
	begin();
	program(0, 0, 100);
	CU_ASSERT_FALSE(out_high(0));
	pulses(100);
	CU_ASSERT_FALSE(out_high(0));
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	pulses(1);
	CU_ASSERT_TRUE(out_high(0));
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	end();
}

static void test_dev_i8254_mode_0_goes_on_below_zero(void)
{
	begin();
	program(0, 0, 10);
	pulses(12);
	CU_ASSERT_EQUAL(count(0), 0xffff);
	CU_ASSERT_TRUE(out_high(0));
	end();
}

static void test_dev_i8254_mode_0_interrupts_once(void)
{
	begin();
	program(0, 0, 100);
	pulses(300000);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 1);
	end();
}

static void test_dev_i8254_mode_0_first_byte_stops_the_count(void)
{
	begin();
	program(0, 0, 1000);
	pulses(11);
	rig_out8(r, BASE, 0x10);
	pulses(50);
	rig_out8(r, BASE, 0x00);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 16);
	end();
}

static void test_dev_i8254_mode_0_a_new_count_lowers_out(void)
{
	begin();
	program(0, 0, 10);
	pulses(11);
	CU_ASSERT_TRUE(out_high(0));
	rig_out8(r, BASE, 10);
	CU_ASSERT_FALSE(out_high(0));
	rig_out8(r, BASE, 0);
	CU_ASSERT_FALSE(out_high(0));
	pulses(11);
	CU_ASSERT_TRUE(out_high(0));
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 2);
	end();
}

static void test_dev_i8254_mode_0_gate_low_holds_the_count(void)
{
	begin();
	gate2(true);
	program(2, 0, 1000);
	pulses(11);
	CU_ASSERT_EQUAL(count(2), 990);
	gate2(false);
	pulses(100);
	CU_ASSERT_EQUAL(count(2), 990);
	gate2(true);
	pulses(10);
	CU_ASSERT_EQUAL(count(2), 980);
	end();
}

static void test_dev_i8254_mode_0_loads_while_gate_is_low(void)
{
	begin();
	gate2(false);
	program(2, 0, 500);
	pulses(20);
	CU_ASSERT_EQUAL(count(2), 500);
	gate2(true);
	pulses(10);
	CU_ASSERT_EQUAL(count(2), 490);
	end();
}

/* ---- mode 1 ---- */

static void test_dev_i8254_mode_1_waits_for_a_trigger(void)
{
	begin();
	gate2(false);
	program(2, 1, 100);
	pulses(200);
	CU_ASSERT_TRUE(out_high(2));
	gate2(true);
	pulses(1);
	CU_ASSERT_FALSE(out_high(2));
	pulses(99);
	CU_ASSERT_FALSE(out_high(2));
	pulses(1);
	CU_ASSERT_TRUE(out_high(2));
	end();
}

static void test_dev_i8254_mode_1_can_be_retriggered(void)
{
	begin();
	gate2(false);
	program(2, 1, 100);
	gate2(true);
	pulses(60);
	gate2(false);
	gate2(true);
	pulses(60);
	CU_ASSERT_FALSE(out_high(2));
	pulses(41);
	CU_ASSERT_TRUE(out_high(2));
	end();
}

static void test_dev_i8254_mode_1_gate_low_does_not_stop_it(void)
{
	begin();
	gate2(false);
	program(2, 1, 100);
	gate2(true);
	pulses(11);
	gate2(false);
	pulses(10);
	CU_ASSERT_EQUAL(count(2), 80);
	end();
}

static void test_dev_i8254_mode_1_a_new_count_waits_for_the_trigger(void)
{
	begin();
	gate2(false);
	program(2, 1, 100);
	gate2(true);
	pulses(11);
	rig_out8(r, BASE + 2, 50);
	rig_out8(r, BASE + 2, 0);
	pulses(10);
	CU_ASSERT_EQUAL(count(2), 80);
	gate2(false);
	gate2(true);
	pulses(1);
	CU_ASSERT_EQUAL(count(2), 50);
	end();
}

/* ---- mode 2 ---- */

static void test_dev_i8254_mode_2_repeats(void)
{
	begin();
	program(0, 2, 100);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 100);
	pulses(99);
	CU_ASSERT_EQUAL(count(0), 1);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 100);
	end();
}

static void test_dev_i8254_mode_2_out_is_low_for_the_last_pulse(void)
{
	begin();
	program(0, 2, 100);
	pulses(99);
	CU_ASSERT_TRUE(out_high(0));
	pulses(1);
	CU_ASSERT_FALSE(out_high(0));
	pulses(1);
	CU_ASSERT_TRUE(out_high(0));
	end();
}

static void test_dev_i8254_mode_2_interrupts_each_period(void)
{
	begin();
	program(0, 2, 11932);		/* 100 Hz */
	rig_advance(r, 1000000000);
	CU_ASSERT(rig_pin_edges(pins, 0) >= 99);
	CU_ASSERT(rig_pin_edges(pins, 0) <= 101);
	end();
}

static void test_dev_i8254_mode_2_is_exact_over_an_hour(void)
{
	uint32_t before;

	begin();
	program(0, 2, 0);		/* 65536: 18.2 Hz */
	pulses(1);
	before = rig_pin_edges(pins, 0);
	pulses(UINT64_C(65536) * 65536);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0) - before, 65536);
	end();
}

static void test_dev_i8254_mode_2_a_new_count_waits_for_the_cycle(void)
{
	begin();
	program(0, 2, 100);
	pulses(51);
	rig_out8(r, BASE, 10);
	rig_out8(r, BASE, 0);
	CU_ASSERT_EQUAL(count(0), 50);
	pulses(49);
	CU_ASSERT_EQUAL(count(0), 1);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 10);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 2);
	pulses(10);
	CU_ASSERT_EQUAL(count(0), 10);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 3);
	end();
}

static void test_dev_i8254_mode_2_gate_reloads(void)
{
	begin();
	gate2(true);
	program(2, 2, 100);
	pulses(51);
	CU_ASSERT_EQUAL(count(2), 50);
	gate2(false);
	CU_ASSERT_TRUE(out_high(2));
	pulses(500);
	CU_ASSERT_TRUE(out_high(2));
	gate2(true);
	pulses(1);
	CU_ASSERT_EQUAL(count(2), 100);
	end();
}

static void test_dev_i8254_mode_6_is_mode_2(void)
{
	begin();
	program(0, 6, 100);
	CU_ASSERT_EQUAL(status(0) & 0x3f, 0x34);
	pulses(101);
	CU_ASSERT_EQUAL(count(0), 100);
	end();
}

/* ---- mode 3 ---- */

static void test_dev_i8254_mode_3_even_counts_are_square(void)
{
	begin();
	program(0, 3, 100);
	pulses(1);
	CU_ASSERT_TRUE(out_high(0));
	pulses(49);
	CU_ASSERT_TRUE(out_high(0));
	pulses(1);
	CU_ASSERT_FALSE(out_high(0));
	pulses(49);
	CU_ASSERT_FALSE(out_high(0));
	pulses(1);
	CU_ASSERT_TRUE(out_high(0));
	end();
}

static void test_dev_i8254_mode_3_odd_counts_are_longer_high(void)
{
	begin();
	program(0, 3, 5);
	pulses(1);
	for (int i = 0; i < 10; i++) {
		CU_ASSERT_EQUAL(out_high(0), i % 5 < 3);
		pulses(1);
	}
	end();
}

static void test_dev_i8254_mode_3_counts_by_twos(void)
{
	begin();
	program(0, 3, 100);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 100);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 98);
	pulses(48);
	CU_ASSERT_EQUAL(count(0), 2);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 100);
	end();
}

static void test_dev_i8254_mode_3_odd_counts_start_one_lower(void)
{
	static const uint16_t want[5] = { 4, 2, 0, 4, 2 };

	begin();
	program(0, 3, 5);
	pulses(1);
	for (int i = 0; i < 10; i++) {
		CU_ASSERT_EQUAL(count(0), want[i % 5]);
		pulses(1);
	}
	end();
}

static void test_dev_i8254_mode_3_interrupts_each_period(void)
{
	begin();
	program(0, 3, 1000);
	pulses(1);
	pulses(10000);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 11);	/* and OUT's rise at
							   programming */
	end();
}

static void test_dev_i8254_mode_3_a_new_count_waits_for_the_half(void)
{
	begin();
	program(0, 3, 100);
	pulses(11);
	rig_out8(r, BASE, 20);
	rig_out8(r, BASE, 0);
	pulses(39);
	CU_ASSERT_TRUE(out_high(0));
	pulses(1);		/* the high half of 50 is over: 10 low ones */
	CU_ASSERT_FALSE(out_high(0));
	pulses(9);
	CU_ASSERT_FALSE(out_high(0));
	pulses(1);
	CU_ASSERT_TRUE(out_high(0));
	end();
}

/* ---- modes 4 and 5 ---- */

static void test_dev_i8254_mode_4_strobes_once(void)
{
	begin();
	program(0, 4, 50);
	pulses(50);
	CU_ASSERT_TRUE(out_high(0));
	pulses(1);
	CU_ASSERT_FALSE(out_high(0));
	pulses(1);
	CU_ASSERT_TRUE(out_high(0));
	pulses(200000);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 2);	/* with the first rise */
	end();
}

static void test_dev_i8254_mode_4_gate_low_holds_the_count(void)
{
	begin();
	gate2(true);
	program(2, 4, 50);
	pulses(11);
	gate2(false);
	pulses(100);
	CU_ASSERT_EQUAL(count(2), 40);
	gate2(true);
	pulses(40);
	CU_ASSERT_FALSE(out_high(2));
	end();
}

static void test_dev_i8254_mode_5_strobes_after_a_trigger(void)
{
	begin();
	gate2(false);
	program(2, 5, 50);
	pulses(100);
	CU_ASSERT_TRUE(out_high(2));
	gate2(true);
	pulses(51);
	CU_ASSERT_FALSE(out_high(2));
	pulses(1);
	CU_ASSERT_TRUE(out_high(2));
	end();
}

/* ---- bytes, latches, status ---- */

static void test_dev_i8254_low_byte_only_clears_the_high(void)
{
	begin();
	rig_out8(r, CTL, 0x10);
	rig_out8(r, BASE, 0x80);
	pulses(1);
	CU_ASSERT_EQUAL(rig_in8(r, BASE), 0x80);
	CU_ASSERT_EQUAL(rig_in8(r, BASE), 0x80);
	end();
}

static void test_dev_i8254_high_byte_only_clears_the_low(void)
{
	begin();
	rig_out8(r, CTL, 0x20);
	rig_out8(r, BASE, 0x02);
	pulses(2);
	CU_ASSERT_EQUAL(rig_in8(r, BASE), 0x01);	/* 0x1ff */
	end();
}

static void test_dev_i8254_reads_alternate_low_and_high(void)
{
	begin();
	gate2(true);
	program(2, 0, 0x1234);
	pulses(1);
	CU_ASSERT_EQUAL(rig_in8(r, BASE + 2), 0x34);
	CU_ASSERT_EQUAL(rig_in8(r, BASE + 2), 0x12);
	CU_ASSERT_EQUAL(rig_in8(r, BASE + 2), 0x34);
	end();
}

static void test_dev_i8254_zero_is_the_largest_count(void)
{
	begin();
	program(0, 0, 0);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 0);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 0xffff);
	pulses(65534);
	CU_ASSERT_FALSE(out_high(0));
	pulses(1);
	CU_ASSERT_TRUE(out_high(0));
	end();
}

static void test_dev_i8254_a_latch_keeps_the_count_until_read(void)
{
	begin();
	program(0, 2, 1000);
	pulses(101);
	rig_out8(r, CTL, 0x00);
	pulses(50);
	rig_out8(r, CTL, 0x00);		/* ignored: one is latched */
	CU_ASSERT_EQUAL(rig_in8(r, BASE), 900 & 0xff);
	CU_ASSERT_EQUAL(rig_in8(r, BASE), 900 >> 8);
	CU_ASSERT_EQUAL(count(0), 850);
	end();
}

static void test_dev_i8254_read_back_latches_several(void)
{
	uint8_t low;

	begin();
	gate2(true);
	program(0, 2, 1000);
	program(2, 2, 500);
	pulses(101);
	rig_out8(r, CTL, 0xda);		/* counts of 0 and 2 */
	pulses(30);
	low = rig_in8(r, BASE);
	CU_ASSERT_EQUAL(rig_in8(r, BASE) << 8 | low, 900);
	low = rig_in8(r, BASE + 2);
	CU_ASSERT_EQUAL(rig_in8(r, BASE + 2) << 8 | low, 400);
	end();
}

static void test_dev_i8254_read_back_gives_status_before_count(void)
{
	uint8_t low;

	begin();
	program(0, 2, 1000);
	pulses(101);
	rig_out8(r, CTL, 0xc2);		/* both, of 0 */
	CU_ASSERT_EQUAL(rig_in8(r, BASE), 0xb4);
	low = rig_in8(r, BASE);
	CU_ASSERT_EQUAL(rig_in8(r, BASE) << 8 | low, 900);
	end();
}

static void test_dev_i8254_null_count_until_the_load(void)
{
	begin();
	rig_out8(r, CTL, 0x34);
	CU_ASSERT_EQUAL(status(0) & 0x40, 0x40);
	rig_out8(r, BASE, 100);
	rig_out8(r, BASE, 0);
	CU_ASSERT_EQUAL(status(0) & 0x40, 0x40);
	pulses(1);
	CU_ASSERT_EQUAL(status(0) & 0x40, 0);
	end();
}

static void test_dev_i8254_status_shows_the_control_word(void)
{
	begin();
	for (uint8_t v = 0x10; v < 0x40; v++) {
		if ((v >> 1 & 7) > 5)
			continue;
		rig_out8(r, CTL, v);
		CU_ASSERT_EQUAL(status(0) & 0x3f, v);
	}
	end();
}

static void test_dev_i8254_bcd_counts_decimal(void)
{
	begin();
	rig_out8(r, CTL, 0x31);
	rig_out8(r, BASE, 0x00);
	rig_out8(r, BASE, 0x10);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 0x1000);
	pulses(1);
	CU_ASSERT_EQUAL(count(0), 0x0999);
	pulses(1000);
	CU_ASSERT_EQUAL(count(0), 0x9999);
	end();
}

static void test_dev_i8254_bcd_zero_is_ten_thousand(void)
{
	begin();
	rig_out8(r, CTL, 0x31);
	rig_out8(r, BASE, 0);
	rig_out8(r, BASE, 0);
	pulses(10000);
	CU_ASSERT_FALSE(out_high(0));
	pulses(1);
	CU_ASSERT_TRUE(out_high(0));
	end();
}

static void test_dev_i8254_the_control_word_cannot_be_read(void)
{
	begin();
	CU_ASSERT_EQUAL(rig_in8(r, CTL), 0xff);
	end();
}

static void test_dev_i8254_control_word_raises_out_but_in_mode_0(void)
{
	begin();
	for (uint8_t mode = 0; mode < 6; mode++) {
		rig_out8(r, CTL, (uint8_t)(0x30 | mode << 1));
		CU_ASSERT_EQUAL(out_high(0), mode != 0);
	}
	end();
}

/* ---- port 0x61 and time ---- */

static void test_dev_i8254_port_61_shows_out2(void)
{
	begin();
	rig_out8(r, PORT_B, 1);
	program(2, 0, 100);
	CU_ASSERT_EQUAL(rig_in8(r, PORT_B) & 0x20, 0);
	pulses(101);
	CU_ASSERT_EQUAL(rig_in8(r, PORT_B) & 0x20, 0x20);
	end();
}

static void test_dev_i8254_port_61_keeps_its_low_bits(void)
{
	begin();
	rig_out8(r, PORT_B, 0xff);
	CU_ASSERT_EQUAL(rig_in8(r, PORT_B) & 0xcf, 0x0f);
	rig_out8(r, PORT_B, 0x02);
	CU_ASSERT_EQUAL(rig_in8(r, PORT_B) & 0xcf, 0x02);
	end();
}

static void test_dev_i8254_port_61_refresh_toggles(void)
{
	uint8_t first;

	begin();
	first = rig_in8(r, PORT_B) & 0x10;
	pulses(18);
	CU_ASSERT_EQUAL(rig_in8(r, PORT_B) & 0x10, first ^ 0x10);
	pulses(18);
	CU_ASSERT_EQUAL(rig_in8(r, PORT_B) & 0x10, first);
	end();
}

static void test_dev_i8254_channel_2_agrees_with_the_clock(void)
{
	uint64_t t0, t1;

	begin();
	/* Linux' calibration: 50 ms in mode 0, poll OUT2 */
	rig_out8(r, PORT_B, 1);
	t0 = vc_clock_ns(r->vm);
	program(2, 0, 59659);
	while (!(rig_in8(r, PORT_B) & 0x20))
		rig_advance(r, 500);
	t1 = vc_clock_ns(r->vm);
	CU_ASSERT(t1 - t0 >= 49999900 && t1 - t0 < 50002500);
	end();
}

static void test_dev_i8254_the_shortest_period_cannot_hog_the_host(void)
{
	begin();
	program(0, 2, 1);
	rig_advance(r, 1000000);
	CU_ASSERT(rig_pin_edges(pins, 0) <= 502);
	CU_ASSERT(rig_pin_edges(pins, 0) >= 100);
	end();
}

static void test_dev_i8254_reset_stops_the_interrupts(void)
{
	begin();
	program(0, 2, 1000);
	pulses(2000);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	pulses(5000);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 2);
	end();
}

static void test_dev_i8254_reprogramming_moves_the_next_edge(void)
{
	begin();
	program(0, 0, 1000);
	pulses(500);
	program(0, 0, 1000);
	pulses(600);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 0);
	pulses(401);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 1);
	end();
}

static void test_dev_i8254_misuse_is_refused(void)
{
	vc_device *d;

	begin();
	RIG_FAILS(VC_EINVAL, vc_i8254_create(&d, r->vm, 256));
	RIG_FAILS(VC_EINVAL, vc_i8254_create(NULL, r->vm, 0));
	RIG_FAILS(VC_EINVAL, vc_i8254_create(&d, NULL, 0));
	end();
}

RIG_SUITE(dev_i8254) {
	RIG_TEST(test_dev_i8254_mode_0_counts_down_from_the_next_pulse),
	RIG_TEST(test_dev_i8254_mode_0_out_rises_at_terminal_count),
	RIG_TEST(test_dev_i8254_mode_0_goes_on_below_zero),
	RIG_TEST(test_dev_i8254_mode_0_interrupts_once),
	RIG_TEST(test_dev_i8254_mode_0_first_byte_stops_the_count),
	RIG_TEST(test_dev_i8254_mode_0_a_new_count_lowers_out),
	RIG_TEST(test_dev_i8254_mode_0_gate_low_holds_the_count),
	RIG_TEST(test_dev_i8254_mode_0_loads_while_gate_is_low),
	RIG_TEST(test_dev_i8254_mode_1_waits_for_a_trigger),
	RIG_TEST(test_dev_i8254_mode_1_can_be_retriggered),
	RIG_TEST(test_dev_i8254_mode_1_gate_low_does_not_stop_it),
	RIG_TEST(test_dev_i8254_mode_1_a_new_count_waits_for_the_trigger),
	RIG_TEST(test_dev_i8254_mode_2_repeats),
	RIG_TEST(test_dev_i8254_mode_2_out_is_low_for_the_last_pulse),
	RIG_TEST(test_dev_i8254_mode_2_interrupts_each_period),
	RIG_TEST(test_dev_i8254_mode_2_is_exact_over_an_hour),
	RIG_TEST(test_dev_i8254_mode_2_a_new_count_waits_for_the_cycle),
	RIG_TEST(test_dev_i8254_mode_2_gate_reloads),
	RIG_TEST(test_dev_i8254_mode_6_is_mode_2),
	RIG_TEST(test_dev_i8254_mode_3_even_counts_are_square),
	RIG_TEST(test_dev_i8254_mode_3_odd_counts_are_longer_high),
	RIG_TEST(test_dev_i8254_mode_3_counts_by_twos),
	RIG_TEST(test_dev_i8254_mode_3_odd_counts_start_one_lower),
	RIG_TEST(test_dev_i8254_mode_3_interrupts_each_period),
	RIG_TEST(test_dev_i8254_mode_3_a_new_count_waits_for_the_half),
	RIG_TEST(test_dev_i8254_mode_4_strobes_once),
	RIG_TEST(test_dev_i8254_mode_4_gate_low_holds_the_count),
	RIG_TEST(test_dev_i8254_mode_5_strobes_after_a_trigger),
	RIG_TEST(test_dev_i8254_low_byte_only_clears_the_high),
	RIG_TEST(test_dev_i8254_high_byte_only_clears_the_low),
	RIG_TEST(test_dev_i8254_reads_alternate_low_and_high),
	RIG_TEST(test_dev_i8254_zero_is_the_largest_count),
	RIG_TEST(test_dev_i8254_a_latch_keeps_the_count_until_read),
	RIG_TEST(test_dev_i8254_read_back_latches_several),
	RIG_TEST(test_dev_i8254_read_back_gives_status_before_count),
	RIG_TEST(test_dev_i8254_null_count_until_the_load),
	RIG_TEST(test_dev_i8254_status_shows_the_control_word),
	RIG_TEST(test_dev_i8254_bcd_counts_decimal),
	RIG_TEST(test_dev_i8254_bcd_zero_is_ten_thousand),
	RIG_TEST(test_dev_i8254_the_control_word_cannot_be_read),
	RIG_TEST(test_dev_i8254_control_word_raises_out_but_in_mode_0),
	RIG_TEST(test_dev_i8254_port_61_shows_out2),
	RIG_TEST(test_dev_i8254_port_61_keeps_its_low_bits),
	RIG_TEST(test_dev_i8254_port_61_refresh_toggles),
	RIG_TEST(test_dev_i8254_channel_2_agrees_with_the_clock),
	RIG_TEST(test_dev_i8254_the_shortest_period_cannot_hog_the_host),
	RIG_TEST(test_dev_i8254_reset_stops_the_interrupts),
	RIG_TEST(test_dev_i8254_reprogramming_moves_the_next_edge),
	RIG_TEST(test_dev_i8254_misuse_is_refused),
	RIG_END
};
