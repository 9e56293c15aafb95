/* SPDX-License-Identifier: MIT */
/*
 * Structs of another vintage: programs that were built against an older or a
 * newer header than the library's.
 */
#include "rig.h"
#include "../lib/core/internal.h"

struct v1 { uint32_t size, a; uint64_t b; };
struct v2 { uint32_t size, a; uint64_t b; uint64_t c; };

static void test_api_structs_older_in_is_completed_with_zeros(void)
{
	struct v1 theirs = { sizeof(theirs), 5, 6 };
	struct v2 ours = { 9, 9, 9, 9 };

	RIG_OK(vc__struct_in("t", &ours, sizeof(ours), &theirs, sizeof(theirs)));
	CU_ASSERT_EQUAL(ours.a, 5);
	CU_ASSERT_EQUAL(ours.b, 6);
	CU_ASSERT_EQUAL(ours.c, 0);
}

static void test_api_structs_newer_in_with_zeros_is_taken(void)
{
	struct v2 theirs = { sizeof(theirs), 5, 6, 0 };
	struct v1 ours = { 0 };

	RIG_OK(vc__struct_in("t", &ours, sizeof(ours), &theirs, sizeof(ours)));
	CU_ASSERT_EQUAL(ours.b, 6);
}

static void test_api_structs_newer_in_with_a_request_is_refused(void)
{
	struct v2 theirs = { sizeof(theirs), 5, 6, UINT64_MAX };
	struct v1 ours = { 0 };

	RIG_FAILS(VC_ENOTSUP, vc__struct_in("t", &ours, sizeof(ours), &theirs,
					    sizeof(ours)));
	CU_ASSERT(strstr(vc_last_error(), "offset 16") != NULL);
	CU_ASSERT_EQUAL(ours.a, 0);
}

static void test_api_structs_older_out_is_not_overrun(void)
{
	struct { struct v1 s; uint64_t after; } theirs = {
		{ sizeof(struct v1), 0, 0 }, UINT64_MAX };
	const struct v2 ours = { sizeof(ours), 5, 6, 7 };

	RIG_OK(vc__struct_out("t", &theirs.s, &ours, sizeof(ours),
			      sizeof(struct v1)));
	CU_ASSERT_EQUAL(theirs.s.size, sizeof(struct v1));
	CU_ASSERT_EQUAL(theirs.s.b, 6);
	CU_ASSERT_EQUAL(theirs.after, UINT64_MAX);
}

static void test_api_structs_newer_out_gets_zeros(void)
{
	struct v2 theirs = { sizeof(theirs), 0, 0, 99 };
	const struct v1 ours = { sizeof(ours), 5, 6 };

	RIG_OK(vc__struct_out("t", &theirs, &ours, sizeof(ours), sizeof(ours)));
	CU_ASSERT_EQUAL(theirs.size, sizeof(theirs));
	CU_ASSERT_EQUAL(theirs.b, 6);
	CU_ASSERT_EQUAL(theirs.c, 0);
}

static void test_api_structs_implausible_sizes(void)
{
	struct v1 s = { 0, 0, 0 }, ours;

	RIG_FAILS(VC_EINVAL, vc__struct_in("t", &ours, 16, &s, 16));
	s.size = 15;
	RIG_FAILS(VC_EINVAL, vc__struct_in("t", &ours, 16, &s, 16));
	s.size = VC_STRUCT_MAX + 1;
	RIG_FAILS(VC_EINVAL, vc__struct_in("t", &ours, 16, &s, 16));
	RIG_FAILS(VC_EINVAL, vc__struct_out("t", &s, &ours, 16, 16));
}

static void test_api_structs_options_of_tomorrow(void)
{
	struct { vc_vm_options o; uint64_t future[2]; } o = {
		VC_VM_OPTIONS_INIT, { 0, 0 } };
	vc_vm *vm = NULL;

	if (vc_backend_probe(VC_BACKEND_AUTO))
		RIG_SKIP("no backend");
	o.o.size = sizeof(o);
	RIG_OK(vc_vm_create(&vm, &o.o));
	vc_vm_destroy(vm);
	vm = NULL;
	o.future[1] = 1;
	RIG_FAILS(VC_ENOTSUP, vc_vm_create(&vm, &o.o));
	CU_ASSERT_PTR_NULL(vm);
}

/* The first options ended before cpu_model; what lies there is not theirs. */
static void test_api_structs_options_of_yesterday(void)
{
	vc_vm_options o = VC_VM_OPTIONS_INIT;
	vc_vm *vm = NULL;

	if (vc_backend_probe(VC_BACKEND_AUTO))
		RIG_SKIP("no backend");
	o.size = 40;
	o.cpu_model = o.rng = UINT32_MAX;
	RIG_OK(vc_vm_create(&vm, &o));
	vc_vm_destroy(vm);
	vm = NULL;
	o.size = 48;		/* rng, but no seed */
	o.cpu_model = VC_CPU_DEFAULT;
	o.rng = VC_RNG_DEFAULT;
	o.rng_seed = UINT64_MAX;
	RIG_OK(vc_vm_create(&vm, &o));
	vc_vm_destroy(vm);
	vm = NULL;
	o.size = 39;
	RIG_FAILS(VC_EINVAL, vc_vm_create(&vm, &o));
	CU_ASSERT_PTR_NULL(vm);
}

static void test_api_structs_state_of_tomorrow(void)
{
	struct future { vc_x86_state s; uint64_t more[4]; } *f;
	struct rig *r = rig_new();

	f = calloc(1, sizeof(*f));
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	f->s.size = sizeof(*f);
	f->more[3] = 77;
	RIG_OK(vc_vcpu_state_get(r->vcpu, &f->s));
	CU_ASSERT_EQUAL(f->s.size, sizeof(*f));
	CU_ASSERT_EQUAL(f->s.rip, 0xfff0);
	CU_ASSERT_EQUAL(f->more[3], 0);
	RIG_OK(vc_vcpu_state_set(r->vcpu, &f->s));
	f->more[0] = 1;
	RIG_FAILS(VC_ENOTSUP, vc_vcpu_state_set(r->vcpu, &f->s));
	free(f);
	rig_free(r);
}

static void test_api_structs_device_ops_of_tomorrow(void)
{
	static struct { vc_device_ops o; uint64_t more; } ops;
	struct rig *r = rig_new();
	vc_device *d;

	ops.o.size = sizeof(ops);
	ops.o.name = "tomorrow";
	RIG_OK(vc_device_create(&d, r->vm, &ops.o, NULL));
	CU_ASSERT_STRING_EQUAL(vc_device_name(d), "tomorrow");
	ops.more = 1;
	RIG_FAILS(VC_ENOTSUP, vc_device_create(&d, r->vm, &ops.o, NULL));
	rig_free(r);
}

RIG_SUITE(api_structs) {
	RIG_TEST(test_api_structs_older_in_is_completed_with_zeros),
	RIG_TEST(test_api_structs_newer_in_with_zeros_is_taken),
	RIG_TEST(test_api_structs_newer_in_with_a_request_is_refused),
	RIG_TEST(test_api_structs_older_out_is_not_overrun),
	RIG_TEST(test_api_structs_newer_out_gets_zeros),
	RIG_TEST(test_api_structs_implausible_sizes),
	RIG_TEST(test_api_structs_options_of_tomorrow),
	RIG_TEST(test_api_structs_options_of_yesterday),
	RIG_TEST(test_api_structs_state_of_tomorrow),
	RIG_TEST(test_api_structs_device_ops_of_tomorrow),
	RIG_END
};
