// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/memory_operation.hpp"

#include "support/catch.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>

using tern::testing::memory_detail::pending_operation;

namespace
{

// Counts what is allocated through it and not freed.
template <class T>
struct counting_allocator
{
    using value_type = T;

    explicit counting_allocator(int& counter) : live(&counter) {}

    template <class U>
    counting_allocator(const counting_allocator<U>& other) : live(other.live)
    {
    }

    T* allocate(std::size_t count)
    {
        ++*live;
        return std::allocator<T>().allocate(count);
    }

    void deallocate(T* memory, std::size_t count)
    {
        --*live;
        std::allocator<T>().deallocate(memory, count);
    }

    friend bool operator==(const counting_allocator& left, const counting_allocator& right)
    {
        return left.live == right.live;
    }

    int* live;
};

struct handler
{
    using allocator_type = counting_allocator<void>;

    handler(std::unique_ptr<int> kept, int& allocated, int& counter)
        : owned(std::move(kept)), live(&allocated), calls(&counter)
    {
    }

    allocator_type get_allocator() const { return allocator_type(*live); }

    void operator()(std::error_code error, std::size_t size)
    {
        CHECK(*live == 0); // its memory is free again when it is called
        CHECK(error == asio::error::eof);
        CHECK(size == static_cast<std::size_t>(*owned));
        ++*calls;
    }

    std::unique_ptr<int> owned;
    int* live;
    int* calls;
};

} // namespace

TEST_CASE("a waiting operation calls its handler once, by post, and frees its memory before")
{
    asio::io_context context;
    int allocated = 0;
    int calls = 0;
    pending_operation operation;
    CHECK_FALSE(operation);
    operation.complete(asio::error::eof, 7);
    operation.emplace(context.get_executor(), handler(std::make_unique<int>(7), allocated, calls));
    CHECK(operation);
    CHECK(allocated == 1);
    operation.complete(asio::error::eof, 7);
    operation.complete(asio::error::eof, 8);
    CHECK_FALSE(operation);
    CHECK(calls == 0);
    context.run();
    CHECK(calls == 1);
    CHECK(allocated == 0);
}

TEST_CASE("a waiting operation keeps the context at work")
{
    asio::io_context context;
    int allocated = 0;
    int calls = 0;
    pending_operation operation;
    operation.emplace(context.get_executor(), handler(std::make_unique<int>(7), allocated, calls));
    CHECK(context.poll() == 0);
    CHECK_FALSE(context.stopped());
    operation.reset();
    CHECK(allocated == 0);
    context.poll();
    CHECK(context.stopped());
    CHECK(calls == 0);
}
