/* SPDX-License-Identifier: MIT */
/*
 * open_bus.c: the floating ISA bus. Nobody drives the data lines, their
 * pull-ups read as ones; writes are lost. No state.
 */
#include "devices.h"

static uint64_t open_bus_read(void *self, uint64_t off, uint32_t size)
{
	(void)self, (void)off, (void)size;
	return UINT64_MAX;
}

static void open_bus_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	(void)self, (void)off, (void)size, (void)v;
}

static const vc_device_ops open_bus_ops = {
	.size  = sizeof(vc_device_ops),
	.flags = VC_DEVICE_UNALIGNED,
	.name  = "open-bus",
	.read  = open_bus_read,
	.write = open_bus_write,
};

int vc_open_bus_create(vc_device **out, vc_vm *vm)
{
	static const char self[] = "";

	/* self is never used, but a device has one */
	return vc_device_create(out, vm, &open_bus_ops, (void *)(uintptr_t)self);
}
