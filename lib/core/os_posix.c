/* SPDX-License-Identifier: MIT */
/*
 * os_posix.c: os.h for Linux and other POSIX hosts. Sleeping uses futexes on
 * Linux, because waking must be possible from a signal handler; elsewhere it
 * polls, at most a millisecond late.
 */
#if defined(__linux__)
#define _GNU_SOURCE			/* MAP_NORESERVE, madvise, syscall */
#else
#define _DEFAULT_SOURCE
#endif

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "os.h"

#if defined(__linux__) && !defined(VC_NO_FUTEX)
#include <linux/futex.h>
#include <sys/syscall.h>
#define HAVE_FUTEX 1
#endif

#define NS_PER_S	1000000000u
#define HUGE_FROM	((size_t)8 << 20)
#define PAGE		((size_t)4096)
#define SMALL		((size_t)64 << 10)

/*
 * Little memory comes from the allocator, which has it at hand and mapped:
 * a fresh mapping costs two system calls and a fault for each page, more than
 * all the rest of a short-lived VM.
 */
void *vc__os_pages(size_t len)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *p;

	if (len <= SMALL) {
		p = aligned_alloc(PAGE, (len + PAGE - 1) / PAGE * PAGE);
		return p ? memset(p, 0, len) : NULL;
	}
#ifdef MAP_NORESERVE
	flags |= MAP_NORESERVE;
#endif
	p = mmap(NULL, len, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
#ifdef MADV_HUGEPAGE
	/* A hint, for guests with much memory; its failure changes nothing. */
	if (len >= HUGE_FROM)
		(void)madvise(p, len, MADV_HUGEPAGE);
#endif
	return p;
}

void vc__os_pages_free(void *pages, size_t len)
{
	if (len <= SMALL)
		free(pages);
	else if (pages)
		munmap(pages, len);
}

bool vc__os_random(void *to, size_t len)
{
	return !getentropy(to, len);
}

uint64_t vc__os_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

void vc__os_yield(void)
{
	sched_yield();
}

#ifdef HAVE_FUTEX

void vc__os_wait(_Atomic uint32_t *word, uint32_t expect, uint64_t timeout_ns)
{
	struct timespec ts, *limit = NULL;

	if (timeout_ns != VC__NEVER) {
		ts.tv_sec = (time_t)(timeout_ns / NS_PER_S);
		ts.tv_nsec = (long)(timeout_ns % NS_PER_S);
		limit = &ts;
	}
	/* Woken, changed, interrupted or timed out: the caller looks anyway. */
	(void)syscall(SYS_futex, (void *)word, FUTEX_WAIT_PRIVATE, expect,
		      limit, NULL, 0);
}

void vc__os_wake(_Atomic uint32_t *word)
{
	int saved = errno;		/* we may be in a signal handler */

	(void)syscall(SYS_futex, (void *)word, FUTEX_WAKE_PRIVATE, INT32_MAX,
		      NULL, NULL, 0);
	errno = saved;
}

#else

void vc__os_wait(_Atomic uint32_t *word, uint32_t expect, uint64_t timeout_ns)
{
	struct timespec ts = { 0, 1000000 };

	if (timeout_ns < 1000000)
		ts.tv_nsec = (long)timeout_ns;
	if (atomic_load(word) == expect)
		nanosleep(&ts, NULL);
}

void vc__os_wake(_Atomic uint32_t *word)
{
	(void)word;
}

#endif

/*
 * The three-state lock: once somebody waits the word is 2, and whoever leaves
 * wakes. A woken thread takes it as 2 again, since it cannot know whether it
 * was the last.
 */
void vc__lock_slow(struct vc__lock *l)
{
	for (int i = 0; i < 100; i++) {
		uint32_t unlocked = 0;

		if (atomic_load_explicit(&l->word, memory_order_relaxed) == 0 &&
		    atomic_compare_exchange_weak_explicit(&l->word, &unlocked,
				1, memory_order_acquire, memory_order_relaxed))
			return;
	}
	while (atomic_exchange_explicit(&l->word, 2, memory_order_acquire))
		vc__os_wait(&l->word, 2, VC__NEVER);
}
