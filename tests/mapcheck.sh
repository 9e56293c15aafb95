#!/bin/sh
# SPDX-License-Identifier: MIT
# Each function that the public headers declare is exported with a version, and
# nothing else is. $1: the shared library; or --map to print the version map
# of the first version. (Later versions get a node of their own, by hand.)
set -e
declared()
{
	cat include/virtcore/*.h | tr '\n\t' '  ' | sed 's/VC_API/\n&/g' |
		sed -nE 's/^VC_API[^(;]*[ *](vc_[a-z0-9_]+) ?\(.*/\1/p' |
		LC_ALL=C sort -u
}

if [ "$1" = --map ]; then
	echo '/* SPDX-License-Identifier: MIT */'
	echo 'VIRTCORE_1.0 {'
	echo 'global:'
	declared | sed 's/.*/	&;/'
	echo 'local:'
	echo '	*;'
	echo '};'
	exit 0
fi
lib=$1
want=$(declared)
all=$(nm -D --defined-only "$lib" | awk '$2 != "A" { print $3 }')
have=$(printf '%s\n' "$all" | sed -n 's/@@VIRTCORE_.*//p' | LC_ALL=C sort -u)
odd=$(printf '%s\n' "$all" | grep -v '@@VIRTCORE_' || true)
if [ "$want" != "$have" ] || [ -n "$odd" ]; then
	echo "What is exported is not what the headers declare" \
	     "(< declared, > exported):"
	printf '%s\n' "$want" > "$lib.want"
	printf '%s\n' "$have" | diff "$lib.want" - | grep '^[<>]' || true
	[ -z "$odd" ] || printf 'without a version: %s\n' "$odd"
	exit 1
fi
