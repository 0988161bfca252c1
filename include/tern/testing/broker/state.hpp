// SPDX-License-Identifier: BSL-1.0
//
// Everything that the testing broker holds, and how a packet gets into a connection's output. The headers beside this
// one are the rules that work on it, one for each part of the protocol.
//
// Layer: testing. Standard: v5 4, v3.1.1 4.
// Nothing here calls back into the broker: what has to be done to other connections is noted and done at the end of the
// call (see lifecycle.hpp, settle()).
#ifndef TERN_TESTING_BROKER_STATE_HPP
#define TERN_TESTING_BROKER_STATE_HPP

#include "tern/testing/broker/configuration.hpp"
#include "tern/testing/broker/connection.hpp"
#include "tern/testing/broker/policy.hpp"
#include "tern/testing/broker/retained_messages.hpp"
#include "tern/testing/broker/session.hpp"
#include "tern/testing/broker/subscriptions.hpp"
#include "tern/testing/broker/timers.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tern::testing::broker_detail
{

struct state
{
    state(broker_configuration chosen, broker_policy* overriding)
        : configuration(std::move(chosen)), policy(overriding != nullptr ? overriding : &default_policy),
          observed(overriding != nullptr), subscriptions(tree_options()), retained(configuration.limits, tree_options())
    {
    }

    state(const state&) = delete;
    state& operator=(const state&) = delete;

    broker_configuration configuration;
    broker_policy default_policy;
    broker_policy* policy;
    bool observed; ///< somebody looks at packets

    broker_statistics statistics;
    std::uint64_t last_serial = 0;   ///< of connections and sessions
    std::uint64_t last_assigned = 0; ///< client identifier

    std::unordered_map<std::uint64_t, std::unique_ptr<connection>> connections; ///< by connection_id
    std::map<std::string, std::unique_ptr<session>> sessions;                   ///< by client identifier
    std::unordered_map<std::uint64_t, session*> sessions_by_serial;
    broker_detail::timers timers; ///< keys are serial numbers of connections and sessions

    subscription_table subscriptions;
    retained_messages retained;
    receivers targets; ///< of the message that is being routed

    std::deque<connection_id> ready; ///< connections that have output or are finished
    std::vector<connection*> doomed; ///< connections whose output outgrew its bound

    [[nodiscard]] const broker_limits& limits() const noexcept { return configuration.limits; }

    [[nodiscard]] connection* find(connection_id id) const noexcept
    {
        const auto found = connections.find(static_cast<std::uint64_t>(id));
        return found == connections.end() ? nullptr : found->second.get();
    }

private:
    [[nodiscard]] topic_tree_options tree_options() const noexcept
    {
        topic_tree_options options;
        options.seed ^= configuration.seed;
        options.maximum_nodes = configuration.limits.maximum_topic_nodes;
        return options;
    }
};

[[nodiscard]] inline client_identity identity_of(const connection& from) noexcept
{
    client_identity identity;
    identity.connection = from.id;
    identity.version = from.version;
    if (from.session != nullptr)
    {
        identity.client_identifier = from.session->client_identifier;
    }
    identity.user_name = from.user_name;
    return identity;
}

/// Puts a connection on the list of those that have something to take.
inline void mark_ready(state& broker, connection& which)
{
    if (!which.listed)
    {
        which.listed = true;
        broker.ready.push_back(which.id);
    }
}

/// Appends bytes as they are; for packets see send().
inline void append_output(state& broker, connection& to, std::string_view bytes)
{
    to.output += bytes;
    mark_ready(broker, to);
}

/// Encodes a packet for a connection. False if the client does not accept one so large; nothing is sent then.
template <class Packet>
bool send(state& broker, connection& to, const Packet& packet)
{
    if (to.phase == connection_phase::finished)
    {
        return false;
    }
    const std::size_t before = to.output.size();
    if (!to.encode(packet))
    {
        return false;
    }
    ++broker.statistics.packets_sent;
    if (broker.observed)
    {
        broker.policy->on_packet(packet_direction::sent, to.id, to.version, std::string_view(to.output).substr(before));
    }
    mark_ready(broker, to);
    // Messages stop at the bound, so that only answers to what the client sent get here.
    const bool answer = Packet::type != wire::packet_type::publish;
    if (answer && to.output.size() / 2 > broker.limits().maximum_output && !to.doomed)
    {
        to.doomed = true;
        broker.doomed.push_back(&to);
    }
    return true;
}

/// True while messages may be added to a connection's output.
[[nodiscard]] inline bool has_room(const state& broker, const connection& to) noexcept
{
    return to.output.size() < broker.limits().maximum_output;
}

} // namespace tern::testing::broker_detail

#endif
