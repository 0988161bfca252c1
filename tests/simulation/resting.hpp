// SPDX-License-Identifier: BSL-1.0
//
// What must hold in every world: bounds after every step, everything at its end when the network has healed, and every
// handler called when the application ends.
#ifndef TERN_TESTS_SIMULATION_RESTING_HPP
#define TERN_TESTS_SIMULATION_RESTING_HPP

#include "simulation/world.hpp"

namespace simulation
{

/// Whether every bound is kept; to be asked after every step.
void check_bounds(world& scene);

/// The network heals, every message is taken: everything has to come to its end, and the rules are judged.
void come_to_rest(world& scene);

/// The application ends: by a disconnect, or by destroying its client with operations outstanding.
void finish(world& scene, bool by_disconnect);

} // namespace simulation

#endif
