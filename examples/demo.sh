#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh BUILD [CPUS]: boot Debian's cloud kernel with busybox on the library,
# show what the guest sees of itself, and end when it powers off.
set -eu

build=${1:-build}
cpus=${2:-1}
here=$(dirname "$0")
log=$build/demo/console.log

mkdir -p "$build/demo"
kernel=$(sh "$here/demo/get-kernel.sh" "$build/demo")
sh "$here/demo/mkinitramfs.sh" "$build/demo/initramfs.cpio"

echo "demo: booting $(basename "$kernel")"
status=$build/demo/status
rm -f "$status"
{
	timeout 900 "$build/examples/boot_linux" --backend interp \
		--cpus "$cpus" --memory 512M --kernel "$kernel" \
		--initrd "$build/demo/initramfs.cpio" \
		--append "console=ttyS0 panic=-1 reboot=t" </dev/null &&
		echo 0 >"$status" || echo $? >"$status"
} | tee "$log"

rc=$(cat "$status")
if [ "$rc" != 0 ]; then
	echo "demo: boot_linux ended with status $rc" \
		"(see boot_linux --help)" >&2
	exit 1
fi
[ "$(grep -c "^processor" "$log")" = $((cpus + 1)) ] || {
	echo "demo: the guest did not find $cpus processors" >&2
	exit 1
}
grep -q "GUEST-DONE" "$log" || {
	echo "demo: the guest ended before its init was through" >&2
	exit 1
}
