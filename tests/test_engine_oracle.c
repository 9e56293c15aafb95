/* SPDX-License-Identifier: MIT */
/*
 * test_engine_oracle.c: every user-mode instruction of the engine against the
 * host's processor: see oracle/oracle.h. A test for each group of forms.
 */
#include "rig.h"
#include "oracle/oracle.h"

#define GROUPS(X) \
	X(arith_reg) X(arith_mem) X(logic_reg) X(logic_mem) X(alu_lock) \
	X(unary_reg) X(unary_mem) X(unary_lock) X(mov_reg) X(mov_mem) \
	X(mov_segment) X(extend) X(lea) X(exchange_reg) X(exchange_mem) \
	X(exchange_lock) X(cmpxchg) X(cmpxchg_wide) X(shift_reg) \
	X(shift_mem) X(rotate_reg) X(rotate_mem) X(rotate_carry_reg) \
	X(rotate_carry_mem) X(double_shift_reg) X(double_shift_mem) \
	X(bit_reg) X(bit_mem) X(bit_lock) X(bit_scan) X(multiply_reg) \
	X(multiply_mem) X(divide) X(divide_signed) X(setcc) X(cmov_reg) \
	X(cmov_mem) X(jcc) X(jump_call_return) X(loop) X(push) X(pop) \
	X(enter_leave) X(flags) X(convert_bswap_xlat) X(movs) X(stos) \
	X(lods) X(cmps) X(scas) X(hints_fences) X(interrupts) X(privileged) \
	X(x87_add_mem) X(x87_add_st) X(x87_multiply) X(x87_divide) \
	X(x87_integer) X(x87_compare) X(x87_flags) X(x87_load) X(x87_store) \
	X(x87_store_integer) X(x87_functions) X(x87_remainder) \
	X(x87_transcendental) X(x87_environment) X(x87_control) \
	X(mmx_arith) X(mmx_move) X(mmx_shift) X(mmx_shuffle) \
	X(sse_move_reg) X(sse_move_mem) X(sse_scalar_reg) X(sse_scalar_mem) \
	X(sse_packed_reg) X(sse_packed_mem) X(sse_compare_reg) \
	X(sse_compare_mem) X(sse_min_max) X(sse_sqrt) X(sse_approximate) \
	X(sse_convert_reg) X(sse_convert_mem) X(sse_convert_mmx) \
	X(sse_logic_shuffle) X(sse2_integer) X(sse2_shift) X(sse2_shuffle) \
	X(movbe_adx) X(bmi_reg) X(bmi_mem) X(crypto) X(xsave) \
	X(avx_move_reg) X(avx_move_mem) X(avx_mask_move) X(avx_gather) \
	X(avx_shuffle_reg) X(avx_shuffle_mem) X(avx_integer_reg) \
	X(avx_integer_mem) X(avx_shift) X(avx_string) X(avx_compare) \
	X(avx_scalar) X(avx_packed_reg) X(avx_packed_mem) \
	X(avx_approximate) X(avx_convert) X(f16c) X(fma_packed_reg) \
	X(fma_packed_mem) X(fma_scalar_reg) X(fma_scalar_mem) \
	X(compat_integer_reg) X(compat_integer_mem) X(compat_addr16) \
	X(compat_decimal) X(compat_push_all) X(compat_interrupts) \
	X(compat_privileged) X(compat_string) X(compat_branch_stack) \
	X(compat_x87) X(compat_vector) X(compat_avx_move) \
	X(compat_avx_integer) X(compat_avx_float) X(compat_fma) \
	X(compat_crypto)

#if defined(__x86_64__) && defined(__linux__)
#define RUN(group)	ora_test(#group)
#else
#define RUN(group)	RIG_SKIP("the host is not Linux on x86-64")
#endif

#define TEST(group) \
static void test_oracle_##group(void) { RUN(group); }
GROUPS(TEST)

/* Every form is in a group that is tested here, or is left out by name. */
static void test_oracle_has_a_test_for_every_form(void)
{
#if defined(__x86_64__) && defined(__linux__)
	static const char *const groups[] = {
#define NAME(group) #group,
		GROUPS(NAME)
	};
	unsigned long run = 0, out = 0;
	struct ora_form *forms;
	size_t count;

	forms = ora_forms(&count);
	CU_ASSERT_PTR_NOT_NULL_FATAL(forms);
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		if (ora_left_out(&forms[i])) {
			out++;
			continue;
		}
		run++;
		while (k < sizeof(groups) / sizeof(*groups) &&
		       strcmp(groups[k], forms[i].group))
			k++;
		CU_ASSERT_TRUE(k < sizeof(groups) / sizeof(*groups));
		if (k == sizeof(groups) / sizeof(*groups))
			fprintf(stderr, "  no test for %s\n", forms[i].group);
	}
	printf("    %lu forms, %lu left out\n", run, out);
	CU_ASSERT_TRUE(run > 5000);
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

static void test_oracle_sequences_of_instructions(void)
{
#if defined(__x86_64__) && defined(__linux__)
	ora_test_sequences();
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

static void test_oracle_sequences_of_vector_instructions(void)
{
#if defined(__x86_64__) && defined(__linux__)
	ora_test_vector_sequences();
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

static void test_oracle_covers_every_operation(void)
{
#if defined(__x86_64__) && defined(__linux__)
	ora_test_coverage();
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

static void test_oracle_undefined_opcodes(void)
{
#if defined(__x86_64__) && defined(__linux__)
	ora_test_undefined();
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

static void test_oracle_undefined_vex_encodings(void)
{
#if defined(__x86_64__) && defined(__linux__)
	ora_test_undefined_vex();
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

static void test_oracle_instructions_cut_off_or_too_long(void)
{
#if defined(__x86_64__) && defined(__linux__)
	ora_test_fetch();
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

/* Last: what was forgiven in all of the above, which must be on the list. */
static void test_oracle_lists_what_is_left_open(void)
{
#if defined(__x86_64__) && defined(__linux__)
	ora_list_exemptions(ora_test_forgiven());
	ora_test_total();
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

RIG_SUITE(engine_oracle) {
	RIG_TEST(test_oracle_has_a_test_for_every_form),
	RIG_TEST(test_oracle_covers_every_operation),
#define ENTRY(group) RIG_TEST(test_oracle_##group),
	GROUPS(ENTRY)
	RIG_TEST(test_oracle_sequences_of_instructions),
	RIG_TEST(test_oracle_sequences_of_vector_instructions),
	RIG_TEST(test_oracle_undefined_opcodes),
	RIG_TEST(test_oracle_undefined_vex_encodings),
	RIG_TEST(test_oracle_instructions_cut_off_or_too_long),
	RIG_TEST(test_oracle_lists_what_is_left_open),
	RIG_END
};
