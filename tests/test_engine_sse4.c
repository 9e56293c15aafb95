/* SPDX-License-Identifier: MIT */
/*
 * test_engine_sse4.c: SSE3 to SSE4.2 and POPCNT. Which instructions there are
 * is what CPUID says; and those that take an immediate, with every one of
 * them, against the host's processor: the same bytes run on both (the oracle
 * has all forms, with some of the immediates).
 */
#define _DEFAULT_SOURCE		/* MAP_ANONYMOUS */
#include "engine_rig.h"

#include "../backends/interp/decode.h"
#include "../backends/interp/engine.h"
#include "../backends/interp/fpu.h"

#if defined(__x86_64__) && defined(__linux__)
#define HOST 1
#include <sys/mman.h>
#else
#define HOST 0
#endif

/* ---- CPUID decides ---- */

#define SSE3	(1u << 0)
#define SSSE3	(1u << 9)
#define SSE41	(1u << 19)
#define SSE42	(1u << 20)
#define POPCNT	(1u << 23)
#define ALL	(SSE3 | SSSE3 | SSE41 | SSE42 | POPCNT)

/* Give the VM these bits of leaf 1, ECX, of those above. */
static void offer(vc_vm *vm, uint32_t bits)
{
	static vc_cpuid_entry rows[VC_CPUID_MAX];
	uint32_t n = VC_CPUID_MAX;

	RIG_OK(vc_vm_cpuid_get(vm, rows, &n));
	for (uint32_t i = 0; i < n; i++)
		if (rows[i].leaf == 1)
			rows[i].ecx = (rows[i].ecx & ~ALL) | bits;
	RIG_OK(vc_vm_cpuid_set(vm, rows, n));
}

static const struct { uint32_t bit; uint8_t code[8]; const char *name; }
samples[] = {
	{ SSE3, { 0xf2, 0x0f, 0x7c, 0xc1 }, "haddps" },
	{ SSE3, { 0xf3, 0x0f, 0x12, 0xc1 }, "movsldup" },
	{ SSE3, { 0xdb, 0x0f }, "fisttp [rdi]" },
	{ SSSE3, { 0x66, 0x0f, 0x38, 0x00, 0xc1 }, "pshufb xmm" },
	{ SSSE3, { 0x0f, 0x38, 0x1c, 0xc1 }, "pabsb mm" },
	{ SSSE3, { 0x66, 0x0f, 0x3a, 0x0f, 0xc1, 3 }, "palignr" },
	{ SSE41, { 0x66, 0x0f, 0x38, 0x17, 0xc1 }, "ptest" },
	{ SSE41, { 0x66, 0x0f, 0x3a, 0x0a, 0xc1, 0 }, "roundss" },
	{ SSE41, { 0x66, 0x0f, 0x3a, 0x15, 0x07, 0 }, "pextrw [rdi]" },
	{ SSE42, { 0x66, 0x0f, 0x3a, 0x63, 0xc1, 0 }, "pcmpistri" },
	{ SSE42, { 0xf2, 0x0f, 0x38, 0xf1, 0xc1 }, "crc32" },
	{ SSE42, { 0x66, 0x0f, 0x38, 0x37, 0xc1 }, "pcmpgtq" },
	{ POPCNT, { 0xf3, 0x0f, 0xb8, 0xc1 }, "popcnt" },
};
#define SAMPLES	(sizeof(samples) / sizeof(samples[0]))

static struct sys *machine(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.cr4 |= 0x600;	/* OSFXSR, OSXMMEXCPT */
	return t;
}

/* Run sample i once; where it stops: behind it, or in a handler. */
static uint64_t sample_run(struct sys *t, unsigned i)
{
	uint8_t code[16] = { 0 };
	struct x86_insn in;
	int len;

	memcpy(code, samples[i].code, sizeof(samples[i].code));
	len = vc__decode(&in, code, sizeof(code), X86_MODE64);
	CU_ASSERT_TRUE_FATAL(len > 0);
	memcpy(code + len, (const uint8_t[]){ VMCALL, 0xf4 }, 4);
	sys_bytes(t, SYS_CODE, code, sizeof(code));
	t->s.rip = SYS_CODE;
	t->s.gpr[VC_RSP] = SYS_STACK;
	t->s.gpr[VC_RDI] = SYS_DATA;
	/* FCW as FNINIT has it, an empty stack, MXCSR as at reset */
	memset(t->s.xsave, 0, 576);
	t->s.xsave[0] = 0x7f;
	t->s.xsave[1] = 3;
	t->s.xsave[24] = 0x80;
	t->s.xsave[25] = 0x1f;
	t->s.xsave[512] = 3;
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	return t->s.rip < SYS_HANDLERS ? 0 :
	       1 + (t->s.rip - SYS_HANDLERS) / 16;
}

static void test_sse4_is_undefined_unless_cpuid_lists_it(void)
{
	struct sys *t = machine();

	for (unsigned i = 0; i < SAMPLES; i++)
		CU_ASSERT_EQUAL(sample_run(t, i), 1 + 6);
	for (unsigned i = 0; i < SAMPLES; i++) {
		offer(t->vm, samples[i].bit);
		for (unsigned k = 0; k < SAMPLES; k++) {
			uint64_t want = samples[k].bit == samples[i].bit ? 0 :
					1 + 6;

			if (sample_run(t, k) != want) {
				fprintf(stderr, "    %s with CPUID bit %x\n",
					samples[k].name, samples[i].bit);
				CU_FAIL("not what CPUID lists");
			}
		}
	}
	sys_free(t);
}

/* Code that was decoded before the table changed, at the same place. */
static void test_sse4_a_new_table_reaches_decoded_code(void)
{
	struct sys *t = machine();

	for (unsigned round = 0; round < 3; round++) {
		offer(t->vm, ALL);
		CU_ASSERT_EQUAL(sample_run(t, 0), 0);
		t->s.rip = SYS_CODE;
		sys_run(t);
		CU_ASSERT_TRUE(t->s.rip < SYS_HANDLERS);
		offer(t->vm, ALL & ~SSE3);
		t->s.rip = SYS_CODE;
		t->s.gpr[VC_RSP] = SYS_STACK;
		sys_run(t);
		CU_ASSERT_EQUAL(t->s.rip, sys_handler(6) + 3);
	}
	sys_free(t);
}

/* A table without SSE2 has no SSE2: also what the engine always had. */
static void test_sse4_a_table_can_take_away(void)
{
	static vc_cpuid_entry rows[VC_CPUID_MAX];
	static const uint8_t paddq[] = { 0x66, 0x0f, 0xd4, 0xc1, VMCALL };
	uint32_t n = VC_CPUID_MAX;
	struct sys *t = machine();

	sys_bytes(t, SYS_CODE, paddq, sizeof(paddq));
	sys_run(t);
	CU_ASSERT_TRUE(t->s.rip < SYS_HANDLERS);
	RIG_OK(vc_vm_cpuid_get(t->vm, rows, &n));
	for (uint32_t i = 0; i < n; i++)
		if (rows[i].leaf == 1)
			rows[i].edx &= ~(1u << 26);
	RIG_OK(vc_vm_cpuid_set(t->vm, rows, n));
	t->s.rip = SYS_CODE;
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, sys_handler(6) + 3);
	sys_free(t);
}

/* ---- CPU models ---- */

static uint32_t model_table(uint32_t model, vc_cpuid_entry *rows)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	uint32_t n = VC_CPUID_MAX;
	vc_vm *vm = NULL;

	o.backend = VC_BACKEND_INTERP;
	o.cpu_model = model;
	RIG_OK(vc_vm_create(&vm, &o));
	RIG_OK(vc_vm_cpuid_get(vm, rows, &n));
	vc_vm_destroy(vm);
	return n;
}

static void test_sse4_cpu_models(void)
{
	static vc_cpuid_entry plain[VC_CPUID_MAX], first[VC_CPUID_MAX],
			      second[VC_CPUID_MAX];
	uint32_t n = model_table(VC_CPU_DEFAULT, plain), v2 = ALL | 1u << 13;
	unsigned seen = 0;

	CU_ASSERT_EQUAL(model_table(VC_CPU_X86_64, first), n);
	CU_ASSERT_EQUAL(model_table(VC_CPU_X86_64_V2, second), n);
	CU_ASSERT_EQUAL(memcmp(plain, first, n * sizeof(*plain)), 0);
	for (uint32_t i = 0; i < n; i++) {
		if (plain[i].leaf == 1) {
			CU_ASSERT_EQUAL(plain[i].ecx & ALL, 0);
			CU_ASSERT_EQUAL(second[i].ecx & v2, v2);
			CU_ASSERT_EQUAL(second[i].ecx & ~ALL, plain[i].ecx);
			second[i].ecx = plain[i].ecx;
			seen++;
		} else if (plain[i].leaf == 0x80000001) {
			CU_ASSERT_TRUE(second[i].ecx & 1);	/* LAHF */
			seen++;
		}
	}
	CU_ASSERT_EQUAL(seen, 2);
	/* and nothing else differs */
	CU_ASSERT_EQUAL(memcmp(plain, second, n * sizeof(*plain)), 0);
}

static void test_sse4_a_model_that_there_is_not(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vm *vm = NULL;

	o.backend = VC_BACKEND_INTERP;
	o.cpu_model = VC_CPU_X86_64_V3 + 1;
	RIG_FAILS(VC_ENOTSUP, vc_vm_create(&vm, &o));
	o.cpu_model = VC_CPU_MAX + 1;
	RIG_FAILS(VC_ENOTSUP, vc_vm_create(&vm, &o));
	o.cpu_model = VC_CPU_X86_64;
	o.rng = UINT32_MAX;
	RIG_FAILS(VC_ERANGE, vc_vm_create(&vm, &o));
	CU_ASSERT_PTR_NULL(vm);
}

/* ---- with what cannot run them ---- */

static void test_sse4_faults_of_the_control_registers(void)
{
	struct sys *t = machine();
	uint64_t cr0 = t->s.cr0, cr4 = t->s.cr4;

	offer(t->vm, ALL);
	for (unsigned i = 0; i < SAMPLES; i++) {
		bool integer = samples[i].bit == POPCNT ||
			       !strcmp(samples[i].name, "crc32");
		bool x87 = samples[i].code[0] == 0xdb;
		bool mmx = !strcmp(samples[i].name, "pabsb mm");

		t->s.cr0 = cr0 | 8;	/* TS: #NM */
		CU_ASSERT_EQUAL(sample_run(t, i), integer ? 0 : 1 + 7);
		t->s.cr0 = cr0 | 4;	/* EM: #UD, of the x87 #NM */
		CU_ASSERT_EQUAL(sample_run(t, i), integer ? 0 : x87 ? 1 + 7 :
				1 + 6);
		t->s.cr0 = cr0;
		t->s.cr4 = cr4 & ~UINT64_C(0x200);
		CU_ASSERT_EQUAL(sample_run(t, i),
				integer || x87 || mmx ? 0 : 1 + 6);
		t->s.cr4 = cr4;
	}
	sys_free(t);
}

/* 16 bytes that must be aligned, those that need not be, and a page's end. */
static void test_sse4_alignment(void)
{
	static const struct { uint8_t code[8], len; bool aligned; } c[] = {
		{ { 0xf2, 0x0f, 0x7c, 0x07 }, 4, true },	/* haddps */
		{ { 0xf3, 0x0f, 0x16, 0x07 }, 4, true },	/* movshdup */
		{ { 0xf2, 0x0f, 0x12, 0x07 }, 4, false },	/* movddup */
		{ { 0xf2, 0x0f, 0xf0, 0x07 }, 4, false },	/* lddqu */
		{ { 0x66, 0x0f, 0x38, 0x00, 0x07 }, 5, true },	/* pshufb */
		{ { 0x0f, 0x38, 0x00, 0x07 }, 4, false },	/* ... mm */
		{ { 0x66, 0x0f, 0x38, 0x20, 0x07 }, 5, false },	/* pmovsxbw */
		{ { 0x66, 0x0f, 0x38, 0x2a, 0x07 }, 5, true },	/* movntdqa */
		{ { 0x66, 0x0f, 0x38, 0x17, 0x07 }, 5, true },	/* ptest */
		{ { 0x66, 0x0f, 0x3a, 0x08, 0x07, 0 }, 6, true }, /* roundps */
		{ { 0x66, 0x0f, 0x3a, 0x0b, 0x07, 0 }, 6, false }, /* roundsd */
		{ { 0x66, 0x0f, 0x3a, 0x40, 0x07, 1 }, 6, true }, /* dpps */
		{ { 0x66, 0x0f, 0x3a, 0x63, 0x07, 0 }, 6, false }, /* pcmpistri */
		{ { 0x66, 0x0f, 0x38, 0x37, 0x07 }, 5, true },	/* pcmpgtq */
	};
	struct sys *t = machine();

	offer(t->vm, ALL);
	for (unsigned i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		for (unsigned where = 0; where < 3; where++) {
			/* aligned, not, and across two pages */
			uint64_t at = where == 0 ? 0x60010 :
				      where == 1 ? 0x60011 : 0x60ffd;

			sys_bytes(t, SYS_CODE, c[i].code, c[i].len);
			sys_bytes(t, SYS_CODE + c[i].len,
				  (const uint8_t[]){ VMCALL }, 3);
			t->s.rip = SYS_CODE;
			t->s.gpr[VC_RSP] = SYS_STACK;
			t->s.gpr[VC_RDI] = at;
			sys_run(t);
			CU_ASSERT_EQUAL(t->s.rip, where && c[i].aligned ?
					sys_handler(13) + 3 :
					SYS_CODE + c[i].len + 3u);
		}
	sys_free(t);
}

/* CRC-32C of "123456789", the check value of the polynomial's catalogues. */
static void test_sse4_crc32_of_the_check_string(void)
{
	static const uint8_t code[] = {
		0xf2, 0x0f, 0x38, 0xf0, 0x07,	/* crc32 eax, byte [rdi] */
		0x48, 0xff, 0xc7,		/* inc rdi */
		0xff, 0xc9, 0x75, 0xf4,		/* dec ecx; jnz */
		VMCALL,
	};
	struct sys *t = machine();

	offer(t->vm, ALL);
	sys_bytes(t, SYS_DATA, "123456789", 9);
	sys_bytes(t, SYS_CODE, code, sizeof(code));
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RCX] = 9;
	t->s.gpr[VC_RAX] = 0xffffffff;
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] ^ 0xffffffff, 0xe3069283);
	sys_free(t);
}

/* ---- every immediate, against the host ---- */

#if HOST
/* What the code below loads and stores, at RDI. */
struct image {
	_Alignas(16) uint8_t xmm[3][16];
	uint64_t rax, rdx, rcx, flags;
	uint8_t out[3][16];
	uint32_t mxcsr, mxcsr_out;
};

#define CODE_MAX	160u

static unsigned put_code(uint8_t *p, const uint8_t *insn, unsigned len,
			 bool guest)
{
	static const uint8_t load[] = {
		0x0f, 0xae, 0x97, 0x80, 0, 0, 0,	/* ldmxcsr [rdi+128] */
		0xf3, 0x0f, 0x6f, 0x07,			/* movdqu xmm0, [rdi] */
		0xf3, 0x0f, 0x6f, 0x4f, 0x10,
		0xf3, 0x0f, 0x6f, 0x57, 0x20,
		0x48, 0x8b, 0x47, 0x30,			/* mov rax, [rdi+48] */
		0x48, 0x8b, 0x57, 0x38,
		0x48, 0x8b, 0x4f, 0x40,
		0x45, 0x31, 0xc0,			/* xor r8d, r8d */
	};
	static const uint8_t store[] = {
		0x9c, 0x8f, 0x47, 0x48,			/* pushf; pop [rdi+72] */
		0x48, 0x89, 0x4f, 0x40,
		0xf3, 0x0f, 0x7f, 0x47, 0x50,
		0xf3, 0x0f, 0x7f, 0x4f, 0x60,
		0xf3, 0x0f, 0x7f, 0x57, 0x70,
		0x0f, 0xae, 0x9f, 0x84, 0, 0, 0,	/* stmxcsr [rdi+132] */
	};
	static const uint8_t default_mxcsr[] = {
		0x68, 0x80, 0x1f, 0, 0,			/* push 1f80h */
		0x0f, 0xae, 0x14, 0x24, 0x58, 0xc3,	/* ldmxcsr; pop; ret */
	};
	unsigned n = sizeof(load);

	memcpy(p, load, n);
	memcpy(p + n, insn, len);
	n += len;
	memcpy(p + n, store, sizeof(store));
	n += (unsigned)sizeof(store);
	if (guest) {
		memcpy(p + n, (const uint8_t[]){ VMCALL }, 3);
		return n + 3;
	}
	memcpy(p + n, default_mxcsr, sizeof(default_mxcsr));
	return n + (unsigned)sizeof(default_mxcsr);
}

/* A quarter of the bytes is from a small alphabet, for strings that match. */
static void fill(struct image *b, uint64_t *seed)
{
	static const uint32_t singles[] = {
		0, 0x80000000, 0x3f800000, 0xbfc00000, 0x7f800000, 0x7fc00001,
		0x7f800001, 1, 0x00800000, 0x7f7fffff, 0x3effffff, 0xcb000001,
	};
	unsigned kind = (unsigned)(eng_random(seed) >> 33) % 4;

	memset(b, 0, sizeof(*b));
	for (unsigned r = 0; r < 3; r++)
		for (unsigned i = 0; i < 16; i++) {
			uint64_t v = eng_random(seed) >> 20;

			b->xmm[r][i] = (uint8_t)(kind == 0 ? v : kind == 1 ?
				v % 3 : kind == 2 ? (v & 7 ? 'a' + v % 4 : 0) :
				v % 5 + 0x7e);
		}
	if (eng_random(seed) >> 63)
		for (unsigned r = 1; r < 3; r++)
			for (unsigned i = 0; i < 16; i += 4) {
				uint32_t v = singles[(eng_random(seed) >> 33) %
						     12];

				memcpy(b->xmm[r] + i, &v, 4);
			}
	b->rax = (eng_random(seed) >> 40) % 40 - 20;
	b->rdx = (eng_random(seed) >> 40) % 40 - 20;
	if (eng_random(seed) >> 62 == 0)
		b->rax |= eng_random(seed) << 32;
	b->rcx = eng_random(seed);
	/* masked; any rounding, FTZ, DAZ */
	b->mxcsr = 0x1f80 | ((uint32_t)eng_random(seed) & 0xe040);
}

static bool same_image(const char *name, unsigned imm, const struct image *in,
		       const struct image *host, const struct image *guest)
{
	if (!memcmp(host, guest, offsetof(struct image, flags)) &&
	    !((host->flags ^ guest->flags) & 0x8d5) &&
	    !memcmp(host->out, guest->out, sizeof(host->out)) &&
	    host->mxcsr_out == guest->mxcsr_out)
		return true;
	fprintf(stderr, "    %s %#x: rcx %llx/%llx flags %llx/%llx mxcsr "
		"%x: %x/%x\n", name, imm, (unsigned long long)host->rcx,
		(unsigned long long)guest->rcx,
		(unsigned long long)host->flags,
		(unsigned long long)guest->flags, in->mxcsr, host->mxcsr_out,
		guest->mxcsr_out);
	for (unsigned r = 0; r < 3; r++)
		for (unsigned i = 0; i < 16; i++)
			if (host->out[r][i] != guest->out[r][i])
				fprintf(stderr, "    xmm%u[%u]: %02x/%02x\n", r,
					i, host->out[r][i], guest->out[r][i]);
	return false;
}

static const struct { const char *name; uint8_t code[8]; uint8_t len; }
immediates[] = {
	/* xmm1, xmm2 */
	{ "pcmpestrm", { 0x66, 0x0f, 0x3a, 0x60, 0xca }, 5 },
	{ "pcmpestri", { 0x66, 0x0f, 0x3a, 0x61, 0xca }, 5 },
	{ "pcmpistrm", { 0x66, 0x0f, 0x3a, 0x62, 0xca }, 5 },
	{ "pcmpistri", { 0x66, 0x0f, 0x3a, 0x63, 0xca }, 5 },
	{ "pcmpestrm64", { 0x66, 0x48, 0x0f, 0x3a, 0x60, 0xca }, 6 },
	{ "pcmpestri64", { 0x66, 0x48, 0x0f, 0x3a, 0x61, 0xca }, 6 },
	/* xmm1, [rdi + 32] */
	{ "pcmpestri m", { 0x66, 0x0f, 0x3a, 0x61, 0x4f, 0x20 }, 6 },
	{ "pcmpistrm m", { 0x66, 0x0f, 0x3a, 0x62, 0x4f, 0x20 }, 6 },
	{ "palignr", { 0x66, 0x0f, 0x3a, 0x0f, 0xca }, 5 },
	{ "roundps", { 0x66, 0x0f, 0x3a, 0x08, 0xca }, 5 },
	{ "roundpd", { 0x66, 0x0f, 0x3a, 0x09, 0xca }, 5 },
	{ "roundss", { 0x66, 0x0f, 0x3a, 0x0a, 0xca }, 5 },
	{ "roundsd", { 0x66, 0x0f, 0x3a, 0x0b, 0xca }, 5 },
	{ "roundps m", { 0x66, 0x0f, 0x3a, 0x08, 0x4f, 0x20 }, 6 },
	{ "roundsd m", { 0x66, 0x0f, 0x3a, 0x0b, 0x4f, 0x20 }, 6 },
	{ "blendps", { 0x66, 0x0f, 0x3a, 0x0c, 0xca }, 5 },
	{ "blendpd", { 0x66, 0x0f, 0x3a, 0x0d, 0xca }, 5 },
	{ "pblendw", { 0x66, 0x0f, 0x3a, 0x0e, 0xca }, 5 },
	{ "pextrb ecx", { 0x66, 0x0f, 0x3a, 0x14, 0xc9 }, 5 },
	{ "pextrd ecx", { 0x66, 0x0f, 0x3a, 0x16, 0xc9 }, 5 },
	{ "pextrq rcx", { 0x66, 0x48, 0x0f, 0x3a, 0x16, 0xc9 }, 6 },
	{ "extractps ecx", { 0x66, 0x0f, 0x3a, 0x17, 0xc9 }, 5 },
	{ "pinsrb", { 0x66, 0x0f, 0x3a, 0x20, 0xc9 }, 5 },
	{ "insertps", { 0x66, 0x0f, 0x3a, 0x21, 0xca }, 5 },
	{ "insertps m", { 0x66, 0x0f, 0x3a, 0x21, 0x4f, 0x20 }, 6 },
	{ "pinsrd", { 0x66, 0x0f, 0x3a, 0x22, 0xc9 }, 5 },
	{ "pinsrq", { 0x66, 0x48, 0x0f, 0x3a, 0x22, 0xc9 }, 6 },
	{ "dpps", { 0x66, 0x0f, 0x3a, 0x40, 0xca }, 5 },
	{ "dppd", { 0x66, 0x0f, 0x3a, 0x41, 0xca }, 5 },
	{ "mpsadbw", { 0x66, 0x0f, 0x3a, 0x42, 0xca }, 5 },
};

/* All 256 immediates of one row. Returns how many states differ. */
static unsigned row_run(struct sys *t, uint8_t *page, unsigned row,
			unsigned states, uint64_t *seed)
{
	unsigned bad = 0;

	for (unsigned imm = 0; imm < 256; imm++) {
		struct image in, host, guest;
		uint8_t insn[8], code[CODE_MAX];
		unsigned len = immediates[row].len, n;

		memcpy(insn, immediates[row].code, len);
		insn[len++] = (uint8_t)imm;
		put_code(page, insn, len, false);
		n = put_code(code, insn, len, true);
		sys_bytes(t, SYS_CODE, code, n);
		for (unsigned k = 0; k < states; k++) {
			void (*fn)(struct image *);

			fill(&in, seed);
			host = in;
			memcpy(&fn, &page, sizeof(fn));
			fn(&host);
			sys_bytes(t, SYS_DATA, &in, sizeof(in));
			t->s.rip = SYS_CODE;
			t->s.gpr[VC_RDI] = SYS_DATA;
			sys_run(t);
			CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + n);
			RIG_OK(vc_memory_read(t->vm, SYS_DATA, &guest,
					      sizeof(guest)));
			if (!same_image(immediates[row].name, imm, &in, &host,
					&guest) && ++bad == 3)
				return bad;
		}
	}
	return bad;
}
#endif

static void test_sse4_every_immediate_as_on_the_host(void)
{
#if HOST
	uint64_t seed = 20;
	struct engine *eng;
	uint8_t *page;
	struct sys *t;

	__builtin_cpu_init();
	if (!__builtin_cpu_supports("sse4.2"))
		RIG_SKIP("the host has no SSE4.2");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		RIG_SKIP("no memory that can be written and executed");
	t = machine();
	offer(t->vm, ALL);
	eng = t->vcpu->backend_vcpu;
	for (unsigned i = 0; i < sizeof(immediates) / sizeof(immediates[0]);
	     i++) {
		bool strings = !strncmp(immediates[i].name, "pcmp", 4);

		eng->cpu.fpu_soft = 0;
		CU_ASSERT_EQUAL(row_run(t, page, i, strings ? 24 : 6, &seed),
				0);
		eng->cpu.fpu_soft = 1;
		CU_ASSERT_EQUAL(row_run(t, page, i, 3, &seed), 0);
	}
	sys_free(t);
	munmap(page, 4096);
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

/* ---- the portable forms against those that are the host's ---- */

static const struct op *op_end(struct cpu *cpu, const struct op *op)
{
	(void)cpu, (void)op;
	return NULL;
}

/* What in does to XMM1, XMM2, RCX and the flags, by the selector. */
static bool op_run(struct cpu *cpu, const struct x86_insn *in,
		   bool (*select)(const struct x86_insn *, struct op *),
		   const struct vec *from, struct vec *to, uint64_t *regs)
{
	struct op op[2];

	memset(op, 0, sizeof(op));
	op[0].a = in->opnd[0].reg;
	op[0].b = in->opnd[1].reg;
	op[0].imm = in->imm;
	op[1].fn = op_end;
	if (!select(in, op))
		return false;
	memcpy(cpu->v, from, 3 * sizeof(*from));
	R(R_RCX) = ld64(from[0].b);
	cc_set_flags(cpu, FL_ARITH);
	op[0].fn(cpu, op);
	memcpy(to, cpu->v, 3 * sizeof(*to));
	regs[0] = R(R_RCX);
	regs[1] = vc__cc_arith(cpu);
	return true;
}

static bool portable(const struct x86_insn *in, struct op *op)
{
	return vc__select_sse3(in, op) || vc__select_sse41(in, op) ||
	       vc__select_sse42(in, op);
}

/* Every opcode of the two maps, in its form for registers. */
static void test_sse4_portable_forms_do_as_the_hosts(void)
{
	struct sys *t = machine();
	struct engine *eng = t->vcpu->backend_vcpu;
	unsigned forms = 0, differ = 0;
	uint64_t seed = 4;

	eng->cpu.fpu_ok = FPU_OK_SIMD | FPU_OK_MMX;
	for (unsigned i = 0; i < 4 * 256 * 2; i++) {
		static const uint8_t prefixes[4] = { 0x66, 0xf2, 0xf3, 0x66 };
		uint8_t b[16] = { prefixes[i / 512] };
		unsigned n = 1;
		struct x86_insn in;

		if (i / 512 == 3)
			b[n++] = 0x48;	/* REX.W */
		b[n++] = 0x0f;
		if (i / 256 & 1)
			b[n++] = 0x38;
		b[n++] = (uint8_t)i;
		b[n] = 0xca;		/* xmm1, xmm2 */
		if (vc__decode(&in, b, sizeof(b), X86_MODE64) < 0)
			continue;
		for (unsigned k = 0; k < 200; k++) {
			struct vec from[3], a[3], c[3];
			uint64_t ra[2], rc[2];

			for (unsigned j = 0; j < sizeof(from); j++)
				from[j / 32].b[j % 32] =
					(uint8_t)(eng_random(&seed) >> 40);
			if (!op_run(&eng->cpu, &in, vc__select_ssehost, from, a,
				    ra) ||
			    !op_run(&eng->cpu, &in, portable, from, c, rc))
				break;
			forms += !k;
			if (memcmp(a, c, sizeof(a)) || memcmp(ra, rc, 16)) {
				fprintf(stderr, "    %s differs\n",
					vc__x86_name(in.op));
				differ++;
				break;
			}
		}
	}
	CU_ASSERT_EQUAL(differ, 0);
	sys_free(t);
	if (!forms)
		RIG_SKIP("the host does not do them itself");
	CU_ASSERT_TRUE(forms >= 50);
}

RIG_SUITE(engine_sse4) {
	RIG_TEST(test_sse4_is_undefined_unless_cpuid_lists_it),
	RIG_TEST(test_sse4_a_new_table_reaches_decoded_code),
	RIG_TEST(test_sse4_a_table_can_take_away),
	RIG_TEST(test_sse4_cpu_models),
	RIG_TEST(test_sse4_a_model_that_there_is_not),
	RIG_TEST(test_sse4_faults_of_the_control_registers),
	RIG_TEST(test_sse4_alignment),
	RIG_TEST(test_sse4_crc32_of_the_check_string),
	RIG_TEST(test_sse4_every_immediate_as_on_the_host),
	RIG_TEST(test_sse4_portable_forms_do_as_the_hosts),
	RIG_END
};
