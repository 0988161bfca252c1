// SPDX-License-Identifier: BSL-1.0

#include "tern/client/operations.hpp"

#include "support/catch.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/subscription.hpp"

#include <vector>

using namespace tern::detail;

TEST_CASE("an operation is found by its number until it is taken")
{
    operation_tables tables;
    const auto first = tables.publishes.add({});
    const auto second = tables.publishes.add({});
    const auto request = tables.requests.add({});
    CHECK(first != second);
    CHECK_FALSE(operation_tables::is_request(first));
    CHECK(operation_tables::is_request(request));
    CHECK(tables.size() == 3);
    tables.publishes.find(first)->message = {4, 2};
    CHECK(tables.take_publish(first).message == tern::session::message_handle{4, 2});
    CHECK(tables.publishes.find(first) == nullptr);
    const auto third = tables.publishes.add({});
    CHECK(static_cast<std::uint32_t>(third) == static_cast<std::uint32_t>(first)); // the same slot
    CHECK(tables.publishes.find(first) == nullptr);
    CHECK(tables.publishes.find(third) != nullptr);
    CHECK_FALSE(tables.take_publish(first).handler);
    CHECK(tables.size() == 3);
}

TEST_CASE("only operations with a limit expire, and one that is taken does not")
{
    const tern::session::time_point start{};
    operation_tables tables;
    const auto first = tables.publishes.add({});
    const auto second = tables.publishes.add({});
    const auto request = tables.requests.add({});
    (void)tables.publishes.add({});
    tables.limit(first, start + std::chrono::seconds(2));
    tables.limit(second, start + std::chrono::seconds(1));
    tables.limit(request, start + std::chrono::seconds(3));
    CHECK(tables.deadline() == start + std::chrono::seconds(1));
    (void)tables.take_publish(second);
    CHECK(tables.deadline() == start + std::chrono::seconds(2));
    CHECK(tables.expired(start + std::chrono::seconds(9)) == first);
    CHECK(tables.expired(start + std::chrono::seconds(9)) == request);
    CHECK_FALSE(tables.expired(start + std::chrono::seconds(9)));
    CHECK(tables.size() == 3);
}

TEST_CASE("all operations can be visited in turn")
{
    operation_tables tables;
    std::vector<tern::session::operation> added;
    for (int i = 0; i < 4; ++i)
    {
        added.push_back(tables.requests.add({}));
    }
    (void)tables.take_request(added[1]);
    std::vector<tern::session::operation> seen;
    for (std::size_t from = 0; const auto number = tables.requests.any(from);)
    {
        seen.push_back(number);
        (void)tables.take_request(number);
    }
    CHECK(seen == std::vector{added[0], added[2], added[3]});
}
