#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Shows that every check of the structure can fail: a small tree that keeps all rules passes, and each seeded violation
# is found and named. Usage: self_test.sh COMPILER [ARGUMENT...]
set -u
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || { echo "usage: self_test.sh COMPILER [ARGUMENT...]"; exit 2; }

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
tree=$scratch/tree
failures=0

# header PATH LINE...: a header with licence and guard around the given lines, and its mirror.
header() {
    path=$1
    shift
    guard=$(echo "tern/$path" | tr 'a-z./' 'A-Z__')
    mkdir -p "$(dirname "$tree/include/tern/$path")" "$(dirname "$tree/tests/unit/$path")"
    {
        printf '// %s\n' 'SPDX-License-Identifier: BSL-1.0' 'one' '' 'two' 'Layer: some. Standard: none.'
        echo "#ifndef $guard"
        echo "#define $guard"
        printf '%s\n' "$@"
        echo '#endif'
    } >"$tree/include/tern/$path"
    echo '// SPDX-License-Identifier: BSL-1.0' >"$tree/tests/unit/${path%.hpp}.cpp"
}

good_tree() {
    rm -rf "$tree"
    header version.hpp 'inline constexpr int version = 1;'
    header wire/frame.hpp '#include <tern/version.hpp>' 'inline int frame() { return version; }'
    header topic/match.hpp '#include <cstddef>'
    header session/state.hpp '#include <tern/wire/frame.hpp>'
    header client/client.hpp '#include <tern/session/state.hpp>' '#include <tern/topic/match.hpp>' '// #include <asio/post.hpp>'
    header testing/broker.hpp '#include <tern/wire/frame.hpp>' '// asio:: in a comment is none'
    header websocket/stream.hpp '#include <tern/websocket/frame.hpp>' 'namespace asio { class io_context; }' 'void use(asio::io_context&);'
    header websocket/frame.hpp '#include <tern/version.hpp>'
    header tern.hpp '#include <tern/client/client.hpp>'
}

# expect TEXT COMMAND...: the command must fail and say TEXT.
expect() {
    text=$1
    shift
    if output=$("$@" 2>&1); then
        echo "not found: $text"
        failures=$((failures + 1))
    elif ! printf '%s\n' "$output" | grep -qF -- "$text"; then
        echo "expected: $text"
        echo "but it said: $output"
        failures=$((failures + 1))
    fi
    good_tree
}
check() { sh "$here/check.sh" "$tree" "$1"; }

good_tree
for name in layers asio includes mirror opening honest guards licence length functions root; do
    check "$name" || { echo "$name fails on a good tree"; failures=$((failures + 1)); }
done
for name in alone one_definition; do
    sh "$here/compile.sh" "$name" "$tree" "$@" || { echo "$name fails on a good tree"; failures=$((failures + 1)); }
done

header wire/frame.hpp '#include <tern/session/state.hpp>'
expect 'include/tern/wire/frame.hpp:8: wire may not include session' check layers
header topic/match.hpp '#  include "../wire/frame.hpp"'
expect 'topic may not include wire' check layers
header client/client.hpp '#include <tern/wire/frame.hpp>'
expect 'client may not include wire' check layers
header testing/broker.hpp '#include <tern/client/client.hpp>'
expect 'testing may not include client' check layers
header websocket/frame.hpp '#include <tern/wire/frame.hpp>'
expect 'websocket may not include wire' check layers
header websocket/stream.hpp '#include <tern/client/client.hpp>'
expect 'websocket may not include client' check layers
header session/state.hpp '#include <tern/websocket/frame.hpp>'
expect 'session may not include websocket' check layers
header version.hpp '#include <tern/wire/frame.hpp>'
expect 'vocabulary may not include wire' check layers
header session/state.hpp '#include <tern/tern.hpp>'
expect 'includes the umbrella' check layers
for optional in testing/broker.hpp websocket/stream.hpp; do
    header tern.hpp "#include <tern/$optional>"
    expect "the umbrella includes the optional tern/$optional" check layers
done
header wire/frame.hpp '#include "other.hpp"'
header wire/other.hpp '#include <tern/wire/frame.hpp>'
expect 'in a circle' check layers

header session/state.hpp '#include <asio/post.hpp>'
expect 'include/tern/session/state.hpp:8: Asio does not belong here' check asio
header testing/broker.hpp 'inline void run(asio::io_context&);'
expect 'include/tern/testing/broker.hpp:8: Asio does not belong here' check asio

header store/file.hpp '#include <asio/post.hpp>'
expect 'include/tern/store/file.hpp:8: Asio does not belong here' check asio
header websocket/frame.hpp 'inline void run(asio::io_context&);'
expect 'include/tern/websocket/frame.hpp:8: Asio does not belong here' check asio
header session/state.hpp "#include <asio/post.hpp>$(printf '\r')"
expect 'include/tern/session/state.hpp:8: Asio does not belong here' check asio

for name in iostream regex functional; do
    header client/client.hpp "#include <$name>"
    expect "<$name> costs every user compile time" check includes
done
header client/client.hpp '#include <asio.hpp>'
expect 'includes all of Asio' check includes
header client/client.hpp '#include <boost/config.hpp>'
expect 'tern has no Boost' check includes
header client/client.hpp '#include <sys/socket.h>'
expect 'is not portable' check includes
header wire/frame.hpp '#include <expected>'
expect 'is not in C++20' check includes

rm "$tree/tests/unit/wire/frame.cpp"
expect 'include/tern/wire/frame.hpp:1: has no tests/unit/wire/frame.cpp' check mirror
rm "$tree/include/tern/wire/frame.hpp"
expect 'tests/unit/wire/frame.cpp:1: tests a header that does not exist' check mirror

sed 's/TERN_WIRE_FRAME_HPP/FRAME_H/' "$tree/include/tern/wire/frame.hpp" >"$scratch/changed"
mv "$scratch/changed" "$tree/include/tern/wire/frame.hpp"
expect 'does not begin with #ifndef TERN_WIRE_FRAME_HPP' check guards
header wire/frame.hpp '#pragma once'
expect 'has #pragma once' check guards
echo '// SPDX-License-Identifier: BSL-1.0' >"$tree/include/tern/wire/frame.hpp"
expect 'has no include guard' check guards

sed '/Layer/d' "$tree/include/tern/wire/frame.hpp" >"$scratch/changed"
mv "$scratch/changed" "$tree/include/tern/wire/frame.hpp"
expect 'include/tern/wire/frame.hpp:1: does not name its layer' check opening
sed '/^\/\/ one$/d' "$tree/include/tern/wire/frame.hpp" >"$scratch/changed"
mv "$scratch/changed" "$tree/include/tern/wire/frame.hpp"
expect 'opens with 2 lines' check opening
sed 's/Standard/Section/' "$tree/include/tern/wire/frame.hpp" >"$scratch/changed"
mv "$scratch/changed" "$tree/include/tern/wire/frame.hpp"
expect 'does not name its sections of the standard' check opening
printf 'TEST_CASE("x")\n{\n    REQUIRE(%s);\n}\n' 'true' >>"$tree/tests/unit/wire/frame.cpp"
expect 'tests/unit/wire/frame.cpp:4: asserts nothing' check honest
printf 'TEST_CASE("x", "[%sslow]")\n' '.' >>"$tree/tests/unit/wire/frame.cpp"
expect 'tests/unit/wire/frame.cpp:2: is hidden' check honest
printf 'TEST_CASE("%s")\n' 'a; b' >"$tree/tests/unit/wire/frame.cpp"
expect 'tests/unit/wire/frame.cpp:1: has a name that CTest cannot pass on' check honest

echo 'int main() {}' >"$tree/tests/unit/wire/frame.cpp"
expect 'tests/unit/wire/frame.cpp:1: does not begin with its licence' check licence
awk 'BEGIN { for (i = 0; i < 500; i++) print "// " i }' >"$tree/include/tern/wire/frame.hpp"
expect 'has 500 lines' check length
touch "$tree/crash-0123"
expect 'crash-0123:1: does not belong into the top folder' check root

# body LINES: so many lines of code.
body() { awk -v lines="$1" 'BEGIN { for (i = 0; i < lines; i++) print "    ++i;" }'; }
header wire/frame.hpp 'template <class Value>' 'inline int frame(int i)' '{' "$(body 65)" '    return i;' '}'
check functions || { echo 'functions fails on one of 70 lines'; failures=$((failures + 1)); }
header wire/frame.hpp 'template <class Value>' 'inline int frame(int i)' '{' "$(body 66)" '    return i;' '}'
expect 'include/tern/wire/frame.hpp:8: has a function of 71 lines' check functions
header wire/frame.hpp 'struct frame' '{' 'void small() {}' '' '    void large(int i)' '    {' "$(body 68)" '    }' '};'
expect 'include/tern/wire/frame.hpp:12: has a function of 71 lines' check functions
{
    echo 'TEST_CASE("x")'
    printf '{\r\n'
    body 80
    printf '}\r\n'
} >>"$tree/tests/unit/wire/frame.cpp"
expect 'tests/unit/wire/frame.cpp:2: has a function of 83 lines' check functions

header wire/frame.hpp 'inline std::size_t frame() { return 0; }'
expect 'include/tern/wire/frame.hpp does not compile alone' sh "$here/compile.sh" alone "$tree" "$@"
header wire/frame.hpp 'int frame() { return 0; }'
expect 'failed' sh "$here/compile.sh" one_definition "$tree" "$@"
rm -rf "$tree/include/tern"
mkdir -p "$tree/include/tern"
expect 'no headers' sh "$here/compile.sh" alone "$tree" "$@"

[ "$failures" -eq 0 ] || { echo "$failures checks do not work"; exit 1; }
echo 'every check finds what it is there to find'
