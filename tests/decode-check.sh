#!/bin/sh
# SPDX-License-Identifier: MIT
# decode-check.sh BUILD: the decoder against Capstone, objdump and the host's
# processor, on all of the code of Debian's libc, libcrypto and cloud kernel,
# and with many random bytes. Takes some minutes.
set -e
build=${1:-build}
dir=$build/decode
mkdir -p "$dir"

file_of() # of a library, by the linker's cache
{
	ldconfig -p 2>/dev/null | sed -n "s/^.*\b$1 .*x86-64.* => //p" | head -n 1
}
libc=$(file_of 'libc\.so\.6')
libcrypto=$(file_of 'libcrypto\.so\.3')
if [ -z "$libc" ] || [ -z "$libcrypto" ]; then
	echo "decode-check: no x86-64 libc.so.6 or libcrypto.so.3 here" >&2
	exit 1
fi
kernel=$(sh examples/demo/get-kernel.sh "$dir")
sh tests/vmlinux.sh "$kernel" >"$dir/vmlinux"

export VC_DECODE_FULL=1
bad=0
for f in "$libc" "$libcrypto" "$dir/vmlinux"; do
	VC_DECODE_FILES=$f "$build/tests/virtcore-tests" \
		decode_capstone_text decode_objdump_text || bad=1
done
"$build/tests/virtcore-tests" decode_capstone_random decode_objdump_random \
	decode_host we_do_not_know engine_decode || bad=1
[ $bad = 0 ]
echo "decode-check: nothing differs that is not named"
