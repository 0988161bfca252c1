// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/auth.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>
#include <vector>

using namespace tern_test;

namespace
{

constexpr user_property names[] = {{"n", "v"}};
constexpr auth full{.reason_code = reason_code::continue_authentication,
                    .properties = {.authentication_method = "m",
                                   .authentication_data = byte_view("\0\1", 2),
                                   .reason_string = "r",
                                   .user_properties = names}};

static_assert(round_trips(v5, full));
static_assert(round_trips(v5, auth{}));
static_assert(round_trips(v5, auth{.properties = {.authentication_method = ""}}));
static_assert(encoded_size(v3_1_1, auth{}).error == errc::not_supported_by_protocol_version);

std::vector<unsigned> accepted_codes(sender from)
{
    std::vector<unsigned> codes;
    for (unsigned code = 0; code < 256; ++code)
    {
        const errc error = decode_error<auth>(v5, bytes("F0 02") + static_cast<char>(code) + '\0', from);
        CHECK((error == none || error == errc::invalid_reason_code)); // v5 [MQTT-3.15.2-1]
        if (error == none)
        {
            codes.push_back(code);
        }
    }
    return codes;
}

} // namespace

TEST_CASE("AUTH has the bytes of the standard")
{
    check_vector(v5, auth{}, bytes("F0 00"));
    check_vector(v5, auth{.reason_code = reason_code::re_authenticate}, bytes("F0 02 19 00"), 1);
    check_vector(v5, full, bytes("F0 16 18 14 15 00 01 'm' 16 00 02 00 01 1F 00 01 'r' 26 00 01 'n' 00 01 'v'"), 1);
}

TEST_CASE("code and properties of AUTH are left out together")
{
    auth packet = full;
    const std::string empty = bytes("F0 00");
    REQUIRE(decode(v5, next_frame(empty, 10).frame, packet) == none);
    CHECK(packet == auth{}); // v5 3.15.2.1: success
    CHECK(decode_error<auth>(v5, bytes("F0 01 00")) == errc::length_mismatch);
    CHECK(decode_error<auth>(v5, bytes("F0 02 00 00")) == none);
    CHECK(decode_error<auth>(v5, bytes("F1 00")) == errc::reserved_flags); // v5 [MQTT-3.15.1-1]
}

TEST_CASE("each end has its own reason codes in AUTH")
{
    CHECK(accepted_codes(sender::client) == std::vector<unsigned>{0x18, 0x19});
    CHECK(accepted_codes(sender::server) == std::vector<unsigned>{0x00, 0x18});
    CHECK(accepted_codes(sender::any) == std::vector<unsigned>{0x00, 0x18, 0x19});
}

TEST_CASE("3.1.1 has no AUTH")
{
    CHECK(refusal(v3_1_1, full) == errc::not_supported_by_protocol_version);
    CHECK(decode_error<auth>(v3_1_1, bytes("F0 00")) == errc::reserved_packet_type);
}

TEST_CASE("3.1.1 has no AUTH to write or read")
{
    std::string out(2, '\x55');
    CHECK(refusal(v3_1_1, auth{}) == errc::not_supported_by_protocol_version);
    CHECK(encode(v3_1_1, auth{}, 0, out.data()) == out.data());
    CHECK(out == "UU");
    CHECK(decode_error<auth>(v3_1_1, bytes("F0 00")) == errc::reserved_packet_type);
}
