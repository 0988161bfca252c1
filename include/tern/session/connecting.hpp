// SPDX-License-Identifier: BSL-1.0
//
// CONNECT and CONNACK, and the decision whether a session begins or goes on.
//
// Layer: session. Standard: v5 3.1, 3.2, v3.1.1 the same.
// A part of the engine: functions on its core.
#ifndef TERN_SESSION_CONNECTING_HPP
#define TERN_SESSION_CONNECTING_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/options.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/answering.hpp"
#include "tern/session/connect_settings.hpp"
#include "tern/session/core.hpp"
#include "tern/session/ending.hpp"
#include "tern/session/event.hpp"
#include "tern/session/server_limits.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/connack.hpp"
#include "tern/wire/connect.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/sender.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tern::session
{

/// How a connection begins.
struct beginning
{
    bool clean_start = true;
    bool expects_session = false;
    bool clearing = false;
    bool generate_identifier = false;
};

/// What is sent depends on whether a session of ours lives, and on whether the caller claims one.
[[nodiscard]] inline beginning decide_beginning(const core& c, protocol_version version) noexcept
{
    const connect_options& options = c.settings.options();
    const bool is_v5 = version == protocol_version::v5;
    const bool asked_for =
        is_v5 ? options.session_expiry && options.session_expiry->count() > 0 : c.settings.wants_session();
    const bool claims = !options.clean_start && !options.client_id.empty() && asked_for;
    if (!is_v5 && !c.settings.wants_session())
    {
        return {true, false, false, false}; // v3.1.1 [MQTT-3.1.2-6]
    }
    if (c.session.exists && !c.session.fresh)
    {
        return {false, true, false, false}; // v5 [MQTT-4.4.0-1] v3.1.1 [MQTT-3.1.2-4]
    }
    if (is_v5)
    {
        return {options.clean_start, claims, false, false};
    }
    if (options.client_id.empty()) // v3.1.1 [MQTT-3.1.3-7]: no session without an identifier; nobody else has this one
    {
        return {false, false, false, true};
    }
    if (claims || c.session.cleared)
    {
        return {false, claims, false, false};
    }
    return {true, false, true, false};
}

/// 20 characters that every 3.1.1 server has to accept. v3.1.1 3.1.3.1
[[nodiscard]] inline std::string generate_client_identifier(std::uint64_t& random)
{
    constexpr std::string_view alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::array<char, 20> identifier{'t', 'e', 'r', 'n'};
    for (std::size_t i = 4; i < identifier.size(); ++i)
    {
        random += 0x9E3779B97F4A7C15U; // splitmix64
        std::uint64_t mixed = random;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        identifier[i] = alphabet[static_cast<std::size_t>((mixed ^ (mixed >> 31U)) % alphabet.size())];
    }
    return {identifier.data(), identifier.size()};
}

/// See engine::configure(). \throws std::bad_alloc nothing is changed then.
inline errc configure(core& c, const connect_options& options)
{
    if (c.connection.phase != connection_phase::closed)
    {
        return errc::already_connected;
    }
    const protocol_version version =
        options.protocol == protocol_choice::v3_1_1 ? protocol_version::v3_1_1 : protocol_version::v5;
    connect_settings settings(options);
    if (const errc error = settings.check(version); error != errc{})
    {
        return error;
    }
    const bool keeps_identifier =
        options.client_id.empty() ? !options.clean_start : options.client_id == c.session.client_identifier;
    std::string identifier(keeps_identifier ? std::string_view(c.session.client_identifier) : options.client_id);
    if (c.session.exists && !keeps_identifier)
    {
        end_session(c); // v5 [MQTT-3.1.3-2] v3.1.1 [MQTT-3.1.3-2]: it belongs to the identifier
    }
    c.settings = std::move(settings);
    c.session.client_identifier = std::move(identifier);
    c.session.fresh = options.clean_start; // v5 [MQTT-3.1.2-4]
    c.session.cleared = false;
    c.session.left_behind = false;
    c.connection.version = version;
    return errc{};
}

/// See engine::set_credentials(). \throws std::bad_alloc nothing is changed then.
inline errc set_credentials(core& c, const std::optional<std::string_view>& user_name,
                            const std::optional<byte_view>& password)
{
    if (c.connection.phase != connection_phase::closed)
    {
        return errc::already_connected;
    }
    return c.settings.set_credentials(user_name, password, c.connection.version);
}

/// CONNECT into the output, and all that follows from it for the connection. \throws std::bad_alloc nothing is changed
/// then.
inline errc begin_connection(core& c, protocol_version version, const beginning& begin,
                             const std::optional<byte_view>& authentication_data, time_point now)
{
    const connect_options& options = c.settings.options();
    connection_state& connection = c.connection;
    connection.version = version;
    connection.limits = server_limits{};
    c.output.clear();
    const errc error = emit(c, c.settings.packet(version, c.session.client_identifier, begin.clean_start,
                                                 !begin.clearing, c.limits.maximum_packet_size, authentication_data));
    if (error != errc{})
    {
        return error;
    }
    const bool is_v5 = version == protocol_version::v5;
    connection.phase = connection_phase::handshaking; // v5 [MQTT-3.1.0-1] v3.1.1 [MQTT-3.1.0-1]
    connection.keep_alive.open(now);
    c.session.cleared = false; // holds for one CONNECT: if its CONNACK is lost, the server may hold a session again
    c.session.left_behind = false;
    connection.clean_start = begin.clean_start;
    connection.expects_session = begin.expects_session;
    connection.clearing = begin.clearing;
    connection.discarding = false;
    connection.established = false;
    const bool unbounded = !is_v5 && !begin.clean_start && !options.session_expiry; // 3.1.1 knows no expiry
    connection.requested_expiry = unbounded                     ? never_expires
                                  : is_v5 || !begin.clean_start ? c.settings.session_expiry()
                                                                : std::chrono::seconds(0);
    connection.maximum_packet_size = c.settings.maximum_packet_size(version, c.limits.maximum_packet_size);
    connection.receive_maximum = options.receive_maximum;
    connection.problem_information = !is_v5 || options.request_problem_information;
    connection.response_information = options.request_response_information;
    connection.aliases_of_server.reset(is_v5 ? options.topic_alias_maximum : std::uint16_t{0});
    connection.authentication.start(is_v5 ? options.authentication_method : std::nullopt);
    connection.answer_bytes = 0;
    return errc{};
}

/// See engine::open(). \throws std::bad_alloc nothing is changed then.
inline errc open_connection(core& c, protocol_version version, const std::optional<byte_view>& authentication_data,
                            time_point now)
{
    if (c.connection.phase != connection_phase::closed)
    {
        return errc::already_connected;
    }
    if (const errc error = c.settings.check(version); error != errc{})
    {
        return error;
    }
    expire_session(c, now);
    const beginning begin = decide_beginning(c, version);
    if (begin.generate_identifier)
    {
        c.session.client_identifier = generate_client_identifier(c.random);
    }
    return begin_connection(c, version, begin, authentication_data, now);
}

/// CONNACK says success: is all of it as it has to be?
[[nodiscard]] inline errc check_connack(core& c, const wire::connack& packet) noexcept
{
    const connection_state& connection = c.connection;
    // v5 [MQTT-3.2.2-2] [MQTT-3.2.2-4] v3.1.1 [MQTT-3.2.2-1]
    if (packet.session_present && (connection.clean_start || !connection.expects_session))
    {
        return errc::unexpected_session_present;
    }
    if (packet.properties.response_information && !connection.response_information) // v5 [MQTT-3.1.2-28]
    {
        return errc::unrequested_property;
    }
    const std::optional<std::string_view>& assigned = packet.properties.assigned_client_identifier;
    if (connection.version == protocol_version::v5 && c.session.client_identifier.empty() &&
        (!assigned || assigned->empty())) // v5 [MQTT-3.2.2-16]
    {
        return errc::missing_assigned_client_identifier;
    }
    return c.connection.authentication.connack_received(packet.properties);
}

/// 3.1.1: the old session is gone; a session that lives begins on a connection of its own, if one is to.
inline std::optional<event> finish_clearing(core& c)
{
    (void)emit(c, wire::disconnect{});
    c.connection.phase = connection_phase::disconnecting;
    if (c.session.exists)
    {
        end_session(c);
    }
    c.session.fresh = false;
    c.session.cleared = true;
    return session_cleared{};
}

/// The connection is made. \throws std::bad_alloc
inline std::optional<event> establish(core& c, const wire::connack& packet)
{
    connection_state& connection = c.connection;
    session_state& s = c.session;
    const connect_options& options = c.settings.options();
    const server_limits limits = limits_of(packet.properties, options.keep_alive, connection.requested_expiry);
    connection.aliases_of_client.reset(options.automatic_topic_aliases ? limits.topic_alias_maximum : std::uint16_t{0});
    if (s.client_identifier.empty() && packet.properties.assigned_client_identifier) // v5 [MQTT-3.1.3-7]
    {
        s.client_identifier = *packet.properties.assigned_client_identifier;
    }
    if (!packet.session_present && s.exists) // v5 [MQTT-3.2.2-5]
    {
        if (!s.fresh)
        {
            c.session_lost = true;
            ++c.counters.session_losses;
        }
        end_session(c);
    }
    connection.limits = limits;
    connection.established = true;
    connection.phase = connection_phase::connected;
    connection.keep_alive.start(limits.keep_alive, c.limits.ping_response);
    s.claimed = packet.session_present && (s.claimed || !s.exists);
    s.exists = true;
    s.fresh = false;
    s.expiry = limits.session_expiry;
    s.expires_at.reset(); // v5 [MQTT-4.1.0-1] v3.1.1 [MQTT-4.1.0-2]: not while connected
    ++c.counters.connects;
    if (packet.session_present)
    {
        resume_outgoing(c);
    }
    return connected{packet.session_present, s.claimed, connection.version,
                     s.client_identifier,    limits,    packet.properties};
}

/// CONNACK came.
inline std::optional<event> on_connack(core& c, const wire::frame& in)
{
    if (c.connection.phase != connection_phase::handshaking) // v5 [MQTT-3.2.0-2]
    {
        fail(c, errc::unexpected_packet);
        return std::nullopt;
    }
    wire::connack packet;
    const bool other_version = c.connection.version == protocol_version::v5 && wire::is_3_1_1_refusal(in);
    const protocol_version version = other_version ? protocol_version::v3_1_1 : c.connection.version;
    if (const errc error = wire::decode(version, in, packet, wire::sender::server); error != errc{})
    {
        fail(c, error);
        return std::nullopt;
    }
    if (packet.reason_code != reason_code::success) // v5 [MQTT-3.2.2-7] v3.1.1 [MQTT-3.2.2-5]
    {
        c.connection.phase = connection_phase::failed;
        c.output.clear();
        const bool refused = other_version || packet.reason_code == reason_code::unsupported_protocol_version;
        return connection_refused{packet.reason_code, packet.properties, refused};
    }
    if (const errc error = check_connack(c, packet); error != errc{})
    {
        fail(c, error);
        return std::nullopt;
    }
    return c.connection.clearing ? finish_clearing(c) : establish(c, packet);
}

} // namespace tern::session

#endif
