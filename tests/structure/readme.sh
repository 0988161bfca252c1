#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# What the README says is true of this build.
#
#   readme.sh commands README BUILD_DIRECTORY CTEST           every ctest command in it finds tests, and fails if it did not
#   readme.sh program README INCLUDE COMPILER [ARGUMENT...]   its first program in C++ compiles as it stands there
#
# Prints what is not true.
set -u
what=${1:?usage: readme.sh commands|program README ...}
readme=${2:?usage: readme.sh commands|program README ...}
[ -r "$readme" ] || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM

case $what in
    commands)
        build=$3
        ctest=$4
        # The last command of each piece of code that has one.
        awk '{ while (match($0, /`[^`]*ctest --preset [^`]*`/)) {
                   code = substr($0, RSTART + 1, RLENGTH - 2)
                   $0 = substr($0, RSTART + RLENGTH)
                   sub(/.*ctest --preset [a-z]+ */, "", code)
                   print code } }' "$readme" >"$scratch/commands"
        [ -s "$scratch/commands" ] || { echo "$readme: names no command of ctest"; exit 1; }
        status=0
        while IFS= read -r arguments; do
            case $arguments in
                *'|'*) echo "ctest $arguments: | is written otherwise in a table, and would not work when it is copied"; status=1 ;;
            esac
            case $arguments in
                *--no-tests=error*) ;;
                *) echo "ctest $arguments: lacks --no-tests=error"; status=1 ;;
            esac
            eval "set -- $arguments"
            "$ctest" --test-dir "$build" -N "$@" >"$scratch/found" 2>&1 || cat "$scratch/found"
            grep -qE '^Total Tests: [1-9]' "$scratch/found" || { echo "ctest $arguments: finds no test"; status=1; }
            # A program that was not built is one test of this name.
            if grep -q '_NOT_BUILT' "$scratch/found"; then
                echo "ctest $arguments: finds tests that are not built"
                status=1
            fi
        done <"$scratch/commands"
        exit "$status"
        ;;
    program)
        include=$3
        shift 3
        awk '/^```cpp$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$readme" >"$scratch/program.cpp"
        grep -q 'int main' "$scratch/program.cpp" || { echo "$readme: its first program has no main"; exit 1; }
        "$@" -I "$include" -fsyntax-only "$scratch/program.cpp"
        ;;
    *) echo "readme.sh: no check is called $what"; exit 2 ;;
esac
