// SPDX-License-Identifier: BSL-1.0
//
// A WebSocket that carries MQTT, as a stream of Asio over another one: TCP, TLS, a Unix socket, a link in memory. Bytes
// written go out in binary frames; bytes read are the payload of the binary frames that come, however MQTT's packets
// are cut into them.
//
// Layer: websocket, on Asio. Standard: RFC 6455; v5 6.0, v3.1.1 6.0.
// Our own, because the kept-up libraries with WebSocket either need Boost or bring an event loop of their own. What
// needs no I/O is in endpoint.hpp and the two handshakes. It has no time limits: who drives it has them, and closes it.
// Texts, compression and messages as such are not offered: MQTT has no use for them.
#ifndef TERN_WEBSOCKET_STREAM_HPP
#define TERN_WEBSOCKET_STREAM_HPP

#include "tern/error.hpp"
#include "tern/http_head.hpp"
#include "tern/websocket/client_handshake.hpp"
#include "tern/websocket/close_code.hpp"
#include "tern/websocket/frame_header.hpp"
#include "tern/websocket/limits.hpp"
#include "tern/websocket/random.hpp"
#include "tern/websocket/stream_handler.hpp"
#include "tern/websocket/stream_handshake.hpp"
#include "tern/websocket/stream_state.hpp"

#include <asio/async_result.hpp>
#include <asio/buffer.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern
{

/// A WebSocket over `NextLayer`, which has async_read_some, async_write_some, get_executor and close() or a lowest
/// layer that has it.
///
///     tern::websocket_stream<asio::ip::tcp::socket> stream(executor);
///     co_await stream.next_layer().async_connect(address, asio::use_awaitable);
///     co_await stream.async_handshake({.host = "broker.example", .path = "/mqtt"}, asio::use_awaitable);
///     // then async_read_some and async_write_some as on a socket
///
/// One read and one write, or shutdown, may be under way at a time. Everything has to be called on the executor of the
/// next layer, and buffers have to live until completion. Handlers run on their associated executor, with their
/// allocator, never inside the function that begins. Cancelling a read loses nothing; cancelling a write may leave half
/// a frame, so that only close() is left. After an operation of the stream has ended it allocates nothing again for the
/// next of the same size.
template <class NextLayer>
class websocket_stream
{
    using state_type = websocket::stream_state<NextLayer>;

public:
    using next_layer_type = NextLayer;
    using executor_type = typename NextLayer::executor_type;

    /// \param arguments what the next layer is made of
    template <class... Args>
        requires(std::constructible_from<NextLayer, Args...>)
    explicit websocket_stream(Args&&... arguments)
        : websocket_stream(websocket_limits(), &system_random, std::forward<Args>(arguments)...)
    {
    }

    /// \param source what masking keys are made of
    template <class... Args>
        requires(std::constructible_from<NextLayer, Args...>)
    websocket_stream(const websocket_limits& limits, random_source source, Args&&... arguments)
        : state_(std::make_shared<state_type>(limits, source, std::forward<Args>(arguments)...))
    {
    }

    websocket_stream(websocket_stream&&) noexcept = default;
    websocket_stream& operator=(websocket_stream&&) = delete;

    /// Closes; what is pending completes with operation_aborted.
    ~websocket_stream()
    {
        if (state_ != nullptr)
        {
            close();
        }
    }

    [[nodiscard]] NextLayer& next_layer() noexcept { return state_->layer; }
    [[nodiscard]] const NextLayer& next_layer() const noexcept { return state_->layer; }
    [[nodiscard]] executor_type get_executor() noexcept { return state_->layer.get_executor(); }

    /// Shakes hands as the client, over a next layer that is connected: void(std::error_code). Once. Errors:
    /// invalid_url or invalid_http_header for what was passed; websocket_refused, websocket_unavailable or
    /// websocket_redirected for the server's answer, of which response() tells more; websocket_handshake_failed,
    /// websocket_subprotocol_not_selected or http_head_too_large for a server that is no WebSocket server with
    /// MQTT.
    template <class Token>
    auto async_handshake(const websocket_request& request, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, websocket_stream* self, const websocket_request& what) {
                auto data = std::make_unique<websocket::handshake>();
                std::error_code error = self->begin_handshake();
                error = error ? error : websocket::begin_client(*self->state_, what, *data);
                self->shake_hands(error, std::move(data), self->hold(std::move(handler)));
            },
            token, this, request);
    }

    /// Shakes hands as the server: void(std::error_code). Once. A request that is refused has been answered when it
    /// completes. Errors: the last three of async_handshake().
    template <class Token>
    auto async_accept(Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, websocket_stream* self) {
                auto data = std::make_unique<websocket::handshake>();
                data->self = websocket::role::server;
                self->shake_hands(self->begin_handshake(), std::move(data), self->hold(std::move(handler)));
            },
            token, this);
    }

    /// Reads at least one byte: void(std::error_code, std::size_t). Pings are answered meanwhile. asio::error::eof
    /// when the other side has closed, with a close frame, which is answered by then, or without;
    /// websocket_protocol_error, websocket_text_frame, websocket_invalid_text or websocket_frame_too_large when it
    /// broke the rules, of which it has been told by then.
    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [](auto handler, websocket_stream* self, asio::mutable_buffer into) {
                self->state_->read(into, self->hold(std::move(handler)));
            },
            token, this, buffer);
    }

    /// Writes one frame with at least one byte, at most limits.maximum_write_size: void(std::error_code,
    /// std::size_t). asio::error::broken_pipe when either side has closed.
    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [](auto handler, websocket_stream* self, asio::const_buffer from) {
                self->state_->write(from, self->hold(std::move(handler)));
            },
            token, this, buffer);
    }

    /// Sends the close frame behind what was written: void(std::error_code). What the other side still sends can be
    /// read, up to its close frame, which ends reading with asio::error::eof. RFC 6455 7.1.2
    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, websocket_stream* self) { self->state_->shut_down(self->hold(std::move(handler))); },
            token, this);
    }

    /// Closes the next layer at once; what is pending completes with operation_aborted.
    void close() noexcept { state_->close(); }

    /// What the server answered to the client's handshake, also when it refused.
    [[nodiscard]] const http_response& response() const noexcept { return state_->response; }

    /// Path and query of the request that the server accepted.
    [[nodiscard]] std::string_view request_target() const noexcept { return state_->target; }

    /// Why the other side closed; `abnormal` as long as no close frame has come.
    [[nodiscard]] websocket_close_code close_code() const noexcept
    {
        return state_->end() ? state_->end()->close_code() : websocket_close_code::abnormal;
    }

    /// The text of the other side's that came with the code; valid as long as the stream.
    [[nodiscard]] std::string_view close_reason() const noexcept
    {
        return state_->end() ? state_->end()->close_reason() : std::string_view();
    }

private:
    template <class Handler>
    auto hold(Handler handler)
    {
        return websocket::held_handler<Handler, executor_type>(std::move(handler), get_executor());
    }

    std::error_code begin_handshake() noexcept
    {
        return std::exchange(state_->is_used, true) ? make_error_code(errc::already_connected) : std::error_code();
    }

    template <class Held>
    void shake_hands(std::error_code error, std::unique_ptr<websocket::handshake> data, Held handler)
    {
        if (error)
        {
            handler.post(get_executor(), error);
            return;
        }
        websocket::handshake_operation<state_type, Held>(state_, std::move(data), std::move(handler)).start();
    }

    std::shared_ptr<state_type> state_;
};

} // namespace tern

#endif
