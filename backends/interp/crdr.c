/* SPDX-License-Identifier: MIT */
/*
 * crdr.c: control and debug registers (SDM 3A §2.5, §4.1, §10.8.5; SDM 3B
 * ch. 18), extended control registers, TLB invalidation.
 */
#include "engine.h"
#include "select.h"
#include "system.h"

static int need_cpl0(struct cpu *cpu)
{
	return cpu->cpl ? vc__gp(cpu, 0) : X_OK;
}

/* ---- CR0 ---- */

#define CR0_DEFINED ((uint64_t)(CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | \
	CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG))
/* Changing these changes translations or their rights. */
#define CR0_PAGING ((uint64_t)(CR0_PE | CR0_WP | CR0_PG))

static bool uses_pae(uint64_t cr0, uint64_t cr4, uint64_t efer)
{
	return (cr0 & CR0_PG) && (cr4 & CR4_PAE) && !(efer & EFER_LMA);
}

/* The four PDPTEs of PAE paging are registers, loaded and checked when CR3 is
 * (SDM 3A §4.4.1). The new ones go to out. */
static int pdptes_read(struct cpu *cpu, uint64_t cr3, uint64_t out[4])
{
	const uint64_t reserved = ~(((uint64_t)1 << PHYS_BITS) - 1) | 0x1e6;
	uint64_t at = cr3 & 0xffffffe0;
	struct vc__region *r = vc__mmu_region(cpu, at);
	uint8_t raw[32];

	/* What is no memory reads as ones, as an empty bus does. */
	memset(raw, 0xff, sizeof(raw));
	if (r && (r->prot & VC_PROT_READ))
		memcpy(raw, r->host + (at - r->gpa), sizeof(raw));
	for (unsigned i = 0; i < 4; i++) {
		out[i] = ld64(raw + i * 8);
		if ((out[i] & 1) && (out[i] & reserved))
			return vc__gp(cpu, 0);
	}
	return X_OK;
}

/* May CR0 become v? On the way from or to paging EFER.LMA follows. */
static int cr0_check(struct cpu *cpu, uint64_t v, uint64_t *efer)
{
	uint64_t turned = v ^ cpu->cr0;

	if (v >> 32)
		return vc__gp(cpu, 0);
	if (((v & CR0_PG) && !(v & CR0_PE)) || ((v & CR0_NW) && !(v & CR0_CD)))
		return vc__gp(cpu, 0);
	if (!(turned & CR0_PG))
		return X_OK;
	if (!(v & CR0_PG)) {
		if (CR4_ON(CR4_PCIDE) || IN_CODE64())
			return vc__gp(cpu, 0);
		*efer &= ~(uint64_t)EFER_LMA;
		return X_OK;
	}
	if (!(cpu->efer & EFER_LME))
		return X_OK;
	/* Activating long mode: SDM 3A §10.8.5.1. */
	if (!CR4_ON(CR4_PAE) || (cpu->seg[VC_SEG_CS].attr & VC_SEG_L) ||
	    ((cpu->seg[VC_SEG_TR].attr & VC_SEG_P) &&
	     !(cpu->seg[VC_SEG_TR].attr & 8)))
		return vc__gp(cpu, 0);
	*efer |= EFER_LMA;
	return X_OK;
}

static int cr0_write(struct cpu *cpu, uint64_t v)
{
	uint64_t efer = cpu->efer, turned, pdpte[4];
	int rc = cr0_check(cpu, v, &efer);

	if (rc)
		return rc;
	v = (v & CR0_DEFINED) | CR0_ET;
	turned = v ^ cpu->cr0;
	if (uses_pae(v, cpu->cr4, efer) &&
	    (turned & (CR0_PG | CR0_CD | CR0_NW))) {
		rc = pdptes_read(cpu, cpu->cr3, pdpte);
		if (rc)
			return rc;
		memcpy(cpu->pdpte, pdpte, sizeof(pdpte));
	}
	cpu->cr0 = v;
	cpu->efer = efer;
	if (turned & CR0_PAGING)
		vc__tlb_flush(cpu, true);
	vc__mode_update(cpu);
	return X_SYNC;
}

OP(clts)
{
	(void)op;
	if (cpu->cpl)
		return vc__gp(cpu, 0);
	cpu->cr0 &= ~(uint64_t)CR0_TS;
	return mode_changed(cpu);	/* the FPU may be used again */
}

static int lmsw(struct cpu *cpu, uint16_t v)
{
	uint64_t low = CR0_MP | CR0_EM | CR0_TS;

	/* PE can be set by LMSW, but not cleared. */
	return cr0_write(cpu, (cpu->cr0 & ~low) | (v & (low | CR0_PE)));
}

OP(lmsw_r)
{
	return cpu->cpl ? vc__gp(cpu, 0) : lmsw(cpu, get16(cpu, op->a));
}

OP(lmsw_m)
{
	uint8_t raw[2];
	int rc = need_cpl0(cpu);

	if (!rc)
		rc = vc__load(cpu, op, op_ea(cpu, op), 2, raw);
	return rc ? rc : lmsw(cpu, ld16(raw));
}

static int need_umip(struct cpu *cpu)
{
	return cpu->cpl && CR4_ON(CR4_UMIP) ? vc__gp(cpu, 0) : X_OK;
}

OP(smsw_r)
{
	int rc = need_umip(cpu);

	if (rc)
		return rc;
	if (op_osize(op) == 2)
		set16(cpu, op->a, (uint16_t)cpu->cr0);
	else
		set64(cpu, op->a, cpu->cr0);
	return X_OK;
}

OP(smsw_m)
{
	uint8_t raw[2];
	int rc = need_umip(cpu);

	st16(raw, (uint16_t)cpu->cr0);
	return rc ? rc : vc__store(cpu, op, op_ea(cpu, op), 2, raw);
}

/* ---- CR3 ---- */

int vc__cr3_check(struct cpu *cpu, uint64_t v, uint64_t pdpte[4])
{
	if (v >> PHYS_BITS)
		return vc__gp(cpu, 0);
	if (uses_pae(cpu->cr0, cpu->cr4, cpu->efer))
		return pdptes_read(cpu, v, pdpte);
	return X_OK;
}

void vc__cr3_set(struct cpu *cpu, uint64_t v, const uint64_t pdpte[4])
{
	if (uses_pae(cpu->cr0, cpu->cr4, cpu->efer))
		memcpy(cpu->pdpte, pdpte, sizeof(cpu->pdpte));
	cpu->cr3 = v;
	if (CR0_ON(CR0_PG))
		vc__tlb_flush(cpu, false);
}

static int cr3_write(struct cpu *cpu, uint64_t v)
{
	uint64_t pdpte[4];
	int rc;

	/* Bit 63 only asks to keep this PCID's translations (SDM 3A §4.10.4.1),
	 * which we are free not to. */
	if (CR4_ON(CR4_PCIDE))
		v &= ~((uint64_t)1 << 63);
	rc = vc__cr3_check(cpu, v, pdpte);
	if (rc)
		return rc;
	vc__cr3_set(cpu, v, pdpte);
	return X_SYNC;
}

/* ---- CR4 ---- */

#define CR4_DEFINED ((uint64_t)(CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | \
	CR4_PSE | CR4_PAE | CR4_MCE | CR4_PGE | CR4_PCE | CR4_OSFXSR | \
	CR4_OSXMMEXCPT | CR4_UMIP | CR4_FSGSBASE | CR4_PCIDE | CR4_OSXSAVE | \
	CR4_SMEP | CR4_SMAP | CR4_PKE))
#define CR4_PAGING ((uint64_t)(CR4_PSE | CR4_PAE | CR4_PGE | CR4_PCIDE | \
	CR4_SMEP | CR4_SMAP | CR4_PKE))

static int cr4_write(struct cpu *cpu, uint64_t v)
{
	uint64_t turned = v ^ cpu->cr4, pdpte[4];
	int rc;

	if (v & ~CR4_DEFINED ||
	    (v & CR4_PKE && !(cpu->eng->features >> X86_FEAT_PKU & 1)))
		return vc__gp(cpu, 0);
	if (IN_LONG() && !(v & CR4_PAE))
		return vc__gp(cpu, 0);
	if ((turned & v & CR4_PCIDE) && (!IN_LONG() || (cpu->cr3 & 0xfff)))
		return vc__gp(cpu, 0);
	if (uses_pae(cpu->cr0, v, cpu->efer) &&
	    (turned & (CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP))) {
		rc = pdptes_read(cpu, cpu->cr3, pdpte);
		if (rc)
			return rc;
		memcpy(cpu->pdpte, pdpte, sizeof(pdpte));
	}
	cpu->cr4 = v;
	if (turned & CR4_PAGING)
		vc__tlb_flush(cpu, true);
	vc__mode_update(cpu);
	return X_SYNC;
}

/* ---- MOV to and from CR ---- */

/* b is the control register, a the general one; always of full width */
OP(mov_r_cr)
{
	uint64_t v;
	int rc = need_cpl0(cpu);

	if (rc)
		return rc;
	switch (op->b) {
	case 0:
		v = cpu->cr0;
		break;
	case 2:
		v = cpu->cr2;
		break;
	case 3:
		v = cpu->cr3;
		break;
	case 4:
		v = cpu->cr4;
		break;
	case 8:
		upcall_begin(cpu, op);
		if (!vc__cr8_read(cpu->vcpu, &v))
			v = cpu->cr8;
		upcall_end(cpu);
		break;
	default:
		return vc__ud(cpu);
	}
	set64(cpu, op->a, IN_CODE64() ? v : (uint32_t)v);
	return op->b == 8 ? after_upcall(cpu) : X_OK;
}

/* a is the control register, b the general one */
OP(mov_cr_r)
{
	uint64_t v = IN_CODE64() ? R(op->b) : get32(cpu, op->b);
	int rc = need_cpl0(cpu);

	if (rc)
		return rc;
	switch (op->a) {
	case 0:
		return cr0_write(cpu, v);
	case 2:
		cpu->cr2 = v;
		return X_OK;
	case 3:
		return cr3_write(cpu, v);
	case 4:
		return cr4_write(cpu, v);
	case 8:
		if (v > 15)
			return vc__gp(cpu, 0);
		upcall_begin(cpu, op);
		if (!vc__cr8_write(cpu->vcpu, v))
			cpu->cr8 = v;
		upcall_end(cpu);
		return X_SYNC;
	default:
		return vc__ud(cpu);
	}
}

/* ---- debug registers ---- */

/* DR4 and DR5 are DR6 and DR7 unless CR4.DE says that they are nothing. */
static int dr_check(struct cpu *cpu, unsigned *n)
{
	if (*n == 4 || *n == 5) {
		if (CR4_ON(CR4_DE))
			return vc__ud(cpu);
		*n += 2;
	}
	if (*n > 7)
		return vc__ud(cpu);
	if (cpu->cpl)
		return vc__gp(cpu, 0);
	return cpu->dr7 & DR7_GD ? vc__raise_db(cpu, DR6_BD) : X_OK;
}

OP(mov_r_dr)
{
	unsigned n = op->b;
	uint64_t v;
	int rc = dr_check(cpu, &n);

	if (rc)
		return rc;
	v = n < 4 ? cpu->dr[n] : n == 6 ? cpu->dr6 : cpu->dr7;
	set64(cpu, op->a, IN_CODE64() ? v : (uint32_t)v);
	return X_OK;
}

OP(mov_dr_r)
{
	uint64_t v = IN_CODE64() ? R(op->b) : get32(cpu, op->b);
	unsigned n = op->a;
	int rc = dr_check(cpu, &n);

	if (rc)
		return rc;
	if (n >= 6 && v >> 32)
		return vc__gp(cpu, 0);
	if (n < 4) {
		cpu->dr[n] = v;
	} else if (n == 6) {
		cpu->dr6 = (v & DR6_WRITABLE) | DR6_FIXED;
		return X_OK;
	} else {
		cpu->dr7 = (v & DR7_WRITABLE) | DR7_FIXED;
	}
	/* What is watched is marked in the TLBs. */
	vc__tlb_flush(cpu, true);
	vc__mode_update(cpu);
	return X_SYNC;
}

static bool dr_enabled(const struct cpu *cpu, unsigned i)
{
	return (cpu->dr7 >> i * 2 & 3) != 0;
}

static unsigned dr_kind(const struct cpu *cpu, unsigned i)
{
	return (unsigned)(cpu->dr7 >> (16 + i * 4)) & 3;
}

static unsigned dr_len(const struct cpu *cpu, unsigned i)
{
	static const uint8_t len[4] = { 1, 2, 8, 4 };

	return len[cpu->dr7 >> (18 + i * 4) & 3];
}

uint64_t vc__debug_exec(const struct cpu *cpu, uint64_t la)
{
	uint64_t hits = 0;

	for (unsigned i = 0; i < 4; i++)
		if (dr_enabled(cpu, i) && dr_kind(cpu, i) == 0 &&
		    cpu->dr[i] == la)
			hits |= (uint64_t)1 << i;
	return hits;
}

/* Do [a, a + n) and the aligned range of breakpoint i meet? */
static bool dr_meets(const struct cpu *cpu, unsigned i, uint64_t a, unsigned n)
{
	uint64_t len = dr_len(cpu, i), at = cpu->dr[i] & ~(len - 1);

	return a - at < len || at - a < n;
}

uint64_t vc__debug_data(const struct cpu *cpu, uint64_t la, unsigned size,
			bool write)
{
	uint64_t hits = 0;

	for (unsigned i = 0; i < 4; i++) {
		unsigned kind = dr_kind(cpu, i);

		if (dr_enabled(cpu, i) && (kind == 3 || (kind == 1 && write)) &&
		    dr_meets(cpu, i, la, size))
			hits |= (uint64_t)1 << i;
	}
	return hits;
}

uint64_t vc__debug_port(const struct cpu *cpu, uint16_t port, unsigned size)
{
	uint64_t hits = 0;

	if (!CR4_ON(CR4_DE))
		return 0;
	for (unsigned i = 0; i < 4; i++)
		if (dr_enabled(cpu, i) && dr_kind(cpu, i) == 2 &&
		    dr_meets(cpu, i, port, size))
			hits |= (uint64_t)1 << i;
	return hits;
}

/* ---- invalidation ---- */

OP(invlpg)
{
	uint64_t la = op_ea(cpu, op);
	int rc = need_cpl0(cpu);

	if (rc)
		return rc;
	/* A non-canonical address has no translation. */
	if (is_canonical(la))
		vc__tlb_flush_page(cpu, la);
	return X_SYNC;
}

/* a has the type, memory the descriptor: PCID, address */
OP(invpcid)
{
	uint64_t type = IN_CODE64() ? R(op->a) : get32(cpu, op->a), pcid, la;
	uint8_t raw[16];
	int rc;

	if (cpu->cpl || IN_V86())
		return vc__gp(cpu, 0);
	rc = vc__load(cpu, op, op_ea(cpu, op), 16, raw);
	if (rc)
		return rc;
	pcid = ld64(raw);
	la = ld64(raw + 8);
	if (type > 3)
		return vc__gp(cpu, 0);
	if (type < 2 && (pcid >> 12 || (pcid && !CR4_ON(CR4_PCIDE))))
		return vc__gp(cpu, 0);
	if (type == 0 && !is_canonical(la))
		return vc__gp(cpu, 0);
	/* Types 2 and 3 have a reserved PCID field too, which has to be 0 in
	 * its upper bits only. */
	if (type >= 2 && pcid >> 12)
		return vc__gp(cpu, 0);
	/* Only the present PCID's translations are ever held, but for the
	 * global ones. */
	if (type == 0)
		vc__tlb_flush_page(cpu, la);
	else
		vc__tlb_flush(cpu, type == 2);
	return X_SYNC;
}

/* INVD and WBINVD: there are no caches that memory could disagree with. */
OP(wbinvd)
{
	(void)op;
	return need_cpl0(cpu);
}

/* ---- XCR0 ---- */

OP(xgetbv)
{
	uint64_t v = cpu->xcr0;

	(void)op;
	if (!CR4_ON(CR4_OSXSAVE))
		return vc__ud(cpu);
	/* XINUSE: SDM 1 §13.6 */
	if (get32(cpu, R_RCX) == 1 &&
	    cpu->eng->features >> ENG_FEAT_XGETBV1 & 1)
		v &= vc__xinuse(cpu);
	else if (get32(cpu, R_RCX) != 0)
		return vc__gp(cpu, 0);
	set32(cpu, R_RAX, (uint32_t)v);
	set32(cpu, R_RDX, (uint32_t)(v >> 32));
	return X_OK;
}

OP(xsetbv)
{
	uint64_t v = (uint64_t)get32(cpu, R_RDX) << 32 | get32(cpu, R_RAX);

	(void)op;
	if (!CR4_ON(CR4_OSXSAVE))
		return vc__ud(cpu);
	if (cpu->cpl || get32(cpu, R_RCX) != 0)
		return vc__gp(cpu, 0);
	/* x87 always; AVX with SSE only */
	if (!(v & XC_X87) || (v & ~vc__xcr0_offered(cpu)) ||
	    ((v & XC_AVX) && !(v & XC_SSE)))
		return vc__gp(cpu, 0);
	cpu->xcr0 = v;
	return mode_changed(cpu);
}
