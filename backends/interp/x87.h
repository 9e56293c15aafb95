/* SPDX-License-Identifier: MIT */
/*
 * x87.h: what x87.c's general path shares with x87func.c.
 */
#ifndef VC_INTERP_X87_H
#define VC_INTERP_X87_H

#include "fpu.h"

struct x86_insn;

/* Besides X_*: the control word was loaded into the host; try the op again. */
#define X87_AGAIN	100

/* Faults, waiting exceptions, FIP. The fast one may say X87_AGAIN. */
int vc__x87_begin(struct cpu *cpu, const struct op *op);
int vc__x87_begin_fast(struct cpu *cpu, const struct op *op);
struct sf_env vc__x87_env(const struct cpu *cpu);
bool vc__x87_raise(struct cpu *cpu, const struct op *op, unsigned flags,
		   bool mem);
bool vc__x87_stack_fault(struct cpu *cpu, const struct op *op, bool overflow,
			 bool mem);
void vc__x87_put(struct cpu *cpu, unsigned phys, struct sf v);
struct sf vc__x87_get(const struct cpu *cpu, unsigned i);
bool vc__x87_result(struct cpu *cpu, const struct op *op,
		    const struct sf_env *env, unsigned phys, struct sf r,
		    bool mem);

bool vc__select_x87func(const struct x86_insn *in, struct op *op);

#endif
