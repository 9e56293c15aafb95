/* SPDX-License-Identifier: MIT */
/*
 * decode_text.h: our disassembly, objdump's and Capstone's in one spelling, so
 * that they can be compared as text: names, operands, numbers.
 */
#ifndef VC_TESTS_DECODE_TEXT_H
#define VC_TESTS_DECODE_TEXT_H

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX	200u

static inline void text_replace(char *s, const char *from, const char *to)
{
	size_t a = strlen(from), b = strlen(to);
	char *p = s;

	while ((p = strstr(p, from)) != NULL) {
		if (strlen(s) - a + b >= TEXT_MAX)
			return;
		memmove(p + b, p + a, strlen(p + a) + 1);
		memcpy(p, to, b);
		p += b;
	}
}

static inline bool text_starts(const char *s, const char *word)
{
	return !strncmp(s, word, strlen(word));
}

static inline bool text_word(const char *s, const char *words)
{
	size_t n = strcspn(s, " ,");
	const char *p = words;

	while ((p = strstr(p, n ? s[0] ? (char[2]){ s[0], 0 } : "" : "")) &&
	       n) {
		if ((p == words || p[-1] == ' ') && !strncmp(p, s, n) &&
		    (p[n] == ' ' || !p[n]))
			return true;
		p++;
	}
	return false;
}

/* Every number as 0x..., without leading zeros; displacements above half of
 * 64 bits as negative ones. */
static inline void text_numbers(char *s)
{
	char out[TEXT_MAX], *to = out;
	const char *p = s;

	while (*p && to < out + TEXT_MAX - 24) {
		bool begins = isdigit((unsigned char)*p) &&
			      (p == s || strchr(" ,[+-*:", p[-1]));
		unsigned long long v;
		char *end;

		if (!begins) {
			*to++ = *p++;
			continue;
		}
		v = strtoull(p, &end, 0);
		if (p > s && p[-1] == '+' && v >> 63) {
			to--;
			v = 0 - v;
			*to++ = '-';
		}
		to += sprintf(to, "0x%llx", v);
		p = end;
	}
	*to = 0;
	memcpy(s, out, (size_t)(to - out) + 1);
}

/* cmpltps and the like: the predicate into the name. */
static inline void text_predicates(char *s)
{
	static const char *const names[32] = {
		"eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord", "eq_uq",
		"nge", "ngt", "false", "neq_oq", "ge", "gt", "true", "eq_os",
		"lt_oq", "le_oq", "unord_s", "neq_us", "nlt_uq", "nle_uq",
		"ord_s", "eq_us", "nge_uq", "ngt_uq", "false_os", "neq_os",
		"ge_oq", "gt_oq", "true_us",
	};
	static const char *const halves[4] = { "lqlq", "hqlq", "lqhq", "hqhq" };
	bool vex = s[0] == 'v';
	char *p = s + vex, *last = strrchr(s, ','), kind[3], tail[TEXT_MAX];
	unsigned long v;

	if (!last || !text_starts(last, ",0x"))
		return;
	v = strtoul(last + 1, NULL, 16);
	if (text_starts(p, "cmp") && p[3] && p[4] && p[5] == ' ' &&
	    strchr("ps", p[3]) && strchr("sd", p[4]) && v < (vex ? 32 : 8)) {
		memcpy(kind, p + 3, 2);
		kind[2] = 0;
		*last = 0;
		snprintf(tail, sizeof(tail), "%s", p + 5);
		snprintf(p, TEXT_MAX - 1, "cmp%s%.2s%.150s", names[v], kind,
			 tail);
	} else if (text_starts(p, "pclmulqdq ") && !(v & ~0x11ul)) {
		*last = 0;
		snprintf(tail, sizeof(tail), "%s", p + 9);
		snprintf(p, TEXT_MAX - 1, "pclmul%sdq%.150s",
			 halves[(v & 1) | (v >> 3 & 2)], tail);
	}
}

/* A size behind the names of some: pushw, lidtd. */
static inline void text_suffix(char *s)
{
	size_t n = strcspn(s, " ");
	char name[TEXT_MAX];

	if (n < 3 || n > 10 || !strchr("wdlq", s[n - 1]))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)n - 1, s);
	if (text_word(name, "push pop pusha popa pushf popf leave enter ret "
			    "retf iret call jmp lgdt lidt sgdt sidt fldenv "
			    "frstor fnstenv fnsave"))
		memmove(s + n - 1, s + n, strlen(s + n) + 1);
}

/* The common spelling of what is in s, at least TEXT_MAX long. */
static inline void text_canon(char *s, bool code64)
{
	static const char *const aliases[][2] = {
		{ "movabs ", "mov " }, { "repz ", "rep " }, { "repe ", "rep " },
		{ "repnz ", "repne " }, { "call far ", "call " },
		{ "jmp far ", "jmp " }, { "lcall ", "call " },
		{ "ljmp ", "jmp " }, { "xlat byte ptr ", "xlatb " },
		{ "jz ", "je " }, { "jnz ", "jne " }, { "sal ", "shl " },
		{ "fcompi ", "fcomip " }, { "fucompi ", "fucomip " },
		{ "retw ", "ret " }, { "retq ", "ret " },
		{ "pushfd ", "pushf " }, { "pushfq ", "pushf " },
		{ "popfd ", "popf " }, { "popfq ", "popf " },
		{ "iretd ", "iret " }, { "sysretd ", "sysret " },
		{ "sysexitd ", "sysexit " }, { "pushad ", "pusha " },
		{ "popad ", "popa " },
	};
	char *p, *q, rep[8] = "", lock[8] = "", rest[TEXT_MAX];

	for (p = s; *p; p++)
		*p = *p == '\t' ? ' ' : (char)tolower((unsigned char)*p);
	if ((p = strchr(s, '#')) != NULL)
		*p = 0;
	if ((p = strstr(s, " <")) != NULL)
		*p = 0;
	while (strstr(s, "  "))
		text_replace(s, "  ", " ");
	text_replace(s, ", ", ",");
	text_replace(s, " + ", "+");
	text_replace(s, " - ", "-");
	for (p = s + strlen(s); p > s && p[-1] == ' '; )
		*--p = 0;
	for (p = s;;) {
		size_t n = strcspn(p, " ");

		if (!p[n])
			break;
		if (text_starts(p, "rep ") || text_starts(p, "repz ") ||
		    text_starts(p, "repe "))
			strcpy(rep, "rep ");
		else if (text_starts(p, "repnz ") || text_starts(p, "repne "))
			strcpy(rep, "repne ");
		else if (text_starts(p, "lock "))
			strcpy(lock, "lock ");
		else if (!text_word(p, "data16 data32 addr16 addr32 addr64 cs "
				       "ds es ss fs gs bnd notrack xacquire "
				       "xrelease {vex3}") &&
			 !text_starts(p, "rex"))
			break;
		p += n + 1;
	}
	snprintf(rest, sizeof(rest), "%s ", p);
	for (unsigned i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (text_starts(rest, aliases[i][0])) {
			char tail[TEXT_MAX];

			snprintf(tail, sizeof(tail), "%s",
				 rest + strlen(aliases[i][0]));
			snprintf(rest, sizeof(rest), "%.8s%.150s",
				 aliases[i][1], tail);
			break;
		}
	if (text_word(rest, "movs cmps stos lods scas ins outs") &&
	    (q = strstr(rest, " ptr")) != NULL) {
		char size = q[-1] == 'e' ? 'b' : q[-5] == 'd' ? 'd' :
			    q[-5] == 'q' ? 'q' : 'w';

		p = strchr(rest, ' ');
		*p++ = size;
		*p = 0;
	} else if (text_word(rest, "movsb movsw movsd movsq cmpsb cmpsw cmpsd "
				   "cmpsq stosb stosw stosd stosq lodsb lodsw "
				   "lodsd lodsq scasb scasw scasd scasq insb "
				   "insw insd outsb outsw outsd") &&
		   !strstr(rest, "mm")) {
		*strchr(rest, ' ') = 0;
	} else {
		rep[0] = 0;
	}
	if (text_starts(rest, "xlatb"))
		rest[5] = 0;
	if (text_starts(rest, "endbr"))
		rest[7] = 0;
	p = rest + strlen(rest);
	if (p > rest && p[-1] == ' ')
		p[-1] = 0;
	/* bare hexadecimal targets, and fs:0x28 */
	p = strchr(rest, ' ');
	if (p && (rest[0] == 'j' || text_starts(rest, "call ") ||
		  text_starts(rest, "loop") || text_starts(rest, "xbegin ")) &&
	    p[1 + strspn(p + 1, "0123456789abcdef")] == 0) {
		memmove(p + 3, p + 1, strlen(p + 1) + 1);
		memcpy(p + 1, "0x", 2);
	}
	while ((p = strstr(rest, "s:0x")) != NULL && p > rest + 1) {
		size_t n = 4 + strspn(p + 4, "0123456789abcdef");

		memmove(p + n + 2, p + n, strlen(p + n) + 1);
		p[n + 1] = ']';
		memmove(p + 3, p + 2, n - 2);
		p[2] = '[';
	}
	text_replace(rest, " oword ptr", " xmmword ptr");
	text_replace(rest, ",oword ptr", ",xmmword ptr");
	text_replace(rest, "(8087 only)", "");
	text_replace(rest, "(287 only)", "");
	text_suffix(rest);
	if (text_word(rest, "invlpg lgdt lidt sgdt sidt invpcid invept "
			    "invvpid")) {
		text_replace(rest, "xmmword ptr ", "");
		text_replace(rest, "tbyte ptr ", "");
		text_replace(rest, "fword ptr ", "");
		text_replace(rest, "byte ptr ", "");
	}
	if (strstr(rest, "lddqu")) {
		text_replace(rest, "xmmword ptr ", "");
		text_replace(rest, "ymmword ptr ", "");
	}
	if (!code64)
		text_replace(rest, "ds:[0x", "[0x");
	if (code64) {
		text_replace(rest, "cs:[", "[");
		text_replace(rest, "ds:[", "[");
		text_replace(rest, "es:[", "[");
		text_replace(rest, "ss:[", "[");
	}
	text_replace(rest, "+riz*1", "");
	text_replace(rest, "+eiz*1", "");
	while ((p = strstr(rest, "iz*")) != NULL && p > rest + 1) {
		q = p[-2] == '[' ? p - 1 : p - 2;
		memmove(q, p + 4, strlen(p + 4) + 1);
	}
	text_replace(rest, "[+", "[");
	text_replace(rest, "xword ptr", "tbyte ptr");
	text_replace(rest, "st(0)", "st");
	text_replace(rest, "*1]", "]");
	text_replace(rest, "*1+", "+");
	text_replace(rest, "*1-", "-");
	text_numbers(rest);
	text_replace(rest, "+0x0]", "]");
	p = strstr(rest, "[-0x");
	if (p) {	/* a displacement alone is an address */
		unsigned long long v = 0 - strtoull(p + 2, &q, 16);
		char tail[TEXT_MAX];

		if (!code64)
			v &= 0xffffffff;
		snprintf(tail, sizeof(tail), "%s", q);
		snprintf(p, (size_t)(rest + sizeof(rest) - p), "[0x%llx%.80s",
			 v, tail);
	}
	if (!strcmp(rest, "xchg ax,ax") || !strcmp(rest, "xchg eax,eax"))
		strcpy(rest, "nop");
	text_predicates(rest);
	snprintf(s, TEXT_MAX, "%s%s%.180s", lock, rep, rest);
}

/* How often each reason was needed. */
#define TEXT_REASONS	80u
struct text_reasons {
	const char *why[TEXT_REASONS];
	unsigned long count[TEXT_REASONS];
};

static inline void text_count(struct text_reasons *r, const char *why)
{
	unsigned i = 0;

	while (i < TEXT_REASONS - 1 && r->why[i] && strcmp(r->why[i], why))
		i++;
	r->why[i] = why;
	r->count[i]++;
}

static inline void text_list(const struct text_reasons *r)
{
	for (unsigned i = 0; i < TEXT_REASONS && r->why[i]; i++)
		printf("      %8lu %s\n", r->count[i], r->why[i]);
}

/* What an instruction begins with, found without the decoder. */
struct text_head {
	unsigned legacy;		/* prefixes that are not REX */
	bool lock, p66, p67, f2, f3, seg;
	bool rex_lost;			/* a REX that is not before the opcode */
	unsigned rex;			/* the one that is */
	unsigned vex;			/* c4, c5, 62 or XOP's 8f, or 0 */
	unsigned map, op, modrm;	/* map 0: one byte, 1: 0F, 2, 3 */
	unsigned pp;			/* of VEX */
	bool l, w;
};

static inline struct text_head text_head_of(const uint8_t *b, size_t n,
					    unsigned bits)
{
	struct text_head h = { 0 };
	uint8_t p[20] = { 0 };
	size_t i = 0;

	memcpy(p, b, n < 16 ? n : 16);
	for (;; i++) {
		bool rex = bits == 64 && (p[i] & 0xf0) == 0x40;

		if (i > 14)
			return h;
		if (!rex && !strchr("\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2"
				    "\xf3", p[i]))
			break;
		if (!p[i])
			break;
		if (h.rex)
			h.rex_lost = true;
		h.rex = rex ? p[i] : 0;
		h.legacy += !rex;
		h.p66 |= p[i] == 0x66;
		h.p67 |= p[i] == 0x67;
		h.lock |= p[i] == 0xf0;
		h.f2 |= p[i] == 0xf2;
		h.f3 |= p[i] == 0xf3;
		h.seg |= (p[i] & 0xe7) == 0x26 || (p[i] & 0xfe) == 0x64;
	}
	h.op = p[i];
	if (((h.op == 0xc4 || h.op == 0xc5 || h.op == 0x62) &&
	     (bits == 64 || p[i + 1] >= 0xc0)) ||
	    (h.op == 0x8f && (p[i + 1] & 0x1f) >= 8)) {
		size_t tail = h.op == 0xc5 ? 2 : h.op == 0x62 ? 4 : 3;

		h.vex = h.op;
		h.map = h.op == 0xc5 ? 1 : h.op == 0x62 ? p[i + 1] & 7u :
						       p[i + 1] & 31u;
		h.pp = p[i + tail - 1] & 3;
		h.l = p[i + tail - 1] & 4;
		h.w = h.op != 0xc5 && p[i + 2] & 0x80;
		h.op = p[i + tail];
		h.modrm = p[i + tail + 1];
		return h;
	}
	if (h.op == 0x0f) {
		h.map = 1;
		h.op = p[++i];
		if (h.op == 0x38 || h.op == 0x3a) {
			h.map = h.op == 0x38 ? 2 : 3;
			h.op = p[++i];
		}
	}
	h.modrm = p[i + 1];
	return h;
}

/* The extension that bytes belong to which our tables leave out, or NULL. */
static inline const char *text_not_ours(const struct text_head *h)
{
	unsigned reg = h->modrm >> 3 & 7, mod = h->modrm >> 6;

	switch (h->vex) {
	case 0x62:
		return "EVEX: AVX-512";
	case 0x8f:
		return "XOP, TBM and LWP: AMD, given up in Zen";
	case 0xc4:
	case 0xc5:
		if (h->map == 1 && ((h->op >= 0x41 && h->op <= 0x4b) ||
				    (h->op >= 0x90 && h->op <= 0x99)))
			return "AVX-512's mask registers";
		if (h->map == 3 && h->op >= 0x30 && h->op <= 0x33)
			return "AVX-512's mask registers";
		if (h->map == 3 && ((h->op >= 0x5c && h->op <= 0x5f) ||
				    (h->op >= 0x68 && h->op <= 0x6f) ||
				    (h->op >= 0x78 && h->op <= 0x7f) ||
				    h->op == 0x48 || h->op == 0x49))
			return "FMA4, VPERMIL2: AMD, given up in Zen";
		if (h->map == 2 && (h->op == 0x49 || h->op == 0x4b ||
				    h->op == 0x5c || h->op == 0x5e ||
				    h->op == 0x6c))
			return "AMX";
		if (h->map == 2 && ((h->op >= 0x50 && h->op <= 0x53) ||
				    h->op == 0xb4 || h->op == 0xb5 ||
				    h->op == 0x72 || h->op == 0xb0 ||
				    h->op == 0xb1 || h->op == 0xd2 ||
				    h->op == 0xd3))
			return "AVX-VNNI, AVX-IFMA, AVX-NE-CONVERT";
		if (h->map == 2 && h->op >= 0xe0 && h->op <= 0xef)
			return "CMPccXADD";
		if ((h->map == 2 && h->op >= 0xcb && h->op <= 0xda) ||
		    (h->map == 3 && h->op == 0xde))
			return "SHA512, SM3, SM4";
		return NULL;
	default:
		break;
	}
	if (h->map == 1 && (h->op == 0x0e || h->op == 0x0f))
		return "3DNow!: AMD, given up in 2010";
	if (h->map == 1 && (h->op == 0xa6 || h->op == 0xa7))
		return "VIA PadLock";
	if (h->map == 1 && (h->f2 || h->f3 || h->p66) &&
	    (h->op == 0x78 || h->op == 0x79 ||
	     ((h->f2 || h->f3) && h->op == 0x2b)))
		return "SSE4a: AMD only";
	if (h->map == 1 && h->op == 0x01 && mod != 3 && reg == 5)
		return "CET (RSTORSSP)";
	if (h->map == 1 && h->op == 0x01 && mod == 3) {
		if (reg == 0)
			return "SGX and TDX (ENCLV, PCONFIG), WRMSRNS";
		if (reg == 1)
			return "SGX and TDX (ENCLS, TDCALL, SEAMRET), ERETS";
		if (reg == 2)
			return "SGX (ENCLU)";
		if (reg == 3)
			return "SVM's later additions";
		if (reg == 5)
			return "CET shadow stacks, UINTR, XSUSLDTRK";
		return "MONITORX, CLZERO, RDPRU, INVLPGB, PVALIDATE: AMD";
	}
	if (h->map == 1 && h->op == 0xae && mod == 3 && reg >= 4 &&
	    (h->p66 || h->f2 || h->f3))
		return "CET (INCSSP), UMWAIT, TPAUSE, PTWRITE, PCOMMIT";
	if (h->map == 1 && h->op == 0xae && h->f3 && (reg == 4 || reg == 6))
		return reg == 4 ? "PTWRITE" : "CET (CLRSSBSY)";
	if (h->map == 1 && h->op == 0xc7 && mod == 3 && reg == 6 && h->f3)
		return "SENDUIPI";
	if (h->map == 2 && (h->op == 0xf5 || h->op == 0xf6 || h->op == 0xf8 ||
			    h->op == 0xf9))
		return "CET (WRSS, WRUSS), MOVDIRI, MOVDIR64B, ENQCMD";
	if (h->map == 2 && ((h->op >= 0xd8 && h->op <= 0xdf) ||
			    h->op == 0xfa || h->op == 0xfb) && h->f3)
		return "Key Locker";
	if (h->map == 2 && h->op == 0xfc)
		return "RAO-INT";
	if (h->map == 2 && h->op == 0x8a)
		return "VIA";
	if (h->map == 3 && h->op == 0xf0)
		return "HRESET";
	if (h->map == 1 && (h->op == 0x24 || h->op == 0x26))
		return "test registers: the 386 and 486 only";
	if (h->map == 1 && (h->op == 0x0a || h->op == 0x36 || h->op == 0x38))
		return "Cyrix";
	return NULL;
}

#endif
