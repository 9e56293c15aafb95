/* SPDX-License-Identifier: MIT */
/*
 * test_engine_avx.c: AVX and AVX2 but for floating point. Every encoding that
 * the decoder knows, in registers and in memory, as the host's processor does
 * it (the oracle has the same with its own states, and addresses of every
 * kind); then what a test on the host cannot show: devices, watchpoints,
 * segment limits, what is left when an access faults.
 */
#define _DEFAULT_SOURCE		/* MAP_ANONYMOUS */
#include "engine_rig.h"

#include "../backends/interp/avx.h"
#include "../backends/interp/engine.h"

#if defined(__x86_64__) && defined(__linux__)
#define HOST 1
#include <sys/mman.h>
#else
#define HOST 0
#endif

#define CR4_XS		0x40000u
#define BIT(f)		(UINT64_C(1) << X86_FEAT_##f)

/* A machine that may run AVX, whatever its CPUID table says. */
static struct sys *machine(enum sys_mode mode)
{
	struct sys *t = sys_new(mode, 0);
	struct engine *eng = t->vcpu->backend_vcpu;

	eng->features |= BIT(AVX) | BIT(AVX2) | BIT(XSAVE);
	t->s.cr4 |= 0x600 | CR4_XS;	/* OSFXSR, OSXMMEXCPT, OSXSAVE */
	t->s.xcr0 = 7;
	return t;
}

/* ---- every encoding, against the host ---- */

#if HOST
#define MEM	256u		/* bytes of memory around which operands lie */

/* What the code below loads and stores, at RDI. */
struct image {
	_Alignas(64) uint8_t ymm[16][32];
	uint8_t out[16][32];
	uint64_t gpr[16], gpr_out[16], flags, flags_out;
	_Alignas(64) uint8_t mem[MEM];
};
#define OUT	offsetof(struct image, out)
#define GPR	offsetof(struct image, gpr)
#define GPR_OUT	offsetof(struct image, gpr_out)
#define FLAGS	offsetof(struct image, flags)
#define FLAGS_OUT offsetof(struct image, flags_out)

static uint8_t *put32(uint8_t *p, size_t v)
{
	for (unsigned i = 0; i < 4; i++)
		*p++ = (uint8_t)(v >> 8 * i);
	return p;
}

/* vmovdqu ymm, [rdi+at], or the other way */
static uint8_t *put_ymm(uint8_t *p, unsigned n, size_t at, bool store)
{
	*p++ = 0xc5;
	*p++ = n & 8 ? 0x7e : 0xfe;
	*p++ = store ? 0x7f : 0x6f;
	*p++ = (uint8_t)(0x87 | (n & 7) << 3);
	return put32(p, at);
}

static uint8_t *put_gpr(uint8_t *p, unsigned n, size_t at, bool store)
{
	*p++ = (uint8_t)(0x48 | (n & 8 ? 4 : 0));
	*p++ = store ? 0x89 : 0x8b;
	*p++ = (uint8_t)(0x87 | (n & 7) << 3);
	return put32(p, at);
}

/* RSP, RBP and RDI are left alone, RBX and R12-R15 saved on the host. */
static bool is_free(unsigned n)
{
	return n != 4 && n != 5 && n != 7;
}

static unsigned put_code(uint8_t *code, const uint8_t *insn, unsigned len,
			 bool guest)
{
	static const uint8_t save[] = { 0x53, 0x41, 0x54, 0x41, 0x55, 0x41,
					0x56, 0x41, 0x57 };
	static const uint8_t restore[] = { 0xc5, 0xf8, 0x77,	/* vzeroupper */
		0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5b, 0xc3 };
	uint8_t *p = code;

	if (!guest) {
		memcpy(p, save, sizeof(save));
		p += sizeof(save);
	}
	for (unsigned i = 0; i < 16; i++)
		p = put_ymm(p, i, i * 32, false);
	*p++ = 0xff;	/* push [rdi+flags]; popf */
	*p++ = 0xb7;
	p = put32(p, FLAGS);
	*p++ = 0x9d;
	for (unsigned i = 0; i < 16; i++)
		if (is_free(i))
			p = put_gpr(p, i, GPR + i * 8, false);
	memcpy(p, insn, len);
	p += len;
	for (unsigned i = 0; i < 16; i++)
		if (is_free(i))
			p = put_gpr(p, i, GPR_OUT + i * 8, true);
	*p++ = 0x9c;	/* pushf; pop [rdi+flags_out] */
	*p++ = 0x8f;
	*p++ = 0x87;
	p = put32(p, FLAGS_OUT);
	for (unsigned i = 0; i < 16; i++)
		p = put_ymm(p, i, OUT + i * 32, true);
	if (guest) {
		memcpy(p, (const uint8_t[]){ VMCALL }, 3);
		return (unsigned)(p - code) + 3;
	}
	memcpy(p, restore, sizeof(restore));
	return (unsigned)(p - code) + (unsigned)sizeof(restore);
}

/* Is it one of the files under test? */
static bool is_ours(const struct x86_insn *in)
{
	struct op op = { 0 };

	if (in->op == X86_VZEROUPPER || in->op == X86_VZEROALL)
		return true;
	return vc__select_avx_int(in, &op) || vc__select_avx_move(in, &op) ||
	       vc__select_avx_perm(in, &op) || vc__select_avx_gather(in, &op) ||
	       vc__select_avx_lane(in, &op);
}

/* May the code around it stand around this? */
static bool fits(const struct x86_insn *in)
{
	if (!(in->attr & X86_AVX) || !is_ours(in) ||
	    in->op == X86_LDMXCSR || in->op == X86_STMXCSR)
		return false;
	for (unsigned i = 0; i < 4; i++)
		if (in->opnd[i].kind == OPND_REG && !is_free(in->opnd[i].reg))
			return false;
	return true;
}

struct form {
	uint8_t map, pp, opcode, reg;	/* reg: of ModRM, 8: any */
	bool l, w, mem;
};

/* A random encoding of f; false when it is not one that can be tested. */
static bool encode(const struct form *f, uint64_t *seed, uint8_t *code,
		   struct x86_insn *in)
{
	for (unsigned tries = 0; tries < 24; tries++) {
		uint64_t x = eng_random(seed) >> 8;
		/* few registers: often the same ones */
		unsigned some = x & 1 ? 15 : 9;
		unsigned reg = (unsigned)(x >> 4) & some;
		unsigned rm = (unsigned)(x >> 8) & some;
		unsigned v = (unsigned)(x >> 12) & some;
		unsigned disp = (unsigned)offsetof(struct image, mem) + 64 +
				((unsigned)(x >> 16) & 63);
		uint8_t *p = code;
		int len;

		if (f->reg < 8)
			reg = f->reg;
		if (tries & 1)
			v = 0;
		if (tries & 2 || f->mem)
			disp &= ~31u;	/* those that must be aligned */
		memset(code, 0, 16);
		*p++ = 0xc4;
		*p++ = (uint8_t)((reg & 8 ? 0 : 0x80) |
				 (f->mem && tries & 4 && x >> 40 & 1 ? 0 : 0x40) |
				 (!f->mem && rm & 8 ? 0 : 0x20) | f->map);
		*p++ = (uint8_t)((f->w ? 0x80u : 0) | (~v & 15) << 3 |
				 (f->l ? 4u : 0) | f->pp);
		*p++ = f->opcode;
		if (f->mem && tries & 4) {	/* SIB, for gathers */
			*p++ = (uint8_t)(0x84 | (reg & 7) << 3);
			*p++ = (uint8_t)((x >> 32 & 3) << 6 |
					 (rm & 7) << 3 | 7);
			p = put32(p, disp);
		} else if (f->mem) {
			*p++ = (uint8_t)(0x87 | (reg & 7) << 3);
			p = put32(p, disp);
		} else {
			*p++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
		}
		*p = (uint8_t)(x >> 44);	/* an immediate */
		len = vc__decode(in, code, 16, X86_MODE64);
		if (len <= 0 || !fits(in))
			continue;
		/* an index is small numbers, in a vector only */
		if (f->mem && tries & 4 && !in->vsib)
			continue;
		/* unaligned where it may be */
		if (f->mem && !in->vsib && !(in->attr & X86_ALIGNED) &&
		    x >> 60)
			put32(code + 5, disp + ((unsigned)(x >> 56) & 31));
		len = vc__decode(in, code, 16, X86_MODE64);
		return len > 0;
	}
	return false;
}

static void fill(struct image *b, const struct x86_insn *in, uint64_t *seed)
{
	unsigned kind = (unsigned)(eng_random(seed) >> 33) % 6;
	uint8_t *p = (uint8_t *)b;

	for (size_t i = 0; i < sizeof(*b); i++) {
		uint64_t v = eng_random(seed) >> 20;

		p[i] = (uint8_t)(kind < 2 ? v : kind == 2 ? v % 3 : kind == 3 ?
			(v & 7 ? 'a' + v % 4 : 0) : kind == 4 ? v % 5 + 0x7e :
			(v & 3) * 85);
	}
	/* shift counts: often small, in lanes or as a whole */
	for (unsigned r = 0; r < 16; r++)
		if ((eng_random(seed) >> 40) % 3 == 0)
			for (unsigned i = 0; i < 32; i += 4)
				st32(b->ymm[r] + i, (i & 4) && r & 1 ? 0 :
				     (uint32_t)(eng_random(seed) >> 40) % 70);
	for (unsigned i = 0; i < MEM; i += 4)
		if (kind == 1)
			st32(b->mem + i, i & 4 ? 0 :
			     (uint32_t)(eng_random(seed) >> 40) % 70);
	if (in->vsib)
		for (unsigned i = 0; i < 32; i += 4) {
			bool high = (in->op == X86_VGATHERQPS ||
				     in->op == X86_VGATHERQPD ||
				     in->op == X86_VPGATHERQD ||
				     in->op == X86_VPGATHERQQ) && i & 4;
			int32_t v = (int32_t)(eng_random(seed) >> 50) % 20 - 6;

			if (high)
				v = (int32_t)ld32(b->ymm[in->index] + i - 4) >>
				    31;
			st32(b->ymm[in->index] + i, (uint32_t)v);
		}
	if (in->op == X86_PCMPESTRI || in->op == X86_PCMPESTRM)
		for (unsigned i = 0; i < 3; i++) {
			b->gpr[i] = (eng_random(seed) >> 40) % 40 - 20;
			if (eng_random(seed) >> 62 == 0)
				b->gpr[i] ^= eng_random(seed) << 32;
		}
	b->flags = 2 | (eng_random(seed) & 0x8d5);
}

static void say(const struct x86_insn *in, const uint8_t *code,
		const struct image *host, const struct image *guest)
{
	const uint8_t *p = (const void *)host, *q = (const void *)guest;
	unsigned said = 0;

	fprintf(stderr, "    %s:", vc__x86_name(in->op));
	for (unsigned i = 0; i < in->len; i++)
		fprintf(stderr, " %02x", code[i]);
	for (size_t i = 0; i < sizeof(*host) && said < 8; i++)
		if (p[i] != q[i]) {
			fprintf(stderr, "%s [%zx] %02x/%02x", said ? "" :
				" host/guest", i, p[i], q[i]);
			said++;
		}
	fprintf(stderr, "\n");
}

struct totals {
	unsigned forms, states, bad;
	uint8_t op_seen[X86_OP_COUNT][2];
};

static void run_form(struct sys *t, uint8_t *page, const struct form *f,
		     unsigned encodings, struct totals *n, uint64_t *seed)
{
	static struct image in, host, guest;
	unsigned bad = 0;
	bool any = false;

	for (unsigned k = 0; k < encodings && bad < 2; k++) {
		uint8_t insn[16], code[512];
		void (*fn)(struct image *);
		struct x86_insn x;
		unsigned len;

		if (!encode(f, seed, insn, &x))
			return;
		any = true;
		n->op_seen[x.op][f->l] = 1;
		put_code(page, insn, x.len, false);
		len = put_code(code, insn, x.len, true);
		fill(&in, &x, seed);
		host = in;
		memcpy(&fn, &page, sizeof(fn));
		fn(&host);
		sys_bytes(t, SYS_CODE, code, len);
		sys_bytes(t, SYS_OTHER, &in, sizeof(in));
		t->s.rip = SYS_CODE;
		t->s.gpr[VC_RDI] = SYS_OTHER;
		t->s.gpr[VC_RSP] = SYS_STACK;
		sys_run(t);
		CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + len);
		RIG_OK(vc_memory_read(t->vm, SYS_OTHER, &guest, sizeof(guest)));
		host.flags_out &= 0x8d5;
		guest.flags_out &= 0x8d5;
		n->states++;
		if (memcmp(&host, &guest, sizeof(host)) ||
		    t->s.rip != SYS_CODE + len) {
			bad++;
			n->bad++;
			say(&x, insn, &host, &guest);
		}
	}
	n->forms += any;
}

static void all_forms(struct sys *t, uint8_t *page, unsigned encodings,
		      struct totals *n)
{
	uint64_t seed = 21;

	for (unsigned i = 0; i < 3u * 4 * 256 * 8 * 9; i++) {
		unsigned reg = i % 9, k = i / 9;
		struct form f = { (uint8_t)(k / 8192 + 1), k / 2048 & 3,
				  (uint8_t)(k >> 3), (uint8_t)reg,
				  k & 1, k >> 1 & 1, k >> 2 & 1 };
		bool group = f.map == 1 && f.opcode >= 0x71 && f.opcode <= 0x73;

		if (group == (reg < 8))
			run_form(t, page, &f, encodings, n, &seed);
	}
}
#endif

static void test_avx_every_encoding_as_on_the_host(void)
{
#if HOST
	static struct totals n;
	unsigned ops = 0;
	struct sys *t;
	uint8_t *page;

	__builtin_cpu_init();
	if (!__builtin_cpu_supports("avx2"))
		RIG_SKIP("the host has no AVX2");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		RIG_SKIP("no memory that can be written and executed");
	t = machine(SYS_LONG);
	memset(&n, 0, sizeof(n));
	all_forms(t, page, getenv("VC_AVX_STATES") ?
		  (unsigned)atoi(getenv("VC_AVX_STATES")) : 12, &n);
	for (unsigned i = 0; i < X86_OP_COUNT; i++)
		ops += n.op_seen[i][0] + n.op_seen[i][1];
	printf("     %u forms, %u operations and lengths, %u states\n",
	       n.forms, ops, n.states);
	CU_ASSERT_EQUAL(n.bad, 0);
	CU_ASSERT_TRUE(n.forms > 500);
	sys_free(t);
	munmap(page, 4096);
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

/* ---- alignment ---- */

static void test_avx_alignment(void)
{
	static const struct { uint8_t code[8], len, align; } c[] = {
		{ { 0xc5, 0xfc, 0x28, 0x07 }, 4, 32 },	/* vmovaps ymm0, [rdi] */
		{ { 0xc5, 0xf8, 0x28, 0x07 }, 4, 16 },	/* ... xmm0 */
		{ { 0xc5, 0xfd, 0x7f, 0x07 }, 4, 32 },	/* vmovdqa [rdi], ymm0 */
		{ { 0xc5, 0xf9, 0x7f, 0x07 }, 4, 16 },
		{ { 0xc5, 0xfd, 0xe7, 0x07 }, 4, 32 },	/* vmovntdq */
		{ { 0xc5, 0xf8, 0x2b, 0x07 }, 4, 16 },	/* vmovntps */
		{ { 0xc4, 0xe2, 0x7d, 0x2a, 0x07 }, 5, 32 },	/* vmovntdqa */
		{ { 0xc5, 0xfc, 0x10, 0x07 }, 4, 1 },	/* vmovups */
		{ { 0xc5, 0xfe, 0x7f, 0x07 }, 4, 1 },	/* vmovdqu */
		{ { 0xc5, 0xff, 0xf0, 0x07 }, 4, 1 },	/* vlddqu */
		{ { 0xc5, 0xfd, 0xfe, 0x07 }, 4, 1 },	/* vpaddd */
		{ { 0xc5, 0xf9, 0xfe, 0x07 }, 4, 1 },
		{ { 0xc4, 0xe2, 0x7d, 0x00, 0x07 }, 5, 1 },	/* vpshufb */
		{ { 0xc4, 0xe3, 0x79, 0x63, 0x07, 0 }, 6, 1 },	/* vpcmpistri */
	};
	struct sys *t = machine(SYS_LONG);

	for (unsigned i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		for (unsigned off = 0; off <= 64; off++) {
			/* the last ones cross into another page */
			uint64_t at = SYS_OTHER + 4096 - 64 + off;

			t->at = SYS_CODE;
			sys_emit(t, c[i].code, c[i].len);
			SYS_EMIT(t, VMCALL);
			t->s.rip = SYS_CODE;
			t->s.gpr[VC_RSP] = SYS_STACK;
			t->s.gpr[VC_RDI] = at;
			sys_run(t);
			CU_ASSERT_EQUAL(sys_vector(t), at % c[i].align ? 13 :
					-1);
		}
	sys_free(t);
}

RIG_SUITE(engine_avx) {
	RIG_TEST(test_avx_alignment),
	RIG_TEST(test_avx_every_encoding_as_on_the_host),
	RIG_END
};
