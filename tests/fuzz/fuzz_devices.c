/* SPDX-License-Identifier: MIT */
/*
 * Fuzz the chips on a board (libFuzzer's entry): the input is a program of port,
 * memory and MSR accesses, interrupts, time, received bytes and restored
 * states. Nothing may crash or hang, and a state that a chip gives it takes
 * back and gives again.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -Ilib/core \
 *		-Itests tests/fuzz/fuzz_devices.c tests/rig.c (the library) -lelf
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../machine_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t left;
};

static uint32_t take(struct input *in, uint32_t n)
{
	uint32_t v = 0;

	while (n--) {
		v = v << 8 | (in->left ? *in->p : 0);
		if (in->left) {
			in->p++;
			in->left--;
		}
	}
	return v;
}

static const uint16_t ports[] = {
	0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1, 0x40, 0x41, 0x42, 0x43, 0x61,
	0x60, 0x64, 0x92, 0x70, 0x71, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd,
	0x3fe, 0x3ff, 0x600, 0x602, 0x604, 0x608, 0xcf9, 0xe9, 0xf4, 0x8900,
};

static void port(struct rig *r, struct input *in, bool write)
{
	uint16_t p = ports[take(in, 1) % (sizeof(ports) / sizeof(ports[0]))];
	uint32_t size = take(in, 1) & 3;

	if (size == 3)
		p = (uint16_t)take(in, 2);
	if (write && size == 1)
		rig_out16(r, p, (uint16_t)take(in, 2));
	else if (write && size == 2)
		rig_out32(r, p, take(in, 4));
	else if (write)
		rig_out8(r, p, (uint8_t)take(in, 1));
	else if (size == 2)
		rig_in32(r, p);
	else
		rig_in8(r, p);
}

static void memory(struct rig *r, struct input *in, bool write)
{
	static const uint8_t sizes[4] = { 4, 1, 2, 8 };
	uint32_t where = take(in, 2);
	uint64_t gpa = (where & 0x8000 ? UINT64_C(0xfec00000) :
			UINT64_C(0xfee00000)) + (where & 0xfff);
	uint32_t size = sizes[where >> 12 & 3];

	if (!(where & 0x4000))
		gpa &= ~UINT64_C(0xf);
	if (write)
		rig_mmio_write(r, gpa, size, take(in, 4));
	else
		rig_mmio_read(r, gpa, size);
}

static void msr(struct rig *r, struct input *in)
{
	uint32_t which = take(in, 1), n = which & 0x80 ? 0x1b :
		which & 0x40 ? 0x6e0 : 0x800 + (which & 0x3f);
	uint64_t v = (uint64_t)take(in, 1) << 56 | take(in, 4);

	if (take(in, 1) & 1)
		rig_wrmsr(r, 0, n, v);
	else
		rig_rdmsr(r, 0, n, &v);
}

/* Give a chip its own state back, or somebody's idea of one. */
static void state(vc_board *b, struct input *in)
{
	struct vc_device *d = vc_board_chip(b, take(in, 1) % 11);
	uint32_t flips = take(in, 1) & 7, n = d ? d->ops.state_size : 0;
	uint8_t *s, *again;

	if (!n)
		return;
	s = malloc(n);
	again = malloc(n);
	if (!s || !again)
		abort();
	vc_device_lock(d->vm);
	d->ops.state_get(d->self, s);
	if (d->ops.state_set(d->self, s, d->ops.state_version))
		abort();	/* its own state is refused */
	d->ops.state_get(d->self, again);
	if (memcmp(s, again, n))
		abort();	/* it forgot something */
	while (flips--)
		s[take(in, 2) % n] = (uint8_t)take(in, 1);
	if (d->ops.state_set(d->self, s, d->ops.state_version)) {
		d->ops.state_get(d->self, again);
		d->ops.state_set(d->self, again, d->ops.state_version);
	}
	vc_device_unlock(d->vm);
	free(s);
	free(again);
}

static void step(struct rig *r, vc_board *b, struct input *in)
{
	uint32_t op = take(in, 1), v;
	uint8_t bytes[20];

	switch (op & 15) {
	case 0: case 1: case 2:
		port(r, in, true);
		break;
	case 3: case 4:
		port(r, in, false);
		break;
	case 5: case 6:
		memory(r, in, true);
		break;
	case 7:
		memory(r, in, false);
		break;
	case 8:		/* up to 1 ms, 268 ms or 4 s */
		v = take(in, 3) & 0xfffff;
		rig_advance(r, op & 0x10 ? v : op & 0x20 ? (uint64_t)v << 8 :
			    (uint64_t)v << 12);
		break;
	case 9:
		v = take(in, 1);
		vc_line_set(r->vm, v & 31, v >> 7);
		break;
	case 10:
		rig_ack(r, 0);
		break;
	case 11:
		msr(r, in);
		break;
	case 12:
		for (v = 0; v < sizeof(bytes); v++)
			bytes[v] = (uint8_t)take(in, 1);
		vc_uart16550_receive(vc_board_chip(b, VC_CHIP_COM1), bytes,
				     bytes[0] % 20u);
		vc_uart16550_receive_bad(vc_board_chip(b, VC_CHIP_COM1), 1,
					 bytes[1] & 0x1cu);
		break;
	case 13:
		state(b, in);
		break;
	case 14:
		v = take(in, 2);
		vc_msi_send(r->vm, 0xfee00000 + (v & 0xff00) * 16 + (op >> 4),
			    take(in, 2));
		break;
	default:
		v = take(in, 1);
		if (v == 0)
			vc_vm_reset(r->vm);
		else if (v & 1)
			rig_set_cr8(r, 0, v >> 4);
		else
			vc_acpi_pm_power_button(vc_board_chip(b,
							      VC_CHIP_ACPI));
		break;
	}
	rig_request(r, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rig *r = machine_rig(1);
	vc_board_options o = VC_BOARD_OPTIONS_INIT;
	struct input in = { data, size < 4096 ? size : 4096 };
	vc_board *b;

	o.ram = 2 * MIB;
	if (vc_board_create(&b, r->vm, &o))
		abort();
	r->vcpu = vc_vm_vcpu(r->vm, 0);
	while (in.left)
		step(r, b, &in);
	rig_free(r);
	return 0;
}
