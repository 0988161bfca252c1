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
#include "tern/client/transport.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/client/url.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/socket_base.hpp>

#include <string_view>
#include <system_error>
#include <utility>

#if !defined(ASIO_HAS_LOCAL_SOCKETS)
#error "this system has no sockets of the scheme unix"
#endif

namespace tern
{

/// A connection to a socket in the file system. Used on its executor only.
class local_transport
{
public:
    using executor_type = asio::any_io_executor;

    explicit local_transport(const executor_type& executor) : socket_(executor) {}
    local_transport(const local_transport&) = delete;
    local_transport& operator=(const local_transport&) = delete;
    ~local_transport() { close(); }

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
                    self->complete(std::move(handler), failure.code());
                    return;
                }
                self->socket_.async_connect(endpoint, std::move(handler));
            },
            token, this, &where);
    }

    /// Reads at least one byte; asio::error::eof at the end of the stream.
    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        return socket_.async_read_some(buffer, std::forward<Token>(token));
    }

    /// Writes at least one byte.
    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        return socket_.async_write_some(buffer, std::forward<Token>(token));
    }

    /// Sends the end of the stream behind what was written, and completes at once.
    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, local_transport* self) {
                std::error_code error;
                self->socket_.shutdown(asio::socket_base::shutdown_send, error);
                self->complete(std::move(handler), error);
            },
            token, this);
    }

    void close() noexcept
    {
        std::error_code ignored;
        socket_.close(ignored);
    }

    [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }

private:
    template <class Handler>
    void complete(Handler handler, std::error_code error)
    {
        const executor_type executor = get_executor();
        unique_handler<void(std::error_code)>(std::move(handler), executor).post(executor, error);
    }

    asio::local::stream_protocol::socket socket_;
};

static_assert(transport<local_transport>);

} // namespace tern

#endif
