/* SPDX-License-Identifier: MIT */
/*
 * groups.c: which group a form is in. Each group is a test of its own, see
 * test_engine_oracle.c.
 */
#include <string.h>

#include "oracle.h"

static const char *integer_group(const struct x86_insn *in, bool mem)
{
	bool lock = in->prefixes & X86_LOCK;

	switch (in->op) {
	case X86_ADD: case X86_ADC: case X86_SUB: case X86_SBB: case X86_CMP:
		return lock ? "alu_lock" : mem ? "arith_mem" : "arith_reg";
	case X86_AND: case X86_OR: case X86_XOR: case X86_TEST:
		return lock ? "alu_lock" : mem ? "logic_mem" : "logic_reg";
	case X86_INC: case X86_DEC: case X86_NOT: case X86_NEG:
		return lock ? "unary_lock" : mem ? "unary_mem" : "unary_reg";
	case X86_MOV: case X86_MOVNTI:
		return mem ? "mov_mem" : "mov_reg";
	case X86_MOV_SEG: case X86_RDFSBASE: case X86_RDGSBASE:
		return "mov_segment";
	case X86_MOVZX: case X86_MOVSX: case X86_MOVSXD:
		return "extend";
	case X86_LEA:
		return "lea";
	case X86_XCHG: case X86_XADD:
		return lock ? "exchange_lock" : mem ? "exchange_mem" :
						      "exchange_reg";
	case X86_CMPXCHG:
		return "cmpxchg";
	case X86_CMPXCHG8B: case X86_CMPXCHG16B:
		return "cmpxchg_wide";
	case X86_SHL: case X86_SHR: case X86_SAR:
		return mem ? "shift_mem" : "shift_reg";
	case X86_ROL: case X86_ROR:
		return mem ? "rotate_mem" : "rotate_reg";
	case X86_RCL: case X86_RCR:
		return mem ? "rotate_carry_mem" : "rotate_carry_reg";
	case X86_SHLD: case X86_SHRD:
		return mem ? "double_shift_mem" : "double_shift_reg";
	case X86_BT: case X86_BTS: case X86_BTR: case X86_BTC:
		return lock ? "bit_lock" : mem ? "bit_mem" : "bit_reg";
	case X86_BSF: case X86_BSR: case X86_POPCNT: case X86_CRC32:
	case X86_LZCNT: case X86_TZCNT:
		return "bit_scan";
	case X86_MOVBE: case X86_ADCX: case X86_ADOX:
		return "movbe_adx";
	case X86_ANDN: case X86_BEXTR: case X86_BLSI: case X86_BLSMSK:
	case X86_BLSR: case X86_BZHI: case X86_MULX: case X86_PDEP:
	case X86_PEXT: case X86_RORX: case X86_SARX: case X86_SHLX:
	case X86_SHRX:
		return mem ? "bmi_mem" : "bmi_reg";
	case X86_MUL: case X86_IMUL:
		return mem ? "multiply_mem" : "multiply_reg";
	case X86_DIV:
		return "divide";
	case X86_IDIV:
		return "divide_signed";
	case X86_SETCC:
		return "setcc";
	case X86_CMOVCC:
		return mem ? "cmov_mem" : "cmov_reg";
	case X86_JCC:
		return "jcc";
	case X86_JMP: case X86_CALL: case X86_RET:
		return "jump_call_return";
	case X86_LOOP: case X86_LOOPE: case X86_LOOPNE: case X86_JCXZ:
		return "loop";
	case X86_PUSH: case X86_PUSH_SEG:
		return "push";
	case X86_POP:
		return "pop";
	case X86_ENTER: case X86_LEAVE:
		return "enter_leave";
	case X86_PUSHF: case X86_POPF: case X86_LAHF: case X86_SAHF:
	case X86_CLC: case X86_STC: case X86_CMC: case X86_CLD: case X86_STD:
		return "flags";
	case X86_CBW: case X86_CWD: case X86_BSWAP: case X86_XLAT:
		return "convert_bswap_xlat";
	case X86_MOVS:
		return "movs";
	case X86_STOS:
		return "stos";
	case X86_LODS:
		return "lods";
	case X86_CMPS:
		return "cmps";
	case X86_SCAS:
		return "scas";
	case X86_NOP: case X86_PAUSE: case X86_PREFETCH: case X86_PREFETCHW:
	case X86_CLFLUSH: case X86_LFENCE: case X86_MFENCE: case X86_SFENCE:
	case X86_CLFLUSHOPT: case X86_CLWB:
		return "hints_fences";
	case X86_UD0: case X86_UD1: case X86_UD2: case X86_INT3: case X86_INT:
	case X86_INT1: case X86_INTO: case X86_BOUND:
		return "interrupts";
	case X86_DAA: case X86_DAS: case X86_AAA: case X86_AAS: case X86_AAM:
	case X86_AAD: case X86_SALC: case X86_ARPL:
		return "decimal";
	case X86_PUSHA: case X86_POPA:
		return "push_all";
	default:
		return "privileged";
	}
}

static const char *x87_group(const struct x86_insn *in, bool mem)
{
	switch (in->op) {
	case X86_FADD: case X86_FSUB: case X86_FSUBR: case X86_FADDP:
	case X86_FSUBP: case X86_FSUBRP:
		return mem ? "x87_add_mem" : "x87_add_st";
	case X86_FMUL: case X86_FMULP:
		return "x87_multiply";
	case X86_FDIV: case X86_FDIVR: case X86_FDIVP: case X86_FDIVRP:
		return "x87_divide";
	case X86_FIADD: case X86_FIMUL: case X86_FISUB: case X86_FISUBR:
	case X86_FIDIV: case X86_FIDIVR:
		return "x87_integer";
	case X86_FCOM: case X86_FCOMP: case X86_FCOMPP: case X86_FUCOM:
	case X86_FUCOMP: case X86_FUCOMPP: case X86_FICOM: case X86_FICOMP:
	case X86_FTST: case X86_FXAM:
		return "x87_compare";
	case X86_FCOMI: case X86_FCOMIP: case X86_FUCOMI: case X86_FUCOMIP:
	case X86_FCMOVCC:
		return "x87_flags";
	case X86_FLD: case X86_FILD: case X86_FBLD: case X86_FLD1:
	case X86_FLDL2T: case X86_FLDL2E: case X86_FLDPI: case X86_FLDLG2:
	case X86_FLDLN2: case X86_FLDZ:
		return "x87_load";
	case X86_FST: case X86_FSTP:
		return "x87_store";
	case X86_FIST: case X86_FISTP: case X86_FISTTP: case X86_FBSTP:
		return "x87_store_integer";
	case X86_FSQRT: case X86_FRNDINT: case X86_FSCALE: case X86_FXTRACT:
	case X86_FABS: case X86_FCHS:
		return "x87_functions";
	case X86_FPREM: case X86_FPREM1:
		return "x87_remainder";
	case X86_F2XM1: case X86_FYL2X: case X86_FYL2XP1: case X86_FPTAN:
	case X86_FPATAN: case X86_FSIN: case X86_FCOS: case X86_FSINCOS:
		return "x87_transcendental";
	case X86_FLDENV: case X86_FNSTENV: case X86_FNSAVE: case X86_FRSTOR:
	case X86_FXSAVE: case X86_FXRSTOR:
		return "x87_environment";
	case X86_XSAVE: case X86_XRSTOR: case X86_XSAVEOPT: case X86_XSAVEC:
		return "xsave";
	default:
		return "x87_control";
	}
}

static bool name_ends(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n >= e && !strcmp(name + n - e, end);
}

static bool starts(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

static bool any_of(const char *name, const char *const *with)
{
	for (; *with; with++)
		if (starts(name, *with))
			return true;
	return false;
}

static bool is_crypto(const char *n)
{
	return starts(n, "aes") || starts(n, "sha") || starts(n, "gf2p8") ||
	       starts(n, "pclmul");
}

/* The groups of VEX-encoded vector instructions, and what is AES's and SHA's
 * kind in any encoding. */
static const char *avx_group(const struct x86_insn *in, bool mem)
{
	static const char *const shuffles[] = {
		"vbroadcast", "vpbroadcast", "vinsert", "vextract", "vperm",
		"vpblendd", "pblend", "blend", "punpck", "unpck", "pack",
		"pshuf", "shuf", "palignr", "pinsr", "pextr", "insertps",
		"extractps", "pmovsx", "pmovzx", "movddup", "movshdup",
		"movsldup", NULL
	};
	static const char *const shifts[] = {
		"psll", "psrl", "psra", "vpsll", "vpsrl", "vpsra", NULL
	};
	const char *n = vc__x86_name(in->op);

	if (in->vsib)
		return "avx_gather";
	if (starts(n, "vmaskmov") || starts(n, "vpmaskmov") ||
	    in->op == X86_MASKMOVDQU)
		return "avx_mask_move";
	if (n[0] == 'v' && n[1] == 'f')
		return name_ends(n, "ps") || name_ends(n, "pd") ?
		       mem ? "fma_packed_mem" : "fma_packed_reg" :
		       mem ? "fma_scalar_mem" : "fma_scalar_reg";
	if (starts(n, "vcvt"))
		return "f16c";
	if (starts(n, "cvt"))
		return "avx_convert";
	if (is_crypto(n))
		return "crypto";
	if (any_of(n, shuffles))
		return mem ? "avx_shuffle_mem" : "avx_shuffle_reg";
	if (any_of(n, shifts))
		return "avx_shift";
	if (starts(n, "mov") || starts(n, "ldmx") || starts(n, "stmx") ||
	    starts(n, "vzero") || in->op == X86_LDDQU)
		return mem ? "avx_move_mem" : "avx_move_reg";
	if (starts(n, "pcmpestr") || starts(n, "pcmpistr"))
		return "avx_string";
	if (n[0] == 'p' || starts(n, "vtest") || starts(n, "and") ||
	    starts(n, "or") || starts(n, "xor") || starts(n, "mpsad"))
		return mem ? "avx_integer_mem" : "avx_integer_reg";
	if (starts(n, "cmp") || starts(n, "com") || starts(n, "ucom"))
		return "avx_compare";
	if (starts(n, "rcp") || starts(n, "rsqrt"))
		return "avx_approximate";
	if (name_ends(n, "ps") || name_ends(n, "pd"))
		return mem ? "avx_packed_mem" : "avx_packed_reg";
	return "avx_scalar";
}

/* The same in 32-bit code, more of them in each. */
static const char *compat_avx_group(const char *name)
{
	if (starts(name, "fma"))
		return "compat_fma";
	if (!strcmp(name, "crypto"))
		return "compat_crypto";
	if (starts(name, "avx_move") || starts(name, "avx_mask") ||
	    starts(name, "avx_shuffle") || !strcmp(name, "avx_gather"))
		return "compat_avx_move";
	if (starts(name, "avx_integer") || !strcmp(name, "avx_shift") ||
	    !strcmp(name, "avx_string"))
		return "compat_avx_integer";
	return "compat_avx_float";
}

static const char *vector_group(const struct x86_insn *in, bool mem)
{
	const char *n = vc__x86_name(in->op);
	bool mmx = false;

	for (unsigned i = 0; i < in->opnds; i++)
		if (in->opnd[i].kind == OPND_MMX)
			mmx = true;
	if (!strncmp(n, "cvt", 3))
		return mmx ? "sse_convert_mmx" : mem ? "sse_convert_mem" :
						       "sse_convert_reg";
	if (!strncmp(n, "mov", 3) || !strncmp(n, "maskmov", 7) ||
	    !strncmp(n, "ldmx", 4) || !strncmp(n, "stmx", 4))
		return mmx ? "mmx_move" : mem ? "sse_move_mem" : "sse_move_reg";
	if (n[0] == 'p' || in->op == X86_EMMS) {
		if (!strncmp(n, "psll", 4) || !strncmp(n, "psr", 3))
			return mmx ? "mmx_shift" : "sse2_shift";
		if (!strncmp(n, "psh", 3) || !strncmp(n, "punp", 4) ||
		    !strncmp(n, "pack", 4) || !strncmp(n, "pins", 4) ||
		    !strncmp(n, "pext", 4) || !strncmp(n, "pmovm", 5))
			return mmx ? "mmx_shuffle" : "sse2_shuffle";
		return mmx || in->op == X86_EMMS ? "mmx_arith" : "sse2_integer";
	}
	if (!strncmp(n, "cmp", 3) || !strncmp(n, "com", 3) ||
	    !strncmp(n, "ucom", 4))
		return mem ? "sse_compare_mem" : "sse_compare_reg";
	if (!strncmp(n, "min", 3) || !strncmp(n, "max", 3))
		return "sse_min_max";
	if (!strncmp(n, "sqrt", 4))
		return "sse_sqrt";
	if (!strncmp(n, "rcp", 3) || !strncmp(n, "rsqrt", 5))
		return "sse_approximate";
	if (!strncmp(n, "unp", 3) || !strncmp(n, "shuf", 4) ||
	    !strncmp(n, "and", 3) || !strncmp(n, "or", 2) ||
	    !strncmp(n, "xor", 3))
		return "sse_logic_shuffle";
	if (name_ends(n, "ps") || name_ends(n, "pd"))
		return mem ? "sse_packed_mem" : "sse_packed_reg";
	return mem ? "sse_scalar_mem" : "sse_scalar_reg";
}

const char *ora_group_of(const struct x86_insn *in, unsigned mode)
{
	const char *n = vc__x86_name(in->op);
	bool mem = ora_has_mem(in);

	if ((mode == X86_MODE32) && in->asize == 2 && ora_asize_counts(in))
		return "compat_addr16";
	if (in->attr & X86_AVX || is_crypto(n)) {
		n = avx_group(in, mem);
		return mode == X86_MODE32 ? compat_avx_group(n) : n;
	}
	if ((n[0] == 'f' || ora_is_xsave(in)) && !(in->attr & X86_SSE))
		return mode == X86_MODE32 ? "compat_x87" : x87_group(in, mem);
	if (in->attr & (X86_SSE | X86_FPU))
		return mode == X86_MODE32 ? "compat_vector" :
					    vector_group(in, mem);
	n = integer_group(in, mem);
	if (mode == X86_MODE64)
		return n;
	if (!strcmp(n, "decimal") || !strcmp(n, "push_all") ||
	    !strcmp(n, "interrupts") || !strcmp(n, "privileged"))
		return !strcmp(n, "decimal") ? "compat_decimal" :
		       !strcmp(n, "push_all") ? "compat_push_all" :
		       !strcmp(n, "interrupts") ? "compat_interrupts" :
						  "compat_privileged";
	if (in->attr & X86_STRING)
		return "compat_string";
	if (in->attr & (X86_BRANCH | X86_STACK))
		return "compat_branch_stack";
	return mem ? "compat_integer_mem" : "compat_integer_reg";
}
