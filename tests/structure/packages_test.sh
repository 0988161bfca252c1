#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# cmake/packages.sh with an apt-get, a sudo and an id of the test's own: what it installs, what it says where it can't,
# and that no service is started meanwhile. Usage: packages_test.sh ROOT
set -u
root=$(cd "${1:?usage: packages_test.sh ROOT}" && pwd) || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
failures=0

# A folder of programs, and nothing else in PATH.
tools=$scratch/bin
mkdir "$tools"
for name in env grep rm tee chmod cat sh; do ln -s "$(command -v "$name")" "$tools/$name"; done
program() { printf '#!/bin/sh\n%s\n' "$2" >"$tools/$1" && chmod +x "$tools/$1"; }
program true 'exit 0'
user() { program id "echo $1"; }
policy=$scratch/policy-rc.d
# Says whether it would start services, and fails for packages called bad.
good_apt='echo "$*" >>"$LOG"
[ "$5" != mosquitto ] || if [ -x "$TERN_SERVICE_POLICY" ]; then echo quiet >>"$LOG"; else echo service >>"$LOG"; fi
case $* in *bad*) exit 100 ;; esac'

# run SCRIPT: what follows reading packages.sh; its output and exit code.
run() {
    : >"$scratch/log"
    output=$(cd "$root" && PATH=$tools LOG=$scratch/log TERN_SERVICE_POLICY=$policy sh -c ". cmake/packages.sh; $1" 2>&1 </dev/null)
    status=$?
    log=$(cat "$scratch/log")
}
# expect WHAT TEXT PATTERN
expect() {
    case $2 in
        *$3*) ;;
        *)
            printf '%s: no "%s" in: %s\n' "$1" "$3" "$2"
            failures=$((failures + 1))
            ;;
    esac
}
expect_status() {
    [ "$status" -eq "$2" ] || { echo "$1: ended with $status, not $2"; failures=$((failures + 1)); }
}

user 0
program apt-get "$good_apt"
run 'need here true; want there true; install_missing'
expect_status 'nothing is missing' 0
[ -z "$log$output" ] || { echo "nothing is missing: yet it said $output $log"; failures=$((failures + 1)); }

run 'need first false; want second false; install_missing'
expect_status 'root installs' 0
expect 'root installs' "$log" '--no-install-recommends install first'
expect 'root installs' "$log" '--no-install-recommends install second'

run 'want mosquitto false; install_missing'
expect 'no service is started' "$log" quiet
expect 'no service is started' "$output" 'No service is started'
[ ! -e "$policy" ] || { echo 'the policy is left behind'; failures=$((failures + 1)); }
echo theirs >"$policy"
run 'want mosquitto false; install_missing'
expect 'an administrator has a policy' "$(cat "$policy")" theirs
rm "$policy"
run 'want mosquitto-bad false; install_missing'
expect_status 'what is only wanted may fail' 0
expect 'what is only wanted may fail' "$output" 'Going on without mosquitto-bad'
[ ! -e "$policy" ] || { echo 'the policy is left behind after a failure'; failures=$((failures + 1)); }
run 'apt_get() { [ "$1" = update ] || exit 3; }; want mosquitto false; install_missing'
expect_status 'it ends in the middle' 3
[ ! -e "$policy" ] || { echo 'the policy is left behind after an end in the middle'; failures=$((failures + 1)); }

run 'need bad false; install_missing'
expect_status 'what is needed must not fail' 1
expect 'what is needed must not fail' "$output" 'sudo apt-get install bad'

user 1000
run 'need first false; install_missing'
expect_status 'no sudo' 1
expect 'no sudo' "$output" 'sudo is not installed'
program sudo '[ "$1" != -n ] || shift; exec "$@"'
run 'need first false; install_missing'
expect_status 'sudo without a password' 0
expect 'sudo without a password' "$log" 'install first'
program sudo 'exit 1'
run 'need first false; install_missing'
expect_status 'sudo with a password' 1
expect 'sudo with a password' "$output" 'sudo wants a password'

rm "$tools/apt-get"
run 'need first false; install_missing'
expect_status 'no apt-get' 1
expect 'no apt-get' "$output" 'only with apt-get, which is not here'

run 'need_build_tools; echo "$needed"'
expect 'make is needed, Ninja does not do' "$output" ' make'
run 'CMAKE_GENERATOR=Ninja; need_build_tools; echo "$needed"'
case $output in *' make'*) echo 'make is needed with another generator'; failures=$((failures + 1)) ;; esac

[ "$failures" -eq 0 ] || { echo "$failures failures"; exit 1; }
