# An index of maintainer verbs; the build itself is Meson's (meson.build).
BUILD ?= build
.PHONY: help build test quick asan fuzz lint bench cover format clean

help:	## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/\t/' | expand -t12

build: $(BUILD)/build.ninja	## compile everything into $(BUILD)/
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

test:	## everything: both compilers, sanitizers, lint, fuzz, scenarios
	./test

quick:	## gcc and the unit tests
	./test --quick

asan:	## unit tests under ASan and UBSan
	[ -d build-asan ] || meson setup build-asan \
	    -Db_sanitize=address,undefined -Db_lundef=false
	ninja -C build-asan && meson test -C build-asan --suite unit

fuzz:	## ten seconds of libFuzzer for each target
	tools/fuzz 10

lint:	## the checks of tools/, clang-tidy and cppcheck
	./test lint

bench:	## figures, with PostgreSQL and SQLite beside them
	bench/run

cover:	## line coverage of the unit tests
	[ -d build-cover ] || meson setup build-cover -Db_coverage=true
	ninja -C build-cover && meson test -C build-cover --suite unit
	ninja -C build-cover coverage-text
	cat build-cover/meson-logs/coverage.txt

format:	## clang-format on the lines changed since main
	git clang-format --extensions c,h main || true

clean:	## remove what the verbs above have built
	rm -rf build build-*
