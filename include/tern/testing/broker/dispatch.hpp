// SPDX-License-Identifier: BSL-1.0
//
// Cuts what a client of the testing broker sends into packets, and hands each to the part that knows it.
//
// Layer: testing. Standard: v5 3.1, 3.12, 3.14, 4.13; v3.1.1 3.1, 3.12, 3.14, 4.8.
// It answers nothing itself but PINGREQ and what is no packet.
#ifndef TERN_TESTING_BROKER_DISPATCH_HPP
#define TERN_TESTING_BROKER_DISPATCH_HPP

#include "tern/error.hpp"
#include "tern/testing/broker/handshake.hpp"
#include "tern/testing/broker/lifecycle.hpp"
#include "tern/testing/broker/publishing.hpp"
#include "tern/testing/broker/state.hpp"
#include "tern/testing/broker/subscribing.hpp"
#include "tern/wire/codec.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tern::testing::broker_detail
{

inline void report(state& broker, broker_event_kind kind, const connection& which, reason_code reason)
{
    broker_event event{kind};
    event.connection = which.id;
    if (which.session != nullptr)
    {
        event.client_identifier = which.session->client_identifier;
    }
    event.reason_code = reason;
    broker.policy->on_event(event);
}

inline void handle_pingreq(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::pingreq packet;
    if (const errc error = wire::decode(from.version, frame, packet); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    send(broker, from, wire::pingresp{}); // v5 [MQTT-3.12.4-1] v3.1.1 [MQTT-3.12.4-1]
}

inline void handle_disconnect(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::disconnect packet;
    errc error = wire::decode(from.version, frame, packet, wire::sender::client);
    const std::optional<std::uint32_t>& expiry = packet.properties.session_expiry_interval;
    if (error == errc{} && expiry && *expiry != 0 && from.session_expiry_was_zero)
    {
        error = errc::invalid_property_value; // v5 [MQTT-3.1.2-23], 3.14.2.2.2
    }
    if (error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    if (from.session != nullptr && expiry)
    {
        const broker_configuration& announced = broker.configuration;
        from.session->expiry_interval = std::min(*expiry, announced.maximum_session_expiry.value_or(never_expires));
    }
    report(broker, broker_event_kind::disconnected, from, packet.reason_code);
    const bool goodbye = packet.reason_code == reason_code::normal_disconnection;
    finish(broker, from, goodbye ? will_fate::discard : will_fate::publish, now);
}

inline void dispatch(state& broker, connection& from, const wire::frame& frame, std::string_view whole, time_point now)
{
    using enum wire::packet_type;
    const wire::packet_type type = frame.type();
    if (from.phase == connection_phase::opened && type == connect) // v5 [MQTT-3.1.0-1] v3.1.1 [MQTT-3.1.0-1]
    {
        handle_connect(broker, from, frame, whole, now);
        return;
    }
    if (from.phase == connection_phase::authenticating && type == auth)
    {
        handle_auth(broker, from, frame, now);
        return;
    }
    if (type == disconnect && from.phase != connection_phase::opened)
    {
        handle_disconnect(broker, from, frame, now);
        return;
    }
    if (from.phase != connection_phase::connected)
    {
        close_for_error(broker, from, reason_code::protocol_error, now);
        return;
    }
    switch (type)
    {
    case publish: return handle_publish(broker, from, frame, now);
    case puback: return handle_puback(broker, from, frame, now);
    case pubrec: return handle_pubrec(broker, from, frame, now);
    case pubrel: return handle_pubrel(broker, from, frame, now);
    case pubcomp: return handle_pubcomp(broker, from, frame, now);
    case subscribe: return handle_subscribe(broker, from, frame, now);
    case unsubscribe: return handle_unsubscribe(broker, from, frame, now);
    case pingreq: return handle_pingreq(broker, from, frame, now);
    case auth: return handle_auth(broker, from, frame, now);
    default: // v5 [MQTT-3.1.0-2] v3.1.1 [MQTT-3.1.0-2]: a second CONNECT, or what only a server sends
        close_for_error(broker, from, reason_code::protocol_error, now);
    }
}

/// Handles the whole packets in `bytes`; gives how many bytes they are.
inline std::size_t process(state& broker, connection& from, std::string_view bytes, time_point now)
{
    std::size_t used = 0;
    while (from.phase != connection_phase::finished)
    {
        const std::string_view rest = bytes.substr(used);
        const wire::frame_result framed = wire::next_frame(rest, broker.configuration.maximum_packet_size);
        if (framed.status == wire::frame_status::incomplete)
        {
            return used;
        }
        if (framed.status == wire::frame_status::malformed)
        {
            close_for_error(broker, from, disconnect_reason(framed.error), now);
            break;
        }
        used += framed.frame.size;
        ++broker.statistics.packets_received;
        from.last_received = now;
        const std::string_view whole = rest.substr(0, framed.frame.size);
        if (broker.observed)
        {
            broker.policy->on_packet(packet_direction::received, from.id, from.version, whole);
        }
        dispatch(broker, from, framed.frame, whole, now);
    }
    return bytes.size(); // nothing that follows is read
}

} // namespace tern::testing::broker_detail

#endif
