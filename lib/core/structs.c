/* SPDX-License-Identifier: MIT */
/*
 * structs.c: structs of another vintage than ours, and growing arrays.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int check_size(const char *call, uint32_t theirs, size_t oldest)
{
	if (theirs < oldest || theirs > VC_STRUCT_MAX)
		return vc__fail(VC_EINVAL, "%s: implausible struct size %u "
				"(is its size member set?)", call,
				(unsigned)theirs);
	return 0;
}

/*
 * Fields that the caller's struct lacks become zero; fields that ours lacks
 * must be zero, or we would ignore a request in silence.
 */
int vc__struct_in(const char *call, void *dst, size_t ours, const void *src,
		  size_t oldest)
{
	const unsigned char *p = src;
	uint32_t theirs;
	int rc;

	memcpy(&theirs, src, sizeof(theirs));
	rc = check_size(call, theirs, oldest);
	if (rc)
		return rc;
	for (size_t i = ours; i < theirs; i++)
		if (p[i])
			return vc__fail(VC_ENOTSUP, "%s: this library does not "
					"know the field at offset %zu", call, i);
	memset(dst, 0, ours);
	memcpy(dst, src, theirs < ours ? theirs : ours);
	return 0;
}

/* What their struct has beyond ours becomes zero; their size stays. */
int vc__struct_out(const char *call, void *dst, const void *ours,
		   size_t ours_size, size_t oldest)
{
	uint32_t theirs;
	size_t common;
	int rc;

	memcpy(&theirs, dst, sizeof(theirs));
	rc = check_size(call, theirs, oldest);
	if (rc)
		return rc;
	common = theirs < ours_size ? theirs : ours_size;
	memcpy(dst, ours, common);
	memset((unsigned char *)dst + common, 0, theirs - common);
	memcpy(dst, &theirs, sizeof(theirs));
	return 0;
}

int vc__grow(const char *call, void *array_ptr, uint32_t *room, uint32_t count,
	     size_t element)
{
	void *old, *bigger;
	uint32_t want;

	if (count < *room)
		return 0;
	want = *room ? *room * 2 : 8;
	memcpy(&old, array_ptr, sizeof(old));
	if (want > UINT32_MAX / 4 || element > SIZE_MAX / want)
		return vc__fail(VC_ENOMEM, "%s: too many", call);
	bigger = realloc(old, want * element);
	if (!bigger)
		return vc__fail(VC_ENOMEM, "%s: out of memory", call);
	memcpy(array_ptr, &bigger, sizeof(bigger));
	*room = want;
	return 0;
}
