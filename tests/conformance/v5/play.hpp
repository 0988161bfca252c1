// SPDX-License-Identifier: BSL-1.0
//
// The 5.0 tests' common moves: shake hands, hear what the client answers, see how it ends the connection.
#ifndef TERN_TESTS_CONFORMANCE_V5_PLAY_HPP
#define TERN_TESTS_CONFORMANCE_V5_PLAY_HPP

#include "conformance/wire_text.hpp"
#include "support/catch.hpp"
#include "unit/session/script.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace conformance_5
{

using namespace tern_test;

/// CONNECT without one property: nothing differs from what the standard presumes.
inline tern::connect_options bare_options()
{
    tern::connect_options options;
    options.client_id = "c";
    options.session_expiry = 0s;
    options.receive_maximum = 65'535;
    options.maximum_packet_size = 268'435'460;
    options.topic_alias_maximum = 0;
    return options;
}

/// The limits that go with bare_options().
inline tern::client_limits bare_limits()
{
    tern::client_limits limits;
    limits.maximum_packet_size = 268'435'460;
    return limits;
}

/// A connection is open and CONNECT has left: this is it. The answer is the test's to give.
inline std::string open(script& play, const tern::connect_options& options = plain_options())
{
    REQUIRE_FALSE(play.engine.configure(options));
    REQUIRE_FALSE(play.engine.open(tern::protocol_version::v5, play.now));
    const packets first = play.sent();
    REQUIRE(first.size() == 1);
    return first[0];
}

/// CONNECT as it leaves with these options.
inline std::string connect_packet(const tern::connect_options& options, const tern::client_limits& limits = {})
{
    script play(limits);
    return open(play, options);
}

/// CONNACK with success and these properties.
template <class... Properties>
std::string connack_text(const Properties&... properties)
{
    return framed("20", joined("00 00", property_block(properties...)));
}

/// How the client ends the connection because of this packet: the last packet that it sends, then "close"; "goes on" if
/// it does not. That it names the server as the culprit is a part of it.
inline std::string end_after(script& play, std::string_view hex)
{
    const std::error_code error = failure(play.feed_hex(hex));
    if (!error)
    {
        return "goes on";
    }
    if (error != tern::error_kind::protocol_violation)
    {
        return "ends, but blames nobody: " + error.message();
    }
    if (play.engine.phase() != session::connection_phase::failed)
    {
        return "tells, but stays";
    }
    std::string result;
    for (const std::string& each : play.sent())
    {
        result += each + " ";
    }
    return result + "close";
}

/// The same on a fresh connection.
inline std::string end_after(std::string_view hex, const tern::connect_options& options = plain_options())
{
    script play;
    wire::connack answer;
    answer.properties.authentication_method = options.authentication_method;
    play.connect(options, answer);
    return end_after(play, hex);
}

/// The end of a connection by a DISCONNECT with this reason code.
inline std::string closed_with(std::string_view reason)
{
    return "E0 01 " + std::string(reason) + " close";
}

inline const std::string malformed = closed_with("81");
inline const std::string protocol_error = closed_with("82");

/// What becomes of a connection whose first packet from the server is this. Before a successful CONNACK no DISCONNECT
/// may be sent (4.13.1): "81 close" means that the client closes at once, and gives its caller the error for which 0x81
/// is the code.
inline std::string end_of_handshake(std::string_view hex, const tern::connect_options& options = plain_options())
{
    script play;
    (void)open(play, options);
    const std::error_code error = failure(play.feed_hex(hex));
    if (!error)
    {
        return "goes on";
    }
    if (error != tern::error_kind::protocol_violation || !play.sent().empty() ||
        play.engine.phase() != session::connection_phase::failed)
    {
        return "ends otherwise";
    }
    const tern::reason_code reason = tern::disconnect_reason(static_cast<tern::errc>(error.value()));
    return integer(static_cast<std::size_t>(reason), 1) + " close";
}

/// The server delivers a message; nothing but the message itself may come of it.
inline std::optional<session::message_received> receive(script& play, std::string_view hex)
{
    return as<session::message_received>(play.feed_hex(hex));
}

/// A PUBLISH of the server's to topic "t" with payload "x".
inline std::string publish_text(int qos, std::uint16_t identifier = 0, bool duplicate = false,
                                std::string_view properties = "00")
{
    const std::string first = integer(0x30U | (duplicate ? 8U : 0U) | (static_cast<unsigned>(qos) << 1U), 1);
    return framed(first, joined(field("t"), qos == 0 ? "" : integer(identifier), properties, to_hex("x")));
}

/// The application takes the message.
inline void take(script& play, const std::optional<session::message_received>& message,
                 tern::reason_code reason = tern::reason_code::success)
{
    REQUIRE(message);
    play.engine.acknowledge(message->delivery, reason, play.now);
}

/// Subscribes to one filter.
inline std::error_code subscribe(script& play, session::operation operation, std::string_view filter,
                                 const tern::subscribe_options& options = {})
{
    const tern::topic_subscription wanted[] = {
        {filter, options.maximum_qos, options.no_local, options.retain_as_published, options.retain_handling}};
    std::uint32_t identifier = 0;
    return play.engine.subscribe(operation, wanted, options, identifier, play.now);
}

inline std::error_code unsubscribe(script& play, session::operation operation, std::string_view filter,
                                   const tern::unsubscribe_options& options = {})
{
    const std::string_view filters[] = {filter};
    return play.engine.unsubscribe(operation, filters, options, play.now);
}

} // namespace conformance_5

#endif
