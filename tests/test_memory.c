/* SPDX-License-Identifier: MIT */
/* The map of guest-physical memory, and dirty pages. */
#include "rig.h"
#include "../lib/core/backend.h"

static void test_memory_is_zeroed_and_readable(void)
{
	struct rig *r = rig_new();
	uint8_t b[3] = { 1, 1, 1 };

	RIG_OK(vc_memory_read(r->vm, RIG_RAM - 3, b, 3));
	CU_ASSERT(!b[0] && !b[1] && !b[2]);
	RIG_OK(vc_memory_write(r->vm, 5, "abc", 3));
	CU_ASSERT(!memcmp(r->ram + 5, "abc", 3));
	rig_free(r);
}

static void test_memory_of_the_caller(void)
{
	struct rig *r = rig_new();
	uint8_t *host = aligned_alloc(4096, 8192);
	uint8_t b[2];
	void *at;

	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	memset(host, 0x5a, 8192);
	RIG_OK(vc_memory_map(r->vm, 0x200000, host, 8192, VC_PROT_RW));
	RIG_OK(vc_memory_read(r->vm, 0x201fff, b, 1));
	CU_ASSERT_EQUAL(b[0], 0x5a);
	RIG_OK(vc_memory_host(r->vm, 0x200010, 16, &at));
	CU_ASSERT_PTR_EQUAL(at, host + 16);
	RIG_OK(vc_memory_unmap(r->vm, 0x200000));
	CU_ASSERT_EQUAL(host[8191], 0x5a);	/* still the caller's */
	RIG_FAILS(VC_EFAULT, vc_memory_read(r->vm, 0x200000, b, 1));
	free(host);
	rig_free(r);
}

static void test_memory_spans_adjoining_regions(void)
{
	struct rig *r = rig_new();
	uint8_t in[8200], out[8200];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7);
	RIG_OK(vc_memory_map(r->vm, RIG_RAM, NULL, 4096, VC_PROT_RX));
	RIG_OK(vc_memory_map(r->vm, RIG_RAM + 4096, NULL, 8192, 0));
	RIG_OK(vc_memory_write(r->vm, RIG_RAM - 4, in, sizeof(in)));
	RIG_OK(vc_memory_read(r->vm, RIG_RAM - 4, out, sizeof(out)));
	CU_ASSERT(!memcmp(in, out, sizeof(in)));
	CU_ASSERT(!memcmp(r->ram + RIG_RAM - 4, in, 4));
	rig_free(r);
}

static void test_memory_write_over_a_gap_writes_nothing(void)
{
	struct rig *r = rig_new();
	uint8_t b[8192];

	memset(b, 0xff, sizeof(b));
	RIG_OK(vc_memory_map(r->vm, RIG_RAM + 4096, NULL, 4096, VC_PROT_RWX));
	RIG_FAILS(VC_EFAULT, vc_memory_write(r->vm, RIG_RAM - 16, b, 8192));
	CU_ASSERT_EQUAL(r->ram[RIG_RAM - 16], 0);
	rig_free(r);
}

static void test_memory_list_is_sorted(void)
{
	static const uint64_t at[] = { 0x900000, 0x300000, 0x700000, 0x200000 };
	struct rig *r = rig_new();
	vc_memory_region list[8];
	uint32_t n = 8;

	for (int i = 0; i < 4; i++)
		RIG_OK(vc_memory_map(r->vm, at[i], NULL, 4096, VC_PROT_RX));
	RIG_OK(vc_memory_list(r->vm, list, &n));
	CU_ASSERT_EQUAL_FATAL(n, 5);
	for (uint32_t i = 1; i < n; i++)
		CU_ASSERT(list[i - 1].gpa < list[i].gpa);
	CU_ASSERT_EQUAL(list[1].prot, VC_PROT_RX);
	CU_ASSERT_EQUAL(list[1].flags, VC_MEMORY_OWNED);
	CU_ASSERT_EQUAL(list[1].len, 4096);
	rig_free(r);
}

static void test_memory_map_and_unmap_many(void)
{
	struct rig *r = rig_new();
	uint32_t n = 0;

	for (uint64_t i = 0; i < 300; i++)
		RIG_OK(vc_memory_map(r->vm, 0x10000000 + (i * 37 % 300) * 8192,
				     NULL, 4096, VC_PROT_RWX));
	for (uint64_t i = 0; i < 300; i++) {
		struct vc__region *g = vc__region_find(r->vm, 0x10000000 +
						       i * 8192 + 4095);
		CU_ASSERT_PTR_NOT_NULL_FATAL(g);
		CU_ASSERT_EQUAL(g->gpa, 0x10000000 + i * 8192);
		CU_ASSERT_PTR_NULL(vc__region_find(r->vm, 0x10000000 +
						   i * 8192 + 4096));
	}
	for (uint64_t i = 0; i < 300; i += 2)
		RIG_OK(vc_memory_unmap(r->vm, 0x10000000 + i * 8192));
	vc_memory_list(r->vm, NULL, &n);
	CU_ASSERT_EQUAL(n, 151);
	CU_ASSERT_PTR_NULL(vc__region_find(r->vm, 0x10000000));
	CU_ASSERT_PTR_NOT_NULL(vc__region_find(r->vm, 0x10002000));
	rig_free(r);
}

static void test_memory_at_the_end_of_the_address_space(void)
{
	struct rig *r = rig_new();
	uint8_t b = 7;

	RIG_OK(vc_memory_map(r->vm, VC_GPA_LIMIT - 4096, NULL, 4096,
			     VC_PROT_RWX));
	RIG_OK(vc_memory_write(r->vm, VC_GPA_LIMIT - 1, &b, 1));
	RIG_FAILS(VC_EFAULT, vc_memory_read(r->vm, VC_GPA_LIMIT - 1, &b, 2));
	rig_free(r);
}

/* A backend that says no: nothing has changed. */
static int no_map(vc_vm *vm, struct vc__region *g)
{
	(void)vm, (void)g;
	return vc__fail(VC_EHOST, "the host says no");
}

static void test_memory_backend_refuses(void)
{
	struct vc__backend b = *rig_backend();
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_memory_region list[2];
	uint32_t n = 2;
	int64_t live;
	vc_vm *vm;

	CU_ASSERT_EQUAL_FATAL(vc__vm_create_on(&vm, &o, &b, "t"), 0);
	RIG_OK(vc_memory_map(vm, 0, NULL, 4096, VC_PROT_RWX));
	b.mem_map = no_map;
	b.mem_update = no_map;
	live = rig_alloc_live();
	RIG_FAILS(VC_EHOST, vc_memory_map(vm, 4096, NULL, 4096, VC_PROT_RWX));
	RIG_FAILS(VC_EHOST, vc_memory_protect(vm, 0, VC_PROT_RX));
	RIG_FAILS(VC_EHOST, vc_memory_dirty_track(vm, 0, 1));
	CU_ASSERT_EQUAL(rig_alloc_live(), live);
	RIG_OK(vc_memory_list(vm, list, &n));
	CU_ASSERT_EQUAL(n, 1);
	CU_ASSERT_EQUAL(list[0].prot, VC_PROT_RWX);
	CU_ASSERT_EQUAL(list[0].flags, VC_MEMORY_OWNED);
	vc_vm_destroy(vm);
}

/* ---- dirty pages ---- */

static void test_memory_dirty_records_each_way_of_writing(void)
{
	struct rig *r = rig_new();
	uint64_t bits[4];

	RIG_OK(vc_memory_dirty_track(r->vm, 0, 1));
	CU_ASSERT_EQUAL(vc_memory_dirty_fetch(r->vm, 0, bits, 4), 0);
	RIG_OK(vc_memory_write(r->vm, 4095, "ab", 2));
	RIG_OK(vc_dma_write(r->vm, 0x40000, "a", 1));
	RIG_OK(vc_memory_written(r->vm, 0xff000, 4096));
	RIG_OK(vc_memory_read(r->vm, 0x8000, bits, 8));
	CU_ASSERT_EQUAL(vc_memory_dirty_fetch(r->vm, 0, bits, 4), 4);
	CU_ASSERT_EQUAL(bits[0], 3);
	CU_ASSERT_EQUAL(bits[1], 1);
	CU_ASSERT_EQUAL(bits[2], 0);
	CU_ASSERT_EQUAL(bits[3], 1ull << 63);
	CU_ASSERT_EQUAL(vc_memory_dirty_fetch(r->vm, 0, bits, 4), 0);
	rig_free(r);
}

static void test_memory_dirty_is_per_region(void)
{
	struct rig *r = rig_new();
	uint64_t bits[4];

	RIG_OK(vc_memory_map(r->vm, RIG_RAM, NULL, 3 * 4096, VC_PROT_RWX));
	RIG_OK(vc_memory_dirty_track(r->vm, RIG_RAM, 1));
	RIG_OK(vc_memory_write(r->vm, RIG_RAM - 1, "ab", 2));
	CU_ASSERT_EQUAL(vc_memory_dirty_fetch(r->vm, RIG_RAM, bits, 1), 1);
	CU_ASSERT_EQUAL(bits[0], 1);
	RIG_FAILS(VC_ESTATE, vc_memory_dirty_fetch(r->vm, 0, bits, 4));
	rig_free(r);
}

static void test_memory_dirty_starts_anew_and_stops(void)
{
	struct rig *r = rig_new();
	uint64_t bits[4];

	RIG_OK(vc_memory_dirty_track(r->vm, 0, 1));
	RIG_OK(vc_memory_write(r->vm, 0, "a", 1));
	RIG_OK(vc_memory_dirty_track(r->vm, 0, 1));
	CU_ASSERT_EQUAL(vc_memory_dirty_fetch(r->vm, 0, bits, 4), 0);
	RIG_OK(vc_memory_dirty_track(r->vm, 0, 0));
	RIG_FAILS(VC_ESTATE, vc_memory_dirty_fetch(r->vm, 0, bits, 4));
	RIG_OK(vc_memory_dirty_track(r->vm, 0, 0));
	rig_free(r);
}

static void test_memory_dma_goes_to_ram_only(void)
{
	struct rig *r = rig_new();
	char b[4] = "xyz";

	RIG_OK(vc_memory_map(r->vm, RIG_RAM, NULL, 4096, VC_PROT_RX |
			     VC_PROT_ROM));
	RIG_FAILS(VC_EFAULT, vc_dma_write(r->vm, RIG_RAM, b, 3));
	RIG_OK(vc_dma_read(r->vm, RIG_RAM, b, 3));
	CU_ASSERT_EQUAL(b[0], 0);
	rig_free(r);
}

RIG_SUITE(memory) {
	RIG_TEST(test_memory_is_zeroed_and_readable),
	RIG_TEST(test_memory_of_the_caller),
	RIG_TEST(test_memory_spans_adjoining_regions),
	RIG_TEST(test_memory_write_over_a_gap_writes_nothing),
	RIG_TEST(test_memory_list_is_sorted),
	RIG_TEST(test_memory_map_and_unmap_many),
	RIG_TEST(test_memory_at_the_end_of_the_address_space),
	RIG_TEST(test_memory_backend_refuses),
	RIG_TEST(test_memory_dirty_records_each_way_of_writing),
	RIG_TEST(test_memory_dirty_is_per_region),
	RIG_TEST(test_memory_dirty_starts_anew_and_stops),
	RIG_TEST(test_memory_dma_goes_to_ram_only),
	RIG_END
};
