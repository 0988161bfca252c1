// SPDX-License-Identifier: BSL-1.0
#include "tern/client/client_event.hpp"

#include "support/catch.hpp"

#include <type_traits>
#include <utility>
#include <variant>

static_assert(std::is_nothrow_move_constructible_v<tern::client_event>);
static_assert(std::is_copy_constructible_v<tern::client_event>);

TEST_CASE("an event is visited by its type and can be kept", "[client_event]")
{
    tern::disconnected_event lost;
    lost.error = tern::reason_code::server_shutting_down;
    lost.reason_string = "maintenance";
    lost.was_connected = true;
    lost.will_retry = true;
    lost.retry_after = std::chrono::milliseconds(500);
    lost.attempt = 2;
    tern::client_event event = lost;
    const tern::client_event kept = std::move(event);
    const auto* found = std::get_if<tern::disconnected_event>(&kept);
    REQUIRE(found != nullptr);
    CHECK(found->error == tern::reason_code::server_shutting_down);
    CHECK(found->error == tern::error_kind::transient);
    CHECK(found->reason_string == "maintenance");
    CHECK(found->retry_after.count() == 500);
    CHECK(std::get_if<tern::connected_event>(&kept) == nullptr);
}
