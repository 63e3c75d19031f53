#!/bin/sh
# The store on a disk that fails: every system call of making a store and
# committing to it fails once, with EIO, with ENOSPC, with nothing written; a
# real full file system; a second writer. After each: the store is intact, what
# was said durable is there, and nobody claimed more.
# usage: store_faults.sh STORE_WRITER
set -u
writer=$1
# Memory will do: it is the calls that fail, not the medium.
dir=$(mktemp -d "$(test -w /dev/shm && echo /dev/shm || echo /tmp)/stile-XXXXXX")
mounted=
trap 'test -z "$mounted" || umount "$mounted"; rm -rf "$dir"' EXIT
n=0
bad=0

result() { # NAME PROBLEM
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n $1"
	else
		echo "# $2"
		echo "not ok $n $1"
		bad=$((bad + 1))
	fi
}

skip() {
	n=$((n + 1))
	echo "ok $n $1 # SKIP $2"
}

acked() { # the last count a writer said was durable
	sed -n 's/^acked //p' "$1" | tail -n 1 | grep . || echo 0
}

# After a fault the count may be one batch past the last acknowledged: the
# commit record can be on the disk although its sync failed.
survives() { # STORE OUT BATCH
	if [ ! -s "$1" ]; then
		[ "$(acked "$2")" = 0 ] || echo "acknowledged, but no store"
		return
	fi
	"$writer" write "$1" 0 1 >"$dir/reopen" 2>&1 ||
		{ echo "cannot be opened again: $(cat "$dir/reopen")"; return; }
	count=$("$writer" check "$1" 2>"$dir/check") ||
		{ echo "not intact: $(cat "$dir/check")"; return; }
	said=$(acked "$2")
	[ "$count" -ge "$said" ] || echo "$count entries, $said acknowledged"
	[ "$count" -le $((said + $3)) ] || echo "$count entries, $said acknowledged"
}

# Only calls on the store's own files count, and count as failing.
files="-P $dir/s.db -P $dir/s.db-wal -P $dir/s.db-shm -P $dir/s.db-lock -P $dir"

traced() { # OPTION...
	rm -f "$dir"/s.db*
	# shellcheck disable=SC2086 # $files is several words
	strace -qq $files -o "$dir/trace" "$@" \
		"$writer" write "$dir/s.db" 3 2 >"$dir/out" 2>"$dir/err"
}

inject() { # SYSCALL FAULT ALLOWED-EXITS [STEP]
	problem=
	traced -e trace="$1"
	total=$(wc -l <"$dir/trace")
	at=1
	while [ "$at" -le "$total" ] && [ -z "$problem" ]; do
		traced -e trace="$1" -e inject="$1:$2:when=$at"
		code=$?
		case " $3 " in
		*" $code "*) problem=$(survives "$dir/s.db" "$dir/out" 2) ;;
		*) problem="exit $code: $(cat "$dir/err")" ;;
		esac
		# A failure while closing costs nothing: the log has it all.
		if [ $code = 0 ] && [ "$(acked "$dir/out")" != 6 ]; then
			problem="success claimed without all commits"
		elif [ $code != 0 ] && [ ! -s "$dir/err" ]; then
			problem="exit $code without a word"
		fi
		[ -z "$problem" ] || problem="call $at of $total: $problem"
		at=$((at + ${4:-1}))
	done
	[ "$total" -gt 0 ] || problem="the call is never made"
	result "$1 that fails once with $2, step ${4:-1} of $total calls" "$problem"
}

echo 1..14

# Exit codes are 10 + enum store_outcome: 17 full, 18 broken, 19 read-only,
# 20 locked, 23 damaged; 1 is a fault.
name="a second writer is refused until the first is killed"
mkfifo "$dir/hold"
"$writer" write "$dir/s.db" 1 1 wait <"$dir/hold" >"$dir/first" 2>&1 &
first=$!
exec 3>"$dir/hold"
while ! grep -q acked "$dir/first"; do sleep 0.05; done
"$writer" write "$dir/s.db" 1 1 >"$dir/out" 2>"$dir/err"
code=$?
kill -9 $first
wait $first 2>/dev/null
exec 3>&-
if [ $code != 20 ] || ! grep -q "another gate writes" "$dir/err"; then
	result "$name" "exit $code: $(cat "$dir/err")"
elif ! "$writer" write "$dir/s.db" 1 1 >"$dir/out" 2>&1; then
	result "$name" "the lock outlived its holder: $(cat "$dir/out")"
else
	result "$name" "$(survives "$dir/s.db" "$dir/out" 1)"
fi

name="a full file system undoes the batch and harms nothing"
mkdir "$dir/small"
if mount -t tmpfs -o size=1m none "$dir/small" 2>/dev/null; then
	mounted=$dir/small
	head -c 300000 /dev/zero >"$mounted/ballast"
	"$writer" write "$mounted/s.db" 1000 2 >"$dir/out" 2>"$dir/err"
	code=$?
	problem=
	[ $code = 17 ] || problem="exit $code: $(cat "$dir/err")"
	[ "$(acked "$dir/out")" -gt 0 ] || problem="nothing was written"
	[ -n "$problem" ] || problem=$("$writer" check "$mounted/s.db" |
		grep -qx "$(acked "$dir/out")" || echo "half a batch was kept")
	rm "$mounted/ballast"
	[ -n "$problem" ] || "$writer" write "$mounted/s.db" 1 2 >"$dir/out" 2>&1 ||
		problem="not usable with space again: $(cat "$dir/out")"
	result "$name" "$problem"
	umount "$mounted"
	mounted=
else
	skip "$name" "may not mount"
fi

if ! strace -o /dev/null true 2>/dev/null; then
	while [ $n -lt 14 ]; do skip "a system call that fails" "no strace"; done
	exit 0
fi

inject pwrite64 error=EIO "0 1 18"
inject pwrite64 error=ENOSPC "0 17 18"
inject pwrite64 retval=0 "0 17 18"
inject fdatasync error=EIO "0 1 18"
inject fdatasync error=ENOSPC "0 1 18"
inject fsync error=EIO "0 1 18"
inject ftruncate error=ENOSPC "0 17 18"
inject openat error=EIO "0 1 18 19"
inject openat error=EMFILE "0 1 18 19"
# A lock that fails is waited for, so not all of them.
inject fcntl error=EIO "0 1 18 20" 9
inject pread64 error=EIO "0 1 18 23"
inject mmap error=ENOMEM "0 1 17 18"

exit $((bad > 0))
