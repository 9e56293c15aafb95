/* SPDX-License-Identifier: MIT */
/*
 * test_engine_legacy_real_uc.c: single instructions of real-mode code against
 * Unicorn: 16-bit operands, addresses and stacks, with prefixes, registers and
 * memory drawn at random. What is compared: general and segment registers, IP,
 * the defined flags, and all memory.
 *
 * Not compared: segment limits, which it does not check (SDM 3B §21.1: #GP or
 * #SS), so what ours raise those for is left out; what the manual leaves
 * undefined in flags; results with TF set.
 */
#include "engine_rig.h"

#ifdef VC_HAVE_UNICORN
#include <unicorn/unicorn.h>

#define LEN	0x60000u	/* of memory that is used */
#define CODE_CS	0x1000u
#define IP	0x0200u
#define AT	(CODE_CS * 16 + IP)
#define CF	0x1u
#define PF	0x4u
#define AF	0x10u
#define ZF	0x40u
#define SF	0x80u
#define OF	0x800u

/* What follows the opcode. */
enum { NONE, MODRM = 1, IB = 2, IW = 4, IZ = 8, STRING = 16, MOFFS = 32,
       PTR = 64, EXT = 128 };	/* EXT: the opcode's next digit is in ModRM */

struct form {
	uint8_t op[2], n;
	uint8_t what;
	uint8_t ext;		/* a set of digits */
	uint32_t undefined;
};

#define F1(op, what)		{ { op }, 1, what, 0xff, 0 }
#define F1U(op, what, u)	{ { op }, 1, what, 0xff, u }
#define F2(op, what)		{ { 0x0f, op }, 2, what, 0xff, 0 }
#define F2U(op, what, u)	{ { 0x0f, op }, 2, what, 0xff, u }
#define ALU(b, u) F1U(b, MODRM, u), F1U(b + 1, MODRM, u), F1U(b + 2, MODRM, u), \
	F1U(b + 3, MODRM, u), F1U(b + 4, IB, u), F1U(b + 5, IZ, u)
#define SHIFTS	(OF | AF | CF)

static const struct form forms[] = {
	ALU(0x00, 0), ALU(0x08, AF), ALU(0x10, 0), ALU(0x18, 0),
	ALU(0x20, AF), ALU(0x28, 0), ALU(0x30, AF), ALU(0x38, 0),
	F1(0x40, NONE), F1(0x44, NONE), F1(0x4b, NONE), F1(0x4c, NONE),
	F1(0x50, NONE), F1(0x53, NONE), F1(0x54, NONE), F1(0x55, NONE),
	F1(0x58, NONE), F1(0x5b, NONE), F1(0x5c, NONE), F1(0x5d, NONE),
	F1(0x06, NONE), F1(0x0e, NONE), F1(0x16, NONE), F1(0x1e, NONE),
	F1(0x07, NONE), F1(0x17, NONE), F1(0x1f, NONE), F2(0xa0, NONE),
	F2(0xa1, NONE), F2(0xa8, NONE), F2(0xa9, NONE),
	F1(0x60, NONE), F1(0x61, NONE), F1(0x68, IZ), F1(0x6a, IB),
	F1U(0x69, MODRM | IZ, SF | ZF | AF | PF),
	F1U(0x6b, MODRM | IB, SF | ZF | AF | PF),
	F1(0x72, IB), F1(0x75, IB), F1(0x7e, IB), F2(0x84, IZ), F2(0x8f, IZ),
	{ { 0x80 }, 1, MODRM | IB | EXT, 0xff, AF },
	{ { 0x81 }, 1, MODRM | IZ | EXT, 0xff, AF },
	{ { 0x83 }, 1, MODRM | IB | EXT, 0xff, AF },
	F1U(0x84, MODRM, AF), F1U(0x85, MODRM, AF), F1(0x86, MODRM),
	F1(0x87, MODRM), F1(0x88, MODRM), F1(0x89, MODRM), F1(0x8a, MODRM),
	F1(0x8b, MODRM), { { 0x8c }, 1, MODRM | EXT, 0x3f, 0 },
	{ { 0x8e }, 1, MODRM | EXT, 0x3d, 0 },
	{ { 0x8f }, 1, MODRM | EXT, 0x01, 0 },
	F1(0x93, NONE), F1(0x98, NONE), F1(0x99, NONE), F1(0x9c, NONE),
	F1(0x9d, NONE), F1(0x9e, NONE), F1(0x9f, NONE),
	F1(0xa0, MOFFS), F1(0xa1, MOFFS), F1(0xa2, MOFFS), F1(0xa3, MOFFS),
	F1(0xa4, STRING), F1(0xa5, STRING), F1(0xa6, STRING),
	F1(0xa7, STRING), F1(0xaa, STRING), F1(0xab, STRING),
	F1(0xac, STRING), F1(0xad, STRING), F1(0xae, STRING),
	F1(0xaf, STRING), F1U(0xa8, IB, AF), F1U(0xa9, IZ, AF),
	F1(0xb4, IB), F1(0xbc, IZ),
	{ { 0xc0 }, 1, MODRM | IB | EXT, 0xbf, SHIFTS },
	{ { 0xc1 }, 1, MODRM | IB | EXT, 0xbf, SHIFTS },
	{ { 0xd0 }, 1, MODRM | EXT, 0xbf, AF },
	{ { 0xd1 }, 1, MODRM | EXT, 0xbf, AF },
	{ { 0xd3 }, 1, MODRM | EXT, 0xbf, SHIFTS },
	F1(0xc2, IW), F1(0xc3, NONE), F1(0xca, IW), F1(0xcb, NONE),
	F1(0xcf, NONE), F1(0xc8, IW | IB), F1(0xc9, NONE),
	{ { 0xc6 }, 1, MODRM | IB | EXT, 0x01, 0 },
	{ { 0xc7 }, 1, MODRM | IZ | EXT, 0x01, 0 },
	F1U(0xd4, IB, OF | AF | CF), F1U(0xd5, IB, OF | AF | CF),
	F1(0xd7, NONE), F1U(0x27, NONE, OF), F1U(0x2f, NONE, OF),
	F1U(0x37, NONE, OF | SF | ZF | PF), F1U(0x3f, NONE, OF | SF | ZF | PF),
	F1(0xe0, IB), F1(0xe1, IB), F1(0xe2, IB), F1(0xe3, IB),
	F1(0xe8, IZ), F1(0xe9, IZ), F1(0xeb, IB), F1(0x9a, PTR),
	F1(0xea, PTR), F1(0xc4, MODRM), F1(0xc5, MODRM), F2(0xb2, MODRM),
	F2(0xb4, MODRM), F2(0xb5, MODRM), F2(0xb6, MODRM), F2(0xbf, MODRM),
	F2(0x95, MODRM), F2(0x4a, MODRM),
	F2U(0xa3, MODRM, OF | SF | AF | PF), F2U(0xb3, MODRM, OF | SF | AF |
						 PF),
	F2U(0xa4, MODRM | IB, SHIFTS), F2U(0xaf, MODRM, SF | ZF | AF | PF),
	F1(0xf5, NONE), F1(0xf8, NONE), F1(0xf9, NONE), F1(0xfc, NONE),
	F1(0xfd, NONE),
	{ { 0xf6 }, 1, MODRM | EXT, 0x0c, 0 },	/* not, neg */
	{ { 0xf7 }, 1, MODRM | EXT, 0x0c, 0 },
	{ { 0xf6 }, 1, MODRM | EXT, 0x30, SF | ZF | AF | PF },	/* mul, imul */
	{ { 0xf7 }, 1, MODRM | EXT, 0x30, SF | ZF | AF | PF },
	{ { 0xfe }, 1, MODRM | EXT, 0x03, 0 },
	{ { 0xff }, 1, MODRM | EXT, 0x7f, 0 },
};
#define FORMS	(sizeof(forms) / sizeof(forms[0]))

struct insn {
	uint8_t b[16];
	unsigned len;
	bool rep;
	const struct form *f;
};

static void put_n(struct insn *in, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		in->b[in->len++] = (uint8_t)(v >> i * 8);
}

static void put_modrm(struct insn *in, uint64_t r, bool a32)
{
	const struct form *f = in->f;
	unsigned mod = (unsigned)r & 3, reg = r >> 2 & 7, rm = r >> 5 & 7;
	bool memory_only = f->n == 2 ? (f->op[1] & 0xf8) == 0xb0 &&
			   (f->op[1] == 0xb2 || f->op[1] == 0xb4 ||
			    f->op[1] == 0xb5) :
			   f->op[0] == 0xc4 || f->op[0] == 0xc5;

	if (f->what & EXT)
		while (!(f->ext >> reg & 1))
			reg = (reg + 1) & 7;
	if (f->n == 1 && f->op[0] == 0xff && (reg == 3 || reg == 5))
		memory_only = true;
	if (memory_only && mod == 3)
		mod = 2;
	put_n(in, mod << 6 | reg << 3 | rm, 1);
	if (mod == 3)
		return;
	if (a32) {
		if (rm == 4) {
			put_n(in, r >> 8, 1);
			if (mod == 0 && (r >> 8 & 7) == 5)
				put_n(in, r >> 20 & 0xffff, 4);
		}
		if (mod == 0 && rm == 5)
			put_n(in, r >> 20 & 0xffff, 4);
	} else if (mod == 0 && rm == 6) {
		put_n(in, r >> 20, 2);
	}
	if (mod == 1)
		put_n(in, r >> 40, 1);
	if (mod == 2)
		put_n(in, a32 ? r >> 40 & 0xffff : r >> 40, a32 ? 4 : 2);
}

static void draw(struct insn *in, uint64_t *seed)
{
	static const uint8_t segs[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 };
	uint64_t r = eng_random(seed);
	bool o32, a32;
	uint8_t what;

	memset(in, 0, sizeof(*in));
	in->f = &forms[r % FORMS];
	what = in->f->what;
	o32 = (r >> 20 & 3) == 0;
	a32 = (r >> 22 & 3) == 0;
	if (o32)
		put_n(in, 0x66, 1);
	if (a32)
		put_n(in, 0x67, 1);
	if ((r >> 24 & 7) == 0)
		put_n(in, segs[(r >> 27) % 6], 1);
	in->rep = what & STRING && (r >> 32 & 3) != 0;
	if (in->rep)
		put_n(in, r >> 34 & 1 ? 0xf3 : 0xf2, 1);
	for (unsigned i = 0; i < in->f->n; i++)
		put_n(in, in->f->op[i], 1);
	if (what & MODRM)
		put_modrm(in, eng_random(seed), a32);
	r = eng_random(seed);
	if (what & MOFFS)
		put_n(in, r & 0xffff, a32 ? 4 : 2);
	if (what & IW)
		put_n(in, r & 0xff, 2);
	if (what & PTR)
		put_n(in, r & 0x3fff, o32 ? 4 : 2);
	if (what & PTR)
		put_n(in, r >> 20 & 0x3fff, 2);
	if (what & IZ)
		put_n(in, r, o32 ? 4 : 2);
	if (what & IB)
		put_n(in, in->f->op[0] == 0xc8 ? r >> 32 & 7 : r >> 32, 1);
}

struct state {
	uint32_t r[8], flags, eip;
	uint16_t sel[6];
};

static const int uc_gpr[8] = { UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX,
	UC_X86_REG_EBX, UC_X86_REG_ESP, UC_X86_REG_EBP, UC_X86_REG_ESI,
	UC_X86_REG_EDI };
static const int uc_sel[6] = { UC_X86_REG_ES, UC_X86_REG_CS, UC_X86_REG_SS,
	UC_X86_REG_DS, UC_X86_REG_FS, UC_X86_REG_GS };
static const unsigned our_sel[6] = { VC_SEG_ES, VC_SEG_CS, VC_SEG_SS,
	VC_SEG_DS, VC_SEG_FS, VC_SEG_GS };

static void draw_state(struct state *s, const struct insn *in, uint64_t *seed)
{
	static const uint16_t sel[6] = { 0x2800, CODE_CS, 0x3000, 0x2000,
					 0x3800, 0x3c00 };

	for (unsigned i = 0; i < 8; i++) {
		uint64_t r = eng_random(seed);

		s->r[i] = (uint32_t)(r >> 40 & 3 ? r & 0xffff : r);
	}
	s->r[4] &= 0xfffe;
	s->r[5] &= 0xffff;
	if (in->f->what & STRING) {
		s->r[1] = s->r[1] & 31;
		s->r[6] &= 0xffff;
		s->r[7] &= 0xffff;
	}
	s->flags = 2 | ((uint32_t)eng_random(seed) & 0xcd5);
	s->eip = IP;
	memcpy(s->sel, sel, sizeof(sel));
}

static bool run_unicorn(uint8_t *ram, const struct insn *in, struct state *s,
			bool *fault)
{
	uc_engine *uc;
	uint32_t v;
	uc_err err;

	if (uc_open(UC_ARCH_X86, UC_MODE_16, &uc))
		return false;
	uc_mem_map_ptr(uc, 0, 0x200000, UC_PROT_ALL, ram);
	for (unsigned i = 0; i < 6; i++)
		uc_reg_write(uc, uc_sel[i], &s->sel[i]);
	for (unsigned i = 0; i < 8; i++)
		uc_reg_write(uc, uc_gpr[i], &s->r[i]);
	uc_reg_write(uc, UC_X86_REG_EFLAGS, &s->flags);
	if (in->rep)
		err = uc_emu_start(uc, AT, AT + in->len, 0, 0);
	else
		err = uc_emu_start(uc, AT, 0xffffffff, 0, 1);
	*fault = err != UC_ERR_OK;
	for (unsigned i = 0; i < 8; i++)
		uc_reg_read(uc, uc_gpr[i], &s->r[i]);
	uc_reg_read(uc, UC_X86_REG_EFLAGS, &s->flags);
	v = 0;
	uc_reg_read(uc, UC_X86_REG_EIP, &v);
	s->eip = v;
	for (unsigned i = 0; i < 6; i++) {
		v = 0;
		uc_reg_read(uc, uc_sel[i], &v);
		s->sel[i] = (uint16_t)v;
	}
	uc_close(uc);
	return true;
}

/* One instruction here, with all its iterations; *fault: the vector it raised,
 * or -1. */
static void run_ours(struct sys *t, const struct insn *in, struct state *s,
		     int *fault)
{
	vc_x86_state *x = &t->s;
	unsigned steps = 0;

	sys_state(t, SYS_REAL, 0);
	for (unsigned i = 0; i < 6; i++)
		sys_seg(&x->seg[our_sel[i]], s->sel[i], s->sel[i] * 16u,
			0xffff, i == 1 ? 0x9b : 0x93);
	for (unsigned i = 0; i < 8; i++)
		x->gpr[i] = s->r[i];
	x->rflags = s->flags;
	x->rip = IP;
	*fault = -1;
	RIG_OK(vc_vcpu_state_set(t->vcpu, x));
	do {
		RIG_OK(vc_vcpu_budget_set(t->vcpu, 1));
		RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
		RIG_OK(vc_vcpu_state_get(t->vcpu, x));
		t->reason = t->exit->reason;
	} while (t->reason == VC_EXIT_BUDGET && in->rep && x->rip == IP &&
		 ++steps < 40);
	if (t->reason != VC_EXIT_BUDGET)
		*fault = 256;		/* not memory */
	else if (sys_rip(t) >= SYS_HANDLERS && sys_rip(t) < SYS_HANDLERS + 512)
		*fault = (int)(sys_rip(t) - SYS_HANDLERS) / 16;
	for (unsigned i = 0; i < 8; i++)
		s->r[i] = (uint32_t)x->gpr[i];
	s->flags = (uint32_t)x->rflags & ~0x10000u;
	s->eip = (uint32_t)x->rip;
	for (unsigned i = 0; i < 6; i++)
		s->sel[i] = x->seg[our_sel[i]].selector;
}

static bool same(const struct insn *in, const struct state *a,
		 const struct state *b)
{
	uint32_t defined = ~in->f->undefined;

	/* the counted stop leaves it with the linear address in EIP */
	if (b->eip != a->eip && b->eip != a->eip + a->sel[1] * 16u)
		return false;
	return !memcmp(a->r, b->r, sizeof(a->r)) &&
	       !((a->flags ^ b->flags) & defined) &&
	       !memcmp(a->sel, b->sel, sizeof(a->sel));
}

static void show(const char *who, const struct state *s)
{
	fprintf(stderr, "  %s: %x %x %x %x %x %x %x %x ip %x fl %x es %x cs %x "
		"ss %x ds %x fs %x gs %x\n", who, s->r[0], s->r[1], s->r[2],
		s->r[3], s->r[4], s->r[5], s->r[6], s->r[7], s->eip, s->flags,
		s->sel[0], s->sel[1], s->sel[2], s->sel[3], s->sel[4],
		s->sel[5]);
}

static void test_real_mode_as_unicorn(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);
	uint8_t *ram = malloc(0x200000), *first = malloc(LEN);
	uint64_t seed = 0x16b17;
	unsigned compared = 0, limits = 0, wrong = 0;
	const unsigned runs = 6000;

	CU_ASSERT_FATAL(ram && first);
	for (unsigned i = 0; i < LEN; i += 8) {
		uint64_t r = eng_random(&seed);

		/* small words often, for offsets that stay in a segment */
		if (i < 0x1000 || (i >= SYS_HANDLERS && i < 0x21000))
			memcpy(first + i, t->ram + i, 8);
		else
			memcpy(first + i, &r, 8);
	}
	for (unsigned n = 0; n < runs && wrong < 6; n++) {
		struct state start, ours, theirs;
		struct insn in;
		bool uc_fault;
		int fault;

		draw(&in, &seed);
		draw_state(&start, &in, &seed);
		ours = theirs = start;
		memcpy(t->ram, first, LEN);
		memcpy(t->ram + AT, in.b, 16);
		memcpy(ram, t->ram, LEN);
		RIG_OK(vc_memory_written(t->vm, 0, LEN));
		run_ours(t, &in, &ours, &fault);
		if (fault >= 0) {
			/* what is left of these must be rare */
			limits++;
			continue;
		}
		if (!run_unicorn(ram, &in, &theirs, &uc_fault)) {
			wrong = runs + 1;
			break;
		}
		if ((ours.flags | theirs.flags) & 0x100)
			continue;
		compared++;
		if (!uc_fault && same(&in, &ours, &theirs) &&
		    !memcmp(t->ram, ram, LEN))
			continue;
		wrong++;
		fprintf(stderr, "run %u:", n);
		for (unsigned i = 0; i < in.len; i++)
			fprintf(stderr, " %02x", in.b[i]);
		fprintf(stderr, "%s%s\n", uc_fault ? " (it faults)" : "",
			memcmp(t->ram, ram, LEN) ? " (memory)" : "");
		show("start", &start);
		show("ours", &ours);
		show("unicorn", &theirs);
	}
	free(ram);
	free(first);
	sys_free(t);
	if (wrong > runs)
		RIG_SKIP("Unicorn does not start");
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(compared > runs / 2);
	CU_ASSERT(limits > 0);
}

#else

static void test_real_mode_as_unicorn(void)
{
	RIG_SKIP("built without Unicorn");
}

#endif

RIG_SUITE(engine_legacy_real_uc) {
	RIG_TEST(test_real_mode_as_unicorn),
	RIG_END
};
