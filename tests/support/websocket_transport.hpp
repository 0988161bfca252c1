// SPDX-License-Identifier: BSL-1.0
//
// A client's transport that speaks WebSocket over a link in memory: for tests of what goes over it, with any server
// that listens in memory.
#ifndef TERN_TESTS_SUPPORT_WEBSOCKET_TRANSPORT_HPP
#define TERN_TESTS_SUPPORT_WEBSOCKET_TRANSPORT_HPP

#include "tern/client/transport.hpp"
#include "tern/client/url.hpp"
#include "tern/testing/memory_link.hpp"
#include "tern/testing/memory_network.hpp"
#include "tern/websocket/stream.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>

#include <string_view>
#include <utility>

namespace tern_test
{

/// Scheme ws; the host of the URL is the name of a listener of memory_network.
class websocket_transport
{
public:
    explicit websocket_transport(const asio::any_io_executor& executor) : stream_(executor) {}

    [[nodiscard]] static bool supports(std::string_view scheme) noexcept { return scheme == "ws"; }

    template <class Token>
    auto async_open(const tern::url& where, Token&& token)
    {
        // A stream that is not connected says so when it shakes hands.
        (void)tern::testing::memory_network::of(stream_.get_executor()).connect(where.host, stream_.next_layer());
        tern::websocket_request request;
        request.host = where.host;
        request.path = where.path;
        request.query = where.query;
        return stream_.async_handshake(request, std::forward<Token>(token));
    }

    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        return stream_.async_read_some(buffer, std::forward<Token>(token));
    }

    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        return stream_.async_write_some(buffer, std::forward<Token>(token));
    }

    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return stream_.async_shutdown(std::forward<Token>(token));
    }

    void close() noexcept { stream_.close(); }

private:
    tern::websocket_stream<tern::testing::memory_stream> stream_;
};

static_assert(tern::transport<websocket_transport>);

} // namespace tern_test

#endif
