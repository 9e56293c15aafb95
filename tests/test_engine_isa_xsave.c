/* SPDX-License-Identifier: MIT */
/*
 * test_engine_isa_xsave.c: the XSAVE family with AVX and PKRU, its images
 * against the host's; IA32_XSS, XCR0, CPUID's leaf D; protection keys.
 */
#define _DEFAULT_SOURCE		/* MAP_ANONYMOUS */
#include "isa_rig.h"

#define HEADER		512u

#define XSAVE		0x0f, 0xae, 0xa7, 0, 3, 0, 0	/* [rdi + 300h] */
#define XRSTOR		0x0f, 0xae, 0xaf, 0, 3, 0, 0
#define XSAVEOPT	0x0f, 0xae, 0xb7, 0, 3, 0, 0
#define XSAVEC		0x0f, 0xc7, 0xa7, 0, 3, 0, 0
#define XSAVES		0x0f, 0xc7, 0xaf, 0, 3, 0, 0
#define XRSTORS		0x0f, 0xc7, 0x9f, 0, 3, 0, 0
#define VZEROALL	0xc5, 0xfc, 0x77
#define VZEROUPPER	0xc5, 0xf8, 0x77
#define MOV_EAX(v)	0xb8, v, 0, 0, 0
#define AND_BV(v)	0x80, 0xa7, 0, 5, 0, 0, v	/* XSTATE_BV */

/* ---- the host ---- */

#if ISA_HOST
/* RDX is 0, RAX is 0, 2, 4 or 6; memory begins as zeros. */
static const struct { uint8_t code[64], n; const char *name; } sequences[] = {
#define S(name, ...) { { __VA_ARGS__ }, \
		       sizeof((uint8_t[]){ __VA_ARGS__ }), name }
	S("xsave", XSAVE),
	S("xsaveopt", XSAVEOPT),
	S("xsavec", XSAVEC),
	S("xsave.64", 0x48, XSAVE),
	S("xsavec.64", 0x48, XSAVEC),
	S("xsave without upper halves", VZEROUPPER, XSAVE),
	S("xsaveopt without upper halves", VZEROUPPER, XSAVEOPT),
	S("xsavec without upper halves", VZEROUPPER, XSAVEC),
	S("xsaveopt of nothing", VZEROALL, XSAVEOPT),
	S("xsavec of nothing", VZEROALL, XSAVEC),
	S("xsave xrstor", XSAVE, VZEROALL, XRSTOR),
	S("xsavec xrstor", XSAVEC, VZEROALL, XRSTOR),
	S("xsavec, all of it restored", XSAVEC, VZEROALL, MOV_EAX(7), XRSTOR),
	S("xsave, then SSE only", XSAVE, VZEROALL, MOV_EAX(2), XRSTOR),
	S("xsavec, then AVX only", XSAVEC, VZEROALL, MOV_EAX(4), XRSTOR),
	S("xrstor without SSE", XSAVE, AND_BV(5), XRSTOR),
	S("xrstor without AVX", XSAVE, AND_BV(3), XRSTOR),
	S("xrstor of nothing", XSAVE, AND_BV(0), XRSTOR),
	S("compacted, without SSE", XSAVEC, AND_BV(5), XRSTOR),
	S("compacted, without AVX", XSAVEC, AND_BV(3), XRSTOR),
	S("compacted, of nothing", XSAVEC, AND_BV(0), XRSTOR),
};
#define SEQUENCES (sizeof(sequences) / sizeof(sequences[0]))

/* MXCSR_MASK is the processor's own. */
static void forget_mask(struct isa_state *s)
{
	memset(s->mem + 28, 0, 4);
}

static void test_xsave_images_are_the_hosts(void)
{
	struct sys *t;
	uint64_t seed = 77;

	if (!isa_host_has(1, 0, 2, 28) || !isa_host_has(0xd, 1, 0, 0) ||
	    !isa_host_has(0xd, 1, 0, 1))
		RIG_SKIP("the host has no AVX, XSAVEOPT or XSAVEC");
	t = isa_machine(SYS_LONG, 0);
	for (unsigned i = 0; i < SEQUENCES; i++)
		for (unsigned k = 0; k < 200; k++) {
			struct isa_state h, g;

			memset(&h, 0, sizeof(h));
			for (unsigned n = 0; n < sizeof(h.vec); n++)
				(&h.vec[0][0])[n] = (uint8_t)
					(eng_random(&seed) >> 30);
			/* not the x87, whose pointers are anybody's guess */
			h.gpr[VC_RAX] = k & 6;
			g = h;
			isa_host(sequences[i].code, sequences[i].n, &h);
			CU_ASSERT_EQUAL(isa_engine(t, sequences[i].code,
						   sequences[i].n, &g), -1);
			forget_mask(&h);
			forget_mask(&g);
			g.gpr[VC_RDI] = h.gpr[VC_RDI];
			g.gpr[VC_RSP] = h.gpr[VC_RSP];
			g.flags = h.flags;
			if (!memcmp(&h, &g, sizeof(h)))
				continue;
			fprintf(stderr, "    %s of %u\n", sequences[i].name,
				(unsigned)h.gpr[VC_RAX]);
			for (unsigned n = 0; n < ISA_MEM_SIZE; n++)
				if (h.mem[n] != g.mem[n])
					fprintf(stderr, "    [%u] host %x "
						"engine %x\n", n, h.mem[n],
						g.mem[n]);
			CU_FAIL("the images differ");
			break;
		}
	sys_free(t);
}
#else
static void test_xsave_images_are_the_hosts(void)
{
	RIG_SKIP("the host is no x86-64 Linux");
}
#endif

/* ---- the manual ---- */

static struct isa_state filled(uint64_t parts)
{
	struct isa_state s;

	memset(&s, 0, sizeof(s));
	for (unsigned n = 0; n < sizeof(s.vec); n++)
		(&s.vec[0][0])[n] = (uint8_t)(n * 7 + 1);
	s.gpr[VC_RAX] = (uint32_t)parts;
	s.gpr[VC_RDX] = parts >> 32;
	return s;
}
#define RUN(t, s, ...) \
	isa_engine(t, (const uint8_t[]){ __VA_ARGS__ }, \
		   sizeof((const uint8_t[]){ __VA_ARGS__ }), s)

static uint64_t word(const struct isa_state *s, unsigned at)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v |= (uint64_t)s->mem[at + i] << i * 8;
	return v;
}

static void test_xsave_compacted_images(void)
{
	const uint64_t bit63 = UINT64_C(1) << 63;
	struct sys *t = isa_machine(SYS_LONG, 0);
	struct isa_state s, was;

	t->s.cr4 |= 0x400000;		/* PKE */
	t->s.xcr0 = 0x207;
	/* MOV EAX, 12344; WRPKRU (RCX and RDX are 0) */
	s = was = filled(0x207);
	CU_ASSERT_EQUAL(RUN(t, &s, 0xb8, 0x44, 0x23, 0x01, 0, 0x0f, 0x01, 0xef,
			    0xb8, 0x07, 2, 0, 0, XSAVEC), -1);
	CU_ASSERT_EQUAL(word(&s, HEADER), 0x206);	/* x87 is initial */
	CU_ASSERT_EQUAL(word(&s, HEADER + 8), bit63 | 0x207);
	CU_ASSERT_EQUAL(word(&s, 832), 0x12344);
	CU_ASSERT_EQUAL(memcmp(s.mem + 576, was.vec[0] + 16, 16), 0);
	/* without AVX, PKRU follows the header */
	s = filled(0x201);
	CU_ASSERT_EQUAL(RUN(t, &s, 0xb8, 0x44, 0x23, 0x01, 0, 0x0f, 0x01, 0xef,
			    0xb8, 0x01, 2, 0, 0, XSAVES), -1);
	CU_ASSERT_EQUAL(word(&s, HEADER), 0x200);
	CU_ASSERT_EQUAL(word(&s, HEADER + 8), bit63 | 0x201);
	CU_ASSERT_EQUAL(word(&s, 576), 0x12344);
	CU_ASSERT_EQUAL(t->s.xsave[2688], 0x44);
	CU_ASSERT_TRUE(t->s.xsave[HEADER + 1] & 2);
	/* and back: MOV EAX, 201h; XRSTORS; XOR ECX, ECX; RDPKRU */
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTORS, 0x31, 0xc9, 0x0f, 0x01, 0xee), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 0x12344);
	/* XSTATE_BV without it: the initial state */
	s.mem[HEADER + 1] = 0;
	s.gpr[VC_RAX] = 0x201;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR, 0x31, 0xc9, 0x0f, 0x01, 0xee), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 0);
	sys_free(t);
}

static void test_xsave_headers_that_are_refused(void)
{
	static const struct {
		uint32_t at;
		uint64_t v;
		bool compacted, standard, super;	/* #GP of XRSTOR(S) */
	} c[] = {
		{ 0, 8, true, true, true },		/* not in XCR0 */
		{ 1, 2, true, true, true },		/* PKRU */
		{ 8, 1, true, true, true },
		{ 16, 1, true, true, true },
		{ 23, 1, true, true, true },
		{ 24, 1, true, false, true },
		{ 63, 1, true, false, true },
		{ 9, 1, true, true, true },
	};
	struct sys *t = isa_machine(SYS_LONG, 0);
	struct isa_state plain = filled(7), compact = filled(7), s;

	CU_ASSERT_EQUAL(RUN(t, &plain, XSAVE), -1);
	CU_ASSERT_EQUAL(RUN(t, &compact, XSAVEC), -1);
	s = plain;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), -1);
	s = plain;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTORS), 13);	/* standard */
	s = compact;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTORS), -1);
	for (unsigned i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		s = plain;
		s.mem[HEADER + c[i].at] ^= (uint8_t)c[i].v;
		CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), c[i].standard ? 13 : -1);
		s = compact;
		/* of XCOMP_BV, a component that XCR0 lacks */
		s.mem[HEADER + c[i].at] ^= (uint8_t)(c[i].at == 8 ? 8 :
						     c[i].v);
		CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), c[i].compacted ? 13 : -1);
		CU_ASSERT_EQUAL(RUN(t, &s, XRSTORS), c[i].super ? 13 : -1);
	}
	/* XSTATE_BV within XCOMP_BV */
	s = compact;
	s.mem[HEADER + 8] &= 3;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), 13);
	/* MXCSR: also of AVX alone, in the standard format; in the compacted
	 * one with SSE that is there only */
	s = plain;
	s.mem[26] = 1;
	s.gpr[VC_RAX] = 4;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), 13);
	s.gpr[VC_RAX] = 1;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), -1);
	s = compact;
	s.mem[26] = 1;
	s.gpr[VC_RAX] = 4;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), -1);
	s.gpr[VC_RAX] = 2;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), 13);
	s.mem[HEADER] &= 5;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), -1);
	/* the compacted form to a processor without it */
	isa_offer(t->vm, 0xd, 1, 0, 0, 2);
	s = compact;
	CU_ASSERT_EQUAL(RUN(t, &s, XRSTOR), 13);
	sys_free(t);
}

static void test_xsave_faults(void)
{
	static const uint8_t codes[][8] = {
		{ XSAVE }, { XRSTOR }, { XSAVEOPT }, { XSAVEC }, { XSAVES },
		{ XRSTORS },
	};
	static const unsigned bits[] = { 0, 0, 0, 1, 3, 3 };
	struct sys *t = isa_machine(SYS_LONG, 0);
	struct isa_state good = filled(7), s;
	uint64_t cr4 = t->s.cr4;

	CU_ASSERT_EQUAL(RUN(t, &good, XSAVEC), -1);
	for (unsigned i = 0; i < 6; i++) {
		uint8_t off[8];

		memcpy(off, codes[i], 8);
		t->s.cr4 = cr4 & ~UINT64_C(0x40000);
		s = good;
		CU_ASSERT_EQUAL(isa_engine(t, codes[i], 7, &s), 6);
		t->s.cr4 = cr4;
		t->s.cr0 |= 8;
		CU_ASSERT_EQUAL(isa_engine(t, codes[i], 7, &s), 7);
		t->s.cr0 &= ~UINT64_C(8);
		off[3] = 16;		/* aligned to 16 only */
		CU_ASSERT_EQUAL(isa_engine(t, off, 7, &s), 13);
		if (i < 2)
			continue;
		isa_offer(t->vm, 0xd, 1, 0, 0, 1u << bits[i]);
		CU_ASSERT_EQUAL(isa_engine(t, codes[i], 7, &s), 6);
		isa_offer(t->vm, 0xd, 1, 0, 1u << bits[i], 0);
	}
	sys_free(t);

	t = isa_machine(SYS_LONG, 3);
	/* (VMCALL is taken at any level) */
	for (unsigned i = 0; i < 6; i++) {
		s = good;
		CU_ASSERT_EQUAL(isa_engine(t, codes[i], 7, &s),
				i < 4 ? -1 : 13);
	}
	sys_free(t);
}

static void test_xsave_registers(void)
{
#define RDMSR	0x0f, 0x32
#define WRMSR	0x0f, 0x30
#define XGETBV	0x0f, 0x01, 0xd0
#define XSETBV	0x0f, 0x01, 0xd1
	struct sys *t = isa_machine(SYS_LONG, 0);
	static const struct { uint64_t v; int vector; } xcr0[] = {
		{ 0, 13 }, { 1, -1 }, { 2, 13 }, { 3, -1 }, { 5, 13 }, { 7, -1 },
		{ 0x207, -1 }, { 0x201, -1 }, { 0xf, 13 }, { 0x107, 13 },
		{ UINT64_C(1) << 63 | 7, 13 }, { UINT64_C(1) << 32 | 7, 13 },
	};
	struct isa_state s;

	for (unsigned i = 0; i < sizeof(xcr0) / sizeof(xcr0[0]); i++) {
		s = filled(xcr0[i].v);
		CU_ASSERT_EQUAL(RUN(t, &s, XSETBV), xcr0[i].vector);
		if (xcr0[i].vector < 0)
			CU_ASSERT_EQUAL(t->s.xcr0, xcr0[i].v);
		t->s.xcr0 = 7;
	}
	/* XGETBV of 1: XINUSE */
	s = filled(0);
	s.gpr[VC_RCX] = 1;
	CU_ASSERT_EQUAL(RUN(t, &s, XGETBV), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 6);
	s.gpr[VC_RCX] = 1;
	CU_ASSERT_EQUAL(RUN(t, &s, VZEROUPPER, XGETBV), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 2);
	isa_offer(t->vm, 0xd, 1, 0, 0, 4);
	CU_ASSERT_EQUAL(RUN(t, &s, XGETBV), 13);
	/* IA32_XSS has no bits, and goes with XSAVES */
	s = filled(0);
	s.gpr[VC_RCX] = 0xda0;
	CU_ASSERT_EQUAL(RUN(t, &s, WRMSR), -1);
	CU_ASSERT_EQUAL(RUN(t, &s, RDMSR), -1);
	s.gpr[VC_RAX] = 0x100;
	CU_ASSERT_EQUAL(RUN(t, &s, WRMSR), 13);
	isa_offer(t->vm, 0xd, 1, 0, 0, 8);
	CU_ASSERT_EQUAL(RUN(t, &s, RDMSR), 13);
	sys_free(t);
}

/* What XCR0 has not got is part of the state all the same: PKRU needs CR4
 * alone, and the upper halves come back with XCR0's bit. */
static void test_xsave_state_has_what_xcr0_has_not(void)
{
	struct sys *t = isa_machine(SYS_LONG, 0);
	struct isa_state s = filled(0), was = s;

	t->s.cr4 |= 0x400000;
	CU_ASSERT_EQUAL(RUN(t, &s, 0xb8, 4, 0, 0, 0, 0x0f, 0x01, 0xef,
			    0xb8, 3, 0, 0, 0, XSETBV), -1);
	CU_ASSERT_EQUAL(t->s.xcr0, 3);
	CU_ASSERT_EQUAL(t->s.xsave[512] & 4, 4);
	CU_ASSERT(!memcmp(t->s.xsave + 576 + 16, was.vec[1] + 16, 16));
	CU_ASSERT_EQUAL(t->s.xsave[513] & 2, 2);
	CU_ASSERT_EQUAL(t->s.xsave[2688], 4);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	memset(&t->s.xsave, 0, sizeof(t->s.xsave));
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->s.xsave[2688], 4);
	CU_ASSERT(!memcmp(t->s.xsave + 576 + 16, was.vec[1] + 16, 16));
	sys_free(t);
}

/* Leaf D in the guest, with this XCR0. */
static uint32_t leaf_d(struct sys *t, uint32_t subleaf, unsigned reg,
		       uint64_t xcr0)
{
	static const unsigned at[] = { VC_RAX, VC_RBX, VC_RCX, VC_RDX };
	struct isa_state s = filled(0xd);

	s.gpr[VC_RCX] = subleaf;
	t->s.xcr0 = xcr0;
	CU_ASSERT_EQUAL(RUN(t, &s, 0x0f, 0xa2), -1);
	return (uint32_t)s.gpr[at[reg]];
}

static void test_xsave_leaf_d(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct sys *t = isa_machine(SYS_LONG, 0);
	static vc_cpuid_entry rows[VC_CPUID_MAX];
	uint32_t n = VC_CPUID_MAX;
	vc_vm *vm = NULL;

	o.backend = VC_BACKEND_INTERP;
	o.cpu_model = VC_CPU_MAX;
	RIG_OK(vc_vm_create(&vm, &o));
	RIG_OK(vc_vm_cpuid_get(vm, rows, &n));
	RIG_OK(vc_vm_cpuid_set(t->vm, rows, n));
	vc_vm_destroy(vm);
	CU_ASSERT_EQUAL(leaf_d(t, 0, 0, 7), 0x207);
	CU_ASSERT_EQUAL(leaf_d(t, 0, 2, 3), 2696);
	CU_ASSERT_EQUAL(leaf_d(t, 0, 1, 3), 576);
	CU_ASSERT_EQUAL(leaf_d(t, 0, 1, 7), 832);
	CU_ASSERT_EQUAL(leaf_d(t, 0, 1, 0x207), 2696);
	CU_ASSERT_EQUAL(leaf_d(t, 0, 1, 0x203), 2696);
	CU_ASSERT_EQUAL(leaf_d(t, 1, 0, 7), 15);
	CU_ASSERT_EQUAL(leaf_d(t, 1, 1, 7), 832);
	CU_ASSERT_EQUAL(leaf_d(t, 1, 1, 0x207), 840);
	CU_ASSERT_EQUAL(leaf_d(t, 1, 1, 0x203), 584);
	CU_ASSERT_EQUAL(leaf_d(t, 2, 0, 7), 256);
	CU_ASSERT_EQUAL(leaf_d(t, 2, 1, 7), 576);
	CU_ASSERT_EQUAL(leaf_d(t, 9, 0, 7), 8);
	CU_ASSERT_EQUAL(leaf_d(t, 9, 1, 7), 2688);
	CU_ASSERT_EQUAL(leaf_d(t, 3, 0, 7), 0);
	sys_free(t);
}

/* ---- protection keys ---- */

#define LOAD_RSI	0x48, 0x8b, 0x06	/* MOV RAX, [RSI] */
#define STORE_RSI	0x48, 0x89, 0x06
#define FAR_PAGE	0x60000u
#define US		7u			/* P, W, U */

/* WRPKRU, then the access: the error code of #PF, or 0. */
static uint64_t keyed(struct sys *t, uint32_t pkru, bool write)
{
	uint8_t code[16] = { 0xb8, 0, 0, 0, 0, 0x0f, 0x01, 0xef };
	static const uint8_t r[] = { LOAD_RSI }, w[] = { STORE_RSI };
	struct isa_state s = filled(0);
	int vector;

	for (unsigned i = 0; i < 4; i++)
		code[1 + i] = (uint8_t)(pkru >> i * 8);
	memcpy(code + 8, write ? w : r, 3);
	s.gpr[VC_RSI] = FAR_PAGE + 8;
	vector = isa_engine(t, code, 11, &s);
	CU_ASSERT_TRUE(vector == -1 || vector == 14);
	return vector == 14 ? sys_frame(t, 0, 8) : 0;
}

static void test_pku_forbids_by_key(void)
{
	for (unsigned cpl = 0; cpl < 4; cpl += 3) {
		struct sys *t = isa_machine(SYS_LONG, cpl);
		uint64_t u = cpl ? 4 : 0;

		t->s.cr4 |= 0x400000;
		sys_page(t, FAR_PAGE, US | UINT64_C(5) << 59);
		for (unsigned round = 0; round < 2; round++) {
			/* other keys, then this one */
			CU_ASSERT_EQUAL(keyed(t, 0xfffff3fc, true), 0);
			CU_ASSERT_EQUAL(keyed(t, 1u << 10, false), 0x21 | u);
			CU_ASSERT_EQUAL(keyed(t, 1u << 10, true), 0x23 | u);
			CU_ASSERT_EQUAL(keyed(t, 2u << 10, false), 0);
			CU_ASSERT_EQUAL(keyed(t, 2u << 10, true), 0x23 | u);
			CU_ASSERT_EQUAL(keyed(t, 0, true), 0);
		}
		if (!cpl) {
			/* without CR0.WP a supervisor may write */
			t->s.cr0 &= ~UINT64_C(0x10000);
			CU_ASSERT_EQUAL(keyed(t, 2u << 10, true), 0);
			CU_ASSERT_EQUAL(keyed(t, 1u << 10, true), 0x23);
			t->s.cr0 |= 0x10000;
			/* a supervisor's page has no key */
			sys_page(t, FAR_PAGE, 3 | UINT64_C(5) << 59);
			CU_ASSERT_EQUAL(keyed(t, 3u << 10, true), 0);
			sys_page(t, FAR_PAGE, US | UINT64_C(5) << 59);
			/* code is fetched all the same */
			sys_page(t, SYS_CODE, US | UINT64_C(5) << 59);
			CU_ASSERT_EQUAL(keyed(t, 3u << 10, false), 0x21);
		}
		sys_free(t);
	}
}

static void test_pku_registers(void)
{
#define RDPKRU	0x0f, 0x01, 0xee
#define WRPKRU	0x0f, 0x01, 0xef
	struct sys *t = isa_machine(SYS_LONG, 3);
	struct isa_state s = filled(5);

	CU_ASSERT_EQUAL(RUN(t, &s, RDPKRU), 6);		/* no CR4.PKE */
	CU_ASSERT_EQUAL(RUN(t, &s, WRPKRU), 6);
	t->s.cr4 |= 0x400000;
	CU_ASSERT_EQUAL(RUN(t, &s, WRPKRU), -1);
	s.gpr[VC_RAX] = UINT64_MAX;
	s.gpr[VC_RDX] = UINT64_MAX;
	CU_ASSERT_EQUAL(RUN(t, &s, 0xb8, 4, 0, 0, 0, 0x31, 0xd2, WRPKRU,
			    RDPKRU), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 4);
	CU_ASSERT_EQUAL(s.gpr[VC_RDX], 0);
	s.gpr[VC_RDX] = 1;
	CU_ASSERT_EQUAL(RUN(t, &s, WRPKRU), 13);
	s.gpr[VC_RDX] = 0;
	s.gpr[VC_RCX] = 1;
	CU_ASSERT_EQUAL(RUN(t, &s, WRPKRU), 13);
	CU_ASSERT_EQUAL(RUN(t, &s, RDPKRU), 13);
	s.gpr[VC_RCX] = 0;
	isa_offer(t->vm, 7, 0, 2, 0, 1u << 3);
	CU_ASSERT_EQUAL(RUN(t, &s, RDPKRU), 6);
	sys_free(t);

	/* CR4.PKE is reserved without it; OSPKE follows it */
	t = isa_machine(SYS_LONG, 0);
	s = filled(0);
	s.gpr[VC_RBX] = t->s.cr4 | 0x400000;
	CU_ASSERT_EQUAL(RUN(t, &s, 0x0f, 0x22, 0xe3), -1);	/* CR4 = RBX */
	CU_ASSERT_EQUAL(t->s.cr4, s.gpr[VC_RBX]);
	s = filled(7);
	CU_ASSERT_EQUAL(RUN(t, &s, 0x0f, 0xa2), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RCX] & 0x18, 0x18);
	t->s.cr4 &= ~UINT64_C(0x400000);
	s = filled(7);
	CU_ASSERT_EQUAL(RUN(t, &s, 0x0f, 0xa2), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RCX] & 0x18, 8);
	isa_offer(t->vm, 7, 0, 2, 0, 1u << 3);
	s = filled(0);
	s.gpr[VC_RBX] = t->s.cr4 | 0x400000;
	CU_ASSERT_EQUAL(RUN(t, &s, 0x0f, 0x22, 0xe3), 13);
	sys_free(t);
}

RIG_SUITE(engine_isa_xsave) {
	RIG_TEST(test_xsave_images_are_the_hosts),
	RIG_TEST(test_xsave_compacted_images),
	RIG_TEST(test_xsave_headers_that_are_refused),
	RIG_TEST(test_xsave_faults),
	RIG_TEST(test_xsave_registers),
	RIG_TEST(test_xsave_state_has_what_xcr0_has_not),
	RIG_TEST(test_xsave_leaf_d),
	RIG_TEST(test_pku_forbids_by_key),
	RIG_TEST(test_pku_registers),
	RIG_END
};
