/* SPDX-License-Identifier: MIT */
/*
 * latency.c: what a small request costs, by the harness's method
 * (peers/hosts/lat.h; peers/hosts/latency_unicorn.c is its twin):
 *
 *	vc_cold_vm	create a VM, map 64 KiB, run one instruction, destroy
 *	vc_call		set registers, run a function of 3 instructions to HLT
 *	vc_exit_out	an OUT that exits to the embedder, and back into the guest
 *	vc_device_out	an OUT and an IN that an attached device takes inside
 *	vc_mmio_read	a load from an attached device
 *
 * Prints LAT <name> <median ns> <p10> <p99>.
 */
#include "peers/hosts/lat.h"

#include <string.h>

#include "virtcore.h"

#define BASE	0x10000u
#define MMIO	0x100000u

#define CHECK(x) do { \
	if (x) { \
		fprintf(stderr, "%s: %s\n", #x, vc_last_error()); \
		exit(1); \
	} \
} while (0)

static const uint8_t one[] = { 0x90, 0xf4 };		/* nop; hlt */
static const uint8_t call3[] = { 0x8d, 0x47, 0x01, 0x01, 0xc0, 0xf4 };
static const uint8_t outs[] = { 0xe6, 0x80, 0xff, 0xc9, 0x75, 0xfa, 0xf4 };
static const uint8_t ins[] = { 0xe4, 0x80, 0xff, 0xc9, 0x75, 0xfa, 0xf4 };
static const uint8_t loads[] = { 0x8b, 0x03, 0xff, 0xc9, 0x75, 0xfa, 0xf4 };
static const uint8_t spin[] = { 0x01, 0xc8, 0xff, 0xc9, 0x75, 0xfa, 0xf4 };
static uint64_t hits;

static uint64_t on_read(void *self, uint64_t off, uint32_t size)
{
	(void)self, (void)off, (void)size;
	hits++;
	return 0;
}

static void on_write(void *self, uint64_t off, uint32_t size, uint64_t value)
{
	(void)self, (void)off, (void)size, (void)value;
	hits++;
}

static const vc_device_ops counter_ops = {
	.size = sizeof(vc_device_ops),
	.name = "counter",
	.read = on_read,
	.write = on_write,
};

static vc_vcpu *make(vc_vm **vm)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vcpu *vcpu;

	o.backend = VC_BACKEND_INTERP;
	CHECK(vc_vm_create(vm, &o));
	CHECK(vc_memory_map(*vm, BASE, NULL, 65536, VC_PROT_RWX));
	CHECK(vc_vcpu_create(&vcpu, *vm, 0));
	return vcpu;
}

static void protected_mode(vc_vcpu *vcpu, const uint8_t *code, size_t len)
{
	CHECK(vc_boot_flat(vc_vcpu_vm(vcpu), code, len, BASE, VC_FLAT_REAL));
}

static void cold(void)
{
	vc_exit *x;
	vc_vm *vm;
	vc_vcpu *vcpu = make(&vm);

	CHECK(vc_memory_write(vm, BASE, one, sizeof(one)));
	protected_mode(vcpu, one, sizeof(one));
	CHECK(vc_vcpu_budget_set(vcpu, 1));
	CHECK(vc_vcpu_run(vcpu, &x));
	if (x->reason != VC_EXIT_BUDGET)
		exit(1);
	vc_vm_destroy(vm);
}

/* Run code with ECX = n to its HLT; exits on ports are answered on the way. */
static void loop(vc_vcpu *vcpu, uint64_t rip, uint64_t n)
{
	vc_exit *x;

	CHECK(vc_vcpu_reg_set(vcpu, VC_REG_RCX, n));
	CHECK(vc_vcpu_reg_set(vcpu, VC_REG_RIP, rip));
	do
		CHECK(vc_vcpu_run(vcpu, &x));
	while (x->reason == VC_EXIT_IO);
	if (x->reason != VC_EXIT_HALT)
		exit(1);
}

/* A vCPU in 32-bit code with everything flat, at code placed at BASE + at. */
static void flat32(vc_vcpu *vcpu)
{
	static vc_x86_state s;

	s.size = sizeof(s);
	CHECK(vc_vcpu_state_get(vcpu, &s));
	for (unsigned i = 0; i < 6; i++) {
		s.seg[i].base = 0;
		s.seg[i].limit = 0xffffffff;
		s.seg[i].selector = i == VC_SEG_CS ? 8 : 16;
		s.seg[i].attr = i == VC_SEG_CS ? 0xc09b : 0xc093;
	}
	s.cr0 = 0x11;
	s.rflags = 2;
	s.gpr[VC_RBX] = MMIO;
	CHECK(vc_vcpu_state_set(vcpu, &s));
}

int main(void)
{
	const uint64_t out_at = BASE + 0x200, in_at = BASE + 0x300;
	const uint64_t load_at = BASE + 0x400, spin_at = BASE + 0x500;
	vc_device *dev;
	vc_vcpu *vcpu;
	vc_vm *vm;
	uint64_t v;

	LAT("vc_cold_vm", 2000, 1, cold());
	vcpu = make(&vm);
	flat32(vcpu);
	CHECK(vc_memory_write(vm, BASE + 0x100, call3, sizeof(call3)));
	CHECK(vc_memory_write(vm, out_at, outs, sizeof(outs)));
	CHECK(vc_memory_write(vm, in_at, ins, sizeof(ins)));
	CHECK(vc_memory_write(vm, load_at, loads, sizeof(loads)));
	CHECK(vc_memory_write(vm, spin_at, spin, sizeof(spin)));
	LAT("vc_call", 2000, 20, {
		CHECK(vc_vcpu_reg_set(vcpu, VC_REG_RDI, (uint64_t)k_));
		loop(vcpu, BASE + 0x100, 0);
		CHECK(vc_vcpu_reg_get(vcpu, VC_REG_RAX, &v));
	});
	LATX("vc_insn_free_running", 50, 1, 3e6, loop(vcpu, spin_at, 1000000));
	LATX("vc_insn_with_budget", 50, 1, 3e6, {
		CHECK(vc_vcpu_budget_set(vcpu, 100000000));
		loop(vcpu, spin_at, 1000000);
	});
	CHECK(vc_vcpu_budget_set(vcpu, UINT64_MAX));
	LATX("vc_exit_out", 50, 1, 1e5, loop(vcpu, out_at, 100000));
	LATX("vc_exit_in", 50, 1, 1e5, loop(vcpu, in_at, 100000));
	CHECK(vc_device_create(&dev, vm, &counter_ops, NULL));
	CHECK(vc_device_map_port(dev, 0x80, 1, 0));
	CHECK(vc_device_map_mmio(dev, MMIO, 4096, 0));
	LATX("vc_device_out", 50, 1, 1e5, loop(vcpu, out_at, 100000));
	LATX("vc_device_in", 50, 1, 1e5, loop(vcpu, in_at, 100000));
	LATX("vc_mmio_read", 50, 1, 1e5, loop(vcpu, load_at, 100000));
	if (hits < 15000000)
		fprintf(stderr, "unexpected hit count %llu\n",
			(unsigned long long)hits);
	vc_vm_destroy(vm);
	return 0;
}
