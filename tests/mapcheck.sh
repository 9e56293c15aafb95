#!/bin/sh
# SPDX-License-Identifier: MIT
# Each function that the public headers declare is exported with a version, and
# nothing else is. $1: the shared library.
set -e
lib=$1
want=$(cat include/virtcore/*.h | tr '\n\t' '  ' | sed 's/VC_API/\n&/g' |
	sed -nE 's/^VC_API[^(;]*[ *](vc_[a-z0-9_]+) ?\(.*/\1/p' | sort -u)
have=$(nm -D --defined-only "$lib" | awk '$2 != "A" { print $3 }' |
	sed -n 's/@@VIRTCORE_.*//p' | sort -u)
odd=$(nm -D --defined-only "$lib" | awk '$2 != "A" { print $3 }' |
	grep -v '@@VIRTCORE_' || true)
if [ "$want" != "$have" ] || [ -n "$odd" ]; then
	echo "exported symbols are not what the headers declare:"
	printf '%s\n' "$want" > "$lib.want"
	printf '%s\n' "$have" | diff "$lib.want" - | grep '^[<>]' || true
	printf '%s\n' "$odd"
	exit 1
fi
