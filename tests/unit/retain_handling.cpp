// SPDX-License-Identifier: BSL-1.0
#include "tern/retain_handling.hpp"

#include "support/catch.hpp"

TEST_CASE("retain handling is the two bits of the options byte")
{
    CHECK(static_cast<int>(tern::retain_handling::send) == 0); // v5 3.8.3.1
    CHECK(static_cast<int>(tern::retain_handling::send_if_new) == 1);
    CHECK(static_cast<int>(tern::retain_handling::do_not_send) == 2);
}
