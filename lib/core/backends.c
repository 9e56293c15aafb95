/* SPDX-License-Identifier: MIT */
/*
 * backends.c: the one file that names the backends.
 */
#include <string.h>

#include "backend.h"

#define REASON_MAX 256

extern const struct vc__backend vc__backend_interp;

/* Best first. */
static const struct vc__backend *const backends[] = {
	&vc__backend_interp,
};

const struct vc__backend *vc__backend_by_id(uint32_t id)
{
	for (size_t i = 0; i < VC__ARRAY_LEN(backends); i++)
		if (backends[i]->id == id)
			return backends[i];
	return NULL;
}

int vc_backend_list(uint32_t *ids, uint32_t n)
{
	if (!ids && n)
		return vc__fail(VC_EINVAL, "vc_backend_list: ids is NULL");
	for (size_t i = 0; i < VC__ARRAY_LEN(backends) && i < n; i++)
		ids[i] = backends[i]->id;
	return (int)VC__ARRAY_LEN(backends);
}

static const struct {
	uint32_t id;
	const char *name;
} names[] = {
	{ VC_BACKEND_AUTO, "auto" },
	{ VC_BACKEND_KVM, "kvm" },
	{ VC_BACKEND_WHPX, "whpx" },
	{ VC_BACKEND_INTERP, "interp" },
};

const char *vc_backend_name(uint32_t id)
{
	for (size_t i = 0; i < VC__ARRAY_LEN(names); i++)
		if (names[i].id == id)
			return names[i].name;
	return NULL;
}

int vc_backend_find(const char *name)
{
	if (!name)
		return vc__fail(VC_EINVAL, "vc_backend_find: name is NULL");
	for (size_t i = 0; i < VC__ARRAY_LEN(names); i++)
		if (!strcmp(names[i].name, name))
			return (int)names[i].id;
	return vc__fail(VC_ENOENT, "vc_backend_find: no backend is called "
			"\"%.60s\"", name);
}

/* Probe one backend, or with AUTO the first that answers, into *found. */
static int probe(uint32_t id, const struct vc__backend **found, char *reason,
		 size_t len, uint64_t *caps, const char *call)
{
	bool known = false;
	int rc = VC_ENODEV;

	reason[0] = '\0';
	*caps = 0;
	for (size_t i = 0; i < VC__ARRAY_LEN(backends); i++) {
		if (id != VC_BACKEND_AUTO && backends[i]->id != id)
			continue;
		known = true;
		rc = backends[i]->probe(reason, len, caps);
		if (!rc) {
			*found = backends[i];
			return 0;
		}
	}
	if (!known)
		return vc__fail(VC_ENOENT, "%s: backend %u (%s) is not built "
				"in", call, (unsigned)id, vc_backend_name(id) ?
				vc_backend_name(id) : "unknown");
	return vc__fail(rc, "%s: backend %s is not available: %s", call,
			vc_backend_name(id), reason);
}

int vc_backend_probe(uint32_t id)
{
	const struct vc__backend *b;
	char reason[REASON_MAX];
	uint64_t caps;

	return probe(id, &b, reason, sizeof(reason), &caps, "vc_backend_probe");
}

int vc_backend_reason(uint32_t id, char *text, uint64_t len)
{
	const struct vc__backend *b;
	char reason[REASON_MAX];
	size_t used;
	uint64_t caps;
	int rc;

	if (!text || !len)
		return vc__fail(VC_EINVAL, "vc_backend_reason: no room for "
				"text");
	rc = probe(id, &b, reason, sizeof(reason), &caps, "vc_backend_reason");
	if (rc == VC_ENOENT)
		return rc;
	used = rc ? strlen(reason) : 0;
	if (used >= len)
		used = (size_t)len - 1;
	memcpy(text, reason, used);
	text[used] = '\0';
	return 0;
}

int vc_backend_capability(uint32_t id, uint32_t cap)
{
	const struct vc__backend *b;
	char reason[REASON_MAX];
	uint64_t caps;
	int rc;

	rc = probe(id, &b, reason, sizeof(reason), &caps,
		   "vc_backend_capability");
	if (rc)
		return rc;
	return cap < 64 && (caps >> cap & 1);
}

int vc_vm_create(vc_vm **out, const vc_vm_options *options)
{
	const struct vc__backend *b;
	char reason[REASON_MAX];
	vc_vm_options opt = VC_VM_OPTIONS_INIT;
	uint64_t caps;
	int rc;

	if (!out)
		return vc__fail(VC_EINVAL, "vc_vm_create: out is NULL");
	if (options) {
		rc = vc__struct_in("vc_vm_create", &opt, sizeof(opt), options,
				   offsetof(vc_vm_options, cpu_model));
		if (rc)
			return rc;
		opt.size = sizeof(opt);
	}
	rc = probe(opt.backend, &b, reason, sizeof(reason), &caps,
		   "vc_vm_create");
	if (rc)
		return rc;
	return vc__vm_create_on(out, &opt, b, "vc_vm_create");
}
