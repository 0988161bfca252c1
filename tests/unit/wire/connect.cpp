// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/connect.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

namespace
{

constexpr user_property names[] = {{"n", "v"}};

constexpr connect full{
    .clean_start = false,
    .keep_alive = 10,
    .properties = {.session_expiry_interval = 10,
                   .receive_maximum = 20,
                   .maximum_packet_size = 30,
                   .topic_alias_maximum = 40,
                   .request_response_information = true,
                   .request_problem_information = false,
                   .user_properties = names,
                   .authentication_method = "m",
                   .authentication_data = byte_view("\0", 1)},
    .client_identifier = "id",
    .will = will{.topic = "w",
                 .payload = "gone",
                 .qos = qos::exactly_once,
                 .retain = true,
                 .properties = {.will_delay_interval = 5,
                                .payload_format_indicator = payload_format::unspecified,
                                .message_expiry_interval = 6,
                                .content_type = "t",
                                .response_topic = "r",
                                .correlation_data = "c",
                                .user_properties = names}},
    .user_name = "u",
    .password = "p",
};

static_assert(round_trips(v5, full));
static_assert(round_trips_in_both(connect{}));
static_assert(round_trips_in_both(connect{.keep_alive = 65'535, .client_identifier = "a", .user_name = ""}));
static_assert(round_trips_in_both(connect{
    .client_identifier = "a", .will = will{.topic = "t"}, .user_name = "u", .password = ""}));
static_assert(round_trips(v5, connect{.clean_start = false, .password = "without a name"}));

} // namespace

TEST_CASE("CONNECT has the bytes of the standard")
{
    check_vector(v3_1_1, connect{.keep_alive = 60, .client_identifier = "a"},
                 bytes("10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'a'"));
    check_vector(v5, connect{.keep_alive = 60, .client_identifier = "a"},
                 bytes("10 0E 00 04 'MQTT' 05 02 00 3C 00 00 01 'a'"));
    check_vector(v3_1_1,
                 connect{.clean_start = false,
                         .keep_alive = 10,
                         .client_identifier = "id",
                         .will = will{.topic = "w", .payload = "p", .qos = qos::at_least_once, .retain = true},
                         .user_name = "u",
                         .password = "s"},
                 bytes("10 1A 00 04 'MQTT' 04 EC 00 0A 00 02 'id' 00 01 'w' 00 01 'p' 00 01 'u' 00 01 's'"));
    check_vector(v5, full,
                 bytes("10 61 00 04 'MQTT' 05 F4 00 0A"
                       " 23 11 00 00 00 0A 21 00 14 27 00 00 00 1E 22 00 28 19 01 17 00 26 00 01 'n' 00 01 'v'"
                       " 15 00 01 'm' 16 00 01 00"
                       " 00 02 'id'"
                       " 1F 18 00 00 00 05 01 00 02 00 00 00 06 03 00 01 't' 08 00 01 'r' 09 00 01 'c'"
                       " 26 00 01 'n' 00 01 'v' 00 01 'w' 00 04 'gone'"
                       " 00 01 'u' 00 01 'p'"));
}

TEST_CASE("the flags of CONNECT are judged")
{
    const auto with_flags = [](protocol_version version, const char* flags, const char* payload) {
        const std::string body = bytes(version == v5 ? "00 04 'MQTT' 05" : "00 04 'MQTT' 04") + bytes(flags) +
                                 bytes("00 00") + bytes(version == v5 ? "00" : "") + bytes(payload);
        return decode_error<connect>(version, packet_bytes(0x10, body));
    };
    for (const protocol_version version : {v5, v3_1_1})
    {
        CAPTURE(static_cast<int>(version));
        CHECK(with_flags(version, "02", "00 01 'a'") == none);
        CHECK(with_flags(version, "03", "00 01 'a'") == errc::reserved_bits); // [MQTT-3.1.2-3]
        CHECK(with_flags(version, "0A", "00 01 'a'") == errc::reserved_bits); // [MQTT-3.1.2-11]
        CHECK(with_flags(version, "22", "00 01 'a'") == errc::reserved_bits); // [MQTT-3.1.2-13] [MQTT-3.1.2-15]
        CHECK(with_flags(version, "1E", "00 01 'a'") == errc::invalid_qos_received);
        CHECK(with_flags(version, "82", "00 01 'a'") == errc::length_mismatch);
        CHECK(with_flags(version, "82", "00 01 'a' 00 01 'u'") == none);
        CHECK(with_flags(version, "82", "00 01 'a' 00 01 'u' 00") == errc::length_mismatch);
        CHECK(with_flags(version, "82", "00 01 'a' 00 01 80") == errc::malformed_text);
        CHECK(with_flags(version, "02", "00 01 00") == errc::malformed_text);
    }
    CHECK(with_flags(v3_1_1, "42", "00 01 'a' 00 01 'p'") == errc::reserved_bits); // v3.1.1 [MQTT-3.1.2-22]
    CHECK(with_flags(v5, "42", "00 01 'a' 00 01 'p'") == none);
    // The server answers an empty identifier itself: v3.1.1 [MQTT-3.1.3-8]
    CHECK(with_flags(v3_1_1, "00", "00 00") == none);
    CHECK(with_flags(v3_1_1, "06", "00 01 'a' 00 01 '#' 00 00") == errc::invalid_topic_received);
    CHECK(with_flags(v3_1_1, "06", "00 01 'a' 00 00 00 00") == errc::invalid_topic_received);
    CHECK(with_flags(v3_1_1, "06", "00 01 'a' 00 01 't' 00 00") == none);
}

TEST_CASE("another protocol or version is not decoded")
{
    CHECK(decode_error<connect>(v5, bytes("10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'a'")) ==
          errc::not_supported_by_protocol_version);
    CHECK(decode_error<connect>(v3_1_1, bytes("10 0E 00 04 'MQTT' 05 02 00 3C 00 00 01 'a'")) ==
          errc::not_supported_by_protocol_version);
    CHECK(decode_error<connect>(v3_1_1, bytes("10 0F 00 06 'MQIsdp' 03 02 00 3C 00 01 'a'")) ==
          errc::not_supported_by_protocol_version);
}

TEST_CASE("CONNECT that cannot be sent is refused")
{
    const std::string too_long(65'536, 'x');
    for (const protocol_version version : {v5, v3_1_1})
    {
        CHECK(refusal(version, connect{.client_identifier = too_long}) == errc::field_too_long);
        CHECK(refusal(version, connect{.client_identifier = "\xFF"}) == errc::invalid_text);
        CHECK(refusal(version, connect{.user_name = "\xC3"}) == errc::invalid_text);
        CHECK(refusal(version, connect{.user_name = "u", .password = too_long}) == errc::field_too_long);
        CHECK(refusal(version, connect{.will = will{.topic = "a/+"}}) == errc::invalid_topic_name);
        CHECK(refusal(version, connect{.will = will{}}) == errc::invalid_topic_name);
        CHECK(refusal(version, connect{.will = will{.topic = "t", .payload = too_long}}) == errc::field_too_long);
        CHECK(refusal(version, connect{.will = will{.topic = "t", .qos = static_cast<qos>(3)}}) == errc::invalid_qos);
    }
    CHECK(refusal(v5, connect{.properties = {.authentication_data = "x"}}) == errc::invalid_option);  // v5 3.1.2.11.10
    CHECK(refusal(v3_1_1, connect{.password = "p"}) == errc::not_supported_by_protocol_version);      // [MQTT-3.1.2-22]
    CHECK(refusal(v3_1_1, connect{.clean_start = false}) == errc::not_supported_by_protocol_version); // [MQTT-3.1.3-7]
    CHECK(refusal(v3_1_1, connect{.properties = {.session_expiry_interval = 1}}) ==
          errc::not_supported_by_protocol_version);
    CHECK(refusal(v3_1_1, connect{.will = will{.topic = "t", .properties = {.will_delay_interval = 1}}}) ==
          errc::not_supported_by_protocol_version);
}
