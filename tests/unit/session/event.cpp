// SPDX-License-Identifier: BSL-1.0
#include "tern/session/event.hpp"

#include "tern/wire/publish.hpp"

#include "support/catch.hpp"

#include <type_traits>
#include <variant>

using namespace tern::session;

// Events are copied and thrown away on the receiving path: that has to cost nothing but the copy.
static_assert(std::is_trivially_destructible_v<event>);
static_assert(std::is_copy_assignable_v<event>);
static_assert(std::is_default_constructible_v<event>);

TEST_CASE("an event holds one alternative, and copies with its views", "[session]")
{
    const event lost = session_was_lost{};
    CHECK(std::holds_alternative<session_was_lost>(lost));

    event copy;
    tern::wire::publish packet;
    packet.topic = "t";
    packet.payload = "x";
    copy = event(message_received({1, 2}, packet));
    REQUIRE(std::holds_alternative<message_received>(copy));
    CHECK(std::get<message_received>(copy).delivery == delivery{1, 2});
    CHECK(std::get<message_received>(copy).message.topic == "t");
    CHECK(std::get<message_received>(copy).message.payload_text() == "x");
}
