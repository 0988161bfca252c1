// SPDX-License-Identifier: BSL-1.0
//
// Runs worlds one after the other: many, until one fails, which is then repeated with its trace; and checks what only
// shows from outside a world: that nothing stays allocated, and that the same seed gives the same trace.
#ifndef TERN_TESTS_SIMULATION_RUNS_HPP
#define TERN_TESTS_SIMULATION_RUNS_HPP

#include "simulation/journal.hpp"
#include "simulation/schedules.hpp"
#include "tern/options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace simulation
{

struct run_summary
{
    std::size_t runs = 0;
    std::uint64_t packets = 0;
    std::string failed{};  ///< the seed or schedule, empty if none failed
    std::string failure{}; ///< the rule that was broken
    std::string trace{};
    std::string replay{}; ///< the command that shows it again
};

/// One seed. \return how many packets went over the wire
std::uint64_t run_seed(std::uint64_t seed, journal& log);

/// One schedule. \return how many packets went over the wire
std::uint64_t run_one(const schedule& chosen, journal& log);

[[nodiscard]] run_summary run_seeds(std::uint64_t first, std::uint64_t count);

/// Every byte of both directions, and each way to break.
[[nodiscard]] run_summary run_schedules(tern::protocol_choice protocol, bool keeps_session);

} // namespace simulation

#endif
