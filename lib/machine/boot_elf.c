/* SPDX-License-Identifier: MIT */
/*
 * boot_elf.c: ELF kernels, read with libelf: by the PVH entry of Xen's
 * docs/misc/pvh.pandoc and public/arch-x86/hvm/start_info.h, or by e_entry.
 * The image is untrusted; libelf gives its tables, and every number in them is
 * checked here before it is used.
 */
#include <gelf.h>
#include <libelf.h>

#include "board.h"

#define NOTE_PHYS32_ENTRY	18u	/* XEN_ELFNOTE_PHYS32_ENTRY */
#define START_MAGIC		0x336ec578u
#define PHDRS_MAX		128u
#define LOAD_MIN		UINT64_C(0x20000)  /* above all of ours */

#define MODLIST		(VC__PVH_INFO + 0x100)
#define MEMMAP		(VC__PVH_INFO + 0x200)

struct image {
	Elf *elf;
	const uint8_t *p;
	uint64_t len;
	GElf_Ehdr ehdr;
	size_t phdrs;
	bool has_pvh;
	uint32_t pvh_entry;
	uint64_t end;		/* of what is loaded */
};

static int elf_failed(const char *what)
{
	const char *why = elf_errmsg(-1);

	return vc__boot_fail(VC_EFORMAT, "ELF kernel: %s: %s", what,
			     why ? why : "malformed");
}

static int open_image(struct image *im)
{
	if (elf_version(EV_CURRENT) == EV_NONE)
		return vc__boot_fail(VC_ENOTSUP, "ELF kernel: libelf is too "
				     "old");
	if (im->len < EI_NIDENT || memcmp(im->p, ELFMAG, SELFMAG))
		return vc__boot_fail(VC_EFORMAT, "not an ELF image");
	/* libelf takes char *, but reads only */
	im->elf = elf_memory((char *)(uintptr_t)im->p, (size_t)im->len);
	if (!im->elf || elf_kind(im->elf) != ELF_K_ELF)
		return elf_failed("header");
	if (!gelf_getehdr(im->elf, &im->ehdr))
		return elf_failed("header");
	if (im->ehdr.e_machine != EM_X86_64 && im->ehdr.e_machine != EM_386)
		return vc__boot_fail(VC_ENOTSUP, "ELF kernel: it is for "
				     "machine %u, not for x86",
				     im->ehdr.e_machine);
	if (im->ehdr.e_type != ET_EXEC && im->ehdr.e_type != ET_DYN)
		return vc__boot_fail(VC_ENOTSUP, "ELF kernel: of type %u, not "
				     "an executable", im->ehdr.e_type);
	if (elf_getphdrnum(im->elf, &im->phdrs))
		return elf_failed("program headers");
	if (!im->phdrs || im->phdrs > PHDRS_MAX)
		return vc__boot_fail(VC_EFORMAT, "ELF kernel: it has %zu "
				     "program headers, 1 to %u are taken",
				     im->phdrs, PHDRS_MAX);
	return 0;
}

/* Is [off, off + len) inside the file? */
static bool in_file(const struct image *im, uint64_t off, uint64_t len)
{
	return off <= im->len && len <= im->len - off;
}

static void look_at_note(struct image *im, const char *data,
			 const GElf_Nhdr *n, size_t name, size_t desc)
{
	if (n->n_namesz != 4 || memcmp(data + name, "Xen", 4) ||
	    n->n_type != NOTE_PHYS32_ENTRY || n->n_descsz < 4)
		return;
	im->pvh_entry = vc__get32((const uint8_t *)data + desc);
	im->has_pvh = true;
}

static void look_at_notes(struct image *im, const GElf_Phdr *ph)
{
	Elf_Data *d;
	GElf_Nhdr n;
	size_t at = 0, name, desc;

	if (!in_file(im, ph->p_offset, ph->p_filesz))
		return;
	d = elf_getdata_rawchunk(im->elf, (int64_t)ph->p_offset,
				 (size_t)ph->p_filesz,
				 ph->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
	if (!d || !d->d_buf)
		return;
	/* each note advances, so this ends with the segment */
	while (!im->has_pvh &&
	       (at = gelf_getnote(d, at, &n, &name, &desc)) > 0)
		if (name <= d->d_size && n.n_namesz <= d->d_size - name &&
		    desc <= d->d_size && n.n_descsz <= d->d_size - desc)
			look_at_note(im, d->d_buf, &n, name, desc);
}

/* ---- loading ---- */

static int clear(vc_vm *vm, uint64_t gpa, uint64_t len)
{
	void *host;
	int rc;

	if (!len)
		return 0;
	rc = vc_memory_host(vm, gpa, len, &host);
	if (rc)
		return rc;
	memset(host, 0, (size_t)len);
	return vc_memory_written(vm, gpa, len);
}

static int load_segment(struct vc_board *b, struct image *im, size_t i,
			const GElf_Phdr *ph)
{
	int rc = 0;

	if (ph->p_filesz > ph->p_memsz)
		return vc__boot_fail(VC_EFORMAT, "ELF kernel: segment %zu has "
				     "more bytes in the file than in memory", i);
	if (!in_file(im, ph->p_offset, ph->p_filesz))
		return vc__boot_fail(VC_EFORMAT, "ELF kernel: truncated: "
				     "segment %zu ends behind the %llu bytes "
				     "there are", i,
				     (unsigned long long)im->len);
	if (!ph->p_memsz)
		return 0;
	if (ph->p_paddr < LOAD_MIN ||
	    !vc__board_ram(b, ph->p_paddr, ph->p_memsz))
		return vc__boot_fail(VC_ERANGE, "ELF kernel: segment %zu needs "
				     "memory at 0x%llx, 0x%llx bytes, where "
				     "the machine has none to give", i,
				     (unsigned long long)ph->p_paddr,
				     (unsigned long long)ph->p_memsz);
	if (ph->p_filesz)
		rc = vc_memory_write(b->vm, ph->p_paddr, im->p + ph->p_offset,
				     ph->p_filesz);
	if (!rc)
		rc = clear(b->vm, ph->p_paddr + ph->p_filesz,
			   ph->p_memsz - ph->p_filesz);
	if (ph->p_paddr + ph->p_memsz > im->end)
		im->end = ph->p_paddr + ph->p_memsz;
	return rc;
}

static int load_segments(struct vc_board *b, struct image *im)
{
	bool any = false;
	int rc;

	for (size_t i = 0; i < im->phdrs; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(im->elf, (int)i, &ph))
			return elf_failed("program header");
		if (ph.p_type == PT_NOTE)
			look_at_notes(im, &ph);
		if (ph.p_type != PT_LOAD)
			continue;
		any = true;
		rc = load_segment(b, im, i, &ph);
		if (rc)
			return rc;
	}
	return any ? 0 : vc__boot_fail(VC_EFORMAT, "ELF kernel: nothing in it "
				       "is to be loaded");
}

/* ---- hvm_start_info ---- */

static int load_initrd(struct vc_board *b, const struct image *im,
		       const vc_boot_options *o, uint64_t *at)
{
	*at = 0;
	if (!o->initrd_len)
		return 0;
	*at = vc__initrd_place(b, o->initrd_len, UINT64_MAX, im->end);
	if (!*at)
		return vc__boot_fail(VC_ERANGE, "initrd: no room for %llu MiB "
				     "behind the kernel",
				     (unsigned long long)o->initrd_len >> 20);
	return vc_memory_write(b->vm, *at, o->initrd, o->initrd_len);
}

static int write_start_info(struct vc_board *b, const vc_boot_options *o,
			    uint64_t initrd)
{
	uint8_t page[0x1000] = { 0 };
	uint8_t *mod = page + (MODLIST - VC__PVH_INFO);
	uint8_t *map = page + (MEMMAP - VC__PVH_INFO);

	vc__put32(page, START_MAGIC);
	vc__put32(page + 4, 1);			/* version */
	vc__put32(page + 12, initrd ? 1 : 0);
	vc__put64(page + 16, initrd ? MODLIST : 0);
	vc__put64(page + 24, VC__CMDLINE);
	vc__put64(page + 32, VC_BOARD_RSDP);
	vc__put64(page + 40, MEMMAP);
	vc__put32(page + 48, b->e820_count);
	vc__put64(mod, initrd);
	vc__put64(mod + 8, o->initrd_len);
	for (uint32_t i = 0; i < b->e820_count; i++, map += 24) {
		vc__put64(map, b->e820[i].gpa);
		vc__put64(map + 8, b->e820[i].len);
		vc__put32(map + 16, b->e820[i].type);
	}
	return vc_memory_write(b->vm, VC__PVH_INFO, page, sizeof(page));
}

static int enter(struct vc_board *b, const struct image *im, uint32_t flags)
{
	bool pvh = im->has_pvh && !(flags & VC_BOOT_ELF_ENTRY);
	uint64_t entry = pvh ? im->pvh_entry : im->ehdr.e_entry;
	bool is_long = !pvh && im->ehdr.e_ident[EI_CLASS] == ELFCLASS64;
	uint64_t regs[16] = { 0 };

	if (!vc__board_ram(b, entry, 1) || entry >= VC__RAM_HIGH)
		return vc__boot_fail(VC_ERANGE, "ELF kernel: its entry 0x%llx "
				     "is not in memory below 4 GiB",
				     (unsigned long long)entry);
	regs[VC_RBX] = VC__PVH_INFO;
	regs[VC_RSP] = VC__BOOT_PARAMS;
	return vc__boot_enter(b->vm, is_long ? VC_FLAT_LONG :
			      VC_FLAT_PROTECTED, entry, regs);
}

int vc_boot_elf(vc_board *board, const vc_boot_options *options)
{
	struct image im = { 0 };
	vc_boot_options o;
	uint64_t initrd;
	int rc;

	rc = vc__boot_begin(board, options, &o, VC_BOOT_ELF_ENTRY);
	if (rc)
		return rc;
	im.p = o.kernel;
	im.len = o.kernel_len;
	if (!(rc = open_image(&im)) && !(rc = load_segments(board, &im)) &&
	    !(rc = load_initrd(board, &im, &o, &initrd)) &&
	    !(rc = vc__boot_cmdline(board, o.cmdline, UINT64_MAX)) &&
	    !(rc = write_start_info(board, &o, initrd)) &&
	    !(rc = vc__acpi_write(board)))
		rc = enter(board, &im, o.flags);
	elf_end(im.elf);
	return rc;
}
