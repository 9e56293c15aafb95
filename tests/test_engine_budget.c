/* SPDX-License-Identifier: MIT */
/*
 * test_engine_budget.c: instructions are counted exactly: however a run is cut
 * into pieces, each stop finds the state that single steps find, and limits,
 * deadlines and cancels end it wherever it is.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "engine_rig.h"

#define OTHER	0x50000u

/* ---- one program at each budget ---- */

/*
 * Branches, calls, flags across branches, a fault whose handler skips the
 * instruction, REP with a count, stores into the code ahead, an instruction on
 * two pages, a time stamp.
 */
static void put_program(struct sys *t)
{
	static const uint8_t body[] = {
		/* xor eax, eax; mov ecx, 5 */
		0x31, 0xc0, 0xb9, LE32(5),
		/* L: add eax, ecx; cmp eax, 9; jb S; sub eax, 1 */
		0x01, 0xc8, 0x83, 0xf8, 0x09, 0x72, 0x03, 0x83, 0xe8, 0x01,
		/* S: call F; dec ecx; jnz L */
		0xe8, LE32(50), 0xff, 0xc9, 0x75, 0xed,
		/* mov rdi, rsi; mov ecx, 7; rep stosb */
		0x48, 0x89, 0xf7, 0xb9, LE32(7), 0xf3, 0xaa,
		/* inc byte [rip + 1]; mov dl, 9 */
		0xfe, 0x05, LE32(1), 0xb2, 9,
		/* ud2 (the handler skips it) */
		0x0f, 0x0b,
		/* rdtsc; mov [rsi + 8], eax; lea rdi, [rsi + 32];
		 * mov ecx, 3; rep movsq */
		0x0f, 0x31, 0x89, 0x46, 0x08, 0x48, 0x8d, 0x7e, 0x20, 0xb9,
		LE32(3), 0xf3, 0x48, 0xa5,
		/* push rax; nop; pushfq; pop rbx; pop rax */
		0x50, 0x90, 0x9c, 0x5b, 0x58,
		/* jmp rbp */
		0xff, 0xe5,
		0x90, 0x90,
		/* F: lea eax, [rax + rcx * 2]; ret */
		0x8d, 0x04, 0x48, 0xc3,
	};
	/* add qword [rsp], 2; iretq */
	static const uint8_t skip[] = { 0x48, 0x83, 0x04, 0x24, 0x02, 0x48,
					0xcf };
	/* at the end of a page: mov ebx, imm32 across it; vmcall */
	static const uint8_t last[] = { 0x90, 0xbb, LE32(0x12345678), VMCALL };

	sys_bytes(t, SYS_CODE, body, sizeof(body));
	sys_bytes(t, sys_handler(6), skip, sizeof(skip));
	sys_bytes(t, OTHER + 0xffc, last, sizeof(last));
	t->s.gpr[VC_RSI] = SYS_DATA;
	t->s.gpr[VC_RBP] = OTHER + 0xffc;
	t->s.gpr[VC_RBX] = t->s.gpr[VC_RDX] = 0;
}

/* Up to n instructions in one run; the state and a hash of memory then. */
static uint32_t run_piece(struct sys *t, uint64_t n)
{
	RIG_OK(vc_vcpu_budget_set(t->vcpu, n));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	return t->exit->reason;
}

static void test_budget_each_length_stops_as_single_steps_do(void)
{
	struct sys *ref = sys_new(SYS_LONG, 0);
	unsigned bad = 0, n;

	put_program(ref);
	RIG_OK(vc_vcpu_state_set(ref->vcpu, &ref->s));
	for (n = 1; n < 300; n++) {
		uint32_t reason = run_piece(ref, 1), got;
		struct sys *t = sys_new(SYS_LONG, 0);

		put_program(t);
		RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
		got = run_piece(t, n);
		if (got != reason || !eng_same(&ref->s, &t->s) ||
		    memcmp(ref->ram, t->ram, SYS_RAM)) {
			if (!bad++) {
				fprintf(stderr, "    budget %u: exit %u, %u\n",
					n, (unsigned)got, (unsigned)reason);
				eng_say_difference(&ref->s, &t->s);
			}
		}
		sys_free(t);
		if (reason != VC_EXIT_BUDGET)
			break;
	}
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL(ref->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT(n > 60);
	CU_ASSERT_EQUAL(ref->s.gpr[VC_RBX], 0x12345678);
	CU_ASSERT_EQUAL(ref->s.gpr[VC_RDX] & 0xff, 0);	/* rdtsc's edx */
	sys_free(ref);
}

static void test_budget_single_step_is_a_budget_of_one(void)
{
	struct sys *a = sys_new(SYS_LONG, 0), *b = sys_new(SYS_LONG, 0);
	unsigned n;

	put_program(a);
	put_program(b);
	RIG_OK(vc_vcpu_state_set(a->vcpu, &a->s));
	RIG_OK(vc_vcpu_state_set(b->vcpu, &b->s));
	RIG_OK(vc_vcpu_step(b->vcpu, 1));
	for (n = 0; n < 300; n++) {
		uint32_t one = run_piece(a, 1), step = run_piece(b, 1000);

		CU_ASSERT(eng_same(&a->s, &b->s));
		if (!eng_same(&a->s, &b->s)) {
			eng_say_difference(&a->s, &b->s);
			break;
		}
		if (one != VC_EXIT_BUDGET) {
			CU_ASSERT_EQUAL(one, step);
			break;
		}
		CU_ASSERT_EQUAL(step, VC_EXIT_DEBUG);
		CU_ASSERT_EQUAL(b->exit->debug.kind, VC_DEBUG_STEP);
	}
	CU_ASSERT(n > 60 && n < 299);
	sys_free(a);
	sys_free(b);
}

static void test_budget_zero_runs_nothing(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	vc_x86_state before;

	SYS_EMIT(t, 0xff, 0xc0);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	before = t->s;
	CU_ASSERT_EQUAL(run_piece(t, 0), VC_EXIT_BUDGET);
	CU_ASSERT(eng_same(&before, &t->s));
	sys_free(t);
}

static void test_budget_counts_each_iteration_of_rep(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t left;

	SYS_EMIT(t, 0xf3, 0xaa, VMCALL);
	t->s.gpr[VC_RDI] = SYS_DATA;
	t->s.gpr[VC_RCX] = 1000;
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(run_piece(t, 400), VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 600);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], SYS_DATA + 400);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE);
	CU_ASSERT_EQUAL(run_piece(t, 600), VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 2);
	CU_ASSERT_EQUAL(run_piece(t, 10), VC_EXIT_HYPERCALL);
	RIG_OK(vc_vcpu_budget_get(t->vcpu, &left));
	CU_ASSERT_EQUAL(left, 9);
	CU_ASSERT_EQUAL(vc_vcpu_retired(t->vcpu), 1001);
	sys_free(t);
}

static void test_budget_rep_of_nothing_is_one_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xf3, 0xaa, 0xf3, 0xa4, VMCALL);
	t->s.gpr[VC_RCX] = 0;
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(run_piece(t, 2), VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 4);
	CU_ASSERT_EQUAL(vc_vcpu_retired(t->vcpu), 2);
	sys_free(t);
}

static void test_budget_fused_pairs_are_two_instructions(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* L: cmp eax, 1; jne L */
	SYS_EMIT(t, 0x83, 0xf8, 0x01, 0x75, 0xfb);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	for (unsigned n = 1; n < 40; n++) {
		CU_ASSERT_EQUAL(run_piece(t, 1), VC_EXIT_BUDGET);
		CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + (n & 1 ? 3 : 0));
		CU_ASSERT_EQUAL(vc_vcpu_retired(t->vcpu), n);
	}
	CU_ASSERT_EQUAL(run_piece(t, 100000001), VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE);
	sys_free(t);
}

static void test_budget_ends_between_a_reported_access_and_the_rest(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* in al, 0x40; inc ecx */
	SYS_EMIT(t, 0xe4, 0x40, 0xff, 0xc1, VMCALL);
	t->s.gpr[VC_RCX] = 0;
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 1));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_IO);
	CU_ASSERT_EQUAL(t->exit->retired, 0);
	t->exit->io.data = 0x99;
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_BUDGET);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xff, 0x99);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 2);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
	CU_ASSERT_EQUAL(t->s.retired, 1);
	sys_free(t);
}

static void test_budget_set_to_zero_leaves_a_reported_access_for_later(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xe4, 0x40, VMCALL);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	t->exit->io.data = 0x77;
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 0));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_BUDGET);
	RIG_OK(vc_vcpu_budget_set(t->vcpu, 10));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xff, 0x77);
	sys_free(t);
}

/* ---- guests that get nowhere ---- */

static void never_retires(struct sys *t)
{
	/* #UD's handler is itself undefined, and always on the same stack */
	sys_bytes(t, sys_handler(6), "\x0f\x0b", 2);
	sys_idt(t, 6, SEL_CODE64, sys_handler(6), 0x8e, 1);
	SYS_EMIT(t, 0x0f, 0x0b);
}

static void test_budget_ends_a_chain_of_faults(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	never_retires(t);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(run_piece(t, 5000), VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(t->s.rip, sys_handler(6));
	sys_free(t);
}

static void test_budget_counts_a_fault_as_one(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x90, 0x0f, 0x0b);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(run_piece(t, 2), VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(t->s.rip, sys_handler(6));
	CU_ASSERT_EQUAL(t->s.retired, 2);
	sys_free(t);
}

static void test_deadline_in_virtual_time_is_exact(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* inc rax; jmp: 1 ns each */
	SYS_EMIT(t, 0x48, 0xff, 0xc0, 0xeb, 0xfb);
	t->s.gpr[VC_RAX] = 0;
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	for (uint64_t at = 777; at < 20000; at += 1234) {
		RIG_OK(vc_vcpu_deadline_set(t->vcpu, at));
		RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
		CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_DEADLINE);
		CU_ASSERT_EQUAL(t->exit->retired, at);
		CU_ASSERT_EQUAL(vc_clock_ns(t->vm), at);
	}
	sys_free(t);
}

/* ---- in host time, with other threads ---- */

static struct sys *host_time(void)
{
	struct sys *t = sys_new(SYS_LONG, 0), *h = calloc(1, sizeof(*h));
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	void *host = NULL;

	if (!h)
		abort();
	o.backend = VC_BACKEND_INTERP;
	o.flags = VC_VM_HYPERCALLS;
	h->at = SYS_CODE;
	RIG_OK(vc_vm_create(&h->vm, &o));
	RIG_OK(vc_memory_map(h->vm, 0, NULL, SYS_RAM, VC_PROT_RWX));
	RIG_OK(vc_memory_host(h->vm, 0, SYS_RAM, &host));
	RIG_OK(vc_vcpu_create(&h->vcpu, h->vm, 0));
	h->ram = host;
	h->s = t->s;
	memcpy(h->ram, t->ram, SYS_RAM);
	RIG_OK(vc_memory_written(h->vm, 0, SYS_RAM));
	sys_free(t);
	return h;
}

/*
 * Every address of the lower half is one page of RAM, so that strings may be
 * as long as they like.
 */
static void map_one_page_everywhere(struct sys *t)
{
	for (unsigned i = 0; i < 512; i++) {
		sys_put(t, 0x60000 + i * 8, 8, 0x61000 | 7);
		sys_put(t, 0x61000 + i * 8, 8, 0x62000 | 7);
		sys_put(t, 0x62000 + i * 8, 8, SYS_DATA | 7);
	}
	for (unsigned i = 1; i < 256; i++)
		sys_put(t, SYS_PML4 + i * 8, 8, 0x60000 | 7);
}

/* Guests that never end. */
enum endless { LOOP_SELF, LOOP_REP_STOS, LOOP_REP_LODS, LOOP_REP_SCAS,
	LOOP_FAULTS, LOOP_BLOCKS, LOOP_KINDS };

static void put_endless(struct sys *t, enum endless kind)
{
	map_one_page_everywhere(t);
	t->s.gpr[VC_RCX] = UINT64_C(1) << 46;
	t->s.gpr[VC_RDI] = t->s.gpr[VC_RSI] = UINT64_C(1) << 39;
	t->s.gpr[VC_RAX] = 1;
	switch (kind) {
	case LOOP_SELF:
		SYS_EMIT(t, 0xeb, 0xfe);
		break;
	case LOOP_REP_STOS:
		SYS_EMIT(t, 0xf3, 0xaa);
		t->s.gpr[VC_RAX] = 0;
		break;
	case LOOP_REP_LODS:
		SYS_EMIT(t, 0xf3, 0xac);
		break;
	case LOOP_REP_SCAS:
		SYS_EMIT(t, 0xf2, 0xae);	/* finds no 1 */
		break;
	case LOOP_FAULTS:
		never_retires(t);
		break;
	default:
		/* L: inc rax; call N; N: pop rdx; jmp L */
		SYS_EMIT(t, 0x48, 0xff, 0xc0, 0xe8, LE32(0), 0x5a, 0xeb, 0xf5);
		break;
	}
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
}

static double seconds(void)
{
	struct timespec ts;

	timespec_get(&ts, TIME_UTC);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void test_deadline_in_host_time_ends_every_loop(void)
{
	for (int kind = 0; kind < LOOP_KINDS; kind++) {
		struct sys *t = host_time();
		double start;

		put_endless(t, (enum endless)kind);
		RIG_OK(vc_vcpu_deadline_set(t->vcpu,
					    vc_clock_ns(t->vm) + 5000000));
		start = seconds();
		RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
		CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_DEADLINE);
		/* 5 ms; machines that run tests are busy */
		CU_ASSERT(seconds() - start < 2.0);
		sys_free(t);
	}
}

struct canceller {
	vc_vcpu *vcpu;
	_Atomic int go, stop;
	pthread_t thread;
};

/* One cancel for each go. */
static void *cancel_thread(void *arg)
{
	struct canceller *c = arg;
	int seen = 0;

	while (!atomic_load(&c->stop)) {
		int go = atomic_load(&c->go);

		if (go == seen)
			continue;
		seen = go;
		/* sometimes before the run begins, sometimes well after */
		for (volatile int i = (go * 37) % 2000; i > 0; i--)
			;
		vc_vcpu_cancel(c->vcpu);
	}
	return NULL;
}

static void test_cancel_from_a_thread_ends_every_loop_and_is_not_lost(void)
{
	for (int kind = 0; kind < LOOP_KINDS; kind++) {
		struct sys *t = host_time();
		struct canceller c = { .vcpu = t->vcpu };
		double start = seconds();

		put_endless(t, (enum endless)kind);
		CU_ASSERT_EQUAL_FATAL(pthread_create(&c.thread, NULL,
						     cancel_thread, &c), 0);
		for (int i = 1; i <= 15; i++) {
			atomic_store(&c.go, i);
			RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
			CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_CANCELLED);
		}
		atomic_store(&c.stop, 1);
		pthread_join(c.thread, NULL);
		CU_ASSERT(seconds() - start < 10.0);
		sys_free(t);
	}
}

/* Copies the pages that are dirty, again and again, as a migration does. */
struct copier {
	vc_vm *vm;
	uint8_t *shadow;
	_Atomic int stop;
	unsigned rounds;
	pthread_t thread;
};

static void copy_dirty(struct copier *c)
{
	uint64_t bits[SYS_RAM / 4096 / 64];

	if (vc_memory_dirty_fetch(c->vm, 0, bits, SYS_RAM / 4096 / 64) <= 0)
		return;
	for (unsigned p = 0; p < SYS_RAM / 4096; p++)
		if (bits[p / 64] >> p % 64 & 1)
			vc_memory_read(c->vm, p * 4096, c->shadow + p * 4096,
				       4096);
}

static void *copy_thread(void *arg)
{
	struct copier *c = arg;

	while (!atomic_load(&c->stop)) {
		copy_dirty(c);
		c->rounds++;
	}
	return NULL;
}

/*
 * The guest stores to a page many times, and then never again: the last store
 * must not fall between a fetch of the record and its effect.
 */
static void test_dirty_pages_are_not_lost_while_the_guest_runs(void)
{
	struct sys *t = host_time();
	struct copier c = { .vm = t->vm, .shadow = calloc(1, SYS_RAM) };
	unsigned lost = 0, rounds = 0, runs = 0;

#if defined(__SANITIZE_THREAD__)
	sys_free(t);
	free(c.shadow);
	RIG_SKIP("reads memory that the guest writes, on purpose");
#endif
	/* P: mov ecx, 3000; L: inc qword [rdi]; dec ecx; jnz L; add rdi, 4096;
	 * dec ebx; jnz P */
	SYS_EMIT(t, 0xb9, LE32(3000), 0x48, 0xff, 0x07, 0xff, 0xc9, 0x75, 0xf9,
		 0x48, 0x81, 0xc7, LE32(4096), 0xff, 0xcb, 0x75, 0xe9, VMCALL);
	RIG_OK(vc_memory_dirty_track(t->vm, 0, 1));
	/* on a loaded machine the copier may sleep through many runs */
	while (runs < 25 || (!rounds && runs < 5000)) {
		runs++;
		memcpy(c.shadow, t->ram, SYS_RAM);
		t->s.rip = SYS_CODE;
		t->s.gpr[VC_RDI] = OTHER;
		t->s.gpr[VC_RBX] = (SYS_RAM - OTHER) >> 12;
		RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
		atomic_store(&c.stop, 0);
		c.rounds = 0;
		CU_ASSERT_EQUAL_FATAL(pthread_create(&c.thread, NULL,
						     copy_thread, &c), 0);
		RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
		CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
		atomic_store(&c.stop, 1);
		pthread_join(c.thread, NULL);
		copy_dirty(&c);
		rounds += c.rounds;
		for (unsigned p = 0; p < SYS_RAM; p += 4096)
			lost += memcmp(c.shadow + p, t->ram + p, 4096) != 0;
	}
	CU_ASSERT(rounds > 0);
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(sys_get(t, SYS_RAM - 4096, 8), runs * 3000);
	free(c.shadow);
	sys_free(t);
}

static void test_budget_refuses_a_count_near_its_end(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* such a state would never have come to an end */
	t->s.retired = UINT64_MAX - 3;
	RIG_FAILS(VC_ERANGE, vc_vcpu_state_set(t->vcpu, &t->s));
	sys_free(t);
}

static void test_cancel_before_the_run_executes_nothing(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xff, 0xc0, VMCALL);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_cancel(t->vcpu));
	RIG_OK(vc_vcpu_cancel(t->vcpu));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_CANCELLED);
	CU_ASSERT_EQUAL(t->exit->retired, 0);
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

/* ---- random programs, cut at random ---- */

#define CHAOS_CODE	0x70000u	/* four pages of random bytes */
#define CHAOS_STEPS	2500u

/*
 * Whatever goes wrong, the handlers put segments and stack in order and go on
 * at another place of the random bytes, which a number in memory or R15 tells.
 */
#define CHAOS_NEXT	0x9f00u

/* mov rsp, top; imul r15, r15, 0x89; add r15, 57; mov rax, r15; and eax,
 * 0x3fff; add rax, CHAOS_CODE; mov esi, data; mov edi, data + 0x123;
 * mov ecx, 9; jmp rax */
static const uint8_t next_long[] = {
	0x48, 0xc7, 0xc4, LE32(SYS_STACK), 0x4d, 0x69, 0xff, LE32(0x89), 0x49,
	0x83, 0xc7, 0x39, 0x4c, 0x89, 0xf8, 0x25, LE32(0x3fff), 0x48, 0x05,
	LE32(CHAOS_CODE), 0xbe, LE32(SYS_DATA), 0xbf, LE32(SYS_DATA + 0x123),
	0xb9, LE32(9), 0xff, 0xe0,
};
/* mov eax, SEL_DATA; mov ss, eax; mov esp, top; mov eax, a selector; mov ds,
 * eax; mov es, eax; the rest as above, with CHAOS_NEXT */
static const uint8_t next_prot[] = {
	0xb8, LE32(SEL_DATA), 0x8e, 0xd0, 0xbc, LE32(SYS_STACK), 0xb8,
	LE32(SEL_DATA), 0x8e, 0xd8, 0x8e, 0xc0, 0x69, 0x05, LE32(CHAOS_NEXT),
	LE32(0x89), 0x83, 0xc0, 0x39, 0xa3, LE32(CHAOS_NEXT), 0x25,
	LE32(0x3fff), 0x05, LE32(CHAOS_CODE), 0xbe, LE32(SYS_DATA), 0xbf,
	LE32(SYS_DATA + 0x123), 0xb9, LE32(9), 0xff, 0xe0,
};
#define CHAOS_SELECTOR	13	/* where in that the selector is */
/* the same in 16-bit code; push 0x7000; push ax; retf */
static const uint8_t next_real[] = {
	0x31, 0xc0, 0x8e, 0xd0, 0xbc, LE16(0xf000), 0x8e, 0xd8, 0x8e, 0xc0,
	0x69, 0x06, LE16(CHAOS_NEXT), LE16(0x89), 0x83, 0xc0, 0x39, 0xa3,
	LE16(CHAOS_NEXT), 0x25, LE16(0x3fff), 0xbe, LE16(SYS_DATA), 0xbf,
	LE16(SYS_DATA + 0x123), 0xb9, LE16(9), 0x68, LE16(CHAOS_CODE >> 4),
	0x50, 0xcb,
};

static void put_chaos_handler(struct sys *t, enum sys_mode mode, uint64_t pick)
{
	static const uint8_t selectors[] = { SEL_DATA, SEL_DATA16, SEL_FRESH,
					     SEL_DATA };

	switch (mode) {
	case SYS_LONG:
		for (unsigned n = 0; n < 32; n++)
			sys_idt(t, n, SEL_CODE64, SYS_HANDLERS, 0x8e, 1);
		sys_bytes(t, SYS_HANDLERS, next_long, sizeof(next_long));
		/* A guest that changes its page tables without INVLPG may see
		 * the old translation or the new one: not this one. */
		for (uint64_t la = SYS_PML4; la < SYS_DATA; la += 4096)
			sys_page(t, la, 1);
		t->s.rip = SYS_HANDLERS;
		break;
	case SYS_PROT:
		for (unsigned n = 0; n < 32; n++)
			sys_idt(t, n, SEL_CODE32, SYS_HANDLERS, 0x8e, 0);
		sys_bytes(t, SYS_HANDLERS, next_prot, sizeof(next_prot));
		sys_put(t, SYS_HANDLERS + CHAOS_SELECTOR, 1,
			selectors[pick & 3]);
		t->s.rip = SYS_HANDLERS;
		break;
	default:
		for (unsigned n = 0; n < 256; n++)
			sys_put(t, n * 4, 4, SYS_HANDLERS >> 4 << 16);
		sys_bytes(t, SYS_HANDLERS, next_real, sizeof(next_real));
		sys_seg(&t->s.seg[VC_SEG_CS], SYS_HANDLERS >> 4, SYS_HANDLERS,
			0xffff, 0x9b);
		t->s.rip = 0;
		break;
	}
}

static void put_chaos(struct sys *t, enum sys_mode mode, uint64_t *seed)
{
	/* what the random bytes are sprinkled with, to make sense more often */
	static const uint8_t bits[][8] = {
		{ 2, 0x75, 0x05 }, { 2, 0xeb, 0x03 }, { 2, 0xf3, 0xaa },
		{ 2, 0xf3, 0xa4 }, { 3, 0x48, 0x01, 0xc8 }, { 2, 0x89, 0x06 },
		{ 2, 0x03, 0x07 }, { 1, 0x50 }, { 1, 0x58 }, { 2, 0x0f, 0x31 },
		{ 5, 0xe8, 7, 0, 0, 0 }, { 1, 0xc3 }, { 2, 0x72, 0xf0 },
		{ 2, 0xe2, 0xf6 }, { 6, 0xfe, 0x05, 3, 0, 0, 0 },
		{ 6, 0x01, 0x05, 0x40, 0, 0, 0 }, { 2, 0xe4, 0x40 },
		{ 2, 0xe6, 0x41 }, { 3, 0x0f, 0x01, 0xc1 }, { 2, 0xf2, 0xae },
		{ 4, 0xf0, 0x48, 0xff, 0x06 }, { 1, 0x9d }, { 1, 0x9c },
		{ 3, 0x48, 0x39, 0xc8 }, { 3, 0x48, 0x85, 0xff }, { 1, 0xfb },
		{ 1, 0xfa }, { 1, 0xfd }, { 1, 0xfc }, { 2, 0x48, 0xa5 },
		{ 3, 0xf3, 0x48, 0xab }, { 3, 0x0f, 0x10, 0x06 },
		{ 3, 0x0f, 0x58, 0xc1 }, { 3, 0x0f, 0x11, 0x07 },
		{ 2, 0xd9, 0xe8 }, { 2, 0xde, 0xc1 }, { 2, 0xdd, 0x1f },
	};
	uint8_t code[0x4000];

	for (size_t i = 0; i < sizeof(code); i++)
		code[i] = (uint8_t)(eng_random(seed) >> 24);
	for (size_t i = 0; i + 16 < sizeof(code);) {
		const uint8_t *b = bits[(eng_random(seed) >> 20) %
					(sizeof(bits) / sizeof(bits[0]))];

		if (eng_random(seed) >> 33 & 3) {	/* three of four */
			memcpy(code + i, b + 1, b[0]);
			i += b[0];
		} else {
			i += 1 + (eng_random(seed) >> 40 & 3);
		}
	}
	sys_bytes(t, CHAOS_CODE, code, sizeof(code));
	t->s.cr4 |= 0x600;		/* OSFXSR, OSXMMEXCPT */
	for (unsigned i = 0; i < 16; i++)
		t->s.gpr[i] = eng_random(seed) >> (eng_random(seed) & 63);
	t->s.gpr[VC_RSP] = SYS_STACK;
	put_chaos_handler(t, mode, eng_random(seed) >> 40);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
}

/* Go on until total instructions have retired; answer all exits from the
 * count of instructions. Returns false when the guest has ended. */
static bool chaos_run(struct sys *t, uint64_t total)
{
	for (unsigned exits = 0; exits < 100000; exits++) {
		uint64_t now = vc_vcpu_retired(t->vcpu);

		if (now >= total)
			return true;
		RIG_OK(vc_vcpu_budget_set(t->vcpu, total - now));
		RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
		switch (t->exit->reason) {
		case VC_EXIT_IO:
			t->exit->io.data = t->exit->retired * 0x9e3779b9u;
			break;
		case VC_EXIT_MMIO:
			t->exit->mmio.data = t->exit->retired * 0x9e3779b9u;
			break;
		case VC_EXIT_SHUTDOWN:
		case VC_EXIT_FAIL:
			return false;
		default:
			break;
		}
	}
	return false;
}

static void say_chaos(struct sys *a, struct sys *b, uint64_t seed,
		      const char *how)
{
	fprintf(stderr, "    seed %#llx, %s: retired %llu, %llu; rip %#llx, "
		"%#llx; exit %u, %u\n", (unsigned long long)seed, how,
		(unsigned long long)a->s.retired,
		(unsigned long long)b->s.retired,
		(unsigned long long)a->s.rip, (unsigned long long)b->s.rip,
		(unsigned)a->exit->reason, (unsigned)b->exit->reason);
	eng_say_difference(&a->s, &b->s);
	for (size_t i = 0; i < SYS_RAM; i++)
		if (a->ram[i] != b->ram[i]) {
			fprintf(stderr, "    memory at %#zx\n", i);
			break;
		}
}

/* Run the same random guest in one go and in pieces; compare at the end. */
static bool chaos_agrees(enum sys_mode mode, uint64_t seed, unsigned how)
{
	static const char *const names[] = { "random pieces", "steps",
		"budgets of one", "a far breakpoint" };
	uint64_t sa = seed, sb = seed, cut = seed ^ 0x5555;
	struct sys *a = sys_new(mode, 0), *b = sys_new(mode, 0);
	uint64_t at = 0;
	bool same;

	put_chaos(a, mode, &sa);
	put_chaos(b, mode, &sb);
	chaos_run(a, CHAOS_STEPS);
	if (how == 1)
		RIG_OK(vc_vcpu_step(b->vcpu, 1));
	if (how == 3)
		RIG_OK(vc_breakpoint_add(b->vm, 0x123456789));
	while (at < CHAOS_STEPS) {
		at += how == 0 ? 1 + (eng_random(&cut) >> 30) % 97 :
		      how == 2 ? 1 : CHAOS_STEPS;
		if (at > CHAOS_STEPS)
			at = CHAOS_STEPS;
		if (!chaos_run(b, at))
			break;
	}
	RIG_OK(vc_vcpu_state_get(a->vcpu, &a->s));
	RIG_OK(vc_vcpu_state_get(b->vcpu, &b->s));
	same = eng_same(&a->s, &b->s) && !memcmp(a->ram, b->ram, SYS_RAM);
	if (!same)
		say_chaos(a, b, seed, names[how]);
	sys_free(a);
	sys_free(b);
	return same;
}

static void chaos(unsigned how, unsigned count, uint64_t seed)
{
	static const enum sys_mode modes[] = { SYS_LONG, SYS_PROT, SYS_REAL,
					       SYS_LONG };
	unsigned bad = 0;

	for (unsigned i = 0; i < count && bad < 3; i++)
		bad += !chaos_agrees(modes[i % 4], seed +
				     i * UINT64_C(0x9e3779b97f4a7c15), how);
	CU_ASSERT_EQUAL(bad, 0);
}

static void test_budget_random_code_in_random_pieces(void)
{
	chaos(0, 240, 0x1234567);
}

static void test_budget_random_code_in_single_steps(void)
{
	chaos(1, 100, 0x2345678);
}

static void test_budget_random_code_one_by_one(void)
{
	chaos(2, 100, 0x3456789);
}

static void test_budget_random_code_with_a_breakpoint_elsewhere(void)
{
	chaos(3, 100, 0x456789a);
}

RIG_SUITE(engine_budget) {
	RIG_TEST(test_budget_each_length_stops_as_single_steps_do),
	RIG_TEST(test_budget_single_step_is_a_budget_of_one),
	RIG_TEST(test_budget_zero_runs_nothing),
	RIG_TEST(test_budget_counts_each_iteration_of_rep),
	RIG_TEST(test_budget_rep_of_nothing_is_one_instruction),
	RIG_TEST(test_budget_fused_pairs_are_two_instructions),
	RIG_TEST(test_budget_ends_between_a_reported_access_and_the_rest),
	RIG_TEST(test_budget_set_to_zero_leaves_a_reported_access_for_later),
	RIG_TEST(test_budget_ends_a_chain_of_faults),
	RIG_TEST(test_budget_counts_a_fault_as_one),
	RIG_TEST(test_deadline_in_virtual_time_is_exact),
	RIG_TEST(test_deadline_in_host_time_ends_every_loop),
	RIG_TEST(test_cancel_from_a_thread_ends_every_loop_and_is_not_lost),
	RIG_TEST(test_cancel_before_the_run_executes_nothing),
	RIG_TEST(test_dirty_pages_are_not_lost_while_the_guest_runs),
	RIG_TEST(test_budget_refuses_a_count_near_its_end),
	RIG_TEST(test_budget_random_code_in_random_pieces),
	RIG_TEST(test_budget_random_code_in_single_steps),
	RIG_TEST(test_budget_random_code_one_by_one),
	RIG_TEST(test_budget_random_code_with_a_breakpoint_elsewhere),
	RIG_END
};
