// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/disconnect.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>
#include <vector>

using namespace tern_test;

namespace
{

constexpr user_property names[] = {{"n", "v"}};
constexpr disconnect full{
    .reason_code = reason_code::use_another_server,
    .properties = {
        .session_expiry_interval = 1, .reason_string = "r", .user_properties = names, .server_reference = "s"}};

static_assert(round_trips_in_both(disconnect{}));
static_assert(round_trips(v5, disconnect{.reason_code = reason_code::disconnect_with_will_message}));
static_assert(round_trips(v5, full));

std::vector<unsigned> accepted_codes(sender from)
{
    std::vector<unsigned> codes;
    for (unsigned code = 0; code < 256; ++code)
    {
        const errc error = decode_error<disconnect>(v5, bytes("E0 01") + static_cast<char>(code), from);
        CHECK((error == none || error == errc::invalid_reason_code)); // v5 [MQTT-3.14.2-1]
        if (error == none)
        {
            codes.push_back(code);
        }
    }
    return codes;
}

} // namespace

TEST_CASE("DISCONNECT has the bytes of the standard")
{
    check_vector(v3_1_1, disconnect{}, bytes("E0 00"));
    check_vector(v5, disconnect{}, bytes("E0 00"));
    check_vector(v5, disconnect{.reason_code = reason_code::disconnect_with_will_message}, bytes("E0 01 04"), 1);
    check_vector(v5, full, bytes("E0 16 9C 14 11 00 00 00 01 1F 00 01 'r' 26 00 01 'n' 00 01 'v' 1C 00 01 's'"), 2);
}

TEST_CASE("the longer forms of a normal DISCONNECT are understood")
{
    for (const char* text : {"E0 00", "E0 01 00", "E0 02 00 00"})
    {
        CAPTURE(text);
        disconnect packet = full;
        const std::string whole = bytes(text);
        REQUIRE(decode(v5, next_frame(whole, 10).frame, packet) == none);
        CHECK(packet == disconnect{});
    }
    CHECK(decode_error<disconnect>(v5, bytes("E0 03 00 00 00")) == errc::length_mismatch);
    CHECK(decode_error<disconnect>(v5, bytes("E1 00")) == errc::reserved_flags); // v5 [MQTT-3.14.1-1]
    CHECK(decode_error<disconnect>(v3_1_1, bytes("E0 01 00")) == errc::length_mismatch);
}

TEST_CASE("each end has its own reason codes in DISCONNECT")
{
    const std::vector<unsigned> client{0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90,
                                       0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99};
    const std::vector<unsigned> server{0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D,
                                       0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
                                       0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2};
    CHECK(accepted_codes(sender::client) == client);
    CHECK(accepted_codes(sender::server) == server);
    CHECK(accepted_codes(sender::any).size() == server.size() + 1); // 0x04 in addition
}

TEST_CASE("a server sends no Session Expiry Interval in DISCONNECT")
{
    const std::string whole = bytes("E0 07 00 05 11 00 00 00 01");
    CHECK(decode_error<disconnect>(v5, whole, sender::server) == errc::unrequested_property); // v5 [MQTT-3.14.2-2]
    CHECK(decode_error<disconnect>(v5, whole, sender::client) == none);
}

TEST_CASE("DISCONNECT of 3.1.1 says nothing but goodbye")
{
    CHECK(refusal(v3_1_1, disconnect{.reason_code = reason_code::disconnect_with_will_message}) ==
          errc::not_supported_by_protocol_version);
    CHECK(refusal(v3_1_1, disconnect{.reason_code = reason_code::server_busy}) ==
          errc::not_supported_by_protocol_version);
    CHECK(refusal(v3_1_1, disconnect{.properties = {.reason_string = "r"}}) == errc::not_supported_by_protocol_version);
    CHECK(refusal(v5, disconnect{.reason_code = reason_code::re_authenticate}) == errc::invalid_option);
}
