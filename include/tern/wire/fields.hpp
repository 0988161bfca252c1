// SPDX-License-Identifier: BSL-1.0
//
// How a layout is put together: a list of fields, each a member of the packet and the kind of its value, in the order
// of the standard. Size, encoding and decoding all follow from the one list.
//
// Layer: wire. Standard: v5 2, v3.1.1 2.
// The kinds of value are in kinds.hpp; the layouts are in the headers of the packets, publish.hpp for a start.
// A field list is itself a kind (of the struct it lays out), so a layout may contain another, as CONNECT does the will.
#ifndef TERN_WIRE_FIELDS_HPP
#define TERN_WIRE_FIELDS_HPP

#include "tern/error.hpp"
#include "tern/protocol_version.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/text_check.hpp"

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tern::wire
{

/// The layout of a packet in a version; specialised in the packet's own header. It has `header` (what the flags of the
/// first byte mean) and `body`, a field_list.
template <class Packet, protocol_version Version>
struct layout;

/// Fields one after another, as far as the first error.
template <class... Fields>
struct field_list
{
    template <text_check Check, class Packet>
    static constexpr errc add_size(const Packet& packet, std::size_t& size) noexcept
    {
        errc error{};
        (void)(((error = Fields::template add_size<Check>(packet, size)) == errc{}) && ...);
        return error;
    }

    template <class Packet>
    static constexpr char* encode(const Packet& packet, char* out) noexcept
    {
        ((out = Fields::encode(packet, out)), ...);
        return out;
    }

    template <text_check Check, class Packet>
    static constexpr errc decode(reader& in, Packet& packet) noexcept
    {
        errc error{};
        (void)(((error = Fields::template decode<Check>(in, packet)) == errc{}) && ...);
        return error;
    }

    template <class Packet>
    static constexpr void clear(Packet& packet) noexcept
    {
        (Fields::clear(packet), ...);
    }
};

/// The member that a pointer to member names, and the kind of its value.
template <auto Member, class Kind>
struct field
{
    template <text_check Check, class Packet>
    static constexpr errc add_size(const Packet& packet, std::size_t& size) noexcept
    {
        return Kind::template add_size<Check>(packet.*Member, size);
    }

    template <class Packet>
    static constexpr char* encode(const Packet& packet, char* out) noexcept
    {
        return Kind::encode(packet.*Member, out);
    }

    template <text_check Check, class Packet>
    static constexpr errc decode(reader& in, Packet& packet) noexcept
    {
        return Kind::template decode<Check>(in, packet.*Member);
    }

    /// Gives the member the value that it has when the field is absent.
    template <class Packet>
    static constexpr void clear(Packet& packet) noexcept
    {
        auto& value = packet.*Member;
        if constexpr (requires { Kind::clear(value); })
        {
            Kind::clear(value);
        }
        else
        {
            value = std::remove_cvref_t<decltype(value)>{};
        }
    }

    /// True if a packet without the field says the same.
    template <class Packet>
    [[nodiscard]] static constexpr bool is_absent(const Packet& packet) noexcept
    {
        return Kind::is_absent(packet.*Member);
    }
};

/// A member that is an optional: the field is there when the optional holds a value. An earlier field (the flags of
/// CONNECT) makes it hold one while decoding.
template <auto Member, class Kind>
struct optional_field
{
    template <text_check Check, class Packet>
    static constexpr errc add_size(const Packet& packet, std::size_t& size) noexcept
    {
        const auto& value = packet.*Member;
        return value ? Kind::template add_size<Check>(*value, size) : errc{};
    }

    template <class Packet>
    static constexpr char* encode(const Packet& packet, char* out) noexcept
    {
        const auto& value = packet.*Member;
        return value ? Kind::encode(*value, out) : out;
    }

    template <text_check Check, class Packet>
    static constexpr errc decode(reader& in, Packet& packet) noexcept
    {
        auto& value = packet.*Member;
        return value ? Kind::template decode<Check>(in, *value) : errc{};
    }
};

/// A field that is there when `Condition(packet)` holds.
template <auto Condition, class Field>
struct only_if
{
    template <text_check Check, class Packet>
    static constexpr errc add_size(const Packet& packet, std::size_t& size) noexcept
    {
        return Condition(packet) ? Field::template add_size<Check>(packet, size) : errc{};
    }

    template <class Packet>
    static constexpr char* encode(const Packet& packet, char* out) noexcept
    {
        return Condition(packet) ? Field::encode(packet, out) : out;
    }

    template <text_check Check, class Packet>
    static constexpr errc decode(reader& in, Packet& packet) noexcept
    {
        if (Condition(packet))
        {
            return Field::template decode<Check>(in, packet);
        }
        Field::clear(packet);
        return errc{};
    }
};

/// Something that must hold for the fields before it. It takes no bytes.
/// \tparam Encoding the error when the caller breaks it, \tparam Decoding when the peer does.
template <auto Condition, errc Encoding, errc Decoding>
struct rule
{
    template <text_check, class Packet>
    static constexpr errc add_size(const Packet& packet, std::size_t&) noexcept
    {
        return Condition(packet) ? errc{} : Encoding;
    }

    template <class Packet>
    static constexpr char* encode(const Packet&, char* out) noexcept
    {
        return out;
    }

    template <text_check, class Packet>
    static constexpr errc decode(reader&, Packet& packet) noexcept
    {
        return Condition(packet) ? errc{} : Decoding;
    }
};

/// The same, where it matters which end sent the packet: `Condition(packet, sender)`. What is sent is not judged, for
/// the session of a client cannot make such a packet and a test may want to.
template <auto Condition, errc Decoding>
struct sender_rule
{
    template <text_check, class Packet>
    static constexpr errc add_size(const Packet&, std::size_t&) noexcept
    {
        return errc{};
    }

    template <class Packet>
    static constexpr char* encode(const Packet&, char* out) noexcept
    {
        return out;
    }

    template <text_check, class Packet>
    static constexpr errc decode(reader& in, Packet& packet) noexcept
    {
        return Condition(packet, in.from()) ? errc{} : Decoding;
    }
};

namespace detail
{

/// A field of 5.0 in 3.1.1: refused if it says anything, cleared when decoding.
template <class Field>
struct not_before_v5
{
    template <text_check, class Packet>
    static constexpr errc add_size(const Packet& packet, std::size_t&) noexcept
    {
        return Field::is_absent(packet) ? errc{} : errc::not_supported_by_protocol_version;
    }

    template <class Packet>
    static constexpr char* encode(const Packet&, char* out) noexcept
    {
        return out;
    }

    template <text_check, class Packet>
    static constexpr errc decode(reader&, Packet& packet) noexcept
    {
        Field::clear(packet);
        return errc{};
    }
};

} // namespace detail

/// A field that 3.1.1 does not have.
template <protocol_version Version, class Field>
using since_v5 = std::conditional_t<Version == protocol_version::v5, Field, detail::not_before_v5<Field>>;

/// A reason code and properties that end a packet and are left out when they say nothing.
/// v5 3.4.2.1, 3.14.2.1, 3.15.2.1 \tparam CodeAlone the code may stand without a property length: so in all packets but
/// AUTH.
template <bool CodeAlone, class ReasonCode, class Properties>
struct omissible
{
    template <text_check Check, class Packet>
    static constexpr errc add_size(const Packet& packet, std::size_t& size) noexcept
    {
        std::size_t code_size = 0;
        if (const errc error = ReasonCode::template add_size<Check>(packet, code_size); error != errc{})
        {
            return error;
        }
        if (Properties::is_absent(packet))
        {
            size += is_success(packet) ? 0 : CodeAlone ? code_size : code_size + 1;
            return errc{};
        }
        size += code_size;
        return Properties::template add_size<Check>(packet, size);
    }

    template <class Packet>
    static constexpr char* encode(const Packet& packet, char* out) noexcept
    {
        if (Properties::is_absent(packet) && (is_success(packet) || CodeAlone))
        {
            return is_success(packet) ? out : ReasonCode::encode(packet, out);
        }
        return Properties::encode(packet, ReasonCode::encode(packet, out));
    }

    template <text_check Check, class Packet>
    static constexpr errc decode(reader& in, Packet& packet) noexcept
    {
        if (in.empty())
        {
            ReasonCode::clear(packet);
            Properties::clear(packet);
            return errc{};
        }
        const errc error = ReasonCode::template decode<Check>(in, packet);
        if (error != errc{} || (CodeAlone && in.empty()))
        {
            Properties::clear(packet);
            return error;
        }
        return Properties::template decode<Check>(in, packet);
    }

private:
    template <class Packet>
    static constexpr bool is_success(const Packet& packet) noexcept
    {
        return static_cast<std::uint8_t>(packet.reason_code) == 0;
    }
};

/// A list of items that fills the packet to its end.
/// \tparam Item the kind of one item.
template <class Item>
struct list_of
{
    template <text_check Check, class Sequence>
    static constexpr errc add_size(const Sequence& items, std::size_t& size) noexcept
    {
        for (const auto item : items)
        {
            if (const errc error = Item::template add_size<Check>(item, size); error != errc{})
            {
                return error;
            }
            if (size > maximum_remaining_length)
            {
                return errc::packet_too_large;
            }
        }
        return errc{};
    }

    template <class Sequence>
    static constexpr char* encode(const Sequence& items, char* out) noexcept
    {
        for (const auto item : items)
        {
            out = Item::encode(item, out);
        }
        return out;
    }

    template <text_check Check, class Sequence>
    static constexpr errc decode(reader& in, Sequence& items) noexcept
    {
        items = Sequence::from_checked_bytes(in.rest());
        while (!in.empty())
        {
            typename Sequence::iterator::value_type item{};
            if (const errc error = Item::template decode<Check>(in, item); error != errc{})
            {
                return error;
            }
        }
        return errc{};
    }
};

/// The flags of the first byte for every packet but PUBLISH: fixed, and already judged by their framing.
template <packet_type Type>
struct plain_header
{
    template <class Packet>
    static constexpr errc check(const Packet&) noexcept
    {
        return errc{};
    }

    template <class Packet>
    static constexpr std::uint8_t flags(const Packet&) noexcept
    {
        return fixed_flags(Type);
    }

    template <class Packet>
    static constexpr void read(std::uint8_t, Packet&) noexcept
    {
    }
};

} // namespace tern::wire

#endif
