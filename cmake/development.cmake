# SPDX-License-Identifier: BSL-1.0
#
# What only our own programs and tests are built with: tern::tern, and every warning an error. Users never see this.

add_library(tern_development INTERFACE)
target_link_libraries(tern_development INTERFACE tern::tern)
if(MSVC)
    target_compile_options(tern_development INTERFACE /W4 /WX /permissive- /utf-8 /bigobj)
else()
    target_compile_options(tern_development INTERFACE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror)
endif()
