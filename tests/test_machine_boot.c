/* SPDX-License-Identifier: MIT */
/* Starting guests: Linux images, ELF images, flat binaries, broken ones. */
#define _POSIX_C_SOURCE 200809L

#include "machine_rig.h"

static struct rig *r;
static vc_board *b;

static void begin(uint64_t ram)
{
	r = machine_rig(1);
	b = machine_board(r, ram, 1);
}

static void end(void)
{
	rig_free(r);
}

static vc_x86_state *state(void)
{
	static vc_x86_state s;

	memset(&s, 0, sizeof(s));
	s.size = sizeof(s);
	RIG_OK(vc_vcpu_state_get(vc_vm_vcpu(r->vm, 0), &s));
	return &s;
}

static uint32_t mem32(uint64_t gpa)
{
	uint8_t p[4] = { 0 };

	RIG_OK(vc_memory_read(r->vm, gpa, p, 4));
	return machine_get32(p);
}

/* ---- a Linux image ---- */

#define SETUP	(5 * 512u)
#define CODE	0x4000u
#define IMAGE	(SETUP + CODE)

static uint8_t image[IMAGE + 64];

static void make_image(void)
{
	memset(image, 0, sizeof(image));
	image[0x1f1] = 4;				/* setup_sects */
	machine_put32(image + 0x1f4, CODE / 16);	/* syssize */
	image[0x1fe] = 0x55;
	image[0x1ff] = 0xaa;
	image[0x200] = 0xeb;
	image[0x201] = 0x6a;				/* header ends: 0x26c */
	memcpy(image + 0x202, "HdrS", 4);
	image[0x206] = 0x0f;				/* protocol 2.15 */
	image[0x207] = 0x02;
	image[0x211] = 0x01;				/* LOADED_HIGH */
	machine_put32(image + 0x22c, 0x7fffffff);	/* initrd_addr_max */
	machine_put32(image + 0x230, 0x200000);		/* alignment */
	image[0x234] = 1;				/* relocatable */
	image[0x236] = 0x01;				/* XLF_KERNEL_64 */
	machine_put32(image + 0x238, 2047);		/* cmdline_size */
	machine_put32(image + 0x258, 0x1000000);	/* pref_address */
	machine_put32(image + 0x260, 0x800000);		/* init_size */
	for (uint32_t i = 0; i < CODE; i++)
		image[SETUP + i] = (uint8_t)(i * 7);
}

static int boot(const void *kernel, uint64_t len, const char *cmdline)
{
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;

	o.kernel = kernel;
	o.kernel_len = len;
	o.cmdline = cmdline;
	return vc_boot_linux(b, &o);
}

static int boot_initrd(const void *initrd, uint64_t len)
{
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;

	o.kernel = image;
	o.kernel_len = IMAGE;
	o.initrd = initrd;
	o.initrd_len = len;
	return vc_boot_linux(b, &o);
}

static void test_machine_boot_linux_64_bit_entry(void)
{
	vc_x86_state *s;
	uint8_t loaded[CODE];

	begin(64 * MIB);
	make_image();
	RIG_OK(boot(image, IMAGE, "hello"));
	s = state();
	CU_ASSERT_EQUAL(s->rip, 0x1000200);
	CU_ASSERT_EQUAL(s->gpr[VC_RSI], 0x7000);
	CU_ASSERT_EQUAL(s->efer, 0x500);
	CU_ASSERT_EQUAL(s->cr0, 0x80000031);
	CU_ASSERT_EQUAL(s->cr4, 0x20);
	CU_ASSERT_EQUAL(s->rflags, 2);
	CU_ASSERT_EQUAL(s->seg[VC_SEG_CS].selector, 0x10);
	CU_ASSERT_EQUAL(s->seg[VC_SEG_DS].selector, 0x18);
	CU_ASSERT_EQUAL(s->seg[VC_SEG_CS].attr & VC_SEG_L, VC_SEG_L);
	RIG_OK(vc_memory_read(r->vm, 0x1000000, loaded, CODE));
	CU_ASSERT(!memcmp(loaded, image + SETUP, CODE));
	end();
}

static void test_machine_boot_linux_page_tables_map_4_gib(void)
{
	begin(64 * MIB);
	make_image();
	RIG_OK(boot(image, IMAGE, NULL));
	CU_ASSERT_EQUAL(state()->cr3, 0x9000);
	CU_ASSERT_EQUAL(mem32(0x9000), 0xa003);
	for (uint32_t i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(mem32(0xa000 + 8 * i), 0xb003 + i * 0x1000);
	for (uint32_t i = 0; i < 2048; i++)
		CU_ASSERT_EQUAL(mem32(0xb000 + 8 * i), i << 21 | 0x83);
	end();
}

static void test_machine_boot_linux_gdt_matches_the_segments(void)
{
	begin(64 * MIB);
	make_image();
	RIG_OK(boot(image, IMAGE, NULL));
	CU_ASSERT_EQUAL(state()->gdtr.base, 0x600);
	CU_ASSERT_EQUAL(state()->gdtr.limit, 0x2f);
	CU_ASSERT_EQUAL(mem32(0x610), 0x0000ffff);
	CU_ASSERT_EQUAL(mem32(0x614), 0x00af9b00);
	CU_ASSERT_EQUAL(mem32(0x618), 0x0000ffff);
	CU_ASSERT_EQUAL(mem32(0x61c), 0x00cf9300);
	end();
}

static void test_machine_boot_linux_32_bit_entry(void)
{
	vc_x86_state *s;

	begin(64 * MIB);
	make_image();
	image[0x236] = 0;
	RIG_OK(boot(image, IMAGE, NULL));
	s = state();
	CU_ASSERT_EQUAL(s->rip, 0x1000000);
	CU_ASSERT_EQUAL(s->gpr[VC_RSI], 0x7000);
	CU_ASSERT_EQUAL(s->gpr[VC_RBX], 0);
	CU_ASSERT_EQUAL(s->gpr[VC_RBP], 0);
	CU_ASSERT_EQUAL(s->gpr[VC_RDI], 0);
	CU_ASSERT_EQUAL(s->cr0 & 0x80000001, 1);
	CU_ASSERT_EQUAL(s->efer, 0);
	CU_ASSERT_EQUAL(s->seg[VC_SEG_CS].attr & VC_SEG_DB, VC_SEG_DB);
	end();
}

static void test_machine_boot_linux_boot_params(void)
{
	uint8_t bp[4096];

	begin(64 * MIB);
	make_image();
	RIG_OK(boot(image, IMAGE, "a=b"));
	RIG_OK(vc_memory_read(r->vm, 0x7000, bp, sizeof(bp)));
	CU_ASSERT_EQUAL(machine_get32(bp + 0x070), 0xe0000);	/* RSDP */
	CU_ASSERT(!memcmp(bp + 0x202, "HdrS", 4));
	CU_ASSERT_EQUAL(bp[0x210], 0xff);
	CU_ASSERT_EQUAL(machine_get32(bp + 0x214), 0x1000000);
	CU_ASSERT_EQUAL(machine_get32(bp + 0x218), 0);
	CU_ASSERT_EQUAL(machine_get32(bp + 0x228), 0x10000);
	CU_ASSERT_EQUAL(mem32(0x10000), 0x00623d61);		/* "a=b" */
	CU_ASSERT_EQUAL(machine_get32(bp), 0);	/* nothing before it */
	end();
}

static void test_machine_boot_linux_tells_the_memory_map(void)
{
	uint8_t bp[4096];
	vc_e820_entry e[16];
	uint32_t n = 16;

	begin(5000 * MIB);
	make_image();
	RIG_OK(boot(image, IMAGE, NULL));
	RIG_OK(vc_memory_read(r->vm, 0x7000, bp, sizeof(bp)));
	RIG_OK(vc_board_e820(b, e, &n));
	CU_ASSERT_EQUAL(bp[0x1e8], n);
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p = bp + 0x2d0 + 20 * i;

		CU_ASSERT_EQUAL(machine_get32(p), (uint32_t)e[i].gpa);
		CU_ASSERT_EQUAL(machine_get32(p + 4), e[i].gpa >> 32);
		CU_ASSERT_EQUAL(machine_get32(p + 8), (uint32_t)e[i].len);
		CU_ASSERT_EQUAL(machine_get32(p + 12), e[i].len >> 32);
		CU_ASSERT_EQUAL(machine_get32(p + 16), e[i].type);
	}
	end();
}

static void test_machine_boot_linux_header_is_copied_to_its_end(void)
{
	uint8_t bp[4096];

	begin(64 * MIB);
	make_image();
	image[0x26b] = 0x77;
	image[0x26c] = 0x88;
	RIG_OK(boot(image, IMAGE, NULL));
	RIG_OK(vc_memory_read(r->vm, 0x7000, bp, sizeof(bp)));
	CU_ASSERT_EQUAL(bp[0x26b], 0x77);
	CU_ASSERT_EQUAL(bp[0x26c], 0);
	end();
}

static void test_machine_boot_linux_initrd_is_high_and_aligned(void)
{
	static const uint8_t initrd[5000] = "initrd";
	uint8_t bp[4096], got[8];
	uint32_t at;

	begin(64 * MIB);
	make_image();
	RIG_OK(boot_initrd(initrd, sizeof(initrd)));
	RIG_OK(vc_memory_read(r->vm, 0x7000, bp, sizeof(bp)));
	at = machine_get32(bp + 0x218);
	CU_ASSERT_EQUAL(machine_get32(bp + 0x21c), 5000);
	CU_ASSERT_EQUAL(at, 64 * MIB - 0x2000);
	RIG_OK(vc_memory_read(r->vm, at, got, 7));
	CU_ASSERT(!memcmp(got, "initrd", 7));
	end();
}

static void test_machine_boot_linux_initrd_stays_below_the_limit(void)
{
	static const uint8_t initrd[4096] = "i";

	begin(64 * MIB);
	make_image();
	machine_put32(image + 0x22c, 0x1ffffff);
	RIG_OK(boot_initrd(initrd, sizeof(initrd)));
	CU_ASSERT_EQUAL(mem32(0x7218), 0x1fff000);
	end();
}

static void test_machine_boot_linux_initrd_that_has_no_room(void)
{
	uint8_t *big = calloc(1, 45 * MIB);

	CU_ASSERT_FATAL(big != NULL);
	begin(64 * MIB);
	make_image();
	RIG_OK(boot_initrd(big, 40 * MIB));
	RIG_FAILS(VC_ERANGE, boot_initrd(big, 40 * MIB + 1));
	CU_ASSERT(strstr(vc_last_error(), "initrd") != NULL);
	end();
	free(big);
}

static void test_machine_boot_linux_command_line_limits(void)
{
	char text[2049];

	begin(64 * MIB);
	make_image();
	memset(text, 'a', sizeof(text));
	text[2047] = 0;
	RIG_OK(boot(image, IMAGE, text));
	text[2047] = 'a';
	text[2048] = 0;
	RIG_FAILS(VC_ERANGE, boot(image, IMAGE, text));
	CU_ASSERT(strstr(vc_last_error(), "command line") != NULL);
	end();
}

static void test_machine_boot_linux_a_huge_command_line(void)
{
	char *text = malloc(70000);

	CU_ASSERT_FATAL(text != NULL);
	begin(64 * MIB);
	make_image();
	machine_put32(image + 0x238, 0xffffffff);
	memset(text, 'a', 70000);
	text[65535] = 0;
	RIG_OK(boot(image, IMAGE, text));
	text[65535] = 'a';
	text[65536] = 0;
	RIG_FAILS(VC_ERANGE, boot(image, IMAGE, text));
	end();
	free(text);
}

static void test_machine_boot_linux_too_large_for_the_memory(void)
{
	begin(16 * MIB);
	make_image();
	RIG_FAILS(VC_ERANGE, boot(image, IMAGE, NULL));
	CU_ASSERT(strstr(vc_last_error(), "16 MiB") != NULL);
	end();
}

static void test_machine_boot_linux_every_truncation_is_refused(void)
{
	begin(64 * MIB);
	make_image();
	/* up to the last paragraph: syssize is in those */
	for (uint64_t n = 1; n <= IMAGE - 16; n++) {
		/* the exact size, so that a sanitizer sees what is beyond */
		uint8_t *p = n < 4096 || n % 977 == 0 ? malloc(n) : NULL;
		int rc;

		if (p)
			memcpy(p, image, n);
		rc = boot(p ? p : image, n, NULL);
		CU_ASSERT_EQUAL(rc, VC_EFORMAT);
		free(p);
	}
	RIG_OK(boot(image, IMAGE - 15, NULL));
	RIG_OK(boot(image, IMAGE, NULL));
	end();
}

static void test_machine_boot_linux_truncations_are_told_apart(void)
{
	begin(64 * MIB);
	make_image();
	RIG_FAILS(VC_EFORMAT, boot(image, 100, NULL));
	CU_ASSERT(strstr(vc_last_error(), "too few") != NULL);
	RIG_FAILS(VC_EFORMAT, boot(image, 0x220, NULL));
	CU_ASSERT(strstr(vc_last_error(), "setup header") != NULL);
	RIG_FAILS(VC_EFORMAT, boot(image, 0x300, NULL));
	CU_ASSERT(strstr(vc_last_error(), "setup code") != NULL);
	RIG_FAILS(VC_EFORMAT, boot(image, IMAGE - 16, NULL));
	CU_ASSERT(strstr(vc_last_error(), "18928 of 18944") != NULL);
	end();
}

/* One field is wrong at a time. */
static void refused(int error, const char *text)
{
	int rc = boot(image, IMAGE, NULL);

	CU_ASSERT_EQUAL(rc, error);
	CU_ASSERT(strstr(vc_last_error(), text) != NULL);
	if (!strstr(vc_last_error(), text))
		fprintf(stderr, "%s: got %s\n", text, vc_last_error());
	make_image();
}

static void test_machine_boot_linux_broken_headers_are_refused(void)
{
	begin(64 * MIB);
	make_image();
	image[0x1fe] = 0;
	refused(VC_EFORMAT, "0xaa55");
	image[0x202] = 'h';
	refused(VC_EFORMAT, "HdrS");
	image[0x206] = 9;
	refused(VC_ENOTSUP, "2.09");
	image[0x211] = 0;
	refused(VC_ENOTSUP, "zImage");
	image[0x201] = 0x10;
	refused(VC_EFORMAT, "ends at");
	image[0x1f1] = 255;
	refused(VC_EFORMAT, "truncated");
	machine_put32(image + 0x1f4, 0);
	refused(VC_EFORMAT, "syssize");
	machine_put32(image + 0x1f4, 0xffffffff);
	refused(VC_EFORMAT, "truncated");
	machine_put32(image + 0x230, 0x300000);
	refused(VC_EFORMAT, "power of two");
	machine_put32(image + 0x230, 0);
	refused(VC_EFORMAT, "power of two");
	machine_put32(image + 0x258, 0x1000001);
	refused(VC_EFORMAT, "not aligned");
	machine_put32(image + 0x258, 0xffe00000);
	machine_put32(image + 0x25c, 0xffffffff);
	refused(VC_EFORMAT, "wraps");
	machine_put32(image + 0x25c, 1);
	refused(VC_ERANGE, "needs memory");
	machine_put32(image + 0x258, 0);
	refused(VC_ERANGE, "needs memory");
	machine_put32(image + 0x260, 0xffffffff);
	refused(VC_ERANGE, "needs memory");
	machine_put32(image + 0x1f4, 0x20);
	refused(VC_EFORMAT, "64-bit entry");
	RIG_OK(boot(image, IMAGE, NULL));
	end();
}

static void test_machine_boot_linux_setup_sects_0_means_4(void)
{
	begin(64 * MIB);
	make_image();
	image[0x1f1] = 0;
	RIG_OK(boot(image, IMAGE, NULL));
	CU_ASSERT_EQUAL(mem32(0x1000000), machine_get32(image + SETUP));
	end();
}

static void test_machine_boot_linux_a_signature_behind_it_is_fine(void)
{
	begin(64 * MIB);
	make_image();
	RIG_OK(boot(image, IMAGE + 64, NULL));
	end();
}

static void test_machine_boot_linux_a_failure_leaves_the_vcpu(void)
{
	uint64_t rip;

	begin(64 * MIB);
	make_image();
	rip = state()->rip;
	boot(image, IMAGE - 16, NULL);
	CU_ASSERT_EQUAL(state()->rip, rip);
	CU_ASSERT_EQUAL(state()->efer, 0);
	end();
}

static void test_machine_boot_linux_again_after_reset(void)
{
	static const uint8_t junk[64] = { 0xff };

	begin(64 * MIB);
	make_image();
	RIG_OK(boot(image, IMAGE, NULL));
	RIG_OK(vc_memory_write(r->vm, 0xe0000, junk, sizeof(junk)));
	RIG_OK(vc_vm_reset(r->vm));
	RIG_OK(boot(image, IMAGE, NULL));
	CU_ASSERT_EQUAL(mem32(0xe0000), 0x20445352);	/* "RSD " is back */
	CU_ASSERT_EQUAL(state()->rip, 0x1000200);
	end();
}

static void test_machine_boot_linux_misuse(void)
{
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;

	begin(64 * MIB);
	make_image();
	RIG_FAILS(VC_EINVAL, vc_boot_linux(b, NULL));
	RIG_FAILS(VC_EINVAL, vc_boot_linux(b, &o));
	o.kernel = image;
	RIG_FAILS(VC_EINVAL, vc_boot_linux(b, &o));
	o.kernel_len = IMAGE;
	RIG_FAILS(VC_EINVAL, vc_boot_linux(NULL, &o));
	o.initrd_len = 1;
	RIG_FAILS(VC_EINVAL, vc_boot_linux(b, &o));
	o.initrd_len = 0;
	o.flags = VC_BOOT_ELF_ENTRY;
	RIG_FAILS(VC_ENOTSUP, vc_boot_linux(b, &o));
	o.flags = 2;
	RIG_FAILS(VC_ENOTSUP, vc_boot_kernel(b, &o));
	o.flags = 0;
	o.size = 3;
	RIG_FAILS(VC_EINVAL, vc_boot_linux(b, &o));
	end();
}

/* ---- ELF ---- */

#define ELF_LEN	0x300u
static uint8_t elf[ELF_LEN];

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

/* ELF64 with a PVH note: one PT_LOAD of 0x80 bytes (0x200 in memory) at 2 MiB,
 * one PT_NOTE. */
static void make_elf(void)
{
	uint8_t *h = elf, *p = elf + 0x40, *n = elf + 0x200;

	memset(elf, 0, sizeof(elf));
	memcpy(h, "\177ELF\2\1\1", 7);
	put16(h + 16, 2);			/* ET_EXEC */
	put16(h + 18, 62);			/* EM_X86_64 */
	machine_put32(h + 20, 1);
	machine_put32(h + 24, 0x200040);	/* e_entry */
	machine_put32(h + 32, 0x40);		/* e_phoff */
	put16(h + 52, 64);
	put16(h + 54, 56);
	put16(h + 56, 2);			/* e_phnum */

	machine_put32(p, 1);			/* PT_LOAD */
	machine_put32(p + 4, 7);
	machine_put32(p + 8, 0x100);		/* p_offset */
	machine_put32(p + 16, 0x80000000);	/* p_vaddr */
	machine_put32(p + 24, 0x200000);	/* p_paddr */
	machine_put32(p + 32, 0x80);
	machine_put32(p + 40, 0x200);
	machine_put32(p + 48, 0x1000);
	p += 56;
	machine_put32(p, 4);			/* PT_NOTE */
	machine_put32(p + 8, 0x200);
	machine_put32(p + 32, 20);
	machine_put32(p + 40, 20);
	machine_put32(p + 48, 4);

	machine_put32(n, 4);
	machine_put32(n + 4, 4);
	machine_put32(n + 8, 18);
	memcpy(n + 12, "Xen", 4);
	machine_put32(n + 16, 0x200010);
	for (uint32_t i = 0; i < 0x80; i++)
		elf[0x100 + i] = (uint8_t)(i + 1);
}

static int boot_elf(uint64_t len, uint32_t flags)
{
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;

	o.kernel = elf;
	o.kernel_len = len;
	o.flags = flags;
	o.cmdline = "pvh";
	return vc_boot_elf(b, &o);
}

#ifdef VC_NO_LIBELF
static void test_machine_boot_elf_without_libelf_says_so(void)
{
	begin(64 * MIB);
	make_elf();
	RIG_FAILS(VC_ENOTSUP, boot_elf(ELF_LEN, 0));
	end();
}
#else
static void test_machine_boot_elf_pvh_entry(void)
{
	vc_x86_state *s;

	begin(64 * MIB);
	make_elf();
	RIG_OK(boot_elf(ELF_LEN, 0));
	s = state();
	CU_ASSERT_EQUAL(s->rip, 0x200010);
	CU_ASSERT_EQUAL(s->gpr[VC_RBX], 0x8000);
	CU_ASSERT_EQUAL(s->cr0 & 0x80000001, 1);
	CU_ASSERT_EQUAL(s->cr4, 0);
	CU_ASSERT_EQUAL(s->rflags, 2);
	CU_ASSERT_EQUAL(s->seg[VC_SEG_CS].limit, 0xffffffff);
	CU_ASSERT_EQUAL(s->seg[VC_SEG_TR].limit, 0x67);
	end();
}

static void test_machine_boot_elf_start_info(void)
{
	vc_e820_entry e[16];
	uint32_t n = 16;

	begin(64 * MIB);
	make_elf();
	RIG_OK(boot_elf(ELF_LEN, 0));
	RIG_OK(vc_board_e820(b, e, &n));
	CU_ASSERT_EQUAL(mem32(0x8000), 0x336ec578);
	CU_ASSERT_EQUAL(mem32(0x8004), 1);
	CU_ASSERT_EQUAL(mem32(0x800c), 0);		/* modules */
	CU_ASSERT_EQUAL(mem32(0x8018), 0x10000);	/* command line */
	CU_ASSERT_EQUAL(mem32(0x10000), 0x00687670);
	CU_ASSERT_EQUAL(mem32(0x8020), 0xe0000);	/* RSDP */
	CU_ASSERT_EQUAL(mem32(0x8030), n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = mem32(0x8028) + 24 * i;

		CU_ASSERT_EQUAL(mem32(at), (uint32_t)e[i].gpa);
		CU_ASSERT_EQUAL(mem32(at + 8), (uint32_t)e[i].len);
		CU_ASSERT_EQUAL(mem32(at + 16), e[i].type);
	}
	end();
}

static void test_machine_boot_elf_initrd_is_a_module(void)
{
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;
	uint32_t list;

	begin(64 * MIB);
	make_elf();
	o.kernel = elf;
	o.kernel_len = ELF_LEN;
	o.initrd = "module";
	o.initrd_len = 6;
	RIG_OK(vc_boot_elf(b, &o));
	CU_ASSERT_EQUAL(mem32(0x800c), 1);
	list = mem32(0x8010);
	CU_ASSERT_EQUAL(mem32(list), 64 * MIB - 0x1000);
	CU_ASSERT_EQUAL(mem32(list + 8), 6);
	CU_ASSERT_EQUAL(mem32(64 * MIB - 0x1000), 0x75646f6d);
	end();
}

static void test_machine_boot_elf_loads_and_clears(void)
{
	uint8_t junk[0x300];

	memset(junk, 0xcc, sizeof(junk));
	begin(64 * MIB);
	make_elf();
	RIG_OK(vc_memory_write(r->vm, 0x200000, junk, sizeof(junk)));
	RIG_OK(boot_elf(ELF_LEN, 0));
	CU_ASSERT_EQUAL(mem32(0x200000), 0x04030201);
	CU_ASSERT_EQUAL(mem32(0x20007c), 0x807f7e7d);
	CU_ASSERT_EQUAL(mem32(0x200080), 0);
	CU_ASSERT_EQUAL(mem32(0x2001fc), 0);
	CU_ASSERT_EQUAL(mem32(0x200200), 0xcccccccc);
	end();
}

static void test_machine_boot_elf_plain_entry(void)
{
	begin(64 * MIB);
	make_elf();
	RIG_OK(boot_elf(ELF_LEN, VC_BOOT_ELF_ENTRY));
	CU_ASSERT_EQUAL(state()->rip, 0x200040);
	CU_ASSERT_EQUAL(state()->efer, 0x500);
	CU_ASSERT_EQUAL(state()->gpr[VC_RBX], 0x8000);
	elf[0x200 + 8] = 17;		/* another note */
	RIG_OK(boot_elf(ELF_LEN, 0));
	CU_ASSERT_EQUAL(state()->rip, 0x200040);
	end();
}

static void test_machine_boot_elf_truncations_are_refused(void)
{
	begin(64 * MIB);
	make_elf();
	for (uint64_t n = 1; n < 0x180; n++) {
		vc_boot_options o = VC_BOOT_OPTIONS_INIT;
		uint8_t *p = malloc(n);
		int rc;

		CU_ASSERT_FATAL(p != NULL);
		memcpy(p, elf, n);
		o.kernel = p;
		o.kernel_len = n;
		rc = vc_boot_elf(b, &o);
		CU_ASSERT_EQUAL(rc, VC_EFORMAT);
		free(p);
	}
	end();
}

static void elf_refused(int error, const char *text)
{
	int rc = boot_elf(ELF_LEN, 0);

	CU_ASSERT_EQUAL(rc, error);
	CU_ASSERT(strstr(vc_last_error(), text) != NULL);
	if (rc != error || !strstr(vc_last_error(), text))
		fprintf(stderr, "%s: got %d %s\n", text, rc, vc_last_error());
	make_elf();
}

static void test_machine_boot_elf_broken_images_are_refused(void)
{
	uint8_t *ph = elf + 0x40;

	begin(64 * MIB);
	make_elf();
	elf[1] = 'e';
	elf_refused(VC_EFORMAT, "not an ELF");
	put16(elf + 18, 183);
	elf_refused(VC_ENOTSUP, "not for x86");
	put16(elf + 16, 1);
	elf_refused(VC_ENOTSUP, "not an executable");
	put16(elf + 56, 0);
	elf_refused(VC_EFORMAT, "0 program headers");
	machine_put32(ph, 0);
	elf_refused(VC_EFORMAT, "nothing in it");
	machine_put32(ph + 32, 0x201);
	elf_refused(VC_EFORMAT, "more bytes in the file");
	machine_put32(ph + 8, 0x2f0);
	elf_refused(VC_EFORMAT, "truncated");
	machine_put32(ph + 12, 0xffffffff);
	elf_refused(VC_EFORMAT, "truncated");
	machine_put32(ph + 24, 0x1000);
	elf_refused(VC_ERANGE, "needs memory");
	machine_put32(ph + 24, 0xe0000);
	elf_refused(VC_ERANGE, "needs memory");
	machine_put32(ph + 24, 64 * MIB - 0x100);
	elf_refused(VC_ERANGE, "needs memory");
	machine_put32(ph + 28, 0xffffffff);
	elf_refused(VC_ERANGE, "needs memory");
	machine_put32(ph + 44, 0xffffffff);
	elf_refused(VC_ERANGE, "needs memory");
	machine_put32(elf + 0x210, 0x10000000);
	elf_refused(VC_ERANGE, "entry");
	/* notes that overrun their segment are no notes */
	machine_put32(elf + 0x204, 0x10000);
	RIG_OK(boot_elf(ELF_LEN, 0));
	CU_ASSERT_EQUAL(state()->rip, 0x200040);
	end();
}

static void test_machine_boot_kernel_knows_both_kinds(void)
{
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;

	begin(64 * MIB);
	make_elf();
	make_image();
	o.kernel = elf;
	o.kernel_len = ELF_LEN;
	RIG_OK(vc_boot_kernel(b, &o));
	CU_ASSERT_EQUAL(state()->rip, 0x200010);
	o.kernel = image;
	o.kernel_len = IMAGE;
	RIG_OK(vc_boot_kernel(b, &o));
	CU_ASSERT_EQUAL(state()->rip, 0x1000200);
	end();
}

static void test_machine_boot_elf_survives_allocation_failures(void)
{
	uint64_t n = 0;
	int rc;

	begin(64 * MIB);
	make_elf();
	do {
		rig_alloc_fail_at(++n);
		rc = boot_elf(ELF_LEN, 0);
		rig_alloc_fail_at(0);
	} while (rc && n < 100);
	CU_ASSERT_EQUAL(rc, 0);
	end();
}
#endif

static void test_machine_boot_linux_survives_allocation_failures(void)
{
	uint64_t n = 0;
	int rc;

	begin(64 * MIB);
	make_image();
	do {
		rig_alloc_fail_at(++n);
		rc = boot(image, IMAGE, NULL);
		rig_alloc_fail_at(0);
		CU_ASSERT(rc == 0 || rc == VC_ENOMEM);
	} while (rc && n < 100);
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT(n >= 4);
	end();
}

/* ---- files ---- */

static void test_machine_boot_file_errors_name_the_file(void)
{
	begin(64 * MIB);
	RIG_FAILS(VC_EINVAL, vc_boot_file(b, NULL, NULL, NULL));
	RIG_FAILS(VC_EINVAL, vc_boot_file(NULL, "x", NULL, NULL));
	RIG_FAILS(VC_EIO, vc_boot_file(b, "/nonexistent/kernel", NULL, NULL));
	CU_ASSERT(strstr(vc_last_error(), "/nonexistent/kernel") != NULL);
	RIG_FAILS(VC_EIO, vc_boot_file(b, "/", NULL, NULL));
	RIG_FAILS(VC_EFORMAT, vc_boot_file(b, "/dev/null", NULL, NULL));
	CU_ASSERT(strstr(vc_last_error(), "empty") != NULL);
	end();
}

static void test_machine_boot_file_reads_kernel_and_initrd(void)
{
	char kernel[] = "/tmp/virtcore-test-XXXXXX";
	FILE *f;
	int fd = mkstemp(kernel);

	CU_ASSERT_FATAL(fd >= 0);
	begin(64 * MIB);
	make_image();
	f = fdopen(fd, "wb");
	CU_ASSERT_FATAL(f != NULL);
	fwrite(image, 1, IMAGE, f);
	fclose(f);
	RIG_OK(vc_boot_file(b, kernel, kernel, "x"));
	CU_ASSERT_EQUAL(mem32(0x721c), IMAGE);
	RIG_FAILS(VC_EIO, vc_boot_file(b, kernel, "/nonexistent/i", NULL));
	remove(kernel);
	end();
}

/* ---- flat binaries ---- */

static void test_machine_boot_flat_real_mode_low(void)
{
	begin(64 * MIB);
	RIG_OK(vc_boot_flat(r->vm, "\xf4", 1, 0x7c00, VC_FLAT_REAL));
	CU_ASSERT_EQUAL(state()->rip, 0x7c00);
	CU_ASSERT_EQUAL(state()->seg[VC_SEG_CS].base, 0);
	CU_ASSERT_EQUAL(state()->gpr[VC_RSP], 0x7c00);
	CU_ASSERT_EQUAL(state()->cr0 & 1, 0);
	CU_ASSERT_EQUAL(mem32(0x7c00) & 0xff, 0xf4);
	end();
}

static void test_machine_boot_flat_real_mode_high(void)
{
	begin(64 * MIB);
	RIG_OK(vc_boot_flat(r->vm, "\xf4", 1, 0xe8010, VC_FLAT_REAL));
	CU_ASSERT_EQUAL(state()->rip, 0);
	CU_ASSERT_EQUAL(state()->seg[VC_SEG_CS].selector, 0xe801);
	CU_ASSERT_EQUAL(state()->seg[VC_SEG_CS].base, 0xe8010);
	end();
}

static void test_machine_boot_flat_protected_mode(void)
{
	begin(64 * MIB);
	RIG_OK(vc_boot_flat(r->vm, "\xf4", 1, 0x100000, VC_FLAT_PROTECTED));
	CU_ASSERT_EQUAL(state()->rip, 0x100000);
	CU_ASSERT_EQUAL(state()->cr0 & 0x80000001, 1);
	CU_ASSERT_EQUAL(state()->gpr[VC_RSP], 0x100000);
	end();
}

static void test_machine_boot_flat_long_mode(void)
{
	begin(64 * MIB);
	RIG_OK(vc_boot_flat(r->vm, "\xf4", 1, 0x100000, VC_FLAT_LONG));
	CU_ASSERT_EQUAL(state()->rip, 0x100000);
	CU_ASSERT_EQUAL(state()->efer, 0x500);
	CU_ASSERT_EQUAL(state()->cr3, 0x9000);
	end();
}

static void test_machine_boot_flat_misuse(void)
{
	begin(64 * MIB);
	RIG_FAILS(VC_EINVAL, vc_boot_flat(NULL, "x", 1, 0, 0));
	RIG_FAILS(VC_EINVAL, vc_boot_flat(r->vm, NULL, 1, 0, 0));
	RIG_FAILS(VC_EINVAL, vc_boot_flat(r->vm, "x", 0, 0, 0));
	RIG_FAILS(VC_EINVAL, vc_boot_flat(r->vm, "x", 1, 0, 3));
	RIG_FAILS(VC_ERANGE, vc_boot_flat(r->vm, "x", 1, 0x10001, 0));
	RIG_FAILS(VC_ERANGE, vc_boot_flat(r->vm, "x", 1, 0x100000, 0));
	RIG_FAILS(VC_ERANGE, vc_boot_flat(r->vm, "x", 1, UINT64_MAX, 1));
	RIG_FAILS(VC_ERANGE, vc_boot_flat(r->vm, "x", 1, 0x100000000, 1));
	RIG_FAILS(VC_ERANGE, vc_boot_flat(r->vm, "x", 1, 0x600, 1));
	RIG_FAILS(VC_ERANGE, vc_boot_flat(r->vm, "x", 1, 0x9fff, 2));
	RIG_OK(vc_boot_flat(r->vm, "x", 1, 0x9fff, 1));
	RIG_FAILS(VC_EFAULT, vc_boot_flat(r->vm, "x", 1, 0xd0000, 1));
	end();
	r = machine_rig(1);
	RIG_FAILS(VC_ENOENT, vc_boot_flat(r->vm, "x", 1, 0x1000, 0));
	end();
}

RIG_SUITE(machine_boot) {
	RIG_TEST(test_machine_boot_linux_64_bit_entry),
	RIG_TEST(test_machine_boot_linux_page_tables_map_4_gib),
	RIG_TEST(test_machine_boot_linux_gdt_matches_the_segments),
	RIG_TEST(test_machine_boot_linux_32_bit_entry),
	RIG_TEST(test_machine_boot_linux_boot_params),
	RIG_TEST(test_machine_boot_linux_tells_the_memory_map),
	RIG_TEST(test_machine_boot_linux_header_is_copied_to_its_end),
	RIG_TEST(test_machine_boot_linux_initrd_is_high_and_aligned),
	RIG_TEST(test_machine_boot_linux_initrd_stays_below_the_limit),
	RIG_TEST(test_machine_boot_linux_initrd_that_has_no_room),
	RIG_TEST(test_machine_boot_linux_command_line_limits),
	RIG_TEST(test_machine_boot_linux_a_huge_command_line),
	RIG_TEST(test_machine_boot_linux_too_large_for_the_memory),
	RIG_TEST(test_machine_boot_linux_every_truncation_is_refused),
	RIG_TEST(test_machine_boot_linux_truncations_are_told_apart),
	RIG_TEST(test_machine_boot_linux_broken_headers_are_refused),
	RIG_TEST(test_machine_boot_linux_setup_sects_0_means_4),
	RIG_TEST(test_machine_boot_linux_a_signature_behind_it_is_fine),
	RIG_TEST(test_machine_boot_linux_a_failure_leaves_the_vcpu),
	RIG_TEST(test_machine_boot_linux_again_after_reset),
	RIG_TEST(test_machine_boot_linux_misuse),
#ifdef VC_NO_LIBELF
	RIG_TEST(test_machine_boot_elf_without_libelf_says_so),
#else
	RIG_TEST(test_machine_boot_elf_pvh_entry),
	RIG_TEST(test_machine_boot_elf_start_info),
	RIG_TEST(test_machine_boot_elf_initrd_is_a_module),
	RIG_TEST(test_machine_boot_elf_loads_and_clears),
	RIG_TEST(test_machine_boot_elf_plain_entry),
	RIG_TEST(test_machine_boot_elf_truncations_are_refused),
	RIG_TEST(test_machine_boot_elf_broken_images_are_refused),
	RIG_TEST(test_machine_boot_kernel_knows_both_kinds),
	RIG_TEST(test_machine_boot_elf_survives_allocation_failures),
#endif
	RIG_TEST(test_machine_boot_linux_survives_allocation_failures),
	RIG_TEST(test_machine_boot_file_errors_name_the_file),
	RIG_TEST(test_machine_boot_file_reads_kernel_and_initrd),
	RIG_TEST(test_machine_boot_flat_real_mode_low),
	RIG_TEST(test_machine_boot_flat_real_mode_high),
	RIG_TEST(test_machine_boot_flat_protected_mode),
	RIG_TEST(test_machine_boot_flat_long_mode),
	RIG_TEST(test_machine_boot_flat_misuse),
	RIG_END
};
