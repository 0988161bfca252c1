// SPDX-License-Identifier: BSL-1.0
#include "tern/session/discarding.hpp"

#include "script.hpp"
#include "support/catch.hpp"

using namespace tern;
using namespace tern_test;

namespace
{

constexpr auto v3 = protocol_version::v3_1_1;

} // namespace

TEST_CASE("3.1.1 ends a session that was there by default with one more connection", "[session]")
{
    connect_options options = plain_options();
    options.session_expiry.reset();
    will_options will;
    will.topic = "w";
    options.will = will;
    options.clean_start = false;
    script server;
    server.connect(options, {}, v3);
    CHECK_FALSE(server.engine.leaves_session_behind());
    CHECK_FALSE(server.engine.disconnect({}, server.now));
    CHECK(server.sent() == packets{"E0 00"});
    CHECK(server.engine.leaves_session_behind());
    CHECK(server.engine.open_to_discard(server.now) == errc::already_connected);
    server.drop();
    CHECK(server.engine.leaves_session_behind());
    CHECK_FALSE(server.engine.open_to_discard(server.now));
    CHECK(server.sent() == packets{"10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 63"}); // clean, without the will
    CHECK(server.publish(1, "x", qos::at_least_once).error == errc::disconnecting);
    CHECK(as<session::session_cleared>(server.feed(wire::connack{})));
    CHECK(server.sent() == packets{"E0 00"});
    server.drop();
    CHECK_FALSE(server.engine.leaves_session_behind());
    CHECK_FALSE(server.engine.session_exists());
    CHECK_FALSE(server.publish(1, "x", qos::at_least_once).error); // for the next connection, as ever
}

TEST_CASE("only what was there by default is left behind", "[session]")
{
    connect_options options = plain_options();
    script server;
    SECTION("not a session that was asked for")
    {
        options.clean_start = false;
        server.connect(options, {}, v3);
    }
    SECTION("not one that ends with the connection")
    {
        options.session_expiry = 0s;
        server.connect(options, {}, v3);
    }
    SECTION("not in 5.0, whose DISCONNECT says so")
    {
        options.session_expiry.reset();
        server.connect(options);
    }
    CHECK_FALSE(server.engine.disconnect({}, server.now));
    CHECK_FALSE(server.engine.leaves_session_behind());
}
