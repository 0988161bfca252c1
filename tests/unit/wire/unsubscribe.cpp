// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/unsubscribe.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>
#include <vector>

using namespace tern_test;

namespace
{

constexpr user_property names[] = {{"n", "v"}};
constexpr std::string_view filters[] = {"a/#", "b"};
constexpr reason_code codes[] = {reason_code::success, reason_code::no_subscription_existed};

static_assert(round_trips_in_both(unsubscribe{.packet_identifier = 1, .topic_filters = filters}));
static_assert(round_trips(
    v5, unsubscribe{.packet_identifier = 1, .properties = {.user_properties = names}, .topic_filters = filters}));
static_assert(round_trips(v5, unsuback{.packet_identifier = 1,
                                       .properties = {.reason_string = "r", .user_properties = names},
                                       .reason_codes = codes}));
static_assert(round_trips_in_both(unsuback{.packet_identifier = 1}));

} // namespace

TEST_CASE("UNSUBSCRIBE has the bytes of the standard")
{
    check_vector(v3_1_1, unsubscribe{.packet_identifier = 10, .topic_filters = filters},
                 bytes("A2 0A 00 0A 00 03 'a/#' 00 01 'b'"), 1);
    check_vector(
        v5, unsubscribe{.packet_identifier = 10, .properties = {.user_properties = names}, .topic_filters = filters},
        bytes("A2 12 00 0A 07 26 00 01 'n' 00 01 'v' 00 03 'a/#' 00 01 'b'"), 1);
}

TEST_CASE("UNSUBACK has the bytes of the standard")
{
    check_vector(v3_1_1, unsuback{.packet_identifier = 10}, bytes("B0 02 00 0A"));
    check_vector(v5, unsuback{.packet_identifier = 10, .reason_codes = codes}, bytes("B0 05 00 0A 00 00 11"), 2);
    // 3.1.1 has no codes: they are left out.
    CHECK(encoded(v3_1_1, unsuback{.packet_identifier = 10, .reason_codes = codes}) == bytes("B0 02 00 0A"));
    CHECK(decode_error<unsuback>(v3_1_1, bytes("B0 03 00 0A 00")) == errc::length_mismatch);
}

TEST_CASE("UNSUBACK carries the codes of its table only")
{
    std::vector<unsigned> good;
    for (unsigned code = 0; code < 256; ++code)
    {
        const errc error = decode_error<unsuback>(v5, bytes("B0 04 00 01 00") + static_cast<char>(code));
        CHECK((error == none || error == errc::invalid_reason_code)); // v5 [MQTT-3.11.3-2]
        if (error == none)
        {
            good.push_back(code);
        }
    }
    CHECK(good == std::vector<unsigned>{0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91});
}

TEST_CASE("UNSUBSCRIBE that is not legal")
{
    const std::string too_long(65'536, 'x');
    const std::string_view long_filter[] = {too_long};
    const std::string_view bad_text[] = {"\xED\xA0\x80"};
    for (const protocol_version version : {v5, v3_1_1})
    {
        CHECK(refusal(version, unsubscribe{.packet_identifier = 1}) == errc::empty_subscription_list);
        CHECK(refusal(version, unsubscribe{.packet_identifier = 1, .topic_filters = long_filter}) ==
              errc::field_too_long);
        CHECK(refusal(version, unsubscribe{.packet_identifier = 1, .topic_filters = bad_text}) == errc::invalid_text);
    }
    CHECK(decode_error<unsubscribe>(v5, bytes("A2 03 00 01 00")) == errc::empty_subscription_list); // [MQTT-3.10.3-2]
    CHECK(decode_error<unsubscribe>(v3_1_1, bytes("A2 02 00 01")) == errc::empty_subscription_list);
    CHECK(decode_error<unsubscribe>(v3_1_1, bytes("A2 05 00 00 00 01 'x'")) == errc::invalid_packet_identifier);
    CHECK(decode_error<unsubscribe>(v3_1_1, bytes("A0 05 00 01 00 01 'x'")) == errc::reserved_flags);
}
