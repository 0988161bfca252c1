// SPDX-License-Identifier: BSL-1.0
#include "simulation/runs.hpp"
#include "support/catch.hpp"

#include <iostream>
#include <string>

namespace
{

void break_everywhere(tern::protocol_choice protocol, bool keeps_session)
{
    const simulation::run_summary summary = simulation::run_schedules(protocol, keeps_session);
    std::cout << "simulation: " << summary.runs << " schedules run, MQTT "
              << (protocol == tern::protocol_choice::v5 ? "5.0" : "3.1.1") << ", session "
              << (keeps_session ? "kept, " : "lost, ") << summary.packets << " packets\n";
    INFO(summary.trace << "to see it again: " << summary.replay);
    CHECK(summary.failed == "");
    CHECK(summary.failure == "");
    CHECK(summary.runs > 1'000); // three ways to break after each of some hundreds of bytes
}

} // namespace

TEST_CASE("5.0: the connection breaks after every byte, and the session is kept")
{
    break_everywhere(tern::protocol_choice::v5, true);
}

TEST_CASE("5.0: the connection breaks after every byte, and the session is lost")
{
    break_everywhere(tern::protocol_choice::v5, false);
}

TEST_CASE("3.1.1: the connection breaks after every byte, and the session is kept")
{
    break_everywhere(tern::protocol_choice::v3_1_1, true);
}

TEST_CASE("3.1.1: the connection breaks after every byte, and the session is lost")
{
    break_everywhere(tern::protocol_choice::v3_1_1, false);
}
