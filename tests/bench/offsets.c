/* SPDX-License-Identifier: MIT */
/*
 * offsets.c: one loop at each of the 4,096 offsets in a page, most of which
 * lie in one page, some on two. Each place is timed by its best of several
 * runs; all places take turns, so that a change of the machine's speed meets
 * all of them. Prints
 *
 *	OFFSETS fastest <ns per iteration> slowest <ns> ratio <r> at <offset>
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "virtcore.h"

#define BASE		0x100000u
#define DATA		0x300000u
#define ITERATIONS	1000u
#define ROUNDS		40

#define CHECK(x) do { \
	if (x) { \
		fprintf(stderr, "%s: %s\n", #x, vc_last_error()); \
		exit(1); \
	} \
} while (0)

/*
 * again:	mov eax, [rbx + rcx * 4]
 *		imul eax, eax, 0x9e3779b1
 *		mov edi, eax
 *		shl edi, 13
 *		xor eax, edi
 *		mov edi, eax
 *		shr edi, 17
 *		xor eax, edi
 *		test cl, 1
 *		jz even
 *		add edx, eax
 * even:	xor edx, ecx
 *		mov r8, [rbx + 0x4000]
 *		add r8, rdx
 *		mov [rbx + 0x4000], r8
 *		mov [rbx + rcx * 4], edx
 *		lea rsi, [rsi + rdx * 2 + 5]
 *		dec ecx
 *		jnz again
 *		hlt
 */
static const uint8_t loop[] = {
	0x8b, 0x04, 0x8b, 0x69, 0xc0, 0xb1, 0x79, 0x37, 0x9e, 0x89, 0xc7, 0xc1,
	0xe7, 0x0d, 0x31, 0xf8, 0x89, 0xc7, 0xc1, 0xef, 0x11, 0x31, 0xf8, 0xf6,
	0xc1, 0x01, 0x74, 0x02, 0x01, 0xc2, 0x31, 0xca, 0x4c, 0x8b, 0x83, 0x00,
	0x40, 0x00, 0x00, 0x49, 0x01, 0xd0, 0x4c, 0x89, 0x83, 0x00, 0x40, 0x00,
	0x00, 0x89, 0x14, 0x8b, 0x48, 0x8d, 0x74, 0x56, 0x05, 0xff, 0xc9, 0x75,
	0xc3, 0xf4,
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double run(vc_vcpu *vcpu, uint64_t rip, unsigned n)
{
	vc_exit *x;
	uint64_t from;

	CHECK(vc_vcpu_reg_set(vcpu, VC_REG_RCX, n));
	CHECK(vc_vcpu_reg_set(vcpu, VC_REG_RIP, rip));
	from = now_ns();
	CHECK(vc_vcpu_run(vcpu, &x));
	if (x->reason != VC_EXIT_HALT) {
		fprintf(stderr, "offsets: exit %u\n", (unsigned)x->reason);
		exit(1);
	}
	return (double)(now_ns() - from) / n;
}

int main(void)
{
	static double best[4096];
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	static const uint8_t hlt = 0xf4;
	unsigned fast = 0, slow = 0;
	vc_vcpu *vcpu;
	vc_vm *vm;

	o.backend = VC_BACKEND_INTERP;
	CHECK(vc_vm_create(&vm, &o));
	CHECK(vc_memory_map(vm, 0, NULL, 4 << 20, VC_PROT_RWX));
	CHECK(vc_vcpu_create(&vcpu, vm, 0));
	CHECK(vc_boot_flat(vm, &hlt, 1, BASE, VC_FLAT_LONG));
	CHECK(vc_vcpu_reg_set(vcpu, VC_REG_RBX, DATA));
	for (unsigned off = 0; off < 4096; off++)
		best[off] = 1e9;
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned off = 0; off < 4096; off++) {
			uint64_t at = BASE + 0x1000 + off;
			double t;

			CHECK(vc_memory_write(vm, at, loop, sizeof(loop)));
			run(vcpu, at, 20);	/* decodes it */
			t = run(vcpu, at, ITERATIONS);
			if (t < best[off])
				best[off] = t;
		}
	for (unsigned off = 1; off < 4096; off++) {
		if (best[off] < best[fast])
			fast = off;
		if (best[off] > best[slow])
			slow = off;
	}
	printf("OFFSETS fastest %.2f slowest %.2f ratio %.3f at %u\n",
	       best[fast], best[slow], best[slow] / best[fast], slow);
	vc_vm_destroy(vm);
	return 0;
}
