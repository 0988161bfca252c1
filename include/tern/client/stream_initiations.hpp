// SPDX-License-Identifier: BSL-1.0
//
// How the asynchronous functions of a subscription and of a handler's registration begin, once their token has become
// a handler.
//
// Layer: client. Standard: none.
// They find their client through the subscription, and work on after the client's end as far as that makes sense.
#ifndef TERN_CLIENT_STREAM_INITIATIONS_HPP
#define TERN_CLIENT_STREAM_INITIATIONS_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/operations.hpp"
#include "tern/client/stored_options.hpp"
#include "tern/client/taking_handler.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/error.hpp"
#include "tern/options.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/associated_executor.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>

#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>

namespace tern::detail
{

/// Completes a handler that no client is there for, by post. What is in the stream can still be taken.
template <class... Results, class Erased>
void complete_without_client(const std::shared_ptr<consumer>& target, Erased erased)
{
    const asio::any_io_executor executor = target->executor();
    if constexpr (std::is_same_v<Erased, receive_handler>)
    {
        asio::post(executor, [target, erased = std::move(erased)]() mutable {
            queued_message next = target->queue.empty() ? queued_message() : target->queue.pop();
            const std::error_code error = next.content ? std::error_code() : asio::error::operation_aborted;
            erased(error, std::move(next.content), taking{});
        });
    }
    else
    {
        erased.post(executor, asio::error::operation_aborted, Results{}...);
    }
}

/// `Results` is what the handler gets after the error when nothing was done.
template <class Erased, class... Results>
struct stream_initiation
{
    std::shared_ptr<consumer> target;

protected:
    /// Runs `start(core, target, handler, ticket)` on the executor of the client. `keep` makes what it needs elsewhere.
    template <class Canceller, class Handler, class Start>
    void begin(Handler&& handler, Start start) const
    {
        if (target == nullptr)
        {
            // No client's executor to go over: straight to the handler's own.
            using handler_type = std::decay_t<Handler>;
            handler_type local(std::forward<Handler>(handler));
            const auto own = asio::get_associated_executor(local);
            asio::post(own, bound_completion<handler_type, std::error_code, Results...>(
                                std::move(local), make_error_code(errc::subscription_ended), Results{}...));
            return;
        }
        const std::shared_ptr<client_core> core = target->client();
        if (core == nullptr)
        {
            complete_without_client<Results...>(target, Erased(std::forward<Handler>(handler), target->executor()));
            return;
        }
        if (core->runs_here())
        {
            start(*core, target, Erased(std::forward<Handler>(handler), core->executor(), &core->memory()), nullptr);
            return;
        }
        struct errand
        {
            std::shared_ptr<client_core> core;
            std::shared_ptr<consumer> target;
            Erased handler;
            std::shared_ptr<cancellation_ticket> ticket;
            Start start;

            void operator()()
            {
                core->in_turn([this] {
                    if (ticket != nullptr && ticket->cancelled)
                    {
                        handler.post(core->executor(), asio::error::operation_aborted, Results{}...);
                        return;
                    }
                    start(*core, target, std::move(handler), ticket.get());
                });
            }
        };
        start.keep();
        errand made{core, target, Erased(std::forward<Handler>(handler), core->executor()), nullptr, std::move(start)};
        if (auto slot = made.handler.cancellation_slot(); slot.is_connected())
        {
            made.ticket = std::make_shared<cancellation_ticket>();
            if constexpr (std::is_same_v<Canceller, receive_canceller>)
            {
                slot.template emplace<Canceller>(std::weak_ptr<consumer>(target), made.ticket);
            }
            else
            {
                slot.template emplace<Canceller>(std::weak_ptr<client_core>(core), made.ticket);
            }
        }
        if (!core->entrance().post(std::move(made)))
        {
            complete_without_client<Results...>(target, std::move(made.handler));
        }
    }
};

struct initiate_receive : stream_initiation<receive_handler, message, taking>
{
    template <class Handler>
    void operator()(Handler&& handler) const
    {
        struct errand
        {
            void keep() {}
            void operator()(client_core& core, const std::shared_ptr<consumer>& target, receive_handler erased,
                            cancellation_ticket* ticket)
            {
                core.start_receive(std::move(erased), target, ticket);
            }
        };
        begin<receive_canceller>(taking_handler<std::decay_t<Handler>>(std::forward<Handler>(handler), target),
                                 errand{});
    }
};

struct initiate_ready : stream_initiation<ready_handler, subscribe_result>
{
    template <class Handler>
    void operator()(Handler&& handler) const
    {
        struct errand
        {
            void keep() {}
            void operator()(client_core& core, const std::shared_ptr<consumer>& target, ready_handler erased,
                            cancellation_ticket* ticket)
            {
                core.start_ready(std::move(erased), target, ticket);
            }
        };
        begin<operation_canceller>(std::forward<Handler>(handler), errand{});
    }
};

struct initiate_end : stream_initiation<unsubscribe_handler, unsubscribe_result>
{
    template <class Handler>
    void operator()(Handler&& handler, const unsubscribe_options& options) const
    {
        struct errand
        {
            unsubscribe_options options;
            option_arena arena{};

            void keep() { options = arena.keep(options); }
            void operator()(client_core& core, const std::shared_ptr<consumer>& target, unsubscribe_handler erased,
                            cancellation_ticket* ticket)
            {
                core.start_end(std::move(erased), target, options, ticket);
            }
        };
        begin<operation_canceller>(std::forward<Handler>(handler), errand{options});
    }
};

inline void consumer::taken(taking which) noexcept
{
    if (const std::shared_ptr<client_core> core = client(); core != nullptr && which.needed())
    {
        core->acknowledge(which, reason_code::success);
    }
}

inline void consumer::release_handle() noexcept
{
    if (const std::shared_ptr<client_core> core = client(); core != nullptr)
    {
        core->release(shared_from_this());
    }
}

} // namespace tern::detail

#endif
