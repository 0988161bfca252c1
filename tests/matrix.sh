#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Every supported combination: GCC 12 and Clang 19, C++20 and C++23, the oldest and the newest Asio, Catch2 2.13 and 3.
# For each, one translation unit with every header of tern and tests/smoke.cpp is compiled with all warnings as errors,
# linked and run. Prints one line each: passed, failed or skipped, and fails if one failed.
#
# TERN_ASIO_NEWEST and TERN_CATCH2_NEWEST may name unpacked releases of Asio and Catch2; otherwise they are downloaded,
# and what cannot be had in 20 seconds is skipped. Where another version of a compiler stands in for the supported one,
# it is run, and the supported one is reported as skipped.
set -u
asio_newest=${TERN_ASIO_NEWEST:+$(cd "$TERN_ASIO_NEWEST" && pwd)}
catch2_newest=${TERN_CATCH2_NEWEST:+$(cd "$TERN_CATCH2_NEWEST" && pwd)}
# Everything below is named from here, so that the path to here may hold spaces.
cd "$(dirname "$0")/.." || exit 2
work=build/matrix

# values FILE NAME: the words of set(NAME ...) in a file of CMake, where the fact stands.
values() {
    awk -v name="$2" '
        index($0, "set(" name " ") == 1 { found = 1; sub(/^[^ ]* /, "") }
        found { end = index($0, ")"); print end ? substr($0, 1, end - 1) : $0; if (end) exit }' "$1" | xargs
}
major() { "$1" -dumpfullversion -dumpversion | cut -d . -f 1; }
asio_version() { awk '/^#define ASIO_VERSION [0-9]/ { print $3 }' "$1/asio/version.hpp"; }

# One combination, in a process of its own so that several run at once.
if [ "${1:-}" = one ]; then
    name=$2
    compiler=$3
    standard=$4
    asio=$5
    catch=$6
    log=$work/$name.log
    # shellcheck disable=SC2046,SC2086 # words are meant to be split
    set -- $(values cmake/development.cmake TERN_WARNINGS) -Werror
    for definition in $(values cmake/dependencies.cmake TERN_ASIO_DEFINITIONS); do set -- "$@" "-D$definition"; done
    case $compiler in
        clang*)
            known=$(values cmake/dependencies.cmake TERN_ASIO_KNOWS_CLANG | awk -F . '{ print $1 * 100000 + $2 * 100 }')
            if [ "$(asio_version "$asio")" -lt "$known" ]; then
                for definition in $(values cmake/dependencies.cmake TERN_ASIO_CLANG_DEFINITIONS); do
                    set -- "$@" "-D$definition"
                done
            fi
            ;;
    esac
    case $asio in /usr/include | /usr/local/include) ;; *) set -- "$@" -isystem "$asio" ;; esac
    [ "$catch" = catch2-2 ] || set -- "$@" -isystem "$work/catch2-3"
    if "$compiler" -O0 "-std=$standard" -pthread -Iinclude -Itests "$@" \
        "$work/everything.cpp" "$work/$catch.o" -o "$work/$name" $libraries >"$log" 2>&1 &&
        timeout 60 "$work/$name" >>"$log" 2>&1; then
        echo "passed: matrix: $name"
    else
        echo "failed: matrix: $name"
        sed 's/^/    /' "$log" | head -n 12
    fi
    exit 0
fi

mkdir -p "$work"

# newest NAME DIRECTORY: makes $work/NAME the given directory or, without one, the downloaded release.
newest() {
    [ ! -L "$work/$1" ] || rm "$work/$1"
    if [ -n "$2" ]; then
        rm -rf "${work:?}/$1"
        ln -s "$2" "$work/$1"
    elif [ ! -d "$work/$1" ]; then
        rm -f "$work/$1.reason"
        cmake "-DNAME=$1" "-DTO=$work/$1" -P tests/matrix.cmake >"$work/$1.log" 2>&1 && return
        [ -s "$work/$1.reason" ] || tail -n 5 "$work/$1.log" | tr '\n()' '   ' >"$work/$1.reason"
        return 1
    fi
}

asios=
if [ -e /usr/include/asio/version.hpp ]; then
    asios=/usr/include
else
    echo "skipped: matrix: the system's Asio (libasio-dev is not installed)"
fi
if newest ASIO "$asio_newest"; then
    # The newest releases have their headers in include/, older ones in asio/include/.
    for directory in "$work/ASIO/include" "$work/ASIO/asio/include" "$work/ASIO"; do
        [ ! -e "$directory/asio/version.hpp" ] || break
    done
    asios="$asios $directory"
else
    echo "skipped: matrix: Asio $(values cmake/dependencies.cmake TERN_ASIO_RELEASE)" \
        "(TERN_ASIO_NEWEST is not set, and downloading failed: $(cat "$work/ASIO.reason"))"
fi

# choose NAME MAJOR PROGRAM...: appends the program of this major version to $compilers, or else the first that is there.
compilers=
choose() {
    name=$1
    wanted=$2
    shift 2
    chosen=
    for program in "$@"; do
        command -v "$program" >/dev/null 2>&1 || continue
        [ -n "$chosen" ] || chosen=$program
        if [ "$(major "$program")" = "$wanted" ]; then
            chosen=$program
            break
        fi
    done
    if [ -z "$chosen" ]; then
        echo "skipped: matrix: $name $wanted (it is not installed)"
    else
        [ "$(major "$chosen")" = "$wanted" ] ||
            echo "skipped: matrix: $name $wanted (it is not installed; $name $(major "$chosen") stands in for it)"
        compilers="$compilers $chosen"
    fi
}
choose GCC 12 g++-12 g++
choose Clang 19 clang++-19 clang++-20 clang++-21 clang++-22 clang++
[ -n "$compilers" ] || exit 0
any=${compilers# }
any=${any%% *}

sh tests/structure/compile.sh list . >"$work/everything.cpp" || exit 1
libraries='-lssl -lcrypto'
if ! echo '#include <openssl/ssl.h>' | "$any" -E -x c++ - >/dev/null 2>&1; then
    echo 'skipped: matrix: TLS (libssl-dev is not installed)'
    libraries=
    grep -vE 'tern/transport/.*(tls|certificate)' "$work/everything.cpp" >"$work/without_tls.cpp"
    mv "$work/without_tls.cpp" "$work/everything.cpp"
fi
export libraries
echo '#include "smoke.cpp"' >>"$work/everything.cpp"

# Catch2's own part is compiled once; objects of both compilers and language versions fit together.
catches=
# main OBJECT NAME ARGUMENT...: compiles it, and appends the object to $catches.
main() {
    object=$1
    name=$2
    shift 2
    if "$any" -std=c++20 -O0 -c "$@" -o "$work/$object.o"; then
        catches="$catches $object"
    else
        echo "failed: matrix: $name does not compile"
    fi
}
if [ -e /usr/include/catch2/catch.hpp ]; then
    main catch2-2 'Catch2 2' tests/support/main.cpp
else
    echo "skipped: matrix: the system's Catch2 2.13 (catch2 is not installed)"
fi
if newest CATCH2 "$catch2_newest"; then
    mkdir -p "$work/catch2-3/catch2"
    cp "$work/CATCH2/extras/catch_amalgamated.hpp" "$work/catch2-3/catch2/catch_all.hpp"
    main catch2-3 'Catch2 3' "$work/CATCH2/extras/catch_amalgamated.cpp"
else
    echo "skipped: matrix: Catch2 $(values cmake/dependencies.cmake TERN_CATCH2_RELEASE)" \
        "(TERN_CATCH2_NEWEST is not set, and downloading failed: $(cat "$work/CATCH2.reason"))"
fi

for compiler in $compilers; do
    case $compiler in clang*) name=clang ;; *) name=gcc ;; esac
    for standard in c++20 c++23; do
        for asio in $asios; do
            version=$(asio_version "$asio" | awk '{ print int($1 / 100000) "." int($1 / 100) % 1000 "." $1 % 100 }')
            for catch in $catches; do
                echo "$name-$(major "$compiler")-$standard-asio-$version-$catch $compiler $standard $asio $catch"
            done
        done
    done
done >"$work/combinations"
# What is missing has been reported.
[ -s "$work/combinations" ] || exit 0
xargs -P "${TERN_JOBS:-2}" -L 1 sh tests/matrix.sh one <"$work/combinations" >"$work/results"
cat "$work/results"
[ "$(grep -cE '^(passed|failed): ' "$work/results")" -eq "$(wc -l <"$work/combinations")" ] ||
    echo 'failed: matrix: a combination has no result'
! grep -q '^failed' "$work/results"
