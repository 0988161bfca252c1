// SPDX-License-Identifier: BSL-1.0
//
// What the tests that use a client begin with; precompiled, so that they compile in a third of the time.
#ifndef TERN_TESTS_SUPPORT_CLIENT_HPP
#define TERN_TESTS_SUPPORT_CLIENT_HPP

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#endif
