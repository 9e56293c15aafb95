/* SPDX-License-Identifier: MIT */
/*
 * gate.c: delivery of interrupts and exceptions: the real-mode vector table,
 * and interrupt and trap gates of 16, 32 and 64 bits (SDM 3A §6.12, §6.14, the
 * pseudo-code of INT n in SDM 2A). All memory accesses come first, so that a
 * fault on the way leaves the CPU as it was.
 * Task gates lead to task.c.
 */
#include "system.h"

struct event {
	unsigned vector;
	unsigned ext;		/* 1: not by an INT n, INT3 or INTO */
	bool has_error;
	uint32_t error;
	uint64_t rip;
	uint64_t flags;		/* the image to push */
};

/* The error code that names the event's own gate. */
static uint32_t gate_error(const struct event *ev)
{
	return ev->vector << 3 | 2 | ev->ext;
}

/* SDM 3B §18.3.1.1: RF is set in the image that a fault pushes, so that the
 * instruction breakpoint at its address does not hit again. */
static bool pushes_rf(const struct cpu *cpu, unsigned vector)
{
	const uint32_t faults = 1u << EXC_DE | 1u << EXC_BR | 1u << EXC_UD |
		1u << EXC_NM | 1u << EXC_TS | 1u << EXC_NP | 1u << EXC_SS |
		1u << EXC_GP | 1u << EXC_PF | 1u << EXC_MF | 1u << EXC_AC |
		1u << EXC_XM;

	if (vector == EXC_DB)
		return cpu->fault.vector == EXC_DB &&
		       (cpu->fault.payload & DR6_BD);
	return vector < 32 && (faults >> vector & 1);
}

/* ---- real mode, SDM 3B §21.1.4 ---- */

static int deliver_real(struct cpu *cpu, const struct event *ev)
{
	struct segment *cs = &cpu->seg[VC_SEG_CS];
	uint64_t frame[3] = { ev->rip, cs->sel, ev->flags };
	struct stack st;
	uint8_t vec[4];
	uint16_t ip, sel;
	int rc;

	if (ev->vector * 4 + 3 > cpu->idtr.limit)
		return vc__gp(cpu, gate_error(ev));
	rc = vc__load_sys(cpu, &vc__op_at_ds,
			  (cpu->idtr.base + ev->vector * 4) & 0xffffffff, 4,
			  vec);
	if (rc)
		return rc;
	ip = ld16(vec);
	sel = ld16(vec + 2);
	if (ip > cs->limit)
		return vc__gp(cpu, ev->ext);
	vc__stack_here(cpu, &st);
	rc = vc__stack_push(cpu, &st, frame, 3, 2);
	if (rc)
		return rc;

	stack_commit(cpu, &st);
	cs->sel = sel;
	cs->base = (uint64_t)sel << 4;
	cpu->rip = ip;
	cpu->flags &= ~(uint64_t)(FL_IF | FL_TF | FL_AC | FL_RF);
	return X_OK;
}

/* ---- INT n within virtual-8086 mode, SDM 3B §21.3.3 ---- */

/* The bit of the map below the I/O bit map, in a 32-bit TSS: 1 sends the
 * vector to the IDT as ever. */
static int redirection(struct cpu *cpu, unsigned vector, bool *idt)
{
	const struct segment *tr = &cpu->seg[VC_SEG_TR];
	uint8_t raw[2];
	unsigned at;
	int rc;

	if (!(tr->attr & VC_SEG_P) || !(tr->attr & 8) || tr->limit < 103)
		return vc__gp(cpu, 0);
	rc = vc__load_sys(cpu, &vc__op_at_ds, sys_la(cpu, tr->base + 102), 2,
			  raw);
	if (rc)
		return rc;
	at = ld16(raw) + vector / 8;
	if (at < 32 || at - 32 > tr->limit)
		return vc__gp(cpu, 0);
	rc = vc__load_sys(cpu, &vc__op_at_ds, sys_la(cpu, tr->base + at - 32),
			  1, raw);
	*idt = raw[0] >> (vector & 7) & 1;
	return rc;
}

/* Methods 5 (with IOPL 3) and 6: as in real mode, with the vectors at 0. */
int vc__deliver_v86(struct cpu *cpu, unsigned vector, uint64_t rip, bool *done)
{
	struct segment *cs = &cpu->seg[VC_SEG_CS];
	uint64_t flags = rflags_get(cpu), frame[3];
	bool virtual = vif_for_if(cpu), idt = true;
	struct stack st;
	uint8_t vec[4];
	int rc;

	*done = false;
	rc = redirection(cpu, vector, &idt);
	if (rc || idt)
		return rc;
	rc = vc__load_sys(cpu, &vc__op_at_ds, vector * 4, 4, vec);
	if (rc)
		return rc;
	if (virtual)
		flags = vif_image(flags);
	frame[0] = rip;
	frame[1] = cs->sel;
	frame[2] = flags;
	vc__stack_here(cpu, &st);
	rc = vc__stack_push(cpu, &st, frame, 3, 2);
	if (rc)
		return rc;
	stack_commit(cpu, &st);
	vc__seg_v86(cs, ld16(vec + 2));
	cpu->rip = ld16(vec);
	cpu->flags &= ~(uint64_t)(FL_TF | FL_RF | (virtual ? FL_VIF : FL_IF));
	cpu->shadow = 0;
	cpu->tf_pending = 0;
	vc__mode_update(cpu);
	*done = true;
	return X_OK;
}

/* ---- protected and long mode ---- */

struct gate {
	unsigned type;
	unsigned ist;
	uint16_t sel;
	uint64_t off;
};

static int gate_read(struct cpu *cpu, const struct event *ev,
		     enum event_kind kind, struct gate *g)
{
	bool wide = IN_LONG();
	unsigned size = wide ? 16 : 8;
	unsigned at = ev->vector * size;
	uint64_t la = sys_la(cpu, cpu->idtr.base + at), d, high = 0;
	int rc;

	if (at + size - 1 > cpu->idtr.limit)
		return vc__gp(cpu, gate_error(ev));
	rc = sys_load8(cpu, la, &d);
	if (wide && VC_LIKELY(!rc))
		rc = sys_load8(cpu, la + 8, &high);
	if (VC_UNLIKELY(rc))
		return rc;
	g->type = DESC_TYPE(d) | DESC_S(d) << 4;
	g->sel = (uint16_t)(d >> 16);
	g->off = (d & 0xffff) | (d >> 32 & 0xffff0000);
	g->ist = 0;
	switch (g->type) {
	case SYS_INT32: case SYS_TRAP32:
		if (wide) {
			g->ist = (unsigned)(d >> 32) & 7;
			g->off |= high << 32;
		}
		break;
	case SYS_INT16: case SYS_TRAP16:
		g->off &= 0xffff;
		/* fall through */
	case SYS_TASK:
		if (!wide)
			break;
		/* fall through */
	default:
		return vc__gp(cpu, gate_error(ev));
	}
	if (kind == EVENT_SOFT && DESC_DPL(d) < cpu->cpl)
		return vc__gp(cpu, gate_error(ev));
	if (!DESC_P(d))
		return vc__raise_error(cpu, EXC_NP, gate_error(ev));
	return X_OK;
}

/* The handler's code segment; *cpl is what it runs at. */
static int handler_segment(struct cpu *cpu, const struct event *ev,
			   uint16_t sel, uint64_t *d, unsigned *cpl)
{
	uint32_t error = SEL_ERR(sel) | ev->ext;
	int rc;

	if (SEL_NULL(sel))
		return vc__gp(cpu, ev->ext);
	rc = vc__desc_read(cpu, sel, EXC_GP, ev->ext, d);
	if (VC_UNLIKELY(rc))
		return rc;
	if (!DESC_CODE(*d) || DESC_DPL(*d) > cpu->cpl)
		return vc__gp(cpu, error);
	if (IN_LONG() && (!DESC_L(*d) || DESC_DB(*d)))
		return vc__gp(cpu, error);
	if (!DESC_P(*d))
		return vc__raise_error(cpu, EXC_NP, error);
	*cpl = DESC_CONFORMING(*d) ? cpu->cpl : DESC_DPL(*d);
	/* Out of virtual-8086 mode there is no way but to level 0. */
	if (IN_V86() && *cpl != 0)
		return vc__gp(cpu, error);
	return vc__desc_access(cpu, sel, d);
}

/* The stack of SDM 3A §6.14.2 and §6.14.5: an IST entry, the level's from the
 * TSS, or the present one; aligned to 16 in any case. */
static int stack_long(struct cpu *cpu, const struct event *ev, unsigned ist,
		      unsigned cpl, struct stack *st)
{
	const struct segment *tr = &cpu->seg[VC_SEG_TR];
	unsigned at;
	int rc;

	*st = (struct stack){ .sp = R(R_RSP), .mask = ~(uint64_t)0,
			      .error = ev->ext };
	/* Compatibility mode cannot reach a 64-bit stack by its own means. */
	st->inner = cpl < cpu->cpl || !IN_CODE64();
	if (ist || cpl < cpu->cpl) {
		at = ist ? 28 + ist * 8 : 4 + cpl * 8;
		if (at + 7 > tr->limit)
			return vc__raise_error(cpu, EXC_TS,
					       SEL_ERR(tr->sel) | ev->ext);
		rc = sys_load8(cpu, tr->base + at, &st->sp);
		if (VC_UNLIKELY(rc))
			return rc;
		if (!is_canonical(st->sp))
			return vc__raise_error(cpu, EXC_SS, ev->ext);
	}
	st->sp &= ~(uint64_t)15;
	return X_OK;
}

static void enter_handler(struct cpu *cpu, const struct gate *g, uint64_t cs,
			  unsigned cpl)
{
	uint64_t drop = FL_TF | FL_NT | FL_RF | FL_VM;

	if (!(g->type & 1))	/* an interrupt gate */
		drop |= FL_IF;
	cpu->flags &= ~drop;
	vc__seg_fill(&cpu->seg[VC_SEG_CS], (uint16_t)((g->sel & ~SEL_RPL) | cpl),
		     cs);
	cpu->cpl = (uint8_t)cpl;
	cpu->rip = g->off;
}

static int deliver_long(struct cpu *cpu, const struct event *ev,
			enum event_kind kind)
{
	uint64_t frame[6], cs, rsp = R(R_RSP);
	unsigned cpl, n = 0;
	struct stack st;
	struct gate g;
	int rc;

	rc = gate_read(cpu, ev, kind, &g);
	if (VC_UNLIKELY(rc))
		return rc;
	rc = handler_segment(cpu, ev, g.sel, &cs, &cpl);
	if (VC_UNLIKELY(rc))
		return rc;
	rc = stack_long(cpu, ev, g.ist, cpl, &st);
	if (VC_UNLIKELY(rc))
		return rc;
	if (!is_canonical(g.off))
		return vc__gp(cpu, ev->ext);
	if (ev->has_error)
		frame[n++] = ev->error;
	frame[n++] = ev->rip;
	frame[n++] = cpu->seg[VC_SEG_CS].sel;
	frame[n++] = ev->flags;
	frame[n++] = rsp;
	frame[n++] = cpu->seg[VC_SEG_SS].sel;
	rc = vc__stack_push(cpu, &st, frame, n, 8);
	if (VC_UNLIKELY(rc))
		return rc;

	R(R_RSP) = st.sp;
	if (cpl != cpu->cpl)
		vc__seg_null(&cpu->seg[VC_SEG_SS], (uint16_t)cpl, cpl);
	enter_handler(cpu, &g, cs, cpl);
	return X_OK;
}

static int deliver_prot(struct cpu *cpu, const struct event *ev,
			enum event_kind kind)
{
	struct segment *seg = cpu->seg, ss = seg[VC_SEG_SS];
	uint64_t frame[10], cs;
	unsigned cpl, n = 0;
	bool from_v86 = IN_V86();
	struct stack st;
	struct gate g;
	int rc;

	rc = gate_read(cpu, ev, kind, &g);
	if (rc)
		return rc;
	if (g.type == SYS_TASK) {
		const struct task_switch to = { TASK_EVENT, g.sel, ev->ext,
			ev->rip, ev->flags, ev->has_error, ev->error };

		return vc__task_switch(cpu, &to);
	}
	rc = handler_segment(cpu, ev, g.sel, &cs, &cpl);
	if (rc)
		return rc;
	vc__stack_here(cpu, &st);
	st.error = ev->ext;
	if (ev->has_error)
		frame[n++] = ev->error;
	frame[n++] = ev->rip;
	frame[n++] = seg[VC_SEG_CS].sel;
	frame[n++] = ev->flags;
	if (cpl < cpu->cpl) {
		rc = vc__stack_inner(cpu, cpl, ev->ext, &ss, &st);
		if (rc)
			return rc;
		frame[n++] = R(R_RSP) & 0xffffffff;
		frame[n++] = seg[VC_SEG_SS].sel;
		if (from_v86) {
			frame[n++] = seg[VC_SEG_ES].sel;
			frame[n++] = seg[VC_SEG_DS].sel;
			frame[n++] = seg[VC_SEG_FS].sel;
			frame[n++] = seg[VC_SEG_GS].sel;
		}
	}
	rc = vc__stack_push(cpu, &st, frame, n, g.type & 8 ? 4 : 2);
	if (rc)
		return rc;
	if (g.off > vc__desc_limit(cs))
		return vc__gp(cpu, ev->ext);

	if (from_v86) {
		vc__seg_null(&seg[VC_SEG_ES], 0, 0);
		vc__seg_null(&seg[VC_SEG_DS], 0, 0);
		vc__seg_null(&seg[VC_SEG_FS], 0, 0);
		vc__seg_null(&seg[VC_SEG_GS], 0, 0);
	}
	seg[VC_SEG_SS] = ss;
	stack_commit(cpu, &st);
	enter_handler(cpu, &g, cs, cpl);
	return X_OK;
}

int vc__deliver(struct cpu *cpu, unsigned vector, enum event_kind kind,
		bool has_error, uint32_t error, uint64_t rip)
{
	struct event ev = { vector, kind != EVENT_SOFT, has_error, error, rip,
			    rflags_get(cpu) };
	int rc;

	if (kind == EVENT_SOFT || kind == EVENT_INT1)
		ev.flags &= ~(uint64_t)FL_RF;
	else if (kind == EVENT_FAULT && pushes_rf(cpu, vector))
		ev.flags |= FL_RF;

	if (IN_LONG())
		rc = deliver_long(cpu, &ev, kind);
	else if (CR0_ON(CR0_PE))
		rc = deliver_prot(cpu, &ev, kind);
	else
		rc = deliver_real(cpu, &ev);
	if (VC_UNLIKELY(rc))
		return rc;
	cpu->shadow = 0;
	cpu->tf_pending = 0;	/* INT n does not trap into its handler */
	vc__mode_update(cpu);
	return X_OK;
}
