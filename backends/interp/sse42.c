/* SPDX-License-Identifier: MIT */
/*
 * sse42.c: SSE4.2: the string comparisons and CRC32. PCMPGTQ is sse41.c's.
 */
#include "avx.h"
#include "sse_ext.h"

/* ---- string comparisons, SDM 2B §4.1 ---- */

/* Fields of the immediate. */
#define WORDS	0x01u
#define SIGNED	0x02u
#define AGGREGATE(imm)	((imm) >> 2 & 3)
#define NEGATIVE	0x10u	/* complement IntRes1 */
#define MASKED	0x20u	/* ... only where the second operand is valid */
#define LAST	0x40u	/* most significant index; mask of whole lanes */

enum { EQUAL_ANY, RANGES, EQUAL_EACH, EQUAL_ORDERED };

static int lane_of(const uint8_t *p, unsigned i, unsigned imm)
{
	switch (imm & (WORDS | SIGNED)) {
	case 0:
		return p[i];
	case WORDS:
		return ld16(p + 2 * i);
	case SIGNED:
		return (int8_t)p[i];
	default:
		return (int16_t)ld16(p + 2 * i);
	}
}

/* Lanes before the first that is 0. */
static unsigned implicit_length(const uint8_t *p, unsigned imm)
{
	unsigned n = 0, lanes = imm & WORDS ? 8 : 16;

	while (n < lanes && lane_of(p, n, imm))
		n++;
	return n;
}

/* The absolute value of a length register, at most all lanes. */
static unsigned explicit_length(uint64_t v, bool wide, unsigned imm)
{
	unsigned lanes = imm & WORDS ? 8 : 16;

	if (!wide)
		v = (uint64_t)(int64_t)(int32_t)(uint32_t)v;
	if (v >> 63)
		v = 0 - v;
	return v < lanes ? (unsigned)v : lanes;
}

/* IntRes1: what lane j of b (nb are valid) has to do with a (na are). */
static bool aggregate(const uint8_t *a, unsigned na, const uint8_t *b,
		      unsigned nb, unsigned j, unsigned imm)
{
	unsigned lanes = imm & WORDS ? 8 : 16;
	int v = lane_of(b, j, imm);

	switch (AGGREGATE(imm)) {
	case EQUAL_ANY:
		for (unsigned i = 0; j < nb && i < na; i++)
			if (lane_of(a, i, imm) == v)
				return true;
		return false;
	case RANGES:
		for (unsigned i = 0; j < nb && i + 1 < na; i += 2)
			if (lane_of(a, i, imm) <= v &&
			    v <= lane_of(a, i + 1, imm))
				return true;
		return false;
	case EQUAL_EACH:
		if (j >= na || j >= nb)
			return j >= na && j >= nb;
		return lane_of(a, j, imm) == v;
	default:
		/* all of a, from j on; beyond the register nothing is asked */
		for (unsigned i = 0; i < na && i + j < lanes; i++)
			if (i + j >= nb ||
			    lane_of(a, i, imm) != lane_of(b, i + j, imm))
				return false;
		return true;
	}
}

/* IntRes2, and the flags. */
static unsigned compare_strings(struct cpu *cpu, const uint8_t *a, unsigned na,
				const uint8_t *b, unsigned nb, unsigned imm)
{
	unsigned lanes = imm & WORDS ? 8 : 16, r = 0;

	for (unsigned j = 0; j < lanes; j++) {
		bool bit = aggregate(a, na, b, nb, j, imm);

		if (imm & NEGATIVE && (!(imm & MASKED) || j < nb))
			bit = !bit;
		r |= (unsigned)bit << j;
	}
	cc_set_flags(cpu, (r ? FL_CF : 0) | (nb < lanes ? FL_ZF : 0) |
			  (na < lanes ? FL_SF : 0) | (r & 1 ? FL_OF : 0));
	return r;
}

static unsigned lengths_and_compare(struct cpu *cpu, unsigned how,
				    const uint8_t *d, const uint8_t *s)
{
	bool wide = (how & PCMPSTR_WIDE) != 0;
	unsigned na, nb, imm = how & 0xff;

	if (how & PCMPSTR_EXPLICIT) {
		na = explicit_length(R(R_RAX), wide, imm);
		nb = explicit_length(R(R_RDX), wide, imm);
	} else {
		na = implicit_length(d, imm);
		nb = implicit_length(s, imm);
	}
	return compare_strings(cpu, d, na, s, nb, imm);
}

VC_NOINLINE void vc__pcmpstr_index(struct cpu *cpu, const uint8_t *d,
				   const uint8_t *s, unsigned how)
{
	unsigned r = lengths_and_compare(cpu, how, d, s), n = 0;
	unsigned lanes = how & WORDS ? 8 : 16;

	if (!r)
		n = lanes;
	else if (how & LAST)
		for (n = lanes - 1; !(r >> n & 1); n--)
			;
	else
		while (!(r >> n & 1))
			n++;
	R(R_RCX) = n;
}

VC_NOINLINE void vc__pcmpstr_mask(struct cpu *cpu, const uint8_t *d,
				  const uint8_t *s, unsigned how)
{
	unsigned r = lengths_and_compare(cpu, how, d, s);
	unsigned size = how & WORDS ? 2 : 1;
	uint8_t *out = V(0)->b;

	if (how & LAST) {
		for (unsigned i = 0; i < 16; i++)
			out[i] = r >> i / size & 1 ? 0xff : 0;
	} else {
		st64(out, r);
		st64(out + 8, 0);
	}
}

#define WIDE	(op->aux >> 16 & X86_REXW ? PCMPSTR_WIDE : 0)
EXTU(e_pcmpestri, 16, vc__pcmpstr_index(cpu, d, s,
					I | PCMPSTR_EXPLICIT | WIDE))
EXTU(e_pcmpistri, 16, vc__pcmpstr_index(cpu, d, s, I))
EXTU(e_pcmpestrm, 16, vc__pcmpstr_mask(cpu, d, s,
				       I | PCMPSTR_EXPLICIT | WIDE))
EXTU(e_pcmpistrm, 16, vc__pcmpstr_mask(cpu, d, s, I))

/* ---- CRC32 ---- */

/* By the polynomial 11EDC6F41h, bit-reflected; n bytes of v, the first one the
 * least significant. */
VC_INLINE uint32_t crc32c(uint32_t crc, uint64_t v, unsigned n)
{
	uint64_t x = crc ^ v;

	for (unsigned i = 0; i < 8 * n; i++)
		x = x >> 1 ^ (0x82f63b78u & (0 - (x & 1)));
	return (uint32_t)x;
}

#define CRC(name, bits, reg) \
FORM_REG(name##_rr, R(op->a) = crc32c(get32(cpu, op->a), reg, bits / 8)) \
FORM_LOAD(name##_rm, bits / 8, \
	  R(op->a) = crc32c(get32(cpu, op->a), ld##bits(p), bits / 8))
OP_DECLARE(crc32_8_rr); OP_DECLARE(crc32_16_rr);
OP_DECLARE(crc32_32_rr); OP_DECLARE(crc32_64_rr);
OP_DECLARE(crc32_8_rm); OP_DECLARE(crc32_16_rm);
OP_DECLARE(crc32_32_rm); OP_DECLARE(crc32_64_rm);
CRC(crc32_8, 8, get8(cpu, op->b))
CRC(crc32_16, 16, get16(cpu, op->b))
CRC(crc32_32, 32, get32(cpu, op->b))
CRC(crc32_64, 64, R(op->b))

/* a and b are filled as for integer instructions: byte slots. */
static bool select_crc32(const struct x86_insn *in, struct op *op)
{
	static const op_fn fn[4][2] = {
		{ vc__op_crc32_8_rr, vc__op_crc32_8_rm },
		{ vc__op_crc32_16_rr, vc__op_crc32_16_rm },
		{ vc__op_crc32_32_rr, vc__op_crc32_32_rm },
		{ vc__op_crc32_64_rr, vc__op_crc32_64_rm },
	};
	const struct x86_operand *o = &in->opnd[1];
	unsigned size = o->size == 8 ? 3 : o->size == 4 ? 2 : o->size == 2;

	op->fn = fn[size][o->kind == OPND_MEM];
	return true;
}

/* ---- the table ---- */

static const struct ext_row rows[] = {
	EXT_ROW(PCMPESTRI, e_pcmpestri),
	EXT_ROW(PCMPISTRI, e_pcmpistri),
	EXT_ROW(PCMPESTRM, e_pcmpestrm),
	EXT_ROW(PCMPISTRM, e_pcmpistrm),
};

bool vc__select_sse42(const struct x86_insn *in, struct op *op)
{
	if (in->op == X86_CRC32)
		return select_crc32(in, op);
	return EXT_FIND(in, op, rows) || vc__select_sse41(in, op);
}
