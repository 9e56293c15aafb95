/* SPDX-License-Identifier: MIT */
/*
 * test_decode_capstone.c: the decoder against Capstone, where that is
 * installed: lengths, what is #UD, and names, of the code in files and of
 * random bytes; and which of Capstone's instructions we do not know.
 * `make decode-check` names more files (VC_DECODE_FILES) and looks at every
 * byte of them (VC_DECODE_FULL).
 */
#if defined(__has_include) && !defined(VC_MINI_CUNIT)
#if __has_include(<capstone/capstone.h>) && defined(__linux__)
#define HAVE_CAPSTONE 1
#endif
#endif

#ifdef HAVE_CAPSTONE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#define x86_insn capstone_x86_insn	/* both have one */
#include <capstone/capstone.h>
#undef x86_insn
#endif

#include "rig.h"

#ifdef HAVE_CAPSTONE
#include "../backends/interp/decode.h"
#include "decode_text.h"

/* Found at run time, so that the tests link without it. */
static struct {
	__typeof__(cs_open) *open;
	__typeof__(cs_close) *close;
	__typeof__(cs_malloc) *malloc;
	__typeof__(cs_free) *free;
	__typeof__(cs_disasm_iter) *disasm_iter;
	__typeof__(cs_insn_name) *insn_name;
	__typeof__(cs_version) *version;
} cap;

static bool cap_symbol(void *lib, const char *name, void *out)
{
	void *p = dlsym(lib, name);

	memcpy(out, &p, sizeof(p));
	return p != NULL;
}

static bool cap_load(void)
{
	void *lib = dlopen("libcapstone.so", RTLD_NOW);

	return lib && cap_symbol(lib, "cs_open", &cap.open) &&
	       cap_symbol(lib, "cs_close", &cap.close) &&
	       cap_symbol(lib, "cs_malloc", &cap.malloc) &&
	       cap_symbol(lib, "cs_free", &cap.free) &&
	       cap_symbol(lib, "cs_disasm_iter", &cap.disasm_iter) &&
	       cap_symbol(lib, "cs_insn_name", &cap.insn_name) &&
	       cap_symbol(lib, "cs_version", &cap.version) &&
	       cap.version(NULL, NULL) >> 8 == 4;	/* others err elsewhere */
}

/* Capstone's mnemonic in our way of naming. */
static const char *our_name(const char *theirs)
{
	static const char *const table[][2] = {
		{ "cwde", "cbw" }, { "cdqe", "cbw" }, { "cdq", "cwd" },
		{ "cqo", "cwd" }, { "pushfd", "pushf" }, { "pushfq", "pushf" },
		{ "popfd", "popf" }, { "popfq", "popf" },
		{ "pushal", "pusha" }, { "pushaw", "pusha" },
		{ "popal", "popa" }, { "popaw", "popa" }, { "iretd", "iret" },
		{ "iretq", "iret" }, { "lcall", "callf" }, { "ljmp", "jmpf" },
		{ "retfq", "retf" }, { "movabs", "mov" }, { "wait", "fwait" },
		{ "xlatb", "xlat" }, { "prefetchnta", "prefetch" },
		{ "prefetcht0", "prefetch" }, { "prefetcht1", "prefetch" },
		{ "prefetcht2", "prefetch" }, { "endbr64", "nop" },
		{ "endbr32", "nop" }, { "fcompi", "fcomip" },
		{ "fucompi", "fucomip" }, { "fstpnce", "fstp" },
		{ "sal", "shl" }, { "ud2b", "ud1" }, { "fxsave64", "fxsave" },
		{ "fxrstor64", "fxrstor" }, { "xsave64", "xsave" },
		{ "xrstor64", "xrstor" }, { "xsaveopt64", "xsaveopt" },
		{ "xsavec64", "xsavec" }, { "xsaves64", "xsaves" },
		{ "xrstors64", "xrstors" }, { "sysretq", "sysret" },
		{ "sysexitq", "sysexit" }, { "fdisi8087_nop", "fnsetpm" },
		{ "feni8087_nop", "fnsetpm" }, { "fsetpm", "fnsetpm" },
		{ "jecxz", "jcxz" }, { "jrcxz", "jcxz" }, { "rdsspd", "nop" },
		{ "rdsspq", "nop" }, { "wbnoinvd", "wbinvd" },
		{ "vcvtpd2dqx", "cvtpd2dq" }, { "vcvtpd2psx", "cvtpd2ps" },
		{ "vcvttpd2dqx", "cvttpd2dq" },
		{ "jmp", "jmp" }, { "jcxz", "jcxz" },
	};
	unsigned i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(theirs, table[i][0]))
			return table[i][1];
	if (theirs[0] == 'j')
		return "jcc";
	if (!strncmp(theirs, "set", 3))
		return "setcc";
	if (!strncmp(theirs, "cmov", 4))
		return "cmovcc";
	if (!strncmp(theirs, "fcmov", 5))
		return "fcmovcc";
	return theirs;
}

static bool same_name(const char *theirs, const struct x86_insn *ours)
{
	const char *a = our_name(theirs), *b = vc__x86_name(ours->op);

	if (ours->vex && a[0] == 'v' && b[0] != 'v')
		a++;

	if (ours->attr & X86_STRING)	/* movsb, scasw ... */
		return !strncmp(a, b, strlen(b)) && strlen(a) == strlen(b) + 1;
	if (ours->op >= X86_CMPPS && ours->op <= X86_CMPSD)	/* cmpeqps */
		return !strncmp(a, "cmp", 3) &&
		       !strcmp(a + strlen(a) - 2, b + 3);
	return !strcmp(a, b);
}

/*
 * Where Capstone 4 differs, and who is right. NULL: nobody knows, a failure.
 */
static const char *excuse(const struct text_head *h, unsigned mode, int rc,
			  const struct x86_insn *ours, const cs_insn *cs)
{
	const bool mandatory = h->p66 || h->f2 || h->f3;

	if (rc == X86_DEC_UD && cs) {
		if (text_not_ours(h))
			return text_not_ours(h);
		if (h->vex)	/* test_decode_host.c: the processor agrees */
			return "VEX.L, W, vvvv and prefixes are not checked";
		if (h->lock)
			return "LOCK where the manual says #UD: we";
		if (h->map == 1 && h->op >= 0x20 && h->op <= 0x23)
			return "CR1, CR5 ... do not exist: we";
		if (h->map == 0 && (h->op == 0x8c || h->op == 0x8e))
			return "MOV CS, segments 6 and 7 are #UD: we";
		if (h->map && mandatory)
			return "NP: other mandatory prefixes are #UD: we";
	}
	if (rc > 0 && !cs) {
		if (h->map == 1 && (h->op == 0x0d || (h->op >= 0x18 &&
						      h->op <= 0x1f)))
			return "hints it does not know: we";
		if (h->map == 1 && h->op >= 0x20 && h->op <= 0x23)
			return "MOV CR ignores mod: we";
		if (ours->op == X86_RDPKRU || ours->op == X86_WRPKRU ||
		    ours->op == X86_SERIALIZE ||
		    ours->feature == X86_FEAT_GFNI ||
		    ours->feature == X86_FEAT_VAES ||
		    ours->feature == X86_FEAT_VPCLMUL)
			return "too new for it";
		if (ours->op == X86_LFENCE || ours->op == X86_MFENCE ||
		    ours->op == X86_SFENCE)
			return "fences ignore ModRM.rm: we";
	}
	if (rc > 0 && !cs && ours->op == X86_VBROADCASTI128)
		return "missing in its table";
	if (mode != X86_MODE64 && h->vex && h->w &&
	    (ours->op == X86_PEXTRD || ours->op == X86_PINSRD))
		return "VEX.W is ignored outside of 64-bit code (SDM 2B): we";
	if (rc > 0 && !cs && h->map == 0 && (h->op & 0xfc) == 0xa0)
		return "F2 and F3 before MOV of an absolute address: we";
	if (h->map == 0 && h->p66 && mandatory && (h->f2 || h->f3))
		return "F2 and F3 make it forget a 66: we";
	if (ours->op == X86_UD0 || ours->op == X86_UD1)
		return "UD0 and UD1 have a ModRM: we";
	if (ours->op == X86_RDPID || ours->op == X86_VMXON ||
	    ours->op == X86_VMCLEAR || ours->op == X86_CLWB ||
	    ours->op == X86_CLFLUSHOPT)
		return "operations it takes for their neighbours: we";
	if (h->map && h->legacy > 1)
		return "it looks only at the prefix next to the opcode: we";
	if (h->map && mode == X86_MODE16)
		return "66 is no mandatory prefix to it in 16-bit code: we";
	if (h->map && h->p67 && h->rex)
		return "67 before REX: it takes a byte further on for 66";
	if (h->rex_lost)
		return "REX before another prefix counts to it: we";
	if (h->op == 0x90 && ours->op == X86_PAUSE)
		return "PAUSE with other prefixes is no XCHG: we";
	if (h->map == 1 && (h->op == 0x6e || h->op == 0x7e) && h->rex)
		return "REX.W 0F 6E with MMX is MOVQ: we";
	if (h->map == 0 && (h->op == 0x8c || h->op == 0x8e) && h->rex)
		return "REX.R does not extend segments: we";
	if (mode == X86_MODE64 && h->p67 && (ours->attr & X86_BRANCH))
		return "67 does not shorten a branch's displacement: we";
	if (mode == X86_MODE64 && h->p66 && (ours->attr & X86_BRANCH))
		return "66 before near branches in 64-bit code: as Intel";
	return NULL;
}

struct tally {
	uint64_t compared, agree, excused, failed, texts, other_texts;
	struct text_reasons reasons;
};

/* Do operands agree too? Only counted: Capstone's spelling has its own ways
 * (implicit operands, sizes), and objdump's is compared in full. */
static void compare_text(const uint8_t *p, size_t n, unsigned mode,
			 const cs_insn *cs, struct tally *t)
{
	static const uint32_t bits[] = { 16, 32, 64 };
	char a[TEXT_MAX], b[TEXT_MAX];
	vc_insn in = { .size = sizeof(in) };

	if (vc_disassemble(p, n, bits[mode], 0, &in))
		return;
	snprintf(a, sizeof(a), "%s", in.text);
	snprintf(b, sizeof(b), "%s %s", cs->mnemonic, cs->op_str);
	text_canon(a, mode == X86_MODE64);
	text_canon(b, mode == X86_MODE64);
	t->texts++;
	if (!strcmp(a, b))
		return;
	if (t->other_texts++ < 20 && getenv("VC_DECODE_TEXTS"))
		fprintf(stderr, "    \"%s\", Capstone \"%s\"\n", a, b);
}

/* Returns how many bytes to go on by. */
static size_t compare(csh cs, cs_insn *theirs, const uint8_t *p, size_t avail,
		      unsigned mode, struct tally *t)
{
	static const uint32_t bits[] = { 16, 32, 64 };
	struct x86_insn ours;
	const uint8_t *code = p;
	size_t size = avail < 15 ? avail : 15;
	uint64_t at = 0;
	int rc = vc__decode(&ours, p, avail, (enum x86_mode)mode);
	bool ok = cap.disasm_iter(cs, &code, &size, &at, theirs);
	struct text_head h;
	const char *why;

	if (rc == X86_DEC_MORE)		/* the end */
		return 1;
	t->compared++;
	if (rc > 0 ? ok && theirs->size == rc &&
		     same_name(cap.insn_name(cs, theirs->id), &ours) : !ok) {
		t->agree++;
		return rc > 0 ? (size_t)rc : 1;
	}
	h = text_head_of(p, avail, bits[mode]);
	why = excuse(&h, mode, rc, &ours, ok ? theirs : NULL);
	if (why) {
		text_count(&t->reasons, why);
		t->excused++;
		return rc > 0 ? (size_t)rc : ok ? theirs->size : 1;
	}
	if (t->failed++ < 20) {
		fprintf(stderr, "mode %u: we %d %s, Capstone %d %s:", mode, rc,
			rc > 0 ? vc__x86_name(ours.op) : "",
			ok ? theirs->size : 0, ok ? theirs->mnemonic : "");
		for (size_t i = 0; i < 15 && i < avail; i++)
			fprintf(stderr, " %02x", p[i]);
		fprintf(stderr, "\n");
	}
	return rc > 0 ? (size_t)rc : ok ? theirs->size : 1;
}

static const cs_mode cs_modes[] = { CS_MODE_16, CS_MODE_32, CS_MODE_64 };

static bool full(void)
{
	return getenv("VC_DECODE_FULL") != NULL;
}

static void report(const char *what, const struct tally *t)
{
	printf("    %s: %llu compared, %llu agree, %llu where Capstone "
	       "differs", what, (unsigned long long)t->compared,
	       (unsigned long long)t->agree, (unsigned long long)t->excused);
	if (t->texts)
		printf("; of %llu texts %llu are the same",
		       (unsigned long long)t->texts,
		       (unsigned long long)(t->texts - t->other_texts));
	printf("\n");
	if (full())
		text_list(&t->reasons);
}

/* ---- random bytes ---- */

static uint64_t seed;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* A quarter each: anything, 0F maps, prefixes and rarer maps, VEX. */
static void random_bytes(uint8_t b[16])
{
	static const uint8_t start[16] = {
		0x66, 0xf3, 0xf2, 0x48, 0xd8, 0xdb, 0xf0, 0x41,
		0x0f, 0x66, 0x67, 0x65, 0x0f, 0xd9, 0xdd, 0xdf,
	};
	uint64_t r = rnd(), s = rnd();
	unsigned i;

	for (i = 0; i < 8; i++) {
		b[i] = (uint8_t)(r >> (i * 8));
		b[i + 8] = (uint8_t)(s >> (i * 8));
	}
	r = rnd();
	switch (r % 4) {
	case 3:		/* VEX, mostly of maps that there are */
		b[0] = r & 0x100 ? 0xc5 : 0xc4;
		b[1] |= r & 0x200 ? 0xc0 : 0;
		if (b[0] == 0xc4)
			b[1] = (uint8_t)((b[1] & 0xe0) | (r >> 10 & 3));
		if (r & 0x1000)
			b[b[0] == 0xc4 ? 2 : 1] |= 0x78;
		break;
	case 1:
		b[0] = 0x0f;
		break;
	case 2:
		b[0] = start[r >> 8 & 15];
		if (r & 0x10000)
			b[1] = 0x0f;
		if ((r & 0x70000) == 0x70000)
			b[2] = r & 0x80000 ? 0x38 : 0x3a;
		break;
	}
}

static void random_mode(unsigned m)
{
	struct tally t = { 0 };
	unsigned n = full() ? 5000000 : 200000;
	uint8_t b[16];
	cs_insn *theirs;
	csh cs;

	if (!cap_load() || cap.open(CS_ARCH_X86, cs_modes[m], &cs) != CS_ERR_OK)
		RIG_SKIP("no Capstone 4");
	theirs = cap.malloc(cs);
	seed = 88172645463325252;
	for (unsigned i = 0; i < n; i++) {
		random_bytes(b);
		compare(cs, theirs, b, 15, m, &t);
	}
	cap.free(theirs, 1);
	cap.close(&cs);
	report("random bytes", &t);
	CU_ASSERT_EQUAL(t.failed, 0);
	CU_ASSERT(t.agree > t.compared / 10 * 9);
}

/* ---- the code of files ---- */

static uint8_t *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	long n;

	if (f && !fseek(f, 0, SEEK_END) && (n = ftell(f)) > 0 &&
	    (p = malloc((size_t)n)) != NULL) {
		rewind(f);
		*len = (size_t)n;
		if (fread(p, 1, *len, f) != *len) {
			free(p);
			p = NULL;
		}
	}
	if (f)
		fclose(f);
	return p;
}

/* All that is executable in an ELF file: instruction by instruction, then at
 * every offset, or at some of them. */
static void sweep_file(const char *path)
{
	struct tally line = { 0 }, each = { 0 };
	size_t len, stride = full() ? 1 : 7, at;
	uint8_t *file = read_file(path, &len);
	Elf64_Ehdr eh;
	cs_insn *theirs;
	csh cs;

	CU_ASSERT_FATAL(file && len > sizeof(eh));
	memcpy(&eh, file, sizeof(eh));
	CU_ASSERT_FATAL(!memcmp(eh.e_ident, ELFMAG, SELFMAG) &&
			eh.e_machine == EM_X86_64);
	if (!cap_load() ||
	    cap.open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK) {
		free(file);
		RIG_SKIP("no Capstone 4");
	}
	theirs = cap.malloc(cs);
	for (unsigned i = 0; i < eh.e_phnum; i++) {
		Elf64_Phdr ph;
		const uint8_t *p;
		bool large;

		at = eh.e_phoff + (size_t)i * sizeof(ph);
		if (at + sizeof(ph) > len)
			break;
		memcpy(&ph, file + at, sizeof(ph));
		if (ph.p_type != PT_LOAD || !(ph.p_flags & PF_X) ||
		    ph.p_offset > len || ph.p_filesz > len - ph.p_offset)
			continue;
		p = file + ph.p_offset;
		large = ph.p_filesz > 8u << 20;
		for (at = 0; at < ph.p_filesz; ) {
			size_t n = compare(cs, theirs, p + at,
					   ph.p_filesz - at, X86_MODE64, &line);

			if (theirs->size == n &&
			    line.compared % (large ? 29 : stride) == 0)
				compare_text(p + at, n, X86_MODE64, theirs,
					     &line);
			at += n;
		}
		for (at = 1; at < ph.p_filesz; at += stride)
			compare(cs, theirs, p + at, ph.p_filesz - at,
				X86_MODE64, &each);
	}
	cap.free(theirs, 1);
	cap.close(&cs);
	free(file);
	report(path, &line);
	report(stride == 1 ? "    at every byte" : "    at one byte in seven",
	       &each);
	CU_ASSERT_EQUAL(line.failed + each.failed, 0);
	CU_ASSERT(line.compared > 10000);
	CU_ASSERT(line.agree > line.compared / 100 * 95);
	CU_ASSERT(each.agree > each.compared / 100 * 90);
	CU_ASSERT(line.other_texts < line.texts / 20);
}

static int find_libc(struct dl_phdr_info *info, size_t size, void *path)
{
	(void)size;
	if (!info->dlpi_name || !strstr(info->dlpi_name, "libc.so"))
		return 0;
	snprintf(path, 512, "%s", info->dlpi_name);
	return 1;
}

static void text_of_files(void)
{
	const char *files = getenv("VC_DECODE_FILES");
	char libc[512] = "", *list, *file, *next = NULL;

#ifdef __x86_64__
	dl_iterate_phdr(find_libc, libc);
#else
	(void)find_libc;
#endif
	list = strdup(files ? files : libc);
	CU_ASSERT_FATAL(list != NULL);
	if (!*list) {
		free(list);
		RIG_SKIP("no x86-64 libc in this process");
	}
	for (file = strtok_r(list, " ", &next); file;
	     file = strtok_r(NULL, " ", &next))
		sweep_file(file);
	free(list);
}

/* ---- what we do not know ---- */

#define LIST	"tests/decode_not_covered.txt"
#define IDS	2048u

struct known {
	bool theirs[IDS], ours[IDS];
	const char *why[IDS];
	csh cs;
	cs_insn *insn;
	unsigned mode;
};

static void try(struct known *k, const uint8_t b[16])
{
	static const uint32_t bits[] = { 16, 32, 64 };
	const uint8_t *code = b;
	size_t size = 15;
	uint64_t at = 0;
	struct x86_insn ours;
	struct text_head h;
	int rc;

	if (!cap.disasm_iter(k->cs, &code, &size, &at, k->insn) ||
	    k->insn->id >= IDS)
		return;
	k->theirs[k->insn->id] = true;
	if (k->ours[k->insn->id])
		return;
	rc = vc__decode(&ours, b, 15, (enum x86_mode)k->mode);
	if (rc > 0 && ours.op != X86_NOP &&
	    same_name(cap.insn_name(k->cs, k->insn->id), &ours)) {
		k->ours[k->insn->id] = true;
		return;
	}
	h = text_head_of(b, 15, bits[k->mode]);
	if (rc > 0 && ours.op == X86_NOP) {
		k->ours[k->insn->id] |= same_name(
			cap.insn_name(k->cs, k->insn->id), &ours);
		k->why[k->insn->id] = "a hint, which is a NOP to us";
	} else if (!k->why[k->insn->id]) {
		k->why[k->insn->id] = text_not_ours(&h);
	}
}

/* The ModRMs that tell all: each reg, each rm of mod 3, memory, and a SIB. */
static void try_modrms(struct known *k, uint8_t b[16], unsigned at)
{
	for (unsigned reg = 0; reg < 8; reg++) {
		for (unsigned rm = 0; rm < 8; rm++) {
			b[at] = (uint8_t)(0xc0 | reg << 3 | rm);
			try(k, b);
		}
		b[at] = (uint8_t)(reg << 3 | 1);
		try(k, b);
		b[at] = (uint8_t)(reg << 3 | 4);
		b[at + 1] = 0x57;
		try(k, b);
		b[at + 1] = 0;
	}
}

static void try_legacy(struct known *k)
{
	static const uint8_t prefixes[] = { 0, 0x66, 0xf2, 0xf3 };
	static const uint8_t maps[4][2] = {
		{ 0 }, { 0x0f }, { 0x0f, 0x38 }, { 0x0f, 0x3a }
	};
	bool code64 = k->mode == X86_MODE64;

	for (unsigned i = 0; i < 4u * 2 * 4 * 256; i++) {
		uint8_t b[16] = { 0 };
		unsigned n = 0, rex = i >> 2 & 1, map = i >> 3 & 3;

		if (prefixes[i & 3])
			b[n++] = prefixes[i & 3];
		if (rex)
			b[n++] = code64 ? 0x48 : 0x67;
		for (unsigned j = 0; j < 2 && maps[map][j]; j++)
			b[n++] = maps[map][j];
		b[n] = (uint8_t)(i >> 5);
		try_modrms(k, b, n + 1);
		if (map == 1 && b[n] == 0x0f)		/* 3DNow! */
			for (unsigned j = 0; j < 256; j++) {
				b[n + 1] = 0xc1;
				b[n + 2] = (uint8_t)j;
				try(k, b);
			}
		if (map == 1 && b[n] == 0xc2)		/* predicates */
			for (unsigned j = 0; j < 32; j++) {
				b[n + 1] = 0xc1;
				b[n + 2] = (uint8_t)j;
				try(k, b);
			}
	}
}

static void try_vex(struct known *k, uint8_t head, unsigned first_map,
		    unsigned maps)
{
	for (unsigned i = 0; i < maps << 12; i++) {
		unsigned map = first_map + (i >> 12);
		uint8_t b[16] = { head, (uint8_t)(0xe0 | map) };

		b[2] = (uint8_t)((i & 7) | (i & 8 ? 0x80 : 0) | 0x78);
		b[3] = (uint8_t)(i >> 4);
		try_modrms(k, b, 4);
		b[2] = (uint8_t)(b[2] & ~0x38);
		try_modrms(k, b, 4);
		if (map == 1 && b[3] == 0xc2)
			for (unsigned j = 0; j < 32; j++) {
				b[4] = 0xc1;
				b[5] = (uint8_t)j;
				try(k, b);
			}
	}
}

static void try_evex(struct known *k)
{
	for (unsigned i = 0; i < 3u * 4 * 2 * 4 * 2 * 256; i++) {
		uint8_t b[16] = { 0x62 };
		unsigned map = 1 + i / (4 * 2 * 4 * 2 * 256);

		b[1] = (uint8_t)(0xf0 | map);
		b[2] = (uint8_t)((i & 3) | 4 | (i & 4 ? 0x80 : 0) | 0x78);
		b[3] = (uint8_t)((i >> 3 & 3) << 5 | 8 | (i >> 5 & 1));
		b[4] = (uint8_t)(i >> 6);
		for (unsigned reg = 0; reg < 8; reg++) {
			b[5] = (uint8_t)(0xc1 | reg << 3);
			try(k, b);
			b[5] = (uint8_t)(1 | reg << 3);
			try(k, b);
			b[5] = (uint8_t)(4 | reg << 3);
			b[6] = 0x57;
			try(k, b);
			b[6] = 0;
		}
		b[2] = (uint8_t)(b[2] & ~0x38);
		b[5] = 0xc1;
		try(k, b);
	}
}

/* The list's text: a line for each reason, its instructions in order. */
static char *not_covered(const struct known *k, unsigned *unexplained)
{
	size_t max = 1 << 18, len = 0;
	char *s = calloc(1, max);
	bool told[IDS] = { false };

	*unexplained = 0;
	if (!s)
		return NULL;
	len += (size_t)snprintf(s, max, "Capstone's x86 instructions that the "
		"decoder does not know, by reason. Written and\nchecked by "
		"tests/test_decode_capstone.c; VC_DECODE_WRITE=1 writes it "
		"anew.\n");
	for (unsigned i = 1; i < IDS; i++) {
		const char *why = k->why[i];
		size_t column = 0;

		if (!k->theirs[i] || k->ours[i] || told[i])
			continue;
		if (!why) {
			++*unexplained;
			why = "NOBODY KNOWS WHY";
		}
		len += (size_t)snprintf(s + len, max - len, "\n%s:\n", why);
		for (unsigned j = i; j < IDS; j++) {
			const char *name = cap.insn_name(k->cs, j);

			if (!k->theirs[j] || k->ours[j] ||
			    (k->why[j] != k->why[i] && (!k->why[j] ||
			     !k->why[i] || strcmp(k->why[j], k->why[i]))))
				continue;
			told[j] = true;
			if (column && column + strlen(name) + 1 > 79) {
				s[len++] = '\n';
				column = 0;
			}
			len += (size_t)snprintf(s + len, max - len, "%s%s",
						column ? " " : "", name);
			column += strlen(name) + (column != 0);
		}
		s[len++] = '\n';
	}
	return s;
}

static void not_covered_is_listed(void)
{
	static struct known k;
	unsigned theirs = 0, ours = 0, unexplained;
	size_t len = 0;
	char *list, *file;

	if (!cap_load())
		RIG_SKIP("no Capstone 4");
	memset(&k, 0, sizeof(k));
	for (k.mode = X86_MODE32; k.mode <= X86_MODE64; k.mode++) {
		if (cap.open(CS_ARCH_X86, cs_modes[k.mode], &k.cs) != CS_ERR_OK)
			RIG_SKIP("no Capstone 4");
		k.insn = cap.malloc(k.cs);
		try_legacy(&k);
		try_vex(&k, 0xc4, 1, 3);
		if (k.mode == X86_MODE64) {
			try_vex(&k, 0x8f, 8, 3);
			try_evex(&k);
		}
		cap.free(k.insn, 1);
		if (k.mode == X86_MODE32)
			cap.close(&k.cs);
	}
	for (unsigned i = 1; i < IDS; i++) {
		theirs += k.theirs[i];
		ours += k.theirs[i] && k.ours[i];
	}
	list = not_covered(&k, &unexplained);
	cap.close(&k.cs);
	CU_ASSERT_FATAL(list != NULL);
	printf("    Capstone knows %u instructions, we %u of them; the others "
	       "are in " LIST "\n", theirs, ours);
	CU_ASSERT_EQUAL(unexplained, 0);
	CU_ASSERT(theirs > 1000 && ours > 800);
	if (getenv("VC_DECODE_WRITE")) {
		FILE *f = fopen(LIST, "w");

		CU_ASSERT_FATAL(f != NULL);
		fputs(list, f);
		fclose(f);
	}
	file = (char *)read_file(LIST, &len);
	if (!file) {
		free(list);
		RIG_SKIP("not run in the source directory");
	}
	CU_ASSERT(strlen(list) == len && !memcmp(list, file, len));
	free(file);
	free(list);
}
#define RUN(call)	call
#else
#define RUN(call)	RIG_SKIP("built without libcapstone-dev")
#endif

static void test_decode_capstone_random_bytes_16(void)
{
	RUN(random_mode(X86_MODE16));
}

static void test_decode_capstone_random_bytes_32(void)
{
	RUN(random_mode(X86_MODE32));
}

static void test_decode_capstone_random_bytes_64(void)
{
	RUN(random_mode(X86_MODE64));
}

static void test_decode_capstone_text_of_files(void)
{
	RUN(text_of_files());
}

static void test_decode_capstone_what_we_do_not_know_is_listed(void)
{
	RUN(not_covered_is_listed());
}

RIG_SUITE(decode_capstone) {
	RIG_TEST(test_decode_capstone_random_bytes_16),
	RIG_TEST(test_decode_capstone_random_bytes_32),
	RIG_TEST(test_decode_capstone_random_bytes_64),
	RIG_TEST(test_decode_capstone_text_of_files),
	RIG_TEST(test_decode_capstone_what_we_do_not_know_is_listed),
	RIG_END
};
