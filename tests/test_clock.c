/* SPDX-License-Identifier: MIT */
/* The VM's clock, the guest's TSC, timers. */
#include "rig.h"
#include "../lib/core/backend.h"
#include "../lib/core/os.h"

static const vc_device_ops clock_ops = {
	.size = sizeof(vc_device_ops), .name = "clock",
};

static vc_device *device(struct rig *r)
{
	vc_device *d = NULL;

	RIG_OK(vc_device_create(&d, r->vm, &clock_ops, NULL));
	return d;
}

static void test_clock_muldiv(void)
{
	CU_ASSERT_EQUAL(vc__muldiv(6, 7, 0, 2), 21);
	CU_ASSERT_EQUAL(vc__muldiv(6, 7, 1, 2), 21);
	CU_ASSERT_EQUAL(vc__muldiv(7, 7, 1, 2), 25);
	CU_ASSERT_EQUAL(vc__muldiv(UINT64_MAX, UINT64_MAX, 0, UINT64_MAX),
			UINT64_MAX);
	CU_ASSERT_EQUAL(vc__muldiv(UINT64_MAX, 3, 0, 1), UINT64_MAX);
	CU_ASSERT_EQUAL(vc__muldiv(1ull << 63, 1000000000, 0, 1ull << 33),
			1000000000ull << 30);
	CU_ASSERT_EQUAL(vc__muldiv(12345678901234567ull, 2600000000ull, 0,
				   1000000000), 32098765143209874ull);
}

static void test_clock_virtual_time_is_instructions(void)
{
	struct rig *r = rig_new();

	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 0);
	rig_advance(r, 1234567);
	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 1234567);
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 1234567);
	rig_free(r);
}

static int one_slice(vc_vcpu *v, uint64_t max, void *opaque)
{
	(void)opaque;
	v->retired += max < 100000 ? max : 100000;
	return VC__RUN_POLL;
}

static void test_clock_virtual_time_at_another_rate(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct rig *r;
	vc_exit *e;

	o.flags = VC_VM_VIRTUAL_TIME;
	o.insn_hz = 3000000;		/* 333.33 ns each */
	o.tsc_hz = 2500000000u;
	r = rig_scripted(&o, one_slice, NULL);
	RIG_OK(vc_vcpu_budget_set(r->vcpu, 7));
	RIG_OK(vc_vcpu_run(r->vcpu, &e));
	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 2333);
	CU_ASSERT_EQUAL(vc_tsc_now(r->vm, 0), 5832);
	CU_ASSERT_EQUAL(vc_tsc_hz(r->vm), 2500000000u);
	/* The deadline is met by the first instruction that reaches it. */
	RIG_OK(vc_vcpu_budget_set(r->vcpu, UINT64_MAX));
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, 1000000));
	RIG_OK(vc_vcpu_run(r->vcpu, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_DEADLINE);
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 3000);
	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 1000000);
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, 1000001));
	RIG_OK(vc_vcpu_run(r->vcpu, &e));
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 3001);
	rig_free(r);
}

static void test_clock_host_time_goes_on_by_itself(void)
{
	struct rig *r = rig_new_smp(1);
	uint64_t a = vc_clock_ns(r->vm), b;
	uint64_t start = vc__os_now_ns();

	while (vc__os_now_ns() - start < 2000000)
		;
	b = vc_clock_ns(r->vm);
	CU_ASSERT(b - a >= 2000000);
	CU_ASSERT(b - a < 2000000000);
	rig_free(r);
}

static void test_clock_tsc_can_be_set(void)
{
	struct rig *r = rig_new();
	uint64_t v;

	rig_advance(r, 500);
	CU_ASSERT_EQUAL(vc_tsc_now(r->vm, 0), 500);
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_TSC, 1000000));
	rig_advance(r, 5);
	RIG_OK(vc_vcpu_reg_get(r->vcpu, VC_REG_TSC, &v));
	CU_ASSERT_EQUAL(v, 1000005);
	CU_ASSERT_EQUAL(vc_tsc_now(r->vm, 0), 1000005);
	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 505);	/* the VM's does not jump */
	RIG_OK(vc_vcpu_reset(r->vcpu));
	CU_ASSERT_EQUAL(vc_tsc_now(r->vm, 0), 0);
	rig_free(r);
}

static void test_clock_does_not_jump_with_the_count_of_instructions(void)
{
	struct rig *r = rig_new();
	static vc_x86_state s;

	rig_advance(r, 500);
	s.size = sizeof(s);
	RIG_OK(vc_vcpu_state_get(r->vcpu, &s));
	s.retired = 90000000;
	RIG_OK(vc_vcpu_state_set(r->vcpu, &s));
	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 500);
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 90000000);
	rig_advance(r, 10);
	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 510);
	s.retired = 0;
	RIG_OK(vc_vcpu_state_set(r->vcpu, &s));
	rig_advance(r, 10);
	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 520);
	rig_free(r);
}

/* ---- timers ---- */

struct tick {
	struct rig *r;
	vc_timer *timer;
	uint64_t period;	/* arms itself again, if not 0 */
	uint64_t fired_at[8];
	int fired;
	char id;
	char *log;
};

static void tick_fire(void *opaque)
{
	struct tick *t = opaque;

	if (t->fired < 8)
		t->fired_at[t->fired] = vc_clock_ns(t->r->vm);
	t->fired++;
	if (t->log)
		strncat(t->log, &t->id, 1);
	if (t->period)
		vc_timer_arm(t->timer, vc_clock_ns(t->r->vm) + t->period);
}

static void test_clock_timer_fires_exactly_then_and_once(void)
{
	struct rig *r = rig_new();
	struct tick t = { .r = r };

	RIG_OK(vc_timer_create(&t.timer, device(r), tick_fire, &t));
	vc_timer_arm(t.timer, 1000);
	rig_advance(r, 999);
	CU_ASSERT_EQUAL(t.fired, 0);
	rig_advance(r, 1);
	CU_ASSERT_EQUAL(t.fired, 1);
	CU_ASSERT_EQUAL(t.fired_at[0], 1000);
	rig_advance(r, 5000);
	CU_ASSERT_EQUAL(t.fired, 1);
	rig_free(r);
}

static void test_clock_timer_in_the_past_fires_later_not_inside(void)
{
	struct rig *r = rig_new();
	struct tick t = { .r = r };

	rig_advance(r, 500);
	RIG_OK(vc_timer_create(&t.timer, device(r), tick_fire, &t));
	vc_timer_arm(t.timer, 3);
	CU_ASSERT_EQUAL(t.fired, 0);
	rig_advance(r, 1);
	CU_ASSERT_EQUAL(t.fired, 1);
	rig_free(r);
}

static void test_clock_timer_moved_and_cancelled(void)
{
	struct rig *r = rig_new();
	struct tick t = { .r = r };

	RIG_OK(vc_timer_create(&t.timer, device(r), tick_fire, &t));
	vc_timer_arm(t.timer, 100);
	vc_timer_arm(t.timer, 200);
	rig_advance(r, 150);
	CU_ASSERT_EQUAL(t.fired, 0);
	vc_timer_cancel(t.timer);
	vc_timer_cancel(t.timer);
	rig_advance(r, 150);
	CU_ASSERT_EQUAL(t.fired, 0);
	vc_timer_arm(t.timer, 400);
	rig_advance(r, 100);
	CU_ASSERT_EQUAL(t.fired_at[0], 400);
	rig_free(r);
}

static void test_clock_timers_fire_in_order(void)
{
	struct rig *r = rig_new();
	vc_device *d = device(r);
	struct tick t[20];
	char log[64] = "";

	for (int i = 0; i < 20; i++) {
		t[i] = (struct tick){ .r = r, .id = (char)('a' + i),
				      .log = log };
		RIG_OK(vc_timer_create(&t[i].timer, d, tick_fire, &t[i]));
	}
	/* 0 to 9 in a shuffled order, then ten at one time. */
	for (int i = 0; i < 10; i++)
		vc_timer_arm(t[i * 7 % 10].timer, (uint64_t)(100 + i * 7 % 10));
	for (int i = 19; i >= 10; i--)
		vc_timer_arm(t[i].timer, 500);
	vc_timer_cancel(t[4].timer);
	vc_timer_cancel(t[15].timer);
	rig_advance(r, 1000);
	CU_ASSERT_STRING_EQUAL(log, "abcdfghijtsrqonmlk");
	CU_ASSERT_EQUAL(t[3].fired_at[0], 103);
	rig_free(r);
}

static void test_clock_timer_arms_itself(void)
{
	struct rig *r = rig_new();
	struct tick t = { .r = r, .period = 100 };

	RIG_OK(vc_timer_create(&t.timer, device(r), tick_fire, &t));
	vc_timer_arm(t.timer, 50);
	rig_advance(r, 360);
	CU_ASSERT_EQUAL(t.fired, 4);
	CU_ASSERT_EQUAL(t.fired_at[3], 350);
	rig_free(r);
}

static void eager_fire(void *opaque)
{
	struct tick *t = opaque;

	t->fired++;
	vc_timer_arm(t->timer, 0);
}

static void test_clock_timer_always_due_lets_the_guest_go_on(void)
{
	struct rig *r = rig_new();
	struct tick t = { .r = r };

	RIG_OK(vc_timer_create(&t.timer, device(r), eager_fire, &t));
	vc_timer_arm(t.timer, 0);
	rig_advance(r, 100);
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 100);
	CU_ASSERT(t.fired >= 100 && t.fired <= 102);
	rig_free(r);
}

static void test_clock_timers_go_with_their_device_and_stop_at_reset(void)
{
	struct rig *r = rig_new();
	vc_device *d = device(r), *d2 = device(r);
	struct tick a = { .r = r }, b = { .r = r };

	RIG_OK(vc_timer_create(&a.timer, d, tick_fire, &a));
	RIG_OK(vc_timer_create(&b.timer, d2, tick_fire, &b));
	vc_timer_arm(a.timer, 10);
	vc_timer_arm(b.timer, 20);
	vc_device_destroy(d);
	CU_ASSERT_EQUAL(r->vm->timer_next, 20);
	rig_advance(r, 15);
	CU_ASSERT_EQUAL(a.fired, 0);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(r->vm->timer_next, UINT64_MAX);
	rig_advance(r, 100);
	CU_ASSERT_EQUAL(b.fired, 0);
	vc_timer_arm(b.timer, 200);
	rig_advance(r, 100);
	CU_ASSERT_EQUAL(b.fired, 1);
	rig_free(r);
}

static void test_clock_never_is_a_deadline_like_others(void)
{
	struct rig *r = rig_new();
	struct tick t = { .r = r };

	RIG_OK(vc_timer_create(&t.timer, device(r), tick_fire, &t));
	vc_timer_arm(t.timer, UINT64_MAX);
	rig_advance(r, 1000);
	CU_ASSERT_EQUAL(t.fired, 0);
	vc_timer_cancel(t.timer);
	CU_ASSERT_EQUAL(r->vm->timer_count, 0);
	rig_free(r);
}

static void test_clock_timers_at_random_against_a_list(void)
{
	enum { N = 64 };
	struct rig *r = rig_new();
	vc_device *d = device(r);
	struct tick t[N];
	uint64_t due[N] = { 0 };
	int want[N] = { 0 };
	uint64_t seed = 12345;

	for (int i = 0; i < N; i++) {
		t[i] = (struct tick){ .r = r };
		RIG_OK(vc_timer_create(&t[i].timer, d, tick_fire, &t[i]));
	}
	for (int round = 0; round < 3000; round++) {
		uint64_t now = vc_clock_ns(r->vm);
		int i;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		i = (int)(seed >> 33) % N;
		switch (seed >> 60) {
		case 0:
			vc_timer_cancel(t[i].timer);
			due[i] = 0;
			break;
		case 1:
			now += 1 + (seed >> 20) % 200;
			rig_advance(r, now - vc_clock_ns(r->vm));
			for (int j = 0; j < N; j++)
				if (due[j] && due[j] <= now) {
					due[j] = 0;
					want[j]++;
				}
			break;
		default:
			due[i] = now + 1 + (seed >> 20) % 1000;
			vc_timer_arm(t[i].timer, due[i]);
		}
		for (int j = 0; j < N; j++)
			if (t[j].fired != want[j]) {
				CU_FAIL("a timer fired wrongly");
				round = 3000;
				break;
			}
	}
	rig_free(r);
}

static void test_clock_host_timers_are_punctual(void)
{
	struct rig *r = rig_scripted(NULL, one_slice, NULL);
	struct tick t = { .r = r, .period = 1000000 };
	uint64_t best = UINT64_MAX, base = vc_clock_ns(r->vm) + 1000000;
	vc_exit *e;

	RIG_OK(vc_timer_create(&t.timer, device(r), tick_fire, &t));
	vc_timer_arm(t.timer, base);
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, base + 100000000));
	RIG_OK(vc_vcpu_run(r->vcpu, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_DEADLINE);
	CU_ASSERT(t.fired >= 2 && t.fired <= 101);
	CU_ASSERT(t.fired_at[0] >= base);
	/* The machine may be busy, but not each time. */
	for (int i = 1; i < 8 && i < t.fired; i++) {
		uint64_t due = t.fired_at[i - 1] + t.period;

		CU_ASSERT(t.fired_at[i] >= due);
		if (t.fired_at[i] - due < best)
			best = t.fired_at[i] - due;
	}
	CU_ASSERT(best < 1000000);
	rig_free(r);
}

RIG_SUITE(clock) {
	RIG_TEST(test_clock_muldiv),
	RIG_TEST(test_clock_virtual_time_is_instructions),
	RIG_TEST(test_clock_virtual_time_at_another_rate),
	RIG_TEST(test_clock_host_time_goes_on_by_itself),
	RIG_TEST(test_clock_tsc_can_be_set),
	RIG_TEST(test_clock_does_not_jump_with_the_count_of_instructions),
	RIG_TEST(test_clock_timer_fires_exactly_then_and_once),
	RIG_TEST(test_clock_timer_in_the_past_fires_later_not_inside),
	RIG_TEST(test_clock_timer_moved_and_cancelled),
	RIG_TEST(test_clock_timers_fire_in_order),
	RIG_TEST(test_clock_timer_arms_itself),
	RIG_TEST(test_clock_timer_always_due_lets_the_guest_go_on),
	RIG_TEST(test_clock_timers_go_with_their_device_and_stop_at_reset),
	RIG_TEST(test_clock_never_is_a_deadline_like_others),
	RIG_TEST(test_clock_timers_at_random_against_a_list),
	RIG_TEST(test_clock_host_timers_are_punctual),
	RIG_END
};
