// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/connect_version.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

TEST_CASE("the version of a CONNECT")
{
    const auto header = [](const std::string& whole) { return read_connect_header(next_frame(whole, 100).frame); };
    const std::string current = bytes("10 0E 00 04 'MQTT' 05 02 00 3C 00 00 01 'a'");
    const std::string old = bytes("10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'a'");
    const std::string older = bytes("10 0F 00 06 'MQIsdp' 03 02 00 3C 00 01 'a'");
    const std::string newer = bytes("10 07 00 04 'MQTT' 06");
    CHECK(connect_version(next_frame(current, 100).frame) == v5);
    CHECK(connect_version(next_frame(old, 100).frame) == v3_1_1);
    CHECK(!connect_version(next_frame(older, 100).frame));

    // Another version is an answer, not an error: v5 [MQTT-3.1.2-2]
    CHECK(header(newer).error == none);
    CHECK(!header(newer).version);
    CHECK(header(newer).level == 6);
    CHECK(header(older).error == none);
    CHECK(header(older).name == "MQIsdp");
    CHECK(header(older).level == 3);

    const std::string cut = bytes("10 06 00 04 'MQTT'");
    CHECK(header(cut).error == errc::length_mismatch);
    CHECK(!header(cut).version);
    const std::string overrun = bytes("10 06 00 05 'MQTT'");
    CHECK(header(overrun).error == errc::length_mismatch);
    const std::string other = bytes("C0 00");
    CHECK(header(other).error == errc::unexpected_packet);
}
