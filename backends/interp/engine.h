/* SPDX-License-Identifier: MIT */
/*
 * engine.h: what a vCPU of the engine owns besides its CPU block: TLBs, jump
 * cache, decoded blocks. All of it is per vCPU and touched by its thread only;
 * other threads reach it through cpu.limit and the mail (smp.h).
 */
#ifndef VC_INTERP_ENGINE_H
#define VC_INTERP_ENGINE_H

#include "exec.h"

#define XTLB_SIZE	256u
#define PAGE_HASH	32u	/* to begin with; both grow */
#define BLOCK_HASH	64u
#define FILL_LOG	256u
#define REPLAY_MAX	80u
#define MAIL_MAX	16u

/*
 * An access to a device that the current instruction has made. When one later
 * in the same instruction must be done by the embedder, the instruction starts
 * again at the next run, and finds these done instead of doing them twice.
 */
struct replay {
	uint64_t address;	/* gpa or port */
	uint64_t data;
	uint8_t size;
	uint8_t is_write;
	uint8_t is_port;
};

/* Instruction fetch TLB, for user and for supervisor code. */
struct xtlb_entry {
	uint64_t va;
	struct code_page *page;
};

struct xtlb_slot {
	struct xtlb_entry user[2];	/* [CPL 3] */
};

/*
 * A page from which code was decoded. It is known by where it lies in the
 * host: the embedder may have mapped it at several guest-physical addresses.
 * granules has a bit for each 64 bytes that decoded instructions touch.
 */
struct code_page {
	uint64_t granules;
	struct block *blocks;		/* through block.page_next[0 or 1] */
	struct code_page *hash_next;
	uint8_t *host;
	/* With several vCPUs, see smp.h: the page as all know it; do they know
	 * that we keep code of it; do none of them write to it unseen? */
	struct smp_page *shared;
	bool listed, sealed;
};

/* The bytes of one straight run of instructions, decoded. */
struct block {
	const uint8_t *at;		/* its first byte */
	struct block *hash_next;
	struct code_page *page[2];	/* [1] is NULL unless it runs on */
	struct block *page_next[2];
	uint32_t mode;
	uint16_t bytes;
	uint16_t op_count;
	uint8_t insns;
	uint8_t stale;
	uint8_t pad[6];
	struct op ops[];
};

struct chunk;
struct smp;

/* What other threads want done, at the end of a block. smp.c */
struct mail {
	/* Guest memory was written by the embedder or a device. Too much of
	 * it: all_written. */
	struct { uint64_t gpa, len; } written[MAIL_MAX];
	/* Other vCPUs store to pages with code of ours. */
	struct { const uint8_t *page; uint16_t from, to; } stored[MAIL_MAX];
	/* Pages from which others decode: no write entries, please. */
	const uint8_t *protect[MAIL_MAX];
	uint64_t epoch;			/* of the last of these requests */
	uint8_t written_count, stored_count, protect_count;
	bool all_written, protect_all;
	bool dirty_cleared;
	bool dirty_race;		/* ... while the vCPU ran */
};

/* A jump cache's tag: generation, CPL 3, mode. */
#define JUMP_GEN_SHIFT	(MODE_BITS + 1u)
#define JUMP_GEN_MASK	(~0u >> JUMP_GEN_SHIFT)

/*
 * A page with code that was found writable: what its missing write entry in
 * the TLB would say, for stores that change code. Good while gen is current.
 */
struct code_write {
	uint64_t va;
	struct code_page *page;
	uint32_t gen;
	uint32_t set;
};
#define CODE_WRITES	16u

/* What was decoded, by the bytes' place in the host: chains, grown by
 * block.c. */
struct code_table {
	struct code_page **page;	/* page_size chains, a power of two */
	struct block **block;
	uint32_t page_size, page_count;
	uint32_t block_size, block_count;
};

/* What CPUID told, and what that depended on; good until a run begins anew:
 * tables, hooks and devices change between runs only. */
struct cpuid_answer {
	uint32_t leaf, subleaf;
	uint64_t cr4, xcr0, xss;
	uint32_t regs[4];
	bool good;
};

/*
 * Much of this is never touched by a VM that runs little, and untouched pages
 * cost nothing: so what every vCPU needs lies together at the front.
 */
struct engine {
	struct cpu cpu;			/* first: handlers rely on it */
	struct vc__region *last_region;
	uint64_t features;		/* bit X86_FEAT_*: CPUID lists it */

	struct cpuid_answer cpuid_last;

	/* decoded code */
	struct code_table code;
	struct chunk *chunks;
	size_t code_bytes;
	uint32_t flushes;		/* of everything decoded */
	uint32_t stales;		/* blocks whose bytes were changed */
	struct block *scratch;		/* for single instructions */
	bool scratch_runs;		/* several of them: see to stores */

	/* debugging */
	bool slow_debug;		/* one instruction at a time */
	bool watching;			/* some data address is watched */
	uint64_t watch_hit;		/* what the instruction touched */
	uint32_t watch_len;
	uint32_t watch_kind;		/* VC_DEBUG_WATCH_*, 0: none */

	/* the current instruction's accesses to devices */
	uint64_t replay_key;
	uint32_t replay_n, replay_pos;
	struct replay replay[REPLAY_MAX];

	/* Other threads, smp.h; smp is NULL in a VM of one vCPU. */
	struct smp *smp;
	uint64_t smp_bit;
	uint64_t pause_at;		/* retired, at the last PAUSE */
	uint32_t pauses;
	uint32_t not_ready;
	bool yield_wanted;
	atomic_flag mail_lock;
	_Atomic bool mail_any;
	_Atomic uint32_t inside;
	_Atomic uint64_t answered;	/* requests up to this mail.epoch */
	struct mail mail;

	uint32_t fill_count;		/* above FILL_LOG: too much to log */
	uint32_t jump_gen;
	bool fetch_lost;		/* jumps may be cached to pages that
					   the fetch TLB has given up */
	uint64_t large_from, large_to;	/* the large pages in the TLBs lie in
					   here; to < from: none */
	uint32_t write_gen;
	struct code_write code_write[CODE_WRITES];
	uint16_t fill_log[FILL_LOG];	/* what the TLBs hold, for flushing */
	struct code_page *first_pages[PAGE_HASH];
	struct block *first_blocks[BLOCK_HASH];
	struct xtlb_slot xtlb[XTLB_SIZE];
	struct tlb_slot tlb[TLB_SIZE];
	struct jump_entry jumps[JUMP_SIZE];
};

#define ENGINE(cpu)	((struct engine *)(void *)(cpu))

/* What serializes waits until earlier stores are seen by all (SDM 3A §8.3);
 * operating systems rely on it with MOV to CR3 and IRET. An operation that
 * changes nothing, for ThreadSanitizer knows no fences; where vCPUs run in
 * parallel (smp.h) it is one. */
static inline void serialize(struct engine *eng)
{
	if (VC_UNLIKELY(eng->smp))
		atomic_fetch_or(&eng->inside, 0);
}

/* ---- mmu.c ---- */

#define ACC_READ	0
#define ACC_WRITE	1
#define ACC_EXEC	2

/*
 * Translate for an instruction fetch at la: the page it lies on, made if need
 * be. X_OK, X_FAULT, or X_EXIT_BEFORE when there is no executable memory.
 */
int vc__fetch_page(struct cpu *cpu, uint64_t la, struct code_page **page);
/* As vc__backend.translate, on the CPU as it is. */
int vc__mmu_translate(struct cpu *cpu, uint64_t la, uint32_t access,
		      uint64_t *gpa);
struct vc__region *vc__mmu_region(struct cpu *cpu, uint64_t gpa);
void vc__tlb_init(struct cpu *cpu);
/* Set the dirty bits of all pages that fast stores can reach. */
void vc__tlb_dirty_again(struct cpu *cpu);
/* No store may go by the fast path to this host page. */
void vc__tlb_protect(struct cpu *cpu, const uint8_t *host_page);
/*
 * A locked operation that has no write entry, or is not inside of one cache
 * line: between begin and end the size bytes may be changed in place, whole
 * (where size[1] is 0) at host[0]. Not if !in_place: there is a device, and no
 * end. X_OK or why not.
 */
struct rmw {
	uint64_t la;
	uint8_t *host[2];
	uint64_t gpa[2];
	struct vc__region *region[2];
	struct smp_page *shared[2];
	unsigned size[2];		/* on the first page, on the second */
	bool in_place;
};
int vc__rmw_begin(struct cpu *cpu, const struct op *op, uint64_t la,
		  unsigned size, struct rmw *m);
void vc__rmw_end(struct cpu *cpu, const struct rmw *m);
/* All bytes, by plain accesses. */
void vc__rmw_get(const struct rmw *m, uint8_t *buf);
void vc__rmw_put(const struct rmw *m, const uint8_t *buf);
/* Set bits of a byte as a supervisor, atomically; *old is what it was. */
int vc__or8_sys(struct cpu *cpu, uint64_t la, uint8_t bits, uint8_t *old);
/* Accesses of this instruction to devices are over. */
static inline void replay_reset(struct cpu *cpu)
{
	ENGINE(cpu)->replay_n = 0;
}

/* ---- block.c ---- */

/* The page at host, which is page-aligned; _find: if it holds code. */
struct code_page *vc__code_page(struct cpu *cpu, uint8_t *host);
struct code_page *vc__code_page_find(struct engine *eng, const uint8_t *host);
/* A store hit size bytes at off of a page with code. */
void vc__code_written(struct cpu *cpu, struct code_page *page, unsigned off,
		      unsigned size);
/* Decode at cpu->rip at most max instructions into the scratch block. */
int vc__block_scratch(struct cpu *cpu, unsigned max, struct block **out);
/* On a zeroed engine. */
void vc__blocks_init(struct engine *eng);
void vc__blocks_flush(struct engine *eng);
void vc__blocks_free(struct engine *eng);

/* ---- lower.c ---- */

struct x86_insn;
#define BLOCK_INSNS	64u	/* most instructions of a block */
#define OPS_PER_INSN	5u	/* most ops of an instruction, links included */

struct lowering {
	struct op *ops;			/* room for what is to come */
	unsigned count;
	uint32_t mode;
	uint64_t features;		/* engine.features */
	bool ended;			/* the last op leaves the block, */
	bool linked;			/* and a slot of links is behind it */
};
/*
 * Append the ops of insn, which begins off bytes behind R_IP. next is the
 * instruction behind it in the block, or NULL; flags_dead tells that nobody
 * will see the flags it leaves. Returns how many instructions were consumed:
 * 1, or 2 when next was fused with it.
 */
unsigned vc__lower(struct lowering *lo, const struct x86_insn *insn,
		   unsigned off, const struct x86_insn *next, bool flags_dead);

#endif
