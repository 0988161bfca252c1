// SPDX-License-Identifier: BSL-1.0
#include "tern/tern.hpp"

#include "support/catch.hpp"

#include <string_view>
#include <type_traits>

// The umbrella names everything that a program needs, and leaves the optional parts out.
static_assert(!std::is_copy_constructible_v<tern::client>);
static_assert(std::is_move_constructible_v<tern::subscription>);
static_assert(std::is_trivially_destructible_v<tern::connect_options>);
#if defined(TERN_TESTING_BROKER_HPP) || defined(TERN_TESTING_MEMORY_LINK_HPP)
#    error "tern.hpp includes a part that is optional"
#endif

TEST_CASE("the umbrella is enough for errors, texts and the version")
{
    CHECK(make_error_code(tern::errc::queue_full) == tern::error_kind::transient);
    CHECK(tern::to_string(tern::reason_code::banned) == std::string_view("banned"));
    CHECK(tern::library_version == TERN_VERSION_MAJOR * 10'000 + TERN_VERSION_MINOR * 100 + TERN_VERSION_PATCH);
}
