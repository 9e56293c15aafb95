/* SPDX-License-Identifier: MIT */
/* The CPUID table, CPUID and MSR hooks. */
#include "rig.h"
#include "../lib/core/backend.h"

static void test_hooks_cpuid_default_table(void)
{
	struct rig *r = rig_new();
	vc_cpuid_entry e[4];
	uint32_t n = 4, regs[4];

	RIG_OK(vc_vm_cpuid_get(r->vm, e, &n));
	CU_ASSERT_EQUAL(n, 2);
	CU_ASSERT_EQUAL(e[0].ebx, 0x756e6547);
	vc__cpuid(r->vcpu, 1, 5, regs);
	CU_ASSERT_EQUAL(regs[0], 0x600);
	vc__cpuid(r->vcpu, 2, 0, regs);
	CU_ASSERT(!regs[0] && !regs[1] && !regs[2] && !regs[3]);
	rig_free(r);
}

static void test_hooks_cpuid_rows_by_subleaf(void)
{
	struct rig *r = rig_new();
	const vc_cpuid_entry in[] = {
		{ .leaf = 0x80000000, .eax = 0x80000001 },
		{ .leaf = 4, .subleaf = 1, .flags = VC_CPUID_SUBLEAF, .eax = 41 },
		{ .leaf = 4, .subleaf = 0, .flags = VC_CPUID_SUBLEAF, .eax = 40 },
		{ .leaf = 7, .eax = 70, .ebx = 71, .ecx = 72, .edx = 73 },
	};
	vc_cpuid_entry out[4];
	uint32_t n = 4, regs[4];

	RIG_OK(vc_vm_cpuid_set(r->vm, in, 4));
	vc__cpuid(r->vcpu, 4, 0, regs);
	CU_ASSERT_EQUAL(regs[0], 40);
	vc__cpuid(r->vcpu, 4, 1, regs);
	CU_ASSERT_EQUAL(regs[0], 41);
	vc__cpuid(r->vcpu, 4, 2, regs);
	CU_ASSERT_EQUAL(regs[0], 0);
	vc__cpuid(r->vcpu, 7, 99, regs);
	CU_ASSERT(regs[0] == 70 && regs[1] == 71 && regs[2] == 72 &&
		  regs[3] == 73);
	vc__cpuid(r->vcpu, 0x80000000, 0, regs);
	CU_ASSERT_EQUAL(regs[0], 0x80000001);
	RIG_OK(vc_vm_cpuid_get(r->vm, out, &n));
	CU_ASSERT_EQUAL(n, 4);
	RIG_OK(vc_vm_cpuid_set(r->vm, NULL, 0));
	vc__cpuid(r->vcpu, 7, 0, regs);
	CU_ASSERT_EQUAL(regs[0], 0);
	rig_free(r);
}

static void brand(uint32_t vcpu, uint32_t leaf, uint32_t subleaf,
		  uint32_t *regs, void *opaque)
{
	CU_ASSERT_EQUAL(vc_current_vcpu(opaque), vcpu);
	if (leaf == 0)
		regs[1] = 0x6c6c6548 + subleaf;
	regs[3] = vcpu;
}

static void test_hooks_cpuid_hook_has_the_last_word(void)
{
	struct rig *r = rig_new_smp(2);
	uint32_t regs[4];

	RIG_OK(vc_vm_cpuid_hook(r->vm, brand, r->vm));
	vc__cpuid(vc_vm_vcpu(r->vm, 1), 0, 3, regs);
	CU_ASSERT_EQUAL(regs[0], 1);
	CU_ASSERT_EQUAL(regs[1], 0x6c6c654b);
	CU_ASSERT_EQUAL(regs[3], 1);
	RIG_OK(vc_vm_cpuid_hook(r->vm, NULL, NULL));
	vc__cpuid(r->vcpu, 0, 0, regs);
	CU_ASSERT_EQUAL(regs[1], 0x756e6547);
	rig_free(r);
}

static int hook(uint32_t vcpu, uint32_t msr, uint32_t is_write,
		uint64_t *value, void *opaque)
{
	uint64_t *seen = opaque;

	switch (msr) {
	case 0x100:
		return VC_MSR_PASS;
	case 0x101:
		if (is_write)
			*seen = *value;
		else
			*value = 0x1234 + vcpu;
		return VC_MSR_DONE;
	}
	return VC_MSR_FAULT;
}

static void test_hooks_msr_hook(void)
{
	struct rig *r = rig_new_smp(2);
	uint64_t seen = 0, v = 0;

	RIG_OK(vc_vm_msr_hook(r->vm, 0x100, 3, hook, &seen));
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x100, &v), 0);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 1, 0x101, &v), 1);
	CU_ASSERT_EQUAL(v, 0x1235);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x101, 99), 1);
	CU_ASSERT_EQUAL(seen, 99);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x102, &v), -1);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x103, &v), 0);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0xff, &v), 0);
	RIG_OK(vc_vm_msr_hook(r->vm, 0x100, 3, NULL, NULL));
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x102, &v), 0);
	rig_free(r);
}

static void test_hooks_many_msr_ranges(void)
{
	struct rig *r = rig_new();
	uint64_t seen, v;

	for (uint32_t i = 0; i < 50; i++)
		RIG_OK(vc_vm_msr_hook(r->vm, (i * 31 % 50) * 0x1000, 0x800,
				      hook, &seen));
	for (uint32_t i = 0; i < 50; i++) {
		CU_ASSERT_EQUAL(rig_rdmsr(r, 0, i * 0x1000 + 0x7ff, &v), -1);
		CU_ASSERT_EQUAL(rig_rdmsr(r, 0, i * 0x1000 + 0x800, &v), 0);
	}
	RIG_OK(vc_vm_msr_hook(r->vm, 0xfffffff0, 16, hook, &seen));
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0xffffffff, &v), -1);
	rig_free(r);
}

RIG_SUITE(hooks) {
	RIG_TEST(test_hooks_cpuid_default_table),
	RIG_TEST(test_hooks_cpuid_rows_by_subleaf),
	RIG_TEST(test_hooks_cpuid_hook_has_the_last_word),
	RIG_TEST(test_hooks_msr_hook),
	RIG_TEST(test_hooks_many_msr_ranges),
	RIG_END
};
