/* SPDX-License-Identifier: MIT */
/*
 * irq.c: interrupt lines, messages, and the inputs of the vCPUs. What the
 * controllers do with them is the devices' affair. Everything here is under
 * the device lock, but for the bits of vcpu->pending.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "os.h"

void vc__irq_free(vc_vm *vm)
{
	free(vm->sinks);
}

void vc__irq_reset(vc_vm *vm)
{
	for (uint32_t i = 0; i < VC_LINE_COUNT; i++)
		vc_line_set(vm, i, 0);
}

int vc_line_connect(vc_vm *vm, uint32_t line, vc_device *dev, uint32_t pin)
{
	int rc;

	if (!vm || !dev)
		return vc__fail(VC_EINVAL, "vc_line_connect: %s is NULL",
				vm ? "dev" : "vm");
	if (line >= VC_LINE_COUNT)
		return vc__fail(VC_EINVAL, "vc_line_connect: there is no line "
				"%u", (unsigned)line);
	if (dev->vm != vm)
		return vc__fail(VC_EINVAL, "vc_line_connect: %s belongs to "
				"another VM", dev->ops.name);
	if (!dev->ops.pin)
		return vc__fail(VC_EINVAL, "vc_line_connect: %s has no pins",
				dev->ops.name);
	rc = vc__vm_stop(vm, "vc_line_connect");
	if (rc)
		return rc;
	for (uint32_t i = 0; i < vm->sink_count; i++)
		if (vm->sinks[i].dev == dev && vm->sinks[i].line == line &&
		    vm->sinks[i].pin == pin) {
			rc = vc__fail(VC_EEXIST, "vc_line_connect: line %u is "
				      "connected to pin %u of %s already",
				      (unsigned)line, (unsigned)pin,
				      dev->ops.name);
			goto resume;
		}
	rc = vc__grow("vc_line_connect", &vm->sinks, &vm->sink_room,
		      vm->sink_count, sizeof(*vm->sinks));
	if (!rc)
		vm->sinks[vm->sink_count++] =
			(struct vc__line_sink){ dev, line, pin };
resume:
	vc__vm_resume(vm);
	return rc;
}

int vc_line_set(vc_vm *vm, uint32_t line, uint32_t level)
{
	if (!vm)
		return vc__fail(VC_EINVAL, "vc_line_set: vm is NULL");
	if (line >= VC_LINE_COUNT || level > 1)
		return vc__fail(VC_EINVAL, "vc_line_set: line %u, level %u",
				(unsigned)line, (unsigned)level);
	vc__lock(&vm->device_lock, vc__thread_self());
	if (vm->line_level[line] != level) {
		vm->line_level[line] = (uint8_t)level;
		for (uint32_t i = 0; i < vm->sink_count; i++) {
			struct vc__line_sink *s = &vm->sinks[i];

			if (s->line == line)
				s->dev->ops.pin(s->dev->self, s->pin, level);
		}
	}
	vc__unlock(&vm->device_lock);
	return 0;
}

int vc_line_pulse(vc_vm *vm, uint32_t line)
{
	int rc;

	if (!vm || line >= VC_LINE_COUNT)
		return vc__fail(VC_EINVAL, "vc_line_pulse: %s",
				vm ? "no such line" : "vm is NULL");
	/* Both edges under one lock: nobody sees the line between. */
	vc__lock(&vm->device_lock, vc__thread_self());
	rc = vc_line_set(vm, line, 1);
	if (!rc)
		rc = vc_line_set(vm, line, 0);
	vc__unlock(&vm->device_lock);
	return rc;
}

int vc_msi_sink(vc_vm *vm, vc_device *dev)
{
	int rc;

	if (!vm || !dev)
		return vc__fail(VC_EINVAL, "vc_msi_sink: %s is NULL",
				vm ? "dev" : "vm");
	if (dev->vm != vm || !dev->ops.msi)
		return vc__fail(VC_EINVAL, "vc_msi_sink: %s %s", dev->ops.name,
				dev->vm != vm ? "belongs to another VM" :
				"takes no messages");
	rc = vc__vm_stop(vm, "vc_msi_sink");
	if (rc)
		return rc;
	vm->msi_sink = dev;
	vc__vm_resume(vm);
	return 0;
}

int vc_msi_send(vc_vm *vm, uint64_t address, uint32_t data)
{
	int rc = 0;

	if (!vm)
		return vc__fail(VC_EINVAL, "vc_msi_send: vm is NULL");
	vc__lock(&vm->device_lock, vc__thread_self());
	if (vm->msi_sink)
		vm->msi_sink->ops.msi(vm->msi_sink->self, address, data);
	else
		rc = vc__fail(VC_ENODEV, "vc_msi_send: the VM has nothing "
			      "that takes messages");
	vc__unlock(&vm->device_lock);
	return rc;
}

/* ---- the inputs of a vCPU ---- */

static vc_vcpu *find(vc_vm *vm, uint32_t index, const char *call)
{
	if (!vm || index >= vm->vcpu_max || !vm->vcpus[index]) {
		vc__fail(VC_EINVAL, "%s: %s", call,
			 vm ? "there is no such vCPU" : "vm is NULL");
		return NULL;
	}
	return vm->vcpus[index];
}

int vc_vcpu_controller(vc_vm *vm, uint32_t index, vc_device *dev)
{
	vc_vcpu *vcpu = find(vm, index, "vc_vcpu_controller");
	int rc;

	if (!vcpu)
		return VC_EINVAL;
	if (!dev || dev->vm != vm || !dev->ops.acknowledge)
		return vc__fail(VC_EINVAL, "vc_vcpu_controller: %s", !dev ?
				"dev is NULL" : dev->vm != vm ?
				"dev belongs to another VM" :
				"dev has no acknowledge operation");
	rc = vc__vm_stop(vm, "vc_vcpu_controller");
	if (rc)
		return rc;
	vcpu->controller = dev;
	vc__vm_resume(vm);
	return 0;
}

int vc_vcpu_request(vc_vm *vm, uint32_t index, uint32_t level)
{
	vc_vcpu *vcpu = find(vm, index, "vc_vcpu_request");

	if (!vcpu)
		return VC_EINVAL;
	if (level > 1)
		return vc__fail(VC_EINVAL, "vc_vcpu_request: level %u",
				(unsigned)level);
	vc__lock(&vm->device_lock, vc__thread_self());
	vcpu->requested = level;
	if (level)
		vc__vcpu_pend(vcpu, VC__PEND_INTR);
	else
		atomic_fetch_and(&vcpu->pending, ~VC__PEND_INTR);
	vc__unlock(&vm->device_lock);
	return 0;
}

int vc_vcpu_nmi(vc_vm *vm, uint32_t index)
{
	vc_vcpu *vcpu = find(vm, index, "vc_vcpu_nmi");

	if (!vcpu)
		return VC_EINVAL;
	vc__vcpu_pend(vcpu, VC__PEND_NMI);
	return 0;
}

int vc_vcpu_init(vc_vm *vm, uint32_t index)
{
	vc_vcpu *vcpu = find(vm, index, "vc_vcpu_init");

	if (!vcpu)
		return VC_EINVAL;
	vc__vcpu_pend(vcpu, VC__PEND_INIT);
	return 0;
}

int vc_vcpu_sipi(vc_vm *vm, uint32_t index, uint32_t vector)
{
	vc_vcpu *vcpu = find(vm, index, "vc_vcpu_sipi");

	if (!vcpu)
		return VC_EINVAL;
	if (vector > 255)
		return vc__fail(VC_EINVAL, "vc_vcpu_sipi: vector %u",
				(unsigned)vector);
	atomic_store(&vcpu->sipi_vector, vector);
	vc__vcpu_pend(vcpu, VC__PEND_SIPI);
	return 0;
}

static void pend_all(vc_vm *vm, uint32_t bits)
{
	for (uint32_t i = 0; i < vm->vcpu_max; i++)
		if (vm->vcpus[i])
			vc__vcpu_pend(vm->vcpus[i], bits);
}

int vc_vm_reset_request(vc_vm *vm)
{
	if (!vm)
		return vc__fail(VC_EINVAL, "vc_vm_reset_request: vm is NULL");
	pend_all(vm, VC__PEND_RESET);
	return 0;
}

int vc_vm_poweroff_request(vc_vm *vm, uint32_t code)
{
	if (!vm)
		return vc__fail(VC_EINVAL, "vc_vm_poweroff_request: vm is "
				"NULL");
	atomic_store(&vm->poweroff_code, code);
	pend_all(vm, VC__PEND_POWEROFF);
	return 0;
}

uint32_t vc_current_vcpu(vc_vm *vm)
{
	if (!vm || !vc__lock_mine(&vm->device_lock, vc__thread_self()) ||
	    !vm->current)
		return UINT32_MAX;
	return vm->current->index;
}

/* ---- the other way: what a vCPU asks of its controller ---- */

static vc_vcpu *enter(vc_vcpu *vcpu)
{
	vc_vm *vm = vcpu->vm;
	vc_vcpu *outer;

	vc__lock(&vm->device_lock, vc__thread_self());
	outer = vm->current;
	vm->current = vcpu;
	return outer;
}

static void leave(vc_vcpu *vcpu, vc_vcpu *outer)
{
	vcpu->vm->current = outer;
	vc__unlock(&vcpu->vm->device_lock);
}

int vc__vcpu_acknowledge(vc_vcpu *vcpu)
{
	vc_device *c = vcpu->controller;
	vc_vcpu *outer;
	int vector;

	outer = enter(vcpu);
	if (c) {
		vector = vcpu->requested ?
			 c->ops.acknowledge(c->self, vcpu->index) : -1;
		/* One that says no and keeps its pin up would be asked for
		 * ever: its next rise counts again. */
		if (vector < 0)
			atomic_fetch_and(&vcpu->pending, ~VC__PEND_INTR);
	} else {
		uint32_t in = atomic_exchange(&vcpu->inject, 0);

		vector = in ? (int)(in & 0xff) : -1;
		atomic_fetch_and(&vcpu->pending, ~VC__PEND_INTR);
	}
	leave(vcpu, outer);
	return vector > 255 ? -1 : vector;
}

int vc__cr8_read(vc_vcpu *vcpu, uint64_t *value)
{
	vc_device *c = vcpu->controller;
	vc_vcpu *outer;

	if (!c || !c->ops.cr8_read)
		return 0;
	outer = enter(vcpu);
	*value = c->ops.cr8_read(c->self, vcpu->index);
	leave(vcpu, outer);
	return 1;
}

int vc__cr8_write(vc_vcpu *vcpu, uint64_t value)
{
	vc_device *c = vcpu->controller;
	vc_vcpu *outer;

	if (!c || !c->ops.cr8_write)
		return 0;
	outer = enter(vcpu);
	c->ops.cr8_write(c->self, vcpu->index, value);
	leave(vcpu, outer);
	return 1;
}

/* ---- interrupts from the embedder ---- */

int vc_vcpu_inject(vc_vcpu *vcpu, uint32_t vector)
{
	int rc = 0;

	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_inject: vcpu is NULL");
	if (vector > 255)
		return vc__fail(VC_ERANGE, "vc_vcpu_inject: vector %u",
				(unsigned)vector);
	/* The lock keeps the slot and its pending bit in step. */
	vc__lock(&vcpu->vm->device_lock, vc__thread_self());
	if (vcpu->controller)
		rc = vc__fail(VC_ESTATE, "vc_vcpu_inject: interrupts of this "
			      "vCPU come from its controller, %s",
			      vcpu->controller->ops.name);
	else if (atomic_load(&vcpu->inject))
		rc = vc__fail(VC_EBUSY, "vc_vcpu_inject: an interrupt waits "
			      "already");
	if (!rc) {
		atomic_store(&vcpu->inject, VC__INJECT | vector);
		vc__vcpu_pend(vcpu, VC__PEND_INTR);
	}
	vc__unlock(&vcpu->vm->device_lock);
	return rc;
}

int vc_vcpu_inject_pending(const vc_vcpu *vcpu)
{
	if (!vcpu)
		return vc__fail(VC_EINVAL, "vc_vcpu_inject_pending: vcpu is "
				"NULL");
	return atomic_load(&vcpu->inject) != 0;
}
