// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/tls_transport.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/tls_server.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <memory>
#include <string>
#include <system_error>

static_assert(tern::transport<tern::tls_transport>);

TEST_CASE("the schemes of TLS are known")
{
    CHECK(tern::tls_transport::supports("mqtts"));
    CHECK(tern::tls_transport::supports("ssl"));
    CHECK(tern::tls_transport::supports("tls"));
    CHECK_FALSE(tern::tls_transport::supports("mqtt"));
    CHECK_FALSE(tern::tls_transport::supports("wss"));
}

TEST_CASE("settings are checked before anything is sent")
{
    tern::transport_settings settings;
    settings.proxy.emplace().scheme = "ftp";
    CHECK(tern::tls_transport::prepare(settings) == tern::errc::unsupported_proxy);
    settings.proxy.reset();
    settings.tls.ca_file = "/nowhere";
    CHECK(tern::tls_transport::prepare(settings) == tern::errc::unusable_ca_certificates);
    settings.tls.ca_file = {};
    CHECK_FALSE(tern::tls_transport::prepare(settings));
}

TEST_CASE("bytes go through TLS in both directions, and both ends say when they are done")
{
    asio::io_context context;
    const tern_test::certificate authority = tern_test::make_authority();
    tern_test::tls_server server(context);
    server.use(tern_test::make_certificate(authority));
    const auto settings = std::make_shared<tern::transport_settings>();
    settings->tls.ca_certificates = authority.text;
    REQUIRE_FALSE(tern::tls_transport::prepare(*settings));
    tern::tls_transport transport(context.get_executor(), settings);
    const tern::url where = server.url();
    std::string got(5, '\0');
    std::error_code opened = tern::errc::timed_out;
    std::error_code end;
    bool shut_down = false;
    transport.async_open(where, [&](std::error_code error) {
        opened = error;
        transport.async_write_some(asio::buffer("hello", 5), [&](std::error_code, std::size_t) {
            transport.async_read_some(asio::buffer(got), [&](std::error_code, std::size_t) {
                // As the client does: reading goes on until the other end is done.
                transport.async_read_some(asio::buffer(got), [&](std::error_code last, std::size_t) { end = last; });
                transport.async_shutdown([&](std::error_code failed) {
                    shut_down = !failed;
                    server.stop();
                });
            });
        });
    });
    context.run();
    CHECK_FALSE(opened);
    CHECK(got == "hello");
    CHECK(shut_down);
    CHECK(end == asio::error::eof);
    CHECK(server.ended);
    CHECK(transport.explanation(end).empty());
}
