#!/bin/sh
# The man pages: well-formed for mandoc, and as complete as the program: every
# verb has its section, every verb with a page of its own names all its options.
# usage: man.sh STILE ROOT
stile=$1
man=$2/docs/man
n=0
ok() { # exit code, name
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n $2" || echo "not ok $n $2"
}
verbs=$("$stile" help | sed -n '/^Verbs/,/^$/s/^  \([a-z]*\) .*/\1/p')

if command -v mandoc >/dev/null; then
	for page in "$man"/*.[1-8]; do
		said=$(mandoc -Tlint -Wstyle "$page" 2>&1 |
			grep -v 'referenced manual not found\|operating system explicitly')
		[ -z "$said" ] || echo "$said" | sed 's/^/# /'
		[ -z "$said" ]
		ok $? "$(basename "$page")_is_well_formed"
	done
else
	n=$((n + 1))
	echo "ok $n pages_are_well_formed # SKIP no mandoc"
fi

status=0
for verb in $verbs; do
	grep -q "^\.It Cm $verb\>" "$man/stile.1" || {
		echo "# stile.1 has no .It Cm $verb"
		status=1
	}
	[ "$verb" = version ] || [ -f "$man/stile-$verb.1" ] || {
		echo "# there is no stile-$verb.1"
		status=1
	}
done
ok $status every_verb_is_in_the_manual

status=0
for page in "$man"/stile-*.1; do
	verb=$(basename "$page" .1)
	verb=${verb#stile-}
	actions=$("$stile" help "$verb" | sed -n '/^Actions/,/^$/s/^  \([a-z]*\) .*/\1/p')
	for words in ${actions:-.}; do
		[ "$words" = . ] && words=
		for option in $("$stile" help "$verb" $words |
			sed -n '/^Options/,/^$/s/^ .*--\([a-z-]*\).*/\1/p'); do
			case $option in help | json | quiet | no-color) continue ;; esac
			grep -q -- "Fl -$option\>" "$page" || {
				echo "# $(basename "$page") does not name --$option"
				status=1
			}
		done
	done
done
ok $status every_option_is_in_its_page
status=0
for page in "$man"/*.[1-8]; do
	grep -q "'$(basename "$page")'" "$2/meson.build" || {
		echo "# $(basename "$page") is not installed"
		status=1
	}
	for other in $(sed -n 's/^\.Xr \(stile[a-z.-]*\) .*/\1/p' "$page"); do
		ls "$man/$other".[1-8] >/dev/null 2>&1 || {
			echo "# $(basename "$page") speaks of $other"
			status=1
		}
	done
done
ok $status every_page_is_installed_and_leads_to_others_that_are_there

status=0
for verb in $verbs; do
	actions=$("$stile" help "$verb" | sed -n '/^Actions/,/^$/s/^  \([a-z]*\) .*/\1/p')
	for words in "$verb" $(for action in $actions; do echo "$verb/$action"; done); do
		# shellcheck disable=SC2086 # a verb, or a verb and an action
		"$stile" help ${words%%/*} $(echo "$words" | sed -n 's,.*/,,p') |
			sed -n '/^Examples/,$p' | grep -q '^  stile' || {
			echo "# help $words shows no example"
			status=1
		}
	done
done
ok $status every_verb_shows_an_example
echo "1..$n"
