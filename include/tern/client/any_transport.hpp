// SPDX-License-Identifier: BSL-1.0
//
// The choice of a transport at run time: by the scheme of the URL, among those that are compiled into the program.
//
// Layer: client. Standard: none.
// TCP is always there. The headers of transport/ each add one to the list before main(), so that a program has what it
// includes and nothing else. There is no common stream behind virtual functions of its own: the client's connections
// have these already.
#ifndef TERN_CLIENT_ANY_TRANSPORT_HPP
#define TERN_CLIENT_ANY_TRANSPORT_HPP

#include "tern/client/connection.hpp"
#include "tern/client/tcp_transport.hpp"
#include "tern/client/transport_connection.hpp"

#include <string_view>

namespace tern
{

/// Stands for every transport that is compiled in: `basic_client<any_transport>`.
struct any_transport
{
    any_transport() = delete;
};

namespace detail
{

/// A transport that a header has added.
struct added_transport
{
    find_factory find = nullptr;
    added_transport* next = nullptr;
};

/// The first of them. Changed before main() only, by one thread.
inline constinit added_transport* added_transports = nullptr;

/// One object of this for each transport, constructed before main(), adds it.
template <class Transport>
struct transport_adder
{
    transport_adder() noexcept
    {
        entry.next = added_transports;
        added_transports = &entry;
    }

    added_transport entry{&transport_factory<Transport>::find};
};

template <>
struct factory_finder<any_transport>
{
    static const connection_factory* find(std::string_view scheme) noexcept
    {
        const connection_factory* found = transport_factory<tcp_transport>::find(scheme);
        for (const added_transport* each = added_transports; found == nullptr && each != nullptr; each = each->next)
        {
            found = each->find(scheme);
        }
        return found;
    }
};

} // namespace detail

} // namespace tern

#endif
