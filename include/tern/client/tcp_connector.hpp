// SPDX-License-Identifier: BSL-1.0
//
// Opens one TCP connection to a host of any number of addresses: resolves, tries the addresses in their order, and does
// not wait for a silent one before it tries the next beside it.
//
// Layer: client. Standard: RFC 8305 (Happy Eyeballs), sections 4, 5 and 8. The system's resolver sorts the addresses,
// and is waited for until it has those of both families. It belongs to tcp_transport. It has no limit on the whole: the
// client calls abort() when its own is reached.
#ifndef TERN_CLIENT_TCP_CONNECTOR_HPP
#define TERN_CLIENT_TCP_CONNECTOR_HPP

#include "tern/client/tcp_opening.hpp"
#include "tern/client/unique_handler.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/resolver_base.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::detail
{

/// How much an error says about what is wrong, the more the higher: "refused" by the address that answered is worth
/// more than "no route" of an address family that this machine does not have.
[[nodiscard]] inline int meaning_of_connect_error(const std::error_code& error) noexcept
{
    if (error == asio::error::connection_refused)
    {
        return 4;
    }
    if (error == asio::error::timed_out || error == asio::error::connection_reset)
    {
        return 3;
    }
    if (error == asio::error::network_unreachable || error == asio::error::host_unreachable)
    {
        return 1;
    }
    return error == asio::error::address_family_not_supported || !error ? 0 : 2;
}

/// The addresses with their families by turns, so that one family that is dead costs a single delay: RFC 8305 section
/// 4. The first one stays the first, and each family keeps its order. Throws std::bad_alloc.
[[nodiscard]] inline std::vector<asio::ip::tcp::endpoint>
interleave_families(const std::vector<asio::ip::tcp::endpoint>& addresses)
{
    std::vector<asio::ip::tcp::endpoint> families[2];
    for (const asio::ip::tcp::endpoint& each : addresses)
    {
        families[each.protocol() == addresses.front().protocol() ? 0 : 1].push_back(each);
    }
    std::vector<asio::ip::tcp::endpoint> result;
    for (std::size_t i = 0; i < families[0].size() || i < families[1].size(); ++i)
    {
        for (const auto& family : families)
        {
            if (i < family.size())
            {
                result.push_back(family[i]);
            }
        }
    }
    return result;
}

/// One opening. Shared by its pending operations; used on its executor only.
class tcp_connector final : public tcp_opening, public std::enable_shared_from_this<tcp_connector>
{
public:
    using endpoint_type = asio::ip::tcp::endpoint;

    /// RFC 8305 section 8 recommends this time before the next address is tried beside the one that is silent.
    static constexpr std::chrono::milliseconds attempt_delay{250};

    /// A name with more addresses than this is a mistake or an attack; the first ones are tried.
    static constexpr std::size_t maximum_addresses = 32;

    tcp_connector(const asio::any_io_executor& executor, socket_type& result, handler_type handler)
        : result_(&result), executor_(executor), timer_(executor), handler_(std::move(handler))
    {
    }

    /// Begins. The handler is called once, on the executor, with the socket open or an error.
    void start(const std::string& host, std::uint16_t port)
    {
        std::error_code error;
        const asio::ip::address literal = asio::ip::make_address(host, error);
        if (!error) // no resolver: Asio starts a thread for the first one
        {
            start(std::vector<endpoint_type>{{literal, port}});
            return;
        }
        arm(); // pending until the end, so that abort() needs nothing but to cancel it
        resolver_.emplace(executor_);
        resolver_->async_resolve(host, std::to_string(port), asio::ip::resolver_base::numeric_service,
                                 [self = shared_from_this()](std::error_code failure, const auto& found) {
                                     self->resolved(failure, found);
                                 });
    }

    /// The same with addresses that are known.
    void start(const std::vector<endpoint_type>& addresses)
    {
        arm();
        begin(addresses);
    }

    /// Ends it soon with operation_aborted, unless it has completed. A look-up that the system cannot interrupt goes on
    /// unseen.
    void abort() noexcept override
    {
        result_ = nullptr;
        if (!finished_)
        {
            finish(asio::error::operation_aborted);
        }
        outcome_ = asio::error::operation_aborted;
    }

private:
    template <class Results>
    void resolved(const std::error_code& error, const Results& found)
    {
        if (finished_)
        {
            return;
        }
        if (error)
        {
            finish(error);
            return;
        }
        std::vector<endpoint_type> addresses;
        for (const auto& entry : found)
        {
            addresses.push_back(entry.endpoint());
        }
        begin(addresses);
    }

    void begin(const std::vector<endpoint_type>& addresses)
    {
        addresses_ = interleave_families(addresses);
        addresses_.resize(std::min(addresses_.size(), maximum_addresses));
        attempts_.reserve(addresses_.size()); // sockets with operations under way do not move
        next();
    }

    // Tries the next address, if there is one and nothing is won or lost yet.
    void next()
    {
        while (attempts_.size() < addresses_.size())
        {
            const std::size_t index = attempts_.size();
            const endpoint_type address = addresses_[index];
            socket_type& socket = attempts_.emplace_back(executor_);
            std::error_code error;
            socket.open(address.protocol(), error);
            if (!error)
            {
                ++pending_;
                socket.async_connect(address, [self = shared_from_this(), index](std::error_code failure) {
                    self->connected(index, failure);
                });
                arm();
                return;
            }
            note(error);
        }
        if (pending_ == 0)
        {
            finish(failure_ ? failure_ : std::error_code(asio::error::host_not_found));
        }
        else
        {
            arm();
        }
    }

    void connected(std::size_t index, const std::error_code& error)
    {
        --pending_;
        if (finished_)
        {
            return;
        }
        if (error)
        {
            note(error);
            std::error_code ignored;
            attempts_[index].close(ignored);
            next();
            return;
        }
        *result_ = std::move(attempts_[index]);
        std::error_code ignored; // a connection that coalesces small packets is better than none
        result_->set_option(asio::ip::tcp::no_delay(true), ignored);
        finish({});
    }

    void arm()
    {
        if (attempts_.size() < addresses_.size())
        {
            timer_.expires_after(attempt_delay);
        }
        else
        {
            timer_.expires_at(asio::steady_timer::time_point::max());
        }
        timer_.async_wait([self = shared_from_this()](std::error_code error) {
            if (!self->finished_ && !error)
            {
                self->next();
            }
            if (self->finished_ && self->handler_)
            {
                self->handler_(self->outcome_);
            }
        });
    }

    void note(const std::error_code& error) noexcept
    {
        if (meaning_of_connect_error(error) > meaning_of_connect_error(failure_) || !failure_)
        {
            failure_ = error;
        }
    }

    // The timer's handler completes: always posted, and nothing here can fail.
    void finish(const std::error_code& outcome) noexcept
    {
        finished_ = true;
        outcome_ = outcome;
        std::error_code ignored;
        for (socket_type& attempt : attempts_)
        {
            attempt.close(ignored);
        }
        if (resolver_)
        {
            resolver_->cancel();
        }
        timer_.cancel();
    }

    socket_type* result_;
    asio::any_io_executor executor_;
    asio::steady_timer timer_;
    handler_type handler_;
    std::optional<asio::ip::tcp::resolver> resolver_{};
    std::vector<endpoint_type> addresses_{};
    std::vector<socket_type> attempts_{};
    std::size_t pending_ = 0;
    std::error_code failure_{};
    std::error_code outcome_{};
    bool finished_ = false;
};

} // namespace tern::detail

#endif
