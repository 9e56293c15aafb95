/* SPDX-License-Identifier: MIT */
/*
 * memory.c: the map of guest-physical memory. Regions are kept sorted and
 * never overlap. They change while the VM is stopped and under the map lock,
 * so a thread that runs a vCPU reads them freely, and others under that lock.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "os.h"

#define PROT_ALL	(VC_PROT_RWX | VC_PROT_ROM)
#define ALIGNED(x)	(!((x) & (VC_PAGE_SIZE - 1)))

static uint64_t pages(const struct vc__region *r)
{
	return r->len / VC_PAGE_SIZE;
}

/* How many regions begin at or below gpa. */
static uint32_t upto(const vc_vm *vm, uint64_t gpa)
{
	uint32_t lo = 0, hi = vm->region_count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (vm->regions[mid]->gpa <= gpa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct vc__region *vc__region_find(vc_vm *vm, uint64_t gpa)
{
	uint32_t n = upto(vm, gpa);

	if (!n || gpa - vm->regions[n - 1]->gpa >= vm->regions[n - 1]->len)
		return NULL;
	return vm->regions[n - 1];
}

/* The region that begins at gpa, or NULL. */
static struct vc__region *at_start(vc_vm *vm, uint64_t gpa, uint32_t *index)
{
	uint32_t n = upto(vm, gpa);

	if (!n || vm->regions[n - 1]->gpa != gpa)
		return NULL;
	*index = n - 1;
	return vm->regions[n - 1];
}

/* ---- the map ---- */

static int check_prot(const vc_vm *vm, uint32_t prot, const char *call)
{
	static const struct {
		uint32_t prot, cap;
		const char *what;
	} need[] = {
		{ VC_PROT_WRITE, VC_CAP_READ_ONLY, "forbid writes" },
		{ VC_PROT_READ, VC_CAP_NO_READ, "forbid reads" },
		{ VC_PROT_EXEC, VC_CAP_NO_EXEC, "forbid execution" },
	};

	if (prot & ~PROT_ALL)
		return vc__fail(VC_EINVAL, "%s: unknown bits in prot 0x%x",
				call, (unsigned)prot);
	for (size_t i = 0; i < VC__ARRAY_LEN(need); i++)
		if (!(prot & need[i].prot) && !vc__has_cap(vm, need[i].cap))
			return vc__fail(VC_ENOTSUP, "%s: the %s backend cannot "
					"%s", call, vm->backend->name,
					need[i].what);
	return 0;
}

static int check_range(uint64_t gpa, const void *host, uint64_t len)
{
	if (!len)
		return vc__fail(VC_EINVAL, "vc_memory_map: len is 0");
	if (!ALIGNED(gpa) || !ALIGNED(len) || !ALIGNED((uintptr_t)host))
		return vc__fail(VC_EINVAL, "vc_memory_map: gpa 0x%llx, host %p "
				"or len 0x%llx is not a multiple of %u",
				(unsigned long long)gpa, host,
				(unsigned long long)len, VC_PAGE_SIZE);
	if (gpa >= VC_GPA_LIMIT || len > VC_GPA_LIMIT - gpa ||
	    len > SIZE_MAX)
		return vc__fail(VC_EINVAL, "vc_memory_map: gpa 0x%llx + len "
				"0x%llx is beyond 2^52",
				(unsigned long long)gpa,
				(unsigned long long)len);
	if (host && (uintptr_t)host > UINTPTR_MAX - (uintptr_t)len)
		return vc__fail(VC_EINVAL, "vc_memory_map: host + len wraps");
	return 0;
}

/* Does anything of the map or the bus lie in the way? Stopped. */
static int check_free(vc_vm *vm, uint64_t gpa, uint64_t len)
{
	uint32_t n = upto(vm, gpa + (len - 1));

	if (n && vm->regions[n - 1]->gpa + (vm->regions[n - 1]->len - 1) >= gpa)
		return vc__fail(VC_EEXIST, "vc_memory_map: [0x%llx, 0x%llx) "
				"overlaps the region at 0x%llx",
				(unsigned long long)gpa,
				(unsigned long long)(gpa + len),
				(unsigned long long)vm->regions[n - 1]->gpa);
	if (vc__bus_overlaps(vm, gpa, len))
		return vc__fail(VC_EEXIST, "vc_memory_map: [0x%llx, 0x%llx) "
				"overlaps a device's memory",
				(unsigned long long)gpa,
				(unsigned long long)(gpa + len));
	if (vm->ram_max && len > vm->ram_max - vm->ram_mapped)
		return vc__fail(VC_ELIMIT, "vc_memory_map: 0x%llx more bytes "
				"would exceed ram_max",
				(unsigned long long)len);
	return 0;
}

static void insert(vc_vm *vm, struct vc__region *r)
{
	uint32_t at = upto(vm, r->gpa);

	vc__lock(&vm->map_lock, vc__thread_self());
	memmove(&vm->regions[at + 1], &vm->regions[at],
		(vm->region_count - at) * sizeof(*vm->regions));
	vm->regions[at] = r;
	vm->region_count++;
	vm->ram_mapped += r->len;
	vc__unlock(&vm->map_lock);
}

/* Room for one more region; readers look at the array under the map lock. */
static int make_room(vc_vm *vm)
{
	int rc;

	vc__lock(&vm->map_lock, vc__thread_self());
	rc = vc__grow("vc_memory_map", &vm->regions, &vm->region_room,
		      vm->region_count, sizeof(struct vc__region *));
	vc__unlock(&vm->map_lock);
	return rc;
}

int vc_memory_map(vc_vm *vm, uint64_t gpa, void *host, uint64_t len,
		  uint32_t prot)
{
	struct vc__region *r;
	int rc;

	if (!vm)
		return vc__fail(VC_EINVAL, "vc_memory_map: vm is NULL");
	rc = check_range(gpa, host, len);
	if (!rc)
		rc = check_prot(vm, prot, "vc_memory_map");
	if (!rc)
		rc = vc__vm_stop(vm, "vc_memory_map");
	if (rc)
		return rc;
	rc = check_free(vm, gpa, len);
	if (!rc)
		rc = make_room(vm);
	if (rc)
		goto resume;
	r = calloc(1, sizeof(*r));
	if (!r) {
		rc = vc__fail(VC_ENOMEM, "vc_memory_map: out of memory");
		goto resume;
	}
	r->gpa = gpa;
	r->len = len;
	r->prot = prot;
	r->host = host ? host : vc__os_pages((size_t)len);
	r->flags = host ? 0 : VC_MEMORY_OWNED;
	if (!r->host) {
		rc = vc__fail_errno(VC_ENOMEM, "vc_memory_map: 0x%llx bytes",
				    (unsigned long long)len);
		goto free_region;
	}
	rc = vm->backend->mem_map(vm, r);
	if (rc)
		goto free_pages;
	insert(vm, r);
	vc__vm_resume(vm);
	return 0;

free_pages:
	if (r->flags & VC_MEMORY_OWNED)
		vc__os_pages_free(r->host, (size_t)len);
free_region:
	free(r);
resume:
	vc__vm_resume(vm);
	return rc;
}

static void free_region(vc_vm *vm, struct vc__region *r)
{
	vm->backend->mem_unmap(vm, r);
	if (r->flags & VC_MEMORY_OWNED)
		vc__os_pages_free(r->host, (size_t)r->len);
	free(r->dirty);
	free(r);
}

int vc_memory_unmap(vc_vm *vm, uint64_t gpa)
{
	struct vc__region *r;
	uint32_t at;
	int rc;

	if (!vm)
		return vc__fail(VC_EINVAL, "vc_memory_unmap: vm is NULL");
	rc = vc__vm_stop(vm, "vc_memory_unmap");
	if (rc)
		return rc;
	r = at_start(vm, gpa, &at);
	if (r) {
		/* The lock is held to the end: a reader on another thread may
		 * be copying from these pages. */
		vc__lock(&vm->map_lock, vc__thread_self());
		memmove(&vm->regions[at], &vm->regions[at + 1],
			(vm->region_count - at - 1) * sizeof(*vm->regions));
		vm->region_count--;
		vm->ram_mapped -= r->len;
		free_region(vm, r);
		vc__unlock(&vm->map_lock);
	} else {
		rc = vc__fail(VC_ENOENT, "vc_memory_unmap: no region begins at "
			      "0x%llx", (unsigned long long)gpa);
	}
	vc__vm_resume(vm);
	return rc;
}

void vc__memory_free_all(vc_vm *vm)
{
	for (uint32_t i = vm->region_count; i-- > 0;)
		free_region(vm, vm->regions[i]);
	free(vm->regions);
}

int vc_memory_protect(vc_vm *vm, uint64_t gpa, uint32_t prot)
{
	struct vc__region *r;
	uint32_t at, before;
	int rc;

	if (!vm)
		return vc__fail(VC_EINVAL, "vc_memory_protect: vm is NULL");
	rc = check_prot(vm, prot, "vc_memory_protect");
	if (!rc)
		rc = vc__vm_stop(vm, "vc_memory_protect");
	if (rc)
		return rc;
	r = at_start(vm, gpa, &at);
	if (r) {
		before = r->prot;
		vc__lock(&vm->map_lock, vc__thread_self());
		r->prot = prot;
		rc = vm->backend->mem_update(vm, r);
		if (rc)
			r->prot = before;
		vc__unlock(&vm->map_lock);
	} else {
		rc = vc__fail(VC_ENOENT, "vc_memory_protect: no region begins "
			      "at 0x%llx", (unsigned long long)gpa);
	}
	vc__vm_resume(vm);
	return rc;
}

int vc_memory_list(vc_vm *vm, vc_memory_region *out, uint32_t *n)
{
	uint32_t room;
	int rc = 0;

	if (!vm || !n || (!out && *n))
		return vc__fail(VC_EINVAL, "vc_memory_list: %s is NULL",
				!vm ? "vm" : !n ? "n" : "out");
	room = *n;
	vc__lock(&vm->map_lock, vc__thread_self());
	for (uint32_t i = 0; i < vm->region_count && i < room; i++) {
		const struct vc__region *r = vm->regions[i];

		out[i] = (vc_memory_region){ r->gpa, r->len, r->host, r->prot,
					     r->flags };
	}
	*n = vm->region_count;
	if (room < vm->region_count)
		rc = vc__fail(VC_ELIMIT, "vc_memory_list: there are %u regions",
			      (unsigned)vm->region_count);
	vc__unlock(&vm->map_lock);
	return rc;
}

/* ---- reading and writing ---- */

static void mark_dirty(struct vc__region *r, uint64_t off, uint64_t len)
{
	if (!r->dirty)
		return;
	for (uint64_t p = off / VC_PAGE_SIZE; p <= (off + len - 1) /
	     VC_PAGE_SIZE; p++)
		atomic_fetch_or_explicit(&r->dirty[p / 64],
					 (uint64_t)1 << p % 64,
					 memory_order_release);
}

/*
 * Is all of [gpa, gpa + len) memory with these rights? Under the map lock, or
 * on a thread that runs a vCPU.
 */
static bool covered(vc_vm *vm, uint64_t gpa, uint64_t len, uint32_t prot)
{
	while (len) {
		struct vc__region *r = vc__region_find(vm, gpa);
		uint64_t here;

		if (!r || (r->prot & prot) != prot)
			return false;
		here = r->len - (gpa - r->gpa);
		if (here >= len)
			return true;
		gpa += here;
		len -= here;
	}
	return true;
}

/* What to do with a range that is known to be covered. */
enum { COPY_OUT, COPY_IN, TOUCHED };

static void each_piece(vc_vm *vm, uint64_t gpa, uint8_t *buf, uint64_t len,
		       int what)
{
	while (len) {
		struct vc__region *r = vc__region_find(vm, gpa);
		uint64_t off = gpa - r->gpa;
		uint64_t here = r->len - off < len ? r->len - off : len;

		if (what == COPY_OUT) {
			memcpy(buf, r->host + off, (size_t)here);
		} else {
			if (what == COPY_IN)
				memcpy(r->host + off, buf, (size_t)here);
			mark_dirty(r, off, here);
			if (vm->backend->mem_written)
				vm->backend->mem_written(vm, gpa, here);
		}
		gpa += here;
		len -= here;
		if (buf)
			buf += here;
	}
}

static int transfer(vc_vm *vm, uint64_t gpa, void *buf, uint64_t len, int what,
		    uint32_t prot, const char *call)
{
	bool all;

	vc__lock(&vm->map_lock, vc__thread_self());
	all = covered(vm, gpa, len, prot);
	if (all)
		each_piece(vm, gpa, buf, len, what);
	vc__unlock(&vm->map_lock);
	if (!all)
		return vc__fail(VC_EFAULT, "%s: not all of 0x%llx bytes at "
				"0x%llx is %s memory", call,
				(unsigned long long)len,
				(unsigned long long)gpa,
				!prot ? "mapped" : prot == VC_PROT_READ ?
				"readable" : "writable");
	return 0;
}

int vc_memory_read(vc_vm *vm, uint64_t gpa, void *out, uint64_t len)
{
	if (!vm || (!out && len))
		return vc__fail(VC_EINVAL, "vc_memory_read: %s is NULL",
				vm ? "out" : "vm");
	return transfer(vm, gpa, out, len, COPY_OUT, 0, "vc_memory_read");
}

int vc_memory_write(vc_vm *vm, uint64_t gpa, const void *in, uint64_t len)
{
	if (!vm || (!in && len))
		return vc__fail(VC_EINVAL, "vc_memory_write: %s is NULL",
				vm ? "in" : "vm");
	return transfer(vm, gpa, (void *)(uintptr_t)in, len, COPY_IN, 0,
			"vc_memory_write");
}

int vc_memory_written(vc_vm *vm, uint64_t gpa, uint64_t len)
{
	if (!vm || !len)
		return vc__fail(VC_EINVAL, "vc_memory_written: %s",
				vm ? "len is 0" : "vm is NULL");
	return transfer(vm, gpa, NULL, len, TOUCHED, 0, "vc_memory_written");
}

int vc_memory_host(vc_vm *vm, uint64_t gpa, uint64_t len, void **out)
{
	struct vc__region *r;
	int rc = 0;

	if (!vm || !out || !len)
		return vc__fail(VC_EINVAL, "vc_memory_host: %s", !vm ?
				"vm is NULL" : !out ? "out is NULL" :
				"len is 0");
	vc__lock(&vm->map_lock, vc__thread_self());
	r = vc__region_find(vm, gpa);
	if (r && len <= r->len - (gpa - r->gpa))
		*out = r->host + (gpa - r->gpa);
	else
		rc = vc__fail(VC_EFAULT, "vc_memory_host: no one region holds "
			      "0x%llx bytes at 0x%llx",
			      (unsigned long long)len,
			      (unsigned long long)gpa);
	vc__unlock(&vm->map_lock);
	return rc;
}

int vc_dma_read(vc_vm *vm, uint64_t gpa, void *out, uint64_t len)
{
	if (!vm || (!out && len))
		return vc__fail(VC_EINVAL, "vc_dma_read: %s is NULL",
				vm ? "out" : "vm");
	return transfer(vm, gpa, out, len, COPY_OUT, VC_PROT_READ,
			"vc_dma_read");
}

int vc_dma_write(vc_vm *vm, uint64_t gpa, const void *in, uint64_t len)
{
	if (!vm || (!in && len))
		return vc__fail(VC_EINVAL, "vc_dma_write: %s is NULL",
				vm ? "in" : "vm");
	return transfer(vm, gpa, (void *)(uintptr_t)in, len, COPY_IN,
			VC_PROT_WRITE, "vc_dma_write");
}

/* ---- dirty pages ---- */

int vc_memory_dirty_track(vc_vm *vm, uint64_t gpa, uint32_t on)
{
	_Atomic uint64_t *bits = NULL, *old;
	struct vc__region *r;
	uint32_t at;
	int rc;

	if (!vm || on > 1)
		return vc__fail(VC_EINVAL, "vc_memory_dirty_track: %s",
				vm ? "on is neither 0 nor 1" : "vm is NULL");
	if (!vc__has_cap(vm, VC_CAP_DIRTY))
		return vc__fail(VC_ENOTSUP, "vc_memory_dirty_track: the %s "
				"backend cannot", vm->backend->name);
	rc = vc__vm_stop(vm, "vc_memory_dirty_track");
	if (rc)
		return rc;
	r = at_start(vm, gpa, &at);
	if (!r) {
		rc = vc__fail(VC_ENOENT, "vc_memory_dirty_track: no region "
			      "begins at 0x%llx", (unsigned long long)gpa);
		goto resume;
	}
	if (on) {
		bits = calloc((size_t)((pages(r) + 63) / 64), sizeof(*bits));
		if (!bits) {
			rc = vc__fail(VC_ENOMEM, "vc_memory_dirty_track: out "
				      "of memory");
			goto resume;
		}
	}
	vc__lock(&vm->map_lock, vc__thread_self());
	old = r->dirty;
	r->dirty = bits;
	rc = vm->backend->mem_update(vm, r);
	if (rc) {
		r->dirty = old;
		old = bits;
	}
	r->flags = r->dirty ? r->flags | VC_MEMORY_DIRTY :
		   r->flags & ~VC_MEMORY_DIRTY;
	free(old);
	vc__unlock(&vm->map_lock);
resume:
	vc__vm_resume(vm);
	return rc;
}

int64_t vc_memory_dirty_fetch(vc_vm *vm, uint64_t gpa, uint64_t *bitmap,
			      uint64_t words)
{
	struct vc__region *r;
	int64_t count = 0;
	uint64_t need;
	uint32_t at;

	if (!vm || !bitmap)
		return vc__fail(VC_EINVAL, "vc_memory_dirty_fetch: %s is NULL",
				vm ? "bitmap" : "vm");
	vc__lock(&vm->map_lock, vc__thread_self());
	r = at_start(vm, gpa, &at);
	if (!r) {
		count = vc__fail(VC_ENOENT, "vc_memory_dirty_fetch: no region "
				 "begins at 0x%llx", (unsigned long long)gpa);
		goto unlock;
	}
	if (!r->dirty) {
		count = vc__fail(VC_ESTATE, "vc_memory_dirty_fetch: the region "
				 "at 0x%llx is not tracked",
				 (unsigned long long)gpa);
		goto unlock;
	}
	need = (pages(r) + 63) / 64;
	if (words < need) {
		count = vc__fail(VC_ERANGE, "vc_memory_dirty_fetch: %llu words "
				 "are needed", (unsigned long long)need);
		goto unlock;
	}
	for (uint64_t i = 0; i < need; i++) {
		uint64_t w = atomic_exchange(&r->dirty[i], 0);

		bitmap[i] = w;
		for (; w; w &= w - 1)
			count++;
	}
	if (count && vm->backend->dirty_cleared)
		vm->backend->dirty_cleared(vm, r);
unlock:
	vc__unlock(&vm->map_lock);
	return count;
}
