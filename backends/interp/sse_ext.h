/* SPDX-License-Identifier: MIT */
/*
 * sse_ext.h: how the instructions of SSE3 to SSE4.2 are written down. Each is
 * a statement on the destination d and the source s (guest byte order), made
 * into a form for registers (_rr) and one for memory (_rm). The work is in
 * kernels, which are functions of their own: an op has no address-taken
 * locals.
 */
#ifndef VC_INTERP_SSE_EXT_H
#define VC_INTERP_SSE_EXT_H

#include "decode.h"
#include "fpu.h"

#define V(n)	(&cpu->v[n])
#define I	((unsigned)op->imm & 0xff)

/* A kernel: d = op(d, s), of n bytes (8 or 16). s may be d. */
#define KERNEL(name) \
static VC_NOINLINE void k_##name(uint8_t *d, const uint8_t *s, unsigned n)

#define EXT_RR(name, ...) \
OP_DECLARE(name##_rr); \
H(name##_rr) \
{ \
	NEED_SIMD; \
	{ \
		uint8_t *d = V(op->a)->b; \
		const uint8_t *s = V(op->b)->b; \
		__VA_ARGS__; \
	} \
	NEXT(op + 1); \
}
#define EXT_RM_(name, fast, slow, ...) \
OP_DECLARE(name##_rm); \
H_SLOW(name##_rm) \
{ \
	uint8_t *d = V(op->a)->b; \
	const uint8_t *s = slow; \
\
	if (!s) \
		return vc__op_stop(cpu, op, cpu->slow_rc); \
	__VA_ARGS__; \
	NEXT(op + 1); \
} \
H(name##_rm) \
{ \
	uint8_t *d = V(op->a)->b; \
	const uint8_t *s; \
\
	NEED_SIMD; \
	s = fast; \
	if (VC_UNLIKELY(!s)) \
		return slow_##name##_rm(cpu, op); \
	__VA_ARGS__; \
	NEXT(op + 1); \
}
/* 16 bytes, aligned; bytes bytes at any address. */
#define EXT_RM(name, ...) \
	EXT_RM_(name, tlb_read16a(cpu, op_ea(cpu, op)), \
		vc__slow_read16a(cpu, op), __VA_ARGS__)
#define EXT_RMU(name, bytes, ...) \
	EXT_RM_(name, tlb_read_ptr(cpu, op_ea(cpu, op), bytes), \
		vc__slow_read(cpu, op, bytes), __VA_ARGS__)
#define EXT(name, ...) \
	EXT_RR(name, __VA_ARGS__) \
	EXT_RM(name, __VA_ARGS__)
#define EXTU(name, bytes, ...) \
	EXT_RR(name, __VA_ARGS__) \
	EXT_RMU(name, bytes, __VA_ARGS__)

struct ext_row {
	uint16_t op;
	op_fn rr, rm;
};
#define EXT_ROW(NAME, name) \
	{ X86_##NAME, vc__op_##name##_rr, vc__op_##name##_rm }

/* The row of an instruction on XMM registers, put into op. */
static inline bool ext_find(const struct x86_insn *in, struct op *op,
			    const struct ext_row *rows, size_t n)
{
	const struct x86_operand *o = in->opnd;

	for (size_t i = 0; i < n; i++) {
		op_fn fn;

		if (rows[i].op != in->op)
			continue;
		fn = o[0].kind == OPND_MEM || o[1].kind == OPND_MEM ?
		     rows[i].rm : rows[i].rr;
		if (!fn)
			return false;
		op->fn = fn;
		op->a = o[0].reg;
		op->b = o[1].reg;
		op->imm = in->imm;
		return true;
	}
	return false;
}
#define EXT_FIND(in, op, rows) \
	ext_find(in, op, rows, sizeof(rows) / sizeof((rows)[0]))

#endif
