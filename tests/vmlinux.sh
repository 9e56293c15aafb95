#!/bin/sh
# SPDX-License-Identifier: MIT
# The ELF kernel inside a bzImage, to stdout: the compressed payload is where
# its setup header says (the kernel's x86 boot protocol, 2.08). $1: bzImage.
set -e
field() # offset, bytes
{
	od -An -v -t "u$2" -j "$1" -N "$2" "$3" | tr -d ' '
}
setup=$(field 497 1 "$1")
[ "$setup" != 0 ] || setup=4
at=$((($setup + 1) * 512 + $(field 584 4 "$1")))
len=$(field 588 4 "$1")
payload()
{
	tail -c +$((at + 1)) "$1" | head -c "$len"
}
magic=$(payload "$1" | od -An -v -t x1 -N 4 | tr -d ' ')
case $magic in
fd377a58) payload "$1" | xz -dc --single-stream ;;
28b52ffd) payload "$1" | zstd -dc ;;
1f8b*) payload "$1" | gzip -dc 2>/dev/null || true ;;
02214c18) payload "$1" | lz4 -dc 2>/dev/null || true ;;
*) echo "vmlinux.sh: $1: unknown compression ($magic)" >&2; exit 1 ;;
esac
