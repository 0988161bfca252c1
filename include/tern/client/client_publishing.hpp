// SPDX-License-Identifier: BSL-1.0
//
// Publishing: from the call to the slot that waits for the session's word.
//
// Layer: client. Standard: v5 3.3, 4.3; v3.1.1 3.3, 4.3.
// The handshakes are the session's.
#ifndef TERN_CLIENT_CLIENT_PUBLISHING_HPP
#define TERN_CLIENT_CLIENT_PUBLISHING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/deadlines.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/topic/validation.hpp"

#include <asio/error.hpp>

#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#if TERN_BODIES

namespace tern::detail
{

TERN_INLINE void client_core::start_publish(publish_handler handler, std::string_view topic, byte_view payload,
                                       const publish_options& options, cancellation_ticket* ticket)
{
    std::error_code error;
    if (stopped_)
    {
        error = asio::error::operation_aborted;
    }
    else if (disconnect_handler_)
    {
        error = errc::disconnecting;
    }
    else if (const topic_error wrong = validate_topic_name(topic)) // v5 [MQTT-3.3.2-1] [MQTT-3.3.2-2], v3.1.1 the same
    {
        error = wrong.code();
    }
    if (error)
    {
        handler.post(executor(), error, publish_result{});
        return;
    }
    if (depth_ == 0 && !turn_scheduled_)
    {
        refresh_now();
    }
    session::operation number = 0;
    session::message_handle message;
    try
    {
        number = operations_.publishes.add(publish_operation{});
        const auto limit = options.time_limit == default_time_limit ? limits_.operation : options.time_limit;
        if (limit.count() > 0)
        {
            operations_.limit(number, deadline_after(now_, limit));
        }
        const session::publish_result accepted = engine_.publish(number, topic, payload, options, now_);
        error = accepted.error;
        message = accepted.handle;
    }
    catch (const std::bad_alloc&)
    {
        error = errc::out_of_memory;
    }
    if (error)
    {
        if (number != 0)
        {
            (void)operations_.take_publish(number);
            (void)engine_.cancel(message);
        }
        handler.post(executor(), error, publish_result{});
        return;
    }
    give_number(handler, ticket, number);
    publish_operation& added = *operations_.publishes.find(number);
    added.message = message;
    added.handler = std::move(handler);
    schedule_turn();
}

TERN_INLINE void client_core::handle(session::publish_completed& event)
{
    publish_operation done = operations_.take_publish(event.operation);
    if (done.handler)
    {
        std::error_code error = event.error || !is_failure(event.reason) ? event.error
                                                                         : make_error_code(event.reason);
        if (!event.properties.reason_string && event.properties.user_properties.refers_to_nothing())
        {
            done.handler(error, publish_result{event.reason}); // as nearly always
            return;
        }
        publish_result result =
            make_or_empty(error, [&] { return make_publish_result(event.reason, event.properties); });
        done.handler(error, std::move(result));
    }
}

/// Ends the wait for an operation; what that means to the server is the operation's matter.
TERN_INLINE void client_core::cancel(session::operation number, std::error_code reason)
{
    if (stopped_ || number == 0)
    {
        return;
    }
    if (number >> 32 == 0)
    {
        cancel_single(number, reason);
    }
    else if (!operation_tables::is_request(number))
    {
        publish_operation ended = operations_.take_publish(number);
        if (ended.handler)
        {
            (void)engine_.cancel(ended.message);
            ended.handler.post(executor(), reason, publish_result{});
        }
    }
    else
    {
        cancel_request(number, reason);
    }
    schedule_turn();
}

TERN_INLINE void client_core::cancel_single(session::operation number, std::error_code reason)
{
    if (number == connect_number_ && connect_handler_)
    {
        connect_handler handler = std::move(connect_handler_);
        drop_connection();
        rest(reason);
        handler.post(executor(), reason, connect_result{});
    }
    else if (number == disconnect_number_ && disconnect_handler_)
    {
        plain_handler handler = std::move(disconnect_handler_);
        finish_disconnect(reason);
        handler.post(executor(), reason);
    }
    else if (number == re_authenticate_number_ && re_authenticate_handler_)
    {
        std::exchange(re_authenticate_handler_, {}).post(executor(), reason);
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
