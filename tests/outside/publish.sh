#!/bin/sh
# What the clerk publishes, judged by Go's checksum database code (tlogcheck/).
# usage: publish.sh PUBLISH_LOG [SOURCE_ROOT]      prints TAP
publish_log=$1
root=${2:-$(dirname "$0")/../..}
go=$(command -v go || command -v /usr/lib/go-*/bin/go | tail -1)
export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=
if [ -z "$go" ] || [ ! -d "$GOPATH/src/golang.org/x/mod/sumdb/tlog" ]; then
	echo "1..0 # SKIP golang-go and golang-golang-x-mod-dev are not there"
	exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export GOCACHE="$(cd "$(dirname "$publish_log")" && pwd)/go-cache"
"$go" build -o "$work/tlogcheck" "$root/tests/outside/tlogcheck/main.go" || {
	echo "Bail out! tlogcheck does not build"
	exit 1
}
n=0
failed=0
for size in 1 2 255 256 257 1000 66000; do
	n=$((n + 1))
	name="a log of $size entries published by the clerk is taken"
	if vkey=$("$publish_log" "$work/$size" $size) &&
	    "$work/tlogcheck" "$work/$size" "$vkey" >"$work/out" 2>&1; then
		echo "ok $n $name"
	else
		echo "not ok $n $name"
		failed=1
	fi
	sed 's/^/# /' "$work/out"
done
echo "1..$n"
exit $failed
