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

/* ---- encodings, and code around them ---- */

#define MEM	256u		/* bytes of memory around which operands lie */

/* What the code below loads and stores, at RDI. */
struct image {
	_Alignas(64) uint8_t ymm[16][32];
	uint8_t out[16][32];
	uint8_t gpr[16][8], gpr_out[16][8], flags[8], flags_out[8];
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
			uint64_t v = (eng_random(seed) >> 40) % 40 - 20;

			if (eng_random(seed) >> 62 == 0)
				v ^= eng_random(seed) << 32;
			st64(b->gpr[i], v);
		}
	st64(b->flags, 2 | (eng_random(seed) & 0x8d5));
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

/* Of the flags, those that are defined. */
static void clean(struct image *b)
{
	st64(b->flags_out, ld64(b->flags_out) & 0x8d5);
}

/* The instruction on in, in the engine. */
static bool guest_run(struct sys *t, const uint8_t *insn, unsigned len,
		      const struct image *in, struct image *out)
{
	uint8_t code[512];
	unsigned n = put_code(code, insn, len, true);

	sys_bytes(t, SYS_CODE, code, n);
	sys_bytes(t, SYS_OTHER, in, sizeof(*in));
	t->s.rip = SYS_CODE;
	t->s.gpr[VC_RDI] = SYS_OTHER;
	t->s.gpr[VC_RSP] = SYS_STACK;
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + n);
	RIG_OK(vc_memory_read(t->vm, SYS_OTHER, out, sizeof(*out)));
	clean(out);
	return t->s.rip == SYS_CODE + n;
}

struct run {
	struct sys *t;
	uint8_t *page;		/* for code, on the host */
	unsigned encodings;	/* of each form */
	unsigned forms, states, bad;
	uint32_t hash[X86_OP_COUNT][2];
};

typedef void form_fn(struct run *r, const struct form *f, uint64_t *seed);

static void all_forms(struct run *r, form_fn *fn)
{
	for (unsigned i = 0; i < 3u * 4 * 256 * 8 * 9; i++) {
		unsigned reg = i % 9, k = i / 9;
		struct form f = { (uint8_t)(k / 8192 + 1), k / 2048 & 3,
				  (uint8_t)(k >> 3), (uint8_t)reg,
				  k & 1, k >> 1 & 1, k >> 2 & 1 };
		bool group = f.map == 1 && f.opcode >= 0x71 && f.opcode <= 0x73;
		uint64_t seed = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

		if (group == (reg < 8))
			fn(r, &f, &seed);
	}
}

/* ---- against the host's processor ---- */

#if HOST
static void on_the_host(struct run *r, const struct form *f, uint64_t *seed)
{
	static struct image in, host, guest;
	unsigned bad = 0, k;

	for (k = 0; k < r->encodings && bad < 2; k++) {
		void (*fn)(struct image *);
		struct x86_insn x;
		uint8_t insn[16];

		if (!encode(f, seed, insn, &x))
			break;
		r->hash[x.op][f->l] = 1;
		put_code(r->page, insn, x.len, false);
		fill(&in, &x, seed);
		host = in;
		memcpy(&fn, &r->page, sizeof(fn));
		fn(&host);
		clean(&host);
		r->states++;
		if (!guest_run(r->t, insn, x.len, &in, &guest) ||
		    memcmp(&host, &guest, sizeof(host))) {
			bad++;
			r->bad++;
			say(&x, insn, &host, &guest);
		}
	}
	r->forms += k > 0;
}
#endif

static void test_avx_every_encoding_as_on_the_host(void)
{
#if HOST
	static struct run r;
	unsigned ops = 0;

	__builtin_cpu_init();
	if (!__builtin_cpu_supports("avx2"))
		RIG_SKIP("the host has no AVX2");
	memset(&r, 0, sizeof(r));
	r.page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r.page == MAP_FAILED)
		RIG_SKIP("no memory that can be written and executed");
	r.t = machine(SYS_LONG);
	r.encodings = getenv("VC_AVX_STATES") ?
		      (unsigned)atoi(getenv("VC_AVX_STATES")) : 12;
	all_forms(&r, on_the_host);
	for (unsigned i = 0; i < X86_OP_COUNT; i++)
		ops += r.hash[i][0] + r.hash[i][1];
	printf("     %u forms, %u operations and lengths, %u states\n",
	       r.forms, ops, r.states);
	CU_ASSERT_EQUAL(r.bad, 0);
	CU_ASSERT_TRUE(r.forms > 500);
	sys_free(r.t);
	munmap(r.page, 4096);
#else
	RIG_SKIP("the host is not Linux on x86-64");
#endif
}

/* ---- the same bits on every host ---- */

static const struct { uint16_t op; uint32_t hash[2]; } recorded[] = {
#include "avx_vectors.h"
};

static void hashed(struct run *r, const struct form *f, uint64_t *seed)
{
	static struct image in, out;
	const uint8_t *p = (const uint8_t *)&out;

	for (unsigned k = 0; k < r->encodings; k++) {
		struct x86_insn x;
		uint8_t insn[16];
		uint32_t h;

		if (!encode(f, seed, insn, &x))
			return;
		fill(&in, &x, seed);
		guest_run(r->t, insn, x.len, &in, &out);
		h = r->hash[x.op][f->l];
		for (size_t i = 0; i < sizeof(out); i++)
			h = (h ^ p[i]) * 0x01000193 + 1;
		r->hash[x.op][f->l] = h;
		r->states++;
	}
}

static void print_hashes(const struct run *r)
{
	for (unsigned i = 0; i < X86_OP_COUNT; i++) {
		char name[32];
		size_t k;

		if (!r->hash[i][0] && !r->hash[i][1])
			continue;
		snprintf(name, sizeof(name), "%s", vc__x86_name(i));
		for (k = 0; name[k]; k++)
			if (name[k] >= 'a' && name[k] <= 'z')
				name[k] = (char)(name[k] - 32);
		printf("{ X86_%s, { 0x%08x, 0x%08x } },\n", name,
		       r->hash[i][0], r->hash[i][1]);
	}
}

/*
 * What a host did whose processor agreed (the test above) is recorded, for
 * those that cannot ask. After a change of the encodings or states here:
 * VC_AVX_RECORD=1 prints the table.
 */
static void test_avx_the_same_bits_on_every_host(void)
{
	static struct run r;

	memset(&r, 0, sizeof(r));
	r.t = machine(SYS_LONG);
	r.encodings = 4;
	all_forms(&r, hashed);
	if (getenv("VC_AVX_RECORD"))
		print_hashes(&r);
	CU_ASSERT_TRUE(r.states > 2000);
	for (size_t i = 0; i < sizeof(recorded) / sizeof(recorded[0]); i++)
		for (unsigned l = 0; l < 2; l++) {
			uint32_t *h = &r.hash[recorded[i].op][l];

			if (*h != recorded[i].hash[l])
				fprintf(stderr, "    %s, %u bits\n",
					vc__x86_name(recorded[i].op),
					128 << l);
			CU_ASSERT_EQUAL(*h, recorded[i].hash[l]);
			*h = 0;
		}
	/* nothing that is not recorded */
	for (unsigned i = 0; i < X86_OP_COUNT; i++)
		CU_ASSERT_EQUAL(r.hash[i][0] | r.hash[i][1], 0);
	sys_free(r.t);
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

/* ---- what is in vector registers ---- */

static void ymm_set(struct sys *t, unsigned n, const void *v)
{
	t->s.xsave[24] = 0x80;		/* MXCSR */
	t->s.xsave[25] = 0x1f;
	t->s.xsave[512] = 7;		/* XSTATE_BV */
	memcpy(t->s.xsave + 160 + 16 * n, v, 16);
	memcpy(t->s.xsave + 576 + 16 * n, (const uint8_t *)v + 16, 16);
}

static void ymm_get(struct sys *t, unsigned n, void *v)
{
	memcpy(v, t->s.xsave + 160 + 16 * n, 16);
	memcpy((uint8_t *)v + 16, t->s.xsave + 576 + 16 * n, 16);
}

/* Eight doublewords: v + i * step. */
static void ymm_lanes(struct sys *t, unsigned n, uint32_t v, uint32_t step)
{
	uint8_t b[32];

	for (unsigned i = 0; i < 8; i++)
		st32(b + 4 * i, v + i * step);
	ymm_set(t, n, b);
}

/* A mask with these lanes on, of size bytes each; on is not all ones. */
static void ymm_mask(struct sys *t, unsigned n, unsigned lanes, unsigned size)
{
	uint8_t b[32];

	memset(b, 0x55, sizeof(b));
	for (unsigned i = 0; i < 32 / size; i++)
		if (lanes >> i & 1)
			b[i * size + size - 1] = 0x80;
	ymm_set(t, n, b);
}

static bool ymm_is(struct sys *t, unsigned n, const uint32_t *want)
{
	uint8_t b[32];
	bool same = true;

	ymm_get(t, n, b);
	for (unsigned i = 0; i < 8; i++)
		same &= ld32(b + 4 * i) == want[i];
	if (!same)
		for (unsigned i = 0; i < 8; i++)
			fprintf(stderr, "    ymm%u[%u]: %x, not %x\n", n, i,
				ld32(b + 4 * i), want[i]);
	return same;
}

/* ymm1 is the mask, ymm2 the data, ymm3 the index */
#define LOAD_D	0xc4, 0xe2, 0x75, 0x8c, 0x17	/* vpmaskmovd ymm2, ymm1, [rdi] */
#define STORE_D	0xc4, 0xe2, 0x75, 0x8e, 0x17	/* vpmaskmovd [rdi], ymm1, ymm2 */
#define GATHER_DD 0xc4, 0xe2, 0x75, 0x90, 0x14, 0x9f /* ymm2, [rdi+ymm3*4], ymm1 */

#define EDGE	0x52000u	/* of a page; the one behind may be taken away */

static void again(struct sys *t)
{
	t->s.rip = SYS_CODE;
	t->s.gpr[VC_RSP] = SYS_STACK;
	sys_run(t);
}

/* ---- masks and faults ---- */

static void test_avx_masked_loads_fault_by_what_is_on(void)
{
	struct sys *t = machine(SYS_LONG);
	uint32_t want[8] = { 0 };

	SYS_EMIT(t, LOAD_D, VMCALL);
	for (unsigned i = 0; i < 16; i++)
		sys_put(t, EDGE - 32 + 4 * i, 4, 0x100 + i);
	sys_page(t, EDGE, 0);
	t->s.gpr[VC_RDI] = EDGE - 12;	/* three lanes before the edge */
	for (unsigned lanes = 0; lanes < 256; lanes++) {
		ymm_mask(t, 1, lanes, 4);
		ymm_lanes(t, 2, 7, 1);
		again(t);
		for (unsigned i = 0; i < 8; i++)
			want[i] = lanes >> 3 ? 7 + i : lanes >> i & 1 ?
				  0x105 + i : 0;
		CU_ASSERT_EQUAL(sys_vector(t), lanes >> 3 ? 14 : -1);
		CU_ASSERT_TRUE(ymm_is(t, 2, want));
		if (lanes >> 3) {
			unsigned first = 3;

			while (!(lanes >> first & 1))
				first++;
			CU_ASSERT_EQUAL(t->s.cr2, EDGE - 12 + 4 * first);
		}
	}
	sys_free(t);
}

static void test_avx_masked_stores_are_all_or_nothing(void)
{
	struct sys *t = machine(SYS_LONG);

	SYS_EMIT(t, STORE_D, VMCALL);
	t->s.gpr[VC_RDI] = EDGE - 12;
	for (unsigned lanes = 0; lanes < 256; lanes++)
		for (unsigned open = 0; open < 2; open++) {
			bool faults = !open && lanes >> 3;

			for (unsigned i = 0; i < 8; i++)
				sys_put(t, EDGE - 12 + 4 * i, 4, 99);
			/* read-only is not enough */
			sys_page(t, EDGE, open ? 3 : 1);
			ymm_mask(t, 1, lanes, 4);
			ymm_lanes(t, 2, 7, 1);
			again(t);
			CU_ASSERT_EQUAL(sys_vector(t), faults ? 14 : -1);
			for (unsigned i = 0; i < 8; i++)
				CU_ASSERT_EQUAL(sys_get(t, EDGE - 12 + 4 * i,
							4),
						!faults && lanes >> i & 1 ?
						7 + i : 99);
		}
	sys_free(t);
}

static void test_avx_stores_over_two_pages_are_all_or_nothing(void)
{
	static const uint8_t code[][4] = {
		{ 0xc5, 0xfe, 0x7f, 0x17 },	/* vmovdqu [rdi], ymm2 */
		{ 0xc5, 0xfa, 0x7f, 0x17 },	/* ... xmm2 */
		{ 0xc5, 0xfc, 0x11, 0x17 },	/* vmovups */
	};
	struct sys *t = machine(SYS_LONG);
	uint8_t b[32];

	for (unsigned i = 0; i < 3; i++)
		for (unsigned off = 1; off < (i == 1 ? 16 : 32); off++)
			for (unsigned open = 0; open < 2; open++) {
				unsigned n = i == 1 ? 16 : 32;

				t->at = SYS_CODE;
				sys_emit(t, code[i], 4);
				SYS_EMIT(t, VMCALL);
				memset(b, 0xee, 32);
				sys_bytes(t, EDGE - off, b, 32);
				sys_page(t, EDGE, open ? 3 : 0);
				ymm_lanes(t, 2, 0x01020304, 0x04040404);
				t->s.gpr[VC_RDI] = EDGE - off;
				again(t);
				CU_ASSERT_EQUAL(sys_vector(t), open ? -1 : 14);
				RIG_OK(vc_memory_read(t->vm, EDGE - off, b,
						      32));
				CU_ASSERT_EQUAL(ld32(b), open ? 0x01020304 :
						0xeeeeeeee);
				CU_ASSERT_EQUAL(b[n - 1], !open ? 0xee :
						n == 16 ? 0x0d : 0x1d);
				CU_ASSERT_TRUE(n == 32 || b[16] == 0xee);
			}
	sys_free(t);
}

/* ---- gathers ---- */

static void test_avx_gather_goes_on_where_it_faulted(void)
{
	struct sys *t = machine(SYS_LONG);
	uint32_t want[8];
	uint8_t b[32];

	SYS_EMIT(t, GATHER_DD, VMCALL);
	for (unsigned i = 0; i < 64; i++)
		sys_put(t, EDGE - 128 + 4 * i, 4, 0x100 + i);
	/* lanes 0 to 7: index -20, -13, -6, 1 (fault) ...; lane 1 is off */
	for (unsigned i = 0; i < 8; i++)
		st32(b + 4 * i, (uint32_t)((int)i * 7 - 20));
	ymm_set(t, 3, b);
	ymm_mask(t, 1, 0xfd, 4);
	ymm_lanes(t, 2, 7, 1);
	sys_page(t, EDGE, 0);
	t->s.gpr[VC_RDI] = EDGE;
	again(t);
	CU_ASSERT_EQUAL(sys_vector(t), 14);
	CU_ASSERT_EQUAL(t->s.cr2, EDGE + 4);
	for (unsigned i = 0; i < 8; i++)
		want[i] = i < 3 && i != 1 ? 0x100 + 32 - 20 + 7 * i : 7 + i;
	CU_ASSERT_TRUE(ymm_is(t, 2, want));
	ymm_get(t, 1, b);
	for (unsigned i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(b[4 * i + 3] >> 7, i >= 3);

	/* what was done may change now: it is not read again */
	sys_put(t, EDGE - 80, 4, 0xbad);
	sys_page(t, EDGE, 3);
	again(t);
	CU_ASSERT_EQUAL(sys_vector(t), -1);
	for (unsigned i = 0; i < 8; i++)
		want[i] = i != 1 ? 0x100 + 32 - 20 + 7 * i : 8;
	CU_ASSERT_TRUE(ymm_is(t, 2, want));
	memset(want, 0, sizeof(want));
	CU_ASSERT_TRUE(ymm_is(t, 1, want));
	sys_free(t);
}

static void test_avx_gather_addresses(void)
{
	static const struct { uint8_t code[8], len; bool gs, narrow; } c[] = {
		{ { GATHER_DD }, 6, false, false },
		{ { 0x65, GATHER_DD }, 7, true, false },
		{ { 0x67, GATHER_DD }, 7, false, true },
		{ { 0x67, 0x65, GATHER_DD }, 8, true, true },
	};
	struct sys *t = machine(SYS_LONG);

	for (unsigned i = 0; i < 4; i++) {
		uint64_t gs = c[i].gs ? 0x3000 : 0, base = EDGE - gs;
		uint32_t want[8];

		t->at = SYS_CODE;
		sys_emit(t, c[i].code, c[i].len);
		SYS_EMIT(t, VMCALL);
		for (unsigned k = 0; k < 8; k++)
			sys_put(t, EDGE + 4 * k, 4, want[k] = 0x200 + k);
		t->s.seg[VC_SEG_GS].base = gs;
		/* the sum wraps to what is meant */
		t->s.gpr[VC_RDI] = (base + UINT64_C(0x100000000)) *
				   c[i].narrow + base * !c[i].narrow + 0x4000;
		ymm_mask(t, 1, 0xff, 4);
		ymm_lanes(t, 3, (uint32_t)-0x1000, 1);
		again(t);
		CU_ASSERT_EQUAL(sys_vector(t), -1);
		CU_ASSERT_TRUE(ymm_is(t, 2, want));
	}
	sys_free(t);
}

/* ---- limits of segments ---- */

static void test_avx_segment_limits_by_element(void)
{
	static const uint8_t code[3][6] = {
		{ LOAD_D }, { STORE_D }, { GATHER_DD },
	};
	struct sys *t = machine(SYS_PROT);

	/* DS: 0x40 bytes at EDGE; the last lanes may lie beyond */
	for (unsigned i = 0; i < 3; i++)
		for (unsigned lanes = 0; lanes < 256; lanes++) {
			unsigned inside = lanes & 0x1f;
			uint32_t want[8];

			t->at = SYS_CODE;
			sys_emit(t, code[i], i == 2 ? 6 : 5);
			SYS_EMIT(t, VMCALL);
			sys_seg(&t->s.seg[VC_SEG_DS], SEL_DATA, EDGE, 0x3f,
				0x4093);
			t->s.gpr[VC_RDI] = 0x2c;
			for (unsigned k = 0; k < 8; k++)
				sys_put(t, EDGE + 0x2c + 4 * k, 4, 0x300 + k);
			ymm_mask(t, 1, lanes, 4);
			ymm_lanes(t, 2, 7, 1);
			ymm_lanes(t, 3, 0, 1);
			again(t);
			CU_ASSERT_EQUAL(sys_vector(t), lanes >> 5 ? 13 : -1);
			for (unsigned k = 0; k < 8; k++)
				want[k] = lanes >> k & 1 &&
					  (i == 2 ? inside >> k & 1 :
					   i == 0 && !(lanes >> 5)) ?
					  0x300 + k : i || lanes >> 5 ? 7 + k :
					  0;
			CU_ASSERT_TRUE(ymm_is(t, 2, want));
			for (unsigned k = 0; i == 1 && k < 8; k++)
				CU_ASSERT_EQUAL(
					sys_get(t, EDGE + 0x2c + 4 * k, 4),
					lanes >> k & 1 && !(lanes >> 5) ?
					7 + k : 0x300 + k);
		}
	sys_free(t);
}

/* ---- devices ---- */

static void set(struct sys *t)
{
	t->s.rip = SYS_CODE;
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 100000));
}

static void go(struct sys *t)
{
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
}

/* Each element of a gather is asked for once, by the embedder (embedder) or by
 * a device, in order; memory may lie between. */
static void gather_from_devices(bool embedder)
{
	struct sys *t = machine(SYS_LONG);
	struct eng_dev *d = embedder ? NULL : eng_device(t);
	uint32_t want[8];
	unsigned asked = 0;
	uint8_t b[32];

	SYS_EMIT(t, GATHER_DD, VMCALL);
	eng_map(t, ENG_FREE_VA, ENG_VOID, 3);
	eng_map(t, ENG_FREE_VA + 0x1000, EDGE, 3);
	if (d) {
		RIG_OK(vc_device_map_mmio(d->dev, ENG_VOID, 0x1000, 0));
		d->next = 0x500;
	}
	t->s.gpr[VC_RDI] = ENG_FREE_VA;
	for (unsigned i = 0; i < 8; i++) {
		/* every third one is memory, lane 4 off */
		st32(b + 4 * i, i % 3 == 1 ? 0x400 + i : i);
		sys_put(t, EDGE + 4 * i, 4, 0x900 + i);
		want[i] = i == 4 ? 7 + i : i % 3 == 1 ? 0x900 + i :
			  0x500 + asked++;
	}
	ymm_set(t, 3, b);
	ymm_mask(t, 1, 0xef, 4);
	ymm_lanes(t, 2, 7, 1);
	set(t);
	asked = 0;
	for (unsigned i = 0; i < 8 && embedder; i++) {
		if (i % 3 == 1)
			continue;
		go(t);
		CU_ASSERT_EQUAL_FATAL(t->exit->reason, VC_EXIT_MMIO);
		CU_ASSERT_EQUAL(t->exit->mmio.gpa, ENG_VOID + 4 * i);
		CU_ASSERT_EQUAL(t->exit->mmio.size, 4);
		CU_ASSERT_EQUAL(t->exit->rip, SYS_CODE);
		t->exit->mmio.data = 0x500 + asked++;
	}
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_TRUE(ymm_is(t, 2, want));
	for (unsigned i = 0, n = 0; d && i < 8; i++)
		if (i % 3 != 1)
			CU_ASSERT_EQUAL(d->log[n++].off, 4 * i);
	CU_ASSERT_TRUE(!d || d->n == 5);
	sys_free(t);
}

static void test_avx_gather_asks_the_embedder_once(void)
{
	gather_from_devices(true);
}

static void test_avx_gather_asks_a_device_once(void)
{
	gather_from_devices(false);
}

static void test_avx_masked_moves_ask_devices_for_what_is_on(void)
{
	struct sys *t = machine(SYS_LONG);
	struct eng_dev *d = eng_device(t);
	static const uint32_t want[8] = { 0, 0x500, 0, 0, 0x501, 0x502, 0, 0 };

	SYS_EMIT(t, STORE_D, LOAD_D, VMCALL);
	eng_map(t, ENG_FREE_VA, ENG_VOID, 3);
	RIG_OK(vc_device_map_mmio(d->dev, ENG_VOID, 0x1000, 0));
	d->next = 0x500;
	t->s.gpr[VC_RDI] = ENG_FREE_VA + 4;
	ymm_mask(t, 1, 0x32, 4);
	ymm_lanes(t, 2, 7, 1);
	again(t);
	CU_ASSERT_EQUAL(d->n, 6);
	for (unsigned i = 0; i < 6; i++) {
		static const unsigned lane[3] = { 1, 4, 5 };
		const struct eng_access *a = &d->log[i];

		CU_ASSERT_EQUAL(a->off, 4 + 4 * lane[i % 3]);
		CU_ASSERT_EQUAL(a->size, 4);
		CU_ASSERT_EQUAL(a->write, i < 3);
		CU_ASSERT_TRUE(i >= 3 || a->value == 7 + lane[i]);
	}
	CU_ASSERT_TRUE(ymm_is(t, 2, want));
	sys_free(t);
}

/* 32 bytes of a device are four accesses of 8. */
static void test_avx_whole_registers_of_a_device(void)
{
	struct sys *t = machine(SYS_LONG);
	struct eng_dev *d = eng_device(t);
	static const uint32_t want[8] = { 0x10, 0, 0x11, 0, 0x12, 0, 0x13, 0 };

	/* vmovdqu ymm2, [rdi]; vmovdqu [rdi], ymm2 */
	SYS_EMIT(t, 0xc5, 0xfe, 0x6f, 0x17, 0xc5, 0xfe, 0x7f, 0x17, VMCALL);
	eng_map(t, ENG_FREE_VA, ENG_VOID, 3);
	RIG_OK(vc_device_map_mmio(d->dev, ENG_VOID, 0x1000, 0));
	d->next = 0x10;
	t->s.gpr[VC_RDI] = ENG_FREE_VA;
	ymm_lanes(t, 2, 0, 0);
	again(t);
	CU_ASSERT_TRUE(ymm_is(t, 2, want));
	CU_ASSERT_EQUAL(d->n, 8);
	for (unsigned i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(d->log[i].off, 8 * (i & 3));
		CU_ASSERT_EQUAL(d->log[i].write, i > 3);
		CU_ASSERT_TRUE(i < 4 || d->log[i].value == 0x10 + (i & 3));
	}
	sys_free(t);
}

/* ---- what else looks at accesses ---- */

static void test_avx_watchpoints_see_what_is_on(void)
{
	struct sys *t = machine(SYS_LONG);

	SYS_EMIT(t, LOAD_D, STORE_D, GATHER_DD, VMCALL);
	RIG_OK(vc_watchpoint_add(t->vm, EDGE + 8, 4, VC_ACCESS_READ |
				 VC_ACCESS_WRITE));
	t->s.gpr[VC_RDI] = EDGE;
	ymm_mask(t, 1, 0xfb, 4);
	ymm_lanes(t, 3, 0, 1);
	again(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	ymm_mask(t, 1, 0x04, 4);
	set(t);
	for (unsigned i = 0; i < 3; i++) {
		go(t);
		CU_ASSERT_EQUAL_FATAL(t->exit->reason, VC_EXIT_DEBUG);
		CU_ASSERT_EQUAL(t->exit->debug.kind, i == 1 ?
				VC_DEBUG_WATCH_WRITE : VC_DEBUG_WATCH_READ);
		CU_ASSERT_EQUAL(t->exit->debug.address, EDGE + 8);
		CU_ASSERT_EQUAL(t->exit->debug.len, 4);
	}
	go(t);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

/* Stores of vectors over the code that is running. */
static void test_avx_stores_change_code(void)
{
	static const uint8_t stores[][5] = {
		{ 0xc5, 0xfe, 0x7f, 0x17, 0x90 },	/* vmovdqu */
		{ STORE_D },
	};
	struct sys *t = machine(SYS_LONG);

	for (unsigned i = 0; i < 2; i++) {
		uint8_t b[32];

		/* the store; nop, which becomes inc eax; 30 nops */
		t->at = SYS_CODE;
		sys_emit(t, stores[i], 5);
		memset(b, 0x90, 32);
		sys_emit(t, b, 32);
		SYS_EMIT(t, VMCALL);
		b[0] = 0xff;
		b[1] = 0xc0;
		b[30] = 0xff;
		b[31] = 0xc0;
		ymm_set(t, 2, b);
		ymm_mask(t, 1, 0xff, 4);
		t->s.gpr[VC_RAX] = 0;
		t->s.gpr[VC_RDI] = SYS_CODE + 5;
		again(t);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 2);
	}
	sys_free(t);
}

/* As test_engine_tail.c: the ops must not use up the host's stack. */
static void test_avx_loops_for_ever(void)
{
	struct sys *t = machine(SYS_LONG);
	unsigned rounds = 150000;

	/* over two pages: vmovdqu ymm4, [rdi]; vpaddd ymm4, ymm4, [rdi];
	 * vmovdqu [rdi], ymm4; masked moves, a gather, vptest;
	 * vextractf128 [rdi], ymm2, 1; vpcmpeqd ymm1, ymm1, ymm1; dec ecx;
	 * jnz */
	SYS_EMIT(t, 0xc5, 0xfe, 0x6f, 0x27, 0xc5, 0xdd, 0xfe, 0x27,
		 0xc5, 0xfe, 0x7f, 0x27, LOAD_D, STORE_D, GATHER_DD,
		 0xc4, 0xe2, 0x7d, 0x17, 0xca,
		 0xc4, 0xe3, 0x7d, 0x19, 0x17, 0x01,
		 0xc5, 0xf5, 0x76, 0xc9,
		 0xff, 0xc9, 0x75, 0xd1, VMCALL);
	t->s.gpr[VC_RDI] = EDGE - 5;
	t->s.gpr[VC_RCX] = rounds;
	ymm_mask(t, 1, 0xff, 4);
	ymm_lanes(t, 3, 0, 1);
	set(t);
	RIG_OK(vc_vcpu_budget_set(t->vcpu, rounds * 12));
	go(t);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	sys_free(t);
}

RIG_SUITE(engine_avx) {
	RIG_TEST(test_avx_masked_loads_fault_by_what_is_on),
	RIG_TEST(test_avx_masked_stores_are_all_or_nothing),
	RIG_TEST(test_avx_stores_over_two_pages_are_all_or_nothing),
	RIG_TEST(test_avx_gather_goes_on_where_it_faulted),
	RIG_TEST(test_avx_gather_addresses),
	RIG_TEST(test_avx_segment_limits_by_element),
	RIG_TEST(test_avx_gather_asks_the_embedder_once),
	RIG_TEST(test_avx_gather_asks_a_device_once),
	RIG_TEST(test_avx_masked_moves_ask_devices_for_what_is_on),
	RIG_TEST(test_avx_whole_registers_of_a_device),
	RIG_TEST(test_avx_watchpoints_see_what_is_on),
	RIG_TEST(test_avx_stores_change_code),
	RIG_TEST(test_avx_loops_for_ever),
	RIG_TEST(test_avx_alignment),
	RIG_TEST(test_avx_every_encoding_as_on_the_host),
	RIG_TEST(test_avx_the_same_bits_on_every_host),
	RIG_END
};
