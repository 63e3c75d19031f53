#!/bin/bash
# libcedar as a stranger meets it: installed, found by pkg-config, compiled
# against, with nothing of this tree in reach but the example.
# usage: cedar_embed.sh SOURCE BUILD
source=$1 build=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
n=0

ok() { # name, command...
	n=$((n + 1))
	if "${@:2}" >"$prefix/out" 2>&1; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' "$prefix/out"
	fi
}
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }

answers() { # program
	[ "$("$1")" = "allow because of readers" ]
}
dynamic() {
	# shellcheck disable=SC2046
	cc -Wall -Wextra -Werror -std=c17 "$source/examples/cedar_embed.c" \
	    $(pkg-config --cflags --libs cedar) -o "$prefix/dynamic" &&
		LD_LIBRARY_PATH=$PKG_CONFIG_PATH/.. answers "$prefix/dynamic"
}
static() {
	# shellcheck disable=SC2046
	cc -std=c17 "$source/examples/cedar_embed.c" \
	    $(pkg-config --static --cflags --libs cedar) -static \
	    -o "$prefix/static" && answers "$prefix/static"
}
plusplus() {
	cat >"$prefix/use.cc" <<-'EOF'
		#include <cedar.h>
		int main()
		{
			cedar_names *names = nullptr;
			cedar_value value = cedar_string(CEDAR_STR("x"));
			cedar_str why;
			int r = cedar_names_new(&names);
			cedar_buf text;
			cedar_buf_init(&text, 100);
			if (r == 0)
				r = cedar_value_parse(&value, CEDAR_DECIMAL, CEDAR_STR("1.5"), &why);
			if (r == 0)
				r = cedar_literal_print(&text, &value, 0);
			bool is_right = cedar_buf_str(&text).len == strlen("decimal(\"1.5\")");
			cedar_buf_fini(&text);
			cedar_names_free(names);
			return r != 0 || value.number != cedar_decimal(15000).number || !is_right;
		}
	EOF
	# shellcheck disable=SC2046
	g++ -Wall -Wextra -Werror -std=c++17 "$prefix/use.cc" \
	    $(pkg-config --static --cflags --libs cedar) -static -o "$prefix/use" &&
		"$prefix/use"
}
only_prefix() { # nm option, file
	nm --defined-only "$1" "$2" | awk 'NF == 3 { n++ }
	    NF == 3 && $3 !~ /^cedar_/ { print; bad = 1 }
	    END { exit bad || n < 20 }'
}
declared() { # every function of the header can be linked against
	# What is defined in the header itself has its name in column 0.
	grep -oE '^cedar_[a-z0-9_]+\(' "$header" | tr -d '(' | sort -u >"$prefix/inline"
	cpp -P -x c "$header" | tr -d '\n' |
		grep -oE '\bcedar_[a-z0-9_]+ *\([^()]*(\([^()]*\))?[^()]*\)( *__attribute__[^;{]*)?;' |
		grep -oE '^cedar_[a-z0-9_]+' | sort -u | comm -23 - "$prefix/inline" >"$prefix/declared"
	nm -D --defined-only "$lib/libcedar.so" | awk '{ print $3 }' | sort -u >"$prefix/there"
	[ "$(wc -l <"$prefix/declared")" -gt 60 ] || return 1
	comm -23 "$prefix/declared" "$prefix/there" >"$prefix/missing"
	cat "$prefix/missing"
	[ ! -s "$prefix/missing" ]
}
soname() {
	objdump -p "$lib/libcedar.so" | grep -qE 'SONAME +libcedar\.so\.0$'
}
libc_alone() {
	objdump -p "$lib/libcedar.so" | awk '$1 == "NEEDED" { n++ }
	    $1 == "NEEDED" && $2 !~ /^(libc|ld-linux.*)\.so/ { print; bad = 1 }
	    END { exit bad || n == 0 }'
}

ok "it installs alone" env DESTDIR="$prefix" \
    meson install -C "$build" --no-rebuild --tags cedar,devel
pc=$(find "$prefix" -name cedar.pc)
lib=$(dirname "$(dirname "$pc")")
header=$(find "$prefix" -name cedar.h)
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$prefix
ok "the example has thirty lines" \
    awk 'END { exit NR > 30 }' "$source/examples/cedar_embed.c"
ok "the example compiles with pkg-config and answers" dynamic
ok "and statically" static
if command -v g++ >/dev/null; then
	ok "C++ takes the header" plusplus
else
	skip "C++ takes the header" "no g++"
fi
ok "everything the header declares is there" declared
ok "the shared library shows cedar_ symbols only" only_prefix -D "$lib/libcedar.so"
ok "the archive shows cedar_ symbols only" only_prefix -g "$lib/libcedar.a"
ok "the shared library has its soname" soname
ok "it needs the C library alone" libc_alone
ok "the header knows its callers' names from its own" \
    cc -fsyntax-only -x c -std=c17 -Wall -Wextra -Werror -include "$header" - <<'EOF'
struct str { int mine; };
struct arena { int mine; };
struct buf { int mine; };
struct diag_list { int mine; };
int arena_init(struct arena *a, struct str *s);
int arena_init(struct arena *a, struct str *s) { return a->mine + s->mine; }
#define STR(x) #x
#define MIN(a, b) 0
EOF
echo "1..$n"
