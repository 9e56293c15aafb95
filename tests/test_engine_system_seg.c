/* SPDX-License-Identifier: MIT */
/*
 * test_engine_system_seg.c: segment registers, segmented addresses, descriptor
 * tables, far transfers and gates: SDM 3A ch. 3 and 5.
 */
#include "system_rig.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* ---- loading segment registers ---- */

/* mov ax, sel; mov es, ax (or another) */
static void emit_mov_seg(struct sys *t, unsigned seg, unsigned sel)
{
	const uint8_t code[] = { 0x66, 0xb8, (uint8_t)sel, (uint8_t)(sel >> 8),
				 0x8e, (uint8_t)(0xc0 | seg << 3) };

	sys_emit(t, code, sizeof(code));
}

static void test_seg_load_fills_the_hidden_part(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	emit_mov_seg(t, VC_SEG_ES, SEL_SMALL);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].selector, SEL_SMALL);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].base, SYS_DATA);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].limit, 15);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].attr, 0x4093);
	sys_free(t);
}

static void test_seg_load_sets_the_accessed_bit(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	emit_mov_seg(t, VC_SEG_FS, SEL_FRESH);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_GDT + SEL_FRESH + 5, 1), 0x93);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_FS].attr & 0xff, 0x93);
	sys_free(t);
}

static void test_seg_data_registers_check_descriptors(void)
{
	static const struct { uint16_t sel; int cpl, vector, error; } rows[] = {
		{ SEL_BEYOND, 0, 13, SEL_BEYOND },
		{ SEL_XCODE, 0, 13, SEL_XCODE },	/* cannot be read */
		{ SEL_TSS, 0, 13, SEL_TSS },
		{ SEL_ABSENT_DATA, 0, 11, SEL_ABSENT_DATA },
		{ SEL_DATA, 3, 13, SEL_DATA },		/* DPL < CPL */
		{ SEL_DATA | 3, 0, 13, SEL_DATA },	/* DPL < RPL */
		{ SEL_CODE32, 0, -1, 0 },
		{ SEL_RODATA, 0, -1, 0 },
		{ SEL_CONF32, 3, -1, 0 },		/* conforming: any */
		{ 0, 3, -1, 0 }, { 3, 0, -1, 0 },
	};
	static const unsigned segs[] = { VC_SEG_ES, VC_SEG_DS, VC_SEG_FS,
					 VC_SEG_GS };

	for (unsigned i = 0; i < COUNT(rows); i++)
		for (unsigned k = 0; k < COUNT(segs); k++) {
			struct sys *t = sys_new(SYS_PROT,
						(unsigned)rows[i].cpl);

			emit_mov_seg(t, segs[k], rows[i].sel);
			if (rows[i].vector < 0) {
				sys_passes(t);
				CU_ASSERT_EQUAL(t->s.seg[segs[k]].selector,
						rows[i].sel);
			} else {
				sys_faults(t, SYS_CODE + 4, rows[i].vector,
					   rows[i].error);
			}
			sys_free(t);
		}
}

static void test_seg_ss_checks_descriptors(void)
{
	static const struct { uint16_t sel; int cpl, vector, error; } rows[] = {
		{ 0, 0, 13, 0 },
		{ SEL_BEYOND, 0, 13, SEL_BEYOND },
		{ SEL_DATA | 1, 0, 13, SEL_DATA },
		{ SEL_RODATA, 0, 13, SEL_RODATA },
		{ SEL_CODE32, 0, 13, SEL_CODE32 },
		{ SEL_UDATA & ~3, 0, 13, SEL_UDATA & ~3 },
		{ SEL_ABSENT_DATA, 0, 12, SEL_ABSENT_DATA },
		{ SEL_DATA | 3, 3, 13, SEL_DATA },
		{ SEL_FRESH, 0, -1, 0 }, { SEL_UDATA, 3, -1, 0 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_PROT, (unsigned)rows[i].cpl);

		emit_mov_seg(t, VC_SEG_SS, rows[i].sel);
		if (rows[i].vector < 0)
			sys_passes(t);
		else
			sys_faults(t, SYS_CODE + 4, rows[i].vector,
				   rows[i].error);
		sys_free(t);
	}
}

static void test_seg_null_ss_is_allowed_in_64_bit_code_below_level_3(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	emit_mov_seg(t, VC_SEG_SS, 0);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, 0);
	sys_free(t);

	t = sys_new(SYS_LONG, 3);
	emit_mov_seg(t, VC_SEG_SS, 3);
	sys_faults(t, SYS_CODE + 4, 13, 0);
	sys_free(t);
}

static void test_seg_null_fs_clears_its_base(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.seg[VC_SEG_FS].base = 0x123456789000;
	emit_mov_seg(t, VC_SEG_FS, 0);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_FS].base, 0);
	sys_free(t);
}

static void test_seg_store_forms(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.gpr[VC_RAX] = t->s.gpr[VC_RCX] = t->s.gpr[VC_RDX] = ~0ull;
	/* mov eax, ds; mov cx, ds; mov rdx, ds; mov [data], ds */
	SYS_EMIT(t, 0x8c, 0xd8, 0x66, 0x8c, 0xd9, 0x48, 0x8c, 0xda,
		 0x8c, 0x1c, 0x25, LE32(SYS_DATA));
	sys_put(t, SYS_DATA, 4, 0xffffffff);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], SEL_DATA);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0xffffffffffff0000 | SEL_DATA);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], SEL_DATA);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 4), 0xffff0000 | SEL_DATA);
	sys_free(t);
}

static void test_seg_push_and_pop(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	/* push ds; pop es; push fs; pop gs; push word ss; pop word fs */
	emit_mov_seg(t, VC_SEG_DS, SEL_RODATA);
	emit_mov_seg(t, VC_SEG_FS, SEL_SMALL);
	SYS_EMIT(t, 0x1e, 0x07, 0x0f, 0xa0, 0x0f, 0xa9,
		 0x66, 0x16, 0x66, 0x0f, 0xa1);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].selector, SEL_RODATA);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_GS].selector, SEL_SMALL);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_FS].selector, SEL_DATA);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK);
	sys_free(t);
}

static void test_seg_pop_that_faults_leaves_sp(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_put(t, SYS_STACK, 4, SEL_BEYOND);
	SYS_EMIT(t, 0x07);
	sys_faults(t, SYS_CODE, 13, SEL_BEYOND);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK - 16);
	sys_free(t);
}

static void test_seg_lds_and_lss_load_both(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_put(t, SYS_DATA, 4, 0x12345678);
	sys_put(t, SYS_DATA + 4, 2, SEL_SMALL);
	/* les ebx, [data]; lgs si, [data+2] -> off 1234 sel SMALL */
	SYS_EMIT(t, 0xc4, 0x1d, LE32(SYS_DATA),
		 0x66, 0x0f, 0xb5, 0x35, LE32(SYS_DATA + 2));
	t->s.gpr[VC_RSI] = 0xffffffff;
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0x12345678);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].selector, SEL_SMALL);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI], 0xffff1234);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_GS].selector, SEL_SMALL);
	sys_free(t);
}

static void test_seg_lds_that_faults_leaves_the_register(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_put(t, SYS_DATA, 4, 0x12345678);
	sys_put(t, SYS_DATA + 4, 2, SEL_XCODE);
	SYS_EMIT(t, 0xc5, 0x1d, LE32(SYS_DATA));
	sys_faults(t, SYS_CODE, 13, SEL_XCODE);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_DS].selector, SEL_DATA);
	sys_free(t);
}

static void test_seg_ldt_selectors(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_put(t, SYS_LDT + 8, 8, sys_desc(0x1234, 0x55, 0x93, 0));
	emit_mov_seg(t, VC_SEG_ES, 8 | 4);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].base, 0x1234);
	sys_free(t);

	t = sys_new(SYS_PROT, 0);
	emit_mov_seg(t, VC_SEG_ES, 0x100 | 4);	/* beyond the LDT */
	sys_faults(t, SYS_CODE + 4, 13, 0x104);
	sys_free(t);

	t = sys_new(SYS_PROT, 0);
	t->s.seg[VC_SEG_LDTR].selector = 0;
	t->s.seg[VC_SEG_LDTR].attr = 0;
	emit_mov_seg(t, VC_SEG_ES, 8 | 4);
	sys_faults(t, SYS_CODE + 4, 13, 12);
	sys_free(t);
}

/* ---- segmented addresses ---- */

static void test_seg_limit_is_checked_to_the_last_byte(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	emit_mov_seg(t, VC_SEG_ES, SEL_SMALL);
	SYS_EMIT(t, 0x26, 0xa1, LE32(12));	/* mov eax, es:[12] */
	sys_put(t, SYS_DATA + 12, 4, 0xfeedbeef);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xfeedbeef);
	sys_free(t);

	t = sys_new(SYS_PROT, 0);
	emit_mov_seg(t, VC_SEG_ES, SEL_SMALL);
	SYS_EMIT(t, 0x26, 0xa1, LE32(13));
	sys_faults(t, SYS_CODE + 6, 13, 0);
	sys_free(t);

	t = sys_new(SYS_PROT, 0);
	emit_mov_seg(t, VC_SEG_ES, SEL_SMALL);
	SYS_EMIT(t, 0x26, 0xa1, LE32(0xfffffffe));
	sys_faults(t, SYS_CODE + 6, 13, 0);
	sys_free(t);
}

static void test_seg_expand_down(void)
{
	static const struct { uint32_t at; bool ok; } rows[] = {
		{ 0xfff, false }, { 0xffc, false }, { 0x1000, true },
		{ SYS_DATA, true }, { 0, false },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_PROT, 0);
		uint8_t code[] = { 0x26, 0xa1, LE32(rows[i].at) };

		emit_mov_seg(t, VC_SEG_ES, SEL_DOWN);
		sys_emit(t, code, sizeof(code));
		if (rows[i].ok)
			sys_passes(t);
		else
			sys_faults(t, SYS_CODE + 6, 13, 0);
		sys_free(t);
	}
}

static void test_seg_write_to_read_only_and_code_is_gp(void)
{
	static const uint16_t sels[] = { SEL_RODATA, SEL_CODE32 };

	for (unsigned i = 0; i < COUNT(sels); i++) {
		struct sys *t = sys_new(SYS_PROT, 0);

		emit_mov_seg(t, VC_SEG_ES, sels[i]);
		SYS_EMIT(t, 0x26, 0x8b, 0x0d, LE32(SYS_DATA),	/* a read */
			 0x26, 0xa3, LE32(SYS_DATA));
		sys_faults(t, SYS_CODE + 13, 13, 0);
		sys_free(t);
	}
}

static void test_seg_null_register_cannot_be_used(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	emit_mov_seg(t, VC_SEG_ES, 0);
	SYS_EMIT(t, 0x26, 0xa1, LE32(SYS_DATA));
	sys_faults(t, SYS_CODE + 6, 13, 0);
	sys_free(t);
}

static void test_seg_stack_limit_is_ss(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);

	sys_gdt(t, SEL_FREE, sys_desc(0, 0x3f, 0xf3, 0x8000 | 0x4000));
	emit_mov_seg(t, VC_SEG_SS, SEL_FREE | 3);
	SYS_EMIT(t, 0x89, 0x04, 0x24);	/* mov [esp], eax: esp is the limit+1 */
	sys_faults(t, SYS_CODE + 6, 12, 0);
	sys_free(t);
}

static void test_seg_real_mode_limit_faults(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	t->s.gpr[VC_RBP] = 0xffff;
	SYS_EMIT(t, 0x8b, 0x46, 0x00);		/* mov ax, [bp] */
	sys_faults(t, SYS_CODE, 12, -1);
	sys_free(t);
}

static void test_seg_unreal_mode_keeps_the_limit(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	sys_seg(&t->s.seg[VC_SEG_FS], 0, 0, 0xffffffff, 0x8093);
	sys_put(t, 0x91000, 2, 0xbeef);
	/* mov ax, 0x100; mov fs, ax; mov ax, fs:[dword 0x90000] */
	SYS_EMIT(t, 0xb8, LE16(0x100), 0x8e, 0xe0,
		 0x67, 0x64, 0xa1, LE32(0x90000));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xffff, 0xbeef);
	sys_free(t);
}

static void test_seg_fs_base_wraps_in_long_mode(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.seg[VC_SEG_FS].base = (uint64_t)-0x1000;
	sys_put(t, SYS_DATA, 4, 0xabcd);
	SYS_EMIT(t, 0x64, 0x8b, 0x04, 0x25, LE32(SYS_DATA + 0x1000));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xabcd);
	sys_free(t);
}

static void test_seg_code_limit_ends_execution(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	t->s.seg[VC_SEG_CS].limit = SYS_CODE + 2;
	t->s.seg[VC_SEG_CS].attr = 0x409b;
	SYS_EMIT(t, 0x90, 0x90, 0x90, 0x90);
	sys_faults(t, SYS_CODE + 3, 13, 0);
	sys_free(t);
}

/* ---- descriptor tables ---- */

static void test_seg_lgdt_and_sgdt(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_put(t, SYS_DATA, 2, 0x1ff);
	sys_put(t, SYS_DATA + 2, 8, 0xffff800000001000);
	SYS_EMIT(t, 0x0f, 0x01, 0x14, 0x25, LE32(SYS_DATA),
		 0x0f, 0x01, 0x1c, 0x25, LE32(SYS_DATA),	/* lidt */
		 0x0f, 0x01, 0x04, 0x25, LE32(SYS_DATA + 16),	/* sgdt */
		 0x0f, 0x01, 0x0c, 0x25, LE32(SYS_DATA + 32));	/* sidt */
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gdtr.base, 0xffff800000001000);
	CU_ASSERT_EQUAL(t->s.idtr.limit, 0x1ff);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 16, 2), 0x1ff);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 18, 8), 0xffff800000001000);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 34, 8), 0xffff800000001000);
	sys_free(t);
}

static void test_seg_lgdt_refuses_level_3_and_non_canonical_bases(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	SYS_EMIT(t, 0x0f, 0x01, 0x14, 0x25, LE32(SYS_DATA));
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	sys_put(t, SYS_DATA + 2, 8, 0x800000000000);
	SYS_EMIT(t, 0x0f, 0x01, 0x1c, 0x25, LE32(SYS_DATA));
	sys_faults(t, SYS_CODE, 13, 0);
	CU_ASSERT_EQUAL(t->s.idtr.base, SYS_IDT);
	sys_free(t);
}

static void test_seg_lgdt_of_16_bits_has_24_bits_of_base(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	sys_put(t, 0x500, 2, 0x77);
	sys_put(t, 0x502, 4, 0xab123456);
	/* lgdt [500]; sgdt [510]; o32 lgdt [500] */
	SYS_EMIT(t, 0x0f, 0x01, 0x16, LE16(0x500),
		 0x0f, 0x01, 0x06, LE16(0x510),
		 0x66, 0x0f, 0x01, 0x16, LE16(0x500));
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, 0x512, 4), 0x00123456);
	CU_ASSERT_EQUAL(t->s.gdtr.base, 0xab123456);
	sys_free(t);
}

static void test_seg_umip_hides_tables_from_level_3(void)
{
	static const uint8_t codes[][3] = {
		{ 0x0f, 0x01, 0x03 }, { 0x0f, 0x01, 0x0b },	/* sgdt, sidt */
		{ 0x0f, 0x00, 0xc0 }, { 0x0f, 0x00, 0xc8 },	/* sldt, str */
		{ 0x0f, 0x01, 0xe0 },				/* smsw */
	};

	for (unsigned i = 0; i < COUNT(codes); i++)
		for (unsigned umip = 0; umip < 2; umip++) {
			struct sys *t = sys_new(SYS_LONG, 3);

			t->s.cr4 |= umip << 11;
			t->s.gpr[VC_RBX] = SYS_DATA;
			sys_emit(t, codes[i], 3);
			if (umip)
				sys_faults(t, SYS_CODE, 13, 0);
			else
				sys_passes(t);
			sys_free(t);
		}
}

static void test_seg_ltr_marks_the_tss_busy(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.seg[VC_SEG_TR].selector = 0;
	/* mov eax, TSS; ltr ax; str ecx; sldt rdx */
	SYS_EMIT(t, 0xb8, LE32(SEL_TSS), 0x0f, 0x00, 0xd8,
		 0x0f, 0x00, 0xc9, 0x48, 0x0f, 0x00, 0xc2);
	sys_gdt16(t, SEL_TSS, sys_desc(SYS_TSS, 0x1ff, 0x89, 0), 0xffff8000);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_GDT + SEL_TSS + 5, 1), 0x8b);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].base,
			0xffff800000000000 | SYS_TSS);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_TR].attr, 0x8b);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], SEL_TSS);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], SEL_LDT);
	sys_free(t);
}

static void test_seg_ltr_and_lldt_check_descriptors(void)
{
	static const struct {
		uint8_t modrm;
		uint16_t sel;
		int vector, error;
	} rows[] = {
		{ 0xd8, 0, 13, 0 },
		{ 0xd8, SEL_TSS | 4, 13, SEL_TSS | 4 },
		{ 0xd8, SEL_LDT, 13, SEL_LDT },
		{ 0xd8, SEL_DATA, 13, SEL_DATA },
		{ 0xd8, SEL_BEYOND, 13, SEL_BEYOND },
		{ 0xd8, SEL_FREE, 11, SEL_FREE },	/* absent TSS */
		{ 0xd0, SEL_TSS, 13, SEL_TSS },
		{ 0xd0, SEL_CODE64, 13, SEL_CODE64 },
		{ 0xd0, SEL_GATE, 11, SEL_GATE },	/* absent LDT */
		{ 0xd0, SEL_GATE2, 13, SEL_GATE2 },	/* bad upper half */
		{ 0xd0, 0, -1, 0 }, { 0xd0, SEL_LDT, -1, 0 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);
		const uint8_t code[] = { 0x0f, 0x00, rows[i].modrm };

		sys_gdt16(t, SEL_FREE, sys_desc(SYS_TSS, 0x67, 0x09, 0), 0);
		sys_gdt16(t, SEL_GATE, sys_desc(SYS_LDT, 0x67, 0x02, 0), 0);
		sys_gdt16(t, SEL_GATE2, sys_desc(SYS_LDT, 0x67, 0x82, 0),
			  0x8200ull << 32 >> 0);
		t->s.gpr[VC_RAX] = rows[i].sel;
		sys_emit(t, code, sizeof(code));
		if (rows[i].vector < 0)
			sys_passes(t);
		else
			sys_faults(t, SYS_CODE, rows[i].vector, rows[i].error);
		sys_free(t);
	}
}

static void test_seg_ltr_of_a_busy_tss_is_gp(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_gdt16(t, SEL_TSS, sys_desc(SYS_TSS, 0x1ff, 0x8b, 0), 0);
	t->s.gpr[VC_RAX] = SEL_TSS;
	SYS_EMIT(t, 0x0f, 0x00, 0xd8);
	sys_faults(t, SYS_CODE, 13, SEL_TSS);
	sys_free(t);
}

static void test_seg_selector_instructions_are_ud_in_real_mode(void)
{
	static const uint8_t codes[][3] = {
		{ 0x0f, 0x00, 0xc0 }, { 0x0f, 0x00, 0xd0 }, { 0x0f, 0x00, 0xd8 },
		{ 0x0f, 0x00, 0xe0 }, { 0x0f, 0x00, 0xe8 }, { 0x0f, 0x02, 0xc0 },
		{ 0x0f, 0x03, 0xc0 }, { 0x63, 0xc0, 0x90 },
	};

	for (unsigned i = 0; i < COUNT(codes); i++) {
		struct sys *t = sys_new(SYS_REAL, 0);

		sys_emit(t, codes[i], 3);
		sys_faults(t, SYS_CODE, 6, -1);
		sys_free(t);
	}
}

static void test_seg_lar_lsl_verr_verw(void)
{
	static const struct {
		uint16_t sel;
		uint8_t cpl;
		uint8_t zf;		/* bits: LAR LSL VERR VERW */
		uint32_t lar, lsl;
	} rows[] = {
		{ SEL_DATA, 0, 15, 0x00c09300, 0xffffffff },
		{ SEL_DATA, 3, 0, 0, 0 },
		{ SEL_DATA | 3, 0, 0, 0, 0 },
		{ SEL_CODE32, 0, 7, 0x00c09b00, 0xffffffff },
		{ SEL_XCODE, 0, 3, 0x00c09900, 0xffffffff },
		{ SEL_RODATA, 0, 7, 0x00c09100, 0xffffffff },
		{ SEL_CONF32, 3, 7, 0x00c09f00, 0xffffffff },
		{ SEL_SMALL, 0, 15, 0x00409300, 15 },
		{ SEL_TSS, 0, 3, 0x00008900, 0x1ff },
		{ SEL_LDT, 0, 3, 0x00008200, 0xff },
		{ SEL_GATE, 0, 1, 0x00008c00, 0 },
		{ SEL_GATE2, 0, 0, 0, 0 },	/* an interrupt gate */
		{ SEL_ABSENT_DATA, 0, 15, 0x00c01300, 0xffffffff },
		{ 0, 0, 0, 0, 0 }, { SEL_BEYOND, 0, 0, 0, 0 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_PROT, rows[i].cpl);

		sys_gate(t, SYS_GDT + SEL_GATE, false, SEL_CODE32, 0, 0x8c, 0);
		sys_gate(t, SYS_GDT + SEL_GATE2, false, SEL_CODE32, 0, 0x8e, 0);
		t->s.gpr[VC_RAX] = rows[i].sel;
		t->s.gpr[VC_RCX] = t->s.gpr[VC_RDX] = 0x11223344;
		/* lar ecx, ax; setz bl; lsl edx, ax; setz bh; verr ax; setz
		 * byte [data]; verw ax; setz byte [data+1]: with ES at 3 */
		SYS_EMIT(t, 0x0f, 0x02, 0xc8, 0x0f, 0x94, 0xc3,
			 0x0f, 0x03, 0xd0, 0x0f, 0x94, 0xc7,
			 0x0f, 0x00, 0xe0, 0x0f, 0x94, 0x05, LE32(SYS_DATA),
			 0x0f, 0x00, 0xe8, 0x0f, 0x94, 0x05,
			 LE32(SYS_DATA + 1));
		sys_passes(t);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RBX] & 0xff, rows[i].zf & 1);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RBX] >> 8 & 0xff,
				rows[i].zf >> 1 & 1);
		CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 1), rows[i].zf >> 2 & 1);
		CU_ASSERT_EQUAL(sys_get(t, SYS_DATA + 1, 1),
				rows[i].zf >> 3 & 1);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], rows[i].zf & 1 ?
				rows[i].lar : 0x11223344);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], rows[i].zf & 2 ?
				rows[i].lsl : 0x11223344);
		sys_free(t);
	}
}

static void test_seg_arpl(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	t->s.gpr[VC_RAX] = 0x10;
	t->s.gpr[VC_RCX] = 0x0b;
	t->s.gpr[VC_RBX] = SYS_DATA;
	sys_put(t, SYS_DATA, 2, 0x23);
	/* arpl ax, cx; setz dl; arpl [ebx], cx; setz dh */
	SYS_EMIT(t, 0x63, 0xc8, 0x0f, 0x94, 0xc2, 0x63, 0x0b, 0x0f, 0x94, 0xc6);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x13);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 0x0001);
	CU_ASSERT_EQUAL(sys_get(t, SYS_DATA, 2), 0x23);
	sys_free(t);
}

/* ---- far JMP, CALL, RET ---- */

static void emit_far(struct sys *t, uint8_t opcode, uint16_t sel, uint32_t off)
{
	const uint8_t code[] = { opcode, LE32(off), LE16(sel) };

	sys_emit(t, code, sizeof(code));
}

static void stop_at_other(struct sys *t)
{
	static const uint8_t stop[] = { VMCALL };

	sys_bytes(t, SYS_OTHER, stop, sizeof(stop));
}

static void test_far_jmp_real_mode(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);

	stop_at_other(t);
	SYS_EMIT(t, 0xea, LE16(0x10), LE16(SYS_OTHER / 16 - 1));
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, 0x13);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SYS_OTHER / 16 - 1);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].base, SYS_OTHER - 16);
	sys_free(t);
}

static void test_far_call_and_ret_real_mode(void)
{
	struct sys *t = sys_new(SYS_REAL, 0);
	static const uint8_t callee[] = { 0xca, LE16(4) };	/* retf 4 */

	sys_bytes(t, SYS_OTHER, callee, sizeof(callee));
	/* push ax; push ax; call far */
	SYS_EMIT(t, 0x50, 0x50, 0x9a, LE16(0), LE16(SYS_OTHER / 16));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], 0xf000);
	CU_ASSERT_EQUAL(sys_get(t, 0xf000 - 6, 2), SYS_CODE / 16);
	CU_ASSERT_EQUAL(sys_get(t, 0xf000 - 8, 2), 7);
	sys_free(t);
}

static void test_far_jmp_checks_the_code_segment(void)
{
	static const struct { uint16_t sel; int cpl, vector, error; } rows[] = {
		{ 0, 0, 13, 0 },
		{ SEL_BEYOND, 0, 13, SEL_BEYOND },
		{ SEL_DATA, 0, 13, SEL_DATA },
		{ SEL_CODE32 | 1, 0, 13, SEL_CODE32 },	/* RPL > CPL */
		{ SEL_CODE32, 3, 13, SEL_CODE32 },
		{ SEL_UCODE32, 0, 13, SEL_UCODE32 & ~3 },
		{ SEL_ABSENT_CODE, 0, 11, SEL_ABSENT_CODE },
		{ SEL_LDT, 0, 13, SEL_LDT },
		{ SEL_FREE, 0, 13, 0 },			/* beyond its limit */
		{ SEL_CONF32, 3, -1, SEL_CONF32 | 3 },
		{ SEL_CODE32, 0, -1, SEL_CODE32 },
		{ SEL_UCODE32 & ~3, 3, -1, SEL_UCODE32 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_PROT, (unsigned)rows[i].cpl);

		sys_gdt(t, SEL_FREE, sys_desc(0, SYS_OTHER - 1, 0x9b, 0x4000));
		stop_at_other(t);
		emit_far(t, 0xea, rows[i].sel, SYS_OTHER);
		if (rows[i].vector >= 0) {
			sys_faults(t, SYS_CODE, rows[i].vector, rows[i].error);
		} else {
			sys_run(t);
			CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 3);
			CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector,
					rows[i].error);
		}
		sys_free(t);
	}
}

static void test_far_call_and_ret_same_level(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);
	static const uint8_t callee[] = { 0xcb };

	sys_bytes(t, SYS_OTHER, callee, sizeof(callee));
	emit_far(t, 0x9a, SEL_CONF32, SYS_OTHER);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CODE32);
	CU_ASSERT_EQUAL(sys_get(t, SYS_STACK - 8, 4), SYS_CODE + 7);
	CU_ASSERT_EQUAL(sys_get(t, SYS_STACK - 4, 4), SEL_CODE32);
	sys_free(t);
}

static void test_far_jmp_between_long_and_compatibility_mode(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_put(t, SYS_DATA, 4, SYS_OTHER);
	sys_put(t, SYS_DATA + 4, 2, SEL_CODE32);
	/* jmp far [data] */
	SYS_EMIT(t, 0xff, 0x2c, 0x25, LE32(SYS_DATA));
	t->at = SYS_OTHER;
	/* 32-bit: dec eax is REX in 64-bit code; then back */
	SYS_EMIT(t, 0xb8, LE32(10), 0x48);
	emit_far(t, 0xea, SEL_CODE64, SYS_OTHER + 0x100);
	t->at = SYS_OTHER + 0x100;
	SYS_EMIT(t, 0x48, 0xff, 0xc0);		/* inc rax */
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 10);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_CODE64);
	sys_free(t);
}

/* 64-bit code has no base, whatever the descriptor says (SDM 3A §3.4.4); nor
 * has it when the embedder put one into the state. */
static void test_far_jmp_to_64_bit_code_ignores_the_base(void)
{
	for (unsigned way = 0; way < 3; way++) {
		struct sys *t = sys_new(SYS_LONG, 0);

		sys_gdt(t, SEL_FREE, sys_desc(way ? 0x345678 : 0, 0xfffff, 0x9b,
					      D_FLAT64));
		if (way == 2)		/* and a handler's */
			sys_idt(t, 6, SEL_FREE, sys_handler(6), 0x8e, 0);
		else if (way == 0)
			t->s.seg[VC_SEG_CS].base = 0x345678;
		/* push SEL_FREE; push SYS_OTHER; retfq */
		SYS_EMIT(t, 0x68, LE32(SEL_FREE), 0x68, LE32(SYS_OTHER), 0x48,
			 0xcb);
		/* jmp over an HLT; ud2 */
		sys_bytes(t, SYS_OTHER, "\xeb\x01\xf4\x0f\x0b", 5);
		sys_run(t);
		CU_ASSERT_EQUAL(sys_vector(t), 6);
		CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_OTHER + 3);
		sys_free(t);
	}
}

static void test_far_transfer_to_l_and_d_is_gp(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_gdt(t, SEL_FREE, sys_desc(0, 0xfffff, 0x9b, 0xe000));
	sys_put(t, SYS_DATA, 4, SYS_OTHER);
	sys_put(t, SYS_DATA + 4, 2, SEL_FREE);
	SYS_EMIT(t, 0xff, 0x2c, 0x25, LE32(SYS_DATA));
	sys_faults(t, SYS_CODE, 13, SEL_FREE);
	sys_free(t);
}

static void test_far_m16_64_with_rex_w(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	stop_at_other(t);
	sys_put(t, SYS_PML4 + 256 * 8, 8, SYS_PDPT | 7);
	sys_put(t, SYS_DATA, 8, 0xffff800000000000 | SYS_OTHER);
	sys_put(t, SYS_DATA + 8, 2, SEL_CODE64);
	SYS_EMIT(t, 0x48, 0xff, 0x1c, 0x25, LE32(SYS_DATA));	/* call */
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, (0xffff800000000000 | SYS_OTHER) + 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK - 16);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 8), SYS_CODE + 8);
	sys_free(t);

	t = sys_new(SYS_LONG, 0);
	sys_put(t, SYS_DATA, 8, 0x900000000000);
	sys_put(t, SYS_DATA + 8, 2, SEL_CODE64);
	SYS_EMIT(t, 0x48, 0xff, 0x2c, 0x25, LE32(SYS_DATA));
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

/* ---- call gates ---- */

static void test_call_gate_same_level(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	stop_at_other(t);
	sys_gate(t, SYS_GDT + SEL_GATE, false, SEL_CODE32, SYS_OTHER, 0x8c, 3);
	emit_far(t, 0x9a, SEL_GATE, 0x12345678);	/* offset is ignored */
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK - 8);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 4), SYS_CODE + 7);
	sys_free(t);
}

static void test_call_gate_inner_copies_parameters_and_returns(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);
	static const uint8_t callee[] = {
		0x8b, 0x44, 0x24, 0x08,		/* mov eax, [esp+8] */
		0x8b, 0x5c, 0x24, 0x0c,		/* mov ebx, [esp+12] */
		0x8b, 0x4c, 0x24, 0x10,		/* mov ecx, [esp+16] */
		0x89, 0xe2,			/* mov edx, esp */
		0xca, LE16(8),			/* retf 8 */
	};

	sys_bytes(t, SYS_OTHER, callee, sizeof(callee));
	sys_gate(t, SYS_GDT + SEL_GATE, false, SEL_CODE32, SYS_OTHER, 0xec, 2);
	/* an inner-level data segment, which the return takes away */
	sys_seg(&t->s.seg[VC_SEG_FS], SEL_DATA, 0, 0xffffffff, 0xc093);
	/* push 11; push 22; call gate */
	SYS_EMIT(t, 0x6a, 11, 0x6a, 22);
	emit_far(t, 0x9a, SEL_GATE | 3, 0);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 22);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 11);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], SYS_USTACK - 8);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], SYS_STACK0 - 24);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_USTACK);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector, SEL_UCODE32);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, SEL_UDATA);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_FS].selector, 0);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_DS].selector, SEL_UDATA);
	sys_free(t);
}

static void test_call_gate_of_31_parameters(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);

	stop_at_other(t);
	sys_gate(t, SYS_GDT + SEL_GATE, false, SEL_CODE32, SYS_OTHER, 0xec, 31);
	t->s.gpr[VC_RSP] = SYS_USTACK - 31 * 4;
	for (unsigned i = 0; i < 31; i++)
		sys_put(t, t->s.gpr[VC_RSP] + i * 4, 4, 0x1000 + i);
	emit_far(t, 0x9a, SEL_GATE | 3, 0);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK0 - 35 * 4);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 4), SYS_CODE + 7);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 4), 0x1000);
	CU_ASSERT_EQUAL(sys_frame(t, 32, 4), 0x1000 + 30);
	CU_ASSERT_EQUAL(sys_frame(t, 33, 4), SYS_USTACK - 31 * 4);
	CU_ASSERT_EQUAL(sys_frame(t, 34, 4), SEL_UDATA);
	sys_free(t);
}

static void test_call_gate_checks(void)
{
	static const struct {
		uint16_t cs;
		uint8_t access, opcode, rpl;
		int vector, error;
	} rows[] = {
		{ SEL_CODE32, 0x8c, 0x9a, 3, 13, SEL_GATE },	/* DPL < CPL */
		{ SEL_CODE32, 0x6c, 0x9a, 3, 11, SEL_GATE },	/* absent */
		{ 0, 0xec, 0x9a, 3, 13, 0 },
		{ SEL_DATA, 0xec, 0x9a, 3, 13, SEL_DATA },
		{ SEL_BEYOND, 0xec, 0x9a, 3, 13, SEL_BEYOND },
		{ SEL_ABSENT_CODE, 0xec, 0x9a, 3, 11, SEL_ABSENT_CODE },
		{ SEL_CODE32, 0xec, 0xea, 3, 13, SEL_CODE32 },	/* JMP */
		{ SEL_CODE1, 0xec, 0xea, 3, 13, SEL_CODE1 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_PROT, 3);

		sys_gate(t, SYS_GDT + SEL_GATE, false, rows[i].cs, SYS_OTHER,
			 rows[i].access, 0);
		emit_far(t, rows[i].opcode, SEL_GATE | rows[i].rpl, 0);
		sys_faults(t, SYS_CODE, rows[i].vector, rows[i].error);
		sys_free(t);
	}
}

static void test_call_gate_64_bit_to_level_0_and_back(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);
	static const uint8_t callee[] = {
		0x48, 0x89, 0xe0,		/* mov rax, rsp */
		0x8c, 0xd3,			/* mov ebx, ss */
		0x48, 0xcb,			/* retfq */
	};

	sys_bytes(t, SYS_OTHER, callee, sizeof(callee));
	sys_gate(t, SYS_GDT + SEL_GATE, true, SEL_CODE64, SYS_OTHER, 0xec, 0);
	sys_put(t, SYS_DATA, 8, 0);
	sys_put(t, SYS_DATA + 4, 2, SEL_GATE | 3);
	SYS_EMIT(t, 0xff, 0x1c, 0x25, LE32(SYS_DATA));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], SYS_STACK0 - 32);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_USTACK);
	CU_ASSERT_EQUAL(sys_get(t, SYS_STACK0 - 8, 8), SEL_UDATA);
	CU_ASSERT_EQUAL(sys_get(t, SYS_STACK0 - 32, 8), SYS_CODE + 7);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector, SEL_UDATA);
	sys_free(t);
}

static void test_call_gate_64_bit_upper_half_is_checked(void)
{
	struct sys *t = sys_new(SYS_LONG, 3);

	sys_gate(t, SYS_GDT + SEL_GATE, true, SEL_CODE64, SYS_OTHER, 0xec, 0);
	sys_put(t, SYS_GDT + SEL_GATE + 12, 4, 0x0c00);
	sys_put(t, SYS_DATA + 4, 2, SEL_GATE | 3);
	SYS_EMIT(t, 0xff, 0x1c, 0x25, LE32(SYS_DATA));
	sys_faults(t, SYS_CODE, 13, SEL_GATE);
	sys_free(t);
}

/* ---- RETF and IRET checks ---- */

static void frame_put(struct sys *t, unsigned size, unsigned n,
		      const uint64_t *v)
{
	for (unsigned i = 0; i < n; i++)
		sys_put(t, t->s.gpr[VC_RSP] + i * size, size, v[i]);
}

static void test_iret_checks_code_and_stack(void)
{
	static const struct {
		uint16_t cs, ss;
		uint64_t rip;
		int vector, error;
	} rows[] = {
		{ 0, SEL_UDATA, SYS_OTHER, 13, 0 },
		{ SEL_BEYOND, SEL_UDATA, SYS_OTHER, 13, SEL_BEYOND },
		{ SEL_UDATA, SEL_UDATA, SYS_OTHER, 13, SEL_UDATA & ~3 },
		{ SEL_UCODE64 & ~3, SEL_UDATA, SYS_OTHER, 13,
		  SEL_UCODE64 & ~3 },
		{ SEL_ABSENT_CODE, SEL_DATA, SYS_OTHER, 11, SEL_ABSENT_CODE },
		{ SEL_UCODE64, 0, SYS_OTHER, 13, 0 },
		{ SEL_UCODE64, 3, SYS_OTHER, 13, 0 },
		{ SEL_UCODE32, 3, SYS_OTHER, 13, 0 },
		{ SEL_UCODE64, SEL_DATA | 3, SYS_OTHER, 13, SEL_DATA },
		{ SEL_UCODE64, SEL_UDATA & ~3, SYS_OTHER, 13, SEL_UDATA & ~3 },
		{ SEL_UCODE64, SEL_UCODE64, SYS_OTHER, 13, SEL_UCODE64 & ~3 },
		{ SEL_UCODE64, SEL_FREE | 3, SYS_OTHER, 12, SEL_FREE },
		{ SEL_UCODE64, SEL_UDATA, 0x800000000000, 13, 0 },
		{ SEL_CODE64, 0, SYS_OTHER, -1, 0 },
		{ SEL_CODE64, SEL_DATA, SYS_OTHER, -1, 0 },
		{ SEL_UCODE64, SEL_UDATA, SYS_OTHER, -1, 0 },
		{ SEL_UCODE32, SEL_UDATA, SYS_OTHER, -1, 0 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_LONG, 0);
		const uint64_t f[5] = { rows[i].rip, rows[i].cs, 0x202,
					SYS_USTACK - 64, rows[i].ss };

		stop_at_other(t);
		sys_gdt(t, SEL_FREE, sys_desc(0, 0xfffff, 0x73, D_FLAT32));
		t->s.gpr[VC_RSP] = SYS_STACK - 64;
		frame_put(t, 8, 5, f);
		SYS_EMIT(t, 0x48, 0xcf);
		if (rows[i].vector >= 0) {
			sys_faults(t, SYS_CODE, rows[i].vector, rows[i].error);
			CU_ASSERT_EQUAL(sys_frame(t, 4, 8), SYS_STACK - 64);
		} else {
			sys_run(t);
			CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 3);
			CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_USTACK - 64);
			CU_ASSERT_EQUAL(t->s.seg[VC_SEG_CS].selector,
					rows[i].cs);
			CU_ASSERT_EQUAL(t->s.seg[VC_SEG_SS].selector,
					rows[i].ss);
			CU_ASSERT_EQUAL(t->s.rflags, 0x202);
		}
		sys_free(t);
	}
}

static void test_iret_flags_by_level(void)
{
	/* level 3, IOPL 0: IF and IOPL stay */
	struct sys *t = sys_new(SYS_LONG, 3);
	const uint64_t f[5] = { SYS_OTHER, SEL_UCODE64, 0x243cd7, SYS_USTACK,
				SEL_UDATA };

	stop_at_other(t);
	t->s.gpr[VC_RSP] = SYS_USTACK - 64;
	frame_put(t, 8, 5, f);
	t->s.rflags = 0x202;
	SYS_EMIT(t, 0x48, 0xcf);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 3);
	CU_ASSERT_EQUAL(t->s.rflags, 0x240ed7);
	sys_free(t);

	/* level 0: all of them */
	t = sys_new(SYS_LONG, 0);
	{
		const uint64_t g[5] = { SYS_OTHER, SEL_CODE64, 0x243cd7,
					SYS_STACK, SEL_DATA };

		stop_at_other(t);
		t->s.gpr[VC_RSP] = SYS_STACK - 64;
		frame_put(t, 8, 5, g);
	}
	t->s.rflags = 0x202;
	SYS_EMIT(t, 0x48, 0xcf);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rflags, 0x243cd7);
	sys_free(t);
}

static void test_iret_drops_inner_data_segments(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);
	const uint64_t f[5] = { SYS_OTHER, SEL_UCODE32, 0x2, SYS_USTACK,
				SEL_UDATA };

	stop_at_other(t);
	t->s.gpr[VC_RSP] = SYS_STACK - 64;
	frame_put(t, 4, 5, f);
	sys_seg(&t->s.seg[VC_SEG_ES], SEL_CONF32, 0, 0xffffffff, 0xc09f);
	sys_seg(&t->s.seg[VC_SEG_GS], SEL_UDATA, 0, 0xffffffff, 0xc0f3);
	SYS_EMIT(t, 0xcf);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_USTACK);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_DS].selector, 0);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_FS].selector, 0);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].selector, SEL_CONF32);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_GS].selector, SEL_UDATA);
	sys_free(t);
}

static void test_iret_with_nt_is_gp_in_long_mode(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	t->s.rflags = 0x4002;
	SYS_EMIT(t, 0x48, 0xcf);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_retf_checks(void)
{
	static const struct {
		uint16_t cs;
		uint32_t off;
		int vector, error;
	} rows[] = {
		{ 0, SYS_OTHER, 13, 0 },
		{ SEL_CODE32, SYS_OTHER, 13, SEL_CODE32 },  /* RPL < CPL */
		{ SEL_CODE32 | 3, SYS_OTHER, 13, SEL_CODE32 },
		{ SEL_UDATA, SYS_OTHER, 13, SEL_UDATA & ~3 },
		{ SEL_FREE | 3, SYS_OTHER, 13, 0 },	/* beyond the limit */
		{ SEL_UCODE32, SYS_OTHER, -1, 0 },
		{ SEL_CONF32 | 3, SYS_OTHER, -1, 0 },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = sys_new(SYS_PROT, 3);
		const uint64_t f[2] = { rows[i].off, rows[i].cs };

		sys_gdt(t, SEL_FREE, sys_desc(0, 0xfff, 0xfb, 0x4000));
		stop_at_other(t);
		t->s.gpr[VC_RSP] = SYS_USTACK - 64;
		frame_put(t, 4, 2, f);
		SYS_EMIT(t, 0xca, LE16(8));
		if (rows[i].vector >= 0) {
			sys_faults(t, SYS_CODE, rows[i].vector, rows[i].error);
		} else {
			sys_run(t);
			CU_ASSERT_EQUAL(t->s.rip, SYS_OTHER + 3);
			CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_USTACK - 48);
		}
		sys_free(t);
	}
}

/* ---- virtual-8086 mode ---- */

static void test_v86_entry_by_iret_and_exit_by_fault(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);
	const uint64_t f[9] = { 0x10, SYS_OTHER / 16, 0x20202, 0xe000, 0x2000,
				0x111, 0x900, 0x333, 0x444 };
	static const uint8_t code[] = {
		0xa1, LE16(4),			/* mov ax, [4] */
		0xf4,				/* hlt: #GP */
	};

	sys_bytes(t, SYS_OTHER + 0x10, code, sizeof(code));
	sys_put(t, 0x9004, 2, 0x7788);
	t->s.gpr[VC_RSP] = SYS_STACK - 64;
	frame_put(t, 4, 9, f);
	SYS_EMIT(t, 0xcf);
	sys_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX] & 0xffff, 0x7788);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], SYS_STACK0 - 40);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 4), 0);
	CU_ASSERT_EQUAL(sys_frame(t, 1, 4), 0x13);
	CU_ASSERT_EQUAL(sys_frame(t, 2, 4), SYS_OTHER / 16);
	CU_ASSERT_EQUAL(sys_frame(t, 3, 4), 0x30202);
	CU_ASSERT_EQUAL(sys_frame(t, 4, 4), 0xe000);
	CU_ASSERT_EQUAL(sys_frame(t, 5, 4), 0x2000);
	CU_ASSERT_EQUAL(sys_frame(t, 6, 4), 0x111);
	CU_ASSERT_EQUAL(sys_frame(t, 7, 4), 0x900);
	CU_ASSERT_EQUAL(sys_frame(t, 8, 4), 0x333);
	CU_ASSERT_EQUAL(sys_frame(t, 9, 4), 0x444);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_DS].selector, 0);
	CU_ASSERT_EQUAL(t->s.rflags & 0x20000, 0);
	sys_free(t);
}

static void test_v86_int_needs_iopl_3(void)
{
	for (unsigned iopl = 0; iopl < 4; iopl += 3) {
		struct sys *t = sys_new(SYS_PROT, 0);
		const uint64_t f[9] = { 0, SYS_OTHER / 16,
					0x20002 | iopl << 12, 0xe000, 0x2000,
					0, 0, 0, 0 };
		static const uint8_t code[] = { 0xcd, 0x40 };

		sys_bytes(t, SYS_OTHER, code, sizeof(code));
		sys_idt(t, 0x40, SEL_CODE32, sys_handler(0x40), 0xee, 0);
		t->s.gpr[VC_RSP] = SYS_STACK - 64;
		frame_put(t, 4, 9, f);
		SYS_EMIT(t, 0xcf);
		sys_run(t);
		CU_ASSERT_EQUAL(sys_vector(t), iopl ? 0x40 : 13);
		CU_ASSERT_EQUAL(sys_frame(t, iopl ? 0 : 1, 4), iopl ? 2 : 0);
		sys_free(t);
	}
}

RIG_SUITE(engine_system_seg) {
	RIG_TEST(test_seg_load_fills_the_hidden_part),
	RIG_TEST(test_seg_load_sets_the_accessed_bit),
	RIG_TEST(test_seg_data_registers_check_descriptors),
	RIG_TEST(test_seg_ss_checks_descriptors),
	RIG_TEST(test_seg_null_ss_is_allowed_in_64_bit_code_below_level_3),
	RIG_TEST(test_seg_null_fs_clears_its_base),
	RIG_TEST(test_seg_store_forms),
	RIG_TEST(test_seg_push_and_pop),
	RIG_TEST(test_seg_pop_that_faults_leaves_sp),
	RIG_TEST(test_seg_lds_and_lss_load_both),
	RIG_TEST(test_seg_lds_that_faults_leaves_the_register),
	RIG_TEST(test_seg_ldt_selectors),
	RIG_TEST(test_seg_limit_is_checked_to_the_last_byte),
	RIG_TEST(test_seg_expand_down),
	RIG_TEST(test_seg_write_to_read_only_and_code_is_gp),
	RIG_TEST(test_seg_null_register_cannot_be_used),
	RIG_TEST(test_seg_stack_limit_is_ss),
	RIG_TEST(test_seg_real_mode_limit_faults),
	RIG_TEST(test_seg_unreal_mode_keeps_the_limit),
	RIG_TEST(test_seg_fs_base_wraps_in_long_mode),
	RIG_TEST(test_seg_code_limit_ends_execution),
	RIG_TEST(test_seg_lgdt_and_sgdt),
	RIG_TEST(test_seg_lgdt_refuses_level_3_and_non_canonical_bases),
	RIG_TEST(test_seg_lgdt_of_16_bits_has_24_bits_of_base),
	RIG_TEST(test_seg_umip_hides_tables_from_level_3),
	RIG_TEST(test_seg_ltr_marks_the_tss_busy),
	RIG_TEST(test_seg_ltr_and_lldt_check_descriptors),
	RIG_TEST(test_seg_ltr_of_a_busy_tss_is_gp),
	RIG_TEST(test_seg_selector_instructions_are_ud_in_real_mode),
	RIG_TEST(test_seg_lar_lsl_verr_verw),
	RIG_TEST(test_seg_arpl),
	RIG_TEST(test_far_jmp_real_mode),
	RIG_TEST(test_far_call_and_ret_real_mode),
	RIG_TEST(test_far_jmp_checks_the_code_segment),
	RIG_TEST(test_far_call_and_ret_same_level),
	RIG_TEST(test_far_jmp_between_long_and_compatibility_mode),
	RIG_TEST(test_far_jmp_to_64_bit_code_ignores_the_base),
	RIG_TEST(test_far_transfer_to_l_and_d_is_gp),
	RIG_TEST(test_far_m16_64_with_rex_w),
	RIG_TEST(test_call_gate_same_level),
	RIG_TEST(test_call_gate_inner_copies_parameters_and_returns),
	RIG_TEST(test_call_gate_of_31_parameters),
	RIG_TEST(test_call_gate_checks),
	RIG_TEST(test_call_gate_64_bit_to_level_0_and_back),
	RIG_TEST(test_call_gate_64_bit_upper_half_is_checked),
	RIG_TEST(test_iret_checks_code_and_stack),
	RIG_TEST(test_iret_flags_by_level),
	RIG_TEST(test_iret_drops_inner_data_segments),
	RIG_TEST(test_iret_with_nt_is_gp_in_long_mode),
	RIG_TEST(test_retf_checks),
	RIG_TEST(test_v86_entry_by_iret_and_exit_by_fault),
	RIG_TEST(test_v86_int_needs_iopl_3),
	RIG_END
};
