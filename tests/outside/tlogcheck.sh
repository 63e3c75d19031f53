#!/bin/sh
# A log written by us, judged by Go's checksum database code (tlogcheck/): it
# takes logs of several sizes and that of Tessera, and refuses each damaged one.
# usage: tlogcheck.sh WRITE_LOG [SOURCE_ROOT]      prints TAP
write_log=$1
root=${2:-$(dirname "$0")/../..}
go=$(command -v go || command -v /usr/lib/go-*/bin/go | tail -1)
export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=
if [ -z "$go" ] || [ ! -d "$GOPATH/src/golang.org/x/mod/sumdb/tlog" ]; then
	echo "1..0 # SKIP golang-go and golang-golang-x-mod-dev are not there"
	exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# Beside the writer: a build folder, so that the second run is quick.
export GOCACHE="$(cd "$(dirname "$write_log")" && pwd)/go-cache"
"$go" build -o "$work/tlogcheck" "$root/tests/outside/tlogcheck/main.go" || {
	echo "Bail out! tlogcheck does not build"
	exit 1
}

n=0
failed=0
# expect STATUS NAME DIR VKEY
expect() {
	n=$((n + 1))
	"$work/tlogcheck" "$3" "$4" >"$work/out" 2>&1
	if [ $? = "$1" ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
	sed 's/^/# /' "$work/out"
}
# flip FILE OFFSET: change the lowest bit of one byte
flip() {
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	printf "\\$(printf %03o $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

for size in 1 2 255 256 257 1000 66000; do
	mkdir "$work/$size"
	vkey=$("$write_log" "$work/$size" $size) || exit 1
	expect 0 "a log of $size entries written by us is taken" \
		"$work/$size" "$vkey"
done
log=$work/1000
flip "$log/tile/entries/001" 5000
expect 1 "a flipped byte of an entry is refused" "$log" "$vkey"
flip "$log/tile/entries/001" 5000
expect 0 "flipped back it is taken again" "$log" "$vkey"
flip "$log/tile/0/002" 77
expect 1 "a flipped byte of a tile is refused" "$log" "$vkey"
flip "$log/tile/0/002" 77
flip "$log/tile/1/000.p/3" 40
expect 1 "a flipped byte of an upper tile is refused" "$log" "$vkey"
flip "$log/tile/1/000.p/3" 40
flip "$log/checkpoint" 25
expect 1 "a flipped byte of the checkpoint is refused" "$log" "$vkey"
flip "$log/checkpoint" 25
printf x >>"$log/tile/entries/000"
expect 1 "an extra byte in a bundle is refused" "$log" "$vkey"
expect 0 "Tessera's own test log is taken" \
	"$root/tests/log-vectors/tessera-testdata-log" \
	"example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
echo "1..$n"
exit $failed
