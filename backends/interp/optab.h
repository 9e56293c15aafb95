/* SPDX-License-Identifier: MIT */
/*
 * optab.h: the shape of the opcode tables (optab.c, vextab.c), for decode.c
 * alone.
 */
#ifndef VC_INTERP_OPTAB_H
#define VC_INTERP_OPTAB_H

#include "decode.h"

/*
 * Operand forms, in the notation of SDM 2D §A.2.1: where the operand is
 * encoded, then its size.
 *
 *	E  ModRM: general register or memory	G  reg: general register
 *	M  ModRM: memory only			R  ModRM: register, mod ignored
 *	Q  ModRM: MMX register or memory	P  reg: MMX register
 *	N  ModRM: MMX register only
 *	W  ModRM: XMM register or memory	V  reg: XMM register
 *	U  ModRM: XMM register only
 *	C  reg: control register		D  reg: debug register
 *	S  reg: segment register		Z  register in the opcode
 *	I  immediate				J  relative branch
 *	A  far address in the instruction	O  offset without ModRM
 *	H  VEX.vvvv: XMM register		B  VEX.vvvv: general register
 *	L  top four bits of an immediate byte: XMM register
 *
 *	b w d q dq	1, 2, 4, 8, 16 bytes	t  10 bytes
 *	x  vector length: 16 or 32		h f e  half, 1/4, 1/8 of it
 *	sc  4, or 8 with VEX.W			g  gather: what is loaded
 *	v  operand size: 2, 4 or 8		z  2, or 4 for 4 and 8
 *	y  4, or 8 with REX.W			p  far pointer of operand size
 *	a  two words of operand size		s  16-bit limit and a base
 *
 * Two sizes mean register, memory: RvMw is a register of operand size or a
 * word in memory. An XMM register that is written with fewer than its 16
 * bytes keeps the rest.
 */
enum x86_form {
	F_none,
	Eb, Ew, Ed, Ev, Ez, Ey, RvMw, RdMb, RdMw, RdMd,
	M_, Mb, Mw, Md, Mq, Mt, Mdq, Mv, Mp, Ma, Ms, My, Mqdq,
	Ry_, Gb, Gw, Gd, Gv, Gz, Gy, Gr, Er,
	Qq, Qd, Pq, Nq,
	Wdq, Wq, Wd, Ww, WdqMq, WdqMd, Vdq, Vq, Vd, Udq, Uq, Ud,
	Cy, Dy, Sw, Swr,
	Zb, Zv, AL, CL, AX, DX, rAX, zAX, XMM0,
	rES, rCS, rSS, rDS, rFS, rGS,
	I1, Ib, Ib2, Ibs, Iw, Iz, Iv, Jb, Jz, Ap, Ob, Ov,
	ST0, STi,
	/* VEX */
	Vx, Wx, Ux, Hx, Lx, Mx, Wh, Wf, We, Wsc, Wb, Wddup, Hdq, By,
	Vg, Hg, Mg,
	FORM_COUNT
};

/* What the operands are used for, two bits each from the first on. */
enum x86_access {
	RRR = X86_READ | X86_READ << 2 | X86_READ << 4 | X86_READ << 6,
	WRR = X86_WRITE | X86_READ << 2 | X86_READ << 4 | X86_READ << 6,
	MRR = RRR | WRR,			/* the first is modified */
	MMR = MRR | X86_WRITE << 2,		/* the first two are */
	MRM = MRR | X86_WRITE << 4,
	WWR = X86_WRITE | X86_WRITE << 2 | X86_READ << 4,
	W__ = X86_WRITE,			/* the second is an address */
	___ = 0,
};

/* Which flags: the rows of vc__x86_flags. */
enum x86_flag_use {
	F__,
	F_ADD, F_ADC, F_LOGIC, F_INC, F_SHL, F_SHLD, F_ROL, F_RCL, F_MUL,
	F_DIV, F_BT, F_BSF, F_TZCNT, F_DAA, F_AAA, F_AAM, F_ZF, F_WCF, F_CMC,
	F_RCF, F_ROF, F_ADCX, F_ADOX, F_DF, F_CMPS, F_WDF, F_WIF, F_SAHF,
	F_LAHF, F_PUSHF, F_POPF, F_INT, F_IRET, F_SYSC, F_RZF, F_COND,
	F_ANDN, F_BEXTR,
	F_COUNT
};

struct x86_flag_set {
	uint16_t read, write, undef;
};

/* Attributes that only the decoder uses, above those of x86_insn.attr. */
#define OT_D64	0x00010000u	/* 64-bit code: operand size 8, 66 makes it 2 */
#define OT_F64	0x00020000u	/* 64-bit code: operand size 8, 66 ignored */
#define OT_I64	0x00040000u	/* #UD in 64-bit code */
#define OT_O64	0x00080000u	/* #UD in other code */
#define OT_NP	0x00100000u	/* #UD with 66, F2 or F3 */
#define OT_NFX	0x00200000u	/* #UD with F2 or F3 */
#define OT_WNEXT 0x00400000u	/* with REX.W: the next operation */
#define OT_NOMOD 0x00800000u	/* ModRM is a register whatever mod says */
#define OT_UNAL	0x01000000u	/* 16 bytes of memory at any alignment */
#define OT_B	0x02000000u	/* operand size 1 */
#define OT_Z	0x04000000u	/* operand size at most 4 */

/* In the VEX maps those bits but OT_WNEXT say what VEX.L and VEX.W may be. */
#define V_MASK	(0xffff0000u & ~OT_WNEXT)
#define V_L0	0x00010000u	/* #UD with L */
#define V_L1	0x00020000u	/* #UD without L */
#define V_LIG	0x00040000u	/* L is ignored: a scalar */
#define V_LNEXT	0x00080000u	/* with L: the next operation */
#define V_W0	0x00100000u	/* #UD with W */
#define V_W1	0x00200000u	/* #UD without W */
#define V_WNEXT	0x00800000u	/* with W, in any mode: the next operation */
#define V_INT	0x01000000u	/* with L the feature is the next one's: AVX2
				   for AVX, VAES for AES, VPCLMUL for PCLMUL */
#define V_ALIGN	0x02000000u	/* #GP when memory is not aligned */
#define V_VSIB	0x04000000u	/* a gather */

/*
 * One opcode. op is X86_BAD in a gap, or X86_OP_COUNT + g where group g has
 * more to say; a row of the group that has no operands takes those of the row
 * that led there, and their attributes add up.
 */
struct x86_row {
	uint16_t op;
	uint8_t opnd[4];	/* enum x86_form */
	uint8_t access;
	uint8_t flags;
	uint8_t feature;
	uint32_t attr;
};

struct x86_group {
	const struct x86_row *mem;	/* mod 0 to 2; NULL: undefined */
	const struct x86_row *reg;	/* mod 3 */
	uint8_t shift, mask;		/* of ModRM: the number of the row */
};

/* The opcode maps: 0F, 0F38 and 0F3A by mandatory prefix: none, 66, F3, F2. */
extern const struct x86_row vc__x86_one[256];
extern const struct x86_row vc__x86_movsxd;	/* 63 in 64-bit code */
extern const struct x86_row vc__x86_0f[4][256];
extern const struct x86_row vc__x86_0f38[4][256];
extern const struct x86_row vc__x86_0f3a[4][256];
extern const struct x86_group vc__x86_groups[];
/* The same maps with VEX (vextab.c), and their groups. */
extern const struct x86_row vc__x86_vex0f[4][256];
extern const struct x86_row vc__x86_vex0f38[4][256];
extern const struct x86_row vc__x86_vex0f3a[4][256];
extern const struct x86_group vc__x86_vexgroups[];
extern const struct x86_flag_set vc__x86_flags[F_COUNT];

#endif
