// SPDX-License-Identifier: BSL-1.0
//
// Going where a server sends the client: reason codes 0x9C (use another server) and 0x9D (server moved), with a Server
// Reference, in CONNACK and DISCONNECT.
//
// Layer: client. Standard: v5 4.11, 3.2.2.3.16, 3.14.2.2.5. MQTT 3.1.1 has none.
// How a reference is read and where it may lead is server_reference.hpp's matter, how often one is followed that of
// connect_plan.hpp.
#ifndef TERN_CLIENT_CLIENT_FOLLOWING_HPP
#define TERN_CLIENT_CLIENT_FOLLOWING_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/client_event.hpp"
#include "tern/client/completion.hpp"
#include "tern/linkage.hpp"
#include "tern/reason_code.hpp"

#include <string>
#include <system_error>

#if TERN_BODIES

namespace tern::detail
{

/// A server that does not want us any more may name others. True if they are tried next. v5 4.11
TERN_INLINE bool client_core::follow_reference(disconnected_event& told)
{
    const bool for_good = told.error == reason_code::server_moved;
    if ((!for_good && told.error != reason_code::use_another_server) || told.server_reference.empty())
    {
        return false;
    }
    std::string problem;
    bool followed = false;
    const std::error_code error = guard_memory([&]() -> std::error_code {
        followed = plan_.follow(told.server_reference, for_good, problem);
        if (!followed)
        {
            told.explanation += told.explanation.empty() ? "" : "; ";
            told.explanation += "the Server Reference is not followed: " + problem;
        }
        return {};
    });
    return followed && !error;
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
