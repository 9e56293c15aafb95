#!/bin/sh
# SPDX-License-Identifier: MIT
# Install the Debian packages that are named and missing. As root or by sudo;
# otherwise say what to install and exit with 2.
missing=
for p in "$@"; do
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = \
		installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as=sudo
else
	echo "These Debian packages are needed and not installed:" >&2
	for p in $missing; do
		echo "    $p" >&2
	done
	echo "Install them as root:  apt-get install$missing" >&2
	exit 2
fi
export DEBIAN_FRONTEND=noninteractive
echo "deps: installing$missing"
$as apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 && exit 0
# The package lists may be old, or absent.
$as apt-get update -qq &&
	$as apt-get install -qq -y --no-install-recommends $missing >/dev/null ||
	{ echo "deps: apt-get could not install:$missing" >&2; exit 2; }
