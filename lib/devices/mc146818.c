/* SPDX-License-Identifier: MIT */
/*
 * mc146818.c: Motorola's MC146818A real-time clock with the 128 bytes of CMOS
 * memory that PCs have, and the century in byte 0x32 (ACPI's FADT says so).
 *
 * The date is the VM's clock plus an offset; registers 0 to 9 are refreshed
 * from it when somebody looks, and the offset is recomputed when the guest
 * sets them. Interrupt flags are computed from the time that has passed since
 * register C was last read; timers run only while an interrupt is enabled.
 *
 * Modelled: BCD and binary, 12 and 24 hours, alarm with "don't care", periodic
 * and update-ended interrupts, SET, UIP, divider reset. Left out: daylight
 * saving (DSE is kept), the square wave pin, other time bases than 32768 Hz.
 * An impossible date that a guest sets becomes the nearest one.
 *
 * All under the VM's device lock.
 */
#include "devices.h"

enum {
	SECONDS, SECONDS_ALARM, MINUTES, MINUTES_ALARM, HOURS, HOURS_ALARM,
	WEEKDAY, DAY, MONTH, YEAR,
	REG_A, REG_B, REG_C, REG_D,
	CENTURY = 0x32,
};

#define A_UIP		0x80u
#define B_SET		0x80u
#define B_PIE		0x40u
#define B_AIE		0x20u
#define B_UIE		0x10u
#define B_BINARY	0x04u
#define B_24H		0x02u
#define C_IRQF		0x80u
#define C_PF		0x40u
#define C_AF		0x20u
#define C_UF		0x10u
#define D_VRT		0x80u

#define UIP_NS		UINT64_C(244000)	/* UIP before an update */
#define RTC_HZ		32768u
#define DAY_S		86400

struct rtc_state {
	int64_t base_s;		/* seconds since 1970 when the clock was */
	uint64_t base_ns;	/* at this, while time runs */
	uint64_t seen_ns;	/* flags are complete up to this clock */
	uint8_t cmos[128];
	uint8_t index;
	uint8_t weekday_shift;	/* the guest's weekday differs by this */
	uint8_t reserved[6];
};

struct rtc {
	vc_vm *vm;
	uint32_t line;
	int64_t initial_s;
	vc_timer *timer;
	struct rtc_state s;
};

/* ---- the calendar (proleptic Gregorian) ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool is_leap(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static uint32_t month_days(int64_t y, uint32_t m)
{
	static const uint8_t days[12] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return days[m - 1] + (m == 2 && is_leap(y) ? 1u : 0u);
}

/* Days from 1970-01-01 to January 1st of year y. */
static int64_t year_start(int64_t y)
{
	int64_t p = y - 1;

	return 365 * (y - 1970) + (floor_div(p, 4) - 1969 / 4) -
	       (floor_div(p, 100) - 1969 / 100) +
	       (floor_div(p, 400) - 1969 / 400);
}

struct date {
	int64_t year;
	uint32_t month, day;		/* from 1 */
	uint32_t hour, minute, second;
	uint32_t weekday;		/* 1 is Sunday */
};

static void to_date(int64_t t, struct date *d)
{
	int64_t days = floor_div(t, DAY_S), y;
	uint32_t s = (uint32_t)(t - days * DAY_S), left;

	d->hour = s / 3600;
	d->minute = s / 60 % 60;
	d->second = s % 60;
	d->weekday = (uint32_t)(((days + 4) % 7 + 7) % 7) + 1;
	y = 1970 + floor_div(days * 400, 146097);	/* off by one at most */
	while (year_start(y) > days)
		y--;
	while (year_start(y + 1) <= days)
		y++;
	d->year = y;
	left = (uint32_t)(days - year_start(y));
	for (d->month = 1; left >= month_days(y, d->month); d->month++)
		left -= month_days(y, d->month);
	d->day = left + 1;
}

static uint32_t clamp(uint32_t v, uint32_t low, uint32_t high)
{
	return v < low ? low : v > high ? high : v;
}

static int64_t from_date(const struct date *d)
{
	uint32_t month = clamp(d->month, 1, 12);
	int64_t days = year_start(d->year);

	for (uint32_t m = 1; m < month; m++)
		days += month_days(d->year, m);
	days += clamp(d->day, 1, month_days(d->year, month)) - 1;
	return days * DAY_S + clamp(d->hour, 0, 23) * 3600 +
	       clamp(d->minute, 0, 59) * 60 + clamp(d->second, 0, 59);
}

/* ---- registers and time ---- */

static uint8_t encode(const struct rtc *r, uint32_t v)
{
	return r->s.cmos[REG_B] & B_BINARY ? (uint8_t)v : vc__to_bcd(v);
}

static uint32_t decode(const struct rtc *r, uint8_t v)
{
	return r->s.cmos[REG_B] & B_BINARY ? v : vc__from_bcd(v);
}

static uint8_t encode_hour(const struct rtc *r, uint32_t h)
{
	if (r->s.cmos[REG_B] & B_24H)
		return encode(r, h);
	return (uint8_t)(encode(r, h % 12 ? h % 12 : 12) |
			 (h >= 12 ? 0x80 : 0));
}

static uint32_t decode_hour(const struct rtc *r, uint8_t v)
{
	if (r->s.cmos[REG_B] & B_24H)
		return decode(r, v);
	return decode(r, v & 0x7f) % 12 + (v & 0x80 ? 12 : 0);
}

/* Does time go on? Not under SET, nor with the divider held in reset. */
static bool runs(const struct rtc *r)
{
	return !(r->s.cmos[REG_B] & B_SET) &&
	       (r->s.cmos[REG_A] & 0x60) != 0x60;
}

/* Seconds since 1970 at clock ns, and the ns into that second. */
static int64_t seconds_at(const struct rtc *r, uint64_t ns)
{
	return r->s.base_s + (int64_t)((ns - r->s.base_ns) / VC__NS_PER_S);
}

static uint64_t fraction_at(const struct rtc *r, uint64_t ns)
{
	return (ns - r->s.base_ns) % VC__NS_PER_S;
}

/* Time to registers, as the chip's update cycle does. */
static void store(struct rtc *r, uint64_t ns)
{
	struct date d;

	if (!runs(r))
		return;
	to_date(seconds_at(r, ns), &d);
	r->s.cmos[SECONDS] = encode(r, d.second);
	r->s.cmos[MINUTES] = encode(r, d.minute);
	r->s.cmos[HOURS] = encode_hour(r, d.hour);
	r->s.cmos[WEEKDAY] =
		(uint8_t)((d.weekday - 1 + r->s.weekday_shift) % 7 + 1);
	r->s.cmos[DAY] = encode(r, d.day);
	r->s.cmos[MONTH] = encode(r, d.month);
	r->s.cmos[YEAR] = encode(r, (uint32_t)(((d.year % 100) + 100) % 100));
	r->s.cmos[CENTURY] = encode(r, (uint32_t)(d.year / 100 % 100));
}

/* Registers to time; within is how far into the second we then are. */
static void load(struct rtc *r, uint64_t now, uint64_t within)
{
	const uint8_t *c = r->s.cmos;
	struct date d = {
		.year = (int64_t)decode(r, c[CENTURY]) * 100 +
			decode(r, c[YEAR]),
		.month = decode(r, c[MONTH]),
		.day = decode(r, c[DAY]),
		.hour = decode_hour(r, c[HOURS]),
		.minute = decode(r, c[MINUTES]),
		.second = decode(r, c[SECONDS]),
	};

	r->s.base_s = from_date(&d);
	r->s.base_ns = now - within;
	to_date(r->s.base_s, &d);
	if (c[WEEKDAY] >= 1 && c[WEEKDAY] <= 7)
		r->s.weekday_shift =
			(uint8_t)((c[WEEKDAY] + 7 - d.weekday) % 7);
}

/* ---- interrupts ---- */

/* Periodic interrupt: its period in ticks of 32768 Hz; 0 for none. */
static uint32_t period(const struct rtc *r)
{
	uint32_t rs = r->s.cmos[REG_A] & 0x0f;

	if (!rs || (r->s.cmos[REG_A] & 0x60) == 0x60)
		return 0;
	return rs < 3 ? 64u << rs : 1u << (rs - 1);
}

static bool any(uint8_t alarm)
{
	return alarm >= 0xc0;	/* "don't care" */
}

/*
 * The first second from t on whose time of day matches the alarm; -1 if none
 * can. Whole hours and minutes that do not match are jumped over.
 */
static int64_t next_alarm(const struct rtc *r, int64_t t)
{
	const uint8_t *c = r->s.cmos;
	uint32_t h = decode_hour(r, c[HOURS_ALARM]);
	uint32_t m = decode(r, c[MINUTES_ALARM]);
	uint32_t s = decode(r, c[SECONDS_ALARM]);

	for (int steps = 0; steps < 320; steps++) {
		int64_t day = floor_div(t, DAY_S) * DAY_S;
		uint32_t tod = (uint32_t)(t - day);

		if (!any(c[HOURS_ALARM]) && tod / 3600 != h)
			t = day + (int64_t)(tod / 3600 + 1) * 3600;
		else if (!any(c[MINUTES_ALARM]) && tod / 60 % 60 != m)
			t = day + (int64_t)(tod / 60 + 1) * 60;
		else if (!any(c[SECONDS_ALARM]) && tod % 60 != s)
			t++;
		else
			return t;
	}
	return -1;
}

static void output(struct rtc *r)
{
	uint8_t *c = r->s.cmos;

	if (c[REG_C] & c[REG_B] & 0x70)
		c[REG_C] |= C_IRQF;
	else
		c[REG_C] &= (uint8_t)~C_IRQF;
	vc__line_out(r->vm, r->line, (c[REG_C] & C_IRQF) != 0);
}

/* Set the flags for what has happened since seen_ns. */
static void catch_up(struct rtc *r, uint64_t now)
{
	uint8_t *c = r->s.cmos;
	uint32_t p = period(r);
	int64_t was, is, at;

	if (now < r->s.seen_ns)
		return;
	if (p && vc__ns_to_ticks(now, RTC_HZ) / p !=
		 vc__ns_to_ticks(r->s.seen_ns, RTC_HZ) / p)
		c[REG_C] |= C_PF;
	if (runs(r)) {
		was = (int64_t)(r->s.seen_ns - r->s.base_ns) < 0 ?
			r->s.base_s : seconds_at(r, r->s.seen_ns);
		is = seconds_at(r, now);
		if (is > was) {
			c[REG_C] |= C_UF;
			at = next_alarm(r, was + 1);
			if (at >= 0 && at <= is)
				c[REG_C] |= C_AF;
		}
	}
	r->s.seen_ns = now;
	output(r);
}

/* When must we look again? Only for interrupts that are enabled. */
static void plan(struct rtc *r, uint64_t now)
{
	uint8_t b = r->s.cmos[REG_B], due = b & (uint8_t)~r->s.cmos[REG_C];
	uint64_t at = UINT64_MAX, t, ticks;
	uint32_t p = period(r);
	int64_t s;

	if ((due & B_PIE) && p) {
		ticks = (vc__ns_to_ticks(now, RTC_HZ) / p + 1) * p;
		at = vc__ticks_to_ns(ticks, RTC_HZ);
	}
	if ((due & (B_UIE | B_AIE)) && runs(r)) {
		s = seconds_at(r, now) + 1;
		if (!(due & B_UIE))
			s = next_alarm(r, s);
		if (s > r->s.base_s) {
			t = r->s.base_ns +
			    (uint64_t)(s - r->s.base_s) * VC__NS_PER_S;
			if (t < at)
				at = t;
		}
	}
	if (at == UINT64_MAX)
		vc_timer_cancel(r->timer);
	else	/* a restored state that never was may be late already */
		vc_timer_arm(r->timer, at > now ? at : now + UIP_NS);
}

static void fire(void *opaque)
{
	struct rtc *r = opaque;
	uint64_t now = vc_clock_ns(r->vm);

	catch_up(r, now);
	plan(r, now);
}

/* ---- access ---- */

static uint8_t read_data(struct rtc *r)
{
	uint64_t now = vc_clock_ns(r->vm);
	uint8_t i = r->s.index & 0x7f, v;

	catch_up(r, now);
	switch (i) {
	case REG_A:
		v = r->s.cmos[REG_A];
		if (runs(r) && fraction_at(r, now) >= VC__NS_PER_S - UIP_NS)
			v |= A_UIP;
		return v;
	case REG_C:
		v = r->s.cmos[REG_C];
		r->s.cmos[REG_C] = 0;
		output(r);
		plan(r, now);
		return v;
	case REG_D:
		return D_VRT;
	default:
		store(r, now);
		return r->s.cmos[i];
	}
}

static void write_a(struct rtc *r, uint8_t v, uint64_t now)
{
	bool ran = runs(r), held = (r->s.cmos[REG_A] & 0x60) == 0x60;

	store(r, now);
	r->s.cmos[REG_A] = v & 0x7f;
	/* Out of divider reset the first update comes after half a second
	 * (data sheet, "Divider control"). */
	if (!ran && runs(r))
		load(r, now, held ? VC__NS_PER_S / 2 : 0);
}

static void write_b(struct rtc *r, uint8_t v, uint64_t now)
{
	bool ran = runs(r);

	store(r, now);
	if (v & B_SET)
		v &= (uint8_t)~B_UIE;	/* SET clears UIE */
	/* A change of format does not convert: the guest is to write all
	 * registers anew. We keep the time and show it in the new format. */
	r->s.cmos[REG_B] = v;
	if (!ran && runs(r))
		load(r, now, 0);
}

static void write_data(struct rtc *r, uint8_t v)
{
	uint64_t now = vc_clock_ns(r->vm);
	uint8_t i = r->s.index & 0x7f;

	catch_up(r, now);
	switch (i) {
	case REG_A:
		write_a(r, v, now);
		break;
	case REG_B:
		write_b(r, v, now);
		break;
	case REG_C:
	case REG_D:
		return;		/* read-only */
	case SECONDS:
	case MINUTES:
	case HOURS:
	case WEEKDAY:
	case DAY:
	case MONTH:
	case YEAR:
	case CENTURY:
		store(r, now);
		r->s.cmos[i] = v;
		if (runs(r))	/* without SET: at once, seconds go on */
			load(r, now, fraction_at(r, now));
		break;
	default:
		r->s.cmos[i] = v;
		break;
	}
	output(r);
	plan(r, now);
}

static uint8_t rtc_read8(void *self, uint64_t off)
{
	struct rtc *r = self;

	return off & 1 ? read_data(r) : 0xff;	/* the index is write-only */
}

static void rtc_write8(void *self, uint64_t off, uint8_t v)
{
	struct rtc *r = self;

	if (off & 1)
		write_data(r, v);
	else
		r->s.index = v;		/* bit 7, the NMI mask, is kept */
}

static uint64_t rtc_read(void *self, uint64_t off, uint32_t size)
{
	return vc__read_bytes(self, off, size, rtc_read8);
}

static void rtc_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	vc__write_bytes(self, off, size, v, rtc_write8);
}

/* The battery keeps time and memory; RESET clears enables and flags. */
static void rtc_reset(void *self)
{
	struct rtc *r = self;

	r->s.index = 0;
	r->s.cmos[REG_B] &= (uint8_t)~(B_PIE | B_AIE | B_UIE | 0x08u);
	r->s.cmos[REG_C] = 0;
	r->s.seen_ns = vc_clock_ns(r->vm);
	if (r->timer)
		vc_timer_cancel(r->timer);
	output(r);
}

static void rtc_get(void *self, void *out)
{
	struct rtc *r = self;

	store(r, vc_clock_ns(r->vm));
	memcpy(out, &r->s, sizeof(r->s));
}

static bool time_ok(int64_t s)
{
	/* years 1 to 9999 */
	return s >= -INT64_C(62135596800) && s < INT64_C(253402300800);
}

static int rtc_set(void *self, const void *in, uint32_t version)
{
	struct rtc *r = self;
	struct rtc_state s;

	memcpy(&s, in, sizeof(s));
	if (version != 1 || !time_ok(s.base_s) || s.weekday_shift > 6)
		return VC_EFORMAT;
	r->s = s;
	output(r);
	plan(r, vc_clock_ns(r->vm));
	return 0;
}

static const vc_device_ops rtc_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "mc146818",
	.read          = rtc_read,
	.write         = rtc_write,
	.reset         = rtc_reset,
	.destroy       = free,
	.state_size    = sizeof(struct rtc_state),
	.state_version = 1,
	.state_get     = rtc_get,
	.state_set     = rtc_set,
};

static void set_time(struct rtc *r, int64_t unix_s)
{
	uint64_t now = vc_clock_ns(r->vm);

	r->s.base_s = unix_s;
	r->s.base_ns = now;
	r->s.seen_ns = now;
	r->s.weekday_shift = 0;
	store(r, now);
}

int vc_mc146818_create(vc_device **out, vc_vm *vm, uint32_t line,
		       int64_t unix_s)
{
	vc_device *dev;
	struct rtc *r;
	int rc;

	if (!out || !vm || !vc__line_ok(line) || !time_ok(unix_s))
		return vc_error_set(VC_EINVAL, "vc_mc146818_create: NULL, no "
				    "such line, or not in years 1 to 9999");
	r = calloc(1, sizeof(*r));
	if (r) {
		r->vm = vm;
		r->line = line;
		r->s.cmos[REG_A] = 0x26;	/* 32768 Hz, 1024 Hz rate */
		r->s.cmos[REG_B] = B_24H;
		set_time(r, unix_s);
	}
	rc = vc__chip_create(&dev, vm, &rtc_ops, r);
	if (rc)
		return rc;
	rc = vc_timer_create(&r->timer, dev, fire, r);
	if (rc) {
		vc_device_destroy(dev);
		return rc;
	}
	*out = dev;
	return 0;
}

int vc_mc146818_set_time(vc_device *rtc, int64_t unix_s)
{
	struct rtc *r = vc__chip_self(rtc, &rtc_ops);

	if (!r)
		return VC_EINVAL;
	if (!time_ok(unix_s))
		return vc_error_set(VC_EINVAL, "vc_mc146818_set_time: not in "
				    "years 1 to 9999");
	vc_device_lock(r->vm);
	catch_up(r, vc_clock_ns(r->vm));
	set_time(r, unix_s);
	plan(r, vc_clock_ns(r->vm));
	vc_device_unlock(r->vm);
	return 0;
}

int vc_mc146818_set_cmos(vc_device *rtc, uint32_t index, uint8_t value)
{
	struct rtc *r = vc__chip_self(rtc, &rtc_ops);

	if (!r)
		return VC_EINVAL;
	if (index <= REG_D || index > 0x7f || index == CENTURY)
		return vc_error_set(VC_EINVAL, "vc_mc146818_set_cmos: not a "
				    "byte of memory");
	vc_device_lock(r->vm);
	r->s.cmos[index] = value;
	vc_device_unlock(r->vm);
	return 0;
}
