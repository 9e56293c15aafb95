/* SPDX-License-Identifier: MIT */
/*
 * virtcore.h: the whole library, and where to begin.
 *
 * A program makes a VM, gives it memory, runs a vCPU, and answers its exits:
 *
 *	vc_vm_options opt = VC_VM_OPTIONS_INIT;
 *	vc_vm *vm;
 *	vc_vcpu *cpu;
 *	vc_exit *ex;
 *
 *	vc_vm_create(&vm, &opt);			      vm.h
 *	vc_memory_map(vm, 0, NULL, 0x10000, VC_PROT_RWX);     memory.h
 *	vc_vcpu_create(&cpu, vm, 0);			      vcpu.h
 *	vc_boot_flat(vm, code, sizeof(code), 0x7c00,	      machine.h
 *		     VC_FLAT_REAL);
 *	while (!vc_vcpu_run(cpu, &ex) && ex->reason == VC_EXIT_IO)
 *		answer(ex);
 *	vc_vm_destroy(vm);
 *
 * Devices (device.h) answer ports and memory ranges so that their accesses
 * never surface; machine.h puts ours together to a PC board that boots Linux;
 * debug.h stops the guest where you like; x86.h is the complete state of a
 * vCPU; base.h has the error numbers and the text of the last error.
 *
 * Every comment in these headers goes: effect, constraints, ownership,
 * results, threads. A function that can fail returns 0 or a negative VC_E*.
 */
#ifndef VIRTCORE_H
#define VIRTCORE_H

#include "virtcore/base.h"
#include "virtcore/x86.h"
#include "virtcore/vm.h"
#include "virtcore/memory.h"
#include "virtcore/vcpu.h"
#include "virtcore/device.h"
#include "virtcore/debug.h"
#include "virtcore/machine.h"

#endif
