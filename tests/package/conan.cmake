# SPDX-License-Identifier: BSL-1.0
#
# Makes the Conan package and runs its test package, in a Conan home of its own.
# Usage: cmake -DCONAN=<program> -DROOT=<root> -DHOME=<directory> -P conan.cmake

cmake_minimum_required(VERSION 3.25)
set(ENV{CONAN_HOME} "${HOME}")
execute_process(COMMAND "${CONAN}" profile detect --force COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CONAN}" create "${ROOT}" --build=missing -s compiler.cppstd=20
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
message("${output}")
if(result AND output MATCHES "Unable to connect|ConnectionError|Failed to establish a new connection")
    message("skipped: package/conan (no connection to a Conan remote)")
elseif(result)
    message(FATAL_ERROR "conan create failed")
endif()
