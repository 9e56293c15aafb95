/* SPDX-License-Identifier: MIT */
/*
 * vcrun.c: run a bare-metal ELF of the benchmark harness (peers/README.md) on
 * libvirtcore, through the public API only:
 *
 *	vcrun [--backend B] ELF [WORD...]
 *
 * The words are the guest's command line (scale=N skip=M). COM1 goes to
 * standard output, a line at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "virtcore.h"

#define RAM	((uint64_t)64 << 20)

static void die(const char *what)
{
	fprintf(stderr, "vcrun: %s: %s\n", what, vc_last_error());
	exit(1);
}

static void console(const void *bytes, size_t len, void *opaque)
{
	(void)opaque;
	fwrite(bytes, 1, len, stdout);
	if (memchr(bytes, '\n', len))
		fflush(stdout);
}

static char *join(char **words, int n)
{
	size_t len = 1;
	char *line;

	for (int i = 0; i < n; i++)
		len += strlen(words[i]) + 1;
	line = calloc(1, len);
	for (int i = 0; line && i < n; i++) {
		strcat(line, words[i]);
		strcat(line, " ");
	}
	return line;
}

static vc_vcpu *boot(vc_vm **vm, uint32_t backend, const char *elf,
		     const char *cmdline)
{
	vc_vm_options vo = VC_VM_OPTIONS_INIT;
	vc_board_options bo = VC_BOARD_OPTIONS_INIT;
	vc_board *board = NULL;

	vo.backend = backend;
	bo.ram = RAM;
	bo.console = console;
	if (vc_vm_create(vm, &vo) || vc_board_create(&board, *vm, &bo))
		die("create");
	if (vc_boot_file(board, elf, NULL, cmdline))
		die(elf);
	return vc_vm_vcpu(*vm, 0);
}

int main(int argc, char **argv)
{
	uint32_t backend = VC_BACKEND_INTERP;
	vc_exit *exit_record;
	vc_vcpu *vcpu;
	vc_vm *vm;
	char *cmdline;
	int at = 1;

	if (at + 1 < argc && !strcmp(argv[at], "--backend")) {
		int id = vc_backend_find(argv[at + 1]);

		if (id < 0)
			die(argv[at + 1]);
		backend = (uint32_t)id;
		at += 2;
	}
	if (at >= argc || argv[at][0] == '-') {
		fprintf(stderr, "usage: vcrun [--backend B] ELF [WORD...]\n");
		return 2;
	}
	cmdline = join(argv + at + 1, argc - at - 1);
	if (!cmdline)
		die("command line");
	vcpu = boot(&vm, backend, argv[at], cmdline);
	if (vc_vcpu_run(vcpu, &exit_record))
		die("run");
	fflush(stdout);
	if (exit_record->reason != VC_EXIT_POWEROFF) {
		fprintf(stderr, "vcrun: the guest ended by exit %u at rip %#llx\n",
			exit_record->reason,
			(unsigned long long)exit_record->rip);
		return 1;
	}
	vc_vm_destroy(vm);
	free(cmdline);
	return 0;
}
