// SPDX-License-Identifier: BSL-1.0
//
// A subscription as an object: a bounded stream of its own messages, restored after a reconnect.
//
// Layer: client. Standard: v5 3.8 to 3.11, 4.6; v3.1.1 the same sections.
// It is a handle: the stream itself is in consumer.hpp and lives as long as the client or the handle needs it.
#ifndef TERN_CLIENT_SUBSCRIPTION_HPP
#define TERN_CLIENT_SUBSCRIPTION_HPP

#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/message.hpp"
#include "tern/client/results.hpp"
#include "tern/client/stream_initiations.hpp"
#include "tern/options.hpp"

#include <asio/async_result.hpp>
#include <asio/use_awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace tern
{

/// A stream of the messages of one subscribe call. Move-only. It may outlive the client.
///
/// Destroying it sends nothing and leaves the server's subscription: its messages go to the client's catch-all.
/// async_unsubscribe() ends it. Its members belong to the client's executor, bar the async_ functions.
class [[nodiscard]] subscription
{
public:
    /// No subscription: every operation fails with errc::subscription_ended.
    subscription() noexcept = default;

    subscription(subscription&&) noexcept = default;
    subscription& operator=(subscription&& other) noexcept
    {
        if (this != &other)
        {
            release();
            consumer_ = std::move(other.consumer_);
        }
        return *this;
    }
    subscription(const subscription&) = delete;
    subscription& operator=(const subscription&) = delete;
    ~subscription() { release(); }

    /// True if it is a subscription at all; it may have ended.
    [[nodiscard]] explicit operator bool() const noexcept { return consumer_ != nullptr; }

    /// The next message. It counts as taken, and is acknowledged unless `.ack = manual` was asked for, when the
    /// completion handler has run. One receive at a time: a second one fails with errc::receive_in_progress.
    ///
    /// Errors: errc::subscription_ended when it has ended and nothing is left, or the reason code with which a server
    /// refused to restore it; asio::error::operation_aborted after the client's end or async_disconnect; what made the
    /// client give up. Cancellation of every type, and no message is lost by it.
    template <asio::completion_token_for<void(std::error_code, message)> Token = asio::use_awaitable_t<>>
    auto async_receive(Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, message)>(detail::initiate_receive{consumer_}, token);
    }

    /// Waits until the server has answered the subscription; completes with that answer, also if it came before.
    template <asio::completion_token_for<void(std::error_code, subscribe_result)> Token = asio::use_awaitable_t<>>
    auto async_ready(Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, subscribe_result)>(detail::initiate_ready{consumer_},
                                                                                    token);
    }

    /// Ends the subscription: no more messages arrive, those in the stream can still be taken. Filters that another
    /// subscription of this client has too stay with the server. Completes at UNSUBACK. Cancellation does not undo it.
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

    /// How many messages wait in the stream.
    [[nodiscard]] std::size_t buffered() const noexcept { return consumer_ != nullptr ? consumer_->buffered() : 0; }

private:
    friend class detail::client_core;

    explicit subscription(std::shared_ptr<detail::consumer> consumer) noexcept : consumer_(std::move(consumer)) {}

    void release() noexcept
    {
        if (consumer_ != nullptr)
        {
            consumer_->release_handle();
            consumer_.reset();
        }
    }

    std::shared_ptr<detail::consumer> consumer_;
};

} // namespace tern

#endif
