/* SPDX-License-Identifier: MIT */
/*
 * virtcore/device.h: devices: ranges of ports, memory and MSRs, interrupt
 * lines and messages, timers. The library's own chips use this interface and
 * no other, so an embedder's device can do all that they can.
 *
 * Threads: callbacks run on a thread that is in vc_vcpu_run() (or that calls
 * the function which provokes them) under the VM's device lock, one at a time
 * per VM, so a device needs no lock of its own. The lock is recursive: a
 * callback may call any function of this header. It must not run vCPUs,
 * destroy the VM, or block.
 */
#ifndef VIRTCORE_DEVICE_H
#define VIRTCORE_DEVICE_H

#include "virtcore/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What a device does. All but size and name may be NULL: then reads give all
 * ones, writes and the rest do nothing, and MSR accesses make a #GP. Accesses
 * arrive with off counted from the off_base of the mapping (below), size 1, 2,
 * 4 or 8 and naturally aligned unless VC_DEVICE_UNALIGNED is set (others are
 * split by the library, low address first). A read's result is cut to size.
 */
typedef struct vc_device_ops {
	uint32_t size;		/* sizeof(vc_device_ops) */
	uint32_t flags;		/* VC_DEVICE_* */
	const char *name;
	uint64_t (*read)(void *self, uint64_t off, uint32_t size);
	void (*write)(void *self, uint64_t off, uint32_t size, uint64_t value);
	/* Back to the power-on state; also called once at vc_device_create(). */
	void (*reset)(void *self);
	/* The VM is going; free self. */
	void (*destroy)(void *self);
	/* An input pin changed (vc_line_connect). */
	void (*pin)(void *self, uint32_t pin, uint32_t level);
	/* A message-signalled interrupt (vc_msi_sink). */
	void (*msi)(void *self, uint64_t address, uint32_t data);
	/* MSR access (vc_device_map_msr): 0 handled, nonzero makes a #GP. */
	int (*msr_read)(void *self, uint32_t vcpu, uint32_t msr, uint64_t *value);
	int (*msr_write)(void *self, uint32_t vcpu, uint32_t msr, uint64_t value);
	/*
	 * Interrupt acknowledge: vCPU vcpu takes an interrupt whose request pin
	 * this device raised by vc_vcpu_request(). Returns the vector, or
	 * negative when there is none after all.
	 */
	int (*acknowledge)(void *self, uint32_t vcpu);
	/* CR8 of a vCPU (task priority), for local APICs. */
	uint64_t (*cr8_read)(void *self, uint32_t vcpu);
	void (*cr8_write)(void *self, uint32_t vcpu, uint64_t value);
	/*
	 * Serialised state: one plain struct of state_size bytes in host byte
	 * order, without pointers. state_set refuses implausible bytes with a
	 * VC_E* and changes nothing then.
	 */
	uint32_t state_size;
	uint32_t state_version;
	void (*state_get)(void *self, void *out);
	int (*state_set)(void *self, const void *in, uint32_t version);
} vc_device_ops;

#define VC_DEVICE_UNALIGNED	0x1u	/* takes accesses of any alignment */

/*
 * Make a device of vm from its operations. ops is copied; its name is not and
 * must live as long as the device. On success vm owns self and calls
 * ops->destroy on it at the end; on failure the caller still owns it.
 *
 * Returns 0, VC_EINVAL (NULL, no name, implausible size), VC_ENOTSUP (unknown
 * flags or fields), VC_EBUSY (a vCPU is running) or VC_ENOMEM.
 *
 * Threads: only while no vCPU of vm is running.
 */
VC_API int vc_device_create(vc_device **out, vc_vm *vm,
			    const vc_device_ops *ops, void *self);

/*
 * Take the device off its VM: its ranges, lines and timers go, and
 * ops->destroy runs. NULL is ignored.
 *
 * Threads: only while no vCPU of the VM is running; otherwise nothing happens,
 * but for the text of vc_last_error().
 */
VC_API void vc_device_destroy(vc_device *dev);

/* The self pointer, the name and the VM that the device was made with; NULL for
 * NULL. Threads: any. */
VC_API void *vc_device_self(const vc_device *dev);
VC_API const char *vc_device_name(const vc_device *dev);
VC_API vc_vm *vc_device_vm(const vc_device *dev);

/*
 * Claim I/O ports [port, port + count); an access to port p arrives with
 * off = off_base + (p - port).
 *
 * Returns 0, VC_EINVAL (NULL, empty, past 0x10000), VC_EEXIST (overlaps another
 * claim) or VC_ENOMEM.
 *
 * Threads: any, also from a callback.
 */
VC_API int vc_device_map_port(vc_device *dev, uint32_t port, uint32_t count,
			      uint64_t off_base);

/*
 * Claim guest-physical [gpa, gpa + len) as memory-mapped I/O. Any alignment
 * and length; it may not overlap memory (vc_memory_map) or another claim.
 *
 * Returns 0, VC_EINVAL (NULL, empty, wraps, past VC_GPA_LIMIT), VC_EEXIST or
 * VC_ENOMEM.
 *
 * Threads: any, also from a callback.
 */
VC_API int vc_device_map_mmio(vc_device *dev, uint64_t gpa, uint64_t len,
			      uint64_t off_base);

/*
 * Give up a claim that begins at port or gpa.
 * Returns 0, VC_EINVAL (NULL) or VC_ENOENT. Threads: any, also from a callback.
 */
VC_API int vc_device_unmap_port(vc_device *dev, uint32_t port);
VC_API int vc_device_unmap_mmio(vc_device *dev, uint64_t gpa);

/*
 * Claim MSRs [msr, msr + count) on all vCPUs.
 * Returns 0, VC_EINVAL (NULL, empty, wraps), VC_EEXIST (overlaps another claim
 * or a vc_vm_msr_hook()), VC_EBUSY or VC_ENOMEM.
 * Threads: only while no vCPU of the VM is running.
 */
VC_API int vc_device_map_msr(vc_device *dev, uint32_t msr, uint32_t count);

/*
 * Have dev take the accesses of a space that nobody else claims; off is the
 * port or the guest-physical address itself. Without one they surface as
 * exits. One device per space; a NULL dev takes the fallback off again.
 *
 * Returns 0, VC_EINVAL (NULL vm, no such space, a device of another VM),
 * VC_EEXIST (one has it) or VC_EBUSY.
 * Threads: only while no vCPU of the VM is running.
 */
#define VC_SPACE_PORT	0u
#define VC_SPACE_MEMORY	1u
VC_API int vc_device_map_fallback(vc_vm *vm, uint32_t space, vc_device *dev);

/*
 * Take and give back the VM's device lock, under which callbacks run: for
 * calls into a device that come from outside of its callbacks, such as
 * received bytes. Recursive; hold it briefly.
 * Threads: any.
 */
VC_API void vc_device_lock(vc_vm *vm);
VC_API void vc_device_unlock(vc_vm *vm);

/*
 * Interrupt lines. A VM has VC_LINE_COUNT of them, each low or high. A line
 * may be connected to pins of several devices (the PIC's and the I/O APIC's
 * inputs, say); each change of level is told to all of them.
 */
#define VC_LINE_COUNT	256

/*
 * Connect a line to pin of dev (which has ops->pin).
 * Returns 0, VC_EINVAL (NULL, no such line, no pins, a device of another VM),
 * VC_EEXIST (already so), VC_EBUSY or VC_ENOMEM.
 * Threads: only while no vCPU of the VM is running.
 */
VC_API int vc_line_connect(vc_vm *vm, uint32_t line, vc_device *dev,
			   uint32_t pin);

/*
 * Set a line's level, 0 or 1. vc_line_pulse() sets it to 1 and then to 0.
 * Returns 0 or VC_EINVAL (NULL, no such line, level above 1).
 * Threads: any.
 */
VC_API int vc_line_set(vc_vm *vm, uint32_t line, uint32_t level);
VC_API int vc_line_pulse(vc_vm *vm, uint32_t line);

/*
 * Deliver a message-signalled interrupt: a write of data to address, in the
 * format of SDM 3A §11.11. vc_msi_sink() names the device that takes them.
 * Returns 0, VC_EINVAL (NULL, no ops->msi, a device of another VM), VC_ENODEV
 * (send: no sink) or VC_EBUSY (sink: a vCPU is running).
 * Threads: vc_msi_send any; vc_msi_sink while no vCPU of the VM is running.
 */
VC_API int vc_msi_send(vc_vm *vm, uint64_t address, uint32_t data);
VC_API int vc_msi_sink(vc_vm *vm, vc_device *dev);

/*
 * A device that drives a vCPU's interrupt inputs.
 *
 * vc_vcpu_controller() makes dev (which has ops->acknowledge) the controller
 * of vCPU number vcpu, whose acknowledge and cr8 callbacks are used from then
 * on. With a controller the library waits in HLT while interrupts are enabled.
 * vc_vcpu_request() sets the level of the vCPU's interrupt request pin (INTR);
 * the controller keeps it up to date. vc_vcpu_nmi(), vc_vcpu_init() and
 * vc_vcpu_sipi() are the other inputs (SDM 3A §9.4): NMI is edge-triggered,
 * INIT resets the vCPU, SIPI starts it at vector << 12 if it waits for that.
 * vc_vm_reset_request() asks for a reset of the whole VM: vc_vcpu_run()
 * returns VC_EXIT_RESET; vc_vm_poweroff_request() likewise VC_EXIT_POWEROFF
 * with a code of the device's choosing.
 *
 * Return 0, VC_EINVAL (NULL, no such vCPU, an operation is missing, a level
 * above 1 or a vector above 255) or VC_EBUSY (vc_vcpu_controller only).
 * Threads: any, but for vc_vcpu_controller (while no vCPU runs).
 */
VC_API int vc_vcpu_controller(vc_vm *vm, uint32_t vcpu, vc_device *dev);
VC_API int vc_vcpu_request(vc_vm *vm, uint32_t vcpu, uint32_t level);
VC_API int vc_vcpu_nmi(vc_vm *vm, uint32_t vcpu);
VC_API int vc_vcpu_init(vc_vm *vm, uint32_t vcpu);
VC_API int vc_vcpu_sipi(vc_vm *vm, uint32_t vcpu, uint32_t vector);
VC_API int vc_vm_reset_request(vc_vm *vm);
VC_API int vc_vm_poweroff_request(vc_vm *vm, uint32_t code);

/* The vCPU on whose behalf the calling thread's callback runs; UINT32_MAX if
 * none. Threads: any. */
VC_API uint32_t vc_current_vcpu(vc_vm *vm);

/*
 * The VM's clock in ns since it was created: host time, or virtual time.
 * vc_tsc_now() is the guest's time stamp counter at that moment; vc_tsc_hz()
 * its rate.
 * Threads: any.
 */
VC_API uint64_t vc_clock_ns(vc_vm *vm);
VC_API uint64_t vc_tsc_now(vc_vm *vm, uint32_t vcpu);
VC_API uint64_t vc_tsc_hz(vc_vm *vm);

/*
 * One-shot timers on the VM's clock. fire is called with opaque once the clock
 * has reached deadline_ns; a deadline that is past fires at once, but never
 * from inside vc_timer_arm(). Arming again replaces the deadline. Timers fire
 * on a thread that runs a vCPU of the VM (also while it is halted); with no
 * vCPU running, time stands still for them and they are late.
 *
 * vc_timer_create: dev owns the timer. Returns 0, VC_EINVAL or VC_ENOMEM.
 * vc_timer_arm, vc_timer_cancel: cannot fail.
 * Threads: any, also from a callback.
 */
VC_API int vc_timer_create(vc_timer **out, vc_device *dev,
			   void (*fire)(void *opaque), void *opaque);
VC_API void vc_timer_arm(vc_timer *timer, uint64_t deadline_ns);
VC_API void vc_timer_cancel(vc_timer *timer);

/*
 * Guest-physical memory for devices (DMA). Bounds-checked; a range that is not
 * all memory which the guest may read (or, for vc_dma_write, write) is refused
 * whole. Return 0, VC_EINVAL (NULL) or VC_EFAULT.
 * Threads: any.
 */
VC_API int vc_dma_read(vc_vm *vm, uint64_t gpa, void *out, uint64_t len);
VC_API int vc_dma_write(vc_vm *vm, uint64_t gpa, const void *in, uint64_t len);

#ifdef __cplusplus
}
#endif
#endif
