/* SPDX-License-Identifier: MIT */
/*
 * x87env.c: the x87's environment: control, status and tag words, their
 * images in memory (FSTENV, FSAVE), waiting for exceptions, and taking the
 * control words to the host and back.
 */
#include "decode.h"
#include "avx.h"
#include "fpu.h"
#include "ops.h"

/* ---- the host's control words ---- */

#if VC_HOSTFP
static void clear_host_flags(void)
{
	uint16_t sw;

	__asm__ volatile("fnstsw %0" : "=a"(sw));
	if (sw & SF_ALL)	/* FNCLEX is slow */
		__asm__ volatile("fnclex");
}

void vc__fpu_load_x87(struct cpu *cpu)
{
	uint16_t cw;

	__asm__ volatile("fnstcw %0" : "=m"(cw));
	cpu->host_fcw = cw;
	clear_host_flags();
	if (cw != cpu->fcw)
		__asm__ volatile("fldcw %0" : : "m"(cpu->fcw));
	cpu->fsw_host &= FSW_C1;
	cpu->fpu_live |= FPU_LIVE_X87;
	vc__fpu_update(cpu);
}

void vc__fpu_load_sse(struct cpu *cpu)
{
	uint32_t csr = __builtin_ia32_stmxcsr();

	cpu->host_mxcsr = csr;
	if (csr != cpu->mxcsr)
		__builtin_ia32_ldmxcsr(cpu->mxcsr);
	cpu->fpu_live |= FPU_LIVE_SSE;
	vc__fpu_update(cpu);
}

void vc__fpu_unload(struct cpu *cpu, unsigned what)
{
	what &= cpu->fpu_live;
	if (what & FPU_LIVE_X87) {
		cpu->fsw |= cpu->fsw_host & SF_ALL;
		cpu->fsw_host &= FSW_C1;
		clear_host_flags();
		if (cpu->host_fcw != cpu->fcw)
			__asm__ volatile("fldcw %0" : : "m"(cpu->host_fcw));
	}
	if (what & FPU_LIVE_SSE) {
		uint32_t csr = __builtin_ia32_stmxcsr();

		cpu->mxcsr |= csr & SF_ALL;
		if (csr != cpu->host_mxcsr)
			__builtin_ia32_ldmxcsr(cpu->host_mxcsr);
	}
	cpu->fpu_live &= (uint8_t)~what;
	vc__fpu_update(cpu);
}
#else
void vc__fpu_load_x87(struct cpu *cpu)
{
	(void)cpu;
}

void vc__fpu_load_sse(struct cpu *cpu)
{
	(void)cpu;
}

void vc__fpu_unload(struct cpu *cpu, unsigned what)
{
	cpu->fpu_live &= (uint8_t)~what;
}
#endif

uint32_t vc__mxcsr(const struct cpu *cpu)
{
#if VC_HOSTFP
	if (cpu->fpu_live & FPU_LIVE_SSE)
		return cpu->mxcsr | (__builtin_ia32_stmxcsr() & SF_ALL);
#endif
	return cpu->mxcsr;
}

void vc__mxcsr_set(struct cpu *cpu, uint32_t v)
{
	v &= MXCSR_MASK;
#if VC_HOSTFP
	if (cpu->fpu_live & FPU_LIVE_SSE) {
		if ((v & MXCSR_MASKS) == MXCSR_MASKS)
			__builtin_ia32_ldmxcsr(v);
		else
			vc__fpu_unload(cpu, FPU_LIVE_SSE);
	}
#endif
	cpu->mxcsr = v;
	vc__fpu_update(cpu);
}

uint16_t vc__fsw(const struct cpu *cpu)
{
	unsigned v = cpu->fsw | (cpu->fsw_host & (SF_ALL | FSW_C1)) |
		     (unsigned)cpu->ftop << 11;

	return (uint16_t)(v | (v & FSW_ES ? FSW_B : 0));
}

/* ES and B say whether an unmasked exception is flagged. */
static void es_update(struct cpu *cpu)
{
	cpu->fsw &= (uint16_t)~FSW_ES;
	if (cpu->fsw & ~cpu->fcw & SF_ALL)
		cpu->fsw |= FSW_ES;
	vc__fpu_update(cpu);
}

void vc__fsw_set(struct cpu *cpu, uint16_t v)
{
	vc__fpu_unload(cpu, FPU_LIVE_X87);
	cpu->ftop = v >> 11 & 7;
	cpu->fsw = v & (SF_ALL | FSW_SF | FSW_C0 | FSW_C2 | FSW_C3);
	cpu->fsw_host = v & FSW_C1;
	es_update(cpu);
}

void vc__fcw_set(struct cpu *cpu, uint16_t v)
{
	v = (uint16_t)((v & 0x1f3f) | 0x40);	/* the rest is reserved */
#if VC_HOSTFP
	if (cpu->fpu_live & FPU_LIVE_X87) {
		if ((v & SF_ALL) == SF_ALL) {
			__asm__ volatile("fldcw %0" : : "m"(v));
			cpu->fcw = v;	/* ES is clear and stays so */
			return;
		}
		vc__fpu_unload(cpu, FPU_LIVE_X87);
	}
#endif
	cpu->fcw = v;
	es_update(cpu);
}

static void fninit(struct cpu *cpu)
{
	vc__fpu_unload(cpu, FPU_LIVE_X87);
	cpu->fcw = FCW_INIT;
	cpu->fsw = 0;
	cpu->fsw_host = 0;
	cpu->ftop = 0;
	cpu->ftw = 0;
	cpu->fop = 0;
	cpu->fcs = 0;
	cpu->fds = 0;
	cpu->fip = 0;
	cpu->fdp = 0;
	vc__fpu_update(cpu);
}

void vc__fpu_reset(struct cpu *cpu)
{
	vc__fpu_unload(cpu, cpu->fpu_live);
	fninit(cpu);
	cpu->fcw = 0x40;
	cpu->ftw = 0xff;	/* all +0.0: tag word 5555 */
	memset(cpu->st, 0, sizeof(cpu->st));
	memset(cpu->v, 0, sizeof(cpu->v));
	cpu->mxcsr = MXCSR_INIT;
	vc__fpu_update(cpu);
}

/* ---- faults ---- */

static bool exception_waits(const struct cpu *cpu)
{
	return (cpu->fsw & FSW_ES) && CR0_ON(CR0_NE);
}

int vc__x87_check(struct cpu *cpu, bool mmx)
{
	if (CR0_ON(CR0_EM))
		return vc__raise(cpu, mmx ? EXC_UD : EXC_NM);
	if (CR0_ON(CR0_TS))
		return vc__raise(cpu, EXC_NM);
	if (exception_waits(cpu))
		return vc__raise(cpu, EXC_MF);
	return X_OK;
}

int vc__simd_check(struct cpu *cpu)
{
	if (CR0_ON(CR0_EM) || !CR4_ON(CR4_OSFXSR))
		return vc__ud(cpu);
	if (CR0_ON(CR0_TS))
		return vc__raise(cpu, EXC_NM);
	return X_OK;
}

int vc__avx_check(struct cpu *cpu)
{
	if (!IN_PROT() || !CR4_ON(CR4_OSXSAVE) ||
	    (cpu->xcr0 & XCR0_AVX) != XCR0_AVX)
		return vc__ud(cpu);
	if (CR0_ON(CR0_TS))
		return vc__raise(cpu, EXC_NM);
	return X_OK;
}

VC_COLD const struct op *vc__avx_stop(struct cpu *cpu, const struct op *op)
{
	int rc = vc__avx_check(cpu);

	/* fpu_ok is up to date, so there is a fault */
	return vc__op_stop(cpu, op, rc ? rc : vc__ud(cpu));
}

VC_COLD const struct op *vc__simd_stop(struct cpu *cpu, const struct op *op)
{
	int rc = vc__simd_check(cpu);

	return vc__op_stop(cpu, op, rc ? rc : vc__ud(cpu));
}

OP(simd_need)
{
	(void)op;
	return vc__simd_check(cpu);
}

OP(avx_need)
{
	(void)op;
	return vc__avx_check(cpu);
}

static bool is_prefix(const struct cpu *cpu, uint8_t b)
{
	switch (b) {
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:
	case 0x66: case 0x67: case 0xf0: case 0xf2: case 0xf3:
		return true;
	default:
		return IN_CODE64() && (b & 0xf0) == 0x40;
	}
}

/* FOP is the low 11 bits of the opcode, which decoding did not keep. */
void vc__x87_record(struct cpu *cpu, const struct op *op, bool mem)
{
	uint64_t la = cpu->seg[VC_SEG_CS].base + cpu->fip;
	uint8_t b[2];

	if (mem)
		cpu->fdp = (op_ea(cpu, op) - cpu->seg[op->seg & 7].base) &
			   cpu->lin_mask;
	for (unsigned i = 0; i < 14; i++, la++) {
		if (vc__load_sys(cpu, op, la & cpu->lin_mask, 1, b))
			return;
		if (is_prefix(cpu, b[0]))
			continue;
		if (!vc__load_sys(cpu, op, (la + 1) & cpu->lin_mask, 1, b + 1))
			cpu->fop = (uint16_t)((b[0] & 7) << 8 | b[1]);
		return;
	}
}

/* ---- memory ---- */

const uint8_t *vc__slow_read16a(struct cpu *cpu, const struct op *op)
{
	if (op_ea(cpu, op) & 15) {
		cpu->slow_rc = vc__gp(cpu, 0);
		return NULL;
	}
	return vc__slow_read(cpu, op, 16);
}

int vc__store16a(struct cpu *cpu, const struct op *op, const void *buf)
{
	if (op_ea(cpu, op) & 15)
		return vc__gp(cpu, 0);
	return vc__store(cpu, op, op_ea(cpu, op), 16, buf);
}

#define PIECE	64u
static unsigned piece(unsigned n, unsigned done)
{
	return n - done < PIECE ? n - done : PIECE;
}

int vc__area_probe(struct cpu *cpu, const struct op *op, uint64_t la,
		   unsigned n)
{
	int rc = X_OK;

	for (unsigned i = 0; !rc && i < n; i += PIECE)
		rc = vc__probe_write(cpu, op, (la + i) & cpu->lin_mask,
				     piece(n, i));
	return rc;
}

int vc__area_store(struct cpu *cpu, const struct op *op, uint64_t la,
		   unsigned n, const uint8_t *buf)
{
	int rc = X_OK;

	for (unsigned i = 0; !rc && i < n; i += PIECE)
		rc = vc__store(cpu, op, (la + i) & cpu->lin_mask, piece(n, i),
			       buf + i);
	return rc;
}

int vc__area_load(struct cpu *cpu, const struct op *op, uint64_t la,
		  unsigned n, uint8_t *buf)
{
	int rc = X_OK;

	for (unsigned i = 0; !rc && i < n; i += PIECE)
		rc = vc__load(cpu, op, (la + i) & cpu->lin_mask, piece(n, i),
			      buf + i);
	return rc;
}

/* ---- the environment in memory, SDM 1 figures 8-9 to 8-12 ---- */

/* The two-bit tags, which are made from what the registers hold. */
static uint16_t full_tags(const struct cpu *cpu)
{
	unsigned tags = 0;

	for (unsigned i = 0; i < 8; i++) {
		const struct f80 *r = &cpu->st[i];
		unsigned e = r->se & 0x7fff, tag;

		if (!x87_full(cpu, i))
			tag = 3;
		else if (!e && !r->m)
			tag = 1;
		else
			tag = e == 0 || e == 0x7fff || !(r->m >> 63) ? 2 : 0;
		tags |= tag << 2 * i;
	}
	return (uint16_t)tags;
}

static uint8_t abridged_tags(unsigned tags)
{
	unsigned r = 0;

	for (unsigned i = 0; i < 8; i++)
		if ((tags >> 2 * i & 3) != 3)
			r |= 1u << i;
	return (uint8_t)r;
}

/* Returns its size. wide: 32-bit operand size. */
static unsigned env_make(const struct cpu *cpu, bool wide, uint8_t *p)
{
	uint32_t v[7] = { cpu->fcw, vc__fsw(cpu), full_tags(cpu) };
	uint32_t ip = (uint32_t)cpu->fip, dp = (uint32_t)cpu->fdp;

	if (IN_PROT()) {
		v[3] = ip;
		v[4] = cpu->fcs | (uint32_t)cpu->fop << 16;
		v[5] = dp;
		v[6] = cpu->fds;
	} else {
		ip += (uint32_t)cpu->fcs << 4;
		dp += (uint32_t)cpu->fds << 4;
		v[3] = ip & 0xffff;
		v[4] = cpu->fop | (ip >> 16) << 12;
		v[5] = dp & 0xffff;
		v[6] = (dp >> 16) << 12;
	}
	if (!wide) {
		for (unsigned i = 0; i < 7; i++)
			st16(p + 2 * i, (uint16_t)v[i]);
		return 14;
	}
	/* unused upper halves are all ones */
	for (unsigned i = 0; i < 7; i++) {
		if ((IN_PROT() ? 0x47 : 0x2f) >> i & 1)
			v[i] |= 0xffff0000u;
		st32(p + 4 * i, v[i]);
	}
	return 28;
}

static void env_take(struct cpu *cpu, bool wide, const uint8_t *p)
{
	uint32_t v[7];

	for (unsigned i = 0; i < 7; i++)
		v[i] = wide ? ld32(p + 4 * i) : ld16(p + 2 * i);
	vc__fpu_unload(cpu, FPU_LIVE_X87);
	cpu->ftw = abridged_tags(v[2]);
	if (IN_PROT()) {
		cpu->fip = v[3];
		cpu->fop = wide ? v[4] >> 16 & 0x7ff : cpu->fop;
		cpu->fdp = v[5];
	} else {
		cpu->fip = (v[3] & 0xffff) | (v[4] & 0x0ffff000) << 4;
		cpu->fop = v[4] & 0x7ff;
		cpu->fdp = (v[5] & 0xffff) | (v[6] & 0x0ffff000) << 4;
	}
	cpu->fcs = 0;
	cpu->fds = 0;
	vc__fcw_set(cpu, (uint16_t)v[0]);
	vc__fsw_set(cpu, (uint16_t)v[1]);
}

static bool op_wide(const struct op *op)
{
	return (op->aux & 0xff) != 2;
}

/* FNSTENV, FNSAVE and the control instructions whose names begin with FN do
 * not wait: only CR0.EM and TS count. */
static int check_nowait(struct cpu *cpu)
{
	return CR0_ON(CR0_EM | CR0_TS) ? vc__raise(cpu, EXC_NM) : X_OK;
}

OP_DECLARE(f_fnstenv);
OP(f_fnstenv)
{
	uint8_t t[28];
	unsigned n;
	int rc = check_nowait(cpu);

	if (rc)
		return rc;
	n = env_make(cpu, op_wide(op), t);
	rc = vc__store(cpu, op, op_ea(cpu, op), n, t);
	if (rc)
		return rc;
	vc__fcw_set(cpu, cpu->fcw | SF_ALL);
	return X_OK;
}

OP_DECLARE(f_fldenv);
OP(f_fldenv)
{
	uint8_t t[28];
	int rc = vc__x87_check(cpu, false);

	if (!rc)
		rc = vc__load(cpu, op, op_ea(cpu, op), op_wide(op) ? 28 : 14, t);
	if (!rc)
		env_take(cpu, op_wide(op), t);
	return rc;
}

OP_DECLARE(f_fnsave);
OP(f_fnsave)
{
	uint8_t t[108];
	unsigned n;
	int rc = check_nowait(cpu);

	if (rc)
		return rc;
	n = env_make(cpu, op_wide(op), t);
	for (unsigned i = 0; i < 8; i++, n += 10) {
		const struct f80 *r = &cpu->st[x87_phys(cpu, i)];

		st64(t + n, r->m);
		st16(t + n + 8, r->se);
	}
	rc = vc__area_probe(cpu, op, op_ea(cpu, op), n);
	if (!rc)
		rc = vc__area_store(cpu, op, op_ea(cpu, op), n, t);
	if (!rc)
		fninit(cpu);
	return rc;
}

OP_DECLARE(f_frstor);
OP(f_frstor)
{
	unsigned n = op_wide(op) ? 28 : 14;
	uint8_t t[108];
	int rc = vc__x87_check(cpu, false);

	if (!rc)
		rc = vc__area_load(cpu, op, op_ea(cpu, op), n + 80, t);
	if (rc)
		return rc;
	env_take(cpu, op_wide(op), t);
	for (unsigned i = 0; i < 8; i++, n += 10) {
		struct f80 *r = &cpu->st[x87_phys(cpu, i)];

		r->m = ld64(t + n);
		r->se = ld16(t + n + 8);
	}
	return X_OK;
}

/* ---- control ---- */

OP_DECLARE(f_fldcw);
H_SLOW(f_fldcw)
{
	const uint8_t *p;
	int rc = vc__x87_check(cpu, false);

	if (rc)
		return vc__op_stop(cpu, op, rc);
	p = vc__slow_read(cpu, op, 2);
	if (!p)
		return vc__op_stop(cpu, op, cpu->slow_rc);
	vc__fcw_set(cpu, ld16(p));
	NEXT(op + 1);
}
H(f_fldcw)
{
	const uint8_t *p;

	if (VC_UNLIKELY(!(cpu->fpu_ok & FPU_OK_MMX)))
		return slow_f_fldcw(cpu, op);
	p = tlb_read_ptr(cpu, op_ea(cpu, op), 2);
	if (VC_UNLIKELY(!p))
		return slow_f_fldcw(cpu, op);
	vc__fcw_set(cpu, ld16(p));
	NEXT(op + 1);
}

static int store16(struct cpu *cpu, const struct op *op, uint16_t v)
{
	uint8_t t[2];
	int rc = check_nowait(cpu);

	if (rc)
		return rc;
	st16(t, v);
	return vc__store(cpu, op, op_ea(cpu, op), 2, t);
}

OP_DECLARE(f_fnstcw);
OP(f_fnstcw)
{
	return store16(cpu, op, cpu->fcw);
}

OP_DECLARE(f_fnstsw_m);
OP(f_fnstsw_m)
{
	return store16(cpu, op, vc__fsw(cpu));
}

OP_DECLARE(f_fnstsw_ax);
OP(f_fnstsw_ax)
{
	int rc = check_nowait(cpu);

	(void)op;
	if (!rc)
		set16(cpu, R_RAX, vc__fsw(cpu));
	return rc;
}

OP_DECLARE(f_fnclex);
OP(f_fnclex)
{
	int rc = check_nowait(cpu);

	(void)op;
	if (rc)
		return rc;
	vc__fpu_unload(cpu, FPU_LIVE_X87);
	cpu->fsw &= (uint16_t)~(SF_ALL | FSW_SF | FSW_ES);
	vc__fpu_update(cpu);
	return X_OK;
}

OP_DECLARE(f_fninit);
OP(f_fninit)
{
	int rc = check_nowait(cpu);

	(void)op;
	if (!rc)
		fninit(cpu);
	return rc;
}

/* FNENI, FNDISI, FNSETPM: nothing since the 387, but they are x87 still. */
OP_DECLARE(f_fnsetpm);
OP(f_fnsetpm)
{
	(void)op;
	return check_nowait(cpu);
}

OP_DECLARE(f_fnop);
OP(f_fnop)
{
	(void)op;
	return vc__x87_check(cpu, false);
}

OP_DECLARE(f_fwait);
OP(f_fwait)
{
	(void)op;
	if (CR0_ON(CR0_MP) && CR0_ON(CR0_TS))
		return vc__raise(cpu, EXC_NM);
	return exception_waits(cpu) ? vc__raise(cpu, EXC_MF) : X_OK;
}

/* ---- the table ---- */

bool vc__select_x87env(const struct x86_insn *in, struct op *op)
{
	static const struct { uint16_t op; op_fn fn; } rows[] = {
		{ X86_FLDENV, vc__op_f_fldenv },
		{ X86_FNSTENV, vc__op_f_fnstenv },
		{ X86_FNSAVE, vc__op_f_fnsave },
		{ X86_FRSTOR, vc__op_f_frstor },
		{ X86_FLDCW, vc__op_f_fldcw },
		{ X86_FNSTCW, vc__op_f_fnstcw },
		{ X86_FNCLEX, vc__op_f_fnclex },
		{ X86_FNINIT, vc__op_f_fninit },
		{ X86_FNSETPM, vc__op_f_fnsetpm },
		{ X86_FNOP, vc__op_f_fnop },
		{ X86_FWAIT, vc__op_f_fwait },
	};

	if (in->op == X86_FNSTSW) {
		op->fn = in->opnd[0].kind == OPND_MEM ? vc__op_f_fnstsw_m
						      : vc__op_f_fnstsw_ax;
		return true;
	}
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].op == in->op) {
			op->fn = rows[i].fn;
			return true;
		}
	return false;
}
