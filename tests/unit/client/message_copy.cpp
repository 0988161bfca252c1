// SPDX-License-Identifier: BSL-1.0
#include "tern/client/message_copy.hpp"

#include "support/catch.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace std::string_view_literals;

namespace
{

/// A copy in memory of exactly the counted size, so that an address sanitizer sees a byte too many.
struct copied
{
    explicit copied(const tern::message_view& source)
        : size(tern::detail::message_copy_size(source)), memory(new char[size]),
          view(tern::detail::copy_message_to(memory.get(), source))
    {
    }

    [[nodiscard]] bool holds(std::string_view part) const
    {
        return part.data() >= memory.get() && part.data() + part.size() <= memory.get() + size;
    }

    std::size_t size;
    std::unique_ptr<char[]> memory;
    tern::message_view view;
};

} // namespace

TEST_CASE("topic and payload are copied, the rest is taken over", "[message_copy]")
{
    std::string topic = "a/b";
    std::string payload("\0\1\2", 3);
    tern::message_view source;
    source.topic = topic;
    source.payload = payload;
    source.qos = tern::qos::exactly_once;
    source.retain = true;
    source.duplicate = true;
    source.properties.message_expiry_interval = 7;
    source.properties.payload_format_indicator = tern::payload_format::utf8;
    const copied copy(source);
    topic = "xxx";
    payload = "xxx";
    CHECK(copy.size == 6);
    CHECK(copy.view.topic == "a/b");
    CHECK(copy.view.payload.text() == "\0\1\2"sv);
    CHECK(copy.view.qos == tern::qos::exactly_once);
    CHECK(copy.view.retain);
    CHECK(copy.view.duplicate);
    CHECK(copy.view.properties.message_expiry_interval == 7U);
    CHECK(copy.view.properties.payload_format_indicator == tern::payload_format::utf8);
    CHECK(!copy.view.properties.content_type);
    CHECK(copy.view.properties.user_properties.empty());
}

TEST_CASE("a received property block is copied once", "[message_copy]")
{
    // Content Type "t", User Property "k"="v", Subscription Identifiers 5 and 200, Response Topic "r", Correlation
    // Data.
    std::string packet("topic"
                       "\x03\x00\x01t"
                       "\x26\x00\x01k\x00\x01v"
                       "\x0B\x05\x0B\xC8\x01"
                       "\x08\x00\x01r"
                       "\x09\x00\x02\x00\xFF"
                       "payload"sv);
    const std::string_view all = packet;
    const std::string_view block = all.substr(5, all.size() - 5 - 7);
    tern::message_view source;
    source.topic = all.substr(0, 5);
    source.payload = all.substr(all.size() - 7);
    source.properties.content_type = block.substr(3, 1);
    source.properties.response_topic = block.substr(4 + 7 + 5 + 3, 1);
    source.properties.correlation_data = tern::byte_view(block.substr(block.size() - 2));
    source.properties.user_properties = tern::user_properties::from_checked_block(block);
    source.properties.subscription_identifiers = tern::subscription_identifiers::from_checked_block(block);
    REQUIRE(source.properties.response_topic == "r"sv);

    const copied copy(source);
    packet.assign(packet.size(), 'x');
    CHECK(copy.size == packet.size()); // every byte once
    CHECK(copy.view.topic == "topic");
    CHECK(copy.view.payload.text() == "payload");
    const tern::publish_properties& properties = copy.view.properties;
    CHECK(properties.content_type == "t"sv);
    CHECK(properties.response_topic == "r"sv);
    CHECK(properties.correlation_data->text() == "\x00\xFF"sv);
    REQUIRE(properties.user_properties.size() == 1);
    CHECK(*properties.user_properties.begin() == tern::user_property{"k", "v"});
    CHECK(copy.holds((*properties.user_properties.begin()).name));
    const std::vector<std::uint32_t> identifiers(properties.subscription_identifiers.begin(),
                                                 properties.subscription_identifiers.end());
    CHECK(identifiers == std::vector<std::uint32_t>{5, 200});
}

TEST_CASE("what a program wrote is copied text by text", "[message_copy]")
{
    std::string name = "name";
    std::string value = "value";
    std::array<tern::user_property, 2> users{{{name, value}, {"", value}}};
    std::array<std::uint32_t, 3> identifiers{{1, 2, 268'435'455}};
    tern::message_view source;
    source.topic = "t";
    source.properties.user_properties = users;
    source.properties.subscription_identifiers = identifiers;
    source.properties.content_type = "";
    const copied copy(source);
    name = "xxxx";
    value = "xxxxx";
    users = {};
    identifiers = {};
    CHECK(copy.size == 2 * sizeof(tern::user_property) + 3 * sizeof(std::uint32_t) + 4 + 5 + 5 + 1);
    const tern::publish_properties& properties = copy.view.properties;
    const std::vector<tern::user_property> found(properties.user_properties.begin(), properties.user_properties.end());
    CHECK(found == std::vector<tern::user_property>{{"name", "value"}, {"", "value"}});
    CHECK(copy.holds(found[0].name));
    CHECK(copy.holds(found[1].value));
    const std::vector<std::uint32_t> numbers(properties.subscription_identifiers.begin(),
                                             properties.subscription_identifiers.end());
    CHECK(numbers == std::vector<std::uint32_t>{1, 2, 268'435'455});
    CHECK(properties.content_type == ""sv);
    CHECK(copy.view.payload.empty());
}

TEST_CASE("a copy of a copy is one", "[message_copy]")
{
    const std::string block("\x26\x00\x01k\x00\x01v"sv);
    tern::message_view source;
    source.topic = "t";
    source.properties.user_properties = tern::user_properties::from_checked_block(block);
    const copied first(source);
    const copied second(first.view);
    CHECK(second.size == first.size);
    CHECK(second.view.properties == source.properties);
    CHECK(second.holds(second.view.properties.user_properties.block()));
}
