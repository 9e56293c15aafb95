/* SPDX-License-Identifier: MIT */
/*
 * test_engine_paging_qemu.c: page walks against QEMU's (TCG), with real
 * delivery of #PF: what test_engine_paging_uc.c cannot see in Unicorn 2.0.1,
 * which is EFER.NXE and the physical address that is reached. The same random
 * tables and the same guest code; QEMU (Debian's qemu-system-x86) runs on a
 * machine of memory alone and is led through its debugger's interface.
 *
 * Compared: fault, error code, CR2; what was read, written or run; A and D.
 * Left out, because QEMU 7.2 does otherwise than the manual:
 *  - bits 62-52 of PAE entries are reserved (SDM 3A §4.4.2); it ignores them,
 *    and they are not drawn;
 *  - P in the error code goes with RSVD (§4.7); it leaves it out;
 *  - A of a PAE PDPTE, which is a reserved bit (table 4-8); it sets it;
 *  - A in the entries that lead to a fault: allowed, but not what we do (§4.8).
 */
#define _POSIX_C_SOURCE 200809L	/* kill */

#include "rig.h"

#if defined(__x86_64__) && defined(__linux__) && !defined(VC_NO_QEMU)
#include "paging_rig.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define STUB	0x500u
#define STUB32	0x540u
#define READY	0x5f0u

/* ---- the debugger's protocol ---- */

struct qemu {
	pid_t pid;
	int to, from;
	bool lost;
	char got[16384];	/* the last packet's text */
};

static bool start(struct qemu *q)
{
	int in[2], out[2], null;

	memset(q, 0, sizeof(*q));
	if (pipe(in))
		return false;
	if (pipe(out)) {
		close(in[0]);
		close(in[1]);
		return false;
	}
	q->pid = fork();
	if (q->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		null = open("/dev/null", O_WRONLY);
		if (null >= 0)
			dup2(null, 2);
		alarm(120);	/* it never outlives us by long */
		execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", "none",
		       "-m", "2M", "-cpu", "max,phys-bits=40,-apic",
		       "-global", "max-x86_64-cpu.apic-id=0", "-accel", "tcg",
		       "-S", "-display", "none", "-nodefaults",
		       "-monitor", "none", "-serial", "none", "-gdb", "stdio",
		       (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	q->to = in[1];
	q->from = out[0];
	return q->pid > 0;
}

static void stop(struct qemu *q)
{
	close(q->to);
	close(q->from);
	if (q->pid > 0) {
		kill(q->pid, SIGKILL);
		waitpid(q->pid, NULL, 0);
	}
}

static int byte(struct qemu *q)
{
	unsigned char c;

	if (q->lost || read(q->from, &c, 1) != 1) {
		q->lost = true;
		return -1;
	}
	return c;
}

/* A packet there; the answer, in q->got. */
static const char *ask(struct qemu *q, const char *what)
{
	char frame[8192];
	unsigned char sum = 0;
	size_t n = 0, len;
	int c;

	for (const char *p = what; *p; p++)
		sum = (unsigned char)(sum + (unsigned char)*p);
	len = (size_t)snprintf(frame, sizeof(frame), "$%s#%02x", what, sum);
	if (len >= sizeof(frame) || write(q->to, frame, len) != (ssize_t)len)
		q->lost = true;
	while ((c = byte(q)) >= 0 && c != '$')
		;
	while ((c = byte(q)) >= 0 && c != '#')
		if (n < sizeof(q->got) - 1)
			q->got[n++] = (char)c;
	q->got[n] = '\0';
	byte(q);
	byte(q);
	if (!q->lost && write(q->to, "+", 1) != 1)
		q->lost = true;
	return q->got;
}

static void put_memory(struct qemu *q, uint64_t at, const uint8_t *b, size_t n)
{
	while (n) {
		size_t part = n < 1024 ? n : 1024;
		char text[2200];
		int len = snprintf(text, sizeof(text), "M%llx,%zx:",
				   (unsigned long long)at, part);

		for (size_t i = 0; i < part; i++)
			len += sprintf(text + len, "%02x", b[i]);
		if (strcmp(ask(q, text), "OK"))
			q->lost = true;
		at += part;
		b += part;
		n -= part;
	}
}

static unsigned hex(char c)
{
	return c <= '9' ? (unsigned)c - '0' : ((unsigned)c | 32) - 'a' + 10;
}

static void bytes_of(const char *text, uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n && text[2 * i] && text[2 * i + 1]; i++)
		b[i] = (uint8_t)(hex(text[2 * i]) << 4 | hex(text[2 * i + 1]));
}

static void get_memory(struct qemu *q, uint64_t at, uint8_t *b, size_t n)
{
	char text[64];

	memset(b, 0, n);
	snprintf(text, sizeof(text), "m%llx,%zx", (unsigned long long)at, n);
	bytes_of(ask(q, text), b, n);
}

/* Registers by QEMU's numbers. */
enum { Q_RAX = 0, Q_RDX = 3, Q_RSP = 7, Q_RIP = 16, Q_CS = 18, Q_CR2 = 28 };

static uint64_t get_reg(struct qemu *q, unsigned n)
{
	uint8_t b[8] = { 0 };
	uint64_t v = 0;
	char text[16];

	snprintf(text, sizeof(text), "p%x", n);
	bytes_of(ask(q, text), b, 8);
	for (unsigned i = 0; i < 8; i++)
		v |= (uint64_t)b[i] << i * 8;
	return v;
}

static void set_reg(struct qemu *q, unsigned n, uint64_t v, unsigned size)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "P%x=", n);

	for (unsigned i = 0; i < size; i++)
		len += sprintf(text + len, "%02x",
			       (unsigned)(v >> i * 8 & 0xff));
	if (strcmp(ask(q, text), "OK"))
		q->lost = true;
}

static void break_at(struct qemu *q, uint64_t at)
{
	char text[64];

	snprintf(text, sizeof(text), "Z0,%llx,1", (unsigned long long)at);
	if (strcmp(ask(q, text), "OK"))
		q->lost = true;
}

/* ---- the guest, there ---- */

/* From reset to where put_setup()'s code can begin: 32-bit protected mode, or
 * 64-bit with the identity mapped. Ends at READY. */
static void put_stub(struct sys *t, bool wide)
{
	sys_put(t, SYS_DATA, 2, SYS_GDT_LIMIT);
	sys_put(t, SYS_DATA + 2, 8, SYS_GDT);
	sys_put(t, SYS_DATA + 0x20, 2, 0xfff);
	sys_put(t, SYS_DATA + 0x22, 8, SYS_IDT);
	t->at = STUB;	/* lgdt; lidt; cr0.PE; jmp far */
	SYS_EMIT(t, 0x66, 0x0f, 0x01, 0x16, LE16(SYS_DATA),
		 0x66, 0x0f, 0x01, 0x1e, LE16(SYS_DATA + 0x20),
		 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0,
		 0x66, 0xea, LE32(STUB32), LE16(SEL_CODE32));
	t->at = STUB32;	/* ds, es, ss; ltr */
	SYS_EMIT(t, 0xb8, LE32(SEL_DATA), 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0,
		 0xbc, LE32(SYS_STACK), 0xb8, LE32(SEL_TSS), 0x0f, 0x00, 0xd8);
	if (wide)	/* cr4, efer, cr3, cr0; jmp far */
		SYS_EMIT(t, 0xb8, LE32(0x20), 0x0f, 0x22, 0xe0,
			 0xb9, LE32(0xc0000080), 0xb8, LE32(0x100), 0x31, 0xd2,
			 0x0f, 0x30, 0xb8, LE32(SYS_PML4), 0x0f, 0x22, 0xd8,
			 0xb8, LE32(0x80010021), 0x0f, 0x22, 0xc0,
			 0xea, LE32(READY), LE16(SEL_CODE64));
	else
		SYS_EMIT(t, 0xea, LE32(READY), LE16(SEL_CODE32));
	t->at = READY;
	SYS_EMIT(t, 0xeb, 0xfe);
}

static bool boot(struct qemu *q, struct sys *t, bool wide)
{
	static const unsigned vectors[] = { 3, 6, 8, 13, 14 };

	put_stub(t, wide);
	ask(q, "qSupported");
	/* who has not asked for this may not name registers */
	ask(q, "qXfer:features:read:target.xml:0,ff0");
	if (strcmp(ask(q, "Qqemu.PhyMemMode:1"), "OK"))
		return false;
	put_memory(q, 0, t->ram, 0x10000);
	put_memory(q, SYS_HANDLERS, t->ram + SYS_HANDLERS, 0x1000);
	put_memory(q, UCODE, t->ram + UCODE, SYS_RAM - UCODE);
	for (unsigned i = 0; i < 5; i++)
		break_at(q, sys_handler(vectors[i]));
	break_at(q, READY);
	set_reg(q, Q_CS, 0, 4);
	set_reg(q, Q_RIP, STUB, 8);
	ask(q, "c");
	return !q->lost && get_reg(q, Q_RIP) == READY;
}

/* Tables that matter: four entries of each. */
static const uint32_t tables[][2] = { { SYS_PML4, 32 }, { SYS_PDPT, 32 },
	{ PD32, 32 } };

static void put_tables(struct qemu *q, const uint8_t *ram)
{
	for (unsigned i = 0; i < 3; i++)
		put_memory(q, tables[i][0], ram + tables[i][0], tables[i][1]);
	for (uint32_t at = POOL; at < POOL_END; at += 4096)
		put_memory(q, at, ram + at, 32);
}

static void get_tables(struct qemu *q, uint8_t *ram)
{
	for (unsigned i = 0; i < 3; i++)
		get_memory(q, tables[i][0], ram + tables[i][0], tables[i][1]);
	for (uint32_t at = POOL; at < POOL_END; at += 4096)
		get_memory(q, at, ram + at, 32);
}

static void run_qemu(struct qemu *q, struct sys *t, const struct probe *p,
		     struct result *o)
{
	uint32_t code = p->cpl ? UCODE : SYS_CODE;
	uint8_t raw[4];
	uint64_t rip;

	put_tables(q, t->ram);
	put_memory(q, START, t->ram + START, 0x100);
	put_memory(q, code, t->ram + code, 16);
	set_reg(q, Q_RIP, START, 8);
	ask(q, "c");
	memset(o, 0, sizeof(*o));
	rip = get_reg(q, Q_RIP);
	o->vector = rip >= SYS_HANDLERS && rip < SYS_HANDLERS + 0x1000 ?
		    (int)(rip - SYS_HANDLERS) / 16 : -1;
	o->eax = (uint32_t)get_reg(q, Q_RAX);
	o->edx = (uint32_t)get_reg(q, Q_RDX);
	if (o->vector == 14) {
		o->cr2 = get_reg(q, Q_CR2);
		get_memory(q, get_reg(q, Q_RSP), raw, 4);
		o->error = raw[0] | (uint32_t)raw[1] << 8;
		if (o->error & 8)
			o->error |= 1;
	}
}

/* ---- comparing ---- */

static bool same_tables(const uint8_t *ours, const uint8_t *theirs,
			unsigned size, bool fault)
{
	for (uint32_t at = SYS_PML4; at < POOL_END; at++) {
		uint8_t lacking = (uint8_t)(theirs[at] & ~ours[at]);

		if (at >= SYS_PT && at < PD32)
			at = PD32;
		if (at >= PT32 && at < POOL)
			at = POOL;
		lacking = (uint8_t)(theirs[at] & ~ours[at]);
		if (ours[at] & ~theirs[at])
			return false;
		if (lacking && (!fault || at % size || lacking != A))
			return false;
	}
	return true;
}

/* What ours has stored, there too? It is put back there. */
static bool same_stores(struct qemu *q, const uint8_t *before,
			const uint8_t *ours)
{
	bool same = true;

	for (uint32_t at = PLACE; at < SYS_RAM; at += 16) {
		uint8_t raw[16];

		if (!memcmp(before + at, ours + at, 16))
			continue;
		get_memory(q, at, raw, 16);
		same = same && !memcmp(raw, ours + at, 16);
		put_memory(q, at, before + at, 16);
	}
	return same;
}

static void walks(enum paging mode, uint64_t seed, unsigned count)
{
	struct sys *t = guest(mode, NULL);
	uint8_t *before = malloc(SYS_RAM), *theirs = malloc(SYS_RAM);
	unsigned done = 0, rights = 0, reserved = 0, executed = 0, nx = 0;
	unsigned wrong = 0, stored = 0;
	void (*pipe_was)(int);
	struct qemu q;
	bool up;

	CU_ASSERT_FATAL(before && theirs);
	pipe_was = signal(SIGPIPE, SIG_IGN);
	up = start(&q) && boot(&q, t, mode == LONG);
	for (unsigned i = 0; up && i < count && wrong < 5 && !q.lost; i++) {
		struct result ours, their;
		struct probe p;
		bool same;

		if (i % 8 == 0)
			draw_tables(t, mode, 8, &seed);
		draw_probe(&p, mode, &seed);
		memcpy(before, t->ram, SYS_RAM);
		if (hits_us(t, &p))
			continue;
		put_setup(t, &p);
		memcpy(before, t->ram, SYS_RAM);
		RIG_OK(vc_memory_written(t->vm, 0, SYS_RAM));
		run_ours(t, &p, &ours);
		if (ours.nowhere) {	/* QEMU would end, for code there */
			memcpy(t->ram, before, SYS_RAM);
			continue;
		}
		{
			struct sys there = *t;

			there.ram = before;
			run_qemu(&q, &there, &p, &their);
		}
		memcpy(theirs, before, SYS_RAM);
		get_tables(&q, theirs);
		for (unsigned k = 0; mode == PAE && k < 4; k++)
			theirs[SYS_PDPT + k * 8] &= (uint8_t)~A;
		same = ours.vector == their.vector &&
		       same_tables(t->ram, theirs, mode == LEGACY ? 4 : 8,
				   ours.vector == 14) &&
		       same_stores(&q, before, t->ram);
		if (ours.vector == 14)
			same = same && ours.error == their.error &&
			       ours.cr2 == their.cr2;
		else
			same = same && ours.eax == their.eax &&
			       ours.edx == their.edx;
		done += ours.vector == 3;
		executed += ours.vector == 3 && p.kind == 'x';
		stored += ours.vector == 3 && p.kind == 'w';
		rights += ours.vector == 14 && (ours.error & 9) == 1;
		nx += ours.vector == 14 && (ours.error & 0x19) == 0x11 &&
		      p.efer & 0x800;
		reserved += ours.vector == 14 && ours.error & 8;
		if (!same && !q.lost) {
			wrong++;
			fprintf(stderr, "case %u: %c%u at %llx, cpl %u, cr0 %x "
				"cr4 %x efer %x flags %x: ours %d %x %llx %x "
				"%x, QEMU %d %x %llx %x %x\n", i, p.kind,
				p.size, (unsigned long long)p.la, p.cpl, p.cr0,
				p.cr4, p.efer, p.flags, ours.vector,
				ours.error, (unsigned long long)ours.cr2,
				ours.eax, ours.edx, their.vector, their.error,
				(unsigned long long)their.cr2, their.eax,
				their.edx);
		}
		memcpy(t->ram, before, SYS_RAM);
	}
	if (q.pid)
		stop(&q);
	signal(SIGPIPE, pipe_was);
	free(before);
	free(theirs);
	sys_free(t);
	if (!up)
		RIG_SKIP("no qemu-system-x86_64 that can be led");
	CU_ASSERT(!q.lost);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(done > count / 20);
	CU_ASSERT(executed > 2);
	CU_ASSERT(stored > count / 60);
	CU_ASSERT(rights > count / 30);
	CU_ASSERT(mode == LEGACY || nx > 3);
	CU_ASSERT(mode == LEGACY || reserved > count / 60);
}

#else

enum paging { LEGACY, PAE, LONG };

static void walks(enum paging mode, uint64_t seed, unsigned count)
{
	(void)mode, (void)seed, (void)count;
	RIG_SKIP("QEMU is led on x86-64 Linux only");
}

#endif

static void test_paging_32_bit_walks_as_qemu(void)
{
	walks(LEGACY, 0x7654321, 600);
}

static void test_paging_pae_walks_as_qemu(void)
{
	walks(PAE, 0xabcdef1, 600);
}

static void test_paging_4_level_walks_as_qemu(void)
{
	walks(LONG, 0xfeedbeef, 800);
}

RIG_SUITE(engine_paging_qemu) {
	RIG_TEST(test_paging_32_bit_walks_as_qemu),
	RIG_TEST(test_paging_pae_walks_as_qemu),
	RIG_TEST(test_paging_4_level_walks_as_qemu),
	RIG_END
};
