/* SPDX-License-Identifier: MIT */
/*
 * os.h: what the core needs of the host's operating system, and the lock that
 * is built on it. os_posix.c answers; another host brings another file.
 */
#ifndef VC_CORE_OS_H
#define VC_CORE_OS_H

#include "internal.h"

/* Zeroed pages of len bytes, or NULL. Reserved, not yet filled. */
void *vc__os_pages(size_t len);
void vc__os_pages_free(void *pages, size_t len);

/* The host's monotonic clock. */
uint64_t vc__os_now_ns(void);

/*
 * Sleep while *word is expect, at most timeout_ns (VC__NEVER: for ever); may
 * return early. vc__os_wake() wakes all who sleep on word, and may be called
 * from a signal handler.
 */
void vc__os_wait(_Atomic uint32_t *word, uint32_t expect, uint64_t timeout_ns);
void vc__os_wake(_Atomic uint32_t *word);

void vc__os_yield(void);

/* len random bytes (at most 256) of the host's; false: there are none. */
bool vc__os_random(void *to, size_t len);

/* The path that has to wait. */
void vc__lock_slow(struct vc__lock *l);

/* self is vc__thread_self(), which callers that lock often have at hand. */
static inline void vc__lock(struct vc__lock *l, uintptr_t self)
{
	uint32_t unlocked = 0;

	/* Only we can have stored our own name, so relaxed will do. */
	if (atomic_load_explicit(&l->owner, memory_order_relaxed) == self) {
		l->depth++;
		return;
	}
	if (VC_UNLIKELY(!atomic_compare_exchange_strong_explicit(&l->word,
			&unlocked, 1, memory_order_acquire,
			memory_order_relaxed)))
		vc__lock_slow(l);
	atomic_store_explicit(&l->owner, self, memory_order_relaxed);
}

static inline void vc__unlock(struct vc__lock *l)
{
	if (l->depth) {
		l->depth--;
		return;
	}
	atomic_store_explicit(&l->owner, 0, memory_order_relaxed);
	if (VC_UNLIKELY(atomic_exchange_explicit(&l->word, 0,
						 memory_order_release) == 2))
		vc__os_wake(&l->word);
}

static inline bool vc__lock_mine(const struct vc__lock *l, uintptr_t self)
{
	return atomic_load_explicit(&l->owner, memory_order_relaxed) == self;
}

#endif
