/* SPDX-License-Identifier: MIT */
/*
 * avx_fp.h: how VEX-encoded floating point is written down. A row has a form,
 * by which the general path does it on softfp.c, and on x86-64 hosts the ops
 * of a fast path: the host's own instruction on each half of 16 bytes, under
 * the guest's MXCSR. As in sse.c, the general path takes over when MXCSR is
 * not live, when the TLB does not have the operand, and when an exception is
 * unmasked; then the lanes of both halves decide before a register changes.
 */
#ifndef VC_INTERP_AVX_FP_H
#define VC_INTERP_AVX_FP_H

#include "avx.h"
#include "fp_form.h"

/* What the host must have for the fast path. */
enum { HOST_ANY, HOST_SSE41, HOST_AVX, HOST_FMA, HOST_F16C };

struct fp_row {
	uint16_t op;		/* X86_* */
	uint8_t need;		/* HOST_* */
	struct fp_form form;
	op_fn fn[2][2];		/* [memory operand][wide], may be NULL */
};

/* op->imm: above VH and VL. Wide: 256 bits, or integers of 64. */
#define FP_WIDE		((uint64_t)1 << 63)
#define FP_MEM		((uint64_t)1 << 62)
#define FP_ROW(op)	((unsigned)((op)->imm >> 48) & 0x3fff)

#define FP_AGAIN	100	/* MXCSR was loaded into the host: again */

/* The general path of an op: X_* or FP_AGAIN. loaded: its memory operand is in
 * cpu->vmem. avx_fp.c */
int vc__avxfp_general(struct cpu *cpu, const struct op *op,
		      const struct fp_form *f, bool loaded);
/* Find the row of an instruction, put it into op. */
bool vc__avxfp_select(const struct x86_insn *in, struct op *op,
		      const struct fp_row *rows, size_t n, op_fn general);
#define FP_SELECT(in, op, rows, general) \
	vc__avxfp_select(in, op, rows, sizeof(rows) / sizeof((rows)[0]), \
			 general)

/* The general path for a file's table of rows, which comes later. */
#define FP_GENERAL \
static const struct fp_form *form_of(const struct op *op); \
static const struct op *general(struct cpu *cpu, const struct op *op) \
{ \
	int rc = vc__avxfp_general(cpu, op, form_of(op), false); \
\
	if (rc == FP_AGAIN) \
		NEXT(op); \
	if (VC_UNLIKELY(rc)) \
		return vc__op_stop(cpu, op, rc); \
	NEXT(op + 1); \
} \
FP_MISSED
/* For an operand that the TLB does not have (it may lie on two pages): load
 * it, go on with regs. But a device may have taken the guest's MXCSR out of
 * the host, and must not be asked twice. */
#if VC_HOSTFP
#define FP_MISSED \
VC_COLD static const struct op *general_loaded(struct cpu *cpu, \
					       const struct op *op) \
{ \
	int rc = vc__avxfp_general(cpu, op, form_of(op), true); \
\
	if (VC_UNLIKELY(rc)) \
		return vc__op_stop(cpu, op, rc); \
	NEXT(op + 1); \
} \
VC_NOINLINE static const struct op *missed(struct cpu *cpu, \
					   const struct op *op, \
					   unsigned bytes, op_fn regs) \
{ \
	int rc = vc__avx_fetch(cpu, op, bytes); \
\
	if (VC_UNLIKELY(rc)) \
		return vc__op_stop(cpu, op, rc); \
	if (VC_UNLIKELY(!(cpu->fpu_ok & FPU_OK_SSE))) \
		return general_loaded(cpu, op); \
	return regs(cpu, op); \
}
#else
#define FP_MISSED
#endif

#if VC_HOSTFP
typedef uint32_t __attribute__((aligned(1), may_alias)) any32;
typedef uint64_t __attribute__((aligned(1), may_alias)) any64;
struct any128 { uint8_t b[16]; };

/* Statements on va, the destination, and s, the last source. */
#define FP_RR(name, ...) \
OP_DECLARE(name); \
H(name) \
{ \
	NEED_AVX; \
	if (VC_LIKELY(cpu->fpu_ok & FPU_OK_SSE)) { \
		const uint8_t *s = VB->b; \
		struct vec *va = VA; \
\
		(void)va; \
		__VA_ARGS__; \
		NEXT(op + 1); \
	} \
	return general(cpu, op); \
}
/* rr: what does the same with cpu->vmem. */
#define FP_RM(name, rr, bytes, ...) \
OP_DECLARE(name); \
H(name) \
{ \
	NEED_AVX; \
	if (VC_LIKELY(cpu->fpu_ok & FPU_OK_SSE)) { \
		const uint8_t *s = tlb_read_ptr(cpu, op_ea(cpu, op), bytes); \
\
		if (VC_LIKELY(s)) { \
			struct vec *va = VA; \
\
			(void)va; \
			__VA_ARGS__; \
			NEXT(op + 1); \
		} \
		return missed(cpu, op, bytes, vc__op_##rr); \
	} \
	return general(cpu, op); \
}

#define LOADA(p)	_mm_load_si128((const void *)(p))
#define LOADU(p)	_mm_loadu_si128((const void *)(p))
#define STOREA(p, x)	_mm_store_si128((void *)(p), x)
#define AS(type, p)	(*(const type *)(const void *)(p))

/* Operands of 16 bytes: a register of the guest is aligned, its memory need
 * not be, which matters to instructions without VEX. */
#define IN_RR(p)	"m"(AS(struct any128, p))
#define IN_RM(p)	"x"(LOADU(p))

/* x = insn(x, source); x = insn(source) */
#define DO2(insn, x, ...) \
	__asm__ volatile (insn " %1, %0" : "+x"(x) : __VA_ARGS__)
#define DO1(insn, x, ...) \
	__asm__ volatile (insn " %1, %0" : "=x"(x) : __VA_ARGS__)

/* An instruction of one operand on 16 or 32 bytes. */
#define UNARY_16(insn, in) do { \
	__m128i x_; \
\
	DO1(insn, x_, in(s)); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)
#define UNARY_32(insn, in) do { \
	__m128i x_, y_; \
\
	DO1(insn, x_, in(s)); \
	DO1(insn, y_, in(s + 16)); \
	STOREA(va->b, x_); \
	STOREA(va->b + 16, y_); \
} while (0)
#define UNARY(name, insn) \
FP_RR(name##_rr16, UNARY_16(insn, IN_RR)) \
FP_RR(name##_rr32, UNARY_32(insn, IN_RR)) \
FP_RM(name##_rm16, name##_rr16, 16, UNARY_16(insn, IN_RM)) \
FP_RM(name##_rm32, name##_rr32, 32, UNARY_32(insn, IN_RM))

/* A scalar: the rest of the 16 bytes comes from VEX.vvvv's. */
#define SCALAR_OF(insn, type, p) do { \
	__m128i x_ = LOADA(VH->b); \
\
	DO2(insn, x_, "m"(AS(type, p))); \
	STOREA(va->b, x_); \
	vec_clear_high(va); \
} while (0)

#define SCALAR(insn, type)	SCALAR_OF(insn, type, s)

/* EFLAGS; a general register */
#define TO_FLAGS(insn, type) do { \
	__m128i x_ = LOADA(va->b); \
	bool cf_, zf_, pf_; \
\
	__asm__ volatile(insn " %4, %3" \
			 : "=@ccc"(cf_), "=@ccz"(zf_), "=@ccp"(pf_) \
			 : "x"(x_), "m"(AS(type, s))); \
	cc_set(cpu, CC(FLAGS, 0), !zf_, \
	       (uint64_t)cf_ | (uint64_t)pf_ << 2 | (uint64_t)zf_ << 6); \
} while (0)
#define TO_GPR(insn, type, reg) do { \
	reg r_; \
\
	__asm__ volatile(insn " %1, %0" : "=r"(r_) : "m"(AS(type, s))); \
	R(op->a) = r_; \
} while (0)

#define FN_PACKED(name) { \
	{ vc__op_##name##_rr16, vc__op_##name##_rr32 }, \
	{ vc__op_##name##_rm16, vc__op_##name##_rm32 } }
#define FN_SCALAR(name) { \
	{ vc__op_##name##_rr, NULL }, { vc__op_##name##_rm, NULL } }
#else
#define FN_PACKED(name)	{ { NULL, NULL }, { NULL, NULL } }
#define FN_SCALAR(name)	{ { NULL, NULL }, { NULL, NULL } }
#endif

#endif
