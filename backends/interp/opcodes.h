/* SPDX-License-Identifier: MIT */
/*
 * opcodes.h: the names of the operations, in the manual's spelling. One name
 * serves all sizes and forms (the operands and osize tell them apart):
 *
 * - CBW is CWDE and CDQE too, CWD is CDQ and CQO, JCXZ is JECXZ and JRCXZ,
 *   IRET, PUSHF, POPF, PUSHA and POPA go by osize, as do the string
 *   operations MOVS CMPS STOS LODS SCAS INS OUTS.
 * - CALL, JMP, RET are near, direct and indirect; CALLF, JMPF, RETF are far.
 * - PREFETCH is all of 0F 18 /0-3 and 0F 0D but /1; NOP is also every hint of
 *   0F 18-1F, ENDBR32/64 and RDSSP included; FNSETPM is also FNENI and
 *   FNDISI, all of which do nothing since the 387.
 * - The VEX form of an older instruction has its name: ADDPS with vex set is
 *   VADDPS. X86_V... and BMI exist with VEX only, GFNI's three in both.
 */
#ifndef VC_INTERP_OPCODES_H
#define VC_INTERP_OPCODES_H

/* X(NAME, mnemonic) for each operation. */
#define X86_OPS(X) \
	/* Integer, one-byte map (SDM 2D table A-2) */ \
	X(ADD, add) X(OR, or) X(ADC, adc) X(SBB, sbb) X(AND, and) \
	X(SUB, sub) X(XOR, xor) X(CMP, cmp) X(DAA, daa) X(DAS, das) \
	X(AAA, aaa) X(AAS, aas) X(AAM, aam) X(AAD, aad) X(INC, inc) \
	X(DEC, dec) X(PUSH, push) X(POP, pop) X(PUSHA, pusha) X(POPA, popa) \
	X(BOUND, bound) X(ARPL, arpl) X(MOVSXD, movsxd) X(IMUL, imul) \
	X(INS, ins) X(OUTS, outs) X(JCC, jcc) X(TEST, test) X(XCHG, xchg) \
	X(MOV, mov) X(LEA, lea) X(NOP, nop) X(PAUSE, pause) X(CBW, cbw) \
	X(CWD, cwd) X(CALL, call) X(CALLF, callf) X(FWAIT, fwait) \
	X(PUSHF, pushf) X(POPF, popf) X(SAHF, sahf) X(LAHF, lahf) \
	X(MOVS, movs) X(CMPS, cmps) X(STOS, stos) X(LODS, lods) \
	X(SCAS, scas) X(ROL, rol) X(ROR, ror) X(RCL, rcl) X(RCR, rcr) \
	X(SHL, shl) X(SHR, shr) X(SAR, sar) X(RET, ret) X(RETF, retf) \
	X(LES, les) X(LDS, lds) X(ENTER, enter) X(LEAVE, leave) \
	X(INT3, int3) X(INT, int) X(INTO, into) X(INT1, int1) X(IRET, iret) \
	X(SALC, salc) X(XLAT, xlat) X(LOOPNE, loopne) X(LOOPE, loope) \
	X(LOOP, loop) X(JCXZ, jcxz) X(IN, in) X(OUT, out) X(JMP, jmp) \
	X(JMPF, jmpf) X(HLT, hlt) X(CMC, cmc) X(NOT, not) X(NEG, neg) \
	X(MUL, mul) X(DIV, div) X(IDIV, idiv) X(CLC, clc) X(STC, stc) \
	X(CLI, cli) X(STI, sti) X(CLD, cld) X(STD, std) \
	/* MOV, PUSH and POP of segment, control and debug registers */ \
	X(MOV_SEG, mov) X(PUSH_SEG, push) X(POP_SEG, pop) X(MOV_CR, mov) \
	X(MOV_DR, mov) \
	/* Integer, 0F map (table A-3) */ \
	X(SLDT, sldt) X(STR, str) X(LLDT, lldt) X(LTR, ltr) X(VERR, verr) \
	X(VERW, verw) X(SGDT, sgdt) X(SIDT, sidt) X(LGDT, lgdt) \
	X(LIDT, lidt) X(SMSW, smsw) X(LMSW, lmsw) X(INVLPG, invlpg) \
	X(LAR, lar) X(LSL, lsl) X(SYSCALL, syscall) X(SYSRET, sysret) \
	X(CLTS, clts) X(INVD, invd) X(WBINVD, wbinvd) X(UD0, ud0) \
	X(UD1, ud1) X(UD2, ud2) X(PREFETCH, prefetch) \
	X(PREFETCHW, prefetchw) X(WRMSR, wrmsr) X(RDMSR, rdmsr) \
	X(RDTSC, rdtsc) X(RDTSCP, rdtscp) X(RDPMC, rdpmc) \
	X(SYSENTER, sysenter) X(SYSEXIT, sysexit) X(GETSEC, getsec) \
	X(CMOVCC, cmovcc) X(SETCC, setcc) X(CPUID, cpuid) X(BT, bt) \
	X(BTS, bts) X(BTR, btr) X(BTC, btc) X(SHLD, shld) X(SHRD, shrd) \
	X(RSM, rsm) X(CMPXCHG, cmpxchg) X(LSS, lss) X(LFS, lfs) X(LGS, lgs) \
	X(MOVZX, movzx) X(MOVSX, movsx) X(BSF, bsf) X(BSR, bsr) \
	X(XADD, xadd) X(MOVNTI, movnti) X(CMPXCHG8B, cmpxchg8b) \
	X(CMPXCHG16B, cmpxchg16b) X(BSWAP, bswap) X(MONITOR, monitor) \
	X(MWAIT, mwait) X(CLAC, clac) X(STAC, stac) X(SWAPGS, swapgs) \
	X(XGETBV, xgetbv) X(XSETBV, xsetbv) X(VMCALL, vmcall) \
	X(SERIALIZE, serialize) X(VMMCALL, vmmcall) \
	X(VMLAUNCH, vmlaunch) X(VMRESUME, vmresume) \
	X(VMXOFF, vmxoff) X(VMXON, vmxon) X(VMPTRLD, vmptrld) \
	X(VMPTRST, vmptrst) X(VMCLEAR, vmclear) X(VMREAD, vmread) \
	X(VMWRITE, vmwrite) X(VMFUNC, vmfunc) X(INVEPT, invept) \
	X(INVVPID, invvpid) X(VMRUN, vmrun) X(VMLOAD, vmload) \
	X(VMSAVE, vmsave) X(STGI, stgi) X(CLGI, clgi) X(SKINIT, skinit) \
	X(INVLPGA, invlpga) X(FXSAVE, fxsave) X(FXRSTOR, fxrstor) \
	X(LDMXCSR, ldmxcsr) X(STMXCSR, stmxcsr) X(XSAVE, xsave) \
	X(XRSTOR, xrstor) X(XSAVEOPT, xsaveopt) X(XSAVEC, xsavec) \
	X(XSAVES, xsaves) X(XRSTORS, xrstors) X(LFENCE, lfence) \
	X(MFENCE, mfence) X(SFENCE, sfence) X(CLFLUSH, clflush) \
	X(CLFLUSHOPT, clflushopt) X(CLWB, clwb) X(RDFSBASE, rdfsbase) \
	X(RDGSBASE, rdgsbase) X(WRFSBASE, wrfsbase) X(WRGSBASE, wrgsbase) \
	X(INVPCID, invpcid) X(RDRAND, rdrand) X(RDSEED, rdseed) \
	X(RDPID, rdpid) X(RDPKRU, rdpkru) X(WRPKRU, wrpkru) \
	X(XBEGIN, xbegin) X(XABORT, xabort) X(XEND, xend) X(XTEST, xtest) \
	X(POPCNT, popcnt) X(LZCNT, lzcnt) X(TZCNT, tzcnt) X(MOVBE, movbe) \
	X(CRC32, crc32) X(ADCX, adcx) X(ADOX, adox) \
	/* x87 (tables A-7 to A-22) */ \
	X(FADD, fadd) X(FMUL, fmul) X(FCOM, fcom) X(FCOMP, fcomp) \
	X(FSUB, fsub) X(FSUBR, fsubr) X(FDIV, fdiv) X(FDIVR, fdivr) \
	X(FADDP, faddp) X(FMULP, fmulp) X(FCOMPP, fcompp) X(FSUBP, fsubp) \
	X(FSUBRP, fsubrp) X(FDIVP, fdivp) X(FDIVRP, fdivrp) X(FIADD, fiadd) \
	X(FIMUL, fimul) X(FICOM, ficom) X(FICOMP, ficomp) X(FISUB, fisub) \
	X(FISUBR, fisubr) X(FIDIV, fidiv) X(FIDIVR, fidivr) X(FLD, fld) \
	X(FST, fst) X(FSTP, fstp) X(FILD, fild) X(FIST, fist) \
	X(FISTP, fistp) X(FISTTP, fisttp) X(FBLD, fbld) X(FBSTP, fbstp) \
	X(FLDENV, fldenv) X(FLDCW, fldcw) X(FNSTENV, fnstenv) \
	X(FNSTCW, fnstcw) X(FNSAVE, fnsave) X(FRSTOR, frstor) \
	X(FNSTSW, fnstsw) X(FXCH, fxch) X(FNOP, fnop) X(FCHS, fchs) \
	X(FABS, fabs) X(FTST, ftst) X(FXAM, fxam) X(FLD1, fld1) \
	X(FLDL2T, fldl2t) X(FLDL2E, fldl2e) X(FLDPI, fldpi) \
	X(FLDLG2, fldlg2) X(FLDLN2, fldln2) X(FLDZ, fldz) X(F2XM1, f2xm1) \
	X(FYL2X, fyl2x) X(FPTAN, fptan) X(FPATAN, fpatan) \
	X(FXTRACT, fxtract) X(FPREM1, fprem1) X(FDECSTP, fdecstp) \
	X(FINCSTP, fincstp) X(FPREM, fprem) X(FYL2XP1, fyl2xp1) \
	X(FSQRT, fsqrt) X(FSINCOS, fsincos) X(FRNDINT, frndint) \
	X(FSCALE, fscale) X(FSIN, fsin) X(FCOS, fcos) X(FCMOVCC, fcmovcc) \
	X(FUCOM, fucom) X(FUCOMP, fucomp) X(FUCOMPP, fucompp) \
	X(FCOMI, fcomi) X(FCOMIP, fcomip) X(FUCOMI, fucomi) \
	X(FUCOMIP, fucomip) X(FFREE, ffree) X(FFREEP, ffreep) \
	X(FNCLEX, fnclex) X(FNINIT, fninit) X(FNSETPM, fnsetpm) \
	/* MMX, SSE, SSE2. Where MMX and XMM share a name, opnd[].kind tells */ \
	X(MOVUPS, movups) X(MOVSS, movss) X(MOVUPD, movupd) X(MOVSD, movsd) \
	X(MOVLPS, movlps) X(MOVHLPS, movhlps) X(MOVLPD, movlpd) \
	X(UNPCKLPS, unpcklps) X(UNPCKLPD, unpcklpd) X(UNPCKHPS, unpckhps) \
	X(UNPCKHPD, unpckhpd) X(MOVHPS, movhps) X(MOVLHPS, movlhps) \
	X(MOVHPD, movhpd) X(MOVAPS, movaps) X(MOVAPD, movapd) \
	X(CVTPI2PS, cvtpi2ps) X(CVTSI2SS, cvtsi2ss) X(CVTPI2PD, cvtpi2pd) \
	X(CVTSI2SD, cvtsi2sd) X(MOVNTPS, movntps) X(MOVNTPD, movntpd) \
	X(CVTTPS2PI, cvttps2pi) X(CVTTSS2SI, cvttss2si) \
	X(CVTTPD2PI, cvttpd2pi) X(CVTTSD2SI, cvttsd2si) \
	X(CVTPS2PI, cvtps2pi) X(CVTSS2SI, cvtss2si) X(CVTPD2PI, cvtpd2pi) \
	X(CVTSD2SI, cvtsd2si) X(UCOMISS, ucomiss) X(UCOMISD, ucomisd) \
	X(COMISS, comiss) X(COMISD, comisd) X(MOVMSKPS, movmskps) \
	X(MOVMSKPD, movmskpd) X(SQRTPS, sqrtps) X(SQRTPD, sqrtpd) \
	X(SQRTSS, sqrtss) X(SQRTSD, sqrtsd) X(RSQRTPS, rsqrtps) \
	X(RSQRTSS, rsqrtss) X(RCPPS, rcpps) X(RCPSS, rcpss) X(ANDPS, andps) \
	X(ANDPD, andpd) X(ANDNPS, andnps) X(ANDNPD, andnpd) X(ORPS, orps) \
	X(ORPD, orpd) X(XORPS, xorps) X(XORPD, xorpd) X(ADDPS, addps) \
	X(ADDPD, addpd) X(ADDSS, addss) X(ADDSD, addsd) X(MULPS, mulps) \
	X(MULPD, mulpd) X(MULSS, mulss) X(MULSD, mulsd) \
	X(CVTPS2PD, cvtps2pd) X(CVTPD2PS, cvtpd2ps) X(CVTSS2SD, cvtss2sd) \
	X(CVTSD2SS, cvtsd2ss) X(CVTDQ2PS, cvtdq2ps) X(CVTPS2DQ, cvtps2dq) \
	X(CVTTPS2DQ, cvttps2dq) X(SUBPS, subps) X(SUBPD, subpd) \
	X(SUBSS, subss) X(SUBSD, subsd) X(MINPS, minps) X(MINPD, minpd) \
	X(MINSS, minss) X(MINSD, minsd) X(DIVPS, divps) X(DIVPD, divpd) \
	X(DIVSS, divss) X(DIVSD, divsd) X(MAXPS, maxps) X(MAXPD, maxpd) \
	X(MAXSS, maxss) X(MAXSD, maxsd) X(PUNPCKLBW, punpcklbw) \
	X(PUNPCKLWD, punpcklwd) X(PUNPCKLDQ, punpckldq) \
	X(PACKSSWB, packsswb) X(PCMPGTB, pcmpgtb) X(PCMPGTW, pcmpgtw) \
	X(PCMPGTD, pcmpgtd) X(PACKUSWB, packuswb) X(PUNPCKHBW, punpckhbw) \
	X(PUNPCKHWD, punpckhwd) X(PUNPCKHDQ, punpckhdq) \
	X(PACKSSDW, packssdw) X(PUNPCKLQDQ, punpcklqdq) \
	X(PUNPCKHQDQ, punpckhqdq) X(MOVD, movd) X(MOVQ, movq) \
	X(MOVDQA, movdqa) X(MOVDQU, movdqu) X(PSHUFW, pshufw) \
	X(PSHUFD, pshufd) X(PSHUFHW, pshufhw) X(PSHUFLW, pshuflw) \
	X(PSRLW, psrlw) X(PSRAW, psraw) X(PSLLW, psllw) X(PSRLD, psrld) \
	X(PSRAD, psrad) X(PSLLD, pslld) X(PSRLQ, psrlq) X(PSRLDQ, psrldq) \
	X(PSLLQ, psllq) X(PSLLDQ, pslldq) X(PCMPEQB, pcmpeqb) \
	X(PCMPEQW, pcmpeqw) X(PCMPEQD, pcmpeqd) X(EMMS, emms) \
	X(CMPPS, cmpps) X(CMPPD, cmppd) X(CMPSS, cmpss) X(CMPSD, cmpsd) \
	X(PINSRW, pinsrw) X(PEXTRW, pextrw) X(SHUFPS, shufps) \
	X(SHUFPD, shufpd) X(PADDQ, paddq) X(PMULLW, pmullw) \
	X(MOVQ2DQ, movq2dq) X(MOVDQ2Q, movdq2q) X(PMOVMSKB, pmovmskb) \
	X(PSUBUSB, psubusb) X(PSUBUSW, psubusw) X(PMINUB, pminub) \
	X(PAND, pand) X(PADDUSB, paddusb) X(PADDUSW, paddusw) \
	X(PMAXUB, pmaxub) X(PANDN, pandn) X(PAVGB, pavgb) X(PAVGW, pavgw) \
	X(PMULHUW, pmulhuw) X(PMULHW, pmulhw) X(CVTTPD2DQ, cvttpd2dq) \
	X(CVTDQ2PD, cvtdq2pd) X(CVTPD2DQ, cvtpd2dq) X(MOVNTQ, movntq) \
	X(MOVNTDQ, movntdq) X(PSUBSB, psubsb) X(PSUBSW, psubsw) \
	X(PMINSW, pminsw) X(POR, por) X(PADDSB, paddsb) X(PADDSW, paddsw) \
	X(PMAXSW, pmaxsw) X(PXOR, pxor) X(PMULUDQ, pmuludq) \
	X(PMADDWD, pmaddwd) X(PSADBW, psadbw) X(MASKMOVQ, maskmovq) \
	X(MASKMOVDQU, maskmovdqu) X(PSUBB, psubb) X(PSUBW, psubw) \
	X(PSUBD, psubd) X(PSUBQ, psubq) X(PADDB, paddb) X(PADDW, paddw) \
	X(PADDD, paddd) \
	/* SSE3 */ \
	X(MOVSLDUP, movsldup) X(MOVDDUP, movddup) X(MOVSHDUP, movshdup) \
	X(HADDPS, haddps) X(HADDPD, haddpd) X(HSUBPS, hsubps) \
	X(HSUBPD, hsubpd) X(ADDSUBPS, addsubps) X(ADDSUBPD, addsubpd) \
	X(LDDQU, lddqu) \
	/* SSSE3 */ \
	X(PSHUFB, pshufb) X(PHADDW, phaddw) X(PHADDD, phaddd) \
	X(PHADDSW, phaddsw) X(PMADDUBSW, pmaddubsw) X(PHSUBW, phsubw) \
	X(PHSUBD, phsubd) X(PHSUBSW, phsubsw) X(PSIGNB, psignb) \
	X(PSIGNW, psignw) X(PSIGND, psignd) X(PMULHRSW, pmulhrsw) \
	X(PABSB, pabsb) X(PABSW, pabsw) X(PABSD, pabsd) X(PALIGNR, palignr) \
	/* SSE4.1 and SSE4.2 */ \
	X(PBLENDVB, pblendvb) X(BLENDVPS, blendvps) X(BLENDVPD, blendvpd) \
	X(PTEST, ptest) X(PMOVSXBW, pmovsxbw) X(PMOVSXBD, pmovsxbd) \
	X(PMOVSXBQ, pmovsxbq) X(PMOVSXWD, pmovsxwd) X(PMOVSXWQ, pmovsxwq) \
	X(PMOVSXDQ, pmovsxdq) X(PMULDQ, pmuldq) X(PCMPEQQ, pcmpeqq) \
	X(MOVNTDQA, movntdqa) X(PACKUSDW, packusdw) X(PMOVZXBW, pmovzxbw) \
	X(PMOVZXBD, pmovzxbd) X(PMOVZXBQ, pmovzxbq) X(PMOVZXWD, pmovzxwd) \
	X(PMOVZXWQ, pmovzxwq) X(PMOVZXDQ, pmovzxdq) X(PCMPGTQ, pcmpgtq) \
	X(PMINSB, pminsb) X(PMINSD, pminsd) X(PMINUW, pminuw) \
	X(PMINUD, pminud) X(PMAXSB, pmaxsb) X(PMAXSD, pmaxsd) \
	X(PMAXUW, pmaxuw) X(PMAXUD, pmaxud) X(PMULLD, pmulld) \
	X(PHMINPOSUW, phminposuw) X(ROUNDPS, roundps) X(ROUNDPD, roundpd) \
	X(ROUNDSS, roundss) X(ROUNDSD, roundsd) X(BLENDPS, blendps) \
	X(BLENDPD, blendpd) X(PBLENDW, pblendw) X(PEXTRB, pextrb) \
	X(PEXTRD, pextrd) X(PEXTRQ, pextrq) X(EXTRACTPS, extractps) \
	X(PINSRB, pinsrb) X(INSERTPS, insertps) X(PINSRD, pinsrd) \
	X(PINSRQ, pinsrq) X(DPPS, dpps) X(DPPD, dppd) X(MPSADBW, mpsadbw) \
	X(PCMPESTRM, pcmpestrm) X(PCMPESTRI, pcmpestri) \
	X(PCMPISTRM, pcmpistrm) X(PCMPISTRI, pcmpistri) \
	/* AES, PCLMULQDQ, SHA */ \
	X(AESIMC, aesimc) X(AESENC, aesenc) X(AESENCLAST, aesenclast) \
	X(AESDEC, aesdec) X(AESDECLAST, aesdeclast) \
	X(AESKEYGENASSIST, aeskeygenassist) X(PCLMULQDQ, pclmulqdq) \
	X(SHA1NEXTE, sha1nexte) X(SHA1MSG1, sha1msg1) X(SHA1MSG2, sha1msg2) \
	X(SHA1RNDS4, sha1rnds4) X(SHA256RNDS2, sha256rnds2) \
	X(SHA256MSG1, sha256msg1) X(SHA256MSG2, sha256msg2) \
	/* BMI, VEX on general registers */ \
	X(ANDN, andn) X(BEXTR, bextr) X(BLSI, blsi) X(BLSMSK, blsmsk) \
	X(BLSR, blsr) X(BZHI, bzhi) X(MULX, mulx) X(PDEP, pdep) \
	X(PEXT, pext) X(RORX, rorx) X(SARX, sarx) X(SHLX, shlx) \
	X(SHRX, shrx) \
	/* GFNI */ \
	X(GF2P8MULB, gf2p8mulb) X(GF2P8AFFINEQB, gf2p8affineqb) \
	X(GF2P8AFFINEINVQB, gf2p8affineinvqb) \
	/* AVX */ \
	X(VBROADCASTSS, vbroadcastss) X(VBROADCASTSD, vbroadcastsd) \
	X(VBROADCASTF128, vbroadcastf128) X(VINSERTF128, vinsertf128) \
	X(VEXTRACTF128, vextractf128) X(VPERM2F128, vperm2f128) \
	X(VPERMILPS, vpermilps) X(VPERMILPD, vpermilpd) \
	X(VMASKMOVPS, vmaskmovps) X(VMASKMOVPD, vmaskmovpd) \
	X(VTESTPS, vtestps) X(VTESTPD, vtestpd) X(VZEROUPPER, vzeroupper) \
	X(VZEROALL, vzeroall) \
	/* AVX2. Of pairs the second is the one with VEX.W */ \
	X(VPBROADCASTB, vpbroadcastb) X(VPBROADCASTW, vpbroadcastw) \
	X(VPBROADCASTD, vpbroadcastd) X(VPBROADCASTQ, vpbroadcastq) \
	X(VBROADCASTI128, vbroadcasti128) X(VINSERTI128, vinserti128) \
	X(VEXTRACTI128, vextracti128) X(VPERM2I128, vperm2i128) \
	X(VPERMD, vpermd) X(VPERMPS, vpermps) X(VPERMQ, vpermq) \
	X(VPERMPD, vpermpd) X(VPBLENDD, vpblendd) X(VPMASKMOVD, vpmaskmovd) \
	X(VPMASKMOVQ, vpmaskmovq) X(VPSLLVD, vpsllvd) X(VPSLLVQ, vpsllvq) \
	X(VPSRLVD, vpsrlvd) X(VPSRLVQ, vpsrlvq) X(VPSRAVD, vpsravd) \
	X(VGATHERDPS, vgatherdps) X(VGATHERDPD, vgatherdpd) \
	X(VGATHERQPS, vgatherqps) X(VGATHERQPD, vgatherqpd) \
	X(VPGATHERDD, vpgatherdd) X(VPGATHERDQ, vpgatherdq) \
	X(VPGATHERQD, vpgatherqd) X(VPGATHERQQ, vpgatherqq) \
	/* F16C */ \
	X(VCVTPH2PS, vcvtph2ps) X(VCVTPS2PH, vcvtps2ph) \
	/* FMA, likewise */ \
	X(VFMADD132PS, vfmadd132ps) X(VFMADD132PD, vfmadd132pd) \
	X(VFMADD132SS, vfmadd132ss) X(VFMADD132SD, vfmadd132sd) \
	X(VFMSUB132PS, vfmsub132ps) X(VFMSUB132PD, vfmsub132pd) \
	X(VFMSUB132SS, vfmsub132ss) X(VFMSUB132SD, vfmsub132sd) \
	X(VFNMADD132PS, vfnmadd132ps) X(VFNMADD132PD, vfnmadd132pd) \
	X(VFNMADD132SS, vfnmadd132ss) X(VFNMADD132SD, vfnmadd132sd) \
	X(VFNMSUB132PS, vfnmsub132ps) X(VFNMSUB132PD, vfnmsub132pd) \
	X(VFNMSUB132SS, vfnmsub132ss) X(VFNMSUB132SD, vfnmsub132sd) \
	X(VFMADDSUB132PS, vfmaddsub132ps) X(VFMADDSUB132PD, vfmaddsub132pd) \
	X(VFMSUBADD132PS, vfmsubadd132ps) X(VFMSUBADD132PD, vfmsubadd132pd) \
	X(VFMADD213PS, vfmadd213ps) X(VFMADD213PD, vfmadd213pd) \
	X(VFMADD213SS, vfmadd213ss) X(VFMADD213SD, vfmadd213sd) \
	X(VFMSUB213PS, vfmsub213ps) X(VFMSUB213PD, vfmsub213pd) \
	X(VFMSUB213SS, vfmsub213ss) X(VFMSUB213SD, vfmsub213sd) \
	X(VFNMADD213PS, vfnmadd213ps) X(VFNMADD213PD, vfnmadd213pd) \
	X(VFNMADD213SS, vfnmadd213ss) X(VFNMADD213SD, vfnmadd213sd) \
	X(VFNMSUB213PS, vfnmsub213ps) X(VFNMSUB213PD, vfnmsub213pd) \
	X(VFNMSUB213SS, vfnmsub213ss) X(VFNMSUB213SD, vfnmsub213sd) \
	X(VFMADDSUB213PS, vfmaddsub213ps) X(VFMADDSUB213PD, vfmaddsub213pd) \
	X(VFMSUBADD213PS, vfmsubadd213ps) X(VFMSUBADD213PD, vfmsubadd213pd) \
	X(VFMADD231PS, vfmadd231ps) X(VFMADD231PD, vfmadd231pd) \
	X(VFMADD231SS, vfmadd231ss) X(VFMADD231SD, vfmadd231sd) \
	X(VFMSUB231PS, vfmsub231ps) X(VFMSUB231PD, vfmsub231pd) \
	X(VFMSUB231SS, vfmsub231ss) X(VFMSUB231SD, vfmsub231sd) \
	X(VFNMADD231PS, vfnmadd231ps) X(VFNMADD231PD, vfnmadd231pd) \
	X(VFNMADD231SS, vfnmadd231ss) X(VFNMADD231SD, vfnmadd231sd) \
	X(VFNMSUB231PS, vfnmsub231ps) X(VFNMSUB231PD, vfnmsub231pd) \
	X(VFNMSUB231SS, vfnmsub231ss) X(VFNMSUB231SD, vfnmsub231sd) \
	X(VFMADDSUB231PS, vfmaddsub231ps) X(VFMADDSUB231PD, vfmaddsub231pd) \
	X(VFMSUBADD231PS, vfmsubadd231ps) X(VFMSUBADD231PD, vfmsubadd231pd)

#define X86_OP_ENUM_(name, text) X86_##name,
enum x86_op {
	X86_BAD,	/* no operation: a gap in the opcode map */
	X86_OPS(X86_OP_ENUM_)
	X86_OP_COUNT
};
#undef X86_OP_ENUM_

/*
 * What CPUID must list for an instruction to exist; else it is #UD. Three
 * exceptions, where the bytes are an older instruction to older processors:
 * LZCNT is BSR, TZCNT is BSF, PREFETCHW is a NOP.
 */
enum x86_feature {
	X86_FEAT_BASE,		/* what every x86-64 processor has */
	X86_FEAT_MMX, X86_FEAT_SSE, X86_FEAT_SSE2, X86_FEAT_SSE3,
	X86_FEAT_SSSE3, X86_FEAT_SSE41, X86_FEAT_SSE42, X86_FEAT_POPCNT,
	X86_FEAT_LZCNT, X86_FEAT_BMI1, X86_FEAT_BMI2, X86_FEAT_ADX,
	X86_FEAT_MOVBE, X86_FEAT_AES, X86_FEAT_PCLMUL, X86_FEAT_SHA,
	X86_FEAT_XSAVE, X86_FEAT_XSAVEOPT, X86_FEAT_XSAVEC, X86_FEAT_XSAVES,
	X86_FEAT_FSGSBASE, X86_FEAT_RDRAND, X86_FEAT_RDSEED, X86_FEAT_RDPID,
	X86_FEAT_RDTSCP, X86_FEAT_MONITOR, X86_FEAT_CX16, X86_FEAT_CLFLUSHOPT,
	X86_FEAT_CLWB, X86_FEAT_PREFETCHW, X86_FEAT_INVPCID, X86_FEAT_SMAP,
	X86_FEAT_PKU, X86_FEAT_RTM, X86_FEAT_VMX, X86_FEAT_SVM, X86_FEAT_SMX,
	X86_FEAT_AVX, X86_FEAT_AVX2, X86_FEAT_FMA, X86_FEAT_F16C,
	X86_FEAT_GFNI, X86_FEAT_VAES, X86_FEAT_VPCLMUL, X86_FEAT_SERIALIZE,
	X86_FEAT_COUNT
};

#endif
