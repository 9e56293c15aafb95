/* SPDX-License-Identifier: MIT */
/*
 * boot_linux.c: Linux' x86 boot protocol: offsets and names are those of the
 * kernel's Documentation/arch/x86/boot.rst and zero-page.rst. The image is
 * untrusted: every field is checked before it is believed.
 */
#include "board.h"

#define SECTOR		512u

/* The setup header, from the start of the image, and so of boot_params. */
#define H_SETUP_SECTS	0x1f1
#define H_SYSSIZE	0x1f4
#define H_VID_MODE	0x1fa
#define H_BOOT_FLAG	0x1fe
#define H_JUMP		0x200
#define H_HEADER	0x202
#define H_VERSION	0x206
#define H_TYPE_OF_LOADER 0x210
#define H_LOADFLAGS	0x211
#define H_CODE32_START	0x214
#define H_RAMDISK_IMAGE	0x218
#define H_RAMDISK_SIZE	0x21c
#define H_CMD_LINE_PTR	0x228
#define H_INITRD_MAX	0x22c
#define H_ALIGNMENT	0x230
#define H_XLOADFLAGS	0x236
#define H_CMDLINE_SIZE	0x238
#define H_PREF_ADDRESS	0x258
#define H_INIT_SIZE	0x260
#define H_END		0x264		/* of protocol 2.10 */
#define H_ROOM		0x290		/* what boot_params has for it */

#define LOADED_HIGH	0x01u
#define CAN_USE_HEAP	0x80u
#define XLF_KERNEL_64	0x01u
#define LOADER_UNKNOWN	0xffu
#define VID_NORMAL	0xffffu

/* boot_params besides the header */
#define BP_ACPI_RSDP	0x070
#define BP_ALT_MEM_K	0x1e0
#define BP_E820_ENTRIES	0x1e8
#define BP_E820_TABLE	0x2d0
#define BP_SIZE		4096

#define PROTOCOL_MIN	0x020au		/* 2.10: pref_address, init_size */

struct bzimage {
	const uint8_t *p;
	uint64_t len;
	uint32_t header_end;	/* of what goes to boot_params */
	const uint8_t *payload;
	uint64_t payload_len;
	uint64_t load, end;	/* where it goes, with room to unpack */
	uint32_t cmdline_max;
	uint64_t initrd_limit;	/* first byte that an initrd may not have */
	bool entry_64;
};

/* ---- the image ---- */

static int check_magic(const struct bzimage *k)
{
	uint32_t version;

	if (k->len < H_HEADER + 4)
		return vc__boot_fail(VC_EFORMAT, "not a Linux kernel: %llu "
				     "bytes are too few for a boot sector",
				     (unsigned long long)k->len);
	if (vc__get16(k->p + H_BOOT_FLAG) != 0xaa55)
		return vc__boot_fail(VC_EFORMAT, "not a Linux kernel: no 0xaa55 "
				     "at 0x1fe");
	if (memcmp(k->p + H_HEADER, "HdrS", 4))
		return vc__boot_fail(VC_EFORMAT, "not a Linux kernel: a boot "
				     "sector, but without \"HdrS\"");
	if (k->len < H_END)
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: truncated in "
				     "its setup header, after %llu bytes",
				     (unsigned long long)k->len);
	version = vc__get16(k->p + H_VERSION);
	if (version < PROTOCOL_MIN)
		return vc__boot_fail(VC_ENOTSUP, "Linux kernel: boot protocol "
				     "%u.%02u is older than 2.10",
				     (unsigned)(version >> 8),
				     (unsigned)(version & 0xff));
	if (!(k->p[H_LOADFLAGS] & LOADED_HIGH))
		return vc__boot_fail(VC_ENOTSUP, "Linux kernel: a zImage, "
				     "which loads below 1 MiB");
	return 0;
}

/* The real-mode part, then syssize paragraphs of protected-mode code. */
static int find_payload(struct bzimage *k)
{
	uint32_t sects = k->p[H_SETUP_SECTS] ? k->p[H_SETUP_SECTS] : 4;
	uint64_t setup = (uint64_t)(sects + 1) * SECTOR;
	uint64_t need = (uint64_t)vc__get32(k->p + H_SYSSIZE) * 16;

	/* the header's length is in its jump instruction (boot.rst) */
	k->header_end = H_HEADER + k->p[H_JUMP + 1];
	if (k->header_end < H_END)
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: its setup "
				     "header ends at 0x%x, too early for its "
				     "version", (unsigned)k->header_end);
	if (k->header_end > H_ROOM)
		k->header_end = H_ROOM;
	if (setup >= k->len || k->header_end > k->len)
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: truncated in "
				     "its setup code: %llu of %llu bytes",
				     (unsigned long long)k->len,
				     (unsigned long long)setup);
	if (!need)
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: no code "
				     "(syssize is 0)");
	/* syssize counts paragraphs, and some images end within the last */
	if (need > k->len - setup && need - (k->len - setup) < 16)
		need = k->len - setup;
	if (need > k->len - setup)
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: truncated: "
				     "%llu of %llu bytes",
				     (unsigned long long)k->len,
				     (unsigned long long)(setup + need));
	k->payload = k->p + setup;
	k->payload_len = need;
	return 0;
}

static int read_header(struct bzimage *k)
{
	uint32_t align = vc__get32(k->p + H_ALIGNMENT);
	uint64_t size = vc__get32(k->p + H_INIT_SIZE);
	uint32_t limit = vc__get32(k->p + H_INITRD_MAX);

	k->load = vc__get64(k->p + H_PREF_ADDRESS);
	if (!align || align & (align - 1))
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: alignment "
				     "0x%x is no power of two",
				     (unsigned)align);
	if (k->load & (align - 1))
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: its address "
				     "0x%llx is not aligned to 0x%x",
				     (unsigned long long)k->load,
				     (unsigned)align);
	if (size < k->payload_len)
		size = k->payload_len;
	if (k->load > UINT64_MAX - size)
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: its address "
				     "0x%llx wraps",
				     (unsigned long long)k->load);
	k->end = k->load + size;
	k->cmdline_max = vc__get32(k->p + H_CMDLINE_SIZE);
	k->initrd_limit = (uint64_t)limit + 1;
	k->entry_64 = vc__get16(k->p + H_VERSION) >= 0x020c &&
		      (vc__get16(k->p + H_XLOADFLAGS) & XLF_KERNEL_64);
	if (k->entry_64 && k->payload_len <= SECTOR)
		return vc__boot_fail(VC_EFORMAT, "Linux kernel: too small for "
				     "a 64-bit entry");
	return 0;
}

/* ---- memory ---- */

static int load_kernel(struct vc_board *b, const struct bzimage *k)
{
	/* between 1 MiB and 3 GiB: what the entry's page tables map, and
	 * clear of boot_params and the command line */
	if (k->load < VC__BIOS_END || k->end > b->ram_low)
		return vc__boot_fail(VC_ERANGE, "Linux kernel: it needs memory "
				     "from %llu to %llu MiB, the machine has "
				     "%llu MiB",
				     (unsigned long long)k->load >> 20,
				     (unsigned long long)((k->end >> 20) + 1),
				     (unsigned long long)(b->ram_low +
							  b->ram_high) >> 20);
	return vc_memory_write(b->vm, k->load, k->payload, k->payload_len);
}

static int load_initrd(struct vc_board *b, const struct bzimage *k,
		       const vc_boot_options *o, uint8_t *bp)
{
	uint64_t at;

	if (!o->initrd_len)
		return 0;
	at = vc__initrd_place(b, o->initrd_len, k->initrd_limit, k->end);
	if (!at)
		return vc__boot_fail(VC_ERANGE, "initrd: no room for %llu MiB "
				     "between the kernel's end at %llu MiB and "
				     "%llu MiB",
				     (unsigned long long)o->initrd_len >> 20,
				     (unsigned long long)k->end >> 20,
				     (unsigned long long)(k->initrd_limit <
				     b->ram_low ? k->initrd_limit :
				     b->ram_low) >> 20);
	vc__put32(bp + H_RAMDISK_IMAGE, (uint32_t)at);
	vc__put32(bp + H_RAMDISK_SIZE, (uint32_t)o->initrd_len);
	return vc_memory_write(b->vm, at, o->initrd, o->initrd_len);
}

static void fill_boot_params(const struct vc_board *b, const struct bzimage *k,
			     uint8_t *bp)
{
	uint8_t *e = bp + BP_E820_TABLE;

	memcpy(bp + H_SETUP_SECTS, k->p + H_SETUP_SECTS,
	       k->header_end - H_SETUP_SECTS);
	vc__put64(bp + BP_ACPI_RSDP, VC_BOARD_RSDP);
	bp[H_TYPE_OF_LOADER] = LOADER_UNKNOWN;
	bp[H_LOADFLAGS] &= (uint8_t)~CAN_USE_HEAP;	/* setup code's only */
	vc__put16(bp + H_VID_MODE, VID_NORMAL);
	vc__put32(bp + H_CODE32_START, (uint32_t)k->load);
	vc__put32(bp + H_CMD_LINE_PTR, (uint32_t)VC__CMDLINE);
	vc__put32(bp + H_RAMDISK_IMAGE, 0);
	vc__put32(bp + H_RAMDISK_SIZE, 0);
	vc__put32(bp + BP_ALT_MEM_K,
		  (uint32_t)((b->ram_low - VC__BIOS_END) >> 10));
	bp[BP_E820_ENTRIES] = (uint8_t)b->e820_count;
	for (uint32_t i = 0; i < b->e820_count; i++, e += 20) {
		vc__put64(e, b->e820[i].gpa);
		vc__put64(e + 8, b->e820[i].len);
		vc__put32(e + 16, b->e820[i].type);
	}
}

/* 64-bit entry: 512 bytes into the code, RSI is boot_params. 32-bit entry: at
 * the code's first byte, ESI likewise, EBX, EBP and EDI zero. */
static int enter(struct vc_board *b, const struct bzimage *k)
{
	uint64_t regs[16] = { 0 };

	regs[VC_RSI] = VC__BOOT_PARAMS;
	regs[VC_RSP] = VC__BOOT_PARAMS;		/* grows down from there */
	return k->entry_64 ?
		vc__boot_enter(b->vm, VC_FLAT_LONG, k->load + SECTOR, regs) :
		vc__boot_enter(b->vm, VC_FLAT_PROTECTED, k->load, regs);
}

int vc_boot_linux(vc_board *board, const vc_boot_options *options)
{
	struct bzimage k = { 0 };
	vc_boot_options o;
	uint8_t *bp;
	int rc;

	rc = vc__boot_begin(board, options, &o, 0);
	if (rc)
		return rc;
	k.p = o.kernel;
	k.len = o.kernel_len;
	if ((rc = check_magic(&k)) || (rc = find_payload(&k)) ||
	    (rc = read_header(&k)))
		return rc;
	bp = calloc(1, BP_SIZE);
	if (!bp)
		return vc__boot_fail(VC_ENOMEM, "boot: out of memory");
	fill_boot_params(board, &k, bp);
	if (!(rc = load_kernel(board, &k)) &&
	    !(rc = load_initrd(board, &k, &o, bp)) &&
	    !(rc = vc__boot_cmdline(board, o.cmdline, k.cmdline_max)) &&
	    !(rc = vc_memory_write(board->vm, VC__BOOT_PARAMS, bp, BP_SIZE)) &&
	    !(rc = vc__acpi_write(board)))
		rc = enter(board, &k);
	free(bp);
	return rc;
}
