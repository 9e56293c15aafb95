/* SPDX-License-Identifier: MIT */
/*
 * The engine's decoder: the manual's rules one by one. Others compare it with
 * Capstone, objdump and the host's processor: test_decode_*.c.
 */
#include "rig.h"
#include "../backends/interp/decode.h"

#define B(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13 };

#define FL_C	0x0001u
#define FL_P	0x0004u
#define FL_A	0x0010u
#define FL_Z	0x0040u
#define FL_S	0x0080u
#define FL_O	0x0800u
#define FL_ALL	0x08d5u

static struct x86_insn in;	/* what the last dec() gave */

/* Decode with 15 bytes at hand (the rest zero), as the engine mostly does. */
static int dec(enum x86_mode mode, const uint8_t *bytes, size_t n)
{
	uint8_t buf[32] = { 0 };

	memcpy(buf, bytes, n);
	return vc__decode(&in, buf, n < 15 ? 15 : n, mode);
}

/* It is op, and exactly these bytes long; every shorter piece wants more. */
static bool is(enum x86_mode mode, unsigned op, const uint8_t *bytes, size_t n)
{
	size_t cut;
	int rc = dec(mode, bytes, n);
	struct x86_insn whole = in, part;

	if (rc != (int)n || in.op != op || in.len != n) {
		fprintf(stderr, "want %s in %zu bytes, got %d %s\n",
			vc__x86_name(op), n, rc, vc__x86_name(in.op));
		return false;
	}
	for (cut = 0; cut < n; cut++)
		if (vc__decode(&part, bytes, cut, mode) != X86_DEC_MORE) {
			fprintf(stderr, "%s: %zu of %zu bytes are not MORE\n",
				vc__x86_name(op), cut, n);
			return false;
		}
	return vc__decode(&part, bytes, n, mode) == (int)n &&
	       !memcmp(&part, &whole, sizeof(part));
}

#define IS16(op, ...) CU_ASSERT(is(X86_MODE16, X86_##op, B(__VA_ARGS__)))
#define IS32(op, ...) CU_ASSERT(is(X86_MODE32, X86_##op, B(__VA_ARGS__)))
#define IS64(op, ...) CU_ASSERT(is(X86_MODE64, X86_##op, B(__VA_ARGS__)))
#define UD16(...) CU_ASSERT_EQUAL(dec(X86_MODE16, B(__VA_ARGS__)), X86_DEC_UD)
#define UD32(...) CU_ASSERT_EQUAL(dec(X86_MODE32, B(__VA_ARGS__)), X86_DEC_UD)
#define UD64(...) CU_ASSERT_EQUAL(dec(X86_MODE64, B(__VA_ARGS__)), X86_DEC_UD)
#define UD_ALL(...) do { UD16(__VA_ARGS__); UD32(__VA_ARGS__); \
	UD64(__VA_ARGS__); } while (0)

static bool opnd(unsigned i, unsigned kind, unsigned reg, unsigned size,
		 unsigned access)
{
	const struct x86_operand *o = &in.opnd[i];

	return i < in.opnds && o->kind == kind && o->reg == reg &&
	       o->size == size && o->access == access;
}

static bool mem(unsigned base, unsigned index, unsigned scale, int64_t disp,
		unsigned seg)
{
	return in.base == base && in.index == index && in.scale == scale &&
	       in.disp == disp && in.seg == seg;
}

#define OPND(...)	CU_ASSERT(opnd(__VA_ARGS__))
#define MEM(...)	CU_ASSERT(mem(__VA_ARGS__))
#define RD	X86_READ
#define WR	X86_WRITE
#define NO	X86_NOREG

/* ---- prefixes, SDM 2A §2.1.1 and §2.2.1 ---- */

static void test_engine_decode_operand_size_toggles_by_mode(void)
{
	IS16(MOV, 0x89, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 2);
	IS16(MOV, 0x66, 0x89, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 4);
	IS32(MOV, 0x89, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 4);
	IS32(MOV, 0x66, 0x89, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 2);
	IS64(MOV, 0x89, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 4);
	IS64(MOV, 0x66, 0x89, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 2);
	OPND(0, OPND_REG, RAX, 2, WR);
	OPND(1, OPND_REG, RCX, 2, RD);
	IS64(MOV, 0x66, 0x48, 0x89, 0xc8);	/* REX.W wins over 66 */
	CU_ASSERT_EQUAL(in.osize, 8);
	IS64(MOV, 0x66, 0x88, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 1);
}

static void test_engine_decode_address_size_toggles_by_mode(void)
{
	IS16(MOV, 0x8b, 0x07);
	CU_ASSERT_EQUAL(in.asize, 2);
	MEM(RBX, NO, 0, 0, VC_SEG_DS);
	IS16(MOV, 0x67, 0x8b, 0x07);
	CU_ASSERT_EQUAL(in.asize, 4);
	MEM(RDI, NO, 0, 0, VC_SEG_DS);
	IS32(MOV, 0x67, 0x8b, 0x07);
	CU_ASSERT_EQUAL(in.asize, 2);
	IS64(MOV, 0x8b, 0x07);
	CU_ASSERT_EQUAL(in.asize, 8);
	IS64(MOV, 0x67, 0x8b, 0x07);
	CU_ASSERT_EQUAL(in.asize, 4);
}

static void test_engine_decode_last_prefix_of_a_group_wins(void)
{
	IS32(MOV, 0x26, 0x65, 0x2e, 0x8b, 0x00);
	CU_ASSERT_EQUAL(in.seg, VC_SEG_CS);
	IS32(MOVS, 0xf2, 0xf3, 0xa4);
	CU_ASSERT_EQUAL(in.prefixes & (X86_REP | X86_REPNE), X86_REP);
	IS32(MOVS, 0xf3, 0xf2, 0xa4);
	CU_ASSERT_EQUAL(in.prefixes & (X86_REP | X86_REPNE), X86_REPNE);
	IS64(ADDSD, 0xf3, 0xf2, 0x0f, 0x58, 0xc1);
	IS64(ADDSS, 0xf2, 0xf3, 0x0f, 0x58, 0xc1);
}

static void test_engine_decode_rex_counts_only_right_before_the_opcode(void)
{
	IS64(MOV, 0x48, 0x66, 0x89, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 2);
	CU_ASSERT_FALSE(in.prefixes & (X86_REX | X86_REXW));
	IS64(MOV, 0x48, 0x41, 0x89, 0xc8);
	CU_ASSERT_EQUAL(in.osize, 4);
	OPND(0, OPND_REG, R8, 4, WR);
	IS64(CVTSI2SD, 0x48, 0xf2, 0x0f, 0x2a, 0xc1);
	OPND(1, OPND_REG, RCX, 4, RD);
	IS64(CVTSI2SD, 0xf2, 0x48, 0x0f, 0x2a, 0xc1);
	OPND(1, OPND_REG, RCX, 8, RD);
}

static void test_engine_decode_rex_turns_ah_into_spl(void)
{
	IS64(MOV, 0x88, 0xe5);
	OPND(0, OPND_REG8H, 1, 1, WR);
	OPND(1, OPND_REG8H, 0, 1, RD);
	IS64(MOV, 0x40, 0x88, 0xe5);
	OPND(0, OPND_REG, RBP, 1, WR);
	OPND(1, OPND_REG, RSP, 1, RD);
	IS64(MOV, 0xb7, 0x05);
	OPND(0, OPND_REG8H, 3, 1, WR);
	IS64(MOV, 0x41, 0xb7, 0x05);
	OPND(0, OPND_REG, 15, 1, WR);
	IS64(MOVZX, 0x0f, 0xb6, 0xc7);
	OPND(1, OPND_REG8H, 3, 1, RD);
	IS64(SETCC, 0x40, 0x0f, 0x94, 0xc6);
	OPND(0, OPND_REG, RSI, 1, WR);
}

static void test_engine_decode_40_to_4f_are_inc_and_dec_outside_long_mode(void)
{
	IS32(INC, 0x40);
	IS32(DEC, 0x4f);
	OPND(0, OPND_REG, RDI, 4, RD | WR);
	IS16(INC, 0x47);
	OPND(0, OPND_REG, RDI, 2, RD | WR);
	IS64(NOP, 0x48, 0x90);
}

static void test_engine_decode_only_fs_and_gs_override_in_long_mode(void)
{
	IS64(MOV, 0x2e, 0x8b, 0x00);
	CU_ASSERT_EQUAL(in.seg, VC_SEG_DS);
	CU_ASSERT_FALSE(in.prefixes & X86_SEGOVR);
	IS64(MOV, 0x64, 0x8b, 0x00);
	CU_ASSERT_EQUAL(in.seg, VC_SEG_FS);
	CU_ASSERT(in.prefixes & X86_SEGOVR);
	IS64(MOV, 0x65, 0x3e, 0x8b, 0x00);	/* 3e is nothing */
	CU_ASSERT_EQUAL(in.seg, VC_SEG_GS);
	IS64(MOV, 0x36, 0x8b, 0x45, 0x08);
	MEM(RBP, NO, 0, 8, VC_SEG_SS);
}

static void test_engine_decode_more_than_15_bytes_is_gp(void)
{
	uint8_t b[32];

	memset(b, 0x66, sizeof(b));
	b[14] = 0x90;
	CU_ASSERT_EQUAL(vc__decode(&in, b, sizeof(b), X86_MODE64), 15);
	CU_ASSERT_EQUAL(vc__decode(&in, b, 14, X86_MODE64), X86_DEC_MORE);
	b[14] = 0x66;
	b[15] = 0x90;
	CU_ASSERT_EQUAL(vc__decode(&in, b, sizeof(b), X86_MODE64),
			X86_DEC_LONG);
	CU_ASSERT_EQUAL(vc__decode(&in, b, 15, X86_MODE64), X86_DEC_LONG);
	memset(b, 0x2e, 10);	/* 10 prefixes and a MOV r/m32, imm32 of 6 */
	b[10] = 0xc7;
	b[11] = 0x00;
	CU_ASSERT_EQUAL(vc__decode(&in, b, sizeof(b), X86_MODE32),
			X86_DEC_LONG);
	CU_ASSERT_EQUAL(vc__decode(&in, b + 1, 15, X86_MODE32), 15);
	b[13] = 0x0f;		/* even where the opcode would be #UD */
	memset(b, 0x66, 14);
	b[14] = 0x0f;
	b[15] = 0x04;
	CU_ASSERT_EQUAL(vc__decode(&in, b, sizeof(b), X86_MODE64),
			X86_DEC_LONG);
}

/* ---- LOCK, SDM 2A "LOCK" ---- */

static void test_engine_decode_lock_wants_a_lockable_memory_destination(void)
{
	static const uint8_t lockable[][3] = {
		{ 0x00, 0x07 }, { 0x01, 0x07 }, { 0x08, 0x07 }, { 0x09, 0x07 },
		{ 0x10, 0x07 }, { 0x11, 0x07 }, { 0x18, 0x07 }, { 0x19, 0x07 },
		{ 0x20, 0x07 }, { 0x21, 0x07 }, { 0x28, 0x07 }, { 0x29, 0x07 },
		{ 0x30, 0x07 }, { 0x31, 0x07 }, { 0x86, 0x07 }, { 0x87, 0x07 },
		{ 0x80, 0x07 }, { 0x81, 0x0f }, { 0x83, 0x37 }, { 0xf6, 0x17 },
		{ 0xf7, 0x1f }, { 0xfe, 0x07 }, { 0xff, 0x0f },
		{ 0x0f, 0xab, 0x07 }, { 0x0f, 0xb3, 0x07 },
		{ 0x0f, 0xbb, 0x07 }, { 0x0f, 0xba, 0x2f },
		{ 0x0f, 0xba, 0x3f }, { 0x0f, 0xb0, 0x07 },
		{ 0x0f, 0xb1, 0x07 }, { 0x0f, 0xc0, 0x07 },
		{ 0x0f, 0xc1, 0x07 }, { 0x0f, 0xc7, 0x0f },
	};
	static const uint8_t not_lockable[][3] = {
		{ 0x38, 0x07 }, { 0x39, 0x07 },			/* CMP */
		{ 0x02, 0x07 }, { 0x03, 0x07 }, { 0x33, 0x07 },	/* reg, mem */
		{ 0x80, 0x3f }, { 0x83, 0x3f }, { 0x84, 0x07 },
		{ 0x88, 0x07 }, { 0x8b, 0x07 }, { 0xc7, 0x07 },
		{ 0xf6, 0x07 }, { 0xf7, 0x27 }, { 0xff, 0x37 },
		{ 0xc1, 0x27 }, { 0x90 }, { 0xa4 }, { 0xc3 }, { 0xf4 },
		{ 0x0f, 0xa3, 0x07 }, { 0x0f, 0xba, 0x27 },
		{ 0x0f, 0xa5, 0x07 }, { 0x0f, 0xaf, 0x07 },
		{ 0x0f, 0xb6, 0x07 }, { 0x0f, 0x20, 0xc0 },
		{ 0x0f, 0x58, 0x07 }, { 0xd8, 0x07 }, { 0x04, 0x01 },
	};
	uint8_t b[32];
	unsigned m, i;

	for (m = X86_MODE16; m <= X86_MODE64; m++) {
		for (i = 0; i < sizeof(lockable) / sizeof(lockable[0]); i++) {
			memset(b, 0, sizeof(b));
			b[0] = 0xf0;
			memcpy(b + 1, lockable[i], 3);
			CU_ASSERT(vc__decode(&in, b, 15, m) > 0);
			CU_ASSERT(in.prefixes & X86_LOCK);
			CU_ASSERT(in.attr & X86_LOCKABLE);
			b[lockable[i][0] == 0x0f ? 3 : 2] |= 0xc0;
			CU_ASSERT_EQUAL(vc__decode(&in, b, 15, m), X86_DEC_UD);
		}
		for (i = 0; i < sizeof(not_lockable) /
				sizeof(not_lockable[0]); i++) {
			memset(b, 0, sizeof(b));
			b[0] = 0xf0;
			memcpy(b + 1, not_lockable[i], 3);
			CU_ASSERT_EQUAL(vc__decode(&in, b, 15, m), X86_DEC_UD);
		}
	}
}

/* ---- ModRM and SIB, SDM 2A tables 2-1 to 2-3, §2.2.1.3 ---- */

static void test_engine_decode_16_bit_addresses(void)
{
	static const struct { uint8_t base, index, seg; } rm[8] = {
		{ RBX, RSI, VC_SEG_DS }, { RBX, RDI, VC_SEG_DS },
		{ RBP, RSI, VC_SEG_SS }, { RBP, RDI, VC_SEG_SS },
		{ RSI, NO, VC_SEG_DS }, { RDI, NO, VC_SEG_DS },
		{ RBP, NO, VC_SEG_SS }, { RBX, NO, VC_SEG_DS },
	};
	unsigned i;

	for (i = 0; i < 8; i++) {
		if (i != 6) {
			IS16(MOV, 0x8a, (uint8_t)i);
			MEM(rm[i].base, rm[i].index, 0, 0, rm[i].seg);
		}
		IS16(MOV, 0x8a, (uint8_t)(0x40 | i), 0xfe);
		MEM(rm[i].base, rm[i].index, 0, -2, rm[i].seg);
		IS16(MOV, 0x8a, (uint8_t)(0x80 | i), 0x34, 0x12);
		MEM(rm[i].base, rm[i].index, 0, 0x1234, rm[i].seg);
	}
	IS16(MOV, 0x8a, 0x06, 0x34, 0x12);	/* a bare displacement */
	MEM(NO, NO, 0, 0x1234, VC_SEG_DS);
	IS16(MOV, 0x26, 0x8a, 0x46, 0x00);
	MEM(RBP, NO, 0, 0, VC_SEG_ES);
}

static void test_engine_decode_32_bit_addresses(void)
{
	IS32(MOV, 0x8b, 0x03);
	MEM(RBX, NO, 0, 0, VC_SEG_DS);
	IS32(MOV, 0x8b, 0x45, 0x80);
	MEM(RBP, NO, 0, -128, VC_SEG_SS);
	IS32(MOV, 0x8b, 0x05, 0x78, 0x56, 0x34, 0x92);
	MEM(NO, NO, 0, (int32_t)0x92345678, VC_SEG_DS);
	IS32(MOV, 0x8b, 0x04, 0x24);
	MEM(RSP, NO, 0, 0, VC_SEG_SS);
	IS32(MOV, 0x8b, 0x04, 0x8d, 0x00, 0x10, 0x00, 0x00);
	MEM(NO, RCX, 2, 0x1000, VC_SEG_DS);
	IS32(MOV, 0x8b, 0x44, 0xdd, 0x7f);
	MEM(RBP, RBX, 3, 0x7f, VC_SEG_SS);
	IS32(MOV, 0x8b, 0x84, 0xe0, 0x01, 0x00, 0x00, 0x80);	/* no index */
	MEM(RAX, NO, 0, (int64_t)-0x7fffffff, VC_SEG_DS);
}

static void test_engine_decode_rip_relative_addresses(void)
{
	IS64(MOV, 0x8b, 0x05, 0xf0, 0xff, 0xff, 0xff);
	MEM(X86_RIP, NO, 0, -16, VC_SEG_DS);
	CU_ASSERT_EQUAL(in.asize, 8);
	IS64(MOV, 0x67, 0x8b, 0x05, 0x10, 0x00, 0x00, 0x00);
	MEM(X86_RIP, NO, 0, 16, VC_SEG_DS);
	CU_ASSERT_EQUAL(in.asize, 4);
	IS64(MOV, 0x41, 0x8b, 0x05, 0x10, 0x00, 0x00, 0x00);	/* R13 not */
	MEM(X86_RIP, NO, 0, 16, VC_SEG_DS);
	IS64(MOV, 0x8b, 0x04, 0x25, 0xf0, 0xff, 0xff, 0xff);	/* absolute */
	MEM(NO, NO, 0, -16, VC_SEG_DS);
}

static void test_engine_decode_rex_extends_base_and_index(void)
{
	IS64(MOV, 0x41, 0x8b, 0x04, 0x24);	/* R12 still needs a SIB */
	MEM(R12, NO, 0, 0, VC_SEG_DS);
	IS64(MOV, 0x41, 0x8b, 0x45, 0x00);	/* R13 a displacement */
	MEM(R13, NO, 0, 0, VC_SEG_DS);
	IS64(MOV, 0x42, 0x8b, 0x04, 0xa0);	/* R12 can be an index */
	MEM(RAX, R12, 2, 0, VC_SEG_DS);
	IS64(MOV, 0x43, 0x8b, 0x44, 0x8d, 0x01);
	MEM(R13, R9, 2, 1, VC_SEG_DS);
	IS64(MOV, 0x41, 0x8b, 0x04, 0x25, 1, 0, 0, 0);
	MEM(NO, NO, 0, 1, VC_SEG_DS);
	IS64(MOV, 0x4c, 0x8b, 0x18);
	OPND(0, OPND_REG, R11, 8, WR);
	IS64(MOVAPS, 0x45, 0x0f, 0x28, 0xc1);
	OPND(0, OPND_XMM, 8, 16, WR);
	OPND(1, OPND_XMM, 9, 16, RD);
}

static void test_engine_decode_rex_does_not_extend_mmx_and_segments(void)
{
	IS64(PADDB, 0x45, 0x0f, 0xfc, 0xca);
	OPND(0, OPND_MMX, 1, 8, RD | WR);
	OPND(1, OPND_MMX, 2, 8, RD);
	IS64(MOV_SEG, 0x45, 0x8e, 0xdb);
	OPND(0, OPND_SEG, VC_SEG_DS, 2, WR);
	OPND(1, OPND_REG, R11, 2, RD);
	IS64(FADD, 0x41, 0xd8, 0xc3);
	OPND(1, OPND_ST, 3, 10, RD);
}

static void test_engine_decode_moffs_has_the_address_size(void)
{
	IS64(MOV, 0xa1, 1, 2, 3, 4, 5, 6, 7, 0x88);
	MEM(NO, NO, 0, (int64_t)0x8807060504030201, VC_SEG_DS);
	OPND(0, OPND_REG, RAX, 4, WR);
	OPND(1, OPND_MEM, 0, 4, RD);
	IS64(MOV, 0x67, 0xa2, 1, 2, 3, 0x84);
	MEM(NO, NO, 0, 0x84030201, VC_SEG_DS);
	OPND(0, OPND_MEM, 0, 1, WR);
	IS32(MOV, 0xa3, 1, 2, 3, 4);
	IS16(MOV, 0x2e, 0xa0, 0xff, 0xff);
	MEM(NO, NO, 0, 0xffff, VC_SEG_CS);
	CU_ASSERT_EQUAL(in.osize, 1);
}

/* ---- operand sizes of particular instructions ---- */

static void test_engine_decode_stack_operations_default_to_64_bits(void)
{
	IS64(PUSH, 0x50);
	CU_ASSERT_EQUAL(in.osize, 8);
	OPND(0, OPND_REG, RAX, 8, RD);
	IS64(PUSH, 0x66, 0x50);
	CU_ASSERT_EQUAL(in.osize, 2);
	IS64(POP, 0x41, 0x5f);
	OPND(0, OPND_REG, 15, 8, WR);
	IS64(PUSH, 0x68, 0, 0, 0, 0x80);
	CU_ASSERT_EQUAL(in.imm, 0xffffffff80000000);
	IS64(PUSH, 0x66, 0x68, 0, 0x80);
	IS64(PUSH, 0x6a, 0xff);
	CU_ASSERT_EQUAL(in.imm, UINT64_MAX);
	IS64(POP, 0x8f, 0x00);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	IS64(PUSH, 0xff, 0x30);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	IS64(PUSHF, 0x9c);
	CU_ASSERT_EQUAL(in.osize, 8);
	IS64(POPF, 0x66, 0x9d);
	CU_ASSERT_EQUAL(in.osize, 2);
	IS64(ENTER, 0xc8, 0x34, 0x12, 0x05);
	CU_ASSERT_EQUAL(in.osize, 8);
	CU_ASSERT_EQUAL(in.imm, 0x1234);
	CU_ASSERT_EQUAL(in.imm2, 5);
	IS64(LEAVE, 0xc9);
	CU_ASSERT_EQUAL(in.osize, 8);
	IS64(PUSH_SEG, 0x0f, 0xa0);
	CU_ASSERT_EQUAL(in.osize, 8);
	IS32(PUSH, 0x50);
	CU_ASSERT_EQUAL(in.osize, 4);
	IS16(PUSH, 0x50);
	CU_ASSERT_EQUAL(in.osize, 2);
	IS64(RETF, 0xcb);	/* but not these */
	CU_ASSERT_EQUAL(in.osize, 4);
	IS64(IRET, 0xcf);
	CU_ASSERT_EQUAL(in.osize, 4);
	IS64(IRET, 0x48, 0xcf);
	CU_ASSERT_EQUAL(in.osize, 8);
}

static void test_engine_decode_66_is_ignored_by_near_branches_in_long_mode(void)
{
	/* Intel's way; AMD processors take 66 for 16-bit branches. */
	IS64(CALL, 0x66, 0xe8, 0xfb, 0xff, 0xff, 0xff);
	CU_ASSERT_EQUAL(in.osize, 8);
	OPND(0, OPND_REL, 0, 4, RD);
	CU_ASSERT_EQUAL(in.imm, (uint64_t)-5);
	IS64(JCC, 0x66, 0x0f, 0x85, 0, 0, 0, 0);
	IS64(JMP, 0x66, 0xe9, 0, 0, 0, 0);
	IS64(RET, 0x66, 0xc3);
	CU_ASSERT_EQUAL(in.osize, 8);
	IS64(JMP, 0x66, 0xff, 0xe0);
	OPND(0, OPND_REG, RAX, 8, RD);
	IS64(CALL, 0xff, 0x10);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	IS64(LOOP, 0x66, 0xe2, 0xfe);
	CU_ASSERT_EQUAL(in.osize, 8);
	IS32(CALL, 0x66, 0xe8, 0xfd, 0xff);
	CU_ASSERT_EQUAL(in.osize, 2);
	CU_ASSERT_EQUAL(in.imm, (uint64_t)-3);
	IS16(JCC, 0x66, 0x0f, 0x84, 0, 0, 0, 0x80);
	CU_ASSERT_EQUAL(in.imm, 0xffffffff80000000);
	IS64(XBEGIN, 0x66, 0xc7, 0xf8, 0, 0);
}

static void test_engine_decode_far_pointers(void)
{
	IS32(CALLF, 0x9a, 1, 2, 3, 0x84, 0x34, 0x92);
	CU_ASSERT_EQUAL(in.imm, 0x84030201);
	CU_ASSERT_EQUAL(in.imm2, 0x9234);
	CU_ASSERT_EQUAL(in.opnds, 2);
	CU_ASSERT_EQUAL(in.opnd[0].kind, OPND_IMM);
	CU_ASSERT_EQUAL(in.opnd[1].kind, OPND_IMM2);
	IS16(JMPF, 0xea, 0xff, 0xff, 0x00, 0xf0);
	CU_ASSERT_EQUAL(in.imm, 0xffff);
	CU_ASSERT_EQUAL(in.imm2, 0xf000);
	IS32(JMPF, 0xff, 0x28);
	CU_ASSERT_EQUAL(in.mem_size, 6);
	IS64(CALLF, 0x48, 0xff, 0x18);
	CU_ASSERT_EQUAL(in.mem_size, 10);
	IS64(LSS, 0x0f, 0xb2, 0x20);
	CU_ASSERT_EQUAL(in.mem_size, 6);
	IS16(LDS, 0xc5, 0x30);
	CU_ASSERT_EQUAL(in.mem_size, 4);
	OPND(0, OPND_REG, RSI, 2, WR);
	UD32(0xff, 0xd8);
	UD32(0xff, 0xe8);
}

static void test_engine_decode_immediates_are_extended_as_the_manual_says(void)
{
	IS64(ADD, 0x83, 0xc0, 0x80);
	CU_ASSERT_EQUAL(in.imm, (uint64_t)-128);
	IS64(ADD, 0x80, 0xc0, 0x80);
	CU_ASSERT_EQUAL(in.imm, 0x80);
	IS64(ADD, 0x05, 0, 0, 0, 0x80);
	CU_ASSERT_EQUAL(in.imm, 0x80000000);
	IS64(ADD, 0x48, 0x05, 0, 0, 0, 0x80);
	CU_ASSERT_EQUAL(in.imm, 0xffffffff80000000);
	IS64(MOV, 0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8);
	CU_ASSERT_EQUAL(in.imm, 0x0807060504030201);
	IS64(MOV, 0xb8, 0, 0, 0, 0x80);
	CU_ASSERT_EQUAL(in.imm, 0x80000000);
	IS64(MOV, 0x48, 0xc7, 0xc0, 0, 0, 0, 0x80);
	CU_ASSERT_EQUAL(in.imm, 0xffffffff80000000);
	IS64(IMUL, 0x6b, 0xc1, 0xff);
	CU_ASSERT_EQUAL(in.imm, UINT64_MAX);
	IS64(SHL, 0xc1, 0xe0, 0xff);
	CU_ASSERT_EQUAL(in.imm, 0xff);
	IS64(SHL, 0xd1, 0xe0);
	CU_ASSERT_EQUAL(in.imm, 1);
	OPND(1, OPND_IMM, 0, 1, RD);
	IS64(RET, 0xc2, 0xff, 0xff);
	CU_ASSERT_EQUAL(in.imm, 0xffff);
	IS64(OUT, 0xe6, 0xf4);
	CU_ASSERT_EQUAL(in.imm, 0xf4);
	IS64(INT, 0xcd, 0x80);
	CU_ASSERT_EQUAL(in.imm, 0x80);
}

static void test_engine_decode_port_accesses_are_at_most_four_bytes(void)
{
	IS64(IN, 0x48, 0xed);
	CU_ASSERT_EQUAL(in.osize, 4);
	OPND(0, OPND_REG, RAX, 4, WR);
	OPND(1, OPND_REG, RDX, 2, RD);
	IS64(OUT, 0x48, 0xe7, 0x10);
	CU_ASSERT_EQUAL(in.osize, 4);
	IS64(INS, 0x48, 0x6d);
	CU_ASSERT_EQUAL(in.osize, 4);
	IS64(OUTS, 0x66, 0x6f);
	CU_ASSERT_EQUAL(in.osize, 2);
	IS64(OUT, 0xe6, 0x10);
	CU_ASSERT_EQUAL(in.osize, 1);
	IS64(OUT, 0xee);
	CU_ASSERT_EQUAL(in.osize, 1);
	OPND(0, OPND_REG, RDX, 2, RD);
	OPND(1, OPND_REG, RAX, 1, RD);
}

static void test_engine_decode_control_registers_are_whole_words(void)
{
	IS64(MOV_CR, 0x0f, 0x20, 0xd8);
	OPND(0, OPND_REG, RAX, 8, WR);
	OPND(1, OPND_CR, 3, 8, RD);
	IS64(MOV_CR, 0x44, 0x0f, 0x22, 0xc0);
	OPND(0, OPND_CR, 8, 8, WR);
	IS32(MOV_CR, 0x66, 0x0f, 0x22, 0xc0);
	OPND(1, OPND_REG, RAX, 4, RD);
	IS64(MOV_CR, 0x0f, 0x20, 0x18);		/* mod is ignored */
	OPND(0, OPND_REG, RAX, 8, WR);
	IS64(MOV_DR, 0x0f, 0x23, 0xf8);
	OPND(0, OPND_DR, 7, 8, WR);
	IS64(MOV_DR, 0x0f, 0x21, 0xe0);		/* DR4: CR4.DE decides */
}

static void test_engine_decode_control_registers_that_do_not_exist(void)
{
	unsigned n;

	for (n = 0; n < 16; n++) {
		bool exists = n == 0 || n == 2 || n == 3 || n == 4 || n == 8;
		uint8_t rex = n & 8 ? 0x44 : 0x40;
		uint8_t modrm = (uint8_t)(0xc0 | (n & 7) << 3);

		CU_ASSERT_EQUAL(dec(X86_MODE64, B(rex, 0x0f, 0x20, modrm)),
				exists ? 4 : X86_DEC_UD);
		CU_ASSERT_EQUAL(dec(X86_MODE64, B(rex, 0x0f, 0x22, modrm)),
				exists ? 4 : X86_DEC_UD);
		CU_ASSERT_EQUAL(dec(X86_MODE64, B(rex, 0x0f, 0x23, modrm)),
				n < 8 ? 4 : X86_DEC_UD);
	}
	UD_ALL(0x0f, 0x24, 0xc0);	/* the 486's test registers */
	UD_ALL(0x0f, 0x26, 0xc0);
}

static void test_engine_decode_segment_registers_that_do_not_exist(void)
{
	UD_ALL(0x8e, 0xc8);	/* MOV CS */
	UD_ALL(0x8e, 0xf0);
	UD_ALL(0x8e, 0xf8);
	UD_ALL(0x8c, 0xf0);
	UD_ALL(0x8c, 0xf8);
	IS32(MOV_SEG, 0x8c, 0xc8);
	OPND(0, OPND_REG, RAX, 4, WR);
	OPND(1, OPND_SEG, VC_SEG_CS, 2, RD);
	IS64(MOV_SEG, 0x48, 0x8c, 0x18);	/* memory: always 2 bytes */
	CU_ASSERT_EQUAL(in.mem_size, 2);
	IS64(MOV_SEG, 0x48, 0x8c, 0xd8);
	OPND(0, OPND_REG, RAX, 8, WR);
}

/* ---- opcodes by mode ---- */

static void test_engine_decode_opcodes_that_are_invalid_in_long_mode(void)
{
	static const uint8_t invalid[] = {
		0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37,
		0x3f, 0x60, 0x61, 0x62, 0x82, 0x9a, 0xc4, 0xc5, 0xce, 0xd4,
		0xd5, 0xd6, 0xea,
	};
	unsigned i;

	for (i = 0; i < sizeof(invalid); i++) {
		UD64(invalid[i], 0);
		CU_ASSERT(dec(X86_MODE32, B(invalid[i], 0)) > 0);
		CU_ASSERT(dec(X86_MODE16, B(invalid[i], 0)) > 0);
	}
	UD32(0x0f, 0x01, 0xf8);		/* SWAPGS, RDFSBASE */
	UD32(0xf3, 0x0f, 0xae, 0xc0);
	IS64(SWAPGS, 0x0f, 0x01, 0xf8);
	IS64(RDFSBASE, 0xf3, 0x0f, 0xae, 0xc0);
}

static void test_engine_decode_63_is_movsxd_in_long_mode(void)
{
	IS32(ARPL, 0x63, 0xc8);
	IS64(MOVSXD, 0x48, 0x63, 0xc8);
	OPND(0, OPND_REG, RCX, 8, WR);
	OPND(1, OPND_REG, RAX, 4, RD);
	IS64(MOVSXD, 0x66, 0x63, 0xc8);
	OPND(1, OPND_REG, RAX, 2, RD);
	IS64(MOVSXD, 0x63, 0xc8);
	OPND(0, OPND_REG, RCX, 4, WR);
}

static void test_engine_decode_90_is_nop_xchg_or_pause(void)
{
	IS64(NOP, 0x90);
	IS64(NOP, 0x66, 0x90);
	IS64(PAUSE, 0xf3, 0x90);
	IS64(XCHG, 0x49, 0x90);
	OPND(0, OPND_REG, R8, 8, RD | WR);
	OPND(1, OPND_REG, RAX, 8, RD | WR);
	IS64(XCHG, 0x91);
	OPND(0, OPND_REG, RCX, 4, RD | WR);
	IS64(XCHG, 0xf3, 0x49, 0x90);	/* REX.B before F3 */
	IS64(NOP, 0xf2, 0x90);
	IS64(XCHG, 0x87, 0xc0);
}

static void test_engine_decode_register_forms_that_are_undefined(void)
{
	UD_ALL(0x8d, 0xc0);		/* LEA */
	UD32(0x62, 0xc0);		/* BOUND */
	UD32(0xc4, 0xc0);		/* LES, LDS */
	UD16(0xc5, 0xff);
	UD_ALL(0x0f, 0xb2, 0xc0);	/* LSS LFS LGS */
	UD_ALL(0x0f, 0xb4, 0xc0);
	UD_ALL(0x0f, 0xb5, 0xc0);
	UD_ALL(0x0f, 0xc7, 0xc8);	/* CMPXCHG8B */
	UD_ALL(0x0f, 0xae, 0xc0);	/* FXSAVE FXRSTOR LDMXCSR STMXCSR */
	UD_ALL(0x0f, 0xae, 0xc8);
	UD_ALL(0x0f, 0xae, 0xd0);
	UD_ALL(0x0f, 0xae, 0xd8);
	UD_ALL(0x0f, 0xc3, 0xc0);	/* MOVNTI */
	UD_ALL(0x0f, 0x2b, 0xc0);	/* MOVNTPS */
	UD_ALL(0x0f, 0x13, 0xc0);	/* MOVLPS store */
	UD_ALL(0x0f, 0x01, 0xc0);	/* SGDT LGDT LIDT */
	UD_ALL(0x0f, 0x01, 0xe9);
	UD_ALL(0x0f, 0x50, 0x00);	/* MOVMSKPS of memory */
	UD_ALL(0x0f, 0xf7, 0x00);	/* MASKMOVQ */
	UD_ALL(0x0f, 0x71, 0x10);	/* PSRLW mem, imm */
}

static void test_engine_decode_gaps_are_undefined(void)
{
	UD_ALL(0x0f, 0x04);
	UD_ALL(0x0f, 0x0a);
	UD_ALL(0x0f, 0x0e);		/* 3DNow! */
	UD_ALL(0x0f, 0x0f, 0xc0, 0x9e);
	UD_ALL(0x0f, 0x36);
	UD_ALL(0x0f, 0x39);
	UD_ALL(0x0f, 0xa6);
	UD_ALL(0x0f, 0xb8, 0xc0);	/* without F3 */
	UD_ALL(0x0f, 0xba, 0xc0);
	UD_ALL(0xff, 0xf8);
	UD_ALL(0xfe, 0xd0);
	UD_ALL(0x8f, 0xc8);		/* XOP */
	UD_ALL(0xc6, 0xc8);
	UD_ALL(0xd9, 0xd1);
	UD_ALL(0xd9, 0xe2);
	UD_ALL(0xd9, 0xef);
	UD_ALL(0xda, 0xe8);
	UD_ALL(0xdb, 0xe5);
	UD_ALL(0xdb, 0xf8);
	UD_ALL(0xde, 0xd8);
	UD_ALL(0xdf, 0xe1);
	UD_ALL(0xd9, 0x08);
	UD_ALL(0xdb, 0x20);
	UD_ALL(0xdd, 0x28);
}

static void test_engine_decode_undefined_bytes_are_counted(void)
{
	UD64(0x66, 0x0f, 0x04);
	CU_ASSERT_EQUAL(in.len, 3);
	UD64(0x8d, 0xc0);
	CU_ASSERT_EQUAL(in.len, 2);
	/* Undefined before displacement and immediate are there. */
	CU_ASSERT_EQUAL(vc__decode(&in, B(0x0f, 0x04), X86_MODE64),
			X86_DEC_UD);
	CU_ASSERT_EQUAL(vc__decode(&in, B(0x8e, 0x8d), X86_MODE64),
			X86_DEC_UD);
	CU_ASSERT_EQUAL(vc__decode(&in, B(0xf0, 0x81, 0xb8), X86_MODE64),
			X86_DEC_UD);
	CU_ASSERT_EQUAL(vc__decode(&in, B(0xf0, 0x81, 0xb0), X86_MODE64),
			X86_DEC_MORE);
	CU_ASSERT_EQUAL(vc__decode(&in, NULL, 0, X86_MODE64), X86_DEC_MORE);
}

static void test_engine_decode_aliases_that_all_processors_have(void)
{
	IS32(ADD, 0x82, 0xc0, 0x01);		/* 82 is 80 */
	CU_ASSERT_EQUAL(in.osize, 1);
	IS64(TEST, 0xf6, 0xc8, 0x01);		/* F6 /1 is /0 */
	IS64(TEST, 0xf7, 0xc8, 1, 0, 0, 0);
	IS64(SHL, 0xd0, 0xf0);			/* /6 is /4 */
	IS32(SALC, 0xd6);
	IS64(INT1, 0xf1);
	IS64(UD2, 0x0f, 0x0b);
	IS64(UD1, 0x0f, 0xb9, 0xc0);
	IS64(UD0, 0x0f, 0xff, 0xc0);
	IS64(FCOM, 0xdc, 0xd1);
	IS64(FCOMP, 0xdc, 0xd9);
	IS64(FCOMP, 0xde, 0xd1);
	IS64(FXCH, 0xdd, 0xc9);
	IS64(FXCH, 0xdf, 0xc9);
	IS64(FSTP, 0xdf, 0xd1);
	IS64(FSTP, 0xdf, 0xd9);
	IS64(FSTP, 0xd9, 0xd9);
	IS64(FFREEP, 0xdf, 0xc1);
	IS64(FNSETPM, 0xdb, 0xe0);
	IS64(FNSETPM, 0xdb, 0xe1);
	IS64(FNSETPM, 0xdb, 0xe4);
	IS64(LFENCE, 0x0f, 0xae, 0xef);		/* rm is ignored */
	IS64(SFENCE, 0x0f, 0xae, 0xff);
}

static void test_engine_decode_hints_are_nops(void)
{
	unsigned op;

	IS64(PREFETCH, 0x0f, 0x18, 0x00);
	IS64(PREFETCH, 0x0f, 0x18, 0x18);
	IS64(NOP, 0x0f, 0x18, 0x20);
	IS64(NOP, 0x0f, 0x18, 0xc0);
	for (op = 0x19; op <= 0x1f; op++) {
		IS64(NOP, 0x0f, (uint8_t)op, 0x44, 0x00, 0x00);
		CU_ASSERT_FALSE(in.attr & X86_MAY_FAULT);
		IS16(NOP, 0x0f, (uint8_t)op, 0xc0);
	}
	IS64(NOP, 0xf3, 0x0f, 0x1e, 0xfa);	/* ENDBR64 */
	IS64(NOP, 0xf3, 0x48, 0x0f, 0x1e, 0xc8);	/* RDSSPQ RAX */
	IS64(NOP, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0);
	IS64(PREFETCHW, 0x0f, 0x0d, 0x08);
	IS64(PREFETCH, 0x0f, 0x0d, 0x00);
	IS64(NOP, 0x0f, 0x0d, 0xc8);
}

/* ---- mandatory prefixes, SDM 2A §3.1.1.1 ("NP", "NFx") ---- */

static void test_engine_decode_mandatory_prefixes_choose_the_operation(void)
{
	IS64(MOVUPS, 0x0f, 0x10, 0x00);
	IS64(MOVUPD, 0x66, 0x0f, 0x10, 0x00);
	IS64(MOVSS, 0xf3, 0x0f, 0x10, 0x00);
	IS64(MOVSD, 0xf2, 0x0f, 0x10, 0x00);
	IS64(MOVSD, 0x66, 0xf2, 0x0f, 0x10, 0x00);	/* F2 over 66 */
	IS64(MOVSS, 0xf3, 0x66, 0x0f, 0x10, 0x00);
	IS64(BSF, 0x0f, 0xbc, 0xc0);
	IS64(TZCNT, 0xf3, 0x0f, 0xbc, 0xc0);
	IS64(BSF, 0xf2, 0x0f, 0xbc, 0xc0);
	IS64(LZCNT, 0x66, 0xf3, 0x0f, 0xbd, 0xc0);
	OPND(0, OPND_REG, RAX, 2, WR);
	IS64(POPCNT, 0xf3, 0x0f, 0xb8, 0xc0);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_POPCNT);
	IS64(MOVBE, 0x0f, 0x38, 0xf0, 0x00);
	IS64(CRC32, 0xf2, 0x0f, 0x38, 0xf0, 0xc0);
	IS64(CRC32, 0x66, 0xf2, 0x0f, 0x38, 0xf1, 0xc0);
	OPND(1, OPND_REG, RAX, 2, RD);
	IS64(RDRAND, 0x66, 0x0f, 0xc7, 0xf0);
	OPND(0, OPND_REG, RAX, 2, WR);
	IS64(CLFLUSHOPT, 0x66, 0x0f, 0xae, 0x38);
	IS16(MOVDQA, 0x66, 0x0f, 0x6f, 0xc1);	/* in every mode */
	OPND(0, OPND_XMM, 0, 16, WR);
}

static void test_engine_decode_wrong_mandatory_prefix_is_undefined(void)
{
	UD64(0xf3, 0x0f, 0x28, 0xc0);		/* MOVAPS */
	UD64(0xf2, 0x0f, 0x60, 0xc0);
	UD64(0x66, 0x0f, 0x77);			/* EMMS */
	UD64(0xf3, 0x0f, 0xae, 0x00);		/* FXSAVE */
	UD64(0x66, 0x0f, 0xae, 0xe8);		/* LFENCE */
	UD64(0xf2, 0x0f, 0xc3, 0x00);		/* MOVNTI */
	UD64(0xf3, 0x0f, 0xc7, 0xf0);		/* RDRAND */
	UD64(0xf2, 0x0f, 0xc7, 0xf0);
	UD64(0x66, 0x0f, 0x01, 0xd0);		/* XGETBV */
	UD64(0x0f, 0x38, 0x10, 0xc0);		/* PBLENDVB wants 66 */
	UD64(0x0f, 0x6c, 0xc0);			/* PUNPCKLQDQ too */
	IS64(CPUID, 0xf3, 0x0f, 0xa2);		/* plainly ignored */
	IS64(CMPXCHG8B, 0xf2, 0x0f, 0xc7, 0x0f);
	IS64(BSWAP, 0xf2, 0x0f, 0xc8);
}

static void test_engine_decode_rex_w_names_another_operation(void)
{
	IS64(MOVD, 0x66, 0x0f, 0x6e, 0xc0);
	OPND(1, OPND_REG, RAX, 4, RD);
	IS64(MOVQ, 0x66, 0x48, 0x0f, 0x6e, 0xc0);
	OPND(1, OPND_REG, RAX, 8, RD);
	IS64(CMPXCHG8B, 0x0f, 0xc7, 0x0f);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	IS64(CMPXCHG16B, 0x48, 0x0f, 0xc7, 0x0f);
	CU_ASSERT_EQUAL(in.mem_size, 16);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_CX16);
	CU_ASSERT(in.attr & X86_ALIGNED);
	IS64(PINSRQ, 0x66, 0x48, 0x0f, 0x3a, 0x22, 0xc0, 0x01);
	IS64(PEXTRD, 0x66, 0x0f, 0x3a, 0x16, 0x00, 0x01);
	CU_ASSERT_EQUAL(in.mem_size, 4);
}

/* ---- SSE and x87 operands ---- */

static void test_engine_decode_sse_memory_sizes_and_alignment(void)
{
	IS64(ADDPS, 0x0f, 0x58, 0x00);
	CU_ASSERT_EQUAL(in.mem_size, 16);
	CU_ASSERT(in.attr & X86_ALIGNED);
	IS64(ADDSD, 0xf2, 0x0f, 0x58, 0x00);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	CU_ASSERT_FALSE(in.attr & X86_ALIGNED);
	OPND(0, OPND_XMM, 0, 8, RD | WR);
	IS64(MOVUPS, 0x0f, 0x11, 0x00);
	CU_ASSERT_FALSE(in.attr & X86_ALIGNED);
	OPND(0, OPND_MEM, 0, 16, WR);
	IS64(MOVDQA, 0x66, 0x0f, 0x7f, 0x00);
	CU_ASSERT(in.attr & X86_ALIGNED);
	IS64(MOVAPS, 0x0f, 0x28, 0xc1);
	CU_ASSERT_FALSE(in.attr & X86_ALIGNED);
	IS64(MOVSS, 0xf3, 0x0f, 0x10, 0x00);	/* clears the rest */
	OPND(0, OPND_XMM, 0, 16, WR);
	IS64(MOVSS, 0xf3, 0x0f, 0x10, 0xc1);	/* keeps it */
	OPND(0, OPND_XMM, 0, 4, WR);
	IS64(MOVQ, 0x66, 0x0f, 0xd6, 0xc1);
	OPND(0, OPND_XMM, 1, 16, WR);
	OPND(1, OPND_XMM, 0, 8, RD);
	IS64(MOVQ, 0x66, 0x0f, 0xd6, 0x01);
	OPND(0, OPND_MEM, 0, 8, WR);
	IS64(MOVHLPS, 0x0f, 0x12, 0xc1);
	IS64(MOVLPS, 0x0f, 0x12, 0x01);
	IS64(MOVLHPS, 0x0f, 0x16, 0xc1);
	IS64(PUNPCKLBW, 0x0f, 0x60, 0x00);
	CU_ASSERT_EQUAL(in.mem_size, 4);
	IS64(PUNPCKLBW, 0x66, 0x0f, 0x60, 0x00);
	CU_ASSERT_EQUAL(in.mem_size, 16);
	IS64(PCMPISTRI, 0x66, 0x0f, 0x3a, 0x63, 0x00, 0x0c);
	CU_ASSERT_FALSE(in.attr & X86_ALIGNED);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_SSE42);
}

static void test_engine_decode_x87_and_sse_are_marked(void)
{
	IS64(FADD, 0xd8, 0xc1);
	CU_ASSERT(in.attr & X86_FPU);
	IS64(PADDB, 0x0f, 0xfc, 0xc1);
	CU_ASSERT_EQUAL(in.attr & (X86_FPU | X86_SSE), X86_FPU);
	IS64(PADDB, 0x66, 0x0f, 0xfc, 0xc1);
	CU_ASSERT_EQUAL(in.attr & (X86_FPU | X86_SSE), X86_SSE);
	IS64(CVTPI2PS, 0x0f, 0x2a, 0xc1);
	CU_ASSERT_EQUAL(in.attr & (X86_FPU | X86_SSE), X86_FPU | X86_SSE);
	IS64(FXSAVE, 0x0f, 0xae, 0x00);
	CU_ASSERT(in.attr & X86_FPU);
	IS64(FWAIT, 0x9b);
	CU_ASSERT_FALSE(in.attr & X86_FPU);
}

static void test_engine_decode_x87_operands(void)
{
	IS64(FADD, 0xd8, 0x00);
	OPND(0, OPND_MEM, 0, 4, RD);
	IS64(FADD, 0xdc, 0x00);
	OPND(0, OPND_MEM, 0, 8, RD);
	IS64(FIADD, 0xda, 0x00);
	OPND(0, OPND_MEM, 0, 4, RD);
	IS64(FIADD, 0xde, 0x00);
	OPND(0, OPND_MEM, 0, 2, RD);
	IS64(FADD, 0xd8, 0xc3);
	OPND(0, OPND_ST, 0, 10, RD | WR);
	OPND(1, OPND_ST, 3, 10, RD);
	IS64(FSUBR, 0xdc, 0xe3);		/* DC E0 is FSUBR to Intel */
	OPND(0, OPND_ST, 3, 10, RD | WR);
	OPND(1, OPND_ST, 0, 10, RD);
	IS64(FSUB, 0xdc, 0xeb);
	IS64(FSUBRP, 0xde, 0xe1);
	IS64(FDIVP, 0xde, 0xf9);
	IS64(FLD, 0xdb, 0x28);
	OPND(0, OPND_MEM, 0, 10, RD);
	IS64(FSTP, 0xdb, 0x38);
	OPND(0, OPND_MEM, 0, 10, WR);
	IS64(FILD, 0xdf, 0x28);
	OPND(0, OPND_MEM, 0, 8, RD);
	IS64(FISTTP, 0xdd, 0x08);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_SSE3);
	IS64(FBSTP, 0xdf, 0x30);
	OPND(0, OPND_MEM, 0, 10, WR);
	IS64(FNSTSW, 0xdf, 0xe0);
	OPND(0, OPND_REG, RAX, 2, WR);
	IS64(FNSTSW, 0xdd, 0x38);
	OPND(0, OPND_MEM, 0, 2, WR);
	IS64(FNSTENV, 0x66, 0xd9, 0x30);	/* 14 bytes by osize */
	CU_ASSERT_EQUAL(in.osize, 2);
	IS64(FCOMPP, 0xde, 0xd9);
	IS64(FUCOMPP, 0xda, 0xe9);
	IS64(FCOS, 0xd9, 0xff);
}

static void test_engine_decode_fcmov_has_the_conditions_of_jcc(void)
{
	IS64(FCMOVCC, 0xda, 0xc1);
	CU_ASSERT_EQUAL(in.cond, 2);	/* B */
	IS64(FCMOVCC, 0xda, 0xc9);
	CU_ASSERT_EQUAL(in.cond, 4);	/* E */
	IS64(FCMOVCC, 0xda, 0xd1);
	CU_ASSERT_EQUAL(in.cond, 6);	/* BE */
	IS64(FCMOVCC, 0xda, 0xd9);
	CU_ASSERT_EQUAL(in.cond, 10);	/* U is P */
	CU_ASSERT_EQUAL(in.fl_read, FL_P);
	IS64(FCMOVCC, 0xdb, 0xc1);
	CU_ASSERT_EQUAL(in.cond, 3);
	IS64(FCMOVCC, 0xdb, 0xd9);
	CU_ASSERT_EQUAL(in.cond, 11);
}

/* ---- metadata ---- */

static void test_engine_decode_flags_of_appendix_a(void)
{
#define FLAGS(r, w, u) do { CU_ASSERT_EQUAL(in.fl_read, (r)); \
	CU_ASSERT_EQUAL(in.fl_write, (w)); \
	CU_ASSERT_EQUAL(in.fl_undef, (u)); } while (0)
	IS64(ADD, 0x01, 0xc8);
	FLAGS(0, FL_ALL, 0);
	IS64(ADC, 0x11, 0xc8);
	FLAGS(FL_C, FL_ALL, 0);
	IS64(AND, 0x21, 0xc8);
	FLAGS(0, FL_ALL & ~FL_A, FL_A);
	IS64(INC, 0xff, 0xc0);
	FLAGS(0, FL_ALL & ~FL_C, 0);
	IS64(NOT, 0xf7, 0xd0);
	FLAGS(0, 0, 0);
	IS64(MUL, 0xf7, 0xe0);
	FLAGS(0, FL_O | FL_C, FL_S | FL_Z | FL_A | FL_P);
	IS64(DIV, 0xf7, 0xf0);
	FLAGS(0, 0, FL_ALL);
	IS64(BT, 0x0f, 0xa3, 0xc8);
	FLAGS(0, FL_C, FL_O | FL_S | FL_A | FL_P);
	IS64(BSF, 0x0f, 0xbc, 0xc8);
	FLAGS(0, FL_Z, FL_ALL & ~FL_Z);
	IS64(LAHF, 0x9f);
	FLAGS(FL_ALL & ~FL_O, 0, 0);
	IS64(CMC, 0xf5);
	FLAGS(FL_C, FL_C, 0);
	IS32(DAA, 0x27);
	FLAGS(FL_C | FL_A, FL_ALL & ~FL_O, FL_O);
	IS64(JCC, 0x7f, 0x00);
	FLAGS(FL_Z | FL_S | FL_O, 0, 0);
	CU_ASSERT_EQUAL(in.cond, 15);
	IS64(CMOVCC, 0x0f, 0x42, 0xc1);
	FLAGS(FL_C, 0, 0);
	IS64(SETCC, 0x0f, 0x9a, 0xc1);
	FLAGS(FL_P, 0, 0);
	IS64(LOOPE, 0xe1, 0x00);
	FLAGS(FL_Z, 0, 0);
	IS64(CMPS, 0xa6);
	FLAGS(0x400, FL_ALL, 0);
	IS64(CMPXCHG8B, 0x0f, 0xc7, 0x08);
	FLAGS(0, FL_Z, 0);
	IS64(UCOMISD, 0x66, 0x0f, 0x2e, 0xc1);
	FLAGS(0, FL_ALL, 0);
	IS64(MOV, 0x89, 0xc8);
	FLAGS(0, 0, 0);
}

static void test_engine_decode_shift_flags_depend_on_the_count(void)
{
	IS64(SHL, 0xd1, 0xe0);
	FLAGS(0, FL_ALL & ~FL_A, FL_A);
	IS64(SHL, 0xc1, 0xe0, 0x01);
	FLAGS(0, FL_ALL & ~FL_A, FL_A);
	IS64(SHL, 0xc1, 0xe0, 0x02);
	FLAGS(0, FL_S | FL_Z | FL_P | FL_C, FL_A | FL_O);
	IS64(SHL, 0xc1, 0xe0, 0x20);		/* masked: no shift at all */
	FLAGS(0, 0, 0);
	IS64(SHL, 0x48, 0xc1, 0xe0, 0x20);
	FLAGS(0, FL_S | FL_Z | FL_P | FL_C, FL_A | FL_O);
	IS64(SHL, 0xd3, 0xe0);			/* may do any of that */
	FLAGS(0, FL_ALL & ~FL_A, FL_A | FL_O);
	IS64(SHR, 0xc0, 0xe8, 0x09);		/* beyond 8 bits: CF too */
	FLAGS(0, FL_S | FL_Z | FL_P, FL_A | FL_O | FL_C);
	IS64(SAR, 0xc0, 0xf8, 0x09);		/* not for SAR */
	FLAGS(0, FL_S | FL_Z | FL_P | FL_C, FL_A | FL_O);
	IS64(ROL, 0xc1, 0xc0, 0x03);
	FLAGS(0, FL_C, FL_O);
	IS64(RCL, 0xd1, 0xd0);
	FLAGS(FL_C, FL_C | FL_O, 0);
	IS64(RCR, 0xc1, 0xd8, 0x00);
	FLAGS(0, 0, 0);
	IS64(SHLD, 0x66, 0x0f, 0xa4, 0xc8, 0x11);	/* over 16 bits */
	FLAGS(0, 0, FL_ALL);
#undef FLAGS
}

static void test_engine_decode_block_ends_and_privilege(void)
{
	const unsigned ends = X86_ENDS_BLOCK;

	IS64(JCC, 0x74, 0x00);
	CU_ASSERT_EQUAL(in.attr, ends | X86_BRANCH | X86_COND);
	IS64(JMP, 0xeb, 0x00);
	CU_ASSERT_EQUAL(in.attr, ends | X86_BRANCH);
	IS64(CALL, 0xe8, 0, 0, 0, 0);
	CU_ASSERT_EQUAL(in.attr, ends | X86_BRANCH | X86_STACK |
				 X86_MAY_FAULT);
	IS64(HLT, 0xf4);
	CU_ASSERT(in.attr & ends && in.attr & X86_CPL0);
	IS64(MOV_CR, 0x0f, 0x22, 0xd8);
	CU_ASSERT(in.attr & ends && in.attr & X86_CPL0);
	IS64(MOV_CR, 0x0f, 0x20, 0xd8);
	CU_ASSERT_FALSE(in.attr & ends);
	IS64(MOV_SEG, 0x8e, 0xd0);
	CU_ASSERT(in.attr & ends);
	IS64(MOV_SEG, 0x8e, 0xe0);	/* FS is no part of a block's key */
	CU_ASSERT_FALSE(in.attr & ends);
	IS64(MOV_SEG, 0x8c, 0xd0);
	CU_ASSERT_FALSE(in.attr & ends);
	IS64(LEA, 0x8d, 0x00);
	CU_ASSERT_EQUAL(in.attr, 0);
	CU_ASSERT_EQUAL(in.opnd[1].access, 0);
	IS64(DIV, 0xf7, 0xf0);
	CU_ASSERT_EQUAL(in.attr, X86_MAY_FAULT);
	IS64(MOVS, 0xf3, 0xa4);
	CU_ASSERT_EQUAL(in.attr, X86_STRING | X86_MAY_FAULT);
	CU_ASSERT_EQUAL(in.opnds, 0);
	CU_ASSERT_EQUAL(in.seg, VC_SEG_DS);
	IS64(MOVS, 0x64, 0xa5);
	CU_ASSERT_EQUAL(in.seg, VC_SEG_FS);
}

static void test_engine_decode_every_operation_has_a_name(void)
{
	unsigned op;

	for (op = X86_BAD + 1; op < X86_OP_COUNT; op++)
		CU_ASSERT(vc__x86_name(op)[0] >= 'a' &&
			  vc__x86_name(op)[0] <= 'z');
	CU_ASSERT_STRING_EQUAL(vc__x86_name(X86_FYL2XP1), "fyl2xp1");
	CU_ASSERT_STRING_EQUAL(vc__x86_name(X86_BAD), "(bad)");
	CU_ASSERT_STRING_EQUAL(vc__x86_name(X86_OP_COUNT), "(bad)");
}

/* ---- VEX, SDM 2A §2.3 ---- */

#define XMM(i, reg, size, acc)	OPND(i, OPND_XMM, reg, size, acc)

static void test_engine_decode_vex_operands(void)
{
	IS64(ADDPS, 0xc5, 0xec, 0x58, 0xcb);	/* vaddps ymm1, ymm2, ymm3 */
	CU_ASSERT_EQUAL(in.vex, 32);
	CU_ASSERT_EQUAL(in.opnds, 3);
	XMM(0, 1, 32, WR);
	XMM(1, 2, 32, RD);
	XMM(2, 3, 32, RD);
	CU_ASSERT_EQUAL(in.attr & (X86_AVX | X86_SSE), X86_AVX);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_AVX);
	/* vaddps xmm9, xmm10, [r11+r12*2+4], by R, X, B and vvvv */
	IS64(ADDPS, 0xc4, 0x01, 0x28, 0x58, 0x4c, 0x63, 0x04);
	CU_ASSERT_EQUAL(in.vex, 16);
	XMM(0, 9, 16, WR);
	XMM(1, 10, 16, RD);
	OPND(2, OPND_MEM, 0, 16, RD);
	MEM(R11, R12, 1, 4, VC_SEG_DS);
	CU_ASSERT_FALSE(in.attr & X86_ALIGNED);
	CU_ASSERT(in.attr & X86_MAY_FAULT);
	IS64(ADDSD, 0xc5, 0xef, 0x58, 0xcb);	/* L is ignored */
	CU_ASSERT_EQUAL(in.vex, 16);
	XMM(0, 1, 16, WR);
	XMM(1, 2, 16, RD);
	XMM(2, 3, 8, RD);
	IS64(SQRTSS, 0xc5, 0xea, 0x51, 0x08);
	XMM(1, 2, 16, RD);
	OPND(2, OPND_MEM, 0, 4, RD);
	IS64(MOVAPS, 0xc5, 0xfc, 0x28, 0x08);
	CU_ASSERT_EQUAL(in.opnds, 2);
	CU_ASSERT_EQUAL(in.mem_size, 32);
	CU_ASSERT(in.attr & X86_ALIGNED);
	IS64(MOVUPS, 0xc5, 0xfc, 0x10, 0x08);
	CU_ASSERT_FALSE(in.attr & X86_ALIGNED);
	IS64(PSLLW, 0xc5, 0xe9, 0x71, 0xf3, 0x05);	/* xmm2, xmm3, 5 */
	XMM(0, 2, 16, WR);
	XMM(1, 3, 16, RD);
	OPND(2, OPND_IMM, 0, 1, RD);
	CU_ASSERT_EQUAL(in.imm, 5);
	IS64(PSRLW, 0xc5, 0xed, 0xd1, 0xcb);	/* the count has 16 bytes */
	XMM(0, 1, 32, WR);
	XMM(2, 3, 16, RD);
	IS64(BLENDVPS, 0xc4, 0xe3, 0x6d, 0x4a, 0xcb, 0x9f);
	CU_ASSERT_EQUAL(in.opnds, 4);
	XMM(3, 9, 32, RD);
	IS32(BLENDVPS, 0xc4, 0xe3, 0x6d, 0x4a, 0xcb, 0x9f);
	XMM(3, 1, 32, RD);
	IS64(CVTPD2PS, 0xc5, 0xfd, 0x5a, 0xca);	/* xmm1, ymm2 */
	XMM(0, 1, 16, WR);
	XMM(1, 2, 32, RD);
	IS64(CVTPS2PD, 0xc5, 0xfc, 0x5a, 0x08);
	CU_ASSERT_EQUAL(in.mem_size, 16);
	IS64(PMOVZXBQ, 0xc4, 0xe2, 0x7d, 0x32, 0x08);
	CU_ASSERT_EQUAL(in.mem_size, 4);
	IS64(MOVDDUP, 0xc5, 0xff, 0x12, 0x08);
	CU_ASSERT_EQUAL(in.mem_size, 32);
	IS64(MOVDDUP, 0xc5, 0xfb, 0x12, 0x08);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	IS64(VCVTPS2PH, 0xc4, 0xe3, 0x7d, 0x1d, 0x08, 0x00);
	CU_ASSERT_EQUAL(in.mem_size, 16);
	OPND(0, OPND_MEM, 0, 16, WR);
}

static void test_engine_decode_vex_moves_of_two_and_three(void)
{
	IS64(MOVSS, 0xc5, 0xfa, 0x10, 0x08);	/* xmm1, m32 */
	CU_ASSERT_EQUAL(in.opnds, 2);
	XMM(0, 1, 16, WR);
	IS64(MOVSS, 0xc5, 0xea, 0x10, 0xcb);	/* xmm1, xmm2, xmm3 */
	CU_ASSERT_EQUAL(in.opnds, 3);
	XMM(2, 3, 4, RD);
	UD64(0xc5, 0xea, 0x10, 0x08);		/* vvvv with memory */
	IS64(MOVSD, 0xc5, 0xeb, 0x11, 0xd9);	/* xmm1, xmm2, xmm3 */
	XMM(0, 1, 16, WR);
	XMM(1, 2, 16, RD);
	XMM(2, 3, 8, RD);
	IS64(MOVLPS, 0xc5, 0xe8, 0x12, 0x08);
	CU_ASSERT_EQUAL(in.opnds, 3);
	OPND(2, OPND_MEM, 0, 8, RD);
	IS64(MOVHLPS, 0xc5, 0xe8, 0x12, 0xcb);
	IS64(MOVLHPS, 0xc5, 0xe8, 0x16, 0xcb);
	IS64(MOVHPS, 0xc5, 0xf8, 0x17, 0x08);
	CU_ASSERT_EQUAL(in.opnds, 2);
	IS64(MOVQ, 0xc5, 0xfa, 0x7e, 0xca);
	IS64(MOVD, 0xc5, 0xf9, 0x6e, 0xc8);
	IS64(MOVQ, 0xc4, 0xe1, 0xf9, 0x6e, 0xc8);
	OPND(1, OPND_REG, RAX, 8, RD);
	IS32(MOVD, 0xc4, 0xe1, 0xf9, 0x6e, 0xc8);	/* W is ignored */
	OPND(1, OPND_REG, RAX, 4, RD);
	IS64(PEXTRQ, 0xc4, 0xe3, 0xf9, 0x16, 0xc8, 0x01);
	IS64(VZEROUPPER, 0xc5, 0xf8, 0x77);
	IS64(VZEROALL, 0xc5, 0xfc, 0x77);
}

static void test_engine_decode_vex_or_les_and_lds(void)
{
	IS32(LES, 0xc4, 0x08);
	IS32(LDS, 0xc5, 0x4c, 0x24, 0x10);
	IS16(LDS, 0xc5, 0x0f);
	IS32(ADDPS, 0xc5, 0xec, 0x58, 0xcb);
	IS16(ADDPS, 0xc5, 0xec, 0x58, 0xcb);
	/* B and the top bit of a used vvvv are ignored in 32-bit code */
	IS32(ADDPS, 0xc4, 0xc1, 0x2c, 0x58, 0xcb);
	XMM(1, 2, 32, RD);
	XMM(2, 3, 32, RD);
	UD32(0xc4, 0xe1, 0x38, 0x28, 0xca);	/* not of an unused one */
	UD64(0xc4, 0xe0, 0x78, 0x28, 0xca);	/* maps */
	UD64(0xc4, 0xe4, 0x78, 0x28, 0xca);
	UD64(0x62, 0xf1, 0x7c, 0x48, 0x58, 0xca);	/* EVEX, XOP */
	UD32(0x62, 0xf1, 0x7c, 0x48, 0x58, 0xca);
	UD_ALL(0x8f, 0xe8, 0x78, 0xc0, 0xca, 0x00);
}

static void test_engine_decode_vex_after_other_prefixes(void)
{
	UD64(0x66, 0xc5, 0xf8, 0x58, 0xca);
	UD64(0xf2, 0xc5, 0xf8, 0x58, 0xca);
	UD64(0xf3, 0xc5, 0xf8, 0x58, 0xca);
	UD64(0xf0, 0xc5, 0xf8, 0x58, 0x0a);
	UD64(0x48, 0xc5, 0xf8, 0x58, 0xca);
	UD32(0x66, 0xc5, 0xf8, 0x58, 0xca);
	IS64(ADDPS, 0x67, 0x65, 0xc5, 0xf8, 0x58, 0x0a);
	CU_ASSERT_EQUAL(in.asize, 4);
	CU_ASSERT_EQUAL(in.seg, VC_SEG_GS);
}

static void test_engine_decode_vex_lengths_and_widths(void)
{
	UD64(0xc5, 0xfd, 0x6e, 0xc8);			/* VMOVD: L0 */
	UD64(0xc4, 0xe2, 0x69, 0x36, 0xcb);		/* VPERMD: L1 */
	IS64(VPERMD, 0xc4, 0xe2, 0x6d, 0x36, 0xcb);
	UD64(0xc4, 0xe2, 0xed, 0x36, 0xcb);		/* ... W0 */
	UD64(0xc4, 0xe3, 0x7d, 0x00, 0xcb, 0x00);	/* VPERMQ: W1 */
	IS64(VPERMQ, 0xc4, 0xe3, 0xfd, 0x00, 0xcb, 0x1b);
	IS64(VPSLLVD, 0xc4, 0xe2, 0x69, 0x47, 0xcb);
	IS32(VPSLLVQ, 0xc4, 0xe2, 0xe9, 0x47, 0xcb);
	IS64(VFMADD132PS, 0xc4, 0xe2, 0x6d, 0x98, 0xcb);
	XMM(0, 1, 32, RD | WR);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_FMA);
	IS64(VFMADD132PD, 0xc4, 0xe2, 0xed, 0x98, 0xcb);
	IS64(VFNMSUB231SS, 0xc4, 0xe2, 0x6d, 0xbf, 0x08);
	CU_ASSERT_EQUAL(in.mem_size, 4);
	CU_ASSERT_EQUAL(in.vex, 16);
	IS64(VFNMSUB231SD, 0xc4, 0xe2, 0xed, 0xbf, 0x08);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	UD64(0xc5, 0xe8, 0x28, 0xca);			/* vvvv unused */
	UD64(0xc5, 0xf8, 0x2a, 0xca);			/* no MMX with VEX */
	UD64(0xc4, 0xe2, 0x7a, 0xf6, 0xca);		/* no ADOX */
}

static void test_engine_decode_vex_features(void)
{
	IS64(PADDB, 0xc5, 0xe9, 0xfc, 0xcb);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_AVX);
	IS64(PADDB, 0xc5, 0xed, 0xfc, 0xcb);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_AVX2);
	IS64(PSLLW, 0xc5, 0xed, 0x71, 0xf3, 0x05);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_AVX2);
	IS64(PTEST, 0xc4, 0xe2, 0x7d, 0x17, 0xca);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_AVX);
	CU_ASSERT_EQUAL(in.fl_write, FL_ALL);
	IS64(AESENC, 0xc4, 0xe2, 0x69, 0xdc, 0xcb);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_AES);
	CU_ASSERT(in.attr & X86_AVX);
	IS64(AESENC, 0xc4, 0xe2, 0x6d, 0xdc, 0xcb);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_VAES);
	IS64(PCLMULQDQ, 0xc4, 0xe3, 0x6d, 0x44, 0xcb, 0x00);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_VPCLMUL);
	IS64(VBROADCASTSS, 0xc4, 0xe2, 0x7d, 0x18, 0x08);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_AVX);
	IS64(VBROADCASTSS, 0xc4, 0xe2, 0x7d, 0x18, 0xca);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_AVX2);
	IS64(GF2P8MULB, 0x66, 0x0f, 0x38, 0xcf, 0xca);
	CU_ASSERT_EQUAL(in.attr & (X86_AVX | X86_SSE), X86_SSE);
	IS64(GF2P8AFFINEQB, 0xc4, 0xe3, 0xed, 0xce, 0xcb, 0x05);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_GFNI);
	IS64(SERIALIZE, 0x0f, 0x01, 0xe8);
	CU_ASSERT(in.attr & X86_ENDS_BLOCK);
	UD64(0xf3, 0x0f, 0x01, 0xe8);			/* SETSSBSY */
}

static void test_engine_decode_vex_gathers(void)
{
	/* vgatherdps ymm1, [rax+ymm4*4], ymm3: index 4 is a register */
	IS64(VGATHERDPS, 0xc4, 0xe2, 0x65, 0x92, 0x0c, 0xa0);
	XMM(0, 1, 32, RD | WR);
	OPND(1, OPND_MEM, 0, 4, RD);
	XMM(2, 3, 32, RD | WR);
	MEM(RAX, 4, 2, 0, VC_SEG_DS);
	CU_ASSERT_EQUAL(in.vsib, 32);
	/* doubles by doublewords: indexes are half as long */
	IS64(VGATHERDPD, 0xc4, 0xe2, 0xe5, 0x92, 0x0c, 0xa0);
	CU_ASSERT_EQUAL(in.vsib, 16);
	CU_ASSERT_EQUAL(in.mem_size, 8);
	XMM(0, 1, 32, RD | WR);
	/* singles by quadwords: the data are */
	IS64(VGATHERQPS, 0xc4, 0xe2, 0x65, 0x93, 0x0c, 0xa0);
	CU_ASSERT_EQUAL(in.vsib, 32);
	XMM(0, 1, 16, RD | WR);
	XMM(2, 3, 16, RD | WR);
	IS64(VPGATHERQD, 0xc4, 0xe2, 0x61, 0x91, 0x0c, 0xa0);
	CU_ASSERT_EQUAL(in.vsib, 16);
	XMM(0, 1, 8, RD | WR);
	IS64(VPGATHERQQ, 0xc4, 0xe2, 0xe1, 0x91, 0x0c, 0xa0);
	XMM(0, 1, 16, RD | WR);
	/* xmm12 as index, by X */
	IS64(VPGATHERDD, 0xc4, 0xa2, 0x61, 0x90, 0x0c, 0xa0);
	MEM(RAX, 12, 2, 0, VC_SEG_DS);
	UD64(0xc4, 0xe2, 0x65, 0x92, 0xcc);		/* no memory */
	UD64(0xc4, 0xe2, 0x65, 0x92, 0x08);		/* no SIB */
	UD32(0x67, 0xc4, 0xe2, 0x65, 0x92, 0x0c, 0xa0);	/* 16-bit address */
	UD64(0xc4, 0xe2, 0x65, 0x92, 0x0c, 0x88);	/* dest is the index */
	UD64(0xc4, 0xe2, 0x65, 0x92, 0x1c, 0xa0);	/* dest is the mask */
	UD64(0xc4, 0xe2, 0x65, 0x92, 0x0c, 0x98);	/* mask is the index */
}

static void test_engine_decode_bmi(void)
{
	IS64(ANDN, 0xc4, 0xe2, 0x68, 0xf2, 0xcb);	/* ecx, edx, ebx */
	OPND(0, OPND_REG, RCX, 4, WR);
	OPND(1, OPND_REG, RDX, 4, RD);
	OPND(2, OPND_REG, RBX, 4, RD);
	CU_ASSERT_EQUAL(in.vex, 16);
	CU_ASSERT_FALSE(in.attr & X86_AVX);
	CU_ASSERT_EQUAL(in.fl_write, FL_O | FL_S | FL_Z | FL_C);
	CU_ASSERT_EQUAL(in.fl_undef, FL_A | FL_P);
	CU_ASSERT_EQUAL(in.feature, X86_FEAT_BMI1);
	IS64(ANDN, 0xc4, 0x42, 0xb0, 0xf2, 0xca);	/* r9, r9, r10 */
	OPND(0, OPND_REG, R9, 8, WR);
	OPND(1, OPND_REG, R9, 8, RD);
	OPND(2, OPND_REG, R10, 8, RD);
	IS32(ANDN, 0xc4, 0xe2, 0xe8, 0xf2, 0xcb);	/* W is ignored */
	OPND(0, OPND_REG, RCX, 4, WR);
	IS64(BEXTR, 0xc4, 0xe2, 0x68, 0xf7, 0xcb);	/* ecx, ebx, edx */
	OPND(1, OPND_REG, RBX, 4, RD);
	OPND(2, OPND_REG, RDX, 4, RD);
	CU_ASSERT_EQUAL(in.fl_write, FL_O | FL_Z | FL_C);
	CU_ASSERT_EQUAL(in.fl_undef, FL_S | FL_A | FL_P);
	IS64(BLSR, 0xc4, 0xe2, 0x70, 0xf3, 0xca);	/* ecx, edx */
	OPND(0, OPND_REG, RCX, 4, WR);
	OPND(1, OPND_REG, RDX, 4, RD);
	IS64(BLSMSK, 0xc4, 0xe2, 0x70, 0xf3, 0xd2);
	IS64(BLSI, 0xc4, 0xe2, 0x70, 0xf3, 0x1a);
	CU_ASSERT_EQUAL(in.mem_size, 4);
	CU_ASSERT(in.attr & X86_MAY_FAULT);
	UD64(0xc4, 0xe2, 0x70, 0xf3, 0xe2);
	IS64(BZHI, 0xc4, 0xe2, 0x68, 0xf5, 0xcb);
	IS64(PEXT, 0xc4, 0xe2, 0x6a, 0xf5, 0xcb);
	CU_ASSERT_EQUAL(in.fl_write | in.fl_undef, 0);
	IS64(PDEP, 0xc4, 0xe2, 0x6b, 0xf5, 0xcb);
	IS64(MULX, 0xc4, 0xe2, 0x6b, 0xf6, 0xcb);
	OPND(0, OPND_REG, RCX, 4, WR);
	OPND(1, OPND_REG, RDX, 4, WR);
	OPND(2, OPND_REG, RBX, 4, RD);
	IS64(SHLX, 0xc4, 0xe2, 0x69, 0xf7, 0xcb);
	IS64(SARX, 0xc4, 0xe2, 0x6a, 0xf7, 0xcb);
	IS64(SHRX, 0xc4, 0xe2, 0x6b, 0xf7, 0xcb);
	IS64(RORX, 0xc4, 0xe3, 0xfb, 0xf0, 0xcb, 0x21);
	OPND(0, OPND_REG, RCX, 8, WR);
	CU_ASSERT_EQUAL(in.imm, 0x21);
	UD64(0xc4, 0xe2, 0x6c, 0xf2, 0xcb);		/* L */
}

/* ---- random bytes ---- */

static uint64_t seed;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* A third each: anything, 0F maps, prefixes and rarer maps. */
static void random_bytes(uint8_t b[16])
{
	static const uint8_t start[16] = {
		0x66, 0xf3, 0xf2, 0x48, 0xd8, 0xdb, 0xf0, 0x41,
		0x0f, 0x66, 0x67, 0x65, 0x0f, 0xd9, 0xdd, 0xdf,
	};
	uint64_t r = rnd(), s = rnd();
	unsigned i;

	for (i = 0; i < 8; i++) {
		b[i] = (uint8_t)(r >> (i * 8));
		b[i + 8] = (uint8_t)(s >> (i * 8));
	}
	r = rnd();
	switch (r % 3) {
	case 1:
		b[0] = 0x0f;
		break;
	case 2:
		b[0] = start[r >> 8 & 15];
		if (r & 0x10000)
			b[1] = 0x0f;
		if ((r & 0x70000) == 0x70000)
			b[2] = r & 0x80000 ? 0x38 : 0x3a;
		break;
	}
}

/* Any piece of it gives MORE, or what the whole gives. */
static bool pieces_agree(const uint8_t *b, unsigned mode)
{
	struct x86_insn whole, part;
	int rc = vc__decode(&whole, b, 15, mode), got;
	unsigned n;

	for (n = 0; n < 15; n++) {
		/* exact allocation: a sanitizer sees a byte too many */
		uint8_t *piece = malloc(n ? n : 1);

		if (!piece)
			return false;
		memcpy(piece, b, n);
		got = vc__decode(&part, piece, n, mode);
		free(piece);
		if (got == X86_DEC_MORE) {
			if (rc > 0 ? (int)n >= rc : rc == X86_DEC_UD &&
						    n >= whole.len)
				return false;
			continue;
		}
		if (got != rc || part.len != whole.len)
			return false;
		if (rc > 0 && ((int)n < rc ||
			       memcmp(&part, &whole, sizeof(part))))
			return false;
	}
	return true;
}

static void test_engine_decode_a_piece_gives_more_or_the_whole(void)
{
	unsigned i, m, bad = 0;
	uint8_t b[16];

	seed = 0x9e3779b97f4a7c15;
	for (i = 0; i < 30000; i++) {
		random_bytes(b);
		for (m = X86_MODE16; m <= X86_MODE64; m++)
			bad += !pieces_agree(b, m);
	}
	CU_ASSERT_EQUAL(bad, 0);
}

RIG_SUITE(engine_decode) {
	RIG_TEST(test_engine_decode_operand_size_toggles_by_mode),
	RIG_TEST(test_engine_decode_address_size_toggles_by_mode),
	RIG_TEST(test_engine_decode_last_prefix_of_a_group_wins),
	RIG_TEST(test_engine_decode_rex_counts_only_right_before_the_opcode),
	RIG_TEST(test_engine_decode_rex_turns_ah_into_spl),
	RIG_TEST(test_engine_decode_40_to_4f_are_inc_and_dec_outside_long_mode),
	RIG_TEST(test_engine_decode_only_fs_and_gs_override_in_long_mode),
	RIG_TEST(test_engine_decode_more_than_15_bytes_is_gp),
	RIG_TEST(test_engine_decode_lock_wants_a_lockable_memory_destination),
	RIG_TEST(test_engine_decode_16_bit_addresses),
	RIG_TEST(test_engine_decode_32_bit_addresses),
	RIG_TEST(test_engine_decode_rip_relative_addresses),
	RIG_TEST(test_engine_decode_rex_extends_base_and_index),
	RIG_TEST(test_engine_decode_rex_does_not_extend_mmx_and_segments),
	RIG_TEST(test_engine_decode_moffs_has_the_address_size),
	RIG_TEST(test_engine_decode_stack_operations_default_to_64_bits),
	RIG_TEST(test_engine_decode_66_is_ignored_by_near_branches_in_long_mode),
	RIG_TEST(test_engine_decode_far_pointers),
	RIG_TEST(test_engine_decode_immediates_are_extended_as_the_manual_says),
	RIG_TEST(test_engine_decode_port_accesses_are_at_most_four_bytes),
	RIG_TEST(test_engine_decode_control_registers_are_whole_words),
	RIG_TEST(test_engine_decode_control_registers_that_do_not_exist),
	RIG_TEST(test_engine_decode_segment_registers_that_do_not_exist),
	RIG_TEST(test_engine_decode_opcodes_that_are_invalid_in_long_mode),
	RIG_TEST(test_engine_decode_63_is_movsxd_in_long_mode),
	RIG_TEST(test_engine_decode_90_is_nop_xchg_or_pause),
	RIG_TEST(test_engine_decode_register_forms_that_are_undefined),
	RIG_TEST(test_engine_decode_gaps_are_undefined),
	RIG_TEST(test_engine_decode_undefined_bytes_are_counted),
	RIG_TEST(test_engine_decode_aliases_that_all_processors_have),
	RIG_TEST(test_engine_decode_hints_are_nops),
	RIG_TEST(test_engine_decode_mandatory_prefixes_choose_the_operation),
	RIG_TEST(test_engine_decode_wrong_mandatory_prefix_is_undefined),
	RIG_TEST(test_engine_decode_rex_w_names_another_operation),
	RIG_TEST(test_engine_decode_sse_memory_sizes_and_alignment),
	RIG_TEST(test_engine_decode_x87_and_sse_are_marked),
	RIG_TEST(test_engine_decode_x87_operands),
	RIG_TEST(test_engine_decode_fcmov_has_the_conditions_of_jcc),
	RIG_TEST(test_engine_decode_flags_of_appendix_a),
	RIG_TEST(test_engine_decode_shift_flags_depend_on_the_count),
	RIG_TEST(test_engine_decode_block_ends_and_privilege),
	RIG_TEST(test_engine_decode_every_operation_has_a_name),
	RIG_TEST(test_engine_decode_vex_operands),
	RIG_TEST(test_engine_decode_vex_moves_of_two_and_three),
	RIG_TEST(test_engine_decode_vex_or_les_and_lds),
	RIG_TEST(test_engine_decode_vex_after_other_prefixes),
	RIG_TEST(test_engine_decode_vex_lengths_and_widths),
	RIG_TEST(test_engine_decode_vex_features),
	RIG_TEST(test_engine_decode_vex_gathers),
	RIG_TEST(test_engine_decode_bmi),
	RIG_TEST(test_engine_decode_a_piece_gives_more_or_the_whole),
	RIG_END
};
