// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/packet_type.hpp"

#include "support/catch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace tern;
using namespace tern::wire;

static_assert(first_byte_error(0x10) == errc{});
static_assert(first_byte_error(0x00) == errc::reserved_packet_type);

TEST_CASE("packet types have the standard's numbers and names")
{
    CHECK(static_cast<int>(packet_type::connect) == 1);
    CHECK(static_cast<int>(packet_type::auth) == 15);
    constexpr std::array<std::string_view, 16> names{
        "reserved",  "CONNECT", "CONNACK",     "PUBLISH",  "PUBACK",  "PUBREC",   "PUBREL",     "PUBCOMP",
        "SUBSCRIBE", "SUBACK",  "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"};
    for (std::size_t number = 0; number < names.size(); ++number)
    {
        CHECK(to_string(static_cast<packet_type>(number)) == names[number]);
    }
}

TEST_CASE("three packets have flags 0010")
{
    CHECK(fixed_flags(packet_type::pubrel) == 2);
    CHECK(fixed_flags(packet_type::subscribe) == 2);
    CHECK(fixed_flags(packet_type::unsubscribe) == 2);
    CHECK(fixed_flags(packet_type::puback) == 0);
    CHECK(first_byte_error(0x62) == errc{});
    CHECK(first_byte_error(0x60) == errc::reserved_flags);
    CHECK(first_byte_error(0x36) == errc::invalid_qos_received);
    CHECK(first_byte_error(0x38) == errc::invalid_qos_received);
    CHECK(first_byte_error(0x3A) == errc{});
}

TEST_CASE("every first byte is judged")
{
    // Of each type the flags that a packet may have, a bit for each value of the four; v5 2.1.3, v3.1.1 2.2.2.
    constexpr std::array<unsigned, 16> lawful{0,        1U << 0U, 1U << 0U, 0x3C3F,   1U << 0U, 1U << 0U,
                                              1U << 2U, 1U << 0U, 1U << 2U, 1U << 0U, 1U << 2U, 1U << 0U,
                                              1U << 0U, 1U << 0U, 1U << 0U, 1U << 0U};
    auto* const judge =
        GENERATE(&wire::detail::judge_first_bytes); // called when the test runs, not when it is compiled
    const std::array<errc, 256> judged = judge();
    for (std::size_t byte = 0; byte < judged.size(); ++byte)
    {
        CAPTURE(byte);
        CHECK((judged[byte] == errc{}) == ((lawful[byte >> 4U] >> (byte & 15U) & 1U) != 0));
        CHECK(first_byte_error(static_cast<std::uint8_t>(byte)) == judged[byte]);
    }
}
