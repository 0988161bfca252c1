// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/limits.hpp"

#include "support/catch.hpp"

using namespace tern::wire;

TEST_CASE("the limits of the format")
{
    CHECK(maximum_remaining_length == 128U * 128U * 128U * 128U - 1U);
    CHECK(maximum_packet_size == 268'435'460U);
    CHECK(maximum_field_length == 0xFFFFU);
    CHECK(minimum_packet_size == 2U);
    CHECK(maximum_fixed_header_size == 5U);
}
