/* SPDX-License-Identifier: MIT */
/*
 * test_decode_host.c: what is #UD with VEX, and how long what is not is: every
 * opcode with each L, W and several vvvv and ModRM, prefixes and bad maps, on
 * the host's processor (oracle/host.c) and by the decoder.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "rig.h"
#include "oracle/oracle.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct tally {
	unsigned long seen, run, undefined, unknown, bad;
	unsigned finished;
};

static struct ora_case c;
static struct ora_form form;
static struct ora_code code;
static struct tally *t;
static bool has[X86_FEAT_COUNT];
static unsigned stride;		/* one in so many; VC_DECODE_FULL=1: each */

static const char *look_at_the_host(void)
{
	unsigned a, b, cx, d, a7 = 0, b7 = 0, c7 = 0, d7 = 0, xcr0, high;
	const char *why = ora_host_open();

	if (why)
		return why;
	if (!__get_cpuid(1, &a, &b, &cx, &d) || !(cx & bit_OSXSAVE))
		return "the host has no AVX";
	__asm__("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
	if (!(cx & bit_AVX) || (xcr0 & 6) != 6)
		return "the host has no AVX";
	__get_cpuid_count(7, 0, &a7, &b7, &c7, &d7);
	stride = getenv("VC_DECODE_FULL") ? 1 : 7;
	has[X86_FEAT_BASE] = has[X86_FEAT_AVX] = true;
	has[X86_FEAT_AES] = cx >> 25 & 1;
	has[X86_FEAT_PCLMUL] = cx >> 1 & 1;
	has[X86_FEAT_FMA] = cx >> 12 & 1;
	has[X86_FEAT_F16C] = cx >> 29 & 1;
	has[X86_FEAT_BMI1] = b7 >> 3 & 1;
	has[X86_FEAT_BMI2] = b7 >> 8 & 1;
	has[X86_FEAT_AVX2] = b7 >> 5 & 1;
	has[X86_FEAT_GFNI] = c7 >> 8 & 1;
	has[X86_FEAT_VAES] = c7 >> 9 & 1;
	has[X86_FEAT_VPCLMUL] = c7 >> 10 & 1;
	return NULL;
}

/* VEX opcodes of extensions that are not in our tables. */
static bool host_may_know(unsigned map, unsigned op)
{
	switch (map) {
	case 1:		/* AVX-512's mask registers */
		return (op >= 0x41 && op <= 0x4b) ||
		       (op >= 0x90 && op <= 0x99);
	case 2:		/* AMX, AVX-VNNI and its like, SHA512, CMPccXADD */
		return (op >= 0x48 && op <= 0x5f) || op == 0x6c ||
		       op == 0x72 || op == 0xb0 || op == 0xb1 || op == 0xb4 ||
		       op == 0xb5 || (op >= 0xca && op <= 0xda) ||
		       (op >= 0xe0 && op <= 0xef);
	case 3:		/* masks; FMA4, XOP's VPERMIL2, SM3 */
		return (op >= 0x30 && op <= 0x33) || op == 0x48 ||
		       op == 0x49 || (op >= 0x5c && op <= 0x7f) || op == 0xde;
	default:	/* URDMSR */
		return op == 0xf8 || op == 0xf6;
	}
}

/*
 * Where AMD's processors are not as the SDM: they do not look at W of VPERMQ
 * and VPERMPD, which is 1 (SDM 2C), and do not ignore that of VPEXTRQ and
 * VPINSRQ outside of 64-bit code (SDM 2B, the footnotes on VEX.W).
 */
static bool open_question(enum x86_mode mode, int rc)
{
	bool map3 = code.bytes[0] == 0xc4 && (code.bytes[1] & 0x1f) == 3 &&
		    (code.bytes[2] & 3) == 1;
	unsigned op = code.bytes[3], w = code.bytes[2] >> 7;

	if (rc > 0)
		return map3 && mode != X86_MODE64 && w &&
		       (op == 0x16 || op == 0x22);
	return map3 && !w && op <= 1;
}

static void tell(enum x86_mode mode, int rc, const struct x86_insn *in,
		 const struct ora_result *r)
{
	if (t->bad++ >= 20)
		return;
	fprintf(stderr, "    %s-bit: we %d %s, host: exception %d, %d bytes:",
		mode == X86_MODE64 ? "64" : "32", rc,
		rc > 0 ? vc__x86_name(in->op) : "", r->vector,
		(int)(r->regs.rip - code.at));
	for (unsigned i = 0; i < 15; i++)
		fprintf(stderr, " %02x", code.bytes[i]);
	fprintf(stderr, "\n");
}

/* n bytes in code.bytes, the rest is zero. */
static void compare(enum x86_mode mode, unsigned map, unsigned op)
{
	static unsigned slot;
	struct ora_result r;
	struct x86_insn in;
	int rc = vc__decode(&in, code.bytes, 15, mode);

	t->seen++;
	if (stride > 1 && t->seen % stride)
		return;
	if (rc == X86_DEC_UD ? host_may_know(map, op) : !has[in.feature]) {
		t->unknown++;
		return;
	}
	code.form = &form;
	form.mode = (uint8_t)mode;
	code.len = (uint8_t)(rc > 0 ? rc : 15);
	code.near[0] = ORA_CODE + slot++ % 256 * ORA_SLOT;
	code.near[1] = code.near[0] + 96;
	code.at = code.near[0] + 32;
	c.code = &code;
	c.in.rip = code.at;
	ora_host_code(&code);
	ora_host_run(&c, &r);
	t->run++;
	if (rc < 0) {
		t->undefined++;
		if (r.vector != 6 && !open_question(mode, rc))
			tell(mode, rc, &in, &r);
	} else if ((r.vector == 6 && !open_question(mode, rc)) ||
		   (r.vector < 0 && r.regs.rip != code.at + code.len)) {
		tell(mode, rc, &in, &r);
	}
}

/* 64-bit code: p0 and p1 as they stand behind C4. */
static void try(enum x86_mode mode, unsigned prefixes, unsigned p0,
		unsigned p1, unsigned op, unsigned modrm, unsigned sib)
{
	unsigned n = 0;

	memset(code.bytes, 0, sizeof(code.bytes));
	for (; prefixes; prefixes >>= 8)
		code.bytes[n++] = (uint8_t)prefixes;
	code.bytes[n++] = 0xc4;
	code.bytes[n++] = (uint8_t)p0;
	code.bytes[n++] = (uint8_t)p1;
	code.bytes[n++] = (uint8_t)op;
	code.bytes[n++] = (uint8_t)modrm;
	if (modrm < 0xc0 && (modrm & 7) == 4)
		code.bytes[n++] = (uint8_t)sib;
	compare(mode, p0 & 0x1f, op);
}

/* Every opcode, L and W. */
static void all_opcodes(enum x86_mode mode, unsigned worker)
{
	for (unsigned i = worker; i < 3u << 12; i += 2) {
		unsigned op = i & 255, map = (i >> 12) + 1;
		unsigned p0 = 0xe0 | map;
		unsigned p1 = (i >> 8 & 7) | (i & 0x800 ? 0x80 : 0);
		unsigned none = p1 | 0x78, five = p1 | 10u << 3;

		for (unsigned reg = 0; reg < 8; reg++) {
			try(mode, 0, p0, none, op, 0xc1 | reg << 3, 0);
			try(mode, 0, p0, none, op, 0x07 | reg << 3, 0);
			try(mode, 0, p0, five, op, 0xc1 | reg << 3, 0);
		}
		try(mode, 0, p0, five, op, 0x0f, 0);
		/* what gathers want, and registers that are the same */
		try(mode, 0, p0, five, op, 0x0c, 0x17);
		try(mode, 0, p0, five, op, 0x2c, 0x17);
		try(mode, 0, p0, five, op, 0x14, 0x17);
		try(mode, 0, p0, five, op, 0x0c, 0x2f);
		try(mode, 0, p0, five, op, 0x0c, 0x27);
		try(mode, 0, p0, none, op, 0x0c, 0x17);
		/* B, and the top bit of vvvv: another register, or nothing */
		try(mode, 0, p0 & ~0x20u, five, op, 0x0f, 0x17);
		try(mode, 0, p0, five & ~0x40u, op, 0x0c, 0x17);
		try(mode, 0, p0, none & ~0x40u, op, 0xca, 0);
	}
}

static void all_prefixes(enum x86_mode mode, unsigned worker)
{
	static const unsigned prefixes[] = {
		0x66, 0xf2, 0xf3, 0xf0, 0x2e, 0x3e, 0x67, 0x672e, 0x2e66,
		0x66f2, 0x40, 0x48, 0x2e40, 0x4f66, 0x2e4f, 0x2ef0,
	};

	for (unsigned i = worker; i < 3u << 10; i += 2)
		for (unsigned k = 0; k < sizeof(prefixes) / sizeof(*prefixes);
		     k++) {
			unsigned op = i & 255, map = (i >> 10) + 1;
			unsigned p1 = i >> 8 & 3;

			if (mode == X86_MODE32 && ((prefixes[k] & 0xf0) == 0x40 ||
						   prefixes[k] == 0x2e40 ||
						   prefixes[k] == 0x2e4f ||
						   prefixes[k] == 0x4f66))
				continue;
			try(mode, prefixes[k], 0xe0 | map, p1 | 0x78, op, 0xca,
			    0);
			try(mode, prefixes[k], 0xe0 | map, p1 | 0x50, op, 0x0f,
			    0);
		}
}

/* The short form, and maps that do not exist. */
static void all_heads(enum x86_mode mode, unsigned worker)
{
	for (unsigned i = worker; i < 256 * 8 * 2; i += 2) {
		unsigned op = i & 255, p1 = i >> 8 & 7;

		memset(code.bytes, 0, sizeof(code.bytes));
		code.bytes[0] = 0xc5;
		code.bytes[1] = (uint8_t)(0xc0 | (i & 0x800 ? 0x38 : 0x10) |
					  p1);
		code.bytes[2] = (uint8_t)op;
		for (unsigned reg = 0; reg < 8; reg++) {
			code.bytes[3] = (uint8_t)(0xc1 | reg << 3);
			compare(mode, 1, op);
			code.bytes[3] = (uint8_t)(0x07 | reg << 3);
			compare(mode, 1, op);
		}
	}
	for (unsigned i = worker; i < 32 * 256; i += 2)
		if ((i >> 8) < 1 || (i >> 8) > 3)
			for (unsigned p1 = 0; p1 < 4; p1++)
				try(mode, 0, 0xe0 | i >> 8, 0x78 | p1, i & 255,
				    0xca, 0);
}

static void work(unsigned worker, void (*fn)(enum x86_mode, unsigned))
{
	if (!ora_host_begin())
		return;
	memset(ora_host_data(), 0, ORA_DATA_SIZE);
	c.in.fx[0] = 0x7f;
	c.in.fx[1] = 3;
	c.in.fx[24] = 0x80;
	c.in.fx[25] = 0x1f;
	for (unsigned i = 0; i < 16; i++)
		c.in.gpr[i] = ORA_DATA + 0x1000u;
	c.in.rflags = 0x202;
	fn(X86_MODE64, worker);
	fn(X86_MODE32, worker);
	t->finished = 1;
}

/* In children: their vector registers are gone afterwards. */
static void run(void (*fn)(enum x86_mode, unsigned))
{
	const char *why = look_at_the_host();
	struct tally *all;
	struct tally sum = { 0 };
	pid_t pid[2];

	if (why)
		RIG_SKIP(why);
	all = mmap(NULL, 2 * sizeof(*all), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CU_ASSERT_FATAL(all != MAP_FAILED);
	fflush(NULL);
	for (unsigned i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		t = &all[i];
		work(i, fn);
		fflush(NULL);
		_exit(0);
	}
	for (unsigned i = 0; i < 2; i++) {
		int status = -1;

		if (pid[i] > 0)
			waitpid(pid[i], &status, 0);
		CU_ASSERT_EQUAL(status, 0);
		CU_ASSERT_EQUAL(all[i].finished, 1);
		sum.run += all[i].run;
		sum.undefined += all[i].undefined;
		sum.unknown += all[i].unknown;
		sum.bad += all[i].bad;
	}
	munmap(all, 2 * sizeof(*all));
	printf("    %lu encodings, %lu of them undefined; %lu left to hosts "
	       "that know more or less\n", sum.run, sum.undefined,
	       sum.unknown);
	CU_ASSERT_EQUAL(sum.bad, 0);
	CU_ASSERT(sum.run > 1000);
}
#define RUN(fn)	run(fn)
#else
#define RUN(fn)	RIG_SKIP("the host is not Linux on x86-64")
#endif

static void test_decode_host_vex_opcodes(void)
{
	RUN(all_opcodes);
}

static void test_decode_host_vex_prefixes(void)
{
	RUN(all_prefixes);
}

static void test_decode_host_vex_heads_and_maps(void)
{
	RUN(all_heads);
}

RIG_SUITE(decode_host) {
	RIG_TEST(test_decode_host_vex_opcodes),
	RIG_TEST(test_decode_host_vex_prefixes),
	RIG_TEST(test_decode_host_vex_heads_and_maps),
	RIG_END
};
