// SPDX-License-Identifier: BSL-1.0
//
// UNSUBSCRIBE and its answer UNSUBACK.
//
//     UNSUBSCRIBE  fixed header     1010 0010, remaining length
//                  variable header  packet identifier, properties (5.0)
//                  payload          one or more topic filters
//     UNSUBACK     fixed header     1011 0000, remaining length
//                  variable header  packet identifier, properties (5.0)
//                  payload          one reason code for each topic filter (5.0)
//
// Layer: wire. Standard: v5 3.10, 3.11; v3.1.1 3.10, 3.11.
#ifndef TERN_WIRE_UNSUBSCRIBE_HPP
#define TERN_WIRE_UNSUBSCRIBE_HPP

#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/item_reader.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/property_lists.hpp"
#include "tern/wire/reason_codes.hpp"
#include "tern/wire/sequence.hpp"

#include <cstdint>
#include <string_view>

namespace tern::wire
{

struct unsubscribe
{
    static constexpr packet_type type = packet_type::unsubscribe;
    std::uint16_t packet_identifier = 0;
    unsubscribe_properties properties{};
    sequence<std::string_view> topic_filters{}; ///< at least one: v5 [MQTT-3.10.3-2] v3.1.1 [MQTT-3.10.3-2]

    friend constexpr bool operator==(const unsubscribe&, const unsubscribe&) = default;
};

struct unsuback
{
    static constexpr packet_type type = packet_type::unsuback;
    std::uint16_t packet_identifier = 0;
    acknowledgement_properties properties{};
    sequence<tern::reason_code> reason_codes{}; ///< empty in 3.1.1, which has none

    friend constexpr bool operator==(const unsuback&, const unsuback&) = default;
};

namespace detail
{

constexpr bool has_topic_filters(const unsubscribe& packet) noexcept
{
    return !packet.topic_filters.empty(); // v5 [MQTT-3.10.3-2] v3.1.1 [MQTT-3.10.3-2]
}

/// 3.1.1 has no codes in UNSUBACK; those of a server that speaks both are left out.
struct unsubscribe_codes : list_of<reason_code_of<unsuback_codes>>
{
    [[nodiscard]] static constexpr bool is_absent(const sequence<tern::reason_code>&) noexcept { return true; }
};

} // namespace detail

template <protocol_version Version>
struct layout<unsubscribe, Version>
{
    using header = plain_header<packet_type::unsubscribe>;
    // clang-format off
    using body = field_list<
        field<&unsubscribe::packet_identifier, packet_identifier>,
        since_v5<Version, field<&unsubscribe::properties, property_block<unsubscribe_properties>>>,
        field<&unsubscribe::topic_filters, list_of<utf8_string>>, // v5 [MQTT-3.10.3-1] v3.1.1 [MQTT-3.10.3-1]
        rule<detail::has_topic_filters, errc::empty_subscription_list, errc::empty_subscription_list>>;
    // clang-format on
};

template <protocol_version Version>
struct layout<unsuback, Version>
{
    using header = plain_header<packet_type::unsuback>;
    // clang-format off
    using body = field_list<
        field<&unsuback::packet_identifier, packet_identifier>,
        since_v5<Version, field<&unsuback::properties, property_block<acknowledgement_properties>>>,
        since_v5<Version, field<&unsuback::reason_codes, detail::unsubscribe_codes>>>;
    // clang-format on
};

} // namespace tern::wire

#endif
