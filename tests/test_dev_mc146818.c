/* SPDX-License-Identifier: MIT */
/* The real-time clock, by Motorola's MC146818A data sheet. */
#include "rig.h"
#include "virtcore/machine.h"

#define S		UINT64_C(1000000000)
#define MS		UINT64_C(1000000)

/* 2026-11-22 17:36:05 UTC, a Sunday */
#define START		INT64_C(1795368965)

static struct rig *r;
static vc_device *rtc, *pins;

static void begin_at(int64_t t)
{
	r = rig_new();
	RIG_OK(vc_mc146818_create(&rtc, r->vm, 8, t));
	RIG_OK(vc_device_map_port(rtc, 0x70, 2, 0));
	pins = rig_pins(r);
	RIG_OK(vc_line_connect(r->vm, 8, pins, 0));
}

static void begin(void)
{
	begin_at(START);
}

static void end(void)
{
	rig_free(r);
}

static uint8_t get(uint8_t i)
{
	rig_out8(r, 0x70, i);
	return rig_in8(r, 0x71);
}

static void put(uint8_t i, uint8_t v)
{
	rig_out8(r, 0x70, i);
	rig_out8(r, 0x71, v);
}

static void test_dev_mc146818_shows_the_date_in_bcd(void)
{
	begin();
	CU_ASSERT_EQUAL(get(0), 0x05);
	CU_ASSERT_EQUAL(get(2), 0x36);
	CU_ASSERT_EQUAL(get(4), 0x17);
	CU_ASSERT_EQUAL(get(6), 1);
	CU_ASSERT_EQUAL(get(7), 0x22);
	CU_ASSERT_EQUAL(get(8), 0x11);
	CU_ASSERT_EQUAL(get(9), 0x26);
	CU_ASSERT_EQUAL(get(0x32), 0x20);
	end();
}

static void test_dev_mc146818_goes_on_with_the_clock(void)
{
	begin();
	rig_advance(r, 54 * S + 999 * MS);
	CU_ASSERT_EQUAL(get(0), 0x59);
	CU_ASSERT_EQUAL(get(2), 0x36);
	rig_advance(r, 1 * MS);
	CU_ASSERT_EQUAL(get(0), 0x00);
	CU_ASSERT_EQUAL(get(2), 0x37);
	end();
}

static void test_dev_mc146818_binary_mode(void)
{
	begin();
	put(0x0b, 0x06);
	CU_ASSERT_EQUAL(get(2), 36);
	CU_ASSERT_EQUAL(get(4), 17);
	CU_ASSERT_EQUAL(get(9), 26);
	CU_ASSERT_EQUAL(get(0x32), 20);
	end();
}

static void test_dev_mc146818_twelve_hour_mode(void)
{
	static const uint8_t want[24] = {
		0x12, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
		0x10, 0x11, 0x92, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
		0x88, 0x89, 0x90, 0x91
	};

	begin_at(0);
	put(0x0b, 0x00);
	for (int h = 0; h < 24; h++) {
		CU_ASSERT_EQUAL(get(4), want[h]);
		rig_advance(r, 3600 * S);
	}
	end();
}

static void test_dev_mc146818_leap_day(void)
{
	begin_at(INT64_C(1709164800));	/* 2024-02-29 00:00 */
	CU_ASSERT_EQUAL(get(7), 0x29);
	CU_ASSERT_EQUAL(get(8), 0x02);
	CU_ASSERT_EQUAL(get(6), 5);
	rig_advance(r, 86400 * S);
	CU_ASSERT_EQUAL(get(7), 0x01);
	CU_ASSERT_EQUAL(get(8), 0x03);
	end();
}

static void test_dev_mc146818_century_rules(void)
{
	begin_at(INT64_C(4107542399));	/* 2100-02-28 23:59:59: no leap year */
	CU_ASSERT_EQUAL(get(0x32), 0x21);
	CU_ASSERT_EQUAL(get(9), 0x00);
	CU_ASSERT_EQUAL(get(7), 0x28);
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(get(7), 0x01);
	CU_ASSERT_EQUAL(get(8), 0x03);
	end();
}

static void test_dev_mc146818_before_1970(void)
{
	begin_at(-1);
	CU_ASSERT_EQUAL(get(0x32), 0x19);
	CU_ASSERT_EQUAL(get(9), 0x69);
	CU_ASSERT_EQUAL(get(8), 0x12);
	CU_ASSERT_EQUAL(get(7), 0x31);
	CU_ASSERT_EQUAL(get(4), 0x23);
	CU_ASSERT_EQUAL(get(0), 0x59);
	end();
}

static void test_dev_mc146818_every_day_of_four_centuries(void)
{
	/* the calendar against its own rules, day by day */
	static const uint8_t days[12] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	uint32_t y = 1901, m = 1, d = 1, wday = 3;	/* a Tuesday */
	uint32_t wrong = 0;
	int64_t t = -INT64_C(2177452800);

	begin_at(t);
	put(0x0b, 0x06);
	for (int i = 0; i < 146097; i++, t += 86400) {
		RIG_OK(vc_mc146818_set_time(rtc, t));
		wrong += get(7) != d || get(8) != m || get(9) != y % 100 ||
			 get(0x32) != y / 100 || get(6) != wday;
		wday = wday % 7 + 1;
		if (++d > days[m - 1] + (uint32_t)(m == 2 && y % 4 == 0 &&
					 (y % 100 || y % 400 == 0))) {
			d = 1;
			if (++m > 12) {
				m = 1;
				y++;
			}
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	end();
}

static void test_dev_mc146818_set_stops_and_starts_the_clock(void)
{
	begin();
	put(0x0b, 0x82);
	rig_advance(r, 10 * S);
	CU_ASSERT_EQUAL(get(0), 0x05);
	put(0, 0x30);
	put(2, 0x15);
	put(4, 0x08);
	put(0x0b, 0x02);
	CU_ASSERT_EQUAL(get(0), 0x30);
	rig_advance(r, 5 * S);
	CU_ASSERT_EQUAL(get(0), 0x35);
	CU_ASSERT_EQUAL(get(2), 0x15);
	CU_ASSERT_EQUAL(get(4), 0x08);
	CU_ASSERT_EQUAL(get(7), 0x22);
	end();
}

static void test_dev_mc146818_the_date_can_be_set(void)
{
	begin();
	put(0x0b, 0x82);
	put(7, 0x31);
	put(8, 0x12);
	put(9, 0x99);
	put(0x32, 0x19);
	put(4, 0x23);
	put(2, 0x59);
	put(0, 0x59);
	put(0x0b, 0x02);
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(get(9), 0x00);
	CU_ASSERT_EQUAL(get(0x32), 0x20);
	CU_ASSERT_EQUAL(get(8), 0x01);
	CU_ASSERT_EQUAL(get(7), 0x01);
	end();
}

static void test_dev_mc146818_the_weekday_is_its_own_counter(void)
{
	begin();
	put(0x0b, 0x82);
	put(6, 4);
	put(0x0b, 0x02);
	CU_ASSERT_EQUAL(get(6), 4);
	rig_advance(r, 86400 * S);
	CU_ASSERT_EQUAL(get(6), 5);
	end();
}

static void test_dev_mc146818_an_impossible_date_is_brought_into_range(void)
{
	begin();
	put(0x0b, 0x82);
	put(8, 0xff);
	put(7, 0xff);
	put(4, 0xff);
	put(0x0b, 0x02);
	CU_ASSERT_EQUAL(get(8), 0x12);
	CU_ASSERT_EQUAL(get(7), 0x31);
	end();
}

static void test_dev_mc146818_uip_announces_the_update(void)
{
	begin();
	CU_ASSERT_EQUAL(get(0x0a) & 0x80, 0);
	rig_advance(r, 1 * S - 244000);
	CU_ASSERT_EQUAL(get(0x0a) & 0x80, 0x80);
	rig_advance(r, 244000);
	CU_ASSERT_EQUAL(get(0x0a) & 0x80, 0);
	end();
}

static void test_dev_mc146818_uip_is_off_under_set(void)
{
	begin();
	put(0x0b, 0x82);
	rig_advance(r, 1 * S - 1000);
	CU_ASSERT_EQUAL(get(0x0a) & 0x80, 0);
	end();
}

static void test_dev_mc146818_uf_each_second_without_interrupt(void)
{
	begin();
	get(0x0c);
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(get(0x0c) & 0x90, 0x10);
	CU_ASSERT_EQUAL(get(0x0c) & 0x10, 0);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 0);
	end();
}

static void test_dev_mc146818_update_interrupt(void)
{
	begin();
	put(0x0b, 0x12);
	get(0x0c);
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	CU_ASSERT_EQUAL(get(0x0c) & 0x90, 0x90);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	end();
}

static void test_dev_mc146818_set_clears_uie(void)
{
	begin();
	put(0x0b, 0x92);
	CU_ASSERT_EQUAL(get(0x0b), 0x82);
	end();
}

static void test_dev_mc146818_periodic_rates(void)
{
	begin();
	for (uint8_t rs = 1; rs < 16; rs++) {
		uint32_t hz = rs == 1 ? 256 : rs == 2 ? 128 :
			      32768u >> (rs - 1), n = 0;

		put(0x0a, 0x20 | rs);
		put(0x0b, 0x42);
		get(0x0c);
		for (uint32_t i = 0; i < 16; i++) {
			uint32_t before = rig_pin_edges(pins, 0);

			rig_advance(r, S / hz + 1);
			n += rig_pin_edges(pins, 0) - before;
			get(0x0c);
		}
		CU_ASSERT(n >= 15 && n <= 17);
		put(0x0b, 0x02);
		get(0x0c);
	}
	end();
}

static void test_dev_mc146818_rate_zero_is_no_interrupt(void)
{
	begin();
	put(0x0a, 0x20);
	put(0x0b, 0x42);
	rig_advance(r, 2 * S);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 0);
	end();
}

static void test_dev_mc146818_one_interrupt_until_c_is_read(void)
{
	begin();
	put(0x0b, 0x42);
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 1);
	end();
}

static void test_dev_mc146818_alarm(void)
{
	begin();
	put(1, 0x10);
	put(3, 0x36);
	put(5, 0x17);
	put(0x0b, 0x22);
	get(0x0c);
	rig_advance(r, 4 * S + 999 * MS);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	rig_advance(r, 1 * MS);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	CU_ASSERT_EQUAL(get(0x0c) & 0xa0, 0xa0);
	rig_advance(r, 86399 * S);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	rig_advance(r, 1 * S);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	end();
}

static void test_dev_mc146818_alarm_with_dont_cares(void)
{
	begin();
	put(1, 0x30);
	put(3, 0xc0);
	put(5, 0xff);
	put(0x0b, 0x22);
	get(0x0c);
	for (int i = 0; i < 5; i++) {
		rig_advance(r, 60 * S);
		CU_ASSERT_EQUAL(get(0x0c) & 0x20, 0x20);
	}
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 5);
	end();
}

static void test_dev_mc146818_alarm_flag_without_interrupt(void)
{
	begin();
	put(1, 0x10);
	put(3, 0x36);
	put(5, 0x17);
	get(0x0c);
	rig_advance(r, 100 * S);
	CU_ASSERT_EQUAL(get(0x0c) & 0x20, 0x20);
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), 0);
	end();
}

static void test_dev_mc146818_an_impossible_alarm_never_comes(void)
{
	begin();
	put(1, 0x61);
	put(3, 0x61);
	put(5, 0x25);
	put(0x0b, 0x22);
	get(0x0c);
	rig_advance(r, 2 * 86400 * S);
	CU_ASSERT_EQUAL(get(0x0c) & 0x20, 0);
	end();
}

static void test_dev_mc146818_divider_reset_holds_the_clock(void)
{
	begin();
	put(0x0a, 0x76);
	rig_advance(r, 10 * S);
	CU_ASSERT_EQUAL(get(0), 0x05);
	put(0x0a, 0x26);
	rig_advance(r, 499 * MS);
	CU_ASSERT_EQUAL(get(0), 0x05);
	rig_advance(r, 2 * MS);
	CU_ASSERT_EQUAL(get(0), 0x06);
	end();
}

static void test_dev_mc146818_register_d_says_the_battery_is_fine(void)
{
	begin();
	put(0x0d, 0);
	CU_ASSERT_EQUAL(get(0x0d), 0x80);
	end();
}

static void test_dev_mc146818_register_c_is_read_only(void)
{
	begin();
	get(0x0c);
	put(0x0c, 0xff);
	CU_ASSERT_EQUAL(get(0x0c), 0);
	end();
}

static void test_dev_mc146818_memory_keeps_bytes(void)
{
	begin();
	for (uint8_t i = 0x0e; i < 0x80; i++)
		if (i != 0x32)
			put(i, (uint8_t)(i ^ 0x5a));
	for (uint8_t i = 0x0e; i < 0x80; i++)
		if (i != 0x32)
			CU_ASSERT_EQUAL(get(i), (uint8_t)(i ^ 0x5a));
	end();
}

static void test_dev_mc146818_bit_7_of_the_index_is_not_address(void)
{
	begin();
	put(0x20, 0x77);
	CU_ASSERT_EQUAL(get(0xa0), 0x77);
	end();
}

static void test_dev_mc146818_the_index_cannot_be_read(void)
{
	begin();
	rig_out8(r, 0x70, 0x20);
	CU_ASSERT_EQUAL(rig_in8(r, 0x70), 0xff);
	end();
}

static void test_dev_mc146818_the_embedder_sets_memory(void)
{
	begin();
	RIG_OK(vc_mc146818_set_cmos(rtc, 0x15, 0x80));
	CU_ASSERT_EQUAL(get(0x15), 0x80);
	end();
}

static void test_dev_mc146818_time_survives_a_reset(void)
{
	begin();
	put(0x40, 0x99);
	put(0x0b, 0x72);
	rig_advance(r, 3 * S);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(get(0), 0x08);
	CU_ASSERT_EQUAL(get(0x40), 0x99);
	CU_ASSERT_EQUAL(get(0x0b), 0x02);
	CU_ASSERT_EQUAL(get(0x0c), 0x00);
	end();
}

static void test_dev_mc146818_misuse_is_refused(void)
{
	vc_device *d;

	begin();
	RIG_FAILS(VC_EINVAL, vc_mc146818_create(&d, r->vm, 256, 0));
	RIG_FAILS(VC_EINVAL, vc_mc146818_create(NULL, r->vm, 8, 0));
	RIG_FAILS(VC_EINVAL, vc_mc146818_create(&d, NULL, 8, 0));
	RIG_FAILS(VC_EINVAL, vc_mc146818_create(&d, r->vm, 8, INT64_MAX));
	RIG_FAILS(VC_EINVAL, vc_mc146818_create(&d, r->vm, 8, INT64_MIN));
	RIG_FAILS(VC_EINVAL, vc_mc146818_set_time(rtc, INT64_MAX));
	RIG_FAILS(VC_EINVAL, vc_mc146818_set_time(NULL, 0));
	RIG_FAILS(VC_EINVAL, vc_mc146818_set_cmos(rtc, 0x0d, 0));
	RIG_FAILS(VC_EINVAL, vc_mc146818_set_cmos(rtc, 0x32, 0));
	RIG_FAILS(VC_EINVAL, vc_mc146818_set_cmos(rtc, 0x80, 0));
	RIG_FAILS(VC_EINVAL, vc_mc146818_set_cmos(pins, 0x20, 0));
	end();
}

RIG_SUITE(dev_mc146818) {
	RIG_TEST(test_dev_mc146818_shows_the_date_in_bcd),
	RIG_TEST(test_dev_mc146818_goes_on_with_the_clock),
	RIG_TEST(test_dev_mc146818_binary_mode),
	RIG_TEST(test_dev_mc146818_twelve_hour_mode),
	RIG_TEST(test_dev_mc146818_leap_day),
	RIG_TEST(test_dev_mc146818_century_rules),
	RIG_TEST(test_dev_mc146818_before_1970),
	RIG_TEST(test_dev_mc146818_every_day_of_four_centuries),
	RIG_TEST(test_dev_mc146818_set_stops_and_starts_the_clock),
	RIG_TEST(test_dev_mc146818_the_date_can_be_set),
	RIG_TEST(test_dev_mc146818_the_weekday_is_its_own_counter),
	RIG_TEST(test_dev_mc146818_an_impossible_date_is_brought_into_range),
	RIG_TEST(test_dev_mc146818_uip_announces_the_update),
	RIG_TEST(test_dev_mc146818_uip_is_off_under_set),
	RIG_TEST(test_dev_mc146818_uf_each_second_without_interrupt),
	RIG_TEST(test_dev_mc146818_update_interrupt),
	RIG_TEST(test_dev_mc146818_set_clears_uie),
	RIG_TEST(test_dev_mc146818_periodic_rates),
	RIG_TEST(test_dev_mc146818_rate_zero_is_no_interrupt),
	RIG_TEST(test_dev_mc146818_one_interrupt_until_c_is_read),
	RIG_TEST(test_dev_mc146818_alarm),
	RIG_TEST(test_dev_mc146818_alarm_with_dont_cares),
	RIG_TEST(test_dev_mc146818_alarm_flag_without_interrupt),
	RIG_TEST(test_dev_mc146818_an_impossible_alarm_never_comes),
	RIG_TEST(test_dev_mc146818_divider_reset_holds_the_clock),
	RIG_TEST(test_dev_mc146818_register_d_says_the_battery_is_fine),
	RIG_TEST(test_dev_mc146818_register_c_is_read_only),
	RIG_TEST(test_dev_mc146818_memory_keeps_bytes),
	RIG_TEST(test_dev_mc146818_bit_7_of_the_index_is_not_address),
	RIG_TEST(test_dev_mc146818_the_index_cannot_be_read),
	RIG_TEST(test_dev_mc146818_the_embedder_sets_memory),
	RIG_TEST(test_dev_mc146818_time_survives_a_reset),
	RIG_TEST(test_dev_mc146818_misuse_is_refused),
	RIG_END
};
