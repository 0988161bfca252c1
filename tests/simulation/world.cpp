// SPDX-License-Identifier: BSL-1.0
#include "simulation/world.hpp"

#include "simulation/wire_rules.hpp"
#include "tern/client/basic_client.hpp"
#include "tern/testing/memory_broker.hpp"
#include "tern/testing/memory_transport.hpp"
#include "tern/testing/virtual_clock.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace simulation
{

using tern::qos;
using tern::testing::link_cut;
using tern::testing::link_faults;

namespace
{

constexpr std::string_view client_name = "simulated";
constexpr std::size_t most_steps = 200'000; ///< of one run_until(): more is a loop without an end

/// Hears what a client's transports are handed.
class wire_tap final : public asio::execution_context::service
{
public:
    using key_type = wire_tap;
    static inline asio::execution_context::id id;

    explicit wire_tap(asio::execution_context& context) : asio::execution_context::service(context) {}

    std::function<void()> opened;
    std::function<void(std::string_view)> sent;

private:
    void shutdown() override {}
};

/// The transport in memory, with a tap.
class tapped_transport : public tern::testing::memory_transport
{
public:
    explicit tapped_transport(const executor_type& executor)
        : memory_transport(executor), tap_(asio::use_service<wire_tap>(asio::query(executor, asio::execution::context)))
    {
    }

    template <class Url, class Token>
    auto async_open(const Url& target, Token&& token)
    {
        memory_transport::async_open(target, std::forward<Token>(token));
        tap_.opened();
    }

    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        const auto* const data = static_cast<const char*>(buffer.data());
        // The rest of what was handed over before comes again, until all of it is written.
        const bool is_rest = data > last_ && data + buffer.size() == last_end_;
        last_ = data;
        last_end_ = data + buffer.size();
        if (!is_rest)
        {
            tap_.sent({data, buffer.size()});
        }
        return memory_transport::async_write_some(buffer, std::forward<Token>(token));
    }

private:
    wire_tap& tap_;
    const char* last_ = nullptr;
    const char* last_end_ = nullptr;
};

using client_type = tern::basic_client<tapped_transport>;

link_cut to_link_cut(cut how)
{
    switch (how)
    {
    case cut::end: return link_cut::end_of_stream;
    case cut::reset: return link_cut::reset;
    case cut::silence: break;
    }
    return link_cut::silence;
}

void apply(const way_faults& wanted, link_faults& to)
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

} // namespace

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

world::world(const setup& chosen, journal& log) : state_(std::make_unique<state>(chosen, log)) {}

world::~world() = default;

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

std::size_t world::stream_count() const
{
    return state_->streams.size();
}

// ---------------------------------------------------------------------------------------------------------- The end

void world::check_bounds()
{
    const state& s = *state_;
    const tern::statistics now = s.client->stats();
    const tern::client_limits& limits = s.chosen.limits;
    const bool may_wait = limits.when_queue_full == tern::full_queue_policy::wait;
    if (now.queued_messages > limits.maximum_queued_messages + (may_wait ? limits.maximum_waiting_messages : 0) +
                                  limits.maximum_in_flight) // what was sent may have to be sent as new
    {
        s.log.fail("more messages wait than may");
    }
    if (now.unacknowledged_received > s.chosen.receive_maximum)
    {
        s.log.fail("more messages are unacknowledged than Receive Maximum");
    }
    std::size_t buffered = 0;
    for (const stream_state& each : s.streams)
    {
        buffered += each.handle.buffered();
    }
    if (buffered > s.streams.size() * (limits.stream_messages + s.chosen.receive_maximum))
    {
        s.log.fail("more messages lie in the streams than may");
    }
}

void world::come_to_rest()
{
    state& s = *state_;
    if (s.log.failed())
    {
        return;
    }
    s.log.note("the network heals, the application takes everything");
    set_faults({}, {});
    s.healed = true;
    s.broker.accept_connections(true);
    s.outage_until.reset();
    for (std::size_t i = 0; i < s.streams.size(); ++i)
    {
        take_all(i);
    }
    const auto rests = [&] {
        return s.log.failed() ||
               (is_connected() && s.link && !s.link->is_cut() && s.book.complete() && s.client->stats().in_flight == 0);
    };
    (void)run_until(rests, std::chrono::hours(10));
    for (const stream_state& each : s.streams) // what is alive still works
    {
        if (!each.closed && !s.log.failed())
        {
            inject(each.request.filter.substr(0, each.request.filter.size() - 1) + "last", qos::exactly_once, 0);
        }
    }
    (void)run_until(rests, std::chrono::minutes(10));
    s.settle();
    if (s.log.failed())
    {
        return;
    }
    if (!is_connected())
    {
        s.log.fail("the client does not connect any more");
    }
    s.book.judge();
    for (const stream_state& each : s.streams)
    {
        if (!each.closed && s.book.client_is_right() && !s.filters_at_server.contains(each.request.filter))
        {
            s.log.fail("the server has no subscription to " + each.request.filter + " any more");
        }
    }
    pass(std::chrono::seconds(10)); // the last acknowledgements are on their way
    const tern::statistics now = s.client->stats();
    const auto session = s.broker.core().find_session(client_name);
    if (now.in_flight != 0 || now.unacknowledged_received != 0 || now.queued_messages != 0)
    {
        s.log.fail("the client has something left");
    }
    if (!session || session->in_flight != 0 || session->queued != 0 || session->unreleased != 0)
    {
        s.log.fail("the server has something left: " +
                   (session ? std::to_string(session->in_flight) + " in flight, " + std::to_string(session->queued) +
                                  " queued, " + std::to_string(session->unreleased) + " unreleased"
                            : std::string("not even the session")));
    }
}

void world::finish(bool by_disconnect)
{
    state& s = *state_;
    if (s.log.failed())
    {
        return;
    }
    if (by_disconnect)
    {
        disconnect();
        if (!run_until([&] { return s.book.outstanding() == 0; }, std::chrono::minutes(1)))
        {
            s.log.fail("the disconnect has no end");
        }
        return;
    }
    s.log.note("the client is destroyed");
    for (const qos level : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
    {
        publish({.topic = "up/last", .qos = level});
    }
    (void)subscribe({.filter = "never/#"});
    s.book.ending(true);
    s.client.reset();
    s.settle();
    if (s.book.outstanding() != 0)
    {
        s.log.fail("a handler was never called");
    }
}

} // namespace simulation
