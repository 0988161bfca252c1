// SPDX-License-Identifier: BSL-1.0
//
// Include this beside tern.hpp, in any file of a program, and tern::client knows unix://.
//
// Layer: transport. Standard: none.
// It is no more than a list: what it adds is in local_transport.hpp.
#ifndef TERN_TRANSPORT_LOCAL_HPP
#define TERN_TRANSPORT_LOCAL_HPP

#include "tern/client/any_transport.hpp"
#include "tern/transport/local_transport.hpp"

namespace tern::detail
{

inline const transport_adder<local_transport> local_transport_added{};

} // namespace tern::detail

#endif
