// SPDX-License-Identifier: BSL-1.0
//
// One end of TLS for tests: accepts one connection after the other on loopback, shakes hands, sends back what it reads.
#ifndef TERN_TEST_SUPPORT_TLS_SERVER_HPP
#define TERN_TEST_SUPPORT_TLS_SERVER_HPP

#include "support/certificates.hpp"
#include "tern/client/url.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/ssl/stream_base.hpp>
#include <asio/write.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <openssl/ssl.h>

namespace tern_test
{

class tls_server
{
public:
    explicit tls_server(asio::io_context& context)
        : tls(asio::ssl::context::tls_server),
          acceptor_(context, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0))
    {
        SSL_CTX_set_ex_data(tls.native_handle(), index(), this);
        ask_for_name(tls.native_handle());
        accept();
    }

    void use(const certificate& own)
    {
        tls.use_certificate_chain(asio::buffer(own.text));
        tls.use_private_key(asio::buffer(own.private_key), asio::ssl::context::pem);
    }

    void want_client_certificate(const certificate& authority)
    {
        tls.add_certificate_authority(asio::buffer(authority.text));
        tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }

    [[nodiscard]] tern::url url(std::string host = "localhost") const
    {
        tern::url where;
        where.scheme = "mqtts";
        where.host = std::move(host);
        where.port = acceptor_.local_endpoint().port();
        return where;
    }

    void stop()
    {
        std::error_code ignored;
        acceptor_.close(ignored);
        if (connection_ != nullptr)
        {
            connection_->stream.lowest_layer().close(ignored);
        }
    }

    /// Closes TCP without a word of TLS.
    void cut() { connection_->stream.lowest_layer().close(); }

    asio::ssl::context tls;
    int handshakes = 0;
    int resumed = 0;
    std::string requested_name{}; ///< of the last handshake
    std::string negotiated_protocol{};
    std::error_code handshake_error{};
    bool ended = false; ///< the client has closed TLS as it should

private:
    struct connection
    {
        connection(asio::ip::tcp::socket socket, asio::ssl::context& context) : stream(std::move(socket), context) {}

        asio::ssl::stream<asio::ip::tcp::socket> stream;
        std::array<char, 4096> buffer{};
    };

    static int index()
    {
        static const int value = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return value;
    }

    static int note_name(SSL* ssl, int*, void*)
    {
        auto* self = static_cast<tls_server*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), index()));
        const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        self->requested_name = name != nullptr ? name : "";
        return SSL_TLSEXT_ERR_OK;
    }

    // OpenSSL's macro of this name has casts that our warnings do not let pass.
    static void ask_for_name(SSL_CTX* context)
    {
        SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                              reinterpret_cast<void (*)()>(&tls_server::note_name));
    }

    void accept()
    {
        acceptor_.async_accept([this](std::error_code error, asio::ip::tcp::socket socket) {
            if (error)
            {
                return;
            }
            connection_ = std::make_shared<connection>(std::move(socket), tls);
            connection_->stream.async_handshake(
                asio::ssl::stream_base::server,
                [this, kept = connection_](std::error_code failure) { shaken(kept, failure); });
            accept();
        });
    }

    void shaken(const std::shared_ptr<connection>& kept, std::error_code failure)
    {
        handshake_error = failure;
        if (failure)
        {
            std::error_code ignored;
            kept->stream.lowest_layer().close(ignored);
            return;
        }
        SSL* const ssl = kept->stream.native_handle();
        ++handshakes;
        resumed += SSL_session_reused(ssl) == 1 ? 1 : 0;
        const unsigned char* protocol = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl, &protocol, &size);
        negotiated_protocol.assign(reinterpret_cast<const char*>(protocol), size);
        echo(kept);
    }

    void echo(const std::shared_ptr<connection>& kept)
    {
        kept->stream.async_read_some(asio::buffer(kept->buffer), [this, kept](std::error_code error, std::size_t size) {
            if (error)
            {
                ended = error == asio::error::eof;
                kept->stream.async_shutdown([kept](std::error_code) {});
                return;
            }
            asio::async_write(kept->stream, asio::buffer(kept->buffer, size),
                              [this, kept](std::error_code failure, std::size_t) {
                                  if (!failure)
                                  {
                                      echo(kept);
                                  }
                              });
        });
    }

    asio::ip::tcp::acceptor acceptor_;
    std::shared_ptr<connection> connection_;
};

} // namespace tern_test

#endif
