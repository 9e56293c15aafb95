/* SPDX-License-Identifier: MIT */
/*
 * test_engine_isa.c: BMI1, BMI2, ADX, LZCNT, MOVBE, AES, PCLMULQDQ, SHA and
 * GFNI, legacy and VEX: random operands, and those at the edges, by the host's
 * processor and by the engine. Which of them there are is what CPUID says.
 */
#define _DEFAULT_SOURCE		/* MAP_ANONYMOUS */
#include <math.h>

#include "isa_rig.h"

enum { N_NONE, N_BMI1, N_BMI2, N_ADX, N_LZCNT, N_MOVBE, N_AES, N_PCLMUL, N_SHA,
       N_GFNI, N_AVX, N_VAES, N_VPCLMUL, N_COUNT };
/* Where CPUID has them. */
static const struct { uint32_t leaf; unsigned reg, bit; } needs[N_COUNT] = {
	[N_BMI1] = { 7, 1, 3 }, [N_BMI2] = { 7, 1, 8 }, [N_ADX] = { 7, 1, 19 },
	[N_LZCNT] = { 0x80000001, 2, 5 }, [N_MOVBE] = { 1, 2, 22 },
	[N_AES] = { 1, 2, 25 }, [N_PCLMUL] = { 1, 2, 1 },
	[N_SHA] = { 7, 1, 29 }, [N_GFNI] = { 7, 2, 8 }, [N_AVX] = { 1, 2, 28 },
	[N_VAES] = { 7, 2, 9 }, [N_VPCLMUL] = { 7, 2, 10 },
};

/* name vex map pp opcode digit w l imm needs memory osize */
static const struct isa_form integer[] = {
	{ "andn", 1, 2, 0, 0xf2, -1, 1, 0, 0, { N_BMI1 }, 0, 0 },
	{ "bextr", 1, 2, 0, 0xf7, -1, 1, 0, 0, { N_BMI1 }, 0, 0 },
	{ "blsr", 1, 2, 0, 0xf3, 1, 1, 0, 0, { N_BMI1 }, 0, 0 },
	{ "blsmsk", 1, 2, 0, 0xf3, 2, 1, 0, 0, { N_BMI1 }, 0, 0 },
	{ "blsi", 1, 2, 0, 0xf3, 3, 1, 0, 0, { N_BMI1 }, 0, 0 },
	{ "bzhi", 1, 2, 0, 0xf5, -1, 1, 0, 0, { N_BMI2 }, 0, 0 },
	{ "mulx", 1, 2, 3, 0xf6, -1, 1, 0, 0, { N_BMI2 }, 0, 0 },
	{ "pdep", 1, 2, 3, 0xf5, -1, 1, 0, 0, { N_BMI2 }, 0, 0 },
	{ "pext", 1, 2, 2, 0xf5, -1, 1, 0, 0, { N_BMI2 }, 0, 0 },
	{ "rorx", 1, 3, 3, 0xf0, -1, 1, 0, 1, { N_BMI2 }, 0, 0 },
	{ "sarx", 1, 2, 2, 0xf7, -1, 1, 0, 0, { N_BMI2 }, 0, 0 },
	{ "shlx", 1, 2, 1, 0xf7, -1, 1, 0, 0, { N_BMI2 }, 0, 0 },
	{ "shrx", 1, 2, 3, 0xf7, -1, 1, 0, 0, { N_BMI2 }, 0, 0 },
	{ "adcx", 0, 2, 1, 0xf6, -1, 1, 0, 0, { N_ADX }, 0, 0 },
	{ "adox", 0, 2, 2, 0xf6, -1, 1, 0, 0, { N_ADX }, 0, 0 },
	{ "tzcnt", 0, 1, 2, 0xbc, -1, 1, 0, 0, { N_BMI1 }, 0, 1 },
	{ "lzcnt", 0, 1, 2, 0xbd, -1, 1, 0, 0, { N_LZCNT }, 0, 1 },
	{ "movbe load", 0, 2, 0, 0xf0, -1, 1, 0, 0, { N_MOVBE }, 1, 1 },
	{ "movbe store", 0, 2, 0, 0xf1, -1, 1, 0, 0, { N_MOVBE }, 1, 1 },
};
#define INTEGERS (sizeof(integer) / sizeof(integer[0]))

static const struct isa_form vector[] = {
	{ "aesimc", 0, 2, 1, 0xdb, -1, 0, 0, 0, { N_AES }, 0, 0 },
	{ "aesenc", 0, 2, 1, 0xdc, -1, 0, 0, 0, { N_AES }, 0, 0 },
	{ "aesenclast", 0, 2, 1, 0xdd, -1, 0, 0, 0, { N_AES }, 0, 0 },
	{ "aesdec", 0, 2, 1, 0xde, -1, 0, 0, 0, { N_AES }, 0, 0 },
	{ "aesdeclast", 0, 2, 1, 0xdf, -1, 0, 0, 0, { N_AES }, 0, 0 },
	{ "aeskeygen", 0, 3, 1, 0xdf, -1, 0, 0, 1, { N_AES }, 0, 0 },
	{ "pclmulqdq", 0, 3, 1, 0x44, -1, 0, 0, 1, { N_PCLMUL }, 0, 0 },
	{ "sha1nexte", 0, 2, 0, 0xc8, -1, 0, 0, 0, { N_SHA }, 0, 0 },
	{ "sha1msg1", 0, 2, 0, 0xc9, -1, 0, 0, 0, { N_SHA }, 0, 0 },
	{ "sha1msg2", 0, 2, 0, 0xca, -1, 0, 0, 0, { N_SHA }, 0, 0 },
	{ "sha256rnds2", 0, 2, 0, 0xcb, -1, 0, 0, 0, { N_SHA }, 0, 0 },
	{ "sha256msg1", 0, 2, 0, 0xcc, -1, 0, 0, 0, { N_SHA }, 0, 0 },
	{ "sha256msg2", 0, 2, 0, 0xcd, -1, 0, 0, 0, { N_SHA }, 0, 0 },
	{ "sha1rnds4", 0, 3, 0, 0xcc, -1, 0, 0, 1, { N_SHA }, 0, 0 },
	{ "gf2p8mulb", 0, 2, 1, 0xcf, -1, 0, 0, 0, { N_GFNI }, 0, 0 },
	{ "gf2p8affineqb", 0, 3, 1, 0xce, -1, 0, 0, 1, { N_GFNI }, 0, 0 },
	{ "gf2p8affineinvqb", 0, 3, 1, 0xcf, -1, 0, 0, 1, { N_GFNI }, 0, 0 },
	{ "vaesimc", 1, 2, 1, 0xdb, -1, 0, 0, 0, { N_AES, N_AVX }, 0, 0 },
	{ "vaesenc", 1, 2, 1, 0xdc, -1, 0, 1, 0, { N_VAES, N_AVX }, 0, 0 },
	{ "vaesenclast", 1, 2, 1, 0xdd, -1, 0, 1, 0, { N_VAES, N_AVX }, 0, 0 },
	{ "vaesdec", 1, 2, 1, 0xde, -1, 0, 1, 0, { N_VAES, N_AVX }, 0, 0 },
	{ "vaesdeclast", 1, 2, 1, 0xdf, -1, 0, 1, 0, { N_VAES, N_AVX }, 0, 0 },
	{ "vaeskeygen", 1, 3, 1, 0xdf, -1, 0, 0, 1, { N_AES, N_AVX }, 0, 0 },
	{ "vpclmulqdq", 1, 3, 1, 0x44, -1, 0, 1, 1, { N_VPCLMUL, N_AVX }, 0, 0 },
	{ "vgf2p8mulb", 1, 2, 1, 0xcf, -1, 0, 1, 0, { N_GFNI, N_AVX }, 0, 0 },
	{ "vgf2p8affineqb", 1, 3, 1, 0xce, -1, 1, 1, 1, { N_GFNI, N_AVX }, 0, 0 },
	{ "vgf2p8affineinvqb", 1, 3, 1, 0xcf, -1, 1, 1, 1, { N_GFNI, N_AVX }, 0, 0 },
};
#define VECTORS (sizeof(vector) / sizeof(vector[0]))

#if ISA_HOST
static bool host_has(const struct isa_form *f)
{
	for (unsigned i = 0; i < 2; i++)
		if (f->need[i] && !isa_host_has(needs[f->need[i]].leaf, 0,
						needs[f->need[i]].reg,
						needs[f->need[i]].bit))
			return false;
	return isa_host_has(1, 0, 2, 28);	/* to load and store YMM */
}

/* Random numbers, and now and then one that is special. */
static uint64_t some(uint64_t *seed)
{
	static const uint64_t edges[] = {
		0, 1, UINT64_MAX, UINT64_C(1) << 63, UINT64_C(0xffffffff),
		UINT64_C(0x80000000), UINT64_C(0x100000000), 31, 32, 33, 63,
		64, 65, 0x2010, 0x4000, 0xff00, 0x1f1f, 0xffff,
		UINT64_C(0x7fffffffffffffff), UINT64_C(0x8000000080000000),
	};
	uint64_t r = eng_random(seed), v = eng_random(seed);

	switch (r >> 60) {
	case 0: case 1: case 2: case 3:
		return edges[v % (sizeof(edges) / sizeof(edges[0]))];
	case 4: case 5:
		return v >> (r >> 50 & 63);
	case 6:
		return v & eng_random(seed) & eng_random(seed);
	case 7:
		return UINT64_C(1) << (r & 63);
	default:
		return v;
	}
}

static void random_state(struct isa_state *s, uint64_t *seed)
{
	uint64_t v;

	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < 16; i++)
		s->gpr[i] = some(seed);
	s->flags = eng_random(seed) & ISA_ARITH;
	for (unsigned i = 0; i < sizeof(s->vec); i += 8) {
		v = some(seed);
		memcpy(&s->vec[0][0] + i, &v, 8);
	}
	for (unsigned i = 0; i < 64; i += 8) {
		v = some(seed);
		memcpy(s->mem + i, &v, 8);
	}
}

/* A register that a test may use. */
static uint8_t a_register(uint64_t *seed, bool vec)
{
	uint8_t n = (uint8_t)(eng_random(seed) >> 40 & 15);

	return !vec && (n == VC_RSP || n == VC_RDI) ? VC_RAX : n;
}

static struct isa_encoding any_encoding(const struct isa_form *f, bool vec,
					uint64_t *seed)
{
	uint64_t r = eng_random(seed);
	struct isa_encoding e = {
		.reg = a_register(seed, vec), .vvvv = a_register(seed, vec),
		.rm = a_register(seed, vec), .mem = r >> 10 & 1,
		.w = f->w && (r >> 11 & 1), .l = f->l && (r >> 12 & 1),
		.imm = (uint8_t)(r >> 20), .off = (uint8_t)(r >> 30 & 31),
	};

	e.o16 = f->osize && (r >> 13 & 1) && !e.w;
	if (f->memory)
		e.mem = true;
	if (f->opcode == 0xf0)		/* RORX: it has none */
		e.vvvv = 0;
	if (vec) {
		e.w = f->w;		/* which it must be, or ignored */
		if (!f->vex)		/* aligned */
			e.off &= 16;
		if (f->vex && (f->opcode == 0xdb ||
			       (f->map == 3 && f->opcode == 0xdf)))
			e.vvvv = 0;	/* there is none */
	}
	return e;
}

static unsigned compare(struct sys *t, const struct isa_form *f, bool vec,
			unsigned runs)
{
	uint64_t seed = 1 + (uint64_t)f->opcode * 77 + f->map * 7u + f->vex;
	unsigned bad = 0;

	for (unsigned i = 0; i < runs; i++) {
		struct isa_encoding e = any_encoding(f, vec, &seed);
		struct isa_state h, g;
		struct x86_insn in;
		uint8_t code[16];
		unsigned n = isa_encode(f, &e, code);
		uint64_t undef = 0;
		int vector_;

		random_state(&h, &seed);
		g = h;
		if (vc__decode(&in, code, n, X86_MODE64) == (int)n)
			undef = in.fl_undef;
		isa_host(code, n, &h);
		vector_ = isa_engine(t, code, n, &g);
		g.gpr[VC_RSP] = h.gpr[VC_RSP];
		g.gpr[VC_RDI] = h.gpr[VC_RDI];
		h.flags &= ~undef;
		g.flags &= ~undef;
		if (vector_ < 0 && !memcmp(&h, &g, sizeof(h)))
			continue;
		if (!bad++) {
			fprintf(stderr, "    %s, exception %d:", f->name,
				vector_);
			for (unsigned k = 0; k < n; k++)
				fprintf(stderr, " %02x", code[k]);
			fprintf(stderr, "\n");
			for (unsigned k = 0; k < 16; k++)
				if (h.gpr[k] != g.gpr[k])
					fprintf(stderr, "    r%u host %llx "
						"engine %llx\n", k,
						(unsigned long long)h.gpr[k],
						(unsigned long long)g.gpr[k]);
			fprintf(stderr, "    flags host %llx engine %llx\n",
				(unsigned long long)h.flags,
				(unsigned long long)g.flags);
		}
	}
	return bad;
}

static void compare_all(const struct isa_form *f, unsigned n, bool vec)
{
	struct sys *t = isa_machine(SYS_LONG, 0);
	unsigned done = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!host_has(&f[i])) {
			fprintf(stderr, "    (the host lacks %s)\n", f[i].name);
			continue;
		}
		done++;
		CU_ASSERT_EQUAL(compare(t, &f[i], vec, 2000), 0);
	}
	sys_free(t);
	if (!done)
		RIG_SKIP("the host has none of them");
}

static void test_isa_integers_as_the_host_does_them(void)
{
	compare_all(integer, INTEGERS, false);
}

static void test_isa_cryptography_as_the_host_does_it(void)
{
	compare_all(vector, VECTORS, true);
}
#else
static void test_isa_integers_as_the_host_does_them(void)
{
	RIG_SKIP("the host is no x86-64 Linux");
}

static void test_isa_cryptography_as_the_host_does_it(void)
{
	RIG_SKIP("the host is no x86-64 Linux");
}
#endif

/* ---- known answers, on any host: FIPS 197 and 180-4 ---- */

/* One instruction on XMM1 (d, which gets the result), XMM2 and XMM0. */
static void crypt(struct sys *t, const uint8_t *code, unsigned n, uint8_t *d,
		  const uint8_t *src, const uint8_t *xmm0)
{
	struct isa_state s;

	memset(&s, 0, sizeof(s));
	memcpy(s.vec[1], d, 16);
	memcpy(s.vec[2], src, 16);
	if (xmm0)
		memcpy(s.vec[0], xmm0, 16);
	CU_ASSERT_EQUAL(isa_engine(t, code, n, &s), -1);
	memcpy(d, s.vec[1], 16);
}
#define ONE(t, d, s, xmm0, ...) \
	crypt(t, (const uint8_t[]){ __VA_ARGS__ }, \
	      sizeof((const uint8_t[]){ __VA_ARGS__ }), d, s, xmm0)
#define AES(op)	0x66, 0x0f, 0x38, op, 0xca
#define SHA(op)	0x0f, 0x38, op, 0xca

static void xor_16(uint8_t *d, const uint8_t *s)
{
	for (unsigned i = 0; i < 16; i++)
		d[i] ^= s[i];
}

/* The AES-128 key schedule, FIPS 197 §5.2. */
static void aes_keys(struct sys *t, uint8_t k[11][16])
{
	for (unsigned r = 1, rcon = 1; r < 11; r++) {
		uint8_t g[16] = { 0 }, code[] = { 0x66, 0x0f, 0x3a, 0xdf, 0xca,
						  (uint8_t)rcon };

		crypt(t, code, sizeof(code), g, k[r - 1], NULL);
		for (unsigned i = 0; i < 16; i++)
			k[r][i] = k[r - 1][i] ^ (i < 4 ? g[12 + i] :
						 k[r][i - 4]);
		rcon = rcon << 1 ^ (rcon & 0x80 ? 0x11b : 0);
	}
}

static void test_isa_aes_known_answers(void)
{
	/* FIPS 197 appendix C.1: its output, and its last round key */
	static const uint8_t cipher[16] = {
		0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd,
		0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a,
	};
	static const uint8_t last[16] = {
		0x13, 0x11, 0x1d, 0x7f, 0xe3, 0x94, 0x4a, 0x17, 0xf3, 0x07,
		0xa7, 0x8b, 0x4d, 0x2b, 0x30, 0xc5,
	};
	struct sys *t = isa_machine(SYS_LONG, 0);
	uint8_t k[11][16], text[16], v[16], inverse[16];

	for (unsigned i = 0; i < 16; i++) {
		k[0][i] = (uint8_t)i;
		text[i] = (uint8_t)(i * 0x11);
	}
	aes_keys(t, k);
	CU_ASSERT_EQUAL(memcmp(k[10], last, 16), 0);
	memcpy(v, text, 16);
	xor_16(v, k[0]);
	for (unsigned r = 1; r < 10; r++)
		ONE(t, v, k[r], NULL, AES(0xdc));
	ONE(t, v, k[10], NULL, AES(0xdd));
	CU_ASSERT_EQUAL(memcmp(v, cipher, 16), 0);
	/* and back, by the equivalent inverse cipher */
	xor_16(v, k[10]);
	for (unsigned r = 9; r > 0; r--) {
		memset(inverse, 0, 16);
		ONE(t, inverse, k[r], NULL, AES(0xdb));
		ONE(t, v, inverse, NULL, AES(0xde));
	}
	ONE(t, v, k[0], NULL, AES(0xdf));
	CU_ASSERT_EQUAL(memcmp(v, text, 16), 0);
	sys_free(t);
}

static uint32_t get_word(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void put_word(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> i * 8);
}

static void add_words(uint8_t *d, const uint8_t *s)
{
	for (unsigned i = 0; i < 16; i += 4)
		put_word(d + i, get_word(d + i) + get_word(s + i));
}

/* "abc", padded: big-endian words. */
static const uint32_t abc[16] = { 0x61626380, [15] = 24 };

/* SHA-256's constants: of the cube roots of primes, §4.2.2. */
static void sha256_constants(uint8_t k[64][4])
{
	for (unsigned n = 0, p = 2; n < 64; p++) {
		bool prime = true;
		double root;

		for (unsigned d = 2; d * d <= p; d++)
			prime = prime && p % d;
		if (!prime)
			continue;
		root = cbrt(p);
		put_word(k[n++], (uint32_t)((root - floor(root)) *
					    4294967296.0));
	}
}

static void test_isa_sha256_known_answer(void)
{
	static const uint32_t h[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	static const uint32_t want[8] = {
		0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
		0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad,
	};
	/* where h[i] is: {F,E,B,A} and {H,G,D,C} */
	static const uint8_t at[8] = { 12, 8, 28, 24, 4, 0, 20, 16 };
	struct sys *t = isa_machine(SYS_LONG, 0);
	uint8_t k[64][4], w[64 * 4], x[32], wk[16];

	sha256_constants(k);
	for (unsigned i = 0; i < 16; i++)
		put_word(w + 4 * i, abc[i]);
	for (unsigned i = 16; i < 64; i += 4) {
		uint8_t *v = w + 4 * i;

		memcpy(v, v - 64, 16);
		ONE(t, v, v - 48, NULL, SHA(0xcc));
		add_words(v, v - 28);
		ONE(t, v, v - 16, NULL, SHA(0xcd));
	}
	for (unsigned i = 0; i < 8; i++)
		put_word(x + at[i], h[i]);
	for (unsigned i = 0; i < 64; i += 4) {
		memcpy(wk, w + 4 * i, 16);
		add_words(wk, k[i]);
		ONE(t, x + 16, x, wk, SHA(0xcb));
		memmove(wk, wk + 8, 8);
		ONE(t, x, x + 16, wk, SHA(0xcb));
	}
	for (unsigned i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(get_word(x + at[i]) + h[i], want[i]);
	sys_free(t);
}

static void test_isa_sha1_known_answer(void)
{
	static const uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe,
				       0x10325476, 0xc3d2e1f0 };
	static const uint32_t want[5] = { 0xa9993e36, 0x4706816a, 0xba3e2571,
					  0x7850c26c, 0x9cd0d89d };
	struct sys *t = isa_machine(SYS_LONG, 0);
	uint8_t w[20][16], x[16], was[16], e[16] = { 0 };

	for (unsigned i = 0; i < 16; i++)
		put_word(w[i / 4] + 12 - i % 4 * 4, abc[i]);
	for (unsigned i = 4; i < 20; i++) {
		memcpy(w[i], w[i - 4], 16);
		ONE(t, w[i], w[i - 3], NULL, SHA(0xc9));
		xor_16(w[i], w[i - 2]);
		ONE(t, w[i], w[i - 1], NULL, SHA(0xca));
	}
	for (unsigned i = 0; i < 4; i++)
		put_word(x + 12 - 4 * i, h[i]);
	put_word(e + 12, h[4]);
	add_words(e, w[0]);
	for (unsigned i = 0; i < 20; i++) {
		uint8_t code[] = { 0x0f, 0x3a, 0xcc, 0xca, (uint8_t)(i / 5) };

		if (i) {
			memcpy(e, was, 16);
			ONE(t, e, w[i], NULL, SHA(0xc8));
		}
		memcpy(was, x, 16);
		crypt(t, code, sizeof(code), x, e, NULL);
	}
	memset(e, 0, sizeof(e));
	put_word(e + 12, h[4]);
	ONE(t, was, e, NULL, SHA(0xc8));
	for (unsigned i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(get_word(x + 12 - 4 * i) + h[i], want[i]);
	CU_ASSERT_EQUAL(get_word(was + 12), want[4]);
	sys_free(t);
}

/* AES's S-box is an affine map of the inverse, in GFNI as in FIPS 197 §5.1.1:
 * S(53) = ed. Without carries (x + 1)(x^62 + x^61) = x^63 + x^61. */
static void test_isa_gfni_and_pclmul_known_answers(void)
{
	static const uint8_t row[8] = { 0xf8, 0x7c, 0x3e, 0x1f, 0x8f, 0xc7,
					0xe3, 0xf1 };
	struct sys *t = isa_machine(SYS_LONG, 0);
	uint8_t v[16] = { 0x53, 0x00, 0x01, 0xff }, m[16];

	memcpy(m, row, 8);
	memcpy(m + 8, row, 8);
	ONE(t, v, m, NULL, 0x66, 0x0f, 0x3a, 0xcf, 0xca, 0x63);
	CU_ASSERT_EQUAL(v[0], 0xed);
	CU_ASSERT_EQUAL(v[1], 0x63);
	CU_ASSERT_EQUAL(v[2], 0x7c);
	CU_ASSERT_EQUAL(v[3], 0x16);
	/* 57 * 83 = c1, FIPS 197 §4.2 */
	memset(v, 0x57, sizeof(v));
	memset(m, 0x83, sizeof(m));
	ONE(t, v, m, NULL, 0x66, 0x0f, 0x38, 0xcf, 0xca);
	CU_ASSERT_EQUAL(v[7], 0xc1);
	memset(v, 0, sizeof(v));
	memset(m, 0, sizeof(m));
	v[8] = 3;
	m[7] = 0x60;
	ONE(t, v, m, NULL, 0x66, 0x0f, 0x3a, 0x44, 0xca, 0x01);
	CU_ASSERT_EQUAL(v[7], 0xa0);
	CU_ASSERT_EQUAL(v[8], 0);
	sys_free(t);
}

/* ---- CPUID decides ---- */

static void offered_or_not(const struct isa_form *f, unsigned n)
{
	struct isa_encoding e = { .reg = 1, .vvvv = 0, .rm = 2, .imm = 1 };
	struct isa_state s;
	uint8_t code[16];

	for (unsigned i = 0; i < n; i++) {
		struct sys *t = isa_machine(SYS_LONG, 0);
		/* these bytes were another instruction before */
		bool old = !strcmp(f[i].name, "tzcnt") ||
			   !strcmp(f[i].name, "lzcnt");
		unsigned len;

		e.mem = f[i].memory;
		e.w = f[i].w;
		e.l = f[i].l && f[i].need[0] != N_GFNI;
		len = isa_encode(&f[i], &e, code);
		memset(&s, 0, sizeof(s));
		CU_ASSERT_EQUAL(isa_engine(t, code, len, &s), -1);
		isa_offer(t->vm, needs[f[i].need[0]].leaf, 0,
			  needs[f[i].need[0]].reg, 0,
			  1u << needs[f[i].need[0]].bit);
		memset(&s, 0, sizeof(s));
		if (isa_engine(t, code, len, &s) != (old ? -1 : 6)) {
			fprintf(stderr, "    %s\n", f[i].name);
			CU_FAIL("not what CPUID lists");
		}
		sys_free(t);
	}
}

static void test_isa_undefined_unless_cpuid_lists_it(void)
{
	offered_or_not(integer, INTEGERS);
	offered_or_not(vector, VECTORS);
}

/* LZCNT is BSR to a processor that does not know it. */
static void test_isa_lzcnt_and_tzcnt_were_bsr_and_bsf(void)
{
	static const uint8_t lz[] = { 0xf3, 0x0f, 0xbd, 0xc1 };
	static const uint8_t tz[] = { 0xf3, 0x0f, 0xbc, 0xc1 };
	struct sys *t = isa_machine(SYS_LONG, 0);
	struct isa_state s;

	memset(&s, 0, sizeof(s));
	s.gpr[VC_RCX] = 0x10000;
	CU_ASSERT_EQUAL(isa_engine(t, lz, sizeof(lz), &s), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 15);
	isa_offer(t->vm, 0x80000001, 0, 2, 0, 1u << 5);
	CU_ASSERT_EQUAL(isa_engine(t, lz, sizeof(lz), &s), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 16);
	s.gpr[VC_RCX] = 0;
	CU_ASSERT_EQUAL(isa_engine(t, tz, sizeof(tz), &s), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 32);
	isa_offer(t->vm, 7, 0, 1, 0, 1u << 3);
	s.gpr[VC_RAX] = 5;
	CU_ASSERT_EQUAL(isa_engine(t, tz, sizeof(tz), &s), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 5);
	CU_ASSERT_TRUE(s.flags & 0x40);
	sys_free(t);
}

/* VEX on general registers: #UD in real and virtual-8086 mode; there C4 and C5
 * are LES and LDS when they name memory. It needs no OSXSAVE. */
static void test_isa_bmi_where_there_is_no_avx(void)
{
	static const uint8_t andn[] = { 0xc4, 0xe2, 0x78, 0xf2, 0xc1 };
	struct sys *t = isa_machine(SYS_LONG, 0);
	struct isa_state s;

	memset(&s, 0, sizeof(s));
	s.gpr[VC_RCX] = 5;
	t->s.cr4 &= ~UINT64_C(0x40600);
	t->s.cr0 |= 8;		/* TS */
	CU_ASSERT_EQUAL(isa_engine(t, andn, sizeof(andn), &s), -1);
	CU_ASSERT_EQUAL(s.gpr[VC_RAX], 5);
	sys_free(t);

	t = isa_machine(SYS_REAL, 0);
	sys_emit(t, andn, sizeof(andn));
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 6);
	sys_free(t);
}

/* A table without AVX but with what builds on it: no AVX, and no harm. */
static void test_isa_tables_that_make_no_sense(void)
{
	static const uint8_t vaesenc[] = { 0xc4, 0xe2, 0x71, 0xdc, 0xc2 };
	static const uint8_t vpaddb[] = { 0xc5, 0xf5, 0xfc, 0xc2 };
	static const uint8_t xsetbv[] = { 0x0f, 0x01, 0xd1 };
	struct sys *t = isa_machine(SYS_LONG, 0);
	struct isa_state s;

	t->s.xcr0 = 3;
	isa_offer(t->vm, 1, 0, 2, 0, 1u << 28);
	memset(&s, 0, sizeof(s));
	CU_ASSERT_EQUAL(isa_engine(t, vaesenc, sizeof(vaesenc), &s), 6);
	CU_ASSERT_EQUAL(isa_engine(t, vpaddb, sizeof(vpaddb), &s), 6);
	s.gpr[VC_RAX] = 7;
	CU_ASSERT_EQUAL(isa_engine(t, xsetbv, sizeof(xsetbv), &s), 13);
	isa_offer(t->vm, 1, 0, 2, 0, 1u << 26);		/* nor XSAVE */
	CU_ASSERT_EQUAL(isa_engine(t, vaesenc, sizeof(vaesenc), &s), 6);
	isa_offer(t->vm, 1, 0, 2, 1u << 28, 0);		/* AVX alone */
	isa_engine(t, vaesenc, sizeof(vaesenc), &s);
	sys_free(t);
}

/* ---- CPU models ---- */

/* CPUID as the guest of model gets it. */
static void cpuid_of(uint32_t model, uint32_t leaf, uint32_t subleaf,
		     uint32_t r[4])
{
	static vc_cpuid_entry rows[VC_CPUID_MAX];
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	uint32_t n = VC_CPUID_MAX;
	vc_vm *vm = NULL;

	o.backend = VC_BACKEND_INTERP;
	o.cpu_model = model;
	memset(r, 0, 16);
	RIG_OK(vc_vm_create(&vm, &o));
	RIG_OK(vc_vm_cpuid_get(vm, rows, &n));
	for (uint32_t i = 0; i < n; i++)
		if (rows[i].leaf == leaf && rows[i].subleaf == subleaf) {
			r[0] = rows[i].eax;
			r[1] = rows[i].ebx;
			r[2] = rows[i].ecx;
			r[3] = rows[i].edx;
		}
	vc_vm_destroy(vm);
}

/* What the psABI wants of each level, each in leaf 1, 7 and 80000001. */
static void test_isa_models_are_the_levels_of_the_psabi(void)
{
	/* SSE3 SSSE3 CX16 SSE4.1 SSE4.2 POPCNT */
	const uint32_t v2 = 1u | 1u << 9 | 1u << 13 | 3u << 19 | 1u << 23;
	/* FMA MOVBE XSAVE AVX F16C; BMI1 AVX2 BMI2; LZCNT */
	const uint32_t v3 = 1u << 12 | 1u << 22 | 1u << 26 | 3u << 28;
	const uint32_t v3_7 = 1u << 3 | 1u << 5 | 1u << 8, lzcnt = 1u << 5;
	uint32_t r[4], s[4];

	cpuid_of(VC_CPU_X86_64_V2, 1, 0, r);
	CU_ASSERT_EQUAL(r[2] & v2, v2);
	CU_ASSERT_EQUAL(r[2] & v3, 1u << 26);
	cpuid_of(VC_CPU_X86_64_V2, 7, 0, r);
	CU_ASSERT_EQUAL(r[1] & v3_7, 0);
	cpuid_of(VC_CPU_X86_64_V3, 1, 0, r);
	CU_ASSERT_EQUAL(r[2] & (v2 | v3), v2 | v3);
	cpuid_of(VC_CPU_X86_64_V3, 7, 0, r);
	CU_ASSERT_EQUAL(r[1] & v3_7, v3_7);
	cpuid_of(VC_CPU_X86_64_V3, 0x80000001, 0, r);
	CU_ASSERT_EQUAL(r[2] & lzcnt, lzcnt);
	cpuid_of(VC_CPU_X86_64_V3, 0xd, 0, r);
	CU_ASSERT_EQUAL(r[0], 7);
	CU_ASSERT_EQUAL(r[2], 832);
	cpuid_of(VC_CPU_X86_64_V3, 0xd, 2, r);
	CU_ASSERT_EQUAL(r[0], 256);
	CU_ASSERT_EQUAL(r[1], 576);
	/* each model has all of the one before */
	for (unsigned m = VC_CPU_X86_64; m < VC_CPU_X86_64_V3 + 1; m++) {
		uint32_t next = m == VC_CPU_X86_64_V3 ? VC_CPU_MAX : m + 1;
		static const uint32_t leaves[] = { 1, 7, 0x80000001 };

		for (unsigned i = 0; i < 3; i++) {
			cpuid_of(m, leaves[i], 0, r);
			cpuid_of(next, leaves[i], 0, s);
			for (unsigned k = i == 0 ? 2 : 1; k < 4; k++)
				CU_ASSERT_EQUAL(r[k] & ~s[k], 0);
		}
	}
}

RIG_SUITE(engine_isa) {
	RIG_TEST(test_isa_integers_as_the_host_does_them),
	RIG_TEST(test_isa_cryptography_as_the_host_does_it),
	RIG_TEST(test_isa_aes_known_answers),
	RIG_TEST(test_isa_sha256_known_answer),
	RIG_TEST(test_isa_sha1_known_answer),
	RIG_TEST(test_isa_gfni_and_pclmul_known_answers),
	RIG_TEST(test_isa_undefined_unless_cpuid_lists_it),
	RIG_TEST(test_isa_lzcnt_and_tzcnt_were_bsr_and_bsf),
	RIG_TEST(test_isa_bmi_where_there_is_no_avx),
	RIG_TEST(test_isa_tables_that_make_no_sense),
	RIG_TEST(test_isa_models_are_the_levels_of_the_psabi),
	RIG_END
};
