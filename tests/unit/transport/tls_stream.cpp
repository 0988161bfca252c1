// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/tls_stream.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/tls_server.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

using namespace std::chrono_literals;
using tern::detail::tls_stream;

namespace
{

const tern_test::certificate authority = tern_test::make_authority();

/// A server and the settings of clients that are to reach it.
struct stage
{
    explicit stage(const tern_test::certificate_request& wanted = {}) : server(context)
    {
        server.use(tern_test::make_certificate(authority, wanted));
        settings->tls.ca_certificates = authority.text;
    }

    /// Opens one connection and, if that works, sends a byte and reads it back, since a TLS 1.3 server refuses a client
    /// only after that has what it needs.
    std::error_code open(const std::string& host = "localhost") { return open(server.url(host)); }

    std::error_code open(const tern::url& where)
    {
        if (const std::error_code wrong = tern::detail::prepare_tls(*settings))
        {
            return wrong;
        }
        tls_stream stream(context.get_executor(), settings);
        std::optional<std::error_code> result;
        char byte = 'x';
        stream.async_open(where, [&](std::error_code error) {
            if (error)
            {
                result = error;
                return;
            }
            stream.async_write_some(asio::buffer(&byte, 1), [&](std::error_code, std::size_t) {
                stream.async_read_some(asio::buffer(&byte, 1), [&](std::error_code failure, std::size_t) {
                    result = failure;
                    explanation = stream.explanation(failure);
                });
            });
        });
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!result && std::chrono::steady_clock::now() < end)
        {
            context.restart();
            context.run_one_for(100ms);
        }
        REQUIRE(result);
        if (*result)
        {
            explanation = stream.explanation(*result);
        }
        stream.close();
        context.restart();
        context.run_for(1ms);
        return *result;
    }

    [[nodiscard]] bool explained(std::string_view words) const
    {
        UNSCOPED_INFO("explanation: " << explanation);
        return explanation.find(words) != std::string::npos;
    }

    asio::io_context context;
    tern_test::tls_server server;
    std::shared_ptr<tern::transport_settings> settings = std::make_shared<tern::transport_settings>();
    std::string explanation{};
};

std::error_code refused(int value)
{
    return {value, tern::certificate_category()};
}

} // namespace

TEST_CASE("a server that proves to be the one of the URL is accepted, by name or by address")
{
    stage s;
    CHECK_FALSE(s.open("localhost"));
    CHECK(s.server.requested_name == "localhost");
    CHECK_FALSE(s.open("127.0.0.1"));
    CHECK(s.server.requested_name.empty()); // an address is not asked for
    CHECK(s.explanation.empty());

    s.settings->tls_context.reset();
    s.settings->tls.server_name = "localhost."; // of DNS, which a certificate does not have
    CHECK_FALSE(s.open("127.0.0.1"));
    CHECK(s.server.requested_name == "localhost");
}

TEST_CASE("an authority that is not trusted is refused, the system's trust does not help it")
{
    stage s;
    s.settings->tls.ca_certificates = {};
    CHECK(s.open().category() == tern::certificate_category());
    CHECK(s.explained("signed by \"CN = Test Authority\""));
    CHECK(s.server.handshakes == 0);
    CHECK(s.server.handshake_error);

    stage other;
    const tern_test::certificate another = tern_test::make_authority("Another");
    other.settings->tls.ca_certificates = another.text;
    CHECK(other.open().category() == tern::certificate_category());
}

TEST_CASE("a certificate out of its time is refused, and says which time that is")
{
    stage expired({.valid_from = -48h, .valid_until = -24h});
    CHECK(expired.open() == refused(X509_V_ERR_CERT_HAS_EXPIRED));
    CHECK(expired.explained("valid until"));
    stage early({.valid_from = 24h, .valid_until = 48h});
    CHECK(early.open() == refused(X509_V_ERR_CERT_NOT_YET_VALID));
    CHECK(early.explained("valid from"));
}

TEST_CASE("a certificate for another name or address is refused, and says whom it is for")
{
    stage s({.common_name = "localhost", .alternative_names = "DNS:other.example,IP:192.0.2.7"});
    CHECK(s.open("localhost") == refused(X509_V_ERR_HOSTNAME_MISMATCH));
    CHECK(s.explained("DNS:other.example"));
    CHECK(s.explained("not for localhost"));
    CHECK(s.open("127.0.0.1") == refused(X509_V_ERR_IP_ADDRESS_MISMATCH));
    CHECK(s.explained("192.0.2.7"));

    SECTION("unless another name is what the program means")
    {
        s.settings->tls_context.reset();
        s.settings->tls.server_name = "other.example";
        CHECK_FALSE(s.open("localhost"));
        CHECK(s.server.requested_name == "other.example");
    }
    SECTION("or it takes any name on purpose")
    {
        s.settings->tls_context.reset();
        s.settings->tls.insecurely_accept_any_host_name = true;
        CHECK_FALSE(s.open("localhost"));
    }
}

TEST_CASE("taking any certificate takes it, but not with another name of the switch")
{
    stage s({.alternative_names = "DNS:other.example", .valid_from = -48h, .valid_until = -24h});
    s.settings->tls.ca_certificates = {};
    s.settings->tls.insecurely_accept_any_host_name = true;
    CHECK(s.open().category() == tern::certificate_category());
    s.settings->tls_context.reset();
    s.settings->tls.insecurely_accept_any_certificate = true;
    CHECK_FALSE(s.open());
}

TEST_CASE("a server that wants a client certificate gets it, and says so if it is missing or wrong")
{
    stage s;
    s.server.want_client_certificate(authority);
    const bool v1_2 = GENERATE(false, true);
    if (v1_2)
    {
        s.settings->tls.maximum_version = tern::tls_version::v1_2;
    }
    CHECK(s.open());
    CHECK(s.explained(v1_2 ? "client certificate" : "certificate_file"));

    const tern_test::certificate stranger = tern_test::make_certificate(tern_test::make_authority("Stranger"));
    s.settings->tls_context.reset();
    s.settings->tls.certificate = stranger.text;
    s.settings->tls.private_key = stranger.private_key;
    CHECK(s.open());
    CHECK(s.explained("authority"));

    const tern_test::certificate own = tern_test::make_certificate(authority, {.common_name = "kitchen"});
    s.settings->tls_context.reset();
    s.settings->tls.certificate = own.text;
    s.settings->tls.private_key = own.private_key;
    CHECK_FALSE(s.open());
}

TEST_CASE("a server that has only old versions of TLS is refused")
{
    stage s;
    SSL_CTX_set_security_level(s.server.tls.native_handle(), 0);
    SSL_CTX_set_max_proto_version(s.server.tls.native_handle(), TLS1_1_VERSION);
    CHECK(s.open());
    CHECK(s.explained("minimum_version"));
    CHECK(s.server.handshakes == 0);
}

TEST_CASE("protocols are offered as asked")
{
    stage s;
    SSL_CTX_set_alpn_select_cb(
        s.server.tls.native_handle(),
        [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned int, void*) {
            *out = in + 1; // the first
            *size = in[0];
            return SSL_TLSEXT_ERR_OK;
        },
        nullptr);
    CHECK_FALSE(s.open());
    CHECK(s.server.negotiated_protocol.empty());
    s.settings->tls_context.reset();
    s.settings->tls.alpn = "x-amzn-mqtt-ca,mqtt";
    CHECK_FALSE(s.open());
    CHECK(s.server.negotiated_protocol == "x-amzn-mqtt-ca");
}

TEST_CASE("a key that both sides know replaces certificates")
{
    asio::io_context unused;
    stage s;
    s.server.tls = asio::ssl::context(asio::ssl::context::tls_server);
    SSL_CTX_set_ex_data(s.server.tls.native_handle(), 0, nullptr);
    SSL_CTX_set_psk_server_callback(s.server.tls.native_handle(),
                                    [](SSL*, const char* identity, unsigned char* key, unsigned int) -> unsigned int {
                                        if (std::string_view(identity) != "kitchen")
                                        {
                                            return 0;
                                        }
                                        std::memcpy(key, "secret", 6);
                                        return 6;
                                    });
    s.settings->tls.psk_identity = "kitchen";
    s.settings->tls.psk = "secret";
    const bool v1_2 = GENERATE(false, true);
    if (v1_2)
    {
        s.settings->tls.maximum_version = tern::tls_version::v1_2;
    }
    CHECK_FALSE(s.open());
    s.settings->tls_context.reset();
    s.settings->tls.psk = "wrong!";
    CHECK(s.open());
    s.settings->tls_context.reset();
    s.settings->tls.psk_identity = "cellar";
    CHECK(s.open());
}

TEST_CASE("a reconnect continues the session of the connection before, unless that is not wanted")
{
    const bool v1_2 = GENERATE(false, true);
    stage s;
    if (v1_2)
    {
        s.settings->tls.maximum_version = tern::tls_version::v1_2;
    }
    CHECK_FALSE(s.open());
    CHECK(s.server.resumed == 0);
    CHECK_FALSE(s.open());
    CHECK_FALSE(s.open());
    CHECK(s.server.handshakes == 3);
    CHECK(s.server.resumed == 2);

    s.settings->tls_context.reset(); // as the next async_connect does
    CHECK_FALSE(s.open());
    CHECK(s.server.resumed == 2);
    s.settings->tls_context.reset();
    s.settings->tls.resume_sessions = false;
    CHECK_FALSE(s.open());
    CHECK_FALSE(s.open());
    CHECK(s.server.resumed == 2);
}

TEST_CASE("a session is not continued with a server that has another name")
{
    stage s;
    CHECK_FALSE(s.open("localhost"));
    CHECK_FALSE(s.open("127.0.0.1"));
    CHECK(s.server.resumed == 0);
}

TEST_CASE("a server that is cut off has closed")
{
    stage s;
    REQUIRE_FALSE(tern::detail::prepare_tls(*s.settings));
    tls_stream stream(s.context.get_executor(), s.settings);
    const tern::url where = s.server.url();
    std::error_code end;
    char byte = 0;
    stream.async_open(where, [&](std::error_code error) {
        CHECK_FALSE(error);
        stream.async_write_some(asio::buffer("x", 1), [&](std::error_code, std::size_t) {
            stream.async_read_some(asio::buffer(&byte, 1), [&](std::error_code, std::size_t) {
                stream.async_read_some(asio::buffer(&byte, 1), [&](std::error_code last, std::size_t) {
                    end = last;
                    s.server.stop();
                });
                s.server.cut();
            });
        });
    });
    s.context.run_for(20s);
    CHECK(end == asio::error::eof);
}

TEST_CASE("a server that speaks no TLS is told from one that closes")
{
    asio::io_context context;
    const bool answers = GENERATE(true, false);
    asio::ip::tcp::acceptor acceptor(context, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    std::optional<asio::ip::tcp::socket> peer;
    char hello[512];
    acceptor.async_accept([&](std::error_code, asio::ip::tcp::socket accepted) {
        peer.emplace(std::move(accepted));
        peer->async_read_some(asio::buffer(hello), [&](std::error_code, std::size_t) {
            if (answers)
            {
                asio::write(*peer, asio::buffer(std::string_view("HTTP/1.1 400 Bad Request\r\n\r\n")));
            }
            peer->shutdown(asio::ip::tcp::socket::shutdown_send);
        });
    });
    tern::url where;
    where.host = "127.0.0.1";
    where.port = acceptor.local_endpoint().port();
    const auto settings = std::make_shared<tern::transport_settings>();
    REQUIRE_FALSE(tern::detail::prepare_tls(*settings));
    tls_stream stream(context.get_executor(), settings);
    std::optional<std::error_code> result;
    stream.async_open(where, [&](std::error_code error) { result = error; });
    context.run_for(20s);
    REQUIRE(result);
    REQUIRE(*result);
    const std::string words = stream.explanation(*result);
    INFO(result->message() << ": " << words);
    CHECK(words.find(answers ? "is not TLS" : "no TLS on this port") != std::string::npos);
}

TEST_CASE("closing ends what is under way, wherever it is")
{
    stage s;
    REQUIRE_FALSE(tern::detail::prepare_tls(*s.settings));
    const tern::url where = s.server.url("127.0.0.1");
    for (int steps = 0; steps < 12; ++steps)
    {
        tls_stream stream(s.context.get_executor(), s.settings);
        std::optional<std::error_code> opened;
        int called = 0;
        stream.async_open(where, [&](std::error_code error) {
            opened = error;
            ++called;
        });
        for (int i = 0; i < steps && !opened; ++i)
        {
            s.context.restart();
            s.context.run_one_for(1s);
        }
        stream.close();
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!opened && std::chrono::steady_clock::now() < end)
        {
            s.context.restart();
            s.context.run_one_for(100ms);
        }
        CHECK(called == 1);
        CHECK(opened);
    }
}
