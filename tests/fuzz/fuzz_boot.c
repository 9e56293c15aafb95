/* SPDX-License-Identifier: MIT */
/*
 * Fuzz the boot loaders (libFuzzer's entry): any bytes are an image that is
 * started or refused with words, and a vCPU that was set up starts in memory.
 * The first byte chooses the loader, the second the size of the machine.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -Ilib/core \
 *		-Itests tests/fuzz/fuzz_boot.c tests/rig.c (the library) -lelf
 */
#include <stdint.h>
#include <stdlib.h>

#include "../machine_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vc_board_options bo = VC_BOARD_OPTIONS_INIT;
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;
	struct rig *r;
	vc_board *b;
	uint64_t rip;
	uint8_t byte;
	int rc;

	if (size < 3)
		return 0;
	r = machine_rig(1);
	bo.ram = (data[1] & 63u) * MIB + 2 * MIB;
	if (vc_board_create(&b, r->vm, &bo))
		abort();
	o.kernel = data + 2;
	o.kernel_len = size - 2;
	o.initrd = data;
	o.initrd_len = data[1] & 64 ? size : 0;
	o.cmdline = "console=ttyS0";
	switch (data[0] & 3) {
	case 0:
		rc = vc_boot_linux(b, &o);
		break;
	case 1:
		rc = vc_boot_elf(b, &o);
		break;
	case 2:
		o.flags = VC_BOOT_ELF_ENTRY;
		rc = vc_boot_elf(b, &o);
		break;
	default:
		rc = vc_boot_kernel(b, &o);
		break;
	}
	if (rc && !vc_last_error()[0])
		abort();
	if (!rc && (vc_vcpu_reg_get(vc_vm_vcpu(r->vm, 0), VC_REG_RIP, &rip) ||
		    vc_memory_read(r->vm, rip, &byte, 1)))
		abort();
	rig_free(r);
	return 0;
}
