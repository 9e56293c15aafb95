/* SPDX-License-Identifier: MIT */
/*
 * headers.c: what the headers promise to C programs and to the ABI. Compiled
 * only: `make headers`.
 */
#include <virtcore.h>

#define AT(type, member, at) \
	_Static_assert(offsetof(type, member) == (at), #type "." #member)
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)

SIZE(vc_vm_options, 56);
AT(vc_vm_options, tsc_hz, 16);
AT(vc_vm_options, cpu_model, 40);
SIZE(vc_cpuid_entry, 32);
SIZE(vc_x86_segment, 16);
SIZE(vc_x86_table, 16);
SIZE(vc_exit_io, 16);
SIZE(vc_exit_mmio, 24);
SIZE(vc_exit_debug, 16);
AT(vc_exit, reason, 4);
AT(vc_exit, rip, 16);
AT(vc_exit, io, 32);
AT(vc_exit, mmio, 48);
AT(vc_exit, debug, 72);
AT(vc_exit, poweroff, 88);
AT(vc_exit, fail, 96);
AT(vc_vm_options, rng, 44);
AT(vc_exit, random, 112);
SIZE(vc_exit, 128);
SIZE(vc_insn_operand, 24);
AT(vc_insn, operand, 32);
AT(vc_insn, mem_disp, 152);
AT(vc_insn, mnemonic, 176);
SIZE(vc_insn, 328);
AT(vc_x86_state, gpr, 8);
AT(vc_x86_state, rip, 136);
AT(vc_x86_state, seg, 152);
_Static_assert(sizeof(vc_x86_state) % 8 == 0, "padded by hand");
_Static_assert(sizeof(void *) != 8 || sizeof(vc_memory_region) == 32, "");

vc_vm_options options = VC_VM_OPTIONS_INIT;
vc_board_options board_options = VC_BOARD_OPTIONS_INIT;
vc_boot_options boot_options = VC_BOOT_OPTIONS_INIT;
vc_lapic_options lapic_options = VC_LAPIC_OPTIONS_INIT;

/* Numbers that the ABI description does not show. */
#define SELECTOR(seg) \
	_Static_assert(VC_REG_##seg == VC_REG_SEG(VC_SEG_##seg, \
						  VC_PART_SELECTOR), #seg)
SELECTOR(ES);
SELECTOR(CS);
SELECTOR(SS);
SELECTOR(DS);
SELECTOR(FS);
SELECTOR(GS);
_Static_assert(VC_REG_FS_BASE == VC_REG_SEG(VC_SEG_FS, VC_PART_BASE), "");
_Static_assert(VC_REG_GS_BASE == VC_REG_SEG(VC_SEG_GS, VC_PART_BASE), "");
_Static_assert(VC_REG_END == 0x6b && VC_EXIT_FAIL == 12 &&
	       VC_ELIMIT == -15 && VC_CAP_COUNT == 17, "numbers stay");
_Static_assert(VC_GPA_LIMIT == (uint64_t)1 << 52, "");
