// SPDX-License-Identifier: BSL-1.0
//
// What the testing broker knows of one network connection, and what dies with it: unread and unwritten bytes, the
// client's limits, topic aliases in both directions.
//
// Layer: testing. Standard: v5 3.1.2.11 (the client's limits), 3.3.2.3.4 (Topic Alias), 4.9 (Flow Control).
#ifndef TERN_TESTING_BROKER_CONNECTION_HPP
#define TERN_TESTING_BROKER_CONNECTION_HPP

#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/testing/broker/configuration.hpp"
#include "tern/testing/broker/policy.hpp"
#include "tern/wire/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tern::testing::broker_detail
{

struct session;

enum class connection_phase : std::uint8_t
{
    opened,         ///< CONNECT is awaited
    authenticating, ///< CONNECT came, AUTH is awaited
    connected,
    finished, ///< nothing is read any more; closed when the output is written
};

/// An acknowledgement that the configuration holds back.
struct held_acknowledgement
{
    std::uint16_t packet_identifier;
    bool exactly_once;
    tern::reason_code reason_code;
};

/// Topic names by alias, as the client defined them. v5 3.3.2.3.4
class incoming_aliases
{
public:
    void set(std::uint16_t alias, std::string_view topic)
    {
        if (topics_.size() < alias)
        {
            topics_.resize(alias); // at most Topic Alias Maximum entries: the caller has checked
        }
        topics_[alias - 1U] = topic;
    }

    /// Empty if the alias was never defined.
    [[nodiscard]] std::string_view find(std::uint16_t alias) const noexcept
    {
        return alias == 0 || alias > topics_.size() ? std::string_view{} : std::string_view(topics_[alias - 1U]);
    }

private:
    std::vector<std::string> topics_;
};

/// Aliases that the broker gives to the first topics it sends, as many as the client grants.
class outgoing_aliases
{
public:
    struct choice
    {
        std::uint16_t alias = 0; ///< 0: send the topic
        bool known = false;      ///< the client knows the alias: leave the topic out
    };

    void allow(std::uint16_t maximum) noexcept { maximum_ = maximum; }

    [[nodiscard]] choice choose(std::string_view topic)
    {
        if (maximum_ == 0)
        {
            return {};
        }
        std::string key(topic);
        if (const auto found = aliases_.find(key); found != aliases_.end())
        {
            return {found->second, true};
        }
        if (aliases_.size() >= maximum_) // v5 [MQTT-3.1.2-26]
        {
            return {};
        }
        const auto alias = static_cast<std::uint16_t>(aliases_.size() + 1);
        aliases_.emplace(std::move(key), alias);
        return {alias, false};
    }

    /// Takes the last new alias back: its PUBLISH could not be sent.
    void forget(std::string_view topic) { aliases_.erase(std::string(topic)); }

private:
    std::uint16_t maximum_ = 0;
    std::unordered_map<std::string, std::uint16_t> aliases_;
};

struct connection
{
    connection_id id = connection_id::none;
    connection_phase phase = connection_phase::opened;
    protocol_version version = protocol_version::v5;
    broker_detail::session* session = nullptr;

    std::string input;      ///< the beginning of a packet that is not complete
    std::string output;     ///< encoded, not yet taken
    bool listed = false;    ///< in the list of those that have something to take
    bool doomed = false;    ///< in the list of those that outgrew their output
    bool abandoned = false; ///< finished without a word: what is unwritten is not worth waiting for

    std::string user_name;
    std::string pending_connect;         ///< the CONNECT while an authentication goes on
    std::string authentication_method;   ///< empty: none
    bool authentication_running = false; ///< a re-authentication

    time_point last_received{};
    std::uint16_t keep_alive = 0; ///< seconds in effect, 0 for none

    // What the client allows. v5 3.1.2.11
    std::uint16_t receive_maximum = 65'535;
    std::uint32_t maximum_packet_size = wire::maximum_packet_size;
    bool reason_strings = true; ///< Request Problem Information
    bool session_expiry_was_zero = false;

    std::size_t unacknowledged = 0; ///< sent with QoS 1 or 2 on this connection: counts against receive_maximum
    incoming_aliases received_aliases;
    outgoing_aliases sent_aliases;
    std::vector<held_acknowledgement> held;
    std::size_t held_at_least_once = 0; ///< of those, the QoS 1 ones
    /// Of the session's identifiers that wait for PUBREL, those whose PUBLISH came on this connection.
    std::unordered_set<std::uint16_t> unreleased;

    /// Encodes a packet into the output. False if it is larger than the client accepts or cannot be encoded; then
    /// nothing was written.
    template <class Packet>
    bool encode(const Packet& packet)
    {
        const wire::size_result size = wire::encoded_size(version, packet, text_check_of(packet));
        if (size.error != errc{} || size.size > maximum_packet_size) // v5 [MQTT-3.1.2-24]
        {
            return false;
        }
        const std::size_t before = output.size();
        output.resize(before + size.size);
        wire::encode(version, packet, size.size, output.data() + before);
        return true;
    }

private:
    // What is forwarded has been checked when it came.
    static constexpr wire::text_check text_check_of(const wire::publish&) { return wire::text_check::none; }

    template <class Packet>
    static constexpr wire::text_check text_check_of(const Packet&)
    {
        return wire::text_check::strict;
    }
};

} // namespace tern::testing::broker_detail

#endif
