// SPDX-License-Identifier: BSL-1.0
#include "tern/session/composing.hpp"

#include "support/catch.hpp"

#include "script.hpp"

#include <string>
#include <system_error>

using namespace tern;
using namespace tern_test;

namespace
{

std::error_code check(script& server, const publish_options& options, std::string_view topic = "t",
                      std::string_view payload = "x")
{
    const std::error_code checked = server.engine.check_publish(topic, payload, options);
    const session::publish_result result = server.engine.publish(1, topic, payload, options, server.now);
    CHECK(result.error == checked);
    if (result.error)
    {
        CHECK(result.handle.generation == 0);
    }
    return checked;
}

} // namespace

TEST_CASE("what is not MQTT is refused before a byte leaves", "[session]")
{
    script server;
    server.connect();
    publish_options options;
    SECTION("QoS 3")
    {
        options.qos = static_cast<qos>(3);
        CHECK(check(server, options) == errc::invalid_qos);
    }
    SECTION("no topic")
    {
        CHECK(check(server, options, "") == errc::invalid_topic_name);
    }
    SECTION("a topic that is too long")
    {
        CHECK(check(server, options, std::string(65'536, 't')) == errc::field_too_long);
    }
    SECTION("a response topic with a wildcard") // v5 [MQTT-3.3.2-14]
    {
        options.response_topic = "a/#";
        CHECK(check(server, options) == errc::invalid_topic_name);
    }
    SECTION("a content type that is not text") // v5 [MQTT-3.3.2-19]
    {
        options.content_type = "\xC0\x80";
        CHECK(check(server, options) == errc::invalid_text);
    }
    SECTION("a user property that is not text") // v5 [MQTT-1.5.7-1]
    {
        const user_property list[] = {{"a", std::string_view("\0", 1)}};
        options.user_properties = list;
        CHECK(check(server, options) == errc::invalid_text);
    }
    SECTION("an expiry that four bytes cannot hold")
    {
        options.message_expiry_interval = std::chrono::seconds(0x1'0000'0000);
        CHECK(check(server, options) == errc::invalid_option);
        options.message_expiry_interval = -1s;
        CHECK(check(server, options) == errc::invalid_option);
    }
    CHECK(server.sent().empty());
    CHECK(server.engine.idle());
}

TEST_CASE("the longest topic is sent", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(check(server, {}, std::string(65'535, 't')));
}

TEST_CASE("every property reaches the wire", "[session]")
{
    script server;
    server.connect();
    const user_property list[] = {{"a", "b"}};
    publish_options options;
    options.payload_format_indicator = payload_format::utf8;
    options.message_expiry_interval = 10s;
    options.content_type = "c";
    options.response_topic = "r";
    options.correlation_data = byte_view("d");
    options.user_properties = list;
    std::string first;
    for (const qos level : {qos::at_most_once, qos::at_least_once})
    {
        options.qos = level;
        CHECK_FALSE(check(server, options));
        const packets sent = server.sent();
        REQUIRE(sent.size() == 1);
        const std::string bytes = from_hex(sent[0]);
        wire::publish packet;
        REQUIRE(wire::decode(protocol_version::v5, wire::next_frame(bytes, 1'000).frame, packet) == errc{});
        CHECK(packet.properties.payload_format_indicator == payload_format::utf8);
        CHECK(packet.properties.message_expiry_interval == 10U);
        CHECK(packet.properties.content_type == "c");
        CHECK(packet.properties.response_topic == "r");
        CHECK(packet.properties.correlation_data == byte_view("d"));
        CHECK((*packet.properties.user_properties.begin()).name == "a");
    }
    server.resume(); // from the stored fields
    CHECK(server.sent().at(0).starts_with("3A 21 00 01 74 00 01 1A"));
}

TEST_CASE("3.1.1 refuses properties, and has none on the wire", "[session]")
{
    connect_options plain = plain_options();
    plain.session_expiry = 0s;
    script server;
    server.connect(plain, {}, protocol_version::v3_1_1);
    publish_options options;
    options.content_type = "c";
    CHECK(check(server, options) == errc::not_supported_by_protocol_version);
    CHECK_FALSE(check(server, {}));
    CHECK(server.sent() == packets{"30 04 00 01 74 78"});
}

TEST_CASE("what the server does not take is refused while connected", "[session]")
{
    wire::connack answer;
    answer.properties.maximum_qos = qos::at_least_once;
    answer.properties.retain_available = false;
    answer.properties.maximum_packet_size = 20;
    script server;
    server.connect(plain_options(), answer);
    publish_options options;
    options.qos = qos::exactly_once; // v5 [MQTT-3.2.2-11]
    CHECK(check(server, options) == errc::exceeds_server_maximum_qos);
    options.qos = qos::at_least_once;
    options.retain = true; // v5 [MQTT-3.2.2-14]
    CHECK(check(server, options) == errc::retain_not_available);
    options = {};
    CHECK(check(server, options, "t", std::string(15, 'x')) == errc::exceeds_server_maximum_packet_size);
    CHECK_FALSE(check(server, options, "t", std::string(14, 'x'))); // v5 [MQTT-3.2.2-15]
    CHECK(server.sent().size() == 1);
}

TEST_CASE("what was queued ends with an error if the server does not take it", "[session]")
{
    script server;
    (void)server.publish(1, "x", qos::exactly_once);
    publish_options options;
    options.retain = true;
    (void)server.engine.publish(2, "t", "x", options, server.now);
    (void)server.publish(3, std::string(100, 'x'), qos::at_most_once);
    (void)server.publish(4, "x", qos::at_least_once);
    wire::connack answer;
    answer.properties.maximum_qos = qos::at_least_once;
    answer.properties.retain_available = false;
    answer.properties.maximum_packet_size = 20;
    server.connect(plain_options(), answer);
    CHECK(server.sent() == packets{"32 07 00 01 74 00 01 00 78"});
    const auto ended = server.ended();
    REQUIRE(ended.size() == 3);
    CHECK(ended[0] == std::pair(session::operation{1}, make_error_code(errc::exceeds_server_maximum_qos)));
    CHECK(ended[1] == std::pair(session::operation{2}, make_error_code(errc::retain_not_available)));
    CHECK(ended[2] == std::pair(session::operation{3}, make_error_code(errc::exceeds_server_maximum_packet_size)));
}

TEST_CASE("what was queued for 5.0 and does not fit 3.1.1 ends with an error", "[session]")
{
    script server;
    publish_options options;
    options.content_type = "c";
    (void)server.engine.publish(1, "t", "x", options, server.now);
    options = {};
    options.message_expiry_interval = 60s;
    options.qos = qos::at_least_once;
    (void)server.engine.publish(2, "t", "x", options, server.now);
    (void)server.publish(3, "x", qos::at_most_once);
    connect_options connecting = plain_options();
    connecting.session_expiry = 0s;
    server.connect(connecting, {}, protocol_version::v3_1_1);
    CHECK(server.sent() == packets{"30 04 00 01 74 78"});
    const auto ended = server.ended();
    REQUIRE(ended.size() == 3);
    CHECK(ended[0] == std::pair(session::operation{3}, std::error_code()));
    CHECK(ended[1].second == errc::not_supported_by_protocol_version);
    CHECK(ended[2].second == errc::not_supported_by_protocol_version);
}
