/* SPDX-License-Identifier: MIT */
/* Interrupt lines, messages, and the inputs of vCPUs. */
#include "rig.h"
#include "../lib/core/backend.h"

static void test_irq_line_reaches_every_sink(void)
{
	struct rig *r = rig_new();
	vc_device *a = rig_pins(r), *b = rig_pins(r);

	RIG_OK(vc_line_connect(r->vm, 4, a, 1));
	RIG_OK(vc_line_connect(r->vm, 4, b, 2));
	RIG_OK(vc_line_connect(r->vm, 5, b, 3));
	RIG_OK(vc_line_set(r->vm, 4, 1));
	CU_ASSERT_EQUAL(rig_pin(a, 1), 1);
	CU_ASSERT_EQUAL(rig_pin(b, 2), 1);
	CU_ASSERT_EQUAL(rig_pin(b, 3), 0);
	RIG_OK(vc_line_set(r->vm, 4, 0));
	CU_ASSERT_EQUAL(rig_pin(a, 1), 0);
	rig_free(r);
}

static void test_irq_only_changes_are_told(void)
{
	struct rig *r = rig_new();
	vc_device *a = rig_pins(r);

	RIG_OK(vc_line_connect(r->vm, 255, a, 0));
	RIG_OK(vc_line_set(r->vm, 255, 1));
	RIG_OK(vc_line_set(r->vm, 255, 1));
	CU_ASSERT_EQUAL(rig_pin_edges(a, 0), 1);
	RIG_OK(vc_line_pulse(r->vm, 255));	/* up already: falls */
	CU_ASSERT_EQUAL(rig_pin_edges(a, 0), 1);
	CU_ASSERT_EQUAL(rig_pin(a, 0), 0);
	RIG_OK(vc_line_pulse(r->vm, 255));
	CU_ASSERT_EQUAL(rig_pin_edges(a, 0), 2);
	CU_ASSERT_EQUAL(rig_pin(a, 0), 0);
	rig_free(r);
}

static void test_irq_reset_lowers_the_lines(void)
{
	struct rig *r = rig_new();
	vc_device *a = rig_pins(r);

	RIG_OK(vc_line_connect(r->vm, 9, a, 0));
	RIG_OK(vc_line_set(r->vm, 9, 1));
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(rig_pin(a, 0), 0);
	RIG_OK(vc_line_set(r->vm, 9, 1));
	CU_ASSERT_EQUAL(rig_pin_edges(a, 0), 2);
	rig_free(r);
}

static void test_irq_destroyed_devices_are_not_told(void)
{
	struct rig *r = rig_new();
	vc_device *a = rig_pins(r), *b = rig_pins(r);

	RIG_OK(vc_line_connect(r->vm, 9, a, 0));
	RIG_OK(vc_line_connect(r->vm, 9, b, 0));
	vc_device_destroy(a);
	RIG_OK(vc_line_set(r->vm, 9, 1));
	CU_ASSERT_EQUAL(rig_pin(b, 0), 1);
	rig_free(r);
}

/* A controller that gives what it is told to, and notes CR8. */
struct chip {
	int vector, asked;
	uint64_t cr8, address;
	uint32_t data, lower_vcpu;
	vc_vm *vm;
};

static int chip_acknowledge(void *self, uint32_t vcpu)
{
	struct chip *c = self;

	c->asked++;
	if (c->vector >= 0)
		vc_vcpu_request(c->vm, vcpu, 0);
	return c->vector;
}

static uint64_t chip_cr8_read(void *self, uint32_t vcpu)
{
	return ((struct chip *)self)->cr8 + vcpu;
}

static void chip_cr8_write(void *self, uint32_t vcpu, uint64_t value)
{
	((struct chip *)self)->cr8 = value + vcpu * 0x10;
}

static void chip_msi(void *self, uint64_t address, uint32_t data)
{
	struct chip *c = self;

	c->address = address;
	c->data = data;
}

static const vc_device_ops chip_ops = {
	.size = sizeof(vc_device_ops), .name = "chip",
	.acknowledge = chip_acknowledge, .msi = chip_msi,
	.cr8_read = chip_cr8_read, .cr8_write = chip_cr8_write,
};

static void test_irq_controller_is_asked_for_the_vector(void)
{
	struct rig *r = rig_new();
	struct chip c = { .vector = 0x31, .vm = r->vm };
	vc_device *d;

	RIG_OK(vc_device_create(&d, r->vm, &chip_ops, &c));
	RIG_OK(vc_vcpu_controller(r->vm, 0, d));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT(rig_ack(r, 0) < 0);		/* nothing is requested */
	CU_ASSERT_EQUAL(c.asked, 0);
	RIG_OK(vc_vcpu_request(r->vm, 0, 1));
	CU_ASSERT(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x31);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	rig_free(r);
}

static void test_irq_controller_that_says_no_is_not_asked_for_ever(void)
{
	struct rig *r = rig_new();
	struct chip c = { .vector = -1, .vm = r->vm };
	vc_device *d;

	RIG_OK(vc_device_create(&d, r->vm, &chip_ops, &c));
	RIG_OK(vc_vcpu_controller(r->vm, 0, d));
	RIG_OK(vc_vcpu_request(r->vm, 0, 1));
	CU_ASSERT(rig_ack(r, 0) < 0);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	c.vector = 5000;			/* nonsense is refused */
	RIG_OK(vc_vcpu_request(r->vm, 0, 1));
	CU_ASSERT(rig_ack(r, 0) < 0);
	rig_free(r);
}

static void test_irq_request_follows_the_level(void)
{
	struct rig *r = rig_new_smp(2);

	RIG_OK(vc_vcpu_request(r->vm, 1, 1));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT(rig_intr(r, 1));
	RIG_OK(vc_vcpu_request(r->vm, 1, 0));
	CU_ASSERT_FALSE(rig_intr(r, 1));
	rig_free(r);
}

static void test_irq_cr8_goes_through_the_controller(void)
{
	struct rig *r = rig_new_smp(2);
	struct chip c = { .cr8 = 3, .vm = r->vm };
	vc_device *d;

	rig_cr8(r, 0);
	CU_ASSERT_FALSE(rig_claimed());
	RIG_OK(vc_device_create(&d, r->vm, &chip_ops, &c));
	RIG_OK(vc_vcpu_controller(r->vm, 1, d));
	CU_ASSERT_EQUAL(rig_cr8(r, 1), 4);
	rig_set_cr8(r, 1, 9);
	CU_ASSERT(rig_claimed());
	CU_ASSERT_EQUAL(c.cr8, 0x19);
	rig_free(r);
}

static void test_irq_destroyed_controller_is_forgotten(void)
{
	struct rig *r = rig_new();
	struct chip c = { .vector = 7, .vm = r->vm };
	vc_device *d;

	RIG_OK(vc_device_create(&d, r->vm, &chip_ops, &c));
	RIG_OK(vc_vcpu_controller(r->vm, 0, d));
	RIG_OK(vc_msi_sink(r->vm, d));
	RIG_OK(vc_vcpu_request(r->vm, 0, 1));
	vc_device_destroy(d);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT(rig_ack(r, 0) < 0);
	CU_ASSERT_EQUAL(c.asked, 0);
	RIG_FAILS(VC_ENODEV, vc_msi_send(r->vm, 0xfee00000, 1));
	RIG_OK(vc_vcpu_inject(r->vcpu, 3));	/* nobody is in charge now */
	rig_free(r);
}

static void test_irq_messages_reach_their_sink(void)
{
	struct rig *r = rig_new();
	struct chip c = { .vm = r->vm };
	vc_device *d;

	RIG_OK(vc_device_create(&d, r->vm, &chip_ops, &c));
	RIG_OK(vc_msi_sink(r->vm, d));
	RIG_OK(vc_msi_send(r->vm, 0xfee01000, 0x4041));
	CU_ASSERT_EQUAL(c.address, 0xfee01000);
	CU_ASSERT_EQUAL(c.data, 0x4041);
	rig_free(r);
}

static void test_irq_injected_vector_is_taken_once(void)
{
	struct rig *r = rig_new();

	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(r->vcpu), 0);
	RIG_OK(vc_vcpu_inject(r->vcpu, 0x80));
	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(r->vcpu), 1);
	CU_ASSERT(rig_intr(r, 0));
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0x80);
	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(r->vcpu), 0);
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT(rig_ack(r, 0) < 0);
	RIG_OK(vc_vcpu_inject(r->vcpu, 0));	/* vector 0 is one */
	CU_ASSERT_EQUAL(rig_ack(r, 0), 0);
	rig_free(r);
}

static void test_irq_events_are_part_of_the_state(void)
{
	struct rig *r = rig_new(), *r2 = rig_new();
	static vc_x86_state s;

	s.size = sizeof(s);
	RIG_OK(vc_vcpu_inject(r->vcpu, 0x77));
	RIG_OK(vc_vcpu_nmi(r->vm, 0));
	RIG_OK(vc_vcpu_state_get(r->vcpu, &s));
	CU_ASSERT_EQUAL(s.event_flags, VC_EVENT_INTERRUPT | VC_EVENT_NMI);
	CU_ASSERT_EQUAL(s.interrupt_vector, 0x77);
	/* The other VM goes on where this one was. */
	RIG_OK(vc_vcpu_state_set(r2->vcpu, &s));
	CU_ASSERT(rig_nmi(r2, 0));
	CU_ASSERT_EQUAL(rig_ack(r2, 0), 0x77);
	/* And a state without events takes them away. */
	s.event_flags = 0;
	RIG_OK(vc_vcpu_state_set(r->vcpu, &s));
	CU_ASSERT_FALSE(rig_nmi(r, 0));
	CU_ASSERT_FALSE(rig_intr(r, 0));
	CU_ASSERT_EQUAL(vc_vcpu_inject_pending(r->vcpu), 0);
	rig_free(r);
	rig_free(r2);
}

static void test_irq_nmi_init_sipi_wait(void)
{
	struct rig *r = rig_new_smp(2);

	RIG_OK(vc_vcpu_nmi(r->vm, 1));
	RIG_OK(vc_vcpu_init(r->vm, 1));
	RIG_OK(vc_vcpu_sipi(r->vm, 1, 0x9a));
	CU_ASSERT(rig_nmi(r, 1));
	CU_ASSERT(rig_init(r, 1));
	CU_ASSERT_EQUAL(rig_sipi(r, 1), 0x9a);
	CU_ASSERT_FALSE(rig_nmi(r, 0));
	CU_ASSERT_EQUAL(rig_sipi(r, 0), -1);
	rig_free(r);
}

RIG_SUITE(irq) {
	RIG_TEST(test_irq_line_reaches_every_sink),
	RIG_TEST(test_irq_only_changes_are_told),
	RIG_TEST(test_irq_reset_lowers_the_lines),
	RIG_TEST(test_irq_destroyed_devices_are_not_told),
	RIG_TEST(test_irq_controller_is_asked_for_the_vector),
	RIG_TEST(test_irq_controller_that_says_no_is_not_asked_for_ever),
	RIG_TEST(test_irq_request_follows_the_level),
	RIG_TEST(test_irq_cr8_goes_through_the_controller),
	RIG_TEST(test_irq_destroyed_controller_is_forgotten),
	RIG_TEST(test_irq_messages_reach_their_sink),
	RIG_TEST(test_irq_injected_vector_is_taken_once),
	RIG_TEST(test_irq_events_are_part_of_the_state),
	RIG_TEST(test_irq_nmi_init_sipi_wait),
	RIG_END
};
