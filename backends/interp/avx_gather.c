/* SPDX-License-Identifier: MIT */
/*
 * avx_gather.c: gathers (SDM 2C, VPGATHERDD and its like). Elements are loaded
 * from the first on. When one of them faults, those before it are written and
 * their masks cleared, so that the instruction goes on where it stopped. A
 * device is another matter: nothing is written until all has been loaded, and
 * the replay log has what was read already.
 *
 * op->base, disp, seg: of the address, but for the index in vector register
 * op->b. imm: its scale, the address size, the sizes of an index and an
 * element, how many there are, and VH the mask.
 */
#include "avx.h"
#include "segment.h"

#define SCALE	((unsigned)op->imm & 3)
#define ASIZE	((unsigned)op->imm >> 2 & 15)
#define ISIZE	((unsigned)op->imm >> 6 & 15)
#define ESIZE	((unsigned)op->imm >> 10 & 15)
#define COUNT	((unsigned)(op->imm >> 32) & 15)

/* The address of element i; X_OK or X_FAULT. */
static int address(struct cpu *cpu, const struct op *op, const uint8_t *index,
		   unsigned i, uint64_t *la)
{
	int64_t x = ISIZE == 8 ? (int64_t)ld64(index + 8 * i) :
				 (int32_t)ld32(index + 4 * i);
	uint64_t off = op_ea(cpu, op) + ((uint64_t)x << SCALE);

	if (ASIZE == 4)
		off &= 0xffffffff;
	if (!IN_CODE64())
		return vc__seg_check(cpu, op->seg, off, ESIZE, X86_READ, la);
	if (op->seg == VC_SEG_FS || op->seg == VC_SEG_GS)
		off += cpu->seg[op->seg].base;
	*la = off;
	return X_OK;
}

static bool is_on(const uint8_t *mask, unsigned i, unsigned size)
{
	return (mask[i * size + size - 1] & 0x80) != 0;
}

/* Elements of a mask made all ones or zeros, by their top bits. */
static void spread(uint8_t *mask, unsigned from, unsigned to, unsigned size)
{
	for (unsigned i = from; i < to; i++)
		memset(mask + i * size, is_on(mask, i, size) ? 0xff : 0, size);
}

OP_DECLARE(a_gather);
OP(a_gather)
{
	const uint8_t *index = cpu->v[op->b & 15].b;
	unsigned size = ESIZE, count = COUNT, i;
	uint8_t *mask = VH->b, *d = VA->b;
	int rc = vc__avx_check(cpu);
	uint8_t t[32] = { 0 };
	uint64_t la;

	if (rc)
		return rc;
	memcpy(t, d, (size_t)count * size);
	for (i = 0; !rc && i < count; i++) {
		if (!is_on(mask, i, size))
			continue;
		rc = address(cpu, op, index, i, &la);
		if (!rc)
			rc = vc__load(cpu, op, la, size, t + i * size);
	}
	if (!rc) {
		memcpy(d, t, 32);
		memset(mask, 0, 32);
	} else if (rc == X_FAULT) {
		/* of the last one; all before it are done */
		memcpy(d, t, (size_t)(i - 1) * size);
		memset(mask, 0, (size_t)(i - 1) * size);
		spread(mask, i - 1, count, size);
	}
	return rc;
}

bool vc__select_avx_gather(const struct x86_insn *in, struct op *op)
{
	unsigned isize, esize, count, reg[2] = { 0 }, n = 0;

	switch (in->op) {
	case X86_VGATHERDPS: case X86_VPGATHERDD: isize = 4; esize = 4; break;
	case X86_VGATHERDPD: case X86_VPGATHERDQ: isize = 4; esize = 8; break;
	case X86_VGATHERQPS: case X86_VPGATHERQD: isize = 8; esize = 4; break;
	case X86_VGATHERQPD: case X86_VPGATHERQQ: isize = 8; esize = 8; break;
	default:
		return false;
	}
	/* the larger of the two fills a register */
	count = in->vex / (isize > esize ? isize : esize);
	for (unsigned i = 0; i < 4; i++)
		if (in->opnd[i].kind == OPND_XMM && n < 2)
			reg[n++] = in->opnd[i].reg;
	op->fn = vc__op_a_gather;
	op->b = in->index;
	simd_operands(op, reg[0], in->index);
	op->imm = in->scale | (unsigned)in->asize << 2 | isize << 6 |
		  esize << 10 | vec_offset(reg[1]) << 16 |
		  (uint64_t)count << 32;
	return true;
}
