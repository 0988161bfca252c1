// SPDX-License-Identifier: BSL-1.0
//
// TLS and WebSocket cut at any byte, and bytes swallowed: QoS 2 arrives once and in order all the same.

#include "listeners.hpp"
#include "system/faults/stage.hpp"
#include "tern/transport/tls.hpp"
#include "tern/transport/websocket.hpp"
#include "tern/transport/websocket_tls.hpp"

using namespace tern::test;
using tern::protocol_choice;

namespace
{

void send_through_cuts(listener which, protocol_choice version, std::uint64_t plan)
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    const listening_mosquitto servers;
    tested_server server{servers.port(which), version};
    server.tls = servers.tls(which);
    server.url = [&](std::uint16_t port) { return servers.url(which, port); };
    run_scenario(
        [&]() -> asio::awaitable<void> {
            co_await send_through_faults(server, plan, times_faults(1'000), 1,
                                         [](std::size_t, fault_stage&) -> asio::awaitable<void> { co_return; });
        },
        110s * static_cast<int>(times_faults(1)));
}

} // namespace

TEST_CASE("TLS through cuts and swallowed bytes and silence: QoS 2 arrives once and in order and no QoS 1 is lost")
{
    send_through_cuts(listener::tls, protocol_choice::v5, 60);
}

TEST_CASE("WebSocket through cuts and swallowed bytes and silence: QoS 2 arrives once and in order and no QoS 1 is lost")
{
    send_through_cuts(listener::websocket, protocol_choice::v3_1_1, 70);
}

TEST_CASE("WebSocket over TLS through cuts and swallowed bytes and silence: QoS 2 arrives once and in order and no QoS 1 is lost")
{
    send_through_cuts(listener::websocket_tls, protocol_choice::v5, 80);
}
