/* SPDX-License-Identifier: MIT */
/*
 * rig.h: what every test file uses.
 *
 * How to add tests: make tests/test_NAME.c, which ends with
 *
 *	RIG_SUITE(NAME) {
 *		RIG_TEST(test_NAME_does_this),
 *		RIG_TEST(test_NAME_does_that),
 *		RIG_END
 *	};
 *
 * That is all: the Makefile lists every tests/test_*.c and its suite, which
 * must be called after the file (test_dev_uart16550.c has RIG_SUITE(
 * dev_uart16550)). Tests are `static void test_x(void)` and use CUnit's
 * CU_ASSERT_*; a test that cannot run here calls
 *
 *	RIG_SKIP("why");
 *
 * which returns from it and is counted and listed as skipped.
 *
 * Run one suite or test: build/tests/virtcore-tests SUITE-OR-TEST-SUBSTRING...
 */
#ifndef VC_TESTS_RIG_H
#define VC_TESTS_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef VC_MINI_CUNIT
#include "minicunit.h"
#else
#include <CUnit/CUnit.h>
#endif

#include "virtcore.h"

struct rig_test {
	const char *name;
	void (*fn)(void);
};

#define RIG_SUITE(suite)	\
	extern const struct rig_test rig_suite_##suite[];	\
	const struct rig_test rig_suite_##suite[] =
#define RIG_TEST(fn)	{ #fn, fn }
#define RIG_END		{ NULL, NULL }

#define RIG_SKIP(why)	do { rig_skip(why); return; } while (0)
void rig_skip(const char *why);

/* Is the backend usable here? Prints nothing; for RIG_SKIP. */
bool rig_have_backend(uint32_t id);

/* A call that must fail with this error, and say so in words. */
#define RIG_FAILS(error, call)						\
	do {								\
		int64_t rig_rc = (call);				\
		CU_ASSERT_EQUAL(rig_rc, (error));			\
		if (rig_rc != (error))					\
			fprintf(stderr, "%s:%d: %s: got %d (%s)\n",	\
				__FILE__, __LINE__, #call, (int)rig_rc,	\
				vc_last_error());			\
		CU_ASSERT(vc_last_error()[0] != '\0');			\
	} while (0)
/* A call that must succeed. */
#define RIG_OK(call)							\
	do {								\
		int64_t rig_rc = (call);				\
		CU_ASSERT_EQUAL(rig_rc, 0);				\
		if (rig_rc)						\
			fprintf(stderr, "%s:%d: %s: got %d (%s)\n",	\
				__FILE__, __LINE__, #call, (int)rig_rc,	\
				vc_last_error());			\
	} while (0)

/*
 * A VM with one vCPU and no engine behind it, in virtual time at 1 ns per
 * instruction: for devices. The vCPU "executes" no-ops; port and memory
 * accesses are made by the functions below exactly as a backend makes them.
 */
struct rig {
	vc_vm *vm;
	vc_vcpu *vcpu;
	uint8_t *ram;		/* guest-physical 0 */
	uint64_t ram_len;
	uint32_t asked;		/* for rig_request() */
};

#define RIG_RAM	0x100000u	/* what rig_new() maps at 0 */

struct rig *rig_new(void);
/* The same with vcpus vCPUs (host time when more than one). */
struct rig *rig_new_smp(uint32_t vcpus);
void rig_free(struct rig *r);

/*
 * A port or memory access of vCPU 0. rig_claimed() tells whether the last one
 * was taken by a device; a read that was not gives all ones.
 */
uint8_t rig_in8(struct rig *r, uint16_t port);
uint16_t rig_in16(struct rig *r, uint16_t port);
uint32_t rig_in32(struct rig *r, uint16_t port);
void rig_out8(struct rig *r, uint16_t port, uint8_t value);
void rig_out16(struct rig *r, uint16_t port, uint16_t value);
void rig_out32(struct rig *r, uint16_t port, uint32_t value);
uint64_t rig_mmio_read(struct rig *r, uint64_t gpa, uint32_t size);
void rig_mmio_write(struct rig *r, uint64_t gpa, uint32_t size, uint64_t value);
bool rig_claimed(void);

/* RDMSR, WRMSR as the guest does them on vCPU number n: 1 done by a hook or
 * device, 0 nobody's, -1 #GP. */
int rig_rdmsr(struct rig *r, uint32_t n, uint32_t msr, uint64_t *value);
int rig_wrmsr(struct rig *r, uint32_t n, uint32_t msr, uint64_t value);
/* An access of vCPU number n. */
uint64_t rig_mmio_read_on(struct rig *r, uint32_t n, uint64_t gpa,
			  uint32_t size);
void rig_mmio_write_on(struct rig *r, uint32_t n, uint64_t gpa, uint32_t size,
		       uint64_t value);
/* CR8 of vCPU number n, through its controller. */
uint64_t rig_cr8(struct rig *r, uint32_t n);
void rig_set_cr8(struct rig *r, uint32_t n, uint64_t value);

/* Let ns pass on the VM's clock (virtual time): due timers fire in order. */
void rig_advance(struct rig *r, uint64_t ns);

/* Is the INTR pin of vCPU number n high? Does an NMI, INIT or SIPI wait? */
bool rig_intr(struct rig *r, uint32_t n);
bool rig_nmi(struct rig *r, uint32_t n);
bool rig_init(struct rig *r, uint32_t n);
int rig_sipi(struct rig *r, uint32_t n);	/* the vector, or -1 */
/* The vCPU takes the interrupt: its vector, or negative for none. */
int rig_ack(struct rig *r, uint32_t n);
/* Has a reset (1), power-off (2, code in *code) been asked for? 0: neither.
 * Asking clears it; the latest counts. */
int rig_request(struct rig *r, uint32_t *code);

/*
 * A device that records what happens at its pins: connect lines to it and look
 * with rig_pin() (level) and rig_pin_edges() (rises so far).
 */
vc_device *rig_pins(struct rig *r);
uint32_t rig_pin(vc_device *pins, uint32_t pin);
uint32_t rig_pin_edges(vc_device *pins, uint32_t pin);

/*
 * A VM whose vCPUs execute step(): called as a backend's run with what it may
 * retire; it must add to vcpu->retired itself and return as a backend does.
 * For tests of the core (they include ../lib/core/backend.h).
 */
struct rig *rig_scripted(const vc_vm_options *options,
			 int (*step)(vc_vcpu *vcpu, uint64_t max_insns,
				     void *opaque), void *opaque);
/* The backend behind all of these: for vc__vm_create_on(). */
struct vc__backend;
const struct vc__backend *rig_backend(void);

/*
 * Allocation failure: the n-th allocation (malloc, calloc, realloc,
 * aligned_alloc, mmap; from 1) of this thread from now on fails once. 0 ends
 * it. rig_alloc_failed() tells whether that happened. rig_alloc_live() is how
 * many allocations live: take the difference.
 */
void rig_alloc_fail_at(uint64_t n);
bool rig_alloc_failed(void);
int64_t rig_alloc_live(void);

#endif
