/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of every call fails in turn. The call must say VC_ENOMEM,
 * leave nothing behind and nothing half done, and succeed when tried again.
 *
 * Each case is a function that makes one call in a fresh VM and returns its
 * result; check() tells whether the VM looks as if the call had (done true) or
 * had not happened.
 */
#include "rig.h"
#include "../lib/core/backend.h"

struct scene {
	vc_vm *vm;
	vc_vcpu *vcpu;
	vc_device *dev;
	int frees;		/* calls of the device's destroy */
};

struct alloc_case {
	const char *name;
	int (*call)(struct scene *s);
	void (*check)(struct scene *s, bool done);
};

static void scene_freed(void *self)
{
	struct scene *s = self;

	s->frees++;
}

static void scene_pin(void *self, uint32_t pin, uint32_t level)
{
	(void)self, (void)pin, (void)level;
}

static const vc_device_ops scene_ops = {
	.size = sizeof(vc_device_ops), .name = "scene", .pin = scene_pin,
	.destroy = scene_freed,
};

static const struct vc__backend *scene_backend;

static int scene_vm(vc_vm **out)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;

	return vc__vm_create_on(out, &o, scene_backend, "t");
}

static bool scene_open(struct scene *s, bool with_vcpu)
{
	int rc;

	memset(s, 0, sizeof(*s));
	rc = scene_vm(&s->vm);
	if (!rc && with_vcpu)
		rc = vc_vcpu_create(&s->vcpu, s->vm, 0);
	if (!rc)
		rc = vc_device_create(&s->dev, s->vm, &scene_ops, s);
	RIG_OK(rc);
	return !rc;
}

static void run_case(const struct alloc_case *c)
{
	struct scene s;
	int64_t before, live;
	uint64_t n;
	int rc = VC_ENOMEM;

	/* What lives before, without the text buffers of the first failure. */
	for (n = 1; n < 100 && rc; n++) {
		before = rig_alloc_live();
		if (!scene_open(&s, strcmp(c->name, "vcpu_create")))
			return;
		live = rig_alloc_live();
		rig_alloc_fail_at(n);
		rc = c->call(&s);
		rig_alloc_fail_at(0);
		if (!rig_alloc_failed()) {
			CU_ASSERT_EQUAL(rc, 0);
			c->check(&s, true);
		} else {
			CU_ASSERT_EQUAL(rc, VC_ENOMEM);
			CU_ASSERT(vc_last_error()[0] != '\0');
			c->check(&s, false);
			/* Room for growth may stay; it is the VM's. */
			CU_ASSERT(rig_alloc_live() <= live + 3);
			if (rc != VC_ENOMEM)
				fprintf(stderr, "    %s: allocation %u: %d\n",
					c->name, (unsigned)n, rc);
			/* And it works when there is memory again. */
			CU_ASSERT_EQUAL(c->call(&s), 0);
			c->check(&s, true);
		}
		vc_vm_destroy(s.vm);
		CU_ASSERT_EQUAL(s.frees, 1);
		CU_ASSERT_EQUAL(rig_alloc_live(), before);
		if (rig_alloc_live() != before)
			fprintf(stderr, "    %s: allocation %u: leak\n",
				c->name, (unsigned)n);
	}
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT(n > 2);	/* at least one allocation was made to fail */
}

#define CASE(what)							\
static void test_alloc_##what(void)					\
{									\
	static const struct alloc_case c = { #what, call_##what,	\
					     check_##what };		\
	scene_backend = rig_backend();					\
	run_case(&c);							\
}									\
static void test_alloc_##what##_interp(void)				\
{									\
	static const struct alloc_case c = { #what, call_##what,	\
					     check_##what };		\
	scene_backend = vc__backend_by_id(VC_BACKEND_INTERP);		\
	if (!rig_have_backend(VC_BACKEND_INTERP))			\
		RIG_SKIP("the interp backend is not available");	\
	run_case(&c);							\
}

static vc_vm *made_vm;

static int call_vm_create(struct scene *s)
{
	int rc;

	(void)s;
	made_vm = NULL;
	rc = scene_vm(&made_vm);
	if (!rc)
		vc_vm_destroy(made_vm);
	return rc;
}

static void check_vm_create(struct scene *s, bool done)
{
	(void)s;
	CU_ASSERT_EQUAL(made_vm != NULL, done);
}
CASE(vm_create)

static int call_vcpu_create(struct scene *s)
{
	vc_vcpu *v;

	return vc_vcpu_create(&v, s->vm, 0);
}

static void check_vcpu_create(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(vc_vm_vcpu(s->vm, 0) != NULL, done);
}
CASE(vcpu_create)

static int call_memory_map(struct scene *s)
{
	return vc_memory_map(s->vm, 0x10000, NULL, 0x4000, VC_PROT_RWX);
}

static void check_memory_map(struct scene *s, bool done)
{
	uint32_t n = 0;

	vc_memory_list(s->vm, NULL, &n);
	CU_ASSERT_EQUAL(n, done ? 1 : 0);
	CU_ASSERT_EQUAL(s->vm->ram_mapped, done ? 0x4000 : 0);
}
CASE(memory_map)

static int call_dirty_track(struct scene *s)
{
	uint32_t n = 0;
	int rc;

	vc_memory_list(s->vm, NULL, &n);
	rc = n ? 0 : vc_memory_map(s->vm, 0, NULL, 0x400000, VC_PROT_RWX);
	return rc ? rc : vc_memory_dirty_track(s->vm, 0, 1);
}

static void check_dirty_track(struct scene *s, bool done)
{
	vc_memory_region r = { 0 };
	uint32_t n = 1;

	vc_memory_list(s->vm, &r, &n);
	CU_ASSERT_EQUAL((r.flags & VC_MEMORY_DIRTY) != 0, done);
}
CASE(dirty_track)

static vc_device *made_device;

static int call_device_create(struct scene *s)
{
	static const vc_device_ops ops = { .size = sizeof(ops), .name = "x" };

	made_device = NULL;
	return vc_device_create(&made_device, s->vm, &ops, NULL);
}

static void check_device_create(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(made_device != NULL, done);
	CU_ASSERT_EQUAL(s->vm->devices != s->dev, done);
}
CASE(device_create)

static int call_map_port(struct scene *s)
{
	/* Across two chunks of the table. */
	return vc_device_map_port(s->dev, 0x1fe, 4, 0);
}

static void check_map_port(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(vc_device_unmap_port(s->dev, 0x1fe), done ? 0 :
			VC_ENOENT);
	if (done)
		RIG_OK(vc_device_map_port(s->dev, 0x1fe, 4, 0));
}
CASE(map_port)

static int call_map_mmio(struct scene *s)
{
	return vc_device_map_mmio(s->dev, 0xfee00000, 4096, 0);
}

static void check_map_mmio(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(s->vm->mmio_count, done ? 1 : 0);
}
CASE(map_mmio)

static int call_map_msr(struct scene *s)
{
	return vc_device_map_msr(s->dev, 0x1b, 1);
}

static void check_map_msr(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(s->vm->msr_count, done ? 1 : 0);
}
CASE(map_msr)

static int some_hook(uint32_t vcpu, uint32_t msr, uint32_t is_write,
		     uint64_t *value, void *opaque)
{
	(void)vcpu, (void)msr, (void)is_write, (void)value, (void)opaque;
	return VC_MSR_PASS;
}

static int call_msr_hook(struct scene *s)
{
	return vc_vm_msr_hook(s->vm, 0x20, 2, some_hook, NULL);
}

static void check_msr_hook(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(s->vm->msr_count, done ? 1 : 0);
}
CASE(msr_hook)

static int call_line_connect(struct scene *s)
{
	return vc_line_connect(s->vm, 4, s->dev, 1);
}

static void check_line_connect(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(s->vm->sink_count, done ? 1 : 0);
}
CASE(line_connect)

static void fired(void *opaque)
{
	(void)opaque;
}

static int call_timer_create(struct scene *s)
{
	vc_timer *t;

	return vc_timer_create(&t, s->dev, fired, NULL);
}

static void check_timer_create(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(s->vm->timer_total, done ? 1 : 0);
	CU_ASSERT_EQUAL(s->dev->timers != NULL, done);
}
CASE(timer_create)

static int call_cpuid_set(struct scene *s)
{
	const vc_cpuid_entry e[2] = { { .leaf = 0, .eax = 4711 },
				      { .leaf = 1 } };

	return vc_vm_cpuid_set(s->vm, e, 2);
}

static void check_cpuid_set(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(s->vm->cpuid[0].eax == 4711, done);
}
CASE(cpuid_set)

static int call_breakpoint_add(struct scene *s)
{
	return vc_breakpoint_add(s->vm, 0x7c00);
}

static void check_breakpoint_add(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(s->vm->breakpoint_count, done ? 1 : 0);
}
CASE(breakpoint_add)

static int call_watchpoint_add(struct scene *s)
{
	return vc_watchpoint_add(s->vm, 0x500, 4, VC_ACCESS_WRITE);
}

static void check_watchpoint_add(struct scene *s, bool done)
{
	CU_ASSERT_EQUAL(s->vm->watch_count, done ? 1 : 0);
}
CASE(watchpoint_add)

/* Calls that promise to need no memory do not notice that there is none. */
static void test_alloc_calls_that_need_none(void)
{
	struct rig *r = rig_new();
	vc_device *pins = rig_pins(r);
	uint64_t value;
	vc_timer *t;
	vc_exit *e;

	RIG_OK(vc_timer_create(&t, pins, fired, NULL));
	RIG_OK(vc_line_connect(r->vm, 1, pins, 1));
	rig_alloc_fail_at(1);
	vc_timer_arm(t, 5);
	RIG_OK(vc_line_set(r->vm, 1, 1));
	RIG_OK(vc_memory_write(r->vm, 0, "abc", 3));
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_CR0, 0x11));
	RIG_OK(vc_vcpu_reg_get(r->vcpu, VC_REG_CR0, &value));
	RIG_OK(vc_vcpu_inject(r->vcpu, 40));
	RIG_OK(vc_vcpu_cancel(r->vcpu));
	RIG_OK(vc_vcpu_run(r->vcpu, &e));
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_FALSE(rig_alloc_failed());
	rig_alloc_fail_at(0);
	rig_free(r);
}

RIG_SUITE(alloc) {
#define BOTH(what)	RIG_TEST(test_alloc_##what), \
			RIG_TEST(test_alloc_##what##_interp)
	BOTH(vm_create),
	BOTH(vcpu_create),
	BOTH(memory_map),
	BOTH(dirty_track),
	BOTH(device_create),
	BOTH(map_port),
	BOTH(map_mmio),
	BOTH(map_msr),
	BOTH(msr_hook),
	BOTH(line_connect),
	BOTH(timer_create),
	BOTH(cpuid_set),
	BOTH(breakpoint_add),
	BOTH(watchpoint_add),
	RIG_TEST(test_alloc_calls_that_need_none),
	RIG_END
};
