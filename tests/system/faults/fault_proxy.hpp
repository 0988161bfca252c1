// SPDX-License-Identifier: BSL-1.0
//
// A bad network between a client and a server: a TCP proxy on a free loopback port that lets a random number of bytes
// through, swallows a few more in either direction or in both, and cuts. A cut is an end of stream or a reset, for each
// side by itself; now and then there is none, and the connection stays open and dead for both sides.
//
// The seed decides what happens to the connections; when it happens depends on the machine. It runs on its executor
// only. With TERN_FAULT_TRACE=<file> every byte that passed is appended there.
#ifndef TERN_TESTS_SYSTEM_FAULTS_FAULT_PROXY_HPP
#define TERN_TESTS_SYSTEM_FAULTS_FAULT_PROXY_HPP

#include "faulty_connection.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/ip/address_v4.hpp>
#include <asio/ip/tcp.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::test
{

class fault_proxy
{
public:
    /// Listens, and lets everything pass until begin().
    fault_proxy(const asio::any_io_executor& executor, std::uint16_t target, const fault_plan& plan)
        : state_(std::make_shared<state>(executor, target, plan))
    {
        state_->acceptor.open(asio::ip::tcp::v4());
        state_->acceptor.bind({asio::ip::address_v4::loopback(), 0});
        state_->acceptor.listen();
        accept(state_);
    }

    fault_proxy(const fault_proxy&) = delete;
    fault_proxy& operator=(const fault_proxy&) = delete;

    ~fault_proxy()
    {
        close();
        each(&detail::faulty_connection::close);
    }

    /// Accepts nobody any more.
    void close()
    {
        std::error_code ignored;
        state_->acceptor.close(ignored);
    }

    [[nodiscard]] std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    [[nodiscard]] std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port()); }
    [[nodiscard]] const fault_counts& counts() const noexcept { return state_->dice->counts; }

    /// From now on every connection has an end, also those that are there.
    void begin()
    {
        state_->dice->cutting = true;
        each(&detail::faulty_connection::draw_fault);
    }

    /// From now on everything passes.
    void rest()
    {
        state_->dice->cutting = false;
        each(&detail::faulty_connection::spare);
    }

    /// The connections that are there die without a word.
    void fall_silent() { each(&detail::faulty_connection::fall_silent); }

    /// The same, and nobody else comes through, until reconnect().
    void isolate()
    {
        state_->isolated = true;
        fall_silent();
    }

    /// The connections that are there are cut now, silent ones included, and new ones are welcome.
    void reconnect()
    {
        state_->isolated = false;
        each(&detail::faulty_connection::cut);
    }

private:
    struct state
    {
        state(const asio::any_io_executor& executor, std::uint16_t target_, const fault_plan& plan)
            : acceptor(executor), target(target_), dice(std::make_shared<detail::fault_dice>(plan))
        {
        }

        asio::ip::tcp::acceptor acceptor;
        std::uint16_t target;
        std::shared_ptr<detail::fault_dice> dice;
        bool isolated = false;
        std::vector<std::weak_ptr<detail::faulty_connection>> connections;
    };

    static void accept(const std::shared_ptr<state>& shared)
    {
        shared->acceptor.async_accept([shared](std::error_code error, asio::ip::tcp::socket socket) {
            if (error)
            {
                return;
            }
            if (!shared->isolated)
            {
                auto& all = shared->connections;
                all.erase(std::remove_if(all.begin(), all.end(), [](const auto& one) { return one.expired(); }),
                          all.end());
                auto made = std::make_shared<detail::faulty_connection>(shared->acceptor.get_executor(),
                                                                        std::move(socket), shared->dice);
                all.push_back(made);
                made->start(shared->target);
            }
            accept(shared);
        });
    }

    void each(void (detail::faulty_connection::*what)())
    {
        for (const auto& one : state_->connections)
        {
            if (const std::shared_ptr<detail::faulty_connection> still_there = one.lock())
            {
                ((*still_there).*what)();
            }
        }
    }

    std::shared_ptr<state> state_;
};

} // namespace tern::test

#endif
