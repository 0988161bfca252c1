// SPDX-License-Identifier: BSL-1.0

#include "tern/client/completion.hpp"

#include "support/catch.hpp"
#include "tern/options.hpp"

#include <new>

static_assert(!tern::detail::is_not<tern::publish_options, tern::publish_options>);
static_assert(!tern::detail::is_not<const tern::publish_options&, tern::publish_options>);
static_assert(tern::detail::is_not<int, tern::publish_options>);

TEST_CASE("running out of memory is an error like any other")
{
    CHECK_FALSE(tern::detail::guard_memory([] { return std::error_code(); }));
    CHECK(tern::detail::guard_memory([] { return make_error_code(tern::errc::queue_full); }) ==
          tern::errc::queue_full);
    CHECK(tern::detail::guard_memory([]() -> std::error_code { throw std::bad_alloc(); }) ==
          tern::errc::out_of_memory);
}
