// SPDX-License-Identifier: BSL-1.0
//
// One property: its identifier and one value. The kind of the value follows from the type that the table of
// property.hpp gives it; what the standard forbids beyond the type is stated here.
//
// Layer: wire. Standard: v5 2.2.2.2 and the section of each property.
// How properties make a block is in property_codec.hpp.
#ifndef TERN_WIRE_PROPERTY_VALUE_HPP
#define TERN_WIRE_PROPERTY_VALUE_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/property.hpp"
#include "tern/repeated_property.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace tern::wire
{

namespace detail
{

/// The kind of a property's value: from its type in the table, except that a response topic is a topic name.
template <property Identifier, class Value>
[[nodiscard]] constexpr auto property_kind() noexcept
{
    constexpr property_type type = find_property(static_cast<std::uint32_t>(Identifier))->type;
    if constexpr (Identifier == property::response_topic)
    {
        return basic_topic_name<errc::invalid_property_value>{}; // v5 [MQTT-3.3.2-13] [MQTT-3.3.2-14]
    }
    else if constexpr (type == property_type::byte)
    {
        static_assert(std::is_same_v<Value, bool> || std::is_enum_v<Value>);
        return zero_or_one<Value>{}; // every byte among the properties is 0 or 1, Maximum QoS included
    }
    else if constexpr (type == property_type::two_byte_integer)
    {
        return two_byte_integer{};
    }
    else if constexpr (type == property_type::four_byte_integer)
    {
        return four_byte_integer{};
    }
    else if constexpr (type == property_type::variable_byte_integer)
    {
        return variable_integer{};
    }
    else if constexpr (type == property_type::utf8_string)
    {
        return utf8_string{}; // Content Type: v5 [MQTT-3.3.2-19]
    }
    else if constexpr (type == property_type::binary_data)
    {
        return binary_data{};
    }
    else
    {
        return utf8_string_pair{};
    }
}

/// The C++ type that stands for a type of the table, where there is only one.
template <property_type Type, class Value>
inline constexpr bool fits = Type == property_type::byte ? std::is_same_v<Value, bool> || std::is_enum_v<Value>
                             : Type == property_type::two_byte_integer      ? std::is_same_v<Value, std::uint16_t>
                             : Type == property_type::four_byte_integer     ? std::is_same_v<Value, std::uint32_t>
                             : Type == property_type::variable_byte_integer ? std::is_same_v<Value, std::uint32_t>
                             : Type == property_type::utf8_string           ? std::is_same_v<Value, std::string_view>
                             : Type == property_type::binary_data           ? std::is_same_v<Value, byte_view>
                                                                            : std::is_same_v<Value, user_property>;

/// Values that their type can hold and the standard forbids.
template <property Identifier, class Value>
[[nodiscard]] constexpr bool is_legal_value([[maybe_unused]] const Value& value) noexcept
{
    if constexpr (Identifier == property::receive_maximum ||       // v5 3.1.2.11.3, 3.2.2.3.2
                  Identifier == property::maximum_packet_size ||   // v5 3.1.2.11.4, 3.2.2.3.6
                  Identifier == property::topic_alias ||           // v5 [MQTT-3.3.2-8]
                  Identifier == property::subscription_identifier) // v5 3.3.2.3.8, 3.8.2.1.2
    {
        return value != 0;
    }
    else if constexpr (Identifier == property::response_topic)
    {
        return !value.empty(); // v5 [MQTT-4.7.3-1]
    }
    else
    {
        return true;
    }
}

template <property Identifier>
inline constexpr errc illegal_value_error =
    Identifier == property::topic_alias ? errc::invalid_topic_alias : errc::invalid_property_value;

/// One value with its identifier before it.
template <property Identifier, class Value>
struct property_value
{
    using kind = decltype(property_kind<Identifier, Value>());
    static_assert(fits<find_property(static_cast<std::uint32_t>(Identifier))->type, Value>);

    template <text_check Check>
    static constexpr errc add_size(const Value& value, std::size_t& size) noexcept
    {
        size += 1;
        const errc error = kind::template add_size<Check>(value, size);
        if (error != errc{} || is_legal_value<Identifier>(value))
        {
            return error;
        }
        return Identifier == property::response_topic ? errc::invalid_topic_name : errc::invalid_option;
    }

    static constexpr char* encode(const Value& value, char* out) noexcept
    {
        return kind::encode(value, put(static_cast<std::uint8_t>(Identifier), out));
    }

    template <text_check Check>
    static constexpr errc decode(reader& in, Value& value) noexcept
    {
        const errc error = kind::template decode<Check>(in, value);
        if (error != errc{})
        {
            return error == errc::length_mismatch ? errc::malformed_property : error;
        }
        return is_legal_value<Identifier>(value) ? errc{} : illegal_value_error<Identifier>;
    }
};

} // namespace detail

} // namespace tern::wire

#endif
