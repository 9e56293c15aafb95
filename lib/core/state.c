/* SPDX-License-Identifier: MIT */
/*
 * state.c: the canonical state: what it is after reset, and which values a
 * processor can hold. A state that a guest can bring about is never refused.
 */
#include <string.h>

#include "internal.h"

/* Offsets in the standard XSAVE area, SDM 1 §13.4. */
#define XSAVE_FCW	0
#define XSAVE_MXCSR	24
#define XSAVE_XSTATE_BV	512
#define XSAVE_XCOMP_BV	520

/* Bits that no processor lets software set. */
#define CR0_KNOWN	0xe005003fu
#define CR4_KNOWN	0x01f77fffu
#define EFER_KNOWN	0xfd01u
#define XCR0_KNOWN	0x2ffu
#define RFLAGS_RESERVED	0xffffffffffc08028u
#define MXCSR_KNOWN	0xffffu

#define CR0_PE		0x00000001u
#define CR0_ET		0x00000010u
#define CR0_NW		0x20000000u
#define CR0_CD		0x40000000u
#define CR0_PG		0x80000000u
#define CR4_PAE		0x20u
#define CR4_PCIDE	0x20000u
#define EFER_LME	0x100u
#define EFER_LMA	0x400u
#define RFLAGS_FIXED	0x2u
#define DR6_FIXED	0xffff0ff0u
#define DR7_FIXED	0x400u

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> i * 8);
}

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

/* SDM 3A table 9-1; the AP's wait is §8.4. */
void vc__state_reset(vc_x86_state *s, uint32_t index, bool init_signal)
{
	memset(s, 0, sizeof(*s));
	s->size = sizeof(*s);
	s->mp_state = !index ? VC_MP_RUNNABLE : init_signal ?
		      VC_MP_INIT_RECEIVED : VC_MP_UNINITIALIZED;
	s->rflags = RFLAGS_FIXED;
	s->rip = 0xfff0;
	s->cr0 = CR0_CD | CR0_NW | CR0_ET;
	/* A family, model and stepping that old software knows as 64-bit. */
	s->gpr[VC_RDX] = 0x600;
	for (int i = 0; i < 6; i++)
		s->seg[i] = (vc_x86_segment){ 0, 0xffff, 0,
				VC_SEG_P | VC_SEG_S | 3 };
	s->seg[VC_SEG_CS] = (vc_x86_segment){ 0xffff0000, 0xffff, 0xf000,
				VC_SEG_P | VC_SEG_S | 0xb };
	s->seg[VC_SEG_LDTR] = (vc_x86_segment){ 0, 0xffff, 0, VC_SEG_P | 2 };
	s->seg[VC_SEG_TR] = (vc_x86_segment){ 0, 0xffff, 0, VC_SEG_P | 0xb };
	s->gdtr.limit = s->idtr.limit = 0xffff;
	s->dr6 = DR6_FIXED;
	s->dr7 = DR7_FIXED;
	s->xcr0 = 1;
	s->pat = UINT64_C(0x0007040600070406);
	s->apic_base = 0xfee00800u | (index ? 0 : 0x100u);
	s->misc_enable = 1;
	/* x87 and SSE in the state of FNINIT with FCW 0x40 (power-on). */
	s->xsave[XSAVE_FCW] = 0x40;
	put32(s->xsave + XSAVE_MXCSR, 0x1f80);
	s->xsave[XSAVE_XSTATE_BV] = 1;
}

void vc__state_fix(vc_x86_state *s)
{
	s->rflags |= RFLAGS_FIXED;
	s->cr0 |= CR0_ET;
	s->xcr0 |= 1;
	s->dr6 |= DR6_FIXED;
	s->dr7 |= DR7_FIXED;
	if (s->pat == 0)
		s->pat = UINT64_C(0x0007040600070406);
}

static bool canonical(uint64_t va)
{
	return va >> 47 == 0 || va >> 47 == 0x1ffff;
}

static int bad(const char *call, const char *what, uint64_t value)
{
	return vc__fail(VC_ERANGE, "%s: no processor holds %s = 0x%llx", call,
			what, (unsigned long long)value);
}

static int check_control(const char *call, const vc_x86_state *s)
{
	bool lma = s->efer & EFER_LMA;

	if (s->rflags & RFLAGS_RESERVED)
		return bad(call, "rflags", s->rflags);
	if (s->cr0 & ~(uint64_t)CR0_KNOWN ||
	    ((s->cr0 & CR0_PG) && !(s->cr0 & CR0_PE)) ||
	    ((s->cr0 & CR0_NW) && !(s->cr0 & CR0_CD)))
		return bad(call, "cr0", s->cr0);
	if (s->cr4 & ~(uint64_t)CR4_KNOWN)
		return bad(call, "cr4", s->cr4);
	if (s->efer & ~(uint64_t)EFER_KNOWN)
		return bad(call, "efer", s->efer);
	if (lma != ((s->efer & EFER_LME) && (s->cr0 & CR0_PG)))
		return vc__fail(VC_ERANGE, "%s: efer.LMA must be efer.LME and "
				"cr0.PG (efer 0x%llx, cr0 0x%llx)", call,
				(unsigned long long)s->efer,
				(unsigned long long)s->cr0);
	if (lma && !(s->cr4 & CR4_PAE))
		return vc__fail(VC_ERANGE, "%s: long mode needs cr4.PAE", call);
	if ((s->cr4 & CR4_PCIDE) && !lma)
		return vc__fail(VC_ERANGE, "%s: cr4.PCIDE needs long mode",
				call);
	if (s->cr3 >> 52)
		return bad(call, "cr3", s->cr3);
	if (s->cr8 > 15)
		return bad(call, "cr8", s->cr8);
	/* AVX's state needs SSE's (SDM 1 §13.3). */
	if (s->xcr0 & ~(uint64_t)XCR0_KNOWN || (s->xcr0 & 6) == 4 ||
	    ((s->xcr0 >> 3 & 3) != 0 && (s->xcr0 >> 3 & 3) != 3) ||
	    ((s->xcr0 >> 5 & 7) != 0 && ((s->xcr0 >> 5 & 7) != 7 ||
	     !(s->xcr0 & 4))))
		return bad(call, "xcr0", s->xcr0);
	if (s->dr6 >> 32)
		return bad(call, "dr6", s->dr6);
	if (s->dr7 >> 32)
		return bad(call, "dr7", s->dr7);
	return 0;
}

static int check_segments(const char *call, const vc_x86_state *s)
{
	static const char *const names[] = { "es", "cs", "ss", "ds", "fs",
					     "gs", "ldtr", "tr" };

	for (int i = 0; i < 8; i++) {
		const vc_x86_segment *g = &s->seg[i];

		if (g->attr & 0x0f00)
			return vc__fail(VC_ERANGE, "%s: %s: attr 0x%x has bits "
					"8-11", call, names[i], g->attr);
		if (i < VC_SEG_FS ? g->base >> 32 != 0 : !canonical(g->base))
			return vc__fail(VC_ERANGE, "%s: %s: base 0x%llx", call,
					names[i], (unsigned long long)g->base);
		if (!(g->attr & VC_SEG_P))
			continue;
		if (g->attr & VC_SEG_G ? (g->limit & 0xfff) != 0xfff :
					 g->limit > 0xfffff)
			return vc__fail(VC_ERANGE, "%s: %s: limit 0x%x does "
					"not go with attr 0x%x", call, names[i],
					(unsigned)g->limit, g->attr);
	}
	if ((s->efer & EFER_LMA) && (s->seg[VC_SEG_CS].attr & VC_SEG_L) &&
	    (s->seg[VC_SEG_CS].attr & VC_SEG_DB))
		return vc__fail(VC_ERANGE, "%s: cs has both L and D", call);
	if (!canonical(s->gdtr.base))
		return bad(call, "gdtr.base", s->gdtr.base);
	if (!canonical(s->idtr.base))
		return bad(call, "idtr.base", s->idtr.base);
	return 0;
}

static int check_rest(const char *call, const vc_x86_state *s)
{
	if (!canonical(s->lstar))
		return bad(call, "lstar", s->lstar);
	if (!canonical(s->cstar))
		return bad(call, "cstar", s->cstar);
	if (!canonical(s->kernel_gs_base))
		return bad(call, "kernel_gs_base", s->kernel_gs_base);
	for (int i = 0; i < 8; i++) {
		uint64_t type = s->pat >> i * 8 & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return bad(call, "pat", s->pat);
	}
	/* nobody counts that far; and limits are sums */
	if (s->retired >> 62)
		return bad(call, "retired", s->retired);
	if (s->mp_state > VC_MP_HALTED)
		return bad(call, "mp_state", s->mp_state);
	if (s->event_flags & ~0x7fu)
		return bad(call, "event_flags", s->event_flags);
	if ((s->event_flags & VC_EVENT_EXCEPTION) &&
	    (s->exception_vector > 31 || s->exception_vector == 2))
		return bad(call, "exception_vector", s->exception_vector);
	if (s->interrupt_shadow & ~3u)
		return bad(call, "interrupt_shadow", s->interrupt_shadow);
	for (int i = 0; i < 8; i++)
		if (s->xsave[XSAVE_XCOMP_BV + i])
			return vc__fail(VC_ERANGE, "%s: xsave is compacted",
					call);
	if (get32(s->xsave + XSAVE_XSTATE_BV) & ~XCR0_KNOWN ||
	    get32(s->xsave + XSAVE_XSTATE_BV + 4))
		return vc__fail(VC_ERANGE, "%s: xsave has unknown parts", call);
	if (get32(s->xsave + XSAVE_MXCSR) & ~MXCSR_KNOWN)
		return bad(call, "mxcsr", get32(s->xsave + XSAVE_MXCSR));
	return 0;
}

int vc__state_check(const char *call, const vc_x86_state *s)
{
	int rc = check_control(call, s);

	if (!rc)
		rc = check_segments(call, s);
	if (!rc)
		rc = check_rest(call, s);
	return rc;
}
