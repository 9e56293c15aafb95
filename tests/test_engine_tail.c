/* SPDX-License-Identifier: MIT */
/*
 * test_engine_tail.c: ops go on by tail calls, so a guest that runs for ever
 * must not use more of the host's stack than one that runs for a moment. Each
 * loop here runs long enough to overflow a stack of several MiB if one of its
 * ops left so much as a return address behind.
 */
#include "rig.h"

#define ROUNDS	1000000u
#define CODE	0x10000u

/* Run body (in real mode) ROUNDS times, then HLT: 66 49 75 xx f4. The loop
 * begins at offset at of the page. */
static void run_loop(const uint8_t *body, unsigned len, unsigned at)
{
	static const uint8_t set[] = { 0x66, 0xb9, ROUNDS & 0xff,
		ROUNDS >> 8 & 0xff, ROUNDS >> 16, 0 };	/* mov ecx, ROUNDS */
	uint8_t code[64], *p = code;
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_exit *x;
	vc_vcpu *vcpu;
	vc_vm *vm;
	uint64_t rcx = 1;

	memcpy(p, set, sizeof(set));
	p += sizeof(set);
	memcpy(p, body, len);
	p += len;
	*p++ = 0x66;	/* dec ecx */
	*p++ = 0x49;
	*p++ = 0x75;	/* jnz body */
	*p = (uint8_t)(0 - (len + 4));
	p++;
	*p++ = 0xf4;
	o.backend = VC_BACKEND_INTERP;
	RIG_OK(vc_vm_create(&vm, &o));
	RIG_OK(vc_memory_map(vm, 0, NULL, 0x100000, VC_PROT_RWX));
	RIG_OK(vc_vcpu_create(&vcpu, vm, 0));
	RIG_OK(vc_boot_flat(vm, code, (uint64_t)(p - code), CODE, VC_FLAT_REAL));
	/* CS is CODE / 16; move the code so that the body begins at `at` */
	RIG_OK(vc_memory_write(vm, CODE + at - sizeof(set), code,
			       (uint64_t)(p - code)));
	RIG_OK(vc_vcpu_reg_set(vcpu, VC_REG_RIP, at - sizeof(set)));
	RIG_OK(vc_vcpu_run(vcpu, &x));
	CU_ASSERT_EQUAL(x->reason, VC_EXIT_HALT);
	RIG_OK(vc_vcpu_reg_get(vcpu, VC_REG_RCX, &rcx));
	CU_ASSERT_EQUAL(rcx, 0);
	CU_ASSERT(vc_vcpu_retired(vcpu) >= 2 * ROUNDS);
	vc_vm_destroy(vm);
}

#define LOOP(name, at, ...) \
static void test_tail_##name(void) \
{ \
	static const uint8_t body[] = { __VA_ARGS__ }; \
\
	run_loop(body, sizeof(body), at); \
}

LOOP(registers, 0x800, 0x01, 0xd8)			/* add ax, bx */
LOOP(a_straddling_instruction, 0xfff, 0x01, 0xd8)
LOOP(a_straddling_prefix, 0xffe, 0x66, 0x67, 0x8b, 0x03)
LOOP(a_branch_on_the_page_end, 0xffc, 0x01, 0xd8)
LOOP(loads, 0x800, 0xa1, 0x00, 0x30)			/* mov ax, [0x3000] */
LOOP(loads_over_two_pages, 0x800, 0xa1, 0xff, 0x3f)
LOOP(stores_over_two_pages, 0x800, 0xa3, 0xff, 0x3f)
LOOP(additions_over_two_pages, 0x800, 0x01, 0x06, 0xff, 0x3f)
LOOP(locked_additions, 0x800, 0xf0, 0x01, 0x06, 0x00, 0x30)
LOOP(stack, 0x800, 0x50, 0x5b)				/* push ax; pop bx */
LOOP(calls, 0x800, 0xe8, 0x00, 0x00, 0x5b)		/* call next; pop bx */
LOOP(divisions, 0x800, 0x31, 0xd2, 0xb3, 0x07, 0xf6, 0xf3)
LOOP(strings, 0x800, 0xbf, 0x00, 0x30, 0xab)		/* stosw */
LOOP(segment_loads, 0x800, 0x8e, 0xc0)			/* mov es, ax */
LOOP(flags_to_the_stack, 0x800, 0x9c, 0x9d)		/* pushf; popf */
LOOP(x87, 0x800, 0xd9, 0xe8, 0xdd, 0xd8)		/* fld1; fstp st0 */
LOOP(sti_and_cli, 0x800, 0xfb, 0xfa)
LOOP(cpuid, 0x800, 0x66, 0x51, 0x0f, 0xa2, 0x66, 0x59)

RIG_SUITE(engine_tail) {
	RIG_TEST(test_tail_registers),
	RIG_TEST(test_tail_a_straddling_instruction),
	RIG_TEST(test_tail_a_straddling_prefix),
	RIG_TEST(test_tail_a_branch_on_the_page_end),
	RIG_TEST(test_tail_loads),
	RIG_TEST(test_tail_loads_over_two_pages),
	RIG_TEST(test_tail_stores_over_two_pages),
	RIG_TEST(test_tail_additions_over_two_pages),
	RIG_TEST(test_tail_locked_additions),
	RIG_TEST(test_tail_stack),
	RIG_TEST(test_tail_calls),
	RIG_TEST(test_tail_divisions),
	RIG_TEST(test_tail_strings),
	RIG_TEST(test_tail_segment_loads),
	RIG_TEST(test_tail_flags_to_the_stack),
	RIG_TEST(test_tail_x87),
	RIG_TEST(test_tail_sti_and_cli),
	RIG_TEST(test_tail_cpuid),
	RIG_END
};
