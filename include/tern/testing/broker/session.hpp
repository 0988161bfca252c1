// SPDX-License-Identifier: BSL-1.0
//
// What the testing broker keeps for a client over its connections: subscriptions, messages on their way in both
// directions, the queue, the will, and when all of it ends.
//
// Layer: testing. Standard: v5 4.1, 4.3, 4.4, 4.6; v3.1.1 3.1.2.4, 4.3, 4.4, 4.6.
#ifndef TERN_TESTING_BROKER_SESSION_HPP
#define TERN_TESTING_BROKER_SESSION_HPP

#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/testing/broker/configuration.hpp"
#include "tern/testing/broker/stored_message.hpp"
#include "tern/topic/validation.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tern::testing::broker_detail
{

struct connection;

/// A session that never expires. v5 3.1.2.11.2
inline constexpr std::uint32_t never_expires = 0xFFFFFFFF;

/// What a client asked of one filter.
struct subscription_options
{
    qos maximum_qos = qos::at_most_once;
    bool no_local = false;
    bool retain_as_published = false;
    std::uint32_t identifier = 0;                       ///< 0 for none
    shared_filters shared = shared_filters::recognised; ///< how the filter is read, by the version it came with
};

enum class outgoing_state : std::uint8_t
{
    awaiting_puback,
    awaiting_pubrec,
    awaiting_pubcomp,
    done,
};

/// One message for this client: queued, or on its way.
struct outgoing_message
{
    stored_message_pointer message; ///< null when only PUBREL is left to send
    std::vector<std::uint32_t> identifiers;
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;
    bool sent = false;    ///< on any connection: a repetition carries DUP
    bool counted = false; ///< against the Receive Maximum of this connection
    outgoing_state state = outgoing_state::awaiting_puback;
};

/// The messages of QoS 1 and 2 that are on their way, in the order in which they were first sent. Identifiers are given
/// out in that order too, so that an identifier is a position.
class outgoing_window
{
public:
    static constexpr std::uint32_t identifiers = 65'535;

    [[nodiscard]] std::size_t size() const noexcept { return messages_.size(); }
    [[nodiscard]] bool empty() const noexcept { return messages_.empty(); }
    [[nodiscard]] bool full() const noexcept { return messages_.size() >= identifiers; }

    /// Appends a message, which gets the next identifier.
    outgoing_message& push(outgoing_message message) { return messages_.emplace_back(std::move(message)); }

    [[nodiscard]] outgoing_message& operator[](std::size_t position) noexcept { return messages_[position]; }

    [[nodiscard]] std::uint16_t identifier(std::size_t position) const noexcept
    {
        return static_cast<std::uint16_t>((first_ + position - 1) % identifiers + 1);
    }

    /// The message of an identifier, or null if there is none or it is done.
    [[nodiscard]] outgoing_message* find(std::uint16_t identifier) noexcept
    {
        const std::size_t position = (identifier + identifiers - first_) % identifiers;
        const bool there = identifier != 0 && position < messages_.size();
        return there && messages_[position].state != outgoing_state::done ? &messages_[position] : nullptr;
    }

    /// Forgets what is done at the front; gives how many.
    std::size_t drop_done()
    {
        std::size_t dropped = 0;
        for (; !messages_.empty() && messages_.front().state == outgoing_state::done; ++dropped)
        {
            messages_.pop_front();
            first_ = first_ % identifiers + 1;
        }
        return dropped;
    }

private:
    std::deque<outgoing_message> messages_;
    std::uint32_t first_ = 1; // identifier of the front
};

/// A will that waits for the connection to end. v5 3.1.2.5
struct kept_will
{
    stored_message_pointer message;
    std::uint32_t delay = 0; ///< seconds
};

struct session
{
    std::uint64_t serial = 0; ///< never used again
    std::string client_identifier;
    std::string user_name;
    protocol_version version = protocol_version::v5;
    broker_detail::connection* connection = nullptr; ///< null while nobody is connected
    std::uint32_t expiry_interval = 0;               ///< seconds after the connection's end
    std::optional<time_point> expires{};             ///< while nobody is connected
    std::optional<time_point> will_due{};
    std::optional<kept_will> will{};

    std::map<std::string, subscription_options> subscriptions; ///< by the filter as it was sent

    outgoing_window window;
    std::size_t next_to_send = 0; ///< position in the window of what this connection has not been sent yet
    std::deque<outgoing_message> queue;
    std::size_t queued_bytes = 0;

    /// QoS 2 identifiers that were received and not yet released. v5 [MQTT-4.3.3-10]
    std::unordered_set<std::uint16_t> unreleased;

    std::uint64_t route_mark = 0;   ///< the last message that was routed here,
    std::size_t route_position = 0; ///< and where it stands among that message's receivers
};

} // namespace tern::testing::broker_detail

#endif
