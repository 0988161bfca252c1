// SPDX-License-Identifier: BSL-1.0
#include "tern/client/any_transport.hpp"

#include "support/catch.hpp"
#include "tern/testing/memory_transport.hpp"

#include <string_view>

using namespace tern::detail;

namespace
{

struct pigeon_transport : tern::testing::memory_transport
{
    using memory_transport::memory_transport;
    static bool supports(std::string_view scheme) noexcept { return scheme == "pigeon"; }
};

struct raven_transport : tern::testing::memory_transport
{
    using memory_transport::memory_transport;
    static bool supports(std::string_view scheme) noexcept { return scheme == "raven"; }
};

// As the headers of transport/ do it.
const transport_adder<pigeon_transport> pigeons{};
const transport_adder<raven_transport> ravens{};

} // namespace

TEST_CASE("a scheme finds its transport among those that were added, and TCP always")
{
    using finder = factory_finder<tern::any_transport>;
    CHECK(finder::find("mqtt") == &transport_factory<tern::tcp_transport>::value);
    CHECK(finder::find("pigeon") == &transport_factory<pigeon_transport>::value);
    CHECK(finder::find("raven") == &transport_factory<raven_transport>::value);
    CHECK(finder::find("swift") == nullptr);
    CHECK(finder::find("") == nullptr);
}

TEST_CASE("a client can be made with a transport, or with any")
{
    STATIC_REQUIRE(client_transport<tern::any_transport>);
    STATIC_REQUIRE(client_transport<tern::tcp_transport>);
    STATIC_REQUIRE(client_transport<pigeon_transport>);
    STATIC_REQUIRE_FALSE(client_transport<int>);
}
