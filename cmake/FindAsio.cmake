# SPDX-License-Identifier: BSL-1.0
#
# Finds standalone Asio, for which most systems install no CMake package.
#
#   Input   Asio_ROOT         a directory that holds include/asio.hpp or asio.hpp
#           ASIO_INCLUDE_DIR  the directory that holds asio/version.hpp
#   Output  Asio::Asio        the target, with ASIO_STANDALONE and what this version of Asio needs
#           Asio_FOUND, Asio_VERSION
#
# A CMake package called asio (vcpkg, Conan) is taken unless one of the inputs says otherwise.

if(NOT ASIO_INCLUDE_DIR AND NOT Asio_ROOT AND NOT ASIO_ROOT AND NOT DEFINED ENV{Asio_ROOT} AND NOT TARGET asio::asio)
    find_package(asio CONFIG QUIET)
endif()

set(Asio_PACKAGE_TARGET "")
if(NOT ASIO_INCLUDE_DIR AND TARGET asio::asio)
    set(Asio_PACKAGE_TARGET asio::asio)
    get_target_property(Asio_PACKAGE_INCLUDES asio::asio INTERFACE_INCLUDE_DIRECTORIES)
    # Conan wraps its directories in generator expressions; asio_INCLUDE_DIR says them plainly.
    find_path(Asio_PACKAGE_HEADER asio/version.hpp NO_CACHE
        HINTS ${Asio_PACKAGE_INCLUDES} ${asio_INCLUDE_DIR} ${asio_INCLUDE_DIRS})
    set(Asio_HEADERS "${Asio_PACKAGE_HEADER}")
else()
    find_path(ASIO_INCLUDE_DIR asio/version.hpp HINTS ${ASIO_ROOT}
        PATH_SUFFIXES include asio/include
        DOC "The directory that holds asio/version.hpp of standalone Asio")
    mark_as_advanced(ASIO_INCLUDE_DIR)
    set(Asio_HEADERS "${ASIO_INCLUDE_DIR}")
endif()

unset(Asio_VERSION)
if(EXISTS "${Asio_HEADERS}/asio/version.hpp")
    file(STRINGS "${Asio_HEADERS}/asio/version.hpp" Asio_VERSION_LINE REGEX "^#define ASIO_VERSION [0-9]+")
    if(Asio_VERSION_LINE MATCHES "ASIO_VERSION ([0-9]+)")
        math(EXPR Asio_VERSION_MAJOR "${CMAKE_MATCH_1} / 100000")
        math(EXPR Asio_VERSION_MINOR "${CMAKE_MATCH_1} / 100 % 1000")
        math(EXPR Asio_VERSION_PATCH "${CMAKE_MATCH_1} % 100")
        set(Asio_VERSION "${Asio_VERSION_MAJOR}.${Asio_VERSION_MINOR}.${Asio_VERSION_PATCH}")
    endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Asio REQUIRED_VARS Asio_HEADERS Asio_VERSION VERSION_VAR Asio_VERSION)

if(Asio_FOUND AND NOT TARGET Asio::Asio)
    add_library(Asio::Asio INTERFACE IMPORTED GLOBAL)
    if(Asio_PACKAGE_TARGET)
        target_link_libraries(Asio::Asio INTERFACE ${Asio_PACKAGE_TARGET})
    else()
        target_include_directories(Asio::Asio INTERFACE "${Asio_HEADERS}")
    endif()
    target_compile_definitions(Asio::Asio INTERFACE ${TERN_ASIO_DEFINITIONS})
    if(WIN32)
        target_link_libraries(Asio::Asio INTERFACE ws2_32 mswsock)
        target_compile_definitions(Asio::Asio INTERFACE _WIN32_WINNT=0x0A00)
    endif()
    if(Asio_VERSION VERSION_LESS TERN_ASIO_KNOWS_CLANG)
        target_compile_definitions(Asio::Asio INTERFACE
            "$<$<CXX_COMPILER_ID:Clang,AppleClang>:${TERN_ASIO_CLANG_DEFINITIONS}>")
    endif()
endif()
