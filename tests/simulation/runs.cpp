// SPDX-License-Identifier: BSL-1.0
#include "simulation/runs.hpp"

#include "simulation/random_run.hpp"
#include "support/allocation_counter.hpp"

#include <utility>
#include <vector>

namespace simulation
{

namespace
{

constexpr std::uint64_t repeat_every = 16; ///< seeds of which each is run twice to compare the traces

/// Runs one world from its beginning to its end, and sees that nothing of it is left.
template <class Run>
std::uint64_t watched(Run run, journal& log)
{
    const std::size_t before = tern_test::live_allocations();
    const std::uint64_t packets = run(log);
    const std::size_t of_the_journal = log.tells() ? 1 : 0;
    if (!log.failed() && tern_test::live_allocations() != before + of_the_journal)
    {
        log.fail("something is still allocated at the end");
    }
    return packets;
}

/// One run of many. If it fails it is repeated with its trace. \return whether to go on
template <class Run>
bool run_one_of_many(run_summary& summary, Run run, const std::string& name, const std::string& replay)
{
    journal silent(detail::none);
    ++summary.runs;
    summary.packets += run(silent);
    if (!silent.failed())
    {
        return true;
    }
    journal told(detail::lines);
    run(told);
    summary.failed = name;
    summary.failure = silent.failure();
    summary.trace = told.text();
    summary.replay = replay;
    return false;
}

std::vector<schedule> all_schedules(const std::vector<link_size>& sizes, tern::protocol_choice protocol,
                                    bool keeps_session)
{
    std::vector<schedule> all;
    for (std::size_t link = 0; link < sizes.size(); ++link)
    {
        for (const way direction : {way::to_broker, way::to_client})
        {
            const std::uint64_t bytes = direction == way::to_broker ? sizes[link].to_broker : sizes[link].to_client;
            for (std::uint64_t at = 0; at < bytes; ++at)
            {
                for (const cut how : {cut::end, cut::reset, cut::silence})
                {
                    all.push_back({protocol, link, direction, at, how, keeps_session});
                }
            }
        }
    }
    return all;
}

} // namespace

std::uint64_t run_seed(std::uint64_t seed, journal& log)
{
    return watched([seed](journal& lines) { return play_random(seed, lines); }, log);
}

std::uint64_t run_one(const schedule& chosen, journal& log)
{
    return watched([&chosen](journal& lines) { return run_schedule(chosen, lines); }, log);
}

run_summary run_seeds(std::uint64_t first, std::uint64_t count)
{
    run_summary summary;
    for (std::uint64_t seed = first; seed < first + count; ++seed)
    {
        const std::string name = std::to_string(seed);
        const std::string replay = "tern_simulation seed " + name;
        if (!run_one_of_many(
                summary, [seed](journal& log) { return run_seed(seed, log); }, "seed " + name, replay))
        {
            return summary;
        }
        if (seed % repeat_every == 0)
        {
            journal once(detail::lines);
            journal again(detail::lines);
            run_seed(seed, once);
            run_seed(seed, again);
            if (once.text() != again.text() || once.failed())
            {
                summary.failed = "seed " + name;
                summary.failure = once.failed() ? once.failure() : "the same seed gave two traces";
                summary.trace = once.text() + again.text();
                summary.replay = replay;
                return summary;
            }
        }
    }
    return summary;
}

run_summary run_schedules(tern::protocol_choice protocol, bool keeps_session)
{
    run_summary summary;
    std::vector<link_size> sizes;
    if (!run_one_of_many(
            summary,
            [&](journal& log) {
                sizes = measure_script(protocol, log);
                return std::uint64_t{0};
            },
            "the script without a break", ""))
    {
        return summary;
    }
    for (const schedule& chosen : all_schedules(sizes, protocol, keeps_session))
    {
        if (!run_one_of_many(
                summary, [&chosen](journal& log) { return run_one(chosen, log); }, to_string(chosen),
                "tern_simulation schedule " + to_string(chosen)))
        {
            return summary;
        }
    }
    return summary;
}

} // namespace simulation
