// SPDX-License-Identifier: BSL-1.0
#include "tern/client/connection.hpp"

#include "support/catch.hpp"

#include <asio/associated_allocator.hpp>
#include <asio/error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace
{

using namespace tern::detail;

struct owner final : connection_owner
{
    void connection_done(io_operation what, std::error_code error, std::size_t size) override
    {
        ++calls;
        last = what;
        last_error = error;
        last_size = size;
    }

    int calls = 0;
    io_operation last{};
    std::error_code last_error{};
    std::size_t last_size = 0;
};

/// Keeps the handler of what was asked for; the test completes it.
struct fake final : connection
{
    explicit fake(connection_owner& owner) : connection(owner, 16, 64) {}

    void open(const tern::url&) override { start(io_operation::open); }
    void read(asio::mutable_buffer) override { start(io_operation::read); }
    void write(asio::const_buffer) override { start(io_operation::write); }
    void shut_down() override { start(io_operation::shutdown); }
    void close() noexcept override { ++closed; }
    [[nodiscard]] std::string explanation(std::error_code) const override { return {}; }

    void start(io_operation what) { pending.emplace(shared_from_this(), what); }

    std::optional<io_handler> pending;
    int closed = 0;
};

io_handler take(fake& made)
{
    io_handler handler = std::move(*made.pending);
    made.pending.reset();
    return handler;
}

} // namespace

TEST_CASE("the owner learns what is done, with error and size", "[connection]")
{
    owner client;
    const auto made = std::make_shared<fake>(client);
    made->read({});
    take (*made)({}, 17);
    CHECK(client.calls == 1);
    CHECK(client.last == io_operation::read);
    CHECK(client.last_size == 17);
    made->open({});
    take (*made)(asio::error::host_not_found);
    CHECK(client.last == io_operation::open);
    CHECK(client.last_error == asio::error::host_not_found);
    CHECK(client.last_size == 0);
    CHECK(client.calls == 2);
}

TEST_CASE("an abandoned connection is closed, and what was pending completes unseen", "[connection]")
{
    owner client;
    auto made = std::make_shared<fake>(client);
    const std::weak_ptr<connection> watch = made;
    made->write({});
    io_handler pending = take(*made);
    made->abandon();
    CHECK(made->closed == 1);
    made.reset();
    CHECK_FALSE(watch.expired()); // its buffers are still in use
    pending(asio::error::operation_aborted);
    CHECK(client.calls == 0);
    CHECK(watch.expired());
}

TEST_CASE("reading and writing have memory of their own", "[connection]")
{
    owner client;
    const auto made = std::make_shared<fake>(client);
    const operation_memory& reading = made->memory(io_operation::read);
    CHECK(&reading != &made->memory(io_operation::write));
    io_handler handler(made, io_operation::write);
    CHECK(&asio::get_associated_allocator(handler).memory() == &made->memory(io_operation::write));
    const io_handler moved(std::move(handler));
    CHECK(&asio::get_associated_allocator(moved).memory() == &made->memory(io_operation::write));
    // Asio asks the other one when an initiation throws.
    CHECK(&asio::get_associated_allocator(handler).memory() == &made->memory(io_operation::write));
}
