// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/reason_codes.hpp"

#include "unit/wire/wire_test.hpp"

using namespace tern_test;

static_assert(reason_code_set{0x00, 0xFF}.contains(static_cast<reason_code>(0xFF)));
static_assert(!reason_code_set{0x00, 0xFF}.contains(static_cast<reason_code>(0x40)));

TEST_CASE("a set holds the codes that it is made of, and no other")
{
    for (unsigned value = 0; value < 256; ++value)
    {
        const reason_code_set set{0x00, static_cast<std::uint8_t>(value), 0xFF};
        for (unsigned other = 0; other < 256; ++other)
        {
            const bool contained = set.contains(static_cast<reason_code>(other));
            REQUIRE(contained == (other == 0 || other == value || other == 0xFF));
        }
    }
}

TEST_CASE("every set holds only codes that the standard names")
{
    for (const reason_code_set& set :
         {connack_codes, publish_answer_codes, release_codes, suback_codes, suback_codes_3_1_1, unsuback_codes,
          client_disconnect_codes, server_disconnect_codes, client_auth_codes, server_auth_codes})
    {
        std::size_t count = 0;
        for (unsigned value = 0; value < 256; ++value)
        {
            const auto code = static_cast<reason_code>(value);
            if (set.contains(code))
            {
                CAPTURE(value);
                CHECK(to_string(code) != "unknown reason code");
                count += 1;
            }
        }
        CHECK(count >= 2);
    }
}

TEST_CASE("a code is legal from the end that may send it")
{
    using kind = reason_code_of<client_auth_codes, server_auth_codes>;
    const auto decoded = [](std::string_view byte, sender from) {
        reader in(byte, from);
        reason_code code{};
        return kind::decode<text_check::strict>(in, code);
    };
    CHECK(decoded("\x19", sender::client) == none);
    CHECK(decoded("\x19", sender::server) == errc::invalid_reason_code);
    CHECK(decoded("\x19", sender::any) == none);
    CHECK(decoded("", sender::any) == errc::length_mismatch);
    std::size_t size = 0;
    CHECK(kind::add_size<text_check::strict>(reason_code::re_authenticate, size) == none);
    CHECK(kind::add_size<text_check::strict>(reason_code::banned, size) == errc::invalid_option);
}

TEST_CASE("a client can answer every violation with a reason code that it may send")
{
    std::size_t violations = 0;
    for (const tern::detail::errc_row& row : tern::detail::errc_table)
    {
        if (row.kind == error_kind::protocol_violation)
        {
            CAPTURE(row.text);
            CHECK(client_disconnect_codes.contains(disconnect_reason(row.value))); // v5 [MQTT-3.14.2-1]
            CHECK(is_failure(disconnect_reason(row.value)));
            violations += 1;
        }
    }
    CHECK(violations == 33); // 26 of MQTT, 7 of WebSocket
}
