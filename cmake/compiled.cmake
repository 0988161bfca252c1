# SPDX-License-Identifier: BSL-1.0
#
# tern::compiled: tern for programs of many files, with the larger bodies compiled once (include/tern/linkage.hpp).

set(tern_compiled_sources "")
foreach(part IN ITEMS client testing)
    set(source "${CMAKE_CURRENT_BINARY_DIR}/tern_${part}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#include <tern/${part}/source.hpp>\n")
    list(APPEND tern_compiled_sources "${source}")
endforeach()
add_library(tern_compiled STATIC ${tern_compiled_sources})
add_library(tern::compiled ALIAS tern_compiled)
set_target_properties(tern_compiled PROPERTIES EXPORT_NAME compiled)
target_link_libraries(tern_compiled PUBLIC tern)
target_compile_definitions(tern_compiled PUBLIC TERN_SEPARATE_COMPILATION)
