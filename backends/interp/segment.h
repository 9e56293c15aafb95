/* SPDX-License-Identifier: MIT */
/*
 * segment.h: segmentation and event delivery, as the rest of the engine uses
 * them. segment.c, fault.c
 */
#ifndef VC_INTERP_SEGMENT_H
#define VC_INTERP_SEGMENT_H

#include "cpu.h"

/*
 * Check an access of size bytes at offset off of segment seg (limit, type,
 * null selector; SDM 3A §5.3-5.6) and make its linear address. access is
 * X86_READ, X86_WRITE or both; 0 checks nothing but the limit. X_OK or X_FAULT.
 */
int vc__seg_check(struct cpu *cpu, unsigned seg, uint64_t off, unsigned size,
		  unsigned access, uint64_t *la);

/*
 * Deliver cpu->fault, or an external interrupt or NMI, through the IDT or IVT;
 * cpu->rip is the instruction that is returned to. Outside of blocks. 0, or 1
 * when faults nested to a triple fault: the vCPU is shut down.
 */
int vc__deliver_fault(struct cpu *cpu);
int vc__deliver_interrupt(struct cpu *cpu, unsigned vector, bool nmi);

/* May the current code access these ports (IOPL, TSS bit map)? X_*. */
int vc__io_allowed(struct cpu *cpu, const struct op *op, uint16_t port,
		   unsigned size);

/* A port access with replay and exit (mmu.c): X_OK or X_EXIT_BEFORE. */
int vc__io_access(struct cpu *cpu, const struct op *op, uint16_t port,
		  unsigned size, bool write, uint64_t *value);

#endif
