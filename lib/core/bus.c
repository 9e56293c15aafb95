/* SPDX-License-Identifier: MIT */
/*
 * bus.c: devices, and the guest's port and memory accesses on their way to
 * them. Claims change under the device lock; ports are looked up first without
 * it, in tables that are never freed before the VM, and again with it.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "os.h"

#define PORTS	0x10000u

/* ---- devices ---- */

int vc_device_create(vc_device **out, vc_vm *vm, const vc_device_ops *ops,
		     void *self)
{
	vc_device *d;
	int rc;

	if (!out || !vm || !ops)
		return vc__fail(VC_EINVAL, "vc_device_create: %s is NULL",
				!out ? "out" : !vm ? "vm" : "ops");
	d = calloc(1, sizeof(*d));
	if (!d)
		return vc__fail(VC_ENOMEM, "vc_device_create: out of memory");
	rc = vc__struct_in("vc_device_create", &d->ops, sizeof(d->ops), ops,
			   sizeof(d->ops));
	if (rc)
		goto free_device;
	if (!d->ops.name || !d->ops.name[0]) {
		rc = vc__fail(VC_EINVAL, "vc_device_create: the device has no "
			      "name");
		goto free_device;
	}
	if (d->ops.flags & ~VC_DEVICE_UNALIGNED) {
		rc = vc__fail(VC_ENOTSUP, "vc_device_create: %s has unknown "
			      "flags 0x%x", d->ops.name, (unsigned)d->ops.flags);
		goto free_device;
	}
	rc = vc__vm_stop(vm, "vc_device_create");
	if (rc)
		goto free_device;
	d->vm = vm;
	d->self = self;
	d->next = vm->devices;
	vm->devices = d;
	*out = d;
	if (d->ops.reset)
		d->ops.reset(self);
	vc__vm_resume(vm);
	return 0;

free_device:
	free(d);
	return rc;
}

static void drop_port_claim(vc_vm *vm, struct vc__port_claim *c)
{
	for (uint32_t p = c->port; p < c->port + c->count; p++)
		atomic_store(&vm->ports[p >> 8]->port[p & 255], NULL);
	free(c);
}

static void drop_mmio_claim(vc_vm *vm, uint32_t at)
{
	uint32_t n = vm->mmio_count - 1;

	memmove(&vm->mmio[at], &vm->mmio[at + 1],
		(n - at) * sizeof(*vm->mmio));
	atomic_store(&vm->mmio_count, n);
	vm->mmio_last = 0;
}

static void drop_claims(vc_vm *vm, const vc_device *dev)
{
	for (struct vc__port_chunk *chunk = vm->port_chunks; chunk;
	     chunk = chunk->next)
		for (uint32_t i = 0; i < VC__ARRAY_LEN(chunk->port); i++) {
			struct vc__port_claim *c = chunk->port[i];

			if (c && c->dev == dev)
				drop_port_claim(vm, c);
		}
	for (uint32_t i = vm->mmio_count; i-- > 0;)
		if (vm->mmio[i].dev == dev)
			drop_mmio_claim(vm, i);
	vc__msr_claims_drop(vm, dev);
}

/* Everything of the VM that points to the device forgets it. */
static void forget(vc_vm *vm, const vc_device *dev)
{
	uint32_t kept = 0;

	drop_claims(vm, dev);
	for (uint32_t i = 0; i < vm->sink_count; i++)
		if (vm->sinks[i].dev != dev)
			vm->sinks[kept++] = vm->sinks[i];
	vm->sink_count = kept;
	if (vm->msi_sink == dev)
		vm->msi_sink = NULL;
	for (uint32_t i = 0; i < VC__ARRAY_LEN(vm->fallback); i++)
		if (vm->fallback[i] == dev)
			vm->fallback[i] = NULL;
	for (uint32_t i = 0; i < vm->vcpu_max; i++) {
		vc_vcpu *v = vm->vcpus[i];

		if (v && v->controller == dev) {
			v->controller = NULL;
			v->requested = false;
			atomic_fetch_and(&v->pending, ~VC__PEND_INTR);
		}
	}
	for (vc_device **p = &vm->devices; *p; p = &(*p)->next)
		if (*p == dev) {
			*p = dev->next;
			break;
		}
}

void vc_device_destroy(vc_device *dev)
{
	vc_vm *vm;

	if (!dev)
		return;
	vm = dev->vm;
	if (vc__vm_stop(vm, "vc_device_destroy"))
		return;
	vc__timers_free(dev);
	forget(vm, dev);
	if (dev->ops.destroy)
		dev->ops.destroy(dev->self);
	free(dev);
	vc__vm_resume(vm);
}

void vc__bus_free(vc_vm *vm)
{
	/* Newest first: a device may rely on those made before it. */
	while (vm->devices)
		vc_device_destroy(vm->devices);
	for (struct vc__port_chunk *c = vm->port_chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(vm->mmio);
}

/* Oldest first, as they were created. */
static void reset_from(vc_device *d)
{
	vc_device *done = NULL;

	for (;;) {
		vc_device *oldest = d;

		if (d == done)
			return;
		while (oldest->next != done)
			oldest = oldest->next;
		if (oldest->ops.reset)
			oldest->ops.reset(oldest->self);
		done = oldest;
	}
}

void vc__bus_reset(vc_vm *vm)
{
	reset_from(vm->devices);
}

void *vc_device_self(const vc_device *dev)
{
	return dev ? dev->self : NULL;
}

const char *vc_device_name(const vc_device *dev)
{
	return dev ? dev->ops.name : NULL;
}

vc_vm *vc_device_vm(const vc_device *dev)
{
	return dev ? dev->vm : NULL;
}

/* ---- claims ---- */

/* The chunks for [port, port + count), made as needed. */
static int make_chunks(vc_vm *vm, uint32_t port, uint32_t count)
{
	for (uint32_t i = port >> 8; i <= (port + count - 1) >> 8; i++) {
		struct vc__port_chunk *chunk;

		if (vm->ports[i])
			continue;
		chunk = calloc(1, sizeof(*chunk));
		if (!chunk)
			return vc__fail(VC_ENOMEM, "vc_device_map_port: out of "
					"memory");
		chunk->next = vm->port_chunks;
		vm->port_chunks = chunk;
		atomic_store(&vm->ports[i], chunk);
	}
	return 0;
}

int vc_device_map_port(vc_device *dev, uint32_t port, uint32_t count,
		       uint64_t off_base)
{
	struct vc__port_claim *c;
	vc_vm *vm;
	int rc;

	if (!dev)
		return vc__fail(VC_EINVAL, "vc_device_map_port: dev is NULL");
	if (!count || port >= PORTS || count > PORTS - port)
		return vc__fail(VC_EINVAL, "vc_device_map_port: %s: ports 0x%x "
				"and %u on", dev->ops.name, (unsigned)port,
				(unsigned)count);
	c = malloc(sizeof(*c));
	if (!c)
		return vc__fail(VC_ENOMEM, "vc_device_map_port: out of memory");
	*c = (struct vc__port_claim){ dev, port, count, off_base };
	vm = dev->vm;
	vc__lock(&vm->device_lock, vc__thread_self());
	rc = make_chunks(vm, port, count);
	if (rc)
		goto unlock;
	for (uint32_t p = port; p < port + count; p++) {
		struct vc__port_claim *other = vm->ports[p >> 8]->port[p & 255];

		if (other) {
			rc = vc__fail(VC_EEXIST, "vc_device_map_port: %s: port "
				      "0x%x belongs to %s", dev->ops.name,
				      (unsigned)p, other->dev->ops.name);
			goto unlock;
		}
	}
	for (uint32_t p = port; p < port + count; p++)
		atomic_store(&vm->ports[p >> 8]->port[p & 255], c);
	c = NULL;
unlock:
	vc__unlock(&vm->device_lock);
	free(c);
	return rc;
}

int vc_device_unmap_port(vc_device *dev, uint32_t port)
{
	struct vc__port_chunk *chunk;
	struct vc__port_claim *c = NULL;
	vc_vm *vm;
	int rc = 0;

	if (!dev)
		return vc__fail(VC_EINVAL, "vc_device_unmap_port: dev is NULL");
	vm = dev->vm;
	vc__lock(&vm->device_lock, vc__thread_self());
	chunk = port < PORTS ? vm->ports[port >> 8] : NULL;
	if (chunk)
		c = chunk->port[port & 255];
	if (c && c->dev == dev && c->port == port)
		drop_port_claim(vm, c);
	else
		rc = vc__fail(VC_ENOENT, "vc_device_unmap_port: no claim of %s "
			      "begins at port 0x%x", dev->ops.name,
			      (unsigned)port);
	vc__unlock(&vm->device_lock);
	return rc;
}

/* How many MMIO claims begin at or below gpa. */
static uint32_t mmio_upto(const vc_vm *vm, uint64_t gpa)
{
	uint32_t lo = 0, hi = vm->mmio_count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (vm->mmio[mid].gpa <= gpa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool vc__bus_overlaps(vc_vm *vm, uint64_t gpa, uint64_t len)
{
	uint32_t n = mmio_upto(vm, gpa + (len - 1));
	const struct vc__mmio_claim *c;

	if (!n)
		return false;
	c = &vm->mmio[n - 1];
	return c->gpa + (c->len - 1) >= gpa;
}

/* Does memory touch [gpa, gpa + len)? */
static bool memory_overlaps(vc_vm *vm, uint64_t gpa, uint64_t len)
{
	bool hit = false;

	vc__lock(&vm->map_lock, vc__thread_self());
	for (uint32_t i = 0; i < vm->region_count && !hit; i++) {
		const struct vc__region *r = vm->regions[i];

		hit = r->gpa <= gpa + (len - 1) && gpa <= r->gpa + (r->len - 1);
	}
	vc__unlock(&vm->map_lock);
	return hit;
}

int vc_device_map_mmio(vc_device *dev, uint64_t gpa, uint64_t len,
		       uint64_t off_base)
{
	uint32_t at;
	vc_vm *vm;
	int rc;

	if (!dev)
		return vc__fail(VC_EINVAL, "vc_device_map_mmio: dev is NULL");
	if (!len || gpa >= VC_GPA_LIMIT || len > VC_GPA_LIMIT - gpa)
		return vc__fail(VC_EINVAL, "vc_device_map_mmio: %s: address "
				"0x%llx, length 0x%llx", dev->ops.name,
				(unsigned long long)gpa,
				(unsigned long long)len);
	vm = dev->vm;
	vc__lock(&vm->device_lock, vc__thread_self());
	if (memory_overlaps(vm, gpa, len) || vc__bus_overlaps(vm, gpa, len)) {
		rc = vc__fail(VC_EEXIST, "vc_device_map_mmio: %s: memory or a "
			      "device is at 0x%llx already", dev->ops.name,
			      (unsigned long long)gpa);
		goto unlock;
	}
	rc = vc__grow("vc_device_map_mmio", &vm->mmio, &vm->mmio_room,
		      vm->mmio_count, sizeof(*vm->mmio));
	if (rc)
		goto unlock;
	at = mmio_upto(vm, gpa);
	memmove(&vm->mmio[at + 1], &vm->mmio[at],
		(vm->mmio_count - at) * sizeof(*vm->mmio));
	vm->mmio[at] = (struct vc__mmio_claim){ dev, gpa, len, off_base };
	atomic_fetch_add(&vm->mmio_count, 1);
unlock:
	vc__unlock(&vm->device_lock);
	return rc;
}

int vc_device_unmap_mmio(vc_device *dev, uint64_t gpa)
{
	uint32_t n;
	vc_vm *vm;
	int rc = 0;

	if (!dev)
		return vc__fail(VC_EINVAL, "vc_device_unmap_mmio: dev is NULL");
	vm = dev->vm;
	vc__lock(&vm->device_lock, vc__thread_self());
	n = mmio_upto(vm, gpa);
	if (n && vm->mmio[n - 1].gpa == gpa && vm->mmio[n - 1].dev == dev)
		drop_mmio_claim(vm, n - 1);
	else
		rc = vc__fail(VC_ENOENT, "vc_device_unmap_mmio: no claim of %s "
			      "begins at 0x%llx", dev->ops.name,
			      (unsigned long long)gpa);
	vc__unlock(&vm->device_lock);
	return rc;
}

int vc_device_map_msr(vc_device *dev, uint32_t msr, uint32_t count)
{
	struct vc__msr_claim claim = { .first = msr, .count = count,
				       .dev = dev };
	int rc;

	if (!dev)
		return vc__fail(VC_EINVAL, "vc_device_map_msr: dev is NULL");
	if (!count || count - 1 > UINT32_MAX - msr)
		return vc__fail(VC_EINVAL, "vc_device_map_msr: %s: MSR 0x%x "
				"and %u on", dev->ops.name, (unsigned)msr,
				(unsigned)count);
	rc = vc__vm_stop(dev->vm, "vc_device_map_msr");
	if (rc)
		return rc;
	rc = vc__msr_claim_add(dev->vm, &claim, "vc_device_map_msr");
	vc__vm_resume(dev->vm);
	return rc;
}

int vc_device_map_fallback(vc_vm *vm, uint32_t space, vc_device *dev)
{
	int rc;

	if (!vm || space >= VC__ARRAY_LEN(vm->fallback) ||
	    (dev && dev->vm != vm))
		return vc__fail(VC_EINVAL, "vc_device_map_fallback: %s",
				!vm ? "vm is NULL" : dev && dev->vm != vm ?
				"the device belongs to another VM" :
				"no such space");
	rc = vc__vm_stop(vm, "vc_device_map_fallback");
	if (rc)
		return rc;
	if (dev && vm->fallback[space])
		rc = vc__fail(VC_EEXIST, "vc_device_map_fallback: %s has it",
			      vm->fallback[space]->ops.name);
	else
		vm->fallback[space] = dev;
	vc__vm_resume(vm);
	return rc;
}

void vc_device_lock(vc_vm *vm)
{
	if (vm)
		vc__lock(&vm->device_lock, vc__thread_self());
}

void vc_device_unlock(vc_vm *vm)
{
	if (vm)
		vc__unlock(&vm->device_lock);
}

/* ---- accesses ---- */

static uint64_t all_ones(uint32_t size)
{
	return size >= 8 ? UINT64_MAX : ((uint64_t)1 << size * 8) - 1;
}

/*
 * One access that lies within a claim, in the pieces that the device wants.
 * *value is what to write, or what was read.
 */
static void access_device(vc_device *dev, uint64_t off, uint32_t size,
			  uint64_t *value, bool is_write)
{
	uint64_t got = 0;

	if (VC_LIKELY(!(size & (size - 1)) && (!(off & (size - 1)) ||
		      (dev->ops.flags & VC_DEVICE_UNALIGNED)))) {
		if (is_write) {
			if (dev->ops.write)
				dev->ops.write(dev->self, off, size,
					       *value & all_ones(size));
		} else {
			*value = all_ones(size);
			if (dev->ops.read)
				*value &= dev->ops.read(dev->self, off, size);
		}
		return;
	}
	for (uint32_t done = 0, piece; done < size; done += piece) {
		uint64_t part = *value >> done * 8;

		piece = 4;
		while (piece > size - done || (off + done) & (piece - 1))
			piece /= 2;
		access_device(dev, off + done, piece, &part, is_write);
		got |= part << done * 8;
	}
	if (!is_write)
		*value = got;
}

static struct vc__port_claim *port_claim(vc_vm *vm, uint32_t port)
{
	struct vc__port_chunk *chunk;

	if (port >= PORTS)
		return NULL;
	chunk = atomic_load_explicit(&vm->ports[port >> 8],
				     memory_order_acquire);
	return chunk ? atomic_load_explicit(&chunk->port[port & 255],
					    memory_order_acquire) : NULL;
}

/*
 * An access that more than one claim shares, or a claim and nobody: each byte
 * goes where it belongs, reads from nobody are ones.
 */
static int port_bytes(vc_vm *vm, uint32_t port, uint32_t size, uint64_t *value,
		      bool is_write)
{
	uint64_t got = 0;
	bool any = false;

	for (uint32_t i = 0; i < size; i++) {
		struct vc__port_claim *c = port_claim(vm, port + i);
		uint64_t byte = is_write ? *value >> i * 8 & 0xff : 0xff;

		if (c) {
			any = true;
			access_device(c->dev, c->off_base + port + i - c->port,
				      1, &byte, is_write);
		}
		got |= byte << i * 8;
	}
	if (any && !is_write)
		*value = got;
	return any;
}

static int port_access(vc_vcpu *vcpu, uint32_t port, uint32_t size,
		       uint64_t *value, bool is_write)
{
	vc_vm *vm = vcpu->vm;
	struct vc__port_claim *c = port_claim(vm, port);
	vc_vcpu *outer;
	int taken = 1;

	/* The first byte is nobody's; so is the rest, or it is a rare case. */
	if (!c && (size == 1 || (!port_claim(vm, port + 1) && (size == 2 ||
		   (!port_claim(vm, port + 2) && !port_claim(vm, port + 3))))))
		return 0;
	vc__lock(&vm->device_lock, atomic_load_explicit(&vcpu->thread,
						memory_order_relaxed));
	outer = vm->current;
	vm->current = vcpu;
	c = port_claim(vm, port);	/* it may have gone meanwhile */
	if (VC_LIKELY(c && port + size <= c->port + c->count))
		access_device(c->dev, c->off_base + (port - c->port), size,
			      value, is_write);
	else
		taken = port_bytes(vm, port, size, value, is_write);
	vm->current = outer;
	vc__unlock(&vm->device_lock);
	return taken;
}

/* What nobody claims goes to the space's fallback device, if it has one. */
static int fallback_access(vc_vcpu *vcpu, uint32_t space, uint64_t at,
			   uint32_t size, uint64_t *value, bool is_write)
{
	vc_vm *vm = vcpu->vm;
	vc_device *dev = vm->fallback[space];	/* changes while stopped */
	vc_vcpu *outer;

	if (!dev)
		return 0;
	vc__lock(&vm->device_lock, atomic_load_explicit(&vcpu->thread,
						memory_order_relaxed));
	outer = vm->current;
	vm->current = vcpu;
	access_device(dev, at, size, value, is_write);
	vm->current = outer;
	vc__unlock(&vm->device_lock);
	return 1;
}

int vc__port_read(vc_vcpu *vcpu, uint16_t port, uint32_t size, uint64_t *value)
{
	return port_access(vcpu, port, size, value, false) ||
	       fallback_access(vcpu, VC_SPACE_PORT, port, size, value, false);
}

int vc__port_write(vc_vcpu *vcpu, uint16_t port, uint32_t size, uint64_t value)
{
	return port_access(vcpu, port, size, &value, true) ||
	       fallback_access(vcpu, VC_SPACE_PORT, port, size, &value, true);
}

static struct vc__mmio_claim *mmio_claim(vc_vm *vm, uint64_t gpa)
{
	struct vc__mmio_claim *c;
	uint32_t n;

	if (vm->mmio_last < vm->mmio_count) {
		c = &vm->mmio[vm->mmio_last];
		if (gpa - c->gpa < c->len)
			return c;
	}
	n = mmio_upto(vm, gpa);
	if (!n)
		return NULL;
	c = &vm->mmio[n - 1];
	if (gpa - c->gpa >= c->len)
		return NULL;
	vm->mmio_last = n - 1;
	return c;
}

static int mmio_bytes(vc_vm *vm, uint64_t gpa, uint32_t size, uint64_t *value,
		      bool is_write)
{
	uint64_t got = 0;
	bool any = false;

	for (uint32_t i = 0; i < size; i++) {
		struct vc__mmio_claim *c = mmio_claim(vm, gpa + i);
		uint64_t byte = is_write ? *value >> i * 8 & 0xff : 0xff;

		if (c) {
			any = true;
			access_device(c->dev, c->off_base + (gpa + i - c->gpa),
				      1, &byte, is_write);
		}
		got |= byte << i * 8;
	}
	if (any && !is_write)
		*value = got;
	return any;
}

static int mmio_access(vc_vcpu *vcpu, uint64_t gpa, uint32_t size,
		       uint64_t *value, bool is_write)
{
	vc_vm *vm = vcpu->vm;
	struct vc__mmio_claim *c;
	vc_vcpu *outer;
	int taken = 1;

	if (!atomic_load_explicit(&vm->mmio_count, memory_order_relaxed))
		return 0;
	vc__lock(&vm->device_lock, atomic_load_explicit(&vcpu->thread,
						memory_order_relaxed));
	outer = vm->current;
	vm->current = vcpu;
	c = mmio_claim(vm, gpa);
	if (VC_LIKELY(c && size <= c->len - (gpa - c->gpa)))
		access_device(c->dev, c->off_base + (gpa - c->gpa), size, value,
			      is_write);
	else
		taken = mmio_bytes(vm, gpa, size, value, is_write);
	vm->current = outer;
	vc__unlock(&vm->device_lock);
	return taken;
}

int vc__mmio_read(vc_vcpu *vcpu, uint64_t gpa, uint32_t size, uint64_t *value)
{
	if (mmio_access(vcpu, gpa, size, value, false))
		return 1;
	return !vc__region_find(vcpu->vm, gpa) &&
	       fallback_access(vcpu, VC_SPACE_MEMORY, gpa, size, value, false);
}

int vc__mmio_write(vc_vcpu *vcpu, uint64_t gpa, uint32_t size, uint64_t value)
{
	const struct vc__region *r = vc__region_find(vcpu->vm, gpa);

	if (r && (r->prot & VC_PROT_ROM) && !(r->prot & VC_PROT_WRITE))
		return 1;
	if (mmio_access(vcpu, gpa, size, &value, true))
		return 1;
	return !r && fallback_access(vcpu, VC_SPACE_MEMORY, gpa, size, &value,
				     true);
}
