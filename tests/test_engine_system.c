/* SPDX-License-Identifier: MIT */
/*
 * test_engine_system.c: faults, interrupts and their delivery: SDM 3A ch. 6,
 * in real, protected and long mode.
 */
#include "system_rig.h"

/* ---- fault classes, error codes, restart ---- */

static void test_system_ud_is_a_fault_without_error_code(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x0f, 0x0b);		/* ud2 */
	sys_faults(t, SYS_CODE, 6, -1);
	sys_free(t);
}

static void test_system_de_restarts_at_the_division(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x90,			/* nop */
		 0x31, 0xc9,			/* xor ecx, ecx */
		 0xf7, 0xf1);			/* div ecx */
	sys_faults(t, SYS_CODE + 3, 0, -1);
	/* the pushed image has RF, the handler's flags do not */
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8) & 0x10000, 0x10000);
	CU_ASSERT_EQUAL(t->s.rflags & 0x10000, 0);
	sys_free(t);
}

static void test_system_long_frame_has_ss_rsp_flags_cs_rip(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RSP] = SYS_STACK - 5;	/* to be aligned to 16 */
	t->s.rflags = 0xad7;
	SYS_EMIT(t, 0x0f, 0x0b);
	sys_faults(t, SYS_CODE, 6, -1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK - 16 - 40);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 8), SEL_CODE64);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8), 0x10ad7);
	CU_ASSERT_EQUAL(sys_frame(t, 3, 8), SYS_STACK - 5);
	CU_ASSERT_EQUAL(sys_frame(t, 4, 8), SEL_DATA);
	CU_ASSERT_EQUAL(t->s.rflags, 0x8d7);	/* IF clear, the rest stays */
	sys_free(t);
}

static void test_system_trap_gate_leaves_if_set(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_idt(t, 6, SEL_CODE64, sys_handler(6), 0x8f, 0);
	t->s.rflags = 0x4302;			/* NT, IF, TF */
	SYS_EMIT(t, 0x0f, 0x0b);
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 6);
	CU_ASSERT_EQUAL(t->s.rflags, 0x202);	/* NT and TF clear */
	sys_free(t);
}

static void test_system_pf_sets_cr2_and_error_code(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_page(t, 0x60000, 0);
	SYS_EMIT(t, 0xa1, LE32(0x60008), 0, 0, 0, 0);	/* mov eax, [abs] */
	sys_faults(t, SYS_CODE, 14, 0);
	CU_ASSERT_EQUAL(t->s.cr2, 0x60008);
	sys_free(t);
}

static void test_system_pf_write_to_read_only_page(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_page(t, 0x60000, 5);
	SYS_EMIT(t, 0xa3, LE32(0x60ff0), 0, 0, 0, 0);	/* mov [abs], eax */
	sys_faults(t, SYS_CODE, 14, 3);
	CU_ASSERT_EQUAL(t->s.cr2, 0x60ff0);
	sys_free(t);
}

static void test_system_pf_user_access_to_supervisor_page(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	sys_page(t, 0x60000, 3);
	SYS_EMIT(t, 0xa1, LE32(0x60000), 0, 0, 0, 0);
	sys_faults(t, SYS_CODE, 14, 5);
	/* it came on the level 0 stack of the TSS */
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK0 - 48);
	CU_ASSERT_EQUAL(sys_frame(t, 5, 8), SEL_UDATA);
	CU_ASSERT_EQUAL(sys_frame(t, 4, 8), SYS_USTACK);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, 0);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CODE64);
	sys_free(t);
}

static void test_system_pf_names_the_second_page_of_a_straddling_access(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_page(t, 0x61000, 0);
	SYS_EMIT(t, 0x48, 0xa3, LE32(0x60ffc), 0, 0, 0, 0);
	sys_put(t, 0x60ffc, 4, 0x11223344);
	sys_faults(t, SYS_CODE, 14, 2);
	CU_ASSERT_EQUAL(t->s.cr2, 0x61000);
	CU_ASSERT_EQUAL(sys_get(t, 0x60ffc, 4), 0x11223344);
	sys_free(t);
}

static void test_system_pf_is_restarted_by_iretq(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* the handler maps the page, drops the error code and returns */
	static const uint8_t handler[] = {
		0x48, 0xc7, 0x04, 0x25, LE32(SYS_PT + 0x60 * 8),
		0x07, 0x00, 0x06, 0x00,		/* mov qword [pte], 0x60007 */
		0x48, 0x83, 0xc4, 0x08,		/* add rsp, 8 */
		0x48, 0xcf,			/* iretq */
	};

	sys_bytes(t, SYS_OTHER, handler, sizeof(handler));
	sys_idt(t, 14, SEL_CODE64, SYS_OTHER, 0x8e, 0);
	sys_page(t, 0x60000, 0);
	sys_put(t, 0x60000, 4, 0xcafe1234);
	SYS_EMIT(t, 0xa1, LE32(0x60000), 0, 0, 0, 0, 0x00, 0x00, 0x00, 0x00);
	t->at -= 4;
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xcafe1234);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK);
	sys_free(t);
}

static void test_system_gp_for_a_non_canonical_address(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RBX] = 0x800000000000;
	SYS_EMIT(t, 0x8b, 0x03);		/* mov eax, [rbx] */
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_system_ss_for_a_non_canonical_stack(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_idt(t, 12, SEL_CODE64, sys_handler(12), 0x8e, 1);
	t->s.gpr[VC_RSP] = 0x800000000000;
	SYS_EMIT(t, 0x58);			/* pop rax */
	sys_faults(t, SYS_CODE, 12, 0);
	CU_ASSERT_EQUAL(sys_frame(t, 4, 8), 0x800000000000);
	sys_free(t);
}

static void test_system_instruction_of_16_bytes_is_gp(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_system_int_n_pushes_the_next_rip(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xcd, 0x80);
	sys_faults(t, SYS_CODE + 2, 0x80, -1);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8) & 0x10000, 0);
	sys_free(t);
}

static void test_system_int3_from_user_needs_dpl_3(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	SYS_EMIT(t, 0xcc);
	/* #GP with the gate's number, IDT bit, EXT clear, at the INT3 */
	sys_faults(t, SYS_CODE, 13, 3 * 8 + 2);
	sys_free(t);

	t = sys_new(SYS_LONG, 3);
	sys_idt(t, 3, SEL_CODE64, sys_handler(3), 0xee, 0);
	SYS_EMIT(t, 0xcc);
	sys_faults(t, SYS_CODE + 1, 3, -1);
	sys_free(t);
}

static void test_system_int1_ignores_dpl(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	SYS_EMIT(t, 0xf1);
	sys_faults(t, SYS_CODE + 1, 1, -1);
	sys_free(t);
}

static void test_system_into_looks_at_of(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	SYS_EMIT(t, 0x31, 0xc0, 0xce);		/* xor eax, eax; into */
	sys_passes(t);
	sys_free(t);

	t = sys_new(SYS_PROT, 0);
	SYS_EMIT(t, 0xb8, LE32(0x7fffffff), 0x83, 0xc0, 0x01, 0xce);
	sys_faults(t, SYS_CODE + 9, 4, -1);
	sys_free(t);
}

static void test_system_int_n_from_user_needs_dpl_3(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	SYS_EMIT(t, 0xcd, 0x21);
	sys_faults(t, SYS_CODE, 13, 0x21 * 8 + 2);
	sys_free(t);
}

/* ---- broken tables ---- */

static void test_system_gate_not_present_is_np(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_idt(t, 0x40, SEL_CODE64, sys_handler(0x40), 0x0e, 0);
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE, 11, 0x40 * 8 + 2);
	sys_free(t);
}

static void test_system_gate_beyond_the_idt_is_gp(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.idtr.limit = 0x40 * 16 + 14;
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE, 13, 0x40 * 8 + 2);
	sys_free(t);
}

static void test_system_gate_of_wrong_type_is_gp(void)
{
	static const uint8_t types[] = { 0x80, 0x82, 0x85, 0x86, 0x87, 0x89,
					 0x8c, 0x92, 0x9e };

	for (unsigned i = 0; i < sizeof(types); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		sys_idt(t, 0x40, SEL_CODE64, sys_handler(0x40), types[i], 0);
		SYS_EMIT(t, 0xcd, 0x40);
		sys_faults(t, SYS_CODE, 13, 0x40 * 8 + 2);
		sys_free(t);
	}
}

static void test_system_gate_code_segment_is_checked(void)
{
	static const struct { uint16_t sel; int vector, error; } rows[] = {
		{ 0, 13, 0 }, { 3, 13, 0 },
		{ SEL_DATA, 13, SEL_DATA },
		{ SEL_CODE32, 13, SEL_CODE32 },		/* not 64-bit */
		{ SEL_UCODE64, 13, SEL_UCODE64 & ~3 },	/* DPL > CPL */
		{ SEL_ABSENT_CODE, 11, SEL_ABSENT_CODE },
		{ SEL_BEYOND, 13, SEL_BEYOND },
		{ SEL_TSS, 13, SEL_TSS },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		sys_idt(t, 0x40, rows[i].sel, sys_handler(0x40), 0x8e, 0);
		SYS_EMIT(t, 0xcd, 0x40);
		sys_faults(t, SYS_CODE, rows[i].vector, rows[i].error);
		sys_free(t);
	}
}

static void test_system_exception_sets_ext_in_nested_error_codes(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* #UD is benign: the #NP of its gate is delivered, with EXT */
	sys_idt(t, 6, SEL_CODE64, sys_handler(6), 0x0e, 0);
	SYS_EMIT(t, 0x0f, 0x0b);
	sys_faults(t, SYS_CODE, 11, 6 * 8 + 3);
	sys_free(t);
}

static void test_system_non_canonical_handler_is_gp(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_idt(t, 0x40, SEL_CODE64, 0x1000000000000, 0x8e, 0);
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_system_delivery_sets_the_accessed_bit(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_gdt(t, SEL_CODE64, sys_desc(0, 0xfffff, 0x9a, D_FLAT64));
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE + 2, 0x40, -1);
	CU_ASSERT_EQUAL(sys_get(t, SYS_GDT + SEL_CODE64 + 5, 1), 0x9b);
	sys_free(t);
}

/* ---- double and triple faults ---- */

static void test_system_gp_then_np_is_a_double_fault(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_idt(t, 13, SEL_CODE64, sys_handler(13), 0x0e, 0);
	t->s.gpr[VC_RBX] = 1ull << 63;
	SYS_EMIT(t, 0x90, 0x8b, 0x03);
	sys_faults(t, SYS_CODE + 1, 8, 0);
	sys_free(t);
}

static void test_system_pf_then_pf_is_a_double_fault(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* the stack is gone: the push of the #PF frame faults */
	sys_page(t, SYS_STACK - 4096, 0);
	sys_idt(t, 8, SEL_CODE64, sys_handler(8), 0x8e, 1);
	SYS_EMIT(t, 0x50);			/* push rax */
	sys_faults(t, SYS_CODE, 8, 0);
	CU_ASSERT_EQUAL(t->s.cr2, SYS_STACK - 8);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_IST1 - 48);
	CU_ASSERT_EQUAL(sys_frame(t, 4, 8), SYS_STACK);
	sys_free(t);
}

static void test_system_gp_then_pf_is_delivered_serially(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_page(t, SYS_STACK - 4096, 0);
	sys_idt(t, 14, SEL_CODE64, sys_handler(14), 0x8e, 1);
	t->s.gpr[VC_RBX] = 1ull << 63;
	SYS_EMIT(t, 0x8b, 0x03);		/* #GP; its frame: #PF */
	sys_faults(t, SYS_CODE, 14, 2);
	sys_free(t);
}

static void test_system_triple_fault_shuts_down(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t rsp;

	t->s.idtr.limit = 0;
	SYS_EMIT(t, 0x90, 0x0f, 0x0b);
	rsp = t->s.gpr[VC_RSP];
	CU_ASSERT_EQUAL(sys_run(t), VC_EXIT_SHUTDOWN);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], rsp);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CODE64);
	sys_free(t);
}

static void test_system_fault_in_double_fault_shuts_down(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_idt(t, 13, SEL_CODE64, sys_handler(13), 0x0e, 0);
	sys_idt(t, 8, SEL_DATA, sys_handler(8), 0x8e, 0);
	t->s.gpr[VC_RBX] = 1ull << 63;
	SYS_EMIT(t, 0x8b, 0x03);
	CU_ASSERT_EQUAL(sys_run(t), VC_EXIT_SHUTDOWN);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE);
	sys_free(t);
}

/* ---- stacks ---- */

static void test_system_ist_is_used_without_a_change_of_level(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_idt(t, 0x40, SEL_CODE64, sys_handler(0x40), 0x8e, 1);
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE + 2, 0x40, -1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_IST1 - 40);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, SEL_DATA);
	sys_free(t);
}

static void test_system_ist_beyond_the_tss_is_ts(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_idt(t, 0x40, SEL_CODE64, sys_handler(0x40), 0x8e, 1);
	t->s.seg[VC_SEG_TR].limit = 42;
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE, 10, SEL_TSS);
	sys_free(t);
}

static void test_system_non_canonical_ist_is_ss(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_put(t, SYS_TSS + 36, 8, 0x8000000000000000);
	sys_idt(t, 0x40, SEL_CODE64, sys_handler(0x40), 0x8e, 1);
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE, 12, 0);
	sys_free(t);
}

static void test_system_user_fault_in_long_mode_and_back(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);
	static const uint8_t handler[] = {
		0x48, 0x83, 0x04, 0x24, 0x02,	/* add qword [rsp], 2 */
		0x48, 0xcf,			/* iretq */
	};

	sys_bytes(t, SYS_OTHER, handler, sizeof(handler));
	sys_idt(t, 6, SEL_CODE64, SYS_OTHER, 0x8e, 0);
	SYS_EMIT(t, 0x0f, 0x0b, 0xb8, LE32(77));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 77);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_USTACK);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_UCODE64);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, SEL_UDATA);
	/* data segments of level 3 stay */
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_DS].selector, SEL_UDATA);
	sys_free(t);
}

static void test_system_compatibility_mode_uses_64_bit_gates(void)
{
	struct sys *t = sys_new(SYS_COMPAT, 3);

	sys_idt(t, 0x80, SEL_CODE64, sys_handler(0x80), 0xee, 0);
	SYS_EMIT(t, 0xcd, 0x80);
	sys_faults(t, SYS_CODE + 2, 0x80, -1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK0 - 40);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 8), SEL_UCODE32);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CODE64);
	sys_free(t);
}

static void test_system_compatibility_mode_reaches_high_tables(void)
{
	struct sys *t = sys_new(SYS_COMPAT, 3);
	uint64_t high = 0xffff800000000000;

	/* the upper half maps the same memory: IDT, GDT, TSS, stack up there */
	sys_put(t, SYS_PML4 + 256 * 8, 8, SYS_PDPT | 7);
	t->s.idtr.base += high;
	t->s.gdtr.base += high;
	t->s.seg[VC_SEG_TR].base += high;
	sys_put(t, SYS_TSS + 4, 8, high + SYS_STACK0);
	sys_idt(t, 0x80, SEL_CODE64, high + sys_handler(0x80), 0xee, 0);
	SYS_EMIT(t, 0xcd, 0x80, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.rip, high + sys_handler(0x80) + 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], high + SYS_STACK0 - 40);
	CU_ASSERT_EQUAL(sys_get(t, SYS_STACK0 - 40, 8), SYS_CODE + 2);
	sys_free(t);
}

/* ---- protected mode ---- */

static void test_system_prot_frame_without_level_change(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	SYS_EMIT(t, 0x0f, 0x0b);
	sys_faults(t, SYS_CODE, 6, -1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK - 12);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 4), SEL_CODE32);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 4), 0x10002);
	sys_free(t);
}

static void test_system_prot_frame_from_user(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);

	t->s.rflags = 0x202;
	SYS_EMIT(t, 0xf4);			/* hlt: #GP(0) */
	sys_faults(t, SYS_CODE, 13, 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK0 - 24);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 4), SEL_UCODE32);
	CU_ASSERT_EQUAL(sys_frame(t, 3, 4), 0x10202);
	CU_ASSERT_EQUAL(sys_frame(t, 4, 4), SYS_USTACK);
	CU_ASSERT_EQUAL(sys_frame(t, 5, 4), SEL_UDATA);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, SEL_DATA);
	sys_free(t);
}

static void test_system_16_bit_gate_pushes_words(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* a handler within 64 KiB */
	static const uint8_t stop[] = { VMCALL };

	sys_bytes(t, SYS_DATA, stop, sizeof(stop));
	sys_idt(t, 0x40, SEL_CODE32, 0xffff0000 | SYS_DATA, 0x86, 0);
	SYS_EMIT(t, 0xcd, 0x40);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, SYS_DATA + 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK - 6);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 2), (SYS_CODE + 2) & 0xffff);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 2), SEL_CODE32);
	sys_free(t);
}

static void test_system_inner_stack_segment_is_checked(void)
{
	static const struct { uint16_t ss; int vector, error; } rows[] = {
		{ 0, 10, 0 },
		{ SEL_UDATA, 10, SEL_UDATA & ~3 },
		{ SEL_DATA | 3, 10, SEL_DATA },
		{ SEL_RODATA, 10, SEL_RODATA },
		{ SEL_CODE32, 10, SEL_CODE32 },
		{ SEL_BEYOND, 10, SEL_BEYOND },
		{ SEL_FREE | 1, 12, SEL_FREE },		/* absent */
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sys *t = sys_new(SYS_PROT, 3);

		/* INT 40 goes to level 1 with a bad SS1; the fault itself is
		 * taken at level 0 */
		sys_gate(t, SYS_IDT + 0x40 * 8, false, SEL_CODE1,
			 sys_handler(0x40), 0xee, 0);
		sys_gdt(t, SEL_FREE, sys_desc(0, 0xfffff, 0x33, D_FLAT32));
		sys_put(t, SYS_TSS + 16, 2, rows[i].ss);
		SYS_EMIT(t, 0xcd, 0x40);
		sys_faults(t, SYS_CODE, rows[i].vector, rows[i].error);
		sys_free(t);
	}
}

static void test_system_int_to_level_1(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);

	sys_gate(t, SYS_IDT + 0x40 * 8, false, SEL_CODE1, sys_handler(0x40),
		 0xee, 0);
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE + 2, 0x40, -1);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CODE1 | 1);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, SEL_DATA1 | 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK1 - 20);
	sys_free(t);
}

static void test_system_conforming_handler_keeps_the_level(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);

	sys_gate(t, SYS_IDT + 0x40 * 8, false, SEL_CONF32, sys_handler(0x40),
		 0xee, 0);
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE + 2, 0x40, -1);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CONF32 | 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_USTACK - 12);
	sys_free(t);
}

static void test_system_stack_limit_on_delivery_is_a_double_fault(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* no room for #GP's frame: #SS, so #DF, which has none either */
	t->s.seg[VC_SEG_SS].limit = SYS_STACK - 9;
	t->s.seg[VC_SEG_SS].attr = 0x4093;
	SYS_EMIT(t, 0xcd, 0x40);
	CU_ASSERT_EQUAL(sys_run(t), VC_EXIT_SHUTDOWN);
	sys_free(t);
}

static void test_system_handler_beyond_the_code_limit_is_gp(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_gdt(t, SEL_FREE, sys_desc(0, 0x1ffff, 0x9b, 0x4000));
	sys_idt(t, 0x40, SEL_FREE, sys_handler(0x40), 0x8e, 0);
	SYS_EMIT(t, 0xcd, 0x40);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

/* ---- real mode ---- */

static void test_system_real_int_pushes_words(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	t->s.rflags = 0x302;
	SYS_EMIT(t, 0x90, 0xcd, 0x21);
	sys_run(t);			/* TF: single step, vector 1 */
	CU_ASSERT_EQUAL(sys_vector(t), 1);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 2), 1);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 2), 0x302);
	CU_ASSERT_EQUAL(t->s.rflags & 0x300, 0);
	sys_free(t);

	t = sys_new(SYS_REAL, 0);
	t->s.rflags = 0x202;
	SYS_EMIT(t, 0xcd, 0x21);
	sys_faults(t, SYS_CODE + 2, 0x21, -1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], 0xf000 - 6);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 2), 0x202);
	CU_ASSERT_EQUAL(t->s.rflags & 0x200, 0);
	sys_free(t);
}

static void test_system_real_faults_push_no_error_code(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* a word at offset ffff: #GP */
	SYS_EMIT(t, 0xa1, LE16(0xffff));
	sys_faults(t, SYS_CODE, 13, -1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], 0xf000 - 6);
	sys_free(t);
}

static void test_system_real_iret_returns(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);
	static const uint8_t handler[] = { 0xb8, LE16(0x1234), 0xcf };

	sys_bytes(t, SYS_OTHER, handler, sizeof(handler));
	sys_put(t, 0x21 * 4, 4, SYS_OTHER / 16 << 16);
	t->s.rflags = 0x203;
	SYS_EMIT(t, 0xcd, 0x21);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xffff, 0x1234);
	CU_ASSERT_EQUAL(t->s.rflags, 0x203);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], 0xf000);
	sys_free(t);
}

static void test_system_real_vector_beyond_the_limit_is_gp(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	t->s.idtr.limit = 0x21 * 4 + 2;
	SYS_EMIT(t, 0xcd, 0x21);
	sys_faults(t, SYS_CODE, 13, -1);
	sys_free(t);
}

static void test_system_real_table_may_lie_elsewhere(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	t->s.idtr.base = SYS_DATA;
	sys_put(t, SYS_DATA + 0x21 * 4, 4, SYS_HANDLERS / 16 << 16 | 0x330);
	SYS_EMIT(t, 0xcd, 0x21);
	sys_faults(t, SYS_CODE + 2, 0x33, -1);
	sys_free(t);
}

/* ---- interrupts from outside, NMI, shadows ---- */

static void test_system_interrupt_waits_for_if(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* nop; sti; nop; nop */
	SYS_EMIT(t, 0x90, 0xfb, 0x90, 0x90);
	t->inject = 0x55;
	sys_faults(t, SYS_CODE + 3, 0x55, -1);	/* behind STI's shadow */
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8), 0x202);
	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(t->vcpu), 0);
	sys_free(t);
}

static void test_system_mov_ss_shadows_one_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RAX] = SEL_DATA;
	/* sti; mov ss, eax; mov ss, eax is shadowed; nop; nop */
	SYS_EMIT(t, 0x8e, 0xd0, 0x90, 0x90);
	t->s.rflags = 0x202;
	t->s.interrupt_shadow = VC_SHADOW_STI;
	t->inject = 0x55;
	sys_faults(t, SYS_CODE + 3, 0x55, -1);
	sys_free(t);
}

static void test_system_popf_opens_for_an_interrupt_at_once(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* push 0x202; popf; nop */
	SYS_EMIT(t, 0x68, LE32(0x202), 0x9d, 0x90);
	t->inject = 0x55;
	sys_faults(t, SYS_CODE + 6, 0x55, -1);
	sys_free(t);
}

static void test_system_interrupt_ignores_the_gates_dpl(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	t->s.rflags = 0x202;
	SYS_EMIT(t, 0x90, 0x90);
	t->inject = 0x55;
	sys_faults(t, SYS_CODE, 0x55, -1);
	sys_free(t);
}

static void test_system_interrupt_wakes_hlt(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.rflags = 0x202;
	SYS_EMIT(t, 0xf4, 0x90, VMCALL);
	CU_ASSERT_EQUAL(sys_run(t), VC_EXIT_HALT);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 1);
	CU_ASSERT_EQUAL(vc_vcpu_inject(t->vcpu, 0x55), 0);
	sys_more(t);
	CU_ASSERT_EQUAL(sys_vector(t), 0x55);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 1);
	sys_free(t);
}

static void test_system_nmi_is_masked_until_iret(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	static const uint8_t handler[] = { VMCALL, 0x48, 0xcf };

	sys_bytes(t, SYS_OTHER, handler, sizeof(handler));
	sys_idt(t, 2, SEL_CODE64, SYS_OTHER, 0x8e, 0);
	SYS_EMIT(t, 0x90, 0x90, VMCALL);
	t->nmi = true;
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 3);
	CU_ASSERT(t->s.event_flags & VC_EVENT_NMI_MASKED);
	RIG_OK(vc_vcpu_nmi(t->vm, 0));
	/* the second comes right behind the IRET, not before it */
	sys_more(t);
	CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 3);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK - 40);
	sys_more(t);
	CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 5);
	CU_ASSERT_EQUAL(t->s.event_flags & VC_EVENT_NMI_MASKED, 0);
	sys_free(t);
}

static void test_system_embedder_injects_an_exception(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	SYS_EMIT(t, 0x90, VMCALL);
	CU_ASSERT_EQUAL(vc_vcpu_state_set(t->vcpu, &t->s), 0);
	RIG_OK(vc_vcpu_inject_exception(t->vcpu, 13, 1, 0x1234));
	CU_ASSERT_EQUAL(vc_vcpu_run(t->vcpu, &t->exit), 0);
	t->reason = t->exit->reason;
	CU_ASSERT_EQUAL(vc_vcpu_state_get(t->vcpu, &t->s), 0);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), 0x1234);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 8), SYS_CODE);
	sys_free(t);
}

/* ---- debug exceptions ---- */

static void test_system_tf_traps_after_the_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.rflags = 0x102;
	SYS_EMIT(t, 0xb8, LE32(5), 0x90);
	sys_faults(t, SYS_CODE + 5, 1, -1);
	CU_ASSERT_EQUAL(t->s.dr6 & 0x4000, 0x4000);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8), 0x102);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 5);
	sys_free(t);
}

static void test_system_popf_of_tf_traps_after_the_next(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* push 0x102; popf; nop; nop */
	SYS_EMIT(t, 0x68, LE32(0x102), 0x9d, 0x90, 0x90);
	sys_faults(t, SYS_CODE + 7, 1, -1);
	sys_free(t);
}

static void test_system_code_breakpoint_faults_before_and_rf_passes(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.dr[2] = SYS_CODE + 1;
	t->s.dr7 = 0x400 | 1 << 4;
	SYS_EMIT(t, 0x90, 0xb8, LE32(5));
	sys_faults(t, SYS_CODE + 1, 1, -1);
	CU_ASSERT_EQUAL(t->s.dr6 & 0x400f, 4);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8), 2);	/* RF as it was */
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	t->s.dr[2] = SYS_CODE;
	t->s.dr7 = 0x400 | 1 << 4;
	t->s.rflags = 0x10002;
	SYS_EMIT(t, 0xb8, LE32(5));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 5);
	CU_ASSERT_EQUAL(t->s.rflags & 0x10000, 0);
	sys_free(t);
}

static void test_system_data_breakpoint_traps_after_the_write(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.dr[0] = SYS_DATA + 4;
	t->s.dr7 = 0x400 | 1 | 0xd << 16;	/* write, 4 bytes */
	/* mov eax, [data+4] passes; mov [data+6], ax hits */
	SYS_EMIT(t, 0x8b, 0x04, 0x25, LE32(SYS_DATA + 4),
		 0x66, 0x89, 0x04, 0x25, LE32(SYS_DATA + 6), 0x90);
	sys_faults(t, SYS_CODE + 15, 1, -1);
	CU_ASSERT_EQUAL(t->s.dr6 & 0x400f, 1);
	sys_free(t);
}

static void test_system_dr7_gd_faults_at_the_next_debug_move(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.dr7 = 0x400 | 0x2000;
	SYS_EMIT(t, 0x0f, 0x21, 0xf8);		/* mov rax, dr7 */
	sys_faults(t, SYS_CODE, 1, -1);
	CU_ASSERT_EQUAL(t->s.dr6 & 0x6000, 0x2000);
	CU_ASSERT_EQUAL(t->s.dr7 & 0x2000, 0);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 8) & 0x10000, 0x10000);
	sys_free(t);
}

static void test_system_port_breakpoint_needs_cr4_de(void)
{
	for (uint64_t de = 0; de < 2; de++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		t->s.cr4 |= de << 3;
		t->s.dr[1] = 0x81;
		t->s.dr7 = 0x400 | 4 | 2 << 20;
		t->s.gpr[VC_RDX] = 0x80;
		SYS_EMIT(t, 0xee, 0x66, 0xef, 0x90);	/* out of 1, of 2 */
		sys_run(t);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_IO);
		CU_ASSERT_EQUAL(sys_more(t), VC_EXIT_IO);
		CU_ASSERT_EQUAL(t->s.rip, SYS_CODE + 1);
		SYS_EMIT(t, VMCALL);
		sys_more(t);
		CU_ASSERT_EQUAL(sys_vector(t), de ? 1 : -1);
		if (de) {
			CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 3);
			CU_ASSERT_EQUAL(t->s.dr6 & 0xf, 2);
		}
		sys_free(t);
	}
}

RIG_SUITE(engine_system) {
	RIG_TEST(test_system_ud_is_a_fault_without_error_code),
	RIG_TEST(test_system_de_restarts_at_the_division),
	RIG_TEST(test_system_long_frame_has_ss_rsp_flags_cs_rip),
	RIG_TEST(test_system_trap_gate_leaves_if_set),
	RIG_TEST(test_system_pf_sets_cr2_and_error_code),
	RIG_TEST(test_system_pf_write_to_read_only_page),
	RIG_TEST(test_system_pf_user_access_to_supervisor_page),
	RIG_TEST(test_system_pf_names_the_second_page_of_a_straddling_access),
	RIG_TEST(test_system_pf_is_restarted_by_iretq),
	RIG_TEST(test_system_gp_for_a_non_canonical_address),
	RIG_TEST(test_system_ss_for_a_non_canonical_stack),
	RIG_TEST(test_system_instruction_of_16_bytes_is_gp),
	RIG_TEST(test_system_int_n_pushes_the_next_rip),
	RIG_TEST(test_system_int3_from_user_needs_dpl_3),
	RIG_TEST(test_system_int1_ignores_dpl),
	RIG_TEST(test_system_into_looks_at_of),
	RIG_TEST(test_system_int_n_from_user_needs_dpl_3),
	RIG_TEST(test_system_gate_not_present_is_np),
	RIG_TEST(test_system_gate_beyond_the_idt_is_gp),
	RIG_TEST(test_system_gate_of_wrong_type_is_gp),
	RIG_TEST(test_system_gate_code_segment_is_checked),
	RIG_TEST(test_system_exception_sets_ext_in_nested_error_codes),
	RIG_TEST(test_system_non_canonical_handler_is_gp),
	RIG_TEST(test_system_delivery_sets_the_accessed_bit),
	RIG_TEST(test_system_gp_then_np_is_a_double_fault),
	RIG_TEST(test_system_pf_then_pf_is_a_double_fault),
	RIG_TEST(test_system_gp_then_pf_is_delivered_serially),
	RIG_TEST(test_system_triple_fault_shuts_down),
	RIG_TEST(test_system_fault_in_double_fault_shuts_down),
	RIG_TEST(test_system_ist_is_used_without_a_change_of_level),
	RIG_TEST(test_system_ist_beyond_the_tss_is_ts),
	RIG_TEST(test_system_non_canonical_ist_is_ss),
	RIG_TEST(test_system_user_fault_in_long_mode_and_back),
	RIG_TEST(test_system_compatibility_mode_uses_64_bit_gates),
	RIG_TEST(test_system_compatibility_mode_reaches_high_tables),
	RIG_TEST(test_system_prot_frame_without_level_change),
	RIG_TEST(test_system_prot_frame_from_user),
	RIG_TEST(test_system_16_bit_gate_pushes_words),
	RIG_TEST(test_system_inner_stack_segment_is_checked),
	RIG_TEST(test_system_int_to_level_1),
	RIG_TEST(test_system_conforming_handler_keeps_the_level),
	RIG_TEST(test_system_stack_limit_on_delivery_is_a_double_fault),
	RIG_TEST(test_system_handler_beyond_the_code_limit_is_gp),
	RIG_TEST(test_system_real_int_pushes_words),
	RIG_TEST(test_system_real_faults_push_no_error_code),
	RIG_TEST(test_system_real_iret_returns),
	RIG_TEST(test_system_real_vector_beyond_the_limit_is_gp),
	RIG_TEST(test_system_real_table_may_lie_elsewhere),
	RIG_TEST(test_system_interrupt_waits_for_if),
	RIG_TEST(test_system_mov_ss_shadows_one_instruction),
	RIG_TEST(test_system_popf_opens_for_an_interrupt_at_once),
	RIG_TEST(test_system_interrupt_ignores_the_gates_dpl),
	RIG_TEST(test_system_interrupt_wakes_hlt),
	RIG_TEST(test_system_nmi_is_masked_until_iret),
	RIG_TEST(test_system_embedder_injects_an_exception),
	RIG_TEST(test_system_tf_traps_after_the_instruction),
	RIG_TEST(test_system_popf_of_tf_traps_after_the_next),
	RIG_TEST(test_system_code_breakpoint_faults_before_and_rf_passes),
	RIG_TEST(test_system_data_breakpoint_traps_after_the_write),
	RIG_TEST(test_system_dr7_gd_faults_at_the_next_debug_move),
	RIG_TEST(test_system_port_breakpoint_needs_cr4_de),
	RIG_END
};
