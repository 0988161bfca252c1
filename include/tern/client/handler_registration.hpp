// SPDX-License-Identifier: BSL-1.0
//
// What on_message() returns: the way to learn how the server answered, and to end the subscription.
//
// Layer: client. Standard: v5 3.8 to 3.11, v3.1.1 the same sections.
// It does not keep the handler alive or call it: the client does, until it is unsubscribed.
#ifndef TERN_CLIENT_HANDLER_REGISTRATION_HPP
#define TERN_CLIENT_HANDLER_REGISTRATION_HPP

#include "tern/client/consumer.hpp"
#include "tern/client/subscription_handle.hpp"

#include <memory>
#include <utility>

namespace tern
{

/// A handle of a handler that was registered by on_message(). Destroying it changes nothing, in any thread. It may
/// outlive the client, and be owned by its handler. Copies mean the same subscription.
class message_handler_registration : public detail::subscription_handle
{
public:
    /// Of no subscription: every operation fails with errc::subscription_ended.
    message_handler_registration() noexcept = default;

private:
    friend class detail::client_core;

    explicit message_handler_registration(std::shared_ptr<detail::consumer> target) noexcept
        : subscription_handle(std::move(target))
    {
    }
};

} // namespace tern

#endif
