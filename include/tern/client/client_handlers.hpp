// SPDX-License-Identifier: BSL-1.0
//
// The functions that the application gives to a client: for events, messages, attempts to connect and authentication.
//
// Layer: client. Standard: none.
// These are templates over the application's types, so they stay in the header when the other bodies of the client are
// compiled once (linkage.hpp).
#ifndef TERN_CLIENT_CLIENT_HANDLERS_HPP
#define TERN_CLIENT_CLIENT_HANDLERS_HPP

#include "tern/client/authentication.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/client_event.hpp"
#include "tern/client/connect_attempt.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/handler_registration.hpp"
#include "tern/client/sources.hpp"
#include "tern/message.hpp"
#include "tern/options.hpp"

#include <memory>
#include <utility>

namespace tern::detail
{

template <class Handler>
void client_core::set_event_handler(Handler handler)
{
    struct sink final : event_sink
    {
        explicit sink(Handler given) : handler(std::move(given)) {}
        void call(const client_event& event) override { handler(event); }
        Handler handler;
    };
    event_handler_ = std::make_shared<sink>(std::move(handler));
}

template <class Handler>
void client_core::set_unmatched_handler(Handler handler)
{
    unmatched_handler_ = std::make_shared<typed_message_sink<Handler>>(std::move(handler));
}

template <class Authenticator>
void client_core::set_authenticator(Authenticator authenticator)
{
    struct sink final : authenticator_sink
    {
        explicit sink(Authenticator given) : authenticator(std::move(given)) {}
        void call(const authentication_step& step, authentication_answer answer) override
        {
            authenticator(step, std::move(answer));
        }
        Authenticator authenticator;
    };
    authenticator_ = std::make_shared<sink>(std::move(authenticator));
}

template <class Handler>
void client_core::set_attempt_handler(Handler handler)
{
    struct sink final : attempt_sink
    {
        explicit sink(Handler given) : handler(std::move(given)) {}
        void call(const connect_attempt& attempt, attempt_answer answer) override
        {
            handler(attempt, std::move(answer));
        }
        Handler handler;
    };
    attempt_handler_ = std::make_shared<sink>(std::move(handler));
}

template <class Handler>
message_handler_registration client_core::add_message_handler(const filter_source& filters, Handler handler,
                                                              const subscribe_options& options)
{
    std::shared_ptr<consumer> target = make_consumer(filters, options);
    target->sink = std::make_unique<typed_message_sink<Handler>>(std::move(handler));
    return message_handler_registration(open(target, filters, options));
}

} // namespace tern::detail

#endif
