// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/stream_handler.hpp"

#include "support/catch.hpp"
#include "tern/operation_memory.hpp"

#include <asio/bind_executor.hpp>
#include <asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

using namespace tern::websocket;

namespace
{

using executor = asio::io_context::executor_type;

template <class Handler>
auto held(Handler handler, asio::io_context& context)
{
    return held_handler<Handler, executor>(std::move(handler), context.get_executor());
}

/// An operation that says what became of it.
struct told_operation
{
    using allocator_type = tern::detail::operation_allocator<void*>;

    [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_type(*memory); }

    void operator()() { *said += "resumed "; }

    tern::detail::operation_memory* memory;
    std::string* said;
    std::shared_ptr<int> token = nullptr;
};

} // namespace

TEST_CASE("a handler without an executor is called where it is completed")
{
    asio::io_context context;
    int result = 0;
    auto handler = held([&](int value) { result = value; }, context);
    handler.complete(5);
    CHECK(result == 5);
    auto later = held([&](int value) { result = value; }, context);
    later.post(context.get_executor(), 6);
    CHECK(result == 5);
    context.poll();
    CHECK(result == 6);
}

TEST_CASE("a handler with an executor keeps it at work and is called there")
{
    asio::io_context context;
    asio::io_context own;
    int result = 0;
    auto handler = held(asio::bind_executor(own.get_executor(), [&](int value) { result = value; }), context);
    own.poll();
    CHECK_FALSE(own.stopped());
    handler.post(context.get_executor(), 7);
    own.poll();
    CHECK(result == 0);
    context.poll();
    CHECK(result == 0);
    own.poll();
    CHECK(result == 7);
    own.restart();
    own.poll();
    CHECK(own.stopped());
}

TEST_CASE("an operation that is put aside goes on once")
{
    tern::detail::operation_memory memory;
    std::string said;
    parked_operation parked;
    parked.resume();
    CHECK(said.empty());
    parked.emplace(told_operation{&memory, &said});
    parked.resume();
    CHECK(said == "resumed ");
    parked.resume();
    CHECK(said == "resumed ");
}

TEST_CASE("an operation that is put aside is destroyed with what holds it")
{
    tern::detail::operation_memory memory;
    std::string said;
    const auto token = std::make_shared<int>(0);
    {
        parked_operation parked;
        parked.emplace(told_operation{&memory, &said, token});
        CHECK(token.use_count() == 2);
        parked.reset();
        CHECK(token.use_count() == 1);
        parked.emplace(told_operation{&memory, &said, token});
    }
    CHECK(token.use_count() == 1);
    CHECK(said.empty());
}
