/* SPDX-License-Identifier: MIT */
/*
 * virtcore/base.h: what every other header needs: visibility, error numbers,
 * error text, version.
 */
#ifndef VIRTCORE_BASE_H
#define VIRTCORE_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define VC_API
#elif defined(__GNUC__)
#define VC_API __attribute__((visibility("default")))
#else
#define VC_API
#endif

/* Opaque handles. A vCPU, device or timer belongs to its VM and dies with it. */
typedef struct vc_vm vc_vm;
typedef struct vc_vcpu vc_vcpu;
typedef struct vc_device vc_device;
typedef struct vc_timer vc_timer;

/*
 * Results. Every function that can fail returns 0 or one of these negative
 * numbers; a number never changes its meaning. What a guest does is never an
 * error: it comes back as an exit record (vcpu.h).
 */
#define VC_OK		0
#define VC_EINVAL	(-1)	/* an argument no caller should pass */
#define VC_ENOMEM	(-2)	/* the host is out of memory */
#define VC_EEXIST	(-3)	/* the range, name or id is taken */
#define VC_ENOENT	(-4)	/* no such range, register, breakpoint, line */
#define VC_ENODEV	(-5)	/* the backend is not available on this host */
#define VC_ENOTSUP	(-6)	/* this backend or version cannot do that */
#define VC_EBUSY	(-7)	/* the vCPU is running, or the object is in use */
#define VC_EFAULT	(-8)	/* guest memory is not mapped there */
#define VC_EPERM	(-9)	/* the mapping or the paging forbids the access */
#define VC_ERANGE	(-10)	/* a value outside of what the field can hold */
#define VC_ESTATE	(-11)	/* not in this state: order of calls is wrong */
#define VC_EIO		(-12)	/* a file or stream could not be read or written */
#define VC_EFORMAT	(-13)	/* an image, table or saved state is malformed */
#define VC_EHOST	(-14)	/* the host's system call or hypervisor failed */
#define VC_ELIMIT	(-15)	/* a documented limit of the library is reached */

#define VC_VERSION_MAJOR	0
#define VC_VERSION_MINOR	1
#define VC_VERSION_PATCH	0
#define VC_VERSION	(VC_VERSION_MAJOR * 1000000 + VC_VERSION_MINOR * 1000 \
			 + VC_VERSION_PATCH)

/*
 * The version of the library that is loaded, as VC_VERSION is made; it may be
 * newer than the header.
 *
 * Threads: any.
 */
VC_API uint32_t vc_version(void);

/*
 * One line about how the loaded library was built: version, compiler, host,
 * backends, options. For bug reports; its form is not part of the ABI.
 * The text is static.
 *
 * Threads: any.
 */
VC_API const char *vc_build_info(void);

/*
 * Text of the calling thread's most recent failure: the call, what was wrong
 * with which value, and the host's reason where there is one. Never NULL;
 * empty before the first failure; untouched by success. Valid until the next
 * failing call on this thread.
 *
 * Threads: any; each has its own text.
 */
VC_API const char *vc_last_error(void);

/*
 * Set the text that vc_last_error() gives on this thread (cut to its buffer):
 * for devices and bindings that fail on their own account. Returns error, so
 * that a caller can return it in turn.
 *
 * Threads: any.
 */
VC_API int vc_error_set(int error, const char *text);

/*
 * The name of an error number, such as "VC_EINVAL"; "VC_E?" for a number that
 * is none. The text is static.
 *
 * Threads: any.
 */
VC_API const char *vc_error_name(int error);

#ifdef __cplusplus
}
#endif
#endif
