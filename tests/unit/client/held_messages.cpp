// SPDX-License-Identifier: BSL-1.0
#include "tern/client/held_messages.hpp"

#include "support/catch.hpp"

TEST_CASE("messages are counted together, their bytes by what may become of them", "[held_messages]")
{
    tern::detail::held_figures held;
    held.add(100, false);
    held.add(20, true);
    held.add(3, true);
    CHECK(held.messages == 3);
    CHECK(held.bytes == 100);
    CHECK(held.at_most_once_bytes == 23);
    held.remove(100, false);
    held.remove(20, true);
    CHECK(held.messages == 1);
    CHECK(held.bytes == 0);
    CHECK(held.at_most_once_bytes == 3);
}
