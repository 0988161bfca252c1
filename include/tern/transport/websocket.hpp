// SPDX-License-Identifier: BSL-1.0
//
// Include this beside tern.hpp, in any file of a program, and tern::client knows ws://.
//
// Layer: transport. Standard: none.
// It is no more than a list: what it adds is in websocket_transport.hpp. For wss there is websocket_tls.hpp.
#ifndef TERN_TRANSPORT_WEBSOCKET_HPP
#define TERN_TRANSPORT_WEBSOCKET_HPP

#include "tern/client/any_transport.hpp"
#include "tern/transport/websocket_transport.hpp"

namespace tern::detail
{

inline const transport_adder<websocket_transport> websocket_transport_added{};

} // namespace tern::detail

#endif
