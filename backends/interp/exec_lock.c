/* SPDX-License-Identifier: MIT */
/*
 * exec_lock.c: instructions with LOCK, and XCHG with memory, as atomic
 * operations of the host: a compare-and-swap loop around the plain operation.
 * An operand that is not naturally aligned, lies on two pages, in a page with
 * code or in a device is not atomic against other vCPUs.
 *
 * aux: LOCK_* or ALU_* in the low byte; bit 8: the source is imm, not b.
 */
#include "engine.h"
#include "ops.h"

struct locked {
	u64 old, result, src;
};

static u64 new_value(struct cpu *cpu, unsigned what, u64 a, u64 b, unsigned size)
{
	u64 bit = (u64)1 << (b & ((8u << size) - 1));

	switch (what) {
	case ALU_ADD:
	case LOCK_XADD:
		return a + b;
	case ALU_OR:
		return a | b;
	case ALU_ADC:
		return a + b + cc_cf(cpu);
	case ALU_SBB:
		return a - b - cc_cf(cpu);
	case ALU_AND:
		return a & b;
	case ALU_SUB:
		return a - b;
	case ALU_XOR:
		return a ^ b;
	case LOCK_INC:
		return a + 1;
	case LOCK_DEC:
		return a - 1;
	case LOCK_NEG:
		return 0 - a;
	case LOCK_NOT:
		return ~a;
	case LOCK_CMPXCHG:
		return a == (R(R_RAX) & cc_mask(size)) ? b : a;
	case LOCK_BTS:
		return a | bit;
	case LOCK_BTR:
		return a & ~bit;
	case LOCK_BTC:
		return a ^ bit;
	default:	/* LOCK_XCHG */
		return b;
	}
}

static void write_reg(struct cpu *cpu, unsigned reg, unsigned size, u64 v)
{
	if (size == SZ8)
		set8(cpu, reg, (u8)v);
	else if (size == SZ16)
		set16(cpu, reg, (u16)v);
	else if (size == SZ32)
		set32(cpu, reg, (u32)v);
	else
		R(reg) = v;
}

/* Flags and registers, once memory has the result. carry is CF from before. */
static void commit(struct cpu *cpu, const struct op *op, unsigned size,
		   const struct locked *l, u32 carry)
{
	u64 acc, old = l->old, r = l->result, b = l->src;

	switch (op->aux & 0xff) {
	case ALU_ADD:
		cc_set(cpu, CC(ADD, 0) + size, r, b);
		break;
	case ALU_ADC:
		cpu->cc_carry = carry;
		cc_set(cpu, CC(ADC, 0) + size, r, b);
		break;
	case ALU_SBB:
		cpu->cc_carry = carry;
		cc_set(cpu, CC(SBB, 0) + size, r, b);
		break;
	case ALU_SUB:
		cc_set(cpu, CC(SUB, 0) + size, r, b);
		break;
	case ALU_OR:
	case ALU_AND:
	case ALU_XOR:
		cc_set(cpu, CC(LOGIC, 0) + size, r, 0);
		break;
	case LOCK_INC:
		cc_set(cpu, CC(INC, 0) + size, r, carry);
		break;
	case LOCK_DEC:
		cc_set(cpu, CC(DEC, 0) + size, r, carry);
		break;
	case LOCK_NEG:
		cc_set(cpu, CC(SUB, 0) + size, r, old);
		break;
	case LOCK_XADD:
		write_reg(cpu, op->b, size, old);
		cc_set(cpu, CC(ADD, 0) + size, r, b);
		break;
	case LOCK_CMPXCHG:
		acc = R(R_RAX) & cc_mask(size);
		if (acc != old)
			write_reg(cpu, size == SZ8 ? reg8_slot(R_RAX, false) :
				  R_RAX, size, old);
		cc_set(cpu, CC(SUB, 0) + size, (acc - old) & cc_mask(size), old);
		break;
	case LOCK_BTS:
	case LOCK_BTR:
	case LOCK_BTC:
		b &= (8u << size) - 1;
		cc_set_flags(cpu, (vc__cc_arith(cpu) & ~(u64)FL_CF) |
			     (old >> b & 1));
		break;
	case LOCK_XCHG:
		write_reg(cpu, op->b, size, old);
		break;
	default:	/* LOCK_NOT */
		break;
	}
}

#define LOCKED(bits) \
static void swap##bits(struct cpu *cpu, const struct op *op, uint8_t *p, \
		       struct locked *l) \
{ \
	u##bits *word = (u##bits *)(void *)p; \
	u##bits raw = __atomic_load_n(word, __ATOMIC_SEQ_CST), next; \
\
	do { \
		l->old = ld##bits(&raw); \
		l->result = (u##bits)new_value(cpu, op->aux & 0xff, l->old, \
					       l->src, SZ##bits); \
		st##bits(&next, (u##bits)l->result); \
	} while (!__atomic_compare_exchange_n(word, &raw, next, false, \
					      __ATOMIC_SEQ_CST, \
					      __ATOMIC_SEQ_CST)); \
} \
OP(lock##bits) \
{ \
	u64 ea = op_ea(cpu, op); \
	uint8_t *p = tlb_write_ptr(cpu, ea, bits / 8); \
	struct locked l; \
	u32 carry = cc_cf(cpu); \
	int rc; \
\
	l.src = op->aux & 0x100 ? (u##bits)op->imm : get##bits(cpu, op->b); \
	if (!p) { \
		rc = vc__probe_write(cpu, op, ea, bits / 8); \
		if (rc) \
			return rc; \
		p = tlb_write_ptr(cpu, ea, bits / 8); \
	} \
	if (p && !((uintptr_t)p & (bits / 8 - 1))) { \
		swap##bits(cpu, op, p, &l); \
	} else { \
		if (!vc__slow_read(cpu, op, bits / 8)) \
			return cpu->slow_rc; \
		l.old = ld##bits(cpu->buf); \
		l.result = (u##bits)new_value(cpu, op->aux & 0xff, l.old, \
					      l.src, SZ##bits); \
		st##bits(cpu->buf, (u##bits)l.result); \
		rc = vc__store(cpu, op, ea, bits / 8, cpu->buf); \
		if (rc) \
			return rc; \
	} \
	commit(cpu, op, SZ##bits, &l, carry); \
	return X_OK; \
}
LOCKED(8)
LOCKED(16)
LOCKED(32)
LOCKED(64)
const op_fn vc__lock_fn[4] = { vc__op_lock8, vc__op_lock16, vc__op_lock32,
	vc__op_lock64 };

static void set_zf(struct cpu *cpu, bool on)
{
	cc_set_flags(cpu, (vc__cc_arith(cpu) & ~(u64)FL_ZF) | (on ? FL_ZF : 0));
}

/* CMPXCHG8B and CMPXCHG16B, with LOCK or without. Only ZF changes. */
OP(cmpxchg8b)
{
	u64 ea = op_ea(cpu, op), expect, want, old;
	uint8_t *p;
	int rc = vc__probe_write(cpu, op, ea, 8);

	if (rc)
		return rc;
	expect = (u64)(u32)R(R_RDX) << 32 | (u32)R(R_RAX);
	want = (u64)(u32)R(R_RCX) << 32 | (u32)R(R_RBX);
	p = tlb_write_ptr(cpu, ea, 8);
	if (p && !((uintptr_t)p & 7)) {
		u64 raw, next;

		st64(&raw, expect);
		st64(&next, want);
		__atomic_compare_exchange_n((u64 *)(void *)p, &raw, next, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
		old = ld64(&raw);
	} else {
		if (!vc__slow_read(cpu, op, 8))
			return cpu->slow_rc;
		old = ld64(cpu->buf);
		st64(cpu->buf, old == expect ? want : old);
		rc = vc__store(cpu, op, ea, 8, cpu->buf);
		if (rc)
			return rc;
	}
	if (old != expect) {
		R(R_RAX) = (u32)old;
		R(R_RDX) = old >> 32;
	}
	set_zf(cpu, old == expect);
	return X_OK;
}

OP(cmpxchg16b)
{
	u64 ea = op_ea(cpu, op), low, high;
	bool same;
	uint8_t *p;
	int rc;

	if (ea & 15)
		return vc__gp(cpu, 0);
	rc = vc__probe_write(cpu, op, ea, 16);
	if (rc)
		return rc;
	p = tlb_write_ptr(cpu, ea, 16);
	(void)p;	/* where the host has no such instruction */
	low = R(R_RAX);
	high = R(R_RDX);
#if defined(__x86_64__) && defined(__GNUC__)
	if (p && !((uintptr_t)p & 15)) {
		__asm__ volatile("lock cmpxchg16b %1"
				 : "=@ccz"(same), "+m"(*(struct vec *)(void *)p),
				   "+a"(low), "+d"(high)
				 : "b"(R(R_RBX)), "c"(R(R_RCX)) : "memory");
	} else
#endif
	{
		u64 first, second;

		if (!vc__slow_read(cpu, op, 16))
			return cpu->slow_rc;
		first = ld64(cpu->buf);
		second = ld64(cpu->buf + 8);
		same = first == low && second == high;
		if (same) {
			st64(cpu->buf, R(R_RBX));
			st64(cpu->buf + 8, R(R_RCX));
		}
		rc = vc__store(cpu, op, ea, 16, cpu->buf);
		if (rc)
			return rc;
		low = first;
		high = second;
	}
	if (!same) {
		R(R_RAX) = low;
		R(R_RDX) = high;
	}
	set_zf(cpu, same);
	return X_OK;
}
