// SPDX-License-Identifier: BSL-1.0
//
// One subscription as the client keeps it: its filters, how the server answered, and where its messages go: a handler
// that is called in place, or a stream with at most one receive that waits.
//
// Layer: client. Standard: v5 3.8 to 3.11, 4.6; v3.1.1 the same.
// It is owned by the client and by the handles of the application, whichever live longer. It decides nothing: the
// client core does, in client_subscribing.hpp and client_receiving.hpp.
#ifndef TERN_CLIENT_CONSUMER_HPP
#define TERN_CLIENT_CONSUMER_HPP

#include "tern/client/acknowledger.hpp"
#include "tern/client/message.hpp"
#include "tern/client/results.hpp"
#include "tern/client/stream_queue.hpp"
#include "tern/client/takings.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/message.hpp"
#include "tern/options.hpp"
#include "tern/session/types.hpp"

#include <asio/any_io_executor.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::detail
{

class client_core;

/// The handlers of async_receive, wrapped in a taking_handler, which is told what to acknowledge afterwards.
using receive_handler = unique_handler<void(std::error_code, message, taking)>;

/// A message in a stream, and what is acknowledged when it is taken, or by hand.
struct queued_message
{
    message content{};
    taking which{};
    std::size_t size = 0; ///< of its memory, which counts against client_limits::maximum_received_bytes
    bool at_most_once = false;
};

/// What on_message() accepts.
template <class Handler>
concept message_handler = std::move_constructible<Handler> &&
    (std::invocable<Handler&, const message_view&> || std::invocable<Handler&, const message_view&, acknowledger>);

/// A handler of on_message(), whatever its type.
class message_sink
{
public:
    message_sink() = default;
    message_sink(const message_sink&) = delete;
    message_sink& operator=(const message_sink&) = delete;
    virtual ~message_sink() = default;

    virtual void call(const message_view& view, const acknowledger& acknowledge) = 0;

    /// False if it takes the view only: then making an acknowledger can be saved.
    [[nodiscard]] virtual bool wants_acknowledger() const noexcept = 0;
};

template <class Handler>
class typed_message_sink final : public message_sink
{
public:
    explicit typed_message_sink(Handler handler) : handler_(std::move(handler)) {}

    void call(const message_view& view, [[maybe_unused]] const acknowledger& acknowledge) override
    {
        if constexpr (std::invocable<Handler&, const message_view&, acknowledger>)
        {
            handler_(view, acknowledge);
        }
        else
        {
            handler_(view);
        }
    }

    [[nodiscard]] bool wants_acknowledger() const noexcept override
    {
        return std::invocable<Handler&, const message_view&, acknowledger>;
    }

private:
    Handler handler_;
};

class consumer : public std::enable_shared_from_this<consumer>
{
public:
    enum class phase : std::uint8_t
    {
        requested, ///< SUBSCRIBE is not answered
        active,
        ended,
    };

    consumer(std::weak_ptr<client_core> client, const asio::any_io_executor& executor)
        : client_(std::move(client)), executor_(executor)
    {
    }

    consumer(const consumer&) = delete;
    consumer& operator=(const consumer&) = delete;
    ~consumer() = default;

    [[nodiscard]] std::shared_ptr<client_core> client() const noexcept { return client_.lock(); }

    /// The client's, also when that is gone.
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

    // For the handles of the application.
    [[nodiscard]] const subscribe_result& result() const noexcept { return answer; }
    [[nodiscard]] std::uint32_t identifier() const noexcept
    {
        return identifier_left_out ? 0 : subscription_identifier;
    }
    [[nodiscard]] std::size_t buffered() const noexcept { return queue.size(); }

    /// The application's handle is destroyed; from any thread. Defined in stream_initiations.hpp, where the client is
    /// known.
    void release_handle() noexcept;

    /// A completion of async_receive has run; from any thread.
    void taken(taking which) noexcept;

    // The rest is the client core's.
    std::uint64_t mark = 0; ///< of the dispatcher
    std::vector<std::string> filters;
    acknowledgement ack = acknowledgement::when_taken;
    phase state = phase::requested;
    std::uint32_t subscription_identifier = 0; ///< the session's name for it
    bool identifier_left_out = false;          ///< the server was not told
    session::operation request = 0;            ///< its subscribe, while that is not answered
    subscribe_result answer{};
    std::error_code answer_error{};
    std::error_code end_error{};                     ///< what receiving gives when it has ended and the stream is empty
    std::vector<session::operation> awaiting_answer; ///< async_ready
    std::chrono::milliseconds time_limit{0};         ///< of each of them; 0 means no bound

    std::unique_ptr<message_sink> sink; ///< null for a stream
    stream_queue<queued_message> queue;
    receive_handler receiver;
    std::uint64_t receive_number = 0; ///< so that a late cancellation does not hit the next receive
    bool is_ready = false;            ///< listed by the client: has a message and a receiver
    bool released = false;            ///< no handle any more
    bool buried = false;              ///< listed by the client, or was: its handler is to be destroyed

    /// True if all of its filters were unsubscribed from. Those that were are empty while SUBACK is awaited.
    [[nodiscard]] bool has_no_filter() const noexcept
    {
        return std::all_of(filters.begin(), filters.end(), [](const std::string& each) { return each.empty(); });
    }

    /// What is acknowledged when a completion has run that was given the message.
    [[nodiscard]] taking on_taken(taking which) const noexcept
    {
        return ack == acknowledgement::manual ? taking{} : which;
    }

    std::shared_ptr<consumer> next_ended;    ///< of a consumer_list
    std::shared_ptr<consumer> next_released; ///< of another
    std::shared_ptr<consumer> next_disappointed;

private:
    std::weak_ptr<client_core> client_;
    asio::any_io_executor executor_;
};

} // namespace tern::detail

#endif
