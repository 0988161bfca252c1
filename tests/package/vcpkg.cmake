# SPDX-License-Identifier: BSL-1.0
#
# Installs tern by its overlay port, as the README says, into a folder of its own, and builds and runs a program with it.
# Usage: cmake -DVCPKG=<program> -DROOT=<root> -DWORK=<directory> -DGENERATOR=<name> -P vcpkg.cmake

cmake_minimum_required(VERSION 3.25)
file(READ "${ROOT}/README.md" readme)
if(NOT readme MATCHES "`vcpkg install tern --overlay-ports=tern/cmake/vcpkg-port`")
    message(FATAL_ERROR "README.md does not say how the port is installed")
endif()
file(REAL_PATH "${VCPKG}" program)
get_filename_component(vcpkg_root "${program}" DIRECTORY)
set(toolchain "${vcpkg_root}/scripts/buildsystems/vcpkg.cmake")
if(NOT EXISTS "${toolchain}")
    set(toolchain "$ENV{VCPKG_ROOT}/scripts/buildsystems/vcpkg.cmake")
endif()

# Nothing that an earlier run built or installed may take the place of what is there now.
file(REMOVE_RECURSE "${WORK}")
execute_process(COMMAND "${VCPKG}" install tern --classic "--overlay-ports=${ROOT}/cmake/vcpkg-port"
        --binarysource=clear "--x-install-root=${WORK}/installed" "--x-buildtrees-root=${WORK}/buildtrees"
        "--x-packages-root=${WORK}/packages"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
message("${output}")
if(result AND output MATCHES "Couldn't resolve host|Could not resolve host|Failed to connect|Connection refused")
    message("skipped: package/vcpkg (what the port needs cannot be downloaded)")
    return()
elseif(result)
    message(FATAL_ERROR "vcpkg install failed")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -S "${CMAKE_CURRENT_LIST_DIR}/find_package" -B "${WORK}/build" -G "${GENERATOR}"
        -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_TOOLCHAIN_FILE=${toolchain}" -DVCPKG_MANIFEST_MODE=OFF
        "-DVCPKG_INSTALLED_DIR=${WORK}/installed"
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build "${WORK}/build" --config Debug COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE program "${WORK}/build/program${CMAKE_HOST_EXECUTABLE_SUFFIX}")
list(GET program 0 program)
execute_process(COMMAND "${program}" COMMAND_ERROR_IS_FATAL ANY)
