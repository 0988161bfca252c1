# SPDX-License-Identifier: BSL-1.0
#
# Everything that tern depends on, and the only place that says so. The build includes this file, and it is installed
# beside tern-config.cmake, so that an installed tern looks for exactly what the build looked for.
# vcpkg.json and conanfile.py must name versions of their own; tests/package compares them with these.

set(TERN_ASIO_MINIMUM 1.22.1)     # Debian 12
set(TERN_ASIO_RELEASE 1.38.2)     # downloaded when none is installed
set(TERN_ASIO_URL https://github.com/chriskohlhoff/asio/archive/refs/tags/asio-1-38-2.tar.gz)
set(TERN_ASIO_SHA256 9f2648fa483e58a6bf848d970ee0ea650ca19ed7769dfa520ed4f7b8d27af1db)
set(TERN_OPENSSL_MINIMUM 3.0)      # Debian 12; only for mqtts and wss
set(TERN_CATCH2_MINIMUM 2.13)     # Debian 12; tests only
set(TERN_CATCH2_RELEASE 3.7.1)    # downloaded when none is installed; tests only
set(TERN_CATCH2_URL https://github.com/catchorg/Catch2/archive/refs/tags/v3.7.1.tar.gz)
set(TERN_CATCH2_SHA256 c991b247a1a0d7bb9c39aa35faf0fe9e19764213f28ffba3109388e62ee0269c)

# What a program that uses Asio as tern does has to define: for every compiler, and for Clang with releases before
# TERN_ASIO_KNOWS_CLANG, which know its coroutines only by <experimental/coroutine>. libstdc++ has never had that.
set(TERN_ASIO_DEFINITIONS ASIO_STANDALONE)
set(TERN_ASIO_KNOWS_CLANG 1.26)
set(TERN_ASIO_CLANG_DEFINITIONS ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)

# Without these nothing of tern compiles. Sets tern_dependencies_missing to what a user has to do, or to nothing.
macro(tern_find_dependencies)
    set(tern_dependencies_missing "")
    set(THREADS_PREFER_PTHREAD_FLAG ON)
    find_package(Threads QUIET)
    if(NOT Threads_FOUND)
        set(tern_dependencies_missing "The system's thread library was not found.")
    endif()
    find_package(Asio ${TERN_ASIO_MINIMUM} QUIET MODULE)
    if(NOT Asio_FOUND)
        set(tern_dependencies_missing
            "Standalone Asio ${TERN_ASIO_MINIMUM} or newer was not found. Install libasio-dev (Debian, Ubuntu), \
asio-devel (Fedora), asio (Arch, Homebrew, vcpkg, Conan), or set Asio_ROOT to a directory that holds \
include/asio/version.hpp.")
    endif()
endmacro()

# Sets on tern's target what Asio needs. Not on Asio's: a project may bring one of its own, which knows nothing of this.
# PREFIX and SUFFIX go round each definition.
function(tern_define_for_asio target prefix suffix)
    set(definitions ${TERN_ASIO_DEFINITIONS})
    if(WIN32)
        list(APPEND definitions _WIN32_WINNT=0x0A00)
        target_link_libraries(${target} INTERFACE ws2_32 mswsock)
    endif()
    if(Asio_VERSION VERSION_LESS TERN_ASIO_KNOWS_CLANG)
        foreach(definition IN LISTS TERN_ASIO_CLANG_DEFINITIONS)
            list(APPEND definitions "$<$<CXX_COMPILER_ID:Clang,AppleClang>:${definition}>")
        endforeach()
    endif()
    list(TRANSFORM definitions PREPEND "${prefix}")
    list(TRANSFORM definitions APPEND "${suffix}")
    target_compile_definitions(${target} INTERFACE ${definitions})
endfunction()

# tern::tls is tern::tern for programs that include <tern/transport/tls.hpp> or websocket_tls.hpp. It is there where
# OpenSSL is; without that, such a program has nothing to link, and its compiler says why.
macro(tern_find_tls)
    if(NOT TARGET tern::tls)
        find_package(OpenSSL ${TERN_OPENSSL_MINIMUM} QUIET)
        if(OpenSSL_FOUND)
            add_library(tern::tls INTERFACE IMPORTED GLOBAL)
            target_link_libraries(tern::tls INTERFACE tern::tern OpenSSL::SSL OpenSSL::Crypto)
        endif()
    endif()
endmacro()

# For the build of tern itself: as above, and Asio is downloaded when there is none.
macro(tern_provide_asio)
    list(PREPEND CMAKE_MODULE_PATH "${PROJECT_SOURCE_DIR}/cmake")
    tern_find_dependencies()
    if(NOT Threads_FOUND)
        message(FATAL_ERROR "${tern_dependencies_missing}")
    endif()
    if(NOT Asio_FOUND)
        tern_download(asio "${TERN_ASIO_URL}" "${TERN_ASIO_SHA256}" "${tern_dependencies_missing}")
        # The newest releases have their headers in include/, older ones in asio/include/.
        find_path(ASIO_INCLUDE_DIR asio/version.hpp NO_DEFAULT_PATH
            PATHS "${asio_SOURCE_DIR}/include" "${asio_SOURCE_DIR}/asio/include")
        find_package(Asio ${TERN_ASIO_MINIMUM} REQUIRED MODULE)
    endif()
    list(REMOVE_AT CMAKE_MODULE_PATH 0)
endmacro()

# Provides a target for Catch2: Catch2::Catch2. Sets tern_catch2_major to 2 or 3, and makes catch_discover_tests known.
macro(tern_provide_catch2)
    if(NOT FETCHCONTENT_SOURCE_DIR_CATCH2 AND NOT TARGET Catch2::Catch2)
        find_package(Catch2 3 QUIET)
        if(NOT Catch2_FOUND)
            find_package(Catch2 ${TERN_CATCH2_MINIMUM} QUIET)
        endif()
    endif()
    if(TARGET Catch2::Catch2 AND NOT Catch2_FOUND)
        # A project that tern is a part of has brought it along, as a package or as sources.
        set(tern_catch2_major 2)
        if(TARGET Catch2::Catch2WithMain)
            set(tern_catch2_major 3)
        endif()
        get_target_property(tern_catch2_source Catch2::Catch2 SOURCE_DIR)
        list(APPEND CMAKE_MODULE_PATH "${Catch2_DIR}"
            "${tern_catch2_source}/extras" "${tern_catch2_source}/../extras" "${tern_catch2_source}/contrib")
    elseif(Catch2_FOUND)
        string(REGEX MATCH "^[0-9]+" tern_catch2_major "${Catch2_VERSION}")
    else()
        tern_download(catch2 "${TERN_CATCH2_URL}" "${TERN_CATCH2_SHA256}"
            "The tests want Catch2. Install catch2 (Debian, Ubuntu, Homebrew), catch-devel (Fedora), or configure \
with -D TERN_BUILD_TESTS=OFF.")
        list(APPEND CMAKE_MODULE_PATH "${catch2_SOURCE_DIR}/extras")
        set(tern_catch2_major 3)
    endif()
    include(Catch)
    message(STATUS "Tests use Catch2 ${tern_catch2_major}")
endmacro()

# Downloads an archive, once, and sets `result` to why it failed, or to nothing. Works in scripts too.
function(tern_download_archive url sha256 archive result)
    set(${result} "" PARENT_SCOPE)
    if(EXISTS "${archive}")
        return()
    endif()
    file(DOWNLOAD "${url}" "${archive}.part" STATUS status INACTIVITY_TIMEOUT 20 TIMEOUT 300 TLS_VERIFY ON)
    list(POP_FRONT status code)
    string(REPLACE "\"" "" status "${status}")
    if(NOT code)
        file(SHA256 "${archive}.part" actual)
        if(NOT actual STREQUAL sha256)
            set(code 1)
            set(status "its SHA256 is ${actual}, not ${sha256}")
        endif()
    endif()
    if(code)
        file(REMOVE "${archive}.part")
        set(${result} "${status}" PARENT_SCOPE)
    else()
        file(RENAME "${archive}.part" "${archive}")
    endif()
endfunction()

# Downloads an archive and makes it available by FetchContent. The download itself is tried first and by hand, because
# only then can a failure say what to do instead. FETCHCONTENT_SOURCE_DIR_<NAME> is honoured, as always, and with
# TERN_DOWNLOAD=OFF only that.
macro(tern_download name url sha256 help)
    include(FetchContent)
    string(TOUPPER "${name}" tern_download_upper)
    set(tern_download_archive "${CMAKE_BINARY_DIR}/_deps/${name}.tar.gz")
    if(NOT FETCHCONTENT_SOURCE_DIR_${tern_download_upper})
        if(NOT TERN_DOWNLOAD)
            message(FATAL_ERROR "${help}")
        endif()
        message(STATUS "Downloading ${name}, which is not installed: ${url}")
        tern_download_archive("${url}" "${sha256}" "${tern_download_archive}" tern_download_failure)
        if(tern_download_failure)
            message(FATAL_ERROR "${help}\n(Downloading ${url} was tried and failed: ${tern_download_failure}.)")
        endif()
    endif()
    FetchContent_Declare(${name} URL "${tern_download_archive}" DOWNLOAD_EXTRACT_TIMESTAMP TRUE)
    FetchContent_MakeAvailable(${name})
endmacro()
