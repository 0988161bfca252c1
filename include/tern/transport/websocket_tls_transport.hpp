// SPDX-License-Identifier: BSL-1.0
//
// MQTT over a WebSocket over TLS: scheme wss, as in wss://broker.example/mqtt.
//
// Layer: transport. Standard: v5 6.0, v3.1.1 6.0; RFC 6455 3. It models the concept of client/transport.hpp.
// Everything but the name of the scheme is in basic_websocket_transport.hpp.
#ifndef TERN_TRANSPORT_WEBSOCKET_TLS_TRANSPORT_HPP
#define TERN_TRANSPORT_WEBSOCKET_TLS_TRANSPORT_HPP

#include "tern/client/transport.hpp"
#include "tern/transport/basic_websocket_transport.hpp"
#include "tern/transport/tls_transport.hpp"

#include <string_view>

namespace tern
{

/// A WebSocket over TLS, as connect_options::tls says.
class websocket_tls_transport : public basic_websocket_transport<tls_transport>
{
public:
    using basic_websocket_transport::basic_websocket_transport;

    [[nodiscard]] static bool supports(std::string_view scheme) noexcept { return scheme == "wss"; }
};

static_assert(transport<websocket_tls_transport>);

} // namespace tern

#endif
