// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_reporting.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("a connect that is begun when the last one is given up does not touch that one")
{
    client_fixture f;
    outcome<tern::connect_result> first;
    outcome<tern::connect_result> second;
    std::vector<std::string> order;
    f.client->on_event([&](const tern::client_event& event) {
        if (std::holds_alternative<tern::given_up_event>(event))
        {
            order.emplace_back("given up");
            f.client->async_connect("mqtt://broker", {.client_id = "tester"}, second.handler());
        }
    });
    f.client->async_connect("mqtt://nobody", {.client_id = "tester"},
                            [&, ended = first.handler()](std::error_code error, tern::connect_result result) {
                                order.emplace_back("first");
                                ended(error, std::move(result));
                            });
    REQUIRE(f.until([&] { return first.calls != 0 && second.calls != 0; }));
    CHECK(first.error == asio::error::host_not_found);
    CHECK_FALSE(second.error);
    CHECK(order == std::vector<std::string>{"given up", "first"});
    CHECK(f.client->state() == tern::connection_state::connected);
}

TEST_CASE("a handler of events that throws costs no completion")
{
    client_fixture f;
    bool thrown = false;
    f.client->on_event([&](const tern::client_event& event) {
        f.events.push_back(event);
        if (!thrown)
        {
            thrown = true;
            throw std::runtime_error("from a handler");
        }
    });
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
    CHECK_THROWS_AS(f.until([&] { return connected.calls != 0; }), std::runtime_error);
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK_FALSE(connected.error);
    CHECK(f.client->state() == tern::connection_state::connected);

    thrown = false;
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    CHECK_THROWS_AS(f.until([&] { return disconnected.calls != 0; }), std::runtime_error);
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    CHECK_FALSE(disconnected.error);
}

TEST_CASE("the client may be destroyed by the handler of the event that it is connected, or not any more")
{
    const bool late = GENERATE(false, true);
    client_fixture f;
    outcome<tern::connect_result> connected;
    outcome<void> disconnected;
    f.client->on_event([&](const tern::client_event& event) {
        if (late == std::holds_alternative<tern::disconnected_event>(event))
        {
            f.client.reset();
        }
    });
    f.client->async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    if (late)
    {
        f.client->async_disconnect(disconnected.handler());
        REQUIRE(f.until([&] { return disconnected.calls != 0; }));
        CHECK(disconnected.error == asio::error::operation_aborted);
    }
    else
    {
        CHECK(connected.error == asio::error::operation_aborted);
    }
    CHECK_FALSE(f.client);
    settle(f.context);
    CHECK(connected.calls == 1);
}

TEST_CASE("a disconnect is told, and that it was asked for")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    f.events.clear();
    outcome<void> disconnected;
    f.client->async_disconnect([&, ended = disconnected.handler()](std::error_code error) {
        CHECK(f.events.size() == 1); // before the completion
        ended(error);
    });
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    REQUIRE(f.events.size() == 1);
    const auto& told = std::get<tern::disconnected_event>(f.events[0]);
    CHECK(told.by_request);
    CHECK(told.was_connected);
    CHECK_FALSE(told.will_retry);
    CHECK_FALSE(told.error);
    CHECK(told.server == "mqtt://broker:1883");
}
