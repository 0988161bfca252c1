// SPDX-License-Identifier: BSL-1.0
//
// Whether the server sends retained messages when a subscription is made.
//
// Layer: vocabulary. Standard: v5 3.8.3.1.
// MQTT 3.1.1 knows only the first. Whether a message is sent with RETAIN set is another option of the subscription.
#ifndef TERN_RETAIN_HANDLING_HPP
#define TERN_RETAIN_HANDLING_HPP

#include <cstdint>

namespace tern
{

/// When the server sends retained messages at subscribe; the value is the two bits of the options byte.
enum class retain_handling : std::uint8_t
{
    send = 0,        ///< at every SUBSCRIBE
    send_if_new = 1, ///< only if the subscription did not exist
    do_not_send = 2,
};

} // namespace tern

#endif
