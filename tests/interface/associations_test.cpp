// SPDX-License-Identifier: BSL-1.0
//
// Every asynchronous function honours what is associated with its handler: executor, allocator, cancellation slot.

#include "interface/operations.hpp"

#include "support/catch.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>

#include <cstddef>
#include <memory>
#include <system_error>
#include <thread>
#include <tuple>

using namespace tern_test;

namespace
{

struct ledger
{
    std::size_t taken = 0;      ///< allocations
    std::ptrdiff_t blocks = 0; ///< that were taken and not returned
};

template <class Value>
struct counting_allocator
{
    using value_type = Value;

    explicit counting_allocator(ledger& counted) noexcept : book(&counted) {}
    template <class Other>
    counting_allocator(const counting_allocator<Other>& other) noexcept : book(other.book)
    {
    }

    Value* allocate(std::size_t count)
    {
        ++book->taken;
        ++book->blocks;
        return std::allocator<Value>().allocate(count);
    }

    void deallocate(Value* pointer, std::size_t count) noexcept
    {
        --book->blocks;
        std::allocator<Value>().deallocate(pointer, count);
    }

    template <class Other>
    bool operator==(const counting_allocator<Other>& other) const noexcept
    {
        return book == other.book;
    }

    ledger* book;
};

/// What the handler saw when it was called.
struct observation
{
    int calls = 0;
    std::error_code error{};
    bool on_its_executor = false;
    std::ptrdiff_t blocks = -1;
    bool slot_was_cleared = false;
    ledger memory;
    asio::cancellation_signal signal;
};

using strand_type = asio::strand<asio::io_context::executor_type>;

/// Has all three.
struct associated_handler
{
    using executor_type = strand_type;
    using allocator_type = counting_allocator<void>;
    using cancellation_slot_type = asio::cancellation_slot;

    executor_type get_executor() const noexcept { return strand; }
    allocator_type get_allocator() const noexcept { return allocator_type(seen->memory); }
    cancellation_slot_type get_cancellation_slot() const noexcept { return seen->signal.slot(); }

    template <class... Result>
    void operator()(std::error_code error, Result&&...)
    {
        ++seen->calls;
        seen->error = error;
        seen->on_its_executor = strand.running_in_this_thread();
        seen->blocks = seen->memory.blocks;
        seen->slot_was_cleared = !seen->signal.slot().has_handler();
    }

    observation* seen;
    strand_type strand;
};

/// Only allocator and slot: it belongs on the client's executor.
struct local_handler
{
    using allocator_type = counting_allocator<void>;
    using cancellation_slot_type = asio::cancellation_slot;

    allocator_type get_allocator() const noexcept { return allocator_type(seen->memory); }
    cancellation_slot_type get_cancellation_slot() const noexcept { return seen->signal.slot(); }

    template <class... Result>
    void operator()(std::error_code error, Result&&...)
    {
        ++seen->calls;
        seen->error = error;
        seen->on_its_executor = context->get_executor().running_in_this_thread();
        seen->blocks = seen->memory.blocks;
        seen->slot_was_cleared = !seen->signal.slot().has_handler();
    }

    observation* seen;
    asio::io_context* context;
};

/// Starts it where asked: on the client's executor, or from a thread that is not on it.
template <class Operation, class Handler>
void start(stage& s, Operation& operation, ending how, Handler handler, bool from_another_thread)
{
    if (from_another_thread)
    {
        operation.start(s, how, std::move(handler)); // nobody runs the context at the moment
    }
    else
    {
        asio::post(s.context, [&s, &operation, how, handler]() mutable {
            operation.start(s, how, std::move(handler));
        });
    }
}

template <class Operation>
void check_foreign_executor(ending how, bool from_another_thread)
{
    INFO(Operation::name << (how == ending::success ? ", success" : ", failure")
                         << (from_another_thread ? ", from another thread" : ""));
    stage s;
    Operation operation;
    REQUIRE(operation.prepare(s, how));
    asio::io_context other(1);
    observation seen;
    start(s, operation, how, associated_handler{&seen, asio::make_strand(other)}, from_another_thread);
    settle(s.context);
    CHECK(seen.calls == 0);
    REQUIRE(run_until(s.context, [&] {
        settle(other);
        return seen.calls != 0;
    }));
    CHECK(seen.on_its_executor);
    CHECK(seen.error == (how == ending::success ? std::error_code() : operation.error()));
    CHECK(seen.memory.taken > 0);
    CHECK(seen.slot_was_cleared);
    CHECK(seen.memory.blocks == 0);
    settle(s.context);
    settle(other);
    CHECK(seen.calls == 1);
}

template <class Operation>
void check_local_handler(ending how, bool from_another_thread)
{
    INFO(Operation::name << (how == ending::success ? ", success" : ", failure")
                         << (from_another_thread ? ", from another thread" : ""));
    stage s;
    Operation operation;
    REQUIRE(operation.prepare(s, how));
    observation seen;
    start(s, operation, how, local_handler{&seen, &s.context}, from_another_thread);
    REQUIRE(run_until(s.context, [&] { return seen.calls != 0; }));
    CHECK(seen.on_its_executor);
    CHECK(seen.error == (how == ending::success ? std::error_code() : operation.error()));
    CHECK(seen.memory.taken > 0);
    CHECK(seen.blocks == 0); // returned before the handler was called
    CHECK(seen.slot_was_cleared);
    settle(s.context);
    CHECK(seen.calls == 1);
}

template <class Operation>
void check_cancellation(asio::cancellation_type type, bool from_another_thread)
{
    INFO(Operation::name << ", cancellation type " << static_cast<unsigned>(type)
                         << (from_another_thread ? ", from another thread" : ""));
    stage s;
    Operation operation;
    REQUIRE(operation.prepare(s, ending::never));
    observation seen;
    start(s, operation, ending::never, local_handler{&seen, &s.context}, from_another_thread);
    settle(s.context);
    settle(s.context);
    REQUIRE(seen.calls == 0);
    seen.signal.emit(asio::cancellation_type::none);
    settle(s.context);
    REQUIRE(seen.calls == 0);
    REQUIRE(seen.signal.slot().has_handler());
    seen.signal.emit(type);
    CHECK(seen.calls == 0); // never inside of what cancels
    seen.signal.emit(type);
    settle(s.context);
    CHECK(seen.calls == 1);
    CHECK(seen.error == asio::error::operation_aborted);
    CHECK(seen.blocks == 0);
    CHECK(seen.slot_was_cleared);
    s.client.reset();
    settle(s.context);
    CHECK(seen.calls == 1);
}

/// Calls `function.template operator()<Operation>()` for each.
template <class Function>
void for_every_operation(Function function)
{
    std::apply([&](auto... operation) { (function.template operator()<decltype(operation)>(), ...); },
               every_operation());
}

} // namespace

TEST_CASE("every completion handler runs on its associated executor")
{
    const bool from_another_thread = GENERATE(false, true);
    for_every_operation([=]<class Operation>() {
        check_foreign_executor<Operation>(ending::success, from_another_thread);
        check_foreign_executor<Operation>(ending::failure, from_another_thread);
    });
}

TEST_CASE("every operation takes memory from the handler's allocator and returns it before the call")
{
    const bool from_another_thread = GENERATE(false, true);
    for_every_operation([=]<class Operation>() {
        check_local_handler<Operation>(ending::success, from_another_thread);
        check_local_handler<Operation>(ending::failure, from_another_thread);
    });
}

TEST_CASE("every operation can be cancelled through its slot")
{
    const bool from_another_thread = GENERATE(false, true);
    const auto type = GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                               asio::cancellation_type::total);
    for_every_operation([=]<class Operation>() { check_cancellation<Operation>(type, from_another_thread); });
}

TEST_CASE("a handler without associations is destroyed and never called when the context ends")
{
    for_every_operation([]<class Operation>() {
        INFO(Operation::name);
        const auto witness = std::make_shared<int>(0);
        {
            std::optional<stage> s(std::in_place);
            Operation operation;
            REQUIRE(operation.prepare(*s, ending::never));
            operation.start(*s, ending::never, [witness](std::error_code, const auto&...) { ++*witness; });
            settle(s->context);
            CHECK(witness.use_count() == 2);
            s.reset(); // client, broker and context, in this order; nothing runs any more
        }
        CHECK(*witness == 0);
        CHECK(witness.use_count() == 1);
    });
}
