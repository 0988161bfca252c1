#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Builds one fuzzer and runs it:  sh tests/fuzz/run.sh TARGET SECONDS [CLANG [COMPILER ARGUMENT...]]
#
# TARGET is the name of a file here: decode, topic, session, client, broker, proxy or websocket. Needs Clang with libFuzzer
# (on Debian clang-19 and libclang-rt-19-dev). Inputs that are found stay in build/fuzzing/corpus/TARGET for the next run;
# one that breaks something in build/fuzzing/findings, with the command that plays it again. TERN_FUZZ_SEED chooses the random
# sequence (1; 0 means another one each time), so that a short run does the same again where there is no corpus yet.
# Without Clang it says "skipped: ...".
set -u
cd "$(dirname "$0")/../.." || exit 2
target=${1:?usage: run.sh TARGET SECONDS [CLANG [COMPILER ARGUMENT...]]}
seconds=${2:?usage: run.sh TARGET SECONDS [CLANG [COMPILER ARGUMENT...]]}
clang=${3:-clang++-19}
[ $# -lt 3 ] || shift
shift 2
[ $# -gt 0 ] || set -- -DASIO_STANDALONE -DASIO_HAS_CO_AWAIT -DASIO_HAS_STD_COROUTINE

[ -f "tests/fuzz/$target.cpp" ] || { echo "There is no tests/fuzz/$target.cpp."; exit 2; }
work=build/fuzzing
mkdir -p "$work/findings" "$work/corpus/$target"
if ! command -v "$clang" >/dev/null 2>&1; then
    echo "skipped: fuzz/$target ($clang is not installed)"
    exit 0
fi
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' >"$work/probe.$target.cpp"
if ! "$clang" -fsanitize=fuzzer,address,undefined "$work/probe.$target.cpp" -o "$work/probe.$target" >"$work/probe.$target.log" 2>&1; then
    echo "skipped: fuzz/$target ($clang has no libFuzzer, on Debian the package libclang-rt-19-dev)"
    exit 0
fi

if ! "$clang" -std=c++20 -O1 -g1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Iinclude -Itests "$@" \
    "tests/fuzz/$target.cpp" -o "$work/$target" >"$work/$target.build.log" 2>&1; then
    echo "fuzz/$target does not compile:"
    sed 20q "$work/$target.build.log"
    exit 1
fi
seeds=$work/seeds.$target
rm -rf "$seeds"
"$clang" -std=c++20 -O0 tests/fuzz/seeds.cpp -o "$work/seeds.$target.program" && "$work/seeds.$target.program" tests/unit "$seeds" || exit 1
mkdir -p "$seeds/$target"

# A finding of its own is an input that takes longer than ten seconds or more than 1 GiB.
"$work/$target" -max_total_time="$seconds" -seed="${TERN_FUZZ_SEED:-1}" -max_len=2048 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$work/findings/$target-" "$work/corpus/$target" "$seeds/$target" >"$work/$target.log" 2>&1
status=$?
executions=$(awk '/^stat::number_of_executed_units:/ { print $2 }' "$work/$target.log")
if [ "$status" -ne 0 ]; then
    grep -vE '^#[0-9]+[[:space:]]' "$work/$target.log" | tail -n 60
    finding=$(sed -n 's/.*Test unit written to //p' "$work/$target.log" | tail -n 1)
    echo "fuzz/$target: a finding after ${executions:-some} executions; again with:  $work/$target ${finding:-(no file)}"
    exit 1
fi
[ "${executions:-0}" -gt 0 ] || { echo "fuzz/$target: executed nothing"; exit 1; }
echo "figures: fuzz/$target: $executions executions from $(find "$seeds/$target" -type f | wc -l) seeds, 0 findings"
