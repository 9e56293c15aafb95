/* SPDX-License-Identifier: MIT */
/*
 * test_engine_fusion.c: two instructions that became one op do what they do
 * one by one: a copy of an XMM register with the operation on the copy.
 */
#include "system_rig.h"

#include "../backends/interp/decode.h"

#define XMM	160u

static const uint8_t copies[][4] = {
	{ 3, 0x0f, 0x28 }, { 3, 0x0f, 0x10 }, { 4, 0x66, 0x0f, 0x6f },
	{ 4, 0xf3, 0x0f, 0x6f }, { 4, 0x66, 0x0f, 0x28 },
	{ 4, 0x66, 0x0f, 0x10 },
};

static void start(struct sys *t, const vc_x86_state *s)
{
	t->s = *s;
	t->at = SYS_CODE;
	for (unsigned i = 0; i < 16 * 16; i++)
		t->s.xsave[XMM + i] = (uint8_t)(i * 37 + (i >> 3) * 11 + 5);
	/* a count for shifts */
	memset(t->s.xsave + XMM + 3 * 16, 0, 16);
	t->s.xsave[XMM + 3 * 16] = 5;
	t->s.xsave[512] = 3;
}

/* xmm1 = xmm2; insn on xmm1 and xmmN. apart: with a NOP between. */
static void run(struct sys *t, const vc_x86_state *s, const uint8_t *copy,
		const uint8_t *insn, unsigned len, bool apart)
{
	static const uint8_t nop = 0x90, modrm = 0xca;

	start(t, s);
	sys_emit(t, copy + 1, copy[0] - 1u);
	sys_emit(t, &modrm, 1);
	if (apart)
		sys_emit(t, &nop, 1);
	sys_emit(t, insn, len);
	SYS_EMIT(t, VMCALL);
	sys_run(t);
	CU_ASSERT(sys_finished(t));
}

static unsigned compare(struct sys *t, const vc_x86_state *s,
			const uint8_t *insn, unsigned len)
{
	static uint8_t apart[sizeof(t->s.xsave)];
	uint64_t retired;
	unsigned n = 0;

	for (unsigned c = 0; c < sizeof(copies) / sizeof(copies[0]); c++) {
		run(t, s, copies[c], insn, len, true);
		memcpy(apart, t->s.xsave, sizeof(apart));
		retired = t->s.retired;
		run(t, s, copies[c], insn, len, false);
		CU_ASSERT_EQUAL(memcmp(apart, t->s.xsave, sizeof(apart)), 0);
		CU_ASSERT_EQUAL(t->s.retired + 1, retired);
		n++;
	}
	return n;
}

static void test_fusion_of_a_copy_and_what_changes_it(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	vc_x86_state s = t->s;
	unsigned n = 0;

	s.cr4 |= 0x600;
	for (unsigned prefix = 0; prefix < 2; prefix++)
		for (unsigned o = 0x10; o < 0x100; o++)
			for (unsigned r = 0; r < 4; r++) {
				uint8_t b[16] = { 0x66, 0x0f, (uint8_t)o,
						  (uint8_t)(0xc8 | r), 3 };
				const uint8_t *at = b + !prefix;
				struct x86_insn in;

				if (vc__decode(&in, at, 15, X86_MODE64) < 0 ||
				    in.feature > X86_FEAT_SSE2 ||
				    in.opnd[0].kind != OPND_XMM ||
				    (in.attr & X86_BRANCH))
					continue;
				n += compare(t, &s, at, in.len);
			}
	for (unsigned o = 0x71; o < 0x74; o++)
		for (unsigned r = 0; r < 8; r++)
			for (unsigned count = 0; count < 70; count += 3) {
				uint8_t b[16] = { 0x66, 0x0f, (uint8_t)o,
						  (uint8_t)(0xc1 | r << 3),
						  (uint8_t)count };
				struct x86_insn in;

				if (vc__decode(&in, b, 15, X86_MODE64) > 0)
					n += compare(t, &s, b, in.len);
			}
	CU_ASSERT(n > 2000);
	sys_free(t);
}

/* What is behind a copy need not be an instruction at all. */
static void test_fusion_of_a_copy_and_undefined_bytes(void)
{
	static const uint8_t behind[][3] = {
		{ 0x0f, 0x0b, 0x90 }, { 0x0f, 0x04, 0x90 },
		{ 0x0f, 0xff, 0xc0 }, { 0x62, 0x00, 0x00 },
	};
	static const uint8_t prefixes[15] = {
		0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	};

	for (unsigned i = 0; i < 5; i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		t->s.cr4 |= 0x600;
		SYS_EMIT(t, 0x0f, 0x28, 0xca);
		if (i < 4)
			sys_emit(t, behind[i], 3);
		else
			sys_emit(t, prefixes, 15);
		sys_faults(t, SYS_CODE + 3, i < 4 ? 6 : 13, i < 4 ? -1 : 0);
		sys_free(t);
	}
}

RIG_SUITE(engine_fusion) {
	RIG_TEST(test_fusion_of_a_copy_and_what_changes_it),
	RIG_TEST(test_fusion_of_a_copy_and_undefined_bytes),
	RIG_END
};
