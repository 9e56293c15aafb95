/* SPDX-License-Identifier: MIT */
/*
 * Many VMs, many threads, and what one thread may do to a vCPU that another
 * one runs. Counts are what matters here; run it under `make tsan` too.
 */
#define _GNU_SOURCE			/* pthread, usleep */

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "rig.h"
#include "../lib/core/backend.h"
#include "../lib/core/os.h"

/* Runs until something wants attention. */
static int spin(vc_vcpu *v, uint64_t max, void *opaque)
{
	uint64_t n = 0;

	(void)opaque;
	while (n < max && n < 1000000 && !(atomic_load_explicit(&v->pending,
			memory_order_relaxed) & VC__PEND_SERVICE))
		n++;
	v->retired += n;
	return VC__RUN_POLL;
}

static const vc_device_ops idle_ops = {
	.size = sizeof(vc_device_ops), .name = "idle",
};

static void one_vm(const struct vc__backend *b)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_device *d;
	vc_vcpu *v;
	vc_vm *vm;

	RIG_OK(vc__vm_create_on(&vm, &o, b, "t"));
	RIG_OK(vc_memory_map(vm, 0, NULL, 0x10000, VC_PROT_RWX));
	RIG_OK(vc_vcpu_create(&v, vm, 0));
	RIG_OK(vc_device_create(&d, vm, &idle_ops, NULL));
	RIG_OK(vc_device_map_port(d, 0x60, 1, 0));
	vc_vm_destroy(vm);
}

static long resident_pages(void)
{
	long total = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f) {
		if (fscanf(f, "%ld %ld", &total, &resident) != 2)
			resident = 0;
		fclose(f);
	}
	return resident;
}

static void ten_thousand(const struct vc__backend *b)
{
	int64_t live;
	long before;

	for (int i = 0; i < 100; i++)
		one_vm(b);		/* the allocator settles */
	live = rig_alloc_live();
	before = resident_pages();
	for (int i = 0; i < 10000; i++)
		one_vm(b);
	CU_ASSERT_EQUAL(rig_alloc_live(), live);
	/* ASan keeps freed memory aside; with VC_MINI_CUNIT we may be under an
	 * emulator, whose memory this counts too. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(VC_MINI_CUNIT)
	CU_ASSERT(resident_pages() - before < 256);
#else
	(void)before;
#endif
}

static void test_threads_ten_thousand_vms_leave_nothing(void)
{
	ten_thousand(rig_backend());
}

static void test_threads_ten_thousand_vms_leave_nothing_interp(void)
{
	if (!rig_have_backend(VC_BACKEND_INTERP))
		RIG_SKIP("the interp backend is not available");
	ten_thousand(vc__backend_by_id(VC_BACKEND_INTERP));
}

static void *vms_of_a_thread(void *opaque)
{
	for (int i = 0; i < 20; i++) {
		vc_vm_options o = VC_VM_OPTIONS_INIT;
		struct rig *r;
		vc_exit *e;

		o.flags = VC_VM_VIRTUAL_TIME;
		r = rig_scripted(&o, spin, NULL);
		vc_vcpu_budget_set(r->vcpu, 100000);
		vc_vcpu_run(r->vcpu, &e);
		if (e->reason == VC_EXIT_BUDGET &&
		    vc_clock_ns(r->vm) == 100000)
			++*(int *)opaque;
		/* Each thread has its own error text. */
		vc_vcpu_reg_get(r->vcpu, 0x12, NULL);
		rig_free(r);
	}
	return NULL;
}

static void test_threads_64_vms_on_64_threads(void)
{
	pthread_t t[64];
	int good[64] = { 0 };

	for (int i = 0; i < 64; i++)
		CU_ASSERT_EQUAL(pthread_create(&t[i], NULL, vms_of_a_thread,
					       &good[i]), 0);
	for (int i = 0; i < 64; i++) {
		pthread_join(t[i], NULL);
		CU_ASSERT_EQUAL(good[i], 20);
	}
}

/* ---- cancel ---- */

struct runner {
	vc_vcpu *vcpu;
	_Atomic int cancelled, others, stop;
	_Atomic int64_t rc;
};

static void *run_until_stop(void *opaque)
{
	struct runner *r = opaque;
	vc_exit *e;

	while (!r->stop) {
		int rc = vc_vcpu_run(r->vcpu, &e);

		if (rc) {
			r->rc = rc;
			break;
		}
		if (e->reason == VC_EXIT_CANCELLED)
			r->cancelled++;
		else
			r->others++;
	}
	return NULL;
}

static void test_threads_no_cancel_is_lost(void)
{
	struct rig *r = rig_scripted(NULL, spin, NULL);
	struct runner run = { .vcpu = r->vcpu };
	pthread_t t;

	pthread_create(&t, NULL, run_until_stop, &run);
	for (int i = 1; i <= 300; i++) {
		vc_vcpu_cancel(r->vcpu);
		/* It must come back for this one, whenever that is. */
		for (uint64_t n = 0; run.cancelled < i; n++) {
			if (n > 200000000) {
				CU_FAIL("a cancel was lost");
				i = 300;
				break;
			}
			vc__os_yield();
		}
	}
	CU_ASSERT_EQUAL(run.cancelled, 300);
	run.stop = 1;
	vc_vcpu_cancel(r->vcpu);
	pthread_join(t, NULL);
	CU_ASSERT_EQUAL(run.others, 0);
	rig_free(r);
}

static void *cancel_storm(void *opaque)
{
	struct runner *r = opaque;

	for (int i = 0; i < 20000; i++)
		vc_vcpu_cancel(r->vcpu);
	return NULL;
}

static void test_threads_cancel_storm(void)
{
	struct rig *r = rig_scripted(NULL, spin, NULL);
	struct runner run = { .vcpu = r->vcpu };
	pthread_t t, storm[4];

	pthread_create(&t, NULL, run_until_stop, &run);
	for (int i = 0; i < 4; i++)
		pthread_create(&storm[i], NULL, cancel_storm, &run);
	for (int i = 0; i < 4; i++)
		pthread_join(storm[i], NULL);
	while (!run.cancelled)		/* sticky, so this one must come */
		vc__os_yield();
	run.stop = 1;
	vc_vcpu_cancel(r->vcpu);
	pthread_join(t, NULL);
	CU_ASSERT(run.cancelled >= 1);
	CU_ASSERT(run.cancelled <= 80001);
	CU_ASSERT_EQUAL(run.others, 0);
	CU_ASSERT_EQUAL(run.rc, 0);
	rig_free(r);
}

static vc_vcpu *signalled;

static void on_alarm(int sig)
{
	(void)sig;
	vc_vcpu_cancel(signalled);
}

static void test_threads_cancel_from_a_signal_handler(void)
{
	struct rig *r = rig_scripted(NULL, spin, NULL);
	const struct itimerval in_2ms = { { 0, 0 }, { 0, 2000 } };
	struct sigaction old, now = { .sa_handler = on_alarm };
	vc_exit *e;

	signalled = r->vcpu;
	sigaction(SIGALRM, &now, &old);
	for (int i = 0; i < 5; i++) {
		setitimer(ITIMER_REAL, &in_2ms, NULL);
		RIG_OK(vc_vcpu_run(r->vcpu, &e));
		CU_ASSERT_EQUAL(e->reason, VC_EXIT_CANCELLED);
	}
	sigaction(SIGALRM, &old, NULL);
	rig_free(r);
}

/* ---- halted ---- */

static int halt_for_ever(vc_vcpu *v, uint64_t max, void *opaque)
{
	_Atomic int *taken = opaque;

	(void)max;
	if (atomic_load(&v->pending) & VC__PEND_INTR)
		if (vc__vcpu_acknowledge(v) == 0x40)
			++*taken;
	v->retired++;
	return VC_EXIT_HALT;
}

static int give_vector(void *self, uint32_t vcpu)
{
	vc_vcpu_request(vc_device_vm(*(vc_device **)self), vcpu, 0);
	return 0x40;
}

static const vc_device_ops pic_ops = {
	.size = sizeof(vc_device_ops), .name = "pic",
	.acknowledge = give_vector,
};

static void test_threads_interrupts_wake_a_halted_vcpu(void)
{
	_Atomic int taken = 0;
	struct rig *r = rig_scripted(NULL, halt_for_ever, (void *)&taken);
	struct runner run = { .vcpu = r->vcpu };
	vc_device *d;
	pthread_t t;

	RIG_OK(vc_device_create(&d, r->vm, &pic_ops, &d));
	RIG_OK(vc_vcpu_controller(r->vm, 0, d));
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_RFLAGS, 0x202));
	pthread_create(&t, NULL, run_until_stop, &run);
	for (int i = 1; i <= 1000; i++) {
		vc_vcpu_request(r->vm, 0, 1);
		for (uint64_t n = 0; taken < i; n++) {
			if (n > 100000000) {
				CU_FAIL("an interrupt was lost");
				i = 1000;
				break;
			}
			vc__os_yield();
		}
	}
	run.stop = 1;
	vc_vcpu_cancel(r->vcpu);	/* wakes it, too */
	pthread_join(t, NULL);
	CU_ASSERT_EQUAL(taken, 1000);
	CU_ASSERT_EQUAL(run.cancelled, 1);
	rig_free(r);
}

/* ---- others at work while a vCPU runs ---- */

static uint64_t count_read(void *self, uint64_t off, uint32_t size)
{
	(void)off, (void)size;
	return ++*(uint64_t *)self;	/* under the device lock: exact */
}

static const vc_device_ops counter_ops = {
	.size = sizeof(vc_device_ops), .name = "counter", .read = count_read,
};

static int hammer(vc_vcpu *v, uint64_t max, void *opaque)
{
	uint64_t value;

	(void)max, (void)opaque;
	for (int i = 0; i < 100; i++) {
		vc__port_read(v, 0x60, 1, &value);
		vc__mmio_read(v, 0x200000, 4, &value);
	}
	v->retired += 200;
	return VC__RUN_POLL;
}

static void *run_budget(void *opaque)
{
	vc_exit *e;

	vc_vcpu_budget_set(opaque, 200000);
	vc_vcpu_run(opaque, &e);
	return NULL;
}

static void test_threads_devices_are_called_one_at_a_time(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	uint64_t count = 0;
	pthread_t t[4];
	struct rig *r;
	vc_device *d;

	o.vcpu_max = 4;
	r = rig_scripted(&o, hammer, NULL);
	RIG_OK(vc_device_create(&d, r->vm, &counter_ops, &count));
	RIG_OK(vc_device_map_port(d, 0x60, 1, 0));
	RIG_OK(vc_device_map_mmio(d, 0x200000, 4, 0));
	for (uint32_t i = 0; i < 4; i++) {
		vc_vcpu *v = vc_vm_vcpu(r->vm, i);

		RIG_OK(vc_vcpu_reg_set(v, VC_REG_MP_STATE, VC_MP_RUNNABLE));
		pthread_create(&t[i], NULL, run_budget, v);
	}
	/* Meanwhile others come and go on the bus. */
	for (int i = 0; i < 2000; i++) {
		RIG_OK(vc_device_map_port(d, 0x300, 16, 0));
		RIG_OK(vc_device_map_mmio(d, 0x300000, 4, 0));
		RIG_OK(vc_device_unmap_port(d, 0x300));
		RIG_OK(vc_device_unmap_mmio(d, 0x300000));
	}
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	CU_ASSERT(count > 4 * 100000 / 2);
	rig_free(r);
}

struct mapper {
	vc_vm *vm;
	_Atomic int stop, busy, done;
};

static void *map_and_unmap(void *opaque)
{
	struct mapper *m = opaque;

	while (!m->stop) {
		int rc = vc_memory_map(m->vm, 0x800000, NULL, 4096,
				       VC_PROT_RWX);

		if (rc == VC_EBUSY) {
			m->busy++;
			vc__os_yield();
			continue;
		}
		m->done++;
		while (vc_memory_unmap(m->vm, 0x800000) == VC_EBUSY)
			vc__os_yield();
	}
	return NULL;
}

static int short_run(vc_vcpu *v, uint64_t max, void *opaque)
{
	(void)opaque;
	/* The map must not change under us. */
	uint32_t n = v->vm->region_count;

	for (int i = 0; i < 50; i++)
		if (v->vm->region_count != n || vc__region_find(v->vm, 0) ==
		    NULL)
			return VC_EXIT_SHUTDOWN;
	v->retired += max < 10 ? max : 10;
	return VC_EXIT_HALT;
}

static void test_threads_map_changes_only_between_runs(void)
{
	struct rig *r = rig_scripted(NULL, short_run, NULL);
	struct mapper m = { .vm = r->vm };
	pthread_t t;
	char b[8];
	int bad = 0;

	pthread_create(&t, NULL, map_and_unmap, &m);
	for (int i = 0; i < 20000; i++) {
		vc_exit *e;

		if (vc_vcpu_run(r->vcpu, &e) || e->reason != VC_EXIT_HALT)
			bad++;
		if (vc_memory_read(r->vm, 0, b, 8))
			bad++;
		/* Either all of it is there or none. */
		vc_memory_write(r->vm, 0x800ff8, b, 8);
	}
	m.stop = 1;
	pthread_join(t, NULL);
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT(m.done + m.busy > 0);
	rig_free(r);
}

static uint64_t some_cr8(void *self, uint32_t vcpu)
{
	(void)self, (void)vcpu;
	return 7;
}

static const vc_device_ops cr8_ops = {
	.size = sizeof(vc_device_ops), .name = "cr8",
	.acknowledge = give_vector, .cr8_read = some_cr8,
};

/* A call that holds a vCPU may need the device lock, and one that has that
 * lock may wait for the vCPU: not for each other. */
static void test_threads_state_and_map_at_the_same_time(void)
{
	struct rig *r = rig_scripted(NULL, short_run, NULL);
	struct mapper m = { .vm = r->vm };
	vc_device *d;
	pthread_t t;
	uint64_t v;
	int bad = 0;

	RIG_OK(vc_device_create(&d, r->vm, &cr8_ops, &d));
	RIG_OK(vc_vcpu_controller(r->vm, 0, d));
	pthread_create(&t, NULL, map_and_unmap, &m);
	/* Until both have been at it together for a while. */
	for (int i = 0; i < 20000 || (m.done < 500 && i < 20000000); i++)
		if (vc_vcpu_reg_get(r->vcpu, VC_REG_CR8, &v) || v != 7)
			bad++;
	m.stop = 1;
	pthread_join(t, NULL);
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL(m.busy, 0);	/* a short call is waited for */
	rig_free(r);
}

static void test_threads_two_may_not_run_one_vcpu(void)
{
	struct rig *r = rig_scripted(NULL, spin, NULL);
	struct runner a = { .vcpu = r->vcpu };
	pthread_t t;

	pthread_create(&t, NULL, run_until_stop, &a);
	while (vc_vcpu_retired(r->vcpu) == 0)
		vc__os_yield();
	RIG_FAILS(VC_EBUSY, vc_vcpu_run(r->vcpu, NULL));
	a.stop = 1;
	vc_vcpu_cancel(r->vcpu);
	pthread_join(t, NULL);
	CU_ASSERT_EQUAL(a.rc, 0);
	rig_free(r);
}

static void *count_locked(void *opaque)
{
	struct vc__lock *l = ((void **)opaque)[0];
	uint64_t *n = ((void **)opaque)[1];

	for (int i = 0; i < 50000; i++) {
		vc__lock(l, vc__thread_self());
		vc__lock(l, vc__thread_self());
		++*n;
		vc__unlock(l);
		++*n;
		vc__unlock(l);
	}
	return NULL;
}

static void test_threads_lock_excludes_and_nests(void)
{
	struct vc__lock l = { 0 };
	uint64_t n = 0;
	void *both[2] = { &l, &n };
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, count_locked, both);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	CU_ASSERT_EQUAL(n, 400000);
	CU_ASSERT_EQUAL(l.word, 0);
}

RIG_SUITE(threads) {
	RIG_TEST(test_threads_ten_thousand_vms_leave_nothing),
	RIG_TEST(test_threads_ten_thousand_vms_leave_nothing_interp),
	RIG_TEST(test_threads_64_vms_on_64_threads),
	RIG_TEST(test_threads_no_cancel_is_lost),
	RIG_TEST(test_threads_cancel_storm),
	RIG_TEST(test_threads_cancel_from_a_signal_handler),
	RIG_TEST(test_threads_interrupts_wake_a_halted_vcpu),
	RIG_TEST(test_threads_devices_are_called_one_at_a_time),
	RIG_TEST(test_threads_map_changes_only_between_runs),
	RIG_TEST(test_threads_state_and_map_at_the_same_time),
	RIG_TEST(test_threads_two_may_not_run_one_vcpu),
	RIG_TEST(test_threads_lock_excludes_and_nests),
	RIG_END
};
