/* SPDX-License-Identifier: MIT */
/*
 * mmu.c: linear addresses to guest-physical ones to host memory or devices:
 * the page walk (SDM 3A ch. 4), TLB fills, and every access that the fast path
 * of tlb.h does not have.
 *
 * A CR3 load drops global translations too, and PCIDs are not kept apart:
 * both are allowed (§4.10.2.4: a processor may drop entries at any time).
 */
#include "decode.h"
#include "engine.h"
#include "fpu.h"
#include "smp.h"
#include "system.h"

#define PTE_P	0x1u
#define PTE_W	0x2u
#define PTE_U	0x4u
#define PTE_A	0x20u
#define PTE_D	0x40u
#define PTE_PS	0x80u
#define PTE_NX	((uint64_t)1 << 63)
#define PHYS_MASK	(((uint64_t)1 << PHYS_BITS) - 1)
#define PTE_ADDR	(PHYS_MASK & ~(uint64_t)4095)
#define PTE_RESERVED	(((uint64_t)1 << 52) - 1 - PHYS_MASK)

/* #PF error code, SDM 3A §4.7 */
#define PF_P	0x1u
#define PF_W	0x2u
#define PF_U	0x4u
#define PF_RSVD	0x8u
#define PF_I	0x10u
#define PF_PK	0x20u

struct vc__region *vc__mmu_region(struct cpu *cpu, uint64_t gpa)
{
	struct engine *eng = ENGINE(cpu);
	struct vc__region *r = eng->last_region;

	if (r && gpa - r->gpa < r->len)
		return r;
	r = vc__region_find(cpu->vm, gpa);
	if (r)
		eng->last_region = r;
	return r;
}

/*
 * Between guest memory and a buffer. What is aligned is one access of the
 * host's; and no byte of the guest's is stored twice, as memcpy() may do it:
 * another vCPU may have stored there in between.
 */
static void mem_get(void *buf, const uint8_t *p, unsigned size)
{
	uint8_t *b = buf;

	for (; size >= 8; size -= 8, p += 8, b += 8) {
		uint64_t v = raw_ld64(p);

		memcpy(b, &v, 8);
	}
	if (size & 4) {
		uint32_t v = raw_ld32(p);

		memcpy(b, &v, 4);
		p += 4;
		b += 4;
	}
	if (size & 2) {
		uint16_t v = raw_ld16(p);

		memcpy(b, &v, 2);
		p += 2;
		b += 2;
	}
	if (size & 1)
		*b = raw_ld8(p);
}

static void mem_put(uint8_t *p, const void *buf, unsigned size)
{
	const uint8_t *b = buf;

	for (; size >= 8; size -= 8, p += 8, b += 8) {
		uint64_t v;

		memcpy(&v, b, 8);
		raw_st64(p, v);
	}
	if (size & 4) {
		uint32_t v;

		memcpy(&v, b, 4);
		raw_st32(p, v);
		p += 4;
		b += 4;
	}
	if (size & 2) {
		uint16_t v;

		memcpy(&v, b, 2);
		raw_st16(p, v);
		p += 2;
		b += 2;
	}
	if (size & 1)
		raw_st8(p, *b);
}

/*
 * Around a store that does not go through a write entry: those who have code
 * decoded from the size bytes at host, which lie on one page, must know.
 */
static struct smp_page *store_begin(struct cpu *cpu, const uint8_t *host,
				    unsigned size)
{
	return ENGINE(cpu)->smp ? vc__smp_store_begin(cpu, host, size) : NULL;
}

static void store_end(struct cpu *cpu, struct smp_page *shared,
		      const uint8_t *host, unsigned size)
{
	unsigned off = (unsigned)((uintptr_t)host & 4095);
	struct code_page *page = vc__code_page_find(ENGINE(cpu), host - off);

	if (page)
		vc__code_written(cpu, page, off, size);
	vc__smp_store_end(shared);
}

/* ---- the walk ---- */

enum tlb_as {		/* whose rights */
	AS_CURRENT,	/* the current privilege's */
	AS_SYSTEM,	/* a supervisor's, implicitly: AC does not help */
	AS_DEBUGGER,	/* a supervisor's, without SMAP and SMEP */
};

struct walk {
	uint64_t gpa;
	uint64_t low;	/* mask of the offset in the page: 4 KiB to 1 GiB */
	bool dirty;	/* the leaf's D is set: writes need no walk */
};

static bool entry_read(struct cpu *cpu, uint64_t gpa, unsigned size,
		       uint64_t *value)
{
	struct vc__region *r = vc__mmu_region(cpu, gpa);
	uint8_t *p;

	if (!r || !(r->prot & VC_PROT_READ))
		return false;
	p = r->host + (gpa - r->gpa);
	if (size == 4)
		*value = le32(__atomic_load_n((uint32_t *)(void *)p,
					      __ATOMIC_RELAXED));
	else
		*value = le64(__atomic_load_n((uint64_t *)(void *)p,
					      __ATOMIC_RELAXED));
	return true;
}

static void page_dirtied(struct vc__region *r, uint64_t gpa)
{
	uint64_t page = (gpa - r->gpa) >> 12;

	if (r->dirty)
		atomic_fetch_or_explicit(&r->dirty[page / 64],
					 (uint64_t)1 << (page & 63),
					 memory_order_relaxed);
}

static void host_dirtied(struct cpu *cpu, const uint8_t *host)
{
	const vc_vm *vm = cpu->vm;

	for (uint32_t i = 0; i < vm->region_count; i++) {
		struct vc__region *r = vm->regions[i];

		if ((uintptr_t)host - (uintptr_t)r->host < r->len)
			page_dirtied(r, r->gpa + (uint64_t)(host - r->host));
	}
}

/* Set A, and D, in an entry that still has the value old; false when another
 * agent changed it meanwhile: walk again. */
static bool entry_mark(struct cpu *cpu, uint64_t gpa, unsigned size,
		       uint64_t old, uint64_t bits)
{
	struct vc__region *r = vc__mmu_region(cpu, gpa);
	struct smp_page *shared;
	uint8_t *p;
	bool done;

	if ((old & bits) == bits || !r || !(r->prot & VC_PROT_WRITE))
		return true;
	p = r->host + (gpa - r->gpa);
	shared = store_begin(cpu, p, size);
	if (size == 4) {
		uint32_t was = le32((uint32_t)old), now = le32((uint32_t)(old | bits));

		done = __atomic_compare_exchange_n((uint32_t *)(void *)p, &was,
						   now, false, __ATOMIC_SEQ_CST,
						   __ATOMIC_SEQ_CST);
	} else {
		uint64_t was = le64(old), now = le64(old | bits);

		done = __atomic_compare_exchange_n((uint64_t *)(void *)p, &was,
						   now, false, __ATOMIC_SEQ_CST,
						   __ATOMIC_SEQ_CST);
	}
	page_dirtied(r, gpa);
	store_end(cpu, shared, p, size);
	return done;
}

struct rights {
	unsigned access;	/* ACC_* */
	bool user;		/* CPL 3 */
	bool smap;		/* supervisor data access to user pages forbidden */
	bool smep;
	bool mark;		/* set A and D */
	bool debugger;
};

/* The access against what all levels together allow; PF_P if it may not. */
static bool allowed(const struct cpu *cpu, const struct rights *rt, bool w,
		    bool u, bool nx)
{
	if (rt->user && !u)
		return false;
	if (rt->access == ACC_EXEC)
		return !nx && !(rt->smep && u && !rt->user);
	if (rt->smap && u && !rt->user)
		return false;
	if (rt->access == ACC_WRITE && !w)
		return !rt->user && !CR0_ON(CR0_WP);
	return true;
}

/* 32-bit paging, SDM 3A §4.3. Returns X_OK, or X_FAULT with *err; X_RESTART
 * when an entry changed under us. */
static int walk_legacy(struct cpu *cpu, uint64_t la, const struct rights *rt,
		       struct walk *out, uint32_t *err)
{
	uint64_t at = (cpu->cr3 & 0xfffff000) | (la >> 20 & 0xffc);
	uint64_t pde, pte, leaf, leaf_at;
	bool w, u, large;

	*err = 0;
	if (!entry_read(cpu, at, 4, &pde) || !(pde & PTE_P))
		return X_FAULT;
	large = pde & PTE_PS && CR4_ON(CR4_PSE);
	w = pde & PTE_W;
	u = pde & PTE_U;
	leaf = pde;
	leaf_at = at;
	if (large) {
		/* PSE-36: bits 20-13 are address bits 39-32 */
		out->gpa = (pde & 0xffc00000) | (pde & 0x1fe000) << 19 |
			   (la & 0x3ff000);
		out->low = 0x3fffff;
		if (pde & 0x200000) {
			*err = PF_P | PF_RSVD;
			return X_FAULT;
		}
	} else {
		leaf_at = (pde & 0xfffff000) | (la >> 10 & 0xffc);
		if (!entry_read(cpu, leaf_at, 4, &pte) || !(pte & PTE_P))
			return X_FAULT;
		w = w && pte & PTE_W;
		u = u && pte & PTE_U;
		leaf = pte;
		out->gpa = pte & 0xfffff000;
		out->low = 4095;
	}
	*err = PF_P;
	if (!allowed(cpu, rt, w, u, false))
		return X_FAULT;
	if (rt->mark) {
		uint64_t bits = PTE_A | (rt->access == ACC_WRITE ? PTE_D : 0);

		if (!large && !entry_mark(cpu, at, 4, pde, PTE_A))
			return X_RESTART;
		if (!entry_mark(cpu, leaf_at, 4, leaf, bits))
			return X_RESTART;
		leaf |= bits;
	}
	out->dirty = leaf & PTE_D;
	return X_OK;
}

/* Protection keys of user pages, §4.6.2: PKRU has AD and WD for each key, which
 * is in bits 62-59 of the leaf. A debugger is not bound by them. */
static bool key_forbids(const struct cpu *cpu, const struct rights *rt,
			uint64_t leaf)
{
	unsigned bits = cpu->pkru >> (leaf >> 59 & 15) * 2 & 3;

	if (!CR4_ON(CR4_PKE) || !IN_LONG() || rt->access == ACC_EXEC ||
	    rt->debugger)
		return false;
	return bits & 1 || (bits & 2 && rt->access == ACC_WRITE &&
			    (rt->user || CR0_ON(CR0_WP)));
}

/* PAE and 4-level paging, §4.4 and §4.5; levels 4, 3, 2, 1 from the top. */
static int walk_wide(struct cpu *cpu, uint64_t la, const struct rights *rt,
		     struct walk *out, uint32_t *err)
{
	uint64_t table, e[5], at[5], reserved = PTE_RESERVED;
	bool w = true, u = true, nx = false;
	int level = IN_LONG() ? 4 : 2, top = level;

	if (!(cpu->efer & EFER_NXE))
		reserved |= PTE_NX;
	*err = 0;
	if (IN_LONG()) {
		table = cpu->cr3 & PTE_ADDR;
	} else {
		uint64_t pdpte = cpu->pdpte[la >> 30 & 3];

		if (!(pdpte & PTE_P))
			return X_FAULT;
		table = pdpte & PTE_ADDR;
		reserved |= (uint64_t)0x7ff << 52;	/* bits 62-52 */
	}
	for (;; level--) {
		unsigned shift = 12 + 9 * (unsigned)(level - 1);
		uint64_t bad = reserved;

		at[level] = table | (la >> shift & 511) << 3;
		if (!entry_read(cpu, at[level], 8, &e[level]) ||
		    !(e[level] & PTE_P))
			return X_FAULT;
		if (level == 4)
			bad |= PTE_PS;
		else if (level > 1 && e[level] & PTE_PS)
			bad |= (((uint64_t)1 << shift) - 1) & ~(uint64_t)0x1fff;
		if (e[level] & bad) {
			*err = PF_P | PF_RSVD;
			return X_FAULT;
		}
		w = w && e[level] & PTE_W;
		u = u && e[level] & PTE_U;
		nx = nx || e[level] & PTE_NX;
		table = e[level] & PTE_ADDR;
		if (level == 1 || e[level] & PTE_PS) {
			uint64_t low = ((uint64_t)1 << shift) - 1;

			out->gpa = (e[level] & PTE_ADDR & ~low) |
				   (la & low & ~(uint64_t)4095);
			out->low = low;
			break;
		}
	}
	*err = PF_P;
	if (u && key_forbids(cpu, rt, e[level]))
		*err |= PF_PK;
	if (*err & PF_PK || !allowed(cpu, rt, w, u, nx))
		return X_FAULT;
	if (rt->mark) {
		uint64_t bits = PTE_A | (rt->access == ACC_WRITE ? PTE_D : 0);

		for (int i = top; i > level; i--)
			if (!entry_mark(cpu, at[i], 8, e[i], PTE_A))
				return X_RESTART;
		if (!entry_mark(cpu, at[level], 8, e[level], bits))
			return X_RESTART;
		e[level] |= bits;
	}
	out->dirty = e[level] & PTE_D;
	return X_OK;
}

static int walk(struct cpu *cpu, uint64_t la, const struct rights *rt,
		struct walk *out, uint32_t *err)
{
	int rc;

	if (!CR0_ON(CR0_PG)) {
		out->gpa = la & 0xfffff000;
		out->low = 4095;
		out->dirty = true;
		return X_OK;
	}
	do {
		rc = CR4_ON(CR4_PAE) ? walk_wide(cpu, la, rt, out, err) :
				       walk_legacy(cpu, la, rt, out, err);
	} while (rc == X_RESTART);
	if (rc) {
		if (rt->access == ACC_WRITE)
			*err |= PF_W;
		if (rt->user)
			*err |= PF_U;
		if (rt->access == ACC_EXEC &&
		    (CR4_ON(CR4_SMEP) ||
		     (CR4_ON(CR4_PAE) && cpu->efer & EFER_NXE)))
			*err |= PF_I;
	}
	return rc;
}

static struct rights rights_of(const struct cpu *cpu, unsigned access,
			       enum tlb_as as)
{
	struct rights rt = { .access = access, .mark = as != AS_DEBUGGER,
			     .debugger = as == AS_DEBUGGER };

	rt.user = as == AS_CURRENT && cpu->cpl == 3;
	rt.smep = CR4_ON(CR4_SMEP) && as != AS_DEBUGGER;
	rt.smap = CR4_ON(CR4_SMAP) && as != AS_DEBUGGER &&
		  (as == AS_SYSTEM || !(cpu->flags & FL_AC));
	return rt;
}

int vc__mmu_translate(struct cpu *cpu, uint64_t la, uint32_t access,
		      uint64_t *gpa)
{
	unsigned acc = access & VC_ACCESS_WRITE ? ACC_WRITE :
		       access & VC_ACCESS_EXEC ? ACC_EXEC : ACC_READ;
	struct rights rt = rights_of(cpu, acc, access & VC_ACCESS_SYSTEM ?
				     AS_DEBUGGER : AS_CURRENT);
	struct walk w;
	uint32_t err;

	rt.mark = false;
	la &= cpu->lin_mask;
	if (IN_LONG() && !is_canonical(la))
		return VC_EFAULT;
	if (walk(cpu, la, &rt, &w, &err))
		return err & PF_P && !(err & PF_RSVD) ? VC_EPERM : VC_EFAULT;
	*gpa = w.gpa | (la & 4095);
	return 0;
}

/* ---- TLBs ---- */

#define LOG_X	0x8000u

static void log_fill(struct engine *eng, unsigned what)
{
	if (eng->fill_count < FILL_LOG)
		eng->fill_log[eng->fill_count++] = (uint16_t)what;
	else
		eng->fill_count = FILL_LOG + 1;
}

static void tlb_fill(struct cpu *cpu, unsigned set, bool write, uint64_t la,
		     uint8_t *host)
{
	struct engine *eng = ENGINE(cpu);
	unsigned i = tlb_index(la);

	eng->tlb[i].e[set][write] = (struct tlb_entry){ la & ~(uint64_t)4095,
						      host };
	log_fill(eng, set << 11 | (unsigned)write << 10 | i);
}

static void jumps_drop(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);

	eng->fetch_lost = false;
	eng->jump_gen = (eng->jump_gen + 1) & JUMP_GEN_MASK;
	if (!eng->jump_gen) {
		memset(eng->jumps, 0, sizeof(eng->jumps));
		eng->jump_gen = 1;
	}
	cpu->jump_tag = eng->jump_gen << JUMP_GEN_SHIFT |
			(cpu->jump_tag & ~(~0u << JUMP_GEN_SHIFT));
}

/* What zeroes do not make empty. */
static void tlb_mark_empty(struct engine *eng)
{
	for (unsigned set = 0; set < TLB_SETS; set++)
		for (unsigned write = 0; write < 2; write++)
			eng->tlb[0].e[set][write].va = TLB_EMPTY(0);
	eng->xtlb[0].user[0].va = eng->xtlb[0].user[1].va = TLB_EMPTY(0);
}

static void tlb_clear_all(struct engine *eng)
{
	memset(eng->tlb, 0, sizeof(eng->tlb));
	memset(eng->xtlb, 0, sizeof(eng->xtlb));
	tlb_mark_empty(eng);
}

/* On a zeroed engine. */
void vc__tlb_init(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);

	tlb_mark_empty(eng);
	eng->fill_count = 0;
	eng->large_from = UINT64_MAX;
	jumps_drop(cpu);
}

void vc__tlb_flush(struct cpu *cpu, bool globals_too)
{
	struct engine *eng = ENGINE(cpu);

	(void)globals_too;
	serialize(eng);
	eng->write_gen++;
	eng->large_from = UINT64_MAX;
	eng->large_to = 0;
	if (eng->fill_count > FILL_LOG) {
		tlb_clear_all(eng);
	} else {
		for (unsigned n = 0; n < eng->fill_count; n++) {
			unsigned what = eng->fill_log[n], i = what & 1023;

			if (what & LOG_X)
				eng->xtlb[i].user[what >> 10 & 1].va =
					TLB_EMPTY(i);
			else
				eng->tlb[i].e[what >> 11][what >> 10 & 1].va =
					TLB_EMPTY(i);
		}
	}
	eng->fill_count = 0;
	jumps_drop(cpu);
}

/*
 * INVLPG of any address in a large page drops all of it (SDM 3A §4.10.4.1),
 * and we hold it in pieces of 4 KiB: remember roughly where there are any.
 */
static void note_large(struct engine *eng, uint64_t la, uint64_t low)
{
	if (low == 4095)
		return;
	if ((la & ~low) < eng->large_from)
		eng->large_from = la & ~low;
	if ((la | low) > eng->large_to)
		eng->large_to = la | low;
}

void vc__tlb_flush_page(struct cpu *cpu, uint64_t la)
{
	struct engine *eng = ENGINE(cpu);
	uint64_t page = la & cpu->lin_mask & ~(uint64_t)4095;
	unsigned i = tlb_index(page), x = i & (XTLB_SIZE - 1);

	if (page >= eng->large_from && page <= eng->large_to) {
		vc__tlb_flush(cpu, true);
		return;
	}
	serialize(eng);
	eng->write_gen++;
	/* cached jumps may lead there */
	if (eng->fetch_lost)
		jumps_drop(cpu);
	for (unsigned set = 0; set < TLB_SETS; set++)
		for (unsigned write = 0; write < 2; write++)
			if (eng->tlb[i].e[set][write].va == page)
				eng->tlb[i].e[set][write].va = TLB_EMPTY(i);
	for (unsigned user = 0; user < 2; user++)
		if (eng->xtlb[x].user[user].va == page) {
			eng->xtlb[x].user[user].va = TLB_EMPTY(x);
			jumps_drop(cpu);
		}
}

/* Somebody fetched and cleared the dirty bits while we went on storing. */
void vc__tlb_dirty_again(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);

	for (unsigned i = 0; i < TLB_SIZE; i++)
		for (unsigned set = 0; set < TLB_SETS; set++)
			if (eng->tlb[i].e[set][1].va != TLB_EMPTY(i))
				host_dirtied(cpu, eng->tlb[i].e[set][1].host);
	for (unsigned i = 0; i < CODE_WRITES; i++)
		if (eng->code_write[i].page &&
		    eng->code_write[i].gen == eng->write_gen)
			host_dirtied(cpu, eng->code_write[i].page->host);
}

void vc__tlb_protect(struct cpu *cpu, const uint8_t *host_page)
{
	struct engine *eng = ENGINE(cpu);

	if (eng->fill_count <= FILL_LOG) {
		for (unsigned n = 0; n < eng->fill_count; n++) {
			unsigned what = eng->fill_log[n], i = what & 1023;
			struct tlb_entry *e = &eng->tlb[i].e[what >> 11 & 3][1];

			if (!(what & LOG_X) && e->host == host_page)
				e->va = TLB_EMPTY(i);
		}
		return;
	}
	for (unsigned set = 0; set < TLB_SETS; set++)
		for (unsigned i = 0; i < TLB_SIZE; i++)
			if (eng->tlb[i].e[set][1].host == host_page)
				eng->tlb[i].e[set][1].va = TLB_EMPTY(i);
}

void vc__mode_update(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);
	const struct segment *cs = &cpu->seg[VC_SEG_CS];
	const struct segment *ss = &cpu->seg[VC_SEG_SS];
	uint32_t mode = 0;
	unsigned set;

	if (CR0_ON(CR0_PE) && !IN_V86())
		mode |= MODE_PROT;
	if (IN_LONG())
		mode |= MODE_LONG;
	if (IN_LONG() && cs->attr & VC_SEG_L) {
		mode |= MODE_CODE64 | MODE_STACK64 | MODE_STACK32 | MODE_FLAT;
		cpu->ip_mask = ~(uint64_t)0;
		/* it counts as 0 (SDM 3A §3.4.4), and there is no way out of
		 * 64-bit code that does not load CS anew */
		cpu->seg[VC_SEG_CS].base = 0;
	} else {
		unsigned flat = VC_SEG_P | VC_SEG_S;

		if (cs->attr & VC_SEG_DB)
			mode |= MODE_CODE32;
		if (ss->attr & VC_SEG_DB)
			mode |= MODE_STACK32;
		/* the size is a matter of instructions: RIP has 32 bits in
		 * 16-bit code too, where jumps cut it */
		cpu->ip_mask = 0xffffffff;
		for (unsigned i = VC_SEG_ES; i <= VC_SEG_DS; i++) {
			const struct segment *s = &cpu->seg[i];
			unsigned type = s->attr & VC_SEG_TYPE;

			if (s->base || s->limit != 0xffffffff ||
			    (s->attr & flat) != flat)
				flat = 0;
			/* data must be writable and grow up; code readable */
			else if (i == VC_SEG_CS ? !(type & 8) || !(type & 2) :
				 (type & 0xe) != 2)
				flat = 0;
			if (!flat)
				break;
		}
		if (flat && mode & MODE_PROT)
			mode |= MODE_FLAT;
	}
	cpu->lin_mask = IN_LONG() && mode & MODE_CODE64 ? ~(uint64_t)0 :
			0xffffffff;
	vc__fpu_update(cpu);
	if (cpu->fpu_ok & FPU_OK_SIMD)
		mode |= MODE_SIMD;
	if (cpu->fpu_ok & FPU_OK_AVX)
		mode |= MODE_AVX;
	cpu->mode = mode;
	if (cpu->cpl == 3)
		set = CR0_ON(CR0_AM) && cpu->flags & FL_AC ? TLB_CHECKED :
		      TLB_USER;
	else
		set = cpu->flags & FL_AC ? TLB_KERNEL_AC : TLB_KERNEL;
	cpu->tlb_set = (uint8_t)set;
	cpu->tlb_r = eng->tlb[0].e[set];
	cpu->tlb_w = &eng->tlb[0].e[set][1];
	cpu->jump_tag = eng->jump_gen << JUMP_GEN_SHIFT |
			(uint32_t)(cpu->cpl == 3) << MODE_BITS | mode;
}

/* ---- data accesses ---- */

/* A page of an access: its host memory, or NULL when it is a device's. */
struct page_ref {
	uint8_t *host;		/* of the address, not of the page */
	uint64_t gpa;
	struct vc__region *region;
};

static int fault_page(struct cpu *cpu, uint64_t la, uint32_t err)
{
	cpu->fault = (struct fault){ EXC_PF, true, err, la };
	return X_FAULT;
}

static int fault_canonical(struct cpu *cpu, const struct op *op)
{
	return vc__raise_error(cpu, op && op->seg == VC_SEG_SS ? EXC_SS :
			       EXC_GP, 0);
}

static bool page_watched(const struct cpu *cpu, uint64_t la)
{
	const vc_vm *vm = cpu->vm;
	uint64_t page = la & ~(uint64_t)4095;

	if (!ENGINE(cpu)->watching)
		return false;
	for (uint32_t i = 0; i < vm->watch_count; i++)
		if (vm->watches[i].gva + (vm->watches[i].len - 1) >= page &&
		    vm->watches[i].gva <= (page | 4095))
			return true;
	if (cpu->dr7 & 0xff)
		for (unsigned i = 0; i < 4; i++)
			if ((cpu->dr[i] & ~(uint64_t)4095) == page ||
			    ((cpu->dr[i] + 7) & ~(uint64_t)4095) == page)
				return true;
	return false;
}

/* Is there code decoded from this page, by anybody? */
static bool has_code(struct cpu *cpu, const uint8_t *page)
{
	struct engine *eng = ENGINE(cpu);

	return eng->smp ? vc__smp_has_code(eng, page) :
			  vc__code_page_find(eng, page) != NULL;
}

static int page_get(struct cpu *cpu, const struct op *op, uint64_t la,
		    unsigned access, enum tlb_as as, struct page_ref *out)
{
	struct rights rt = rights_of(cpu, access, as);
	struct vc__region *r;
	struct walk w;
	uint32_t err;
	uint32_t need = access == ACC_WRITE ? VC_PROT_WRITE : VC_PROT_READ;
	unsigned set;

	if (IN_LONG() && !is_canonical(la))
		return fault_canonical(cpu, op);
	if (walk(cpu, la, &rt, &w, &err))
		return fault_page(cpu, la, err);
	out->gpa = w.gpa | (la & 4095);
	r = vc__mmu_region(cpu, w.gpa);
	out->region = r;
	out->host = NULL;
	if (!r || !(r->prot & need))
		return X_OK;
	out->host = r->host + (out->gpa - r->gpa);
	if (access == ACC_WRITE)
		page_dirtied(r, w.gpa);
	/* What holds for implicit accesses holds for the supervisor's own. */
	set = as == AS_SYSTEM ? TLB_KERNEL : cpu->tlb_set;
	if (as != AS_DEBUGGER && set != TLB_CHECKED && !page_watched(cpu, la)) {
		uint8_t *page = out->host - (la & 4095);

		note_large(ENGINE(cpu), la, w.low);
		if (access == ACC_READ) {
			tlb_fill(cpu, set, false, la, page);
		} else if (r->prot & VC_PROT_READ && !has_code(cpu, page)) {
			tlb_fill(cpu, set, false, la, page);
			tlb_fill(cpu, set, true, la, page);
		}
	}
	return X_OK;
}

/* ---- devices ---- */

static unsigned piece(unsigned left)
{
	return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

static uint64_t replay_key(const struct cpu *cpu, const struct op *op)
{
	return cpu->retired - (op ? op->left : 1);
}

/*
 * One access to a port or device: from the replay log if the instruction has
 * made it before, else to the bus, else to the embedder.
 */
static int device_access(struct cpu *cpu, const struct op *op, bool is_port,
			 uint64_t address, unsigned size, bool write,
			 uint64_t *value)
{
	struct engine *eng = ENGINE(cpu);
	uint64_t key = replay_key(cpu, op);
	vc_vcpu *vcpu = cpu->vcpu;
	struct replay *e;
	int taken;

	if (eng->replay_key != key) {
		eng->replay_key = key;
		eng->replay_n = eng->replay_pos = 0;
	}
	if (eng->replay_pos < eng->replay_n) {
		e = &eng->replay[eng->replay_pos];
		if (e->address == address && e->size == size &&
		    e->is_write == write && e->is_port == is_port) {
			eng->replay_pos++;
			if (!write)
				*value = e->data;
			return X_OK;
		}
		eng->replay_n = eng->replay_pos;
	}
	vc__fpu_leave(cpu);
	cpu->at_left = op ? op->left : 1;
	if (VC_UNLIKELY(eng->smp))
		vc__smp_leave(cpu);
	if (is_port)
		taken = write ?
			vc__port_write(vcpu, (uint16_t)address, size, *value) :
			vc__port_read(vcpu, (uint16_t)address, size, value);
	else
		taken = write ? vc__mmio_write(vcpu, address, size, *value) :
				vc__mmio_read(vcpu, address, size, value);
	if (VC_UNLIKELY(eng->smp))
		vc__smp_enter(cpu);
	cpu->at_left = 0;
	vc__fpu_enter(cpu);
	if (taken && !write && size < 8)
		*value &= ((uint64_t)1 << (8 * size)) - 1;
	if (eng->replay_n < REPLAY_MAX) {
		e = &eng->replay[eng->replay_n];
		*e = (struct replay){ address, *value, (uint8_t)size, write,
				      is_port };
		eng->replay_n++;
		/* An interrupt, DMA into code: before the next instruction */
		if (taken && op && op->left > 1 &&
		    !atomic_load_explicit(&cpu->limit, memory_order_relaxed))
			return X_REPLAY;
	} else if (!taken) {
		cpu->exit_reason = VC_EXIT_FAIL;
		vcpu->exit.fail = (vc_exit_fail){ VC_FAIL_INTERNAL, 0, address };
		return X_EXIT_BEFORE;
	}
	eng->replay_pos = eng->replay_n;
	if (taken)
		return X_OK;
	if (is_port) {
		cpu->exit_reason = VC_EXIT_IO;
		vcpu->exit.io = (vc_exit_io){ (uint16_t)address, (uint8_t)size,
					      write, 1, write ? *value : 0 };
	} else {
		cpu->exit_reason = VC_EXIT_MMIO;
		vcpu->exit.mmio = (vc_exit_mmio){ address, write ? *value : 0,
						  size, write };
	}
	return X_EXIT_BEFORE;
}

int vc__io_access(struct cpu *cpu, const struct op *op, uint16_t port,
		  unsigned size, bool write, uint64_t *value)
{
	if (write && size < 8)
		*value &= ((uint64_t)1 << (8 * size)) - 1;
	return device_access(cpu, op, true, port, size, write, value);
}

static int transfer_device(struct cpu *cpu, const struct op *op,
			   const struct page_ref *pg, unsigned size, bool write,
			   uint8_t *buf)
{
	for (unsigned at = 0; at < size;) {
		unsigned n = piece(size - at);
		uint64_t v = 0;
		uint8_t bytes[8];
		int rc;

		if (write) {
			memset(bytes, 0, sizeof(bytes));
			memcpy(bytes, buf + at, n);
			v = ld64(bytes);
		}
		rc = device_access(cpu, op, false, pg->gpa + at, n, write, &v);
		if (rc)
			return rc;
		if (!write) {
			st64(bytes, v);
			memcpy(buf + at, bytes, n);
		}
		at += n;
	}
	return X_OK;
}

static int transfer(struct cpu *cpu, const struct op *op,
		    const struct page_ref *pg, unsigned size, bool write,
		    uint8_t *buf)
{
	struct smp_page *shared;

	if (!pg->host) {
		/* a ROM swallows writes */
		if (write && pg->region && pg->region->prot & VC_PROT_ROM)
			return X_OK;
		return transfer_device(cpu, op, pg, size, write, buf);
	}
	if (!write) {
		mem_get(buf, pg->host, size);
		return X_OK;
	}
	shared = store_begin(cpu, pg->host, size);
	mem_put(pg->host, buf, size);
	/* again: somebody may have fetched the bit since the walk */
	page_dirtied(pg->region, pg->gpa);
	store_end(cpu, shared, pg->host, size);
	return X_OK;
}

/* Did the access touch a watched byte or a data breakpoint of the guest? */
static void watch_check(struct cpu *cpu, uint64_t la, unsigned size, bool write)
{
	struct engine *eng = ENGINE(cpu);
	const vc_vm *vm = cpu->vm;

	for (uint32_t i = 0; i < vm->watch_count; i++) {
		const struct vc__watch *w = &vm->watches[i];
		uint32_t want = write ? VC_ACCESS_WRITE : VC_ACCESS_READ;

		if (w->access & want && la <= w->gva + (w->len - 1) &&
		    w->gva <= la + (size - 1) && !eng->watch_kind) {
			eng->watch_kind = write ? VC_DEBUG_WATCH_WRITE :
						  VC_DEBUG_WATCH_READ;
			eng->watch_hit = la;
			eng->watch_len = size;
		}
	}
	cpu->dbg_hits |= vc__debug_data(cpu, la, size, write);
}

static struct code_write *code_write_slot(struct cpu *cpu, uint64_t la)
{
	return &ENGINE(cpu)->code_write[la >> 12 & (CODE_WRITES - 1)];
}

/* A store to a page with code that was written before. */
static bool code_store(struct cpu *cpu, uint64_t la, unsigned size,
		       const uint8_t *buf)
{
	const struct code_write *e = code_write_slot(cpu, la);
	uint64_t at = la ^ e->va;
	struct smp_page *shared;

	if (at > 4096 - size || e->gen != ENGINE(cpu)->write_gen ||
	    e->set != cpu->tlb_set || !e->page)
		return false;
	shared = store_begin(cpu, e->page->host + at, size);
	mem_put(e->page->host + at, buf, size);
	vc__code_written(cpu, e->page, (unsigned)at, size);
	vc__smp_store_end(shared);
	return true;
}

static void code_store_remember(struct cpu *cpu, uint64_t la,
				const uint8_t *host)
{
	struct engine *eng = ENGINE(cpu);
	struct code_page *page;

	if (eng->watching || cpu->tlb_set == TLB_CHECKED)
		return;
	page = vc__code_page_find(eng, host - (la & 4095));
	if (page)
		*code_write_slot(cpu, la) = (struct code_write){
			la & ~(uint64_t)4095, page, eng->write_gen,
			cpu->tlb_set };
}

/* mask: of linear addresses. Implicit accesses of long mode have 64 bits in
 * compatibility mode too. */
static int access(struct cpu *cpu, const struct op *op, uint64_t la,
		  uint64_t mask, unsigned size, bool write, enum tlb_as as,
		  uint8_t *buf)
{
	unsigned acc = write ? ACC_WRITE : ACC_READ;
	struct page_ref first, second;
	unsigned n = size;
	int rc;

	la &= mask;
	if (write && as == AS_CURRENT && code_store(cpu, la, size, buf))
		return X_OK;
	if (as == AS_CURRENT && cpu->tlb_set == TLB_CHECKED && size <= 8 &&
	    la & (size - 1) && !(size & (size - 1)))
		return vc__raise_error(cpu, EXC_AC, 0);
	rc = page_get(cpu, op, la, acc, as, &first);
	if (rc)
		return rc;
	if ((la & 4095) + size > 4096) {
		n = 4096 - (unsigned)(la & 4095);
		rc = page_get(cpu, op, (la + n) & mask, acc, as,
			      &second);
		if (rc)
			return rc;
	}
	else if (write && as == AS_CURRENT && first.host)
		code_store_remember(cpu, la, first.host);
	/* A device first: should the embedder have to do it, the instruction
	 * comes again, and must find the memory that it reads unchanged. */
	if (n < size && first.host && !second.host) {
		rc = transfer(cpu, op, &second, size - n, write, buf + n);
		if (!rc)
			rc = transfer(cpu, op, &first, n, write, buf);
	} else {
		rc = transfer(cpu, op, &first, n, write, buf);
		if (!rc && n < size)
			rc = transfer(cpu, op, &second, size - n, write,
				      buf + n);
	}
	if (!rc && ENGINE(cpu)->watching && as == AS_CURRENT)
		watch_check(cpu, la, size, write);
	return rc;
}

int vc__load(struct cpu *cpu, const struct op *op, uint64_t la, unsigned size,
	     void *buf)
{
	const uint8_t *p = tlb_read_ptr(cpu, la & cpu->lin_mask, size);

	if (p) {
		mem_get(buf, p, size);
		return X_OK;
	}
	return access(cpu, op, la, cpu->lin_mask, size, false, AS_CURRENT, buf);
}

int vc__store(struct cpu *cpu, const struct op *op, uint64_t la, unsigned size,
	      const void *buf)
{
	uint8_t *p = tlb_write_ptr(cpu, la & cpu->lin_mask, size);

	if (p) {
		mem_put(p, buf, size);
		return X_OK;
	}
	return access(cpu, op, la, cpu->lin_mask, size, true, AS_CURRENT,
		      (uint8_t *)(uintptr_t)buf);
}

/*
 * Implicit supervisor accesses use the supervisor's own TLB at any CPL, since
 * AC does not count for them.
 */
static int access_sys(struct cpu *cpu, const struct op *op, uint64_t la,
		      unsigned size, bool write, void *buf)
{
	uint64_t mask = IN_LONG() ? ~(uint64_t)0 : 0xffffffff;
	const struct tlb_entry *e;
	uint64_t t;

	la &= mask;
	e = &ENGINE(cpu)->tlb[tlb_index(la)].e[TLB_KERNEL][write];
	t = la ^ e->va;
	if (t <= 4096 - size) {
		if (write)
			mem_put(e->host + t, buf, size);
		else
			mem_get(buf, e->host + t, size);
		return X_OK;
	}
	return access(cpu, op, la, mask, size, write, AS_SYSTEM, buf);
}

int vc__load_sys(struct cpu *cpu, const struct op *op, uint64_t la,
		 unsigned size, void *buf)
{
	return access_sys(cpu, op, la, size, false, buf);
}

int vc__store_sys(struct cpu *cpu, const struct op *op, uint64_t la,
		  unsigned size, const void *buf)
{
	return access_sys(cpu, op, la, size, true, (void *)(uintptr_t)buf);
}

int vc__probe_write(struct cpu *cpu, const struct op *op, uint64_t la,
		    unsigned size)
{
	struct page_ref pg;
	int rc;

	la &= cpu->lin_mask;
	if (tlb_write_ptr(cpu, la, size))
		return X_OK;
	if (cpu->tlb_set == TLB_CHECKED && size <= 8 && la & (size - 1) &&
	    !(size & (size - 1)))
		return vc__raise_error(cpu, EXC_AC, 0);
	rc = page_get(cpu, op, la, ACC_WRITE, AS_CURRENT, &pg);
	if (!rc && (la & 4095) + size > 4096)
		rc = page_get(cpu, op, (la + size - 1) & cpu->lin_mask &
			      ~(uint64_t)4095, ACC_WRITE, AS_CURRENT, &pg);
	return rc;
}

/* ---- locked operations ---- */

/* Has p what an atomic operation in place needs: memory of both rights? */
static bool in_place(const struct page_ref *pg)
{
	return pg->host && pg->region->prot & VC_PROT_READ;
}

int vc__rmw_begin(struct cpu *cpu, const struct op *op, uint64_t la,
		  unsigned size, struct rmw *m)
{
	struct page_ref pg;
	int rc;

	la &= cpu->lin_mask;
	m->la = la;
	m->size[0] = size;
	m->size[1] = 0;
	if (cpu->tlb_set == TLB_CHECKED && size <= 8 && la & (size - 1))
		return vc__raise_error(cpu, EXC_AC, 0);
	if ((la & 4095) + size > 4096) {
		m->size[0] = 4096 - (unsigned)(la & 4095);
		m->size[1] = size - m->size[0];
	}
	m->in_place = true;
	for (unsigned i = 0; i < 2 && m->size[i]; i++) {
		rc = page_get(cpu, op, i ? (la + m->size[0]) & cpu->lin_mask :
			      la, ACC_WRITE, AS_CURRENT, &pg);
		if (rc)
			return rc;
		m->host[i] = pg.host;
		m->gpa[i] = pg.gpa;
		m->region[i] = pg.region;
		m->in_place = m->in_place && in_place(&pg);
	}
	if (m->in_place)
		for (unsigned i = 0; i < 2 && m->size[i]; i++)
			m->shared[i] = store_begin(cpu, m->host[i], m->size[i]);
	return X_OK;
}

void vc__rmw_end(struct cpu *cpu, const struct rmw *m)
{
	for (unsigned i = 0; i < 2 && m->size[i]; i++) {
		page_dirtied(m->region[i], m->gpa[i]);
		store_end(cpu, m->shared[i], m->host[i], m->size[i]);
	}
	if (ENGINE(cpu)->watching) {
		watch_check(cpu, m->la, m->size[0] + m->size[1], false);
		watch_check(cpu, m->la, m->size[0] + m->size[1], true);
	}
}

void vc__rmw_get(const struct rmw *m, uint8_t *buf)
{
	mem_get(buf, m->host[0], m->size[0]);
	if (m->size[1])
		mem_get(buf + m->size[0], m->host[1], m->size[1]);
}

void vc__rmw_put(const struct rmw *m, const uint8_t *buf)
{
	mem_put(m->host[0], buf, m->size[0]);
	if (m->size[1])
		mem_put(m->host[1], buf + m->size[0], m->size[1]);
}

int vc__or8_sys(struct cpu *cpu, uint64_t la, uint8_t bits, uint8_t *old)
{
	uint64_t mask = IN_LONG() ? ~(uint64_t)0 : 0xffffffff;
	struct smp_page *shared;
	struct page_ref pg;
	int rc;

	la &= mask;
	rc = page_get(cpu, &vc__op_at_ds, la, ACC_WRITE, AS_SYSTEM, &pg);
	if (rc)
		return rc;
	if (!in_place(&pg)) {
		rc = access(cpu, &vc__op_at_ds, la, mask, 1, false, AS_SYSTEM,
			    old);
		bits |= *old;
		return rc ? rc : access(cpu, &vc__op_at_ds, la, mask, 1, true,
					AS_SYSTEM, &bits);
	}
	shared = store_begin(cpu, pg.host, 1);
	*old = __atomic_fetch_or(pg.host, bits, __ATOMIC_SEQ_CST);
	page_dirtied(pg.region, pg.gpa);
	store_end(cpu, shared, pg.host, 1);
	return X_OK;
}

const uint8_t *vc__slow_read(struct cpu *cpu, const struct op *op,
			     unsigned size)
{
	cpu->slow_rc = vc__load(cpu, op, op_ea(cpu, op), size, cpu->buf);
	return cpu->slow_rc ? NULL : cpu->buf;
}

/* ---- instruction fetch ---- */

int vc__fetch_page(struct cpu *cpu, uint64_t la, struct code_page **page)
{
	struct engine *eng = ENGINE(cpu);
	unsigned user = cpu->cpl == 3;
	unsigned i = tlb_index(la) & (XTLB_SIZE - 1);
	struct xtlb_entry *e = &eng->xtlb[i].user[user];
	struct rights rt = rights_of(cpu, ACC_EXEC, AS_CURRENT);
	struct vc__region *r;
	struct walk w;
	uint32_t err;

	if (e->va == (la & ~(uint64_t)4095)) {
		*page = e->page;
		return X_OK;
	}
	if (IN_LONG() && !is_canonical(la))
		return vc__gp(cpu, 0);
	if (walk(cpu, la, &rt, &w, &err))
		return fault_page(cpu, la, err);
	r = vc__mmu_region(cpu, w.gpa);
	if (!r || !(r->prot & VC_PROT_EXEC)) {
		cpu->exit_reason = VC_EXIT_FAIL;
		cpu->vcpu->exit.fail = (vc_exit_fail){ VC_FAIL_FETCH, 0,
						       w.gpa | (la & 4095) };
		return X_EXIT_BEFORE;
	}
	*page = vc__code_page(cpu, r->host + (w.gpa - r->gpa));
	if (!*page) {
		cpu->exit_reason = VC_EXIT_FAIL;
		cpu->vcpu->exit.fail = (vc_exit_fail){ VC_FAIL_HOST, VC_ENOMEM,
						       w.gpa };
		return X_EXIT_BEFORE;
	}
	note_large(eng, la, w.low);
	if (e->va != TLB_EMPTY(i))
		eng->fetch_lost = true;
	e->va = la & ~(uint64_t)4095;
	e->page = *page;
	log_fill(eng, LOG_X | user << 10 | i);
	return X_OK;
}
