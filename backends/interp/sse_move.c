/* SPDX-License-Identifier: MIT */
/*
 * sse_move.c: moves of XMM registers, non-temporal stores, masked stores, and
 * the cache and ordering hints. Non-temporal stores are plain stores: weaker
 * ordering is allowed, not required.
 */
#include "avx.h"
#include "segment.h"

/* 16 bytes at any alignment; one host load or store where there is one. */
VC_INLINE void copy16(void *d, const void *s)
{
#if VC_HOSTFP
	_mm_storeu_si128(d, _mm_loadu_si128(s));
#else
	memcpy(d, s, 16);
#endif
}

VC_INLINE void zero_above(struct vec *d, uint64_t lo)
{
#if VC_HOSTFP
	_mm_store_si128((void *)d, _mm_cvtsi64_si128((int64_t)lo));
#else
	st64(d->b, lo);
	st64(d->b + 8, 0);
#endif
}

#define FORM_V(name, ...) \
OP_DECLARE(name); \
H(name) \
{ \
	NEED_SIMD; \
	__VA_ARGS__; \
	NEXT(op + 1); \
}

/* Loads: the bytes are at p. */
#define FORM_VLOAD_(name, fast, slow, ...) \
OP_DECLARE(name); \
H_SLOW(name) \
{ \
	const uint8_t *p = slow; \
\
	if (!p) \
		return vc__op_stop(cpu, op, cpu->slow_rc); \
	__VA_ARGS__; \
	NEXT(op + 1); \
} \
H(name) \
{ \
	const uint8_t *p; \
\
	NEED_SIMD; \
	p = fast; \
	if (VC_UNLIKELY(!p)) \
		return slow_##name(cpu, op); \
	__VA_ARGS__; \
	NEXT(op + 1); \
}
#define FORM_VLOAD(name, bytes, ...) \
	FORM_VLOAD_(name, tlb_read_ptr(cpu, op_ea(cpu, op), bytes), \
		    vc__slow_read(cpu, op, bytes), __VA_ARGS__)
#define FORM_VLOADA(name, ...) \
	FORM_VLOAD_(name, tlb_read16a(cpu, op_ea(cpu, op)), \
		    vc__slow_read16a(cpu, op), __VA_ARGS__)

/* Stores of bytes bytes from src. */
#define FORM_VSTORE_(name, fast, slow, bytes, src) \
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
	NEED_SIMD; \
	p = fast; \
	if (VC_UNLIKELY(!p)) \
		return slow_##name(cpu, op); \
	if (bytes == 16) \
		copy16(p, src); \
	else \
		memcpy(p, src, bytes); \
	NEXT(op + 1); \
}
#define FORM_VSTORE(name, bytes, src) \
	FORM_VSTORE_(name, tlb_write_ptr(cpu, op_ea(cpu, op), bytes), \
		     vc__store(cpu, op, op_ea(cpu, op), bytes, src), bytes, src)
#define FORM_VSTOREA(name, src) \
	FORM_VSTORE_(name, tlb_write16a(cpu, op_ea(cpu, op)), \
		     vc__store16a(cpu, op, src), 16, src)

/* ---- 16 bytes ---- */

FORM_V(v_mov_rr, copy16(VA, VB))
FORM_VLOADA(v_mova_rm, copy16(VA, p))
FORM_VLOAD(v_movu_rm, 16, copy16(VA, p))
FORM_VSTOREA(v_mova_mr, VB->b)
FORM_VSTORE(v_movu_mr, 16, VB->b)

/* ---- parts ---- */

FORM_V(v_movss_rr, memcpy(VA->b, VB->b, 4))
FORM_VLOAD(v_movss_rm, 4, zero_above(VA, ld32(p)))
FORM_VSTORE(v_movss_mr, 4, VB->b)
#if VC_HOSTFP
/* Whole registers are loaded and stored, for the host's store forwarding. */
FORM_V(v_movsd_rr, _mm_store_pd((void *)VA, _mm_move_sd(
	_mm_load_pd((void *)VA), _mm_load_pd((void *)VB))))
#else
FORM_V(v_movsd_rr, memcpy(VA->b, VB->b, 8))
#endif
FORM_VLOAD(v_movsd_rm, 8, zero_above(VA, ld64(p)))
FORM_VSTORE(v_movlo_mr, 8, VB->b)
FORM_VLOAD(v_movlo_rm, 8, memcpy(VA->b, p, 8))
FORM_VSTORE(v_movhi_mr, 8, VB->b + 8)
FORM_VLOAD(v_movhi_rm, 8, memcpy(VA->b + 8, p, 8))
FORM_V(v_movhlps, memcpy(VA->b, VB->b + 8, 8))
FORM_V(v_movlhps, memcpy(VA->b + 8, VB->b, 8))
FORM_V(v_movq_rr, zero_above(VA, ld64(VB->b)))

/* ---- general registers ---- */

FORM_V(v_movd_from_gpr, zero_above(VA, get32(cpu, op->b)))
FORM_V(v_movq_from_gpr, zero_above(VA, R(op->b)))
FORM_V(v_movd_to_gpr, R(op->a) = ld32(VB->b))
FORM_V(v_movq_to_gpr, R(op->a) = ld64(VB->b))

/* ---- MMX registers ---- */

OP_DECLARE(v_movq2dq);
OP(v_movq2dq)
{
	int rc = vc__simd_check(cpu);

	if (!rc)
		rc = vc__x87_check(cpu, true);
	if (rc)
		return rc;
	mmx_enter(cpu);
	zero_above(VA, cpu->st[op->b].m);
	return X_OK;
}

OP_DECLARE(v_movdq2q);
OP(v_movdq2q)
{
	int rc = vc__simd_check(cpu);

	if (!rc)
		rc = vc__x87_check(cpu, true);
	if (rc)
		return rc;
	mmx_enter(cpu);
	mmx_write(cpu, op->a, ld64(VB->b));
	return X_OK;
}

/* ---- masked stores ---- */

/*
 * Store the bytes of data whose byte of mask has its top bit set at seg:[rDI];
 * op->seg is the segment, imm the address size. All that is to be written is
 * probed first. Bytes that are masked out are not accessed.
 */
int vc__masked_store(struct cpu *cpu, const struct op *op, const uint8_t *data,
		     const uint8_t *mask, unsigned n)
{
	uint64_t off = R(R_RDI) & (~(uint64_t)0 >> (64 - 8 * (op->imm & 15)));
	unsigned first = 0, last = n, i, j;
	uint64_t la;
	int rc;

	while (first < n && !(mask[first] & 0x80))
		first++;
	if (first == n)
		return X_OK;
	while (!(mask[last - 1] & 0x80))
		last--;
	rc = vc__seg_check(cpu, op->seg, off + first, last - first, X86_WRITE,
			   &la);
	if (!rc)
		rc = vc__probe_write(cpu, op, la, last - first);
	for (i = first; !rc && i < last; i = j) {
		for (j = i; j < last && mask[j] & 0x80; j++)
			;
		if (j > i)
			rc = vc__store(cpu, op, la + (i - first), j - i,
				       data + i);
		else
			j++;
	}
	return rc;
}

OP_DECLARE(v_maskmov);
OP(v_maskmov)
{
	int rc = vc__simd_check(cpu);

	if (rc)
		return rc;
	return vc__masked_store(cpu, op, VA->b, VB->b, 16);
}

/* ---- MXCSR ---- */

int vc__ldmxcsr(struct cpu *cpu, const struct op *op)
{
	uint8_t t[4];
	int rc = vc__load(cpu, op, op_ea(cpu, op), 4, t);

	if (rc)
		return rc;
	if (ld32(t) & ~MXCSR_MASK)
		return vc__gp(cpu, 0);
	vc__mxcsr_set(cpu, ld32(t));
	return X_OK;
}

int vc__stmxcsr(struct cpu *cpu, const struct op *op)
{
	uint8_t t[4];

	st32(t, vc__mxcsr(cpu));
	return vc__store(cpu, op, op_ea(cpu, op), 4, t);
}

OP_DECLARE(v_ldmxcsr);
OP(v_ldmxcsr)
{
	int rc = vc__simd_check(cpu);

	return rc ? rc : vc__ldmxcsr(cpu, op);
}

OP_DECLARE(v_stmxcsr);
OP(v_stmxcsr)
{
	int rc = vc__simd_check(cpu);

	return rc ? rc : vc__stmxcsr(cpu, op);
}

/* ---- hints ---- */

OP_DECLARE(v_fence);
H(v_fence)
{
	(void)cpu;
	atomic_thread_fence(memory_order_seq_cst);
	NEXT(op + 1);
}

OP_DECLARE(v_nop);
H(v_nop)
{
	(void)cpu;
	NEXT(op + 1);
}

/* CLFLUSH faults as a load of the byte would (SDM 2A). */
OP_DECLARE(v_clflush);
OP(v_clflush)
{
	uint8_t t;

	return vc__load(cpu, op, op_ea(cpu, op), 1, &t);
}

/* ---- the table ---- */

struct row {
	uint16_t op;
	op_fn rr, rm, mr;
};

static const struct row rows[] = {
	{ X86_MOVAPS, vc__op_v_mov_rr, vc__op_v_mova_rm, vc__op_v_mova_mr },
	{ X86_MOVAPD, vc__op_v_mov_rr, vc__op_v_mova_rm, vc__op_v_mova_mr },
	{ X86_MOVDQA, vc__op_v_mov_rr, vc__op_v_mova_rm, vc__op_v_mova_mr },
	{ X86_MOVUPS, vc__op_v_mov_rr, vc__op_v_movu_rm, vc__op_v_movu_mr },
	{ X86_MOVUPD, vc__op_v_mov_rr, vc__op_v_movu_rm, vc__op_v_movu_mr },
	{ X86_MOVDQU, vc__op_v_mov_rr, vc__op_v_movu_rm, vc__op_v_movu_mr },
	{ X86_LDDQU, NULL, vc__op_v_movu_rm, NULL },
	{ X86_MOVNTPS, NULL, NULL, vc__op_v_mova_mr },
	{ X86_MOVNTPD, NULL, NULL, vc__op_v_mova_mr },
	{ X86_MOVNTDQ, NULL, NULL, vc__op_v_mova_mr },
	{ X86_MOVNTDQA, NULL, vc__op_v_mova_rm, NULL },
	{ X86_MOVSS, vc__op_v_movss_rr, vc__op_v_movss_rm, vc__op_v_movss_mr },
	{ X86_MOVSD, vc__op_v_movsd_rr, vc__op_v_movsd_rm, vc__op_v_movlo_mr },
	{ X86_MOVLPS, NULL, vc__op_v_movlo_rm, vc__op_v_movlo_mr },
	{ X86_MOVLPD, NULL, vc__op_v_movlo_rm, vc__op_v_movlo_mr },
	{ X86_MOVHPS, NULL, vc__op_v_movhi_rm, vc__op_v_movhi_mr },
	{ X86_MOVHPD, NULL, vc__op_v_movhi_rm, vc__op_v_movhi_mr },
	{ X86_MOVHLPS, vc__op_v_movhlps, NULL, NULL },
	{ X86_MOVLHPS, vc__op_v_movlhps, NULL, NULL },
	{ X86_MOVQ, vc__op_v_movq_rr, vc__op_v_movsd_rm, vc__op_v_movlo_mr },
	{ X86_MOVD, NULL, vc__op_v_movss_rm, vc__op_v_movss_mr },
	{ X86_MOVQ2DQ, vc__op_v_movq2dq, NULL, NULL },
	{ X86_MOVDQ2Q, vc__op_v_movdq2q, NULL, NULL },
	{ X86_MASKMOVDQU, vc__op_v_maskmov, NULL, NULL },
	{ X86_LDMXCSR, NULL, NULL, vc__op_v_ldmxcsr },
	{ X86_STMXCSR, NULL, NULL, vc__op_v_stmxcsr },
	{ X86_CLFLUSH, NULL, NULL, vc__op_v_clflush },
	{ X86_CLFLUSHOPT, NULL, NULL, vc__op_v_clflush },
	{ X86_CLWB, NULL, NULL, vc__op_v_clflush },
	{ X86_PREFETCH, NULL, NULL, vc__op_v_nop },
	{ X86_PREFETCHW, NULL, NULL, vc__op_v_nop },
	{ X86_LFENCE, vc__op_v_fence, NULL, NULL },
	{ X86_MFENCE, vc__op_v_fence, NULL, NULL },
	{ X86_SFENCE, vc__op_v_fence, NULL, NULL },
	{ X86_PAUSE, vc__op_v_nop, NULL, NULL },
};

/* MOVD and MOVQ between XMM and general registers. */
static op_fn gpr_move(const struct x86_insn *in)
{
	const struct x86_operand *o = in->opnd;

	if (in->op != X86_MOVD && in->op != X86_MOVQ)
		return NULL;
	if (o[0].kind == OPND_XMM && o[1].kind == OPND_REG)
		return in->op == X86_MOVQ ? vc__op_v_movq_from_gpr
					  : vc__op_v_movd_from_gpr;
	if (o[1].kind == OPND_XMM && o[0].kind == OPND_REG)
		return in->op == X86_MOVQ ? vc__op_v_movq_to_gpr
					  : vc__op_v_movd_to_gpr;
	return NULL;
}

bool vc__select_move(const struct x86_insn *in, struct op *op)
{
	const struct x86_operand *o = in->opnd;
	op_fn fn = gpr_move(in);

	for (unsigned i = 0; !fn && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].op == in->op)
			fn = o[0].kind == OPND_MEM ? rows[i].mr :
			     o[1].kind == OPND_MEM ? rows[i].rm : rows[i].rr;
	if (!fn)
		return false;
	op->fn = fn;
	simd_operands(op, o[0].reg, o[1].reg);
	if (in->op == X86_MASKMOVDQU) {
		op->seg = in->seg;
		op->imm = in->asize;
	}
	return true;
}
