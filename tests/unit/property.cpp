// SPDX-License-Identifier: BSL-1.0
#include "tern/property.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <bitset>

using namespace tern;

static_assert(std::is_sorted(property_table.begin(), property_table.end(),
                             [](const auto& a, const auto& b) { return a.identifier < b.identifier; }));

TEST_CASE("each identifier finds its own row and the others none")
{
    std::size_t found = 0;
    for (std::uint32_t identifier = 0; identifier < 1'000; ++identifier)
    {
        const property_definition* row = find_property(identifier);
        if (row != nullptr)
        {
            CHECK(static_cast<std::uint32_t>(row->identifier) == identifier);
            found += 1;
        }
    }
    CHECK(found == 27);
    CHECK(find_property(0x0A) == nullptr);
    CHECK(find_property(0x2B) == nullptr);
    CHECK(find_property(0xFFFFFFFF) == nullptr);
}

TEST_CASE("where properties may stand")
{
    // v5 2.2.2.2, table 2-4
    const auto count = [](property identifier) {
        return std::bitset<16>(find_property(static_cast<std::uint32_t>(identifier))->carriers).count();
    };
    CHECK(count(property::user_property) == 14);
    CHECK(count(property::reason_string) == 9);
    CHECK(count(property::session_expiry_interval) == 3);
    CHECK(count(property::subscription_identifier) == 2);
    CHECK(count(property::topic_alias) == 1);
    const property_definition& reason = *find_property(0x1F);
    CHECK(reason.allowed_in(property_carrier::auth));
    CHECK(!reason.allowed_in(property_carrier::subscribe));
}

TEST_CASE("two properties may repeat")
{
    for (const property_definition& row : property_table)
    {
        CAPTURE(static_cast<unsigned>(row.identifier));
        const bool user = row.identifier == property::user_property;
        const bool subscription = row.identifier == property::subscription_identifier;
        CHECK(row.repeats(property_carrier::publish) == (user || subscription));
        CHECK(row.repeats(property_carrier::subscribe) == user);
        CHECK((row.repeats_in & ~row.carriers) == 0);
    }
}

TEST_CASE("the types of some properties")
{
    CHECK(find_property(0x01)->type == property_type::byte);
    CHECK(find_property(0x0B)->type == property_type::variable_byte_integer);
    CHECK(find_property(0x13)->type == property_type::two_byte_integer);
    CHECK(find_property(0x16)->type == property_type::binary_data);
    CHECK(find_property(0x26)->type == property_type::utf8_string_pair);
    CHECK(find_property(0x27)->type == property_type::four_byte_integer);
}
