// SPDX-License-Identifier: BSL-1.0
//
// A small MQTT broker for demonstrations and for the tests of programs that use tern. It is no broker for production:
// it keeps everything in memory, trusts its operator, compares passwords as plain text and knows no clustering.
//
// Layer: testing. Standard: v5 and v3.1.1, the server's part.
//
// It does no I/O and has no clock or thread: bytes and the time go in, bytes to write come out. testing/tcp_broker.hpp
// joins it to sockets, testing/memory_broker.hpp to streams in memory. By hand:
//
//     tern::testing::broker broker;
//     const auto id = broker.open(now);          // a client has connected
//     broker.receive(id, bytes, now);            // it sent something
//     while (const auto ready = broker.next_ready())
//         if (broker.take_output(*ready, buffer, now)) ...write buffer...; if (broker.finished(*ready)) ...close it...
#ifndef TERN_TESTING_BROKER_HPP
#define TERN_TESTING_BROKER_HPP

#include "tern/testing/broker/configuration.hpp"
#include "tern/testing/broker/delivery.hpp"
#include "tern/testing/broker/dispatch.hpp"
#include "tern/testing/broker/lifecycle.hpp"
#include "tern/testing/broker/policy.hpp"
#include "tern/testing/broker/publishing.hpp"
#include "tern/testing/broker/state.hpp"
#include "tern/wire/packets.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::testing
{

/// What the broker holds for one client, to look at.
struct session_report
{
    std::string client_identifier{};
    std::string user_name{};
    protocol_version version = protocol_version::v5;
    connection_id connection = connection_id::none; ///< none while the client is not connected
    std::uint32_t expiry_interval = 0;              ///< seconds after the connection's end
    std::size_t subscriptions = 0;
    std::size_t queued = 0;     ///< messages that were never sent
    std::size_t in_flight = 0;  ///< messages of QoS 1 and 2 that were sent and are not done
    std::size_t unreleased = 0; ///< QoS 2 messages of the client whose PUBREL has not come
    bool has_will = false;
};

/// The broker. Not thread-safe. Memory that cannot be had throws std::bad_alloc; nothing else throws.
class broker
{
public:
    /// \param policy decides and observes; null allows everything. It has to outlive the broker.
    explicit broker(broker_configuration configuration = {}, broker_policy* policy = nullptr)
        : state_(std::make_unique<broker_detail::state>(std::move(configuration), policy))
    {
    }

    /// A client has opened a network connection. Beyond maximum_connections the new one is finished at once.
    connection_id open(time_point now)
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

    /// Bytes from a client, cut anywhere. For a connection that is finished or unknown nothing happens.
    void receive(connection_id from, std::string_view bytes, time_point now)
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

    /// The network connection is gone: nothing more comes from it or goes to it. Every connection ends with this call,
    /// also one that the broker finished.
    void closed(connection_id which, time_point now)
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

    /// A connection that has output or is finished; each is named once until there is something new. Empty: none.
    std::optional<connection_id> next_ready()
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

    /// Swaps what is to be written with `buffer`, whose memory is used again. False, with an empty buffer, if there is
    /// nothing. Call it when the last buffer has been written: that a client reads slowly shows in calls that don't
    /// come.
    bool take_output(connection_id from, std::string& buffer, time_point now)
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

    [[nodiscard]] bool has_output(connection_id from) const noexcept
    {
        const broker_detail::connection* const which = state_->find(from);
        return which != nullptr && !which->output.empty();
    }

    /// Whether the broker wants the connection closed once its output is written. True for unknown ones.
    [[nodiscard]] bool finished(connection_id which) const noexcept
    {
        const broker_detail::connection* const found = state_->find(which);
        return found == nullptr || found->phase == broker_detail::connection_phase::finished;
    }

    /// Whether a finished connection is to be closed at once, whatever is still being written.
    [[nodiscard]] bool abandoned(connection_id which) const noexcept
    {
        const broker_detail::connection* const found = state_->find(which);
        return found == nullptr || found->abandoned;
    }

    /// False while a client should not be read from, because it does not read the answers.
    [[nodiscard]] bool accepts_input(connection_id from) const noexcept
    {
        const broker_detail::connection* const which = state_->find(from);
        return which != nullptr && broker_detail::has_room(*state_, *which);
    }

    /// When advance() has to be called next.
    [[nodiscard]] std::optional<time_point> deadline() const noexcept { return state_->timers.earliest(); }

    /// Does what is due: keep alive, wills, sessions that expire.
    void advance(time_point now)
    {
        while (const std::optional<std::uint64_t> due = state_->timers.take_due(now))
        {
            if (broker_detail::connection* const which = state_->find(static_cast<connection_id>(*due)))
            {
                broker_detail::on_connection_timer(*state_, *which, now);
            }
            else if (const auto found = state_->sessions_by_serial.find(*due);
                     found != state_->sessions_by_serial.end())
            {
                broker_detail::on_session_timer(*state_, *found->second, now);
            }
        }
        broker_detail::settle(*state_, now);
    }

    // What a test may do to it.

    /// Publishes a message as if a client had; gives how many sessions it goes to. Topic name and text are the caller's
    /// responsibility; an alias, identifiers and DUP are left out.
    std::size_t publish(const wire::publish& message, time_point now)
    {
        wire::publish content = message;
        content.properties.topic_alias.reset();
        broker_detail::message_source source(content, 0, now);
        const std::size_t receivers = broker_detail::route(*state_, source, now);
        broker_detail::settle(*state_, now);
        return receivers;
    }

    /// Ends a connection with a reason: DISCONNECT in 5.0, closing alone in 3.1.1.
    void disconnect(connection_id which, reason_code reason, time_point now)
    {
        if (broker_detail::connection* const found = state_->find(which))
        {
            broker_detail::close(*state_, *found, reason, now);
        }
        broker_detail::settle(*state_, now);
    }

    /// Loses a connection: what was not written yet is lost too.
    void drop_connection(connection_id which, time_point now)
    {
        if (broker_detail::connection* const found = state_->find(which))
        {
            broker_detail::report(*state_, broker_event_kind::connection_lost, *found, reason_code::success);
            broker_detail::abandon(*state_, *found, now);
        }
        broker_detail::settle(*state_, now);
    }

    /// Loses all connections; sessions and retained messages stay, as with a broker that is restarted and has stored
    /// them.
    void drop_connections(time_point now)
    {
        for (const connection_id id : connections())
        {
            drop_connection(id, now);
        }
    }

    /// Loses all connections, sessions, wills and retained messages, as with a broker that is restarted and stores
    /// nothing.
    void drop_sessions(time_point now)
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

    /// Appends bytes to a connection's output as they are, legal or not: to see what a client makes of them.
    void inject(connection_id to, std::string_view bytes)
    {
        if (broker_detail::connection* const which = state_->find(to))
        {
            broker_detail::append_output(*state_, *which, bytes);
        }
    }

    /// Sends the acknowledgements that the configuration holds back; with `false` later ones are not held any more.
    void release_acknowledgements(bool keep_holding = true)
    {
        state_->configuration.hold_acknowledgements = keep_holding;
        for (const auto& [serial, which] : state_->connections)
        {
            broker_detail::release_held(*state_, *which);
        }
    }

    /// Changes hold for connections that come later, but for hold_acknowledgements and the bounds, which hold at once.
    [[nodiscard]] broker_configuration& configuration() noexcept { return state_->configuration; }
    [[nodiscard]] const broker_configuration& configuration() const noexcept { return state_->configuration; }

    // What a test may look at.

    [[nodiscard]] const broker_statistics& statistics() const noexcept { return state_->statistics; }
    [[nodiscard]] std::size_t session_count() const noexcept { return state_->sessions.size(); }
    [[nodiscard]] std::size_t retained_count() const noexcept { return state_->retained.size(); }

    /// All connections that closed() has not been called for, in no promised order.
    [[nodiscard]] std::vector<connection_id> connections() const
    {
        std::vector<connection_id> all;
        all.reserve(state_->connections.size());
        for (const auto& [serial, which] : state_->connections)
        {
            all.push_back(which->id);
        }
        return all;
    }

    [[nodiscard]] std::optional<session_report> find_session(std::string_view client_identifier) const
    {
        const auto found = state_->sessions.find(std::string(client_identifier));
        return found == state_->sessions.end() ? std::nullopt : std::optional(report_of(*found->second));
    }

    /// The retained message of a topic, or null; holds until the next call.
    [[nodiscard]] const wire::publish* find_retained(std::string_view topic, time_point now) const
    {
        const broker_detail::stored_message* const found = state_->retained.find(topic, now);
        return found == nullptr ? nullptr : &found->content();
    }

private:
    static session_report report_of(broker_detail::session& of)
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
            result.in_flight += of.window[i].state != broker_detail::outgoing_state::done ? 1U : 0U;
        }
        result.unreleased = of.unreleased.size();
        result.has_will = of.will.has_value();
        return result;
    }

    std::unique_ptr<broker_detail::state> state_;
};

} // namespace tern::testing

#endif
