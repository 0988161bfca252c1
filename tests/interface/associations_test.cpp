// SPDX-License-Identifier: BSL-1.0
//
// Every asynchronous function honours what is associated with its handler: executor, allocator, cancellation slot.

#include "interface/operations.hpp"
#include "support/catch.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

using namespace tern_test;

namespace
{

struct ledger
{
    std::size_t taken = 0;     ///< allocations
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

/// An operation of any type, so that the checks are compiled once.
struct tested_operation
{
    std::string_view name;
    bool (*prepare)(stage&, ending);
    void (*start_associated)(stage&, ending, associated_handler);
    void (*start_local)(stage&, ending, local_handler);
    void (*start_witnessed)(stage&, std::shared_ptr<int>);
    std::error_code error;
};

template <class Operation>
tested_operation make_tested()
{
    return {Operation::name,
            [](stage& s, ending how) { return Operation().prepare(s, how); },
            [](stage& s, ending how, associated_handler handler) { Operation().start(s, how, std::move(handler)); },
            [](stage& s, ending how, local_handler handler) { Operation().start(s, how, std::move(handler)); },
            [](stage& s, std::shared_ptr<int> witness) {
                Operation().start(s, ending::never,
                                  [witness = std::move(witness)](std::error_code, const auto&...) { ++*witness; });
            },
            Operation().error()};
}

const std::vector<tested_operation>& every_tested()
{
    static const std::vector<tested_operation> all = std::apply(
        [](auto... operation) { return std::vector<tested_operation>{make_tested<decltype(operation)>()...}; },
        every_operation());
    return all;
}

/// Starts it on the client's executor, or as from another thread: nobody runs the context at the moment.
template <class Handler>
void start(stage& s, void (*function)(stage&, ending, Handler), ending how, Handler handler, bool from_another_thread)
{
    if (from_another_thread)
    {
        function(s, how, std::move(handler));
    }
    else
    {
        asio::post(s.context, [&s, function, how, handler] { function(s, how, handler); });
    }
}

std::string describe(const tested_operation& operation, bool from_another_thread)
{
    return std::string(operation.name) + (from_another_thread ? ", from another thread" : "");
}

} // namespace

TEST_CASE("every completion handler runs on its associated executor")
{
    const bool from_another_thread = GENERATE(false, true);
    const ending how = GENERATE(ending::success, ending::failure);
    for (const tested_operation& operation : every_tested())
    {
        INFO(describe(operation, from_another_thread) << (how == ending::success ? ", success" : ", failure"));
        stage s;
        REQUIRE(operation.prepare(s, how));
        asio::io_context other(1);
        observation seen;
        start(s, operation.start_associated, how, associated_handler{&seen, asio::make_strand(other)},
              from_another_thread);
        settle(s.context);
        CHECK(seen.calls == 0);
        REQUIRE(run_until(s.context, [&] {
            settle(other);
            return seen.calls != 0;
        }));
        CHECK(seen.on_its_executor);
        CHECK(seen.error == (how == ending::success ? std::error_code() : operation.error));
        CHECK(seen.memory.taken > 0);
        CHECK(seen.memory.blocks == 0);
        CHECK(seen.slot_was_cleared);
        settle(s.context);
        settle(other);
        CHECK(seen.calls == 1);
    }
}

TEST_CASE("every operation takes memory from the handler's allocator and returns it before the call")
{
    const bool from_another_thread = GENERATE(false, true);
    const ending how = GENERATE(ending::success, ending::failure);
    for (const tested_operation& operation : every_tested())
    {
        INFO(describe(operation, from_another_thread) << (how == ending::success ? ", success" : ", failure"));
        stage s;
        REQUIRE(operation.prepare(s, how));
        observation seen;
        start(s, operation.start_local, how, local_handler{&seen, &s.context}, from_another_thread);
        REQUIRE(run_until(s.context, [&] { return seen.calls != 0; }));
        CHECK(seen.on_its_executor);
        CHECK(seen.error == (how == ending::success ? std::error_code() : operation.error));
        CHECK(seen.memory.taken > 0);
        CHECK(seen.blocks == 0);
        CHECK(seen.slot_was_cleared);
        settle(s.context);
        CHECK(seen.calls == 1);
    }
}

TEST_CASE("every operation can be cancelled through its slot")
{
    const bool from_another_thread = GENERATE(false, true);
    const auto type =
        GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total);
    for (const tested_operation& operation : every_tested())
    {
        INFO(describe(operation, from_another_thread) << ", cancellation type " << static_cast<unsigned>(type));
        stage s;
        REQUIRE(operation.prepare(s, ending::never));
        observation seen;
        start(s, operation.start_local, ending::never, local_handler{&seen, &s.context}, from_another_thread);
        settle(s.context);
        REQUIRE(seen.calls == 0);
        REQUIRE(seen.signal.slot().has_handler());
        seen.signal.emit(asio::cancellation_type::none);
        settle(s.context);
        REQUIRE(seen.calls == 0);
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
}

TEST_CASE("every operation that another thread asked for can be cancelled before it has begun")
{
    for (const tested_operation& operation : every_tested())
    {
        INFO(operation.name);
        stage s;
        REQUIRE(operation.prepare(s, ending::never));
        observation seen;
        operation.start_local(s, ending::never, local_handler{&seen, &s.context});
        seen.signal.emit(asio::cancellation_type::terminal);
        settle(s.context);
        CHECK(seen.calls == 1);
        CHECK(seen.error == asio::error::operation_aborted);
    }
}

TEST_CASE("a handler is destroyed and never called when the context ends")
{
    for (const tested_operation& operation : every_tested())
    {
        INFO(operation.name);
        const auto witness = std::make_shared<int>(0);
        {
            std::optional<stage> s(std::in_place);
            REQUIRE(operation.prepare(*s, ending::never));
            operation.start_witnessed(*s, witness);
            settle(s->context);
            CHECK(witness.use_count() == 2);
            s.reset(); // client, broker and context, in this order; nothing runs any more
        }
        CHECK(*witness == 0);
        CHECK(witness.use_count() == 1);
    }
}
