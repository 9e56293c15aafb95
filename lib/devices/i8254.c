/* SPDX-License-Identifier: MIT */
/*
 * i8254.c: Intel's 8254 programmable interval timer, and the PC's port 0x61,
 * which gates its channel 2. Names follow the data sheet: CE is the counting
 * element, CR the count register that is loaded into it.
 *
 * Nothing ticks here. A counter remembers the clock tick at which CE was last
 * loaded and with what; CE and OUT at any moment follow from the ticks since.
 * The tick number itself comes from the VM's clock, so that channel 2 agrees
 * with the TSC to a tick. A load takes effect with the clock pulse that
 * follows it.
 *
 * Modelled: modes 0 to 5, BCD, latches, read-back, gates. Channel 0's line
 * rises with every rising edge of OUT; while a periodic guest interrupt is
 * late, edges that fell into the delay count as one, and no two come closer
 * than MIN_PERIOD_NS. Left out: the data sheet's "undefined" CE before the
 * first load (reads as 0) and the speaker.
 *
 * All under the VM's device lock.
 */
#include "devices.h"

#define PIT_HZ		UINT64_C(1193182)
#define MIN_PERIOD_NS	UINT64_C(2000)
#define REFRESH_TICKS	18	/* port 0x61 bit 4 toggles every 15 us */
#define PORT_B		4	/* offset of port 0x61 */

struct counter {
	uint64_t start;		/* tick at which CE was loaded */
	uint64_t next_start;	/* tick at which CR will be, with pending */
	uint64_t held;		/* ticks counted so far, while not running */
	uint32_t n;		/* what CE was loaded with, 1 to 65536 */
	uint32_t reserved;
	uint16_t cr;		/* as written, before BCD */
	uint16_t latch;
	uint8_t loaded;		/* CE was loaded since the control word */
	uint8_t pending;	/* CR will be loaded at next_start: 1, or 2 when
				   that begins the low half of mode 3 */
	uint8_t armed;		/* CR is complete (modes 1, 5: for triggers) */
	uint8_t running;	/* counts; else stands at held */
	uint8_t gate;
	uint8_t mode, rw, bcd;	/* of the control word */
	uint8_t write_msb;	/* rw 3: the next write is the high byte */
	uint8_t read_msb;
	uint8_t low;		/* rw 3: low byte, until the high one comes */
	uint8_t latched;	/* bytes of latch still to be read */
	uint8_t status, status_latched;
	uint8_t null_count;
	uint8_t start_rises;	/* OUT rose with the load at start */
};

struct pit_state {
	struct counter c[3];
	uint64_t seen;		/* channel 0's edges are told up to this tick */
	uint8_t port_b;		/* bits 0 to 3 as written */
	uint8_t reserved[7];
};

struct pit {
	vc_vm *vm;
	uint32_t line;
	vc_timer *timer;	/* channel 0's next rising edge */
	struct pit_state s;
};

static uint64_t tick_now(const struct pit *p)
{
	return vc__ns_to_ticks(vc_clock_ns(p->vm), PIT_HZ);
}

static uint32_t modulus(const struct counter *c)
{
	return c->bcd ? 10000 : 65536;
}

/* The number that CR stands for; 0 is the largest count. */
static uint32_t count_of(const struct counter *c)
{
	uint32_t n = c->cr;

	if (c->bcd)
		n = (vc__from_bcd((uint8_t)(n >> 8)) * 100 +
		     vc__from_bcd((uint8_t)n)) % 10000;
	return n ? n : modulus(c);
}

/* Ticks may lie a little before the clock's zero: compare across the wrap. */
static bool later(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) > 0;
}

/* Mode 3: high for (n + 1) / 2 pulses, then low for n / 2. */
static uint64_t high_half(const struct counter *c)
{
	return ((uint64_t)c->n + 1) / 2;
}

/* Load a CR whose time has come. */
static void settle(struct counter *c, uint64_t now)
{
	bool cycles = c->mode == 2 || c->mode == 3;

	if (!c->pending || later(c->next_start, now))
		return;
	c->start_rises = cycles && c->loaded && c->pending == 1;
	c->n = count_of(c);
	c->start = c->next_start;
	if (c->pending == 2)
		c->start -= high_half(c);
	c->pending = 0;
	c->null_count = 0;
	c->loaded = 1;
	if (!c->running)
		c->held = 0;
}

/* Clock pulses that CE has counted since it was loaded. */
static uint64_t counted(const struct counter *c, uint64_t now)
{
	if (!c->running)
		return c->held;
	return later(now, c->start) ? now - c->start : 0;
}

static uint32_t square_ce(const struct counter *c, uint64_t d)
{
	uint64_t at = d % c->n, high = high_half(c);
	uint32_t top = c->n & ~1u;	/* odd counts start one lower */

	if (at >= high)
		at -= high;
	/* n of 1 is illegal; it reads as 0 */
	return at * 2 <= top ? top - (uint32_t)at * 2 : 0;
}

static uint16_t read_ce(const struct counter *c, uint64_t now)
{
	uint64_t d = counted(c, now);
	uint32_t m = modulus(c), ce;

	if (!c->loaded)
		return 0;
	switch (c->mode) {
	case 2:
		ce = c->n - (uint32_t)(d % c->n);
		break;
	case 3:
		ce = square_ce(c, d);
		break;
	default:	/* goes on below 0 */
		ce = (uint32_t)((c->n % m + m - d % m) % m);
		break;
	}
	ce %= m;
	if (c->bcd)
		ce = (uint32_t)vc__to_bcd(ce / 100) << 8 |
		     vc__to_bcd(ce % 100);
	return (uint16_t)ce;
}

static bool out_level(const struct counter *c, uint64_t now)
{
	uint64_t d = counted(c, now);

	switch (c->mode) {
	case 0:
		return c->loaded && !c->write_msb && d >= c->n;
	case 1:
		return !c->loaded || d >= c->n;
	case 2:
		return !c->loaded || !c->running || d % c->n != c->n - 1u;
	case 3:
		return !c->loaded || !c->running || d % c->n < high_half(c);
	default:
		return !c->loaded || d != c->n;
	}
}

/*
 * The tick of the first rising edge of OUT after tick after, as long as
 * nothing new is loaded; UINT64_MAX: there is none.
 */
static uint64_t next_rise(const struct counter *c, uint64_t after)
{
	uint64_t d, rise;

	if (!c->loaded || !c->running)
		return UINT64_MAX;
	if (c->start_rises && later(c->start, after))
		return c->start;
	switch (c->mode) {
	case 0:
	case 1:
		rise = c->start + c->n;
		break;
	case 2:
	case 3:
		d = later(after, c->start) ? after - c->start : 0;
		return c->start + (d / c->n + 1) * c->n;
	default:
		rise = c->start + c->n + 1;
		break;
	}
	return later(rise, after) ? rise : UINT64_MAX;
}

/* Set the timer for channel 0's next edge or load after tick seen. */
static void plan(struct pit *p, uint64_t seen)
{
	struct counter *c = &p->s.c[0];
	uint64_t at = next_rise(c, seen), ns, soonest;

	p->s.seen = seen;
	if (c->pending && (at == UINT64_MAX || later(at, c->next_start)))
		at = c->next_start;
	if (at == UINT64_MAX) {
		vc_timer_cancel(p->timer);
		return;
	}
	ns = vc__ticks_to_ns(at, PIT_HZ);
	soonest = vc_clock_ns(p->vm) + MIN_PERIOD_NS;
	if (!c->pending && (c->mode == 2 || c->mode == 3) && ns < soonest &&
	    c->n * VC__NS_PER_S / PIT_HZ < MIN_PERIOD_NS)
		ns = soonest;
	/* A restored state can be late already; one that never was must not
	 * fire for ever at one and the same moment. */
	if (ns <= vc_clock_ns(p->vm))
		ns = soonest;
	vc_timer_arm(p->timer, ns);
}

static void fire(void *opaque)
{
	struct pit *p = opaque;
	struct counter *c = &p->s.c[0];
	uint64_t now = tick_now(p), rise;

	settle(c, now);
	rise = next_rise(c, p->s.seen);
	if (rise != UINT64_MAX && !later(rise, now)) {
		vc__line_out(p->vm, p->line, false);
		vc__line_out(p->vm, p->line, true);
	}
	plan(p, now);
}

/* Something about channel i was programmed or gated. */
static void changed(struct pit *p, uint32_t i)
{
	uint64_t now = tick_now(p);

	if (i)
		return;
	settle(&p->s.c[0], now);
	plan(p, now);
	vc__line_out(p->vm, p->line, out_level(&p->s.c[0], now));
}

/* ---- programming ---- */

static void latch_count(struct counter *c, uint64_t now)
{
	if (c->latched)
		return;		/* until read, further commands are ignored */
	c->latch = read_ce(c, now);
	c->latched = c->rw == 3 ? 2 : 1;
}

static void latch_status(struct counter *c, uint64_t now)
{
	if (c->status_latched)
		return;
	c->status_latched = 1;
	c->status = (uint8_t)((out_level(c, now) ? 0x80 : 0) |
			      (c->null_count ? 0x40 : 0) |
			      c->rw << 4 | c->mode << 1 | c->bcd);
}

static void control(struct pit *p, uint32_t i, uint8_t v)
{
	struct counter *c = &p->s.c[i];
	uint8_t mode = v >> 1 & 7;

	c->rw = v >> 4 & 3;
	c->mode = mode > 5 ? mode - 4 : mode;	/* 6 and 7 are 2 and 3 */
	c->bcd = v & 1;
	c->write_msb = c->read_msb = 0;
	c->latched = c->status_latched = 0;
	c->null_count = 1;
	c->loaded = c->pending = c->armed = c->running = 0;
	c->held = 0;
	c->n = 1;
	changed(p, i);
}

static void read_back(struct pit *p, uint8_t v, uint64_t now)
{
	for (uint32_t i = 0; i < 3; i++) {
		if (!(v & 2u << i))
			continue;
		settle(&p->s.c[i], now);
		if (!(v & 0x20))
			latch_count(&p->s.c[i], now);
		if (!(v & 0x10))
			latch_status(&p->s.c[i], now);
	}
}

static void write_control(struct pit *p, uint8_t v)
{
	uint32_t i = v >> 6;
	uint64_t now = tick_now(p);

	if (i == 3) {
		read_back(p, v, now);
	} else if (v & 0x30) {
		control(p, i, v);
	} else {
		settle(&p->s.c[i], now);
		latch_count(&p->s.c[i], now);
	}
}

/*
 * CR is complete. When does CE get it? (data sheet, "Mode Definitions"; in
 * modes 2 and 3 it waits for the end of the cycle or half cycle.)
 */
static void loaded_cr(struct counter *c, uint64_t now)
{
	uint64_t d, at, high;

	c->null_count = 1;
	c->armed = 1;
	switch (c->mode) {
	case 1:
	case 5:
		return;			/* with the next trigger */
	case 2:
	case 3:
		if (!c->gate)
			return;		/* with the gate's rise */
		c->pending = 1;
		c->next_start = now + 1;
		if (c->loaded && c->running) {
			d = counted(c, now);
			at = d % c->n;
			high = high_half(c);
			c->next_start = now - at + c->n;
			if (c->mode == 3 && at < high) {
				c->next_start = now - at + high;
				c->pending = 2;
			}
		}
		c->running = 1;
		return;
	default:
		c->pending = 1;
		c->next_start = now + 1;
		c->running = c->gate;
		c->held = 0;
		if (c->mode == 0)
			c->start = now;	/* OUT goes low with the write */
		return;
	}
}

static void write_counter(struct pit *p, uint32_t i, uint8_t v)
{
	struct counter *c = &p->s.c[i];
	uint64_t now = tick_now(p);

	settle(c, now);
	switch (c->rw) {
	case 0:
		return;		/* never programmed */
	case 1:
		c->cr = v;
		break;
	case 2:
		c->cr = (uint16_t)(v << 8);
		break;
	default:
		if (!c->write_msb) {
			c->low = v;
			c->write_msb = 1;
			if (c->mode == 0 && c->running) {
				c->held = counted(c, now);
				c->running = 0;	/* the first byte stops it */
			}
			changed(p, i);
			return;
		}
		c->write_msb = 0;
		c->cr = (uint16_t)(v << 8 | c->low);
		break;
	}
	loaded_cr(c, now);
	changed(p, i);
}

static uint8_t read_counter(struct pit *p, uint32_t i)
{
	struct counter *c = &p->s.c[i];
	uint64_t now = tick_now(p);
	uint16_t v;
	bool msb;

	settle(c, now);
	if (c->status_latched) {
		c->status_latched = 0;
		return c->status;
	}
	v = c->latched ? c->latch : read_ce(c, now);
	msb = c->rw == 2 || (c->rw == 3 && c->read_msb);
	if (c->rw == 3)
		c->read_msb ^= 1;
	if (c->latched)
		c->latched--;
	return (uint8_t)(msb ? v >> 8 : v);
}

static void set_gate(struct pit *p, uint32_t i, uint8_t gate)
{
	struct counter *c = &p->s.c[i];
	uint64_t now = tick_now(p);

	settle(c, now);
	if (c->gate == gate)
		return;
	c->gate = gate;
	switch (c->mode) {
	case 1:
	case 5:
		if (gate && c->armed) {		/* trigger */
			c->pending = 1;
			c->next_start = now + 1;
			c->running = 1;
		}
		break;
	case 2:
	case 3:
		if (!gate) {
			c->held = counted(c, now);
			c->running = 0;
		} else if (c->armed) {		/* starts a fresh cycle */
			c->pending = 1;
			c->next_start = now + 1;
			c->running = 1;
			c->loaded = 0;
		}
		break;
	default:
		if (!gate) {
			c->held = counted(c, now);
			c->running = 0;
		} else if (c->armed && !(c->mode == 0 && c->write_msb)) {
			c->start = now - c->held;
			c->running = 1;
		}
		break;
	}
	changed(p, i);
}

/* ---- port 0x61 ---- */

static uint8_t read_port_b(struct pit *p)
{
	uint64_t now = tick_now(p);
	struct counter *c = &p->s.c[2];

	settle(c, now);
	return (uint8_t)(p->s.port_b |
			 (now / REFRESH_TICKS & 1 ? 0x10 : 0) |
			 (out_level(c, now) ? 0x20 : 0));
}

static uint8_t pit_read8(void *self, uint64_t off)
{
	struct pit *p = self;

	if (off < 3)
		return read_counter(p, (uint32_t)off);
	if (off == PORT_B)
		return read_port_b(p);
	return 0xff;		/* the control word cannot be read */
}

static void pit_write8(void *self, uint64_t off, uint8_t v)
{
	struct pit *p = self;

	if (off < 3) {
		write_counter(p, (uint32_t)off, v);
	} else if (off == 3) {
		write_control(p, v);
	} else if (off == PORT_B) {
		p->s.port_b = v & 0x0f;
		set_gate(p, 2, v & 1);
	}
}

static uint64_t pit_read(void *self, uint64_t off, uint32_t size)
{
	return vc__read_bytes(self, off, size, pit_read8);
}

static void pit_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	vc__write_bytes(self, off, size, v, pit_write8);
}

static void pit_reset(void *self)
{
	struct pit *p = self;

	memset(&p->s, 0, sizeof(p->s));
	for (uint32_t i = 0; i < 3; i++) {
		p->s.c[i].n = 1;
		p->s.c[i].gate = i < 2;	/* 0 and 1 are tied high */
	}
	if (p->timer)
		vc_timer_cancel(p->timer);
	vc__line_out(p->vm, p->line, false);
}

static void pit_get(void *self, void *out)
{
	struct pit *p = self;

	for (uint32_t i = 0; i < 3; i++)
		settle(&p->s.c[i], tick_now(p));
	memcpy(out, &p->s, sizeof(p->s));
}

static bool counter_ok(const struct counter *c)
{
	return c->n >= 1 && c->n <= 65536 && c->mode <= 5 && c->rw <= 3 &&
	       (c->loaded | c->armed | c->running | c->gate | c->bcd |
		c->write_msb | c->read_msb | c->status_latched |
		c->null_count | c->start_rises) <= 1 &&
	       c->pending <= 2 && c->latched <= 2;
}

static int pit_set(void *self, const void *in, uint32_t version)
{
	struct pit *p = self;
	struct pit_state s;

	memcpy(&s, in, sizeof(s));
	if (version != 1 || s.port_b & 0xf0)
		return VC_EFORMAT;
	for (uint32_t i = 0; i < 3; i++)
		if (!counter_ok(&s.c[i]))
			return VC_EFORMAT;
	p->s = s;
	settle(&p->s.c[0], tick_now(p));
	plan(p, p->s.seen);
	return 0;
}

static const vc_device_ops pit_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "i8254",
	.read          = pit_read,
	.write         = pit_write,
	.reset         = pit_reset,
	.destroy       = free,
	.state_size    = sizeof(struct pit_state),
	.state_version = 1,
	.state_get     = pit_get,
	.state_set     = pit_set,
};

int vc_i8254_create(vc_device **out, vc_vm *vm, uint32_t line)
{
	vc_device *dev;
	struct pit *p;
	int rc;

	if (!out || !vc__line_ok(line))
		return vc_error_set(VC_EINVAL, "vc_i8254_create: out is NULL "
				    "or there is no such line");
	p = calloc(1, sizeof(*p));
	if (p) {
		p->vm = vm;
		p->line = line;
	}
	rc = vc__chip_create(&dev, vm, &pit_ops, p);
	if (rc)
		return rc;
	rc = vc_timer_create(&p->timer, dev, fire, p);
	if (rc) {
		vc_device_destroy(dev);
		return rc;
	}
	*out = dev;
	return 0;
}
