// SPDX-License-Identifier: BSL-1.0
#include "command_line/packet_description.hpp"

#include "support/catch.hpp"

#include <tern/protocol_version.hpp>
#include <tern/wire/codec.hpp>
#include <tern/wire/packets.hpp>

#include <string>
#include <string_view>

using namespace command_line;
using namespace std::string_view_literals;

namespace
{

template <class Packet>
std::string described(const Packet& packet, tern::protocol_version version = tern::protocol_version::v5)
{
    const tern::wire::size_result size = tern::wire::encoded_size(version, packet);
    REQUIRE(size.error == tern::errc{});
    std::string bytes(size.size, '\0');
    (void)tern::wire::encode(version, packet, size.size, bytes.data());
    return describe_packet(version, bytes);
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
    CHECK(described(publish) == "PUBLISH (d0, q2, r1, m7, 'Küche', ... (3 bytes))");
    CHECK(described(publish, tern::protocol_version::v3_1_1) == "PUBLISH (d0, q2, r1, m7, 'Küche', ... (3 bytes))");

    tern::wire::puback puback;
    puback.packet_identifier = 7;
    puback.reason_code = tern::reason_code::not_authorized;
    CHECK(described(puback) == "PUBACK (Mid: 7, RC:135)");

    tern::wire::connack connack;
    connack.reason_code = tern::reason_code::bad_user_name_or_password;
    CHECK(described(connack) == "CONNACK (134)");
    CHECK(described(tern::wire::pingreq{}) == "PINGREQ");
    CHECK(described(tern::wire::disconnect{}) == "DISCONNECT");
}

TEST_CASE("subscriptions are described with their topics")
{
    CHECK(describe_packet(tern::protocol_version::v3_1_1,
                          "\x82\x0A\x00\x01\x00\x01"
                          "a\x01\x00\x01"
                          "b\x02"sv) == "SUBSCRIBE (Mid: 1, Topic: a, QoS: 1, Topic: b, QoS: 2)");
    CHECK(describe_packet(tern::protocol_version::v3_1_1, "\x90\x04\x00\x01\x01\x80"sv) == "SUBACK (Mid: 1): 1, 128");
    CHECK(describe_packet(tern::protocol_version::v3_1_1, "\xA2\x05\x00\x02\x00\x01"
                                                          "a"sv) == "UNSUBSCRIBE (Mid: 2, Topic: a)");
}

TEST_CASE("a password is never described")
{
    tern::wire::connect connect;
    connect.client_identifier = "me";
    connect.user_name = "user";
    connect.password = "secret"sv;
    CHECK(described(connect) == "CONNECT");
}
