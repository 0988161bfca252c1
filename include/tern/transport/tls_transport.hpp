// SPDX-License-Identifier: BSL-1.0
//
// MQTT over TLS: schemes mqtts, ssl and tls.
//
// Layer: transport. Standard: v5 5.4.5, v3.1.1 5.4.5; IANA port 8883. It models the concept of client/transport.hpp,
// where every member is described; this says only what is particular to TLS.
#ifndef TERN_TRANSPORT_TLS_TRANSPORT_HPP
#define TERN_TRANSPORT_TLS_TRANSPORT_HPP

#include "tern/client/open_tcp.hpp"
#include "tern/client/transport.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"
#include "tern/transport/tls_context.hpp"
#include "tern/transport/tls_stream.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern
{

/// A TLS connection, as connect_options::tls says.
class tls_transport
{
public:
    using executor_type = asio::any_io_executor;

    /// The settings are prepared.
    tls_transport(const executor_type& executor, const std::shared_ptr<transport_settings>& settings)
        : stream_(executor, settings)
    {
    }

    [[nodiscard]] static bool supports(std::string_view scheme) noexcept
    {
        return scheme == "mqtts" || scheme == "ssl" || scheme == "tls";
    }

    /// Loads certificates and keys. Errors: unsupported_proxy, unusable_ca_certificates, unusable_client_certificate,
    /// unusable_private_key, unusable_tls_option.
    [[nodiscard]] static std::error_code prepare(transport_settings& settings)
    {
        const std::error_code error = detail::prepare_tcp(settings);
        return error ? error : detail::prepare_tls(settings);
    }

    /// As tcp_transport does, and shakes hands then. Errors: besides those of TCP, a certificate_category() error for a
    /// server's certificate that is refused, and Asio's for everything else in TLS.
    template <class Token>
    auto async_open(const url& where, Token&& token)
    {
        return stream_.async_open(where, std::forward<Token>(token));
    }

    /// A server that closes without a word of TLS has closed: asio::error::eof.
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

    /// What was wrong with which certificate, or which end wants what.
    [[nodiscard]] std::string explanation(std::error_code error) const { return stream_.explanation(error); }

    [[nodiscard]] executor_type get_executor() noexcept { return stream_.get_executor(); }

private:
    detail::tls_stream stream_;
};

} // namespace tern

#endif
