/* SPDX-License-Identifier: MIT */
/*
 * i8042.c: the PC's keyboard controller, an 8042 with the AT's firmware, with
 * nothing plugged into its keyboard and auxiliary ports; and port 0x92 ("system
 * control port A": fast A20 and fast reset). Commands by the IBM PS/2
 * Hardware Interface Technical Reference, "Keyboard and Auxiliary Device
 * Controller".
 *
 * Modelled: the command byte, self tests, output and input ports, the buffer's
 * writes on a device's behalf, controller RAM, reset pulses, interrupts. A
 * byte for a device that is not there is answered by a time-out at once (0xfe
 * with status bit 6), so drivers need not wait for theirs. Left out: what A20
 * does to addresses; it reads back as set.
 *
 * All under the VM's device lock.
 */
#include "devices.h"

enum { DATA = 0, COMMAND = 1, PORT_A = 2 };

#define ST_OBF		0x01u	/* a byte waits at port 0x60 */
#define ST_SYS		0x04u	/* self test passed (command byte bit 2) */
#define ST_CMD		0x08u	/* last write was to port 0x64 */
#define ST_UNLOCKED	0x10u	/* keyboard lock switch: open */
#define ST_AUX		0x20u	/* the byte is from the auxiliary device */
#define ST_TIMEOUT	0x40u

#define CB_KBD_IRQ	0x01u
#define CB_AUX_IRQ	0x02u
#define CB_SYS		0x04u
#define CB_KBD_OFF	0x10u
#define CB_AUX_OFF	0x20u

#define OUT_RESET_N	0x01u	/* low resets the machine */
#define OUT_A20		0x02u
#define OUT_AUX_IRQ	0x20u
#define OUT_KBD_IRQ	0x10u

#define A_RESET		0x01u
#define A_A20		0x02u

#define QUEUE		8u

struct i8042_state {
	uint8_t ram[32];	/* byte 0 is the command byte */
	uint8_t byte[QUEUE];	/* what port 0x60 will give, and */
	uint8_t from[QUEUE];	/* ST_AUX and ST_TIMEOUT of each */
	uint8_t head, count;
	uint8_t pending;	/* command that waits for its data byte, or 0 */
	uint8_t status_cmd;	/* ST_CMD */
	uint8_t a20;
	uint8_t last;		/* port 0x60 again after it was read */
	uint8_t reserved[2];
};

struct i8042 {
	vc_vm *vm;
	uint32_t kbd_line, aux_line;
	struct i8042_state s;
};

static void update(struct i8042 *k)
{
	uint8_t cb = k->s.ram[0];
	bool obf = k->s.count > 0;
	bool aux = obf && (k->s.from[k->s.head] & ST_AUX);

	vc__line_out(k->vm, k->kbd_line, obf && !aux && (cb & CB_KBD_IRQ));
	vc__line_out(k->vm, k->aux_line, aux && (cb & CB_AUX_IRQ));
}

static void answer(struct i8042 *k, uint8_t byte, uint8_t from)
{
	uint32_t at = (k->s.head + k->s.count) % QUEUE;

	if (k->s.count == QUEUE)
		return;		/* the guest never reads: drop */
	k->s.byte[at] = byte;
	k->s.from[at] = from;
	k->s.count++;
}

static uint8_t output_port(const struct i8042 *k)
{
	bool aux = k->s.count && (k->s.from[k->s.head] & ST_AUX);

	return (uint8_t)(OUT_RESET_N | 0xc0 | (k->s.a20 ? OUT_A20 : 0) |
			 (k->s.count && !aux ? OUT_KBD_IRQ : 0) |
			 (aux ? OUT_AUX_IRQ : 0));
}

static void set_output_port(struct i8042 *k, uint8_t v)
{
	k->s.a20 = (v & OUT_A20) != 0;
	if (!(v & OUT_RESET_N))
		vc_vm_reset_request(k->vm);
}

static void command(struct i8042 *k, uint8_t v)
{
	uint8_t *cb = &k->s.ram[0];

	k->s.status_cmd = ST_CMD;
	k->s.pending = 0;
	if (v >= 0xf0) {		/* pulse the lines whose bit is 0 */
		if (!(v & OUT_RESET_N))
			vc_vm_reset_request(k->vm);
		return;
	}
	if (v >= 0x20 && v <= 0x3f) {
		answer(k, k->s.ram[v & 31], 0);
		return;
	}
	switch (v) {
	case 0xa7: *cb |= CB_AUX_OFF; break;
	case 0xa8: *cb &= (uint8_t)~CB_AUX_OFF; break;
	case 0xa9: answer(k, 0x00, 0); break;	/* lines are fine */
	case 0xaa:
		*cb |= CB_SYS | CB_KBD_OFF | CB_AUX_OFF;
		answer(k, 0x55, 0);
		break;
	case 0xab: answer(k, 0x00, 0); break;
	case 0xad: *cb |= CB_KBD_OFF; break;
	case 0xae: *cb &= (uint8_t)~CB_KBD_OFF; break;
	case 0xc0: answer(k, 0xb0, 0); break;	/* not locked, as in 1984 */
	case 0xd0: answer(k, output_port(k), 0); break;
	case 0xdd: k->s.a20 = 0; break;
	case 0xdf: k->s.a20 = 1; break;
	case 0xe0: answer(k, 0x00, 0); break;	/* test inputs: low */
	default:
		if ((v >= 0x60 && v <= 0x7f) || (v >= 0xd1 && v <= 0xd4))
			k->s.pending = v;
		break;
	}
}

static void data(struct i8042 *k, uint8_t v)
{
	uint8_t cmd = k->s.pending;

	k->s.pending = 0;
	k->s.status_cmd = 0;
	switch (cmd) {
	case 0:			/* for the keyboard, which is not there */
		k->s.ram[0] &= (uint8_t)~CB_KBD_OFF;
		answer(k, 0xfe, ST_TIMEOUT);
		break;
	case 0xd1: set_output_port(k, v); break;
	case 0xd2: answer(k, v, 0); break;
	case 0xd3: answer(k, v, ST_AUX); break;
	case 0xd4: answer(k, 0xfe, ST_AUX | ST_TIMEOUT); break;
	default:   k->s.ram[cmd & 31] = v; break;
	}
}

static uint8_t read_data(struct i8042 *k)
{
	if (k->s.count) {
		k->s.last = k->s.byte[k->s.head];
		k->s.head = (k->s.head + 1) % QUEUE;
		k->s.count--;
		/* the interrupt goes with each byte: let the line fall */
		vc__line_out(k->vm, k->kbd_line, false);
		vc__line_out(k->vm, k->aux_line, false);
		update(k);
	}
	return k->s.last;
}

static uint8_t read_status(const struct i8042 *k)
{
	return (uint8_t)(ST_UNLOCKED | (k->s.ram[0] & CB_SYS ? ST_SYS : 0) |
			 k->s.status_cmd |
			 (k->s.count ? ST_OBF | k->s.from[k->s.head] : 0));
}

static uint8_t i8042_read8(void *self, uint64_t off)
{
	struct i8042 *k = self;

	switch (off) {
	case DATA:    return read_data(k);
	case COMMAND: return read_status(k);
	case PORT_A:  return k->s.a20 ? A_A20 : 0;
	default:      return 0xff;
	}
}

static void i8042_write8(void *self, uint64_t off, uint8_t v)
{
	struct i8042 *k = self;

	switch (off) {
	case DATA:
		data(k, v);
		break;
	case COMMAND:
		command(k, v);
		break;
	case PORT_A:
		k->s.a20 = (v & A_A20) != 0;
		if (v & A_RESET)
			vc_vm_reset_request(k->vm);
		break;
	default:
		break;
	}
	update(k);
}

static uint64_t i8042_read(void *self, uint64_t off, uint32_t size)
{
	return vc__read_bytes(self, off, size, i8042_read8);
}

static void i8042_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	vc__write_bytes(self, off, size, v, i8042_write8);
}

static void i8042_reset(void *self)
{
	struct i8042 *k = self;

	memset(&k->s, 0, sizeof(k->s));
	k->s.ram[0] = CB_KBD_OFF | CB_AUX_OFF;
	k->s.a20 = 1;
	update(k);
}

static void i8042_get(void *self, void *out)
{
	struct i8042 *k = self;

	memcpy(out, &k->s, sizeof(k->s));
}

static int i8042_set(void *self, const void *in, uint32_t version)
{
	struct i8042 *k = self;
	struct i8042_state s;
	uint8_t p;

	memcpy(&s, in, sizeof(s));
	p = s.pending;
	if (version != 1 || s.head >= QUEUE || s.count > QUEUE || s.a20 > 1 ||
	    s.status_cmd & ~ST_CMD ||
	    (p && !(p >= 0x60 && p <= 0x7f) && !(p >= 0xd1 && p <= 0xd4)))
		return VC_EFORMAT;
	for (uint32_t i = 0; i < QUEUE; i++)
		if (s.from[i] & ~(ST_AUX | ST_TIMEOUT))
			return VC_EFORMAT;
	k->s = s;
	update(k);
	return 0;
}

static const vc_device_ops i8042_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "i8042",
	.read          = i8042_read,
	.write         = i8042_write,
	.reset         = i8042_reset,
	.destroy       = free,
	.state_size    = sizeof(struct i8042_state),
	.state_version = 1,
	.state_get     = i8042_get,
	.state_set     = i8042_set,
};

int vc_i8042_create(vc_device **out, vc_vm *vm, uint32_t kbd_line,
		    uint32_t aux_line)
{
	struct i8042 *k;

	if (!vc__line_ok(kbd_line) || !vc__line_ok(aux_line))
		return vc_error_set(VC_EINVAL, "vc_i8042_create: no such line");
	k = calloc(1, sizeof(*k));
	if (k) {
		k->vm = vm;
		k->kbd_line = kbd_line;
		k->aux_line = aux_line;
	}
	return vc__chip_create(out, vm, &i8042_ops, k);
}
