/* SPDX-License-Identifier: MIT */
/*
 * virtcore/machine.h: the chips of a PC, a board that wires them, and the ways
 * to start a guest on it.
 *
 * A constructor makes a chip of a VM; the chip claims nothing by itself, so
 * that it can sit at any port or address: vc_device_map_port() and
 * vc_device_map_mmio() put it there, with the off_base that the chip's comment
 * names. vc_board_create() does all of that the way a PC has it.
 *
 * Chips die with their VM or by vc_device_destroy(). Every constructor returns
 * 0, VC_EINVAL (NULL, or a value out of range), VC_EBUSY or VC_ENOMEM, and is
 * for the time when no vCPU of the VM is running; any other function of a chip
 * takes the device lock, may be called from any thread, and returns 0 or
 * VC_EINVAL (NULL, a device of another kind, or a value out of range), if its
 * comment does not say more.
 */
#ifndef VIRTCORE_MACHINE_H
#define VIRTCORE_MACHINE_H

#include "virtcore/base.h"
#include "virtcore/device.h"
#include "virtcore/memory.h"
#include "virtcore/vcpu.h"
#include "virtcore/vm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where a chip's output goes. Called under the device lock, on the thread that
 * runs the vCPU that wrote; it should not block for long.
 */
typedef void (*vc_write_fn)(const void *bytes, size_t len, void *opaque);

/* For a line number: the chip has no interrupt output. */
#define VC_LINE_NONE	UINT32_MAX

/* ---- chips ---- */

/*
 * 16550A serial port (offsets 0 to 7). Bytes that the guest sends go to sink
 * at once (NULL: nowhere). line follows the chip's INTR output; the gating of
 * INTR by OUT2 that PC cards have is left out. The modem inputs CTS, DSR and
 * DCD are on.
 */
VC_API int vc_uart16550_create(vc_device **out, vc_vm *vm, uint32_t line,
			       vc_write_fn sink, void *opaque);

/*
 * Bytes arrive at the serial port. It takes what its receiver has room for (16
 * with the FIFO on, else 1) and returns how many those were; nothing is lost.
 * While the guest has the port in loopback it takes none.
 */
VC_API uint32_t vc_uart16550_receive(vc_device *uart, const void *bytes,
				     uint32_t len);

/* A byte arrives with line errors: any of LSR's PE, FE and BI (0x04, 0x08,
 * 0x10). As on a real line it is lost, with OE, when there is no room. */
VC_API int vc_uart16550_receive_bad(vc_device *uart, uint8_t byte,
				    uint32_t errors);

/* Set the modem inputs, as in MSR: CTS 0x10, DSR 0x20, RI 0x40, DCD 0x80. */
VC_API int vc_uart16550_modem(vc_device *uart, uint32_t inputs);

/*
 * 8254 timer (offsets 0 to 3) with the PC's port 0x61 (offset 4: gate of
 * channel 2, refresh toggle, output of channel 2). line follows the output of
 * channel 0.
 */
VC_API int vc_i8254_create(vc_device **out, vc_vm *vm, uint32_t line);

/*
 * A pair of 8259A (offsets 0, 1 the first; 2, 3 the second; 4, 5 their edge
 * and level registers). Input pins 0 to 15; pin 2 is the cascade. intr_line
 * follows the INT output; with VC_LINE_NONE the pair drives the request pin of
 * vCPU 0 itself, and is meant to be made its controller.
 */
VC_API int vc_i8259_create(vc_device **out, vc_vm *vm, uint32_t intr_line);

/* Interrupt acknowledge from outside (a local APIC): the vector, which is the
 * spurious one (pin 7's) when no interrupt waits, or VC_EINVAL. */
VC_API int vc_i8259_acknowledge(vc_device *pic);

/*
 * MC146818 clock with 128 bytes of CMOS memory (offset 0 index, 1 data). line
 * follows its IRQ output. Its date starts at unix_s seconds after 1970 UTC and
 * goes on by the VM's clock.
 */
VC_API int vc_mc146818_create(vc_device **out, vc_vm *vm, uint32_t line,
			      int64_t unix_s);
VC_API int vc_mc146818_set_time(vc_device *rtc, int64_t unix_s);
/* CMOS bytes that are not registers: index 14 to 127, except 50 (century). */
VC_API int vc_mc146818_set_cmos(vc_device *rtc, uint32_t index, uint8_t value);

/*
 * 8042 keyboard controller (offset 0 data, 1 command and status) with nothing
 * plugged in, and the PC's port 0x92 (offset 2). Its reset pulse asks for
 * vc_vm_reset_request(). The A20 gate is kept but masks no address.
 */
VC_API int vc_i8042_create(vc_device **out, vc_vm *vm, uint32_t kbd_line,
			   uint32_t aux_line);

/* Bochs' debug port: bytes written go to sink; reads give 0xe9. */
VC_API int vc_debugcon_create(vc_device **out, vc_vm *vm, vc_write_fn sink,
			      void *opaque);

/*
 * Ways for a test guest to end. Offset 0: a write of v asks for power-off with
 * code (v << 1) | 1. Offset 0x10: writing the letters "Shutdown" one by one
 * asks for power-off with code 0 (Bochs' port 0x8900).
 */
VC_API int vc_debug_exit_create(vc_device **out, vc_vm *vm);

/*
 * The local APICs of vCPUs 0 to count - 1 (at most VC_LAPIC_MAX) with APIC ids
 * equal to the vCPU numbers. The device maps its own register page and MSRs,
 * makes itself the controller of these vCPUs and the sink of messages.
 *
 * extint acknowledges the controller behind LINT0 (NULL: none), eoi hears of
 * the end of level-triggered interrupts (NULL: nobody); both run under the
 * device lock. Input pins: 0 is LINT0 of all APICs, 1 is LINT1 of all.
 */
#define VC_LAPIC_MAX		64
#define VC_LAPIC_VIRTUAL_WIRE	0x1u	/* reset leaves the first as firmware
					   would: on, LINT0 ExtINT, LINT1 NMI */

typedef struct vc_lapic_options {
	uint32_t size;		/* set by VC_LAPIC_OPTIONS_INIT */
	uint32_t flags;		/* VC_LAPIC_* */
	uint32_t count;		/* 0 means 1 */
	uint32_t reserved;
	int (*extint)(void *opaque);
	void *extint_opaque;
	void (*eoi)(void *opaque, uint32_t vector);
	void *eoi_opaque;
} vc_lapic_options;

#define VC_LAPIC_OPTIONS_INIT { sizeof(vc_lapic_options), 0, 0, 0, NULL, NULL, \
				NULL, NULL }

/* options may be NULL. Also returns VC_ENOTSUP (unknown flags or fields) and
 * VC_EEXIST (its page or its MSRs are taken). */
VC_API int vc_lapic_create(vc_device **out, vc_vm *vm,
			   const vc_lapic_options *options);

/*
 * 82093AA I/O APIC of version 0x20 (offsets 0x00 select, 0x10 window, 0x40
 * EOI). Input pins 0 to 23. Interrupts leave as messages (vc_msi_send).
 */
VC_API int vc_ioapic_create(vc_device **out, vc_vm *vm, uint32_t id);
VC_API void vc_ioapic_eoi(vc_device *ioapic, uint32_t vector);

/*
 * ACPI fixed hardware: offsets 0 PM1 status and enable, 4 PM1 control, 8 the
 * 24-bit PM timer, 0x10 the reset register (port 0xcf9). line is the SCI.
 * Entering S5 (sleep type 0) asks for power-off with code 0.
 */
VC_API int vc_acpi_pm_create(vc_device **out, vc_vm *vm, uint32_t line);
VC_API int vc_acpi_pm_power_button(vc_device *pm);

/*
 * What an ISA bus answers where no card is: reads give all ones, writes go
 * nowhere. For vc_device_map_fallback().
 */
VC_API int vc_open_bus_create(vc_device **out, vc_vm *vm);

/* ---- the board ---- */

/*
 * A PC made of the chips above, for guests that are started directly, without
 * firmware:
 *
 *	RAM	0 to 640 KiB; 896 KiB to the end or to 3 GiB; the rest from
 *		4 GiB on. ACPI tables lie at 896 KiB (0xe0000).
 *	ports	0x20 0xa0 0x4d0 PICs, 0x40 0x61 PIT, 0x70 RTC, 0x60 0x64 0x92
 *		keyboard controller, 0x3f8 COM1, 0xe9 debug console, 0xf4 0x8900
 *		debug exit, 0x600 ACPI, 0xcf9 reset
 *	memory	0xfec00000 I/O APIC, 0xfee00000 local APICs
 *	lines	0 to 15 the ISA interrupts (2 unused), 16 to 23 free I/O APIC
 *		inputs, VC_LINE_INTR the PICs' output, VC_LINE_NMI every LINT1
 *
 * A board is part of its VM and dies with it.
 */
typedef struct vc_board vc_board;

#define VC_LINE_INTR	24u
#define VC_LINE_NMI	25u

/* Accesses that nothing claims exit to the embedder (VC_EXIT_IO, _MMIO);
 * without this they meet an open bus. */
#define VC_BOARD_EXIT_UNCLAIMED	0x1u

#define VC_BOARD_RAM_MIN	0x200000ull		/* 2 MiB */
#define VC_BOARD_RAM_MAX	0x4000000000ull		/* 256 GiB */

typedef struct vc_board_options {
	uint32_t size;		/* set by VC_BOARD_OPTIONS_INIT */
	uint32_t flags;		/* VC_BOARD_* */
	uint64_t ram;		/* bytes, in whole pages; 0 means 128 MiB */
	uint32_t vcpus;		/* 0 means 1 */
	uint32_t reserved;	/* zero */
	int64_t unix_s;		/* what the clock shows, seconds from 1970 */
	vc_write_fn console;	/* what COM1 sends; NULL: nowhere */
	void *console_opaque;
	vc_write_fn debug;	/* what port 0xe9 is given; NULL: nowhere */
	void *debug_opaque;
} vc_board_options;

#define VC_BOARD_OPTIONS_INIT { sizeof(vc_board_options), 0, 0, 0, 0, 0, \
				NULL, NULL, NULL, NULL }

/*
 * Furnish an empty VM as a PC: RAM (the library's), vCPUs 0 to vcpus - 1, chips
 * and tables. options may be NULL. The VM must have been made with room for
 * that many vCPUs, and have neither memory nor devices where the board puts
 * its own.
 *
 * Returns 0, VC_EINVAL (NULL, implausible size), VC_ENOTSUP (unknown flags or
 * fields), VC_ERANGE (RAM size), or what vc_memory_map(), vc_vcpu_create() and
 * vc_device_create() return. After a failure the VM is good for destroying
 * only.
 *
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_board_create(vc_board **out, vc_vm *vm,
			   const vc_board_options *options);

/* The board's chips: the handle, or NULL for an unknown number or a NULL board.
 * Its VM, or NULL for NULL. Threads: any. */
#define VC_CHIP_COM1	0u	/* vc_uart16550_* */
#define VC_CHIP_PIT	1u
#define VC_CHIP_PIC	2u
#define VC_CHIP_RTC	3u	/* vc_mc146818_* */
#define VC_CHIP_KBC	4u
#define VC_CHIP_LAPIC	5u
#define VC_CHIP_IOAPIC	6u
#define VC_CHIP_ACPI	7u	/* vc_acpi_pm_* */
#define VC_CHIP_DEBUGCON	8u
#define VC_CHIP_EXIT	9u
#define VC_CHIP_OPEN_BUS	10u
VC_API vc_device *vc_board_chip(const vc_board *board, uint32_t chip);
VC_API vc_vm *vc_board_vm(const vc_board *board);

/*
 * The memory map that guests are told, as BIOS function E820h would: copies at
 * most *n rows and sets *n to how many there are.
 *
 * Returns 0, VC_EINVAL (NULL) or VC_ELIMIT (more than *n).
 * Threads: any.
 */
#define VC_E820_RAM		1u
#define VC_E820_RESERVED	2u
typedef struct vc_e820_entry {
	uint64_t gpa;
	uint64_t len;
	uint32_t type;		/* VC_E820_* */
	uint32_t reserved;
} vc_e820_entry;
VC_API int vc_board_e820(const vc_board *board, vc_e820_entry *out,
			 uint32_t *n);

/* Where the RSDP, the root of the ACPI tables, is. */
#define VC_BOARD_RSDP	0xe0000u

/* ---- starting a guest ---- */

/*
 * What to start. The bytes are borrowed for the call. The initrd may be empty,
 * cmdline NULL.
 */
typedef struct vc_boot_options {
	uint32_t size;		/* set by VC_BOOT_OPTIONS_INIT */
	uint32_t flags;		/* VC_BOOT_* */
	const void *kernel;
	uint64_t kernel_len;
	const void *initrd;
	uint64_t initrd_len;
	const char *cmdline;
} vc_boot_options;

#define VC_BOOT_OPTIONS_INIT { sizeof(vc_boot_options), 0, NULL, 0, NULL, 0, \
			       NULL }

/* vc_boot_elf: start at the ELF header's entry even if there is a PVH note. */
#define VC_BOOT_ELF_ENTRY	0x1u

/*
 * Put a kernel into the board's memory, with what it wants to be told, write
 * the ACPI tables anew, and set vCPU 0 to its entry; the others wait for INIT.
 *
 * vc_boot_linux	a bzImage of boot protocol 2.10 or later, at its 64-bit
 *			entry where it has one (2.12), else at its 32-bit one
 *			(Documentation/arch/x86/boot.rst)
 * vc_boot_elf		an ELF for x86: at its PVH entry (a note of Xen's, type
 *			18) in 32-bit protected mode with hvm_start_info in
 *			EBX, else at e_entry: ELF64 in long mode with 4 GiB
 *			mapped one to one, ELF32 in protected mode. The initrd
 *			is PVH's first module. Needs libelf.
 * vc_boot_kernel	whichever of these the image is
 *
 * To start over, vc_vm_reset() and boot again.
 *
 * Return 0, VC_EINVAL (NULL, kernel_len 0), VC_ENOTSUP (unknown flags or
 * fields; a kind of image that cannot be started so), VC_EFORMAT (not such an
 * image, truncated or malformed), VC_ERANGE (it, the initrd or the command
 * line has no room in the board's memory, or is longer than the kernel takes),
 * VC_EBUSY or VC_ENOMEM; the text says which. Guest memory may have been
 * written then, vCPUs are unchanged.
 *
 * Threads: only while no vCPU of the VM is running.
 */
VC_API int vc_boot_linux(vc_board *board, const vc_boot_options *options);
VC_API int vc_boot_elf(vc_board *board, const vc_boot_options *options);
VC_API int vc_boot_kernel(vc_board *board, const vc_boot_options *options);

/*
 * vc_boot_kernel() with files; initrd_path and cmdline may be NULL.
 * Returns as that, VC_EIO (a file cannot be read; the text says which and why)
 * or VC_EFORMAT (it is empty).
 *
 * Threads: only while no vCPU of the VM is running.
 */
VC_API int vc_boot_file(vc_board *board, const char *kernel_path,
			const char *initrd_path, const char *cmdline);

/*
 * Copy a flat binary to gpa and set vCPU 0 to start at its first byte, with
 * interrupts off. Works on any VM that has memory and a vCPU 0.
 *
 *	VC_FLAT_REAL		real mode, CS:IP = 0000:gpa below 64 KiB, else
 *				CS = gpa / 16; the other segments are 0 and SP
 *				is 0x7c00
 *	VC_FLAT_PROTECTED	32-bit protected mode, flat segments, no paging;
 *				the GDT lies at 0x600, ESP is gpa
 *	VC_FLAT_LONG		long mode, the first 4 GiB mapped one to one;
 *				page tables at 0x9000 to 0xefff, the GDT at
 *				0x600, RSP is gpa
 *
 * Returns 0, VC_EINVAL (NULL, empty, mode), VC_ERANGE (gpa is not one the mode
 * can start at, or the binary covers the tables), VC_EFAULT (no memory there),
 * VC_ENOENT (no vCPU 0) or VC_EBUSY.
 *
 * Threads: only while no vCPU of vm is running.
 */
#define VC_FLAT_REAL		0u
#define VC_FLAT_PROTECTED	1u
#define VC_FLAT_LONG		2u
VC_API int vc_boot_flat(vc_vm *vm, const void *bytes, uint64_t len,
			uint64_t gpa, uint32_t mode);

#ifdef __cplusplus
}
#endif
#endif
