/* SPDX-License-Identifier: MIT */
/*
 * sse_host.c: SSE3 to SSE4.2 by the host's own instructions, where there are
 * any: what guests use most, chosen before the portable forms. Floating point
 * runs under the guest's MXCSR, as in sse.c; whatever that cannot do goes the
 * general way (sse_fp.c).
 */
#include "fp_form.h"
#include "sse_ext.h"

#if VC_HOSTFP

/* d = insn(d, s) on bytes bytes at s; they are aligned where 16 must be. */
#define HOST(insn, bytes) do { \
	__m128i d_ = _mm_load_si128((const void *)d); \
\
	__asm__ (insn " %1, %0" : "+x"(d_) \
		 : "m"(*(const uint8_t (*)[bytes])(const void *)s)); \
	_mm_store_si128((void *)d, d_); \
} while (0)

/* X(NAME, name): both operands XMM, or 16 aligned bytes */
#define HOST_OPS(X) \
	X(PSHUFB, pshufb) X(PHADDW, phaddw) X(PHADDD, phaddd) \
	X(PHADDSW, phaddsw) X(PHSUBW, phsubw) X(PHSUBD, phsubd) \
	X(PHSUBSW, phsubsw) X(PSIGNB, psignb) X(PSIGNW, psignw) \
	X(PSIGND, psignd) X(PABSB, pabsb) X(PABSW, pabsw) X(PABSD, pabsd) \
	X(PMULHRSW, pmulhrsw) X(PMADDUBSW, pmaddubsw) \
	X(MOVSLDUP, movsldup) X(MOVSHDUP, movshdup) \
	X(PMINSB, pminsb) X(PMAXSB, pmaxsb) X(PMINUW, pminuw) \
	X(PMAXUW, pmaxuw) X(PMINSD, pminsd) X(PMAXSD, pmaxsd) \
	X(PMINUD, pminud) X(PMAXUD, pmaxud) X(PMULLD, pmulld) \
	X(PMULDQ, pmuldq) X(PCMPEQQ, pcmpeqq) X(PCMPGTQ, pcmpgtq) \
	X(PACKUSDW, packusdw) X(PHMINPOSUW, phminposuw)
#define HOST_FORM(NAME, name) EXT(h_##name, HOST(#name, 16))
HOST_OPS(HOST_FORM)

/* X(NAME, name, bytes of memory, at any address) */
#define HOST_PARTS(X) \
	X(MOVDDUP, movddup, 8) \
	X(PMOVSXBW, pmovsxbw, 8) X(PMOVSXBD, pmovsxbd, 4) \
	X(PMOVSXBQ, pmovsxbq, 2) X(PMOVSXWD, pmovsxwd, 8) \
	X(PMOVSXWQ, pmovsxwq, 4) X(PMOVSXDQ, pmovsxdq, 8) \
	X(PMOVZXBW, pmovzxbw, 8) X(PMOVZXBD, pmovzxbd, 4) \
	X(PMOVZXBQ, pmovzxbq, 2) X(PMOVZXWD, pmovzxwd, 8) \
	X(PMOVZXWQ, pmovzxwq, 4) X(PMOVZXDQ, pmovzxdq, 8)
#define PART_FORM(NAME, name, bytes) EXTU(h_##name, bytes, HOST(#name, bytes))
HOST_PARTS(PART_FORM)

/* The mask is XMM0, on the host too. */
#define BLEND(insn) do { \
	__m128i d_ = _mm_load_si128((const void *)d); \
\
	__asm__ (insn " %%xmm0, %1, %0" : "+x"(d_) \
		 : "m"(*(const uint8_t (*)[16])(const void *)s), \
		   "Yz"(_mm_load_si128((const void *)V(0)))); \
	_mm_store_si128((void *)d, d_); \
} while (0)
EXT(h_pblendvb, BLEND("pblendvb"))
EXT(h_blendvps, BLEND("blendvps"))
EXT(h_blendvpd, BLEND("blendvpd"))

#define TEST(insn) do { \
	bool cf_, zf_; \
\
	__asm__ (insn " %3, %2" : "=@ccc"(cf_), "=@ccz"(zf_) \
		 : "x"(_mm_load_si128((const void *)d)), \
		   "m"(*(const uint8_t (*)[16])(const void *)s)); \
	cc_set(cpu, CC(FLAGS, 0), !zf_, \
	       (uint64_t)cf_ | (uint64_t)zf_ << 6); \
} while (0)
EXT(h_ptest, TEST("ptest"))

/* ---- CRC32 ---- */

/* The accumulator is a 64-bit register with a 64-bit source only. */
#define CRC(name, bits, suffix, acc, reg) \
OP_DECLARE(name##_rr); \
OP_DECLARE(name##_rm); \
VC_INLINE acc k_##name(acc crc, uint##bits##_t v) \
{ \
	__asm__ ("crc32" suffix " %1, %0" : "+r"(crc) : "r"(v)); \
	return crc; \
} \
FORM_REG(name##_rr, R(op->a) = k_##name(get32(cpu, op->a), reg)) \
FORM_LOAD(name##_rm, bits / 8, \
	  R(op->a) = k_##name(get32(cpu, op->a), ld##bits(p)))
CRC(h_crc32_8, 8, "b", uint32_t, get8(cpu, op->b))
CRC(h_crc32_16, 16, "w", uint32_t, get16(cpu, op->b))
CRC(h_crc32_32, 32, "l", uint32_t, get32(cpu, op->b))
CRC(h_crc32_64, 64, "q", uint64_t, R(op->b))

static bool select_crc32(const struct x86_insn *in, struct op *op)
{
	static const op_fn fn[4][2] = {
		{ vc__op_h_crc32_8_rr, vc__op_h_crc32_8_rm },
		{ vc__op_h_crc32_16_rr, vc__op_h_crc32_16_rm },
		{ vc__op_h_crc32_32_rr, vc__op_h_crc32_32_rm },
		{ vc__op_h_crc32_64_rr, vc__op_h_crc32_64_rm },
	};
	const struct x86_operand *o = &in->opnd[1];
	unsigned size = o->size == 8 ? 3 : o->size == 4 ? 2 : o->size == 2;

	op->fn = fn[size][o->kind == OPND_MEM];
	return true;
}

/* ---- floating point ---- */

/* Under the guest's MXCSR; the flags stay in the host's. */
#define FP(insn, bytes) do { \
	__m128i d_ = _mm_load_si128((const void *)V(op->a)); \
\
	__asm__ volatile (insn " %1, %0" : "+x"(d_) \
		: "m"(*(const uint8_t (*)[bytes])(const void *)s)); \
	_mm_store_si128((void *)V(op->a), d_); \
} while (0)

#define FORM_FP(name, fast, ...) \
OP_DECLARE(g_##name##_rr); \
OP_DECLARE(g_##name##_rm); \
OP_DECLARE(h_##name##_rr); \
H(h_##name##_rr) \
{ \
	if (VC_LIKELY(cpu->fpu_ok & FPU_OK_SSE)) { \
		const void *s = V(op->b); \
\
		__VA_ARGS__; \
		NEXT(op + 1); \
	} \
	return vc__op_g_##name##_rr(cpu, op); \
} \
OP_DECLARE(h_##name##_rm); \
H(h_##name##_rm) \
{ \
	if (VC_LIKELY(cpu->fpu_ok & FPU_OK_SSE)) { \
		const uint8_t *s = fast; \
\
		if (VC_LIKELY(s)) { \
			__VA_ARGS__; \
			NEXT(op + 1); \
		} \
	} \
	return vc__op_g_##name##_rm(cpu, op); \
}
#define AT16	tlb_read16a(cpu, op_ea(cpu, op))
#define AT8	tlb_read_ptr(cpu, op_ea(cpu, op), 8)
#define AT4	tlb_read_ptr(cpu, op_ea(cpu, op), 4)
FORM_FP(haddps, AT16, FP("haddps", 16))
FORM_FP(haddpd, AT16, FP("haddpd", 16))
FORM_FP(hsubps, AT16, FP("hsubps", 16))
FORM_FP(hsubpd, AT16, FP("hsubpd", 16))
FORM_FP(addsubps, AT16, FP("addsubps", 16))
FORM_FP(addsubpd, AT16, FP("addsubpd", 16))

/* Bits 4 to 7 of the immediate mean nothing. */
#define ROUND_CASE(n, insn, bytes) \
	case n: \
		FP(insn " $" #n ",", bytes); \
		break;
#define ROUND(insn, bytes) \
	switch (op->imm & 15) { \
	ROUND_CASE(0, insn, bytes) ROUND_CASE(1, insn, bytes) \
	ROUND_CASE(2, insn, bytes) ROUND_CASE(3, insn, bytes) \
	ROUND_CASE(4, insn, bytes) ROUND_CASE(5, insn, bytes) \
	ROUND_CASE(6, insn, bytes) ROUND_CASE(7, insn, bytes) \
	ROUND_CASE(8, insn, bytes) ROUND_CASE(9, insn, bytes) \
	ROUND_CASE(10, insn, bytes) ROUND_CASE(11, insn, bytes) \
	ROUND_CASE(12, insn, bytes) ROUND_CASE(13, insn, bytes) \
	ROUND_CASE(14, insn, bytes) ROUND_CASE(15, insn, bytes) \
	}
FORM_FP(roundps, AT16, ROUND("roundps", 16))
FORM_FP(roundpd, AT16, ROUND("roundpd", 16))
FORM_FP(roundss, AT4, ROUND("roundss", 4))
FORM_FP(roundsd, AT8, ROUND("roundsd", 8))

#define DOT(dot) do { \
	void *d_ = V(op->a); \
\
	_mm_store_si128(d_, dot(_mm_load_si128(d_), \
				_mm_load_si128((const void *)s), I)); \
} while (0)
FORM_FP(dpps, AT16, DOT(fp_dot_ps))
FORM_FP(dppd, AT16, DOT(fp_dot_pd))

/* ---- the table ---- */

#define ROW(NAME, name) EXT_ROW(NAME, h_##name),
#define ROW3(NAME, name, bytes) EXT_ROW(NAME, h_##name),
static const struct ext_row rows[] = {
	HOST_OPS(ROW)
	HOST_PARTS(ROW3)
	ROW(PBLENDVB, pblendvb) ROW(BLENDVPS, blendvps)
	ROW(BLENDVPD, blendvpd) ROW(PTEST, ptest)
	ROW(HADDPS, haddps) ROW(HADDPD, haddpd) ROW(HSUBPS, hsubps)
	ROW(HSUBPD, hsubpd) ROW(ADDSUBPS, addsubps) ROW(ADDSUBPD, addsubpd)
	ROW(ROUNDPS, roundps) ROW(ROUNDPD, roundpd) ROW(ROUNDSS, roundss)
	ROW(ROUNDSD, roundsd) ROW(DPPS, dpps) ROW(DPPD, dppd)
};

static bool host_can(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("sse3") &&
	       __builtin_cpu_supports("ssse3") &&
	       __builtin_cpu_supports("sse4.1") &&
	       __builtin_cpu_supports("sse4.2");
}

bool vc__select_ssehost(const struct x86_insn *in, struct op *op)
{
	if (in->opnd[0].kind == OPND_MMX || !host_can())
		return false;
	if (in->op == X86_CRC32)
		return select_crc32(in, op);
	return EXT_FIND(in, op, rows);
}

#else

bool vc__select_ssehost(const struct x86_insn *in, struct op *op)
{
	(void)in;
	(void)op;
	return false;
}

#endif
