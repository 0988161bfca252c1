// SPDX-License-Identifier: BSL-1.0
//
// The random part: a seed decides how the client and the broker are set up, what the application does, and what goes
// wrong around it, some hundreds of operations long.
#ifndef TERN_TESTS_SIMULATION_RANDOM_RUN_HPP
#define TERN_TESTS_SIMULATION_RANDOM_RUN_HPP

#include "simulation/journal.hpp"

#include <cstdint>

namespace simulation
{

/// \return how many packets went over the wire
std::uint64_t play_random(std::uint64_t seed, journal& log);

} // namespace simulation

#endif
