// SPDX-License-Identifier: BSL-1.0
//
// Everything that a program needs to publish and subscribe: include this and use tern::client.
//
// Layer: the umbrella. Standard: none.
// It leaves out the optional parts: store/, transport/, websocket/, testing/.
#ifndef TERN_TERN_HPP
#define TERN_TERN_HPP

#include "tern/client/any_transport.hpp"
#include "tern/client/authentication.hpp"
#include "tern/client/basic_client.hpp"
#include "tern/client/broker_list.hpp"
#include "tern/client/client_event.hpp"
#include "tern/client/message.hpp"
#include "tern/client/results.hpp"
#include "tern/client/subscription.hpp"
#include "tern/client/tcp_transport.hpp"
#include "tern/error.hpp"
#include "tern/limits.hpp"
#include "tern/message.hpp"
#include "tern/observer.hpp"
#include "tern/options.hpp"
#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/reason_code.hpp"
#include "tern/retain_handling.hpp"
#include "tern/statistics.hpp"
#include "tern/version.hpp"

namespace tern
{

/// The client, with the transport chosen by the URL among those that are compiled in: TCP, and those of the headers in
/// tern/transport/ that the program includes.
using client = basic_client<any_transport>;

} // namespace tern

#endif
