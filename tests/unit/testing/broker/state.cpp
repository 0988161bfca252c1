// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/state.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

using namespace broker_test;
using namespace broker_test::broker_detail;

TEST_CASE("a connection is listed once while it has something to take")
{
    state broker({}, nullptr);
    connection to;
    to.id = connection_id{5};
    CHECK(send(broker, to, wire::pingresp{}));
    CHECK(send(broker, to, wire::pingresp{}));
    CHECK(to.output == std::string("\xd0\0\xd0\0", 4));
    CHECK(broker.ready.size() == 1);
    CHECK(broker.statistics.packets_sent == 2);
    to.phase = connection_phase::finished;
    CHECK_FALSE(send(broker, to, wire::pingresp{}));
    CHECK(to.output.size() == 4);
    append_output(broker, to, "raw");
    CHECK(to.output.ends_with("raw"));
    CHECK(broker.find(connection_id{5}) == nullptr);
}

TEST_CASE("who a connection is")
{
    connection from;
    session its;
    its.client_identifier = "a";
    from.id = connection_id{5};
    from.user_name = "anna";
    CHECK(identity_of(from).client_identifier.empty());
    from.session = &its;
    const client_identity who = identity_of(from);
    CHECK(who.client_identifier == "a");
    CHECK(who.user_name == "anna");
    CHECK(who.connection == connection_id{5});
}
