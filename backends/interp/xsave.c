/* SPDX-License-Identifier: MIT */
/*
 * xsave.c: FXSAVE, FXRSTOR, the XSAVE family, PKRU, and the same image for the
 * canonical vCPU state (always in the standard format). SDM 1 §10.5.1 and
 * ch. 13. Components: x87, SSE, AVX's upper halves, PKRU; XSS can have none.
 * XSAVEOPT and XSAVES leave out components that are in their initial state,
 * but keep no track of what was modified.
 */
#include "engine.h"
#include "fpu.h"
#include "select.h"
#include "system.h"

#define XC_ALL	(XC_X87 | XC_SSE | XC_AVX | XC_PKRU)
#define XCOMP	(UINT64_C(1) << 63)	/* XCOMP_BV: compacted */

#define OFF_MXCSR	24u
#define OFF_ST		32u
#define OFF_XMM		160u
#define OFF_HEADER	512u
#define OFF_AVX		576u
#define SIZE_AVX	256u
#define OFF_PKRU	2688u
#define SIZE_PKRU	8u

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
	       (vectors_zero(cpu, 16) ? 0 : XC_AVX) |
	       (cpu->pkru ? XC_PKRU : 0);
}

uint64_t vc__xinuse(const struct cpu *cpu)
{
	return in_use(cpu);
}

/* What PKRU allows is in the TLBs. */
static void pkru_set(struct cpu *cpu, uint32_t v)
{
	bool changed = v != cpu->pkru;

	cpu->pkru = v;
	if (changed && CR4_ON(CR4_PKE))
		vc__tlb_flush(cpu, true);
}

void vc__xsave_get(struct cpu *cpu, uint8_t *area)
{
	/* whatever XCR0 says: registers that it takes away keep their values,
	 * and PKRU counts without it */
	unsigned used = in_use(cpu);

	memset(area, 0, VC_XSAVE_SIZE);
	put_x87(cpu, true, area);
	st32(area + OFF_MXCSR, vc__mxcsr(cpu));
	st32(area + OFF_MXCSR + 4, MXCSR_MASK);
	for (unsigned i = 0; i < 16; i++) {
		memcpy(area + OFF_XMM + 16 * i, cpu->v[i].b, 16);
		if (used & XC_AVX)
			memcpy(area + OFF_AVX + 16 * i, cpu->v[i].b + 16, 16);
	}
	if (used & XC_PKRU)
		st32(area + OFF_PKRU, cpu->pkru);
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
	pkru_set(cpu, bv & XC_PKRU ? ld32(area + OFF_PKRU) : 0);
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

/* ---- the XSAVE family ---- */

/* aux, above REX.W */
#define OPTIMISED	0x100u	/* XSAVEOPT */
#define COMPACTED	0x200u	/* XSAVEC, XSAVES; XRSTORS takes nothing else */
#define SUPERVISOR	0x400u	/* XSAVES, XRSTORS: IA32_XSS too, CPL 0 */

/* An image in pieces: the legacy region, the header, what follows. */
struct image {
	uint8_t legacy[OFF_HEADER];
	uint8_t header[OFF_AVX - OFF_HEADER];
	uint8_t avx[SIZE_AVX];
	uint8_t pkru[SIZE_PKRU];
};

/* What of it comes and goes for the op; *rfbm: SDM 1 §13.1's RFBM. */
static int check_xs(struct cpu *cpu, const struct op *op, uint64_t *rfbm)
{
	uint64_t parts = cpu->xcr0 & XC_ALL;

	if (!CR4_ON(CR4_OSXSAVE))
		return vc__ud(cpu);
	if (op->aux & SUPERVISOR && cpu->cpl)
		return vc__gp(cpu, 0);
	if (CR0_ON(CR0_TS))
		return vc__raise(cpu, EXC_NM);
	if (op_ea(cpu, op) & 63)
		return vc__gp(cpu, 0);
	if (op->aux & SUPERVISOR)
		parts |= cpu->xss;
	*rfbm = parts & ((uint64_t)get32(cpu, R_RDX) << 32 |
			 get32(cpu, R_RAX));
	return X_OK;
}

/* Where PKRU is in an area of the standard format, or (with XCOMP_BV) of the
 * compacted one; AVX is at the same place in both. */
static unsigned pkru_at(uint64_t xcomp)
{
	return xcomp & XCOMP ? OFF_AVX + (xcomp & XC_AVX ? SIZE_AVX : 0) :
			       OFF_PKRU;
}

static void fill_image(const struct cpu *cpu, bool wide, struct image *t)
{
	memset(t, 0, sizeof(*t));
	put_x87(cpu, wide, t->legacy);
	st32(t->legacy + OFF_MXCSR, vc__mxcsr(cpu));
	st32(t->legacy + OFF_MXCSR + 4, MXCSR_MASK);
	for (unsigned i = 0; i < 16; i++) {
		memcpy(t->legacy + OFF_XMM + 16 * i, cpu->v[i].b, 16);
		memcpy(t->avx + 16 * i, cpu->v[i].b + 16, 16);
	}
	st32(t->pkru, cpu->pkru);
}

/* The components parts of the area (SDM 1 §13.7); mxcsr: MXCSR too. */
static int save_parts(struct cpu *cpu, const struct op *op, uint64_t parts,
		      bool mxcsr, uint64_t xcomp, const struct image *t)
{
	uint64_t la = op_ea(cpu, op);
	unsigned n = 16 * xmm_count(cpu);
	int rc = X_OK;

	if (parts & XC_X87) {
		rc = vc__area_store(cpu, op, la, OFF_MXCSR, t->legacy);
		if (!rc)
			rc = vc__area_store(cpu, op, la + OFF_ST, 128,
					    t->legacy + OFF_ST);
	}
	if (!rc && mxcsr)
		rc = vc__area_store(cpu, op, la + OFF_MXCSR, 8,
				    t->legacy + OFF_MXCSR);
	if (!rc && parts & XC_SSE)
		rc = vc__area_store(cpu, op, la + OFF_XMM, n,
				    t->legacy + OFF_XMM);
	if (!rc && parts & XC_AVX)
		rc = vc__area_store(cpu, op, la + OFF_AVX, n, t->avx);
	if (!rc && parts & XC_PKRU)
		rc = vc__area_store(cpu, op, la + pkru_at(xcomp), SIZE_PKRU,
				    t->pkru);
	return rc;
}

static int probe_parts(struct cpu *cpu, const struct op *op, uint64_t parts,
		       uint64_t xcomp)
{
	uint64_t la = op_ea(cpu, op);
	int rc = vc__area_probe(cpu, op, la, parts & XC_AVX ?
				OFF_AVX + SIZE_AVX : OFF_AVX);

	if (!rc && parts & XC_PKRU)
		rc = vc__area_probe(cpu, op, la + pkru_at(xcomp), SIZE_PKRU);
	return rc;
}

OP_DECLARE(xs_xsave);
OP(xs_xsave)
{
	struct image t;
	uint64_t rfbm, used, xcomp = 0, la = op_ea(cpu, op);
	unsigned head = 8;
	bool mxcsr;
	int rc = check_xs(cpu, op, &rfbm);

	if (rc)
		return rc;
	used = in_use(cpu) & rfbm;
	/* MXCSR belongs to AVX too, in the standard format */
	mxcsr = (rfbm & (XC_SSE | XC_AVX)) != 0;
	if (op->aux & COMPACTED) {
		if (rfbm & XC_SSE && vc__mxcsr(cpu) != MXCSR_INIT)
			used |= XC_SSE;
		mxcsr = (used & XC_SSE) != 0;
		xcomp = rfbm | XCOMP;
		head = 16;
	}
	rc = probe_parts(cpu, op, op->aux & (OPTIMISED | COMPACTED) ? used :
			 rfbm, xcomp);
	fill_image(cpu, rex_w(op), &t);
	if (!rc && !xcomp)
		rc = vc__load(cpu, op, (la + OFF_HEADER) & cpu->lin_mask, 8,
			      t.header);
	if (!rc)
		rc = save_parts(cpu, op, op->aux & (OPTIMISED | COMPACTED) ?
				used : rfbm, mxcsr, xcomp, &t);
	if (rc)
		return rc;
	st64(t.header, xcomp ? used : (ld64(t.header) & ~rfbm) | used);
	st64(t.header + 8, xcomp);
	return vc__store(cpu, op, (la + OFF_HEADER) & cpu->lin_mask, head,
			 t.header);
}

/* Is the header one that may be restored (SDM 1 §13.8)? have: XCR0, with
 * XSS for XRSTORS. */
static bool header_ok(const struct cpu *cpu, const struct op *op,
		      const uint8_t *header, uint64_t have)
{
	uint64_t bv = ld64(header), xcomp = ld64(header + 8), rest = 0;
	bool compacts = cpu->eng->features >> X86_FEAT_XSAVEC & 1 ||
			op->aux & COMPACTED;

	for (unsigned i = 16; i < 64; i += 8)
		rest |= i < 24 || xcomp & XCOMP ? ld64(header + i) : 0;
	if (rest)
		return false;
	if (!(xcomp & XCOMP))
		return !(op->aux & COMPACTED) && !xcomp && !(bv & ~have);
	return compacts && !(xcomp & ~XCOMP & ~have) && !(bv & ~xcomp) &&
	       !(bv & XCOMP);
}

static int load_parts(struct cpu *cpu, const struct op *op, uint64_t parts,
		      struct image *t)
{
	uint64_t la = op_ea(cpu, op);
	int rc = X_OK;

	if (parts & XC_AVX)
		rc = vc__area_load(cpu, op, la + OFF_AVX, SIZE_AVX, t->avx);
	if (!rc && parts & XC_PKRU)
		rc = vc__area_load(cpu, op,
				   la + pkru_at(ld64(t->header + 8)),
				   SIZE_PKRU, t->pkru);
	return rc;
}

static void restore_parts(struct cpu *cpu, const struct op *op, uint64_t rfbm,
			  uint64_t bv, const struct image *t)
{
	unsigned count = xmm_count(cpu);

	if (rfbm & XC_X87) {
		if (bv & XC_X87)
			take_x87(cpu, rex_w(op), t->legacy);
		else
			init_x87(cpu);
	}
	if (rfbm & XC_SSE)
		take_vectors(cpu, t->legacy, OFF_XMM, 0, (bv & XC_SSE) != 0,
			     count);
	if (rfbm & XC_AVX)
		take_vectors(cpu, t->avx, 0, 16, (bv & XC_AVX) != 0, count);
	if (rfbm & XC_PKRU)
		pkru_set(cpu, bv & XC_PKRU ? ld32(t->pkru) : 0);
}

OP_DECLARE(xs_xrstor);
OP(xs_xrstor)
{
	struct image t;
	uint64_t rfbm, bv, have = cpu->xcr0;
	uint32_t mxcsr = MXCSR_INIT;
	bool compacted, takes;
	int rc = check_xs(cpu, op, &rfbm);

	if (!rc)
		rc = vc__area_load(cpu, op, op_ea(cpu, op), OFF_HEADER,
				   t.legacy);
	if (!rc)
		rc = vc__area_load(cpu, op, op_ea(cpu, op) + OFF_HEADER,
				   sizeof(t.header), t.header);
	if (rc)
		return rc;
	if (op->aux & SUPERVISOR)
		have |= cpu->xss;
	if (!header_ok(cpu, op, t.header, have))
		return vc__gp(cpu, 0);
	bv = ld64(t.header);
	compacted = ld64(t.header + 8) & XCOMP;
	/* In the standard format MXCSR is loaded for AVX as well, and whatever
	 * XSTATE_BV says (SDM 1 §13.8.1, §13.8.2). */
	takes = rfbm & (compacted ? XC_SSE : XC_SSE | XC_AVX);
	if (takes && (!compacted || bv & XC_SSE))
		mxcsr = ld32(t.legacy + OFF_MXCSR);
	if (mxcsr & ~MXCSR_MASK)
		return vc__gp(cpu, 0);
	rc = load_parts(cpu, op, rfbm & bv, &t);
	if (rc)
		return rc;
	restore_parts(cpu, op, rfbm, bv, &t);
	if (takes)
		vc__mxcsr_set(cpu, mxcsr);
	return X_OK;
}

/* ---- PKRU: SDM 3A §4.6.2 ---- */

static int check_pkru(struct cpu *cpu)
{
	if (!CR4_ON(CR4_PKE))
		return vc__ud(cpu);
	return get32(cpu, R_RCX) ? vc__gp(cpu, 0) : X_OK;
}

OP_DECLARE(xs_rdpkru);
OP(xs_rdpkru)
{
	int rc = check_pkru(cpu);

	(void)op;
	if (rc)
		return rc;
	set32(cpu, R_RAX, cpu->pkru);
	set32(cpu, R_RDX, 0);
	return X_OK;
}

OP_DECLARE(xs_wrpkru);
OP(xs_wrpkru)
{
	int rc = check_pkru(cpu);

	(void)op;
	if (!rc && get32(cpu, R_RDX))
		rc = vc__gp(cpu, 0);
	if (!rc)
		pkru_set(cpu, get32(cpu, R_RAX));
	return rc;
}

bool vc__select_xsave(const struct x86_insn *in, struct op *op)
{
	uint32_t wide = in->prefixes & X86_REXW ? 8 : 4;

	switch (in->op) {
	case X86_FXSAVE:
		op->fn = vc__op_xs_fxsave;
		break;
	case X86_FXRSTOR:
		op->fn = vc__op_xs_fxrstor;
		break;
	case X86_XSAVE:
		op->fn = vc__op_xs_xsave;
		break;
	case X86_XSAVEOPT:
		op->fn = vc__op_xs_xsave;
		wide |= OPTIMISED;
		break;
	case X86_XSAVEC:
		op->fn = vc__op_xs_xsave;
		wide |= COMPACTED;
		break;
	case X86_XSAVES:
		op->fn = vc__op_xs_xsave;
		wide |= COMPACTED | SUPERVISOR;
		break;
	case X86_XRSTOR:
		op->fn = vc__op_xs_xrstor;
		break;
	case X86_XRSTORS:
		op->fn = vc__op_xs_xrstor;
		wide |= COMPACTED | SUPERVISOR;
		break;
	case X86_RDPKRU:
		op->fn = vc__op_xs_rdpkru;
		break;
	case X86_WRPKRU:
		op->fn = vc__op_xs_wrpkru;
		break;
	default:
		return false;
	}
	op->aux = wide;
	return true;
}
