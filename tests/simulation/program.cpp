// SPDX-License-Identifier: BSL-1.0
//
// The simulation by hand: any number of seeds, one seed or one schedule with all that happened.
//
//     tern_simulation seeds FIRST COUNT       stops at the first that fails, and tells it
//     tern_simulation seed NUMBER             prints the trace
//     tern_simulation schedules VERSION [kept|lost]
//     tern_simulation schedule VERSION LINK to_broker|to_client BYTES end|reset|silence kept|lost
#include "simulation/runs.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace
{

using namespace simulation;

tern::protocol_choice version_of(std::string_view text)
{
    return text == "3.1.1" ? tern::protocol_choice::v3_1_1 : tern::protocol_choice::v5;
}

int usage()
{
    std::cerr
        << "usage: tern_simulation seeds FIRST COUNT\n"
           "       tern_simulation seed NUMBER\n"
           "       tern_simulation schedules 5.0|3.1.1 [kept|lost]\n"
           "       tern_simulation schedule 5.0|3.1.1 LINK to_broker|to_client BYTES end|reset|silence kept|lost\n";
    return 2;
}

/// Prints what a run of many came to.
int tell(const run_summary& summary, std::string_view what)
{
    std::cout << summary.runs << " " << what << " run, " << summary.packets << " packets\n";
    if (summary.failed.empty())
    {
        return 0;
    }
    std::cout << summary.trace << "failed: " << summary.failed << ": " << summary.failure
              << "\nto see it again: " << summary.replay << "\n";
    return 1;
}

int tell(const journal& log)
{
    std::cout << log.text();
    if (log.failed())
    {
        std::cout << "failed: " << log.failure() << "\n";
    }
    return log.failed() ? 1 : 0;
}

} // namespace

int main(int count, char** values)
{
    const std::vector<std::string> words(values + 1, values + count);
    if (words.size() == 3 && words[0] == "seeds")
    {
        return tell(run_seeds(std::stoull(words[1]), std::stoull(words[2])), "seeds");
    }
    if (words.size() == 2 && words[0] == "seed")
    {
        journal log(detail::lines);
        (void)run_seed(std::stoull(words[1]), log);
        return tell(log);
    }
    if ((words.size() == 2 || words.size() == 3) && words[0] == "schedules")
    {
        int result = 0;
        for (const bool kept : {true, false})
        {
            if (words.size() == 2 || (words[2] == "kept") == kept)
            {
                const int one = tell(run_schedules(version_of(words[1]), kept), "schedules");
                result = result != 0 ? result : one;
            }
        }
        return result;
    }
    if (words.size() == 7 && words[0] == "schedule")
    {
        schedule chosen;
        chosen.protocol = version_of(words[1]);
        chosen.link = std::stoull(words[2]);
        chosen.direction = words[3] == "to_broker" ? way::to_broker : way::to_client;
        chosen.bytes = std::stoull(words[4]);
        chosen.how = words[5] == "end" ? cut::end : words[5] == "reset" ? cut::reset : cut::silence;
        chosen.keeps_session = words[6] == "kept";
        journal log(detail::lines);
        (void)run_one(chosen, log);
        return tell(log);
    }
    return usage();
}
