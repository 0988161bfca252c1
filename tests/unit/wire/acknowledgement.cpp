// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/acknowledgement.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>
#include <vector>

using namespace tern_test;

namespace
{

constexpr user_property names[] = {{"n", "v"}};
constexpr acknowledgement_properties properties{.reason_string = "no", .user_properties = names};

static_assert(round_trips_in_both(puback{.packet_identifier = 1}));
static_assert(round_trips_in_both(pubrec{.packet_identifier = 1}));
static_assert(round_trips_in_both(pubrel{.packet_identifier = 1}));
static_assert(round_trips_in_both(pubcomp{.packet_identifier = 65'535}));
static_assert(round_trips(v5, puback{.packet_identifier = 1, .reason_code = reason_code::quota_exceeded}));
static_assert(round_trips(v5, pubrec{.packet_identifier = 1, .properties = properties}));

template <class Packet>
constexpr Packet failing(reason_code code)
{
    return {.packet_identifier = 1, .reason_code = code, .properties = properties};
}
static_assert(round_trips(v5, failing<puback>(reason_code::no_matching_subscribers)));
static_assert(round_trips(v5, failing<pubrec>(reason_code::payload_format_invalid)));
static_assert(round_trips(v5, failing<pubrel>(reason_code::packet_identifier_not_found)));
static_assert(round_trips(v5, failing<pubcomp>(reason_code::packet_identifier_not_found)));

template <class Packet>
std::vector<unsigned> accepted_codes(protocol_version version, std::uint8_t first_byte)
{
    std::vector<unsigned> codes;
    for (unsigned code = 0; code < 256; ++code)
    {
        const std::string whole = packet_bytes(first_byte, bytes("00 01") + static_cast<char>(code));
        const errc error = decode_error<Packet>(version, whole);
        if (error == none)
        {
            codes.push_back(code);
        }
        else
        {
            CHECK(error == (version == v5 ? errc::invalid_reason_code : errc::length_mismatch));
        }
    }
    return codes;
}

} // namespace

TEST_CASE("acknowledgements have the bytes of the standard")
{
    for (const protocol_version version : {v5, v3_1_1})
    {
        check_vector(version, puback{.packet_identifier = 0x1234}, bytes("40 02 12 34"));
        check_vector(version, pubrec{.packet_identifier = 0x1234}, bytes("50 02 12 34"));
        check_vector(version, pubrel{.packet_identifier = 0x1234}, bytes("62 02 12 34"));
        check_vector(version, pubcomp{.packet_identifier = 0x1234}, bytes("70 02 12 34"));
    }
    // Of a longer one the form without properties, and that without reason code, are packets too.
    check_vector(v5, puback{.packet_identifier = 1, .reason_code = reason_code::no_matching_subscribers},
                 bytes("40 03 00 01 10"), 1);
    check_vector(v5,
                 pubrec{.packet_identifier = 1, .reason_code = reason_code::not_authorized, .properties = properties},
                 bytes("50 10 00 01 87 0C 1F 00 02 'no' 26 00 01 'n' 00 01 'v'"), 2);
}

TEST_CASE("an acknowledgement of success with properties spells the code out")
{
    CHECK(encoded(v5, pubcomp{.packet_identifier = 1, .properties = {.reason_string = "x"}}) ==
          bytes("70 08 00 01 00 04 1F 00 01 'x'"));
}

TEST_CASE("the longer forms of success are understood")
{
    for (const char* text : {"40 02 00 01", "40 03 00 01 00", "40 04 00 01 00 00"})
    {
        puback packet{.reason_code = reason_code::banned, .properties = properties};
        const std::string whole = bytes(text);
        CAPTURE(text);
        REQUIRE(decode(v5, next_frame(whole, 100).frame, packet) == none);
        CHECK(packet == puback{.packet_identifier = 1});
    }
    // 3.1.1 knows the shortest only.
    CHECK(decode_error<puback>(v3_1_1, bytes("40 03 00 01 00")) == errc::length_mismatch);
    CHECK(decode_error<puback>(v3_1_1, bytes("40 04 00 01 00 00")) == errc::length_mismatch);
}

TEST_CASE("an acknowledgement carries the reason codes of its table only")
{
    using codes = std::vector<unsigned>;
    const codes publishing{0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99};
    CHECK(accepted_codes<puback>(v5, 0x40) == publishing);         // v5 [MQTT-3.4.2-1]
    CHECK(accepted_codes<pubrec>(v5, 0x50) == publishing);         // v5 [MQTT-3.5.2-1]
    CHECK(accepted_codes<pubrel>(v5, 0x62) == codes{0x00, 0x92});  // v5 [MQTT-3.6.2-1]
    CHECK(accepted_codes<pubcomp>(v5, 0x70) == codes{0x00, 0x92}); // v5 [MQTT-3.7.2-1]
    CHECK(accepted_codes<puback>(v3_1_1, 0x40).empty());
    CHECK(refusal(v5, pubrel{.packet_identifier = 1, .reason_code = reason_code::not_authorized}) ==
          errc::invalid_option);
}

TEST_CASE("packet identifier 0 and wrong lengths are refused")
{
    for (const protocol_version version : {v5, v3_1_1})
    {
        CHECK(decode_error<puback>(version, bytes("40 02 00 00")) == errc::invalid_packet_identifier);
        CHECK(decode_error<puback>(version, bytes("40 00")) == errc::length_mismatch);
        CHECK(decode_error<puback>(version, bytes("40 01 00")) == errc::length_mismatch);
        CHECK(decode_error<pubrel>(version, bytes("60 02 00 01")) == errc::reserved_flags); // [MQTT-3.6.1-1]
    }
    CHECK(decode_error<puback>(v5, bytes("40 05 00 01 00 00 00")) == errc::length_mismatch);
    CHECK(decode_error<puback>(v5, bytes("40 04 00 01 00 01")) == errc::length_mismatch);
}

TEST_CASE("3.1.1 has no failing acknowledgement, and leaves out what says no more than success")
{
    CHECK(refusal(v3_1_1, pubrec{.packet_identifier = 1, .reason_code = reason_code::quota_exceeded}) ==
          errc::not_supported_by_protocol_version);
    CHECK(refusal(v3_1_1, puback{.packet_identifier = 1, .properties = {.reason_string = "x"}}) ==
          errc::not_supported_by_protocol_version);
    CHECK(encoded(v3_1_1, puback{.packet_identifier = 1, .reason_code = reason_code::no_matching_subscribers}) ==
          bytes("40 02 00 01"));
}
