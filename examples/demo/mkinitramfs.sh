#!/bin/sh
# SPDX-License-Identifier: MIT
# mkinitramfs.sh OUT [INIT]: make an initramfs of the host's static busybox and
# an init script (the init beside this one). Not compressed: unpacking would be
# the guest's work.
set -eu

out=$1
init=${2:-$(dirname "$0")/init}
busybox=$(command -v busybox) || {
	echo "mkinitramfs: there is no busybox (package busybox-static)" >&2
	exit 2
}
command -v cpio >/dev/null || {
	echo "mkinitramfs: there is no cpio" >&2
	exit 2
}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/tmp"
cp -L "$busybox" "$tree/bin/busybox"
for name in sh cat echo mount uname poweroff reboot sed head free ls dmesg \
	grep; do
	ln -s busybox "$tree/bin/$name"
done
cp "$init" "$tree/init"
chmod 755 "$tree/init" "$tree/bin/busybox"
(cd "$tree" && find . | LC_ALL=C sort |
	cpio --quiet -o -H newc -R 0:0) >"$out.new"
mv "$out.new" "$out"
