// SPDX-License-Identifier: BSL-1.0

#include "tern/client/takings.hpp"

#include "support/catch.hpp"

using tern::detail::taking;
using tern::detail::taking_table;

TEST_CASE("a message for one is taken at once")
{
    taking_table table;
    const taking whole = taking_table::whole({3, 7});
    CHECK(whole.needed());
    const auto outcome = table.taken(whole, tern::reason_code::quota_exceeded);
    REQUIRE(outcome);
    CHECK(outcome->delivery == tern::session::delivery{3, 7});
    CHECK(outcome->reason == tern::reason_code::quota_exceeded);
    CHECK_FALSE(taking_table::whole({3, 0}).needed());
}

TEST_CASE("a message for several is taken when all have taken it, each once")
{
    taking_table table;
    const auto message = table.split({3, 7});
    const taking first = table.share(message);
    const taking second = table.share(message);
    const taking third = table.share(message);
    CHECK_FALSE(table.taken(first, tern::reason_code::success));
    CHECK_FALSE(table.taken(first, tern::reason_code::success));
    CHECK_FALSE(table.taken(second, tern::reason_code::unspecified_error));
    const auto outcome = table.taken(third, tern::reason_code::success);
    REQUIRE(outcome);
    CHECK(outcome->delivery == tern::session::delivery{3, 7});
    CHECK(outcome->reason == tern::reason_code::unspecified_error); // one that failed is enough
    CHECK_FALSE(table.taken(third, tern::reason_code::success));
}

TEST_CASE("a share that is kept too long does not hit a later message")
{
    taking_table table;
    const taking old = table.share(table.split({1, 1}));
    REQUIRE(table.taken(old, tern::reason_code::success));
    const taking now = table.share(table.split({2, 1}));
    CHECK(now.index == old.index);
    CHECK_FALSE(table.taken(old, tern::reason_code::success));
    CHECK(table.taken(now, tern::reason_code::success));
}
