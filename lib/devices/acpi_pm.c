/* SPDX-License-Identifier: MIT */
/*
 * acpi_pm.c: the fixed hardware of ACPI (ACPI 6.4 §4.8): PM1 event and control
 * registers, the PM timer, and the reset register of the PC chipsets.
 *
 * The machine is always in ACPI mode (SCI_EN reads as 1), so there is no SMI
 * command port. S5 is sleep type 0; other sleep types do nothing. The PM timer
 * has 24 bits. General-purpose events are left out.
 *
 * All under the VM's device lock.
 */
#include "devices.h"

enum { PM1_STS = 0, PM1_EN = 2, PM1_CNT = 4, PM_TMR = 8, RESET = 0x10 };

#define PM_HZ		UINT64_C(3579545)
#define PM_MASK		0xffffffu
#define PM_HALF		0x800000u

#define STS_TMR		0x0001u
#define STS_GBL		0x0020u
#define STS_PWRBTN	0x0100u
#define STS_WAK		0x8000u
#define STS_ALL		0x8fb1u		/* that exist, for write-to-clear */
#define EN_ALL		0x0721u		/* TMR, GBL, PWRBTN, SLPBTN, RTC */

#define CNT_SCI_EN	0x0001u
#define CNT_BM_RLD	0x0002u
#define CNT_SLP_TYP	0x1c00u
#define CNT_SLP_EN	0x2000u

#define RESET_SYS	0x02u
#define RESET_CPU	0x04u		/* its rise does it */

struct pm_state {
	uint64_t seen;		/* PM ticks up to which TMR_STS is complete */
	uint16_t sts, en, cnt;
	uint8_t reset;
	uint8_t reserved;
};

struct pm {
	vc_vm *vm;
	uint32_t line;
	vc_timer *timer;	/* next change of the PM timer's top bit */
	struct pm_state s;
};

static uint64_t ticks(const struct pm *p)
{
	return vc__ns_to_ticks(vc_clock_ns(p->vm), PM_HZ);
}

static void update(struct pm *p)
{
	vc__line_out(p->vm, p->line, (p->s.sts & p->s.en & EN_ALL) != 0);
}

/* TMR_STS follows each change of the timer's most significant bit. */
static void catch_up(struct pm *p)
{
	uint64_t now = ticks(p);

	if (now / PM_HALF != p->s.seen / PM_HALF)
		p->s.sts |= STS_TMR;
	p->s.seen = now;
	update(p);
}

static void plan(struct pm *p)
{
	uint64_t next = (ticks(p) / PM_HALF + 1) * PM_HALF;

	if ((p->s.en & STS_TMR) && !(p->s.sts & STS_TMR))
		vc_timer_arm(p->timer, vc__ticks_to_ns(next, PM_HZ));
	else
		vc_timer_cancel(p->timer);
}

static void fire(void *opaque)
{
	struct pm *p = opaque;

	catch_up(p);
	plan(p);
}

static uint8_t pm_read8(void *self, uint64_t off)
{
	struct pm *p = self;
	uint32_t shift = (off & 1) * 8;

	switch (off & ~UINT64_C(1)) {
	case PM1_STS: return (uint8_t)(p->s.sts >> shift);
	case PM1_EN:  return (uint8_t)(p->s.en >> shift);
	case PM1_CNT: return (uint8_t)(p->s.cnt >> shift);
	default:      break;
	}
	if (off >= PM_TMR && off < PM_TMR + 4)
		return (uint8_t)((ticks(p) & PM_MASK) >> (off - PM_TMR) * 8);
	if (off == RESET)
		return p->s.reset;
	return 0;
}

static uint64_t pm_read(void *self, uint64_t off, uint32_t size)
{
	struct pm *p = self;

	/* the usual access, and one value for all of its bytes */
	if (off == PM_TMR && size == 4)
		return ticks(p) & PM_MASK;
	catch_up(p);
	return vc__read_bytes(self, off, size, pm_read8);
}

static uint16_t merge(uint16_t reg, uint32_t shift, uint8_t v)
{
	return (uint16_t)((reg & ~(0xffu << shift)) | (uint32_t)v << shift);
}

static void write_control(struct pm *p, uint32_t shift, uint8_t v)
{
	uint16_t c = merge(p->s.cnt, shift, v);

	p->s.cnt = (uint16_t)((c & (CNT_BM_RLD | CNT_SLP_TYP)) | CNT_SCI_EN);
	if ((c & CNT_SLP_EN) && !(c & CNT_SLP_TYP))
		vc_vm_poweroff_request(p->vm, 0);
}

static void pm_write8(void *self, uint64_t off, uint8_t v)
{
	struct pm *p = self;
	uint32_t shift = (off & 1) * 8;

	switch (off & ~UINT64_C(1)) {
	case PM1_STS:		/* written ones clear */
		p->s.sts &= (uint16_t)~((uint32_t)v << shift & STS_ALL);
		break;
	case PM1_EN:
		p->s.en = merge(p->s.en, shift, v) & EN_ALL;
		break;
	case PM1_CNT:
		write_control(p, shift, v);
		break;
	case RESET:
		if (shift)
			break;
		if (v & ~p->s.reset & RESET_CPU)
			vc_vm_reset_request(p->vm);
		p->s.reset = v & (RESET_SYS | RESET_CPU);
		break;
	default:
		break;
	}
}

static void pm_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct pm *p = self;

	catch_up(p);
	vc__write_bytes(self, off, size, v, pm_write8);
	update(p);
	plan(p);
}

static void pm_reset(void *self)
{
	struct pm *p = self;

	memset(&p->s, 0, sizeof(p->s));
	p->s.cnt = CNT_SCI_EN;
	p->s.seen = ticks(p);
	if (p->timer)
		vc_timer_cancel(p->timer);
	update(p);
}

static void pm_get(void *self, void *out)
{
	struct pm *p = self;

	memcpy(out, &p->s, sizeof(p->s));
}

static int pm_set(void *self, const void *in, uint32_t version)
{
	struct pm *p = self;
	struct pm_state s;

	memcpy(&s, in, sizeof(s));
	if (version != 1 || s.sts & ~STS_ALL || s.en & ~EN_ALL ||
	    s.cnt & ~(CNT_SCI_EN | CNT_BM_RLD | CNT_SLP_TYP) ||
	    s.reset & ~(RESET_SYS | RESET_CPU))
		return VC_EFORMAT;
	p->s = s;
	update(p);
	plan(p);
	return 0;
}

static const vc_device_ops pm_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "acpi-pm",
	.read          = pm_read,
	.write         = pm_write,
	.reset         = pm_reset,
	.destroy       = free,
	.state_size    = sizeof(struct pm_state),
	.state_version = 1,
	.state_get     = pm_get,
	.state_set     = pm_set,
};

int vc_acpi_pm_create(vc_device **out, vc_vm *vm, uint32_t line)
{
	vc_device *dev;
	struct pm *p;
	int rc;

	if (!out || !vm || !vc__line_ok(line))
		return vc_error_set(VC_EINVAL, "vc_acpi_pm_create: NULL, or no "
				    "such line");
	p = calloc(1, sizeof(*p));
	if (p) {
		p->vm = vm;
		p->line = line;
	}
	rc = vc__chip_create(&dev, vm, &pm_ops, p);
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

int vc_acpi_pm_power_button(vc_device *pm)
{
	struct pm *p = vc__chip_self(pm, &pm_ops);

	if (!p)
		return VC_EINVAL;
	vc_device_lock(p->vm);
	p->s.sts |= STS_PWRBTN;
	update(p);
	vc_device_unlock(p->vm);
	return 0;
}
