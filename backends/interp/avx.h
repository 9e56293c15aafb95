/* SPDX-License-Identifier: MIT */
/*
 * avx.h: how VEX-encoded vector instructions are written down. All of them
 * work on halves of 16 bytes: but for a few that cross from one half to the
 * other, a 256-bit operation is the 128-bit one, twice, and so one kernel of
 * SSE's size serves both lengths; on x86-64 hosts it is the host's own
 * instruction on XMM registers, for which no host needs AVX state.
 *
 * A VEX op has up to four registers: VA the destination, VB the last source
 * (ModRM's, or memory's), VH that of VEX.vvvv, VL that of an is4 byte. A memory
 * operand that the TLB has is used where it lies; any other is first copied to
 * cpu->vmem, where VB points in forms for memory, and the form for registers
 * does the rest.
 */
#ifndef VC_INTERP_AVX_H
#define VC_INTERP_AVX_H

#include "decode.h"
#include "fpu.h"

/* imm: the immediate in bits 0-7, and where VH and VL lie in the CPU block */
#define VH	vec_at(cpu, (uint16_t)(op->imm >> 16))
#define VL	vec_at(cpu, (uint16_t)(op->imm >> 32))
#define VIMM	((unsigned)op->imm & 0xff)

/* As NEED_SIMD: code with MODE_AVX need not ask. */
#ifdef VC_DEBUG
#define NEED_AVX do { \
	if (VC_UNLIKELY(!(cpu->fpu_ok & FPU_OK_AVX))) \
		return vc__avx_stop(cpu, op); \
} while (0)
#else
#define NEED_AVX do { } while (0)
#endif

/* May a VEX vector instruction run? X_OK or X_FAULT. x87env.c */
int vc__avx_check(struct cpu *cpu);
const struct op *vc__avx_stop(struct cpu *cpu, const struct op *op);

/* Load bytes (at most 32) at op_ea() into cpu->vmem: X_*. avx.c */
int vc__avx_fetch(struct cpu *cpu, const struct op *op, unsigned bytes);
/* Load bytes (at most 32) at op_ea() into cpu->vmem, then go on with regs, the
 * same op's form for registers. avx.c */
const struct op *vc__avx_load(struct cpu *cpu, const struct op *op,
			      unsigned bytes, op_fn regs);

/* The upper half of a destination that was written as 128 bits. */
VC_INLINE void vec_clear_high(struct vec *v)
{
	memset(v->b + 16, 0, 16);
}

/* The same for an operand that must be aligned to bytes: #GP(0) if not. */
const struct op *vc__avx_load_aligned(struct cpu *cpu, const struct op *op,
				      unsigned bytes, op_fn regs);

/* ---- 16 bytes as a value: one host register where there are such ---- */

#if VC_HOSTFP
typedef __m128i vec_half;
VC_INLINE vec_half half_load(const void *p)
{
	return _mm_loadu_si128(p);
}
/* A register's half, which is aligned. */
VC_INLINE vec_half half_of_reg(const void *p)
{
	return _mm_load_si128(p);
}
VC_INLINE void half_store(void *p, vec_half v)
{
	_mm_store_si128(p, v);
}
VC_INLINE void half_store_any(void *p, vec_half v)
{
	_mm_storeu_si128(p, v);
}
VC_INLINE vec_half half_of(uint64_t lo, uint64_t hi)
{
	return _mm_set_epi64x((int64_t)hi, (int64_t)lo);
}
VC_INLINE vec_half half_of32(uint32_t a, uint32_t b, uint32_t c, uint32_t e)
{
	return _mm_set_epi32((int)e, (int)c, (int)b, (int)a);
}
#else
typedef struct { uint64_t lo, hi; } vec_half;
VC_INLINE vec_half half_load(const void *p)
{
	return (vec_half){ ld64(p), ld64((const uint8_t *)p + 8) };
}
VC_INLINE vec_half half_of_reg(const void *p)
{
	return half_load(p);
}
VC_INLINE void half_store_any(void *p, vec_half v)
{
	st64(p, v.lo);
	st64((uint8_t *)p + 8, v.hi);
}
VC_INLINE void half_store(void *p, vec_half v)
{
	half_store_any(p, v);
}
VC_INLINE vec_half half_of(uint64_t lo, uint64_t hi)
{
	return (vec_half){ lo, hi };
}
VC_INLINE vec_half half_of32(uint32_t a, uint32_t b, uint32_t c, uint32_t e)
{
	return half_of(a | (uint64_t)b << 32, c | (uint64_t)e << 32);
}
#endif

/* len bytes of a register, 16 or 32, with what a write of 16 clears */
VC_INLINE void vec_write(uint8_t *d, unsigned len, vec_half lo, vec_half hi)
{
	half_store(d, lo);
	half_store(d + 16, len == 32 ? hi : half_of(0, 0));
}

/* A register as a source: where memory may be the source too, the kernel does
 * not know that it is aligned. */
#if defined(__GNUC__)
#define VEC_ALIGNED(p) \
	((const uint8_t *)__builtin_assume_aligned(p, sizeof(struct vec)))
#else
#define VEC_ALIGNED(p)	(p)
#endif

/*
 * A kernel is a statement on d, h and s: 16 bytes each, the destination and the
 * sources (h is VEX.vvvv's; instructions without leave it alone). It must have
 * read all of its sources before it writes d, which may be any of them. half
 * is 0, or 1 for bits 128-255.
 */
#define VEX_HALF_(at, kernel) do { \
	uint8_t *d = d_ + (at); \
	const uint8_t *h = h_ + (at), *s = s_ + (at); \
	const unsigned half = (at) / 16; \
\
	(void)h; \
	(void)half; \
	kernel; \
} while (0)
#define VEX_DO_16_(kernel) \
	VEX_HALF_(0, kernel); \
	half_store(d_ + 16, half_of(0, 0))
#define VEX_DO_32_(kernel) \
	VEX_HALF_(0, kernel); \
	VEX_HALF_(16, kernel)

/* The forms of one length, 16 or 32 bytes. need: NEED_AVX, or what more the
 * instruction asks for; ptr: where its bytes of memory are found, NULL when
 * they are not to be had that way. */
#define VEX_FORM_(name, len, need, bytes, ptr, ...) \
OP_DECLARE(name##_rr##len); \
OP_DECLARE(name##_rm##len); \
H(name##_rr##len) \
{ \
	need; \
	{ \
		uint8_t *d_ = VA->b; \
		const uint8_t *h_ = VH->b, *s_ = VEC_ALIGNED(VB->b); \
\
		VEX_DO_##len##_((__VA_ARGS__)); \
	} \
	NEXT(op + 1); \
} \
H(name##_rm##len) \
{ \
	const uint8_t *s_; \
\
	need; \
	s_ = ptr; \
	if (VC_UNLIKELY(!s_)) \
		return vc__avx_load(cpu, op, bytes, vc__op_##name##_rr##len); \
	{ \
		uint8_t *d_ = VA->b; \
		const uint8_t *h_ = VH->b; \
\
		VEX_DO_##len##_((__VA_ARGS__)); \
	} \
	NEXT(op + 1); \
}
#define VEX_AT(bytes)	tlb_read_ptr(cpu, op_ea(cpu, op), bytes)

/* Both lengths of an instruction whose operands are all of that length. The
 * kernel is an expression, mostly a call. */
#define VEX(name, ...) \
	VEX_FORM_(name, 16, NEED_AVX, 16, VEX_AT(16), __VA_ARGS__) \
	VEX_FORM_(name, 32, NEED_AVX, 32, VEX_AT(32), __VA_ARGS__)
/* 128 bits only; bytes of memory. */
#define VEX_128(name, bytes, ...) \
	VEX_FORM_(name, 16, NEED_AVX, bytes, VEX_AT(bytes), __VA_ARGS__)

/*
 * An instruction that is not made of halves: statements on d, h and s, which
 * are whole registers (s: bytes bytes of memory), and clear above 16 bytes
 * themselves.
 */
#define VEX_ANY_(name, len, bytes, ptr, slow, ...) \
OP_DECLARE(name##_rr##len); \
OP_DECLARE(name##_rm##len); \
H(name##_rr##len) \
{ \
	NEED_AVX; \
	{ \
		uint8_t *d = VA->b; \
		const uint8_t *h = VH->b, *s = VEC_ALIGNED(VB->b); \
\
		(void)d; \
		(void)h; \
		(void)s; \
		__VA_ARGS__; \
	} \
	NEXT(op + 1); \
} \
H(name##_rm##len) \
{ \
	const uint8_t *s; \
\
	NEED_AVX; \
	s = ptr; \
	if (VC_UNLIKELY(!s)) \
		return slow(cpu, op, bytes, vc__op_##name##_rr##len); \
	{ \
		uint8_t *d = VA->b; \
		const uint8_t *h = VH->b; \
\
		(void)d; \
		(void)h; \
		__VA_ARGS__; \
	} \
	NEXT(op + 1); \
}
#define VEX_ANY(name, len, bytes, ...) \
	VEX_ANY_(name, len, bytes, VEX_AT(bytes), vc__avx_load, __VA_ARGS__)
/* No memory operand. */
#define VEX_REG(name, ...) \
OP_DECLARE(name); \
H(name) \
{ \
	NEED_AVX; \
	__VA_ARGS__; \
	NEXT(op + 1); \
}
/* Stores bytes bytes from src. */
#define VEX_STORE_(name, bytes, ptr, slow, src) \
OP_DECLARE(name); \
H_SLOW(name) \
{ \
	int rc = slow; \
\
	if (rc) \
		return vc__op_stop(cpu, op, rc); \
	NEXT(op + 1); \
} \
H(name) \
{ \
	uint8_t *p; \
\
	NEED_AVX; \
	p = ptr; \
	if (VC_UNLIKELY(!p)) \
		return slow_##name(cpu, op); \
	if (bytes >= 16) \
		half_store_any(p, half_load(src)); \
	else \
		memcpy(p, src, bytes); \
	if (bytes == 32) \
		half_store_any(p + 16, half_load((src) + 16)); \
	NEXT(op + 1); \
}
#define VEX_STORE(name, bytes, src) \
	VEX_STORE_(name, bytes, tlb_write_ptr(cpu, op_ea(cpu, op), bytes), \
		   vc__store(cpu, op, op_ea(cpu, op), bytes, src), src)

struct vex_row {
	uint16_t op;		/* X86_* */
	op_fn rr[2], rm[2];	/* by length */
};
#define VEX_ROW(NAME, name) { X86_##NAME, \
	{ vc__op_##name##_rr16, vc__op_##name##_rr32 }, \
	{ vc__op_##name##_rm16, vc__op_##name##_rm32 } }
#define VEX_ROW_128(NAME, name) { X86_##NAME, \
	{ vc__op_##name##_rr16, NULL }, { vc__op_##name##_rm16, NULL } }
#define VEX_ROW_256(NAME, name) { X86_##NAME, \
	{ NULL, vc__op_##name##_rr32 }, { NULL, vc__op_##name##_rm32 } }

VC_INLINE unsigned vec_offset(unsigned n)
{
	return (unsigned)offsetof(struct cpu, v) +
	       (n & 15) * (unsigned)sizeof(struct vec);
}

/*
 * Fill in the operands of a VEX op: opnd[] is destination, VEX.vvvv, source,
 * fourth register (or an immediate); or destination and source where the
 * instruction has no vvvv operand. Numbers of general registers go to a and b
 * by the operands' order: destination, then the last register source.
 */
static inline void vex_operands(const struct x86_insn *in, struct op *op)
{
	unsigned n = 0, reg[4] = { 0 };
	bool mem = false;

	for (unsigned i = 0; i < 4; i++) {
		const struct x86_operand *o = &in->opnd[i];

		if (o->kind == OPND_MEM)
			mem = true;
		else if (o->kind != OPND_XMM && o->kind != OPND_REG)
			continue;
		reg[n++] = o->kind == OPND_MEM ? 0 : o->reg;
	}
	/* is4 names a register behind the source */
	op->a = (uint8_t)reg[0];
	op->b = (uint8_t)reg[n == 2 ? 1 : 2];
	op->aux = vec_offset(op->a) |
		  (mem ? (unsigned)offsetof(struct cpu, vmem)
		       : vec_offset(op->b)) << 16;
	op->imm = (in->imm & 0xff) | (uint64_t)vec_offset(reg[1]) << 16 |
		  (uint64_t)vec_offset(reg[3]) << 32;
}

/* The row of a VEX instruction, put into op. */
static inline bool vex_find(const struct x86_insn *in, struct op *op,
			    const struct vex_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool mem = false;
		op_fn fn;

		if (rows[i].op != in->op)
			continue;
		for (unsigned k = 0; k < 4; k++)
			mem |= in->opnd[k].kind == OPND_MEM;
		fn = (mem ? rows[i].rm : rows[i].rr)[in->vex == 32];
		if (!fn)
			continue;
		op->fn = fn;
		vex_operands(in, op);
		return true;
	}
	return false;
}
#define VEX_FIND(in, op, rows) \
	vex_find(in, op, rows, sizeof(rows) / sizeof((rows)[0]))

/* ---- shared with SSE's forms ---- */

/* LDMXCSR and STMXCSR, when they may run. sse_move.c */
int vc__ldmxcsr(struct cpu *cpu, const struct op *op);
int vc__stmxcsr(struct cpu *cpu, const struct op *op);
/* PCMPxSTRI and PCMPxSTRM: how is the immediate and these. sse42.c */
#define PCMPSTR_WIDE		0x100u	/* lengths in RAX and RDX */
#define PCMPSTR_EXPLICIT	0x200u	/* ... or EAX and EDX */
void vc__pcmpstr_index(struct cpu *cpu, const uint8_t *d, const uint8_t *s,
		       unsigned how);
void vc__pcmpstr_mask(struct cpu *cpu, const uint8_t *d, const uint8_t *s,
		      unsigned how);

/* ---- the tables of the files ---- */

bool vc__select_avx(const struct x86_insn *in, struct op *op);
bool vc__select_avx_int(const struct x86_insn *in, struct op *op);
bool vc__select_avx_move(const struct x86_insn *in, struct op *op);
bool vc__select_avx_perm(const struct x86_insn *in, struct op *op);
/* By sse_lane.h's portable kernels: what no other has. avx_int.c */
bool vc__select_avx_lane(const struct x86_insn *in, struct op *op);
bool vc__select_avx_gather(const struct x86_insn *in, struct op *op);
bool vc__select_avx_fp(const struct x86_insn *in, struct op *op);
bool vc__select_avx_cvt(const struct x86_insn *in, struct op *op);
bool vc__select_fma(const struct x86_insn *in, struct op *op);
bool vc__select_crypto(const struct x86_insn *in, struct op *op);

#endif
