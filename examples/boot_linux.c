/* SPDX-License-Identifier: MIT */
/*
 * Boot a Linux kernel on the library's PC board, with the terminal as its
 * serial console. Teaches: making a board, starting a kernel from files, one
 * thread per vCPU, stopping from another thread, input for a device.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <virtcore.h>
#include <virtcore/machine.h>

/* How the program ends. */
enum {
	ENDED		= 0,	/* the guest powered off or reset */
	CANNOT_START	= 1,
	USAGE		= 2,
	TRIPLE_FAULT	= 3,
	HALTED		= 4,	/* for ever: interrupts are off */
	FAILED		= 5,	/* the backend could not go on */
	LEFT		= 6,	/* Ctrl-A x */
};

static const char help[] =
"usage: boot_linux --kernel FILE [OPTION]...\n"
"\n"
"Boots a Linux kernel (bzImage, or vmlinux with a PVH note) with the terminal\n"
"as its serial console, until the guest powers off or resets.\n"
"\n"
"  --kernel FILE      the kernel\n"
"  --initrd FILE      an initial RAM disk\n"
"  --append TEXT      the kernel's command line; without it:\n"
"                     \"console=ttyS0 panic=-1 reboot=t\"\n"
"  --memory SIZE      RAM, as 512M or 2G; a bare number is MiB (512M)\n"
"  --cpus N           virtual processors, 1 to 64 (1)\n"
"  --cpu MODEL        what processor the guest sees: x86-64, x86-64-v2,\n"
"                     x86-64-v3 or max (the backend's choice)\n"
"  --backend NAME     what runs the guest: auto, interp, kvm, ... (auto)\n"
"  --clock KIND       real: the host's time; virtual: a nanosecond for each\n"
"                     instruction, so that runs repeat exactly (real)\n"
"  --quiet            say nothing but what the guest says\n"
"  --help             this text\n"
"\n"
"Keys, when standard input is a terminal: Ctrl-A x leaves, Ctrl-A h helps,\n"
"Ctrl-A Ctrl-A sends one Ctrl-A.\n"
"\n"
"Exit status: 0 the guest powered off or reset (through a debug port: with the\n"
"guest's code), 1 it could not be started, 2 wrong usage, 3 triple fault, 4\n"
"halted with interrupts off, 5 the backend failed, 6 left by Ctrl-A x.\n";

struct settings {
	const char *kernel, *initrd, *append;
	uint64_t memory;
	uint32_t cpus, cpu_model, backend, vm_flags;
	int quiet;
};

struct machine {
	vc_vm *vm;
	vc_board *board;
	vc_device *com1;
	uint32_t cpus;
	int quiet;
	int quit[2];		/* a pipe: closing its end stops the input */
	pthread_mutex_t lock;
	int done, status;	/* under lock: the first reason to end */
	const char *why;
};

static int fail(int status, const char *what, const char *why)
{
	fprintf(stderr, "boot_linux: %s%s%s\n", what, why ? ": " : "",
		why ? why : "");
	return status;
}

/* ---- options ---- */

static int parse_size(const char *text, uint64_t *out)
{
	char *end;
	unsigned long long v;
	int shift = 20;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (end == text || errno || *text == '-')
		return -1;
	if (*end == 'K' || *end == 'k')
		shift = 10, end++;
	else if (*end == 'M' || *end == 'm')
		end++;
	else if (*end == 'G' || *end == 'g')
		shift = 30, end++;
	if (*end || v == 0 || v > UINT64_MAX >> shift)
		return -1;
	*out = v << shift & ~(uint64_t)(VC_PAGE_SIZE - 1);
	return 0;
}

static int set_backend(struct settings *s, const char *name)
{
	int id = vc_backend_find(name);
	uint32_t ids[16];
	int n;

	if (id >= 0) {
		s->backend = (uint32_t)id;
		return 0;
	}
	fprintf(stderr, "boot_linux: --backend: there is no \"%s\"; this "
		"library has: auto", name);
	n = vc_backend_list(ids, 16);
	for (int i = 0; i < n && i < 16; i++)
		fprintf(stderr, " %s", vc_backend_name(ids[i]));
	fprintf(stderr, "\n");
	return USAGE;
}

static int set_cpu(struct settings *s, const char *name)
{
	static const struct { const char *name; uint32_t model; } models[] = {
		{ "x86-64", VC_CPU_X86_64 }, { "x86-64-v2", VC_CPU_X86_64_V2 },
		{ "x86-64-v3", VC_CPU_X86_64_V3 }, { "max", VC_CPU_MAX },
	};

	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++)
		if (!strcmp(name, models[i].name)) {
			s->cpu_model = models[i].model;
			return 0;
		}
	return fail(USAGE, "--cpu: none of x86-64, x86-64-v2, x86-64-v3, max",
		    name);
}

/* One option and its value; USAGE when it is wrong. */
static int set_option(struct settings *s, const char *name, const char *value)
{
	char *end;
	unsigned long n;

	if (!strcmp(name, "--kernel")) {
		s->kernel = value;
	} else if (!strcmp(name, "--initrd")) {
		s->initrd = value;
	} else if (!strcmp(name, "--append")) {
		s->append = value;
	} else if (!strcmp(name, "--memory")) {
		if (parse_size(value, &s->memory))
			return fail(USAGE, "--memory: not a size like 512M",
				    value);
	} else if (!strcmp(name, "--cpus")) {
		n = strtoul(value, &end, 10);
		if (end == value || *end || n < 1 || n > VC_VCPU_MAX)
			return fail(USAGE, "--cpus: not a number from 1 to 64",
				    value);
		s->cpus = (uint32_t)n;
	} else if (!strcmp(name, "--cpu")) {
		return set_cpu(s, value);
	} else if (!strcmp(name, "--backend")) {
		return set_backend(s, value);
	} else {	/* --clock */
		if (strcmp(value, "real") && strcmp(value, "virtual"))
			return fail(USAGE, "--clock: neither real nor virtual",
				    value);
		s->vm_flags = *value == 'v' ? VC_VM_VIRTUAL_TIME : 0;
	}
	return 0;
}

static int is_option(const char *name)
{
	static const char *const names[] = {
		"--kernel", "--initrd", "--append", "--memory", "--cpus",
		"--cpu", "--backend", "--clock",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return 1;
	return 0;
}

static int parse(struct settings *s, int argc, char **argv)
{
	int rc;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(help, stdout);
			exit(0);
		}
		if (!strcmp(argv[i], "--quiet")) {
			s->quiet = 1;
			continue;
		}
		if (!is_option(argv[i]))
			return fail(USAGE, "no such option (try --help)",
				    argv[i]);
		if (i + 1 == argc)
			return fail(USAGE, "a value is missing after", argv[i]);
		rc = set_option(s, argv[i], argv[i + 1]);
		if (rc)
			return rc;
		i++;
	}
	if (!s->kernel)
		return fail(USAGE, "--kernel is missing (try --help)", NULL);
	if (s->cpus > 1 && s->vm_flags)
		return fail(USAGE, "--clock virtual goes with one CPU only",
			    NULL);
	return 0;
}

/* ---- the console ---- */

static void console_out(const void *bytes, size_t len, void *opaque)
{
	const char *p = bytes;

	(void)opaque;
	while (len) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;		/* nobody listens any more */
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}

static struct termios cooked;
static volatile sig_atomic_t raw_terminal;

static void restore_terminal(void)
{
	if (raw_terminal)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &cooked);
	raw_terminal = 0;
}

static void die_politely(int sig)
{
	restore_terminal();	/* tcsetattr is safe in a handler */
	signal(sig, SIG_DFL);
	raise(sig);
}

static void make_terminal_raw(void)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGPIPE, SIGQUIT,
				     SIGTERM };
	struct termios t;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &cooked))
		return;
	t = cooked;
	t.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | INPCK | ISTRIP |
				 IXON);
	t.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	/* SIGPIPE: the reader of the console's output has gone. */
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], die_politely);
	if (!tcsetattr(STDIN_FILENO, TCSAFLUSH, &t))
		raw_terminal = 1;
}

/* The first reason to end counts; every vCPU is told. */
static void end(struct machine *m, int status, const char *why)
{
	pthread_mutex_lock(&m->lock);
	if (!m->done) {
		m->done = 1;
		m->status = status;
		m->why = why;
		for (uint32_t i = 0; i < m->cpus; i++)
			vc_vcpu_cancel(vc_vm_vcpu(m->vm, i));
	}
	pthread_mutex_unlock(&m->lock);
}

/* Wait until there is input or the machine has ended; 0: ended. */
static int wait_input(struct machine *m, int want_input, int ms)
{
	struct pollfd p[2] = {
		{ .fd = m->quit[0], .events = POLLIN },
		{ .fd = want_input ? STDIN_FILENO : -1, .events = POLLIN },
	};

	while (poll(p, 2, ms) < 0)
		if (errno != EINTR)
			return 0;
	return !p[0].revents;
}

/* Hand bytes to the serial port as fast as the guest takes them. */
static int feed(struct machine *m, const char *bytes, uint32_t len)
{
	while (len) {
		uint32_t n = vc_uart16550_receive(m->com1, bytes, len);

		bytes += n;
		len -= n;
		if (len && !wait_input(m, 0, 2))
			return 0;
	}
	return 1;
}

static int key(struct machine *m, char c, int *escaped)
{
	if (!*escaped && c == 1 && raw_terminal) {
		*escaped = 1;
		return 1;
	}
	if (*escaped) {
		*escaped = 0;
		if (c == 'x') {
			end(m, LEFT, "left by Ctrl-A x");
			return 0;
		}
		if (c == 'h') {
			fputs("\r\nCtrl-A x leaves, Ctrl-A Ctrl-A sends one\r\n",
			      stderr);
			return 1;
		}
		if (c != 1)
			return 1;
	}
	return feed(m, &c, 1);
}

static void *read_input(void *opaque)
{
	struct machine *m = opaque;
	char buffer[256];
	int escaped = 0;

	while (wait_input(m, 1, -1)) {
		ssize_t n = read(STDIN_FILENO, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			if (!key(m, buffer[i], &escaped))
				return NULL;
	}
	return NULL;
}

/* ---- running ---- */

static void stopped(struct machine *m, const vc_exit *e)
{
	switch (e->reason) {
	case VC_EXIT_POWEROFF:
		end(m, (int)(e->poweroff.code & 0xff), "the guest powered off");
		break;
	case VC_EXIT_RESET:
		end(m, ENDED, "the guest reset the machine");
		break;
	case VC_EXIT_SHUTDOWN:
		end(m, TRIPLE_FAULT, "triple fault");
		break;
	case VC_EXIT_HALT:
		end(m, HALTED, "halted with interrupts off");
		break;
	case VC_EXIT_FAIL:
		end(m, FAILED, e->fail.code == VC_FAIL_FETCH ?
		    "the guest ran off into what is no memory" :
		    "the backend cannot go on");
		break;
	default:
		break;		/* cancelled: someone has said why */
	}
}

static int is_done(struct machine *m)
{
	int done;

	pthread_mutex_lock(&m->lock);
	done = m->done;
	pthread_mutex_unlock(&m->lock);
	return done;
}

struct worker {
	struct machine *m;
	vc_vcpu *vcpu;
	pthread_t thread;
};

static void *run_vcpu(void *opaque)
{
	struct worker *w = opaque;
	vc_exit *e;

	while (!is_done(w->m)) {
		if (vc_vcpu_run(w->vcpu, &e)) {
			fail(0, "vc_vcpu_run", vc_last_error());
			end(w->m, FAILED, "the library failed");
			break;
		}
		stopped(w->m, e);
	}
	return NULL;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void report(const struct machine *m, double took)
{
	double insns = 0;
	char text[160];
	uint64_t warnings;

	for (uint32_t i = 0; i < m->cpus; i++) {
		vc_vcpu *v = vc_vm_vcpu(m->vm, i);

		insns += (double)vc_vcpu_retired(v);
		if (!vc_vcpu_warnings(v, &warnings, text, sizeof(text)) &&
		    warnings)
			fprintf(stderr, "boot_linux: vCPU %u: %llu warnings, "
				"the last: %s\n", i,
				(unsigned long long)warnings, text);
	}
	fprintf(stderr, "boot_linux: %s after %.2f s", m->why, took);
	if (insns > 0)
		fprintf(stderr, ", %.0f million instructions, %.0f million a "
			"second", insns / 1e6, insns / 1e6 / took);
	fprintf(stderr, "\n");
}

static int run(struct machine *m)
{
	struct worker *w = calloc(m->cpus, sizeof(*w));
	pthread_t input;
	double start = seconds();
	uint32_t n = 0;

	if (!w || pipe(m->quit)) {
		free(w);
		return fail(CANNOT_START, "out of memory or files", NULL);
	}
	make_terminal_raw();
	if (pthread_create(&input, NULL, read_input, m)) {
		restore_terminal();
		free(w);
		return fail(CANNOT_START, "no thread for the input", NULL);
	}
	for (; n < m->cpus; n++) {
		w[n].m = m;
		w[n].vcpu = vc_vm_vcpu(m->vm, n);
		if (pthread_create(&w[n].thread, NULL, run_vcpu, &w[n])) {
			end(m, CANNOT_START, "no thread for a vCPU");
			break;
		}
	}
	while (n)
		pthread_join(w[--n].thread, NULL);
	close(m->quit[1]);
	pthread_join(input, NULL);
	close(m->quit[0]);
	restore_terminal();
	free(w);
	if (!m->quiet)
		report(m, seconds() - start);
	return m->status;
}

static int make(struct machine *m, const struct settings *s)
{
	vc_vm_options vo = VC_VM_OPTIONS_INIT;
	vc_board_options bo = VC_BOARD_OPTIONS_INIT;

	vo.backend = s->backend;
	vo.vcpu_max = s->cpus;
	vo.flags = s->vm_flags;
	vo.cpu_model = s->cpu_model;
	bo.ram = s->memory;
	bo.vcpus = s->cpus;
	bo.unix_s = s->vm_flags ? 0 : (int64_t)time(NULL);
	bo.console = console_out;
	if (vc_vm_create(&m->vm, &vo))
		return fail(CANNOT_START, "no virtual machine",
			    vc_last_error());
	if (vc_board_create(&m->board, m->vm, &bo))
		return fail(CANNOT_START, "no board", vc_last_error());
	if (vc_boot_file(m->board, s->kernel, s->initrd, s->append))
		return fail(CANNOT_START, "cannot boot", vc_last_error());
	m->com1 = vc_board_chip(m->board, VC_CHIP_COM1);
	m->cpus = s->cpus;
	m->quiet = s->quiet;
	return 0;
}

int main(int argc, char **argv)
{
	struct settings s = {
		.append = "console=ttyS0 panic=-1 reboot=t",
		.memory = (uint64_t)512 << 20, .cpus = 1,
	};
	struct machine m = { .lock = PTHREAD_MUTEX_INITIALIZER };
	int status = parse(&s, argc, argv);

	if (!status)
		status = make(&m, &s);
	if (!status)
		status = run(&m);
	vc_vm_destroy(m.vm);
	return status;
}
