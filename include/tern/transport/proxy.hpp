// SPDX-License-Identifier: BSL-1.0
//
// Include this beside tern.hpp, in any file of a program, and connect_options::proxy works: SOCKS5 and HTTP CONNECT,
// with and without a password, under every scheme of the server that is carried by TCP.
//
// Layer: transport. Standard: none.
// It is no more than a switch: the proxies are in proxy_opener.hpp. The proxy looks up the server's name, so that a
// server that only the proxy knows can be reached.
//
//     co_await client.async_connect("mqtts://broker.example", {.proxy = "socks5://user:password@proxy.example:1080"});
#ifndef TERN_TRANSPORT_PROXY_HPP
#define TERN_TRANSPORT_PROXY_HPP

#include "tern/client/tcp_opening.hpp"
#include "tern/transport/proxy_opener.hpp"

namespace tern::detail
{

/// One object of this, constructed before main(), makes the proxies known.
struct proxy_adder
{
    proxy_adder() noexcept { proxy_opener = &open_tcp_through_proxy; }
};

inline const proxy_adder proxy_added{};

} // namespace tern::detail

#endif
