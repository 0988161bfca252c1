// SPDX-License-Identifier: BSL-1.0
#include "simulation/schedules.hpp"

#include "simulation/resting.hpp"

#include <chrono>

namespace simulation
{

using tern::qos;
using namespace std::chrono_literals;

namespace
{

setup quick_setup(tern::protocol_choice protocol)
{
    setup chosen;
    chosen.protocol = protocol;
    chosen.session_expiry = 24h;
    chosen.keep_alive = 10s;
    chosen.receive_maximum = 8;
    chosen.broker.receive_maximum = 4;
    chosen.topic_aliases = true;
    chosen.limits.reconnect.initial_delay = 20ms;
    return chosen;
}

// Short names: every byte is a run.
void play(world& scene)
{
    const auto step = [&scene] { scene.pass(1ms); };
    scene.connect();
    step();
    const std::size_t a = scene.subscribe({.filter = "a/#", .permanent = true});
    const std::size_t b = scene.subscribe({.filter = "b/#", .manual = true, .permanent = true});
    const std::size_t c =
        scene.subscribe({.filter = "c/#", .maximum_qos = qos::at_least_once, .in_place = true, .permanent = true});
    const std::size_t l = scene.subscribe({.filter = "l/#", .permanent = true});
    step();
    scene.take_all(a);
    scene.take_all(l);
    scene.take(b, 2);
    scene.publish({.topic = "u", .qos = qos::at_most_once});
    scene.publish({.topic = "u", .qos = qos::at_least_once});
    scene.publish({.topic = "u", .qos = qos::exactly_once});
    step();
    scene.inject("a/1", qos::exactly_once, 0);
    scene.inject("a/1", qos::at_least_once, 0);
    scene.inject("b/1", qos::exactly_once, 0);
    scene.inject("b/1", qos::exactly_once, 0);
    step();
    scene.publish({.topic = "l/x", .qos = qos::exactly_once});
    scene.publish({.topic = "l/x", .qos = qos::at_least_once});
    scene.inject("c/1", qos::exactly_once, 0);
    scene.inject("b/1", qos::at_least_once, 0);
    step();
    scene.acknowledge(b, true);
    step();
    scene.acknowledge(b);
    scene.take(b, 1);
    const std::size_t t = scene.subscribe({.filter = "t/#"});
    step();
    scene.inject("t/1", qos::exactly_once, 0);
    scene.take(t, 1);
    for (int i = 0; i < 6; ++i) // more than the server takes at once
    {
        scene.publish({.topic = "u", .qos = i % 3 == 0 ? qos::at_least_once : qos::exactly_once});
    }
    step();
    scene.unsubscribe(t);
    scene.acknowledge(b);
    scene.inject("a/2", qos::exactly_once, 20);
    scene.inject("a/2", qos::at_most_once, 0);
    step();
    scene.publish({.topic = "l/y", .qos = qos::exactly_once, .size = 20});
    static_cast<void>(c);
    step();
    check_bounds(scene);
}

} // namespace

std::vector<link_size> measure_script(tern::protocol_choice protocol, journal& log)
{
    world scene(quick_setup(protocol), log);
    play(scene);
    std::vector<link_size> sizes;
    for (std::size_t i = 0; i < scene.links_made(); ++i)
    {
        sizes.push_back({scene.bytes_passed(i, way::to_broker), scene.bytes_passed(i, way::to_client)});
    }
    come_to_rest(scene);
    finish(scene, true);
    return sizes;
}

std::uint64_t run_schedule(const schedule& chosen, journal& log)
{
    world scene(quick_setup(chosen.protocol), log);
    if (!chosen.keeps_session)
    {
        scene.on_cut([&scene] { scene.restart_broker(false, 0us); });
    }
    scene.cut_later_link_after(chosen.link, chosen.direction, chosen.bytes, chosen.how);
    play(scene);
    come_to_rest(scene);
    finish(scene, chosen.bytes % 2 == 0);
    if (!log.failed() && scene.breaks() != 1)
    {
        log.fail("the connection did not break once, but " + std::to_string(scene.breaks()) + " times");
    }
    return scene.packets();
}

std::string to_string(const schedule& which)
{
    constexpr const char* cuts[] = {"end", "reset", "silence"};
    return std::string(which.protocol == tern::protocol_choice::v5 ? "5.0 " : "3.1.1 ") + std::to_string(which.link) +
           " " + (which.direction == way::to_broker ? "to_broker " : "to_client ") + std::to_string(which.bytes) + " " +
           cuts[static_cast<int>(which.how)] + (which.keeps_session ? " kept" : " lost");
}

} // namespace simulation
