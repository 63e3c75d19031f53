#!/bin/sh
# Holds our engine against @cedar-policy/cedar-wasm (fetched from npm by its lock
# file) on random cases; --native: against the crate cedar-policy, which answers
# more questions, faster. usage: run.sh [--native] DIFFER WORK [option of differ...]
is_native=
[ "$1" = --native ] && is_native=1 && shift
here=$(dirname "$(realpath "$0")") differ=$1 work=$2
shift 2
skip() { echo "1..0 # SKIP $1"; exit 0; }

if [ -n "$is_native" ]; then
	command -v cargo >/dev/null || skip "cargo is not there"
	mkdir -p "$work" || exit 2
	(cd "$here/native" && cargo build --release --locked --quiet -j2 \
		--target-dir "$work/cargo") >"$work/cargo.log" 2>&1 ||
		skip "cargo cannot build cedar-policy: $(tail -1 "$work/cargo.log")"
	exec "$differ" --save "$work/found" --cases "${STILE_DIFFER_CASES:-10000}" "$@" \
		"$work/cargo/release/cedar_oracle"
fi
command -v npm >/dev/null || skip "npm is not there"
mkdir -p "$work" && cp "$here"/package*.json "$here/oracle.mjs" "$work" || exit 2
if ! cmp -s "$work/package-lock.json" "$work/installed"; then
	(cd "$work" && npm ci --silent --no-audit --no-fund) >"$work/npm.log" 2>&1 ||
		skip "npm cannot fetch @cedar-policy/cedar-wasm: $(tail -1 "$work/npm.log")"
	cp "$work/package-lock.json" "$work/installed"
fi
exec "$differ" --save "$work/found" --cases "${STILE_DIFFER_CASES:-10000}" "$@" \
	"$work/oracle.mjs"
