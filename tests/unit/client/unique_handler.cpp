// SPDX-License-Identifier: BSL-1.0
#include "tern/client/unique_handler.hpp"

#include "support/catch.hpp"

#include <asio/async_result.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

namespace
{

using handler = tern::unique_handler<void(std::error_code, std::string)>;

static_assert(sizeof(handler) == sizeof(void*));
static_assert(std::is_nothrow_move_constructible_v<handler> && std::is_nothrow_move_assignable_v<handler>);
static_assert(!std::is_copy_constructible_v<handler>);
static_assert(std::is_constructible_v<bool, const handler&> && !std::is_convertible_v<handler, bool>);

/// Counts what a handler's own allocator is asked for.
struct counts
{
    int allocated = 0;
    int freed = 0;
};

template <class Value>
struct counting_allocator
{
    using value_type = Value;

    explicit counting_allocator(counts& to) noexcept : counted(&to) {}

    template <class Other>
    counting_allocator(const counting_allocator<Other>& other) noexcept : counted(other.counted)
    {
    }

    Value* allocate(std::size_t count)
    {
        ++counted->allocated;
        return static_cast<Value*>(::operator new(count * sizeof(Value)));
    }

    void deallocate(Value* place, std::size_t) noexcept
    {
        ++counted->freed;
        ::operator delete(place);
    }

    friend bool operator==(const counting_allocator& left, const counting_allocator& right) noexcept
    {
        return left.counted == right.counted;
    }

    counts* counted;
};

struct allocating_handler
{
    using allocator_type = counting_allocator<void>;

    [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_type(*counted); }

    void operator()(std::error_code, const std::string&) { *freed_at_call = counted->freed; }

    counts* counted;
    int* freed_at_call;
};

template <class Token>
auto async_take(handler& place, const asio::any_io_executor& executor, Token&& token)
{
    return asio::async_initiate<Token, void(std::error_code, std::string)>(
        [&place](auto taken, const asio::any_io_executor& where) { place = handler(std::move(taken), where); }, token,
        executor);
}

} // namespace

TEST_CASE("a handler without an executor is called in place, once, and is gone then", "[unique_handler]")
{
    asio::io_context context;
    int calls = 0;
    std::string got;
    handler held(
        [&calls, &got, alone = std::make_unique<int>(7)](std::error_code error, std::string text) {
            calls += *alone;
            got = std::move(text);
            CHECK(error == std::errc::timed_out);
        },
        context.get_executor());
    REQUIRE(held);
    handler moved = std::move(held);
    CHECK(!held);
    moved(std::make_error_code(std::errc::timed_out), "text");
    CHECK(calls == 7);
    CHECK(got == "text");
    CHECK(!moved);
    CHECK(context.poll() == 0);
}

TEST_CASE("the handler's allocator is asked once, and has everything back before the call", "[unique_handler]")
{
    asio::io_context context;
    tern::handler_memory memory;
    counts counted;
    int freed_at_call = 0;
    {
        handler held(allocating_handler{&counted, &freed_at_call}, context.get_executor(), &memory);
        CHECK(counted.allocated == 1);
        CHECK(counted.freed == 0);
        held({}, "");
    }
    CHECK(freed_at_call == 1);
    CHECK(counted.allocated == 1);
    CHECK(counted.freed == 1);
    CHECK(memory.kept() == 0); // the client's pool has no part in it

    freed_at_call = 0;
    handler held(asio::bind_executor(asio::make_strand(context), allocating_handler{&counted, &freed_at_call}),
                 context.get_executor(), &memory);
    CHECK(counted.allocated == 2);
    held({}, "");
    CHECK(counted.freed >= 2);
    context.poll();
    CHECK(freed_at_call >= 2);
    CHECK(counted.allocated == counted.freed);
}

TEST_CASE("a handler with the standard allocator lives in the client's memory", "[unique_handler]")
{
    asio::io_context context;
    tern::handler_memory memory;
    std::size_t kept_at_call = 0;
    int round = 0;
    void* reused = nullptr;
    for (; round < 3; ++round)
    {
        handler held([&](std::error_code, const std::string&) { kept_at_call = memory.kept(); }, context.get_executor(),
                     &memory);
        CHECK(memory.kept() == 0);
        held({}, "");
        CHECK(kept_at_call == tern::handler_memory::smallest_block);
        void* const block = memory.allocate(1);
        CHECK((reused == nullptr || reused == block)); // always the same block
        reused = block;
        memory.deallocate(block, 1);
    }
    {
        const handler destroyed([](std::error_code, const std::string&) {}, context.get_executor(), &memory);
        CHECK(memory.kept() == 0);
    }
    CHECK(memory.kept() == tern::handler_memory::smallest_block);
}

TEST_CASE("an executor of the handler's own is honoured and kept busy", "[unique_handler]")
{
    asio::io_context client;
    asio::io_context other;
    bool called = false;
    std::optional<handler> held;
    held.emplace(asio::bind_executor(other.get_executor(),
                                     [&](std::error_code, std::string text) {
                                         called = other.get_executor().running_in_this_thread() && text == "x";
                                     }),
                 client.get_executor());
    CHECK(other.poll() == 0);
    CHECK(!other.stopped()); // it has outstanding work
    (*held)({}, "x");
    CHECK(!called);
    CHECK(client.poll() == 0);
    CHECK(other.run() == 1);
    CHECK(called);
    CHECK(other.stopped());
}

TEST_CASE("a strand over the client's context is not the client's executor", "[unique_handler]")
{
    asio::io_context context;
    auto strand = asio::make_strand(context);
    bool in_strand = false;
    handler held(asio::bind_executor(
                     strand, [&](std::error_code, const std::string&) { in_strand = strand.running_in_this_thread(); }),
                 context.get_executor());
    held({}, "");
    CHECK(!in_strand);
    context.run();
    CHECK(in_strand);

    // The other way round: the client lives on the strand and the handler names it.
    bool called = false;
    handler same(asio::bind_executor(strand, [&](std::error_code, const std::string&) { called = true; }), strand);
    same({}, "");
    CHECK(called);
}

TEST_CASE("the client's executor, by its own type or erased, means a plain call", "[unique_handler]")
{
    asio::io_context context;
    const asio::any_io_executor erased = context.get_executor();
    int calls = 0;
    const auto count = [&](std::error_code, const std::string&) { ++calls; };
    handler first(asio::bind_executor(context.get_executor(), count), erased);
    first({}, "");
    CHECK(calls == 1);
    handler second(asio::bind_executor(erased, count), erased);
    second({}, "");
    CHECK(calls == 2);
}

TEST_CASE("a coroutine on the client's executor goes on in place", "[unique_handler]")
{
    asio::io_context context;
    handler held;
    std::string got;
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
            got = co_await async_take(held, context.get_executor(), asio::use_awaitable);
        },
        asio::detached);
    context.poll();
    REQUIRE(held);
    held({}, "from below");
    CHECK(got == "from below");
    context.run();
}

TEST_CASE("a future is fulfilled", "[unique_handler]")
{
    asio::io_context context;
    handler held;
    auto good = async_take(held, context.get_executor(), asio::use_future);
    held({}, "value");
    CHECK(good.get() == "value");
    auto bad = async_take(held, context.get_executor(), asio::use_future);
    held(std::make_error_code(std::errc::io_error), "");
    CHECK_THROWS_AS(bad.get(), std::system_error);
}

TEST_CASE("posting never calls in place", "[unique_handler]")
{
    asio::io_context context;
    asio::io_context other;
    int calls = 0;
    const auto count = [&](std::error_code, const std::string& text) { calls += text == "p" ? 1 : 100; };
    handler plain(count, context.get_executor());
    plain.post(context.get_executor(), {}, "p");
    CHECK(!plain);
    CHECK(calls == 0);
    context.run();
    CHECK(calls == 1);
    handler own(asio::bind_executor(other.get_executor(), count), context.get_executor());
    own.post(context.get_executor(), {}, "p");
    CHECK(calls == 1);
    CHECK(other.poll() == 0);
    context.restart();
    CHECK(context.run() == 1);
    CHECK(calls == 1);
    CHECK(other.run() == 1);
    CHECK(calls == 2);
}

TEST_CASE("a thread pool's handler runs there", "[unique_handler]")
{
    asio::io_context context;
    asio::thread_pool pool(1);
    std::thread::id ran;
    handler held(asio::bind_executor(pool.get_executor(),
                                     [&](std::error_code, const std::string&) { ran = std::this_thread::get_id(); }),
                 context.get_executor());
    held({}, "");
    pool.join();
    CHECK(ran != std::thread::id());
    CHECK(ran != std::this_thread::get_id());
}

TEST_CASE("a handler that is destroyed uncalled is destroyed, with what it holds", "[unique_handler]")
{
    asio::io_context context;
    const auto witness = std::make_shared<int>(0);
    const auto refuse = [witness](std::error_code, const std::string&) { ++*witness; };
    {
        handler held(refuse, context.get_executor());
        handler other(asio::bind_executor(asio::make_strand(context), refuse), context.get_executor());
        CHECK(witness.use_count() == 4);
        held = std::move(other);
        CHECK(witness.use_count() == 3);
        held.reset();
        CHECK(witness.use_count() == 2);
        held.reset();
    }
    CHECK(*witness == 0);

    // Posted to a context that never runs: it dies with the context.
    {
        asio::io_context never_run;
        handler held(refuse, never_run.get_executor());
        held.post(never_run.get_executor(), {}, "");
        CHECK(witness.use_count() == 3);
    }
    CHECK(witness.use_count() == 2);
    CHECK(*witness == 0);
}

TEST_CASE("the cancellation slot is reached through the erased handler and empty at the call", "[unique_handler]")
{
    struct cancellable
    {
        using cancellation_slot_type = asio::cancellation_slot;
        [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept { return slot; }
        void operator()(std::error_code, const std::string&) { *had_handler = slot.has_handler(); }
        asio::cancellation_slot slot;
        bool* had_handler;
    };

    asio::io_context context;
    asio::cancellation_signal signal;
    bool had_handler = true;
    handler held(cancellable{signal.slot(), &had_handler}, context.get_executor());
    int cancelled = 0;
    REQUIRE(held.cancellation_slot().is_connected());
    held.cancellation_slot().assign([&](asio::cancellation_type) { ++cancelled; });
    signal.emit(asio::cancellation_type::terminal);
    CHECK(cancelled == 1);
    held({}, "");
    CHECK(!had_handler);
    signal.emit(asio::cancellation_type::terminal);
    CHECK(cancelled == 1);
    CHECK(!held.cancellation_slot().is_connected());
    handler plain([](std::error_code, const std::string&) {}, context.get_executor());
    CHECK(!plain.cancellation_slot().is_connected());
}

TEST_CASE("a handler may start the next operation in the same place", "[unique_handler]")
{
    asio::io_context context;
    tern::handler_memory memory;
    tern::unique_handler<void()> held;
    int calls = 0;
    struct again
    {
        void operator()()
        {
            if (++*calls < 5)
            {
                *held = tern::unique_handler<void()>(again(*this), executor, memory);
            }
        }
        int* calls;
        tern::unique_handler<void()>* held;
        asio::any_io_executor executor;
        tern::handler_memory* memory;
    };
    held = tern::unique_handler<void()>(again{&calls, &held, context.get_executor(), &memory}, context.get_executor(),
                                        &memory);
    while (held)
    {
        held();
    }
    CHECK(calls == 5);
    CHECK(memory.kept() == 128); // one block was enough
}
