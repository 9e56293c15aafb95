/* SPDX-License-Identifier: MIT */
/*
 * test_engine_system_regs.c: control and debug registers, MSRs, CPUID, ports,
 * flags, SYSCALL and SYSENTER, and the way from real to long mode: SDM 3A
 * ch. 2, 4, 5.8 and 10.
 */
#include "system_rig.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* mov crN, rax */
static void emit_mov_cr(struct sys *t, unsigned n)
{
	const uint8_t code[] = { 0x0f, 0x22, (uint8_t)(0xc0 | n << 3) };

	sys_emit(t, code, sizeof(code));
}

/* ---- control registers ---- */

static void test_cr0_refuses_inconsistent_bits(void)
{
	static const uint64_t bad[] = {
		0x80000020,		/* PG without PE */
		0x20000021,		/* NW without CD */
		0x100000021,		/* upper half */
		0x21,			/* PG off in 64-bit code */
	};

	for (unsigned i = 0; i < COUNT(bad); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		t->s.gpr[VC_RAX] = bad[i];
		emit_mov_cr(t, 0);
		sys_faults(t, SYS_CODE, 13, 0);
		CU_ASSERT_EQUAL(t->s.cr0, 0x80010031);
		sys_free(t);
	}
}

static void test_cr0_ignores_reserved_low_bits_and_keeps_et(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RAX] = 0x8001ffef;
	emit_mov_cr(t, 0);
	SYS_EMIT(t, 0x0f, 0x20, 0xc3);		/* mov rbx, cr0 */
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x8001003f);
	sys_free(t);
}

static void test_cr_moves_need_level_0(void)
{
	static const uint8_t codes[][3] = {
		{ 0x0f, 0x20, 0xc0 }, { 0x0f, 0x22, 0xc0 }, { 0x0f, 0x20, 0xd8 },
		{ 0x0f, 0x21, 0xc0 }, { 0x0f, 0x23, 0xf8 }, { 0x0f, 0x06, 0x90 },
		{ 0x0f, 0x01, 0xf0 }, { 0x0f, 0x08, 0x90 }, { 0x0f, 0x09, 0x90 },
		{ 0x0f, 0x32, 0x90 }, { 0x0f, 0x30, 0x90 }, { 0x0f, 0x01, 0x3f },
		{ 0x0f, 0x01, 0xf8 }, { 0xf4, 0x90, 0x90 }, { 0xfa, 0x90, 0x90 },
		{ 0xfb, 0x90, 0x90 }, { 0x0f, 0x33, 0x90 }, { 0x0f, 0x00, 0xd0 },
		{ 0x0f, 0x00, 0xd8 }, { 0x48, 0x0f, 0x35 },
	};

	for (unsigned i = 0; i < COUNT(codes); i++) {
		struct sys *t = sys_new(SYS_LONG, 3);

		t->s.gpr[VC_RCX] = 0x10;
		t->s.sysenter_cs = 8;
		sys_emit(t, codes[i], 3);
		sys_faults(t, SYS_CODE, 13, 0);
		sys_free(t);
	}
}

static void test_cr_numbers_that_do_not_exist_are_ud(void)
{
	static const uint8_t modrm[] = { 0xc8, 0xe8, 0xf0, 0xf8 };

	for (unsigned i = 0; i < COUNT(modrm); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);
		const uint8_t code[] = { 0x0f, 0x20, modrm[i] };

		sys_emit(t, code, sizeof(code));
		sys_faults(t, SYS_CODE, 6, -1);
		sys_free(t);
	}
}

static void test_cr4_refuses_reserved_bits_and_pae_off(void)
{
	static const uint64_t bad[] = {
		0x20 | 1 << 13,		/* VMXE */
		0x20 | 1 << 15,
		0x20 | 1ull << 40,
		0,			/* PAE off in long mode */
		0x20 | 1 << 17,		/* PCIDE with CR3[11:0] not 0 */
	};

	for (unsigned i = 0; i < COUNT(bad); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		t->s.cr3 |= 0x18;
		t->s.gpr[VC_RAX] = bad[i];
		emit_mov_cr(t, 4);
		sys_faults(t, SYS_CODE, 13, 0);
		CU_ASSERT_EQUAL(t->s.cr4, 0x20);
		sys_free(t);
	}
}

static void test_cr3_loads_flush_translations(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_put(t, 0x60000, 4, 1);
	sys_put(t, 0x61000, 4, 2);
	/* mov ebx, [60000]; map 60000 to 61000; mov ecx, [60000] (stale or
	 * not); reload cr3; mov edx, [60000] */
	SYS_EMIT(t, 0x8b, 0x1c, 0x25, LE32(0x60000),
		 0x48, 0xc7, 0x04, 0x25, LE32(SYS_PT + 0x60 * 8),
		 LE32(0x61007),
		 0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8,
		 0x8b, 0x14, 0x25, LE32(0x60000));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 2);
	sys_free(t);
}

static void test_cr3_bit_63_needs_pcide(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RAX] = 1ull << 63 | SYS_PML4;
	emit_mov_cr(t, 3);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	t->s.cr4 |= 1 << 17;
	t->s.gpr[VC_RAX] = 1ull << 63 | SYS_PML4 | 5;
	emit_mov_cr(t, 3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.cr3, SYS_PML4 | 5);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	t->s.gpr[VC_RAX] = 1ull << 45 | SYS_PML4;
	emit_mov_cr(t, 3);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_invlpg_drops_one_translation(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_put(t, 0x60000, 4, 1);
	sys_put(t, 0x61000, 4, 2);
	SYS_EMIT(t, 0x8b, 0x1c, 0x25, LE32(0x60000),
		 0x48, 0xc7, 0x04, 0x25, LE32(SYS_PT + 0x60 * 8),
		 LE32(0x61007),
		 0x0f, 0x01, 0x3c, 0x25, LE32(0x60008),
		 0x8b, 0x14, 0x25, LE32(0x60000));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 2);
	sys_free(t);
}

static void test_invpcid_checks_its_descriptor(void)
{
	static const struct {
		uint64_t type, pcid, la;
		bool ok;
	} rows[] = {
		{ 0, 0, 0x60000, true }, { 1, 0, 0, true }, { 2, 0, 0, true },
		{ 3, 0, 0, true }, { 4, 0, 0, false }, { 0, 1, 0, false },
		{ 0, 0, 1ull << 47, false }, { 1, 0x1000, 0, false },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		t->s.gpr[VC_RAX] = rows[i].type;
		sys_put(t, SYS_DATA, 8, rows[i].pcid);
		sys_put(t, SYS_DATA + 8, 8, rows[i].la);
		SYS_EMIT(t, 0x66, 0x0f, 0x38, 0x82, 0x04, 0x25,
			 LE32(SYS_DATA));
		if (rows[i].ok)
			sys_passes(t);
		else
			sys_faults(t, SYS_CODE, 13, 0);
		sys_free(t);
	}
}

static void test_lmsw_sets_pe_but_never_clears_it(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* xor eax, eax; lmsw ax; smsw ebx */
	SYS_EMIT(t, 0x31, 0xc0, 0x0f, 0x01, 0xf0, 0x0f, 0x01, 0xe3);
	t->s.cr0 |= 0x8;
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.cr0, 0x31);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x31);
	sys_free(t);
}

static void test_clts_lets_the_fpu_be_used(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.cr0 |= 8;
	SYS_EMIT(t, 0xd9, 0xe8);		/* fld1: #NM */
	sys_faults(t, SYS_CODE, 7, -1);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	t->s.cr0 |= 8;
	SYS_EMIT(t, 0x0f, 0x06, 0xd9, 0xe8);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.cr0 & 8, 0);
	sys_free(t);
}

static void test_cr8_has_four_bits(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RAX] = 9;
	/* mov cr8, rax; mov rbx, cr8 */
	SYS_EMIT(t, 0x44, 0x0f, 0x22, 0xc0, 0x44, 0x0f, 0x20, 0xc3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 9);
	CU_ASSERT_EQUAL(t->s.cr8, 9);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	t->s.gpr[VC_RAX] = 16;
	SYS_EMIT(t, 0x44, 0x0f, 0x22, 0xc0);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_pae_pdptes_are_loaded_and_checked_with_cr3(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* PDPTEs at 0x5000 with one page directory of 2 MiB pages */
	t->s.cr4 |= 0x20;
	sys_put(t, 0x5000, 8, 0x6001);
	sys_put(t, 0x6000, 8, 0x83);
	sys_put(t, 0x6008, 8, 0x83);		/* 2 MiB up: the same memory */
	t->s.gpr[VC_RAX] = 0x5000;
	t->s.gpr[VC_RBX] = 0x80000031;
	sys_put(t, SYS_DATA, 4, 0x5ca1ab1e);
	/* mov cr3, eax; mov cr0, ebx; mov ecx, [2 MiB + data] */
	SYS_EMIT(t, 0x0f, 0x22, 0xd8, 0x0f, 0x22, 0xc3,
		 0x8b, 0x0d, LE32(0x200000 + SYS_DATA));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x5ca1ab1e);
	CU_ASSERT_EQUAL(t->s.pdpte[0], 0x6001);
	CU_ASSERT_EQUAL(t->s.pdpte[1], 0);
	sys_free(t);

	t = sys_new(SYS_PROT, 0);
	t->s.cr4 |= 0x20;
	t->s.cr3 = 0x5000;
	sys_put(t, 0x5008, 8, 0x6003);		/* reserved bit 1 */
	t->s.gpr[VC_RAX] = 0x80000031;
	emit_mov_cr(t, 0);
	sys_put(t, 0x5000, 8, 0x6001);
	sys_put(t, 0x6000, 8, 0x83);
	sys_faults(t, SYS_CODE, 13, 0);
	CU_ASSERT_EQUAL(t->s.cr0, 0x31);
	sys_free(t);
}

/* ---- the way up: real mode, protected mode, long mode, level 3 ---- */

static void test_real_mode_to_long_mode_to_user_and_back(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);
	uint32_t at32 = SYS_CODE + 0x100, at64 = SYS_CODE + 0x200;

	sys_tables(t, true);
	sys_put(t, SYS_DATA, 2, SYS_GDT_LIMIT);
	sys_put(t, SYS_DATA + 2, 4, SYS_GDT);
	sys_put(t, SYS_DATA + 16, 2, 0xfff);
	sys_put(t, SYS_DATA + 18, 8, SYS_IDT);
	/* 16-bit: cli; mov ax, data >> 4; mov ds, ax; o32 lgdt [0];
	 * mov eax, cr0; or al, 1; mov cr0, eax; jmp far dword CODE32:at32 */
	SYS_EMIT(t, 0xfa, 0xb8, LE16(SYS_DATA / 16), 0x8e, 0xd8,
		 0x66, 0x0f, 0x01, 0x16, LE16(0),
		 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0,
		 0x66, 0xea, LE32(SYS_CODE + 0x100), LE16(SEL_CODE32));
	/* 32-bit */
	t->at = at32;
	SYS_EMIT(t, 0x66, 0xb8, LE16(SEL_DATA), 0x8e, 0xd8, 0x8e, 0xd0,
		 0xbc, LE32(SYS_STACK),			/* mov esp */
		 0x0f, 0x20, 0xe0, 0x83, 0xc8, 0x20,	/* cr4 |= PAE */
		 0x0f, 0x22, 0xe0,
		 0xb8, LE32(SYS_PML4), 0x0f, 0x22, 0xd8,
		 0xb9, LE32(0xc0000080), 0x0f, 0x32,	/* efer |= LME|SCE */
		 0x0d, LE32(0x101), 0x0f, 0x30,
		 0x0f, 0x20, 0xc0, 0x0d, LE32(0x80010000),
		 0x0f, 0x22, 0xc0,			/* PG, WP */
		 0x0f, 0x32, 0x89, 0xc6,		/* esi = efer: LMA */
		 0xea, LE32(SYS_CODE + 0x200), LE16(SEL_CODE64));
	/* 64-bit */
	t->at = at64;
	SYS_EMIT(t, 0x0f, 0x01, 0x1c, 0x25, LE32(SYS_DATA + 16),  /* lidt */
		 0xb8, LE32(SEL_TSS), 0x0f, 0x00, 0xd8,		/* ltr */
		 0x6a, 0x2b, 0x68, LE32(SYS_USTACK), 0x6a, 0x02,
		 0x6a, 0x33, 0x68, LE32(SYS_CODE + 0x300), 0x48, 0xcf);
	/* user: a divide fault takes us back */
	t->at = SYS_CODE + 0x300;
	SYS_EMIT(t, 0x48, 0xbf, LE32(0x89abcdef), LE32(0x01234567),
		 0x31, 0xc0, 0xf7, 0xf0);
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 0);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 0x30c);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 8), SEL_UCODE64);
	CU_ASSERT_EQUAL(sys_frame(t, 4, 8), SEL_UDATA);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], 0x0123456789abcdef);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI], 0x501);
	CU_ASSERT_EQUAL(t->s.efer, 0x501);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK0 - 40);
	CU_ASSERT_EQUAL(sys_get(t, SYS_GDT + SEL_TSS + 5, 1), 0x8b);
	sys_free(t);
}

static void test_long_mode_needs_pae_and_a_32_bit_segment(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	t->s.efer = 0x100;
	t->s.gpr[VC_RAX] = 0x80000031;
	emit_mov_cr(t, 0);
	sys_faults(t, SYS_CODE, 13, 0);
	CU_ASSERT_EQUAL(t->s.efer, 0x100);
	sys_free(t);

	t = sys_new(SYS_PROT, 0);
	t->s.efer = 0x100;
	t->s.cr4 |= 0x20;
	t->s.cr3 = SYS_PML4;
	t->s.seg[VC_SEG_CS].attr = 0xa09b;	/* L, which means nothing yet */
	t->s.gpr[VC_RAX] = 0x80000031;
	sys_gdt(t, SEL_CODE32, sys_desc(0, 0xfffff, 0x9b, D_FLAT32));
	t->s.rip = SYS_OTHER;
	/* 16-bit code now: o32 prefixes are not needed for mov cr */
	t->at = SYS_OTHER;
	emit_mov_cr(t, 0);
	sys_faults(t, SYS_OTHER, 13, 0);
	sys_free(t);
}

static void test_long_mode_is_left_through_compatibility_mode(void)
{
	struct sys *t = sys_new(SYS_COMPAT, 0);

	/* mov eax, cr0; and eax, ~PG; mov cr0, eax; rdmsr efer */
	SYS_EMIT(t, 0x0f, 0x20, 0xc0, 0x25, LE32(0x7fffffff), 0x0f, 0x22, 0xc0,
		 0xb9, LE32(0xc0000080), 0x0f, 0x32);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x101);
	CU_ASSERT_EQUAL(t->s.efer, 0x101);
	sys_free(t);
}

/* ---- debug registers ---- */

static void test_dr4_and_dr5_are_aliases_without_de(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RAX] = 0xffff0ff0 | 0x4001;
	/* mov dr4, rax; mov rbx, dr6 */
	SYS_EMIT(t, 0x0f, 0x23, 0xe0, 0x0f, 0x21, 0xf3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0xffff4ff1);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	t->s.cr4 |= 8;
	SYS_EMIT(t, 0x0f, 0x21, 0xe0);
	sys_faults(t, SYS_CODE, 6, -1);
	sys_free(t);
}

static void test_dr6_and_dr7_have_fixed_bits(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RAX] = 0;
	t->s.gpr[VC_RDX] = 0xffffdc00;	/* nothing enabled, no GD */
	/* mov dr6, rax; mov rbx, dr6; mov dr7, rdx; mov rcx, dr7 */
	SYS_EMIT(t, 0x0f, 0x23, 0xf0, 0x0f, 0x21, 0xf3,
		 0x0f, 0x23, 0xfa, 0x0f, 0x21, 0xf9);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0xffff0ff0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0xffff0400);
	sys_free(t);
}

static void test_dr_upper_halves_of_dr6_and_dr7_are_gp(void)
{
	for (unsigned n = 6; n < 8; n++) {
		struct sys *t = sys_new(SYS_LONG, 0);
		const uint8_t code[] = { 0x0f, 0x23, (uint8_t)(0xc0 | n << 3) };

		t->s.gpr[VC_RAX] = 1ull << 32;
		sys_emit(t, code, sizeof(code));
		sys_faults(t, SYS_CODE, 13, 0);
		sys_free(t);
	}
}

/* ---- MSRs ---- */

/* mov ecx, msr; rdmsr */
static void emit_rdmsr(struct sys *t, uint32_t msr)
{
	const uint8_t code[] = { 0xb9, LE32(msr), 0x0f, 0x32 };

	sys_emit(t, code, sizeof(code));
}

static void emit_wrmsr(struct sys *t, uint32_t msr, uint64_t v)
{
	const uint8_t code[] = { 0xb9, LE32(msr), 0xb8, LE32(v),
				 0xba, LE32(v >> 32), 0x0f, 0x30 };

	sys_emit(t, code, sizeof(code));
}

static void test_msr_written_is_read_back(void)
{
	static const struct { uint32_t msr; uint64_t v; } rows[] = {
		{ 0x174, 0x12345678 }, { 0x175, 0xffff800012345678 },
		{ 0x176, 0x00007fffffffffff }, { 0x277, 0x0706050401000706 },
		{ 0x2ff, 0xc06 }, { 0x200, 0xc0000006 },
		{ 0x201, 0xffc0000800 }, { 0x20f, 0x800 }, { 0x250, 0x0606060606060606 },
		{ 0x268, 0x0505050505050505 }, { 0x26f, 0x0404040404040404 },
		{ 0xc0000081, 0x0023001000000000 },
		{ 0xc0000082, 0xffffffff81000000 },
		{ 0xc0000083, 0xffffffff81000001 }, { 0xc0000084, 0x47700 },
		{ 0xc0000100, 0x7f0012345000 }, { 0xc0000101, 0xffff888000000000 },
		{ 0xc0000102, 0x123 }, { 0xc0000103, 0x55 },
		{ 0xc0000080, 0xd01 }, { 0x1a0, 0x1801 }, { 0x3b, 0x123456 },
		{ 0x17a, 4 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		emit_wrmsr(t, rows[i].msr, rows[i].v);
		SYS_EMIT(t, 0x31, 0xc0, 0x31, 0xd2);
		emit_rdmsr(t, rows[i].msr);
		sys_passes(t);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] | t->s.gpr[VC_RDX] << 32,
				rows[i].v);
		sys_free(t);
	}
}

static void test_msr_values_that_cannot_be_are_gp(void)
{
	static const struct { uint32_t msr; uint64_t v; } rows[] = {
		{ 0x175, 0x800000000000 }, { 0xc0000082, 1ull << 63 },
		{ 0xc0000100, 0x8000000000000 }, { 0xc0000102, 1ull << 47 },
		{ 0x277, 2 }, { 0x277, 0x0800000000000000 }, { 0x2ff, 0x102 },
		{ 0x200, 0x100000000000 }, { 0x200, 0x102 }, { 0x201, 0x7ff },
		{ 0x250, 0x0707070707070707 }, { 0xfe, 0 }, { 0x179, 0 },
		{ 0xc0000080, 0x401 },		/* LME off under paging */
		{ 0xc0000080, 0x10501 }, { 0x1a0, 2 }, { 0xc0000084, 1ull << 40 },
		{ 0xc0000103, 1ull << 32 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);
		uint32_t from;

		emit_wrmsr(t, rows[i].msr, rows[i].v);
		from = t->at - 2;
		sys_faults(t, from, 13, 0);
		sys_free(t);
	}
}

static void test_msr_that_does_not_exist_is_gp_and_a_warning(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t count = 0;
	char text[160] = "";

	emit_rdmsr(t, 0x12345);
	sys_faults(t, SYS_CODE + 5, 13, 0);
	CU_ASSERT_EQUAL(vc_vcpu_warnings(t->vcpu, &count, text, sizeof(text)),
			0);
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT(strstr(text, "0x12345") != NULL);
	sys_free(t);
}

static int msr_fn(uint32_t vcpu, uint32_t msr, uint32_t is_write,
		  uint64_t *value, void *opaque)
{
	uint64_t *store = opaque;

	(void)vcpu;
	if (msr == 0x4001)
		return VC_MSR_FAULT;
	if (is_write)
		*store = *value;
	else
		*value = *store + 1;
	return VC_MSR_DONE;
}

static void test_msr_hooks_come_first(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t store = 0;

	RIG_OK(vc_vm_msr_hook(t->vm, 0x4000, 2, msr_fn, &store));
	emit_wrmsr(t, 0x4000, 0x1122334455667788);
	emit_rdmsr(t, 0x4000);
	sys_passes(t);
	CU_ASSERT_EQUAL(store, 0x1122334455667788);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x55667789);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 0x11223344);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	RIG_OK(vc_vm_msr_hook(t->vm, 0x4000, 2, msr_fn, &store));
	emit_rdmsr(t, 0x4001);
	sys_faults(t, SYS_CODE + 5, 13, 0);
	sys_free(t);
}

static void test_msr_tsc_and_adjust_move_together(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	emit_wrmsr(t, 0x3b, 0);
	emit_wrmsr(t, 0x10, 0x1000000000);
	SYS_EMIT(t, 0x0f, 0x31, 0x89, 0xc6, 0x89, 0xd7);  /* rdtsc to edi:esi */
	emit_rdmsr(t, 0x3b);
	SYS_EMIT(t, 0x89, 0xc3, 0x89, 0xd5);		/* to ebp:ebx */
	emit_wrmsr(t, 0x3b, 0);
	SYS_EMIT(t, 0x0f, 0x31);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], 0x10);
	CU_ASSERT(t->s.gpr[VC_RSI] < 1000);
	CU_ASSERT(t->s.gpr[VC_RBP] == 0xf || t->s.gpr[VC_RBP] == 0x10);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 0);
	CU_ASSERT(t->s.gpr[VC_RAX] < 1000);
	sys_free(t);
}

/* ---- time ---- */

static void test_rdtsc_counts_instructions_in_virtual_time(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.tsc_aux = 0x77;
	/* rdtsc; mov esi, eax; nop; nop; rdtscp */
	SYS_EMIT(t, 0x0f, 0x31, 0x89, 0xc6, 0x90, 0x90, 0x0f, 0x01, 0xf9);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] - t->s.gpr[VC_RSI], 4);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x77);
	sys_free(t);
}

static void test_tsd_keeps_the_tsc_from_level_3(void)
{
	for (unsigned tsd = 0; tsd < 2; tsd++) {
		struct sys *t = sys_new(SYS_LONG, 3);

		t->s.cr4 |= tsd << 2;
		SYS_EMIT(t, 0x0f, 0x31);
		if (tsd)
			sys_faults(t, SYS_CODE, 13, 0);
		else
			sys_passes(t);
		sys_free(t);
	}
}

/* ---- CPUID, XCR0 ---- */

static void test_cpuid_follows_osxsave_and_xcr0(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov eax, 1; cpuid; mov esi, ecx; cr4 |= OSXSAVE; again */
	SYS_EMIT(t, 0xb8, LE32(1), 0x0f, 0xa2, 0x89, 0xce,
		 0x0f, 0x20, 0xe0, 0x0d, LE32(0x40000), 0x0f, 0x22, 0xe0,
		 0xb8, LE32(1), 0x0f, 0xa2, 0x89, 0xcf,
		 0x31, 0xc9, 0x0f, 0x01, 0xd0,		/* xgetbv */
		 0x89, 0xc5);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI] >> 27 & 1, 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI] >> 27 & 1, 1);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBP], t->s.xcr0);
	sys_free(t);
}

static void test_xsetbv_takes_what_cpuid_lists(void)
{
	static const struct { uint32_t v, index; bool ok; } rows[] = {
		{ 3, 0, true }, { 1, 0, true }, { 2, 0, false }, { 0, 0, false },
		{ 7, 0, false }, { 3, 1, false },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		t->s.cr4 |= 0x40000;
		t->s.gpr[VC_RAX] = rows[i].v;
		t->s.gpr[VC_RCX] = rows[i].index;
		SYS_EMIT(t, 0x0f, 0x01, 0xd1);
		if (rows[i].ok)
			sys_passes(t);
		else
			sys_faults(t, SYS_CODE, 13, 0);
		CU_ASSERT_EQUAL(t->s.xcr0, rows[i].ok ? rows[i].v : 1);
		sys_free(t);
	}
}

static void test_xgetbv_without_osxsave_is_ud(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0x31, 0xc9, 0x0f, 0x01, 0xd0);
	sys_faults(t, SYS_CODE + 2, 6, -1);
	sys_free(t);
}

static void test_cpuid_model_is_in_the_vms_table(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	vc_cpuid_entry rows[VC_CPUID_MAX];
	uint32_t n = VC_CPUID_MAX;
	bool seen = false;

	RIG_OK(vc_vm_cpuid_get(t->vm, rows, &n));
	SYS_EMIT(t, 0xb8, LE32(0x80000001), 0x0f, 0xa2);
	sys_passes(t);
	for (uint32_t i = 0; i < n; i++)
		if (rows[i].leaf == 0x80000001) {
			seen = true;
			CU_ASSERT_EQUAL(rows[i].edx, t->s.gpr[VC_RDX]);
			CU_ASSERT(rows[i].edx & 1u << 29);
		}
	CU_ASSERT(seen);
	sys_free(t);
}

static void test_cpuid_tells_the_tsc_rate(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	SYS_EMIT(t, 0xb8, LE32(0x15), 0x0f, 0xa2);
	sys_passes(t);
	CU_ASSERT_FATAL(t->s.gpr[VC_RAX] != 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX] * t->s.gpr[VC_RBX] /
			t->s.gpr[VC_RAX], vc_tsc_hz(t->vm));
	sys_free(t);
}

/* ---- ports ---- */

static void test_io_by_iopl_and_bit_map(void)
{
	static const struct {
		uint8_t iopl, bits;
		uint16_t map, tss_limit;
		bool ok;
	} rows[] = {
		{ 3, 0xff, 0x68, 0x1ff, true },		/* IOPL is enough */
		{ 0, 0x00, 0x68, 0x1ff, true },
		{ 0, 0x01, 0x68, 0x1ff, false },
		{ 0, 0x02, 0x68, 0x1ff, false },	/* second port of a word */
		{ 0, 0x04, 0x68, 0x1ff, true },
		{ 0, 0x00, 0x68, 0x68 + 16, false },	/* needs two bytes */
		{ 0, 0x00, 0x68, 0x68 + 17, true },
		{ 0, 0x00, 0x300, 0x1ff, false },
		{ 0, 0x00, 0x68, 0x66, false },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, 3);

		t->s.rflags |= (uint64_t)rows[i].iopl << 12;
		t->s.seg[VC_SEG_TR].limit = rows[i].tss_limit;
		sys_put(t, SYS_TSS + 102, 2, rows[i].map);
		sys_put(t, SYS_TSS + 0x68 + 16, 1, rows[i].bits);
		t->s.gpr[VC_RDX] = 0x80;
		t->s.gpr[VC_RAX] = 0xabcd;
		SYS_EMIT(t, 0x66, 0xef);		/* out dx, ax */
		if (!rows[i].ok) {
			sys_faults(t, SYS_CODE, 13, 0);
		} else {
			sys_run(t);
			CU_ASSERT_EQUAL(t->reason, VC_EXIT_IO);
			CU_ASSERT_EQUAL(t->exit->io.port, 0x80);
			CU_ASSERT_EQUAL(t->exit->io.size, 2);
			CU_ASSERT_EQUAL(t->exit->io.data, 0xabcd);
			CU_ASSERT_EQUAL(t->s.rip, SYS_CODE);
		}
		sys_free(t);
	}
}

static void test_io_in_merges_by_size(void)
{
	static const struct {
		uint8_t code[3];
		uint8_t len, size;
		uint64_t rax;
	} rows[] = {
		{ { 0xec }, 1, 1, 0x11223344556677d4 },
		{ { 0x66, 0xed }, 2, 2, 0x112233445566c3d4 },
		{ { 0xed }, 1, 4, 0xa1b2c3d4 },
		{ { 0xe4, 0x80 }, 2, 1, 0x11223344556677d4 },
		{ { 0x66, 0xe5, 0x80 }, 3, 2, 0x112233445566c3d4 },
		{ { 0x48, 0xed }, 2, 4, 0xa1b2c3d4 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		t->s.gpr[VC_RAX] = 0x1122334455667788;
		t->s.gpr[VC_RDX] = 0x80;
		sys_emit(t, rows[i].code, rows[i].len);
		SYS_EMIT(t, VMCALL);
		sys_run(t);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_IO);
		CU_ASSERT_EQUAL(t->exit->io.size, rows[i].size);
		CU_ASSERT_EQUAL(t->exit->io.is_write, 0);
		t->exit->io.data = 0xa1b2c3d4;
		sys_more(t);
		CU_ASSERT(sys_finished(t));
		CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], rows[i].rax);
		sys_free(t);
	}
}

/* ---- flags ---- */

static void test_popf_by_level_and_size(void)
{
	static const struct {
		uint8_t cpl, iopl, size;
		uint64_t before, pop, after;
	} rows[] = {
		{ 0, 0, 8, 0x2, 0x247fd7, 0x247ed7 },	/* TF masked below */
		{ 3, 0, 8, 0x202, 0x243cd5, 0x240ed7 },
		{ 3, 0, 8, 0x2, 0x3200, 0x2 },
		{ 3, 3, 8, 0x3002, 0x200, 0x3202 },
		{ 0, 0, 2, 0x240002, 0x7ed7, 0x247ed7 },
		{ 0, 0, 8, 0x2, 0x1b0000, 0x2 },	/* VM RF VIF VIP */
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, rows[i].cpl);
		unsigned size = rows[i].size;

		t->s.rflags = rows[i].before;
		t->s.gpr[VC_RSP] -= 64;
		sys_put(t, t->s.gpr[VC_RSP], size, rows[i].pop & ~0x100ull);
		if (size == 2)
			SYS_EMIT(t, 0x66);
		SYS_EMIT(t, 0x9d);
		if (!(rows[i].after & 0x40000)) {
			sys_passes(t);
		} else {
			SYS_EMIT(t, VMCALL);
			sys_run(t);
		}
		CU_ASSERT_EQUAL(t->s.rflags, rows[i].after | 2);
		sys_free(t);
	}
}

static void test_pushf_hides_vm_and_rf(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.rflags = 0x243ed7 & ~0x100ull;
	SYS_EMIT(t, 0x9c, 0x58, 0x66, 0x9c, 0x66, 0x5b);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x243ed7);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX] & 0xffff, 0x3ed7);
	sys_free(t);
}

static void test_cli_and_sti_by_iopl(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	t->s.rflags = 0x3002;
	SYS_EMIT(t, 0xfb, 0x9c, 0x58, 0xfa);	/* sti; pushf; pop rax; cli */
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x3202);
	CU_ASSERT_EQUAL(t->s.rflags, 0x3002);
	sys_free(t);
}

static void test_smap_follows_stac_and_clac(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* supervisor code and tables, one user page */
	t->s.cr4 |= 1 << 21;
	for (uint64_t la = 0; la < SYS_RAM; la += 4096)
		sys_page(t, la, la == 0x60000 ? 7 : 3);
	/* stac; mov eax, [60000]; clac; mov eax, [60000] */
	SYS_EMIT(t, 0x0f, 0x01, 0xcb, 0x8b, 0x04, 0x25, LE32(0x60000),
		 0x0f, 0x01, 0xca, 0x8b, 0x04, 0x25, LE32(0x60000));
	sys_faults(t, SYS_CODE + 13, 14, 1);
	CU_ASSERT_EQUAL(t->s.cr2, 0x60000);
	sys_free(t);

	t = sys_new(SYS_LONG, 3);
	SYS_EMIT(t, 0x0f, 0x01, 0xcb);
	sys_faults(t, SYS_CODE, 6, -1);
	sys_free(t);
}

/* ---- SYSCALL, SYSENTER, SWAPGS, FSGSBASE ---- */

static void test_syscall_and_sysret(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);
	static const uint8_t kernel[] = {
		0x48, 0x89, 0xe0,		/* mov rax, rsp */
		0x8c, 0xcb, 0x8c, 0xd6,		/* mov ebx, cs; mov esi, ss */
		0x9c, 0x5f,			/* (a stack is there) */
		0x48, 0x0f, 0x07,		/* sysretq */
	};

	sys_bytes(t, SYS_OTHER, kernel, sizeof(kernel));
	t->s.star = (uint64_t)(SEL_CODE32 | 3) << 48 | (uint64_t)SEL_CODE64 << 32;
	t->s.lstar = SYS_OTHER;
	t->s.sfmask = 0x600;
	t->s.rflags = 0x602;
	SYS_EMIT(t, 0x0f, 0x05);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], SYS_CODE + 2);
	CU_ASSERT_EQUAL(t->s.gpr[11], 0x602);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], SYS_USTACK);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], SEL_CODE64);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI], SEL_CODE64 + 8);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDI], 0x2);
	CU_ASSERT_EQUAL(t->s.rflags, 0x602);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, (SEL_CODE32 + 16) | 3);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].attr, 0xa0fb);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, (SEL_CODE32 + 8) | 3);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].attr, 0xc0f3);
	sys_free(t);
}

static void test_syscall_needs_sce_and_64_bit_code(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	t->s.efer &= ~1ull;
	SYS_EMIT(t, 0x0f, 0x05);
	sys_faults(t, SYS_CODE, 6, -1);
	sys_free(t);

	t = sys_new(SYS_COMPAT, 3);
	SYS_EMIT(t, 0x0f, 0x05);
	sys_faults(t, SYS_CODE, 6, -1);
	sys_free(t);
}

static void test_sysret_to_a_non_canonical_rip_is_gp(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RCX] = 0x800000000000;
	SYS_EMIT(t, 0x48, 0x0f, 0x07);
	sys_faults(t, SYS_CODE, 13, 0);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CODE64);
	sys_free(t);
}

static void test_sysret_to_compatibility_mode(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	static const uint8_t user[] = { 0x48, VMCALL };	/* dec eax */

	sys_bytes(t, SYS_OTHER, user, sizeof(user));
	t->s.star = (uint64_t)SEL_CODE32 << 48;
	t->s.gpr[VC_RCX] = 0xffff00000000 | SYS_OTHER;
	t->s.gpr[VC_RAX] = 8;
	t->s.gpr[11] = 0x2;
	SYS_EMIT(t, 0x0f, 0x07);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 4);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 7);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CODE32 | 3);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].attr, 0xc0fb);
	sys_free(t);
}

static void test_sysenter_and_sysexit_in_protected_mode(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);
	static const uint8_t kernel[] = {
		0x89, 0xe0,			/* mov eax, esp */
		0xba, LE32(SYS_CODE + 2),	/* mov edx, ... */
		0xb9, LE32(SYS_USTACK - 4),
		0x0f, 0x35,			/* sysexit */
	};

	sys_bytes(t, SYS_OTHER, kernel, sizeof(kernel));
	t->s.sysenter_cs = 0x40;
	t->s.sysenter_esp = SYS_STACK0;
	t->s.sysenter_eip = SYS_OTHER;
	t->s.rflags = 0x202;
	SYS_EMIT(t, 0x0f, 0x34);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], SYS_STACK0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_USTACK - 4);
	CU_ASSERT_EQUAL(t->s.rflags, 0x2);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, 0x50 | 3);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, 0x58 | 3);
	sys_free(t);
}

static void test_sysenter_in_long_mode_enters_64_bit_code(void)
{
	struct sys *t = sys_new(SYS_COMPAT, 3);
	static const uint8_t kernel[] = { 0x48, 0xff, 0xc0, VMCALL };

	sys_bytes(t, SYS_OTHER, kernel, sizeof(kernel));
	t->s.sysenter_cs = SEL_CODE64;
	t->s.sysenter_esp = 0xffff800000000000;
	t->s.sysenter_eip = SYS_OTHER;
	t->s.gpr[VC_RAX] = 0xffffffff;
	SYS_EMIT(t, 0x0f, 0x34);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x100000000);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], 0xffff800000000000);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].attr, 0xa09b);
	sys_free(t);
}

static void test_sysenter_without_a_segment_is_gp(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);

	t->s.sysenter_cs = 3;
	SYS_EMIT(t, 0x0f, 0x34);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_swapgs_and_fsgsbase(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.cr4 |= 1 << 16;
	t->s.seg[VC_SEG_GS].base = 0x1111;
	t->s.kernel_gs_base = 0x2222;
	t->s.gpr[VC_RDX] = 0xffff888000001234;
	/* swapgs; rdgsbase rax; wrfsbase rdx; rdfsbase ebx */
	SYS_EMIT(t, 0x0f, 0x01, 0xf8, 0xf3, 0x48, 0x0f, 0xae, 0xc8,
		 0xf3, 0x48, 0x0f, 0xae, 0xd2, 0xf3, 0x0f, 0xae, 0xc3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x2222);
	CU_ASSERT_EQUAL(t->s.kernel_gs_base, 0x1111);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_FS].base, 0xffff888000001234);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x1234);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	SYS_EMIT(t, 0xf3, 0x48, 0x0f, 0xae, 0xc8);
	sys_faults(t, SYS_CODE, 6, -1);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	t->s.cr4 |= 1 << 16;
	t->s.gpr[VC_RDX] = 1ull << 50;
	SYS_EMIT(t, 0xf3, 0x48, 0x0f, 0xae, 0xd2);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

/* ---- the rest ---- */

static void test_instructions_that_the_model_lacks_are_ud(void)
{
	static const uint8_t codes[][4] = {
		{ 0x0f, 0x01, 0xc8, 0x90 },	/* monitor */
		{ 0x0f, 0x01, 0xc9, 0x90 },	/* mwait */
		{ 0x0f, 0xaa, 0x90, 0x90 },	/* rsm */
		{ 0x0f, 0x37, 0x90, 0x90 },	/* getsec */
		{ 0x0f, 0x01, 0xc2, 0x90 },	/* vmlaunch */
		{ 0x0f, 0x01, 0xd8, 0x90 },	/* vmrun */
		{ 0x0f, 0xc7, 0xf0, 0x90 },	/* rdrand */
		{ 0x0f, 0x01, 0xee, 0x90 },	/* rdpkru */
	};

	for (unsigned i = 0; i < COUNT(codes); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		sys_emit(t, codes[i], 4);
		sys_faults(t, SYS_CODE, 6, -1);
		sys_free(t);
	}
}

static void test_hypercall_is_ud_unless_wanted(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	static const uint8_t code[] = { VMCALL };
	vc_x86_state *s = calloc(1, sizeof(*s));
	vc_vcpu *vcpu;
	vc_exit *e;
	vc_vm *vm;

	o.backend = VC_BACKEND_INTERP;
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	s->size = sizeof(*s);
	CU_ASSERT_EQUAL_FATAL(vc_vm_create(&vm, &o), 0);
	RIG_OK(vc_memory_map(vm, 0, NULL, 0x10000, VC_PROT_RWX));
	RIG_OK(vc_vcpu_create(&vcpu, vm, 0));
	RIG_OK(vc_vcpu_state_get(vcpu, s));
	s->seg[VC_SEG_CS].selector = 0;
	s->seg[VC_SEG_CS].base = 0;
	s->rip = 0x1000;
	s->gpr[VC_RSP] = 0x2000;
	RIG_OK(vc_vcpu_state_set(vcpu, s));
	RIG_OK(vc_memory_write(vm, 0x1000, code, sizeof(code)));
	RIG_OK(vc_memory_write(vm, 0x3000, "\xf4", 1));
	RIG_OK(vc_memory_write(vm, 6 * 4, "\x00\x30\x00\x00", 4));
	RIG_OK(vc_vcpu_run(vcpu, &e));
	CU_ASSERT_EQUAL(e->reason, VC_EXIT_HALT);
	CU_ASSERT_EQUAL(e->rip, 0x3001);
	vc_vm_destroy(vm);
	free(s);
}

RIG_SUITE(engine_system_regs) {
	RIG_TEST(test_cr0_refuses_inconsistent_bits),
	RIG_TEST(test_cr0_ignores_reserved_low_bits_and_keeps_et),
	RIG_TEST(test_cr_moves_need_level_0),
	RIG_TEST(test_cr_numbers_that_do_not_exist_are_ud),
	RIG_TEST(test_cr4_refuses_reserved_bits_and_pae_off),
	RIG_TEST(test_cr3_loads_flush_translations),
	RIG_TEST(test_cr3_bit_63_needs_pcide),
	RIG_TEST(test_invlpg_drops_one_translation),
	RIG_TEST(test_invpcid_checks_its_descriptor),
	RIG_TEST(test_lmsw_sets_pe_but_never_clears_it),
	RIG_TEST(test_clts_lets_the_fpu_be_used),
	RIG_TEST(test_cr8_has_four_bits),
	RIG_TEST(test_pae_pdptes_are_loaded_and_checked_with_cr3),
	RIG_TEST(test_real_mode_to_long_mode_to_user_and_back),
	RIG_TEST(test_long_mode_needs_pae_and_a_32_bit_segment),
	RIG_TEST(test_long_mode_is_left_through_compatibility_mode),
	RIG_TEST(test_dr4_and_dr5_are_aliases_without_de),
	RIG_TEST(test_dr6_and_dr7_have_fixed_bits),
	RIG_TEST(test_dr_upper_halves_of_dr6_and_dr7_are_gp),
	RIG_TEST(test_msr_written_is_read_back),
	RIG_TEST(test_msr_values_that_cannot_be_are_gp),
	RIG_TEST(test_msr_that_does_not_exist_is_gp_and_a_warning),
	RIG_TEST(test_msr_hooks_come_first),
	RIG_TEST(test_msr_tsc_and_adjust_move_together),
	RIG_TEST(test_rdtsc_counts_instructions_in_virtual_time),
	RIG_TEST(test_tsd_keeps_the_tsc_from_level_3),
	RIG_TEST(test_cpuid_follows_osxsave_and_xcr0),
	RIG_TEST(test_xsetbv_takes_what_cpuid_lists),
	RIG_TEST(test_xgetbv_without_osxsave_is_ud),
	RIG_TEST(test_cpuid_model_is_in_the_vms_table),
	RIG_TEST(test_cpuid_tells_the_tsc_rate),
	RIG_TEST(test_io_by_iopl_and_bit_map),
	RIG_TEST(test_io_in_merges_by_size),
	RIG_TEST(test_popf_by_level_and_size),
	RIG_TEST(test_pushf_hides_vm_and_rf),
	RIG_TEST(test_cli_and_sti_by_iopl),
	RIG_TEST(test_smap_follows_stac_and_clac),
	RIG_TEST(test_syscall_and_sysret),
	RIG_TEST(test_syscall_needs_sce_and_64_bit_code),
	RIG_TEST(test_sysret_to_a_non_canonical_rip_is_gp),
	RIG_TEST(test_sysret_to_compatibility_mode),
	RIG_TEST(test_sysenter_and_sysexit_in_protected_mode),
	RIG_TEST(test_sysenter_in_long_mode_enters_64_bit_code),
	RIG_TEST(test_sysenter_without_a_segment_is_gp),
	RIG_TEST(test_swapgs_and_fsgsbase),
	RIG_TEST(test_instructions_that_the_model_lacks_are_ud),
	RIG_TEST(test_hypercall_is_ud_unless_wanted),
	RIG_END
};
