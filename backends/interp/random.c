/* SPDX-License-Identifier: MIT */
/*
 * random.c: RDRAND and RDSEED, as vc_vm_options.rng has it. The seeded
 * generator has no state of its own: a number follows from the seed, the vCPU
 * and how many instructions have retired, so a saved state has it all, and a
 * run that is repeated gets the same ones.
 */
#include "../../lib/core/os.h"
#include "ops.h"
#include "select.h"
#include "system.h"

#define GOLDEN	UINT64_C(0x9e3779b97f4a7c15)

/* The mixer of splitmix64. */
static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t seeded(const struct cpu *cpu, const struct op *op)
{
	uint64_t n = cpu->retired - op->left, id = cpu->vcpu->index;

	return mix(mix(cpu->vm->rng_seed + (id + 1) * GOLDEN) +
		   (n + 1) * GOLDEN);
}

/* The number in v and CF 1, or 0 and CF 0; the other flags are 0. */
static void give(struct cpu *cpu, const struct op *op, bool any, uint64_t v)
{
	unsigned size = op->aux & 15;

	if (!any)
		v = 0;
	if (size == 2)
		set16(cpu, op->a, (uint16_t)v);
	else if (size == 4)
		set32(cpu, op->a, (uint32_t)v);
	else
		set64(cpu, op->a, v);
	cc_set_flags(cpu, any ? FL_CF : 0);
}

/* aux: the size, and 16 for RDSEED */
OP_DECLARE(random);
OP(random)
{
	vc_exit_random *x = &cpu->vcpu->exit.random;
	uint64_t v = 0;
	bool any;

	switch (cpu->vm->rng) {
	case VC_RNG_TRAP:
		give(cpu, op, false, 0);
		x->reg = op->a;
		x->size = op->aux & 15;
		x->is_seed = op->aux >> 4 & 1;
		cpu->exit_reason = VC_EXIT_RANDOM;
		return X_EXIT_AFTER;
	case VC_RNG_SEEDED:
		give(cpu, op, true, seeded(cpu, op));
		return X_OK;
	default:
		any = vc__os_random(&v, sizeof(v));
		give(cpu, op, any, v);
		return X_OK;
	}
}

bool vc__select_random(const struct x86_insn *in, struct op *op)
{
	if (in->op != X86_RDRAND && in->op != X86_RDSEED)
		return false;
	op->fn = vc__op_random;
	op->a = in->opnd[0].reg;
	op->aux = in->opnd[0].size | (in->op == X86_RDSEED ? 16u : 0);
	return true;
}
