// SPDX-License-Identifier: BSL-1.0
//
// Enhanced authentication as the application sees it: a step that wants an answer, and how to give it.
//
// Layer: client. Standard: v5 4.12, 3.15.
// The methods themselves (SCRAM, Kerberos, …) are the application's: bytes in, bytes out. 3.1.1 has none of this.
#ifndef TERN_CLIENT_AUTHENTICATION_HPP
#define TERN_CLIENT_AUTHENTICATION_HPP

#include "tern/byte_view.hpp"
#include "tern/client/step_answer.hpp"
#include "tern/reason_code.hpp"

#include <cstdint>
#include <string_view>
#include <system_error>

namespace tern
{

/// What the authenticator is asked; the views live until it returns.
struct authentication_step
{
    /// What the answer is for.
    enum class purpose : std::uint8_t
    {
        start,     ///< a connection begins: the answer goes into CONNECT, empty for none
        restart,   ///< async_re_authenticate: the answer goes into AUTH
        challenge, ///< the server sent `data` and waits
        finished,  ///< the server accepted and sent `data`; an answer with an error closes the connection
    };

    purpose what = purpose::challenge;
    std::string_view method{};
    byte_view data{};
};

namespace detail
{

/// Who waits for an answer.
class authentication_target
{
public:
    authentication_target() = default;
    authentication_target(const authentication_target&) = delete;
    authentication_target& operator=(const authentication_target&) = delete;
    virtual ~authentication_target() = default;

    /// From any thread; an answer to a step that is over has no effect.
    virtual void answer(std::uint64_t step, std::error_code error, byte_view data) = 0;
};

} // namespace detail

/// Gives the authenticator's answer, at once or later, from any thread, once; copies of it answer the same step.
/// Dropping it unused leaves the connection to its time limit.
class authentication_answer : public detail::step_answer<detail::authentication_target>
{
public:
    using step_answer::step_answer;

    /// Sends `data`, which is copied; an error gives up instead, and the connection closes with
    /// errc::authentication_failed.
    void operator()(std::error_code error, byte_view data = {}) const { tell(error, data); }
};

namespace detail
{

/// The authenticator, whatever its type.
struct authenticator_sink
{
    virtual ~authenticator_sink() = default;
    virtual void call(const authentication_step& step, authentication_answer answer) = 0;
};

} // namespace detail

} // namespace tern

#endif
