// SPDX-License-Identifier: BSL-1.0
//
// What one async_connect says about its transports, owned, and what they keep between connections.
//
// Layer: client, without Asio. Standard: none.
// Shared by all connections of one async_connect, and kept by each as long as it lives: a lost one may end after the
// next async_connect has begun. What TLS makes of it, once for all connections, is made by the transport's prepare().
#ifndef TERN_CLIENT_TRANSPORT_SETTINGS_HPP
#define TERN_CLIENT_TRANSPORT_SETTINGS_HPP

#include "tern/client/parse_url.hpp"
#include "tern/client/stored_options.hpp"
#include "tern/client/url.hpp"
#include "tern/error.hpp"
#include "tern/options.hpp"
#include "tern/transport_options.hpp"

#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace tern
{

class tls_context;

/// Used on the client's executor only.
struct transport_settings
{
    tls_options tls{};
    websocket_options websocket{};
    std::optional<url> proxy{};
    std::shared_ptr<tern::tls_context> tls_context{}; ///< made by prepare() of the first transport that needs it
    std::string explanation{};                        ///< of what failed last, prepare() or a proxy, in words
    detail::option_arena texts{};                     ///< what the views above refer to
};

namespace detail
{

/// Copies what `options` say. Errors: invalid_url of the proxy. Throws std::bad_alloc.
[[nodiscard]] inline std::error_code set(transport_settings& out, const connect_options& options)
{
    out.tls = out.texts.keep(options.tls);
    out.websocket = out.texts.keep(options.websocket);
    if (options.proxy.empty())
    {
        return {};
    }
    return parse_url(options.proxy, out.proxy.emplace());
}

} // namespace detail

} // namespace tern

#endif
