/* SPDX-License-Identifier: MIT */
/* The local APICs, by SDM 3A chapter 11. */
#include "rig.h"
#include "virtcore/machine.h"

#define PAGE		UINT64_C(0xfee00000)
#define MS		UINT64_C(1000000)

enum {
	ID = 0x20, VER = 0x30, TPR = 0x80, PPR = 0xa0, EOI = 0xb0, LDR = 0xd0,
	DFR = 0xe0, SVR = 0xf0, ISR = 0x100, TMR = 0x180, IRR = 0x200,
	ESR = 0x280, ICRL = 0x300, ICRH = 0x310, LVTT = 0x320, LVTPC = 0x340,
	LINT0 = 0x350, LINT1 = 0x360, LVTE = 0x370, TICR = 0x380, TCCR = 0x390,
	TDCR = 0x3e0,
};

static struct rig *r;
static vc_device *lapic;
static int extint_vector;
static uint32_t extint_calls, eoi_count, eoi_vector;

static int extint(void *opaque)
{
	(void)opaque;
	extint_calls++;
	return extint_vector;
}

static void eoi(void *opaque, uint32_t vector)
{
	(void)opaque;
	eoi_count++;
	eoi_vector = vector;
}

static uint32_t rd(uint32_t n, uint32_t reg)
{
	return (uint32_t)rig_mmio_read_on(r, n, PAGE + reg, 4);
}

static void wr(uint32_t n, uint32_t reg, uint32_t v)
{
	rig_mmio_write_on(r, n, PAGE + reg, 4, v);
}

/* count APICs, software-enabled, flat logical ids 1 << n. */
static void begin(uint32_t count)
{
	vc_lapic_options opt = { .size = sizeof(opt), .count = count,
				 .extint = extint, .eoi = eoi };

	r = count == 1 ? rig_new() : rig_new_smp(count);
	extint_calls = eoi_count = 0;
	extint_vector = 0x77;
	RIG_OK(vc_lapic_create(&lapic, r->vm, &opt));
	RIG_OK(vc_line_connect(r->vm, 100, lapic, 0));
	RIG_OK(vc_line_connect(r->vm, 101, lapic, 1));
	for (uint32_t i = 0; i < count; i++) {
		wr(i, SVR, 0x1ff);
		wr(i, LDR, 1u << (24 + i % 8));
	}
}

static void end(void)
{
	rig_free(r);
}

static void msi(uint32_t dest, bool logical, uint32_t mode, uint32_t vector)
{
	RIG_OK(vc_msi_send(r->vm, PAGE | dest << 12 | (logical ? 4 : 0),
			   mode << 8 | vector));
}

static bool bit(uint32_t n, uint32_t base, uint32_t v)
{
	return rd(n, base + (v >> 5) * 0x10) >> (v & 31) & 1;
}

/* ---- registers ---- */

static void test_dev_lapic_reset_values(void)
{
	begin(2);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(rd(1, ID), 0x01000000);
	CU_ASSERT_EQUAL(rd(0, VER), 0x00050014);
	CU_ASSERT_EQUAL(rd(0, TPR), 0);
	CU_ASSERT_EQUAL(rd(0, LDR), 0);
	CU_ASSERT_EQUAL(rd(0, DFR), 0xffffffff);
	CU_ASSERT_EQUAL(rd(0, SVR), 0xff);
	for (uint32_t reg = LVTT; reg <= LVTE; reg += 0x10)
		CU_ASSERT_EQUAL(rd(0, reg), 0x10000);
	CU_ASSERT_EQUAL(rd(0, TICR), 0);
	CU_ASSERT_EQUAL(rd(0, TDCR), 0);
	end();
}

static void test_dev_lapic_lvt_keeps_its_own_bits(void)
{
	static const uint32_t want[6] = {
		0x710ff & ~0x1000u, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff
	};

	begin(1);
	for (uint32_t i = 0; i < 6; i++) {
		wr(0, LVTT + i * 0x10, 0xffffffff);
		CU_ASSERT_EQUAL(rd(0, LVTT + i * 0x10) & ~0x1000u, want[i]);
	}
	end();
}

static void test_dev_lapic_software_disable_masks_the_lvt(void)
{
	begin(1);
	wr(0, LINT0, 0x700);
	wr(0, SVR, 0xff);
	CU_ASSERT_EQUAL(rd(0, LINT0), 0x10700);
	wr(0, LINT0, 0x700);
	CU_ASSERT_EQUAL(rd(0, LINT0), 0x10700);
	wr(0, SVR, 0x1ff);
	wr(0, LINT0, 0x700);
	CU_ASSERT_EQUAL(rd(0, LINT0), 0x700);
	end();
}

static void test_dev_lapic_each_vcpu_sees_its_own(void)
{
	begin(3);
	for (uint32_t i = 0; i < 3; i++)
		wr(i, TPR, i * 0x10);
	for (uint32_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(rd(i, TPR), i * 0x10);
		CU_ASSERT_EQUAL(rd(i, ID), i << 24);
	}
	end();
}

static void test_dev_lapic_a_register_that_is_not_there_is_an_error(void)
{
	begin(1);
	wr(0, 0x40, 1);
	wr(0, ESR, 0);
	CU_ASSERT_EQUAL(rd(0, ESR), 0x80);
	wr(0, ESR, 0);
	CU_ASSERT_EQUAL(rd(0, ESR), 0);
	rd(0, 0x3f0);
	wr(0, ESR, 0);
	CU_ASSERT_EQUAL(rd(0, ESR), 0x80);
	end();
}

static void test_dev_lapic_narrow_reads_give_bytes(void)
{
	begin(1);
	wr(0, LVTPC, 0x104ab);
	CU_ASSERT_EQUAL(rig_mmio_read_on(r, 0, PAGE + LVTPC, 1), 0xab);
	CU_ASSERT_EQUAL(rig_mmio_read_on(r, 0, PAGE + LVTPC + 2, 2), 1);
	end();
}

/* ---- accepting and priorities ---- */

static void test_dev_lapic_a_message_interrupts(void)
{
	begin(1);
	msi(0, false, 0, 0x41);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	CU_ASSERT_TRUE(bit(0, IRR, 0x41));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	CU_ASSERT_FALSE(bit(0, IRR, 0x41));
	CU_ASSERT_TRUE(bit(0, ISR, 0x41));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	wr(0, EOI, 0);
	CU_ASSERT_FALSE(bit(0, ISR, 0x41));
	end();
}

static void test_dev_lapic_the_highest_vector_comes_first(void)
{
	begin(1);
	msi(0, false, 0, 0x31);
	msi(0, false, 0, 0xf1);
	msi(0, false, 0, 0x81);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0xf1);
	wr(0, EOI, 0);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x81);
	wr(0, EOI, 0);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x31);
	end();
}

static void test_dev_lapic_the_class_in_service_blocks(void)
{
	begin(1);
	msi(0, false, 0, 0x42);
	rig_ack(r, 0);
	msi(0, false, 0, 0x4f);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rd(0, PPR), 0x40);
	msi(0, false, 0, 0x50);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x50);
	wr(0, EOI, 0);
	wr(0, EOI, 0);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x4f);
	end();
}

static void test_dev_lapic_tpr_blocks_its_class_and_below(void)
{
	begin(1);
	wr(0, TPR, 0x5a);
	CU_ASSERT_EQUAL(rd(0, PPR), 0x5a);
	msi(0, false, 0, 0x5f);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	wr(0, TPR, 0x4f);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_cr8_is_the_high_half_of_tpr(void)
{
	begin(1);
	rig_set_cr8(r, 0, 9);
	CU_ASSERT_EQUAL(rd(0, TPR), 0x90);
	wr(0, TPR, 0x35);
	CU_ASSERT_EQUAL(rig_cr8(r, 0), 3);
	end();
}

static void test_dev_lapic_lowering_cr8_lets_through(void)
{
	begin(1);
	rig_set_cr8(r, 0, 15);
	msi(0, false, 0, 0xef);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_set_cr8(r, 0, 0);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_a_vector_in_irr_collapses(void)
{
	begin(1);
	msi(0, false, 0, 0x41);
	msi(0, false, 0, 0x41);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	msi(0, false, 0, 0x41);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	wr(0, EOI, 0);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	wr(0, EOI, 0);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_software_disabled_takes_no_fixed(void)
{
	begin(1);
	wr(0, SVR, 0xff);
	msi(0, false, 0, 0x41);
	CU_ASSERT_FALSE(bit(0, IRR, 0x41));
	msi(0, false, 4, 0);
	CU_ASSERT_TRUE(rig_nmi(r, 0));
	end();
}

static void test_dev_lapic_vectors_below_16_are_errors(void)
{
	begin(1);
	msi(0, false, 0, 0x0f);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	wr(0, ESR, 0);
	CU_ASSERT_EQUAL(rd(0, ESR), 0x40);
	wr(0, ICRL, 0x0000400f);
	wr(0, ESR, 0);
	CU_ASSERT_EQUAL(rd(0, ESR), 0x20);
	end();
}

static void test_dev_lapic_errors_interrupt(void)
{
	begin(1);
	wr(0, LVTE, 0xfe);
	msi(0, false, 0, 3);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0xfe);
	end();
}

static void test_dev_lapic_an_error_vector_below_16_ends_there(void)
{
	begin(1);
	wr(0, LVTE, 0x02);
	msi(0, false, 0, 3);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_eoi_without_interrupt_is_nothing(void)
{
	begin(1);
	wr(0, EOI, 0);
	CU_ASSERT_EQUAL(eoi_count, 0);
	end();
}

static void test_dev_lapic_eoi_of_a_level_is_broadcast(void)
{
	begin(1);
	RIG_OK(vc_msi_send(r->vm, PAGE, 0xc055));
	CU_ASSERT_TRUE(bit(0, TMR, 0x55));
	rig_ack(r, 0);
	wr(0, EOI, 0);
	CU_ASSERT_EQUAL(eoi_count, 1);
	CU_ASSERT_EQUAL(eoi_vector, 0x55);
	msi(0, false, 0, 0x55);
	CU_ASSERT_FALSE(bit(0, TMR, 0x55));
	rig_ack(r, 0);
	wr(0, EOI, 0);
	CU_ASSERT_EQUAL(eoi_count, 1);
	end();
}

/* ---- destinations ---- */

static void expect(uint32_t count, uint32_t mask, uint8_t vector)
{
	for (uint32_t i = 0; i < count; i++) {
		CU_ASSERT_EQUAL(bit(i, IRR, vector), mask >> i & 1);
		while (rig_intr(r, i)) {
			rig_ack(r, i);
			wr(i, EOI, 0);
		}
	}
}

static void test_dev_lapic_physical_destination(void)
{
	begin(4);
	msi(2, false, 0, 0x41);
	expect(4, 1 << 2, 0x41);
	msi(9, false, 0, 0x41);
	expect(4, 0, 0x41);
	end();
}

static void test_dev_lapic_physical_broadcast(void)
{
	begin(4);
	msi(0xff, false, 0, 0x41);
	expect(4, 0xf, 0x41);
	end();
}

static void test_dev_lapic_flat_logical_destination(void)
{
	begin(4);
	msi(0x0a, true, 0, 0x41);
	expect(4, 0x0a, 0x41);
	end();
}

static void test_dev_lapic_cluster_logical_destination(void)
{
	begin(4);
	for (uint32_t i = 0; i < 4; i++) {
		wr(i, DFR, 0x0fffffff);
		wr(i, LDR, (i / 2) << 28 | 1u << (24 + i % 2));
	}
	msi(0x11, true, 0, 0x41);
	expect(4, 1 << 2, 0x41);
	msi(0x13, true, 0, 0x41);
	expect(4, 0x0c, 0x41);
	msi(0xf1, true, 0, 0x41);
	expect(4, 0x05, 0x41);
	msi(0xff, true, 0, 0x41);
	expect(4, 0x0f, 0x41);
	end();
}

static void test_dev_lapic_lowest_priority_picks_one(void)
{
	begin(4);
	wr(0, TPR, 0x20);
	wr(1, TPR, 0x10);
	wr(2, TPR, 0x30);
	wr(3, TPR, 0x20);
	msi(0x0f, true, 1, 0x41);
	expect(4, 1 << 1, 0x41);
	end();
}

static void test_dev_lapic_lowest_priority_skips_the_disabled(void)
{
	begin(2);
	wr(0, SVR, 0xff);
	msi(0x03, true, 1, 0x41);
	expect(2, 1 << 1, 0x41);
	end();
}

static void test_dev_lapic_messages_elsewhere_are_not_ours(void)
{
	begin(1);
	RIG_OK(vc_msi_send(r->vm, 0xfed00000, 0x41));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

/* ---- interprocessor interrupts ---- */

static void test_dev_lapic_icr_fixed_to_another(void)
{
	begin(3);
	wr(0, ICRH, 2u << 24);
	wr(0, ICRL, 0x00004041);
	expect(3, 1 << 2, 0x41);
	CU_ASSERT_EQUAL(rd(0, ICRL), 0x00004041);
	CU_ASSERT_EQUAL(rd(0, ICRH), 2u << 24);
	end();
}

static void test_dev_lapic_icr_shorthands(void)
{
	begin(3);
	wr(1, ICRL, 0x00044041);
	expect(3, 0x2, 0x41);
	wr(1, ICRL, 0x00084041);
	expect(3, 0x7, 0x41);
	wr(1, ICRL, 0x000c4041);
	expect(3, 0x5, 0x41);
	end();
}

static void test_dev_lapic_icr_nmi(void)
{
	begin(2);
	wr(0, ICRH, 1u << 24);
	wr(0, ICRL, 0x00004400);
	CU_ASSERT_TRUE(rig_nmi(r, 1));
	CU_ASSERT_FALSE(rig_nmi(r, 0));
	end();
}

static void test_dev_lapic_init_and_sipi_start_a_processor(void)
{
	begin(2);
	wr(1, TPR, 0x50);
	wr(0, ICRH, 1u << 24);
	wr(0, ICRL, 0x0000c500);		/* INIT, level assert */
	CU_ASSERT_TRUE(rig_init(r, 1));
	CU_ASSERT_EQUAL(rd(1, TPR), 0);		/* the APIC is reset too */
	CU_ASSERT_EQUAL(rd(1, SVR), 0xff);
	wr(0, ICRL, 0x00008500);		/* de-assert: nothing */
	wr(0, ICRL, 0x00004699);
	CU_ASSERT_EQUAL(rig_sipi(r, 1), 0x99);
	end();
}

static void test_dev_lapic_init_deassert_is_no_init(void)
{
	begin(2);
	wr(0, ICRH, 1u << 24);
	wr(0, ICRL, 0x00088500);
	CU_ASSERT_FALSE(rig_init(r, 1));
	CU_ASSERT_FALSE(rig_init(r, 0));
	end();
}

/* ---- LINT pins ---- */

static void test_dev_lapic_lint0_extint_asks_the_pic(void)
{
	begin(1);
	wr(0, LINT0, 0x700);
	RIG_OK(vc_line_set(r->vm, 100, 1));
	CU_ASSERT_TRUE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x77);
	CU_ASSERT_EQUAL(extint_calls, 1);
	CU_ASSERT_FALSE(bit(0, ISR, 0x77));	/* the PIC keeps the books */
	RIG_OK(vc_line_set(r->vm, 100, 0));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_lint0_masked_is_silent(void)
{
	begin(1);
	RIG_OK(vc_line_set(r->vm, 100, 1));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	wr(0, LINT0, 0x700);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	wr(0, LINT0, 0x10700);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_extint_ignores_the_tpr(void)
{
	begin(1);
	wr(0, LINT0, 0x700);
	wr(0, TPR, 0xff);
	RIG_OK(vc_line_set(r->vm, 100, 1));
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_lint0_fixed_is_a_vector(void)
{
	begin(1);
	wr(0, LINT0, 0x61);
	RIG_OK(vc_line_set(r->vm, 100, 1));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x61);
	end();
}

static void test_dev_lapic_lint1_nmi(void)
{
	begin(1);
	RIG_OK(vc_line_pulse(r->vm, 101));
	CU_ASSERT_FALSE(rig_nmi(r, 0));
	wr(0, LINT1, 0x400);
	RIG_OK(vc_line_pulse(r->vm, 101));
	CU_ASSERT_TRUE(rig_nmi(r, 0));
	end();
}

static void test_dev_lapic_virtual_wire_at_reset(void)
{
	vc_lapic_options opt = { .size = sizeof(opt), .extint = extint,
				 .flags = VC_LAPIC_VIRTUAL_WIRE };

	r = rig_new();
	RIG_OK(vc_lapic_create(&lapic, r->vm, &opt));
	RIG_OK(vc_line_connect(r->vm, 100, lapic, 0));
	extint_vector = 0x20;
	CU_ASSERT_EQUAL(rd(0, SVR), 0x1ff);
	RIG_OK(vc_line_set(r->vm, 100, 1));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x20);
	end();
}

static void test_dev_lapic_switched_off_lint0_is_intr(void)
{
	begin(1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x1b, PAGE | 0x100), 1);
	RIG_OK(vc_line_set(r->vm, 100, 1));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x77);
	RIG_OK(vc_line_pulse(r->vm, 101));
	CU_ASSERT_TRUE(rig_nmi(r, 0));
	end();
}

static void test_dev_lapic_an_extint_message_asks_the_pic_once(void)
{
	begin(1);
	msi(0, false, 7, 0);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x77);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

/* ---- the timer ---- */

static void test_dev_lapic_one_shot_timer(void)
{
	begin(1);
	wr(0, TDCR, 0x0b);
	wr(0, LVTT, 0x41);
	wr(0, TICR, 1000);
	CU_ASSERT_EQUAL(rd(0, TCCR), 1000);
	rig_advance(r, 400);
	CU_ASSERT_EQUAL(rd(0, TCCR), 600);
	rig_advance(r, 599);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_advance(r, 1);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	wr(0, EOI, 0);
	CU_ASSERT_EQUAL(rd(0, TCCR), 0);
	rig_advance(r, 100000);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_divide_configuration(void)
{
	static const struct { uint8_t tdcr, by; } t[] = {
		{ 0x0, 2 }, { 0x1, 4 }, { 0x2, 8 }, { 0x3, 16 },
		{ 0x8, 32 }, { 0x9, 64 }, { 0xa, 128 }, { 0xb, 1 }
	};

	begin(1);
	for (int i = 0; i < 8; i++) {
		wr(0, TDCR, t[i].tdcr);
		wr(0, TICR, 1000000);
		rig_advance(r, t[i].by * 100u);
		CU_ASSERT_EQUAL(rd(0, TCCR), 1000000 - 100);
	}
	end();
}

static void test_dev_lapic_periodic_timer(void)
{
	uint32_t n = 0;

	begin(1);
	wr(0, TDCR, 0x0b);
	wr(0, LVTT, 0x20041);
	wr(0, TICR, 10000);
	for (int i = 0; i < 100; i++) {
		rig_advance(r, 10000);
		if (rig_intr(r, 0)) {
			n++;
			rig_ack(r, 0);
			wr(0, EOI, 0);
		}
	}
	CU_ASSERT_EQUAL(n, 100);
	rig_advance(r, 2500);
	CU_ASSERT_EQUAL(rd(0, TCCR), 7500);
	end();
}

static void test_dev_lapic_writing_zero_stops_the_timer(void)
{
	begin(1);
	wr(0, LVTT, 0x20041);
	wr(0, TICR, 1000);
	wr(0, TICR, 0);
	rig_advance(r, 1 * MS);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rd(0, TCCR), 0);
	end();
}

static void test_dev_lapic_a_masked_timer_counts_in_silence(void)
{
	begin(1);
	wr(0, TDCR, 0x0b);
	wr(0, LVTT, 0x10041);
	wr(0, TICR, 1000);
	rig_advance(r, 500);
	CU_ASSERT_EQUAL(rd(0, TCCR), 500);
	rig_advance(r, 600);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_the_shortest_period_cannot_hog_the_host(void)
{
	begin(1);
	wr(0, TDCR, 0x0b);
	wr(0, LVTT, 0x20041);
	wr(0, TICR, 1);
	rig_advance(r, 10 * MS);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_changing_the_divisor_keeps_the_count(void)
{
	begin(1);
	wr(0, TDCR, 0x0b);
	wr(0, LVTT, 0x41);
	wr(0, TICR, 1000);
	rig_advance(r, 400);
	wr(0, TDCR, 0x00);		/* by 2 now */
	CU_ASSERT_EQUAL(rd(0, TCCR), 600);
	rig_advance(r, 200);
	CU_ASSERT_EQUAL(rd(0, TCCR), 500);
	end();
}

static void test_dev_lapic_tsc_deadline(void)
{
	uint64_t tsc, v = 1;

	begin(1);
	wr(0, LVTT, 0x40041);
	tsc = vc_tsc_now(r->vm, 0);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x6e0, tsc + vc_tsc_hz(r->vm) / 1000),
			1);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x6e0, &v), 1);
	CU_ASSERT_EQUAL(v, tsc + vc_tsc_hz(r->vm) / 1000);
	rig_advance(r, 999 * MS / 1000);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_advance(r, 2 * MS / 1000);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x41);
	rig_rdmsr(r, 0, 0x6e0, &v);
	CU_ASSERT_EQUAL(v, 0);
	end();
}

static void test_dev_lapic_a_past_deadline_fires_at_once(void)
{
	begin(1);
	rig_advance(r, 1 * MS);
	wr(0, LVTT, 0x40041);
	rig_wrmsr(r, 0, 0x6e0, 1);
	rig_advance(r, 1);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_a_deadline_of_zero_disarms(void)
{
	begin(1);
	wr(0, LVTT, 0x40041);
	rig_wrmsr(r, 0, 0x6e0, vc_tsc_now(r->vm, 0) + vc_tsc_hz(r->vm));
	rig_wrmsr(r, 0, 0x6e0, 0);
	rig_advance(r, 3000 * MS);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_a_far_deadline_is_reached_in_stages(void)
{
	begin(1);
	wr(0, LVTT, 0x40041);
	rig_wrmsr(r, 0, 0x6e0, vc_tsc_now(r->vm, 0) +
		  UINT64_C(10000) * vc_tsc_hz(r->vm));
	rig_advance(r, 9999 * 1000 * MS);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_advance(r, 1001 * MS);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_deadline_msr_is_dead_in_other_modes(void)
{
	uint64_t v = 1;

	begin(1);
	wr(0, LVTT, 0x41);
	rig_wrmsr(r, 0, 0x6e0, 1);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x6e0, &v), 1);
	CU_ASSERT_EQUAL(v, 0);
	rig_advance(r, 1 * MS);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_lapic_changing_to_deadline_mode_disarms(void)
{
	begin(1);
	wr(0, TDCR, 0x0b);
	wr(0, LVTT, 0x41);
	wr(0, TICR, 1000);
	wr(0, LVTT, 0x40041);
	rig_advance(r, 10000);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rd(0, TCCR), 0);
	wr(0, TICR, 1000);		/* ignored */
	rig_advance(r, 10000);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

/* ---- IA32_APIC_BASE and x2APIC ---- */

static void test_dev_lapic_apic_base_tells_the_bsp(void)
{
	uint64_t v;

	begin(2);
	rig_rdmsr(r, 0, 0x1b, &v);
	CU_ASSERT_EQUAL(v, PAGE | 0x900);
	rig_rdmsr(r, 1, 0x1b, &v);
	CU_ASSERT_EQUAL(v, PAGE | 0x800);
	end();
}

static void test_dev_lapic_apic_base_refuses_reserved_bits(void)
{
	begin(1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x1b, PAGE | 0x901), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x1b, PAGE | 0xb00), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x1b, UINT64_MAX), -1);
	end();
}

static void test_dev_lapic_apic_base_transitions(void)
{
	/* 0x100 off, 0x900 xAPIC, 0xd00 x2APIC, 0x500 invalid */
	static const struct { uint16_t from, to; int rc; } t[] = {
		{ 0x900, 0xd00, 1 }, { 0xd00, 0x900, -1 }, { 0xd00, 0x500, -1 },
		{ 0xd00, 0x100, 1 }, { 0x100, 0xd00, -1 }, { 0x100, 0x500, -1 },
		{ 0x100, 0x900, 1 }, { 0x900, 0x500, -1 }, { 0x900, 0x100, 1 },
	};

	begin(1);
	for (int i = 0; i < 9; i++) {
		uint64_t v;

		rig_rdmsr(r, 0, 0x1b, &v);
		CU_ASSERT_EQUAL(v & 0xfff, t[i].from);
		CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x1b, PAGE | t[i].to), t[i].rc);
	}
	end();
}

static void test_dev_lapic_switched_off_the_page_is_gone(void)
{
	begin(1);
	rig_wrmsr(r, 0, 0x1b, PAGE);
	CU_ASSERT_EQUAL(rd(0, VER), 0xffffffff);
	msi(0, false, 0, 0x41);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_wrmsr(r, 0, 0x1b, PAGE | 0x800);
	CU_ASSERT_EQUAL(rd(0, VER), 0x00050014);
	CU_ASSERT_EQUAL(rd(0, SVR), 0xff);	/* and it begins anew */
	end();
}

static void test_dev_lapic_the_page_can_move(void)
{
	begin(2);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x1b, 0xfed90000 | 0x900), 1);
	CU_ASSERT_EQUAL(rig_mmio_read_on(r, 0, 0xfed90000 + VER, 4), 0x50014);
	CU_ASSERT_EQUAL(rd(0, VER), 0xffffffff);
	CU_ASSERT_EQUAL(rd(1, VER), 0x50014);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(rd(0, VER), 0x50014);
	end();
}

static void test_dev_lapic_a_page_over_memory_stays_memory(void)
{
	begin(1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x1b, 0x1000 | 0x900), 1);
	CU_ASSERT_EQUAL(rd(0, VER), 0xffffffff);
	end();
}

static void x2(uint32_t n)
{
	CU_ASSERT_EQUAL(rig_wrmsr(r, n, 0x1b, PAGE | 0xc00), 1);
}

static void test_dev_lapic_x2apic_msrs_need_the_mode(void)
{
	uint64_t v;

	begin(1);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x802, &v), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x80b, 0), -1);
	x2(0);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x802, &v), 1);
	CU_ASSERT_EQUAL(rd(0, VER), 0xffffffff);	/* no page now */
	end();
}

static void test_dev_lapic_x2apic_ids(void)
{
	uint64_t v;

	begin(18);
	x2(17);
	rig_rdmsr(r, 17, 0x802, &v);
	CU_ASSERT_EQUAL(v, 17);
	rig_rdmsr(r, 17, 0x80d, &v);
	CU_ASSERT_EQUAL(v, 0x10002);
	end();
}

static void test_dev_lapic_x2apic_registers_that_fault(void)
{
	static const uint32_t no_read[] = { 0x800, 0x801, 0x804, 0x807, 0x809,
		0x80b, 0x80c, 0x80e, 0x831, 0x83a, 0x83d, 0x83f };
	static const uint32_t no_write[] = { 0x800, 0x802, 0x803, 0x80a, 0x80d,
		0x80e, 0x810, 0x820, 0x831, 0x839 };
	uint64_t v;

	begin(1);
	x2(0);
	for (size_t i = 0; i < sizeof(no_read) / sizeof(no_read[0]); i++)
		CU_ASSERT_EQUAL(rig_rdmsr(r, 0, no_read[i], &v), -1);
	for (size_t i = 0; i < sizeof(no_write) / sizeof(no_write[0]); i++)
		CU_ASSERT_EQUAL(rig_wrmsr(r, 0, no_write[i], 0), -1);
	end();
}

static void test_dev_lapic_x2apic_reserved_bits_fault(void)
{
	begin(1);
	x2(0);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x808, 0x100), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x80b, 1), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x828, 1), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x80f, 0x1000), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x832, 0x100), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x83e, 4), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x830, 0x100000), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x838, UINT64_C(1) << 32), -1);
	end();
}

static void test_dev_lapic_x2apic_ipi_and_eoi(void)
{
	uint64_t v;

	begin(3);
	for (uint32_t i = 0; i < 3; i++)
		x2(i);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x830, UINT64_C(2) << 32 | 0x41), 1);
	CU_ASSERT_EQUAL(rig_ack(r, 2), 0x41);
	rig_rdmsr(r, 2, 0x812, &v);
	CU_ASSERT_EQUAL(v, 1 << 1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 2, 0x80b, 0), 1);
	rig_rdmsr(r, 2, 0x812, &v);
	CU_ASSERT_EQUAL(v, 0);
	rig_rdmsr(r, 0, 0x830, &v);
	CU_ASSERT_EQUAL(v, UINT64_C(2) << 32 | 0x41);
	end();
}

static void test_dev_lapic_x2apic_logical_and_broadcast(void)
{
	begin(18);
	for (uint32_t i = 0; i < 18; i++)
		x2(i);
	rig_wrmsr(r, 0, 0x830, UINT64_C(0x10003) << 32 | 0x841);
	for (uint32_t i = 0; i < 18; i++)
		CU_ASSERT_EQUAL(rig_intr(r, i), i >= 16);
	rig_wrmsr(r, 0, 0x830, UINT64_C(0xffffffff) << 32 | 0x42);
	for (uint32_t i = 0; i < 18; i++)
		CU_ASSERT_EQUAL(rig_ack(r, i), 0x42);
	end();
}

static void test_dev_lapic_x2apic_self_ipi(void)
{
	begin(2);
	x2(1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 1, 0x83f, 0x51), 1);
	CU_ASSERT_EQUAL(rig_ack(r, 1), 0x51);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 1, 0x83f, 0x151), -1);
	end();
}

static void test_dev_lapic_reset_drops_pending_interrupts(void)
{
	begin(1);
	msi(0, false, 0, 0x41);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_TRUE(rig_ack(r, 0) < 0);
	end();
}

static void test_dev_lapic_misuse_is_refused(void)
{
	vc_lapic_options opt = { .size = sizeof(opt) };
	vc_device *d = NULL;

	r = rig_new();
	RIG_FAILS(VC_EINVAL, vc_lapic_create(NULL, r->vm, NULL));
	RIG_FAILS(VC_EINVAL, vc_lapic_create(&d, NULL, NULL));
	opt.flags = 2;
	RIG_FAILS(VC_ENOTSUP, vc_lapic_create(&d, r->vm, &opt));
	opt.flags = 0;
	opt.count = 65;
	RIG_FAILS(VC_EINVAL, vc_lapic_create(&d, r->vm, &opt));
	opt.count = 2;		/* there is one vCPU */
	RIG_FAILS(VC_EINVAL, vc_lapic_create(&d, r->vm, &opt));
	opt.count = 1;
	opt.size = 1;
	RIG_FAILS(VC_EINVAL, vc_lapic_create(&d, r->vm, &opt));
	opt.size = sizeof(opt);
	RIG_OK(vc_lapic_create(&d, r->vm, &opt));
	opt.count = 0;
	lapic = NULL;
	RIG_FAILS(VC_EEXIST, vc_lapic_create(&lapic, r->vm, &opt));
	CU_ASSERT_PTR_NULL(lapic);
	end();
}

RIG_SUITE(dev_lapic) {
	RIG_TEST(test_dev_lapic_reset_values),
	RIG_TEST(test_dev_lapic_lvt_keeps_its_own_bits),
	RIG_TEST(test_dev_lapic_software_disable_masks_the_lvt),
	RIG_TEST(test_dev_lapic_each_vcpu_sees_its_own),
	RIG_TEST(test_dev_lapic_a_register_that_is_not_there_is_an_error),
	RIG_TEST(test_dev_lapic_narrow_reads_give_bytes),
	RIG_TEST(test_dev_lapic_a_message_interrupts),
	RIG_TEST(test_dev_lapic_the_highest_vector_comes_first),
	RIG_TEST(test_dev_lapic_the_class_in_service_blocks),
	RIG_TEST(test_dev_lapic_tpr_blocks_its_class_and_below),
	RIG_TEST(test_dev_lapic_cr8_is_the_high_half_of_tpr),
	RIG_TEST(test_dev_lapic_lowering_cr8_lets_through),
	RIG_TEST(test_dev_lapic_a_vector_in_irr_collapses),
	RIG_TEST(test_dev_lapic_software_disabled_takes_no_fixed),
	RIG_TEST(test_dev_lapic_vectors_below_16_are_errors),
	RIG_TEST(test_dev_lapic_errors_interrupt),
	RIG_TEST(test_dev_lapic_an_error_vector_below_16_ends_there),
	RIG_TEST(test_dev_lapic_eoi_without_interrupt_is_nothing),
	RIG_TEST(test_dev_lapic_eoi_of_a_level_is_broadcast),
	RIG_TEST(test_dev_lapic_physical_destination),
	RIG_TEST(test_dev_lapic_physical_broadcast),
	RIG_TEST(test_dev_lapic_flat_logical_destination),
	RIG_TEST(test_dev_lapic_cluster_logical_destination),
	RIG_TEST(test_dev_lapic_lowest_priority_picks_one),
	RIG_TEST(test_dev_lapic_lowest_priority_skips_the_disabled),
	RIG_TEST(test_dev_lapic_messages_elsewhere_are_not_ours),
	RIG_TEST(test_dev_lapic_icr_fixed_to_another),
	RIG_TEST(test_dev_lapic_icr_shorthands),
	RIG_TEST(test_dev_lapic_icr_nmi),
	RIG_TEST(test_dev_lapic_init_and_sipi_start_a_processor),
	RIG_TEST(test_dev_lapic_init_deassert_is_no_init),
	RIG_TEST(test_dev_lapic_lint0_extint_asks_the_pic),
	RIG_TEST(test_dev_lapic_lint0_masked_is_silent),
	RIG_TEST(test_dev_lapic_extint_ignores_the_tpr),
	RIG_TEST(test_dev_lapic_lint0_fixed_is_a_vector),
	RIG_TEST(test_dev_lapic_lint1_nmi),
	RIG_TEST(test_dev_lapic_virtual_wire_at_reset),
	RIG_TEST(test_dev_lapic_switched_off_lint0_is_intr),
	RIG_TEST(test_dev_lapic_an_extint_message_asks_the_pic_once),
	RIG_TEST(test_dev_lapic_one_shot_timer),
	RIG_TEST(test_dev_lapic_divide_configuration),
	RIG_TEST(test_dev_lapic_periodic_timer),
	RIG_TEST(test_dev_lapic_writing_zero_stops_the_timer),
	RIG_TEST(test_dev_lapic_a_masked_timer_counts_in_silence),
	RIG_TEST(test_dev_lapic_the_shortest_period_cannot_hog_the_host),
	RIG_TEST(test_dev_lapic_changing_the_divisor_keeps_the_count),
	RIG_TEST(test_dev_lapic_tsc_deadline),
	RIG_TEST(test_dev_lapic_a_past_deadline_fires_at_once),
	RIG_TEST(test_dev_lapic_a_deadline_of_zero_disarms),
	RIG_TEST(test_dev_lapic_a_far_deadline_is_reached_in_stages),
	RIG_TEST(test_dev_lapic_deadline_msr_is_dead_in_other_modes),
	RIG_TEST(test_dev_lapic_changing_to_deadline_mode_disarms),
	RIG_TEST(test_dev_lapic_apic_base_tells_the_bsp),
	RIG_TEST(test_dev_lapic_apic_base_refuses_reserved_bits),
	RIG_TEST(test_dev_lapic_apic_base_transitions),
	RIG_TEST(test_dev_lapic_switched_off_the_page_is_gone),
	RIG_TEST(test_dev_lapic_the_page_can_move),
	RIG_TEST(test_dev_lapic_a_page_over_memory_stays_memory),
	RIG_TEST(test_dev_lapic_x2apic_msrs_need_the_mode),
	RIG_TEST(test_dev_lapic_x2apic_ids),
	RIG_TEST(test_dev_lapic_x2apic_registers_that_fault),
	RIG_TEST(test_dev_lapic_x2apic_reserved_bits_fault),
	RIG_TEST(test_dev_lapic_x2apic_ipi_and_eoi),
	RIG_TEST(test_dev_lapic_x2apic_logical_and_broadcast),
	RIG_TEST(test_dev_lapic_x2apic_self_ipi),
	RIG_TEST(test_dev_lapic_reset_drops_pending_interrupts),
	RIG_TEST(test_dev_lapic_misuse_is_refused),
	RIG_END
};
