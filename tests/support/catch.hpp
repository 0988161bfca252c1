// SPDX-License-Identifier: BSL-1.0
//
// Catch2, version 2.13 or 3, whichever the build found. Tests include this and never Catch2 itself, so that the
// difference between the two stays here. Both give TEST_CASE, TEMPLATE_TEST_CASE, SECTION, REQUIRE, CHECK, INFO,
// CAPTURE, GENERATE, Catch::Approx and the matchers in Catch::Matchers. (What version 2 calls Contains for strings is
// ContainsSubstring in version 3; here it is ContainsSubstring with both.)

#ifndef TERN_TESTS_SUPPORT_CATCH_HPP
#define TERN_TESTS_SUPPORT_CATCH_HPP

#if __has_include(<catch2/catch_all.hpp>)

#include <catch2/catch_all.hpp>

#else

#include <catch2/catch.hpp>

#include <string>

namespace Catch::Matchers
{
inline auto ContainsSubstring(const std::string& text)
{
    return Contains(text);
}
}

#endif

#endif
