/* SPDX-License-Identifier: MIT */
/*
 * run.h: between the outer loop (run.c), the block store (block.c) and the
 * lowering (lower.c).
 */
#ifndef VC_INTERP_RUN_H
#define VC_INTERP_RUN_H

#include "decode.h"
#include "engine.h"

/* More values of cpu->leave, next to X_*: cpu->rip is the next instruction. */
enum {
	X_LIMIT = 16,	/* the next block would pass the limit */
	X_CAREFUL,	/* one instruction: the next block may reach over CS's
			   limit, or be written to by another vCPU */
};

/* Operations of the engine's own, for bytes that are no instruction. */
#define X86_OP_UNDEFINED	0xfffe
#define X86_OP_TOO_LONG		0xfffd

/* Close a block whose last instruction has been lowered; off is behind it.
 * Returns the number of ops, links included. */
unsigned vc__lower_end(struct lowering *lo, unsigned off);
/* The number without the slot of links at the end. */
unsigned vc__lower_real_ops(const struct op *ops, unsigned count);

int vc__interp_run(vc_vcpu *vcpu, uint64_t max_insns);

#endif
