/* SPDX-License-Identifier: MIT */
/* The interrupt controllers, by Intel's 8259A data sheet. */
#include "rig.h"
#include "virtcore/machine.h"

#define M_CMD	0x20
#define M_DATA	0x21
#define S_CMD	0xa0
#define S_DATA	0xa1
#define ELCR	0x4d0

static struct rig *r;
static vc_device *pic;

static void init_pair(uint8_t icw4)
{
	rig_out8(r, M_CMD, 0x11);
	rig_out8(r, M_DATA, 0x20);
	rig_out8(r, M_DATA, 0x04);
	rig_out8(r, M_DATA, icw4);
	rig_out8(r, S_CMD, 0x11);
	rig_out8(r, S_DATA, 0x28);
	rig_out8(r, S_DATA, 0x02);
	rig_out8(r, S_DATA, icw4);
}

static void begin_raw(void)
{
	r = rig_new();
	RIG_OK(vc_i8259_create(&pic, r->vm, VC_LINE_NONE));
	RIG_OK(vc_device_map_port(pic, M_CMD, 2, 0));
	RIG_OK(vc_device_map_port(pic, S_CMD, 2, 2));
	RIG_OK(vc_device_map_port(pic, ELCR, 2, 4));
	RIG_OK(vc_vcpu_controller(r->vm, 0, pic));
	for (uint32_t i = 0; i < 16; i++)
		RIG_OK(vc_line_connect(r->vm, i, pic, i));
}

static void begin(void)
{
	begin_raw();
	init_pair(0x01);
}

static void end(void)
{
	rig_free(r);
}

static void raise(uint32_t irq)
{
	RIG_OK(vc_line_set(r->vm, irq, 1));
}

static void lower(uint32_t irq)
{
	RIG_OK(vc_line_set(r->vm, irq, 0));
}

static uint8_t irr(uint16_t cmd)
{
	rig_out8(r, cmd, 0x0a);
	return rig_in8(r, cmd);
}

static uint8_t isr(uint16_t cmd)
{
	rig_out8(r, cmd, 0x0b);
	return rig_in8(r, cmd);
}

static void test_dev_i8259_is_silent_before_icw1(void)
{
	begin_raw();
	raise(0);
	raise(9);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_is_silent_while_being_initialised(void)
{
	begin();
	rig_out8(r, M_CMD, 0x11);
	raise(0);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_out8(r, M_DATA, 0x20);
	rig_out8(r, M_DATA, 0x04);
	rig_out8(r, M_DATA, 0x01);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_gives_vectors_from_icw2(void)
{
	begin();
	for (uint32_t i = 0; i < 16; i++) {
		if (i == 2)
			continue;
		raise(i);
		CU_ASSERT_TRUE(rig_intr(r, 0));
		CU_ASSERT_EQUAL(rig_ack(r, 0), (int)(0x20 + i));
		CU_ASSERT_FALSE(rig_intr(r, 0));
		if (i >= 8)
			rig_out8(r, S_CMD, 0x20);
		rig_out8(r, M_CMD, 0x20);
		lower(i);
	}
	end();
}

static void test_dev_i8259_icw2_ignores_the_low_three_bits(void)
{
	begin();
	rig_out8(r, M_CMD, 0x11);
	rig_out8(r, M_DATA, 0x4d);
	rig_out8(r, M_DATA, 0x04);
	rig_out8(r, M_DATA, 0x01);
	raise(1);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x49);
	end();
}

static void test_dev_i8259_the_lower_number_comes_first(void)
{
	begin();
	raise(7);
	raise(3);
	raise(5);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x23);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x25);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x27);
	end();
}

static void test_dev_i8259_the_slave_counts_as_irq_2(void)
{
	begin();
	raise(3);
	raise(15);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x2f);
	rig_out8(r, S_CMD, 0x20);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x23);
	end();
}

static void test_dev_i8259_imr_masks(void)
{
	begin();
	rig_out8(r, M_DATA, 0x08);
	raise(3);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(irr(M_CMD), 0x08);
	rig_out8(r, M_DATA, 0x00);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_imr_reads_back(void)
{
	begin();
	rig_out8(r, M_DATA, 0xa5);
	rig_out8(r, S_DATA, 0x5a);
	CU_ASSERT_EQUAL(rig_in8(r, M_DATA), 0xa5);
	CU_ASSERT_EQUAL(rig_in8(r, S_DATA), 0x5a);
	end();
}

static void test_dev_i8259_icw1_clears_imr(void)
{
	begin();
	rig_out8(r, M_DATA, 0xff);
	init_pair(1);
	CU_ASSERT_EQUAL(rig_in8(r, M_DATA), 0);
	end();
}

static void test_dev_i8259_masking_irq_2_masks_the_slave(void)
{
	begin();
	rig_out8(r, M_DATA, 0x04);
	raise(12);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_isr_blocks_lower_priorities(void)
{
	begin();
	raise(3);
	rig_ack(r, 0);
	raise(4);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	raise(1);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_eoi_lets_the_next_one_through(void)
{
	begin();
	raise(3);
	rig_ack(r, 0);
	raise(4);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x24);
	end();
}

static void test_dev_i8259_nonspecific_eoi_ends_the_highest(void)
{
	begin();
	raise(5);
	rig_ack(r, 0);
	raise(1);
	rig_ack(r, 0);
	CU_ASSERT_EQUAL(isr(M_CMD), 0x22);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_EQUAL(isr(M_CMD), 0x20);
	end();
}

static void test_dev_i8259_specific_eoi_ends_the_named(void)
{
	begin();
	raise(5);
	rig_ack(r, 0);
	raise(1);
	rig_ack(r, 0);
	rig_out8(r, M_CMD, 0x65);
	CU_ASSERT_EQUAL(isr(M_CMD), 0x02);
	end();
}

static void test_dev_i8259_ack_moves_irr_to_isr(void)
{
	begin();
	raise(6);
	CU_ASSERT_EQUAL(irr(M_CMD), 0x40);
	CU_ASSERT_EQUAL(isr(M_CMD), 0x00);
	rig_ack(r, 0);
	CU_ASSERT_EQUAL(irr(M_CMD), 0x00);
	CU_ASSERT_EQUAL(isr(M_CMD), 0x40);
	end();
}

static void test_dev_i8259_an_edge_requests_once(void)
{
	begin();
	raise(3);
	rig_ack(r, 0);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_FALSE(rig_intr(r, 0));	/* still high: no new edge */
	lower(3);
	raise(3);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_a_short_edge_is_remembered(void)
{
	begin();
	RIG_OK(vc_line_pulse(r->vm, 3));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x23);
	end();
}

static void test_dev_i8259_a_level_requests_as_long_as_it_lasts(void)
{
	begin();
	rig_out8(r, ELCR, 0x20);
	raise(5);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x25);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x25);
	lower(5);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_ltim_makes_all_inputs_level(void)
{
	begin();
	rig_out8(r, M_CMD, 0x19);
	rig_out8(r, M_DATA, 0x20);
	rig_out8(r, M_DATA, 0x04);
	rig_out8(r, M_DATA, 0x01);
	raise(3);
	rig_ack(r, 0);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	lower(3);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_elcr_leaves_fixed_inputs_alone(void)
{
	begin();
	rig_out8(r, ELCR, 0xff);
	rig_out8(r, ELCR + 1, 0xff);
	CU_ASSERT_EQUAL(rig_in8(r, ELCR), 0xf8);
	CU_ASSERT_EQUAL(rig_in8(r, ELCR + 1), 0xde);
	end();
}

static void test_dev_i8259_a_vanished_level_is_spurious_irq_7(void)
{
	begin();
	rig_out8(r, ELCR, 0x20);
	raise(5);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	lower(5);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	/* the processor had seen INTR already */
	CU_ASSERT_EQUAL(vc_i8259_acknowledge(pic), 0x27);
	CU_ASSERT_EQUAL(isr(M_CMD), 0);
	end();
}

static void test_dev_i8259_a_vanished_slave_request_is_spurious_irq_15(void)
{
	begin();
	rig_out8(r, ELCR + 1, 0x04);
	raise(10);
	lower(10);
	/* the master remembers the edge of its input 2 */
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x2f);
	CU_ASSERT_EQUAL(isr(S_CMD), 0);
	CU_ASSERT_EQUAL(isr(M_CMD), 0x04);
	end();
}

static void test_dev_i8259_aeoi_needs_no_eoi(void)
{
	begin();
	init_pair(0x03);
	raise(3);
	rig_ack(r, 0);
	CU_ASSERT_EQUAL(isr(M_CMD), 0);
	raise(4);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_rotate_on_nonspecific_eoi(void)
{
	begin();
	raise(0);
	raise(1);
	rig_ack(r, 0);
	rig_out8(r, M_CMD, 0xa0);	/* 0 is now the lowest */
	lower(0);
	raise(0);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x21);
	rig_out8(r, M_CMD, 0x20);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x20);
	end();
}

static void test_dev_i8259_rotate_on_specific_eoi(void)
{
	begin();
	raise(3);
	rig_ack(r, 0);
	rig_out8(r, M_CMD, 0xe3);
	CU_ASSERT_EQUAL(isr(M_CMD), 0);
	raise(1);
	raise(4);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x24);
	end();
}

static void test_dev_i8259_set_priority(void)
{
	begin();
	rig_out8(r, M_CMD, 0xc4);	/* 4 lowest, so 5 highest */
	raise(0);
	raise(6);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x26);
	end();
}

static void test_dev_i8259_rotate_in_aeoi(void)
{
	begin();
	init_pair(0x03);
	rig_out8(r, M_CMD, 0x80);
	raise(0);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x20);
	lower(0);
	raise(0);
	raise(1);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x21);
	rig_out8(r, M_CMD, 0x00);	/* no more */
	end();
}

static void test_dev_i8259_special_mask_lets_lower_ones_through(void)
{
	begin();
	raise(3);
	rig_ack(r, 0);
	rig_out8(r, M_DATA, 0x08);
	raise(5);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_out8(r, M_CMD, 0x68);
	CU_ASSERT_TRUE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x25);
	rig_out8(r, M_CMD, 0x48);
	end();
}

static void test_dev_i8259_special_fully_nested_slave(void)
{
	begin();
	init_pair(0x11);
	raise(12);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x2c);
	raise(8);	/* higher, of the same slave */
	CU_ASSERT_TRUE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x28);
	end();
}

static void test_dev_i8259_fully_nested_master_blocks_its_slave(void)
{
	begin();
	raise(12);
	rig_ack(r, 0);
	raise(8);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	end();
}

static void test_dev_i8259_poll_acknowledges(void)
{
	begin();
	raise(4);
	rig_out8(r, M_CMD, 0x0c);
	CU_ASSERT_EQUAL(rig_in8(r, M_CMD), 0x84);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(isr(M_CMD), 0x10);
	end();
}

static void test_dev_i8259_poll_with_nothing_gives_no_interrupt(void)
{
	begin();
	rig_out8(r, M_CMD, 0x0c);
	CU_ASSERT_EQUAL(rig_in8(r, M_CMD) & 0x80, 0);
	end();
}

static void test_dev_i8259_poll_is_good_for_one_read(void)
{
	begin();
	rig_out8(r, M_CMD, 0x0c);
	rig_in8(r, M_CMD);
	raise(4);
	CU_ASSERT_EQUAL(rig_in8(r, M_CMD), 0x10);	/* IRR again */
	end();
}

static void test_dev_i8259_icw1_selects_irr(void)
{
	begin();
	rig_out8(r, M_CMD, 0x0b);
	init_pair(1);
	raise(4);
	CU_ASSERT_EQUAL(rig_in8(r, M_CMD), 0x10);
	end();
}

static void test_dev_i8259_single_mode_skips_icw3(void)
{
	begin();
	rig_out8(r, M_CMD, 0x13);
	rig_out8(r, M_DATA, 0x60);
	rig_out8(r, M_DATA, 0x01);
	rig_out8(r, M_DATA, 0xfe);
	CU_ASSERT_EQUAL(rig_in8(r, M_DATA), 0xfe);
	raise(0);
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x60);
	end();
}

static void test_dev_i8259_without_icw4_its_features_are_off(void)
{
	begin();
	init_pair(0x03);
	rig_out8(r, M_CMD, 0x10);
	rig_out8(r, M_DATA, 0x20);
	rig_out8(r, M_DATA, 0x04);
	rig_out8(r, M_DATA, 0x00);	/* OCW1 already */
	raise(3);
	rig_ack(r, 0);
	CU_ASSERT_EQUAL(isr(M_CMD), 0x08);
	end();
}

static void test_dev_i8259_linux_probes_with_imr(void)
{
	/* what Linux does to see whether there is a PIC */
	begin();
	rig_out8(r, S_DATA, 0xff);
	rig_out8(r, M_DATA, 0xfb);
	CU_ASSERT_EQUAL(rig_in8(r, M_DATA), 0xfb);
	end();
}

static void test_dev_i8259_output_on_a_line(void)
{
	vc_device *other, *pins;

	begin();
	RIG_OK(vc_i8259_create(&other, r->vm, 100));
	pins = rig_pins(r);
	RIG_OK(vc_line_connect(r->vm, 100, pins, 0));
	RIG_OK(vc_line_connect(r->vm, 50, other, 1));
	RIG_OK(vc_device_map_port(other, 0x220, 2, 0));
	rig_out8(r, 0x220, 0x13);
	rig_out8(r, 0x221, 0x70);
	rig_out8(r, 0x221, 0x01);
	raise(50);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	CU_ASSERT_EQUAL(vc_i8259_acknowledge(other), 0x71);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 0);
	end();
}

static void test_dev_i8259_reset_forgets_everything(void)
{
	begin();
	raise(3);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_in8(r, M_DATA), 0xff);
	end();
}

static void test_dev_i8259_misuse_is_refused(void)
{
	vc_device *d;

	begin();
	RIG_FAILS(VC_EINVAL, vc_i8259_create(&d, r->vm, 256));
	RIG_FAILS(VC_EINVAL, vc_i8259_create(NULL, r->vm, 1));
	RIG_FAILS(VC_EINVAL, vc_i8259_acknowledge(NULL));
	RIG_FAILS(VC_EINVAL, vc_line_connect(r->vm, 256, pic, 0));
	end();
}

RIG_SUITE(dev_i8259) {
	RIG_TEST(test_dev_i8259_is_silent_before_icw1),
	RIG_TEST(test_dev_i8259_is_silent_while_being_initialised),
	RIG_TEST(test_dev_i8259_gives_vectors_from_icw2),
	RIG_TEST(test_dev_i8259_icw2_ignores_the_low_three_bits),
	RIG_TEST(test_dev_i8259_the_lower_number_comes_first),
	RIG_TEST(test_dev_i8259_the_slave_counts_as_irq_2),
	RIG_TEST(test_dev_i8259_imr_masks),
	RIG_TEST(test_dev_i8259_imr_reads_back),
	RIG_TEST(test_dev_i8259_icw1_clears_imr),
	RIG_TEST(test_dev_i8259_masking_irq_2_masks_the_slave),
	RIG_TEST(test_dev_i8259_isr_blocks_lower_priorities),
	RIG_TEST(test_dev_i8259_eoi_lets_the_next_one_through),
	RIG_TEST(test_dev_i8259_nonspecific_eoi_ends_the_highest),
	RIG_TEST(test_dev_i8259_specific_eoi_ends_the_named),
	RIG_TEST(test_dev_i8259_ack_moves_irr_to_isr),
	RIG_TEST(test_dev_i8259_an_edge_requests_once),
	RIG_TEST(test_dev_i8259_a_short_edge_is_remembered),
	RIG_TEST(test_dev_i8259_a_level_requests_as_long_as_it_lasts),
	RIG_TEST(test_dev_i8259_ltim_makes_all_inputs_level),
	RIG_TEST(test_dev_i8259_elcr_leaves_fixed_inputs_alone),
	RIG_TEST(test_dev_i8259_a_vanished_level_is_spurious_irq_7),
	RIG_TEST(test_dev_i8259_a_vanished_slave_request_is_spurious_irq_15),
	RIG_TEST(test_dev_i8259_aeoi_needs_no_eoi),
	RIG_TEST(test_dev_i8259_rotate_on_nonspecific_eoi),
	RIG_TEST(test_dev_i8259_rotate_on_specific_eoi),
	RIG_TEST(test_dev_i8259_set_priority),
	RIG_TEST(test_dev_i8259_rotate_in_aeoi),
	RIG_TEST(test_dev_i8259_special_mask_lets_lower_ones_through),
	RIG_TEST(test_dev_i8259_special_fully_nested_slave),
	RIG_TEST(test_dev_i8259_fully_nested_master_blocks_its_slave),
	RIG_TEST(test_dev_i8259_poll_acknowledges),
	RIG_TEST(test_dev_i8259_poll_with_nothing_gives_no_interrupt),
	RIG_TEST(test_dev_i8259_poll_is_good_for_one_read),
	RIG_TEST(test_dev_i8259_icw1_selects_irr),
	RIG_TEST(test_dev_i8259_single_mode_skips_icw3),
	RIG_TEST(test_dev_i8259_without_icw4_its_features_are_off),
	RIG_TEST(test_dev_i8259_linux_probes_with_imr),
	RIG_TEST(test_dev_i8259_output_on_a_line),
	RIG_TEST(test_dev_i8259_reset_forgets_everything),
	RIG_TEST(test_dev_i8259_misuse_is_refused),
	RIG_END
};
