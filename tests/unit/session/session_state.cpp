// SPDX-License-Identifier: BSL-1.0
#include "tern/session/session_state.hpp"

#include "support/catch.hpp"

#include <chrono>

using namespace tern;
using namespace tern::session;
using namespace std::chrono_literals;

TEST_CASE("no session exists at first", "[session]")
{
    const session_state state;
    CHECK_FALSE(state.exists);
    CHECK_FALSE(state.expires_at);
    CHECK(state.client_identifier.empty());
    CHECK(state.outgoing.waiting_messages() == 0);
}

TEST_CASE("a session expires after its interval, or never", "[session]")
{
    const time_point now{1h};
    CHECK(expiry_time(10s, now) == now + 10s);
    CHECK(expiry_time(never_expires - 1s, now) == now + (never_expires - 1s));
    CHECK_FALSE(expiry_time(never_expires, now));
}
