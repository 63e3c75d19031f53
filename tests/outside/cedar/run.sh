#!/bin/sh
# Holds our engine against @cedar-policy/cedar-wasm (fetched from npm by its lock
# file) on random cases. usage: run.sh DIFFER WORK [option of differ...]
here=$(dirname "$(realpath "$0")") differ=$1 work=$2
shift 2
skip() { echo "1..0 # SKIP $1"; exit 0; }

command -v npm >/dev/null || skip "npm is not there"
mkdir -p "$work" && cp "$here"/package*.json "$here/oracle.mjs" "$work" || exit 2
if ! cmp -s "$work/package-lock.json" "$work/installed"; then
	(cd "$work" && npm ci --silent --no-audit --no-fund) >"$work/npm.log" 2>&1 ||
		skip "npm cannot fetch @cedar-policy/cedar-wasm: $(tail -1 "$work/npm.log")"
	cp "$work/package-lock.json" "$work/installed"
fi
exec "$differ" --save "$work/found" --cases "${STILE_DIFFER_CASES:-10000}" "$@" \
	"$work/oracle.mjs"
