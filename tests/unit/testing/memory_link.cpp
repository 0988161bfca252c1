// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/memory_link.hpp"

#include "support/catch.hpp"
#include "tern/testing/virtual_clock.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/buffer.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace tern::testing;

namespace
{

struct outcome
{
    int calls = 0;
    std::error_code error;
    std::size_t size = 0;

    auto handler()
    {
        return [this](std::error_code ended, std::size_t transferred) {
            ++calls;
            error = ended;
            size = transferred;
        };
    }
};

struct fixture
{
    explicit fixture(const link_faults& forth = {}, const link_faults& back = {}) : link(forth, back)
    {
        link.join(a, b);
    }

    outcome write(memory_stream& to, std::string_view text)
    {
        outcome result;
        to.async_write_some(asio::buffer(text), result.handler());
        run();
        return result;
    }

    // What a read gives, or the error in words.
    std::string read(memory_stream& from)
    {
        outcome result;
        from.async_read_some(asio::buffer(room), result.handler());
        run();
        if (result.calls == 0)
        {
            from.close();
            run();
            return "nothing";
        }
        return result.error ? result.error.message() : std::string(room.data(), result.size);
    }

    void run()
    {
        context.restart();
        context.poll();
    }

    asio::io_context context;
    std::array<char, 64> room{};
    memory_stream a{context.get_executor()};
    memory_stream b{context.get_executor()};
    memory_link link;
};

// The same by a virtual clock.
struct timed
{
    void run()
    {
        context.restart();
        context.poll();
    }

    asio::io_context context;
    virtual_clock& clock = virtual_clock::of(context);
    std::array<char, 64> room{};
    memory_stream a{context.get_executor()};
    memory_stream b{context.get_executor()};
    memory_link link;
};

const std::string eof = std::error_code(asio::error::eof).message();
const std::string reset = std::error_code(asio::error::connection_reset).message();

} // namespace

TEST_CASE("what one end writes the other reads")
{
    fixture f;
    CHECK(f.write(f.a, "forth").size == 5);
    CHECK(f.write(f.b, "back").size == 4);
    CHECK(f.read(f.b) == "forth");
    CHECK(f.read(f.a) == "back");
    CHECK(f.link.bytes_forth() == 5);
    CHECK(f.link.bytes_back() == 4);
    f.link.forth().maximum_read = 2;
    f.write(f.a, "abc");
    CHECK(f.read(f.b) == "ab");
    CHECK(f.read(f.b) == "c");
}

TEST_CASE("a read waits, and completes by post")
{
    fixture f;
    outcome result;
    f.b.async_read_some(asio::buffer(f.room), result.handler());
    f.run();
    CHECK(result.calls == 0);
    outcome written;
    f.a.async_write_some(asio::buffer(std::string_view("x")), written.handler());
    CHECK(result.calls == 0);
    CHECK(written.calls == 0);
    f.run();
    CHECK(result.calls == 1);
    CHECK(result.size == 1);
    CHECK(written.calls == 1);
}

TEST_CASE("a write waits while too much is unread")
{
    link_faults faults;
    faults.capacity = 4;
    fixture f(faults);
    CHECK(f.write(f.a, "abcdef").size == 6);
    outcome second;
    f.a.async_write_some(asio::buffer(std::string_view("ghi")), second.handler());
    f.run();
    CHECK(second.calls == 0);
    CHECK(f.read(f.b) == "abcdef");
    CHECK(second.calls == 1);
    CHECK(second.size == 3);
    CHECK(f.read(f.b) == "ghi");
}

TEST_CASE("a link breaks after a given byte")
{
    link_faults faults;
    faults.cut_after = 4;
    SECTION("end of stream")
    {
        faults.cut = link_cut::end_of_stream;
        fixture f(faults);
        f.write(f.b, "back");
        CHECK(f.write(f.a, "abcdef").size == 6);
        CHECK(f.link.is_cut());
        CHECK(f.read(f.b) == "abcd");
        CHECK(f.read(f.b) == eof);
        CHECK(f.read(f.a) == "back");
        CHECK(f.read(f.a) == eof);
        CHECK(f.write(f.a, "x").error == asio::error::connection_reset);
    }
    SECTION("reset")
    {
        faults.cut = link_cut::reset;
        fixture f(faults);
        f.write(f.b, "back");
        CHECK(f.write(f.a, "abcdef").size == 6);
        CHECK(f.read(f.b) == "abcd");
        CHECK(f.read(f.b) == reset);
        CHECK(f.read(f.a) == reset);
    }
    SECTION("silence")
    {
        faults.cut = link_cut::silence;
        fixture f(faults);
        CHECK(f.write(f.a, "abcdef").size == 6);
        CHECK(f.write(f.a, "more").size == 4);
        CHECK(f.write(f.b, "back").size == 4);
        CHECK(f.read(f.b) == "abcd");
        CHECK(f.read(f.b) == "nothing");
        CHECK(f.read(f.a) == "nothing");
    }
    SECTION("before the first byte")
    {
        faults.cut_after = 0;
        fixture f(faults);
        CHECK(f.link.is_cut());
        CHECK(f.read(f.a) == reset);
    }
    SECTION("in the other direction")
    {
        fixture f({}, faults);
        f.write(f.a, "abcdef");
        f.write(f.b, "abcdef");
        CHECK(f.read(f.a) == "abcd");
        CHECK(f.read(f.a) == reset);
        CHECK(f.read(f.b) == reset);
    }
}

TEST_CASE("a link is cut by hand while a read waits")
{
    fixture f;
    outcome result;
    f.b.async_read_some(asio::buffer(f.room), result.handler());
    f.link.cut(link_cut::reset);
    f.run();
    CHECK(result.calls == 1);
    CHECK(result.error == asio::error::connection_reset);
}

TEST_CASE("closing aborts what is pending here and ends the stream there")
{
    fixture f;
    outcome here;
    outcome there;
    f.write(f.a, "last");
    f.a.async_read_some(asio::buffer(f.room), here.handler());
    f.a.close();
    CHECK_FALSE(f.a.is_open());
    f.run();
    CHECK(here.error == asio::error::operation_aborted);
    CHECK(f.read(f.b) == "last");
    CHECK(f.read(f.b) == eof);
    CHECK(f.write(f.b, "x").error == asio::error::broken_pipe);
    CHECK(f.write(f.a, "x").error == asio::error::bad_descriptor);
    CHECK_FALSE(f.link.is_closed());
    f.b.close();
    CHECK(f.link.is_closed());
}

TEST_CASE("shutting down ends one direction")
{
    fixture f;
    std::error_code error;
    f.a.shutdown(asio::socket_base::shutdown_send, error);
    CHECK_FALSE(error);
    CHECK(f.read(f.b) == eof);
    CHECK(f.write(f.a, "x").error == asio::error::broken_pipe);
    CHECK(f.write(f.b, "still").size == 5);
    CHECK(f.read(f.a) == "still");
    f.a.close();
    f.a.shutdown(asio::socket_base::shutdown_send, error);
    CHECK(error == asio::error::not_connected);
}

TEST_CASE("cancelling a read loses nothing")
{
    fixture f;
    asio::cancellation_signal signal;
    outcome result;
    f.b.async_read_some(asio::buffer(f.room), asio::bind_cancellation_slot(signal.slot(), result.handler()));
    signal.emit(asio::cancellation_type::total);
    f.run();
    CHECK(result.calls == 1);
    CHECK(result.error == asio::error::operation_aborted);
    signal.emit(asio::cancellation_type::total);
    f.write(f.a, "kept");
    CHECK(f.read(f.b) == "kept");
    CHECK(result.calls == 1);
}

TEST_CASE("streams take other completion tokens and can be moved")
{
    fixture f;
    memory_stream moved(std::move(f.b));
    std::future<std::size_t> size = moved.async_read_some(asio::buffer(f.room), asio::use_future);
    f.write(f.a, "x");
    CHECK(size.get() == 1);
    memory_stream other(f.context.get_executor());
    other = std::move(moved);
    f.write(f.a, "y");
    CHECK(f.read(other) == "y");
    CHECK_FALSE(f.b.is_open());
}

TEST_CASE("a context that is destroyed destroys the handlers that wait")
{
    auto owned = std::make_shared<int>(1);
    std::optional<asio::io_context> context(std::in_place);
    std::array<char, 8> room{};
    memory_link link;
    auto a = std::make_shared<memory_stream>(context->get_executor());
    auto b = std::make_shared<memory_stream>(context->get_executor());
    link.join(*a, *b);
    a->async_read_some(asio::buffer(room), [a, owned](std::error_code, std::size_t) { FAIL("called"); });
    a.reset();
    CHECK(owned.use_count() == 2);
    b->close();
    b.reset();
    context.reset();
    CHECK(owned.use_count() == 1);
}

TEST_CASE("a read waits for bytes that are delayed, and the end comes after them")
{
    timed t;
    t.link.forth().delay = std::chrono::milliseconds(10);
    t.link.join(t.a, t.b);
    outcome written;
    outcome first;
    t.b.async_read_some(asio::buffer(t.room), first.handler());
    t.a.async_write_some(asio::buffer(std::string_view("abc")), written.handler());
    t.run();
    CHECK(written.size == 3);
    CHECK(first.calls == 0);
    t.a.close();
    t.run();
    CHECK(first.calls == 0);
    t.clock.advance(std::chrono::milliseconds(10));
    t.run();
    CHECK(first.size == 3);
    outcome second;
    t.b.async_read_some(asio::buffer(t.room), second.handler());
    t.run();
    CHECK(second.error == asio::error::eof);
    t.b.close();
    CHECK(t.clock.waits() == 0);
}

TEST_CASE("a link whose ends are closed waits for nothing")
{
    timed t;
    t.link.forth().delay = std::chrono::hours(1);
    t.link.join(t.a, t.b);
    outcome written;
    t.a.async_write_some(asio::buffer(std::string_view("abc")), written.handler());
    t.run();
    CHECK(t.clock.waits() == 1);
    t.a.close();
    CHECK(t.clock.waits() == 1);
    t.b.close();
    CHECK(t.clock.waits() == 0);
    t.run();
    CHECK(t.link.is_closed());
}

TEST_CASE("without a virtual clock a delay goes by the system's")
{
    fixture f;
    f.link.back().delay = std::chrono::milliseconds(10);
    outcome read;
    f.a.async_read_some(asio::buffer(f.room), read.handler());
    const auto begin = std::chrono::steady_clock::now();
    CHECK(f.write(f.b, "abc").size == 3);
    CHECK(read.calls == 0);
    f.context.restart();
    while (read.calls == 0 && f.context.run_one_for(std::chrono::seconds(5)) != 0)
    {
    }
    CHECK(read.size == 3);
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(10));
}

TEST_CASE("what is on its way can be lost")
{
    timed t;
    t.link.forth().delay = std::chrono::milliseconds(10);
    t.link.join(t.a, t.b);
    outcome written;
    t.a.async_write_some(asio::buffer(std::string_view("abc")), written.handler());
    t.b.async_write_some(asio::buffer(std::string_view("xyz")), written.handler());
    t.link.lose_unread();
    t.a.async_write_some(asio::buffer(std::string_view("def")), written.handler());
    outcome read;
    t.b.async_read_some(asio::buffer(t.room), read.handler());
    t.clock.advance(std::chrono::hours(1));
    t.run();
    CHECK(written.calls == 3);
    CHECK(std::string_view(t.room.data(), read.size) == "def");
}
