// SPDX-License-Identifier: BSL-1.0
#include "conformance/websocket_statements.hpp"

#include "conformance/websocket_client.hpp"
#include "support/catch.hpp"
#include "tern/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tern_test
{

void check_only_binary_frames(tern::protocol_choice version)
{
    websocket_client client(version);
    REQUIRE(client.start());
    client.publish("t", "payload");
    REQUIRE(client.frames().size() == 2); // CONNECT and PUBLISH
    for (const read_frame& each : client.frames())
    {
        CHECK(each.first_byte == first_binary);
        CHECK(each.masked);
    }
    client.send(frame(role::server, first_text, publish_bytes(version, "t", "x")));
    CHECK(client.received().empty());
    CHECK(client.lost() == tern::errc::websocket_text_frame);
    REQUIRE(client.frames().size() == 3);
    CHECK(client.frames()[2] == '\x88' + closing(1003));
}

void check_packets_cut_in_any_way(tern::protocol_choice version)
{
    const std::string packets = publish_bytes(version, "a", "one") + publish_bytes(version, "b", "two");
    const std::vector<std::string> both{"a=one", "b=two"};
    for (std::size_t cut = 0; cut <= packets.size(); ++cut)
    {
        websocket_client client(version);
        REQUIRE(client.start());
        client.send(frame(role::server, first_binary, std::string_view(packets).substr(0, cut)) +
                    frame(role::server, first_ping, "") +
                    frame(role::server, first_binary, std::string_view(packets).substr(cut)));
        CHECK(client.received() == both);
    }
    websocket_client client(version);
    REQUIRE(client.start());
    for (std::size_t i = 0; i < packets.size(); ++i) // a message of fragments of a byte each
    {
        const unsigned first = i == 0 ? first_binary & ~not_final : first_continuation & ~not_final;
        client.send(frame(role::server, first, std::string_view(packets).substr(i, 1)));
    }
    CHECK(client.received() == both);
    CHECK_FALSE(client.lost());
}

void check_subprotocol_offered(tern::protocol_choice version)
{
    const websocket_client client(version);
    CHECK(client.request().starts_with("GET /mqtt HTTP/1.1\r\n"));
    CHECK(client.request().find("\r\nSec-WebSocket-Protocol: mqtt\r\n") != std::string::npos);
}

void check_subprotocol_selected(tern::protocol_choice version)
{
    for (const std::string_view other : {"", "mqttv3.1", "MQTT", "mqtt, mqttv3.1", "wamp"})
    {
        CAPTURE(std::string(other));
        websocket_client client(version);
        client.accept(other);
        CHECK(client.connected() == tern::errc::websocket_subprotocol_not_selected);
        CHECK(client.frames().empty());
    }
    websocket_client client(version);
    client.accept(mqtt_selected);
    REQUIRE(client.frames().size() == 1);
    CHECK(client.packets().starts_with("10 ")); // CONNECT
}

} // namespace tern_test
