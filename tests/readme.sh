#!/bin/sh
# SPDX-License-Identifier: MIT
# The README's program is examples/hello.c, less its first two comment lines.
set -e
out=${1:-build}/readme-program.c
sed -n '/^```c$/,/^```$/p' README.md | sed '1d;$d' > "$out"
tail -n +3 examples/hello.c | diff "$out" - || {
	echo "README.md does not show examples/hello.c as it is"
	exit 1
}
echo "readme: its program is examples/hello.c"
