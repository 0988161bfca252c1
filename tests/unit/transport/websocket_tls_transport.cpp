// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/websocket_tls_transport.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/tls_server.hpp"

#include <asio/io_context.hpp>

#include <memory>
#include <optional>
#include <system_error>

TEST_CASE("only the scheme wss is known to a WebSocket over TLS")
{
    CHECK(tern::websocket_tls_transport::supports("wss"));
    CHECK_FALSE(tern::websocket_tls_transport::supports("ws"));
    CHECK_FALSE(tern::websocket_tls_transport::supports("mqtts"));
}

TEST_CASE("what TLS needs is checked before anything is sent, and what it refuses is explained")
{
    tern::transport_settings wrong;
    wrong.tls.ca_file = "/nowhere";
    CHECK(tern::websocket_tls_transport::prepare(wrong) == tern::errc::unusable_ca_certificates);

    asio::io_context context;
    tern_test::tls_server server(context);
    server.use(tern_test::make_certificate(tern_test::make_authority()));
    const auto settings = std::make_shared<tern::transport_settings>();
    REQUIRE_FALSE(tern::websocket_tls_transport::prepare(*settings));
    tern::websocket_tls_transport transport(context.get_executor(), settings);
    tern::url where = server.url();
    std::optional<std::error_code> result;
    transport.async_open(where, [&](std::error_code error) {
        result = error;
        server.stop();
    });
    context.run();
    REQUIRE(result);
    CHECK(result->category() == tern::certificate_category());
    CHECK(transport.explanation(*result).find("Test Authority") != std::string::npos);
}
