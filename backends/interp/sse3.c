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

/* ---- SSSE3 ---- */

#define XMM_OP(NAME, name) EXT(e_##name, vc__lane_##name(d, s, 16))
LANE_SSSE3(XMM_OP)
EXT(e_palignr, vc__lane_palignr(d, s, I))
#if VC_HOSTFP
EXT(h_palignr, _mm_store_si128((void *)d, lane_aligned(
	_mm_load_si128((const void *)d), _mm_load_si128((const void *)s), I)))
#endif

/* ---- MMX registers ---- */

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
			      lane_fn *k)
{
	uint8_t d[8], s[8];
	int rc = mmx_source(cpu, op, mem, s);

	if (rc)
		return rc;
	st64(d, cpu->st[op->a].m);
	if (k)
		k(d, s, 8);
	else
		vc__lane_align(d, s, 8, I);
	mmx_enter(cpu);
	mmx_write(cpu, op->a, ld64(d));
	return X_OK;
}

#define MMX_FORMS(name, k) \
	OP_DECLARE(n_##name##_rr); \
	OP(n_##name##_rr) { return mmx_do(cpu, op, false, k); } \
	OP_DECLARE(n_##name##_rm); \
	OP(n_##name##_rm) { return mmx_do(cpu, op, true, k); }
#define MMX_OP(NAME, name) MMX_FORMS(name, vc__lane_##name)
LANE_SSSE3(MMX_OP)
MMX_FORMS(palignr, NULL)

/* ---- the tables ---- */

#define XMM_ROW(NAME, name) EXT_ROW(NAME, e_##name),
static const struct ext_row xmm_rows[] = {
	LANE_SSSE3(XMM_ROW)
	EXT_ROW(PALIGNR, e_palignr),
	EXT_ROW(MOVDDUP, e_movddup),
	EXT_ROW(MOVSLDUP, e_movsldup),
	EXT_ROW(MOVSHDUP, e_movshdup),
	{ X86_LDDQU, NULL, vc__op_e_lddqu_rm },
};

#if VC_HOSTFP
static const struct ext_row host_rows[] = {
	EXT_ROW(PALIGNR, h_palignr),
};
#endif

#define MMX_ROW(NAME, name) EXT_ROW(NAME, n_##name),
static const struct ext_row mmx_rows[] = {
	LANE_SSSE3(MMX_ROW)
	EXT_ROW(PALIGNR, n_palignr),
};

bool vc__select_sse3(const struct x86_insn *in, struct op *op)
{
	if (in->opnd[0].kind == OPND_MMX)
		return EXT_FIND(in, op, mmx_rows);
#if VC_HOSTFP
	__builtin_cpu_init();
	if (__builtin_cpu_supports("ssse3") && EXT_FIND(in, op, host_rows))
		return true;
#endif
	return EXT_FIND(in, op, xmm_rows);
}
