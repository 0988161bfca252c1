// SPDX-License-Identifier: BSL-1.0
//
// One outgoing message as the session holds it, until it is acknowledged.
//
// Layer: session. Standard: v5 3.3, 4.1, v3.1.1 the same.
// It keeps fields (topic, properties, payload), never encoded packets, because an alias and a remaining expiry belong
// to one transmission. Whose the memory is, is the matter of outgoing_messages.hpp.
#ifndef TERN_SESSION_OUTGOING_MESSAGE_HPP
#define TERN_SESSION_OUTGOING_MESSAGE_HPP

#include "tern/qos.hpp"
#include "tern/session/outgoing_table.hpp"
#include "tern/session/slot_pool.hpp"
#include "tern/session/types.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace tern::session
{

struct outgoing_message
{
    std::uint32_t next = no_slot;
    std::uint32_t previous = no_slot;
    session::operation operation = 0;
    std::uint64_t sequence = 0; ///< order of the calls
    time_point expires_at{};    ///< if `expires`
    char* data = nullptr;       ///< topic, properties (a block as in PUBLISH, without alias and expiry), payload
    std::uint32_t properties_size = 0;
    std::uint32_t payload_size = 0;
    std::uint16_t topic_size = 0;
    std::uint16_t packet_identifier = 0;
    outgoing_state state = outgoing_state::waiting;
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;
    bool expires = false;
    bool counts = false;     ///< against the quota of this connection
    bool repeated = false;   ///< sent again after a lost connection
    std::error_code error{}; ///< once finished

    [[nodiscard]] std::size_t size() const noexcept { return std::size_t{topic_size} + properties_size + payload_size; }

    [[nodiscard]] std::string_view topic() const noexcept { return {data, topic_size}; }
    [[nodiscard]] std::string_view properties() const noexcept { return {data + topic_size, properties_size}; }
    [[nodiscard]] std::string_view payload() const noexcept
    {
        return {data + topic_size + properties_size, payload_size};
    }
};

} // namespace tern::session

#endif
