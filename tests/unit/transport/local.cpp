// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/local.hpp"

#include "support/catch.hpp"

TEST_CASE("a program that includes sockets of this machine finds them by the URL")
{
    using finder = tern::detail::factory_finder<tern::any_transport>;
    CHECK(finder::find("unix") == &tern::detail::transport_factory<tern::local_transport>::value);
}
