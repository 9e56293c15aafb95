/* SPDX-License-Identifier: MIT */
/*
 * vextab.c: the opcode maps of VEX, SDM 2D appendix A and the instructions'
 * own pages for VEX.L and VEX.W. A row without a rule takes both lengths and
 * ignores W; what is not named here is #UD with VEX. Forms, accesses, flags
 * and rules are explained in optab.h.
 */
#include "optab.h"

#define AVX	(X86_AVX | X86_MAY_FAULT)

enum group {
	GV_12, GV_13, GV_14, GV_15, GV_17, GV_MOVLPS, GV_MOVHPS, GV_MOVSS,
	GV_MOVSD, GV_MOVSS_ST, GV_MOVSD_ST, GV_BCASTSS, GV_BCASTSD,
};

#define GROUP(g)	X86_OP_COUNT + (g)
#define AT_REG		3, 7
#define AT_MOD		0, 0	/* a row for memory, a row for registers */

/*
 * Columns: operation, operands, access, flags, CPUID feature, attributes and
 * rules for VEX.L and VEX.W.
 */

/* 0F */
const struct x86_row vc__x86_vex0f[4][256] = {
{	/* no prefix */
	[0x10] = { X86_MOVUPS, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x11] = { X86_MOVUPS, { Wx, Vx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x12] = { GROUP(GV_MOVLPS), { 0 }, ___, F__, 0, 0 },
	[0x13] = { X86_MOVLPS, { Mq, Vq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x14] = { X86_UNPCKLPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x15] = { X86_UNPCKHPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x16] = { GROUP(GV_MOVHPS), { 0 }, ___, F__, 0, 0 },
	[0x17] = { X86_MOVHPS, { Mq, Vq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x28] = { X86_MOVAPS, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0x29] = { X86_MOVAPS, { Wx, Vx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0x2b] = { X86_MOVNTPS, { Mx, Vx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0x2e] = { X86_UCOMISS, { Vd, Wd }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_LIG },
	[0x2f] = { X86_COMISS, { Vd, Wd }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_LIG },
	[0x50] = { X86_MOVMSKPS, { Gd, Ux }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x51] = { X86_SQRTPS, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x52] = { X86_RSQRTPS, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x53] = { X86_RCPPS, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x54] = { X86_ANDPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x55] = { X86_ANDNPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x56] = { X86_ORPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x57] = { X86_XORPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x58] = { X86_ADDPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x59] = { X86_MULPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5a] = { X86_CVTPS2PD, { Vx, Wh }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5b] = { X86_CVTDQ2PS, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5c] = { X86_SUBPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5d] = { X86_MINPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5e] = { X86_DIVPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5f] = { X86_MAXPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x77] = { X86_VZEROUPPER, { 0 }, ___, F__, X86_FEAT_AVX, AVX | V_LNEXT },
	[0xae] = { GROUP(GV_15), { 0 }, ___, F__, 0, 0 },
	[0xc2] = { X86_CMPPS, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xc6] = { X86_SHUFPS, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
},
{	/* 66 */
	[0x10] = { X86_MOVUPD, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x11] = { X86_MOVUPD, { Wx, Vx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x12] = { X86_MOVLPD, { Vdq, Hdq, Mq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x13] = { X86_MOVLPD, { Mq, Vq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x14] = { X86_UNPCKLPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x15] = { X86_UNPCKHPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x16] = { X86_MOVHPD, { Vdq, Hdq, Mq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x17] = { X86_MOVHPD, { Mq, Vq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x28] = { X86_MOVAPD, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0x29] = { X86_MOVAPD, { Wx, Vx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0x2b] = { X86_MOVNTPD, { Mx, Vx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0x2e] = { X86_UCOMISD, { Vq, Wq }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_LIG },
	[0x2f] = { X86_COMISD, { Vq, Wq }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_LIG },
	[0x50] = { X86_MOVMSKPD, { Gd, Ux }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x51] = { X86_SQRTPD, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x54] = { X86_ANDPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x55] = { X86_ANDNPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x56] = { X86_ORPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x57] = { X86_XORPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x58] = { X86_ADDPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x59] = { X86_MULPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5a] = { X86_CVTPD2PS, { Vdq, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5b] = { X86_CVTPS2DQ, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5c] = { X86_SUBPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5d] = { X86_MINPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5e] = { X86_DIVPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5f] = { X86_MAXPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x60] = { X86_PUNPCKLBW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x61] = { X86_PUNPCKLWD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x62] = { X86_PUNPCKLDQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x63] = { X86_PACKSSWB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x64] = { X86_PCMPGTB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x65] = { X86_PCMPGTW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x66] = { X86_PCMPGTD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x67] = { X86_PACKUSWB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x68] = { X86_PUNPCKHBW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x69] = { X86_PUNPCKHWD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x6a] = { X86_PUNPCKHDQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x6b] = { X86_PACKSSDW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x6c] = { X86_PUNPCKLQDQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x6d] = { X86_PUNPCKHQDQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x6e] = { X86_MOVD, { Vdq, Ey }, WRR, F__, X86_FEAT_AVX, AVX | OT_WNEXT | V_L0 },
	[0x6f] = { X86_MOVDQA, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0x70] = { X86_PSHUFD, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x71] = { GROUP(GV_12), { Hx, Ux, Ib }, ___, F__, 0, V_INT },
	[0x72] = { GROUP(GV_13), { Hx, Ux, Ib }, ___, F__, 0, V_INT },
	[0x73] = { GROUP(GV_14), { Hx, Ux, Ib }, ___, F__, 0, V_INT },
	[0x74] = { X86_PCMPEQB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x75] = { X86_PCMPEQW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x76] = { X86_PCMPEQD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x7c] = { X86_HADDPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x7d] = { X86_HSUBPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x7e] = { X86_MOVD, { Ey, Vdq }, WRR, F__, X86_FEAT_AVX, AVX | OT_WNEXT | V_L0 },
	[0x7f] = { X86_MOVDQA, { Wx, Vx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0xc2] = { X86_CMPPD, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xc4] = { X86_PINSRW, { Vdq, Hdq, RdMw, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0xc5] = { X86_PEXTRW, { Gd, Udq, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0xc6] = { X86_SHUFPD, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xd0] = { X86_ADDSUBPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xd1] = { X86_PSRLW, { Vx, Hx, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xd2] = { X86_PSRLD, { Vx, Hx, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xd3] = { X86_PSRLQ, { Vx, Hx, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xd4] = { X86_PADDQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xd5] = { X86_PMULLW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xd6] = { X86_MOVQ, { WdqMq, Vq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0xd7] = { X86_PMOVMSKB, { Gd, Ux }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xd8] = { X86_PSUBUSB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xd9] = { X86_PSUBUSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xda] = { X86_PMINUB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xdb] = { X86_PAND, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xdc] = { X86_PADDUSB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xdd] = { X86_PADDUSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xde] = { X86_PMAXUB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xdf] = { X86_PANDN, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xe0] = { X86_PAVGB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xe1] = { X86_PSRAW, { Vx, Hx, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xe2] = { X86_PSRAD, { Vx, Hx, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xe3] = { X86_PAVGW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xe4] = { X86_PMULHUW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xe5] = { X86_PMULHW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xe6] = { X86_CVTTPD2DQ, { Vdq, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xe7] = { X86_MOVNTDQ, { Mx, Vx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN },
	[0xe8] = { X86_PSUBSB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xe9] = { X86_PSUBSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xea] = { X86_PMINSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xeb] = { X86_POR, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xec] = { X86_PADDSB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xed] = { X86_PADDSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xee] = { X86_PMAXSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xef] = { X86_PXOR, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xf1] = { X86_PSLLW, { Vx, Hx, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xf2] = { X86_PSLLD, { Vx, Hx, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xf3] = { X86_PSLLQ, { Vx, Hx, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xf4] = { X86_PMULUDQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xf5] = { X86_PMADDWD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xf6] = { X86_PSADBW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xf7] = { X86_MASKMOVDQU, { Vdq, Udq }, RRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0xf8] = { X86_PSUBB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xf9] = { X86_PSUBW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xfa] = { X86_PSUBD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xfb] = { X86_PSUBQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xfc] = { X86_PADDB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xfd] = { X86_PADDW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0xfe] = { X86_PADDD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
},
{	/* F3 */
	[0x10] = { GROUP(GV_MOVSS), { 0 }, ___, F__, 0, 0 },
	[0x11] = { GROUP(GV_MOVSS_ST), { 0 }, ___, F__, 0, 0 },
	[0x12] = { X86_MOVSLDUP, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x16] = { X86_MOVSHDUP, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x2a] = { X86_CVTSI2SS, { Vdq, Hdq, Ey }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x2c] = { X86_CVTTSS2SI, { Gy, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x2d] = { X86_CVTSS2SI, { Gy, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x51] = { X86_SQRTSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x52] = { X86_RSQRTSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x53] = { X86_RCPSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x58] = { X86_ADDSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x59] = { X86_MULSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5a] = { X86_CVTSS2SD, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5b] = { X86_CVTTPS2DQ, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x5c] = { X86_SUBSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5d] = { X86_MINSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5e] = { X86_DIVSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5f] = { X86_MAXSS, { Vdq, Hdq, Wd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x6f] = { X86_MOVDQU, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x70] = { X86_PSHUFHW, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x7e] = { X86_MOVQ, { Vdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x7f] = { X86_MOVDQU, { Wx, Vx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xc2] = { X86_CMPSS, { Vdq, Hdq, Wd, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0xe6] = { X86_CVTDQ2PD, { Vx, Wh }, WRR, F__, X86_FEAT_AVX, AVX },
},
{	/* F2 */
	[0x10] = { GROUP(GV_MOVSD), { 0 }, ___, F__, 0, 0 },
	[0x11] = { GROUP(GV_MOVSD_ST), { 0 }, ___, F__, 0, 0 },
	[0x12] = { X86_MOVDDUP, { Vx, Wddup }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x2a] = { X86_CVTSI2SD, { Vdq, Hdq, Ey }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x2c] = { X86_CVTTSD2SI, { Gy, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x2d] = { X86_CVTSD2SI, { Gy, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x51] = { X86_SQRTSD, { Vdq, Hdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x58] = { X86_ADDSD, { Vdq, Hdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x59] = { X86_MULSD, { Vdq, Hdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5a] = { X86_CVTSD2SS, { Vdq, Hdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5c] = { X86_SUBSD, { Vdq, Hdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5d] = { X86_MINSD, { Vdq, Hdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5e] = { X86_DIVSD, { Vdq, Hdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x5f] = { X86_MAXSD, { Vdq, Hdq, Wq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x70] = { X86_PSHUFLW, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x7c] = { X86_HADDPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x7d] = { X86_HSUBPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xc2] = { X86_CMPSD, { Vdq, Hdq, Wq, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0xd0] = { X86_ADDSUBPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xe6] = { X86_CVTPD2DQ, { Vdq, Wx }, WRR, F__, X86_FEAT_AVX, AVX },
	[0xf0] = { X86_LDDQU, { Vx, Mx }, WRR, F__, X86_FEAT_AVX, AVX },
},
};

/* 0F38 */
const struct x86_row vc__x86_vex0f38[4][256] = {
{	/* no prefix */
	[0xf2] = { X86_ANDN, { Gy, By, Ey }, WRR, F_ANDN, X86_FEAT_BMI1, V_L0 },
	[0xf3] = { GROUP(GV_17), { By, Ey }, ___, F__, 0, V_L0 },
	[0xf5] = { X86_BZHI, { Gy, Ey, By }, WRR, F_ANDN, X86_FEAT_BMI2, V_L0 },
	[0xf7] = { X86_BEXTR, { Gy, Ey, By }, WRR, F_BEXTR, X86_FEAT_BMI1, V_L0 },
},
{	/* 66 */
	[0x00] = { X86_PSHUFB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x01] = { X86_PHADDW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x02] = { X86_PHADDD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x03] = { X86_PHADDSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x04] = { X86_PMADDUBSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x05] = { X86_PHSUBW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x06] = { X86_PHSUBD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x07] = { X86_PHSUBSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x08] = { X86_PSIGNB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x09] = { X86_PSIGNW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x0a] = { X86_PSIGND, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x0b] = { X86_PMULHRSW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x0c] = { X86_VPERMILPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x0d] = { X86_VPERMILPD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x0e] = { X86_VTESTPS, { Vx, Wx }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_W0 },
	[0x0f] = { X86_VTESTPD, { Vx, Wx }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_W0 },
	[0x13] = { X86_VCVTPH2PS, { Vx, Wh }, WRR, F__, X86_FEAT_F16C, AVX | V_W0 },
	[0x16] = { X86_VPERMPS, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX2, AVX | V_L1 | V_W0 },
	[0x17] = { X86_PTEST, { Vx, Wx }, RRR, F_ADD, X86_FEAT_AVX, AVX },
	[0x18] = { GROUP(GV_BCASTSS), { 0 }, ___, F__, 0, 0 },
	[0x19] = { GROUP(GV_BCASTSD), { 0 }, ___, F__, 0, 0 },
	[0x1a] = { X86_VBROADCASTF128, { Vx, Mdq }, WRR, F__, X86_FEAT_AVX, AVX | V_L1 | V_W0 },
	[0x1c] = { X86_PABSB, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x1d] = { X86_PABSW, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x1e] = { X86_PABSD, { Vx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x20] = { X86_PMOVSXBW, { Vx, Wh }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x21] = { X86_PMOVSXBD, { Vx, Wf }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x22] = { X86_PMOVSXBQ, { Vx, We }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x23] = { X86_PMOVSXWD, { Vx, Wh }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x24] = { X86_PMOVSXWQ, { Vx, Wf }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x25] = { X86_PMOVSXDQ, { Vx, Wh }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x28] = { X86_PMULDQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x29] = { X86_PCMPEQQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x2a] = { X86_MOVNTDQA, { Vx, Mx }, WRR, F__, X86_FEAT_AVX, AVX | V_ALIGN | V_INT },
	[0x2b] = { X86_PACKUSDW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x2c] = { X86_VMASKMOVPS, { Vx, Hx, Mx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x2d] = { X86_VMASKMOVPD, { Vx, Hx, Mx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x2e] = { X86_VMASKMOVPS, { Mx, Hx, Vx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x2f] = { X86_VMASKMOVPD, { Mx, Hx, Vx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x30] = { X86_PMOVZXBW, { Vx, Wh }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x31] = { X86_PMOVZXBD, { Vx, Wf }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x32] = { X86_PMOVZXBQ, { Vx, We }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x33] = { X86_PMOVZXWD, { Vx, Wh }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x34] = { X86_PMOVZXWQ, { Vx, Wf }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x35] = { X86_PMOVZXDQ, { Vx, Wh }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x36] = { X86_VPERMD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX2, AVX | V_L1 | V_W0 },
	[0x37] = { X86_PCMPGTQ, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x38] = { X86_PMINSB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x39] = { X86_PMINSD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x3a] = { X86_PMINUW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x3b] = { X86_PMINUD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x3c] = { X86_PMAXSB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x3d] = { X86_PMAXSD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x3e] = { X86_PMAXUW, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x3f] = { X86_PMAXUD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x40] = { X86_PMULLD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x41] = { X86_PHMINPOSUW, { Vdq, Wdq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x45] = { X86_VPSRLVD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX2, AVX | V_WNEXT },
	[0x46] = { X86_VPSRAVD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX2, AVX | V_W0 },
	[0x47] = { X86_VPSLLVD, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AVX2, AVX | V_WNEXT },
	[0x58] = { X86_VPBROADCASTD, { Vx, Wd }, WRR, F__, X86_FEAT_AVX2, AVX | V_W0 },
	[0x59] = { X86_VPBROADCASTQ, { Vx, Wq }, WRR, F__, X86_FEAT_AVX2, AVX | V_W0 },
	[0x5a] = { X86_VBROADCASTI128, { Vx, Mdq }, WRR, F__, X86_FEAT_AVX2, AVX | V_L1 | V_W0 },
	[0x78] = { X86_VPBROADCASTB, { Vx, Wb }, WRR, F__, X86_FEAT_AVX2, AVX | V_W0 },
	[0x79] = { X86_VPBROADCASTW, { Vx, Ww }, WRR, F__, X86_FEAT_AVX2, AVX | V_W0 },
	[0x8c] = { X86_VPMASKMOVD, { Vx, Hx, Mx }, WRR, F__, X86_FEAT_AVX2, AVX | V_WNEXT },
	[0x8e] = { X86_VPMASKMOVD, { Mx, Hx, Vx }, WRR, F__, X86_FEAT_AVX2, AVX | V_WNEXT },
	[0x90] = { X86_VPGATHERDD, { Vx, Mg, Hx }, MRM, F__, X86_FEAT_AVX2,
		AVX | V_WNEXT | V_VSIB },
	[0x91] = { X86_VPGATHERQD, { Vg, Mg, Hg }, MRM, F__, X86_FEAT_AVX2,
		AVX | V_WNEXT | V_VSIB },
	[0x92] = { X86_VGATHERDPS, { Vx, Mg, Hx }, MRM, F__, X86_FEAT_AVX2,
		AVX | V_WNEXT | V_VSIB },
	[0x93] = { X86_VGATHERQPS, { Vg, Mg, Hg }, MRM, F__, X86_FEAT_AVX2,
		AVX | V_WNEXT | V_VSIB },
	[0x96] = { X86_VFMADDSUB132PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0x97] = { X86_VFMSUBADD132PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0x98] = { X86_VFMADD132PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0x99] = { X86_VFMADD132SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0x9a] = { X86_VFMSUB132PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0x9b] = { X86_VFMSUB132SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0x9c] = { X86_VFNMADD132PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0x9d] = { X86_VFNMADD132SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0x9e] = { X86_VFNMSUB132PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0x9f] = { X86_VFNMSUB132SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xa6] = { X86_VFMADDSUB213PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xa7] = { X86_VFMSUBADD213PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xa8] = { X86_VFMADD213PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xa9] = { X86_VFMADD213SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xaa] = { X86_VFMSUB213PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xab] = { X86_VFMSUB213SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xac] = { X86_VFNMADD213PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xad] = { X86_VFNMADD213SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xae] = { X86_VFNMSUB213PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xaf] = { X86_VFNMSUB213SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xb6] = { X86_VFMADDSUB231PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xb7] = { X86_VFMSUBADD231PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xb8] = { X86_VFMADD231PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xb9] = { X86_VFMADD231SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xba] = { X86_VFMSUB231PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xbb] = { X86_VFMSUB231SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xbc] = { X86_VFNMADD231PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xbd] = { X86_VFNMADD231SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xbe] = { X86_VFNMSUB231PS, { Vx, Hx, Wx }, MRR, F__, X86_FEAT_FMA, AVX | V_WNEXT },
	[0xbf] = { X86_VFNMSUB231SS, { Vdq, Hdq, Wsc }, MRR, F__, X86_FEAT_FMA,
		AVX | V_LIG | V_WNEXT },
	[0xcf] = { X86_GF2P8MULB, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_GFNI, AVX | V_W0 },
	[0xdb] = { X86_AESIMC, { Vdq, Wdq }, WRR, F__, X86_FEAT_AES, AVX | V_L0 },
	[0xdc] = { X86_AESENC, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AES, AVX | V_INT },
	[0xdd] = { X86_AESENCLAST, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AES, AVX | V_INT },
	[0xde] = { X86_AESDEC, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AES, AVX | V_INT },
	[0xdf] = { X86_AESDECLAST, { Vx, Hx, Wx }, WRR, F__, X86_FEAT_AES, AVX | V_INT },
	[0xf7] = { X86_SHLX, { Gy, Ey, By }, WRR, F__, X86_FEAT_BMI2, V_L0 },
},
{	/* F3 */
	[0xf5] = { X86_PEXT, { Gy, By, Ey }, WRR, F__, X86_FEAT_BMI2, V_L0 },
	[0xf7] = { X86_SARX, { Gy, Ey, By }, WRR, F__, X86_FEAT_BMI2, V_L0 },
},
{	/* F2 */
	[0xf5] = { X86_PDEP, { Gy, By, Ey }, WRR, F__, X86_FEAT_BMI2, V_L0 },
	[0xf6] = { X86_MULX, { Gy, By, Ey }, WWR, F__, X86_FEAT_BMI2, V_L0 },
	[0xf7] = { X86_SHRX, { Gy, Ey, By }, WRR, F__, X86_FEAT_BMI2, V_L0 },
},
};

/* 0F3A */
const struct x86_row vc__x86_vex0f3a[4][256] = {
{	/* no prefix */
},
{	/* 66 */
	[0x00] = { X86_VPERMQ, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX2, AVX | V_L1 | V_W1 },
	[0x01] = { X86_VPERMPD, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX2, AVX | V_L1 | V_W1 },
	[0x02] = { X86_VPBLENDD, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX2, AVX | V_W0 },
	[0x04] = { X86_VPERMILPS, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x05] = { X86_VPERMILPD, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x06] = { X86_VPERM2F128, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L1 | V_W0 },
	[0x08] = { X86_ROUNDPS, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x09] = { X86_ROUNDPD, { Vx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x0a] = { X86_ROUNDSS, { Vdq, Hdq, Wd, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x0b] = { X86_ROUNDSD, { Vdq, Hdq, Wq, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
	[0x0c] = { X86_BLENDPS, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x0d] = { X86_BLENDPD, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x0e] = { X86_PBLENDW, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x0f] = { X86_PALIGNR, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x14] = { X86_PEXTRB, { RdMb, Vdq, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x15] = { X86_PEXTRW, { RdMw, Vdq, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x16] = { X86_PEXTRD, { Ey, Vdq, Ib }, WRR, F__, X86_FEAT_AVX, AVX | OT_WNEXT | V_L0 },
	[0x17] = { X86_EXTRACTPS, { RdMd, Vdq, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x18] = { X86_VINSERTF128, { Vx, Hx, Wdq, Ib }, WRR, F__, X86_FEAT_AVX,
		AVX | V_L1 | V_W0 },
	[0x19] = { X86_VEXTRACTF128, { Wdq, Vx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L1 | V_W0 },
	[0x1d] = { X86_VCVTPS2PH, { Wh, Vx, Ib }, WRR, F__, X86_FEAT_F16C, AVX | V_W0 },
	[0x20] = { X86_PINSRB, { Vdq, Hdq, RdMb, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x21] = { X86_INSERTPS, { Vdq, Hdq, WdqMd, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x22] = { X86_PINSRD, { Vdq, Hdq, Ey, Ib }, WRR, F__, X86_FEAT_AVX,
		AVX | OT_WNEXT | V_L0 },
	[0x38] = { X86_VINSERTI128, { Vx, Hx, Wdq, Ib }, WRR, F__, X86_FEAT_AVX2,
		AVX | V_L1 | V_W0 },
	[0x39] = { X86_VEXTRACTI128, { Wdq, Vx, Ib }, WRR, F__, X86_FEAT_AVX2, AVX | V_L1 | V_W0 },
	[0x40] = { X86_DPPS, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX },
	[0x41] = { X86_DPPD, { Vdq, Hdq, Wdq, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[0x42] = { X86_MPSADBW, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX, AVX | V_INT },
	[0x44] = { X86_PCLMULQDQ, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_PCLMUL, AVX | V_INT },
	[0x46] = { X86_VPERM2I128, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_AVX2, AVX | V_L1 | V_W0 },
	[0x4a] = { X86_BLENDVPS, { Vx, Hx, Wx, Lx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x4b] = { X86_BLENDVPD, { Vx, Hx, Wx, Lx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
	[0x4c] = { X86_PBLENDVB, { Vx, Hx, Wx, Lx }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 | V_INT },
	[0x60] = { X86_PCMPESTRM, { Vdq, Wdq, Ib }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_L0 },
	[0x61] = { X86_PCMPESTRI, { Vdq, Wdq, Ib }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_L0 },
	[0x62] = { X86_PCMPISTRM, { Vdq, Wdq, Ib }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_L0 },
	[0x63] = { X86_PCMPISTRI, { Vdq, Wdq, Ib }, RRR, F_ADD, X86_FEAT_AVX, AVX | V_L0 },
	[0xce] = { X86_GF2P8AFFINEQB, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_GFNI, AVX | V_W1 },
	[0xcf] = { X86_GF2P8AFFINEINVQB, { Vx, Hx, Wx, Ib }, WRR, F__, X86_FEAT_GFNI, AVX | V_W1 },
	[0xdf] = { X86_AESKEYGENASSIST, { Vdq, Wdq, Ib }, WRR, F__, X86_FEAT_AES, AVX | V_L0 },
},
{	/* F3 */
},
{	/* F2 */
	[0xf0] = { X86_RORX, { Gy, Ey, Ib }, WRR, F__, X86_FEAT_BMI2, V_L0 },
},
};

/* ---- groups ---- */

/* 0F 71 to 0F 73: shifts by an immediate */
static const struct x86_row v12[8] = {
	[2] = { X86_PSRLW, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
	[4] = { X86_PSRAW, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
	[6] = { X86_PSLLW, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
};
static const struct x86_row v13[8] = {
	[2] = { X86_PSRLD, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
	[4] = { X86_PSRAD, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
	[6] = { X86_PSLLD, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
};
static const struct x86_row v14[8] = {
	[2] = { X86_PSRLQ, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
	[3] = { X86_PSRLDQ, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
	[6] = { X86_PSLLQ, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
	[7] = { X86_PSLLDQ, { 0 }, WRR, F__, X86_FEAT_AVX, AVX },
};
/* 0F AE */
static const struct x86_row v15[8] = {
	[2] = { X86_LDMXCSR, { Md }, RRR, F__, X86_FEAT_AVX, AVX | V_L0 },
	[3] = { X86_STMXCSR, { Md }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
};
/* 0F38 F3 */
static const struct x86_row v17[8] = {
	[1] = { X86_BLSR, { 0 }, WRR, F_ANDN, X86_FEAT_BMI1, V_L0 },
	[2] = { X86_BLSMSK, { 0 }, WRR, F_ANDN, X86_FEAT_BMI1, V_L0 },
	[3] = { X86_BLSI, { 0 }, WRR, F_ANDN, X86_FEAT_BMI1, V_L0 },
};
/* Where memory and register forms differ in more than the operand */
static const struct x86_row vmovlps_m[1] = {
	[0] = { X86_MOVLPS, { Vdq, Hdq, Mq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
};
static const struct x86_row vmovlps_r[1] = {
	[0] = { X86_MOVHLPS, { Vdq, Hdq, Uq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
};
static const struct x86_row vmovhps_m[1] = {
	[0] = { X86_MOVHPS, { Vdq, Hdq, Mq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
};
static const struct x86_row vmovhps_r[1] = {
	[0] = { X86_MOVLHPS, { Vdq, Hdq, Uq }, WRR, F__, X86_FEAT_AVX, AVX | V_L0 },
};
static const struct x86_row vmovss_m[1] = {
	[0] = { X86_MOVSS, { Vdq, Md }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
};
static const struct x86_row vmovss_r[1] = {
	[0] = { X86_MOVSS, { Vdq, Hdq, Ud }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
};
static const struct x86_row vmovsd_m[1] = {
	[0] = { X86_MOVSD, { Vdq, Mq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
};
static const struct x86_row vmovsd_r[1] = {
	[0] = { X86_MOVSD, { Vdq, Hdq, Uq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
};
static const struct x86_row vmovss_st_m[1] = {
	[0] = { X86_MOVSS, { Md, Vd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
};
static const struct x86_row vmovss_st_r[1] = {
	[0] = { X86_MOVSS, { Udq, Hdq, Vd }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
};
static const struct x86_row vmovsd_st_m[1] = {
	[0] = { X86_MOVSD, { Mq, Vq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
};
static const struct x86_row vmovsd_st_r[1] = {
	[0] = { X86_MOVSD, { Udq, Hdq, Vq }, WRR, F__, X86_FEAT_AVX, AVX | V_LIG },
};
static const struct x86_row vbcastss_m[1] = {
	[0] = { X86_VBROADCASTSS, { Vx, Md }, WRR, F__, X86_FEAT_AVX, AVX | V_W0 },
};
static const struct x86_row vbcastss_r[1] = {
	[0] = { X86_VBROADCASTSS, { Vx, Ud }, WRR, F__, X86_FEAT_AVX2, AVX | V_W0 },
};
static const struct x86_row vbcastsd_m[1] = {
	[0] = { X86_VBROADCASTSD, { Vx, Mq }, WRR, F__, X86_FEAT_AVX, AVX | V_L1 | V_W0 },
};
static const struct x86_row vbcastsd_r[1] = {
	[0] = { X86_VBROADCASTSD, { Vx, Uq }, WRR, F__, X86_FEAT_AVX2, AVX | V_L1 | V_W0 },
};

const struct x86_group vc__x86_vexgroups[] = {
	[GV_12] = { NULL, v12, AT_REG },
	[GV_13] = { NULL, v13, AT_REG },
	[GV_14] = { NULL, v14, AT_REG },
	[GV_15] = { v15, NULL, AT_REG },
	[GV_17] = { v17, v17, AT_REG },
	[GV_MOVLPS] = { vmovlps_m, vmovlps_r, AT_MOD },
	[GV_MOVHPS] = { vmovhps_m, vmovhps_r, AT_MOD },
	[GV_MOVSS] = { vmovss_m, vmovss_r, AT_MOD },
	[GV_MOVSD] = { vmovsd_m, vmovsd_r, AT_MOD },
	[GV_MOVSS_ST] = { vmovss_st_m, vmovss_st_r, AT_MOD },
	[GV_MOVSD_ST] = { vmovsd_st_m, vmovsd_st_r, AT_MOD },
	[GV_BCASTSS] = { vbcastss_m, vbcastss_r, AT_MOD },
	[GV_BCASTSD] = { vbcastsd_m, vbcastsd_r, AT_MOD },
};

/* What V_WNEXT and V_LNEXT rely on. */
#define NEXT(a, b) _Static_assert(X86_##b == X86_##a + 1, #b " follows " #a)
NEXT(VZEROUPPER, VZEROALL);
NEXT(VPSRLVD, VPSRLVQ);
NEXT(VPSLLVD, VPSLLVQ);
NEXT(VPMASKMOVD, VPMASKMOVQ);
NEXT(VPGATHERDD, VPGATHERDQ);
NEXT(VPGATHERQD, VPGATHERQQ);
NEXT(VGATHERDPS, VGATHERDPD);
NEXT(VGATHERQPS, VGATHERQPD);
NEXT(VFMADD132PS, VFMADD132PD);
NEXT(VFMADD132SS, VFMADD132SD);
NEXT(VFMSUB132PS, VFMSUB132PD);
NEXT(VFMSUB132SS, VFMSUB132SD);
NEXT(VFNMADD132PS, VFNMADD132PD);
NEXT(VFNMADD132SS, VFNMADD132SD);
NEXT(VFNMSUB132PS, VFNMSUB132PD);
NEXT(VFNMSUB132SS, VFNMSUB132SD);
NEXT(VFMADDSUB132PS, VFMADDSUB132PD);
NEXT(VFMSUBADD132PS, VFMSUBADD132PD);
NEXT(VFMADD213PS, VFMADD213PD);
NEXT(VFMADD213SS, VFMADD213SD);
NEXT(VFMSUB213PS, VFMSUB213PD);
NEXT(VFMSUB213SS, VFMSUB213SD);
NEXT(VFNMADD213PS, VFNMADD213PD);
NEXT(VFNMADD213SS, VFNMADD213SD);
NEXT(VFNMSUB213PS, VFNMSUB213PD);
NEXT(VFNMSUB213SS, VFNMSUB213SD);
NEXT(VFMADDSUB213PS, VFMADDSUB213PD);
NEXT(VFMSUBADD213PS, VFMSUBADD213PD);
NEXT(VFMADD231PS, VFMADD231PD);
NEXT(VFMADD231SS, VFMADD231SD);
NEXT(VFMSUB231PS, VFMSUB231PD);
NEXT(VFMSUB231SS, VFMSUB231SD);
NEXT(VFNMADD231PS, VFNMADD231PD);
NEXT(VFNMADD231SS, VFNMADD231SD);
NEXT(VFNMSUB231PS, VFNMSUB231PD);
NEXT(VFNMSUB231SS, VFNMSUB231SD);
NEXT(VFMADDSUB231PS, VFMADDSUB231PD);
NEXT(VFMSUBADD231PS, VFMSUBADD231PD);
