// SPDX-License-Identifier: BSL-1.0
#include "tern/client/tcp_opening.hpp"

#include "support/catch.hpp"

TEST_CASE("without transport/proxy.hpp there is nobody who opens through a proxy")
{
    CHECK(tern::detail::proxy_opener == nullptr);
}
