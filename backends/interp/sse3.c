/* SPDX-License-Identifier: MIT */
/*
 * sse3.c: SSE3 but for its floating point (sse_fp.c) and FISTTP (x87.c), and
 * SSSE3 on XMM and on MMX registers.
 */
#include "sse_ext.h"
#include "sse_lane.h"

/* ---- SSE3 moves ---- */

KERNEL(movddup)
{
	uint64_t v = ld64(s);

	(void)n;
	st64(d, v);
	st64(d + 8, v);
}

/* Each pair of singles becomes twice its first or second one. */
static VC_NOINLINE void k_movdup(uint8_t *d, const uint8_t *s, unsigned which)
{
	for (unsigned i = 0; i < 16; i += 8) {
		uint32_t v = ld32(s + i + 4 * which);

		st32(d + i, v);
		st32(d + i + 4, v);
	}
}

EXTU(e_movddup, 8, k_movddup(d, s, 16))
EXT(e_movsldup, k_movdup(d, s, 0))
EXT(e_movshdup, k_movdup(d, s, 1))
EXT_RMU(e_lddqu, 16, memcpy(d, s, 16))

/* ---- SSSE3: kernels for 8 and 16 bytes ---- */

KERNEL(pshufb)
{
	uint8_t r[16];

	for (unsigned i = 0; i < n; i++)
		r[i] = s[i] & 0x80 ? 0 : d[s[i] & (n - 1)];
	memcpy(d, r, n);
}

/* Neighbours of d, then of s, combined: SDM 2B PHADDW. */
#define HORIZONTAL(name, bits, expr) \
KERNEL(name) \
{ \
	uint8_t r[16]; \
\
	for (unsigned i = 0; i < n; i += bits / 8) { \
		const uint8_t *p = 2 * i < n ? d + 2 * i : s + 2 * i - n; \
		int64_t a = (int##bits##_t)ld##bits(p); \
		int64_t b = (int##bits##_t)ld##bits(p + bits / 8); \
\
		st##bits(r + i, (uint##bits##_t)(expr)); \
	} \
	memcpy(d, r, n); \
}
HORIZONTAL(phaddw, 16, a + b)
HORIZONTAL(phaddd, 32, a + b)
HORIZONTAL(phaddsw, 16, LANE_SS16(a + b))
HORIZONTAL(phsubw, 16, a - b)
HORIZONTAL(phsubd, 32, a - b)
HORIZONTAL(phsubsw, 16, LANE_SS16(a - b))

/* Lane by lane, on signed values. */
#define LANES(name, bits, expr) \
KERNEL(name) \
{ \
	for (unsigned i = 0; i < n; i += bits / 8) { \
		int64_t a = (int##bits##_t)ld##bits(d + i); \
		int64_t b = (int##bits##_t)ld##bits(s + i); \
\
		(void)a; \
		st##bits(d + i, (uint##bits##_t)(expr)); \
	} \
}
LANES(psignb, 8, b < 0 ? -a : b ? a : 0)
LANES(psignw, 16, b < 0 ? -a : b ? a : 0)
LANES(psignd, 32, b < 0 ? -a : b ? a : 0)
LANES(pabsb, 8, b < 0 ? -b : b)
LANES(pabsw, 16, b < 0 ? -b : b)
LANES(pabsd, 32, b < 0 ? -b : b)
LANES(pmulhrsw, 16, (a * b + 0x4000) >> 15)

/* Unsigned bytes of d by signed bytes of s, added in pairs. */
KERNEL(pmaddubsw)
{
	for (unsigned i = 0; i < n; i += 2) {
		int64_t v = (int64_t)d[i] * (int8_t)s[i] +
			    (int64_t)d[i + 1] * (int8_t)s[i + 1];

		st16(d + i, (uint16_t)LANE_SS16(v));
	}
}

/* d above s, shifted right by imm bytes. */
static VC_NOINLINE void k_palignr(uint8_t *d, const uint8_t *s, unsigned n,
				  unsigned imm)
{
	uint8_t t[48] = { 0 };

	memcpy(t, s, n);
	memcpy(t + n, d, n);
	if (imm > 2 * n)
		imm = 2 * n;
	memcpy(d, t + imm, n);
}

/* X(NAME, name): what there is for both kinds of registers */
#define SSSE3_OPS(X) \
	X(PSHUFB, pshufb) X(PHADDW, phaddw) X(PHADDD, phaddd) \
	X(PHADDSW, phaddsw) X(PHSUBW, phsubw) X(PHSUBD, phsubd) \
	X(PHSUBSW, phsubsw) X(PSIGNB, psignb) X(PSIGNW, psignw) \
	X(PSIGND, psignd) X(PABSB, pabsb) X(PABSW, pabsw) X(PABSD, pabsd) \
	X(PMULHRSW, pmulhrsw) X(PMADDUBSW, pmaddubsw)

#define XMM_OP(NAME, name) EXT(e_##name, k_##name(d, s, 16))
SSSE3_OPS(XMM_OP)
EXT(e_palignr, k_palignr(d, s, 16, I))

/* ---- MMX registers ---- */

typedef void kernel_fn(uint8_t *d, const uint8_t *s, unsigned n);

/* The source's bytes: a register's, or memory's at any alignment. */
static int mmx_source(struct cpu *cpu, const struct op *op, bool mem,
		      uint8_t *s)
{
	int rc = vc__x87_check(cpu, true);

	if (rc)
		return rc;
	if (mem)
		return vc__load(cpu, op, op_ea(cpu, op), 8, s);
	st64(s, cpu->st[op->b].m);
	return X_OK;
}

static VC_NOINLINE int mmx_do(struct cpu *cpu, const struct op *op, bool mem,
			      kernel_fn *k)
{
	uint8_t d[8], s[8];
	int rc = mmx_source(cpu, op, mem, s);

	if (rc)
		return rc;
	st64(d, cpu->st[op->a].m);
	if (k)
		k(d, s, 8);
	else
		k_palignr(d, s, 8, I);
	mmx_enter(cpu);
	mmx_write(cpu, op->a, ld64(d));
	return X_OK;
}

#define MMX_FORMS(name, k) \
	OP_DECLARE(n_##name##_rr); \
	OP(n_##name##_rr) { return mmx_do(cpu, op, false, k); } \
	OP_DECLARE(n_##name##_rm); \
	OP(n_##name##_rm) { return mmx_do(cpu, op, true, k); }
#define MMX_OP(NAME, name) MMX_FORMS(name, k_##name)
SSSE3_OPS(MMX_OP)
MMX_FORMS(palignr, NULL)

/* ---- the tables ---- */

#define XMM_ROW(NAME, name) EXT_ROW(NAME, e_##name),
static const struct ext_row xmm_rows[] = {
	SSSE3_OPS(XMM_ROW)
	EXT_ROW(PALIGNR, e_palignr),
	EXT_ROW(MOVDDUP, e_movddup),
	EXT_ROW(MOVSLDUP, e_movsldup),
	EXT_ROW(MOVSHDUP, e_movshdup),
	{ X86_LDDQU, NULL, vc__op_e_lddqu_rm },
};

#define MMX_ROW(NAME, name) EXT_ROW(NAME, n_##name),
static const struct ext_row mmx_rows[] = {
	SSSE3_OPS(MMX_ROW)
	EXT_ROW(PALIGNR, n_palignr),
};

bool vc__select_sse3(const struct x86_insn *in, struct op *op)
{
	if (in->opnd[0].kind == OPND_MMX)
		return EXT_FIND(in, op, mmx_rows);
	return EXT_FIND(in, op, xmm_rows);
}
