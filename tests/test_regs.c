/* SPDX-License-Identifier: MIT */
/* Registers, state, MSRs, guest-virtual memory, with the scripted backend. */
#include "rig.h"
#include "../lib/core/backend.h"

static uint64_t get(struct rig *r, uint32_t reg)
{
	uint64_t v = 0xdeadbeef;

	RIG_OK(vc_vcpu_reg_get(r->vcpu, reg, &v));
	return v;
}

static void test_regs_power_on_state(void)
{
	struct rig *r = rig_new();

	/* SDM 3A table 9-1. */
	CU_ASSERT_EQUAL(get(r, VC_REG_RIP), 0xfff0);
	CU_ASSERT_EQUAL(get(r, VC_REG_CS), 0xf000);
	CU_ASSERT_EQUAL(get(r, VC_REG_SEG(VC_SEG_CS, VC_PART_BASE)),
			0xffff0000);
	CU_ASSERT_EQUAL(get(r, VC_REG_SEG(VC_SEG_SS, VC_PART_LIMIT)), 0xffff);
	CU_ASSERT_EQUAL(get(r, VC_REG_CR0), 0x60000010);
	CU_ASSERT_EQUAL(get(r, VC_REG_RFLAGS), 2);
	CU_ASSERT_EQUAL(get(r, VC_REG_RDX), 0x600);
	CU_ASSERT_EQUAL(get(r, VC_REG_DR6), 0xffff0ff0);
	CU_ASSERT_EQUAL(get(r, VC_REG_DR7), 0x400);
	CU_ASSERT_EQUAL(get(r, VC_REG_IDTR_LIMIT), 0xffff);
	CU_ASSERT_EQUAL(get(r, VC_REG_EFER), 0);
	CU_ASSERT_EQUAL(get(r, VC_REG_XCR0), 1);
	CU_ASSERT_EQUAL(get(r, VC_REG_MP_STATE), VC_MP_RUNNABLE);
	rig_free(r);
}

static void test_regs_other_vcpus_wait(void)
{
	struct rig *r = rig_new_smp(2);
	uint64_t v;

	RIG_OK(vc_vcpu_reg_get(vc_vm_vcpu(r->vm, 1), VC_REG_MP_STATE, &v));
	CU_ASSERT_EQUAL(v, VC_MP_UNINITIALIZED);
	CU_ASSERT_EQUAL(vc_vcpu_index(vc_vm_vcpu(r->vm, 1)), 1);
	CU_ASSERT_PTR_EQUAL(vc_vcpu_vm(vc_vm_vcpu(r->vm, 1)), r->vm);
	rig_free(r);
}

static void test_regs_each_keeps_its_own_value(void)
{
	struct rig *r = rig_new();
	uint32_t regs[VC_REG_END];
	uint64_t values[VC_REG_END], got[VC_REG_END];
	uint32_t n = 0;

	for (uint32_t reg = 0; reg < VC_REG_END; reg++) {
		uint64_t v;

		if (vc_vcpu_reg_get(r->vcpu, reg, &v))
			continue;
		regs[n] = reg;
		values[n] = v;
		if (reg <= VC_REG_RIP)
			values[n] = 0x1122334455660000 + reg;
		else if (reg >= VC_REG_DR0 && reg <= VC_REG_DR3)
			values[n] = 0x7000 + reg;
		else if (reg >= 0x40 && reg < 0x60 && (reg & 3) == 1)
			values[n] = 0x10000u * reg;
		else if (reg >= 0x40 && reg < 0x60 && (reg & 3) == 0)
			values[n] = reg * 8;
		else if (reg >= 0x40 && reg < 0x60 && (reg & 3) == 2)
			values[n] = 0x100 + reg;
		else if (reg == VC_REG_GDTR_BASE || reg == VC_REG_IDTR_BASE)
			values[n] = 0xffff800000000000 + reg;
		else if (reg == VC_REG_GDTR_LIMIT || reg == VC_REG_IDTR_LIMIT)
			values[n] = reg;
		else if (reg == VC_REG_CR2 || reg == VC_REG_CR3)
			values[n] = reg * 4096;
		else if (reg == VC_REG_CR8)
			values[n] = 5;
		n++;
	}
	CU_ASSERT_EQUAL(n, 18 + 5 + 2 + 6 + 32 + 4 + 3);
	RIG_OK(vc_vcpu_regs_set(r->vcpu, regs, values, n));
	RIG_OK(vc_vcpu_regs_get(r->vcpu, regs, got, n));
	for (uint32_t i = 0; i < n; i++) {
		CU_ASSERT_EQUAL(got[i], values[i]);
		if (regs[i] != VC_REG_TSC)
			CU_ASSERT_EQUAL(get(r, regs[i]), values[i]);
	}
	rig_free(r);
}

static void test_regs_bulk_is_all_or_nothing(void)
{
	struct rig *r = rig_new();
	const uint32_t regs[3] = { VC_REG_RAX, VC_REG_RBX, VC_REG_CR0 };
	uint64_t values[3] = { 1, 2, 0x80000010 };

	RIG_FAILS(VC_ERANGE, vc_vcpu_regs_set(r->vcpu, regs, values, 3));
	CU_ASSERT_EQUAL(get(r, VC_REG_RAX), 0);
	CU_ASSERT_EQUAL(get(r, VC_REG_RBX), 0);
	rig_free(r);
}

static void test_regs_long_mode_in_one_go(void)
{
	/* No order of single calls would be allowed all the way. */
	struct rig *r = rig_new();
	const uint32_t regs[4] = { VC_REG_EFER, VC_REG_CR0, VC_REG_CR3,
				   VC_REG_CR4 };
	const uint64_t values[4] = { 0x500, 0x80000011, 0x1000, 0x20 };

	RIG_OK(vc_vcpu_regs_set(r->vcpu, regs, values, 4));
	CU_ASSERT_EQUAL(get(r, VC_REG_EFER), 0x500);
	rig_free(r);
}

static void test_regs_fixed_bits_are_set(void)
{
	struct rig *r = rig_new();

	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_RFLAGS, 0));
	CU_ASSERT_EQUAL(get(r, VC_REG_RFLAGS), 2);
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_CR0, 1));
	CU_ASSERT_EQUAL(get(r, VC_REG_CR0), 0x11);
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_DR7, 0));
	CU_ASSERT_EQUAL(get(r, VC_REG_DR7), 0x400);
	rig_free(r);
}

static void test_regs_segment_whole(void)
{
	struct rig *r = rig_new();
	const vc_x86_segment in = { 0xffff880000000000, 0xffffffff, 0x2b,
				    0xc0f3 };
	vc_x86_segment out;

	RIG_OK(vc_vcpu_segment_set(r->vcpu, VC_SEG_GS, &in));
	RIG_OK(vc_vcpu_segment_get(r->vcpu, VC_SEG_GS, &out));
	CU_ASSERT(!memcmp(&in, &out, sizeof(in)));
	CU_ASSERT_EQUAL(get(r, VC_REG_GS_BASE), in.base);
	CU_ASSERT_EQUAL(get(r, VC_REG_GS), 0x2b);
	rig_free(r);
}

static void test_regs_bytes(void)
{
	struct rig *r = rig_new();
	uint8_t in[16], out[16];

	for (uint8_t i = 0; i < 16; i++)
		in[i] = (uint8_t)(i + 1);
	/* Registers in their initial state read as that, not as old bytes. */
	RIG_OK(vc_vcpu_bytes_get(r->vcpu, VC_BYTES_XMM, 15, out, 16));
	CU_ASSERT(!out[0] && !out[15]);
	RIG_OK(vc_vcpu_bytes_set(r->vcpu, VC_BYTES_XMM, 15, in, 16));
	RIG_OK(vc_vcpu_bytes_get(r->vcpu, VC_BYTES_XMM, 15, out, 16));
	CU_ASSERT(!memcmp(in, out, 16));
	RIG_OK(vc_vcpu_bytes_set(r->vcpu, VC_BYTES_ST, 3, in, 10));
	RIG_OK(vc_vcpu_bytes_get(r->vcpu, VC_BYTES_ST, 3, out, 10));
	CU_ASSERT(!memcmp(in, out, 10));
	RIG_OK(vc_vcpu_bytes_get(r->vcpu, VC_BYTES_FCW, 0, out, 2));
	CU_ASSERT(out[0] == 0x40 && out[1] == 0);
	RIG_OK(vc_vcpu_bytes_set(r->vcpu, VC_BYTES_FSW, 0, "\0\x38", 2));
	RIG_OK(vc_vcpu_bytes_get(r->vcpu, VC_BYTES_FSW, 0, out, 2));
	CU_ASSERT(out[0] == 0 && out[1] == 0x38);
	RIG_OK(vc_vcpu_bytes_get(r->vcpu, VC_BYTES_MXCSR, 0, out, 4));
	CU_ASSERT(out[0] == 0x80 && out[1] == 0x1f);
	rig_free(r);
}

static void test_regs_writing_st_marks_it_used(void)
{
	struct rig *r = rig_new();
	static vc_x86_state s;

	s.size = sizeof(s);
	RIG_OK(vc_vcpu_bytes_set(r->vcpu, VC_BYTES_FSW, 0, "\0\x30", 2));
	RIG_OK(vc_vcpu_bytes_set(r->vcpu, VC_BYTES_ST, 1, "0123456789", 10));
	RIG_OK(vc_vcpu_state_get(r->vcpu, &s));
	CU_ASSERT_EQUAL(s.xsave[4], 0x80);	/* TOP 6, ST(1) is R7 */
	CU_ASSERT_EQUAL(s.xsave[32 + 16], '0');
	CU_ASSERT(s.xsave[512] & 1);
	rig_free(r);
}

static void test_regs_ymm_is_two_halves(void)
{
	struct rig *r = rig_new();
	static vc_x86_state s;
	uint8_t in[32], out[32];

	for (uint8_t i = 0; i < 32; i++)
		in[i] = (uint8_t)(i * 3);
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_XCR0, 7));
	RIG_OK(vc_vcpu_bytes_set(r->vcpu, VC_BYTES_YMM, 2, in, 32));
	RIG_OK(vc_vcpu_bytes_get(r->vcpu, VC_BYTES_YMM, 2, out, 32));
	CU_ASSERT(!memcmp(in, out, 32));
	RIG_OK(vc_vcpu_bytes_get(r->vcpu, VC_BYTES_XMM, 2, out, 16));
	CU_ASSERT(!memcmp(in, out, 16));
	s.size = sizeof(s);
	RIG_OK(vc_vcpu_state_get(r->vcpu, &s));
	CU_ASSERT(!memcmp(s.xsave + 576 + 2 * 16, in + 16, 16));
	CU_ASSERT_EQUAL(s.xsave[512] & 7, 7);
	rig_free(r);
}

static void test_regs_state_round_trip(void)
{
	struct rig *r = rig_new(), *r2 = rig_new();
	static vc_x86_state a, b;

	a.size = b.size = sizeof(a);
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_R13, 77));
	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_MP_STATE, VC_MP_HALTED));
	RIG_OK(vc_vcpu_inject_exception(r->vcpu, 14, 1, 5));
	rig_advance(r, 0);
	RIG_OK(vc_vcpu_state_get(r->vcpu, &a));
	RIG_OK(vc_vcpu_state_set(r2->vcpu, &a));
	RIG_OK(vc_vcpu_state_get(r2->vcpu, &b));
	CU_ASSERT(!memcmp(&a, &b, sizeof(a)));
	CU_ASSERT_EQUAL(b.event_flags, VC_EVENT_EXCEPTION | VC_EVENT_ERROR_CODE);
	CU_ASSERT_EQUAL(b.exception_error, 5);
	rig_free(r);
	rig_free(r2);
}

static void test_regs_vm_reset(void)
{
	struct rig *r = rig_new_smp(2);
	uint64_t v;

	RIG_OK(vc_vcpu_reg_set(r->vcpu, VC_REG_RAX, 5));
	RIG_OK(vc_vcpu_reg_set(vc_vm_vcpu(r->vm, 1), VC_REG_MP_STATE, 0));
	RIG_OK(vc_memory_write(r->vm, 0, "x", 1));
	RIG_OK(vc_vcpu_budget_set(r->vcpu, 99));
	RIG_OK(vc_vcpu_nmi(r->vm, 0));
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(get(r, VC_REG_RAX), 0);
	CU_ASSERT_EQUAL(r->ram[0], 'x');
	CU_ASSERT_FALSE(rig_nmi(r, 0));
	RIG_OK(vc_vcpu_reg_get(vc_vm_vcpu(r->vm, 1), VC_REG_MP_STATE, &v));
	CU_ASSERT_EQUAL(v, VC_MP_UNINITIALIZED);
	RIG_OK(vc_vcpu_budget_get(r->vcpu, &v));
	CU_ASSERT_EQUAL(v, 99);
	rig_free(r);
}

static void test_regs_msr(void)
{
	struct rig *r = rig_new();
	uint64_t v;

	RIG_OK(vc_vcpu_msr_set(r->vcpu, 0xc0000082, 0x1234));
	RIG_OK(vc_vcpu_msr_get(r->vcpu, 0xc0000082, &v));
	CU_ASSERT_EQUAL(v, 0x1234);
	rig_free(r);
}

static void test_regs_guest_virtual_memory(void)
{
	struct rig *r = rig_new();
	char buf[9000] = { 0 };

	RIG_OK(vc_vcpu_write(r->vcpu, 4090, "across", 6));
	CU_ASSERT(!memcmp(r->ram + 4090, "across", 6));
	RIG_OK(vc_vcpu_read(r->vcpu, 1000, buf, sizeof(buf)));
	CU_ASSERT(!memcmp(buf + 3090, "across", 6));
	rig_free(r);
}

static void test_regs_warnings(void)
{
	struct rig *r = rig_new();
	uint64_t n = 9;
	char text[12];

	RIG_OK(vc_vcpu_warnings(r->vcpu, &n, text, sizeof(text)));
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_STRING_EQUAL(text, "");
	vc__warn(r->vcpu, "opcode %02x", 0x0f);
	vc__warn(r->vcpu, "something longer: %d", 5);
	RIG_OK(vc_vcpu_warnings(r->vcpu, &n, text, sizeof(text)));
	CU_ASSERT_EQUAL(n, 2);
	CU_ASSERT_STRING_EQUAL(text, "something l");
	RIG_OK(vc_vcpu_warnings(r->vcpu, &n, NULL, 0));
	rig_free(r);
}

RIG_SUITE(regs) {
	RIG_TEST(test_regs_power_on_state),
	RIG_TEST(test_regs_other_vcpus_wait),
	RIG_TEST(test_regs_each_keeps_its_own_value),
	RIG_TEST(test_regs_bulk_is_all_or_nothing),
	RIG_TEST(test_regs_long_mode_in_one_go),
	RIG_TEST(test_regs_fixed_bits_are_set),
	RIG_TEST(test_regs_segment_whole),
	RIG_TEST(test_regs_bytes),
	RIG_TEST(test_regs_writing_st_marks_it_used),
	RIG_TEST(test_regs_ymm_is_two_halves),
	RIG_TEST(test_regs_state_round_trip),
	RIG_TEST(test_regs_vm_reset),
	RIG_TEST(test_regs_msr),
	RIG_TEST(test_regs_guest_virtual_memory),
	RIG_TEST(test_regs_warnings),
	RIG_END
};
