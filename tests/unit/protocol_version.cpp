// SPDX-License-Identifier: BSL-1.0
#include "tern/protocol_version.hpp"

#include "support/catch.hpp"

TEST_CASE("a version is the number that CONNECT carries")
{
    CHECK(static_cast<int>(tern::protocol_version::v3_1_1) == 4); // v3.1.1 3.1.2.2
    CHECK(static_cast<int>(tern::protocol_version::v5) == 5);     // v5 3.1.2.2
}
