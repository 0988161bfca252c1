// SPDX-License-Identifier: BSL-1.0
//
// What happened in one run, line by line with its time, and the first rule that was broken.
//
// Writing lines costs more than the run itself, so most runs keep none; a run that failed is repeated with them.
#ifndef TERN_TESTS_SIMULATION_JOURNAL_HPP
#define TERN_TESTS_SIMULATION_JOURNAL_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace simulation
{

enum class detail : std::uint8_t
{
    none,
    lines,
};

class journal
{
public:
    explicit journal(detail kept) : kept_(kept) {}

    /// Whether note() keeps anything: making a line can be saved otherwise.
    [[nodiscard]] bool tells() const noexcept { return kept_ != detail::none; }

    /// Where the time of a line comes from: what has passed since the run began.
    void set_clock(std::function<std::chrono::nanoseconds()> clock) { clock_ = std::move(clock); }

    void note(std::string_view line)
    {
        if (tells())
        {
            const auto now = clock_ ? clock_() : std::chrono::nanoseconds(0);
            const std::string time = std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
            text_.append(time.size() < 12 ? 12 - time.size() : 0, ' ').append(time).append("  ");
            text_.append(line).append("\n");
        }
    }

    /// A rule is broken. The first one counts: what follows may follow from it.
    void fail(std::string_view rule)
    {
        note("*** " + std::string(rule));
        if (failure_.empty())
        {
            failure_ = rule;
        }
    }

    [[nodiscard]] bool failed() const noexcept { return !failure_.empty(); }
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    detail kept_;
    std::function<std::chrono::nanoseconds()> clock_;
    std::string text_;
    std::string failure_;
};

} // namespace simulation

#endif
