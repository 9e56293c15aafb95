# SPDX-License-Identifier: MIT
# libvirtcore. `make help` lists the targets; nothing needs to be configured.
#
#   CC, CFLAGS, LDFLAGS   the user's
#   B=build               where everything goes
#   LIBELF=no             without libelf (no vmlinux booting)
#   MINI=yes              tests without CUnit (cross builds)
#   UNICORN=no            tests without the Unicorn comparisons

B	?= build
JOBS	?= $(shell nproc)
ifeq ($(origin CC),default)
CC	:= gcc
endif
AR	?= ar
CFLAGS	?= -O2 -g
PREFIX	?= /usr/local
libdir	?= $(PREFIX)/lib
LIBELF	?= yes
MINI	?= no
UNICORN	?= yes

VERSION	:= 0.1.0
SONAME	:= libvirtcore.so.0

# ---- sources --------------------------------------------------------------

CORE := backends breakpoints bus clock error hooks irq memory os_posix regs \
	state structs vcpu vm
SRC := $(CORE:%=lib/core/%.c) \
	$(sort $(wildcard lib/debug/*.c)) \
	$(sort $(wildcard lib/devices/*.c)) \
	$(sort $(wildcard lib/machine/*.c)) \
	$(sort $(wildcard backends/interp/*.c))
HEADERS := include/virtcore.h $(sort $(wildcard include/virtcore/*.h))
EXAMPLES := $(patsubst examples/%.c,%,$(sort $(wildcard examples/*.c)))
TEST_SRC := tests/main.c tests/rig.c $(sort $(wildcard tests/test_*.c))
ORACLE_SRC := $(sort $(wildcard tests/oracle/*.c))
SUITES := $(patsubst tests/test_%.c,%,$(sort $(wildcard tests/test_*.c)))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))

LIBS :=
ifeq ($(LIBELF),yes)
LIBS += -lelf
else
SRC := $(filter-out lib/machine/boot_elf.c,$(SRC))
VC_CFLAGS_EXTRA += -DVC_NO_LIBELF
endif

# CFLAGS belongs to the user; what the code needs is in VC_CFLAGS. One set of
# objects serves both libraries.
WARN := -Wall -Wextra -Wshadow -Wconversion
# The engine's ops go on by tail calls; gcc's -O1 would leave them out.
TAIL := -foptimize-sibling-calls
# An op is one or two cache lines long, and mostly runs to its end.
ALIGN := -falign-functions=64
VC_CFLAGS := -std=c11 $(WARN) $(WERROR) -Iinclude -fPIC -fvisibility=hidden $(TAIL) \
	$(VC_CFLAGS_EXTRA)
$(B)/backends/interp/%.o: VC_CFLAGS += $(ALIGN)

TEST_CFLAGS := -Itests -I$(B)/tests -pthread
TEST_LIBS := $(LIBS) -lm -pthread
WRAP := malloc calloc realloc aligned_alloc free mmap munmap
TEST_LDFLAGS := $(WRAP:%=-Wl,--wrap=%)
ifeq ($(MINI),yes)
TEST_CFLAGS += -DVC_MINI_CUNIT
else
TEST_LIBS += -lcunit
endif
ifeq ($(UNICORN),yes)
TEST_CFLAGS += -DVC_HAVE_UNICORN
TEST_LIBS += -lunicorn
endif

OBJ := $(SRC:%.c=$(B)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(B)/%.o)
ORACLE_OBJ := $(ORACLE_SRC:%.c=$(B)/%.o)
BENCH_BIN := $(BENCH_SRC:tests/bench/%.c=$(B)/bench/%)
EXAMPLE_BIN := $(EXAMPLES:%=$(B)/examples/%)

.PHONY: all lib help deps demo check run-tests objects examples headers layers \
	abi abi-update lint oracle decode-check bench bench-bin install asan ubsan tsan \
	check-foreign check-install check-linux clean FORCE
.SUFFIXES:
.DELETE_ON_ERROR:

# ---- building -------------------------------------------------------------

all: lib examples ## build the library and the examples

lib: $(B)/libvirtcore.a $(B)/$(SONAME) $(B)/libvirtcore.so $(B)/libvirtcore.pc

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "%-14s%s\n", $$1, $$2}' \
		$(firstword $(MAKEFILE_LIST))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(VC_CFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(B)/libvirtcore.a: $(OBJ)
	rm -f $@
	$(AR) rcs $@ $(OBJ)

$(B)/$(SONAME): $(OBJ) lib/virtcore.map
	$(CC) -shared $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(SONAME) \
		-Wl,--version-script=lib/virtcore.map -Wl,-z,defs \
		-o $@ $(OBJ) $(LIBS)

$(B)/libvirtcore.so: $(B)/$(SONAME)
	ln -sf $(SONAME) $@

# Made anew each time: PREFIX may be another one at "make install".
$(B)/libvirtcore.pc: pkgconfig/libvirtcore.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(libdir)|' \
		-e 's|@VERSION@|$(VERSION)|; s|@LIBS@|$(LIBS)|' $< > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

FORCE:

objects: $(OBJ) $(TEST_OBJ) $(ORACLE_OBJ)

# Examples see the public headers only, and run from the build tree.
$(B)/examples/%: examples/%.c examples/check.h $(HEADERS) $(B)/$(SONAME) \
		$(B)/libvirtcore.so
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARN) $(WERROR) $(CFLAGS) -Iinclude $< -o $@ \
		$(LDFLAGS) -L$(B) -lvirtcore '-Wl,-rpath,$$ORIGIN/..'

examples: $(EXAMPLE_BIN)

install: all ## install to DESTDIR/PREFIX
	install -d $(DESTDIR)$(libdir)/pkgconfig \
		$(DESTDIR)$(PREFIX)/include/virtcore
	install -m 644 $(B)/libvirtcore.a $(DESTDIR)$(libdir)
	install -m 755 $(B)/$(SONAME) $(DESTDIR)$(libdir)
	ln -sf $(SONAME) $(DESTDIR)$(libdir)/libvirtcore.so
	install -m 644 $(B)/libvirtcore.pc $(DESTDIR)$(libdir)/pkgconfig
	install -m 644 include/virtcore.h $(DESTDIR)$(PREFIX)/include
	install -m 644 include/virtcore/*.h $(DESTDIR)$(PREFIX)/include/virtcore

clean: ## remove what was built
	rm -rf $(B)

# ---- packages -------------------------------------------------------------

DEPS_BUILD := gcc libc6-dev make binutils libelf-dev
DEPS := $(DEPS_BUILD) g++ pkg-config libcunit1-dev clang abigail-tools \
	libunicorn-dev libcapstone-dev qemu-system-x86 seabios
DEPS_DEMO := $(DEPS_BUILD) cpio busybox-static
DEPS_LINUX := $(DEPS_DEMO) util-linux
DEPS_BENCH := $(DEPS_BUILD) python3 libunicorn-dev qemu-system-x86 \
	bochs bochs-term bochsbios vgabios qemu-user-static
DEPS_FOREIGN := gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
	gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross qemu-user

deps: ## install the Debian packages that `make check` needs
	@sh tests/deps.sh $(DEPS)

# ---- tests ----------------------------------------------------------------

$(TEST_OBJ) $(ORACLE_OBJ): VC_CFLAGS += $(TEST_CFLAGS)
$(B)/tests/main.o: $(B)/tests/suites.h

# Every tests/test_NAME.c has the suite NAME (tests/rig.h).
$(B)/tests/suites.h: Makefile $(wildcard tests)
	@mkdir -p $(@D)
	@printf 'SUITE(%s)\n' $(SUITES) > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# An archive, so that what nobody on a foreign host asks for stays out.
$(B)/tests/oracle.a: $(ORACLE_OBJ)
	rm -f $@
	$(AR) rcs $@ $(ORACLE_OBJ)

$(B)/tests/virtcore-tests: $(TEST_OBJ) $(B)/tests/oracle.a $(B)/libvirtcore.a
	$(CC) $(CFLAGS) $(LDFLAGS) $(TEST_LDFLAGS) -o $@ $(TEST_OBJ) \
		$(B)/tests/oracle.a $(B)/libvirtcore.a $(TEST_LIBS)

run-tests: $(B)/tests/virtcore-tests
	$(RUN) $(B)/tests/virtcore-tests $(TESTS)

headers: ## compile each public header alone, as C11 and C++17
	@for h in $(HEADERS); do \
		$(CC) -std=c11 -pedantic $(WARN) -Werror -Iinclude \
			-fsyntax-only -x c $$h && \
		$(CXX) -std=c++17 -pedantic -Wall -Wextra -Werror -Iinclude \
			-fsyntax-only -x c++ $$h || exit 1; \
	done
	$(CC) -std=c11 -pedantic $(WARN) -Werror -Iinclude -fsyntax-only \
		tests/headers.c
	$(CXX) -std=c++17 -pedantic -Wall -Wextra -Werror -Iinclude \
		-fsyntax-only tests/headers.cpp
	@echo "headers: fine"

layers: ## check that includes point one way, and basenames are unique
	@sh tests/layers.sh $(B)/libvirtcore.a

# gcc's come with the build.
lint: $(B)/tests/suites.h ## clang's warnings on everything
	@for f in $(SRC); do \
		clang $(VC_CFLAGS) -Werror -fsyntax-only $$f || exit 1; done
	@for f in $(TEST_SRC) $(ORACLE_SRC); do \
		clang $(VC_CFLAGS) $(TEST_CFLAGS) -Werror -fsyntax-only $$f || \
			exit 1; done
	@echo "lint: clang has no warnings"

check: ## all tests that have to hold before anything lands
	@sh tests/deps.sh $(DEPS)
	$(MAKE) -j$(JOBS) WERROR=-Werror all $(B)/tests/virtcore-tests bench-bin
	$(MAKE) headers layers lint abi check-install
	@sh tests/readme.sh $(B)
	$(B)/examples/hello
	$(B)/examples/long_mode
	$(B)/examples/mmio_device
	$(MAKE) run-tests

# Every byte of the code of Debian's libc, libcrypto and kernel; random bytes.
decode-check: $(B)/tests/virtcore-tests ## the decoder against Capstone, objdump and the host, in full
	@sh tests/deps.sh $(DEPS) libssl3 xz-utils
	sh tests/decode-check.sh $(B)

oracle: ## the processor comparisons with 100,000 states per form
	VC_ORACLE_STATES=100000 $(MAKE) run-tests TESTS=oracle

# Install to a scratch root and build programs against it, both ways; hello
# alone would not pull in what needs libelf.
check-install: all
	@rm -rf $(B)/root
	@$(MAKE) -s install DESTDIR=$(abspath $(B))/root PREFIX=/usr \
		libdir=/usr/lib >/dev/null
	@export PKG_CONFIG_SYSROOT_DIR=$(abspath $(B))/root \
		PKG_CONFIG_LIBDIR=$(abspath $(B))/root/usr/lib/pkgconfig \
		PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
		PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1; \
	set -e; \
	$(CC) examples/hello.c -o $(B)/root/shared \
		$$(pkg-config --cflags --libs libvirtcore); \
	LD_LIBRARY_PATH=$(B)/root/usr/lib $(B)/root/shared >/dev/null; \
	rm $(B)/root/usr/lib/libvirtcore.so*; \
	$(CC) examples/hello.c -o $(B)/root/static \
		$$(pkg-config --static --cflags --libs libvirtcore); \
	$(B)/root/static >/dev/null; \
	$(CC) -pthread examples/boot_linux.c -o $(B)/root/static \
		$$(pkg-config --static --cflags --libs libvirtcore)
	@echo "check-install: shared and static programs build and run"

# Sanitizers keep constants from being folded, so that -Wconversion sees ghosts.
SAN := -O1 -g -fno-omit-frame-pointer -Wno-conversion
asan: ## run the tests under AddressSanitizer and UBSan
	ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	$(MAKE) B=build/asan VC_CFLAGS_EXTRA=-DVC_DEBUG run-tests \
		CFLAGS='$(SAN) -fsanitize=address,undefined'

ubsan: ## run the tests under UBSan, without recovery
	$(MAKE) B=build/ubsan VC_CFLAGS_EXTRA=-DVC_DEBUG run-tests \
		CFLAGS='$(SAN) -fsanitize=undefined -fno-sanitize-recover=all'

tsan: ## run the tests under ThreadSanitizer
	TSAN_OPTIONS=halt_on_error=1 \
	$(MAKE) B=build/tsan VC_CFLAGS_EXTRA=-DVC_DEBUG run-tests \
		CFLAGS='$(SAN) -fsanitize=thread'

check-foreign: ## cross-build for aarch64 and ppc64 and run under qemu-user
	@sh tests/deps.sh $(DEPS_BUILD) $(DEPS_FOREIGN)
	$(MAKE) B=build/aarch64 CC=aarch64-linux-gnu-gcc \
		AR=aarch64-linux-gnu-ar LDFLAGS=-static LIBELF=no MINI=yes \
		UNICORN=no RUN=qemu-aarch64 run-tests
	$(MAKE) B=build/ppc64 CC=powerpc64-linux-gnu-gcc \
		AR=powerpc64-linux-gnu-ar LDFLAGS=-static LIBELF=no MINI=yes \
		UNICORN=no RUN=qemu-ppc64 run-tests

# MODEL: what boot_linux --cpu takes; KIND=small: fewer programs, and shorter;
# STEPS=xz,gcc: only these of tests/linux/run; CPUS=2: so many processors.
MODEL	?= x86-64-v3
KIND	?= full

check-linux: ## Debian's programs in the guest's Linux give the host's results
	@sh tests/deps.sh $(DEPS_LINUX)
	$(MAKE) -j$(JOBS) all
	@CC='$(CC)' CPUS=$(CPUS) sh tests/linux/check.sh $(B) $(KIND) \
		$(MODEL) $(STEPS)

# ---- ABI ------------------------------------------------------------------

ABIDW := abidw --no-show-locs --exported-interfaces-only --no-corpus-path \
	--no-comp-dir-path --drop-private-types --headers-dir include
ABI := tests/abi/libvirtcore.abi

abi: $(B)/$(SONAME) ## compare the ABI with the checked-in description
	@sh tests/mapcheck.sh $(B)/$(SONAME)
	@$(ABIDW) --out-file $(B)/libvirtcore.abi $(B)/$(SONAME)
	@abidiff $(ABI) $(B)/libvirtcore.abi || { \
		echo "The ABI differs from $(ABI). If that is intended," \
		     "run 'make abi-update' and commit it with the change."; \
		exit 1; }
	@echo "abi: as in $(ABI)"

abi-update: ## make this build's ABI the checked-in one
	sh tests/mapcheck.sh --map > lib/virtcore.map.new
	mv lib/virtcore.map.new lib/virtcore.map
	$(MAKE) $(B)/$(SONAME)
	@mkdir -p $(dir $(ABI))
	$(ABIDW) --out-file $(ABI) $(B)/$(SONAME)

# ---- speed ----------------------------------------------------------------

BENCH_DIR := tests/bench/peers

bench-bin: $(BENCH_BIN) ## build build/bench/vcrun and its like

# Through the public API only; gnu11 for the harness's own headers.
$(B)/bench/%: tests/bench/%.c $(HEADERS) $(B)/libvirtcore.a
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -Wall -Wextra $(WERROR) $(CFLAGS) -Iinclude $< -o $@ \
		$(LDFLAGS) $(B)/libvirtcore.a $(LIBS)

bench: bench-bin ## the benchmark table, with native and the Debian peers
	@sh tests/deps.sh $(DEPS_BENCH)
	$(MAKE) -C $(BENCH_DIR)
	cd $(BENCH_DIR) && ./run-peers $(BENCH_ARGS) --add \
		'virtcore@10=$(abspath $(B))/bench/vcrun {elf} scale={scale} skip={skip}'
	$(B)/bench/latency
	$(B)/bench/offsets

# ---- demonstration --------------------------------------------------------

demo: ## boot Debian's cloud kernel to busybox and back
	@sh tests/deps.sh $(DEPS_DEMO)
	$(MAKE) -j$(JOBS) all
	sh examples/demo.sh $(B)

-include $(OBJ:.o=.d) $(TEST_OBJ:.o=.d) $(ORACLE_OBJ:.o=.d)
