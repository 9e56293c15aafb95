/* SPDX-License-Identifier: MIT */
/*
 * states.c: the states that instructions start from. First every combination
 * of two edge values in the operands, then random ones, which choose from edge
 * values too; memory operands mostly lie in writable memory, but also across
 * pages, misaligned, in what is read-only or not there.
 */
#include <string.h>

#include "oracle.h"
#include "virtcore/x86.h"

#define FL_ARITH	0x8d5u
#define FL_DF		0x400u
#define FL_FIXED	0x202u		/* IF: what user code runs with */

bool vc__cpuid_offers(unsigned feature);

#define COUNT(a)	(sizeof(a) / sizeof(*(a)))

static unsigned below(uint64_t *seed, unsigned n)
{
	return (unsigned)((ora_random(seed) >> 32) * n >> 32);
}

static void put_at(uint8_t *p, unsigned n, uint64_t v)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(i < 8 ? v >> i * 8 : 0);
}

/* ---- values ---- */

#define EDGES	16u

/* Of 8 bytes; narrower ones are cut from int_edge(). */
static uint64_t int_edge(unsigned i, unsigned size)
{
	unsigned bits = size >= 8 || !size ? 64 : size * 8;
	uint64_t ones = ~UINT64_C(0) >> (64 - bits);
	uint64_t top = UINT64_C(1) << (bits - 1);

	switch (i % EDGES) {
	case 0: return 0;
	case 1: return 1;
	case 2: return 2;
	case 3: return top - 1;
	case 4: return top;
	case 5: return top + 1;
	case 6: return ones;
	case 7: return ones - 1;
	case 8: return UINT64_C(0x5555555555555555) & ones;
	case 9: return UINT64_C(0xaaaaaaaaaaaaaaaa) & ones;
	case 10: return 0x0f & ones;
	case 11: return 0x10 & ones;
	case 12: return 0x7f & ones;
	case 13: return 0x80 & ones;
	case 14: return (ones >> bits / 2);
	default: return (ones >> bits / 2) + 1;
	}
}

static uint64_t int_pick(uint64_t *seed)
{
	uint64_t v = ora_random(seed), r = ora_random(seed);

	switch (r & 7) {
	case 0: case 1:
		return int_edge((unsigned)(r >> 8), 1u << (r >> 16 & 3));
	case 2: {
		unsigned size = 1u << (r >> 16 & 3);
		uint64_t low = ~UINT64_C(0) >> (64 - size * 8);

		return (v & ~low) | int_edge((unsigned)(r >> 8), size);
	}
	case 3:
		return v >> (r >> 8 & 63);
	case 4:
		return UINT64_C(1) << (r >> 8 & 63);
	default:
		return v;
	}
}

static const uint32_t f32_edges[] = {
	0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000,
	0x80800000, 0x3f800000, 0xbf800000, 0x3f800001, 0x7f7fffff, 0xff7fffff,
	0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 0xffbfffff,
	0x40490fdb, 0x4f000000, 0xcf000000, 0x5f000000,
};
static const uint64_t f64_edges[] = {
	0, UINT64_C(0x8000000000000000), 1, UINT64_C(0x8000000000000001),
	UINT64_C(0x000fffffffffffff), UINT64_C(0x0010000000000000),
	UINT64_C(0x8010000000000000), UINT64_C(0x3ff0000000000000),
	UINT64_C(0xbff0000000000000), UINT64_C(0x3ff0000000000001),
	UINT64_C(0x7fefffffffffffff), UINT64_C(0xffefffffffffffff),
	UINT64_C(0x7ff0000000000000), UINT64_C(0xfff0000000000000),
	UINT64_C(0x7ff8000000000000), UINT64_C(0xfff8000000000001),
	UINT64_C(0x7ff0000000000001), UINT64_C(0xfff7ffffffffffff),
	UINT64_C(0x400921fb54442d18), UINT64_C(0x41dfffffffe00000),
	UINT64_C(0xc1e0000000000000), UINT64_C(0x43e0000000000000),
};
struct f80_edge { uint64_t m; uint16_t se; };
static const struct f80_edge f80_edges[] = {
	{ 0, 0 }, { 0, 0x8000 }, { 1, 0 }, { 1, 0x8000 },
	{ UINT64_C(0x7fffffffffffffff), 0 },
	{ UINT64_C(0x8000000000000000), 1 },
	{ UINT64_C(0x8000000000000000), 0 },		/* pseudo-denormal */
	{ UINT64_C(0x8000000000000000), 0x3fff },
	{ UINT64_C(0x8000000000000000), 0xbfff },
	{ UINT64_C(0x8000000000000001), 0x3fff },
	{ UINT64_C(0xffffffffffffffff), 0x7ffe },
	{ UINT64_C(0xffffffffffffffff), 0xfffe },
	{ UINT64_C(0x8000000000000000), 0x7fff },
	{ UINT64_C(0x8000000000000000), 0xffff },
	{ UINT64_C(0xc000000000000000), 0x7fff },
	{ UINT64_C(0xc000000000000001), 0xffff },
	{ UINT64_C(0x8000000000000001), 0x7fff },
	{ UINT64_C(0xbfffffffffffffff), 0xffff },
	{ UINT64_C(0xc90fdaa22168c235), 0x4000 },
	{ UINT64_C(0xfffffffe00000000), 0x401d },
	{ UINT64_C(0x8000000000000000), 0xc03e },
	{ UINT64_C(0x4000000000000000), 0x3fff },	/* unnormal */
};
#define FP_EDGES	22u
_Static_assert(COUNT(f32_edges) == FP_EDGES, "FP_EDGES");
_Static_assert(COUNT(f64_edges) == FP_EDGES, "FP_EDGES");
_Static_assert(COUNT(f80_edges) == FP_EDGES, "FP_EDGES");

/* Significands that round in interesting ways: few bits, or runs of ones. */
static uint64_t fraction(uint64_t *seed, unsigned bits)
{
	uint64_t v = ora_random(seed), r = ora_random(seed);

	switch (r & 3) {
	case 0:
		v = v << (r >> 8 & 63);
		break;
	case 1:
		v |= ~UINT64_C(0) >> (r >> 8 & 63);
		break;
	default:
		break;
	}
	return v >> (64 - bits);
}

/* A biased exponent: around 1, around the integers' ends, anywhere. */
static unsigned exponent(uint64_t *seed, unsigned bias)
{
	static const uint8_t ends[] = { 7, 15, 23, 31, 52, 53, 62, 63, 64 };
	unsigned max = bias * 2 + 1;
	unsigned e = below(seed, max + 1);

	switch (below(seed, 8)) {
	case 0: case 1: case 2:
		return bias - 4 + below(seed, 9);
	case 3:
		return bias - 1 + ends[below(seed, COUNT(ends))] + below(seed, 3);
	case 4:
		return below(seed, 3);
	case 5:
		return max - below(seed, 3);
	case 6:
		return bias - 30 + below(seed, 60);
	default:
		return e;
	}
}

static uint32_t f32_pick(uint64_t *seed)
{
	unsigned r = below(seed, 8);

	if (r < 2)
		return f32_edges[below(seed, FP_EDGES)];
	return (uint32_t)below(seed, 2) << 31 |
	       (uint32_t)exponent(seed, 127) % 256 << 23 |
	       (uint32_t)fraction(seed, 23);
}

static uint64_t f64_pick(uint64_t *seed)
{
	unsigned r = below(seed, 8);

	if (r < 2)
		return f64_edges[below(seed, FP_EDGES)];
	if (r == 2) {		/* what is, or almost is, a float */
		uint32_t f = f32_pick(seed);
		unsigned e = f >> 23 & 255;

		return (uint64_t)(f >> 31) << 63 |
		       (uint64_t)(e == 255 ? 2047 : e ? e + 896 : 0) << 52 |
		       (uint64_t)(f & 0x7fffff) << 29 |
		       (below(seed, 2) ? below(seed, 3) << 28 : 0);
	}
	return (uint64_t)below(seed, 2) << 63 |
	       (uint64_t)(exponent(seed, 1023) & 2047) << 52 |
	       fraction(seed, 52);
}

static struct f80_edge f80_pick(uint64_t *seed)
{
	struct f80_edge v;
	unsigned r = below(seed, 16);

	if (r < 4)
		return f80_edges[below(seed, FP_EDGES)];
	v.se = (uint16_t)(below(seed, 2) << 15 |
			  (exponent(seed, 16383) & 0x7fff));
	if (r == 4)		/* near the ends of double and float */
		v.se = (uint16_t)((v.se & 0x8000) |
				  (0x3fff + (below(seed, 2) ? -1074 : 1022) +
				   (int)below(seed, 4) - 1));
	v.m = fraction(seed, 63);
	if ((v.se & 0x7fff) && r != 5)
		v.m |= UINT64_C(1) << 63;
	if (r == 6)		/* a double, or almost */
		v.m = (v.m & ~UINT64_C(0x7ff)) |
		      (below(seed, 2) ? 0x400u - below(seed, 2) : 0);
	return v;
}

/* Halves, which are the source of VCVTPH2PS alone. */
static const uint16_t f16_edges[] = {
	0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x0400, 0x8400, 0x3c00, 0xbc00,
	0x3c01, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfe01, 0x7c01, 0xfdff,
	0x4248, 0x77ff, 0x0200, 0x83fe,
};
_Static_assert(COUNT(f16_edges) == FP_EDGES, "FP_EDGES");

/* A float at the places where halves begin, end and round. */
static uint32_t f16_near(uint64_t *seed)
{
	static const uint32_t ties[] = { 0, 1, 0xfff, 0x1000, 0x1001, 0x1fff };
	uint32_t v = (uint32_t)fraction(seed, 23);

	if (below(seed, 4) == 0)
		return f32_pick(seed);
	if (below(seed, 2))
		v = (v & ~UINT32_C(0x1fff)) | ties[below(seed, COUNT(ties))];
	return below(seed, 2) << 31 | (127u - 27 + below(seed, 46)) << 23 | v;
}

/* F16: halves; F32H: floats that become halves. */
enum lanes { INTS, F32, F64, F16, F32H };
#define VECTORS	(X86_SSE | X86_AVX)

static bool name_ends(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n >= e && !strcmp(name + n - e, end);
}

static enum lanes lanes_of(const struct x86_insn *in)
{
	const char *n = vc__x86_name(in->op);

	if (in->op == X86_VCVTPH2PS)
		return F16;
	if (in->op == X86_VCVTPS2PH)
		return F32H;
	if (!strncmp(n, "cvt", 3)) {
		n += n[3] == 't' ? 4 : 3;
		return n[1] == 's' ? F32 : n[1] == 'd' && n[0] != 'd' ? F64 :
								       INTS;
	}
	if (name_ends(n, "ps") || name_ends(n, "ss"))
		return F32;
	if (name_ends(n, "pd") || name_ends(n, "sd"))
		return F64;
	return INTS;
}

static void vector_pick(uint8_t *p, enum lanes lanes, uint64_t *seed)
{
	if (below(seed, 12) == 0)
		lanes = (enum lanes)below(seed, 3);
	switch (lanes) {
	case F32:
		for (unsigned i = 0; i < 4; i++)
			put_at(p + i * 4, 4, f32_pick(seed));
		break;
	case F64:
		for (unsigned i = 0; i < 2; i++)
			put_at(p + i * 8, 8, f64_pick(seed));
		break;
	case F16:
		for (unsigned i = 0; i < 8; i++)
			put_at(p + i * 2, 2, below(seed, 4) ? ora_random(seed) :
			       f16_edges[below(seed, FP_EDGES)]);
		break;
	case F32H:
		for (unsigned i = 0; i < 4; i++)
			put_at(p + i * 4, 4, f16_near(seed));
		break;
	default: {
		unsigned size = 1u << below(seed, 4);

		for (unsigned i = 0; i < 16; i += size)
			put_at(p + i, size, below(seed, 2) ?
			       int_edge(below(seed, EDGES), size) :
			       ora_random(seed));
		break;
	}
	}
}

/* ---- the floating-point state ---- */

static void put_f80(uint8_t *p, struct f80_edge v)
{
	put_at(p, 8, v.m);
	put_at(p + 8, 2, v.se);
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

/* FCW, FSW and MXCSR: at ease as at reset, or with all their settings. */
static void fx_controls(uint8_t *fx, bool random, uint64_t *seed)
{
	unsigned fcw = 0x37f, fsw, mxcsr = 0x1f80, r;

	if (random && below(seed, 4)) {
		r = below(seed, 3);
		fcw = 0x40 | below(seed, 4) << 10 | (r ? r + 1 : 0) << 8 |
		      (below(seed, 5) ? 0x3f : below(seed, 64));
		mxcsr = below(seed, 4) << 13 |
			(below(seed, 5) ? 0x3f : below(seed, 64)) << 7 |
			(below(seed, 3) ? 0 : below(seed, 64)) |
			(below(seed, 4) ? 0 : 0x8000) |
			(below(seed, 4) ? 0 : 0x40);
	}
	fsw = below(seed, 8) << 11;
	if (random)
		fsw |= below(seed, 8) << 8 | below(seed, 2) << 14;
	if (random && below(seed, 4) == 0)
		fsw |= below(seed, 128);
	/* what is raised and unmasked would be #MF at once */
	if (below(seed, 32))
		fsw &= ~0x3fu | fcw;
	if (fsw & ~fcw & 0x3f)
		fsw |= 0x8080;
	put_at(fx + FXI_FCW, 2, fcw);
	put_at(fx + FXI_FSW, 2, fsw);
	fx[FXI_FTW] = (uint8_t)(below(seed, 3) ? 0xff : below(seed, 256));
	put_at(fx + FXI_MXCSR, 4, mxcsr);
}

static void x87_pick(uint8_t *fx, uint64_t *seed)
{
	for (unsigned i = 0; i < 8; i++)
		put_f80(fx + FXI_ST + i * 16, f80_pick(seed));
}

/* All vector registers; now and then what AVX calls clean. */
static void vectors_pick(struct ora_regs *r, enum lanes lanes, uint64_t *seed)
{
	bool clean = below(seed, 16) == 0;

	for (unsigned i = 0; i < 16; i++)
		vector_pick(r->fx + FXI_XMM + i * 16, lanes, seed);
	memset(r->high, 0, sizeof(r->high));
	for (unsigned i = 0; i < 16 && !clean && ora_host_has_avx(); i++)
		vector_pick(r->high[i], lanes, seed);
}

/* ---- places ---- */

/* Below the data's start for negative; SIZE_MAX / 2 for nowhere. */
struct place {
	int32_t off;
	bool not_canonical;
};

/* The alignment that it insists on, less 1. */
static unsigned wants(const struct x86_insn *in)
{
	if (ora_is_xsave(in))
		return 63;
	if (in->attr & X86_ALIGNED)
		return in->mem_size - 1u;
	return in->op == X86_FXSAVE || in->op == X86_FXRSTOR ||
	       in->op == X86_CMPXCHG16B ? 15 : 0;
}

/* Elements that are not selected may lie where nothing is. */
static bool is_masked_move(const struct x86_insn *in)
{
	return in->op == X86_VMASKMOVPS || in->op == X86_VMASKMOVPD ||
	       in->op == X86_VPMASKMOVD || in->op == X86_VPMASKMOVQ;
}

static struct place choose_place(const struct x86_insn *in, unsigned size,
				 uint64_t *seed)
{
	struct place p = { 0, false };
	unsigned r = below(seed, 200);
	unsigned align = wants(in) ? (below(seed, 15) ? ~wants(in) :
				      wants(in) == 63 ? ~7u :
				      below(seed, 2) ? ~(wants(in) >> 1) : ~0u) :
			 below(seed, 2) && size <= 32 ?
			 ~((size & (size - 1) ? 1u : size) - 1) : ~0u;

	if (is_masked_move(in) && below(seed, 2))
		r = 150 + below(seed, 50);
	if (r < 150)
		p.off = (int32_t)((0x400u + below(seed, 0x1700)) & align);
	else if (r < 180)
		p.off = (int32_t)((0x1000u - size + below(seed, 2 * size)) &
				  align);
	else if (r < 184)
		p.off = (int32_t)((0x2000u - size + below(seed, 2 * size)) &
				  align);
	else if (r < 188)
		p.off = (int32_t)(0x2400u & align);
	else if (r < 192)
		p.off = (int32_t)((0x3000u - below(seed, size + 8)) & align);
	else if (r < 194)
		p.off = -(int32_t)below(seed, size + 4);
	else if (r < 196)
		p.not_canonical = true;
	else
		p.off = (int32_t)(0xf00u & align);
	return p;
}

static uint64_t inverse(uint64_t odd)
{
	uint64_t x = odd;

	for (int i = 0; i < 6; i++)
		x *= 2 - odd * x;
	return x;
}

static void set_gpr(struct ora_case *c, unsigned n, unsigned size, uint64_t v)
{
	uint64_t mask = size >= 8 ? ~UINT64_C(0) : size == 4 ? UINT32_MAX :
			size == 2 ? 0xffff : 0xff;

	c->in.gpr[n] = (c->in.gpr[n] & ~mask) | (v & mask);
}

/* Make the registers of the address such that it is want. */
static bool set_address(struct ora_case *c, uint64_t want, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned size = in->asize;
	uint64_t ea = want;
	unsigned scale = in->scale;

	if (c->code->form->mode == X86_MODE64) {
		if (in->seg == VC_SEG_FS)
			ea -= ora_host_fs_base();
		else if (in->seg == VC_SEG_GS)
			ea -= ORA_GS_BASE;
	}
	ea -= (uint64_t)in->disp;
	/* POP's address is made with the RSP that it leaves, SDM 2B POP */
	if (in->op == X86_POP && (in->base == 4 || in->index == 4))
		ea -= in->osize;
	if (in->base == X86_NOREG && in->index == X86_NOREG)
		return true;
	if (in->base == X86_RIP)
		return true;
	if (in->index == X86_NOREG || in->vsib) {
		if (in->base == X86_NOREG)
			return true;
		set_gpr(c, in->base, size, ea);
	} else if (in->base == X86_NOREG) {
		if (ea & ((1u << scale) - 1))
			return false;
		/* what is shifted out can be anything */
		ea >>= scale;
		if (scale && size < 8)
			ea |= ora_random(seed) << (size * 8 - scale);
		set_gpr(c, in->index, size, ea);
	} else if (in->base == in->index) {
		if (scale) {
			ea *= inverse((UINT64_C(1) << scale) + 1);
		} else {
			if (ea & 1)
				return false;
			ea >>= 1;
		}
		set_gpr(c, in->base, size, ea);
	} else {
		uint64_t index = c->in.gpr[in->index];

		if (in->index == 4)
			return false;
		if (size == 4)
			index = (uint32_t)index;
		set_gpr(c, in->base, size, ea - (index << scale));
	}
	return true;
}

/* ---- operands ---- */

static uint8_t *data_at(struct ora_case *c, uint64_t at, unsigned size)
{
	uint64_t off = at - ORA_DATA;

	if (off >= ORA_DATA_SIZE && at - ORA_LOW < ORA_DATA_SIZE)
		off = at - ORA_LOW;
	if (off > ORA_DATA_SIZE || size > ORA_DATA_SIZE - off)
		return NULL;
	return c->data + off;
}

static void put_data(struct ora_case *c, uint64_t at, unsigned size,
		     uint64_t v)
{
	uint8_t *p = data_at(c, at, size);

	if (p)
		put_at(p, size, v);
}

static uint64_t get_data(struct ora_case *c, uint64_t at, unsigned size)
{
	const uint8_t *p = data_at(c, at, size);
	uint64_t v = 0;

	for (unsigned i = 0; p && i < size && i < 8; i++)
		v |= (uint64_t)p[i] << i * 8;
	return v;
}

/* Is the register part of the address? */
static bool addresses(const struct x86_insn *in, unsigned reg)
{
	return reg == in->base || (reg == in->index && !in->vsib);
}

/* An integer into operand i, if it is one that can hold it. */
static void set_int(struct ora_case *c, unsigned i, uint64_t v)
{
	const struct x86_insn *in = &c->code->insn;
	const struct x86_operand *o = &in->opnd[i];

	switch (o->kind) {
	case OPND_REG:
		if (!ora_has_mem(in) || !addresses(in, o->reg))
			set_gpr(c, o->reg, o->size, v);
		break;
	case OPND_REG8H:
		if (!ora_has_mem(in) || !addresses(in, o->reg))
			c->in.gpr[o->reg] = (c->in.gpr[o->reg] &
					     ~UINT64_C(0xff00)) |
					    (v & 0xff) << 8;
		break;
	case OPND_MEM:
		if (o->access)
			put_data(c, c->place, o->size > 8 ? 8 : o->size, v);
		break;
	default:
		break;
	}
}

static uint64_t get_int(struct ora_case *c, unsigned i)
{
	const struct x86_operand *o = &c->code->insn.opnd[i];
	uint64_t v = 0;

	if (o->kind == OPND_REG)
		v = c->in.gpr[o->reg];
	else if (o->kind == OPND_REG8H)
		v = c->in.gpr[o->reg] >> 8;
	else if (o->kind == OPND_MEM)
		v = get_data(c, c->place, o->size > 8 ? 8 : o->size);
	return o->size >= 8 ? v : v & (~UINT64_C(0) >> (64 - o->size * 8));
}

static uint8_t *st_at(struct ora_case *c, unsigned i)
{
	(void)i;	/* FXSAVE keeps them in the order of the stack */
	return c->in.fx + FXI_ST + (i & 7) * 16;
}

static bool is_x87(const struct x86_insn *in)
{
	return vc__x86_name(in->op)[0] == 'f' && (in->attr & X86_FPU);
}

/* A number into a vector, MMX, x87 or memory operand: edge value e, or any
 * for e < 0. */
static void set_float(struct ora_case *c, unsigned i, int e, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	const struct x86_operand *o = &in->opnd[i];
	enum lanes lanes = lanes_of(in);
	uint8_t buf[32], *p;
	unsigned size = o->size;

	vector_pick(buf, lanes, seed);
	vector_pick(buf + 16, lanes, seed);
	if (e >= 0 && (lanes == F32 || lanes == F32H))
		put_at(buf, 4, f32_edges[e]);
	else if (e >= 0 && lanes == F16)
		put_at(buf, 2, f16_edges[e]);
	else if (e >= 0 && lanes == F64)
		put_at(buf, 8, f64_edges[e]);
	else if (e >= 0)
		put_at(buf, size < 8 ? size : 8, int_edge((unsigned)e, size < 8
							  ? size : 8));
	switch (o->kind) {
	case OPND_XMM:
		memcpy(c->in.fx + FXI_XMM + o->reg * 16, buf, 16);
		if (size == 32)
			memcpy(c->in.high[o->reg], buf + 16, 16);
		break;
	case OPND_MMX:
		memcpy(st_at(c, o->reg - (get16(c->in.fx + FXI_FSW) >> 11 & 7)),
		       buf, 8);
		break;
	case OPND_ST:
		put_f80(st_at(c, o->reg), e >= 0 ? f80_edges[e] :
						   f80_pick(seed));
		break;
	case OPND_REG:
		set_int(c, i, e >= 0 ? int_edge((unsigned)e, size) :
				       int_pick(seed));
		break;
	case OPND_MEM:
		p = data_at(c, c->place, size);
		if (!p || !size)
			break;
		if (is_x87(in)) {
			struct f80_edge v = e >= 0 ? f80_edges[e] :
						     f80_pick(seed);

			bool ints = vc__x86_name(in->op)[1] == 'i' ||
				    size == 2;

			if (in->op == X86_FBLD) {
				for (unsigned k = 0; k < 10; k++)
					p[k] = (uint8_t)(below(seed, 10) |
						below(seed, 10) << 4);
				p[9] = (uint8_t)(below(seed, 2) << 7);
				if (below(seed, 4) == 0)
					p[below(seed, 10)] = (uint8_t)
						below(seed, 256);
			} else if (ints) {
				put_at(p, size, e >= 0 ?
				       int_edge((unsigned)e, size) :
				       int_pick(seed));
			} else if (size == 4) {
				put_at(p, 4, e >= 0 ? f32_edges[e] :
						      f32_pick(seed));
			} else if (size == 8) {
				put_at(p, 8, e >= 0 ? f64_edges[e] :
						      f64_pick(seed));
			} else if (size == 10) {
				put_f80(p, v);
			}
			break;
		}
		memcpy(p, buf, size < 32 ? size : 32);
		break;
	default:
		break;
	}
}

/* ---- vector operands ---- */

/* n bytes at offset at of vector operand i. */
static void put_vector(struct ora_case *c, unsigned i, unsigned at, unsigned n,
		       uint64_t v)
{
	const struct x86_operand *o = &c->code->insn.opnd[i];
	uint8_t *p;

	if (o->kind == OPND_XMM) {
		p = at < 16 ? c->in.fx + FXI_XMM + o->reg * 16 + at :
			      c->in.high[o->reg] + at - 16;
		put_at(p, n, v);
	} else if (o->kind == OPND_MEM && at + n <= o->size) {
		p = data_at(c, c->place + at, n);
		if (p)
			put_at(p, n, v);
	}
}

/* What a sum and a product make of each other: which of the operands are
 * multiplied is in the name. */
#define TRIPLES	12u
static const uint8_t triple_edges[TRIPLES] = {
	0, 1, 2, 4, 5, 7, 8, 10, 12, 13, 15, 16
};

static bool is_fma(const struct x86_insn *in)
{
	const char *n = vc__x86_name(in->op);

	return n[0] == 'v' && n[1] == 'f';
}

struct fma {
	unsigned x, y, z;	/* operands: x * y + z */
	unsigned size, lanes;
};

static struct fma fma_of(const struct x86_insn *in)
{
	const char *n = vc__x86_name(in->op), *d = n + strcspn(n, "123");
	struct fma f = { (unsigned)(d[0] - '1'), (unsigned)(d[1] - '1'),
			 (unsigned)(d[2] - '1'), 0, 1 };
	size_t len = strlen(n);

	f.size = n[len - 1] == 's' ? 4 : 8;
	if (n[len - 2] == 'p')
		f.lanes = in->opnd[0].size / f.size;
	return f;
}

static uint64_t float_edge(unsigned size, unsigned i)
{
	return size == 4 ? f32_edges[i] : f64_edges[i];
}

static void fma_edges(struct ora_case *c, unsigned n)
{
	struct fma f = fma_of(&c->code->insn);

	for (unsigned i = 0; i < f.lanes; i++) {
		unsigned t = (n * f.lanes + i) % (TRIPLES * TRIPLES * TRIPLES);

		for (unsigned k = 0; k < 3; k++, t /= TRIPLES)
			put_vector(c, k, i * f.size, f.size,
				   float_edge(f.size, triple_edges[t % TRIPLES]));
	}
}

static uint64_t make_float(unsigned size, unsigned sign, int e, uint64_t m)
{
	int max = size == 4 ? 254 : 2046;

	e += size == 4 ? 127 : 1023;
	if (e < 0)
		e = 0;
	if (e > max)
		e = max;
	return size == 4 ? (uint64_t)sign << 31 | (uint64_t)e << 23 | m >> 41 :
			   (uint64_t)sign << 63 | (uint64_t)e << 52 | m >> 12;
}

/* -(x * y), rounded. */
static uint64_t minus_product(unsigned size, uint64_t x, uint64_t y)
{
	uint64_t v = 0;
	uint32_t x32 = (uint32_t)x, y32 = (uint32_t)y;
	float f, g;
	double d, e;

	if (size == 4) {
		memcpy(&f, &x32, 4);
		memcpy(&g, &y32, 4);
		f = -(f * g);
		memcpy(&x32, &f, 4);
		return x32;
	}
	memcpy(&d, &x, 8);
	memcpy(&e, &y, 8);
	d = -(d * e);
	memcpy(&v, &d, 8);
	return v;
}

/* Sums that cancel, products that overflow or underflow by themselves, sums
 * that only just round. */
static void fma_lane(unsigned size, uint64_t *v, uint64_t *seed)
{
	int bits = size == 4 ? 24 : 53, top = size == 4 ? 128 : 1024, e;
	uint64_t m[3];

	for (unsigned i = 0; i < 3; i++)
		m[i] = fraction(seed, 64);
	switch (below(seed, 6)) {
	case 0:			/* x * y - x * y, to the last bit or almost */
		e = (int)below(seed, 100) - 50;
		v[0] = make_float(size, below(seed, 2), e, m[0]);
		v[1] = make_float(size, below(seed, 2), -e / 2, m[1]);
		v[2] = minus_product(size, v[0], v[1]) + below(seed, 3) - 1;
		break;
	case 1:			/* the product alone is too large */
		e = (int)below(seed, 60);
		v[0] = make_float(size, below(seed, 2), e, m[0]);
		v[1] = make_float(size, below(seed, 2), top - e - 1 +
				  (int)below(seed, 3) - 1, m[1]);
		v[2] = make_float(size, below(seed, 2),
				  top - 1 - (int)below(seed, 3), m[2]);
		break;
	case 2:			/* the sum is denormal, or about to be */
		e = (int)below(seed, 60);
		v[0] = make_float(size, below(seed, 2), e - 30, m[0]);
		v[1] = make_float(size, below(seed, 2), 2 - top - e + 30 +
				  (int)below(seed, 60) - 30, m[1]);
		v[2] = make_float(size, below(seed, 2), 2 - top +
				  (int)below(seed, 8) - 4, m[2]);
		break;
	case 3:			/* one of them is far below the other */
		e = (int)below(seed, 2 * (unsigned)bits + 8) - bits - 4;
		v[0] = make_float(size, below(seed, 2), 0, m[0]);
		v[1] = make_float(size, below(seed, 2), 0, m[1]);
		v[2] = make_float(size, below(seed, 2), e, m[2]);
		break;
	case 4:			/* infinities, zeros, NaNs */
		for (unsigned i = 0; i < 3; i++)
			v[i] = float_edge(size, triple_edges[below(seed, 2) ?
						 below(seed, 2) :
						 8 + below(seed, 4)]);
		break;
	default:
		for (unsigned i = 0; i < 3; i++)
			v[i] = size == 4 ? f32_pick(seed) : f64_pick(seed);
		break;
	}
}

static void fma_state(struct ora_case *c, uint64_t *seed)
{
	struct fma f = fma_of(&c->code->insn);
	uint64_t v[3];

	for (unsigned i = 0; i < f.lanes; i++) {
		if (below(seed, 3) == 0)
			continue;
		fma_lane(f.size, v, seed);
		put_vector(c, f.x, i * f.size, f.size, v[0]);
		put_vector(c, f.y, i * f.size, f.size, v[1]);
		put_vector(c, f.z, i * f.size, f.size, v[2]);
	}
}

/* Masks: the sign of each lane, beside it anything. */
static void mask_state(struct ora_case *c, unsigned i, unsigned lane,
		       unsigned size, uint64_t *seed)
{
	uint64_t top = UINT64_C(1) << (lane * 8 - 1);
	unsigned some = below(seed, 4);

	for (unsigned at = 0; at < size; at += lane) {
		uint64_t v = below(seed, 2) ? 0 : ora_random(seed) & (top - 1);

		if (some == 3 || (some && below(seed, some + 1)))
			v |= top;
		put_vector(c, i, at, lane, v);
	}
}

/* Each lane's index leads into the data; now and then to nowhere. */
static void gather_state(struct ora_case *c, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	bool wide = in->op == X86_VGATHERQPS || in->op == X86_VGATHERQPD ||
		    in->op == X86_VPGATHERQD || in->op == X86_VPGATHERQQ;
	unsigned lane = wide ? 8 : 4, size = in->mem_size >= 8 ? 8 : 4;
	bool safe = below(seed, 3);
	uint64_t base = c->place - ORA_DATA;

	for (unsigned at = 0; at < in->vsib; at += lane) {
		uint64_t to = 0x10u + below(seed, 0x2f00), v;

		if (!safe && below(seed, 6) == 0)
			to = below(seed, 2) ? 0x3000u - below(seed, size + 4) :
					      0x3000u + below(seed, 0x1000);
		if (base >= ORA_DATA_SIZE + 0x1000u)
			to = base + below(seed, 64);
		v = (uint64_t)((int64_t)(to - base) >> in->scale);
		/* what is shifted out can be anything */
		if (lane == 8 && in->scale && in->asize == 8 &&
		    below(seed, 8) == 0)
			v ^= ora_random(seed) << (64 - in->scale);
		if (at < 16)
			put_at(c->in.fx + FXI_XMM + in->index * 16 + at, lane,
			       v);
		else
			put_at(c->in.high[in->index] + at - 16, lane, v);
	}
	mask_state(c, 2, size, in->opnd[2].size, seed);
}

static bool name_has(const struct x86_insn *in, const char *what)
{
	return strstr(vc__x86_name(in->op), what) != NULL;
}

/* Counts, lane numbers, masks: what random bits seldom hit. */
static void vector_controls(struct ora_case *c, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned last = in->opnds - 1u;
	unsigned size = in->opnd[0].size;

	if (in->vsib) {
		gather_state(c, seed);
	} else if (is_masked_move(in)) {
		mask_state(c, 1, in->op == X86_VMASKMOVPS ||
			   in->op == X86_VPMASKMOVD ? 4 : 8,
			   in->opnd[1].size, seed);
	} else if (is_fma(in)) {
		if (below(seed, 4))
			fma_state(c, seed);
	} else if (name_has(in, "psllv") || name_has(in, "psrlv") ||
		   name_has(in, "psrav")) {
		for (unsigned at = 0; at < size; at += 4)
			if (below(seed, 4))
				put_vector(c, last, at, 4, below(seed, 2) ? 0 :
					   below(seed, 70));
	} else if (name_has(in, "psll") || name_has(in, "psrl") ||
		   name_has(in, "psra")) {
		if (in->opnd[last].kind != OPND_IMM && below(seed, 2))
			put_vector(c, last, 0, 8, below(seed, 70));
	} else if (name_has(in, "perm") && in->opnds > 2) {
		unsigned i = in->op == X86_VPERMD || in->op == X86_VPERMPS ?
			     1 : 2;

		if (in->opnd[i].kind != OPND_IMM && below(seed, 2))
			for (unsigned at = 0; at < size; at += 4)
				put_vector(c, i, at, 4, ora_random(seed));
	} else if (name_has(in, "pcmpestr") && below(seed, 2) &&
		   !addresses(in, 0) && !addresses(in, 2)) {
		set_gpr(c, 0, 8, below(seed, 40) - 20u);
		set_gpr(c, 2, 8, below(seed, 40) - 20u);
	} else if (in->op == X86_MASKMOVDQU) {
		if (below(seed, 2))
			mask_state(c, 1, 1, 16, seed);
	}
}

/* ---- what some instructions need ---- */

static uint64_t pad_or_nowhere(const struct ora_case *c, uint64_t *seed)
{
	bool code64 = c->code->form->mode == X86_MODE64;
	uint32_t pads = code64 ? ORA_PADS_64 : ORA_PADS_32;

	switch (below(seed, 40)) {
	case 0:
		return ORA_DATA - 0x1000u + below(seed, 0x1000);
	case 1:		/* no execution there */
		return ORA_DATA + 0x100 + below(seed, 0x100);
	case 2:
		if (code64)
			return UINT64_C(0x8000000000000000) | ora_random(seed) >> 17;
		/* fall through */
	default:
		return pads + below(seed, ORA_PADS) * ORA_PAD;
	}
}

static uint64_t window(const struct x86_insn *in)
{
	return in->asize == 2 ? ORA_LOW : ORA_DATA;
}

static void string_state(struct ora_case *c, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned size = in->osize;
	uint64_t base = window(in), seg = 0, n;
	struct place s = choose_place(in, size, seed);
	struct place d = choose_place(in, size, seed);
	uint8_t *ps, *pd;

	if (in->op == X86_INS || in->op == X86_OUTS) {
		if ((c->in.gpr[2] & 0xffff) - 0xe6 < 8)
			c->in.gpr[2] ^= 0x100;
	}
	if (c->code->form->mode == X86_MODE64 && in->seg == VC_SEG_FS)
		seg = ora_host_fs_base();
	else if (c->code->form->mode == X86_MODE64 && in->seg == VC_SEG_GS)
		seg = ORA_GS_BASE;
	if (below(seed, 4) == 0)	/* overlapping, at any distance */
		d.off = s.off + (int32_t)below(seed, 40) - 20;
	if (in->asize != 2 || ora_host_has_low()) {
		set_gpr(c, 6, in->asize, base + (uint64_t)(int64_t)s.off - seg);
		set_gpr(c, 7, in->asize, base + (uint64_t)(int64_t)d.off);
	} else {
		set_gpr(c, 6, 2, 0x100);
		set_gpr(c, 7, 2, 0x200);
	}
	if (in->asize == 8 && below(seed, 100) == 0)
		c->in.gpr[below(seed, 2) ? 6 : 7] ^= UINT64_C(1) << 60;
	switch (below(seed, 32)) {
	case 0:
		n = 0;
		break;
	case 1:
		n = 5000 + below(seed, 3000);
		if (in->asize == 2)
			n = 100;
		break;
	case 2: case 3: case 4:
		n = below(seed, 80);
		break;
	default:
		n = below(seed, 20);
		break;
	}
	set_gpr(c, 1, in->asize, n);
	if (in->op == X86_SCAS && below(seed, 2)) {
		for (unsigned i = 0; i < 12; i++)
			put_data(c, base + (uint64_t)(int64_t)d.off + i * size,
				 size, c->in.gpr[0]);
	} else if (in->op == X86_CMPS && below(seed, 2)) {
		ps = data_at(c, base + (uint64_t)(int64_t)s.off, 64);
		pd = data_at(c, base + (uint64_t)(int64_t)d.off, 64);
		if (ps && pd)
			memmove(pd, ps, 1 + below(seed, 64));
	}
	c->in.rflags &= ~(uint64_t)FL_DF;
	if (below(seed, 3) == 0)
		c->in.rflags |= FL_DF;
}

/* A dividend whose quotient fits, mostly. */
static void divide_state(struct ora_case *c, bool edge, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned bits = in->osize * 8u;
	uint64_t ones = ~UINT64_C(0) >> (64 - bits);
	uint64_t d = get_int(c, 0), high;

	if (edge && below(seed, 3) == 0)
		return;
	if (below(seed, 10) == 0)
		return;
	if (in->op == X86_DIV) {
		high = d ? ora_random(seed) % d : 0;
		if (below(seed, 4) == 0 && d)
			high = d - 1;
	} else {
		uint64_t mag = d >> (bits - 1) & 1 ? (0 - d) & ones : d;

		high = mag > 1 ? ora_random(seed) % (mag / 2 + 1) : 0;
		if (below(seed, 2))
			high = ~high & ones;
	}
	if (bits == 8)
		set_gpr(c, 0, 2, (high & 0xff) << 8 | (c->in.gpr[0] & 0xff));
	else if (!addresses(in, 2))
		set_gpr(c, 2, in->osize, high);
}

static void stack_state(struct ora_case *c, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	uint64_t top;

	/* the stack, where the address does not rule it */
	if (!ora_has_mem(in) || !addresses(in, 4)) {
		uint64_t sp = ORA_DATA + 0x1800u + below(seed, 0x40) * 8;

		switch (below(seed, 24)) {
		case 0:
			sp = ORA_DATA + 0x1000u + below(seed, 17) - 8;
			break;
		case 1:
			sp = ORA_DATA + 0x2000u + below(seed, 17) - 8;
			break;
		case 2:
			sp = ORA_DATA + below(seed, 17);
			break;
		case 3:
			sp = ORA_DATA + 0x3000u - below(seed, 9);
			break;
		case 4:
			sp += below(seed, 8);
			break;
		case 5:
			if (c->code->form->mode == X86_MODE64 &&
			    (in->attr & X86_STACK) && below(seed, 4) == 0)
				sp |= UINT64_C(1) << 62;
			break;
		default:
			break;
		}
		c->in.gpr[4] = sp;
	} else if (in->asize != 8) {
		/* not into the kernel's half, which is not the same there */
		c->in.gpr[4] = (uint32_t)c->in.gpr[4];
	}
	top = c->in.gpr[4];
	switch (in->op) {
	case X86_RET:
		put_data(c, top, in->osize, pad_or_nowhere(c, seed));
		break;
	case X86_POPF:
		/* not TF; not NT, which the kernel has to live with */
		put_data(c, top, in->osize, ora_random(seed) &
			 ~UINT64_C(0x4100));
		break;
	case X86_ENTER:
		c->in.gpr[5] = ORA_DATA + 0x1000u + below(seed, 0x1000);
		break;
	case X86_LEAVE:
		c->in.gpr[5] = top + (below(seed, 16) ? 0 : 0x1000);
		if (below(seed, 4))
			c->in.gpr[5] = ORA_DATA + 0x400u + below(seed, 0x1c00);
		c->in.gpr[4] = int_pick(seed);
		break;
	case X86_POP:
	case X86_POPA:
		for (unsigned i = 0; i < 8; i++)
			if (below(seed, 2))
				put_data(c, top + i * in->osize, in->osize,
					 int_pick(seed));
		break;
	default:
		break;
	}
}

/* An image that FXRSTOR, FRSTOR and the like take. */
static void image_state(struct ora_case *c, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned parts = ora_host_has_avx() ? 8 : 4;
	static struct ora_regs image;
	uint8_t *fx = image.fx, *p;
	unsigned i;

	switch (in->op) {
	case X86_FXRSTOR: case X86_XRSTOR: case X86_XSAVE: case X86_XSAVEOPT:
	case X86_XSAVEC:
		memset(fx, 0, 512);
		fx_controls(fx, true, seed);
		x87_pick(fx, seed);
		vectors_pick(&image, INTS, seed);
		if (below(seed, 16) == 0)
			fx[FXI_MXCSR + 2] = 1;	/* reserved: #GP */
		p = data_at(c, c->place, 512);
		if (p)
			memcpy(p, fx, 512);
		c->in.gpr[0] = (c->in.gpr[0] & ~UINT64_C(0xffffffff)) |
			       below(seed, parts);
		c->in.gpr[2] &= ~UINT64_C(0xffffffff);
		p = data_at(c, c->place + 512, 64 + 256);
		if (p && in->op != X86_FXRSTOR) {
			memset(p, 0, 64);
			p[0] = (uint8_t)below(seed, parts);
			memcpy(p + 64, image.high, 256);
			/* compacted, SDM 1 §13.4.3 */
			if (vc__cpuid_offers(X86_FEAT_XSAVEC) &&
			    below(seed, 4) == 0) {
				p[8] = (uint8_t)(p[0] | below(seed, parts));
				p[15] = 0x80;
			}
			if (below(seed, 20) == 0)
				p[below(seed, 64)] = 1;
		}
		break;
	case X86_FLDENV: case X86_FRSTOR:
		p = data_at(c, c->place, in->osize == 2 ? 94 : 108);
		if (!p)
			break;
		fx_controls(fx, true, seed);
		i = in->osize == 2 ? 2 : 4;
		put_at(p, i, get16(fx + FXI_FCW));
		put_at(p + i, i, get16(fx + FXI_FSW));
		put_at(p + 2 * i, i, below(seed, 2) ? 0 : ora_random(seed));
		for (i = 0; i < 8 && in->op == X86_FRSTOR; i++)
			put_f80(p + (in->osize == 2 ? 14 : 28) + i * 10,
				f80_pick(seed));
		break;
	case X86_LDMXCSR:
		memset(fx, 0, 512);
		fx_controls(fx, true, seed);
		p = data_at(c, c->place, 4);
		if (!p)
			break;
		memcpy(p, fx + FXI_MXCSR, 4);
		if (below(seed, 16) == 0)
			p[2] = (uint8_t)(1u << (below(seed, 2) ? 0 : 2));
		break;
	case X86_FLDCW:
		fx_controls(fx, true, seed);
		if (below(seed, 2))
			put_data(c, c->place, 2, get16(fx + FXI_FCW));
		else	/* not the precision that is reserved */
			put_data(c, c->place, 2, ora_random(seed) | 0x200);
		break;
	default:
		break;
	}
}

static unsigned implicit_size(const struct x86_insn *in)
{
	switch (in->op) {
	case X86_FXSAVE: case X86_FXRSTOR: return 512;
	case X86_XSAVE: case X86_XRSTOR: case X86_XSAVEOPT:
	case X86_XSAVEC: return 832;
	case X86_FNSAVE: case X86_FRSTOR: return in->osize == 2 ? 94 : 108;
	case X86_FLDENV: case X86_FNSTENV: return in->osize == 2 ? 14 : 28;
	case X86_BOUND: return in->osize * 2u;
	default: return in->mem_size ? in->mem_size : 8;
	}
}

/* Registers and memory that the address and special operands rule. */
static bool place_memory(struct ora_case *c, uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	bool mode64 = c->code->form->mode == X86_MODE64;
	struct place p = choose_place(in, implicit_size(in), seed);
	uint64_t base = window(in);

	if (in->asize == 2 && !ora_host_has_low())
		p.off = -0x7000 + 0x100;	/* nothing is there */
	c->place = base + (uint64_t)(int64_t)p.off;
	if (p.not_canonical && mode64 && in->asize == 8 && in->seg < VC_SEG_FS)
		c->place = UINT64_C(0x8000000000000000) | ora_random(seed) >> 17;
	if (in->op == X86_XLAT) {
		c->in.gpr[3] = c->place;
		set_address(c, c->place, seed);
		set_gpr(c, 3, in->asize, c->place - (c->in.gpr[0] & 0xff) -
			(mode64 && in->seg == VC_SEG_FS ? ora_host_fs_base() :
			 mode64 && in->seg == VC_SEG_GS ? ORA_GS_BASE : 0));
		return true;
	}
	if (in->op == X86_MASKMOVQ || in->op == X86_MASKMOVDQU) {
		set_gpr(c, 7, in->asize, c->place -
			(mode64 && in->seg == VC_SEG_FS ? ora_host_fs_base() :
			 mode64 && in->seg == VC_SEG_GS ? ORA_GS_BASE : 0));
		return true;
	}
	if (!ora_has_mem(in))
		return true;
	if (c->code->target) {
		c->place = c->code->target;
		return true;
	}
	if (in->op == X86_LEA)
		return true;
	return set_address(c, c->place, seed);
}

/* ---- a state ---- */

static bool is_float(const struct ora_form *f)
{
	return (f->insn.attr & (X86_FPU | VECTORS)) || ora_is_xsave(&f->insn);
}

unsigned ora_edges(const struct ora_form *f)
{
	if (is_fma(&f->insn) && is_float(f))
		return TRIPLES * TRIPLES * TRIPLES / fma_of(&f->insn).lanes;
	return is_float(f) ? FP_EDGES * FP_EDGES : EDGES * EDGES;
}

static void int_operands(struct ora_case *c, unsigned n, bool edge,
			 uint64_t *seed)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned a = n % EDGES, b = n / EDGES % EDGES;

	for (unsigned i = 0; i < in->opnds && i < (in->vex ? 3 : 2); i++)
		set_int(c, i, edge ? int_edge(i & 1 ? b : a, in->opnd[i].size ?
					      in->opnd[i].size : 8) :
			int_pick(seed));
	switch (in->op) {
	case X86_BEXTR:		/* where it starts, how much it takes */
		if (below(seed, 4))
			set_int(c, 2, below(seed, 70) | below(seed, 70) << 8 |
				(below(seed, 2) ? ora_random(seed) << 16 : 0));
		break;
	case X86_BZHI: case X86_SARX: case X86_SHLX: case X86_SHRX:
		if (below(seed, 2))
			set_int(c, 2, below(seed, 70) |
				(below(seed, 2) ? ora_random(seed) << 8 : 0));
		break;
	case X86_MULX:
		if (edge)
			set_gpr(c, 2, in->osize, int_edge(b, in->osize));
		break;
	case X86_MUL: case X86_IMUL:
		if (edge && in->opnds == 1 && !addresses(in, 0))
			set_gpr(c, 0, in->osize, int_edge(b, in->osize));
		break;
	case X86_DIV: case X86_IDIV:
		if (edge && !addresses(in, 0))
			set_gpr(c, 0, in->osize, int_edge(b, in->osize));
		divide_state(c, edge, seed);
		break;
	case X86_CMPXCHG:
		if (!addresses(in, 0) && below(seed, 2))
			set_gpr(c, 0, in->osize, get_int(c, 0));
		break;
	case X86_CMPXCHG8B: case X86_CMPXCHG16B: {
		unsigned half = in->op == X86_CMPXCHG8B ? 4 : 8;

		if (below(seed, 3) && !addresses(in, 0) && !addresses(in, 2)) {
			put_data(c, c->place, half, c->in.gpr[0]);
			put_data(c, c->place + half, half, c->in.gpr[2]);
		}
		break;
	}
	case X86_SHL: case X86_SHR: case X86_SAR: case X86_ROL: case X86_ROR:
	case X86_RCL: case X86_RCR: case X86_SHLD: case X86_SHRD:
		if (!addresses(in, 1))
			set_gpr(c, 1, 1, edge ? n / EDGES * 4 + below(seed, 4) :
				ora_random(seed));
		break;
	case X86_BT: case X86_BTS: case X86_BTR: case X86_BTC:
		/* a bit string of limited reach */
		if (in->opnd[0].kind == OPND_MEM &&
		    in->opnd[1].kind == OPND_REG)
			set_gpr(c, in->opnd[1].reg, in->opnd[1].size,
				below(seed, 2) ? below(seed, 256) - 128 :
				below(seed, 0xe000) - 0x7000u);
		if (in->opnd[0].kind == OPND_MEM &&
		    in->opnd[1].kind == OPND_REG && in->opnd[1].size == 8)
			c->in.gpr[in->opnd[1].reg] = (uint64_t)(int32_t)
				c->in.gpr[in->opnd[1].reg];
		break;
	case X86_JMP: case X86_CALL:
		if (in->opnd[0].kind == OPND_MEM ||
		    in->opnd[0].kind == OPND_REG)
			set_int(c, 0, pad_or_nowhere(c, seed));
		if (in->opnd[0].kind == OPND_REG && in->opnd[0].reg == 4)
			c->in.gpr[4] = pad_or_nowhere(c, seed);
		break;
	case X86_LOOP: case X86_LOOPE: case X86_LOOPNE: case X86_JCXZ:
		if (below(seed, 2))
			set_gpr(c, 1, below(seed, 4) ? in->asize : 8,
				below(seed, 4));
		break;
	case X86_IN: case X86_OUT:
		if ((c->in.gpr[2] & 0xffff) - 0xe6 < 8)
			c->in.gpr[2] ^= 0x100;
		break;
	case X86_BOUND:
		if (below(seed, 4)) {
			uint64_t v = get_int(c, 0);

			put_data(c, c->place, in->osize, v - below(seed, 4) + 1);
			put_data(c, c->place + in->osize, in->osize,
				 v + below(seed, 4) - 1);
		}
		break;
	default:
		break;
	}
}

bool ora_state(struct ora_case *c, const struct ora_code *code, unsigned n,
	       uint64_t *seed)
{
	const struct x86_insn *in = &code->insn;
	bool edge = n < ora_edges(code->form), fp = is_float(code->form);
	bool mode64 = code->form->mode == X86_MODE64;

	c->code = code;
	c->in.rip = code->at;
	c->in.rflags = FL_FIXED | (ora_random(seed) & FL_ARITH);
	if (below(seed, 8) == 0)
		c->in.rflags |= FL_DF;
	for (unsigned i = 0; i < 16; i++)
		c->in.gpr[i] = int_pick(seed);
	if (!mode64)
		for (unsigned i = 0; i < 8; i++)
			c->in.gpr[i] = (uint32_t)c->in.gpr[i];
	if (fp || below(seed, 64) == 0) {
		fx_controls(c->in.fx, !edge || below(seed, 4) == 0, seed);
		if (!(in->attr & VECTORS) || (in->attr & X86_FPU))
			x87_pick(c->in.fx, seed);
		if ((fp && (in->attr & VECTORS)) || ora_is_xsave(in))
			vectors_pick(&c->in, lanes_of(in), seed);
	}
	if (!place_memory(c, seed))
		return false;
	if (in->op == X86_IN || in->op == X86_OUT)
		for (unsigned i = 0; i < in->opnds; i++)
			if (in->opnd[i].kind == OPND_IMM &&
			    (in->imm & 0xff) - 0xe6 < 8)
				return false;
	if (fp) {
		unsigned a = n % FP_EDGES, b = n / FP_EDGES % FP_EDGES;

		if (is_x87(in)) {
			put_f80(st_at(c, 0), edge ? f80_edges[b] :
						    f80_pick(seed));
			put_f80(st_at(c, 1), edge ? f80_edges[a] :
						    f80_pick(seed));
		}
		for (unsigned i = 0; i < in->opnds && i < (in->vex ? 4 : 2);
		     i++)
			set_float(c, i, edge ? (int)(i & 1 ? b : a) : -1, seed);
		if (edge && is_fma(in))
			fma_edges(c, n);
		else if (in->attr & VECTORS)
			vector_controls(c, seed);
		image_state(c, seed);
	} else {
		int_operands(c, n, edge, seed);
	}
	if (in->attr & X86_STRING)
		string_state(c, seed);
	stack_state(c, seed);
	if (!mode64)
		for (unsigned i = 0; i < 8; i++)
			c->in.gpr[i] = (uint32_t)c->in.gpr[i];
	return true;
}

/* FP numbers and integers side by side, in memory too. */
static void vector_sequence_state(struct ora_case *c, uint64_t *seed)
{
	enum lanes lanes = (enum lanes)below(seed, 3);

	fx_controls(c->in.fx, below(seed, 4) != 0, seed);
	x87_pick(c->in.fx, seed);
	vectors_pick(&c->in, lanes, seed);
	for (unsigned i = 0; i < 128; i++)
		vector_pick(c->data + (below(seed, ORA_RW_SIZE - 16) & ~3u),
			    lanes, seed);
}

void ora_sequence_state(struct ora_case *c, const struct ora_code *code,
			uint64_t *seed)
{
	c->code = code;
	c->place = ORA_DATA;
	c->in.rip = code->at;
	c->in.rflags = FL_FIXED | (ora_random(seed) & FL_ARITH);
	for (unsigned i = 0; i < 16; i++)
		c->in.gpr[i] = int_pick(seed);
	for (unsigned i = 0; i < 64; i++)
		put_at(c->data + below(seed, ORA_RW_SIZE - 8), 8,
		       int_pick(seed));
	if (code->vectors)
		vector_sequence_state(c, seed);
}
