/* SPDX-License-Identifier: MIT */
/*
 * forms.c: which instructions there are. Every opcode with every prefix and
 * ModRM is put before the engine's decoder; what it tells apart (operation,
 * sizes, kinds of operands) is a form. Then encodings of a form: other
 * registers, addresses, immediates, prefixes that change nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"
#include "virtcore/x86.h"

#define FORMS_MAX	16384u
#define HASH		32768u

static struct ora_form *forms;
static size_t form_count;
static struct key *keys;	/* of forms */
static uint16_t *heads;		/* hash of keys: number + 1 */

/* splitmix64 */
uint64_t ora_random(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static unsigned below(uint64_t *seed, unsigned n)
{
	return (unsigned)((ora_random(seed) >> 32) * n >> 32);
}

/* ---- what makes a form ---- */

bool ora_has_mem(const struct x86_insn *in)
{
	for (unsigned i = 0; i < in->opnds; i++)
		if (in->opnd[i].kind == OPND_MEM)
			return true;
	return false;
}

/* The opcode holds a register number in its low bits. */
static bool reg_in_opcode(unsigned map, unsigned opcode)
{
	if (map == 1)
		return opcode >= 0xc8 && opcode <= 0xcf;
	return map == 0 && ((opcode >= 0x40 && opcode <= 0x5f) ||
			    (opcode >= 0x90 && opcode <= 0x97) ||
			    (opcode >= 0xb0 && opcode <= 0xbf));
}

static bool has_modrm(unsigned vex, unsigned map, unsigned op)
{
	if (vex)
		return map != 1 || op != 0x77;
	if (map > 1)
		return true;
	if (map == 1)
		return !((op >= 0x05 && op <= 0x0b) || op == 0x0e ||
			 (op >= 0x30 && op <= 0x37) || op == 0x77 ||
			 (op >= 0x80 && op <= 0x8f) ||
			 (op >= 0xa0 && op <= 0xa2) ||
			 (op >= 0xa8 && op <= 0xaa) || op >= 0xc8) ||
		       op >= 0xd0;
	return (op < 0x40 && (op & 7) < 4) || op == 0x62 || op == 0x63 ||
	       op == 0x69 || op == 0x6b || (op >= 0x80 && op <= 0x8f) ||
	       op == 0xc0 || op == 0xc1 || (op >= 0xc4 && op <= 0xc7) ||
	       (op >= 0xd0 && op <= 0xd3) || (op >= 0xd8 && op <= 0xdf) ||
	       op == 0xf6 || op == 0xf7 || op == 0xfe || op == 0xff;
}

/* REX.W and 66 matter to these, of those that work on vectors or the x87. */
static bool osize_counts(const struct x86_insn *in)
{
	switch (in->op) {
	case X86_FLDENV: case X86_FNSTENV: case X86_FNSAVE: case X86_FRSTOR:
	case X86_FXSAVE: case X86_FXRSTOR:
		return true;
	default:
		return !(in->attr & (X86_SSE | X86_FPU | X86_AVX));
	}
}

bool ora_asize_counts(const struct x86_insn *in)
{
	return ora_has_mem(in) || (in->attr & X86_STRING) || in->op == X86_XLAT ||
	       in->op == X86_JCXZ || in->op == X86_LOOP ||
	       in->op == X86_LOOPE || in->op == X86_LOOPNE ||
	       in->op == X86_MASKMOVQ || in->op == X86_MASKMOVDQU;
}

struct key {
	uint16_t op;
	uint8_t mode, map, opcode, osize, asize, prefixes, cond, opnds;
	uint8_t opnd[4][3];
	uint8_t vex, vsib;
};

static struct key key_of(const struct x86_insn *in, unsigned mode, unsigned map,
			 unsigned opcode)
{
	struct key k;

	memset(&k, 0, sizeof(k));
	k.op = in->op;
	k.mode = (uint8_t)mode;
	k.map = (uint8_t)map;
	k.opcode = (uint8_t)(!in->vex && reg_in_opcode(map, opcode) &&
			     in->op != X86_NOP && in->op != X86_PAUSE ?
			     opcode & 0xf8 : opcode);
	k.osize = osize_counts(in) ? in->osize : 0;
	/* (with VEX it comes as it will: there are forms enough) */
	k.asize = ora_asize_counts(in) && !in->vex ? in->asize : 0;
	k.prefixes = in->prefixes & X86_LOCK;
	if (in->attr & X86_STRING)
		k.prefixes |= in->prefixes & (X86_REP | X86_REPNE);
	k.cond = in->cond;
	k.opnds = in->opnds;
	/* a scalar is the same with any VEX.L */
	k.vex = in->vex != 0;
	k.vsib = in->vsib;
	for (unsigned i = 0; i < in->opnds; i++) {
		k.opnd[i][0] = in->opnd[i].kind;
		k.opnd[i][1] = in->opnd[i].size;
		k.opnd[i][2] = in->opnd[i].access;
	}
	return k;
}

bool ora_is_xsave(const struct x86_insn *in)
{
	return in->op == X86_XSAVE || in->op == X86_XRSTOR ||
	       in->op == X86_XSAVEOPT || in->op == X86_XSAVEC;
}

/* ---- all of them ---- */

static uint32_t hash_of(const struct key *k)
{
	const uint8_t *p = (const uint8_t *)k;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < sizeof(*k); i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

static unsigned put_prefixes(uint8_t *p, unsigned legacy)
{
	unsigned n = 0;

	if (legacy & X86_LOCK)
		p[n++] = 0xf0;
	if (legacy & X86_OSIZE)
		p[n++] = 0x66;
	if (legacy & X86_ASIZE)
		p[n++] = 0x67;
	if (legacy & X86_REPNE)
		p[n++] = 0xf2;
	if (legacy & X86_REP)
		p[n++] = 0xf3;
	return n;
}

static unsigned put_opcode(uint8_t *p, unsigned map, unsigned opcode)
{
	unsigned n = 0;

	if (map)
		p[n++] = 0x0f;
	if (map > 1)
		p[n++] = map == 2 ? 0x38 : 0x3a;
	p[n++] = (uint8_t)opcode;
	return n;
}

/*
 * VEX, of two bytes where it can be and two are asked for. inverted: R, X and
 * B as they are encoded, 7 for none.
 */
static unsigned put_vex(uint8_t *p, const struct ora_form *f, unsigned bits,
			unsigned inverted, unsigned vvvv, bool two)
{
	unsigned low = vvvv << 3 | (bits & (ORA_VEX_L | ORA_VEX_PP));

	if (two && f->map == 1 && (inverted & 3) == 3 && !(bits & ORA_VEX_W)) {
		p[0] = 0xc5;
		p[1] = (uint8_t)(inverted >> 2 << 7 | low);
		return 2;
	}
	p[0] = 0xc4;
	p[1] = (uint8_t)(inverted << 5 | f->map);
	p[2] = (uint8_t)((bits & ORA_VEX_W ? 0x80u : 0) | low);
	return 3;
}

/* Where k is, or where it would be. */
static uint32_t slot_of(const struct key *k)
{
	uint32_t h = hash_of(k) % HASH;

	while (heads[h] && memcmp(&keys[heads[h] - 1], k, sizeof(*k)))
		h = (h + 1) % HASH;
	return h;
}

static void add_form(const struct ora_form *f)
{
	struct key k = key_of(&f->insn, f->mode, f->map, f->opcode);
	uint32_t h = slot_of(&k);

	if (heads[h])
		return;
	if (form_count == FORMS_MAX) {
		fprintf(stderr, "oracle: more than %u forms\n", FORMS_MAX);
		abort();
	}
	keys[form_count] = k;
	forms[form_count] = *f;
	forms[form_count].group = ora_group_of(&f->insn, f->mode);
	heads[h] = (uint16_t)++form_count;
}

static bool is_prefix(unsigned b, unsigned mode)
{
	return b == 0x26 || b == 0x2e || b == 0x36 || b == 0x3e ||
	       (b >= 0x64 && b <= 0x67) || b == 0xf0 || b == 0xf2 ||
	       b == 0xf3 || b == 0x0f ||
	       (mode == X86_MODE64 && (b & 0xf0) == 0x40);
}

static void try_modrms(struct ora_form *f, uint8_t *b, unsigned n,
		       unsigned modrms)
{
	for (unsigned m = 0; m < modrms; m++) {
		bool sib = f->vex && f->map == 2 && f->opcode >> 2 == 0x90 >> 2;

		/* one memory operand is like another; gathers want a SIB byte
		 * and three registers */
		if (m < 0xc0 && (m & 0xc7) != (sib ? 4u : 0u))
			continue;
		b[n] = (uint8_t)m;
		b[n + 1] = sib ? 0x10 : 0;
		f->modrm = (uint8_t)m;
		if (vc__decode(&f->insn, b, 15, (enum x86_mode)f->mode) < 0)
			continue;
		f->op = f->insn.op;
		f->cond = f->insn.cond;
		add_form(f);
	}
}

static void try_opcode(struct ora_form *f)
{
	uint8_t b[16];
	unsigned n;

	memset(b, 0, sizeof(b));
	n = put_prefixes(b, f->legacy);
	if (f->rex)
		b[n++] = f->rex;
	n += put_opcode(b + n, f->map, f->opcode);
	try_modrms(f, b, n, has_modrm(0, f->map, f->opcode) ? 256 : 1);
}

/* With VEX: no operand in vvvv, or one. */
static void try_vex(struct ora_form *f)
{
	uint8_t b[16];
	unsigned n;

	for (f->vvvv = 15; f->vvvv >= 14; f->vvvv--) {
		memset(b, 0, sizeof(b));
		n = put_vex(b, f, f->vex, 7, f->vvvv, false);
		b[n++] = f->opcode;
		try_modrms(f, b, n, has_modrm(1, f->map, f->opcode) ? 256 : 1);
	}
}

static void all_legacy(void)
{
	static const uint8_t legacy[] = {
		0, X86_OSIZE, X86_REP, X86_REPNE,
		X86_OSIZE | X86_REP, X86_OSIZE | X86_REPNE,
	};
	static const uint8_t rexes[] = { 0, 0x48, 0x40 };
	struct ora_form f;

	memset(&f, 0, sizeof(f));
	for (unsigned i = 0; i < 2u * 4 * 256 * 6 * 3 * 4; i++) {
		unsigned r = i;
		uint8_t more = (uint8_t)(r % 4);

		r /= 4;
		f.rex = rexes[r % 3];
		r /= 3;
		f.legacy = legacy[r % 6];
		r /= 6;
		f.opcode = (uint8_t)r;
		r /= 256;
		f.map = (uint8_t)(r % 4);
		f.mode = r / 4 ? X86_MODE32 : X86_MODE64;
		if (more & 1)
			f.legacy |= X86_ASIZE;
		if (more & 2)
			f.legacy |= X86_LOCK;
		if ((f.mode == X86_MODE32 && f.rex) ||
		    (f.map == 0 && is_prefix(f.opcode, f.mode)) ||
		    (f.map == 1 && (f.opcode == 0x38 || f.opcode == 0x3a)))
			continue;
		/* VEX has a table of its own */
		if (f.map == 0 && (f.opcode & 0xfe) == 0xc4 &&
		    f.mode == X86_MODE64)
			continue;
		try_opcode(&f);
	}
}

static void all_vex(void)
{
	struct ora_form f;

	memset(&f, 0, sizeof(f));
	for (unsigned i = 0; i < 2u * 3 * 256 * 16; i++) {
		f.vex = (uint8_t)(ORA_VEX | (i & 15));
		f.opcode = (uint8_t)(i >> 4);
		f.map = (uint8_t)(1 + (i >> 12) % 3);
		f.mode = (i >> 12) / 3 ? X86_MODE32 : X86_MODE64;
		try_vex(&f);
	}
}

struct ora_form *ora_forms(size_t *count)
{
	if (!forms) {
		forms = calloc(FORMS_MAX, sizeof(*forms));
		keys = calloc(FORMS_MAX, sizeof(*keys));
		heads = calloc(HASH, sizeof(*heads));
		if (!forms || !keys || !heads)
			abort();
		all_legacy();
		all_vex();
	}
	*count = form_count;
	return forms;
}

const char *ora_why_not(const uint8_t *bytes, size_t len, unsigned mode)
{
	struct x86_insn in;
	unsigned n = 0, map = 0;
	struct key k;
	uint32_t h;
	size_t count;

	if (vc__decode(&in, bytes, len, (enum x86_mode)mode) < 0)
		return "undefined for the engine";
	ora_forms(&count);
	while (n < in.len && is_prefix(bytes[n], mode) && bytes[n] != 0x0f)
		n++;
	if (in.vex) {
		map = bytes[n] == 0xc5 ? 1 : bytes[n + 1] & 31;
		n += bytes[n] == 0xc5 ? 2 : 3;
	} else if (bytes[n] == 0x0f) {
		map = bytes[n + 1] == 0x38 ? 2 : bytes[n + 1] == 0x3a ? 3 : 1;
		n += map == 1 ? 1 : 2;
	}
	k = key_of(&in, mode, map, bytes[n]);
	h = slot_of(&k);
	return heads[h] ? ora_left_out(&forms[heads[h] - 1]) :
			  "no form of the oracle's";
}

const char *ora_form_name(const struct ora_form *f, char *text, size_t len)
{
	static const char *const kinds[] = { "", "r", "h", "m", "imm", "imm",
					     "rel", "seg", "cr", "dr", "st",
					     "mm", "xmm" };
	static const char *const conds[] = { "o", "no", "b", "nb", "z", "nz",
					     "be", "nbe", "s", "ns", "p", "np",
					     "l", "nl", "le", "nle" };
	const struct x86_insn *in = &f->insn;
	size_t n;

	n = (size_t)snprintf(text, len, "%s%s%s%s%s",
			     f->mode == X86_MODE64 ? "" : "compat ",
			     in->prefixes & X86_LOCK ? "lock " : "",
			     (in->attr & X86_STRING) && (in->prefixes & X86_REP)
			     ? "rep " : (in->attr & X86_STRING) &&
			     (in->prefixes & X86_REPNE) ? "repne " : "",
			     in->vex && (in->attr & X86_AVX) &&
			     vc__x86_name(in->op)[0] != 'v' ? "v" : "",
			     vc__x86_name(in->op));
	if (n < len && (in->op == X86_JCC || in->op == X86_SETCC ||
			in->op == X86_CMOVCC || in->op == X86_FCMOVCC))
		n += (size_t)snprintf(text + n, len - n, "-%s",
				      conds[in->cond & 15]);
	if (n < len && osize_counts(in))
		n += (size_t)snprintf(text + n, len - n, ".%u", in->osize * 8u);
	for (unsigned i = 0; i < in->opnds && n < len; i++)
		n += (size_t)snprintf(text + n, len - n, "%s%s%u",
				      i ? "," : " ", in->opnd[i].kind ==
				      OPND_XMM && in->opnd[i].size == 32 ?
				      "ymm" : kinds[in->opnd[i].kind],
				      in->opnd[i].size * 8u);
	if (n < len && in->vsib)
		n += (size_t)snprintf(text + n, len - n, " vsib%u",
				      in->vsib * 8u);
	if (n < len && ora_asize_counts(in) && !in->vex)
		n += (size_t)snprintf(text + n, len - n, " a%u",
				      in->asize * 8u);
	if (n < len)
		snprintf(text + n, len - n, " (%s%s%02x)", f->vex ? "vex " : "",
			 f->map == 0 ? "" : f->map == 1 ? "0f" :
			 f->map == 2 ? "0f38" : "0f3a", f->opcode);
	return text;
}

/* ---- encodings ---- */

static const uint64_t imm_edges[] = {
	0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65,
	UINT64_C(0x7f7f7f7f7f7f7f7f), UINT64_C(0x8080808080808080),
	UINT64_C(0xffffffffffffffff), UINT64_C(0xfffffffffffffffe),
	UINT64_C(0x7fffffff7fffffff), UINT64_C(0x8000000080000000),
	UINT64_C(0x7fff7fff7fff7fff), UINT64_C(0x8000800080008000),
	UINT64_C(0x5555555555555555), UINT64_C(0xaaaaaaaaaaaaaaaa),
	UINT64_C(0x8000000000000000), UINT64_C(0x7fffffffffffffff), 0xff, 0x80,
};

static void put_imm(uint8_t *p, unsigned n, uint64_t *seed)
{
	uint64_t v = ora_random(seed);

	if (below(seed, 5) < 3)
		v = imm_edges[below(seed, sizeof(imm_edges) /
				    sizeof(*imm_edges))];
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> i % 8 * 8);
}

static void put_at(uint8_t *p, unsigned n, uint64_t v)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> i * 8);
}

static bool is_branch(const struct x86_insn *in)
{
	return (in->attr & X86_BRANCH) != 0;
}

/* Prefixes that should change nothing, now and then. */
static unsigned sprinkle(uint8_t *p, const struct ora_form *f, uint64_t *seed)
{
	static const uint8_t segments[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64,
					    0x65 };
	bool plain = f->map == 0 && !is_branch(&f->insn) &&
		     !f->vex &&
		     !(f->insn.attr & (X86_STRING | X86_FPU | X86_SSE));
	unsigned r = below(seed, 100), n = 0;

	if (r < 10) {
		p[n++] = segments[below(seed, f->mode == X86_MODE64 ? 6 : 4)];
	} else if (r < 14 && plain) {
		p[n++] = (uint8_t)(below(seed, 2) ? 0xf2 : 0xf3);
	} else if (r < 18 && plain) {
		p[n++] = 0x66;
	}
	return n;
}

/* Can states.c place this operand, and is it safe where it goes wrong? */
static bool serves(const struct x86_insn *in, unsigned mode)
{
	bool stack = in->attr & X86_STACK;

	if ((in->seg == VC_SEG_FS || in->seg == VC_SEG_GS) &&
	    ora_asize_counts(in) && mode == X86_MODE64 && in->asize != 8)
		return false;
	if (!ora_has_mem(in))
		return true;
	/* image_state() rules EAX and EDX */
	if ((ora_is_xsave(in) || in->op == X86_FXRSTOR) &&
	    (in->base == 0 || in->base == 2 || in->index == 0 ||
	     in->index == 2))
		return false;
	/* MULX reads (R)DX beside */
	if (in->op == X86_MULX && (in->base == 2 || in->index == 2))
		return false;
	/* an address by RSP may not take the stack far away */
	if ((in->base == 4 || in->index == 4) &&
	    (stack || in->op == X86_ENTER) &&
	    (in->disp > 0x200 || in->disp < -0x200 || in->index != X86_NOREG))
		return false;
	/* a bit string's offset must be free to choose */
	if ((in->op == X86_BT || in->op == X86_BTS || in->op == X86_BTR ||
	     in->op == X86_BTC) && in->opnd[1].kind == OPND_REG &&
	    (in->opnd[1].reg == in->base || in->opnd[1].reg == in->index))
		return false;
	return true;
}

/* Prefixes and opcode with VEX: what should change nothing is as it comes. */
static unsigned build_vex(uint8_t *b, const struct ora_form *f,
			  bool free_choice, uint64_t *seed)
{
	unsigned bits = f->vex, inverted = 7, vvvv = f->vvvv, n = 0;
	bool code64 = f->mode == X86_MODE64;

	if (ora_asize_counts(&f->insn) && below(seed, 4) == 0)
		b[n++] = 0x67;
	if (free_choice) {
		if (below(seed, 4) == 0)
			bits ^= ORA_VEX_W;
		if (below(seed, 4) == 0)
			bits ^= ORA_VEX_L;
		inverted = below(seed, 8);
		if (below(seed, 2))
			vvvv = below(seed, 16);
	}
	if (!code64)	/* else it would be LES or LDS */
		inverted |= 6;
	n += put_vex(b + n, f, bits, inverted, vvvv,
		     below(seed, 2) && (code64 || vvvv & 8));
	b[n++] = f->opcode;
	return n;
}

/* A displacement for gathers, which have no other way to a fixed place. */
static bool is_fixed(const struct x86_insn *in)
{
	return ora_has_mem(in) && (in->index == X86_NOREG || in->vsib) &&
	       (in->base == X86_NOREG || in->base == X86_RIP);
}

/* One try. Returns the length, 0 when it is not the form. */
static unsigned build(struct ora_code *code, const struct ora_form *f,
		      const struct key *want, bool free_choice, uint64_t *seed)
{
	uint8_t *b = code->bytes;
	struct x86_insn *in = &code->insn;
	unsigned n = 0, opcode = f->opcode, modrm = f->modrm, disp_at = 0;
	uint32_t pads = f->mode == X86_MODE64 ? ORA_PADS_64 : ORA_PADS_32;
	struct key k;
	int len;

	memset(b, 0, ORA_BYTES);
	if (free_choice)
		n = sprinkle(b, f, seed);
	if (f->vex) {
		n += build_vex(b + n, f, free_choice, seed);
	} else {
		n += put_prefixes(b + n, f->legacy);
		if (f->mode == X86_MODE64) {
			uint8_t rex = f->rex;

			if (free_choice && below(seed, 2))
				rex |= (uint8_t)(0x40 | below(seed, 8));
			if (rex)
				b[n++] = rex;
		}
		if (free_choice && reg_in_opcode(f->map, opcode))
			opcode = (opcode & 0xf8) | below(seed, 8);
		n += put_opcode(b + n, f->map, opcode);
	}
	put_imm(b + n, 15, seed);
	if (has_modrm(f->vex, f->map, opcode)) {
		if (modrm < 0xc0)
			modrm = (modrm & 0x38) | below(seed, 3) << 6 |
				(f->insn.vsib ? 4 : below(seed, 8));
		if (free_choice && modrm >= 0xc0)
			modrm = (modrm & 0xf8) | below(seed, 8);
		if (free_choice && below(seed, 2))
			modrm = (modrm & 0xc7) | below(seed, 8) << 3;
		b[n++] = (uint8_t)modrm;
		if (modrm < 0xc0) {
			b[n] = (uint8_t)ora_random(seed);	/* SIB */
			put_imm(b + n + 1, 4, seed);
		}
	}
	disp_at = n;
	len = vc__decode(in, b, 15, (enum x86_mode)f->mode);
	if (len <= 0)
		return 0;
	if (modrm < 0xc0 && (modrm & 7) == 4 && in->asize != 2)
		disp_at++;
	k = key_of(in, f->mode, f->map, opcode);
	if (memcmp(&k, want, sizeof(k)) || !serves(in, f->mode))
		return 0;
	code->target = 0;
	if (is_fixed(in)) {
		uint32_t data = in->asize == 2 ? ORA_LOW : ORA_DATA;
		unsigned mask = in->mem_size >= 8 && below(seed, 8) ? ~15u :
				~0u;
		uint64_t base = in->seg == VC_SEG_FS ? ora_host_fs_base() :
				in->seg == VC_SEG_GS ? ORA_GS_BASE : 0;
		uint64_t v;

		if (f->mode != X86_MODE64)
			base = 0;
		code->target = data + ((0x700u + below(seed, 0xc00)) & mask);
		v = code->target - base;
		if (in->base == X86_RIP)
			v -= code->at + (unsigned)len;
		if (!has_modrm(f->vex, f->map, opcode))
			put_at(b + disp_at, in->asize, v);
		else if (in->asize == 2)
			put_at(b + disp_at, 2, v);
		else if ((int64_t)v == (int32_t)v || in->asize == 4)
			put_at(b + disp_at, 4, v);
		else
			return 0;
	}
	for (unsigned i = 0; i < in->opnds; i++)
		if (in->opnd[i].kind == OPND_REL) {
			uint32_t next = code->at + (unsigned)len;
			uint32_t to = pads + below(seed, ORA_PADS) * ORA_PAD;

			if (in->opnd[i].size == 1)
				to = code->near[below(seed, 2)];
			if (in->opnd[i].size != 2)
				put_at(b + len - in->opnd[i].size,
				       in->opnd[i].size, to - next);
		}
	if (in->op == X86_INT && (in->imm == 0x80 || in->imm == 2))
		return 0;	/* a system call */
	if (vc__decode(in, b, 15, (enum x86_mode)f->mode) != len)
		return 0;
	return (unsigned)len;
}

bool ora_encode(struct ora_code *code, const struct ora_form *f,
		uint64_t *seed, unsigned slot)
{
	struct key want = key_of(&f->insn, f->mode, f->map, f->opcode);
	uint32_t at = ORA_CODE + 72 +
		      slot % ((ORA_SLOTS - 256) / ORA_SLOT) * ORA_SLOT;

	memset(code, 0, sizeof(*code));
	code->form = f;
	code->near[0] = at;
	code->near[1] = at + 112;
	code->at = at + 24 + below(seed, 32);
	for (unsigned tries = 0; tries < 200; tries++) {
		unsigned len = build(code, f, &want, tries < 100, seed);

		if (len) {
			code->len = (uint8_t)len;
			return true;
		}
	}
	return false;
}

bool ora_lengthen(struct ora_code *code, unsigned len)
{
	unsigned more = len - code->len;

	if (len < code->len || code->at - more < code->near[0] + ORA_PAD ||
	    len > ORA_BYTES)
		return false;
	memmove(code->bytes + more, code->bytes, code->len);
	memset(code->bytes, code->form->mode == X86_MODE64 ? 0x2e : 0x3e, more);
	code->at -= more;
	code->len = (uint8_t)len;
	return true;
}

bool ora_cut(struct ora_code *code, const struct ora_form *f, uint64_t *seed)
{
	uint64_t again = *seed;

	/* the length first, then the same at its place */
	if (!ora_encode(code, f, seed, 0) || code->len < 2)
		return false;
	code->cut = (uint8_t)(1 + below(&again, code->len - 1u));
	code->at = ORA_EDGE - code->cut;
	return true;
}

/* ---- sequences ---- */

#define SEQUENCE_MAX	6u

/* What can be part of one: integers, nothing that faults, stacks or leaves
 * its result undefined. */
static bool in_sequences(const struct ora_form *f)
{
	static const char *const groups[] = {
		"arith_reg", "arith_mem", "logic_reg", "logic_mem", "alu_lock",
		"unary_reg", "unary_mem", "unary_lock", "mov_reg", "mov_mem",
		"extend", "lea", "exchange_reg", "exchange_mem",
		"exchange_lock", "cmpxchg", "shift_reg", "shift_mem",
		"rotate_reg", "rotate_mem", "rotate_carry_reg",
		"rotate_carry_mem", "double_shift_reg", "bit_reg",
		"multiply_reg", "multiply_mem", "setcc", "cmov_reg",
		"cmov_mem", "flags", "convert_bswap_xlat",
	};

	if (f->mode != X86_MODE64 || f->insn.attr & X86_STACK ||
	    f->op == X86_XLAT || (f->op == X86_BSWAP && f->insn.osize == 2) ||
	    ((f->op == X86_SHLD || f->op == X86_SHRD) && f->insn.osize == 2))
		return false;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (!strcmp(groups[i], f->group))
			return true;
	return false;
}

/* The same with floating-point and vector instructions: without those whose
 * results are the processor's own, and addresses that take more than one
 * register. */
static bool in_vector_sequences(const struct ora_form *f)
{
	static const char *const groups[] = {
		"x87_add_mem", "x87_add_st", "x87_multiply", "x87_divide",
		"x87_integer", "x87_compare", "x87_load", "x87_store",
		"x87_store_integer", "x87_functions", "mmx_arith", "mmx_move",
		"mmx_shift", "mmx_shuffle", "sse_move_reg", "sse_move_mem",
		"sse_scalar_reg", "sse_scalar_mem", "sse_packed_reg",
		"sse_packed_mem", "sse_compare_reg", "sse_compare_mem",
		"sse_min_max", "sse_sqrt", "sse_convert_reg",
		"sse_convert_mem", "sse_convert_mmx", "sse_logic_shuffle",
		"sse2_integer", "sse2_shift", "sse2_shuffle", "crypto",
		"avx_move_reg", "avx_move_mem", "avx_shuffle_reg",
		"avx_shuffle_mem", "avx_integer_reg", "avx_integer_mem",
		"avx_shift", "avx_string", "avx_compare", "avx_scalar",
		"avx_packed_reg", "avx_packed_mem", "avx_convert", "f16c",
		"fma_packed_reg", "fma_packed_mem", "fma_scalar_reg",
		"fma_scalar_mem",
	};

	if (f->mode != X86_MODE64 || f->op == X86_MASKMOVQ ||
	    f->op == X86_MASKMOVDQU || ora_left_out(f) ||
	    /* (to AMD's bit 17 is not reserved) */
	    f->op == X86_LDMXCSR ||
	    /* (AMD's take what is not aligned) */
	    (f->insn.feature == X86_FEAT_SHA && ora_has_mem(&f->insn)))
		return false;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (!strcmp(groups[i], f->group))
			return true;
	return false;
}

static bool fixed_place(const struct ora_code *code)
{
	const struct x86_insn *in = &code->insn;

	return !ora_has_mem(in) || in->op == X86_LEA ||
	       (code->target >= ORA_DATA + 0x100 &&
		code->target < ORA_DATA + ORA_RW_SIZE - 0x100);
}

/* An encoding of f at the address at, whose memory operand is at a fixed
 * place. */
static bool encode_fixed(struct ora_code *code, const struct ora_form *f,
			 uint64_t *seed, uint32_t at)
{
	struct key want = key_of(&f->insn, f->mode, f->map, f->opcode);

	code->form = f;
	code->at = at;
	for (unsigned tries = 0; tries < 60; tries++) {
		unsigned len = build(code, f, &want, true, seed);

		if (len && fixed_place(code)) {
			code->len = (uint8_t)len;
			return true;
		}
	}
	return false;
}

static bool counts_by_cl(const struct x86_insn *in)
{
	switch (in->op) {
	case X86_SHL: case X86_SHR: case X86_SAR: case X86_ROL: case X86_ROR:
	case X86_RCL: case X86_RCR: case X86_SHLD: case X86_SHRD:
		return in->opnd[in->opnds - 1].kind == OPND_REG;
	default:
		return false;
	}
}

/* Those that can be part of a sequence, and those that can end one. */
struct parts {
	uint16_t form[FORMS_MAX], jump[64];
	unsigned forms, jumps;
};

static void find_parts(struct parts *p, bool vectors)
{
	for (size_t i = 0; i < form_count; i++) {
		const struct ora_form *f = &forms[i];

		if (vectors ? in_vector_sequences(f) : in_sequences(f))
			p->form[p->forms++] = (uint16_t)i;
		else if (!vectors && !strcmp(f->group, "jcc") &&
			 !(f->legacy & X86_OSIZE) && p->jumps < 64)
			p->jump[p->jumps++] = (uint16_t)i;
	}
}

static const struct ora_form *pick_form(bool vectors, uint64_t *seed,
					bool last)
{
	static struct parts all[2];
	struct parts *p = &all[vectors];

	if (!p->forms)
		find_parts(p, vectors);
	if (last && p->jumps && below(seed, 2))
		return &forms[p->jump[below(seed, p->jumps)]];
	return &forms[p->form[below(seed, p->forms)]];
}

bool ora_encode_sequence(struct ora_code *code, bool vectors, uint64_t *seed,
			 unsigned slot)
{
	static struct ora_code one;
	unsigned count = 2 + below(seed, SEQUENCE_MAX - 1), undefined = 0, done;
	uint32_t at = ORA_CODE + 72 +
		      slot % ((ORA_SLOTS - 256) / ORA_SLOT) * ORA_SLOT;
	size_t all;

	if (!ora_forms(&all))
		return false;
	memset(code, 0, sizeof(*code));
	code->near[0] = at;
	code->near[1] = at + 112;
	code->at = at + 20;
	memcpy(one.near, code->near, sizeof(one.near));
	for (done = 0; done < count && code->len < ORA_BYTES - 16; done++) {
		const struct ora_form *f = pick_form(vectors, seed,
						     done == count - 1);
		const struct x86_insn *in = &one.insn;

		/* (a branch short of the near pads cannot be: 64 bytes) */
		if (!encode_fixed(&one, f, seed, code->at + code->len) ||
		    in->fl_read & undefined) {
			done--;
			if (below(seed, 64) == 0)
				return false;
			continue;
		}
		memcpy(code->bytes + code->len, one.bytes, one.len);
		code->len = (uint8_t)(code->len + one.len);
		/* by CL, which may be 0, it may leave all as it is */
		if (!counts_by_cl(in))
			undefined &= ~(unsigned)in->fl_write;
		undefined |= in->fl_undef;
		if (!code->form)
			code->form = f;
	}
	code->sequence = true;
	code->vectors = vectors;
	code->flags_left = (uint16_t)~undefined;
	code->insn.op = X86_NOP;
	code->insn.asize = 8;
	return true;
}
