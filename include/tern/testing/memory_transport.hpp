// SPDX-License-Identifier: BSL-1.0
//
// A transport for clients that connects in memory: `basic_client<memory_transport>` and a memory_broker on the same
// execution context talk without a socket. The host of the URL is the name that the broker was given.
//
// Layer: testing, on Asio. Standard: none.
// Models the client's transport concept.
#ifndef TERN_TESTING_MEMORY_TRANSPORT_HPP
#define TERN_TESTING_MEMORY_TRANSPORT_HPP

#include "tern/testing/memory_link.hpp"
#include "tern/testing/memory_network.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/socket_base.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern::testing
{

/// One connection attempt and the connection that came of it.
class memory_transport
{
public:
    using executor_type = asio::any_io_executor;

    explicit memory_transport(executor_type executor) : stream_(std::move(executor)) {}

    [[nodiscard]] executor_type get_executor() const noexcept { return stream_.get_executor(); }

    /// "mqtt" like TCP, so that a program under test needs no other URL, and "memory".
    [[nodiscard]] static bool supports(std::string_view scheme) noexcept
    {
        return scheme == "mqtt" || scheme == "memory";
    }

    /// Connects to the listener named `target.host`: void(std::error_code), posted. host_not_found if there is none,
    /// connection_refused if it accepts nobody.
    template <class Url, class Token>
    auto async_open(const Url& target, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, memory_transport* self, std::string host) {
                const std::error_code error = memory_network::of(self->get_executor()).connect(host, self->stream_);
                self->complete(std::move(handler), error);
            },
            token, this, std::string(target.host));
    }

    /// See memory_stream::async_read_some().
    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        return stream_.async_read_some(buffer, std::forward<Token>(token));
    }

    /// See memory_stream::async_write_some().
    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        return stream_.async_write_some(buffer, std::forward<Token>(token));
    }

    /// Ends what is sent; what is received goes on: void(std::error_code), posted.
    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, memory_transport* self) {
                std::error_code error;
                self->stream_.shutdown(asio::socket_base::shutdown_send, error);
                self->complete(std::move(handler), error);
            },
            token, this);
    }

    /// Closes at once; pending operations complete with operation_aborted.
    void close() noexcept { stream_.close(); }

private:
    template <class Handler>
    struct posted
    {
        using allocator_type = asio::associated_allocator_t<Handler>;

        allocator_type get_allocator() const noexcept { return asio::get_associated_allocator(handler); }

        void operator()() { std::move(handler)(error); }

        Handler handler;
        std::error_code error;
    };

    template <class Handler>
    void complete(Handler handler, std::error_code error)
    {
        const auto executor = asio::get_associated_executor(handler, get_executor());
        asio::post(executor, posted<Handler>{std::move(handler), error});
    }

    memory_stream stream_;
};

} // namespace tern::testing

#endif
