# SPDX-License-Identifier: BSL-1.0

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout
from conan.tools.scm import Version


class Tern(ConanFile):
    name = "tern"
    description = "MQTT 5.0 and 3.1.1 client library for C++20 on standalone Asio"
    license = "BSL-1.0"
    topics = ("mqtt", "asio", "coroutines", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    exports = "include/tern/version.hpp"
    exports_sources = "include/*", "LICENSE"
    no_copy_source = True
    test_package_folder = os.path.join("tests", "package", "conan")

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include", "tern", "version.hpp"))
        parts = [re.search(r"#define TERN_VERSION_%s (\d+)" % part, header).group(1) for part in ("MAJOR", "MINOR", "PATCH")]
        self.version = ".".join(parts)

    def layout(self):
        basic_layout(self, src_folder=".")

    def requirements(self):
        self.requires("asio/[>=1.22.1 <2]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*.hpp", os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "tern")
        self.cpp_info.set_property("cmake_target_name", "tern::tern")
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.defines = ["ASIO_STANDALONE"]
        # As cmake/dependencies.cmake says.
        if self.settings.compiler in ("clang", "apple-clang") and Version(self.dependencies["asio"].ref.version) < "1.26":
            self.cpp_info.defines += ["ASIO_HAS_CO_AWAIT", "ASIO_HAS_STD_COROUTINE"]
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
