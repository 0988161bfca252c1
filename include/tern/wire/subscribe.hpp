// SPDX-License-Identifier: BSL-1.0
//
// SUBSCRIBE and its answer SUBACK.
//
//     SUBSCRIBE  fixed header     1000 0010, remaining length
//                variable header  packet identifier, properties (5.0)
//                payload          one or more: topic filter; options: reserved (2), retain handling (2), retain as
//                                 published, no local, maximum QoS (2). In 3.1.1 six bits are reserved.
//     SUBACK     fixed header     1001 0000, remaining length
//                variable header  packet identifier, properties (5.0)
//                payload          one reason code (return code in 3.1.1) for each topic filter
//
// Layer: wire. Standard: v5 3.8, 3.9; v3.1.1 3.8, 3.9.
// Whether a topic filter has its wildcards in legal places is the business of the topic layer.
#ifndef TERN_WIRE_SUBSCRIBE_HPP
#define TERN_WIRE_SUBSCRIBE_HPP

#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/reason_code.hpp"
#include "tern/retain_handling.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/item_reader.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/property_lists.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/reason_codes.hpp"
#include "tern/wire/sequence.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern::wire
{

/// A topic filter and its options byte; 3.1.1 has the QoS only.
struct subscription
{
    std::string_view topic_filter{};
    qos maximum_qos = qos::at_most_once;
    bool no_local = false;
    bool retain_as_published = false;
    tern::retain_handling retain_handling = tern::retain_handling::send;

    friend constexpr bool operator==(const subscription&, const subscription&) = default;
};

struct subscribe
{
    static constexpr packet_type type = packet_type::subscribe;
    std::uint16_t packet_identifier = 0;
    subscribe_properties properties{};
    sequence<subscription> subscriptions{}; ///< at least one: v5 [MQTT-3.8.3-2] v3.1.1 [MQTT-3.8.3-3]

    friend constexpr bool operator==(const subscribe&, const subscribe&) = default;
};

struct suback
{
    static constexpr packet_type type = packet_type::suback;
    std::uint16_t packet_identifier = 0;
    acknowledgement_properties properties{};
    sequence<tern::reason_code> reason_codes{}; ///< one per topic filter, in their order

    friend constexpr bool operator==(const suback&, const suback&) = default;
};

namespace detail
{

/// The options byte. v5 3.8.3.1, v3.1.1 3.8.3
template <protocol_version Version>
struct subscription_options
{
    template <text_check>
    static constexpr errc add_size(const subscription& item, std::size_t& size) noexcept
    {
        size += 1;
        if (!is_valid(item.maximum_qos))
        {
            return errc::invalid_qos;
        }
        if (Version == protocol_version::v3_1_1 &&
            (item.no_local || item.retain_as_published || item.retain_handling != retain_handling::send))
        {
            return errc::not_supported_by_protocol_version;
        }
        return item.retain_handling <= retain_handling::do_not_send ? errc{} : errc::invalid_option;
    }

    static constexpr char* encode(const subscription& item, char* out) noexcept
    {
        // v5 [MQTT-3.8.3-5] v3.1.1 [MQTT-3.8.3-4]: the other bits stay 0
        return put(static_cast<std::uint8_t>(static_cast<unsigned>(item.maximum_qos) | (item.no_local ? 4U : 0U) |
                                             (item.retain_as_published ? 8U : 0U) |
                                             (static_cast<unsigned>(item.retain_handling) << 4U)),
                   out);
    }

    template <text_check>
    static constexpr errc decode(reader& in, subscription& item) noexcept
    {
        std::uint8_t options = 0;
        if (!in.read(options))
        {
            return errc::length_mismatch;
        }
        item.maximum_qos = static_cast<qos>(options & 3U);
        item.no_local = (options & 4U) != 0; // v5 [MQTT-3.8.3-3]
        item.retain_as_published = (options & 8U) != 0;
        item.retain_handling = static_cast<tern::retain_handling>((options >> 4U) & 3U);
        constexpr std::uint8_t reserved = Version == protocol_version::v5 ? 0xC0 : 0xFC;
        if ((options & reserved) != 0 || item.retain_handling > retain_handling::do_not_send)
        {
            return errc::reserved_bits; // v5 [MQTT-3.8.3-5] v3.1.1 [MQTT-3.8.3-4]
        }
        return is_valid(item.maximum_qos) ? errc{} : errc::invalid_qos_received;
    }
};

constexpr bool no_local_is_not_shared(const subscription& item) noexcept
{
    return !item.no_local || !item.topic_filter.starts_with("$share/"); // v5 [MQTT-3.8.3-4]
}

// clang-format off
template <protocol_version Version>
using subscription_layout = field_list<
    field<&subscription::topic_filter, utf8_string>, // v5 [MQTT-3.8.3-1] v3.1.1 [MQTT-3.8.3-1]
    subscription_options<Version>,
    rule<no_local_is_not_shared, errc::no_local_on_shared_subscription, errc::no_local_on_shared_subscription>>;
// clang-format on

constexpr bool has_subscriptions(const subscribe& packet) noexcept
{
    return !packet.subscriptions.empty(); // v5 [MQTT-3.8.3-2] v3.1.1 [MQTT-3.8.3-3]
}

/// A return code of 3.1.1: every failure is 0x80. v3.1.1 3.9.3
struct subscribe_return_code : reason_code_of<suback_codes_3_1_1>
{
    template <text_check Check>
    static constexpr errc add_size(tern::reason_code code, std::size_t& size) noexcept
    {
        return reason_code_of<suback_codes>::add_size<Check>(code, size);
    }

    static constexpr char* encode(tern::reason_code code, char* out) noexcept
    {
        return put(static_cast<std::uint8_t>(is_failure(code) ? tern::reason_code::unspecified_error : code), out);
    }
};

} // namespace detail

/// With the options of 5.0, of which those of 3.1.1 are the part that is left when the others are 0.
template <>
struct item_reader<subscription>
{
    static constexpr subscription read(std::string_view& rest) noexcept
    {
        reader in(rest);
        subscription item;
        (void)detail::subscription_layout<protocol_version::v5>::decode<text_check::none>(in, item);
        rest = in.rest();
        return item;
    }
};

template <protocol_version Version>
struct layout<subscribe, Version>
{
    using header = plain_header<packet_type::subscribe>;
    // clang-format off
    using body = field_list<
        field<&subscribe::packet_identifier, packet_identifier>,
        since_v5<Version, field<&subscribe::properties, property_block<subscribe_properties>>>,
        field<&subscribe::subscriptions, list_of<detail::subscription_layout<Version>>>,
        rule<detail::has_subscriptions, errc::empty_subscription_list, errc::empty_subscription_list>>;
    // clang-format on
};

template <>
struct layout<suback, protocol_version::v5>
{
    using header = plain_header<packet_type::suback>;
    // clang-format off
    using body = field_list<
        field<&suback::packet_identifier, packet_identifier>,
        field<&suback::properties, property_block<acknowledgement_properties>>,
        field<&suback::reason_codes, list_of<reason_code_of<suback_codes>>>>;
    // clang-format on
};

template <>
struct layout<suback, protocol_version::v3_1_1>
{
    using header = plain_header<packet_type::suback>;
    // clang-format off
    using body = field_list<
        field<&suback::packet_identifier, packet_identifier>,
        since_v5<protocol_version::v3_1_1, field<&suback::properties, property_block<acknowledgement_properties>>>,
        field<&suback::reason_codes, list_of<detail::subscribe_return_code>>>;
    // clang-format on
};

} // namespace tern::wire

#endif
