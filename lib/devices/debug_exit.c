/* SPDX-License-Identifier: MIT */
/*
 * debug_exit.c: ways for a test guest to end its machine: QEMU's
 * isa-debug-exit (one port, exit code (v << 1) | 1), and Bochs' port 0x8900,
 * to which a guest spells "Shutdown".
 */
#include "devices.h"

static const char magic[] = "Shutdown";

struct debug_exit_state {
	uint32_t spelt;			/* letters of magic seen so far */
};

struct debug_exit {
	vc_vm *vm;
	struct debug_exit_state s;
};

static uint64_t debug_exit_read(void *self, uint64_t off, uint32_t size)
{
	(void)self, (void)off, (void)size;
	return 0;
}

static void spell(struct debug_exit *d, char letter)
{
	if (letter != magic[d->s.spelt])
		d->s.spelt = 0;
	if (letter == magic[d->s.spelt])
		d->s.spelt++;
	if (magic[d->s.spelt])
		return;
	d->s.spelt = 0;
	vc_vm_poweroff_request(d->vm, 0);
}

static void debug_exit_write(void *self, uint64_t off, uint32_t size,
			     uint64_t v)
{
	struct debug_exit *d = self;

	(void)size;
	if (off < 0x10)
		vc_vm_poweroff_request(d->vm, (uint32_t)v << 1 | 1);
	else
		spell(d, (char)(v & 0x7f));
}

static void debug_exit_reset(void *self)
{
	struct debug_exit *d = self;

	d->s.spelt = 0;
}

static void debug_exit_get(void *self, void *out)
{
	struct debug_exit *d = self;

	memcpy(out, &d->s, sizeof(d->s));
}

static int debug_exit_set(void *self, const void *in, uint32_t version)
{
	struct debug_exit *d = self;
	struct debug_exit_state s;

	memcpy(&s, in, sizeof(s));
	if (version != 1 || s.spelt >= sizeof(magic) - 1)
		return VC_EFORMAT;
	d->s = s;
	return 0;
}

static const vc_device_ops debug_exit_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "debug-exit",
	.read          = debug_exit_read,
	.write         = debug_exit_write,
	.reset         = debug_exit_reset,
	.destroy       = free,
	.state_size    = sizeof(struct debug_exit_state),
	.state_version = 1,
	.state_get     = debug_exit_get,
	.state_set     = debug_exit_set,
};

int vc_debug_exit_create(vc_device **out, vc_vm *vm)
{
	struct debug_exit *d = calloc(1, sizeof(*d));

	if (d)
		d->vm = vm;
	return vc__chip_create(out, vm, &debug_exit_ops, d);
}
