# SPDX-License-Identifier: BSL-1.0
#
# Installs the headers and a CMake package, found by find_package(tern).

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(tern_package_directory "${CMAKE_INSTALL_DATADIR}/cmake/tern")

install(DIRECTORY include/ DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(TARGETS tern EXPORT tern-targets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
set(tern_architecture ARCH_INDEPENDENT)
if(TERN_COMPILED)
    install(TARGETS tern_compiled EXPORT tern-targets)
    set(tern_architecture "")
endif()
install(EXPORT tern-targets NAMESPACE tern:: DESTINATION "${tern_package_directory}")
configure_package_config_file(cmake/tern-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/tern-config.cmake"
    INSTALL_DESTINATION "${tern_package_directory}"
    NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/tern-config-version.cmake"
    COMPATIBILITY SameMinorVersion ${tern_architecture})
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/tern-config.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/tern-config-version.cmake"
    cmake/dependencies.cmake
    cmake/FindAsio.cmake
    DESTINATION "${tern_package_directory}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/tern")
