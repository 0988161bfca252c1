// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/interface.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <string>
#include <type_traits>
#include <utility>

using namespace broker_test;

static_assert(!std::is_copy_constructible_v<tern::testing::broker>);
static_assert(std::is_nothrow_move_constructible_v<tern::testing::broker>);
static_assert(std::is_nothrow_move_assignable_v<tern::testing::broker>);

TEST_CASE("a broker can be moved with all it holds")
{
    world w;
    client c(w);
    c.connect(connect_as("c", true, 600));
    c.lose();
    w.core.publish(message("t", "x", qos::at_least_once, 0, true), w.now);
    tern::testing::broker moved(std::move(w.core));
    CHECK(moved.session_count() == 1);
    CHECK(moved.retained_count() == 1);
    w.core = tern::testing::broker();
    CHECK(w.core.session_count() == 0);
}
