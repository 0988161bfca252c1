// SPDX-License-Identifier: BSL-1.0
#include "tern/client/broker_list.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

static_assert(tern::brokers("a", "b").size() == 2);
static_assert(tern::brokers("a", "b")[1] == "b");
static_assert(tern::broker_list().empty());

TEST_CASE("a list keeps the order and takes any kind of text", "[broker_list]")
{
    const std::string second = "mqtt://b";
    const tern::broker_list list = tern::brokers("mqtt://a", second, std::string_view("mqtt://c"));
    const tern::broker_list copy = list;
    const std::vector<std::string_view> urls(copy.begin(), copy.end());
    CHECK(urls == std::vector<std::string_view>{"mqtt://a", "mqtt://b", "mqtt://c"});
    CHECK(copy[1].data() == second.data()); // a view
}

TEST_CASE("a span gives a list of any length", "[broker_list]")
{
    std::array<std::string_view, 20> many{};
    many.fill("x");
    many[19] = "last";
    const tern::broker_list list{many};
    CHECK(list.size() == 20);
    CHECK(list[19] == "last");
    CHECK(!list.empty());
}
