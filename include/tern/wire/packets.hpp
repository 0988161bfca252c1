// SPDX-License-Identifier: BSL-1.0
//
// All packets. Each is a plain struct of views, in the superset of MQTT 5.0, beside its layout in its own header; a
// codec of codec.hpp leaves out or refuses what 3.1.1 does not have.
//
// Layer: wire. Standard: v5 3.1 to 3.15, v3.1.1 3.1 to 3.14.
// Views point into the buffer that was decoded, or into what the caller wants encoded: a packet owns nothing.
#ifndef TERN_WIRE_PACKETS_HPP
#define TERN_WIRE_PACKETS_HPP

#include "tern/wire/acknowledgement.hpp"
#include "tern/wire/auth.hpp"
#include "tern/wire/connack.hpp"
#include "tern/wire/connect.hpp"
#include "tern/wire/disconnect.hpp"
#include "tern/wire/ping.hpp"
#include "tern/wire/publish.hpp"
#include "tern/wire/subscribe.hpp"
#include "tern/wire/unsubscribe.hpp"

#endif
