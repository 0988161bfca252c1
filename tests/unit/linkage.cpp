// SPDX-License-Identifier: BSL-1.0
#include "tern/linkage.hpp"

#include "support/catch.hpp"

#include <string_view>

// The test programs are compiled with TERN_SEPARATE_COMPILATION, and only support/bodies.cpp defines TERN_SOURCE.
TEST_CASE("the bodies are left to the one file that compiles them")
{
#define TERN_TEXT_OF(name) TERN_TEXT(name)
#define TERN_TEXT(name) #name
    CHECK(TERN_BODIES == 0);
    CHECK(std::string_view(TERN_TEXT_OF(TERN_INLINE)).empty());
}
