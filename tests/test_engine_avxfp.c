/* SPDX-License-Identifier: MIT */
/*
 * test_engine_avxfp.c: VEX-encoded floating point, F16C and FMA against the
 * host's processor: every encoding that avx_fp.c, avx_cvt.c and fma.c take,
 * with registers and with memory, one instruction at a time from the same
 * state, under any MXCSR; both on the host's own instructions and on softfp.c.
 *
 * On other hosts the expectation is avxfp_vectors.h: for each encoding a hash
 * of the states that an x86-64 host made from the same inputs. To make that
 * file anew: VC_AVXFP_VECTORS=tests/avxfp_vectors.h virtcore-tests avxfp
 *
 * Not compared: what softfp.c's RCPPS and RSQRTPS approximate to.
 */
#define _GNU_SOURCE		/* registers in a signal handler */
#include "engine_rig.h"

#include "../backends/interp/avx.h"
#include "../backends/interp/decode.h"
#include "../backends/interp/engine.h"
#include "../backends/interp/fpu.h"
#include "../backends/interp/select.h"

#if defined(__x86_64__) && defined(__linux__)
#define ORACLE 1
#include <cpuid.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#else
#define ORACLE 0
#endif

#define REGS	4u		/* YMM0-3, and RAX RCX RDX RBX */

struct state {
	_Alignas(32) uint8_t y[REGS][32];
	uint64_t gpr[REGS];
	uint64_t flags;
	uint32_t mxcsr;
	uint32_t vector;	/* of the fault; 0: none */
	uint8_t mem[48];	/* 32 of them are looked at */
};
_Static_assert(sizeof(struct state) == 224, "no padding: memcmp");

static uint64_t seed;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * UINT64_C(0x2545f4914f6cdd1d);
}

/* ---- values ---- */

/* A float with this exponent field, or thereabouts, and a random rest. */
static uint32_t near32(uint64_t r, uint32_t exp, uint32_t span)
{
	return (uint32_t)(r & 0x807fffff) |
	       (exp + (uint32_t)(r >> 40) % span) << 23;
}

static uint64_t near64(uint64_t r, uint64_t exp, uint64_t span)
{
	return (r & UINT64_C(0x800fffffffffffff)) | (exp + rnd() % span) << 52;
}

static uint32_t any32(void)
{
	uint64_t r = rnd();
	uint32_t v = (uint32_t)(r >> 16), sign = v & 0x80000000;

	switch (r & 15) {
	case 0:
		return sign;
	case 1:
		return sign | 0x7f800000;
	case 2:
		return 0x7fc00000 | (v & 0x803fffff);
	case 3:				/* may be a QNaN too */
		return 0x7f800001 | (v & 0x803ffffe);
	case 4:
		return v & 0x807fffff;	/* denormal */
	case 5:
		return v & 0x80000007;
	case 6:
		return 0x3f800000 | (v & 0x80000003);
	case 7:
		return 0x00800000 | (v & 0x81000001);
	case 8:
		return 0x7f7fffff & ~(v & 0x03000001);
	case 9:
		return near32(r, 126, 2);
	case 10:
		return near32(r, 126, 2) & 0xfff80000;
	case 11:			/* squares are tiny */
		return near32(r, 62, 3);
	case 12:			/* squares are huge */
		return near32(r, 189, 3);
	case 13:			/* edges of half precision */
		return near32(r, 101, 45) & ~((1u << (r >> 58 & 15)) - 1);
	case 14:			/* edges of integers */
		return near32(r, 155, 36);
	default:
		return v;
	}
}

static uint64_t any64(void)
{
	uint64_t r = rnd(), v = rnd(), sign = v & UINT64_C(1) << 63;

	switch (r & 15) {
	case 0:
		return sign;
	case 1:
		return sign | UINT64_C(0x7ff0000000000000);
	case 2:
		return UINT64_C(0x7ff8000000000000) |
		       (v & UINT64_C(0x8007ffffffffffff));
	case 3:
		return UINT64_C(0x7ff0000000000001) |
		       (v & UINT64_C(0x8007fffffffffffe));
	case 4:
		return v & UINT64_C(0x800fffffffffffff);
	case 5:
		return v & UINT64_C(0x8000000000000007);
	case 6:
		return UINT64_C(0x3ff0000000000000) |
		       (v & UINT64_C(0x8000000000000003));
	case 7:
		return UINT64_C(0x0010000000000000) |
		       (v & UINT64_C(0x8020000000000001));
	case 8:
		return UINT64_C(0x7fefffffffffffff) &
		       ~(v & UINT64_C(0x0060000000000001));
	case 9:
		return near64(v, 1022, 2);
	case 10:
		return near64(v, 1022, 2) & UINT64_C(0xffff000000000000);
	case 11:
		return near64(v, 510, 3);
	case 12:
		return near64(v, 1533, 3);
	case 13:			/* edges of floats */
		return near64(v, 870, 290) & ~UINT64_C(0) << (r >> 58 & 31);
	case 14:
		return near64(v, 1052, 36);
	default:
		return v;
	}
}

static uint16_t any16(void)
{
	uint64_t r = rnd();
	uint16_t v = (uint16_t)(r >> 20);

	switch (r & 7) {
	case 0:
		return v & 0x83ff;
	case 1:
		return v | 0x7c00;
	case 2:
		return (v & 0x8000) | 0x7c00;
	default:
		return v;
	}
}

enum kind { FLOAT, DOUBLE, HALF, INTEGER };

static void fill(uint8_t *p, unsigned n, enum kind kind)
{
	for (unsigned i = 0; i < n; i += kind == DOUBLE || kind == INTEGER ?
			8 : kind == FLOAT ? 4 : 2)
		switch (kind) {
		case FLOAT:
			st32(p + i, any32());
			break;
		case DOUBLE:
			st64(p + i, any64());
			break;
		case HALF:
			st16(p + i, any16());
			break;
		default: {
			uint64_t v = rnd();

			st64(p + i, v >> (rnd() & 63));
		}
		}
}

/* ---- the encodings ---- */

struct form {
	uint8_t map, pp, opcode, w, l, mem;
	enum kind kind;
	char name[24];
};

#define FORMS_MAX	1024u

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* What its sources are. */
static enum kind kind_of(const char *name)
{
	if (strstr(name, "dq2") || strstr(name, "si2"))
		return INTEGER;
	if (strstr(name, "ph2"))
		return HALF;
	if (strstr(name, "ps2") || strstr(name, "ss2"))
		return FLOAT;
	if (strstr(name, "pd2") || strstr(name, "sd2") ||
	    ends_in(name, "pd") || ends_in(name, "sd"))
		return DOUBLE;
	return FLOAT;
}

static bool approximates(const struct form *f)
{
	return !strncmp(f->name, "rcp", 3) || !strncmp(f->name, "rsqrt", 5);
}

struct code {
	uint8_t b[16];
	unsigned len;
	struct x86_insn in;
	unsigned reg[3];	/* ModRM.reg, vvvv, ModRM.rm */
};

/* The encoding with registers n & 3, n >> 2 & 3, n >> 4 & 3 and an immediate;
 * a memory operand is [rsi]. */
static bool make_code(const struct form *f, unsigned n, uint8_t imm,
		      struct code *c)
{
	for (unsigned have_v = 1; have_v < 2; have_v--) {
		unsigned v = have_v ? n >> 2 & 3 : 0;
		int len;

		memset(c, 0, sizeof(*c));
		c->b[0] = 0xc4;
		c->b[1] = (uint8_t)(0xe0 | f->map);
		c->b[2] = (uint8_t)(f->w * 128u + (15 - v) * 8 + f->l * 4u +
				    f->pp);
		c->b[3] = f->opcode;
		c->b[4] = (uint8_t)((n & 3) << 3 | (f->mem ? 6 :
						    0xc0 | (n >> 4 & 3)));
		c->b[5] = imm;
		len = vc__decode(&c->in, c->b, 15, X86_MODE64);
		if (len <= 0)
			continue;	/* it wants vvvv = 1111 */
		c->len = (unsigned)len;
		c->reg[0] = n & 3;
		c->reg[1] = v;
		c->reg[2] = n >> 4 & 3;
		return true;
	}
	return false;
}

static bool is_mine(const struct x86_insn *in)
{
	struct op op = { 0 };

	return in->attr & X86_AVX &&
	       (vc__select_avx_fp(in, &op) || vc__select_avx_cvt(in, &op) ||
		vc__select_fma(in, &op));
}

static unsigned list_forms(struct form *out)
{
	unsigned n = 0;

	for (unsigned key = 0; key < 3u << 13; key++) {
		struct form f = { (uint8_t)((key >> 13) + 1),
			key >> 11 & 3, (uint8_t)(key >> 3), key >> 2 & 1,
			key >> 1 & 1, key & 1, FLOAT, "" };
		struct code c;

		if (!make_code(&f, 4, 0, &c) || !is_mine(&c.in))
			continue;
		snprintf(f.name, sizeof(f.name), "%s", vc__x86_name(c.in.op));
		f.kind = kind_of(f.name);
		if (n < FORMS_MAX)
			out[n] = f;
		n++;
	}
	return n;
}

/* One of the operands of a fused multiply-add near the product of the others,
 * or with an exponent that is so. */
static void cancel(const struct form *f, const struct code *c, struct state *s)
{
	uint8_t *at[3] = { s->y[c->reg[0]], s->y[c->reg[1]],
			   f->mem ? s->mem : s->y[c->reg[2]] };
	uint64_t r = rnd();
	const uint8_t *x = at[r % 3], *y = at[(r + 1) % 3];
	uint8_t *z = at[(r + 2) % 3];
	struct sf_env env = { .masks = SF_ALL };

	for (unsigned i = 0; i < 32; i += f->kind == DOUBLE ? 8 : 4) {
		uint64_t move = rnd(), p;

		if (f->kind == DOUBLE) {
			p = vc__sf_pack64(vc__sf_arith(&env, SF64, SF_MUL,
				vc__sf_from64(&env, ld64(x + i)),
				vc__sf_from64(&env, ld64(y + i))));
			p += move & 1 ? (move >> 8) % 5 - 2 :
			     ((move >> 8) % 121 - 60) << 52;
			st64(z + i, p ^ (move & 2) << 62);
		} else {
			p = vc__sf_pack32(vc__sf_arith(&env, SF32, SF_MUL,
				vc__sf_from32(&env, ld32(x + i)),
				vc__sf_from32(&env, ld32(y + i))));
			p += move & 1 ? (move >> 8) % 5 - 2 :
			     ((move >> 8) % 61 - 30) << 23;
			st32(z + i, (uint32_t)(p ^ (move & 2) << 30));
		}
	}
}

static void make_state(const struct form *f, const struct code *c,
		       struct state *s)
{
	uint64_t r = rnd();

	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < REGS; i++) {
		fill(s->y[i], 32, f->kind);
		fill((uint8_t *)&s->gpr[i], 8, INTEGER);
		s->gpr[i] = le64(s->gpr[i]);
		if (rnd() & 1)
			s->gpr[i] = 0 - s->gpr[i];
	}
	fill(s->mem, 32, f->kind);
	if (!strncmp(f->name, "vf", 2) && r & 1)
		cancel(f, c, s);
	s->flags = 0x202 | (rnd() & 0x8d5);
	/* in two of three all is masked; no old flag hides a new one in half
	 * of them; in half of them denormals are what they are */
	s->mxcsr = (uint32_t)(r >> 8) & 0xffff;
	if (r >> 32 & 3)
		s->mxcsr |= MXCSR_MASKS;
	if (r >> 34 & 1)
		s->mxcsr &= ~0x3fu;
	if (r >> 35 & 1)
		s->mxcsr &= ~(MXCSR_DAZ | MXCSR_FTZ);
}

/* Code and state number n of a form. */
static bool make_case(const struct form *f, unsigned n, struct code *c,
		      struct state *s)
{
	uint64_t r;

	seed = UINT64_C(0x9e3779b97f4a7c15) * (n + 1) +
	       ((uint64_t)f->map << 13 | (uint64_t)f->opcode << 3 |
		(uint64_t)f->pp << 1 | f->mem);
	rnd();
	r = rnd();
	if (!make_code(f, (unsigned)r & 63, (uint8_t)(r >> 8), c))
		return false;
	make_state(f, c, s);
	return true;
}

/* ---- the host ---- */

#if ORACLE

static uint8_t *code_page;	/* writable and executable */
static struct state *host_state;

/* avxfp_run_host(state, code): loads everything, calls the code, stores
 * everything. */
void avxfp_run_host(struct state *s, void *code);
extern uint8_t avxfp_run_host_landing[];
__asm__(
	".text\n"
	".globl avxfp_run_host, avxfp_run_host_landing\n"
	"avxfp_run_host:\n"
	"	push %rbx\n push %r14\n push %r15\n"
	"	sub $16, %rsp\n"
	"	stmxcsr (%rsp)\n"
	"	mov %rdi, %r15\n"
	"	mov %rsi, %r14\n"
	"	vmovups (%r15), %ymm0\n vmovups 32(%r15), %ymm1\n"
	"	vmovups 64(%r15), %ymm2\n vmovups 96(%r15), %ymm3\n"
	"	mov 128(%r15), %rax\n mov 136(%r15), %rcx\n"
	"	mov 144(%r15), %rdx\n mov 152(%r15), %rbx\n"
	"	lea 176(%r15), %rsi\n"
	"	ldmxcsr 168(%r15)\n"
	"	pushq 160(%r15)\n popfq\n"
	"	call *%r14\n"
	"avxfp_run_host_landing:\n"
	"	pushfq\n popq 160(%r15)\n"
	"	stmxcsr 168(%r15)\n"
	"	mov %rax, 128(%r15)\n mov %rcx, 136(%r15)\n"
	"	mov %rdx, 144(%r15)\n mov %rbx, 152(%r15)\n"
	"	vmovups %ymm0, (%r15)\n vmovups %ymm1, 32(%r15)\n"
	"	vmovups %ymm2, 64(%r15)\n vmovups %ymm3, 96(%r15)\n"
	"	vzeroupper\n"
	"	ldmxcsr (%rsp)\n"
	"	add $16, %rsp\n"
	"	pop %r15\n pop %r14\n pop %rbx\n"
	"	ret\n"
);
_Static_assert(offsetof(struct state, gpr) == 128, "as the assembly has it");
_Static_assert(offsetof(struct state, flags) == 160, "");
_Static_assert(offsetof(struct state, mxcsr) == 168, "");
_Static_assert(offsetof(struct state, mem) == 176, "");

static void on_sigfpe(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *r = uc->uc_mcontext.gregs;

	(void)sig, (void)info;
	host_state->vector = (uint32_t)r[REG_TRAPNO];
	r[REG_RSP] += 8;	/* the call's return address */
	r[REG_RIP] = (greg_t)(uintptr_t)avxfp_run_host_landing;
}

static bool host_can(void)
{
	unsigned a, b, c, d;

	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("fma") && __get_cpuid(1, &a, &b, &c, &d) &&
	       c >> 29 & 1;	/* F16C */
}

static bool host_open(struct sigaction *old)
{
	struct sigaction sa;

	if (!host_can())
		return false;
	code_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code_page == MAP_FAILED)
		return false;
	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_sigfpe;
	sa.sa_flags = SA_SIGINFO;
	sigaction(SIGFPE, &sa, old);
	return true;
}

static void host_close(const struct sigaction *old)
{
	sigaction(SIGFPE, old, NULL);
	munmap(code_page, 4096);
}

static void run_host(const struct code *c, struct state *s)
{
	memcpy(code_page, c->b, c->len);
	code_page[c->len] = 0xc3;
	host_state = s;
	avxfp_run_host(s, code_page);
	s->flags &= 0x8d5;
}
#endif

/* ---- the engine ---- */

#define GUEST	UINT64_C(0x10000)

static struct engine *eng;
static uint8_t *page;		/* guest memory at GUEST */
static bool arrived;

static const struct op *stop_here(struct cpu *cpu, const struct op *op)
{
	(void)cpu, (void)op;
	arrived = true;
	return NULL;
}

static bool engine_open(void)
{
	struct cpu *cpu;

	eng = aligned_alloc(64, (sizeof(*eng) + 63) / 64 * 64);
	page = aligned_alloc(4096, 4096);
	if (!eng || !page)
		return false;
	memset(eng, 0, sizeof(*eng));
	memset(page, 0, 4096);
	cpu = &eng->cpu;
	cpu->tlb_r = &eng->tlb[0].e[0][0];
	cpu->tlb_w = &eng->tlb[0].e[0][1];
	for (unsigned i = 0; i < TLB_SETS * 2; i++)
		eng->tlb[tlb_index(GUEST)].e[i / 2][i % 2] =
			(struct tlb_entry){ GUEST, page };
	R(R_IP) = GUEST;
	cpu->mode = MODE_CODE64 | MODE_STACK32 | MODE_STACK64 | MODE_FLAT |
		    MODE_PROT | MODE_LONG | MODE_SIMD | MODE_AVX;
	cpu->ip_mask = ~(uint64_t)0;
	cpu->lin_mask = ~(uint64_t)0;
	cpu->cr0 = CR0_PE | CR0_NE | CR0_MP;
	cpu->cr4 = CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE;
	cpu->efer = EFER_LME | EFER_LMA;
	cpu->xcr0 = 7;
	cpu->limit = ~(uint64_t)0;
	return true;
}

static void engine_close(void)
{
	free(eng);
	free(page);
}

static bool run_engine(const struct code *c, struct state *s, bool soft)
{
	struct cpu *cpu = &eng->cpu;
	uint64_t at = s->gpr[0] % (4096 - 32);	/* aligned, or not */
	struct op ops[2] = { 0 };
	const struct op *op;

	ops[0].base = R_RSI;
	ops[0].seg = VC_SEG_DS;
	ops[0].len = c->in.len;
	ops[0].left = 1;
	ops[0].imm = c->in.imm;
	ops[1].fn = stop_here;
	if (!vc__select_avx(&c->in, &ops[0]))
		return false;
	cpu->fpu_soft = soft;
	vc__mxcsr_set(cpu, s->mxcsr);
	vc__fpu_update(cpu);
	for (unsigned i = 0; i < REGS; i++) {
		R(i) = s->gpr[i];
		memcpy(cpu->v[i].b, s->y[i], 32);
	}
	R(R_RSI) = GUEST + at;
	rflags_set(cpu, s->flags);
	memcpy(page + at, s->mem, 32);
	cpu->retired = 1;
	arrived = false;
	vc__fpu_enter(cpu);
	for (op = ops; op; )
		op = op->fn(cpu, op);
	vc__fpu_leave(cpu);
	s->vector = arrived ? 0 : cpu->fault.vector;
	s->mxcsr = vc__mxcsr(cpu);
	for (unsigned i = 0; i < REGS; i++) {
		s->gpr[i] = R(i);
		memcpy(s->y[i], cpu->v[i].b, 32);
	}
	s->flags = rflags_get(cpu) & 0x8d5;
	memcpy(s->mem, page + at, 32);
	return true;
}

/* ---- comparison ---- */

#if ORACLE
static void say(const struct form *f, const struct code *c, bool soft,
		const struct state *in, const struct state *w,
		const struct state *g)
{
	fprintf(stderr, "%s%s W%u L%u %s, imm %02x, registers %u %u %u: MXCSR "
		"%04x gives %04x, not %04x; fault %u, not %u\n", f->name,
		soft ? " (softfp)" : "", f->w, f->l, f->mem ? "mem" : "reg",
		c->b[5], c->reg[0], c->reg[1], c->reg[2], in->mxcsr, g->mxcsr,
		w->mxcsr, g->vector, w->vector);
	for (size_t i = 0; i < sizeof(*in); i += 8) {
		const uint8_t *x = (const uint8_t *)in + i;
		const uint8_t *y = (const uint8_t *)w + i;
		const uint8_t *z = (const uint8_t *)g + i;

		if (memcmp(y, z, 8))
			fprintf(stderr, "    at %zu: %016llx gives %016llx, "
				"not %016llx\n", i, (unsigned long long)ld64(x),
				(unsigned long long)ld64(z),
				(unsigned long long)ld64(y));
	}
}

#define STATES	250u

/* How many states of a form come out otherwise than on the host. */
static unsigned check_form(const struct form *f, unsigned *faults)
{
	unsigned bad = 0;

	for (unsigned n = 0; n < STATES; n++) {
		struct state in, want;
		struct code c;

		if (!make_case(f, n, &c, &in))
			return 1;
		want = in;
		run_host(&c, &want);
		*faults += want.vector != 0;
		for (int soft = 0; soft < 2; soft++) {
			struct state got = in;

			if (approximates(f) && (soft || !VC_HOSTFP))
				continue;
			if (run_engine(&c, &got, soft) &&
			    !memcmp(&got, &want, sizeof(got)))
				continue;
			if (!bad++)
				say(f, &c, soft, &in, &want, &got);
		}
	}
	return bad;
}

static void test_avxfp_as_the_host(void)
{
	static struct form forms[FORMS_MAX];
	unsigned n = list_forms(forms), bad = 0, faults = 0;
	struct sigaction old;

	CU_ASSERT_FATAL(n >= 780 && n <= FORMS_MAX);
	if (!host_open(&old)) {
		RIG_SKIP("the host has no AVX2, FMA and F16C");
		return;
	}
	CU_ASSERT_FATAL(engine_open());
	for (unsigned i = 0; i < n; i++)
		bad += check_form(&forms[i], &faults);
	CU_ASSERT_EQUAL(bad, 0);
	/* one in four states has unmasked exceptions, many of them raised */
	CU_ASSERT(faults > n * STATES / 20);
	engine_close();
	host_close(&old);
}
#else
static void test_avxfp_as_the_host(void)
{
	RIG_SKIP("the host is not Linux on x86-64");
}
#endif

/* ---- as a host did ---- */

struct vector {
	uint32_t key;		/* map, pp, opcode, W, L, mem */
	uint64_t hash;
};
#include "avxfp_vectors.h"

#define VECTOR_STATES	60u

static uint32_t key_of(const struct form *f)
{
	return (uint32_t)f->map << 13 | (uint32_t)f->pp << 11 |
	       (uint32_t)f->opcode << 3 | (uint32_t)f->w << 2 |
	       (uint32_t)f->l << 1 | f->mem;
}

static uint64_t form_hash(const struct form *f, bool host)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (unsigned n = 0; n < VECTOR_STATES; n++) {
		uint64_t word[26];
		struct state s;
		struct code c;

		if (!make_case(f, n, &c, &s))
			return 0;
#if ORACLE
		if (host)
			run_host(&c, &s);
		else
#endif
		if (!run_engine(&c, &s, true))
			return 0;
		/* the same on hosts of either byte order */
		for (unsigned i = 0; i < 16; i++)
			word[i] = ld64(s.y[i / 4] + i % 4 * 8);
		for (unsigned i = 0; i < REGS; i++)
			word[16 + i] = s.gpr[i];
		word[20] = s.flags | (uint64_t)s.mxcsr << 32;
		word[21] = s.vector;
		for (unsigned i = 0; i < 4; i++)
			word[22 + i] = ld64(s.mem + i * 8);
		for (unsigned i = 0; i < 26; i++) {
			h = (h ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
			h ^= h >> 29;
		}
	}
	(void)host;
	return h;
}

#if ORACLE
static void write_vectors(FILE *out, const struct form *forms, unsigned n)
{
	fputs("/* SPDX-License-Identifier: MIT */\n"
	      "/*\n * avxfp_vectors.h: made by test_engine_avxfp.c on an "
	      "x86-64 host, from what its\n * processor did.\n */\n"
	      "static const struct vector vectors[] = {\n", out);
	for (unsigned i = 0; i < n; i++)
		if (!approximates(&forms[i]))
			fprintf(out, "\t{ 0x%04x, UINT64_C(0x%016llx) }, "
				"/* %s */\n", key_of(&forms[i]),
				(unsigned long long)form_hash(&forms[i], true),
				forms[i].name);
	fputs("};\n", out);
}

static bool asked_to_write(const struct form *forms, unsigned n)
{
	const char *path = getenv("VC_AVXFP_VECTORS");
	struct sigaction old;
	FILE *out = path ? fopen(path, "w") : NULL;

	if (!out)
		return false;
	if (host_open(&old)) {
		write_vectors(out, forms, n);
		host_close(&old);
	}
	CU_ASSERT_EQUAL(fclose(out), 0);
	return true;
}
#else
static bool asked_to_write(const struct form *forms, unsigned n)
{
	(void)forms, (void)n;
	return false;
}
#endif

static void test_avxfp_software_as_a_host_did(void)
{
	static struct form forms[FORMS_MAX];
	unsigned n = list_forms(forms), bad = 0, left = 0;
	const unsigned have = sizeof(vectors) / sizeof(vectors[0]);

	CU_ASSERT_FATAL(n <= FORMS_MAX);
	if (asked_to_write(forms, n))
		return;
	CU_ASSERT_FATAL(engine_open());
	for (unsigned i = 0; i < n; i++) {
		unsigned k = 0;

		left += approximates(&forms[i]);
		if (approximates(&forms[i]))
			continue;
		while (k < have && vectors[k].key != key_of(&forms[i]))
			k++;
		if (k < have && form_hash(&forms[i], false) == vectors[k].hash)
			continue;
		bad++;
		fprintf(stderr, "%s (key %04x): other results\n",
			forms[i].name, key_of(&forms[i]));
	}
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL(n - left, have);
	engine_close();
}

/* ---- the rules one by one ---- */

static void lanes32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 32; i += 4)
		st32(p + i, v);
}

static void encode(struct code *c, const uint8_t *b, unsigned n)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->b, b, n);
	c->len = n;
	CU_ASSERT_EQUAL(vc__decode(&c->in, b, n, X86_MODE64), (int)n);
}

static void test_avxfp_a_fault_in_one_half_changes_no_register(void)
{
	static const uint8_t vaddps[] = { 0xc5, 0xf4, 0x58, 0xc2 };
	struct state s = { .mxcsr = 0x1f00, .flags = 2 }, in;
	struct code c;

	encode(&c, vaddps, sizeof(vaddps));	/* ymm0, ymm1, ymm2 */
	lanes32(s.y[1], 0x3f800000);
	lanes32(s.y[2], 0x40000000);
	lanes32(s.y[0], 0x12345678);
	CU_ASSERT_FATAL(engine_open());
	for (unsigned lane = 0; lane < 8; lane += 7) {
		in = s;
		st32(in.y[1] + 4 * lane, 0x7f800001);
		CU_ASSERT_TRUE(run_engine(&c, &in, false));
		CU_ASSERT_EQUAL(in.vector, EXC_XM);
		CU_ASSERT_EQUAL(in.mxcsr, 0x1f01);
		CU_ASSERT_EQUAL(memcmp(in.y[0], s.y[0], 32), 0);
	}
	in = s;
	in.mxcsr = 0x1f80;
	CU_ASSERT_TRUE(run_engine(&c, &in, false));
	CU_ASSERT_EQUAL(in.vector, 0);
	lanes32(s.y[0], 0x40400000);
	CU_ASSERT_EQUAL(memcmp(in.y[0], s.y[0], 32), 0);
	engine_close();
}

static void test_avxfp_scalars_take_the_rest_from_vvvv(void)
{
	static const uint8_t vsqrtsd[] = { 0xc5, 0xf3, 0x51, 0xc2 };
	struct state s = { .mxcsr = 0x1f80, .flags = 2 };
	struct code c;

	encode(&c, vsqrtsd, sizeof(vsqrtsd));	/* xmm0, xmm1, xmm2 */
	for (unsigned i = 0; i < 3; i++)
		memset(s.y[i], 0x11 * (int)(i + 1), 32);
	st64(s.y[2], UINT64_C(0x4010000000000000));
	CU_ASSERT_FATAL(engine_open());
	for (int soft = 0; soft < 2; soft++) {
		struct state got = s;

		CU_ASSERT_TRUE(run_engine(&c, &got, soft));
		CU_ASSERT_EQUAL(ld64(got.y[0]), UINT64_C(0x4000000000000000));
		CU_ASSERT_EQUAL(ld64(got.y[0] + 8), ld64(s.y[1] + 8));
		CU_ASSERT_EQUAL(ld64(got.y[0] + 16), 0);
		CU_ASSERT_EQUAL(ld64(got.y[0] + 24), 0);
	}
	engine_close();
}

/* (1 + 2^-23)(1 - 2^-23) - 1 is -2^-46: two roundings would make it 0. */
static void test_avxfp_a_fused_product_is_not_rounded(void)
{
	static const uint8_t vfmsub213ss[] = { 0xc4, 0xe2, 0x71, 0xab, 0xc2 };
	struct state s = { .mxcsr = 0x1f80, .flags = 2 };
	struct code c;

	encode(&c, vfmsub213ss, sizeof(vfmsub213ss));
	lanes32(s.y[0], 0x3f800001);
	lanes32(s.y[1], 0x3f7ffffe);
	lanes32(s.y[2], 0x3f800000);
	CU_ASSERT_FATAL(engine_open());
	for (int soft = 0; soft < 2; soft++) {
		struct state got = s;

		CU_ASSERT_TRUE(run_engine(&c, &got, soft));
		CU_ASSERT_EQUAL(ld32(got.y[0]), 0xa8800000);
		CU_ASSERT_EQUAL(got.mxcsr, 0x1f80);	/* exact */
	}
	engine_close();
}

/* ---- in a machine ---- */

#define BIT(f)		(UINT64_C(1) << X86_FEAT_##f)
#define VADDPS		0xc5, 0xf4, 0x58, 0x07	/* ymm0, ymm1, [rdi] */
#define VCVTPS2PH	0xc4, 0xe3, 0x7d, 0x1d, 0x0f, 4	/* [rdi], ymm1 */
#define PAGE2		(ENG_FREE_VA + 0x1000)

/* YMM0 and 1 are eight times y1, with MXCSR; RDI is what the code needs. */
static struct sys *machine(uint64_t rdi, uint32_t y1, uint32_t mxcsr)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	struct engine *e = t->vcpu->backend_vcpu;

	e->features |= BIT(AVX) | BIT(F16C) | BIT(FMA) | BIT(XSAVE);
	t->s.cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE;
	t->s.xcr0 = 7;
	t->s.gpr[VC_RDI] = rdi;
	st32(t->s.xsave + 24, mxcsr);
	for (unsigned i = 0; i < 32; i += 4) {
		st32(t->s.xsave + 160 + i, y1);
		st32(t->s.xsave + 576 + i, y1);
	}
	t->s.xsave[512] = 7;
	return t;
}

/* Lane i of YMM0, as the run left it. */
static uint32_t lane_of(const struct sys *t, unsigned i)
{
	return ld32(t->s.xsave + (i < 4 ? 160 : 560) + 4 * i);
}

/* 32 bytes of a device are four reads of 8, once each, be MXCSR live or not:
 * asking a device takes it out of the host. */
static void test_avxfp_asks_a_device_once(void)
{
	struct sys *t = machine(ENG_FREE_VA, 0x3f800000, 0x1f80);
	struct eng_dev *d = eng_device(t);

	SYS_EMIT(t, 0xc5, 0xf4, 0x58, 0xc1,	/* vaddps ymm0, ymm1, ymm1 */
		 VADDPS, VADDPS);
	eng_map(t, ENG_FREE_VA, ENG_VOID, 3);
	RIG_OK(vc_device_map_mmio(d->dev, ENG_VOID, 0x1000, 0));
	d->next = UINT64_C(0x40000000);		/* 2, 0 */
	sys_passes(t);
	CU_ASSERT_EQUAL(d->n, 8);
	for (unsigned i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(d->log[i].off, 8 * (i & 3));
	for (unsigned i = 0; i < 8; i += 2) {
		CU_ASSERT_EQUAL(lane_of(t, i), 0x40400004 + i / 2);
		CU_ASSERT_EQUAL(lane_of(t, i + 1), 0x3f800000);
	}
	CU_ASSERT_EQUAL(ld32(t->s.xsave + 24), 0x1f80);
	sys_free(t);
}

static void test_avxfp_operands_on_two_pages(void)
{
	for (unsigned masked = 0; masked < 2; masked++) {
		struct sys *t = machine(PAGE2 - 17, 0x3f800000,
					masked ? 0x1f80 : 0x1f00);

		eng_map(t, ENG_FREE_VA, 0x50000, 3);
		eng_map(t, PAGE2, 0x52000, 3);
		for (unsigned i = 0; i < 32; i++)
			sys_put(t, i < 17 ? 0x50fef + i : 0x52000 - 17 + i, 1,
				(0x40000000u + (i >> 2)) >> i % 4 * 8 & 0xff);
		SYS_EMIT(t, VADDPS, VADDPS);
		sys_passes(t);
		for (unsigned i = 0; i < 8; i++)
			CU_ASSERT_EQUAL(lane_of(t, i), 0x40400000 + i);
		sys_free(t);
	}
}

/* As the host does: the page first, then the exceptions, flags with them. */
static void test_avxfp_to_half_into_a_page_that_is_not_there(void)
{
	for (unsigned masked = 0; masked < 2; masked++) {
		struct sys *t = machine(PAGE2 - 8, 0x7f800001,
					masked ? 0x1f80 : 0x1f00);

		eng_map(t, ENG_FREE_VA, 0x50000, 3);
		eng_map(t, PAGE2, 0, 0);
		SYS_EMIT(t, VCVTPS2PH);
		sys_faults(t, SYS_CODE, EXC_PF, 2);
		CU_ASSERT_EQUAL(t->s.cr2, PAGE2);
		CU_ASSERT_EQUAL(ld32(t->s.xsave + 24),
				masked ? 0x1f80 : 0x1f00);
		CU_ASSERT_EQUAL(sys_get(t, 0x50ff8, 8), 0);
		sys_free(t);
	}
}

static void test_avxfp_to_half_over_two_pages(void)
{
	static const struct { uint32_t v, mxcsr, after; int vector; } c[] = {
		{ 0x3f800000, 0x1f80, 0x1f80, -1 },
		{ 0x3f800000, 0x1f00, 0x1f00, -1 },
		{ 0x7f800001, 0x1f80, 0x1f81, -1 },
		{ 0x7f800001, 0x1f00, 0x1f01, EXC_XM },
	};

	for (unsigned i = 0; i < 4; i++) {
		struct sys *t = machine(PAGE2 - 8, c[i].v, c[i].mxcsr);
		uint64_t want = c[i].vector > 0 ? 0 : c[i].v == 0x3f800000 ?
				UINT64_C(0x3c003c003c003c00) :
				UINT64_C(0x7e007e007e007e00);

		eng_map(t, ENG_FREE_VA, 0x50000, 3);
		eng_map(t, PAGE2, 0x52000, 3);
		SYS_EMIT(t, VCVTPS2PH);
		if (c[i].vector < 0)
			sys_passes(t);
		else
			sys_faults(t, SYS_CODE, c[i].vector, -1);
		CU_ASSERT_EQUAL(ld32(t->s.xsave + 24), c[i].after);
		CU_ASSERT_EQUAL(sys_get(t, 0x50ff8, 8), want);
		CU_ASSERT_EQUAL(sys_get(t, 0x52000, 8), want);
		sys_free(t);
	}
}

/* Nothing stays on the host's stack: as in test_engine_tail.c. */
static void test_avxfp_leaves_no_stack_behind(void)
{
	for (unsigned masked = 0; masked < 2; masked++) {
		struct sys *t = machine(PAGE2 - 17, 0x3f800000,
					masked ? 0x1f80 : 0x1f00);

		eng_map(t, ENG_FREE_VA, 0x50000, 3);
		eng_map(t, PAGE2, 0x52000, 3);
		t->s.gpr[VC_RCX] = masked ? 300000 : 80000;
		SYS_EMIT(t, VADDPS, 0xc5, 0xf4, 0x58, 0xc1,
			 0xc5, 0xf2, 0x58, 0x47, 0x0f,	/* vaddss [rdi+15] */
			 0xc4, 0xe2, 0x75, 0xb8, 0x07,	/* vfmadd231ps */
			 VCVTPS2PH, 0xff, 0xc9, 0x75, 0xe4, VMCALL);
		CU_ASSERT_EQUAL(vc_vcpu_state_set(t->vcpu, &t->s), 0);
		CU_ASSERT_EQUAL(vc_vcpu_budget_set(t->vcpu, 10000000), 0);
		CU_ASSERT_EQUAL(vc_vcpu_run(t->vcpu, &t->exit), 0);
		CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
		CU_ASSERT_EQUAL(vc_vcpu_state_get(t->vcpu, &t->s), 0);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
		sys_free(t);
	}
}

/* CR0.EM is nothing to them (SDM 2A §2.4), OSXMMEXCPT is. */
static void test_avxfp_control_registers(void)
{
	struct sys *t = machine(SYS_DATA, 0x7f800001, 0x1f80);

	t->s.cr0 |= CR0_EM;
	SYS_EMIT(t, VADDPS);
	sys_passes(t);
	CU_ASSERT_EQUAL(lane_of(t, 7), 0x7fc00001);
	CU_ASSERT_EQUAL(ld32(t->s.xsave + 24), 0x1f81);
	sys_free(t);

	t = machine(SYS_DATA, 0x7f800001, 0x1f00);
	t->s.cr4 &= ~(uint64_t)CR4_OSXMMEXCPT;
	SYS_EMIT(t, VADDPS);
	sys_faults(t, SYS_CODE, EXC_UD, -1);
	CU_ASSERT_EQUAL(ld32(t->s.xsave + 24), 0x1f01);
	sys_free(t);

	t = machine(SYS_DATA, 0x7f800001, 0x1f00);
	t->s.cr0 |= CR0_TS;
	SYS_EMIT(t, VADDPS);
	sys_faults(t, SYS_CODE, EXC_NM, -1);
	CU_ASSERT_EQUAL(ld32(t->s.xsave + 24), 0x1f00);
	sys_free(t);
}

RIG_SUITE(engine_avxfp) {
	RIG_TEST(test_avxfp_as_the_host),
	RIG_TEST(test_avxfp_software_as_a_host_did),
	RIG_TEST(test_avxfp_a_fault_in_one_half_changes_no_register),
	RIG_TEST(test_avxfp_scalars_take_the_rest_from_vvvv),
	RIG_TEST(test_avxfp_a_fused_product_is_not_rounded),
	RIG_TEST(test_avxfp_asks_a_device_once),
	RIG_TEST(test_avxfp_operands_on_two_pages),
	RIG_TEST(test_avxfp_to_half_into_a_page_that_is_not_there),
	RIG_TEST(test_avxfp_to_half_over_two_pages),
	RIG_TEST(test_avxfp_leaves_no_stack_behind),
	RIG_TEST(test_avxfp_control_registers),
	RIG_END
};
