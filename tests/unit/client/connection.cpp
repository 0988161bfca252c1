// SPDX-License-Identifier: BSL-1.0

#include "tern/client/connection.hpp"

#include "support/catch.hpp"

#include <memory>

using namespace tern::detail;

namespace
{

struct owner final : connection_owner
{
    void connection_done(io_operation what, std::error_code error, std::size_t size) override
    {
        last = what;
        failed = static_cast<bool>(error);
        total += size;
    }
    io_operation last = io_operation::shutdown;
    bool failed = false;
    std::size_t total = 0;
};

struct idle_connection final : connection
{
    explicit idle_connection(connection_owner& to) : connection(to, 16, 64) {}
    void open(const tern::url&) override {}
    void read(asio::mutable_buffer) override {}
    void write(asio::const_buffer) override {}
    void shut_down() override {}
    void close() noexcept override { closed = true; }
    bool closed = false;
};

} // namespace

TEST_CASE("memory for operations is used again, and a second operation gets other memory")
{
    io_memory memory;
    void* const first = memory.allocate(100);
    void* const second = memory.allocate(100);
    CHECK(first != second);
    memory.deallocate(first);
    CHECK(memory.allocate(io_memory::capacity) == first);
    void* const large = memory.allocate(io_memory::capacity + 1);
    CHECK(large != first);
    memory.deallocate(large);
    memory.deallocate(second);
    memory.deallocate(first);
}

TEST_CASE("a handler tells its owner, and nobody when the connection was abandoned")
{
    owner told;
    auto made = std::make_shared<idle_connection>(told);
    io_handler(made, io_operation::read)(std::error_code(), 5);
    CHECK(told.last == io_operation::read);
    CHECK(told.total == 5);
    io_handler pending(made, io_operation::write);
    made->abandon();
    CHECK(made->closed);
    const std::weak_ptr<idle_connection> watched = made;
    made.reset();
    CHECK_FALSE(watched.expired()); // its buffers are still in use
    pending(make_error_code(std::errc::operation_canceled), 7);
    CHECK(watched.expired());
    CHECK(told.total == 5);
    CHECK_FALSE(told.failed);
}
