/* SPDX-License-Identifier: MIT */
/*
 * optab.c: the opcode maps without VEX (vextab.c has those), SDM 2D appendix A;
 * a gap is #UD. EVEX is refused: 62 is BOUND or #UD.
 * Forms, accesses and flags are explained in optab.h.
 */
#include "optab.h"

#define ENDS		X86_ENDS_BLOCK
#define JUMP		(X86_ENDS_BLOCK | X86_BRANCH)
#define JUMP_IF		(X86_ENDS_BLOCK | X86_BRANCH | X86_COND | OT_F64)
#define FAULTS		X86_MAY_FAULT
#define CPL0		X86_CPL0
#define LOCKABLE	X86_LOCKABLE
#define STRING		X86_STRING
#define STACK		X86_STACK
#define FPU		(X86_FPU | X86_MAY_FAULT)
#define SSE		(X86_SSE | X86_MAY_FAULT)

enum group {
	G1, G1A, G2, G3b, G3v, G4, G5, G6, G7, G7_0, G7_1, G7_2, G7_3,
	G7_5, G7_7, G8, G9, G9_66, G9_F3, G9_F2, G11b, G11v, G11b_7,
	G11v_7, G12, G13, G14, G12_66, G13_66, G14_66, G15, G15_66,
	G15_F3, G16, GP, G_MOVSS, G_MOVSD, G_MOVLPS, G_MOVHPS, G_D8,
	G_D9, G_DA, G_DB, G_DC, G_DD, G_DE, G_DF, G_D9_2, G_D9_4, G_D9_5,
	G_D9_6, G_D9_7, G_DA_5, G_DB_4, G_DE_3, G_DF_4,
};

/* A row that leads to a group; what indexes the group. */
#define GROUP(g)	X86_OP_COUNT + (g)
#define AT_REG		3, 7
#define AT_RM		0, 7
#define AT_MOD		0, 0	/* a row for memory, a row for registers */

/*
 * Columns: operation, operands, access, flags, CPUID feature, attributes.
 */

/* One-byte opcodes, SDM 2D table A-2. */
const struct x86_row vc__x86_one[256] = {
	[0x00] = { X86_ADD,      { Eb, Gb },       MRR, F_ADD,   0, LOCKABLE },
	[0x01] = { X86_ADD,      { Ev, Gv },       MRR, F_ADD,   0, LOCKABLE },
	[0x02] = { X86_ADD,      { Gb, Eb },       MRR, F_ADD,   0, 0 },
	[0x03] = { X86_ADD,      { Gv, Ev },       MRR, F_ADD,   0, 0 },
	[0x04] = { X86_ADD,      { AL, Ib },       MRR, F_ADD,   0, 0 },
	[0x05] = { X86_ADD,      { rAX, Iz },      MRR, F_ADD,   0, 0 },
	[0x06] = { X86_PUSH_SEG, { rES },          RRR, F__,     0, STACK | OT_I64 },
	[0x07] = { X86_POP_SEG,  { rES },          WRR, F__,     0, ENDS | STACK | OT_I64 },
	[0x08] = { X86_OR,       { Eb, Gb },       MRR, F_LOGIC, 0, LOCKABLE },
	[0x09] = { X86_OR,       { Ev, Gv },       MRR, F_LOGIC, 0, LOCKABLE },
	[0x0a] = { X86_OR,       { Gb, Eb },       MRR, F_LOGIC, 0, 0 },
	[0x0b] = { X86_OR,       { Gv, Ev },       MRR, F_LOGIC, 0, 0 },
	[0x0c] = { X86_OR,       { AL, Ib },       MRR, F_LOGIC, 0, 0 },
	[0x0d] = { X86_OR,       { rAX, Iz },      MRR, F_LOGIC, 0, 0 },
	[0x0e] = { X86_PUSH_SEG, { rCS },          RRR, F__,     0, STACK | OT_I64 },
	[0x10] = { X86_ADC,      { Eb, Gb },       MRR, F_ADC,   0, LOCKABLE },
	[0x11] = { X86_ADC,      { Ev, Gv },       MRR, F_ADC,   0, LOCKABLE },
	[0x12] = { X86_ADC,      { Gb, Eb },       MRR, F_ADC,   0, 0 },
	[0x13] = { X86_ADC,      { Gv, Ev },       MRR, F_ADC,   0, 0 },
	[0x14] = { X86_ADC,      { AL, Ib },       MRR, F_ADC,   0, 0 },
	[0x15] = { X86_ADC,      { rAX, Iz },      MRR, F_ADC,   0, 0 },
	[0x16] = { X86_PUSH_SEG, { rSS },          RRR, F__,     0, STACK | OT_I64 },
	[0x17] = { X86_POP_SEG,  { rSS },          WRR, F__,     0, ENDS | STACK | OT_I64 },
	[0x18] = { X86_SBB,      { Eb, Gb },       MRR, F_ADC,   0, LOCKABLE },
	[0x19] = { X86_SBB,      { Ev, Gv },       MRR, F_ADC,   0, LOCKABLE },
	[0x1a] = { X86_SBB,      { Gb, Eb },       MRR, F_ADC,   0, 0 },
	[0x1b] = { X86_SBB,      { Gv, Ev },       MRR, F_ADC,   0, 0 },
	[0x1c] = { X86_SBB,      { AL, Ib },       MRR, F_ADC,   0, 0 },
	[0x1d] = { X86_SBB,      { rAX, Iz },      MRR, F_ADC,   0, 0 },
	[0x1e] = { X86_PUSH_SEG, { rDS },          RRR, F__,     0, STACK | OT_I64 },
	[0x1f] = { X86_POP_SEG,  { rDS },          WRR, F__,     0, ENDS | STACK | OT_I64 },
	[0x20] = { X86_AND,      { Eb, Gb },       MRR, F_LOGIC, 0, LOCKABLE },
	[0x21] = { X86_AND,      { Ev, Gv },       MRR, F_LOGIC, 0, LOCKABLE },
	[0x22] = { X86_AND,      { Gb, Eb },       MRR, F_LOGIC, 0, 0 },
	[0x23] = { X86_AND,      { Gv, Ev },       MRR, F_LOGIC, 0, 0 },
	[0x24] = { X86_AND,      { AL, Ib },       MRR, F_LOGIC, 0, 0 },
	[0x25] = { X86_AND,      { rAX, Iz },      MRR, F_LOGIC, 0, 0 },
	[0x27] = { X86_DAA,      { 0 },            ___, F_DAA,   0, OT_I64 },
	[0x28] = { X86_SUB,      { Eb, Gb },       MRR, F_ADD,   0, LOCKABLE },
	[0x29] = { X86_SUB,      { Ev, Gv },       MRR, F_ADD,   0, LOCKABLE },
	[0x2a] = { X86_SUB,      { Gb, Eb },       MRR, F_ADD,   0, 0 },
	[0x2b] = { X86_SUB,      { Gv, Ev },       MRR, F_ADD,   0, 0 },
	[0x2c] = { X86_SUB,      { AL, Ib },       MRR, F_ADD,   0, 0 },
	[0x2d] = { X86_SUB,      { rAX, Iz },      MRR, F_ADD,   0, 0 },
	[0x2f] = { X86_DAS,      { 0 },            ___, F_DAA,   0, OT_I64 },
	[0x30] = { X86_XOR,      { Eb, Gb },       MRR, F_LOGIC, 0, LOCKABLE },
	[0x31] = { X86_XOR,      { Ev, Gv },       MRR, F_LOGIC, 0, LOCKABLE },
	[0x32] = { X86_XOR,      { Gb, Eb },       MRR, F_LOGIC, 0, 0 },
	[0x33] = { X86_XOR,      { Gv, Ev },       MRR, F_LOGIC, 0, 0 },
	[0x34] = { X86_XOR,      { AL, Ib },       MRR, F_LOGIC, 0, 0 },
	[0x35] = { X86_XOR,      { rAX, Iz },      MRR, F_LOGIC, 0, 0 },
	[0x37] = { X86_AAA,      { 0 },            ___, F_AAA,   0, OT_I64 },
	[0x38] = { X86_CMP,      { Eb, Gb },       RRR, F_ADD,   0, 0 },
	[0x39] = { X86_CMP,      { Ev, Gv },       RRR, F_ADD,   0, 0 },
	[0x3a] = { X86_CMP,      { Gb, Eb },       RRR, F_ADD,   0, 0 },
	[0x3b] = { X86_CMP,      { Gv, Ev },       RRR, F_ADD,   0, 0 },
	[0x3c] = { X86_CMP,      { AL, Ib },       RRR, F_ADD,   0, 0 },
	[0x3d] = { X86_CMP,      { rAX, Iz },      RRR, F_ADD,   0, 0 },
	[0x3f] = { X86_AAS,      { 0 },            ___, F_AAA,   0, OT_I64 },

	/* in 64-bit code 40 to 4f are REX */
	[0x40] = { X86_INC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x41] = { X86_INC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x42] = { X86_INC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x43] = { X86_INC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x44] = { X86_INC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x45] = { X86_INC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x46] = { X86_INC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x47] = { X86_INC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x48] = { X86_DEC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x49] = { X86_DEC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x4a] = { X86_DEC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x4b] = { X86_DEC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x4c] = { X86_DEC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x4d] = { X86_DEC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x4e] = { X86_DEC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x4f] = { X86_DEC,      { Zv },           MRR, F_INC,   0, OT_I64 },
	[0x50] = { X86_PUSH,     { Zv },           RRR, F__,     0, STACK | OT_D64 },
	[0x51] = { X86_PUSH,     { Zv },           RRR, F__,     0, STACK | OT_D64 },
	[0x52] = { X86_PUSH,     { Zv },           RRR, F__,     0, STACK | OT_D64 },
	[0x53] = { X86_PUSH,     { Zv },           RRR, F__,     0, STACK | OT_D64 },
	[0x54] = { X86_PUSH,     { Zv },           RRR, F__,     0, STACK | OT_D64 },
	[0x55] = { X86_PUSH,     { Zv },           RRR, F__,     0, STACK | OT_D64 },
	[0x56] = { X86_PUSH,     { Zv },           RRR, F__,     0, STACK | OT_D64 },
	[0x57] = { X86_PUSH,     { Zv },           RRR, F__,     0, STACK | OT_D64 },
	[0x58] = { X86_POP,      { Zv },           WRR, F__,     0, STACK | OT_D64 },
	[0x59] = { X86_POP,      { Zv },           WRR, F__,     0, STACK | OT_D64 },
	[0x5a] = { X86_POP,      { Zv },           WRR, F__,     0, STACK | OT_D64 },
	[0x5b] = { X86_POP,      { Zv },           WRR, F__,     0, STACK | OT_D64 },
	[0x5c] = { X86_POP,      { Zv },           WRR, F__,     0, STACK | OT_D64 },
	[0x5d] = { X86_POP,      { Zv },           WRR, F__,     0, STACK | OT_D64 },
	[0x5e] = { X86_POP,      { Zv },           WRR, F__,     0, STACK | OT_D64 },
	[0x5f] = { X86_POP,      { Zv },           WRR, F__,     0, STACK | OT_D64 },

	[0x60] = { X86_PUSHA,    { 0 },            ___, F__,     0, STACK | OT_I64 },
	[0x61] = { X86_POPA,     { 0 },            ___, F__,     0, STACK | OT_I64 },
	[0x62] = { X86_BOUND,    { Gv, Ma },       RRR, F__,     0, FAULTS | OT_I64 },
	[0x63] = { X86_ARPL,     { Ew, Gw },       MRR, F_ZF,    0, OT_I64 },
	[0x68] = { X86_PUSH,     { Iz },           RRR, F__,     0, STACK | OT_D64 },
	[0x69] = { X86_IMUL,     { Gv, Ev, Iz },   WRR, F_MUL,   0, 0 },
	[0x6a] = { X86_PUSH,     { Ibs },          RRR, F__,     0, STACK | OT_D64 },
	[0x6b] = { X86_IMUL,     { Gv, Ev, Ibs },  WRR, F_MUL,   0, 0 },
	[0x6c] = { X86_INS,      { 0 },            ___, F_DF,    0, STRING | OT_B },
	[0x6d] = { X86_INS,      { 0 },            ___, F_DF,    0, STRING | OT_Z },
	[0x6e] = { X86_OUTS,     { 0 },            ___, F_DF,    0, STRING | OT_B },
	[0x6f] = { X86_OUTS,     { 0 },            ___, F_DF,    0, STRING | OT_Z },
	[0x70] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x71] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x72] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x73] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x74] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x75] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x76] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x77] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x78] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x79] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x7a] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x7b] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x7c] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x7d] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x7e] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x7f] = { X86_JCC,      { Jb },           RRR, F_COND,  0, JUMP_IF },
	[0x80] = { GROUP(G1), { Eb, Ib },    ___, F__,     0, 0 },
	[0x81] = { GROUP(G1), { Ev, Iz },    ___, F__,     0, 0 },
	[0x82] = { GROUP(G1), { Eb, Ib },    ___, F__,     0, OT_I64 },
	[0x83] = { GROUP(G1), { Ev, Ibs },   ___, F__,     0, 0 },
	[0x84] = { X86_TEST,     { Eb, Gb },       RRR, F_LOGIC, 0, 0 },
	[0x85] = { X86_TEST,     { Ev, Gv },       RRR, F_LOGIC, 0, 0 },
	[0x86] = { X86_XCHG,     { Eb, Gb },       MMR, F__,     0, LOCKABLE },
	[0x87] = { X86_XCHG,     { Ev, Gv },       MMR, F__,     0, LOCKABLE },
	[0x88] = { X86_MOV,      { Eb, Gb },       WRR, F__,     0, 0 },
	[0x89] = { X86_MOV,      { Ev, Gv },       WRR, F__,     0, 0 },
	[0x8a] = { X86_MOV,      { Gb, Eb },       WRR, F__,     0, 0 },
	[0x8b] = { X86_MOV,      { Gv, Ev },       WRR, F__,     0, 0 },
	[0x8c] = { X86_MOV_SEG,  { RvMw, Sw },     WRR, F__,     0, 0 },
	[0x8d] = { X86_LEA,      { Gv, M_ },       W__, F__,     0, 0 },
	[0x8e] = { X86_MOV_SEG,  { Swr, Ew },      WRR, F__,     0, FAULTS },
	[0x8f] = { GROUP(G1A), { Ev },        ___, F__,     0, 0 },

	/* 90 with REX.B is XCHG, with F3 PAUSE: decode.c */
	[0x90] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[0x91] = { X86_XCHG,     { Zv, rAX },      MMR, F__,     0, 0 },
	[0x92] = { X86_XCHG,     { Zv, rAX },      MMR, F__,     0, 0 },
	[0x93] = { X86_XCHG,     { Zv, rAX },      MMR, F__,     0, 0 },
	[0x94] = { X86_XCHG,     { Zv, rAX },      MMR, F__,     0, 0 },
	[0x95] = { X86_XCHG,     { Zv, rAX },      MMR, F__,     0, 0 },
	[0x96] = { X86_XCHG,     { Zv, rAX },      MMR, F__,     0, 0 },
	[0x97] = { X86_XCHG,     { Zv, rAX },      MMR, F__,     0, 0 },
	[0x98] = { X86_CBW,      { 0 },            ___, F__,     0, 0 },
	[0x99] = { X86_CWD,      { 0 },            ___, F__,     0, 0 },
	[0x9a] = { X86_CALLF,    { Ap },           RRR, F__,     0, JUMP | STACK | OT_I64 },
	[0x9b] = { X86_FWAIT,    { 0 },            ___, F__,     0, FAULTS },
	[0x9c] = { X86_PUSHF,    { 0 },            ___, F_PUSHF, 0, STACK | OT_D64 },
	[0x9d] = { X86_POPF,     { 0 },            ___, F_POPF,  0, ENDS | STACK | OT_D64 },
	[0x9e] = { X86_SAHF,     { 0 },            ___, F_SAHF,  0, 0 },
	[0x9f] = { X86_LAHF,     { 0 },            ___, F_LAHF,  0, 0 },
	[0xa0] = { X86_MOV,      { AL, Ob },       WRR, F__,     0, 0 },
	[0xa1] = { X86_MOV,      { rAX, Ov },      WRR, F__,     0, 0 },
	[0xa2] = { X86_MOV,      { Ob, AL },       WRR, F__,     0, 0 },
	[0xa3] = { X86_MOV,      { Ov, rAX },      WRR, F__,     0, 0 },
	[0xa4] = { X86_MOVS,     { 0 },            ___, F_DF,    0, STRING | OT_B },
	[0xa5] = { X86_MOVS,     { 0 },            ___, F_DF,    0, STRING },
	[0xa6] = { X86_CMPS,     { 0 },            ___, F_CMPS,  0, STRING | OT_B },
	[0xa7] = { X86_CMPS,     { 0 },            ___, F_CMPS,  0, STRING },
	[0xa8] = { X86_TEST,     { AL, Ib },       RRR, F_LOGIC, 0, 0 },
	[0xa9] = { X86_TEST,     { rAX, Iz },      RRR, F_LOGIC, 0, 0 },
	[0xaa] = { X86_STOS,     { 0 },            ___, F_DF,    0, STRING | OT_B },
	[0xab] = { X86_STOS,     { 0 },            ___, F_DF,    0, STRING },
	[0xac] = { X86_LODS,     { 0 },            ___, F_DF,    0, STRING | OT_B },
	[0xad] = { X86_LODS,     { 0 },            ___, F_DF,    0, STRING },
	[0xae] = { X86_SCAS,     { 0 },            ___, F_CMPS,  0, STRING | OT_B },
	[0xaf] = { X86_SCAS,     { 0 },            ___, F_CMPS,  0, STRING },
	[0xb0] = { X86_MOV,      { Zb, Ib },       WRR, F__,     0, 0 },
	[0xb1] = { X86_MOV,      { Zb, Ib },       WRR, F__,     0, 0 },
	[0xb2] = { X86_MOV,      { Zb, Ib },       WRR, F__,     0, 0 },
	[0xb3] = { X86_MOV,      { Zb, Ib },       WRR, F__,     0, 0 },
	[0xb4] = { X86_MOV,      { Zb, Ib },       WRR, F__,     0, 0 },
	[0xb5] = { X86_MOV,      { Zb, Ib },       WRR, F__,     0, 0 },
	[0xb6] = { X86_MOV,      { Zb, Ib },       WRR, F__,     0, 0 },
	[0xb7] = { X86_MOV,      { Zb, Ib },       WRR, F__,     0, 0 },
	[0xb8] = { X86_MOV,      { Zv, Iv },       WRR, F__,     0, 0 },
	[0xb9] = { X86_MOV,      { Zv, Iv },       WRR, F__,     0, 0 },
	[0xba] = { X86_MOV,      { Zv, Iv },       WRR, F__,     0, 0 },
	[0xbb] = { X86_MOV,      { Zv, Iv },       WRR, F__,     0, 0 },
	[0xbc] = { X86_MOV,      { Zv, Iv },       WRR, F__,     0, 0 },
	[0xbd] = { X86_MOV,      { Zv, Iv },       WRR, F__,     0, 0 },
	[0xbe] = { X86_MOV,      { Zv, Iv },       WRR, F__,     0, 0 },
	[0xbf] = { X86_MOV,      { Zv, Iv },       WRR, F__,     0, 0 },

	[0xc0] = { GROUP(G2), { Eb, Ib },    ___, F__,     0, 0 },
	[0xc1] = { GROUP(G2), { Ev, Ib },    ___, F__,     0, 0 },
	[0xc2] = { X86_RET,      { Iw },           RRR, F__,     0, JUMP | STACK | OT_F64 },
	[0xc3] = { X86_RET,      { 0 },            ___, F__,     0, JUMP | STACK | OT_F64 },

	/* before mod 3 or in 64-bit code C4 and C5 are VEX, see decode.c */
	[0xc4] = { X86_LES,      { Gz, Mp },       WRR, F__,     0, ENDS | OT_I64 },
	[0xc5] = { X86_LDS,      { Gz, Mp },       WRR, F__,     0, ENDS | OT_I64 },
	[0xc6] = { GROUP(G11b), { Eb, Ib },    ___, F__,     0, 0 },
	[0xc7] = { GROUP(G11v), { Ev, Iz },    ___, F__,     0, 0 },
	[0xc8] = { X86_ENTER,    { Iw, Ib2 },      RRR, F__,     0, STACK | OT_D64 },
	[0xc9] = { X86_LEAVE,    { 0 },            ___, F__,     0, STACK | OT_D64 },
	[0xca] = { X86_RETF,     { Iw },           RRR, F__,     0, JUMP | STACK },
	[0xcb] = { X86_RETF,     { 0 },            ___, F__,     0, JUMP | STACK },
	[0xcc] = { X86_INT3,     { 0 },            ___, F_INT,   0, JUMP | STACK },
	[0xcd] = { X86_INT,      { Ib },           RRR, F_INT,   0, JUMP | STACK },
	[0xce] = { X86_INTO,     { 0 },            ___, F_INT,   0, JUMP_IF | STACK | OT_I64 },
	[0xcf] = { X86_IRET,     { 0 },            ___, F_IRET,  0, JUMP | STACK },

	[0xd0] = { GROUP(G2), { Eb, I1 },    ___, F__,     0, 0 },
	[0xd1] = { GROUP(G2), { Ev, I1 },    ___, F__,     0, 0 },
	[0xd2] = { GROUP(G2), { Eb, CL },    ___, F__,     0, 0 },
	[0xd3] = { GROUP(G2), { Ev, CL },    ___, F__,     0, 0 },
	[0xd4] = { X86_AAM,      { Ib },           RRR, F_AAM,   0, FAULTS | OT_I64 },
	[0xd5] = { X86_AAD,      { Ib },           RRR, F_AAM,   0, OT_I64 },
	[0xd6] = { X86_SALC,     { 0 },            ___, F_RCF,   0, OT_I64 },
	[0xd7] = { X86_XLAT,     { 0 },            ___, F__,     0, FAULTS | OT_B },
	[0xd8] = { GROUP(G_D8), { 0 }, ___, F__, 0, FPU },
	[0xd9] = { GROUP(G_D9), { 0 }, ___, F__, 0, FPU },
	[0xda] = { GROUP(G_DA), { 0 }, ___, F__, 0, FPU },
	[0xdb] = { GROUP(G_DB), { 0 }, ___, F__, 0, FPU },
	[0xdc] = { GROUP(G_DC), { 0 }, ___, F__, 0, FPU },
	[0xdd] = { GROUP(G_DD), { 0 }, ___, F__, 0, FPU },
	[0xde] = { GROUP(G_DE), { 0 }, ___, F__, 0, FPU },
	[0xdf] = { GROUP(G_DF), { 0 }, ___, F__, 0, FPU },

	[0xe0] = { X86_LOOPNE,   { Jb },           RRR, F_RZF,   0, JUMP_IF },
	[0xe1] = { X86_LOOPE,    { Jb },           RRR, F_RZF,   0, JUMP_IF },
	[0xe2] = { X86_LOOP,     { Jb },           RRR, F__,     0, JUMP_IF },
	[0xe3] = { X86_JCXZ,     { Jb },           RRR, F__,     0, JUMP_IF },
	[0xe4] = { X86_IN,       { AL, Ib },       WRR, F__,     0, FAULTS },
	[0xe5] = { X86_IN,       { zAX, Ib },      WRR, F__,     0, FAULTS | OT_Z },
	[0xe6] = { X86_OUT,      { Ib, AL },       RRR, F__,     0, FAULTS | OT_B },
	[0xe7] = { X86_OUT,      { Ib, zAX },      RRR, F__,     0, FAULTS | OT_Z },
	[0xe8] = { X86_CALL,     { Jz },           RRR, F__,     0, JUMP | STACK | OT_F64 },
	[0xe9] = { X86_JMP,      { Jz },           RRR, F__,     0, JUMP | OT_F64 },
	[0xea] = { X86_JMPF,     { Ap },           RRR, F__,     0, JUMP | OT_I64 },
	[0xeb] = { X86_JMP,      { Jb },           RRR, F__,     0, JUMP | OT_F64 },
	[0xec] = { X86_IN,       { AL, DX },       WRR, F__,     0, FAULTS },
	[0xed] = { X86_IN,       { zAX, DX },      WRR, F__,     0, FAULTS | OT_Z },
	[0xee] = { X86_OUT,      { DX, AL },       RRR, F__,     0, FAULTS | OT_B },
	[0xef] = { X86_OUT,      { DX, zAX },      RRR, F__,     0, FAULTS | OT_Z },

	[0xf1] = { X86_INT1,     { 0 },            ___, F_INT,   0, JUMP | STACK },
	[0xf4] = { X86_HLT,      { 0 },            ___, F__,     0, ENDS | CPL0 },
	[0xf5] = { X86_CMC,      { 0 },            ___, F_CMC,   0, 0 },
	[0xf6] = { GROUP(G3b), { Eb },        ___, F__,     0, 0 },
	[0xf7] = { GROUP(G3v), { Ev },        ___, F__,     0, 0 },
	[0xf8] = { X86_CLC,      { 0 },            ___, F_WCF,   0, 0 },
	[0xf9] = { X86_STC,      { 0 },            ___, F_WCF,   0, 0 },
	[0xfa] = { X86_CLI,      { 0 },            ___, F_WIF,   0, FAULTS },
	[0xfb] = { X86_STI,      { 0 },            ___, F_WIF,   0, ENDS | FAULTS },
	[0xfc] = { X86_CLD,      { 0 },            ___, F_WDF,   0, 0 },
	[0xfd] = { X86_STD,      { 0 },            ___, F_WDF,   0, 0 },
	[0xfe] = { GROUP(G4), { Eb },        ___, F__,     0, 0 },
	[0xff] = { GROUP(G5), { Ev },        ___, F__,     0, 0 },
};

/* 0F xx, table A-3. */
const struct x86_row vc__x86_0f[4][256] = {
{	/* no prefix */
	[0x00] = { GROUP(G6), { 0 },         ___, F__,     0, 0 },
	[0x01] = { GROUP(G7), { 0 },         ___, F__,     0, 0 },
	[0x02] = { X86_LAR,      { Gv, Ew },       MRR, F_ZF,    0, FAULTS },
	[0x03] = { X86_LSL,      { Gv, Ew },       MRR, F_ZF,    0, FAULTS },
	[0x05] = { X86_SYSCALL,  { 0 },            ___, F_SYSC,  0, JUMP },
	[0x06] = { X86_CLTS,     { 0 },            ___, F__,     0, ENDS | CPL0 },
	[0x07] = { X86_SYSRET,   { 0 },            ___, F_SYSC,  0, JUMP | CPL0 },
	[0x08] = { X86_INVD,     { 0 },            ___, F__,     0, CPL0 },
	[0x09] = { X86_WBINVD,   { 0 },            ___, F__,     0, CPL0 },
	[0x0b] = { X86_UD2,      { 0 },            ___, F__,     0, ENDS },
	[0x0d] = { GROUP(GP), { 0 },         ___, F__,     0, 0 },
	[0x10] = { X86_MOVUPS,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE, SSE | OT_UNAL | OT_NP },
	[0x11] = { X86_MOVUPS,   { Wdq, Vdq },     WRR, F__,     X86_FEAT_SSE, SSE | OT_UNAL | OT_NP },
	[0x12] = { GROUP(G_MOVLPS), { 0 },         ___, F__,     0, OT_NP },
	[0x13] = { X86_MOVLPS,   { Mq, Vq },       WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x14] = { X86_UNPCKLPS, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x15] = { X86_UNPCKHPS, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x16] = { GROUP(G_MOVHPS), { 0 },         ___, F__,     0, OT_NP },
	[0x17] = { X86_MOVHPS,   { Mq, Vq },       WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x18] = { GROUP(G16), { Ev },        ___, F__,     0, 0 },
	[0x19] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[0x1a] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[0x1b] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[0x1c] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[0x1d] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[0x1e] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[0x1f] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[0x20] = { X86_MOV_CR,   { Ry_, Cy },      WRR, F__,     0, CPL0 | OT_NOMOD },
	[0x21] = { X86_MOV_DR,   { Ry_, Dy },      WRR, F__,     0, CPL0 | OT_NOMOD },
	[0x22] = { X86_MOV_CR,   { Cy, Ry_ },      WRR, F__,     0, ENDS | CPL0 | OT_NOMOD },
	[0x23] = { X86_MOV_DR,   { Dy, Ry_ },      WRR, F__,     0, ENDS | CPL0 | OT_NOMOD },
	[0x28] = { X86_MOVAPS,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x29] = { X86_MOVAPS,   { Wdq, Vdq },     WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x2a] = { X86_CVTPI2PS, { Vq, Qq },       WRR, F__,     X86_FEAT_SSE, SSE | FPU | OT_NP },
	[0x2b] = { X86_MOVNTPS,  { Mdq, Vdq },     WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x2c] = { X86_CVTTPS2PI, { Pq, Wq },       WRR, F__,     X86_FEAT_SSE, SSE | FPU | OT_NP },
	[0x2d] = { X86_CVTPS2PI, { Pq, Wq },       WRR, F__,     X86_FEAT_SSE, SSE | FPU | OT_NP },
	[0x2e] = { X86_UCOMISS,  { Vd, Wd },       RRR, F_ADD,   X86_FEAT_SSE, SSE | OT_NP },
	[0x2f] = { X86_COMISS,   { Vd, Wd },       RRR, F_ADD,   X86_FEAT_SSE, SSE | OT_NP },
	[0x30] = { X86_WRMSR,    { 0 },            ___, F__,     0, ENDS | CPL0 },
	[0x31] = { X86_RDTSC,    { 0 },            ___, F__,     0, FAULTS },
	[0x32] = { X86_RDMSR,    { 0 },            ___, F__,     0, CPL0 },
	[0x33] = { X86_RDPMC,    { 0 },            ___, F__,     0, FAULTS },
	[0x34] = { X86_SYSENTER, { 0 },            ___, F_WIF,   0, JUMP | FAULTS },
	[0x35] = { X86_SYSEXIT,  { 0 },            ___, F__,     0, JUMP | CPL0 },
	[0x37] = { X86_GETSEC,   { 0 },            ___, F__,     X86_FEAT_SMX, ENDS | OT_NP },
	[0x40] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x41] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x42] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x43] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x44] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x45] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x46] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x47] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x48] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x49] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x4a] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x4b] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x4c] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x4d] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x4e] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x4f] = { X86_CMOVCC,   { Gv, Ev },       MRR, F_COND,  0, 0 },
	[0x50] = { X86_MOVMSKPS, { Gy, Udq },      WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x51] = { X86_SQRTPS,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x52] = { X86_RSQRTPS,  { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x53] = { X86_RCPPS,    { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x54] = { X86_ANDPS,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x55] = { X86_ANDNPS,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x56] = { X86_ORPS,     { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x57] = { X86_XORPS,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x58] = { X86_ADDPS,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x59] = { X86_MULPS,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x5a] = { X86_CVTPS2PD, { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE2, SSE | OT_NP },
	[0x5b] = { X86_CVTDQ2PS, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE | OT_NP },
	[0x5c] = { X86_SUBPS,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x5d] = { X86_MINPS,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x5e] = { X86_DIVPS,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x5f] = { X86_MAXPS,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0x60] = { X86_PUNPCKLBW, { Pq, Qd },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x61] = { X86_PUNPCKLWD, { Pq, Qd },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x62] = { X86_PUNPCKLDQ, { Pq, Qd },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x63] = { X86_PACKSSWB, { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x64] = { X86_PCMPGTB,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x65] = { X86_PCMPGTW,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x66] = { X86_PCMPGTD,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x67] = { X86_PACKUSWB, { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x68] = { X86_PUNPCKHBW, { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x69] = { X86_PUNPCKHWD, { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x6a] = { X86_PUNPCKHDQ, { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x6b] = { X86_PACKSSDW, { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x6e] = { X86_MOVD,     { Pq, Ey },       WRR, F__,     X86_FEAT_MMX, FPU | OT_NP | OT_WNEXT },
	[0x6f] = { X86_MOVQ,     { Pq, Qq },       WRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x70] = { X86_PSHUFW,   { Pq, Qq, Ib },   WRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0x71] = { GROUP(G12), { Nq, Ib },    ___, F__,     0, FPU | OT_NP },
	[0x72] = { GROUP(G13), { Nq, Ib },    ___, F__,     0, FPU | OT_NP },
	[0x73] = { GROUP(G14), { Nq, Ib },    ___, F__,     0, FPU | OT_NP },
	[0x74] = { X86_PCMPEQB,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x75] = { X86_PCMPEQW,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x76] = { X86_PCMPEQD,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x77] = { X86_EMMS,     { 0 },            ___, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x78] = { X86_VMREAD,   { Er, Gr },       WRR, F_ADD,   X86_FEAT_VMX, FAULTS | OT_NP | OT_F64 },
	[0x79] = { X86_VMWRITE,  { Gr, Er },       RRR, F_ADD,   X86_FEAT_VMX, FAULTS | OT_NP | OT_F64 },
	[0x7e] = { X86_MOVD,     { Ey, Pq },       WRR, F__,     X86_FEAT_MMX, FPU | OT_NP | OT_WNEXT },
	[0x7f] = { X86_MOVQ,     { Qq, Pq },       WRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0x80] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x81] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x82] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x83] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x84] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x85] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x86] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x87] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x88] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x89] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x8a] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x8b] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x8c] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x8d] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x8e] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x8f] = { X86_JCC,      { Jz },           RRR, F_COND,  0, JUMP_IF },
	[0x90] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x91] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x92] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x93] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x94] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x95] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x96] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x97] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x98] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x99] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x9a] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x9b] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x9c] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x9d] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x9e] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0x9f] = { X86_SETCC,    { Eb },           WRR, F_COND,  0, 0 },
	[0xa0] = { X86_PUSH_SEG, { rFS },          RRR, F__,     0, STACK | OT_D64 },
	[0xa1] = { X86_POP_SEG,  { rFS },          WRR, F__,     0, STACK | OT_D64 },
	[0xa2] = { X86_CPUID,    { 0 },            ___, F__,     0, 0 },
	[0xa3] = { X86_BT,       { Ev, Gv },       RRR, F_BT,    0, 0 },
	[0xa4] = { X86_SHLD,     { Ev, Gv, Ib },   MRR, F_SHLD,  0, 0 },
	[0xa5] = { X86_SHLD,     { Ev, Gv, CL },   MRR, F_SHLD,  0, 0 },
	[0xa8] = { X86_PUSH_SEG, { rGS },          RRR, F__,     0, STACK | OT_D64 },
	[0xa9] = { X86_POP_SEG,  { rGS },          WRR, F__,     0, STACK | OT_D64 },
	[0xaa] = { X86_RSM,      { 0 },            ___, F_POPF,  0, JUMP },
	[0xab] = { X86_BTS,      { Ev, Gv },       MRR, F_BT,    0, LOCKABLE },
	[0xac] = { X86_SHRD,     { Ev, Gv, Ib },   MRR, F_SHLD,  0, 0 },
	[0xad] = { X86_SHRD,     { Ev, Gv, CL },   MRR, F_SHLD,  0, 0 },
	[0xae] = { GROUP(G15), { 0 },         ___, F__,     0, OT_NP },
	[0xaf] = { X86_IMUL,     { Gv, Ev },       MRR, F_MUL,   0, 0 },
	[0xb0] = { X86_CMPXCHG,  { Eb, Gb },       MRR, F_ADD,   0, LOCKABLE },
	[0xb1] = { X86_CMPXCHG,  { Ev, Gv },       MRR, F_ADD,   0, LOCKABLE },
	[0xb2] = { X86_LSS,      { Gv, Mp },       WRR, F__,     0, ENDS },
	[0xb3] = { X86_BTR,      { Ev, Gv },       MRR, F_BT,    0, LOCKABLE },
	[0xb4] = { X86_LFS,      { Gv, Mp },       WRR, F__,     0, 0 },
	[0xb5] = { X86_LGS,      { Gv, Mp },       WRR, F__,     0, 0 },
	[0xb6] = { X86_MOVZX,    { Gv, Eb },       WRR, F__,     0, 0 },
	[0xb7] = { X86_MOVZX,    { Gv, Ew },       WRR, F__,     0, 0 },
	[0xb9] = { X86_UD1,      { Gv, Ev },       ___, F__,     0, ENDS },
	[0xba] = { GROUP(G8), { Ev, Ib },    ___, F__,     0, 0 },
	[0xbb] = { X86_BTC,      { Ev, Gv },       MRR, F_BT,    0, LOCKABLE },
	[0xbc] = { X86_BSF,      { Gv, Ev },       MRR, F_BSF,   0, 0 },
	[0xbd] = { X86_BSR,      { Gv, Ev },       MRR, F_BSF,   0, 0 },
	[0xbe] = { X86_MOVSX,    { Gv, Eb },       WRR, F__,     0, 0 },
	[0xbf] = { X86_MOVSX,    { Gv, Ew },       WRR, F__,     0, 0 },
	[0xc0] = { X86_XADD,     { Eb, Gb },       MMR, F_ADD,   0, LOCKABLE },
	[0xc1] = { X86_XADD,     { Ev, Gv },       MMR, F_ADD,   0, LOCKABLE },
	[0xc2] = { X86_CMPPS,    { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0xc3] = { X86_MOVNTI,   { My, Gy },       WRR, F__,     X86_FEAT_SSE2, OT_NP },
	[0xc4] = { X86_PINSRW,   { Pq, RdMw, Ib }, MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xc5] = { X86_PEXTRW,   { Gd, Nq, Ib },   WRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xc6] = { X86_SHUFPS,   { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE, SSE | OT_NP },
	[0xc7] = { GROUP(G9), { 0 },         ___, F__,     0, 0 },
	[0xc8] = { X86_BSWAP,    { Zv },           MRR, F__,     0, 0 },
	[0xc9] = { X86_BSWAP,    { Zv },           MRR, F__,     0, 0 },
	[0xca] = { X86_BSWAP,    { Zv },           MRR, F__,     0, 0 },
	[0xcb] = { X86_BSWAP,    { Zv },           MRR, F__,     0, 0 },
	[0xcc] = { X86_BSWAP,    { Zv },           MRR, F__,     0, 0 },
	[0xcd] = { X86_BSWAP,    { Zv },           MRR, F__,     0, 0 },
	[0xce] = { X86_BSWAP,    { Zv },           MRR, F__,     0, 0 },
	[0xcf] = { X86_BSWAP,    { Zv },           MRR, F__,     0, 0 },
	[0xd1] = { X86_PSRLW,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xd2] = { X86_PSRLD,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xd3] = { X86_PSRLQ,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xd4] = { X86_PADDQ,    { Pq, Qq },       MRR, F__,     X86_FEAT_SSE2, FPU | OT_NP },
	[0xd5] = { X86_PMULLW,   { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xd7] = { X86_PMOVMSKB, { Gd, Nq },       WRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xd8] = { X86_PSUBUSB,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xd9] = { X86_PSUBUSW,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xda] = { X86_PMINUB,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xdb] = { X86_PAND,     { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xdc] = { X86_PADDUSB,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xdd] = { X86_PADDUSW,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xde] = { X86_PMAXUB,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xdf] = { X86_PANDN,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xe0] = { X86_PAVGB,    { Pq, Qq },       MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xe1] = { X86_PSRAW,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xe2] = { X86_PSRAD,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xe3] = { X86_PAVGW,    { Pq, Qq },       MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xe4] = { X86_PMULHUW,  { Pq, Qq },       MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xe5] = { X86_PMULHW,   { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xe7] = { X86_MOVNTQ,   { Mq, Pq },       WRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xe8] = { X86_PSUBSB,   { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xe9] = { X86_PSUBSW,   { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xea] = { X86_PMINSW,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xeb] = { X86_POR,      { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xec] = { X86_PADDSB,   { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xed] = { X86_PADDSW,   { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xee] = { X86_PMAXSW,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xef] = { X86_PXOR,     { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xf1] = { X86_PSLLW,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xf2] = { X86_PSLLD,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xf3] = { X86_PSLLQ,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xf4] = { X86_PMULUDQ,  { Pq, Qq },       MRR, F__,     X86_FEAT_SSE2, FPU | OT_NP },
	[0xf5] = { X86_PMADDWD,  { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xf6] = { X86_PSADBW,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xf7] = { X86_MASKMOVQ, { Pq, Nq },       RRR, F__,     X86_FEAT_SSE, FPU | OT_NP },
	[0xf8] = { X86_PSUBB,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xf9] = { X86_PSUBW,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xfa] = { X86_PSUBD,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xfb] = { X86_PSUBQ,    { Pq, Qq },       MRR, F__,     X86_FEAT_SSE2, FPU | OT_NP },
	[0xfc] = { X86_PADDB,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xfd] = { X86_PADDW,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xfe] = { X86_PADDD,    { Pq, Qq },       MRR, F__,     X86_FEAT_MMX, FPU | OT_NP },
	[0xff] = { X86_UD0,      { Gv, Ev },       ___, F__,     0, ENDS },
},
{	/* 66 */
	[0x10] = { X86_MOVUPD,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE | OT_UNAL },
	[0x11] = { X86_MOVUPD,   { Wdq, Vdq },     WRR, F__,     X86_FEAT_SSE2, SSE | OT_UNAL },
	[0x12] = { X86_MOVLPD,   { Vq, Mq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x13] = { X86_MOVLPD,   { Mq, Vq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x14] = { X86_UNPCKLPD, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x15] = { X86_UNPCKHPD, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x16] = { X86_MOVHPD,   { Vq, Mq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x17] = { X86_MOVHPD,   { Mq, Vq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x28] = { X86_MOVAPD,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x29] = { X86_MOVAPD,   { Wdq, Vdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x2a] = { X86_CVTPI2PD, { Vdq, Qq },      WRR, F__,     X86_FEAT_SSE2, SSE | FPU },
	[0x2b] = { X86_MOVNTPD,  { Mdq, Vdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x2c] = { X86_CVTTPD2PI, { Pq, Wdq },      WRR, F__,     X86_FEAT_SSE2, SSE | FPU },
	[0x2d] = { X86_CVTPD2PI, { Pq, Wdq },      WRR, F__,     X86_FEAT_SSE2, SSE | FPU },
	[0x2e] = { X86_UCOMISD,  { Vq, Wq },       RRR, F_ADD,   X86_FEAT_SSE2, SSE },
	[0x2f] = { X86_COMISD,   { Vq, Wq },       RRR, F_ADD,   X86_FEAT_SSE2, SSE },
	[0x50] = { X86_MOVMSKPD, { Gy, Udq },      WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x51] = { X86_SQRTPD,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x54] = { X86_ANDPD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x55] = { X86_ANDNPD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x56] = { X86_ORPD,     { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x57] = { X86_XORPD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x58] = { X86_ADDPD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x59] = { X86_MULPD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5a] = { X86_CVTPD2PS, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5b] = { X86_CVTPS2DQ, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5c] = { X86_SUBPD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5d] = { X86_MINPD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5e] = { X86_DIVPD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5f] = { X86_MAXPD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x60] = { X86_PUNPCKLBW, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x61] = { X86_PUNPCKLWD, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x62] = { X86_PUNPCKLDQ, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x63] = { X86_PACKSSWB, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x64] = { X86_PCMPGTB,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x65] = { X86_PCMPGTW,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x66] = { X86_PCMPGTD,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x67] = { X86_PACKUSWB, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x68] = { X86_PUNPCKHBW, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x69] = { X86_PUNPCKHWD, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x6a] = { X86_PUNPCKHDQ, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x6b] = { X86_PACKSSDW, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x6c] = { X86_PUNPCKLQDQ, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x6d] = { X86_PUNPCKHQDQ, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x6e] = { X86_MOVD,     { Vdq, Ey },      WRR, F__,     X86_FEAT_SSE2, SSE | OT_WNEXT },
	[0x6f] = { X86_MOVDQA,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x70] = { X86_PSHUFD,   { Vdq, Wdq, Ib }, WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x71] = { GROUP(G12_66), { Udq, Ib },   ___, F__,     0, SSE },
	[0x72] = { GROUP(G13_66), { Udq, Ib },   ___, F__,     0, SSE },
	[0x73] = { GROUP(G14_66), { Udq, Ib },   ___, F__,     0, SSE },
	[0x74] = { X86_PCMPEQB,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x75] = { X86_PCMPEQW,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x76] = { X86_PCMPEQD,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x7c] = { X86_HADDPD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE3, SSE },
	[0x7d] = { X86_HSUBPD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE3, SSE },
	[0x7e] = { X86_MOVD,     { Ey, Vdq },      WRR, F__,     X86_FEAT_SSE2, SSE | OT_WNEXT },
	[0x7f] = { X86_MOVDQA,   { Wdq, Vdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0xae] = { GROUP(G15_66), { 0 },         ___, F__,     0, 0 },
	[0xc2] = { X86_CMPPD,    { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xc4] = { X86_PINSRW,   { Vdq, RdMw, Ib }, MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xc5] = { X86_PEXTRW,   { Gd, Udq, Ib },  WRR, F__,     X86_FEAT_SSE2, SSE },
	[0xc6] = { X86_SHUFPD,   { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xc7] = { GROUP(G9_66), { 0 },         ___, F__,     0, 0 },
	[0xd0] = { X86_ADDSUBPD, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE3, SSE },
	[0xd1] = { X86_PSRLW,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xd2] = { X86_PSRLD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xd3] = { X86_PSRLQ,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xd4] = { X86_PADDQ,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xd5] = { X86_PMULLW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xd6] = { X86_MOVQ,     { WdqMq, Vq },    WRR, F__,     X86_FEAT_SSE2, SSE },
	[0xd7] = { X86_PMOVMSKB, { Gd, Udq },      WRR, F__,     X86_FEAT_SSE2, SSE },
	[0xd8] = { X86_PSUBUSB,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xd9] = { X86_PSUBUSW,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xda] = { X86_PMINUB,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xdb] = { X86_PAND,     { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xdc] = { X86_PADDUSB,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xdd] = { X86_PADDUSW,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xde] = { X86_PMAXUB,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xdf] = { X86_PANDN,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe0] = { X86_PAVGB,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe1] = { X86_PSRAW,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe2] = { X86_PSRAD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe3] = { X86_PAVGW,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe4] = { X86_PMULHUW,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe5] = { X86_PMULHW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe6] = { X86_CVTTPD2DQ, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe7] = { X86_MOVNTDQ,  { Mdq, Vdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe8] = { X86_PSUBSB,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xe9] = { X86_PSUBSW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xea] = { X86_PMINSW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xeb] = { X86_POR,      { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xec] = { X86_PADDSB,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xed] = { X86_PADDSW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xee] = { X86_PMAXSW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xef] = { X86_PXOR,     { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf1] = { X86_PSLLW,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf2] = { X86_PSLLD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf3] = { X86_PSLLQ,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf4] = { X86_PMULUDQ,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf5] = { X86_PMADDWD,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf6] = { X86_PSADBW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf7] = { X86_MASKMOVDQU, { Vdq, Udq },     RRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf8] = { X86_PSUBB,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf9] = { X86_PSUBW,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xfa] = { X86_PSUBD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xfb] = { X86_PSUBQ,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xfc] = { X86_PADDB,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xfd] = { X86_PADDW,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xfe] = { X86_PADDD,    { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE2, SSE },
},
{	/* F3 */
	[0x10] = { GROUP(G_MOVSS), { 0 },         ___, F__,     0, 0 },
	[0x11] = { X86_MOVSS,    { Wd, Vd },       WRR, F__,     X86_FEAT_SSE, SSE },
	[0x12] = { X86_MOVSLDUP, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE3, SSE },
	[0x16] = { X86_MOVSHDUP, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE3, SSE },
	[0x2a] = { X86_CVTSI2SS, { Vd, Ey },       WRR, F__,     X86_FEAT_SSE, SSE },
	[0x2c] = { X86_CVTTSS2SI, { Gy, Wd },       WRR, F__,     X86_FEAT_SSE, SSE },
	[0x2d] = { X86_CVTSS2SI, { Gy, Wd },       WRR, F__,     X86_FEAT_SSE, SSE },
	[0x51] = { X86_SQRTSS,   { Vd, Wd },       WRR, F__,     X86_FEAT_SSE, SSE },
	[0x52] = { X86_RSQRTSS,  { Vd, Wd },       WRR, F__,     X86_FEAT_SSE, SSE },
	[0x53] = { X86_RCPSS,    { Vd, Wd },       WRR, F__,     X86_FEAT_SSE, SSE },
	[0x58] = { X86_ADDSS,    { Vd, Wd },       MRR, F__,     X86_FEAT_SSE, SSE },
	[0x59] = { X86_MULSS,    { Vd, Wd },       MRR, F__,     X86_FEAT_SSE, SSE },
	[0x5a] = { X86_CVTSS2SD, { Vq, Wd },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5b] = { X86_CVTTPS2DQ, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5c] = { X86_SUBSS,    { Vd, Wd },       MRR, F__,     X86_FEAT_SSE, SSE },
	[0x5d] = { X86_MINSS,    { Vd, Wd },       MRR, F__,     X86_FEAT_SSE, SSE },
	[0x5e] = { X86_DIVSS,    { Vd, Wd },       MRR, F__,     X86_FEAT_SSE, SSE },
	[0x5f] = { X86_MAXSS,    { Vd, Wd },       MRR, F__,     X86_FEAT_SSE, SSE },
	[0x6f] = { X86_MOVDQU,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE | OT_UNAL },
	[0x70] = { X86_PSHUFHW,  { Vdq, Wdq, Ib }, WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x7e] = { X86_MOVQ,     { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x7f] = { X86_MOVDQU,   { Wdq, Vdq },     WRR, F__,     X86_FEAT_SSE2, SSE | OT_UNAL },
	[0xae] = { GROUP(G15_F3), { 0 },         ___, F__,     0, 0 },
	[0xb8] = { X86_POPCNT,   { Gv, Ev },       WRR, F_ADD,   X86_FEAT_POPCNT, 0 },
	[0xbc] = { X86_TZCNT,    { Gv, Ev },       WRR, F_TZCNT, X86_FEAT_BMI1, 0 },
	[0xbd] = { X86_LZCNT,    { Gv, Ev },       WRR, F_TZCNT, X86_FEAT_LZCNT, 0 },
	[0xc2] = { X86_CMPSS,    { Vd, Wd, Ib },   MRR, F__,     X86_FEAT_SSE, SSE },
	[0xc7] = { GROUP(G9_F3), { 0 },         ___, F__,     0, 0 },
	[0xd6] = { X86_MOVQ2DQ,  { Vdq, Nq },      WRR, F__,     X86_FEAT_SSE2, SSE | FPU },
	[0xe6] = { X86_CVTDQ2PD, { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE2, SSE },
},
{	/* F2 */
	[0x10] = { GROUP(G_MOVSD), { 0 },         ___, F__,     0, 0 },
	[0x11] = { X86_MOVSD,    { Wq, Vq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x12] = { X86_MOVDDUP,  { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE3, SSE },
	[0x2a] = { X86_CVTSI2SD, { Vq, Ey },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x2c] = { X86_CVTTSD2SI, { Gy, Wq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x2d] = { X86_CVTSD2SI, { Gy, Wq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x51] = { X86_SQRTSD,   { Vq, Wq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x58] = { X86_ADDSD,    { Vq, Wq },       MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x59] = { X86_MULSD,    { Vq, Wq },       MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5a] = { X86_CVTSD2SS, { Vd, Wq },       WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5c] = { X86_SUBSD,    { Vq, Wq },       MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5d] = { X86_MINSD,    { Vq, Wq },       MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5e] = { X86_DIVSD,    { Vq, Wq },       MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x5f] = { X86_MAXSD,    { Vq, Wq },       MRR, F__,     X86_FEAT_SSE2, SSE },
	[0x70] = { X86_PSHUFLW,  { Vdq, Wdq, Ib }, WRR, F__,     X86_FEAT_SSE2, SSE },
	[0x7c] = { X86_HADDPS,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE3, SSE },
	[0x7d] = { X86_HSUBPS,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE3, SSE },
	[0xc2] = { X86_CMPSD,    { Vq, Wq, Ib },   MRR, F__,     X86_FEAT_SSE2, SSE },
	[0xc7] = { GROUP(G9_F2), { 0 },         ___, F__,     0, 0 },
	[0xd0] = { X86_ADDSUBPS, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE3, SSE },
	[0xd6] = { X86_MOVDQ2Q,  { Pq, Uq },       WRR, F__,     X86_FEAT_SSE2, SSE | FPU },
	[0xe6] = { X86_CVTPD2DQ, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE2, SSE },
	[0xf0] = { X86_LDDQU,    { Vdq, Mdq },     WRR, F__,     X86_FEAT_SSE3, SSE | OT_UNAL },
},
};

/* 0F 38 xx, table A-4. */
const struct x86_row vc__x86_0f38[4][256] = {
{	/* no prefix */
	[0x00] = { X86_PSHUFB,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x01] = { X86_PHADDW,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x02] = { X86_PHADDD,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x03] = { X86_PHADDSW,  { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x04] = { X86_PMADDUBSW, { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x05] = { X86_PHSUBW,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x06] = { X86_PHSUBD,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x07] = { X86_PHSUBSW,  { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x08] = { X86_PSIGNB,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x09] = { X86_PSIGNW,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x0a] = { X86_PSIGND,   { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x0b] = { X86_PMULHRSW, { Pq, Qq },       MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x1c] = { X86_PABSB,    { Pq, Qq },       WRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x1d] = { X86_PABSW,    { Pq, Qq },       WRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0x1e] = { X86_PABSD,    { Pq, Qq },       WRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0xc8] = { X86_SHA1NEXTE, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SHA, SSE | OT_NP },
	[0xc9] = { X86_SHA1MSG1, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SHA, SSE | OT_NP },
	[0xca] = { X86_SHA1MSG2, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SHA, SSE | OT_NP },
	[0xcb] = { X86_SHA256RNDS2, { Vdq, Wdq, XMM0 }, MRR, F__,     X86_FEAT_SHA, SSE | OT_NP },
	[0xcc] = { X86_SHA256MSG1, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SHA, SSE | OT_NP },
	[0xcd] = { X86_SHA256MSG2, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SHA, SSE | OT_NP },
	[0xf0] = { X86_MOVBE,    { Gv, Mv },       WRR, F__,     X86_FEAT_MOVBE, OT_NFX },
	[0xf1] = { X86_MOVBE,    { Mv, Gv },       WRR, F__,     X86_FEAT_MOVBE, OT_NFX },
},
{	/* 66 */
	[0x00] = { X86_PSHUFB,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x01] = { X86_PHADDW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x02] = { X86_PHADDD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x03] = { X86_PHADDSW,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x04] = { X86_PMADDUBSW, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x05] = { X86_PHSUBW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x06] = { X86_PHSUBD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x07] = { X86_PHSUBSW,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x08] = { X86_PSIGNB,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x09] = { X86_PSIGNW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x0a] = { X86_PSIGND,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x0b] = { X86_PMULHRSW, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x10] = { X86_PBLENDVB, { Vdq, Wdq, XMM0 }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x14] = { X86_BLENDVPS, { Vdq, Wdq, XMM0 }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x15] = { X86_BLENDVPD, { Vdq, Wdq, XMM0 }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x17] = { X86_PTEST,    { Vdq, Wdq },     RRR, F_ADD,   X86_FEAT_SSE41, SSE },
	[0x1c] = { X86_PABSB,    { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x1d] = { X86_PABSW,    { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x1e] = { X86_PABSD,    { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x20] = { X86_PMOVSXBW, { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x21] = { X86_PMOVSXBD, { Vdq, Wd },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x22] = { X86_PMOVSXBQ, { Vdq, Ww },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x23] = { X86_PMOVSXWD, { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x24] = { X86_PMOVSXWQ, { Vdq, Wd },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x25] = { X86_PMOVSXDQ, { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x28] = { X86_PMULDQ,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x29] = { X86_PCMPEQQ,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x2a] = { X86_MOVNTDQA, { Vdq, Mdq },     WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x2b] = { X86_PACKUSDW, { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x30] = { X86_PMOVZXBW, { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x31] = { X86_PMOVZXBD, { Vdq, Wd },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x32] = { X86_PMOVZXBQ, { Vdq, Ww },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x33] = { X86_PMOVZXWD, { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x34] = { X86_PMOVZXWQ, { Vdq, Wd },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x35] = { X86_PMOVZXDQ, { Vdq, Wq },      WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x37] = { X86_PCMPGTQ,  { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE42, SSE },
	[0x38] = { X86_PMINSB,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x39] = { X86_PMINSD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x3a] = { X86_PMINUW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x3b] = { X86_PMINUD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x3c] = { X86_PMAXSB,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x3d] = { X86_PMAXSD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x3e] = { X86_PMAXUW,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x3f] = { X86_PMAXUD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x40] = { X86_PMULLD,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x41] = { X86_PHMINPOSUW, { Vdq, Wdq },     WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x80] = { X86_INVEPT,   { Gr, Mdq },      RRR, F_ADD,   X86_FEAT_VMX, ENDS | CPL0 | OT_F64 | OT_UNAL },
	[0x81] = { X86_INVVPID,  { Gr, Mdq },      RRR, F_ADD,   X86_FEAT_VMX, ENDS | CPL0 | OT_F64 | OT_UNAL },
	[0x82] = { X86_INVPCID,  { Gr, Mdq },      RRR, F__,     X86_FEAT_INVPCID, ENDS | CPL0 | OT_F64 | OT_UNAL },
	[0xcf] = { X86_GF2P8MULB, { Vdq, Wdq },     MRR, F__,     X86_FEAT_GFNI, SSE },
	[0xdb] = { X86_AESIMC,   { Vdq, Wdq },     WRR, F__,     X86_FEAT_AES, SSE },
	[0xdc] = { X86_AESENC,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_AES, SSE },
	[0xdd] = { X86_AESENCLAST, { Vdq, Wdq },     MRR, F__,     X86_FEAT_AES, SSE },
	[0xde] = { X86_AESDEC,   { Vdq, Wdq },     MRR, F__,     X86_FEAT_AES, SSE },
	[0xdf] = { X86_AESDECLAST, { Vdq, Wdq },     MRR, F__,     X86_FEAT_AES, SSE },
	[0xf6] = { X86_ADCX,     { Gy, Ey },       MRR, F_ADCX,  X86_FEAT_ADX, 0 },
},
{	/* F3 */
	[0xf6] = { X86_ADOX,     { Gy, Ey },       MRR, F_ADOX,  X86_FEAT_ADX, 0 },
},
{	/* F2 */
	[0xf0] = { X86_CRC32,    { Gy, Eb },       MRR, F__,     X86_FEAT_SSE42, 0 },
	[0xf1] = { X86_CRC32,    { Gy, Ev },       MRR, F__,     X86_FEAT_SSE42, 0 },
},
};

/* 0F 3A xx, table A-5. */
const struct x86_row vc__x86_0f3a[4][256] = {
{	/* no prefix */
	[0x0f] = { X86_PALIGNR,  { Pq, Qq, Ib },   MRR, F__,     X86_FEAT_SSSE3, FPU | OT_NP },
	[0xcc] = { X86_SHA1RNDS4, { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SHA, SSE | OT_NP },
},
{	/* 66 */
	[0x08] = { X86_ROUNDPS,  { Vdq, Wdq, Ib }, WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x09] = { X86_ROUNDPD,  { Vdq, Wdq, Ib }, WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x0a] = { X86_ROUNDSS,  { Vd, Wd, Ib },   WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x0b] = { X86_ROUNDSD,  { Vq, Wq, Ib },   WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x0c] = { X86_BLENDPS,  { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x0d] = { X86_BLENDPD,  { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x0e] = { X86_PBLENDW,  { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x0f] = { X86_PALIGNR,  { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSSE3, SSE },
	[0x14] = { X86_PEXTRB,   { RdMb, Vdq, Ib }, WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x15] = { X86_PEXTRW,   { RdMw, Vdq, Ib }, WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x16] = { X86_PEXTRD,   { Ey, Vdq, Ib },  WRR, F__,     X86_FEAT_SSE41, SSE | OT_WNEXT },
	[0x17] = { X86_EXTRACTPS, { RdMd, Vdq, Ib }, WRR, F__,     X86_FEAT_SSE41, SSE },
	[0x20] = { X86_PINSRB,   { Vdq, RdMb, Ib }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x21] = { X86_INSERTPS, { Vdq, WdqMd, Ib }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x22] = { X86_PINSRD,   { Vdq, Ey, Ib },  MRR, F__,     X86_FEAT_SSE41, SSE | OT_WNEXT },
	[0x40] = { X86_DPPS,     { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x41] = { X86_DPPD,     { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x42] = { X86_MPSADBW,  { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_SSE41, SSE },
	[0x44] = { X86_PCLMULQDQ, { Vdq, Wdq, Ib }, MRR, F__,     X86_FEAT_PCLMUL, SSE },
	[0x60] = { X86_PCMPESTRM, { Vdq, Wdq, Ib }, RRR, F_ADD,   X86_FEAT_SSE42, SSE | OT_UNAL },
	[0x61] = { X86_PCMPESTRI, { Vdq, Wdq, Ib }, RRR, F_ADD,   X86_FEAT_SSE42, SSE | OT_UNAL },
	[0x62] = { X86_PCMPISTRM, { Vdq, Wdq, Ib }, RRR, F_ADD,   X86_FEAT_SSE42, SSE | OT_UNAL },
	[0x63] = { X86_PCMPISTRI, { Vdq, Wdq, Ib }, RRR, F_ADD,   X86_FEAT_SSE42, SSE | OT_UNAL },
	[0xce] = { X86_GF2P8AFFINEQB, { Vdq, Wdq, Ib }, MRR, F__, X86_FEAT_GFNI, SSE },
	[0xcf] = { X86_GF2P8AFFINEINVQB, { Vdq, Wdq, Ib }, MRR, F__, X86_FEAT_GFNI, SSE },
	[0xdf] = { X86_AESKEYGENASSIST, { Vdq, Wdq, Ib }, WRR, F__,     X86_FEAT_AES, SSE },
},
{	/* F3 */
},
{	/* F2 */
},
};

/* 63 in 64-bit code. */
const struct x86_row vc__x86_movsxd =
	{ X86_MOVSXD, { Gv, Ez }, WRR, F__, 0, 0 };

/* ---- groups, SDM 2D §A.4 and §A.5 ---- */

/* 80 to 83 */
static const struct x86_row g1[8] = {
	[0] = { X86_ADD,      { 0 },            MRR, F_ADD,   0, LOCKABLE },
	[1] = { X86_OR,       { 0 },            MRR, F_LOGIC, 0, LOCKABLE },
	[2] = { X86_ADC,      { 0 },            MRR, F_ADC,   0, LOCKABLE },
	[3] = { X86_SBB,      { 0 },            MRR, F_ADC,   0, LOCKABLE },
	[4] = { X86_AND,      { 0 },            MRR, F_LOGIC, 0, LOCKABLE },
	[5] = { X86_SUB,      { 0 },            MRR, F_ADD,   0, LOCKABLE },
	[6] = { X86_XOR,      { 0 },            MRR, F_LOGIC, 0, LOCKABLE },
	[7] = { X86_CMP,      { 0 },            RRR, F_ADD,   0, 0 },
};
/* 8F */
static const struct x86_row g1a[8] = {
	[0] = { X86_POP,      { 0 },            WRR, F__,     0, STACK | OT_D64 },
};
/* C0, C1, D0 to D3. /6 is SHL again */
static const struct x86_row g2[8] = {
	[0] = { X86_ROL,      { 0 },            MRR, F_ROL,   0, 0 },
	[1] = { X86_ROR,      { 0 },            MRR, F_ROL,   0, 0 },
	[2] = { X86_RCL,      { 0 },            MRR, F_RCL,   0, 0 },
	[3] = { X86_RCR,      { 0 },            MRR, F_RCL,   0, 0 },
	[4] = { X86_SHL,      { 0 },            MRR, F_SHL,   0, 0 },
	[5] = { X86_SHR,      { 0 },            MRR, F_SHL,   0, 0 },
	[6] = { X86_SHL,      { 0 },            MRR, F_SHL,   0, 0 },
	[7] = { X86_SAR,      { 0 },            MRR, F_SHL,   0, 0 },
};
/* F6. /1 is TEST again */
static const struct x86_row g3b[8] = {
	[0] = { X86_TEST,     { Eb, Ib },       RRR, F_LOGIC, 0, 0 },
	[1] = { X86_TEST,     { Eb, Ib },       RRR, F_LOGIC, 0, 0 },
	[2] = { X86_NOT,      { 0 },            MRR, F__,     0, LOCKABLE },
	[3] = { X86_NEG,      { 0 },            MRR, F_ADD,   0, LOCKABLE },
	[4] = { X86_MUL,      { 0 },            RRR, F_MUL,   0, 0 },
	[5] = { X86_IMUL,     { 0 },            RRR, F_MUL,   0, 0 },
	[6] = { X86_DIV,      { 0 },            RRR, F_DIV,   0, FAULTS },
	[7] = { X86_IDIV,     { 0 },            RRR, F_DIV,   0, FAULTS },
};
/* F7 */
static const struct x86_row g3v[8] = {
	[0] = { X86_TEST,     { Ev, Iz },       RRR, F_LOGIC, 0, 0 },
	[1] = { X86_TEST,     { Ev, Iz },       RRR, F_LOGIC, 0, 0 },
	[2] = { X86_NOT,      { 0 },            MRR, F__,     0, LOCKABLE },
	[3] = { X86_NEG,      { 0 },            MRR, F_ADD,   0, LOCKABLE },
	[4] = { X86_MUL,      { 0 },            RRR, F_MUL,   0, 0 },
	[5] = { X86_IMUL,     { 0 },            RRR, F_MUL,   0, 0 },
	[6] = { X86_DIV,      { 0 },            RRR, F_DIV,   0, FAULTS },
	[7] = { X86_IDIV,     { 0 },            RRR, F_DIV,   0, FAULTS },
};
/* FE */
static const struct x86_row g4[8] = {
	[0] = { X86_INC,      { 0 },            MRR, F_INC,   0, LOCKABLE },
	[1] = { X86_DEC,      { 0 },            MRR, F_INC,   0, LOCKABLE },
};
/* FF */
static const struct x86_row g5[8] = {
	[0] = { X86_INC,      { 0 },            MRR, F_INC,   0, LOCKABLE },
	[1] = { X86_DEC,      { 0 },            MRR, F_INC,   0, LOCKABLE },
	[2] = { X86_CALL,     { 0 },            RRR, F__,     0, JUMP | STACK | OT_F64 },
	[3] = { X86_CALLF,    { Mp },           RRR, F__,     0, JUMP | STACK },
	[4] = { X86_JMP,      { 0 },            RRR, F__,     0, JUMP | OT_F64 },
	[5] = { X86_JMPF,     { Mp },           RRR, F__,     0, JUMP },
	[6] = { X86_PUSH,     { 0 },            RRR, F__,     0, STACK | OT_D64 },
};
/* 0F 00 */
static const struct x86_row g6[8] = {
	[0] = { X86_SLDT,     { RvMw },         WRR, F__,     0, FAULTS },
	[1] = { X86_STR,      { RvMw },         WRR, F__,     0, FAULTS },
	[2] = { X86_LLDT,     { Ew },           RRR, F__,     0, CPL0 },
	[3] = { X86_LTR,      { Ew },           RRR, F__,     0, CPL0 },
	[4] = { X86_VERR,     { Ew },           RRR, F_ZF,    0, FAULTS },
	[5] = { X86_VERW,     { Ew },           RRR, F_ZF,    0, FAULTS },
};
/* 0F 01 */
static const struct x86_row g7m[8] = {
	[0] = { X86_SGDT,     { Ms },           WRR, F__,     0, FAULTS },
	[1] = { X86_SIDT,     { Ms },           WRR, F__,     0, FAULTS },
	[2] = { X86_LGDT,     { Ms },           RRR, F__,     0, CPL0 },
	[3] = { X86_LIDT,     { Ms },           RRR, F__,     0, CPL0 },
	[4] = { X86_SMSW,     { RvMw },         WRR, F__,     0, FAULTS },
	[6] = { X86_LMSW,     { Ew },           RRR, F__,     0, ENDS | CPL0 },
	[7] = { X86_INVLPG,   { M_ },           ___, F__,     0, ENDS | CPL0 },
};
static const struct x86_row g7r[8] = {
	[0] = { GROUP(G7_0), { 0 },         ___, F__,     0, 0 },
	[1] = { GROUP(G7_1), { 0 },         ___, F__,     0, 0 },
	[2] = { GROUP(G7_2), { 0 },         ___, F__,     0, 0 },
	[3] = { GROUP(G7_3), { 0 },         ___, F__,     0, 0 },
	[4] = { X86_SMSW,     { RvMw },         WRR, F__,     0, FAULTS },
	[5] = { GROUP(G7_5), { 0 },         ___, F__,     0, 0 },
	[6] = { X86_LMSW,     { Ew },           RRR, F__,     0, ENDS | CPL0 },
	[7] = { GROUP(G7_7), { 0 },         ___, F__,     0, 0 },
};
static const struct x86_row g7_0[8] = {
	[1] = { X86_VMCALL,   { 0 },            ___, F__,     0, ENDS | FAULTS | OT_NP },
	[2] = { X86_VMLAUNCH, { 0 },            ___, F_ADD,   X86_FEAT_VMX, ENDS | CPL0 | OT_NP },
	[3] = { X86_VMRESUME, { 0 },            ___, F_ADD,   X86_FEAT_VMX, ENDS | CPL0 | OT_NP },
	[4] = { X86_VMXOFF,   { 0 },            ___, F_ADD,   X86_FEAT_VMX, ENDS | CPL0 | OT_NP },
};
static const struct x86_row g7_1[8] = {
	[0] = { X86_MONITOR,  { 0 },            ___, F__,     X86_FEAT_MONITOR, FAULTS },
	[1] = { X86_MWAIT,    { 0 },            ___, F__,     X86_FEAT_MONITOR, ENDS | FAULTS },
	[2] = { X86_CLAC,     { 0 },            ___, F__,     X86_FEAT_SMAP, ENDS | OT_NP },
	[3] = { X86_STAC,     { 0 },            ___, F__,     X86_FEAT_SMAP, ENDS | OT_NP },
};
static const struct x86_row g7_2[8] = {
	[0] = { X86_XGETBV,   { 0 },            ___, F__,     X86_FEAT_XSAVE, FAULTS | OT_NP },
	[1] = { X86_XSETBV,   { 0 },            ___, F__,     X86_FEAT_XSAVE, ENDS | CPL0 | OT_NP },
	[4] = { X86_VMFUNC,   { 0 },            ___, F__,     X86_FEAT_VMX, ENDS | OT_NP },
	[5] = { X86_XEND,     { 0 },            ___, F__,     X86_FEAT_RTM, ENDS | FAULTS | OT_NP },
	[6] = { X86_XTEST,    { 0 },            ___, F_ADD,   X86_FEAT_RTM, OT_NP },
};
static const struct x86_row g7_3[8] = {
	[0] = { X86_VMRUN,    { 0 },            ___, F__,     X86_FEAT_SVM, ENDS | FAULTS },
	[1] = { X86_VMMCALL,  { 0 },            ___, F__,     0, ENDS | FAULTS },
	[2] = { X86_VMLOAD,   { 0 },            ___, F__,     X86_FEAT_SVM, ENDS | FAULTS },
	[3] = { X86_VMSAVE,   { 0 },            ___, F__,     X86_FEAT_SVM, ENDS | FAULTS },
	[4] = { X86_STGI,     { 0 },            ___, F__,     X86_FEAT_SVM, ENDS | FAULTS },
	[5] = { X86_CLGI,     { 0 },            ___, F__,     X86_FEAT_SVM, ENDS | FAULTS },
	[6] = { X86_SKINIT,   { 0 },            ___, F__,     X86_FEAT_SVM, ENDS | FAULTS },
	[7] = { X86_INVLPGA,  { 0 },            ___, F__,     X86_FEAT_SVM, ENDS | FAULTS },
};
static const struct x86_row g7_5[8] = {
	[0] = { X86_SERIALIZE, { 0 },           ___, F__,     X86_FEAT_SERIALIZE, ENDS | OT_NP },
	[6] = { X86_RDPKRU,   { 0 },            ___, F__,     X86_FEAT_PKU, FAULTS | OT_NP },
	[7] = { X86_WRPKRU,   { 0 },            ___, F__,     X86_FEAT_PKU, FAULTS | OT_NP },
};
static const struct x86_row g7_7[8] = {
	[0] = { X86_SWAPGS,   { 0 },            ___, F__,     0, CPL0 | OT_O64 },
	[1] = { X86_RDTSCP,   { 0 },            ___, F__,     X86_FEAT_RDTSCP, FAULTS },
};
/* 0F BA */
static const struct x86_row g8[8] = {
	[4] = { X86_BT,       { 0 },            RRR, F_BT,    0, 0 },
	[5] = { X86_BTS,      { 0 },            MRR, F_BT,    0, LOCKABLE },
	[6] = { X86_BTR,      { 0 },            MRR, F_BT,    0, LOCKABLE },
	[7] = { X86_BTC,      { 0 },            MRR, F_BT,    0, LOCKABLE },
};
/* 0F C7 */
static const struct x86_row g9m[8] = {
	[1] = { X86_CMPXCHG8B, { Mqdq },         MRR, F_ZF,    0, LOCKABLE | OT_WNEXT },
	[3] = { X86_XRSTORS,  { M_ },           RRR, F__,     X86_FEAT_XSAVES, CPL0 | OT_NP },
	[4] = { X86_XSAVEC,   { M_ },           WRR, F__,     X86_FEAT_XSAVEC, FAULTS | OT_NP },
	[5] = { X86_XSAVES,   { M_ },           WRR, F__,     X86_FEAT_XSAVES, CPL0 | OT_NP },
	[6] = { X86_VMPTRLD,  { Mq },           RRR, F_ADD,   X86_FEAT_VMX, CPL0 | OT_NP },
	[7] = { X86_VMPTRST,  { Mq },           WRR, F_ADD,   X86_FEAT_VMX, CPL0 | OT_NP },
};
static const struct x86_row g9r[8] = {
	[6] = { X86_RDRAND,   { Ev },           WRR, F_ADD,   X86_FEAT_RDRAND, OT_NFX },
	[7] = { X86_RDSEED,   { Ev },           WRR, F_ADD,   X86_FEAT_RDSEED, OT_NFX },
};
static const struct x86_row g9m_66[8] = {
	[1] = { X86_CMPXCHG8B, { Mqdq },         MRR, F_ZF,    0, LOCKABLE | OT_WNEXT },
	[6] = { X86_VMCLEAR,  { Mq },           RRR, F_ADD,   X86_FEAT_VMX, CPL0 },
};
static const struct x86_row g9m_f3[8] = {
	[1] = { X86_CMPXCHG8B, { Mqdq },         MRR, F_ZF,    0, LOCKABLE | OT_WNEXT },
	[6] = { X86_VMXON,    { Mq },           RRR, F_ADD,   X86_FEAT_VMX, CPL0 },
};
static const struct x86_row g9r_f3[8] = {
	[7] = { X86_RDPID,    { Er },           WRR, F__,     X86_FEAT_RDPID, OT_F64 },
};
static const struct x86_row g9m_f2[8] = {
	[1] = { X86_CMPXCHG8B, { Mqdq },         MRR, F_ZF,    0, LOCKABLE | OT_WNEXT },
};
/* C6, C7 */
static const struct x86_row g11b[8] = {
	[0] = { X86_MOV,      { 0 },            WRR, F__,     0, 0 },
};
static const struct x86_row g11v[8] = {
	[0] = { X86_MOV,      { 0 },            WRR, F__,     0, 0 },
};
static const struct x86_row g11br[8] = {
	[0] = { X86_MOV,      { 0 },            WRR, F__,     0, 0 },
	[7] = { GROUP(G11b_7), { 0 },         ___, F__,     0, 0 },
};
static const struct x86_row g11vr[8] = {
	[0] = { X86_MOV,      { 0 },            WRR, F__,     0, 0 },
	[7] = { GROUP(G11v_7), { 0 },         ___, F__,     0, 0 },
};
static const struct x86_row g11b_7[8] = {
	[0] = { X86_XABORT,   { Ib },           RRR, F__,     X86_FEAT_RTM, JUMP | FAULTS },
};
static const struct x86_row g11v_7[8] = {
	[0] = { X86_XBEGIN,   { Jz },           RRR, F__,     X86_FEAT_RTM, JUMP | X86_COND | FAULTS },
};
/* 0F 71 to 0F 73: shifts by an immediate */
static const struct x86_row g12[8] = {
	[2] = { X86_PSRLW,    { 0 },            MRR, F__,     X86_FEAT_MMX, 0 },
	[4] = { X86_PSRAW,    { 0 },            MRR, F__,     X86_FEAT_MMX, 0 },
	[6] = { X86_PSLLW,    { 0 },            MRR, F__,     X86_FEAT_MMX, 0 },
};
static const struct x86_row g13[8] = {
	[2] = { X86_PSRLD,    { 0 },            MRR, F__,     X86_FEAT_MMX, 0 },
	[4] = { X86_PSRAD,    { 0 },            MRR, F__,     X86_FEAT_MMX, 0 },
	[6] = { X86_PSLLD,    { 0 },            MRR, F__,     X86_FEAT_MMX, 0 },
};
static const struct x86_row g14[8] = {
	[2] = { X86_PSRLQ,    { 0 },            MRR, F__,     X86_FEAT_MMX, 0 },
	[6] = { X86_PSLLQ,    { 0 },            MRR, F__,     X86_FEAT_MMX, 0 },
};
static const struct x86_row g12_66[8] = {
	[2] = { X86_PSRLW,    { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
	[4] = { X86_PSRAW,    { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
	[6] = { X86_PSLLW,    { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
};
static const struct x86_row g13_66[8] = {
	[2] = { X86_PSRLD,    { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
	[4] = { X86_PSRAD,    { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
	[6] = { X86_PSLLD,    { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
};
static const struct x86_row g14_66[8] = {
	[2] = { X86_PSRLQ,    { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
	[3] = { X86_PSRLDQ,   { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
	[6] = { X86_PSLLQ,    { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
	[7] = { X86_PSLLDQ,   { 0 },            MRR, F__,     X86_FEAT_SSE2, 0 },
};
/* 0F AE */
static const struct x86_row g15m[8] = {
	[0] = { X86_FXSAVE,   { M_ },           WRR, F__,     0, FPU },
	[1] = { X86_FXRSTOR,  { M_ },           RRR, F__,     0, FPU },
	[2] = { X86_LDMXCSR,  { Md },           RRR, F__,     X86_FEAT_SSE, SSE },
	[3] = { X86_STMXCSR,  { Md },           WRR, F__,     X86_FEAT_SSE, SSE },
	[4] = { X86_XSAVE,    { M_ },           WRR, F__,     X86_FEAT_XSAVE, FAULTS },
	[5] = { X86_XRSTOR,   { M_ },           RRR, F__,     X86_FEAT_XSAVE, FAULTS },
	[6] = { X86_XSAVEOPT, { M_ },           WRR, F__,     X86_FEAT_XSAVEOPT, FAULTS },
	[7] = { X86_CLFLUSH,  { Mb },           ___, F__,     0, FAULTS },
};
static const struct x86_row g15r[8] = {
	[5] = { X86_LFENCE,   { 0 },            ___, F__,     0, 0 },
	[6] = { X86_MFENCE,   { 0 },            ___, F__,     0, 0 },
	[7] = { X86_SFENCE,   { 0 },            ___, F__,     0, 0 },
};
static const struct x86_row g15m_66[8] = {
	[6] = { X86_CLWB,     { Mb },           ___, F__,     X86_FEAT_CLWB, FAULTS },
	[7] = { X86_CLFLUSHOPT, { Mb },           ___, F__,     X86_FEAT_CLFLUSHOPT, FAULTS },
};
static const struct x86_row g15r_f3[8] = {
	[0] = { X86_RDFSBASE, { Ey },           WRR, F__,     X86_FEAT_FSGSBASE, FAULTS | OT_O64 },
	[1] = { X86_RDGSBASE, { Ey },           WRR, F__,     X86_FEAT_FSGSBASE, FAULTS | OT_O64 },
	[2] = { X86_WRFSBASE, { Ey },           RRR, F__,     X86_FEAT_FSGSBASE, FAULTS | OT_O64 },
	[3] = { X86_WRGSBASE, { Ey },           RRR, F__,     X86_FEAT_FSGSBASE, FAULTS | OT_O64 },
};
/* 0F 18: prefetches, else hints */
static const struct x86_row g16m[8] = {
	[0] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[1] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[2] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[3] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[4] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[5] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[6] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[7] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
};
static const struct x86_row g16r[8] = {
	[0] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[1] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[2] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[3] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[4] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[5] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[6] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
	[7] = { X86_NOP,      { 0 },            ___, F__,     0, 0 },
};
/* 0F 0D */
static const struct x86_row gp_m[8] = {
	[0] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[1] = { X86_PREFETCHW, { Mb },           ___, F__,     X86_FEAT_PREFETCHW, 0 },
	[2] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[3] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[4] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[5] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[6] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
	[7] = { X86_PREFETCH, { Mb },           ___, F__,     0, 0 },
};
static const struct x86_row gp_r[8] = {
	[0] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[1] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[2] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[3] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[4] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[5] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[6] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
	[7] = { X86_NOP,      { Ev },           ___, F__,     0, 0 },
};
/* Where memory and register forms are different operations or sizes */
static const struct x86_row movss_m[1] = {
	[0] = { X86_MOVSS,    { Vdq, Md },      WRR, F__,     X86_FEAT_SSE, SSE },
};
static const struct x86_row movss_r[1] = {
	[0] = { X86_MOVSS,    { Vd, Ud },       WRR, F__,     X86_FEAT_SSE, SSE },
};
static const struct x86_row movsd_m[1] = {
	[0] = { X86_MOVSD,    { Vdq, Mq },      WRR, F__,     X86_FEAT_SSE2, SSE },
};
static const struct x86_row movsd_r[1] = {
	[0] = { X86_MOVSD,    { Vq, Uq },       WRR, F__,     X86_FEAT_SSE2, SSE },
};
static const struct x86_row movlps_m[1] = {
	[0] = { X86_MOVLPS,   { Vq, Mq },       WRR, F__,     X86_FEAT_SSE, SSE },
};
static const struct x86_row movlps_r[1] = {
	[0] = { X86_MOVHLPS,  { Vq, Uq },       WRR, F__,     X86_FEAT_SSE, SSE },
};
static const struct x86_row movhps_m[1] = {
	[0] = { X86_MOVHPS,   { Vq, Mq },       WRR, F__,     X86_FEAT_SSE, SSE },
};
static const struct x86_row movhps_r[1] = {
	[0] = { X86_MOVLHPS,  { Vq, Uq },       WRR, F__,     X86_FEAT_SSE, SSE },
};
/* x87: D8 */
static const struct x86_row d8m[8] = {
	[0] = { X86_FADD,     { Md },           RRR, F__,     0, 0 },
	[1] = { X86_FMUL,     { Md },           RRR, F__,     0, 0 },
	[2] = { X86_FCOM,     { Md },           RRR, F__,     0, 0 },
	[3] = { X86_FCOMP,    { Md },           RRR, F__,     0, 0 },
	[4] = { X86_FSUB,     { Md },           RRR, F__,     0, 0 },
	[5] = { X86_FSUBR,    { Md },           RRR, F__,     0, 0 },
	[6] = { X86_FDIV,     { Md },           RRR, F__,     0, 0 },
	[7] = { X86_FDIVR,    { Md },           RRR, F__,     0, 0 },
};
static const struct x86_row d8r[8] = {
	[0] = { X86_FADD,     { ST0, STi },     MRR, F__,     0, 0 },
	[1] = { X86_FMUL,     { ST0, STi },     MRR, F__,     0, 0 },
	[2] = { X86_FCOM,     { STi },          RRR, F__,     0, 0 },
	[3] = { X86_FCOMP,    { STi },          RRR, F__,     0, 0 },
	[4] = { X86_FSUB,     { ST0, STi },     MRR, F__,     0, 0 },
	[5] = { X86_FSUBR,    { ST0, STi },     MRR, F__,     0, 0 },
	[6] = { X86_FDIV,     { ST0, STi },     MRR, F__,     0, 0 },
	[7] = { X86_FDIVR,    { ST0, STi },     MRR, F__,     0, 0 },
};
/* D9 */
static const struct x86_row d9m[8] = {
	[0] = { X86_FLD,      { Md },           RRR, F__,     0, 0 },
	[2] = { X86_FST,      { Md },           WRR, F__,     0, 0 },
	[3] = { X86_FSTP,     { Md },           WRR, F__,     0, 0 },
	[4] = { X86_FLDENV,   { M_ },           RRR, F__,     0, 0 },
	[5] = { X86_FLDCW,    { Mw },           RRR, F__,     0, 0 },
	[6] = { X86_FNSTENV,  { M_ },           WRR, F__,     0, 0 },
	[7] = { X86_FNSTCW,   { Mw },           WRR, F__,     0, 0 },
};
static const struct x86_row d9r[8] = {
	[0] = { X86_FLD,      { STi },          RRR, F__,     0, 0 },
	[1] = { X86_FXCH,     { STi },          MRR, F__,     0, 0 },
	[2] = { GROUP(G_D9_2), { 0 },         ___, F__,     0, 0 },
	[3] = { X86_FSTP,     { STi },          WRR, F__,     0, 0 },
	[4] = { GROUP(G_D9_4), { 0 },         ___, F__,     0, 0 },
	[5] = { GROUP(G_D9_5), { 0 },         ___, F__,     0, 0 },
	[6] = { GROUP(G_D9_6), { 0 },         ___, F__,     0, 0 },
	[7] = { GROUP(G_D9_7), { 0 },         ___, F__,     0, 0 },
};
static const struct x86_row d9_2[8] = {
	[0] = { X86_FNOP,     { 0 },            ___, F__,     0, 0 },
};
static const struct x86_row d9_4[8] = {
	[0] = { X86_FCHS,     { 0 },            ___, F__,     0, 0 },
	[1] = { X86_FABS,     { 0 },            ___, F__,     0, 0 },
	[4] = { X86_FTST,     { 0 },            ___, F__,     0, 0 },
	[5] = { X86_FXAM,     { 0 },            ___, F__,     0, 0 },
};
static const struct x86_row d9_5[8] = {
	[0] = { X86_FLD1,     { 0 },            ___, F__,     0, 0 },
	[1] = { X86_FLDL2T,   { 0 },            ___, F__,     0, 0 },
	[2] = { X86_FLDL2E,   { 0 },            ___, F__,     0, 0 },
	[3] = { X86_FLDPI,    { 0 },            ___, F__,     0, 0 },
	[4] = { X86_FLDLG2,   { 0 },            ___, F__,     0, 0 },
	[5] = { X86_FLDLN2,   { 0 },            ___, F__,     0, 0 },
	[6] = { X86_FLDZ,     { 0 },            ___, F__,     0, 0 },
};
static const struct x86_row d9_6[8] = {
	[0] = { X86_F2XM1,    { 0 },            ___, F__,     0, 0 },
	[1] = { X86_FYL2X,    { 0 },            ___, F__,     0, 0 },
	[2] = { X86_FPTAN,    { 0 },            ___, F__,     0, 0 },
	[3] = { X86_FPATAN,   { 0 },            ___, F__,     0, 0 },
	[4] = { X86_FXTRACT,  { 0 },            ___, F__,     0, 0 },
	[5] = { X86_FPREM1,   { 0 },            ___, F__,     0, 0 },
	[6] = { X86_FDECSTP,  { 0 },            ___, F__,     0, 0 },
	[7] = { X86_FINCSTP,  { 0 },            ___, F__,     0, 0 },
};
static const struct x86_row d9_7[8] = {
	[0] = { X86_FPREM,    { 0 },            ___, F__,     0, 0 },
	[1] = { X86_FYL2XP1,  { 0 },            ___, F__,     0, 0 },
	[2] = { X86_FSQRT,    { 0 },            ___, F__,     0, 0 },
	[3] = { X86_FSINCOS,  { 0 },            ___, F__,     0, 0 },
	[4] = { X86_FRNDINT,  { 0 },            ___, F__,     0, 0 },
	[5] = { X86_FSCALE,   { 0 },            ___, F__,     0, 0 },
	[6] = { X86_FSIN,     { 0 },            ___, F__,     0, 0 },
	[7] = { X86_FCOS,     { 0 },            ___, F__,     0, 0 },
};
/* DA */
static const struct x86_row dam[8] = {
	[0] = { X86_FIADD,    { Md },           RRR, F__,     0, 0 },
	[1] = { X86_FIMUL,    { Md },           RRR, F__,     0, 0 },
	[2] = { X86_FICOM,    { Md },           RRR, F__,     0, 0 },
	[3] = { X86_FICOMP,   { Md },           RRR, F__,     0, 0 },
	[4] = { X86_FISUB,    { Md },           RRR, F__,     0, 0 },
	[5] = { X86_FISUBR,   { Md },           RRR, F__,     0, 0 },
	[6] = { X86_FIDIV,    { Md },           RRR, F__,     0, 0 },
	[7] = { X86_FIDIVR,   { Md },           RRR, F__,     0, 0 },
};
static const struct x86_row dar[8] = {
	[0] = { X86_FCMOVCC,  { ST0, STi },     MRR, F_COND,  0, 0 },
	[1] = { X86_FCMOVCC,  { ST0, STi },     MRR, F_COND,  0, 0 },
	[2] = { X86_FCMOVCC,  { ST0, STi },     MRR, F_COND,  0, 0 },
	[3] = { X86_FCMOVCC,  { ST0, STi },     MRR, F_COND,  0, 0 },
	[5] = { GROUP(G_DA_5), { 0 },         ___, F__,     0, 0 },
};
static const struct x86_row da_5[8] = {
	[1] = { X86_FUCOMPP,  { 0 },            ___, F__,     0, 0 },
};
/* DB. E0, E1, E4 are FNENI, FNDISI, FNSETPM */
static const struct x86_row dbm[8] = {
	[0] = { X86_FILD,     { Md },           RRR, F__,     0, 0 },
	[1] = { X86_FISTTP,   { Md },           WRR, F__,     X86_FEAT_SSE3, 0 },
	[2] = { X86_FIST,     { Md },           WRR, F__,     0, 0 },
	[3] = { X86_FISTP,    { Md },           WRR, F__,     0, 0 },
	[5] = { X86_FLD,      { Mt },           RRR, F__,     0, 0 },
	[7] = { X86_FSTP,     { Mt },           WRR, F__,     0, 0 },
};
static const struct x86_row dbr[8] = {
	[0] = { X86_FCMOVCC,  { ST0, STi },     MRR, F_COND,  0, 0 },
	[1] = { X86_FCMOVCC,  { ST0, STi },     MRR, F_COND,  0, 0 },
	[2] = { X86_FCMOVCC,  { ST0, STi },     MRR, F_COND,  0, 0 },
	[3] = { X86_FCMOVCC,  { ST0, STi },     MRR, F_COND,  0, 0 },
	[4] = { GROUP(G_DB_4), { 0 },         ___, F__,     0, 0 },
	[5] = { X86_FUCOMI,   { ST0, STi },     RRR, F_ADD,   0, 0 },
	[6] = { X86_FCOMI,    { ST0, STi },     RRR, F_ADD,   0, 0 },
};
static const struct x86_row db_4[8] = {
	[0] = { X86_FNSETPM,  { 0 },            ___, F__,     0, 0 },
	[1] = { X86_FNSETPM,  { 0 },            ___, F__,     0, 0 },
	[2] = { X86_FNCLEX,   { 0 },            ___, F__,     0, 0 },
	[3] = { X86_FNINIT,   { 0 },            ___, F__,     0, 0 },
	[4] = { X86_FNSETPM,  { 0 },            ___, F__,     0, 0 },
};
/* DC. D0 and D8 are FCOM and FCOMP again */
static const struct x86_row dcm[8] = {
	[0] = { X86_FADD,     { Mq },           RRR, F__,     0, 0 },
	[1] = { X86_FMUL,     { Mq },           RRR, F__,     0, 0 },
	[2] = { X86_FCOM,     { Mq },           RRR, F__,     0, 0 },
	[3] = { X86_FCOMP,    { Mq },           RRR, F__,     0, 0 },
	[4] = { X86_FSUB,     { Mq },           RRR, F__,     0, 0 },
	[5] = { X86_FSUBR,    { Mq },           RRR, F__,     0, 0 },
	[6] = { X86_FDIV,     { Mq },           RRR, F__,     0, 0 },
	[7] = { X86_FDIVR,    { Mq },           RRR, F__,     0, 0 },
};
static const struct x86_row dcr[8] = {
	[0] = { X86_FADD,     { STi, ST0 },     MRR, F__,     0, 0 },
	[1] = { X86_FMUL,     { STi, ST0 },     MRR, F__,     0, 0 },
	[2] = { X86_FCOM,     { STi },          RRR, F__,     0, 0 },
	[3] = { X86_FCOMP,    { STi },          RRR, F__,     0, 0 },
	[4] = { X86_FSUBR,    { STi, ST0 },     MRR, F__,     0, 0 },
	[5] = { X86_FSUB,     { STi, ST0 },     MRR, F__,     0, 0 },
	[6] = { X86_FDIVR,    { STi, ST0 },     MRR, F__,     0, 0 },
	[7] = { X86_FDIV,     { STi, ST0 },     MRR, F__,     0, 0 },
};
/* DD. C8 is FXCH again */
static const struct x86_row ddm[8] = {
	[0] = { X86_FLD,      { Mq },           RRR, F__,     0, 0 },
	[1] = { X86_FISTTP,   { Mq },           WRR, F__,     X86_FEAT_SSE3, 0 },
	[2] = { X86_FST,      { Mq },           WRR, F__,     0, 0 },
	[3] = { X86_FSTP,     { Mq },           WRR, F__,     0, 0 },
	[4] = { X86_FRSTOR,   { M_ },           RRR, F__,     0, 0 },
	[6] = { X86_FNSAVE,   { M_ },           WRR, F__,     0, 0 },
	[7] = { X86_FNSTSW,   { Mw },           WRR, F__,     0, 0 },
};
static const struct x86_row ddr[8] = {
	[0] = { X86_FFREE,    { STi },          ___, F__,     0, 0 },
	[1] = { X86_FXCH,     { STi },          MRR, F__,     0, 0 },
	[2] = { X86_FST,      { STi },          WRR, F__,     0, 0 },
	[3] = { X86_FSTP,     { STi },          WRR, F__,     0, 0 },
	[4] = { X86_FUCOM,    { STi },          RRR, F__,     0, 0 },
	[5] = { X86_FUCOMP,   { STi },          RRR, F__,     0, 0 },
};
/* DE. D0 is FCOMP again */
static const struct x86_row dem[8] = {
	[0] = { X86_FIADD,    { Mw },           RRR, F__,     0, 0 },
	[1] = { X86_FIMUL,    { Mw },           RRR, F__,     0, 0 },
	[2] = { X86_FICOM,    { Mw },           RRR, F__,     0, 0 },
	[3] = { X86_FICOMP,   { Mw },           RRR, F__,     0, 0 },
	[4] = { X86_FISUB,    { Mw },           RRR, F__,     0, 0 },
	[5] = { X86_FISUBR,   { Mw },           RRR, F__,     0, 0 },
	[6] = { X86_FIDIV,    { Mw },           RRR, F__,     0, 0 },
	[7] = { X86_FIDIVR,   { Mw },           RRR, F__,     0, 0 },
};
static const struct x86_row der[8] = {
	[0] = { X86_FADDP,    { STi, ST0 },     MRR, F__,     0, 0 },
	[1] = { X86_FMULP,    { STi, ST0 },     MRR, F__,     0, 0 },
	[2] = { X86_FCOMP,    { STi },          RRR, F__,     0, 0 },
	[3] = { GROUP(G_DE_3), { 0 },         ___, F__,     0, 0 },
	[4] = { X86_FSUBRP,   { STi, ST0 },     MRR, F__,     0, 0 },
	[5] = { X86_FSUBP,    { STi, ST0 },     MRR, F__,     0, 0 },
	[6] = { X86_FDIVRP,   { STi, ST0 },     MRR, F__,     0, 0 },
	[7] = { X86_FDIVP,    { STi, ST0 },     MRR, F__,     0, 0 },
};
static const struct x86_row de_3[8] = {
	[1] = { X86_FCOMPP,   { 0 },            ___, F__,     0, 0 },
};
/* DF. C0 is FFREEP; C8, D0, D8 are FXCH, FSTP, FSTP again */
static const struct x86_row dfm[8] = {
	[0] = { X86_FILD,     { Mw },           RRR, F__,     0, 0 },
	[1] = { X86_FISTTP,   { Mw },           WRR, F__,     X86_FEAT_SSE3, 0 },
	[2] = { X86_FIST,     { Mw },           WRR, F__,     0, 0 },
	[3] = { X86_FISTP,    { Mw },           WRR, F__,     0, 0 },
	[4] = { X86_FBLD,     { Mt },           RRR, F__,     0, 0 },
	[5] = { X86_FILD,     { Mq },           RRR, F__,     0, 0 },
	[6] = { X86_FBSTP,    { Mt },           WRR, F__,     0, 0 },
	[7] = { X86_FISTP,    { Mq },           WRR, F__,     0, 0 },
};
static const struct x86_row dfr[8] = {
	[0] = { X86_FFREEP,   { STi },          ___, F__,     0, 0 },
	[1] = { X86_FXCH,     { STi },          MRR, F__,     0, 0 },
	[2] = { X86_FSTP,     { STi },          WRR, F__,     0, 0 },
	[3] = { X86_FSTP,     { STi },          WRR, F__,     0, 0 },
	[4] = { GROUP(G_DF_4), { 0 },         ___, F__,     0, 0 },
	[5] = { X86_FUCOMIP,  { ST0, STi },     RRR, F_ADD,   0, 0 },
	[6] = { X86_FCOMIP,   { ST0, STi },     RRR, F_ADD,   0, 0 },
};
static const struct x86_row df_4[8] = {
	[0] = { X86_FNSTSW,   { AX },           WRR, F__,     0, 0 },
};

const struct x86_group vc__x86_groups[] = {
	[G1] = { g1, g1, AT_REG },
	[G1A] = { g1a, g1a, AT_REG },
	[G2] = { g2, g2, AT_REG },
	[G3b] = { g3b, g3b, AT_REG },
	[G3v] = { g3v, g3v, AT_REG },
	[G4] = { g4, g4, AT_REG },
	[G5] = { g5, g5, AT_REG },
	[G6] = { g6, g6, AT_REG },
	[G7] = { g7m, g7r, AT_REG },
	[G7_0] = { NULL, g7_0, AT_RM },
	[G7_1] = { NULL, g7_1, AT_RM },
	[G7_2] = { NULL, g7_2, AT_RM },
	[G7_3] = { NULL, g7_3, AT_RM },
	[G7_5] = { NULL, g7_5, AT_RM },
	[G7_7] = { NULL, g7_7, AT_RM },
	[G8] = { g8, g8, AT_REG },
	[G9] = { g9m, g9r, AT_REG },
	[G9_66] = { g9m_66, g9r, AT_REG },
	[G9_F3] = { g9m_f3, g9r_f3, AT_REG },
	[G9_F2] = { g9m_f2, NULL, AT_REG },
	[G11b] = { g11b, g11br, AT_REG },
	[G11v] = { g11v, g11vr, AT_REG },
	[G11b_7] = { NULL, g11b_7, AT_RM },
	[G11v_7] = { NULL, g11v_7, AT_RM },
	[G12] = { NULL, g12, AT_REG },
	[G13] = { NULL, g13, AT_REG },
	[G14] = { NULL, g14, AT_REG },
	[G12_66] = { NULL, g12_66, AT_REG },
	[G13_66] = { NULL, g13_66, AT_REG },
	[G14_66] = { NULL, g14_66, AT_REG },
	[G15] = { g15m, g15r, AT_REG },
	[G15_66] = { g15m_66, NULL, AT_REG },
	[G15_F3] = { NULL, g15r_f3, AT_REG },
	[G16] = { g16m, g16r, AT_REG },
	[GP] = { gp_m, gp_r, AT_REG },
	[G_MOVSS] = { movss_m, movss_r, AT_MOD },
	[G_MOVSD] = { movsd_m, movsd_r, AT_MOD },
	[G_MOVLPS] = { movlps_m, movlps_r, AT_MOD },
	[G_MOVHPS] = { movhps_m, movhps_r, AT_MOD },
	[G_D8] = { d8m, d8r, AT_REG },
	[G_D9] = { d9m, d9r, AT_REG },
	[G_DA] = { dam, dar, AT_REG },
	[G_DB] = { dbm, dbr, AT_REG },
	[G_DC] = { dcm, dcr, AT_REG },
	[G_DD] = { ddm, ddr, AT_REG },
	[G_DE] = { dem, der, AT_REG },
	[G_DF] = { dfm, dfr, AT_REG },
	[G_D9_2] = { NULL, d9_2, AT_RM },
	[G_D9_4] = { NULL, d9_4, AT_RM },
	[G_D9_5] = { NULL, d9_5, AT_RM },
	[G_D9_6] = { NULL, d9_6, AT_RM },
	[G_D9_7] = { NULL, d9_7, AT_RM },
	[G_DA_5] = { NULL, da_5, AT_RM },
	[G_DB_4] = { NULL, db_4, AT_RM },
	[G_DE_3] = { NULL, de_3, AT_RM },
	[G_DF_4] = { NULL, df_4, AT_RM },
};

/* SDM 1 appendix A, and the flag sections of the instructions. */
#define C	0x0001
#define P	0x0004
#define A	0x0010
#define Z	0x0040
#define S	0x0080
#define T	0x0100
#define I	0x0200
#define D	0x0400
#define O	0x0800
#define N	0x4000
#define ALL	0x7fd5

const struct x86_flag_set vc__x86_flags[F_COUNT] = {
	/*             reads   defines              leaves undefined */
	[F_ADD]    = { 0,      O | S | Z | A | P | C, 0 },
	[F_ADC]    = { C,      O | S | Z | A | P | C, 0 },
	[F_LOGIC]  = { 0,      O | S | Z | P | C,   A },
	[F_INC]    = { 0,      O | S | Z | A | P,   0 },
	[F_SHL]    = { 0,      O | S | Z | P | C,   A },	/* decode.c has */
	[F_SHLD]   = { 0,      O | S | Z | P | C,   A },	/* more on what */
	[F_ROL]    = { 0,      O | C,               0 },	/* the count does */
	[F_RCL]    = { C,      O | C,               0 },
	[F_MUL]    = { 0,      O | C,               S | Z | A | P },
	[F_DIV]    = { 0,      0,                   O | S | Z | A | P | C },
	[F_BT]     = { 0,      C,                   O | S | A | P },
	[F_BSF]    = { 0,      Z,                   O | S | A | P | C },
	[F_TZCNT]  = { 0,      Z | C,               O | S | A | P },
	[F_DAA]    = { A | C,  S | Z | A | P | C,   O },
	[F_AAA]    = { A,      A | C,               O | S | Z | P },
	[F_AAM]    = { 0,      S | Z | P,           O | A | C },
	[F_ZF]     = { 0,      Z,                   0 },
	[F_WCF]    = { 0,      C,                   0 },
	[F_CMC]    = { C,      C,                   0 },
	[F_RCF]    = { C,      0,                   0 },
	[F_ROF]    = { O,      0,                   0 },
	[F_ADCX]   = { C,      C,                   0 },
	[F_ADOX]   = { O,      O,                   0 },
	[F_DF]     = { D,      0,                   0 },
	[F_CMPS]   = { D,      O | S | Z | A | P | C, 0 },
	[F_WDF]    = { 0,      D,                   0 },
	[F_WIF]    = { 0,      I,                   0 },
	[F_SAHF]   = { 0,      S | Z | A | P | C,   0 },
	[F_LAHF]   = { S | Z | A | P | C, 0,        0 },
	[F_PUSHF]  = { ALL,    0,                   0 },
	[F_POPF]   = { 0,      ALL,                 0 },
	[F_INT]    = { ALL,    T | I | N,           0 },
	[F_IRET]   = { N,      ALL,                 0 },
	[F_SYSC]   = { ALL,    ALL,                 0 },
	[F_RZF]    = { Z,      0,                   0 },
	[F_COND]   = { 0,      0,                   0 },	/* by condition */
	[F_ANDN]   = { 0,      O | S | Z | C,       A | P },
	[F_BEXTR]  = { 0,      O | Z | C,           S | A | P },
};

#undef C
#undef P
#undef A
#undef Z
#undef S
#undef T
#undef I
#undef D
#undef O
#undef N
#undef ALL

/* What OT_WNEXT relies on. */
_Static_assert(X86_MOVQ == X86_MOVD + 1 && X86_PEXTRQ == X86_PEXTRD + 1 &&
	       X86_PINSRQ == X86_PINSRD + 1 &&
	       X86_CMPXCHG16B == X86_CMPXCHG8B + 1, "REX.W names the next");

static const char *const names[X86_OP_COUNT] = {
#define X86_NAME_(name, text) [X86_##name] = #text,
	X86_OPS(X86_NAME_)
#undef X86_NAME_
};

const char *vc__x86_name(unsigned op)
{
	return op < X86_OP_COUNT && names[op] ? names[op] : "(bad)";
}
