/* SPDX-License-Identifier: MIT */
/*
 * flags.h: the six arithmetic flags, lazily. An operation leaves what it did
 * (cc_op), its result (cc_dst) and its second operand (cc_src), each cut to
 * the operation's size and zero-extended; a reader computes what it needs.
 *
 *	kind	cc_dst	cc_src			cc_carry
 *	FLAGS	ZF?0:1	the six flags
 *	ADD	a + b	b
 *	ADC	a+b+c	b			c
 *	SUB	a - b	b
 *	SBB	a-b-c	b			c
 *	LOGIC	result
 *	INC	result	CF as it was
 *	DEC	result	CF as it was
 *	RES	result	CF, OF, AF as they are (FL_* bits)
 *
 * In every kind ZF is cc_dst == 0.
 */
#ifndef VC_INTERP_FLAGS_H
#define VC_INTERP_FLAGS_H

#include "cpu.h"

enum cc_kind {
	CC_FLAGS, CC_ADD, CC_ADC, CC_SUB, CC_SBB, CC_LOGIC, CC_INC, CC_DEC,
	CC_RES,
};

/* size: 0 to 3 for 8 to 64 bits */
#define CC(kind, size)	((uint32_t)(CC_##kind) * 4 + (uint32_t)(size))

VC_INLINE void cc_set(struct cpu *cpu, uint32_t op, uint64_t dst, uint64_t src)
{
	cpu->cc_op = op;
	cpu->cc_dst = dst;
	cpu->cc_src = src;
}

VC_INLINE void cc_set_flags(struct cpu *cpu, uint64_t flags)
{
	cc_set(cpu, CC(FLAGS, 0), !(flags & FL_ZF), flags & FL_ARITH);
}

/* The six flags, in RFLAGS' places. flags.c */
uint64_t vc__cc_arith(const struct cpu *cpu);

/* Make them explicit, for an op that changes only some. */
static inline uint64_t cc_settle(struct cpu *cpu)
{
	uint64_t fl = vc__cc_arith(cpu);

	cc_set_flags(cpu, fl);
	return fl;
}

static inline uint64_t rflags_get(const struct cpu *cpu)
{
	return (cpu->flags & ~(uint64_t)FL_ARITH) | FL_ONE | vc__cc_arith(cpu);
}

/* Takes all of v; the caller has masked what may not change. Follow with
 * vc__mode_update() when VM or AC may have changed. */
static inline void rflags_set(struct cpu *cpu, uint64_t v)
{
	cpu->flags = (v & ~(uint64_t)FL_ARITH) | FL_ONE;
	cc_set_flags(cpu, v);
}

VC_INLINE uint64_t cc_mask(unsigned size)
{
	return ~(uint64_t)0 >> (64 - (8u << size));
}

VC_INLINE bool cc_cf(const struct cpu *cpu)
{
	uint64_t m = cc_mask(cpu->cc_op & 3), a;

	switch (cpu->cc_op >> 2) {
	case CC_ADD:
		return cpu->cc_dst < cpu->cc_src;
	case CC_ADC:
		return cpu->cc_carry ? cpu->cc_dst <= cpu->cc_src
				     : cpu->cc_dst < cpu->cc_src;
	case CC_SUB:
		return ((cpu->cc_dst + cpu->cc_src) & m) < cpu->cc_src;
	case CC_SBB:
		a = (cpu->cc_dst + cpu->cc_src + cpu->cc_carry) & m;
		return cpu->cc_carry ? a <= cpu->cc_src : a < cpu->cc_src;
	case CC_LOGIC:
		return false;
	default:	/* FLAGS, INC, DEC, RES */
		return cpu->cc_src & 1;
	}
}

VC_INLINE bool cc_zf(const struct cpu *cpu)
{
	return cpu->cc_dst == 0;
}

VC_INLINE bool cc_sf(const struct cpu *cpu)
{
	if (cpu->cc_op >> 2 == CC_FLAGS)
		return (cpu->cc_src & FL_SF) != 0;
	return cpu->cc_dst >> ((8u << (cpu->cc_op & 3)) - 1) & 1;
}

/* The condition of Jcc, SETcc, CMOVcc: the low four bits of the opcode
 * (SDM 1 appendix B). flags.c */
bool vc__cc_test(const struct cpu *cpu, unsigned cond);

#endif
