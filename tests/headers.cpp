// SPDX-License-Identifier: MIT
// headers.cpp: the headers in C++17, compiled only: `make headers`.
#include <virtcore.h>
#include <type_traits>

static_assert(std::is_standard_layout<vc_exit>::value, "");
static_assert(std::is_trivial<vc_x86_state>::value, "");
static_assert(std::is_same<decltype(&vc_vcpu_run),
			   int (*)(vc_vcpu *, vc_exit **)>::value, "");

vc_vm_options options = VC_VM_OPTIONS_INIT;
