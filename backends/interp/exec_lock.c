/* SPDX-License-Identifier: MIT */
/*
 * exec_lock.c: instructions with LOCK, and XCHG with memory, as atomic
 * operations of the host: a compare-and-swap loop around the plain operation.
 *
 * What is not aligned is still atomic (SDM 3A §8.1.2.2). Inside of a cache line
 * an x86 host does it as it is. Across two lines it could as well, but some
 * hosts punish a process for that; then, and on other hosts, all other vCPUs
 * of the VM are stopped for the moment. Such an operation is not atomic against
 * the host's own threads. An operand that lies (even partly) in a device or in
 * memory that cannot be read is read and written, and nothing more.
 *
 * aux: LOCK_* or ALU_* in the low byte; bit 8: the source is imm, not b.
 */
#include "engine.h"
#include "ops.h"
#include "smp.h"

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

#if defined(__x86_64__) && defined(__GNUC__)
#define UNALIGNED_CAS 1
#else
#define UNALIGNED_CAS 0
#endif
#define LINE	64u

/* Can the host do it in one operation? */
static bool host_can(u64 ea, unsigned size)
{
	return !(ea & (size - 1)) ||
	       (UNALIGNED_CAS && (ea & (LINE - 1)) + size <= LINE);
}

/*
 * Compare and swap at p, of any alignment where the host can. *expect becomes
 * what was found.
 */
#if UNALIGNED_CAS
#define HOST_CAS(bits) \
static bool cas##bits(uint8_t *p, u##bits *expect, u##bits next) \
{ \
	struct { u##bits v; } __attribute__((packed, may_alias)) *at = \
		(void *)p; \
	bool done; \
\
	__asm__ volatile("lock cmpxchg %3, %1" \
			 : "=@ccz"(done), "+m"(*at), "+a"(*expect) \
			 : "q"(next) : "memory"); \
	return done; \
}
#else
#define HOST_CAS(bits) \
static bool cas##bits(uint8_t *p, u##bits *expect, u##bits next) \
{ \
	return __atomic_compare_exchange_n((u##bits *)(void *)p, expect, \
					   next, false, __ATOMIC_SEQ_CST, \
					   __ATOMIC_SEQ_CST); \
}
#endif
HOST_CAS(8)
HOST_CAS(16)
HOST_CAS(32)
HOST_CAS(64)

/* Begin one that the fast path could not do. */
static int slow_begin(struct cpu *cpu, const struct op *op, unsigned size,
		      bool alone, struct rmw *m)
{
	int rc;

	if (alone)
		vc__smp_exclusive(cpu);
	rc = vc__rmw_begin(cpu, op, op_ea(cpu, op), size, m);
	if (alone && (rc || !m->in_place))
		vc__smp_exclusive_end(cpu);
	return rc;
}

static void slow_end(struct cpu *cpu, const struct rmw *m, bool alone)
{
	vc__rmw_end(cpu, m);
	if (alone)
		vc__smp_exclusive_end(cpu);
}

#define LOCKED(bits) \
static u##bits next##bits(struct cpu *cpu, const struct op *op, \
			  struct locked *l) \
{ \
	u##bits v; \
\
	l->result = (u##bits)new_value(cpu, op->aux & 0xff, l->old, l->src, \
				       SZ##bits); \
	st##bits(&v, (u##bits)l->result); \
	return v; \
} \
static void swap##bits(struct cpu *cpu, const struct op *op, uint8_t *p, \
		       struct locked *l) \
{ \
	u##bits raw = raw_ld##bits(p), next; \
\
	do { \
		l->old = ld##bits(&raw); \
		next = next##bits(cpu, op, l); \
	} while (!cas##bits(p, &raw, next)); \
} \
VC_COLD static int slow##bits(struct cpu *cpu, const struct op *op, \
			      struct locked *l) \
{ \
	bool can = host_can(op_ea(cpu, op), bits / 8); \
	bool alone = !can && ENGINE(cpu)->smp; \
	u##bits v; \
	uint8_t *b = cpu->buf; \
	struct rmw m; \
	int rc = slow_begin(cpu, op, bits / 8, alone, &m); \
\
	if (rc) \
		return rc; \
	if (m.in_place && can) { \
		swap##bits(cpu, op, m.host[0], l); \
		slow_end(cpu, &m, alone); \
		return X_OK; \
	} \
	if (m.in_place) \
		vc__rmw_get(&m, b); \
	else if (!vc__slow_read(cpu, op, bits / 8)) \
		return cpu->slow_rc; \
	l->old = ld##bits(b); \
	v = next##bits(cpu, op, l); \
	memcpy(b, &v, bits / 8); \
	if (!m.in_place) \
		return vc__store(cpu, op, op_ea(cpu, op), bits / 8, b); \
	vc__rmw_put(&m, b); \
	slow_end(cpu, &m, alone); \
	return X_OK; \
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
	if (VC_LIKELY(p && host_can(ea, bits / 8))) { \
		swap##bits(cpu, op, p, &l); \
	} else { \
		rc = slow##bits(cpu, op, &l); \
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

/*
 * CMPXCHG8B and CMPXCHG16B, with LOCK or without: their kernels get and leave
 * the expected value in want->old and tell whether it was there.
 */
struct wide {
	u64 old[2], next[2];
};

static bool wide_plain(uint8_t *b, struct wide *w, unsigned size)
{
	u64 v[2] = { ld64(b), size == 16 ? ld64(b + 8) : 0 };
	bool same = v[0] == w->old[0] && (size == 8 || v[1] == w->old[1]);

	if (same) {
		st64(b, w->next[0]);
		if (size == 16)
			st64(b + 8, w->next[1]);
	}
	w->old[0] = v[0];
	w->old[1] = v[1];
	return same;
}

static bool wide_host(uint8_t *p, struct wide *w, unsigned size)
{
	if (size == 8) {
		u64 raw = le64(w->old[0]);
		bool same = cas64(p, &raw, le64(w->next[0]));

		w->old[0] = le64(raw);
		return same;
	}
#if UNALIGNED_CAS
	{
		bool same;

		__asm__ volatile("lock cmpxchg16b %1"
				 : "=@ccz"(same), "+m"(*(struct vec *)(void *)p),
				   "+a"(w->old[0]), "+d"(w->old[1])
				 : "b"(w->next[0]), "c"(w->next[1]) : "memory");
		return same;
	}
#else
	return wide_plain(p, w, size);
#endif
}

VC_COLD static int wide_slow(struct cpu *cpu, const struct op *op,
			     unsigned size, bool can, struct wide *w, bool *same)
{
	bool alone = !can && ENGINE(cpu)->smp;
	struct rmw m;
	int rc = slow_begin(cpu, op, size, alone, &m);

	if (rc)
		return rc;
	if (!m.in_place) {
		if (!vc__slow_read(cpu, op, size))
			return cpu->slow_rc;
		*same = wide_plain(cpu->buf, w, size);
		return vc__store(cpu, op, op_ea(cpu, op), size, cpu->buf);
	}
	if (can) {
		*same = wide_host(m.host[0], w, size);
	} else {
		vc__rmw_get(&m, cpu->buf);
		*same = wide_plain(cpu->buf, w, size);
		vc__rmw_put(&m, cpu->buf);
	}
	slow_end(cpu, &m, alone);
	return X_OK;
}

static int wide(struct cpu *cpu, const struct op *op, unsigned size, bool can,
		struct wide *w, bool *same)
{
	uint8_t *p = tlb_write_ptr(cpu, op_ea(cpu, op), size);

	if (VC_UNLIKELY(!p || !can))
		return wide_slow(cpu, op, size, can, w, same);
	*same = wide_host(p, w, size);
	return X_OK;
}

OP(cmpxchg8b)
{
	struct wide w = {
		{ (u64)(u32)R(R_RDX) << 32 | (u32)R(R_RAX), 0 },
		{ (u64)(u32)R(R_RCX) << 32 | (u32)R(R_RBX), 0 },
	};
	bool same = false;
	int rc = wide(cpu, op, 8, host_can(op_ea(cpu, op), 8), &w, &same);

	if (rc)
		return rc;
	if (!same) {
		R(R_RAX) = (u32)w.old[0];
		R(R_RDX) = w.old[0] >> 32;
	}
	set_zf(cpu, same);
	return X_OK;
}

OP(cmpxchg16b)
{
	struct wide w = {
		{ R(R_RAX), R(R_RDX) }, { R(R_RBX), R(R_RCX) },
	};
	bool same = false;
	int rc;

	if (op_ea(cpu, op) & 15)
		return vc__gp(cpu, 0);
	/* elsewhere no operation of the host's is that wide everywhere */
	rc = wide(cpu, op, 16, UNALIGNED_CAS, &w, &same);
	if (rc)
		return rc;
	if (!same) {
		R(R_RAX) = w.old[0];
		R(R_RDX) = w.old[1];
	}
	set_zf(cpu, same);
	return X_OK;
}
