// SPDX-License-Identifier: BSL-1.0
//
// MQTT over a socket of this machine: scheme unix, as in unix:///run/mosquitto.sock.
//
// Layer: transport. Standard: v5 4.2, v3.1.1 4.2 (any ordered, lossless stream will do). It models the concept of
// client/transport.hpp, where every member is described; this says only what is particular to these sockets.
// A proxy is not asked: there is nothing on the way.
#ifndef TERN_TRANSPORT_LOCAL_TRANSPORT_HPP
#define TERN_TRANSPORT_LOCAL_TRANSPORT_HPP

#include "tern/client/parse_url.hpp"
#include "tern/client/socket_transport.hpp"
#include "tern/client/transport.hpp"
#include "tern/client/url.hpp"

#include <asio/async_result.hpp>
#include <asio/local/stream_protocol.hpp>

#include <string_view>
#include <system_error>
#include <utility>

#if !defined(ASIO_HAS_LOCAL_SOCKETS)
#    error "this system has no sockets of the scheme unix"
#endif

namespace tern
{

/// A connection to a socket in the file system. Used on its executor only.
class local_transport : public socket_transport<asio::local::stream_protocol::socket>
{
public:
    explicit local_transport(const executor_type& executor) : socket_transport(executor) {}

    [[nodiscard]] static bool supports(std::string_view scheme) noexcept { return scheme == "unix"; }

    /// Connects to the file that the URL's path names, percent-decoded. Errors: those of the system, such as
    /// no_such_file_or_directory, connection_refused (nobody listens), permission_denied and filename_too_long (a
    /// hundred bytes or so).
    template <class Token>
    auto async_open(const url& where, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, local_transport* self, const url* target) {
                asio::local::stream_protocol::endpoint endpoint;
                try
                {
                    endpoint.path(percent_decode(target->path));
                }
                catch (const std::system_error& failure)
                {
                    self->post(std::move(handler), failure.code());
                    return;
                }
                self->socket().async_connect(endpoint, std::move(handler));
            },
            token, this, &where);
    }
};

static_assert(transport<local_transport>);

} // namespace tern

#endif
