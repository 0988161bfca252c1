// SPDX-License-Identifier: BSL-1.0
//
// What the catalogue of violations starts from: the packets that a server may send, lawful and in parts, and the table
// of properties as the standard has it. Neither is taken from tern, which is what is tested.
#ifndef TERN_TESTS_VIOLATIONS_LAWFUL_PACKETS_HPP
#define TERN_TESTS_VIOLATIONS_LAWFUL_PACKETS_HPP

#include "bytes.hpp"
#include "tern/protocol_version.hpp"
#include "tern/wire/packet_type.hpp"

#include <string_view>
#include <vector>

namespace violations
{

using tern::protocol_version;
using tern::wire::packet_type;

/// A packet around its property block.
struct lawful_packet
{
    std::string_view name;
    packet_type type;
    unsigned first_byte;
    bytes head;       ///< what stands before the property length
    bytes properties; ///< of 5.0, without their length
    bytes tail;       ///< what stands after them
    char carrier;     ///< its letter in property_row::carriers; 0: it has no properties
    bool open_ended;  ///< it goes on to the end of the packet: PUBLISH, SUBACK, UNSUBACK of 5.0

    [[nodiscard]] bytes body_with(std::string_view other_properties) const;
    [[nodiscard]] bytes whole_with(std::string_view other_properties) const
    {
        return packet(first_byte, body_with(other_properties));
    }
    [[nodiscard]] bytes body() const { return body_with(properties); }
    [[nodiscard]] bytes whole() const { return packet(first_byte, body()); }
};

/// The packets that a server may send, each with a property in 5.0 where it can have one.
std::vector<lawful_packet> packets_of_server(protocol_version version);

/// The packets that only a client sends: v5 2.1.2, v3.1.1 2.2.1. DISCONNECT is among them in 3.1.1.
std::vector<lawful_packet> packets_of_client(protocol_version version);

enum class value_kind
{
    flag, ///< one byte, 0 or 1
    two_bytes,
    four_bytes,
    variable,
    text,
    binary,
    pair,
};

/// v5 2.2.2.2, table 2-4, as far as it concerns what a server sends.
struct property_row
{
    unsigned identifier;
    std::string_view name;
    value_kind kind;
    std::string_view carriers; ///< letters of packets
    bytes value;               ///< a legal one

    [[nodiscard]] bytes whole() const { return raw({identifier}) + value; }
    [[nodiscard]] bool allowed_in(char carrier) const { return carriers.find(carrier) != std::string_view::npos; }
};

const std::vector<property_row>& property_rows();

} // namespace violations

#endif
