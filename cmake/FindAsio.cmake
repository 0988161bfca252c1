# SPDX-License-Identifier: BSL-1.0
#
# Finds standalone Asio, for which most systems install no CMake package.
#
#   Input   Asio_ROOT         a directory that holds include/asio.hpp or asio.hpp
#           ASIO_INCLUDE_DIR  the directory that holds asio/version.hpp
#   Output  Asio::Asio        the target
#           Asio_FOUND, Asio_VERSION, Asio_HEADERS
#
# In this order: a target Asio::Asio that is there already; unless one of the inputs says otherwise, a target asio::asio
# or asio, or a CMake package called asio (vcpkg, Conan); the headers alone. What tern has to define for Asio is stated
# in dependencies.cmake, and set on tern's own target.

set(Asio_INPUT "${ASIO_INCLUDE_DIR}${Asio_ROOT}${ASIO_ROOT}$ENV{Asio_ROOT}")
if(NOT Asio_INPUT AND NOT TARGET Asio::Asio AND NOT TARGET asio::asio AND NOT TARGET asio)
    find_package(asio CONFIG QUIET)
endif()

set(Asio_PACKAGE_TARGET "")
foreach(Asio_CANDIDATE IN ITEMS Asio::Asio asio::asio asio)
    if(TARGET ${Asio_CANDIDATE} AND (Asio_CANDIDATE STREQUAL "Asio::Asio" OR NOT Asio_INPUT))
        set(Asio_PACKAGE_TARGET ${Asio_CANDIDATE})
        break()
    endif()
endforeach()
if(Asio_PACKAGE_TARGET)
    get_target_property(Asio_PACKAGE_INCLUDES ${Asio_PACKAGE_TARGET} INTERFACE_INCLUDE_DIRECTORIES)
    string(REGEX REPLACE "\\$<BUILD_INTERFACE:([^>]*)>" "\\1" Asio_PACKAGE_INCLUDES "${Asio_PACKAGE_INCLUDES}")
    # Conan wraps its directories in generator expressions; asio_INCLUDE_DIR says them plainly.
    unset(Asio_PACKAGE_HEADERS)
    find_path(Asio_PACKAGE_HEADERS asio/version.hpp NO_CACHE
        HINTS ${Asio_PACKAGE_INCLUDES} ${asio_INCLUDE_DIR} ${asio_INCLUDE_DIRS})
    set(Asio_HEADERS "${Asio_PACKAGE_HEADERS}")
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
    target_include_directories(Asio::Asio INTERFACE "${Asio_HEADERS}")
    if(Asio_PACKAGE_TARGET)
        target_link_libraries(Asio::Asio INTERFACE ${Asio_PACKAGE_TARGET})
    endif()
endif()
