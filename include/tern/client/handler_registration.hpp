// SPDX-License-Identifier: BSL-1.0
//
// What on_message() returns: the way to learn how the server answered, and to end the subscription.
//
// Layer: client. Standard: v5 3.8 to 3.11, v3.1.1 the same sections.
// It does not keep the handler alive or call it: the client does, until it is unsubscribed.
#ifndef TERN_CLIENT_HANDLER_REGISTRATION_HPP
#define TERN_CLIENT_HANDLER_REGISTRATION_HPP

#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/results.hpp"
#include "tern/client/stream_initiations.hpp"
#include "tern/options.hpp"

#include <asio/async_result.hpp>
#include <asio/use_awaitable.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace tern
{

/// A handle of a handler that was registered by on_message(). Destroying it changes nothing. It may outlive the client.
class message_handler_registration
{
public:
    message_handler_registration() noexcept = default;

    /// Waits until the server has answered the subscription; completes with that answer, also if it came before.
    template <asio::completion_token_for<void(std::error_code, subscribe_result)> Token = asio::use_awaitable_t<>>
    auto async_ready(Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, subscribe_result)>(detail::initiate_ready{consumer_},
                                                                                    token);
    }

    /// Ends the subscription: the handler is not called any more. Filters that another subscription of this client has
    /// too stay with the server. Completes at UNSUBACK. Cancellation does not undo it.
    template <asio::completion_token_for<void(std::error_code, unsubscribe_result)> Token = asio::use_awaitable_t<>>
    auto async_unsubscribe(const unsubscribe_options& options = {}, Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, unsubscribe_result)>(
            detail::initiate_end{consumer_}, token, options);
    }

    template <asio::completion_token_for<void(std::error_code, unsubscribe_result)> Token>
        requires detail::is_not<Token, unsubscribe_options>
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

private:
    friend class detail::client_core;

    explicit message_handler_registration(std::shared_ptr<detail::consumer> consumer) noexcept
        : consumer_(std::move(consumer))
    {
    }

    std::shared_ptr<detail::consumer> consumer_;
};

} // namespace tern

#endif
