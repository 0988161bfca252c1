// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/session.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

using namespace broker_test::broker_detail;

TEST_CASE("an identifier is a position in the window")
{
    outgoing_window window;
    CHECK(window.find(1) == nullptr);
    for (int i = 0; i < 3; ++i)
    {
        window.push({});
    }
    CHECK(window.identifier(0) == 1);
    CHECK(window.identifier(2) == 3);
    CHECK(window.find(0) == nullptr);
    CHECK(window.find(2) == &window[1]);
    CHECK(window.find(4) == nullptr);
    window[1].state = outgoing_state::done;
    CHECK(window.find(2) == nullptr);
    CHECK(window.drop_done() == 0);
    window[0].state = outgoing_state::done;
    CHECK(window.drop_done() == 2);
    CHECK(window.size() == 1);
    CHECK(window.identifier(0) == 3);
    CHECK(window.find(3) == &window[0]);
    CHECK(window.find(1) == nullptr);
}

TEST_CASE("the window uses all 65,535 identifiers and then is full")
{
    outgoing_window window;
    for (std::uint32_t i = 0; i < 40'000; ++i)
    {
        window.push({}).state = outgoing_state::done;
    }
    CHECK(window.drop_done() == 40'000);
    CHECK(window.empty());
    for (std::uint32_t i = 0; i < 65'535; ++i)
    {
        CHECK_FALSE(window.full());
        window.push({});
    }
    CHECK(window.full());
    CHECK(window.identifier(0) == 40'001);
    CHECK(window.identifier(25'534) == 65'535);
    CHECK(window.identifier(25'535) == 1);
    CHECK(window.find(65'535) == &window[25'534]);
    CHECK(window.find(1) == &window[25'535]);
    CHECK(window.find(40'000) == &window[65'534]);
}
