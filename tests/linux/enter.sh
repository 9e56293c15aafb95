#!/bin/sh
# SPDX-License-Identifier: MIT
# enter.sh TREE COMMAND...: run a command with TREE as its root directory, in
# namespaces of its own with /dev, /proc and an empty /tmp; needs either root
# or unprivileged user namespaces. Nothing else of the environment gets in.
set -eu
tree=$1
shift
[ "$(id -u)" = 0 ] && as= || as=--map-root-user
mkdir -p "$tree/dev" "$tree/proc" "$tree/tmp"
# shellcheck disable=SC2086
exec unshare $as --mount /bin/sh -c '
	tree=$1
	shift
	mount --rbind /dev "$tree/dev" && mount --rbind /proc "$tree/proc" &&
		mount -t tmpfs tmp "$tree/tmp" || exit 2
	exec env -i PATH=/usr/bin:/usr/sbin:/bin HOME=/tmp LC_ALL=C \
		"$(command -v chroot)" "$tree" "$@"' sh "$tree" "$@"
