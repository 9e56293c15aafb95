/* SPDX-License-Identifier: MIT */
/*
 * Every misuse of every public function of the core: the documented error, a
 * text that names the call, and no two misuses with the same text.
 */
#include "rig.h"
#include "../lib/core/backend.h"
#include "../lib/core/os.h"

static char seen[64][512];
static int seen_count;

static void begin(void)
{
	seen_count = 0;
}

static void refused(int64_t rc, int64_t want, const char *expr)
{
	const char *text = vc_last_error();
	size_t name = strcspn(expr, "(");

	CU_ASSERT_EQUAL(rc, want);
	CU_ASSERT(!strncmp(text, expr, name) && text[name] == ':');
	if (rc != want || strncmp(text, expr, name))
		fprintf(stderr, "    %s gave %lld, \"%s\"\n", expr,
			(long long)rc, text);
	for (int i = 0; i < seen_count; i++)
		if (!strcmp(seen[i], text)) {
			CU_FAIL("two misuses with the same text");
			fprintf(stderr, "    %s: \"%s\"\n", expr, text);
		}
	if (seen_count < 64)
		snprintf(seen[seen_count++], sizeof(seen[0]), "%s", text);
}

#define REFUSED(error, call)	refused((call), (error), #call)

/* ---- backends, errors, versions ---- */

static void test_api_misuse_backend_list(void)
{
	begin();
	REFUSED(VC_EINVAL, vc_backend_list(NULL, 1));
	CU_ASSERT(vc_backend_list(NULL, 0) > 0);
}

static void test_api_misuse_backend_find(void)
{
	begin();
	REFUSED(VC_EINVAL, vc_backend_find(NULL));
	REFUSED(VC_ENOENT, vc_backend_find("xen"));
	REFUSED(VC_ENOENT, vc_backend_find(""));
	CU_ASSERT_EQUAL(vc_backend_find("interp"), (int)VC_BACKEND_INTERP);
	CU_ASSERT_EQUAL(vc_backend_find("auto"), (int)VC_BACKEND_AUTO);
	CU_ASSERT_PTR_NULL(vc_backend_name(77));
	CU_ASSERT_STRING_EQUAL(vc_backend_name(VC_BACKEND_KVM), "kvm");
}

static void test_api_misuse_backend_probe(void)
{
	begin();
	REFUSED(VC_ENOENT, vc_backend_probe(77));
	REFUSED(VC_ENOENT, vc_backend_probe(UINT32_MAX));
}

static void test_api_misuse_backend_reason(void)
{
	char text[8];

	begin();
	REFUSED(VC_EINVAL, vc_backend_reason(VC_BACKEND_INTERP, NULL, 8));
	RIG_FAILS(VC_EINVAL, vc_backend_reason(VC_BACKEND_INTERP, text, 0));
	REFUSED(VC_ENOENT, vc_backend_reason(77, text, sizeof(text)));
}

static void test_api_misuse_backend_capability(void)
{
	begin();
	REFUSED(VC_ENOENT, vc_backend_capability(77, VC_CAP_BUDGET));
}

/* ---- VMs ---- */

static void test_api_misuse_vm_create(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vm *vm = NULL;

	begin();
	REFUSED(VC_EINVAL, vc_vm_create(NULL, &o));
	o.size = 4;
	REFUSED(VC_EINVAL, vc_vm_create(&vm, &o));
	o.size = 0x7fffffff;
	REFUSED(VC_EINVAL, vc_vm_create(&vm, &o));
	o = (vc_vm_options)VC_VM_OPTIONS_INIT;
	o.backend = 77;
	REFUSED(VC_ENOENT, vc_vm_create(&vm, &o));
	CU_ASSERT_PTR_NULL(vm);
}

/* The options that are checked behind the choice of a backend. */
static int create_on(vc_vm **out, const vc_vm_options *o)
{
	return vc__vm_create_on(out, o, rig_backend(), "create_on");
}

static void test_api_misuse_vm_options(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vm *vm = NULL;

	begin();
	o.vcpu_max = VC_VCPU_MAX + 1;
	REFUSED(VC_ERANGE, create_on(&vm, &o));
	o.vcpu_max = 2;
	o.flags = VC_VM_VIRTUAL_TIME;
	REFUSED(VC_ENOTSUP, create_on(&vm, &o));
	o.vcpu_max = 1;
	o.flags = 0x80000000u;
	REFUSED(VC_ENOTSUP, create_on(&vm, &o));
	o.flags = 0;
	o.tsc_hz = 999999;
	REFUSED(VC_ERANGE, create_on(&vm, &o));
	o.tsc_hz = UINT64_C(100000000001);
	REFUSED(VC_ERANGE, create_on(&vm, &o));
	o.tsc_hz = 0;
	o.insn_hz = 999;
	REFUSED(VC_ERANGE, create_on(&vm, &o));
	o.insn_hz = UINT64_MAX;
	REFUSED(VC_ERANGE, create_on(&vm, &o));
	o.insn_hz = 0;
	o.cpu_model = VC_CPU_X86_64_V2;	/* which the scripted one has not */
	REFUSED(VC_ENOTSUP, create_on(&vm, &o));
	o.cpu_model = UINT32_MAX;
	REFUSED(VC_ENOTSUP, create_on(&vm, &o));
	o.cpu_model = VC_CPU_X86_64;
	o.rng = VC_RNG_TRAP + 1;
	REFUSED(VC_ERANGE, create_on(&vm, &o));
	CU_ASSERT_PTR_NULL(vm);
}

/* A backend that can do nothing beyond the basics, and one that is absent. */
static int bare_probe(char *reason, size_t len, uint64_t *caps)
{
	(void)reason, (void)len;
	*caps = 0;
	return 0;
}

static int absent_probe(char *reason, size_t len, uint64_t *caps)
{
	(void)caps;
	snprintf(reason, len, "nobody is at home");
	return VC_ENODEV;
}

static struct vc__backend bare(void)
{
	struct vc__backend b = *rig_backend();

	b.probe = bare_probe;
	b.name = "bare";
	return b;
}

static void test_api_misuse_vm_what_the_backend_lacks(void)
{
	const struct vc__backend b = bare();
	struct vc__backend absent = b;
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vm *vm = NULL;

	begin();
	absent.probe = absent_probe;
	REFUSED(VC_ENODEV, vc__vm_create_on(&vm, &o, &absent,
					    "vc__vm_create_on"));
	CU_ASSERT(strstr(vc_last_error(), "nobody is at home") != NULL);
	o.flags = VC_VM_VIRTUAL_TIME;
	REFUSED(VC_ENOTSUP, vc__vm_create_on(&vm, &o, &b, "vc__vm_create_on"));
	o.flags = VC_VM_HYPERCALLS;
	REFUSED(VC_ENOTSUP, vc__vm_create_on(&vm, &o, &b, "vc__vm_create_on"));
	o.flags = 0;
	o.rng = VC_RNG_HOST;
	REFUSED(VC_ENOTSUP, vc__vm_create_on(&vm, &o, &b, "vc__vm_create_on"));
	o.rng = VC_RNG_DEFAULT;
	o.rng_seed = 1;
	RIG_FAILS(VC_ENOTSUP, vc__vm_create_on(&vm, &o, &b, "the same text"));
	o.rng_seed = 0;
	o.vcpu_max = 2;
	REFUSED(VC_ENOTSUP, vc__vm_create_on(&vm, &o, &b, "vc__vm_create_on"));
	CU_ASSERT_PTR_NULL(vm);
}

static void no_cpuid(uint32_t vcpu, uint32_t leaf, uint32_t subleaf,
		     uint32_t *regs, void *opaque)
{
	(void)vcpu, (void)leaf, (void)subleaf, (void)regs, (void)opaque;
}

static int no_msr(uint32_t vcpu, uint32_t msr, uint32_t is_write,
		  uint64_t *value, void *opaque)
{
	(void)vcpu, (void)msr, (void)is_write, (void)value, (void)opaque;
	return VC_MSR_PASS;
}

static void test_api_misuse_calls_without_capability(void)
{
	const struct vc__backend b = bare();
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vcpu *v;
	vc_vm *vm;
	uint64_t gpa;
	char byte;

	begin();
	CU_ASSERT_EQUAL_FATAL(vc__vm_create_on(&vm, &o, &b, "t"), 0);
	RIG_OK(vc_vcpu_create(&v, vm, 0));
	REFUSED(VC_ENOTSUP, vc_memory_map(vm, 0, NULL, 4096, VC_PROT_RX));
	REFUSED(VC_ENOTSUP, vc_memory_map(vm, 0, NULL, 4096, VC_PROT_RW));
	REFUSED(VC_ENOTSUP, vc_memory_map(vm, 0, NULL, 4096, VC_PROT_EXEC |
					  VC_PROT_WRITE));
	RIG_OK(vc_memory_map(vm, 0, NULL, 4096, VC_PROT_RWX));
	REFUSED(VC_ENOTSUP, vc_memory_protect(vm, 0, VC_PROT_RX));
	REFUSED(VC_ENOTSUP, vc_memory_dirty_track(vm, 0, 1));
	REFUSED(VC_ENOTSUP, vc_vm_cpuid_hook(vm, no_cpuid, NULL));
	REFUSED(VC_ENOTSUP, vc_vm_msr_hook(vm, 1, 1, no_msr, NULL));
	REFUSED(VC_ENOTSUP, vc_vcpu_budget_set(v, 1));
	REFUSED(VC_ENOTSUP, vc_vcpu_step(v, 1));
	REFUSED(VC_ENOTSUP, vc_breakpoint_add(vm, 0));
	REFUSED(VC_ENOTSUP, vc_breakpoint_remove(vm, 0));
	REFUSED(VC_ENOTSUP, vc_watchpoint_add(vm, 0, 1, VC_ACCESS_READ));
	REFUSED(VC_ENOTSUP, vc_watchpoint_remove(vm, 0, 1, VC_ACCESS_READ));
	REFUSED(VC_ENOTSUP, vc_vcpu_translate(v, 0, VC_ACCESS_READ, &gpa));
	REFUSED(VC_ENOTSUP, vc_vcpu_read(v, 0, &byte, 1));
	REFUSED(VC_ENOTSUP, vc_vcpu_write(v, 0, &byte, 1));
	CU_ASSERT_EQUAL(vc_vm_capability(vm, VC_CAP_SMP), 0);
	vc_vm_destroy(vm);
}

static void test_api_misuse_vm_getters(void)
{
	struct rig *r = rig_new();

	begin();
	REFUSED(VC_EINVAL, vc_vm_reset(NULL));
	REFUSED(VC_EINVAL, vc_vm_backend(NULL));
	REFUSED(VC_EINVAL, vc_vm_capability(NULL, 0));
	CU_ASSERT_EQUAL(vc_vm_capability(r->vm, 64), 0);
	CU_ASSERT_EQUAL(vc_vm_capability(r->vm, UINT32_MAX), 0);
	CU_ASSERT_PTR_NULL(vc_vm_vcpu(NULL, 0));
	CU_ASSERT_PTR_NULL(vc_vm_vcpu(r->vm, 1));
	CU_ASSERT_PTR_EQUAL(vc_vm_vcpu(r->vm, 0), r->vcpu);
	vc_vm_destroy(NULL);
	rig_free(r);
}

static void test_api_misuse_cpuid(void)
{
	struct rig *r = rig_new();
	vc_cpuid_entry e[3] = { { .leaf = 1 }, { .leaf = 2 }, { .leaf = 3 } };
	uint32_t n = 1;

	begin();
	REFUSED(VC_EINVAL, vc_vm_cpuid_get(NULL, e, &n));
	REFUSED(VC_EINVAL, vc_vm_cpuid_get(r->vm, e, NULL));
	REFUSED(VC_EINVAL, vc_vm_cpuid_get(r->vm, NULL, &n));
	REFUSED(VC_ELIMIT, vc_vm_cpuid_get(r->vm, e, &n));
	CU_ASSERT_EQUAL(n, 2);
	REFUSED(VC_EINVAL, vc_vm_cpuid_set(NULL, e, 1));
	REFUSED(VC_EINVAL, vc_vm_cpuid_set(r->vm, NULL, 1));
	REFUSED(VC_ELIMIT, vc_vm_cpuid_set(r->vm, e, VC_CPUID_MAX + 1));
	e[0].reserved = 1;
	REFUSED(VC_EINVAL, vc_vm_cpuid_set(r->vm, e, 3));
	e[0].reserved = 0;
	e[0].flags = 2;
	REFUSED(VC_ENOTSUP, vc_vm_cpuid_set(r->vm, e, 3));
	e[0].flags = 0;
	e[1].leaf = 3;
	REFUSED(VC_EEXIST, vc_vm_cpuid_set(r->vm, e, 3));
	/* One row for all subleaves, and another for one of them. */
	e[1].flags = VC_CPUID_SUBLEAF;
	e[1].subleaf = 5;
	REFUSED(VC_EEXIST, vc_vm_cpuid_set(r->vm, e, 3));
	REFUSED(VC_EINVAL, vc_vm_cpuid_hook(NULL, no_cpuid, NULL));
	n = 0;
	CU_ASSERT_EQUAL(vc_vm_cpuid_get(r->vm, NULL, &n), VC_ELIMIT);
	CU_ASSERT_EQUAL(n, 2);		/* unchanged by all of that */
	rig_free(r);
}

static void test_api_misuse_msr_hook(void)
{
	struct rig *r = rig_new();

	begin();
	REFUSED(VC_EINVAL, vc_vm_msr_hook(NULL, 1, 1, no_msr, NULL));
	REFUSED(VC_EINVAL, vc_vm_msr_hook(r->vm, 1, 0, no_msr, NULL));
	REFUSED(VC_EINVAL, vc_vm_msr_hook(r->vm, 0xffffffff, 2, no_msr, NULL));
	REFUSED(VC_ENOENT, vc_vm_msr_hook(r->vm, 1, 1, NULL, NULL));
	RIG_OK(vc_vm_msr_hook(r->vm, 0x10, 4, no_msr, NULL));
	REFUSED(VC_EEXIST, vc_vm_msr_hook(r->vm, 0x13, 1, no_msr, NULL));
	REFUSED(VC_EEXIST, vc_vm_msr_hook(r->vm, 0xf, 2, no_msr, NULL));
	REFUSED(VC_ENOENT, vc_vm_msr_hook(r->vm, 0x10, 3, NULL, NULL));
	RIG_OK(vc_vm_msr_hook(r->vm, 0x10, 4, NULL, NULL));
	rig_free(r);
}

/* ---- memory ---- */

static void test_api_misuse_memory_map(void)
{
	struct rig *r = rig_new();
	uint8_t *host = aligned_alloc(4096, 8192);

	begin();
	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	REFUSED(VC_EINVAL, vc_memory_map(NULL, 0, NULL, 4096, VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, RIG_RAM, NULL, 0, VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, RIG_RAM + 1, NULL, 4096,
					 VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, RIG_RAM, NULL, 4097,
					 VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, RIG_RAM, host + 16, 4096,
					 VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, VC_GPA_LIMIT, NULL, 4096,
					 VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, VC_GPA_LIMIT - 4096, NULL,
					 8192, VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, 4096, NULL,
					 UINT64_MAX - 4095, VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, RIG_RAM,
		(void *)(UINTPTR_MAX - 4095), 8192, VC_PROT_RWX));
	REFUSED(VC_EINVAL, vc_memory_map(r->vm, RIG_RAM, NULL, 4096, 0x100));
	REFUSED(VC_EEXIST, vc_memory_map(r->vm, 0, NULL, 4096, VC_PROT_RWX));
	REFUSED(VC_EEXIST, vc_memory_map(r->vm, RIG_RAM - 4096, host, 8192,
					 VC_PROT_RWX));
	free(host);
	rig_free(r);
}

static void test_api_misuse_memory_limits(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vm *vm;

	begin();
	o.ram_max = 8192;
	CU_ASSERT_EQUAL_FATAL(create_on(&vm, &o), 0);
	REFUSED(VC_ELIMIT, vc_memory_map(vm, 0, NULL, 12288, VC_PROT_RWX));
	RIG_OK(vc_memory_map(vm, 0, NULL, 8192, VC_PROT_RWX));
	REFUSED(VC_ELIMIT, vc_memory_map(vm, 8192, NULL, 4096, VC_PROT_RWX));
	RIG_OK(vc_memory_unmap(vm, 0));
	RIG_OK(vc_memory_map(vm, 8192, NULL, 4096, VC_PROT_RWX));
	vc_vm_destroy(vm);
}

static void test_api_misuse_memory_unmap(void)
{
	struct rig *r = rig_new();

	begin();
	REFUSED(VC_EINVAL, vc_memory_unmap(NULL, 0));
	REFUSED(VC_ENOENT, vc_memory_unmap(r->vm, 4096));
	REFUSED(VC_ENOENT, vc_memory_unmap(r->vm, RIG_RAM));
	rig_free(r);
}

static void test_api_misuse_memory_protect(void)
{
	struct rig *r = rig_new();

	begin();
	REFUSED(VC_EINVAL, vc_memory_protect(NULL, 0, VC_PROT_RX));
	REFUSED(VC_EINVAL, vc_memory_protect(r->vm, 0, 0x80));
	REFUSED(VC_ENOENT, vc_memory_protect(r->vm, 8192, VC_PROT_RX));
	rig_free(r);
}

static void test_api_misuse_memory_list(void)
{
	struct rig *r = rig_new();
	vc_memory_region list;
	uint32_t n = 0;

	begin();
	REFUSED(VC_ELIMIT, vc_memory_list(r->vm, NULL, &n));
	CU_ASSERT_EQUAL(n, 1);
	REFUSED(VC_EINVAL, vc_memory_list(NULL, &list, &n));
	REFUSED(VC_EINVAL, vc_memory_list(r->vm, &list, NULL));
	REFUSED(VC_EINVAL, vc_memory_list(r->vm, NULL, &n));
	RIG_OK(vc_memory_list(r->vm, &list, &n));
	rig_free(r);
}

static void test_api_misuse_memory_access(void)
{
	struct rig *r = rig_new();
	char buf[16];
	void *at;

	begin();
	REFUSED(VC_EINVAL, vc_memory_read(NULL, 0, buf, 1));
	REFUSED(VC_EINVAL, vc_memory_read(r->vm, 0, NULL, 1));
	REFUSED(VC_EFAULT, vc_memory_read(r->vm, RIG_RAM, buf, 1));
	REFUSED(VC_EFAULT, vc_memory_read(r->vm, RIG_RAM - 8, buf, 16));
	REFUSED(VC_EFAULT, vc_memory_read(r->vm, UINT64_MAX, buf, 1));
	REFUSED(VC_EFAULT, vc_memory_read(r->vm, 0, buf, UINT64_MAX));
	REFUSED(VC_EINVAL, vc_memory_write(NULL, 0, buf, 1));
	REFUSED(VC_EINVAL, vc_memory_write(r->vm, 0, NULL, 1));
	REFUSED(VC_EFAULT, vc_memory_write(r->vm, RIG_RAM, buf, 1));
	REFUSED(VC_EINVAL, vc_memory_written(NULL, 0, 1));
	REFUSED(VC_EINVAL, vc_memory_written(r->vm, 0, 0));
	REFUSED(VC_EFAULT, vc_memory_written(r->vm, RIG_RAM - 1, 2));
	REFUSED(VC_EINVAL, vc_memory_host(NULL, 0, 1, &at));
	REFUSED(VC_EINVAL, vc_memory_host(r->vm, 0, 1, NULL));
	REFUSED(VC_EINVAL, vc_memory_host(r->vm, 0, 0, &at));
	REFUSED(VC_EFAULT, vc_memory_host(r->vm, RIG_RAM - 1, 2, &at));
	RIG_OK(vc_memory_read(r->vm, RIG_RAM, NULL, 0));
	rig_free(r);
}

static void test_api_misuse_dma(void)
{
	struct rig *r = rig_new();
	char buf[16];

	begin();
	RIG_OK(vc_memory_map(r->vm, RIG_RAM, NULL, 4096, VC_PROT_RX));
	RIG_OK(vc_memory_map(r->vm, RIG_RAM * 2, NULL, 4096, VC_PROT_EXEC));
	REFUSED(VC_EINVAL, vc_dma_read(NULL, 0, buf, 1));
	REFUSED(VC_EINVAL, vc_dma_read(r->vm, 0, NULL, 1));
	REFUSED(VC_EFAULT, vc_dma_read(r->vm, RIG_RAM * 2, buf, 1));
	REFUSED(VC_EINVAL, vc_dma_write(NULL, 0, buf, 1));
	REFUSED(VC_EINVAL, vc_dma_write(r->vm, 0, NULL, 1));
	REFUSED(VC_EFAULT, vc_dma_write(r->vm, RIG_RAM, buf, 1));
	REFUSED(VC_EFAULT, vc_dma_write(r->vm, RIG_RAM - 1, buf, 2));
	RIG_OK(vc_dma_read(r->vm, RIG_RAM - 1, buf, 2));
	rig_free(r);
}

static void test_api_misuse_dirty(void)
{
	struct rig *r = rig_new();
	uint64_t bits[4] = { 0 };

	begin();
	REFUSED(VC_EINVAL, vc_memory_dirty_track(NULL, 0, 1));
	REFUSED(VC_EINVAL, vc_memory_dirty_track(r->vm, 0, 2));
	REFUSED(VC_ENOENT, vc_memory_dirty_track(r->vm, 4096, 1));
	REFUSED(VC_EINVAL, vc_memory_dirty_fetch(NULL, 0, bits, 4));
	REFUSED(VC_EINVAL, vc_memory_dirty_fetch(r->vm, 0, NULL, 4));
	REFUSED(VC_ENOENT, vc_memory_dirty_fetch(r->vm, 4096, bits, 4));
	REFUSED(VC_ESTATE, vc_memory_dirty_fetch(r->vm, 0, bits, 4));
	RIG_OK(vc_memory_dirty_track(r->vm, 0, 1));
	REFUSED(VC_ERANGE, vc_memory_dirty_fetch(r->vm, 0, bits, 3));
	rig_free(r);
}

/* ---- vCPUs ---- */

static void test_api_misuse_vcpu_create(void)
{
	struct rig *r = rig_new();
	vc_vcpu *v = NULL;

	begin();
	REFUSED(VC_EINVAL, vc_vcpu_create(NULL, r->vm, 0));
	REFUSED(VC_EINVAL, vc_vcpu_create(&v, NULL, 0));
	REFUSED(VC_ERANGE, vc_vcpu_create(&v, r->vm, 1));
	REFUSED(VC_ERANGE, vc_vcpu_create(&v, r->vm, UINT32_MAX));
	REFUSED(VC_EEXIST, vc_vcpu_create(&v, r->vm, 0));
	CU_ASSERT_PTR_NULL(v);
	rig_free(r);
}

static void test_api_misuse_vcpu_null(void)
{
	uint64_t value;
	uint32_t reg = VC_REG_RAX;
	vc_x86_segment seg;
	vc_x86_state *s = calloc(1, sizeof(*s));
	vc_exit *e;
	char bytes[16];

	begin();
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	s->size = sizeof(*s);
	REFUSED(VC_EINVAL, vc_vcpu_reset(NULL));
	REFUSED(VC_EINVAL, vc_vcpu_reg_get(NULL, 0, &value));
	REFUSED(VC_EINVAL, vc_vcpu_reg_set(NULL, 0, 0));
	REFUSED(VC_EINVAL, vc_vcpu_regs_get(NULL, &reg, &value, 1));
	REFUSED(VC_EINVAL, vc_vcpu_regs_set(NULL, &reg, &value, 1));
	REFUSED(VC_EINVAL, vc_vcpu_segment_get(NULL, 0, &seg));
	REFUSED(VC_EINVAL, vc_vcpu_segment_set(NULL, 0, &seg));
	REFUSED(VC_EINVAL, vc_vcpu_bytes_get(NULL, VC_BYTES_XMM, 0, bytes, 16));
	REFUSED(VC_EINVAL, vc_vcpu_bytes_set(NULL, VC_BYTES_XMM, 0, bytes, 16));
	REFUSED(VC_EINVAL, vc_vcpu_state_get(NULL, s));
	REFUSED(VC_EINVAL, vc_vcpu_state_set(NULL, s));
	REFUSED(VC_EINVAL, vc_vcpu_msr_get(NULL, 0, &value));
	REFUSED(VC_EINVAL, vc_vcpu_msr_set(NULL, 0, 0));
	REFUSED(VC_EINVAL, vc_vcpu_translate(NULL, 0, VC_ACCESS_READ, &value));
	REFUSED(VC_EINVAL, vc_vcpu_read(NULL, 0, bytes, 1));
	REFUSED(VC_EINVAL, vc_vcpu_write(NULL, 0, bytes, 1));
	REFUSED(VC_EINVAL, vc_vcpu_run(NULL, &e));
	REFUSED(VC_EINVAL, vc_vcpu_complete(NULL, 0));
	REFUSED(VC_EINVAL, vc_vcpu_cancel(NULL));
	REFUSED(VC_EINVAL, vc_vcpu_budget_set(NULL, 1));
	REFUSED(VC_EINVAL, vc_vcpu_budget_get(NULL, &value));
	REFUSED(VC_EINVAL, vc_vcpu_deadline_set(NULL, 1));
	REFUSED(VC_EINVAL, vc_vcpu_deadline_get(NULL, &value));
	REFUSED(VC_EINVAL, vc_vcpu_inject(NULL, 32));
	REFUSED(VC_EINVAL, vc_vcpu_inject_pending(NULL));
	REFUSED(VC_EINVAL, vc_vcpu_inject_exception(NULL, 13, 1, 0));
	REFUSED(VC_EINVAL, vc_vcpu_warnings(NULL, &value, NULL, 0));
	REFUSED(VC_EINVAL, vc_vcpu_step(NULL, 1));
	CU_ASSERT_EQUAL(vc_vcpu_retired(NULL), 0);
	CU_ASSERT_PTR_NULL(vc_vcpu_vm(NULL));
	CU_ASSERT_PTR_NULL(vc_vcpu_exit(NULL));
	CU_ASSERT_EQUAL(vc_vcpu_index(NULL), UINT32_MAX);
	free(s);
}

static void test_api_misuse_vcpu_null_out(void)
{
	struct rig *r = rig_new();
	uint64_t value;
	uint32_t reg = VC_REG_RAX;
	char bytes[1];

	begin();
	REFUSED(VC_EINVAL, vc_vcpu_reg_get(r->vcpu, 0, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_regs_get(r->vcpu, NULL, &value, 1));
	REFUSED(VC_EINVAL, vc_vcpu_regs_get(r->vcpu, &reg, NULL, 1));
	REFUSED(VC_EINVAL, vc_vcpu_regs_set(r->vcpu, NULL, &value, 1));
	REFUSED(VC_EINVAL, vc_vcpu_regs_set(r->vcpu, &reg, NULL, 1));
	REFUSED(VC_EINVAL, vc_vcpu_segment_get(r->vcpu, 0, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_segment_set(r->vcpu, 0, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_bytes_get(r->vcpu, VC_BYTES_ST, 0, NULL, 10));
	REFUSED(VC_EINVAL, vc_vcpu_bytes_set(r->vcpu, VC_BYTES_ST, 0, NULL, 10));
	REFUSED(VC_EINVAL, vc_vcpu_state_get(r->vcpu, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_state_set(r->vcpu, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_msr_get(r->vcpu, 0, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_translate(r->vcpu, 0, VC_ACCESS_READ, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_read(r->vcpu, 0, NULL, 1));
	REFUSED(VC_EINVAL, vc_vcpu_write(r->vcpu, 0, NULL, 1));
	REFUSED(VC_EINVAL, vc_vcpu_budget_get(r->vcpu, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_deadline_get(r->vcpu, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_warnings(r->vcpu, NULL, bytes, 1));
	REFUSED(VC_EINVAL, vc_vcpu_warnings(r->vcpu, &value, NULL, 1));
	RIG_OK(vc_vcpu_regs_get(r->vcpu, NULL, NULL, 0));
	RIG_OK(vc_vcpu_regs_set(r->vcpu, NULL, NULL, 0));
	RIG_OK(vc_vcpu_read(r->vcpu, 0, NULL, 0));
	rig_free(r);
}

static void test_api_misuse_registers(void)
{
	struct rig *r = rig_new();
	const uint32_t regs[2] = { VC_REG_RAX, 0x1f };
	uint64_t values[2] = { 7, 7 };
	vc_x86_segment seg = { 0 };
	uint64_t value;

	begin();
	REFUSED(VC_ENOENT, vc_vcpu_reg_get(r->vcpu, 0x12, &value));
	REFUSED(VC_ENOENT, vc_vcpu_reg_get(r->vcpu, VC_REG_END, &value));
	REFUSED(VC_ENOENT, vc_vcpu_reg_get(r->vcpu, UINT32_MAX, &value));
	REFUSED(VC_ENOENT, vc_vcpu_reg_set(r->vcpu, 0x21, 0));
	REFUSED(VC_ENOENT, vc_vcpu_regs_get(r->vcpu, regs, values, 2));
	REFUSED(VC_ENOENT, vc_vcpu_regs_set(r->vcpu, regs, values, 2));
	RIG_OK(vc_vcpu_reg_get(r->vcpu, VC_REG_RAX, &value));
	CU_ASSERT_EQUAL(value, 0);	/* none was set */
	REFUSED(VC_ENOENT, vc_vcpu_segment_get(r->vcpu, 8, &seg));
	REFUSED(VC_ENOENT, vc_vcpu_segment_set(r->vcpu, 8, &seg));
	seg.attr = 0x193;
	REFUSED(VC_ERANGE, vc_vcpu_segment_set(r->vcpu, VC_SEG_DS, &seg));
	seg.attr = 0x93;
	seg.base = UINT64_C(1) << 32;
	REFUSED(VC_ERANGE, vc_vcpu_segment_set(r->vcpu, VC_SEG_DS, &seg));
	seg.base = UINT64_C(1) << 48;
	REFUSED(VC_ERANGE, vc_vcpu_segment_set(r->vcpu, VC_SEG_FS, &seg));
	seg.base = 0;
	seg.limit = 0x100000;
	REFUSED(VC_ERANGE, vc_vcpu_segment_set(r->vcpu, VC_SEG_DS, &seg));
	REFUSED(VC_ERANGE, vc_vcpu_reg_set(r->vcpu, VC_REG_CS, 0x10000));
	REFUSED(VC_ERANGE, vc_vcpu_reg_set(r->vcpu, VC_REG_MP_STATE, 4));
	REFUSED(VC_ERANGE, vc_vcpu_reg_set(r->vcpu, VC_REG_GDTR_LIMIT, 65536));
	rig_free(r);
}

static void test_api_misuse_values_no_processor_holds(void)
{
	static const struct {
		uint32_t reg;
		uint64_t value;
	} bad[] = {
		{ VC_REG_RFLAGS, 8 }, { VC_REG_RFLAGS, 0x8002 },
		{ VC_REG_RFLAGS, 0x400002 }, { VC_REG_CR0, 0x80000000 },
		{ VC_REG_CR0, 0x20000011 }, { VC_REG_CR0, 1ull << 32 },
		{ VC_REG_CR4, 0x8000 }, { VC_REG_CR4, 1ull << 32 },
		{ VC_REG_CR4, 0x20000 }, { VC_REG_EFER, 2 },
		{ VC_REG_EFER, 0x400 }, { VC_REG_CR3, 1ull << 52 },
		{ VC_REG_CR8, 16 }, { VC_REG_XCR0, 5 },
		{ VC_REG_XCR0, 9 }, { VC_REG_XCR0, 0x27 },
		{ VC_REG_XCR0, 0x400 }, { VC_REG_DR6, 1ull << 32 },
		{ VC_REG_DR7, 1ull << 33 }, { VC_REG_GDTR_BASE, 1ull << 48 },
		{ VC_REG_IDTR_BASE, 1ull << 62 }, { VC_REG_SHADOW, 4 },
		{ VC_REG_SEG(VC_SEG_TR, VC_PART_ATTR), 0xf00 },
		{ VC_REG_SEG(VC_SEG_TR, VC_PART_LIMIT), 0xfffff000 },
	};
	struct rig *r = rig_new();
	uint64_t before, after;

	begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		RIG_OK(vc_vcpu_reg_get(r->vcpu, bad[i].reg, &before));
		REFUSED(VC_ERANGE, vc_vcpu_reg_set(r->vcpu, bad[i].reg,
						   bad[i].value));
		RIG_OK(vc_vcpu_reg_get(r->vcpu, bad[i].reg, &after));
		CU_ASSERT_EQUAL(before, after);
	}
	rig_free(r);
}

static void test_api_misuse_bytes(void)
{
	struct rig *r = rig_new();
	uint8_t b[32] = { 0, 0, 1, 0 };

	begin();
	REFUSED(VC_ENOENT, vc_vcpu_bytes_get(r->vcpu, 6, 0, b, 16));
	REFUSED(VC_ENOENT, vc_vcpu_bytes_get(r->vcpu, VC_BYTES_XMM, 16, b, 16));
	REFUSED(VC_ENOENT, vc_vcpu_bytes_set(r->vcpu, VC_BYTES_ST, 8, b, 10));
	REFUSED(VC_EINVAL, vc_vcpu_bytes_get(r->vcpu, VC_BYTES_XMM, 0, b, 15));
	REFUSED(VC_EINVAL, vc_vcpu_bytes_set(r->vcpu, VC_BYTES_ST, 0, b, 16));
	REFUSED(VC_ENOTSUP, vc_vcpu_bytes_get(r->vcpu, VC_BYTES_YMM, 0, b, 32));
	REFUSED(VC_ENOTSUP, vc_vcpu_bytes_set(r->vcpu, VC_BYTES_YMM, 0, b, 32));
	REFUSED(VC_ERANGE, vc_vcpu_bytes_set(r->vcpu, VC_BYTES_MXCSR, 0, b, 4));
	rig_free(r);
}

static void state_refused(vc_vcpu *v, const vc_x86_state *good, size_t at,
			  const void *bytes, size_t len)
{
	vc_x86_state s = *good;

	memcpy((uint8_t *)&s + at, bytes, len);
	REFUSED(VC_ERANGE, vc_vcpu_state_set(v, &s));
}

static void test_api_misuse_state(void)
{
	struct rig *r = rig_new();
	vc_x86_state s, good;
	const uint64_t high = 1ull << 47;
	const uint32_t four = 4, event = 0x80, exception = VC_EVENT_EXCEPTION;
	const uint8_t two = 2, one = 1;
	const uint64_t pat = 2;

	begin();
	memset(&good, 0, sizeof(good));
	good.size = sizeof(good);
	RIG_OK(vc_vcpu_state_get(r->vcpu, &good));
	RIG_OK(vc_vcpu_state_set(r->vcpu, &good));
	s = good;
	s.size = 16;
	REFUSED(VC_EINVAL, vc_vcpu_state_set(r->vcpu, &s));
	REFUSED(VC_EINVAL, vc_vcpu_state_get(r->vcpu, &s));
#define BAD(member, value) \
	state_refused(r->vcpu, &good, offsetof(vc_x86_state, member), \
		      &(value), sizeof(value))
	BAD(lstar, high);
	BAD(cstar, high);
	BAD(kernel_gs_base, high);
	BAD(pat, pat);
	BAD(mp_state, four);
	BAD(event_flags, event);
	BAD(interrupt_shadow, four);
	BAD(xsave[520], one);		/* compacted */
#undef BAD
	s = good;
	s.event_flags = exception;
	s.exception_vector = two;
	REFUSED(VC_ERANGE, vc_vcpu_state_set(r->vcpu, &s));
	rig_free(r);
}

static void test_api_misuse_msr(void)
{
	struct rig *r = rig_new();
	uint64_t value;

	begin();
	REFUSED(VC_ENOENT, vc_vcpu_msr_get(r->vcpu, 0x12345678, &value));
	REFUSED(VC_ENOENT, vc_vcpu_msr_set(r->vcpu, 0x12345678, 1));
	rig_free(r);
}

static void test_api_misuse_guest_virtual(void)
{
	struct rig *r = rig_new();
	char buf[4] = "abc";
	uint64_t gpa;

	begin();
	REFUSED(VC_EINVAL, vc_vcpu_translate(r->vcpu, 0, 0, &gpa));
	REFUSED(VC_EINVAL, vc_vcpu_translate(r->vcpu, 0, VC_ACCESS_READ |
					     VC_ACCESS_WRITE, &gpa));
	REFUSED(VC_EINVAL, vc_vcpu_translate(r->vcpu, 0, 0x10, &gpa));
	REFUSED(VC_EINVAL, vc_vcpu_translate(r->vcpu, 0, VC_ACCESS_SYSTEM,
					     &gpa));
	REFUSED(VC_EFAULT, vc_vcpu_translate(r->vcpu, RIG_RAM * 4,
					     VC_ACCESS_READ, &gpa));
	REFUSED(VC_EPERM, vc_vcpu_translate(r->vcpu, RIG_RAM - 1,
					    VC_ACCESS_WRITE, &gpa));
	REFUSED(VC_EINVAL, vc_vcpu_read(r->vcpu, UINT64_MAX, buf, 2));
	REFUSED(VC_EFAULT, vc_vcpu_read(r->vcpu, RIG_RAM * 2 - 2, buf, 4));
	REFUSED(VC_EFAULT, vc_vcpu_read(r->vcpu, RIG_RAM, buf, 4));
	REFUSED(VC_EINVAL, vc_vcpu_write(r->vcpu, UINT64_MAX, buf, 2));
	REFUSED(VC_EPERM, vc_vcpu_write(r->vcpu, RIG_RAM / 2 - 2, buf, 4));
	CU_ASSERT_EQUAL(r->ram[RIG_RAM / 2 - 2], 0);	/* nothing is written */
	rig_free(r);
}

static void test_api_misuse_complete(void)
{
	struct rig *r = rig_new();

	begin();
	REFUSED(VC_ESTATE, vc_vcpu_complete(r->vcpu, 0));
	rig_free(r);
}

static void test_api_misuse_inject(void)
{
	struct rig *r = rig_new();

	begin();
	REFUSED(VC_ERANGE, vc_vcpu_inject(r->vcpu, 256));
	RIG_OK(vc_vcpu_inject(r->vcpu, 255));
	REFUSED(VC_EBUSY, vc_vcpu_inject(r->vcpu, 32));
	REFUSED(VC_EINVAL, vc_vcpu_inject_exception(r->vcpu, 13, 2, 0));
	REFUSED(VC_ERANGE, vc_vcpu_inject_exception(r->vcpu, 2, 0, 0));
	REFUSED(VC_ERANGE, vc_vcpu_inject_exception(r->vcpu, 32, 0, 0));
	RIG_OK(vc_vcpu_inject_exception(r->vcpu, 13, 1, 0));
	REFUSED(VC_ESTATE, vc_vcpu_inject_exception(r->vcpu, 6, 0, 0));
	rig_free(r);
}

static void test_api_misuse_debug(void)
{
	struct rig *r = rig_new();

	begin();
	REFUSED(VC_EINVAL, vc_breakpoint_add(NULL, 0));
	REFUSED(VC_EINVAL, vc_breakpoint_remove(NULL, 0));
	RIG_OK(vc_breakpoint_add(r->vm, 0x1000));
	REFUSED(VC_EEXIST, vc_breakpoint_add(r->vm, 0x1000));
	REFUSED(VC_ENOENT, vc_breakpoint_remove(r->vm, 0x1001));
	REFUSED(VC_EINVAL, vc_watchpoint_add(NULL, 0, 1, VC_ACCESS_READ));
	REFUSED(VC_EINVAL, vc_watchpoint_add(r->vm, 0, 0, VC_ACCESS_READ));
	REFUSED(VC_EINVAL, vc_watchpoint_add(r->vm, 0, 9, VC_ACCESS_READ));
	REFUSED(VC_EINVAL, vc_watchpoint_add(r->vm, UINT64_MAX, 2,
					     VC_ACCESS_READ));
	REFUSED(VC_EINVAL, vc_watchpoint_add(r->vm, 0, 1, 0));
	REFUSED(VC_EINVAL, vc_watchpoint_add(r->vm, 0, 1, VC_ACCESS_EXEC));
	RIG_OK(vc_watchpoint_add(r->vm, UINT64_MAX, 1, VC_ACCESS_WRITE));
	REFUSED(VC_EEXIST, vc_watchpoint_add(r->vm, UINT64_MAX, 1,
					     VC_ACCESS_WRITE));
	REFUSED(VC_EINVAL, vc_watchpoint_remove(NULL, 0, 1, VC_ACCESS_READ));
	REFUSED(VC_ENOENT, vc_watchpoint_remove(r->vm, UINT64_MAX, 1,
						VC_ACCESS_READ));
	REFUSED(VC_EINVAL, vc_vcpu_step(r->vcpu, 2));
	rig_free(r);
}

static void test_api_misuse_debug_limits(void)
{
	struct rig *r = rig_new();

	begin();
	for (uint64_t i = 0; i < VC_BREAKPOINT_MAX; i++)
		if (vc_breakpoint_add(r->vm, i * 0x9e3779b97f4a7c15ull))
			CU_FAIL("breakpoint");
	REFUSED(VC_ELIMIT, vc_breakpoint_add(r->vm, 1));
	for (uint64_t i = 0; i < VC_WATCHPOINT_MAX; i++)
		RIG_OK(vc_watchpoint_add(r->vm, i, 1, VC_ACCESS_READ));
	REFUSED(VC_ELIMIT, vc_watchpoint_add(r->vm, 99, 1, VC_ACCESS_READ));
	for (uint64_t i = 0; i < VC_BREAKPOINT_MAX; i++)
		if (vc_breakpoint_remove(r->vm, i * 0x9e3779b97f4a7c15ull))
			CU_FAIL("breakpoint");
	CU_ASSERT_EQUAL(r->vm->breakpoint_count, 0);
	rig_free(r);
}

/* ---- devices ---- */

static uint64_t read_zero(void *self, uint64_t off, uint32_t size)
{
	(void)self, (void)off, (void)size;
	return 0;
}

static void any_msi(void *self, uint64_t address, uint32_t data)
{
	(void)self, (void)address, (void)data;
}

static int any_acknowledge(void *self, uint32_t vcpu)
{
	(void)self, (void)vcpu;
	return -1;
}

static const vc_device_ops plain_ops = {
	.size = sizeof(vc_device_ops), .name = "plain", .read = read_zero,
};

static const vc_device_ops full_ops = {
	.size = sizeof(vc_device_ops), .name = "full", .msi = any_msi,
	.acknowledge = any_acknowledge,
};

static void test_api_misuse_device_create(void)
{
	struct rig *r = rig_new();
	vc_device_ops ops = plain_ops;
	vc_device *d = NULL;

	begin();
	REFUSED(VC_EINVAL, vc_device_create(NULL, r->vm, &ops, NULL));
	REFUSED(VC_EINVAL, vc_device_create(&d, NULL, &ops, NULL));
	REFUSED(VC_EINVAL, vc_device_create(&d, r->vm, NULL, NULL));
	ops.size = 8;
	REFUSED(VC_EINVAL, vc_device_create(&d, r->vm, &ops, NULL));
	ops.size = sizeof(ops);
	ops.name = NULL;
	REFUSED(VC_EINVAL, vc_device_create(&d, r->vm, &ops, NULL));
	ops.name = "odd";
	ops.flags = 0x10;
	REFUSED(VC_ENOTSUP, vc_device_create(&d, r->vm, &ops, NULL));
	CU_ASSERT_PTR_NULL(d);
	CU_ASSERT_PTR_NULL(vc_device_self(NULL));
	CU_ASSERT_PTR_NULL(vc_device_name(NULL));
	CU_ASSERT_PTR_NULL(vc_device_vm(NULL));
	vc_device_destroy(NULL);
	rig_free(r);
}

static void test_api_misuse_device_ports(void)
{
	struct rig *r = rig_new();
	vc_device *d, *other;

	begin();
	RIG_OK(vc_device_create(&d, r->vm, &plain_ops, NULL));
	RIG_OK(vc_device_create(&other, r->vm, &full_ops, NULL));
	REFUSED(VC_EINVAL, vc_device_map_port(NULL, 0, 1, 0));
	REFUSED(VC_EINVAL, vc_device_map_port(d, 0, 0, 0));
	REFUSED(VC_EINVAL, vc_device_map_port(d, 0x10000, 1, 0));
	REFUSED(VC_EINVAL, vc_device_map_port(d, 0xffff, 2, 0));
	REFUSED(VC_EINVAL, vc_device_map_port(d, 1, UINT32_MAX, 0));
	RIG_OK(vc_device_map_port(d, 0x3f8, 8, 0));
	REFUSED(VC_EEXIST, vc_device_map_port(other, 0x3f0, 9, 0));
	CU_ASSERT_EQUAL(rig_in8(r, 0x3f7), 0xff);	/* nothing half done */
	CU_ASSERT_FALSE(rig_claimed());
	REFUSED(VC_EEXIST, vc_device_map_port(d, 0x3ff, 1, 0));
	REFUSED(VC_EINVAL, vc_device_unmap_port(NULL, 0x3f8));
	REFUSED(VC_ENOENT, vc_device_unmap_port(d, 0x3f9));
	REFUSED(VC_ENOENT, vc_device_unmap_port(other, 0x3f8));
	REFUSED(VC_ENOENT, vc_device_unmap_port(d, 0x12345));
	rig_free(r);
}

static void test_api_misuse_device_mmio(void)
{
	struct rig *r = rig_new();
	vc_device *d;

	begin();
	RIG_OK(vc_device_create(&d, r->vm, &plain_ops, NULL));
	REFUSED(VC_EINVAL, vc_device_map_mmio(NULL, 0, 1, 0));
	REFUSED(VC_EINVAL, vc_device_map_mmio(d, RIG_RAM, 0, 0));
	REFUSED(VC_EINVAL, vc_device_map_mmio(d, UINT64_MAX, 2, 0));
	REFUSED(VC_EINVAL, vc_device_map_mmio(d, VC_GPA_LIMIT - 1, 2, 0));
	REFUSED(VC_EEXIST, vc_device_map_mmio(d, RIG_RAM - 1, 2, 0));
	RIG_OK(vc_device_map_mmio(d, 0x200003, 5, 0));
	REFUSED(VC_EEXIST, vc_device_map_mmio(d, 0x200007, 1, 0));
	REFUSED(VC_EINVAL, vc_device_unmap_mmio(NULL, 0));
	REFUSED(VC_ENOENT, vc_device_unmap_mmio(d, 0x200004));
	/* And memory may not be put over a device. */
	REFUSED(VC_EEXIST, vc_memory_map(r->vm, 0x200000, NULL, 4096,
					 VC_PROT_RWX));
	RIG_OK(vc_device_unmap_mmio(d, 0x200003));
	RIG_OK(vc_memory_map(r->vm, 0x200000, NULL, 4096, VC_PROT_RWX));
	rig_free(r);
}

static void test_api_misuse_device_msrs(void)
{
	struct rig *r = rig_new();
	vc_device *d;

	begin();
	RIG_OK(vc_device_create(&d, r->vm, &plain_ops, NULL));
	REFUSED(VC_EINVAL, vc_device_map_msr(NULL, 1, 1));
	REFUSED(VC_EINVAL, vc_device_map_msr(d, 1, 0));
	REFUSED(VC_EINVAL, vc_device_map_msr(d, UINT32_MAX, 2));
	RIG_OK(vc_device_map_msr(d, 0x800, 0x100));
	REFUSED(VC_EEXIST, vc_device_map_msr(d, 0x8ff, 1));
	REFUSED(VC_EEXIST, vc_vm_msr_hook(r->vm, 0x7ff, 2, no_msr, NULL));
	rig_free(r);
}

static void test_api_misuse_lines(void)
{
	struct rig *r = rig_new(), *r2 = rig_new();
	vc_device *d, *pins = rig_pins(r), *foreign = rig_pins(r2);

	begin();
	RIG_OK(vc_device_create(&d, r->vm, &plain_ops, NULL));
	REFUSED(VC_EINVAL, vc_line_connect(NULL, 0, pins, 0));
	REFUSED(VC_EINVAL, vc_line_connect(r->vm, 0, NULL, 0));
	REFUSED(VC_EINVAL, vc_line_connect(r->vm, VC_LINE_COUNT, pins, 0));
	REFUSED(VC_EINVAL, vc_line_connect(r->vm, 0, d, 0));
	REFUSED(VC_EINVAL, vc_line_connect(r->vm, 0, foreign, 0));
	RIG_OK(vc_line_connect(r->vm, 0, pins, 0));
	REFUSED(VC_EEXIST, vc_line_connect(r->vm, 0, pins, 0));
	REFUSED(VC_EINVAL, vc_line_set(NULL, 0, 1));
	REFUSED(VC_EINVAL, vc_line_set(r->vm, VC_LINE_COUNT, 1));
	REFUSED(VC_EINVAL, vc_line_set(r->vm, 0, 2));
	REFUSED(VC_EINVAL, vc_line_pulse(NULL, 0));
	REFUSED(VC_EINVAL, vc_line_pulse(r->vm, VC_LINE_COUNT));
	rig_free(r2);
	rig_free(r);
}

static void test_api_misuse_msi(void)
{
	struct rig *r = rig_new(), *r2 = rig_new();
	vc_device *d, *foreign;

	begin();
	RIG_OK(vc_device_create(&d, r->vm, &plain_ops, NULL));
	RIG_OK(vc_device_create(&foreign, r2->vm, &full_ops, NULL));
	REFUSED(VC_EINVAL, vc_msi_send(NULL, 0xfee00000, 0));
	REFUSED(VC_ENODEV, vc_msi_send(r->vm, 0xfee00000, 0));
	REFUSED(VC_EINVAL, vc_msi_sink(NULL, d));
	REFUSED(VC_EINVAL, vc_msi_sink(r->vm, NULL));
	REFUSED(VC_EINVAL, vc_msi_sink(r->vm, d));
	REFUSED(VC_EINVAL, vc_msi_sink(r->vm, foreign));
	rig_free(r2);
	rig_free(r);
}

static void test_api_misuse_vcpu_inputs(void)
{
	struct rig *r = rig_new(), *r2 = rig_new();
	vc_device *d, *plain, *foreign;

	begin();
	RIG_OK(vc_device_create(&plain, r->vm, &plain_ops, NULL));
	RIG_OK(vc_device_create(&d, r->vm, &full_ops, NULL));
	RIG_OK(vc_device_create(&foreign, r2->vm, &full_ops, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_controller(NULL, 0, d));
	REFUSED(VC_EINVAL, vc_vcpu_controller(r->vm, 1, d));
	REFUSED(VC_EINVAL, vc_vcpu_controller(r->vm, 0, NULL));
	REFUSED(VC_EINVAL, vc_vcpu_controller(r->vm, 0, plain));
	REFUSED(VC_EINVAL, vc_vcpu_controller(r->vm, 0, foreign));
	REFUSED(VC_EINVAL, vc_vcpu_request(NULL, 0, 1));
	REFUSED(VC_EINVAL, vc_vcpu_request(r->vm, 9, 1));
	REFUSED(VC_EINVAL, vc_vcpu_request(r->vm, 0, 2));
	REFUSED(VC_EINVAL, vc_vcpu_nmi(NULL, 0));
	REFUSED(VC_EINVAL, vc_vcpu_nmi(r->vm, 9));
	REFUSED(VC_EINVAL, vc_vcpu_init(NULL, 0));
	REFUSED(VC_EINVAL, vc_vcpu_init(r->vm, 9));
	REFUSED(VC_EINVAL, vc_vcpu_sipi(NULL, 0, 1));
	REFUSED(VC_EINVAL, vc_vcpu_sipi(r->vm, 9, 1));
	REFUSED(VC_EINVAL, vc_vcpu_sipi(r->vm, 0, 256));
	REFUSED(VC_EINVAL, vc_vm_reset_request(NULL));
	REFUSED(VC_EINVAL, vc_vm_poweroff_request(NULL, 0));
	RIG_OK(vc_vcpu_controller(r->vm, 0, d));
	REFUSED(VC_ESTATE, vc_vcpu_inject(r->vcpu, 32));
	CU_ASSERT_EQUAL(vc_current_vcpu(NULL), UINT32_MAX);
	CU_ASSERT_EQUAL(vc_current_vcpu(r->vm), UINT32_MAX);
	rig_free(r2);
	rig_free(r);
}

static void never(void *opaque)
{
	(void)opaque;
	CU_FAIL("this timer must not fire");
}

static void test_api_misuse_timers(void)
{
	struct rig *r = rig_new();
	vc_timer *t = NULL;
	vc_device *d;

	begin();
	RIG_OK(vc_device_create(&d, r->vm, &plain_ops, NULL));
	REFUSED(VC_EINVAL, vc_timer_create(NULL, d, never, NULL));
	REFUSED(VC_EINVAL, vc_timer_create(&t, NULL, never, NULL));
	REFUSED(VC_EINVAL, vc_timer_create(&t, d, NULL, NULL));
	CU_ASSERT_PTR_NULL(t);
	vc_timer_arm(NULL, 0);
	vc_timer_cancel(NULL);
	CU_ASSERT_EQUAL(vc_clock_ns(NULL), 0);
	CU_ASSERT_EQUAL(vc_tsc_now(NULL, 0), 0);
	CU_ASSERT_EQUAL(vc_tsc_hz(NULL), 0);
	rig_free(r);
}

/* ---- calls that need the vCPU at rest, from inside a run ---- */

struct inside {
	vc_device *dev, *pins;
	int runs;
};

static int call_everything(vc_vcpu *v, uint64_t max, void *opaque)
{
	struct inside *in = opaque;
	vc_vm *vm = vc_vcpu_vm(v);
	vc_x86_segment seg = { 0 };
	vc_cpuid_entry row = { 0 };
	vc_vcpu *other;
	vc_device *dev;
	static vc_x86_state s;
	uint64_t value = 0;
	uint32_t reg = 0;
	uint8_t b[16] = { 0 };

	(void)max;
	if (in->runs++)
		return VC_EXIT_HALT;
	s.size = sizeof(s);
	REFUSED(VC_EBUSY, vc_vcpu_run(v, NULL));
	REFUSED(VC_EBUSY, vc_vcpu_reset(v));
	REFUSED(VC_EBUSY, vc_vcpu_reg_get(v, 0, &value));
	REFUSED(VC_EBUSY, vc_vcpu_reg_set(v, 0, 0));
	REFUSED(VC_EBUSY, vc_vcpu_regs_get(v, &reg, &value, 1));
	REFUSED(VC_EBUSY, vc_vcpu_regs_set(v, &reg, &value, 1));
	REFUSED(VC_EBUSY, vc_vcpu_segment_get(v, 0, &seg));
	REFUSED(VC_EBUSY, vc_vcpu_segment_set(v, 0, &seg));
	REFUSED(VC_EBUSY, vc_vcpu_bytes_get(v, VC_BYTES_XMM, 0, b, 16));
	REFUSED(VC_EBUSY, vc_vcpu_bytes_set(v, VC_BYTES_XMM, 0, b, 16));
	REFUSED(VC_EBUSY, vc_vcpu_state_get(v, &s));
	vc__state_reset(&s, 0, false);
	REFUSED(VC_EBUSY, vc_vcpu_state_set(v, &s));
	REFUSED(VC_EBUSY, vc_vcpu_msr_get(v, 0, &value));
	REFUSED(VC_EBUSY, vc_vcpu_msr_set(v, 0, 0));
	REFUSED(VC_EBUSY, vc_vcpu_translate(v, 0, VC_ACCESS_READ, &value));
	REFUSED(VC_EBUSY, vc_vcpu_read(v, 0, b, 1));
	REFUSED(VC_EBUSY, vc_vcpu_write(v, 0, b, 1));
	REFUSED(VC_EBUSY, vc_vcpu_complete(v, 0));
	REFUSED(VC_EBUSY, vc_vcpu_budget_set(v, 1));
	REFUSED(VC_EBUSY, vc_vcpu_budget_get(v, &value));
	REFUSED(VC_EBUSY, vc_vcpu_deadline_set(v, 1));
	REFUSED(VC_EBUSY, vc_vcpu_deadline_get(v, &value));
	REFUSED(VC_EBUSY, vc_vcpu_inject_exception(v, 6, 0, 0));
	REFUSED(VC_EBUSY, vc_vcpu_step(v, 1));
	REFUSED(VC_EBUSY, vc_vm_reset(vm));
	REFUSED(VC_EBUSY, vc_vcpu_create(&other, vm, 0));
	REFUSED(VC_EBUSY, vc_memory_map(vm, RIG_RAM, NULL, 4096, VC_PROT_RWX));
	REFUSED(VC_EBUSY, vc_memory_unmap(vm, 0));
	REFUSED(VC_EBUSY, vc_memory_protect(vm, 0, VC_PROT_RX));
	REFUSED(VC_EBUSY, vc_memory_dirty_track(vm, 0, 1));
	REFUSED(VC_EBUSY, vc_vm_cpuid_set(vm, &row, 1));
	REFUSED(VC_EBUSY, vc_vm_cpuid_hook(vm, no_cpuid, NULL));
	REFUSED(VC_EBUSY, vc_vm_msr_hook(vm, 1, 1, no_msr, NULL));
	REFUSED(VC_EBUSY, vc_breakpoint_add(vm, 0));
	REFUSED(VC_EBUSY, vc_breakpoint_remove(vm, 0));
	REFUSED(VC_EBUSY, vc_watchpoint_add(vm, 0, 1, VC_ACCESS_READ));
	REFUSED(VC_EBUSY, vc_watchpoint_remove(vm, 0, 1, VC_ACCESS_READ));
	REFUSED(VC_EBUSY, vc_device_create(&dev, vm, &plain_ops, NULL));
	REFUSED(VC_EBUSY, vc_device_map_msr(in->dev, 1, 1));
	REFUSED(VC_EBUSY, vc_line_connect(vm, 9, in->pins, 0));
	REFUSED(VC_EBUSY, vc_msi_sink(vm, in->dev));
	REFUSED(VC_EBUSY, vc_vcpu_controller(vm, 0, in->dev));
	vc_device_destroy(in->dev);	/* does nothing, and says why */
	CU_ASSERT(!strncmp(vc_last_error(), "vc_device_destroy:", 18));
	/* What is allowed from anywhere, at any time: */
	RIG_OK(vc_memory_write(vm, 0, b, 16));
	RIG_OK(vc_memory_read(vm, 0, b, 16));
	RIG_OK(vc_line_pulse(vm, 9));
	RIG_OK(vc_device_map_port(in->dev, 0x500, 1, 0));
	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(v), 0);
	return VC_EXIT_HALT;
}

static void test_api_misuse_while_running(void)
{
	struct inside in = { 0 };
	struct rig *r = rig_scripted(NULL, call_everything, &in);
	vc_exit *e;

	begin();
	RIG_OK(vc_device_create(&in.dev, r->vm, &full_ops, NULL));
	in.pins = rig_pins(r);
	RIG_OK(vc_vcpu_run(r->vcpu, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(in.runs, 1);
	CU_ASSERT_PTR_NOT_NULL(vc_device_self(in.pins));
	rig_free(r);
}

static void run_from_callback(void *self, uint64_t off, uint32_t size,
			      uint64_t value)
{
	struct rig *r = self;

	(void)off, (void)size, (void)value;
	REFUSED(VC_ESTATE, vc_vcpu_run(r->vcpu, NULL));
}

static void test_api_misuse_run_from_a_device(void)
{
	static const vc_device_ops ops = {
		.size = sizeof(ops), .name = "recursive",
		.write = run_from_callback,
	};
	struct rig *r = rig_new();
	vc_device *d;

	begin();
	RIG_OK(vc_device_create(&d, r->vm, &ops, r));
	RIG_OK(vc_device_map_port(d, 0x10, 1, 0));
	rig_out8(r, 0x10, 0);
	CU_ASSERT(rig_claimed());
	CU_ASSERT_EQUAL(seen_count, 1);
	rig_free(r);
}

static void call_from_reset(void *self)
{
	struct rig *r = self;
	uint64_t value;

	if (!r->vcpu)
		return;
	CU_ASSERT_EQUAL(vc_vcpu_reg_get(r->vcpu, 0, &value), VC_ESTATE);
	CU_ASSERT_EQUAL(vc_vcpu_run(r->vcpu, NULL), VC_ESTATE);
}

static void test_api_misuse_vcpu_calls_from_a_reset(void)
{
	static const vc_device_ops ops = {
		.size = sizeof(ops), .name = "resetting",
		.reset = call_from_reset,
	};
	struct rig *r = rig_new();
	vc_device *d;

	RIG_OK(vc_device_create(&d, r->vm, &ops, r));
	RIG_OK(vc_vm_reset(r->vm));
	rig_free(r);
}

static void test_api_misuse_error_text(void)
{
	char before[512];

	CU_ASSERT_STRING_EQUAL(vc_error_name(VC_OK), "VC_OK");
	CU_ASSERT_STRING_EQUAL(vc_error_name(VC_EINVAL), "VC_EINVAL");
	CU_ASSERT_STRING_EQUAL(vc_error_name(VC_ELIMIT), "VC_ELIMIT");
	CU_ASSERT_STRING_EQUAL(vc_error_name(1), "VC_E?");
	CU_ASSERT_STRING_EQUAL(vc_error_name(-16), "VC_E?");
	CU_ASSERT_STRING_EQUAL(vc_error_name(INT32_MIN), "VC_E?");
	vc_vm_reset(NULL);
	snprintf(before, sizeof(before), "%s", vc_last_error());
	CU_ASSERT_STRING_EQUAL(before, "vc_vm_reset: vm is NULL");
	CU_ASSERT(vc_backend_list(NULL, 0) > 0);	/* success */
	CU_ASSERT_STRING_EQUAL(vc_last_error(), before);
	CU_ASSERT_EQUAL(vc_version(), VC_VERSION);
	CU_ASSERT(strstr(vc_build_info(), "libvirtcore 0.1.0") != NULL);
}

RIG_SUITE(api_misuse) {
	RIG_TEST(test_api_misuse_backend_list),
	RIG_TEST(test_api_misuse_backend_find),
	RIG_TEST(test_api_misuse_backend_probe),
	RIG_TEST(test_api_misuse_backend_reason),
	RIG_TEST(test_api_misuse_backend_capability),
	RIG_TEST(test_api_misuse_vm_create),
	RIG_TEST(test_api_misuse_vm_options),
	RIG_TEST(test_api_misuse_vm_what_the_backend_lacks),
	RIG_TEST(test_api_misuse_calls_without_capability),
	RIG_TEST(test_api_misuse_vm_getters),
	RIG_TEST(test_api_misuse_cpuid),
	RIG_TEST(test_api_misuse_msr_hook),
	RIG_TEST(test_api_misuse_memory_map),
	RIG_TEST(test_api_misuse_memory_limits),
	RIG_TEST(test_api_misuse_memory_unmap),
	RIG_TEST(test_api_misuse_memory_protect),
	RIG_TEST(test_api_misuse_memory_list),
	RIG_TEST(test_api_misuse_memory_access),
	RIG_TEST(test_api_misuse_dma),
	RIG_TEST(test_api_misuse_dirty),
	RIG_TEST(test_api_misuse_vcpu_create),
	RIG_TEST(test_api_misuse_vcpu_null),
	RIG_TEST(test_api_misuse_vcpu_null_out),
	RIG_TEST(test_api_misuse_registers),
	RIG_TEST(test_api_misuse_values_no_processor_holds),
	RIG_TEST(test_api_misuse_bytes),
	RIG_TEST(test_api_misuse_state),
	RIG_TEST(test_api_misuse_msr),
	RIG_TEST(test_api_misuse_guest_virtual),
	RIG_TEST(test_api_misuse_complete),
	RIG_TEST(test_api_misuse_inject),
	RIG_TEST(test_api_misuse_debug),
	RIG_TEST(test_api_misuse_debug_limits),
	RIG_TEST(test_api_misuse_device_create),
	RIG_TEST(test_api_misuse_device_ports),
	RIG_TEST(test_api_misuse_device_mmio),
	RIG_TEST(test_api_misuse_device_msrs),
	RIG_TEST(test_api_misuse_lines),
	RIG_TEST(test_api_misuse_msi),
	RIG_TEST(test_api_misuse_vcpu_inputs),
	RIG_TEST(test_api_misuse_timers),
	RIG_TEST(test_api_misuse_while_running),
	RIG_TEST(test_api_misuse_run_from_a_device),
	RIG_TEST(test_api_misuse_vcpu_calls_from_a_reset),
	RIG_TEST(test_api_misuse_error_text),
	RIG_END
};
