// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/publish.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

namespace
{

constexpr user_property names[] = {{"k", "v"}, {"k", ""}, {"", "w"}};
constexpr std::uint32_t identifiers[] = {1, 128, 268'435'455};

constexpr publish full{
    .duplicate = true,
    .qos = qos::exactly_once,
    .retain = true,
    .topic = "a/b",
    .packet_identifier = 0x1234,
    .properties = {.payload_format_indicator = payload_format::utf8,
                   .message_expiry_interval = 0x01020304,
                   .topic_alias = 0x0506,
                   .response_topic = "r",
                   .correlation_data = byte_view("c\0d", 3),
                   .user_properties = names,
                   .subscription_identifiers = identifiers,
                   .content_type = "t"},
    .payload = "hi",
};

static_assert(round_trips(v5, full));
static_assert(round_trips_in_both(publish{.topic = "t"}));
static_assert(round_trips_in_both(publish{.retain = true,
                                          .topic = "K\xC3\xBC"
                                                   "che",
                                          .payload = "x"}));
static_assert(round_trips_in_both(publish{
    .duplicate = true, .qos = qos::at_least_once, .topic = "t", .packet_identifier = 65'535, .payload = "x"}));
static_assert(round_trips(v5, publish{.properties = {.topic_alias = 1}, .payload = "by alias alone"}));

} // namespace

TEST_CASE("PUBLISH has the bytes of the standard")
{
    // Every cut inside the payload is a packet with a shorter payload.
    check_vector(v3_1_1, publish{.topic = "a/b", .payload = "hello"}, bytes("30 0A 00 03 'a/b' 'hello'"), 5);
    check_vector(v5, publish{.topic = "a/b", .payload = "hello"}, bytes("30 0B 00 03 'a/b' 00 'hello'"), 5);
    check_vector(v3_1_1, publish{.qos = qos::at_least_once, .topic = "a/b", .packet_identifier = 10},
                 bytes("32 07 00 03 'a/b' 00 0A"));
    check_vector(v5, publish{.qos = qos::at_least_once, .topic = "a/b", .packet_identifier = 10},
                 bytes("32 08 00 03 'a/b' 00 0A 00"));
    check_vector(v5, full,
                 bytes("3D 3F 00 03 'a/b' 12 34 35"
                       " 01 01  02 01 02 03 04  23 05 06  08 00 01 'r'  09 00 03 63 00 64"
                       " 26 00 01 'k' 00 01 'v'  26 00 01 'k' 00 00  26 00 00 00 01 'w'"
                       " 0B 01  0B 80 01  0B FF FF FF 7F  03 00 01 't'  'hi'"),
                 2);
}

TEST_CASE("PUBLISH of QoS 0 has no packet identifier")
{
    // v5 [MQTT-2.2.1-2] v3.1.1 [MQTT-2.3.1-5]
    CHECK(encoded(v3_1_1, publish{.topic = "t", .packet_identifier = 7}) == bytes("30 03 00 01 't'"));
    publish decoded{.packet_identifier = 7};
    const std::string input = bytes("30 04 00 01 't' 'p'");
    REQUIRE(decode(v3_1_1, next_frame(input, 100).frame, decoded) == none);
    CHECK(decoded.packet_identifier == 0);
    CHECK(decoded.payload.text() == "p");
}

TEST_CASE("a decoded PUBLISH keeps nothing of the one before")
{
    publish packet = full;
    const std::string input = bytes("30 04 00 01 'z' 00");
    REQUIRE(decode(v5, next_frame(input, 100).frame, packet) == none);
    CHECK(packet == publish{.topic = "z"});
    packet = full;
    const std::string old = bytes("30 03 00 01 'z'");
    REQUIRE(decode(v3_1_1, next_frame(old, 100).frame, packet) == none);
    CHECK(packet == publish{.topic = "z"});
}

TEST_CASE("PUBLISH that the standard forbids is not decoded")
{
    const auto both = [](const std::string& old, const std::string& current, errc expected) {
        CHECK(decode_error<publish>(v3_1_1, old) == expected);
        CHECK(decode_error<publish>(v5, current) == expected);
    };
    // v5 [MQTT-3.3.1-4] [MQTT-3.3.1-2] v3.1.1 [MQTT-3.3.1-4] [MQTT-3.3.1-2]
    both(bytes("36 05 00 01 't' 00 01"), bytes("36 06 00 01 't' 00 01 00"), errc::invalid_qos_received);
    both(bytes("38 03 00 01 't'"), bytes("38 04 00 01 't' 00"), errc::invalid_qos_received);
    // v5 [MQTT-2.2.1-4] v3.1.1 [MQTT-2.3.1-1]
    both(bytes("32 05 00 01 't' 00 00"), bytes("32 06 00 01 't' 00 00 00"), errc::invalid_packet_identifier);
    // v5 [MQTT-3.3.2-2] v3.1.1 [MQTT-3.3.2-2]
    for (const char* topic : {"00 01 '+'", "00 01 '#'", "00 09 'abcdefgh#'", "00 09 '+bcdefghi'", "00 05 'a+bcd'",
                              "00 04 C3 BC '/#'", "00 13 'aaaaaaaabbbb+bbbccc'"})
    {
        CAPTURE(topic);
        both(packet_bytes(0x30, bytes(topic)), packet_bytes(0x30, bytes(topic) + '\0'), errc::invalid_topic_received);
    }
    // v5 [MQTT-3.3.2-1] [MQTT-1.5.4-1] [MQTT-1.5.4-2] v3.1.1 [MQTT-3.3.2-1] [MQTT-1.5.3-1] [MQTT-1.5.3-2]
    for (const char* topic : {"00 01 00", "00 09 'aaaaaaaa' 00", "00 09 00 'aaaaaaaa'", "00 01 80", "00 02 C0 80",
                              "00 03 ED A0 80", "00 08 'aaaaaa' C3 28", "00 04 F4 90 80 80"})
    {
        CAPTURE(topic);
        both(packet_bytes(0x30, bytes(topic)), packet_bytes(0x30, bytes(topic) + '\0'), errc::malformed_text);
    }
    // v5 3.3.2.1, v3.1.1 [MQTT-4.7.3-1]
    CHECK(decode_error<publish>(v5, bytes("30 03 00 00 00")) == errc::unknown_topic_alias);
    CHECK(decode_error<publish>(v3_1_1, bytes("30 02 00 00")) == errc::invalid_topic_received);
    // v5 [MQTT-3.3.4-6]
    const std::string identified = bytes("30 06 00 01 't' 02 0B 05");
    CHECK(decode_error<publish>(v5, identified, sender::client) == errc::unrequested_property);
    CHECK(decode_error<publish>(v5, identified, sender::server) == none);
    // v5 [MQTT-2.2.2-1]: the property length is never missing
    CHECK(decode_error<publish>(v5, bytes("30 03 00 01 't'")) == errc::length_mismatch);
    CHECK(decode_error<publish>(v5, bytes("30 04 00 01 't' 01")) == errc::length_mismatch);
    CHECK(decode_error<publish>(v5, bytes("30 06 00 01 't' 82 00 00")) == errc::malformed_variable_byte_integer);
}

TEST_CASE("PUBLISH that cannot be sent is refused")
{
    const std::string longest(65'535, 'x');
    const std::string too_long(65'536, 'x');
    for (const protocol_version version : {v5, v3_1_1})
    {
        CHECK(refusal(version, publish{.topic = longest}) == none);
        CHECK(refusal(version, publish{.topic = too_long}) == errc::field_too_long);
        CHECK(refusal(version, publish{.topic = "a/+"}) == errc::invalid_topic_name);
        CHECK(refusal(version, publish{.topic = "a/#"}) == errc::invalid_topic_name);
        CHECK(refusal(version, publish{.topic = ""}) == errc::invalid_topic_name);
        CHECK(refusal(version, publish{.topic = "\x80"}) == errc::invalid_text);
        CHECK(refusal(version, publish{.topic = std::string_view("a\0b", 3)}) == errc::invalid_text);
        CHECK(refusal(version, publish{.qos = static_cast<qos>(3), .topic = "t"}) == errc::invalid_qos);
        CHECK(refusal(version, publish{.duplicate = true, .topic = "t"}) == errc::invalid_qos);
        // Unchecked text is not looked at, but its length is.
        CHECK(encoded_size(version, publish{.topic = "\x80+"}, text_check::none).error == none);
        CHECK(encoded_size(version, publish{.topic = too_long}, text_check::none).error == errc::field_too_long);
    }
    CHECK(refusal(v3_1_1, publish{.topic = "t", .properties = {.topic_alias = 1}}) ==
          errc::not_supported_by_protocol_version);
    CHECK(refusal(v3_1_1, publish{.topic = "t", .properties = {.user_properties = names}}) ==
          errc::not_supported_by_protocol_version);
}

TEST_CASE("a packet may have 268,435,455 bytes behind its fixed header and no more")
{
    // The payload is never read: only its length counts while measuring.
    const std::string byte = "x";
    const auto with_payload = [&](std::size_t size) {
        return publish{.topic = "t", .payload = byte_view(byte.data(), size)};
    };
    const std::size_t room = maximum_remaining_length - 3; // of 3.1.1: the topic
    CHECK(encoded_size(v3_1_1, with_payload(room)).size == maximum_packet_size);
    CHECK(encoded_size(v3_1_1, with_payload(room + 1)).error == errc::packet_too_large);
    CHECK(encoded_size(v5, with_payload(room - 1)).size == maximum_packet_size);
    CHECK(encoded_size(v5, with_payload(room)).error == errc::packet_too_large);
}

TEST_CASE("the remaining length of an encoded PUBLISH grows with its payload")
{
    for (const std::size_t length : {127U, 128U, 16'383U, 16'384U, 2'097'151U, 2'097'152U})
    {
        CAPTURE(length);
        const std::string payload(length - 3, 'p');
        const std::string whole = encoded(v3_1_1, publish{.topic = "t", .payload = payload});
        std::string expected = packet_bytes(0x30, bytes("00 01 't'") + payload);
        CHECK(whole == expected);
        CHECK(decode_error<publish>(v3_1_1, whole) == none);
    }
}
