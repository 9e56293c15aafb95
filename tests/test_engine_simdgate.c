/* SPDX-License-Identifier: MIT */
/*
 * test_engine_simdgate.c: every instruction on vector registers asks for the
 * operating system's leave. The ops themselves do not look at CR0 and CR4: an
 * op before them does, where the mode says that it must (MODE_SIMD, MODE_AVX);
 * so each encoding that the decoder knows is run without that leave, before
 * and after the same code was run with it.
 */
#include "system_rig.h"

#include "../backends/interp/decode.h"

#define CR0_EM_	0x4u
#define CR0_TS_	0x8u
#define CR4_FX	0x200u
#define CR4_XM	0x400u
#define CR4_XS	0x40000u

struct gate {
	struct sys *t;
	vc_x86_state start;
	unsigned encodings, offered;
};

/* The vector that the code at SYS_CODE raises under cr0 and cr4; -1: none. */
static int run(struct gate *g, const uint8_t *code, unsigned len, uint64_t cr0,
	       uint64_t cr4)
{
	struct sys *t = g->t;

	t->s = g->start;
	t->s.cr0 |= cr0;
	t->s.cr4 = (t->s.cr4 & ~(uint64_t)(CR4_FX | CR4_XM | CR4_XS)) | cr4;
	t->at = SYS_CODE;
	sys_emit(t, code, len);
	SYS_EMIT(t, VMCALL);
	sys_run(t);
	return sys_vector(t);
}

static bool is_mmx(const struct x86_insn *in)
{
	for (unsigned i = 0; i < 4; i++)
		if (in->opnd[i].kind == OPND_MMX)
			return true;
	return false;
}

/* Not all that touches a vector register: FXSAVE and XSAVE have rules of
 * their own. */
static bool is_vector(const struct x86_insn *in)
{
	for (unsigned i = 0; i < 4; i++)
		if (in->opnd[i].kind == OPND_XMM)
			return true;
	return false;
}

static void expect(struct gate *g, const uint8_t *code, unsigned len,
		   uint64_t cr0, uint64_t cr4, int vector)
{
	int got = run(g, code, len, cr0, cr4);

	CU_ASSERT_EQUAL(got, vector);
	if (got == vector)
		return;
	fprintf(stderr, "    vector %d, not %d, CR0 |= %x, CR4 |= %x:", got,
		vector, (unsigned)cr0, (unsigned)cr4);
	for (unsigned i = 0; i < len; i++)
		fprintf(stderr, " %02x", code[i]);
	fprintf(stderr, "\n");
}

static void check(struct gate *g, const uint8_t *bytes, size_t n)
{
	uint64_t all = CR4_FX | CR4_XM | CR4_XS;
	struct x86_insn in;
	unsigned len;

	if (vc__decode(&in, bytes, n, X86_MODE64) < 0 || !is_vector(&in))
		return;
	len = in.len;
	g->encodings++;
	/* an exception of its own comes later than these */
	if (run(g, bytes, len, 0, all) == 6)
		return;		/* not of this CPU model */
	g->offered++;
	expect(g, bytes, len, CR0_TS_, all, 7);
	run(g, bytes, len, 0, all);
	expect(g, bytes, len, CR0_TS_, all, 7);
	if (in.vex) {
		expect(g, bytes, len, CR0_TS_, CR4_FX | CR4_XM, 6);
		return;
	}
	expect(g, bytes, len, CR0_EM_ | CR0_TS_, all, 6);
	if (!is_mmx(&in))
		expect(g, bytes, len, CR0_TS_, CR4_XS, 6);
}

/* One opcode with a register operand, a memory operand, and each /r. */
static void opcode(struct gate *g, const uint8_t *prefix, unsigned n)
{
	uint8_t b[16] = { 0 };

	memcpy(b, prefix, n);
	for (unsigned r = 0; r < 8; r++) {
		b[n] = (uint8_t)(0xc1 | r << 3);
		b[n + 1] = 0x10;
		check(g, b, sizeof(b));
		b[n] = (uint8_t)(0x07 | r << 3);
		check(g, b, sizeof(b));
	}
}

static void gate_open(struct gate *g)
{
	memset(g, 0, sizeof(*g));
	g->t = sys_new_model(SYS_LONG, 0, VC_CPU_MAX);
	g->start = g->t->s;
	g->start.gpr[VC_RDI] = SYS_DATA;
	g->start.xcr0 = 7;
	memset(g->start.xsave, 0, sizeof(g->start.xsave));
	g->start.xsave[0] = 0x7f;
	g->start.xsave[1] = 0x03;
	g->start.xsave[24] = 0x80;
	g->start.xsave[25] = 0x1f;
	g->start.xsave[512] = 3;
}

static void test_simdgate_each_sse_instruction(void)
{
	static const uint8_t mandatory[] = { 0, 0x66, 0xf3, 0xf2 };
	struct gate g;

	gate_open(&g);
	for (unsigned map = 0; map < 3; map++)
		for (unsigned p = 0; p < 4; p++)
			for (unsigned o = 0; o < 256; o++) {
				uint8_t b[4];
				unsigned n = 0;

				if (p)
					b[n++] = mandatory[p];
				b[n++] = 0x0f;
				if (map)
					b[n++] = map == 1 ? 0x38 : 0x3a;
				b[n++] = (uint8_t)o;
				opcode(&g, b, n);
			}
	CU_ASSERT(g.offered > 1000);
	sys_free(g.t);
}

static void test_simdgate_each_avx_instruction(void)
{
	struct gate g;

	gate_open(&g);
	for (unsigned map = 1; map <= 3; map++)
		for (unsigned p = 0; p < 32; p++)
			for (unsigned o = 0; o < 256; o++) {
				/* W in bit 4, vvvv 15 or 13, L, pp */
				uint8_t b[4] = { 0xc4, (uint8_t)(0xe0 | map),
					(uint8_t)((p & 16) << 3 |
						  (p & 8 ? 0x78 : 0x68) |
						  (p & 7)), (uint8_t)o };

				opcode(&g, b, 4);
			}
	CU_ASSERT(g.encodings > 10000);
	CU_ASSERT_EQUAL(g.offered, g.encodings);
	sys_free(g.t);
}

RIG_SUITE(engine_simdgate) {
	RIG_TEST(test_simdgate_each_sse_instruction),
	RIG_TEST(test_simdgate_each_avx_instruction),
	RIG_END
};
