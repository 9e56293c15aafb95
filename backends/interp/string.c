/* SPDX-License-Identifier: MIT */
/*
 * string.c: MOVS CMPS STOS LODS SCAS INS OUTS with their REP forms (SDM 2B,
 * REP). Runs inside a page go in bulk through host pointers; what is left
 * over (page crossings, devices, segments with limits, faults) goes an
 * iteration at a time, each of which commits before the next begins.
 *
 * Each iteration counts as one retired instruction. The block has charged one
 * for the instruction; the others are charged here, and the op stops when the
 * limit is reached, to be started again with what is left in RCX.
 *
 * aux: osize | asize << 8 | prefixes << 16; seg: the source's segment.
 */
#include "decode.h"
#include "engine.h"
#include "ops.h"
#include "segment.h"

struct string {
	unsigned size;		/* of an element */
	u64 mask;		/* of addresses and count */
	u64 src_base, dst_base;	/* segment bases, where limits do not matter */
	bool checked;		/* segments have limits: ask vc__seg_check */
	bool rep;
	u64 step;		/* size or -size */
};

static struct string string_setup(const struct cpu *cpu, const struct op *op)
{
	unsigned asize = op->aux >> 8 & 0xff;
	struct string s = {
		.size = op->aux & 0xff,
		.mask = asize == 2 ? 0xffff : asize == 4 ? 0xffffffff : ~(u64)0,
		.rep = (op->aux >> 16 & (X86_REP | X86_REPNE)) != 0,
	};

	s.step = cpu->flags & FL_DF ? 0 - (u64)s.size : s.size;
	s.checked = !IN_CODE64() && (!(cpu->mode & MODE_FLAT) ||
				     op->seg == VC_SEG_FS ||
				     op->seg == VC_SEG_GS);
	if (IN_CODE64() && (op->seg == VC_SEG_FS || op->seg == VC_SEG_GS))
		s.src_base = cpu->seg[op->seg].base;
	return s;
}

static u64 masked_set(u64 old, u64 v, u64 mask)
{
	if (mask == 0xffff)
		return (old & ~mask) | (v & mask);
	return v & mask;	/* a 32-bit write clears the upper half */
}

static void advance(struct cpu *cpu, const struct string *s, unsigned reg, u64 n)
{
	R(reg) = masked_set(R(reg), R(reg) + s->step * n, s->mask);
}

static int source(struct cpu *cpu, const struct op *op, const struct string *s,
		  u64 *la)
{
	u64 off = R(R_RSI) & s->mask;

	if (s->checked)
		return vc__seg_check(cpu, op->seg, off, s->size, X86_READ, la);
	*la = s->src_base + off;
	return X_OK;
}

static int destination(struct cpu *cpu, const struct string *s, unsigned access,
		       u64 *la)
{
	u64 off = R(R_RDI) & s->mask;

	if (s->checked)
		return vc__seg_check(cpu, VC_SEG_ES, off, s->size, access, la);
	*la = off;
	return X_OK;
}

static u64 ld_size(const void *p, unsigned size)
{
	switch (size) {
	case 1:
		return ld8(p);
	case 2:
		return ld16(p);
	case 4:
		return ld32(p);
	default:
		return ld64(p);
	}
}

static unsigned size_code(unsigned size)
{
	return size == 1 ? SZ8 : size == 2 ? SZ16 : size == 4 ? SZ32 : SZ64;
}

static void compare_flags(struct cpu *cpu, unsigned size, u64 a, u64 b)
{
	unsigned code = size_code(size);

	cc_set(cpu, CC(SUB, 0) + code, (a - b) & cc_mask(code), b);
}

/* ---- one iteration, in full ---- */

static int one_movs(struct cpu *cpu, const struct op *op, const struct string *s)
{
	struct op dst_op = *op;
	u64 from, to;
	int rc;

	if ((rc = source(cpu, op, s, &from)) ||
	    (rc = destination(cpu, s, X86_WRITE, &to)) ||
	    (rc = vc__load(cpu, op, from, s->size, cpu->buf)))
		return rc;
	dst_op.seg = VC_SEG_ES;
	rc = vc__store(cpu, &dst_op, to, s->size, cpu->buf);
	if (rc)
		return rc;
	advance(cpu, s, R_RSI, 1);
	advance(cpu, s, R_RDI, 1);
	return X_OK;
}

static int one_cmps(struct cpu *cpu, const struct op *op, const struct string *s)
{
	u64 from, to, a;
	int rc;

	if ((rc = source(cpu, op, s, &from)) ||
	    (rc = destination(cpu, s, X86_READ, &to)) ||
	    (rc = vc__load(cpu, op, from, s->size, cpu->buf)))
		return rc;
	a = ld_size(cpu->buf, s->size);
	rc = vc__load(cpu, op, to, s->size, cpu->buf);
	if (rc)
		return rc;
	compare_flags(cpu, s->size, a, ld_size(cpu->buf, s->size));
	advance(cpu, s, R_RSI, 1);
	advance(cpu, s, R_RDI, 1);
	return X_OK;
}

static int one_stos(struct cpu *cpu, const struct op *op, const struct string *s)
{
	u64 to;
	int rc = destination(cpu, s, X86_WRITE, &to);

	if (rc)
		return rc;
	st64(cpu->buf, R(R_RAX));
	rc = vc__store(cpu, op, to, s->size, cpu->buf);
	if (!rc)
		advance(cpu, s, R_RDI, 1);
	return rc;
}

static int one_lods(struct cpu *cpu, const struct op *op, const struct string *s)
{
	u64 from, v;
	int rc;

	if ((rc = source(cpu, op, s, &from)) ||
	    (rc = vc__load(cpu, op, from, s->size, cpu->buf)))
		return rc;
	v = ld_size(cpu->buf, s->size);
	if (s->size == 1)
		set8(cpu, reg8_slot(R_RAX, false), (u8)v);
	else if (s->size == 2)
		set16(cpu, R_RAX, (u16)v);
	else
		R(R_RAX) = v;
	advance(cpu, s, R_RSI, 1);
	return X_OK;
}

static int one_scas(struct cpu *cpu, const struct op *op, const struct string *s)
{
	u64 to;
	int rc;

	if ((rc = destination(cpu, s, X86_READ, &to)) ||
	    (rc = vc__load(cpu, op, to, s->size, cpu->buf)))
		return rc;
	compare_flags(cpu, s->size, R(R_RAX) & cc_mask(size_code(s->size)),
		      ld_size(cpu->buf, s->size));
	advance(cpu, s, R_RDI, 1);
	return X_OK;
}

static int one_ins(struct cpu *cpu, const struct op *op, const struct string *s)
{
	u16 port = (u16)R(R_RDX);
	u64 to, v = 0;
	int rc;

	/* The store must be known to work before the device is asked. */
	if ((rc = vc__io_allowed(cpu, op, port, s->size)) ||
	    (rc = destination(cpu, s, X86_WRITE, &to)) ||
	    (rc = vc__probe_write(cpu, op, to, s->size)) ||
	    (rc = vc__io_access(cpu, op, port, s->size, false, &v)))
		return rc;
	st64(cpu->buf, v);
	rc = vc__store(cpu, op, to, s->size, cpu->buf);
	if (!rc)
		advance(cpu, s, R_RDI, 1);
	return rc;
}

static int one_outs(struct cpu *cpu, const struct op *op, const struct string *s)
{
	u16 port = (u16)R(R_RDX);
	u64 from, v;
	int rc;

	if ((rc = vc__io_allowed(cpu, op, port, s->size)) ||
	    (rc = source(cpu, op, s, &from)) ||
	    (rc = vc__load(cpu, op, from, s->size, cpu->buf)))
		return rc;
	v = ld_size(cpu->buf, s->size);
	rc = vc__io_access(cpu, op, port, s->size, true, &v);
	if (!rc)
		advance(cpu, s, R_RSI, 1);
	return rc;
}

/* ---- many iterations inside one page ---- */

/* Elements of s that lie between off and the end of its page, going up. */
static u64 in_page(u64 la, const struct string *s)
{
	return (4096 - (la & 4095)) / s->size;
}

/* Source elements until the offset wraps: before the base is added, which
 * need not be a multiple of a page. */
static u64 source_in_page(const struct cpu *cpu, const struct string *s, u64 n)
{
	u64 off = R(R_RSI) & s->mask, here = in_page(s->src_base + off, s);

	if (n > here)
		n = here;
	if (s->src_base && s->mask - off < 4096 &&
	    n > (s->mask - off + 1) / s->size)
		n = (s->mask - off + 1) / s->size;
	return n;
}

/* Keeps compilers from making memcpy() and memset() of a loop after all. */
#if defined(__GNUC__)
#define ONE_BY_ONE()	__asm__ volatile("" ::: "memory")
#else
#define ONE_BY_ONE()	((void)0)
#endif

/*
 * memmove() and memset() may store a byte twice. Another vCPU may have stored
 * there in between; so with several, upwards and each byte once.
 */
static void copy_once(uint8_t *q, const uint8_t *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8, q += 8) {
		raw_st64(q, raw_ld64(p));
		ONE_BY_ONE();
	}
	for (; n; n--) {
		raw_st8(q++, raw_ld8(p++));
		ONE_BY_ONE();
	}
}

static void fill_once(uint8_t *q, uint8_t v, size_t n)
{
	for (; n >= 8; n -= 8, q += 8) {
		raw_st64(q, v * UINT64_C(0x0101010101010101));
		ONE_BY_ONE();
	}
	for (; n; n--) {
		raw_st8(q++, v);
		ONE_BY_ONE();
	}
}

static u64 bulk_movs(struct cpu *cpu, const struct string *s, u64 n)
{
	u64 from = s->src_base + (R(R_RSI) & s->mask), to = R(R_RDI) & s->mask;
	const uint8_t *p;
	uint8_t *q;
	size_t bytes;

	n = source_in_page(cpu, s, n);
	if (n > in_page(to, s))
		n = in_page(to, s);
	if (!n)
		return 0;
	bytes = (size_t)n * s->size;
	p = tlb_read_ptr(cpu, from, (unsigned)bytes);
	q = tlb_write_ptr(cpu, to, (unsigned)bytes);
	if (!p || !q)
		return 0;
	if ((uintptr_t)q - (uintptr_t)p >= bytes) {
		if (VC_LIKELY(!ENGINE(cpu)->smp))
			memmove(q, p, bytes);
		else
			copy_once(q, p, bytes);
	} else if (q == p) {
		;
	} else {	/* the destination runs into the source: a pattern */
		unsigned size = s->size;

		for (size_t i = 0; i < bytes; i += size) {
			uint8_t t[8];

			memcpy(t, p + i, size);
			memcpy(q + i, t, size);
		}
	}
	advance(cpu, s, R_RSI, n);
	advance(cpu, s, R_RDI, n);
	return n;
}

static u64 bulk_stos(struct cpu *cpu, const struct string *s, u64 n)
{
	u64 to = R(R_RDI) & s->mask, v = R(R_RAX);
	uint8_t *q;
	size_t bytes;

	if (n > in_page(to, s))
		n = in_page(to, s);
	if (!n)
		return 0;
	bytes = (size_t)n * s->size;
	q = tlb_write_ptr(cpu, to, (unsigned)bytes);
	if (!q)
		return 0;
	switch (s->size) {
	case 1:
		if (VC_LIKELY(!ENGINE(cpu)->smp))
			memset(q, (int)(u8)v, bytes);
		else
			fill_once(q, (u8)v, bytes);
		break;
	case 2:
		for (size_t i = 0; i < bytes; i += 2)
			st16(q + i, (u16)v);
		break;
	case 4:
		for (size_t i = 0; i < bytes; i += 4)
			st32(q + i, (u32)v);
		break;
	default:
		for (size_t i = 0; i < bytes; i += 8)
			st64(q + i, v);
		break;
	}
	advance(cpu, s, R_RDI, n);
	return n;
}

/*
 * CMPS: how many of n elements until one ends the repetition (that one
 * counted); *ended tells whether one did.
 */
static u64 scan_cmps(const uint8_t *p, const uint8_t *q, unsigned size, u64 n,
		     bool while_equal, bool *ended)
{
	u64 i = 0;

	*ended = true;
	if (while_equal) {
		size_t bytes = (size_t)n * size, at = 0;

		for (; at + 8 <= bytes; at += 8) {
			uint64_t x = ld64(p + at) ^ ld64(q + at);

			if (x)
				return (at + (unsigned)__builtin_ctzll(x) / 8) /
				       size + 1;
		}
		for (; at < bytes; at++)
			if (p[at] != q[at])
				return at / size + 1;
	} else {
		for (; i < n; i++)
			if (ld_size(p + i * size, size) ==
			    ld_size(q + i * size, size))
				return i + 1;
	}
	*ended = false;
	return n;
}

static u64 bulk_cmps(struct cpu *cpu, const struct op *op,
		     const struct string *s, u64 n, bool *ended)
{
	u64 from = s->src_base + (R(R_RSI) & s->mask), to = R(R_RDI) & s->mask;
	const uint8_t *p, *q;
	unsigned bytes;

	n = source_in_page(cpu, s, n);
	if (n > in_page(to, s))
		n = in_page(to, s);
	if (!n)
		return 0;
	bytes = (unsigned)n * s->size;
	p = tlb_read_ptr(cpu, from, bytes);
	q = tlb_read_ptr(cpu, to, bytes);
	if (!p || !q)
		return 0;
	n = scan_cmps(p, q, s->size, n, op->aux >> 16 & X86_REP, ended);
	compare_flags(cpu, s->size, ld_size(p + (n - 1) * s->size, s->size),
		      ld_size(q + (n - 1) * s->size, s->size));
	advance(cpu, s, R_RSI, n);
	advance(cpu, s, R_RDI, n);
	return n;
}

static u64 bulk_scas(struct cpu *cpu, const struct op *op,
		     const struct string *s, u64 n, bool *ended)
{
	u64 to = R(R_RDI) & s->mask, i;
	u64 key = R(R_RAX) & cc_mask(size_code(s->size));
	bool while_equal = op->aux >> 16 & X86_REP;
	const uint8_t *q;

	if (n > in_page(to, s))
		n = in_page(to, s);
	if (!n)
		return 0;
	q = tlb_read_ptr(cpu, to, (unsigned)n * s->size);
	if (!q)
		return 0;
	*ended = true;
	if (s->size == 1 && !while_equal) {
		const uint8_t *hit = memchr(q, (int)key, (size_t)n);

		i = hit ? (u64)(hit - q) + 1 : n;
		*ended = hit != NULL;
	} else {
		for (i = 0; i < n; i++)
			if ((ld_size(q + i * s->size, s->size) == key) !=
			    while_equal)
				break;
		*ended = i < n;
		i += i < n;
	}
	compare_flags(cpu, s->size, key,
		      ld_size(q + (i - 1) * s->size, s->size));
	advance(cpu, s, R_RDI, i);
	return i;
}

/* ---- the loop around them ---- */

typedef int (*one_fn)(struct cpu *, const struct op *, const struct string *);

static const one_fn one[7] = {
	one_movs, one_cmps, one_stos, one_lods, one_scas, one_ins, one_outs,
};

static u64 bulk(struct cpu *cpu, const struct op *op, const struct string *s,
		unsigned what, u64 n, bool *ended)
{
	*ended = false;
	if (s->checked || cpu->flags & FL_DF || ENGINE(cpu)->slow_debug)
		return 0;
	switch (what) {
	case STR_MOVS:
		return bulk_movs(cpu, s, n);
	case STR_CMPS:
		return bulk_cmps(cpu, op, s, n, ended);
	case STR_STOS:
		return bulk_stos(cpu, s, n);
	case STR_SCAS:
		return bulk_scas(cpu, op, s, n, ended);
	default:
		return 0;
	}
}

static bool ends_repetition(const struct cpu *cpu, const struct op *op,
			    unsigned what)
{
	if (what != STR_CMPS && what != STR_SCAS)
		return false;
	return cc_zf(cpu) != ((op->aux >> 16 & X86_REP) != 0);
}

/* Iterations that may be retired here before the limit; one always may. */
static u64 allowance(struct cpu *cpu)
{
	u64 limit = atomic_load_explicit(&cpu->limit, memory_order_relaxed);

	return limit > cpu->retired ? limit - cpu->retired + 1 : 1;
}

static int string(struct cpu *cpu, const struct op *op, unsigned what)
{
	struct string s = string_setup(cpu, op);
	u64 left, n;
	bool ended = false;

	if (!s.rep)
		return one[what](cpu, op, &s);
	left = R(R_RCX) & s.mask;
	while (left) {
		u64 room = allowance(cpu);
		u32 stales = ENGINE(cpu)->stales;

		n = bulk(cpu, op, &s, what, left < room ? left : room, &ended);
		if (!n) {
			int rc = one[what](cpu, op, &s);

			if (rc)
				return rc;
			n = 1;
			ended = ends_repetition(cpu, op, what);
			replay_reset(cpu);
		}
		left -= n;
		R(R_RCX) = masked_set(R(R_RCX), left, s.mask);
		if (!left || ended) {
			cpu->retired += n - 1;
			return X_OK;
		}
		cpu->retired += n;
		/* it may have written over itself */
		if (n >= room || ENGINE(cpu)->slow_debug ||
		    ENGINE(cpu)->stales != stales) {
			/* for what comes between iterations to push, and so
			 * that no code breakpoint hits again: SDM 3B
			 * §18.3.1.1 */
			cpu->flags |= FL_RF;
			return X_RESTART;
		}
	}
	return X_OK;
}

#define STRING(name, what) OP(name) { return string(cpu, op, what); }
STRING(movs, STR_MOVS)
STRING(cmps, STR_CMPS)
STRING(stos, STR_STOS)
STRING(lods, STR_LODS)
STRING(scas, STR_SCAS)
STRING(ins, STR_INS)
STRING(outs, STR_OUTS)
const op_fn vc__string_fn[7] = {
	vc__op_movs, vc__op_cmps, vc__op_stos, vc__op_lods, vc__op_scas,
	vc__op_ins, vc__op_outs,
};
