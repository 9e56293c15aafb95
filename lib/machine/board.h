/* SPDX-License-Identifier: MIT */
/*
 * board.h: what the files of lib/machine share: the board itself, where things
 * lie in a guest's low memory, and little-endian writers.
 */
#ifndef VC_MACHINE_BOARD_H
#define VC_MACHINE_BOARD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "virtcore.h"
#include "virtcore/machine.h"

#define VC__CHIPS	11u
#define VC__E820_MAX	8u

struct vc_board {
	vc_vm *vm;
	vc_device *self;	/* stands for the board among the devices */
	vc_device *chip[VC__CHIPS];
	uint64_t ram_low;	/* end of RAM below 3 GiB */
	uint64_t ram_high;	/* bytes of RAM from 4 GiB on */
	uint32_t vcpus;
	uint32_t e820_count;
	vc_e820_entry e820[VC__E820_MAX];
};

/*
 * Low memory while a kernel is started; all of it is the kernel's later.
 *
 *	0x00600	GDT			0x08000	hvm_start_info and its tables
 *	0x07000	boot_params		0x09000	page tables, six pages
 *	0x10000	command line, up to 64 KiB
 */
#define VC__LOW_END	UINT64_C(0xa0000)
#define VC__EBDA	UINT64_C(0x9fc00)
#define VC__BIOS	UINT64_C(0xe0000)
#define VC__BIOS_END	UINT64_C(0x100000)
#define VC__RAM_GAP	UINT64_C(0xc0000000)
#define VC__RAM_HIGH	UINT64_C(0x100000000)

#define VC__GDT		UINT64_C(0x600)
#define VC__BOOT_PARAMS	UINT64_C(0x7000)
#define VC__PVH_INFO	UINT64_C(0x8000)
#define VC__PAGE_TABLES	UINT64_C(0x9000)
#define VC__PAGE_TABLES_LEN	UINT64_C(0x6000)
#define VC__CMDLINE	UINT64_C(0x10000)
#define VC__CMDLINE_MAX	UINT64_C(0x10000)	/* with its zero */

/* Selectors of the GDT, as Linux' boot protocol wants them. */
#define VC__SEL_CODE	0x10u
#define VC__SEL_DATA	0x18u
#define VC__SEL_TSS	0x20u

/* acpi.c: the tables, at VC_BOARD_RSDP. */
int vc__acpi_write(const struct vc_board *b);

/* boot_flat.c */

/* Error text by printf's rules; returns code. (machine sees only the public
 * interface, which takes whole strings.) */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int vc__boot_fail(int code, const char *fmt, ...);

/* Is [gpa, gpa + len) RAM that the guest is told of? */
bool vc__board_ram(const struct vc_board *b, uint64_t gpa, uint64_t len);
/* Where an initrd goes: the highest page below limit that leaves [kernel,
 * kernel_end) alone; 0 for nowhere. */
uint64_t vc__initrd_place(const struct vc_board *b, uint64_t len,
			  uint64_t limit, uint64_t kernel_end);
/* Check the options that all loaders share; o is a copy of them. */
int vc__boot_begin(struct vc_board *b, const vc_boot_options *options,
		   vc_boot_options *o, uint32_t flags);
/* Write the command line to VC__CMDLINE; max is without its zero. */
int vc__boot_cmdline(struct vc_board *b, const char *text, uint64_t max);
/* Put vCPU 0 at an entry: VC_FLAT_PROTECTED or VC_FLAT_LONG, with tables. The
 * caller gives the general registers in regs[16]. */
int vc__boot_enter(vc_vm *vm, uint32_t mode, uint64_t rip,
		   const uint64_t *regs);

/* ---- little-endian ---- */

static inline void vc__put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void vc__put32(uint8_t *p, uint32_t v)
{
	vc__put16(p, v);
	vc__put16(p + 2, v >> 16);
}

static inline void vc__put64(uint8_t *p, uint64_t v)
{
	vc__put32(p, (uint32_t)v);
	vc__put32(p + 4, (uint32_t)(v >> 32));
}

static inline uint32_t vc__get16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t vc__get32(const uint8_t *p)
{
	return vc__get16(p) | vc__get16(p + 2) << 16;
}

static inline uint64_t vc__get64(const uint8_t *p)
{
	return vc__get32(p) | (uint64_t)vc__get32(p + 4) << 32;
}

#endif
