// SPDX-License-Identifier: BSL-1.0
//
// The completion handler of a receive, wrapped so that the message counts as taken when it has run, wherever that is.
//
// Layer: client. Standard: none.
// It has the associated executor, allocator and cancellation slot of the handler it wraps.
#ifndef TERN_CLIENT_TAKING_HANDLER_HPP
#define TERN_CLIENT_TAKING_HANDLER_HPP

#include "tern/client/consumer.hpp"
#include "tern/client/message.hpp"
#include "tern/client/takings.hpp"

#include <asio/associator.hpp>

#include <memory>
#include <system_error>
#include <utility>

namespace tern::detail
{

template <class Handler>
class taking_handler
{
public:
    taking_handler(Handler handler, std::shared_ptr<consumer> source)
        : handler_(std::move(handler)), source_(std::move(source))
    {
    }

    [[nodiscard]] const Handler& inner() const noexcept { return handler_; }

    void operator()(std::error_code error, message received, taking on_taken)
    {
        struct taker
        {
            std::shared_ptr<consumer> source;
            taking which;
            ~taker()
            {
                if (which.needed())
                {
                    source->taken(which);
                }
            }
        } const after{std::move(source_), on_taken};
        std::move(handler_)(error, std::move(received));
    }

private:
    Handler handler_;
    std::shared_ptr<consumer> source_;
};

} // namespace tern::detail

template <template <class, class> class Associator, class Handler, class Default>
struct asio::associator<Associator, tern::detail::taking_handler<Handler>, Default> : Associator<Handler, Default>
{
    static typename Associator<Handler, Default>::type
    get(const tern::detail::taking_handler<Handler>& handler) noexcept
    {
        return Associator<Handler, Default>::get(handler.inner());
    }

    static auto get(const tern::detail::taking_handler<Handler>& handler, const Default& fallback) noexcept
        -> decltype(Associator<Handler, Default>::get(handler.inner(), fallback))
    {
        return Associator<Handler, Default>::get(handler.inner(), fallback);
    }
};

#endif
