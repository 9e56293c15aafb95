/* SPDX-License-Identifier: MIT */
/*
 * devices.h: small things that several chips need. Header only, so that a chip
 * depends on nothing but the public device interface.
 */
#ifndef VC_DEVICES_H
#define VC_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "virtcore/device.h"
#include "virtcore/machine.h"

/*
 * Chips of eight-bit registers behind a wider access: the bus makes byte
 * accesses of it, low address first.
 */
static inline uint64_t vc__read_bytes(void *self, uint64_t off, uint32_t size,
				      uint8_t (*read8)(void *, uint64_t))
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < size && i < 8; i++)
		v |= (uint64_t)read8(self, off + i) << (8 * i);
	return v;
}

static inline void vc__write_bytes(void *self, uint64_t off, uint32_t size,
				   uint64_t v,
				   void (*write8)(void *, uint64_t, uint8_t))
{
	for (uint32_t i = 0; i < size && i < 8; i++)
		write8(self, off + i, (uint8_t)(v >> (8 * i)));
}

#define VC__NS_PER_S	UINT64_C(1000000000)

/*
 * Ticks of a clock of hz (below 2^32) in ns, rounded down; and the earliest ns
 * at which tick t has come. Exact, and free of overflow for 500 years.
 */
static inline uint64_t vc__ns_to_ticks(uint64_t ns, uint64_t hz)
{
	uint64_t s = ns / VC__NS_PER_S;

	return s * hz + (ns - s * VC__NS_PER_S) * hz / VC__NS_PER_S;
}

static inline uint64_t vc__ticks_to_ns(uint64_t t, uint64_t hz)
{
	uint64_t s = t / hz;

	return s * VC__NS_PER_S +
	       ((t - s * hz) * VC__NS_PER_S + hz - 1) / hz;
}

static inline uint8_t vc__to_bcd(uint32_t v)
{
	return (uint8_t)((v / 10 % 10) << 4 | v % 10);
}

static inline uint32_t vc__from_bcd(uint8_t v)
{
	return (uint32_t)(v >> 4) * 10 + (v & 15u);
}

/* Is the device's line wired at all? Then set it. */
static inline void vc__line_out(vc_vm *vm, uint32_t line, bool level)
{
	if (line != VC_LINE_NONE)
		vc_line_set(vm, line, level);
}

static inline bool vc__line_ok(uint32_t line)
{
	return line == VC_LINE_NONE || line < VC_LINE_COUNT;
}

/*
 * The chip behind a handle, for functions that take one kind of chip: NULL,
 * with text, when dev is NULL or another kind.
 */
static inline void *vc__chip_self(const vc_device *dev,
				  const vc_device_ops *ops)
{
	/* names are static, so the pointer tells */
	if (dev && vc_device_name(dev) == ops->name)
		return vc_device_self(dev);
	vc_error_set(VC_EINVAL, dev ? "the device is not of that kind" :
		     "the device is NULL");
	return NULL;
}

/*
 * Read an embedder's options of another vintage, which begin with their size:
 * what they lack becomes zero, what we lack must be zero. NULL: all zeros.
 */
static inline int vc__options_in(void *dst, uint32_t ours, const void *src)
{
	const unsigned char *p = src;
	uint32_t theirs;

	memset(dst, 0, ours);
	if (!src)
		return 0;
	memcpy(&theirs, src, sizeof(theirs));
	if (theirs < sizeof(theirs) || theirs > 65536)
		return vc_error_set(VC_EINVAL, "options: implausible size");
	for (uint32_t i = ours; i < theirs; i++)
		if (p[i])
			return vc_error_set(VC_ENOTSUP,
					    "options: unknown field is set");
	memcpy(dst, src, theirs < ours ? theirs : ours);
	return 0;
}

/*
 * The end of every constructor: hand self over to vm, or free it on failure.
 * self NULL stands for an allocation that failed.
 */
static inline int vc__chip_create(vc_device **out, vc_vm *vm,
				  const vc_device_ops *ops, void *self)
{
	int rc;

	if (!self)
		return vc_error_set(VC_ENOMEM, "no memory for a chip");
	rc = vc_device_create(out, vm, ops, self);
	if (rc)
		free(self);	/* otherwise vm owns self now */
	return rc;
}

#endif
