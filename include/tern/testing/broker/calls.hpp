// SPDX-License-Identifier: BSL-1.0
//
// What the testing broker does when it is called: finds the connection, lets its parts work, and settles what follows.
//
// Layer: testing, without Asio. Standard: v5 and v3.1.1, the server's part.
// Packets are handled in dispatch.hpp and the headers it names.
#ifndef TERN_TESTING_BROKER_CALLS_HPP
#define TERN_TESTING_BROKER_CALLS_HPP

#include "tern/linkage.hpp"
#include "tern/testing/broker/configuration.hpp"
#include "tern/testing/broker/delivery.hpp"
#include "tern/testing/broker/dispatch.hpp"
#include "tern/testing/broker/interface.hpp"
#include "tern/testing/broker/lifecycle.hpp"
#include "tern/testing/broker/policy.hpp"
#include "tern/testing/broker/publishing.hpp"
#include "tern/testing/broker/state.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if TERN_BODIES

namespace tern::testing
{

namespace broker_detail
{

[[nodiscard]] inline session_report report_of(session& of)
{
    session_report result;
    result.client_identifier = of.client_identifier;
    result.user_name = of.user_name;
    result.version = of.version;
    result.connection = of.connection != nullptr ? of.connection->id : connection_id::none;
    result.expiry_interval = of.expiry_interval;
    result.subscriptions = of.subscriptions.size();
    result.queued = of.queue.size();
    for (std::size_t i = 0; i < of.window.size(); ++i)
    {
        result.in_flight += of.window[i].state != outgoing_state::done ? 1U : 0U;
    }
    result.unreleased = of.unreleased.size();
    result.has_will = of.will.has_value();
    return result;
}

} // namespace broker_detail

TERN_INLINE broker::broker(broker_configuration configuration, broker_policy* policy)
    : state_(std::make_unique<broker_detail::state>(std::move(configuration), policy))
{
}

TERN_INLINE broker::broker(broker&&) noexcept = default;

TERN_INLINE broker& broker::operator=(broker&&) noexcept = default;

TERN_INLINE broker::~broker() = default;

TERN_INLINE connection_id broker::open(time_point now)
{
    auto made = std::make_unique<broker_detail::connection>();
    const std::uint64_t serial = ++state_->last_serial;
    made->id = static_cast<connection_id>(serial);
    made->last_received = now;
    broker_detail::connection& opened = *state_->connections.emplace(serial, std::move(made)).first->second;
    ++state_->statistics.connections_opened;
    broker_detail::set_connection_timer(*state_, opened, now);
    if (state_->connections.size() > state_->limits().maximum_connections)
    {
        broker_detail::abandon(*state_, opened, now);
    }
    return opened.id;
}

TERN_INLINE void broker::receive(connection_id from, std::string_view bytes, time_point now)
{
    broker_detail::connection* const which = state_->find(from);
    if (which == nullptr || which->phase == broker_detail::connection_phase::finished)
    {
        return;
    }
    state_->statistics.bytes_received += bytes.size();
    if (which->input.empty())
    {
        which->input.assign(bytes.substr(broker_detail::process(*state_, *which, bytes, now)));
    }
    else
    {
        which->input.append(bytes);
        which->input.erase(0, broker_detail::process(*state_, *which, which->input, now));
    }
    broker_detail::settle(*state_, now);
}

TERN_INLINE void broker::closed(connection_id which, time_point now)
{
    broker_detail::connection* const gone = state_->find(which);
    if (gone == nullptr)
    {
        return;
    }
    if (gone->phase != broker_detail::connection_phase::finished)
    {
        broker_detail::report(*state_, broker_event_kind::connection_lost, *gone, reason_code::success);
        broker_detail::finish(*state_, *gone, broker_detail::will_fate::publish, now);
    }
    broker_detail::settle(*state_, now);
    state_->timers.set(static_cast<std::uint64_t>(which), {});
    state_->connections.erase(static_cast<std::uint64_t>(which));
}

TERN_INLINE std::optional<connection_id> broker::next_ready()
{
    while (!state_->ready.empty())
    {
        const connection_id id = state_->ready.front();
        state_->ready.pop_front();
        if (broker_detail::connection* const which = state_->find(id); which != nullptr)
        {
            which->listed = false;
            return id;
        }
    }
    return {};
}

TERN_INLINE bool broker::take_output(connection_id from, std::string& buffer, time_point now)
{
    buffer.clear();
    broker_detail::connection* const which = state_->find(from);
    if (which == nullptr || which->output.empty())
    {
        return false;
    }
    which->output.swap(buffer);
    if (which->session != nullptr)
    {
        broker_detail::pump(*state_, *which->session, now);
    }
    return true;
}

TERN_INLINE bool broker::has_output(connection_id from) const noexcept
{
    const broker_detail::connection* const which = state_->find(from);
    return which != nullptr && !which->output.empty();
}

TERN_INLINE bool broker::finished(connection_id which) const noexcept
{
    const broker_detail::connection* const found = state_->find(which);
    return found == nullptr || found->phase == broker_detail::connection_phase::finished;
}

TERN_INLINE bool broker::abandoned(connection_id which) const noexcept
{
    const broker_detail::connection* const found = state_->find(which);
    return found == nullptr || found->abandoned;
}

TERN_INLINE bool broker::accepts_input(connection_id from) const noexcept
{
    const broker_detail::connection* const which = state_->find(from);
    return which != nullptr && broker_detail::has_room(*state_, *which);
}

TERN_INLINE std::optional<time_point> broker::deadline() const noexcept
{
    return state_->timers.earliest();
}

TERN_INLINE void broker::advance(time_point now)
{
    while (const std::optional<std::uint64_t> due = state_->timers.take_due(now))
    {
        if (broker_detail::connection* const which = state_->find(static_cast<connection_id>(*due)))
        {
            broker_detail::on_connection_timer(*state_, *which, now);
        }
        else if (const auto found = state_->sessions_by_serial.find(*due); found != state_->sessions_by_serial.end())
        {
            broker_detail::on_session_timer(*state_, *found->second, now);
        }
    }
    broker_detail::settle(*state_, now);
}

TERN_INLINE std::size_t broker::publish(const wire::publish& message, time_point now)
{
    wire::publish content = message;
    content.properties.topic_alias.reset();
    broker_detail::message_source source(content, 0, now);
    const std::size_t receivers = broker_detail::route(*state_, source, now);
    broker_detail::settle(*state_, now);
    return receivers;
}

TERN_INLINE void broker::disconnect(connection_id which, reason_code reason, time_point now)
{
    if (broker_detail::connection* const found = state_->find(which))
    {
        broker_detail::close(*state_, *found, reason, now);
    }
    broker_detail::settle(*state_, now);
}

TERN_INLINE void broker::drop_connection(connection_id which, time_point now)
{
    if (broker_detail::connection* const found = state_->find(which))
    {
        broker_detail::report(*state_, broker_event_kind::connection_lost, *found, reason_code::success);
        broker_detail::abandon(*state_, *found, now);
    }
    broker_detail::settle(*state_, now);
}

TERN_INLINE void broker::drop_connections(time_point now)
{
    for (const connection_id id : connections())
    {
        drop_connection(id, now);
    }
}

TERN_INLINE void broker::drop_sessions(time_point now)
{
    for (const auto& [identifier, session] : state_->sessions)
    {
        session->will.reset();
    }
    drop_connections(now);
    state_->subscriptions.clear();
    state_->retained.clear();
    for (const auto& [serial, session] : state_->sessions_by_serial)
    {
        state_->timers.set(serial, {});
    }
    state_->sessions_by_serial.clear();
    state_->sessions.clear();
}

TERN_INLINE void broker::inject(connection_id to, std::string_view bytes)
{
    if (broker_detail::connection* const which = state_->find(to))
    {
        broker_detail::append_output(*state_, *which, bytes);
    }
}

TERN_INLINE void broker::release_acknowledgements(bool keep_holding)
{
    state_->configuration.hold_acknowledgements = keep_holding;
    for (const auto& [serial, which] : state_->connections)
    {
        broker_detail::release_held(*state_, *which);
    }
}

TERN_INLINE broker_configuration& broker::configuration() noexcept
{
    return state_->configuration;
}

TERN_INLINE const broker_configuration& broker::configuration() const noexcept
{
    return state_->configuration;
}

TERN_INLINE const broker_statistics& broker::statistics() const noexcept
{
    return state_->statistics;
}

TERN_INLINE std::size_t broker::session_count() const noexcept
{
    return state_->sessions.size();
}

TERN_INLINE std::size_t broker::retained_count() const noexcept
{
    return state_->retained.size();
}

TERN_INLINE std::vector<connection_id> broker::connections() const
{
    std::vector<connection_id> all;
    all.reserve(state_->connections.size());
    for (const auto& [serial, which] : state_->connections)
    {
        all.push_back(which->id);
    }
    return all;
}

TERN_INLINE std::optional<session_report> broker::find_session(std::string_view client_identifier) const
{
    const auto found = state_->sessions.find(std::string(client_identifier));
    return found == state_->sessions.end() ? std::nullopt : std::optional(broker_detail::report_of(*found->second));
}

TERN_INLINE const wire::publish* broker::find_retained(std::string_view topic, time_point now) const
{
    const broker_detail::stored_message* const found = state_->retained.find(topic, now);
    return found == nullptr ? nullptr : &found->content();
}

} // namespace tern::testing

#endif // TERN_BODIES

#endif
