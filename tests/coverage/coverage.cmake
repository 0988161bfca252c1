# SPDX-License-Identifier: BSL-1.0
#
# Included by tests/CMakeLists.txt, whose targets it changes.
# coverage/lines: how many lines of include/tern/wire and include/tern/session their unit tests run, and that these are
# not fewer than the floors below. Only code of those two folders is counted, which costs the build next to nothing.

option(TERN_COVERAGE "Count the lines of wire and session that their unit tests run (takes GCC)" OFF)
set(TERN_COVERAGE_WIRE 99.5 CACHE STRING "Per cent of the lines of wire that must have run")
set(TERN_COVERAGE_SESSION 95 CACHE STRING "Per cent of the lines of session that must have run")
if(NOT TERN_COVERAGE)
    return()
endif()
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    tern_skipped_test("coverage/lines" "the compiler is not GCC")
    return()
endif()
if(NOT TERN_SH)
    tern_skipped_test("coverage/lines" "no POSIX shell")
    return()
endif()

string(REGEX MATCH "^[0-9]+" major "${CMAKE_CXX_COMPILER_VERSION}")
cmake_path(GET CMAKE_CXX_COMPILER PARENT_PATH directory)
find_program(TERN_GCOV NAMES gcov-${major} gcov HINTS "${directory}")
mark_as_advanced(TERN_GCOV)
if(NOT TERN_GCOV)
    tern_skipped_test("coverage/lines" "gcov is not installed")
    return()
endif()

# A function that no file calls would not be compiled, nor counted. Here all that are no templates are.
file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/tern/wire/*.hpp"
    "${PROJECT_SOURCE_DIR}/include/tern/session/*.hpp")
list(TRANSFORM headers REPLACE ".*/include/(.*)" "#include \"\\1\"\n")
list(JOIN headers "" headers)
file(CONFIGURE OUTPUT coverage/every_function.cpp CONTENT "${headers}")
add_library(tern_every_function OBJECT "${CMAKE_CURRENT_BINARY_DIR}/coverage/every_function.cpp")
target_link_libraries(tern_every_function PRIVATE tern_test_settings)
target_compile_options(tern_every_function PRIVATE -fkeep-inline-functions)

target_link_libraries(tern_session_tests PRIVATE tern_every_function)
foreach(target IN ITEMS tern_wire_tests_plain tern_session_tests_plain tern_every_function)
    target_compile_options(${target} PRIVATE --coverage
        "-fprofile-filter-files=.*/include/tern/(wire|session)/.*")
endforeach()
foreach(layer IN ITEMS wire session)
    target_link_options(tern_${layer}_tests PRIVATE --coverage)
    # Counts of an earlier build mean nothing, and every run would complain of them.
    add_custom_command(TARGET tern_${layer}_tests PRE_LINK VERBATIM
        COMMAND "${TERN_SH}" -c "find . -name '*.gcda' -exec rm -f {} +"
        WORKING_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
endforeach()

add_test(NAME "coverage/lines"
    COMMAND "${TERN_SH}" "${CMAKE_CURRENT_LIST_DIR}/run.sh" "${PROJECT_BINARY_DIR}/coverage" "${TERN_GCOV}"
        "${TERN_COVERAGE_WIRE}" "${TERN_COVERAGE_SESSION}"
        "$<TARGET_FILE:tern_wire_tests>" "$<TARGET_FILE:tern_session_tests>")
set_tests_properties("coverage/lines" PROPERTIES LABELS coverage TIMEOUT 120 SKIP_REGULAR_EXPRESSION "skipped: ")
