/* SPDX-License-Identifier: MIT */
/*
 * test_engine_smc.c: code that changes: whoever writes it and however it is
 * mapped, the next instruction is the one that memory holds (SDM 3A §11.6: on
 * one processor a store and a jump suffice; we promise it without the jump).
 */
#include <time.h>

#include "engine_rig.h"

#define OTHER	0x50000u	/* pages for code of its own */

/* ---- stores of the running code ---- */

static void test_smc_store_makes_an_undefined_instruction_a_good_one(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov byte [rip + 2], 0xc0; 48 8e ff (no such segment register)
	 * becomes 48 8e c0: mov es, eax */
	t->s.gpr[VC_RAX] = 0;
	SYS_EMIT(t, 0xc6, 0x05, LE32(2), 0xc0, 0x48, 0x8e, 0xff);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.seg[VC_SEG_ES].selector, 0);
	sys_free(t);
}

static void test_smc_store_changes_the_next_instruction(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov byte [rip + 1], 2; mov eax, 1 */
	SYS_EMIT(t, 0xc6, 0x05, LE32(1), 2, 0xb8, LE32(1));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 2);
	sys_free(t);
}

static void test_smc_store_changes_an_opcode_some_instructions_on(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* mov word [rip + 4], 0xc0ff (inc eax); xor eax, eax; nop; nop;
	 * two bytes that were ud2; nops */
	SYS_EMIT(t, 0x66, 0xc7, 0x05, LE32(4), LE16(0xc0ff), 0x31, 0xc0, 0x90,
		 0x90, 0x0f, 0x0b, 0x90);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 1);
	sys_free(t);
}

static void test_smc_instruction_patches_itself(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* L: add byte [rip - 1], 1 (its own immediate: 1, 2, 4, 8);
	 * dec ecx; jnz L */
	t->s.gpr[VC_RCX] = 3;
	SYS_EMIT(t, 0x80, 0x05, LE32(-1), 1, 0xff, 0xc9, 0x75, 0xf5);
	sys_passes(t);
	CU_ASSERT_EQUAL(sys_get(t, SYS_CODE + 6, 1), 8);
	sys_free(t);
}

static void test_smc_branch_patches_its_own_target_block(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* L: inc dword [rip + A]; A: mov eax, imm32 that the inc changes;
	 * dec ecx; jnz L: the block stores into itself each time round */
	t->s.gpr[VC_RCX] = 1000;
	SYS_EMIT(t, 0xff, 0x05, LE32(1), 0xb8, LE32(0), 0xff, 0xc9, 0x75,
		 0xf1);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 1000);
	sys_free(t);
}

static void test_smc_store_in_another_block_reaches_linked_blocks(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/*
	 * call F; mov [F + 1], imm; call F: the second call is linked to what
	 * the first found.
	 */
	t->s.gpr[VC_RDI] = OTHER;
	t->s.gpr[VC_RCX] = 50;
	sys_bytes(t, OTHER, "\xb8\x00\x00\x00\x00\xc3", 6);
	/* L: call rdi; add edx, eax; inc byte [rdi + 1]; dec ecx; jnz L */
	SYS_EMIT(t, 0xff, 0xd7, 0x01, 0xc2, 0xfe, 0x47, 0x01, 0xff, 0xc9, 0x75,
		 0xf5);
	t->s.gpr[VC_RDX] = 0;
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 49 * 50 / 2);
	sys_free(t);
}

/* Code that has run as function OTHER is changed by code; then run again. */
static void changed_by(const uint8_t *code, size_t n,
		       void (*setup)(struct sys *))
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint8_t call[] = { 0xff, 0xd3 };	/* call rbx */

	t->s.cr4 |= 0x200;			/* OSFXSR */
	t->s.gpr[VC_RBX] = OTHER;
	t->s.gpr[VC_RDI] = OTHER + 1;
	t->s.gpr[VC_RSI] = SYS_DATA;
	sys_put(t, SYS_DATA, 4, 0x1234567);
	sys_bytes(t, OTHER, "\xb8\x01\x00\x00\x00\xc3", 6);
	if (setup)
		setup(t);
	sys_emit(t, call, 2);
	sys_emit(t, code, n);
	sys_emit(t, call, 2);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x1234567);
	sys_free(t);
}
#define CHANGED_BY(setup, ...) do { \
	static const uint8_t code_[] = { __VA_ARGS__ }; \
	changed_by(code_, sizeof(code_), setup); \
} while (0)

static void test_smc_code_written_by_rep_movs(void)
{
	/* mov ecx, 4; rep movsb */
	CHANGED_BY(NULL, 0xb9, LE32(4), 0xf3, 0xa4);
	/* mov ecx, 1; rep movsd */
	CHANGED_BY(NULL, 0xb9, LE32(1), 0xf3, 0xa5);
	/* movsd */
	CHANGED_BY(NULL, 0xa5);
	/* backwards: rdi, rsi += 3; std; rep movsb; cld */
	CHANGED_BY(NULL, 0xb9, LE32(4), 0x48, 0x83, 0xc7, 3, 0x48, 0x83, 0xc6,
		   3, 0xfd, 0xf3, 0xa4, 0xfc);
}

static void test_smc_code_written_by_rep_stos(void)
{
	/* mov eax, imm; mov ecx, 1; rep stosd */
	CHANGED_BY(NULL, 0xb8, LE32(0x1234567), 0xb9, LE32(1), 0xf3, 0xab);
}

static void test_smc_code_written_by_locked_instructions(void)
{
	/* mov eax, imm - 1; lock add [rdi], eax */
	CHANGED_BY(NULL, 0xb8, LE32(0x1234566), 0xf0, 0x01, 0x07);
	/* mov eax, imm; xchg [rdi], eax */
	CHANGED_BY(NULL, 0xb8, LE32(0x1234567), 0x87, 0x07);
	/* mov eax, 1; mov ecx, imm; lock cmpxchg [rdi], ecx */
	CHANGED_BY(NULL, 0xb8, LE32(1), 0xb9, LE32(0x1234567), 0xf0, 0x0f,
		   0xb1, 0x0f);
}

static void test_smc_code_written_by_push_and_call(void)
{
	/* lea rsp, [rdi + 8]; mov rax, imm64 (imm, ret); push rax;
	 * mov esp, SYS_STACK */
	CHANGED_BY(NULL, 0x48, 0x8d, 0x67, 0x08, 0x48, 0xb8, LE32(0x1234567),
		   LE32(0xc3), 0x50, 0xbc, LE32(SYS_STACK));
}

static void fill_xmm0(struct sys *t)
{
	/* the bytes of the whole function at the place of XMM0 */
	uint8_t fn[16] = { 0xb8, LE32(0x1234567), 0xc3 };

	sys_bytes(t, SYS_DATA + 16, fn, 16);
}

static void test_smc_code_written_by_sse_stores(void)
{
	/* movdqu xmm0, [rsi + 16]; movdqu [rbx], xmm0 */
	CHANGED_BY(fill_xmm0, 0xf3, 0x0f, 0x6f, 0x46, 0x10, 0xf3, 0x0f, 0x7f,
		   0x03);
}

static void test_smc_code_written_by_fxsave(void)
{
	/* movdqu xmm0, [rsi + 16]; fxsave [rbx - 160]: XMM0 lies at 160 */
	CHANGED_BY(fill_xmm0, 0xf3, 0x0f, 0x6f, 0x46, 0x10, 0x0f, 0xae, 0x83,
		   LE32(-160));
}

static void test_smc_code_written_by_every_plain_form(void)
{
	/* mov dword [rdi], imm */
	CHANGED_BY(NULL, 0xc7, 0x07, LE32(0x1234567));
	/* xor ecx, ecx; mov eax, imm; mov [rdi + rcx * 2], eax */
	CHANGED_BY(NULL, 0x31, 0xc9, 0xb8, LE32(0x1234567), 0x89, 0x04, 0x4f);
	/* add dword [rdi], imm */
	CHANGED_BY(NULL, 0x81, 0x07, LE32(0x1234566));
	/* mov eax, imm; movnti [rdi], eax */
	CHANGED_BY(NULL, 0xb8, LE32(0x1234567), 0x0f, 0xc3, 0x07);
	/* push qword [rsi]; pop qword [rdi]; mov byte [rdi + 4], 0xc3 */
	CHANGED_BY(NULL, 0xff, 0x36, 0x8f, 0x07, 0xc6, 0x47, 0x04, 0xc3);
}

static void test_smc_code_written_by_a_page_walk(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t slot = SYS_PT + (ENG_FREE_VA >> 12) * 8;

	/*
	 * The page's own PTE is the immediate of "mov rax, imm64"; before it
	 * lie the opcode's bytes (an entry that is not present), behind it ret.
	 */
	sys_put(t, slot - 8, 8, UINT64_C(0xb848000000000000));
	eng_map(t, ENG_FREE_VA, SYS_DATA, 3);
	sys_put(t, slot + 8, 1, 0xc3);
	t->s.gpr[VC_RBX] = slot - 2;
	t->s.gpr[VC_RDI] = ENG_FREE_VA;
	/* call rbx; mov rcx, rax; mov dl, [rdi]; call rbx; mov rsi, rax;
	 * mov [rdi], dl; call rbx */
	SYS_EMIT(t, 0xff, 0xd3, 0x48, 0x89, 0xc1, 0x8a, 0x17, 0xff, 0xd3, 0x48,
		 0x89, 0xc6, 0x88, 0x17, 0xff, 0xd3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], SYS_DATA | 3);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RSI], SYS_DATA | 0x23);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], SYS_DATA | 0x63);
	sys_free(t);
}

/* ---- data beside code ---- */

/* Seconds for count rounds of: inc dword [rdi]; dec ecx; jnz */
static double beside(uint64_t data, uint32_t count)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	clock_t start;
	double took;

	t->s.gpr[VC_RCX] = count;
	t->s.gpr[VC_RDI] = data;
	SYS_EMIT(t, 0xff, 0x07, 0xff, 0xc9, 0x75, 0xfa, VMCALL);
	sys_put(t, data, 4, 0);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	start = clock();
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	took = (double)(clock() - start) / CLOCKS_PER_SEC;
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->exit->retired, (uint64_t)count * 3 + 1);
	CU_ASSERT_EQUAL(sys_get(t, data, 4), count);
	sys_free(t);
	return took;
}

static void test_smc_data_beside_code_is_not_disturbed(void)
{
	/* elsewhere, on the same page, within the same 64 bytes */
	double apart = beside(SYS_DATA, 100000);
	double page = beside(SYS_CODE + 0x800, 100000);
	double line = beside(SYS_CODE + 0x20, 100000);

	/* about 15 times in practice; what must not be is decoding anew */
	CU_ASSERT(page < apart * 100 + 0.5);
	CU_ASSERT(line < apart * 100 + 0.5);
}

static void test_smc_data_among_many_blocks_of_a_page(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* 500 little functions "inc eax; ret", each with a counter behind it */
	for (unsigned i = 0; i < 500; i++)
		sys_bytes(t, OTHER + i * 8, "\xff\xc0\xc3\x00\x00\x00\x00\x00",
			  8);
	t->s.gpr[VC_RAX] = 0;
	t->s.gpr[VC_RDX] = 20;
	/* O: mov ebx, OTHER; mov ecx, 500; L: call rbx; inc dword [rbx + 4];
	 * add rbx, 8; dec ecx; jnz L; dec edx; jnz O */
	SYS_EMIT(t, 0xbb, LE32(OTHER), 0xb9, LE32(500), 0xff, 0xd3, 0xff, 0x43,
		 0x04, 0x48, 0x83, 0xc3, 0x08, 0xff, 0xc9, 0x75, 0xf3, 0xff,
		 0xca, 0x75, 0xe5);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 10000);
	for (unsigned i = 0; i < 500; i++)
		CU_ASSERT_EQUAL(sys_get(t, OTHER + i * 8 + 4, 1), 20);
	sys_free(t);
}

/* ---- instructions on two pages ---- */

/* mov eax, imm32 with its last two bytes on the next page, then ret there. */
#define STRADDLE	(OTHER + 0x1000 - 3)

static void put_straddling(struct sys *t, uint64_t first, uint64_t second,
			   uint32_t imm)
{
	sys_put(t, first + 0xffd, 1, 0xb8);
	sys_put(t, first + 0xffe, 2, imm & 0xffff);
	sys_put(t, second, 2, imm >> 16);
	sys_put(t, second + 2, 1, 0xc3);
}

static void test_smc_straddling_instruction_either_page_changes(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	put_straddling(t, OTHER, OTHER + 0x1000, 0x11112222);
	t->s.gpr[VC_RBX] = STRADDLE;
	/* call rbx; mov ecx, eax; mov word [rbx + 1], 0x3333; call rbx;
	 * mov edx, eax; mov word [rbx + 3], 0x4444; call rbx */
	SYS_EMIT(t, 0xff, 0xd3, 0x89, 0xc1, 0x66, 0xc7, 0x43, 0x01,
		 LE16(0x3333), 0xff, 0xd3, 0x89, 0xc2, 0x66, 0xc7, 0x43, 0x03,
		 LE16(0x4444), 0xff, 0xd3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x11112222);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 0x11113333);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x44443333);
	sys_free(t);
}

/* Remap the page at va in the guest (mov [pte], rax), then do how. */
static void straddling_remapped(bool second, const uint8_t *how, size_t n)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t va = ENG_FREE_VA, turned = second ? va + 0x1000 : va;

	put_straddling(t, OTHER, OTHER + 0x1000, 0x11112222);
	put_straddling(t, OTHER + 0x2000, OTHER + 0x3000, 0x33334444);
	eng_map(t, va, OTHER, 3);
	eng_map(t, va + 0x1000, OTHER + 0x1000, 3);
	t->s.gpr[VC_RBX] = va + 0xffd;
	t->s.gpr[VC_RDI] = turned;
	t->s.gpr[VC_RSI] = SYS_PT + (turned >> 12) * 8;
	t->s.gpr[VC_RBP] = (second ? OTHER + 0x3000 : OTHER + 0x2000) | 3;
	/* call rbx (twice, so that it is linked); mov ecx, eax;
	 * mov [rsi], rbp; how; call rbx */
	SYS_EMIT(t, 0xff, 0xd3, 0xff, 0xd3, 0x89, 0xc1, 0x48, 0x89, 0x2e);
	sys_emit(t, how, n);
	SYS_EMIT(t, 0xff, 0xd3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x11112222);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], second ? 0x33332222 : 0x11114444);
	sys_free(t);
}

static void test_smc_straddling_instruction_either_page_remapped(void)
{
	/* invlpg [rdi]; mov rax, cr3, mov cr3, rax */
	static const uint8_t invlpg[] = { 0x0f, 0x01, 0x3f };
	static const uint8_t cr3[] = { 0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8 };

	straddling_remapped(false, invlpg, sizeof(invlpg));
	straddling_remapped(true, invlpg, sizeof(invlpg));
	straddling_remapped(false, cr3, sizeof(cr3));
	straddling_remapped(true, cr3, sizeof(cr3));
}

static void test_smc_straddling_from_a_page_into_itself(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* Both virtual pages are the same physical one. */
	put_straddling(t, OTHER, OTHER, 0x11112222);
	eng_map(t, ENG_FREE_VA, OTHER, 3);
	eng_map(t, ENG_FREE_VA + 0x1000, OTHER, 3);
	t->s.gpr[VC_RBX] = ENG_FREE_VA + 0xffd;
	/* call rbx; mov ecx, eax; mov word [rbx + 3], 0x4444; call rbx;
	 * mov edx, eax; mov word [rbx + 1], 0x3333; call rbx */
	SYS_EMIT(t, 0xff, 0xd3, 0x89, 0xc1, 0x66, 0xc7, 0x43, 0x03,
		 LE16(0x4444), 0xff, 0xd3, 0x89, 0xc2, 0x66, 0xc7, 0x43, 0x01,
		 LE16(0x3333), 0xff, 0xd3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x11112222);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 0x44442222);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x44443333);
	sys_free(t);
}

static void test_smc_straddling_into_an_absent_page_is_pf(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	put_straddling(t, OTHER, OTHER + 0x1000, 0x11112222);
	eng_map(t, ENG_FREE_VA, OTHER, 3);
	t->s.gpr[VC_RBX] = ENG_FREE_VA + 0xffd;
	SYS_EMIT(t, 0xff, 0xd3);
	sys_faults(t, ENG_FREE_VA + 0xffd, 14, 0);
	CU_ASSERT_EQUAL(t->s.cr2, ENG_FREE_VA + 0x1000);
	sys_free(t);
}

static void test_smc_one_loop_at_all_offsets_of_a_page(void)
{
	/* L: add rax, rcx; mov [rsi], rax; cmp rax, [rsi]; jne X; push rcx;
	 * call F; pop rdx; dec rcx; jnz L; X: vmcall; F: lea rax, [rax + 3];
	 * ret */
	static const uint8_t loop[] = {
		0x48, 0x01, 0xc8, 0x48, 0x89, 0x06, 0x48, 0x3b, 0x06, 0x75,
		0x0c, 0x51, 0xe8, LE32(9), 0x5a, 0x48, 0xff, 0xc9, 0x75, 0xe9,
		VMCALL, 0x90, 0x90, 0x48, 0x8d, 0x40, 0x03, 0xc3,
	};
	struct sys *t = sys_new(SYS_LONG, 0);
	unsigned bad = 0;

	for (unsigned off = 0; off < 4096; off++) {
		uint64_t before = vc_vcpu_retired(t->vcpu);

		sys_bytes(t, OTHER + off, loop, sizeof(loop));
		t->s.rip = OTHER + off;
		t->s.gpr[VC_RAX] = 0;
		t->s.gpr[VC_RCX] = 40;
		t->s.gpr[VC_RSI] = SYS_DATA;
		t->s.gpr[VC_RSP] = SYS_STACK;
		t->s.retired = before;
		sys_run(t);
		if (t->reason != VC_EXIT_HYPERCALL ||
		    t->s.rip != OTHER + off + 26 ||
		    t->s.gpr[VC_RAX] != 40 * 41 / 2 + 40 * 3 ||
		    t->s.retired - before != 40 * 13 + 1) {
			if (!bad++)
				fprintf(stderr, "offset %#x: reason %u, rip "
					"%#llx, rax %llu, retired %llu\n", off,
					(unsigned)t->reason,
					(unsigned long long)t->s.rip,
					(unsigned long long)t->s.gpr[VC_RAX],
					(unsigned long long)(t->s.retired -
							     before));
		}
	}
	CU_ASSERT_EQUAL(bad, 0);
	sys_free(t);
}

/* ---- written by others ---- */

static void test_smc_code_written_by_the_embedder(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint8_t five = 5, six = 6;

	SYS_EMIT(t, 0xb8, LE32(4), VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 4);
	t->s.rip = SYS_CODE;
	RIG_OK(vc_memory_write(t->vm, SYS_CODE + 1, &five, 1));
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 5);
	t->s.rip = SYS_CODE;
	t->ram[SYS_CODE + 1] = six;
	RIG_OK(vc_memory_written(t->vm, SYS_CODE + 1, 1));
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 6);
	t->s.rip = SYS_CODE;
	RIG_OK(vc_vcpu_write(t->vcpu, SYS_CODE + 1, &five, 1));
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 5);
	sys_free(t);
}

static void test_smc_many_pieces_written_by_the_embedder(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* More pieces than are remembered one by one. */
	for (unsigned i = 0; i < 100; i++)
		sys_bytes(t, OTHER + i * 0x100, "\xff\xc0\xc3", 3);
	t->s.gpr[VC_RBX] = OTHER;
	t->s.gpr[VC_RCX] = 100;
	/* L: call rbx; add rbx, 0x100; dec ecx; jnz L */
	SYS_EMIT(t, 0xff, 0xd3, 0x48, 0x81, 0xc3, LE32(0x100), 0xff, 0xc9,
		 0x75, 0xf3, VMCALL);
	t->s.gpr[VC_RAX] = 0;
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 100);
	for (unsigned i = 0; i < 100; i++)
		sys_bytes(t, OTHER + i * 0x100 + 1, "\xc8", 1);	/* dec eax */
	t->s.rip = SYS_CODE;
	t->s.gpr[VC_RBX] = OTHER;
	t->s.gpr[VC_RCX] = 100;
	sys_run(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0);
	sys_free(t);
}

/* A device that writes code when its register is written. */
struct patcher {
	vc_vm *vm;
	uint64_t gpa;
};

static void patch(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct patcher *p = self;
	uint8_t byte = (uint8_t)v;

	(void)off, (void)size;
	CU_ASSERT_EQUAL(vc_dma_write(p->vm, p->gpa, &byte, 1), 0);
}

static void test_smc_code_written_by_dma_is_seen_by_the_next_instruction(void)
{
	static const vc_device_ops ops = { .size = sizeof(ops),
		.name = "patcher", .write = patch };
	struct sys *t = sys_new(SYS_LONG, 0);
	struct patcher p = { t->vm, SYS_CODE + 3 };
	vc_device *dev;

	RIG_OK(vc_device_create(&dev, t->vm, &ops, &p));
	RIG_OK(vc_device_map_port(dev, 0x40, 1, 0));
	RIG_OK(vc_device_map_mmio(dev, ENG_VOID, 8, 0));
	eng_map(t, ENG_FREE_VA, ENG_VOID, 3);
	/* out 0x40, al; mov ecx, imm: the port is written, the immediate
	 * changes */
	t->s.gpr[VC_RAX] = 7;
	SYS_EMIT(t, 0xe6, 0x40, 0xb9, LE32(1));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 7);
	/* the same by a memory access: mov [rdi], al; mov ecx, imm */
	eng_restart(t);
	t->s.gpr[VC_RAX] = 9;
	t->s.gpr[VC_RDI] = ENG_FREE_VA;
	SYS_EMIT(t, 0x88, 0x07, 0xb9, LE32(1));
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 9);
	sys_free(t);
}

/* ---- several views of the same bytes ---- */

static void test_smc_one_page_at_two_addresses(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* lea rax, [rip]; ret */
	sys_bytes(t, OTHER, "\x48\x8d\x05\x00\x00\x00\x00\xc3", 8);
	eng_map(t, ENG_FREE_VA, OTHER, 3);
	eng_map(t, ENG_FREE_VA + 0x5000, OTHER, 3);
	/* call each twice in turns: rbx, rbp; sum their differences */
	t->s.gpr[VC_RBX] = ENG_FREE_VA;
	t->s.gpr[VC_RBP] = ENG_FREE_VA + 0x5000;
	t->s.gpr[VC_RCX] = 10;
	t->s.gpr[VC_RDX] = 0;
	/* L: call rbp; add rdx, rax; call rbx; sub rdx, rax; dec ecx; jnz L */
	SYS_EMIT(t, 0xff, 0xd5, 0x48, 0x01, 0xc2, 0xff, 0xd3, 0x48, 0x29, 0xc2,
		 0xff, 0xc9, 0x75, 0xf2);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 10 * 0x5000);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], ENG_FREE_VA + 7);
	sys_free(t);
}

static void test_smc_one_page_in_16_32_and_64_bit_code(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	unsigned size[3] = { 0xa09b, 0xc09b, 0x809b };

	/*
	 * 48 ff c0: inc rax; dec eax, inc eax; dec ax, inc ax.
	 * b8 11 22 33 44: mov eax; in 16-bit code mov ax, xor sp, [si].
	 */
	sys_bytes(t, OTHER, "\x48\xff\xc0\x66\xb8\x11\x22\x33\xc9\x90\x0f\x01"
		  "\xc1", 13);
	for (unsigned i = 0; i < 6; i++) {
		t->s.rip = OTHER;
		t->s.seg[VC_SEG_CS].attr = (uint16_t)size[i % 3];
		t->s.gpr[VC_RAX] = UINT64_C(0xffffffffffffffff);
		t->s.gpr[VC_RCX] = 0x55;
		sys_run(t);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
		if (i % 3 == 0)	/* inc rax; mov ax, 0x2211; xor ecx, ecx */
			CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x2211);
		if (i % 3 == 1)	/* dec, inc eax clear the upper half */
			CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xffff2211);
		if (i % 3 != 2) {
			CU_ASSERT_EQUAL(t->s.rip, OTHER + 13);
			CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0);
		}
		/* 66 b8 is mov eax, imm32 in 16-bit code: c9 33 22 11, nop */
		if (i % 3 == 2) {
			CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xc9332211);
			CU_ASSERT_EQUAL(t->s.gpr[VC_RCX], 0x55);
		}
	}
	sys_free(t);
}

static void test_smc_store_through_an_alias(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	sys_bytes(t, OTHER, "\xb8\x01\x00\x00\x00\xc3", 6);
	eng_map(t, ENG_FREE_VA, OTHER, 3);
	t->s.gpr[VC_RBX] = OTHER;
	t->s.gpr[VC_RDI] = ENG_FREE_VA;
	/* mov dl, [rdi]; mov [rdi + 64], dl (a write entry before the code is
	 * known); call rbx; mov byte [rdi + 1], 2; call rbx */
	SYS_EMIT(t, 0x8a, 0x17, 0x88, 0x57, 0x40, 0xff, 0xd3, 0xc6, 0x47, 0x01,
		 0x02, 0xff, 0xd3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 2);
	sys_free(t);
}

static void test_smc_store_through_memory_that_is_mapped_twice(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* The embedder shows RAM a second time at 2 MiB + OTHER. */
	RIG_OK(vc_memory_map(t->vm, ENG_VOID, t->ram + OTHER, 0x1000,
			     VC_PROT_RWX));
	sys_bytes(t, OTHER, "\xb8\x01\x00\x00\x00\xc3", 6);
	eng_map(t, ENG_FREE_VA, ENG_VOID, 3);
	t->s.gpr[VC_RBX] = OTHER;
	t->s.gpr[VC_RDI] = ENG_FREE_VA;
	/* call rbx; mov byte [rdi + 1], 2; call rbx; then the other way */
	SYS_EMIT(t, 0xff, 0xd3, 0xc6, 0x47, 0x01, 0x02, 0xff, 0xd3, 0x89, 0xc2,
		 0xff, 0xd7, 0xc6, 0x43, 0x01, 0x05, 0xff, 0xd7);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RDX], 2);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 5);
	RIG_OK(vc_memory_unmap(t->vm, ENG_VOID));
	sys_free(t);
}

static void test_smc_memory_mapped_anew_has_its_own_code(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	eng_map(t, ENG_FREE_VA, ENG_VOID, 3);
	t->s.gpr[VC_RBX] = ENG_FREE_VA;
	SYS_EMIT(t, 0xff, 0xd3, VMCALL);
	for (unsigned i = 1; i < 5; i++) {
		uint8_t fn[6] = { 0xb8, (uint8_t)i, 0, 0, 0, 0xc3 };

		RIG_OK(vc_memory_map(t->vm, ENG_VOID, NULL, 0x1000,
				     VC_PROT_RWX));
		RIG_OK(vc_memory_write(t->vm, ENG_VOID, fn, 6));
		t->s.rip = SYS_CODE;
		sys_run(t);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], i);
		RIG_OK(vc_memory_unmap(t->vm, ENG_VOID));
	}
	t->s.rip = SYS_CODE;
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_FAIL);
	CU_ASSERT_EQUAL(t->exit->fail.code, VC_FAIL_FETCH);
	CU_ASSERT_EQUAL(t->exit->fail.address, ENG_VOID);
	CU_ASSERT_EQUAL(t->s.rip, ENG_FREE_VA);
	sys_free(t);
}

static void test_smc_page_that_becomes_not_executable(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	eng_map(t, ENG_FREE_VA, ENG_VOID, 3);
	RIG_OK(vc_memory_map(t->vm, ENG_VOID, NULL, 0x1000, VC_PROT_RWX));
	RIG_OK(vc_memory_write(t->vm, ENG_VOID, "\xc3", 1));
	t->s.gpr[VC_RBX] = ENG_FREE_VA;
	SYS_EMIT(t, 0xff, 0xd3, VMCALL);
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	RIG_OK(vc_memory_protect(t->vm, ENG_VOID, VC_PROT_RW));
	t->s.rip = SYS_CODE;
	sys_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_FAIL);
	RIG_OK(vc_memory_protect(t->vm, ENG_VOID, VC_PROT_RX));
	sys_more(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
	sys_free(t);
}

/* ---- translations that changed ---- */

static void test_smc_remapped_page_behind_a_cached_jump(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	uint64_t far_va = ENG_FREE_VA + 0x40000;

	/*
	 * A jump to V is remembered; then so much other code runs that V's
	 * fetch translation is dropped; V is mapped elsewhere and INVLPG done:
	 * the remembered jump must go as well.
	 */
	sys_bytes(t, OTHER, "\xb8\x01\x00\x00\x00\xc3", 6);
	sys_bytes(t, OTHER + 0x1000, "\xb8\x02\x00\x00\x00\xc3", 6);
	sys_put(t, SYS_PD + 8, 8, 0x60000 | 3);	/* another page table */
	for (unsigned i = 0; i < 512; i++)
		sys_put(t, 0x60000 + i * 8, 8, (OTHER + 0x1000) | 3);
	eng_map(t, ENG_FREE_VA, OTHER, 3);
	(void)far_va;
	t->s.gpr[VC_RBX] = ENG_FREE_VA;
	t->s.gpr[VC_RDI] = ENG_FREE_VA;
	t->s.gpr[VC_RSI] = SYS_PT + (ENG_FREE_VA >> 12) * 8;
	t->s.gpr[8] = (OTHER + 0x1000) | 3;
	t->s.gpr[VC_RBP] = 0x200000;
	t->s.gpr[VC_RCX] = 512;
	/* call rbx; L: call rbp; add rbp, 4096; dec ecx; jnz L;
	 * mov [rsi], r8; invlpg [rdi]; call rbx */
	SYS_EMIT(t, 0xff, 0xd3, 0xff, 0xd5, 0x48, 0x81, 0xc5, LE32(4096), 0xff,
		 0xc9, 0x75, 0xf3, 0x4c, 0x89, 0x06, 0x0f, 0x01, 0x3f, 0xff,
		 0xd3);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 2);
	sys_free(t);
}

static void test_smc_same_address_in_two_address_spaces(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);

	/* A second set of tables from PML4 down, the same but for one page. */
	memcpy(t->ram + 0x60000, t->ram + SYS_PML4, 0x4000);
	RIG_OK(vc_memory_written(t->vm, 0x60000, 0x4000));
	sys_put(t, 0x60000, 8, 0x61000 | 7);
	sys_put(t, 0x61000, 8, 0x62000 | 7);
	sys_put(t, 0x62000, 8, 0x63000 | 7);
	sys_bytes(t, OTHER, "\xff\xc0\xc3", 3);		/* inc eax */
	sys_bytes(t, OTHER + 0x1000, "\x83\xc0\x64\xc3", 4);	/* add 100 */
	eng_map(t, ENG_FREE_VA, OTHER, 3);
	sys_put(t, 0x63000 + (ENG_FREE_VA >> 12) * 8, 8, (OTHER + 0x1000) | 3);
	t->s.gpr[VC_RAX] = 0;
	t->s.gpr[VC_RBX] = ENG_FREE_VA;
	t->s.gpr[VC_RSI] = 0x60000;
	t->s.gpr[VC_RDI] = SYS_PML4;
	t->s.gpr[VC_RCX] = 30;
	/* L: call rbx; mov cr3, rsi; call rbx; mov cr3, rdi; dec ecx; jnz L */
	SYS_EMIT(t, 0xff, 0xd3, 0x0f, 0x22, 0xde, 0xff, 0xd3, 0x0f, 0x22, 0xdf,
		 0xff, 0xc9, 0x75, 0xf2);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 30 * 101);
	sys_free(t);
}

/* ---- a full store ---- */

static void test_smc_store_of_decoded_code_is_bounded(void)
{
	struct sys *t = sys_new(SYS_LONG, 0);
	const uint64_t len = 7u << 19, at = 0x40000000;
	int64_t live = rig_alloc_live();
	uint8_t *code;
	void *host;

	/*
	 * 3.5 MiB of "inc eax" and no-ops make more than 110 MB of decoded
	 * blocks; run twice. The second time nothing may be stale.
	 */
	RIG_OK(vc_memory_map(t->vm, at, NULL, len, VC_PROT_RWX));
	RIG_OK(vc_memory_host(t->vm, at, len, &host));
	code = host;
	memset(code, 0x90, len);
	for (uint64_t i = 0; i < len; i += 1024)
		memcpy(code + i, "\xff\xc0", 2);
	memcpy(code + len - 3, "\xff\xe3\x90", 3);	/* jmp rbx */
	RIG_OK(vc_memory_written(t->vm, at, len));
	/* 1 GiB page at 1 GiB, where the code is */
	sys_put(t, SYS_PDPT + 8, 8, at | 0x83);
	t->s.gpr[VC_RBX] = SYS_CODE;
	t->s.gpr[VC_RCX] = 2;
	t->s.gpr[VC_RSI] = at;
	t->s.gpr[VC_RAX] = 0;
	t->s.rip = SYS_CODE + 4;
	/* dec ecx; js done; done is behind: jmp rsi; vmcall */
	SYS_EMIT(t, 0xff, 0xc9, 0x74, 0x02, 0xff, 0xe6, VMCALL);
	RIG_OK(vc_vcpu_state_set(t->vcpu, &t->s));
	RIG_OK(vc_vcpu_run(t->vcpu, &t->exit));
	RIG_OK(vc_vcpu_state_get(t->vcpu, &t->s));
	CU_ASSERT_EQUAL(t->exit->reason, VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 2 * len / 1024);
	/* chunks of 256 KiB: at most 100 MB of them */
	CU_ASSERT(rig_alloc_live() - live < 410);
	sys_free(t);
}

RIG_SUITE(engine_smc) {
	RIG_TEST(test_smc_store_makes_an_undefined_instruction_a_good_one),
	RIG_TEST(test_smc_store_changes_the_next_instruction),
	RIG_TEST(test_smc_store_changes_an_opcode_some_instructions_on),
	RIG_TEST(test_smc_instruction_patches_itself),
	RIG_TEST(test_smc_branch_patches_its_own_target_block),
	RIG_TEST(test_smc_store_in_another_block_reaches_linked_blocks),
	RIG_TEST(test_smc_code_written_by_rep_movs),
	RIG_TEST(test_smc_code_written_by_rep_stos),
	RIG_TEST(test_smc_code_written_by_locked_instructions),
	RIG_TEST(test_smc_code_written_by_push_and_call),
	RIG_TEST(test_smc_code_written_by_sse_stores),
	RIG_TEST(test_smc_code_written_by_fxsave),
	RIG_TEST(test_smc_code_written_by_every_plain_form),
	RIG_TEST(test_smc_code_written_by_a_page_walk),
	RIG_TEST(test_smc_data_beside_code_is_not_disturbed),
	RIG_TEST(test_smc_data_among_many_blocks_of_a_page),
	RIG_TEST(test_smc_straddling_instruction_either_page_changes),
	RIG_TEST(test_smc_straddling_instruction_either_page_remapped),
	RIG_TEST(test_smc_straddling_from_a_page_into_itself),
	RIG_TEST(test_smc_straddling_into_an_absent_page_is_pf),
	RIG_TEST(test_smc_one_loop_at_all_offsets_of_a_page),
	RIG_TEST(test_smc_code_written_by_the_embedder),
	RIG_TEST(test_smc_many_pieces_written_by_the_embedder),
	RIG_TEST(test_smc_code_written_by_dma_is_seen_by_the_next_instruction),
	RIG_TEST(test_smc_one_page_at_two_addresses),
	RIG_TEST(test_smc_one_page_in_16_32_and_64_bit_code),
	RIG_TEST(test_smc_store_through_an_alias),
	RIG_TEST(test_smc_store_through_memory_that_is_mapped_twice),
	RIG_TEST(test_smc_memory_mapped_anew_has_its_own_code),
	RIG_TEST(test_smc_page_that_becomes_not_executable),
	RIG_TEST(test_smc_remapped_page_behind_a_cached_jump),
	RIG_TEST(test_smc_same_address_in_two_address_spaces),
	RIG_TEST(test_smc_store_of_decoded_code_is_bounded),
	RIG_END
};
