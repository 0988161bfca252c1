#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# The rules about files that a compiler does not check. Usage: check.sh ROOT CHECK, where CHECK is one of
#
#   layers    a header includes only what its layer may know, and headers do not include each other in a circle
#   asio      Asio appears only where the design puts it
#   includes  no header that costs too much, is not portable or is not C++20
#   mirror    include/tern/a/b.hpp has its tests in tests/unit/a/b.cpp, and the other way round
#   opening   a header opens with what it is for, its layer, the sections of the standard, and what it is not
#   honest    no test is hidden, may fail, asserts nothing, or has a name by which it cannot be run
#   guards    include guards are named after their file
#   licence   every source file says its licence
#   length    no file has outgrown what one reason to change fits in
#   functions no function has outgrown what can be read at once
#   root      the top folder holds what belongs there, and nothing else that can be seen
#
# Each prints one line per violation, file:line: what is wrong, and fails if there is one. self_test.sh shows that each
# does. Needs only sh, find, sort and awk.
set -u
LC_ALL=C
export LC_ALL

# What a layer may include besides itself and the vocabulary: another layer, or single headers of it. Everything not
# named here may include no other layer, as websocket/, which stands alone. (The time of the client is what the virtual clock stands in for.)
allowed='
session wire
client session
client topic
store session
transport client
transport websocket
testing wire
testing session
testing topic
testing tern/client/time_source.hpp
testing tern/client/timer.hpp
'

# Where Asio may appear, as extended regular expressions over paths below include/tern.
asio_allowed='
^client/
^transport/
^websocket/stream[a-z_]*\.hpp$
^testing/(tcp|asio|memory|virtual)[a-z_]*\.hpp$
'

# Include names that no header of ours may mention, as an extended regular expression, and why.
banned='
^(iostream|regex|functional)$ costs_every_user_compile_time
^asio\.hpp$ includes_all_of_Asio
^asio/(experimental|ts)/ changes_between_releases_of_Asio
^boost/ tern_has_no_Boost
^(unistd|poll|pthread|signal|fcntl|netdb|windows|winsock2)\.h$ is_not_portable
^(sys|netinet|arpa|bits|ext|experimental)/ is_not_portable
^(expected|print|generator|stacktrace|mdspan|flat_map|flat_set|stdfloat|spanstream)$ is_not_in_C++20_on_every_supported_compiler
'

maximum_lines=450
maximum_function_lines=70

root=${1:?usage: check.sh ROOT CHECK}
check=${2:?usage: check.sh ROOT CHECK}
cd "$root" || exit 2

headers() { find include/tern -name '*.hpp' | sort; }
sources() {
    for directory in include cmake examples tests; do
        [ ! -d "$directory" ] || find "$directory" -type f ! -path '*/build/*'
    done | grep -E '\.(hpp|cpp|cmake|cmake\.in|sh|py)$|/CMakeLists\.txt$' | sort
    for file in CMakeLists.txt conanfile.py .ci/run; do
        [ ! -f "$file" ] || echo "$file"
    done
}

# One line per #include: file, line number, what is included (tern/... also when quoted). Comments do not count.
includes() {
    headers | while IFS= read -r file; do
        awk -v file="$file" '
            { sub(/\r$/, "") }
            /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
                name = $0
                quoted = name ~ /include[ \t]*"/
                sub(/^[^<"]*[<"]/, "", name)
                sub(/[>"].*$/, "", name)
                if (quoted && name !~ /^tern\//) {
                    folder = file
                    sub(/^include\//, "", folder)
                    sub(/[^\/]*$/, "", folder)
                    name = folder name
                    while (sub(/[^\/]+\/\.\.\//, "", name)) {}
                }
                print file, FNR, name
            }' "$file"
    done
}

layers() {
    includes | awk -v allowed="$allowed" '
        function layer(path) {
            sub(/^include\//, "", path)
            sub(/^tern\//, "", path)
            if (path !~ /\//)
                return path == "tern.hpp" ? "umbrella" : "vocabulary"
            sub(/\/.*/, "", path)
            return path
        }
        function walk(node, trail,    i, n, next_nodes) {
            if (state[node] == 2)
                return
            if (state[node] == 1) {
                print node ":1: headers include each other in a circle:" trail " " node
                return
            }
            state[node] = 1
            n = split(edges[node], next_nodes, " ")
            for (i = 1; i <= n; i++)
                walk(next_nodes[i], trail " " node)
            state[node] = 2
        }
        BEGIN {
            n = split(allowed, words, /[ \n]+/)
            for (i = 1; i < n; i++)
                if (words[i] != "") {
                    may[words[i], words[i + 1]] = 1
                    i++
                }
        }
        $3 ~ /^tern\// {
            from = layer($1)
            to = layer($3)
            edges[$1] = edges[$1] " include/" $3
            if (from == "umbrella") {
                if (to == "store" || to == "transport" || to == "websocket" || to == "testing")
                    print $1 ":" $2 ": the umbrella includes the optional " $3
            } else if (to == "umbrella")
                print $1 ":" $2 ": a header of the library includes the umbrella"
            else if (from != to && to != "vocabulary" && !((from, to) in may) && !((from, $3) in may))
                print $1 ":" $2 ": " from " may not include " to " (" $3 ")"
        }
        END {
            for (node in edges)
                walk(node, "")
        }'
}

asio() {
    headers | while IFS= read -r file; do
        awk -v file="$file" -v allowed="$asio_allowed" '
            BEGIN {
                path = file
                sub(/^include\/tern\//, "", path)
                n = split(allowed, patterns, "\n")
                for (i = 1; i <= n; i++)
                    if (patterns[i] != "" && path ~ patterns[i])
                        exit
            }
            {
                code = $0
                sub(/\/\/.*/, "", code)
                if (code ~ /#[ \t]*include[ \t]*[<"]asio[.\/]/ || code ~ /(^|[^A-Za-z_0-9])asio::/)
                    print file ":" FNR ": Asio does not belong here"
            }' "$file"
    done
}

banned_includes() {
    includes | awk -v banned="$banned" '
        BEGIN {
            n = split(banned, lines, "\n")
            for (i = 1; i <= n; i++)
                if (lines[i] != "") {
                    split(lines[i], pair, " ")
                    why[pair[1]] = pair[2]
                    gsub(/_/, " ", why[pair[1]])
                }
        }
        {
            for (pattern in why)
                if ($3 ~ pattern)
                    print $1 ":" $2 ": <" $3 "> " why[pattern]
        }'
}

mirror() {
    headers | while IFS= read -r file; do
        path=${file#include/tern/}
        test="tests/unit/${path%.hpp}.cpp"
        # It is the bodies of a whole program; compile.sh separate is its test.
        [ "${path##*/}" != source.hpp ] || continue
        [ -f "$test" ] || echo "$file:1: has no $test"
    done
    [ ! -d tests/unit ] || find tests/unit -name '*.cpp' | sort | while IFS= read -r file; do
        path=${file#tests/unit/}
        header="include/tern/${path%.cpp}.hpp"
        [ -f "$header" ] || echo "$file:1: tests a header that does not exist, $header"
    done
}

opening() {
    headers | while IFS= read -r file; do
        awk -v file="$file" '
            { sub(/\r$/, "") }
            /^\/\// {
                if (!/SPDX-License-Identifier|^\/\/ *$/) lines++
                if (/Layer: /) layer = 1
                if (/Standard: /) standard = 1
                next
            }
            { exit }
            END {
                if (lines < 3 || lines > 15) print file ":1: opens with " lines + 0 " lines of prose, not with 3 to 15"
                if (!layer) print file ":1: does not name its layer"
                if (!standard) print file ":1: does not name its sections of the standard, or none"
            }' "$file"
    done
}

honest() {
    [ ! -d tests ] || find tests -name '*.cpp' ! -path '*/build/*' | sort | while IFS= read -r file; do
        awk -v file="$file" '
            /(REQUIRE|CHECK)[A-Z_]*\((true|1)\)|(REQUIRE|CHECK)_FALSE\((false|0)\)|SUCCEED\(/ {
                print file ":" FNR ": asserts nothing"
            }
            /TEST_CASE.*"[^"]*\[(\.|!mayfail|!shouldfail|!benchmark)/ { print file ":" FNR ": is hidden or may fail" }
            # CTest passes the name as one argument, through lists of CMake, to a program that has options.
            /TEST_CASE\( *"(-[^"]*|[^"]*;[^"]*)"/ { print file ":" FNR ": has a name that CTest cannot pass on" }' "$file"
    done
}

guards() {
    headers | while IFS= read -r file; do
        awk -v file="$file" '
            BEGIN {
                guard = file
                sub(/^include\//, "", guard)
                gsub(/[^A-Za-z0-9]/, "_", guard)
                guard = toupper(guard)
            }
            { sub(/\r$/, "") }
            /#[ \t]*pragma[ \t]+once/ { print file ":" FNR ": has #pragma once" }
            /^#/ && !first { first = FNR; if ($0 != "#ifndef " guard) print file ":" FNR ": does not begin with #ifndef " guard }
            /^#/ && first && FNR > first && !second {
                second = FNR
                if ($0 != "#define " guard) print file ":" FNR ": does not define " guard
            }
            END { if (!first) print file ":1: has no include guard " guard }' "$file"
    done
}

licence() {
    sources | while IFS= read -r file; do
        awk -v file="$file" '
            FNR == 1 && /^#!/ { next }
            /^(\/\/|#) SPDX-License-Identifier: BSL-1\.0\r?$/ { found = 1 }
            { exit }
            END { if (!found) print file ":1: does not begin with its licence, SPDX-License-Identifier: BSL-1.0" }' "$file"
    done
}

file_length() {
    sources | while IFS= read -r file; do
        awk -v file="$file" -v maximum="$maximum_lines" '
            END { if (FNR > maximum) print file ":" FNR ": has " FNR " lines, more than " maximum }' "$file"
    done
}

# Relies on the layout that .clang-format asks for: a body's braces stand alone and at the same depth. The statement
# before the opening one says whether it is a function, and is counted too.
functions() {
    sources | grep -E '\.[hc]pp$' | while IFS= read -r file; do
        awk -v file="$file" -v maximum="$maximum_function_lines" '
            {
                sub(/\r$/, "")
                match($0, /^ */)
                indent = RLENGTH
            }
            inside {
                if (indent == depth && /^ *}/) {
                    lines = FNR - begin + 1
                    if (lines > maximum)
                        print file ":" begin ": has a function of " lines " lines, more than " maximum
                    inside = 0
                    statement = ""
                }
                next
            }
            /^ *\{$/ {
                gsub(/template <[^>]*>/, "", statement)
                if (statement !~ /(^| )(namespace|class|struct|union|enum|extern "C")( |$)/) {
                    inside = 1
                    depth = indent
                    begin = statement == "" ? FNR : first
                }
                statement = ""
                next
            }
            /^ *$|^ *\/\/|^ *#|[;{}:]$|} \/\/ / { statement = ""; next }
            {
                if (statement == "") first = FNR
                statement = statement " " $0
            }' "$file"
    done
}

# What tools make beside it (build) is not the project's.
root_folder() {
    for name in *; do
        case $name in
            CMakeLists.txt | include | examples | tests | cmake | README.md | LICENSE) ;;
            CMakePresets.json | vcpkg.json | conanfile.py | build | CMakeUserPresets.json) ;;
            *) echo "$name:1: does not belong into the top folder" ;;
        esac
    done
}

[ -n "$(headers)" ] || { echo "$root: no headers in include/tern"; exit 1; }
case $check in
    layers) violations=$(layers) ;;
    asio) violations=$(asio) ;;
    includes) violations=$(banned_includes) ;;
    mirror) violations=$(mirror) ;;
    opening) violations=$(opening) ;;
    honest) violations=$(honest) ;;
    guards) violations=$(guards) ;;
    licence) violations=$(licence) ;;
    length) violations=$(file_length) ;;
    functions) violations=$(functions) ;;
    root) violations=$(root_folder) ;;
    *) echo "check.sh: no check is called $check"; exit 2 ;;
esac
[ -z "$violations" ] || { printf '%s\n' "$violations"; exit 1; }
