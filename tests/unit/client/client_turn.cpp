// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_turn.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

using namespace tern_test;

namespace
{

// A server of a few lines that allocates nothing once it runs: it answers CONNECT, SUBSCRIBE and every PUBLISH, whose
// topics are short, and sends back what it is told to.
class script_transport
{
public:
    explicit script_transport(asio::any_io_executor executor) : executor_(std::move(executor))
    {
        input_.reserve(1024 * 1024);
        current = this;
    }

    ~script_transport() { current = nullptr; }

    static bool supports(std::string_view) noexcept { return true; }

    template <class Token>
    auto async_open(const tern::url&, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [this](auto handler) {
                asio::post(executor_, [handler = std::move(handler)]() mutable { std::move(handler)({}); });
            },
            token);
    }

    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return async_open({}, std::forward<Token>(token));
    }

    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [this, buffer](auto handler) {
                if constexpr (is_the_clients<decltype(handler)>)
                {
                    reader_.emplace(std::move(handler));
                    buffer_ = buffer;
                    deliver();
                }
            },
            token);
    }

    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [this, buffer](auto handler) {
                if constexpr (is_the_clients<decltype(handler)>)
                {
                    answer({static_cast<const char*>(buffer.data()), buffer.size()});
                    post(std::move(handler), buffer.size());
                    deliver();
                }
            },
            token);
    }

    void close() noexcept { reader_.reset(); }

    void send(std::string_view bytes)
    {
        input_.append(bytes);
        deliver();
    }

    static inline script_transport* current = nullptr;

private:
    // The concept is checked with other handlers, which are never called.
    template <class Handler>
    static constexpr bool is_the_clients = std::is_same_v<Handler, tern::detail::io_handler>;

    struct completion
    {
        using allocator_type = tern::detail::io_handler::allocator_type;
        [[nodiscard]] allocator_type get_allocator() const noexcept { return handler.get_allocator(); }
        void operator()() { std::move(handler)(std::error_code(), size); }
        tern::detail::io_handler handler;
        std::size_t size;
    };

    void post(tern::detail::io_handler handler, std::size_t size)
    {
        asio::post(executor_, completion{std::move(handler), size});
    }

    void deliver()
    {
        if (reader_ && !input_.empty())
        {
            const std::size_t size = std::min(buffer_.size(), input_.size());
            std::memcpy(buffer_.data(), input_.data(), size);
            input_.erase(0, size);
            tern::detail::io_handler handler = std::move(*reader_);
            reader_.reset();
            post(std::move(handler), size);
        }
    }

    void answer(std::string_view packets)
    {
        while (!packets.empty())
        {
            const auto type = static_cast<unsigned char>(packets[0]);
            const std::size_t size = static_cast<unsigned char>(packets[1]) + 2U;
            const std::string_view body = packets.substr(2, size - 2);
            const std::size_t topic = type >> 4U == 3 ? static_cast<unsigned char>(body[1]) : 0;
            switch (type & 0xF6U)
            {
            case 0x10: input_.append({0x20, 0x03, 0x00, 0x00, 0x00}); break;
            case 0x82: input_.append({char(0x90), 0x04, body[0], body[1], 0x00, 0x02}); break;
            case 0x32: input_.append({0x40, 0x02, body[topic + 2], body[topic + 3]}); break;
            case 0x34: input_.append({0x50, 0x02, body[topic + 2], body[topic + 3]}); break;
            case 0x62: input_.append({0x70, 0x02, body[0], body[1]}); break; // PUBREL
            case 0x50: input_.append({0x62, 0x02, body[0], body[1]}); break; // PUBREC
            default: break;
            }
            packets.remove_prefix(size);
        }
    }

    asio::any_io_executor executor_;
    std::string input_;
    std::optional<tern::detail::io_handler> reader_;
    asio::mutable_buffer buffer_;
};

using script_client = tern::basic_client<script_transport>;

struct script_fixture
{
    script_fixture()
    {
        outcome<tern::connect_result> connected;
        client.async_connect("mqtt://x", {.client_id = "x"}, connected.handler());
        REQUIRE(run_until(context, [&] { return connected.calls != 0; }));
        REQUIRE_FALSE(connected.error);
    }

    // A PUBLISH as a server sends it, with the identifier of the first subscription.
    std::string message(tern::qos qos, std::uint8_t packet)
    {
        const bool named = qos != tern::qos::at_most_once;
        std::string bytes{char(0x30 + 2 * static_cast<int>(qos)), char(named ? 12 : 10), 0x00, 0x03, 'a', '/', 'b'};
        if (named)
        {
            bytes.append({0x00, char(packet)});
        }
        bytes.append({0x02, 0x0B, 0x01, 'h', 'i'});
        return bytes;
    }

    asio::io_context context{1};
    script_client client{context};
};

} // namespace

TEST_CASE("everything that is asked for in one handler leaves in one write")
{
    script_fixture f;
    const auto writes = f.client.stats().writes;
    int done = 0;
    asio::post(f.context, [&] {
        for (int i = 0; i < 1'000; ++i)
        {
            f.client.async_publish("a/b", "hi", [&](std::error_code error, tern::publish_result) { done += !error; });
        }
    });
    REQUIRE(run_until(f.context, [&] { return done == 1'000; }));
    CHECK(f.client.stats().writes == writes + 1);
}

TEST_CASE("the acknowledgements of one read leave in one write")
{
    script_fixture f;
    int seen = 0;
    const auto registered = f.client.on_message("a/+", [&](const tern::message_view&) { ++seen; });
    settle(f.context);
    const auto writes = f.client.stats().writes;
    std::string bytes;
    for (std::uint8_t i = 1; i <= 100; ++i)
    {
        bytes += f.message(tern::qos::at_least_once, i);
    }
    script_transport::current->send(bytes);
    REQUIRE(run_until(f.context, [&] { return seen == 100; }));
    settle(f.context);
    CHECK(f.client.stats().writes == writes + 1);
    CHECK(registered.identifier() == 1);
}

TEST_CASE("publishing in the steady state allocates nothing: callbacks")
{
    const auto qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    script_fixture f;
    int done = 0;
    const auto round = [&] {
        done = 0;
        asio::post(f.context, [&] {
            for (int i = 0; i < 50; ++i)
            {
                f.client.async_publish("a/b", "hi", {.qos = qos},
                                       [&](std::error_code error, tern::publish_result) { done += !error; });
            }
        });
        return run_until(f.context, [&] { return done == 50; });
    };
    for (int warm = 0; warm < 20; ++warm)
    {
        REQUIRE(round());
    }
    const allocation_counter counter;
    bool all = true;
    for (int i = 0; i < 20; ++i)
    {
        all = round() && all;
    }
    CHECK(counter.count() == 0);
    CHECK(all);
}

TEST_CASE("publishing in the steady state allocates nothing: coroutines")
{
    const auto qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    script_fixture f;
    std::size_t allocations = 1;
    bool ended = false;
    const auto publisher = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 200; ++i)
        {
            co_await f.client.async_publish("a/b", "hi", {.qos = qos});
        }
        const allocation_counter counter;
        for (int i = 0; i < 200; ++i)
        {
            co_await f.client.async_publish("a/b", "hi", {.qos = qos});
        }
        allocations = counter.count();
        ended = true;
    };
    asio::co_spawn(f.context, publisher(), asio::detached);
    REQUIRE(run_until(f.context, [&] { return ended; }));
    CHECK(allocations == 0);
}

TEST_CASE("receiving in the steady state allocates nothing: handlers")
{
    const auto qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    script_fixture f;
    int seen = 0;
    const auto registered = f.client.on_message("a/+", [&](const tern::message_view&) { ++seen; });
    settle(f.context);
    std::string bytes;
    for (std::uint8_t i = 1; i <= 50; ++i)
    {
        bytes += f.message(qos, i);
    }
    const auto round = [&] {
        seen = 0;
        script_transport::current->send(bytes);
        const bool all = run_until(f.context, [&] { return seen == 50; });
        settle(f.context);
        return all;
    };
    for (int warm = 0; warm < 20; ++warm)
    {
        REQUIRE(round());
    }
    const allocation_counter counter;
    bool all = true;
    for (int i = 0; i < 20; ++i)
    {
        all = round() && all;
    }
    CHECK(counter.count() == 0);
    CHECK(all);
    CHECK(registered.identifier() == 1);
}

TEST_CASE("receiving in the steady state allocates nothing: streams in a coroutine")
{
    const auto qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    script_fixture f;
    std::size_t allocations = 1;
    bool ended = false;
    // Two sets of packet identifiers: those of one are still being released when the other arrives.
    std::array<std::string, 2> bytes;
    for (std::uint8_t i = 1; i <= 100; ++i)
    {
        bytes[i % 2] += f.message(qos, i);
    }
    const auto subscriber = [&]() -> asio::awaitable<void> {
        tern::subscription stream = f.client.open_subscription("a/+");
        co_await stream.async_ready();
        for (std::size_t i = 0; i < 20; ++i)
        {
            script_transport::current->send(bytes[i % 2]);
            for (int each = 0; each < 50; ++each)
            {
                (void)co_await stream.async_receive();
            }
        }
        const allocation_counter counter;
        for (std::size_t i = 0; i < 20; ++i)
        {
            script_transport::current->send(bytes[i % 2]);
            for (int each = 0; each < 50; ++each)
            {
                (void)co_await stream.async_receive();
            }
        }
        allocations = counter.count();
        ended = true;
    };
    asio::co_spawn(f.context, subscriber(), asio::detached);
    REQUIRE(run_until(f.context, [&] { return ended; }));
    CHECK(allocations == 0);
}

TEST_CASE("a handler that throws leaves the client as it should be")
{
    script_fixture f;
    int seen = 0;
    const auto registered = f.client.on_message("a/+", [&](const tern::message_view&) {
        if (++seen == 2)
        {
            throw std::runtime_error("from a handler");
        }
    });
    settle(f.context);
    std::string bytes;
    for (std::uint8_t i = 1; i <= 4; ++i)
    {
        bytes += f.message(tern::qos::at_least_once, i);
    }
    script_transport::current->send(bytes);
    CHECK_THROWS_AS(run_until(f.context, [&] { return seen == 4; }), std::runtime_error);
    CHECK(seen == 2);
    REQUIRE(run_until(f.context, [&] { return seen == 4; }));
    settle(f.context);
    CHECK(f.client.stats().unacknowledged_received == 0);
    CHECK(registered.identifier() == 1);
}

TEST_CASE("a read that brought more than the answers have room for is processed before the next")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_write_size = 8; // two acknowledgements
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect());
    std::vector<std::string> seen;
    auto registered = f.client->on_message(
        "a", [&](const tern::message_view& message) { seen.emplace_back(message.payload_text()); });
    outcome<tern::subscribe_result> ready;
    registered.async_ready(ready.handler());
    REQUIRE(f.until([&] { return ready.calls == 1; }));
    std::vector<std::string> sent;
    for (const int count : {40, 50}) // the second read shows whether the first was in order
    {
        for (int i = 0; i < count; ++i)
        {
            sent.push_back(std::to_string(sent.size()));
            tern::wire::publish message;
            message.topic = "a";
            message.qos = tern::qos::at_least_once;
            message.payload = tern::byte_view(sent.back());
            f.broker.core().publish(message, f.broker.now());
        }
        f.broker.flush();
        CHECK(f.until([&] { return f.broker.core().find_session("tester")->in_flight == 0; }));
        CHECK(seen == sent);
    }
}
