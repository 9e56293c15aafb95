/* SPDX-License-Identifier: MIT */
/*
 * regs.c: registers one by one, in bulk, as bytes and as the whole state;
 * MSRs; guest-virtual memory. All of it needs the vCPU at rest.
 *
 * A register that the backend gives by itself is fetched by itself; anything
 * else goes through the whole state, where values are checked together.
 */
#include <string.h>

#include "backend.h"
#include "os.h"

/* Where a register lies in the state, and how wide it is there. */
static void *place(vc_x86_state *s, uint32_t reg, unsigned *width)
{
	*width = 8;
	if (reg < 16)
		return &s->gpr[reg];
	if (reg >= VC_REG_SEG(0, 0) && reg <= VC_REG_SEG(7, VC_PART_ATTR)) {
		vc_x86_segment *g = &s->seg[(reg - VC_REG_SEG(0, 0)) / 4];

		switch (reg & 3) {
		case VC_PART_BASE:
			return &g->base;
		case VC_PART_LIMIT:
			*width = 4;
			return &g->limit;
		case VC_PART_ATTR:
			*width = 2;
			return &g->attr;
		default:
			*width = 2;
			return &g->selector;
		}
	}
	switch (reg) {
	case VC_REG_RIP:	return &s->rip;
	case VC_REG_RFLAGS:	return &s->rflags;
	case VC_REG_CR0:	return &s->cr0;
	case VC_REG_CR2:	return &s->cr2;
	case VC_REG_CR3:	return &s->cr3;
	case VC_REG_CR4:	return &s->cr4;
	case VC_REG_CR8:	return &s->cr8;
	case VC_REG_XCR0:	return &s->xcr0;
	case VC_REG_EFER:	return &s->efer;
	case VC_REG_DR0:
	case VC_REG_DR1:
	case VC_REG_DR2:
	case VC_REG_DR3:	return &s->dr[reg - VC_REG_DR0];
	case VC_REG_DR6:	return &s->dr6;
	case VC_REG_DR7:	return &s->dr7;
	case VC_REG_GDTR_BASE:	return &s->gdtr.base;
	case VC_REG_IDTR_BASE:	return &s->idtr.base;
	case VC_REG_TSC:	return &s->tsc;
	}
	*width = 2;
	switch (reg) {
	case VC_REG_GDTR_LIMIT:	return &s->gdtr.limit;
	case VC_REG_IDTR_LIMIT:	return &s->idtr.limit;
	}
	*width = 4;
	switch (reg) {
	case VC_REG_MP_STATE:	return &s->mp_state;
	case VC_REG_SHADOW:	return &s->interrupt_shadow;
	}
	return NULL;
}

static uint64_t load(const void *at, unsigned width)
{
	uint64_t v;
	uint32_t w;
	uint16_t h;

	switch (width) {
	case 2:
		memcpy(&h, at, sizeof(h));
		return h;
	case 4:
		memcpy(&w, at, sizeof(w));
		return w;
	default:
		memcpy(&v, at, sizeof(v));
		return v;
	}
}

static void store(void *at, unsigned width, uint64_t v)
{
	uint32_t w = (uint32_t)v;
	uint16_t h = (uint16_t)v;

	switch (width) {
	case 2:
		memcpy(at, &h, sizeof(h));
		break;
	case 4:
		memcpy(at, &w, sizeof(w));
		break;
	default:
		memcpy(at, &v, sizeof(v));
	}
}

/* Registers that hold any 64-bit value and mean nothing to others. */
static bool is_plain(uint32_t reg)
{
	return reg <= VC_REG_RIP;
}

/* ---- the whole state ---- */

/* What the core keeps of a vCPU's state is merged into the backend's. */
int vc__vcpu_state_get(vc_vcpu *vcpu, vc_x86_state *s)
{
	uint32_t pending, inject;
	int rc;

	memset(s, 0, sizeof(*s));
	s->size = sizeof(*s);
	rc = vcpu->vm->backend->state_get(vcpu, s);
	if (rc)
		return rc;
	s->mp_state = vcpu->mp_state;
	s->tsc = vc__tsc(vcpu);
	s->retired = vcpu->retired;
	pending = atomic_load(&vcpu->pending);
	if (pending & VC__PEND_NMI)
		s->event_flags |= VC_EVENT_NMI;
	inject = atomic_load(&vcpu->inject);
	if (inject && !(s->event_flags & VC_EVENT_INTERRUPT)) {
		s->event_flags |= VC_EVENT_INTERRUPT;
		s->interrupt_vector = (uint8_t)inject;
	}
	if (vcpu->shut_down)
		s->event_flags |= VC_EVENT_TRIPLE_FAULT;
	return 0;
}

int vc__vcpu_state_set(vc_vcpu *vcpu, const vc_x86_state *s)
{
	const uint32_t ours = VC_EVENT_NMI | VC_EVENT_TRIPLE_FAULT;
	vc_x86_state copy = *s;
	bool inject = (s->event_flags & VC_EVENT_INTERRUPT) &&
		      !(s->event_flags & VC_EVENT_SOFT);
	uint64_t tsc_offset = atomic_load(&vcpu->tsc_offset);
	int rc;

	copy.event_flags &= ~ours;
	if (inject)
		copy.event_flags &= ~VC_EVENT_INTERRUPT;
	rc = vcpu->vm->backend->state_set(vcpu, &copy);
	if (rc)
		return rc;
	vcpu->access_pending = false;
	vcpu->mp_state = s->mp_state;
	vcpu->shut_down = s->event_flags & VC_EVENT_TRIPLE_FAULT;
	if (s->retired != vcpu->retired)
		vc__clock_retired_set(vcpu, s->retired);
	vc__tsc_put(vcpu, s->tsc, tsc_offset);
	if (s->event_flags & VC_EVENT_NMI)
		vc__vcpu_pend(vcpu, VC__PEND_NMI);
	else
		atomic_fetch_and(&vcpu->pending, ~VC__PEND_NMI);
	atomic_store(&vcpu->inject, inject ? VC__INJECT | s->interrupt_vector :
		     0);
	if (inject || vcpu->requested)
		vc__vcpu_pend(vcpu, VC__PEND_INTR);
	else
		atomic_fetch_and(&vcpu->pending, ~VC__PEND_INTR);
	return 0;
}

int vc_vcpu_state_get(vc_vcpu *vcpu, vc_x86_state *state)
{
	vc_x86_state s;
	int rc;

	if (!vcpu || !state)
		return vc__fail(VC_EINVAL, "vc_vcpu_state_get: %s is NULL",
				vcpu ? "state" : "vcpu");
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_state_get");
	if (rc)
		return rc;
	rc = vc__vcpu_state_get(vcpu, &s);
	vc__vcpu_drop(vcpu);
	if (rc)
		return rc;
	return vc__struct_out("vc_vcpu_state_get", state, &s, sizeof(s),
			      sizeof(s));
}

int vc_vcpu_state_set(vc_vcpu *vcpu, const vc_x86_state *state)
{
	vc_x86_state s;
	int rc;

	if (!vcpu || !state)
		return vc__fail(VC_EINVAL, "vc_vcpu_state_set: %s is NULL",
				vcpu ? "state" : "vcpu");
	rc = vc__struct_in("vc_vcpu_state_set", &s, sizeof(s), state,
			   sizeof(s));
	if (rc)
		return rc;
	vc__state_fix(&s);
	rc = vc__state_check("vc_vcpu_state_set", &s);
	if (!rc)
		rc = vc__vcpu_hold(vcpu, "vc_vcpu_state_set");
	if (rc)
		return rc;
	rc = vc__vcpu_state_set(vcpu, &s);
	vc__vcpu_drop(vcpu);
	return rc;
}

/*
 * Change part of the state: change() edits it and returns 0 or a failure, and
 * what comes out is checked as a whole. The vCPU is held.
 */
static int edit(vc_vcpu *vcpu, const char *call,
		int (*change)(vc_x86_state *s, const void *how),
		const void *how)
{
	vc_x86_state s;
	uint64_t tsc;
	int rc;

	rc = vc__vcpu_state_get(vcpu, &s);
	if (rc)
		return rc;
	tsc = s.tsc;
	rc = change(&s, how);
	if (rc)
		return rc;
	vc__state_fix(&s);
	rc = vc__state_check(call, &s);
	if (rc)
		return rc;
	/* Time went on while we looked: do not set it back. */
	if (s.tsc == tsc)
		s.tsc = vc__tsc(vcpu);
	return vc__vcpu_state_set(vcpu, &s);
}

/* ---- registers ---- */

static int get_one(vc_vcpu *vcpu, uint32_t reg, uint64_t *value)
{
	const struct vc__backend *b = vcpu->vm->backend;

	switch (reg) {
	case VC_REG_MP_STATE:
		*value = vcpu->mp_state;
		return 0;
	case VC_REG_TSC:
		*value = vc__tsc(vcpu);
		return 0;
	}
	return b->reg_get ? b->reg_get(vcpu, reg, value) : VC_ENOTSUP;
}

static int known(const char *call, uint32_t reg)
{
	vc_x86_state s;
	unsigned width;

	if (!place(&s, reg, &width))
		return vc__fail(VC_ENOENT, "%s: there is no register 0x%x",
				call, (unsigned)reg);
	return 0;
}

static int get_regs(vc_vcpu *vcpu, const char *call, const uint32_t *regs,
		    uint64_t *values, uint32_t n)
{
	vc_x86_state s;
	unsigned width;
	uint32_t i;
	int rc;

	for (i = 0; i < n; i++) {
		rc = known(call, regs[i]);
		if (rc)
			return rc;
	}
	rc = vc__vcpu_hold(vcpu, call);
	if (rc)
		return rc;
	for (i = 0; i < n; i++) {
		rc = get_one(vcpu, regs[i], &values[i]);
		if (rc)
			break;
	}
	if (rc == VC_ENOTSUP) {
		rc = vc__vcpu_state_get(vcpu, &s);
		for (; i < n && !rc; i++) {
			const void *at = place(&s, regs[i], &width);

			values[i] = load(at, width);
		}
	}
	vc__vcpu_drop(vcpu);
	return rc;
}

struct reg_change {
	const char *call;
	const uint32_t *regs;
	const uint64_t *values;
	uint32_t n;
};

static int change_regs(vc_x86_state *s, const void *how)
{
	const struct reg_change *c = how;

	for (uint32_t i = 0; i < c->n; i++) {
		unsigned width;
		void *at = place(s, c->regs[i], &width);

		if (width < 8 && c->values[i] >> width * 8)
			return vc__fail(VC_ERANGE, "%s: register 0x%x has %u "
					"bits, the value is 0x%llx", c->call,
					(unsigned)c->regs[i], width * 8,
					(unsigned long long)c->values[i]);
		store(at, width, c->values[i]);
	}
	return 0;
}

/* All plain, and the backend sets them by themselves? */
static int set_plain(vc_vcpu *vcpu, const uint32_t *regs,
		     const uint64_t *values, uint32_t n)
{
	const struct vc__backend *b = vcpu->vm->backend;

	if (!b->reg_set)
		return VC_ENOTSUP;
	for (uint32_t i = 0; i < n; i++)
		if (!is_plain(regs[i]))
			return VC_ENOTSUP;
	for (uint32_t i = 0; i < n; i++) {
		int rc = b->reg_set(vcpu, regs[i], values[i]);

		if (rc)
			return rc;
	}
	vcpu->access_pending = false;
	return 0;
}

static int set_regs(vc_vcpu *vcpu, const char *call, const uint32_t *regs,
		    const uint64_t *values, uint32_t n)
{
	const struct reg_change change = { call, regs, values, n };
	int rc;

	for (uint32_t i = 0; i < n; i++) {
		rc = known(call, regs[i]);
		if (rc)
			return rc;
	}
	rc = vc__vcpu_hold(vcpu, call);
	if (rc)
		return rc;
	rc = set_plain(vcpu, regs, values, n);
	if (rc == VC_ENOTSUP)
		rc = edit(vcpu, call, change_regs, &change);
	vc__vcpu_drop(vcpu);
	return rc;
}

int vc_vcpu_reg_get(vc_vcpu *vcpu, uint32_t reg, uint64_t *value)
{
	if (!vcpu || !value)
		return vc__fail(VC_EINVAL, "vc_vcpu_reg_get: %s is NULL",
				vcpu ? "value" : "vcpu");
	return get_regs(vcpu, "vc_vcpu_reg_get", &reg, value, 1);
}

int vc_vcpu_reg_set(vc_vcpu *vcpu, uint32_t reg, uint64_t value)
{
	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_reg_set: vcpu is NULL");
	return set_regs(vcpu, "vc_vcpu_reg_set", &reg, &value, 1);
}

int vc_vcpu_regs_get(vc_vcpu *vcpu, const uint32_t *regs, uint64_t *values,
		     uint32_t n)
{
	if (!vcpu || (n && (!regs || !values)))
		return vc__fail(VC_EINVAL, "vc_vcpu_regs_get: %s is NULL",
				!vcpu ? "vcpu" : !regs ? "regs" : "values");
	return get_regs(vcpu, "vc_vcpu_regs_get", regs, values, n);
}

int vc_vcpu_regs_set(vc_vcpu *vcpu, const uint32_t *regs,
		     const uint64_t *values, uint32_t n)
{
	if (!vcpu || (n && (!regs || !values)))
		return vc__fail(VC_EINVAL, "vc_vcpu_regs_set: %s is NULL",
				!vcpu ? "vcpu" : !regs ? "regs" : "values");
	return set_regs(vcpu, "vc_vcpu_regs_set", regs, values, n);
}

struct segment_change {
	uint32_t seg;
	const vc_x86_segment *to;
};

static int change_segment(vc_x86_state *s, const void *how)
{
	const struct segment_change *c = how;

	s->seg[c->seg] = *c->to;
	return 0;
}

int vc_vcpu_segment_get(vc_vcpu *vcpu, uint32_t seg, vc_x86_segment *out)
{
	vc_x86_state s;
	int rc;

	if (!vcpu || !out)
		return vc__fail(VC_EINVAL, "vc_vcpu_segment_get: %s is NULL",
				vcpu ? "out" : "vcpu");
	if (seg > VC_SEG_TR)
		return vc__fail(VC_ENOENT, "vc_vcpu_segment_get: there is no "
				"segment %u", (unsigned)seg);
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_segment_get");
	if (rc)
		return rc;
	rc = vc__vcpu_state_get(vcpu, &s);
	vc__vcpu_drop(vcpu);
	if (!rc)
		*out = s.seg[seg];
	return rc;
}

int vc_vcpu_segment_set(vc_vcpu *vcpu, uint32_t seg, const vc_x86_segment *in)
{
	const struct segment_change change = { seg, in };
	int rc;

	if (!vcpu || !in)
		return vc__fail(VC_EINVAL, "vc_vcpu_segment_set: %s is NULL",
				vcpu ? "in" : "vcpu");
	if (seg > VC_SEG_TR)
		return vc__fail(VC_ENOENT, "vc_vcpu_segment_set: there is no "
				"segment %u", (unsigned)seg);
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_segment_set");
	if (rc)
		return rc;
	rc = edit(vcpu, "vc_vcpu_segment_set", change_segment, &change);
	vc__vcpu_drop(vcpu);
	return rc;
}

/* ---- registers as bytes, in the XSAVE area (SDM 1 §13.4) ---- */

#define XSTATE_BV	512

static const struct bytes_kind {
	uint32_t count, len;
	uint32_t at, stride;
	uint32_t part;		/* bit of XSTATE_BV */
	const char *name;
} bytes_kinds[] = {
	[VC_BYTES_ST]	 = { 8, 10, 32, 16, 0, "ST" },
	[VC_BYTES_XMM]	 = { 16, 16, 160, 16, 1, "XMM" },
	/* The low half is XMM; the high one is AVX's part, at 576. */
	[VC_BYTES_YMM]	 = { 16, 32, 576, 16, 2, "YMM" },
	[VC_BYTES_FCW]	 = { 1, 2, 0, 0, 0, "FCW" },
	[VC_BYTES_FSW]	 = { 1, 2, 2, 0, 0, "FSW" },
	[VC_BYTES_MXCSR] = { 1, 4, 24, 0, 1, "MXCSR" },
};

/*
 * Bring a part that is in its initial state, whose bytes mean nothing, to
 * memory: then it can be read and changed like any other.
 */
static void materialise(vc_x86_state *s, uint32_t part)
{
	if (s->xsave[XSTATE_BV] >> part & 1)
		return;
	switch (part) {
	case 0:
		memset(s->xsave, 0, 24);
		memset(s->xsave + 32, 0, 128);
		s->xsave[0] = 0x7f;
		s->xsave[1] = 0x03;
		break;
	case 1:
		memset(s->xsave + 160, 0, 256);
		break;
	default:
		memset(s->xsave + 576, 0, 256);
	}
	s->xsave[XSTATE_BV] |= (uint8_t)(1u << part);
}

static int bytes_check(vc_vcpu *vcpu, const char *call, uint32_t kind,
		       uint32_t index, const void *data, uint64_t len)
{
	if (!vcpu || !data)
		return vc__fail(VC_EINVAL, "%s: %s is NULL", call,
				vcpu ? "data" : "vcpu");
	if (kind >= VC__ARRAY_LEN(bytes_kinds) ||
	    index >= bytes_kinds[kind].count)
		return vc__fail(VC_ENOENT, "%s: there is no register %u of "
				"kind %u", call, (unsigned)index,
				(unsigned)kind);
	if (len != bytes_kinds[kind].len)
		return vc__fail(VC_EINVAL, "%s: %s has %u bytes, len is %llu",
				call, bytes_kinds[kind].name,
				(unsigned)bytes_kinds[kind].len,
				(unsigned long long)len);
	return 0;
}

struct bytes_change {
	const char *call;
	uint32_t kind, index;
	const uint8_t *from;	/* set, or */
	uint8_t *to;		/* get */
};

static int change_bytes(vc_x86_state *s, const void *how)
{
	const struct bytes_change *c = how;
	const struct bytes_kind *k = &bytes_kinds[c->kind];
	uint8_t *at = s->xsave + k->at + c->index * k->stride;
	uint32_t len = k->len, skip = 0;
	uint8_t *low;

	materialise(s, k->part);
	if (c->kind == VC_BYTES_YMM) {
		if (!(s->xcr0 & 4) && c->from)
			return vc__fail(VC_ENOTSUP, "%s: XCR0 does not enable "
					"AVX", c->call);
		materialise(s, 1);
		low = s->xsave + 160 + c->index * 16;
		if (c->from)
			memcpy(low, c->from, 16);
		else
			memcpy(c->to, low, 16);
		len = skip = 16;
	}
	if (!c->from) {
		memcpy(c->to + skip, at, len);
		return 0;
	}
	memcpy(at, c->from + skip, len);
	if (c->kind == VC_BYTES_ST) {
		/* The abridged tags (byte 4) are by physical register: ST(i)
		 * is (TOP + i) mod 8, TOP is bits 11-13 of FSW. */
		uint32_t top = s->xsave[3] >> 3 & 7;

		memset(at + 10, 0, 6);
		s->xsave[4] |= (uint8_t)(1u << (top + c->index) % 8);
	}
	return 0;
}

int vc_vcpu_bytes_get(vc_vcpu *vcpu, uint32_t kind, uint32_t index, void *out,
		      uint64_t len)
{
	const struct bytes_change get = { "vc_vcpu_bytes_get", kind, index,
					  NULL, out };
	vc_x86_state s;
	int rc;

	rc = bytes_check(vcpu, "vc_vcpu_bytes_get", kind, index, out, len);
	if (!rc)
		rc = vc__vcpu_hold(vcpu, "vc_vcpu_bytes_get");
	if (rc)
		return rc;
	rc = vc__vcpu_state_get(vcpu, &s);
	vc__vcpu_drop(vcpu);
	if (!rc && kind == VC_BYTES_YMM && !(s.xcr0 & 4))
		return vc__fail(VC_ENOTSUP, "vc_vcpu_bytes_get: XCR0 does not "
				"enable AVX");
	if (!rc)
		rc = change_bytes(&s, &get);
	return rc;
}

int vc_vcpu_bytes_set(vc_vcpu *vcpu, uint32_t kind, uint32_t index,
		      const void *in, uint64_t len)
{
	const struct bytes_change set = { "vc_vcpu_bytes_set", kind, index,
					  in, NULL };
	int rc;

	rc = bytes_check(vcpu, "vc_vcpu_bytes_set", kind, index, in, len);
	if (!rc)
		rc = vc__vcpu_hold(vcpu, "vc_vcpu_bytes_set");
	if (rc)
		return rc;
	rc = edit(vcpu, "vc_vcpu_bytes_set", change_bytes, &set);
	vc__vcpu_drop(vcpu);
	return rc;
}

/* ---- exceptions from the embedder ---- */

struct exception_change {
	uint32_t vector, has_error, error;
};

static int change_exception(vc_x86_state *s, const void *how)
{
	const struct exception_change *c = how;

	if (s->event_flags & VC_EVENT_EXCEPTION)
		return vc__fail(VC_ESTATE, "vc_vcpu_inject_exception: "
				"exception %u waits already",
				s->exception_vector);
	s->event_flags |= VC_EVENT_EXCEPTION;
	if (c->has_error)
		s->event_flags |= VC_EVENT_ERROR_CODE;
	s->exception_vector = (uint8_t)c->vector;
	s->exception_error = c->has_error ? c->error : 0;
	s->exception_payload = c->vector == 14 ? s->cr2 : 0;
	return 0;
}

int vc_vcpu_inject_exception(vc_vcpu *vcpu, uint32_t vector,
			     uint32_t has_error, uint32_t error)
{
	const struct exception_change change = { vector, has_error, error };
	int rc;

	if (!vcpu || has_error > 1)
		return vc__fail(VC_EINVAL, "vc_vcpu_inject_exception: %s",
				vcpu ? "has_error is neither 0 nor 1" :
				"vcpu is NULL");
	if (vector > 31 || vector == 2)
		return vc__fail(VC_ERANGE, "vc_vcpu_inject_exception: vector "
				"%u is no exception", (unsigned)vector);
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_inject_exception");
	if (rc)
		return rc;
	rc = edit(vcpu, "vc_vcpu_inject_exception", change_exception, &change);
	vc__vcpu_drop(vcpu);
	return rc;
}

/* ---- MSRs ---- */

int vc_vcpu_msr_get(vc_vcpu *vcpu, uint32_t msr, uint64_t *value)
{
	int rc;

	if (!vcpu || !value)
		return vc__fail(VC_EINVAL, "vc_vcpu_msr_get: %s is NULL",
				vcpu ? "value" : "vcpu");
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_msr_get");
	if (rc)
		return rc;
	rc = vcpu->vm->backend->msr_get(vcpu, msr, value);
	vc__vcpu_drop(vcpu);
	if (rc == VC_ENOENT)
		vc__fail(rc, "vc_vcpu_msr_get: RDMSR of 0x%x would fault",
			 (unsigned)msr);
	return rc;
}

int vc_vcpu_msr_set(vc_vcpu *vcpu, uint32_t msr, uint64_t value)
{
	int rc;

	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_msr_set: vcpu is NULL");
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_msr_set");
	if (rc)
		return rc;
	rc = vcpu->vm->backend->msr_set(vcpu, msr, value);
	if (!rc)
		vcpu->access_pending = false;
	vc__vcpu_drop(vcpu);
	if (rc == VC_ENOENT)
		vc__fail(rc, "vc_vcpu_msr_set: WRMSR of 0x%llx to 0x%x would "
			 "fault", (unsigned long long)value, (unsigned)msr);
	return rc;
}

/* ---- guest-virtual memory ---- */

static int translate(vc_vcpu *vcpu, const char *call, uint64_t gva,
		     uint32_t access, uint64_t *gpa)
{
	int rc;

	if (!vc__has_cap(vcpu->vm, VC_CAP_TRANSLATE))
		return vc__fail(VC_ENOTSUP, "%s: the %s backend cannot", call,
				vcpu->vm->backend->name);
	rc = vcpu->vm->backend->translate(vcpu, gva, access, gpa);
	if (rc == VC_EFAULT)
		vc__fail(rc, "%s: nothing is mapped at linear address 0x%llx",
			 call, (unsigned long long)gva);
	else if (rc == VC_EPERM)
		vc__fail(rc, "%s: paging forbids that access to linear address "
			 "0x%llx", call, (unsigned long long)gva);
	return rc;
}

int vc_vcpu_translate(vc_vcpu *vcpu, uint64_t gva, uint32_t access,
		      uint64_t *gpa)
{
	uint32_t kind = access & ~VC_ACCESS_SYSTEM;
	int rc;

	if (!vcpu || !gpa)
		return vc__fail(VC_EINVAL, "vc_vcpu_translate: %s is NULL",
				vcpu ? "gpa" : "vcpu");
	if (kind != VC_ACCESS_READ && kind != VC_ACCESS_WRITE &&
	    kind != VC_ACCESS_EXEC)
		return vc__fail(VC_EINVAL, "vc_vcpu_translate: access 0x%x is "
				"not one of read, write, execute",
				(unsigned)access);
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_translate");
	if (rc)
		return rc;
	rc = translate(vcpu, "vc_vcpu_translate", gva, access, gpa);
	vc__vcpu_drop(vcpu);
	return rc;
}

/* Page by page: first only look, then copy, so that it is all or nothing. */
static int virtual_copy(vc_vcpu *vcpu, const char *call, uint64_t gva,
			uint8_t *buf, uint64_t len, bool is_write, bool look)
{
	uint32_t access = VC_ACCESS_SYSTEM | (is_write ? VC_ACCESS_WRITE :
					      VC_ACCESS_READ);

	while (len) {
		uint64_t here = VC_PAGE_SIZE - gva % VC_PAGE_SIZE;
		uint64_t gpa;
		void *at;
		int rc;

		if (here > len)
			here = len;
		rc = translate(vcpu, call, gva, access, &gpa);
		if (rc)
			return rc;
		if (look) {
			rc = vc_memory_host(vcpu->vm, gpa, here, &at);
			if (rc)
				return vc__fail(VC_EFAULT, "%s: linear address "
						"0x%llx is at 0x%llx, which is "
						"no memory", call,
						(unsigned long long)gva,
						(unsigned long long)gpa);
		} else if (is_write) {
			vc_memory_write(vcpu->vm, gpa, buf, here);
		} else {
			vc_memory_read(vcpu->vm, gpa, buf, here);
		}
		gva += here;
		len -= here;
		buf += here;
	}
	return 0;
}

static int virtual_access(vc_vcpu *vcpu, const char *call, uint64_t gva,
			  void *buf, uint64_t len, bool is_write)
{
	int rc;

	if (!vcpu || (!buf && len))
		return vc__fail(VC_EINVAL, "%s: %s is NULL", call,
				vcpu ? "the buffer" : "vcpu");
	if (!len)
		return 0;
	if (len - 1 > UINT64_MAX - gva)
		return vc__fail(VC_EINVAL, "%s: gva + len wraps", call);
	rc = vc__vcpu_hold(vcpu, call);
	if (rc)
		return rc;
	rc = virtual_copy(vcpu, call, gva, buf, len, is_write, true);
	if (!rc)
		rc = virtual_copy(vcpu, call, gva, buf, len, is_write, false);
	vc__vcpu_drop(vcpu);
	return rc;
}

int vc_vcpu_read(vc_vcpu *vcpu, uint64_t gva, void *out, uint64_t len)
{
	return virtual_access(vcpu, "vc_vcpu_read", gva, out, len, false);
}

int vc_vcpu_write(vc_vcpu *vcpu, uint64_t gva, const void *in, uint64_t len)
{
	return virtual_access(vcpu, "vc_vcpu_write", gva,
			      (void *)(uintptr_t)in, len, true);
}
