/* SPDX-License-Identifier: MIT */
/*
 * A vCPU put into 64-bit mode by the embedder: page tables in guest memory,
 * control registers in one call, and a function of the guest's called with
 * arguments in registers, under an instruction budget.
 */
#include <inttypes.h>
#include <virtcore.h>
#include "check.h"

#define CODE	0x1000u
#define PML4	0x2000u
#define PDPT	0x3000u
#define PD	0x4000u
#define STACK	0x8000u

#define PRESENT_WRITABLE	3u
#define HUGE			0x80u	/* a page of 2 MiB */

/*
 * uint64_t fib(uint64_t n):
 *	xor	eax, eax
 *	mov	edx, 1
 * next:
 *	test	rdi, rdi
 *	jz	done
 *	lea	rcx, [rax + rdx]
 *	mov	rax, rdx
 *	mov	rdx, rcx
 *	dec	rdi
 *	jmp	next
 * done:
 *	hlt
 */
static const uint8_t guest[] = {
	0x31, 0xc0,
	0xba, 0x01, 0x00, 0x00, 0x00,
	0x48, 0x85, 0xff,
	0x74, 0x0f,
	0x48, 0x8d, 0x0c, 0x10,
	0x48, 0x89, 0xd0,
	0x48, 0x89, 0xca,
	0x48, 0xff, 0xcf,
	0xeb, 0xec,
	0xf4,
};

/* Linear addresses 0 to 2 MiB are guest-physical 0 to 2 MiB. */
static void make_page_tables(vc_vm *vm)
{
	static const struct { uint64_t at, entry; } tables[] = {
		{ PML4, PDPT | PRESENT_WRITABLE },
		{ PDPT, PD | PRESENT_WRITABLE },
		{ PD, 0 | PRESENT_WRITABLE | HUGE },
	};

	for (int i = 0; i < 3; i++) {
		uint8_t bytes[8];

		for (int b = 0; b < 8; b++)	/* little-endian everywhere */
			bytes[b] = (uint8_t)(tables[i].entry >> b * 8);
		CHECK(vc_memory_write(vm, tables[i].at, bytes, 8));
	}
}

static void enter_long_mode(vc_vcpu *cpu)
{
	static const uint32_t regs[] = { VC_REG_CR3, VC_REG_CR4, VC_REG_EFER,
					 VC_REG_CR0, VC_REG_RSP };
	/* PAE; LME and LMA; PG and PE */
	static const uint64_t values[] = { PML4, 0x20, 0x500, 0x80000011,
					   STACK };
	const vc_x86_segment code = { .limit = 0xffffffff, .selector = 8,
		.attr = VC_SEG_P | VC_SEG_S | VC_SEG_L | VC_SEG_G | 0xb };
	const vc_x86_segment data = { .limit = 0xffffffff, .selector = 16,
		.attr = VC_SEG_P | VC_SEG_S | VC_SEG_DB | VC_SEG_G | 0x3 };

	CHECK(vc_vcpu_regs_set(cpu, regs, values, 5));
	CHECK(vc_vcpu_segment_set(cpu, VC_SEG_CS, &code));
	CHECK(vc_vcpu_segment_set(cpu, VC_SEG_SS, &data));
}

int main(void)
{
	vc_vcpu *cpu;
	uint64_t rax;
	vc_exit *ex;
	vc_vm *vm;

	CHECK(vc_vm_create(&vm, NULL));
	CHECK(vc_memory_map(vm, 0, NULL, 0x10000, VC_PROT_RWX));
	CHECK(vc_memory_write(vm, CODE, guest, sizeof(guest)));
	make_page_tables(vm);
	CHECK(vc_vcpu_create(&cpu, vm, 0));
	enter_long_mode(cpu);
	CHECK(vc_vcpu_reg_set(cpu, VC_REG_RIP, CODE));
	CHECK(vc_vcpu_reg_set(cpu, VC_REG_RDI, 90));
	CHECK(vc_vcpu_budget_set(cpu, 10000));
	CHECK(vc_vcpu_run(cpu, &ex));
	CHECK(vc_vcpu_reg_get(cpu, VC_REG_RAX, &rax));
	printf("fib(90) = %" PRIu64 ", in %" PRIu64 " instructions\n", rax,
	       ex->retired);
	if (ex->reason != VC_EXIT_HALT || rax != 2880067194370816120u)
		return 1;

	/* The same again with too little to spend: it stops in the middle. */
	CHECK(vc_vcpu_reg_set(cpu, VC_REG_RIP, CODE));
	CHECK(vc_vcpu_reg_set(cpu, VC_REG_RDI, 90));
	CHECK(vc_vcpu_budget_set(cpu, 100));
	CHECK(vc_vcpu_run(cpu, &ex));
	printf("with a budget of 100: %s\n", ex->reason == VC_EXIT_BUDGET ?
	       "stopped" : "not stopped");
	if (ex->reason != VC_EXIT_BUDGET)
		return 1;
	vc_vm_destroy(vm);
	return 0;
}
