// SPDX-License-Identifier: BSL-1.0
#include "tern/statistics.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <type_traits>

using namespace tern;

static_assert(std::is_trivially_copyable_v<statistics> && std::is_aggregate_v<statistics>);

TEST_CASE("every counter begins at zero")
{
    struct alignas(statistics) image
    {
        std::array<unsigned char, sizeof(statistics)> bytes;
    };
    static_assert(std::has_unique_object_representations_v<statistics>); // so no byte of it is padding
    const auto bytes = std::bit_cast<image>(statistics{}).bytes;
    CHECK(std::count(bytes.begin(), bytes.end(), 0) == static_cast<std::ptrdiff_t>(sizeof(statistics)));
}
