// SPDX-License-Identifier: BSL-1.0
//
// An attempt to connect as the application sees it before it begins: to which server, and with what, where that changes
// from one attempt to the next (tokens that expire, certificates that are renewed).
//
// Layer: client, without Asio. Standard: v5 3.1.3.5, 3.1.3.6; v3.1.1 3.1.3.4, 3.1.3.5 (user name, password).
// What stays the same for all attempts is in connect_options; when the next attempt comes is told by events.
#ifndef TERN_CLIENT_CONNECT_ATTEMPT_HPP
#define TERN_CLIENT_CONNECT_ATTEMPT_HPP

#include "tern/byte_view.hpp"
#include "tern/client/step_answer.hpp"
#include "tern/client/stored_options.hpp"
#include "tern/transport_options.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace tern
{

/// What is about to be tried; the views live until the function that is asked returns.
struct connect_attempt
{
    std::string_view server{};     ///< scheme, host and port, without credentials
    std::size_t server_number = 0; ///< of the present pass over the servers, from 1; 0 if `referred`
    std::size_t server_count = 0;  ///< in the list
    bool referred = false;         ///< a server named it (Server Reference), not the list
    bool was_connected = false;    ///< the client was connected before, since async_connect
    std::uint32_t attempt = 0;     ///< in a row without a connection, each a pass over the servers; from 1
    /// How the last connection, or the attempt before this one, ended, since async_connect: not_authorized may ask for
    /// another token.
    std::error_code last_error{};
};

/// What this one attempt uses instead of what connect_options and the URL say; absent: as they say. Copied.
struct attempt_options
{
    std::optional<std::string_view> user_name{};
    std::optional<byte_view> password{}; ///< in 3.1.1 only with a user name
    /// Instead of all of connect_options::tls. Certificates and keys in memory best: files are read here and now. A TLS
    /// session of an earlier attempt is not continued then.
    std::optional<tls_options> tls{};
    std::optional<websocket_options> websocket{}; ///< instead of all of them; its headers can carry a token
};

static_assert(std::is_trivially_destructible_v<attempt_options> && std::is_aggregate_v<attempt_options>);
static_assert(std::is_trivially_destructible_v<connect_attempt> && std::is_aggregate_v<connect_attempt>);

namespace detail
{

/// Who waits for an answer.
class attempt_target
{
public:
    attempt_target() = default;
    attempt_target(const attempt_target&) = delete;
    attempt_target& operator=(const attempt_target&) = delete;
    virtual ~attempt_target() = default;

    /// From any thread; an answer to a step that is over has no effect.
    virtual void answer(std::uint64_t step, std::error_code error, const attempt_options& options) = 0;
};

/// An answer that waits for its turn, owned.
class stored_attempt_options
{
public:
    /// \throws std::bad_alloc
    explicit stored_attempt_options(const attempt_options& given) : options_(given)
    {
        options_.user_name = arena_.keep(given.user_name);
        options_.password = arena_.keep(given.password);
        if (given.tls)
        {
            options_.tls = arena_.keep(*given.tls);
        }
        if (given.websocket)
        {
            options_.websocket = arena_.keep(*given.websocket);
        }
    }

    stored_attempt_options(stored_attempt_options&&) = default; // the arena's texts stay where they are
    stored_attempt_options& operator=(stored_attempt_options&&) = default;

    [[nodiscard]] const attempt_options& get() const noexcept { return options_; }

private:
    option_arena arena_;
    attempt_options options_;
};

} // namespace detail

/// Gives the answer that an attempt waits for, at once or later, from any thread, once; copies of it answer the same
/// attempt. Dropping it unused leaves the attempt to its time limit.
class attempt_answer : public detail::step_answer<detail::attempt_target>
{
public:
    using step_answer::step_answer;

    /// Goes on, with `options`; an error ends this attempt instead, as if the server had answered with it: one that is
    /// an error_kind::refused or usage is final for this server, after any other the client goes on trying.
    void operator()(std::error_code error, const attempt_options& options = {}) const { tell(error, options); }
};

namespace detail
{

/// The handler of on_attempt(), whatever its type.
struct attempt_sink
{
    virtual ~attempt_sink() = default;
    virtual void call(const connect_attempt& attempt, attempt_answer answer) = 0;
};

} // namespace detail

} // namespace tern

#endif
