// SPDX-License-Identifier: BSL-1.0
#include "tern/client/client_registry.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace
{

using tern::detail::client_registry;

struct client final : tern::detail::registered_client
{
    explicit client(int& counter) : told(counter) {}
    ~client() { client_registry::remove(*this); }

    void context_ended() noexcept override
    {
        ++told;
        owned.clear();
    }

    int& told;
    std::vector<std::shared_ptr<client>> owned;
};

client_registry& registry(asio::io_context& context)
{
    return asio::use_service<client_registry>(context);
}

} // namespace

TEST_CASE("every client hears once that its context ends", "[client_registry]")
{
    int first_told = 0;
    int second_told = 0;
    int other_told = 0;
    client first(first_told);
    client second(second_told);
    client other(other_told);
    asio::io_context elsewhere;
    registry(elsewhere).add(other);
    {
        asio::io_context context;
        registry(context).add(first);
        registry(context).add(second);
        CHECK(first_told == 0);
    }
    CHECK(first_told == 1);
    CHECK(second_told == 1);
    CHECK(other_told == 0);
}

TEST_CASE("a client that went before hears nothing, wherever it stood", "[client_registry]")
{
    const int gone = GENERATE(0, 1, 2);
    int told = 0;
    int gone_told = 0;
    {
        std::vector<std::unique_ptr<client>> clients;
        asio::io_context context;
        for (int i = 0; i < 3; ++i)
        {
            clients.push_back(std::make_unique<client>(i == gone ? gone_told : told));
            registry(context).add(*clients.back());
        }
        clients[static_cast<std::size_t>(gone)].reset();
    }
    CHECK(gone_told == 0);
    CHECK(told == 2);
}

TEST_CASE("a client may be removed twice, never added, and outlive its context", "[client_registry]")
{
    int told = 0;
    client never(told);
    client_registry::remove(never);
    client kept(told);
    {
        asio::io_context context;
        registry(context).add(kept);
        client_registry::remove(kept);
        client_registry::remove(kept);
        CHECK(told == 0);
        registry(context).add(kept);
    }
    CHECK(told == 1);
    client_registry::remove(kept);
}

TEST_CASE("what a client hears may destroy others of the same context", "[client_registry]")
{
    int told = 0;
    int owned_told = 0;
    client owner(told);
    auto owned = std::make_shared<client>(owned_told);
    const std::weak_ptr<client> watch = owned;
    {
        asio::io_context context;
        registry(context).add(*owned); // the latest is told first
        registry(context).add(owner);
        owner.owned.push_back(std::move(owned));
    }
    CHECK(told == 1);
    CHECK(watch.expired());
    CHECK(owned_told == 0);
}
