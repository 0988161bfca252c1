// SPDX-License-Identifier: BSL-1.0
#include "simulation/wire_rules.hpp"

#include "tern/error.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/packets.hpp"

#include <algorithm>
#include <utility>

namespace simulation
{

using tern::protocol_version;
using tern::qos;
namespace wire = tern::wire;

void wire_rules::fail(std::string_view rule)
{
    log_.fail("connection " + std::to_string(connection_) + ": " + std::string(rule));
}

void wire_rules::opened()
{
    ++connection_;
    connect_sent_ = false;
    accepted_ = false;
    resumed_ = false;
    disconnected_ = false;
    limits_ = {};
    aliases_of_client_.clear();
    aliases_of_server_.clear();
    arrivals_.clear();
    requests_.clear();
    pubcomps_due_.clear();
    unknown_pubrecs_.clear();
    pubrels_due_.clear();
    for (message& each : messages_)
    {
        each.on_connection = false;
    }
}

void wire_rules::abandoned()
{
    messages_.clear();
    pubrels_due_.clear();
}

// ------------------------------------------------------------------------------------------------------------- Sent

void wire_rules::sent(std::string_view bytes)
{
    while (!bytes.empty() && !log_.failed())
    {
        const wire::frame_result found = wire::next_frame(bytes, 268'435'460);
        if (found.status != wire::frame_status::complete)
        {
            fail("what was handed to the transport are no whole packets");
            return;
        }
        ++packets_;
        sent_packet(found.frame);
        bytes.remove_prefix(found.frame.size);
    }
}

void wire_rules::sent_packet(const wire::frame& packet)
{
    if (disconnected_) // v5 [MQTT-3.14.4-1] v3.1.1 [MQTT-3.14.4-2]
    {
        fail("something was sent after DISCONNECT");
    }
    if (connect_sent_ == (packet.type() == wire::packet_type::connect)) // v5 [MQTT-3.1.0-1] [MQTT-3.1.0-2]
    {
        fail("CONNECT is not the first packet, or not the only one");
    }
    if (packet.size > limits_.maximum_packet_size) // v5 [MQTT-3.2.2-15]
    {
        fail("a packet is larger than the server takes");
    }
    switch (packet.type())
    {
    case wire::packet_type::connect: sent_connect(packet); break;
    case wire::packet_type::publish: sent_publish(packet); break;
    case wire::packet_type::pubrel: sent_pubrel(packet); break;
    case wire::packet_type::puback:
    case wire::packet_type::pubrec: sent_acknowledgement(packet); break;
    case wire::packet_type::pubcomp: sent_pubcomp(packet); break;
    case wire::packet_type::subscribe:
    case wire::packet_type::unsubscribe: sent_request(packet); break;
    case wire::packet_type::disconnect:
        disconnected_ = true;
        log_.note("> DISCONNECT");
        break;
    default: break;
    }
}

void wire_rules::sent_connect(const wire::frame& in)
{
    connect_sent_ = true;
    const bool is_v5 = in.body.size() > 6 && in.body[6] == 5;
    version_ = is_v5 ? protocol_version::v5 : protocol_version::v3_1_1;
    wire::connect packet;
    if (decode(in, packet) && log_.tells())
    {
        log_.note(std::string("> CONNECT, ") + (is_v5 ? "5.0" : "3.1.1") + (packet.clean_start ? ", clean" : ""));
    }
}

void wire_rules::sent_publish(const wire::frame& in)
{
    wire::publish packet;
    if (!decode(in, packet))
    {
        return;
    }
    message sent;
    sent.identifier = packet.packet_identifier;
    sent.qos = packet.qos;
    sent.name = name_of(packet.payload.text());
    sent.topic = packet.topic;
    sent.on_connection = true;
    sent.size = in.size;
    sent.retain = packet.retain;
    if (const auto& alias = packet.properties.topic_alias)
    {
        if (*alias == 0 || *alias > limits_.topic_alias_maximum) // v5 [MQTT-3.3.2-8] [MQTT-3.3.2-9]
        {
            fail("a topic alias that the server did not grant");
        }
        std::string& known = aliases_of_client_[*alias];
        if (sent.topic.empty())
        {
            sent.topic = known;
        }
        known = sent.topic;
    }
    if (log_.tells())
    {
        log_.note("> PUBLISH " + sent.name + ", QoS " + std::to_string(static_cast<int>(sent.qos)) + ", identifier " +
                  std::to_string(sent.identifier) + (packet.duplicate ? ", DUP" : ""));
    }
    if (!accepted_)
    {
        fail("PUBLISH before CONNACK");
    }
    if (sent.topic.empty())
    {
        fail("PUBLISH with neither a topic nor a known alias"); // v5 3.3.2.3.4
    }
    if (sent.qos > limits_.maximum_qos || (sent.retain && !limits_.retain_available))
    {
        fail("a message that this server does not take"); // v5 [MQTT-3.2.2-11] [MQTT-3.2.2-14]
    }
    if (sent.qos == qos::at_most_once)
    {
        return;
    }
    if (packet.duplicate)
    {
        repeated_message(sent);
    }
    else
    {
        new_message(std::move(sent));
    }
    check_quota();
}

void wire_rules::new_message(message&& sent)
{
    if (const auto before = find(sent.identifier); before != messages_.end() && before->may_be_over)
    {
        messages_.erase(before);
    }
    if (sent.identifier == 0 || find(sent.identifier) != messages_.end() || requests_.contains(sent.identifier))
    {
        fail(describe("a new message with an identifier that is in use,", sent.identifier)); // v5 [MQTT-2.2.1-3]
    }
    if (next_to_repeat() != messages_.end()) // v5 [MQTT-4.6.0-1]
    {
        fail(sent.name + " was sent before everything was sent again");
    }
    messages_.push_back(std::move(sent));
}

// v5 [MQTT-4.4.0-1] [MQTT-4.6.0-1] v3.1.1 the same
void wire_rules::repeated_message(const message& sent)
{
    const auto same = find(sent.identifier);
    const auto expected = same != messages_.end() && same->may_be_over ? same : next_to_repeat();
    if (expected == messages_.end() || !resumed_)
    {
        fail(sent.name + " was sent again without need");
        return;
    }
    if (expected->identifier != sent.identifier || expected->name != sent.name || expected->topic != sent.topic ||
        expected->qos != sent.qos || expected->retain != sent.retain)
    {
        fail(sent.name + " was sent again where " + expected->name + " was due, or it was changed");
        return;
    }
    expected->on_connection = true;
}

/// Steps over what the client may have given up.
wire_rules::message_list::iterator wire_rules::next_to_repeat()
{
    return std::find_if(messages_.begin(), messages_.end(), [this](const message& each) {
        return !each.released && !each.on_connection && !each.may_be_over;
    });
}

bool wire_rules::may_be_given_up(const message& which) const
{
    constexpr std::size_t alias_and_length = 4; // it may have been sent with an alias, or without
    return which.qos > limits_.maximum_qos || (which.retain && !limits_.retain_available) ||
           which.size + which.topic.size() + alias_and_length > limits_.maximum_packet_size;
}

void wire_rules::check_quota()
{
    std::size_t count = 0;
    std::size_t exactly_once = 0;
    for (const message& each : messages_)
    {
        count += each.on_connection ? 1U : 0U;
        exactly_once += each.on_connection && each.qos == qos::exactly_once ? 1U : 0U;
    }
    if (count > limits_.receive_maximum) // v5 [MQTT-3.3.4-7]
    {
        fail("more in flight than the server's Receive Maximum, " + std::to_string(limits_.receive_maximum));
    }
    if (count > bounds_.maximum_in_flight)
    {
        fail("more in flight than the application allows");
    }
    if (version_ == protocol_version::v3_1_1 && exactly_once > bounds_.maximum_exactly_once_v3_1_1)
    {
        fail("more of QoS 2 in flight than the application allows for 3.1.1");
    }
}

void wire_rules::sent_pubrel(const wire::frame& in)
{
    wire::pubrel packet;
    if (!decode(in, packet))
    {
        return;
    }
    const std::uint16_t identifier = packet.packet_identifier;
    if (log_.tells())
    {
        log_.note(describe("> PUBREL", identifier));
    }
    if (unknown_pubrecs_.erase(identifier) != 0)
    {
        return; // 0x92
    }
    const auto found = find(identifier);
    if (found != messages_.end() && !found->released && !found->on_connection && found->may_be_over)
    {
        found->released = true; // the server does not take it any more, and may have it
        found->on_connection = true;
        found->may_be_over = false;
        messages_.splice(messages_.end(), messages_, found); // PUBRELs keep their order
        return;
    }
    if (found == messages_.end() || !found->released)
    {
        fail(describe("PUBREL without PUBREC,", identifier)); // v5 [MQTT-4.3.3-4]
        return;
    }
    found->on_connection = true;
    if (pubrels_due_.empty() || pubrels_due_.front() != identifier) // v5 [MQTT-4.6.0-4] v3.1.1 [MQTT-4.6.0-4]
    {
        fail(describe("PUBREL out of order,", identifier));
        return;
    }
    pubrels_due_.pop_front();
}

void wire_rules::sent_acknowledgement(const wire::frame& in)
{
    wire::puback puback;
    wire::pubrec pubrec;
    const bool is_pubrec = in.type() == wire::packet_type::pubrec;
    if (!(is_pubrec ? decode(in, pubrec) : decode(in, puback)))
    {
        return;
    }
    const std::uint16_t identifier = is_pubrec ? pubrec.packet_identifier : puback.packet_identifier;
    if (log_.tells())
    {
        log_.note(describe(is_pubrec ? "> PUBREC" : "> PUBACK", identifier));
    }
    // v5 [MQTT-4.6.0-2] [MQTT-4.6.0-3]: in the order of arrival
    if (arrivals_.empty() || arrivals_.front().identifier != identifier ||
        (arrivals_.front().qos == qos::exactly_once) != is_pubrec)
    {
        fail(describe("an acknowledgement that is not due,", identifier));
        return;
    }
    book_.acknowledged(arrivals_.front().payload, arrivals_.front().topic, arrivals_.front().qos);
    arrivals_.pop_front();
}

void wire_rules::sent_pubcomp(const wire::frame& in)
{
    wire::pubcomp packet;
    if (!decode(in, packet))
    {
        return;
    }
    const auto due = pubcomps_due_.find(packet.packet_identifier);
    if (due == pubcomps_due_.end()) // v5 [MQTT-4.3.3-11]
    {
        fail(describe("PUBCOMP without PUBREL,", packet.packet_identifier));
        return;
    }
    pubcomps_due_.erase(due);
}

void wire_rules::sent_request(const wire::frame& in)
{
    const std::uint16_t identifier = static_cast<std::uint16_t>((static_cast<std::uint8_t>(in.body[0]) << 8U) |
                                                                static_cast<std::uint8_t>(in.body[1]));
    if (log_.tells())
    {
        log_.note(describe("> " + std::string(to_string(in.type())), identifier));
    }
    if (const auto before = find(identifier); before != messages_.end() && before->may_be_over)
    {
        messages_.erase(before);
    }
    if (identifier == 0 || find(identifier) != messages_.end() || !requests_.insert(identifier).second)
    {
        fail(describe("a request with an identifier that is in use,", identifier)); // v5 [MQTT-2.2.1-3]
    }
}

wire_rules::message_list::iterator wire_rules::find(std::uint16_t identifier)
{
    return std::find_if(messages_.begin(), messages_.end(),
                        [identifier](const message& each) { return each.identifier == identifier; });
}

} // namespace simulation
