// SPDX-License-Identifier: BSL-1.0
//
// Turns a packet into a stored message and back, and decides whether one more may wait.
//
// Layer: session. Standard: v5 3.3.2.3.3 (Message Expiry Interval), 4.4.
// A part of the engine: functions on its core. Fields are stored, never encoded packets: identifier, DUP, alias and what
// is left of the expiry belong to one transmission.
#ifndef TERN_SESSION_STORING_HPP
#define TERN_SESSION_STORING_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/limits.hpp"
#include "tern/session/core.hpp"
#include "tern/session/outgoing_messages.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/publish.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tern::session
{

/// What is left of the interval, rounded up: never more than was asked for.
[[nodiscard]] inline std::uint32_t remaining_interval(time_point expires_at, time_point now) noexcept
{
    if (now >= expires_at)
    {
        return 0;
    }
    return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(expires_at - now).count());
}

/// A stored message as a packet, but for its packet identifier.
inline void restore_packet(const outgoing_message& message, time_point now, wire::publish& packet) noexcept
{
    packet.duplicate = message.state != outgoing_state::waiting; // v5 [MQTT-3.3.1-1] v3.1.1 [MQTT-3.3.1-1]
    packet.qos = message.qos;
    packet.retain = message.retain;
    packet.topic = message.topic();
    packet.payload = byte_view(message.payload().data(), message.payload().size());
    packet.packet_identifier = message.packet_identifier;
    if (message.properties_size != 0)
    {
        (void)wire::decode_properties(message.properties(), packet.properties, wire::text_check::none);
    }
    if (message.expires)
    {
        packet.properties.message_expiry_interval = remaining_interval(message.expires_at, now);
    }
}

/// Fills in a record for a message, with memory that has been reserved for it.
[[nodiscard]] inline outgoing_message make_record(const wire::publish& packet, session::operation waiter, char* data,
                                                  std::size_t properties_size, time_point now) noexcept
{
    outgoing_message message;
    message.operation = waiter;
    message.data = data;
    message.qos = packet.qos;
    message.retain = packet.retain;
    message.topic_size = static_cast<std::uint16_t>(packet.topic.size());
    message.properties_size = static_cast<std::uint32_t>(properties_size);
    message.payload_size = static_cast<std::uint32_t>(packet.payload.size());
    char* out = wire::put(packet.topic, data);
    if (properties_size != 0)
    {
        publish_properties stored = packet.properties;
        stored.message_expiry_interval.reset();
        out = wire::encode_properties(stored, out);
    }
    (void)wire::put(packet.payload.text(), out);
    if (packet.properties.message_expiry_interval)
    {
        message.expires = true;
        message.expires_at = now + std::chrono::seconds(*packet.properties.message_expiry_interval);
    }
    return message;
}

/// Whether one more message of so many bytes may wait; drops others if that is the policy.
[[nodiscard]] inline errc make_room(core& c, std::size_t size) noexcept
{
    outgoing_messages& outgoing = c.session.outgoing;
    std::size_t messages = c.limits.maximum_queued_messages;
    std::size_t bytes = c.limits.maximum_queued_bytes;
    if (c.limits.when_queue_full == full_queue_policy::wait)
    {
        constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
        messages += std::min(most - messages, c.limits.maximum_waiting_messages);
        bytes += std::min(most - bytes, c.limits.maximum_waiting_bytes);
    }
    const auto fits = [&] { return outgoing.waiting_messages() < messages && outgoing.waiting_bytes() + size <= bytes; };
    if (c.limits.when_queue_full == full_queue_policy::drop_oldest && messages > 0 && size <= bytes)
    {
        while (!fits())
        {
            outgoing.finish(outgoing.oldest_waiting(), errc::dropped);
            ++c.counters.messages_dropped_outgoing;
        }
    }
    return fits() ? errc{} : errc::queue_full;
}

} // namespace tern::session

#endif
