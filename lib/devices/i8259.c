/* SPDX-License-Identifier: MIT */
/*
 * i8259.c: two Intel 8259A interrupt controllers, cascaded as in a PC, with
 * the edge/level registers of EISA and the PIIX (ports 0x4d0 and 0x4d1).
 *
 * Modelled: all ICWs and OCWs: priorities and their rotation, specific and
 * automatic EOI, special mask, special fully nested, poll and status reads,
 * spurious interrupts. Left out: the 8080's CALL sequence (ICW4 with uPM 0
 * behaves like the 8086's) and the buffered-mode pin.
 *
 * As in the chipsets that replaced the chip, a rising edge is remembered until
 * it is acknowledged, also when the input has fallen again; the 8259A itself
 * would answer such a request as spurious. Spurious vectors come from requests
 * that were masked, or were level-triggered and went away.
 *
 * All under the VM's device lock.
 */
#include "devices.h"

#define ICW1_IC4	0x01u
#define ICW1_SNGL	0x02u
#define ICW1_LTIM	0x08u
#define ICW1		0x10u
#define OCW3		0x08u
#define ICW4_AEOI	0x02u
#define ICW4_SFNM	0x10u

struct chip {
	uint8_t irr, isr, imr;
	uint8_t lines;		/* levels of the inputs */
	uint8_t elcr;		/* a set bit: level-triggered */
	uint8_t ltim;		/* ICW1: all are */
	uint8_t base;		/* vector of input 0 */
	uint8_t icw3, icw4;
	uint8_t expect;		/* the ICW that comes next, 2 to 4; 0 none */
	uint8_t has_icw4, single;
	uint8_t lowest;		/* input with the lowest priority */
	uint8_t rotate_aeoi;
	uint8_t special_mask;
	uint8_t poll;		/* the next read is a poll */
	uint8_t read_isr;
	uint8_t reserved;
};

struct pic_state {
	struct chip c[2];
};

struct pic {
	vc_vm *vm;
	uint32_t line;
	bool intr;		/* our output */
	struct pic_state s;
};

static bool is_level(const struct chip *c, uint32_t i)
{
	return c->ltim || (c->elcr >> i & 1);
}

/* The best of the inputs in mask, by the current rotation; -1 for none. */
static int best(const struct chip *c, uint32_t mask)
{
	for (uint32_t k = 1; k <= 8; k++) {
		uint32_t i = (c->lowest + k) & 7;

		if (mask >> i & 1)
			return (int)i;
	}
	return -1;
}

/* 0 for the highest priority to 7, 8 for none. */
static uint32_t rank(const struct chip *c, int i)
{
	return i < 0 ? 8 : ((uint32_t)i - c->lowest - 1) & 7;
}

/* The input whose interrupt the chip would now give, or -1. */
static int requested(const struct chip *c, bool is_master)
{
	uint32_t in_service = c->isr;
	int req = best(c, c->irr & ~(uint32_t)c->imr), busy;

	if (c->expect)
		return -1;	/* being initialised */
	/* Special mask mode: a masked level in service blocks nobody; its
	 * own further requests are masked anyway. */
	if (c->special_mask)
		in_service &= ~(uint32_t)c->imr;
	/* Special fully nested: the slave's level does not block the slave. */
	if (is_master && (c->icw4 & ICW4_SFNM) && req >= 0 &&
	    (c->icw3 >> req & 1))
		in_service &= ~(1u << req);
	busy = best(c, in_service);
	return rank(c, req) < rank(c, busy) ? req : -1;
}

static void set_input(struct chip *c, uint32_t i, bool level)
{
	uint8_t bit = (uint8_t)(1u << i);

	if (level) {
		if (is_level(c, i) || !(c->lines & bit))
			c->irr |= bit;
		c->lines |= bit;
	} else {
		if (is_level(c, i))
			c->irr &= (uint8_t)~bit;
		c->lines &= (uint8_t)~bit;
	}
}

/* Recompute both outputs. */
static void update(struct pic *p)
{
	bool intr;

	if (!p->s.c[0].single)
		set_input(&p->s.c[0], 2, requested(&p->s.c[1], false) >= 0);
	intr = requested(&p->s.c[0], true) >= 0;
	if (intr == p->intr)
		return;
	p->intr = intr;
	if (p->line == VC_LINE_NONE)
		vc_vcpu_request(p->vm, 0, intr);
	else
		vc_line_set(p->vm, p->line, intr);
}

/* The request of input i is taken. */
static void take(struct chip *c, uint32_t i)
{
	if (c->icw4 & ICW4_AEOI) {
		if (c->rotate_aeoi)
			c->lowest = (uint8_t)i;
	} else {
		c->isr |= (uint8_t)(1u << i);
	}
	if (!is_level(c, i))
		c->irr &= (uint8_t)~(1u << i);
}

static int acknowledge(struct pic *p)
{
	struct chip *m = &p->s.c[0], *s = &p->s.c[1];
	int i = requested(m, true), vector;

	if (i < 0)
		return m->base + 7;	/* spurious: no ISR bit is set */
	take(m, (uint32_t)i);
	vector = m->base + i;
	if (i == 2 && !m->single) {
		i = requested(s, false);
		if (i >= 0)
			take(s, (uint32_t)i);
		vector = s->base + (i < 0 ? 7 : i);
		/* The slave's INT falls with the acknowledge, and rises
		 * again if it has another request. */
		set_input(m, 2, false);
	}
	update(p);
	return vector;
}

static int pic_acknowledge(void *self, uint32_t vcpu)
{
	(void)vcpu;
	return acknowledge(self);
}

static void pic_pin(void *self, uint32_t pin, uint32_t level)
{
	struct pic *p = self;

	if (pin >= 16 || (pin == 2 && !p->s.c[0].single))
		return;
	set_input(&p->s.c[pin >> 3], pin & 7, level != 0);
	update(p);
}

/* ---- programming ---- */

static void icw1(struct chip *c, uint8_t v)
{
	/* Data sheet, "Initialization Command Words 1 and 2", a to f. */
	c->imr = c->isr = 0;
	c->irr = 0;
	c->ltim = (v & ICW1_LTIM) != 0;
	for (uint32_t i = 0; i < 8; i++)
		if (is_level(c, i))
			c->irr = (uint8_t)(c->irr | (c->lines & 1u << i));
	c->lowest = 7;
	c->special_mask = c->read_isr = c->poll = c->rotate_aeoi = 0;
	c->icw3 = 0;
	c->has_icw4 = v & ICW1_IC4;
	c->single = (v & ICW1_SNGL) != 0;
	if (!c->has_icw4)
		c->icw4 = 0;
	c->expect = 2;
}

static void end_of_interrupt(struct chip *c, int i, bool rotate)
{
	if (i < 0)
		return;
	c->isr &= (uint8_t)~(1u << i);
	if (rotate)
		c->lowest = (uint8_t)i;
}

static void ocw2(struct chip *c, uint8_t v)
{
	uint32_t in_service = c->isr;
	int i = v & 7;

	/* A non-specific EOI in special mask mode leaves masked levels. */
	if (c->special_mask)
		in_service &= ~(uint32_t)c->imr;
	switch (v >> 5) {
	case 0: c->rotate_aeoi = 0; break;
	case 1: end_of_interrupt(c, best(c, in_service), false); break;
	case 3: end_of_interrupt(c, i, false); break;
	case 4: c->rotate_aeoi = 1; break;
	case 5: end_of_interrupt(c, best(c, in_service), true); break;
	case 6: c->lowest = (uint8_t)i; break;
	case 7: end_of_interrupt(c, i, true); break;
	default: break;		/* no operation */
	}
}

static void ocw3(struct chip *c, uint8_t v)
{
	if (v & 0x40)
		c->special_mask = (v & 0x20) != 0;
	if (v & 0x02)
		c->read_isr = v & 1;
	c->poll = (v & 0x04) != 0;
}

static void write_data(struct chip *c, uint8_t v)
{
	switch (c->expect) {
	case 2:
		c->base = v & 0xf8;
		c->expect = !c->single ? 3 : c->has_icw4 ? 4 : 0;
		break;
	case 3:
		c->icw3 = v;
		c->expect = c->has_icw4 ? 4 : 0;
		break;
	case 4:
		c->icw4 = v & 0x1f;
		c->expect = 0;
		break;
	default:
		c->imr = v;
		break;
	}
}

/* A poll is an acknowledge without a vector. */
static uint8_t poll(struct pic *p, struct chip *c)
{
	int i = requested(c, c == &p->s.c[0]);

	c->poll = 0;
	if (i < 0)
		return 0;
	take(c, (uint32_t)i);
	update(p);
	return (uint8_t)(0x80 | i);
}

static uint8_t pic_read8(void *self, uint64_t off)
{
	struct pic *p = self;
	struct chip *c = &p->s.c[off >> 1 & 1];

	if (off >= 6)
		return 0xff;
	if (off >= 4)
		return p->s.c[off - 4].elcr;
	if (c->poll)
		return poll(p, c);
	if (off & 1)
		return c->imr;
	return c->read_isr ? c->isr : c->irr;
}

static void write_elcr(struct pic *p, uint32_t n, uint8_t v)
{
	struct chip *c = &p->s.c[n];

	/* IRQ 0, 1, 2, 8 and 13 are always edge-triggered */
	c->elcr = v & (n ? 0xde : 0xf8);
	for (uint32_t i = 0; i < 8; i++) {
		uint8_t bit = (uint8_t)(1u << i);

		if (is_level(c, i))
			c->irr = (uint8_t)((c->irr & ~bit) | (c->lines & bit));
	}
}

static void pic_write8(void *self, uint64_t off, uint8_t v)
{
	struct pic *p = self;
	struct chip *c = &p->s.c[off >> 1 & 1];

	if (off >= 6)
		return;
	if (off >= 4)
		write_elcr(p, (uint32_t)off - 4, v);
	else if (off & 1)
		write_data(c, v);
	else if (v & ICW1)
		icw1(c, v);
	else if (v & OCW3)
		ocw3(c, v);
	else
		ocw2(c, v);
	update(p);
}

static uint64_t pic_read(void *self, uint64_t off, uint32_t size)
{
	return vc__read_bytes(self, off, size, pic_read8);
}

static void pic_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	vc__write_bytes(self, off, size, v, pic_write8);
}

static void pic_reset(void *self)
{
	struct pic *p = self;

	memset(&p->s, 0, sizeof(p->s));
	for (int i = 0; i < 2; i++) {
		p->s.c[i].lowest = 7;
		p->s.c[i].imr = 0xff;	/* until ICW1: no surprises */
	}
	update(p);
}

static void pic_get(void *self, void *out)
{
	struct pic *p = self;

	memcpy(out, &p->s, sizeof(p->s));
}

static int pic_set(void *self, const void *in, uint32_t version)
{
	struct pic *p = self;
	struct pic_state s;

	memcpy(&s, in, sizeof(s));
	if (version != 1)
		return VC_EFORMAT;
	for (int i = 0; i < 2; i++) {
		const struct chip *c = &s.c[i];

		if (c->lowest > 7 || c->base & 7 || c->icw4 & 0xe0 ||
		    c->expect > 4 || c->expect == 1 ||
		    (c->has_icw4 | c->single | c->ltim | c->rotate_aeoi |
		     c->special_mask | c->poll | c->read_isr) > 1 ||
		    c->elcr & (i ? 0x21 : 0x07))
			return VC_EFORMAT;
	}
	p->s = s;
	update(p);
	return 0;
}

static const vc_device_ops pic_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "i8259",
	.read          = pic_read,
	.write         = pic_write,
	.reset         = pic_reset,
	.destroy       = free,
	.pin           = pic_pin,
	.acknowledge   = pic_acknowledge,
	.state_size    = sizeof(struct pic_state),
	.state_version = 1,
	.state_get     = pic_get,
	.state_set     = pic_set,
};

int vc_i8259_acknowledge(vc_device *pic)
{
	struct pic *p = vc__chip_self(pic, &pic_ops);
	int vector;

	if (!p)
		return VC_EINVAL;
	vc_device_lock(p->vm);
	vector = acknowledge(p);
	vc_device_unlock(p->vm);
	return vector;
}

int vc_i8259_create(vc_device **out, vc_vm *vm, uint32_t intr_line)
{
	struct pic *p;

	if (!vc__line_ok(intr_line))
		return vc_error_set(VC_EINVAL, "vc_i8259_create: no such line");
	p = calloc(1, sizeof(*p));
	if (p) {
		p->vm = vm;
		p->line = intr_line;
	}
	return vc__chip_create(out, vm, &pic_ops, p);
}
