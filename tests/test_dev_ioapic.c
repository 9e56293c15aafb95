/* SPDX-License-Identifier: MIT */
/* The I/O APIC, by the 82093AA data sheet, with a local APIC behind it. */
#include "rig.h"
#include "virtcore/machine.h"

#define BASE	UINT64_C(0xfec00000)
#define LAPIC	UINT64_C(0xfee00000)

static struct rig *r;
static vc_device *ioapic, *lapic;

static void eoi(void *opaque, uint32_t vector)
{
	(void)opaque;
	vc_ioapic_eoi(ioapic, vector);
}

static uint32_t rd(uint8_t reg)
{
	rig_mmio_write(r, BASE, 4, reg);
	return (uint32_t)rig_mmio_read(r, BASE + 0x10, 4);
}

static void wr(uint8_t reg, uint32_t v)
{
	rig_mmio_write(r, BASE, 4, reg);
	rig_mmio_write(r, BASE + 0x10, 4, v);
}

static void route(uint8_t pin, uint64_t entry)
{
	wr((uint8_t)(0x11 + 2 * pin), (uint32_t)(entry >> 32));
	wr((uint8_t)(0x10 + 2 * pin), (uint32_t)entry);
}

static void begin(void)
{
	vc_lapic_options opt = { .size = sizeof(opt), .count = 2, .eoi = eoi };

	r = rig_new_smp(2);
	RIG_OK(vc_lapic_create(&lapic, r->vm, &opt));
	RIG_OK(vc_ioapic_create(&ioapic, r->vm, 3));
	RIG_OK(vc_device_map_mmio(ioapic, BASE, 0x1000, 0));
	for (uint32_t i = 0; i < 24; i++)
		RIG_OK(vc_line_connect(r->vm, i, ioapic, i));
	for (uint32_t i = 0; i < 2; i++) {
		rig_mmio_write_on(r, i, LAPIC + 0xf0, 4, 0x1ff);
		rig_mmio_write_on(r, i, LAPIC + 0xd0, 4, 1u << (24 + i));
	}
}

static void end(void)
{
	rig_free(r);
}

static void raise(uint32_t line)
{
	RIG_OK(vc_line_set(r->vm, line, 1));
}

static void lower(uint32_t line)
{
	RIG_OK(vc_line_set(r->vm, line, 0));
}

static void finish(uint32_t n)
{
	rig_mmio_write_on(r, n, LAPIC + 0xb0, 4, 0);
}

static void test_dev_ioapic_id_version_arbitration(void)
{
	begin();
	CU_ASSERT_EQUAL(rd(0), 3u << 24);
	CU_ASSERT_EQUAL(rd(1), 0x00170020);
	CU_ASSERT_EQUAL(rd(2), 3u << 24);
	wr(0, 0xff000000);
	CU_ASSERT_EQUAL(rd(0), 0x0f000000);
	wr(1, 0);
	CU_ASSERT_EQUAL(rd(1), 0x00170020);
	end();
}

static void test_dev_ioapic_starts_masked(void)
{
	begin();
	for (uint8_t i = 0; i < 24; i++) {
		CU_ASSERT_EQUAL(rd((uint8_t)(0x10 + 2 * i)), 0x10000);
		CU_ASSERT_EQUAL(rd((uint8_t)(0x11 + 2 * i)), 0);
	}
	raise(4);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_ioapic_select_reads_back(void)
{
	begin();
	rig_mmio_write(r, BASE, 4, 0x1234);
	CU_ASSERT_EQUAL(rig_mmio_read(r, BASE, 4), 0x34);
	end();
}

static void test_dev_ioapic_registers_beyond_the_last_are_zero(void)
{
	begin();
	wr(0x40, 0xffffffff);
	CU_ASSERT_EQUAL(rd(0x40), 0);
	CU_ASSERT_EQUAL(rd(0xff), 0);
	end();
}

static void test_dev_ioapic_status_bits_are_read_only(void)
{
	begin();
	wr(0x10, 0xffffffff);
	CU_ASSERT_EQUAL(rd(0x10), 0x1afff);
	wr(0x11, 0xffffffff);
	CU_ASSERT_EQUAL(rd(0x11), 0xff000000);
	end();
}

static void test_dev_ioapic_edge(void)
{
	begin();
	route(4, 0x41);
	raise(4);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	finish(0);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	lower(4);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	raise(4);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_ioapic_a_masked_edge_is_lost(void)
{
	begin();
	route(4, 0x10041);
	raise(4);
	route(4, 0x00041);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_ioapic_active_low_edge(void)
{
	begin();
	raise(4);
	route(4, 0x2041);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	lower(4);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	end();
}

static void test_dev_ioapic_level_sets_remote_irr(void)
{
	begin();
	route(10, 0x8051);
	raise(10);
	CU_ASSERT_EQUAL(rd(0x10 + 20), 0xc051);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x51);
	lower(10);
	finish(0);
	CU_ASSERT_EQUAL(rd(0x10 + 20), 0x8051);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_ioapic_level_comes_again_after_eoi(void)
{
	begin();
	route(10, 0x8051);
	raise(10);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x51);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	finish(0);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x51);
	lower(10);
	finish(0);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_ioapic_unmasking_a_level_delivers_it(void)
{
	begin();
	route(10, 0x18051);
	raise(10);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	route(10, 0x08051);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x51);
	end();
}

static void test_dev_ioapic_active_low_level(void)
{
	begin();
	raise(10);
	route(10, 0xa051);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	lower(10);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x51);
	end();
}

static void test_dev_ioapic_eoi_register(void)
{
	begin();
	route(10, 0x8051);
	raise(10);
	lower(10);
	rig_mmio_write(r, BASE + 0x40, 4, 0x52);
	CU_ASSERT_EQUAL(rd(0x10 + 20), 0xc051);
	rig_mmio_write(r, BASE + 0x40, 4, 0x51);
	CU_ASSERT_EQUAL(rd(0x10 + 20), 0x8051);
	end();
}

static void test_dev_ioapic_going_to_edge_clears_remote_irr(void)
{
	begin();
	route(10, 0x8051);
	raise(10);
	route(10, 0x10051);
	CU_ASSERT_EQUAL(rd(0x10 + 20), 0x10051);
	end();
}

static void test_dev_ioapic_physical_destination(void)
{
	begin();
	route(5, UINT64_C(1) << 56 | 0x61);
	raise(5);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 1), 0x61);
	end();
}

static void test_dev_ioapic_logical_destination(void)
{
	begin();
	route(5, UINT64_C(3) << 56 | 0x861);
	raise(5);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x61);
	CU_ASSERT_EQUAL(rig_ack(r, 1), 0x61);
	end();
}

static void test_dev_ioapic_lowest_priority(void)
{
	begin();
	rig_mmio_write_on(r, 0, LAPIC + 0x80, 4, 0x20);
	route(5, UINT64_C(3) << 56 | 0x961);
	raise(5);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 1), 0x61);
	end();
}

static void test_dev_ioapic_nmi(void)
{
	begin();
	route(5, UINT64_C(1) << 56 | 0x400);
	raise(5);
	CU_ASSERT_TRUE(rig_nmi(r, 1));
	end();
}

static void test_dev_ioapic_narrow_writes_to_the_window_are_ignored(void)
{
	begin();
	rig_mmio_write(r, BASE, 4, 0x10);
	rig_mmio_write(r, BASE + 0x10, 1, 0x41);
	CU_ASSERT_EQUAL(rd(0x10), 0x10000);
	end();
}

static void test_dev_ioapic_reset_masks_again(void)
{
	begin();
	route(4, 0x41);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(rd(0x18), 0x10000);
	end();
}

static void test_dev_ioapic_misuse_is_refused(void)
{
	vc_device *d;

	begin();
	RIG_FAILS(VC_EINVAL, vc_ioapic_create(&d, r->vm, 16));
	RIG_FAILS(VC_EINVAL, vc_ioapic_create(NULL, r->vm, 1));
	vc_ioapic_eoi(NULL, 1);
	vc_ioapic_eoi(lapic, 1);
	end();
}

RIG_SUITE(dev_ioapic) {
	RIG_TEST(test_dev_ioapic_id_version_arbitration),
	RIG_TEST(test_dev_ioapic_starts_masked),
	RIG_TEST(test_dev_ioapic_select_reads_back),
	RIG_TEST(test_dev_ioapic_registers_beyond_the_last_are_zero),
	RIG_TEST(test_dev_ioapic_status_bits_are_read_only),
	RIG_TEST(test_dev_ioapic_edge),
	RIG_TEST(test_dev_ioapic_a_masked_edge_is_lost),
	RIG_TEST(test_dev_ioapic_active_low_edge),
	RIG_TEST(test_dev_ioapic_level_sets_remote_irr),
	RIG_TEST(test_dev_ioapic_level_comes_again_after_eoi),
	RIG_TEST(test_dev_ioapic_unmasking_a_level_delivers_it),
	RIG_TEST(test_dev_ioapic_active_low_level),
	RIG_TEST(test_dev_ioapic_eoi_register),
	RIG_TEST(test_dev_ioapic_going_to_edge_clears_remote_irr),
	RIG_TEST(test_dev_ioapic_physical_destination),
	RIG_TEST(test_dev_ioapic_logical_destination),
	RIG_TEST(test_dev_ioapic_lowest_priority),
	RIG_TEST(test_dev_ioapic_nmi),
	RIG_TEST(test_dev_ioapic_narrow_writes_to_the_window_are_ignored),
	RIG_TEST(test_dev_ioapic_reset_masks_again),
	RIG_TEST(test_dev_ioapic_misuse_is_refused),
	RIG_END
};
