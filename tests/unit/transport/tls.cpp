// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/tls.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/memory_client.hpp"
#include "support/tls_server.hpp"

#include <asio/io_context.hpp>

#include <string>
#include <system_error>

TEST_CASE("a program that includes TLS finds it by the URL")
{
    using finder = tern::detail::factory_finder<tern::any_transport>;
    CHECK(finder::find("mqtts") == &tern::detail::transport_factory<tern::tls_transport>::value);
    CHECK(finder::find("mqtt") == &tern::detail::transport_factory<tern::tcp_transport>::value);
}

TEST_CASE("each attempt may bring a client certificate of its own")
{
    using namespace tern_test;
    asio::io_context context{1};
    const certificate authority = make_authority();
    const certificate own = make_certificate(authority, {.common_name = "kitchen"});
    tls_server server(context); // no MQTT: it sends CONNECT back, and the next attempt follows
    server.use(make_certificate(authority));
    server.want_client_certificate(authority);
    const std::string url = "mqtts://127.0.0.1:" + std::to_string(server.url().port);

    tern::basic_client<tern::any_transport> client(context, quick_limits());
    int asked = 0;
    client.on_attempt([&](const tern::connect_attempt&, tern::attempt_answer answer) {
        tern::attempt_options given;
        if (++asked >= 2)
        {
            given.tls = tern::tls_options{
                .ca_certificates = authority.text, .certificate = own.text, .private_key = own.private_key};
        }
        answer({}, given);
    });
    client.async_connect(url, {.retry = true, .tls = {.ca_certificates = authority.text}},
                         [](std::error_code, const tern::connect_result&) {});
    REQUIRE(run_until(context, [&] { return server.handshakes == 1; }));
    CHECK(asked == 2);
}
