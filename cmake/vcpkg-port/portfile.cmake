# SPDX-License-Identifier: BSL-1.0
#
# An overlay port that packages the tree in which it lies: vcpkg install tern --overlay-ports=<tern>/cmake/vcpkg-port
# A port in a registry replaces SOURCE_PATH with vcpkg_from_github.

get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

set(VCPKG_BUILD_TYPE release) # header-only

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DTERN_BUILD_TESTS=OFF
        -DTERN_BUILD_EXAMPLES=OFF
        -DTERN_DOWNLOAD=OFF
        -DTERN_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/tern)

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/licenses")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
