/* SPDX-License-Identifier: MIT */
/* Ports, memory-mapped I/O and MSRs on their way to devices. */
#include "rig.h"
#include "../lib/core/backend.h"

/* A device that notes its accesses and answers with the offset. */
struct note {
	char log[400];
	int resets, destroyed;
	uint32_t vcpu;
	vc_vm *vm;
};

static uint64_t note_read(void *self, uint64_t off, uint32_t size)
{
	struct note *n = self;
	size_t used = strlen(n->log);

	snprintf(n->log + used, sizeof(n->log) - used, "r%u@%llx ",
		 (unsigned)size, (unsigned long long)off);
	n->vcpu = n->vm ? vc_current_vcpu(n->vm) : 99;
	return UINT64_C(0x8877665544332211) >> (off % 8 * 8);
}

static void note_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct note *n = self;
	size_t used = strlen(n->log);

	snprintf(n->log + used, sizeof(n->log) - used, "w%u@%llx=%llx ",
		 (unsigned)size, (unsigned long long)off,
		 (unsigned long long)v);
}

static void note_reset(void *self)
{
	((struct note *)self)->resets++;
}

static void note_destroy(void *self)
{
	((struct note *)self)->destroyed++;
}

static int note_msr_read(void *self, uint32_t vcpu, uint32_t msr, uint64_t *v)
{
	(void)self;
	if (msr == 0x803)
		return 1;
	*v = msr + ((uint64_t)vcpu << 32);
	return 0;
}

static int note_msr_write(void *self, uint32_t vcpu, uint32_t msr, uint64_t v)
{
	(void)vcpu, (void)msr;
	note_write(self, msr, 8, v);
	return msr == 0x803;
}

static const vc_device_ops note_ops = {
	.size = sizeof(vc_device_ops), .name = "note",
	.read = note_read, .write = note_write, .reset = note_reset,
	.destroy = note_destroy, .msr_read = note_msr_read,
	.msr_write = note_msr_write,
};

static const vc_device_ops unaligned_ops = {
	.size = sizeof(vc_device_ops), .name = "unaligned",
	.flags = VC_DEVICE_UNALIGNED, .read = note_read, .write = note_write,
};

static const vc_device_ops mute_ops = {
	.size = sizeof(vc_device_ops), .name = "mute",
};

static vc_device *add(struct rig *r, const vc_device_ops *ops, struct note *n)
{
	vc_device *d = NULL;

	memset(n, 0, sizeof(*n));
	n->vm = r->vm;
	RIG_OK(vc_device_create(&d, r->vm, ops, n));
	return d;
}

static void test_bus_port_read_and_write(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	RIG_OK(vc_device_map_port(d, 0x60, 8, 0x100));
	CU_ASSERT_EQUAL(rig_in8(r, 0x62), 0x33);
	CU_ASSERT(rig_claimed());
	CU_ASSERT_EQUAL(n.vcpu, 0);
	rig_out16(r, 0x64, 0xbeef);
	CU_ASSERT_EQUAL(rig_in32(r, 0x60), 0x44332211);
	CU_ASSERT_STRING_EQUAL(n.log, "r1@102 w2@104=beef r4@100 ");
	rig_free(r);
}

static void test_bus_unclaimed_ports_are_nobodys(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	RIG_OK(vc_device_map_port(d, 0x60, 1, 0));
	rig_in8(r, 0x61);
	CU_ASSERT_FALSE(rig_claimed());
	rig_out32(r, 0x5000, 1);
	CU_ASSERT_FALSE(rig_claimed());
	rig_in16(r, 0xffff);
	CU_ASSERT_FALSE(rig_claimed());
	CU_ASSERT_STRING_EQUAL(n.log, "");
	rig_free(r);
}

static void test_bus_every_port_can_be_claimed(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	RIG_OK(vc_device_map_port(d, 0, 0x10000, 0));
	for (uint32_t p = 0; p < 0x10000; p += 255) {
		n.log[0] = 0;
		rig_in8(r, (uint16_t)p);
		CU_ASSERT(rig_claimed());
	}
	RIG_OK(vc_device_unmap_port(d, 0));
	rig_in8(r, 0xffff);
	CU_ASSERT_FALSE(rig_claimed());
	rig_free(r);
}

static void test_bus_misaligned_accesses_are_split(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	RIG_OK(vc_device_map_port(d, 0x100, 16, 0));
	CU_ASSERT_EQUAL(rig_in32(r, 0x101), 0x55443322);
	rig_out16(r, 0x103, 0xabcd);
	CU_ASSERT_STRING_EQUAL(n.log, "r1@1 r2@2 r1@4 w1@3=cd w1@4=ab ");
	rig_free(r);
}

static void test_bus_unaligned_devices_get_them_whole(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &unaligned_ops, &n);

	RIG_OK(vc_device_map_port(d, 0x100, 16, 0));
	rig_in32(r, 0x101);
	CU_ASSERT_STRING_EQUAL(n.log, "r4@1 ");
	rig_free(r);
}

static void test_bus_access_shared_by_two_devices(void)
{
	struct rig *r = rig_new();
	struct note a, b;
	vc_device *da = add(r, &note_ops, &a), *db = add(r, &note_ops, &b);

	RIG_OK(vc_device_map_port(da, 0x3f6, 1, 0));
	RIG_OK(vc_device_map_port(db, 0x3f7, 1, 7));
	CU_ASSERT_EQUAL(rig_in16(r, 0x3f6), 0x8811);
	rig_out32(r, 0x3f5, 0x44332211);
	CU_ASSERT_STRING_EQUAL(a.log, "r1@0 w1@0=22 ");
	CU_ASSERT_STRING_EQUAL(b.log, "r1@7 w1@7=33 ");
	/* The first byte is nobody's: it reads as ones. */
	CU_ASSERT_EQUAL(rig_in32(r, 0x3f4), 0x8811ffff);
	CU_ASSERT(rig_claimed());
	rig_free(r);
}

static void test_bus_access_across_the_last_port(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	RIG_OK(vc_device_map_port(d, 0xffff, 1, 0));
	CU_ASSERT_EQUAL(rig_in32(r, 0xffff), 0xffffff11);
	rig_out16(r, 0xfffe, 0x1234);
	CU_ASSERT_STRING_EQUAL(n.log, "r1@0 w1@0=12 ");
	rig_free(r);
}

static void test_bus_devices_without_operations(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &mute_ops, &n);
	uint64_t v;

	RIG_OK(vc_device_map_port(d, 0x80, 4, 0));
	RIG_OK(vc_device_map_mmio(d, 0x200000, 8, 0));
	RIG_OK(vc_device_map_msr(d, 0x99, 1));
	CU_ASSERT_EQUAL(rig_in32(r, 0x80), 0xffffffff);
	rig_out8(r, 0x80, 1);
	CU_ASSERT(rig_claimed());
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0x200000, 8), UINT64_MAX);
	rig_mmio_write(r, 0x200000, 8, 1);
	CU_ASSERT(rig_claimed());
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x99, &v), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x99, 1), -1);
	rig_free(r);
}

static void test_bus_read_is_cut_to_size(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	RIG_OK(vc_device_map_mmio(d, 0x200000, 8, 0));
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0x200000, 1), 0x11);
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0x200000, 2), 0x2211);
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0x200000, 4), 0x44332211);
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0x200000, 8), 0x8877665544332211);
	rig_mmio_write(r, 0x200000, 1, 0xabcd);
	CU_ASSERT_STRING_EQUAL(n.log, "r1@0 r2@0 r4@0 r8@0 w1@0=cd ");
	rig_free(r);
}

static void test_bus_mmio_fragments_of_any_size(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	RIG_OK(vc_device_map_mmio(d, 0x200000, 16, 0));
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0x200000, 3), 0x332211);
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0x200001, 7), 0x88776655443322);
	CU_ASSERT_STRING_EQUAL(n.log, "r2@0 r1@2 r1@1 r2@2 r4@4 ");
	rig_free(r);
}

static void test_bus_mmio_among_many_claims(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	for (uint64_t i = 0; i < 40; i++)
		RIG_OK(vc_device_map_mmio(d, 0x200000 + (i * 17 % 40) * 0x100,
					  0x80, (i * 17 % 40) << 32));
	for (uint64_t i = 0; i < 40; i++) {
		char want[40];

		n.log[0] = 0;
		rig_mmio_write(r, 0x200000 + i * 0x100 + 0x7f, 1, i);
		snprintf(want, sizeof(want), "w1@%llx=%llx ",
			 (unsigned long long)((i << 32) + 0x7f),
			 (unsigned long long)i);
		CU_ASSERT_STRING_EQUAL(n.log, want);
		rig_mmio_read(r, 0x200000 + i * 0x100 + 0x80, 1);
		CU_ASSERT_FALSE(rig_claimed());
	}
	rig_free(r);
}

static void test_bus_mmio_over_the_edge_of_a_claim(void)
{
	struct rig *r = rig_new();
	struct note n;
	vc_device *d = add(r, &note_ops, &n);

	RIG_OK(vc_device_map_mmio(d, 0x200000, 4, 0));
	CU_ASSERT_EQUAL(rig_mmio_read(r, 0x200002, 4), 0xffff4433);
	CU_ASSERT(rig_claimed());
	rig_mmio_write(r, 0x1ffffe, 4, 0x44332211);
	CU_ASSERT_STRING_EQUAL(n.log, "r1@2 r1@3 w1@0=33 w1@1=44 ");
	rig_free(r);
}

static void test_bus_rom_swallows_writes(void)
{
	struct rig *r = rig_new();

	RIG_OK(vc_memory_map(r->vm, 0x200000, NULL, 4096, VC_PROT_RX |
			     VC_PROT_ROM));
	RIG_OK(vc_memory_map(r->vm, 0x201000, NULL, 4096, VC_PROT_RX));
	rig_mmio_write(r, 0x200800, 4, 1);
	CU_ASSERT(rig_claimed());
	rig_mmio_write(r, 0x201800, 4, 1);
	CU_ASSERT_FALSE(rig_claimed());
	rig_free(r);
}

static void test_bus_unmap_and_map_again(void)
{
	struct rig *r = rig_new();
	struct note a, b;
	vc_device *da = add(r, &note_ops, &a), *db = add(r, &note_ops, &b);

	RIG_OK(vc_device_map_port(da, 0x70, 2, 0));
	RIG_OK(vc_device_map_mmio(da, 0x200000, 64, 0));
	RIG_OK(vc_device_unmap_port(da, 0x70));
	RIG_OK(vc_device_unmap_mmio(da, 0x200000));
	RIG_OK(vc_device_map_port(db, 0x71, 2, 0));
	RIG_OK(vc_device_map_mmio(db, 0x200010, 64, 0));
	rig_in8(r, 0x71);
	rig_mmio_read(r, 0x200010, 1);
	CU_ASSERT_STRING_EQUAL(a.log, "");
	CU_ASSERT_STRING_EQUAL(b.log, "r1@0 r1@0 ");
	rig_free(r);
}

static void test_bus_device_life(void)
{
	struct rig *r = rig_new();
	struct note a, b;
	vc_device *da = add(r, &note_ops, &a), *db = add(r, &note_ops, &b);

	CU_ASSERT_EQUAL(a.resets, 1);	/* at creation */
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(a.resets, 2);
	CU_ASSERT_EQUAL(b.resets, 2);
	CU_ASSERT_PTR_EQUAL(vc_device_self(da), &a);
	CU_ASSERT_PTR_EQUAL(vc_device_vm(db), r->vm);
	RIG_OK(vc_device_map_port(da, 0x10, 4, 0));
	RIG_OK(vc_device_map_mmio(da, 0x300000, 4, 0));
	RIG_OK(vc_device_map_msr(da, 0x800, 4));
	vc_device_destroy(da);
	CU_ASSERT_EQUAL(a.destroyed, 1);
	rig_in8(r, 0x10);
	CU_ASSERT_FALSE(rig_claimed());
	CU_ASSERT_EQUAL(r->vm->mmio_count, 0);
	CU_ASSERT_EQUAL(r->vm->msr_count, 0);
	RIG_OK(vc_vm_reset(r->vm));
	CU_ASSERT_EQUAL(a.resets, 2);
	CU_ASSERT_EQUAL(b.resets, 3);
	rig_free(r);
	CU_ASSERT_EQUAL(a.destroyed, 1);
	CU_ASSERT_EQUAL(b.destroyed, 1);
}

static void test_bus_msrs_of_devices(void)
{
	struct rig *r = rig_new_smp(2);
	struct note n;
	vc_device *d = add(r, &note_ops, &n);
	uint64_t v = 0;

	RIG_OK(vc_device_map_msr(d, 0x802, 2));
	CU_ASSERT_EQUAL(rig_rdmsr(r, 1, 0x802, &v), 1);
	CU_ASSERT_EQUAL(v, 0x100000802);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x803, &v), -1);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x804, &v), 0);
	CU_ASSERT_EQUAL(rig_rdmsr(r, 0, 0x801, &v), 0);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x802, 5), 1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x803, 6), -1);
	CU_ASSERT_EQUAL(rig_wrmsr(r, 0, 0x10, 6), 0);
	CU_ASSERT_STRING_EQUAL(n.log, "w8@802=5 w8@803=6 ");
	rig_free(r);
}

/* A device may rearrange the bus, and call other devices, from a callback. */
struct mover {
	vc_device *dev;
	struct rig *r;
	uint32_t at;
};

static void mover_write(void *self, uint64_t off, uint32_t size, uint64_t v)
{
	struct mover *m = self;

	(void)off, (void)size;
	RIG_OK(vc_device_unmap_port(m->dev, m->at));
	m->at = (uint32_t)v;
	RIG_OK(vc_device_map_port(m->dev, m->at, 4, 0));
	RIG_OK(vc_line_set(m->r->vm, 3, 1));
}

static void test_bus_callbacks_may_change_the_bus(void)
{
	static const vc_device_ops ops = {
		.size = sizeof(ops), .name = "mover", .write = mover_write,
	};
	struct rig *r = rig_new();
	vc_device *pins = rig_pins(r);
	struct mover m = { NULL, r, 0xc000 };

	RIG_OK(vc_device_create(&m.dev, r->vm, &ops, &m));
	RIG_OK(vc_device_map_port(m.dev, m.at, 4, 0));
	RIG_OK(vc_line_connect(r->vm, 3, pins, 0));
	rig_out32(r, 0xc000, 0xd000);
	CU_ASSERT_EQUAL(rig_pin(pins, 0), 1);
	rig_out32(r, 0xd000, 0xe000);
	CU_ASSERT(rig_claimed());
	rig_in8(r, 0xc000);
	CU_ASSERT_FALSE(rig_claimed());
	rig_free(r);
}

RIG_SUITE(bus) {
	RIG_TEST(test_bus_port_read_and_write),
	RIG_TEST(test_bus_unclaimed_ports_are_nobodys),
	RIG_TEST(test_bus_every_port_can_be_claimed),
	RIG_TEST(test_bus_misaligned_accesses_are_split),
	RIG_TEST(test_bus_unaligned_devices_get_them_whole),
	RIG_TEST(test_bus_access_shared_by_two_devices),
	RIG_TEST(test_bus_access_across_the_last_port),
	RIG_TEST(test_bus_devices_without_operations),
	RIG_TEST(test_bus_read_is_cut_to_size),
	RIG_TEST(test_bus_mmio_fragments_of_any_size),
	RIG_TEST(test_bus_mmio_among_many_claims),
	RIG_TEST(test_bus_mmio_over_the_edge_of_a_claim),
	RIG_TEST(test_bus_rom_swallows_writes),
	RIG_TEST(test_bus_unmap_and_map_again),
	RIG_TEST(test_bus_device_life),
	RIG_TEST(test_bus_msrs_of_devices),
	RIG_TEST(test_bus_callbacks_may_change_the_bus),
	RIG_END
};
