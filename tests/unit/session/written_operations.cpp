// SPDX-License-Identifier: BSL-1.0
#include "tern/session/written_operations.hpp"

#include "tern/error.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <system_error>

using namespace tern;
using namespace tern::session;

namespace
{

void add(written_operations& operations, session::operation waiter)
{
    operations.reserve();
    operations.add(waiter);
}

session::operation next(written_operations& operations, std::error_code expected = {})
{
    session::operation waiter = 0;
    std::error_code error;
    const bool any = operations.pop(waiter, error);
    CHECK((!any || error == expected));
    return any ? waiter : 0;
}

} // namespace

TEST_CASE("operations are done when the buffer they are in is written", "[session]")
{
    written_operations operations;
    CHECK(operations.empty());
    add(operations, 1);
    add(operations, 2);
    CHECK(next(operations) == 0);
    operations.taken();
    add(operations, 3);
    operations.written();
    CHECK(operations.any_done());
    CHECK(next(operations) == 1);
    CHECK(next(operations) == 2);
    CHECK(next(operations) == 0);
    CHECK_FALSE(operations.empty());
    operations.written(); // nothing more was handed out
    CHECK(next(operations) == 0);
    operations.taken();
    operations.written();
    CHECK(next(operations) == 3);
    CHECK(operations.empty());
}

TEST_CASE("what is not written ends with an error, what is done does not", "[session]")
{
    written_operations operations;
    add(operations, 1);
    operations.taken();
    operations.written();
    add(operations, 2);
    operations.taken();
    add(operations, 3);
    operations.fail(errc::connection_lost);
    CHECK(next(operations) == 1);
    CHECK(next(operations, errc::connection_lost) == 2);
    CHECK(next(operations, errc::connection_lost) == 3);
    CHECK(operations.empty());
}

TEST_CASE("the ring grows in order and then allocates no more", "[session]")
{
    written_operations operations;
    session::operation added = 0;
    session::operation popped = 0;
    for (int round = 0; round < 3; ++round)
    {
        for (int i = 0; i < 30; ++i)
        {
            add(operations, ++added);
        }
        operations.taken();
        operations.written();
        for (int i = 0; i < 25; ++i)
        {
            CHECK(next(operations) == ++popped);
        }
    }
    tern_test::allocation_counter counter;
    for (int i = 0; i < 1'000; ++i)
    {
        add(operations, 1);
        operations.taken();
        operations.written();
        session::operation waiter = 0;
        std::error_code error;
        (void)operations.pop(waiter, error);
    }
    const std::size_t allocations = counter.count();
    CHECK(allocations == 0);
}
