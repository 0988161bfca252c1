// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/tls_sessions.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>

namespace
{

/// A connection that has a session which can be continued, as after a handshake.
struct connection
{
    connection()
    {
        const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(SSL_SESSION_new(), &SSL_SESSION_free);
        const unsigned char name[] = {1, 2, 3};
        REQUIRE(SSL_SESSION_set1_id(session.get(), name, sizeof name) == 1);
        REQUIRE(SSL_SESSION_set_protocol_version(session.get(), TLS1_2_VERSION) == 1);
        REQUIRE(SSL_SESSION_is_resumable(session.get()) == 1);
        REQUIRE(SSL_set_session(ssl.get(), session.get()) == 1);
    }

    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{SSL_new(context.get()), &SSL_free};
};

} // namespace

TEST_CASE("a session is kept for its server, as a copy, until it is forgotten")
{
    tern::tls_sessions sessions;
    {
        const connection over;
        sessions.remember("a:1", over.ssl.get());
        CHECK(sessions.find("a:1") != SSL_get_session(over.ssl.get()));
    }
    REQUIRE(sessions.find("a:1") != nullptr);
    CHECK(SSL_SESSION_is_resumable(sessions.find("a:1")) == 1);
    CHECK(sessions.find("a:2") == nullptr);
    sessions.forget("a:2");
    CHECK(sessions.find("a:1") != nullptr);
    sessions.forget("a:1");
    CHECK(sessions.find("a:1") == nullptr);
}

TEST_CASE("a connection without a session leaves none, and the last one what it was")
{
    tern::tls_sessions sessions;
    const connection over;
    sessions.remember("a:1", over.ssl.get());
    const std::unique_ptr<SSL, decltype(&SSL_free)> fresh(SSL_new(over.context.get()), &SSL_free);
    sessions.remember("a:1", fresh.get());
    CHECK(sessions.find("a:1") != nullptr);
    sessions.remember("b:1", fresh.get());
    CHECK(sessions.find("b:1") == nullptr);
}

TEST_CASE("the oldest of too many sessions makes room, and a server has one")
{
    tern::tls_sessions sessions;
    const connection over;
    for (std::size_t i = 0; i < tern::tls_sessions::maximum; ++i)
    {
        sessions.remember("first:1", over.ssl.get()); // becomes the newest each time
        sessions.remember(std::to_string(i), over.ssl.get());
    }
    CHECK(sessions.find("0") == nullptr);
    CHECK(sessions.find("1") != nullptr);
    CHECK(sessions.find("first:1") != nullptr);
}
