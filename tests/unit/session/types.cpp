// SPDX-License-Identifier: BSL-1.0
#include "tern/session/types.hpp"

#include "support/catch.hpp"

#include <string_view>

using namespace tern::session;

TEST_CASE("every phase of a connection has a name", "[session]")
{
    CHECK(to_string(connection_phase::closed) == "closed");
    CHECK(to_string(connection_phase::handshaking) == "handshaking");
    CHECK(to_string(connection_phase::connected) == "connected");
    CHECK(to_string(connection_phase::disconnecting) == "disconnecting");
    CHECK(to_string(connection_phase::failed) == "failed");
    CHECK(to_string(static_cast<connection_phase>(99)) == "invalid phase");
}

TEST_CASE("a handle is empty unless it was given out", "[session]")
{
    CHECK(message_handle{}.generation == 0);
    CHECK(delivery{}.generation == 0);
    CHECK(message_handle{1, 2} == message_handle{1, 2});
    CHECK_FALSE(delivery{1, 2} == delivery{1, 3});
}
