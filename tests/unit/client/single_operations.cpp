// SPDX-License-Identifier: BSL-1.0

#include "tern/client/single_operations.hpp"

#include "support/catch.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/operations.hpp"
#include "tern/client/subscription.hpp"

using namespace tern::detail;

TEST_CASE("the numbers of single operations differ from those of slots and from each other")
{
    CHECK(number_of(single_operation::connect, 1) != number_of(single_operation::disconnect, 1));
    CHECK(number_of(single_operation::connect, 1) != number_of(single_operation::connect, 2));
    CHECK(number_of(single_operation::re_authenticate, 0xFFFFFFFF) >> 32 == 0);
    slot_table<publish_operation, 0> table;
    CHECK(table.add({}) >> 32 != 0);
}
