/* SPDX-License-Identifier: MIT */
/*
 * error.c: error numbers and the calling thread's error text, which is the
 * only mutable data that the library has outside of its objects.
 */
#define _POSIX_C_SOURCE 200809L		/* strerror_r, the int one */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define TEXT_MAX 512

static _Thread_local char text[TEXT_MAX];

uintptr_t vc__thread_self(void)
{
	return (uintptr_t)text;
}

static void append(const char *what)
{
	size_t used = strlen(text);

	snprintf(text + used, sizeof(text) - used, ": %s", what);
}

int vc__fail(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return code;
}

int vc__fail_errno(int code, const char *fmt, ...)
{
	int host = errno;
	char why[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (strerror_r(host, why, sizeof(why)))
		snprintf(why, sizeof(why), "errno %d", host);
	append(why);
	return code;
}

const char *vc_last_error(void)
{
	return text;
}

int vc_error_set(int error, const char *what)
{
	return vc__fail(error, "%s", what ? what : "");
}

const char *vc_error_name(int error)
{
	static const char *const names[] = {
		"VC_OK", "VC_EINVAL", "VC_ENOMEM", "VC_EEXIST", "VC_ENOENT",
		"VC_ENODEV", "VC_ENOTSUP", "VC_EBUSY", "VC_EFAULT", "VC_EPERM",
		"VC_ERANGE", "VC_ESTATE", "VC_EIO", "VC_EFORMAT", "VC_EHOST",
		"VC_ELIMIT",
	};

	if (error > 0 || error <= -(int)VC__ARRAY_LEN(names))
		return "VC_E?";
	return names[-error];
}
