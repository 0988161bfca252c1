// SPDX-License-Identifier: BSL-1.0
//
// TERN_SIMULATION_SEEDS says how many seeds each of the four tests runs, TERN_SIMULATION_FIRST where they begin.
#include "simulation/runs.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace
{

std::uint64_t number_from(const char* variable, std::uint64_t otherwise)
{
    const char* const text = std::getenv(variable);
    return text != nullptr ? std::stoull(text) : otherwise;
}

/// Four of them, so that they run side by side.
void run_share(std::uint64_t share)
{
    const std::uint64_t count = number_from("TERN_SIMULATION_SEEDS", 500);
    const std::uint64_t first = number_from("TERN_SIMULATION_FIRST", 1) + share * count;
    const simulation::run_summary summary = simulation::run_seeds(first, count);
    std::cout << "simulation: " << summary.runs << " seeds run, from " << first << " on, " << summary.packets
              << " packets\n";
    INFO(summary.trace << "to see it again: " << summary.replay);
    CHECK(summary.failed == "");
    CHECK(summary.failure == "");
    CHECK(summary.runs == count);
}

} // namespace

TEST_CASE("random operations and faults: the first quarter of the seeds")
{
    run_share(0);
}

TEST_CASE("random operations and faults: the second quarter of the seeds")
{
    run_share(1);
}

TEST_CASE("random operations and faults: the third quarter of the seeds")
{
    run_share(2);
}

TEST_CASE("random operations and faults: the last quarter of the seeds")
{
    run_share(3);
}
