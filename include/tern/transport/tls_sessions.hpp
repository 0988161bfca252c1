// SPDX-License-Identifier: BSL-1.0
//
// The TLS sessions of connections that are over, one for each server, so that a reconnect saves a round trip.
//
// Layer: transport. Standard: RFC 8446 2.2 and 4.6.1, RFC 5246 7.3 (resumption).
// It keeps and gives; whether a session is continued is the server's decision, and nothing depends on it.
#ifndef TERN_TRANSPORT_TLS_SESSIONS_HPP
#define TERN_TRANSPORT_TLS_SESSIONS_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

namespace tern
{

/// Not for several threads at once.
class tls_sessions
{
public:
    /// More servers than a list of brokers has; the oldest session makes room.
    static constexpr std::size_t maximum = 16;

    /// Keeps a copy of the session of a connection that is over, if it can be continued. Throws std::bad_alloc.
    void remember(std::string_view server, const SSL* connection)
    {
        const SSL_SESSION* last = SSL_get_session(connection);
        if (last == nullptr || SSL_SESSION_is_resumable(last) == 0)
        {
            return;
        }
        // A copy, because OpenSSL spoils the session of a connection that did not end as TLS wants it.
        session_pointer copy(SSL_SESSION_dup(last));
        if (copy == nullptr)
        {
            return;
        }
        forget(server);
        if (sessions_.size() == maximum)
        {
            sessions_.erase(sessions_.begin());
        }
        sessions_.push_back({std::string(server), std::move(copy)});
    }

    /// A handshake failed: the session may be why.
    void forget(std::string_view server) noexcept
    {
        sessions_.erase(std::remove_if(sessions_.begin(), sessions_.end(),
                                       [server](const kept_session& each) { return each.server == server; }),
                        sessions_.end());
    }

    /// The last session with a server, null if there is none.
    [[nodiscard]] SSL_SESSION* find(std::string_view server) const noexcept
    {
        const auto found = std::find_if(sessions_.begin(), sessions_.end(),
                                        [server](const kept_session& each) { return each.server == server; });
        return found == sessions_.end() ? nullptr : found->session.get();
    }

private:
    struct session_deleter
    {
        void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
    };

    using session_pointer = std::unique_ptr<SSL_SESSION, session_deleter>;

    struct kept_session
    {
        std::string server;
        session_pointer session;
    };

    std::vector<kept_session> sessions_;
};

} // namespace tern

#endif
