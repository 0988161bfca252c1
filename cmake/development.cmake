# SPDX-License-Identifier: BSL-1.0
#
# What only our own programs and tests are built with: tern::tern, and every warning an error. Users never see this.

set(TERN_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast)

add_library(tern_development INTERFACE)
target_link_libraries(tern_development INTERFACE tern::tern)
if(MSVC)
    target_compile_options(tern_development INTERFACE /W4 /permissive- /utf-8 /bigobj)
else()
    target_compile_options(tern_development INTERFACE ${TERN_WARNINGS})
endif()
# Off in the presets with sanitizers, whose instrumentation makes GCC 12 warn about code that is right.
if(NOT DEFINED CMAKE_COMPILE_WARNING_AS_ERROR)
    set(CMAKE_COMPILE_WARNING_AS_ERROR ON)
endif()
