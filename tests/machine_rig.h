/* SPDX-License-Identifier: MIT */
/* machine_rig.h: boards for the tests of lib/machine. */
#ifndef VC_TESTS_MACHINE_RIG_H
#define VC_TESTS_MACHINE_RIG_H

#include "rig.h"
#include "virtcore/machine.h"
#include "../lib/core/backend.h"

#define MIB	((uint64_t)1 << 20)

/* A rig whose VM is empty: no memory, no vCPU. For rig_free(). */
static inline struct rig *machine_rig(uint32_t vcpus)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	struct rig *r = calloc(1, sizeof(*r));

	o.vcpu_max = vcpus;
	o.flags = vcpus == 1 ? VC_VM_VIRTUAL_TIME : 0;
	if (!r || vc__vm_create_on(&r->vm, &o, rig_backend(), "rig"))
		abort();
	return r;
}

static inline vc_board *machine_board(struct rig *r, uint64_t ram,
				      uint32_t vcpus)
{
	vc_board_options o = VC_BOARD_OPTIONS_INIT;
	vc_board *b = NULL;

	o.ram = ram;
	o.vcpus = vcpus;
	RIG_OK(vc_board_create(&b, r->vm, &o));
	r->vcpu = vc_vm_vcpu(r->vm, 0);
	return b;
}

static inline uint32_t machine_get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline void machine_put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> i * 8);
}

#endif
