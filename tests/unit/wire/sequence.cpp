// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/sequence.hpp"

#include "unit/wire/wire_test.hpp"

#include <iterator>
#include <string>
#include <vector>

using namespace tern_test;

static_assert(std::forward_iterator<sequence<std::string_view>::iterator>);
static_assert(std::is_trivially_copyable_v<sequence<std::string_view>>);

TEST_CASE("a sequence of a list")
{
    const std::vector<std::string_view> list{"a", "", "c"};
    const sequence<std::string_view> items(list);
    CHECK(items.size() == 3);
    CHECK(!items.empty());
    CHECK(std::vector<std::string_view>(items.begin(), items.end()) == list);
    auto it = items.begin();
    CHECK(*it++ == "a");
    CHECK((*it).empty());
}

TEST_CASE("a sequence of checked bytes")
{
    const std::string block = bytes("00 01 'a' 00 00 00 01 'c'");
    const auto items = sequence<std::string_view>::from_checked_bytes(block);
    const std::vector<std::string_view> list{"a", "", "c"};
    CHECK(items.size() == 3);
    CHECK(std::vector<std::string_view>(items.begin(), items.end()) == list);
    CHECK(items == sequence<std::string_view>(list));
    const std::vector<std::string_view> shorter{"a", ""};
    const std::vector<std::string_view> other{"a", "", "d"};
    CHECK(!(items == sequence<std::string_view>(shorter)));
    CHECK(!(items == sequence<std::string_view>(other)));
}

TEST_CASE("an empty sequence")
{
    CHECK(sequence<reason_code>().empty());
    CHECK(sequence<reason_code>::from_checked_bytes("").size() == 0);
    const std::vector<reason_code> nothing;
    CHECK(sequence<reason_code>(nothing).begin() == sequence<reason_code>(nothing).end());
}
