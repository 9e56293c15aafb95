/* SPDX-License-Identifier: MIT */
/*
 * vc_disassemble(): what it says of each kind of instruction, and what it does
 * with bytes that are none.
 */
#include "rig.h"

#define B(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })

static vc_insn in;

/* text; the instruction is all of the bytes */
static bool is(uint32_t bits, const char *text, uint64_t at, const uint8_t *p,
	       size_t len)
{
	in.size = sizeof(in);
	if (vc_disassemble(p, len, bits, at, &in) == 0 && in.length == len &&
	    in.address == at && !strcmp(in.text, text))
		return true;
	fprintf(stderr, "%s: got %u bytes: %s\n", text, in.length, in.text);
	return false;
}

#define IS(text, ...)	CU_ASSERT(is(64, text, 0x401000, B(__VA_ARGS__)))
#define IS32(text, ...)	CU_ASSERT(is(32, text, 0x401000, B(__VA_ARGS__)))
#define IS16(text, ...)	CU_ASSERT(is(16, text, 0x1000, B(__VA_ARGS__)))

static void test_debug_disasm_operands(void)
{
	IS("mov rax, qword ptr [rbp-0x8]", 0x48, 0x8b, 0x45, 0xf8);
	CU_ASSERT_EQUAL(in.operands, 2);
	CU_ASSERT_EQUAL(in.operand[0].kind, VC_OPERAND_REG);
	CU_ASSERT_EQUAL(in.operand[0].reg, 0);
	CU_ASSERT_EQUAL(in.operand[0].size, 8);
	CU_ASSERT_EQUAL(in.operand[0].access, VC_ACCESS_WRITE);
	CU_ASSERT_EQUAL(in.operand[1].kind, VC_OPERAND_MEMORY);
	CU_ASSERT_EQUAL(in.operand[1].access, VC_ACCESS_READ);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	CU_ASSERT_EQUAL(in.mem_base, 5);
	CU_ASSERT_EQUAL(in.mem_index, VC_INSN_NOREG);
	CU_ASSERT_EQUAL(in.mem_disp, -8);
	CU_ASSERT_EQUAL(in.mem_segment, VC_SEG_SS);
	CU_ASSERT_STRING_EQUAL(in.mnemonic, "mov");
	CU_ASSERT_EQUAL(in.category, VC_INSN_GENERAL);
	CU_ASSERT_EQUAL(in.flags, VC_INSN_FAULTS);
	IS("add byte ptr fs:[rax+r9*4+0x10], dil", 0x64, 0x42, 0x00, 0x7c,
	   0x88, 0x10);
	IS("add bh, byte ptr fs:[rcx+rcx*4+0x10]", 0x64, 0x02, 0x7c, 0x89,
	   0x10);
	CU_ASSERT_EQUAL(in.operand[0].kind, VC_OPERAND_REG_HIGH);
	CU_ASSERT_EQUAL(in.operand[0].reg, 3);
	CU_ASSERT_EQUAL(in.mem_scale, 4);
	CU_ASSERT_EQUAL(in.mem_segment, VC_SEG_FS);
	IS("lea rdx, [rip+0x0]", 0x48, 0x8d, 0x15, 0, 0, 0, 0);
	CU_ASSERT_EQUAL(in.mem_base, VC_INSN_RIP);
	CU_ASSERT_EQUAL(in.mem_size, 0);
	IS("mov eax, dword ptr [eip-0x10]", 0x67, 0x8b, 0x05, 0xf0, 0xff, 0xff,
	   0xff);
	IS("add rsp, 0xffffffffffffff80", 0x48, 0x83, 0xc4, 0x80);
	CU_ASSERT_EQUAL(in.operand[1].value, 0xffffffffffffff80);
	CU_ASSERT_EQUAL(in.flags_written, 0x8d5);
	IS("and eax, 0xffffff80", 0x83, 0xe0, 0x80);
	IS("mov sil, r8b", 0x44, 0x88, 0xc6);
	IS("movzx r10d, ax", 0x44, 0x0f, 0xb7, 0xd0);
	IS("mov ds, ax", 0x8e, 0xd8);
	IS("mov cr3, rax", 0x0f, 0x22, 0xd8);
	CU_ASSERT(in.flags & VC_INSN_PRIVILEGED);
	CU_ASSERT_EQUAL(in.category, VC_INSN_SYSTEM);
	IS("fadd st, st(3)", 0xd8, 0xc3);
	IS("fld tbyte ptr [rax]", 0xdb, 0x28);
	CU_ASSERT_EQUAL(in.category, VC_INSN_X87);
	IS("paddb mm1, mm2", 0x0f, 0xfc, 0xca);
	CU_ASSERT_EQUAL(in.category, VC_INSN_MMX);
	IS("enter 0x10, 0x2", 0xc8, 0x10, 0x00, 0x02);
	IS("mov al, byte ptr [0x1122334455667788]", 0xa0, 0x88, 0x77, 0x66,
	   0x55, 0x44, 0x33, 0x22, 0x11);
	IS16("mov ax, word ptr [bx+si+0x4]", 0x8b, 0x40, 0x04);
	IS16("mov ax, word ptr ss:[0x1234]", 0x36, 0x8b, 0x06, 0x34, 0x12);
	IS32("call far 0x10:0x12345678", 0x9a, 0x78, 0x56, 0x34, 0x12, 0x10,
	     0x00);
	IS32("les eax, fword ptr [ecx]", 0xc4, 0x01);
}

static void test_debug_disasm_branches(void)
{
	IS("jne 0x400ff0", 0x75, 0xee);
	CU_ASSERT_EQUAL(in.category, VC_INSN_BRANCH);
	CU_ASSERT_EQUAL(in.operand[0].kind, VC_OPERAND_TARGET);
	CU_ASSERT_EQUAL(in.operand[0].value, 0x400ff0);
	CU_ASSERT_EQUAL(in.flags_read, 0x40);
	IS("call 0x401105", 0xe8, 0x00, 0x01, 0x00, 0x00);
	CU_ASSERT_EQUAL(in.category, VC_INSN_CALL);
	CU_ASSERT(in.flags & VC_INSN_STACK);
	IS("jmp qword ptr [rax*8+0x10]", 0xff, 0x24, 0xc5, 0x10, 0, 0, 0);
	CU_ASSERT_EQUAL(in.category, VC_INSN_JUMP);
	IS("jrcxz 0x401002", 0xe3, 0x00);
	IS("jecxz 0x401003", 0x67, 0xe3, 0x00);
	IS("ret", 0xc3);
	CU_ASSERT_EQUAL(in.category, VC_INSN_RETURN);
	IS("iretq", 0x48, 0xcf);
	IS("syscall", 0x0f, 0x05);
	CU_ASSERT_EQUAL(in.category, VC_INSN_INTERRUPT);
	CU_ASSERT(is(64, "jmp 0x0", UINT64_MAX - 1, B(0xeb, 0x00)));
	CU_ASSERT(is(16, "jmp 0x2", 0xfffe, B(0xeb, 0x02)));
	CU_ASSERT(is(32, "jmp 0x1", 0xfffffffe, B(0xeb, 0x01)));
}

static void test_debug_disasm_names_by_size_and_prefix(void)
{
	IS("cqo", 0x48, 0x99);
	IS("cwde", 0x98);
	IS("rep movsq", 0xf3, 0x48, 0xa5);
	CU_ASSERT_EQUAL(in.category, VC_INSN_STRING);
	CU_ASSERT(in.flags & VC_INSN_REP);
	IS("repne scasb", 0xf2, 0xae);
	IS("repe cmpsw", 0xf3, 0x66, 0xa7);
	IS("gs lodsd", 0x65, 0xad);
	IS("addr32 stosb", 0x67, 0xaa);
	IS("lock cmpxchg qword ptr [rdi], rsi", 0xf0, 0x48, 0x0f, 0xb1, 0x37);
	CU_ASSERT(in.flags & VC_INSN_LOCK);
	IS("endbr64", 0xf3, 0x0f, 0x1e, 0xfa);
	CU_ASSERT_EQUAL(in.category, VC_INSN_NOP);
	IS("nop dword ptr [rax]", 0x0f, 0x1f, 0x00);
	IS("prefetcht0 byte ptr [rax]", 0x0f, 0x18, 0x08);
	IS("pause", 0xf3, 0x90);
	IS("wbnoinvd", 0xf3, 0x0f, 0x09);
	IS("xsave64 [rax]", 0x48, 0x0f, 0xae, 0x20);
	IS("setg al", 0x0f, 0x9f, 0xc0);
	IS("cmovb rax, rcx", 0x48, 0x0f, 0x42, 0xc1);
	IS("fcmovne st, st(1)", 0xdb, 0xc9);
	IS("fcmovu st, st(1)", 0xda, 0xd9);
	IS("fcmovnu st, st(1)", 0xdb, 0xd9);
	IS("fcmovnbe st, st(1)", 0xdb, 0xd1);
	IS("cpuid", 0x0f, 0xa2);
	CU_ASSERT_EQUAL(in.category, VC_INSN_SYSTEM);
}

static void test_debug_disasm_vectors(void)
{
	IS("addps xmm1, xmm3", 0x0f, 0x58, 0xcb);
	CU_ASSERT_EQUAL(in.category, VC_INSN_SSE);
	IS("vaddps ymm1, ymm2, ymm3", 0xc5, 0xec, 0x58, 0xcb);
	CU_ASSERT_EQUAL(in.category, VC_INSN_AVX);
	CU_ASSERT(in.flags & VC_INSN_VEX);
	CU_ASSERT_EQUAL(in.operand[2].kind, VC_OPERAND_VECTOR);
	CU_ASSERT_EQUAL(in.operand[2].size, 32);
	IS("vpblendvb xmm1, xmm2, xmmword ptr [rdi], xmm3", 0xc4, 0xe3, 0x69,
	   0x4c, 0x0f, 0x30);
	CU_ASSERT_EQUAL(in.operands, 4);
	IS("vgatherdps ymm1, dword ptr [rax+ymm4*4], ymm3", 0xc4, 0xe2, 0x65,
	   0x92, 0x0c, 0xa0);
	CU_ASSERT_EQUAL(in.mem_vector, 32);
	CU_ASSERT_EQUAL(in.mem_index, 4);
	IS("andn ecx, edx, ebx", 0xc4, 0xe2, 0x68, 0xf2, 0xcb);
	CU_ASSERT_EQUAL(in.category, VC_INSN_GENERAL);
	IS("vzeroupper", 0xc5, 0xf8, 0x77);
}

static void test_debug_disasm_bytes_that_are_no_instruction(void)
{
	uint8_t b[32];

	in.size = sizeof(in);
	RIG_OK(vc_disassemble("\x0f\x04", 2, 64, 0, &in));
	CU_ASSERT_EQUAL(in.category, VC_INSN_UNDEFINED);
	CU_ASSERT_EQUAL(in.length, 1);
	CU_ASSERT_STRING_EQUAL(in.text, "(bad)");
	CU_ASSERT_EQUAL(in.operands, 0);
	RIG_OK(vc_disassemble("\x48\x8b", 2, 64, 0, &in));
	CU_ASSERT_EQUAL(in.category, VC_INSN_CUT);
	CU_ASSERT_EQUAL(in.length, 2);
	CU_ASSERT_STRING_EQUAL(in.text, "(cut)");
	memset(b, 0x66, sizeof(b));
	RIG_OK(vc_disassemble(b, sizeof(b), 64, 0, &in));
	CU_ASSERT_EQUAL(in.category, VC_INSN_UNDEFINED);
	CU_ASSERT_STRING_EQUAL(in.text, "(bad)");
}

static void test_debug_disasm_misuse(void)
{
	static const uint8_t nop = 0x90;

	in.size = sizeof(in);
	memset(in.text, 'x', sizeof(in.text));
	RIG_FAILS(VC_EINVAL, vc_disassemble(NULL, 1, 64, 0, &in));
	RIG_FAILS(VC_EINVAL, vc_disassemble(&nop, 1, 64, 0, NULL));
	RIG_FAILS(VC_EINVAL, vc_disassemble(&nop, 0, 64, 0, &in));
	RIG_FAILS(VC_EINVAL, vc_disassemble(&nop, 1, 0, 0, &in));
	RIG_FAILS(VC_EINVAL, vc_disassemble(&nop, 1, 8, 0, &in));
	in.size = 0;
	RIG_FAILS(VC_EINVAL, vc_disassemble(&nop, 1, 64, 0, &in));
	in.size = sizeof(in) - 1;
	RIG_FAILS(VC_EINVAL, vc_disassemble(&nop, 1, 64, 0, &in));
	CU_ASSERT_EQUAL(in.text[0], 'x');	/* nothing was written */
}

static void test_debug_disasm_a_newer_struct_gets_zeros(void)
{
	struct { vc_insn insn; uint64_t more, after; } newer;

	memset(&newer, 0xff, sizeof(newer));
	newer.insn.size = sizeof(vc_insn) + 8;
	RIG_OK(vc_disassemble("\x90", 1, 64, 5, &newer.insn));
	CU_ASSERT_EQUAL(newer.insn.size, sizeof(vc_insn) + 8);
	CU_ASSERT_STRING_EQUAL(newer.insn.text, "nop");
	CU_ASSERT_EQUAL(newer.more, 0);
	CU_ASSERT_EQUAL(newer.after, UINT64_MAX);
}

/* Whatever the bytes: within the contract, and the texts end. */
static void test_debug_disasm_random_bytes(void)
{
	static const uint32_t modes[] = { 16, 32, 64 };
	uint64_t seed = 88172645463325252;
	unsigned bad = 0;

	for (unsigned i = 0; i < 200000; i++) {
		uint8_t b[16];

		for (unsigned k = 0; k < 16; k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			b[k] = (uint8_t)(seed >> 32);
		}
		if (i % 3 == 1)
			b[0] = 0x0f;
		if (i % 3 == 2)
			b[0] = i & 8 ? 0xc4 : 0xc5;
		memset(&in, 0xff, sizeof(in));
		in.size = sizeof(in);
		if (vc_disassemble(b, 15, modes[i % 7 % 3], seed, &in) ||
		    !in.length || in.length > 15 || in.operands > 4 ||
		    in.category > VC_INSN_AVX ||
		    !memchr(in.text, 0, sizeof(in.text)) ||
		    !memchr(in.mnemonic, 0, sizeof(in.mnemonic)) ||
		    strlen(in.text) > 100 || in.reserved || in.reserved2)
			bad++;
		else if (in.category != VC_INSN_UNDEFINED &&
			 (!in.mnemonic[0] || !strstr(in.text, in.mnemonic)))
			bad++;
	}
	CU_ASSERT_EQUAL(bad, 0);
}

RIG_SUITE(debug_disasm) {
	RIG_TEST(test_debug_disasm_operands),
	RIG_TEST(test_debug_disasm_branches),
	RIG_TEST(test_debug_disasm_names_by_size_and_prefix),
	RIG_TEST(test_debug_disasm_vectors),
	RIG_TEST(test_debug_disasm_bytes_that_are_no_instruction),
	RIG_TEST(test_debug_disasm_misuse),
	RIG_TEST(test_debug_disasm_a_newer_struct_gets_zeros),
	RIG_TEST(test_debug_disasm_random_bytes),
	RIG_END
};
