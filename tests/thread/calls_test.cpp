// SPDX-License-Identifier: BSL-1.0
//
// Calls from other threads while the client runs: every handler is called exactly once, and no message is lost. Built
// with ThreadSanitizer too. Nothing here passes or fails by its timing.

#include "support/catch.hpp"
#include "tern/testing/broker/policy.hpp"
#include "thread/home.hpp"

#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace tern_test;

namespace
{

/// Messages on their way from the client to a thread that works on them.
class mailbox
{
public:
    void put(tern::message taken)
    {
        const std::lock_guard lock(mutex_);
        messages_.push_back(std::move(taken));
        changed_.notify_one();
    }

    void close()
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

    /// An empty one when it is closed and nothing is left, or nothing has come for too long.
    [[nodiscard]] tern::message take()
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, patience, [this] { return closed_ || !messages_.empty(); });
        if (messages_.empty())
        {
            return {};
        }
        tern::message first = std::move(messages_.front());
        messages_.pop_front();
        return first;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<tern::message> messages_;
    bool closed_ = false;
};

/// Receives `count` messages, one receive after the other; each is asked for in the handler of the one before it.
struct receiver
{
    tern::subscription& stream;
    mailbox& into;
    countdown& arrived;
    std::size_t left;

    void next()
    {
        stream.async_receive([this](std::error_code error, tern::message taken) {
            if (error)
            {
                return; // the countdown never gets to its end
            }
            into.put(std::move(taken));
            arrived.arrive();
            if (--left != 0)
            {
                next();
            }
        });
    }
};

/// Publishes `messages` at all three QoS in turn.
void publish_all(memory_client& client, const std::string& topic, std::size_t messages,
                 std::atomic<std::size_t>& failures, countdown& published)
{
    for (std::size_t i = 0; i < messages; ++i)
    {
        // The strings die before the client looks at them: they are copied.
        const std::string copied = topic;
        const std::string payload = std::to_string(i);
        client.async_publish(copied, payload, tern::publish_options{.qos = static_cast<tern::qos>(i % 3)},
                             [&](std::error_code error, const tern::publish_result&) {
                                 failures += error ? 1U : 0U;
                                 published.arrive();
                             });
    }
}

} // namespace

TEST_CASE("several threads publish, others acknowledge by hand and destroy the messages")
{
    constexpr std::size_t publishers = 4;
    constexpr std::size_t messages = 60; // of each
    home h(anywhere());
    connect(h);
    tern::subscription stream = within_patience(h.client->async_subscribe(
        "t/#", tern::subscribe_options{.ack = tern::acknowledgement::manual}, asio::use_future));

    mailbox box;
    countdown arrived(publishers * messages);
    receiver receiving{stream, box, arrived, publishers * messages};
    receiving.next(); // from this thread; the later ones on the client's executor

    std::mutex seen_mutex;
    std::map<std::string, int> seen;
    std::vector<std::thread> workers;
    for (int i = 0; i < 2; ++i)
    {
        workers.emplace_back([&] {
            while (tern::message taken = box.take())
            {
                {
                    const std::lock_guard lock(seen_mutex);
                    ++seen[std::string(taken.topic()) + ' ' + std::string(taken.payload_text())];
                }
                taken.acknowledge();
                taken.acknowledge(); // has no effect
            }
        });
    }

    countdown published(publishers * messages);
    std::atomic<std::size_t> failures{0};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < publishers; ++t)
    {
        threads.emplace_back(
            [&, t] { publish_all(*h.client, "t/" + std::to_string(t), messages, failures, published); });
    }
    for (std::thread& each : threads)
    {
        each.join();
    }
    CHECK(published.wait());
    CHECK(arrived.wait());
    box.close();
    for (std::thread& each : workers)
    {
        each.join();
    }
    CHECK(failures == 0);
    CHECK(seen.size() == publishers * messages);
    for (const auto& [text, times] : seen)
    {
        CAPTURE(text);
        CHECK(times == 1);
    }
    stream = tern::subscription();
    h.destroy_client();
    CHECK(published.too_many() == 0);
    CHECK(arrived.too_many() == 0);
}

TEST_CASE("several threads subscribe, receive, unsubscribe and wait for answers")
{
    constexpr std::size_t count = 4;
    constexpr std::size_t rounds = 15;
    home h(anywhere());
    connect(h);
    std::atomic<std::size_t> received{0};
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < count; ++t)
    {
        threads.emplace_back([&, t] {
            try
            {
                const std::string filter = "own/" + std::to_string(t) + "/#";
                const std::string topic = "own/" + std::to_string(t) + "/topic";
                for (std::size_t i = 0; i < rounds; ++i)
                {
                    const std::array<tern::topic_subscription, 2> both{
                        tern::topic_subscription{.topic_filter = filter},
                        tern::topic_subscription{.topic_filter = "shared/#"}};
                    tern::subscription stream =
                        i % 2 == 0 ? within_patience(h.client->async_subscribe(filter, asio::use_future))
                                   : within_patience(h.client->async_subscribe(
                                         std::span<const tern::topic_subscription>(both), asio::use_future));
                    (void)within_patience(stream.async_ready(asio::use_future));
                    auto waiting = stream.async_receive(asio::use_future);
                    (void)within_patience(h.client->async_publish(
                        topic, std::to_string(i), tern::publish_options{.qos = static_cast<tern::qos>(i % 3)},
                        asio::use_future));
                    const tern::message taken = within_patience(std::move(waiting));
                    received += taken.payload_text() == std::to_string(i) ? 1U : 0U;
                    if (i % 3 == 0)
                    {
                        (void)within_patience(h.client->async_unsubscribe(filter, asio::use_future));
                    }
                    else
                    {
                        (void)within_patience(stream.async_unsubscribe(asio::use_future));
                    }
                }
            }
            catch (const std::system_error&)
            {
                ++wrong;
            }
        });
    }
    for (std::thread& each : threads)
    {
        each.join();
    }
    CHECK(wrong == 0);
    CHECK(received == count * rounds);
}

TEST_CASE("a program with futures does everything from its main thread")
{
    home h(anywhere());
    connect(h);
    tern::subscription stream = within_patience(h.client->async_subscribe("a", asio::use_future));
    for (int i = 0; i < 6; ++i)
    {
        const std::string payload = std::to_string(i);
        (void)within_patience(h.client->async_publish(
            "a", payload, tern::publish_options{.qos = static_cast<tern::qos>(i % 3)}, asio::use_future));
        CHECK(within_patience(stream.async_receive(asio::use_future)).payload_text() == payload);
    }
    CHECK_THROWS_AS(within_patience(h.client->async_publish("a/#", "x", asio::use_future)), std::system_error);
    CHECK_THROWS_AS(within_patience(h.client->async_re_authenticate(asio::use_future)), std::system_error);
    const auto ended = within_patience(stream.async_unsubscribe(asio::use_future));
    CHECK(ended.reasons == std::vector{tern::reason_code::success});
    within_patience(h.client->async_disconnect(asio::use_future));
}

TEST_CASE("a disconnect from another thread lets go what others have published")
{
    home h(anywhere());
    connect(h);
    constexpr std::size_t messages = 50;
    countdown published(2 * messages);
    std::atomic<std::size_t> succeeded{0};
    std::atomic<std::size_t> failed{0};
    const auto publish = [&] {
        for (std::size_t i = 0; i < messages; ++i)
        {
            h.client->async_publish("a", "payload", tern::publish_options{.qos = tern::qos::exactly_once},
                                    [&](std::error_code error, const tern::publish_result&) {
                                        (error ? failed : succeeded) += 1;
                                        published.arrive();
                                    });
        }
    };
    std::thread one(publish);
    std::thread other(publish);
    one.join(); // what it asked for comes before the disconnect
    auto disconnected =
        std::async(std::launch::async, [&] { within_patience(h.client->async_disconnect(asio::use_future)); });
    disconnected.get();
    other.join();
    h.destroy_client(); // ends what came too late
    CHECK(published.wait());
    CHECK(succeeded >= messages);
    CHECK(succeeded + failed == 2 * messages);
    CHECK(published.too_many() == 0);
}

TEST_CASE("messages and subscriptions outlive the client and are used and destroyed by other threads")
{
    const residence where = anywhere();
    constexpr std::size_t messages = 40;
    mailbox box;
    std::vector<std::thread> threads;
    std::atomic<std::size_t> taken{0};
    {
        home h(where);
        connect(h);
        tern::subscription stream = within_patience(h.client->async_subscribe(
            "a", tern::subscribe_options{.ack = tern::acknowledgement::manual}, asio::use_future));
        countdown arrived(messages);
        receiver receiving{stream, box, arrived, messages};
        receiving.next();
        for (std::size_t i = 0; i < messages; ++i)
        {
            h.client->async_publish("a", std::string(100 * i, 'x'),
                                    tern::publish_options{.qos = tern::qos::at_least_once},
                                    [](std::error_code, const tern::publish_result&) {});
        }
        REQUIRE(arrived.wait());
        for (int t = 0; t < 3; ++t)
        {
            threads.emplace_back([&] {
                while (tern::message each = box.take())
                {
                    each.acknowledge();
                    taken += each.topic() == "a" ? 1U : 0U;
                }
            });
        }
        // While the client ends, another thread asks its stream for more.
        countdown answered(100);
        std::thread asking([&] {
            for (int i = 0; i < 100; ++i)
            {
                stream.async_receive(asio::bind_executor(
                    h.executor(), [&](std::error_code, const tern::message&) { answered.arrive(); }));
            }
        });
        h.destroy_client();
        asking.join();
        CHECK(answered.wait());
        stream = tern::subscription();
        CHECK(answered.too_many() == 0);
    }
    box.close();
    for (std::thread& each : threads)
    {
        each.join();
    }
    CHECK(taken == messages);
}

TEST_CASE("the last message is destroyed by another thread after client and executor are gone")
{
    std::vector<tern::message> kept;
    {
        home h(anywhere());
        connect(h);
        tern::subscription stream = within_patience(h.client->async_subscribe(
            "a", tern::subscribe_options{.ack = tern::acknowledgement::manual}, asio::use_future));
        for (int i = 0; i < 10; ++i)
        {
            (void)within_patience(h.client->async_publish(
                "a", std::to_string(i), tern::publish_options{.qos = tern::qos::exactly_once}, asio::use_future));
            kept.push_back(within_patience(stream.async_receive(asio::use_future)));
        }
    }
    std::size_t right = 0;
    std::thread last([&, mine = std::move(kept)]() mutable {
        for (std::size_t i = 0; i < mine.size(); ++i)
        {
            right += mine[i].payload_text() == std::to_string(i) ? 1U : 0U;
            mine[i].acknowledge();
        }
        mine.clear();
    });
    last.join();
    CHECK(right == 10);
}

TEST_CASE("what another thread started is cancelled on the executor, or by the client's end, once")
{
    home h(anywhere());
    constexpr std::size_t count = 60;
    countdown ended(count);
    std::atomic<std::size_t> aborted{0};
    std::vector<asio::cancellation_signal> signals(count);
    struct handler
    {
        using cancellation_slot_type = asio::cancellation_slot;
        cancellation_slot_type get_cancellation_slot() const noexcept { return slot; }
        void operator()(std::error_code error, const tern::publish_result&) const
        {
            *aborted += error == asio::error::operation_aborted ? 1U : 0U;
            ended->arrive();
        }
        asio::cancellation_slot slot;
        std::atomic<std::size_t>* aborted;
        countdown* ended;
    };
    std::thread other([&] {
        for (std::size_t i = 0; i < count; ++i)
        {
            // Never connected: they wait.
            h.client->async_publish("a", "payload", tern::publish_options{},
                                    handler{signals[i].slot(), &aborted, &ended});
            if (i % 2 == 0)
            {
                asio::post(h.executor(), [&signal = signals[i]] { signal.emit(asio::cancellation_type::total); });
            }
        }
    });
    other.join();
    h.destroy_client();
    CHECK(ended.wait());
    CHECK(aborted == count);
    CHECK(ended.too_many() == 0);
}
