// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/memory_network.hpp"

#include "support/catch.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>

#include <system_error>

using namespace tern::testing;

namespace
{

class closed_door final : public memory_listener
{
public:
    std::error_code accept(memory_stream&) override
    {
        ++knocks;
        return asio::error::connection_refused;
    }

    int knocks = 0;
};

} // namespace

TEST_CASE("listeners are found by name, in their own context")
{
    asio::io_context context;
    asio::io_context elsewhere;
    memory_network& network = memory_network::of(context.get_executor());
    CHECK(&network == &memory_network::of(asio::make_strand(context)));
    CHECK(&network != &memory_network::of(elsewhere.get_executor()));
    closed_door door;
    closed_door other;
    CHECK_FALSE(network.bind("here", door));
    CHECK(network.bind("here", other) == asio::error::address_in_use);
    memory_stream stream(context.get_executor());
    CHECK(network.connect("here", stream) == asio::error::connection_refused);
    CHECK(network.connect("there", stream) == asio::error::host_not_found);
    CHECK(memory_network::of(elsewhere.get_executor()).connect("here", stream) == asio::error::host_not_found);
    CHECK(door.knocks == 1);
    CHECK(other.knocks == 0);
    network.unbind("here");
    CHECK(network.connect("here", stream) == asio::error::host_not_found);
}
