// SPDX-License-Identifier: BSL-1.0
//
// What an any_io_executor holds, asked for by type.
//
// Layer: client. Standard: none.
// any_io_executor::target<T>() of Asio 1.22 answers without looking whether the executor is a T; what it gives then is
// some other object. So nothing in tern calls it but this.
#ifndef TERN_CLIENT_EXECUTOR_TARGET_HPP
#define TERN_CLIENT_EXECUTOR_TARGET_HPP

#include <asio/any_io_executor.hpp>

#if !defined(ASIO_NO_TYPEID)
#    include <typeinfo>
#endif

namespace tern::detail
{

/// The executor inside `outer` if it is an `Executor`, else null; valid as long as `outer` is not changed.
/// Without run-time type information always null.
template <class Executor>
[[nodiscard]] const Executor* executor_target([[maybe_unused]] const asio::any_io_executor& outer) noexcept
{
#if defined(ASIO_NO_TYPEID)
    return nullptr;
#else
    return outer.target_type() == typeid(Executor) ? outer.template target<Executor>() : nullptr;
#endif
}

} // namespace tern::detail

#endif
