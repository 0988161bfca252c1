// SPDX-License-Identifier: BSL-1.0
//
// MQTT over a WebSocket over plain TCP: scheme ws, as in ws://broker.example/mqtt.
//
// Layer: transport. Standard: v5 6.0, v3.1.1 6.0; RFC 6455 3. It models the concept of client/transport.hpp.
// Everything but the name of the scheme is in basic_websocket_transport.hpp.
#ifndef TERN_TRANSPORT_WEBSOCKET_TRANSPORT_HPP
#define TERN_TRANSPORT_WEBSOCKET_TRANSPORT_HPP

#include "tern/client/tcp_transport.hpp"
#include "tern/client/transport.hpp"
#include "tern/transport/basic_websocket_transport.hpp"

#include <string_view>

namespace tern
{

/// A WebSocket over plain TCP.
class websocket_transport : public basic_websocket_transport<tcp_transport>
{
public:
    using basic_websocket_transport::basic_websocket_transport;

    [[nodiscard]] static bool supports(std::string_view scheme) noexcept { return scheme == "ws"; }
};

static_assert(transport<websocket_transport>);

} // namespace tern

#endif
