// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/ping.hpp"

#include "unit/wire/wire_test.hpp"

using namespace tern_test;

static_assert(round_trips_in_both(pingreq{}) && round_trips_in_both(pingresp{}));

TEST_CASE("PINGREQ and PINGRESP are two bytes")
{
    for (const protocol_version version : {v5, v3_1_1})
    {
        check_vector(version, pingreq{}, bytes("C0 00"));
        check_vector(version, pingresp{}, bytes("D0 00"));
        CHECK(decode_error<pingreq>(version, bytes("C0 01 00")) == errc::length_mismatch);
        CHECK(decode_error<pingresp>(version, bytes("D0 01 00")) == errc::length_mismatch); // v5 3.13
        CHECK(decode_error<pingresp>(version, bytes("D1 00")) == errc::reserved_flags);
        CHECK(decode_error<pingresp>(version, bytes("C0 00")) == errc::unexpected_packet);
    }
}
