// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/connack.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace tern_test;

namespace
{

constexpr user_property names[] = {{"n", "v"}};

constexpr connack full{
    .session_present = true,
    .properties = {.session_expiry_interval = 1,
                   .receive_maximum = 2,
                   .maximum_qos = qos::at_least_once,
                   .retain_available = false,
                   .maximum_packet_size = 3,
                   .assigned_client_identifier = "a",
                   .topic_alias_maximum = 4,
                   .reason_string = "r",
                   .user_properties = names,
                   .wildcard_subscription_available = true,
                   .subscription_identifiers_available = false,
                   .shared_subscription_available = true,
                   .server_keep_alive = 5,
                   .response_information = "i",
                   .server_reference = "s",
                   .authentication_method = "m",
                   .authentication_data = "d"},
};

static_assert(round_trips(v5, full));
static_assert(round_trips_in_both(connack{}));
static_assert(round_trips_in_both(connack{.session_present = true}));
static_assert(round_trips_in_both(connack{.reason_code = reason_code::not_authorized}));
static_assert(round_trips(v5, connack{.reason_code = reason_code::banned}));

} // namespace

TEST_CASE("CONNACK has the bytes of the standard")
{
    check_vector(v3_1_1, connack{}, bytes("20 02 00 00"));
    check_vector(v3_1_1, connack{.session_present = true}, bytes("20 02 01 00"));
    check_vector(v5, connack{.session_present = true}, bytes("20 03 01 00 00"));
    check_vector(v5, connack{.reason_code = reason_code::server_busy}, bytes("20 03 00 89 00"));
    check_vector(v5, full,
                 bytes("20 3F 01 00 3C 11 00 00 00 01 21 00 02 24 01 25 00 27 00 00 00 03 12 00 01 'a' 22 00 04"
                       " 1F 00 01 'r' 26 00 01 'n' 00 01 'v' 28 01 29 00 2A 01 13 00 05 1A 00 01 'i' 1C 00 01 's'"
                       " 15 00 01 'm' 16 00 01 'd'"));
}

TEST_CASE("the return codes of 3.1.1 are reason codes")
{
    const std::pair<unsigned, reason_code> codes[] = {
        {0, reason_code::success},
        {1, reason_code::unsupported_protocol_version},
        {2, reason_code::client_identifier_not_valid},
        {3, reason_code::server_unavailable},
        {4, reason_code::bad_user_name_or_password},
        {5, reason_code::not_authorized},
    };
    for (const auto& [number, code] : codes)
    {
        check_vector(v3_1_1, connack{.reason_code = code}, bytes("20 02 00") + static_cast<char>(number));
    }
    for (unsigned number = 6; number < 256; ++number)
    {
        CHECK(decode_error<connack>(v3_1_1, bytes("20 02 00") + static_cast<char>(number)) ==
              errc::invalid_reason_code);
    }
    CHECK(refusal(v3_1_1, connack{.reason_code = reason_code::banned}) == errc::not_supported_by_protocol_version);
    CHECK(refusal(v3_1_1, connack{.properties = {.server_keep_alive = 1}}) == errc::not_supported_by_protocol_version);
}

TEST_CASE("CONNACK carries the reason codes of its table only")
{
    std::vector<unsigned> codes;
    for (unsigned code = 0; code < 256; ++code)
    {
        const errc error = decode_error<connack>(v5, bytes("20 03 00") + static_cast<char>(code) + '\0');
        CHECK((error == none || error == errc::invalid_reason_code)); // v5 [MQTT-3.2.2-8]
        if (error == none)
        {
            codes.push_back(code);
        }
    }
    CHECK(codes == std::vector<unsigned>{0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
                                         0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F});
    CHECK(refusal(v5, connack{.reason_code = reason_code::granted_qos_1}) == errc::invalid_option);
}

TEST_CASE("the flags of CONNACK")
{
    for (unsigned flags = 2; flags < 256; ++flags) // v5 [MQTT-3.2.2-1]
    {
        CHECK(decode_error<connack>(v5, bytes("20 03") + static_cast<char>(flags) + bytes("00 00")) ==
              errc::reserved_bits);
        CHECK(decode_error<connack>(v3_1_1, bytes("20 02") + static_cast<char>(flags) + '\0') == errc::reserved_bits);
    }
    // v5 [MQTT-3.2.2-6] v3.1.1 [MQTT-3.2.2-4]
    CHECK(decode_error<connack>(v5, bytes("20 03 01 80 00")) == errc::reserved_bits);
    CHECK(decode_error<connack>(v3_1_1, bytes("20 02 01 05")) == errc::reserved_bits);
    CHECK(refusal(v5, connack{.session_present = true, .reason_code = reason_code::banned}) == errc::invalid_option);
}

TEST_CASE("a refusal by a server that knows only 3.1.1")
{
    const auto is_refusal = [](const std::string& whole) { return is_3_1_1_refusal(next_frame(whole, 100).frame); };
    CHECK(is_refusal(bytes("20 02 00 01")));
    CHECK(is_refusal(bytes("20 02 00 05")));
    CHECK(!is_refusal(bytes("20 02 00 00")));
    CHECK(!is_refusal(bytes("20 02 00 06")));
    CHECK(!is_refusal(bytes("20 02 01 01")));
    CHECK(!is_refusal(bytes("20 03 00 84 00")));
    CHECK(!is_refusal(bytes("40 02 00 01")));
    CHECK(decode_error<connack>(v5, bytes("20 02 00 01")) != none);
    CHECK(decode_error<connack>(v5, bytes("20 02 00 00")) == errc::length_mismatch); // v5 [MQTT-2.2.2-1]
}
