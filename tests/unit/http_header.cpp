// SPDX-License-Identifier: BSL-1.0
#include "tern/http_header.hpp"

#include "support/catch.hpp"

#include <type_traits>

static_assert(std::is_trivially_copyable_v<tern::http_header>);

TEST_CASE("a header field is a name and a value, both views")
{
    constexpr tern::http_header header{"Authorization", "Bearer token"};
    STATIC_REQUIRE(header.name == "Authorization");
    STATIC_REQUIRE(header.value == "Bearer token");
}
