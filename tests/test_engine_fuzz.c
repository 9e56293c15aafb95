/* SPDX-License-Identifier: MIT */
/*
 * test_engine_fuzz.c: a bounded run of the engine's fuzzer (fuzz/fuzz_engine.c)
 * from a fixed seed. A broken promise aborts; the sanitizer builds see more.
 */
#include "engine_rig.h"
#include "fuzz/fuzz_engine.c"

static void fuzz(uint64_t seed, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t data[256];

		for (size_t k = 0; k < sizeof(data); k++)
			data[k] = (uint8_t)(eng_random(&seed) >> 40);
		CU_ASSERT_EQUAL(LLVMFuzzerTestOneInput(data, sizeof(data)), 0);
	}
}

static void test_fuzz_random_machines_keep_the_promises(void)
{
	fuzz(0x5eed, 1500);
}

static void test_fuzz_short_inputs(void)
{
	uint8_t data[4] = { 0 };

	for (unsigned i = 0; i < 200; i++) {
		data[0] = (uint8_t)i;
		data[1] = (uint8_t)(i * 7);
		CU_ASSERT_EQUAL(LLVMFuzzerTestOneInput(data, i % 5), 0);
	}
}

RIG_SUITE(engine_fuzz) {
	RIG_TEST(test_fuzz_random_machines_keep_the_promises),
	RIG_TEST(test_fuzz_short_inputs),
	RIG_END
};
