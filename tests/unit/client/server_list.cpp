// SPDX-License-Identifier: BSL-1.0
#include "tern/client/server_list.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

using tern::detail::server_list;

namespace
{

/// A server for each letter.
server_list::servers named(std::string_view letters)
{
    server_list::servers result;
    for (const char letter : letters)
    {
        result.emplace_back().where.host = letter;
    }
    return result;
}

/// The letters of the present server and of those that follow.
std::string rest(server_list& list)
{
    std::string letters = list.present().where.host;
    while (list.next())
    {
        letters += list.present().where.host;
    }
    return letters;
}

/// The same of a new pass.
std::string pass(server_list& list, bool detour = false)
{
    list.start_pass(detour);
    return rest(list);
}

} // namespace

TEST_CASE("a pass tries each server once, in order, and says which of how many", "[server_list]")
{
    server_list list(named("abc"));
    CHECK(list.count() == 3);
    CHECK(list.number() == 1);
    CHECK_FALSE(list.referred());
    REQUIRE(list.next());
    CHECK(list.present().where.host == "b");
    CHECK(list.number() == 2);
    CHECK(pass(list) == "abc");
    CHECK(pass(list) == "abc");
}

TEST_CASE("a shuffled pass tries each server once, and every order comes up", "[server_list]")
{
    server_list list(named("abc"));
    std::uint64_t random = 1;
    std::set<std::string> orders;
    for (int i = 0; i < 200; ++i)
    {
        list.shuffle([&random] { return (random = random * 6364136223846793005U + 1442695040888963407U) >> 33U; });
        std::string order = pass(list);
        orders.insert(order);
        std::sort(order.begin(), order.end());
        REQUIRE(order == "abc");
    }
    CHECK(orders.size() == 6);
}

TEST_CASE("servers that another one names come before the rest, for this pass", "[server_list]")
{
    server_list list(named("abc"));
    REQUIRE(list.next());
    list.refer(named("xy"), false);
    CHECK(list.referred());
    CHECK(list.number() == 0);
    CHECK(list.count() == 3);
    CHECK(rest(list) == "xyc");
    CHECK_FALSE(list.referred());
    CHECK(pass(list) == "abc");
}

TEST_CASE("servers that the last of a pass names are its end", "[server_list]")
{
    server_list list(named("a"));
    list.refer(named("x"), false);
    CHECK(rest(list) == "x");
    CHECK(pass(list) == "a");
}

TEST_CASE("a new pass may begin with what was named", "[server_list]")
{
    server_list list(named("abc"));
    REQUIRE(list.next());
    list.refer(named("xy"), false);
    CHECK(pass(list, true) == "xyabc");
    CHECK(pass(list) == "abc");
}

TEST_CASE("where a server has moved for good, those that it names take its place", "[server_list]")
{
    server_list list(named("abc"));
    REQUIRE(list.next());
    list.refer(named("xy"), true);
    CHECK(rest(list) == "xyc");
    CHECK(pass(list) == "axyc");
    CHECK(list.count() == 3);
    list.start_pass();
    REQUIRE(list.next());
    REQUIRE(list.next());
    CHECK(list.present().where.host == "y");
    CHECK(list.number() == 2);
    list.refer(named("z"), true);
    CHECK(rest(list) == "zc");
    CHECK(pass(list) == "azc");
}

TEST_CASE("who is named in turn stands for whom it was named by", "[server_list]")
{
    server_list list(named("ab"));
    list.refer(named("x"), true);
    list.refer(named("y"), true);
    CHECK(rest(list) == "yb");
    CHECK(pass(list) == "yb");

    list.start_pass();
    list.refer(named("t"), false); // for now only
    list.refer(named("u"), true);  // whoever t was, y has not moved
    CHECK(rest(list) == "ub");
    CHECK(pass(list) == "yb");
}
