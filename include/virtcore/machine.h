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
 * 0, VC_EINVAL (NULL, or a value out of range) or VC_ENOMEM, and is for the
 * time when no vCPU of the VM is running; any other function takes the device
 * lock and may be called from any thread, if its comment does not say more.
 */
#ifndef VIRTCORE_MACHINE_H
#define VIRTCORE_MACHINE_H

#include "virtcore/base.h"
#include "virtcore/device.h"

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

/* Interrupt acknowledge from outside (a local APIC): the vector. */
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
	uint32_t size;
	uint32_t flags;		/* VC_LAPIC_* */
	uint32_t count;		/* 0 means 1 */
	uint32_t reserved;
	int (*extint)(void *opaque);
	void *extint_opaque;
	void (*eoi)(void *opaque, uint32_t vector);
	void *eoi_opaque;
} vc_lapic_options;

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

#ifdef __cplusplus
}
#endif
#endif
