/* SPDX-License-Identifier: MIT */
/*
 * The fuzz targets of the chips and the boot loaders as bounded tests: random
 * inputs from fixed seeds, and mutations of good images. A failure is a crash,
 * or a report of a sanitizer.
 */
#define LLVMFuzzerTestOneInput fuzz_devices
#include "fuzz/fuzz_devices.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_boot
#include "fuzz/fuzz_boot.c"
#undef LLVMFuzzerTestOneInput

/* Foreign processors are emulated, which is slow. */
#ifdef VC_MINI_CUNIT
#define ROUNDS(n)	((n) / 10)
#else
#define ROUNDS(n)	(n)
#endif

static uint64_t seed;

/* xorshift64*: Marsaglia and Vigna */
static uint32_t rnd(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)(seed * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

static void test_machine_fuzz_devices_random_programs(void)
{
	uint8_t in[512];

	seed = 1;
	for (int i = 0; i < ROUNDS(3000); i++) {
		uint32_t n = rnd() % sizeof(in);

		for (uint32_t k = 0; k < n; k++)
			in[k] = (uint8_t)rnd();
		fuzz_devices(in, n);
	}
	CU_PASS("no crash");
}

static void test_machine_fuzz_devices_restored_states(void)
{
	uint8_t in[512];

	seed = 2;
	for (int i = 0; i < ROUNDS(3000); i++) {
		for (uint32_t k = 0; k < sizeof(in); k++)
			in[k] = (uint8_t)rnd();
		/* mostly states, and time for their timers */
		for (uint32_t k = 0; k + 24 < sizeof(in); k += 24) {
			in[k] = 13;
			in[k + 1] = (uint8_t)(rnd() % 11);
			in[k + 2] = (uint8_t)(rnd() % 4);
			in[k + 12] = (uint8_t)(8 | (rnd() & 0x30));
		}
		fuzz_devices(in, sizeof(in));
	}
	CU_PASS("no crash");
}

static void put32(uint8_t *p, uint32_t v)
{
	machine_put32(p, v);
}

static void good_linux(uint8_t *p)
{
	memset(p, 0, 0x1000);
	p[0x1f1] = 2;
	put32(p + 0x1f4, 0xa00 / 16);
	p[0x1fe] = 0x55;
	p[0x1ff] = 0xaa;
	p[0x201] = 0x6a;
	memcpy(p + 0x202, "HdrS\017\002", 6);
	p[0x211] = 1;
	put32(p + 0x22c, 0x7fffffff);
	put32(p + 0x230, 0x1000);
	p[0x236] = 1;
	put32(p + 0x238, 255);
	put32(p + 0x258, 0x100000);
	put32(p + 0x260, 0x1000);
}

static void good_elf(uint8_t *p)
{
	memset(p, 0, 0x1000);
	memcpy(p, "\177ELF\2\1\1", 7);
	p[16] = 2;
	p[18] = 62;
	p[20] = 1;
	put32(p + 24, 0x100000);
	p[32] = 0x40;
	p[52] = 64;
	p[54] = 56;
	p[56] = 2;
	put32(p + 0x40, 1);
	put32(p + 0x48, 0x200);
	put32(p + 0x58, 0x100000);
	put32(p + 0x60, 0x100);
	put32(p + 0x68, 0x200);
	put32(p + 0x78, 4);
	put32(p + 0x80, 0x180);
	put32(p + 0x98, 20);
	p[0xa8] = 4;
	p[0x180] = p[0x184] = 4;
	p[0x188] = 18;
	memcpy(p + 0x18c, "Xen", 4);
	put32(p + 0x190, 0x100010);
}

static void mutate(void (*good)(uint8_t *), uint8_t loader, uint32_t span,
		   int rounds)
{
	static uint8_t in[0x1002];

	for (int i = 0; i < ROUNDS(rounds); i++) {
		uint32_t changes = rnd() % 6, n = 0x1000;

		good(in + 2);
		in[0] = loader;
		in[1] = (uint8_t)rnd();
		while (changes--)
			in[2 + rnd() % span] = rnd() & 1 ? 0xff :
				(uint8_t)rnd();
		if (!(rnd() & 7))
			n = rnd() % 0x1000;
		fuzz_boot(in, n + 2);
	}
	CU_PASS("no crash");
}

static void test_machine_fuzz_boot_mutated_linux(void)
{
	seed = 3;
	mutate(good_linux, 0, 0x270, 4000);
}

static void test_machine_fuzz_boot_mutated_elf(void)
{
	seed = 4;
	mutate(good_elf, 1, 0x1a0, 4000);
	mutate(good_elf, 3, 0x1a0, 2000);
}

static void test_machine_fuzz_boot_noise(void)
{
	uint8_t in[700];

	seed = 5;
	for (int i = 0; i < ROUNDS(2000); i++) {
		for (uint32_t k = 0; k < sizeof(in); k++)
			in[k] = (uint8_t)rnd();
		fuzz_boot(in, rnd() % sizeof(in));
	}
	CU_PASS("no crash");
}

RIG_SUITE(machine_fuzz) {
	RIG_TEST(test_machine_fuzz_devices_random_programs),
	RIG_TEST(test_machine_fuzz_devices_restored_states),
	RIG_TEST(test_machine_fuzz_boot_mutated_linux),
	RIG_TEST(test_machine_fuzz_boot_mutated_elf),
	RIG_TEST(test_machine_fuzz_boot_noise),
	RIG_END
};
