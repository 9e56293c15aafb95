/* SPDX-License-Identifier: MIT */
/*
 * block.c: the store of decoded blocks: looking them up, making them, linking
 * them, and throwing them away when their bytes change.
 *
 * A block is keyed by where its bytes are (in the host) and by the mode
 * word; it does not know its RIP, which is R_IP + off. It ends at a branch, at
 * the next page's end, or when full. Where it goes on into the next page there
 * is a guard that this is still the one that was decoded.
 *
 * A block whose bytes changed is not freed but made stale: the first op of
 * each of its instructions becomes one that goes to look up its RIP again. So
 * links and cached jumps to it need not be found, and a store may hit the very
 * block that runs: the instruction finishes, the next one is new. Memory comes
 * back when everything is flushed.
 */
#include <stdlib.h>

#include "decode.h"
#include "engine.h"
#include "ops.h"
#include "run.h"
#include "smp.h"

#define CHUNK_SIZE	((size_t)256 * 1024)
#define FIRST_CHUNK	((size_t)16 * 1024)
#define CODE_MAX	((size_t)96 * 1024 * 1024)

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	_Alignas(32) uint8_t data[];
};

static void *code_alloc(struct engine *eng, size_t size)
{
	struct chunk *c = eng->chunks;
	void *p;

	size = (size + 31) & ~(size_t)31;
	if (!c || c->size - c->used < size) {
		size_t room = c ? CHUNK_SIZE : FIRST_CHUNK;

		c = aligned_alloc(32, sizeof(*c) + room);
		if (!c)
			return NULL;
		c->next = eng->chunks;
		c->size = room;
		c->used = 0;
		eng->chunks = c;
		eng->code_bytes += room;
	}
	p = c->data + c->used;
	c->used += size;
	return p;
}

static void chunks_free(struct engine *eng)
{
	while (eng->chunks) {
		struct chunk *next = eng->chunks->next;

		free(eng->chunks);
		eng->chunks = next;
	}
	eng->code_bytes = 0;
}

void vc__blocks_init(struct engine *eng)
{
	eng->code = (struct code_table){
		.page = eng->first_pages, .page_size = PAGE_HASH,
		.block = eng->first_blocks, .block_size = BLOCK_HASH,
	};
}

void vc__blocks_free(struct engine *eng)
{
	chunks_free(eng);
	if (eng->code.page != eng->first_pages)
		free(eng->code.page);
	if (eng->code.block != eng->first_blocks)
		free(eng->code.block);
	free(eng->scratch);
}

static void unlist_all(struct engine *eng)
{
	for (uint32_t i = 0; i < eng->code.page_size; i++)
		for (struct code_page *p = eng->code.page[i]; p; p = p->hash_next)
			vc__smp_unlist(eng, p);
}

/* Forget all decoded code. Ops that are running must not be gone on with. */
void vc__blocks_flush(struct engine *eng)
{
	if (eng->smp)
		unlist_all(eng);
	chunks_free(eng);
	memset(eng->code.page, 0, eng->code.page_size * sizeof(void *));
	memset(eng->code.block, 0, eng->code.block_size * sizeof(void *));
	eng->code.page_count = eng->code.block_count = 0;
	eng->scratch_runs = false;
	eng->flushes++;
	/* the fetch TLB and the jump cache point to what is gone */
	vc__tlb_flush(&eng->cpu, true);
}

/* ---- pages with code ---- */

static uint32_t page_slot(const struct engine *eng, const uint8_t *host)
{
	uintptr_t at = (uintptr_t)host;

	return (uint32_t)(at >> 12 ^ at >> 22) & (eng->code.page_size - 1);
}

struct code_page *vc__code_page_find(struct engine *eng, const uint8_t *host)
{
	struct code_page *p = eng->code.page[page_slot(eng, host)];

	while (p && p->host != host)
		p = p->hash_next;
	return p && p->granules ? p : NULL;
}

/* More chains; without memory the old ones serve on. */
static void pages_grow(struct engine *eng)
{
	uint32_t old_size = eng->code.page_size;
	struct code_page **old = eng->code.page, **grown;

	grown = calloc((size_t)old_size * 4, sizeof(*grown));
	if (!grown)
		return;
	eng->code.page = grown;
	eng->code.page_size = old_size * 4;
	for (uint32_t i = 0; i < old_size; i++)
		for (struct code_page *p = old[i], *next; p; p = next) {
			struct code_page **slot = &grown[page_slot(eng, p->host)];

			next = p->hash_next;
			p->hash_next = *slot;
			*slot = p;
		}
	if (old != eng->first_pages)
		free(old);
}

struct code_page *vc__code_page(struct cpu *cpu, uint8_t *host)
{
	struct engine *eng = ENGINE(cpu);
	struct code_page **slot, *p;

	for (p = eng->code.page[page_slot(eng, host)]; p; p = p->hash_next)
		if (p->host == host)
			return p;
	p = code_alloc(eng, sizeof(*p));
	if (!p)
		return NULL;
	if (++eng->code.page_count > eng->code.page_size)
		pages_grow(eng);
	slot = &eng->code.page[page_slot(eng, host)];
	*p = (struct code_page){ .host = host, .hash_next = *slot };
	*slot = p;
	return p;
}

/* Bits of the 64-byte granules of [off, off + size) of a page. */
static uint64_t granule_mask(unsigned off, unsigned size)
{
	unsigned first = off >> 6, last = (off + size - 1) >> 6;

	return ~(uint64_t)0 << first & ~(uint64_t)0 >> (63 - last);
}

/* The part of b that lies on page: [*from, *to) of it; all of a page that is
 * mapped behind itself, and so has both ends of b. */
static void part_on_page(const struct block *b, const struct code_page *page,
			 unsigned *from, unsigned *to)
{
	unsigned off = (unsigned)((uintptr_t)b->at & 4095);

	if (b->page[0] == b->page[1]) {
		*from = 0;
		*to = 4096;
	} else if (b->page[0] == page) {
		*from = off;
		*to = off + b->bytes < 4096 ? off + b->bytes : 4096;
	} else {
		*from = 0;
		*to = off + b->bytes - 4096;
	}
}

static struct block **next_on_page(struct block *b, const struct code_page *page)
{
	return &b->page_next[b->page[0] != page];
}

/* Add b's granules of the page, which no fast store may reach from now on. */
static void page_guard(struct cpu *cpu, struct code_page *page,
		       const struct block *b)
{
	unsigned from, to;

	part_on_page(b, page, &from, &to);
	if (!page->granules)
		vc__tlb_protect(cpu, page->host);
	page->granules |= granule_mask(from, to - from);
}

static void page_add(struct cpu *cpu, struct code_page *page, struct block *b)
{
	page_guard(cpu, page, b);
	*next_on_page(b, page) = page->blocks;
	page->blocks = b;
}

static bool scratch_on(const struct engine *eng, const struct code_page *page)
{
	return eng->scratch_runs && (eng->scratch->page[0] == page ||
				     eng->scratch->page[1] == page);
}

static void page_recount(struct cpu *cpu, struct code_page *page)
{
	page->granules = 0;
	if (scratch_on(ENGINE(cpu), page))
		page_guard(cpu, page, ENGINE(cpu)->scratch);
	for (struct block *b = page->blocks; b; b = *next_on_page(b, page)) {
		unsigned from, to;

		part_on_page(b, page, &from, &to);
		page->granules |= granule_mask(from, to - from);
	}
	if (page->listed && !page->granules)
		vc__smp_unlist(ENGINE(cpu), page);
}

static void page_remove(struct code_page *page, struct block *gone)
{
	struct block **at = &page->blocks;

	while (*at && *at != gone)
		at = next_on_page(*at, page);
	if (*at)
		*at = *next_on_page(gone, page);
}

/* ---- blocks ---- */

static uint32_t block_slot(const struct engine *eng, const uint8_t *host,
			   uint32_t mode)
{
	uintptr_t at = (uintptr_t)host;

	return (uint32_t)(at ^ at >> 11 ^ mode * 0x9e5u) &
	       (eng->code.block_size - 1);
}

static struct block *block_find(struct engine *eng, const uint8_t *at,
				uint32_t mode)
{
	struct block *b = eng->code.block[block_slot(eng, at, mode)];

	while (b && (b->at != at || b->mode != mode))
		b = b->hash_next;
	return b;
}

static void blocks_grow(struct engine *eng)
{
	uint32_t old_size = eng->code.block_size;
	struct block **old = eng->code.block, **grown;

	grown = calloc((size_t)old_size * 4, sizeof(*grown));
	if (!grown)
		return;
	eng->code.block = grown;
	eng->code.block_size = old_size * 4;
	for (uint32_t i = 0; i < old_size; i++)
		for (struct block *b = old[i], *next; b; b = next) {
			struct block **slot =
				&grown[block_slot(eng, b->at, b->mode)];

			next = b->hash_next;
			b->hash_next = *slot;
			*slot = b;
		}
	if (old != eng->first_blocks)
		free(old);
}

static void block_add(struct engine *eng, struct block *b)
{
	struct block **slot;

	if (++eng->code.block_count > eng->code.block_size)
		blocks_grow(eng);
	slot = &eng->code.block[block_slot(eng, b->at, b->mode)];
	b->hash_next = *slot;
	*slot = b;
}

static void block_stale(struct engine *eng, struct block *b)
{
	unsigned off = UINT32_MAX;

	eng->stales++;

	for (unsigned i = 0; i < b->op_count; i++) {
		if (b->ops[i].off != off)
			b->ops[i].fn = vc__op_stale;
		off = b->ops[i].off;
	}
	b->stale = 1;
}

static void block_drop(struct engine *eng, struct block *b)
{
	struct block **at = &eng->code.block[block_slot(eng, b->at, b->mode)];

	while (*at != b)
		at = &(*at)->hash_next;
	*at = b->hash_next;
	eng->code.block_count--;
	block_stale(eng, b);
}

/* Do size bytes at off of page meet b? */
static bool block_hit(const struct block *b, const struct code_page *page,
		      unsigned off, unsigned size)
{
	unsigned from, to;

	part_on_page(b, page, &from, &to);
	return off < to && off + size > from;
}

void vc__code_written(struct cpu *cpu, struct code_page *page, unsigned off,
		      unsigned size)
{
	struct block *b, *next;

	if (!(page->granules & granule_mask(off, size)))
		return;
	if (scratch_on(ENGINE(cpu), page) &&
	    block_hit(ENGINE(cpu)->scratch, page, off, size))
		block_stale(ENGINE(cpu), ENGINE(cpu)->scratch);
	for (b = page->blocks; b; b = next) {
		next = *next_on_page(b, page);
		if (!block_hit(b, page, off, size))
			continue;
		block_drop(ENGINE(cpu), b);
		page_remove(b->page[0], b);
		if (b->page[1])
			page_remove(b->page[1], b);
	}
	page_recount(cpu, page);
}

/* ---- making one ---- */

static enum x86_mode decoder_mode(uint32_t mode)
{
	return mode & MODE_CODE64 ? X86_MODE64 :
	       mode & MODE_CODE32 ? X86_MODE32 : X86_MODE16;
}

/* What is decoded of a block, before it is lowered. */
struct draft {
	struct x86_insn insn[BLOCK_INSNS];
	unsigned count;
	unsigned bytes;
	bool keep;			/* it is to be a block */
	struct code_page *second;	/* where it runs on into another page, */
	unsigned cross;			/* from this instruction on */
};

/* May what is decoded from the page now be kept? smp.h */
static bool may_keep(struct cpu *cpu, struct code_page *page)
{
	return VC_LIKELY(!ENGINE(cpu)->smp) || vc__smp_may_keep(cpu, page);
}

/* Code may change under us: what is decoded has been read once. */
static void bytes_get(uint8_t *bytes, const uint8_t *at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		bytes[i] = ld8(at + i);
}

/* Bytes that are no instruction: an operation that faults takes their place,
 * as long as what was looked at: when any of that changes, look again. */
static void draft_bad(struct x86_insn *in, int why)
{
	uint8_t looked = why == X86_DEC_LONG ? 15 : in->len;

	memset(in, 0, sizeof(*in));
	in->op = why == X86_DEC_LONG ? X86_OP_TOO_LONG : X86_OP_UNDEFINED;
	in->len = looked ? looked : 1;
	in->attr = X86_ENDS_BLOCK;
}

/* The page at la when the fetch TLB has it; to look further could fault. */
static struct code_page *page_at_hand(struct cpu *cpu, uint64_t la)
{
	const struct xtlb_entry *e = &ENGINE(cpu)->xtlb
		[tlb_index(la) & (XTLB_SIZE - 1)].user[cpu->cpl == 3];

	return la && e->va == la ? e->page : NULL;
}

/* The page behind la's. A block goes on there if that costs nothing; its first
 * instruction must, and faults if it cannot. X_*; NULL: end the block. */
static int draft_second(struct cpu *cpu, uint64_t la, struct draft *d)
{
	uint64_t next = ((la | 4095) + 1) & cpu->lin_mask;
	int rc;

	d->cross = d->count;
	if (d->count) {
		if (cpu->mode & MODE_FLAT)
			d->second = page_at_hand(cpu, next);
		if (d->second && d->keep && !may_keep(cpu, d->second))
			d->second = NULL;
		return X_OK;
	}
	rc = vc__fetch_page(cpu, next, &d->second);
	if (!rc && d->keep && !may_keep(cpu, d->second))
		return X_CAREFUL;
	return rc;
}

/* Decode at off, which may lie behind the page's end. */
static int draft_decode(struct cpu *cpu, const struct code_page *page,
			unsigned off, const struct draft *d,
			struct x86_insn *in)
{
	enum x86_mode mode = decoder_mode(cpu->mode);
	unsigned first = off < 4096 ? 4096 - off : 0;
	uint8_t bytes[15];
	int rc;

	if (first > 15)
		first = 15;
	if (!d->second && !ENGINE(cpu)->smp)
		return vc__decode(in, page->host + off, first, mode);
	bytes_get(bytes, page->host + off, first);
	if (!d->second)
		return vc__decode(in, bytes, first, mode);
	bytes_get(bytes + first, d->second->host + (off + first - 4096),
		  (unsigned)sizeof(bytes) - first);
	rc = vc__decode(in, bytes, sizeof(bytes), mode);
	if (rc < 0)
		draft_bad(in, rc);
	/* What is undefined whatever follows still asked for the next page. */
	if (first && in->len <= first)
		in->len = (uint8_t)(first + 1);
	return in->len;
}

static int draft_fill(struct cpu *cpu, struct code_page *page, uint64_t la,
		      unsigned max, struct draft *d)
{
	unsigned off = (unsigned)(la & 4095), start = off;

	d->count = 0;
	d->second = NULL;
	while (d->count < max) {
		struct x86_insn *in = &d->insn[d->count];
		int rc = draft_decode(cpu, page, off, d, in);

		if (rc == X86_DEC_MORE) {
			rc = draft_second(cpu, la, d);
			if (rc)
				return rc;
			if (!d->second)
				break;
			rc = draft_decode(cpu, page, off, d, in);
		}
		if (rc < 0)
			draft_bad(in, rc);
		d->count++;
		off += in->len;
		if (in->attr & X86_ENDS_BLOCK ||
		    (d->second && !(cpu->mode & MODE_FLAT)))
			break;
	}
	d->bytes = off - start;
	return X_OK;
}

/*
 * Which instructions' flags nobody can see: those that a later one of the
 * block writes before any reads them, with nothing between that can fault or
 * leave.
 */
static bool may_write_flags_or_not(const struct x86_insn *in)
{
	/* shifts by CL: a count of 0 leaves the flags */
	return in->op >= X86_ROL && in->op <= X86_SAR ?
	       in->opnd[1].kind != OPND_IMM || !(in->imm & 31) :
	       in->op == X86_SHLD || in->op == X86_SHRD;
}

static void find_dead_flags(const struct draft *d, bool *dead)
{
	uint16_t live = FL_ARITH;

	for (unsigned i = d->count; i-- > 0;) {
		const struct x86_insn *in = &d->insn[i];

		dead[i] = !(live & (in->fl_write | in->fl_undef));
		if (in->attr & (X86_MAY_FAULT | X86_ENDS_BLOCK) ||
		    (d->second && i == d->cross))
			live = FL_ARITH;
		else if (may_write_flags_or_not(in))
			live |= in->fl_read;
		else
			live = (uint16_t)((live & ~in->fl_write) | in->fl_read);
	}
}

/* Enough for the longest block with everything that may go around it. */
#define DRAFT_OPS	(BLOCK_INSNS * OPS_PER_INSN + 4)

static unsigned draft_lower(const struct cpu *cpu, const struct draft *d,
			    unsigned off, struct op *ops)
{
	struct lowering lo = {
		.ops = ops, .mode = cpu->mode,
		.features = cpu->eng->features,
	};
	bool dead[BLOCK_INSNS];
	unsigned i = 0;

	find_dead_flags(d, dead);
	while (i < d->count) {
		const struct x86_insn *in = &d->insn[i];
		unsigned from = lo.count, used;
		bool alone = i + 1 == d->count ||
			     (d->second && i + 1 == d->cross);

		if (d->second && i == d->cross) {
			ops[lo.count] = (struct op){
				.fn = vc__op_guard_second,
				.imm = (uintptr_t)d->second,
				.disp = (int32_t)lo.count,
			};
			lo.count++;
		}
		used = vc__lower(&lo, in, off, alone ? NULL : in + 1, dead[i]);
		/* the slot of links is no op */
		for (unsigned k = from; k < lo.count - lo.linked; k++) {
			ops[k].off = (uint16_t)off;
			ops[k].len = in->len;
			ops[k].left = (uint8_t)(d->count - i);
		}
		for (unsigned k = 0; k < used; k++)
			off += d->insn[i + k].len;
		i += used;
	}
	return vc__lower_end(&lo, off);
}

static int block_fill(struct cpu *cpu, struct code_page *page, uint64_t la,
		      unsigned max, struct draft *d, struct op *ops,
		      unsigned *count)
{
	int rc = draft_fill(cpu, page, la, max, d);

	if (!rc)
		*count = draft_lower(cpu, d, (unsigned)(la & 4095), ops);
	return rc;
}

static int out_of_memory(struct cpu *cpu)
{
	cpu->exit_reason = VC_EXIT_FAIL;
	cpu->vcpu->exit.fail = (vc_exit_fail){ VC_FAIL_HOST, VC_ENOMEM, 0 };
	return X_EXIT_BEFORE;
}

static int block_make(struct cpu *cpu, struct code_page *page, uint64_t la,
		      struct block **out)
{
	struct engine *eng = ENGINE(cpu);
	struct op ops[DRAFT_OPS];
	struct draft d;
	struct block *b;
	unsigned count;
	int rc;

	d.keep = true;
	if (!may_keep(cpu, page))
		return X_CAREFUL;
	rc = block_fill(cpu, page, la, BLOCK_INSNS, &d, ops, &count);
	if (rc)
		return rc;
	b = code_alloc(eng, sizeof(*b) + count * sizeof(struct op));
	if (!b)
		return out_of_memory(cpu);
	*b = (struct block){
		.at = page->host + (la & 4095),
		.page = { page, d.second },
		.mode = cpu->mode,
		.bytes = (uint16_t)d.bytes,
		.insns = (uint8_t)d.count,
		.op_count = (uint16_t)vc__lower_real_ops(ops, count),
	};
	memcpy(b->ops, ops, count * sizeof(struct op));
	block_add(eng, b);
	page_add(cpu, page, b);
	if (d.second && d.second != page)
		page_add(cpu, d.second, b);
	*out = b;
	return X_OK;
}

int vc__block_scratch(struct cpu *cpu, unsigned max, struct block **out)
{
	struct engine *eng = ENGINE(cpu);
	uint64_t la = (cpu->rip + cpu->seg[VC_SEG_CS].base) & cpu->lin_mask;
	struct code_page *page;
	struct draft d;
	unsigned count;
	int rc = vc__fetch_page(cpu, la, &page);

	if (rc)
		return rc;
	if (!eng->scratch) {
		eng->scratch = aligned_alloc(32, sizeof(struct block) +
					     DRAFT_OPS * sizeof(struct op));
		if (!eng->scratch)
			return out_of_memory(cpu);
	}
	d.keep = max > 1;
	if (d.keep && !may_keep(cpu, page))
		return X_CAREFUL;
	rc = block_fill(cpu, page, la, max < BLOCK_INSNS ? max : BLOCK_INSNS,
			&d, eng->scratch->ops, &count);
	if (rc)
		return rc;
	eng->scratch->insns = (uint8_t)d.count;
	eng->scratch->bytes = (uint16_t)d.bytes;
	*out = eng->scratch;
	eng->scratch_runs = max > 1;
	if (eng->scratch_runs) {
		eng->scratch->at = page->host + (la & 4095);
		eng->scratch->page[0] = page;
		eng->scratch->page[1] = d.second;
		eng->scratch->op_count =
			(uint16_t)vc__lower_real_ops(eng->scratch->ops, count);
		page_guard(cpu, page, eng->scratch);
		if (d.second)
			page_guard(cpu, d.second, eng->scratch);
	}
	return X_OK;
}

/* ---- finding the way ---- */

static const struct op *leave(struct cpu *cpu, int why)
{
	cpu->leave = (uint8_t)why;
	return NULL;
}

/* The block at cpu->rip, made if need be. */
static int block_at(struct cpu *cpu, uint64_t la, struct block **out)
{
	struct engine *eng = ENGINE(cpu);
	struct code_page *page;
	int rc;

	if (eng->code_bytes > CODE_MAX)
		vc__blocks_flush(eng);
	rc = vc__fetch_page(cpu, la, &page);
	if (rc)
		return rc;
	*out = block_find(eng, page->host + (la & 4095), cpu->mode);
	return *out ? X_OK : block_make(cpu, page, la, out);
}

/* Whatever block begins at cpu->rip ends within CS's limit. */
static bool may_remember(const struct cpu *cpu)
{
	return cpu->mode & MODE_FLAT ||
	       cpu->rip + 4096 + 15 <= cpu->seg[VC_SEG_CS].limit;
}

/* The first op at cpu->rip, charged, or NULL to leave. Not inlined, so that
 * its locals never stand in the way of its callers' tail calls. */
VC_NOINLINE static const struct op *entry(struct cpu *cpu, bool remember)
{
	const struct segment *cs = &cpu->seg[VC_SEG_CS];
	uint64_t la = (cpu->rip + cs->base) & cpu->lin_mask, charged;
	bool flat = cpu->mode & MODE_FLAT;
	struct block *b;
	int rc;

	if (ENGINE(cpu)->slow_debug)
		return leave(cpu, X_SYNC);
	if (cpu->retired >= atomic_load_explicit(&cpu->limit,
						 memory_order_relaxed))
		return leave(cpu, X_LIMIT);
	if (!flat && cpu->rip > cs->limit)
		return leave(cpu, vc__gp(cpu, 0));
	rc = block_at(cpu, la, &b);
	if (rc)
		return leave(cpu, rc);
	/* A block that reaches over the limit goes one at a time. */
	if (!flat && cpu->rip + b->bytes - 1 > cs->limit)
		return leave(cpu, X_CAREFUL);
	charged = cpu->retired + b->insns;
	if (charged > atomic_load_explicit(&cpu->limit, memory_order_relaxed))
		return leave(cpu, X_LIMIT);
	cpu->retired = charged;
	R(R_IP) = (cpu->rip - (la & 4095)) & cpu->ip_mask;
	if (remember && may_remember(cpu)) {
		uint64_t key = flat ? cpu->rip : la;

		ENGINE(cpu)->jumps[jump_index(key)] = (struct jump_entry){
			.rip = key, .to = b->ops, .n = b->insns,
			.tag = cpu->jump_tag,
		};
	}
	return b->ops;
}

const struct op *vc__enter(struct cpu *cpu, const struct op *op)
{
	op = entry(cpu, false);
	if (!op)
		return NULL;
	NEXT(op);
}

const struct op *vc__enter_jump(struct cpu *cpu, const struct op *op)
{
	const struct jump_entry *e;
	uint64_t key = cpu->rip, charged;

	/* the cache goes by linear addresses, which with a base of 0 is RIP */
	if (!(cpu->mode & MODE_FLAT))
		key = (key + cpu->seg[VC_SEG_CS].base) & cpu->lin_mask;
	e = &ENGINE(cpu)->jumps[jump_index(key)];
	charged = cpu->retired + e->n;
	if (e->rip == key && e->tag == cpu->jump_tag && may_remember(cpu) &&
	    charged <= atomic_load_explicit(&cpu->limit, memory_order_relaxed)) {
		cpu->retired = charged;
		R(R_IP) = (cpu->rip - (key & 4095)) & cpu->ip_mask;
		NEXT(e->to);
	}
	op = entry(cpu, true);
	if (!op)
		return NULL;
	NEXT(op);
}

/* A link to another page goes by way of this: two ops' room, the second of
 * which holds a link. imm is the page that the target was found on. */
H(guard)
{
	uint64_t ip = (R(R_IP) + (uint64_t)(int64_t)op->disp) & cpu->ip_mask;
	const struct xtlb_entry *e = &ENGINE(cpu)->xtlb
		[tlb_index(ip) & (XTLB_SIZE - 1)].user[cpu->cpl == 3];
	const struct link *l = &((const struct op_links *)(op + 1))->taken;

	if (VC_LIKELY(e->va == ip && (uintptr_t)e->page == op->imm)) {
		R(R_IP) = ip;
		NEXT(l->to);
	}
	cpu->retired -= l->n;
	cpu->rip = (ip + (uint64_t)(int64_t)l->off) & cpu->ip_mask;
	return vc__enter(cpu, NULL);
}

/*
 * Before the first instruction of a block that needs the next page: is that
 * still the one that was decoded? disp: how many ops from the block's first.
 */
OP_DECLARE(second_lost);
OP(second_lost)
{
	uint64_t la = (R(R_IP) + cpu->seg[VC_SEG_CS].base + 4096) &
		      cpu->lin_mask;
	struct engine *eng = ENGINE(cpu);
	struct block *b = (struct block *)((uintptr_t)(op - op->disp) -
					   offsetof(struct block, ops));
	struct code_page *page;
	int rc = vc__fetch_page(cpu, la, &page);

	if (rc || (uintptr_t)page == op->imm)
		return rc;
	/* another page now: the block is of no more use */
	if (b != eng->scratch && !b->stale) {
		block_drop(eng, b);
		page_remove(b->page[0], b);
		if (b->page[1] != b->page[0])
			page_remove(b->page[1], b);
	}
	return X_RESTART;
}

H(guard_second)
{
	uint64_t la = (R(R_IP) + cpu->seg[VC_SEG_CS].base + 4096) &
		      cpu->lin_mask;
	const struct xtlb_entry *e = &ENGINE(cpu)->xtlb
		[tlb_index(la) & (XTLB_SIZE - 1)].user[cpu->cpl == 3];

	if (VC_LIKELY(e->va == la && (uintptr_t)e->page == op->imm))
		NEXT(op + 1);
	return vc__op_second_lost(cpu, op);
}

H(stale)
{
	cpu->retired -= op->left;
	cpu->rip = op_rip(cpu, op);
	return vc__enter(cpu, NULL);
}

/* Point l at b, which begins at rip on page la; by way of a guard when that is
 * another page than the one that runs. */
static bool link_to(struct cpu *cpu, struct link *l, struct block *b,
		    uint64_t rip, uint64_t la)
{
	uint64_t ip = (rip - (la & 4095)) & cpu->ip_mask;
	struct op *stub;
	struct op_links *links;

	if (ip == R(R_IP)) {
		l->to = b->ops;
		l->n = b->insns;
		return true;
	}
	stub = code_alloc(ENGINE(cpu), 2 * sizeof(*stub));
	if (!stub)
		return false;
	links = (struct op_links *)(void *)(stub + 1);
	*stub = (struct op){
		.fn = vc__op_guard,
		.imm = (uintptr_t)b->page[0],
		.disp = (int32_t)(ip - R(R_IP)),
	};
	links->taken = (struct link){ b->ops, b->insns, (int32_t)(la & 4095) };
	links->fall = links->taken;
	l->to = stub;
	l->n = b->insns;
	return true;
}

const struct op *vc__link_slow(struct cpu *cpu, const struct link *from)
{
	struct link *l = (struct link *)(uintptr_t)from;
	struct engine *eng = ENGINE(cpu);
	uint32_t flushes = eng->flushes;
	uint64_t la;
	struct block *b;
	int rc;

	cpu->rip = (R(R_IP) + (uint64_t)(int64_t)l->off) & cpu->ip_mask;
	if (cpu->retired >= atomic_load_explicit(&cpu->limit,
						 memory_order_relaxed))
		return leave(cpu, X_LIMIT);
	if (l->n == LINK_UNRESOLVED && !eng->slow_debug) {
		la = (cpu->rip + cpu->seg[VC_SEG_CS].base) & cpu->lin_mask;
		rc = block_at(cpu, la, &b);
		if (rc)
			return leave(cpu, rc);
		/* unless the link itself went with a flush */
		if (flushes == eng->flushes)
			link_to(cpu, l, b, cpu->rip, la);
	}
	return vc__enter(cpu, NULL);
}
