/* SPDX-License-Identifier: MIT */
/*
 * exec.h: forms that the hot ops are made of. Each form has a fast path that
 * touches no stack, and a cold twin for what the TLB does not have. An op ends
 * in NEXT, a tail call: so no form has a local whose address is taken.
 */
#ifndef VC_INTERP_EXEC_H
#define VC_INTERP_EXEC_H

#include "flags.h"
#include "tlb.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define SZ8	0
#define SZ16	1
#define SZ32	2
#define SZ64	3

#define H(name) \
	const struct op *vc__op_##name(struct cpu *cpu, const struct op *op)
#define H_SLOW(name) \
	VC_COLD static const struct op *slow_##name(struct cpu *cpu, \
						    const struct op *op)

/* No memory operand. */
#define FORM_REG(name, ...) \
H(name) \
{ \
	__VA_ARGS__; \
	NEXT(op + 1); \
}

/* Reads bytes bytes at op_ea(); the statements find them at p. */
#define FORM_LOAD(name, bytes, ...) \
H_SLOW(name) \
{ \
	const uint8_t *p = vc__slow_read(cpu, op, bytes); \
\
	if (!p) \
		return vc__op_stop(cpu, op, cpu->slow_rc); \
	__VA_ARGS__; \
	NEXT(op + 1); \
} \
H(name) \
{ \
	const uint8_t *p = tlb_read_ptr(cpu, op_ea(cpu, op), bytes); \
\
	if (VC_UNLIKELY(!p)) \
		return slow_##name(cpu, op); \
	__VA_ARGS__; \
	NEXT(op + 1); \
}

/* Writes value (bits wide) at op_ea(), then does commit. */
#define FORM_STORE(name, bits, value, commit) \
H_SLOW(name) \
{ \
	int rc; \
\
	st##bits(cpu->buf, (u##bits)(value)); \
	rc = vc__store(cpu, op, op_ea(cpu, op), bits / 8, cpu->buf); \
	if (rc) \
		return vc__op_stop(cpu, op, rc); \
	commit; \
	NEXT(op + 1); \
} \
H(name) \
{ \
	uint8_t *p = tlb_write_ptr(cpu, op_ea(cpu, op), bits / 8); \
\
	if (VC_UNLIKELY(!p)) \
		return slow_##name(cpu, op); \
	st##bits(p, (u##bits)(value)); \
	commit; \
	NEXT(op + 1); \
}

/*
 * Reads a, writes r at op_ea(). calc declares r (and what else commit wants)
 * from a and changes nothing; commit sets flags and registers.
 */
#define FORM_RMW(name, bits, calc, commit) \
H_SLOW(name) \
{ \
	int rc = vc__probe_write(cpu, op, op_ea(cpu, op), bits / 8); \
\
	if (rc) \
		return vc__op_stop(cpu, op, rc); \
	if (!vc__slow_read(cpu, op, bits / 8)) \
		return vc__op_stop(cpu, op, cpu->slow_rc); \
	{ \
		u##bits a = ld##bits(cpu->buf); \
		calc; \
		st##bits(cpu->buf, r); \
		rc = vc__store(cpu, op, op_ea(cpu, op), bits / 8, cpu->buf); \
		if (rc) \
			return vc__op_stop(cpu, op, rc); \
		commit; \
	} \
	NEXT(op + 1); \
} \
H(name) \
{ \
	uint8_t *p = tlb_write_ptr(cpu, op_ea(cpu, op), bits / 8); \
\
	if (VC_UNLIKELY(!p)) \
		return slow_##name(cpu, op); \
	{ \
		u##bits a = ld##bits(p); \
		calc; \
		st##bits(p, r); \
		commit; \
	} \
	NEXT(op + 1); \
}

/* ---- block ends ---- */

/*
 * Where a block goes on. to is the first op of the next block, or a guard
 * before it (block.c); n its number of instructions, charged on the way. An
 * unresolved link has n so large that the charge always fails, which is how
 * it is noticed. off is the target's offset from R_IP, for the slow path.
 */
struct link {
	const struct op *to;
	uint32_t n;
	int32_t off;
};
#define LINK_UNRESOLVED	0xf0000000u

/* The slot behind an op that ends a block. */
struct op_links {
	struct link taken;
	struct link fall;
};
_Static_assert(sizeof(struct op_links) == sizeof(struct op), "one slot");

#define TAKEN(op)	(&((const struct op_links *)((op) + 1))->taken)
#define FALL(op)	(&((const struct op_links *)((op) + 1))->fall)

/* The link is unresolved, or the charge would pass the limit. block.c */
const struct op *vc__link_slow(struct cpu *cpu, const struct link *l);

#define GO(l) do { \
	const struct link *l_ = (l); \
	uint64_t r_ = cpu->retired + l_->n; \
\
	if (VC_UNLIKELY(r_ > atomic_load_explicit(&cpu->limit, \
						  memory_order_relaxed))) \
		return vc__link_slow(cpu, l_); \
	cpu->retired = r_; \
	NEXT(l_->to); \
} while (0)

/*
 * Where an indirect jump goes on, by target RIP: a direct-mapped cache of
 * block entries. tag is cpu->jump_tag of when it was filled: mode, privilege
 * and a generation that every flush advances.
 */
struct jump_entry {
	uint64_t rip;
	const struct op *to;
	uint32_t n;
	uint32_t tag;
};
#define JUMP_BITS	12
#define JUMP_SIZE	(1u << JUMP_BITS)

VC_INLINE unsigned jump_index(uint64_t rip)
{
	return (unsigned)(rip ^ rip >> JUMP_BITS) & (JUMP_SIZE - 1);
}

/* Go to cpu->rip by looking it up in full; NULL means to leave. block.c */
const struct op *vc__enter(struct cpu *cpu, const struct op *unused);

/* The same, and remember it in the jump cache. block.c */
const struct op *vc__enter_jump(struct cpu *cpu, const struct op *unused);

#endif
