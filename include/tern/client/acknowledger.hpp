// SPDX-License-Identifier: BSL-1.0
//
// How a message that was handed out finds its way back to the client that has to acknowledge it.
//
// Layer: client, without Asio. Standard: v5 4.3, 4.6; v3.1.1 the same: when, and in which order, is the session's
// matter. Nothing here keeps a client alive: what is acknowledged after its end is forgotten, and the server sends the
// message again to whoever resumes the session.
#ifndef TERN_CLIENT_ACKNOWLEDGER_HPP
#define TERN_CLIENT_ACKNOWLEDGER_HPP

#include "tern/reason_code.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace tern
{

/// Which received message is meant: a slot and its generation. Generation 0: there is nothing to acknowledge.
struct acknowledgement_token
{
    std::uint32_t index = 0;
    std::uint32_t generation = 0;

    [[nodiscard]] constexpr bool needed() const noexcept { return generation != 0; }

    friend constexpr bool operator==(const acknowledgement_token&, const acknowledgement_token&) = default;
};

/// What the client implements.
class acknowledgement_target
{
public:
    acknowledgement_target() = default;
    acknowledgement_target(const acknowledgement_target&) = delete;
    acknowledgement_target& operator=(const acknowledgement_target&) = delete;

    /// From any thread. A token that is not known, or not known any more, is ignored.
    virtual void acknowledge(acknowledgement_token token, reason_code reason) = 0;

protected:
    ~acknowledgement_target() = default;
};

/// Acknowledges one message by hand, later and from any thread. Copies mean the same message.
class acknowledger
{
public:
    acknowledger() noexcept = default;

    acknowledger(std::weak_ptr<acknowledgement_target> target, acknowledgement_token token) noexcept
        : target_(std::move(target)), token_(token)
    {
    }

    /// True if there is something to acknowledge: not at QoS 0.
    [[nodiscard]] explicit operator bool() const noexcept { return token_.needed(); }

    /// The message was dealt with; a failing reason code says that it was not (5.0; 3.1.1 knows only success). Once is
    /// enough, more often has no effect, and so it is after a reconnect that made it void and after the client's end.
    void operator()(reason_code reason = reason_code::success) const
    {
        if (token_.needed())
        {
            if (const auto target = target_.lock(); target != nullptr)
            {
                target->acknowledge(token_, reason);
            }
        }
    }

private:
    std::weak_ptr<acknowledgement_target> target_{};
    acknowledgement_token token_{};
};

} // namespace tern

#endif
