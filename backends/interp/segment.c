/* SPDX-License-Identifier: MIT */
/*
 * segment.c: descriptors, segment registers, checks of segmented addresses,
 * stacks in any mode (SDM 3A ch. 3 and 5), and the instructions on selectors
 * and descriptor tables.
 */
#include "system.h"
#include "ops.h"

/* left is as in the last op of a block, which most of their users are. */
const struct op vc__op_at_ds = { .seg = VC_SEG_DS, .left = 1 };
const struct op vc__op_at_ss = { .seg = VC_SEG_SS, .left = 1 };

/* ---- descriptors ---- */

/* The linear address of size bytes at sel's index; false: beyond the limit. */
static bool desc_at(const struct cpu *cpu, uint16_t sel, unsigned size,
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

	if (VC_UNLIKELY(!desc_at(cpu, sel, 8, &la)))
		return vc__raise_error(cpu, vector, SEL_ERR(sel) | ext);
	return sys_load8(cpu, la, d);
}

int vc__desc_read_high(struct cpu *cpu, uint16_t sel, unsigned vector,
		       unsigned ext, uint64_t *high)
{
	uint64_t la;
	int rc;

	if (!desc_at(cpu, sel, 16, &la))
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

/* Set bits in byte 5 of the descriptor. Other processors may only set the
 * same bits, so a plain store does. */
static int desc_set(struct cpu *cpu, uint16_t sel, uint64_t *d, uint64_t bits)
{
	uint8_t byte;
	uint64_t la;
	int rc;

	if (VC_LIKELY((*d & bits) == bits))
		return X_OK;
	if (!desc_at(cpu, sel, 8, &la))
		return vc__gp(cpu, SEL_ERR(sel));
	byte = (uint8_t)((*d | bits) >> 40);
	rc = vc__store_sys(cpu, &vc__op_at_ds, la + 5, 1, &byte);
	if (!rc)
		*d |= bits;
	return rc;
}

int vc__desc_access(struct cpu *cpu, uint16_t sel, uint64_t *d)
{
	return desc_set(cpu, sel, d, DESC_ACCESSED);
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

/* Behind a load of SS, nothing comes in between (SDM 3A §6.8.3). */
static int sreg_loaded(struct cpu *cpu, unsigned seg, bool shadow)
{
	if (seg == VC_SEG_SS && shadow) {
		vc__mode_update(cpu);
		cpu->shadow = VC_SHADOW_MOV_SS;
		return X_SYNC;
	}
	return IN_CODE64() ? X_OK : mode_changed(cpu);
}

/* MOV Sreg, r/m16: imm is the register */
OP(mov_sreg_r)
{
	int rc = vc__sreg_load(cpu, (unsigned)op->imm, get16(cpu, op->b));

	return rc ? rc : sreg_loaded(cpu, (unsigned)op->imm, true);
}

OP(mov_sreg_m)
{
	uint8_t raw[2];
	int rc = vc__load(cpu, op, op_ea(cpu, op), 2, raw);

	if (!rc)
		rc = vc__sreg_load(cpu, (unsigned)op->imm, ld16(raw));
	return rc ? rc : sreg_loaded(cpu, (unsigned)op->imm, true);
}

/* A 16-bit value to a register of any operand size, zero-extended. */
static void put_r16(struct cpu *cpu, const struct op *op, uint16_t v)
{
	if (op_osize(op) == 2)
		set16(cpu, op->a, v);
	else
		set64(cpu, op->a, v);
}

static int put_m16(struct cpu *cpu, const struct op *op, uint16_t v)
{
	uint8_t raw[2];

	st16(raw, v);
	return vc__store(cpu, op, op_ea(cpu, op), 2, raw);
}

OP(mov_r_sreg)
{
	put_r16(cpu, op, cpu->seg[op->imm].sel);
	return X_OK;
}

OP(mov_m_sreg)
{
	return put_m16(cpu, op, cpu->seg[op->imm].sel);
}

OP(push_sreg)
{
	return vc__push(cpu, op, op_osize(op), cpu->seg[op->imm].sel);
}

OP(pop_sreg)
{
	unsigned seg = (unsigned)op->imm, size = op_osize(op);
	struct stack st;
	uint64_t v;
	int rc;

	vc__stack_here(cpu, &st);
	rc = vc__stack_read(cpu, &st, 0, &v, 1, size);
	if (!rc)
		rc = vc__sreg_load(cpu, seg, (uint16_t)v);
	if (rc)
		return rc;
	/* by the stack size before a new SS */
	stack_drop(&st, size);
	stack_commit(cpu, &st);
	return sreg_loaded(cpu, seg, true);
}

/* LDS and its like: imm is the segment register, the offset comes first */
OP(load_far_pointer)
{
	unsigned size = op_osize(op), seg = (unsigned)op->imm;
	uint8_t raw[10];
	int rc = vc__load(cpu, op, op_ea(cpu, op), size + 2, raw);

	if (!rc)
		rc = vc__sreg_load(cpu, seg, ld16(raw + size));
	if (rc)
		return rc;
	if (size == 2)
		set16(cpu, op->a, ld16(raw));
	else
		set64(cpu, op->a, item_get(raw, size));
	return sreg_loaded(cpu, seg, false);
}

/* ---- system segments and descriptor tables ---- */

/* #UD outside of protected mode, #GP outside of level 0. */
static int need_prot_cpl0(struct cpu *cpu)
{
	if (!IN_PROT())
		return vc__ud(cpu);
	return cpu->cpl ? vc__gp(cpu, 0) : X_OK;
}

static int need_umip(struct cpu *cpu)
{
	return cpu->cpl && CR4_ON(CR4_UMIP) ? vc__gp(cpu, 0) : X_OK;
}

/* The whole of a LDT or TSS descriptor, 16 bytes in long mode. */
static int system_desc(struct cpu *cpu, uint16_t sel, uint64_t *d,
		       uint64_t *base)
{
	uint64_t high = 0;
	int rc;

	if (sel & SEL_TI)
		return vc__gp(cpu, SEL_ERR(sel));
	rc = vc__desc_read(cpu, sel, EXC_GP, 0, d);
	if (!rc && IN_LONG())
		rc = vc__desc_read_high(cpu, sel, EXC_GP, 0, &high);
	*base = 0;
	if (!rc)
		*base = vc__desc_base(*d) | high << 32;
	return rc;
}

static int lldt(struct cpu *cpu, uint16_t sel)
{
	struct segment *ldtr = &cpu->seg[VC_SEG_LDTR];
	uint64_t d, base;
	int rc;

	if (SEL_NULL(sel)) {
		vc__seg_null(ldtr, sel, 0);
		return X_OK;
	}
	rc = system_desc(cpu, sel, &d, &base);
	if (rc)
		return rc;
	if (DESC_S(d) || DESC_TYPE(d) != SYS_LDT || !is_canonical(base))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
	vc__seg_fill(ldtr, sel, d);
	ldtr->base = base;
	return X_OK;
}

static int ltr(struct cpu *cpu, uint16_t sel)
{
	struct segment *tr = &cpu->seg[VC_SEG_TR];
	uint64_t d, base;
	int rc;

	if (SEL_NULL(sel))
		return vc__gp(cpu, 0);
	rc = system_desc(cpu, sel, &d, &base);
	if (rc)
		return rc;
	if (DESC_S(d) || !is_canonical(base) ||
	    (DESC_TYPE(d) != SYS_TSS32 &&
	     (IN_LONG() || DESC_TYPE(d) != SYS_TSS16)))
		return vc__gp(cpu, SEL_ERR(sel));
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_NP, SEL_ERR(sel));
	rc = desc_set(cpu, sel, &d, DESC_BUSY);
	if (rc)
		return rc;
	vc__seg_fill(tr, sel, d);
	tr->base = base;
	return X_OK;
}

/* r/m16 as a source: the register form and the memory form of an op */
#define OP_RM16(name, check, fn) \
OP(name##_r) \
{ \
	int rc = check(cpu); \
	return rc ? rc : fn(cpu, get16(cpu, op->a)); \
} \
OP(name##_m) \
{ \
	uint8_t raw[2]; \
	int rc = check(cpu); \
	if (!rc) \
		rc = vc__load(cpu, op, op_ea(cpu, op), 2, raw); \
	return rc ? rc : fn(cpu, ld16(raw)); \
}

OP_RM16(lldt, need_prot_cpl0, lldt)
OP_RM16(ltr, need_prot_cpl0, ltr)

/* SLDT and STR: imm is VC_SEG_LDTR or VC_SEG_TR */
OP(str_r)
{
	int rc = IN_PROT() ? need_umip(cpu) : vc__ud(cpu);

	if (!rc)
		put_r16(cpu, op, cpu->seg[op->imm].sel);
	return rc;
}

OP(str_m)
{
	int rc = IN_PROT() ? need_umip(cpu) : vc__ud(cpu);

	return rc ? rc : put_m16(cpu, op, cpu->seg[op->imm].sel);
}

static int table_load(struct cpu *cpu, const struct op *op, uint64_t *base,
		      uint16_t *limit)
{
	bool wide = IN_CODE64();
	uint8_t raw[10];
	uint64_t b;
	int rc;

	if (cpu->cpl)
		return vc__gp(cpu, 0);
	rc = vc__load(cpu, op, op_ea(cpu, op), wide ? 10 : 6, raw);
	if (rc)
		return rc;
	b = wide ? ld64(raw + 2) : ld32(raw + 2);
	if (!wide && op_osize(op) == 2)
		b &= 0xffffff;
	if (!is_canonical(b))
		return vc__gp(cpu, 0);
	*limit = ld16(raw);
	*base = b;
	return X_OK;
}

OP(lgdt)
{
	return table_load(cpu, op, &cpu->gdtr.base, &cpu->gdtr.limit);
}

OP(lidt)
{
	return table_load(cpu, op, &cpu->idtr.base, &cpu->idtr.limit);
}

static int table_store(struct cpu *cpu, const struct op *op, uint64_t base,
		       uint16_t limit)
{
	uint8_t raw[10];
	int rc = need_umip(cpu);

	if (rc)
		return rc;
	st16(raw, limit);
	st64(raw + 2, base);
	return vc__store(cpu, op, op_ea(cpu, op), IN_CODE64() ? 10 : 6, raw);
}

OP(sgdt)
{
	return table_store(cpu, op, cpu->gdtr.base, cpu->gdtr.limit);
}

OP(sidt)
{
	return table_store(cpu, op, cpu->idtr.base, cpu->idtr.limit);
}

/* ---- looking at selectors: ZF tells, and only paging faults ---- */

enum look { LOOK_LAR, LOOK_LSL, LOOK_VERR, LOOK_VERW };

/* Tables of LAR and LSL in SDM 2A: which system descriptors they know. */
static bool look_knows(const struct cpu *cpu, enum look what, unsigned type)
{
	const uint32_t tss_ldt = 1u << SYS_TSS32 | 1u << SYS_TSS32_BUSY |
				 1u << SYS_LDT;
	const uint32_t old = 1u << SYS_TSS16 | 1u << SYS_TSS16_BUSY;
	uint32_t set = tss_ldt;

	if (what == LOOK_LAR)
		set |= 1u << SYS_CALL32;
	if (!IN_LONG()) {
		set |= old;
		if (what == LOOK_LAR)
			set |= 1u << SYS_CALL16 | 1u << SYS_TASK;
	}
	return what <= LOOK_LSL && (set >> type & 1);
}

static bool look_ok(const struct cpu *cpu, enum look what, uint16_t sel,
		    uint64_t d)
{
	unsigned dpl = DESC_DPL(d);

	if (!DESC_S(d) && !look_knows(cpu, what, DESC_TYPE(d)))
		return false;
	if (what == LOOK_VERR && !DESC_READABLE(d))
		return false;
	if (what == LOOK_VERW && !DESC_WRITABLE(d))
		return false;
	return DESC_CONFORMING(d) ||
	       (cpu->cpl <= dpl && (sel & SEL_RPL) <= dpl);
}

static int look(struct cpu *cpu, const struct op *op, enum look what,
		uint16_t sel)
{
	uint64_t d = 0, fl, la;
	uint8_t raw[8];
	bool ok = false;
	uint32_t v;
	int rc;

	if (!IN_PROT())
		return vc__ud(cpu);
	if (!SEL_NULL(sel) && desc_at(cpu, sel, 8, &la)) {
		rc = vc__load_sys(cpu, op, la, 8, raw);
		if (rc)
			return rc;
		d = ld64(raw);
		ok = look_ok(cpu, what, sel, d);
	}
	fl = cc_settle(cpu) & ~(uint64_t)FL_ZF;
	cc_set_flags(cpu, ok ? fl | FL_ZF : fl);
	if (!ok || what > LOOK_LSL)
		return X_OK;
	v = what == LOOK_LSL ? vc__desc_limit(d)
			     : (uint32_t)(d >> 32) & 0x00f0ff00;
	if (op_osize(op) == 2)
		set16(cpu, op->a, (uint16_t)v);
	else
		set32(cpu, op->a, v);
	return X_OK;
}

/* The source is b of LAR and LSL, a of VERR and VERW. */
#define OP_LOOK(name, what, reg) \
OP(name##_r) \
{ \
	return look(cpu, op, what, get16(cpu, op->reg)); \
} \
OP(name##_m) \
{ \
	uint8_t raw[2]; \
	int rc = IN_PROT() ? vc__load(cpu, op, op_ea(cpu, op), 2, raw) \
			   : vc__ud(cpu); \
	return rc ? rc : look(cpu, op, what, ld16(raw)); \
}

OP_LOOK(lar, LOOK_LAR, b)
OP_LOOK(lsl, LOOK_LSL, b)
OP_LOOK(verr, LOOK_VERR, a)
OP_LOOK(verw, LOOK_VERW, a)

static uint16_t arpl(struct cpu *cpu, uint16_t dst, uint16_t src)
{
	uint64_t fl = cc_settle(cpu) & ~(uint64_t)FL_ZF;

	if ((dst & SEL_RPL) >= (src & SEL_RPL)) {
		cc_set_flags(cpu, fl);
		return dst;
	}
	cc_set_flags(cpu, fl | FL_ZF);
	return (uint16_t)((dst & ~SEL_RPL) | (src & SEL_RPL));
}

OP(arpl_r)
{
	if (!IN_PROT())
		return vc__ud(cpu);
	set16(cpu, op->a, arpl(cpu, get16(cpu, op->a), get16(cpu, op->b)));
	return X_OK;
}

OP(arpl_m)
{
	uint64_t la = op_ea(cpu, op);
	uint8_t raw[2];
	int rc;

	if (!IN_PROT())
		return vc__ud(cpu);
	rc = vc__probe_write(cpu, op, la, 2);
	if (!rc)
		rc = vc__load(cpu, op, la, 2, raw);
	if (rc)
		return rc;
	if ((ld16(raw) & SEL_RPL) < (get16(cpu, op->b) & SEL_RPL)) {
		uint8_t out[2];

		st16(out, (uint16_t)((ld16(raw) & ~SEL_RPL) |
				     (get16(cpu, op->b) & SEL_RPL)));
		rc = vc__store(cpu, op, la, 2, out);
		if (rc)
			return rc;
	}
	arpl(cpu, ld16(raw), get16(cpu, op->b));
	return X_OK;
}
