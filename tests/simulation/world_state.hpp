// SPDX-License-Identifier: BSL-1.0
//
// The inside of a world: who listens to whom, and how the clock moves. For world.cpp only.
#ifndef TERN_TESTS_SIMULATION_WORLD_STATE_HPP
#define TERN_TESTS_SIMULATION_WORLD_STATE_HPP

#include "simulation/journal.hpp"
#include "simulation/ledger.hpp"
#include "simulation/tapped_transport.hpp"
#include "simulation/wire_rules.hpp"
#include "simulation/world.hpp"
#include "tern/client/basic_client.hpp"
#include "tern/testing/memory_broker.hpp"
#include "tern/testing/virtual_clock.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace simulation
{

using tern::qos;
using tern::testing::link_cut;
using tern::testing::link_faults;

inline constexpr std::string_view client_name = "simulated";
inline constexpr std::size_t most_steps = 200'000; ///< of one run_until(): more is a loop without an end

using client_type = tern::basic_client<tapped_transport>;

inline link_cut to_link_cut(cut how)
{
    switch (how)
    {
    case cut::end: return link_cut::end_of_stream;
    case cut::reset: return link_cut::reset;
    case cut::silence: break;
    }
    return link_cut::silence;
}

inline void apply(const way_faults& wanted, link_faults& to)
{
    to.maximum_read = wanted.maximum_read;
    to.maximum_write = wanted.maximum_write;
    to.capacity = wanted.capacity;
    to.delay = wanted.delay;
    to.gather = wanted.gather;
    to.swallow = wanted.swallow;
}

/// One consumer of the application.
struct stream_state
{
    stream_request request;
    tern::subscription handle{};
    tern::message_handler_registration registration{};
    std::vector<tern::message> held{};
    std::vector<std::pair<tern::acknowledger, std::string>> held_in_place{};
    std::size_t wanted = 0; ///< messages to be taken
    bool takes_all = false;
    bool receiving = false;
    bool answered = false;
    bool closed = false;
    asio::cancellation_signal cancel_receive{};
};

struct world::state final : tern::testing::broker_policy, tern::observer
{
    state(const setup& wanted, journal& lines)
        : chosen(wanted), log(lines), book(lines), rules(lines, book, bounds_of(wanted.limits)),
          clock(tern::testing::virtual_clock::of(context)), tap(asio::use_service<wire_tap>(context)),
          begin(clock.now()), broker(context, wanted.broker, this)
    {
        clock.seed(wanted.seed);
        log.set_clock([this] { return clock.now() - begin; });
        tap.opened = [this] {
            rules.opened();
            const auto alive = broker.links();
            if (broker.connection_count() != links.size() && !alive.empty())
            {
                // What is left of the last connection must not arrive now: a CONNECT would take the session over, which
                // is final by decision.
                if (link)
                {
                    link->lose_unread();
                }
                cut_was_seen = false;
                links.push_back(alive.back());
                link = links.back();
                if (healed) // whatever was meant for it
                {
                    link->forth() = {};
                    link->back() = {};
                }
            }
        };
        tap.sent = [this](std::string_view bytes) { rules.sent(bytes); };
        book.republishes = wanted.limits.republish_exactly_once;
        book.refusals_are_told = wanted.protocol == tern::protocol_choice::v5;
        client.emplace(context, wanted.limits);
        client->set_observer(this);
        client->on_event([this](const tern::client_event& event) { std::visit([this](auto& e) { on(e); }, event); });
        client->on_unmatched([this](const tern::message_view& message) { book.unmatched(message.payload_text()); });
    }

    static own_bounds bounds_of(const tern::client_limits& limits)
    {
        return {limits.maximum_in_flight, limits.maximum_exactly_once_in_flight_v3_1_1};
    }

    ~state() override
    {
        client.reset();
        broker.stop();
        settle(); // handlers that were aborted refer to the streams
        log.set_clock({});
    }

    // -- What the broker tells ------------------------------------------------------------------------------------

    tern::reason_code authorize_publish(const tern::testing::client_identity&,
                                        const tern::wire::publish& packet) override
    {
        const std::string_view name = name_of(packet.payload.text());
        const bool refused = packet.topic.starts_with("refused/");
        book.at_server(name, packet.topic, refused);
        if (refused)
        {
            return tern::reason_code::not_authorized;
        }
        if (const auto granted = granted_for(packet.topic))
        {
            const bool may_expire = packet.properties.message_expiry_interval.has_value(); // in the queue
            book.route(name, packet.topic, std::min(packet.qos, *granted) != qos::at_most_once && !may_expire);
        }
        return tern::reason_code::success;
    }

    /// With which QoS the server sends what is published to a topic, if the client has subscribed to it.
    [[nodiscard]] std::optional<qos> granted_for(std::string_view topic) const
    {
        for (const auto& [filter, granted] : filters_at_server)
        {
            if (is_below(filter, topic))
            {
                return granted;
            }
        }
        return std::nullopt;
    }

    void on_event(const tern::testing::broker_event& event) override
    {
        using kind = tern::testing::broker_event_kind;
        switch (event.kind)
        {
        case kind::connected:
            losses_when_connected = book.losses();
            if (!event.session_present)
            {
                filters_at_server.clear();
            }
            break;
        case kind::subscribed:
            if (!is_failure(event.reason_code)) // it is the QoS that was granted
            {
                filters_at_server.insert_or_assign(std::string(event.topic), static_cast<qos>(event.reason_code));
            }
            break;
        case kind::unsubscribed: filters_at_server.erase(std::string(event.topic)); break;
        case kind::session_ended:
            filters_at_server.clear();
            book.session_lost("the server has ended it");
            break;
        case kind::closed:
            if (!event.client_identifier.empty() && // one whose CONNECT never came is closed too
                event.reason_code != tern::reason_code::keep_alive_timeout &&
                event.reason_code != tern::reason_code::session_taken_over)
            {
                log.fail("the server closes the connection: " + std::string(to_string(event.reason_code)));
            }
            break;
        case kind::message_dropped: log.fail("the server had no room for a message"); break;
        default: break;
        }
    }

    // -- What the client tells ------------------------------------------------------------------------------------

    void packet_sent(tern::protocol_version, std::string_view) noexcept override {}

    void packet_received(tern::protocol_version version, std::string_view packet) noexcept override
    {
        rules.received(version, packet);
    }

    void state_changed(tern::connection_state now) noexcept override
    {
        if (log.tells())
        {
            log.note("the client is " + std::string(to_string(now)));
        }
    }

    void on(const tern::connected_event&)
    {
        for (std::size_t i = 0; i < streams.size(); ++i)
        {
            receive(i);
        }
    }

    void on(const tern::disconnected_event& event)
    {
        if (log.tells())
        {
            log.note("no connection: " + event.error.message() + ", again in " +
                     std::to_string(event.retry_after.count()) + " ms");
        }
        if (event.was_connected)
        {
            lost_at = clock.now();
        }
        if (event.error == tern::error_kind::protocol_violation || event.error == tern::error_kind::usage)
        {
            log.fail("the client and the server do not agree: " + event.error.message());
        }
    }

    void on(const tern::given_up_event& event) { log.fail("the client gives up: " + event.error.message()); }

    // The client finds it out by CONNACK, which is judged elsewhere, or because it has waited too long by itself.
    void on(const tern::session_lost_event&)
    {
        const auto expiry = chosen.session_expiry.value_or(std::chrono::hours(1));
        if (book.losses() == losses_when_connected && clock.now() - lost_at < expiry)
        {
            log.fail("the client gives up a session that both sides have");
        }
        book.session_lost("says the client");
        book.client_knows();
    }

    void on(const tern::subscription_refused_event&) { log.fail("a subscription was not restored"); }

    template <class Event>
    void on(const Event&)
    {
    }

    // -- The application ------------------------------------------------------------------------------------------

    /// A handler of an operation that has no result of interest.
    auto handler(std::size_t operation)
    {
        return [this, operation](std::error_code error, const auto&...) { book.ended(operation, error); };
    }

    /// The server's answer to a subscription.
    auto answer_handler(std::size_t operation, std::size_t number)
    {
        return [this, operation, number](std::error_code error, const tern::subscribe_result&) {
            stream_state& stream = streams[number];
            stream.answered = true;
            if (error)
            {
                if (stream.request.permanent && client)
                {
                    log.fail("a subscription has failed: " + error.message());
                }
                stream.closed = true;
                book.close_stream(number);
            }
            book.ended(operation, error);
        };
    }

    void received(std::size_t number, std::error_code error, tern::message message)
    {
        stream_state& stream = streams[number];
        if (!std::exchange(stream.receiving, false))
        {
            log.fail("a receive completed twice");
        }
        if (error)
        {
            const bool ended = error == tern::errc::subscription_ended && stream.closed;
            if (!ended && error != asio::error::operation_aborted)
            {
                log.fail("a receive has failed: " + error.message());
            }
            return;
        }
        const std::string payload(message.payload_text());
        book.received(number, payload, message.topic(), message.qos());
        stream.wanted -= stream.wanted != 0 ? 1U : 0U;
        if (!stream.request.manual)
        {
            book.taken(number, payload);
        }
        else if (stream.takes_all)
        {
            book.taken(number, payload);
            message.acknowledge();
        }
        else
        {
            stream.held.push_back(std::move(message));
        }
        receive(number);
    }

    void receive(std::size_t number)
    {
        stream_state& stream = streams[number];
        if (stream.request.in_place || stream.receiving || !stream.handle || (stream.wanted == 0 && !stream.takes_all))
        {
            return;
        }
        if (client->state() == tern::connection_state::idle)
        {
            return; // it would fail at once
        }
        stream.receiving = true;
        stream.handle.async_receive(asio::bind_cancellation_slot(
            stream.cancel_receive.slot(), [this, number](std::error_code error, tern::message message) {
                received(number, error, std::move(message));
            }));
    }

    void received_in_place(std::size_t number, const tern::message_view& message, const tern::acknowledger& acknowledge)
    {
        stream_state& stream = streams[number];
        const std::string payload(message.payload_text());
        book.received(number, payload, message.topic, message.qos);
        if (!stream.request.manual || stream.takes_all)
        {
            book.taken(number, payload);
            acknowledge();
        }
        else
        {
            stream.held_in_place.emplace_back(acknowledge, payload);
        }
    }

    // -- Time -----------------------------------------------------------------------------------------------------

    void settle()
    {
        context.restart();
        for (std::size_t steps = 0; context.poll_one() != 0; ++steps)
        {
            if (steps == most_steps)
            {
                log.fail("the clock stands still, and no end is in sight");
                return;
            }
        }
        if (link && link->is_cut() && !std::exchange(cut_was_seen, true))
        {
            log.note("the link is broken");
            if (on_cut)
            {
                on_cut();
            }
        }
        if (outage_until && clock.now() >= *outage_until)
        {
            outage_until.reset();
            broker.accept_connections(true);
            log.note("the server accepts connections again");
        }
    }

    bool run_until(const std::function<bool()>& done, tern::testing::time_point limit)
    {
        for (std::size_t steps = 0; !log.failed(); ++steps)
        {
            settle();
            std::optional<tern::testing::time_point> next = clock.next();
            if (outage_until && (!next || *outage_until < *next))
            {
                next = outage_until;
            }
            if (done() || steps == most_steps || !next || *next > limit)
            {
                return done();
            }
            clock.advance_to(*next);
        }
        return false;
    }

    const setup chosen;
    journal& log;
    ledger book;
    wire_rules rules;
    asio::io_context context{1};
    tern::testing::virtual_clock& clock;
    wire_tap& tap;
    const tern::testing::time_point begin;
    tern::testing::memory_broker broker;
    std::optional<client_type> client;
    std::optional<tern::testing::memory_link> link;
    std::vector<tern::testing::memory_link> links; ///< all that there were
    bool cut_was_seen = false;
    bool healed = false;
    std::function<void()> on_cut;
    link_faults forth;
    link_faults back;
    std::optional<tern::testing::time_point> outage_until;
    std::map<std::string, qos, std::less<>> filters_at_server; ///< none is part of another
    std::deque<stream_state> streams;                          // whose addresses do not change
    std::map<std::size_t, asio::cancellation_signal> cancels;
    int losses_when_connected = 0;
    tern::testing::time_point lost_at{};
};

} // namespace simulation

#endif
