// SPDX-License-Identifier: BSL-1.0
#include "stage.hpp"

#include <array>
#include <span>
#include <utility>

namespace violations
{

using namespace tern_test;

stage::stage(protocol_version version, const tern::client_limits& limits) : options(plain_options()), script_(limits)
{
    script_.version = version;
    if (version == protocol_version::v3_1_1)
    {
        options.protocol = tern::protocol_choice::v3_1_1;
        options.clean_start = false; // or an earlier session would have to be discarded first
    }
}

void stage::open()
{
    owed_.clear();
    for (incoming& each : incoming_)
    {
        each.on_this_connection = false;
    }
    (void)engine().configure(options);
    (void)engine().open(version(), now());
    (void)drain();
}

void stage::accept()
{
    wire::connack packet = answer;
    packet.session_present = server_has_session_;
    if (options.authentication_method && is_v5())
    {
        packet.properties.authentication_method = options.authentication_method;
    }
    if (!server_has_session_)
    {
        for (incoming& each : incoming_)
        {
            each.state = each.state == progress::done ? progress::done : progress::forgotten;
        }
    }
    server_has_session_ = true;
    if (const auto event = script_.feed(packet))
    {
        note(*event);
    }
    (void)drain();
}

std::optional<session::event> stage::send(std::string_view input)
{
    session::engine::receive_result result = engine().receive(input, now());
    if (result.event)
    {
        note(*result.event);
    }
    return result.event;
}

std::size_t stage::deliver(tern::qos level)
{
    incoming_.push_back({next_identifier_++, level});
    if (level == tern::qos::at_most_once)
    {
        incoming_.back().state = progress::done;
    }
    publish_packet(incoming_.back(), false);
    return incoming_.size() - 1;
}

void stage::publish_packet(incoming& message, bool duplicate)
{
    message.on_this_connection = true;
    const unsigned flags = (duplicate ? 8U : 0U) | (static_cast<unsigned>(message.qos) << 1U);
    const bytes identifier = message.qos == tern::qos::at_most_once ? bytes() : two_bytes(message.identifier);
    // The payload tells which message it is, whatever becomes of its identifier.
    (void)send(packet(0x30U | flags,
                      field("in") + identifier + (is_v5() ? raw({0}) : bytes()) + std::to_string(message.identifier)));
}

void stage::release(std::size_t message)
{
    incoming_[message].on_this_connection = true;
    (void)send(packet(0x62, two_bytes(incoming_[message].identifier)));
}

void stage::challenge()
{
    std::erase_if(owed_, [](const owed& each) { return each.answer == wire::packet_type::auth; });
    (void)send(packet(0xF0, raw({0x18}) + variable(4) + raw({0x15}) + field("m")));
}

std::uint16_t stage::owes(wire::packet_type kind) const noexcept
{
    for (const owed& each : owed_)
    {
        if (each.answer == kind)
        {
            return each.identifier;
        }
    }
    return 0;
}

bool stage::answer_one()
{
    if (owed_.empty())
    {
        return false;
    }
    const owed next = owed_.front();
    owed_.pop_front();
    bytes body = two_bytes(next.identifier);
    if (next.answer == wire::packet_type::suback || (next.answer == wire::packet_type::unsuback && is_v5()))
    {
        body += (is_v5() ? raw({0}) : bytes()) + bytes(next.count, '\0');
    }
    const bool without_identifier =
        next.answer == wire::packet_type::pingresp || next.answer == wire::packet_type::auth;
    if (next.answer == wire::packet_type::auth)
    {
        body = raw({0}) + variable(4) + raw({0x15}) + field("m");
    }
    else if (without_identifier)
    {
        body.clear();
    }
    const unsigned flags = next.answer == wire::packet_type::pubrel ? 2 : 0;
    (void)send(packet((static_cast<unsigned>(next.answer) << 4U) | flags, body));
    return true;
}

session::operation stage::begin_operation()
{
    operations_.emplace_back();
    return operations_.size();
}

void stage::publish(tern::qos level)
{
    const session::operation waiter = begin_operation();
    tern::publish_options how;
    how.qos = level;
    if (const std::error_code error = engine().publish(waiter, "out", "payload", how, now()).error)
    {
        completed(waiter, error);
    }
}

void stage::subscribe(std::size_t filters)
{
    const std::array<tern::topic_subscription, 3> all{{{"a/#"}, {"b/+"}, {"c"}}};
    std::uint32_t identifier = 0;
    const session::operation waiter = begin_operation();
    if (const std::error_code error = engine().subscribe(waiter, std::span(all).first(filters), {}, identifier, now()))
    {
        completed(waiter, error);
    }
}

void stage::cancel_subscribe()
{
    (void)engine().cancel_request(operations_.size());
    operations_.back().expects_completion = false;
}

void stage::unsubscribe()
{
    const std::array<std::string_view, 1> filters{"u/#"};
    const session::operation waiter = begin_operation();
    if (const std::error_code error = engine().unsubscribe(waiter, filters, {}, now()))
    {
        completed(waiter, error);
    }
}

void stage::take(std::size_t message)
{
    if (const auto handle = std::exchange(incoming_[message].untaken, std::nullopt))
    {
        engine().acknowledge(*handle, tern::reason_code::success, now());
    }
}

void stage::completed(session::operation which, std::error_code error)
{
    operation& ended = operations_.at(which - 1);
    ++ended.completions;
    ended.error = error;
}

void stage::note_message(const session::message_received& event)
{
    ++delivered_;
    for (incoming& each : incoming_)
    {
        if (event.message.payload_text() == std::to_string(each.identifier))
        {
            ++each.deliveries;
            if (event.delivery.generation != 0)
            {
                each.untaken = event.delivery;
            }
        }
    }
}

void stage::note(const session::event& event)
{
    if (const auto* const message = std::get_if<session::message_received>(&event))
    {
        note_message(*message);
    }
    else if (const auto* const published = std::get_if<session::publish_completed>(&event))
    {
        completed(published->operation, published->error);
    }
    else if (const auto* const subscribed = std::get_if<session::subscribe_completed>(&event))
    {
        completed(subscribed->operation, subscribed->error);
    }
    else if (const auto* const unsubscribed = std::get_if<session::unsubscribe_completed>(&event))
    {
        completed(unsubscribed->operation, unsubscribed->error);
    }
}

bytes stage::drain_unseen()
{
    bytes result;
    while (engine().has_output())
    {
        engine().transmit(script_.buffer, now());
        if (script_.buffer.empty())
        {
            break;
        }
        result += script_.buffer.view();
        engine().written(now());
    }
    session::event event;
    while (engine().poll(event))
    {
        note(event);
    }
    return result;
}

bytes stage::drain()
{
    const bytes result = drain_unseen();
    std::string_view rest = result;
    while (!rest.empty())
    {
        const wire::frame_result found = wire::next_frame(rest, wire::maximum_packet_size);
        learn(found.frame);
        rest.remove_prefix(found.frame.size);
    }
    return result;
}

void stage::acknowledged(std::uint16_t identifier, progress state)
{
    for (incoming& each : incoming_)
    {
        if (each.identifier == identifier)
        {
            each.state = state;
        }
    }
}

/// A packet of the client's: what the server owes for it.
void stage::learn(const wire::frame& packet)
{
    using enum wire::packet_type;
    const auto identifier_at = [&](std::size_t offset) {
        return static_cast<std::uint16_t>((static_cast<unsigned char>(packet.body[offset]) << 8U) |
                                          static_cast<unsigned char>(packet.body[offset + 1]));
    };
    switch (packet.type())
    {
    case publish:
    {
        const unsigned level = (packet.flags() >> 1U) & 3U;
        if (level != 0)
        {
            owed_.push_back({level == 1 ? puback : pubrec, identifier_at(2 + identifier_at(0))});
        }
        break;
    }
    case puback: acknowledged(identifier_at(0), progress::done); break;
    case pubrec: acknowledged(identifier_at(0), progress::received); break;
    case pubrel: owed_.push_back({pubcomp, identifier_at(0)}); break;
    case pubcomp: acknowledged(identifier_at(0), progress::done); break;
    case subscribe:
    {
        wire::subscribe decoded;
        (void)wire::decode(version(), packet, decoded);
        owed_.push_back({suback, decoded.packet_identifier, decoded.subscriptions.size()});
        break;
    }
    case unsubscribe:
    {
        wire::unsubscribe decoded;
        (void)wire::decode(version(), packet, decoded);
        owed_.push_back({unsuback, decoded.packet_identifier, decoded.topic_filters.size()});
        break;
    }
    case pingreq: owed_.push_back({pingresp, 0}); break;
    case auth: owed_.push_back({auth, 0}); break;
    default: break;
    }
}

/// What an earlier connection left, one after another, so that nothing exceeds what was granted.
void stage::repeat_unfinished()
{
    for (std::size_t i = 0; i < incoming_.size(); ++i)
    {
        if (incoming_[i].state == progress::published && !incoming_[i].on_this_connection)
        {
            publish_packet(incoming_[i], true);
            take(i);
            (void)drain();
        }
        if (incoming_[i].state == progress::received)
        {
            release(i);
            (void)drain();
        }
    }
}

void stage::take_all()
{
    for (std::size_t i = 0; i < incoming_.size(); ++i)
    {
        take(i);
    }
}

std::string stage::finish()
{
    take_all();
    (void)drain();
    repeat_unfinished();
    while (answer_one())
    {
        (void)drain();
    }
    return verify();
}

std::string stage::recover()
{
    close();
    options.clean_start = false;
    connect();
    return finish();
}

std::string stage::verify()
{
    if (engine().phase() != session::connection_phase::connected)
    {
        return "the next connection is " + std::string(to_string(engine().phase()));
    }
    if (!engine().idle() || engine().unacknowledged() != 0)
    {
        return "something is never finished";
    }
    for (std::size_t i = 0; i < operations_.size(); ++i)
    {
        const operation& each = operations_[i];
        if (each.error || each.completions != (each.expects_completion ? 1U : 0U))
        {
            return "operation " + std::to_string(i + 1) + " completed " + std::to_string(each.completions) +
                   " times: " + each.error.message();
        }
    }
    for (const incoming& each : incoming_)
    {
        const bool ended = each.state == progress::done || each.state == progress::forgotten;
        if (!ended || each.deliveries == 0 || (each.qos == tern::qos::exactly_once && each.deliveries != 1))
        {
            return "message " + std::to_string(each.identifier) + " was delivered " + std::to_string(each.deliveries) +
                   " times" + (ended ? "" : " and not acknowledged");
        }
    }
    return {};
}

} // namespace violations
