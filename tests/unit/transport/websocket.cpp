// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/websocket.hpp"

#include "support/catch.hpp"

TEST_CASE("a program that includes WebSockets finds them by the URL")
{
    using finder = tern::detail::factory_finder<tern::any_transport>;
    CHECK(finder::find("ws") == &tern::detail::transport_factory<tern::websocket_transport>::value);
}
