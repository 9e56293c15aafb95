/* SPDX-License-Identifier: MIT */
/*
 * uart16550.c: National's PC16550D asynchronous receiver/transmitter; the
 * register names and sections are its data sheet's.
 *
 * Modelled: both FIFOs with their trigger levels, the four interrupt
 * priorities, the divisor latch, loopback, modem inputs with their deltas,
 * line errors and overrun. Left out: the time that bits take. A byte written
 * to THR has left when the write returns, so THRE and TEMT always read as set,
 * and the FIFO's character timeout is over at once. The divisor is kept but
 * changes nothing; nor does the word length, except in loopback: guests that
 * rely on firmware to have set 8 bits find the line at 8 bits.
 *
 * All under the VM's device lock.
 */
#include "devices.h"

enum {
	RBR = 0, THR = 0, DLL = 0,
	IER = 1, DLM = 1,
	IIR = 2, FCR = 2,
	LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7,
};

#define IER_RDA		0x01u
#define IER_THRE	0x02u
#define IER_LINE	0x04u
#define IER_MODEM	0x08u

#define IIR_NONE	0x01u
#define IIR_MODEM	0x00u
#define IIR_THRE	0x02u
#define IIR_RDA		0x04u
#define IIR_LINE	0x06u
#define IIR_TIMEOUT	0x0cu
#define IIR_FIFO	0xc0u

#define FCR_ENABLE	0x01u
#define FCR_CLEAR_RX	0x02u

#define LCR_BREAK	0x40u
#define LCR_DLAB	0x80u

#define MCR_LOOP	0x10u

#define LSR_DR		0x01u
#define LSR_OE		0x02u
#define LSR_PE		0x04u
#define LSR_FE		0x08u
#define LSR_BI		0x10u
#define LSR_THRE	0x20u
#define LSR_TEMT	0x40u
#define LSR_FIFO_ERR	0x80u
#define LSR_CHAR	(LSR_PE | LSR_FE | LSR_BI)	/* go with a byte */

#define MSR_DCTS	0x01u
#define MSR_DDSR	0x02u
#define MSR_TERI	0x04u
#define MSR_DDCD	0x08u
#define MSR_CTS		0x10u
#define MSR_DSR		0x20u
#define MSR_RI		0x40u
#define MSR_DCD		0x80u

#define FIFO_SIZE	16u

struct uart_state {
	uint8_t ier, fcr, lcr, mcr, scr;
	uint8_t dll, dlm;
	uint8_t oe;			/* LSR's OE, until it is read */
	uint8_t msr_delta;		/* low half of MSR */
	uint8_t inputs;			/* high half of MSR, from outside */
	uint8_t thre;			/* THRE interrupt pends */
	uint8_t line_seen;		/* LSR was read since the last error */
	uint8_t head, count;		/* receiver: oldest byte, bytes */
	uint8_t byte[FIFO_SIZE];
	uint8_t error[FIFO_SIZE];	/* LSR_CHAR bits of each */
};

struct uart {
	vc_vm *vm;
	uint32_t line;
	vc_write_fn sink;
	void *opaque;
	struct uart_state s;
};

static uint32_t capacity(const struct uart *u)
{
	return u->s.fcr & FCR_ENABLE ? FIFO_SIZE : 1;
}

static uint32_t trigger(const struct uart *u)
{
	static const uint8_t level[4] = { 1, 4, 8, 14 };

	return u->s.fcr & FCR_ENABLE ? level[u->s.fcr >> 6] : 1;
}

/* The modem inputs as the chip sees them: in loopback, its own outputs. */
static uint8_t modem(const struct uart *u)
{
	uint8_t mcr = u->s.mcr;

	if (!(mcr & MCR_LOOP))
		return u->s.inputs;
	return (uint8_t)((mcr & 0x01 ? MSR_DSR : 0) |	/* DTR */
			 (mcr & 0x02 ? MSR_CTS : 0) |	/* RTS */
			 (mcr & 0x04 ? MSR_RI : 0) |	/* OUT1 */
			 (mcr & 0x08 ? MSR_DCD : 0));	/* OUT2 */
}

static uint8_t head_errors(const struct uart *u)
{
	return u->s.count ? u->s.error[u->s.head] : 0;
}

/* "Line status" pends for errors that LSR would now show and nobody read. */
static bool line_error(const struct uart *u)
{
	return u->s.oe || (head_errors(u) && !u->s.line_seen);
}

/* The interrupt with the highest priority (data sheet, table IV). */
static uint8_t cause(const struct uart *u)
{
	if ((u->s.ier & IER_LINE) && line_error(u))
		return IIR_LINE;
	if ((u->s.ier & IER_RDA) && u->s.count)
		return u->s.count >= trigger(u) ? IIR_RDA : IIR_TIMEOUT;
	if ((u->s.ier & IER_THRE) && u->s.thre)
		return IIR_THRE;
	if ((u->s.ier & IER_MODEM) && u->s.msr_delta)
		return IIR_MODEM;
	return IIR_NONE;
}

static void update(struct uart *u)
{
	vc__line_out(u->vm, u->line, cause(u) != IIR_NONE);
}

/* A byte enters the receiver; one that has no room is lost with OE. */
static void take(struct uart *u, uint8_t byte, uint8_t errors)
{
	uint32_t cap = capacity(u), at;

	if (u->s.count >= cap) {
		u->s.oe = 1;
		if (cap > 1)
			return;	/* the FIFO keeps what it has, the shift
				   register is overwritten (LSR, bit 1) */
		u->s.count = 0;	/* RBR itself is overwritten */
	}
	at = (u->s.head + u->s.count) % FIFO_SIZE;
	u->s.byte[at] = byte;
	u->s.error[at] = errors;
	if (!u->s.count)
		u->s.line_seen = 0;
	u->s.count++;
}

static void clear_receiver(struct uart *u)
{
	u->s.head = u->s.count = 0;
	u->s.line_seen = 0;
}

static uint8_t read_rbr(struct uart *u)
{
	uint8_t byte = u->s.byte[u->s.head];	/* empty: the last byte again */

	if (u->s.count) {
		u->s.count--;
		if (u->s.count)
			u->s.head = (u->s.head + 1) % FIFO_SIZE;
		u->s.line_seen = 0;
	}
	update(u);
	return byte;
}

static uint8_t read_iir(struct uart *u)
{
	uint8_t iir = cause(u);

	if (iir == IIR_THRE) {	/* reading it acknowledges this one only */
		u->s.thre = 0;
		update(u);
	}
	return (uint8_t)(iir | (u->s.fcr & FCR_ENABLE ? IIR_FIFO : 0));
}

static uint8_t read_lsr(struct uart *u)
{
	uint32_t v = LSR_THRE | LSR_TEMT;

	if (u->s.count)
		v |= LSR_DR;
	if (!u->s.line_seen)	/* "reset whenever the CPU reads" LSR */
		v |= head_errors(u);
	if (u->s.oe)
		v |= LSR_OE;
	if (u->s.fcr & FCR_ENABLE)
		for (uint32_t i = u->s.line_seen ? 1 : 0; i < u->s.count; i++)
			if (u->s.error[(u->s.head + i) % FIFO_SIZE])
				v |= LSR_FIFO_ERR;
	u->s.oe = 0;
	u->s.line_seen = 1;
	update(u);
	return (uint8_t)v;
}

static uint8_t read_msr(struct uart *u)
{
	uint8_t v = (uint8_t)(modem(u) | u->s.msr_delta);

	u->s.msr_delta = 0;
	update(u);
	return v;
}

/* Modem inputs went from before to what they are now. */
static void modem_changed(struct uart *u, uint8_t before)
{
	uint32_t now = modem(u), changed = before ^ now;

	if (changed & MSR_CTS)
		u->s.msr_delta |= MSR_DCTS;
	if (changed & MSR_DSR)
		u->s.msr_delta |= MSR_DDSR;
	if ((changed & MSR_RI) && !(now & MSR_RI))
		u->s.msr_delta |= MSR_TERI;	/* trailing edge only */
	if (changed & MSR_DCD)
		u->s.msr_delta |= MSR_DDCD;
}

/* Word length by LCR bits 0 and 1: the low 5, 6, 7 or 8 bits count. */
static uint8_t word(const struct uart *u, uint8_t v)
{
	return v & (uint8_t)(0xffu >> (3 - (u->s.lcr & 3u)));
}

static void write_thr(struct uart *u, uint8_t v)
{
	u->s.thre = 0;
	update(u);
	if (u->s.mcr & MCR_LOOP)
		take(u, word(u, v), 0);
	else if (u->sink)
		u->sink(&v, 1, u->opaque);
	u->s.thre = 1;		/* it has left: THR is empty again */
	update(u);
}

static void write_ier(struct uart *u, uint8_t v)
{
	/* THR is empty, so enabling its interrupt raises it at once; drivers
	 * rely on that to start sending, and test for it. */
	if (~u->s.ier & v & IER_THRE)
		u->s.thre = 1;
	u->s.ier = v & 0x0f;
	update(u);
}

static void write_fcr(struct uart *u, uint8_t v)
{
	if ((v ^ u->s.fcr) & FCR_ENABLE)
		clear_receiver(u);	/* a change of mode clears both FIFOs */
	if (!(v & FCR_ENABLE)) {
		u->s.fcr = 0;	/* the other bits need bit 0 to be programmed */
	} else {
		if (v & FCR_CLEAR_RX)
			clear_receiver(u);
		u->s.fcr = v & 0xc9;	/* the clear bits clear themselves */
	}
	update(u);
}

static void write_lcr(struct uart *u, uint8_t v)
{
	bool starts = (v & ~u->s.lcr & LCR_BREAK) != 0;

	u->s.lcr = v;
	if (starts && (u->s.mcr & MCR_LOOP))
		take(u, 0, LSR_BI | LSR_FE);	/* our own break comes in */
	update(u);
}

static void write_mcr(struct uart *u, uint8_t v)
{
	uint8_t before = modem(u);

	u->s.mcr = v & 0x1f;
	modem_changed(u, before);
	update(u);
}

static uint8_t uart_read8(void *self, uint64_t off)
{
	struct uart *u = self;
	bool dlab = (u->s.lcr & LCR_DLAB) != 0;

	switch (off & 7) {
	case RBR: return dlab ? u->s.dll : read_rbr(u);
	case IER: return dlab ? u->s.dlm : u->s.ier;
	case IIR: return read_iir(u);
	case LCR: return u->s.lcr;
	case MCR: return u->s.mcr;
	case LSR: return read_lsr(u);
	case MSR: return read_msr(u);
	default:  return u->s.scr;
	}
}

static void uart_write8(void *self, uint64_t off, uint8_t v)
{
	struct uart *u = self;
	bool dlab = (u->s.lcr & LCR_DLAB) != 0;

	switch (off & 7) {
	case THR:
		if (dlab)
			u->s.dll = v;
		else
			write_thr(u, v);
		break;
	case IER:
		if (dlab)
			u->s.dlm = v;
		else
			write_ier(u, v);
		break;
	case FCR: write_fcr(u, v); break;
	case LCR: write_lcr(u, v); break;
	case MCR: write_mcr(u, v); break;
	case SCR: u->s.scr = v; break;
	default:  break;	/* LSR and MSR are for factory tests */
	}
}

static uint64_t uart_read(void *self, uint64_t off, uint32_t size)
{
	return vc__read_bytes(self, off, size, uart_read8);
}

static void uart_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	vc__write_bytes(self, off, size, v, uart_write8);
}

/* Data sheet, table III. What reset leaves alone starts as BIOSes leave it. */
static void uart_reset(void *self)
{
	struct uart *u = self;
	uint8_t inputs = u->s.inputs;

	memset(&u->s, 0, sizeof(u->s));
	u->s.inputs = inputs;
	u->s.dll = 12;		/* 9600 baud */
	u->s.thre = 1;
	update(u);
}

static void uart_get(void *self, void *out)
{
	struct uart *u = self;

	memcpy(out, &u->s, sizeof(u->s));
}

static int uart_set(void *self, const void *in, uint32_t version)
{
	struct uart *u = self;
	struct uart_state s;

	memcpy(&s, in, sizeof(s));
	if (version != 1 || s.head >= FIFO_SIZE || s.count > FIFO_SIZE ||
	    (!(s.fcr & FCR_ENABLE) && s.count > 1) || s.ier & 0xf0 ||
	    s.mcr & 0xe0 || s.inputs & 0x0f || s.msr_delta & 0xf0 ||
	    s.fcr & 0x36)
		return VC_EFORMAT;
	for (uint32_t i = 0; i < FIFO_SIZE; i++)
		if (s.error[i] & ~LSR_CHAR)
			return VC_EFORMAT;
	u->s = s;
	update(u);
	return 0;
}

static const vc_device_ops uart_ops = {
	.size          = sizeof(vc_device_ops),
	.name          = "uart16550",
	.read          = uart_read,
	.write         = uart_write,
	.reset         = uart_reset,
	.destroy       = free,
	.state_size    = sizeof(struct uart_state),
	.state_version = 1,
	.state_get     = uart_get,
	.state_set     = uart_set,
};

int vc_uart16550_create(vc_device **out, vc_vm *vm, uint32_t line,
			vc_write_fn sink, void *opaque)
{
	struct uart *u;

	if (!vc__line_ok(line))
		return vc_error_set(VC_EINVAL,
				    "vc_uart16550_create: no such line");
	u = calloc(1, sizeof(*u));
	if (u) {
		u->vm = vm;
		u->line = line;
		u->sink = sink;
		u->opaque = opaque;
		u->s.inputs = MSR_CTS | MSR_DSR | MSR_DCD;
	}
	return vc__chip_create(out, vm, &uart_ops, u);
}

uint32_t vc_uart16550_receive(vc_device *uart, const void *bytes, uint32_t len)
{
	struct uart *u = vc__chip_self(uart, &uart_ops);
	const uint8_t *p = bytes;
	uint32_t n = 0;

	if (!u || (!bytes && len))
		return 0;
	vc_device_lock(u->vm);
	if (!(u->s.mcr & MCR_LOOP)) {
		for (; n < len && u->s.count < capacity(u); n++)
			take(u, p[n], 0);
		update(u);
	}
	vc_device_unlock(u->vm);
	return n;
}

int vc_uart16550_receive_bad(vc_device *uart, uint8_t byte, uint32_t errors)
{
	struct uart *u = vc__chip_self(uart, &uart_ops);

	if (!u)
		return VC_EINVAL;
	if (errors & ~LSR_CHAR)
		return vc_error_set(VC_EINVAL, "vc_uart16550_receive_bad: "
				    "errors other than PE, FE, BI");
	vc_device_lock(u->vm);
	if (!(u->s.mcr & MCR_LOOP)) {
		take(u, byte, (uint8_t)errors);
		update(u);
	}
	vc_device_unlock(u->vm);
	return 0;
}

int vc_uart16550_modem(vc_device *uart, uint32_t inputs)
{
	struct uart *u = vc__chip_self(uart, &uart_ops);
	uint8_t before;

	if (!u)
		return VC_EINVAL;
	if (inputs & ~0xf0u)
		return vc_error_set(VC_EINVAL, "vc_uart16550_modem: inputs "
				    "other than CTS, DSR, RI, DCD");
	vc_device_lock(u->vm);
	before = modem(u);
	u->s.inputs = (uint8_t)inputs;
	modem_changed(u, before);
	update(u);
	vc_device_unlock(u->vm);
	return 0;
}
