// SPDX-License-Identifier: BSL-1.0
//
// A subscription as an object: a bounded stream of its own messages, restored after a reconnect.
//
// Layer: client. Standard: v5 3.8 to 3.11, 4.6; v3.1.1 the same sections.
// It is a handle: the stream itself is in consumer.hpp and lives as long as the client or the handle needs it.
#ifndef TERN_CLIENT_SUBSCRIPTION_HPP
#define TERN_CLIENT_SUBSCRIPTION_HPP

#include "tern/client/consumer.hpp"
#include "tern/client/message.hpp"
#include "tern/client/stream_initiations.hpp"
#include "tern/client/subscription_handle.hpp"

#include <asio/async_result.hpp>
#include <asio/use_awaitable.hpp>

#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>

namespace tern
{

/// A stream of the messages of one subscribe call. Move-only. It may outlive the client.
///
/// Destroying it sends nothing and leaves the server's subscription: what is in the stream, and what still comes, goes
/// to another subscription that matches or to the client's catch-all. It may be destroyed, or assigned to, in any
/// thread. async_unsubscribe() ends it. Its other members belong to the client's executor, bar the async_ functions.
class [[nodiscard]] subscription : public detail::subscription_handle
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
            subscription_handle::operator=(std::move(other));
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
    /// refused to restore it; asio::error::operation_aborted after the client's end or async_disconnect, and if the
    /// handle is destroyed meanwhile; what made the client give up. Cancellation of every type, and no message is lost
    /// by it. What the handler throws leaves the executor's run(); the message counts as taken.
    template <asio::completion_token_for<void(std::error_code, message)> Token = asio::use_awaitable_t<>>
    auto async_receive(Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, message)>(detail::initiate_receive{consumer_}, token);
    }

    /// How many messages wait in the stream.
    [[nodiscard]] std::size_t buffered() const noexcept { return consumer_ != nullptr ? consumer_->buffered() : 0; }

private:
    friend class detail::client_core;

    explicit subscription(std::shared_ptr<detail::consumer> target) noexcept : subscription_handle(std::move(target)) {}

    void release() noexcept
    {
        if (consumer_ != nullptr)
        {
            consumer_->release_handle();
            consumer_.reset();
        }
    }
};

} // namespace tern

#endif
