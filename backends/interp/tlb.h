/* SPDX-License-Identifier: MIT */
/*
 * tlb.h: the fast path of guest memory. Reads and writes have tables of their
 * own, direct-mapped by page number. One comparison does tag, page crossing
 * and permission: with t = la ^ va, t is the offset in the page when the page
 * matches, and larger than a page otherwise.
 *
 * An empty entry holds an address whose index is not its own: 0, or 0x1000 in
 * entry 0. So a zeroed table is empty but for entry 0 (tlb_clear_all()).
 *
 * A page with decoded code, a watched page and a page whose dirty bit is yet
 * to be set have no write entry: stores to them take the slow path (mmu.c).
 */
#ifndef VC_INTERP_TLB_H
#define VC_INTERP_TLB_H

#include "cpu.h"

#define TLB_EMPTY(index)	((index) ? 0 : (uint64_t)0x1000)

VC_INLINE unsigned tlb_index(uint64_t la)
{
	return (unsigned)(la >> 12) & (TLB_SIZE - 1);
}

/* The entry for la of the set and kind whose slot 0 entry is given. */
VC_INLINE const struct tlb_entry *tlb_entry(const struct tlb_entry *first,
					    uint64_t la)
{
	/* (la >> 12 & mask) * sizeof(struct tlb_slot), in two operations */
	uint64_t at = la >> 5 & (uint64_t)(TLB_SIZE - 1) << 7;

	return (const struct tlb_entry *)(const void *)
	       ((const uint8_t *)first + at);
}

/* Host address of size bytes at la for reading, or NULL: slow path. */
VC_INLINE const uint8_t *tlb_read_ptr(const struct cpu *cpu, uint64_t la,
				      unsigned size)
{
	const struct tlb_entry *e = tlb_entry(cpu->tlb_r, la);
	uint64_t t = la ^ e->va;

	if (VC_UNLIKELY(t > 4096 - size))
		return NULL;
	VC_ASSUME(e->host + t);
	return e->host + t;
}

/* The same for writing; what may be written may be read. */
VC_INLINE uint8_t *tlb_write_ptr(const struct cpu *cpu, uint64_t la,
				 unsigned size)
{
	const struct tlb_entry *e = tlb_entry(cpu->tlb_w, la);
	uint64_t t = la ^ e->va;

	if (VC_UNLIKELY(t > 4096 - size))
		return NULL;
	VC_ASSUME(e->host + t);
	return e->host + t;
}

/*
 * The slow path of an op with one memory operand at op_ea(): load it into
 * cpu->buf and return that, or NULL with why in cpu->slow_rc. mmu.c
 */
const uint8_t *vc__slow_read(struct cpu *cpu, const struct op *op,
			     unsigned size);

#endif
