// SPDX-License-Identifier: BSL-1.0
//
// Turns what the application wants to publish into a packet, and refuses what cannot be sent: by the rules of the
// version, and by what this server announced.
//
// Layer: session. Standard: v5 3.3, 3.2.2.3, v3.1.1 3.3.
// A part of the engine: functions on its core. Nothing is changed here; sending.hpp sends.
#ifndef TERN_SESSION_COMPOSING_HPP
#define TERN_SESSION_COMPOSING_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/options.hpp"
#include "tern/session/connect_settings.hpp"
#include "tern/session/core.hpp"
#include "tern/session/server_limits.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/publish.hpp"
#include "tern/wire/text_check.hpp"

#include <string_view>

namespace tern::session
{

[[nodiscard]] inline bool has_properties(const publish_options& options) noexcept
{
    return options.payload_format_indicator || options.message_expiry_interval || options.content_type ||
           options.response_topic || options.correlation_data || !options.user_properties.refers_to_nothing();
}

inline void set_properties(publish_properties& properties, const publish_options& options) noexcept
{
    properties.payload_format_indicator = options.payload_format_indicator;
    if (options.message_expiry_interval)
    {
        properties.message_expiry_interval = to_interval(*options.message_expiry_interval);
    }
    properties.content_type = options.content_type;
    properties.response_topic = options.response_topic;
    properties.correlation_data = options.correlation_data;
    properties.user_properties = options.user_properties;
}

/// A message as it would be sent now, and how large it is; or why it cannot be sent.
/// The topic is taken to be checked already, unless there are properties to be checked with it.
[[nodiscard]] inline wire::size_result compose(const core& c, std::string_view topic, byte_view payload,
                                               const publish_options& options, wire::publish& packet) noexcept
{
    if (!is_valid(options.qos)) // v5 [MQTT-3.3.1-4] v3.1.1 [MQTT-3.3.1-4]
    {
        return {errc::invalid_qos, 0};
    }
    packet.qos = options.qos;
    packet.retain = options.retain;
    packet.topic = topic;
    packet.payload = payload;
    wire::text_check check = wire::text_check::none;
    if (has_properties(options))
    {
        if (!is_interval(options.message_expiry_interval))
        {
            return {errc::invalid_option, 0};
        }
        set_properties(packet.properties, options);
        check = wire::text_check::strict;
    }
    const wire::size_result measured = wire::encoded_size(c.connection.version, packet, check);
    if (measured.error != errc{} || c.connection.phase != connection_phase::connected)
    {
        return measured;
    }
    if (measured.size > c.connection.limits.maximum_packet_size) // v5 [MQTT-3.2.2-15]
    {
        return {errc::exceeds_server_maximum_packet_size, 0};
    }
    return {check_message(c.connection.limits, packet.qos, packet.retain), measured.size};
}

} // namespace tern::session

#endif
