/* SPDX-License-Identifier: MIT */
/*
 * engine_rig.h: on top of system_rig.h, what the tests of the engine's own
 * machinery share: pages mapped elsewhere, code put together by hand, a device
 * that remembers what it was asked, states compared as a whole.
 */
#ifndef VC_TESTS_ENGINE_RIG_H
#define VC_TESTS_ENGINE_RIG_H

#include "system_rig.h"

/* Page-table slots that system_rig.h leaves free map [1 MiB, 2 MiB). */
#define ENG_FREE_VA	0x100000u
/* Guest-physical addresses with nothing at them. */
#define ENG_VOID	0x200000u

/* Map the page at va to pa; flags as in a PTE. No invalidation. */
static inline void eng_map(struct sys *t, uint64_t va, uint64_t pa,
			   uint64_t flags)
{
	sys_put(t, SYS_PT + (va >> 12) * 8, 8, pa | flags);
}

/* Forget the code so far, begin at SYS_CODE again. */
static inline void eng_restart(struct sys *t)
{
	t->at = SYS_CODE;
	t->s.rip = SYS_CODE;
}

/* ---- a device that keeps a log ---- */

struct eng_access {
	uint64_t off, value;
	uint32_t size;
	bool write;
};

struct eng_dev {
	vc_device *dev;
	unsigned n;
	uint64_t next;		/* what the next read gives; counts up */
	struct eng_access log[512];
};

static uint64_t eng_dev_read(void *self, uint64_t off, uint32_t size)
{
	struct eng_dev *d = self;

	if (d->n < 512)
		d->log[d->n] = (struct eng_access){ off, d->next, size, false };
	d->n++;
	return d->next++;
}

static void eng_dev_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct eng_dev *d = self;

	if (d->n < 512)
		d->log[d->n] = (struct eng_access){ off, v, size, true };
	d->n++;
}

static const vc_device_ops eng_dev_ops = {
	.size = sizeof(vc_device_ops), .name = "logger",
	.read = eng_dev_read, .write = eng_dev_write, .destroy = free,
};

static inline struct eng_dev *eng_device(struct sys *t)
{
	struct eng_dev *d = calloc(1, sizeof(*d));

	if (!d || vc_device_create(&d->dev, t->vm, &eng_dev_ops, d)) {
		fprintf(stderr, "eng_device: %s\n", vc_last_error());
		abort();
	}
	return d;
}

/* ---- states ---- */

/* Which member of a state the byte at off belongs to, for messages. */
static inline void eng_say_difference(const vc_x86_state *a,
				      const vc_x86_state *b)
{
	const uint8_t *p = (const void *)a, *q = (const void *)b;
	unsigned said = 0;

	for (size_t i = 0; i < sizeof(*a) && said < 6; i += 8)
		if (memcmp(p + i, q + i, 8)) {
			uint64_t x, y;

			memcpy(&x, p + i, 8);
			memcpy(&y, q + i, 8);
			fprintf(stderr, "    state at %#zx: %#llx, %#llx\n", i,
				(unsigned long long)x, (unsigned long long)y);
			said++;
		}
}

static inline bool eng_same(const vc_x86_state *a, const vc_x86_state *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* A cheap generator, the same on every host. */
static inline uint64_t eng_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x * UINT64_C(0x2545f4914f6cdd1d);
}

static inline uint64_t eng_hash(const uint8_t *p, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i + 8 <= n; i += 8) {
		uint64_t v;

		memcpy(&v, p + i, 8);
		h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return h;
}

#endif
