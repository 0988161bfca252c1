// SPDX-License-Identifier: BSL-1.0
//
// The arguments of a program one after the other, and tables of the options that they are looked up in.
#ifndef TERN_EXAMPLES_COMMAND_LINE_ARGUMENT_LIST_HPP
#define TERN_EXAMPLES_COMMAND_LINE_ARGUMENT_LIST_HPP

#include "command_line/usage_error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace command_line
{

class argument_list
{
public:
    explicit argument_list(std::vector<std::string_view> arguments) : arguments_(std::move(arguments)) {}

    /// The arguments of main(), without the program's name.
    argument_list(int count, const char* const* arguments)
    {
        for (int i = 1; i < count; ++i)
        {
            arguments_.emplace_back(arguments[i]);
        }
    }

    [[nodiscard]] bool empty() const noexcept { return next_ == arguments_.size(); }

    /// The next option.
    std::string_view take_option()
    {
        option_ = arguments_[next_++];
        return option_;
    }

    [[nodiscard]] std::string_view option() const noexcept { return option_; }

    /// What follows the option that was taken last. It may begin with a dash.
    std::string_view take_value()
    {
        if (empty())
        {
            throw usage_error(std::string(option_) + " needs a value behind it.");
        }
        return arguments_[next_++];
    }

private:
    std::vector<std::string_view> arguments_;
    std::size_t next_ = 0;
    std::string_view option_;
};

/// An option by its names and what it does; what it does may take values from the list.
template <class Target>
struct option_entry
{
    std::string_view short_name;
    std::string_view long_name;
    void (*apply)(Target&, argument_list&);
};

/// Applies the option that was taken last, if the table has it.
template <class Table, class Target>
bool apply_option(const Table& table, Target& target, argument_list& arguments)
{
    for (const auto& entry : table)
    {
        if (!arguments.option().empty() &&
            (arguments.option() == entry.short_name || arguments.option() == entry.long_name))
        {
            entry.apply(target, arguments);
            return true;
        }
    }
    return false;
}

} // namespace command_line

#endif
