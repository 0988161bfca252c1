// SPDX-License-Identifier: BSL-1.0
//
// An application message as it is seen while it is delivered: views, no copy. The message that a program keeps, and
// acknowledges, is client/message.hpp's.
//
// Layer: vocabulary. Standard: v5 3.3, v3.1.1 3.3.
#ifndef TERN_MESSAGE_HPP
#define TERN_MESSAGE_HPP

#include "tern/byte_view.hpp"
#include "tern/properties.hpp"
#include "tern/qos.hpp"

#include <string_view>

namespace tern
{

/// A received message. Everything it refers to lives until the handler that was called with it returns.
struct message_view
{
    std::string_view topic{}; ///< the full name, also where the server sent an alias
    byte_view payload{};
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;    ///< it was retained at the server when the subscription was made (see retain_as_published)
    bool duplicate = false; ///< the server had sent it before, on this or an earlier connection
    publish_properties properties{}; ///< all absent in 3.1.1

    /// The payload as characters; that it is UTF-8 is not checked.
    [[nodiscard]] constexpr std::string_view payload_text() const noexcept { return payload.text(); }
};

} // namespace tern

#endif
