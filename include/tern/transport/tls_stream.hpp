// SPDX-License-Identifier: BSL-1.0
//
// TLS over TCP: opens the connection, shakes hands, and makes sure that the server is the one which the URL names.
//
// Layer: transport. Standard: RFC 8446, RFC 6066 3 (Server Name Indication), RFC 9525 (which name a certificate has to
// be for).
// What is trusted, and who the client is, is in tls_context.hpp. It is a stream of Asio; MQTT is spoken over it by
// tls_transport.hpp, WebSocket by websocket_tls_transport.hpp.
#ifndef TERN_TRANSPORT_TLS_STREAM_HPP
#define TERN_TRANSPORT_TLS_STREAM_HPP

#include "tern/client/open_tcp.hpp"
#include "tern/client/tcp_opening.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/client/url.hpp"
#include "tern/errc.hpp"
#include "tern/error.hpp"
#include "tern/transport/certificate_error.hpp"
#include "tern/transport/tls_context.hpp"
#include "tern/transport/tls_explanation.hpp"
#include "tern/transport/tls_handler.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/ssl/stream_base.hpp>
#include <asio/ssl/verify_context.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <openssl/ssl.h>
#include <openssl/tls1.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace tern::detail
{

/// One connection, opened once. It has to live until its operations have completed; used on its executor only.
class tls_stream
{
public:
    using executor_type = asio::any_io_executor;
    using handler_type = unique_handler<void(std::error_code)>;

    /// The settings are prepared: prepare_tls().
    tls_stream(const executor_type& executor, const std::shared_ptr<transport_settings>& settings)
        : settings_(settings), stream_(executor, settings->tls_context->native())
    {
    }

    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;
    ~tls_stream() { close(); }

    [[nodiscard]] executor_type get_executor() noexcept { return stream_.get_executor(); }

    /// Opens TCP and shakes hands: void(std::error_code). `where` has to live until completion.
    template <class Token>
    auto async_open(const url& where, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, tls_stream* self, const url* target) {
                const executor_type executor = self->get_executor();
                self->open(*target, handler_type(std::move(handler), executor));
            },
            token, this, &where);
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [](auto handler, tls_stream* self, const Buffers& into) {
                self->stream_.async_read_some(
                    into, tls_handler<decltype(handler)>{std::move(handler), self->handle(), &self->stage_});
            },
            token, this, buffers);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token)
    {
        return stream_.async_write_some(buffers, std::forward<Token>(token));
    }

    /// Says that nothing more comes, and completes when the other side has said so too, or has closed: until then it
    /// can be read.
    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, tls_stream* self) {
                self->stream_.async_shutdown(
                    tls_handler<decltype(handler)>{std::move(handler), self->handle(), &self->stage_});
            },
            token, this);
    }

    void close() noexcept
    {
        if (const auto opening = opening_.lock(); opening != nullptr)
        {
            opening->abort();
        }
        if (secured_)
        {
            secured_ = false;
            keep_session();
        }
        std::error_code ignored;
        stream_.next_layer().close(ignored);
    }

    [[nodiscard]] std::string explanation(std::error_code error) const
    {
        if (!certificate_problem_.empty())
        {
            return certificate_problem_;
        }
        const std::string words = explain_tls_error(error, stage_);
        return words.empty() ? settings_->explanation : words;
    }

private:
    [[nodiscard]] SSL* handle() noexcept { return stream_.native_handle(); }
    [[nodiscard]] tls_context& context() const noexcept { return *settings_->tls_context; }

    void open(const url& target, handler_type handler)
    {
        server_ = context().options().server_name.empty() ? target.host : std::string(context().options().server_name);
        session_name_ = target.host + ':' + std::to_string(target.port);
        settings_->explanation.clear();
        opening_ = open_tcp(get_executor(), stream_.next_layer(), target, settings_,
                            handler_type([this, kept = std::move(handler)](
                                             std::error_code error) mutable { opened(error, std::move(kept)); },
                                         get_executor()));
    }

    void opened(std::error_code error, handler_type handler)
    {
        error = error ? error : expect_server();
        if (error)
        {
            handler(error);
            return;
        }
        stage_ = tls_stage::shaking_hands;
        stream_.async_handshake(
            asio::ssl::stream_base::client,
            [this, kept = std::move(handler)](std::error_code failure) mutable { shaken(failure, std::move(kept)); });
    }

    void shaken(std::error_code error, handler_type handler)
    {
        if (error)
        {
            context().sessions().forget(session_name_);
            const long verdict = SSL_get_verify_result(handle());
            if (verdict != X509_V_OK && !certificate_problem_.empty())
            {
                error = std::error_code(static_cast<int>(verdict), certificate_category());
            }
        }
        else
        {
            stage_ = tls_stage::unanswered;
            secured_ = true;
        }
        handler(error);
    }

    // Who has to be at the other end, and what is told of it before. An address has no SNI: RFC 6066 3.
    std::error_code expect_server()
    {
        std::string name = server_.substr(0, server_.find('%')); // an address has no zone elsewhere
        if (name.ends_with('.'))
        {
            name.pop_back();
        }
        std::error_code is_name;
        (void)asio::ip::make_address(name, is_name);
        SSL* const ssl = handle();
        bool fine = SSL_set_ex_data(ssl, tls_context::connection_index(), &context()) == 1;
        fine = fine &&
               (!is_name || SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1);
        const tls_options& options = context().options();
        if (!options.insecurely_accept_any_certificate && !options.insecurely_accept_any_host_name)
        {
            SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
            fine = fine && (is_name ? SSL_set1_host(ssl, name.c_str())
                                    : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str())) == 1;
        }
        if (SSL_SESSION* const earlier = context().sessions().find(session_name_); earlier != nullptr)
        {
            SSL_set_session(ssl, earlier);
        }
        std::error_code error;
        stream_.set_verify_mode(
            options.insecurely_accept_any_certificate ? asio::ssl::verify_none : asio::ssl::verify_peer, error);
        if (!error && !options.insecurely_accept_any_certificate)
        {
            stream_.set_verify_callback(
                [this](bool accepted, asio::ssl::verify_context& verified) {
                    if (!accepted && certificate_problem_.empty())
                    {
                        certificate_problem_ = explain_certificate(verified.native_handle(), server_);
                    }
                    return accepted;
                },
                error);
        }
        return fine ? error : make_error_code(errc::unusable_tls_option);
    }

    void keep_session() noexcept
    {
        if (!context().options().resume_sessions)
        {
            return;
        }
        try
        {
            context().sessions().remember(session_name_, handle());
        }
        catch (const std::bad_alloc&) // then the next handshake is a whole one
        {
        }
    }

    std::shared_ptr<transport_settings> settings_;
    asio::ssl::stream<asio::ip::tcp::socket> stream_;
    std::weak_ptr<tcp_opening> opening_{};
    std::string server_{};
    std::string session_name_{};
    std::string certificate_problem_{};
    tls_stage stage_ = tls_stage::connecting;
    bool secured_ = false;
};

} // namespace tern::detail

#endif
