/* SPDX-License-Identifier: MIT */
/*
 * rig.c: see rig.h. The backend here has no engine: its vCPUs keep registers,
 * and "execute" what a test scripts, by default nothing at one nanosecond per
 * instruction.
 */
#define _GNU_SOURCE			/* mmap's constants, for the wrapper */

#include <errno.h>
#include <sys/mman.h>

#include "rig.h"
#include "../lib/core/backend.h"
#include "../lib/core/os.h"

/* ---- the backend ---- */

struct script {
	int (*step)(vc_vcpu *vcpu, uint64_t max_insns, void *opaque);
	void *opaque;
};

struct fake_vcpu {
	vc_x86_state state;
	_Atomic uint32_t kicks;
};

static int fake_probe(char *reason, size_t len, uint64_t *caps)
{
	(void)reason, (void)len;
	*caps = (UINT64_C(1) << VC_CAP_COUNT) - 1;
	return 0;
}

/* rig_scripted() puts the script here for the VM that it is about to make. */
static _Thread_local struct script *next_script;

static int fake_vm_create(vc_vm *vm)
{
	struct script *s = calloc(1, sizeof(*s));

	if (!s)
		return vc__fail(VC_ENOMEM, "fake: out of memory");
	if (next_script)
		*s = *next_script;
	vm->backend_vm = s;
	return 0;
}

static void fake_vm_destroy(vc_vm *vm)
{
	free(vm->backend_vm);
}

static int fake_mem_map(vc_vm *vm, struct vc__region *r)
{
	(void)vm;
	r->backend = r;
	return 0;
}

static void fake_mem_unmap(vc_vm *vm, struct vc__region *r)
{
	(void)vm;
	r->backend = NULL;
}

static int fake_mem_update(vc_vm *vm, struct vc__region *r)
{
	(void)vm, (void)r;
	return 0;
}

static int fake_vcpu_create(vc_vcpu *vcpu)
{
	struct fake_vcpu *f = calloc(1, sizeof(*f));

	if (!f)
		return vc__fail(VC_ENOMEM, "fake: out of memory");
	vcpu->backend_vcpu = f;
	return 0;
}

static void fake_vcpu_destroy(vc_vcpu *vcpu)
{
	free(vcpu->backend_vcpu);
}

static int fake_state_get(vc_vcpu *vcpu, vc_x86_state *out)
{
	const struct fake_vcpu *f = vcpu->backend_vcpu;

	*out = f->state;
	vc__cr8_read(vcpu, &out->cr8);	/* the controller knows, if any */
	return 0;
}

static int fake_state_set(vc_vcpu *vcpu, const vc_x86_state *in)
{
	struct fake_vcpu *f = vcpu->backend_vcpu;

	f->state = *in;
	return 0;
}

static int fake_reg_get(vc_vcpu *vcpu, uint32_t reg, uint64_t *value)
{
	const struct fake_vcpu *f = vcpu->backend_vcpu;

	if (reg == VC_REG_RIP)
		*value = f->state.rip;
	else if (reg == VC_REG_RFLAGS)
		*value = f->state.rflags;
	else if (reg < 16)
		*value = f->state.gpr[reg];
	else
		return VC_ENOTSUP;
	return 0;
}

static int fake_reg_set(vc_vcpu *vcpu, uint32_t reg, uint64_t value)
{
	struct fake_vcpu *f = vcpu->backend_vcpu;

	if (reg == VC_REG_RIP)
		f->state.rip = value;
	else if (reg < 16)
		f->state.gpr[reg] = value;
	else
		return VC_ENOTSUP;
	return 0;
}

#define MSR_LSTAR	0xc0000082u

static int fake_msr_get(vc_vcpu *vcpu, uint32_t msr, uint64_t *value)
{
	const struct fake_vcpu *f = vcpu->backend_vcpu;

	if (msr != MSR_LSTAR)
		return VC_ENOENT;
	*value = f->state.lstar;
	return 0;
}

static int fake_msr_set(vc_vcpu *vcpu, uint32_t msr, uint64_t value)
{
	struct fake_vcpu *f = vcpu->backend_vcpu;

	if (msr != MSR_LSTAR)
		return VC_ENOENT;
	f->state.lstar = value;
	return 0;
}

static int fake_run(vc_vcpu *vcpu, uint64_t max_insns)
{
	const struct script *s = vcpu->vm->backend_vm;

	vcpu->access_pending = false;
	if (s->step)
		return s->step(vcpu, max_insns, s->opaque);
	vcpu->retired += max_insns < 1000000 ? max_insns : 1000000;
	return VC__RUN_POLL;
}

static void fake_kick(vc_vcpu *vcpu)
{
	struct fake_vcpu *f = vcpu->backend_vcpu;

	f->kicks++;
}

/* Paging as tests need it: 1 MiB mapped one to one, the upper half of it read
 * only, nothing else. */
static int fake_translate(vc_vcpu *vcpu, uint64_t gva, uint32_t access,
			  uint64_t *gpa)
{
	(void)vcpu;
	if (gva >= RIG_RAM * 2)
		return VC_EFAULT;
	if (gva >= RIG_RAM / 2 && gva < RIG_RAM && (access & VC_ACCESS_WRITE))
		return VC_EPERM;
	*gpa = gva;
	return 0;
}

static uint32_t fake_cpuid(uint32_t model, vc_cpuid_entry *table, uint32_t n)
{
	static const vc_cpuid_entry rows[] = {
		{ 0, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69, 0 },
		{ 1, 0, 0, 0x600, 0, 0, 0, 0 },
	};

	if (model != VC_CPU_DEFAULT && model != VC_CPU_X86_64)
		return 0;
	for (uint32_t i = 0; i < n && i < VC__ARRAY_LEN(rows); i++)
		table[i] = rows[i];
	return VC__ARRAY_LEN(rows);
}

static const struct vc__backend fake_backend = {
	.id		= 1000,
	.name		= "fake",
	.probe		= fake_probe,
	.vm_create	= fake_vm_create,
	.vm_destroy	= fake_vm_destroy,
	.mem_map	= fake_mem_map,
	.mem_unmap	= fake_mem_unmap,
	.mem_update	= fake_mem_update,
	.vcpu_create	= fake_vcpu_create,
	.vcpu_destroy	= fake_vcpu_destroy,
	.state_get	= fake_state_get,
	.state_set	= fake_state_set,
	.reg_get	= fake_reg_get,
	.reg_set	= fake_reg_set,
	.msr_get	= fake_msr_get,
	.msr_set	= fake_msr_set,
	.run		= fake_run,
	.kick		= fake_kick,
	.translate	= fake_translate,
	.cpuid_default	= fake_cpuid,
};

const struct vc__backend *rig_backend(void)
{
	return &fake_backend;
}

bool rig_have_backend(uint32_t id)
{
	return vc_backend_probe(id) == 0;
}

/* ---- rigs ---- */

static void must(int rc, const char *what)
{
	if (!rc)
		return;
	fprintf(stderr, "rig: %s: %d: %s\n", what, rc, vc_last_error());
	abort();
}

static struct rig *make(const vc_vm_options *options, uint32_t vcpus)
{
	struct rig *r = calloc(1, sizeof(*r));
	void *ram;

	if (!r)
		abort();
	must(vc__vm_create_on(&r->vm, options, &fake_backend, "rig"), "vm");
	must(vc_memory_map(r->vm, 0, NULL, RIG_RAM, VC_PROT_RWX), "map");
	must(vc_memory_host(r->vm, 0, RIG_RAM, &ram), "host");
	r->ram = ram;
	r->ram_len = RIG_RAM;
	for (uint32_t i = 0; i < vcpus; i++) {
		vc_vcpu *v;

		must(vc_vcpu_create(&v, r->vm, i), "vcpu");
		if (!i)
			r->vcpu = v;
	}
	return r;
}

struct rig *rig_new(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;

	o.flags = VC_VM_VIRTUAL_TIME;
	return make(&o, 1);
}

struct rig *rig_new_smp(uint32_t vcpus)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;

	o.vcpu_max = vcpus;
	return make(&o, vcpus);
}

struct rig *rig_scripted(const vc_vm_options *options,
			 int (*step)(vc_vcpu *vcpu, uint64_t max_insns,
				     void *opaque), void *opaque)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct script s = { step, opaque };
	struct rig *r;

	if (options)
		o = *options;
	next_script = &s;
	r = make(&o, o.vcpu_max ? o.vcpu_max : 1);
	next_script = NULL;
	return r;
}

void rig_free(struct rig *r)
{
	if (!r)
		return;
	vc_vm_destroy(r->vm);
	free(r);
}

/* ---- accesses, as a backend makes them ---- */

static _Thread_local bool claimed;

bool rig_claimed(void)
{
	return claimed;
}

/* Up-calls come from the thread that runs the vCPU: be that. */
static vc_vcpu *enter(struct rig *r, uint32_t n)
{
	vc_vcpu *v = vc_vm_vcpu(r->vm, n);

	if (!v) {
		fprintf(stderr, "rig: no vCPU %u\n", n);
		abort();
	}
	atomic_store(&v->thread, vc__thread_self());
	return v;
}

static void leave(vc_vcpu *v)
{
	atomic_store(&v->thread, 0);
}

static uint64_t port_in(struct rig *r, uint16_t port, uint32_t size)
{
	vc_vcpu *v = enter(r, 0);
	uint64_t value = 0;

	claimed = vc__port_read(v, port, size, &value);
	leave(v);
	return claimed ? value : UINT64_MAX;
}

static void port_out(struct rig *r, uint16_t port, uint32_t size, uint32_t value)
{
	vc_vcpu *v = enter(r, 0);

	claimed = vc__port_write(v, port, size, value);
	leave(v);
}

uint8_t rig_in8(struct rig *r, uint16_t port)
{
	return (uint8_t)port_in(r, port, 1);
}

uint16_t rig_in16(struct rig *r, uint16_t port)
{
	return (uint16_t)port_in(r, port, 2);
}

uint32_t rig_in32(struct rig *r, uint16_t port)
{
	return (uint32_t)port_in(r, port, 4);
}

void rig_out8(struct rig *r, uint16_t port, uint8_t value)
{
	port_out(r, port, 1, value);
}

void rig_out16(struct rig *r, uint16_t port, uint16_t value)
{
	port_out(r, port, 2, value);
}

void rig_out32(struct rig *r, uint16_t port, uint32_t value)
{
	port_out(r, port, 4, value);
}

uint64_t rig_mmio_read_on(struct rig *r, uint32_t n, uint64_t gpa,
			  uint32_t size)
{
	vc_vcpu *v = enter(r, n);
	uint64_t value = 0;

	claimed = vc__mmio_read(v, gpa, size, &value);
	leave(v);
	if (claimed)
		return value;
	return size == 8 ? UINT64_MAX : (UINT64_C(1) << size * 8) - 1;
}

void rig_mmio_write_on(struct rig *r, uint32_t n, uint64_t gpa, uint32_t size,
		       uint64_t value)
{
	vc_vcpu *v = enter(r, n);

	claimed = vc__mmio_write(v, gpa, size, value);
	leave(v);
}

uint64_t rig_mmio_read(struct rig *r, uint64_t gpa, uint32_t size)
{
	return rig_mmio_read_on(r, 0, gpa, size);
}

void rig_mmio_write(struct rig *r, uint64_t gpa, uint32_t size, uint64_t value)
{
	rig_mmio_write_on(r, 0, gpa, size, value);
}

int rig_rdmsr(struct rig *r, uint32_t n, uint32_t msr, uint64_t *value)
{
	vc_vcpu *v = enter(r, n);
	int rc = vc__msr_read(v, msr, value);

	leave(v);
	return rc;
}

int rig_wrmsr(struct rig *r, uint32_t n, uint32_t msr, uint64_t value)
{
	vc_vcpu *v = enter(r, n);
	int rc = vc__msr_write(v, msr, value);

	leave(v);
	return rc;
}

uint64_t rig_cr8(struct rig *r, uint32_t n)
{
	vc_vcpu *v = enter(r, n);
	uint64_t value = UINT64_MAX;

	claimed = vc__cr8_read(v, &value);
	leave(v);
	return value;
}

void rig_set_cr8(struct rig *r, uint32_t n, uint64_t value)
{
	vc_vcpu *v = enter(r, n);

	claimed = vc__cr8_write(v, value);
	leave(v);
}

/* ---- time and events ---- */

void rig_advance(struct rig *r, uint64_t ns)
{
	vc_exit *e;

	/* One nanosecond per instruction, so time is a budget. */
	must(vc_vcpu_budget_set(r->vcpu, ns), "budget");
	do {
		must(vc_vcpu_run(r->vcpu, &e), "run");
		if (e->reason == VC_EXIT_RESET)
			r->asked = 1;
		if (e->reason == VC_EXIT_POWEROFF)
			r->asked = 2;
	} while (e->reason != VC_EXIT_BUDGET);
	must(vc_vcpu_budget_set(r->vcpu, UINT64_MAX), "budget");
}

static bool pending(struct rig *r, uint32_t n, uint32_t bit)
{
	return atomic_load(&vc_vm_vcpu(r->vm, n)->pending) & bit;
}

bool rig_intr(struct rig *r, uint32_t n)
{
	return pending(r, n, VC__PEND_INTR);
}

bool rig_nmi(struct rig *r, uint32_t n)
{
	return pending(r, n, VC__PEND_NMI);
}

bool rig_init(struct rig *r, uint32_t n)
{
	return pending(r, n, VC__PEND_INIT);
}

int rig_sipi(struct rig *r, uint32_t n)
{
	return pending(r, n, VC__PEND_SIPI) ?
	       (int)atomic_load(&vc_vm_vcpu(r->vm, n)->sipi_vector) : -1;
}

int rig_ack(struct rig *r, uint32_t n)
{
	vc_vcpu *v = enter(r, n);
	int vector = vc__vcpu_acknowledge(v);

	leave(v);
	return vector;
}

int rig_request(struct rig *r, uint32_t *code)
{
	const uint32_t both = VC__PEND_RESET | VC__PEND_POWEROFF;
	uint32_t p = atomic_fetch_and(&r->vcpu->pending, ~both);
	int asked = (int)r->asked;

	r->asked = 0;
	if (code)
		*code = atomic_load(&r->vm->poweroff_code);
	return p & VC__PEND_RESET ? 1 : p & VC__PEND_POWEROFF ? 2 : asked;
}

/* ---- the device with pins ---- */

#define PINS 64

struct pins {
	uint32_t level[PINS];
	uint32_t edges[PINS];
};

static void pins_pin(void *self, uint32_t pin, uint32_t level)
{
	struct pins *p = self;

	if (pin >= PINS)
		return;
	if (level && !p->level[pin])
		p->edges[pin]++;
	p->level[pin] = level;
}

static const vc_device_ops pins_ops = {
	.size		= sizeof(vc_device_ops),
	.name		= "pins",
	.pin		= pins_pin,
	.destroy	= free,
};

vc_device *rig_pins(struct rig *r)
{
	struct pins *p = calloc(1, sizeof(*p));
	vc_device *d = NULL;

	must(vc_device_create(&d, r->vm, &pins_ops, p), "pins");
	return d;
}

uint32_t rig_pin(vc_device *pins, uint32_t pin)
{
	const struct pins *p = vc_device_self(pins);

	return p->level[pin];
}

uint32_t rig_pin_edges(vc_device *pins, uint32_t pin)
{
	const struct pins *p = vc_device_self(pins);

	return p->edges[pin];
}

/* ---- allocations: the Makefile links with --wrap for each of these ---- */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
void __real_free(void *p);
void *__real_mmap(void *at, size_t len, int prot, int flags, int fd, off_t off);
int __real_munmap(void *at, size_t len);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
void __wrap_free(void *p);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t off);
int __wrap_munmap(void *at, size_t len);

static _Thread_local uint64_t fail_countdown;
static _Thread_local bool fail_happened;
static _Atomic int64_t live;

void rig_alloc_fail_at(uint64_t n)
{
	fail_countdown = n;
	if (n)
		fail_happened = false;
}

bool rig_alloc_failed(void)
{
	return fail_happened;
}

int64_t rig_alloc_live(void)
{
	return live;
}

static bool fails_now(void)
{
	if (!fail_countdown || --fail_countdown)
		return false;
	fail_happened = true;
	errno = ENOMEM;
	return true;
}

static void *count(void *p)
{
	if (p)
		live++;
	return p;
}

void *__wrap_malloc(size_t n)
{
	return fails_now() ? NULL : count(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails_now() ? NULL : count(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
	void *q;

	if (fails_now())
		return NULL;
	q = __real_realloc(p, n);
	if (!p && q)
		live++;
	return q;
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
	return fails_now() ? NULL : count(__real_aligned_alloc(align, n));
}

void __wrap_free(void *p)
{
	if (p)
		live--;
	__real_free(p);
}

void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t off)
{
	void *p;

	if (fails_now())
		return MAP_FAILED;
	p = __real_mmap(at, len, prot, flags, fd, off);
	if (p != MAP_FAILED)
		live++;
	return p;
}

int __wrap_munmap(void *at, size_t len)
{
	live--;
	return __real_munmap(at, len);
}
