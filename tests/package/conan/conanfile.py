# SPDX-License-Identifier: BSL-1.0
#
# Builds and runs a program against the package that conanfile.py in the root has just made. The program lies one folder
# up, where the other consumers find it too.

import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, cmake_layout


class TernTest(ConanFile):
    settings = "os", "compiler", "build_type", "arch"
    generators = "CMakeDeps", "CMakeToolchain"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        if can_run(self):
            self.run('"%s"' % os.path.join(self.cpp.build.bindir, "program"), env="conanrun")
