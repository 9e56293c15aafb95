/* SPDX-License-Identifier: MIT */
/*
 * boot_image.c: kernels whose kind is not told, and files of them.
 */
#include <errno.h>
#include <stdio.h>

#include "board.h"

#ifdef VC_NO_LIBELF
int vc_boot_elf(vc_board *board, const vc_boot_options *options)
{
	vc_boot_options o;
	int rc = vc__boot_begin(board, options, &o, VC_BOOT_ELF_ENTRY);

	return rc ? rc : vc__boot_fail(VC_ENOTSUP, "ELF kernel: this library "
				       "was built without libelf");
}
#endif

int vc_boot_kernel(vc_board *board, const vc_boot_options *options)
{
	vc_boot_options o;
	int rc;

	rc = vc__boot_begin(board, options, &o, VC_BOOT_ELF_ENTRY);
	if (rc)
		return rc;
	if (o.kernel_len >= 4 && !memcmp(o.kernel, "\177ELF", 4))
		return vc_boot_elf(board, &o);
	o.flags = 0;
	return vc_boot_linux(board, &o);
}

/* ---- files ---- */

static int unreadable(const char *path, int why)
{
	return vc__boot_fail(VC_EIO, "%s: %s", path, strerror(why));
}

/* Read on as long as there is something; files may be pipes. */
static int read_all(FILE *f, const char *path, uint8_t **out, uint64_t *len)
{
	size_t room = 1 << 20, n = 0, got;
	uint8_t *p = malloc(room), *more;

	if (!p)
		goto nomem;
	while ((got = fread(p + n, 1, room - n, f)) > 0) {
		n += got;
		if (n < room)
			continue;
		if (room > SIZE_MAX / 2)
			goto nomem;
		more = realloc(p, room * 2);
		if (!more)
			goto nomem;
		p = more;
		room *= 2;
	}
	if (ferror(f)) {
		int why = errno;

		free(p);
		return unreadable(path, why);
	}
	*out = p;
	*len = n;
	return 0;

nomem:
	free(p);
	return vc__boot_fail(VC_ENOMEM, "%s: out of memory", path);
}

static int read_file(const char *path, uint8_t **out, uint64_t *len)
{
	FILE *f;
	int rc;

	errno = 0;
	f = fopen(path, "rb");
	if (!f)
		return unreadable(path, errno);
	rc = read_all(f, path, out, len);
	fclose(f);
	if (!rc && !*len) {
		free(*out);
		*out = NULL;
		rc = vc__boot_fail(VC_EFORMAT, "%s: the file is empty", path);
	}
	return rc;
}

/* Put the file's name before the reason why it could not be booted. */
static void name_file(const char *path, int rc)
{
	char why[256];

	snprintf(why, sizeof(why), "%s", vc_last_error());
	vc__boot_fail(rc, "%s: %s", path, why);
}

int vc_boot_file(vc_board *board, const char *kernel_path,
		 const char *initrd_path, const char *cmdline)
{
	vc_boot_options o = VC_BOOT_OPTIONS_INIT;
	uint8_t *kernel = NULL, *initrd = NULL;
	int rc;

	if (!board || !kernel_path)
		return vc__boot_fail(VC_EINVAL, "vc_boot_file: %s is NULL",
				     board ? "kernel_path" : "board");
	rc = read_file(kernel_path, &kernel, &o.kernel_len);
	if (!rc && initrd_path)
		rc = read_file(initrd_path, &initrd, &o.initrd_len);
	if (!rc) {
		o.kernel = kernel;
		o.initrd = initrd;
		o.cmdline = cmdline;
		rc = vc_boot_kernel(board, &o);
		if (rc)
			name_file(kernel_path, rc);
	}
	free(kernel);
	free(initrd);
	return rc;
}
