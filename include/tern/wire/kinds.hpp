// SPDX-License-Identifier: BSL-1.0
//
// The kinds of value that fields and properties are made of. Each kind says for its C++ type how many bytes a value
// takes and whether it may be sent (add_size), how it is written (encode), and how it is read and judged (decode).
//
// Layer: wire. Standard: v5 1.5, v3.1.1 1.5.
// What a packet consists of is in the packet's own header, what a property is in property_lists.hpp.
#ifndef TERN_WIRE_KINDS_HPP
#define TERN_WIRE_KINDS_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/repeated_property.hpp"
#include "tern/utf8.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern::wire
{

/// A whole number in a fixed number of bytes, most significant first. v5 1.5.2, 1.5.3
template <class Integer>
struct fixed_integer
{
    template <text_check>
    static constexpr errc add_size(Integer, std::size_t& size) noexcept
    {
        size += sizeof(Integer);
        return errc{};
    }

    static constexpr char* encode(Integer value, char* out) noexcept { return put(value, out); }

    template <text_check>
    static constexpr errc decode(reader& in, Integer& value) noexcept
    {
        return in.read(value) ? errc{} : errc::length_mismatch;
    }
};

using two_byte_integer = fixed_integer<std::uint16_t>;
using four_byte_integer = fixed_integer<std::uint32_t>;

/// Encoding leaves the identifier to the session, which gives one out after it has measured the packet.
struct packet_identifier : two_byte_integer
{
    template <text_check Check>
    static constexpr errc decode(reader& in, std::uint16_t& value) noexcept
    {
        if (!in.read(value))
        {
            return errc::length_mismatch;
        }
        return value != 0 ? errc{} : errc::invalid_packet_identifier; // v5 [MQTT-2.2.1-4] v3.1.1 [MQTT-2.3.1-1]
    }
};

/// One byte that is 0 or 1: a bool, or an enumeration of which only the first two values are legal.
template <class Value>
struct zero_or_one
{
    template <text_check>
    static constexpr errc add_size(Value value, std::size_t& size) noexcept
    {
        size += 1;
        return static_cast<std::uint8_t>(value) <= 1 ? errc{} : errc::invalid_option;
    }

    static constexpr char* encode(Value value, char* out) noexcept
    {
        return put(static_cast<std::uint8_t>(value), out);
    }

    template <text_check>
    static constexpr errc decode(reader& in, Value& value) noexcept
    {
        std::uint8_t byte = 0;
        if (!in.read(byte))
        {
            return errc::length_mismatch;
        }
        value = static_cast<Value>(byte);
        return byte <= 1 ? errc{} : errc::invalid_property_value;
    }
};

/// v5 1.5.5
struct variable_integer
{
    template <text_check>
    static constexpr errc add_size(std::uint32_t value, std::size_t& size) noexcept
    {
        size += variable_size(value);
        return value <= maximum_variable_byte_integer ? errc{} : errc::invalid_option;
    }

    static constexpr char* encode(std::uint32_t value, char* out) noexcept { return put_variable(value, out); }

    template <text_check>
    static constexpr errc decode(reader& in, std::uint32_t& value) noexcept
    {
        return in.read_variable(value);
    }
};

namespace detail
{

/// The bytes of a field that begins with its length in two bytes.
[[nodiscard]] constexpr bool read_field(reader& in, std::string_view& value) noexcept
{
    std::uint16_t length = 0;
    return in.read(length) && in.read(std::size_t{length}, value);
}

[[nodiscard]] constexpr errc add_field_size(std::string_view value, std::size_t& size) noexcept
{
    size += 2 + value.size();
    // v5 [MQTT-4.7.3-3] v3.1.1 [MQTT-4.7.3-3] for topics; v5 1.5.4, 1.5.6 and v3.1.1 1.5.3 for all fields
    return value.size() <= maximum_field_length ? errc{} : errc::field_too_long;
}

} // namespace detail

/// v5 1.5.4 UTF-8 Encoded String
struct utf8_string
{
    template <text_check Check>
    static constexpr errc add_size(std::string_view value, std::size_t& size) noexcept
    {
        const errc error = detail::add_field_size(value, size);
        if (Check == text_check::strict && error == errc{} && !is_valid_utf8(value))
        {
            return errc::invalid_text; // v5 [MQTT-1.5.4-1] [MQTT-1.5.4-2] v3.1.1 [MQTT-1.5.3-1] [MQTT-1.5.3-2]
        }
        return error;
    }

    static constexpr char* encode(std::string_view value, char* out) noexcept { return put_field(value, out); }

    template <text_check Check>
    static constexpr errc decode(reader& in, std::string_view& value) noexcept
    {
        if (!detail::read_field(in, value))
        {
            return errc::length_mismatch;
        }
        if (Check == text_check::strict && !is_valid_utf8(value))
        {
            return errc::malformed_text; // v5 [MQTT-1.5.4-1] [MQTT-1.5.4-2] v3.1.1 [MQTT-1.5.3-1] [MQTT-1.5.3-2]
        }
        return errc{};
    }
};

/// A text without wildcards. Whether it may be empty is for a rule of the packet to say.
/// Both wildcards are a topic name error to this side, `Received` to the other.
template <errc Received = errc::invalid_topic_received>
struct basic_topic_name
{
    template <text_check Check>
    static constexpr errc add_size(std::string_view value, std::size_t& size) noexcept
    {
        const errc error = detail::add_field_size(value, size);
        if constexpr (Check == text_check::strict)
        {
            if (error == errc{})
            {
                return judge(value, errc::invalid_text, errc::invalid_topic_name);
            }
        }
        return error;
    }

    static constexpr char* encode(std::string_view value, char* out) noexcept { return put_field(value, out); }

    template <text_check Check>
    static constexpr errc decode(reader& in, std::string_view& value) noexcept
    {
        if (!detail::read_field(in, value))
        {
            return errc::length_mismatch;
        }
        if constexpr (Check == text_check::strict)
        {
            return judge(value, errc::malformed_text, Received);
        }
        return errc{};
    }

private:
    static constexpr errc judge(std::string_view value, errc ill_formed, errc wildcard) noexcept
    {
        switch (examine_topic_name(value))
        {
        case topic_name_state::good: return errc{};
        case topic_name_state::ill_formed: return ill_formed;
        case topic_name_state::has_wildcard: break;
        }
        return wildcard; // v5 [MQTT-3.3.2-2] [MQTT-3.3.2-14] [MQTT-4.7.0-1] v3.1.1 [MQTT-3.3.2-2] [MQTT-4.7.1-1]
    }
};

using topic_name = basic_topic_name<>;

/// v5 1.5.6 Binary Data
struct binary_data
{
    template <text_check>
    static constexpr errc add_size(byte_view value, std::size_t& size) noexcept
    {
        return detail::add_field_size(value.text(), size);
    }

    static constexpr char* encode(byte_view value, char* out) noexcept { return put_field(value.text(), out); }

    template <text_check>
    static constexpr errc decode(reader& in, byte_view& value) noexcept
    {
        std::string_view bytes;
        if (!detail::read_field(in, bytes))
        {
            return errc::length_mismatch;
        }
        value = byte_view(bytes.data(), bytes.size());
        return errc{};
    }
};

/// v5 1.5.7 UTF-8 String Pair; both halves obey the rules of text: v5 [MQTT-1.5.7-1]
struct utf8_string_pair
{
    template <text_check Check>
    static constexpr errc add_size(const user_property& value, std::size_t& size) noexcept
    {
        const errc error = utf8_string::add_size<Check>(value.name, size);
        return error != errc{} ? error : utf8_string::add_size<Check>(value.value, size);
    }

    static constexpr char* encode(const user_property& value, char* out) noexcept
    {
        return utf8_string::encode(value.value, utf8_string::encode(value.name, out));
    }

    template <text_check Check>
    static constexpr errc decode(reader& in, user_property& value) noexcept
    {
        const errc error = utf8_string::decode<Check>(in, value.name);
        return error != errc{} ? error : utf8_string::decode<Check>(in, value.value);
    }
};

/// Everything up to the end of the packet, without a length of its own: the application message of PUBLISH. v5 3.3.3
struct remaining_bytes
{
    template <text_check>
    static constexpr errc add_size(byte_view value, std::size_t& size) noexcept
    {
        size += value.size(); // the packet's limit is checked on the sum, which no object in memory makes overflow
        return errc{};
    }

    static constexpr char* encode(byte_view value, char* out) noexcept { return put(value.text(), out); }

    template <text_check>
    static constexpr errc decode(reader& in, byte_view& value) noexcept
    {
        std::string_view bytes;
        (void)in.read(in.size(), bytes);
        value = byte_view(bytes.data(), bytes.size());
        return errc{};
    }
};

} // namespace tern::wire

#endif
