// SPDX-License-Identifier: BSL-1.0
//
// Once everything has its size, publishing and receiving allocate nothing, whatever way they are used: not in tern, and
// not in Asio on its behalf. A future allocates its own state, and is not here.

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/script_transport.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace tern_test;

namespace
{

using script_client = tern::basic_client<script_transport>;

constexpr std::size_t never = static_cast<std::size_t>(-1);
constexpr int warm_rounds = 20;
constexpr int measured_rounds = 20;

/// Rounds that begin one another inside a single run of the context: Asio keeps memory for that long.
class rounds
{
public:
    rounds(asio::io_context& context, std::function<void()> begin) : context_(context), begin_(std::move(begin)) {}

    /// A round is over.
    void ended()
    {
        if (++count_ == warm_rounds)
        {
            counter_.emplace();
        }
        if (count_ == warm_rounds + measured_rounds)
        {
            allocations_ = counter_->count();
            context_.stop();
            return;
        }
        begin_();
    }

    /// What the measured ones allocate together, `never` if they do not end.
    [[nodiscard]] std::size_t run()
    {
        asio::steady_timer limit(context_, std::chrono::seconds(20));
        limit.async_wait([this](std::error_code error) {
            if (!error)
            {
                context_.stop();
            }
        });
        asio::post(context_, [this] { begin_(); });
        context_.restart();
        context_.run();
        return allocations_;
    }

private:
    asio::io_context& context_;
    std::function<void()> begin_;
    int count_ = 0;
    std::optional<allocation_counter> counter_;
    std::size_t allocations_ = never;
};

struct steady_fixture
{
    steady_fixture()
    {
        outcome<tern::connect_result> connected;
        client.async_connect("mqtt://x", {.client_id = "x", .protocol = protocol}, connected.handler());
        REQUIRE(run_until(context, [&] { return connected.calls != 0; }));
        REQUIRE_FALSE(connected.error);
    }

    [[nodiscard]] bool is_v5() const { return protocol == tern::protocol_choice::v5; }

    /// A PUBLISH to "a/b" as a server sends it: in 5.0 with the identifier of the first subscription, and properties.
    [[nodiscard]] std::string message(std::uint8_t packet) const
    {
        std::string body{0x00, 0x03, 'a', '/', 'b'};
        if (qos != tern::qos::at_most_once)
        {
            body.append({0x00, char(packet)});
        }
        if (is_v5())
        {
            const std::string user{0x26, 0x00, 0x01, 'n', 0x00, 0x01, 'v'};
            const std::string type{0x03, 0x00, 0x01, 't'};
            body.push_back(char(2 + user.size() + type.size()));
            body.append({0x0B, 0x01});
            body += user + type;
        }
        body += "hi";
        return std::string{char(0x30 + 2 * static_cast<int>(qos)), char(body.size())} + body;
    }

    /// The server sends fifty. Two sets of identifiers: those of one are still being released when the other arrives.
    void send_fifty()
    {
        first_set = !first_set;
        script_transport::current->send(bytes[first_set ? 0 : 1]);
    }

    void make_messages()
    {
        for (std::uint8_t i = 1; i <= 100; ++i)
        {
            bytes[i % 2] += message(i);
        }
    }

    /// To be called for each message: begins the next round after fifty.
    void count()
    {
        if (++seen % 50 == 0)
        {
            all->ended();
        }
    }

    [[nodiscard]] std::size_t measure_publishing(const tern::publish_options& options)
    {
        all.emplace(context, [this, options] {
            for (int i = 0; i < 50; ++i)
            {
                client.async_publish("a/b", "hi", options, [this](std::error_code error, const tern::publish_result&) {
                    if (!error) // otherwise the round never ends
                    {
                        count();
                    }
                });
            }
        });
        return all->run();
    }

    [[nodiscard]] std::size_t measure_receiving()
    {
        settle(context);
        make_messages();
        all.emplace(context, [this] { send_fifty(); });
        return all->run();
    }

    tern::protocol_choice protocol = GENERATE(tern::protocol_choice::v5, tern::protocol_choice::v3_1_1);
    tern::qos qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    asio::io_context context{1};
    script_client client{context};
    std::array<std::string, 2> bytes;
    bool first_set = false;
    int seen = 0;
    std::optional<rounds> all;
};

} // namespace

#if TERN_TEST_COUNTS_MALLOC

TEST_CASE("what Asio allocates is counted")
{
    asio::io_context context{1};
    const allocation_counter counter;
    bool done = false;
    asio::post(context, [&done, large = std::array<char, 100'000>()] { done = large[0] == 0; });
    CHECK(counter.count() != 0);
    context.poll();
    CHECK(done);
}

#endif

TEST_CASE("publishing in the steady state allocates nothing: callbacks")
{
    steady_fixture f;
    CHECK(f.measure_publishing({.qos = f.qos}) == 0);
}

TEST_CASE("publishing in the steady state allocates nothing: with properties, where there are any")
{
    steady_fixture f;
    const tern::user_property user[] = {{"name", "value"}};
    tern::publish_options options{.qos = f.qos};
    if (f.is_v5())
    {
        options.content_type = "type";
        options.user_properties = tern::user_properties(user);
    }
    CHECK(f.measure_publishing(options) == 0);
}

TEST_CASE("publishing in the steady state allocates nothing: coroutines")
{
    steady_fixture f;
    f.all.emplace(f.context, [] {});
    const auto publisher = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 50 * (warm_rounds + measured_rounds); ++i)
        {
            co_await f.client.async_publish("a/b", "hi", {.qos = f.qos});
            f.count();
        }
    };
    asio::co_spawn(f.context, publisher(), asio::detached);
    CHECK(f.all->run() == 0);
}

TEST_CASE("receiving in the steady state allocates nothing: handlers")
{
    steady_fixture f;
    const auto registered = f.client.on_message("a/+", [&](const tern::message_view&) { f.count(); });
    CHECK(f.measure_receiving() == 0);
    CHECK(registered.result().reasons.size() == 1);
}

TEST_CASE("receiving in the steady state allocates nothing: two handlers and a stream that share each message")
{
    steady_fixture f;
    int others = 0;
    const auto first = f.client.on_message("a/+", [&](const tern::message_view&) { ++others; });
    tern::subscription stream = f.client.open_subscription("a/+");
    const std::function<void()> next = [&] {
        stream.async_receive([&](std::error_code error, const tern::message&) {
            if (!error)
            {
                next();
            }
        });
    };
    next();
    const auto last = f.client.on_message("a/+", [&](const tern::message_view&) { f.count(); });
    CHECK(f.measure_receiving() == 0);
    CHECK(others >= 50 * (warm_rounds + measured_rounds));
    CHECK(first.result().reasons.size() == last.result().reasons.size());
}

TEST_CASE("receiving in the steady state allocates nothing: acknowledged by hand")
{
    steady_fixture f;
    const auto registered = f.client.on_message("a/+",
                                                [&](const tern::message_view&, const tern::acknowledger& acknowledge) {
                                                    acknowledge();
                                                    f.count();
                                                },
                                                {.ack = tern::acknowledgement::manual});
    CHECK(f.measure_receiving() == 0);
    CHECK(registered.result().reasons.size() == 1);
}

TEST_CASE("receiving in the steady state allocates nothing: the catch-all")
{
    steady_fixture f;
    f.client.on_unmatched([&](const tern::message_view&) { f.count(); });
    CHECK(f.measure_receiving() == 0);
}

TEST_CASE("receiving in the steady state allocates nothing: streams by callback")
{
    steady_fixture f;
    tern::subscription stream = f.client.open_subscription("a/+");
    const std::function<void()> next = [&] {
        stream.async_receive([&](std::error_code error, const tern::message&) {
            if (!error)
            {
                f.count();
                next();
            }
        });
    };
    next();
    CHECK(f.measure_receiving() == 0);
}

TEST_CASE("receiving in the steady state allocates nothing: streams in a coroutine")
{
    steady_fixture f;
    tern::subscription stream = f.client.open_subscription("a/+");
    const auto subscriber = [&]() -> asio::awaitable<void> {
        for (;;)
        {
            (void)co_await stream.async_receive();
            f.count();
        }
    };
    asio::co_spawn(f.context, subscriber(), asio::detached);
    CHECK(f.measure_receiving() == 0);
}
