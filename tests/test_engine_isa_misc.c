/* SPDX-License-Identifier: MIT */
/*
 * test_engine_isa_misc.c: RDRAND and RDSEED by each policy; RDPID, SERIALIZE,
 * MONITOR and MWAIT, UMIP, the hints that caches and CET have.
 */
#define _DEFAULT_SOURCE		/* MAP_ANONYMOUS */
#include "isa_rig.h"

#define RUN(t, s, ...) \
	isa_engine(t, (const uint8_t[]){ __VA_ARGS__ }, \
		   sizeof((const uint8_t[]){ __VA_ARGS__ }), s)
#define RDRAND_AX	0x66, 0x0f, 0xc7, 0xf0
#define RDRAND_EAX	0x0f, 0xc7, 0xf0
#define RDRAND_RAX	0x48, 0x0f, 0xc7, 0xf0
#define RDRAND_R9	0x49, 0x0f, 0xc7, 0xf1
#define RDSEED_RCX	0x48, 0x0f, 0xc7, 0xf9
#define CF		1u

/* ---- random numbers ---- */

struct guest {
	vc_vm *vm;
	vc_vcpu *vcpu;
};

/* A guest in real mode that takes numbers: RDRAND EAX, EBX, RDSEED ECX, HLT. */
static struct guest guest_with(uint32_t rng, uint64_t seed, uint32_t flags)
{
	static const uint8_t code[] = {
		0x66, 0x0f, 0xc7, 0xf0, 0x66, 0x0f, 0xc7, 0xf3,
		0x66, 0x0f, 0xc7, 0xf9, 0xf4,
	};
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct guest g = { NULL, NULL };

	o.backend = VC_BACKEND_INTERP;
	o.cpu_model = VC_CPU_MAX;
	o.rng = rng;
	o.rng_seed = seed;
	o.flags = flags;
	RIG_OK(vc_vm_create(&g.vm, &o));
	RIG_OK(vc_memory_map(g.vm, 0, NULL, 0x10000, VC_PROT_RWX));
	RIG_OK(vc_memory_write(g.vm, 0x1000, code, sizeof(code)));
	RIG_OK(vc_vcpu_create(&g.vcpu, g.vm, 0));
	RIG_OK(vc_vcpu_reg_set(g.vcpu, VC_REG_SEG(VC_SEG_CS, VC_PART_BASE), 0));
	RIG_OK(vc_vcpu_reg_set(g.vcpu, VC_REG_RIP, 0x1000));
	return g;
}

static uint64_t reg_of(struct guest *g, uint32_t reg)
{
	uint64_t v = 0;

	RIG_OK(vc_vcpu_reg_get(g->vcpu, reg, &v));
	return v;
}

static void numbers(uint32_t rng, uint64_t seed, uint32_t flags, uint32_t v[3])
{
	struct guest g = guest_with(rng, seed, flags);
	vc_exit *x = NULL;

	RIG_OK(vc_vcpu_run(g.vcpu, &x));
	CU_ASSERT_EQUAL(x->reason, VC_EXIT_HALT);
	v[0] = (uint32_t)reg_of(&g, VC_REG_RAX);
	v[1] = (uint32_t)reg_of(&g, VC_REG_RBX);
	v[2] = (uint32_t)reg_of(&g, VC_REG_RCX);
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RFLAGS) & 0x8d5, CF);
	vc_vm_destroy(g.vm);
}

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* As vm.h tells: of the seed, the vCPU's number and the count. */
static uint64_t expected(uint64_t seed, uint64_t n)
{
	const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);

	return mix(mix(seed + golden) + (n + 1) * golden);
}

static void test_random_seeded_is_repeatable(void)
{
	uint32_t a[3], b[3];

	for (unsigned flags = 0; flags < 2; flags++) {
		numbers(VC_RNG_SEEDED, 42, flags, a);
		numbers(VC_RNG_SEEDED, 42, flags, b);
		CU_ASSERT_EQUAL(memcmp(a, b, sizeof(a)), 0);
		for (unsigned i = 0; i < 3; i++)
			CU_ASSERT_EQUAL(a[i], (uint32_t)expected(42, i));
		numbers(VC_RNG_SEEDED, 43, flags, b);
		CU_ASSERT_NOT_EQUAL(a[0], b[0]);
	}
}

static void test_random_virtual_time_repeats_unless_told(void)
{
	uint32_t a[3], b[3];

	numbers(VC_RNG_DEFAULT, 0, VC_VM_VIRTUAL_TIME, a);
	numbers(VC_RNG_DEFAULT, 0, VC_VM_VIRTUAL_TIME, b);
	CU_ASSERT_EQUAL(memcmp(a, b, sizeof(a)), 0);
	CU_ASSERT_EQUAL(a[0], (uint32_t)expected(0, 0));
	/* 96 equal bits by chance: never */
	numbers(VC_RNG_HOST, 0, VC_VM_VIRTUAL_TIME, a);
	numbers(VC_RNG_HOST, 0, VC_VM_VIRTUAL_TIME, b);
	CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof(a)), 0);
	numbers(VC_RNG_DEFAULT, 0, 0, a);
	numbers(VC_RNG_DEFAULT, 0, 0, b);
	CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof(a)), 0);
}

static void test_random_trap_asks_the_embedder(void)
{
	struct guest g = guest_with(VC_RNG_TRAP, 0, 0);
	vc_exit *x = NULL;

	RIG_OK(vc_vcpu_reg_set(g.vcpu, VC_REG_RAX, 99));
	RIG_OK(vc_vcpu_run(g.vcpu, &x));
	CU_ASSERT_EQUAL(x->reason, VC_EXIT_RANDOM);
	CU_ASSERT_EQUAL(x->rip, 0x1004);
	CU_ASSERT_EQUAL(x->random.reg, VC_REG_RAX);
	CU_ASSERT_EQUAL(x->random.size, 4);
	CU_ASSERT_EQUAL(x->random.is_seed, 0);
	/* nothing is given until somebody gives it */
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RAX), 0);
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RFLAGS) & 0x8d5, 0);
	RIG_OK(vc_vcpu_reg_set(g.vcpu, VC_REG_RAX, 7));
	RIG_OK(vc_vcpu_run(g.vcpu, &x));
	CU_ASSERT_EQUAL(x->reason, VC_EXIT_RANDOM);
	CU_ASSERT_EQUAL(x->random.reg, VC_REG_RBX);
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RAX), 7);
	RIG_OK(vc_vcpu_run(g.vcpu, &x));
	CU_ASSERT_EQUAL(x->reason, VC_EXIT_RANDOM);
	CU_ASSERT_EQUAL(x->random.reg, VC_REG_RCX);
	CU_ASSERT_EQUAL(x->random.is_seed, 1);
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RCX), 0);
	RIG_OK(vc_vcpu_reg_set(g.vcpu, VC_REG_RCX, 5));
	RIG_OK(vc_vcpu_reg_set(g.vcpu, VC_REG_RFLAGS, 2 | CF));
	RIG_OK(vc_vcpu_run(g.vcpu, &x));
	CU_ASSERT_EQUAL(x->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RBX), 0);
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RCX), 5);
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RFLAGS) & 0x8d5, CF);
	vc_vm_destroy(g.vm);
}

/* Each size writes what MOV would; a snapshot goes on with the same numbers. */
static void test_random_sizes_and_saved_states(void)
{
	struct sys *t = isa_machine(SYS_LONG, 3);
	struct isa_state s;
	uint64_t v;

	memset(&s, 0xff, sizeof(s));
	t->s.retired = 1000;
	CU_ASSERT_EQUAL(RUN(t, &s, RDRAND_AX), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX] >> 16, UINT64_C(0xffffffffffff));
	CU_ASSERT_EQUAL((uint16_t)s.gpr[VC_RAX], (uint16_t)expected(0, 1000));
	CU_ASSERT_EQUAL(s.flags, CF);
	t->s.retired = 1000;
	CU_ASSERT_EQUAL(RUN(t, &s, RDRAND_EAX), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], (uint32_t)expected(0, 1000));
	t->s.retired = 1000;
	CU_ASSERT_EQUAL(RUN(t, &s, RDRAND_RAX, RDRAND_R9, RDSEED_RCX), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], expected(0, 1000));
	CU_ASSERT_EQUAL(s.gpr[9], expected(0, 1001));
	CU_ASSERT_EQUAL(s.gpr[VC_RCX], expected(0, 1002));
	v = s.gpr[VC_RCX];
	/* the last one alone, from a state saved before it */
	t->s.retired = 1002;
	CU_ASSERT_EQUAL(RUN(t, &s, RDSEED_RCX), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RCX], v);
	isa_offer(t->vm, 1, 0, 2, 0, 1u << 30);
	CU_ASSERT_EQUAL(RUN(t, &s, RDRAND_EAX), 6);
	CU_ASSERT_EQUAL(RUN(t, &s, RDSEED_RCX), -1);
	isa_offer(t->vm, 7, 0, 1, 0, 1u << 18);
	CU_ASSERT_EQUAL(RUN(t, &s, RDSEED_RCX), 6);
	sys_free(t);
}

/* ---- the rest ---- */

static void test_misc_rdpid_serialize(void)
{
	struct sys *t = isa_machine(SYS_LONG, 3);
	struct isa_state s, was;

	memset(&s, 0xff, sizeof(s));
	t->s.tsc_aux = 0x1234;
	CU_ASSERT_EQUAL(RUN(t, &s, 0xf3, 0x0f, 0xc7, 0xf8), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 0x1234);
	was = s;
	CU_ASSERT_EQUAL(RUN(t, &s, 0x0f, 0x01, 0xe8), -1);	/* SERIALIZE */
	CU_ASSERT_EQUAL(memcmp(&s.gpr[8], &was.gpr[8], 64), 0);
	isa_offer(t->vm, 7, 0, 2, 0, 1u << 22);
	isa_offer(t->vm, 7, 0, 3, 0, 1u << 14);
	CU_ASSERT_EQUAL(RUN(t, &s, 0xf3, 0x0f, 0xc7, 0xf8), 6);
	CU_ASSERT_EQUAL(RUN(t, &s, 0x0f, 0x01, 0xe8), 6);
	sys_free(t);
}

#define MONITOR	0x0f, 0x01, 0xc8
#define MWAIT	0x0f, 0x01, 0xc9

static void test_misc_monitor_and_mwait(void)
{
	struct sys *t = isa_machine(SYS_LONG, 0);
	struct isa_state s;

	memset(&s, 0, sizeof(s));
	s.gpr[VC_RAX] = SYS_DATA;
	/* with interrupts off it does not wait */
	CU_ASSERT_EQUAL(RUN(t, &s, MONITOR, MWAIT), -1);
	s.gpr[VC_RCX] = 1;
	CU_ASSERT_EQUAL(RUN(t, &s, MONITOR), 13);
	CU_ASSERT_EQUAL(RUN(t, &s, MWAIT), 13);
	s.gpr[VC_RCX] = 0;
	s.gpr[VC_RAX] = 0x200000;	/* not mapped */
	CU_ASSERT_EQUAL(RUN(t, &s, MONITOR), 14);
	s.gpr[VC_RAX] = UINT64_C(1) << 62;
	CU_ASSERT_EQUAL(RUN(t, &s, MONITOR), 13);
	/* STI; MWAIT: as HLT */
	sys_bytes(t, SYS_CODE, (const uint8_t[]){ 0xfb, MWAIT }, 4);
	t->s.rip = SYS_CODE;
	t->s.gpr[VC_RCX] = 0;
	CU_ASSERT_EQUAL(sys_run(t), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 4);
	t->s.rflags = 2;
	isa_offer(t->vm, 1, 0, 2, 0, 1u << 3);
	CU_ASSERT_EQUAL(RUN(t, &s, MONITOR), 6);
	CU_ASSERT_EQUAL(RUN(t, &s, MWAIT), 6);
	sys_free(t);

	t = isa_machine(SYS_LONG, 3);
	memset(&s, 0, sizeof(s));
	s.gpr[VC_RAX] = SYS_DATA;
	CU_ASSERT_EQUAL(RUN(t, &s, MONITOR), 6);
	CU_ASSERT_EQUAL(RUN(t, &s, MWAIT), 6);
	sys_free(t);
}

/* With several vCPUs MWAIT must not wait for what it cannot see; and CPUID
 * does not tempt anybody to use it. */
static void test_misc_mwait_among_several(void)
{
	/* MOV EAX, 1; CPUID; STI; MWAIT (ECX 0); CLI; HLT */
	static const uint8_t code[] = {
		0x66, 0xb8, 1, 0, 0, 0, 0x0f, 0xa2, 0x66, 0x89, 0xce,
		0x66, 0x31, 0xc9, 0xfb, MWAIT, 0xfa, 0xf4,
	};
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct guest g = { NULL, NULL };
	vc_exit *x = NULL;

	o.backend = VC_BACKEND_INTERP;
	o.cpu_model = VC_CPU_MAX;
	o.vcpu_max = 2;
	RIG_OK(vc_vm_create(&g.vm, &o));
	RIG_OK(vc_memory_map(g.vm, 0, NULL, 0x10000, VC_PROT_RWX));
	RIG_OK(vc_memory_write(g.vm, 0x1000, code, sizeof(code)));
	RIG_OK(vc_vcpu_create(&g.vcpu, g.vm, 0));
	RIG_OK(vc_vcpu_reg_set(g.vcpu, VC_REG_SEG(VC_SEG_CS, VC_PART_BASE), 0));
	RIG_OK(vc_vcpu_reg_set(g.vcpu, VC_REG_RIP, 0x1000));
	RIG_OK(vc_vcpu_run(g.vcpu, &x));
	CU_ASSERT_EQUAL(x->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(x->rip, 0x1000 + sizeof(code));
	CU_ASSERT_EQUAL(reg_of(&g, VC_REG_RSI) & 8, 0);
	vc_vm_destroy(g.vm);
}

static void test_misc_umip(void)
{
	static const uint8_t codes[][9] = {
		{ 0x0f, 0x01, 0x87, 0, 3, 0, 0 },	/* SGDT */
		{ 0x0f, 0x01, 0x8f, 0, 3, 0, 0 },	/* SIDT */
		{ 0x0f, 0x00, 0x87, 0, 3, 0, 0 },	/* SLDT */
		{ 0x0f, 0x00, 0x8f, 0, 3, 0, 0 },	/* STR */
		{ 0x0f, 0x01, 0xa7, 0, 3, 0, 0 },	/* SMSW */
	};

	for (unsigned cpl = 0; cpl < 4; cpl += 3) {
		struct sys *t = isa_machine(SYS_LONG, cpl);
		struct isa_state s;

		for (unsigned i = 0; i < 5; i++) {
			memset(&s, 0, sizeof(s));
			t->s.cr4 &= ~UINT64_C(0x800);
			CU_ASSERT_EQUAL(isa_engine(t, codes[i], 7, &s), -1);
			t->s.cr4 |= 0x800;
			CU_ASSERT_EQUAL(isa_engine(t, codes[i], 7, &s),
					cpl ? 13 : -1);
		}
		sys_free(t);
	}
}

/* Those of CET do nothing; caches' hints look at their address. */
static void test_misc_hints(void)
{
	static const struct { uint8_t code[8], n; int vector; } c[] = {
		{ { 0xf3, 0x0f, 0x1e, 0xfa }, 4, -1 },		/* ENDBR64 */
		{ { 0xf3, 0x0f, 0x1e, 0xfb }, 4, -1 },		/* ENDBR32 */
		{ { 0xf3, 0x0f, 0x1e, 0xc8 }, 4, -1 },		/* RDSSPD EAX */
		{ { 0xf3, 0x48, 0x0f, 0x1e, 0xc8 }, 5, -1 },	/* RDSSPQ RAX */
		{ { 0x0f, 0x1c, 0x06 }, 3, -1 },		/* CLDEMOTE [RSI] */
		{ { 0x0f, 0x18, 0x0e }, 3, -1 },		/* PREFETCHT0 */
		{ { 0x0f, 0x0d, 0x0e }, 3, -1 },		/* PREFETCHW */
		{ { 0x0f, 0xae, 0x3e }, 3, 14 },		/* CLFLUSH */
		{ { 0x66, 0x0f, 0xae, 0x3e }, 4, 14 },		/* CLFLUSHOPT */
		{ { 0x66, 0x0f, 0xae, 0x36 }, 4, 14 },		/* CLWB */
		{ { 0xf3, 0x0f, 0xae, 0xe8 }, 4, 6 },		/* INCSSPD */
	};
	struct sys *t = isa_machine(SYS_LONG, 3);
	struct isa_state s, was;

	for (unsigned i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		memset(&s, 0x5a, sizeof(s));
		s.gpr[VC_RSI] = 0x200000;	/* nothing is there */
		s.flags = 0x85;
		was = s;
		CU_ASSERT_EQUAL(isa_engine(t, c[i].code, c[i].n, &s),
				c[i].vector);
		s.gpr[VC_RDI] = was.gpr[VC_RDI];
		s.gpr[VC_RSP] = was.gpr[VC_RSP];
		CU_ASSERT_EQUAL(memcmp(&s, &was, sizeof(s)), 0);
		if (c[i].vector == 14) {
			s.gpr[VC_RSI] = SYS_DATA;
			CU_ASSERT_EQUAL(isa_engine(t, c[i].code, c[i].n, &s),
					-1);
		}
	}
	isa_offer(t->vm, 7, 0, 1, 0, 1u << 23 | 1u << 24);
	CU_ASSERT_EQUAL(isa_engine(t, c[8].code, c[8].n, &s), 6);
	CU_ASSERT_EQUAL(isa_engine(t, c[9].code, c[9].n, &s), 6);
	sys_free(t);
}

RIG_SUITE(engine_isa_misc) {
	RIG_TEST(test_random_seeded_is_repeatable),
	RIG_TEST(test_random_virtual_time_repeats_unless_told),
	RIG_TEST(test_random_trap_asks_the_embedder),
	RIG_TEST(test_random_sizes_and_saved_states),
	RIG_TEST(test_misc_rdpid_serialize),
	RIG_TEST(test_misc_monitor_and_mwait),
	RIG_TEST(test_misc_mwait_among_several),
	RIG_TEST(test_misc_umip),
	RIG_TEST(test_misc_hints),
	RIG_END
};
