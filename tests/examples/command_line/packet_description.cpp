// SPDX-License-Identifier: BSL-1.0
#include "command_line/packet_description.hpp"

#include "support/catch.hpp"

#include <tern/protocol_version.hpp>
#include <tern/wire/codec.hpp>
#include <tern/wire/packets.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace command_line;
using namespace std::string_view_literals;

namespace
{

template <class Packet>
std::string described(const Packet& packet, direction which = direction::received,
                      tern::protocol_version version = tern::protocol_version::v5)
{
    const tern::wire::size_result size = tern::wire::encoded_size(version, packet);
    REQUIRE(size.error == tern::errc{});
    std::string bytes(size.size, '\0');
    (void)tern::wire::encode(version, packet, size.size, bytes.data());
    const std::vector<std::string> lines = describe_packet(version, bytes, which);
    REQUIRE(lines.size() == 1);
    return lines.front();
}

} // namespace

TEST_CASE("packets are described as mosquitto's programs do")
{
    tern::wire::publish publish;
    publish.topic = "Küche";
    publish.qos = tern::qos::exactly_once;
    publish.retain = true;
    publish.packet_identifier = 7;
    publish.payload = "4.5"sv;
    for (const direction which : {direction::sent, direction::received})
    {
        const std::string expected = "PUBLISH (d0, q2, r1, m7, 'Küche', ... (3 bytes))";
        CHECK(described(publish, which) == expected);
        CHECK(described(publish, which, tern::protocol_version::v3_1_1) == expected);
    }
    tern::wire::connack connack;
    connack.reason_code = tern::reason_code::bad_user_name_or_password;
    CHECK(described(connack) == "CONNACK (134)");
    CHECK(described(tern::wire::pingreq{}) == "PINGREQ");
    CHECK(described(tern::wire::disconnect{}) == "DISCONNECT");
}

TEST_CASE("acknowledgements are described differently when they are sent and when they are received")
{
    tern::wire::puback puback;
    puback.packet_identifier = 7;
    puback.reason_code = tern::reason_code::not_authorized;
    CHECK(described(puback, direction::sent) == "PUBACK (m7, rc135)");
    CHECK(described(puback, direction::received) == "PUBACK (Mid: 7, RC:135)");
    tern::wire::pubrec pubrec;
    pubrec.packet_identifier = 7;
    CHECK(described(pubrec, direction::sent) == "PUBREC (m7, rc0)");
    CHECK(described(pubrec, direction::received) == "PUBREC (Mid: 7)");
    tern::wire::pubrel pubrel;
    pubrel.packet_identifier = 7;
    CHECK(described(pubrel, direction::sent) == "PUBREL (m7)");
    CHECK(described(pubrel, direction::received) == "PUBREL (Mid: 7)");
    tern::wire::pubcomp pubcomp;
    pubcomp.packet_identifier = 7;
    CHECK(described(pubcomp, direction::sent) == "PUBCOMP (m7)");
    CHECK(described(pubcomp, direction::received) == "PUBCOMP (Mid: 7, RC:0)");
}

TEST_CASE("subscriptions are described with their topics, in a line each")
{
    const auto v3_1_1 = tern::protocol_version::v3_1_1;
    CHECK(describe_packet(v3_1_1,
                          "\x82\x0A\x00\x01\x00\x01"
                          "a\x01\x00\x01"
                          "b\x02"sv,
                          direction::sent) ==
          std::vector<std::string>{"SUBSCRIBE (Mid: 1, Topic: a, QoS: 1, Options: 0x00)",
                                   "SUBSCRIBE (Mid: 1, Topic: b, QoS: 2, Options: 0x00)"});
    CHECK(describe_packet(tern::protocol_version::v5,
                          "\x82\x07\x00\x01\x00\x00\x01"
                          "a\x1D"sv,
                          direction::sent) ==
          std::vector<std::string>{"SUBSCRIBE (Mid: 1, Topic: a, QoS: 1, Options: 0x1c)"});
    CHECK(describe_packet(v3_1_1,
                          "\xA2\x08\x00\x02\x00\x01"
                          "a\x00\x01"
                          "b"sv,
                          direction::sent) ==
          std::vector<std::string>{"UNSUBSCRIBE (Mid: 2, Topic: a)", "UNSUBSCRIBE (Mid: 2, Topic: b)"});
    const std::string_view suback = "\x90\x04\x00\x01\x01\x80"sv;
    CHECK(describe_packet(v3_1_1, suback, direction::received) == std::vector<std::string>{"SUBACK"});
    CHECK(describe_grants(v3_1_1, suback) == "Subscribed (mid: 1): 1, 128");
}

TEST_CASE("a password is never described")
{
    tern::wire::connect connect;
    connect.client_identifier = "me";
    connect.user_name = "user";
    connect.password = "secret"sv;
    CHECK(described(connect, direction::sent) == "CONNECT");
}
