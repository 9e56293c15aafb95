/* SPDX-License-Identifier: MIT */
/*
 * compare.c: what must be equal after an instruction, what the manual leaves
 * open, and which forms are left out. Everything that is forgiven is in the
 * two tables here, with the reason; how often each entry was needed is counted
 * and printed.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "oracle.h"
#include "virtcore/x86.h"

#define CF	0x001u
#define PF	0x004u
#define AF	0x010u
#define ZF	0x040u
#define SF	0x080u
#define OF	0x800u

bool vc__cpuid_offers(unsigned feature);

/* ---- forms that are left out ---- */

static const struct {
	const char *why;
	uint16_t ops[32];
} left_out[] = {
	{ "segment registers and descriptors: test_engine_system",
	  { X86_CALLF, X86_JMPF, X86_RETF, X86_IRET, X86_LES, X86_LDS,
	    X86_LSS, X86_LFS, X86_LGS, X86_POP_SEG, X86_LAR, X86_LSL,
	    X86_VERR, X86_VERW, X86_SLDT, X86_STR, X86_SGDT, X86_SIDT,
	    X86_SMSW } },
	{ "the host's own thread pointer would go: test_engine_system",
	  { X86_WRFSBASE, X86_WRGSBASE } },
	{ "enters the host's kernel or hypervisor: test_engine_system",
	  { X86_SYSCALL, X86_SYSENTER, X86_VMCALL, X86_VMMCALL } },
	{ "tells what processor it is, or the time: test_engine_system",
	  { X86_CPUID, X86_RDTSC, X86_RDTSCP, X86_RDPMC, X86_XGETBV,
	    X86_RDPID } },
	{ "random numbers", { X86_RDRAND, X86_RDSEED } },
	{ "a virtual host intercepts it, and RIP is then at it or behind it",
	  { X86_INT1 } },
};

const char *ora_left_out(const struct ora_form *f)
{
	if (!vc__cpuid_offers(f->insn.feature))
		return "the engine does not have it";
	if (ora_host_lacks(f->insn.feature) ||
	    ((f->insn.attr & X86_AVX) && !ora_host_has_avx()))
		return "the host does not have it";
	for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
		for (unsigned k = 0; left_out[i].ops[k]; k++)
			if (left_out[i].ops[k] == f->op)
				return left_out[i].why;
	if (f->op == X86_MOV_SEG && f->insn.opnd[0].kind == OPND_SEG)
		return left_out[0].why;
	if (f->op == X86_NOP && f->map == 1 && f->opcode == 0x0d)
		return "0F 0D of a register: #UD for AMD, a hint for Intel";
	if (f->op == X86_FSTP && f->opcode == 0xd9 && f->modrm >= 0xc0)
		return "D9 D8+i: in no manual; as FSTP, but without underflow";
	if (f->op == X86_SYSRET && f->mode == X86_MODE32)
		return "SYSRET in 32-bit code: #UD for Intel, not for AMD";
	if (f->mode == X86_MODE64 && (f->insn.attr & X86_BRANCH) &&
	    (f->legacy & X86_OSIZE))
		return "66 before a near branch: Intel ignores it, AMD does not";
	return NULL;
}

/* ---- what is left open ---- */

enum {
	OPEN_LOGIC_AF, OPEN_SHIFT_AF, OPEN_SHIFT_OF, OPEN_SHIFT_CF,
	OPEN_ROTATE_OF, OPEN_DSHIFT, OPEN_DSHIFT_WIDE, OPEN_MUL, OPEN_DIV,
	OPEN_BT, OPEN_SCAN, OPEN_SCAN_ZERO, OPEN_DECIMAL_AAA, OPEN_DECIMAL_DAA,
	OPEN_DECIMAL_AAM, OPEN_BSWAP16, OPEN_POINTERS,
	OPEN_APPROXIMATE, OPEN_MXCSR_MASK, OPEN_FX_RESERVED, OPEN_IRRELEVANT,
	OPEN_ULP, OPEN_RANGE, OPEN_MANY_BYTES, OPEN_TWO_FAULTS, OPEN_MASKED,
	OPEN_POPA, OPEN_MOVSXD16, OPEN_REP_IO, OPEN_ARPL, OPEN_GATHER,
	OPEN_BMI, OPEN_BEXTR, OPEN_TZCNT, OPEN_VEX_W, OPEN_SHA_ALIGNED,
	OPEN_XSAVE_REACH, OPEN_KERNEL, OPEN_COUNT
};
_Static_assert(OPEN_COUNT <= ORA_OPEN_MAX, "ORA_OPEN_MAX");

static const char *const open_text[OPEN_COUNT] = {
	[OPEN_LOGIC_AF] = "AND OR XOR TEST: AF (SDM 2A AND, 2B OR, TEST, XOR)",
	[OPEN_SHIFT_AF] = "SHL SHR SAR with a count but 0: AF (SDM 2B SHL)",
	[OPEN_SHIFT_OF] = "SHL SHR SAR by more than 1: OF (SDM 2B SHL)",
	[OPEN_SHIFT_CF] = "SHL SHR by the operand's size or more: CF (SDM 2B "
			  "SHL)",
	[OPEN_ROTATE_OF] = "ROL ROR RCL RCR by more than 1: OF (SDM 2B RCL)",
	[OPEN_DSHIFT] = "SHLD SHRD: AF; by more than 1: OF (SDM 2B SHLD)",
	[OPEN_DSHIFT_WIDE] = "SHLD SHRD by more than the operand's size: all "
			     "flags and the result (SDM 2B SHLD)",
	[OPEN_MUL] = "MUL IMUL: SF ZF AF PF (SDM 2B MUL, 2A IMUL)",
	[OPEN_DIV] = "DIV IDIV: all six flags (SDM 2A DIV)",
	[OPEN_BT] = "BT BTS BTR BTC: OF SF AF PF (SDM 2A BT)",
	[OPEN_SCAN] = "BSF BSR: CF OF SF AF PF (SDM 2A BSF)",
	[OPEN_SCAN_ZERO] = "BSF BSR of 0: the destination (SDM 2A BSF)",
	[OPEN_DECIMAL_AAA] = "AAA AAS: OF SF ZF PF (SDM 2A AAA)",
	[OPEN_DECIMAL_DAA] = "DAA DAS: OF (SDM 2A DAA)",
	[OPEN_DECIMAL_AAM] = "AAM AAD: OF AF CF (SDM 2A AAM)",
	[OPEN_BSWAP16] = "BSWAP of 16 bits: the result (SDM 2A BSWAP)",
	[OPEN_POINTERS] = "FOP, FIP, FDP, FCS, FDS: when they are kept and "
			  "restored differs between Intel and AMD (SDM 1 "
			  "§8.1.8, AMD APM 2 §11.4.4)",
	[OPEN_APPROXIMATE] = "RCPxS RSQRTxS: within 1.5 * 2^-12 (SDM 2B RCPPS)",
	[OPEN_MXCSR_MASK] = "FXSAVE: MXCSR_MASK is the processor's (SDM 1 "
			    "§11.6.6)",
	[OPEN_FX_RESERVED] = "FXSAVE FNSAVE FNSTENV: reserved bytes (SDM 2A "
			     "FXSAVE, table 3-46)",
	[OPEN_IRRELEVANT] = "32-bit code: upper halves of registers (SDM 1 "
			    "§3.4.1.1)",
	[OPEN_ULP] = "F2XM1 FYL2X FYL2XP1 FPTAN FPATAN FSIN FCOS FSINCOS: "
		     "within 1 ulp of the exact result, and C1 with it (SDM 1 "
		     "§8.3.10, §8.3.8)",
	[OPEN_RANGE] = "F2XM1 and FYL2XP1 of what is out of range: the result "
		       "(SDM 2A F2XM1, FYL2XP1)",
	[OPEN_MANY_BYTES] = "FXSAVE and other large operands across pages: "
			    "which of their bytes a page fault tells (SDM 3A "
			    "§4.7 asks for one of the access)",
	[OPEN_TWO_FAULTS] = "which comes first (SDM 3A table 6-2 has no order "
			    "within an instruction): of CMPS' and MOVS' two "
			    "operands; of ARPL's read and write; of PUSH's and "
			    "POP's stack and operand; of FXSAVE's alignment "
			    "and address; of XRSTOR's header and the rest; of "
			    "CALL's stack and target; of #MF and the operand",
	[OPEN_MASKED] = "MASKMOVQ MASKMOVDQU: whether bytes that are not "
			"selected can fault (SDM 2B MASKMOVQ)",
	[OPEN_POPA] = "POPA that faults midway: the registers (this host has "
		      "loaded some; it restarts all the same)",
	[OPEN_REP_IO] = "REP INS, REP OUTS no times: whether the port's "
			"permission is looked at (SDM 2B REP: it is not)",
	[OPEN_KERNEL] = "page faults in the upper half: whether the page is "
			"there, which is an affair of the host's kernel",
	[OPEN_ARPL] = "ARPL: whether what it does not change must be writable "
		      "(SDM 2A ARPL: the segment must; this host: no)",
	[OPEN_GATHER] = "gathers that fault midway: elements behind the first "
			"that faults may be loaded or not; what remains of "
			"the mask is its signs (SDM 2C VGATHERDPS, operation) "
			"or, on AMD's, as it was",
	[OPEN_BMI] = "ANDN BLSI BLSMSK BLSR BZHI: AF PF (SDM 2A ANDN)",
	[OPEN_BEXTR] = "BEXTR: AF SF PF (SDM 2A BEXTR)",
	[OPEN_TZCNT] = "TZCNT LZCNT: OF SF PF AF (SDM 2B TZCNT, 2A LZCNT)",
	[OPEN_VEX_W] = "VPEXTRD VPINSRD in 32-bit code with VEX.W 1: ignored "
		       "(SDM 2B PEXTRD), #UD on AMD's; VPERMQ and VPERMPD with "
		       "VEX.W 0, #UD (SDM 2C VPERMQ), which AMD's ignore, are "
		       "not tried",
	[OPEN_XSAVE_REACH] = "XSAVE XSAVEOPT XSAVEC XRSTOR: whether they touch "
			     "parts of the area that they do not move (SDM 1 "
			     "§13.13: they may)",
	[OPEN_SHA_ALIGNED] = "SHA1xxx SHA256xxx, memory that is not aligned: "
			     "#GP (SDM 2B SHA1MSG1: exceptions type 4); AMD's "
			     "take it",
	[OPEN_MOVSXD16] = "66 MOVSXD: this host reads 4 bytes, SDM 2B has m16",
};

static unsigned long forgiven[OPEN_COUNT];

static unsigned count_of(const struct ora_case *c)
{
	const struct x86_insn *in = &c->code->insn;
	const struct x86_operand *o = &in->opnd[in->opnds - 1];
	uint64_t n = o->kind == OPND_IMM ? in->imm : c->in.gpr[1];

	return (unsigned)n & (in->osize == 8 ? 63 : 31);
}

struct open_flags {
	unsigned mask;
	unsigned why;
};

/* The flags that are undefined after the instruction; at most two reasons. */
static unsigned undefined_flags(const struct ora_case *c, struct open_flags *u)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned n = 0, count, bits = in->osize * 8u;

	switch (in->op) {
	case X86_AND: case X86_OR: case X86_XOR: case X86_TEST:
		u[n++] = (struct open_flags){ AF, OPEN_LOGIC_AF };
		break;
	case X86_SHL: case X86_SHR: case X86_SAR:
		count = count_of(c);
		if (count)
			u[n++] = (struct open_flags){ AF, OPEN_SHIFT_AF };
		if (count > 1)
			u[n++] = (struct open_flags){ OF, OPEN_SHIFT_OF };
		if (count >= bits && in->op != X86_SAR)
			u[n++] = (struct open_flags){ CF, OPEN_SHIFT_CF };
		break;
	case X86_ROL: case X86_ROR: case X86_RCL: case X86_RCR:
		if (count_of(c) > 1)
			u[n++] = (struct open_flags){ OF, OPEN_ROTATE_OF };
		break;
	case X86_SHLD: case X86_SHRD:
		count = count_of(c);
		if (count)
			u[n++] = (struct open_flags){
				AF | (count > 1 ? OF : 0), OPEN_DSHIFT };
		if (count > bits)
			u[n++] = (struct open_flags){
				CF | PF | AF | ZF | SF | OF, OPEN_DSHIFT_WIDE };
		break;
	case X86_MUL: case X86_IMUL:
		u[n++] = (struct open_flags){ SF | ZF | AF | PF, OPEN_MUL };
		break;
	case X86_DIV: case X86_IDIV:
		u[n++] = (struct open_flags){ CF | PF | AF | ZF | SF | OF,
					      OPEN_DIV };
		break;
	case X86_BT: case X86_BTS: case X86_BTR: case X86_BTC:
		u[n++] = (struct open_flags){ OF | SF | AF | PF, OPEN_BT };
		break;
	case X86_BSF: case X86_BSR:
		u[n++] = (struct open_flags){ CF | OF | SF | AF | PF,
					      OPEN_SCAN };
		break;
	case X86_TZCNT: case X86_LZCNT:
		u[n++] = (struct open_flags){ OF | SF | PF | AF, OPEN_TZCNT };
		break;
	case X86_ANDN: case X86_BLSI: case X86_BLSMSK: case X86_BLSR:
	case X86_BZHI:
		u[n++] = (struct open_flags){ AF | PF, OPEN_BMI };
		break;
	case X86_BEXTR:
		u[n++] = (struct open_flags){ AF | SF | PF, OPEN_BEXTR };
		break;
	case X86_AAA: case X86_AAS:
		u[n++] = (struct open_flags){ OF | SF | ZF | PF,
					      OPEN_DECIMAL_AAA };
		break;
	case X86_DAA: case X86_DAS:
		u[n++] = (struct open_flags){ OF, OPEN_DECIMAL_DAA };
		break;
	case X86_AAM: case X86_AAD:
		u[n++] = (struct open_flags){ OF | AF | CF, OPEN_DECIMAL_AAM };
		break;
	default:
		break;
	}
	return n;
}

/* ---- memory and floating-point state that is open ---- */

struct span {
	uint16_t from, to;
	uint8_t why;
};

/* Of the image at the place of the memory operand. */
static unsigned open_memory(const struct ora_case *c, struct span *s)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned n = 0;

	switch (in->op) {
	case X86_FXSAVE: case X86_XSAVE: case X86_XSAVEOPT:
	case X86_XSAVEC:
		s[n++] = (struct span){ 5, 6, OPEN_FX_RESERVED };
		s[n++] = (struct span){ 6, 24, OPEN_POINTERS };
		s[n++] = (struct span){ 28, 32, OPEN_MXCSR_MASK };
		for (uint16_t i = 0; i < 8; i++)
			s[n++] = (struct span){ (uint16_t)(42 + i * 16),
						(uint16_t)(48 + i * 16),
						OPEN_FX_RESERVED };
		s[n++] = (struct span){ 416, 512, OPEN_FX_RESERVED };
		break;
	case X86_FNSAVE: case X86_FNSTENV:
		if (in->osize == 2) {
			s[n++] = (struct span){ 6, 14, OPEN_POINTERS };
		} else {
			s[n++] = (struct span){ 2, 4, OPEN_FX_RESERVED };
			s[n++] = (struct span){ 6, 8, OPEN_FX_RESERVED };
			s[n++] = (struct span){ 10, 12, OPEN_FX_RESERVED };
			s[n++] = (struct span){ 12, 28, OPEN_POINTERS };
		}
		break;
	default:
		break;
	}
	return n;
}

/* The size of an operand that takes several accesses, or 0. */
static unsigned many_bytes(const struct x86_insn *in)
{
	switch (in->op) {
	case X86_FXSAVE: case X86_FXRSTOR: return 512;
	case X86_XSAVE: case X86_XRSTOR: case X86_XSAVEOPT:
	case X86_XSAVEC: return 832;
	case X86_FNSAVE: case X86_FRSTOR: return 108;
	case X86_FLDENV: case X86_FNSTENV: return 28;
	default: return 0;
	}
}

/* The same exception, told with another address of the operand's. */
static bool same_fault_elsewhere(const struct ora_case *c,
				 const struct ora_result *h,
				 const struct ora_result *g)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned n = many_bytes(in);

	if (h->vector != 14 || g->vector != 14)
		return false;
	if ((in->op == X86_MASKMOVQ || in->op == X86_MASKMOVDQU) &&
	    h->cr2 - c->place < 16 && g->cr2 - c->place < 16) {
		forgiven[OPEN_MASKED]++;
		return true;
	}
	if (n && h->cr2 - c->place < n && g->cr2 - c->place < n) {
		forgiven[OPEN_MANY_BYTES]++;
		return true;
	}
	if (in->op == X86_CMPS || in->op == X86_MOVS) {
		forgiven[OPEN_TWO_FAULTS]++;
		return true;
	}
	return false;
}

static bool none_left(const struct ora_case *c)
{
	const struct x86_insn *in = &c->code->insn;
	uint64_t mask = in->asize == 2 ? 0xffff : in->asize == 4 ? UINT32_MAX :
			~UINT64_C(0);

	return (in->prefixes & (X86_REP | X86_REPNE)) &&
	       !(c->in.gpr[1] & mask);
}

/* Two of #SS, #GP, #PF, or one of them and #MF, at once. */
static bool two_faults(const struct ora_case *c, int a, int b)
{
	const struct x86_insn *in = &c->code->insn;

	if ((a < 12 || a > 14) && !(a == 16 && (in->attr & X86_FPU)))
		return false;
	if (b < 12 || b > 14)
		return false;
	return a == 16 || in->op == X86_CMPS || in->op == X86_MOVS ||
	       in->op == X86_CALL || in->op == X86_ARPL ||
	       in->op == X86_POP || in->op == X86_PUSH ||
	       in->op == X86_XRSTOR || (many_bytes(in) && (c->place & 15));
}

static bool transcendental(unsigned op)
{
	return op == X86_F2XM1 || op == X86_FYL2X || op == X86_FYL2XP1 ||
	       op == X86_FPTAN || op == X86_FPATAN || op == X86_FSIN ||
	       op == X86_FCOS || op == X86_FSINCOS;
}

static uint64_t get64(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* Two 80-bit numbers that are next to each other. */
static bool adjacent(const uint8_t *a, const uint8_t *b)
{
	unsigned ea = a[8] | (unsigned)a[9] << 8, eb = b[8] | (unsigned)b[9] << 8;
	uint64_t ma = get64(a), mb = get64(b), top = UINT64_C(1) << 63;

	if (ea == eb)
		return ma - mb == 1 || mb - ma == 1;
	if (eb == ea + 1)
		return ma == ~UINT64_C(0) && mb == top;
	return ea == eb + 1 && mb == ~UINT64_C(0) && ma == top;
}

/* ST(0) outside of what the operation is defined for: F2XM1's [-1, 1],
 * FYL2XP1's (-(1 - sqrt(2)/2), 1 - sqrt(2)/2). */
static bool out_of_range(const struct ora_case *c)
{
	const uint8_t *st = c->in.fx + FXI_ST;
	unsigned e = (st[8] | (unsigned)st[9] << 8) & 0x7fff;

	if (c->code->insn.op == X86_F2XM1)
		return e > 0x3fff || (e == 0x3fff && get64(st) << 1);
	return c->code->insn.op == X86_FYL2XP1 &&
	       (e > 0x3ffd || (e == 0x3ffd &&
			       get64(st) >= UINT64_C(0x95f619980c4336f7)));
}

/* RCPxS, RSQRTxS: 16 bytes that agree as well as they have to. */
static bool close_enough(const uint8_t *a, const uint8_t *b)
{
	float x, y;

	memcpy(&x, a, 4);
	memcpy(&y, b, 4);
	if (isnan(x) || isnan(y) || isinf(x) || isinf(y))
		return false;	/* then the bits have to agree */
	if (x == 0 || y == 0)	/* what is tiny is flushed to 0 */
		return signbit(x) == signbit(y) &&
		       fabs((double)x) + fabs((double)y) < 0x1.002p-126;
	/* both within the bound around the true value */
	return fabs((double)x - (double)y) <=
	       2 * 1.5 / 4096 * fabs((double)y) * 1.001;
}

/* Lane i of a YMM register. */
static uint64_t lane_of(const struct ora_regs *r, unsigned reg, unsigned size,
			unsigned i)
{
	unsigned at = i * size;
	const uint8_t *p = at < 16 ? r->fx + FXI_XMM + reg * 16 + at :
				     r->high[reg] + at - 16;
	uint64_t v = 0;

	for (unsigned k = size; k-- > 0;)
		v = v << 8 | p[k];
	return v;
}

static bool is_left(const struct ora_regs *r, unsigned mask, unsigned size,
		    unsigned i)
{
	return lane_of(r, mask, size, i) >> (size * 8 - 1) & 1;
}

/*
 * A gather that faults has done all elements before the one that it tells of;
 * those behind it may be done or not (SDM 2C VGATHERDPS). Both sides must have
 * stopped at the same element at the earliest, and agree about all that both
 * have done, or that neither has.
 */
static bool gathered_so_far(const struct ora_case *c,
			    const struct ora_result *h,
			    const struct ora_result *g, unsigned reg)
{
	const struct x86_insn *in = &c->code->insn;
	unsigned size = in->mem_size >= 8 ? 8 : 4, dest, mask, n;
	bool stopped = false;

	if (!in->vsib || h->vector < 12 || h->vector > 14 ||
	    h->vector != g->vector)
		return false;
	dest = in->opnd[0].reg;
	mask = in->opnd[2].reg;
	if (reg != dest && reg != mask)
		return false;
	n = in->opnd[0].size / size;
	for (unsigned i = 0; i < n; i++) {
		bool a = is_left(&h->regs, mask, size, i);
		bool b = is_left(&g->regs, mask, size, i);
		bool same = lane_of(&h->regs, reg, size, i) ==
			    lane_of(&g->regs, reg, size, i);

		stopped |= a && b;
		if (!stopped && (a || b || !same))
			return false;
		if (reg == dest && a == b && !same)
			return false;
	}
	return stopped;
}

/* ---- the comparison ---- */

struct text {
	char *p;
	size_t len;
	size_t used;
	bool same;
};

static void differ(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	t->same = false;
	if (!t->p || t->used >= t->len)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->p + t->used, t->len - t->used, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->used += (size_t)n;
}

static unsigned long long ll(uint64_t v)
{
	return v;
}

static void same_gprs(struct text *t, const struct ora_case *c,
		      const struct ora_result *h, const struct ora_result *g)
{
	static const char *const names[16] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
	};
	const struct x86_insn *in = &c->code->insn;
	bool code32 = c->code->form->mode == X86_MODE32;

	for (unsigned i = 0; i < 16; i++) {
		uint64_t a = h->regs.gpr[i], b = g->regs.gpr[i];

		if (code32) {
			if (i >= 8)
				continue;
			if ((uint32_t)a == (uint32_t)b) {
				forgiven[OPEN_IRRELEVANT] += a != b;
				continue;
			}
		}
		if (a == b)
			continue;
		if (in->op == X86_POPA && h->vector >= 0) {
			forgiven[OPEN_POPA]++;
			continue;
		}
		if ((in->op == X86_SHLD || in->op == X86_SHRD) &&
		    in->opnd[0].kind == OPND_REG && in->opnd[0].reg == i &&
		    count_of(c) > in->osize * 8u &&
		    (a ^ b) < UINT64_C(1) << in->osize * 8) {
			forgiven[OPEN_DSHIFT_WIDE]++;
			continue;
		}
		if (in->op == X86_BSWAP && in->osize == 2 &&
		    in->opnd[0].reg == i && (a ^ b) < 0x10000) {
			forgiven[OPEN_BSWAP16]++;
			continue;
		}
		if ((in->op == X86_BSF || in->op == X86_BSR) &&
		    in->opnd[0].reg == i && (h->regs.rflags & ZF)) {
			forgiven[OPEN_SCAN_ZERO]++;
			continue;
		}
		differ(t, "    %-6s %016llx  host %016llx  engine %016llx\n",
		       names[i], ll(c->in.gpr[i]), ll(a), ll(b));
	}
}

static void same_flags(struct text *t, const struct ora_case *c,
		       const struct ora_result *h, const struct ora_result *g)
{
	struct open_flags u[4];
	unsigned n = c->code->sequence ? 0 : undefined_flags(c, u);
	uint64_t diff = h->regs.rflags ^ g->regs.rflags;

	if (c->code->sequence)
		diff &= c->code->flags_left | ~UINT64_C(0x8d5);
	/* the flags before a fault are defined */
	for (unsigned i = 0; i < n && h->vector < 0; i++)
		if (diff & u[i].mask) {
			forgiven[u[i].why]++;
			diff &= ~(uint64_t)u[i].mask;
		}
	if (diff)
		differ(t, "    rflags %016llx  host %016llx  engine %016llx\n",
		       ll(c->in.rflags), ll(h->regs.rflags),
		       ll(g->regs.rflags));
}

/* ST(i) and XMM registers: n bytes at off, with what stood there before. */
static void same_bytes(struct text *t, const char *name, unsigned i,
		       const uint8_t *in, const uint8_t *h, const uint8_t *g,
		       unsigned n)
{
	char text[3][40];
	const uint8_t *from[3] = { in, h, g };

	if (!memcmp(h, g, n))
		return;
	for (unsigned k = 0; k < 3; k++)
		for (unsigned j = 0; j < n; j++)
			snprintf(text[k] + j * 2, 3, "%02x", from[k][n - 1 - j]);
	differ(t, "    %s%u  %s\n           host   %s\n           engine %s\n",
	       name, i, text[0], text[1], text[2]);
}

static void same_fx(struct text *t, const struct ora_case *c,
		    const struct ora_result *h, const struct ora_result *g)
{
	static const struct { const char *name; unsigned at, n; } parts[] = {
		{ "fcw", FXI_FCW, 2 }, { "fsw", FXI_FSW, 2 },
		{ "ftw", FXI_FTW, 1 }, { "mxcsr", FXI_MXCSR, 4 },
	};
	const uint8_t *a = h->regs.fx, *b = g->regs.fx, *in = c->in.fx;
	unsigned op = c->code->insn.op;
	uint32_t fsw_open = 0;

	if (out_of_range(c) && h->vector == g->vector) {
		forgiven[OPEN_RANGE] += memcmp(a, b, FXI_XMM) != 0;
		return;
	}
	if (transcendental(op)) {
		fsw_open = 0x200;	/* C1: rounded up */
		forgiven[OPEN_ULP] += memcmp(a, b, FXI_XMM) != 0;
	}
	/* on this host a fault has made the x87 registers MMX's already */
	if (op == X86_MASKMOVQ && h->vector >= 12) {
		forgiven[OPEN_MASKED] += memcmp(a, b, FXI_XMM) != 0;
		return;
	}
	for (unsigned i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		uint32_t v[3] = { 0, 0, 0 };

		if (!memcmp(a + parts[i].at, b + parts[i].at, parts[i].n))
			continue;
		for (unsigned k = 0; k < parts[i].n; k++) {
			v[0] |= (uint32_t)in[parts[i].at + k] << k * 8;
			v[1] |= (uint32_t)a[parts[i].at + k] << k * 8;
			v[2] |= (uint32_t)b[parts[i].at + k] << k * 8;
		}
		if (parts[i].at == FXI_FSW && !((v[1] ^ v[2]) & ~fsw_open))
			continue;
		differ(t, "    %-6s %x  host %x  engine %x\n", parts[i].name,
		       v[0], v[1], v[2]);
	}
	for (unsigned i = 0; i < 8; i++) {
		if (i < 2 && transcendental(op) &&
		    adjacent(a + FXI_ST + i * 16, b + FXI_ST + i * 16))
			continue;
		same_bytes(t, "st", i, in + FXI_ST + i * 16,
			   a + FXI_ST + i * 16, b + FXI_ST + i * 16, 10);
	}
	if (memcmp(a + 6, b + 6, 18))
		forgiven[OPEN_POINTERS]++;
}

static void same_vectors(struct text *t, const struct ora_case *c,
			 const struct ora_result *h, const struct ora_result *g)
{
	unsigned op = c->code->insn.op;
	bool about = op == X86_RCPPS || op == X86_RCPSS ||
		     op == X86_RSQRTPS || op == X86_RSQRTSS;

	for (unsigned i = 0; i < 32; i++) {
		unsigned r = i & 15, off = FXI_XMM + r * 16, k;
		const uint8_t *x = i < 16 ? h->regs.fx + off : h->regs.high[r];
		const uint8_t *y = i < 16 ? g->regs.fx + off : g->regs.high[r];

		if (!memcmp(x, y, 16))
			continue;
		for (k = 0; about && k < 16; k += 4)
			if (memcmp(x + k, y + k, 4) &&
			    !close_enough(x + k, y + k))
				break;
		if (about && k == 16)
			forgiven[OPEN_APPROXIMATE]++;
		else if (gathered_so_far(c, h, g, r))
			forgiven[OPEN_GATHER]++;
		else
			same_bytes(t, i < 16 ? "xmm" : "ymmhigh", r, i < 16 ?
				   c->in.fx + off : c->in.high[r], x, y, 16);
	}
}

static void same_memory(struct text *t, const struct ora_case *c,
			const uint8_t *h, const uint8_t *g)
{
	const struct x86_insn *in = &c->code->insn;
	struct span open[24];
	unsigned n, told = 0;
	uint64_t base;

	if (!memcmp(h, g, ORA_DATA_SIZE))
		return;
	n = open_memory(c, open);
	base = c->place - (in->asize == 2 ? ORA_LOW : ORA_DATA);
	for (unsigned i = 0; i < ORA_DATA_SIZE; i++) {
		uint64_t off = i - base;
		unsigned k;

		if (h[i] == g[i])
			continue;
		for (k = 0; k < n; k++)
			if (off >= open[k].from && off < open[k].to)
				break;
		if (k < n) {
			forgiven[open[k].why]++;
			continue;
		}
		if ((in->op == X86_SHLD || in->op == X86_SHRD) &&
		    count_of(c) > in->osize * 8u && off < in->osize) {
			forgiven[OPEN_DSHIFT_WIDE]++;
			continue;
		}
		if (told++ < 16)
			differ(t, "    [%08x] (operand%+lld) %02x  host %02x  "
			       "engine %02x\n", ORA_DATA + i,
			       (long long)off, c->data[i], h[i], g[i]);
	}
}

/* Why the two may have ended in different ways, or OPEN_COUNT. */
static unsigned may_end_otherwise(const struct ora_case *c,
				  const struct ora_result *h,
				  const struct ora_result *g)
{
	const struct x86_insn *in = &c->code->insn;

	if (in->op == X86_ARPL && h->vector < 0 && g->vector >= 12 &&
	    !(h->regs.rflags & ZF))
		return OPEN_ARPL;
	if (h->vector == 6 && in->vex && c->code->form->mode == X86_MODE32 &&
	    (in->op == X86_PEXTRD || in->op == X86_PINSRD))
		return OPEN_VEX_W;
	if (many_bytes(in) == 832 && h->vector + g->vector == 14 - 1 &&
	    (h->vector == 14 || g->vector == 14))
		return OPEN_XSAVE_REACH;
	if (in->feature == X86_FEAT_SHA && g->vector == 13 && (c->place & 15) &&
	    (h->vector < 0 || h->vector == 12 || h->vector == 14))
		return OPEN_SHA_ALIGNED;
	if (g->vector >= 0)
		return two_faults(c, h->vector, g->vector) ? OPEN_TWO_FAULTS :
							     OPEN_COUNT;
	if (h->vector >= 12 && h->vector <= 14 &&
	    (in->op == X86_MASKMOVQ || in->op == X86_MASKMOVDQU))
		return OPEN_MASKED;
	if (h->vector == 14 && in->op == X86_MOVSXD && in->osize == 2)
		return OPEN_MOVSXD16;
	if (h->vector == 13 && none_left(c) &&
	    (in->op == X86_INS || in->op == X86_OUTS))
		return OPEN_REP_IO;
	return OPEN_COUNT;
}

/* The same exception: its error code and address. */
static void same_fault(struct text *t, const struct ora_case *c,
		       const struct ora_result *h, const struct ora_result *g)
{
	if (h->vector < 0 || same_fault_elsewhere(c, h, g))
		return;
	if (c->code->insn.op == X86_ARPL && h->vector == 14 &&
	    !(h->error & 2) && (g->error & 2)) {
		forgiven[OPEN_ARPL]++;
		return;
	}
	if (h->vector == 14 && h->cr2 == g->cr2 && h->cr2 >> 63 &&
	    (h->error ^ g->error) == 1) {
		forgiven[OPEN_KERNEL]++;
		return;
	}
	if (h->error != g->error)
		differ(t, "    error code: host %x, engine %x\n", h->error,
		       g->error);
	else if (h->vector == 14 && h->cr2 != g->cr2)
		differ(t, "    cr2: host %llx, engine %llx\n", ll(h->cr2),
		       ll(g->cr2));
}

bool ora_same(const struct ora_case *c, const struct ora_result *host,
	      const struct ora_result *guest, const uint8_t *host_data,
	      const uint8_t *guest_data, char *text, size_t len)
{
	struct text t = { text, len, 0, true };
	unsigned why;

	if (text && len)
		text[0] = '\0';
	if (host->vector == guest->vector) {
		same_fault(&t, c, host, guest);
	} else {
		why = may_end_otherwise(c, host, guest);
		if (why == OPEN_COUNT) {
			differ(&t, "    exception: host %d, engine %d\n",
			       host->vector, guest->vector);
		} else {
			forgiven[why]++;
			if (host->vector < 0 || guest->vector < 0)
				return true;
		}
	}
	if (host->regs.rip != guest->regs.rip)
		differ(&t, "    rip    %08llx  host %llx  engine %llx\n",
		       ll(c->in.rip), ll(host->regs.rip), ll(guest->regs.rip));
	same_gprs(&t, c, host, guest);
	same_flags(&t, c, host, guest);
	same_fx(&t, c, host, guest);
	same_vectors(&t, c, host, guest);
	same_memory(&t, c, host_data, guest_data);
	return t.same;
}

/* What this process has forgiven so far, OPEN_COUNT numbers. */
unsigned ora_forgiven(const unsigned long **counts)
{
	*counts = forgiven;
	return OPEN_COUNT;
}

/* A reason for leaving out, with the instructions that it holds for. */
static void list_left_out(const struct ora_form *forms, size_t count,
			  const char *why)
{
	static uint8_t told[X86_OP_COUNT];
	unsigned n = 0;

	printf("    left out:");
	memset(told, 0, sizeof(told));
	for (size_t i = 0; i < count; i++) {
		const char *mine = ora_left_out(&forms[i]);

		if (!mine || strcmp(mine, why))
			continue;
		if (!told[forms[i].op])
			printf(" %s", vc__x86_name(forms[i].op));
		told[forms[i].op] = 1;
		n++;
	}
	printf(": %s (%u forms)\n", why, n);
}

void ora_list_exemptions(const unsigned long *counts)
{
	const char *reasons[32];
	struct ora_form *forms;
	unsigned n = 0;
	size_t count;

	for (unsigned i = 0; i < OPEN_COUNT; i++)
		printf("    open (%lu): %s\n", counts[i], open_text[i]);
	forms = ora_forms(&count);
	for (size_t i = 0; i < count; i++) {
		const char *why = ora_left_out(&forms[i]);
		unsigned k = 0;

		while (why && k < n && strcmp(reasons[k], why))
			k++;
		if (why && k == n && n < 32)
			reasons[n++] = why;
	}
	for (unsigned i = 0; i < n; i++)
		list_left_out(forms, count, reasons[i]);
}
