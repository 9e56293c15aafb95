/* SPDX-License-Identifier: MIT */
/*
 * test_engine_debug.c: the embedder's breakpoints, watchpoints and steps, and
 * the guest's own: debug registers, TF, RF, ICEBP (SDM 3B ch. 18). The
 * embedder's must not be visible to the guest.
 */
#include "engine_rig.h"

#define OTHER	0x50000u

static void go(struct sys *t)
{
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	t->reason = t->exit->reason;
}

static void set(struct sys *t)
{
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 100000));
}

static bool stopped(const struct sys *t, uint32_t kind, uint64_t address,
		    uint64_t rip)
{
	bool ok = t->reason == VC_EXIT_DEBUG && t->exit->debug.kind == kind &&
		  t->exit->debug.address == address && t->s.rip == rip &&
		  t->exit->rip == rip;

	if (!ok)
		fprintf(stderr, "    exit %u kind %u address %#llx rip %#llx\n",
			(unsigned)t->reason, (unsigned)t->exit->debug.kind,
			(unsigned long long)t->exit->debug.address,
			(unsigned long long)t->s.rip);
	return ok;
}

/* ---- breakpoints of the embedder ---- */

static void test_debug_breakpoint_stops_before_the_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* inc eax; inc ecx; inc edx */
	SYS_EMIT(t, 0xff, 0xc0, 0xff, 0xc1, 0xff, 0xc2, VMCALL);
	t->s.gpr[VC_RCX] = 5;
	RIG_OK(vc_breakpoint_add(t->vm, SYS_CODE + 2));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_BREAKPOINT, SYS_CODE + 2, SYS_CODE + 2));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 5);
	CU_ASSERT_EQUAL(t->exit->retired, 1);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 6);
	sys_free(t);
}

static void test_debug_breakpoint_strikes_each_time_round_a_loop(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* L: dec ecx; jnz L */
	SYS_EMIT(t, 0xff, 0xc9, 0x75, 0xfc, VMCALL);
	t->s.gpr[VC_RCX] = 10;
	RIG_OK(vc_breakpoint_add(t->vm, SYS_CODE));
	set(t);
	for (unsigned i = 0; i < 10; i++) {
		go(t);
		CU_ASSERT(stopped(t, VC_DEBUG_BREAKPOINT, SYS_CODE, SYS_CODE));
		CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 10 - i);
	}
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_debug_breakpoint_on_an_instruction_that_branches_to_itself(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xeb, 0xfe);
	RIG_OK(vc_breakpoint_add(t->vm, SYS_CODE));
	set(t);
	for (unsigned i = 0; i < 5; i++) {
		go(t);
		CU_ASSERT(stopped(t, VC_DEBUG_BREAKPOINT, SYS_CODE, SYS_CODE));
		CU_ASSERT_EQUAL(t->exit->retired, i);
	}
	sys_free(t);
}

static void test_debug_breakpoint_in_code_that_has_run_before(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xff, 0xc0, 0xff, 0xc1, VMCALL);
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	t->s.rip = SYS_CODE;
	RIG_OK(vc_breakpoint_add(t->vm, SYS_CODE + 2));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_BREAKPOINT, SYS_CODE + 2, SYS_CODE + 2));
	RIG_OK(vc_breakpoint_remove(t->vm, SYS_CODE + 2));
	t->s.rip = SYS_CODE;
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_debug_breakpoint_is_at_the_linear_address(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* CS base is SYS_CODE, RIP 0 */
	SYS_EMIT(t, 0x40, 0x41, VMCALL);
	RIG_OK(vc_breakpoint_add(t->vm, SYS_CODE + 1));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_BREAKPOINT, SYS_CODE + 1, 1));
	sys_free(t);
}

static void test_debug_breakpoint_on_an_interrupt_handler(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x0f, 0x0b);
	RIG_OK(vc_breakpoint_add(t->vm, sys_handler(6)));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_BREAKPOINT, sys_handler(6),
			  sys_handler(6)));
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_debug_breakpoint_does_not_show_in_memory(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov al, [rip]: the opcode of the next instruction, inc ecx */
	SYS_EMIT(t, 0x8a, 0x05, LE32(0), 0xff, 0xc1, VMCALL);
	t->s.gpr[VC_RAX] = 0;
	RIG_OK(vc_breakpoint_add(t->vm, SYS_CODE + 6));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_BREAKPOINT, SYS_CODE + 6, SYS_CODE + 6));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xff);
	CU_ASSERT_EQUAL(t->s.dr7, 0x400);
	CU_ASSERT_EQUAL(t->s.dr6, 0xffff0ff0);
	CU_ASSERT_EQUAL(t->s.rflags & 0x100, 0);
	sys_free(t);
}

static void test_debug_breakpoint_and_a_fault_at_the_same_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x90, 0x0f, 0x0b);
	RIG_OK(vc_breakpoint_add(t->vm, SYS_CODE + 1));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_BREAKPOINT, SYS_CODE + 1, SYS_CODE + 1));
	go(t);
	CU_ASSERT_EQUAL(sys_vector(t), 6);
	sys_free(t);
}

/* ---- watchpoints ---- */

static void test_debug_watchpoint_on_writes_stops_behind_the_store(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov al, [rdi]; mov [rdi + 4], eax; inc ecx */
	SYS_EMIT(t, 0x8a, 0x07, 0x89, 0x47, 0x04, 0xff, 0xc1, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	RIG_OK(vc_watchpoint_add(t->vm, SYS_DATA + 6, 1, VC_ACCESS_WRITE));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_WATCH_WRITE, SYS_DATA + 4,
			  SYS_CODE + 5));
	CU_ASSERT_EQUAL(t->exit->debug.len, 4);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_debug_watchpoint_on_reads(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov [rdi], al; mov ax, [rdi - 1]; add [rdi], al */
	SYS_EMIT(t, 0x88, 0x07, 0x66, 0x8b, 0x47, 0xff, 0x00, 0x07, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA + 16;
	RIG_OK(vc_watchpoint_add(t->vm, SYS_DATA + 16, 8, VC_ACCESS_READ));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_WATCH_READ, SYS_DATA + 15,
			  SYS_CODE + 6));
	CU_ASSERT_EQUAL(t->exit->debug.len, 2);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_WATCH_READ, SYS_DATA + 16,
			  SYS_CODE + 8));
	sys_free(t);
}

static void test_debug_watchpoint_misses_its_neighbours(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov [rdi - 4], eax; mov [rdi + 2], eax; mov al, [rdi + 2] */
	SYS_EMIT(t, 0x89, 0x47, 0xfc, 0x89, 0x47, 0x02, 0x8a, 0x47, 0x02,
		 VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA + 16;
	RIG_OK(vc_watchpoint_add(t->vm, SYS_DATA + 16, 2, VC_ACCESS_READ |
				 VC_ACCESS_WRITE));
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_debug_watchpoint_that_is_added_while_another_is_on(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov [rdi], al; vmcall; mov [rdi], al */
	SYS_EMIT(t, 0x88, 0x07, VMCALL, 0x88, 0x07, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	RIG_OK(vc_watchpoint_add(t->vm, OTHER, 1, VC_ACCESS_WRITE));
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	RIG_OK(vc_watchpoint_add(t->vm, SYS_DATA, 1, VC_ACCESS_WRITE));
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_WATCH_WRITE, SYS_DATA, SYS_CODE + 7));
	sys_free(t);
}

static void test_debug_watchpoint_at_the_top_of_the_address_space(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* The last page: through the last entries of fresh tables. */
	sys_put(t, SYS_PML4 + 511 * 8, 8, 0x60000 | 3);
	sys_put(t, 0x60000 + 511 * 8, 8, 0x61000 | 3);
	sys_put(t, 0x61000 + 511 * 8, 8, 0x62000 | 3);
	sys_put(t, 0x62000 + 511 * 8, 8, SYS_DATA | 3);
	t->s.gpr[VC_RDI] = UINT64_MAX - 7;
	/* mov [rdi], rax */
	SYS_EMIT(t, 0x48, 0x89, 0x07, VMCALL);
	RIG_OK(vc_watchpoint_add(t->vm, UINT64_MAX, 1, VC_ACCESS_WRITE));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_WATCH_WRITE, UINT64_MAX - 7,
			  SYS_CODE + 3));
	sys_free(t);
}

static void test_debug_watchpoint_in_a_repeated_string(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xf3, 0xaa, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RCX] = 100;
	RIG_OK(vc_watchpoint_add(t->vm, SYS_DATA + 40, 1, VC_ACCESS_WRITE));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_WATCH_WRITE, SYS_DATA + 40, SYS_CODE));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 59);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	sys_free(t);
}

static void test_debug_watchpoint_ignores_walks_fetches_and_descriptors(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	RIG_OK(vc_watchpoint_add(t->vm, SYS_PT, 8, VC_ACCESS_READ |
				 VC_ACCESS_WRITE));
	RIG_OK(vc_watchpoint_add(t->vm, SYS_CODE, 8, VC_ACCESS_READ));
	RIG_OK(vc_watchpoint_add(t->vm, SYS_GDT + SEL_DATA, 8,
				 VC_ACCESS_READ));
	/* mov al, [0]; mov eax, SEL_DATA; mov ds, eax */
	t->s.gpr[VC_RDI] = 0;
	SYS_EMIT(t, 0x8a, 0x07, 0xb8, LE32(SEL_DATA), 0x8e, 0xd8, VMCALL);
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_debug_watchpoint_sees_each_kind_of_store(void)
{
	static const struct {
		uint8_t code[8];
		uint8_t n;
	} forms[] = {
		{ { 0x88, 0x07 }, 2 },			/* mov [rdi], al */
		{ { 0xc7, 0x07, 1, 0, 0, 0 }, 6 },	/* mov [rdi], imm */
		{ { 0xff, 0x07 }, 2 },			/* inc [rdi] */
		{ { 0xf0, 0x0f, 0xc1, 0x07 }, 4 },	/* lock xadd */
		{ { 0x87, 0x07 }, 2 },			/* xchg */
		{ { 0x0f, 0x11, 0x07 }, 3 },		/* movups */
		{ { 0xd9, 0xe8, 0xdd, 0x1f }, 4 },	/* fld1; fstp */
		{ { 0xaa }, 1 },			/* stosb */
		{ { 0xa4 }, 1 },			/* movsb */
		{ { 0x0f, 0x94, 0x07 }, 3 },		/* sete */
		{ { 0x8f, 0x07 }, 2 },			/* pop [rdi] */
		{ { 0x0f, 0xae, 0x07 }, 3 },		/* fxsave */
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		t->s.cr4 |= 0x200;
		t->s.gpr[VC_RDI] = SYS_DATA;
		t->s.gpr[VC_RSI] = OTHER;
		t->s.gpr[VC_RSP] = SYS_STACK - 64;
		/* touch the page first, so that it is in the TLB */
		SYS_EMIT(t, 0x8a, 0x1f, 0x88, 0x1f, VMCALL);
		sys_emit(t, forms[i].code, forms[i].n);
		SYS_EMIT(t, VMCALL);
		set(t);
		go(t);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
		RIG_OK(vc_watchpoint_add(t->vm, SYS_DATA, 1, VC_ACCESS_WRITE));
		go(t);
		CU_ASSERT(stopped(t, VC_DEBUG_WATCH_WRITE, SYS_DATA,
				  SYS_CODE + 7 + forms[i].n));
		if (t->reason != VC_EXIT_DEBUG)
			fprintf(stderr, "    form %zu\n", i);
		sys_free(t);
	}
}

/* ---- steps ---- */

static void test_debug_step_executes_one_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xff, 0xc0, 0xeb, 0x00, 0x0f, 0xa2, VMCALL);
	RIG_OK(vc_vcpu_step(t->vcpu, 1));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE, SYS_CODE + 2));
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE + 2, SYS_CODE + 4));
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE + 4, SYS_CODE + 6));
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->exit->retired, 4);
	sys_free(t);
}

static void test_debug_step_into_an_exceptions_handler(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_bytes(t, sys_handler(6), "\xff\xc0\x0f\x01\xc1", 5);
	SYS_EMIT(t, 0x0f, 0x0b);
	RIG_OK(vc_vcpu_step(t->vcpu, 1));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE, sys_handler(6)));
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, sys_handler(6),
			  sys_handler(6) + 2));
	sys_free(t);
}

static void test_debug_step_into_an_interrupts_handler(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x90, 0x90, VMCALL);
	t->s.rflags |= 0x200;
	RIG_OK(vc_vcpu_step(t->vcpu, 1));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE, SYS_CODE + 1));
	RIG_OK(vc_vcpu_inject(t->vcpu, 0x40));
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE + 1, sys_handler(0x40)));
	CU_ASSERT_EQUAL(t->exit->retired, 1);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_debug_step_is_one_iteration_of_rep(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xf3, 0xa4, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RSI] = OTHER;
	t->s.gpr[VC_RCX] = 3;
	RIG_OK(vc_vcpu_step(t->vcpu, 1));
	set(t);
	for (unsigned i = 1; i <= 3; i++) {
		go(t);
		CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE, i < 3 ?
				  SYS_CODE : SYS_CODE + 2));
		CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 3 - i);
	}
	sys_free(t);
}

static void test_debug_step_finishes_a_reported_access(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xe4, 0x40, VMCALL);
	RIG_OK(vc_vcpu_step(t->vcpu, 1));
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_IO);
	t->exit->io.data = 0x42;
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE, SYS_CODE + 2));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xff, 0x42);
	sys_free(t);
}

static void test_debug_step_off_runs_freely_again(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x90, 0x90, 0x90, VMCALL);
	RIG_OK(vc_vcpu_step(t->vcpu, 1));
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_DEBUG);
	RIG_OK(vc_vcpu_step(t->vcpu, 0));
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

static void test_debug_step_is_not_the_guests_tf(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* pushfq; pop rax */
	SYS_EMIT(t, 0x9c, 0x58, VMCALL);
	RIG_OK(vc_vcpu_step(t->vcpu, 1));
	set(t);
	go(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_STEP, SYS_CODE + 1, SYS_CODE + 2));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 2);
	CU_ASSERT_EQUAL(t->s.dr6, 0xffff0ff0);
	sys_free(t);
}

/* ---- the guest's debug registers ---- */

/* Run to a handler; true when it is #DB with frame RIP at, DR6 bits then. */
static bool took_db(struct sys *t, uint64_t at, uint64_t bits)
{
	bool ok;

	go(t);
	ok = sys_vector(t) == 1 && sys_frame(t, 0, 8) == at &&
	     (t->s.dr6 & 0xe00f) == bits;
	if (!ok)
		fprintf(stderr, "    vector %d, rip %#llx, dr6 %#llx\n",
			sys_vector(t), (unsigned long long)sys_frame(t, 0, 8),
			(unsigned long long)t->s.dr6);
	return ok;
}

static void test_debug_dr_execution_is_a_fault(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xff, 0xc0, 0xff, 0xc1, VMCALL);
	t->s.gpr[VC_RCX] = 5;
	t->s.dr[2] = SYS_CODE + 2;
	t->s.dr7 = 0x400 | 1u << 5;	/* G2, execution */
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE + 2, 4));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 5);
	sys_free(t);
}

static void test_debug_dr_lengths_and_kinds(void)
{
	static const struct {
		unsigned kind, len;	/* R/W and LEN fields */
		unsigned off;		/* of the access from the breakpoint */
		bool write, hits;
	} c[] = {
		{ 1, 0, 0, true, true }, { 1, 0, 0, false, false },
		{ 3, 0, 0, false, true }, { 3, 0, 1, false, false },
		{ 3, 1, 1, false, true }, { 3, 1, 2, false, false },
		{ 3, 3, 3, true, true }, { 3, 3, 4, true, false },
		{ 1, 2, 7, true, true }, { 1, 2, 8, true, false },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		/* mov al, [rdi] or mov [rdi], al */
		if (c[i].write)
			SYS_EMIT(t, 0x88, 0x07, VMCALL);
		else
			SYS_EMIT(t, 0x8a, 0x07, VMCALL);
		t->s.gpr[VC_RDI] = SYS_DATA + c[i].off;
		t->s.dr[0] = SYS_DATA;
		t->s.dr7 = 0x401 | c[i].kind << 16 | c[i].len << 18;
		set(t);
		if (c[i].hits) {
			CU_ASSERT(took_db(t, SYS_CODE + 2, 1));
		} else {
			go(t);
			CU_ASSERT(t->reason == VC_EXIT_HYPERCALL &&
				  sys_rip(t) == SYS_CODE + 5);
		}
		sys_free(t);
	}
}

static void test_debug_dr_data_in_a_repeated_string_traps_in_the_middle(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xf3, 0xaa, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RCX] = 20;
	t->s.dr[1] = SYS_DATA + 7;
	t->s.dr7 = 0x400 | 1u << 2 | 1u << 20;
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE, 2));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 12);
	sys_free(t);
}

static void test_debug_dr_disabled_ones_do_nothing(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x88, 0x07, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.dr[0] = SYS_CODE;
	t->s.dr[1] = SYS_DATA;
	t->s.dr7 = 0x400 | 1u << 20;
	set(t);
	go(t);
	CU_ASSERT_EQUAL(sys_rip(t), SYS_CODE + 5);
	sys_free(t);
}

static void test_debug_dr_set_by_the_guest_takes_effect_at_once(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov [rdi], al (TLB); mov dr0, rdi; mov dr7, rbx; mov [rdi], al */
	SYS_EMIT(t, 0x88, 0x07, 0x0f, 0x23, 0xc7, 0x0f, 0x23, 0xfb, 0x88, 0x07,
		 VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RBX] = 0x10401;
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE + 10, 1));
	sys_free(t);
}

/* ---- TF, RF, ICEBP ---- */

static void test_debug_tf_traps_behind_each_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xff, 0xc0, 0xff, 0xc0, VMCALL);
	t->s.rflags |= 0x100;
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE + 2, 0x4000));
	CU_ASSERT_EQUAL(t->s.rflags & 0x100, 0);	/* in the handler */
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8) & 0x100, 0x100);
	sys_free(t);
}

static void test_debug_tf_traps_in_each_iteration_of_rep(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xf3, 0xaa, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RCX] = 5;
	t->s.rflags |= 0x100;
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE, 0x4000));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 4);
	sys_free(t);
}

static void test_debug_tf_does_not_trap_into_an_int_handler(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* int 0x40: its handler has TF clear and is not trapped */
	SYS_EMIT(t, 0xcd, 0x40);
	t->s.rflags |= 0x100;
	set(t);
	go(t);
	CU_ASSERT_EQUAL(sys_vector(t), 0x40);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8) & 0x100, 0x100);
	sys_free(t);
}

static void test_debug_tf_is_lost_when_the_instruction_faults(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x0f, 0x0b);
	t->s.rflags |= 0x100;
	set(t);
	go(t);
	CU_ASSERT_EQUAL(sys_vector(t), 6);
	CU_ASSERT_EQUAL(t->s.dr6 & 0x4000, 0);
	sys_free(t);
}

static void test_debug_tf_waits_behind_mov_ss(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov ss, eax; nop: one trap, behind the nop */
	t->s.gpr[VC_RAX] = SEL_DATA;
	SYS_EMIT(t, 0x8e, 0xd0, 0x90, VMCALL);
	t->s.rflags |= 0x100;
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE + 3, 0x4000));
	sys_free(t);
}

static void test_debug_data_breakpoint_of_mov_ss_waits_too(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov ss, [rdi]; nop */
	sys_put(t, SYS_DATA, 2, SEL_DATA);
	t->s.gpr[VC_RDI] = SYS_DATA;
	SYS_EMIT(t, 0x8e, 0x17, 0x90, VMCALL);
	t->s.dr[0] = SYS_DATA;
	t->s.dr7 = 0x401 | 3u << 16;
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE + 3, 1));
	sys_free(t);
}

static void test_debug_tf_behind_a_hypercall_traps_on_the_way_on(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, VMCALL, 0x90);
	t->s.rflags |= 0x100;
	set(t);
	go(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 3);
	CU_ASSERT(took_db(t, SYS_CODE + 3, 0x4000));
	sys_free(t);
}

static void test_debug_tf_trap_survives_a_saved_state(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, VMCALL, 0x90);
	t->s.rflags |= 0x100;
	set(t);
	go(t);
	set(t);			/* what state_get() gave */
	CU_ASSERT(took_db(t, SYS_CODE + 3, 0x4000));
	sys_free(t);
}

static void test_debug_rf_passes_a_code_breakpoint_once(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* L: inc eax; jmp L */
	SYS_EMIT(t, 0xff, 0xc0, 0xeb, 0xfc);
	t->s.gpr[VC_RAX] = 0;
	t->s.dr[0] = SYS_CODE;
	t->s.dr7 = 0x401;
	t->s.rflags |= 0x10000;
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE, 1));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 1);
	/* the handler has to set RF itself (§18.3.1.1) */
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8) >> 16 & 1, 0);
	sys_free(t);
}

static void test_debug_icebp_is_a_trap_without_bs(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xf1, 0x90);
	set(t);
	CU_ASSERT(took_db(t, SYS_CODE + 1, 0));
	sys_free(t);
}

static void test_debug_both_debuggers_at_once(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* a watchpoint of the embedder's and a breakpoint of the guest's on
	 * one store: first the #DB is delivered, then the exit */
	SYS_EMIT(t, 0x88, 0x07, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.dr[0] = SYS_DATA;
	t->s.dr7 = 0x401 | 1u << 16;
	RIG_OK(vc_watchpoint_add(t->vm, SYS_DATA, 1, VC_ACCESS_WRITE));
	set(t);
	go(t);
	CU_ASSERT(stopped(t, VC_DEBUG_WATCH_WRITE, SYS_DATA, sys_handler(1)));
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 2);
	sys_free(t);
}

static void test_debug_debugged_guest_ends_as_an_undisturbed_one(void)
{
	/* a loop with calls, stores, a fault and flags on the stack */
	static const uint8_t code[] = {
		0xb9, LE32(20), 0x01, 0xc8, 0x89, 0x07, 0x9c, 0x5a, 0x0f, 0x0b,
		0xf3, 0xa4, 0xb9, LE32(1), 0xff, 0xc3, 0x83, 0xfb, 0x09, 0x75,
		0xec, VMCALL,
	};
	static const uint8_t skip[] = { 0x48, 0x83, 0x04, 0x24, 0x02, 0x48,
					0xcf };
	vc_x86_state end[2];

	for (unsigned i = 0; i < 2; i++) {
		struct sys *t = sys_new(SYS_LONG, 0);
		unsigned stops = 0;

		sys_bytes(t, SYS_CODE, code, sizeof(code));
		sys_bytes(t, sys_handler(6), skip, sizeof(skip));
		t->s.gpr[VC_RBX] = t->s.gpr[VC_RAX] = 0;
		t->s.gpr[VC_RDI] = SYS_DATA;
		t->s.gpr[VC_RSI] = OTHER;
		if (i) {
			RIG_OK(vc_breakpoint_add(t->vm, SYS_CODE + 5));
			RIG_OK(vc_breakpoint_add(t->vm, sys_handler(6) + 5));
			RIG_OK(vc_watchpoint_add(t->vm, SYS_DATA + 2, 2,
						 VC_ACCESS_WRITE |
						 VC_ACCESS_READ));
		}
		set(t);
		do {
			go(t);
			stops++;
		} while (t->reason == VC_EXIT_DEBUG && stops < 1000);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
		CU_ASSERT(i ? stops > 12 : stops == 1);
		end[i] = t->s;
		sys_free(t);
	}
	CU_ASSERT(eng_same(&end[0], &end[1]));
	if (!eng_same(&end[0], &end[1]))
		eng_say_difference(&end[0], &end[1]);
}

RIG_SUITE(engine_debug) {
	RIG_TEST(test_debug_breakpoint_stops_before_the_instruction),
	RIG_TEST(test_debug_breakpoint_strikes_each_time_round_a_loop),
	RIG_TEST(test_debug_breakpoint_on_an_instruction_that_branches_to_itself),
	RIG_TEST(test_debug_breakpoint_in_code_that_has_run_before),
	RIG_TEST(test_debug_breakpoint_is_at_the_linear_address),
	RIG_TEST(test_debug_breakpoint_on_an_interrupt_handler),
	RIG_TEST(test_debug_breakpoint_does_not_show_in_memory),
	RIG_TEST(test_debug_breakpoint_and_a_fault_at_the_same_instruction),
	RIG_TEST(test_debug_watchpoint_on_writes_stops_behind_the_store),
	RIG_TEST(test_debug_watchpoint_on_reads),
	RIG_TEST(test_debug_watchpoint_misses_its_neighbours),
	RIG_TEST(test_debug_watchpoint_that_is_added_while_another_is_on),
	RIG_TEST(test_debug_watchpoint_at_the_top_of_the_address_space),
	RIG_TEST(test_debug_watchpoint_in_a_repeated_string),
	RIG_TEST(test_debug_watchpoint_ignores_walks_fetches_and_descriptors),
	RIG_TEST(test_debug_watchpoint_sees_each_kind_of_store),
	RIG_TEST(test_debug_step_executes_one_instruction),
	RIG_TEST(test_debug_step_into_an_exceptions_handler),
	RIG_TEST(test_debug_step_into_an_interrupts_handler),
	RIG_TEST(test_debug_step_is_one_iteration_of_rep),
	RIG_TEST(test_debug_step_finishes_a_reported_access),
	RIG_TEST(test_debug_step_off_runs_freely_again),
	RIG_TEST(test_debug_step_is_not_the_guests_tf),
	RIG_TEST(test_debug_dr_execution_is_a_fault),
	RIG_TEST(test_debug_dr_lengths_and_kinds),
	RIG_TEST(test_debug_dr_data_in_a_repeated_string_traps_in_the_middle),
	RIG_TEST(test_debug_dr_disabled_ones_do_nothing),
	RIG_TEST(test_debug_dr_set_by_the_guest_takes_effect_at_once),
	RIG_TEST(test_debug_tf_traps_behind_each_instruction),
	RIG_TEST(test_debug_tf_traps_in_each_iteration_of_rep),
	RIG_TEST(test_debug_tf_does_not_trap_into_an_int_handler),
	RIG_TEST(test_debug_tf_is_lost_when_the_instruction_faults),
	RIG_TEST(test_debug_tf_waits_behind_mov_ss),
	RIG_TEST(test_debug_data_breakpoint_of_mov_ss_waits_too),
	RIG_TEST(test_debug_tf_behind_a_hypercall_traps_on_the_way_on),
	RIG_TEST(test_debug_tf_trap_survives_a_saved_state),
	RIG_TEST(test_debug_rf_passes_a_code_breakpoint_once),
	RIG_TEST(test_debug_icebp_is_a_trap_without_bs),
	RIG_TEST(test_debug_both_debuggers_at_once),
	RIG_TEST(test_debug_debugged_guest_ends_as_an_undisturbed_one),
	RIG_END
};
