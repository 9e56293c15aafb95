/* SPDX-License-Identifier: MIT */
/*
 * avx_move.c: moves, broadcasts, masked moves and masks to general registers.
 * Non-temporal stores are plain stores, as in sse_move.c.
 */
#include "avx.h"
#include "segment.h"

/* ---- whole registers ---- */

/* 32 aligned bytes at la, or NULL: as tlb_read16a(). */
VC_INLINE bool inside32(uint64_t t)
{
	return (t >> 5 | t << 59) <= 127;
}

VC_INLINE const uint8_t *tlb_read32a(const struct cpu *cpu, uint64_t la)
{
	const struct tlb_entry *e = tlb_entry(cpu->tlb_r, la);
	uint64_t t = la ^ e->va;

	if (VC_UNLIKELY(!inside32(t)))
		return NULL;
	VC_ASSUME(e->host + t);
	return e->host + t;
}

VC_INLINE uint8_t *tlb_write32a(const struct cpu *cpu, uint64_t la)
{
	const struct tlb_entry *e = tlb_entry(cpu->tlb_w, la);
	uint64_t t = la ^ e->va;

	if (VC_UNLIKELY(!inside32(t)))
		return NULL;
	VC_ASSUME(e->host + t);
	return e->host + t;
}

static int store32a(struct cpu *cpu, const struct op *op, const uint8_t *src)
{
	if (op_ea(cpu, op) & 31)
		return vc__gp(cpu, 0);
	return vc__store(cpu, op, op_ea(cpu, op), 32, src);
}

#define COPY16	vec_write(d, 16, half_load(s), half_of(0, 0))
#define COPY32	vec_write(d, 32, half_load(s), half_load(s + 16))
VEX_ANY(a_movu, 16, 16, COPY16)
VEX_ANY(a_movu, 32, 32, COPY32)
VEX_ANY_(a_mova, 16, 16, tlb_read16a(cpu, op_ea(cpu, op)),
	 vc__avx_load_aligned, COPY16)
VEX_ANY_(a_mova, 32, 32, tlb_read32a(cpu, op_ea(cpu, op)),
	 vc__avx_load_aligned, COPY32)
VEX_STORE(a_movu_mr16, 16, VB->b)
VEX_STORE(a_movu_mr32, 32, VB->b)
VEX_STORE_(a_mova_mr16, 16, tlb_write16a(cpu, op_ea(cpu, op)),
	   vc__store16a(cpu, op, VB->b), VB->b)
VEX_STORE_(a_mova_mr32, 32, tlb_write32a(cpu, op_ea(cpu, op)),
	   store32a(cpu, op, VB->b), VB->b)

/* ---- parts ---- */

/* v, and zeros above it */
VC_INLINE void scalar(uint8_t *d, uint64_t v)
{
	vec_write(d, 16, half_of(v, 0), half_of(0, 0));
}

VC_INLINE void pair(uint8_t *d, uint64_t lo, uint64_t hi)
{
	vec_write(d, 16, half_of(lo, hi), half_of(0, 0));
}

/* With two register sources: the low part of s, the rest of h. */
#if VC_HOSTFP
VEX_ANY(a_movss, 16, 4, vec_write(d, 16, _mm_castps_si128(_mm_move_ss(
	_mm_castsi128_ps(half_of_reg(h)), _mm_castsi128_ps(half_load(s)))),
	half_of(0, 0)))
VEX_ANY(a_movsd, 16, 8, vec_write(d, 16, _mm_castpd_si128(_mm_move_sd(
	_mm_castsi128_pd(half_of_reg(h)), _mm_castsi128_pd(half_load(s)))),
	half_of(0, 0)))
#else
VEX_ANY(a_movss, 16, 4, pair(d, (ld64(h) & ~UINT64_C(0xffffffff)) | ld32(s),
			     ld64(h + 8)))
VEX_ANY(a_movsd, 16, 8, pair(d, ld64(s), ld64(h + 8)))
#endif
VEX_ANY(a_movss_ld, 16, 4, scalar(d, ld32(s)))
VEX_ANY(a_movsd_ld, 16, 8, scalar(d, ld64(s)))
VEX_ANY(a_movlo, 16, 8, pair(d, ld64(s), ld64(h + 8)))
VEX_ANY(a_movhi, 16, 8, pair(d, ld64(h), ld64(s)))
VEX_ANY(a_movhlps, 16, 16, pair(d, ld64(s + 8), ld64(h + 8)))
VEX_STORE(a_mov4_mr, 4, VB->b)
VEX_STORE(a_mov8_mr, 8, VB->b)
VEX_STORE(a_movhi_mr, 8, VB->b + 8)

VEX_ANY(a_movddup, 16, 8, uint64_t v = ld64(s); pair(d, v, v))
VEX_ANY(a_movddup, 32, 32,
	uint64_t lo = ld64(s), hi = ld64(s + 16);
	vec_write(d, 32, half_of(lo, lo), half_of(hi, hi)))
VEX(a_movsldup, half_store(d, half_of32(ld32(s), ld32(s), ld32(s + 8),
					ld32(s + 8))))
VEX(a_movshdup, half_store(d, half_of32(ld32(s + 4), ld32(s + 4),
					ld32(s + 12), ld32(s + 12))))

/* ---- general registers ---- */

VEX_REG(a_movd_from_gpr, scalar(VA->b, get32(cpu, op->b)))
VEX_REG(a_movq_from_gpr, scalar(VA->b, R(op->b)))
VEX_REG(a_movd_to_gpr, R(op->a) = ld32(VB->b))
VEX_REG(a_movq_to_gpr, R(op->a) = ld64(VB->b))

/* The top bits of the lanes. */
VC_INLINE uint64_t mask8(const uint8_t *s)
{
#if VC_HOSTFP
	return (uint32_t)_mm_movemask_epi8(half_load(s));
#else
	uint64_t r = 0;

	for (unsigned i = 0; i < 16; i++)
		r |= (uint64_t)(s[i] >> 7) << i;
	return r;
#endif
}

VC_INLINE uint64_t mask32(const uint8_t *s)
{
	return (uint64_t)(s[3] >> 7 | s[7] >> 7 << 1 | s[11] >> 7 << 2 |
			  s[15] >> 7 << 3);
}

VC_INLINE uint64_t mask64(const uint8_t *s)
{
	return (uint64_t)(s[7] >> 7 | s[15] >> 7 << 1);
}

#define TO_MASK(name, fn, lanes) \
	VEX_REG(name##_rr16, R(op->a) = fn(VB->b)) \
	VEX_REG(name##_rr32, R(op->a) = fn(VB->b) | fn(VB->b + 16) << lanes)
TO_MASK(a_pmovmskb, mask8, 16)
TO_MASK(a_movmskps, mask32, 4)
TO_MASK(a_movmskpd, mask64, 2)

/* ---- broadcasts ---- */

VC_INLINE void fill(uint8_t *d, uint64_t v, unsigned len)
{
	vec_write(d, len, half_of(v, v), half_of(v, v));
}
#define BROADCAST(name, bits, times) \
	VEX_ANY(name, 16, bits / 8, fill(d, (uint64_t)ld##bits(s) * (times), \
					 16)) \
	VEX_ANY(name, 32, bits / 8, fill(d, (uint64_t)ld##bits(s) * (times), \
					 32))
BROADCAST(a_bcast8, 8, UINT64_C(0x0101010101010101))
BROADCAST(a_bcast16, 16, UINT64_C(0x0001000100010001))
BROADCAST(a_bcast32, 32, UINT64_C(0x0000000100000001))
BROADCAST(a_bcast64, 64, 1)
VEX_ANY(a_bcast128, 32, 16, vec_half v = half_load(s); vec_write(d, 32, v, v))

/* ---- masked moves ---- */

/* Bits 0-7 of op->imm: bytes of an element; 8-15: of the operand. */
#define ELEMENT	((unsigned)op->imm & 0xff)
#define LENGTH	((unsigned)op->imm >> 8 & 0xff)

/*
 * The address of the element at byte at. Limits are asked about element by
 * element, since those that are masked out may lie beyond them: op_ea() is an
 * offset, but for 64-bit code.
 */
static int element_at(struct cpu *cpu, const struct op *op, unsigned at,
		      unsigned access, uint64_t *la)
{
	uint64_t ea = op_ea(cpu, op) + at;

	if (!IN_CODE64())
		return vc__seg_check(cpu, op->seg, ea, ELEMENT, access, la);
	*la = ea;
	return X_OK;
}

static bool is_on(const uint8_t *mask, unsigned at, unsigned size)
{
	return (mask[at + size - 1] & 0x80) != 0;
}

static int masked_load(struct cpu *cpu, const struct op *op)
{
	unsigned size = ELEMENT, len = LENGTH;
	const uint8_t *mask = VH->b;
	uint8_t t[32] = { 0 };
	int rc = vc__avx_check(cpu);
	uint64_t la;

	for (unsigned i = 0; !rc && i < len; i += size) {
		if (!is_on(mask, i, size))
			continue;
		rc = element_at(cpu, op, i, X86_READ, &la);
		if (!rc)
			rc = vc__load(cpu, op, la, size, t + i);
	}
	if (!rc)
		memcpy(VA->b, t, 32);
	return rc;
}

/* VA is the data. All is probed before the first is written. */
static int masked_store(struct cpu *cpu, const struct op *op)
{
	unsigned size = ELEMENT, len = LENGTH;
	const uint8_t *mask = VH->b, *data = VA->b;
	int rc = vc__avx_check(cpu);
	uint64_t la;

	for (unsigned i = 0; !rc && i < len; i += size) {
		if (!is_on(mask, i, size))
			continue;
		rc = element_at(cpu, op, i, X86_WRITE, &la);
		if (!rc)
			rc = vc__probe_write(cpu, op, la, size);
	}
	for (unsigned i = 0; !rc && i < len; i += size) {
		if (!is_on(mask, i, size))
			continue;
		rc = element_at(cpu, op, i, X86_WRITE, &la);
		if (!rc)
			rc = vc__store(cpu, op, la, size, data + i);
	}
	return rc;
}

OP_DECLARE(a_maskmov_rm);
OP(a_maskmov_rm) { return masked_load(cpu, op); }
OP_DECLARE(a_maskmov_mr);
OP(a_maskmov_mr) { return masked_store(cpu, op); }

#if VC_HOSTFP
/* In 64-bit code, where the TLB has all of the operand. */
VC_INLINE __m128i spread32(__m128i m)
{
	return _mm_srai_epi32(m, 31);
}
VC_INLINE __m128i spread64(__m128i m)
{
	return _mm_srai_epi32(_mm_shuffle_epi32(m, 0xf5), 31);
}
#define FAST_LOAD(name, len, spread) \
OP_DECLARE(name); \
H(name) \
{ \
	const uint8_t *s; \
\
	NEED_AVX; \
	s = tlb_read_ptr(cpu, op_ea(cpu, op), len); \
	if (VC_UNLIKELY(!s)) \
		return vc__op_a_maskmov_rm(cpu, op); \
	vec_write(VA->b, len, \
		  _mm_and_si128(half_load(s), spread(half_of_reg(VH->b))), \
		  len == 32 ? _mm_and_si128(half_load(s + len - 16), \
			spread(half_of_reg(VH->b + 16))) : half_of(0, 0)); \
	NEXT(op + 1); \
}
FAST_LOAD(a_maskmov_4_16, 16, spread32)
FAST_LOAD(a_maskmov_4_32, 32, spread32)
FAST_LOAD(a_maskmov_8_16, 16, spread64)
FAST_LOAD(a_maskmov_8_32, 32, spread64)

static op_fn fast_load(const struct x86_insn *in, unsigned size)
{
	/* elsewhere op_ea() is not the address, or need not be all of it */
	if (in->asize != 8)
		return NULL;
	if (size == 4)
		return in->vex == 32 ? vc__op_a_maskmov_4_32 :
				       vc__op_a_maskmov_4_16;
	return in->vex == 32 ? vc__op_a_maskmov_8_32 : vc__op_a_maskmov_8_16;
}
#else
static op_fn fast_load(const struct x86_insn *in, unsigned size)
{
	(void)in;
	(void)size;
	return NULL;
}
#endif

static bool select_masked(const struct x86_insn *in, struct op *op)
{
	unsigned size = in->op == X86_VMASKMOVPS || in->op == X86_VPMASKMOVD ?
			4 : 8;
	const struct x86_operand *o = in->opnd;
	bool store = o[0].kind == OPND_MEM;
	op_fn fn = store ? vc__op_a_maskmov_mr : fast_load(in, size);

	op->fn = fn ? fn : vc__op_a_maskmov_rm;
	simd_operands(op, o[store ? 2 : 0].reg, 0);
	op->imm = size | (unsigned)in->vex << 8 |
		  (uint64_t)vec_offset(o[1].reg) << 16;
	return true;
}

OP_DECLARE(a_maskmovdqu);
OP(a_maskmovdqu)
{
	int rc = vc__avx_check(cpu);

	return rc ? rc : vc__masked_store(cpu, op, VA->b, VB->b, 16);
}

/* ---- MXCSR ---- */

OP_DECLARE(a_ldmxcsr);
OP(a_ldmxcsr)
{
	int rc = vc__avx_check(cpu);

	return rc ? rc : vc__ldmxcsr(cpu, op);
}

OP_DECLARE(a_stmxcsr);
OP(a_stmxcsr)
{
	int rc = vc__avx_check(cpu);

	return rc ? rc : vc__stmxcsr(cpu, op);
}

/* ---- the tables ---- */

#define MOVE_ROW(NAME, reg, load) { X86_##NAME, \
	{ vc__op_##reg##_rr16, NULL }, { vc__op_##load##_rm16, NULL } }
static const struct vex_row rows[] = {
	VEX_ROW(MOVDQU, a_movu),
	VEX_ROW(MOVDQA, a_mova),
	VEX_ROW(MOVUPS, a_movu),
	VEX_ROW(MOVAPS, a_mova),
	VEX_ROW(MOVUPD, a_movu),
	VEX_ROW(MOVAPD, a_mova),
	VEX_ROW(LDDQU, a_movu),
	VEX_ROW(MOVNTDQA, a_mova),
	MOVE_ROW(MOVSS, a_movss, a_movss_ld),
	MOVE_ROW(MOVSD, a_movsd, a_movsd_ld),
	MOVE_ROW(MOVQ, a_movsd_ld, a_movsd_ld),
	MOVE_ROW(MOVD, a_movss_ld, a_movss_ld),
	VEX_ROW_128(MOVLPS, a_movlo),
	VEX_ROW_128(MOVLPD, a_movlo),
	VEX_ROW_128(MOVHPS, a_movhi),
	VEX_ROW_128(MOVHPD, a_movhi),
	VEX_ROW_128(MOVHLPS, a_movhlps),
	VEX_ROW_128(MOVLHPS, a_movhi),
	VEX_ROW(MOVDDUP, a_movddup),
	VEX_ROW(MOVSLDUP, a_movsldup),
	VEX_ROW(MOVSHDUP, a_movshdup),
	VEX_ROW(VPBROADCASTB, a_bcast8),
	VEX_ROW(VPBROADCASTW, a_bcast16),
	VEX_ROW(VPBROADCASTD, a_bcast32),
	VEX_ROW(VPBROADCASTQ, a_bcast64),
	VEX_ROW(VBROADCASTSS, a_bcast32),
	VEX_ROW(VBROADCASTSD, a_bcast64),
	VEX_ROW_256(VBROADCASTF128, a_bcast128),
	VEX_ROW_256(VBROADCASTI128, a_bcast128),
};

#define MASK_ROW(NAME, name) { X86_##NAME, \
	{ vc__op_##name##_rr16, vc__op_##name##_rr32 }, { NULL, NULL } }
static const struct vex_row mask_rows[] = {
	MASK_ROW(PMOVMSKB, a_pmovmskb),
	MASK_ROW(MOVMSKPS, a_movmskps),
	MASK_ROW(MOVMSKPD, a_movmskpd),
};

static const struct { uint16_t op; op_fn fn[2]; } stores[] = {
	{ X86_MOVDQU, { vc__op_a_movu_mr16, vc__op_a_movu_mr32 } },
	{ X86_MOVDQA, { vc__op_a_mova_mr16, vc__op_a_mova_mr32 } },
	{ X86_MOVUPS, { vc__op_a_movu_mr16, vc__op_a_movu_mr32 } },
	{ X86_MOVAPS, { vc__op_a_mova_mr16, vc__op_a_mova_mr32 } },
	{ X86_MOVUPD, { vc__op_a_movu_mr16, vc__op_a_movu_mr32 } },
	{ X86_MOVAPD, { vc__op_a_mova_mr16, vc__op_a_mova_mr32 } },
	{ X86_MOVNTPS, { vc__op_a_mova_mr16, vc__op_a_mova_mr32 } },
	{ X86_MOVNTPD, { vc__op_a_mova_mr16, vc__op_a_mova_mr32 } },
	{ X86_MOVNTDQ, { vc__op_a_mova_mr16, vc__op_a_mova_mr32 } },
	{ X86_MOVSS, { vc__op_a_mov4_mr, NULL } },
	{ X86_MOVSD, { vc__op_a_mov8_mr, NULL } },
	{ X86_MOVD, { vc__op_a_mov4_mr, NULL } },
	{ X86_MOVQ, { vc__op_a_mov8_mr, NULL } },
	{ X86_MOVLPS, { vc__op_a_mov8_mr, NULL } },
	{ X86_MOVLPD, { vc__op_a_mov8_mr, NULL } },
	{ X86_MOVHPS, { vc__op_a_movhi_mr, NULL } },
	{ X86_MOVHPD, { vc__op_a_movhi_mr, NULL } },
	{ X86_LDMXCSR, { vc__op_a_ldmxcsr, NULL } },
	{ X86_STMXCSR, { vc__op_a_stmxcsr, NULL } },
};

static bool select_store(const struct x86_insn *in, struct op *op)
{
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		if (stores[i].op != in->op || !stores[i].fn[in->vex == 32])
			continue;
		op->fn = stores[i].fn[in->vex == 32];
		simd_operands(op, 0, in->opnd[1].reg);
		return true;
	}
	return false;
}

/* VMOVD and VMOVQ between vector and general registers. */
static bool select_gpr(const struct x86_insn *in, struct op *op)
{
	const struct x86_operand *o = in->opnd;
	bool wide = in->op == X86_MOVQ;

	if (o[1].kind == OPND_REG)
		op->fn = wide ? vc__op_a_movq_from_gpr : vc__op_a_movd_from_gpr;
	else
		op->fn = wide ? vc__op_a_movq_to_gpr : vc__op_a_movd_to_gpr;
	simd_operands(op, o[0].reg, o[1].reg);
	return true;
}

bool vc__select_avx_move(const struct x86_insn *in, struct op *op)
{
	const struct x86_operand *o = in->opnd;

	switch (in->op) {
	case X86_VMASKMOVPS:
	case X86_VMASKMOVPD:
	case X86_VPMASKMOVD:
	case X86_VPMASKMOVQ:
		return select_masked(in, op);
	case X86_MASKMOVDQU:
		op->fn = vc__op_a_maskmovdqu;
		simd_operands(op, o[0].reg, o[1].reg);
		op->seg = in->seg;
		op->imm = in->asize;
		return true;
	case X86_MOVD:
	case X86_MOVQ:
		if (o[0].kind == OPND_REG || o[1].kind == OPND_REG)
			return select_gpr(in, op);
		break;
	default:
		break;
	}
	if (o[0].kind == OPND_MEM)
		return select_store(in, op);
	return o[0].kind == OPND_REG ? VEX_FIND(in, op, mask_rows)
				     : VEX_FIND(in, op, rows);
}
