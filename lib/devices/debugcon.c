/* SPDX-License-Identifier: MIT */
/*
 * debugcon.c: Bochs' debug port 0xe9. Writes go to the host; reading 0xe9 back
 * is how guests probe for it. No state.
 */
#include "devices.h"

struct debugcon {
	vc_write_fn sink;
	void *opaque;
};

static uint64_t debugcon_read(void *self, uint64_t off, uint32_t size)
{
	(void)self, (void)off, (void)size;
	return UINT64_C(0xe9e9e9e9e9e9e9e9);	/* every byte of it */
}

static void debugcon_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct debugcon *d = self;
	uint8_t byte = (uint8_t)v;

	(void)off, (void)size;
	if (d->sink)
		d->sink(&byte, 1, d->opaque);
}

static const vc_device_ops debugcon_ops = {
	.size    = sizeof(vc_device_ops),
	.name    = "debugcon",
	.read    = debugcon_read,
	.write   = debugcon_write,
	.destroy = free,
};

int vc_debugcon_create(vc_device **out, vc_vm *vm, vc_write_fn sink,
		       void *opaque)
{
	struct debugcon *d = malloc(sizeof(*d));

	if (d)
		*d = (struct debugcon){ sink, opaque };
	return vc__chip_create(out, vm, &debugcon_ops, d);
}
