// SPDX-License-Identifier: BSL-1.0
//
// Which end of the connection sent a packet: a few reason codes and properties are legal from one end only.
//
// Layer: wire. Standard: v5 3.14.2.1, 3.14.2.2.2, 3.15.2.1, 3.3.2.3.8.
// That a server sends no SUBSCRIBE at all is not a matter of layout; the session checks it.
#ifndef TERN_WIRE_SENDER_HPP
#define TERN_WIRE_SENDER_HPP

#include <cstdint>

namespace tern::wire
{

enum class sender : std::uint8_t
{
    any, ///< not known, or of no interest: what either end may send is accepted
    client,
    server,
};

} // namespace tern::wire

#endif
