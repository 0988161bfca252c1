// SPDX-License-Identifier: BSL-1.0
//
// Ending a session that a 3.1.1 server keeps although nobody asked for it: by a connection that does nothing else.
//
// Layer: session. Standard: v3.1.1 3.1.2.4.
// A part of the engine: functions on its core. 5.0 needs none of this: its DISCONNECT can say so. What discards the
// session of an earlier process, before ours begins, is in connecting.hpp.
#ifndef TERN_SESSION_DISCARDING_HPP
#define TERN_SESSION_DISCARDING_HPP

#include "tern/error.hpp"
#include "tern/protocol_version.hpp"
#include "tern/session/connecting.hpp"
#include "tern/session/core.hpp"
#include "tern/session/types.hpp"

#include <optional>

namespace tern::session
{

/// See engine::open_to_discard(). \throws std::bad_alloc nothing is changed then.
inline errc open_to_discard(core& c, time_point now)
{
    if (c.connection.phase != connection_phase::closed)
    {
        return errc::already_connected;
    }
    // v3.1.1 [MQTT-3.1.2-6]: CleanSession 1 ends it
    const errc error = begin_connection(c, protocol_version::v3_1_1, {true, false, true, false}, std::nullopt, now);
    c.connection.discarding = error == errc{};
    return error;
}

} // namespace tern::session

#endif
