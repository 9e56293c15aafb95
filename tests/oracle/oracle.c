/* SPDX-License-Identifier: MIT */
/*
 * oracle.c: runs the forms of a group, on the host and in the engine, and
 * tells what differs. Each group is run by two processes of its own, so that
 * addresses, signals and registers are theirs alone.
 *
 *	VC_ORACLE_STATES=n	random states per form (default 1000)
 *	VC_ORACLE_SEED=n	another run
 *	VC_ORACLE_FORM=text	only forms whose name has it
 *	VC_ORACLE_SHOW=n	differences told per form (default 1)
 */
#if defined(__x86_64__) && defined(__linux__)
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../rig.h"
#include "oracle.h"

#define WORKERS		2
#define PER_ENCODING	12u	/* states for each encoding */
#define TOLD_FORMS	12u
#define STATES		1000u
/* Of all states only each so many'th where that takes long. */
#if defined(__SANITIZE_THREAD__)
#define STRIDE		23u
#elif defined(__SANITIZE_ADDRESS__)
#define STRIDE		5u
#else
#define STRIDE		1u
#endif

struct tally {
	unsigned long forms, states, encodings, faults, bad_forms, bad_states;
	unsigned long forgiven[ORA_OPEN_MAX];
	unsigned finished;
};

static unsigned long number(const char *name, unsigned long other)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 0) : other;
}

static uint64_t seed_of(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037) +
		     number("VC_ORACLE_SEED", 0);

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * UINT64_C(1099511628211);
	return h;
}

static void tell(const struct ora_case *c, const char *name, unsigned n,
		 unsigned how, const char *what)
{
	const struct ora_code *code = c->code;

	fprintf(stderr, "  %s, state %u%s%s, at %x:", name, n,
		how & ORA_WHOLE ? ", whole" : "", how & ORA_STEP ? ", step" : "",
		code->at);
	for (unsigned i = 0; i < code->len; i++)
		fprintf(stderr, " %02x", code->bytes[i]);
	fprintf(stderr, "\n    place %llx flags %llx fcw %02x%02x fsw %02x%02x "
		"ftw %02x mxcsr %02x%02x\n   ", (unsigned long long)c->place,
		(unsigned long long)c->in.rflags, c->in.fx[1], c->in.fx[0],
		c->in.fx[3], c->in.fx[2], c->in.fx[4], c->in.fx[25],
		c->in.fx[24]);
	for (unsigned i = 0; i < 16; i++)
		fprintf(stderr, " %llx", (unsigned long long)c->in.gpr[i]);
	if (c->place - ORA_DATA < ORA_DATA_SIZE - 32) {
		fprintf(stderr, "\n    memory:");
		for (unsigned i = 0; i < (code->insn.vex == 32 ? 32u : 16u); i++)
			fprintf(stderr, " %02x",
				c->data[c->place - ORA_DATA + i]);
	}
	if (code->insn.attr & X86_FPU) {
		fprintf(stderr, "\n    st0, st1:");
		for (unsigned i = 0; i < 2; i++) {
			fprintf(stderr, " ");
			for (unsigned k = 10; k-- > 0;)
				fprintf(stderr, "%02x",
					c->in.fx[FXI_ST + i * 16 + k]);
		}
	}
	for (unsigned i = 0; i < code->insn.opnds; i++) {
		const struct x86_operand *o = &code->insn.opnd[i];

		if (o->kind != OPND_XMM)
			continue;
		fprintf(stderr, "\n    xmm%u: ", o->reg);
		for (unsigned k = 16; k-- > 0;)
			fprintf(stderr, "%02x", c->in.high[o->reg][k]);
		fprintf(stderr, " ");
		for (unsigned k = 16; k-- > 0;)
			fprintf(stderr, "%02x",
				c->in.fx[FXI_XMM + o->reg * 16u + k]);
	}
	fprintf(stderr, "\n%s", what);
}

static void run_host(struct ora_case *c, struct ora_result *r)
{
	memcpy(ora_host_data(), c->data, ORA_DATA_SIZE);
	ora_host_run(c, r);
}

/* Also again, when it differs: a host's answer must repeat to be believed. */
static bool check(struct ora_guest *g, struct ora_case *c, unsigned how,
		  struct tally *t, char *text, size_t len)
{
	static struct ora_result host, guest;
	bool ran;

	memcpy(ora_guest_data(g), c->data, ORA_DATA_SIZE);
	ran = ora_guest_run(g, c, how, &guest);
	run_host(c, &host);
	t->states++;
	t->faults += host.vector >= 0;
	if (ran && ora_same(c, &host, &guest, ora_host_data(),
			    ora_guest_data(g), NULL, 0))
		return true;
	run_host(c, &host);
	if (ran)
		return ora_same(c, &host, &guest, ora_host_data(),
				ora_guest_data(g), text, len);
	snprintf(text, len, "    the engine stopped otherwise: rip %llx, "
		 "exception %d; host rip %llx, exception %d\n",
		 (unsigned long long)guest.regs.rip, guest.vector,
		 (unsigned long long)host.regs.rip, host.vector);
	return false;
}

static void run_form(struct ora_guest *g, const struct ora_form *f,
		     struct ora_case *c, unsigned *slot, struct tally *t)
{
	static char text[16384];
	static struct ora_code code;
	char name[96];
	unsigned states = (unsigned)number("VC_ORACLE_STATES", STATES);
	unsigned edges = ora_edges(f), bad = 0, skipped = 0;
	unsigned show = (unsigned)number("VC_ORACLE_SHOW", 1);
	uint64_t seed;
	bool have = false;

	ora_form_name(f, name, sizeof(name));
	seed = seed_of(name);
	t->forms++;
	for (unsigned n = 0, i = 0; n < edges + states; n += STRIDE, i++) {
		unsigned how = i % 16 == 7 ? ORA_WHOLE : 0;

		if (i % 4 == 3)
			how |= ORA_STEP;
		if (!have || i % PER_ENCODING == 0) {
			have = ora_encode(&code, f, &seed, (*slot)++);
			if (!have) {
				fprintf(stderr, "  %s: no encoding\n", name);
				bad++;
				break;
			}
			t->encodings++;
			ora_host_code(&code);
			ora_guest_code(g, &code);
		}
		if (!ora_state(c, &code, n, &seed)) {
			have = false;	/* another encoding may do */
			if (skipped++ < edges + states)
				n -= STRIDE;
			continue;
		}
		if (check(g, c, how, t, text, sizeof(text)))
			continue;
		if (bad++ < show && t->bad_forms < TOLD_FORMS)
			tell(c, name, n, how, text);
	}
	if (bad) {
		t->bad_forms++;
		t->bad_states += bad;
		fprintf(stderr, "  %s: %u of %u states differ\n", name, bad,
			edges + states);
	}
}

static void fill(uint8_t *p, size_t n)
{
	uint64_t seed = 1;

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)ora_random(&seed);
}

/* FCW and MXCSR as at reset. */
static void controls(struct ora_case *c)
{
	c->in.fx[FXI_FCW] = 0x7f;
	c->in.fx[FXI_FCW + 1] = 3;
	c->in.fx[FXI_MXCSR] = 0x80;
	c->in.fx[FXI_MXCSR + 1] = 0x1f;
}

static void finish(struct ora_guest *g, struct tally *t)
{
	const unsigned long *counts;
	unsigned n = ora_forgiven(&counts);

	for (unsigned i = 0; i < n && i < ORA_OPEN_MAX; i++)
		t->forgiven[i] = counts[i];
	ora_guest_close(g);
	t->finished = 1;
}

static void work(const char *group, unsigned worker, struct tally *t)
{
	static struct ora_case c;
	const char *only = getenv("VC_ORACLE_FORM");
	struct ora_guest *g = ora_guest_open();
	struct ora_form *forms;
	size_t count, mine = 0;
	unsigned slot = 0;
	char name[96];

	if (!g || !ora_host_begin()) {
		fprintf(stderr, "  no VM, or no memory: %s\n",
			vc_last_error());
		ora_guest_close(g);
		return;
	}
	forms = ora_forms(&count);
	fill(c.data, sizeof(c.data));
	for (size_t i = 0; i < count; i++) {
		const struct ora_form *f = &forms[i];

		if (strcmp(f->group, group) || ora_left_out(f) ||
		    mine++ % WORKERS != worker)
			continue;
		if (only && !strstr(ora_form_name(f, name, sizeof(name)), only))
			continue;
		controls(&c);
		run_form(g, f, &c, &slot, t);
	}
	finish(g, t);
}

static void work_sequences(const char *kind, unsigned worker,
			   struct tally *t)
{
	static struct ora_code code;
	static struct ora_case c;
	static char text[16384];
	struct ora_guest *g = ora_guest_open();
	unsigned long n = number("VC_ORACLE_STATES", STATES) * 30 /
			  STRIDE;
	uint64_t seed = seed_of(kind) + worker;
	bool vectors = !strncmp(kind, "vector", 6);

	if (!g || !ora_host_begin()) {
		fprintf(stderr, "  no VM, or no memory: %s\n",
			vc_last_error());
		ora_guest_close(g);
		return;
	}
	fill(c.data, sizeof(c.data));
	controls(&c);
	for (unsigned long i = 0; i < n; i++) {
		bool bad = false;

		if (!ora_encode_sequence(&code, vectors, &seed, (unsigned)i))
			continue;
		t->encodings++;
		ora_host_code(&code);
		ora_guest_code(g, &code);
		for (unsigned k = 0; k < 4; k++) {
			unsigned how = k == 3 ? ORA_STEP : 0;

			ora_sequence_state(&c, &code, &seed);
			if (check(g, &c, how, t, text, sizeof(text)))
				continue;
			if (!bad && t->bad_forms < TOLD_FORMS)
				tell(&c, "sequence", k, how, text);
			bad = true;
			t->bad_states++;
		}
		t->bad_forms += bad;
	}
	finish(g, t);
}

static unsigned long all_forgiven[ORA_OPEN_MAX];
static struct tally all;

const unsigned long *ora_test_forgiven(void)
{
	return all_forgiven;
}

/* ---- what is no instruction ---- */

/* Undefined for us, but not for every host: SSE4A, AMD's other way to CR8,
 * VEX, EVEX, XOP, 3DNow!, what came to 0F 01, 0F AE and 0F C7 since. */
static bool host_may_know(unsigned mode, unsigned map, unsigned prefix,
			  unsigned lock, unsigned op, unsigned modrm)
{
	if (map == 0)
		return op == 0x62 || op == 0xc4 || op == 0xc5 || op == 0x8f ||
		       op == 0x0f || op == 0x26 || op == 0x2e || op == 0x36 ||
		       op == 0x3e || (op >= 0x64 && op <= 0x67) ||
		       op == 0xf0 || op == 0xf2 || op == 0xf3 ||
		       (mode == X86_MODE64 && (op & 0xf0) == 0x40);
	switch (op) {
	case 0x05: case 0x34: case 0x0f: case 0x38: case 0x3a: case 0xff:
		return true;
	case 0x78: case 0x79:
		return prefix != 0;
	case 0x2b:
		return prefix == 0xf2 || prefix == 0xf3;
	case 0x00: case 0x20: case 0x22:
		return lock;
	case 0x01: case 0xae: case 0xc7:
		return modrm >= 0xc0;
	case 0xb8:
		return true;
	default:
		return false;
	}
}

static void try_undefined(struct ora_guest *g, struct ora_code *code,
			  struct ora_case *c, struct tally *t, const char *name)
{
	static char text[16384];

	ora_host_code(code);
	ora_guest_code(g, code);
	c->code = code;
	c->in.rip = code->at;
	t->encodings++;
	if (check(g, c, 0, t, text, sizeof(text)))
		return;
	t->bad_states++;
	if (t->bad_forms++ < TOLD_FORMS)
		tell(c, name, 0, 0, text);
}

static void work_undefined(const char *unused, unsigned worker,
			   struct tally *t)
{
	static const uint8_t prefixes[] = { 0, 0x66, 0xf2, 0xf3 };
	static struct ora_case c;
	static struct ora_form form;
	static struct ora_code code;
	struct ora_guest *g = ora_guest_open();

	(void)unused;
	if (!g || !ora_host_begin()) {
		ora_guest_close(g);
		return;
	}
	fill(c.data, sizeof(c.data));
	controls(&c);
	for (unsigned i = 0; i < 16; i++)
		c.in.gpr[i] = ORA_DATA + 0x1000u;
	c.in.rflags = 0x202;
	form.op = form.insn.op = code.insn.op = X86_NOP;
	code.form = &form;
	for (unsigned i = worker; i < 2u * 2 * 4 * 2 * 256 * 256;
	     i += WORKERS * STRIDE) {
		unsigned modrm = i & 255, op = i >> 8 & 255, lock = i >> 16 & 1;
		unsigned prefix = prefixes[i >> 17 & 3], map = i >> 19 & 1;
		unsigned mode = i >> 20 & 1 ? X86_MODE32 : X86_MODE64, n = 0;
		struct x86_insn in;

		if ((modrm < 0xc0 && modrm & 6) ||
		    host_may_know(mode, map, prefix, lock, op, modrm))
			continue;
		memset(code.bytes, 0, 16);
		if (lock)
			code.bytes[n++] = 0xf0;
		if (prefix)
			code.bytes[n++] = (uint8_t)prefix;
		if (map)
			code.bytes[n++] = 0x0f;
		code.bytes[n++] = (uint8_t)op;
		code.bytes[n++] = (uint8_t)modrm;
		if (vc__decode(&in, code.bytes, 15, (enum x86_mode)mode) !=
		    X86_DEC_UD)
			continue;
		form.mode = (uint8_t)mode;
		code.len = 15;
		code.near[0] = ORA_CODE + i % 256 * ORA_SLOT;
		code.near[1] = code.near[0] + 96;
		code.at = code.near[0] + 32;
		try_undefined(g, &code, &c, t, "undefined");
	}
	finish(g, t);
}

/* VEX that means something to some processors, if not to us: mask registers,
 * AMX, what came after AVX2, FMA4. */
static bool host_may_know_vex(unsigned map, unsigned op)
{
	if (map == 1 && ((op >= 0x41 && op <= 0x4b) ||
			 (op >= 0x90 && op <= 0x99)))
		return ora_host_has_masks();
	if (map == 3 && op >= 0x30 && op <= 0x33)
		return ora_host_has_masks();
	/* VPERMQ, VPERMPD: AMD's do not look at VEX.W, which is 1 (SDM 2C) */
	if (map == 3 && op < 2)
		return true;
	if (!ora_host_is_newer())
		return false;
	if (map == 2)
		return (op >= 0x48 && op <= 0x5f && op != 0x58 && op != 0x59 &&
			op != 0x5a) || op == 0x6c || op == 0x72 ||
		       (op >= 0xb0 && op <= 0xb5) || op >= 0xc8;
	if (map == 3)
		return (op >= 0x48 && op <= 0x7f) || op >= 0xc0;
	return map > 3;
}

/* One VEX encoding, mostly of an opcode that there is, with something that is
 * wrong about it. False when it is not undefined. */
static bool undefined_vex(struct ora_code *code, const struct ora_form *f,
			  unsigned *op, uint64_t *seed)
{
	static const uint8_t before[] = { 0x66, 0xf2, 0xf3, 0xf0, 0x48 };
	uint8_t *b = code->bytes;
	unsigned n = 0, map = f->map, r = (unsigned)(ora_random(seed) >> 32);
	bool code64 = f->mode == X86_MODE64;
	struct x86_insn in;

	memset(b, 0, ORA_BYTES);
	*op = f->opcode;
	if ((r & 15) == 0)
		*op = r >> 8 & 255;
	if ((r >> 4 & 63) == 0)
		map = r >> 16 & 31;
	if ((r >> 24 & 7) == 0)
		b[n++] = before[(r >> 27) % (code64 ? 5 : 4)];
	r = (unsigned)(ora_random(seed) >> 32);
	if (map == 1 && r & 1) {
		b[n++] = 0xc5;
		b[n++] = (uint8_t)(r >> 8 | (code64 ? 0 : 0xc0));
	} else {
		b[n++] = 0xc4;
		b[n++] = (uint8_t)((r >> 16 & 0xe0) | map |
				   (code64 ? 0 : 0xc0));
		b[n++] = (uint8_t)(r >> 8);
	}
	r = (unsigned)(ora_random(seed) >> 32);
	if (r & 1) {	/* what the form has, and any vvvv */
		b[n - 1] &= 0xf8;
		b[n - 1] |= f->vex & (ORA_VEX_L | ORA_VEX_PP);
	}
	b[n++] = (uint8_t)*op;
	b[n] = r & 2 ? f->modrm : (uint8_t)(r >> 8);
	/* addresses by registers, without displacement, or RIP's */
	if (b[n] < 0xc0)
		b[n] &= 0x3f;
	n++;
	b[n] = (uint8_t)((r >> 16 & 0x3f) | 3);	/* SIB: base is (E)BX */
	b[n + 1] = (uint8_t)(r >> 24);
	if (b[n - 1] < 0xc0 && (b[n - 1] & 7) == 5)
		return false;
	code->len = 15;
	if (host_may_know_vex(map, *op))
		return false;
	return vc__decode(&in, b, 15, (enum x86_mode)f->mode) == X86_DEC_UD;
}

static void work_undefined_vex(const char *unused, unsigned worker,
			       struct tally *t)
{
	static struct ora_case c;
	static struct ora_form form;
	static struct ora_code code;
	struct ora_guest *g = ora_guest_open();
	uint64_t seed = seed_of("undefined vex") + worker;
	unsigned long n = number("VC_ORACLE_STATES", STATES) * 100 / STRIDE;
	struct ora_form *forms;
	unsigned first = 0, op;
	size_t count;

	(void)unused;
	if (!g || !ora_host_begin()) {
		ora_guest_close(g);
		return;
	}
	forms = ora_forms(&count);
	while (first < count && !forms[first].vex)
		first++;
	fill(c.data, sizeof(c.data));
	controls(&c);
	for (unsigned i = 0; i < 16; i++)
		c.in.gpr[i] = ORA_DATA + 0x1000u;
	c.in.rflags = 0x202;
	form.op = form.insn.op = code.insn.op = X86_NOP;
	code.form = &form;
	for (unsigned long i = 0; i < n && first < count; i++) {
		unsigned any = (unsigned)(ora_random(&seed) >> 32);

		form = forms[first + any % (count - first)];
		form.insn.op = X86_NOP;
		if (!undefined_vex(&code, &form, &op, &seed))
			continue;
		code.near[0] = ORA_CODE + (uint32_t)(i % 256) * ORA_SLOT;
		code.near[1] = code.near[0] + 96;
		code.at = code.near[0] + 32;
		try_undefined(g, &code, &c, t, "undefined VEX");
	}
	finish(g, t);
}

static void work_fetch(const char *unused, unsigned worker, struct tally *t)
{
	static struct ora_case c;
	static struct ora_code code;
	struct ora_guest *g = ora_guest_open();
	struct ora_form *forms;
	uint64_t seed = seed_of("fetch") + worker;
	size_t count;

	(void)unused;
	if (!g || !ora_host_begin()) {
		ora_guest_close(g);
		return;
	}
	forms = ora_forms(&count);
	fill(c.data, sizeof(c.data));
	controls(&c);
	for (size_t i = worker; i < count; i += WORKERS * STRIDE) {
		char name[96];

		/* UD0 and UD1: AMD's have no ModRM, Intel's have */
		if (ora_left_out(&forms[i]) || forms[i].op == X86_UD0 ||
		    forms[i].op == X86_UD1)
			continue;
		ora_form_name(&forms[i], name, sizeof(name));
		for (unsigned k = 0; k < 3; k++)
			if (ora_cut(&code, &forms[i], &seed) &&
			    ora_state(&c, &code, UINT32_MAX, &seed))
				try_undefined(g, &code, &c, t, name);
		for (unsigned k = 0; k < 4; k++)
			if (ora_encode(&code, &forms[i], &seed, (unsigned)i) &&
			    ora_lengthen(&code, 15 + k % 2) &&
			    ora_state(&c, &code, UINT32_MAX, &seed))
				try_undefined(g, &code, &c, t, name);
	}
	finish(g, t);
}

/* Run fn(worker) in children; their tallies are added up. */
static bool in_children(void (*fn)(const char *, unsigned, struct tally *),
			const char *arg, struct tally *sum)
{
	struct tally *t = mmap(NULL, WORKERS * sizeof(*t),
			       PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[WORKERS];
	bool ok = t != MAP_FAILED;

	memset(sum, 0, sizeof(*sum));
	if (!ok)
		return false;
	fflush(NULL);
	for (unsigned i = 0; i < WORKERS; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			fn(arg, i, &t[i]);
			fflush(NULL);
			_exit(0);
		}
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		int status = 0;

		if (pid[i] < 0 || waitpid(pid[i], &status, 0) < 0 ||
		    status || !t[i].finished) {
			fprintf(stderr, "  worker %u: status %x\n", i,
				(unsigned)status);
			ok = false;
		}
		sum->forms += t[i].forms;
		sum->states += t[i].states;
		sum->encodings += t[i].encodings;
		sum->faults += t[i].faults;
		sum->bad_forms += t[i].bad_forms;
		sum->bad_states += t[i].bad_states;
		for (unsigned k = 0; k < ORA_OPEN_MAX; k++)
			all_forgiven[k] += t[i].forgiven[k];
	}
	munmap(t, WORKERS * sizeof(*t));
	all.forms += sum->forms;
	all.states += sum->states;
	all.encodings += sum->encodings;
	all.faults += sum->faults;
	all.bad_forms += sum->bad_forms;
	all.bad_states += sum->bad_states;
	return ok;
}

void ora_test_total(void)
{
	printf("    %lu forms, %lu encodings, %lu states (%lu random ones and "
	       "edge values for each form), %lu exceptions: %lu differences\n",
	       all.forms, all.encodings, all.states,
	       number("VC_ORACLE_STATES", STATES), all.faults,
	       all.bad_states);
	CU_ASSERT_EQUAL(all.bad_states, 0);
}

static void judge(const char *name, const struct tally *t)
{
	if (t->forms)
		printf("    %s: %lu forms, ", name, t->forms);
	else
		printf("    %s: ", name);
	printf("%lu encodings, %lu states, %lu exceptions, %lu differences\n",
	       t->encodings, t->states, t->faults, t->bad_states);
	CU_ASSERT_EQUAL(t->bad_forms, 0);
	CU_ASSERT_EQUAL(t->bad_states, 0);
	CU_ASSERT_TRUE(t->states > 0 || getenv("VC_ORACLE_FORM"));
}

static void test_with(void (*fn)(const char *, unsigned, struct tally *),
		      const char *name)
{
	const char *why = ora_host_open();
	struct tally t;

	if (why)
		RIG_SKIP(why);
	CU_ASSERT_TRUE(in_children(fn, name, &t));
	judge(name, &t);
}

void ora_test(const char *group)
{
	struct ora_form *forms;
	size_t count, i = 0;

	forms = ora_forms(&count);
	while (i < count && (strcmp(forms[i].group, group) ||
			     ora_left_out(&forms[i])))
		i++;
	if (i == count)
		RIG_SKIP("the host or the engine has none of these forms");
	test_with(work, group);
}

void ora_test_sequences(void)
{
	test_with(work_sequences, "sequences");
}

void ora_test_vector_sequences(void)
{
	if (!ora_host_has_avx())
		RIG_SKIP("the host has no AVX");
	test_with(work_sequences, "vector sequences");
}

/* What becomes of an operation: 1: all of its forms are compared, 2: some,
 * 3: none. */
static unsigned coverage_of(const struct ora_form *forms, size_t count,
			    unsigned op)
{
	unsigned how = 0;

	for (size_t i = 0; i < count; i++)
		if (forms[i].op == op)
			how |= ora_left_out(&forms[i]) ? 2 : 1;
	return how == 3 ? 2 : how == 2 ? 3 : how;
}

void ora_test_coverage(void)
{
	static struct ora_code code;
	unsigned long ops[4] = { 0, 0, 0, 0 };
	uint64_t seed = seed_of("coverage");
	struct ora_form *forms;
	size_t count;

	forms = ora_forms(&count);
	for (unsigned op = X86_BAD + 1; op < X86_OP_COUNT; op++) {
		unsigned how = coverage_of(forms, count, op);

		ops[how]++;
		if (!how)
			fprintf(stderr, "  %s: no form\n", vc__x86_name(op));
	}
	for (size_t i = 0; i < count; i++) {
		const char *a = ora_left_out(&forms[i]), *b;

		if (!ora_encode(&code, &forms[i], &seed, 0))
			continue;
		b = ora_why_not(code.bytes, code.len, forms[i].mode);
		CU_ASSERT_TRUE(a == b || (a && b && !strcmp(a, b)));
	}
	CU_ASSERT_PTR_NOT_NULL(ora_why_not((const uint8_t *)"\x0f\x04\xc0", 3,
					   X86_MODE64));
	printf("    %lu operations: %lu in all forms, %lu in some, %lu left "
	       "out\n", ops[1] + ops[2] + ops[3], ops[1], ops[2], ops[3]);
	CU_ASSERT_EQUAL(ops[0], 0);
}

void ora_test_undefined(void)
{
	test_with(work_undefined, "undefined opcodes");
}

void ora_test_undefined_vex(void)
{
	if (!ora_host_has_avx())
		RIG_SKIP("the host has no AVX");
	test_with(work_undefined_vex, "undefined VEX encodings");
}

void ora_test_fetch(void)
{
	test_with(work_fetch, "instructions cut off or too long");
}
#endif
