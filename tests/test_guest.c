/* SPDX-License-Identifier: MIT */
/*
 * The API as real guest code meets it: small real-mode programs on each
 * backend that is available here, through the public calls only.
 */
#define _GNU_SOURCE			/* pthread, usleep */

#include <pthread.h>
#include <unistd.h>

#include "rig.h"

#define CODE	0x1000u
#define RAM	0x10000u

struct guest {
	vc_vm *vm;
	vc_vcpu *cpu;
	vc_exit *e;
};

static const uint32_t backends[] = { VC_BACKEND_KVM, VC_BACKEND_WHPX,
				     VC_BACKEND_INTERP };

static bool boot(struct guest *g, uint32_t backend, uint32_t flags,
		 const void *code, size_t len)
{
	const vc_x86_segment cs = { .limit = 0xffff,
		.attr = VC_SEG_P | VC_SEG_S | 0xb };
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	int rc;

	o.backend = backend;
	o.flags = flags;
	rc = vc_vm_create(&g->vm, &o);
	if (rc)
		return false;
	RIG_OK(vc_memory_map(g->vm, 0, NULL, RAM, VC_PROT_RWX));
	RIG_OK(vc_memory_write(g->vm, CODE, code, len));
	RIG_OK(vc_vcpu_create(&g->cpu, g->vm, 0));
	RIG_OK(vc_vcpu_segment_set(g->cpu, VC_SEG_CS, &cs));
	RIG_OK(vc_vcpu_reg_set(g->cpu, VC_REG_RIP, CODE));
	RIG_OK(vc_vcpu_reg_set(g->cpu, VC_REG_RSP, 0x8000));
	return true;
}

static uint32_t run(struct guest *g)
{
	RIG_OK(vc_vcpu_run(g->cpu, &g->e));
	return g->e->reason;
}

static uint64_t reg(struct guest *g, uint32_t which)
{
	uint64_t v = 0;

	RIG_OK(vc_vcpu_reg_get(g->cpu, which, &v));
	return v;
}

static void set(struct guest *g, uint32_t which, uint64_t v)
{
	RIG_OK(vc_vcpu_reg_set(g->cpu, which, v));
}

/*
 * A test on each backend: the body sees struct guest *g. NEEDS leaves out
 * backends without a capability; nothing left is a skip.
 */
#define GUEST_TEST(name, vm_flags, code, ...)				\
static void body_##name(struct guest *g);				\
static void test_guest_##name(void)					\
{									\
	static const uint8_t bytes[] = code;				\
	static const int needs[] = { __VA_ARGS__, -1 };			\
	run_on_each(body_##name, needs, vm_flags, bytes, sizeof(bytes));\
}									\
static void body_##name(struct guest *g)

#define B(...)	{ __VA_ARGS__ }

static void run_on_each(void (*body)(struct guest *g), const int *needs,
			uint32_t flags, const uint8_t *code, size_t len)
{
	bool any = false;

	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		struct guest g = { 0 };
		bool able = vc_backend_probe(backends[i]) == 0;

		for (const int *n = needs; able && *n >= 0; n++)
			able = vc_backend_capability(backends[i],
						     (uint32_t)*n) == 1;
		if (!able)
			continue;
		if (!boot(&g, backends[i], flags, code, len)) {
			CU_FAIL("the VM could not be made");
			continue;
		}
		any = true;
		body(&g);
		vc_vm_destroy(g.vm);
	}
	if (!any)
		rig_skip("no backend here can do that");
}

/* ---- exits ---- */

/* in al, 0x60; out 0x61, ax; hlt */
GUEST_TEST(port_exits, 0, B(0xe4, 0x60, 0xe7, 0x61, 0xf4), VC_CAP_STATE)
{
	set(g, VC_REG_RAX, 0x1234);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
	CU_ASSERT_EQUAL(g->e->rip, CODE);
	CU_ASSERT_EQUAL(g->e->io.port, 0x60);
	CU_ASSERT_EQUAL(g->e->io.size, 1);
	CU_ASSERT_EQUAL(g->e->io.is_write, 0);
	CU_ASSERT_EQUAL(g->e->io.count, 1);
	CU_ASSERT_EQUAL(vc_vcpu_retired(g->cpu), 0);
	g->e->io.data = 0xffab;			/* only AL is read */
	CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 2);
	CU_ASSERT_EQUAL(g->e->io.is_write, 1);
	CU_ASSERT_EQUAL(g->e->io.size, 2);
	CU_ASSERT_EQUAL(g->e->io.data, 0x12ab);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 5);	/* past the HLT */
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX), 0x12ab);
}

/* in al, 0x60; hlt */
GUEST_TEST(unanswered_read_is_zero, 0, B(0xe4, 0x60, 0xf4), VC_CAP_STATE)
{
	set(g, VC_REG_RAX, 0x1234);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX), 0x1200);
}

/* in al, 0x60; inc bx; hlt */
GUEST_TEST(changing_registers_starts_the_access_again, 0,
	   B(0xe4, 0x60, 0x43, 0xf4), VC_CAP_STATE)
{
	CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
	g->e->io.data = 1;
	set(g, VC_REG_RCX, 9);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);	/* the same once more */
	CU_ASSERT_EQUAL(g->e->rip, CODE);
	RIG_OK(vc_vcpu_complete(g->cpu, 2));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX) & 0xff, 2);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), 1);
}

/* in al, 0x60; inc bx; hlt: moving RIP past the instruction */
GUEST_TEST(skipping_an_access_by_rip, 0, B(0xe4, 0x60, 0x43, 0xf4),
	   VC_CAP_STATE)
{
	CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
	set(g, VC_REG_RIP, CODE + 2);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), 1);
}

/* mov cx, 3; rep outsb; hlt, with SI = 0x2000, DX = 0x80 */
GUEST_TEST(string_output_exits_for_each_item, 0,
	   B(0xb9, 3, 0, 0xf3, 0x6e, 0xf4), VC_CAP_STATE)
{
	RIG_OK(vc_memory_write(g->vm, 0x2000, "abc", 3));
	set(g, VC_REG_RSI, 0x2000);
	set(g, VC_REG_RDX, 0x80);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
		CU_ASSERT_EQUAL(g->e->io.count, 1);
		CU_ASSERT_EQUAL(g->e->io.data, (uint64_t)('a' + i));
		CU_ASSERT_EQUAL(g->e->rip, CODE + 3);
	}
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RSI), 0x2003);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RCX), 0);
}

/* mov cx, 2; rep insw; hlt, with DI = 0x2000 */
GUEST_TEST(string_input_takes_each_reply, 0,
	   B(0xb9, 2, 0, 0xf3, 0x6d, 0xf4), VC_CAP_STATE)
{
	uint8_t got[4];

	set(g, VC_REG_RDI, 0x2000);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
	g->e->io.data = 0x2211;
	CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
	g->e->io.data = 0x4433;
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	RIG_OK(vc_memory_read(g->vm, 0x2000, got, 4));
	CU_ASSERT(!memcmp(got, "\x11\x22\x33\x44", 4));
}

/* mov eax, [bx]; mov [bx], eax; hlt: DS at 0xa0000, where nothing is */
GUEST_TEST(mmio_exits, 0, B(0x66, 0x8b, 0x07, 0x66, 0x89, 0x07, 0xf4),
	   VC_CAP_STATE)
{
	const vc_x86_segment ds = { .base = 0xa0000, .limit = 0xffff,
		.selector = 0xa000, .attr = VC_SEG_P | VC_SEG_S | 3 };

	RIG_OK(vc_vcpu_segment_set(g->cpu, VC_SEG_DS, &ds));
	set(g, VC_REG_RBX, 0x100);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(g->e->rip, CODE);
	CU_ASSERT_EQUAL(g->e->mmio.gpa, 0xa0100);
	CU_ASSERT_EQUAL(g->e->mmio.size, 4);
	CU_ASSERT_EQUAL(g->e->mmio.is_write, 0);
	g->e->mmio.data = 0xcafef00d;
	CU_ASSERT_EQUAL(run(g), VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 3);
	CU_ASSERT_EQUAL(g->e->mmio.is_write, 1);
	CU_ASSERT_EQUAL(g->e->mmio.data, 0xcafef00d);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX), 0xcafef00d);
}

/* add [bx], ax; hlt: reads and writes, each of which exits */
GUEST_TEST(mmio_read_modify_write_happens_once, 0, B(0x01, 0x07, 0xf4),
	   VC_CAP_STATE)
{
	const vc_x86_segment ds = { .base = 0xa0000, .limit = 0xffff,
		.selector = 0xa000, .attr = VC_SEG_P | VC_SEG_S | 3 };

	RIG_OK(vc_vcpu_segment_set(g->cpu, VC_SEG_DS, &ds));
	set(g, VC_REG_RAX, 3);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(g->e->mmio.is_write, 0);
	g->e->mmio.data = 39;
	CU_ASSERT_EQUAL(run(g), VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(g->e->mmio.is_write, 1);
	CU_ASSERT_EQUAL(g->e->mmio.data, 42);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(vc_vcpu_retired(g->cpu), 2);
}

/* rep movsw from RAM to where nothing is: each item is reported once */
GUEST_TEST(string_move_to_mmio, 0, B(0xb9, 3, 0, 0xf3, 0xa5, 0xf4),
	   VC_CAP_STATE)
{
	const vc_x86_segment es = { .base = 0xa0000, .limit = 0xffff,
		.selector = 0xa000, .attr = VC_SEG_P | VC_SEG_S | 3 };

	RIG_OK(vc_vcpu_segment_set(g->cpu, VC_SEG_ES, &es));
	RIG_OK(vc_memory_write(g->vm, 0x2000, "abcdef", 6));
	set(g, VC_REG_RSI, 0x2000);
	for (uint64_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(run(g), VC_EXIT_MMIO);
		CU_ASSERT_EQUAL(g->e->mmio.gpa, 0xa0000 + i * 2);
		CU_ASSERT_EQUAL(g->e->mmio.data, 0x6261 + i * 0x202);
	}
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RCX), 0);
}

/* mov [bx], al; mov al, [bx]; hlt on read-only memory */
GUEST_TEST(writes_to_read_only_memory_exit, 0,
	   B(0x88, 0x07, 0x8a, 0x07, 0xf4), VC_CAP_READ_ONLY)
{
	uint8_t byte = 7;

	RIG_OK(vc_memory_map(g->vm, RAM, NULL, 4096, VC_PROT_RX));
	RIG_OK(vc_memory_write(g->vm, RAM + 5, &byte, 1));
	RIG_OK(vc_vcpu_segment_set(g->cpu, VC_SEG_DS, &(vc_x86_segment){
		.base = RAM, .limit = 0xffff, .selector = 0x1000,
		.attr = VC_SEG_P | VC_SEG_S | 3 }));
	set(g, VC_REG_RBX, 5);
	set(g, VC_REG_RAX, 0x99);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(g->e->mmio.is_write, 1);
	CU_ASSERT_EQUAL(g->e->mmio.gpa, RAM + 5);
	CU_ASSERT_EQUAL(g->e->mmio.data, 0x99);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);	/* the read is plain */
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX), 7);
}

GUEST_TEST(rom_swallows_writes, 0, B(0x88, 0x07, 0x8a, 0x07, 0xf4),
	   VC_CAP_READ_ONLY)
{
	RIG_OK(vc_memory_map(g->vm, RAM, NULL, 4096, VC_PROT_RX |
			     VC_PROT_ROM));
	RIG_OK(vc_vcpu_segment_set(g->cpu, VC_SEG_DS, &(vc_x86_segment){
		.base = RAM, .limit = 0xffff, .selector = 0x1000,
		.attr = VC_SEG_P | VC_SEG_S | 3 }));
	set(g, VC_REG_RAX, 0x99);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX), 0);
}

/* protection changes between runs are seen: mov [0x3000], al; jmp there */
GUEST_TEST(protect_takes_effect, 0,
	   B(0xa2, 0x00, 0x30, 0xeb, 0xfb), VC_CAP_READ_ONLY, VC_CAP_BUDGET)
{
	RIG_OK(vc_vcpu_budget_set(g->cpu, 100));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_BUDGET);
	RIG_OK(vc_memory_protect(g->vm, 0, VC_PROT_RX));
	RIG_OK(vc_vcpu_budget_set(g->cpu, 100));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(g->e->mmio.gpa, 0x3000);
	RIG_OK(vc_memory_protect(g->vm, 0, VC_PROT_RWX));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_BUDGET);
}

/* mov al, [bx] on memory that may not be read */
GUEST_TEST(reads_of_unreadable_memory_exit, 0, B(0x8a, 0x07, 0xf4),
	   VC_CAP_NO_READ)
{
	RIG_OK(vc_memory_map(g->vm, RAM, NULL, 4096, 0));
	RIG_OK(vc_vcpu_segment_set(g->cpu, VC_SEG_DS, &(vc_x86_segment){
		.base = RAM, .limit = 0xffff, .selector = 0x1000,
		.attr = VC_SEG_P | VC_SEG_S | 3 }));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(g->e->mmio.gpa, RAM);
	g->e->mmio.data = 0x42;
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX), 0x42);
}

/* jmp 0x1000:0: memory that may not be executed, and no memory at all */
GUEST_TEST(fetches_from_what_is_not_executable_fail, 0,
	   B(0xea, 0x00, 0x00, 0x00, 0x10), VC_CAP_NO_EXEC)
{
	RIG_OK(vc_memory_map(g->vm, RAM, NULL, 4096, VC_PROT_RW));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_FAIL);
	CU_ASSERT_EQUAL(g->e->fail.code, VC_FAIL_FETCH);
	CU_ASSERT_EQUAL(g->e->fail.address, RAM);
	CU_ASSERT_EQUAL(g->e->rip, 0);
	RIG_OK(vc_memory_protect(g->vm, RAM, VC_PROT_RWX));
	RIG_OK(vc_memory_write(g->vm, RAM, "\xf4", 1));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);	/* it can go on */
	RIG_OK(vc_memory_unmap(g->vm, RAM));
	set(g, VC_REG_RIP, 0);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_FAIL);
	CU_ASSERT_EQUAL(g->e->fail.code, VC_FAIL_FETCH);
}

/* lidt [cs:0] of limit 0; int3: nothing can be delivered */
GUEST_TEST(triple_fault_shuts_down, 0, B(0x0f, 0x01, 0x1e, 0x00, 0x20, 0xcc),
	   VC_CAP_STATE)
{
	CU_ASSERT_EQUAL(run(g), VC_EXIT_SHUTDOWN);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_SHUTDOWN);
	RIG_OK(vc_vcpu_reset(g->cpu));
	CU_ASSERT_EQUAL(reg(g, VC_REG_RIP), 0xfff0);
}

/* vmcall; vmmcall; hlt */
GUEST_TEST(hypercalls, VC_VM_HYPERCALLS,
	   B(0x0f, 0x01, 0xc1, 0x0f, 0x01, 0xd9, 0xf4), VC_CAP_HYPERCALLS)
{
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 3);
	set(g, VC_REG_RAX, 5);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(vc_vcpu_retired(g->cpu), 3);
}

/* without the flag a VMCALL is #UD: vector 6 goes to a HLT at 0x3000 */
GUEST_TEST(hypercalls_are_undefined_unless_asked_for, 0,
	   B(0x0f, 0x01, 0xc1), VC_CAP_HYPERCALLS)
{
	RIG_OK(vc_memory_write(g->vm, 6 * 4, "\x00\x30\x00\x00", 4));
	RIG_OK(vc_memory_write(g->vm, 0x3000, "\xf4", 1));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(g->e->rip, 0x3001);
}

/* ---- limits ---- */

/* inc bx; dec cx; jmp back: three instructions a turn */
GUEST_TEST(budget_is_exact, 0, B(0x43, 0x49, 0xeb, 0xfc), VC_CAP_BUDGET)
{
	uint64_t total = 0;

	for (uint64_t n = 1; n < 400; n = n * 3 / 2 + 1) {
		RIG_OK(vc_vcpu_budget_set(g->cpu, n));
		CU_ASSERT_EQUAL(run(g), VC_EXIT_BUDGET);
		total += n;
		CU_ASSERT_EQUAL(vc_vcpu_retired(g->cpu), total);
		CU_ASSERT_EQUAL(g->e->retired, total);
		CU_ASSERT_EQUAL(g->e->rip, CODE + total % 3);
		CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), (total + 2) / 3);
	}
	RIG_OK(vc_vcpu_budget_set(g->cpu, 30000001));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_BUDGET);
	total += 30000001;
	CU_ASSERT_EQUAL(vc_vcpu_retired(g->cpu), total);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), (total + 2) / 3 & 0xffff);
}

/* rep stosb of 60000 bytes: each iteration counts */
GUEST_TEST(budget_counts_iterations, 0, B(0xf3, 0xaa, 0xf4), VC_CAP_BUDGET)
{
	set(g, VC_REG_RCX, 1000);
	set(g, VC_REG_RDI, 0x2000);
	RIG_OK(vc_vcpu_budget_set(g->cpu, 333));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_BUDGET);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RCX), 667);
	CU_ASSERT_EQUAL(g->e->rip, CODE);
	RIG_OK(vc_vcpu_budget_set(g->cpu, UINT64_MAX));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(vc_vcpu_retired(g->cpu), 1001);
}

/* jmp $ */
GUEST_TEST(deadline_stops_a_loop, 0, B(0xeb, 0xfe), VC_CAP_STATE)
{
	uint64_t at = vc_clock_ns(g->vm) + 5000000;

	RIG_OK(vc_vcpu_deadline_set(g->cpu, at));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_DEADLINE);
	CU_ASSERT(vc_clock_ns(g->vm) >= at);
	CU_ASSERT(vc_clock_ns(g->vm) - at < 100000000);
	CU_ASSERT_EQUAL(g->e->rip, CODE);
}

GUEST_TEST(virtual_deadline_is_exact, VC_VM_VIRTUAL_TIME,
	   B(0x43, 0x49, 0xeb, 0xfc), VC_CAP_VIRTUAL_TIME)
{
	RIG_OK(vc_vcpu_deadline_set(g->cpu, 1234567));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_DEADLINE);
	CU_ASSERT_EQUAL(vc_vcpu_retired(g->cpu), 1234567);
	CU_ASSERT_EQUAL(vc_clock_ns(g->vm), 1234567);
}

/* rdtsc; mov [0x2000], eax; rdtsc; hlt */
GUEST_TEST(virtual_tsc_counts_instructions, VC_VM_VIRTUAL_TIME,
	   B(0x0f, 0x31, 0x66, 0xa3, 0x00, 0x20, 0x0f, 0x31, 0xf4),
	   VC_CAP_VIRTUAL_TIME)
{
	uint8_t first[4];

	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	RIG_OK(vc_memory_read(g->vm, 0x2000, first, 4));
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX) - first[0], 2);
}

static void *cancel_later(void *opaque)
{
	usleep(3000);
	vc_vcpu_cancel(opaque);
	return NULL;
}

/* jmp $ */
GUEST_TEST(cancel_stops_a_loop, 0, B(0xeb, 0xfe), VC_CAP_STATE)
{
	for (int i = 0; i < 5; i++) {
		pthread_t t;

		pthread_create(&t, NULL, cancel_later, g->cpu);
		CU_ASSERT_EQUAL(run(g), VC_EXIT_CANCELLED);
		pthread_join(t, NULL);
	}
	CU_ASSERT_EQUAL(g->e->rip, CODE);
}

/* inc bx; out 0x80, al; jmp back: under a storm of cancels nothing is lost and
 * nothing done twice */
struct storm {
	vc_vcpu *cpu;
	volatile int stop;
};

static void *storm(void *opaque)
{
	struct storm *s = opaque;

	for (int i = 0; i < 3000; i++) {
		vc_vcpu_cancel(s->cpu);
		if (i % 10 == 0)
			usleep(1);
	}
	return NULL;
}

GUEST_TEST(cancel_storm, 0, B(0x43, 0xe6, 0x80, 0xeb, 0xfb), VC_CAP_STATE)
{
	struct storm s = { g->cpu, 0 };
	uint64_t outs = 0, cancels = 0;
	pthread_t t;

	pthread_create(&t, NULL, storm, &s);
	while (outs < 200000 && (outs < 20000 || cancels < 20)) {
		switch (run(g)) {
		case VC_EXIT_IO:
			outs++;
			break;
		case VC_EXIT_CANCELLED:
			cancels++;
			break;
		default:
			CU_FAIL("another exit");
			outs = 200000;
		}
	}
	pthread_join(t, NULL);
	/* Run up to the next OUT: BX has counted each of them. */
	while (run(g) != VC_EXIT_IO)
		;
	outs++;
	CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), outs & 0xffff);
	CU_ASSERT(cancels > 0);
}

/* ---- events ---- */

/* sti; nop; hlt; at 0x3000: inc bx; iret */
GUEST_TEST(injected_interrupt_is_delivered, 0, B(0xfb, 0x90, 0xf4, 0xf4),
	   VC_CAP_STATE)
{
	RIG_OK(vc_memory_write(g->vm, 0x41 * 4, "\x00\x30\x00\x00", 4));
	RIG_OK(vc_memory_write(g->vm, 0x3000, "\x43\xcf", 2));
	/* IF is clear: it waits until after the STI's shadow. */
	RIG_OK(vc_vcpu_inject(g->cpu, 0x41));
	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(g->cpu), 1);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(g->cpu), 0);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), 1);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 3);
	/* In the HLT: it wakes. */
	set(g, VC_REG_RIP, CODE + 2);
	RIG_OK(vc_vcpu_inject(g->cpu, 0x41));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), 2);
}

/* hlt; at 0x3000: inc bx; iret */
GUEST_TEST(nmi_is_delivered_once, 0, B(0xf4, 0xf4), VC_CAP_STATE)
{
	RIG_OK(vc_memory_write(g->vm, 2 * 4, "\x00\x30\x00\x00", 4));
	RIG_OK(vc_memory_write(g->vm, 0x3000, "\x43\xcf", 2));
	RIG_OK(vc_vcpu_nmi(g->vm, 0));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), 1);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 1);
}

/* nop; hlt; at 0x3000: hlt */
GUEST_TEST(injected_exception_comes_first, 0, B(0x90, 0xf4), VC_CAP_STATE)
{
	uint8_t frame[6];

	RIG_OK(vc_memory_write(g->vm, 6 * 4, "\x00\x30\x00\x00", 4));
	RIG_OK(vc_memory_write(g->vm, 0x3000, "\xf4", 1));
	RIG_OK(vc_vcpu_inject_exception(g->cpu, 6, 0, 0));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(g->e->rip, 0x3001);
	RIG_OK(vc_memory_read(g->vm, 0x8000 - 6, frame, 6));
	CU_ASSERT(frame[0] == 0 && frame[1] == 0x10);	/* IP: the NOP */
}

static void brand(uint32_t vcpu, uint32_t leaf, uint32_t subleaf,
		  uint32_t *regs, void *opaque)
{
	(void)vcpu, (void)opaque;
	if (leaf == 0x40000000)
		regs[1] = 0x12340000 + subleaf;
}

/* cpuid; hlt */
GUEST_TEST(cpuid_hook, 0, B(0x0f, 0xa2, 0xf4), VC_CAP_CPUID_HOOK)
{
	RIG_OK(vc_vm_cpuid_hook(g->vm, brand, NULL));
	set(g, VC_REG_RAX, 0x40000000);
	set(g, VC_REG_RCX, 7);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), 0x12340007);
}

static int msr(uint32_t vcpu, uint32_t index, uint32_t is_write,
	       uint64_t *value, void *opaque)
{
	uint64_t *last = opaque;

	(void)vcpu;
	if (index == 0x12345)
		return VC_MSR_FAULT;
	if (is_write)
		*last = *value;
	else
		*value = 0x1122334455667788;
	return VC_MSR_DONE;
}

/* wrmsr; rdmsr; inc cx; rdmsr (which faults to 0x3000: hlt) */
GUEST_TEST(msr_hook, 0, B(0x0f, 0x30, 0x0f, 0x32, 0x66, 0x41, 0x0f, 0x32),
	   VC_CAP_MSR_HOOKS)
{
	uint64_t last = 0;

	RIG_OK(vc_memory_write(g->vm, 13 * 4, "\x00\x30\x00\x00", 4));
	RIG_OK(vc_memory_write(g->vm, 0x3000, "\xf4", 1));
	RIG_OK(vc_vm_msr_hook(g->vm, 0x12344, 2, msr, &last));
	set(g, VC_REG_RAX, 5);
	set(g, VC_REG_RDX, 6);
	set(g, VC_REG_RCX, 0x12344);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(last, 0x600000005);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RAX), 0x55667788);
	CU_ASSERT_EQUAL(reg(g, VC_REG_RDX), 0x11223344);
	CU_ASSERT_EQUAL(g->e->rip, 0x3001);
}

/* ---- memory ---- */

/* mov [0x2000], al; mov [0x5fff], ax; push ax; mov al, [0x7000]; hlt */
GUEST_TEST(dirty_pages, 0,
	   B(0xa2, 0x00, 0x20, 0xa3, 0xff, 0x5f, 0x50, 0xa0, 0x00, 0x90, 0xf4),
	   VC_CAP_DIRTY)
{
	uint64_t bits = 0;

	RIG_OK(vc_memory_dirty_track(g->vm, 0, 1));
	for (int i = 0; i < 3; i++) {
		set(g, VC_REG_RIP, CODE);
		set(g, VC_REG_RSP, 0x8000);
		CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
		CU_ASSERT_EQUAL(vc_memory_dirty_fetch(g->vm, 0, &bits, 1), 4);
		CU_ASSERT_EQUAL(bits, 1u << 2 | 1u << 5 | 1u << 6 | 1u << 7);
	}
	CU_ASSERT_EQUAL(vc_memory_dirty_fetch(g->vm, 0, &bits, 1), 0);
	RIG_OK(vc_memory_dirty_track(g->vm, 0, 0));
	set(g, VC_REG_RIP, CODE);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
}

/* mov al, imm; out 0x80, al; jmp back: the embedder changes imm */
GUEST_TEST(code_written_by_the_embedder, 0,
	   B(0xb0, 0x01, 0xe6, 0x80, 0xeb, 0xfa), VC_CAP_STATE)
{
	void *at;

	for (uint8_t i = 1; i < 20; i++) {
		CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
		CU_ASSERT_EQUAL(g->e->io.data, i);
		i++;
		RIG_OK(vc_memory_write(g->vm, CODE + 1, &i, 1));
		CU_ASSERT_EQUAL(run(g), VC_EXIT_IO);
		CU_ASSERT_EQUAL(g->e->io.data, i);
		RIG_OK(vc_memory_host(g->vm, CODE + 1, 1, &at));
		*(uint8_t *)at = (uint8_t)(i + 1);
		RIG_OK(vc_memory_written(g->vm, CODE + 1, 1));
	}
}

GUEST_TEST(translate_without_paging, 0, B(0xf4), VC_CAP_TRANSLATE)
{
	uint64_t gpa = 0;
	char text[6] = "";

	RIG_OK(vc_vcpu_translate(g->cpu, 0x1234, VC_ACCESS_READ, &gpa));
	CU_ASSERT_EQUAL(gpa, 0x1234);
	RIG_OK(vc_vcpu_write(g->cpu, 0x2ffe, "hello", 6));
	RIG_OK(vc_memory_read(g->vm, 0x2ffe, text, 6));
	CU_ASSERT_STRING_EQUAL(text, "hello");
}

/* ---- debugging ---- */

/* inc bx; inc cx; inc dx; jmp back */
GUEST_TEST(step, 0, B(0x43, 0x41, 0x42, 0xeb, 0xfb), VC_CAP_STEP)
{
	static const uint64_t rips[] = { 1, 2, 3, 0, 1, 2 };

	RIG_OK(vc_vcpu_step(g->cpu, 1));
	for (int i = 0; i < 6; i++) {
		CU_ASSERT_EQUAL(run(g), VC_EXIT_DEBUG);
		CU_ASSERT_EQUAL(g->e->debug.kind, VC_DEBUG_STEP);
		CU_ASSERT_EQUAL(g->e->rip, CODE + rips[i]);
		CU_ASSERT_EQUAL(vc_vcpu_retired(g->cpu), (uint64_t)i + 1);
	}
	CU_ASSERT_EQUAL(reg(g, VC_REG_RFLAGS) & 0x100, 0);	/* no TF */
	RIG_OK(vc_vcpu_step(g->cpu, 0));
	RIG_OK(vc_vcpu_budget_set(g->cpu, 1000));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_BUDGET);
}

GUEST_TEST(breakpoint, 0, B(0x43, 0x41, 0x42, 0xeb, 0xfb), VC_CAP_BREAKPOINTS)
{
	RIG_OK(vc_breakpoint_add(g->vm, CODE + 1));
	for (uint64_t i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(run(g), VC_EXIT_DEBUG);
		CU_ASSERT_EQUAL(g->e->debug.kind, VC_DEBUG_BREAKPOINT);
		CU_ASSERT_EQUAL(g->e->debug.address, CODE + 1);
		CU_ASSERT_EQUAL(g->e->rip, CODE + 1);
		CU_ASSERT_EQUAL(reg(g, VC_REG_RBX), i + 1);
		CU_ASSERT_EQUAL(reg(g, VC_REG_RCX), i);
	}
	/* The guest's own debug registers are its own. */
	CU_ASSERT_EQUAL(reg(g, VC_REG_DR7), 0x400);
	CU_ASSERT_EQUAL(reg(g, VC_REG_DR6), 0xffff0ff0);
	RIG_OK(vc_breakpoint_remove(g->vm, CODE + 1));
	RIG_OK(vc_vcpu_budget_set(g->cpu, 1000));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_BUDGET);
	/* And one that is added where code has run already. */
	RIG_OK(vc_breakpoint_add(g->vm, CODE + 2));
	RIG_OK(vc_vcpu_budget_set(g->cpu, 1000));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_DEBUG);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 2);
}

/* mov [0x2001], al; mov al, [0x2002]; hlt */
GUEST_TEST(watchpoints, 0, B(0xa2, 0x01, 0x20, 0xa0, 0x02, 0x20, 0xf4),
	   VC_CAP_WATCHPOINTS)
{
	RIG_OK(vc_watchpoint_add(g->vm, 0x2000, 2, VC_ACCESS_WRITE));
	RIG_OK(vc_watchpoint_add(g->vm, 0x2002, 1, VC_ACCESS_READ));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_DEBUG);
	CU_ASSERT_EQUAL(g->e->debug.kind, VC_DEBUG_WATCH_WRITE);
	CU_ASSERT_EQUAL(g->e->debug.address, 0x2001);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 3);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_DEBUG);
	CU_ASSERT_EQUAL(g->e->debug.kind, VC_DEBUG_WATCH_READ);
	CU_ASSERT_EQUAL(g->e->rip, CODE + 6);
	RIG_OK(vc_watchpoint_remove(g->vm, 0x2000, 2, VC_ACCESS_WRITE));
	RIG_OK(vc_watchpoint_remove(g->vm, 0x2002, 1, VC_ACCESS_READ));
	set(g, VC_REG_RIP, CODE);
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
}

/* ---- whole VMs ---- */

/* Saved in the middle, resumed in another VM: the same end. */
GUEST_TEST(state_moves_to_another_vm, 0,
	   B(0x43, 0x01, 0xd8, 0x49, 0x75, 0xfa, 0xf4), VC_CAP_STATE,
	   VC_CAP_BUDGET)
{
	static vc_x86_state s;
	static uint8_t ram[RAM];
	struct guest h = { 0 };
	uint64_t rax;

	set(g, VC_REG_RCX, 5000);
	RIG_OK(vc_vcpu_budget_set(g->cpu, 7777));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_BUDGET);
	s.size = sizeof(s);
	RIG_OK(vc_vcpu_state_get(g->cpu, &s));
	RIG_OK(vc_memory_read(g->vm, 0, ram, RAM));
	RIG_OK(vc_vcpu_budget_set(g->cpu, UINT64_MAX));
	CU_ASSERT_EQUAL(run(g), VC_EXIT_HALT);
	rax = reg(g, VC_REG_RAX);
	CU_ASSERT(boot(&h, (uint32_t)vc_vm_backend(g->vm), 0, ram, 1));
	RIG_OK(vc_memory_write(h.vm, 0, ram, RAM));
	RIG_OK(vc_vcpu_state_set(h.cpu, &s));
	CU_ASSERT_EQUAL(run(&h), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(reg(&h, VC_REG_RAX), rax);
	CU_ASSERT_EQUAL(vc_vcpu_retired(h.cpu), vc_vcpu_retired(g->cpu));
	vc_vm_destroy(h.vm);
}

struct worker {
	uint32_t backend;
	int good;
};

static void *work(void *opaque)
{
	/* inc bx; loop back; hlt */
	static const uint8_t code[] = { 0x43, 0xe2, 0xfd, 0xf4 };
	struct worker *w = opaque;

	for (int i = 0; i < 4; i++) {
		struct guest g = { 0 };
		uint64_t v = 0;

		if (!boot(&g, w->backend, 0, code, sizeof(code)))
			continue;
		if (!vc_vcpu_reg_set(g.cpu, VC_REG_RCX, 20000) &&
		    !vc_vcpu_run(g.cpu, &g.e) &&
		    g.e->reason == VC_EXIT_HALT &&
		    !vc_vcpu_reg_get(g.cpu, VC_REG_RBX, &v) && v == 20000)
			w->good++;
		vc_vm_destroy(g.vm);
	}
	return NULL;
}

GUEST_TEST(sixty_four_vms_on_sixty_four_threads, 0, B(0xf4),
	   VC_CAP_SEVERAL_VMS)
{
	struct worker w[64];
	pthread_t t[64];

	for (int i = 0; i < 64; i++) {
		w[i] = (struct worker){ (uint32_t)vc_vm_backend(g->vm), 0 };
		pthread_create(&t[i], NULL, work, &w[i]);
	}
	for (int i = 0; i < 64; i++) {
		pthread_join(t[i], NULL);
		CU_ASSERT_EQUAL(w[i].good, 4);
	}
}

RIG_SUITE(guest) {
	RIG_TEST(test_guest_port_exits),
	RIG_TEST(test_guest_unanswered_read_is_zero),
	RIG_TEST(test_guest_changing_registers_starts_the_access_again),
	RIG_TEST(test_guest_skipping_an_access_by_rip),
	RIG_TEST(test_guest_string_output_exits_for_each_item),
	RIG_TEST(test_guest_string_input_takes_each_reply),
	RIG_TEST(test_guest_mmio_exits),
	RIG_TEST(test_guest_mmio_read_modify_write_happens_once),
	RIG_TEST(test_guest_string_move_to_mmio),
	RIG_TEST(test_guest_writes_to_read_only_memory_exit),
	RIG_TEST(test_guest_rom_swallows_writes),
	RIG_TEST(test_guest_protect_takes_effect),
	RIG_TEST(test_guest_reads_of_unreadable_memory_exit),
	RIG_TEST(test_guest_fetches_from_what_is_not_executable_fail),
	RIG_TEST(test_guest_triple_fault_shuts_down),
	RIG_TEST(test_guest_hypercalls),
	RIG_TEST(test_guest_hypercalls_are_undefined_unless_asked_for),
	RIG_TEST(test_guest_budget_is_exact),
	RIG_TEST(test_guest_budget_counts_iterations),
	RIG_TEST(test_guest_deadline_stops_a_loop),
	RIG_TEST(test_guest_virtual_deadline_is_exact),
	RIG_TEST(test_guest_virtual_tsc_counts_instructions),
	RIG_TEST(test_guest_cancel_stops_a_loop),
	RIG_TEST(test_guest_cancel_storm),
	RIG_TEST(test_guest_injected_interrupt_is_delivered),
	RIG_TEST(test_guest_nmi_is_delivered_once),
	RIG_TEST(test_guest_injected_exception_comes_first),
	RIG_TEST(test_guest_cpuid_hook),
	RIG_TEST(test_guest_msr_hook),
	RIG_TEST(test_guest_dirty_pages),
	RIG_TEST(test_guest_code_written_by_the_embedder),
	RIG_TEST(test_guest_translate_without_paging),
	RIG_TEST(test_guest_step),
	RIG_TEST(test_guest_breakpoint),
	RIG_TEST(test_guest_watchpoints),
	RIG_TEST(test_guest_state_moves_to_another_vm),
	RIG_TEST(test_guest_sixty_four_vms_on_sixty_four_threads),
	RIG_END
};
