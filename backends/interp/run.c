/* SPDX-License-Identifier: MIT */
/*
 * run.c: the outer loop of a vCPU: between blocks it looks at what other
 * threads want, delivers faults and interrupts, and decides whether to run
 * blocks or, when somebody wants to see each instruction, one at a time.
 */
#include "fpu.h"
#include "run.h"
#include "segment.h"
#include "smp.h"
#include "system.h"

/* Links mark themselves unresolved by a charge that no slice can pay. */
#define SLICE_MAX	((uint64_t)1 << 30)
_Static_assert(SLICE_MAX < LINK_UNRESOLVED, "unresolved links never pass");

static void execute(struct cpu *cpu, const struct op *op)
{
#if VC_TAIL
	op->fn(cpu, op);
#else
	while (op)
		op = op->fn(cpu, op);
#endif
}

/*
 * RF keeps a code breakpoint from striking twice, and is cleared by the next
 * instruction (SDM 3B §18.3.1.1). IRET from a fault handler always sets it;
 * where no breakpoint is on, it may as well be cleared before.
 */
static void forget_resume_flag(struct cpu *cpu)
{
	if (cpu->flags & FL_RF && !(cpu->dr7 & DR7_ENABLES))
		cpu->flags &= ~(uint64_t)FL_RF;
}

const struct op *vc__op_stop(struct cpu *cpu, const struct op *op, int rc)
{
	switch (rc) {
	case X_JUMP:
		serialize(ENGINE(cpu));
		cpu->retired -= op->left - 1u;
		forget_resume_flag(cpu);
		/* something must be looked at before the next instruction */
		if (VC_UNLIKELY(cpu->flags & (FL_TF | FL_RF) || cpu->shadow ||
				event_pending(cpu)))
			break;
		return vc__enter_jump(cpu, NULL);
	case X_SYNC:
	case X_EXIT_AFTER:
		cpu->retired -= op->left - 1u;
		cpu->rip = op_next_rip(cpu, op);
		break;
	default:	/* X_FAULT, X_EXIT_BEFORE, X_RESTART */
		cpu->retired -= op->left;
		cpu->rip = op_rip(cpu, op);
		break;
	}
	cpu->leave = (uint8_t)rc;
	return NULL;
}

/* ---- one instruction at a time ---- */

static bool embedder_breakpoint(const struct cpu *cpu, uint64_t la)
{
	const vc_vm *vm = cpu->vm;
	uint32_t low = 0, high = vm->breakpoint_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (vm->breakpoints[mid] == la)
			return true;
		if (vm->breakpoints[mid] < la)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* Run at most max instructions, decoded for the occasion. */
static void run_scratch(struct cpu *cpu, unsigned max)
{
	const struct segment *cs = &cpu->seg[VC_SEG_CS];
	uint64_t la = (cpu->rip + cs->base) & cpu->lin_mask;
	struct block *b;
	int rc;

	if (!IN_CODE64() && cpu->rip > cs->limit) {
		cpu->leave = (uint8_t)vc__gp(cpu, 0);
		return;
	}
	rc = vc__block_scratch(cpu, max, &b);
	if (!rc && !IN_CODE64() && cpu->rip + b->bytes - 1 > cs->limit)
		rc = max == 1 ? vc__gp(cpu, 0) : X_CAREFUL;
	if (rc) {
		ENGINE(cpu)->scratch_runs = false;
		cpu->leave = (uint8_t)rc;
		return;
	}
	cpu->retired += b->insns;
	R(R_IP) = (cpu->rip - (la & 4095)) & cpu->ip_mask;
	execute(cpu, b->ops);
	ENGINE(cpu)->scratch_runs = false;
}

/*
 * A #DB after an instruction: single step, data breakpoints. MOV SS and POP SS
 * hold it back until the next one is done (SDM 3A §6.8.3).
 */
static bool debug_trap(struct cpu *cpu, bool stepped)
{
	uint64_t bits = cpu->dbg_hits | (stepped ? DR6_BS : 0);

	if (cpu->shadow & VC_SHADOW_MOV_SS)
		return false;
	cpu->dbg_hits = 0;
	if (!bits)
		return false;
	cpu->fault = (struct fault){ EXC_DB, false, 0, bits };
	return true;
}

static int debug_exit(struct cpu *cpu, uint32_t kind, uint64_t address,
		      uint32_t len)
{
	cpu->vcpu->exit.debug = (vc_exit_debug){ kind, len, address };
	return VC_EXIT_DEBUG;
}

/*
 * Execute one instruction with all that may be asked of it before and after.
 * Returns an exit reason, or 0 with cpu->leave as after a block.
 */
static int run_one(struct cpu *cpu, bool resuming, bool *first)
{
	struct engine *eng = ENGINE(cpu);
	vc_vcpu *vcpu = cpu->vcpu;
	uint64_t la = (cpu->rip + cpu->seg[VC_SEG_CS].base) & cpu->lin_mask;
	uint64_t before = cpu->retired;
	uint8_t shadow = cpu->shadow;
	bool skip = resuming ||
		    (*first && vcpu->skip_breakpoint && vcpu->skip_gva == la);

	*first = false;
	if (!skip && embedder_breakpoint(cpu, la))
		return debug_exit(cpu, VC_DEBUG_BREAKPOINT, la, 0);
	if (!resuming && !(cpu->flags & FL_RF) &&
	    !(shadow & VC_SHADOW_MOV_SS) && vc__debug_exec(cpu, la)) {
		cpu->leave = (uint8_t)vc__raise_db(cpu, vc__debug_exec(cpu, la));
		return 0;
	}
	cpu->tf_pending = (cpu->flags & FL_TF) != 0;
	cpu->shadow = 0;
	eng->watch_kind = 0;
	if (!(shadow & VC_SHADOW_MOV_SS))
		cpu->dbg_hits = 0;
	/* nothing behind it may run */
	atomic_store(&cpu->limit, before + 1);
	run_scratch(cpu, 1);
	if (cpu->retired == before) {	/* a fault, or an exit before it */
		cpu->shadow = shadow;
		return 0;
	}
	/* IRET sets it anew; a repetition is not over */
	if (cpu->leave != X_JUMP && cpu->leave != X_RESTART)
		cpu->flags &= ~(uint64_t)FL_RF;
	if (cpu->leave == X_EXIT_AFTER) {
		/* the trap comes when the vCPU goes on */
		if (debug_trap(cpu, cpu->tf_pending)) {
			cpu->event = cpu->fault;
			cpu->event_waits = true;
			cpu->event_interrupt = false;
		}
		return cpu->exit_reason;
	}
	if (debug_trap(cpu, cpu->tf_pending)) {
		if (vc__deliver_fault(cpu))
			return VC_EXIT_SHUTDOWN;
	}
	if (eng->watch_kind)
		return debug_exit(cpu, eng->watch_kind, eng->watch_hit,
				  eng->watch_len);
	if (vcpu->step)
		return debug_exit(cpu, VC_DEBUG_STEP, la, 0);
	cpu->leave = X_SYNC;
	return 0;
}

/* ---- what others want ---- */

static int delivered(struct cpu *cpu, uint64_t la, int rc)
{
	if (rc)
		return VC_EXIT_SHUTDOWN;
	/* a step of its own: the handler's first instruction is the next */
	return cpu->vcpu->step ? debug_exit(cpu, VC_DEBUG_STEP, la, 0) : 0;
}

/*
 * Deliver what waits and may be delivered before the next instruction. Returns
 * an exit reason or 0.
 */
static int deliver_events(struct cpu *cpu)
{
	vc_vcpu *vcpu = cpu->vcpu;
	uint32_t pending = atomic_load(&vcpu->pending);
	uint64_t la = (cpu->rip + cpu->seg[VC_SEG_CS].base) & cpu->lin_mask;
	int vector = -1;

	if (cpu->event_waits) {
		cpu->event_waits = false;
		cpu->fault = cpu->event;
		return delivered(cpu, la, cpu->event_interrupt ?
			vc__deliver_interrupt(cpu, cpu->event.vector, false) :
			vc__deliver_fault(cpu));
	}
	if (cpu->shadow)
		return 0;
	if (pending & VC__PEND_NMI && !cpu->nmi_masked) {
		atomic_fetch_and(&vcpu->pending, ~VC__PEND_NMI);
		return delivered(cpu, la, vc__deliver_interrupt(cpu, EXC_NMI,
								true));
	}
	if (pending & VC__PEND_INTR && cpu->flags & FL_IF)
		vector = vc__vcpu_acknowledge(vcpu);
	if (vector < 0)
		return 0;
	return delivered(cpu, la, vc__deliver_interrupt(cpu, (unsigned)vector,
							false));
}

/* Is every instruction to be looked at? */
static bool debugging(struct cpu *cpu)
{
	struct engine *eng = ENGINE(cpu);
	const vc_vm *vm = cpu->vm;
	bool data = vm->watch_count || cpu->dr7 & DR7_ENABLES;

	if (data && !eng->watching)
		vc__tlb_flush(cpu, true);	/* fast paths do not check */
	eng->watching = data;
	eng->slow_debug = data || cpu->vcpu->step || vm->breakpoint_count;
	return eng->slow_debug;
}

/* Is there an instruction that has been begun? */
enum resume {
	RESUME_NOT,
	RESUME,		/* the embedder has done its access */
	RESUME_ALONE,	/* X_REPLAY */
};

/*
 * Blocks until something stops them; or one instruction where that is wanted,
 * or as many as the goal leaves when a whole block would pass it.
 */
static int run_some(struct cpu *cpu, uint64_t goal, enum resume resuming,
		    bool *first)
{
	bool wanted = atomic_load(&cpu->vcpu->pending) != 0;

	forget_resume_flag(cpu);
	cpu->leave = X_SYNC;
	/* an access is finished even if somebody wants us to stop or to take
	 * an interrupt, but no more than its instruction is then executed */
	if (debugging(cpu) || cpu->shadow || cpu->flags & (FL_TF | FL_RF) ||
	    (resuming && wanted) || resuming == RESUME_ALONE)
		return run_one(cpu, resuming != RESUME_NOT, first);
	*first = false;
#if VC_TAIL
	vc__enter(cpu, NULL);
#else
	{
		const struct op *op = vc__enter(cpu, NULL);

		if (op)
			execute(cpu, op);
	}
#endif
	if (cpu->leave == X_LIMIT && cpu->retired < goal &&
	    atomic_load(&cpu->limit) == goal) {
		uint64_t left = goal - cpu->retired;

		cpu->leave = X_SYNC;
		run_scratch(cpu, left < BLOCK_INSNS ? (unsigned)left :
			    BLOCK_INSNS);
	}
	if (cpu->leave == X_CAREFUL)
		return run_one(cpu, false, first);
	return 0;
}

/* What a stop of run_some, which began at la, means. Returns an exit reason
 * or 0 to go on. */
static int after_stop(struct cpu *cpu, uint64_t la)
{
	switch (cpu->leave) {
	case X_FAULT:
		/* counted as one, or a handler that faults would never end */
		replay_reset(cpu);
		if (vc__deliver_fault(cpu))
			return VC_EXIT_SHUTDOWN;
		cpu->retired++;
		return delivered(cpu, la, X_OK);
	case X_EXIT_BEFORE:
	case X_EXIT_AFTER:
		return cpu->exit_reason;
	default:
		return 0;
	}
}

/* Has what was begun to be gone on with in the next round? */
static enum resume still_begun(struct cpu *cpu, enum resume was, uint64_t before)
{
	if (cpu->leave == X_REPLAY) {
		ENGINE(cpu)->replay_pos = 0;
		return RESUME_ALONE;
	}
	/* a kick came before it did anything */
	if (cpu->leave == X_LIMIT && cpu->retired == before)
		return was;
	return RESUME_NOT;
}

static int run_loop(struct cpu *cpu, uint64_t goal, enum resume resuming)
{
	struct engine *eng = ENGINE(cpu);
	vc_vcpu *vcpu = cpu->vcpu;
	bool first = true;
	uint64_t before, la;
	int reason;

	for (;;) {
		if (VC_UNLIKELY(eng->yield_wanted)) {
			eng->yield_wanted = false;
			vc__smp_yield(cpu);
		}
		/* limit before pending: a kick after this is seen by both */
		atomic_store(&cpu->limit, goal);
		if (VC_UNLIKELY(atomic_load(&eng->mail_any)))
			vc__mail_take(cpu);
		if (!resuming) {
			if (atomic_load(&vcpu->pending) & VC__PEND_SERVICE ||
			    cpu->retired >= goal)
				return VC__RUN_POLL;
			reason = deliver_events(cpu);
			if (reason)
				return reason;
		}
		before = cpu->retired;
		la = (cpu->rip + cpu->seg[VC_SEG_CS].base) & cpu->lin_mask;
		reason = run_some(cpu, goal, resuming, &first);
		if (!reason)
			reason = after_stop(cpu, la);
		if (reason)
			return reason;
		resuming = still_begun(cpu, resuming, before);
	}
}

int vc__interp_run(vc_vcpu *vcpu, uint64_t max_insns)
{
	struct engine *eng = vcpu->backend_vcpu;
	struct cpu *cpu = &eng->cpu;
	uint64_t goal;
	bool resuming = vcpu->access_pending;
	int reason;

	if (!max_insns)
		return VC__RUN_POLL;
	eng->cpuid_last.good = false;
	if (cpu->shut_down)
		return VC_EXIT_SHUTDOWN;
	if (VC_SMP_TURNS && eng->smp && max_insns > SMP_TURN)
		max_insns = SMP_TURN;
	goal = cpu->retired + (max_insns < SLICE_MAX ? max_insns : SLICE_MAX);
	if (resuming) {
		struct replay *e = &eng->replay[eng->replay_n - 1];

		if (!e->is_write)
			e->data = e->is_port ? vcpu->exit.io.data :
					       vcpu->exit.mmio.data;
		if (e->size < 8)
			e->data &= ((uint64_t)1 << (8 * e->size)) - 1;
		eng->replay_pos = 0;
		vcpu->access_pending = false;
	} else {
		eng->replay_n = 0;
	}
	if (eng->smp)
		vc__smp_enter(cpu);
	vc__fpu_enter(cpu);
	reason = run_loop(cpu, goal, resuming ? RESUME : RESUME_NOT);
	vc__fpu_leave(cpu);
	if (eng->smp)
		vc__smp_leave(cpu);
	if (reason == VC_EXIT_IO || reason == VC_EXIT_MMIO)
		vcpu->access_pending = true;
	if (reason == VC_EXIT_SHUTDOWN)
		cpu->shut_down = true;
	atomic_store_explicit(&vcpu->retired, cpu->retired,
			      memory_order_relaxed);
	return reason;
}
