// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/websocket_tls.hpp"

#include "support/catch.hpp"

TEST_CASE("a program that includes WebSockets over TLS finds them by the URL")
{
    using finder = tern::detail::factory_finder<tern::any_transport>;
    CHECK(finder::find("wss") == &tern::detail::transport_factory<tern::websocket_tls_transport>::value);
}
