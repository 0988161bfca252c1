#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# The rules about headers that only a compiler can check.
#
#   compile.sh alone ROOT COMPILER [ARGUMENT...]            every header compiles when nothing is included before it
#   compile.sh one_definition ROOT COMPILER [ARGUMENT...]   two translation units that include everything link together
#   compile.sh separate ROOT COMPILER [ARGUMENT...]         the same, with the bodies compiled in a third one only
#   compile.sh list ROOT                                    prints an #include line for every header
#
# Prints the names of the headers that break a rule, and what the compiler said. TERN_JOBS sets how many compilers run
# at once (2).
set -u
LC_ALL=C
export LC_ALL

# shellcheck disable=SC2086 # the libraries are several words
what=${1:?usage: compile.sh alone|one_definition|separate|list ROOT [COMPILER ARGUMENT...]}
root=$(cd "${2:?usage: compile.sh alone|one_definition|separate|list ROOT [COMPILER ARGUMENT...]}" && pwd) || exit 2
shift 2

# What needs OpenSSL is left out where there is none; it says so itself, which a check here cannot mend.
needs_openssl='^tern/transport/.*(tls|certificate)'
libraries='-pthread'
if [ "$what" = list ] || printf '#include <openssl/ssl.h>\n' | "$@" -x c++ -fsyntax-only - 2>/dev/null; then
    needs_openssl='^$'
    libraries="$libraries -lssl -lcrypto"
fi

list() { (cd "$root/include" && find tern -name '*.hpp' | grep -vE "$needs_openssl" | sort); }
[ -n "$(list)" ] || { echo "$root: no headers in include/tern"; exit 1; }

if [ "$what" = list ]; then
    list | sed 's/.*/#include <&>/'
    exit
fi

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM

case $what in
    alone)
        # The second inclusion shows that the guard works.
        cat >"$scratch/one.sh" <<'SCRIPT'
source="$1/$(echo "$3" | tr '/' '-').cpp"
printf '#include <%s>\n#include <%s>\n' "$3" "$3" >"$source"
header=$3
include=$2/include
shift 3
"$@" -I "$include" -fsyntax-only "$source" >"$source.log" 2>&1 || { echo "include/$header does not compile alone:"; sed 20q "$source.log"; exit 1; }
SCRIPT
        list | xargs -P "${TERN_JOBS:-2}" -I '{}' sh "$scratch/one.sh" "$scratch" "$root" '{}' "$@"
        ;;
    one_definition)
        list | sed 's/.*/#include <&>/' >"$scratch/first.cpp"
        cp "$scratch/first.cpp" "$scratch/second.cpp"
        echo 'int main() {}' >>"$scratch/second.cpp"
        for unit in first second; do
            "$@" -I "$root/include" -c "$scratch/$unit.cpp" -o "$scratch/$unit.o" || exit 1
        done
        "$@" "$scratch/first.o" "$scratch/second.o" -o "$scratch/program" $libraries && "$scratch/program"
        ;;
    separate)
        list | grep -v '/source\.hpp$' | sed 's/.*/#include <&>/' >"$scratch/first.cpp"
        cp "$scratch/first.cpp" "$scratch/second.cpp"
        cat >>"$scratch/second.cpp" <<'SOURCE'
#include <asio/io_context.hpp>
int main()
{
    asio::io_context context;
    tern::client client(context);
    tern::testing::broker broker;
    return client.state() == tern::connection_state::idle && broker.session_count() == 0 ? 0 : 1;
}
SOURCE
        list | grep '/source\.hpp$' | sed 's/.*/#include <&>/' >"$scratch/bodies.cpp"
        for unit in first second bodies; do
            "$@" -DTERN_SEPARATE_COMPILATION -I "$root/include" -c "$scratch/$unit.cpp" -o "$scratch/$unit.o" || exit 1
        done
        # Without the bodies it must not link, or they were compiled everywhere.
        if "$@" "$scratch/first.o" "$scratch/second.o" -o "$scratch/program" $libraries 2>/dev/null; then
            echo 'the bodies are compiled in every translation unit'
            exit 1
        fi
        "$@" "$scratch/first.o" "$scratch/second.o" "$scratch/bodies.o" -o "$scratch/program" $libraries &&
            "$scratch/program"
        ;;
    *) echo "compile.sh: no check is called $what"; exit 2 ;;
esac
status=$?
[ "$status" -eq 0 ] || { echo "compile.sh $what: failed"; exit 1; }
