// SPDX-License-Identifier: BSL-1.0
#include "simulation/resting.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace simulation
{

using tern::qos;

void check_bounds(world& scene)
{
    const tern::statistics now = scene.stats();
    const tern::client_limits& limits = scene.chosen().limits;
    const bool may_wait = limits.when_queue_full == tern::full_queue_policy::wait;
    if (now.queued_messages > limits.maximum_queued_messages + (may_wait ? limits.maximum_waiting_messages : 0) +
                                  limits.maximum_in_flight) // what was sent may have to be sent as new
    {
        scene.log().fail("more messages wait than may");
    }
    if (scene.chosen().protocol != tern::protocol_choice::v5)
    {
        return; // a 3.1.1 server is told no bound of messages, and reading pauses by bytes
    }
    if (now.unacknowledged_received > scene.chosen().receive_maximum)
    {
        scene.log().fail("more messages are unacknowledged than Receive Maximum");
    }
    // A lost session leaves its messages in the streams, and the next one brings as many again.
    const std::size_t sessions = static_cast<std::size_t>(scene.book().losses()) + 1;
    for (std::size_t i = 0; i < scene.stream_count(); ++i)
    {
        if (scene.buffered(i) > limits.stream_messages + sessions * scene.chosen().receive_maximum)
        {
            scene.log().fail("more messages lie in a stream than may");
        }
    }
}

void come_to_rest(world& scene)
{
    if (scene.failed())
    {
        return;
    }
    scene.heal();
    for (std::size_t i = 0; i < scene.stream_count(); ++i)
    {
        scene.take_all(i);
    }
    const auto rests = [&scene] {
        return scene.failed() || (scene.is_connected() && scene.link_is_whole() && scene.book().complete() &&
                                  scene.stats().in_flight == 0);
    };
    (void)scene.run_until(rests, std::chrono::hours(10));
    for (std::size_t i = 0; i < scene.stream_count(); ++i) // what is alive still works
    {
        const std::string& filter = scene.book().stream(i).filter;
        if (!scene.is_closed(i) && !scene.failed())
        {
            scene.inject(filter.substr(0, filter.size() - 1) + "last", qos::exactly_once, 0);
        }
    }
    (void)scene.run_until(rests, std::chrono::minutes(10));
    scene.settle();
    if (scene.failed())
    {
        return;
    }
    if (!scene.is_connected())
    {
        scene.log().fail("the client does not connect any more");
    }
    scene.book().judge();
    for (std::size_t i = 0; i < scene.stream_count(); ++i)
    {
        const std::string& filter = scene.book().stream(i).filter;
        if (!scene.is_closed(i) && scene.book().client_is_right() && !scene.server_has(filter))
        {
            scene.log().fail("the server has no subscription to " + filter + " any more");
        }
    }
    scene.pass(std::chrono::seconds(10)); // the last acknowledgements are on their way
    const tern::statistics now = scene.stats();
    if (now.in_flight != 0 || now.unacknowledged_received != 0 || now.queued_messages != 0)
    {
        scene.log().fail("the client has something left");
    }
    if (const std::string left = scene.left_at_server(); !left.empty())
    {
        scene.log().fail("the server has something left: " + left);
    }
}

void finish(world& scene, bool by_disconnect)
{
    if (scene.failed())
    {
        return;
    }
    if (by_disconnect)
    {
        scene.disconnect();
        if (!scene.run_until([&scene] { return scene.book().outstanding() == 0; }, std::chrono::minutes(1)))
        {
            scene.log().fail("the disconnect has no end");
        }
        return;
    }
    for (const qos level : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
    {
        scene.publish({.topic = "up/last", .qos = level});
    }
    (void)scene.subscribe({.filter = "never/#"});
    scene.destroy_client();
    if (scene.book().outstanding() != 0)
    {
        scene.log().fail("a handler was never called");
    }
}

} // namespace simulation
