// SPDX-License-Identifier: BSL-1.0
//
// Two clients of the library and a server, with a bad network between each client and the server; messages of QoS 1 and
// 2 go from one client to the other, and it is checked that they arrive as they must.
#ifndef TERN_TESTS_SYSTEM_FAULTS_STAGE_HPP
#define TERN_TESTS_SYSTEM_FAULTS_STAGE_HPP

#include "fault_proxy.hpp"
#include "server_watch.hpp"
#include "support/catch.hpp"
#include "system/scenario.hpp"
#include "tern/tern.hpp"
#include "traffic.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <system_error>

namespace tern::test
{

/// A server that is tested, and what it is good for.
struct tested_server
{
    std::uint16_t port = 0;
    protocol_choice version = protocol_choice::v5;
    bool has_exactly_once = true; ///< or it treats QoS 2 as if it were QoS 1
    bool keeps_order = true;      ///< also when it sends again: RabbitMQ 3.10 and aedes 1.2 send newer messages first
    bool wants_user = false;      ///< any
    tern::tls_options tls{};
    std::function<std::string(std::uint16_t port)> url{}; ///< that leads through a proxy on this port; absent: mqtt
};

class fault_stage
{
public:
    fault_stage(const asio::any_io_executor& executor, tested_server server, std::uint64_t plan)
        : near_sender(executor, server.port, plan_number(plan)),
          near_receiver(executor, server.port, plan_number(plan + 1)), server_(server),
          sender_(executor, fault_limits()), receiver_(executor, fault_limits())
    {
        receiver_.set_observer(&watch_);
    }

    fault_stage(const fault_stage&) = delete;
    fault_stage& operator=(const fault_stage&) = delete;

    /// Connects both and subscribes, without faults.
    asio::awaitable<void> connect()
    {
        const std::string sender_url = server_.url ? server_.url(near_sender.port()) : near_sender.url();
        const std::string receiver_url = server_.url ? server_.url(near_receiver.port()) : near_receiver.url();
        connect_options sending = fault_options("sender", server_.version);
        connect_options receiving = fault_options("receiver", server_.version);
        sending.tls = receiving.tls = server_.tls;
        if (server_.wants_user)
        {
            sending.user_name = sending.client_id;
            receiving.user_name = receiving.client_id;
            sending.password = receiving.password = "any";
        }
        co_await receiver_.async_connect(receiver_url, receiving);
        co_await sender_.async_connect(sender_url, sending);
        registrations_[0] = exact_.listen(receiver_);
        registrations_[1] = at_least_.listen(receiver_);
        // There are servers that keep no session in which nothing is subscribed to.
        registrations_[2] = sender_.on_message("nothing", [](const message_view&) {});
        for (message_handler_registration& each : registrations_)
        {
            co_await each.async_ready();
        }
    }

    /// Sends up to `total` messages of each QoS, until `share` of QoS 2 have arrived.
    asio::awaitable<void> send(std::size_t total, std::size_t share)
    {
        const bool reached = co_await until(
            [&] {
                // No more under way than Mosquitto 2.0 has room for in one window: of what exceeds it, it forgets the
                // state when it is stopped, and sends messages again that were finished.
                exact_.fill(total, 30 + watch_.confused());
                at_least_.fill(total, 30);
                return exact_.arrived.size() + watch_.confused() >= share;
            },
            100s);
        INFO(exact_.arrived.size() << " of " << total << " have arrived");
        REQUIRE(reached);
    }

    /// The rest arrives without faults, and then all must be as it must.
    asio::awaitable<void> conclude(std::size_t total)
    {
        near_sender.rest();
        near_receiver.rest();
        const bool done = co_await until([&] {
            at_least_.fill(total, 30);
            return exact_.is_done(total, watch_.confused()) && at_least_.is_done(total);
        });
        CHECK(done);
        co_await sleep(100ms); // a second copy would follow closely
        print(total);
        check(total);
        co_await sender_.async_disconnect();
        co_await receiver_.async_disconnect();
    }

    fault_proxy near_sender;
    fault_proxy near_receiver;

private:
    [[nodiscard]] std::size_t cuts() const { return near_sender.counts().cuts + near_receiver.counts().cuts; }

    void print(std::size_t total) const
    {
        const std::size_t lost = exact_.arrived.lost(total);
        const std::size_t repeated = exact_.arrived.repeated();
        print_figures(server_.has_exactly_once ? total : 0, cuts(),
                      lost - std::min(watch_.confused(), lost) + at_least_.arrived.lost(total),
                      server_.has_exactly_once ? repeated - std::min(watch_.sent_again(), repeated) : 0);
        if (watch_.sent_again() + watch_.confused() != 0)
        {
            std::printf("(and by the server: %zu sent again after their PUBREL, %zu with the identifier of another)\n",
                        watch_.sent_again(), watch_.confused());
        }
    }

    void check(std::size_t total) const
    {
        CHECK(exact_.arrived.lost(total) <= watch_.confused());
        if (server_.has_exactly_once)
        {
            CHECK(exact_.arrived.repeated() <= watch_.sent_again());
        }
        CHECK(at_least_.arrived.lost(total) == 0);
        for (const numbered_stream* const stream : {&exact_, &at_least_})
        {
            if (server_.keeps_order)
            {
                CHECK(stream->arrived.out_of_order() == 0);
            }
            CHECK(stream->arrived.foreign() == 0);
            CHECK(stream->failed == 0);
            CHECK(stream->last_error == std::error_code());
        }
        CHECK(cuts() > total / 100);
        for (const fault_proxy* const proxy : {&near_sender, &near_receiver})
        {
            CHECK(proxy->counts().swallowed_bytes > 0);
        }
        for (const client* const each : {&sender_, &receiver_})
        {
            CHECK(each->stats().connects > 1);
            CHECK(each->stats().session_losses == 0);
        }
    }

    tested_server server_;
    server_watch watch_;
    client sender_;
    client receiver_;
    numbered_stream exact_{sender_, "exact", qos::exactly_once};
    numbered_stream at_least_{sender_, "at least", qos::at_least_once};
    message_handler_registration registrations_[3];
};

/// Sends `total` messages of each QoS through faults. `in_between(round, stage)` runs after each of the `rounds` but
/// the last.
template <class InBetween>
asio::awaitable<void> send_through_faults(tested_server server, std::uint64_t plan, std::size_t total,
                                          std::size_t rounds, InBetween in_between)
{
    fault_stage stage(co_await asio::this_coro::executor, server, plan);
    co_await stage.connect();
    stage.near_sender.begin();
    stage.near_receiver.begin();
    for (std::size_t round = 1; round <= rounds; ++round)
    {
        co_await stage.send(total, total * round / rounds);
        if (round < rounds)
        {
            co_await in_between(round, stage);
        }
    }
    co_await stage.conclude(total);
}

} // namespace tern::test

#endif
