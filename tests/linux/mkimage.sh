#!/bin/sh
# SPDX-License-Identifier: MIT
# mkimage.sh DIR small|full: make DIR/small or DIR/full, the tree that is both
# the guest's initramfs and the host's chroot, so that both run the very same
# programs on the same files. Debian's packages are fetched by apt, never
# installed; those that are there already are not fetched again. Prints
# nothing but what goes wrong.
set -eu

dir=$(mkdir -p "$1" && cd "$1" && pwd)
kind=$2
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
tree=$dir/$kind
multi=usr/lib/x86_64-linux-gnu
cc=usr/lib/gcc/x86_64-linux-gnu/12

packages="busybox-static openssl xz-utils zstd libpython3.11-stdlib
	python3.11-minimal libpython3.11-testsuite"
programs="openssl xz zstd python3.11"
if [ "$kind" = full ]; then
	packages="$packages gcc-12 libc6-dev ffmpeg python3-numpy"
	programs="$programs ffmpeg x86_64-linux-gnu-gcc-12
		as ld ld.bfd"
fi

# Nothing counts as installed: the packages come with all that they need, and
# apt's own state stays as it is.
apt()
{
	apt-get -qq -y -o Dir::State::status="$dir/none" \
		-o Dir::Cache::archives="$dir/debs-$kind" \
		-o Debug::NoLocking=1 -o APT::Sandbox::User=root \
		-o APT::Install-Recommends=0 "$@"
}

fetch()
{
	mkdir -p "$dir/debs-$kind/partial"
	: >"$dir/none"
	# shellcheck disable=SC2086
	apt install --download-only $packages >"$dir/apt.log" 2>&1 &&
		apt autoclean >>"$dir/apt.log" 2>&1 && return
	# The lists may be old, or absent.
	apt-get update -qq >>"$dir/apt.log" 2>&1 || true
	# shellcheck disable=SC2086
	apt install --download-only $packages >>"$dir/apt.log" 2>&1 || {
		tail -n 5 "$dir/apt.log" >&2
		echo "check-linux: apt could not fetch the packages" >&2
		exit 2
	}
}

unpack()
{
	rm -rf "$all"
	mkdir -p "$all/usr/bin" "$all/usr/sbin" "$all/usr/lib" "$all/usr/lib64"
	for d in bin sbin lib lib64; do
		ln -s usr/$d "$all/$d"
	done
	for deb in "$dir/debs-$kind"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$all" --keep-directory-symlink \
				--no-same-owner
	done
	# Debian's update-alternatives would have linked these.
	printf '/%s\n' "$multi" "$multi/blas" "$multi/lapack" \
		"$multi/pulseaudio" >"$all/etc/ld.so.conf"
	/sbin/ldconfig -r "$all"
	applets "$all"
}

# Busybox is every other command.
applets()
{
	for a in $("$all/bin/busybox" --list); do
		[ -e "$1/usr/bin/$a" ] || [ -e "$1/usr/sbin/$a" ] ||
			ln -s busybox "$1/usr/bin/$a"
	done
}

# Copy paths with the symbolic links that they are, and what these lead to.
take()
{
	for f in "$@"; do
		(cd "$all" && find "$f" | cpio --quiet -pdmu "$tree")
		while [ -L "$all/$f" ]; do
			to=$(readlink "$all/$f")
			case $to in
			/*) f=${to#/} ;;
			*) f=$(dirname "$f")/$to ;;
			esac
			(cd "$all" && echo "$f" | cpio --quiet -pdmu "$tree")
		done
	done
}

# The libraries that a program or library needs, by the tree's own linker.
libraries()
{
	"$here/enter.sh" "$all" \
		/lib64/ld-linux-x86-64.so.2 --list "/$1" >"$dir/ldd" || {
		cat "$dir/ldd" >&2
		echo "check-linux: a library of $1 is missing" >&2
		exit 2
	}
	sed -n 's/^.* => \/\(.*\) (0x.*/\1/p; s/^\t\/\(.*\) (0x.*/\1/p' \
		"$dir/ldd"
}

pick()
{
	rm -rf "$tree"
	mkdir -p "$tree/usr/bin" "$tree/usr/sbin" "$tree/usr/lib" \
		"$tree/usr/lib64" "$tree/dev" "$tree/proc" "$tree/sys" \
		"$tree/tmp" "$tree/check" "$tree/etc"
	for d in bin sbin lib lib64; do
		ln -s usr/$d "$tree/$d"
	done
	take bin/busybox usr/lib/python3.11 etc/ld.so.conf etc/ld.so.cache \
		usr/lib/ssl etc/ssl/openssl.cnf
	# shellcheck disable=SC2046
	take $(cd "$all" && ls -d $multi/ossl-modules/*)
	if [ "$kind" = full ]; then
		take usr/include $cc usr/lib/python3/dist-packages/numpy \
			$multi/libc.so $multi/libc.a $multi/libm.so \
			$multi/libc_nonshared.a $multi/libm.a \
			$multi/libm-2.36.a $multi/libmvec.a \
			$multi/libmvec.so $multi/libmvec.so.1
		# shellcheck disable=SC2046
		take $(cd "$all" && ls $multi/*crt*.o)
		rm -f "$tree/$cc"/lto1 "$tree/$cc"/lib?san*
	fi
	for p in $programs; do
		take "usr/bin/$p"
		# shellcheck disable=SC2046
		take $(libraries "usr/bin/$p")
	done
	for l in $(cd "$tree" && find usr/lib/python* \
		usr/lib/gcc/x86_64-linux-gnu/12/cc1 -name '*.so' -o -name cc1 \
		2>/dev/null); do
		libraries "$l"
	done | sort -u >"$dir/libs"
	# shellcheck disable=SC2046
	take $(cat "$dir/libs")
	find "$tree" -name __pycache__ -prune -exec rm -rf {} +
	rm -rf "$tree"/usr/lib/python3/dist-packages/numpy/*/tests
	applets "$tree"
}

# kernels.c for each level of processor: NAME.LEVEL
kernels()
{
	while read -r name flags; do
		# shellcheck disable=SC2086
		${CC:-gcc} -std=c11 -fwrapv $flags "$here/kernels.c" \
			-o "$c/kernels/$name" -lm
	done <<-'END'
		O0.1 -O0
		O2.1 -O2
		O3.1 -O3
		static.1 -O2 -static
		x87.1 -O2 -mfpmath=387
		fast.1 -O3 -ffast-math
		v2.2 -O3 -march=x86-64-v2
		v3.3 -O3 -march=x86-64-v3
		v3-narrow.3 -O3 -march=x86-64-v3 -mprefer-vector-width=128
		v3-fast.3 -O3 -march=x86-64-v3 -ffast-math
		v3-static.3 -O2 -march=x86-64-v3 -ftree-vectorize -static
	END
}

# What the steps work on, anew each time; keys are made once for both sides.
inputs()
{
	c=$tree/check
	rm -rf "$c"
	mkdir "$c"
	cp "$here/run" "$here/pycheck.py" "$here/kernels.c" "$c"
	cp "$here/init" "$tree/init"
	chmod 755 "$c/run" "$tree/init"
	head -c 1000000 "$all/$multi/libcrypto.so.3" >"$c/binary"
	cat "$top"/lib/*/*.c "$top"/backends/interp/*.[ch] |
		head -c 1000000 >"$c/text"
	head -c 300000 /dev/zero >"$c/zeros"
	mkdir "$c/src" "$c/kernels"
	kernels
	cp -r "$top/include" "$top/lib" "$top/backends" "$c/src"
	"$here/enter.sh" "$tree" /bin/sh -ec 'cd /check
		openssl genrsa -out rsa.pem 2048
		openssl ecparam -name prime256v1 -genkey -noout \
			-out p256.pem
		openssl genpkey -algorithm ed25519 -out ed25519.pem
		openssl genpkey -algorithm x25519 -out x25519.pem
		for k in rsa p256 ed25519 x25519; do
			openssl pkey -in $k.pem -pubout -out $k.pub
		done' >/dev/null 2>&1
}

# Python's own compiler need not run for each module in the guest.
compile()
{
	"$here/enter.sh" "$tree" /usr/bin/python3.11 -m compileall -q \
		--invalidation-mode unchecked-hash /usr/lib/python3.11 \
		>/dev/null 2>&1 || true
}

all=$dir/all-$kind
fetch
# Unpack when there are other packages, pick again when this script changes.
fresh()
{
	[ "$2" = "$(cat "$dir/$1-$kind" 2>/dev/null)" ]
}

packs=$(ls "$dir/debs-$kind" | cksum)
fresh unpacked "$packs" || {
	unpack
	echo "$packs" >"$dir/unpacked-$kind"
	rm -f "$dir/picked-$kind"
}
picks=$(cksum <"$0")
fresh picked "$picks" || {
	pick
	compile
	echo "$picks" >"$dir/picked-$kind"
}
inputs
