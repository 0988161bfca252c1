// SPDX-License-Identifier: BSL-1.0
//
// What the handles of a stream and of a registered handler have in common: the server's answer, and the end.
//
// Layer: client. Standard: v5 3.8 to 3.11, v3.1.1 the same sections.
// It is a base only: subscription.hpp and handler_registration.hpp say what destroying a handle means.
#ifndef TERN_CLIENT_SUBSCRIPTION_HANDLE_HPP
#define TERN_CLIENT_SUBSCRIPTION_HANDLE_HPP

#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/results.hpp"
#include "tern/client/stream_initiations.hpp"
#include "tern/options.hpp"

#include <asio/async_result.hpp>
#include <asio/use_awaitable.hpp>

#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

namespace tern::detail
{

class subscription_handle
{
public:
    /// Waits until the server has answered the subscription; completes with that answer, also if it came before.
    ///
    /// Errors: what was wrong with the call that made it; the server's reason code, if it refused all filters;
    /// errc::subscription_ended if the subscription is ended before the answer comes; timed_out after the time limit of
    /// the options with which it was made, or client_limits::operation, counted from here: the subscription goes on;
    /// asio::error::operation_aborted at the client's end and after async_disconnect; what made the client give up.
    /// Cancellation (any type) ends the wait and nothing else.
    template <asio::completion_token_for<void(std::error_code, subscribe_result)> Token = asio::use_awaitable_t<>>
    auto async_ready(Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, subscribe_result)>(initiate_ready{consumer_}, token);
    }

    /// Ends the subscription, at once: no more messages arrive. A handler is not called any more and is destroyed; what
    /// is in a stream can still be taken. Filters that another subscription of this client has too stay with the
    /// server; the others are unsubscribed from, when there is a connection. `options` are copied.
    ///
    /// Completes at UNSUBACK, or soon if there is nothing to send. Errors: errc::subscription_ended if it has ended
    /// already; errc::queue_full, disconnecting, exceeds_server_maximum_packet_size and out_of_memory, with which it
    /// has not ended; the server's reason code, if it refused all filters; timed_out; asio::error::operation_aborted at
    /// the client's end and after async_disconnect; what made the client give up. With these it has ended all the same.
    /// Cancellation (any type) ends the wait and does not undo it.
    template <asio::completion_token_for<void(std::error_code, unsubscribe_result)> Token = asio::use_awaitable_t<>>
    auto async_unsubscribe(const unsubscribe_options& options = {}, Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, unsubscribe_result)>(initiate_end{consumer_}, token,
                                                                                      options);
    }

    template <asio::completion_token_for<void(std::error_code, unsubscribe_result)> Token>
        requires is_not<Token, unsubscribe_options>
    auto async_unsubscribe(Token&& token)
    {
        return async_unsubscribe(unsubscribe_options{}, std::forward<Token>(token));
    }

    /// What the server answered; empty before.
    [[nodiscard]] const subscribe_result& result() const noexcept
    {
        static const subscribe_result none{};
        return consumer_ != nullptr ? consumer_->result() : none;
    }

    /// The Subscription Identifier that its messages carry; 0 where the server or the options know none.
    [[nodiscard]] std::uint32_t identifier() const noexcept
    {
        return consumer_ != nullptr ? consumer_->identifier() : 0;
    }

protected:
    subscription_handle() noexcept = default;
    explicit subscription_handle(std::shared_ptr<consumer> target) noexcept : consumer_(std::move(target)) {}
    subscription_handle(const subscription_handle&) = default;
    subscription_handle(subscription_handle&&) noexcept = default;
    subscription_handle& operator=(const subscription_handle&) = default;
    subscription_handle& operator=(subscription_handle&&) noexcept = default;
    ~subscription_handle() = default;

    std::shared_ptr<consumer> consumer_{};
};

} // namespace tern::detail

#endif
