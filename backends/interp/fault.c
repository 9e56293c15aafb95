/* SPDX-License-Identifier: MIT */
/*
 * fault.c: recording exceptions, and what happens when one cannot be
 * delivered: double and triple faults (SDM 3A §6.15, interrupt 8).
 */
#include "system.h"

int vc__raise(struct cpu *cpu, unsigned vector)
{
	cpu->fault = (struct fault){ .vector = (uint8_t)vector };
	return X_FAULT;
}

int vc__raise_error(struct cpu *cpu, unsigned vector, uint32_t error)
{
	cpu->fault = (struct fault){ .vector = (uint8_t)vector,
				     .has_error = true, .error = error };
	return X_FAULT;
}

int vc__raise_db(struct cpu *cpu, uint64_t dr6)
{
	cpu->fault = (struct fault){ .vector = EXC_DB, .payload = dr6 };
	return X_FAULT;
}

/* Table 6-4. */
enum severity { BENIGN, CONTRIBUTORY, PAGE_FAULT, DOUBLE_FAULT };

static enum severity severity_of(unsigned vector)
{
	switch (vector) {
	case EXC_DE: case EXC_TS: case EXC_NP: case EXC_SS: case EXC_GP:
		return CONTRIBUTORY;
	case EXC_PF:
		return PAGE_FAULT;
	case EXC_DF:
		return DOUBLE_FAULT;
	default:
		return BENIGN;
	}
}

/* Table 6-5: does second, met while first was being delivered, make both into
 * a double fault (or, with first a double fault, a shutdown)? */
static bool compounds(enum severity first, enum severity second)
{
	switch (first) {
	case CONTRIBUTORY:
		return second == CONTRIBUTORY;
	case PAGE_FAULT:
		return second == CONTRIBUTORY || second == PAGE_FAULT;
	case DOUBLE_FAULT:
		return second != BENIGN;
	default:
		return false;
	}
}

/* What an exception leaves in registers, deliverable or not. */
static void record(struct cpu *cpu, const struct fault *f)
{
	if (f->vector == EXC_PF) {
		cpu->cr2 = f->payload;
	} else if (f->vector == EXC_DB) {
		cpu->dr6 |= f->payload;
		cpu->dr7 &= ~DR7_GD;
	}
}

static int shutdown(struct cpu *cpu)
{
	cpu->exit_reason = VC_EXIT_SHUTDOWN;
	return X_EXIT_AFTER;
}

/*
 * Deliver cpu->fault, met while an event of severity first was delivered. Each
 * round compounds or goes up in severity, so there are few; the bound is for
 * benign ones that a broken table might make in turns.
 */
static int deliver_nested(struct cpu *cpu, enum severity first)
{
	for (int round = 0; round < 8; round++) {
		struct fault f = cpu->fault;
		enum severity second = severity_of(f.vector);
		int rc;

		record(cpu, &f);
		if (compounds(first, second)) {
			if (first == DOUBLE_FAULT)
				return shutdown(cpu);
			f = (struct fault){ .vector = EXC_DF,
					    .has_error = true };
			second = DOUBLE_FAULT;
		}
		cpu->fault = f;
		rc = vc__deliver(cpu, f.vector, EVENT_FAULT, f.has_error,
				 f.error, cpu->rip);
		if (rc != X_FAULT && rc != X_FAULT_THERE)
			return rc;
		/* A benign event in between does not wipe out a severe one. */
		if (second > first || first == BENIGN)
			first = second;
	}
	return shutdown(cpu);
}

int vc__deliver_fault(struct cpu *cpu)
{
	return deliver_nested(cpu, BENIGN);
}

int vc__deliver_interrupt(struct cpu *cpu, unsigned vector, bool nmi)
{
	int rc;

	if (nmi)
		cpu->nmi_masked = 1;
	rc = vc__deliver(cpu, nmi ? EXC_NMI : vector, EVENT_EXTERNAL, false, 0,
			 cpu->rip);
	return rc == X_FAULT || rc == X_FAULT_THERE ?
	       deliver_nested(cpu, BENIGN) : rc;
}
