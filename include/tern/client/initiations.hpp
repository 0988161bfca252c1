// SPDX-License-Identifier: BSL-1.0
//
// How the client's asynchronous functions begin, once their token has become a handler: at once on the client's
// executor; from anywhere else with copies of their arguments, by post.
//
// Layer: client. Standard: none.
#ifndef TERN_CLIENT_INITIATIONS_HPP
#define TERN_CLIENT_INITIATIONS_HPP

#include "tern/byte_view.hpp"
#include "tern/client/broker_list.hpp"
#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/operations.hpp"
#include "tern/client/sources.hpp"
#include "tern/client/stored_options.hpp"
#include "tern/client/subscription.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/options.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::detail
{

struct core_initiation
{
    std::shared_ptr<client_core> core;

    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return core->executor(); }

protected:
    /// The handler on the client's executor, where it may use the client's memory.
    template <class Erased, class Handler>
    [[nodiscard]] Erased erase_here(Handler&& handler) const
    {
        return Erased(std::forward<Handler>(handler), core->executor(), &core->memory());
    }

    /// Runs `start(core, handler, ticket)` on the executor; from another thread.
    template <class Erased, class Handler, class Start>
    void start_elsewhere(Handler&& handler, Start start) const
    {
        struct errand
        {
            std::shared_ptr<client_core> core;
            Erased handler;
            std::shared_ptr<cancellation_ticket> ticket;
            Start start;

            void operator()()
            {
                core->in_turn([this] {
                    if (ticket != nullptr && ticket->cancelled)
                    {
                        start.refuse(core->executor(), std::move(handler));
                        return;
                    }
                    start(*core, std::move(handler), ticket.get());
                });
            }
        };
        errand made{core, Erased(std::forward<Handler>(handler), core->executor()), nullptr, std::move(start)};
        if (auto slot = made.handler.cancellation_slot(); slot.is_connected())
        {
            made.ticket = std::make_shared<cancellation_ticket>();
            slot.template emplace<operation_canceller>(std::weak_ptr<client_core>(core), made.ticket);
        }
        if (!core->entrance().post(std::move(made)))
        {
            made.start.refuse(core->executor(), std::move(made.handler));
        }
    }
};

/// Completes a handler of an operation whose client is gone, or that was cancelled before it began.
template <class... Results>
struct refusal
{
    template <class Erased>
    static void refuse(const asio::any_io_executor& executor, Erased handler)
    {
        handler.post(executor, asio::error::operation_aborted, Results{}...);
    }
};

struct initiate_connect : core_initiation
{
    struct errand : refusal<connect_result>
    {
        option_arena arena;
        std::vector<std::string_view> urls;
        connect_options options;

        void operator()(client_core& core, connect_handler handler, cancellation_ticket* ticket)
        {
            const broker_list list{std::span<const std::string_view>(urls)};
            core.start_connect(std::move(handler), url_source(list), options, ticket);
        }
    };

    template <class Handler>
    void operator()(Handler&& handler, const url_source& urls, const connect_options& options) const
    {
        if (core->runs_here())
        {
            core->start_connect(erase_here<connect_handler>(std::forward<Handler>(handler)), urls, options, nullptr);
            return;
        }
        errand made;
        urls.for_each([&](std::string_view url) { made.urls.push_back(made.arena.keep(url)); });
        made.options = made.arena.keep(options);
        start_elsewhere<connect_handler>(std::forward<Handler>(handler), std::move(made));
    }
};

struct initiate_disconnect : core_initiation
{
    struct errand : refusal<>
    {
        option_arena arena;
        disconnect_options options;

        void operator()(client_core& core, plain_handler handler, cancellation_ticket* ticket)
        {
            core.start_disconnect(std::move(handler), options, ticket);
        }
    };

    template <class Handler>
    void operator()(Handler&& handler, const disconnect_options& options) const
    {
        if (core->runs_here())
        {
            core->start_disconnect(erase_here<plain_handler>(std::forward<Handler>(handler)), options, nullptr);
            return;
        }
        errand made;
        made.options = made.arena.keep(options);
        start_elsewhere<plain_handler>(std::forward<Handler>(handler), std::move(made));
    }
};

struct initiate_re_authenticate : core_initiation
{
    struct errand : refusal<>
    {
        re_authenticate_options options;

        void operator()(client_core& core, plain_handler handler, cancellation_ticket* ticket)
        {
            core.start_re_authenticate(std::move(handler), options, ticket);
        }
    };

    template <class Handler>
    void operator()(Handler&& handler, const re_authenticate_options& options) const
    {
        if (core->runs_here())
        {
            core->start_re_authenticate(erase_here<plain_handler>(std::forward<Handler>(handler)), options, nullptr);
            return;
        }
        errand made;
        made.options = options;
        start_elsewhere<plain_handler>(std::forward<Handler>(handler), std::move(made));
    }
};

struct initiate_publish : core_initiation
{
    struct errand : refusal<publish_result>
    {
        option_arena arena;
        std::string_view topic;
        byte_view payload;
        publish_options options;

        void operator()(client_core& core, publish_handler handler, cancellation_ticket* ticket)
        {
            core.start_publish(std::move(handler), topic, payload, options, ticket);
        }
    };

    template <class Handler>
    void operator()(Handler&& handler, std::string_view topic, byte_view payload, const publish_options& options) const
    {
        if (core->runs_here())
        {
            core->start_publish(erase_here<publish_handler>(std::forward<Handler>(handler)), topic, payload, options,
                                nullptr);
            return;
        }
        errand made;
        made.topic = made.arena.keep(topic);
        made.payload = made.arena.keep(payload);
        made.options = made.arena.keep(options);
        start_elsewhere<publish_handler>(std::forward<Handler>(handler), std::move(made));
    }
};

struct initiate_subscribe : core_initiation
{
    struct errand : refusal<subscription>
    {
        option_arena arena;
        filter_source filters{std::string_view()};
        subscribe_options options;

        void operator()(client_core& core, subscribe_handler handler, cancellation_ticket* ticket)
        {
            core.start_subscribe(std::move(handler), filters, options, ticket);
        }
    };

    template <class Handler>
    void operator()(Handler&& handler, const filter_source& filters, const subscribe_options& options) const
    {
        if (core->runs_here())
        {
            core->start_subscribe(erase_here<subscribe_handler>(std::forward<Handler>(handler)), filters, options,
                                  nullptr);
            return;
        }
        errand made;
        made.filters = filters.single() ? filter_source(made.arena.keep(filters.filter()))
                                        : filter_source(made.arena.keep(filters.list()));
        made.options = made.arena.keep(options);
        start_elsewhere<subscribe_handler>(std::forward<Handler>(handler), std::move(made));
    }
};

struct initiate_unsubscribe : core_initiation
{
    struct errand : refusal<unsubscribe_result>
    {
        option_arena arena;
        std::string_view filter;
        unsubscribe_options options;

        void operator()(client_core& core, unsubscribe_handler handler, cancellation_ticket* ticket)
        {
            core.start_unsubscribe(std::move(handler), filter, options, ticket);
        }
    };

    template <class Handler>
    void operator()(Handler&& handler, std::string_view filter, const unsubscribe_options& options) const
    {
        if (core->runs_here())
        {
            core->start_unsubscribe(erase_here<unsubscribe_handler>(std::forward<Handler>(handler)), filter, options,
                                    nullptr);
            return;
        }
        errand made;
        made.filter = made.arena.keep(filter);
        made.options = made.arena.keep(options);
        start_elsewhere<unsubscribe_handler>(std::forward<Handler>(handler), std::move(made));
    }
};

} // namespace tern::detail

#endif
