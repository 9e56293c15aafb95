/* SPDX-License-Identifier: MIT */
/*
 * test_engine_legacy_v86.c: virtual-8086 mode (SDM 3B ch. 21): the instructions
 * that depend on IOPL, with and without CR4.VME, against the manual's tables;
 * software interrupts by all six methods; VIF and VIP; ports; interrupts from
 * and back to it; limits and wrapping; CR4.PVI; and a small monitor with a
 * program that runs under it.
 */
#include "engine_rig.h"

#define PROG	0x50000u	/* where V86 code is: CS 0x5000 */
#define PCS	(PROG >> 4)
#define VSS	0x6000u		/* its stack segment */
#define VSP	0x1000u
#define TARGET	0x57000u	/* where an IVT entry or frame leads: 0x5700:0 */
#define MAP	0x100u		/* of the I/O bit map in the TSS */

#define F_TF	0x100u
#define F_IF	0x200u
#define F_NT	0x4000u
#define F_RF	0x10000u
#define F_VM	0x20000u
#define F_AC	0x40000u
#define F_VIF	0x80000u
#define F_VIP	0x100000u
#define F_ID	0x200000u
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* The frame on the level 0 stack from which IRETD goes to V86. */
static void v86_frame(struct sys *t, uint32_t eip, uint32_t cs, uint32_t flags)
{
	const uint32_t f[9] = { eip, cs, flags | F_VM, VSP, VSS, 0x7000, 0x7000,
				0x7100, 0x7200 };

	t->s.gpr[VC_RSP] = SYS_STACK - 64;
	for (unsigned i = 0; i < 9; i++)
		sys_put(t, SYS_STACK - 64 + i * 4, 4, f[i]);
}

/* A machine that enters V86 code with IRETD; t->at is where that code goes. */
static struct sys *v86(uint32_t flags, uint32_t cr4)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	sys_put(t, SYS_TSS + 102, 2, MAP);
	memset(t->ram + SYS_TSS + MAP - 32, 0xff, 0x200 - MAP + 32);
	t->s.cr4 |= cr4;
	SYS_EMIT(t, 0xcf);
	v86_frame(t, 0, PCS, flags);
	t->at = PROG;
	return t;
}

/* VMCALL behind the code, at TARGET too; run. */
static void v86_run(struct sys *t)
{
	SYS_EMIT(t, VMCALL);
	sys_bytes(t, TARGET, "\x0f\x01\xc1", 3);
	sys_run(t);
}

static bool in_v86(const struct sys *t)
{
	return t->reason == VC_EXIT_HYPERCALL && t->s.rflags & F_VM;
}

/* #GP(0) at level 0 with the frame of the V86 instruction at PROG. */
static bool is_gp(struct sys *t, uint32_t flags)
{
	return sys_vector(t) == 13 && sys_frame(t, 0, 4) == 0 &&
	       sys_frame(t, 1, 4) == 0 && sys_frame(t, 2, 4) == PCS &&
	       sys_frame(t, 3, 4) == (flags | F_VM | F_RF) &&
	       sys_frame(t, 4, 4) == VSP && sys_frame(t, 5, 4) == VSS &&
	       t->s.gpr[VC_RSP] == SYS_STACK0 - 40;
}

/* ---- what depends on IOPL ---- */

enum insn { CLI, STI, PUSHF, PUSHFD, POPF, POPFD, IRET, IRETD, INSNS };

struct model {
	bool gp;
	uint32_t flags;
	uint32_t pushed;
};

/* SDM 2: the tables and pseudo-code of each, the rows of V86 mode. */
static struct model expect(enum insn what, uint32_t e, bool vme, uint32_t v)
{
	uint32_t user = 0xcd5 | F_TF | F_NT;	/* arithmetic, DF, TF, NT */
	struct model m = { false, e, 0 };
	bool iopl3 = (e & 0x3000) == 0x3000;
	bool wide = what == PUSHFD || what == POPFD || what == IRETD;

	if (!iopl3 && (!vme || wide)) {
		m.gp = true;
		return m;
	}
	switch (what) {
	case CLI:
		m.flags = e & ~(iopl3 ? F_IF : F_VIF);
		break;
	case STI:
		m.gp = !iopl3 && e & F_VIP;
		m.flags = e | (iopl3 ? F_IF : F_VIF);
		break;
	case PUSHF:
		m.pushed = e & 0xffff;
		if (!iopl3)
			m.pushed = (m.pushed & ~F_IF) | 0x3000 |
				   (e & F_VIF ? F_IF : 0);
		break;
	case PUSHFD:
		m.pushed = e & ~(F_VM | F_RF);
		break;
	default:
		if (wide)
			user |= F_AC | F_ID;
		if (iopl3) {
			m.flags = (e & ~(user | F_IF)) | (v & (user | F_IF));
			break;
		}
		m.gp = v & F_TF || (v & F_IF && e & F_VIP);
		m.flags = (e & ~(user | F_VIF)) | (v & user) |
			  (v & F_IF ? F_VIF : 0);
		break;
	}
	return m;
}

static bool one_sensitive(enum insn what, uint32_t e, bool vme, uint32_t v)
{
	static const uint8_t code[INSNS][3] = {
		{ 1, 0xfa }, { 1, 0xfb }, { 1, 0x9c }, { 2, 0x66, 0x9c },
		{ 1, 0x9d }, { 2, 0x66, 0x9d }, { 1, 0xcf }, { 2, 0x66, 0xcf },
	};
	struct model m = expect(what, e, vme, v);
	struct sys *t = v86(e, vme ? 1 : 0);
	unsigned size = what == POPFD || what == IRETD || what == PUSHFD ? 4 :
			2, drop = 0;
	uint32_t at = VSS * 16 + VSP;
	bool ok;

	if (what == IRET || what == IRETD) {
		sys_put(t, at, size, 0);
		sys_put(t, at + size, 2, TARGET >> 4);
		sys_put(t, at + 2 * size, size, v);
		drop = 3 * size;
	} else if (what == POPF || what == POPFD) {
		sys_put(t, at, size, v);
		drop = size;
	} else if (what == PUSHF || what == PUSHFD) {
		drop = 0 - size;
	}
	sys_emit(t, code[what] + 1, code[what][0]);
	v86_run(t);
	if (m.gp) {
		ok = is_gp(t, e);
	} else {
		ok = in_v86(t) && t->s.rflags == (m.flags | F_VM) &&
		     t->s.gpr[VC_RSP] == VSP + drop &&
		     sys_rip(t) == (what == IRET || what == IRETD ? TARGET + 3 :
				    t->at);
		if (what == PUSHF || what == PUSHFD)
			ok = ok && sys_get(t, at - size, size) ==
			     (size == 4 ? m.pushed & ~F_VM : m.pushed);
	}
	if (!ok)
		fprintf(stderr, "insn %d flags %x vme %d value %x: vector %d "
			"flags %llx, not %x (gp %d)\n", what, (unsigned)e, vme,
			(unsigned)v, sys_vector(t),
			(unsigned long long)t->s.rflags,
			(unsigned)(m.flags | F_VM), m.gp);
	sys_free(t);
	return ok;
}

static void test_v86_sensitive_instructions(void)
{
	uint64_t seed = 0xdecaf;
	unsigned bad = 0;

	for (unsigned i = 0; i < 3000 && bad < 5; i++) {
		uint64_t r = eng_random(&seed);
		enum insn what = (enum insn)(r % INSNS);
		bool vme = r >> 8 & 1;
		uint32_t e = 2 | ((uint32_t)(r >> 16) &
				  (0xcd5 | F_IF | F_NT | F_AC | F_VIF | F_VIP |
				   F_ID));
		uint32_t v = 2 | ((uint32_t)eng_random(&seed) &
				  (0x7ed5 | F_AC | F_ID | F_VIF | F_VIP |
				   F_VM));

		e |= r >> 9 & 1 ? 0x3000 : (uint32_t)(r >> 10) % 3 << 12;
		/* VIF and VIP together are a #GP on arrival: elsewhere */
		if (vme && (e & 0x3000) != 0x3000 && e & F_VIP)
			e &= ~F_VIF;
		/* TF traps where it may be set: not here */
		if ((e & 0x3000) == 0x3000 || r >> 13 & 3)
			v &= ~F_TF;
		bad += !one_sensitive(what, e, vme, v);
	}
	CU_ASSERT_EQUAL(bad, 0);
}

/* ---- INT n ---- */

static void test_v86_int_by_each_method(void)
{
	/* table 21-2: VME, IOPL, bit in the map, method */
	static const uint8_t rows[][4] = {
		{ 0, 3, 0, 1 }, { 0, 3, 1, 1 }, { 0, 0, 0, 2 }, { 0, 2, 1, 2 },
		{ 1, 0, 1, 3 }, { 1, 2, 1, 3 }, { 1, 3, 1, 4 }, { 1, 3, 0, 5 },
		{ 1, 0, 0, 6 }, { 1, 1, 0, 6 }, { 1, 2, 0, 6 },
	};

	for (unsigned i = 0; i < COUNT(rows) * 4; i++) {
		const uint8_t *r = rows[i / 4];
		uint32_t e = 2u | (uint32_t)r[1] << 12 | 0x8c5 |
			     (i & 1 ? F_VIF : 0) | (i & 2 ? F_IF : 0), pushed;
		struct sys *t = v86(e, r[0]);
		uint32_t at = VSS * 16 + VSP - 6;
		bool ok = false;

		if (!r[2])
			t->ram[SYS_TSS + MAP - 32 + 0x41 / 8] &= (uint8_t)
				~(1u << 0x41 % 8);
		sys_put(t, 0x41 * 4, 4, (TARGET >> 4) << 16);
		sys_idt(t, 0x41, SEL_CODE32, sys_handler(0x41), 0xee, 0);
		SYS_EMIT(t, 0xcd, 0x41);
		v86_run(t);
		switch (r[3]) {
		case 1:
		case 4:
			ok = sys_vector(t) == 0x41 &&
			     sys_frame(t, 0, 4) == 2 &&
			     sys_frame(t, 1, 4) == PCS &&
			     sys_frame(t, 2, 4) == (e | F_VM) &&
			     sys_frame(t, 5, 4) == 0x7000 &&
			     sys_frame(t, 8, 4) == 0x7200 &&
			     t->s.gpr[VC_RSP] == SYS_STACK0 - 36 &&
			     t->s.rflags == (e & ~F_IF);
			break;
		case 2:
		case 3:
			ok = is_gp(t, e);
			break;
		case 5:
		case 6:
			pushed = e & 0xffff;
			if (r[3] == 6)
				pushed = (pushed & ~F_IF) | 0x3000 |
					 (e & F_VIF ? F_IF : 0);
			ok = in_v86(t) && sys_rip(t) == TARGET + 3 &&
			     t->s.seg[VC_SEG_CS].selector == TARGET >> 4 &&
			     t->s.gpr[VC_RSP] == VSP - 6 &&
			     sys_get(t, at, 2) == 2 &&
			     sys_get(t, at + 2, 2) == PCS &&
			     sys_get(t, at + 4, 2) == pushed &&
			     t->s.rflags == ((e | F_VM) &
					     ~(r[3] == 5 ? F_IF : F_VIF));
			break;
		default:
			break;
		}
		CU_ASSERT(ok);
		if (!ok)
			fprintf(stderr, "method %u, case %u: vector %d flags "
				"%llx\n", r[3], i, sys_vector(t),
				(unsigned long long)t->s.rflags);
		sys_free(t);
	}
}

static void test_v86_int3_into_and_int1_are_not_redirected(void)
{
	static const struct {
		uint8_t code[3];
		int vector;
	} rows[] = {
		{ { 1, 0xcc }, 3 }, { { 1, 0xce }, 4 }, { { 1, 0xf1 }, 1 },
	};

	for (unsigned vme = 0; vme < 2; vme++)
		for (unsigned i = 0; i < COUNT(rows); i++) {
			struct sys *t = v86(2 | 0x800, vme);

			memset(t->ram + SYS_TSS + MAP - 32, 0, 32);
			sys_idt(t, 3, SEL_CODE32, sys_handler(3), 0xee, 0);
			sys_idt(t, 4, SEL_CODE32, sys_handler(4), 0xee, 0);
			sys_emit(t, rows[i].code + 1, rows[i].code[0]);
			v86_run(t);
			CU_ASSERT_EQUAL(sys_vector(t), rows[i].vector);
			CU_ASSERT_EQUAL(sys_frame(t, 0, 4), 1);
			sys_free(t);
		}
}

static void test_v86_redirection_map_must_be_inside_of_the_tss(void)
{
	/* map base, TSS limit, attr; vector 0xf8 is in byte 31 */
	static const struct {
		uint16_t base, limit, attr;
		bool fine;
	} rows[] = {
		{ 0x88, 0x87, 0x8b, true }, { 0x88, 0x86, 0x8b, false },
		{ 0x00, 0x1ff, 0x8b, false }, { 0x88, 0x66, 0x8b, false },
		{ 0x88, 0x1ff, 0x83, false },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = v86(2, 1);

		memset(t->ram + SYS_TSS + 0x68, 0, 0x100);
		sys_put(t, SYS_TSS + 102, 2, rows[i].base);
		t->s.seg[VC_SEG_TR].limit = rows[i].limit;
		t->s.seg[VC_SEG_TR].attr = rows[i].attr;
		if (!(rows[i].attr & 8)) {	/* its stack is elsewhere */
			sys_put(t, SYS_TSS + 2, 2, SYS_STACK0 & 0xffff);
			sys_put(t, SYS_TSS + 4, 2, SEL_DATA);
		}
		sys_put(t, 0xf8 * 4, 4, (TARGET >> 4) << 16);
		SYS_EMIT(t, 0xcd, 0xf8);
		v86_run(t);
		if (rows[i].fine) {
			CU_ASSERT(in_v86(t) && sys_rip(t) == TARGET + 3);
		} else {
			CU_ASSERT_EQUAL(sys_vector(t), 13);
		}
		sys_free(t);
	}
}

/* ---- VIF and VIP ---- */

static void test_v86_vif_and_vip_both_set_is_gp_on_arrival(void)
{
	for (unsigned i = 0; i < 4; i++) {
		uint32_t iopl = i & 1 ? 0x3000 : 0;
		uint32_t e = 2 | F_VIF | F_VIP | iopl;
		struct sys *t = v86(e, i >> 1);

		SYS_EMIT(t, 0x90);
		v86_run(t);
		if (i == 2) {
			CU_ASSERT(is_gp(t, e));
			CU_ASSERT_EQUAL(t->s.rflags & F_VM, 0);
		} else {
			CU_ASSERT(in_v86(t) && sys_rip(t) == PROG + 4);
		}
		sys_free(t);
	}
}

static void test_pvi_cli_and_sti_at_level_3(void)
{
	for (unsigned i = 0; i < 32; i++) {
		enum sys_mode mode = i & 16 ? SYS_LONG : SYS_PROT;
		struct sys *t = sys_new(mode, 3);
		bool pvi = i & 1, sti = i & 2, vip = i & 4, iopl3 = i & 8;
		uint32_t e = 2u | (iopl3 ? 0x3000 : 0) | (vip ? F_VIP : 0) |
			     (sti ? 0 : vip ? F_IF : F_VIF | F_IF), want;

		t->s.cr4 |= pvi ? 2 : 0;
		t->s.rflags = e;
		sys_emit(t, sti ? "\xfb" : "\xfa", 1);
		if (!iopl3 && (!pvi || (sti && vip))) {
			sys_faults(t, SYS_CODE, 13, 0);
		} else {
			sys_passes(t);
			want = iopl3 ? F_IF : F_VIF;
			CU_ASSERT_EQUAL(t->s.rflags,
					sti ? e | want : e & ~want);
		}
		sys_free(t);
	}
}

static void test_pvi_leaves_pushf_and_popf_alone(void)
{
	struct sys *t = sys_new(SYS_PROT, 3);

	t->s.cr4 |= 2;
	t->s.rflags = 2 | F_VIF | F_IF;
	/* pushfd; pop eax; xor eax, IF; push eax; popfd */
	SYS_EMIT(t, 0x9c, 0x58, 0x35, LE32(F_IF), 0x50, 0x9d);
	sys_passes(t);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 2 | F_VIF);
	CU_ASSERT_EQUAL(t->s.rflags, 2 | F_VIF | F_IF);
	sys_free(t);
}

static void test_pvi_does_not_reach_levels_1_and_2(void)
{
	struct sys *t = sys_new(SYS_PROT, 0);

	t->s.cr4 |= 2;
	for (unsigned i = 0; i < 6; i++)
		if (i != VC_SEG_CS)
			sys_seg(&t->s.seg[i], SEL_DATA1 | 1, 0, 0xffffffff,
				0xc0b3);
	sys_seg(&t->s.seg[VC_SEG_CS], SEL_CODE1 | 1, 0, 0xffffffff, 0xc0bb);
	SYS_EMIT(t, 0xfa);
	sys_faults(t, SYS_CODE, 13, 0);
	sys_free(t);
}

static void test_pvi_vip_waits_for_the_return_to_level_3(void)
{
	for (unsigned wide = 0; wide < 2; wide++) {
		struct sys *t = sys_new(wide ? SYS_LONG : SYS_PROT, 0);
		unsigned n = wide ? 8 : 4;
		uint64_t f[5] = { SYS_OTHER, wide ? SEL_UCODE64 : SEL_UCODE32,
				  2 | F_VIF | F_VIP, SYS_USTACK, SEL_UDATA };

		t->s.cr4 |= 2;
		t->s.gpr[VC_RSP] = SYS_STACK - 64;
		for (unsigned i = 0; i < 5; i++)
			sys_put(t, SYS_STACK - 64 + i * n, n, f[i]);
		if (wide)
			SYS_EMIT(t, 0x48);
		SYS_EMIT(t, 0xcf);
		sys_run(t);
		CU_ASSERT_EQUAL(sys_vector(t), 13);
		CU_ASSERT_EQUAL(sys_frame(t, 1, n), SYS_OTHER);
		CU_ASSERT_EQUAL(sys_frame(t, 2, n), f[1]);
		CU_ASSERT_EQUAL(sys_frame(t, 3, n), f[2] | F_RF);
		sys_free(t);
	}
}

static void test_iret_takes_vif_and_vip_at_level_0_only(void)
{
	for (unsigned i = 0; i < 3; i++) {
		unsigned cpl = i == 1 ? 3 : 0, n = i == 2 ? 2 : 4;
		struct sys *t = sys_new(SYS_PROT, cpl);
		uint64_t sp = t->s.gpr[VC_RSP] - 32;

		t->s.gpr[VC_RSP] = sp;
		sys_put(t, sp, n, i == 2 ? 0xa000 : SYS_OTHER);
		sys_put(t, sp + n, n, cpl ? SEL_UCODE32 : SEL_CODE32);
		sys_put(t, sp + 2 * n, n, (2 | F_VIF | F_VIP) &
			(n == 2 ? 0xffff : ~0u));
		sys_bytes(t, SYS_OTHER, "\x0f\x01\xc1", 3);
		sys_bytes(t, 0xa000, "\x0f\x01\xc1", 3);
		if (n == 2)
			SYS_EMIT(t, 0x66);
		SYS_EMIT(t, 0xcf);
		sys_run(t);
		CU_ASSERT_EQUAL(t->reason, VC_EXIT_HYPERCALL);
		CU_ASSERT_EQUAL(t->s.rflags, i ? 2 : 2 | F_VIF | F_VIP);
		sys_free(t);
	}
}

/* ---- interrupts, ports, limits ---- */

static void test_v86_interrupt_and_back(void)
{
	for (unsigned vme = 0; vme < 2; vme++) {
		struct sys *t = v86(2 | F_IF, vme);

		/* one INC each side of an interrupt that IRETD returns from */
		sys_bytes(t, sys_handler(0x60), "\x43\xcf", 2);
		t->inject = 0x60;
		sys_idt(t, 0x60, SEL_CODE32, sys_handler(0x60), 0x8e, 0);
		SYS_EMIT(t, 0x40, 0x40);
		t->s.rflags = 2;	/* it waits for V86 mode */
		v86_run(t);
		CU_ASSERT(in_v86(t));
		CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 2);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 1);
		CU_ASSERT_EQUAL(t->s.rflags & (F_IF | F_VIF | F_VIP), F_IF);
		CU_ASSERT_EQUAL(t->s.seg[VC_SEG_DS].selector, 0x7000);
		CU_ASSERT_EQUAL(t->s.seg[VC_SEG_GS].base, 0x72000);
		CU_ASSERT_EQUAL(t->s.gpr[VC_RSP], VSP);
		sys_free(t);
	}
}

static void test_v86_interrupt_handler_must_be_at_level_0(void)
{
	struct sys *t = v86(2 | 0x3000, 0);

	sys_idt(t, 0x41, SEL_CODE1, SYS_OTHER, 0xee, 0);
	SYS_EMIT(t, 0xcd, 0x41);
	v86_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 4), SEL_CODE1);
	sys_free(t);
	/* conforming code would run at level 3 */
	t = v86(2 | 0x3000, 0);
	sys_idt(t, 0x41, SEL_CONF32, SYS_OTHER, 0xee, 0);
	SYS_EMIT(t, 0xcd, 0x41);
	v86_run(t);
	CU_ASSERT_EQUAL(sys_vector(t), 13);
	CU_ASSERT_EQUAL(sys_frame(t, 0, 4), SEL_CONF32);
	sys_free(t);
}

static void test_v86_ports_go_by_the_bit_map_whatever_iopl(void)
{
	for (unsigned i = 0; i < 8; i++) {
		struct sys *t = v86(2 | (i & 1 ? 0x3000 : 0), 0);
		bool open = i & 2, word = i & 4;

		/* port 0x87, and 0x88 of the word */
		if (open)
			t->ram[SYS_TSS + MAP + 0x10] &= 0x7f;
		if (open && word)
			t->ram[SYS_TSS + MAP + 0x11] &= 0xfe;
		if (word)
			SYS_EMIT(t, 0xe5, 0x87);
		else
			SYS_EMIT(t, 0xe4, 0x87);
		v86_run(t);
		if (open) {
			CU_ASSERT_EQUAL(t->reason, VC_EXIT_IO);
		} else {
			CU_ASSERT(is_gp(t, 2 | (i & 1 ? 0x3000 : 0)));
		}
		sys_free(t);
	}
}

static void test_v86_limits_and_wrapping(void)
{
	/* with EBX 0xffff, ESI 2 and EDI 0x10000 */
	static const struct {
		uint8_t n, code[6];
		int vector;
	} rows[] = {
		{ 2, { 0x8a, 0x00 }, -1 },	/* mov al, [bx+si]: wraps to 1 */
		{ 2, { 0x8b, 0x07 }, 13 },	/* mov ax, [bx]: over the end */
		{ 2, { 0x8a, 0x07 }, -1 },	/* mov al, [bx] */
		{ 4, { 0x67, 0x8a, 0x07, 0x90 }, 13 },	/* mov al, [edi] */
		{ 3, { 0x36, 0x8b, 0x07 }, 12 },	/* ss: */
		{ 5, { 0xbc, 0x01, 0x00, 0x50, 0x90 }, 12 },  /* sp 1: push */
		{ 4, { 0xbc, 0x00, 0x00, 0x50 }, -1 },	/* sp 0: push wraps */
		{ 5, { 0x67, 0x88, 0x47, 0xff, 0x90 }, -1 }, /* [edi-1] */
		{ 1, { 0xf4 }, 13 }, { 2, { 0x0f, 0x06 }, 13 },
		{ 3, { 0x0f, 0x00, 0xd8 }, 6 },		/* ltr: #UD */
		{ 3, { 0x0f, 0x02, 0xc0 }, 6 },		/* lar */
		{ 2, { 0x63, 0xc0 }, 6 },		/* arpl */
		{ 3, { 0x0f, 0x01, 0x17 }, 13 },	/* lgdt */
		{ 3, { 0x0f, 0x20, 0xc0 }, 13 },	/* mov eax, cr0 */
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct sys *t = v86(2, 0);

		t->s.gpr[VC_RBX] = 0xffff;
		t->s.gpr[VC_RSI] = 2;
		t->s.gpr[VC_RDI] = 0x10000;
		sys_put(t, 0x70001, 1, 0x5a);
		sys_put(t, 0x7ffff, 1, 0xa5);
		sys_emit(t, rows[i].code, rows[i].n);
		v86_run(t);
		CU_ASSERT_EQUAL(sys_vector(t), rows[i].vector);
		if (sys_vector(t) != rows[i].vector)
			fprintf(stderr, "row %u: vector %d\n", i,
				sys_vector(t));
		if (i == 0)
			CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x5a);
		if (i == 2)
			CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0xa5);
		sys_free(t);
	}
}

static void test_v86_addresses_reach_over_1_mib(void)
{
	struct sys *t = v86(2, 0);

	/* mov ax, 0xffff; mov es, ax; mov al, es:[0x20]: 0x100010 */
	SYS_EMIT(t, 0xb8, 0xff, 0xff, 0x8e, 0xc0, 0x26, 0xa0, 0x20, 0x00);
	v86_run(t);
	CU_ASSERT_EQUAL(t->reason, VC_EXIT_MMIO);
	CU_ASSERT_EQUAL(t->exit->mmio.gpa, 0x100010);
	sys_free(t);
}

static void test_v86_data_faults_leave_the_program_restartable(void)
{
	struct sys *t = v86(2, 0);
	uint32_t at = SYS_STACK0 - 40;

	/* the handler drops the error code and returns: the same again, which
	 * now finds BX changed */
	sys_bytes(t, sys_handler(13), "\x4b\x83\xc4\x04\xcf", 5);
	t->s.gpr[VC_RBX] = 0x10001;	/* dec ebx until the word fits */
	sys_put(t, 0x7fffe, 2, 0x1234);
	SYS_EMIT(t, 0x67, 0x8b, 0x03);	/* mov ax, [ebx] */
	v86_run(t);
	CU_ASSERT(in_v86(t));
	CU_ASSERT_EQUAL(t->s.gpr[VC_RBX], 0xfffe);
	CU_ASSERT_EQUAL(t->s.gpr[VC_RAX], 0x1234);
	CU_ASSERT_EQUAL(sys_get(t, at + 4, 4), 0);
	sys_free(t);
}

/* ---- a monitor, and a program under it ---- */

/*
 * The program counts from 1 to 12 and says each number by a service of its
 * own, INT 0x21 with AH 2 and DL, whose handler writes DL to port 0xe9 with
 * interrupts off. Everything that V86 mode does not let it do arrives at the
 * monitor: this test, called by VMCALL out of the #GP handler.
 */
static const uint8_t program[] = {
	/* 00 */ 0xbc, 0x00, 0x08,		/* mov sp, 0x800 */
	/* 03 */ 0xb9, 0x01, 0x00,		/* mov cx, 1 */
	/* 06 */ 0x89, 0xc8,			/* next: mov ax, cx */
	/* 08 */ 0xe8, 0x0e, 0x00,		/* call number (0x19) */
	/* 0b */ 0xb2, 0x20,			/* mov dl, ' ' */
	/* 0d */ 0xb4, 0x02,			/* mov ah, 2 */
	/* 0f */ 0xcd, 0x21,			/* int 0x21 */
	/* 11 */ 0x41,				/* inc cx */
	/* 12 */ 0x83, 0xf9, 0x0d,		/* cmp cx, 13 */
	/* 15 */ 0x75, 0xef,			/* jne next */
	/* 17 */ 0xcd, 0x20,			/* int 0x20: the end */
	/* 19 */ 0x31, 0xd2,			/* number: xor dx, dx */
	/* 1b */ 0xbb, 0x0a, 0x00,		/* mov bx, 10 */
	/* 1e */ 0xf7, 0xf3,			/* div bx */
	/* 20 */ 0x52,				/* push dx */
	/* 21 */ 0x09, 0xc0,			/* or ax, ax */
	/* 23 */ 0x74, 0x03,			/* jz 0x28 */
	/* 25 */ 0xe8, 0xf1, 0xff,		/* call number */
	/* 28 */ 0x5a,				/* pop dx */
	/* 29 */ 0x80, 0xc2, 0x30,		/* add dl, '0' */
	/* 2c */ 0xb4, 0x02,			/* mov ah, 2 */
	/* 2e */ 0xcd, 0x21,			/* int 0x21 */
	/* 30 */ 0xc3,				/* ret */
};
static const uint8_t service[] = {	/* at TARGET */
	0x9c,				/* pushf: IF is clear */
	0xfb,				/* sti */
	0xfa,				/* cli */
	0x88, 0xd0,			/* mov al, dl */
	0xe6, 0xe9,			/* out 0xe9, al */
	0x9d,				/* popf */
	0xcf,				/* iret */
};

struct monitor {
	struct sys *t;
	char said[128];
	unsigned n, traps;
	bool iflag;		/* the program's IF, without VME */
	bool ended, lost;
};

/* Item i of the frame of #GP: error, EIP, CS, EFLAGS, ESP, SS ... */
static uint32_t fr(struct monitor *m, unsigned i)
{
	return (uint32_t)sys_get(m->t, SYS_STACK0 - 40 + i * 4, 4);
}

static void fr_set(struct monitor *m, unsigned i, uint32_t v)
{
	sys_put(m->t, SYS_STACK0 - 40 + i * 4, 4, v);
}

static void guest_push(struct monitor *m, uint32_t v)
{
	uint32_t sp = (fr(m, 4) - 2) & 0xffff;

	sys_put(m->t, fr(m, 5) * 16 + sp, 2, v);
	fr_set(m, 4, sp);
}

static uint32_t guest_pop(struct monitor *m)
{
	uint32_t sp = fr(m, 4) & 0xffff;

	fr_set(m, 4, (sp + 2) & 0xffff);
	return (uint32_t)sys_get(m->t, fr(m, 5) * 16 + sp, 2);
}

static uint32_t guest_flags(struct monitor *m)
{
	return (fr(m, 3) & 0xfdff) | 0x3000 | (m->iflag ? F_IF : 0);
}

static void set_guest_flags(struct monitor *m, uint32_t v)
{
	m->iflag = v & F_IF;
	fr_set(m, 3, (fr(m, 3) & ~0xcd5u) | (v & 0xcd5));
}

static void monitor_int(struct monitor *m, unsigned vector)
{
	if (vector == 0x20) {
		m->ended = true;
		return;
	}
	guest_push(m, guest_flags(m));
	guest_push(m, fr(m, 2));
	guest_push(m, fr(m, 1) + 2);
	m->iflag = false;
	fr_set(m, 1, (uint32_t)sys_get(m->t, vector * 4, 2));
	fr_set(m, 2, (uint32_t)sys_get(m->t, vector * 4 + 2, 2));
}

/* One #GP. */
static void monitor(struct monitor *m)
{
	uint32_t at = fr(m, 2) * 16 + fr(m, 1);
	const uint8_t *b = m->t->ram + at;
	unsigned len = 1;

	m->traps++;
	switch (b[0]) {
	case 0xcd:
		monitor_int(m, b[1]);
		return;
	case 0xcf:
		fr_set(m, 1, guest_pop(m));
		fr_set(m, 2, guest_pop(m));
		set_guest_flags(m, guest_pop(m));
		return;
	case 0x9c:
		guest_push(m, guest_flags(m));
		break;
	case 0x9d:
		set_guest_flags(m, guest_pop(m));
		break;
	case 0xfa:
	case 0xfb:
		m->iflag = b[0] == 0xfb;
		break;
	case 0xe6:
		if (m->n < sizeof(m->said) - 1)
			m->said[m->n++] = (char)m->t->s.gpr[VC_RAX];
		len = 2;
		break;
	default:
		m->lost = true;
		break;
	}
	fr_set(m, 1, fr(m, 1) + len);
}

static unsigned run_program(uint32_t iopl, uint32_t vme)
{
	struct sys *t = v86(2 | iopl, vme);
	struct monitor m = { .t = t };

	sys_bytes(t, PROG, program, sizeof(program));
	sys_bytes(t, TARGET, service, sizeof(service));
	sys_put(t, 0x21 * 4, 4, (TARGET >> 4) << 16);
	t->ram[SYS_TSS + MAP - 32 + 4] &= 0xfd;	/* INT 0x21 is its own */
	/* vmcall; add esp, 4; iretd */
	sys_bytes(t, sys_handler(13), "\x0f\x01\xc1\x83\xc4\x04\xcf", 7);
	sys_idt(t, 0x20, SEL_CODE32, sys_handler(0x20), 0xee, 0);
	sys_run(t);
	while (!m.ended && !m.lost && m.traps < 1000 && sys_vector(t) == 13) {
		monitor(&m);
		if (!m.ended)
			sys_more(t);
	}
	CU_ASSERT(m.ended || sys_vector(t) == 0x20);
	CU_ASSERT_STRING_EQUAL(m.said, "1 2 3 4 5 6 7 8 9 10 11 12 ");
	sys_free(t);
	return m.traps;
}

static void test_v86_program_under_a_monitor(void)
{
	/* 27 characters: INT, PUSHF, STI, CLI, OUT, POPF, IRET; and INT 0x20 */
	CU_ASSERT_EQUAL(run_program(0, 0), 27 * 7 + 1);
	/* only OUT comes to the monitor, and what VME does not redirect */
	CU_ASSERT_EQUAL(run_program(0, 1), 27 + 1);
	/* IOPL 3 and VME: INT 0x20 goes through the IDT */
	CU_ASSERT_EQUAL(run_program(0x3000, 1), 27);
}

RIG_SUITE(engine_legacy_v86) {
	RIG_TEST(test_v86_sensitive_instructions),
	RIG_TEST(test_v86_int_by_each_method),
	RIG_TEST(test_v86_int3_into_and_int1_are_not_redirected),
	RIG_TEST(test_v86_redirection_map_must_be_inside_of_the_tss),
	RIG_TEST(test_v86_vif_and_vip_both_set_is_gp_on_arrival),
	RIG_TEST(test_pvi_cli_and_sti_at_level_3),
	RIG_TEST(test_pvi_leaves_pushf_and_popf_alone),
	RIG_TEST(test_pvi_does_not_reach_levels_1_and_2),
	RIG_TEST(test_pvi_vip_waits_for_the_return_to_level_3),
	RIG_TEST(test_iret_takes_vif_and_vip_at_level_0_only),
	RIG_TEST(test_v86_interrupt_and_back),
	RIG_TEST(test_v86_interrupt_handler_must_be_at_level_0),
	RIG_TEST(test_v86_ports_go_by_the_bit_map_whatever_iopl),
	RIG_TEST(test_v86_limits_and_wrapping),
	RIG_TEST(test_v86_addresses_reach_over_1_mib),
	RIG_TEST(test_v86_data_faults_leave_the_program_restartable),
	RIG_TEST(test_v86_program_under_a_monitor),
	RIG_END
};
