# SPDX-License-Identifier: BSL-1.0
#
# What the scripts that start a broker have in common; read with ". common.sh". Such a script starts its broker on a free
# loopback port with everything it writes in a temporary directory, says "ready: PORT", and stops it when its standard
# input ends or it is told to stop (SIGTERM, Ctrl+C). Where the broker is not installed it says "skipped: ..." and ends.

directory=
broker=
helper=

# needs BROKER PROGRAM...: ends the script unless all programs are there.
needs() {
    needed_for=$1
    shift
    for program; do
        if ! command -v "$program" >/dev/null 2>&1; then
            echo "skipped: $needed_for ($program is not installed)"
            exit 0
        fi
    done
}

make_directory() {
    directory=$(mktemp -d "${TMPDIR:-/tmp}/tern-broker-XXXXXX") || exit 1
    log=$directory/log
    trap stop EXIT
    trap 'exit 0' HUP INT TERM
}

# stop_process PID: politely, and within ten seconds.
stop_process() {
    kill -TERM "$1" 2>/dev/null || return 0
    waited=0
    while kill -0 "$1" 2>/dev/null && [ "$waited" -lt 100 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
    kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

stop() {
    trap - EXIT HUP INT TERM
    [ -z "$broker" ] || stop_process "$broker"
    [ -z "$helper" ] || stop_process "$helper"
    rm -rf "$directory"
}

# erlang_port: a loopback port that nobody listens on.
erlang_port() {
    erl -noshell -eval '{ok, S} = gen_tcp:listen(0, [{ip, {127,0,0,1}}]), {ok, P} = inet:port(S), io:format("~b", [P]), halt().'
}

# serve PORT PATTERN: waits until the broker, process $broker, has logged PATTERN; then until it is no longer wanted.
serve() {
    waited=0
    until grep -q "$2" "$log" 2>/dev/null; do
        if [ "$waited" -ge 600 ] || ! kill -0 "$broker" 2>/dev/null; then
            echo "the broker did not start:" >&2
            tail -n 40 "$log" >&2
            exit 1
        fi
        sleep 0.1
        waited=$((waited + 1))
    done
    echo "ready: $1"
    while read -r _; do :; done
}
