// SPDX-License-Identifier: BSL-1.0
#include "tern/session/incoming_table.hpp"

#include "support/catch.hpp"

using namespace tern::session;
using enum incoming_state;
using enum incoming_packet;

TEST_CASE("an unknown identifier is a new message, whatever DUP says", "[session]")
{
    CHECK(next_action(unknown, publish_qos_1, false) == incoming_action::deliver);
    CHECK(next_action(unknown, repeated_qos_1, false) == incoming_action::deliver);
    CHECK(next_action(unknown, publish_qos_2, false) == incoming_action::deliver);
    CHECK(next_action(unknown, pubrel, false) == incoming_action::answer_unknown);
}

TEST_CASE("a repeated message is not delivered again", "[session]")
{
    CHECK(next_action(untaken_qos_1, repeated_qos_1, false) == incoming_action::suppress);
    CHECK(next_action(taken_qos_1, repeated_qos_1, false) == incoming_action::acknowledge);
    CHECK(next_action(untaken_qos_2, publish_qos_2, false) == incoming_action::suppress);
    CHECK(next_action(taken_qos_2, publish_qos_2, false) == incoming_action::acknowledge);
    CHECK(next_action(awaiting_pubrel, publish_qos_2, true) == incoming_action::acknowledge);
}

TEST_CASE("an identifier that is in use is taken from a lost connection only", "[session]")
{
    for (const incoming_state state : {untaken_qos_1, taken_qos_1, untaken_qos_2, taken_qos_2, awaiting_pubrel})
    {
        CHECK(next_action(state, publish_qos_1, false) == incoming_action::replace);
        CHECK(next_action(state, publish_qos_1, true) == incoming_action::violation);
    }
    CHECK(next_action(untaken_qos_1, publish_qos_2, false) == incoming_action::replace);
    CHECK(next_action(untaken_qos_1, publish_qos_2, true) == incoming_action::violation);
}

TEST_CASE("PUBREL completes what PUBREC was sent for", "[session]")
{
    CHECK(next_action(awaiting_pubrel, pubrel, true) == incoming_action::complete);
    CHECK(next_action(untaken_qos_2, pubrel, true) == incoming_action::violation);
    CHECK(next_action(taken_qos_2, pubrel, true) == incoming_action::violation);
    CHECK(next_action(untaken_qos_1, pubrel, true) == incoming_action::answer_unknown);
}
