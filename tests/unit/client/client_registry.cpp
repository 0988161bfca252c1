// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_registry.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>

#include <array>
#include <memory>

using tern::detail::client_registry;

namespace
{

struct client final : tern::detail::registered_client
{
    void context_ended() noexcept override { ++told; }
    int told = 0;
};

} // namespace

TEST_CASE("clients are told once that their context ends, unless they left before")
{
    std::array<client, 3> clients;
    auto context = std::make_unique<asio::io_context>();
    for (client& each : clients)
    {
        asio::use_service<client_registry>(*context).add(each);
    }
    client_registry::remove(clients[1]);
    client_registry::remove(clients[1]);
    context.reset();
    CHECK(clients[0].told == 1);
    CHECK(clients[1].told == 0);
    CHECK(clients[2].told == 1);
    client_registry::remove(clients[0]);
}
