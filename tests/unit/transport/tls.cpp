// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/tls.hpp"

#include "support/catch.hpp"

TEST_CASE("a program that includes TLS finds it by the URL")
{
    using finder = tern::detail::factory_finder<tern::any_transport>;
    CHECK(finder::find("mqtts") == &tern::detail::transport_factory<tern::tls_transport>::value);
    CHECK(finder::find("mqtt") == &tern::detail::transport_factory<tern::tcp_transport>::value);
}
