// SPDX-License-Identifier: BSL-1.0
//
// The library with a bad network between it and other brokers, each started by its script in tests/system/brokers where
// it is installed.

#include "stage.hpp"
#include "support/skipped.hpp"
#include "system/mosquitto.hpp"
#include "system/scenario.hpp"
#include "traffic.hpp"

#include <charconv>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

using namespace tern::test;
using tern::protocol_choice;

namespace
{

/// A broker that a script started; it stops with the object.
class script_broker
{
public:
    explicit script_broker(const std::string& name)
        : process_({"sh", (std::filesystem::path(__FILE__).parent_path().parent_path() / "brokers" / (name + ".sh"))},
                   {}, true)
    {
        const process::clock::time_point end = process::clock::now() + 70s; // the scripts have a limit of their own
        while (process_.output().find('\n') == std::string::npos && !process_.ended() && process::clock::now() < end)
        {
            process_.wait_for_output("\n", 1, 100ms);
        }
        const std::string_view said = process_.output();
        constexpr std::string_view ready = "ready: ";
        if (said.substr(0, ready.size()) == ready)
        {
            std::from_chars(said.data() + ready.size(), said.data() + said.size(), port_);
        }
    }

    script_broker(const script_broker&) = delete;
    script_broker& operator=(const script_broker&) = delete;

    ~script_broker()
    {
        process_.close_input();
        process_.wait(30s);
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// True, and the running test is reported as skipped, where the broker is not installed.
    [[nodiscard]] bool skipped() const
    {
        const std::string_view said = process_.output();
        const std::size_t reason = said.find('(');
        if (said.substr(0, 9) != "skipped: " || reason == said.npos)
        {
            return false;
        }
        const std::string_view why = said.substr(reason + 1);
        tern_test::report_skipped(why.substr(0, why.find(')')));
        return true;
    }

    [[nodiscard]] std::string said() const { return process_.output() + process_.error(); }

private:
    process process_;
    std::uint16_t port_ = 0;
};

void send_through(const std::string& name, std::initializer_list<protocol_choice> versions, tested_server server)
{
    script_broker broker(name);
    if (broker.skipped())
    {
        return;
    }
    INFO(broker.said());
    REQUIRE(broker.port() != 0);
    for (const protocol_choice version : versions)
    {
        CAPTURE(name_of(version));
        server.port = broker.port();
        server.version = version;
        const auto body = [&]() -> asio::awaitable<void> {
            const auto nothing = [](std::size_t, fault_stage&) -> asio::awaitable<void> { co_return; };
            co_await send_through_faults(server, 100, times_faults(1'000), 1, nothing);
        };
        run_scenario(body, 100s * static_cast<int>(times_faults(1)));
    }
}

} // namespace

TEST_CASE("ejabberd through cuts: QoS 2 arrives once and in order and no QoS 1 is lost")
{
    send_through("ejabberd", {protocol_choice::v3_1_1, protocol_choice::v5}, {.wants_user = true});
}

TEST_CASE("RabbitMQ through cuts: it answers QoS 2 as if it were QoS 1 and nothing is lost")
{
    send_through("rabbitmq", {protocol_choice::v3_1_1}, {.has_exactly_once = false, .keeps_order = false});
}

TEST_CASE("aedes through cuts: QoS 2 arrives as often as it is sent and no QoS 1 is lost")
{
    send_through("aedes", {protocol_choice::v3_1_1}, {.keeps_order = false});
}
