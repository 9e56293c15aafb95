/* SPDX-License-Identifier: MIT */
/*
 * xsave.c: FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XRSTOR, and the same image for
 * the canonical vCPU state. Format: SDM 1 §10.5.1 and §13.4; the standard
 * form only. Components: x87, SSE, and AVX's upper halves for when XCR0 has
 * them. XSAVEOPT leaves out components that are in their initial state, but
 * keeps no track of what was modified.
 */
#include "decode.h"
#include "fpu.h"

#define XC_ALL	(XC_X87 | XC_SSE | XC_AVX)

#define OFF_MXCSR	24u
#define OFF_ST		32u
#define OFF_XMM		160u
#define OFF_HEADER	512u
#define OFF_AVX		576u
#define SIZE_AVX	256u
#define OFF_PKRU	2688u
#define SIZE_PKRU	8u
#define AREA_SIZE	832u

uint32_t vc__xsave_size(uint64_t parts, bool compacted)
{
	uint32_t size = OFF_AVX + (parts & XC_AVX ? SIZE_AVX : 0);

	if (parts & XC_PKRU)
		size = (compacted ? size : OFF_PKRU) + SIZE_PKRU;
	return size;
}

/* ---- between the CPU block and the image ---- */

static void put_x87(const struct cpu *cpu, bool rex_w, uint8_t *p)
{
	st16(p, cpu->fcw);
	st16(p + 2, vc__fsw(cpu));
	p[4] = cpu->ftw;
	p[5] = 0;
	st16(p + 6, cpu->fop);
	if (rex_w) {
		st64(p + 8, cpu->fip);
		st64(p + 16, cpu->fdp);
	} else {
		st32(p + 8, (uint32_t)cpu->fip);
		st32(p + 12, cpu->fcs);
		st32(p + 16, (uint32_t)cpu->fdp);
		st32(p + 20, cpu->fds);
	}
	for (unsigned i = 0; i < 8; i++) {
		const struct f80 *r = &cpu->st[x87_phys(cpu, i)];

		memset(p + OFF_ST + 16 * i, 0, 16);
		st64(p + OFF_ST + 16 * i, r->m);
		st16(p + OFF_ST + 16 * i + 8, r->se);
	}
}

static void take_x87(struct cpu *cpu, bool rex_w, const uint8_t *p)
{
	vc__fpu_unload(cpu, FPU_LIVE_X87);
	cpu->fop = ld16(p + 6) & 0x7ff;
	cpu->fip = rex_w ? ld64(p + 8) : ld32(p + 8);
	cpu->fdp = rex_w ? ld64(p + 16) : ld32(p + 16);
	cpu->fcs = 0;
	cpu->fds = 0;
	vc__fcw_set(cpu, ld16(p));
	vc__fsw_set(cpu, ld16(p + 2));
	cpu->ftw = p[4];
	for (unsigned i = 0; i < 8; i++) {
		struct f80 *r = &cpu->st[x87_phys(cpu, i)];

		r->m = ld64(p + OFF_ST + 16 * i);
		r->se = ld16(p + OFF_ST + 16 * i + 8);
	}
}

static void init_x87(struct cpu *cpu)
{
	static const uint8_t zero[OFF_XMM];
	uint8_t t[OFF_XMM];

	memcpy(t, zero, sizeof(t));
	st16(t, FCW_INIT);
	take_x87(cpu, true, t);
}

static unsigned xmm_count(const struct cpu *cpu)
{
	return IN_CODE64() ? 16 : 8;
}

static bool x87_initial(const struct cpu *cpu)
{
	uint64_t any = cpu->fip | cpu->fdp | cpu->fop | cpu->ftw | vc__fsw(cpu);

	for (unsigned i = 0; i < 8; i++)
		any |= cpu->st[i].m | cpu->st[i].se;
	return !any && cpu->fcw == FCW_INIT;
}

/* Whether bytes [from, from + 16) of all vector registers are 0. */
static bool vectors_zero(const struct cpu *cpu, unsigned from)
{
	uint64_t any = 0;

	for (unsigned i = 0; i < 16; i++)
		any |= ld64(cpu->v[i].b + from) | ld64(cpu->v[i].b + from + 8);
	return !any;
}

/* XINUSE, SDM 1 §13.6 */
static unsigned in_use(const struct cpu *cpu)
{
	return (x87_initial(cpu) ? 0 : XC_X87) |
	       (vectors_zero(cpu, 0) ? 0 : XC_SSE) |
	       (vectors_zero(cpu, 16) ? 0 : XC_AVX);
}

void vc__xsave_get(struct cpu *cpu, uint8_t *area)
{
	unsigned used = in_use(cpu) & (unsigned)(cpu->xcr0 | XC_X87 | XC_SSE);

	memset(area, 0, VC_XSAVE_SIZE);
	put_x87(cpu, true, area);
	st32(area + OFF_MXCSR, vc__mxcsr(cpu));
	st32(area + OFF_MXCSR + 4, MXCSR_MASK);
	for (unsigned i = 0; i < 16; i++) {
		memcpy(area + OFF_XMM + 16 * i, cpu->v[i].b, 16);
		if (used & XC_AVX)
			memcpy(area + OFF_AVX + 16 * i, cpu->v[i].b + 16, 16);
	}
	/* XMM as in use also for its MXCSR, to be taken without XCR0 */
	st64(area + OFF_HEADER, used | (vc__mxcsr(cpu) == MXCSR_INIT ? 0 : XC_SSE));
}

static void take_vectors(struct cpu *cpu, const uint8_t *area, unsigned off,
			 unsigned from, bool present, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (present)
			memcpy(cpu->v[i].b + from, area + off + 16 * i, 16);
		else
			memset(cpu->v[i].b + from, 0, 16);
	}
}

int vc__xsave_set(struct cpu *cpu, const uint8_t *area)
{
	uint64_t bv = ld64(area + OFF_HEADER);

	if ((bv & ~(uint64_t)XC_ALL) || ld64(area + OFF_HEADER + 8))
		return VC_EINVAL;
	if ((bv & XC_SSE) && (ld32(area + OFF_MXCSR) & ~MXCSR_MASK))
		return VC_EINVAL;
	vc__fpu_unload(cpu, cpu->fpu_live);
	if (bv & XC_X87)
		take_x87(cpu, true, area);
	else
		init_x87(cpu);
	vc__mxcsr_set(cpu, bv & XC_SSE ? ld32(area + OFF_MXCSR) : MXCSR_INIT);
	take_vectors(cpu, area, OFF_XMM, 0, (bv & XC_SSE) != 0, 16);
	take_vectors(cpu, area, OFF_AVX, 16, (bv & XC_AVX) != 0, 16);
	return 0;
}

/* ---- FXSAVE, FXRSTOR ---- */

static bool rex_w(const struct op *op)
{
	return (op->aux & 0xff) == 8;
}

/* #NM by EM or TS, #GP by alignment. A waiting #MF is not looked at. */
static int check_fx(struct cpu *cpu, const struct op *op)
{
	if (CR0_ON(CR0_EM | CR0_TS))
		return vc__raise(cpu, EXC_NM);
	return op_ea(cpu, op) & 15 ? vc__gp(cpu, 0) : X_OK;
}

OP_DECLARE(xs_fxsave);
OP(xs_fxsave)
{
	uint8_t t[OFF_XMM + 16 * 16];
	unsigned n = xmm_count(cpu);
	int rc = check_fx(cpu, op);

	if (rc)
		return rc;
	put_x87(cpu, rex_w(op), t);
	st32(t + OFF_MXCSR, vc__mxcsr(cpu));
	st32(t + OFF_MXCSR + 4, MXCSR_MASK);
	for (unsigned i = 0; i < n; i++)
		memcpy(t + OFF_XMM + 16 * i, cpu->v[i].b, 16);
	rc = vc__area_probe(cpu, op, op_ea(cpu, op), 512);
	if (!rc)
		rc = vc__area_store(cpu, op, op_ea(cpu, op), OFF_XMM + 16 * n,
				    t);
	return rc;
}

OP_DECLARE(xs_fxrstor);
OP(xs_fxrstor)
{
	uint8_t t[512];
	int rc = check_fx(cpu, op);

	if (!rc)
		rc = vc__area_load(cpu, op, op_ea(cpu, op), 512, t);
	if (!rc && (ld32(t + OFF_MXCSR) & ~MXCSR_MASK))
		rc = vc__gp(cpu, 0);
	if (rc)
		return rc;
	take_x87(cpu, rex_w(op), t);
	vc__mxcsr_set(cpu, ld32(t + OFF_MXCSR));
	take_vectors(cpu, t, OFF_XMM, 0, true, xmm_count(cpu));
	return X_OK;
}

/* ---- XSAVE, XRSTOR ---- */

static int check_xs(struct cpu *cpu, const struct op *op, unsigned *rfbm)
{
	if (!CR4_ON(CR4_OSXSAVE))
		return vc__ud(cpu);
	if (CR0_ON(CR0_TS))
		return vc__raise(cpu, EXC_NM);
	if (op_ea(cpu, op) & 63)
		return vc__gp(cpu, 0);
	*rfbm = (unsigned)(R(R_RAX) & cpu->xcr0 & XC_ALL);
	return X_OK;
}

/* The parts of the area that the components own (SDM 1 §13.7). */
static int save_parts(struct cpu *cpu, const struct op *op, unsigned parts,
		      unsigned rfbm, const uint8_t *t)
{
	uint64_t la = op_ea(cpu, op);
	int rc = X_OK;

	if (parts & XC_X87) {
		rc = vc__area_store(cpu, op, la, OFF_MXCSR, t);
		if (!rc)
			rc = vc__area_store(cpu, op, la + OFF_ST, 128,
					    t + OFF_ST);
	}
	if (!rc && rfbm & (XC_SSE | XC_AVX))
		rc = vc__area_store(cpu, op, la + OFF_MXCSR, 8, t + OFF_MXCSR);
	if (!rc && parts & XC_SSE)
		rc = vc__area_store(cpu, op, la + OFF_XMM, 16 * xmm_count(cpu),
				    t + OFF_XMM);
	if (!rc && parts & XC_AVX)
		rc = vc__area_store(cpu, op, la + OFF_AVX, 16 * xmm_count(cpu),
				    t + OFF_AVX);
	return rc;
}

/* aux: X86_XSAVEOPT's bit 8, osize below */
#define OPTIMISED	0x100u

OP_DECLARE(xs_xsave);
OP(xs_xsave)
{
	uint8_t t[AREA_SIZE] = { 0 }, h[8];
	unsigned rfbm, used;
	uint64_t la = op_ea(cpu, op);
	int rc = check_xs(cpu, op, &rfbm);

	if (!rc)
		rc = vc__area_probe(cpu, op, la,
				    rfbm & XC_AVX ? AREA_SIZE : OFF_AVX);
	if (!rc)
		rc = vc__load(cpu, op, (la + OFF_HEADER) & cpu->lin_mask, 8, h);
	if (rc)
		return rc;
	used = in_use(cpu);
	put_x87(cpu, rex_w(op), t);
	st32(t + OFF_MXCSR, vc__mxcsr(cpu));
	st32(t + OFF_MXCSR + 4, MXCSR_MASK);
	for (unsigned i = 0; i < 16; i++) {
		memcpy(t + OFF_XMM + 16 * i, cpu->v[i].b, 16);
		memcpy(t + OFF_AVX + 16 * i, cpu->v[i].b + 16, 16);
	}
	rc = save_parts(cpu, op, op->aux & OPTIMISED ? rfbm & used : rfbm, rfbm,
			t);
	if (rc)
		return rc;
	st64(h, (ld64(h) & ~(uint64_t)rfbm) | (used & rfbm));
	return vc__store(cpu, op, (la + OFF_HEADER) & cpu->lin_mask, 8, h);
}

OP_DECLARE(xs_xrstor);
OP(xs_xrstor)
{
	uint8_t t[AREA_SIZE];
	uint64_t bv;
	unsigned rfbm, count = xmm_count(cpu);
	int rc = check_xs(cpu, op, &rfbm);

	if (!rc)
		rc = vc__area_load(cpu, op, op_ea(cpu, op),
				   rfbm & XC_AVX ? AREA_SIZE : OFF_AVX, t);
	if (rc)
		return rc;
	bv = ld64(t + OFF_HEADER);
	/* bit 63 of XCOMP_BV, the compacted form, is among these 16 bytes */
	if ((bv & ~cpu->xcr0) || ld64(t + OFF_HEADER + 8) ||
	    ld64(t + OFF_HEADER + 16))
		return vc__gp(cpu, 0);
	if (rfbm & (XC_SSE | XC_AVX) &&
	    (ld32(t + OFF_MXCSR) & ~MXCSR_MASK))
		return vc__gp(cpu, 0);
	if (rfbm & XC_X87) {
		if (bv & XC_X87)
			take_x87(cpu, rex_w(op), t);
		else
			init_x87(cpu);
	}
	/* MXCSR is loaded whatever XSTATE_BV says (SDM 1 §13.8.1) */
	if (rfbm & (XC_SSE | XC_AVX))
		vc__mxcsr_set(cpu, ld32(t + OFF_MXCSR));
	if (rfbm & XC_SSE)
		take_vectors(cpu, t, OFF_XMM, 0, (bv & XC_SSE) != 0, count);
	if (rfbm & XC_AVX)
		take_vectors(cpu, t, OFF_AVX, 16, (bv & XC_AVX) != 0, count);
	return X_OK;
}

bool vc__select_xsave(const struct x86_insn *in, struct op *op)
{
	uint32_t aux = op->aux;

	op->aux = in->prefixes & X86_REXW ? 8 : 4;
	switch (in->op) {
	case X86_FXSAVE:
		op->fn = vc__op_xs_fxsave;
		return true;
	case X86_FXRSTOR:
		op->fn = vc__op_xs_fxrstor;
		return true;
	case X86_XSAVEOPT:
		op->aux |= OPTIMISED;
		/* fall through */
	case X86_XSAVE:
		op->fn = vc__op_xs_xsave;
		return true;
	case X86_XRSTOR:
		op->fn = vc__op_xs_xrstor;
		return true;
	default:
		op->aux = aux;
		return false;
	}
}
