// SPDX-License-Identifier: BSL-1.0
//
// An observer that prints a line for each packet, for -d, and that knows the packet identifier of the message that is
// being delivered, for %m.
#ifndef TERN_EXAMPLES_COMMAND_LINE_PACKET_TRACE_HPP
#define TERN_EXAMPLES_COMMAND_LINE_PACKET_TRACE_HPP

#include "command_line/packet_description.hpp"
#include "command_line/standard_output.hpp"

#include <tern/observer.hpp>
#include <tern/protocol_version.hpp>
#include <tern/wire/packet_type.hpp>
#include <tern/wire/packets.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace command_line
{

class packet_trace final : public tern::observer
{
public:
    /// Lines go to `output` if `enabled`.
    packet_trace(standard_output& output, bool enabled) : output_(output), enabled_(enabled) {}

    /// Of the PUBLISH that was received last: a handler that is called in place is called for it.
    [[nodiscard]] std::uint16_t last_packet_identifier() const noexcept { return last_packet_identifier_; }

    void packet_sent(tern::protocol_version version, std::string_view packet) noexcept override
    {
        if (type_of_packet(packet) == tern::wire::packet_type::connect)
        {
            client_id_ = decoded_packet<tern::wire::connect>(version, packet).client_identifier;
        }
        print(direction::sent, version, packet);
    }

    void packet_received(tern::protocol_version version, std::string_view packet) noexcept override
    {
        if (type_of_packet(packet) == tern::wire::packet_type::publish)
        {
            last_packet_identifier_ = decoded_packet<tern::wire::publish>(version, packet).packet_identifier;
        }
        else if (type_of_packet(packet) == tern::wire::packet_type::connack)
        {
            const auto connack = decoded_packet<tern::wire::connack>(version, packet);
            client_id_ = connack.properties.assigned_client_identifier.value_or(client_id_);
        }
        print(direction::received, version, packet);
    }

    void state_changed(tern::connection_state) noexcept override {}

private:
    void print(direction which, tern::protocol_version version, std::string_view packet)
    {
        if (!enabled_)
        {
            return;
        }
        std::string& text = output_.text();
        for (const std::string& line : describe_packet(version, packet, which))
        {
            text.append("Client ").append(client_id_.empty() ? "(null)" : client_id_);
            text.append(which == direction::sent ? " sending " : " received ").append(line).append(1, '\n');
        }
        if (type_of_packet(packet) == tern::wire::packet_type::suback)
        {
            text.append(describe_grants(version, packet)).append(1, '\n');
        }
        (void)output_.flush();
    }

    standard_output& output_;
    bool enabled_;
    std::string client_id_; ///< that CONNECT said, or the server gave
    std::uint16_t last_packet_identifier_ = 0;
};

} // namespace command_line

#endif
