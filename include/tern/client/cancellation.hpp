// SPDX-License-Identifier: BSL-1.0
//
// What the client puts into a handler's cancellation slot, and how a cancellation finds its operation from any thread.
//
// Layer: client. Standard: none.
// An operation that was initiated elsewhere than on the client's executor has its slot filled there, before it has a
// number: a ticket that both sides hold is told the number later, or is told that it is cancelled before. Only the
// client's executor looks into it.
#ifndef TERN_CLIENT_CANCELLATION_HPP
#define TERN_CLIENT_CANCELLATION_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/operations.hpp"
#include "tern/session/types.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace tern::detail
{

/// Runs `cancel(core)` on the executor of the client, here and now if the caller is there. From any thread.
template <class Cancel>
void cancel_on_executor(const std::shared_ptr<client_core>& core, Cancel cancel)
{
    if (core->runs_here())
    {
        cancel(*core);
        return;
    }
    (void)core->entrance().post(
        [core, cancel = std::move(cancel)]() mutable { core->in_turn([&] { cancel(*core); }); });
}

/// The number of the operation that is to be cancelled; 0 if it has not begun, which it is not to then.
[[nodiscard]] inline session::operation number_to_cancel(cancellation_ticket* ticket,
                                                         session::operation number) noexcept
{
    if (ticket == nullptr)
    {
        return number;
    }
    ticket->cancelled = ticket->number == 0;
    return ticket->number;
}

/// Cancels the operation that a ticket, or a number, stands for. Every type of cancellation counts.
class operation_canceller
{
public:
    operation_canceller(std::weak_ptr<client_core> core, session::operation number) noexcept
        : core_(std::move(core)), number_(number)
    {
    }

    operation_canceller(std::weak_ptr<client_core> core, std::shared_ptr<cancellation_ticket> ticket) noexcept
        : core_(std::move(core)), ticket_(std::move(ticket))
    {
    }

    void operator()(asio::cancellation_type_t type) const
    {
        const std::shared_ptr<client_core> core = core_.lock();
        if (core == nullptr || type == asio::cancellation_type::none)
        {
            return;
        }
        cancel_on_executor(core, [number = number_, ticket = ticket_](client_core& here) {
            here.cancel(number_to_cancel(ticket.get(), number), asio::error::operation_aborted);
        });
    }

private:
    std::weak_ptr<client_core> core_;
    std::shared_ptr<cancellation_ticket> ticket_;
    session::operation number_ = 0;
};

/// Cancels a receive, which is kept by its subscription.
class receive_canceller
{
public:
    receive_canceller(std::weak_ptr<consumer> target, std::shared_ptr<cancellation_ticket> ticket) noexcept
        : target_(std::move(target)), ticket_(std::move(ticket))
    {
    }

    receive_canceller(std::weak_ptr<consumer> target, std::uint64_t number) noexcept
        : target_(std::move(target)), number_(number)
    {
    }

    void operator()(asio::cancellation_type_t type) const
    {
        const std::shared_ptr<consumer> target = target_.lock();
        const std::shared_ptr<client_core> core = target != nullptr ? target->client() : nullptr;
        if (core == nullptr || type == asio::cancellation_type::none)
        {
            return;
        }
        cancel_on_executor(core, [target, number = number_, ticket = ticket_](client_core& here) {
            here.cancel_receive(*target, number_to_cancel(ticket.get(), number));
        });
    }

private:
    std::weak_ptr<consumer> target_;
    std::shared_ptr<cancellation_ticket> ticket_;
    std::uint64_t number_ = 0;
};

/// Makes the operation cancellable under its number: through the slot, or the ticket that is in the slot already.
template <class Handler>
void client_core::give_number(Handler& handler, cancellation_ticket* ticket, session::operation number)
{
    if (ticket != nullptr)
    {
        ticket->number = number;
    }
    else if (auto slot = handler.cancellation_slot(); slot.is_connected())
    {
        slot.template emplace<operation_canceller>(weak_from_this(), number);
    }
}

} // namespace tern::detail

#endif
