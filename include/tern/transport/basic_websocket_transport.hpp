// SPDX-License-Identifier: BSL-1.0
//
// MQTT over a WebSocket, whatever carries that: what ws and wss have in common.
//
// Layer: transport. Standard: v5 6.0, v3.1.1 6.0; RFC 6455 3 (URLs). It models the concept of client/transport.hpp,
// where every member is described; this says only what is particular to WebSockets.
// The WebSocket itself is in websocket/; how the layer below is opened is that layer's matter.
#ifndef TERN_TRANSPORT_BASIC_WEBSOCKET_TRANSPORT_HPP
#define TERN_TRANSPORT_BASIC_WEBSOCKET_TRANSPORT_HPP

#include "tern/client/transport_settings.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/client/url.hpp"
#include "tern/errc.hpp"
#include "tern/error.hpp"
#include "tern/websocket/client_handshake.hpp"
#include "tern/websocket/limits.hpp"
#include "tern/websocket/random.hpp"
#include "tern/websocket/stream.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace tern
{

/// `Layer` is a transport itself: it opens, and carries the bytes of the WebSocket. Its operations have to complete
/// before it is destroyed. Which scheme it is for is said by what derives from it.
template <class Layer>
class basic_websocket_transport
{
public:
    using executor_type = asio::any_io_executor;

    basic_websocket_transport(const executor_type& executor, const std::shared_ptr<transport_settings>& settings)
        : settings_(settings), stream_(limits(*settings), &system_random, executor, settings)
    {
    }

    /// What the layer below checks.
    [[nodiscard]] static std::error_code prepare(transport_settings& settings) { return Layer::prepare(settings); }

    /// Opens the layer below, and asks for the URL's path and query, with the headers of connect_options::websocket.
    /// Errors: those of the layer below; websocket_refused, websocket_unavailable, websocket_redirected,
    /// websocket_handshake_failed, websocket_subprotocol_not_selected, http_head_too_large; invalid_http_header.
    template <class Token>
    auto async_open(const url& where, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, basic_websocket_transport* self, const url* target) {
                const executor_type executor = self->get_executor();
                self->stream_.next_layer().async_open(
                    *target, [self, target, kept = handler_type(std::move(handler), executor)](
                                 std::error_code error) mutable { self->opened(error, *target, std::move(kept)); });
            },
            token, this, &where);
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

    /// Sends the close frame.
    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return stream_.async_shutdown(std::forward<Token>(token));
    }

    void close() noexcept { stream_.close(); }

    /// What the HTTP server answered, why the WebSocket was closed, or what the layer below says.
    [[nodiscard]] std::string explanation(std::error_code error) const
    {
        const http_response& answer = stream_.response();
        if (answer.status != 0 && answer.status != 101)
        {
            std::string text = "the server answered " + std::to_string(answer.status) + ' ' + answer.reason;
            return answer.location.empty() ? text : text + " (to " + answer.location + ')';
        }
        if (!stream_.close_reason().empty())
        {
            return "the server closed the WebSocket: " + std::string(stream_.close_reason());
        }
        return stream_.next_layer().explanation(error);
    }

    [[nodiscard]] executor_type get_executor() noexcept { return stream_.get_executor(); }

private:
    using handler_type = unique_handler<void(std::error_code)>;

    static websocket_limits limits(const transport_settings& settings) noexcept
    {
        websocket_limits bounds;
        bounds.maximum_handshake_size = settings.websocket.maximum_handshake_size;
        return bounds;
    }

    void opened(std::error_code error, const url& target, handler_type handler)
    {
        if (error)
        {
            handler(error);
            return;
        }
        websocket_request request;
        request.host = target.host;
        request.port = target.port == default_port(target.scheme) ? std::uint16_t{0} : target.port;
        request.path = target.path;
        request.query = target.query;
        request.headers = settings_->websocket.headers;
        stream_.async_handshake(request, std::move(handler));
    }

    std::shared_ptr<transport_settings> settings_;
    websocket_stream<Layer> stream_;
};

} // namespace tern

#endif
