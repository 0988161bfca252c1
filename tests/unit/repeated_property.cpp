// SPDX-License-Identifier: BSL-1.0
#include "tern/repeated_property.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace tern;
using namespace std::string_view_literals;

static_assert(std::forward_iterator<user_properties::iterator>);
static_assert(std::is_trivially_copyable_v<user_properties>);

namespace
{

// Message Expiry Interval, a=1, Content Type, Subscription Identifier 200, a=2, Topic Alias, Subscription Identifier 3.
constexpr std::string_view block = "\x02\0\0\0\5"
                                   "\x26\0\1a\0\1"
                                   "1"
                                   "\x03\0\2xy"
                                   "\x0B\xC8\1"
                                   "\x26\0\1a\0\1"
                                   "2"
                                   "\x23\0\7"
                                   "\x0B\3"sv;

const std::vector<user_property> expected{{"a", "1"}, {"a", "2"}};

} // namespace

TEST_CASE("repeated properties of a list")
{
    const user_properties view(expected);
    CHECK(view.size() == 2);
    CHECK(!view.empty());
    CHECK(!view.reads_block());
    CHECK(!view.refers_to_nothing());
    CHECK(std::vector<user_property>(view.begin(), view.end()) == expected);
}

TEST_CASE("repeated properties of a block are found between the others")
{
    const auto names = user_properties::from_checked_block(block);
    CHECK(names.size() == 2);
    CHECK(names.reads_block());
    CHECK(std::vector<user_property>(names.begin(), names.end()) == expected);
    CHECK(names == user_properties(expected));
    const auto identifiers = subscription_identifiers::from_checked_block(block);
    CHECK(std::vector<std::uint32_t>(identifiers.begin(), identifiers.end()) == std::vector<std::uint32_t>{200, 3});
    auto it = names.begin();
    auto before = it++;
    CHECK(before != it);
    CHECK((*before).value == "1");
    CHECK((*it).value == "2");
    CHECK(++it == names.end());
}

TEST_CASE("for_each visits the same values and stops when told")
{
    for (const user_properties& view : {user_properties(expected), user_properties::from_checked_block(block)})
    {
        std::vector<user_property> seen;
        CHECK(view.for_each([&](const user_property& item) {
            seen.push_back(item);
            return true;
        }));
        CHECK(seen == expected);
        seen.clear();
        CHECK(!view.for_each([&](const user_property& item) {
            seen.push_back(item);
            return false;
        }));
        CHECK(seen.size() == 1);
    }
}

TEST_CASE("nothing is an empty view")
{
    CHECK(user_properties().empty());
    CHECK(user_properties().refers_to_nothing());
    CHECK(user_properties(std::vector<user_property>()).refers_to_nothing());
    const auto none_inside = subscription_identifiers::from_checked_block("\x26\0\1a\0\1z"sv);
    CHECK(none_inside.empty());
    CHECK(none_inside == subscription_identifiers());
}

TEST_CASE("views differ in values, order and number")
{
    const std::vector<user_property> swapped{{"a", "2"}, {"a", "1"}};
    const std::vector<user_property> one{{"a", "1"}};
    CHECK(!(user_properties(expected) == user_properties(swapped)));
    CHECK(!(user_properties(expected) == user_properties(one)));
    CHECK(!(user_properties(one) == user_properties(expected)));
}
