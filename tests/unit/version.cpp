// SPDX-License-Identifier: BSL-1.0
#include "tern/version.hpp"

#include "support/catch.hpp"

TEST_CASE("the version as one number holds its three parts")
{
    CHECK(tern::library_version / 10'000 == TERN_VERSION_MAJOR);
    CHECK(tern::library_version / 100 % 100 == TERN_VERSION_MINOR);
    CHECK(tern::library_version % 100 == TERN_VERSION_PATCH);
}
