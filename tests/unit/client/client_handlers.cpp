// SPDX-License-Identifier: BSL-1.0
#include "tern/client/client_handlers.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <memory>
#include <string>
#include <utility>

using namespace tern_test;

TEST_CASE("a later event handler replaces an earlier one and what it owns")
{
    client_fixture f;
    int first = 0;
    int second = 0;
    auto owned = std::make_shared<int>(0);
    const std::weak_ptr<int> watched = owned;
    f.client->on_event([&first, owned = std::move(owned)](const tern::client_event&) { ++first; });
    f.client->on_event([&second](const tern::client_event&) { ++second; });
    CHECK(watched.expired());
    REQUIRE_FALSE(f.connect());
    CHECK(first == 0);
    CHECK(second == 2); // it is tried, and there
}

TEST_CASE("handlers may be objects that can only be moved")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    std::string told;
    const auto registration = f.client->on_message(
        "a", [&told, owned = std::make_unique<int>(7)](const tern::message_view& message) {
            told = std::string(message.payload_text()) + std::to_string(*owned);
        });
    CHECK_FALSE(f.publish("a", "x", tern::qos::at_least_once));
    REQUIRE(f.until([&] { return !told.empty(); }));
    CHECK(told == "x7");
}
