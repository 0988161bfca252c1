// SPDX-License-Identifier: BSL-1.0
//
// Small helpers around completion tokens and handlers that the client's functions share.
//
// Layer: client. Standard: none.
// What keeps a handler until its operation is done is in unique_handler.hpp.
#ifndef TERN_CLIENT_COMPLETION_HPP
#define TERN_CLIENT_COMPLETION_HPP

#include "tern/error.hpp"

#include <concepts>
#include <new>
#include <system_error>
#include <type_traits>
#include <utility>

namespace tern::detail
{

/// True if the argument is a completion token in an overload that leaves the options out, not the options themselves.
template <class Token, class Options>
concept is_not = !std::convertible_to<Token, const Options&>;

/// Runs what may run out of memory; that is an error like any other to the operation that it is for.
template <class Function>
[[nodiscard]] std::error_code guard_memory(Function&& function) noexcept
{
    try
    {
        return std::forward<Function>(function)();
    }
    catch (const std::bad_alloc&)
    {
        return errc::out_of_memory;
    }
}

/// What `make` makes; if memory is short an empty one, and the error says so unless there is one already: a handler is
/// called in any case.
template <class Make>
[[nodiscard]] auto make_or_empty(std::error_code& error, Make&& make) noexcept
{
    using result = decltype(make());
    try
    {
        return std::forward<Make>(make)();
    }
    catch (const std::bad_alloc&)
    {
        error = error ? error : make_error_code(errc::out_of_memory);
        return result{};
    }
}

} // namespace tern::detail

#endif
