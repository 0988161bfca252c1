#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Builds and runs all tests of tern:  sh tests/run.sh
#
#   1. everything, in debug mode: unit, conformance, violation, simulation, system, example, structure and package
#      tests, a short run of each fuzzer, and how many lines of wire and session their unit tests run
#   2. the tests without processes again, under AddressSanitizer and UndefinedBehaviorSanitizer
#   3. the tests with several threads again, under ThreadSanitizer
#   4. every supported compiler, language version, Asio and Catch2: every header, and one smoke test
#
# Installs what is missing on Debian (cmake/packages.sh). Results lie in build/results. The last line says
# "N passed, N failed, N skipped", and the exit code is not 0 when something failed.
set -u
cd "$(dirname "$0")/.." || exit 2
. cmake/packages.sh
unset MAKEFLAGS MAKELEVEL

# has_fuzzer: Clang can link libFuzzer.
has_fuzzer() {
    printf 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n' |
        clang++-19 -fsanitize=fuzzer,address -x c++ - -o /dev/null
}

need_build_tools
want catch2 has_header catch2/catch.hpp catch2/catch_all.hpp
want clang-19 has_program clang++-19
want libclang-rt-19-dev has_fuzzer
want libssl-dev has_header openssl/ssl.h
want lcov has_program lcov
want libjson-xs-perl perl -MJSON::XS -e 1 # or lcov takes half a minute instead of two seconds
want mosquitto has_program mosquitto
want mosquitto-clients has_program mosquitto_sub
want ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
install_missing || exit 2

jobs=${TERN_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}
export TERN_JOBS="$jobs"
results=$PWD/build/results
rm -rf "$results"
mkdir -p "$results"
: >"$results/summary"
started=$(date +%s)

# What programs are started with: setarch where it must be.
run_as=

say() { echo "[$(($(date +%s) - started)) s] $*"; }

# record passed|failed|skipped NAME
record() { echo "$1: $2" >>"$results/summary"; }

# build PRESET [TARGET...]: one entry in the summary; the log is shown only when something is wrong.
build() {
    preset=$1
    shift
    say "building $preset"
    log=$results/build-$preset.log
    targets=
    [ $# -eq 0 ] || targets="--target $*"
    # Test programs run while they are built, too: CMake asks them for their tests.
    # One broken file must not hide the results of the others.
    if [ -e "build/$preset/Makefile" ]; then keep_going=-k; else keep_going='-k 0'; fi
    # shellcheck disable=SC2086 # words are meant to be split
    if $run_as cmake --build "build/$preset" --parallel "$jobs" $targets -- $keep_going >"$log" 2>&1; then
        record passed "build $preset"
    else
        grep -E -A 12 'error|Error|undefined reference' "$log" | head -n 80
        echo "(the whole log is $log)"
        record failed "build $preset"
        return 1
    fi
}

# sanitizer_works NAME: a program that is built with it runs.
sanitizer_works() {
    echo 'int main() {}' | ${CXX:-c++} "-fsanitize=$1" -x c++ - -o "$results/sanitized" >"$results/sanitizer-$1.log" 2>&1 &&
        for _ in 1 2 3 4 5; do $run_as "$results/sanitized" >>"$results/sanitizer-$1.log" 2>&1 || return 1; done
}

configure() {
    preset=$1
    shift
    say "configuring $preset"
    cmake --preset "$preset" "$@" >"$results/configure-$preset.log" 2>&1 && return
    cat "$results/configure-$preset.log"
    record failed "configure $preset"
    return 1
}

# run_tests PRESET [ARGUMENT...]: every test is one entry in the summary.
run_tests() {
    preset=$1
    shift
    say "testing $preset"
    junit=$results/$preset.xml
    $run_as ctest --preset "$preset" --parallel "$jobs" --timeout 300 --output-junit "$junit" "$@" >"$results/$preset.log" 2>&1 </dev/null
    # CTest calls a test that was not built "notrun", as it does a skipped one; only the latter may pass for that.
    awk -v preset="$preset" '
        function plain(text) {
            gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text); gsub(/&lt;/, "<", text)
            gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
            return text
        }
        function finish() { if (name != "") print state ": " preset ": " name why }
        /<testcase / {
            finish()
            name = $0; sub(/.*<testcase name="/, "", name); sub(/" classname=.*/, "", name); name = plain(name)
            state = "failed"; why = ""
            if (/status="run"/) state = "passed"
        }
        /<skipped message="SKIP_/ { state = "skipped" }
        state == "skipped" && why == "" && /skipped: .*\(.*\)/ {
            why = $0; sub(/[^(]*\(/, " (", why); sub(/\).*/, ")", why); why = plain(why)
        }
        # CTest believes the word "skipped" of a test whatever its assertions said.
        state == "skipped" && /FAILED:$|^(test cases|assertions): .* failed/ { state = "failed"; why = "" }
        END { finish() }' "$junit" >"$results/$preset.summary"
    if [ ! -s "$results/$preset.summary" ]; then
        tail -n 20 "$results/$preset.log"
        record failed "testing $preset: no tests ran"
    fi
    cat "$results/$preset.summary" >>"$results/summary"
    if grep -q '^failed' "$results/$preset.summary"; then
        awk '/^The following tests FAILED/ { exit } /\*\*\*/ { if (!/\*\*\*Skipped/) { shown = 60 } else { shown = 0 } }
             /   Passed  / { shown = 0 } shown > 0 { print; shown-- }' "$results/$preset.log"
    fi
    say "$preset: $(count "$results/$preset.summary")"
    # The figures that checks print, one line each.
    sed -n -E 's/^(.*<system-out>)?(figures|statements|violations|simulation|faults|soak|coverage)(: [^&]*[0-9].*)/\2\3/p' "$junit" |
        awk '/^faults: [0-9]/ { messages += $2; cuts += $7; lost += $10; repeated += $12; faults = 1; next }
             /^figures: fuzz\// { executions += $3; fuzzers++ }
             { print }
             END {
                 if (fuzzers) printf "fuzzing: %d executions of %d fuzzers\n", executions, fuzzers
                 if (faults)
                     printf "faults: %d messages of QoS 2, %d connections cut, %d lost, %d repeated\n",
                            messages, cuts, lost, repeated
             }'
    mutants=$(grep -c ': simulation/mutant' "$results/$preset.summary")
    [ "$mutants" -eq 0 ] ||
        echo "simulation: $(grep -c '^passed: .*: simulation/mutant' "$results/$preset.summary") mutants caught of $mutants"
}

count() {
    awk '/^passed/ { p++ } /^failed/ { f++ } /^skipped/ { s++ }
         END { printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$1"
}

if configure debug; then
    build debug
    run_tests debug
fi

# Newer kernels spread addresses over more bits than the sanitizers of GCC 12 can follow, and these then end at once.
run_as="setarch $(uname -m) -R"
$run_as true 2>/dev/null || run_as=

if ! sanitizer_works address; then
    record skipped "sanitize (AddressSanitizer does not work here: $(head -n 1 "$results/sanitizer-address.log" | tr '()' '  '))"
elif configure sanitize -D TERN_BUILD_EXAMPLES=OFF; then
    build sanitize
    run_tests sanitize --label-exclude 'structure|package|fuzz'
fi

if ! sanitizer_works thread; then
    record skipped "thread (ThreadSanitizer does not work here: $(head -n 1 "$results/sanitizer-thread.log" | tr '()' '  '))"
elif configure thread -D TERN_BUILD_EXAMPLES=OFF; then
    if build thread tern_thread_tests; then
        run_tests thread --label-regex thread
    fi
fi

say 'testing compilers and versions'
sh tests/matrix.sh >"$results/matrix.log" 2>&1 </dev/null
status=$?
grep -vE '^passed: ' "$results/matrix.log"
grep -E '^(passed|failed|skipped): ' "$results/matrix.log" >"$results/matrix.summary"
[ "$status" -eq 0 ] || grep -q '^failed' "$results/matrix.summary" || record failed "matrix: exit code $status"
cat "$results/matrix.summary" >>"$results/summary"

echo
say 'done'
grep -E '^skipped: ' "$results/summary"
grep -E '^failed: ' "$results/summary"
count "$results/summary"
! grep -q '^failed' "$results/summary" && grep -q '^passed' "$results/summary"
