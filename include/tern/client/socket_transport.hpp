// SPDX-License-Identifier: BSL-1.0
//
// What transports over a plain socket have in common once it is open: reading, writing, the end of the stream, closing.
//
// Layer: client. Standard: v5 4.2, v3.1.1 4.2. It has the members of the concept in transport.hpp but for opening and
// the schemes, which tcp_transport.hpp and transport/local_transport.hpp add.
#ifndef TERN_CLIENT_SOCKET_TRANSPORT_HPP
#define TERN_CLIENT_SOCKET_TRANSPORT_HPP

#include "tern/client/unique_handler.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>
#include <asio/socket_base.hpp>

#include <system_error>
#include <utility>

namespace tern
{

/// `Socket` is a stream socket of Asio. Used on its executor only.
template <class Socket>
class socket_transport
{
public:
    using executor_type = asio::any_io_executor;

    socket_transport(const socket_transport&) = delete;
    socket_transport& operator=(const socket_transport&) = delete;

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

    /// Sends the end of the stream behind what was written, and completes at once. Reading goes on: who closes only
    /// after it has read the other's end can be sure that nothing of its own was thrown away.
    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, socket_transport* self) {
                std::error_code error;
                self->socket_.shutdown(asio::socket_base::shutdown_send, error);
                self->post(std::move(handler), error);
            },
            token, this);
    }

    void close() noexcept
    {
        std::error_code ignored;
        socket_.close(ignored);
    }

    [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }

protected:
    explicit socket_transport(const executor_type& executor) : socket_(executor) {}
    ~socket_transport() { close(); }

    [[nodiscard]] Socket& socket() noexcept { return socket_; }

    template <class Handler>
    void post(Handler handler, std::error_code error)
    {
        const executor_type executor = get_executor();
        unique_handler<void(std::error_code)>(std::move(handler), executor).post(executor, error);
    }

private:
    Socket socket_;
};

} // namespace tern

#endif
