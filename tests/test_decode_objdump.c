/* SPDX-License-Identifier: MIT */
/*
 * test_decode_objdump.c: our decoder and disassembler against binutils'
 * objdump: every instruction of the .text of files, and random bytes. Lengths,
 * what is no instruction, and the text. `make decode-check` names more files
 * (VC_DECODE_FILES) and has more random bytes.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "rig.h"
#include "decode_text.h"

#ifdef __linux__
#include <link.h>
#include <unistd.h>

struct tally {
	unsigned long seen, same, excused, failed;
	struct text_reasons reasons;
};

static unsigned tell = 20;	/* so many differences are printed */

static bool have_objdump(void)
{
	FILE *f = popen("objdump --version 2>/dev/null", "r");
	char line[256];
	bool ok = f && fgets(line, sizeof(line), f) && strstr(line, "objdump");

	if (f)
		pclose(f);
	return ok;
}

/* The same but for the size of registers. */
static bool same_but_sizes(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "erdw");
		b += strspn(b, "erdw");
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

/*
 * Where objdump is not as the manual, and why we are right. NULL: nobody knows,
 * a failure.
 */
static const char *excuse(const vc_insn *in, const uint8_t *b, size_t n,
			  uint32_t bits, const char *ours, const char *theirs)
{
	struct text_head h = text_head_of(b, n, bits);
	bool bad = strstr(theirs, "(bad)") || strchr(theirs, '?');
	const char *last = strrchr(theirs, ' ');

	if (text_starts(theirs, ".byte"))
		return "code before a symbol, cut there";
	if (text_starts(last ? last + 1 : theirs, "rex"))
		return "a REX that counts for nothing, on a line of its own";
	if (in->category == VC_INSN_UNDEFINED) {
		const char *why = text_not_ours(&h);

		if (why)
			return why;
		if (h.lock)
			return "LOCK where the SDM (2A LOCK) says #UD";
		if (h.vex)	/* test_decode_host.c: the processor agrees */
			return "VEX.pp, L, W, vvvv and ModRM are not checked";
		if (h.map == 1 && h.op >= 0x20 && h.op <= 0x23)
			return "control registers that do not exist";
		if (h.map == 1 && (h.op == 0xae || h.op == 0xc7) &&
		    (h.p66 || h.f2 || h.f3))
			return "NP: other prefixes are #UD (SDM 2D)";
	}
	if (!strcmp(in->mnemonic, "nop") && h.map == 1 &&
	    (h.op == 0x0d || (h.op >= 0x18 && h.op <= 0x1f)))
		return "hints: MPX and CLDEMOTE are NOPs to the rest";
	if (in->category == VC_INSN_UNDEFINED && !h.map &&
	    (h.op == 0x8c || h.op == 0x8e))
		return "segment registers that do not exist, and MOV CS";
	if (!h.map && !h.vex && h.op == 0x9b)
		return "FWAIT and the x87 instruction behind it in one";
	if (in->operands == 1 && in->operand[0].kind == VC_OPERAND_TARGET &&
	    strrchr(theirs, ' ') && ((strtoull(strrchr(theirs, ' '), NULL, 16) ^
	    in->operand[0].value) & 0xffff) == 0 && in->operand[0].value <= 0xffff)
		return "a target of 16 bits wraps (SDM 2A JMP)";
	if (!h.vex && h.rex & 8 &&
	    ((!h.map && h.op == 0xff) || (h.map == 1 && (h.op == 0xb2 ||
	    h.op == 0xb4 || h.op == 0xb5))) && strstr(theirs, "fword"))
		return "REX.W before far pointers: as AMD";
	if (h.map == 1 && h.op == 0xd7)
		return "PMOVMSKB of MMX: NP; a mask is never 64 bits";
	if (h.map == 1 && h.op == 0x37)
		return "GETSEC is NP (SDM 2D)";
	if (!h.map && h.op == 0xdb && h.modrm == 0xe5)
		return "FRSTPM: the 287's only";
	if (bad && h.map == 1 && h.f2 && (h.op == 0xbc || h.op == 0xbd))
		return "F2 before BSF and BSR is ignored";
	if (h.vex && h.l && strstr(ours, "movs"))
		return "VMOVSS and VMOVSD ignore L";
	if (!h.map && h.op == 0x63 && h.p66 && bits == 64)
		return "MOVSXD r16, r/m16 (SDM 2B)";
	if (!h.map && h.op == 0xd6 && bits != 64)
		return "SALC: undocumented, and on all processors";
	if (h.map == 1 && (h.op == 0x08 || h.op == 0x09))
		return "INVD and WBINVD may have prefixes";
	if (h.map == 1 && h.op == 0xae && bad)
		return "fences ignore ModRM.rm (SDM 2A LFENCE)";
	if (bits == 64 && h.p66 && (in->category == VC_INSN_JUMP ||
				    in->category == VC_INSN_CALL ||
				    in->category == VC_INSN_BRANCH ||
				    in->category == VC_INSN_RETURN))
		return "66 before near branches in 64-bit code: as AMD";
	if (((!h.map && (h.op == 0x8c || h.op == 0x8e)) ||
	     (h.map == 1 && (h.op == 0x02 || h.op == 0x03))) &&
	    same_but_sizes(ours, theirs))
		return "a word, whatever the register is called";
	if (bad && !h.map && h.op >= 0xd8 && h.op <= 0xdf)
		return "x87 aliases that all processors have";
	return NULL;
}

/* One line of objdump's: an instruction as it sees it. */
struct line {
	uint64_t at;
	uint8_t bytes[16];
	size_t n;
	char text[TEXT_MAX];
};

/* b: what is there from at on, avail bytes. */
static void compare(const struct line *l, const uint8_t *b, size_t avail,
		    uint32_t bits, struct tally *t)
{
	char ours[TEXT_MAX], theirs[TEXT_MAX];
	struct text_head h;
	vc_insn in = { .size = sizeof(in) };
	const char *why;

	if (vc_disassemble(b, avail, bits, l->at, &in)) {
		t->failed++;
		return;
	}
	snprintf(ours, sizeof(ours), "%s", in.text);
	snprintf(theirs, sizeof(theirs), "%s", l->text);
	text_canon(ours, bits == 64);
	text_canon(theirs, bits == 64);
	h = text_head_of(b, avail, bits);
	if (!h.map && !h.vex && (h.op & 0xfc) == 0xa0) {	/* no size */
		text_replace(ours, "byte ptr ", "");
		text_replace(ours, "dword ptr ", "");
		text_replace(ours, "qword ptr ", "");
		text_replace(ours, "word ptr ", "");
	}
	t->seen++;
	if (in.category == VC_INSN_UNDEFINED ? strpbrk(theirs, "?(") != NULL :
	    in.length == l->n && !strcmp(ours, theirs)) {
		t->same++;
		return;
	}
	if (in.category == VC_INSN_CUT && avail < 15)	/* the end */
		return;
	why = excuse(&in, b, avail, bits, ours, theirs);
	if (why) {
		text_count(&t->reasons, why);
		t->excused++;
		return;
	}
	if (t->failed++ < tell) {
		fprintf(stderr, "    %u-bit: we %u \"%s\", objdump %zu \"%s\":",
			bits, in.length, ours, l->n, theirs);
		for (size_t i = 0; i < 15 && i < avail; i++)
			fprintf(stderr, " %02x", b[i]);
		fprintf(stderr, "\n");
	}
}

/* "  addr:\tbytes\ttext"; false when it is no such line */
static bool parse(char *line, struct line *l)
{
	char *p, *end, *text;

	l->n = 0;
	l->at = strtoull(line, &p, 16);
	if (p == line || p[0] != ':' || p[1] != '\t')
		return false;
	text = strchr(p + 2, '\t');
	if (text)
		*text++ = 0;
	for (p += 2; l->n < 16; p = end) {
		unsigned long v = strtoul(p, &end, 16);

		if (end == p)
			break;
		l->bytes[l->n++] = (uint8_t)v;
	}
	snprintf(l->text, sizeof(l->text), "%s", text ? text : "");
	l->text[strcspn(l->text, "\n")] = 0;
	return l->n > 0;
}

/* All lines of the command's; with record, those at its multiples. Each is
 * decoded with the bytes of the lines behind it at hand. */
#define AHEAD	16u
static void sweep(const char *command, uint32_t bits, struct tally *t,
		  unsigned record)
{
	static struct line q[AHEAD];
	FILE *f = popen(command, "r");
	unsigned head = 0, count = 0;
	char text[1024];
	bool more = f != NULL;

	while (more || count) {
		struct line *l = &q[(head + count) % AHEAD];
		uint8_t b[32];
		size_t n = 0;

		if (more && count < AHEAD) {
			more = fgets(text, sizeof(text), f) != NULL;
			count += more && parse(text, l);
			continue;
		}
		l = &q[head];
		for (unsigned i = 0; i < count && n < 16; i++) {
			const struct line *next = &q[(head + i) % AHEAD];

			if (next->at != l->at + n)
				break;
			memcpy(b + n, next->bytes, next->n);
			n += next->n;
		}
		if (!record || l->at % record == 0)
			compare(l, b, n, bits, t);
		head = (head + 1) % AHEAD;
		count--;
	}
	if (f)
		pclose(f);
}

static int find_libc(struct dl_phdr_info *info, size_t size, void *path)
{
	(void)size;
	if (!info->dlpi_name || !strstr(info->dlpi_name, "libc.so"))
		return 0;
	snprintf(path, 512, "%s", info->dlpi_name);
	return 1;
}

static void test_decode_objdump_text_of_files(void)
{
	const char *files = getenv("VC_DECODE_FILES");
	char libc[512] = "", *list, *file, *next = NULL;

#ifdef __x86_64__
	dl_iterate_phdr(find_libc, libc);
#else
	(void)find_libc;
#endif
	if (!have_objdump())
		RIG_SKIP("no objdump");
	list = strdup(files ? files : libc);
	CU_ASSERT_FATAL(list != NULL);
	if (!*list) {
		free(list);
		RIG_SKIP("no x86-64 libc in this process");
	}
	for (file = strtok_r(list, " ", &next); file;
	     file = strtok_r(NULL, " ", &next)) {
		struct tally t = { 0 };
		char command[1024];

		snprintf(command, sizeof(command), "objdump -d -w -M intel -j "
			 ".text '%.500s' 2>/dev/null", file);
		sweep(command, 64, &t, 0);
		printf("    %s: %lu instructions, %lu the same, %lu where "
		       "objdump differs, %lu failed\n", file, t.seen, t.same,
		       t.excused, t.failed);
		if (getenv("VC_DECODE_FULL"))
			text_list(&t.reasons);
		CU_ASSERT_EQUAL(t.failed, 0);
		CU_ASSERT(t.seen > 10000);
	}
	free(list);
}
/* ---- random bytes ---- */

static uint64_t seed;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

#define RECORD	32u	/* 15 bytes, then one-byte NOPs to begin again at */

static bool write_records(const char *path, unsigned count, unsigned bits)
{
	static const uint8_t start[16] = {
		0x66, 0xf3, 0xf2, 0x48, 0xd8, 0xdb, 0xf0, 0x41,
		0xc5, 0xc4, 0x67, 0x65, 0xc5, 0xc4, 0xdd, 0xdf,
	};
	FILE *f = fopen(path, "wb");
	bool ok = f != NULL;

	seed = 0x9e3779b97f4a7c15 + bits;
	for (unsigned i = 0; ok && i < count; i++) {
		uint8_t b[RECORD];
		uint64_t r = rnd();

		memset(b, 0x90, sizeof(b));
		for (unsigned k = 0; k < 15; k++)
			b[k] = (uint8_t)(rnd() >> 24);
		if (r % 4 == 1) {
			b[0] = 0x0f;
		} else if (r % 4 == 2) {
			b[0] = start[r >> 8 & 15];
			if ((b[0] & 0xfe) == 0xc4)	/* likelier ones */
				b[1] |= bits == 64 ? 0 : 0xc0;
			if (b[0] == 0xc4)
				b[1] = (uint8_t)((b[1] & 0xe0) | (1 + r % 3));
			if ((b[0] & 0xfe) == 0xc4 && r & 0x10000)
				b[b[0] == 0xc4 ? 2 : 1] |= 0x78;
			else if ((b[0] & 0xfe) != 0xc4 && r & 0x10000)
				b[1] = 0x0f;
			if ((r & 0x70000) == 0x70000 && b[1] == 0x0f)
				b[2] = r & 0x80000 ? 0x38 : 0x3a;
		}
		ok = fwrite(b, 1, sizeof(b), f) == sizeof(b);
	}
	return f && fclose(f) == 0 && ok;
}

static void random_records(uint32_t bits, const char *machine)
{
	unsigned count = getenv("VC_DECODE_FULL") ? 300000 : 5000;
	char path[] = "/tmp/virtcore-objdump-XXXXXX", command[256];
	struct tally t = { 0 };
	int fd;

	if (!have_objdump())
		RIG_SKIP("no objdump");
	fd = mkstemp(path);
	CU_ASSERT_FATAL(fd >= 0);
	close(fd);
	CU_ASSERT(write_records(path, count, bits));
	snprintf(command, sizeof(command), "objdump -D -w -b binary -m %s "
		 "-M intel '%s' 2>/dev/null", machine, path);
	sweep(command, bits, &t, RECORD);
	unlink(path);
	printf("    %lu instructions, %lu the same, %lu where objdump "
	       "differs, %lu failed\n", t.seen, t.same, t.excused, t.failed);
	if (getenv("VC_DECODE_FULL"))
		text_list(&t.reasons);
	CU_ASSERT_EQUAL(t.seen, count);
	CU_ASSERT_EQUAL(t.failed, 0);
	CU_ASSERT(t.same > t.seen / 10 * 8);
}
#else
static void test_decode_objdump_text_of_files(void)
{
	RIG_SKIP("not on Linux");
}

static void random_records(uint32_t bits, const char *machine)
{
	(void)bits, (void)machine;
	RIG_SKIP("not on Linux");
}
#endif

static void test_decode_objdump_random_bytes_64(void)
{
	random_records(64, "i386:x86-64");
}

static void test_decode_objdump_random_bytes_32(void)
{
	random_records(32, "i386");
}

static void test_decode_objdump_random_bytes_16(void)
{
	random_records(16, "i8086");
}

RIG_SUITE(decode_objdump) {
	RIG_TEST(test_decode_objdump_text_of_files),
	RIG_TEST(test_decode_objdump_random_bytes_64),
	RIG_TEST(test_decode_objdump_random_bytes_32),
	RIG_TEST(test_decode_objdump_random_bytes_16),
	RIG_END
};
