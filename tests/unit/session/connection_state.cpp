// SPDX-License-Identifier: BSL-1.0
#include "tern/session/connection_state.hpp"

#include "support/catch.hpp"

using namespace tern::session;

TEST_CASE("a connection begins closed, with the standard's limits", "[session]")
{
    const connection_state state;
    CHECK(state.phase == connection_phase::closed);
    CHECK(state.limits == server_limits{});
    CHECK_FALSE(state.established);
    CHECK_FALSE(state.expects_session);
    CHECK_FALSE(state.keep_alive.deadline());
    CHECK(state.answer_bytes == 0);
}
