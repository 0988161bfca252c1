// SPDX-License-Identifier: BSL-1.0
//
// Random legal packets of every type, from a seed.
#ifndef TERN_TESTS_UNIT_WIRE_RANDOM_PACKETS_HPP
#define TERN_TESTS_UNIT_WIRE_RANDOM_PACKETS_HPP

#include "tern/wire/codec.hpp"
#include "unit/wire/wire_test.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tern_test
{

/// What a packet views lives until the next one is made.
class random_packets
{
public:
    explicit random_packets(std::uint32_t seed) : engine_(seed) {}

    /// A packet that the version can carry. There is no AUTH in 3.1.1.
    template <class Packet>
    Packet make(protocol_version version)
    {
        texts_.clear();
        names_.clear();
        numbers_.clear();
        filters_.clear();
        topics_.clear();
        codes_.clear();
        Packet packet{};
        fill(packet, version == protocol_version::v5);
        return packet;
    }

private:
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_()) % limit; }
    bool coin() { return below(2) == 1; }
    std::uint16_t identifier() { return static_cast<std::uint16_t>(1 + below(65'535)); }
    tern::qos level() { return static_cast<tern::qos>(below(3)); }

    std::string_view text()
    {
        static constexpr std::string_view whole[] = {"a", "/", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x9A\x80",
                                                     "Z", " "};
        std::string result;
        for (std::uint32_t left = below(20) == 0 ? 200 : below(12); left > 0; --left)
        {
            result += whole[below(7)];
        }
        return texts_.emplace_back(result);
    }

    std::string_view topic()
    {
        const std::string_view name = text();
        return name.empty() ? std::string_view("t") : name;
    }

    byte_view binary()
    {
        std::string result(below(40), '\0');
        std::generate(result.begin(), result.end(), [this] { return static_cast<char>(below(256)); });
        return texts_.emplace_back(result);
    }

    reason_code one_of(std::initializer_list<reason_code> codes)
    {
        return codes.begin()[below(static_cast<std::uint32_t>(codes.size()))];
    }

    // A property, or its absence. No property may be 0 where that is illegal for some.
    void set(std::optional<std::uint32_t>& value) { value = maybe(std::uint32_t{1} + below(268'435'455)); }
    void set(std::optional<std::uint16_t>& value) { value = maybe(identifier()); }
    void set(std::optional<bool>& value) { value = maybe(coin()); }
    void set(std::optional<payload_format>& value) { value = maybe(static_cast<payload_format>(below(2))); }
    void set(std::optional<tern::qos>& value) { value = maybe(static_cast<tern::qos>(below(2))); }
    void set(std::optional<std::string_view>& value) { value = maybe(topic()); } // legal for a Response Topic too
    void set(std::optional<byte_view>& value) { value = maybe(binary()); }

    void set(user_properties& value)
    {
        std::vector<user_property>& names = names_.emplace_back();
        for (std::uint32_t left = below(4); left > 0; --left)
        {
            names.push_back({text(), text()});
        }
        value = names;
    }

    void set(subscription_identifiers& value)
    {
        for (std::uint32_t left = below(3); left > 0; --left)
        {
            numbers_.push_back(1 + below(coin() ? 200U : 268'435'455U));
        }
        value = numbers_;
    }

    template <class Value>
    std::optional<Value> maybe(Value value)
    {
        return coin() ? std::optional<Value>(value) : std::nullopt;
    }

    template <class... Properties>
    void set_all(Properties&... properties)
    {
        (set(properties), ...);
    }

    // Data without a method are illegal.
    void set_authentication(std::optional<std::string_view>& method, std::optional<byte_view>& data)
    {
        method = topic();
        set(data);
    }

    void fill(connect& packet, bool current)
    {
        packet.clean_start = coin();
        packet.keep_alive = identifier();
        packet.client_identifier = topic();
        packet.user_name = text();
        set(packet.password);
        connect_properties& p = packet.properties;
        if (current)
        {
            set_all(packet.user_name, p.session_expiry_interval, p.receive_maximum, p.maximum_packet_size,
                    p.topic_alias_maximum, p.request_response_information, p.request_problem_information,
                    p.user_properties);
            set_authentication(p.authentication_method, p.authentication_data);
        }
        if (coin())
        {
            packet.will = will{.topic = topic(), .payload = binary(), .qos = level(), .retain = coin()};
            will_properties& w = packet.will->properties;
            if (current)
            {
                set_all(w.will_delay_interval, w.payload_format_indicator, w.message_expiry_interval, w.content_type,
                        w.response_topic, w.correlation_data, w.user_properties);
            }
        }
    }

    void fill(connack& packet, bool current)
    {
        using enum reason_code;
        packet.reason_code = current ? one_of({success, unspecified_error, not_authorized, use_another_server})
                                     : one_of({success, not_authorized, server_unavailable});
        packet.session_present = packet.reason_code == success && coin();
        connack_properties& p = packet.properties;
        if (current)
        {
            set_all(p.session_expiry_interval, p.receive_maximum, p.maximum_qos, p.retain_available,
                    p.maximum_packet_size, p.assigned_client_identifier, p.topic_alias_maximum, p.reason_string,
                    p.user_properties, p.wildcard_subscription_available, p.subscription_identifiers_available,
                    p.shared_subscription_available, p.server_keep_alive, p.response_information, p.server_reference);
            set_authentication(p.authentication_method, p.authentication_data);
        }
    }

    void fill(publish& packet, bool current)
    {
        packet.qos = level();
        packet.retain = coin();
        packet.topic = topic();
        packet.payload = binary();
        if (packet.qos != qos::at_most_once)
        {
            packet.duplicate = coin();
            packet.packet_identifier = identifier();
        }
        publish_properties& p = packet.properties;
        if (current)
        {
            set_all(p.payload_format_indicator, p.message_expiry_interval, p.topic_alias, p.response_topic,
                    p.correlation_data, p.user_properties, p.subscription_identifiers, p.content_type);
        }
    }

    template <packet_type Type>
    void fill(acknowledgement<Type>& packet, bool current)
    {
        using enum reason_code;
        packet.packet_identifier = identifier();
        if (current)
        {
            packet.reason_code = Type == packet_type::puback || Type == packet_type::pubrec
                                     ? one_of({success, no_matching_subscribers, quota_exceeded})
                                     : one_of({success, packet_identifier_not_found});
            set_all(packet.properties.reason_string, packet.properties.user_properties);
        }
    }

    void fill(subscribe& packet, bool current)
    {
        packet.packet_identifier = identifier();
        for (std::uint32_t left = 1 + below(4); left > 0; --left)
        {
            subscription& added = filters_.emplace_back();
            added.topic_filter = topic();
            added.maximum_qos = level();
            if (current)
            {
                added.no_local = coin();
                added.retain_as_published = coin();
                added.retain_handling = static_cast<retain_handling>(below(3));
            }
        }
        packet.subscriptions = filters_;
        if (current)
        {
            set_all(packet.properties.subscription_identifier, packet.properties.user_properties);
        }
    }

    void fill(suback& packet, bool current)
    {
        using enum reason_code;
        packet.packet_identifier = identifier();
        for (std::uint32_t left = 1 + below(4); left > 0; --left)
        {
            codes_.push_back(one_of({granted_qos_0, granted_qos_1, granted_qos_2, unspecified_error}));
        }
        packet.reason_codes = codes_;
        if (current)
        {
            set_all(packet.properties.reason_string, packet.properties.user_properties);
        }
    }

    void fill(unsubscribe& packet, bool current)
    {
        packet.packet_identifier = identifier();
        for (std::uint32_t left = 1 + below(4); left > 0; --left)
        {
            topics_.push_back(topic());
        }
        packet.topic_filters = topics_;
        if (current)
        {
            set(packet.properties.user_properties);
        }
    }

    void fill(unsuback& packet, bool current)
    {
        using enum reason_code;
        packet.packet_identifier = identifier();
        if (current)
        {
            for (std::uint32_t left = 1 + below(4); left > 0; --left)
            {
                codes_.push_back(one_of({success, no_subscription_existed, not_authorized}));
            }
            packet.reason_codes = codes_;
            set_all(packet.properties.reason_string, packet.properties.user_properties);
        }
    }

    void fill(pingreq&, bool) {}
    void fill(pingresp&, bool) {}

    void fill(disconnect& packet, bool current)
    {
        using enum reason_code;
        disconnect_properties& p = packet.properties;
        if (current)
        {
            packet.reason_code =
                one_of({normal_disconnection, disconnect_with_will_message, session_taken_over, server_moved});
            set_all(p.session_expiry_interval, p.reason_string, p.user_properties, p.server_reference);
        }
    }

    void fill(auth& packet, bool)
    {
        using enum reason_code;
        packet.reason_code = one_of({success, continue_authentication, re_authenticate});
        auth_properties& p = packet.properties;
        set_authentication(p.authentication_method, p.authentication_data);
        set_all(p.reason_string, p.user_properties);
    }

    std::mt19937 engine_;
    std::deque<std::string> texts_;
    std::deque<std::vector<user_property>> names_;
    std::vector<std::uint32_t> numbers_;
    std::vector<subscription> filters_;
    std::vector<std::string_view> topics_;
    std::vector<reason_code> codes_;
};

} // namespace tern_test

#endif
