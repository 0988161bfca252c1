// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/timers.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

using namespace broker_test;

TEST_CASE("timers fire in their order, one for each key")
{
    broker_detail::timers timers;
    const time_point now{1h};
    CHECK_FALSE(timers.earliest().has_value());
    CHECK_FALSE(timers.take_due(now).has_value());
    timers.set(1, now + 3s);
    timers.set(2, now + 2s);
    timers.set(3, now + 2s);
    timers.set(1, now + 1s);
    timers.set(1, now + 1s);
    CHECK(timers.size() == 3);
    CHECK(timers.earliest() == now + 1s);
    CHECK_FALSE(timers.take_due(now).has_value());
    CHECK(timers.take_due(now + 1s) == 1);
    timers.set(2, {});
    timers.set(9, {});
    CHECK(timers.take_due(now + 2s) == 3);
    CHECK(timers.size() == 0);
    CHECK_FALSE(timers.earliest().has_value());
}
