/* SPDX-License-Identifier: MIT */
/*
 * test_engine_legacy_bios.c: SeaBIOS as Debian builds it (package seabios), on
 * the board, from the reset vector to where it finds nothing to boot: real
 * mode, 32-bit code and the ways between them, interrupts of the PIT in real
 * mode. Then code of the test's own, where a boot sector goes, calls some of
 * its services.
 */
#include "rig.h"

#define BIOS_FILE	"/usr/share/seabios/bios.bin"
#define BIOS_LEN	0x20000u
#define SECTOR		0x7c00u
#define ANSWERS		0x500u
#define DEADLINE	UINT64_C(300000000000)	/* of virtual time */
#define BUDGET		100000000u
#define DEBUG_PORT	0x402u

struct said {
	char text[16384];
	size_t n;
};

/* Reading 0xe9 there tells SeaBIOS that somebody listens. */
static uint64_t debug_read(void *self, uint64_t off, uint32_t size)
{
	(void)self, (void)off, (void)size;
	return 0xe9;
}

static void debug_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct said *s = self;

	(void)off, (void)size;
	if (s->n < sizeof(s->text) - 1)
		s->text[s->n++] = (char)v;
}

static const vc_device_ops debug_ops = {
	.size = sizeof(vc_device_ops), .name = "bios-debug",
	.read = debug_read, .write = debug_write,
};

static bool read_bios(uint8_t *to)
{
	FILE *f = fopen(BIOS_FILE, "rb");
	bool whole;

	if (!f)
		return false;
	whole = fread(to, 1, BIOS_LEN, f) == BIOS_LEN;
	fclose(f);
	return whole;
}

static const uint8_t sector[] = {
	0xb0, 0x20, 0xe6, 0x20,		/* end of what was being serviced */
	0xfb,				/* sti */
	0xcd, 0x12,			/* int 0x12: KiB below 1 MiB */
	0xa3, 0x00, 0x05,		/* mov [0x500], ax */
	0xb8, 0x01, 0xe8, 0xcd, 0x15,	/* int 0x15, e801 */
	0xa3, 0x02, 0x05,		/* KiB from 1 to 16 MiB */
	0x89, 0x1e, 0x04, 0x05,		/* mov [0x504], bx: 64 KiB */
	0xb4, 0x02, 0xcd, 0x1a,		/* int 0x1a, 2: the clock */
	0x89, 0x0e, 0x06, 0x05,		/* mov [0x506], cx: BCD */
	0xa1, 0x6c, 0x04,		/* mov ax, [0x46c]: ticks */
	0xf4,				/* hlt: the PIT's interrupt */
	0x39, 0x06, 0x6c, 0x04,		/* cmp [0x46c], ax */
	0x74, 0xf9,			/* je hlt */
	/* int 0x15, 87: copy 2 words to 1 MiB, by way of protected mode */
	0xb4, 0x87, 0xb9, 0x02, 0x00, 0xbe, 0x00, 0x7d, 0xcd, 0x15,
	0xc7, 0x06, 0x08, 0x05, 0x0e, 0xd0, /* mov [0x508], 0xd00e */
	0x0f, 0x01, 0xc1,		/* vmcall */
};
/* Its table: two that it fills, source 0x7c00, destination 1 MiB, two more. */
static const uint8_t table[48] = {
	[16] = 0xff, 0xff, 0x00, 0x7c, 0x00, 0x93, 0, 0,
	[24] = 0xff, 0xff, 0x00, 0x00, 0x10, 0x93, 0, 0,
};

/* As a BIOS starts a boot sector. */
static void start_sector(vc_vm *vm)
{
	vc_vcpu *vcpu = vc_vm_vcpu(vm, 0);
	vc_x86_state s;

	memset(&s, 0, sizeof(s));
	s.size = sizeof(s);
	RIG_OK(vc_memory_write(vm, SECTOR, sector, sizeof(sector)));
	RIG_OK(vc_memory_write(vm, SECTOR + 0x100, table, sizeof(table)));
	RIG_OK(vc_vcpu_state_get(vcpu, &s));
	for (unsigned i = 0; i < 6; i++) {
		s.seg[i].selector = 0;
		s.seg[i].base = 0;
		s.seg[i].limit = 0xffff;
		s.seg[i].attr = i == VC_SEG_CS ? 0x9b : 0x93;
	}
	s.idtr.base = 0;
	s.idtr.limit = 0x3ff;
	s.cr0 &= ~UINT64_C(1);
	s.rflags = 2;
	s.rip = SECTOR;
	s.gpr[VC_RSP] = SECTOR;
	RIG_OK(vc_vcpu_state_set(vcpu, &s));
}

static uint32_t answer(vc_vm *vm, unsigned i)
{
	uint8_t b[2] = { 0 };

	RIG_OK(vc_memory_read(vm, ANSWERS + i * 2, b, 2));
	return b[0] | (uint32_t)b[1] << 8;
}

static uint32_t run_for(vc_vm *vm, uint64_t insns)
{
	vc_vcpu *vcpu = vc_vm_vcpu(vm, 0);
	vc_exit *e = NULL;

	RIG_OK(vc_vcpu_budget_set(vcpu, insns));
	RIG_OK(vc_vcpu_deadline_set(vcpu, DEADLINE));
	/* it halts to wait for the PIT; a halt that lasts is told as one */
	for (unsigned halts = 0; halts < 100; halts++) {
		if (vc_vcpu_run(vcpu, &e))
			return 0;
		if (e->reason != VC_EXIT_HALT)
			break;
	}
	return e->reason;
}

static bool run_until_said(vc_vm *vm, const struct said *s, const char *what)
{
	for (unsigned i = 0; i < 200 && !strstr(s->text, what); i++)
		if (run_for(vm, BUDGET / 200) != VC_EXIT_BUDGET)
			break;
	return strstr(s->text, what) != NULL;
}

static void test_seabios_finds_nothing_to_boot(void)
{
	static uint8_t bios[BIOS_LEN];
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_board_options bo = VC_BOARD_OPTIONS_INIT;
	struct said *said;
	uint8_t copied[4] = { 0 };
	vc_board *board;
	vc_device *dev;
	vc_vm *vm;

	if (!read_bios(bios))
		RIG_SKIP("no " BIOS_FILE " (package seabios)");
	said = calloc(1, sizeof(*said));
	CU_ASSERT_PTR_NOT_NULL_FATAL(said);
	o.backend = VC_BACKEND_INTERP;
	o.flags = VC_VM_VIRTUAL_TIME | VC_VM_HYPERCALLS;
	bo.ram = 32u << 20;
	bo.unix_s = 1000000000;		/* 01:46:40 */
	RIG_OK(vc_vm_create(&vm, &o));
	RIG_OK(vc_board_create(&board, vm, &bo));
	RIG_OK(vc_device_create(&dev, vm, &debug_ops, said));
	RIG_OK(vc_device_map_port(dev, DEBUG_PORT, 1, 0));
	/* below 1 MiB, where it is writable, and at the reset vector */
	RIG_OK(vc_memory_write(vm, 0x100000 - BIOS_LEN, bios, BIOS_LEN));
	RIG_OK(vc_memory_map(vm, UINT64_C(0x100000000) - BIOS_LEN, NULL,
			     BIOS_LEN, VC_PROT_RWX));
	RIG_OK(vc_memory_write(vm, UINT64_C(0x100000000) - BIOS_LEN, bios,
			       BIOS_LEN));
	CU_ASSERT(run_until_said(vm, said, "No bootable device"));
	CU_ASSERT_PTR_NOT_NULL(strstr(said->text, "SeaBIOS (version"));
	CU_ASSERT_PTR_NOT_NULL(strstr(said->text, "RamSize: 0x02000000"));
	CU_ASSERT_PTR_NOT_NULL(strstr(said->text, "Booting from Hard Disk"));
	start_sector(vm);
	CU_ASSERT_EQUAL(run_for(vm, BUDGET), VC_EXIT_HYPERCALL);
	CU_ASSERT_EQUAL(answer(vm, 4), 0xd00e);
	CU_ASSERT_EQUAL(answer(vm, 0), 639);
	CU_ASSERT_EQUAL(answer(vm, 1), 15 * 1024);
	CU_ASSERT_EQUAL(answer(vm, 2), 16 * 16);
	CU_ASSERT_EQUAL(answer(vm, 3), 0x0146);
	RIG_OK(vc_memory_read(vm, 0x100000, copied, sizeof(copied)));
	CU_ASSERT(!memcmp(copied, sector, sizeof(copied)));
	vc_vm_destroy(vm);
	free(said);
}

RIG_SUITE(engine_legacy_bios) {
	RIG_TEST(test_seabios_finds_nothing_to_boot),
	RIG_END
};
