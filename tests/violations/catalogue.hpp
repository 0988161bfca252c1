// SPDX-License-Identifier: BSL-1.0
//
// The catalogue of packets that no server may send at any time, made systematically from the lawful ones, each with
// what is wrong with it and with the reason code that the standard names for that.
//
// Where the standard leaves a choice, the choice is written beside the entry. What depends on what went before on the
// connection (identifiers, counts, what was granted) is not here: see situations_test.cpp and grants_test.cpp.
#ifndef TERN_TESTS_VIOLATIONS_CATALOGUE_HPP
#define TERN_TESTS_VIOLATIONS_CATALOGUE_HPP

#include "bytes.hpp"
#include "lawful_packets.hpp"
#include "tern/error.hpp"
#include "tern/reason_code.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace violations
{

using tern::errc;
using tern::reason_code;

/// What is wrong, and what a DISCONNECT of 5.0 says about it.
struct verdict
{
    errc error;
    reason_code reason;
};

struct violation
{
    std::string name;
    bytes input;
    packet_type type;
    violations::verdict verdict;
    std::size_t decided_at; ///< bytes after which the client has to know; before them it has to wait
    bool in_header;         ///< wrong whatever the packet is and whenever it comes
};

using catalogue = std::vector<violation>;

/// Adds a packet that is wrong in its body: that is known when all of it is there.
inline void add(catalogue& to, std::string name, bytes input, packet_type type, verdict what)
{
    const std::size_t size = input.size();
    to.push_back({std::move(name), std::move(input), type, what, size, false});
}

/// Adds a packet that is wrong in its fixed header, which is known after `decided_at` bytes.
inline void add_header(catalogue& to, std::string name, bytes input, packet_type type, verdict what,
                       std::size_t decided_at)
{
    to.push_back({std::move(name), std::move(input), type, what, decided_at, true});
}

// The parts of the catalogue, by what is wrong.
void add_first_bytes(catalogue& to, protocol_version version);
void add_remaining_lengths(catalogue& to, protocol_version version);
void add_packets_of_client(catalogue& to, protocol_version version);
void add_body_lengths(catalogue& to, protocol_version version);
void add_properties(catalogue& to);
void add_texts(catalogue& to, protocol_version version);
void add_values(catalogue& to, protocol_version version);

// Every value where the parts above have a few: too many for every state.
void add_every_property_identifier(catalogue& to);
void add_every_text(catalogue& to, protocol_version version);
void add_every_value(catalogue& to, protocol_version version);

/// What is played in every state.
inline catalogue main_catalogue(protocol_version version)
{
    catalogue all;
    add_first_bytes(all, version);
    add_remaining_lengths(all, version);
    add_packets_of_client(all, version);
    add_body_lengths(all, version);
    if (version == protocol_version::v5)
    {
        add_properties(all);
    }
    add_texts(all, version);
    add_values(all, version);
    return all;
}

/// What is played in a few states.
inline catalogue long_catalogue(protocol_version version)
{
    catalogue all;
    if (version == protocol_version::v5)
    {
        add_every_property_identifier(all);
    }
    add_every_text(all, version);
    add_every_value(all, version);
    return all;
}

} // namespace violations

#endif
