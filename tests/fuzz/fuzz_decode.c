/* SPDX-License-Identifier: MIT */
/*
 * Fuzz the decoder and the disassembler on it (libFuzzer's entry): whatever the
 * bytes are, the answer is within the contract of decode.h and debug.h, and no
 * byte is looked at that need not be. The first byte of the input is the mode.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -Ilib/core \
 *		tests/fuzz/fuzz_decode.c lib/debug/disasm.c lib/core/error.c \
 *		lib/core/structs.c backends/interp/{decode,optab,vextab}.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/interp/decode.h"
#include "virtcore/debug.h"
#include "virtcore/x86.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise is a crash, which is what a fuzzer reports. */
static void must(int ok)
{
	if (!ok)
		abort();
}

static void check_operand(const struct x86_insn *in, unsigned i)
{
	static const uint8_t registers[OPND_XMM + 1] = {
		[OPND_REG] = 16, [OPND_REG8H] = 4, [OPND_SEG] = 6,
		[OPND_CR] = 9, [OPND_DR] = 8, [OPND_ST] = 8, [OPND_MMX] = 8,
		[OPND_XMM] = 16,
	};
	const struct x86_operand *o = &in->opnd[i];

	must(o->kind > OPND_NONE && o->kind <= OPND_XMM);
	must(!(o->access & ~(X86_READ | X86_WRITE)));
	if (registers[o->kind])
		must(o->reg < registers[o->kind]);
	if (o->kind == OPND_MEM) {
		must(in->base < 16 || in->base == X86_NOREG ||
		     in->base == X86_RIP);
		must(in->index < 16 || (in->index == X86_NOREG && !in->vsib));
		must(in->scale < 4 && o->size == in->mem_size);
	} else if (o->kind != OPND_IMM && o->kind != OPND_IMM2) {
		must(o->size > 0);
	}
}

static void check(const uint8_t *data, size_t size, enum x86_mode mode)
{
	struct x86_insn in, again;
	int rc = vc__decode(&in, data, size, mode);
	unsigned i;

	if (rc < 0) {
		must(rc == X86_DEC_MORE || rc == X86_DEC_UD ||
		     rc == X86_DEC_LONG);
		must(rc != X86_DEC_MORE || size < 15);
		must(rc != X86_DEC_LONG || size >= 15);
		must(in.len <= size && in.len <= 15);
		return;
	}
	must(rc >= 1 && rc <= 15 && (size_t)rc <= size && in.len == rc);
	must(in.op > X86_BAD && in.op < X86_OP_COUNT);
	must(in.feature < X86_FEAT_COUNT);
	must(in.osize == 1 || in.osize == 2 || in.osize == 4 || in.osize == 8);
	must(in.asize == 2 || in.asize == 4 || in.asize == 8);
	must(in.vex == 0 || in.vex == 16 || in.vex == 32);
	must(in.vsib == 0 || (in.vex && (in.vsib == 16 || in.vsib == 32)));
	must(!(in.attr & X86_AVX) || (in.vex && !(in.attr & X86_SSE)));
	must(!(in.attr & X86_ALIGNED) || in.mem_size == 16 ||
	     in.mem_size == 32);
	must(in.seg <= VC_SEG_GS && in.cond < 16 && in.opnds <= 4);
	for (i = 0; i < in.opnds; i++)
		check_operand(&in, i);
	for (i = in.opnds; i < 4; i++)
		must(in.opnd[i].kind == OPND_NONE);

	must(vc__decode(&again, data, (size_t)rc, mode) == rc);
	must(!memcmp(&in, &again, sizeof(in)));
	must(vc__decode(&again, data, (size_t)rc - 1, mode) == X86_DEC_MORE);
}

static void check_text(const uint8_t *data, size_t size, uint32_t bits)
{
	vc_insn in = { .size = sizeof(in) };

	must(vc_disassemble(data, size, bits, 0x1234, &in) == 0);
	must(in.length >= 1 && in.length <= 15 && in.length <= size);
	must(in.category <= VC_INSN_AVX && in.operands <= VC_INSN_OPERANDS);
	must(memchr(in.text, 0, sizeof(in.text)) != NULL && in.text[0]);
	must(strlen(in.text) < sizeof(in.text) - 1);	/* nothing was cut */
	must(memchr(in.mnemonic, 0, sizeof(in.mnemonic)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact;

	if (size == 0)
		return 0;
	exact = malloc(size > 1 ? size - 1 : 1);	/* so that a byte too many is seen */
	if (!exact)
		return 0;
	memcpy(exact, data + 1, size - 1);
	check(exact, size - 1, (enum x86_mode)(data[0] % 3));
	if (size > 1)
		check_text(exact, size - 1, 16u << data[0] % 3);
	free(exact);
	return 0;
}
