#!/bin/sh
# SPDX-License-Identifier: MIT
# check.sh BUILD small|full MODEL [STEP,STEP]: run the steps of ./run on the
# host, and in Debian's Linux on the engine with CPU model MODEL (what
# boot_linux --cpu takes; with $CPUS of them, else 1), and compare what they
# print, line by line. Times and the figures of openssl speed are shown side
# by side and not compared. For Debian 12 on an x86-64 processor with AVX2.
set -eu

build=$(cd "$1" && pwd)
kind=$2
model=$3
only=${4:-}
here=$(cd "$(dirname "$0")" && pwd)
dir=$build/linux
log=$dir/$kind-$model
mkdir -p "$dir"

# What the host has and the model has not, where that changes results: the C
# library and numpy round differently with FMA.
wide="AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
case $model in
x86-64)
	level=1
	tunables=-AVX,-AVX2,-FMA,-FMA4,-SSE4_1,-SSE4_2,-SSSE3
	numpy="SSSE3 SSE41 POPCNT SSE42 AVX F16C FMA3 AVX2 $wide" ;;
x86-64-v2)
	level=2
	tunables=-AVX,-AVX2,-FMA,-FMA4
	numpy="AVX F16C FMA3 AVX2 $wide" ;;
*)
	level=3
	tunables=-FMA4
	numpy="$wide" ;;
esac
[ $kind = small ] && ram=768M limit=300 || { ram=2G limit=1800; }

"$here/mkimage.sh" "$dir" "$kind"
kernel=$(sh "$here/../../examples/demo/get-kernel.sh" "$build/demo")
(cd "$dir/$kind" && find . | LC_ALL=C sort |
	cpio --quiet -o -H newc -R 0:0) >"$dir/$kind.cpio"

"$here/enter.sh" "$dir/$kind" /bin/env \
	GLIBC_TUNABLES=glibc.cpu.hwcaps=$tunables \
	NPY_DISABLE_CPU_FEATURES="$numpy" PYTHONWARNINGS=ignore \
	/bin/sh /check/run $level "$kind" "$only" >"$log.host" 2>&1 || {
	tail -n 5 "$log.host" >&2
	echo "check-linux: the steps do not run on the host" >&2
	exit 2
}

start=$(date +%s)
rc=0
timeout $limit "$build/examples/boot_linux" --backend interp --cpu "$model" \
	--cpus "${CPUS:-1}" \
	--memory $ram --kernel "$kernel" --initrd "$dir/$kind.cpio" --append \
	"console=ttyS0 quiet loglevel=1 panic=-1 reboot=t level=$level kind=$kind only=$only" \
	</dev/null >"$log.console" 2>&1 || rc=$?
tr -d '\r' <"$log.console" >"$log.guest"

for side in host guest; do
	sed -n 's/^= //p' "$log.$side" >"$log.$side.results"
done
grep -E '^# (stderr|kernel)' "$log.guest" | head -n 20 || true
echo "check-linux: $kind on $model: seconds, host and guest"
for side in host guest; do
	sed -n 's/^# time //p' "$log.$side" >"$log.$side.time"
	sed -n 's/^# speed //p' "$log.$side" >"$log.$side.speed"
done
awk 'NR == FNR { host[$1] = $2; next }
	{ printf "  %-14s %8.2f %8.2f\n", $1, host[$1], $2 }' \
	"$log.host.time" "$log.guest.time"
if [ -s "$log.guest.speed" ]; then
	echo "check-linux: openssl speed (not compared), host:"
	sed 's/^/  /' "$log.host.speed"
	echo "check-linux: openssl speed (not compared), guest:"
	sed 's/^/  /' "$log.guest.speed"
fi
tail -n 1 "$log.guest"

lines=$(wc -l <"$log.host.results")
if [ $rc != 0 ] || ! diff "$log.host.results" "$log.guest.results"; then
	echo "check-linux: $kind on $model: FAILED, boot_linux's status $rc;" \
		"< the host, > the guest; see $log.*"
	exit 1
fi
if grep -E 'WRONG|status [0-9]|, [1-9][0-9]* failed' "$log.host.results"; then
	echo "check-linux: $kind on $model: FAILED on both sides"
	exit 1
fi
echo "check-linux: $kind on $model: $lines results as on the host," \
	"$(($(date +%s) - start)) s in the guest"
