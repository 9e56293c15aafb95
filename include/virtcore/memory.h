/* SPDX-License-Identifier: MIT */
/*
 * virtcore/memory.h: guest-physical memory: a list of regions that do not
 * overlap, each backed by host memory.
 *
 * Threads: "while no vCPU is running" is checked: VC_EBUSY otherwise. Reads
 * and writes are safe from any thread at any time; against the guest's own
 * accesses they are ordered as plain memory accesses of another processor.
 */
#ifndef VIRTCORE_MEMORY_H
#define VIRTCORE_MEMORY_H

#include "virtcore/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VC_PAGE_SIZE	4096u

/* What the guest may do with a region. */
#define VC_PROT_READ	0x1u
#define VC_PROT_WRITE	0x2u
#define VC_PROT_EXEC	0x4u
#define VC_PROT_RW	(VC_PROT_READ | VC_PROT_WRITE)
#define VC_PROT_RX	(VC_PROT_READ | VC_PROT_EXEC)
#define VC_PROT_RWX	(VC_PROT_RW | VC_PROT_EXEC)
/* With VC_PROT_WRITE clear: the guest's writes vanish, as with a ROM, instead
 * of being VC_EXIT_MMIO. */
#define VC_PROT_ROM	0x10u

/* Guest-physical addresses are below this. */
#define VC_GPA_LIMIT	0x10000000000000ull

/*
 * Back guest-physical [gpa, gpa + len) with host memory; with host NULL, the
 * library allocates it, zeroed.
 *
 * gpa, host and len are multiples of VC_PAGE_SIZE; the range may not overlap
 * an existing one or a device's. A read or write that prot forbids is
 * VC_EXIT_MMIO (a device never sees it); a fetch that it forbids is
 * VC_EXIT_FAIL. The library borrows host until vc_memory_unmap() or
 * vc_vm_destroy().
 *
 * Returns 0, VC_EINVAL (NULL vm, misaligned, empty, wraps, past VC_GPA_LIMIT,
 * unknown prot), VC_EEXIST (overlap), VC_ENOTSUP (prot that this backend
 * cannot honour, VC_CAP_*), VC_ELIMIT (more than ram_max), VC_EBUSY, VC_EHOST
 * or VC_ENOMEM; on failure the map is unchanged.
 *
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_memory_map(vc_vm *vm, uint64_t gpa, void *host, uint64_t len,
			 uint32_t prot);

/*
 * Take away the region that begins at gpa, whole. Memory that the library
 * allocated is freed; a caller's is the caller's again.
 *
 * Returns 0, VC_EINVAL (NULL vm), VC_ENOENT (no region begins there) or
 * VC_EBUSY.
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_memory_unmap(vc_vm *vm, uint64_t gpa);

/*
 * Change what the guest may do with the region that begins at gpa.
 *
 * Returns 0, VC_EINVAL (NULL vm, unknown prot), VC_ENOENT, VC_ENOTSUP,
 * VC_EBUSY or VC_EHOST; on failure nothing is changed.
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_memory_protect(vc_vm *vm, uint64_t gpa, uint32_t prot);

/* A region, as vc_memory_list() tells. */
typedef struct vc_memory_region {
	uint64_t gpa;
	uint64_t len;
	void *host;
	uint32_t prot;		/* VC_PROT_* */
	uint32_t flags;		/* VC_MEMORY_* */
} vc_memory_region;

#define VC_MEMORY_OWNED		0x1u	/* the library allocated host */
#define VC_MEMORY_DIRTY		0x2u	/* dirty tracking is on */

/*
 * Copy the regions, in order of address, to out (at most *n) and set *n to how
 * many there are.
 *
 * Returns 0, VC_EINVAL (NULL vm or n; NULL out with *n > 0) or VC_ELIMIT (more
 * than *n; *n is set and the first ones are copied).
 * Threads: any.
 */
VC_API int vc_memory_list(vc_vm *vm, vc_memory_region *out, uint32_t *n);

/*
 * Copy guest-physical memory out, or in. A range may span adjoining regions;
 * protection does not matter; dirty bits are set and the guest sees changed
 * code. All or nothing.
 *
 * Returns 0, VC_EINVAL (NULL) or VC_EFAULT (not all of it is memory).
 * Threads: any.
 */
VC_API int vc_memory_read(vc_vm *vm, uint64_t gpa, void *out, uint64_t len);
VC_API int vc_memory_write(vc_vm *vm, uint64_t gpa, const void *in,
			   uint64_t len);

/*
 * Where [gpa, gpa + len) lies in this process: *out, for direct access. It
 * must lie within one region. Valid until that is unmapped. After writing
 * through it call vc_memory_written(), which sets dirty bits and makes the
 * guest see changed code.
 *
 * Return 0, VC_EINVAL (NULL, or len 0) or VC_EFAULT (not all of it is memory,
 * or, for vc_memory_host, of one region).
 * Threads: any.
 */
VC_API int vc_memory_host(vc_vm *vm, uint64_t gpa, uint64_t len, void **out);
VC_API int vc_memory_written(vc_vm *vm, uint64_t gpa, uint64_t len);

/*
 * Start (on 1) or stop (on 0) recording which pages of the region that begins
 * at gpa are written, by the guest, by devices or through this header.
 * Starting clears the record; starting twice is starting anew.
 *
 * Returns 0, VC_EINVAL (NULL vm, on above 1), VC_ENOENT, VC_ENOTSUP (no
 * VC_CAP_DIRTY), VC_EBUSY or VC_ENOMEM.
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_memory_dirty_track(vc_vm *vm, uint64_t gpa, uint32_t on);

/*
 * Fetch and clear the record: bit n % 64 of bitmap[n / 64] tells whether page
 * n of the region that begins at gpa was written since the last fetch. A write
 * that happens meanwhile is in this fetch or in the next, never in neither.
 * words is the length of bitmap, at least (pages + 63) / 64.
 *
 * Returns how many pages are dirty (>= 0), VC_EINVAL (NULL), VC_ERANGE (words
 * is too small), VC_ENOENT (no region begins there) or VC_ESTATE (tracking is
 * off).
 * Threads: any.
 */
VC_API int64_t vc_memory_dirty_fetch(vc_vm *vm, uint64_t gpa, uint64_t *bitmap,
				     uint64_t words);

#ifdef __cplusplus
}
#endif
#endif
