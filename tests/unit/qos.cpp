// SPDX-License-Identifier: BSL-1.0
#include "tern/qos.hpp"

#include "support/catch.hpp"

using tern::qos;

TEST_CASE("three levels of QoS are legal")
{
    CHECK(tern::is_valid(qos::at_most_once));
    CHECK(tern::is_valid(qos::exactly_once));
    CHECK(!tern::is_valid(static_cast<qos>(3)));
    CHECK(static_cast<int>(qos::at_least_once) == 1);
    CHECK(to_string(qos::at_most_once) == "at most once");
    CHECK(to_string(qos::at_least_once) == "at least once");
    CHECK(to_string(qos::exactly_once) == "exactly once");
    CHECK(to_string(static_cast<qos>(3)) == "invalid QoS");
}
