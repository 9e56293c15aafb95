/* SPDX-License-Identifier: MIT */
/*
 * disasm.c: vc_disassemble(): what the decoder finds, in public terms and as
 * text. The decoder (decode.h) is the engine's, but knows nothing of it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../core/internal.h"
#include "../../backends/interp/decode.h"

/* ---- text ---- */

struct text {
	char *to;
	size_t len, max;
};

/* Cut at the end, which no instruction comes near. */
static void put(struct text *t, const char *fmt, ...) VC__PRINTF(2, 3);
static void put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->to + t->len, t->max - t->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n < t->max - t->len ? (size_t)n :
							t->max - t->len - 1;
}

static uint64_t cut(uint64_t v, unsigned bytes)
{
	return bytes && bytes < 8 ? v & (((uint64_t)1 << bytes * 8) - 1) : v;
}

/* ---- mnemonics ---- */

static const char *const conditions[16] = {
	"o", "no", "b", "ae", "e", "ne", "be", "a",
	"s", "ns", "p", "np", "l", "ge", "le", "g",
};

/* The opcode's second byte and the ModRM behind 0F or an x87 opcode, where
 * the operation alone does not name the instruction. */
static const uint8_t *opcode_of(const uint8_t *bytes, unsigned len)
{
	static const uint8_t prefixes[] = {
		0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2,
		0xf3,
	};
	unsigned i = 0;

	while (i + 2 < len && memchr(prefixes, bytes[i], sizeof(prefixes)))
		i++;
	if (i + 2 < len && (bytes[i] & 0xf0) == 0x40)
		i++;
	return bytes + i;
}

static const char *nop_name(const struct x86_insn *in, const uint8_t *bytes)
{
	const uint8_t *op = opcode_of(bytes, in->len);

	if (!(in->prefixes & X86_REP) || in->len < 4 || op[0] != 0x0f ||
	    op[1] != 0x1e)
		return "nop";
	if (op[2] == 0xfa)
		return "endbr64";
	if (op[2] == 0xfb)
		return "endbr32";
	if ((op[2] & 0xf8) == 0xc8)
		return in->osize == 8 ? "rdsspq" : "rdsspd";
	return "nop";
}

static const char *prefetch_name(const struct x86_insn *in,
				 const uint8_t *bytes)
{
	static const char *const hints[4] = {
		"prefetchnta", "prefetcht0", "prefetcht1", "prefetcht2"
	};
	const uint8_t *op = opcode_of(bytes, in->len);
	unsigned reg = op[2] >> 3 & 7;

	if (op[1] == 0x18)
		return hints[reg & 3];
	return reg == 2 ? "prefetchwt1" : "prefetch";
}

static const char *by_size(unsigned size, const char *two, const char *four,
			   const char *eight)
{
	return size == 2 ? two : size == 4 ? four : eight;
}

/* The names that one operation has by its operand or address size, or NULL. */
static const char *sized_name(const struct x86_insn *in, const uint8_t *bytes)
{
	static const char *const x87_old[] = { "fneni", "fndisi", "fnsetpm" };
	unsigned size = in->osize;

	switch (in->op) {
	case X86_CBW:	return by_size(size, "cbw", "cwde", "cdqe");
	case X86_CWD:	return by_size(size, "cwd", "cdq", "cqo");
	case X86_IRET:	return by_size(size, "iret", "iretd", "iretq");
	case X86_PUSHF:	return by_size(size, "pushf", "pushfd", "pushfq");
	case X86_POPF:	return by_size(size, "popf", "popfd", "popfq");
	case X86_PUSHA:	return by_size(size, "pusha", "pushad", "");
	case X86_POPA:	return by_size(size, "popa", "popad", "");
	case X86_RETF:	return size == 8 ? "retfq" : "retf";
	case X86_SYSRET: return size == 8 ? "sysretq" : "sysret";
	case X86_SYSEXIT: return size == 8 ? "sysexitq" : "sysexit";
	case X86_JCXZ:
		return by_size(in->asize, "jcxz", "jecxz", "jrcxz");
	case X86_CALLF:	return "call far";
	case X86_JMPF:	return "jmp far";
	case X86_XLAT:	return "xlatb";
	case X86_VMMCALL:	/* to a guest of SEV-ES, else the same */
		return in->prefixes & (X86_REP | X86_REPNE) ? "vmgexit" :
							      "vmmcall";
	case X86_NOP:	return nop_name(in, bytes);
	case X86_PREFETCH: return prefetch_name(in, bytes);
	case X86_WBINVD:
		return in->prefixes & X86_REP ? "wbnoinvd" : "wbinvd";
	case X86_FNSETPM:
		return x87_old[bytes[in->len - 1] & 4 ? 2 :
			       bytes[in->len - 1] & 1];
	default:
		return NULL;
	}
}

static void put_mnemonic(struct text *t, const struct x86_insn *in,
			 const uint8_t *bytes)
{
	static const char *const fcmov[4] = { "b", "e", "be", "u" };
	const char *name = sized_name(in, bytes);

	if (name) {
		put(t, "%s", name);
		return;
	}
	switch (in->op) {
	case X86_JCC:
		put(t, "j%s", conditions[in->cond & 15]);
		return;
	case X86_SETCC:
		put(t, "set%s", conditions[in->cond & 15]);
		return;
	case X86_CMOVCC:
		put(t, "cmov%s", conditions[in->cond & 15]);
		return;
	case X86_FCMOVCC:	/* 2 3 4 5 6 7 10 11: decode.c */
		put(t, "fcmov%s%s", in->cond & 1 ? "n" : "",
		    fcmov[in->cond >= 10 ? 3 : (in->cond >> 1 & 3) - 1]);
		return;
	default:
		break;
	}
	name = vc__x86_name(in->op);
	put(t, "%s%s", (in->attr & X86_AVX) && name[0] != 'v' ? "v" : "", name);
	switch (in->op) {
	case X86_FXSAVE: case X86_FXRSTOR: case X86_XSAVE: case X86_XRSTOR:
	case X86_XSAVEOPT: case X86_XSAVEC: case X86_XSAVES: case X86_XRSTORS:
		put(t, "%s", in->osize == 8 ? "64" : "");
		break;
	default:
		if (in->attr & X86_STRING)
			put(t, "%c", " bw d   q"[in->osize]);
		break;
	}
}

/* ---- operands ---- */

static void put_reg(struct text *t, unsigned n, unsigned size)
{
	static const char *const low[8] = {
		"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"
	};
	static const char *const word[8] = {
		"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"
	};

	n &= 15;
	if (n < 8)
		put(t, "%s%s", size == 8 ? "r" : size == 4 ? "e" : "",
		    size == 1 ? low[n] : word[n]);
	else
		put(t, "r%u%s", n, size == 8 ? "" : size == 4 ? "d" :
				   size == 2 ? "w" : "b");
}

static void put_memory(struct text *t, const struct x86_insn *in,
		       const struct x86_operand *o)
{
	static const char segs[] = "ecsdfg";
	const char *of = o->size == 1 ? "byte" : o->size == 2 ? "word" :
			 o->size == 4 ? "dword" : o->size == 6 ? "fword" :
			 o->size == 8 ? "qword" : o->size == 10 ? "tbyte" :
			 o->size == 16 ? "xmmword" :
			 o->size == 32 ? "ymmword" : NULL;
	uint64_t disp = cut((uint64_t)in->disp, in->asize);
	bool some = false;

	if (of)
		put(t, "%s ptr ", of);
	if (in->prefixes & X86_SEGOVR)
		put(t, "%cs:", segs[in->seg <= VC_SEG_GS ? in->seg : 0]);
	put(t, "[");
	if (in->base == X86_RIP) {
		put(t, "%s", in->asize == 4 ? "eip" : "rip");
		some = true;
	} else if (in->base != X86_NOREG) {
		put_reg(t, in->base, in->asize);
		some = true;
	}
	if (in->index != X86_NOREG) {
		put(t, "%s", some ? "+" : "");
		if (in->vsib)
			put(t, "%cmm%u", in->vsib == 32 ? 'y' : 'x', in->index);
		else
			put_reg(t, in->index, in->asize);
		if (in->asize != 2)
			put(t, "*%u", 1u << in->scale);
		some = true;
	}
	if (!some)
		put(t, "0x%llx", (unsigned long long)disp);
	else if (in->disp < 0)
		put(t, "-0x%llx", (unsigned long long)
		    cut(~(uint64_t)in->disp + 1, in->asize));
	else if (disp || in->base == X86_RIP)
		put(t, "+0x%llx", (unsigned long long)disp);
	put(t, "]");
}

static void put_operand(struct text *t, const struct x86_insn *in,
			const vc_insn *out, unsigned i)
{
	static const char *const high[4] = { "ah", "ch", "dh", "bh" };
	static const char segs[] = "ecsdfg";
	const struct x86_operand *o = &in->opnd[i];
	unsigned long long value = out->operand[i].value;

	switch (o->kind) {
	case OPND_REG:
		put_reg(t, o->reg, o->size);
		break;
	case OPND_REG8H:
		put(t, "%s", high[o->reg & 3]);
		break;
	case OPND_MEM:
		put_memory(t, in, o);
		break;
	case OPND_IMM:
	case OPND_IMM2:
	case OPND_REL:
		put(t, "0x%llx", value);
		break;
	case OPND_SEG:
		put(t, "%cs", segs[o->reg <= VC_SEG_GS ? o->reg : 0]);
		break;
	case OPND_CR:
		put(t, "cr%u", o->reg);
		break;
	case OPND_DR:
		put(t, "dr%u", o->reg);
		break;
	case OPND_ST:
		put(t, o->reg ? "st(%u)" : "st", o->reg);
		break;
	case OPND_MMX:
		put(t, "mm%u", o->reg);
		break;
	default:
		put(t, "%cmm%u", o->size == 32 ? 'y' : 'x', o->reg);
		break;
	}
}

static void put_text(struct text *t, const struct x86_insn *in,
		     const vc_insn *out, enum x86_mode mode)
{
	static const char segs[] = "ecsdfg";
	unsigned usual = mode == X86_MODE64 ? 8 : mode == X86_MODE32 ? 4 : 2;
	bool compares = in->op == X86_CMPS || in->op == X86_SCAS;

	if (in->prefixes & X86_LOCK)
		put(t, "lock ");
	if (out->flags & VC_INSN_REP)
		put(t, compares ? "repe " : "rep ");
	if (out->flags & VC_INSN_REPNE)
		put(t, "repne ");
	if ((in->attr & X86_STRING) || in->op == X86_XLAT) {
		if (in->asize != usual)
			put(t, "addr%u ", in->asize * 8u);
		if (in->prefixes & X86_SEGOVR)
			put(t, "%cs ", segs[in->seg <= VC_SEG_GS ? in->seg : 0]);
	}
	put(t, "%s", out->mnemonic);
	if ((in->op == X86_CALLF || in->op == X86_JMPF) && in->opnds == 2) {
		put(t, " 0x%llx:0x%llx",
		    (unsigned long long)out->operand[1].value,
		    (unsigned long long)out->operand[0].value);
		return;
	}
	for (unsigned i = 0; i < in->opnds; i++) {
		put(t, i ? ", " : " ");
		put_operand(t, in, out, i);
	}
}

/* ---- categories ---- */

static uint32_t system_or(const struct x86_insn *in, uint32_t otherwise)
{
	switch (in->op) {
	case X86_CPUID: case X86_RDTSC: case X86_RDTSCP: case X86_RDPMC:
	case X86_RDPID: case X86_SLDT: case X86_STR: case X86_SGDT:
	case X86_SIDT: case X86_SMSW: case X86_VERR: case X86_VERW:
	case X86_LAR: case X86_LSL: case X86_ARPL: case X86_CLI: case X86_STI:
	case X86_XGETBV: case X86_RDFSBASE: case X86_RDGSBASE:
	case X86_WRFSBASE: case X86_WRGSBASE: case X86_MONITOR:
	case X86_MWAIT: case X86_CLAC: case X86_STAC: case X86_RDPKRU:
	case X86_WRPKRU: case X86_VMFUNC: case X86_VMRUN: case X86_VMLOAD:
	case X86_VMSAVE: case X86_STGI: case X86_CLGI: case X86_SKINIT:
	case X86_INVLPGA: case X86_VMREAD: case X86_VMWRITE: case X86_GETSEC:
	case X86_FXSAVE: case X86_FXRSTOR: case X86_XSAVE: case X86_XRSTOR:
	case X86_XSAVEOPT: case X86_XSAVEC: case X86_CLFLUSH:
	case X86_CLFLUSHOPT: case X86_CLWB: case X86_SERIALIZE:
		return VC_INSN_SYSTEM;
	default:
		return in->attr & X86_CPL0 ? VC_INSN_SYSTEM : otherwise;
	}
}

static bool has_kind(const struct x86_insn *in, unsigned kind)
{
	for (unsigned i = 0; i < in->opnds; i++)
		if (in->opnd[i].kind == kind)
			return true;
	return false;
}

static uint32_t category_of(const struct x86_insn *in)
{
	switch (in->op) {
	case X86_NOP: case X86_PAUSE: case X86_PREFETCH: case X86_PREFETCHW:
		return VC_INSN_NOP;
	case X86_JMP: case X86_JMPF:
		return VC_INSN_JUMP;
	case X86_CALL: case X86_CALLF:
		return VC_INSN_CALL;
	case X86_RET: case X86_RETF: case X86_IRET: case X86_SYSRET:
	case X86_SYSEXIT: case X86_RSM:
		return VC_INSN_RETURN;
	case X86_INT3: case X86_INT: case X86_INTO: case X86_INT1:
	case X86_SYSCALL: case X86_SYSENTER: case X86_VMCALL: case X86_VMMCALL:
	case X86_HLT: case X86_UD0: case X86_UD1: case X86_UD2:
		return VC_INSN_INTERRUPT;
	case X86_IN: case X86_OUT:
		return VC_INSN_IO;
	case X86_FWAIT:
		return VC_INSN_X87;
	case X86_EMMS:
		return VC_INSN_MMX;
	default:
		break;
	}
	if (in->attr & X86_STRING)
		return VC_INSN_STRING;
	if (in->attr & X86_COND)
		return VC_INSN_BRANCH;
	if (in->attr & X86_AVX)
		return VC_INSN_AVX;
	if (in->attr & X86_SSE)
		return VC_INSN_SSE;
	if (system_or(in, VC_INSN_GENERAL) == VC_INSN_SYSTEM)
		return VC_INSN_SYSTEM;
	if (in->attr & X86_FPU)
		return has_kind(in, OPND_MMX) ? VC_INSN_MMX : VC_INSN_X87;
	return VC_INSN_GENERAL;
}

/* ---- all of it ---- */

static void fill_operand(const struct x86_insn *in, unsigned i,
			 enum x86_mode mode, vc_insn *out)
{
	static const uint8_t kinds[] = {
		[OPND_REG] = VC_OPERAND_REG, [OPND_REG8H] = VC_OPERAND_REG_HIGH,
		[OPND_MEM] = VC_OPERAND_MEMORY,
		[OPND_IMM] = VC_OPERAND_IMMEDIATE,
		[OPND_IMM2] = VC_OPERAND_IMMEDIATE,
		[OPND_REL] = VC_OPERAND_TARGET, [OPND_SEG] = VC_OPERAND_SEGMENT,
		[OPND_CR] = VC_OPERAND_CONTROL, [OPND_DR] = VC_OPERAND_DEBUG,
		[OPND_ST] = VC_OPERAND_ST, [OPND_MMX] = VC_OPERAND_MMX,
		[OPND_XMM] = VC_OPERAND_VECTOR,
	};
	const struct x86_operand *o = &in->opnd[i];
	vc_insn_operand *to = &out->operand[i];

	to->kind = kinds[o->kind];
	to->reg = o->reg;
	to->size = o->size;
	to->access = (o->access & X86_READ ? VC_ACCESS_READ : 0) |
		     (o->access & X86_WRITE ? VC_ACCESS_WRITE : 0);
	if (o->kind == OPND_IMM)
		to->value = cut(in->imm, o->size);
	else if (o->kind == OPND_IMM2)
		to->value = in->imm2;
	else if (o->kind == OPND_REL)
		/* IP wraps at the operand size, SDM 2A "JMP" */
		to->value = cut(out->address + in->len + in->imm,
				mode == X86_MODE64 ? 8 : in->osize);
}

static void fill(struct x86_insn *in, const uint8_t *bytes,
		 enum x86_mode mode, vc_insn *out)
{
	struct text mnemonic = { out->mnemonic, 0, sizeof(out->mnemonic) };
	struct text text = { out->text, 0, sizeof(out->text) };
	bool string = in->attr & X86_STRING;

	put_mnemonic(&mnemonic, in, bytes);
	if (!strncmp(out->mnemonic, "endbr", 5))
		in->opnds = 0;	/* a NOP's, which these do not have */
	if (!strncmp(out->mnemonic, "rdssp", 5))
		in->opnd[0].size = in->osize == 8 ? 8 : 4;
	out->length = in->len;
	out->category = category_of(in);
	out->flags = (in->prefixes & X86_LOCK ? VC_INSN_LOCK : 0) |
		     (string && (in->prefixes & X86_REP) ? VC_INSN_REP : 0) |
		     (string && (in->prefixes & X86_REPNE) ?
		      VC_INSN_REPNE : 0) |
		     (in->attr & X86_CPL0 ? VC_INSN_PRIVILEGED : 0) |
		     (in->attr & X86_STACK ? VC_INSN_STACK : 0) |
		     (in->attr & X86_MAY_FAULT ? VC_INSN_FAULTS : 0) |
		     (in->vex ? VC_INSN_VEX : 0);
	out->operands = in->opnds;
	out->mem_segment = in->seg;
	for (unsigned i = 0; i < in->opnds; i++)
		fill_operand(in, i, mode, out);
	if (has_kind(in, OPND_MEM)) {
		out->mem_size = in->mem_size;
		out->mem_base = in->base;
		out->mem_index = in->index;
		out->mem_scale = 1u << in->scale;
		out->mem_vector = in->vsib;
		out->mem_disp = in->disp;
	}
	out->flags_read = in->fl_read;
	out->flags_written = in->fl_write;
	out->flags_undefined = in->fl_undef;
	put_text(&text, in, out, mode);
}

int vc_disassemble(const void *bytes, size_t len, uint32_t bits,
		   uint64_t address, vc_insn *insn)
{
	enum x86_mode mode = bits == 64 ? X86_MODE64 : bits == 32 ?
			     X86_MODE32 : X86_MODE16;
	vc_insn out = { .size = sizeof(out), .length = 1, .address = address,
			.mem_base = VC_INSN_NOREG, .mem_index = VC_INSN_NOREG,
			.mem_scale = 1 };
	struct x86_insn in;
	int rc;

	if (!bytes || !insn)
		return vc__fail(VC_EINVAL, "vc_disassemble: %s is NULL",
				bytes ? "insn" : "bytes");
	if (len == 0)
		return vc__fail(VC_EINVAL, "vc_disassemble: len is 0");
	if (bits != 16 && bits != 32 && bits != 64)
		return vc__fail(VC_EINVAL, "vc_disassemble: bits is %u (16, 32 "
				"or 64)", (unsigned)bits);
	rc = vc__decode(&in, bytes, len, mode);
	if (rc > 0) {
		fill(&in, bytes, mode, &out);
	} else if (rc == X86_DEC_MORE) {
		out.category = VC_INSN_CUT;
		out.length = (uint32_t)len;
		memcpy(out.text, "(cut)", 6);
	} else {
		memcpy(out.text, "(bad)", 6);
	}
	return vc__struct_out("vc_disassemble", insn, &out, sizeof(out),
			      sizeof(out));
}
