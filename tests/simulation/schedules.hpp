// SPDX-License-Identifier: BSL-1.0
//
// The exhaustive part: one script of some thirty operations, during which the connection breaks once, after every byte
// in turn.
#ifndef TERN_TESTS_SIMULATION_SCHEDULES_HPP
#define TERN_TESTS_SIMULATION_SCHEDULES_HPP

#include "simulation/journal.hpp"
#include "simulation/world.hpp"
#include "tern/options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simulation
{

/// Where and how the connection breaks.
struct schedule
{
    tern::protocol_choice protocol = tern::protocol_choice::v5;
    std::size_t link = 0; ///< which connection: 3.1.1 makes one to clear the session, and then the one that is used
    way direction = way::to_broker;
    std::uint64_t bytes = 0; ///< after so many
    cut how = cut::end;
    bool keeps_session = true;
};

/// How many bytes one connection takes when nothing breaks.
struct link_size
{
    std::uint64_t to_broker = 0;
    std::uint64_t to_client = 0;
};

/// Of each connection.
[[nodiscard]] std::vector<link_size> measure_script(tern::protocol_choice protocol, journal& log);

/// \return how many packets went over the wire
std::uint64_t run_schedule(const schedule& chosen, journal& log);

/// "5.0 0 to_broker 17 reset kept": what the program that replays it takes.
[[nodiscard]] std::string to_string(const schedule& which);

} // namespace simulation

#endif
