#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Builds tern's demonstration and runs it:  sh examples/demo.sh
#
# A broker inside the program, a subscriber, a publisher, and a connection cut in the middle. Installs what is missing
# on Debian (a compiler, CMake, make and Asio), and ends with the demonstration's exit code.
set -u
cd "$(dirname "$0")/.." || exit 2
. cmake/packages.sh

need_build_tools
install_missing || exit 2

log=build/demo.log
mkdir -p build
echo 'Building the demonstration (under a minute) ...'
# In a folder of its own, so that no other build finds its settings there.
if ! { cmake --preset release -B build/demo -D TERN_BUILD_TESTS=OFF && cmake --build build/demo --config Release --target demo; } \
    >"$log" 2>&1 </dev/null; then
    cat "$log"
    echo 'The demonstration could not be built.' >&2
    exit 1
fi
echo 'It is build/demo/examples/demo.'
exec build/demo/examples/demo
