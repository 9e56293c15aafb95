/* SPDX-License-Identifier: MIT */
/*
 * decode.c: the machine's grammar, SDM 2A chapter 2: prefixes, VEX, opcode,
 * ModRM, SIB, displacement, immediates. What the opcodes are stands in optab.c
 * and vextab.c; here is how their operands are found, and every rule by which
 * bytes are #UD whatever the state of the processor. Where Intel and AMD
 * differ (66 before a near branch in 64-bit code, REX.W before a far one),
 * this is Intel.
 *
 * #UD is found as early as a processor finds it: before the displacement and
 * the immediate, which may lie on a page that is not there.
 */
#include <stdbool.h>
#include <string.h>

#include "optab.h"
#include "virtcore/x86.h"

#define MAX_LEN	15u	/* SDM 2A §2.3.11 */

#define FL_CF	0x0001u
#define FL_PF	0x0004u
#define FL_ZF	0x0040u
#define FL_SF	0x0080u
#define FL_OF	0x0800u

struct dec {
	const uint8_t *bytes;
	uint8_t pos;
	uint8_t limit;		/* at most MAX_LEN */
	uint8_t opcode;
	uint8_t map;		/* 0: one-byte, 1: 0F, 2: 0F38, 3: 0F3A */
	uint8_t modrm;
	uint8_t rex;		/* VEX in 64-bit code: R X B W in REX's form */
	uint8_t mandatory;	/* as vc__x86_0f: none, 66, F3, F2 */
	uint8_t vl;		/* 0: no VEX; vector length, 16 or 32 */
	uint8_t vvvv;		/* VEX.vvvv, not inverted; 0 when not used */
	bool vex_w;		/* in any mode; REX_W() is for what is a
				   matter of 64-bit code, as in REX */
	bool has_modrm;
	bool mod3;		/* ModRM is a register */
	bool code64;
};

#define REX_W(d)	((d)->rex >> 3 & 1)
#define REX_R(d)	((d)->rex << 1 & 8)
#define REX_X(d)	((d)->rex << 2 & 8)
#define REX_B(d)	((d)->rex << 3 & 8)
#define MOD(d)		((d)->modrm >> 6)
#define REG(d)		((d)->modrm >> 3 & 7)
#define RM(d)		((d)->modrm & 7)

/* ---- operand forms ---- */

enum how {
	BY_NONE, BY_RM, BY_REG, BY_OPCODE, BY_FIXED, BY_ONE, BY_IMM8,
	BY_IMM8B, BY_IMM8S, BY_IMM16, BY_IMMZ, BY_IMMV, BY_REL8, BY_RELZ,
	BY_FAR, BY_MOFFS, BY_VVVV, BY_IS4,
};

/* what a form asks of ModRM */
#define N_MODRM	0x01u
#define N_MEM	(0x02u | N_MODRM)
#define N_REG	(0x04u | N_MODRM)
#define N_SEG	(0x08u | N_MODRM)	/* a segment register that exists */
#define N_SEGW	(0x10u | N_SEG)		/* ... and is not CS */
#define N_CR	(0x20u | N_MODRM)
#define N_DR	(0x40u | N_MODRM)
#define N_BYTE	0x80u			/* first operand: operand size is 1 */

/* sizes that depend on more than the form; others are in bytes */
enum {
	SZ_V = 0x80,	/* operand size */
	SZ_Z,		/* ... at most 4 */
	SZ_Y,		/* 4, with REX.W 8 */
	SZ_N,		/* 8 in 64-bit code, else 4 */
	SZ_P,		/* operand size and a selector */
	SZ_A,		/* operand size, twice */
	SZ_S,		/* 6, in 64-bit code 10 */
	SZ_Q,		/* 8, with REX.W 16 */
	SZ_X,		/* vector length */
	SZ_XH,		/* ... half of it */
	SZ_XF,		/* ... a quarter */
	SZ_XE,		/* ... an eighth */
	SZ_SC,		/* 4, with VEX.W 8 */
	SZ_XW,		/* half of the vector length, with VEX.W all of it */
	SZ_DUP,		/* 8, or a vector of 32 */
};

struct form {
	uint8_t how;
	uint8_t need;
	uint8_t kind;		/* OPND_*, when it is a register */
	uint8_t rsize, msize;	/* as register, as memory */
	uint8_t n;		/* number of a fixed register */
};

#define RM_(kind, r, m)	{ BY_RM, N_MODRM, kind, r, m, 0 }
#define MEM_(m)		{ BY_RM, N_MEM, 0, 0, m, 0 }
#define RMREG_(kind, r)	{ BY_RM, N_REG, kind, r, 0, 0 }
#define REG_(kind, r)	{ BY_REG, N_MODRM, kind, r, 0, 0 }
#define FIX_(kind, r, n) { BY_FIXED, 0, kind, r, 0, n }
#define VVVV_(kind, r)	{ BY_VVVV, 0, kind, r, 0, 0 }
#define IMM_(how, r)	{ how, 0, OPND_IMM, r, 0, 0 }

static const struct form forms[FORM_COUNT] = {
	[Eb]    = { BY_RM, N_MODRM | N_BYTE, OPND_REG, 1, 1, 0 },
	[Ew]    = RM_(OPND_REG, 2, 2),
	[Ed]    = RM_(OPND_REG, 4, 4),
	[Ev]    = RM_(OPND_REG, SZ_V, SZ_V),
	[Ez]    = RM_(OPND_REG, SZ_Z, SZ_Z),
	[Ey]    = RM_(OPND_REG, SZ_Y, SZ_Y),
	[Er]    = RM_(OPND_REG, SZ_N, SZ_N),
	[RvMw]  = RM_(OPND_REG, SZ_V, 2),
	[RdMb]  = RM_(OPND_REG, 4, 1),
	[RdMw]  = RM_(OPND_REG, 4, 2),
	[RdMd]  = RM_(OPND_REG, 4, 4),
	[M_]    = MEM_(0),
	[Mb]    = MEM_(1),
	[Mw]    = MEM_(2),
	[Md]    = MEM_(4),
	[Mq]    = MEM_(8),
	[Mt]    = MEM_(10),
	[Mdq]   = MEM_(16),
	[Mv]    = MEM_(SZ_V),
	[Mp]    = MEM_(SZ_P),
	[Ma]    = MEM_(SZ_A),
	[Ms]    = MEM_(SZ_S),
	[My]    = MEM_(SZ_Y),
	[Mqdq]  = MEM_(SZ_Q),
	[Ry_]   = RM_(OPND_REG, SZ_N, 0),	/* OT_NOMOD */
	[Gb]    = { BY_REG, N_MODRM | N_BYTE, OPND_REG, 1, 0, 0 },
	[Gw]    = REG_(OPND_REG, 2),
	[Gd]    = REG_(OPND_REG, 4),
	[Gv]    = REG_(OPND_REG, SZ_V),
	[Gz]    = REG_(OPND_REG, SZ_Z),
	[Gy]    = REG_(OPND_REG, SZ_Y),
	[Gr]    = REG_(OPND_REG, SZ_N),
	[Qq]    = RM_(OPND_MMX, 8, 8),
	[Qd]    = RM_(OPND_MMX, 8, 4),
	[Pq]    = REG_(OPND_MMX, 8),
	[Nq]    = RMREG_(OPND_MMX, 8),
	[Wdq]   = RM_(OPND_XMM, 16, 16),
	[Wq]    = RM_(OPND_XMM, 8, 8),
	[Wd]    = RM_(OPND_XMM, 4, 4),
	[Ww]    = RM_(OPND_XMM, 2, 2),
	[WdqMq] = RM_(OPND_XMM, 16, 8),
	[WdqMd] = RM_(OPND_XMM, 16, 4),
	[Vdq]   = REG_(OPND_XMM, 16),
	[Vq]    = REG_(OPND_XMM, 8),
	[Vd]    = REG_(OPND_XMM, 4),
	[Udq]   = RMREG_(OPND_XMM, 16),
	[Uq]    = RMREG_(OPND_XMM, 8),
	[Ud]    = RMREG_(OPND_XMM, 4),
	[Cy]    = { BY_REG, N_CR, OPND_CR, SZ_N, 0, 0 },
	[Dy]    = { BY_REG, N_DR, OPND_DR, SZ_N, 0, 0 },
	[Sw]    = { BY_REG, N_SEG, OPND_SEG, 2, 0, 0 },
	[Swr]   = { BY_REG, N_SEGW, OPND_SEG, 2, 0, 0 },
	[Zb]    = { BY_OPCODE, N_BYTE, OPND_REG, 1, 0, 0 },
	[Zv]    = { BY_OPCODE, 0, OPND_REG, SZ_V, 0, 0 },
	[AL]    = { BY_FIXED, N_BYTE, OPND_REG, 1, 0, 0 },
	[CL]    = FIX_(OPND_REG, 1, 1),
	[AX]    = FIX_(OPND_REG, 2, 0),
	[DX]    = FIX_(OPND_REG, 2, 2),
	[rAX]   = FIX_(OPND_REG, SZ_V, 0),
	[zAX]   = FIX_(OPND_REG, SZ_Z, 0),
	[XMM0]  = FIX_(OPND_XMM, 16, 0),
	[rES]   = FIX_(OPND_SEG, 2, VC_SEG_ES),
	[rCS]   = FIX_(OPND_SEG, 2, VC_SEG_CS),
	[rSS]   = FIX_(OPND_SEG, 2, VC_SEG_SS),
	[rDS]   = FIX_(OPND_SEG, 2, VC_SEG_DS),
	[rFS]   = FIX_(OPND_SEG, 2, VC_SEG_FS),
	[rGS]   = FIX_(OPND_SEG, 2, VC_SEG_GS),
	[I1]    = IMM_(BY_ONE, 1),
	[Ib]    = IMM_(BY_IMM8, 1),
	[Ib2]   = IMM_(BY_IMM8B, 1),
	[Ibs]   = IMM_(BY_IMM8S, SZ_V),
	[Iw]    = IMM_(BY_IMM16, 2),
	[Iz]    = IMM_(BY_IMMZ, SZ_V),
	[Iv]    = IMM_(BY_IMMV, SZ_V),
	[Jb]    = IMM_(BY_REL8, 1),
	[Jz]    = IMM_(BY_RELZ, SZ_Z),
	[Ap]    = IMM_(BY_FAR, SZ_V),
	[Ob]    = { BY_MOFFS, N_BYTE, 0, 0, 1, 0 },
	[Ov]    = { BY_MOFFS, 0, 0, 0, SZ_V, 0 },
	[ST0]   = FIX_(OPND_ST, 10, 0),
	[STi]   = RMREG_(OPND_ST, 10),
	[Vx]    = REG_(OPND_XMM, SZ_X),
	[Wx]    = RM_(OPND_XMM, SZ_X, SZ_X),
	[Ux]    = RMREG_(OPND_XMM, SZ_X),
	[Hx]    = VVVV_(OPND_XMM, SZ_X),
	[Lx]    = { BY_IS4, 0, OPND_XMM, SZ_X, 0, 0 },
	[Mx]    = MEM_(SZ_X),
	[Wh]    = RM_(OPND_XMM, SZ_XH, SZ_XH),
	[Wf]    = RM_(OPND_XMM, SZ_XF, SZ_XF),
	[We]    = RM_(OPND_XMM, SZ_XE, SZ_XE),
	[Wsc]   = RM_(OPND_XMM, SZ_SC, SZ_SC),
	[Wb]    = RM_(OPND_XMM, 1, 1),
	[Wddup] = RM_(OPND_XMM, SZ_DUP, SZ_DUP),
	[Hdq]   = VVVV_(OPND_XMM, 16),
	[By]    = VVVV_(OPND_REG, SZ_Y),
	[Vg]    = REG_(OPND_XMM, SZ_XW),
	[Hg]    = VVVV_(OPND_XMM, SZ_XW),
	[Mg]    = MEM_(SZ_SC),
};

static inline uint8_t size_of(const struct dec *d, const struct x86_insn *in,
			      unsigned size)
{
	if (size < SZ_V)
		return (uint8_t)size;
	switch (size) {
	case SZ_V: return in->osize;
	case SZ_Z: return in->osize == 2 ? 2 : 4;
	case SZ_Y: return REX_W(d) ? 8 : 4;
	case SZ_N: return d->code64 ? 8 : 4;
	case SZ_P: return (uint8_t)(in->osize + 2);
	case SZ_A: return (uint8_t)(in->osize * 2);
	case SZ_S: return d->code64 ? 10 : 6;
	case SZ_X: return d->vl;
	case SZ_XH: return d->vl / 2;
	case SZ_XF: return d->vl / 4;
	case SZ_XE: return d->vl / 8;
	case SZ_SC: return d->vex_w ? 8 : 4;
	case SZ_XW: return d->vex_w ? d->vl : d->vl / 2;
	case SZ_DUP: return d->vl == 16 ? 8 : 32;
	default:   return REX_W(d) ? 16 : 8;
	}
}

/* ---- bytes ---- */

/* There are n more bytes. */
static inline bool has(const struct dec *d, unsigned n)
{
	return d->pos + n <= d->limit;
}

/* There are not: because no more were given, or because no more may be? */
static int short_of(const struct dec *d)
{
	return d->limit == MAX_LEN ? X86_DEC_LONG : X86_DEC_MORE;
}

static inline uint64_t take(struct dec *d, unsigned n)
{
	const uint8_t *p = d->bytes + d->pos;
	uint64_t v;

	d->pos = (uint8_t)(d->pos + n);
	switch (n) {
	case 1:
		return p[0];
	case 2:
		return (uint64_t)(p[0] | p[1] << 8);
	default:
		v = (uint64_t)p[0] | (uint64_t)p[1] << 8 |
		    (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
		if (n == 8)
			v |= (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
			     (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
		return v;
	}
}

static inline uint64_t sign_extend(uint64_t v, unsigned bytes)
{
	uint64_t top = (uint64_t)1 << (bytes * 8 - 1);

	return bytes == 8 ? v : (v ^ top) - top;
}

/* ---- prefixes and opcode ---- */

/*
 * Of each group the last one counts (Intel leaves it open; this is what
 * processors do). REX counts only right before the opcode. In 64-bit code the
 * overrides of ES, CS, SS and DS are nothing, not even the end of one of FS
 * (SDM 1 §3.4.2.1, AMD APM 3 §1.2.4).
 */
static int decode_prefixes(struct dec *d, struct x86_insn *in)
{
	unsigned prefixes = 0;
	uint8_t b;

	in->seg = X86_NOREG;
	for (;; d->pos++) {
		if (!has(d, 1))
			return short_of(d);
		b = d->bytes[d->pos];
		switch (b) {
		case 0x26: case 0x2e: case 0x36: case 0x3e:
			if (!d->code64)
				in->seg = b >> 3 & 3;
			break;
		case 0x64: case 0x65:
			in->seg = (uint8_t)(b - 0x64 + VC_SEG_FS);
			break;
		case 0x66:
			prefixes |= X86_OSIZE;
			break;
		case 0x67:
			prefixes |= X86_ASIZE;
			break;
		case 0xf0:
			prefixes |= X86_LOCK;
			break;
		case 0xf2:
			prefixes = (prefixes & ~X86_REP) | X86_REPNE;
			break;
		case 0xf3:
			prefixes = (prefixes & ~X86_REPNE) | X86_REP;
			break;
		default:
			if (!d->code64 || (b & 0xf0) != 0x40)
				goto done;
			d->rex = b;
			continue;
		}
		d->rex = 0;
	}
done:
	if (d->rex)
		prefixes |= X86_REX;
	if (REX_W(d))
		prefixes |= X86_REXW;
	if (in->seg != X86_NOREG)
		prefixes |= X86_SEGOVR;
	in->prefixes = (uint8_t)prefixes;
	d->mandatory = prefixes & X86_REP ? 2 : prefixes & X86_REPNE ? 3 :
		       prefixes & X86_OSIZE ? 1 : 0;
	return 0;
}

/*
 * What follows C4 or C5, SDM 2A §2.3.5: R X B and vvvv are inverted. Outside
 * of 64-bit code there are eight registers: R and X are what tells VEX from
 * LES and LDS, B is ignored, as is the top bit of a vvvv that is used.
 */
static int decode_vex(struct dec *d, const struct x86_insn *in)
{
	unsigned p0 = d->bytes[d->pos++], p1 = p0;

	if (d->rex || (in->prefixes & (X86_OSIZE | X86_REP | X86_REPNE |
				       X86_LOCK)))
		return X86_DEC_UD;
	if (d->opcode == 0xc5) {
		d->map = 1;
		p0 = 0x60 | (p0 & 0x80);	/* no X, no B */
		p1 &= 0x7f;			/* no W */
	} else {
		d->map = p0 & 0x1f;
		if (d->map < 1 || d->map > 3)
			return X86_DEC_UD;
		if (!has(d, 1))
			return short_of(d);
		p1 = d->bytes[d->pos++];
	}
	d->vex_w = p1 >> 7;
	d->vl = p1 & 4 ? 32 : 16;
	d->mandatory = (uint8_t)(p1 & 3);
	d->vvvv = (uint8_t)(~p1 >> 3 & 15);
	if (d->code64)
		d->rex = (uint8_t)(0x40 | (p1 >> 7) << 3 | (~p0 >> 5 & 7));
	if (!has(d, 1))
		return short_of(d);
	d->opcode = d->bytes[d->pos++];
	return 0;
}

static int decode_opcode(struct dec *d, const struct x86_insn *in)
{
	d->opcode = d->bytes[d->pos++];
	if (d->opcode == 0xc4 || d->opcode == 0xc5) {
		if (!has(d, 1))
			return short_of(d);
		if (d->code64 || d->bytes[d->pos] >= 0xc0)
			return decode_vex(d, in);
		return 0;
	}
	if (d->opcode != 0x0f)
		return 0;
	d->map = 1;
	if (!has(d, 1))
		return short_of(d);
	d->opcode = d->bytes[d->pos++];
	if (d->opcode != 0x38 && d->opcode != 0x3a)
		return 0;
	d->map = d->opcode == 0x38 ? 2 : 3;
	if (!has(d, 1))
		return short_of(d);
	d->opcode = d->bytes[d->pos++];
	return 0;
}

/* 66, F2 and F3 choose a table; one that has no row for the opcode is just
 * ignored, unless the opcode cannot bear it (OT_NP, checked later: the row may
 * be one of a group). */
static const struct x86_row *find_row(const struct dec *d, bool *plain)
{
	const struct x86_row (*map)[256];
	const struct x86_row *row;

	*plain = true;
	if (d->map == 0) {
		if (d->opcode == 0x63 && d->code64)
			return &vc__x86_movsxd;
		if (d->opcode == 0x90 && REX_B(d))
			return &vc__x86_one[0x91];	/* XCHG R8, rAX */
		return &vc__x86_one[d->opcode];
	}
	if (d->vl) {
		*plain = false;
		map = d->map == 1 ? vc__x86_vex0f : d->map == 2 ?
		      vc__x86_vex0f38 : vc__x86_vex0f3a;
		return &map[d->mandatory][d->opcode];
	}
	map = d->map == 1 ? vc__x86_0f : d->map == 2 ? vc__x86_0f38 :
	      vc__x86_0f3a;
	row = &map[d->mandatory][d->opcode];
	if (d->mandatory && row->op != X86_BAD) {
		*plain = false;
		return row;
	}
	return &map[0][d->opcode];
}

/* ---- ModRM ---- */

static int take_modrm(struct dec *d)
{
	if (d->has_modrm)
		return 0;
	if (!has(d, 1))
		return short_of(d);
	d->modrm = d->bytes[d->pos++];
	d->mod3 = MOD(d) == 3;
	d->has_modrm = true;
	return 0;
}

/* SDM 2A table 2-1 */
static int decode_mem16(struct dec *d, struct x86_insn *in)
{
	static const uint8_t base[8] = { 3, 3, 5, 5, 6, 7, 5, 3 };
	static const uint8_t index[8] = {
		6, 7, 6, 7, X86_NOREG, X86_NOREG, X86_NOREG, X86_NOREG
	};
	unsigned n = MOD(d);

	if (n == 0 && RM(d) == 6)
		n = 2;
	else
		in->base = base[RM(d)];
	in->index = index[RM(d)];
	if (in->seg == X86_NOREG)
		in->seg = in->base == 5 ? VC_SEG_SS : VC_SEG_DS;
	if (!has(d, n))
		return short_of(d);
	if (n)
		in->disp = (int64_t)sign_extend(take(d, n), n);
	return 0;
}

/* SDM 2A tables 2-2 and 2-3, §2.2.1.3, §2.2.1.6 */
static int decode_mem(struct dec *d, struct x86_insn *in)
{
	unsigned mod = MOD(d), n = mod == 2 ? 4 : mod;
	unsigned base = RM(d), index;
	uint8_t sib;

	in->base = in->index = X86_NOREG;
	if (in->asize == 2)
		return decode_mem16(d, in);
	if (base == 4) {
		if (!has(d, 1))
			return short_of(d);
		sib = d->bytes[d->pos++];
		base = sib & 7;
		index = (sib >> 3 & 7) | (unsigned)REX_X(d);
		if (index != 4 || in->vsib) {
			in->index = (uint8_t)index;
			in->scale = sib >> 6;
		}
		if (base == 5 && mod == 0)
			n = 4;
		else
			in->base = (uint8_t)(base | (unsigned)REX_B(d));
	} else if (base == 5 && mod == 0) {
		n = 4;
		if (d->code64)
			in->base = X86_RIP;
	} else {
		in->base = (uint8_t)(base | (unsigned)REX_B(d));
	}
	if (in->seg == X86_NOREG)
		in->seg = in->base == 4 || in->base == 5 ? VC_SEG_SS :
							   VC_SEG_DS;
	if (!has(d, n))
		return short_of(d);
	if (n)
		in->disp = (int64_t)sign_extend(take(d, n), n);
	return 0;
}

/* ---- operands ---- */

/* SPL BPL SIL DIL need a REX prefix, else these numbers are AH CH DH BH. */
static inline void set_reg(struct x86_operand *o, const struct dec *d,
			   unsigned kind, unsigned n)
{
	o->kind = (uint8_t)kind;
	if (kind == OPND_REG && o->size == 1 && !d->rex && n >= 4) {
		o->kind = OPND_REG8H;
		n -= 4;
	}
	o->reg = (uint8_t)n;
}

/* REX.R and REX.B extend the numbers of general, XMM, control and debug
 * registers only, SDM 2A §2.2.1.2. */
static inline unsigned rex_for(unsigned kind, unsigned bit)
{
	return kind == OPND_MMX || kind == OPND_SEG || kind == OPND_ST ? 0 :
									 bit;
}

static int decode_imm(struct dec *d, struct x86_insn *in, unsigned how,
		      struct x86_operand *o)
{
	unsigned n;

	o->kind = OPND_IMM;
	switch (how) {
	case BY_ONE:
		in->imm = 1;
		return 0;
	case BY_IMM8B:
		o->kind = OPND_IMM2;
		/* fall through */
	case BY_IMM8:
	case BY_IMM8S:
	case BY_REL8:
		n = 1;
		break;
	case BY_IMM16:
		n = 2;
		break;
	case BY_IMMV:
	case BY_FAR:
		n = in->osize;
		break;
	default:
		n = in->osize == 2 ? 2 : 4;
		break;
	}
	if (!has(d, n))
		return short_of(d);
	switch (how) {
	case BY_IMM8B:
		in->imm2 = take(d, 1);
		return 0;
	case BY_REL8:
	case BY_RELZ:
		o->kind = OPND_REL;
		/* fall through */
	case BY_IMM8S:
		in->imm = sign_extend(take(d, n), n);
		return 0;
	case BY_IMMZ:
		in->imm = take(d, n);
		if (in->osize == 8)
			in->imm = sign_extend(in->imm, 4);
		return 0;
	case BY_FAR:
		in->imm = take(d, n);
		if (!has(d, 2))
			return short_of(d);
		in->imm2 = take(d, 2);
		o[1].kind = OPND_IMM2;
		o[1].size = 2;
		o[1].access = X86_READ;
		return 0;
	default:
		in->imm = take(d, n);
		return 0;
	}
}

static int decode_moffs(struct dec *d, struct x86_insn *in)
{
	if (!has(d, in->asize))
		return short_of(d);
	in->base = in->index = X86_NOREG;
	in->disp = (int64_t)take(d, in->asize);
	return 0;
}

static int decode_operand(struct dec *d, struct x86_insn *in,
			  const struct form *f, struct x86_operand *o)
{
	switch (f->how) {
	case BY_RM:
		if (!d->mod3) {
			o->kind = OPND_MEM;
			o->size = in->mem_size = size_of(d, in, f->msize);
			return 0;
		}
		o->size = size_of(d, in, f->rsize);
		set_reg(o, d, f->kind, RM(d) | rex_for(f->kind,
						       (unsigned)REX_B(d)));
		return 0;
	case BY_REG:
		o->size = size_of(d, in, f->rsize);
		set_reg(o, d, f->kind, REG(d) | rex_for(f->kind,
							(unsigned)REX_R(d)));
		return 0;
	case BY_OPCODE:
		o->size = size_of(d, in, f->rsize);
		set_reg(o, d, OPND_REG, (d->opcode & 7) | (unsigned)REX_B(d));
		return 0;
	case BY_VVVV:
		o->size = size_of(d, in, f->rsize);
		o->kind = f->kind;
		o->reg = d->vvvv & (d->code64 ? 15 : 7);
		return 0;
	case BY_IS4:
		if (!has(d, 1))
			return short_of(d);
		o->size = size_of(d, in, f->rsize);
		o->kind = f->kind;
		o->reg = (uint8_t)(take(d, 1) >> 4 & (d->code64 ? 15 : 7));
		return 0;
	case BY_FIXED:
		o->size = size_of(d, in, f->rsize);
		o->kind = f->kind;
		o->reg = f->n;
		return 0;
	case BY_MOFFS:
		o->kind = OPND_MEM;
		o->size = in->mem_size = size_of(d, in, f->msize);
		return decode_moffs(d, in);
	default:
		o->size = size_of(d, in, f->rsize);
		return decode_imm(d, in, f->how, o);
	}
}

/* ---- rules ---- */

/* What ModRM may not be with these operands; before SIB and displacement. */
static bool modrm_is_bad(const struct dec *d, unsigned need)
{
	static const uint8_t cr_exists[16] = { 1, 0, 1, 1, 1, 0, 0, 0, 1 };

	if ((need & N_MEM & ~N_MODRM) && d->mod3)
		return true;
	if ((need & N_REG & ~N_MODRM) && !d->mod3)
		return true;
	if ((need & N_SEG & ~N_MODRM) && REG(d) > 5)
		return true;
	if ((need & N_SEGW & ~N_SEG) && REG(d) == VC_SEG_CS)
		return true;
	if ((need & N_CR & ~N_MODRM) && !cr_exists[REG(d) | REX_R(d)])
		return true;
	return (need & N_DR & ~N_MODRM) && REX_R(d);
}

/* What VEX.L, W and vvvv may not be, SDM 2A §2.3.6 and the instructions'
 * pages; picks the operation and the feature that they stand for. */
static bool vex_is_bad(struct dec *d, struct x86_insn *in,
		       const uint8_t opnd[4], unsigned rules)
{
	bool l = d->vl == 32, takes_vvvv = false;
	unsigned i;

	for (i = 0; i < 4; i++)
		takes_vvvv |= forms[opnd[i]].how == BY_VVVV;
	if ((d->vvvv && !takes_vvvv) ||
	    (l && (rules & V_L0)) || (!l && (rules & V_L1)) ||
	    (d->vex_w && (rules & V_W0)) || (!d->vex_w && (rules & V_W1)))
		return true;
	if (l && (rules & V_INT))
		in->feature = in->feature == X86_FEAT_AES ? X86_FEAT_VAES :
			      in->feature == X86_FEAT_PCLMUL ?
			      X86_FEAT_VPCLMUL : X86_FEAT_AVX2;
	in->op = (uint16_t)(in->op + (l && (rules & V_LNEXT)) +
			    (d->vex_w && (rules & V_WNEXT)));
	if (rules & V_LIG)
		d->vl = 16;
	in->vex = d->vl;
	if (rules & V_VSIB) {
		/* Odd opcodes have quadword indexes, as many as fit the
		 * vector; of doublewords as many as there are elements. */
		in->vsib = (d->opcode & 1) || !d->vex_w ? d->vl : d->vl / 2;
		if (in->vsib < 16)
			in->vsib = 16;
		return RM(d) != 4 || in->asize == 2;
	}
	return false;
}

/* SDM 2C "VGATHER...": destination, index and mask are three registers. */
static bool gather_is_bad(const struct x86_insn *in)
{
	return in->opnd[0].reg == in->opnd[2].reg ||
	       in->opnd[0].reg == in->index || in->opnd[2].reg == in->index;
}

/* SDM 1 §3.6.1 and 2A §2.2.1.2 */
static uint8_t operand_size(const struct dec *d, const struct x86_insn *in,
			    enum x86_mode mode, uint32_t attr)
{
	bool p66 = in->prefixes & X86_OSIZE;
	uint8_t size;

	if (d->vl || (attr & X86_SSE))	/* 66 is part of the opcode, or nothing */
		size = REX_W(d) ? 8 : 4;
	else if (mode != X86_MODE64)
		size = (mode == X86_MODE32) ^ p66 ? 4 : 2;
	else if (attr & OT_F64)
		size = 8;
	else if (REX_W(d))
		size = 8;
	else if (p66)
		size = 2;
	else
		size = attr & OT_D64 ? 8 : 4;
	if ((attr & OT_Z) && size == 8)
		size = 4;
	return attr & OT_B ? 1 : size;
}

/* SDM 1 appendix B; the low bit of a condition negates it. */
static uint16_t cond_reads(unsigned cond)
{
	static const uint16_t reads[8] = {
		FL_OF, FL_CF, FL_ZF, FL_CF | FL_ZF,
		FL_SF, FL_PF, FL_SF | FL_OF, FL_ZF | FL_SF | FL_OF
	};

	return reads[cond >> 1 & 7];
}

/*
 * Shifts and rotates. A masked count of 0 leaves all flags, one of 1 defines
 * OF, any other does not; SHL and SHR leave CF undefined from the operand's
 * size on, SHLD and SHRD everything above it. With CL all of that may be.
 */
static void shift_flags(struct x86_insn *in, unsigned use)
{
	const struct x86_operand *count = &in->opnd[in->opnds - 1];
	unsigned bits = in->osize * 8u;
	unsigned n = (unsigned)in->imm & (in->osize == 8 ? 63 : 31);
	bool rotate = use == F_ROL || use == F_RCL;
	uint16_t all = in->fl_write | in->fl_undef;

	if (count->kind != OPND_IMM) {
		in->fl_undef |= FL_OF;
		if (bits < 32 && use == F_SHL)
			in->fl_undef |= FL_CF;
		if (bits < 32 && use == F_SHLD)
			in->fl_undef = all;
	} else if (n == 0) {
		in->fl_read = in->fl_write = in->fl_undef = 0;
	} else if (n != 1) {
		in->fl_write = (uint16_t)(in->fl_write & ~FL_OF);
		in->fl_undef |= FL_OF;
		if (!rotate && in->op != X86_SAR &&
		    (use == F_SHLD ? n > bits : n >= bits)) {
			in->fl_write = (uint16_t)(in->fl_write & ~FL_CF);
			in->fl_undef |= FL_CF;
		}
		if (use == F_SHLD && n > bits) {
			in->fl_write = 0;
			in->fl_undef = all;
		}
	}
}

static void set_flags(const struct dec *d, struct x86_insn *in, unsigned use)
{
	const struct x86_flag_set *fl = &vc__x86_flags[use];

	in->fl_read = fl->read;
	in->fl_write = fl->write;
	in->fl_undef = fl->undef;
	if (use == F_COND) {
		in->cond = d->opcode & 15;
		if (in->op == X86_FCMOVCC) {
			/* B, E, BE, U; DB has their opposites */
			in->cond = (uint8_t)(REG(d) == 3 ? 10 : REG(d) * 2 + 2);
			in->cond |= d->opcode & 1;
		}
		in->fl_read = cond_reads(in->cond);
	} else if (use >= F_SHL && use <= F_RCL) {
		shift_flags(in, use);
	} else if (in->op == X86_INTO) {
		in->fl_read |= FL_OF;
	}
}

static void set_attr(struct x86_insn *in, uint32_t attr, unsigned rules)
{
	const struct x86_operand *o = &in->opnd[0];
	unsigned i;

	for (i = 0; i < in->opnds; i++)
		if (in->opnd[i].kind == OPND_MEM && in->opnd[i].access) {
			attr |= X86_MAY_FAULT;
			if (in->vex ? (rules & V_ALIGN) != 0 :
			    in->mem_size == 16 && !(attr & OT_UNAL))
				attr |= X86_ALIGNED;
		}
	if (attr & (X86_STACK | X86_STRING | X86_CPL0))
		attr |= X86_MAY_FAULT;
	/* ES, SS, DS: the next instruction may be decoded for another mode
	 * (MODE_FLAT, MODE_STACK32). */
	if (o->kind == OPND_SEG && o->access == X86_WRITE &&
	    o->reg < VC_SEG_FS)
		attr |= X86_ENDS_BLOCK;
	in->attr = (uint16_t)attr;
}

/* ---- all of it ---- */

static int decode(struct dec *d, struct x86_insn *in, enum x86_mode mode)
{
	const struct x86_group *g;
	const struct x86_row *row;
	const uint8_t *opnd;
	uint32_t attr;
	unsigned need, rules, i, n;
	bool plain;
	int rc;

	if ((rc = decode_prefixes(d, in)) || (rc = decode_opcode(d, in)))
		return rc;
	row = find_row(d, &plain);
	opnd = row->opnd;
	attr = row->attr;
	while (row->op >= X86_OP_COUNT) {
		if ((rc = take_modrm(d)))
			return rc;
		g = (d->vl ? vc__x86_vexgroups : vc__x86_groups) +
		    (row->op - X86_OP_COUNT);
		row = d->mod3 ? g->reg : g->mem;
		if (!row)
			return X86_DEC_UD;
		row += d->modrm >> g->shift & g->mask;
		if (row->opnd[0])
			opnd = row->opnd;
		attr |= row->attr;
	}
	if (row->op == X86_BAD)
		return X86_DEC_UD;
	rules = d->vl ? attr & V_MASK : 0;
	attr &= ~rules;
	if (attr & (d->code64 ? OT_I64 : OT_O64))
		return X86_DEC_UD;
	if (plain && d->mandatory && ((attr & OT_NP) ||
				      ((attr & OT_NFX) && d->mandatory > 1)))
		return X86_DEC_UD;

	need = forms[opnd[0]].need | (forms[opnd[1]].need & ~N_BYTE) |
	       (forms[opnd[2]].need & ~N_BYTE);	/* a fourth needs nothing */
	if (need & N_MODRM) {
		if ((rc = take_modrm(d)))
			return rc;
		if (attr & OT_NOMOD)
			d->mod3 = true;
		if ((need & ~(N_MODRM | N_BYTE)) && modrm_is_bad(d, need))
			return X86_DEC_UD;
	}
	if ((in->prefixes & X86_LOCK) &&
	    (!(attr & X86_LOCKABLE) || d->mod3))
		return X86_DEC_UD;

	in->op = row->op;
	in->feature = row->feature;
	if (need & N_BYTE)
		attr |= OT_B;
	in->osize = operand_size(d, in, mode, attr);
	in->asize = mode == X86_MODE64 ? 8 : mode == X86_MODE32 ? 4 : 2;
	if (in->prefixes & X86_ASIZE)
		in->asize = in->asize == 4 && mode == X86_MODE32 ? 2 : 4;
	if (d->vl && vex_is_bad(d, in, opnd, rules))
		return X86_DEC_UD;
	if ((attr & OT_WNEXT) && REX_W(d)) {
		in->op++;
		if (in->op == X86_CMPXCHG16B)
			in->feature = X86_FEAT_CX16;
	}
	if (d->map == 0 && d->opcode == 0x90 && in->op == X86_NOP &&
	    (in->prefixes & X86_REP))
		in->op = X86_PAUSE;

	if (d->has_modrm && !d->mod3 && (rc = decode_mem(d, in)))
		return rc;
	if (in->seg == X86_NOREG)
		in->seg = VC_SEG_DS;
	for (i = n = 0; i < 4 && opnd[i]; i++, n++) {
		in->opnd[n].access = row->access >> (i * 2) & 3;
		rc = decode_operand(d, in, &forms[opnd[i]], &in->opnd[n]);
		if (rc)
			return rc;
		if (opnd[i] == Ap)
			n++;
	}
	if (in->vsib && gather_is_bad(in))
		return X86_DEC_UD;
	in->opnds = (uint8_t)n;
	in->len = d->pos;
	set_flags(d, in, row->flags);
	set_attr(in, attr, rules);
	return d->pos;
}

int vc__decode(struct x86_insn *out, const uint8_t *bytes, size_t avail,
	       enum x86_mode mode)
{
	struct dec d = {
		.bytes = bytes,
		.limit = (uint8_t)(avail < MAX_LEN ? avail : MAX_LEN),
		.code64 = mode == X86_MODE64,
	};
	int rc;

	memset(out, 0, sizeof(*out));
	out->base = out->index = X86_NOREG;
	rc = decode(&d, out, mode);
	if (rc < 0)
		out->len = d.pos;
	return rc;
}
