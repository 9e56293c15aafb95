/* SPDX-License-Identifier: MIT */
/*
 * clock.c: the VM's clock, the guest's time stamp counters, timers.
 *
 * Host time: the host's monotonic clock since the VM was created. Virtual
 * time: base_ns + (retired - base_retired) / insn_hz of the one vCPU; a halted
 * vCPU moves base_ns forward.
 *
 * Timers are a binary heap by (deadline, order of arming), under the device
 * lock. The first deadline is also in vm->timer_next, which run loops read
 * without the lock.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "os.h"

#define NS_PER_S	UINT64_C(1000000000)

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 uint128;

uint64_t vc__muldiv(uint64_t a, uint64_t b, uint64_t plus, uint64_t c)
{
	uint128 q = ((uint128)a * b + plus) / c;

	return q > UINT64_MAX ? UINT64_MAX : (uint64_t)q;
}
#else
/* Schoolbook: a 128-bit product from 32-bit halves, then bit by bit. */
uint64_t vc__muldiv(uint64_t a, uint64_t b, uint64_t plus, uint64_t c)
{
	uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
	uint64_t mid = ah * bl + (al * bl >> 32);
	uint64_t mid2 = al * bh + (uint32_t)mid;
	uint64_t hi = ah * bh + (mid >> 32) + (mid2 >> 32);
	uint64_t lo = (mid2 << 32) | (uint32_t)(al * bl);
	uint64_t q = 0;

	lo += plus;
	hi += lo < plus;
	if (hi >= c)
		return UINT64_MAX;
	for (int i = 0; i < 64; i++) {
		uint64_t top = hi >> 63;

		hi = hi << 1 | lo >> 63;
		lo <<= 1;
		q <<= 1;
		if (top || hi >= c) {
			hi -= c;
			q |= 1;
		}
	}
	return q;
}
#endif

void vc__clock_init(vc_vm *vm)
{
	atomic_init(&vm->timer_next, VC__NEVER);
	if (!(vm->flags & VC_VM_VIRTUAL_TIME))
		vm->clock_base = vc__os_now_ns();
}

void vc__clock_free(vc_vm *vm)
{
	free(vm->timer_heap);
}

static uint64_t retired_now(vc_vcpu *vcpu)
{
	const struct vc__backend *b = vcpu->vm->backend;

	/* In the middle of a run only the vCPU's thread knows exactly. */
	if (b->retired && atomic_load_explicit(&vcpu->thread,
			memory_order_relaxed) == vc__thread_self())
		return b->retired(vcpu);
	return atomic_load_explicit(&vcpu->retired, memory_order_relaxed);
}

static uint64_t virtual_ns(const vc_vm *vm, uint64_t retired)
{
	uint64_t insns = retired - vm->virtual_base_retired;

	if (vm->insn_hz != NS_PER_S)
		insns = vc__muldiv(insns, NS_PER_S, 0, vm->insn_hz);
	return vm->virtual_base_ns + insns;
}

uint64_t vc_clock_ns(vc_vm *vm)
{
	if (!vm)
		return 0;
	if (!(vm->flags & VC_VM_VIRTUAL_TIME))
		return vc__os_now_ns() - vm->clock_base;
	return virtual_ns(vm, vm->vcpus[0] ? retired_now(vm->vcpus[0]) : 0);
}

uint64_t vc__clock_now(vc_vcpu *vcpu)
{
	return vc_clock_ns(vcpu->vm);
}

uint64_t vc__clock_insns_until(vc_vcpu *vcpu, uint64_t at_ns)
{
	vc_vm *vm = vcpu->vm;
	uint64_t base = vm->virtual_base_ns;
	uint64_t want, have = vcpu->retired - vm->virtual_base_retired;

	if (at_ns <= base)
		return 0;
	want = vm->insn_hz == NS_PER_S ? at_ns - base :
	       vc__muldiv(at_ns - base, vm->insn_hz, NS_PER_S - 1, NS_PER_S);
	return want > have ? want - have : 0;
}

void vc__clock_jump(vc_vcpu *vcpu, uint64_t at_ns)
{
	vc_vm *vm = vcpu->vm;

	if (at_ns <= virtual_ns(vm, vcpu->retired))
		return;
	vm->virtual_base_ns = at_ns;
	vm->virtual_base_retired = vcpu->retired;
}

void vc__clock_retired_set(vc_vcpu *vcpu, uint64_t retired)
{
	vc_vm *vm = vcpu->vm;

	if (vm->flags & VC_VM_VIRTUAL_TIME) {
		uint64_t now = virtual_ns(vm, vcpu->retired);

		vm->virtual_base_ns = now;
		vm->virtual_base_retired = retired;
	}
	vcpu->retired = retired;
}

/* ---- time stamp counters ---- */

static uint64_t ticks(vc_vm *vm)
{
	uint64_t ns = vc_clock_ns(vm);

	return vm->tsc_hz == NS_PER_S ? ns :
	       vc__muldiv(ns, vm->tsc_hz, 0, NS_PER_S);
}

uint64_t vc__tsc(vc_vcpu *vcpu)
{
	return ticks(vcpu->vm) +
	       atomic_load_explicit(&vcpu->tsc_offset, memory_order_relaxed);
}

void vc__tsc_set(vc_vcpu *vcpu, uint64_t value)
{
	atomic_store_explicit(&vcpu->tsc_offset, value - ticks(vcpu->vm),
			      memory_order_relaxed);
}

void vc__tsc_put(vc_vcpu *vcpu, uint64_t value, uint64_t offset)
{
	vc_vm *vm = vcpu->vm;

	if (vm->vcpu_max > 1 && ticks(vm) + offset - value < vm->tsc_hz)
		atomic_store_explicit(&vcpu->tsc_offset, offset,
				      memory_order_relaxed);
	else
		vc__tsc_set(vcpu, value);
}

void vc__tsc_restart(vc_vm *vm)
{
	vm->tsc_base = 0 - ticks(vm);
}

uint64_t vc_tsc_now(vc_vm *vm, uint32_t vcpu)
{
	if (!vm)
		return 0;
	if (vcpu >= vm->vcpu_max || !vm->vcpus[vcpu])
		return ticks(vm);
	return vc__tsc(vm->vcpus[vcpu]);
}

uint64_t vc_tsc_hz(vc_vm *vm)
{
	return vm ? vm->tsc_hz : 0;
}

/* ---- timers ---- */

static bool sooner(const vc_timer *a, const vc_timer *b)
{
	if (a->deadline_ns != b->deadline_ns)
		return a->deadline_ns < b->deadline_ns;
	return a->order < b->order;
}

static void put(vc_vm *vm, uint32_t at, vc_timer *t)
{
	vm->timer_heap[at] = t;
	t->heap_at = at;
}

static void sift_up(vc_vm *vm, uint32_t at, vc_timer *t)
{
	while (at && sooner(t, vm->timer_heap[(at - 1) / 2])) {
		put(vm, at, vm->timer_heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(vm, at, t);
}

static void sift_down(vc_vm *vm, uint32_t at, vc_timer *t)
{
	for (;;) {
		uint32_t kid = at * 2 + 1;

		if (kid >= vm->timer_count)
			break;
		if (kid + 1 < vm->timer_count &&
		    sooner(vm->timer_heap[kid + 1], vm->timer_heap[kid]))
			kid++;
		if (!sooner(vm->timer_heap[kid], t))
			break;
		put(vm, at, vm->timer_heap[kid]);
		at = kid;
	}
	put(vm, at, t);
}

static void publish_next(vc_vm *vm)
{
	atomic_store_explicit(&vm->timer_next, vm->timer_count ?
			      vm->timer_heap[0]->deadline_ns : VC__NEVER,
			      memory_order_release);
}

static void heap_remove(vc_vm *vm, vc_timer *t)
{
	uint32_t at = t->heap_at;
	vc_timer *last;

	if (at == VC__TIMER_IDLE)
		return;
	t->heap_at = VC__TIMER_IDLE;
	last = vm->timer_heap[--vm->timer_count];
	if (last == t)
		return;
	if (at && sooner(last, vm->timer_heap[(at - 1) / 2]))
		sift_up(vm, at, last);
	else
		sift_down(vm, at, last);
}

int vc_timer_create(vc_timer **out, vc_device *dev,
		    void (*fire)(void *opaque), void *opaque)
{
	vc_timer *t;
	vc_vm *vm;
	int rc;

	if (!out || !dev || !fire)
		return vc__fail(VC_EINVAL, "vc_timer_create: %s is NULL",
				!out ? "out" : !dev ? "dev" : "fire");
	t = calloc(1, sizeof(*t));
	if (!t)
		return vc__fail(VC_ENOMEM, "vc_timer_create: out of memory");
	*t = (vc_timer){ .dev = dev, .fire = fire, .opaque = opaque,
			 .heap_at = VC__TIMER_IDLE };
	vm = dev->vm;
	vc__lock(&vm->device_lock, vc__thread_self());
	/* Room for all at once, so that arming cannot fail. */
	rc = vc__grow("vc_timer_create", &vm->timer_heap, &vm->timer_room,
		      vm->timer_total, sizeof(*vm->timer_heap));
	if (!rc) {
		vm->timer_total++;
		t->next = dev->timers;
		dev->timers = t;
	}
	vc__unlock(&vm->device_lock);
	if (rc) {
		free(t);
		return rc;
	}
	*out = t;
	return 0;
}

void vc_timer_arm(vc_timer *t, uint64_t deadline_ns)
{
	vc_vm *vm;
	bool earlier;

	if (!t)
		return;
	vm = t->dev->vm;
	/* The clock never gets to VC__NEVER, which says that none is armed. */
	if (deadline_ns == VC__NEVER)
		deadline_ns--;
	vc__lock(&vm->device_lock, vc__thread_self());
	heap_remove(vm, t);
	t->deadline_ns = deadline_ns;
	t->order = vm->timer_order++;
	sift_up(vm, vm->timer_count++, t);
	earlier = deadline_ns < atomic_load_explicit(&vm->timer_next,
						     memory_order_relaxed);
	publish_next(vm);
	/* Slices that are under way were measured for a later one. */
	if (earlier)
		for (uint32_t i = 0; i < vm->vcpu_max; i++)
			if (vm->vcpus[i])
				vc__vcpu_pend(vm->vcpus[i], VC__PEND_TIMER);
	vc__unlock(&vm->device_lock);
}

void vc_timer_cancel(vc_timer *t)
{
	vc_vm *vm;

	if (!t)
		return;
	vm = t->dev->vm;
	vc__lock(&vm->device_lock, vc__thread_self());
	heap_remove(vm, t);
	publish_next(vm);
	vc__unlock(&vm->device_lock);
}

void vc__timers_stop(vc_vm *vm)
{
	for (uint32_t i = 0; i < vm->timer_count; i++)
		vm->timer_heap[i]->heap_at = VC__TIMER_IDLE;
	vm->timer_count = 0;
	publish_next(vm);
}

void vc__timers_free(vc_device *dev)
{
	vc_vm *vm = dev->vm;
	vc_timer *t;

	while ((t = dev->timers)) {
		dev->timers = t->next;
		heap_remove(vm, t);
		vm->timer_total--;
		free(t);
	}
	publish_next(vm);
}

void vc__timers_run(vc_vcpu *vcpu, uint64_t now_ns)
{
	vc_vm *vm = vcpu->vm;
	vc_vcpu *outer;
	uint64_t until;

	vc__lock(&vm->device_lock, atomic_load_explicit(&vcpu->thread,
						memory_order_relaxed));
	outer = vm->current;
	vm->current = vcpu;
	/* Those that are armed meanwhile have their turn later: one that
	 * always arms itself for the past must not hold us here. */
	until = vm->timer_order;
	while (vm->timer_count) {
		vc_timer *t = vm->timer_heap[0];

		if (t->deadline_ns > now_ns || t->order >= until)
			break;
		heap_remove(vm, t);
		publish_next(vm);
		t->fire(t->opaque);
	}
	vm->current = outer;
	vc__unlock(&vm->device_lock);
}
