# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh
#
# For examples/demo.sh and tests/run.sh, which read this file: installs what is missing, on Debian and its relatives.
# On other systems, or without the right to install, it says what to do.
#
#   need PACKAGE TEST...       remembers PACKAGE when the command TEST... fails
#   want PACKAGE TEST...       the same, but the work can go on without it
#   install_missing            installs what need and want have remembered; fails if something needed stays missing

needed=
wanted=

need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || needed="$needed $package"
}

want() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || wanted="$wanted $package"
}

# has_program NAME...: one of them is there. /usr/sbin is not in everybody's PATH.
has_program() {
    for name in "$@"; do
        PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$name" && return 0
    done
    return 1
}

# has_header NAME...: the compiler finds one of them.
has_header() {
    for name in "$@"; do
        echo "#include <$name>" | "${CXX:-c++}" -E -x c++ - && return 0
    done
    return 1
}

# has_cmake MAJOR MINOR
has_cmake() {
    cmake --version | awk -v major="$1" -v minor="$2" '
        NR == 1 { split($3, v, "."); new = v[1] > major || (v[1] == major && v[2] + 0 >= minor) }
        END { exit !new }'
}

# What every build of tern takes. CMake builds with make unless it is told otherwise.
need_build_tools() {
    need g++ has_program "${CXX:-c++}"
    need cmake has_cmake 3 25
    [ -n "${CMAKE_GENERATOR:-}" ] || need make has_program make
    want libasio-dev has_header asio/version.hpp
}

# apt_get COMMAND [PACKAGE...]: asks nothing, and speaks only when it fails.
apt_get() {
    apt_log=$($as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq --no-install-recommends "$@" 2>&1 </dev/null) &&
        return
    printf '%s\n' "$apt_log" >&2
    return 1
}

# Where Debian's packages ask whether they may start services.
service_policy=${TERN_SERVICE_POLICY:-/usr/sbin/policy-rc.d}

# Installing Mosquitto would start it as a service of the system, on port 1883, which nobody asked for: the tests start
# their own. An administrator's own policy stays.
forbid_services() {
    [ ! -e "$service_policy" ] || return 0
    echo "(No service is started: $service_policy forbids it until the packages are installed.)"
    trap 'allow_services' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\n# Made by tern, and removed again.\nexit 101\n' | $as_root tee "$service_policy" >/dev/null &&
        $as_root chmod +x "$service_policy"
}

# Removes our policy, and only ours.
allow_services() {
    trap - EXIT HUP INT TERM
    if grep -qs '^# Made by tern' "$service_policy"; then
        $as_root rm -f "$service_policy"
    fi
}

# Sets as_root to what gives root's rights, or problem to why nothing does. On a terminal sudo may ask for a password.
become_root() {
    as_root=
    [ "$(id -u)" -ne 0 ] || return 0
    if ! command -v sudo >/dev/null 2>&1; then
        problem="installing packages takes root's rights, and sudo is not installed"
    elif [ -t 0 ]; then
        as_root=sudo
        sudo -v || problem="installing packages takes root's rights, and sudo does not give them"
    else
        as_root='sudo -n'
        sudo -n true 2>/dev/null ||
            problem="installing packages takes root's rights, and sudo wants a password, for which it can't ask here"
    fi
}

install_missing() {
    [ -n "$needed$wanted" ] || return 0
    problem=
    if command -v apt-get >/dev/null 2>&1; then
        echo "Installing:$needed$wanted"
        become_root
    else
        problem="this script installs packages only with apt-get, which is not here"
    fi
    if [ -z "$problem" ]; then
        apt_get update || echo 'The lists of packages could not be brought up to date; trying all the same.'
        case $wanted in *mosquitto*) forbid_services ;; esac
        # shellcheck disable=SC2086 # words are meant to be split
        [ -z "$needed" ] || apt_get install $needed || problem="apt-get could not install them"
        for package in $wanted; do
            apt_get install "$package" || echo "Going on without $package."
        done
        case $wanted in *mosquitto*) allow_services ;; esac
    elif [ -n "$wanted" ]; then
        echo "Going on without$wanted: $problem."
    fi
    if [ -n "$problem" ] && [ -n "$needed" ]; then
        echo "Missing:$needed ($problem)." >&2
        echo "Install a C++20 compiler (GCC 12 or Clang 19, or newer), CMake 3.25, make and standalone Asio 1.22.1 or newer." >&2
        echo "On Debian 12:  sudo apt-get install$needed" >&2
        return 1
    fi
}
