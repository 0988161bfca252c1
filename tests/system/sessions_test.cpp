// SPDX-License-Identifier: BSL-1.0
//
// What survives a lost connection, a restarted program and a restarted Mosquitto, and what does not.

#include "mosquitto.hpp"
#include "scenario.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <optional>

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;

namespace
{

asio::awaitable<tern::connect_result> connect(client& target, const mosquitto& broker, const connect_options& options)
{
    const std::string url = broker.url();
    co_return co_await target.async_connect(url, options);
}

asio::awaitable<void> publish(client& from, std::string_view topic, tern::byte_view payload, qos level)
{
    publish_options options;
    options.qos = level;
    const tern::publish_result result = co_await from.async_publish(topic, payload, options);
    REQUIRE_FALSE(tern::is_failure(result.reason));
}

/// The numbers that arrive, as a handler.
class number_log
{
public:
    tern::message_handler_registration listen(client& receiver, std::string_view filter)
    {
        return receiver.on_message(filter, [this](const tern::message_view& message) {
            std::size_t number = 0;
            const std::string_view text = message.payload_text();
            const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
            numbers_.push_back(parsed.ec == std::errc() ? number : static_cast<std::size_t>(-1));
            if (on_number)
            {
                on_number();
            }
        });
    }

    [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }

    /// Whether they are 0, 1, 2 and so on up to `count`, each once.
    [[nodiscard]] bool exactly(std::size_t count) const noexcept
    {
        for (std::size_t i = 0; i < numbers_.size(); ++i)
        {
            if (numbers_[i] != i)
            {
                return false;
            }
        }
        return numbers_.size() == count;
    }

    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const std::size_t number : numbers_)
        {
            all += std::to_string(number) + ' ';
        }
        return all;
    }

    std::function<void()> on_number; ///< called after each

private:
    std::vector<std::size_t> numbers_;
};

/// Publishes numbers with QoS 2 and counts how it went.
class number_source
{
public:
    explicit number_source(client& sender) : sender_(&sender) {}

    void publish(std::size_t count)
    {
        publish_options options;
        options.qos = qos::exactly_once;
        for (std::size_t i = 0; i < count; ++i)
        {
            sender_->async_publish("numbers", std::to_string(started++), options,
                                   [this](std::error_code error, const tern::publish_result&) {
                                       ++completed;
                                       if (error)
                                       {
                                           ++failed;
                                           last_error = error;
                                       }
                                   });
        }
    }

    std::size_t started = 0;
    std::size_t completed = 0;
    std::size_t failed = 0;
    std::error_code last_error;

private:
    client* sender_;
};

connect_options persistent(std::string_view client_id, protocol_choice version)
{
    connect_options options;
    options.client_id = client_id;
    options.protocol = version;
    options.session_expiry = 600s;
    // There is no session yet, but Mosquitto 2.0 saves none that was begun with Clean Start 1.
    options.clean_start = false;
    return options;
}

} // namespace

TEST_CASE("what is published while a persistent session is offline is delivered to the program's next start")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        for (const bool clean_end : {true, false})
        {
            CAPTURE(name_of(version), clean_end);
            run_scenario([&]() -> asio::awaitable<void> {
                const asio::any_io_executor executor = co_await asio::this_coro::executor;
                connect_options options = persistent("mailbox", version);
                {
                    client first(executor);
                    const tern::connect_result connected = co_await connect(first, broker, options);
                    CHECK_FALSE(connected.session_present);
                    tern::subscription letters = co_await first.async_subscribe("letters/+");
                    if (clean_end)
                    {
                        co_await first.async_disconnect();
                    }
                }
                client sender(executor);
                connect_options ordinary;
                ordinary.protocol = version;
                co_await connect(sender, broker, ordinary);
                for (int i = 0; i < 10; ++i)
                {
                    const std::string number = std::to_string(i);
                    co_await publish(sender, "letters/new", number,
                                     i % 2 == 0 ? qos::at_least_once : qos::exactly_once);
                }

                client second(executor);
                options.clean_start = false;
                tern::subscription letters = second.open_subscription("letters/+");
                const tern::connect_result resumed = co_await connect(second, broker, options);
                CHECK(resumed.session_present);
                for (int i = 0; i < 10; ++i)
                {
                    const tern::message letter = co_await letters.async_receive();
                    CHECK(letter.payload_text() == std::to_string(i));
                    CHECK(letter.qos() == (i % 2 == 0 ? qos::at_least_once : qos::exactly_once));
                }
                // This time the session goes: it is not wanted any more.
                co_await second.async_disconnect();
                client last(executor);
                connect_options clean;
                clean.client_id = "mailbox";
                clean.protocol = version;
                clean.session_expiry = 0s;
                const tern::connect_result fresh = co_await connect(last, broker, clean);
                CHECK_FALSE(fresh.session_present);
                co_await last.async_disconnect();
            });
        }
    }
}

TEST_CASE("messages of a resumed session wait for the subscription that is made after connecting")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            connect_options options = persistent("late", version);
            {
                client first(executor);
                co_await connect(first, broker, options);
                tern::subscription letters = co_await first.async_subscribe("late/+");
            }
            client sender(executor);
            connect_options ordinary;
            ordinary.protocol = version;
            co_await connect(sender, broker, ordinary);
            co_await publish(sender, "late/a", "1", qos::at_least_once);
            co_await publish(sender, "late/a", "2", qos::exactly_once);

            client second(executor);
            options.clean_start = false;
            co_await connect(second, broker, options);
            co_await sleep(50ms); // they arrive, and nobody is there
            tern::subscription letters = co_await second.async_subscribe("late/+");
            const tern::message one = co_await letters.async_receive();
            const tern::message two = co_await letters.async_receive();
            CHECK(one.payload_text() == "1");
            CHECK(two.payload_text() == "2");
        });
    }
}

TEST_CASE("an expired message is not delivered when its receiver comes back")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        connect_options options = persistent("sleeper", protocol_choice::v5);
        {
            client first(executor);
            co_await connect(first, broker, options);
            tern::subscription offers = co_await first.async_subscribe("offers");
        }
        client sender(executor);
        const connect_options ordinary;
        co_await connect(sender, broker, ordinary);
        publish_options short_lived;
        short_lived.qos = qos::at_least_once;
        short_lived.message_expiry_interval = 1s;
        co_await sender.async_publish("offers", "today only", short_lived);
        co_await publish(sender, "offers", "always", qos::at_least_once);
        co_await sleep(2200ms);

        client second(executor);
        options.clean_start = false;
        tern::subscription offers = second.open_subscription("offers");
        co_await connect(second, broker, options);
        const tern::message offer = co_await offers.async_receive();
        CHECK(offer.payload_text() == "always");
    });
}

TEST_CASE("a Mosquitto that forgot the session gets the subscriptions again")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker("allow_anonymous true\npersistence false\n");
        run_scenario([&]() -> asio::awaitable<void> {
            event_log happened;
            client receiver(co_await asio::this_coro::executor, quick_limits());
            client sender(co_await asio::this_coro::executor, quick_limits());
            happened.watch(receiver);
            connect_options options;
            options.protocol = version;
            co_await connect(receiver, broker, options);
            co_await connect(sender, broker, options);
            tern::subscription readings = co_await receiver.async_subscribe("a/+");
            number_log numbers;
            tern::message_handler_registration handler = numbers.listen(receiver, "b/+");
            co_await handler.async_ready();
            co_await elsewhere([&] {
                broker.stop();
                broker.start();
            });
            const bool back = co_await until(
                [&] { return happened.count<tern::connected_event>() == 2 && sender.stats().connects == 2; });
            REQUIRE(back);
            CHECK(happened.count<tern::session_lost_event>() == 1);
            CHECK(happened.count<tern::disconnected_event>() >= 1);
            CHECK(happened.count<tern::connected_event>() == 2);
            // What is published before the subscriptions are made again is heard by nobody.
            bool logged = false;
            co_await elsewhere(
                [&] { logged = broker.wait_for_log("a/+ (QoS 2)") && broker.wait_for_log("b/+ (QoS 2)"); });
            REQUIRE(logged);
            co_await publish(sender, "a/1", "again", qos::exactly_once);
            co_await publish(sender, "b/1", "0", qos::exactly_once);
            const tern::message message = co_await readings.async_receive();
            CHECK(message.payload_text() == "again");
            const bool heard = co_await until([&] { return numbers.size() == 1; });
            CHECK(heard);
        });
    }
}

TEST_CASE("Mosquitto is stopped and started again during QoS 2 traffic, and every message arrives once and in order")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker(quiet);
        run_scenario([&]() -> asio::awaitable<void> {
            constexpr std::size_t rounds = 4;
            constexpr std::size_t each = 500;
            client receiver(co_await asio::this_coro::executor, quick_limits());
            client sender(co_await asio::this_coro::executor, quick_limits());
            const connect_options receiving = persistent("receiver", version);
            const connect_options sending = persistent("sender", version);
            co_await connect(receiver, broker, receiving);
            co_await connect(sender, broker, sending);
            number_log numbers;
            tern::message_handler_registration handler = numbers.listen(receiver, "numbers");
            co_await handler.async_ready();
            number_source source(sender);
            // No more under way than Mosquitto 2.0 has room for in one window: of what exceeds it, it forgets the state
            // when it is stopped, and sends messages again that were finished.
            std::size_t wanted = 0;
            numbers.on_number = [&] {
                while (source.started < wanted && source.started < numbers.size() + 50)
                {
                    source.publish(1);
                }
            };
            for (std::size_t round = 0; round < rounds; ++round)
            {
                wanted += each;
                numbers.on_number();
                // In the middle of it, somewhere else each time.
                const std::size_t middle = numbers.size() + each / 5 * (round + 1);
                const bool reached = co_await until([&] { return numbers.size() >= middle; });
                REQUIRE(reached);
                co_await elsewhere([&] {
                    broker.stop();
                    std::this_thread::sleep_for(50ms);
                    broker.start();
                });
            }
            const bool all = co_await until([&] { return source.completed == rounds * each; });
            CHECK(all);
            CHECK(source.failed == 0);
            CHECK(source.last_error == std::error_code());
            const bool arrived = co_await until([&] { return numbers.size() >= rounds * each; });
            CHECK(arrived);
            co_await sleep(50ms); // a second copy would follow closely
            INFO(numbers.text());
            CHECK(numbers.exactly(rounds * each));
            CHECK(sender.stats().connects == rounds + 1);
            CHECK(sender.stats().session_losses == 0);
            CHECK(receiver.stats().session_losses == 0);
            co_await sender.async_disconnect();
            co_await receiver.async_disconnect();
        });
    }
}

TEST_CASE("Mosquitto is killed with QoS 2 messages unanswered, and every message arrives once and in order")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker("allow_anonymous true\nautosave_interval 0\n");
        run_scenario([&]() -> asio::awaitable<void> {
            client receiver(co_await asio::this_coro::executor, quick_limits());
            client sender(co_await asio::this_coro::executor, quick_limits());
            const connect_options receiving = persistent("receiver", version);
            const connect_options sending = persistent("sender", version);
            co_await connect(receiver, broker, receiving);
            co_await connect(sender, broker, sending);
            number_log numbers;
            tern::message_handler_registration handler = numbers.listen(receiver, "numbers");
            co_await handler.async_ready();
            number_source source(sender);
            source.publish(20);
            const bool quiet_now = co_await until([&] {
                return source.completed == 20 && numbers.size() == 20 && receiver.stats().unacknowledged_received == 0;
            });
            REQUIRE(quiet_now);
            co_await sleep(50ms); // the last PUBCOMP reaches it
            // A Mosquitto that is killed keeps only what it saved: so it saves, and then falls silent before the
            // messages come that will be lost with it.
            broker.signal(SIGUSR1);
            bool saved = false;
            co_await elsewhere([&] { saved = broker.wait_for_log("Saving in-memory database"); });
            REQUIRE(saved);
            co_await sleep(200ms);
            broker.signal(SIGSTOP);
            source.publish(30);
            co_await sleep(100ms);
            CHECK(sender.stats().in_flight > 0);
            CHECK(source.completed == 20);
            co_await elsewhere([&] {
                broker.kill();
                std::this_thread::sleep_for(50ms);
                broker.start();
            });
            source.publish(50);
            const bool all = co_await until([&] { return source.completed == 100; });
            CHECK(all);
            CHECK(source.failed == 0);
            CHECK(source.last_error == std::error_code());
            const bool arrived = co_await until([&] { return numbers.size() >= 100; });
            CHECK(arrived);
            co_await sleep(50ms);
            INFO(numbers.text());
            CHECK(numbers.exactly(100));
            CHECK(sender.stats().messages_resent > 0);
            CHECK(sender.stats().session_losses == 0);
        });
    }
}

TEST_CASE("a killed Mosquitto that lost its sessions: what was sent at QoS 2 ends with session_lost, the rest arrives")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker("allow_anonymous true\npersistence false\n");
        run_scenario([&]() -> asio::awaitable<void> {
            client sender(co_await asio::this_coro::executor, quick_limits());
            const connect_options sending = persistent("sender", version);
            co_await connect(sender, broker, sending);
            broker.signal(SIGSTOP);
            std::optional<std::error_code> exact;
            std::optional<std::error_code> at_least;
            publish_options options;
            options.qos = qos::exactly_once;
            sender.async_publish("a", "exact", options,
                                 [&](std::error_code error, const tern::publish_result&) { exact = error; });
            options.qos = qos::at_least_once;
            sender.async_publish("a", "at least", options,
                                 [&](std::error_code error, const tern::publish_result&) { at_least = error; });
            const bool sent = co_await until([&] { return sender.stats().messages_sent == 2; });
            REQUIRE(sent);
            co_await sleep(20ms);
            co_await elsewhere([&] {
                broker.kill();
                broker.start();
            });
            const bool ended = co_await until([&] { return exact && at_least; });
            REQUIRE(ended);
            CHECK(*exact == tern::errc::session_lost);
            CHECK(*at_least == std::error_code());
            CHECK(sender.stats().session_losses == 1);
        });
    }
}

TEST_CASE("what is published while Mosquitto is away is sent in order when it is back")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker;
        run_scenario([&]() -> asio::awaitable<void> {
            client receiver(co_await asio::this_coro::executor, quick_limits());
            client sender(co_await asio::this_coro::executor, quick_limits());
            const connect_options receiving = persistent("receiver", version);
            const connect_options sending = persistent("sender", version);
            co_await connect(receiver, broker, receiving);
            co_await connect(sender, broker, sending);
            number_log numbers;
            tern::message_handler_registration handler = numbers.listen(receiver, "numbers");
            co_await handler.async_ready();
            broker.stop();
            const bool noticed = co_await until([&] { return sender.state() != tern::connection_state::connected; });
            CHECK(noticed);
            number_source source(sender);
            source.publish(100);
            co_await sleep(30ms);
            CHECK(source.completed == 0);
            CHECK(sender.stats().queued_messages == 100);
            co_await elsewhere([&] { broker.start(); });
            const bool all = co_await until([&] { return source.completed == 100 && numbers.size() >= 100; });
            CHECK(all);
            CHECK(source.failed == 0);
            CHECK(numbers.exactly(100));
            CHECK(sender.stats().messages_resent == 0);
        });
    }
}

TEST_CASE("the will is published when the connection is lost, and only then")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            client watcher(executor);
            connect_options ordinary;
            ordinary.protocol = version;
            co_await connect(watcher, broker, ordinary);
            tern::subscription wills = co_await watcher.async_subscribe("will/#");
            connect_options options;
            options.protocol = version;
            tern::will_options will;
            will.topic = "will/of the dead";
            will.payload = "gone";
            will.qos = qos::exactly_once;
            const std::array<tern::user_property, 1> cause{{{"cause", "unknown"}}};
            if (version == protocol_choice::v5)
            {
                will.content_type = "text/plain";
                will.user_properties = cause;
            }
            options.will = will;
            {
                client polite(executor);
                co_await connect(polite, broker, options);
                co_await polite.async_disconnect();
            }
            co_await sleep(50ms);
            co_await publish(watcher, "will/marker", "nothing before", qos::exactly_once);
            const tern::message marker = co_await wills.async_receive();
            CHECK(marker.topic() == "will/marker");
            {
                client lost(executor);
                co_await connect(lost, broker, options);
            }
            const tern::message gone = co_await wills.async_receive();
            CHECK(gone.topic() == "will/of the dead");
            CHECK(gone.payload_text() == "gone");
            CHECK(gone.qos() == qos::exactly_once);
            if (version == protocol_choice::v5)
            {
                CHECK(gone.properties().content_type == std::string_view("text/plain"));
                REQUIRE_FALSE(gone.properties().user_properties.empty());
                CHECK((*gone.properties().user_properties.begin()).value == "unknown");

                client leaving(executor);
                co_await connect(leaving, broker, options);
                tern::disconnect_options with_will;
                with_will.reason_code = tern::reason_code::disconnect_with_will_message;
                co_await leaving.async_disconnect(with_will);
                const tern::message farewell = co_await wills.async_receive();
                CHECK(farewell.payload_text() == "gone");
            }
        });
    }
}
