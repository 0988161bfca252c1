// SPDX-License-Identifier: BSL-1.0
//
// What the fixture of the client's tests does.

#include "support/memory_client.hpp"

#include <chrono>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace tern_test
{

tern::client_limits quick_limits()
{
    tern::client_limits limits;
    limits.reconnect.initial_delay = std::chrono::milliseconds(1);
    limits.reconnect.maximum_delay = std::chrono::milliseconds(5);
    limits.connect_attempt = std::chrono::milliseconds(2'000);
    limits.unmatched_time = std::chrono::milliseconds(30);
    limits.shutdown = std::chrono::milliseconds(1'000);
    return limits;
}

client_fixture::client_fixture(tern::testing::broker_configuration configuration, tern::client_limits limits)
    : broker(context, std::move(configuration)), client(std::in_place, context, limits)
{
    client->on_event([this](const tern::client_event& event) {
        if (const auto* const trying = std::get_if<tern::connecting_event>(&event))
        {
            tried.push_back(*trying);
        }
        else
        {
            events.push_back(event);
        }
    });
}

bool client_fixture::until(const std::function<bool()>& done)
{
    return run_until(context, done);
}

std::error_code client_fixture::connect(const tern::connect_options& options)
{
    outcome<tern::connect_result> connected;
    client->async_connect("mqtt://broker", options, connected.handler());
    const bool ended = until([&] { return connected.calls != 0; });
    connection = connected.result;
    return ended ? connected.error : std::make_error_code(std::errc::timed_out);
}

std::error_code client_fixture::publish(std::string_view topic, std::string_view payload, tern::qos qos)
{
    outcome<tern::publish_result> published;
    client->async_publish(topic, payload, {.qos = qos}, published.handler());
    const bool ended = until([&] { return published.calls != 0; });
    return ended ? published.error : std::make_error_code(std::errc::timed_out);
}

tern::subscription client_fixture::subscribe(std::string_view filter, const tern::subscribe_options& options)
{
    outcome<tern::subscription> subscribed;
    client->async_subscribe(filter, options, subscribed.handler());
    (void)until([&] { return subscribed.calls != 0; });
    return std::move(subscribed.result);
}

tern::message client_fixture::receive(tern::subscription& stream)
{
    outcome<tern::message> received;
    stream.async_receive(received.handler());
    (void)until([&] { return received.calls != 0; });
    return std::move(received.result);
}

} // namespace tern_test
