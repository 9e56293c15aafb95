/* SPDX-License-Identifier: MIT */
/*
 * test_engine_modes.c: guests that change modes, code of each size, segment
 * limits of old; and virtual time, in which a guest with devices runs the same
 * to the bit each time, however the run is cut up.
 */
#include "engine_rig.h"

#define OTHER	0x50000u

/* ---- through all modes and back ---- */

/* For 0x1000:0, with the tables of system_rig.h; leaves marks at SYS_DATA. */
static const uint8_t round_trip[] = {
	/* cli; xorw %ax, %ax; movw %ax, %ds; movl $0x1, 0x9000; lgdtl 0x9100 */
	0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x66, 0xc7, 0x06, 0x00, 0x90, 0x01,
	0x00, 0x00, 0x00, 0x66, 0x0f, 0x01, 0x16, 0x00, 0x91,
	/* movl %cr0, %eax; orb $1, %al; movl %eax, %cr0 */
	0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0,
	/* ljmpl $0x18, $(0x10000 + p32); movw $0x10, %ax; movw %ax, %ds */
	0x66, 0xea, 0x24, 0x00, 0x01, 0x00, 0x18, 0x00, 0x66, 0xb8, 0x10,
	0x00, 0x8e, 0xd8,
	/* movw %ax, %es; movw %ax, %ss; movl $0x30000, %esp */
	0x8e, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x00, 0x03, 0x00,
	/* movl $0x2, 0x9004; movl %cr4, %eax; orl $0x20, %eax */
	0xc7, 0x05, 0x04, 0x90, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x0f,
	0x20, 0xe0, 0x83, 0xc8, 0x20,
	/* movl %eax, %cr4; movl $0x5000, %eax; movl %eax, %cr3 */
	0x0f, 0x22, 0xe0, 0xb8, 0x00, 0x50, 0x00, 0x00, 0x0f, 0x22, 0xd8,
	/* movl $0xc0000080, %ecx; rdmsr; orl $0x100, %eax; wrmsr */
	0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0x0d, 0x00, 0x01, 0x00,
	0x00, 0x0f, 0x30,
	/* movl %cr0, %eax; orl $0x80000000, %eax; movl %eax, %cr0 */
	0x0f, 0x20, 0xc0, 0x0d, 0x00, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0,
	/* movl $0x3, 0x9008; ljmpl $0x08, $(0x10000 + l64) */
	0xc7, 0x05, 0x08, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0xea,
	0x78, 0x00, 0x01, 0x00, 0x08, 0x00,
	/* movq $0x123456789abcdef0, %rax; movq %rax, %r8; movq %rax, 0x9010 */
	0x48, 0xb8, 0xf0, 0xde, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12, 0x49,
	0x89, 0xc0, 0x48, 0x89, 0x04, 0x25, 0x10, 0x90, 0x00, 0x00,
	/* movl $0x4, 0x900c; pushq $0x18; leaq c32(%rip), %rax; pushq %rax */
	0xc7, 0x04, 0x25, 0x0c, 0x90, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00,
	0x6a, 0x18, 0x48, 0x8d, 0x05, 0x03, 0x00, 0x00, 0x00, 0x50,
	/* lretq; incl %eax; movl $0x5, 0x9018; movl %cr0, %eax */
	0x48, 0xcb, 0x40, 0xc7, 0x05, 0x18, 0x90, 0x00, 0x00, 0x05, 0x00,
	0x00, 0x00, 0x0f, 0x20, 0xc0,
	/* andl $0x7fffffff, %eax; movl %eax, %cr0; movl $0xc0000080, %ecx */
	0x25, 0xff, 0xff, 0xff, 0x7f, 0x0f, 0x22, 0xc0, 0xb9, 0x80, 0x00,
	0x00, 0xc0,
	/* rdmsr; andl $~0x100, %eax; wrmsr; movl %eax, 0x9020 */
	0x0f, 0x32, 0x25, 0xff, 0xfe, 0xff, 0xff, 0x0f, 0x30, 0xa3, 0x20,
	0x90, 0x00, 0x00,
	/* movl $0x6, 0x901c; ljmpl $0x58, $p16; movw $0x60, %ax */
	0xc7, 0x05, 0x1c, 0x90, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0xea,
	0xde, 0x00, 0x00, 0x00, 0x58, 0x00, 0xb8, 0x60, 0x00,
	/* movw %ax, %ds; movw %ax, %es; movw %ax, %ss; movl %cr0, %eax */
	0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0x0f, 0x20, 0xc0,
	/* andb $0xfe, %al; movl %eax, %cr0; ljmp $0x1000, $r16 */
	0x24, 0xfe, 0x0f, 0x22, 0xc0, 0xea, 0xf4, 0x00, 0x00, 0x10,
	/* xorw %ax, %ax; movw %ax, %ds; movw %ax, %ss; movw $0xf000, %sp */
	0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0, 0xbc, 0x00, 0xf0,
	/* movl $0x7, 0x9024; pushw $0x4242; popw %bx; vmcall */
	0x66, 0xc7, 0x06, 0x24, 0x90, 0x07, 0x00, 0x00, 0x00, 0x68, 0x42,
	0x42, 0x5b, 0x0f, 0x01, 0xc1,
};

static void put_round_trip(struct sys *t)
{
	struct sys *tables = sys_new(SYS_LONG, 0);

	/* the tables of the other modes, beside real mode's vectors */
	sys_bytes(t, SYS_GDT, tables->ram + SYS_GDT, SYS_DATA - SYS_GDT);
	sys_free(tables);
	/* 16-bit code where the program is */
	sys_gdt(t, SEL_CODE16, sys_desc(SYS_CODE, 0xffff, 0x9b, 0));
	/* the operand of LGDT */
	sys_put(t, SYS_DATA + 0x100, 2, SYS_GDT_LIMIT);
	sys_put(t, SYS_DATA + 0x102, 4, SYS_GDT);
	sys_bytes(t, SYS_CODE, round_trip, sizeof(round_trip));
	t->s.gpr[VC_RBX] = 0;
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
}

static void check_round_trip(struct sys *t)
{
	static const unsigned at[] = { 0, 4, 8, 0xc, 0x18, 0x1c, 0x24 };

	for (unsigned i = 0; i < 7; i++)
		CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + at[i], 4), i + 1);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 0x10, 8),
			UINT64_C(0x123456789abcdef0));
	CU_ASSERT_EQUAL(t->s.gpr[8], UINT64_C(0x123456789abcdef0));
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 0x20, 4), 0);	/* EFER */
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x4242);
	CU_ASSERT_EQUAL(t->s.cr0 & 0x80000001, 0);
	CU_ASSERT_EQUAL(t->s.efer, 0);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, 0x1000);
	CU_ASSERT_EQUAL(t->s.rip, sizeof(round_trip));
}

static void test_mode_real_protected_long_compatibility_and_back(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	put_round_trip(t);
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	check_round_trip(t);
	sys_free(t);
}

static void test_mode_changes_in_single_instructions(void)
{
	struct sys *a = sys_new(SYS_REAL, 0), *b = sys_new(SYS_REAL, 0);

	put_round_trip(a);
	put_round_trip(b);
	RIG_OK(vc_vcpu_run(a->vcpu, &a->exit));
	RIG_OK(vc_vcpu_state_get(a->vcpu, &a->s));
	do {
		RIG_OK(vc_vcpu_budget_set(b->vcpu, 1));
		RIG_OK(vc_vcpu_run(b->vcpu, &b->exit));
	} while (b->exit->reason == VC_EXIT_BUDGET);
	RIG_OK(vc_vcpu_state_get(b->vcpu, &b->s));
	CU_ASSERT_EQUAL(b->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT(eng_same(&a->s, &b->s));
	if (!eng_same(&a->s, &b->s))
		eng_say_difference(&a->s, &b->s);
	CU_ASSERT(!memcmp(a->ram, b->ram, SYS_RAM));
	sys_free(a);
	sys_free(b);
}

static void test_mode_round_trip_from_a_state_saved_anywhere(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);
	unsigned moves = 0;

	/* after each instruction the state moves on to another VM */
	put_round_trip(t);
	for (;;) {
		struct sys *u;

		RIG_OK(vc_vcpu_budget_set(t->vcpu, 1));
		RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
		RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
		if (t->exit->reason != VC_EXIT_BUDGET || moves > 200)
			break;
		u = sys_new(SYS_REAL, 0);
		memcpy(u->ram, t->ram, SYS_RAM);
		u->s = t->s;
		RIG_OK(vc_vcpu_state_set(u->vcpu, &u->s));
		sys_free(t);
		t = u;
		moves++;
	}
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT(moves > 60);
	check_round_trip(t);
	sys_free(t);
}

/* ---- code of each size ---- */

static void test_mode_16_bit_protected_code(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_seg(&t->s.seg[VC_SEG_CS], SEL_CODE16, SYS_CODE, 0xffff, 0x9b);
	sys_seg(&t->s.seg[VC_SEG_DS], SEL_DATA16, 0, 0xffff, 0x93);
	sys_seg(&t->s.seg[VC_SEG_SS], SEL_DATA16, OTHER, 0xffff, 0x93);
	t->s.rip = 0;
	t->s.gpr[VC_RSP] = 0xabcd0002;
	t->s.gpr[VC_RAX] = 0x1111ffff;
	t->s.gpr[VC_RCX] = 0x1111ffff;
	t->s.gpr[VC_RBX] = 0x22228fff;
	t->s.gpr[VC_RSI] = 0x33331001;
	/* inc ax; inc ecx; mov [bx + si], ax; push ax; push eax (sp wraps) */
	SYS_EMIT(t, 0x40, 0x66, 0x41, 0x89, 0x00, 0x50, 0x66, 0x50, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x11110000);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x11120000);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], 0xabcdfffc);
	CU_ASSERT_EQUAL(sys_get(t, OTHER + 0xfffc, 4), 0x11110000);
	CU_ASSERT_EQUAL(sys_get(t, 0xa000, 2), 0);
	sys_free(t);
}

static void test_mode_16_bit_address_wraps_at_64_kib(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* mov al, [bx + si]: 0xfff0 + 0x20 is 0x10, not 0x10010 */
	t->ram[0x10] = 0x5a;
	t->ram[0x10010] = 0xa5;
	t->at = 0x10100;
	t->s.rip = 0x100;
	t->s.gpr[VC_RBX] = 0xfff0;
	t->s.gpr[VC_RSI] = 0x20;
	SYS_EMIT(t, 0x8a, 0x00, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xff, 0x5a);
	sys_free(t);
}

static void test_mode_real_mode_reaches_above_1_mib(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* ffff:0010 is 1 MiB: no wrap, as with A20 open */
	RIG_OK(vc_memory_map(t->vm, 0x100000, NULL, 0x10000, VC_PROT_RWX));
	sys_put(t, 0x100000, 2, 0x600d);
	sys_seg(&t->s.seg[VC_SEG_DS], 0xffff, 0xffff0, 0xffff, 0x93);
	/* mov ax, [0x10] */
	SYS_EMIT(t, 0xa1, 0x10, 0x00, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xffff, 0x600d);
	sys_free(t);
}

static void test_mode_real_mode_code_ends_at_64_kib(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* the last two bytes of the segment are nops; IP 0x10000 is #GP */
	t->ram[SYS_CODE + 0xfffe] = t->ram[SYS_CODE + 0xffff] = 0x90;
	RIG_OK(vc_memory_written(t->vm, SYS_CODE + 0xfffe, 2));
	t->s.rip = 0xfffe;
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	CU_ASSERT_EQUAL(t->s.retired, 2 + 1 + 1);	/* fault, VMCALL */
	sys_free(t);
	/* an instruction that would reach over the end is #GP too */
	t = sys_new(SYS_REAL, 0);
	sys_bytes(t, SYS_CODE + 0xfffd, "\x90\xb8\x34\x12", 4);
	t->s.rip = 0xfffd;
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 2), 0xfffe);
	sys_free(t);
}

static void test_mode_real_mode_jumps_wrap_the_ip(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	/* jmp +2 at fffc: IP 0x10000 cut to 0 */
	sys_bytes(t, SYS_CODE + 0xfffc, "\xeb\x02", 2);
	SYS_EMIT(t, VMCALL);
	t->s.rip = 0xfffc;
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.rip, 3);
	sys_free(t);
}

static void test_mode_286_limit_is_to_the_byte(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* limit 0xfff: a word at ffe is fine, at fff not */
	sys_seg(&t->s.seg[VC_SEG_DS], SEL_DATA16, SYS_DATA, 0xfff, 0x93);
	t->s.gpr[VC_RSI] = 0xffe;
	SYS_EMIT(t, 0x66, 0x8b, 0x06, 0x46, 0x66, 0x8b, 0x06);
	sys_faults(t, SYS_CODE + 4, 13, 0);
	sys_free(t);
}

static void test_mode_unreal_mode_reads_high_memory(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	RIG_OK(vc_memory_map(t->vm, 0x10000000, NULL, 0x1000, VC_PROT_RWX));
	sys_put(t, 0x10000000, 4, 0x12345678);
	t->s.seg[VC_SEG_DS].limit = 0xffffffff;
	t->s.seg[VC_SEG_DS].attr = 0x8093;
	t->s.gpr[VC_RSI] = 0x10000000;
	/* mov eax, [esi]; then rep movsb with 32-bit addresses */
	SYS_EMIT(t, 0x67, 0x66, 0x8b, 0x06, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x12345678);
	sys_free(t);
}

static void test_mode_compatibility_code_has_32_bit_registers(void)
{
	struct sys *t = sys_new(SYS_COMPAT, 0);

	/* inc eax (40); mov ecx, [esi + 0xfffffff0] wraps; push; r8 stays */
	t->s.gpr[VC_RAX] = 0xffffffff;
	t->s.gpr[8] = UINT64_C(0x8888888888888888);
	t->s.gpr[VC_RSI] = SYS_DATA + 16;
	sys_put(t, SYS_DATA, 4, 0x77);
	SYS_EMIT(t, 0x40, 0x8b, 0x8e, LE32(-16), 0x51);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x77);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK - 4);
	CU_ASSERT_EQUAL(t->s.gpr[8], UINT64_C(0x8888888888888888));
	sys_free(t);
}

static void test_mode_segment_bases_hold_in_all_but_64_bit_code(void)
{
	static const enum sys_mode modes[] = { SYS_PROT, SYS_COMPAT, SYS_LONG };

	for (unsigned i = 0; i < 3; i++) {
		struct sys *t = sys_new(modes[i], 0);

		sys_seg(&t->s.seg[VC_SEG_DS], SEL_DATA, OTHER, 0xffffffff,
			0xc093);
		sys_put(t, SYS_DATA, 4, 64);
		sys_put(t, SYS_DATA + OTHER, 4, 32);
		t->s.gpr[VC_RSI] = SYS_DATA;
		SYS_EMIT(t, 0x8b, 0x06);
		sys_passes(t);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], modes[i] == SYS_LONG ? 64 :
				32);
		sys_free(t);
	}
}

static void test_mode_changes_between_flat_and_based_segments(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* the same loop body with DS flat and with DS = SEL_SMALL (16 bytes at
	 * SYS_DATA), turn about: mov ds, [edi + ecx * 2]; mov eax, [esi];
	 * add edx, eax; dec ecx; jns */
	sys_put(t, 0, 4, 1);
	sys_put(t, SYS_DATA, 4, 0x100);
	for (unsigned i = 0; i < 20; i++)
		sys_put(t, OTHER + i * 2, 2, i & 1 ? SEL_SMALL : SEL_DATA);
	t->s.gpr[VC_RSI] = 0;
	t->s.gpr[VC_RDI] = OTHER;
	t->s.gpr[VC_RCX] = 19;
	t->s.gpr[VC_RDX] = 0;
	/* es: for the table: DS is what changes */
	SYS_EMIT(t, 0x26, 0x8e, 0x1c, 0x4f, 0x8b, 0x06, 0x01, 0xc2, 0x49, 0x79,
		 0xf5);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 10 * 0x101);
	sys_free(t);
}

/* ---- the same each time ---- */

/*
 * Long mode: a PIT tick about every 2,500 instructions, a UART that
 * interrupts, HLT now and then, time stamps and the PIT's counter mixed into
 * memory, until R15 ticks have passed.
 */
static const uint8_t ticking[] = {
	/* movb $0x11, %al; outb %al, $0x20; movb $0x20, %al; outb %al, $0x21 */
	0xb0, 0x11, 0xe6, 0x20, 0xb0, 0x20, 0xe6, 0x21,
	/* movb $4, %al; outb %al, $0x21; movb $1, %al; outb %al, $0x21 */
	0xb0, 0x04, 0xe6, 0x21, 0xb0, 0x01, 0xe6, 0x21,
	/* movb $0xee, %al; outb %al, $0x21; movb $0x34, %al; outb %al, $0x43 */
	0xb0, 0xee, 0xe6, 0x21, 0xb0, 0x34, 0xe6, 0x43,
	/* movb $3, %al; outb %al, $0x40; xorl %eax, %eax; outb %al, $0x40 */
	0xb0, 0x03, 0xe6, 0x40, 0x31, 0xc0, 0xe6, 0x40,
	/* movl $0x3f9, %edx; movb $2, %al; outb %al, %dx; xorl %ecx, %ecx */
	0xba, 0xf9, 0x03, 0x00, 0x00, 0xb0, 0x02, 0xee, 0x31, 0xc9,
	/* xorl %ebx, %ebx; movl $0x9000, %esi; sti; rdtsc; xorq %rax, %rbx */
	0x31, 0xdb, 0xbe, 0x00, 0x90, 0x00, 0x00, 0xfb, 0x0f, 0x31, 0x48,
	0x31, 0xc3,
	/* rolq $7, %rbx; inb $0x40, %al; addq %rax, %rbx */
	0x48, 0xc1, 0xc3, 0x07, 0xe4, 0x40, 0x48, 0x01, 0xc3,
	/* movq %rbx, (%rsi,%rcx,8); incl %ecx; andl $0xff, %ecx */
	0x48, 0x89, 0x1c, 0xce, 0xff, 0xc1, 0x81, 0xe1, 0xff, 0x00, 0x00,
	0x00,
	/* movl %ecx, %ebp; movl $5, %ecx; movl $0xa100, %edi */
	0x89, 0xcd, 0xb9, 0x05, 0x00, 0x00, 0x00, 0xbf, 0x00, 0xa1, 0x00,
	0x00,
	/* movq %rbx, %rax; rep stosq; movl %ebp, %ecx; testb $0x3f, %cl */
	0x48, 0x89, 0xd8, 0xf3, 0x48, 0xab, 0x89, 0xe9, 0xf6, 0xc1, 0x3f,
	/* jnz 1f; hlt; 1: cmpl %r15d, 0xa000; jb main; cli; vmcall */
	0x75, 0x01, 0xf4, 0x44, 0x39, 0x3c, 0x25, 0x00, 0xa0, 0x00, 0x00,
	0x72, 0xc2, 0xfa, 0x0f, 0x01, 0xc1,
};
static const uint8_t timer_handler[] = {
	/* pushq %rax; pushq %rdx; incl 0xa000; rdtsc; xorq %rax, 0xa008 */
	0x50, 0x52, 0xff, 0x04, 0x25, 0x00, 0xa0, 0x00, 0x00, 0x0f, 0x31,
	0x48, 0x31, 0x04, 0x25, 0x08, 0xa0, 0x00, 0x00,
	/* movl $0x3f8, %edx; movb 0xa000, %al; outb %al, %dx */
	0xba, 0xf8, 0x03, 0x00, 0x00, 0x8a, 0x04, 0x25, 0x00, 0xa0, 0x00,
	0x00, 0xee,
	/* movb $0x20, %al; outb %al, $0x20; popq %rdx; popq %rax; iretq */
	0xb0, 0x20, 0xe6, 0x20, 0x5a, 0x58, 0x48, 0xcf,
};
static const uint8_t uart_handler[] = {
	/* pushq %rax; pushq %rdx; movl $0x3fa, %edx; inb %dx, %al */
	0x50, 0x52, 0xba, 0xfa, 0x03, 0x00, 0x00, 0xec,
	/* rolq $3, 0xa010; xorb %al, 0xa010; movb $0x20, %al */
	0x48, 0xc1, 0x04, 0x25, 0x10, 0xa0, 0x00, 0x00, 0x03, 0x30, 0x04,
	0x25, 0x10, 0xa0, 0x00, 0x00, 0xb0, 0x20,
	/* outb %al, $0x20; popq %rdx; popq %rax; iretq */
	0xe6, 0x20, 0x5a, 0x58, 0x48, 0xcf,
};

struct output {
	size_t n;
	uint8_t b[4096];
};

static void sink(const void *bytes, size_t len, void *opaque)
{
	struct output *o = opaque;

	for (size_t i = 0; i < len && o->n < sizeof(o->b); i++)
		o->b[o->n++] = ((const uint8_t *)bytes)[i];
}

static struct sys *ticker(struct output *out, unsigned ticks)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	vc_device *pic, *pit, *uart;

	out->n = 0;
	RIG_OK(vc_i8259_create(&pic, t->vm, VC_LINE_NONE));
	RIG_OK(vc_device_map_port(pic, 0x20, 2, 0));
	RIG_OK(vc_device_map_port(pic, 0xa0, 2, 2));
	RIG_OK(vc_vcpu_controller(t->vm, 0, pic));
	RIG_OK(vc_i8254_create(&pit, t->vm, 0));
	RIG_OK(vc_device_map_port(pit, 0x40, 4, 0));
	RIG_OK(vc_line_connect(t->vm, 0, pic, 0));
	RIG_OK(vc_uart16550_create(&uart, t->vm, 4, sink, out));
	RIG_OK(vc_device_map_port(uart, 0x3f8, 8, 0));
	RIG_OK(vc_line_connect(t->vm, 4, pic, 4));
	sys_bytes(t, SYS_CODE, ticking, sizeof(ticking));
	sys_bytes(t, SYS_CODE + 0x200, timer_handler, sizeof(timer_handler));
	sys_bytes(t, SYS_CODE + 0x280, uart_handler, sizeof(uart_handler));
	sys_idt(t, 0x20, SEL_CODE64, SYS_CODE + 0x200, 0x8e, 0);
	sys_idt(t, 0x24, SEL_CODE64, SYS_CODE + 0x280, 0x8e, 0);
	t->s.gpr[15] = ticks;
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	return t;
}

/* To the VMCALL at the end, in pieces as how says; returns how many. */
static unsigned tick(struct sys *t, unsigned how, uint64_t *seed)
{
	unsigned pieces = 0;

	if (how == 2)
		RIG_OK(vc_vcpu_step(t->vcpu, 1));
	do {
		if (how == 1)
			RIG_OK(vc_vcpu_budget_set(t->vcpu,
				1 + eng_random(seed) % 700));
		if (vc_vcpu_run(t->vcpu, &t->exit))
			break;
		pieces++;
	} while (t->exit->reason == VC_EXIT_BUDGET ||
		 t->exit->reason == VC_EXIT_DEBUG);
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	return pieces;
}

static void same_ticks(unsigned how, unsigned ticks, uint64_t seed,
		       unsigned least_pieces)
{
	static struct output out[2];
	struct sys *a = ticker(&out[0], ticks), *b = ticker(&out[1], ticks);
	uint64_t hash_a, hash_b;

	tick(a, 0, &seed);
	CU_ASSERT(tick(b, how, &seed) >= least_pieces);
	CU_ASSERT_EQUAL(sys_get(a, 0xa000, 4), ticks);
	CU_ASSERT_EQUAL(out[0].n, ticks);
	CU_ASSERT(a->s.retired > ticks * 1000);
	hash_a = eng_hash(a->ram, SYS_RAM);
	hash_b = eng_hash(b->ram, SYS_RAM);
	CU_ASSERT_EQUAL(hash_a, hash_b);
	CU_ASSERT(eng_same(&a->s, &b->s));
	if (!eng_same(&a->s, &b->s))
		eng_say_difference(&a->s, &b->s);
	CU_ASSERT_EQUAL(out[0].n, out[1].n);
	CU_ASSERT(!memcmp(out[0].b, out[1].b, out[0].n));
	CU_ASSERT_EQUAL(vc_clock_ns(a->vm), vc_clock_ns(b->vm));
	sys_free(a);
	sys_free(b);
}

static void test_mode_virtual_time_repeats_to_the_bit(void)
{
	same_ticks(0, 300, 1, 1);
}

static void test_mode_virtual_time_repeats_in_pieces(void)
{
	same_ticks(1, 60, 0x77, 200);
	same_ticks(1, 60, 0x12377, 200);
}

static void test_mode_virtual_time_repeats_in_single_steps(void)
{
	same_ticks(2, 8, 1, 5000);
}

RIG_SUITE(engine_modes) {
	RIG_TEST(test_mode_real_protected_long_compatibility_and_back),
	RIG_TEST(test_mode_changes_in_single_instructions),
	RIG_TEST(test_mode_round_trip_from_a_state_saved_anywhere),
	RIG_TEST(test_mode_16_bit_protected_code),
	RIG_TEST(test_mode_16_bit_address_wraps_at_64_kib),
	RIG_TEST(test_mode_real_mode_reaches_above_1_mib),
	RIG_TEST(test_mode_real_mode_code_ends_at_64_kib),
	RIG_TEST(test_mode_real_mode_jumps_wrap_the_ip),
	RIG_TEST(test_mode_286_limit_is_to_the_byte),
	RIG_TEST(test_mode_unreal_mode_reads_high_memory),
	RIG_TEST(test_mode_compatibility_code_has_32_bit_registers),
	RIG_TEST(test_mode_segment_bases_hold_in_all_but_64_bit_code),
	RIG_TEST(test_mode_changes_between_flat_and_based_segments),
	RIG_TEST(test_mode_virtual_time_repeats_to_the_bit),
	RIG_TEST(test_mode_virtual_time_repeats_in_pieces),
	RIG_TEST(test_mode_virtual_time_repeats_in_single_steps),
	RIG_END
};
