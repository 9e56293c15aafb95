/* SPDX-License-Identifier: MIT */
/*
 * segment.c: descriptors, loading of segment registers, checks of segmented
 * addresses, stacks in any mode (SDM 3A ch. 3 and 5). The instructions on them
 * are in selector.c.
 */
#include "system.h"

/* left is as in the last op of a block, which most of their users are. */
const struct op vc__op_at_ds = { .seg = VC_SEG_DS, .left = 1 };
const struct op vc__op_at_ss = { .seg = VC_SEG_SS, .left = 1 };

/* ---- descriptors ---- */

bool vc__desc_at(const struct cpu *cpu, uint16_t sel, unsigned size,
		 uint64_t *la)
{
	uint32_t at = sel & ~7u;
	uint64_t base = cpu->gdtr.base;
	uint32_t limit = cpu->gdtr.limit;

	if (sel & SEL_TI) {
		const struct segment *ldt = &cpu->seg[VC_SEG_LDTR];

		if (!(ldt->attr & VC_SEG_P))
			return false;
		base = ldt->base;
		limit = ldt->limit;
	}
	if (VC_UNLIKELY(at + size - 1 > limit))
		return false;
	*la = sys_la(cpu, base + at);
	return true;
}

int vc__desc_read(struct cpu *cpu, uint16_t sel, unsigned vector, unsigned ext,
		  uint64_t *d)
{
	uint64_t la;

	if (VC_UNLIKELY(!vc__desc_at(cpu, sel, 8, &la)))
		return vc__raise_error(cpu, vector, SEL_ERR(sel) | ext);
	return sys_load8(cpu, la, d);
}

int vc__desc_read_high(struct cpu *cpu, uint16_t sel, unsigned vector,
		       unsigned ext, uint64_t *high)
{
	uint64_t la;
	int rc;

	if (!vc__desc_at(cpu, sel, 16, &la))
		return vc__raise_error(cpu, vector, SEL_ERR(sel) | ext);
	rc = sys_load8(cpu, la + 8, high);
	if (rc)
		return rc;
	/* Where a descriptor's type would be there must be zeros: that is how
	 * a selector into the middle of one is noticed (SDM 3A §3.5.2). */
	if (DESC_TYPE(*high) || DESC_S(*high))
		return vc__raise_error(cpu, vector, SEL_ERR(sel) | ext);
	return X_OK;
}

/* Atomically: another processor may change the descriptor meanwhile; two that
 * load the same TSS must not both find it available (SDM 3A §8.1.2.1). */
int vc__desc_set(struct cpu *cpu, uint16_t sel, uint64_t *d, uint64_t bits)
{
	uint8_t byte = 0;
	uint64_t la;
	int rc;

	if (VC_LIKELY((*d & bits) == bits))
		return X_OK;
	if (!vc__desc_at(cpu, sel, 8, &la))
		return vc__gp(cpu, SEL_ERR(sel));
	rc = vc__or8_sys(cpu, la + 5, (uint8_t)(bits >> 40), &byte);
	if (rc)
		return rc;
	if (bits & DESC_BUSY && byte & DESC_BUSY >> 40)
		return vc__gp(cpu, SEL_ERR(sel));
	*d |= bits;
	return X_OK;
}

int vc__desc_access(struct cpu *cpu, uint16_t sel, uint64_t *d)
{
	return vc__desc_set(cpu, sel, d, DESC_ACCESSED);
}

uint64_t vc__desc_base(uint64_t d)
{
	return (d >> 16 & 0xffffff) | (d >> 32 & 0xff000000);
}

uint32_t vc__desc_limit(uint64_t d)
{
	uint32_t limit = (uint32_t)((d & 0xffff) | (d >> 32 & 0xf0000));

	return d >> 55 & 1 ? limit << 12 | 0xfff : limit;
}

void vc__seg_fill(struct segment *s, uint16_t sel, uint64_t d)
{
	s->base = vc__desc_base(d);
	s->limit = vc__desc_limit(d);
	s->sel = sel;
	s->attr = (uint16_t)(d >> 40 & 0xf0ff);
}

void vc__seg_null(struct segment *s, uint16_t sel, unsigned dpl)
{
	*s = (struct segment){ .sel = sel, .attr = (uint16_t)(dpl << 5) };
}

void vc__seg_v86(struct segment *s, uint16_t sel)
{
	/* present, DPL 3, data, writable, accessed: SDM 3B §21.2.1 */
	*s = (struct segment){ .base = (uint64_t)sel << 4, .limit = 0xffff,
			       .sel = sel, .attr = 0xf3 };
}

void vc__seg_flat(struct segment *s, uint16_t sel, unsigned type, unsigned dpl,
		  unsigned flags)
{
	*s = (struct segment){
		.limit = 0xffffffff, .sel = sel,
		.attr = (uint16_t)(type | VC_SEG_S | dpl << 5 | VC_SEG_P |
				   VC_SEG_G | flags) };
}

/* ---- addresses ---- */

bool vc__seg_holds(const struct segment *s, uint64_t off, unsigned size)
{
	uint64_t last = off + size - 1;

	/* Expand-down: what is valid lies above the limit. */
	if ((s->attr & (VC_SEG_S | 0xc)) == (VC_SEG_S | 4))
		return off > s->limit &&
		       last <= (s->attr & VC_SEG_DB ? 0xffffffff : 0xffff);
	/* A 4 GiB segment may be wrapped around. */
	return last <= s->limit || s->limit == 0xffffffff;
}

/* Do the type and presence of s allow the access? There are no such checks in
 * real and virtual-8086 mode, where CS is writable. */
static bool type_allows(const struct cpu *cpu, const struct segment *s,
			unsigned access)
{
	unsigned type = s->attr & VC_SEG_TYPE;

	if (!(s->attr & VC_SEG_P))
		return false;
	if (!IN_PROT())
		return true;
	if ((access & X86_WRITE) && (type & 10) != 2)
		return false;
	return !(access & X86_READ) || (type & 10) != 8;
}

int vc__seg_check(struct cpu *cpu, unsigned seg, uint64_t off, unsigned size,
		  unsigned access, uint64_t *la)
{
	const struct segment *s = &cpu->seg[seg];

	if (IN_CODE64()) {
		*la = off + (seg >= VC_SEG_FS ? s->base : 0);
		return X_OK;
	}
	if (VC_UNLIKELY(!type_allows(cpu, s, access) ||
			!vc__seg_holds(s, off, size)))
		return vc__raise_error(cpu, seg == VC_SEG_SS ? EXC_SS : EXC_GP,
				       0);
	*la = (s->base + off) & 0xffffffff;
	return X_OK;
}

/* ---- stacks ---- */

void vc__stack_here(const struct cpu *cpu, struct stack *st)
{
	st->sp = R(R_RSP);
	st->inner = false;
	st->error = 0;
	if (cpu->mode & MODE_STACK64) {
		st->mask = ~(uint64_t)0;
		st->ss = NULL;
		return;
	}
	st->ss = &cpu->seg[VC_SEG_SS];
	st->mask = st->ss->attr & VC_SEG_DB ? 0xffffffff : 0xffff;
}

static void item_put(uint8_t *p, uint64_t v, unsigned size)
{
	if (size == 8)
		st64(p, v);
	else if (size == 4)
		st32(p, (uint32_t)v);
	else
		st16(p, (uint16_t)v);
}

static uint64_t item_get(const uint8_t *p, unsigned size)
{
	return size == 8 ? ld64(p) : size == 4 ? ld32(p) : ld16(p);
}

/* The linear address of len bytes of the stack, or false: #SS. */
static bool stack_la(const struct stack *st, uint64_t off, unsigned len,
		     uint64_t *la)
{
	*la = off;
	if (!st->ss)
		return true;
	*la = (st->ss->base + off) & 0xffffffff;
	return (st->ss->attr & VC_SEG_P) && vc__seg_holds(st->ss, off, len);
}

static int stack_store(struct cpu *cpu, const struct stack *st, uint64_t off,
		       unsigned len, const uint8_t *buf)
{
	uint64_t la;
	int rc;

	if (!stack_la(st, off, len, &la))
		return vc__raise_error(cpu, EXC_SS, st->error);
	rc = st->inner ? vc__store_sys(cpu, &vc__op_at_ss, la, len, buf)
		       : vc__store(cpu, &vc__op_at_ss, la, len, buf);
	/* not canonical */
	if (rc == X_FAULT && cpu->fault.vector == EXC_SS)
		cpu->fault.error = st->error;
	return rc;
}

/* Item by item from the top, as the processor does it; what was written below
 * the stack pointer when one faults stays there. */
static int push_items(struct cpu *cpu, const struct stack *st,
		      const uint64_t *items, unsigned n, unsigned size)
{
	uint8_t buf[8];

	for (unsigned i = n; i-- > 0;) {
		uint64_t off = (st->sp - (n - i) * size) & st->mask;
		int rc;

		item_put(buf, items[i], size);
		rc = stack_store(cpu, st, off, size, buf);
		if (rc)
			return rc;
	}
	return X_OK;
}

static void items_put(uint8_t *p, const uint64_t *items, unsigned n,
		      unsigned size)
{
	if (size == 8)
		for (unsigned i = 0; i < n; i++)
			st64(p + i * 8, items[i]);
	else
		for (unsigned i = 0; i < n; i++)
			item_put(p + i * size, items[i], size);
}

static void items_get(const uint8_t *p, uint64_t *items, unsigned n,
		      unsigned size)
{
	if (size == 8)
		for (unsigned i = 0; i < n; i++)
			items[i] = ld64(p + i * 8);
	else
		for (unsigned i = 0; i < n; i++)
			items[i] = item_get(p + i * size, size);
}

/* Can [off, off + len) of the stack be one access? */
static bool in_one_piece(const struct stack *st, uint64_t off, unsigned len)
{
	return len <= 64 && (off & 0xfff) + len <= 0x1000 &&
	       (!st->ss || (st->ss->base & 0xfff) == 0);
}

/* Within a page the whole frame is one access. When that faults, the items
 * tell which address is to blame. */
int vc__stack_push(struct cpu *cpu, struct stack *st, const uint64_t *items,
		   unsigned n, unsigned size)
{
	unsigned len = n * size;
	uint64_t off = (st->sp - len) & st->mask;
	int rc = X_FAULT;

	if (VC_LIKELY(in_one_piece(st, off, len))) {
		uint8_t *p = st->ss || st->inner ? NULL :
			     tlb_write_ptr(cpu, off, len);
		uint8_t buf[64];

		items_put(p ? p : buf, items, n, size);
		rc = p ? X_OK : stack_store(cpu, st, off, len, buf);
	}
	if (VC_UNLIKELY(rc == X_FAULT))
		rc = push_items(cpu, st, items, n, size);
	if (VC_UNLIKELY(rc))
		return rc;
	st->sp = (st->sp & ~st->mask) | off;
	return X_OK;
}

static int stack_load(struct cpu *cpu, const struct stack *st, uint64_t off,
		      unsigned len, uint8_t *buf)
{
	uint64_t la;

	if (!stack_la(st, off, len, &la))
		return vc__raise_error(cpu, EXC_SS, st->error);
	return vc__load(cpu, &vc__op_at_ss, la, len, buf);
}

int vc__stack_read(struct cpu *cpu, const struct stack *st, uint64_t ofs,
		   uint64_t *items, unsigned n, unsigned size)
{
	unsigned len = n * size;
	uint64_t off = (st->sp + ofs) & st->mask;
	uint8_t buf[64];
	int rc;

	if (VC_LIKELY(in_one_piece(st, off, len))) {
		const uint8_t *p = st->ss ? NULL : tlb_read_ptr(cpu, off, len);

		rc = p ? X_OK : stack_load(cpu, st, off, len, buf);
		if (VC_UNLIKELY(rc))
			return rc;
		items_get(p ? p : buf, items, n, size);
		return X_OK;
	}
	for (unsigned i = 0; i < n; i++) {
		rc = stack_load(cpu, st, (off + i * size) & st->mask, size,
				buf);
		if (rc)
			return rc;
		items[i] = item_get(buf, size);
	}
	return X_OK;
}

/* The stack segment for level cpl, as an inner call or an outer return has
 * it: a writable data segment of that level. Everything but absence raises
 * vector. */
static int inner_ss(struct cpu *cpu, uint16_t sel, unsigned cpl, unsigned ext,
		    struct segment *ss)
{
	uint32_t error = SEL_ERR(sel) | ext;
	uint64_t d;
	int rc;

	if (SEL_NULL(sel))
		return vc__raise_error(cpu, EXC_TS, ext);
	rc = vc__desc_read(cpu, sel, EXC_TS, ext, &d);
	if (rc)
		return rc;
	if ((sel & SEL_RPL) != cpl || DESC_DPL(d) != cpl || !DESC_WRITABLE(d))
		return vc__raise_error(cpu, EXC_TS, error);
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_SS, error);
	rc = vc__desc_access(cpu, sel, &d);
	if (!rc)
		vc__seg_fill(ss, sel, d);
	return rc;
}

int vc__stack_inner(struct cpu *cpu, unsigned cpl, unsigned ext,
		    struct segment *ss, struct stack *st)
{
	const struct segment *tr = &cpu->seg[VC_SEG_TR];
	bool wide = (tr->attr & 8) != 0;	/* not a 16-bit TSS */
	unsigned at, size;
	uint8_t raw[8];
	uint16_t sel;
	int rc;

	if (IN_LONG()) {
		at = 4 + cpl * 8;
		size = 8;
	} else {
		at = wide ? 4 + cpl * 8 : 2 + cpl * 4;
		size = wide ? 6 : 4;
	}
	if (!(tr->attr & VC_SEG_P) || at + size - 1 > tr->limit)
		return vc__raise_error(cpu, EXC_TS, SEL_ERR(tr->sel) | ext);
	rc = vc__load_sys(cpu, &vc__op_at_ds, sys_la(cpu, tr->base + at),
			  size, raw);
	if (rc)
		return rc;
	if (IN_LONG()) {
		vc__seg_null(ss, (uint16_t)cpl, cpl);
		*st = (struct stack){ .sp = ld64(raw), .mask = ~(uint64_t)0,
				      .inner = true, .error = ext };
		return is_canonical(st->sp) ? X_OK :
		       vc__raise_error(cpu, EXC_SS, ext);
	}
	sel = ld16(raw + size - 2);
	rc = inner_ss(cpu, sel, cpl, ext, ss);
	if (rc)
		return rc;
	*st = (struct stack){
		.sp = wide ? ld32(raw) : ld16(raw),
		.mask = ss->attr & VC_SEG_DB ? 0xffffffff : 0xffff,
		.ss = ss, .inner = true, .error = SEL_ERR(sel) | ext };
	return X_OK;
}

/* ---- loading segment registers ---- */

static int sreg_load_real(struct cpu *cpu, unsigned seg, uint16_t sel)
{
	/* The hidden limit and attributes stay: "unreal mode". */
	if (IN_V86()) {
		vc__seg_v86(&cpu->seg[seg], sel);
	} else {
		cpu->seg[seg].sel = sel;
		cpu->seg[seg].base = (uint64_t)sel << 4;
	}
	return X_OK;
}

static int ss_load(struct cpu *cpu, uint16_t sel)
{
	struct segment *ss = &cpu->seg[VC_SEG_SS];
	unsigned rpl = sel & SEL_RPL;
	uint64_t d;
	int rc;

	if (SEL_NULL(sel)) {
		if (!IN_CODE64() || cpu->cpl == 3 || rpl != cpu->cpl)
			return vc__gp(cpu, 0);
		vc__seg_null(ss, sel, cpu->cpl);
		return X_OK;
	}
	rc = vc__desc_read(cpu, sel, EXC_GP, 0, &d);
	if (rc)
		return rc;
	if (rpl != cpu->cpl || !DESC_WRITABLE(d) || DESC_DPL(d) != cpu->cpl)
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_SS, SEL_ERR(sel));
	rc = vc__desc_access(cpu, sel, &d);
	if (!rc)
		vc__seg_fill(ss, sel, d);
	return rc;
}

int vc__sreg_load(struct cpu *cpu, unsigned seg, uint16_t sel)
{
	unsigned rpl = sel & SEL_RPL;
	uint64_t d;
	int rc;

	if (!IN_PROT())
		return sreg_load_real(cpu, seg, sel);
	if (seg == VC_SEG_SS)
		return ss_load(cpu, sel);
	if (SEL_NULL(sel)) {
		vc__seg_null(&cpu->seg[seg], sel, 0);
		return X_OK;
	}
	rc = vc__desc_read(cpu, sel, EXC_GP, 0, &d);
	if (rc)
		return rc;
	if (!DESC_READABLE(d) || (!DESC_CONFORMING(d) &&
				  (rpl > DESC_DPL(d) || cpu->cpl > DESC_DPL(d))))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
	rc = vc__desc_access(cpu, sel, &d);
	if (!rc)
		vc__seg_fill(&cpu->seg[seg], sel, d);
	return rc;
}
