/* SPDX-License-Identifier: MIT */
/*
 * interp.c: the software engine as a backend: its vCPUs, their state from and
 * to the canonical form, and what other threads may ask of them.
 */
#include <stdio.h>

#include "fpu.h"
#include "run.h"
#include "select.h"
#include "smp.h"
#include "system.h"

#include "../../lib/core/os.h"

static int probe(char *reason, size_t len, uint64_t *caps)
{
	if (len)
		reason[0] = '\0';
	*caps = (uint64_t)1 << VC_CAP_SMP |
		(uint64_t)1 << VC_CAP_BUDGET |
		(uint64_t)1 << VC_CAP_VIRTUAL_TIME |
		(uint64_t)1 << VC_CAP_STATE |
		(uint64_t)1 << VC_CAP_SEVERAL_VMS |
		(uint64_t)1 << VC_CAP_READ_ONLY |
		(uint64_t)1 << VC_CAP_NO_READ |
		(uint64_t)1 << VC_CAP_NO_EXEC |
		(uint64_t)1 << VC_CAP_DIRTY |
		(uint64_t)1 << VC_CAP_MSR_HOOKS |
		(uint64_t)1 << VC_CAP_CPUID_HOOK |
		(uint64_t)1 << VC_CAP_STEP |
		(uint64_t)1 << VC_CAP_BREAKPOINTS |
		(uint64_t)1 << VC_CAP_WATCHPOINTS |
		(uint64_t)1 << VC_CAP_HYPERCALLS |
		(uint64_t)1 << VC_CAP_TRANSLATE |
		(uint64_t)1 << VC_CAP_RNG;
	return 0;
}

static struct engine *engine_of(const vc_vm *vm, uint32_t index)
{
	return vm->vcpus[index] ? vm->vcpus[index]->backend_vcpu : NULL;
}

/* ---- memory: nothing of it is mirrored, only remembered ---- */

static void forget_memory(vc_vm *vm)
{
	for (uint32_t i = 0; i < vm->vcpu_max; i++) {
		struct engine *eng = engine_of(vm, i);

		if (!eng)
			continue;
		eng->last_region = NULL;
		vc__blocks_flush(eng);
	}
	vc__smp_forget(vm);
}

static int mem_map(vc_vm *vm, struct vc__region *r)
{
	(void)r;
	forget_memory(vm);
	return 0;
}

static void mem_unmap(vc_vm *vm, struct vc__region *r)
{
	(void)r;
	forget_memory(vm);
}

static void mem_written(vc_vm *vm, uint64_t gpa, uint64_t len)
{
	for (uint32_t i = 0; i < vm->vcpu_max; i++)
		if (engine_of(vm, i))
			vc__mail_written(engine_of(vm, i), gpa, len);
}

static void dirty_cleared(vc_vm *vm, struct vc__region *r)
{
	(void)r;
	for (uint32_t i = 0; i < vm->vcpu_max; i++)
		if (engine_of(vm, i))
			vc__mail_dirty_cleared(engine_of(vm, i));
}

/* ---- vCPUs ---- */

static int vcpu_create(vc_vcpu *vcpu)
{
	struct engine *eng = vc__os_pages(sizeof(*eng));

	if (!eng)
		return vc__fail(VC_ENOMEM, "interp: no memory for a vCPU");
	eng->cpu.vcpu = vcpu;
	eng->cpu.vm = vcpu->vm;
	eng->cpu.eng = eng;
	atomic_flag_clear(&eng->mail_lock);
	eng->features = vc__cpuid_features(vcpu->vm);
	vc__blocks_init(eng);
	vc__tlb_init(&eng->cpu);
	vc__fpu_reset(&eng->cpu);
	vc__mode_update(&eng->cpu);
	vcpu->backend_vcpu = eng;
	vc__smp_join(eng);
	return 0;
}

static void vcpu_destroy(vc_vcpu *vcpu)
{
	struct engine *eng = vcpu->backend_vcpu;

	if (!eng)
		return;
	vc__smp_part(eng);
	vc__blocks_free(eng);
	vc__os_pages_free(eng, sizeof(*eng));
	vcpu->backend_vcpu = NULL;
}

/* ---- state ---- */

static void segments_get(const struct cpu *cpu, vc_x86_state *s)
{
	for (unsigned i = 0; i < 8; i++)
		s->seg[i] = (vc_x86_segment){ cpu->seg[i].base,
					      cpu->seg[i].limit,
					      cpu->seg[i].sel,
					      cpu->seg[i].attr };
	s->gdtr = (vc_x86_table){ cpu->gdtr.base, cpu->gdtr.limit, { 0 } };
	s->idtr = (vc_x86_table){ cpu->idtr.base, cpu->idtr.limit, { 0 } };
}

static void segments_set(struct cpu *cpu, const vc_x86_state *s)
{
	for (unsigned i = 0; i < 8; i++)
		cpu->seg[i] = (struct segment){ s->seg[i].base, s->seg[i].limit,
						s->seg[i].selector,
						s->seg[i].attr };
	cpu->gdtr.base = s->gdtr.base;
	cpu->gdtr.limit = s->gdtr.limit;
	cpu->idtr.base = s->idtr.base;
	cpu->idtr.limit = s->idtr.limit;
}

/* Members that have the same name and type on both sides. */
#define SAME_MEMBERS(X) \
	X(cr0) X(cr2) X(cr3) X(cr4) X(cr8) X(xcr0) X(efer) X(dr6) X(dr7) \
	X(star) X(lstar) X(cstar) X(sfmask) X(kernel_gs_base) \
	X(sysenter_cs) X(sysenter_esp) X(sysenter_eip) X(tsc_aux) \
	X(tsc_adjust) X(tsc_deadline) X(apic_base) X(misc_enable) X(pat) \
	X(xss) X(spec_ctrl) X(mcg_status) X(mcg_ctl) X(mtrr_def_type)
#define SAME_ARRAYS(X) X(dr) X(pdpte) X(mtrr_fix) X(mtrr_phys)

static int state_get(vc_vcpu *vcpu, vc_x86_state *s)
{
	struct engine *eng = vcpu->backend_vcpu;
	struct cpu *cpu = &eng->cpu;

	memcpy(s->gpr, cpu->r, sizeof(s->gpr));
	s->rip = cpu->rip;
	s->rflags = rflags_get(cpu);
	segments_get(cpu, s);
#define GET(m) s->m = cpu->m;
	SAME_MEMBERS(GET)
#undef GET
#define GET(m) memcpy(s->m, cpu->m, sizeof(s->m));
	SAME_ARRAYS(GET)
#undef GET
	s->tsc = vc__tsc(vcpu);
	s->interrupt_shadow = cpu->shadow;
	s->event_flags = 0;
	if (cpu->event_waits && cpu->event_interrupt) {
		s->event_flags |= VC_EVENT_INTERRUPT;
		s->interrupt_vector = cpu->event.vector;
	} else if (cpu->event_waits) {
		s->event_flags |= VC_EVENT_EXCEPTION;
		s->exception_vector = cpu->event.vector;
		s->exception_error = cpu->event.error;
		s->exception_payload = cpu->event.payload;
		if (cpu->event.has_error)
			s->event_flags |= VC_EVENT_ERROR_CODE;
	}
	if (cpu->nmi_masked)
		s->event_flags |= VC_EVENT_NMI_MASKED;
	if (cpu->shut_down)
		s->event_flags |= VC_EVENT_TRIPLE_FAULT;
	s->retired = cpu->retired;
	vc__xsave_get(cpu, s->xsave);
	return 0;
}

static void events_set(struct cpu *cpu, const vc_x86_state *s)
{
	cpu->shadow = (uint8_t)s->interrupt_shadow;
	cpu->nmi_masked = (s->event_flags & VC_EVENT_NMI_MASKED) != 0;
	cpu->shut_down = (s->event_flags & VC_EVENT_TRIPLE_FAULT) != 0;
	cpu->event_waits = false;
	if (s->event_flags & VC_EVENT_EXCEPTION) {
		cpu->event_waits = true;
		cpu->event_interrupt = false;
		cpu->event = (struct fault){
			s->exception_vector,
			(s->event_flags & VC_EVENT_ERROR_CODE) != 0,
			s->exception_error, s->exception_payload,
		};
	} else if (s->event_flags & VC_EVENT_INTERRUPT) {
		cpu->event_waits = cpu->event_interrupt = true;
		cpu->event.vector = s->interrupt_vector;
	}
}

static int state_set(vc_vcpu *vcpu, const vc_x86_state *s)
{
	struct engine *eng = vcpu->backend_vcpu;
	struct cpu *cpu = &eng->cpu;

	/* first: it refuses parts that the engine does not have */
	if (vc__xsave_set(cpu, s->xsave))
		return vc__fail(VC_ENOTSUP, "interp: xsave has parts that this "
				"engine lacks");
	memcpy(cpu->r, s->gpr, sizeof(s->gpr));
	cpu->rip = s->rip;
	rflags_set(cpu, s->rflags);
	segments_set(cpu, s);
	cpu->cpl = (uint8_t)(s->seg[VC_SEG_SS].attr >> 5 & 3);
	if (!(s->cr0 & CR0_PE))
		cpu->cpl = 0;
	else if (s->rflags & FL_VM)
		cpu->cpl = 3;
#define SET(m) cpu->m = s->m;
	SAME_MEMBERS(SET)
#undef SET
#define SET(m) memcpy(cpu->m, s->m, sizeof(cpu->m));
	SAME_ARRAYS(SET)
#undef SET
	cpu->retired = s->retired;
	vc__tsc_set(vcpu, s->tsc);
	events_set(cpu, s);
	vc__tlb_flush(cpu, true);
	vc__mode_update(cpu);
	return 0;
}

static int reg_get(vc_vcpu *vcpu, uint32_t reg, uint64_t *value)
{
	const struct engine *eng = vcpu->backend_vcpu;
	const struct cpu *cpu = &eng->cpu;

	if (reg <= VC_REG_R15)
		*value = R(reg);
	else if (reg == VC_REG_RIP)
		*value = cpu->rip;
	else if (reg == VC_REG_RFLAGS)
		*value = rflags_get(cpu);
	else
		return VC_ENOTSUP;
	return 0;
}

static int reg_set(vc_vcpu *vcpu, uint32_t reg, uint64_t value)
{
	struct engine *eng = vcpu->backend_vcpu;
	struct cpu *cpu = &eng->cpu;

	if (reg <= VC_REG_R15)
		R(reg) = value;
	else if (reg == VC_REG_RIP)
		cpu->rip = value;
	else
		return VC_ENOTSUP;
	return 0;
}

static int msr_get(vc_vcpu *vcpu, uint32_t msr, uint64_t *value)
{
	struct engine *eng = vcpu->backend_vcpu;

	return vc__msr_own_read(&eng->cpu, msr, value);
}

static int msr_set(vc_vcpu *vcpu, uint32_t msr, uint64_t value)
{
	struct engine *eng = vcpu->backend_vcpu;

	return vc__msr_own_write(&eng->cpu, msr, value);
}

static void kick(vc_vcpu *vcpu)
{
	struct engine *eng = vcpu->backend_vcpu;

	atomic_store(&eng->cpu.limit, 0);
}

static uint64_t retired(vc_vcpu *vcpu)
{
	const struct engine *eng = vcpu->backend_vcpu;

	return eng->cpu.retired - eng->cpu.at_left;
}

static int translate(vc_vcpu *vcpu, uint64_t gva, uint32_t access,
		     uint64_t *gpa)
{
	struct engine *eng = vcpu->backend_vcpu;

	return vc__mmu_translate(&eng->cpu, gva, access, gpa);
}

/* The TLBs may have what is watched from now on: see debugging() in run.c. */
static int debug_update(vc_vcpu *vcpu)
{
	struct engine *eng = vcpu->backend_vcpu;

	eng->watching = false;
	return 0;
}

/* CPUID looks at the table as it is; decoded code knows what it offered. */
static int cpuid_update(vc_vcpu *vcpu)
{
	struct engine *eng = vcpu->backend_vcpu;
	uint64_t features = vc__cpuid_features(vcpu->vm);

	if (features != eng->features)
		vc__blocks_flush(eng);
	eng->features = features;
	return 0;
}

const struct vc__backend vc__backend_interp = {
	.id = VC_BACKEND_INTERP,
	.name = "interp",
	.probe = probe,
	.vm_create = vc__smp_create,
	.vm_destroy = vc__smp_destroy,
	.mem_map = mem_map,
	.mem_unmap = mem_unmap,
	.mem_update = mem_map,
	.mem_written = mem_written,
	.dirty_cleared = dirty_cleared,
	.vcpu_create = vcpu_create,
	.vcpu_destroy = vcpu_destroy,
	.state_get = state_get,
	.state_set = state_set,
	.reg_get = reg_get,
	.reg_set = reg_set,
	.msr_get = msr_get,
	.msr_set = msr_set,
	.run = vc__interp_run,
	.kick = kick,
	.retired = retired,
	.translate = translate,
	.debug_update = debug_update,
	.cpuid_update = cpuid_update,
	.cpuid_default = vc__interp_cpuid_default,
};
