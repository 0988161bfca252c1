// SPDX-License-Identifier: BSL-1.0
//
// Opens the TCP connection below a transport: directly or through the proxy of the settings.
//
// Layer: client. Standard: none.
// Every transport over TCP begins with this; what makes the connection is in tcp_connector.hpp and transport/proxy.hpp.
#ifndef TERN_CLIENT_OPEN_TCP_HPP
#define TERN_CLIENT_OPEN_TCP_HPP

#include "tern/client/tcp_connector.hpp"
#include "tern/client/tcp_opening.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"
#include "tern/errc.hpp"
#include "tern/error.hpp"

#include <asio/any_io_executor.hpp>

#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern::detail
{

/// Calls `handler` once, on the executor, never inside: with the socket open or an error. `target` has to live as long.
/// Throws std::bad_alloc.
[[nodiscard]] inline std::shared_ptr<tcp_opening> open_tcp(const asio::any_io_executor& executor,
                                                           tcp_opening::socket_type& result, const url& target,
                                                           const std::shared_ptr<transport_settings>& settings,
                                                           tcp_opening::handler_type handler)
{
    if (settings != nullptr && settings->proxy)
    {
        settings->explanation.clear();
        return proxy_opener(executor, result, target, settings,
                            std::move(handler)); // prepare_tcp() saw that it is there
    }
    const auto connector = std::make_shared<tcp_connector>(executor, result, std::move(handler));
    connector->start(target.host, target.port);
    return connector;
}

/// What a transport over TCP checks before its first connection. Errors: unsupported_proxy.
[[nodiscard]] inline std::error_code prepare_tcp(const transport_settings& settings) noexcept
{
    if (!settings.proxy)
    {
        return {};
    }
    const std::string_view scheme = settings.proxy->scheme;
    const bool known = scheme == "socks5" || scheme == "socks5h" || scheme == "http";
    return known && proxy_opener != nullptr ? std::error_code() : make_error_code(errc::unsupported_proxy);
}

} // namespace tern::detail

#endif
