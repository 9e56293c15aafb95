/* SPDX-License-Identifier: MIT */
/* The smallest VM: a real-mode guest says hello through an I/O port. */
#include <stdio.h>
#include <virtcore.h>
#include "check.h"

/* mov si, msg; next: lodsb; test al, al; jz end; out 0xe9, al; jmp next;
 * end: hlt; msg: */
static const char guest[] = "\xbe\x0d\x10\xac\x84\xc0\x74\x04\xe6\xe9\xeb\xf7"
			    "\xf4Hello from the guest!\n";

int main(void)
{
	vc_vm *vm;
	vc_vcpu *cpu;
	vc_exit *ex;

	CHECK(vc_vm_create(&vm, NULL));
	CHECK(vc_memory_map(vm, 0, NULL, 0x10000, VC_PROT_RWX));
	CHECK(vc_memory_write(vm, 0x1000, guest, sizeof(guest)));
	CHECK(vc_vcpu_create(&cpu, vm, 0));
	CHECK(vc_vcpu_segment_set(cpu, VC_SEG_CS, &(vc_x86_segment){
		.limit = 0xffff, .attr = VC_SEG_P | VC_SEG_S | 0xb }));
	CHECK(vc_vcpu_reg_set(cpu, VC_REG_RIP, 0x1000));
	do {
		CHECK(vc_vcpu_run(cpu, &ex));
		if (ex->reason == VC_EXIT_IO && ex->io.is_write)
			putchar((int)ex->io.data);
	} while (ex->reason == VC_EXIT_IO);
	if (ex->reason != VC_EXIT_HALT)
		return 1;
	vc_vm_destroy(vm);
	return 0;
}
