// SPDX-License-Identifier: BSL-1.0
#include "tern/session/outgoing_table.hpp"

#include "support/catch.hpp"

using namespace tern::session;
using enum outgoing_state;
using enum outgoing_answer;

TEST_CASE("QoS 1 is complete with PUBACK and accepts nothing else", "[session]")
{
    CHECK(next_action(publish_qos_1, puback) == outgoing_action::complete);
    CHECK(next_action(publish_qos_1, pubrec) == outgoing_action::violation);
    CHECK(next_action(publish_qos_1, failing_pubrec) == outgoing_action::violation);
    CHECK(next_action(publish_qos_1, pubcomp) == outgoing_action::violation);
}

TEST_CASE("QoS 2 goes from PUBREC by PUBREL to PUBCOMP", "[session]")
{
    CHECK(next_action(publish_qos_2, pubrec) == outgoing_action::send_pubrel);
    CHECK(next_action(publish_qos_2, failing_pubrec) == outgoing_action::complete);
    CHECK(next_action(publish_qos_2, pubcomp) == outgoing_action::violation);
    CHECK(next_action(pubrel, pubcomp) == outgoing_action::complete);
    CHECK(next_action(pubrel, pubrec) == outgoing_action::repeat_pubrel);
    CHECK(next_action(pubrel, failing_pubrec) == outgoing_action::complete);
    CHECK(next_action(pubrel, puback) == outgoing_action::violation);
}

TEST_CASE("a PUBACK for QoS 2 counts as taken", "[session]")
{
    CHECK(next_action(publish_qos_2, puback) == outgoing_action::complete);
}

TEST_CASE("what was not sent or is over cannot be answered", "[session]")
{
    for (const outgoing_answer answer : {puback, pubrec, failing_pubrec, pubcomp})
    {
        CHECK(next_action(waiting, answer) == outgoing_action::violation);
        CHECK(next_action(finished, answer) == outgoing_action::violation);
    }
}
