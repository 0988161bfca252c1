// SPDX-License-Identifier: BSL-1.0
//
// A command line that cannot be obeyed; what() says which part and what to write instead.
#ifndef TERN_EXAMPLES_COMMAND_LINE_USAGE_ERROR_HPP
#define TERN_EXAMPLES_COMMAND_LINE_USAGE_ERROR_HPP

#include <stdexcept>

namespace command_line
{

class usage_error : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

} // namespace command_line

#endif
