#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Counts the lines of wire and session that test programs run:  sh run.sh DIRECTORY GCOV WIRE SESSION PROGRAM...
#
# Runs each PROGRAM, which GCC has built with --coverage, and prints one line of figures. Fails when less than WIRE or
# SESSION per cent of the lines have run, and names every line that has not. The counts are written to DIRECTORY, apart
# from those of other runs. GCOV is that of the compiler. Needs lcov; without it, it says "skipped: ...".
set -u
directory=${1:?usage: run.sh DIRECTORY GCOV WIRE SESSION PROGRAM...}
gcov=$2
wire=$3
session=$4
shift 4
if ! command -v lcov >/dev/null 2>&1; then
    echo 'skipped: coverage/lines (lcov is not installed)'
    exit 0
fi
rm -rf "$directory"
mkdir -p "$directory" || exit 2
for program; do
    GCOV_PREFIX=$directory GCOV_PREFIX_STRIP=0 "$program" >"$directory/tests.log" 2>&1 && continue
    tail -n 20 "$directory/tests.log"
    echo "coverage: $program failed"
    exit 1
done

# Counts lie under the whole path of the object; lcov wants the compiler's notes beside them.
find "$directory" -name '*.gcda' | while read -r counts; do
    notes=${counts%.gcda}.gcno
    ln -s "${notes#"$directory"}" "$notes" || exit
done || exit 1
if ! lcov --capture --directory "$directory" --gcov-tool "$gcov" --output-file "$directory/lines.info" \
    >"$directory/lcov.log" 2>&1; then
    tail -n 20 "$directory/lcov.log"
    echo 'coverage: lcov failed'
    exit 1
fi

# There is a record for every object and header; a line has run when it has in one of them.
awk -v wire="$wire" -v session="$session" '
    /^SF:/ {
        file = ""
        if (match($0, /include\/tern\/(wire|session)\//)) file = substr($0, RSTART)
    }
    /^DA:/ && file != "" {
        split(substr($0, 4), part, ",")
        line = file ":" part[1]
        if (!(line in count)) order[++known] = line
        count[line] += part[2]
    }
    function share(layer) { return lines[layer] ? 100 * run[layer] / lines[layer] : 0 }
    function figures(layer) { return sprintf("%s %d of %d lines (%.1f %%)", layer, run[layer], lines[layer], share(layer)) }
    END {
        for (i = 1; i <= known; i++) {
            layer = order[i] ~ /tern\/wire\// ? "wire" : "session"
            lines[layer]++
            if (count[order[i]] > 0) run[layer]++
            else print "not run: " order[i]
        }
        print "coverage: " figures("wire") ", " figures("session")
        if (share("wire") < wire + 0 || share("session") < session + 0) {
            print "The floors are " wire " % of wire and " session " % of session."
            exit 1
        }
    }' "$directory/lines.info"
