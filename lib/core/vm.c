/* SPDX-License-Identifier: MIT */
/*
 * vm.c: making, resetting and destroying virtual machines, and the rule that
 * some things are only done while no vCPU runs.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "os.h"

#define KNOWN_FLAGS	(VC_VM_VIRTUAL_TIME | VC_VM_HYPERCALLS)
#define DEFAULT_HZ	UINT64_C(1000000000)
#define HZ_MAX		UINT64_C(100000000000)

#define STRING(x)	STRING2(x)
#define STRING2(x)	#x

uint32_t vc_version(void)
{
	return VC_VERSION;
}

const char *vc_build_info(void)
{
	return "libvirtcore " STRING(VC_VERSION_MAJOR) "."
	       STRING(VC_VERSION_MINOR) "." STRING(VC_VERSION_PATCH)
#if defined(__clang__)
	       ", clang " __clang_version__
#elif defined(__GNUC__)
	       ", gcc " __VERSION__
#endif
#if defined(__x86_64__)
	       ", x86-64"
#elif defined(__aarch64__)
	       ", aarch64"
#elif defined(__powerpc64__)
	       ", ppc64"
#else
	       ", other"
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	       " big-endian"
#endif
#if defined(__linux__)
	       " linux"
#endif
	       ", backends: interp"
#ifdef VC_DEBUG
	       ", checks"
#endif
#ifdef VC_NO_LIBELF
	       ", without libelf"
#endif
	       ;
}

/* ---- while no vCPU runs ---- */

/* The most that any vCPU does: VC__RUNNING, VC__HELD or 0. */
static uint32_t activity(const vc_vm *vm)
{
	uint32_t held = 0;

	for (uint32_t i = 0; i < vm->vcpu_max; i++) {
		uint32_t what = vm->vcpus[i] ?
				atomic_load(&vm->vcpus[i]->running) : 0;

		if (what == VC__RUNNING)
			return what;
		if (what)
			held = what;
	}
	return held;
}

/*
 * We say "stopped" and then look who runs; a run says "running" and then looks
 * whether we are stopped. All of it is sequentially consistent, so one of the
 * two sees the other. A held vCPU is in a short call and will be let go; since
 * that call may need the device lock, we wait for it without.
 */
int vc__vm_stop(vc_vm *vm, const char *call)
{
	uintptr_t self = vc__thread_self();
	uint32_t what;

	for (;;) {
		vc__lock(&vm->device_lock, self);
		atomic_fetch_add(&vm->stopped, 1);
		what = activity(vm);
		if (!what)
			return 0;
		vc__vm_resume(vm);
		if (what == VC__RUNNING)
			return vc__fail(VC_EBUSY, "%s: a vCPU is running",
					call);
		/* A callback that changes the VM keeps the lock: no waiting. */
		if (vc__lock_mine(&vm->device_lock, self))
			return vc__fail(VC_EBUSY, "%s: a vCPU is in use by "
					"another call", call);
		vc__os_yield();
	}
}

void vc__vm_resume(vc_vm *vm)
{
	atomic_fetch_sub(&vm->stopped, 1);
	vc__unlock(&vm->device_lock);
}

/* ---- making ---- */

static int check_options(const vc_vm_options *o, uint64_t caps,
			 const struct vc__backend *b, const char *call)
{
	if (o->vcpu_max > VC_VCPU_MAX)
		return vc__fail(VC_ERANGE, "%s: vcpu_max is %u; at most %u",
				call, (unsigned)o->vcpu_max, VC_VCPU_MAX);
	if (o->tsc_hz && (o->tsc_hz < 1000000 || o->tsc_hz > HZ_MAX))
		return vc__fail(VC_ERANGE, "%s: tsc_hz is %llu; it goes from 1 "
				"MHz to 100 GHz", call,
				(unsigned long long)o->tsc_hz);
	if (o->insn_hz && (o->insn_hz < 1000 || o->insn_hz > HZ_MAX))
		return vc__fail(VC_ERANGE, "%s: insn_hz is %llu; it goes from "
				"1 kHz to 100 GHz", call,
				(unsigned long long)o->insn_hz);
	if (o->flags & ~KNOWN_FLAGS)
		return vc__fail(VC_ENOTSUP, "%s: unknown flags 0x%x", call,
				(unsigned)(o->flags & ~KNOWN_FLAGS));
	if (o->rng > VC_RNG_TRAP)
		return vc__fail(VC_ERANGE, "%s: there is no rng %u", call,
				(unsigned)o->rng);
	if ((o->rng || o->rng_seed) && !(caps >> VC_CAP_RNG & 1))
		return vc__fail(VC_ENOTSUP, "%s: the %s backend's RDRAND is as "
				"it is", call, b->name);
	if (o->flags & VC_VM_VIRTUAL_TIME) {
		if (!(caps >> VC_CAP_VIRTUAL_TIME & 1))
			return vc__fail(VC_ENOTSUP, "%s: the %s backend has no "
					"virtual time", call, b->name);
		if (o->vcpu_max > 1)
			return vc__fail(VC_ENOTSUP, "%s: virtual time is for "
					"one vCPU", call);
	}
	if ((o->flags & VC_VM_HYPERCALLS) &&
	    !(caps >> VC_CAP_HYPERCALLS & 1))
		return vc__fail(VC_ENOTSUP, "%s: the %s backend has no "
				"hypercall exits", call, b->name);
	if (o->vcpu_max > 1 && !(caps >> VC_CAP_SMP & 1))
		return vc__fail(VC_ENOTSUP, "%s: the %s backend has one vCPU "
				"per VM", call, b->name);
	return 0;
}

int vc__vm_create_on(vc_vm **out, const vc_vm_options *o,
		     const struct vc__backend *backend, const char *call)
{
	char reason[256] = "";
	uint64_t caps = 0;
	vc_vm *vm;
	int rc;

	rc = backend->probe(reason, sizeof(reason), &caps);
	if (rc)
		return vc__fail(rc, "%s: %s", call, reason);
	rc = check_options(o, caps, backend, call);
	if (rc)
		return rc;
	vm = calloc(1, sizeof(*vm));
	if (!vm)
		goto no_memory;
	vm->backend = backend;
	vm->caps = caps;
	vm->flags = o->flags;
	vm->vcpu_max = o->vcpu_max ? o->vcpu_max : 1;
	vm->tsc_hz = o->tsc_hz ? o->tsc_hz :
		     backend->tsc_hz ? backend->tsc_hz : DEFAULT_HZ;
	vm->insn_hz = o->insn_hz ? o->insn_hz : DEFAULT_HZ;
	vm->ram_max = o->ram_max;
	vm->rng_seed = o->rng_seed;
	vm->rng = o->rng ? o->rng : o->flags & VC_VM_VIRTUAL_TIME ?
		  VC_RNG_SEEDED : VC_RNG_HOST;
	vc__clock_init(vm);
	vm->vcpus = calloc(vm->vcpu_max, sizeof(vc_vcpu *));
	if (!vm->vcpus)
		goto free_vm;
	rc = vc__cpuid_init(vm, o->cpu_model, call);
	if (rc)
		goto free_vcpus;
	rc = backend->vm_create(vm);
	if (rc)
		goto free_cpuid;
	*out = vm;
	return 0;

free_cpuid:
	free(vm->cpuid);
free_vcpus:
	free(vm->vcpus);
	free(vm);
	return rc;
free_vm:
	free(vm);
no_memory:
	return vc__fail(VC_ENOMEM, "%s: out of memory", call);
}

void vc_vm_destroy(vc_vm *vm)
{
	if (!vm)
		return;
	vc__bus_free(vm);
	for (uint32_t i = 0; i < vm->vcpu_max; i++) {
		vc__vcpu_free(vm->vcpus[i]);
		vm->vcpus[i] = NULL;	/* the backend looks at them */
	}
	vc__memory_free_all(vm);
	vm->backend->vm_destroy(vm);
	vc__irq_free(vm);
	vc__clock_free(vm);
	free(vm->msrs);
	free(vm->cpuid);
	free(vm->breakpoints);
	free(vm->watches);
	free(vm->vcpus);
	free(vm);
}

int vc_vm_reset(vc_vm *vm)
{
	int rc;

	if (!vm)
		return vc__fail(VC_EINVAL, "vc_vm_reset: vm is NULL");
	rc = vc__vm_stop(vm, "vc_vm_reset");
	if (rc)
		return rc;
	vc__timers_stop(vm);
	vc__irq_reset(vm);
	vc__tsc_restart(vm);
	/* The vCPUs before the devices, whose reset may drive their pins. */
	for (uint32_t i = 0; i < vm->vcpu_max && !rc; i++)
		if (vm->vcpus[i])
			rc = vc__vcpu_reset(vm->vcpus[i], false);
	vc__bus_reset(vm);
	vc__vm_resume(vm);
	return rc;
}

int vc_vm_backend(const vc_vm *vm)
{
	if (!vm)
		return vc__fail(VC_EINVAL, "vc_vm_backend: vm is NULL");
	return (int)vm->backend->id;
}

int vc_vm_capability(const vc_vm *vm, uint32_t cap)
{
	if (!vm)
		return vc__fail(VC_EINVAL, "vc_vm_capability: vm is NULL");
	return vc__has_cap(vm, cap);
}

vc_vcpu *vc_vm_vcpu(const vc_vm *vm, uint32_t index)
{
	return vm && index < vm->vcpu_max ? vm->vcpus[index] : NULL;
}
