/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c: virtual processors, and the loop that runs them: what has come up
 * meanwhile, timers, limits, a slice of guest code by the backend, the wait in
 * HLT.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "os.h"

/*
 * Slices in host time. The clock is read between slices only, so a slice must
 * not be longer than what a timer may be late: SLICE_NS at the speed that was
 * measured last. SLICE_MIN keeps the guest going when a timer is due almost
 * now.
 */
#define SLICE_NS	100000u
#define SLICE_MIN	500u
#define FIRST_GUESS	100u		/* instructions per microsecond */
#define RATE_MAX	100000u

/* ---- making ---- */

int vc_vcpu_create(vc_vcpu **out, vc_vm *vm, uint32_t index)
{
	vc_vcpu *v;
	int rc;

	if (!out || !vm)
		return vc__fail(VC_EINVAL, "vc_vcpu_create: %s is NULL",
				out ? "vm" : "out");
	if (index >= vm->vcpu_max)
		return vc__fail(VC_ERANGE, "vc_vcpu_create: vCPU %u; the VM "
				"was made for %u", (unsigned)index,
				(unsigned)vm->vcpu_max);
	rc = vc__vm_stop(vm, "vc_vcpu_create");
	if (rc)
		return rc;
	if (vm->vcpus[index]) {
		rc = vc__fail(VC_EEXIST, "vc_vcpu_create: there is a vCPU %u",
			      (unsigned)index);
		goto resume;
	}
	v = calloc(1, sizeof(*v));
	if (!v) {
		rc = vc__fail(VC_ENOMEM, "vc_vcpu_create: out of memory");
		goto resume;
	}
	v->vm = vm;
	v->index = index;
	v->budget = UINT64_MAX;
	v->deadline_ns = VC__NEVER;
	v->insns_per_us = FIRST_GUESS;
	v->exit.size = sizeof(v->exit);
	v->exit.vcpu = index;
	rc = vm->backend->vcpu_create(v);
	if (rc)
		goto free_vcpu;
	rc = vc__vcpu_reset(v, false);
	if (rc)
		goto destroy;
	vm->vcpus[index] = v;
	*out = v;
	vc__vm_resume(vm);
	return 0;

destroy:
	vm->backend->vcpu_destroy(v);
free_vcpu:
	free(v);
resume:
	vc__vm_resume(vm);
	return rc;
}

void vc__vcpu_free(vc_vcpu *vcpu)
{
	if (!vcpu)
		return;
	vcpu->vm->backend->vcpu_destroy(vcpu);
	free(vcpu);
}

/*
 * INIT leaves the x87 and SSE state, the TSC, MTRRs, PAT and other MSRs as
 * they are (SDM 3A table 9-1).
 */
int vc__vcpu_reset(vc_vcpu *vcpu, bool init_signal)
{
	uint64_t tsc_offset = atomic_load(&vcpu->tsc_offset);
	vc_x86_state s, old;
	int rc;

	vc__state_reset(&s, vcpu->index, init_signal);
	s.retired = vcpu->retired;
	if (init_signal) {
		rc = vc__vcpu_state_get(vcpu, &old);
		if (rc)
			return rc;
		memcpy(s.xsave, old.xsave, sizeof(s.xsave));
		s.cr0 = (old.cr0 & 0x60000000u) | 0x10u;
		s.xcr0 = old.xcr0;
		s.tsc_aux = old.tsc_aux;
		s.tsc_adjust = old.tsc_adjust;
		s.apic_base = old.apic_base;
		s.misc_enable = old.misc_enable;
		s.pat = old.pat;
		s.xss = old.xss;
		s.star = old.star;
		s.lstar = old.lstar;
		s.cstar = old.cstar;
		s.sfmask = old.sfmask;
		s.kernel_gs_base = old.kernel_gs_base;
		s.sysenter_cs = old.sysenter_cs;
		s.sysenter_esp = old.sysenter_esp;
		s.sysenter_eip = old.sysenter_eip;
		s.mcg_status = old.mcg_status;
		s.mcg_ctl = old.mcg_ctl;
		s.mtrr_def_type = old.mtrr_def_type;
		memcpy(s.mtrr_fix, old.mtrr_fix, sizeof(s.mtrr_fix));
		memcpy(s.mtrr_phys, old.mtrr_phys, sizeof(s.mtrr_phys));
	} else {
		vcpu->requested = false;
		atomic_fetch_and(&vcpu->pending, VC__PEND_CANCEL);
	}
	rc = vc__vcpu_state_set(vcpu, &s);
	/* INIT leaves the TSC alone; and those of several vCPUs are reset to
	 * the same, no matter when each of them is. */
	if (!init_signal && vcpu->vm->vcpu_max > 1)
		tsc_offset = vcpu->vm->tsc_base;
	if (!rc && (init_signal || vcpu->vm->vcpu_max > 1))
		atomic_store(&vcpu->tsc_offset, tsc_offset);
	vcpu->stopped_at_breakpoint = false;
	return rc;
}

int vc_vcpu_reset(vc_vcpu *vcpu)
{
	int rc;

	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_reset: vcpu is NULL");
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_reset");
	if (rc)
		return rc;
	rc = vc__vcpu_reset(vcpu, false);
	vc__vcpu_drop(vcpu);
	return rc;
}

vc_vm *vc_vcpu_vm(const vc_vcpu *vcpu)
{
	return vcpu ? vcpu->vm : NULL;
}

uint32_t vc_vcpu_index(const vc_vcpu *vcpu)
{
	return vcpu ? vcpu->index : UINT32_MAX;
}

vc_exit *vc_vcpu_exit(vc_vcpu *vcpu)
{
	return vcpu ? &vcpu->exit : NULL;
}

uint64_t vc_vcpu_retired(const vc_vcpu *vcpu)
{
	return vcpu ? atomic_load_explicit(&vcpu->retired,
					   memory_order_relaxed) : 0;
}

/* ---- who has the vCPU ---- */

/* See vc__vm_stop(): we say "running", and then look whether to wait. */
static int claim(vc_vcpu *vcpu, uint32_t as, const char *call)
{
	vc_vm *vm = vcpu->vm;

	for (;;) {
		uint32_t nobody = 0;

		if (VC_UNLIKELY(!atomic_compare_exchange_strong(&vcpu->running,
								&nobody, as)))
			return vc__fail(VC_EBUSY, "%s: the vCPU is %s", call,
					nobody == VC__RUNNING ? "running" :
					"in use by another call");
		if (VC_LIKELY(!atomic_load(&vm->stopped)))
			return 0;
		atomic_store(&vcpu->running, 0);
		if (vc__lock_mine(&vm->device_lock, vc__thread_self()))
			return vc__fail(VC_ESTATE, "%s: called from inside a "
					"change of the VM", call);
		/* Whoever stopped the VM holds this lock until it is done. */
		vc__lock(&vm->device_lock, vc__thread_self());
		vc__unlock(&vm->device_lock);
	}
}

int vc__vcpu_hold(vc_vcpu *vcpu, const char *call)
{
	return claim(vcpu, VC__HELD, call);
}

void vc__vcpu_drop(vc_vcpu *vcpu)
{
	atomic_store_explicit(&vcpu->running, 0, memory_order_release);
}

/* ---- getting its attention ---- */

/*
 * The order matters: first the bit, then look whether somebody sleeps; the
 * sleeper first says so and then looks at the bit. Atomics and one system
 * call: a signal handler may do it.
 */
void vc__vcpu_pend(vc_vcpu *vcpu, uint32_t bits)
{
	uint32_t before = atomic_fetch_or(&vcpu->pending, bits);

	if ((before & bits) == bits || !atomic_load(&vcpu->running))
		return;
	vcpu->vm->backend->kick(vcpu);
	if (atomic_load(&vcpu->asleep))
		vc__os_wake(&vcpu->pending);
}

int vc_vcpu_cancel(vc_vcpu *vcpu)
{
	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_cancel: vcpu is NULL");
	vc__vcpu_pend(vcpu, VC__PEND_CANCEL);
	return 0;
}

void vc__warn(vc_vcpu *vcpu, const char *fmt, ...)
{
	va_list ap;

	atomic_fetch_add_explicit(&vcpu->warning_count, 1,
				  memory_order_relaxed);
	vc__lock(&vcpu->warning_lock, vc__thread_self());
	va_start(ap, fmt);
	vsnprintf(vcpu->warning, sizeof(vcpu->warning), fmt, ap);
	va_end(ap);
	vc__unlock(&vcpu->warning_lock);
}

int vc_vcpu_warnings(vc_vcpu *vcpu, uint64_t *count, char *text, uint64_t len)
{
	size_t used;

	if (!vcpu || !count || (!text && len))
		return vc__fail(VC_EINVAL, "vc_vcpu_warnings: %s is NULL",
				!vcpu ? "vcpu" : !count ? "count" : "text");
	*count = atomic_load_explicit(&vcpu->warning_count,
				      memory_order_relaxed);
	if (!len)
		return 0;
	vc__lock(&vcpu->warning_lock, vc__thread_self());
	used = strlen(vcpu->warning);
	if (used >= len)
		used = (size_t)len - 1;
	memcpy(text, vcpu->warning, used);
	text[used] = '\0';
	vc__unlock(&vcpu->warning_lock);
	return 0;
}

/* ---- limits ---- */

int vc_vcpu_budget_set(vc_vcpu *vcpu, uint64_t insns)
{
	int rc;

	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_budget_set: vcpu is NULL");
	if (!vc__has_cap(vcpu->vm, VC_CAP_BUDGET))
		return vc__fail(VC_ENOTSUP, "vc_vcpu_budget_set: the %s "
				"backend does not count instructions",
				vcpu->vm->backend->name);
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_budget_set");
	if (rc)
		return rc;
	vcpu->budget = insns;
	vc__vcpu_drop(vcpu);
	return 0;
}

int vc_vcpu_budget_get(vc_vcpu *vcpu, uint64_t *insns)
{
	int rc;

	if (!vcpu || !insns)
		return vc__fail(VC_EINVAL, "vc_vcpu_budget_get: %s is NULL",
				vcpu ? "insns" : "vcpu");
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_budget_get");
	if (rc)
		return rc;
	*insns = vcpu->budget;
	vc__vcpu_drop(vcpu);
	return 0;
}

int vc_vcpu_deadline_set(vc_vcpu *vcpu, uint64_t clock_ns)
{
	int rc;

	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_deadline_set: vcpu is "
				"NULL");
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_deadline_set");
	if (rc)
		return rc;
	vcpu->deadline_ns = clock_ns;
	vc__vcpu_drop(vcpu);
	return 0;
}

int vc_vcpu_deadline_get(vc_vcpu *vcpu, uint64_t *clock_ns)
{
	int rc;

	if (!vcpu || !clock_ns)
		return vc__fail(VC_EINVAL, "vc_vcpu_deadline_get: %s is NULL",
				vcpu ? "clock_ns" : "vcpu");
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_deadline_get");
	if (rc)
		return rc;
	*clock_ns = vcpu->deadline_ns;
	vc__vcpu_drop(vcpu);
	return 0;
}

int vc_vcpu_complete(vc_vcpu *vcpu, uint64_t data)
{
	vc_exit *e;
	int rc;

	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_complete: vcpu is NULL");
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_complete");
	if (rc)
		return rc;
	e = &vcpu->exit;
	if (!vcpu->access_pending)
		rc = VC_ESTATE;
	else if (e->reason == VC_EXIT_IO && !e->io.is_write)
		e->io.data = data;
	else if (e->reason == VC_EXIT_MMIO && !e->mmio.is_write)
		e->mmio.data = data;
	else
		rc = VC_ESTATE;
	vc__vcpu_drop(vcpu);
	if (rc)
		vc__fail(rc, "vc_vcpu_complete: no read waits for its data");
	return rc;
}

/* ---- running ---- */

static int start_at_sipi(vc_vcpu *vcpu)
{
	uint32_t vector = atomic_load(&vcpu->sipi_vector);
	vc_x86_state s;
	int rc;

	if (vcpu->mp_state != VC_MP_INIT_RECEIVED)
		return 0;		/* SDM 3A §8.4.3: ignored otherwise */
	rc = vc__vcpu_state_get(vcpu, &s);
	if (rc)
		return rc;
	s.tsc = vc__tsc(vcpu);
	s.seg[VC_SEG_CS].selector = (uint16_t)(vector << 8);
	s.seg[VC_SEG_CS].base = vector << 12;
	s.rip = 0;
	s.mp_state = VC_MP_RUNNABLE;
	return vc__vcpu_state_set(vcpu, &s);
}

/* Deal with what came up: 0 to go on, VC_EXIT_*, or an error. */
static int service(vc_vcpu *vcpu, uint32_t pending)
{
	static const struct {
		uint32_t bit;
		int reason;
	} exits[] = {
		{ VC__PEND_CANCEL, VC_EXIT_CANCELLED },
		{ VC__PEND_RESET, VC_EXIT_RESET },
		{ VC__PEND_POWEROFF, VC_EXIT_POWEROFF },
	};
	int rc = 0;

	for (size_t i = 0; i < VC__ARRAY_LEN(exits); i++)
		if (pending & exits[i].bit) {
			atomic_fetch_and(&vcpu->pending, ~exits[i].bit);
			return exits[i].reason;
		}
	/* The loop measures its slice anew, which is all that this asks. */
	if (pending & VC__PEND_TIMER)
		atomic_fetch_and(&vcpu->pending, ~VC__PEND_TIMER);
	if (pending & VC__PEND_INIT) {
		atomic_fetch_and(&vcpu->pending, ~VC__PEND_INIT);
		rc = vc__vcpu_reset(vcpu, true);
	}
	if (!rc && (pending & VC__PEND_SIPI)) {
		atomic_fetch_and(&vcpu->pending, ~VC__PEND_SIPI);
		rc = start_at_sipi(vcpu);
	}
	return rc;
}

static bool interrupts_enabled(vc_vcpu *vcpu)
{
	const struct vc__backend *b = vcpu->vm->backend;
	uint64_t rflags;
	vc_x86_state s;

	if (b->reg_get && !b->reg_get(vcpu, VC_REG_RFLAGS, &rflags))
		return rflags >> 9 & 1;
	return !b->state_get(vcpu, &s) && (s.rflags >> 9 & 1);
}

/*
 * The vCPU is not runnable. Wait for what could make it so, until event_ns of
 * the clock at most. 0 to go on, or VC_EXIT_HALT.
 */
static int wait_halted(vc_vcpu *vcpu, uint64_t now_ns, uint64_t event_ns)
{
	bool halted = vcpu->mp_state == VC_MP_HALTED;
	bool enabled = halted && interrupts_enabled(vcpu);
	uint32_t pending = atomic_load(&vcpu->pending);

	if (halted && ((pending & VC__PEND_NMI) ||
		       ((pending & VC__PEND_INTR) && enabled))) {
		vcpu->mp_state = VC_MP_RUNNABLE;
		return 0;
	}
	if (pending & VC__PEND_SERVICE)
		return 0;
	if (!vcpu->controller && halted)
		vcpu->mp_state = VC_MP_RUNNABLE;	/* the next run goes on */
	if (!vcpu->controller || (halted && !enabled && vcpu->index == 0))
		return VC_EXIT_HALT;
	if (event_ns <= now_ns)
		return 0;
	if ((vcpu->vm->flags & VC_VM_VIRTUAL_TIME) && event_ns != VC__NEVER) {
		vc__clock_jump(vcpu, event_ns);
		return 0;
	}
	atomic_store(&vcpu->asleep, 1);
	if (atomic_load(&vcpu->pending) == pending)
		vc__os_wait(&vcpu->pending, pending, event_ns == VC__NEVER ?
			    VC__NEVER : event_ns - now_ns);
	atomic_store(&vcpu->asleep, 0);
	return 0;
}

/* How fast the guest goes: what it retired in elapsed_ns. */
static void measure(vc_vcpu *vcpu, uint64_t insns, uint64_t elapsed_ns)
{
	uint64_t rate;

	if (elapsed_ns < 1000 || insns < 100)
		return;			/* says nothing */
	rate = insns >= UINT64_MAX / 1000 ? RATE_MAX :
	       insns * 1000 / elapsed_ns;
	/* Slower is believed at once, faster step by step: late timers are
	 * worse than short slices. */
	if (rate > vcpu->insns_per_us * UINT64_C(2))
		rate = vcpu->insns_per_us * UINT64_C(2);
	vcpu->insns_per_us = rate < 1 ? 1 : rate > RATE_MAX ? RATE_MAX :
			     (uint32_t)rate;
}

static uint64_t slice_until(vc_vcpu *vcpu, uint64_t now_ns, uint64_t event_ns)
{
	uint64_t ns, insns;

	if (vcpu->vm->flags & VC_VM_VIRTUAL_TIME) {
		insns = vc__clock_insns_until(vcpu, event_ns);
		return insns ? insns : 1;
	}
	ns = event_ns - now_ns;
	if (event_ns <= now_ns)
		ns = 0;
	else if (ns > SLICE_NS)
		ns = SLICE_NS;
	insns = ns * vcpu->insns_per_us / 1000;
	return insns < SLICE_MIN ? SLICE_MIN : insns;
}

/* Until there is something to tell: VC_EXIT_*, or a negative VC_E*. */
static int run_loop(vc_vcpu *vcpu)
{
	vc_vm *vm = vcpu->vm;
	uint64_t last_ns = 0, last_insns = 0;	/* of the slice before */

	for (;;) {
		uint32_t pending = atomic_load_explicit(&vcpu->pending,
							memory_order_relaxed);
		uint64_t event = vcpu->deadline_ns, next, now = 0;
		uint64_t slice = vcpu->budget, before;
		int rc;

		if (pending & VC__PEND_SERVICE) {
			rc = service(vcpu, pending);
			if (rc)
				return rc;
		}
		next = atomic_load_explicit(&vm->timer_next,
					    memory_order_acquire);
		if (next < event)
			event = next;
		if (event != VC__NEVER) {
			now = vc__clock_now(vcpu);
			if (last_ns)
				measure(vcpu, last_insns, now - last_ns);
			last_ns = 0;
			if (now >= next) {
				vc__timers_run(vcpu, now);
				next = atomic_load(&vm->timer_next);
				event = next < vcpu->deadline_ns ? next :
					vcpu->deadline_ns;
				if (atomic_load(&vcpu->pending) &
				    (VC__PEND_SERVICE & ~VC__PEND_TIMER))
					continue;
			}
			if (now >= vcpu->deadline_ns)
				return VC_EXIT_DEADLINE;
		}
		if (vcpu->shut_down)
			return VC_EXIT_SHUTDOWN;
		if (vcpu->mp_state != VC_MP_RUNNABLE) {
			rc = wait_halted(vcpu, now, event);
			if (rc)
				return rc;
			continue;
		}
		if (!slice)
			return VC_EXIT_BUDGET;
		if (event != VC__NEVER) {
			uint64_t fits = slice_until(vcpu, now, event);

			if (fits < slice)
				slice = fits;
			last_ns = now;
		}
		before = vcpu->retired;
		rc = vm->backend->run(vcpu, slice);
		last_insns = vcpu->retired - before;
		if (vcpu->budget != UINT64_MAX)
			vcpu->budget -= last_insns;
		if (last_insns)
			vcpu->skip_breakpoint = false;
		if (rc == VC__RUN_POLL)
			continue;
		if (rc != VC_EXIT_HALT)
			return rc;
		vcpu->mp_state = VC_MP_HALTED;
	}
}

static void fill_exit(vc_vcpu *vcpu, int reason)
{
	const struct vc__backend *b = vcpu->vm->backend;
	vc_exit *e = &vcpu->exit;
	vc_x86_state s;

	if (reason < 0) {
		e->fail.code = VC_FAIL_HOST;
		e->fail.error = reason;
		e->fail.address = 0;
		reason = VC_EXIT_FAIL;
	}
	e->reason = (uint32_t)reason;
	e->retired = vcpu->retired;
	if (reason == VC_EXIT_POWEROFF)
		e->poweroff.code = atomic_load(&vcpu->vm->poweroff_code);
	if (reason == VC_EXIT_SHUTDOWN)
		vcpu->shut_down = true;
	vcpu->stopped_at_breakpoint = reason == VC_EXIT_DEBUG &&
				      e->debug.kind == VC_DEBUG_BREAKPOINT;
	if (b->reg_get && !b->reg_get(vcpu, VC_REG_RIP, &e->rip))
		return;
	e->rip = b->state_get(vcpu, &s) ? 0 : s.rip;
}

int vc_vcpu_run(vc_vcpu *vcpu, vc_exit **out)
{
	uintptr_t self = vc__thread_self();
	int rc;

	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_run: vcpu is NULL");
	if (vc__lock_mine(&vcpu->vm->device_lock, self))
		return vc__fail(VC_ESTATE, "vc_vcpu_run: called from a device "
				"callback");
	rc = claim(vcpu, VC__RUNNING, "vc_vcpu_run");
	if (rc)
		return rc;
	atomic_store_explicit(&vcpu->thread, self, memory_order_relaxed);
	vcpu->skip_breakpoint = vcpu->stopped_at_breakpoint;
	vcpu->skip_gva = vcpu->exit.debug.address;
	rc = run_loop(vcpu);
	if (rc != VC_ENOMEM) {
		fill_exit(vcpu, rc);
		rc = 0;
		if (out)
			*out = &vcpu->exit;
	}
	atomic_store_explicit(&vcpu->thread, 0, memory_order_relaxed);
	vc__vcpu_drop(vcpu);
	return rc;
}
