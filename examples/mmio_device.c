/* SPDX-License-Identifier: MIT */
/*
 * A device of one's own, at a memory address: this one adds up what the guest
 * stores to its first register and shows the sum in its second. The guest's
 * accesses never surface as exits, because the device claims its range.
 */
#include <inttypes.h>
#include <string.h>
#include <virtcore.h>
#include "check.h"

#define DEVICE_AT	0xd0000u
#define REG_ADD		0	/* write: add */
#define REG_SUM		4	/* read: the sum so far */

struct adder {
	uint32_t sum;
	unsigned accesses;
};

static uint64_t adder_read(void *self, uint64_t off, uint32_t size)
{
	struct adder *a = self;

	(void)size;
	a->accesses++;
	return off == REG_SUM ? a->sum : 0;
}

static void adder_write(void *self, uint64_t off, uint32_t size, uint64_t value)
{
	struct adder *a = self;

	(void)size;
	a->accesses++;
	if (off == REG_ADD)
		a->sum += (uint32_t)value;
}

static void adder_reset(void *self)
{
	memset(self, 0, sizeof(struct adder));
}

static const vc_device_ops adder_ops = {
	.size	= sizeof(vc_device_ops),
	.name	= "adder",
	.read	= adder_read,
	.write	= adder_write,
	.reset	= adder_reset,
};

/*
 *	mov	ax, 0xd000
 *	mov	ds, ax
 *	mov	ecx, 100
 * next:
 *	mov	[0], ecx
 *	loop	next			; 100 + 99 + ... + 1
 *	mov	eax, [4]
 *	hlt
 */
static const uint8_t guest[] = {
	0xb8, 0x00, 0xd0,
	0x8e, 0xd8,
	0x66, 0xb9, 0x64, 0x00, 0x00, 0x00,
	0x66, 0x89, 0x0e, 0x00, 0x00,
	0xe2, 0xf9,
	0x66, 0xa1, 0x04, 0x00,
	0xf4,
};

int main(void)
{
	const vc_x86_segment flat = { .limit = 0xffff,
		.attr = VC_SEG_P | VC_SEG_S | 0xb };
	struct adder adder;
	vc_device *dev;
	vc_vcpu *cpu;
	uint64_t rax;
	vc_exit *ex;
	vc_vm *vm;

	CHECK(vc_vm_create(&vm, NULL));
	CHECK(vc_memory_map(vm, 0, NULL, 0x10000, VC_PROT_RWX));
	CHECK(vc_memory_write(vm, 0x1000, guest, sizeof(guest)));
	CHECK(vc_device_create(&dev, vm, &adder_ops, &adder));
	CHECK(vc_device_map_mmio(dev, DEVICE_AT, 8, 0));
	CHECK(vc_vcpu_create(&cpu, vm, 0));
	CHECK(vc_vcpu_segment_set(cpu, VC_SEG_CS, &flat));
	CHECK(vc_vcpu_reg_set(cpu, VC_REG_RIP, 0x1000));
	CHECK(vc_vcpu_run(cpu, &ex));
	CHECK(vc_vcpu_reg_get(cpu, VC_REG_RAX, &rax));
	printf("the guest read %" PRIu64 ", after %u accesses, and %s\n", rax,
	       adder.accesses, ex->reason == VC_EXIT_HALT ? "halted" :
	       "did something else");
	if (ex->reason != VC_EXIT_HALT || rax != 5050)
		return 1;
	vc_vm_destroy(vm);
	return 0;
}
