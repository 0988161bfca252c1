// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/sender.hpp"

#include "unit/wire/wire_test.hpp"

using namespace tern_test;

TEST_CASE("without a sender, what either end may send is accepted")
{
    // 0x04 comes from clients, 0x8B from servers.
    const std::string with_will = bytes("E0 01 04");
    const std::string shutting_down = bytes("E0 01 8B");
    CHECK(decode_error<disconnect>(v5, with_will) == none);
    CHECK(decode_error<disconnect>(v5, shutting_down) == none);
    CHECK(decode_error<disconnect>(v5, with_will, sender::server) == errc::invalid_reason_code);
    CHECK(decode_error<disconnect>(v5, shutting_down, sender::client) == errc::invalid_reason_code);
}
