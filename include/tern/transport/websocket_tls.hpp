// SPDX-License-Identifier: BSL-1.0
//
// Include this beside tern.hpp, in any file of a program, and tern::client knows wss://.
//
// Layer: transport. Standard: none.
// It needs OpenSSL 3: link tern::tls instead of tern::tern. It is no more than a list: what it adds is in
// websocket_tls_transport.hpp.
#ifndef TERN_TRANSPORT_WEBSOCKET_TLS_HPP
#define TERN_TRANSPORT_WEBSOCKET_TLS_HPP

#include "tern/client/any_transport.hpp"
#include "tern/transport/websocket_tls_transport.hpp"

namespace tern::detail
{

inline const transport_adder<websocket_tls_transport> websocket_tls_transport_added{};

} // namespace tern::detail

#endif
