/* SPDX-License-Identifier: MIT */
/*
 * task.c: hardware task switches (SDM 3A ch. 8): by a far JMP or CALL, by an
 * interrupt or exception through a task gate, and back by IRET with NT set;
 * between 16-bit and 32-bit task state segments, and to virtual-8086 mode.
 *
 * The steps are those of §8.3. What can go wrong up to the commit point goes
 * wrong in the old task with nothing changed but what a second try would write
 * again; later faults are the new task's: X_FAULT_THERE.
 */
#include "system.h"

/* Where things lie in the two kinds of TSS, figures 8-2 and 8-10. */
struct layout {
	uint8_t save;		/* what a switch away writes begins here */
	uint8_t save_len;
	uint8_t item;		/* size of IP, FLAGS and general registers */
	uint8_t pitch;		/* of selectors */
	uint8_t segs;		/* how many there are, in this order */
	uint8_t ldt;
	uint8_t limit;		/* the least one */
};

static const struct layout layouts[2] = {
	{ 0x0e, 28, 2, 2, 4, 0x2a, 0x2b },
	{ 0x20, 62, 4, 4, 6, 0x60, 0x67 },
};

static const uint8_t seg_order[6] = { VC_SEG_ES, VC_SEG_CS, VC_SEG_SS,
				      VC_SEG_DS, VC_SEG_FS, VC_SEG_GS };

#define TSS_CR3		0x1cu
#define TSS_TRAP	0x64u	/* bit 0: T */

/* What a TSS tells of a task. */
struct image {
	uint32_t ip, flags, r[8], cr3;
	uint16_t sel[6], ldt;	/* sel in seg_order */
	bool trap;
};

static const struct layout *layout_of(bool wide)
{
	return &layouts[wide];
}

static uint32_t get(const uint8_t *p, unsigned size)
{
	return size == 4 ? ld32(p) : ld16(p);
}

static void put(uint8_t *p, uint32_t v, unsigned size)
{
	if (size == 4)
		st32(p, v);
	else
		st16(p, (uint16_t)v);
}

static int load(struct cpu *cpu, uint64_t base, unsigned at, unsigned len,
		uint8_t *buf)
{
	return vc__load_sys(cpu, &vc__op_at_ds, sys_la(cpu, base + at), len,
			    buf);
}

static int store(struct cpu *cpu, uint64_t base, unsigned at, unsigned len,
		 const uint8_t *buf)
{
	return vc__store_sys(cpu, &vc__op_at_ds, sys_la(cpu, base + at), len,
			     buf);
}

/* Faults now if a store of len bytes would later. */
static int writable(struct cpu *cpu, uint64_t base, unsigned at, unsigned len)
{
	uint8_t raw[2];
	int rc = load(cpu, base, at, len, raw);

	return rc ? rc : store(cpu, base, at, len, raw);
}

/* ---- descriptors ---- */

/* The TSS that is switched to: steps 1 to 4. */
static int new_tss(struct cpu *cpu, const struct task_switch *t, uint64_t *d)
{
	bool back = t->how == TASK_RETURN;
	unsigned vector = back ? EXC_TS : EXC_GP, type;
	uint32_t error = SEL_ERR(t->sel) | t->ext;
	int rc;

	if ((t->sel & SEL_TI) || SEL_NULL(t->sel))
		return vc__raise_error(cpu, vector, error);
	rc = vc__desc_read(cpu, t->sel, vector, t->ext, d);
	if (rc)
		return rc;
	type = DESC_TYPE(*d);
	if (DESC_S(*d) ||
	    (back ? type != SYS_TSS16_BUSY && type != SYS_TSS32_BUSY :
		    type != SYS_TSS16 && type != SYS_TSS32))
		return vc__raise_error(cpu, vector, error);
	if (!DESC_P(*d))
		return vc__raise_error(cpu, EXC_NP, error);
	if (vc__desc_limit(*d) < layout_of(type & 8)->limit)
		return vc__raise_error(cpu, EXC_TS, error);
	return X_OK;
}

/* The byte of sel's descriptor with the busy bit. */
static int busy_byte(struct cpu *cpu, uint16_t sel, uint64_t *la)
{
	if (!vc__desc_at(cpu, sel, 8, la))
		return vc__raise_error(cpu, EXC_TS, SEL_ERR(sel));
	*la += 5;
	return X_OK;
}

static int set_busy(struct cpu *cpu, uint64_t la, bool busy)
{
	uint8_t byte;
	int rc = load(cpu, la, 0, 1, &byte);

	if (rc)
		return rc;
	byte = (uint8_t)(busy ? byte | 2 : byte & ~2);
	return store(cpu, la, 0, 1, &byte);
}

/* ---- saving and fetching ---- */

/* Step 8. One store, so all or nothing. Selectors are 16 bits; what lies
 * beside them in a 32-bit TSS stays. */
static int save_old(struct cpu *cpu, const struct task_switch *t)
{
	const struct segment *tr = &cpu->seg[VC_SEG_TR];
	const struct layout *l = layout_of(tr->attr & 8);
	uint32_t flags = (uint32_t)t->flags;
	uint8_t raw[64], *p = raw;
	int rc;

	if (!(tr->attr & VC_SEG_P) || tr->limit < l->limit)
		return vc__raise_error(cpu, EXC_TS, SEL_ERR(tr->sel) | t->ext);
	rc = load(cpu, tr->base, l->save, l->save_len, raw);
	if (rc)
		return rc;
	if (t->how == TASK_RETURN)
		flags &= ~FL_NT;
	put(p, (uint32_t)t->rip, l->item);
	put(p += l->item, flags, l->item);
	for (unsigned i = 0; i < 8; i++)
		put(p += l->item, get32(cpu, i), l->item);
	p += l->item;
	for (unsigned i = 0; i < l->segs; i++, p += l->pitch)
		st16(p, cpu->seg[seg_order[i]].sel);
	return store(cpu, tr->base, l->save, l->save_len, raw);
}

static int fetch_new(struct cpu *cpu, uint64_t base, bool wide,
		     struct image *m)
{
	const struct layout *l = layout_of(wide);
	uint8_t raw[64], end[8], *p = raw;
	int rc;

	memset(m, 0, sizeof(*m));
	rc = load(cpu, base, l->save, l->save_len, raw);
	if (!rc)
		rc = load(cpu, base, l->ldt, wide ? 8 : 2, end);
	if (rc)
		return rc;
	m->ip = get(p, l->item);
	m->flags = get(p += l->item, l->item);
	for (unsigned i = 0; i < 8; i++)
		m->r[i] = get(p += l->item, l->item) |
			  (wide ? 0 : 0xffff0000);
	p += l->item;
	for (unsigned i = 0; i < l->segs; i++, p += l->pitch)
		m->sel[i] = ld16(p);
	m->ldt = ld16(end);
	if (!wide)
		return X_OK;
	m->trap = end[TSS_TRAP - l->ldt] & 1;
	rc = load(cpu, base, TSS_CR3, 4, raw);
	m->cr3 = ld32(raw);
	return rc;
}

/* ---- the new task ---- */

static int ts(struct cpu *cpu, uint16_t sel, unsigned ext)
{
	return vc__raise_error(cpu, EXC_TS, SEL_ERR(sel) | ext);
}

static int load_ldt(struct cpu *cpu, uint16_t sel, unsigned ext)
{
	uint64_t d;
	int rc;

	if (sel & SEL_TI)
		return ts(cpu, sel, ext);
	if (SEL_NULL(sel))
		return X_OK;
	rc = vc__desc_read(cpu, sel, EXC_TS, ext, &d);
	if (rc)
		return rc;
	if (DESC_S(d) || DESC_TYPE(d) != SYS_LDT || !DESC_P(d))
		return ts(cpu, sel, ext);
	vc__seg_fill(&cpu->seg[VC_SEG_LDTR], sel, d);
	return X_OK;
}

/* Table 8-1, from "code segment" on. */
static int check_seg(struct cpu *cpu, unsigned seg, uint16_t sel, uint64_t d,
		     unsigned ext)
{
	unsigned rpl = sel & SEL_RPL, dpl = DESC_DPL(d);
	unsigned absent = EXC_NP;
	bool ok;

	if (seg == VC_SEG_CS) {
		ok = DESC_CODE(d) && (DESC_CONFORMING(d) ? dpl <= rpl :
				      dpl == rpl);
	} else if (seg == VC_SEG_SS) {
		ok = DESC_WRITABLE(d) && dpl == rpl && dpl == cpu->cpl;
		absent = EXC_SS;
	} else {
		ok = DESC_READABLE(d) &&
		     (DESC_CONFORMING(d) || (dpl >= rpl && dpl >= cpu->cpl));
	}
	if (!ok)
		return ts(cpu, sel, ext);
	return DESC_P(d) ? X_OK :
	       vc__raise_error(cpu, absent, SEL_ERR(sel) | ext);
}

static int load_seg(struct cpu *cpu, unsigned seg, uint16_t sel, unsigned ext)
{
	uint64_t d;
	int rc;

	if (SEL_NULL(sel))
		return seg == VC_SEG_CS || seg == VC_SEG_SS ?
		       ts(cpu, sel, ext) : X_OK;
	rc = vc__desc_read(cpu, sel, EXC_TS, ext, &d);
	if (!rc)
		rc = check_seg(cpu, seg, sel, d, ext);
	if (!rc)
		rc = vc__desc_access(cpu, sel, &d);
	if (!rc)
		vc__seg_fill(&cpu->seg[seg], sel, d);
	return rc;
}

/* Step 12: all that needs no descriptor. Segments are left absent. */
static void take_image(struct cpu *cpu, const struct task_switch *t,
		       const struct image *m, bool wide)
{
	const uint32_t defined = FL_ARITH | FL_TF | FL_IF | FL_DF | FL_IOPL |
		FL_NT | FL_RF | FL_VM | FL_AC | FL_VIF | FL_VIP | FL_ID;
	uint32_t flags = m->flags & defined;

	if (!wide)
		flags &= 0xffff;
	if (t->how == TASK_CALL || t->how == TASK_EVENT)
		flags |= FL_NT;
	rflags_set(cpu, flags);
	for (unsigned i = 0; i < 8; i++)
		R(i) = m->r[i];
	cpu->rip = m->ip;
	cpu->cr0 |= CR0_TS;
	cpu->dr7 &= ~DR7_LOCAL;
	vc__seg_null(&cpu->seg[VC_SEG_LDTR], m->ldt, 0);
	cpu->cpl = flags & FL_VM ? 3 : m->sel[1] & SEL_RPL;
	for (unsigned i = 0; i < 6; i++)
		if (flags & FL_VM)
			vc__seg_v86(&cpu->seg[seg_order[i]], m->sel[i]);
		else
			vc__seg_null(&cpu->seg[seg_order[i]], m->sel[i],
				     i == 2 ? cpu->cpl : 0);
	cpu->shadow = 0;
	cpu->tf_pending = 0;
	vc__mode_update(cpu);
}

/* Step 13. */
static int take_segments(struct cpu *cpu, const struct image *m, unsigned ext)
{
	/* CS and SS first: the data segments are checked against the CPL */
	static const uint8_t order[6] = { 1, 2, 0, 3, 4, 5 };
	int rc = load_ldt(cpu, m->ldt, ext);

	for (unsigned i = 0; !rc && i < 6 && !IN_V86(); i++)
		rc = load_seg(cpu, seg_order[order[i]], m->sel[order[i]], ext);
	vc__mode_update(cpu);
	return rc;
}

static int push_error(struct cpu *cpu, const struct task_switch *t, bool wide)
{
	uint64_t error = t->error;
	struct stack st;
	int rc;

	vc__stack_here(cpu, &st);
	st.error = t->ext;
	rc = vc__stack_push(cpu, &st, &error, 1, wide ? 4 : 2);
	if (!rc)
		stack_commit(cpu, &st);
	return rc;
}

static int arrive(struct cpu *cpu, const struct task_switch *t,
		  const struct image *m, bool wide)
{
	int rc = take_segments(cpu, m, t->ext);

	if (!rc && t->has_error)
		rc = push_error(cpu, t, wide);
	if (!rc && cpu->rip > cpu->seg[VC_SEG_CS].limit)
		rc = vc__gp(cpu, t->ext);
	if (!rc && m->trap)	/* before the first instruction: §18.3.1.5 */
		rc = vc__raise_db(cpu, DR6_BT);
	if (!rc && vip_waits(cpu))
		rc = vc__gp(cpu, 0);
	if (rc && rc != X_FAULT) {
		/* A descriptor or the stack is in a device; it is too late to
		 * come again when that has answered. */
		cpu->exit_reason = VC_EXIT_SHUTDOWN;
		return X_EXIT_AFTER;
	}
	return rc ? X_FAULT_THERE : X_OK;
}

int vc__task_switch(struct cpu *cpu, const struct task_switch *t)
{
	bool nests = t->how == TASK_CALL || t->how == TASK_EVENT, wide;
	uint16_t old_sel = cpu->seg[VC_SEG_TR].sel;
	uint64_t d, base, old_busy = 0, new_busy = 0, pdpte[4];
	struct image m;
	uint8_t link[2];
	bool paged;
	int rc;

	rc = new_tss(cpu, t, &d);
	if (rc)
		return rc;
	wide = DESC_TYPE(d) & 8;
	base = vc__desc_base(d);
	/* what will be written, before any of it is */
	rc = busy_byte(cpu, t->sel, &new_busy);
	if (!rc)
		rc = writable(cpu, new_busy, 0, 1);
	if (!rc && !nests)
		rc = busy_byte(cpu, old_sel, &old_busy);
	if (!rc && !nests)
		rc = writable(cpu, old_busy, 0, 1);
	if (!rc && nests)
		rc = writable(cpu, base, 0, 2);
	if (!rc)
		rc = save_old(cpu, t);
	if (!rc)
		rc = fetch_new(cpu, base, wide, &m);
	paged = wide && CR0_ON(CR0_PG);
	if (!rc && paged && vc__cr3_check(cpu, m.cr3, pdpte))
		rc = vc__raise_error(cpu, EXC_TS, SEL_ERR(t->sel) | t->ext);
	st16(link, old_sel);
	if (!rc && nests)
		rc = store(cpu, base, 0, 2, link);
	if (!rc && !nests)
		rc = set_busy(cpu, old_busy, false);
	if (!rc)
		rc = set_busy(cpu, new_busy, true);
	if (rc)
		return rc;

	/* the commit point */
	vc__seg_fill(&cpu->seg[VC_SEG_TR], t->sel, d | DESC_BUSY);
	if (paged)
		vc__cr3_set(cpu, m.cr3, pdpte);
	take_image(cpu, t, &m, wide);
	return arrive(cpu, t, &m, wide);
}

int vc__arrived(struct cpu *cpu, int rc)
{
	if (rc == X_OK)
		return X_JUMP;
	if (rc != X_FAULT_THERE)
		return rc;
	if (!vc__deliver_fault(cpu))
		return X_JUMP;
	cpu->exit_reason = VC_EXIT_SHUTDOWN;
	return X_EXIT_AFTER;
}
