// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/property_lists.hpp"

#include "unit/wire/wire_test.hpp"

#include <set>

using namespace tern_test;

namespace
{

/// The packets that a list fits, out of all, by their numbers.
template <class Properties>
std::set<int> fitted()
{
    using c = property_carrier;
    std::set<int> result;
    for (const c carrier : {c::connect, c::connack, c::publish, c::will, c::puback, c::pubrec, c::pubrel, c::pubcomp,
                            c::subscribe, c::suback, c::unsubscribe, c::unsuback, c::disconnect, c::auth})
    {
        if (property_block<Properties>::matches(carrier))
        {
            result.insert(static_cast<int>(carrier));
        }
    }
    return result;
}

template <class... Carrier>
std::set<int> only(Carrier... carriers)
{
    return {static_cast<int>(carriers)...};
}

} // namespace

TEST_CASE("a list fits the packets it is for and no others")
{
    using c = property_carrier;
    CHECK(fitted<connect_properties>() == only(c::connect));
    CHECK(fitted<will_properties>() == only(c::will));
    CHECK(fitted<connack_properties>() == only(c::connack));
    CHECK(fitted<publish_properties>() == only(c::publish));
    CHECK(fitted<acknowledgement_properties>() ==
          only(c::puback, c::pubrec, c::pubrel, c::pubcomp, c::suback, c::unsuback));
    CHECK(fitted<subscribe_properties>() == only(c::subscribe));
    CHECK(fitted<unsubscribe_properties>() == only(c::unsubscribe));
    CHECK(fitted<disconnect_properties>() == only(c::disconnect));
    CHECK(fitted<auth_properties>() == only(c::auth));
}

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
