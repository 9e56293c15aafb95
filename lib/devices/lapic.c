/* SPDX-License-Identifier: MIT */
/*
 * lapic.c: the local APICs of a VM's vCPUs (SDM 3A, chapter 11; section and
 * table numbers below are that chapter's): the xAPIC register page, the x2APIC
 * MSRs, IA32_APIC_BASE and IA32_TSC_DEADLINE.
 *
 * One device holds them all, since they share an address and send each other
 * interrupts; the bus says whose access it is. An APIC id is its vCPU's
 * number. The timer's input clock is 1 GHz, a tick per ns.
 *
 * Modelled: fixed, lowest-priority, NMI, INIT, start-up and ExtINT delivery,
 * physical, flat, cluster and x2APIC logical destinations, self and all
 * shorthands, priorities, EOI with broadcast, LVTs, errors, one-shot, periodic
 * and TSC-deadline timer. Left out: SMI (dropped), CMCI, focus checking,
 * arbitration id; INIT level de-assert is accepted and does nothing. A page
 * that a guest moves away from 0xfee00000 is mapped if nothing is there.
 * Periodic timers shorter than MIN_PERIOD_NS fire that often only.
 *
 * All under the VM's device lock.
 */
#include "devices.h"

#define MSR_APIC_BASE	0x1bu
#define MSR_DEADLINE	0x6e0u
#define MSR_X2APIC	0x800u
#define MSR_X2APIC_N	0x40u

#define DEFAULT_PAGE	UINT64_C(0xfee00000)
#define BASE_BSP	UINT64_C(0x100)
#define BASE_X2		UINT64_C(0x400)
#define BASE_EN		UINT64_C(0x800)
#define BASE_ADDRESS	UINT64_C(0xffffffffff000)

#define TIMER_HZ	VC__NS_PER_S
#define MIN_PERIOD_NS	UINT64_C(2000)
/* A far deadline is waited for in stages: see arm_deadline(). */
#define STAGE_S		UINT64_C(3600)

/* Register numbers: offset in the page / 16, MSR - 0x800 (table 11-6). */
enum {
	ID = 0x02, VERSION = 0x03, TPR = 0x08, APR = 0x09, PPR = 0x0a,
	EOI = 0x0b, RRD = 0x0c, LDR = 0x0d, DFR = 0x0e, SVR = 0x0f,
	ISR0 = 0x10, TMR0 = 0x18, IRR0 = 0x20, ESR = 0x28,
	ICR_LOW = 0x30, ICR_HIGH = 0x31,
	LVT_TIMER = 0x32, LVT_THERMAL = 0x33, LVT_PERF = 0x34,
	LVT_LINT0 = 0x35, LVT_LINT1 = 0x36, LVT_ERROR = 0x37,
	TIMER_INIT = 0x38, TIMER_NOW = 0x39, TIMER_DIVIDE = 0x3e, SELF = 0x3f,
};

#define LVTS		6u
#define APIC_VERSION	(0x14u | (LVTS - 1) << 16)

#define LVT_MASKED	0x10000u
#define LVT_LEVEL	0x08000u
#define LVT_MODE	0x00700u
#define TIMER_MODE	0x60000u
#define TIMER_PERIODIC	0x20000u
#define TIMER_DEADLINE	0x40000u

#define SVR_ENABLE	0x100u

enum { FIXED = 0, LOWEST = 1, SMI = 2, NMI = 4, INIT = 5, SIPI = 6, EXTINT = 7 };

#define ICR_LOGICAL	0x0800u
#define ICR_ASSERT	0x4000u
#define ICR_LEVEL	0x8000u

#define ERR_SEND_VECTOR	0x20u
#define ERR_RECV_VECTOR	0x40u
#define ERR_REGISTER	0x80u

struct apic {
	uint64_t base;		/* IA32_APIC_BASE */
	uint64_t timer_start;	/* clock ns at which the count was initial */
	uint64_t deadline;	/* IA32_TSC_DEADLINE; 0 disarmed */
	uint64_t icr;
	uint32_t isr[8], tmr[8], irr[8];
	uint32_t lvt[LVTS];
	uint32_t tpr, ldr, dfr, svr;
	uint32_t esr, errors;	/* as read; noted since ESR was written */
	uint32_t timer_init, divide;
	uint8_t counting;	/* one-shot or periodic timer runs */
	uint8_t ext_pins;	/* bit 0 LINT0, bit 1 LINT1 */
	uint8_t ext_message;	/* an ExtINT message waits */
	uint8_t reserved[5];
};

struct lapic_state {
	uint32_t count;
	uint32_t reserved;
	struct apic a[VC_LAPIC_MAX];
};

struct lapic_cpu {
	struct lapic *of;
	uint32_t index;
	bool intr;		/* our request to the vCPU */
	vc_timer *timer;
};

struct lapic {
	vc_vm *vm;
	vc_device *dev;
	vc_lapic_options opt;
	struct lapic_cpu cpu[VC_LAPIC_MAX];
	uint64_t page[VC_LAPIC_MAX];	/* claimed besides DEFAULT_PAGE */
	uint32_t pages;
	struct lapic_state s;
};

static const uint32_t lvt_writable[LVTS] = {
	0x710ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff
};

/* ---- bit arrays of 256 vectors ---- */

static void bit_set(uint32_t *r, uint32_t v)
{
	r[v >> 5] |= 1u << (v & 31);
}

static void bit_clear(uint32_t *r, uint32_t v)
{
	r[v >> 5] &= ~(1u << (v & 31));
}

static bool bit_test(const uint32_t *r, uint32_t v)
{
	return r[v >> 5] >> (v & 31) & 1;
}

/* The highest vector that is set, or -1. */
static int highest(const uint32_t *r)
{
	for (int i = 7; i >= 0; i--)
		for (int b = 31; r[i] && b >= 0; b--)
			if (r[i] >> b & 1)
				return i * 32 + b;
	return -1;
}

/* ---- priorities ---- */

static bool hw_enabled(const struct apic *a)
{
	return (a->base & BASE_EN) != 0;
}

static bool x2(const struct apic *a)
{
	return (a->base & (BASE_EN | BASE_X2)) == (BASE_EN | BASE_X2);
}

/* §11.8.3.1: the higher of TPR and the class in service. */
static uint32_t ppr(const struct apic *a)
{
	int isr = highest(a->isr);
	uint32_t class = isr < 0 ? 0 : (uint32_t)isr & 0xf0;

	return (a->tpr & 0xf0) >= class ? a->tpr & 0xff : class;
}

/* The vector that would be delivered now, or -1. */
static int deliverable(const struct apic *a)
{
	int irr = highest(a->irr);

	if (irr < 0 || ((uint32_t)irr & 0xf0) <= (ppr(a) & 0xf0))
		return -1;
	return irr;
}

/* Does the 8259 behind LINT0 (or an ExtINT message) want the processor? */
static bool external(const struct lapic *l, const struct apic *a)
{
	uint32_t lint0 = a->lvt[LVT_LINT0 - LVT_TIMER];

	if (!l->opt.extint)
		return false;
	if (!hw_enabled(a))	/* §11.4.3: LINT0 is then INTR itself */
		return a->ext_pins & 1;
	return a->ext_message ||
	       ((a->ext_pins & 1) && !(lint0 & LVT_MASKED) &&
		(lint0 & LVT_MODE) >> 8 == EXTINT);
}

static void update(struct lapic *l, uint32_t i)
{
	const struct apic *a = &l->s.a[i];
	bool intr = external(l, a) ||
		    (hw_enabled(a) && (a->svr & SVR_ENABLE) &&
		     deliverable(a) >= 0);

	if (intr == l->cpu[i].intr)
		return;
	l->cpu[i].intr = intr;
	vc_vcpu_request(l->vm, i, intr);
}

/* ---- accepting interrupts ---- */

static void note_error(struct lapic *l, uint32_t i, uint32_t error);

static void accept(struct lapic *l, uint32_t i, uint32_t vector, bool level)
{
	struct apic *a = &l->s.a[i];

	if (!hw_enabled(a) || !(a->svr & SVR_ENABLE))
		return;
	if (vector < 16) {
		note_error(l, i, ERR_RECV_VECTOR);
		return;
	}
	bit_set(a->irr, vector);
	if (level)
		bit_set(a->tmr, vector);
	else
		bit_clear(a->tmr, vector);
	update(l, i);
}

/* §11.5.3; the error interrupt itself cannot cause another error for ever:
 * its vector is checked here. */
static void note_error(struct lapic *l, uint32_t i, uint32_t error)
{
	struct apic *a = &l->s.a[i];
	uint32_t lvt = a->lvt[LVT_ERROR - LVT_TIMER];

	a->errors |= error;
	if (!(lvt & LVT_MASKED) && (lvt & 0xff) >= 16)
		accept(l, i, lvt & 0xff, false);
}

static void apic_init(struct lapic *l, uint32_t i);

/* One interrupt arrives at APIC i. */
static void receive(struct lapic *l, uint32_t i, uint32_t mode,
		    uint32_t vector, bool level)
{
	switch (mode) {
	case FIXED:
	case LOWEST:
		accept(l, i, vector, level);
		break;
	case NMI:
		vc_vcpu_nmi(l->vm, i);
		break;
	case INIT:
		apic_init(l, i);
		vc_vcpu_init(l->vm, i);
		break;
	case SIPI:
		vc_vcpu_sipi(l->vm, i, vector);
		break;
	case EXTINT:
		l->s.a[i].ext_message = 1;
		update(l, i);
		break;
	default:
		break;		/* SMI: there is no SMM; reserved */
	}
}

/* ---- destinations (§11.6.2) ---- */

static bool matches(const struct lapic *l, uint32_t i, uint32_t dest,
		    bool logical, bool wide)
{
	const struct apic *a = &l->s.a[i];
	uint32_t all = wide ? UINT32_MAX : 0xff, ldr;

	if (!hw_enabled(a))
		return false;
	if (dest == all)
		return true;
	if (!logical)
		return dest == i;
	if (x2(a))	/* cluster in the high half, a bit each in the low */
		return dest >> 16 == i >> 4 && (dest >> (i & 15) & 1);
	ldr = a->ldr >> 24;
	if (a->dfr >> 28 == 0xf)				/* flat */
		return (ldr & dest) != 0;
	return ((dest >> 4) == 0xf || (dest >> 4) == ldr >> 4) &&
	       (ldr & dest & 0x0f);				/* cluster */
}

static void send_lowest(struct lapic *l, uint32_t dest, bool logical,
			bool wide, uint32_t vector, bool level)
{
	uint32_t best = UINT32_MAX, best_priority = UINT32_MAX;

	for (uint32_t i = 0; i < l->s.count; i++) {
		if (!matches(l, i, dest, logical, wide) ||
		    !(l->s.a[i].svr & SVR_ENABLE))
			continue;
		if (ppr(&l->s.a[i]) < best_priority) {
			best_priority = ppr(&l->s.a[i]);
			best = i;
		}
	}
	if (best != UINT32_MAX)
		receive(l, best, FIXED, vector, level);
}

static void send(struct lapic *l, uint32_t dest, bool logical, bool wide,
		 uint32_t mode, uint32_t vector, bool level)
{
	if (mode == LOWEST) {
		send_lowest(l, dest, logical, wide, vector, level);
		return;
	}
	for (uint32_t i = 0; i < l->s.count; i++)
		if (matches(l, i, dest, logical, wide))
			receive(l, i, mode, vector, level);
}

/* §11.11: a message from a device. */
static void lapic_msi(void *self, uint64_t address, uint32_t data)
{
	struct lapic *l = self;

	if ((address & ~UINT64_C(0xfffff)) != DEFAULT_PAGE)
		return;
	send(l, address >> 12 & 0xff, (address & 4) != 0, false, data >> 8 & 7,
	     data & 0xff, (data & 0x8000) != 0);
}

/* Interprocessor interrupts (§11.6.1). */
static void write_icr(struct lapic *l, uint32_t from, uint64_t v)
{
	struct apic *a = &l->s.a[from];
	uint32_t vector = (uint32_t)v & 0xff, mode = v >> 8 & 7;
	uint32_t shorthand = v >> 18 & 3, dest = (uint32_t)(v >> 32);
	bool wide = x2(a);

	a->icr = v;
	if ((mode == FIXED || mode == LOWEST) && vector < 16) {
		note_error(l, from, ERR_SEND_VECTOR);
		return;
	}
	if (mode == 3 || mode == EXTINT)
		return;		/* reserved in the ICR */
	if (mode == INIT && (v & ICR_LEVEL) && !(v & ICR_ASSERT))
		return;		/* INIT level de-assert: P6 and older */
	if (!wide)
		dest >>= 24;
	switch (shorthand) {
	case 0:
		send(l, dest, (v & ICR_LOGICAL) != 0, wide, mode, vector,
		     false);
		break;
	case 1:
		receive(l, from, mode == LOWEST ? FIXED : mode, vector, false);
		break;
	default:
		for (uint32_t i = 0; i < l->s.count; i++)
			if ((i != from || shorthand == 2) &&
			    hw_enabled(&l->s.a[i]))
				receive(l, i, mode == LOWEST ? FIXED : mode,
					vector, false);
		break;
	}
}

/* ---- the timer (§11.5.4) ---- */

static uint32_t timer_mode(const struct apic *a)
{
	return a->lvt[0] & TIMER_MODE;
}

static uint32_t divisor(const struct apic *a)
{
	uint32_t d = (a->divide & 3) | (a->divide >> 1 & 4);

	return d == 7 ? 1 : 2u << d;
}

static uint64_t period_ns(const struct apic *a)
{
	return (uint64_t)a->timer_init * divisor(a);	/* TIMER_HZ: 1 ns */
}

static uint32_t timer_now(struct lapic *l, const struct apic *a)
{
	uint64_t passed = vc_clock_ns(l->vm) - a->timer_start, period;

	if (!a->counting || !a->timer_init)
		return 0;
	period = period_ns(a);
	if (timer_mode(a) == TIMER_PERIODIC)
		passed %= period;
	else if (passed >= period)
		return 0;
	return (uint32_t)(a->timer_init - passed / divisor(a));
}

/*
 * The TSC reaches the deadline some ns from now, rounded up. A far one is not
 * computed to the end: we look again after an hour.
 */
static void arm_deadline(struct lapic *l, uint32_t i)
{
	struct apic *a = &l->s.a[i];
	uint64_t now = vc_clock_ns(l->vm), tsc = vc_tsc_now(l->vm, i);
	uint64_t hz = vc_tsc_hz(l->vm), left, s;

	if (!a->deadline || !hz) {
		vc_timer_cancel(l->cpu[i].timer);
		return;
	}
	left = a->deadline > tsc ? a->deadline - tsc : 0;
	s = left / hz;
	left -= s * hz;
	if (s >= STAGE_S) {
		vc_timer_arm(l->cpu[i].timer, now + STAGE_S * VC__NS_PER_S);
		return;
	}
	for (; hz >> 34; hz >>= 1)	/* 2^34 * 10^9 fits in 64 bits */
		left = (left + 1) >> 1;
	vc_timer_arm(l->cpu[i].timer, now + s * VC__NS_PER_S +
		     (left * VC__NS_PER_S + hz - 1) / hz);
}

static void arm(struct lapic *l, uint32_t i)
{
	struct apic *a = &l->s.a[i];
	uint64_t now = vc_clock_ns(l->vm), period, at, soonest;

	if (!l->cpu[i].timer)
		return;
	if (timer_mode(a) == TIMER_DEADLINE) {
		arm_deadline(l, i);
		return;
	}
	if (!a->counting || !a->timer_init) {
		vc_timer_cancel(l->cpu[i].timer);
		return;
	}
	period = period_ns(a);
	at = a->timer_start + period;
	if (timer_mode(a) == TIMER_PERIODIC) {
		at = a->timer_start +
		     ((now - a->timer_start) / period + 1) * period;
		soonest = now + MIN_PERIOD_NS;
		if (period < MIN_PERIOD_NS && at < soonest)
			at = soonest;
	}
	vc_timer_arm(l->cpu[i].timer, at);
}

static void timer_fires(void *opaque)
{
	struct lapic_cpu *cpu = opaque;
	struct lapic *l = cpu->of;
	uint32_t i = cpu->index, lvt = l->s.a[i].lvt[0];
	struct apic *a = &l->s.a[i];

	if (timer_mode(a) == TIMER_DEADLINE) {
		if (vc_tsc_now(l->vm, i) < a->deadline) {
			arm_deadline(l, i);
			return;
		}
		a->deadline = 0;
	} else if (timer_mode(a) == TIMER_PERIODIC) {
		arm(l, i);
	} else {
		a->counting = 0;
	}
	if (!(lvt & LVT_MASKED))
		accept(l, i, lvt & 0xff, false);
}

static void write_timer_lvt(struct lapic *l, uint32_t i, uint32_t v)
{
	struct apic *a = &l->s.a[i];

	/* Going to or from deadline mode disarms (§11.5.4.1). */
	if ((a->lvt[0] ^ v) & TIMER_DEADLINE) {
		a->counting = 0;
		a->deadline = 0;
	}
	a->lvt[0] = v;
	arm(l, i);
}

static void write_timer_init(struct lapic *l, uint32_t i, uint32_t v)
{
	struct apic *a = &l->s.a[i];

	if (timer_mode(a) == TIMER_DEADLINE)
		return;
	a->timer_init = v;
	a->timer_start = vc_clock_ns(l->vm);
	a->counting = v != 0;
	arm(l, i);
}

static void write_divide(struct lapic *l, uint32_t i, uint32_t v)
{
	struct apic *a = &l->s.a[i];
	uint64_t counted = a->timer_init - timer_now(l, a);

	a->divide = v & 0x0b;
	if (a->counting)	/* goes on from the present count */
		a->timer_start = vc_clock_ns(l->vm) - counted * divisor(a);
	arm(l, i);
}

/* ---- registers ---- */

static void end_of_interrupt(struct lapic *l, uint32_t i)
{
	struct apic *a = &l->s.a[i];
	int v = highest(a->isr);

	if (v < 0)
		return;
	bit_clear(a->isr, (uint32_t)v);
	if (bit_test(a->tmr, (uint32_t)v) && l->opt.eoi)
		l->opt.eoi(l->opt.eoi_opaque, (uint32_t)v);
	update(l, i);
}

static void write_svr(struct lapic *l, uint32_t i, uint32_t v)
{
	struct apic *a = &l->s.a[i];

	a->svr = v & 0x3ff;
	if (!(v & SVR_ENABLE))		/* §11.4.7.2 */
		for (uint32_t n = 0; n < LVTS; n++)
			a->lvt[n] |= LVT_MASKED;
}

static void write_lvt(struct lapic *l, uint32_t i, uint32_t n, uint32_t v)
{
	struct apic *a = &l->s.a[i];

	v &= lvt_writable[n];
	if (!(a->svr & SVR_ENABLE))
		v |= LVT_MASKED;
	if (n == 0)
		write_timer_lvt(l, i, v);
	else
		a->lvt[n] = v;
}

/* Is there such a register to read? */
static bool read_register(struct lapic *l, uint32_t i, uint32_t reg,
			  uint32_t *v)
{
	struct apic *a = &l->s.a[i];

	switch (reg) {
	case ID:           *v = x2(a) ? i : i << 24; break;
	case VERSION:      *v = APIC_VERSION; break;
	case TPR:          *v = a->tpr; break;
	case PPR:          *v = ppr(a); break;
	case LDR:
		*v = x2(a) ? (i >> 4) << 16 | 1u << (i & 15) : a->ldr;
		break;
	case SVR:          *v = a->svr; break;
	case ESR:          *v = a->esr; break;
	case ICR_LOW:      *v = (uint32_t)a->icr; break;
	case TIMER_INIT:   *v = a->timer_init; break;
	case TIMER_NOW:    *v = timer_now(l, a); break;
	case TIMER_DIVIDE: *v = a->divide; break;
	/* these are the xAPIC's only */
	case APR:
	case EOI:
	case RRD:          *v = 0; return !x2(a);
	case DFR:          *v = a->dfr; return !x2(a);
	case ICR_HIGH:     *v = (uint32_t)(a->icr >> 32); return !x2(a);
	default:
		if (reg >= ISR0 && reg < ISR0 + 8)
			*v = a->isr[reg - ISR0];
		else if (reg >= TMR0 && reg < TMR0 + 8)
			*v = a->tmr[reg - TMR0];
		else if (reg >= IRR0 && reg < IRR0 + 8)
			*v = a->irr[reg - IRR0];
		else if (reg >= LVT_TIMER && reg < LVT_TIMER + LVTS)
			*v = a->lvt[reg - LVT_TIMER];
		else
			return false;
		break;
	}
	return true;
}

/* Is there such a register to write? What both modes have. */
static bool write_register(struct lapic *l, uint32_t i, uint32_t reg,
			   uint32_t v)
{
	struct apic *a = &l->s.a[i];

	switch (reg) {
	case TPR:          a->tpr = v & 0xff; break;
	case EOI:          end_of_interrupt(l, i); break;
	case SVR:          write_svr(l, i, v); break;
	case ESR:
		a->esr = a->errors;
		a->errors = 0;
		break;
	case TIMER_INIT:   write_timer_init(l, i, v); break;
	case TIMER_DIVIDE: write_divide(l, i, v); break;
	default:
		if (reg < LVT_TIMER || reg >= LVT_TIMER + LVTS)
			return false;
		write_lvt(l, i, reg - LVT_TIMER, v);
		break;
	}
	update(l, i);
	return true;
}

/* ---- the xAPIC page ---- */

/* The APIC whose page this access hits; NULL: nobody's. */
static struct apic *page_hit(struct lapic *l, uint64_t address, uint32_t *i)
{
	struct apic *a;

	*i = vc_current_vcpu(l->vm);
	if (*i >= l->s.count)
		return NULL;
	a = &l->s.a[*i];
	if (!hw_enabled(a) || x2(a) ||
	    (a->base & BASE_ADDRESS) != (address & BASE_ADDRESS))
		return NULL;
	return a;
}

/*
 * Registers are 32 bits wide, 16 bytes apart. Narrower reads give the bytes
 * they name; §11.4.1 leaves anything but aligned 32-bit accesses undefined.
 */
static uint64_t lapic_read(void *self, uint64_t off, uint32_t size)
{
	struct lapic *l = self;
	uint32_t i, v = 0;

	if (!page_hit(l, off, &i))
		return UINT64_MAX;
	if ((off & 0xc) || size > 4)
		return 0;
	if (!read_register(l, i, off >> 4 & 0xff, &v))
		note_error(l, i, ERR_REGISTER);
	return v >> (off & 3) * 8;
}

static void lapic_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct lapic *l = self;
	uint32_t i, reg = off >> 4 & 0xff, w = (uint32_t)v, was;
	struct apic *a = page_hit(l, off, &i);

	if (!a || size != 4 || (off & 0xf))
		return;
	switch (reg) {
	case LDR:
		a->ldr = w & 0xff000000;
		break;
	case DFR:
		a->dfr = w | 0x0fffffff;
		break;
	case ICR_HIGH:
		a->icr = (uint32_t)a->icr | (uint64_t)(w & 0xff000000) << 32;
		break;
	case ICR_LOW:
		write_icr(l, i, (a->icr & UINT64_C(0xffffffff00000000)) |
			  (w & 0xccfff));
		break;
	default:
		/* read-only ones ignore writes, others do not exist */
		if (!write_register(l, i, reg, w) &&
		    !read_register(l, i, reg, &was))
			note_error(l, i, ERR_REGISTER);
		break;
	}
}

/* ---- MSRs ---- */

/* Claim the pages that APICs were moved to, and give back the others. */
static void sync_pages(struct lapic *l)
{
	if (!l->dev)
		return;
	while (l->pages)
		vc_device_unmap_mmio(l->dev, l->page[--l->pages]);
	for (uint32_t i = 0; i < l->s.count; i++) {
		uint64_t page = l->s.a[i].base & BASE_ADDRESS;
		bool have = page == DEFAULT_PAGE;

		for (uint32_t k = 0; k < l->pages; k++)
			have |= l->page[k] == page;
		if (!have && !vc_device_map_mmio(l->dev, page, 4096, page))
			l->page[l->pages++] = page;
	}
}

static void reset_registers(struct lapic *l, uint32_t i)
{
	struct apic *a = &l->s.a[i];
	uint64_t base = a->base;
	uint8_t pins = a->ext_pins;

	memset(a, 0, sizeof(*a));
	a->base = base;
	a->ext_pins = pins;
	a->dfr = 0xffffffff;
	a->svr = 0xff;
	for (uint32_t n = 0; n < LVTS; n++)
		a->lvt[n] = LVT_MASKED;
	if (l->cpu[i].timer)
		vc_timer_cancel(l->cpu[i].timer);
}

/* §11.4.7.1: INIT resets all but the id and the base. */
static void apic_init(struct lapic *l, uint32_t i)
{
	reset_registers(l, i);
	update(l, i);
}

/* §11.4.3 and figure 11-27: which changes of EN and EXTD are allowed. */
static int write_base(struct lapic *l, uint32_t i, uint64_t v)
{
	struct apic *a = &l->s.a[i];
	uint64_t mode = v & (BASE_EN | BASE_X2);
	uint64_t was = a->base & (BASE_EN | BASE_X2);

	if (v & ~(BASE_ADDRESS | BASE_EN | BASE_X2 | BASE_BSP))
		return -1;
	if (mode == BASE_X2)
		return -1;
	if (was == (BASE_EN | BASE_X2) && mode == BASE_EN)
		return -1;
	if (was == 0 && mode == (BASE_EN | BASE_X2))
		return -1;
	a->base = (v & ~BASE_BSP) | (a->base & BASE_BSP);
	if (was && !mode)
		reset_registers(l, i);
	if (mode != was)
		a->icr = (uint32_t)a->icr;
	sync_pages(l);
	update(l, i);
	return 0;
}

static int x2_read(struct lapic *l, uint32_t i, uint32_t reg, uint64_t *v)
{
	uint32_t low = 0;

	if (reg == ICR_LOW) {
		*v = l->s.a[i].icr;
		return 0;
	}
	if (!read_register(l, i, reg, &low))
		return -1;
	*v = low;
	return 0;
}

static int x2_write(struct lapic *l, uint32_t i, uint32_t reg, uint64_t v)
{
	uint64_t allowed = 0;

	switch (reg) {
	case ICR_LOW:
		if (v & UINT64_C(0xfff32000))
			return -1;
		write_icr(l, i, v);
		return 0;
	case SELF:
		if (v & ~UINT64_C(0xff))
			return -1;
		write_icr(l, i, 1u << 18 | v);
		return 0;
	case TPR:
		allowed = 0xff;
		break;
	case SVR:
		allowed = 0x3ff;
		break;
	case TIMER_INIT:
		allowed = 0xffffffff;
		break;
	case TIMER_DIVIDE:
		allowed = 0x0b;
		break;
	case EOI:
	case ESR:
		break;		/* zero only */
	default:
		if (reg < LVT_TIMER || reg >= LVT_TIMER + LVTS)
			return -1;
		/* delivery status and remote IRR are read-only */
		allowed = lvt_writable[reg - LVT_TIMER] | 0x5000;
		break;
	}
	if (v & ~allowed)
		return -1;
	return write_register(l, i, reg, (uint32_t)v) ? 0 : -1;
}

static int lapic_msr_read(void *self, uint32_t i, uint32_t msr, uint64_t *v)
{
	struct lapic *l = self;
	struct apic *a;

	if (i >= l->s.count)
		return -1;
	a = &l->s.a[i];
	switch (msr) {
	case MSR_APIC_BASE:
		*v = a->base;
		return 0;
	case MSR_DEADLINE:
		*v = timer_mode(a) == TIMER_DEADLINE ? a->deadline : 0;
		return 0;
	default:
		return x2(a) ? x2_read(l, i, msr - MSR_X2APIC, v) : -1;
	}
}

static int lapic_msr_write(void *self, uint32_t i, uint32_t msr, uint64_t v)
{
	struct lapic *l = self;
	struct apic *a;

	if (i >= l->s.count)
		return -1;
	a = &l->s.a[i];
	switch (msr) {
	case MSR_APIC_BASE:
		return write_base(l, i, v);
	case MSR_DEADLINE:
		if (timer_mode(a) == TIMER_DEADLINE) {
			a->deadline = v;
			arm_deadline(l, i);
		}
		return 0;
	default:
		return x2(a) ? x2_write(l, i, msr - MSR_X2APIC, v) : -1;
	}
}

/* ---- pins and the processor's side ---- */

/* LINT0 or LINT1 of APIC i rises. */
static void pin_rises(struct lapic *l, uint32_t i, uint32_t pin)
{
	struct apic *a = &l->s.a[i];
	uint32_t lvt = a->lvt[LVT_LINT0 - LVT_TIMER + pin];
	uint32_t mode = (lvt & LVT_MODE) >> 8;

	if (!hw_enabled(a)) {
		if (pin == 1)
			vc_vcpu_nmi(l->vm, i);
		return;
	}
	if ((lvt & LVT_MASKED) || mode == EXTINT)
		return;		/* ExtINT goes by level: external() */
	receive(l, i, mode, lvt & 0xff, mode == FIXED && (lvt & LVT_LEVEL));
}

static void lapic_pin(void *self, uint32_t pin, uint32_t level)
{
	struct lapic *l = self;
	uint8_t bit = (uint8_t)(1u << pin);

	if (pin > 1)
		return;
	for (uint32_t i = 0; i < l->s.count; i++) {
		struct apic *a = &l->s.a[i];
		bool rises = level && !(a->ext_pins & bit);

		a->ext_pins = (uint8_t)(level ? a->ext_pins | bit :
					a->ext_pins & ~bit);
		if (rises)
			pin_rises(l, i, pin);
		update(l, i);
	}
}

static int lapic_acknowledge(void *self, uint32_t i)
{
	struct lapic *l = self;
	struct apic *a;
	int v;

	if (i >= l->s.count)
		return -1;
	a = &l->s.a[i];
	if (external(l, a)) {
		a->ext_message = 0;
		v = l->opt.extint(l->opt.extint_opaque);
	} else {
		v = hw_enabled(a) && (a->svr & SVR_ENABLE) ?
			deliverable(a) : -1;
		if (v >= 0) {
			bit_clear(a->irr, (uint32_t)v);
			bit_set(a->isr, (uint32_t)v);
		}
	}
	update(l, i);
	return v;
}

static uint64_t lapic_cr8_read(void *self, uint32_t i)
{
	struct lapic *l = self;

	return i < l->s.count ? l->s.a[i].tpr >> 4 : 0;
}

static void lapic_cr8_write(void *self, uint32_t i, uint64_t v)
{
	struct lapic *l = self;

	if (i >= l->s.count)
		return;
	l->s.a[i].tpr = (uint32_t)(v & 15) << 4;
	update(l, i);
}

/* ---- life ---- */

static void lapic_reset(void *self)
{
	struct lapic *l = self;

	for (uint32_t i = 0; i < l->s.count; i++) {
		struct apic *a = &l->s.a[i];

		a->ext_pins = 0;
		a->base = DEFAULT_PAGE | BASE_EN | (i ? 0 : BASE_BSP);
		reset_registers(l, i);
		if (!i && (l->opt.flags & VC_LAPIC_VIRTUAL_WIRE)) {
			a->svr |= SVR_ENABLE;
			a->lvt[LVT_LINT0 - LVT_TIMER] = EXTINT << 8;
			a->lvt[LVT_LINT1 - LVT_TIMER] = NMI << 8;
		}
		update(l, i);
	}
	sync_pages(l);
}

static void lapic_get(void *self, void *out)
{
	struct lapic *l = self;

	memcpy(out, &l->s, sizeof(l->s));
}

static bool apic_ok(const struct apic *a, uint32_t i)
{
	for (uint32_t n = 0; n < LVTS; n++)
		if (a->lvt[n] & ~lvt_writable[n])
			return false;
	return !(a->base & ~(BASE_ADDRESS | BASE_EN | BASE_X2 | BASE_BSP)) &&
	       (a->base & (BASE_EN | BASE_X2)) != BASE_X2 &&
	       !(a->base & BASE_BSP) == (i != 0) &&
	       a->tpr <= 0xff && a->svr <= 0x3ff && !(a->divide & ~0x0bu) &&
	       a->counting <= 1 && a->ext_pins <= 3 && a->ext_message <= 1;
}

static int lapic_set(void *self, const void *in, uint32_t version)
{
	struct lapic *l = self;
	struct apic a;		/* in is only as aligned as bytes are */
	uint32_t count;

	memcpy(&count, in, sizeof(count));
	if (version != 1 || count != l->s.count)
		return VC_EFORMAT;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(&a, (const char *)in + offsetof(struct lapic_state, a) +
		       i * sizeof(a), sizeof(a));
		if (!apic_ok(&a, i))
			return VC_EFORMAT;
	}
	memcpy(&l->s, in, sizeof(l->s));
	for (uint32_t i = 0; i < count; i++) {
		arm(l, i);
		update(l, i);
	}
	sync_pages(l);
	return 0;
}

static const vc_device_ops lapic_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "lapic",
	.read          = lapic_read,
	.write         = lapic_write,
	.reset         = lapic_reset,
	.destroy       = free,
	.pin           = lapic_pin,
	.msi           = lapic_msi,
	.msr_read      = lapic_msr_read,
	.msr_write     = lapic_msr_write,
	.acknowledge   = lapic_acknowledge,
	.cr8_read      = lapic_cr8_read,
	.cr8_write     = lapic_cr8_write,
	.state_size    = sizeof(struct lapic_state),
	.state_version = 1,
	.state_get     = lapic_get,
	.state_set     = lapic_set,
};

/* Put the new device on its page, MSRs, vCPUs. */
static int connect(struct lapic *l)
{
	int rc;

	rc = vc_device_map_mmio(l->dev, DEFAULT_PAGE, 4096, DEFAULT_PAGE);
	if (!rc)
		rc = vc_device_map_msr(l->dev, MSR_APIC_BASE, 1);
	if (!rc)
		rc = vc_device_map_msr(l->dev, MSR_DEADLINE, 1);
	if (!rc)
		rc = vc_device_map_msr(l->dev, MSR_X2APIC, MSR_X2APIC_N);
	if (!rc)
		rc = vc_msi_sink(l->vm, l->dev);
	for (uint32_t i = 0; !rc && i < l->s.count; i++) {
		rc = vc_timer_create(&l->cpu[i].timer, l->dev, timer_fires,
				     &l->cpu[i]);
		if (!rc)
			rc = vc_vcpu_controller(l->vm, i, l->dev);
	}
	return rc;
}

int vc_lapic_create(vc_device **out, vc_vm *vm, const vc_lapic_options *options)
{
	vc_lapic_options opt;
	struct lapic *l;
	int rc;

	if (!out || !vm)
		return vc_error_set(VC_EINVAL, "vc_lapic_create: NULL");
	rc = vc__options_in(&opt, sizeof(opt), options);
	if (rc)
		return rc;
	if (opt.flags & ~VC_LAPIC_VIRTUAL_WIRE || opt.reserved)
		return vc_error_set(VC_ENOTSUP, "vc_lapic_create: unknown flag");
	if (opt.count > VC_LAPIC_MAX)
		return vc_error_set(VC_EINVAL, "vc_lapic_create: more than "
				    "VC_LAPIC_MAX vCPUs");
	l = calloc(1, sizeof(*l));
	if (l) {
		l->vm = vm;
		l->opt = opt;
		l->s.count = opt.count ? opt.count : 1;
		for (uint32_t i = 0; i < l->s.count; i++) {
			l->cpu[i].of = l;
			l->cpu[i].index = i;
		}
	}
	rc = vc__chip_create(out, vm, &lapic_ops, l);
	if (rc)
		return rc;
	l->dev = *out;
	rc = connect(l);
	if (rc) {
		vc_device_destroy(l->dev);
		*out = NULL;
	}
	return rc;
}
