/* SPDX-License-Identifier: MIT */
/* The serial port, by the PC16550D data sheet. */
#include "rig.h"
#include "virtcore/machine.h"

#define BASE	0x3f8
#define LINE	4

enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR, THR = 0, FCR = 2 };

static struct rig *r;
static vc_device *uart, *pins;
static uint8_t sent[256];
static size_t sent_len;

static void sink(const void *bytes, size_t len, void *opaque)
{
	CU_ASSERT_PTR_EQUAL(opaque, &sent_len);
	for (size_t i = 0; i < len && sent_len < sizeof(sent); i++)
		sent[sent_len++] = ((const uint8_t *)bytes)[i];
}

static void begin(void)
{
	r = rig_new();
	sent_len = 0;
	RIG_OK(vc_uart16550_create(&uart, r->vm, LINE, sink, &sent_len));
	RIG_OK(vc_device_map_port(uart, BASE, 8, 0));
	pins = rig_pins(r);
	RIG_OK(vc_line_connect(r->vm, LINE, pins, 0));
}

static void end(void)
{
	rig_free(r);
}

static uint8_t in(uint32_t reg)
{
	return rig_in8(r, (uint16_t)(BASE + reg));
}

static void out(uint32_t reg, uint8_t v)
{
	rig_out8(r, (uint16_t)(BASE + reg), v);
}

static uint32_t receive(const char *s)
{
	return vc_uart16550_receive(uart, s, (uint32_t)strlen(s));
}

static bool irq(void)
{
	return rig_pin(pins, 0);
}

static void test_dev_uart16550_reset_values(void)
{
	begin();
	CU_ASSERT_EQUAL(in(IER), 0);
	CU_ASSERT_EQUAL(in(IIR), 1);
	CU_ASSERT_EQUAL(in(LCR), 0);
	CU_ASSERT_EQUAL(in(MCR), 0);
	CU_ASSERT_EQUAL(in(LSR), 0x60);
	CU_ASSERT_EQUAL(in(MSR) & 0x0f, 0);
	CU_ASSERT_FALSE(irq());
	end();
}

static void test_dev_uart16550_a_byte_written_to_thr_is_sent(void)
{
	begin();
	out(THR, 'h');
	out(LCR, 3);
	out(THR, 'h');
	CU_ASSERT_EQUAL(sent_len, 2);
	CU_ASSERT_EQUAL(sent[1], 'h');
	end();
}

static void test_dev_uart16550_the_word_length_cuts_in_loopback(void)
{
	static const uint8_t mask[4] = { 0x1f, 0x3f, 0x7f, 0xff };

	begin();
	out(MCR, 0x10);
	for (uint8_t i = 0; i < 4; i++) {
		out(LCR, i);
		out(THR, 0xff);
		CU_ASSERT_EQUAL(in(RBR), mask[i]);
	}
	end();
}

static void test_dev_uart16550_the_line_has_eight_bits(void)
{
	begin();
	out(THR, 0xff);		/* LCR still says 5 */
	CU_ASSERT_EQUAL(sent[0], 0xff);
	receive("\xff");
	CU_ASSERT_EQUAL(in(RBR), 0xff);
	end();
}

static void test_dev_uart16550_thr_is_always_empty_again(void)
{
	begin();
	out(THR, 'x');
	CU_ASSERT_EQUAL(in(LSR), 0x60);
	end();
}

static void test_dev_uart16550_reading_rbr_clears_data_ready(void)
{
	begin();
	out(LCR, 3);
	CU_ASSERT_EQUAL(receive("x"), 1);
	CU_ASSERT_EQUAL(in(LSR) & 1, 1);
	CU_ASSERT_EQUAL(in(RBR), 'x');
	CU_ASSERT_EQUAL(in(LSR) & 1, 0);
	end();
}

static void test_dev_uart16550_without_fifo_it_takes_one_byte(void)
{
	begin();
	CU_ASSERT_EQUAL(receive("abc"), 1);
	CU_ASSERT_EQUAL(receive("b"), 0);
	in(RBR);
	CU_ASSERT_EQUAL(receive("b"), 1);
	end();
}

static void test_dev_uart16550_with_fifo_it_takes_sixteen(void)
{
	begin();
	out(LCR, 3);
	out(FCR, 1);
	CU_ASSERT_EQUAL(receive("0123456789abcdefgh"), 16);
	for (int i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(in(RBR), "0123456789abcdef"[i]);
	CU_ASSERT_EQUAL(in(LSR) & 1, 0);
	end();
}

static void test_dev_uart16550_receive_wraps_around_the_fifo(void)
{
	begin();
	out(LCR, 3);
	out(FCR, 1);
	for (int i = 0; i < 40; i++) {
		char c = (char)('A' + i % 26);

		CU_ASSERT_EQUAL(vc_uart16550_receive(uart, &c, 1), 1);
		CU_ASSERT_EQUAL(vc_uart16550_receive(uart, &c, 1), 1);
		CU_ASSERT_EQUAL(in(RBR), c);
		CU_ASSERT_EQUAL(in(RBR), c);
	}
	end();
}

static void test_dev_uart16550_iir_tells_that_the_fifo_is_on(void)
{
	begin();
	CU_ASSERT_EQUAL(in(IIR) & 0xc0, 0);
	out(FCR, 1);
	CU_ASSERT_EQUAL(in(IIR) & 0xc0, 0xc0);
	out(FCR, 0);
	CU_ASSERT_EQUAL(in(IIR) & 0xc0, 0);
	end();
}

static void test_dev_uart16550_changing_fifo_mode_clears_it(void)
{
	begin();
	out(FCR, 1);
	receive("abc");
	out(FCR, 0);
	CU_ASSERT_EQUAL(in(LSR) & 1, 0);
	end();
}

static void test_dev_uart16550_fcr_bit_1_clears_the_receiver(void)
{
	begin();
	out(FCR, 1);
	receive("abc");
	out(FCR, 3);
	CU_ASSERT_EQUAL(in(LSR) & 1, 0);
	out(FCR, 1);
	receive("d");
	CU_ASSERT_EQUAL(in(LSR) & 1, 1);
	end();
}

static void test_dev_uart16550_other_fcr_bits_need_bit_0(void)
{
	begin();
	out(FCR, 0x80);
	CU_ASSERT_EQUAL(in(IIR) & 0xc0, 0);
	CU_ASSERT_EQUAL(receive("ab"), 1);
	end();
}

static void test_dev_uart16550_trigger_levels(void)
{
	static const uint8_t level[4] = { 1, 4, 8, 14 };

	begin();
	out(IER, 1);
	for (uint8_t t = 0; t < 4; t++) {
		out(FCR, (uint8_t)(t << 6 | 3));
		for (uint8_t n = 1; n <= 16; n++) {
			CU_ASSERT_EQUAL(receive("z"), 1);
			CU_ASSERT_EQUAL(in(IIR) & 0x0f,
					n >= level[t] ? 0x04 : 0x0c);
			CU_ASSERT_TRUE(irq());
		}
	}
	end();
}

static void test_dev_uart16550_received_data_interrupts(void)
{
	begin();
	receive("a");
	CU_ASSERT_FALSE(irq());
	out(IER, 1);
	CU_ASSERT_TRUE(irq());
	CU_ASSERT_EQUAL(in(IIR), 0x04);
	in(RBR);
	CU_ASSERT_FALSE(irq());
	CU_ASSERT_EQUAL(in(IIR), 0x01);
	end();
}

static void test_dev_uart16550_enabling_thri_interrupts_at_once(void)
{
	begin();
	out(IER, 2);
	CU_ASSERT_TRUE(irq());
	CU_ASSERT_EQUAL(in(IIR), 0x02);
	end();
}

static void test_dev_uart16550_reading_iir_ends_a_thre_interrupt(void)
{
	begin();
	out(IER, 2);
	CU_ASSERT_EQUAL(in(IIR), 0x02);
	CU_ASSERT_FALSE(irq());
	CU_ASSERT_EQUAL(in(IIR), 0x01);
	end();
}

static void test_dev_uart16550_enabling_thri_again_interrupts_again(void)
{
	/* what Linux' 8250 driver tests for at start-up */
	begin();
	out(IER, 2);
	in(IIR);
	out(IER, 0);
	CU_ASSERT_FALSE(irq());
	out(IER, 2);
	CU_ASSERT_EQUAL(in(IIR), 0x02);
	end();
}

static void test_dev_uart16550_a_sent_byte_interrupts_when_it_has_left(void)
{
	uint32_t before;

	begin();
	out(IER, 2);
	in(IIR);
	before = rig_pin_edges(pins, 0);
	out(THR, 'a');
	CU_ASSERT_TRUE(irq());
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), before + 1);
	out(THR, 'b');	/* writing clears it, leaving raises it: an edge */
	CU_ASSERT_EQUAL(rig_pin_edges(pins, 0), before + 2);
	end();
}

static void test_dev_uart16550_reading_iir_of_another_cause_keeps_thre(void)
{
	begin();
	receive("a");
	out(IER, 3);
	CU_ASSERT_EQUAL(in(IIR), 0x04);
	in(RBR);
	CU_ASSERT_EQUAL(in(IIR), 0x02);
	end();
}

static void test_dev_uart16550_interrupt_priorities(void)
{
	begin();
	out(IER, 0x0f);
	vc_uart16550_modem(uart, 0x90);		/* DSR changed */
	vc_uart16550_receive_bad(uart, 'x', 0x08);
	CU_ASSERT_EQUAL(in(IIR), 0x06);		/* line status first */
	in(LSR);
	CU_ASSERT_EQUAL(in(IIR), 0x04);		/* then received data */
	in(RBR);
	CU_ASSERT_EQUAL(in(IIR), 0x02);		/* then THRE */
	CU_ASSERT_EQUAL(in(IIR), 0x00);		/* then modem status */
	in(MSR);
	CU_ASSERT_EQUAL(in(IIR), 0x01);
	CU_ASSERT_FALSE(irq());
	end();
}

static void test_dev_uart16550_line_errors_show_with_their_byte(void)
{
	begin();
	out(FCR, 1);
	receive("a");
	RIG_OK(vc_uart16550_receive_bad(uart, 'b', 0x04));
	CU_ASSERT_EQUAL(in(LSR) & 0x1e, 0);	/* 'a' is on top */
	in(RBR);
	CU_ASSERT_EQUAL(in(LSR) & 0x1e, 0x04);
	CU_ASSERT_EQUAL(in(LSR) & 0x1e, 0);	/* reading clears it */
	end();
}

static void test_dev_uart16550_lsr_bit_7_tells_of_errors_in_the_fifo(void)
{
	begin();
	out(FCR, 1);
	receive("a");
	vc_uart16550_receive_bad(uart, 'b', 0x10);
	CU_ASSERT_EQUAL(in(LSR) & 0x80, 0x80);
	in(RBR);
	in(LSR);
	CU_ASSERT_EQUAL(in(LSR) & 0x80, 0);
	end();
}

static void test_dev_uart16550_overrun_without_fifo_replaces_the_byte(void)
{
	begin();
	out(LCR, 3);
	receive("a");
	vc_uart16550_receive_bad(uart, 'b', 0);
	CU_ASSERT_EQUAL(in(LSR) & 0x02, 0x02);
	CU_ASSERT_EQUAL(in(LSR) & 0x02, 0);
	CU_ASSERT_EQUAL(in(RBR), 'b');
	end();
}

static void test_dev_uart16550_overrun_of_the_fifo_keeps_it(void)
{
	begin();
	out(LCR, 3);
	out(FCR, 1);
	receive("0123456789abcdef");
	vc_uart16550_receive_bad(uart, 'X', 0);
	CU_ASSERT_EQUAL(in(LSR) & 0x02, 0x02);
	CU_ASSERT_EQUAL(in(RBR), '0');
	end();
}

static void test_dev_uart16550_line_status_interrupts(void)
{
	begin();
	out(IER, 4);
	vc_uart16550_receive_bad(uart, 0, 0x10);
	CU_ASSERT_TRUE(irq());
	CU_ASSERT_EQUAL(in(IIR), 0x06);
	CU_ASSERT_EQUAL(in(LSR) & 0x11, 0x11);
	CU_ASSERT_FALSE(irq());
	end();
}

static void test_dev_uart16550_dlab_shows_the_divisor(void)
{
	begin();
	out(LCR, 0x83);
	out(0, 0x34);
	out(1, 0x12);
	CU_ASSERT_EQUAL(in(0), 0x34);
	CU_ASSERT_EQUAL(in(1), 0x12);
	out(LCR, 0x03);
	CU_ASSERT_EQUAL(in(IER), 0);
	CU_ASSERT_EQUAL(sent_len, 0);
	out(LCR, 0x83);
	CU_ASSERT_EQUAL(in(1), 0x12);
	end();
}

static void test_dev_uart16550_the_scratch_register_keeps_a_byte(void)
{
	begin();
	out(SCR, 0xa5);
	CU_ASSERT_EQUAL(in(SCR), 0xa5);
	end();
}

static void test_dev_uart16550_ier_has_four_bits(void)
{
	begin();
	out(IER, 0xf5);
	CU_ASSERT_EQUAL(in(IER), 0x05);
	end();
}

static void test_dev_uart16550_mcr_has_five_bits(void)
{
	begin();
	out(MCR, 0xff);
	CU_ASSERT_EQUAL(in(MCR), 0x1f);
	end();
}

static void test_dev_uart16550_modem_changes_set_deltas(void)
{
	begin();
	in(MSR);
	RIG_OK(vc_uart16550_modem(uart, 0x00));
	CU_ASSERT_EQUAL(in(MSR), 0x0b);	/* CTS, DSR, DCD fell */
	CU_ASSERT_EQUAL(in(MSR), 0x00);
	vc_uart16550_modem(uart, 0x40);
	CU_ASSERT_EQUAL(in(MSR), 0x40);	/* RI's rise does not count */
	vc_uart16550_modem(uart, 0x00);
	CU_ASSERT_EQUAL(in(MSR), 0x04);	/* its fall does */
	end();
}

static void test_dev_uart16550_modem_status_interrupts(void)
{
	begin();
	out(IER, 8);
	CU_ASSERT_FALSE(irq());
	vc_uart16550_modem(uart, 0x20);
	CU_ASSERT_TRUE(irq());
	in(MSR);
	CU_ASSERT_FALSE(irq());
	end();
}

static void test_dev_uart16550_loopback_receives_what_it_sends(void)
{
	begin();
	out(LCR, 3);
	out(MCR, 0x10);
	out(THR, 0x5a);
	CU_ASSERT_EQUAL(sent_len, 0);
	CU_ASSERT_EQUAL(in(LSR) & 1, 1);
	CU_ASSERT_EQUAL(in(RBR), 0x5a);
	end();
}

static void test_dev_uart16550_loopback_turns_outputs_to_inputs(void)
{
	begin();
	for (uint8_t v = 0; v < 16; v++) {
		uint8_t want = (uint8_t)((v & 1 ? 0x20 : 0) |
			(v & 2 ? 0x10 : 0) | (v & 4 ? 0x40 : 0) |
			(v & 8 ? 0x80 : 0));

		out(MCR, 0x10 | v);
		CU_ASSERT_EQUAL(in(MSR) & 0xf0, want);
	}
	end();
}

static void test_dev_uart16550_loopback_shuts_out_the_line(void)
{
	begin();
	out(MCR, 0x10);
	CU_ASSERT_EQUAL(receive("x"), 0);
	CU_ASSERT_EQUAL(in(LSR) & 1, 0);
	end();
}

static void test_dev_uart16550_loopback_can_overrun(void)
{
	begin();
	out(MCR, 0x10);
	out(THR, 1);
	out(THR, 2);
	CU_ASSERT_EQUAL(in(LSR) & 0x03, 0x03);
	end();
}

static void test_dev_uart16550_break_in_loopback_is_received(void)
{
	begin();
	out(MCR, 0x10);
	out(LCR, 0x43);
	CU_ASSERT_EQUAL(in(LSR) & 0x11, 0x11);
	CU_ASSERT_EQUAL(in(RBR), 0);
	end();
}

static void test_dev_uart16550_lsr_and_msr_ignore_writes(void)
{
	uint8_t lsr, msr;

	begin();
	lsr = in(LSR);
	msr = in(MSR);
	out(LSR, 0xff);
	out(MSR, 0xff);
	CU_ASSERT_EQUAL(in(LSR), lsr);
	CU_ASSERT_EQUAL(in(MSR), msr);
	end();
}

static void test_dev_uart16550_a_wide_access_is_bytes(void)
{
	begin();
	rig_out16(r, BASE + SCR - 1, 0x7700);
	CU_ASSERT_EQUAL(in(SCR), 0x77);
	CU_ASSERT_EQUAL(rig_in16(r, BASE + LCR - 1) >> 8, in(LCR));
	end();
}

static void test_dev_uart16550_reset_empties_it(void)
{
	begin();
	out(FCR, 1);
	out(LCR, 3);
	receive("abc");
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(in(LSR) & 1, 0);
	CU_ASSERT_EQUAL(in(LCR), 0);
	end();
}

static void test_dev_uart16550_no_line_and_no_sink_are_fine(void)
{
	vc_device *quiet;

	begin();
	RIG_OK(vc_uart16550_create(&quiet, r->vm, VC_LINE_NONE, NULL, NULL));
	RIG_OK(vc_device_map_port(quiet, 0x2f8, 8, 0));
	rig_out8(r, 0x2f8 + IER, 2);
	rig_out8(r, 0x2f8 + THR, 'x');
	CU_ASSERT_EQUAL(rig_in8(r, 0x2f8 + IIR), 2);
	end();
}

static void test_dev_uart16550_misuse_is_refused(void)
{
	vc_device *d;

	begin();
	RIG_FAILS(VC_EINVAL, vc_uart16550_create(&d, r->vm, 256, NULL, NULL));
	RIG_FAILS(VC_EINVAL, vc_uart16550_create(NULL, r->vm, 4, NULL, NULL));
	RIG_FAILS(VC_EINVAL, vc_uart16550_create(&d, NULL, 4, NULL, NULL));
	RIG_FAILS(VC_EINVAL, vc_uart16550_receive_bad(uart, 0, 1));
	RIG_FAILS(VC_EINVAL, vc_uart16550_modem(uart, 1));
	RIG_FAILS(VC_EINVAL, vc_uart16550_modem(NULL, 0));
	RIG_FAILS(VC_EINVAL, vc_uart16550_modem(pins, 0));
	CU_ASSERT_EQUAL(vc_uart16550_receive(NULL, "x", 1), 0);
	CU_ASSERT_EQUAL(vc_uart16550_receive(uart, NULL, 1), 0);
	end();
}

RIG_SUITE(dev_uart16550) {
	RIG_TEST(test_dev_uart16550_reset_values),
	RIG_TEST(test_dev_uart16550_a_byte_written_to_thr_is_sent),
	RIG_TEST(test_dev_uart16550_the_word_length_cuts_in_loopback),
	RIG_TEST(test_dev_uart16550_the_line_has_eight_bits),
	RIG_TEST(test_dev_uart16550_thr_is_always_empty_again),
	RIG_TEST(test_dev_uart16550_reading_rbr_clears_data_ready),
	RIG_TEST(test_dev_uart16550_without_fifo_it_takes_one_byte),
	RIG_TEST(test_dev_uart16550_with_fifo_it_takes_sixteen),
	RIG_TEST(test_dev_uart16550_receive_wraps_around_the_fifo),
	RIG_TEST(test_dev_uart16550_iir_tells_that_the_fifo_is_on),
	RIG_TEST(test_dev_uart16550_changing_fifo_mode_clears_it),
	RIG_TEST(test_dev_uart16550_fcr_bit_1_clears_the_receiver),
	RIG_TEST(test_dev_uart16550_other_fcr_bits_need_bit_0),
	RIG_TEST(test_dev_uart16550_trigger_levels),
	RIG_TEST(test_dev_uart16550_received_data_interrupts),
	RIG_TEST(test_dev_uart16550_enabling_thri_interrupts_at_once),
	RIG_TEST(test_dev_uart16550_reading_iir_ends_a_thre_interrupt),
	RIG_TEST(test_dev_uart16550_enabling_thri_again_interrupts_again),
	RIG_TEST(test_dev_uart16550_a_sent_byte_interrupts_when_it_has_left),
	RIG_TEST(test_dev_uart16550_reading_iir_of_another_cause_keeps_thre),
	RIG_TEST(test_dev_uart16550_interrupt_priorities),
	RIG_TEST(test_dev_uart16550_line_errors_show_with_their_byte),
	RIG_TEST(test_dev_uart16550_lsr_bit_7_tells_of_errors_in_the_fifo),
	RIG_TEST(test_dev_uart16550_overrun_without_fifo_replaces_the_byte),
	RIG_TEST(test_dev_uart16550_overrun_of_the_fifo_keeps_it),
	RIG_TEST(test_dev_uart16550_line_status_interrupts),
	RIG_TEST(test_dev_uart16550_dlab_shows_the_divisor),
	RIG_TEST(test_dev_uart16550_the_scratch_register_keeps_a_byte),
	RIG_TEST(test_dev_uart16550_ier_has_four_bits),
	RIG_TEST(test_dev_uart16550_mcr_has_five_bits),
	RIG_TEST(test_dev_uart16550_modem_changes_set_deltas),
	RIG_TEST(test_dev_uart16550_modem_status_interrupts),
	RIG_TEST(test_dev_uart16550_loopback_receives_what_it_sends),
	RIG_TEST(test_dev_uart16550_loopback_turns_outputs_to_inputs),
	RIG_TEST(test_dev_uart16550_loopback_shuts_out_the_line),
	RIG_TEST(test_dev_uart16550_loopback_can_overrun),
	RIG_TEST(test_dev_uart16550_break_in_loopback_is_received),
	RIG_TEST(test_dev_uart16550_lsr_and_msr_ignore_writes),
	RIG_TEST(test_dev_uart16550_a_wide_access_is_bytes),
	RIG_TEST(test_dev_uart16550_reset_empties_it),
	RIG_TEST(test_dev_uart16550_no_line_and_no_sink_are_fine),
	RIG_TEST(test_dev_uart16550_misuse_is_refused),
	RIG_END
};
