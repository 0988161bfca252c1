// SPDX-License-Identifier: BSL-1.0
//
// AUTH and enhanced authentication. v5 3.15, 4.12

#include "conformance/real_client.hpp"
#include "conformance/v5/play.hpp"

using namespace conformance_5;
using tern::qos;

namespace
{

tern::connect_options with_method()
{
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    return options;
}

// AUTH of the server's, with the method first.
template <class... More>
std::string auth_text(std::string_view reason, std::string_view method, const More&... more)
{
    return framed("F0", joined(reason, property_block("15", field(method), more...)));
}

const std::string method_connack = connack_text("15", field("M"));
const std::string challenge = auth_text("18", "M", "16", field("?"));

void connect(script& play)
{
    (void)open(play, with_method());
    REQUIRE(as<session::connected>(play.feed_hex(method_connack)));
}

// A re-authentication is under way, and its first AUTH has left.
void re_authenticate(script& play)
{
    connect(play);
    REQUIRE_FALSE(play.engine.re_authenticate("again"));
    REQUIRE(play.sent() == packets{auth_text("19", "M", "16", field("again"))});
}

// The AUTH with which a client answers, with much to say, a server that takes packets of so many bytes.
packets re_authentication_to(std::uint32_t maximum)
{
    script play;
    (void)open(play, with_method());
    (void)play.feed_hex(connack_text("15", field("M"), "27", integer(maximum, 4)));
    const tern::user_property list[] = {{"name", "value"}};
    tern::auth_properties extra;
    extra.reason_string = "because";
    extra.user_properties = list;
    REQUIRE_FALSE(play.engine.re_authenticate("x", extra));
    return play.sent();
}

const std::string reason_string = joined("1F", field("because"));
const std::string user_property = user_property_text("name", "value");
const std::string whole = auth_text("19", "M", "16", field("x"), reason_string, user_property);
const std::string bare_auth = auth_text("19", "M", "16", field("x"));

} // namespace

TEST_CASE("the flags of AUTH are 0, and others are malformed", "[v5][MQTT-3.15.1-1]")
{
    script play;
    re_authenticate(play); // F0
    for (unsigned flags = 1; flags < 16; ++flags)
    {
        const std::string packet = joined(integer(0xF0U | flags, 1), challenge.substr(3));
        CHECK(end_after(packet, with_method()) == malformed);
        CHECK(end_of_handshake(packet, with_method()) == "81 close");
        script other;
        re_authenticate(other);
        CHECK(end_after(other, packet) == malformed);
    }
}

TEST_CASE("an AUTH reason is 0x00, 0x18 or 0x19, and one that its sender may use", "[v5][MQTT-3.15.2-1]")
{
    for (unsigned code = 0; code <= 0xFF; ++code)
    {
        INFO(code);
        script play;
        re_authenticate(play);
        const std::string end = end_after(play, auth_text(integer(code, 1), "M"));
        CHECK(end == (code == 0x00 || code == 0x18 ? "goes on" : protocol_error)); // 0x19 is for a client to send
    }
    script play;
    (void)open(play, with_method());
    (void)play.feed_hex(challenge);
    REQUIRE_FALSE(play.engine.authenticate("!"));
    CHECK(play.sent() == packets{auth_text("18", "M", "16", field("!"))});
    (void)play.feed_hex(method_connack);
    REQUIRE_FALSE(play.engine.re_authenticate(""));
    CHECK(play.sent() == packets{auth_text("19", "M", "16 00 00")});
}

TEST_CASE("a Reason String makes no AUTH too large", "[v5][MQTT-3.15.2-2]")
{
    const auto size = static_cast<std::uint32_t>(byte_count(whole));
    CHECK(re_authentication_to(size) == packets{whole});
    CHECK(re_authentication_to(size - 1) == packets{bare_auth});
    CHECK(re_authentication_to(static_cast<std::uint32_t>(byte_count(bare_auth))) == packets{bare_auth});
}

TEST_CASE("User Properties make no AUTH too large", "[v5][MQTT-3.15.2-3]")
{
    script play;
    (void)open(play, with_method());
    const auto size = static_cast<std::uint32_t>(byte_count(bare_auth)) + 5;
    (void)play.feed_hex(connack_text("15", field("M"), "27", integer(size, 4)));
    const tern::user_property list[] = {{"name", "value"}};
    tern::auth_properties extra;
    extra.user_properties = list;
    REQUIRE_FALSE(play.engine.re_authenticate("x", extra));
    CHECK(play.sent() == packets{bare_auth});
    (void)play.feed_hex(auth_text("18", "M"));
    // What is not optional is refused instead.
    CHECK(play.engine.authenticate(std::string(100, 'x')) == tern::errc::exceeds_server_maximum_packet_size);
    CHECK(play.sent().empty());
}

TEST_CASE("before CONNACK the server's AUTH has reason 0x18", "[v5][MQTT-4.12.0-2]")
{
    for (const std::string_view reason : {"00", "19", "01", "80"})
    {
        CHECK(end_of_handshake(auth_text(reason, "M"), with_method()) == "82 close");
    }
    CHECK(end_of_handshake("F0 00", with_method()) == "82 close");
    script play;
    (void)open(play, with_method());
    const auto asked = as<session::authentication_challenge>(play.feed_hex(challenge));
    REQUIRE(asked);
    CHECK(asked->reason == tern::reason_code::continue_authentication);
    CHECK(asked->data.text() == "?");
}

TEST_CASE("an AUTH is answered by one with reason 0x18", "[v5][MQTT-4.12.0-3]")
{
    script play;
    (void)open(play, with_method());
    for (int i = 0; i < 3; ++i)
    {
        (void)play.feed_hex(challenge);
        REQUIRE_FALSE(play.engine.authenticate("!"));
        CHECK(play.sent() == packets{auth_text("18", "M", "16", field("!"))});
    }
    (void)play.feed_hex(method_connack);
    REQUIRE_FALSE(play.engine.re_authenticate("again"));
    (void)play.feed_hex(challenge);
    REQUIRE_FALSE(play.engine.authenticate("!"));
    CHECK(play.sent() == packets{auth_text("19", "M", "16", field("again")), auth_text("18", "M", "16", field("!"))});
    CHECK(play.engine.authenticate("unasked") == tern::errc::invalid_option);
}

TEST_CASE("every AUTH and the CONNACK carry the same Authentication Method", "[v5][MQTT-4.12.0-5]")
{
    CHECK(connect_packet(with_method()).find(joined("15", field("M"))) != std::string::npos);
    for (const std::string& packet : {auth_text("18", "N"), auth_text("18", ""), auth_text("18", "MM"),
                                      framed("F0", "18 00"), connack_text("15", field("N")), connack_text()})
    {
        INFO(packet);
        CHECK(end_of_handshake(packet, with_method()) == "82 close");
    }
    for (const std::string& packet :
         {auth_text("18", "N"), auth_text("00", "N"), framed("F0", "18 00"), std::string("F0 00")})
    {
        script play;
        re_authenticate(play);
        CHECK(end_after(play, packet) == protocol_error);
    }
    // A CONNACK that refuses need not have it.
    script play;
    (void)open(play, with_method());
    CHECK(as<session::connection_refused>(play.feed_hex("20 03 00 8C 00")));
}

TEST_CASE("without a method of ours the server sends neither AUTH nor a method", "[v5][MQTT-4.12.0-6]")
{
    CHECK(end_of_handshake(challenge) == "82 close");
    CHECK(end_of_handshake(method_connack) == "82 close");
    CHECK(end_after(challenge) == protocol_error);
    CHECK(end_after(auth_text("00", "M")) == protocol_error);
    CHECK(end_after("F0 00") == protocol_error);
}

TEST_CASE("without a method the client never sends AUTH", "[v5][MQTT-4.12.0-7]")
{
    script play;
    play.connect();
    CHECK(play.engine.re_authenticate("x") == tern::errc::authentication_not_configured);
    CHECK(play.engine.authenticate("x") == tern::errc::authentication_not_configured);
    CHECK(play.sent().empty());
    real_client client;
    client.authenticate_with("x");
    REQUIRE(client.start(plain_options()));
    const auto& ended = client.re_authenticate();
    REQUIRE(client.until([&] { return ended.calls != 0; }));
    CHECK(ended.error == tern::errc::authentication_not_configured);
    CHECK(client.heard().empty());
}

TEST_CASE("re-authentication begins with AUTH 0x19 and the same method, after CONNACK", "[v5][MQTT-4.12.1-1]")
{
    script play;
    CHECK(play.engine.re_authenticate("x") == tern::errc::not_connected);
    (void)open(play, with_method());
    CHECK(play.engine.re_authenticate("x") == tern::errc::not_connected);
    (void)play.feed_hex(challenge);
    CHECK(play.engine.re_authenticate("x") == tern::errc::not_connected);
    CHECK(play.sent().empty());
    REQUIRE_FALSE(play.engine.authenticate("!"));
    (void)play.sent();
    (void)play.feed_hex(method_connack);
    REQUIRE_FALSE(play.engine.re_authenticate("x"));
    CHECK(play.sent() == packets{auth_text("19", "M", "16", field("x"))});
    CHECK(play.engine.re_authenticate("x") == tern::errc::authentication_in_progress);
    // It ends with AUTH 0x00, and then there may be another.
    CHECK(as<session::authentication_challenge>(play.feed_hex(auth_text("00", "M"))));
    CHECK(play.only<session::authenticated>());
    CHECK_FALSE(play.engine.re_authenticate("x"));
}

TEST_CASE("a re-authentication that fails ends the connection", "[v5][MQTT-4.12.1-2]")
{
    for (const bool server_refuses : {true, false})
    {
        real_client client;
        client.authenticate_with(server_refuses ? "x" : "");
        tern::connect_options options = with_method();
        REQUIRE(client.start(options, method_connack));
        const auto& ended = client.re_authenticate();
        REQUIRE(client.until([&] { return !client.heard().empty(); }));
        if (server_refuses)
        {
            client.send("E0 01 87");
        }
        else
        {
            client.send(challenge);
        }
        REQUIRE(client.until([&] { return ended.calls != 0 && client.client_has_closed(); }));
        CHECK(ended.error);
        CHECK(client.first<tern::disconnected_event>().error ==
              (server_refuses ? make_error_code(tern::reason_code::not_authorized)
                              : make_error_code(tern::errc::authentication_failed)));
        CHECK(client.heard() == (server_refuses ? packets{} : packets{"E0 01 80"}));
    }
}

TEST_CASE("an AUTH without an Authentication Method is a protocol error", "[v5][U5-3.15.2.2.2]")
{
    CHECK(end_of_handshake(framed("F0", "18 00"), with_method()) == "82 close");
    CHECK(end_of_handshake(framed("F0", joined("18", property_block("16", field("data")))), with_method()) ==
          "82 close");
    script play;
    re_authenticate(play);
    CHECK(end_after(play, framed("F0", joined("18", property_block("16", field("data"))))) == protocol_error);
}

TEST_CASE("Authentication Data may be missing or empty, but comes once at most", "[v5][U5-3.15.2.2.3]")
{
    for (const std::string& packet : {auth_text("18", "M"), auth_text("18", "M", "16 00 00")})
    {
        script play;
        re_authenticate(play);
        const auto asked = as<session::authentication_challenge>(play.feed_hex(packet));
        REQUIRE(asked);
        CHECK(asked->data.empty());
        REQUIRE_FALSE(play.engine.authenticate(""));
        CHECK(play.sent() == packets{auth_text("18", "M", "16 00 00")});
    }
    script play;
    re_authenticate(play);
    CHECK(end_after(play, auth_text("18", "M", "16", field("a"), "16", field("a"))) == protocol_error);
    CHECK(end_of_handshake(auth_text("18", "M", "16 00 00 16 00 00"), with_method()) == "82 close");
}

TEST_CASE("other traffic goes on during a re-authentication", "[v5][U5-4.12.1a]")
{
    script play;
    re_authenticate(play);
    REQUIRE_FALSE(play.publish(1, "x", qos::at_least_once).error);
    take(play, receive(play, publish_text(2, 5)));
    CHECK(play.sent() == packets{"32 07 00 01 74 00 01 00 78", "50 02 00 05"});
    (void)play.feed_hex(challenge);
    CHECK(as<session::publish_completed>(play.feed_hex("40 02 00 01")));
    REQUIRE_FALSE(play.publish(2, "y", qos::at_most_once).error);
    REQUIRE_FALSE(play.engine.authenticate("!"));
    (void)play.feed_hex("62 02 00 05");
    CHECK(play.sent() == packets{"30 05 00 01 74 00 79", auth_text("18", "M", "16", field("!")), "70 02 00 05"});
    CHECK(as<session::authentication_challenge>(play.feed_hex(auth_text("00", "M"))));
}
