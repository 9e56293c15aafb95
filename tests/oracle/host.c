/* SPDX-License-Identifier: MIT */
/*
 * host.c: one instruction on the host's processor, from a given state.
 *
 * A trampoline loads all registers and jumps to the instruction. Where that
 * goes on it finds a pad, which notes its number and jumps to code that saves
 * all registers. A fault arrives as a signal, with the registers in its frame.
 * 32-bit code is reached by a far jump to the kernel's segment for it.
 */
#if defined(__x86_64__) && defined(__linux__)
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <cpuid.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "oracle.h"

/* The control block's offsets, for the assembler too. */
#define CTL		0x30000000
#define C_GPR		(CTL + 0x000)
#define C_FLAGS		(CTL + 0x080)
#define C_RIP		(CTL + 0x088)
#define C_FAR		(CTL + 0x090)
#define C_PAD		(CTL + 0x098)
#define C_SP		(CTL + 0x0a0)
#define C_MXCSR		(CTL + 0x0a8)
#define C_OUT		(CTL + 0x100)
#define C_OUT_FLAGS	(CTL + 0x180)
#define C_FX		(CTL + 0x200)	/* 832 bytes with AVX */
#define C_OUT_FX	(CTL + 0x600)
#define STUB		0x10100000
#define STUB_EXIT	(STUB + 0x200)
#define STUB_FAULT	(STUB + 0x300)
#define STUB_EXIT32	(STUB + 0x400)

#define CS_64		0x33
#define CS_32		0x23
#define DS_32		0x2b

#define TEXT_(x)	#x
#define TEXT(x)		TEXT_(x)

/* What of XSAVE's area is used: x87, SSE, AVX; SDM 1 §13.4.2, §13.4.3. */
#define XSAVE_PARTS	7
#define XSAVE_BV	512u
#define XSAVE_HIGH	576u

/*
 * Macro names are caseless: LEAVE would take the compiler's own `leave`.
 * The blobs are copied to STUB; all they name are absolute addresses. There is
 * one for hosts with AVX and one for others.
 */
extern const uint8_t vc__ora_stub[], vc__ora_stub_end[];
extern const uint8_t vc__ora_stub_avx[], vc__ora_stub_avx_end[];
__asm__(
"	.pushsection .rodata\n"
"	.globl vc__ora_stub, vc__ora_stub_end\n"
"	.hidden vc__ora_stub, vc__ora_stub_end\n"
"	.globl vc__ora_stub_avx, vc__ora_stub_avx_end\n"
"	.hidden vc__ora_stub_avx, vc__ora_stub_avx_end\n"
"	.macro ORA_LOAD\n"
"	mov 0x30000000, %rax\n	mov 0x30000008, %rcx\n"
"	mov 0x30000010, %rdx\n	mov 0x30000018, %rbx\n"
"	mov 0x30000028, %rbp\n"
"	mov 0x30000030, %rsi\n	mov 0x30000038, %rdi\n"
"	mov 0x30000040, %r8\n	mov 0x30000048, %r9\n"
"	mov 0x30000050, %r10\n	mov 0x30000058, %r11\n"
"	mov 0x30000060, %r12\n	mov 0x30000068, %r13\n"
"	mov 0x30000070, %r14\n	mov 0x30000078, %r15\n"
"	mov 0x30000020, %rsp\n"
"	.endm\n"
"	.macro ORA_ENTER avx\n"
"	push %rbx\n	push %rbp\n	push %r12\n	push %r13\n"
"	push %r14\n	push %r15\n"
"	mov %rsp, " TEXT(C_SP) "\n"
"	.if \\avx\n"
"	mov $" TEXT(XSAVE_PARTS) ", %eax\n	xor %edx, %edx\n"
"	xrstor64 " TEXT(C_FX) "\n"
"	.else\n"
"	fxrstor64 " TEXT(C_FX) "\n"
"	.endif\n"
"	.endm\n"
"	.macro ORA_LEAVE avx\n"
"	pushq $0x202\n	popfq\n"
"	fninit\n"
"	ldmxcsr " TEXT(C_MXCSR) "\n"
"	.if \\avx\n	vzeroupper\n	.endif\n"
"	xor %eax, %eax\n"
"	mov %eax, %ds\n	mov %eax, %es\n"
"	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n"
"	pop %rbp\n	pop %rbx\n"
"	ret\n"
"	.endm\n"
"	.macro ORA_STUB name, avx\n"
"\\name:\n"
"	ORA_ENTER \\avx\n"
"	pushq " TEXT(C_FLAGS) "\n	popfq\n"
"	ORA_LOAD\n"
"	jmp *" TEXT(C_RIP) "\n"
"	.org \\name + 0x100, 0xcc\n"
"	ORA_ENTER \\avx\n"
"	mov $" TEXT(DS_32) ", %eax\n"
"	mov %eax, %ds\n	mov %eax, %es\n"
"	pushq " TEXT(C_FLAGS) "\n	popfq\n"
"	ORA_LOAD\n"
"	ljmp *" TEXT(C_FAR) "\n"
"	.org \\name + 0x200, 0xcc\n"	/* STUB_EXIT */
"	mov %rax, 0x30000100\n	mov %rcx, 0x30000108\n"
"	mov %rdx, 0x30000110\n	mov %rbx, 0x30000118\n"
"	mov %rsp, 0x30000120\n	mov %rbp, 0x30000128\n"
"	mov %rsi, 0x30000130\n	mov %rdi, 0x30000138\n"
"	mov %r8, 0x30000140\n	mov %r9, 0x30000148\n"
"	mov %r10, 0x30000150\n	mov %r11, 0x30000158\n"
"	mov %r12, 0x30000160\n	mov %r13, 0x30000168\n"
"	mov %r14, 0x30000170\n	mov %r15, 0x30000178\n"
"	mov " TEXT(C_SP) ", %rsp\n"
"	pushfq\n	popq " TEXT(C_OUT_FLAGS) "\n"
"	.if \\avx\n"
"	mov $" TEXT(XSAVE_PARTS) ", %eax\n	xor %edx, %edx\n"
"	xsave64 " TEXT(C_OUT_FX) "\n"
"	.else\n"
"	fxsave64 " TEXT(C_OUT_FX) "\n"
"	.endif\n"
"	ORA_LEAVE \\avx\n"
"	.org \\name + 0x300, 0xcc\n"	/* STUB_FAULT */
"	mov " TEXT(C_SP) ", %rsp\n"
"	ORA_LEAVE \\avx\n"
"	.org \\name + 0x400, 0xcc\n"	/* STUB_EXIT32 */
"	.byte 0xea\n	.long " TEXT(STUB_EXIT) "\n	.short " TEXT(CS_64) "\n"
"\\name\\()_end:\n"
"	.endm\n"
"	ORA_STUB vc__ora_stub, 0\n"
"	ORA_STUB vc__ora_stub_avx, 1\n"
"	.popsection\n");

static uint64_t fs_base;
static bool have_low, have_avx;
static uint8_t *data_page;
static volatile sig_atomic_t running;
static struct ora_result *result;
static uint8_t alt_stack[65536];

static void put32(uint32_t at, uint64_t v)
{
	uint32_t v32 = (uint32_t)v;

	memcpy((void *)(uintptr_t)at, &v32, 4);
}

static void put64(uint32_t at, uint64_t v)
{
	memcpy((void *)(uintptr_t)at, &v, 8);
}

static uint64_t get64(uint32_t at)
{
	uint64_t v;

	memcpy(&v, (void *)(uintptr_t)at, 8);
	return v;
}

/* YMM's upper halves in the kernel's frame, where the kernel says that it put
 * them there (struct _fpx_sw_bytes of its headers) and they are not all 0. */
static void take_high(const uint8_t *fp)
{
	static const uint32_t magic = 0x46505853;

	memset(result->regs.high, 0, sizeof(result->regs.high));
	if (have_avx && !memcmp(fp + 464, &magic, 4) && (fp[XSAVE_BV] & 4))
		memcpy(result->regs.high, fp + XSAVE_HIGH,
		       sizeof(result->regs.high));
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	static const int order[16] = {
		REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI,
		REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13,
		REG_R14, REG_R15
	};
	ucontext_t *uc = context;
	greg_t *g = uc->uc_mcontext.gregs;

	(void)info;
	if (!running) {		/* one of our own */
		signal(sig, SIG_DFL);
		return;
	}
	running = 0;
	for (int i = 0; i < 16; i++)
		result->regs.gpr[i] = (uint64_t)g[order[i]];
	result->regs.rip = (uint64_t)g[REG_RIP];
	result->regs.rflags = (uint64_t)g[REG_EFL];
	memcpy(result->regs.fx, uc->uc_mcontext.fpregs, 512);
	take_high((const uint8_t *)uc->uc_mcontext.fpregs);
	result->vector = (int)g[REG_TRAPNO];
	result->error = (uint32_t)g[REG_ERR];
	result->cr2 = (uint64_t)g[REG_CR2];
	g[REG_RIP] = STUB_FAULT;
	g[REG_RSP] = (greg_t)get64(C_SP);
	g[REG_EFL] = 0x202;
	g[REG_CSGSFS] = (g[REG_CSGSFS] & ~(greg_t)0xffff) | CS_64;
}

static void *map_at(uint32_t at, size_t len, int prot)
{
	void *want = (void *)(uintptr_t)at;
	void *p = mmap(want, len, prot, MAP_PRIVATE | MAP_ANONYMOUS |
		       MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (p != want) {	/* a kernel without the flag */
		munmap(p, len);
		return NULL;
	}
	return p;
}

/* The three pages at ORA_DATA and ORA_LOW, of memory that is this process's:
 * what is there already, of the parent's, is replaced. */
static bool map_data(void)
{
	const int how = MAP_SHARED | MAP_FIXED;
	uint8_t *data = (uint8_t *)(uintptr_t)ORA_DATA;
	uint8_t *low = (uint8_t *)(uintptr_t)ORA_LOW;
	int fd = (int)syscall(SYS_memfd_create, "oracle", 1u);
	bool ok = fd >= 0 && ftruncate(fd, ORA_DATA_SIZE) == 0 &&
		  mmap(data, ORA_DATA_SIZE, PROT_READ | PROT_WRITE, how, fd,
		       0) == data;
	void *p = ok ? mmap(NULL, ORA_DATA_SIZE, PROT_READ | PROT_WRITE,
			    MAP_SHARED, fd, 0) : MAP_FAILED;

	ok = p != MAP_FAILED;
	if (ok) {
		data_page = p;
		memset(data_page, 1, ORA_DATA_SIZE);
		memset(data, 1, ORA_DATA_SIZE);
		ok = mprotect(data + ORA_RW_SIZE, 4096, PROT_READ) == 0 &&
		     *(volatile uint8_t *)(data + ORA_RW_SIZE) == 1;
	}
	if (ok && have_low) {
		ok = mmap(low, ORA_DATA_SIZE, PROT_READ | PROT_WRITE, how, fd,
			  0) == low;
		if (ok) {
			memset(low, 1, ORA_DATA_SIZE);
			ok = mprotect(low + ORA_RW_SIZE, 4096, PROT_READ) == 0 &&
			     *(volatile uint8_t *)(low + ORA_RW_SIZE) == 1;
		}
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

/* mov dword [C_PAD], at; jmp exit */
static void make_pad(uint32_t at, bool code64)
{
	uint8_t b[ORA_PAD], *p = b;
	uint32_t v;

	*p++ = 0xc7;
	if (code64) {
		*p++ = 0x04;
		*p++ = 0x25;
	} else {
		*p++ = 0x05;
	}
	v = C_PAD;
	memcpy(p, &v, 4);
	memcpy(p + 4, &at, 4);
	p += 8;
	*p++ = 0xe9;
	v = (code64 ? STUB_EXIT : STUB_EXIT32) - (at + (uint32_t)(p - b) + 4);
	memcpy(p, &v, 4);
	p += 4;
	memcpy((void *)(uintptr_t)at, b, (size_t)(p - b));
}

static const char *open_once(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE,
				       SIGTRAP };
	stack_t ss = { .ss_sp = alt_stack, .ss_size = sizeof(alt_stack) };
	struct sigaction sa = { .sa_flags = SA_SIGINFO | SA_ONSTACK };
	uint32_t mxcsr = 0x1f80;
	void *code;

	if (!map_at(ORA_DATA - ORA_GUARD, ORA_DATA_SIZE + 2 * ORA_GUARD,
		    PROT_NONE))
		return "the addresses for the data are not free";
	/* low addresses are not for everybody: vm.mmap_min_addr */
	have_low = map_at(ORA_LOW, ORA_DATA_SIZE, PROT_NONE) != NULL;
	code = map_at(ORA_CODE, ORA_CODE_SIZE,
		      PROT_READ | PROT_WRITE | PROT_EXEC);
	if (!code || !map_at(STUB, 4096, PROT_READ | PROT_WRITE | PROT_EXEC))
		return "no memory that is writable and executable";
	if (!map_at(ORA_CODE + ORA_CODE_SIZE, 0x10000, PROT_NONE) ||
	    !map_at(CTL, 4096, PROT_READ | PROT_WRITE))
		return "the addresses for the controls are not free";
	if (syscall(SYS_arch_prctl, ARCH_GET_FS, &fs_base) ||
	    syscall(SYS_arch_prctl, ARCH_SET_GS, (uint64_t)ORA_GS_BASE))
		return "no arch_prctl";
	have_avx = ora_host_has_avx();
	if (have_avx)
		memcpy((void *)(uintptr_t)STUB, vc__ora_stub_avx,
		       (size_t)(vc__ora_stub_avx_end - vc__ora_stub_avx));
	else
		memcpy((void *)(uintptr_t)STUB, vc__ora_stub,
		       (size_t)(vc__ora_stub_end - vc__ora_stub));
	memcpy((void *)(uintptr_t)C_MXCSR, &mxcsr, 4);
	memset(code, 0xcc, ORA_CODE_SIZE);
	for (uint32_t i = 0; i < ORA_PADS; i++) {
		make_pad(ORA_PADS_64 + i * ORA_PAD, true);
		make_pad(ORA_PADS_32 + i * ORA_PAD, false);
	}
	if (sigaltstack(&ss, NULL))
		return "no sigaltstack";
	sa.sa_sigaction = on_signal;
	sigfillset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (sigaction(signals[i], &sa, NULL))
			return "no sigaction";
	return NULL;
}

const char *ora_host_open(void)
{
	static bool done;
	static const char *why;

	if (!done)
		why = open_once();
	done = true;
	return why;
}

bool ora_host_begin(void)
{
	return map_data();
}

/* A register of CPUID, 0 where there is no such leaf. */
static uint32_t cpuid_reg(uint32_t leaf, uint32_t subleaf, unsigned reg)
{
	uint32_t r[4] = { 0, 0, 0, 0 };

	if (!__get_cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]))
		return 0;
	return r[reg];
}

/* OSXSAVE, and what the system has put into XCR0: SDM 1 §14.3. */
bool ora_host_has_avx(void)
{
	static int known;
	uint32_t low, high, c;

	if (known)
		return known > 0;
	known = -1;
	c = cpuid_reg(1, 0, 2);
	if (!(c >> 27 & 1) || !(c >> 28 & 1))
		return false;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	if ((low & XSAVE_PARTS) == XSAVE_PARTS)
		known = 1;
	return known > 0;
}

bool ora_host_has_masks(void)
{
	static int known;

	if (!known)	/* AVX512F */
		known = cpuid_reg(7, 0, 1) >> 16 & 1 ? 1 : -1;
	return known > 0;
}

bool ora_host_is_newer(void)
{
	const uint32_t amx = 1u << 22 | 1u << 24 | 1u << 25;
	static int known;

	if (!known)	/* leaf 7's second part; FMA4 */
		known = cpuid_reg(7, 1, 0) || cpuid_reg(7, 1, 3) ||
			(cpuid_reg(7, 0, 3) & amx) ||
			(cpuid_reg(0x80000001u, 0, 2) >> 16 & 1) ? 1 : -1;
	return known > 0;
}

static bool by_avx(unsigned feature)
{
	return feature == X86_FEAT_AVX || feature == X86_FEAT_AVX2 ||
	       feature == X86_FEAT_FMA || feature == X86_FEAT_F16C ||
	       feature == X86_FEAT_VAES || feature == X86_FEAT_VPCLMUL;
}

static bool lacks(unsigned feature)
{
	struct ora_cpuid at;

	if (!ora_cpuid_of(feature, &at))
		return false;
	if (by_avx(feature) && !ora_host_has_avx())
		return true;
	return !(cpuid_reg(at.leaf, at.subleaf, at.reg) >> at.bit & 1);
}

/* Asked once for each: a virtual host is slow to answer. */
bool ora_host_lacks(unsigned feature)
{
	static uint8_t known[X86_FEAT_COUNT];

	if (!known[feature])
		known[feature] = lacks(feature) ? 1 : 2;
	return known[feature] == 1;
}

bool ora_host_has_low(void)
{
	return have_low;
}

uint64_t ora_host_fs_base(void)
{
	return fs_base;
}

uint8_t *ora_host_data(void)
{
	return data_page;
}

void ora_host_code(const struct ora_code *code)
{
	bool code64 = code->form->mode == X86_MODE64;

	if (code->cut) {
		memcpy((void *)(uintptr_t)code->at, code->bytes, code->cut);
		return;
	}
	memcpy((void *)(uintptr_t)code->at, code->bytes, code->len);
	make_pad(code->at + code->len, code64);
	for (int i = 0; i < 2; i++)
		make_pad(code->near[i], code64);
}

/* AddressSanitizer must not look at this frame: it is left and entered. */
void ora_host_run(const struct ora_case *c, struct ora_result *out)
{
	bool code64 = c->code->form->mode == X86_MODE64;
	union {
		uintptr_t at;
		void (*fn)(void);
	} stub = { code64 ? STUB : STUB + 0x100 };

	memcpy((void *)(uintptr_t)C_GPR, c->in.gpr, sizeof(c->in.gpr));
	put64(C_FLAGS, c->in.rflags);
	put64(C_RIP, c->in.rip);
	put32(C_FAR, c->in.rip);
	put32(C_FAR + 4, CS_32);
	put32(C_PAD, 0);
	memcpy((void *)(uintptr_t)C_FX, c->in.fx, 512);
	if (have_avx) {
		put64(C_FX + XSAVE_BV, XSAVE_PARTS);
		memcpy((void *)(uintptr_t)(C_FX + XSAVE_HIGH), c->in.high,
		       sizeof(c->in.high));
	}
	out->vector = -1;
	out->error = 0;
	out->cr2 = 0;
	result = out;
	running = 1;
	__asm__ volatile("" ::: "memory");
	stub.fn();
	__asm__ volatile("" ::: "memory");
	if (!running)
		return;
	running = 0;
	memcpy(out->regs.gpr, (void *)(uintptr_t)C_OUT, sizeof(c->in.gpr));
	memcpy(out->regs.fx, (void *)(uintptr_t)C_OUT_FX, 512);
	if (have_avx)
		memcpy(out->regs.high,
		       (void *)(uintptr_t)(C_OUT_FX + XSAVE_HIGH),
		       sizeof(out->regs.high));
	else
		memset(out->regs.high, 0, sizeof(out->regs.high));
	out->regs.rflags = get64(C_OUT_FLAGS);
	out->regs.rip = (uint32_t)get64(C_PAD);
}
#else
/* What the other files ask for; nothing is run here. */
#include "oracle.h"

bool ora_host_has_low(void)
{
	return false;
}

uint64_t ora_host_fs_base(void)
{
	return 0;
}

bool ora_host_has_avx(void)
{
	return false;
}

bool ora_host_lacks(unsigned feature)
{
	(void)feature;
	return true;
}
#endif
