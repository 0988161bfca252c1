// SPDX-License-Identifier: BSL-1.0
//
// The demonstration: a broker, a fridge that publishes its temperature and a display that shows it, all in this program
// but over real TCP connections, which are cut in the middle. It counts what arrives, and fails if a message of QoS 1
// or 2 is lost or one of QoS 2 arrives twice.   sh examples/demo.sh builds and runs it.
#include <tern/tern.hpp>
#include <tern/testing/tcp_broker.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

namespace
{

using namespace std::chrono_literals;

constexpr std::string_view topic = "Küche/Kühlschrank/Temperatur";
constexpr int readings = 24;
constexpr int burst_from = 9; ///< until the cut they are published at once, so that it hits many of them
constexpr int cut_after = 17;

class demonstration
{
public:
    explicit demonstration(asio::io_context& context)
        : broker_(context), fridge_(context), display_(context), timer_(context)
    {
        fridge_.on_event([](const tern::client_event& event) { tell("fridge", event); });
        display_.on_event([](const tern::client_event& event) { tell("display", event); });
    }

    /// True if every promise was kept.
    asio::awaitable<bool> run()
    {
        if (const std::error_code error = broker_.listen())
        {
            throw std::system_error(error, "cannot listen on the loopback interface");
        }
        const std::string url = "mqtt://127.0.0.1:" + std::to_string(broker_.port());
        std::cout << "A broker listens on " << url << ".\n\n";

        co_await fridge_.async_connect(url, {.client_id = "fridge"});
        co_await fridge_.async_publish("Küche/Kühlschrank/Solltemperatur", "4.0 °C",
                                       {.qos = tern::qos::at_least_once, .retain = true});
        std::cout
            << "The fridge has published its set temperature, retained: the broker keeps it for who comes later.\n\n";

        tern::message_handler_registration kitchen =
            display_.on_message("Küche/#", [this](const tern::message_view& message) { show(message); });
        co_await display_.async_connect(url, {.client_id = "display"});
        co_await kitchen.async_ready();
        std::cout << "The display has subscribed to Küche/#. Now the fridge publishes " << readings
                  << " readings, in turn at QoS 0, 1 and 2.\n\n";

        for (int number = 1; number <= readings; ++number)
        {
            publish(number);
            if (number == cut_after)
            {
                co_await pause(0ms); // they have left, and nothing has come back
                std::cout
                    << "\n  ***  Both connections are cut, with " << fridge_.stats().in_flight
                    << " messages on their way.\n  ***  What was on its way at QoS 0 may be lost; all else is sent "
                       "again. The fridge goes on publishing.\n\n";
                broker_.drop_connections();
            }
            else if (number < burst_from || number > cut_after)
            {
                co_await pause(120ms);
            }
        }
        for (int tries = 0; tries < 50 && !everything_is_here(); ++tries)
        {
            co_await pause(100ms);
        }
        co_await fridge_.async_disconnect();
        co_await display_.async_disconnect();
        broker_.stop();
        co_return conclude();
    }

private:
    static tern::qos qos_of(int number) { return static_cast<tern::qos>(number % 3); }

    static void tell(std::string_view who, const tern::client_event& event)
    {
        if (const auto* const lost = std::get_if<tern::disconnected_event>(&event); lost != nullptr && lost->will_retry)
        {
            std::cout << "  ***  The " << who << " has lost its connection and connects again.\n";
        }
        else if (const auto* const now = std::get_if<tern::connected_event>(&event); now != nullptr && now->reconnected)
        {
            std::cout << "  ***  The " << who << " is connected again"
                      << (now->result.session_present ? "; the broker has kept its session.\n" : ".\n");
        }
    }

    asio::awaitable<void> pause(std::chrono::milliseconds time)
    {
        timer_.expires_after(time);
        co_await timer_.async_wait(asio::use_awaitable);
    }

    void publish(int number)
    {
        const std::string text =
            std::to_string(number) + ": " + std::to_string(3 + number % 3) + '.' + std::to_string(number % 10) + " °C";
        fridge_.async_publish(
            topic, text, {.qos = qos_of(number)}, [this, number](std::error_code error, const tern::publish_result&) {
                if (!error)
                {
                    ++acknowledged_[static_cast<std::size_t>(number)];
                }
                else
                {
                    std::cout << "  ***  Reading " << number << ": " << error.message()
                              << (qos_of(number) == tern::qos::at_most_once ? "; at QoS 0 it is not sent again.\n"
                                                                            : ".\n");
                }
            });
    }

    void show(const tern::message_view& message)
    {
        const std::string_view text = message.payload_text();
        std::cout << "  display: " << message.topic << "  " << text;
        if (message.topic == topic)
        {
            std::size_t number = 0;
            std::from_chars(text.data(), text.data() + text.size(), number);
            if (number < arrived_.size())
            {
                ++arrived_[number];
            }
        }
        else
        {
            retained_arrived_ += message.retain ? 1 : 0;
        }
        std::cout << "   (QoS " << static_cast<int>(message.qos) << (message.retain ? ", retained" : "") << ")\n";
    }

    [[nodiscard]] bool kept(int number) const
    {
        const auto index = static_cast<std::size_t>(number);
        switch (qos_of(number))
        {
        case tern::qos::at_most_once: return arrived_[index] <= 1;
        case tern::qos::at_least_once: return arrived_[index] >= 1 && acknowledged_[index] == 1;
        default: return arrived_[index] == 1 && acknowledged_[index] == 1;
        }
    }

    [[nodiscard]] bool everything_is_here() const
    {
        bool all = retained_arrived_ == 1;
        for (int number = 1; number <= readings; ++number)
        {
            all = all && kept(number);
        }
        return all;
    }

    [[nodiscard]] bool conclude() const
    {
        std::array<int, 3> published{};
        std::array<int, 3> lost{};
        std::array<int, 3> repeated{};
        for (int number = 1; number <= readings; ++number)
        {
            const auto level = static_cast<std::size_t>(qos_of(number));
            const int count = arrived_[static_cast<std::size_t>(number)];
            ++published[level];
            lost[level] += count == 0 ? 1 : 0;
            if (count == 0)
            {
                std::cout << "\nReading " << number << " has not arrived"
                          << (level == 0 ? ": it was on its way at QoS 0, which may lose it.\n" : ".\n");
            }
            repeated[level] += count > 1 ? 1 : 0;
        }
        constexpr std::array<std::string_view, 3> promises = {"at most once: may be lost with a connection",
                                                              "at least once: never lost", "exactly once"};
        std::cout << '\n';
        for (std::size_t level = 0; level < promises.size(); ++level)
        {
            std::cout << "QoS " << level << " (" << promises[level] << "): " << published[level] << " published, "
                      << lost[level] << " lost, " << repeated[level] << " repeated.\n";
        }
        const bool good = everything_is_here();
        std::cout << (good ? "\nAll promises were kept, over the cut connections too.\n"
                           : "\nA promise was broken. This is an error in tern.\n");
        return good;
    }

    tern::testing::tcp_broker broker_;
    tern::client fridge_;
    tern::client display_;
    asio::steady_timer timer_;
    std::array<int, readings + 1> arrived_{};
    std::array<int, readings + 1> acknowledged_{};
    int retained_arrived_ = 0;
};

} // namespace

int main()
try
{
    asio::io_context context(1);
    demonstration demo(context);
    bool kept = false;
    asio::co_spawn(context, demo.run(), [&](const std::exception_ptr& failure, bool result) {
        context.stop(); // also with clients that would go on for ever
        failure ? std::rethrow_exception(failure) : void();
        kept = result;
    });
    context.run();
    return kept ? 0 : 1;
}
catch (const std::exception& error)
{
    std::cerr << "The demonstration ended early: " << error.what() << '\n';
    return 1;
}
