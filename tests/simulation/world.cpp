// SPDX-License-Identifier: BSL-1.0
#include "simulation/world.hpp"

#include "simulation/world_state.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_type.hpp>

#include <algorithm>
#include <utility>

namespace simulation
{

world::world(const setup& wanted, journal& log) : state_(std::make_unique<state>(wanted, log)) {}

world::~world() = default;

const setup& world::chosen() const noexcept
{
    return state_->chosen;
}

journal& world::log() noexcept
{
    return state_->log;
}

ledger& world::book() noexcept
{
    return state_->book;
}

tern::statistics world::stats() const
{
    return state_->client->stats();
}

bool world::is_connected() const
{
    return state_->client->state() == tern::connection_state::connected;
}

std::uint64_t world::packets() const
{
    return state_->rules.packets();
}

std::chrono::nanoseconds world::time() const
{
    return state_->clock.now() - state_->begin;
}

bool world::failed() const noexcept
{
    return state_->log.failed();
}

// ------------------------------------------------------------------------------------------------------------- Time

void world::settle()
{
    state_->settle();
}

void world::pass(std::chrono::microseconds duration)
{
    const auto end = state_->clock.now() + duration;
    (void)state_->run_until([] { return false; }, end);
    state_->clock.advance_to(end);
    state_->settle();
}

void world::jump(std::chrono::seconds duration)
{
    state_->log.note("the clock jumps by " + std::to_string(duration.count()) + " s");
    state_->clock.advance(duration);
    state_->settle();
}

bool world::run_until(const std::function<bool()>& done, std::chrono::seconds limit)
{
    return state_->run_until(done, state_->clock.now() + limit);
}

// ------------------------------------------------------------------------------------------------------ The network

void world::set_faults(const way_faults& to_broker, const way_faults& to_client)
{
    apply(to_broker, state_->forth);
    apply(to_client, state_->back);
    state_->broker.faults(state_->forth, state_->back);
    if (state_->link)
    {
        apply(to_broker, state_->link->forth());
        apply(to_client, state_->link->back());
    }
}

void world::cut_link(cut how)
{
    if (state_->link)
    {
        state_->log.note("the link breaks now");
        state_->link->cut(to_link_cut(how));
    }
}

void world::cut_link_after(way which, std::uint64_t bytes, cut how)
{
    if (!state_->link || state_->link->is_cut() || state_->link->is_closed())
    {
        cut_later_link_after(0, which, bytes, how);
        return;
    }
    const bool forth = which == way::to_broker;
    link_faults& faults = forth ? state_->link->forth() : state_->link->back();
    faults.cut_after = (forth ? state_->link->bytes_forth() : state_->link->bytes_back()) + bytes;
    faults.cut = to_link_cut(how);
}

void world::cut_later_link_after(std::size_t skipped, way which, std::uint64_t bytes, cut how)
{
    for (; skipped != 0; --skipped)
    {
        state_->broker.faults_of_next(state_->forth, state_->back);
    }
    link_faults next_forth = state_->forth;
    link_faults next_back = state_->back;
    link_faults& faults = which == way::to_broker ? next_forth : next_back;
    faults.cut_after = bytes;
    faults.cut = to_link_cut(how);
    state_->broker.faults_of_next(next_forth, next_back);
}

void world::on_cut(std::function<void()> action)
{
    state_->on_cut = std::move(action);
}

std::size_t world::links_made() const
{
    return state_->links.size();
}

std::size_t world::breaks() const
{
    return static_cast<std::size_t>(
        std::count_if(state_->links.begin(), state_->links.end(), [](const auto& each) { return each.is_cut(); }));
}

std::uint64_t world::bytes_passed(std::size_t link, way which) const
{
    const tern::testing::memory_link& of = state_->links[link];
    return which == way::to_broker ? of.bytes_forth() : of.bytes_back();
}

void world::heal()
{
    state& s = *state_;
    s.log.note("the network heals, the application takes everything");
    set_faults({}, {});
    s.healed = true;
    s.broker.accept_connections(true);
    s.outage_until.reset();
}

bool world::link_is_whole() const
{
    return state_->link && !state_->link->is_cut();
}

// ------------------------------------------------------------------------------------------------------- The broker

void world::restart_broker(bool keeps_sessions, std::chrono::microseconds outage)
{
    state& s = *state_;
    s.log.note(keeps_sessions ? "the server restarts" : "the server restarts without its sessions");
    if (outage.count() > 0)
    {
        s.broker.accept_connections(false);
        s.outage_until = s.clock.now() + outage;
    }
    if (keeps_sessions)
    {
        s.broker.core().drop_connections(s.broker.now());
        s.broker.flush();
        return;
    }
    if (s.broker.core().find_session(client_name))
    {
        s.book.session_lost("the server has forgotten it");
    }
    s.filters_at_server.clear();
    s.broker.drop_sessions();
}

tern::testing::broker_configuration& world::broker_settings()
{
    state_->book.limits_change = true;
    return state_->broker.core().configuration();
}

void world::inject(const std::string& topic, qos level, std::size_t size, bool retain)
{
    state& s = *state_;
    const std::string name = s.book.new_name();
    std::string payload = name + ".";
    payload.resize(std::max(payload.size(), size), '.');
    tern::wire::publish message;
    message.topic = topic;
    message.qos = level;
    message.retain = retain;
    message.payload = tern::byte_view(std::string_view(payload));
    const std::optional<qos> granted = s.granted_for(topic);
    if (granted)
    {
        s.book.route(name, topic, std::min(level, *granted) != qos::at_most_once);
    }
    const std::size_t receivers = s.broker.core().publish(message, s.broker.now());
    if (granted.has_value() != (receivers == 1))
    {
        s.log.fail("the server has other subscriptions than it said");
    }
    s.broker.flush();
}

bool world::server_has(std::string_view filter) const
{
    return state_->filters_at_server.contains(filter);
}

std::string world::left_at_server() const
{
    const auto session = state_->broker.core().find_session(client_name);
    if (!session)
    {
        return "not even the session";
    }
    return session->in_flight + session->queued + session->unreleased == 0
               ? std::string()
               : std::to_string(session->in_flight) + " in flight, " + std::to_string(session->queued) + " queued, " +
                     std::to_string(session->unreleased) + " unreleased";
}

// -------------------------------------------------------------------------------------------------- The application

void world::connect()
{
    state& s = *state_;
    s.book.ending(false);
    const std::size_t operation = s.book.begin("connect");
    tern::connect_options options;
    options.client_id = client_name;
    options.keep_alive = s.chosen.keep_alive;
    options.session_expiry = s.chosen.session_expiry;
    options.protocol = s.chosen.protocol;
    options.receive_maximum = s.chosen.receive_maximum;
    options.automatic_topic_aliases = s.chosen.topic_aliases;
    options.retry = true;
    s.client->async_connect("mqtt://broker", options, s.handler(operation));
}

void world::disconnect()
{
    state& s = *state_;
    const std::size_t operation = s.book.begin("disconnect");
    s.book.ending(true);
    s.client->async_disconnect([&s, operation](std::error_code error) {
        s.rules.abandoned();
        s.book.ended(operation, error);
    });
}

bool world::can_disconnect() const
{
    const state& s = *state_;
    return is_connected() && std::all_of(s.streams.begin(), s.streams.end(), [](const stream_state& each) {
               return each.answered || !each.request.permanent;
           });
}

std::size_t world::publish(const publish_request& request, bool can_be_cancelled)
{
    state& s = *state_;
    const std::size_t number = s.book.publish(request);
    const std::string payload = s.book.payload(number);
    tern::publish_options options;
    options.qos = request.qos;
    options.retain = request.retain;
    if (request.time_limit_ms != 0)
    {
        options.time_limit = std::chrono::milliseconds(request.time_limit_ms);
    }
    if (request.expiry_s != 0 && s.chosen.protocol == tern::protocol_choice::v5)
    {
        options.message_expiry_interval = std::chrono::seconds(request.expiry_s);
    }
    auto handler = [&s, number](std::error_code error, const tern::publish_result&) {
        s.book.published(number, error);
    };
    asio::cancellation_slot slot;
    if (can_be_cancelled)
    {
        slot = s.cancels[number].slot();
    }
    s.client->async_publish(request.topic, std::string_view(payload), options,
                            asio::bind_cancellation_slot(slot, std::move(handler)));
    return number;
}

void world::cancel(std::size_t publish)
{
    const auto found = state_->cancels.find(publish);
    if (found != state_->cancels.end() && state_->book.is_pending(publish))
    {
        state_->log.note("cancel p" + std::to_string(publish));
        state_->book.cancelled(publish);
        found->second.emit(asio::cancellation_type::total);
    }
}

std::size_t world::subscribe(const stream_request& request)
{
    state& s = *state_;
    const std::size_t number = s.book.open_stream(request);
    s.streams.emplace_back();
    stream_state& stream = s.streams.back();
    stream.request = request;
    tern::subscribe_options options;
    options.maximum_qos = request.maximum_qos;
    options.ack = request.manual ? tern::acknowledgement::manual : tern::acknowledgement::when_taken;
    const std::size_t operation = s.book.begin("subscribe to " + request.filter + " (" + std::to_string(number) + ")");
    if (request.in_place)
    {
        stream.registration = s.client->on_message(
            request.filter,
            [&s, number](const tern::message_view& message, const tern::acknowledger& acknowledge) {
                s.received_in_place(number, message, acknowledge);
            },
            options);
        stream.registration.async_ready(s.answer_handler(operation, number));
    }
    else
    {
        stream.handle = s.client->open_subscription(request.filter, options);
        stream.handle.async_ready(s.answer_handler(operation, number));
    }
    return number;
}

void world::unsubscribe(std::size_t number)
{
    state& s = *state_;
    stream_state& stream = s.streams[number];
    if (std::exchange(stream.closed, true))
    {
        return;
    }
    s.book.close_stream(number);
    const std::size_t operation = s.book.begin("unsubscribe stream " + std::to_string(number));
    if (stream.request.in_place)
    {
        stream.registration.async_unsubscribe(s.handler(operation));
    }
    else
    {
        stream.handle.async_unsubscribe(s.handler(operation));
    }
}

void world::forget(std::size_t number)
{
    state& s = *state_;
    s.log.note("forget stream " + std::to_string(number));
    s.streams[number].closed = true;
    s.book.close_stream(number);
    s.streams[number].handle = {};
}

void world::take(std::size_t number, std::size_t count)
{
    state_->streams[number].wanted += count;
    state_->receive(number);
}

void world::cancel_take(std::size_t number)
{
    state_->streams[number].wanted = 0;
    state_->streams[number].cancel_receive.emit(asio::cancellation_type::total);
}

void world::take_all(std::size_t number)
{
    state_->streams[number].takes_all = true;
    state_->receive(number);
    while (held(number) != 0)
    {
        acknowledge(number);
    }
}

void world::acknowledge(std::size_t number, bool newest)
{
    stream_state& stream = state_->streams[number];
    if (!stream.held.empty())
    {
        const auto which = newest ? stream.held.end() - 1 : stream.held.begin();
        state_->book.taken(number, which->payload_text());
        which->acknowledge();
        stream.held.erase(which);
    }
    else if (!stream.held_in_place.empty())
    {
        const auto which = newest ? stream.held_in_place.end() - 1 : stream.held_in_place.begin();
        state_->book.taken(number, which->second);
        which->first();
        stream.held_in_place.erase(which);
    }
}

std::size_t world::held(std::size_t number) const
{
    return state_->streams[number].held.size() + state_->streams[number].held_in_place.size();
}

std::size_t world::buffered(std::size_t number) const
{
    return state_->streams[number].handle.buffered();
}

bool world::is_closed(std::size_t number) const
{
    return state_->streams[number].closed;
}

std::size_t world::stream_count() const
{
    return state_->streams.size();
}

void world::destroy_client()
{
    state_->log.note("the client is destroyed");
    state_->book.ending(true);
    state_->client.reset();
    state_->settle();
}

} // namespace simulation
