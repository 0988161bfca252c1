// SPDX-License-Identifier: BSL-1.0
//
// How a test says that it cannot run here: it reports itself and returns. CTest counts it as skipped, not as passed.
#ifndef TERN_TESTS_SUPPORT_SKIPPED_HPP
#define TERN_TESTS_SUPPORT_SKIPPED_HPP

#include "support/catch.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace tern_test
{

/// Reports the running test by its name; tests/CMakeLists.txt looks for this line.
inline void report_skipped(std::string_view reason)
{
    const std::string name = Catch::getResultCapture().getCurrentTestName();
    std::printf("skipped: %s (%.*s)\n", name.c_str(), static_cast<int>(reason.size()), reason.data());
}

} // namespace tern_test

#endif
