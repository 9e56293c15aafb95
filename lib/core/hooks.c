/* SPDX-License-Identifier: MIT */
/*
 * hooks.c: the CPUID table, and who answers for which MSR. Both change only
 * while no vCPU runs, so that running ones look them up without a lock; the
 * hooks themselves are called under the device lock.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "os.h"

/* ---- CPUID ---- */

static int by_leaf(const void *a, const void *b)
{
	const vc_cpuid_entry *x = a, *y = b;

	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	if (x->subleaf != y->subleaf)
		return x->subleaf < y->subleaf ? -1 : 1;
	return 0;
}

int vc__cpuid_init(vc_vm *vm, uint32_t model, const char *call)
{
	const struct vc__backend *b = vm->backend;
	uint32_t n = b->cpuid_default ? b->cpuid_default(model, NULL, 0) : 0;

	if (!n && model != VC_CPU_DEFAULT)
		return vc__fail(VC_ENOTSUP, "%s: the %s backend has no CPU "
				"model %u", call, b->name, (unsigned)model);
	if (!n)
		return 0;
	vm->cpuid = calloc(n, sizeof(*vm->cpuid));
	if (!vm->cpuid)
		return vc__fail(VC_ENOMEM, "%s: out of memory", call);
	vm->cpuid_count = b->cpuid_default(model, vm->cpuid, n);
	qsort(vm->cpuid, n, sizeof(*vm->cpuid), by_leaf);
	return 0;
}

int vc_vm_cpuid_get(const vc_vm *vm, vc_cpuid_entry *entries, uint32_t *n)
{
	uint32_t room, fits;

	if (!vm || !n || (!entries && *n))
		return vc__fail(VC_EINVAL, "vc_vm_cpuid_get: %s is NULL",
				!vm ? "vm" : !n ? "n" : "entries");
	room = *n;
	fits = room < vm->cpuid_count ? room : vm->cpuid_count;
	if (fits)
		memcpy(entries, vm->cpuid, fits * sizeof(*entries));
	*n = vm->cpuid_count;
	if (room < vm->cpuid_count)
		return vc__fail(VC_ELIMIT, "vc_vm_cpuid_get: the table has %u "
				"rows", (unsigned)vm->cpuid_count);
	return 0;
}

static int check_rows(const vc_cpuid_entry *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (rows[i].reserved)
			return vc__fail(VC_EINVAL, "vc_vm_cpuid_set: row of "
					"leaf 0x%x: reserved is not zero",
					(unsigned)rows[i].leaf);
		if (rows[i].flags & ~VC_CPUID_SUBLEAF)
			return vc__fail(VC_ENOTSUP, "vc_vm_cpuid_set: row of "
					"leaf 0x%x: unknown flags",
					(unsigned)rows[i].leaf);
		/* Sorted: rows that answer the same are neighbours, and all
		 * rows of a leaf are told apart by their subleaf. */
		if (i && rows[i].leaf == rows[i - 1].leaf &&
		    (!(rows[i].flags & rows[i - 1].flags & VC_CPUID_SUBLEAF) ||
		     rows[i].subleaf == rows[i - 1].subleaf))
			return vc__fail(VC_EEXIST, "vc_vm_cpuid_set: two rows "
					"for leaf 0x%x, subleaf %u",
					(unsigned)rows[i].leaf,
					(unsigned)rows[i].subleaf);
	}
	return 0;
}

int vc_vm_cpuid_set(vc_vm *vm, const vc_cpuid_entry *entries, uint32_t n)
{
	vc_cpuid_entry *rows;
	int rc;

	if (!vm || (!entries && n))
		return vc__fail(VC_EINVAL, "vc_vm_cpuid_set: %s is NULL",
				vm ? "entries" : "vm");
	if (n > VC_CPUID_MAX)
		return vc__fail(VC_ELIMIT, "vc_vm_cpuid_set: %u rows; at most "
				"%u", (unsigned)n, VC_CPUID_MAX);
	rows = calloc(n ? n : 1, sizeof(*rows));
	if (!rows)
		return vc__fail(VC_ENOMEM, "vc_vm_cpuid_set: out of memory");
	if (n)
		memcpy(rows, entries, n * sizeof(*rows));
	qsort(rows, n, sizeof(*rows), by_leaf);
	rc = check_rows(rows, n);
	if (!rc)
		rc = vc__vm_stop(vm, "vc_vm_cpuid_set");
	if (rc) {
		free(rows);
		return rc;
	}
	free(vm->cpuid);
	vm->cpuid = rows;
	vm->cpuid_count = n;
	for (uint32_t i = 0; i < vm->vcpu_max; i++)
		if (vm->vcpus[i] && vm->backend->cpuid_update)
			vm->backend->cpuid_update(vm->vcpus[i]);
	vc__vm_resume(vm);
	return 0;
}

int vc_vm_cpuid_hook(vc_vm *vm, vc_cpuid_fn fn, void *opaque)
{
	int rc;

	if (!vm)
		return vc__fail(VC_EINVAL, "vc_vm_cpuid_hook: vm is NULL");
	if (!vc__has_cap(vm, VC_CAP_CPUID_HOOK))
		return vc__fail(VC_ENOTSUP, "vc_vm_cpuid_hook: the %s backend "
				"cannot", vm->backend->name);
	rc = vc__vm_stop(vm, "vc_vm_cpuid_hook");
	if (rc)
		return rc;
	vm->cpuid_hook = fn;
	vm->cpuid_opaque = opaque;
	vc__vm_resume(vm);
	return 0;
}

/* The row for leaf and subleaf, or NULL. */
static const vc_cpuid_entry *find_row(const vc_vm *vm, uint32_t leaf,
				      uint32_t subleaf)
{
	uint32_t lo = 0, hi = vm->cpuid_count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (vm->cpuid[mid].leaf < leaf)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < vm->cpuid_count && vm->cpuid[lo].leaf == leaf; lo++)
		if (!(vm->cpuid[lo].flags & VC_CPUID_SUBLEAF) ||
		    vm->cpuid[lo].subleaf == subleaf)
			return &vm->cpuid[lo];
	return NULL;
}

void vc__cpuid(vc_vcpu *vcpu, uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	vc_vm *vm = vcpu->vm;
	const vc_cpuid_entry *row = find_row(vm, leaf, subleaf);
	vc_vcpu *outer;

	regs[0] = row ? row->eax : 0;
	regs[1] = row ? row->ebx : 0;
	regs[2] = row ? row->ecx : 0;
	regs[3] = row ? row->edx : 0;
	if (!vm->cpuid_hook)
		return;
	vc__lock(&vm->device_lock, vc__thread_self());
	outer = vm->current;
	vm->current = vcpu;
	vm->cpuid_hook(vcpu->index, leaf, subleaf, regs, vm->cpuid_opaque);
	vm->current = outer;
	vc__unlock(&vm->device_lock);
}

/* ---- MSRs ---- */

/* How many claims begin at or below msr. */
static uint32_t msr_upto(const vc_vm *vm, uint32_t msr)
{
	uint32_t lo = 0, hi = vm->msr_count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (vm->msrs[mid].first <= msr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct vc__msr_claim *vc__msr_find(const vc_vm *vm, uint32_t msr)
{
	uint32_t n = msr_upto(vm, msr);

	if (!n || msr - vm->msrs[n - 1].first >= vm->msrs[n - 1].count)
		return NULL;
	return &vm->msrs[n - 1];
}

int vc__msr_claim_add(vc_vm *vm, const struct vc__msr_claim *claim,
		      const char *call)
{
	uint32_t last = claim->first + (claim->count - 1);
	uint32_t n = msr_upto(vm, last);
	int rc;

	if (n && vm->msrs[n - 1].first + (vm->msrs[n - 1].count - 1) >=
	    claim->first)
		return vc__fail(VC_EEXIST, "%s: MSR 0x%x is claimed already",
				call, (unsigned)(vm->msrs[n - 1].first >
				claim->first ? vm->msrs[n - 1].first :
				claim->first));
	rc = vc__grow(call, &vm->msrs, &vm->msr_room, vm->msr_count,
		      sizeof(*vm->msrs));
	if (rc)
		return rc;
	memmove(&vm->msrs[n + 1], &vm->msrs[n],
		(vm->msr_count - n) * sizeof(*vm->msrs));
	vm->msrs[n] = *claim;
	vm->msr_count++;
	return 0;
}

void vc__msr_claims_drop(vc_vm *vm, const vc_device *dev)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < vm->msr_count; i++)
		if (vm->msrs[i].dev != dev)
			vm->msrs[kept++] = vm->msrs[i];
	vm->msr_count = kept;
}

static int hook_remove(vc_vm *vm, uint32_t first, uint32_t count)
{
	uint32_t n = msr_upto(vm, first);
	struct vc__msr_claim *c = n ? &vm->msrs[n - 1] : NULL;

	if (!c || c->first != first || c->count != count || c->dev)
		return vc__fail(VC_ENOENT, "vc_vm_msr_hook: no hook is on the "
				"%u MSRs from 0x%x on", (unsigned)count,
				(unsigned)first);
	memmove(c, c + 1, (vm->msr_count - n) * sizeof(*c));
	vm->msr_count--;
	return 0;
}

int vc_vm_msr_hook(vc_vm *vm, uint32_t first, uint32_t count, vc_msr_fn fn,
		   void *opaque)
{
	struct vc__msr_claim claim = { .first = first, .count = count,
				       .fn = fn, .opaque = opaque };
	int rc;

	if (!vm)
		return vc__fail(VC_EINVAL, "vc_vm_msr_hook: vm is NULL");
	if (!count || count - 1 > UINT32_MAX - first)
		return vc__fail(VC_EINVAL, "vc_vm_msr_hook: MSR 0x%x and %u "
				"on", (unsigned)first, (unsigned)count);
	if (!vc__has_cap(vm, VC_CAP_MSR_HOOKS))
		return vc__fail(VC_ENOTSUP, "vc_vm_msr_hook: the %s backend "
				"cannot", vm->backend->name);
	rc = vc__vm_stop(vm, "vc_vm_msr_hook");
	if (rc)
		return rc;
	rc = fn ? vc__msr_claim_add(vm, &claim, "vc_vm_msr_hook") :
	     hook_remove(vm, first, count);
	vc__vm_resume(vm);
	return rc;
}

static int msr_access(vc_vcpu *vcpu, uint32_t msr, uint64_t *value,
		      bool is_write)
{
	vc_vm *vm = vcpu->vm;
	const struct vc__msr_claim *c;
	vc_vcpu *outer;
	int rc;

	if (VC_LIKELY(!vm->msr_count))
		return 0;
	c = vc__msr_find(vm, msr);
	if (!c)
		return 0;
	vc__lock(&vm->device_lock, vc__thread_self());
	outer = vm->current;
	vm->current = vcpu;
	if (c->fn) {
		rc = c->fn(vcpu->index, msr, is_write, value, c->opaque);
	} else if (is_write) {
		rc = VC_MSR_FAULT;
		if (c->dev->ops.msr_write &&
		    !c->dev->ops.msr_write(c->dev->self, vcpu->index, msr,
					   *value))
			rc = VC_MSR_DONE;
	} else {
		rc = VC_MSR_FAULT;
		if (c->dev->ops.msr_read &&
		    !c->dev->ops.msr_read(c->dev->self, vcpu->index, msr,
					  value))
			rc = VC_MSR_DONE;
	}
	vm->current = outer;
	vc__unlock(&vm->device_lock);
	return rc < 0 ? -1 : rc > 0;
}

int vc__msr_read(vc_vcpu *vcpu, uint32_t msr, uint64_t *value)
{
	return msr_access(vcpu, msr, value, false);
}

int vc__msr_write(vc_vcpu *vcpu, uint32_t msr, uint64_t value)
{
	return msr_access(vcpu, msr, &value, true);
}
