/* SPDX-License-Identifier: MIT */
/*
 * breakpoints.c: the lists of breakpoints and watchpoints, and single-step.
 * The backend does the stopping.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "os.h"

static int supported(const vc_vm *vm, uint32_t cap, const char *call)
{
	if (!vm)
		return vc__fail(VC_EINVAL, "%s: vm is NULL", call);
	if (!vc__has_cap(vm, cap))
		return vc__fail(VC_ENOTSUP, "%s: the %s backend cannot", call,
				vm->backend->name);
	return 0;
}

static int tell_backend(vc_vm *vm)
{
	int rc = 0;

	for (uint32_t i = 0; i < vm->vcpu_max && !rc; i++)
		if (vm->vcpus[i] && vm->backend->debug_update)
			rc = vm->backend->debug_update(vm->vcpus[i]);
	return rc;
}

/* The place of gva among the sorted breakpoints, and whether it is there. */
static uint32_t locate(const vc_vm *vm, uint64_t gva, bool *there)
{
	uint32_t lo = 0, hi = vm->breakpoint_count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (vm->breakpoints[mid] < gva)
			lo = mid + 1;
		else
			hi = mid;
	}
	*there = lo < vm->breakpoint_count && vm->breakpoints[lo] == gva;
	return lo;
}

static void insert_at(vc_vm *vm, uint32_t at, uint64_t gva)
{
	memmove(&vm->breakpoints[at + 1], &vm->breakpoints[at],
		(vm->breakpoint_count - at) * sizeof(*vm->breakpoints));
	vm->breakpoints[at] = gva;
	vm->breakpoint_count++;
}

static void remove_at(vc_vm *vm, uint32_t at)
{
	vm->breakpoint_count--;
	memmove(&vm->breakpoints[at], &vm->breakpoints[at + 1],
		(vm->breakpoint_count - at) * sizeof(*vm->breakpoints));
}

int vc_breakpoint_add(vc_vm *vm, uint64_t gva)
{
	uint32_t at;
	bool there;
	int rc;

	rc = supported(vm, VC_CAP_BREAKPOINTS, "vc_breakpoint_add");
	if (!rc)
		rc = vc__vm_stop(vm, "vc_breakpoint_add");
	if (rc)
		return rc;
	at = locate(vm, gva, &there);
	if (there)
		rc = vc__fail(VC_EEXIST, "vc_breakpoint_add: there is one at "
			      "0x%llx", (unsigned long long)gva);
	else if (vm->breakpoint_count >= VC_BREAKPOINT_MAX)
		rc = vc__fail(VC_ELIMIT, "vc_breakpoint_add: at most %u",
			      VC_BREAKPOINT_MAX);
	else
		rc = vc__grow("vc_breakpoint_add", &vm->breakpoints,
			      &vm->breakpoint_room, vm->breakpoint_count,
			      sizeof(*vm->breakpoints));
	if (!rc) {
		insert_at(vm, at, gva);
		rc = tell_backend(vm);
		if (rc) {
			remove_at(vm, at);
			tell_backend(vm);
		}
	}
	vc__vm_resume(vm);
	return rc;
}

int vc_breakpoint_remove(vc_vm *vm, uint64_t gva)
{
	uint32_t at;
	bool there;
	int rc;

	rc = supported(vm, VC_CAP_BREAKPOINTS, "vc_breakpoint_remove");
	if (!rc)
		rc = vc__vm_stop(vm, "vc_breakpoint_remove");
	if (rc)
		return rc;
	at = locate(vm, gva, &there);
	if (there) {
		remove_at(vm, at);
		tell_backend(vm);
	} else {
		rc = vc__fail(VC_ENOENT, "vc_breakpoint_remove: there is none "
			      "at 0x%llx", (unsigned long long)gva);
	}
	vc__vm_resume(vm);
	return rc;
}

static int watch_check(const vc_vm *vm, uint64_t gva, uint32_t len,
		       uint32_t access, const char *call)
{
	int rc = supported(vm, VC_CAP_WATCHPOINTS, call);

	if (rc)
		return rc;
	if (!len || len > 8 || len - 1 > UINT64_MAX - gva)
		return vc__fail(VC_EINVAL, "%s: %u bytes at 0x%llx", call,
				(unsigned)len, (unsigned long long)gva);
	if (!access || (access & ~(VC_ACCESS_READ | VC_ACCESS_WRITE)))
		return vc__fail(VC_EINVAL, "%s: access 0x%x is not read, write "
				"or both", call, (unsigned)access);
	return 0;
}

static uint32_t watch_find(const vc_vm *vm, const struct vc__watch *w)
{
	uint32_t i;

	for (i = 0; i < vm->watch_count; i++)
		if (vm->watches[i].gva == w->gva &&
		    vm->watches[i].len == w->len &&
		    vm->watches[i].access == w->access)
			break;
	return i;
}

int vc_watchpoint_add(vc_vm *vm, uint64_t gva, uint32_t len, uint32_t access)
{
	const struct vc__watch w = { gva, len, access };
	int rc;

	rc = watch_check(vm, gva, len, access, "vc_watchpoint_add");
	if (!rc)
		rc = vc__vm_stop(vm, "vc_watchpoint_add");
	if (rc)
		return rc;
	if (watch_find(vm, &w) < vm->watch_count)
		rc = vc__fail(VC_EEXIST, "vc_watchpoint_add: that one is there "
			      "already (0x%llx)", (unsigned long long)gva);
	else if (vm->watch_count >= VC_WATCHPOINT_MAX)
		rc = vc__fail(VC_ELIMIT, "vc_watchpoint_add: at most %u",
			      VC_WATCHPOINT_MAX);
	else
		rc = vc__grow("vc_watchpoint_add", &vm->watches,
			      &vm->watch_room, vm->watch_count,
			      sizeof(*vm->watches));
	if (!rc) {
		vm->watches[vm->watch_count++] = w;
		rc = tell_backend(vm);
		if (rc) {
			vm->watch_count--;
			tell_backend(vm);
		}
	}
	vc__vm_resume(vm);
	return rc;
}

int vc_watchpoint_remove(vc_vm *vm, uint64_t gva, uint32_t len,
			 uint32_t access)
{
	const struct vc__watch w = { gva, len, access };
	uint32_t at;
	int rc;

	rc = watch_check(vm, gva, len, access, "vc_watchpoint_remove");
	if (!rc)
		rc = vc__vm_stop(vm, "vc_watchpoint_remove");
	if (rc)
		return rc;
	at = watch_find(vm, &w);
	if (at < vm->watch_count) {
		vm->watches[at] = vm->watches[--vm->watch_count];
		tell_backend(vm);
	} else {
		rc = vc__fail(VC_ENOENT, "vc_watchpoint_remove: there is no "
			      "such one at 0x%llx", (unsigned long long)gva);
	}
	vc__vm_resume(vm);
	return rc;
}

int vc_vcpu_step(vc_vcpu *vcpu, uint32_t on)
{
	int rc;

	if (!vcpu || on > 1)
		return vc__fail(VC_EINVAL, "vc_vcpu_step: %s", vcpu ?
				"on is neither 0 nor 1" : "vcpu is NULL");
	if (!vc__has_cap(vcpu->vm, VC_CAP_STEP))
		return vc__fail(VC_ENOTSUP, "vc_vcpu_step: the %s backend "
				"cannot", vcpu->vm->backend->name);
	rc = vc__vcpu_hold(vcpu, "vc_vcpu_step");
	if (rc)
		return rc;
	if (vcpu->step != (on == 1)) {
		vcpu->step = on;
		if (vcpu->vm->backend->debug_update)
			rc = vcpu->vm->backend->debug_update(vcpu);
		if (rc)
			vcpu->step = !on;
	}
	vc__vcpu_drop(vcpu);
	return rc;
}
