// SPDX-License-Identifier: BSL-1.0

#include "tern/client/dispatcher.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace
{

struct consumer
{
    char name;
    std::uint64_t mark = 0;
};

using dispatcher = tern::detail::dispatcher<consumer>;

// The names of those whom a message is for, sorted.
std::string who(dispatcher& table, std::string_view topic, std::vector<std::uint32_t> identifiers = {})
{
    tern::message_view view;
    view.topic = topic;
    view.properties.subscription_identifiers = identifiers;
    std::vector<consumer*> found;
    table.collect(view, found);
    std::string names;
    for (const consumer* each : found)
    {
        names.push_back(each->name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

TEST_CASE("without identifiers messages are dispatched by matching")
{
    dispatcher table;
    consumer a{'a'};
    consumer b{'b'};
    table.add(a, "x/+");
    table.add(b, "x/#");
    table.add(b, "x/y");
    table.add(a, "$share/group/z");
    CHECK(who(table, "x/y") == "ab");
    CHECK(who(table, "x") == "b");
    CHECK(who(table, "z") == "a");
    CHECK(who(table, "other").empty());
    CHECK(table.remove(a, "x/+"));
    CHECK_FALSE(table.remove(a, "x/+"));
    CHECK(who(table, "x/y") == "b");
}

TEST_CASE("with identifiers they are dispatched by those alone")
{
    dispatcher table;
    consumer a{'a'};
    consumer b{'b'};
    table.add(a, "x/+");
    table.identify(a, 1, std::array{std::string_view("x/+")});
    table.add(b, "x/#");
    table.identify(b, 2, std::array{std::string_view("x/#")});
    CHECK(who(table, "x/y", {1}) == "a");
    CHECK(who(table, "x/y", {2}) == "b");
    CHECK(who(table, "x/y", {1, 2}) == "ab");
    CHECK(who(table, "x/y", {2, 2}) == "b");
    CHECK(who(table, "x/y", {9}) == "ab"); // an identifier that nobody gave: by matching
}

TEST_CASE("the same filter twice is one subscription at the server, and both get its messages")
{
    dispatcher table;
    consumer a{'a'};
    consumer b{'b'};
    table.add(a, "x");
    table.identify(a, 1, std::array{std::string_view("x")});
    table.add(b, "x");
    table.identify(b, 2, std::array{std::string_view("x")});
    CHECK(who(table, "x", {1}) == "ab");
    CHECK(who(table, "x", {2}) == "ab");
    CHECK_FALSE(table.remove(b, "x"));
    table.forget_owner(b, 2);
    CHECK(who(table, "x", {2}) == "a"); // the server still has the identifier of the later one
    CHECK(who(table, "x", {1}) == "a");
    CHECK(table.remove(a, "x"));
    table.forget_owner(a, 1);
    CHECK(who(table, "x", {2}).empty());
    CHECK(table.empty());
}

TEST_CASE("identifiers of an earlier process are not trusted")
{
    dispatcher table;
    consumer a{'a'};
    consumer b{'b'};
    table.add(a, "x");
    table.identify(a, 1, std::array{std::string_view("x")});
    table.add(b, "y");
    table.identify(b, 2, std::array{std::string_view("y")});
    CHECK(who(table, "y", {1}) == "a");
    table.distrust_identifiers(true);
    CHECK(who(table, "y", {1}) == "b");
    CHECK(who(table, "z", {1}).empty());
}
