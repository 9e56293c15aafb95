/* SPDX-License-Identifier: MIT */
/*
 * ioapic.c: Intel's 82093AA I/O APIC, with the EOI register of version 0x20.
 * Interrupts leave as messages in the format of SDM 3A §11.11, so whoever has
 * the local APICs takes them: our lapic.c, or a hypervisor's.
 *
 * Modelled: 24 inputs, edge and level, polarity, masks, remote IRR. Delivery
 * status always reads as idle. The arbitration id mirrors the id.
 *
 * All under the VM's device lock.
 */
#include "devices.h"

#define PINS		24u
#define VERSION		(0x20u | (PINS - 1) << 16)

#define R_VECTOR	UINT64_C(0x000ff)
#define R_LOGICAL	UINT64_C(0x00800)
#define R_LOW		UINT64_C(0x02000)	/* active low */
#define R_REMOTE_IRR	UINT64_C(0x04000)
#define R_LEVEL		UINT64_C(0x08000)
#define R_MASKED	UINT64_C(0x10000)
#define R_WRITABLE	UINT64_C(0xff0000000001afff)

struct ioapic_state {
	uint64_t redir[PINS];
	uint32_t lines;		/* levels of the inputs, a bit each */
	uint8_t select;
	uint8_t id;
	uint8_t reserved[2];
};

struct ioapic {
	vc_vm *vm;
	uint8_t first_id;
	struct ioapic_state s;
};

static bool asserted(const struct ioapic *a, uint32_t pin)
{
	bool high = a->s.lines >> pin & 1;

	return high != ((a->s.redir[pin] & R_LOW) != 0);
}

static void deliver(struct ioapic *a, uint32_t pin)
{
	uint64_t r = a->s.redir[pin];
	uint64_t address = UINT64_C(0xfee00000) | (r >> 56) << 12 |
			   (r & R_LOGICAL ? 4 : 0);
	uint32_t data = (uint32_t)(r & 0x7ff) |		/* vector, mode */
			(r & R_LEVEL ? 0xc000u : 0);

	/* lowest priority asks for redirection */
	if ((r >> 8 & 7) == 1)
		address |= 8;
	vc_msi_send(a->vm, address, data);
}

/* A level-triggered input goes out once, and again after each EOI. */
static void service_level(struct ioapic *a, uint32_t pin)
{
	uint64_t *r = &a->s.redir[pin];

	if (!(*r & R_LEVEL) || (*r & (R_MASKED | R_REMOTE_IRR)) ||
	    !asserted(a, pin))
		return;
	*r |= R_REMOTE_IRR;
	deliver(a, pin);
}

static void ioapic_pin(void *self, uint32_t pin, uint32_t level)
{
	struct ioapic *a = self;
	uint32_t bit;
	bool was;

	if (pin >= PINS)
		return;
	bit = 1u << pin;
	was = asserted(a, pin);
	a->s.lines = level ? a->s.lines | bit : a->s.lines & ~bit;
	if (a->s.redir[pin] & R_LEVEL)
		service_level(a, pin);
	else if (!was && asserted(a, pin) && !(a->s.redir[pin] & R_MASKED))
		deliver(a, pin);
}

static void end_of_interrupt(struct ioapic *a, uint32_t vector)
{
	for (uint32_t i = 0; i < PINS; i++) {
		uint64_t *r = &a->s.redir[i];

		if ((*r & R_LEVEL) && (*r & R_REMOTE_IRR) &&
		    (*r & R_VECTOR) == vector) {
			*r &= ~R_REMOTE_IRR;
			service_level(a, i);
		}
	}
}

static uint32_t read_window(const struct ioapic *a)
{
	uint32_t i = a->s.select;

	switch (i) {
	case 0:
	case 2:
		return (uint32_t)a->s.id << 24;
	case 1:
		return VERSION;
	default:
		break;
	}
	if (i < 0x10 || i >= 0x10 + 2 * PINS)
		return 0;
	return (uint32_t)(a->s.redir[(i - 0x10) / 2] >> (i & 1) * 32);
}

static void write_window(struct ioapic *a, uint32_t v)
{
	uint32_t i = a->s.select, shift = (i & 1) * 32;
	uint64_t *r, now;

	if (i == 0)
		a->s.id = v >> 24 & 0x0f;
	if (i < 0x10 || i >= 0x10 + 2 * PINS)
		return;
	r = &a->s.redir[(i - 0x10) / 2];
	now = (*r & ~(UINT64_C(0xffffffff) << shift)) | (uint64_t)v << shift;
	*r = (now & R_WRITABLE) | (*r & R_REMOTE_IRR);
	if (!(*r & R_LEVEL))
		*r &= ~R_REMOTE_IRR;
	service_level(a, (i - 0x10) / 2);
}

static uint64_t ioapic_read(void *self, uint64_t off, uint32_t size)
{
	struct ioapic *a = self;
	uint32_t v = 0;

	switch (off & 0xf0) {
	case 0x00: v = a->s.select; break;
	case 0x10: v = read_window(a); break;
	default: break;
	}
	(void)size;
	return v >> (off & 3) * 8;
}

static void ioapic_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct ioapic *a = self;

	/* Registers take 32-bit accesses; the select is one byte wide. */
	switch (off) {
	case 0x00:
		a->s.select = (uint8_t)v;
		break;
	case 0x10:
		if (size >= 4)
			write_window(a, (uint32_t)v);
		break;
	case 0x40:
		end_of_interrupt(a, (uint8_t)v);
		break;
	default:
		break;
	}
}

static void ioapic_reset(void *self)
{
	struct ioapic *a = self;

	memset(&a->s, 0, sizeof(a->s));
	a->s.id = a->first_id;
	for (uint32_t i = 0; i < PINS; i++)
		a->s.redir[i] = R_MASKED;
}

static void ioapic_get(void *self, void *out)
{
	struct ioapic *a = self;

	memcpy(out, &a->s, sizeof(a->s));
}

static int ioapic_set(void *self, const void *in, uint32_t version)
{
	struct ioapic *a = self;
	struct ioapic_state s;

	memcpy(&s, in, sizeof(s));
	if (version != 1 || s.lines >> PINS || s.id > 15)
		return VC_EFORMAT;
	for (uint32_t i = 0; i < PINS; i++)
		if (s.redir[i] & ~(R_WRITABLE | R_REMOTE_IRR))
			return VC_EFORMAT;
	a->s = s;
	return 0;
}

static const vc_device_ops ioapic_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "ioapic",
	.read          = ioapic_read,
	.write         = ioapic_write,
	.reset         = ioapic_reset,
	.destroy       = free,
	.pin           = ioapic_pin,
	.state_size    = sizeof(struct ioapic_state),
	.state_version = 1,
	.state_get     = ioapic_get,
	.state_set     = ioapic_set,
};

void vc_ioapic_eoi(vc_device *ioapic, uint32_t vector)
{
	struct ioapic *a = vc__chip_self(ioapic, &ioapic_ops);

	if (!a)
		return;
	vc_device_lock(a->vm);
	end_of_interrupt(a, vector);
	vc_device_unlock(a->vm);
}

int vc_ioapic_create(vc_device **out, vc_vm *vm, uint32_t id)
{
	struct ioapic *a;

	if (id > 15)
		return vc_error_set(VC_EINVAL, "vc_ioapic_create: the id has "
				    "four bits");
	a = calloc(1, sizeof(*a));
	if (a) {
		a->vm = vm;
		a->first_id = (uint8_t)id;
	}
	return vc__chip_create(out, vm, &ioapic_ops, a);
}
