// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/property_lists.hpp"

#include "unit/wire/wire_test.hpp"

using namespace tern_test;

// A list fits the packets it is for and no others.
static_assert(!property_block<publish_properties>::matches(property_carrier::will));
static_assert(!property_block<will_properties>::matches(property_carrier::publish));
static_assert(!property_block<acknowledgement_properties>::matches(property_carrier::connack));
static_assert(!property_block<subscribe_properties>::matches(property_carrier::unsubscribe));

TEST_CASE("properties are written in the order of their list")
{
    const user_property names[] = {{"b", "1"}, {"a", "2"}, {"b", "3"}};
    // User Properties keep the application's order: v5 [MQTT-3.1.3-10] [MQTT-3.3.2-18]
    const std::string_view filters[] = {"f"};
    CHECK(encoded(v5, unsubscribe{.packet_identifier = 1,
                                  .properties = {.user_properties = names},
                                  .topic_filters = filters}) ==
          bytes("A2 1B 00 01 15 26 00 01 'b' 00 01 '1' 26 00 01 'a' 00 01 '2' 26 00 01 'b' 00 01 '3' 00 01 'f'"));
}

TEST_CASE("properties that arrive in another order are the same")
{
    const std::string whole = packet_bytes(0x30, bytes("00 01 't' 07 02 00 00 00 05 01 01"));
    publish packet;
    REQUIRE(decode(v5, next_frame(whole, 100).frame, packet) == none);
    CHECK(packet.properties ==
          publish_properties{.payload_format_indicator = payload_format::utf8, .message_expiry_interval = 5});
    CHECK(encoded(v5, packet) == packet_bytes(0x30, bytes("00 01 't' 07 01 01 02 00 00 00 05")));
}
