// SPDX-License-Identifier: BSL-1.0
//
// Encodes and decodes the properties of a packet from one list of its members, and proves at compile time that the list
// holds exactly what table 2-4 of the standard allows there, in the C++ types that the table's types ask for.
//
// Layer: wire. Standard: v5 2.2.2.
// The lists themselves are in property_lists.hpp. MQTT 3.1.1 has no properties.
#ifndef TERN_WIRE_PROPERTY_CODEC_HPP
#define TERN_WIRE_PROPERTY_CODEC_HPP

#include "tern/error.hpp"
#include "tern/property.hpp"
#include "tern/repeated_property.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/property_value.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tern::wire
{

namespace detail
{

/// A property of a struct: at most one value.
template <property Identifier, class Member>
struct property_member;

template <property Identifier, class Value>
struct property_member<Identifier, std::optional<Value>>
{
    using value = property_value<Identifier, Value>;
    static constexpr bool repeats = false;

    [[nodiscard]] static constexpr bool is_absent(const std::optional<Value>& member) noexcept { return !member; }

    template <text_check Check>
    static constexpr errc add_size(const std::optional<Value>& member, std::size_t& size) noexcept
    {
        return member ? value::template add_size<Check>(*member, size) : errc{};
    }

    static constexpr char* encode(const std::optional<Value>& member, char* out) noexcept
    {
        return member ? value::encode(*member, out) : out;
    }

    template <text_check Check>
    static constexpr errc decode(reader& in, std::string_view, std::optional<Value>& member) noexcept
    {
        if (member)
        {
            return errc::duplicate_property; // v5 2.2.2.2
        }
        return value::template decode<Check>(in, member.emplace());
    }
};

/// A property that may repeat: while decoding, the first occurrence makes a view of all of them.
template <property Identifier, class Value>
struct property_member<Identifier, repeated_property<Value, Identifier>>
{
    using list = repeated_property<Value, Identifier>;
    using value = property_value<Identifier, Value>;
    static constexpr bool repeats = true;

    [[nodiscard]] static constexpr bool is_absent(const list& member) noexcept { return member.refers_to_nothing(); }

    template <text_check Check>
    static constexpr errc add_size(const list& member, std::size_t& size) noexcept
    {
        errc error{};
        member.for_each([&](const Value& item) {
            error = value::template add_size<Check>(item, size);
            if (error == errc{} && size > maximum_remaining_length) [[unlikely]] // long before the sum overflows
            {
                error = errc::packet_too_large;
            }
            return error == errc{};
        });
        return error;
    }

    static constexpr char* encode(const list& member, char* out) noexcept
    {
        member.for_each([&](const Value& item) {
            out = value::encode(item, out);
            return true;
        });
        return out;
    }

    template <text_check Check>
    static constexpr errc decode(reader& in, std::string_view from_here, list& member) noexcept
    {
        if (!member.reads_block())
        {
            member = list::from_checked_block(from_here);
        }
        Value item{};
        return value::template decode<Check>(in, item);
    }
};

} // namespace detail

/// A property of a list: its identifier and the member that holds it.
template <property Identifier, auto Member>
struct bound_property
{
    static constexpr auto identifier = static_cast<std::uint8_t>(Identifier);
    static constexpr auto member = Member;

    template <class Properties>
    using codec =
        detail::property_member<Identifier, std::remove_cvref_t<decltype(std::declval<Properties>().*Member)>>;
};

/// The properties of a struct in the order in which they are written. As a kind, it is a property block of 5.0: a
/// length, then the properties. v5 2.2.2
template <class Properties, class... Bound>
struct property_list
{
    /// True if the list holds exactly what the table allows in `carrier`, and repeats what may repeat there.
    [[nodiscard]] static constexpr bool matches(property_carrier carrier) noexcept
    {
        std::size_t rows = 0;
        for (const property_definition& row : property_table)
        {
            if (row.allowed_in(carrier))
            {
                rows += 1;
                if (!((Bound::identifier == static_cast<std::uint8_t>(row.identifier) &&
                       Bound::template codec<Properties>::repeats == row.repeats(carrier)) ||
                      ...))
                {
                    return false;
                }
            }
        }
        return rows == sizeof...(Bound);
    }

    [[nodiscard]] static constexpr bool is_absent(const Properties& properties) noexcept
    {
        // Without a branch for each: most packets have none, and all of this is asked for every packet.
        return (static_cast<unsigned>(Bound::template codec<Properties>::is_absent(properties.*Bound::member)) & ...) !=
               0;
    }

    static constexpr void clear(Properties& properties) noexcept { (clear_member(properties.*Bound::member), ...); }

    /// The size of the properties without their length.
    template <text_check Check>
    static constexpr errc add_content_size(const Properties& properties, std::size_t& size) noexcept
    {
        errc error{};
        (void)(((error = Bound::template codec<Properties>::template add_size<Check>(properties.*Bound::member,
                                                                                     size)) == errc{}) &&
               ...);
        return error;
    }

    static constexpr char* encode_content(const Properties& properties, char* out) noexcept
    {
        ((out = Bound::template codec<Properties>::encode(properties.*Bound::member, out)), ...);
        return out;
    }

    /// Reads the properties of a block that holds nothing else into a cleared struct.
    template <text_check Check>
    static constexpr errc decode_content(std::string_view block, Properties& properties) noexcept
    {
        reader in(block);
        while (!in.empty())
        {
            const std::string_view from_here = in.rest();
            std::uint8_t identifier = 0;
            (void)in.read(identifier);
            errc error{};
            const bool found = ((identifier == Bound::identifier &&
                                 ((error = Bound::template codec<Properties>::template decode<Check>(
                                       in, from_here, properties.*Bound::member)),
                                  true)) ||
                                ...);
            if (!found)
            {
                return unexpected(from_here);
            }
            if (error != errc{})
            {
                return error;
            }
        }
        return errc{};
    }

    template <text_check Check>
    static constexpr errc add_size(const Properties& properties, std::size_t& size) noexcept
    {
        if (is_absent(properties)) [[likely]]
        {
            size += 1;
            return errc{};
        }
        const content_size content = measure<Check>(properties);
        size += variable_size(content.size) + content.size;
        return content.error;
    }

    // The content is written where it belongs if its length takes one byte, and moved if it takes more: cheaper than
    // measuring it a second time.
    static constexpr char* encode(const Properties& properties, char* out) noexcept
    {
        if (is_absent(properties)) [[likely]]
        {
            return put(std::uint8_t{0}, out); // v5 [MQTT-2.2.2-1]
        }
        char* const content = out + 1;
        char* const end = encode_content(properties, content);
        const auto length = static_cast<std::size_t>(end - content);
        if (length < 0x80) [[likely]]
        {
            *out = static_cast<char>(length);
            return end;
        }
        return insert_long_length(length, content);
    }

    template <text_check Check>
    static constexpr errc decode(reader& in, Properties& properties) noexcept
    {
        clear(properties);
        std::uint32_t length = 0;
        if (const errc error = in.read_variable(length); error != errc{})
        {
            return error;
        }
        std::string_view block;
        if (!in.read(std::size_t{length}, block))
        {
            return errc::length_mismatch;
        }
        if (length == 0) [[likely]]
        {
            return errc{};
        }
        return decode_content<Check>(block, properties);
    }

private:
    // reset() would ask first what an optional holds; assigning a trivial one asks nothing.
    template <class Member>
    static constexpr void clear_member(Member& member) noexcept
    {
        static_assert(std::is_trivially_copyable_v<Member>);
        member = Member();
    }

    // Returned rather than added, so that the caller's sum need not live in memory.
    struct content_size
    {
        errc error;
        std::size_t size;
    };

    template <text_check Check>
    static constexpr content_size measure(const Properties& properties) noexcept
    {
        content_size content{};
        content.error = add_content_size<Check>(properties, content.size);
        return content;
    }

    static constexpr char* insert_long_length(std::size_t length, char* content) noexcept
    {
        const std::size_t distance = variable_size(length) - 1;
        std::char_traits<char>::move(content + distance, content, length);
        (void)put_variable(length, content - 1);
        return content + distance + length;
    }

    // An identifier is a variable byte integer, of which one byte is enough for all that exist.
    static constexpr errc unexpected(std::string_view rest) noexcept
    {
        reader in(rest);
        std::uint32_t identifier = 0;
        const errc error = in.read_variable(identifier);
        if (error != errc{})
        {
            return error == errc::length_mismatch ? errc::malformed_property : error;
        }
        return find_property(identifier) != nullptr ? errc::property_not_allowed : errc::unknown_property; // v5 2.2.2.2
    }
};

} // namespace tern::wire

#endif
