// SPDX-License-Identifier: BSL-1.0
//
// Watches what one client hands to its transport and what it reads, packet by packet and over all of its connections,
// and says which rule of the standard is broken. It decodes with tern's wire layer and shares nothing else with the
// client: what is in flight, due or to be sent again it works out for itself.
#ifndef TERN_TESTS_SIMULATION_WIRE_RULES_HPP
#define TERN_TESTS_SIMULATION_WIRE_RULES_HPP

#include "simulation/journal.hpp"
#include "simulation/ledger.hpp"
#include "tern/error.hpp"
#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/packets.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace simulation
{

/// Bounds that the application has set.
struct own_bounds
{
    std::size_t maximum_in_flight = 65'535;
    std::size_t maximum_exactly_once_v3_1_1 = 20;
};

class wire_rules
{
public:
    wire_rules(journal& log, ledger& book, const own_bounds& bounds) : log_(log), book_(book), bounds_(bounds) {}

    /// A new transport is opened: the client's last one is of the past.
    void opened();

    /// Handed to the transport; whole packets.
    void sent(std::string_view bytes);

    /// One whole packet, before the client judges it.
    void received(tern::protocol_version version, std::string_view packet);

    /// The application has ended its connection: the operations are over, whatever the server knows of them.
    void abandoned();

    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }

private:
    /// An outgoing QoS 1 or 2 message from its first transmission to its end.
    struct message
    {
        std::uint16_t identifier = 0;
        tern::qos qos = tern::qos::at_least_once;
        std::string name;
        std::string topic;
        bool released = false;      ///< PUBREC came
        bool on_connection = false; ///< sent on this connection
        bool may_be_over = false;   ///< there was a server that does not take it: the client may have given it up
        std::size_t size = 0;
        bool retain = false;
    };

    /// A message from the server, from its arrival on this connection to its acknowledgement.
    struct arrival
    {
        std::uint16_t identifier = 0;
        tern::qos qos = tern::qos::at_least_once;
        std::string payload;
        std::string topic;
    };

    struct server_limits
    {
        std::size_t receive_maximum = 65'535;
        std::size_t maximum_packet_size = 268'435'460;
        std::size_t topic_alias_maximum = 0;
        tern::qos maximum_qos = tern::qos::exactly_once;
        bool retain_available = true;
    };

    using message_list = std::list<message>;

    void sent_packet(const tern::wire::frame& packet);
    void sent_connect(const tern::wire::frame& packet);
    void sent_publish(const tern::wire::frame& packet);
    void sent_pubrel(const tern::wire::frame& packet);
    void sent_acknowledgement(const tern::wire::frame& packet);
    void sent_pubcomp(const tern::wire::frame& packet);
    void sent_request(const tern::wire::frame& packet);
    void received_connack(const tern::wire::frame& packet);
    void received_publish(const tern::wire::frame& packet);
    void received_answer(const tern::wire::frame& packet);
    void new_message(message&& sent);
    void repeated_message(const message& sent);
    [[nodiscard]] message_list::iterator find(std::uint16_t identifier);
    [[nodiscard]] message_list::iterator next_to_repeat();
    [[nodiscard]] bool may_be_given_up(const message& which) const;
    void check_quota();
    void fail(std::string_view rule);

    template <class Packet>
    bool decode(const tern::wire::frame& in, Packet& packet);

    journal& log_;
    ledger& book_;
    own_bounds bounds_;
    std::uint64_t packets_ = 0;
    std::size_t connection_ = 0;
    bool was_connected_ = false; ///< ever
    // Of this connection.
    tern::protocol_version version_ = tern::protocol_version::v5;
    bool connect_sent_ = false;
    bool accepted_ = false;
    bool resumed_ = false;
    bool disconnected_ = false;
    server_limits limits_{};
    std::map<std::uint16_t, std::string> aliases_of_client_;
    std::map<std::uint16_t, std::string> aliases_of_server_;
    std::deque<arrival> arrivals_;
    std::set<std::uint16_t> requests_;
    std::multiset<std::uint16_t> pubcomps_due_;
    std::set<std::uint16_t> unknown_pubrecs_;
    std::deque<std::uint16_t> pubrels_due_; ///< in the order in which they have to leave
    // Of the session.
    message_list messages_; ///< in the order of their first transmission
};

/// "PUBREL 7"
[[nodiscard]] inline std::string describe(std::string_view what, std::uint16_t identifier)
{
    return std::string(what) + " " + std::to_string(identifier);
}

template <class Packet>
bool wire_rules::decode(const tern::wire::frame& in, Packet& packet)
{
    if (tern::wire::decode(version_, in, packet) != tern::errc{})
    {
        fail("a packet that is no " + std::string(to_string(in.type())));
        return false;
    }
    return true;
}

} // namespace simulation

#endif
