// SPDX-License-Identifier: BSL-1.0
//
// What a client needs from below: an Asio stream of bytes, and how to open it from a URL.
//
// Layer: client. Standard: v5 4.2, v3.1.1 4.2 (an ordered, lossless stream in both directions).
// A transport is made afresh for every attempt to connect, on the client's executor, and never used again after it was
// closed, so that it has no states to return to. It knows nothing of MQTT, and it needs no time limits: the client has
// them, and calls close(). What each of its members has to do stands at the concept.
#ifndef TERN_CLIENT_TRANSPORT_HPP
#define TERN_CLIENT_TRANSPORT_HPP

#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace tern
{

namespace detail
{

/// A handler as a transport gets it: it can be moved and called, nothing else.
struct transport_handler_probe
{
    transport_handler_probe() = default;
    transport_handler_probe(transport_handler_probe&&) = default;
    transport_handler_probe& operator=(transport_handler_probe&&) = default;
    ~transport_handler_probe() = default;
};

struct transport_done_probe : transport_handler_probe
{
    void operator()(std::error_code) {}
};

struct transport_transfer_probe : transport_handler_probe
{
    void operator()(std::error_code, std::size_t) {}
};

/// A transport that takes settings, beside the executor.
template <class Transport>
concept configured_transport =
    std::constructible_from<Transport, const asio::any_io_executor&, const std::shared_ptr<transport_settings>&>;

/// A transport that checks its settings, and loads what they name, before the first connection.
template <class Transport>
concept prepared_transport = requires(transport_settings& settings) {
    { Transport::prepare(settings) } -> std::same_as<std::error_code>;
};

/// A transport that has words for its errors.
template <class Transport>
concept explaining_transport = requires(const Transport& stream, std::error_code error) {
    { stream.explanation(error) } -> std::same_as<std::string>;
};

} // namespace detail

/// What basic_client asks of its transport.
///
/// A transport of one's own:
///
///     class link_transport
///     {
///     public:
///         explicit link_transport(asio::any_io_executor executor);
///         static bool supports(std::string_view scheme) noexcept { return scheme == "link"; }
///
///         // void(std::error_code): resolves, tries every address, shakes hands: afterwards bytes can be sent.
///         template <class Token> auto async_open(const tern::url& where, Token&& token);
///
///         // void(std::error_code, std::size_t): at least one byte; an error at the end of the stream.
///         template <class Token> auto async_read_some(asio::mutable_buffer buffer, Token&& token);
///
///         // void(std::error_code, std::size_t): at least one byte, perhaps fewer than given.
///         template <class Token> auto async_write_some(asio::const_buffer buffer, Token&& token);
///
///         // void(std::error_code): everything written goes out and the other side sees the end of the stream. What
///         // the other side still sends can be read.
///         template <class Token> auto async_shutdown(Token&& token);
///
///         // At once; what is pending completes with asio::error::operation_aborted.
///         void close() noexcept;
///     };
///
/// It may have more: a constructor that takes `const std::shared_ptr<transport_settings>&` behind the executor (what
/// connect_options say of TLS, WebSocket and a proxy, which is then one and the same for all connections of one
/// async_connect); `static std::error_code prepare(transport_settings&)`, called before the first of them, whose error
/// ends async_connect before anything is sent; `std::string explanation(std::error_code) const`, what an error means in
/// words.
///
/// The client has one read and one write under way at most, keeps buffers and the URL alive until completion, and calls
/// async_shutdown at most once, when no write is under way; a read may be, and reading goes on to the end of the stream
/// before the client closes: so nothing that was sent is thrown away. The handlers are move-only. They complete on the
/// client's executor, never inside the initiating function. Destroying a transport closes it.
template <class Transport>
concept transport =
    (std::constructible_from<Transport, const asio::any_io_executor&> || detail::configured_transport<Transport>) &&
    std::is_nothrow_destructible_v<Transport> &&
    requires(Transport& stream, const url& where, asio::mutable_buffer in, asio::const_buffer out,
             std::string_view scheme, detail::transport_done_probe done, detail::transport_transfer_probe transfer) {
        stream.async_open(where, static_cast<detail::transport_done_probe&&>(done));
        stream.async_read_some(in, static_cast<detail::transport_transfer_probe&&>(transfer));
        stream.async_write_some(out, static_cast<detail::transport_transfer_probe&&>(transfer));
        stream.async_shutdown(static_cast<detail::transport_done_probe&&>(done));
        { stream.close() } noexcept -> std::same_as<void>;
        { Transport::supports(scheme) } noexcept -> std::convertible_to<bool>;
    };

} // namespace tern

#endif
