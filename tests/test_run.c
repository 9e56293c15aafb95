/* SPDX-License-Identifier: MIT */
/* The loop that runs a vCPU, over a backend that does what the test says. */
#include "rig.h"
#include "../lib/core/backend.h"
#include "../lib/core/os.h"

/* A backend's run that plays a list of acts, then halts for good. */
enum { END, WORK, IO_IN, IO_OUT, MMIO_IN, HALT, SHUTDOWN, BREAK, HYPERCALL,
       HOST_ERROR, NO_MEMORY, IRQ, FETCH_FAIL };

struct play {
	const int *acts;
	int at;
	uint64_t in;		/* what the last read was answered with */
	uint64_t slices[64];
	int slice_count;
	int vector;
	bool saw_pending, saw_skip;
	void (*during)(vc_vcpu *v, struct play *p);
};

static int play(vc_vcpu *v, uint64_t max, void *opaque)
{
	struct play *p = opaque;

	if (p->slice_count < 64)
		p->slices[p->slice_count++] = max;
	p->saw_skip = v->skip_breakpoint;
	if (p->during)
		p->during(v, p);
	p->in = v->exit.reason == VC_EXIT_MMIO ? v->exit.mmio.data :
		v->exit.io.data;
	switch (p->acts[p->at]) {
	case END:
		return VC_EXIT_HALT;
	case WORK:
		/* As much as allowed, up to a million. */
		v->retired += max < 1000000 ? max : 1000000;
		p->at += max >= 1000000;
		return VC__RUN_POLL;
	}
	switch (p->acts[p->at++]) {
	case IO_IN:
		v->exit.io = (vc_exit_io){ 0x60, 1, 0, 1, 0 };
		v->access_pending = true;
		return VC_EXIT_IO;
	case IO_OUT:
		v->exit.io = (vc_exit_io){ 0xe9, 1, 1, 1, 'x' };
		v->access_pending = true;
		return VC_EXIT_IO;
	case MMIO_IN:
		v->exit.mmio = (vc_exit_mmio){ 0xa0000, 0, 4, 0 };
		v->access_pending = true;
		return VC_EXIT_MMIO;
	case SHUTDOWN:
		return VC_EXIT_SHUTDOWN;
	case BREAK:
		v->exit.debug = (vc_exit_debug){ VC_DEBUG_BREAKPOINT, 0, 0x77 };
		return VC_EXIT_DEBUG;
	case HYPERCALL:
		v->retired++;
		return VC_EXIT_HYPERCALL;
	case HOST_ERROR:
		return vc__fail(VC_EHOST, "the host fell over");
	case NO_MEMORY:
		return vc__fail(VC_ENOMEM, "no memory");
	case FETCH_FAIL:
		v->exit.fail = (vc_exit_fail){ VC_FAIL_FETCH, 0, 0xb0000 };
		return VC_EXIT_FAIL;
	case IRQ:
		p->vector = vc__vcpu_acknowledge(v);
		return VC__RUN_POLL;
	}
	v->retired++;
	return VC_EXIT_HALT;
}

static struct rig *rig_play(struct play *p, const int *acts, uint32_t flags)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;

	memset(p, 0, sizeof(*p));
	p->acts = acts;
	o.flags = flags;
	return rig_scripted(&o, play, p);
}

static vc_exit *run(struct rig *r)
{
	vc_exit *e = NULL;

	RIG_OK(vc_vcpu_run(r->vcpu, &e));
	CU_ASSERT_PTR_EQUAL(e, vc_vcpu_exit(r->vcpu));
	return e;
}

static void test_run_io_exit_and_reply(void)
{
	static const int acts[] = { IO_IN, IO_OUT, MMIO_IN, HALT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);
	vc_exit *e = run(r);

	CU_ASSERT_EQUAL(e->size, sizeof(*e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_IO);
	CU_ASSERT_EQUAL(e->vcpu, 0);
	CU_ASSERT_EQUAL(e->rip, 0xfff0);
	CU_ASSERT_EQUAL(e->io.port, 0x60);
	e->io.data = 0x1c;		/* right into the record */
	e = run(r);
	CU_ASSERT_EQUAL(p.in, 0x1c);
	CU_ASSERT_EQUAL(e->io.data, 'x');
	RIG_FAILS(VC_ESTATE, vc_vcpu_complete(r->vcpu, 5));	/* a write */
	e = run(r);
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_MMIO);
	RIG_OK(vc_vcpu_complete(r->vcpu, 0xcafe));
	e = run(r);
	CU_ASSERT_EQUAL(p.in, 0xcafe);
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(e->retired, 1);
	rig_free(r);
}

static void test_run_out_may_be_null(void)
{
	static const int acts[] = { IO_IN, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	RIG_OK(vc_vcpu_run(r->vcpu, NULL));
	CU_ASSERT_EQUAL(vc_vcpu_exit(r->vcpu)->reason, VC_EXIT_IO);
	rig_free(r);
}

static void test_run_setting_registers_drops_the_access(void)
{
	static const int acts[] = { IO_IN, IO_IN, IO_IN, END };
	static vc_x86_state s;
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	run(r);
	CU_ASSERT(r->vcpu->access_pending);
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_RAX, 1));
	CU_ASSERT_FALSE(r->vcpu->access_pending);
	RIG_FAILS(VC_ESTATE, vc_vcpu_complete(r->vcpu, 5));
	run(r);
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_CR2, 1));
	CU_ASSERT_FALSE(r->vcpu->access_pending);
	run(r);
	s.size = sizeof(s);
	RIG_OK(vc_vcpu_state_get(r->vcpu, &s));
	CU_ASSERT(r->vcpu->access_pending);	/* looking drops nothing */
	RIG_OK(vc_vcpu_state_set(r->vcpu, &s));
	CU_ASSERT_FALSE(r->vcpu->access_pending);
	rig_free(r);
}

/* ---- limits ---- */

static void test_run_budget_is_exact_and_sticky(void)
{
	static const int acts[] = { WORK, WORK, WORK, WORK, HALT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);
	uint64_t left;

	RIG_OK(vc_vcpu_budget_set(r->vcpu, 0));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(p.slice_count, 0);	/* nothing was run for it */
	RIG_OK(vc_vcpu_budget_set(r->vcpu, 1234));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 1234);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 1234);
	RIG_OK(vc_vcpu_budget_set(r->vcpu, UINT64_MAX));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 4001235);
	RIG_OK(vc_vcpu_budget_get(r->vcpu, &left));
	CU_ASSERT_EQUAL(left, UINT64_MAX);
	rig_free(r);
}

static void test_run_budget_counts_over_exits(void)
{
	static const int acts[] = { HYPERCALL, HYPERCALL, HYPERCALL, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, VC_VM_HYPERCALLS);
	uint64_t left;

	RIG_OK(vc_vcpu_budget_set(r->vcpu, 2));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_BUDGET);
	RIG_OK(vc_vcpu_budget_get(r->vcpu, &left));
	CU_ASSERT_EQUAL(left, 0);
	rig_free(r);
}

static void test_run_deadline_in_virtual_time(void)
{
	static const int acts[] = { WORK, WORK, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, VC_VM_VIRTUAL_TIME);
	uint64_t at;

	RIG_OK(vc_vcpu_deadline_set(r->vcpu, 777));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_DEADLINE);
	CU_ASSERT_EQUAL(vc_clock_ns(r->vm), 777);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_DEADLINE);
	CU_ASSERT_EQUAL(vc_vcpu_retired(r->vcpu), 777);
	RIG_OK(vc_vcpu_deadline_get(r->vcpu, &at));
	CU_ASSERT_EQUAL(at, 777);
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, UINT64_MAX));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	rig_free(r);
}

/* Executes for ever, at about one instruction per nanosecond of the host. */
static int spin(vc_vcpu *v, uint64_t max, void *opaque)
{
	uint64_t start = vc__os_now_ns(), ran;

	(void)opaque;
	do
		ran = vc__os_now_ns() - start;
	while (ran < max && !(atomic_load(&v->pending) & VC__PEND_SERVICE));
	v->retired += ran < max ? ran : max;
	return VC__RUN_POLL;
}

static void test_run_deadline_in_host_time(void)
{
	struct rig *r = rig_scripted(NULL, spin, NULL);
	uint64_t at = vc_clock_ns(r->vm) + 5000000;

	RIG_OK(vc_vcpu_deadline_set(r->vcpu, at));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_DEADLINE);
	CU_ASSERT(vc_clock_ns(r->vm) >= at);
	CU_ASSERT(vc_clock_ns(r->vm) < at + 50000000);
	rig_free(r);
}

/* ---- cancel and requests ---- */

static void test_run_cancel_before_run_is_not_lost(void)
{
	static const int acts[] = { HALT, HALT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	RIG_OK(vc_vcpu_cancel(r->vcpu));
	RIG_OK(vc_vcpu_cancel(r->vcpu));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_CANCELLED);
	CU_ASSERT_EQUAL(p.slice_count, 0);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);	/* told once */
	rig_free(r);
}

static void cancel_it(vc_vcpu *v, struct play *p)
{
	if (p->slice_count == 1)
		vc_vcpu_cancel(v);
}

static void test_run_cancel_during_an_exit_waits_for_the_next(void)
{
	static const int acts[] = { IO_IN, HALT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);
	vc_exit *e;

	p.during = cancel_it;
	e = run(r);
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_IO);
	e->io.data = 0x99;
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_CANCELLED);
	/* The access is still to be finished, with the reply that was given. */
	CU_ASSERT(r->vcpu->access_pending);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(p.in, 0x99);
	rig_free(r);
}

static void test_run_several_conditions_in_their_order(void)
{
	static const int acts[] = { HALT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, VC_VM_VIRTUAL_TIME);

	RIG_OK(vc_vcpu_budget_set(r->vcpu, 0));
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, 0));
	RIG_OK(vc_vm_poweroff_request(r->vm, 42));
	RIG_OK(vc_vm_reset_request(r->vm));
	RIG_OK(vc_vcpu_cancel(r->vcpu));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_CANCELLED);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_RESET);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_POWEROFF);
	CU_ASSERT_EQUAL(vc_vcpu_exit(r->vcpu)->poweroff.code, 42);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_DEADLINE);
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, UINT64_MAX));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_BUDGET);
	RIG_OK(vc_vcpu_budget_set(r->vcpu, 5));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	rig_free(r);
}

static void test_run_reset_forgets_requests_but_not_a_cancel(void)
{
	static const int acts[] = { HALT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	RIG_OK(vc_vm_reset_request(r->vm));
	RIG_OK(vc_vm_poweroff_request(r->vm, 1));
	RIG_OK(vc_vcpu_cancel(r->vcpu));
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_CANCELLED);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	rig_free(r);
}

/* ---- halting ---- */

static void test_run_halt_without_controller_goes_on(void)
{
	static const int acts[] = { HALT, HALT, IO_OUT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_IO);
	rig_free(r);
}

static void test_run_injected_interrupt_wakes(void)
{
	static const int acts[] = { HALT, IRQ, IO_OUT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	/* With interrupts disabled it cannot: HALT is told, and it stays. */
	RIG_OK(vc_vcpu_inject(r->vcpu, 0x55));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(r->vcpu), 1);
	p.at = 0;
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_RFLAGS, 0x202));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_IO);
	CU_ASSERT_EQUAL(p.vector, 0x55);
	rig_free(r);
}

static int give_vector(void *self, uint32_t vcpu)
{
	struct rig *r = self;

	vc_vcpu_request(r->vm, vcpu, 0);
	return 0x40;
}

static const vc_device_ops pic_ops = {
	.size = sizeof(vc_device_ops), .name = "pic",
	.acknowledge = give_vector,
};

static vc_device *add_pic(struct rig *r)
{
	vc_device *d = NULL;

	RIG_OK(vc_device_create(&d, r->vm, &pic_ops, r));
	RIG_OK(vc_vcpu_controller(r->vm, 0, d));
	return d;
}

static void raise_intr(void *opaque)
{
	struct rig *r = opaque;

	vc_vcpu_request(r->vm, 0, 1);
}

static void test_run_halt_with_controller_waits_for_the_timer(void)
{
	static const int acts[] = { HALT, IRQ, IO_OUT, END };
	for (uint32_t flags = 0; flags < 2; flags++) {	/* host, virtual */
		struct play p;
		struct rig *r = rig_play(&p, acts, flags);
		uint64_t at = vc_clock_ns(r->vm) + 3000000;
		vc_timer *t;

		RIG_OK(vc_timer_create(&t, add_pic(r), raise_intr, r));
		RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_RFLAGS, 0x202));
		vc_timer_arm(t, at);
		CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_IO);
		CU_ASSERT_EQUAL(p.vector, 0x40);
		CU_ASSERT(vc_clock_ns(r->vm) >= at);
		if (flags)	/* to the nanosecond, without waiting */
			CU_ASSERT_EQUAL(vc_clock_ns(r->vm), at);
		rig_free(r);
	}
}

static void test_run_halt_ends_at_the_deadline(void)
{
	static const int acts[] = { HALT, IO_OUT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);
	uint64_t at = vc_clock_ns(r->vm) + 2000000;

	add_pic(r);
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_RFLAGS, 0x202));
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, at));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_DEADLINE);
	CU_ASSERT(vc_clock_ns(r->vm) >= at);
	/* It is halted still: the next run waits too. */
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, at + 1000000));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_DEADLINE);
	/* Until an interrupt comes. */
	RIG_OK(vc_vcpu_request(r->vm, 0, 1));
	RIG_OK(vc_vcpu_deadline_set(r->vcpu, UINT64_MAX));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_IO);
	rig_free(r);
}

static void test_run_halt_with_interrupts_off_is_told(void)
{
	static const int acts[] = { HALT, IO_OUT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	add_pic(r);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);	/* stays so */
	RIG_OK(vc_vcpu_request(r->vm, 0, 1));		/* masked by IF */
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_HALT);
	RIG_OK(vc_vcpu_nmi(r->vm, 0));			/* but this is not */
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_IO);
	rig_free(r);
}

/* ---- INIT and SIPI ---- */

static void test_run_init_and_sipi_start_a_vcpu(void)
{
	static const int acts[] = { IO_OUT, END };
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct play p = { .acts = acts };
	struct rig *r;
	vc_vcpu *ap;
	uint64_t v;
	vc_exit *e;

	o.vcpu_max = 2;
	r = rig_scripted(&o, play, &p);
	ap = vc_vm_vcpu(r->vm, 1);
	RIG_OK(vc_vcpu_run(ap, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_HALT);
	RIG_OK(vc_vcpu_sipi(r->vm, 1, 0x10));	/* before INIT: ignored */
	RIG_OK(vc_vcpu_run(ap, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_HALT);
	RIG_OK(vc_vcpu_init(r->vm, 1));
	RIG_OK(vc_vcpu_run(ap, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_HALT);
	RIG_OK(vc_vcpu_reg_get(ap, VC_REG_MP_STATE, &v));
	CU_ASSERT_EQUAL(v, VC_MP_INIT_RECEIVED);
	RIG_OK(vc_vcpu_sipi(r->vm, 1, 0x9a));
	RIG_OK(vc_vcpu_run(ap, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_IO);
	CU_ASSERT_EQUAL(e->vcpu, 1);
	RIG_OK(vc_vcpu_reg_get(ap, VC_REG_CS, &v));
	CU_ASSERT_EQUAL(v, 0x9a00);
	RIG_OK(vc_vcpu_reg_get(ap, VC_REG_SEG(VC_SEG_CS, VC_PART_BASE), &v));
	CU_ASSERT_EQUAL(v, 0x9a000);
	RIG_OK(vc_vcpu_reg_get(ap, VC_REG_RIP, &v));
	CU_ASSERT_EQUAL(v, 0);
	RIG_OK(vc_vcpu_sipi(r->vm, 1, 0x20));	/* it runs: ignored */
	RIG_OK(vc_vcpu_run(ap, &e));
	RIG_OK(vc_vcpu_reg_get(ap, VC_REG_CS, &v));
	CU_ASSERT_EQUAL(v, 0x9a00);
	rig_free(r);
}

static void test_run_init_keeps_what_the_manual_says(void)
{
	static const int acts[] = { HALT, HALT, END };
	static vc_x86_state a, b;
	struct play p;
	struct rig *r = rig_play(&p, acts, VC_VM_VIRTUAL_TIME);

	a.size = b.size = sizeof(a);
	RIG_OK(vc_vcpu_state_get(r->vcpu, &a));
	a.gpr[3] = 5;
	a.cr0 = 0x11;
	a.cr3 = 0x5000;
	a.lstar = 0x1234;
	a.pat = 0x0606060606060606;
	a.xsave[160] = 9;
	a.xsave[512] = 3;
	a.tsc = 1000;
	a.mtrr_fix[3] = 0x0606;
	RIG_OK(vc_vcpu_state_set(r->vcpu, &a));
	RIG_OK(vc_vcpu_init(r->vm, 0));
	run(r);
	RIG_OK(vc_vcpu_state_get(r->vcpu, &b));
	CU_ASSERT_EQUAL(b.gpr[3], 0);
	CU_ASSERT_EQUAL(b.cr0, 0x10);		/* CD and NW as they were */
	CU_ASSERT_EQUAL(b.cr3, 0);
	CU_ASSERT_EQUAL(b.lstar, 0x1234);
	CU_ASSERT_EQUAL(b.pat, a.pat);
	CU_ASSERT_EQUAL(b.xsave[160], 9);
	CU_ASSERT_EQUAL(b.tsc, 1001);
	CU_ASSERT_EQUAL(b.mtrr_fix[3], 0x0606);
	CU_ASSERT_EQUAL(b.rip, 0xfff0);
	rig_free(r);
}

/* ---- ends ---- */

static void test_run_shutdown_lasts_until_reset(void)
{
	static const int acts[] = { SHUTDOWN, IO_OUT, IO_OUT, END };
	static vc_x86_state s;
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_SHUTDOWN);
	RIG_OK(vc_vcpu_cancel(r->vcpu));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_CANCELLED);
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_SHUTDOWN);
	CU_ASSERT_EQUAL(p.slice_count, 1);
	s.size = sizeof(s);
	RIG_OK(vc_vcpu_state_get(r->vcpu, &s));
	CU_ASSERT(s.event_flags & VC_EVENT_TRIPLE_FAULT);
	RIG_OK(vc_vcpu_reset(r->vcpu));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_IO);
	RIG_OK(vc_vcpu_state_set(r->vcpu, &s));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_SHUTDOWN);
	RIG_OK(vc_vcpu_init(r->vm, 0));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_IO);
	rig_free(r);
}

static void test_run_failures(void)
{
	static const int acts[] = { HOST_ERROR, FETCH_FAIL, NO_MEMORY, IO_OUT,
				    END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);
	vc_exit *e = run(r);

	CU_ASSERT_EQUAL(e->reason, VC_EXIT_FAIL);
	CU_ASSERT_EQUAL(e->fail.code, VC_FAIL_HOST);
	CU_ASSERT_EQUAL(e->fail.error, VC_EHOST);
	CU_ASSERT_STRING_EQUAL(vc_last_error(), "the host fell over");
	e = run(r);
	CU_ASSERT_EQUAL(e->fail.code, VC_FAIL_FETCH);
	CU_ASSERT_EQUAL(e->fail.address, 0xb0000);
	/* No memory is the caller's affair; the guest can go on later. */
	RIG_FAILS(VC_ENOMEM, vc_vcpu_run(r->vcpu, &e));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_IO);
	rig_free(r);
}

static void test_run_skips_the_breakpoint_it_stopped_at(void)
{
	static const int acts[] = { BREAK, WORK, IO_OUT, IO_OUT, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, 0);

	CU_ASSERT_EQUAL(run(r)->debug.kind, VC_DEBUG_BREAKPOINT);
	CU_ASSERT_FALSE(p.saw_skip);
	RIG_OK(vc_vcpu_budget_set(r->vcpu, 1));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_BUDGET);
	CU_ASSERT(p.saw_skip);
	CU_ASSERT_EQUAL(r->vcpu->skip_gva, 0x77);
	RIG_OK(vc_vcpu_budget_set(r->vcpu, UINT64_MAX));
	run(r);
	CU_ASSERT_FALSE(p.saw_skip);
	rig_free(r);
}

static void test_run_slices_end_at_the_next_timer(void)
{
	static const int acts[] = { WORK, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, VC_VM_VIRTUAL_TIME);
	vc_timer *a, *b;
	vc_device *d = add_pic(r);

	RIG_OK(vc_timer_create(&a, d, raise_intr, r));
	RIG_OK(vc_timer_create(&b, d, raise_intr, r));
	vc_timer_arm(a, 300);
	vc_timer_arm(b, 1000);
	RIG_OK(vc_vcpu_budget_set(r->vcpu, 1500));
	CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(p.slice_count, 3);
	CU_ASSERT_EQUAL(p.slices[0], 300);
	CU_ASSERT_EQUAL(p.slices[1], 700);
	CU_ASSERT_EQUAL(p.slices[2], 500);
	rig_free(r);
}

static vc_timer *late_timer;

static void arm_it(vc_vcpu *v, struct play *p)
{
	if (p->slice_count == 1) {
		vc_timer_arm(late_timer, 50);
		p->saw_pending = atomic_load(&v->pending) & VC__PEND_TIMER;
	}
}

static void test_run_timer_armed_meanwhile_wants_attention(void)
{
	static const int acts[] = { WORK, END };
	struct play p;
	struct rig *r = rig_play(&p, acts, VC_VM_VIRTUAL_TIME);

	RIG_OK(vc_timer_create(&late_timer, add_pic(r), raise_intr, r));
	p.during = arm_it;
	RIG_OK(vc_vcpu_budget_set(r->vcpu, 100));
	run(r);
	CU_ASSERT(p.saw_pending);
	CU_ASSERT_FALSE(atomic_load(&r->vcpu->pending) & VC__PEND_TIMER);
	CU_ASSERT(rig_intr(r, 0));
	rig_free(r);
}

static void test_run_virtual_time_is_repeatable(void)
{
	static const int acts[] = { WORK, HALT, IRQ, WORK, HALT, END };
	uint64_t first = 0;

	for (int i = 0; i < 3; i++) {
		struct play p;
		struct rig *r = rig_play(&p, acts, VC_VM_VIRTUAL_TIME);
		uint64_t sum = 0;
		vc_timer *t;

		RIG_OK(vc_timer_create(&t, add_pic(r), raise_intr, r));
		RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_RFLAGS, 0x202));
		vc_timer_arm(t, 3141592);
		RIG_OK(vc_vcpu_deadline_set(r->vcpu, 5000000));
		CU_ASSERT_EQUAL(run(r)->reason, VC_EXIT_DEADLINE);
		for (int j = 0; j < p.slice_count; j++)
			sum = sum * 31 + p.slices[j];
		sum = sum * 31 + vc_vcpu_retired(r->vcpu);
		if (!i)
			first = sum;
		CU_ASSERT_EQUAL(sum, first);
		rig_free(r);
	}
}

RIG_SUITE(run) {
	RIG_TEST(test_run_io_exit_and_reply),
	RIG_TEST(test_run_out_may_be_null),
	RIG_TEST(test_run_setting_registers_drops_the_access),
	RIG_TEST(test_run_budget_is_exact_and_sticky),
	RIG_TEST(test_run_budget_counts_over_exits),
	RIG_TEST(test_run_deadline_in_virtual_time),
	RIG_TEST(test_run_deadline_in_host_time),
	RIG_TEST(test_run_cancel_before_run_is_not_lost),
	RIG_TEST(test_run_cancel_during_an_exit_waits_for_the_next),
	RIG_TEST(test_run_several_conditions_in_their_order),
	RIG_TEST(test_run_reset_forgets_requests_but_not_a_cancel),
	RIG_TEST(test_run_halt_without_controller_goes_on),
	RIG_TEST(test_run_injected_interrupt_wakes),
	RIG_TEST(test_run_halt_with_controller_waits_for_the_timer),
	RIG_TEST(test_run_halt_ends_at_the_deadline),
	RIG_TEST(test_run_halt_with_interrupts_off_is_told),
	RIG_TEST(test_run_init_and_sipi_start_a_vcpu),
	RIG_TEST(test_run_init_keeps_what_the_manual_says),
	RIG_TEST(test_run_shutdown_lasts_until_reset),
	RIG_TEST(test_run_failures),
	RIG_TEST(test_run_skips_the_breakpoint_it_stopped_at),
	RIG_TEST(test_run_slices_end_at_the_next_timer),
	RIG_TEST(test_run_timer_armed_meanwhile_wants_attention),
	RIG_TEST(test_run_virtual_time_is_repeatable),
	RIG_END
};
