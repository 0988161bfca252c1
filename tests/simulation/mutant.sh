#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Builds the simulation with one client of mutants.txt and runs seeds until it is caught.
# Usage: mutant.sh NAME ROOT DIRECTORY COMPILER [FLAG...] -- LINKED...
# Only world.cpp sees the client, so only that is compiled again, with a copy of include/ in which one line is changed.
set -u
seeds=${TERN_MUTANT_SEEDS:-400}
name=$1 root=$2 directory=$3 compiler=$4
shift 4
line=$(awk -F ' [|] ' -v name="$name" '$1 == name { print $2 " | " $3 }' "$root/tests/simulation/mutants.txt")
[ -n "$line" ] || { echo "no mutant is called $name"; exit 2; }
header=${line%% | *}
script=${line#* | }
place=$directory/$(printf '%s' "$name" | tr -c 'A-Za-z0-9' '_')
rm -rf "$place"
mkdir -p "$place" || exit 2
cp -R "$root/include" "$place/include" || exit 2
sed "$script" "$root/include/tern/$header" >"$place/include/tern/$header" || exit 2
if cmp -s "$root/include/tern/$header" "$place/include/tern/$header"; then
    echo "the mutant changes nothing in $header: $script"
    exit 1
fi
flags=
while [ "$1" != -- ]; do
    flags="$flags $1"
    shift
done
shift
# shellcheck disable=SC2086 # flags are words
"$compiler" $flags -O0 -I"$place/include" -I"$root/tests" -c "$root/tests/simulation/world.cpp" -o "$place/world.o" &&
    "$compiler" "$place/world.o" "$@" -o "$place/simulation" || { echo "the mutant cannot be built"; exit 1; }
"$place/simulation" seeds 1 "$seeds" >"$place/output" 2>&1
status=$?
rm -rf "$place/include" "$place/world.o" "$place/simulation"
if [ "$status" -eq 0 ]; then
    echo "not caught within $seeds seeds: $name"
    exit 1
fi
caught=$(awk '/^failed: seed/ { sub(/^failed: /, ""); print }' "$place/output")
echo "caught: $name: ${caught:-it ended with status $status}"
