/* SPDX-License-Identifier: MIT */
/*
 * Several vCPUs of the engine, each on a thread of its own: guests that would
 * notice if an operation were not atomic, a store came in the wrong order, or
 * changed code were run as it was before. Run it under `make tsan` too.
 */
#define _GNU_SOURCE			/* pthread, usleep */

/* before unistd.h, which has an X_OK of its own */
#include "../backends/interp/engine.h"

#include <pthread.h>
#if defined(__linux__)
#include <sched.h>
#endif
#include <unistd.h>

#include "engine_rig.h"
#include "machine_rig.h"
#include "smp_code.h"

#define CPUS_MAX	16u
#define SHARED		0x70000u	/* rbx */
#define FUNCTIONS	0x80000u	/* r8, most of the time */
#define STACKS		0x60000u
#define SECOND		UINT64_C(1000000000)

enum { R8 = 8, R9, R12 = 12, R13, R14, R15 };

/* How much of it: emulated hosts and sanitizers are slow. */
#if defined(VC_MINI_CUNIT) || defined(__SANITIZE_THREAD__) || \
	defined(__SANITIZE_ADDRESS__)
#define SLOW		10u
#else
#define SLOW		1u
#endif

/*
 * That the guest's memory is read and written by the embedder while the guest
 * uses it is what some tests are about. The guests' own accesses need no such
 * words: see cpu.h.
 */
#if defined(__SANITIZE_THREAD__)
__attribute__((visibility("default")))
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:each_piece\n";
}
#endif

struct worker {
	struct smp *m;
	vc_vcpu *vcpu;
	pthread_t thread;
	vc_x86_state s;
	uint32_t reason;
	uint32_t cancels;
};

struct smp {
	struct sys t;
	uint32_t n;
	_Atomic bool over;
	struct worker w[CPUS_MAX];
};

/* n vCPUs with the program at SYS_CODE; their registers are in w[i].s. */
static struct smp *smp_new(uint32_t n, const uint8_t *code, size_t len,
			   uint64_t count)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct smp *m = calloc(1, sizeof(*m));
	struct sys *t = m ? &m->t : NULL;
	void *host = NULL;

	if (!m)
		abort();
	o.backend = VC_BACKEND_INTERP;
	o.flags = VC_VM_HYPERCALLS;
	o.vcpu_max = n;
	t->s.size = sizeof(t->s);
	if (vc_vm_create(&t->vm, &o) ||
	    vc_memory_map(t->vm, 0, NULL, SYS_RAM, VC_PROT_RWX) ||
	    vc_memory_host(t->vm, 0, SYS_RAM, &host)) {
		fprintf(stderr, "smp_new: %s\n", vc_last_error());
		abort();
	}
	t->ram = host;
	m->n = n;
	for (uint32_t i = 0; i < n; i++) {
		RIG_OK(vc_vcpu_create(&m->w[i].vcpu, t->vm, i));
		m->w[i].m = m;
	}
	RIG_OK(vc_vcpu_state_get(m->w[0].vcpu, &t->s));
	sys_state(t, SYS_LONG, 0);
	sys_tables(t, true);
	sys_bytes(t, SYS_CODE, code, len);
	for (uint32_t i = 0; i < n; i++) {
		vc_x86_state *s = &m->w[i].s;

		*s = t->s;
		s->gpr[VC_RSP] = STACKS + (i + 1) * 0x800;
		s->gpr[VC_RDI] = i;
		s->gpr[VC_RSI] = n;
		s->gpr[VC_RBX] = SHARED;
		s->gpr[VC_RCX] = count;
		s->gpr[R8] = FUNCTIONS;
	}
	return m;
}
#define SMP_NEW(n, name, count) \
	smp_new(n, name##_code, sizeof(name##_code), count)

static void set_all(struct smp *m, unsigned reg, uint64_t v)
{
	for (uint32_t i = 0; i < m->n; i++)
		m->w[i].s.gpr[reg] = v;
}

/* mov eax, 0; ret, with its number on a multiple of four bytes. */
static void function_at(struct smp *m, uint64_t at)
{
	sys_bytes(&m->t, at, "\xb8\x00\x00\x00\x00\xc3", 6);
}

/* Some hosts keep threads on one processor until they have run for long: tell
 * it that we want all of them. */
static void spread(const struct worker *w)
{
#if defined(__linux__)
	unsigned skip = (unsigned)(w - w->m->w);
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	skip %= (unsigned)CPU_COUNT(&all);
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || skip--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		return;
	}
#else
	(void)w;
#endif
}

static void *run(void *opaque)
{
	struct worker *w = opaque;
	vc_exit *e = NULL;

	do {
		if (vc_vcpu_run(w->vcpu, &e)) {
			fprintf(stderr, "vc_vcpu_run: %s\n", vc_last_error());
			w->reason = UINT32_MAX;
			return NULL;
		}
		w->reason = e->reason;
		w->cancels += e->reason == VC_EXIT_CANCELLED;
	} while (e->reason == VC_EXIT_CANCELLED && !w->m->over);
	return NULL;
}

static void *run_thread(void *opaque)
{
	spread(opaque);
	return run(opaque);
}

static void start(struct smp *m)
{
	for (uint32_t i = 0; i < m->n; i++) {
		struct worker *w = &m->w[i];
		uint64_t tsc_offset = atomic_load(&w->vcpu->tsc_offset);

		/* all but the time stamp, which would be of this moment */
		RIG_OK(vc_vcpu_state_set(w->vcpu, &w->s));
		atomic_store(&w->vcpu->tsc_offset, tsc_offset);
		RIG_OK(vc_vcpu_deadline_set(w->vcpu, vc_clock_ns(m->t.vm) +
					    150 * SECOND));
	}
	for (uint32_t i = 0; i < m->n; i++)
		CU_ASSERT_EQUAL(pthread_create(&m->w[i].thread, NULL,
					       run_thread, &m->w[i]), 0);
}

static void finish(struct smp *m)
{
	for (uint32_t i = 0; i < m->n; i++) {
		struct worker *w = &m->w[i];

		pthread_join(w->thread, NULL);
		RIG_OK(vc_vcpu_state_get(w->vcpu, &w->s));
	}
}

/* Did the program say that all is well? */
static bool went_well(const struct worker *w)
{
	return w->reason == VC_EXIT_HYPERCALL && w->s.rip < SYS_HANDLERS;
}

static void check(struct smp *m)
{
	for (uint32_t i = 0; i < m->n; i++) {
		const struct worker *w = &m->w[i];

		CU_ASSERT_TRUE(went_well(w));
		if (went_well(w))
			continue;
		fprintf(stderr, "    vCPU %u: exit %u, rip %#llx, rax %#llx, "
			"rcx %#llx, rdx %#llx, r15 %#llx\n", (unsigned)i,
			(unsigned)w->reason, (unsigned long long)w->s.rip,
			(unsigned long long)w->s.gpr[VC_RAX],
			(unsigned long long)w->s.gpr[VC_RCX],
			(unsigned long long)w->s.gpr[VC_RDX],
			(unsigned long long)w->s.gpr[R15]);
	}
}

static void run_all(struct smp *m)
{
	start(m);
	finish(m);
	check(m);
}

static void smp_free(struct smp *m)
{
	vc_vm_destroy(m->t.vm);
	free(m);
}

static uint64_t shared(struct smp *m, uint64_t off, unsigned size)
{
	return sys_get(&m->t, SHARED + off, size);
}

/* ---- locked operations ---- */

static void locks(uint32_t n, uint64_t count)
{
	struct smp *m = SMP_NEW(n, locks, count);
	uint64_t all = n * count, tokens = 0, tokens32 = 0;

	for (uint32_t i = 0; i < n; i++) {
		m->w[i].s.gpr[R12] = UINT64_C(1) << i;
		m->w[i].s.gpr[R14] = 1u << i;
	}
	run_all(m);
	for (uint32_t i = 0; i < n; i++) {
		tokens += m->w[i].s.gpr[R12];
		tokens32 += m->w[i].s.gpr[R14];
	}
	CU_ASSERT_EQUAL(shared(m, 0, 4), (uint32_t)all);
	CU_ASSERT_EQUAL(shared(m, 8, 8), all);
	CU_ASSERT_EQUAL(shared(m, 16, 8), all);
	CU_ASSERT_EQUAL(shared(m, 24, 8) + tokens, (1u << n) - 1);
	CU_ASSERT_EQUAL(shared(m, 32, 8), all);
	CU_ASSERT_EQUAL(shared(m, 40, 8), 2 * all);
	CU_ASSERT_EQUAL(shared(m, 0x27c, 4), (uint32_t)all);
	CU_ASSERT_EQUAL(shared(m, 0x280, 4), (uint32_t)(2 * all));
	CU_ASSERT_EQUAL(shared(m, 48, 4), 0);
	CU_ASSERT_EQUAL(shared(m, 56, 8), all);
	CU_ASSERT_EQUAL(shared(m, 0x81, 8), all);
	CU_ASSERT_EQUAL(shared(m, 0x13c, 8), all);
	CU_ASSERT_EQUAL(shared(m, 0x17f, 2), (uint16_t)all);
	CU_ASSERT_EQUAL(shared(m, 0x1c1, 1), (uint8_t)all);
	CU_ASSERT_EQUAL(shared(m, 0xffc, 8), all);
	CU_ASSERT_EQUAL(shared(m, 0x1fff, 4), (uint32_t)(0 - all));
	CU_ASSERT_EQUAL(shared(m, 0x2ffe, 4), (uint32_t)(3 * all));
	CU_ASSERT_EQUAL(shared(m, 0x3ffd, 4) + tokens32, (1u << n) - 1);
	CU_ASSERT_EQUAL(shared(m, 0x23d, 8), all);
	smp_free(m);
}

static void test_smp_locked_operations_are_atomic_two(void)
{
	locks(2, 20000 / SLOW);
}

static void test_smp_locked_operations_are_atomic_five(void)
{
	locks(5, 3000 / SLOW);
}

static void split(uint64_t at, uint64_t count)
{
	struct smp *m = SMP_NEW(2, split, count);

	set_all(m, R8, at);
	run_all(m);
	CU_ASSERT_EQUAL(sys_get(&m->t, at, 8), 2 * count);
	smp_free(m);
}

static void test_smp_locked_across_lines_and_pages(void)
{
	split(SHARED + 0x3c, 30000 / SLOW);
	split(SHARED + 0x39, 30000 / SLOW);
	split(SHARED + 0xfff, 30000 / SLOW);
}

/* Where there is code no vCPU has a write entry. */
static void test_smp_locked_in_a_page_with_code(void)
{
	split(SYS_CODE + 0x800, 10000 / SLOW);
	split(SYS_CODE + 0x83c, 10000 / SLOW);
	split(SYS_CODE + 0xffc, 10000 / SLOW);
}

static void test_smp_locked_whole_and_half(void)
{
	const uint32_t count = 20000 / SLOW;
	struct smp *m = SMP_NEW(3, mixed, count);

	set_all(m, R8, SHARED + 0x3c);
	run_all(m);
	CU_ASSERT_EQUAL(shared(m, 0x3c, 4), count);
	CU_ASSERT_EQUAL(shared(m, 0x40, 4),
			(uint32_t)(m->w[1].s.gpr[VC_RCX] +
				   m->w[2].s.gpr[VC_RCX]));
	smp_free(m);
}

static void test_smp_spin_lock_guards_a_plain_counter(void)
{
	struct smp *m = SMP_NEW(4, spinlock, 20000 / SLOW);

	run_all(m);
	CU_ASSERT_EQUAL(shared(m, 64, 8), 4 * (20000 / SLOW));
	smp_free(m);
}

static void test_smp_barrier_holds(void)
{
	struct smp *m = SMP_NEW(3, barrier, 500 / SLOW);

	run_all(m);
	smp_free(m);
}

/* ---- order ---- */

static void test_smp_fences_order_a_store_and_a_load(void)
{
	for (uint64_t kind = 0; kind < 4; kind++) {
		struct smp *m = SMP_NEW(2, dekker, 5000 / SLOW);

		set_all(m, R13, kind);
		run_all(m);
		smp_free(m);
	}
}

static void test_smp_stores_are_seen_in_order(void)
{
	struct smp *m = SMP_NEW(3, message, 1000000 / SLOW);

	run_all(m);
	smp_free(m);
}

static void check_offsets(struct smp *m)
{
	for (uint32_t i = 1; i < m->n; i++)
		CU_ASSERT_EQUAL(atomic_load(&m->w[i].vcpu->tsc_offset),
				atomic_load(&m->w[0].vcpu->tsc_offset));
}

/* Until all agree, a page's code runs at a hundredth of the speed. */
static void test_smp_all_agree_soon(void)
{
	struct smp *m = SMP_NEW(3, message, 1000000 / SLOW);

	run_all(m);
	for (uint32_t i = 0; i < m->n; i++) {
		const struct engine *eng = m->w[i].vcpu->backend_vcpu;

		CU_ASSERT(eng->not_ready < 1000);
	}
	smp_free(m);
}

static void test_smp_time_stamps_agree(void)
{
	struct smp *m = SMP_NEW(4, clock, 10000 / SLOW);
	uint64_t before;

	check_offsets(m);
	usleep(1000);
	before = vc_tsc_now(m->t.vm, 0);
	RIG_OK(vc_vm_reset(m->t.vm));
	check_offsets(m);
	CU_ASSERT(vc_tsc_now(m->t.vm, 0) < before);
	run_all(m);
	check_offsets(m);
	smp_free(m);
}

/* ---- code that changes ---- */

static void patch(uint32_t n, uint64_t kind, uint64_t count)
{
	struct smp *m = SMP_NEW(n, patch, count);

	set_all(m, R13, kind);
	set_all(m, R8, FUNCTIONS + 3);
	function_at(m, FUNCTIONS + 3);
	run_all(m);
	smp_free(m);
}

static void test_smp_patched_code_is_seen_after_cpuid(void)
{
	patch(2, 1, 3000 / SLOW);
	patch(4, 1, 500 / SLOW);
}

/* More than the processor promises (SDM 3A §8.1.3), and we keep it. */
static void test_smp_patched_code_is_seen_after_a_branch(void)
{
	patch(2, 3, 3000 / SLOW);
	patch(4, 3, 500 / SLOW);
}

static void test_smp_code_seen_as_data_is_seen_as_code(void)
{
	patch(2, 2, 3000 / SLOW);
	patch(4, 2, 500 / SLOW);
}

static void test_smp_patching_without_asking(void)
{
	struct smp *m = SMP_NEW(3, watch, 200000 / SLOW);

	set_all(m, R8, FUNCTIONS + 3);
	function_at(m, FUNCTIONS + 3);
	run_all(m);
	smp_free(m);
}

static void functions(struct smp *m)
{
	set_all(m, R8, FUNCTIONS + 3);
	for (unsigned i = 0; i < 64; i++)
		function_at(m, FUNCTIONS + 3 + i * 4096);
}

static void test_smp_code_run_for_the_first_time_while_written(void)
{
	static const uint32_t n[] = { 2, 3, 8 };

	for (unsigned i = 0; i < 3; i++) {
		struct smp *m = SMP_NEW(n[i], pages, 40 / n[i] / SLOW + 1);

		functions(m);
		run_all(m);
		smp_free(m);
	}
}

/* A vCPU has a write entry, and goes on storing until its block ends. */
static void test_smp_a_block_that_stores_is_waited_for(void)
{
	struct smp *m = SMP_NEW(2, inblock, 50 / SLOW);
	unsigned at = 0;

	while (inblock_code[at] != 0xe4)	/* no IN this time */
		at++;
	sys_bytes(&m->t, SYS_CODE + at, "\x90\x90", 2);
	functions(m);
	run_all(m);
	smp_free(m);
}

static uint64_t slow_read(void *self, uint64_t off, uint32_t size)
{
	(void)self, (void)off, (void)size;
	usleep(50);
	return 0;
}

static const vc_device_ops slow_ops = {
	.size = sizeof(vc_device_ops), .name = "slow", .read = slow_read,
};

/* One that is with a device meanwhile is not waited for. */
static void test_smp_a_block_that_asks_a_device_is_not(void)
{
	struct smp *m = SMP_NEW(2, inblock, 1 + 2 / SLOW);
	vc_device *d;

	RIG_OK(vc_device_create(&d, m->t.vm, &slow_ops, NULL));
	RIG_OK(vc_device_map_port(d, 0x80, 1, 0));
	functions(m);
	run_all(m);
	smp_free(m);
}

static void test_smp_new_code_is_published_by_a_pointer(void)
{
	struct smp *m = SMP_NEW(3, publish, 20000 / SLOW);

	run_all(m);
	smp_free(m);
}

static void test_smp_the_embedder_patches(void)
{
	const uint32_t last = 5000 / SLOW;
	struct smp *m = SMP_NEW(2, watch, last);

	set_all(m, R13, 1);
	set_all(m, R8, FUNCTIONS + 3);
	function_at(m, FUNCTIONS + 3);
	start(m);
	for (uint32_t i = 1; i <= last; i++)
		sys_put(&m->t, FUNCTIONS + 4, 4, i);
	finish(m);
	check(m);
	smp_free(m);
}

/* ---- what the processor itself writes ---- */

static void test_smp_accessed_and_dirty_bits(void)
{
	struct smp *m = SMP_NEW(3, marks, 200000 / SLOW);
	const uint64_t pte = SYS_PT + 0x7e * 8, count = UINT64_C(1000) << 52;

	set_all(m, R8, pte);
	set_all(m, R9, 0x7e000);
	sys_put(&m->t, pte, 8, count | 0x7e007);
	run_all(m);
	CU_ASSERT_EQUAL(sys_get(&m->t, pte, 8) & ~UINT64_C(0x60),
			count | 0x7e007);
	smp_free(m);
}

static void test_smp_one_task_segment_is_loaded_once(void)
{
	struct smp *m = SMP_NEW(3, tss, 10000 / SLOW);

	set_all(m, R8, SYS_GDT);
	set_all(m, R9, SYS_IDT + 13 * 16);
	set_all(m, R14, 0);
	run_all(m);
	CU_ASSERT_EQUAL(shared(m, 0x200, 4), 10000 / SLOW);
	CU_ASSERT_EQUAL(shared(m, 0x204, 4), 2 * (10000 / SLOW));
	smp_free(m);
}

/* ---- starting, stopping ---- */

static void board(uint32_t n, uint32_t rounds)
{
	vc_vm_options vo = VC_VM_OPTIONS_INIT;
	vc_board_options bo = VC_BOARD_OPTIONS_INIT;
	struct smp *m = calloc(1, sizeof(*m));
	uint32_t words[6] = { 0, n - 1, 0, 0, 0x1000, rounds };
	vc_board *b;

	vo.backend = VC_BACKEND_INTERP;
	vo.vcpu_max = bo.vcpus = m->n = n;
	bo.ram = 8 * MIB;
	RIG_OK(vc_vm_create(&m->t.vm, &vo));
	RIG_OK(vc_board_create(&b, m->t.vm, &bo));
	RIG_OK(vc_boot_flat(m->t.vm, board_code, sizeof(board_code), 0x100000,
			    VC_FLAT_PROTECTED));
	for (uint32_t i = 0; i < 6; i++)
		sys_put(&m->t, 0x500 + i * 4, 4, words[i]);
	for (uint32_t i = 0; i < n; i++) {
		m->w[i].m = m;
		m->w[i].vcpu = vc_vm_vcpu(m->t.vm, i);
		m->w[i].s.size = sizeof(m->w[i].s);
		RIG_OK(vc_vcpu_deadline_set(m->w[i].vcpu, 150 * SECOND));
	}
	for (uint32_t i = 0; i < n; i++)
		CU_ASSERT_EQUAL(pthread_create(&m->w[i].thread, NULL,
					       run_thread, &m->w[i]), 0);
	finish(m);
	for (uint32_t i = 0; i < n; i++) {
		CU_ASSERT_EQUAL(m->w[i].reason, VC_EXIT_POWEROFF);
		CU_ASSERT_EQUAL(vc_vcpu_exit(m->w[i].vcpu)->poweroff.code, 19);
	}
	check_offsets(m);
	CU_ASSERT_EQUAL(sys_get(&m->t, 0x500, 4), (n - 1) * rounds);
	CU_ASSERT_EQUAL(sys_get(&m->t, 0x508, 4), (n - 1) * rounds);
	CU_ASSERT_EQUAL(sys_get(&m->t, 0x50c, 4), (n - 1) * rounds);
	smp_free(m);
}

static void test_smp_init_sipi_nmi_and_interrupts(void)
{
	board(2, 50);
	board(8, 10);
}

static void test_smp_cancel_and_run_again(void)
{
	struct smp *m = SMP_NEW(8, endless, 0);
	uint64_t random = 88172645463325252u;
	uint32_t cancels = 0;

	set_all(m, R8, FUNCTIONS + 3);
	function_at(m, FUNCTIONS + 3);
	start(m);
	for (unsigned i = 0; i < 300 / SLOW; i++) {
		RIG_OK(vc_vcpu_cancel(m->w[eng_random(&random) & 7].vcpu));
		usleep((useconds_t)(eng_random(&random) & 2047));
	}
	for (uint32_t i = 0; i < m->n; i++)
		RIG_OK(vc_vcpu_cancel(m->w[i].vcpu));
	usleep(20000);
	sys_put(&m->t, SHARED, 4, 1);
	finish(m);
	check(m);
	for (uint32_t i = 0; i < m->n; i++) {
		CU_ASSERT(m->w[i].cancels > 0);
		cancels += m->w[i].cancels;
	}
	CU_ASSERT(cancels <= 300 / SLOW + 8);
	CU_ASSERT(shared(m, 64, 4) > 8);
	smp_free(m);
}

static void test_smp_budgets_and_deadlines_are_each_vcpus_own(void)
{
	struct smp *m = SMP_NEW(3, loop, 0);

	for (uint32_t i = 0; i < m->n; i++)
		RIG_OK(vc_vcpu_state_set(m->w[i].vcpu, &m->w[i].s));
	RIG_OK(vc_vcpu_budget_set(m->w[0].vcpu, 1000003));
	RIG_OK(vc_vcpu_budget_set(m->w[1].vcpu, 77));
	RIG_OK(vc_vcpu_deadline_set(m->w[2].vcpu, vc_clock_ns(m->t.vm) +
				    SECOND / 20));
	for (uint32_t i = 0; i < m->n; i++)
		CU_ASSERT_EQUAL(pthread_create(&m->w[i].thread, NULL,
					       run_thread, &m->w[i]), 0);
	finish(m);
	CU_ASSERT_EQUAL(m->w[0].reason, VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(m->w[0].s.retired, 1000003);
	CU_ASSERT_EQUAL(m->w[1].reason, VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(m->w[1].s.retired, 77);
	CU_ASSERT_EQUAL(m->w[2].reason, VC_EXIT_DEADLINE);
	smp_free(m);
}

/* One thread may run them all, one after the other. */
static void test_smp_one_thread_takes_turns(void)
{
	const uint64_t count = 20 / SLOW;
	struct smp *m = SMP_NEW(3, pages, count);
	bool done[3] = { false };
	unsigned left = 3;

	functions(m);
	for (uint32_t i = 0; i < m->n; i++)
		RIG_OK(vc_vcpu_state_set(m->w[i].vcpu, &m->w[i].s));
	for (unsigned rounds = 0; left && rounds < 1000000; rounds++) {
		struct worker *w = &m->w[rounds % 3];

		if (done[rounds % 3])
			continue;
		RIG_OK(vc_vcpu_budget_set(w->vcpu, 3001));
		run(w);
		if (w->reason == VC_EXIT_BUDGET)
			continue;
		done[rounds % 3] = true;
		left--;
		RIG_OK(vc_vcpu_state_get(w->vcpu, &w->s));
	}
	CU_ASSERT_EQUAL(left, 0);
	check(m);
	smp_free(m);
}

/* ---- the embedder's view of memory ---- */

/*
 * What a live migration does: copy everything, then whatever became dirty, and
 * the last of it when all stand still. Nothing may be missing.
 */
static void test_smp_no_dirty_page_is_lost(void)
{
	enum { PAGES = 64, LEN = PAGES * 4096 };
	struct smp *m = SMP_NEW(3, dirty, 1000000 / SLOW);
	uint8_t *copy = calloc(1, SYS_RAM);
	uint64_t bits[SYS_RAM / 4096 / 64];
	unsigned rounds = 0;
	bool last = false;

	for (uint32_t i = 0; i < m->n; i++)
		m->w[i].s.gpr[R12] = 0x9e3779b97f4a7c15u * (i + 1);
	set_all(m, R13, PAGES - 1);
	RIG_OK(vc_memory_dirty_track(m->t.vm, 0, 1));
	RIG_OK(vc_memory_read(m->t.vm, 0, copy, SYS_RAM));
	start(m);
	do {
		last = rounds++ == 100;
		if (last)
			finish(m);
		CU_ASSERT(vc_memory_dirty_fetch(m->t.vm, 0, bits, 4) >= 0);
		for (unsigned p = 0; p < SYS_RAM / 4096; p++)
			if (bits[p / 64] >> (p & 63) & 1)
				RIG_OK(vc_memory_read(m->t.vm, p * 4096,
						      copy + p * 4096, 4096));
		usleep(500);
	} while (!last);
	check(m);
	CU_ASSERT_EQUAL(memcmp(copy, m->t.ram, SYS_RAM), 0);
	free(copy);
	smp_free(m);
}

/* ---- what is refused ---- */

static void test_smp_virtual_time_is_for_one(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vm *vm;

	o.backend = VC_BACKEND_INTERP;
	o.vcpu_max = 2;
	o.flags = VC_VM_VIRTUAL_TIME;
	RIG_FAILS(VC_ENOTSUP, vc_vm_create(&vm, &o));
}

static void test_smp_making_a_vm_survives_every_allocation_failure(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	int64_t live = rig_alloc_live();
	uint64_t n = 0;
	vc_vcpu *v;
	vc_vm *vm;
	int rc;

	o.backend = VC_BACKEND_INTERP;
	o.vcpu_max = 3;
	do {
		rig_alloc_fail_at(++n);
		rc = vc_vm_create(&vm, &o);
		for (uint32_t i = 0; !rc && i < 3; i++) {
			rc = vc_vcpu_create(&v, vm, i);
			if (rc)
				vc_vm_destroy(vm);
		}
		rig_alloc_fail_at(0);
		CU_ASSERT(rc == 0 || rc == VC_ENOMEM);
	} while (rc && n < 1000);
	CU_ASSERT_EQUAL(rc, 0);
	vc_vm_destroy(vm);
	CU_ASSERT_EQUAL(rig_alloc_live(), live);
}

RIG_SUITE(smp_guests) {
	RIG_TEST(test_smp_locked_operations_are_atomic_two),
	RIG_TEST(test_smp_locked_operations_are_atomic_five),
	RIG_TEST(test_smp_locked_across_lines_and_pages),
	RIG_TEST(test_smp_locked_in_a_page_with_code),
	RIG_TEST(test_smp_locked_whole_and_half),
	RIG_TEST(test_smp_spin_lock_guards_a_plain_counter),
	RIG_TEST(test_smp_barrier_holds),
	RIG_TEST(test_smp_fences_order_a_store_and_a_load),
	RIG_TEST(test_smp_stores_are_seen_in_order),
	RIG_TEST(test_smp_all_agree_soon),
	RIG_TEST(test_smp_time_stamps_agree),
	RIG_TEST(test_smp_patched_code_is_seen_after_cpuid),
	RIG_TEST(test_smp_patched_code_is_seen_after_a_branch),
	RIG_TEST(test_smp_code_seen_as_data_is_seen_as_code),
	RIG_TEST(test_smp_patching_without_asking),
	RIG_TEST(test_smp_code_run_for_the_first_time_while_written),
	RIG_TEST(test_smp_a_block_that_stores_is_waited_for),
	RIG_TEST(test_smp_a_block_that_asks_a_device_is_not),
	RIG_TEST(test_smp_new_code_is_published_by_a_pointer),
	RIG_TEST(test_smp_the_embedder_patches),
	RIG_TEST(test_smp_accessed_and_dirty_bits),
	RIG_TEST(test_smp_one_task_segment_is_loaded_once),
	RIG_TEST(test_smp_init_sipi_nmi_and_interrupts),
	RIG_TEST(test_smp_cancel_and_run_again),
	RIG_TEST(test_smp_budgets_and_deadlines_are_each_vcpus_own),
	RIG_TEST(test_smp_one_thread_takes_turns),
	RIG_TEST(test_smp_no_dirty_page_is_lost),
	RIG_TEST(test_smp_virtual_time_is_for_one),
	RIG_TEST(test_smp_making_a_vm_survives_every_allocation_failure),
	RIG_END
};
