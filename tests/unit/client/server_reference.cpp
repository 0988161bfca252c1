// SPDX-License-Identifier: BSL-1.0
#include "tern/client/server_reference.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using tern::detail::is_as_private;
using tern::detail::read_server_reference;
using tern::detail::server_references;

namespace
{

server_references read(std::string_view text, std::string_view sender = "mqtt://broker.example")
{
    tern::url from;
    REQUIRE_FALSE(tern::parse_url(sender, from));
    return read_server_reference(text, from);
}

/// The one server that is named.
tern::url only(std::string_view text, std::string_view sender = "mqtt://broker.example")
{
    const server_references found = read(text, sender);
    INFO(found.problem);
    REQUIRE(found.servers.size() == 1);
    return found.servers[0];
}

} // namespace

TEST_CASE("what a reference leaves out is that of the server which sent it", "[server_reference]")
{
    CHECK(only("myserver.xyz.org").host == "myserver.xyz.org");
    CHECK(only("myserver.xyz.org").scheme == "mqtt");
    CHECK(only("myserver.xyz.org").port == 1883);
    CHECK(only("myserver.xyz.org:8884").port == 8884);
    CHECK(only("10.10.151.22:8883", "mqtts://a").scheme == "mqtts");
    CHECK(only("10.10.151.22", "mqtts://a:8888").port == 8883); // that of the scheme
    CHECK(only("[fe80::9610:3eff:fe1c]:1884").host == "fe80::9610:3eff:fe1c");
    CHECK(only("[fe80::9610:3eff:fe1c]:1884").port == 1884);
    const tern::url socket = only("b:8083", "ws://a/mqtt?tenant=7");
    CHECK(socket.scheme == "ws");
    CHECK(socket.path == "/mqtt");
    CHECK(socket.query == "tenant=7");
    CHECK(only("b/other", "ws://a/mqtt?tenant=7").path == "/other");
    CHECK(only("b/other", "ws://a/mqtt?tenant=7").query.empty());
    CHECK(only("link-1", "link://a").scheme == "link"); // a transport of the program's own
}

TEST_CASE("several references keep their order", "[server_reference]")
{
    const server_references found = read("  a  b:1884 [::1] mqtts://c ");
    REQUIRE(found.servers.size() == 4);
    CHECK(found.servers[0].host == "a");
    CHECK(found.servers[1].port == 1884);
    CHECK(found.servers[2].host == "::1");
    CHECK(found.servers[3].scheme == "mqtts");
    CHECK(found.problem.empty());
}

TEST_CASE("references without end are not all looked at", "[server_reference]")
{
    std::string text;
    for (int i = 0; i < 1'000; ++i)
    {
        text += "host ";
    }
    CHECK(read(text).servers.size() == tern::detail::maximum_references);
}

TEST_CASE("a reference that is no name is passed over, and it is said why", "[server_reference]")
{
    const server_references found = read("a:99999 b");
    REQUIRE(found.servers.size() == 1);
    CHECK(found.servers[0].host == "b");
    CHECK(found.problem.find("65535") != std::string::npos);

    const std::string_view bad = GENERATE(as<std::string_view>{}, "", "   ", ":1883", "fe80::1", "[::1", "a:b", "a\tb",
                                          "mqtt://", "://a", "a:0");
    CAPTURE(bad);
    CHECK(read(bad).servers.empty());
    CHECK_FALSE(read(bad).problem.empty());
}

TEST_CASE("a reference leads nowhere where more people could listen", "[server_reference]")
{
    CHECK(is_as_private("mqtt", "ws"));
    CHECK(is_as_private("mqtt", "wss"));
    CHECK(is_as_private("wss", "mqtts"));
    CHECK(is_as_private("link", "link"));
    CHECK(is_as_private("link", "mqtts"));
    CHECK_FALSE(is_as_private("mqtts", "mqtt"));
    CHECK_FALSE(is_as_private("wss", "ws"));
    CHECK_FALSE(is_as_private("link", "mqtt")); // it may be encrypted
    CHECK_FALSE(is_as_private("unix", "mqtt"));
    CHECK_FALSE(is_as_private("mqtt", "link"));

    const server_references found = read("mqtt://b mqtts://c", "mqtts://a");
    REQUIRE(found.servers.size() == 1);
    CHECK(found.servers[0].host == "c");
    CHECK(found.problem.find("less private") != std::string::npos);
}

TEST_CASE("a server on this machine names others by URL only, and nobody names one on this machine",
          "[server_reference]")
{
    CHECK(read("b", "unix:///run/a.sock").servers.empty());
    CHECK(only("mqtts://b", "unix:///run/a.sock").host == "b");
    CHECK(read("unix:///run/other.sock").servers.empty());
    CHECK(read("unix:///run/other.sock", "unix:///run/a.sock").servers.empty());
}

TEST_CASE("credentials go along, and a reference has none of its own", "[server_reference]")
{
    const tern::url found = only("b", "mqtt://ann:secret@a");
    CHECK(found.user_name == "ann");
    CHECK(found.password == "secret");
    CHECK(found.has_user_name);
    CHECK(found.has_password);
    CHECK_FALSE(only("b").has_user_name);
    CHECK(read("eve@b", "mqtt://ann:secret@a").servers.empty());
    CHECK(read("mqtt://eve:x@b", "mqtt://ann:secret@a").servers.empty());
}
