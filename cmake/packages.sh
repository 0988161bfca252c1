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

# has_header NAME: the compiler finds it.
has_header() {
    echo "#include <$1>" | "${CXX:-c++}" -E -x c++ -
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

install_missing() {
    [ -n "$needed$wanted" ] || return 0
    as_root=
    problem=
    if ! command -v apt-get >/dev/null 2>&1; then
        problem="this script installs packages only with apt-get, which is not here"
    elif [ "$(id -u)" -ne 0 ]; then
        as_root='sudo -n'
        $as_root true 2>/dev/null || problem="installing packages takes root's rights, and sudo does not give them without a password"
    fi
    if [ -z "$problem" ]; then
        echo "Installing:$needed$wanted"
        apt_get update || echo 'The lists of packages could not be brought up to date; trying all the same.'
        # shellcheck disable=SC2086 # words are meant to be split
        [ -z "$needed" ] || apt_get install $needed || problem="apt-get could not install them"
        for package in $wanted; do
            apt_get install "$package" || echo "Going on without $package."
        done
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
