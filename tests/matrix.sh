#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Every supported combination: GCC 12 and Clang 19, C++20 and C++23, the oldest and the newest Asio, Catch2 2.13 and 3.
# For each, one translation unit with every header of tern and tests/smoke.cpp is compiled with all warnings as errors,
# linked and run. Prints one line each: passed, failed or skipped, and fails if one failed.
#
# TERN_ASIO_NEWEST and TERN_CATCH2_NEWEST may name unpacked releases of Asio and Catch2; otherwise they are downloaded,
# and what cannot be had in 20 seconds is skipped.
set -u
cd "$(dirname "$0")/.." || exit 2
root=$PWD
work=$root/build/matrix
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror'

# One combination, in a process of its own so that several run at once.
if [ "${1:-}" = one ]; then
    name=$2
    compiler=$3
    standard=$4
    asio=$5
    catch=$6
    log=$work/$name.log
    flags="-O0 -std=$standard $warnings -DASIO_STANDALONE -pthread -I$root/include -I$root/tests"
    case $asio in /usr/include | /usr/local/include) ;; *) flags="$flags -isystem $asio" ;; esac
    asio_version=$(awk '/^#define ASIO_VERSION [0-9]/ { print $3 }' "$asio/asio/version.hpp")
    case $compiler in
        *clang*) [ "$asio_version" -ge 102600 ] || flags="$flags -DASIO_HAS_CO_AWAIT -DASIO_HAS_STD_COROUTINE" ;;
    esac
    [ "$catch" = catch2-2 ] || flags="$flags -isystem $work/catch2-3"
    # shellcheck disable=SC2086 # words are meant to be split
    if $compiler $flags "$work/everything.cpp" "$work/$catch.o" -o "$work/$name" >"$log" 2>&1 &&
        timeout 60 "$work/$name" >>"$log" 2>&1; then
        echo "passed: matrix: $name"
    else
        echo "failed: matrix: $name"
        sed 's/^/    /' "$log" | head -n 12
    fi
    exit 0
fi

mkdir -p "$work"
release() { awk -v name="$1" '$1 == "set(" name { sub(/\).*/, "", $2); print $2 }' cmake/dependencies.cmake; }

# download URL DIRECTORY: unpacks an archive, once.
download() {
    [ ! -d "$2" ] || return 0
    cat >"$work/download.cmake" <<'SCRIPT'
file(DOWNLOAD "${URL}" "${TO}.tar.gz" STATUS status TIMEOUT 20 TLS_VERIFY ON)
list(GET status 0 code)
list(GET status 1 reason)
if(code)
    file(REMOVE "${TO}.tar.gz")
    message(FATAL_ERROR "${reason}")
endif()
file(ARCHIVE_EXTRACT INPUT "${TO}.tar.gz" DESTINATION "${TO}.part")
file(GLOB content "${TO}.part/*")
file(RENAME "${content}" "${TO}")
SCRIPT
    cmake "-DURL=$1" "-DTO=$2" -P "$work/download.cmake" >"$work/download.log" 2>&1
}

asios=
asio_release=$(release TERN_ASIO_RELEASE)
if [ -e /usr/include/asio/version.hpp ]; then
    asios=/usr/include
else
    echo "skipped: matrix: the system's Asio (libasio-dev is not installed)"
fi
newest=${TERN_ASIO_NEWEST:-$work/asio-$asio_release}
[ -n "${TERN_ASIO_NEWEST:-}" ] ||
    download "https://github.com/chriskohlhoff/asio/archive/refs/tags/asio-$(echo "$asio_release" | tr . -).tar.gz" "$newest"
for directory in "$newest/include" "$newest/asio/include" "$newest"; do
    if [ -e "$directory/asio/version.hpp" ]; then
        asios="$asios $directory"
        break
    fi
done
[ -e "$directory/asio/version.hpp" ] ||
    echo "skipped: matrix: asio $asio_release (not in TERN_ASIO_NEWEST, and cannot be downloaded)"

sh tests/structure/compile.sh list "$root" >"$work/everything.cpp" || exit 1
echo "#include \"$root/tests/smoke.cpp\"" >>"$work/everything.cpp"

# Catch2's own part is compiled once; objects of both compilers and language versions fit together.
gcc=
for compiler in g++-12 g++; do
    if command -v "$compiler" >/dev/null 2>&1; then gcc=$compiler; break; fi
done
clang=
for compiler in clang++-19 clang++-20 clang++-21; do
    if command -v "$compiler" >/dev/null 2>&1; then clang=$compiler; break; fi
done
[ -n "$gcc" ] || echo 'skipped: matrix: GCC (g++ is not installed)'
[ -n "$clang" ] || echo 'skipped: matrix: Clang (clang++-19 is not installed)'
any=${gcc:-$clang}
[ -n "$any" ] || exit 0

catches=
catch2_release=$(release TERN_CATCH2_RELEASE)
if [ -e /usr/include/catch2/catch.hpp ]; then
    if "$any" -std=c++20 -O0 -c tests/support/main.cpp -o "$work/catch2-2.o"; then
        catches=catch2-2
    else
        echo 'failed: matrix: Catch2 2 does not compile'
    fi
else
    echo "skipped: matrix: the system's Catch2 2.13 (catch2 is not installed)"
fi
newest=${TERN_CATCH2_NEWEST:-$work/catch2-$catch2_release}
[ -n "${TERN_CATCH2_NEWEST:-}" ] ||
    download "https://github.com/catchorg/Catch2/archive/refs/tags/v$catch2_release.tar.gz" "$newest"
if [ -e "$newest/extras/catch_amalgamated.cpp" ]; then
    mkdir -p "$work/catch2-3/catch2"
    cp "$newest/extras/catch_amalgamated.hpp" "$work/catch2-3/catch2/catch_all.hpp"
    if "$any" -std=c++20 -O0 -c "$newest/extras/catch_amalgamated.cpp" -o "$work/catch2-3.o"; then
        catches="$catches catch2-3"
    else
        echo 'failed: matrix: Catch2 3 does not compile'
    fi
else
    echo "skipped: matrix: Catch2 $catch2_release (not in TERN_CATCH2_NEWEST, and cannot be downloaded)"
fi

for compiler in $gcc $clang; do
    for standard in c++20 c++23; do
        for asio in $asios; do
            for catch in $catches; do
                version=$(awk '/^#define ASIO_VERSION / { v = $3; print int(v / 100000) "." int(v / 100) % 1000 "." v % 100 }' \
                    "$asio/asio/version.hpp")
                echo "$compiler-$standard-asio-$version-$catch $compiler $standard $asio $catch"
            done
        done
    done
done >"$work/combinations"
xargs -P "${TERN_JOBS:-2}" -L 1 sh tests/matrix.sh one <"$work/combinations" >"$work/results"
cat "$work/results"
[ "$(grep -cE '^(passed|failed): ' "$work/results")" -eq "$(wc -l <"$work/combinations")" ] ||
    echo 'failed: matrix: a combination has no result'
! grep -q '^failed' "$work/results"
