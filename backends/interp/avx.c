/* SPDX-License-Identifier: MIT */
/*
 * avx.c: which file does a VEX-encoded vector instruction, and the slow path
 * of their memory operands.
 */
#include "avx.h"

/* What lies on two pages has often both in the TLB: vectors that go through
 * memory without being aligned. */
static bool fetch_two(struct cpu *cpu, uint64_t la, unsigned bytes)
{
	unsigned n = 4096 - (unsigned)(la & 4095);
	const uint8_t *p, *q;

	if (n >= bytes)
		return false;
	p = tlb_read_ptr(cpu, la, n);
	q = tlb_read_ptr(cpu, (la + n) & cpu->lin_mask, bytes - n);
	if (!p || !q)
		return false;
	memcpy(cpu->vmem.b, p, n);
	memcpy(cpu->vmem.b + n, q, bytes - n);
	return true;
}

/* Not to be inlined: its buffer would stand in the way of tail calls. */
VC_NOINLINE int vc__avx_fetch(struct cpu *cpu, const struct op *op,
			      unsigned bytes)
{
	uint64_t la = op_ea(cpu, op);
	uint8_t t[32];
	int rc;

	if (fetch_two(cpu, la & cpu->lin_mask, bytes))
		return X_OK;
	rc = vc__load(cpu, op, la, bytes, t);
	if (!rc)
		memcpy(cpu->vmem.b, t, bytes);
	return rc;
}

VC_COLD const struct op *vc__avx_load(struct cpu *cpu, const struct op *op,
				      unsigned bytes, op_fn regs)
{
	int rc = vc__avx_fetch(cpu, op, bytes);

	if (rc)
		return vc__op_stop(cpu, op, rc);
	return regs(cpu, op);
}

VC_COLD const struct op *vc__avx_load_aligned(struct cpu *cpu,
					      const struct op *op,
					      unsigned bytes, op_fn regs)
{
	if (op_ea(cpu, op) & (bytes - 1))
		return vc__op_stop(cpu, op, vc__gp(cpu, 0));
	return vc__avx_load(cpu, op, bytes, regs);
}

/* All sixteen registers in 64-bit code, eight in other. Compilers put the first
 * of these at the end of most functions that use AVX. */
#define EIGHT(X, n) \
	X(n) X(n + 1) X(n + 2) X(n + 3) X(n + 4) X(n + 5) X(n + 6) X(n + 7)
#define UPPER(n) half_store(cpu->v[n].b + 16, half_of(0, 0));
#define WHOLE(n) half_store(cpu->v[n].b, half_of(0, 0)); UPPER(n)
VEX_REG(vzeroupper8, EIGHT(UPPER, 0))
VEX_REG(vzeroupper16, EIGHT(UPPER, 0) EIGHT(UPPER, 8))
VEX_REG(vzeroall8, EIGHT(WHOLE, 0))
VEX_REG(vzeroall16, EIGHT(WHOLE, 0) EIGHT(WHOLE, 8))

OP_DECLARE(vzero);
H(vzero)
{
	if (IN_CODE64())
		return op->imm ? vc__op_vzeroall16(cpu, op) :
				 vc__op_vzeroupper16(cpu, op);
	return op->imm ? vc__op_vzeroall8(cpu, op) :
			 vc__op_vzeroupper8(cpu, op);
}

static bool select_vzero(const struct x86_insn *in, struct op *op)
{
	bool all = in->op == X86_VZEROALL;

	op->imm = all;
	/* with a prefix 67 the address size does not tell */
	op->fn = in->asize != 8 ? vc__op_vzero : all ? vc__op_vzeroall16 :
						       vc__op_vzeroupper16;
	return true;
}

bool vc__select_avx(const struct x86_insn *in, struct op *op)
{
	switch (in->op) {
	case X86_VZEROUPPER:
	case X86_VZEROALL:
		return select_vzero(in, op);
	default:
		return vc__select_avx_move(in, op) ||
		       vc__select_avx_int(in, op) ||
		       vc__select_avx_perm(in, op) ||
		       vc__select_avx_gather(in, op) ||
		       vc__select_avx_fp(in, op) ||
		       vc__select_avx_cvt(in, op) ||
		       vc__select_fma(in, op) ||
		       vc__select_crypto(in, op) ||
		       vc__select_avx_lane(in, op);
	}
}
