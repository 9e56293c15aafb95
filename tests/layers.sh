#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes point one way: see the README's map. Prints what breaks the rule.
# $1: the static library, for its symbols (if it has been built).
bad=0

# The quoted includes that files may have, as an extended regexp; files...
# Angle brackets are for the system's headers and the public ones.
allow()
{
	pattern=$1
	shift
	for f in "$@"; do
		[ -f "$f" ] || continue
		grep -nE '^[ 	]*#[ 	]*include[ 	]*("|<.*\.\.)' "$f" |
			grep -vE "\"($pattern)\"" | sed "s|^|$f:|"
	done
}

local_headers()
{
	ls "$1"/*.h 2>/dev/null | sed 's|.*/||; s|\.|\\.|g' | paste -sd'|'
}

# what was found, and why it is wrong
bad_if()
{
	if [ -n "$1" ]; then
		echo "layers: $2:"
		echo "$1" | sed 's/^/    /'
		bad=1
	fi
}

out=$(
	allow 'virtcore\.h|virtcore/[a-z0-9]+\.h' include/virtcore.h \
		include/virtcore/*.h
	allow 'virtcore\.h|virtcore/[a-z0-9]+\.h|check\.h' examples/*.c \
		examples/*.h
	allow 'virtcore\.h|internal\.h|backend\.h|os\.h' lib/core/*.[ch]
	# The decoder is a table and a function; it knows no engine.
	allow 'virtcore\.h|virtcore/[a-z0-9]+\.h|\.\./core/internal\.h|\.\./\.\./backends/interp/decode\.h' \
		lib/debug/*.[ch]
	allow 'virtcore\.h|virtcore/[a-z0-9]+\.h|devices\.h' lib/devices/*.[ch]
	allow "virtcore\\.h|virtcore/[a-z0-9]+\\.h|\\.\\./devices/devices\\.h|$(local_headers lib/machine)" \
		lib/machine/*.[ch]
	for d in backends/*/; do
		allow "(\\.\\./\\.\\./lib/core/)?(backend|internal|os)\\.h|virtcore\\.h|virtcore/[a-z0-9]+\\.h|$(local_headers "$d")" \
			"$d"*.[ch]
	done
)
bad_if "$out" "this file may not see that header (tests/layers.sh)"

out=$(grep -nE 'vc__backend_[a-z]+\b' lib/core/*.c lib/devices/*.c \
	lib/machine/*.c 2>/dev/null | grep -v '^lib/core/backends.c:' |
	grep -v 'vc__backend_by_id')
bad_if "$out" "only lib/core/backends.c names a backend"

out=$(find lib backends -name '*.c' | sed 's|.*/||' | sort | uniq -d |
	sed 's/^/two files are called /')
bad_if "$out" "ar keys archive members by basename"

a=${1:-build/libvirtcore.a}
if [ -f "$a" ]; then
	out=$(nm -g --defined-only "$a" 2>/dev/null |
		awk 'NF == 3 && $3 !~ /^(vc_|__)/ { print $3 }')
	bad_if "$out" "global symbols begin with vc_, so that static linking never collides"
fi

[ $bad = 0 ] && echo "layers: fine"
exit $bad
