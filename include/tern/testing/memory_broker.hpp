// SPDX-License-Identifier: BSL-1.0
//
// The testing broker on in-memory links: a client and a broker in one process, on one thread, without sockets, and with
// a network that breaks when the test says so.
//
// Layer: testing, on Asio. Standard: none.
//
//     asio::io_context context;
//     tern::testing::memory_broker broker(context);                       // "mqtt://broker"
//     tern::basic_client<tern::testing::memory_transport> client(context);
//     broker.faults_of_next({.cut_after = 100}, {});                      // the next connection breaks
#ifndef TERN_TESTING_MEMORY_BROKER_HPP
#define TERN_TESTING_MEMORY_BROKER_HPP

#include "tern/testing/asio_broker.hpp"
#include "tern/testing/memory_link.hpp"
#include "tern/testing/memory_network.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>
#include <asio/execution_context.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace tern::testing
{

/// A broker that listens in memory. Belongs to its executor; destroying it stops it.
class memory_broker final : private memory_listener
{
public:
    /// \param name the host that clients connect to; throws std::system_error if another broker of the context has it.
    explicit memory_broker(asio::any_io_executor executor, broker_configuration configuration = {},
                           broker_policy* policy = nullptr, std::string name = "broker")
        : front_(std::make_shared<asio_broker>(std::move(executor), std::move(configuration), policy)),
          name_(std::move(name))
    {
        if (const std::error_code error = memory_network::of(get_executor()).bind(name_, *this))
        {
            throw std::system_error(error, name_);
        }
    }

    template <class Context>
        requires std::is_convertible_v<Context&, asio::execution_context&>
    explicit memory_broker(Context& context, broker_configuration configuration = {}, broker_policy* policy = nullptr,
                           std::string name = "broker")
        : memory_broker(asio::any_io_executor(context.get_executor()), std::move(configuration), policy,
                        std::move(name))
    {
    }

    ~memory_broker() override { stop(); }

    [[nodiscard]] const asio::any_io_executor& get_executor() const noexcept { return front_->get_executor(); }

    /// The broker itself, to look at and to command. After a command call flush().
    [[nodiscard]] broker& core() noexcept { return front_->core(); }

    /// What time it is for the broker.
    [[nodiscard]] time_point now() const noexcept { return front_->now(); }

    /// Carries out what was asked of core().
    void flush() { front_->flush(); }

    /// While false, connecting fails with connection_refused.
    void accept_connections(bool accepts) noexcept { accepts_ = accepts; }

    /// Faults of every later connection that has none of its own.
    void faults(const link_faults& from_client, const link_faults& to_client)
    {
        default_forth_ = from_client;
        default_back_ = to_client;
    }

    /// Faults of the next connection; called again, of the one after it.
    void faults_of_next(const link_faults& from_client, const link_faults& to_client)
    {
        next_.emplace_back(from_client, to_client);
    }

    /// The links of connections that are not closed, oldest first: forth is from the client to the broker.
    [[nodiscard]] std::vector<memory_link> links()
    {
        forget_closed();
        return links_;
    }

    /// How many connections were made.
    [[nodiscard]] std::size_t connection_count() const noexcept { return accepted_; }

    /// Breaks all links.
    void cut(link_cut how)
    {
        for (memory_link& link : links())
        {
            link.cut(how);
        }
    }

    /// Breaks all links and forgets sessions and retained messages: a restart without persistence.
    void drop_sessions()
    {
        core().drop_sessions(now());
        flush();
    }

    /// Closes everything at once.
    void stop()
    {
        if (!front_->stopped())
        {
            memory_network::of(get_executor()).unbind(name_);
            front_->stop();
        }
    }

private:
    std::error_code accept(memory_stream& stream) override
    {
        if (!accepts_ || front_->stopped())
        {
            return asio::error::connection_refused;
        }
        auto [forth, back] = std::pair(default_forth_, default_back_);
        if (!next_.empty())
        {
            std::tie(forth, back) = next_.front();
            next_.pop_front();
        }
        ++accepted_;
        memory_link link(forth, back);
        memory_stream served(get_executor());
        link.join(stream, served);
        forget_closed();
        links_.push_back(link);
        front_->serve(std::move(served));
        return {};
    }

    void forget_closed()
    {
        std::erase_if(links_, [](const memory_link& link) { return link.is_closed(); });
    }

    std::shared_ptr<asio_broker> front_;
    std::string name_;
    bool accepts_ = true;
    std::size_t accepted_ = 0;
    link_faults default_forth_{};
    link_faults default_back_{};
    std::deque<std::pair<link_faults, link_faults>> next_;
    std::vector<memory_link> links_;
};

} // namespace tern::testing

#endif
