/* SPDX-License-Identifier: MIT */
/*
 * select.h: who does an instruction that is not one of lower.c's own forms. A
 * selector looks at a decoded instruction and, when it is one of its area,
 * sets op->fn and returns true; a, b, base, disp, seg, imm and aux have been
 * filled by lower.c's habits and may be changed.
 */
#ifndef VC_INTERP_SELECT_H
#define VC_INTERP_SELECT_H

#include "cpu.h"
#include "decode.h"

/* Segments, far transfers, control registers, MSRs, ports ... system.c */
bool vc__select_system(const struct x86_insn *in, struct op *op);
/* All others, x87 and vectors first. sse_select.c */
bool vc__select_fpu(const struct x86_insn *in, struct op *op);

/* Two at once: a copy of an XMM register, and what changes the copy. False when
 * they are not such; op is then as it was. sse_int.c */
bool vc__select_copied(const struct x86_insn *copy, const struct x86_insn *in,
		       struct op *op);

/* VEX-encoded instructions on general registers, and ADX. exec_bmi.c */
bool vc__select_bmi(const struct x86_insn *in, struct op *op);

/* Features that no instruction is named by, behind those that are; all of them
 * are bits of engine.features. */
enum { ENG_FEAT_FIRST = 60, ENG_FEAT_XGETBV1 = ENG_FEAT_FIRST };

/* RDRAND and RDSEED. random.c */
bool vc__select_random(const struct x86_insn *in, struct op *op);
/* RDPID, SERIALIZE, MONITOR, MWAIT. exec_misc.c */
bool vc__select_misc(const struct x86_insn *in, struct op *op);

/* Can the engine do what belongs to the feature (enum x86_feature)? cpuid.c */
bool vc__cpuid_offers(unsigned feature);
/*
 * What the CPUID table of vm lists of that, as bits by enum x86_feature: an
 * instruction outside of it is #UD. (A CPUID hook changes what the guest is
 * told, not what there is.) cpuid.c
 */
uint64_t vc__cpuid_features(const vc_vm *vm);
/* What XCR0 may have, by that. cpuid.c */
uint64_t vc__xcr0_offered(const struct cpu *cpu);

#endif
