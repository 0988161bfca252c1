# SPDX-License-Identifier: BSL-1.0
#
# Checks what can be checked of the package managers' manifests without the package managers: they are well formed, they
# state the version of version.hpp and the dependencies of cmake/dependencies.cmake, and the files they name exist.
# Usage: cmake -DROOT=<root> -DVERSION=<version> -P manifests.cmake

cmake_minimum_required(VERSION 3.25)
include("${ROOT}/cmake/dependencies.cmake")
set(failures 0)
macro(expect_equal what actual expected)
    if(NOT "${actual}" STREQUAL "${expected}")
        message(SEND_ERROR "${what} is '${actual}', not '${expected}'")
        math(EXPR failures "${failures} + 1")
    endif()
endmacro()
macro(expect_text file text)
    string(FIND "${contents}" "${text}" position)
    if(position EQUAL -1)
        message(SEND_ERROR "${file} does not say ${text}")
        math(EXPR failures "${failures} + 1")
    endif()
endmacro()

foreach(manifest IN ITEMS vcpkg.json cmake/vcpkg-port/vcpkg.json)
    file(READ "${ROOT}/${manifest}" contents)
    foreach(field IN ITEMS name version-semver license description)
        string(JSON ${field} ERROR_VARIABLE error GET "${contents}" ${field})
        expect_equal("what is wrong with ${field} of ${manifest}" "${error}" "NOTFOUND")
    endforeach()
    expect_equal("the name in ${manifest}" "${name}" "tern")
    expect_equal("the version in ${manifest}" "${version-semver}" "${VERSION}")
    expect_equal("the licence in ${manifest}" "${license}" "BSL-1.0")
endforeach()

# A minimum version would need a baseline; every vcpkg of this decade has a newer Asio than the minimum.
foreach(manifest IN ITEMS vcpkg.json cmake/vcpkg-port/vcpkg.json)
    file(READ "${ROOT}/${manifest}" contents)
    string(JSON asio GET "${contents}" dependencies 0)
    expect_equal("the first dependency in ${manifest}" "${asio}" "asio")
endforeach()

file(READ "${ROOT}/conanfile.py" contents)
expect_text(conanfile.py "asio/[>=${TERN_ASIO_MINIMUM} <2]")
foreach(definition IN LISTS TERN_ASIO_DEFINITIONS TERN_ASIO_CLANG_DEFINITIONS)
    expect_text(conanfile.py "\"${definition}\"")
endforeach()
expect_text(conanfile.py "< \"${TERN_ASIO_KNOWS_CLANG}\"")
expect_text(conanfile.py "license = \"BSL-1.0\"")
expect_text(conanfile.py "os.path.join(\"tests\", \"package\", \"conan\")")

# What is downloaded is the release that is named.
foreach(name IN ITEMS ASIO CATCH2)
    string(REGEX REPLACE "[.]" "[.-]" release "${TERN_${name}_RELEASE}")
    if(NOT TERN_${name}_URL MATCHES "${release}" OR NOT TERN_${name}_SHA256 MATCHES "^[0-9a-f]+$")
        message(SEND_ERROR "TERN_${name}_URL or TERN_${name}_SHA256 does not fit TERN_${name}_RELEASE")
        math(EXPR failures "${failures} + 1")
    endif()
endforeach()

file(READ "${ROOT}/CMakePresets.json" contents)
string(JSON presets ERROR_VARIABLE error LENGTH "${contents}" configurePresets)
expect_equal("what is wrong with CMakePresets.json" "${error}" "NOTFOUND")

foreach(file IN ITEMS LICENSE include/tern/version.hpp cmake/vcpkg-port/portfile.cmake cmake/vcpkg-port/usage
        tests/package/conan/conanfile.py tests/package/conan/CMakeLists.txt tests/package/program.cpp)
    if(NOT EXISTS "${ROOT}/${file}")
        message(SEND_ERROR "${file}, which a manifest names, does not exist")
        math(EXPR failures "${failures} + 1")
    endif()
endforeach()
if(failures)
    message(FATAL_ERROR "${failures} failures")
endif()
