#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Every statement of the standard that concerns a client has one test, and it passes. Usage:
#
#   check.sh DIRECTORY PROGRAM [TABLE]
#
# DIRECTORY holds the statements (mqtt5-client.tsv, mqtt311-client.tsv) and those that cannot be tested, with the reason
# (excused.tsv: the whole of a statement, or a part of it). PROGRAM is the test program. A test belongs to a statement by
# its tags: [v5][MQTT-3.1.0-1] or [v3.1.1][MQTT-2.2.2-1].
#
# Prints the figures, what is excused, and what is wrong; the table (id, version, test, result) goes to TABLE, or follows.
# Fails if a statement has no test, two tests claim one statement, a test names no statement or an unknown one, a test
# fails or asserts nothing, or an excuse is unknown, empty or not needed. self_test.sh shows that it does.
# Needs only sh and awk, and the reporter called xml that Catch2 2 and 3 both have.
set -u
LC_ALL=C
export LC_ALL
usage='usage: check.sh DIRECTORY PROGRAM [TABLE]'
directory=${1:?$usage}
program=${2:?$usage}
table=${3:-}

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM

"$program" --reporter xml --warn NoAssertions >"$scratch/report.xml"
status=$?

# One line for each test: tags, name, result.
awk '
    function attribute(name,    value) {
        value = $0
        if (!sub(".* " name "=\"", "", value)) return ""
        sub(/".*/, "", value)
        gsub(/&lt;/, "<", value); gsub(/&gt;/, ">", value); gsub(/&quot;/, "\"", value); gsub(/&amp;/, "\\&", value)
        return value
    }
    function finish() { if (open) print tags "\t" name "\t" result }
    /^[ \t]*<TestCase / { finish(); open = 1; name = attribute("name"); tags = attribute("tags"); result = "ended early" }
    /^[ \t]*<OverallResult / {
        result = attribute("success") == "true" ? "passed" : "failed"
        if (attribute("skips") + 0 > 0) result = "skipped"
        if (open) finish()
        open = 0
    }
    END { finish() }' "$scratch/report.xml" >"$scratch/tests"

awk -F '\t' -v table="$scratch/table" -v status="$status" '
    function problem(text) { problems = problems text "\n" }
    FNR == 1 {
        file = FILENAME
        sub(/.*\//, "", file)
        version = file == "mqtt5-client.tsv" ? "v5" : "v3.1.1"
    }
    file != "tests" && FNR == 1 { next } # the names of the columns
    file == "excused.tsv" {
        row = $2 SUBSEP $1
        if (!(row in known)) problem($1 " (" $2 ") is excused, but no such statement is known")
        if ($3 != "whole" && $3 != "part") problem($1 " (" $2 ") is excused neither in whole nor in part")
        if ($4 == "") problem($1 " (" $2 ") is excused without a reason")
        extent[row] = $3
        excuses = excuses "excused" ($3 == "part" ? " in part" : "") ": " $1 " (" $2 "): " $4 "\n"
        excused += $3 == "whole"
        next
    }
    file == "tests" {
        found++
        count = split($1, tags, /[][]+/)
        version = ""; id = ""; versions = 0; ids = 0
        for (i = 1; i <= count; i++) {
            if (tags[i] == "") continue
            if (tags[i] == "v5" || tags[i] == "v3.1.1") { version = tags[i]; versions++ }
            else { id = tags[i]; ids++ }
        }
        row = version SUBSEP id
        if (versions != 1 || ids != 1) problem("\"" $2 "\" does not name one statement of one version: " $1)
        else if (!(row in known)) problem("\"" $2 "\" names an unknown statement: " id " (" version ")")
        else if (row in test) problem(id " (" version ") is claimed by two tests: \"" test[row] "\" and \"" $2 "\"")
        else { test[row] = $2; result[row] = $3 }
        if ($3 != "passed") problem("\"" $2 "\" " ($3 == "failed" ? "has failed" : "was not run to its end: " $3))
        next
    }
    {
        row = version SUBSEP $1
        if (row in known) problem($1 " (" version ") stands twice in " file)
        known[row] = 1
        order[++rows] = row
        total[version]++
    }
    END {
        print "id\tversion\ttest\tresult" >table
        for (i = 1; i <= rows; i++) {
            row = order[i]
            split(row, part, SUBSEP)
            if (row in test && extent[row] == "whole") problem(part[2] " (" part[1] ") is excused although it has a test")
            else if (!(row in test) && extent[row] != "whole") { problem(part[2] " (" part[1] ") has no test"); result[row] = "missing" }
            else if (!(row in test)) result[row] = "excused"
            tested[part[1]] += result[row] == "passed"
            print part[2] "\t" part[1] "\t" test[row] "\t" result[row] >table
        }
        if (found == 0) problem("the program ran no tests")
        if (status != 0 && problems == "") problem("the program ended with code " status)
        printf "statements: %d of %d (5.0), %d of %d (3.1.1), %d excused\n", tested["v5"], total["v5"],
            tested["v3.1.1"], total["v3.1.1"], excused
        printf "%s%s", excuses, problems
        exit problems != ""
    }' "$directory/mqtt5-client.tsv" "$directory/mqtt311-client.tsv" "$directory/excused.tsv" "$scratch/tests"
verdict=$?

if [ -n "$table" ]; then
    cp "$scratch/table" "$table" || exit 2
else
    echo
    cat "$scratch/table"
fi
exit "$verdict"
