// SPDX-License-Identifier: BSL-1.0
#include "tern/transport_options.hpp"

#include "support/catch.hpp"

#include <type_traits>

// They are copied when an operation is initiated, and that must neither allocate nor fail.
static_assert(std::is_trivially_copyable_v<tern::tls_options>);
static_assert(std::is_trivially_copyable_v<tern::websocket_options>);

TEST_CASE("TLS is right by default")
{
    const tern::tls_options options;
    CHECK_FALSE(options.insecurely_accept_any_certificate);
    CHECK_FALSE(options.insecurely_accept_any_host_name);
    CHECK(options.minimum_version == tern::tls_version::v1_2);
    CHECK_FALSE(options.maximum_version);
    CHECK(options.resume_sessions);
    CHECK(options.context == nullptr);
    CHECK(options.server_name.empty()); // the URL's host
}

TEST_CASE("a WebSocket asks for nothing more than it has to")
{
    const tern::websocket_options options;
    CHECK(options.headers.empty());
    CHECK(options.maximum_handshake_size > 0);
}
