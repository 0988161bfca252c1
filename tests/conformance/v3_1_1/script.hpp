// SPDX-License-Identifier: BSL-1.0
//
// What the tests of 3.1.1 at the session's level share: the two kinds of session, and what a broken rule leads to.
//
// The server is played by unit/session/script.hpp; packets are hexadecimal text. The client as a whole is in
// client.hpp.
#ifndef TERN_TESTS_CONFORMANCE_V3_1_1_SCRIPT_HPP
#define TERN_TESTS_CONFORMANCE_V3_1_1_SCRIPT_HPP

#include "tern/error.hpp"
#include "tern/options.hpp"
#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/engine.hpp"
#include "unit/session/script.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace conformance_3_1_1
{

using namespace tern;
using namespace tern_test;

inline constexpr auto v3_1_1 = protocol_version::v3_1_1;
inline constexpr auto zero = qos::at_most_once;
inline constexpr auto one = qos::at_least_once;
inline constexpr auto two = qos::exactly_once;

/// CleanSession 1: the session ends with its connection.
inline connect_options clean_session_1()
{
    connect_options options;
    options.client_id = "c";
    options.session_expiry = 0s;
    options.protocol = protocol_choice::v3_1_1;
    return options;
}

/// CleanSession 0 on the first connection already, because what an earlier process left is claimed.
inline connect_options clean_session_0()
{
    connect_options options = clean_session_1();
    options.clean_start = false;
    options.session_expiry = 3600s;
    return options;
}

/// A session of 3.1.1 that is connected; without arguments one with CleanSession 0.
struct connected_session : script
{
    explicit connected_session(const connect_options& options = clean_session_0(), const client_limits& limits = {})
        : script(limits)
    {
        connect(options, {}, v3_1_1);
    }

    /// The server publishes, and the application takes the message at once.
    std::optional<session::event> deliver_and_take(qos level, std::uint16_t identifier, bool duplicate = false)
    {
        const auto event = deliver(level, identifier, duplicate);
        take(event);
        return event;
    }

    void take(const std::optional<session::event>& event)
    {
        if (const auto received = as<session::message_received>(event))
        {
            engine.acknowledge(received->delivery, reason_code::success, now);
        }
    }

    std::error_code subscribe(session::operation operation, std::span<const topic_subscription> filters)
    {
        std::uint32_t identifier = 0;
        return engine.subscribe(operation, filters, {}, identifier, now);
    }

    std::error_code subscribe(session::operation operation, std::string_view filter, qos maximum = qos::exactly_once)
    {
        const topic_subscription one_filter[] = {{filter, maximum}};
        return subscribe(operation, one_filter);
    }

    std::error_code unsubscribe(session::operation operation, std::string_view filter)
    {
        return engine.unsubscribe(operation, std::span(&filter, 1), {}, now);
    }
};

/// A session whose CONNECT has left and is not answered.
struct handshaking_session : script
{
    explicit handshaking_session(const connect_options& options = clean_session_1())
    {
        (void)engine.configure(options);
        version = v3_1_1;
        opened = engine.open(v3_1_1, now);
        connects = sent();
    }
};

/// True if this packet ends the connection as v3.1.1 [MQTT-4.8.0-1] has it: at once, reported as the server's mistake,
/// without a packet in answer, and deaf to what follows.
inline bool closes_silently(script& server, std::string_view packet)
{
    (void)server.sent();
    const std::error_code error = failure(server.feed_hex(packet));
    return error == error_kind::protocol_violation && server.engine.phase() == session::connection_phase::failed &&
           !server.engine.has_output() && server.engine.receive(from_hex("D0 00"), server.now).consumed == 0;
}

/// The same for a session that is connected and has nothing else to do.
inline bool closes_silently(std::string_view packet)
{
    connected_session server;
    return closes_silently(server, packet);
}

/// What came as a message, if one came.
inline std::optional<message_view> message_of(const std::optional<session::event>& event)
{
    const auto received = as<session::message_received>(event);
    return received ? std::optional(received->message) : std::nullopt;
}

/// The bytes of one packet: a first byte and a body of less than 128 bytes.
inline std::string packet_hex(std::uint8_t first_byte, std::string_view body)
{
    return to_hex(std::string{static_cast<char>(first_byte), static_cast<char>(body.size())} + std::string(body));
}

/// A PUBLISH of QoS 0 with this topic and the payload "x".
inline std::string publish_hex(std::string_view topic)
{
    const std::string length{'\0', static_cast<char>(topic.size())};
    return packet_hex(0x30, length + std::string(topic) + "x");
}

} // namespace conformance_3_1_1

#endif
