#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Shows that the check of the statements can fail: small tables with their tests pass, and each seeded flaw is named.
set -u
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
failures=0

# rows FILE ID...: a table of statements.
rows() {
    file=$1
    shift
    { echo 'id	section	who	paraphrase	observe	kind' && printf '%s\t1\tboth\ta\tb\tc\n' "$@"; } >"$scratch/$file"
}
excuse() { printf '%s\t%s\t%s\t%s\n' "$@" >>"$scratch/excused.tsv"; }

# ran NAME TAGS SUCCESS [MORE]: the test program reports one more test, as Catch2 does.
ran() {
    {
        echo "    <TestCase name=\"$1\" tags=\"$2\" filename=\"some.cpp\" line=\"7\">"
        echo '      <Section name="a part"><OverallResults successes="1" failures="1"/></Section>'
        [ "$3" = none ] || echo "      <OverallResult success=\"$3\" ${4:-}/>"
        echo '    </TestCase>'
    } >>"$scratch/report"
}

good_case() {
    rows mqtt5-client.tsv MQTT-1 MQTT-2 U5-3 MQTT-4
    rows mqtt311-client.tsv MQTT-1
    echo 'id	version	extent	reason' >"$scratch/excused.tsv"
    excuse MQTT-4 v5 whole 'nothing to test it with'
    excuse U5-3 v5 part 'half of it is too far away'
    : >"$scratch/report"
    ran 'one &lt; two' '[v5][MQTT-1]' true
    ran 'the second' '[MQTT-2][v5]' true 'skips="0"'
    ran 'the third' '[v5][U5-3]' true
    ran 'the old one' '[v3.1.1][MQTT-1]' true
    printf '#!/bin/sh\ncat "%s"\nexit %s\n' "$scratch/report" "${1:-0}" >"$scratch/program"
    chmod +x "$scratch/program"
}
check() { sh "$here/check.sh" "$scratch" "$scratch/program" "$scratch/table"; }

# expect TEXT: the check must fail and say TEXT.
expect() {
    if output=$(check 2>&1); then
        echo "not found: $1"
        failures=$((failures + 1))
    elif ! printf '%s\n' "$output" | grep -qF -- "$1"; then
        echo "expected: $1"
        echo "but it said: $output"
        failures=$((failures + 1))
    fi
    good_case
}

good_case
output=$(check) || { echo "fails without a flaw: $output"; failures=$((failures + 1)); }
for line in 'statements: 3 of 4 (5.0), 1 of 1 (3.1.1), 1 excused' 'excused: MQTT-4 (v5): nothing to test it with' \
    'excused in part: U5-3 (v5): half of it is too far away'; do
    printf '%s\n' "$output" | grep -qxF -- "$line" || { echo "does not say: $line"; failures=$((failures + 1)); }
done
for line in 'MQTT-1	v5	one < two	passed' 'MQTT-4	v5		excused' 'MQTT-1	v3.1.1	the old one	passed'; do
    grep -qxF -- "$line" "$scratch/table" || { echo "not in the table: $line"; failures=$((failures + 1)); }
done

rows mqtt5-client.tsv MQTT-1 MQTT-2 U5-3 MQTT-4 MQTT-5
expect 'MQTT-5 (v5) has no test'
rows mqtt5-client.tsv MQTT-1 U5-3 MQTT-4
expect '"the second" names an unknown statement: MQTT-2 (v5)'
rows mqtt311-client.tsv MQTT-1 MQTT-1
expect 'MQTT-1 (v3.1.1) stands twice'
ran 'another' '[v5][MQTT-2]' true
expect 'MQTT-2 (v5) is claimed by two tests: "the second" and "another"'
ran 'another' '[MQTT-2]' true
expect '"another" does not name one statement of one version'
ran 'another' '[v5][MQTT-2][U5-3]' true
expect '"another" does not name one statement of one version'
excuse MQTT-2 v5 whole 'no need'
expect 'MQTT-2 (v5) is excused although it has a test'
excuse MQTT-9 v5 whole 'no such'
expect 'MQTT-9 (v5) is excused, but no such statement is known'
excuse MQTT-1 v3.1.1 part ''
expect 'MQTT-1 (v3.1.1) is excused without a reason'
excuse MQTT-1 v3.1.1 'a little' 'some'
expect 'excused neither in whole nor in part'

rows mqtt5-client.tsv MQTT-1 MQTT-2 U5-3 MQTT-4 MQTT-5
ran 'the fifth' '[v5][MQTT-5]' false
expect '"the fifth" has failed'
rows mqtt5-client.tsv MQTT-1 MQTT-2 U5-3 MQTT-4 MQTT-5
ran 'the fifth' '[v5][MQTT-5]' true 'skips="1"'
expect '"the fifth" was not run to its end: skipped'
rows mqtt5-client.tsv MQTT-1 MQTT-2 U5-3 MQTT-4 MQTT-5
ran 'the fifth' '[v5][MQTT-5]' none
expect '"the fifth" was not run to its end: ended early'
good_case 3
expect 'the program ended with code 3'
: >"$scratch/report"
expect 'the program ran no tests'

[ "$failures" -eq 0 ] || { echo "$failures flaws of the statements would not be found"; exit 1; }
echo 'the check finds what it is there to find'
