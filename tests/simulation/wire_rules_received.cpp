// SPDX-License-Identifier: BSL-1.0
//
// What the client reads changes what it may send.
#include "simulation/wire_rules.hpp"
#include "tern/error.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/packets.hpp"

#include <string>
#include <string_view>

namespace simulation
{

using tern::protocol_version;
using tern::qos;
namespace wire = tern::wire;

// --------------------------------------------------------------------------------------------------------- Received

void wire_rules::received(protocol_version version, std::string_view packet)
{
    const wire::frame_result found = wire::next_frame(packet, 268'435'460);
    if (found.status != wire::frame_status::complete || version != version_)
    {
        fail("the client took something else than a packet");
        return;
    }
    ++packets_;
    switch (found.frame.type())
    {
    case wire::packet_type::connack: received_connack(found.frame); break;
    case wire::packet_type::publish: received_publish(found.frame); break;
    case wire::packet_type::suback:
    case wire::packet_type::unsuback:
    case wire::packet_type::puback:
    case wire::packet_type::pubrec:
    case wire::packet_type::pubrel:
    case wire::packet_type::pubcomp: received_answer(found.frame); break;
    default: break;
    }
}

void wire_rules::received_connack(const wire::frame& in)
{
    wire::connack packet;
    if (!decode(in, packet))
    {
        return;
    }
    if (log_.tells())
    {
        log_.note("< CONNACK, " + std::string(to_string(packet.reason_code)) +
                  (packet.session_present ? ", session present" : ", no session"));
    }
    if (is_failure(packet.reason_code))
    {
        return;
    }
    accepted_ = true;
    resumed_ = packet.session_present;
    limits_.receive_maximum = packet.properties.receive_maximum.value_or(65'535);
    limits_.maximum_packet_size = packet.properties.maximum_packet_size.value_or(268'435'460);
    limits_.topic_alias_maximum = packet.properties.topic_alias_maximum.value_or(0);
    limits_.maximum_qos = packet.properties.maximum_qos.value_or(qos::exactly_once);
    limits_.retain_available = packet.properties.retain_available.value_or(true);
    if (!resumed_)
    {
        messages_.clear();
        if (was_connected_)
        {
            book_.session_lost("the server has none");
            book_.client_knows();
        }
    }
    was_connected_ = true;
    // What was released before is released again first, in its order. v5 [MQTT-4.3.3-5]
    pubrels_due_.clear();
    for (message& each : messages_)
    {
        if (each.released)
        {
            pubrels_due_.push_back(each.identifier);
        }
        each.may_be_over = each.may_be_over || (!each.released && may_be_given_up(each));
    }
}

void wire_rules::received_publish(const wire::frame& in)
{
    wire::publish packet;
    if (!decode(in, packet))
    {
        return;
    }
    std::string topic(packet.topic);
    if (packet.properties.topic_alias)
    {
        std::string& known = aliases_of_server_[*packet.properties.topic_alias];
        topic = topic.empty() ? known : topic;
        known = topic;
    }
    if (log_.tells())
    {
        log_.note("< PUBLISH " + std::string(name_of(packet.payload.text())) + ", QoS " +
                  std::to_string(static_cast<int>(packet.qos)) + ", identifier " +
                  std::to_string(packet.packet_identifier) + (packet.duplicate ? ", DUP" : ""));
    }
    if (packet.qos != qos::at_most_once)
    {
        arrivals_.push_back({packet.packet_identifier, packet.qos, std::string(packet.payload.text()), topic});
    }
}

void wire_rules::received_answer(const wire::frame& in)
{
    const std::uint16_t identifier = static_cast<std::uint16_t>((static_cast<std::uint8_t>(in.body[0]) << 8U) |
                                                                static_cast<std::uint8_t>(in.body[1]));
    if (log_.tells())
    {
        log_.note(describe("< " + std::string(to_string(in.type())), identifier));
    }
    const auto found = find(identifier);
    switch (in.type())
    {
    case wire::packet_type::suback:
    case wire::packet_type::unsuback: requests_.erase(identifier); break;
    case wire::packet_type::pubrel: pubcomps_due_.insert(identifier); break;
    case wire::packet_type::pubrec:
    {
        wire::pubrec packet;
        if (!decode(in, packet))
        {
            return;
        }
        if (found == messages_.end())
        {
            unknown_pubrecs_.insert(identifier);
        }
        else if (is_failure(packet.reason_code))
        {
            messages_.erase(found);
        }
        else
        {
            found->released = true;
            pubrels_due_.push_back(identifier);
            messages_.splice(messages_.end(), messages_, found); // PUBRELs keep the order of the PUBRECs
        }
        break;
    }
    default: // PUBACK, PUBCOMP
        if (found != messages_.end())
        {
            std::erase(pubrels_due_, identifier);
            messages_.erase(found);
        }
        break;
    }
}

} // namespace simulation
