// SPDX-License-Identifier: BSL-1.0
#include "tern/client/completion.hpp"

#include "support/catch.hpp"

#include <new>
#include <system_error>

namespace
{

struct options
{
    int value = 0;
};

struct convertible
{
    operator options() const { return {}; }
};

using tern::detail::is_not;

// The overload without options takes what is no options; lambdas and tokens are not.
static_assert(is_not<decltype([](std::error_code) {}), options>);
static_assert(is_not<int, options>);
static_assert(!is_not<options, options>);
static_assert(!is_not<const options&, options>);
static_assert(!is_not<options&, options>);
static_assert(!is_not<convertible, options>);

} // namespace

TEST_CASE("running out of memory becomes an error", "[completion]")
{
    CHECK(tern::detail::guard_memory([]() -> std::error_code { throw std::bad_alloc(); }) == tern::errc::out_of_memory);
    CHECK(tern::detail::guard_memory([]() -> std::error_code { throw std::bad_array_new_length(); }) ==
          tern::errc::out_of_memory);
}

TEST_CASE("what the function says is passed on", "[completion]")
{
    int calls = 0;
    const auto fails = [&calls]() -> std::error_code {
        ++calls;
        return tern::errc::queue_full;
    };
    CHECK(tern::detail::guard_memory(fails) == tern::errc::queue_full);
    CHECK_FALSE(tern::detail::guard_memory([&calls]() -> std::error_code {
        ++calls;
        return {};
    }));
    CHECK(calls == 2);
}
