/* SPDX-License-Identifier: MIT */
/*
 * Guests on the board, on the engine: small programs of each way to start,
 * interrupts through every controller, ways to end. The listings were put
 * together with nasm from the comments.
 */
#define _POSIX_C_SOURCE 200809L		/* nanosleep */

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "machine_rig.h"

#define SECOND	UINT64_C(1000000000)

/*
 * Real mode, at 0x7c00: si = "hi"; write it to port 0xe9; out 0xf4, 7.
 */
static const uint8_t hello16[] = {
	0xbe, 0x13, 0x7c, 0xba, 0xe9, 0x00, 0xac, 0x84, 0xc0, 0x74, 0x03, 0xee,
	0xeb, 0xf8, 0xb0, 0x07, 0xe6, 0xf4, 0xf4, 0x68, 0x69, 0x00,
};

/*
 * The same in protected mode at 1 MiB.
 */
static const uint8_t hello32[] = {
	0xbe, 0x16, 0x00, 0x10, 0x00, 0x66, 0xba, 0xe9, 0x00, 0xac, 0x84, 0xc0,
	0x74, 0x03, 0xee, 0xeb, 0xf8, 0xb0, 0x07, 0xe6, 0xf4, 0xf4, 0x68, 0x69,
	0x00,
};

/*
 * The same in long mode at 1 MiB.
 */
static const uint8_t hello64[] = {
	0x48, 0xbe, 0x1b, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x66, 0xba,
	0xe9, 0x00, 0xac, 0x84, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf8, 0xb0, 0x07,
	0xe6, 0xf4, 0xf4, 0x68, 0x69, 0x00,
};

/*
 * Real mode: PIC at 0x20, PIT at 1 kHz in mode 2, HLT until ten interrupts have
 * come; then out 0xf4 with their number.
 */
static const uint8_t ticks[] = {
	0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0xc7, 0x06, 0x80, 0x00, 0x3f, 0x7c, 0xc7,
	0x06, 0x82, 0x00, 0x00, 0x00, 0xb0, 0x11, 0xe6, 0x20, 0xb0, 0x20, 0xe6,
	0x21, 0xb0, 0x04, 0xe6, 0x21, 0xb0, 0x01, 0xe6, 0x21, 0xb0, 0xfe, 0xe6,
	0x21, 0xb0, 0x34, 0xe6, 0x43, 0xb0, 0xa9, 0xe6, 0x40, 0xb0, 0x04, 0xe6,
	0x40, 0x31, 0xc9, 0xfb, 0xf4, 0x83, 0xf9, 0x0a, 0x72, 0xfa, 0x88, 0xc8,
	0xe6, 0xf4, 0xf4, 0x41, 0xb0, 0x20, 0xe6, 0x20, 0xcf,
};

/*
 * Real mode: poll COM1, send each letter back in the other case; at a full stop
 * power off through ACPI.
 */
static const uint8_t echo[] = {
	0xfa, 0xba, 0xfb, 0x03, 0xb0, 0x03, 0xee, 0xba, 0xfd, 0x03, 0xec, 0xa8,
	0x01, 0x74, 0xf8, 0xba, 0xf8, 0x03, 0xec, 0x3c, 0x2e, 0x74, 0x05, 0x34,
	0x20, 0xee, 0xeb, 0xeb, 0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4,
};

/*
 * A 64-bit kernel: command line and the initrd's first byte go to port 0xe9.
 */
static const uint8_t linux_entry[] = {
	0x8b, 0x86, 0x28, 0x02, 0x00, 0x00, 0x48, 0x89, 0xc3, 0x81, 0xbe, 0x02,
	0x02, 0x00, 0x00, 0x48, 0x64, 0x72, 0x53, 0x75, 0x1b, 0x8a, 0x03, 0x84,
	0xc0, 0x74, 0x07, 0xe6, 0xe9, 0x48, 0xff, 0xc3, 0xeb, 0xf3, 0x8b, 0x86,
	0x18, 0x02, 0x00, 0x00, 0x8a, 0x00, 0xe6, 0xe9, 0xb0, 0x00, 0xe6, 0xf4,
	0x0f, 0x0b,
};

#ifndef VC_NO_LIBELF
/*
 * A PVH kernel: command line and the first module's first byte likewise.
 */
static const uint8_t pvh_entry[] = {
	0x81, 0x3b, 0x78, 0xc5, 0x6e, 0x33, 0x75, 0x19, 0x8b, 0x73, 0x18, 0xac,
	0x84, 0xc0, 0x74, 0x04, 0xe6, 0xe9, 0xeb, 0xf7, 0x8b, 0x43, 0x10, 0x8b,
	0x00, 0x8a, 0x00, 0xe6, 0xe9, 0xb0, 0x00, 0xe6, 0xf4, 0x0f, 0x0b,
};
#endif

/*
 * Long mode: x2APIC on, a TSC deadline, HLT, its interrupt on vector 0x40 with an
 * EOI; out 0xf4, 3.
 */
static const uint8_t deadline[] = {
	0x48, 0xb8, 0x7d, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0xbf, 0x00,
	0x54, 0x00, 0x00, 0x66, 0x89, 0x07, 0x66, 0xc7, 0x47, 0x02, 0x10, 0x00,
	0x66, 0xc7, 0x47, 0x04, 0x00, 0x8e, 0x48, 0xc1, 0xe8, 0x10, 0x66, 0x89,
	0x47, 0x06, 0xc7, 0x47, 0x08, 0x00, 0x00, 0x00, 0x00, 0x0f, 0x01, 0x1d,
	0x5b, 0x00, 0x00, 0x00, 0xb9, 0x1b, 0x00, 0x00, 0x00, 0x0f, 0x32, 0x0d,
	0x00, 0x0c, 0x00, 0x00, 0x0f, 0x30, 0xb9, 0x0f, 0x08, 0x00, 0x00, 0xb8,
	0xff, 0x01, 0x00, 0x00, 0x31, 0xd2, 0x0f, 0x30, 0xb9, 0x32, 0x08, 0x00,
	0x00, 0xb8, 0x40, 0x00, 0x04, 0x00, 0x0f, 0x30, 0x0f, 0x31, 0x05, 0x40,
	0x42, 0x0f, 0x00, 0x83, 0xd2, 0x00, 0xb9, 0xe0, 0x06, 0x00, 0x00, 0x0f,
	0x30, 0xfb, 0xf4, 0x81, 0xfb, 0x34, 0x12, 0x00, 0x00, 0x75, 0x04, 0xb0,
	0x03, 0xe6, 0xf4, 0x0f, 0x0b, 0xbb, 0x34, 0x12, 0x00, 0x00, 0xb9, 0x0b,
	0x08, 0x00, 0x00, 0x31, 0xc0, 0x31, 0xd2, 0x0f, 0x30, 0x48, 0xcf, 0xff,
	0x0f, 0x00, 0x50, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static vc_vm *vm;
static vc_board *b;
static vc_vcpu *cpu;
static vc_exit *ex;
static char out[4096];
static size_t out_len;

static void collect(const void *bytes, size_t len, void *opaque)
{
	(void)opaque;
	for (size_t i = 0; i < len && out_len + 1 < sizeof(out); i++)
		out[out_len++] = ((const char *)bytes)[i];
	out[out_len] = 0;
}

static void begin(uint32_t flags)
{
	vc_vm_options vo = VC_VM_OPTIONS_INIT;
	vc_board_options bo = VC_BOARD_OPTIONS_INIT;

	vo.backend = VC_BACKEND_INTERP;
	vo.flags = flags;
	bo.ram = 8 * MIB;
	bo.console = bo.debug = collect;
	out_len = 0;
	out[0] = 0;
	RIG_OK(vc_vm_create(&vm, &vo));
	RIG_OK(vc_board_create(&b, vm, &bo));
	cpu = vc_vm_vcpu(vm, 0);
	RIG_OK(vc_vcpu_deadline_set(cpu, 20 * SECOND));
}

static void end(void)
{
	vc_vm_destroy(vm);
}

static void run_to(uint32_t reason, uint32_t code)
{
	RIG_OK(vc_vcpu_run(cpu, &ex));
	CU_ASSERT_EQUAL(ex->reason, reason);
	if (ex->reason == VC_EXIT_POWEROFF)
		CU_ASSERT_EQUAL(ex->poweroff.code, code);
}

#define NEED_ENGINE()	do {						\
		if (!rig_have_backend(VC_BACKEND_INTERP))		\
			RIG_SKIP("the engine is not built in");		\
	} while (0)

static void test_machine_run_flat_real_mode(void)
{
	NEED_ENGINE();
	begin(0);
	RIG_OK(vc_boot_flat(vm, hello16, sizeof(hello16), 0x7c00,
			    VC_FLAT_REAL));
	run_to(VC_EXIT_POWEROFF, 15);
	CU_ASSERT_STRING_EQUAL(out, "hi");
	end();
}

static void test_machine_run_flat_protected_mode(void)
{
	NEED_ENGINE();
	begin(0);
	RIG_OK(vc_boot_flat(vm, hello32, sizeof(hello32), 0x100000,
			    VC_FLAT_PROTECTED));
	run_to(VC_EXIT_POWEROFF, 15);
	CU_ASSERT_STRING_EQUAL(out, "hi");
	end();
}

static void test_machine_run_flat_long_mode(void)
{
	NEED_ENGINE();
	begin(0);
	RIG_OK(vc_boot_flat(vm, hello64, sizeof(hello64), 0x100000,
			    VC_FLAT_LONG));
	run_to(VC_EXIT_POWEROFF, 15);
	CU_ASSERT_STRING_EQUAL(out, "hi");
	end();
}

static void run_ticks(uint32_t flags)
{
	begin(flags);
	RIG_OK(vc_boot_flat(vm, ticks, sizeof(ticks), 0x7c00, VC_FLAT_REAL));
	run_to(VC_EXIT_POWEROFF, 21);
}

static void test_machine_run_timer_interrupts_wake_it(void)
{
	NEED_ENGINE();
	run_ticks(0);
	CU_ASSERT(vc_clock_ns(vm) > 8 * SECOND / 1000);
	CU_ASSERT(vc_clock_ns(vm) < 5 * SECOND);
	end();
}

static void test_machine_run_virtual_time_repeats_exactly(void)
{
	uint64_t insns, ns;

	NEED_ENGINE();
	run_ticks(VC_VM_VIRTUAL_TIME);
	insns = vc_vcpu_retired(cpu);
	ns = vc_clock_ns(vm);
	/* nine periods of 1193 ticks: OUT's rise when the mode is set counts as
	 * an interrupt too */
	CU_ASSERT(ns > 8990000 && ns < 9010000);
	end();
	run_ticks(VC_VM_VIRTUAL_TIME);
	CU_ASSERT_EQUAL(vc_vcpu_retired(cpu), insns);
	CU_ASSERT_EQUAL(vc_clock_ns(vm), ns);
	end();
}

static void test_machine_run_tsc_deadline_in_x2apic_mode(void)
{
	NEED_ENGINE();
	begin(0);
	RIG_OK(vc_boot_flat(vm, deadline, sizeof(deadline), 0x100000,
			    VC_FLAT_LONG));
	run_to(VC_EXIT_POWEROFF, 7);
	end();
}

static void test_machine_run_console_input_and_acpi_power_off(void)
{
	static const char text[] = "Hello.";
	uint32_t at = 0;

	NEED_ENGINE();
	begin(0);
	RIG_OK(vc_boot_flat(vm, echo, sizeof(echo), 0x7c00, VC_FLAT_REAL));
	for (int i = 0; i < 1000 && at < 6; i++) {
		at += vc_uart16550_receive(vc_board_chip(b, VC_CHIP_COM1),
					   text + at, 6 - at);
		RIG_OK(vc_vcpu_budget_set(cpu, 1000));
		RIG_OK(vc_vcpu_run(cpu, &ex));
	}
	CU_ASSERT_EQUAL(at, 6);
	if (ex->reason == VC_EXIT_BUDGET) {
		RIG_OK(vc_vcpu_budget_set(cpu, UINT64_MAX));
		run_to(VC_EXIT_POWEROFF, 0);
	}
	CU_ASSERT_EQUAL(ex->reason, VC_EXIT_POWEROFF);
	CU_ASSERT_STRING_EQUAL(out, "hELLO");
	end();
}

struct typist {
	vc_device *com1;
	atomic_int stop;	/* the guest has ended, nobody reads */
};

/* Waits where the port is full: a vCPU that wants the device lock comes first. */
static int type_letter(struct typist *t, char letter)
{
	static const struct timespec moment = { .tv_nsec = 50000 };

	while (!vc_uart16550_receive(t->com1, &letter, 1)) {
		if (atomic_load(&t->stop))
			return 0;
		nanosleep(&moment, NULL);
	}
	return 1;
}

static void *type(void *opaque)
{
	for (uint32_t sent = 0; sent < 3000; sent++)
		if (!type_letter(opaque, (char)('a' + sent % 26)))
			return NULL;
	type_letter(opaque, '.');
	return NULL;
}

static void test_machine_run_input_from_another_thread(void)
{
	struct typist t = { .stop = 0 };
	pthread_t typist;
	uint32_t wrong = 0;

	NEED_ENGINE();
	begin(0);
	t.com1 = vc_board_chip(b, VC_CHIP_COM1);
	RIG_OK(vc_boot_flat(vm, echo, sizeof(echo), 0x7c00, VC_FLAT_REAL));
	CU_ASSERT_FATAL(!pthread_create(&typist, NULL, type, &t));
	run_to(VC_EXIT_POWEROFF, 0);
	atomic_store(&t.stop, 1);
	pthread_join(typist, NULL);
	CU_ASSERT_EQUAL(out_len, 3000);
	for (uint32_t i = 0; i < 3000; i++)
		wrong += out[i] != (char)('A' + i % 26);
	CU_ASSERT_EQUAL(wrong, 0);
	end();
}

static void test_machine_run_keyboard_reset(void)
{
	/* mov al, 0xfe; out 0x64, al; hlt */
	static const uint8_t code[] = { 0xb0, 0xfe, 0xe6, 0x64, 0xf4 };

	NEED_ENGINE();
	begin(0);
	RIG_OK(vc_boot_flat(vm, code, sizeof(code), 0x7c00, VC_FLAT_REAL));
	run_to(VC_EXIT_RESET, 0);
	/* and again, from the start */
	RIG_OK(vc_vm_reset(vm));
	RIG_OK(vc_boot_flat(vm, hello16, sizeof(hello16), 0x7c00,
			    VC_FLAT_REAL));
	run_to(VC_EXIT_POWEROFF, 15);
	CU_ASSERT_STRING_EQUAL(out, "hi");
	end();
}

static void test_machine_run_triple_fault(void)
{
	static const uint8_t ud2[] = { 0x0f, 0x0b };

	NEED_ENGINE();
	begin(0);
	RIG_OK(vc_boot_flat(vm, ud2, sizeof(ud2), 0x100000, VC_FLAT_LONG));
	run_to(VC_EXIT_SHUTDOWN, 0);
	end();
}

static void test_machine_run_unclaimed_ports_read_ones(void)
{
	/* in al, 0x80; out 0xf4, al; hlt */
	static const uint8_t code[] = { 0xe4, 0x80, 0xe6, 0xf4, 0xf4 };

	NEED_ENGINE();
	begin(0);
	RIG_OK(vc_boot_flat(vm, code, sizeof(code), 0x7c00, VC_FLAT_REAL));
	run_to(VC_EXIT_POWEROFF, 0x1ff);
	end();
}

static void test_machine_run_linux_image(void)
{
	static uint8_t image[0x600 + 0x400];
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;

	NEED_ENGINE();
	begin(0);
	image[0x1f1] = 2;
	machine_put32(image + 0x1f4, 0x40);
	image[0x1fe] = 0x55;
	image[0x1ff] = 0xaa;
	image[0x201] = 0x6a;
	memcpy(image + 0x202, "HdrS\017\002", 6);
	image[0x211] = 1;
	machine_put32(image + 0x22c, 0x7fffffff);
	machine_put32(image + 0x230, 0x200000);
	image[0x236] = 1;
	machine_put32(image + 0x238, 255);
	machine_put32(image + 0x258, 0x400000);
	machine_put32(image + 0x260, 0x100000);
	memcpy(image + 0x800, linux_entry, sizeof(linux_entry));
	o.kernel = image;
	o.kernel_len = sizeof(image);
	o.initrd = "!";
	o.initrd_len = 1;
	o.cmdline = "root=none";
	RIG_OK(vc_boot_kernel(b, &o));
	run_to(VC_EXIT_POWEROFF, 1);
	CU_ASSERT_STRING_EQUAL(out, "root=none!");
	end();
}

#ifndef VC_NO_LIBELF
static void test_machine_run_pvh_image(void)
{
	static uint8_t elf[0x200];
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;

	NEED_ENGINE();
	begin(0);
	/* ELF32 with PT_LOAD at 2 MiB and PT_NOTE */
	memcpy(elf, "\177ELF\1\1\1", 7);
	elf[16] = 2;
	elf[18] = 3;
	elf[20] = 1;
	elf[28] = 52;
	elf[40] = 52;
	elf[42] = 32;
	elf[44] = 2;
	elf[52] = 1;
	machine_put32(elf + 56, 0x100);
	machine_put32(elf + 60, 0x200000);
	machine_put32(elf + 64, 0x200000);
	machine_put32(elf + 68, 0x80);
	machine_put32(elf + 72, 0x80);
	elf[84] = 4;
	machine_put32(elf + 88, 0x180);
	machine_put32(elf + 100, 20);
	machine_put32(elf + 112, 4);
	memcpy(elf + 0x100, pvh_entry, sizeof(pvh_entry));
	elf[0x180] = elf[0x184] = 4;
	elf[0x188] = 18;
	memcpy(elf + 0x18c, "Xen", 4);
	machine_put32(elf + 0x190, 0x200000);
	o.kernel = elf;
	o.kernel_len = sizeof(elf);
	o.initrd = "!";
	o.initrd_len = 1;
	o.cmdline = "pvh=yes";
	RIG_OK(vc_boot_kernel(b, &o));
	run_to(VC_EXIT_POWEROFF, 1);
	CU_ASSERT_STRING_EQUAL(out, "pvh=yes!");
	end();
}
#endif

RIG_SUITE(machine_run) {
	RIG_TEST(test_machine_run_flat_real_mode),
	RIG_TEST(test_machine_run_flat_protected_mode),
	RIG_TEST(test_machine_run_flat_long_mode),
	RIG_TEST(test_machine_run_timer_interrupts_wake_it),
	RIG_TEST(test_machine_run_virtual_time_repeats_exactly),
	RIG_TEST(test_machine_run_tsc_deadline_in_x2apic_mode),
	RIG_TEST(test_machine_run_console_input_and_acpi_power_off),
	RIG_TEST(test_machine_run_input_from_another_thread),
	RIG_TEST(test_machine_run_keyboard_reset),
	RIG_TEST(test_machine_run_triple_fault),
	RIG_TEST(test_machine_run_unclaimed_ports_read_ones),
	RIG_TEST(test_machine_run_linux_image),
#ifndef VC_NO_LIBELF
	RIG_TEST(test_machine_run_pvh_image),
#endif
	RIG_END
};
