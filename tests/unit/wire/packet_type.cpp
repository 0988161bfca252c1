// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/packet_type.hpp"

#include "support/catch.hpp"

using namespace tern;
using namespace tern::wire;

static_assert(first_byte_error(0x10) == errc{});
static_assert(first_byte_error(0x00) == errc::reserved_packet_type);

TEST_CASE("packet types have the standard's numbers and names")
{
    CHECK(static_cast<int>(packet_type::connect) == 1);
    CHECK(static_cast<int>(packet_type::auth) == 15);
    CHECK(to_string(packet_type::connect) == "CONNECT");
    CHECK(to_string(packet_type::pubcomp) == "PUBCOMP");
    CHECK(to_string(packet_type::auth) == "AUTH");
    CHECK(to_string(static_cast<packet_type>(0)) == "reserved");
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
