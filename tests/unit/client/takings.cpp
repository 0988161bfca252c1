// SPDX-License-Identifier: BSL-1.0
#include "tern/client/takings.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <cstdint>

using tern::reason_code;
using tern::detail::taking;
using tern::detail::taking_table;
using tern::session::delivery;
using tern_test::allocation_counter;

TEST_CASE("one subscription takes the session's delivery itself", "[takings]")
{
    taking_table table;
    const taking whole = taking_table::whole({5, 9});
    CHECK(whole == taking{5, 9});
    const auto told = table.taken(whole, reason_code::quota_exceeded);
    REQUIRE(told);
    CHECK(told->delivery == delivery{5, 9});
    CHECK(told->reason == reason_code::quota_exceeded);
    CHECK_FALSE(taking_table::whole({}).needed()); // QoS 0
}

TEST_CASE("of several, the last one lets the acknowledgement go", "[takings]")
{
    taking_table table;
    const std::uint32_t message = table.split({3, 4});
    const taking first = table.share(message);
    const taking second = table.share(message);
    const taking third = table.share(message);
    CHECK_FALSE(table.taken(second, reason_code::success));
    CHECK_FALSE(table.taken(second, reason_code::success)); // once is enough, more has no effect
    CHECK_FALSE(table.taken(second, reason_code::success));
    CHECK_FALSE(table.taken(first, reason_code::success));
    const auto told = table.taken(third, reason_code::success);
    REQUIRE(told);
    CHECK(told->delivery == delivery{3, 4});
    CHECK(told->reason == reason_code::success);
    CHECK_FALSE(table.taken(third, reason_code::success));
}

TEST_CASE("one reason code that reports a failure is enough", "[takings]")
{
    taking_table table;
    const std::uint32_t message = table.split({3, 4});
    const taking first = table.share(message);
    const taking second = table.share(message);
    CHECK_FALSE(table.taken(first, reason_code::not_authorized));
    const auto told = table.taken(second, reason_code::success);
    REQUIRE(told);
    CHECK(told->reason == reason_code::not_authorized);

    const std::uint32_t next = table.split({5, 6}); // nothing is left of the failure
    const auto after = table.taken(table.share(next), reason_code::success);
    REQUIRE(after);
    CHECK(after->delivery == delivery{5, 6});
    CHECK(after->reason == reason_code::success);
}

TEST_CASE("a share that was taken does not stand for a newcomer in its place", "[takings]")
{
    taking_table table;
    const std::uint32_t message = table.split({1, 1});
    const taking old = table.share(message);
    REQUIRE(table.taken(old, reason_code::success));
    const std::uint32_t next = table.split({2, 1});
    const taking fresh = table.share(next);
    CHECK(fresh.index == old.index); // places are used again
    CHECK_FALSE(fresh == old);
    CHECK_FALSE(table.taken(old, reason_code::success));
    const auto told = table.taken(fresh, reason_code::success);
    REQUIRE(told);
    CHECK(told->delivery == delivery{2, 1});
    CHECK_FALSE(table.taken({0x80000000U | 77U, 1}, reason_code::success)); // never given out
}

TEST_CASE("a share is told from a whole, and room can be made for shares", "[takings]")
{
    taking_table table;
    CHECK_FALSE(taking_table::is_share(taking_table::whole({5, 9})));
    CHECK_FALSE(taking_table::is_share({}));
    CHECK(taking_table::delivery_of(taking_table::whole({5, 9})) == delivery{5, 9});
    table.reserve(2);
    const allocation_counter counter;
    const std::uint32_t message = table.split({5, 9});
    const taking first = table.share(message);
    const taking second = table.share(message);
    CHECK(counter.count() == 0);
    CHECK(taking_table::is_share(first));
    CHECK_FALSE(table.taken(second, reason_code::success));
    CHECK(table.taken(first, reason_code::success));
}
