// SPDX-License-Identifier: BSL-1.0
//
// Plays a violation in a state, cut as it is told, and says what the client did wrong about it.
#ifndef TERN_TESTS_VIOLATIONS_PLAY_HPP
#define TERN_TESTS_VIOLATIONS_PLAY_HPP

#include "catalogue.hpp"
#include "stage.hpp"
#include "states.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace violations
{

/// What the client finds in a moment: a packet that must not come then is judged for that, not for what is in it.
/// Nothing if the connection is over.
std::optional<verdict> verdict_in(session::connection_phase phase, protocol_version version, const violation& what);

/// The lengths at which the bytes are shown to the engine before all of them are.
using cuts = std::vector<std::size_t>;
cuts every_cut(const violation& what);

/// A running count of what was played, and the first complaints.
class record
{
public:
    /// Empty text: the client did right.
    void add(std::string_view state, std::string_view violation, std::string complaint);

    [[nodiscard]] std::size_t played() const noexcept { return played_; }
    [[nodiscard]] std::size_t good() const noexcept { return played_ - bad_; }
    [[nodiscard]] const std::string& complaints() const noexcept { return complaints_; }

    /// One line of figures: "violations: 1,234 sequences rejected of 1,234 (whole)".
    void print(std::string_view verb, std::string_view what) const;

private:
    std::size_t played_ = 0;
    std::size_t bad_ = 0;
    std::string complaints_;
};

/// What is wrong depends on what went before: `set_up` brings the stage there and says what comes next. Plays it whole
/// and byte by byte. \param recovers see play()
void play_situation(record& to, protocol_version version, std::string_view name,
                    const std::function<bytes(stage&)>& set_up, verdict expected, bool recovers = true);

/// Enters the state, shows the engine the violation, and looks at everything that can be seen of the outcome.
/// \param recovers afterwards a lawful connection has to bring everything to its end.
/// \return what is wrong, empty if nothing.
std::string play(const state& where, protocol_version version, const violation& what, const cuts& at, bool recovers);

/// The same on a stage that has been set up.
std::string play_on(stage& s, const violation& what, std::optional<verdict> expected, const cuts& at, bool recovers);

} // namespace violations

#endif
