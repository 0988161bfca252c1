// SPDX-License-Identifier: BSL-1.0
//
// Every state that a session can be in when the server breaks a rule, each by how it is reached.
#ifndef TERN_TESTS_VIOLATIONS_STATES_HPP
#define TERN_TESTS_VIOLATIONS_STATES_HPP

#include "stage.hpp"

#include <string_view>
#include <vector>

namespace violations
{

struct state
{
    std::string_view name;
    void (*enter)(stage&);
};

/// CONNECT is sent, CONNACK is not there: nothing is sent whatever comes.
std::vector<state> states_before_connack(protocol_version version);

/// CONNACK said success.
std::vector<state> connected_states(protocol_version version);

/// The connection is over, or its end is under way: what comes means nothing any more.
std::vector<state> ended_states(protocol_version version);

/// Of an engine: more room for messages in flight than any state needs, but not unbounded.
tern::client_limits limits_of_states();

} // namespace violations

#endif
