/* SPDX-License-Identifier: MIT */
/*
 * smp.c: what the vCPUs of a VM must know of each other, see smp.h; and the
 * mail in which vCPUs and other threads tell one what has become stale.
 *
 * Orders that matter, each a pair of store and load on both sides, all of them
 * sequentially consistent:
 *
 *	one who asks		mail, then look who is inside
 *	one who enters		inside, then look at the mail
 *
 *	one who decodes		users, then look at writers, then read the bytes
 *	one who stores		writers, then look at users (mail), then store
 *
 * A store for which there were no users needs no writers: the first user's
 * request for write entries is answered at the end of a block only, and so not
 * before the store is made.
 */
#include <stdlib.h>

#include "ops.h"
#include "smp.h"

#include "../../lib/core/os.h"

#define BUCKETS		((size_t)1 << 16)
#define SPINS		64u	/* before somebody else gets the processor */

struct smp {
	_Atomic(struct engine *) engine[VC_VCPU_MAX];
	uint32_t count;
	atomic_flag lock;		/* lists pages, makes epochs */
	_Atomic uint64_t epoch;
	_Atomic uint32_t exclusive;	/* 1 + index of who has all stopped */
	/* VC_SMP_TURNS: whose turn it is, and the next ticket */
	_Atomic uint32_t turn, ticket;
	struct smp_page *pages;		/* newest first */
	_Atomic(struct smp_page *) *bucket;
};

/* The host's own hint, where there is one. */
static void relax(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	__builtin_ia32_pause();
#endif
}

/* Wait a little; n counts the times. */
static void wait_a_bit(unsigned n)
{
	if (n % SPINS == SPINS - 1)
		vc__os_yield();
	else
		relax();
}

static void spin_lock(atomic_flag *lock)
{
	unsigned n = 0;

	while (atomic_flag_test_and_set_explicit(lock, memory_order_acquire))
		wait_a_bit(n++);
}

static void spin_unlock(atomic_flag *lock)
{
	atomic_flag_clear_explicit(lock, memory_order_release);
}

/* ---- making ---- */

int vc__smp_create(vc_vm *vm)
{
	struct smp *smp;

	vm->backend_vm = NULL;
	if (vm->vcpu_max < 2)
		return 0;
	smp = calloc(1, sizeof(*smp));
	if (!smp)
		return vc__fail(VC_ENOMEM, "interp: no memory for a VM");
	smp->bucket = vc__os_pages(BUCKETS * sizeof(*smp->bucket));
	if (!smp->bucket) {
		free(smp);
		return vc__fail(VC_ENOMEM, "interp: no memory for a VM");
	}
	smp->count = vm->vcpu_max;
	atomic_flag_clear(&smp->lock);
	vm->backend_vm = smp;
	return 0;
}

static size_t bucket_of(const uint8_t *host_page)
{
	uintptr_t at = (uintptr_t)host_page >> 12;

	return (size_t)(at ^ at >> 16) & (BUCKETS - 1);
}

void vc__smp_forget(vc_vm *vm)
{
	struct smp *smp = vm->backend_vm;
	struct smp_page *p, *older;

	if (!smp)
		return;
	for (p = smp->pages; p; p = older) {
		older = p->older;
		atomic_store(&smp->bucket[bucket_of(p->host)], NULL);
		free(p);
	}
	smp->pages = NULL;
}

void vc__smp_destroy(vc_vm *vm)
{
	struct smp *smp = vm->backend_vm;

	if (!smp)
		return;
	vc__smp_forget(vm);
	vc__os_pages_free(smp->bucket, BUCKETS * sizeof(*smp->bucket));
	free(smp);
	vm->backend_vm = NULL;
}

void vc__smp_join(struct engine *eng)
{
	struct smp *smp = eng->cpu.vm->backend_vm;

	eng->smp = smp;
	if (!smp)
		return;
	eng->smp_bit = (uint64_t)1 << eng->cpu.vcpu->index;
	eng->mail.epoch = atomic_load(&smp->epoch);
	atomic_store(&eng->answered, eng->mail.epoch);
	atomic_store(&smp->engine[eng->cpu.vcpu->index], eng);
}

void vc__smp_part(struct engine *eng)
{
	if (eng->smp)
		atomic_store(&eng->smp->engine[eng->cpu.vcpu->index], NULL);
}

/* ---- mail ---- */

static void mail_lock(struct engine *eng)
{
	spin_lock(&eng->mail_lock);
	atomic_store(&eng->mail_any, true);
}

static void mail_unlock(struct engine *eng)
{
	spin_unlock(&eng->mail_lock);
	atomic_store(&eng->cpu.limit, 0);
}

/* Stores to a page tend to follow each other: one letter may do. */
static bool mail_widen(struct mail *m, const uint8_t *page, unsigned off,
		       unsigned size)
{
	for (unsigned i = 0; i < m->stored_count; i++) {
		if (m->stored[i].page != page)
			continue;
		if (off < m->stored[i].from)
			m->stored[i].from = (uint16_t)off;
		if (off + size > m->stored[i].to)
			m->stored[i].to = (uint16_t)(off + size);
		return true;
	}
	return false;
}

/* Another vCPU is about to store to a page of ours. */
static void mail_stored(struct engine *eng, const uint8_t *page, unsigned off,
			unsigned size)
{
	struct mail *m = &eng->mail;

	mail_lock(eng);
	if (!mail_widen(m, page, off, size)) {
		if (m->stored_count < MAIL_MAX) {
			m->stored[m->stored_count].page = page;
			m->stored[m->stored_count].from = (uint16_t)off;
			m->stored[m->stored_count].to = (uint16_t)(off + size);
			m->stored_count++;
		} else {
			m->all_written = true;
		}
	}
	mail_unlock(eng);
}

/* Drop the write entries of a page, for it will have code. */
static void mail_protect(struct engine *eng, const uint8_t *page,
			 uint64_t epoch)
{
	struct mail *m = &eng->mail;

	mail_lock(eng);
	if (m->protect_count < MAIL_MAX)
		m->protect[m->protect_count++] = page;
	else
		m->protect_all = true;
	m->epoch = epoch;
	mail_unlock(eng);
}

void vc__mail_written(struct engine *eng, uint64_t gpa, uint64_t len)
{
	struct mail *m = &eng->mail;

	mail_lock(eng);
	if (m->written_count < MAIL_MAX) {
		m->written[m->written_count].gpa = gpa;
		m->written[m->written_count].len = len;
		m->written_count++;
	} else {
		m->all_written = true;
	}
	mail_unlock(eng);
}

void vc__mail_dirty_cleared(struct engine *eng)
{
	mail_lock(eng);
	/* What the vCPU stores between the clearing and its flush must be
	 * recorded. It says that it runs and then looks at its mail; so one of
	 * us sees the other. */
	eng->mail.dirty_cleared = true;
	if (atomic_load(&eng->cpu.vcpu->running) == VC__RUNNING)
		eng->mail.dirty_race = true;
	mail_unlock(eng);
}

static void protect_do(struct cpu *cpu, const struct mail *m)
{
	if (m->protect_all)
		vc__tlb_flush(cpu, true);
	else
		for (unsigned i = 0; i < m->protect_count; i++)
			vc__tlb_protect(cpu, m->protect[i]);
	atomic_store(&ENGINE(cpu)->answered, m->epoch);
}

static void written_do(struct cpu *cpu, uint64_t gpa, uint64_t len)
{
	struct engine *eng = ENGINE(cpu);
	uint64_t end = gpa + len;

	while (gpa < end) {
		uint64_t next = (gpa | 4095) + 1;
		struct vc__region *r = vc__mmu_region(cpu, gpa);
		struct code_page *page = NULL;

		if (next > end)
			next = end;
		if (r)
			page = vc__code_page_find(eng, r->host +
				((gpa & ~(uint64_t)4095) - r->gpa));
		if (page)
			vc__code_written(cpu, page, gpa & 4095,
					 (unsigned)(next - gpa));
		gpa = next;
	}
}

static void mail_do(struct cpu *cpu, const struct mail *m)
{
	struct engine *eng = ENGINE(cpu);
	struct code_page *page;

	if (m->dirty_race)
		vc__tlb_dirty_again(cpu);
	if (m->all_written)
		vc__blocks_flush(eng);
	if (m->dirty_cleared)
		vc__tlb_flush(cpu, true);
	for (unsigned i = 0; !m->all_written && i < m->written_count; i++)
		written_do(cpu, m->written[i].gpa, m->written[i].len);
	for (unsigned i = 0; !m->all_written && i < m->stored_count; i++) {
		page = vc__code_page_find(eng, m->stored[i].page);
		if (page)
			vc__code_written(cpu, page, m->stored[i].from,
					 (unsigned)m->stored[i].to -
					 m->stored[i].from);
	}
	protect_do(cpu, m);
}

/* All of it. */
static void mail_open(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);
	struct mail m;

	spin_lock(&eng->mail_lock);
	m = eng->mail;
	eng->mail = (struct mail){ .epoch = m.epoch };
	atomic_store(&eng->mail_any, false);
	spin_unlock(&eng->mail_lock);
	mail_do(cpu, &m);
}

/* What can be done in the middle of a block; the rest waits for its end. */
static void mail_glance(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);
	struct mail m;

	spin_lock(&eng->mail_lock);
	m = eng->mail;
	eng->mail.protect_count = 0;
	eng->mail.protect_all = false;
	atomic_store(&eng->mail_any, m.stored_count || m.written_count ||
		     m.all_written || m.dirty_cleared);
	spin_unlock(&eng->mail_lock);
	protect_do(cpu, &m);
}

/* ---- inside and outside ---- */

/* Nobody else is inside while somebody needs to be alone. True: we waited. */
static bool stand_aside(struct engine *eng)
{
	struct smp *smp = eng->smp;
	uint32_t me = eng->cpu.vcpu->index + 1, who;
	unsigned n = 0;

	who = atomic_load(&smp->exclusive);
	if (!who || who == me)
		return false;
	atomic_store(&eng->inside, 0);
	while (atomic_load(&smp->exclusive))
		wait_a_bit(n++);
	atomic_store(&eng->inside, 1);
	return true;
}

static void turn_take(struct smp *smp)
{
	uint32_t mine = atomic_fetch_add(&smp->ticket, 1), now;

	while ((now = atomic_load(&smp->turn)) != mine)
		vc__os_wait(&smp->turn, now, VC__NEVER);
}

static void turn_pass(struct smp *smp)
{
	uint32_t next = atomic_fetch_add(&smp->turn, 1) + 1;

	if (next != atomic_load(&smp->ticket))
		vc__os_wake(&smp->turn);
}

void vc__smp_enter(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);

	if (VC_SMP_TURNS)
		turn_take(eng->smp);
	atomic_store(&eng->inside, 1);
	while (VC_UNLIKELY(atomic_load(&eng->mail_any))) {
		mail_glance(cpu);
		if (!stand_aside(eng))
			break;
	}
}

void vc__smp_leave(struct cpu *cpu)
{
	atomic_store(&ENGINE(cpu)->inside, 0);
	if (VC_SMP_TURNS)
		turn_pass(ENGINE(cpu)->smp);
}

void vc__smp_yield(struct cpu *cpu)
{
	vc__smp_leave(cpu);
	vc__os_yield();
	vc__smp_enter(cpu);
}

void vc__mail_take(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);

	do {
		mail_open(cpu);
		if (eng->smp)
			stand_aside(eng);
	} while (atomic_load(&eng->mail_any));
}

/* ---- alone ---- */

static bool exclusive_try(struct engine *eng)
{
	uint32_t nobody = 0;

	return atomic_compare_exchange_strong(&eng->smp->exclusive, &nobody,
					      eng->cpu.vcpu->index + 1);
}

void vc__smp_exclusive(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu), *other;
	struct smp *smp = eng->smp;
	unsigned n = 0;

	if (VC_SMP_TURNS)
		return;
	while (!exclusive_try(eng)) {
		vc__smp_leave(cpu);
		while (atomic_load(&smp->exclusive))
			wait_a_bit(n++);
		vc__smp_enter(cpu);
	}
	for (uint32_t i = 0; i < smp->count; i++) {
		other = atomic_load(&smp->engine[i]);
		if (!other || other == eng)
			continue;
		atomic_store(&other->mail_any, true);
		atomic_store(&other->cpu.limit, 0);
	}
	for (uint32_t i = 0; i < smp->count; i++) {
		other = atomic_load(&smp->engine[i]);
		while (other && other != eng && atomic_load(&other->inside))
			wait_a_bit(n++);
	}
}

void vc__smp_exclusive_end(struct cpu *cpu)
{
	if (!VC_SMP_TURNS)
		atomic_store(&ENGINE(cpu)->smp->exclusive, 0);
}

/* ---- pages with code ---- */

static struct smp_page *page_find(struct smp *smp, const uint8_t *host_page)
{
	struct smp_page *p = atomic_load_explicit(
		&smp->bucket[bucket_of(host_page)], memory_order_acquire);

	while (p && p->host != host_page)
		p = atomic_load_explicit(&p->next, memory_order_acquire);
	return p;
}

static struct smp_page *page_make(struct smp *smp, const uint8_t *host_page)
{
	_Atomic(struct smp_page *) *bucket = &smp->bucket[bucket_of(host_page)];
	struct smp_page *p = page_find(smp, host_page), *made;

	if (p)
		return p;
	made = calloc(1, sizeof(*made));
	if (!made)
		return NULL;
	made->host = host_page;
	spin_lock(&smp->lock);
	p = page_find(smp, host_page);
	if (!p) {
		p = made;
		made = NULL;
		p->older = smp->pages;
		smp->pages = p;
		atomic_store(&p->next, atomic_load(bucket));
		atomic_store_explicit(bucket, p, memory_order_release);
	}
	spin_unlock(&smp->lock);
	free(made);
	return p;
}

bool vc__smp_has_code(struct engine *eng, const uint8_t *host_page)
{
	const struct smp_page *p = page_find(eng->smp, host_page);

	return p && atomic_load(&p->users);
}

/* Say that we are going to keep code of the page. */
static void page_list(struct cpu *cpu, struct code_page *page)
{
	struct engine *eng = ENGINE(cpu), *other;
	struct smp_page *p = page->shared;
	struct smp *smp = eng->smp;

	spin_lock(&smp->lock);
	if (!atomic_fetch_or(&p->users, eng->smp_bit)) {
		uint64_t epoch = atomic_fetch_add(&smp->epoch, 1) + 1;

		/* To ourselves too: those who join us wait for our answer as
		 * well, which tells of all earlier mail. */
		atomic_store(&p->epoch, epoch);
		for (uint32_t i = 0; i < smp->count; i++) {
			other = atomic_load(&smp->engine[i]);
			if (other)
				mail_protect(other, p->host, epoch);
		}
	}
	spin_unlock(&smp->lock);
	page->listed = true;
	vc__tlb_protect(cpu, page->host);
}

/* Has everybody else dropped the write entries of the page? */
static bool all_answered(const struct engine *eng, const struct smp_page *p)
{
	uint64_t epoch = atomic_load(&p->epoch);

	for (uint32_t i = 0; i < eng->smp->count; i++) {
		struct engine *other = atomic_load(&eng->smp->engine[i]);

		if (other && other != eng && atomic_load(&other->inside) &&
		    atomic_load(&other->answered) < epoch)
			return false;
	}
	return true;
}

bool vc__smp_may_keep(struct cpu *cpu, struct code_page *page)
{
	struct engine *eng = ENGINE(cpu);
	bool ready = false;

	if (!page->shared)
		page->shared = page_make(eng->smp, page->host);
	if (!page->shared)
		return false;
	if (!page->listed)
		page_list(cpu, page);
	for (unsigned n = 0; n < SPINS && !ready; n++) {
		if (!page->sealed)
			page->sealed = all_answered(eng, page->shared);
		ready = page->sealed && !atomic_load(&page->shared->writers);
		if (!ready)
			relax();
	}
	/* We go on by single instructions; those that we wait for may need
	 * this processor. */
	if (!ready && ++eng->not_ready % 32 == 0)
		vc__os_yield();
	return ready;
}

void vc__smp_unlist(struct engine *eng, struct code_page *page)
{
	if (!page->listed)
		return;
	page->listed = page->sealed = false;
	atomic_fetch_and(&page->shared->users, ~eng->smp_bit);
}

struct smp_page *vc__smp_store_begin(struct cpu *cpu, const uint8_t *host,
				     unsigned size)
{
	struct engine *eng = ENGINE(cpu);
	unsigned off = (unsigned)((uintptr_t)host & 4095);
	struct smp_page *p = page_find(eng->smp, host - off);
	uint64_t users;

	if (!p || !atomic_load(&p->users))
		return NULL;
	atomic_fetch_add(&p->writers, 1);
	users = atomic_load(&p->users) & ~eng->smp_bit;
	for (uint32_t i = 0; users; i++, users >>= 1) {
		struct engine *other = users & 1 ?
			atomic_load(&eng->smp->engine[i]) : NULL;

		if (other)
			mail_stored(other, p->host, off, size);
	}
	return p;
}

void vc__smp_store_end(struct smp_page *page)
{
	if (page)
		atomic_fetch_sub(&page->writers, 1);
}

/* ---- PAUSE ---- */

#define PAUSES		256u	/* in a row, before others get a chance */
#define IN_A_ROW	200u	/* instructions between two of them */

/*
 * A guest that waits in a loop waits for another vCPU, whose thread may want
 * this very processor.
 */
OP(pause)
{
	struct engine *eng = ENGINE(cpu);

	(void)op;
	if (!eng->smp)
		return X_OK;
	if (cpu->retired - eng->pause_at > IN_A_ROW)
		eng->pauses = 0;
	eng->pause_at = cpu->retired;
	if (++eng->pauses < PAUSES)
		return X_OK;
	eng->pauses = 0;
	eng->yield_wanted = true;
	return X_SYNC;
}
