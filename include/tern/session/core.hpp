// SPDX-License-Identifier: BSL-1.0
//
// Everything that the parts of the engine share, and how a packet gets into the output.
//
// Layer: session. Standard: none of its own.
// The parts are groups of functions: connecting.hpp, sending.hpp, receiving.hpp, requesting.hpp, ending.hpp.
#ifndef TERN_SESSION_CORE_HPP
#define TERN_SESSION_CORE_HPP

#include "tern/error.hpp"
#include "tern/limits.hpp"
#include "tern/observer.hpp"
#include "tern/session/connect_settings.hpp"
#include "tern/session/connection_state.hpp"
#include "tern/session/output_buffer.hpp"
#include "tern/session/session_state.hpp"
#include "tern/session/types.hpp"
#include "tern/session/written_operations.hpp"
#include "tern/statistics.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/publish.hpp"
#include "tern/wire/text_check.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

namespace tern::session
{

struct engine_configuration
{
    client_limits limits{};
    tern::observer* observer = nullptr; ///< has to outlive the engine
    std::uint64_t random_seed = 0;      ///< for client identifiers that are generated
};

struct core
{
    client_limits limits{};
    tern::observer* observer = nullptr;
    std::uint64_t random = 0;
    connect_settings settings;
    session_state session;
    connection_state connection;
    output_buffer output;
    written_operations written;
    tern::statistics counters{};
    wire::publish received{}; ///< the latest; decoding sets all of it, so it need not be cleared for every packet

    // Events that wait for engine::poll(), beside the finished messages and requests.
    std::optional<std::error_code> failure{};
    bool session_lost = false;
    bool authenticated = false;
};

/// The caller has asked for the end of the connection: nothing new is taken in. A connection that was made only to
/// discard an earlier session ends too, but the next one follows at once, unless it discards the client's own.
[[nodiscard]] inline bool is_leaving(const core& c) noexcept
{
    return c.connection.clearing ? c.connection.discarding && c.connection.phase != connection_phase::closed
                                 : c.connection.phase == connection_phase::disconnecting;
}

/// Counts the packet that was encoded at the end of the output, and shows it to the observer.
inline void commit_packet(core& c, std::size_t size) noexcept
{
    c.output.commit(size);
    ++c.counters.packets_sent;
    if (c.observer != nullptr)
    {
        c.observer->packet_sent(c.connection.version, c.output.view().substr(c.output.size() - size));
    }
}

/// The packet identifier of a request is free, if it has one.
inline void release_identifier(session_state& session, request& of) noexcept
{
    if (of.packet_identifier != 0)
    {
        session.identifiers.release(of.packet_identifier);
        of.packet_identifier = 0;
    }
}

/// Encodes a packet into the output.
/// \return errc{}, or why it cannot be sent; then nothing is changed. \throws std::bad_alloc likewise
template <class Packet>
errc emit(core& c, const Packet& packet, wire::text_check check = wire::text_check::none)
{
    const wire::size_result measured = wire::encoded_size(c.connection.version, packet, check);
    if (measured.error != errc{})
    {
        return measured.error;
    }
    if (measured.size > c.connection.limits.maximum_packet_size) // v5 [MQTT-3.2.2-15]
    {
        return errc::exceeds_server_maximum_packet_size;
    }
    (void)wire::encode(c.connection.version, packet, measured.size, c.output.prepare(measured.size));
    commit_packet(c, measured.size);
    return errc{};
}

/// Encodes an acknowledgement with a reason code that 3.1.1 leaves out. \throws std::bad_alloc nothing is changed then.
template <class Packet>
void emit_acknowledgement(core& c, std::uint16_t packet_identifier, reason_code reason = reason_code::success)
{
    Packet packet;
    packet.packet_identifier = packet_identifier;
    packet.reason_code = c.connection.version == protocol_version::v5 ? reason : reason_code::success;
    const std::size_t before = c.output.size();
    (void)emit(c, packet);
    c.connection.answer_bytes += c.output.size() - before;
}

} // namespace tern::session

#endif
