// SPDX-License-Identifier: BSL-1.0
//
// CONNECT as it leaves: name, version, flags, and the payload that the flags announce. v5 3.1.2, 3.1.3

#include "conformance/v5/play.hpp"

#include <string>

using namespace conformance_5;
using tern::qos;

namespace
{

// A bare CONNECT: fixed header, name, version, then flags, keep alive, no properties, client identifier "c".
const std::string start = "00 04 4D 51 54 54 05";

std::string bare(const tern::connect_options& options)
{
    return connect_packet(options, bare_limits());
}

unsigned flags_of(const std::string& packet)
{
    return static_cast<unsigned char>(from_hex(packet)[9]);
}

tern::connect_options with_will(qos level = qos::at_most_once, bool retain = false)
{
    tern::connect_options options = bare_options();
    tern::will_options& will = options.will.emplace();
    will.topic = "w";
    will.payload = "gone";
    will.qos = level;
    will.retain = retain;
    return options;
}

// Every combination of what the flags are about.
std::vector<tern::connect_options> every_kind()
{
    std::vector<tern::connect_options> all;
    for (unsigned bits = 0; bits < 16; ++bits)
    {
        tern::connect_options options = (bits & 1U) != 0 ? with_will(qos::exactly_once, true) : bare_options();
        if ((bits & 2U) != 0)
        {
            options.user_name = "u";
        }
        if ((bits & 4U) != 0)
        {
            options.password = "p";
        }
        options.clean_start = (bits & 8U) != 0;
        all.push_back(options);
    }
    return all;
}

} // namespace

TEST_CASE("the first packet on a new connection is CONNECT", "[v5][MQTT-3.1.0-1]")
{
    script play;
    (void)play.engine.configure(plain_options());
    (void)play.publish(1, "x", qos::at_least_once);
    (void)subscribe(play, 2, "t");
    for (int i = 0; i < 2; ++i)
    {
        REQUIRE_FALSE(play.engine.open(tern::protocol_version::v5, play.now));
        const packets first = play.sent();
        REQUIRE(first.size() == 1);
        CHECK(first[0].substr(0, 2) == "10");
        play.drop();
    }
}

TEST_CASE("a connection sees one CONNECT only", "[v5][MQTT-3.1.0-2]")
{
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    script play;
    (void)open(play, options);
    CHECK(play.engine.open(tern::protocol_version::v5, play.now) == tern::errc::already_connected);
    (void)play.feed_hex(connack_text("15", field("M")));
    CHECK(play.engine.open(tern::protocol_version::v5, play.now) == tern::errc::already_connected);
    CHECK(play.engine.configure(plain_options()) == tern::errc::already_connected);
    CHECK(play.sent().empty());
    REQUIRE_FALSE(play.engine.re_authenticate("again"));
    REQUIRE_FALSE(play.publish(1, "x", qos::at_most_once).error);
    for (const std::string& each : play.sent())
    {
        CHECK(each.substr(0, 2) != "10");
    }
    REQUIRE_FALSE(play.engine.disconnect({}, play.now));
    CHECK(play.engine.open(tern::protocol_version::v5, play.now) == tern::errc::already_connected);
    CHECK(play.sent() == packets{"E0 00"}); // the session was asked for: nothing to say about it
}

TEST_CASE("the protocol name is MQTT", "[v5][MQTT-3.1.2-1]")
{
    CHECK(bare(bare_options()).substr(6, 17) == "00 04 4D 51 54 54");
}

TEST_CASE("the lowest CONNECT flag is 0", "[v5][MQTT-3.1.2-3]")
{
    for (const tern::connect_options& options : every_kind())
    {
        CHECK((flags_of(bare(options)) & 1U) == 0);
    }
}

TEST_CASE("a will brings its properties, topic and payload", "[v5][MQTT-3.1.2-9]")
{
    CHECK(bare(with_will()) == framed("10", joined(start, "06 00 3C 00", field("c"), "00", field("w"), field("gone"))));
    tern::connect_options options = with_will();
    options.will->payload = {};
    options.will->will_delay_interval = 5s;
    CHECK(bare(options) ==
          framed("10", joined(start, "06 00 3C 00", field("c"), "05 18 00 00 00 05", field("w"), "00 00")));
    options.will->topic = {};
    CHECK(script().engine.configure(options) == tern::errc::invalid_topic_name);
}

TEST_CASE("without a will the QoS of the will is 0", "[v5][MQTT-3.1.2-11]")
{
    for (const tern::connect_options& options : every_kind())
    {
        CHECK((options.will || (flags_of(bare(options)) & 0x18U) == 0));
    }
}

TEST_CASE("the QoS of a will is 0, 1 or 2", "[v5][MQTT-3.1.2-12]")
{
    for (const unsigned level : {0U, 1U, 2U})
    {
        CHECK(flags_of(bare(with_will(static_cast<qos>(level)))) == (0x06U | level << 3U));
    }
    CHECK(script().engine.configure(with_will(static_cast<qos>(3))) == tern::errc::invalid_qos);
}

TEST_CASE("without a will there is no retained one either", "[v5][MQTT-3.1.2-13]")
{
    for (const tern::connect_options& options : every_kind())
    {
        CHECK(((flags_of(bare(options)) & 0x20U) != 0) == options.will.has_value());
    }
}

TEST_CASE("without its flag there is no user name", "[v5][MQTT-3.1.2-16]")
{
    CHECK(bare(bare_options()) == framed("10", joined(start, "02 00 3C 00", field("c"))));
    tern::connect_options options = bare_options();
    options.password = "p";
    CHECK(bare(options) == framed("10", joined(start, "42 00 3C 00", field("c"), field("p"))));
}

TEST_CASE("with its flag there is a user name, which may be empty", "[v5][MQTT-3.1.2-17]")
{
    tern::connect_options options = bare_options();
    options.user_name = "u";
    CHECK(bare(options) == framed("10", joined(start, "82 00 3C 00", field("c"), field("u"))));
    options.user_name = "";
    CHECK(bare(options) == framed("10", joined(start, "82 00 3C 00", field("c"), "00 00")));
}

TEST_CASE("without its flag there is no password", "[v5][MQTT-3.1.2-18]")
{
    CHECK(bare(with_will()) == framed("10", joined(start, "06 00 3C 00", field("c"), "00", field("w"), field("gone"))));
    tern::connect_options options = bare_options();
    options.user_name = "u";
    CHECK(bare(options) == framed("10", joined(start, "82 00 3C 00", field("c"), field("u"))));
}

TEST_CASE("with its flag there is a password, with or without a user name", "[v5][MQTT-3.1.2-19]")
{
    tern::connect_options options = bare_options();
    options.password = "p";
    CHECK(bare(options) == framed("10", joined(start, "42 00 3C 00", field("c"), field("p"))));
    options.user_name = "u";
    CHECK(bare(options) == framed("10", joined(start, "C2 00 3C 00", field("c"), field("u"), field("p"))));
    options.password = tern::byte_view();
    CHECK(bare(options) == framed("10", joined(start, "C2 00 3C 00", field("c"), field("u"), "00 00")));
    options.password = std::string_view("\xFF\0", 2); // binary data, not text
    CHECK(bare(options) == framed("10", joined(start, "C2 00 3C 00", field("c"), field("u"), "00 02 FF 00")));
}

TEST_CASE("the payload of CONNECT has its fields in their order", "[v5][MQTT-3.1.3-1]")
{
    tern::connect_options options = with_will(qos::at_least_once, true);
    options.client_id = "id";
    options.user_name = "user";
    options.password = "word";
    options.will->content_type = "type";
    options.will->will_delay_interval = 9s;
    CHECK(bare(options) ==
          framed("10", joined(start, "EE 00 3C 00", field("id"), property_block("18 00 00 00 09", "03", field("type")),
                              field("w"), field("gone"), field("user"), field("word"))));
}

TEST_CASE("the client identifier is always there, and first", "[v5][MQTT-3.1.3-3]")
{
    for (const tern::connect_options& options : every_kind())
    {
        const std::string packet = bare(options);
        CHECK(packet.substr(6 + start.size() + 13, 8) == "00 01 63");
    }
    tern::connect_options options = bare_options();
    options.client_id = "";
    CHECK(bare(options) == framed("10", joined(start, "02 00 3C 00", "00 00")));
}

TEST_CASE("a client identifier that is not UTF-8 is refused", "[v5][MQTT-3.1.3-4]")
{
    script play;
    for (const std::string_view bad : {"\xC3", "\xED\xA0\x80", "a\xFF"})
    {
        tern::connect_options options = plain_options();
        options.client_id = bad;
        CHECK(play.engine.configure(options) == tern::errc::invalid_text);
    }
    tern::connect_options options = bare_options();
    options.client_id = "\xC3\xA4\xF0\x9F\x90\xA6";
    CHECK(bare(options) == framed("10", joined(start, "02 00 3C 00", field(options.client_id))));
}

TEST_CASE("a will topic that is no topic name is refused", "[v5][MQTT-3.1.3-11]")
{
    for (const std::string_view bad : {"\xC3", "\xED\xA0\x80", "a/+", "#", ""})
    {
        tern::connect_options options = with_will();
        options.will->topic = bad;
        INFO(to_hex(bad));
        CHECK(script().engine.configure(options) == tern::error_kind::usage);
    }
}

TEST_CASE("a user name that is not UTF-8 is refused", "[v5][MQTT-3.1.3-12]")
{
    for (const std::string_view bad : {"\xC3", "\xED\xA0\x80", "a\xFF"})
    {
        tern::connect_options options = plain_options();
        options.user_name = bad;
        CHECK(script().engine.configure(options) == tern::errc::invalid_text);
    }
}

TEST_CASE("a Receive Maximum of 0 is refused", "[v5][U5-3.1.2.11.3]")
{
    tern::connect_options options = bare_options();
    options.receive_maximum = 0;
    CHECK(script().engine.configure(options) == tern::errc::invalid_option);
    options.receive_maximum = 1;
    CHECK(bare(options).find(property_block("21 00 01")) != std::string::npos);
}

TEST_CASE("a Maximum Packet Size of 0 never leaves", "[v5][U5-3.1.2.11.4]")
{
    // The choice: 0 is no size of its own but means the client's own limit, and no limit if that is 0 too.
    tern::connect_options options = bare_options();
    options.maximum_packet_size = 0;
    tern::client_limits limits;
    limits.maximum_packet_size = 1'000;
    CHECK(connect_packet(options, limits) == framed("10", joined(start, "02 00 3C 05 27 00 00 03 E8", field("c"))));
    limits.maximum_packet_size = 0;
    CHECK(connect_packet(options, limits) == framed("10", joined(start, "02 00 3C 00", field("c"))));
    // Nor can it be encoded.
    wire::connect packet;
    packet.properties.maximum_packet_size = 0;
    CHECK(wire::encoded_size(tern::protocol_version::v5, packet).error == tern::errc::invalid_option);
}

TEST_CASE("Authentication Data without an Authentication Method is refused", "[v5][U5-3.1.2.11.10]")
{
    script play;
    REQUIRE_FALSE(play.engine.configure(plain_options()));
    CHECK(play.engine.open(tern::protocol_version::v5, play.now, tern::byte_view("data")) ==
          tern::errc::invalid_option);
    CHECK(play.sent().empty());
    CHECK(play.engine.phase() == session::connection_phase::closed);
    tern::connect_options options = bare_options();
    options.authentication_method = "M";
    script with_method(bare_limits());
    REQUIRE_FALSE(with_method.engine.configure(options));
    REQUIRE_FALSE(with_method.engine.open(tern::protocol_version::v5, with_method.now, tern::byte_view("data")));
    CHECK(with_method.sent() ==
          packets{framed(
              "10", joined(start, "02 00 3C", property_block("15", field("M"), "16", field("data")), field("c")))});
}
