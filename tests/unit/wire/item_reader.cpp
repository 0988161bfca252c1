// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/item_reader.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

TEST_CASE("an item is taken from the front of the bytes")
{
    const std::string texts = bytes("00 02 'ab' 00 00 FF");
    std::string_view rest = texts;
    CHECK(item_reader<std::string_view>::read(rest) == "ab");
    CHECK(item_reader<std::string_view>::read(rest).empty());
    CHECK(rest == bytes("FF"));
    CHECK(item_reader<reason_code>::read(rest) == static_cast<reason_code>(0xFF));
    CHECK(rest.empty());
}

TEST_CASE("a subscription is read with all its options")
{
    const std::string block = bytes("00 01 'x' 2E 00 01 'y' 01");
    std::string_view rest = block;
    const subscription first = item_reader<subscription>::read(rest);
    CHECK(first == subscription{.topic_filter = "x",
                                .maximum_qos = qos::exactly_once,
                                .no_local = true,
                                .retain_as_published = true,
                                .retain_handling = retain_handling::do_not_send});
    const subscription second = item_reader<subscription>::read(rest);
    CHECK(second == subscription{.topic_filter = "y", .maximum_qos = qos::at_least_once});
    CHECK(rest.empty());
}
