// SPDX-License-Identifier: BSL-1.0
//
// The transport in memory, with a tap: who watches the wire hears of every connection and of everything that the client
// hands over, once, however small the pieces are in which it is written.
#ifndef TERN_TESTS_SIMULATION_TAPPED_TRANSPORT_HPP
#define TERN_TESTS_SIMULATION_TAPPED_TRANSPORT_HPP

#include "tern/testing/memory_transport.hpp"

#include <asio/buffer.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/query.hpp>

#include <functional>
#include <string_view>
#include <utility>

namespace simulation
{

/// Hears what a client's transports are handed.
class wire_tap final : public asio::execution_context::service
{
public:
    using key_type = wire_tap;
    static inline asio::execution_context::id id;

    explicit wire_tap(asio::execution_context& context) : asio::execution_context::service(context) {}

    std::function<void()> opened;
    std::function<void(std::string_view)> sent;

private:
    void shutdown() override {}
};

/// The transport in memory, with a tap.
class tapped_transport : public tern::testing::memory_transport
{
public:
    explicit tapped_transport(const executor_type& executor)
        : memory_transport(executor), tap_(asio::use_service<wire_tap>(asio::query(executor, asio::execution::context)))
    {
    }

    template <class Url, class Token>
    auto async_open(const Url& target, Token&& token)
    {
        memory_transport::async_open(target, std::forward<Token>(token));
        tap_.opened();
    }

    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        const auto* const data = static_cast<const char*>(buffer.data());
        // The rest of what was handed over before comes again, until all of it is written.
        const bool is_rest = data > last_ && data + buffer.size() == last_end_;
        last_ = data;
        last_end_ = data + buffer.size();
        if (!is_rest)
        {
            tap_.sent({data, buffer.size()});
        }
        return memory_transport::async_write_some(buffer, std::forward<Token>(token));
    }

private:
    wire_tap& tap_;
    const char* last_ = nullptr;
    const char* last_end_ = nullptr;
};

} // namespace simulation

#endif
