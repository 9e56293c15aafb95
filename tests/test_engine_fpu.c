/* SPDX-License-Identifier: MIT */
/*
 * test_engine_fpu.c: every x87, MMX, SSE and SSE2 data instruction against
 * the host's processor, one instruction at a time from the same state, with
 * all of the state compared: registers, control and status words, tags,
 * EFLAGS, memory. Each form runs on the cross product of edge values and on
 * random states, with exceptions masked and unmasked, both on the host's own
 * instructions and on softfp.c.
 *
 * On other hosts the expectation is fpu_vectors.h: per form a hash of all the
 * states that an x86-64 host made from the same inputs. To make that file
 * anew: VC_FPU_VECTORS=tests/fpu_vectors.h virtcore-tests engine_fpu
 *
 * Not compared, since the manual leaves them open: C0, C2, C3 after
 * arithmetic; the last bit of transcendental results of softfp.c; what RCPPS
 * and RSQRTPS approximate to (softfp.c again); x87 pointers.
 */
#define _GNU_SOURCE		/* registers in a signal handler */
#include "rig.h"

#include "../backends/interp/decode.h"
#include "../backends/interp/engine.h"
#include "../backends/interp/fpu.h"
#include "../backends/interp/select.h"
#include "../backends/interp/sse_lane.h"

#if defined(__x86_64__) && defined(__linux__)
#define ORACLE 1
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#else
#define ORACLE 0
#endif

/* ---- states ---- */

#define MEM_SIZE	64u

struct state {
	_Alignas(64) uint8_t fx[512];
	uint64_t gpr[16];
	uint64_t flags;
	uint64_t fault;			/* 0, or the vector */
	_Alignas(16) uint8_t mem[MEM_SIZE];
};

#define FX_FCW	0
#define FX_FSW	2
#define FX_FTW	4
#define FX_CSR	24
#define FX_ST	32
#define FX_XMM	160

/* ---- the forms ---- */

#define M_RR	1u		/* with registers (modrm c0 | reg << 3 | rm) */
#define M_RM	2u		/* with memory */
#define M_SAME	4u		/* with the same register twice, too */
#define M_IMM	8u		/* an immediate byte follows */
#define M_FIX	16u		/* the bytes as they are */
#define M_BOTH	(M_RR | M_RM | M_SAME)
#define T_X87	0x100u		/* works on the x87 stack */
#define T_FN	0x200u		/* transcendental */
#define T_CC	0x400u		/* defines C0, C2, C3 */
#define T_RCP	0x800u		/* approximates */
#define T_FP	0x1000u		/* SSE arithmetic: MXCSR matters */
#define T_MMX	0x2000u
#define T_CROSS	0x4000u		/* worth the whole cross product */

struct form {
	const char *name;
	const char *bytes;	/* hex, before ModRM */
	uint32_t flags;
};

#define SSE4(name, opcode, fl) \
	{ name "ps", "0f" opcode, fl }, { name "pd", "660f" opcode, fl }, \
	{ name "ss", "f30f" opcode, fl }, { name "sd", "f20f" opcode, fl }
#define BOTH_FILES(name, opcode) \
	{ name " xmm", "660f" opcode, M_BOTH }, \
	{ name " mm", "0f" opcode, M_BOTH | T_MMX }
#define X87_MEM(name, opcode, reg, fl) \
	{ name, opcode reg, M_FIX | T_X87 | (fl) }
/* eight operations of D8, DC, DA, DE in memory, [rdi] */
#define X87_EIGHT(size, opcode, i) \
	X87_MEM("f" i "add " size, opcode, "07", T_CROSS), \
	X87_MEM("f" i "mul " size, opcode, "0f", T_CROSS), \
	X87_MEM("f" i "com " size, opcode, "17", T_CROSS | T_CC), \
	X87_MEM("f" i "comp " size, opcode, "1f", T_CROSS | T_CC), \
	X87_MEM("f" i "sub " size, opcode, "27", T_CROSS), \
	X87_MEM("f" i "subr " size, opcode, "2f", T_CROSS), \
	X87_MEM("f" i "div " size, opcode, "37", T_CROSS), \
	X87_MEM("f" i "divr " size, opcode, "3f", T_CROSS)
#define X87_REG(name, bytes, fl)	{ name, bytes, M_FIX | T_X87 | (fl) }

static const struct form forms[] = {
	SSE4("add", "58", M_BOTH | T_FP | T_CROSS),
	SSE4("mul", "59", M_BOTH | T_FP | T_CROSS),
	SSE4("sub", "5c", M_BOTH | T_FP | T_CROSS),
	SSE4("min", "5d", M_BOTH | T_FP | T_CROSS),
	SSE4("div", "5e", M_BOTH | T_FP | T_CROSS),
	SSE4("max", "5f", M_BOTH | T_FP | T_CROSS),
	SSE4("sqrt", "51", M_BOTH | T_FP),
	SSE4("cmp", "c2", M_BOTH | M_IMM | T_FP | T_CROSS),
	{ "rcpps", "0f53", M_BOTH | T_FP | T_RCP },
	{ "rcpss", "f30f53", M_BOTH | T_FP | T_RCP },
	{ "rsqrtps", "0f52", M_BOTH | T_FP | T_RCP },
	{ "rsqrtss", "f30f52", M_BOTH | T_FP | T_RCP },
	{ "ucomiss", "0f2e", M_BOTH | T_FP | T_CROSS },
	{ "ucomisd", "660f2e", M_BOTH | T_FP | T_CROSS },
	{ "comiss", "0f2f", M_BOTH | T_FP | T_CROSS },
	{ "comisd", "660f2f", M_BOTH | T_FP | T_CROSS },
	{ "cvtps2pd", "0f5a", M_BOTH | T_FP },
	{ "cvtpd2ps", "660f5a", M_BOTH | T_FP },
	{ "cvtss2sd", "f30f5a", M_BOTH | T_FP },
	{ "cvtsd2ss", "f20f5a", M_BOTH | T_FP },
	{ "cvtdq2ps", "0f5b", M_BOTH | T_FP },
	{ "cvtps2dq", "660f5b", M_BOTH | T_FP },
	{ "cvttps2dq", "f30f5b", M_BOTH | T_FP },
	{ "cvtdq2pd", "f30fe6", M_BOTH | T_FP },
	{ "cvtpd2dq", "f20fe6", M_BOTH | T_FP },
	{ "cvttpd2dq", "660fe6", M_BOTH | T_FP },
	{ "cvtpi2ps", "0f2a", M_RR | M_RM | T_FP },
	{ "cvtpi2pd", "660f2a", M_RR | M_RM | T_FP },
	{ "cvtps2pi", "0f2d", M_RR | M_RM | T_FP },
	{ "cvttps2pi", "0f2c", M_RR | M_RM | T_FP },
	{ "cvtpd2pi", "660f2d", M_RR | M_RM | T_FP },
	{ "cvttpd2pi", "660f2c", M_RR | M_RM | T_FP },
	{ "cvtsi2ss r32", "f30f2a", M_RR | M_RM | T_FP },
	{ "cvtsi2sd r32", "f20f2a", M_RR | M_RM | T_FP },
	{ "cvtsi2ss r64", "f3480f2a", M_RR | M_RM | T_FP },
	{ "cvtsi2sd r64", "f2480f2a", M_RR | M_RM | T_FP },
	{ "cvtss2si r32", "f30f2d", M_RR | M_RM | T_FP },
	{ "cvtsd2si r32", "f20f2d", M_RR | M_RM | T_FP },
	{ "cvttss2si r32", "f30f2c", M_RR | M_RM | T_FP },
	{ "cvttsd2si r32", "f20f2c", M_RR | M_RM | T_FP },
	{ "cvtss2si r64", "f3480f2d", M_RR | M_RM | T_FP },
	{ "cvtsd2si r64", "f2480f2d", M_RR | M_RM | T_FP },
	{ "cvttss2si r64", "f3480f2c", M_RR | M_RM | T_FP },
	{ "cvttsd2si r64", "f2480f2c", M_RR | M_RM | T_FP },
	/* logic, shuffles, moves */
	{ "andps", "0f54", M_BOTH }, { "andpd", "660f54", M_BOTH },
	{ "andnps", "0f55", M_BOTH }, { "andnpd", "660f55", M_BOTH },
	{ "orps", "0f56", M_BOTH }, { "orpd", "660f56", M_BOTH },
	{ "xorps", "0f57", M_BOTH }, { "xorpd", "660f57", M_BOTH },
	{ "unpcklps", "0f14", M_BOTH }, { "unpcklpd", "660f14", M_BOTH },
	{ "unpckhps", "0f15", M_BOTH }, { "unpckhpd", "660f15", M_BOTH },
	{ "shufps", "0fc6", M_BOTH | M_IMM },
	{ "shufpd", "660fc6", M_BOTH | M_IMM },
	{ "pshufd", "660f70", M_BOTH | M_IMM },
	{ "pshufhw", "f30f70", M_BOTH | M_IMM },
	{ "pshuflw", "f20f70", M_BOTH | M_IMM },
	{ "pshufw", "0f70", M_BOTH | M_IMM | T_MMX },
	{ "movaps", "0f28", M_BOTH }, { "movaps st", "0f29", M_BOTH },
	{ "movapd", "660f28", M_BOTH }, { "movapd st", "660f29", M_BOTH },
	{ "movups", "0f10", M_BOTH }, { "movups st", "0f11", M_BOTH },
	{ "movupd", "660f10", M_BOTH }, { "movupd st", "660f11", M_BOTH },
	{ "movdqa", "660f6f", M_BOTH }, { "movdqa st", "660f7f", M_BOTH },
	{ "movdqu", "f30f6f", M_BOTH }, { "movdqu st", "f30f7f", M_BOTH },
	{ "movss", "f30f10", M_BOTH }, { "movss st", "f30f11", M_BOTH },
	{ "movsd", "f20f10", M_BOTH }, { "movsd st", "f20f11", M_BOTH },
	{ "movlps", "0f12", M_BOTH }, { "movlps st", "0f13", M_RM },
	{ "movhps", "0f16", M_BOTH }, { "movhps st", "0f17", M_RM },
	{ "movlpd", "660f12", M_RM }, { "movlpd st", "660f13", M_RM },
	{ "movhpd", "660f16", M_RM }, { "movhpd st", "660f17", M_RM },
	{ "movntps", "0f2b", M_RM }, { "movntpd", "660f2b", M_RM },
	{ "movntdq", "660fe7", M_RM }, { "movntq", "0fe7", M_RM | T_MMX },
	{ "movd x", "660f6e", M_RR | M_RM },
	{ "movq x", "66480f6e", M_RR | M_RM },
	{ "movd st x", "660f7e", M_RR | M_RM },
	{ "movq st x", "66480f7e", M_RR | M_RM },
	{ "movq xx", "f30f7e", M_BOTH }, { "movq xx st", "660fd6", M_BOTH },
	{ "movd m", "0f6e", M_RR | M_RM | T_MMX },
	{ "movq rm", "480f6e", M_RR | M_RM | T_MMX },
	{ "movd st m", "0f7e", M_RR | M_RM | T_MMX },
	{ "movq st rm", "480f7e", M_RR | M_RM | T_MMX },
	{ "movq mm", "0f6f", M_BOTH | T_MMX },
	{ "movq mm st", "0f7f", M_BOTH | T_MMX },
	{ "movq2dq", "f30fd6", M_RR | T_MMX },
	{ "movdq2q", "f20fd6", M_RR | T_MMX },
	{ "movmskps", "0f50", M_RR }, { "movmskpd", "660f50", M_RR },
	{ "pmovmskb xmm", "660fd7", M_RR },
	{ "pmovmskb mm", "0fd7", M_RR | T_MMX },
	{ "pinsrw xmm", "660fc4", M_RR | M_RM | M_IMM },
	{ "pinsrw mm", "0fc4", M_RR | M_RM | M_IMM | T_MMX },
	{ "pextrw xmm", "660fc5", M_RR | M_IMM },
	{ "pextrw mm", "0fc5", M_RR | M_IMM | T_MMX },
	{ "maskmovdqu", "660ff7", M_RR }, { "maskmovq", "0ff7", M_RR | T_MMX },
	{ "punpcklqdq", "660f6c", M_BOTH }, { "punpckhqdq", "660f6d", M_BOTH },
	/* integers in both register files */
	BOTH_FILES("punpcklbw", "60"), BOTH_FILES("punpcklwd", "61"),
	BOTH_FILES("punpckldq", "62"), BOTH_FILES("packsswb", "63"),
	BOTH_FILES("pcmpgtb", "64"), BOTH_FILES("pcmpgtw", "65"),
	BOTH_FILES("pcmpgtd", "66"), BOTH_FILES("packuswb", "67"),
	BOTH_FILES("punpckhbw", "68"), BOTH_FILES("punpckhwd", "69"),
	BOTH_FILES("punpckhdq", "6a"), BOTH_FILES("packssdw", "6b"),
	BOTH_FILES("pcmpeqb", "74"), BOTH_FILES("pcmpeqw", "75"),
	BOTH_FILES("pcmpeqd", "76"), BOTH_FILES("psrlw", "d1"),
	BOTH_FILES("psrld", "d2"), BOTH_FILES("psrlq", "d3"),
	BOTH_FILES("paddq", "d4"), BOTH_FILES("pmullw", "d5"),
	BOTH_FILES("psubusb", "d8"), BOTH_FILES("psubusw", "d9"),
	BOTH_FILES("pminub", "da"), BOTH_FILES("pand", "db"),
	BOTH_FILES("paddusb", "dc"), BOTH_FILES("paddusw", "dd"),
	BOTH_FILES("pmaxub", "de"), BOTH_FILES("pandn", "df"),
	BOTH_FILES("pavgb", "e0"), BOTH_FILES("psraw", "e1"),
	BOTH_FILES("psrad", "e2"), BOTH_FILES("pavgw", "e3"),
	BOTH_FILES("pmulhuw", "e4"), BOTH_FILES("pmulhw", "e5"),
	BOTH_FILES("psubsb", "e8"), BOTH_FILES("psubsw", "e9"),
	BOTH_FILES("pminsw", "ea"), BOTH_FILES("por", "eb"),
	BOTH_FILES("paddsb", "ec"), BOTH_FILES("paddsw", "ed"),
	BOTH_FILES("pmaxsw", "ee"), BOTH_FILES("pxor", "ef"),
	BOTH_FILES("psllw", "f1"), BOTH_FILES("pslld", "f2"),
	BOTH_FILES("psllq", "f3"), BOTH_FILES("pmuludq", "f4"),
	BOTH_FILES("pmaddwd", "f5"), BOTH_FILES("psadbw", "f6"),
	BOTH_FILES("psubb", "f8"), BOTH_FILES("psubw", "f9"),
	BOTH_FILES("psubd", "fa"), BOTH_FILES("psubq", "fb"),
	BOTH_FILES("paddb", "fc"), BOTH_FILES("paddw", "fd"),
	BOTH_FILES("paddd", "fe"),
	{ "psrlw i", "660f71d2", M_FIX | M_IMM },
	{ "psraw i", "660f71e2", M_FIX | M_IMM },
	{ "psllw i", "660f71f2", M_FIX | M_IMM },
	{ "psrld i", "660f72d2", M_FIX | M_IMM },
	{ "psrad i", "660f72e2", M_FIX | M_IMM },
	{ "pslld i", "660f72f2", M_FIX | M_IMM },
	{ "psrlq i", "660f73d2", M_FIX | M_IMM },
	{ "psrldq i", "660f73da", M_FIX | M_IMM },
	{ "psllq i", "660f73f2", M_FIX | M_IMM },
	{ "pslldq i", "660f73fa", M_FIX | M_IMM },
	{ "psrlw mi", "0f71d2", M_FIX | M_IMM | T_MMX },
	{ "psraw mi", "0f71e2", M_FIX | M_IMM | T_MMX },
	{ "psllw mi", "0f71f2", M_FIX | M_IMM | T_MMX },
	{ "psrld mi", "0f72d2", M_FIX | M_IMM | T_MMX },
	{ "psrad mi", "0f72e2", M_FIX | M_IMM | T_MMX },
	{ "pslld mi", "0f72f2", M_FIX | M_IMM | T_MMX },
	{ "psrlq mi", "0f73d2", M_FIX | M_IMM | T_MMX },
	{ "psllq mi", "0f73f2", M_FIX | M_IMM | T_MMX },
	{ "emms", "0f77", M_FIX | T_MMX },
	{ "ldmxcsr", "0fae17", M_FIX | T_FP },
	{ "stmxcsr", "0fae1f", M_FIX | T_FP },
	/* x87: registers. ST(1), ST(3), ST(0) */
	X87_REG("fadd 0,1", "d8c1", T_CROSS), X87_REG("fadd 1,0", "dcc1", 0),
	X87_REG("fadd 0,0", "d8c0", 0), X87_REG("faddp 3", "dec3", 0),
	X87_REG("faddp 1", "dec1", 0), X87_REG("faddp 0", "dec0", 0),
	X87_REG("fmul 0,1", "d8c9", T_CROSS), X87_REG("fmul 3,0", "dccb", 0),
	X87_REG("fmulp 1", "dec9", 0),
	X87_REG("fsub 0,1", "d8e1", T_CROSS), X87_REG("fsubr 1,0", "dce1", 0),
	X87_REG("fsubrp 1", "dee1", 0), X87_REG("fsubr 0,1", "d8e9", T_CROSS),
	X87_REG("fsub 1,0", "dce9", 0), X87_REG("fsubp 1", "dee9", 0),
	X87_REG("fdiv 0,1", "d8f1", T_CROSS), X87_REG("fdivr 1,0", "dcf1", 0),
	X87_REG("fdivrp 1", "def1", 0), X87_REG("fdivr 0,1", "d8f9", T_CROSS),
	X87_REG("fdiv 1,0", "dcf9", 0), X87_REG("fdivp 1", "def9", 0),
	X87_REG("fcom 1", "d8d1", T_CC | T_CROSS),
	X87_REG("fcomp 1", "d8d9", T_CC), X87_REG("fcompp", "ded9", T_CC),
	X87_REG("fcom2 3", "dcd3", T_CC), X87_REG("fcomp3 3", "dcdb", T_CC),
	X87_REG("fcomp5 3", "ded3", T_CC),
	X87_REG("fucom 1", "dde1", T_CC | T_CROSS),
	X87_REG("fucomp 1", "dde9", T_CC), X87_REG("fucompp", "dae9", T_CC),
	X87_REG("fcomi 1", "dbf1", T_CROSS), X87_REG("fcomip 1", "dff1", 0),
	X87_REG("fucomi 1", "dbe9", T_CROSS), X87_REG("fucomip 1", "dfe9", 0),
	X87_REG("fld 0", "d9c0", 0), X87_REG("fld 1", "d9c1", 0),
	X87_REG("fld 7", "d9c7", 0),
	X87_REG("fst 1", "ddd1", 0), X87_REG("fst 0", "ddd0", 0),
	X87_REG("fstp 1", "ddd9", 0), X87_REG("fstp 0", "ddd8", 0),
	X87_REG("fstp8 3", "dfd3", 0), X87_REG("fstp9 3", "dfdb", 0),
	X87_REG("fxch 1", "d9c9", 0), X87_REG("fxch 0", "d9c8", 0),
	X87_REG("fxch4 3", "ddcb", 0), X87_REG("fxch7 3", "dfcb", 0),
	X87_REG("fchs", "d9e0", 0), X87_REG("fabs", "d9e1", 0),
	X87_REG("ftst", "d9e4", T_CC), X87_REG("fxam", "d9e5", T_CC),
	X87_REG("fld1", "d9e8", 0), X87_REG("fldl2t", "d9e9", 0),
	X87_REG("fldl2e", "d9ea", 0), X87_REG("fldpi", "d9eb", 0),
	X87_REG("fldlg2", "d9ec", 0), X87_REG("fldln2", "d9ed", 0),
	X87_REG("fldz", "d9ee", 0),
	X87_REG("fsqrt", "d9fa", 0), X87_REG("frndint", "d9fc", 0),
	X87_REG("fscale", "d9fd", T_CROSS), X87_REG("fxtract", "d9f4", 0),
	X87_REG("fprem", "d9f8", T_CROSS | T_CC),
	X87_REG("fprem1", "d9f5", T_CROSS | T_CC),
	X87_REG("fdecstp", "d9f6", 0), X87_REG("fincstp", "d9f7", 0),
	X87_REG("ffree 3", "ddc3", 0), X87_REG("ffreep 3", "dfc3", 0),
	X87_REG("fcmovb", "dac1", 0), X87_REG("fcmove", "dac9", 0),
	X87_REG("fcmovbe", "dad1", 0), X87_REG("fcmovu", "dad9", 0),
	X87_REG("fcmovnb", "dbc1", 0), X87_REG("fcmovne", "dbc9", 0),
	X87_REG("fcmovnbe", "dbd1", 0), X87_REG("fcmovnu", "dbd9", 0),
	X87_REG("fnclex", "dbe2", T_CC), X87_REG("fninit", "dbe3", T_CC),
	X87_REG("fnop", "d9d0", 0), X87_REG("fnsetpm", "dbe4", 0),
	X87_REG("fwait", "9b", 0), X87_REG("fnstsw ax", "dfe0", T_CC),
	X87_REG("f2xm1", "d9f0", T_FN), X87_REG("fyl2x", "d9f1", T_FN | T_CROSS),
	X87_REG("fptan", "d9f2", T_FN), X87_REG("fpatan", "d9f3", T_FN | T_CROSS),
	X87_REG("fyl2xp1", "d9f9", T_FN), X87_REG("fsincos", "d9fb", T_FN),
	X87_REG("fsin", "d9fe", T_FN), X87_REG("fcos", "d9ff", T_FN),
	/* x87: memory */
	X87_EIGHT("m32", "d8", ""), X87_EIGHT("m64", "dc", ""),
	X87_EIGHT("i32", "da", "i"), X87_EIGHT("i16", "de", "i"),
	X87_MEM("fld m32", "d9", "07", 0), X87_MEM("fst m32", "d9", "17", 0),
	X87_MEM("fstp m32", "d9", "1f", 0), X87_MEM("fld m64", "dd", "07", 0),
	X87_MEM("fst m64", "dd", "17", 0), X87_MEM("fstp m64", "dd", "1f", 0),
	X87_MEM("fld m80", "db", "2f", 0), X87_MEM("fstp m80", "db", "3f", 0),
	X87_MEM("fild i16", "df", "07", 0), X87_MEM("fild i32", "db", "07", 0),
	X87_MEM("fild i64", "df", "2f", 0), X87_MEM("fist i16", "df", "17", 0),
	X87_MEM("fist i32", "db", "17", 0), X87_MEM("fistp i16", "df", "1f", 0),
	X87_MEM("fistp i32", "db", "1f", 0), X87_MEM("fistp i64", "df", "3f", 0),
	X87_MEM("fisttp i16", "df", "0f", 0),
	X87_MEM("fisttp i32", "db", "0f", 0),
	X87_MEM("fisttp i64", "dd", "0f", 0),
	X87_MEM("fbld", "df", "27", 0), X87_MEM("fbstp", "df", "37", 0),
	X87_MEM("fldcw", "d9", "2f", 0), X87_MEM("fnstcw", "d9", "3f", 0),
	X87_MEM("fnstsw", "dd", "3f", T_CC),
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* ---- inputs ---- */

static uint64_t seed;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * UINT64_C(0x2545f4914f6cdd1d);
}

/* Two calls in one expression would leave their order to the compiler. */
static uint64_t rnd_any_size(void)
{
	uint64_t v = rnd();

	return v >> (rnd() & 63);
}

struct pair80 {
	uint16_t se;
	uint64_t m;
};
static const struct pair80 edge80[] = {
	{ 0, 0 }, { 0x8000, 0 }, { 0x3fff, UINT64_C(1) << 63 },
	{ 0xbfff, UINT64_C(1) << 63 },
	{ 0x3fff, UINT64_C(0x8000000000000001) },
	{ 0x3ffe, UINT64_C(0xffffffffffffffff) },
	{ 0x4000, UINT64_C(0xc90fdaa22168c235) },
	{ 0x4000, UINT64_C(1) << 63 }, { 0xc000, UINT64_C(0xc000000000000000) },
	{ 0x3ffe, UINT64_C(1) << 63 }, { 0x3ffd, UINT64_C(0xaaaaaaaaaaaaaaab) },
	{ 0x7fff, UINT64_C(1) << 63 }, { 0xffff, UINT64_C(1) << 63 },
	{ 0x7fff, UINT64_C(0xc000000000000000) },
	{ 0xffff, UINT64_C(0xc000000000000000) },
	{ 0x7fff, UINT64_C(0xc000000000012345) },
	{ 0xffff, UINT64_C(0xdfffffffffffffff) },
	{ 0x7fff, UINT64_C(0x8000000000000001) },
	{ 0xffff, UINT64_C(0xa000000000012345) },
	{ 0x7fff, UINT64_C(0xbfffffffffffffff) },
	{ 0x7ffe, UINT64_C(0xffffffffffffffff) },
	{ 0xfffe, UINT64_C(0xffffffffffffffff) },
	{ 0x0001, UINT64_C(1) << 63 }, { 0x8001, UINT64_C(0xffffffffffffffff) },
	{ 0, 1 }, { 0x8000, UINT64_C(0x7fffffffffffffff) },
	{ 0, UINT64_C(0x4000000000000000) },
	{ 0, UINT64_C(1) << 63 },			/* pseudo-denormal */
	{ 0x7fff, 0 }, { 0x7fff, 0x1234 },		/* pseudo-inf, -NaN */
	{ 0x4000, UINT64_C(0x7000000000000000) },	/* unnormal */
	{ 0x4000, 0 },
	{ 0x3fff - 127 + 1, UINT64_C(1) << 63 },	/* near the edges of */
	{ 0x3fff - 150, UINT64_C(0xc000000000000000) },	/* float ... */
	{ 0x3fff + 127, UINT64_C(0xffffff8000000000) },
	{ 0x3fff - 1074, UINT64_C(0xf000000000000000) }, /* ... and double */
	{ 0x3fff + 1023, UINT64_C(0xfffffffffffffc00) },
	{ 0x403e, UINT64_C(0xffffffffffffffff) },	/* integers */
	{ 0xc03e, UINT64_C(1) << 63 }, { 0x403d, UINT64_C(0xfffffffffffffffe) },
	{ 0x401e, UINT64_C(0xffffffff00000000) }, { 0xc01e, UINT64_C(1) << 63 },
	{ 0x400e, UINT64_C(0xfffe800000000000) },
	{ 0x400d, UINT64_C(0xfffe000000000000) },
	{ 0x3ffe, UINT64_C(0xc000000000000000) },
	{ 0xbffe, UINT64_C(0x9504f333f9de6484) },
};
#define EDGES80 (sizeof(edge80) / sizeof(edge80[0]))

static const uint64_t edge64[] = {
	0, UINT64_C(1) << 63, UINT64_C(0x3ff0000000000000),
	UINT64_C(0xbff0000000000000), UINT64_C(0x3ff0000000000001),
	UINT64_C(0x3fefffffffffffff), UINT64_C(0x4000000000000000),
	UINT64_C(0xc008000000000000), UINT64_C(0x3fe0000000000000),
	UINT64_C(0x3fd5555555555555), UINT64_C(0x7ff0000000000000),
	UINT64_C(0xfff0000000000000), UINT64_C(0x7ff8000000000000),
	UINT64_C(0xfff8000000000000), UINT64_C(0x7ff8000000012345),
	UINT64_C(0x7ff0000000000001), UINT64_C(0xfff4000000054321),
	UINT64_C(0x7fefffffffffffff), UINT64_C(0xffefffffffffffff),
	UINT64_C(0x0010000000000000), UINT64_C(0x801fffffffffffff), 1,
	UINT64_C(0x800fffffffffffff), UINT64_C(0x0008000000000000),
	UINT64_C(0x3810000000000000), UINT64_C(0x36a0000000000000),
	UINT64_C(0x369fffffffffffff), UINT64_C(0x47efffffe0000000),
	UINT64_C(0x47effffff0000000), UINT64_C(0x380fffffffffffff),
	UINT64_C(0x41dfffffffc00000), UINT64_C(0x41e0000000000000),
	UINT64_C(0xc1e0000000000000), UINT64_C(0xc1e0000000100000),
	UINT64_C(0x43dfffffffffffff), UINT64_C(0x43e0000000000000),
	UINT64_C(0xc3e0000000000000), UINT64_C(0x40dfffd000000000),
	UINT64_C(0x3ff8000000000000), UINT64_C(0x1e60000000000000),
};
#define EDGES64 (sizeof(edge64) / sizeof(edge64[0]))

static const uint32_t edge32[] = {
	0, 0x80000000, 0x3f800000, 0xbf800000, 0x3f800001, 0x3f7fffff,
	0x40000000, 0xc0400000, 0x3f000000, 0x3eaaaaab, 0x7f800000,
	0xff800000, 0x7fc00000, 0xffc00000, 0x7fc12345, 0x7f800001,
	0xffa54321, 0x7f7fffff, 0xff7fffff, 0x00800000, 0x80ffffff, 1,
	0x807fffff, 0x00400000, 0x4effffff, 0x4f000000, 0xcf000000,
	0x5effffff, 0x5f000000, 0xdf000000, 0x46fffe00, 0x3fc00000,
	0x1f800000, 0x7fffffff, 0x80000001, 0x0000ffff,
};
#define EDGES32 (sizeof(edge32) / sizeof(edge32[0]))

static uint32_t any32(void)
{
	uint64_t r = rnd();

	switch (r >> 61) {
	case 0: case 1: case 2:
		return edge32[(uint32_t)r % EDGES32];
	case 3:		/* near one */
		return (uint32_t)((r & 0x80ffffff) + 0x3f000000);
	case 4:		/* few bits */
		return (uint32_t)(r & 0xfff80000);
	default:
		return (uint32_t)(r >> 8);
	}
}

static uint64_t any64(void)
{
	uint64_t r = rnd();

	switch (r >> 61) {
	case 0: case 1: case 2:
		return edge64[(uint32_t)r % EDGES64];
	case 3:
		return (rnd() & UINT64_C(0x801fffffffffffff)) +
		       UINT64_C(0x3fe0000000000000);
	case 4:
		return r << 40;
	default:
		return rnd();
	}
}

static struct pair80 any80(void)
{
	uint64_t r = rnd();
	struct pair80 v = { (uint16_t)r, rnd() };

	switch (r >> 61) {
	case 0: case 1: case 2:
		return edge80[(uint32_t)(r >> 16) % EDGES80];
	case 3: case 4:
		v.se = (uint16_t)((r & 0x8000) + 0x3ff0 + (r >> 16 & 31));
		v.m |= UINT64_C(1) << 63;
		return v;
	case 5:
		v.se = (uint16_t)((r & 0x803f) + 0x3fe0);
		v.m = (v.m << 40) | UINT64_C(1) << 63;
		return v;
	case 6:
		v.se = (uint16_t)((r & 0x80ff) ? r & 0x80ff : 1);
		v.m |= UINT64_C(1) << 63;
		return v;
	default:
		v.m |= UINT64_C(1) << 63;
		return v;
	}
}

/* What the low bits of n say about how to fill the state. */
static void put_st(struct state *s, unsigned i, struct pair80 v)
{
	st64(s->fx + FX_ST + 16 * i, v.m);
	st64(s->fx + FX_ST + 16 * i + 8, v.se);
}

#define MODE_MASKED	0
#define MODE_UNMASKED	1

static void fill_vectors(const struct form *f, struct state *s, unsigned n,
			 bool cross)
{
	bool wide = strstr(f->name, "pd") || strstr(f->name, "sd");
	uint8_t *a = s->fx + FX_XMM + 16, *b = a + 16;

	for (unsigned i = 0; i < 16; i++)
		for (unsigned j = 0; j < 16; j += wide ? 8 : 4) {
			if (wide)
				st64(s->fx + FX_XMM + 16 * i + j, any64());
			else
				st32(s->fx + FX_XMM + 16 * i + j, any32());
		}
	/* few distinct bytes make interesting saturations and comparisons */
	if (!(f->flags & T_FP) && !(rnd() & 3))
		for (unsigned j = 0; j < 32; j++)
			a[j] = (uint8_t)"\0\1\x7f\x80\xff\xfe\x81\x02"[rnd() & 7];
	if (cross && wide)
		for (unsigned j = 0; j < 2; j++) {
			st64(a + 8 * j, edge64[(n + j) % EDGES64]);
			st64(b + 8 * j, edge64[n / EDGES64 % EDGES64]);
		}
	else if (cross)
		for (unsigned j = 0; j < 4; j++) {
			st32(a + 4 * j, edge32[(n + j) % EDGES32]);
			st32(b + 4 * j, edge32[n / EDGES32 % EDGES32]);
		}
	/* shifts by register: small counts */
	if (!(f->flags & T_FP) && !(rnd() & 3))
		st64(b, rnd() & 71);
	memcpy(s->mem, b, 16);
	if (f->flags & T_FP && !cross && rnd() & 1)
		for (unsigned j = 0; j < 16; j += 8)
			st64(s->mem + j, any64());
}

static void fill_memory_87(const struct form *f, struct state *s, unsigned n,
			   bool cross)
{
	unsigned i = n / EDGES80;
	struct pair80 v = any80();

	if (strstr(f->name, "m32"))
		st32(s->mem, cross ? edge32[i % EDGES32] : any32());
	else if (strstr(f->name, "m64"))
		st64(s->mem, cross ? edge64[i % EDGES64] : any64());
	else if (strstr(f->name, "fbld"))
		for (unsigned j = 0; j < 20; j++) {
			s->mem[j / 2] = (uint8_t)(s->mem[j / 2] << 4);
			s->mem[j / 2] |= (uint8_t)(rnd() % 10);
		}
	else if (strstr(f->name, "m80")) {
		st64(s->mem, v.m);
		st16(s->mem + 8, v.se);
	} else
		st64(s->mem, rnd() & 1 ? rnd() : (uint64_t)((int64_t)
		     (rnd() % 21) - 10));
}

/* State number n of a form; n is below cross for the edge pairs. */
static void make_state(const struct form *f, struct state *s, unsigned n,
		       unsigned cross, int mode)
{
	uint64_t r = rnd();
	unsigned masks = mode == MODE_MASKED ? 63 : (unsigned)(r >> 8) & 63;
	unsigned fsw = (unsigned)(r >> 16) & 0x7f7f;
	bool in_cross = n < cross;

	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < 16; i++)
		s->gpr[i] = rnd_any_size();
	for (unsigned i = 0; i < MEM_SIZE; i++)
		s->mem[i] = (uint8_t)rnd();
	s->flags = 0x202 | (rnd() & 0x8d5);
	fill_vectors(f, s, n, in_cross && !(f->flags & T_X87));
	for (unsigned i = 0; i < 8; i++) {
		struct pair80 v = any80();

		/* near each other, for cancellation */
		if (i == 1 && (r >> 40 & 7) == 0) {
			v.se = (uint16_t)(ld16(s->fx + FX_ST + 8) ^
					  (r >> 44 & 0x8001));
			v.m = ld64(s->fx + FX_ST) ^ rnd_any_size();
		}
		put_st(s, i, v);
	}
	if (in_cross && f->flags & T_X87) {
		put_st(s, 0, edge80[n % EDGES80]);
		put_st(s, 1, edge80[n / EDGES80 % EDGES80]);
	}
	if (f->flags & T_X87)
		fill_memory_87(f, s, n, in_cross);
	if (in_cross)
		r = (r & ~(UINT64_C(0xc00) << 48)) |
		    (uint64_t)(n * 4 / cross) << 58;
	/* of PC's values 1 is reserved */
	st16(s->fx + FX_FCW, (uint16_t)(0x40 | masks | (r >> 48 & 0xf00)));
	if ((r >> 56 & 3) == 0 || (r >> 48 & 0x300) == 0x100)
		st16(s->fx + FX_FCW, (uint16_t)(0x340 | masks |
						(r >> 48 & 0xc00)));
	if (mode == MODE_UNMASKED && r >> 58 & 7)
		fsw &= masks | ~63u;		/* mostly nothing pending */
	st16(s->fx + FX_FSW, (uint16_t)fsw);
	s->fx[FX_FTW] = 0xff;
	if (f->flags & T_X87) {
		unsigned top = fsw >> 11 & 7;

		/* room to push, or any tags */
		if (strncmp(f->name, "fld", 3) == 0 ||
		    strncmp(f->name, "fild", 4) == 0 ||
		    strstr("fbld fptan fsincos fxtract", f->name))
			s->fx[FX_FTW] = (uint8_t)~(1u << ((top + 7) & 7));
		if ((r >> 32 & 7) == 0)
			s->fx[FX_FTW] = (uint8_t)(r >> 24);
	}
	st32(s->fx + FX_CSR, (uint32_t)(masks << 7 | (rnd() & 0x807f) |
					(r >> 45 & 0x6000)));
	if (f->flags & T_FP && strstr(f->name, "ldmxcsr"))
		st32(s->mem, (uint32_t)rnd() & 0xffff);
	if (mode == MODE_UNMASKED)	/* nothing sticky hides a new flag */
		st32(s->fx + FX_CSR, ld32(s->fx + FX_CSR) & ~63u);
}

/* ---- code ---- */

struct code {
	uint8_t b[16];
	unsigned len;
};

static unsigned from_hex(const char *s, uint8_t *out)
{
	unsigned n = 0;

	for (; s[0]; s += 2) {
		char t[3] = { s[0], s[1], 0 };

		out[n++] = (uint8_t)strtoul(t, NULL, 16);
	}
	return n;
}

/* Variant v of a form: 0 registers 1 and 2, 1 memory, 2 the same register,
 * 3 high registers; false when there is none. */
static bool make_code(const struct form *f, unsigned v, struct code *c)
{
	static const uint8_t modrm[] = { 0xca, 0x0f, 0xc9 };
	static const uint32_t need[] = { M_RR, M_RM, M_SAME };

	c->len = from_hex(f->bytes, c->b);
	if (f->flags & M_FIX) {
		if (v)
			return false;
	} else {
		if (v > 2 || !(f->flags & need[v]))
			return false;
		c->b[c->len++] = modrm[v];
	}
	if (f->flags & M_IMM)
		c->b[c->len++] = (uint8_t)rnd();
	return true;
}

/* ---- the host ---- */

#if ORACLE

static uint8_t *code_page;		/* writable and executable */
static struct state *host_state;

/*
 * fpu_run_host(state): loads everything from the state, calls the code page,
 * stores everything. rdi is the address of mem.
 */
void fpu_run_host(struct state *s, void *code);
extern uint8_t fpu_run_host_landing[];
__asm__(
	".text\n"
	".globl fpu_run_host, fpu_run_host_landing\n"
	"fpu_run_host:\n"
	"	push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n"
	"	push %r15\n"
	"	sub $520, %rsp\n"
	"	fxsave64 (%rsp)\n"
	"	mov %rdi, %r15\n"
	"	mov %rsi, %r14\n"
	"	fxrstor64 (%r15)\n"
	"	mov 512+0*8(%r15), %rax\n mov 512+1*8(%r15), %rcx\n"
	"	mov 512+2*8(%r15), %rdx\n mov 512+3*8(%r15), %rbx\n"
	"	mov 512+5*8(%r15), %rbp\n mov 512+6*8(%r15), %rsi\n"
	"	lea 656(%r15), %rdi\n"
	"	pushq 512+16*8(%r15)\n popfq\n"
	"	call *%r14\n"
	"fpu_run_host_landing:\n"
	"	pushfq\n popq 512+16*8(%r15)\n"
	"	mov %rax, 512+0*8(%r15)\n mov %rcx, 512+1*8(%r15)\n"
	"	mov %rdx, 512+2*8(%r15)\n mov %rbx, 512+3*8(%r15)\n"
	"	mov %rbp, 512+5*8(%r15)\n mov %rsi, 512+6*8(%r15)\n"
	"	fxsave64 (%r15)\n"
	"	fninit\n"
	"	fxrstor64 (%rsp)\n"
	"	add $520, %rsp\n"
	"	pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
	"	ret\n"
);
_Static_assert(offsetof(struct state, gpr) == 512, "as the assembly has it");
_Static_assert(offsetof(struct state, flags) == 512 + 128, "");
_Static_assert(offsetof(struct state, mem) == 656, "");

static void on_sigfpe(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *r = uc->uc_mcontext.gregs;

	(void)sig, (void)info;
	host_state->fault = (uint64_t)r[REG_TRAPNO];
	/* the call's return address is on top of the stack */
	r[REG_RSP] += 8;
	r[REG_RIP] = (greg_t)(uintptr_t)fpu_run_host_landing;
}

static bool host_open(struct sigaction *old)
{
	struct sigaction sa;

	code_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code_page == MAP_FAILED)
		return false;
	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_sigfpe;
	sa.sa_flags = SA_SIGINFO;
	sigaction(SIGFPE, &sa, old);
	return true;
}

static void host_close(const struct sigaction *old)
{
	sigaction(SIGFPE, old, NULL);
	munmap(code_page, 4096);
}

static void host_load(const struct code *c)
{
	memcpy(code_page, c->b, c->len);
	code_page[c->len] = 0xc3;
}

static void run_host(struct state *s)
{
	host_state = s;
	fpu_run_host(s, code_page);
}
#endif

/* ---- the engine ---- */

static struct engine *eng;
static uint8_t *page;			/* guest memory at GUEST */
#define GUEST	UINT64_C(0x10000)
#define CODE	2048u			/* where in the page */
static struct op ops[8];
static bool arrived;

static const struct op *stop_here(struct cpu *cpu, const struct op *op)
{
	(void)cpu, (void)op;
	arrived = true;
	return NULL;
}

static bool engine_open(void)
{
	struct cpu *cpu;

	eng = aligned_alloc(64, (sizeof(*eng) + 63) / 64 * 64);
	page = aligned_alloc(4096, 4096);
	if (!eng || !page)
		return false;
	memset(eng, 0, sizeof(*eng));
	memset(page, 0, 4096);
	cpu = &eng->cpu;
	cpu->tlb_r = &eng->tlb[0].e[0][0];
	cpu->tlb_w = &eng->tlb[0].e[0][1];
	for (unsigned i = 0; i < TLB_SETS * 2; i++)
		eng->tlb[tlb_index(GUEST)].e[i / 2][i % 2] =
			(struct tlb_entry){ GUEST, page };
	R(R_IP) = GUEST + CODE;
	cpu->mode = MODE_CODE64 | MODE_STACK32 | MODE_STACK64 | MODE_FLAT |
		    MODE_PROT | MODE_LONG;
	cpu->ip_mask = ~(uint64_t)0;
	cpu->lin_mask = ~(uint64_t)0;
	cpu->cr0 = CR0_PE | CR0_NE | CR0_MP;
	cpu->cr4 = CR4_OSFXSR | CR4_OSXMMEXCPT;
	cpu->efer = EFER_LME | EFER_LMA;
	cpu->xcr0 = 3;
	cpu->limit = ~(uint64_t)0;
	return true;
}

static void engine_close(void)
{
	free(eng);
	free(page);
}

/* One op, filled as lower.c fills it for the selectors (select.h); a memory
 * operand is [rdi]. */
static bool engine_load(const struct code *c)
{
	struct x86_insn in;

	if (vc__decode(&in, c->b, c->len, X86_MODE64) != (int)c->len)
		return false;
	memcpy(page + CODE, c->b, c->len);
	memset(ops, 0, sizeof(ops));
	ops[0].base = R_RDI;
	ops[0].seg = VC_SEG_DS;
	ops[0].len = in.len;
	ops[0].left = 1;
	ops[0].imm = in.imm;
	ops[0].aux = in.osize | (uint32_t)in.asize << 8 |
		     (uint32_t)in.prefixes << 16 | (uint32_t)in.cond << 24;
	ops[1].fn = stop_here;
	return vc__select_fpu(&in, &ops[0]);
}

static void run_engine(struct state *s, bool soft)
{
	struct cpu *cpu = &eng->cpu;
	uint8_t area[VC_XSAVE_SIZE];
	const struct op *op;

	memset(area, 0, sizeof(area));
	memcpy(area, s->fx, 512);
	st64(area + 512, 3);
	cpu->fpu_soft = soft;
	CU_ASSERT_EQUAL(vc__xsave_set(cpu, area), 0);
	vc__fpu_update(cpu);
	for (unsigned i = 0; i < 16; i++)
		R(i) = s->gpr[i];
	R(R_RDI) = GUEST;
	rflags_set(cpu, s->flags);
	memcpy(page, s->mem, MEM_SIZE);
	cpu->retired = 1;
	arrived = false;
	vc__fpu_enter(cpu);
	for (op = ops; op; )
		op = op->fn(cpu, op);
	vc__fpu_leave(cpu);
	s->fault = arrived ? 0 : cpu->fault.vector;
	vc__xsave_get(cpu, area);
	memcpy(s->fx, area, 512);
	for (unsigned i = 0; i < 16; i++)
		if (i != R_RDI && i != R_RSP)
			s->gpr[i] = R(i);
	s->flags = rflags_get(cpu);
	memcpy(s->mem, page, MEM_SIZE);
}

/* ---- comparison ---- */

/* Undefined and uncompared things become zeros. */
static void normalise(const struct form *f, struct state *s)
{
	uint16_t fsw = ld16(s->fx + FX_FSW);

	if (!(f->flags & T_CC))
		fsw &= (uint16_t)~(FSW_C0 | FSW_C2 | FSW_C3);
	if (f->flags & T_FN && !(f->flags & T_CC))
		fsw |= ld16(s->fx + FX_FSW) & FSW_C2;
	st16(s->fx + FX_FSW, fsw);
	memset(s->fx + 5, 0, 19);		/* FOP, FIP, FDP */
	memset(s->fx + 28, 0, 4);		/* MXCSR_MASK */
	memset(s->fx + 416, 0, 96);
	s->gpr[R_RDI] = 0;
	s->gpr[R_RSP] = 0;
	for (unsigned i = 8; i < 16; i++)	/* the host's are not loaded */
		s->gpr[i] = 0;
	s->flags &= 0xcd5;
}

/* The value as an integer that grows by one from each number to the next. */
static bool neighbours(const uint8_t *a, const uint8_t *b)
{
	uint64_t x = ld64(a), y = ld64(b);
	uint64_t ex = ld16(a + 8), ey = ld16(b + 8);

	if (ex == ey)
		return x - y == 1 || y - x == 1;
	if (ex + 1 == ey)	/* also from denormals to normals */
		return (ex & 0x7fff ? !(x + 1) : x == ~(uint64_t)0 >> 1) &&
		       y == UINT64_C(1) << 63;
	return ey + 1 == ex && neighbours(b, a);
}

/* softfp.c's transcendentals: each ST the same or a neighbour, C1 open, and
 * where results differ UE too, which may hang on the last bit. */
static bool forgive_functions(const struct form *f, const struct state *in,
			      const struct state *w, struct state *g)
{
	unsigned open = FSW_C1;
	uint16_t e = ld16(in->fx + FX_ST + 8) & 0x7fff;

	/* undefined: 1 + x, where |x| > 1 - sqrt(1/2) */
	if (!strcmp(f->name, "fyl2xp1") && e >= 0x3ffd)
		return true;
	for (unsigned i = 0; i < 128; i += 16) {
		if (!memcmp(w->fx + FX_ST + i, g->fx + FX_ST + i, 10))
			continue;
		if (!neighbours(w->fx + FX_ST + i, g->fx + FX_ST + i))
			return false;
		memcpy(g->fx + FX_ST + i, w->fx + FX_ST + i, 10);
		open |= SF_UE | FSW_ES | FSW_B;
	}
	st16(g->fx + FX_FSW, (uint16_t)((ld16(g->fx + FX_FSW) & ~open) |
					(ld16(w->fx + FX_FSW) & open)));
	return !memcmp(w, g, sizeof(*w));
}

#if ORACLE
static void forgive_approximations(const struct state *w, struct state *g)
{
	for (unsigned i = 0; i < 4; i++) {
		uint32_t x = ld32(w->fx + FX_XMM + 16 + 4 * i);
		uint32_t y = ld32(g->fx + FX_XMM + 16 + 4 * i);
		uint32_t d = x > y ? x - y : y - x;

		/* 1.5 * 2^-12 from each; zero or the least normal */
		if (d <= 8192 || (x | y) << 1 <= 0x01002000)
			st32(g->fx + FX_XMM + 16 + 4 * i, x);
	}
}

/* Is got what it should be? soft: by softfp.c. */
static bool same(const struct form *f, const struct state *in,
		 const struct state *want, const struct state *got, bool soft)
{
	struct state g = *got;

	if (soft && f->flags & T_FN)
		return forgive_functions(f, in, want, &g);
	if (soft && f->flags & T_RCP)
		forgive_approximations(want, &g);
	return !memcmp(want, &g, sizeof(g));
}

static void dump(const char *title, const struct state *s)
{
	fprintf(stderr, " %s: fault %u fcw %04x fsw %04x ftw %02x csr %04x "
		"flags %03x\n", title, (unsigned)s->fault,
		ld16(s->fx + FX_FCW), ld16(s->fx + FX_FSW), s->fx[FX_FTW],
		ld32(s->fx + FX_CSR), (unsigned)s->flags);
	fprintf(stderr, "  rax %016llx rcx %016llx rdx %016llx mem",
		(unsigned long long)s->gpr[0], (unsigned long long)s->gpr[1],
		(unsigned long long)s->gpr[2]);
	for (unsigned i = 0; i < 16; i++)
		fprintf(stderr, "%s%02x", i & 7 ? "" : " ", s->mem[i]);
	fprintf(stderr, "\n ");
	for (unsigned i = 0; i < 8; i++)
		fprintf(stderr, " %04x.%016llx", ld16(s->fx + FX_ST + 16 * i + 8),
			(unsigned long long)ld64(s->fx + FX_ST + 16 * i));
	fprintf(stderr, "\n  x1 %016llx %016llx x2 %016llx %016llx\n",
		(unsigned long long)ld64(s->fx + FX_XMM + 24),
		(unsigned long long)ld64(s->fx + FX_XMM + 16),
		(unsigned long long)ld64(s->fx + FX_XMM + 40),
		(unsigned long long)ld64(s->fx + FX_XMM + 32));
}
#endif

static uint64_t hash(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t hash_state(uint64_t h, const struct state *s)
{
	uint8_t t[8 * 18];	/* byte order must not matter */

	for (unsigned i = 0; i < 16; i++)
		st64(t + 8 * i, s->gpr[i]);
	st64(t + 128, s->flags);
	st64(t + 136, s->fault);
	h = hash(h, s->fx, sizeof(s->fx));
	h = hash(h, t, sizeof(t));
	return hash(h, s->mem, sizeof(s->mem));
}

/* ---- running a form ---- */

/* The edge values, or pairs of them, in each rounding mode. */
static unsigned cross_of(const struct form *f)
{
	unsigned n = f->flags & T_X87 ? EDGES80 : EDGES64;

	return 4 * n * (f->flags & T_CROSS ? n : 1);
}

#if ORACLE
static unsigned states_random(void)
{
	const char *v = getenv("VC_FPU_STATES");
	unsigned n = v ? (unsigned)strtoul(v, NULL, 10) : 0;

	return n ? n : 1000;
}

static unsigned check_form(const struct form *f, unsigned v, int mode,
			   unsigned extra)
{
	unsigned cross = cross_of(f), n, bad = 0;
	struct code c;

	seed = UINT64_C(88172645463325252) + (uint64_t)mode;
	for (n = 0; n < cross + extra && bad < 3; n++) {
		struct state in, want, got;

		if (!n || f->flags & M_IMM) {
			if (!make_code(f, v, &c))
				return 0;
			host_load(&c);
			if (!engine_load(&c)) {
				fprintf(stderr, "%s: not decoded\n", f->name);
				return 1;
			}
		}
		make_state(f, &in, n, cross, mode);
		want = in;
		run_host(&want);
		normalise(f, &want);
		for (int soft = 0; soft < 2; soft++) {
			got = in;
			run_engine(&got, soft);
			normalise(f, &got);
			if (same(f, &in, &want, &got, soft || !VC_HOSTFP ||
				 (mode && f->flags & T_FN)))
				continue;
			bad++;
			fprintf(stderr, "%s (variant %u, state %u, mode %d, "
				"%s)\n", f->name, v, n, mode,
				soft ? "soft" : "host");
			dump("in  ", &in);
			dump("want", &want);
			dump("got ", &got);
		}
	}
	return bad;
}

static void check_forms(uint32_t any, uint32_t none, int mode)
{
	const char *only = getenv("VC_FPU_FORM");
	struct sigaction old;
	unsigned bad = 0;

	if (!host_open(&old))
		RIG_SKIP("no executable memory");
	if (!engine_open()) {
		host_close(&old);
		CU_FAIL("out of memory");
		return;
	}
	for (unsigned i = 0; i < FORMS; i++) {
		const struct form *f = &forms[i];
		unsigned extra = states_random();

		if ((any && !(f->flags & any)) || f->flags & none ||
		    (only && strcmp(only, f->name)))
			continue;
		for (unsigned v = 0; v < 3; v++)
			bad += check_form(f, v, mode, extra) != 0;
	}
	CU_ASSERT_EQUAL(bad, 0);
	engine_close();
	host_close(&old);
}
#else
static void check_forms(uint32_t any, uint32_t none, int mode)
{
	(void)any, (void)none, (void)mode;
	RIG_SKIP("the host is no x86-64: see the stored results");
}
#endif

/* ---- stored results ---- */

struct vector {
	const char *name;
	unsigned variant;
	uint64_t hash[2];	/* masked, unmasked */
};
struct function_vector {
	const char *name;
	unsigned n;
	uint16_t fsw;
	struct pair80 st[2];
};
#define VECTOR(name, variant, masked, unmasked) \
	{ name, variant, { UINT64_C(masked), UINT64_C(unmasked) } },
#define FUNCTION(name, n, fsw, se0, m0, se1, m1) \
	{ name, n, fsw, { { se0, UINT64_C(m0) }, { se1, UINT64_C(m1) } } },
#include "fpu_vectors.h"

/* A part of check_form()'s states. */
#define VECTOR_STEP	7u
#define VECTOR_RANDOM	150u
#define FUNCTION_STEP	3u

typedef void run_fn(struct state *s);

static void run_soft(struct state *s)
{
	run_engine(s, true);
}

static uint64_t form_hash(const struct form *f, unsigned v, int mode,
			  run_fn *run, bool host)
{
	unsigned cross = cross_of(f), n;
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	struct code c;

	seed = UINT64_C(88172645463325252) + (uint64_t)mode;
	for (n = 0; n < cross + VECTOR_RANDOM * VECTOR_STEP; n += VECTOR_STEP) {
		struct state s;

		if (!n || f->flags & M_IMM) {
			if (!make_code(f, v, &c))
				return 0;
#if ORACLE
			if (host)
				host_load(&c);
			else
#endif
			if (!engine_load(&c))
				return 1;
		}
		make_state(f, &s, n, cross, mode);
		run(&s);
		normalise(f, &s);
		h = hash_state(h, &s);
	}
	(void)host;
	return h;
}

static void function_state(const struct form *f, struct state *s, unsigned n)
{
	seed = UINT64_C(0x9e3779b97f4a7c15) * (n + 1);
	make_state(f, s, n, cross_of(f), MODE_MASKED);
	s->fx[FX_FTW] = (uint8_t)~(1u << (((ld16(s->fx + FX_FSW) >> 11) + 7) & 7));
}

static const struct form *form_named(const char *name)
{
	for (unsigned i = 0; i < FORMS; i++)
		if (!strcmp(forms[i].name, name))
			return &forms[i];
	return NULL;
}

#if ORACLE
static bool hashed(const struct form *f)
{
	return !(f->flags & (T_FN | T_RCP));
}

/* Write fpu_vectors.h anew. */
static void write_vectors(FILE *out)
{
	fputs("/* SPDX-License-Identifier: MIT */\n"
	      "/*\n * fpu_vectors.h: made by test_engine_fpu.c on an x86-64 "
	      "host, from what its\n * processor did.\n */\n"
	      "static const struct vector vectors[] = {\n", out);
	for (unsigned i = 0; i < FORMS; i++)
		for (unsigned v = 0; v < 3; v++) {
			const struct form *f = &forms[i];
			uint64_t h[2];

			if (!hashed(f))
				continue;
			h[0] = form_hash(f, v, MODE_MASKED, run_host, true);
			h[1] = form_hash(f, v, MODE_UNMASKED, run_host, true);
			if (h[0])
				fprintf(out, "VECTOR(\"%s\", %u, 0x%016llx,\n"
					"       0x%016llx)\n", f->name, v,
					(unsigned long long)h[0],
					(unsigned long long)h[1]);
		}
	fputs("};\n\nstatic const struct function_vector functions[] = {\n",
	      out);
	for (unsigned i = 0; i < FORMS; i++) {
		const struct form *f = &forms[i];
		struct code c;

		if (!(f->flags & T_FN) || !make_code(f, 0, &c))
			continue;
		host_load(&c);
		for (unsigned n = 0; n < 60; n++) {
			struct state s;

			function_state(f, &s, FUNCTION_STEP * n);
			run_host(&s);
			normalise(f, &s);
			fprintf(out, "FUNCTION(\"%s\", %u, 0x%04x, 0x%04x, "
				"0x%016llx,\n\t 0x%04x, 0x%016llx)\n",
				f->name, FUNCTION_STEP * n, ld16(s.fx + FX_FSW),
				ld16(s.fx + FX_ST + 8),
				(unsigned long long)ld64(s.fx + FX_ST),
				ld16(s.fx + FX_ST + 24),
				(unsigned long long)ld64(s.fx + FX_ST + 16));
		}
	}
	fputs("};\n", out);
}

static bool asked_to_write(void)
{
	const char *path = getenv("VC_FPU_VECTORS");
	struct sigaction old;
	FILE *out = path ? fopen(path, "w") : NULL;

	if (!out)
		return false;
	if (host_open(&old)) {
		write_vectors(out);
		host_close(&old);
	}
	CU_ASSERT_EQUAL(fclose(out), 0);
	return true;
}
#else
static bool asked_to_write(void)
{
	return false;
}
#endif

static void test_fpu_software_as_a_host_did(void)
{
	unsigned bad = 0;

	if (asked_to_write())
		return;
	if (!engine_open()) {
		CU_FAIL("out of memory");
		return;
	}
	CU_ASSERT(sizeof(vectors) / sizeof(vectors[0]) > 400);
	for (unsigned i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *w = &vectors[i];
		const struct form *f = form_named(w->name);

		for (int mode = 0; mode < 2; mode++) {
			if (f && form_hash(f, w->variant, mode, run_soft,
					   false) == w->hash[mode])
				continue;
			bad++;
			fprintf(stderr, "%s (variant %u, mode %d): other "
				"results\n", w->name, w->variant, mode);
		}
	}
	CU_ASSERT_EQUAL(bad, 0);
	engine_close();
}

static bool function_same(const struct function_vector *w)
{
	const struct form *f = form_named(w->name);
	struct state s, in, want;
	struct code c;

	if (!f || !make_code(f, 0, &c) || !engine_load(&c))
		return false;
	function_state(f, &in, w->n);
	s = in;
	run_engine(&s, true);
	normalise(f, &s);
	want = s;
	st16(want.fx + FX_FSW, w->fsw);
	put_st(&want, 0, w->st[0]);
	put_st(&want, 1, w->st[1]);
	return forgive_functions(f, &in, &want, &s);
}

static void test_fpu_functions_as_a_host_did(void)
{
	unsigned bad = 0;

	if (asked_to_write())
		return;
	if (!engine_open()) {
		CU_FAIL("out of memory");
		return;
	}
	CU_ASSERT(sizeof(functions) / sizeof(functions[0]) > 400);
	for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (function_same(&functions[i]))
			continue;
		bad++;
		fprintf(stderr, "%s (%u): another result\n", functions[i].name,
			functions[i].n);
	}
	CU_ASSERT_EQUAL(bad, 0);
	engine_close();
}

/* ---- the portable kernels of the integer operations ---- */

/* Against the operations, which on x86-64 hosts are the host's own. */
#define KERNEL5(NAME, name, bits, expr, intrin) \
	{ #name, vc__lane_##name, vc__op_x_##name##_rr },
#define KERNEL3(NAME, name, intrin) \
	{ #name, vc__lane_##name, vc__op_x_##name##_rr },
#define DECLARE5(NAME, name, bits, expr, intrin) OP_DECLARE(x_##name##_rr);
#define DECLARE3(NAME, name, intrin) OP_DECLARE(x_##name##_rr);
LANE_OPS(DECLARE5)
LANE_MIXES(DECLARE3)
LANE_UNPACKS(DECLARE3)
LANE_QDQ(DECLARE3)

static void test_fpu_portable_kernels_as_the_operations(void)
{
	static const struct {
		const char *name;
		lane_fn *kernel;
		op_fn op;
	} rows[] = {
		LANE_OPS(KERNEL5) LANE_MIXES(KERNEL3) LANE_UNPACKS(KERNEL3)
		LANE_QDQ(KERNEL3)
	};
	static const struct form plain = { "plain", "", 0 };
	struct cpu *cpu;
	unsigned bad = 0;

	if (!engine_open()) {
		CU_FAIL("out of memory");
		return;
	}
	cpu = &eng->cpu;
	vc__fpu_update(cpu);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(ops, 0, sizeof(ops));
		ops[0].fn = rows[i].op;
		simd_operands(&ops[0], 1, 2);
		ops[1].fn = stop_here;
		for (unsigned n = 0; n < 1000; n++) {
			struct state s;
			uint8_t d[16];

			make_state(&plain, &s, n, 0, MODE_MASKED);
			memcpy(cpu->v[1].b, s.fx + FX_XMM + 16, 16);
			memcpy(cpu->v[2].b, s.fx + FX_XMM + 32, 16);
			memcpy(d, cpu->v[1].b, 16);
			rows[i].kernel(d, cpu->v[2].b, 16);
			for (const struct op *op = ops; op; )
				op = op->fn(cpu, op);
			bad += memcmp(d, cpu->v[1].b, 16) != 0;
		}
		if (bad)
			fprintf(stderr, "%s\n", rows[i].name);
		CU_ASSERT_EQUAL(bad, 0);
		bad = 0;
	}
	engine_close();
}

/* ---- the tests ---- */

static void test_fpu_x87_as_the_host_does_masked(void)
{
	check_forms(T_X87, T_FN, MODE_MASKED);
}

static void test_fpu_x87_as_the_host_does_unmasked(void)
{
	check_forms(T_X87, T_FN, MODE_UNMASKED);
}

static void test_fpu_x87_functions_as_the_host_does_masked(void)
{
	check_forms(T_FN, 0, MODE_MASKED);
}

static void test_fpu_x87_functions_as_the_host_does_unmasked(void)
{
	check_forms(T_FN, 0, MODE_UNMASKED);
}

static void test_fpu_sse_as_the_host_does_masked(void)
{
	check_forms(T_FP, T_X87, MODE_MASKED);
}

static void test_fpu_sse_as_the_host_does_unmasked(void)
{
	check_forms(T_FP, T_X87, MODE_UNMASKED);
}

static void test_fpu_integer_simd_as_the_host_does(void)
{
	check_forms(0, T_X87 | T_FP | T_MMX, MODE_MASKED);
}

static void test_fpu_mmx_as_the_host_does(void)
{
	check_forms(T_MMX, 0, MODE_MASKED);
}

static void test_fpu_mmx_waits_for_exceptions(void)
{
	check_forms(T_MMX, 0, MODE_UNMASKED);
}

RIG_SUITE(engine_fpu) {
	RIG_TEST(test_fpu_software_as_a_host_did),
	RIG_TEST(test_fpu_functions_as_a_host_did),
	RIG_TEST(test_fpu_portable_kernels_as_the_operations),
	RIG_TEST(test_fpu_x87_as_the_host_does_masked),
	RIG_TEST(test_fpu_x87_as_the_host_does_unmasked),
	RIG_TEST(test_fpu_x87_functions_as_the_host_does_masked),
	RIG_TEST(test_fpu_x87_functions_as_the_host_does_unmasked),
	RIG_TEST(test_fpu_sse_as_the_host_does_masked),
	RIG_TEST(test_fpu_sse_as_the_host_does_unmasked),
	RIG_TEST(test_fpu_integer_simd_as_the_host_does),
	RIG_TEST(test_fpu_mmx_as_the_host_does),
	RIG_TEST(test_fpu_mmx_waits_for_exceptions),
	RIG_END
};
