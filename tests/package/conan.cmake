# SPDX-License-Identifier: BSL-1.0
#
# Makes the Conan package as the README says, which runs the test package too, in a Conan home of its own.
# Usage: cmake -DCONAN=<program> -DROOT=<root> -DHOME=<directory> -P conan.cmake

cmake_minimum_required(VERSION 3.25)
file(READ "${ROOT}/README.md" readme)
if(NOT readme MATCHES "`conan create tern ([^`]*)`")
    message(FATAL_ERROR "README.md does not say how the package is made")
endif()
separate_arguments(arguments UNIX_COMMAND "${CMAKE_MATCH_1}")

set(ENV{CONAN_HOME} "${HOME}")
execute_process(COMMAND "${CONAN}" profile detect --force COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CONAN}" create "${ROOT}" ${arguments}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
message("${output}")
if(result AND output MATCHES "Unable to connect|ConnectionError|Failed to establish a new connection")
    message("skipped: package/conan (no connection to a Conan remote)")
elseif(result)
    message(FATAL_ERROR "conan create failed")
endif()
