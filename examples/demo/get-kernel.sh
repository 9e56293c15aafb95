#!/bin/sh
# SPDX-License-Identifier: MIT
# get-kernel.sh DIR [METAPACKAGE]: fetch the kernel image that a Debian kernel
# metapackage (linux-image-cloud-amd64) stands for, unpack it below DIR without
# installing it, and print the path of its vmlinuz. What is there already is
# not fetched again. Needs apt; root only when the package lists are missing.
set -eu

dir=$1
meta=${2:-linux-image-cloud-amd64}
dest=$dir/$meta

say()
{
	echo "get-kernel: $*" >&2
}

have()
{
	ls "$dest"/boot/vmlinuz-* 2>/dev/null | tail -n 1
}

versioned()
{
	apt-cache depends "$meta" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1
}

update()
{
	if [ "$(id -u)" = 0 ]; then
		apt-get update -qq
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo apt-get update -qq
	else
		say "the package lists are missing or old; run, as root:" \
			"apt-get update"
		return 1
	fi
}

# Three tries, with the lists renewed in between: a mirror may have moved on.
fetch()
{
	for try in 1 2 3; do
		package=$(versioned)
		if [ -n "$package" ]; then
			say "fetching $package"
			(cd "$dest" && apt-get download -qq "$package") \
				>"$dest/log" 2>&1 &&
				ls "$dest/$package"_*.deb >/dev/null 2>&1 &&
				return 0
			tail -n 3 "$dest/log" >&2
		else
			say "apt does not know $meta"
		fi
		[ $try = 3 ] || update || return 1
		sleep $try
	done
	return 1
}

if [ -z "$(have)" ]; then
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
		say "this needs Debian's apt-get and dpkg-deb"
		exit 2
	}
	mkdir -p "$dest"
	fetch || {
		say "could not fetch the kernel of $meta"
		exit 2
	}
	dpkg-deb -x "$dest/$package"_*.deb "$dest"
	rm -f "$dest/$package"_*.deb
fi
kernel=$(have)
[ -n "$kernel" ] || {
	say "the package has no boot/vmlinuz-*"
	exit 2
}
echo "$kernel"
