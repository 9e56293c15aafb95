/* SPDX-License-Identifier: MIT */
/*
 * avx.c: which file does a VEX-encoded vector instruction, and the slow path
 * of their memory operands.
 */
#include "avx.h"

VC_NOINLINE static int load(struct cpu *cpu, const struct op *op,
			    unsigned bytes)
{
	uint8_t t[32];
	int rc = vc__load(cpu, op, op_ea(cpu, op), bytes, t);

	if (!rc)
		memcpy(cpu->vmem.b, t, bytes);
	return rc;
}

VC_COLD const struct op *vc__avx_load(struct cpu *cpu, const struct op *op,
				      unsigned bytes, op_fn regs)
{
	int rc = load(cpu, op, bytes);

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

OP_DECLARE(vzeroupper);
H(vzeroupper)
{
	NEED_AVX;
	for (unsigned i = 0; i < (IN_CODE64() ? 16u : 8u); i++)
		vec_clear_high(&cpu->v[i]);
	NEXT(op + 1);
}

OP_DECLARE(vzeroall);
H(vzeroall)
{
	NEED_AVX;
	for (unsigned i = 0; i < (IN_CODE64() ? 16u : 8u); i++)
		memset(cpu->v[i].b, 0, 32);
	NEXT(op + 1);
}

bool vc__select_avx(const struct x86_insn *in, struct op *op)
{
	switch (in->op) {
	case X86_VZEROUPPER:
		op->fn = vc__op_vzeroupper;
		return true;
	case X86_VZEROALL:
		op->fn = vc__op_vzeroall;
		return true;
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
