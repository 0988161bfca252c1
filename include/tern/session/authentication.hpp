// SPDX-License-Identifier: BSL-1.0
//
// The rules of enhanced authentication: who may send AUTH now, and with what.
//
// Layer: session. Standard: v5 3.15, 4.12. MQTT 3.1.1 has none.
// It knows no method: what the data mean is the business of the application's authenticator.
#ifndef TERN_SESSION_AUTHENTICATION_HPP
#define TERN_SESSION_AUTHENTICATION_HPP

#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/auth.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tern::session
{

class authentication
{
public:
    /// A new connection; `method` is what CONNECT said and has to live as long as the connection.
    void start(const std::optional<std::string_view>& method) noexcept
    {
        method_ = method;
        turn_ = turn::server;
        re_authenticating_ = false;
        connected_ = false;
    }

    [[nodiscard]] const std::optional<std::string_view>& method() const noexcept { return method_; }
    [[nodiscard]] bool re_authenticating() const noexcept { return re_authenticating_; }

    /// Judges a CONNACK that says success. v5 [MQTT-4.12.0-5] [MQTT-4.12.0-6]
    [[nodiscard]] errc connack_received(const connack_properties& properties) noexcept
    {
        if (properties.authentication_method != method_)
        {
            return errc::authentication_method_mismatch;
        }
        connected_ = true;
        turn_ = turn::nobody;
        return errc{};
    }

    /// Judges an AUTH of the server's.
    [[nodiscard]] errc auth_received(const wire::auth& packet) noexcept
    {
        if (!method_) // v5 [MQTT-4.12.0-6]
        {
            return errc::unexpected_packet;
        }
        if (packet.properties.authentication_method != method_) // v5 3.15.2.2.2 [MQTT-4.12.0-5]
        {
            return errc::authentication_method_mismatch;
        }
        if (turn_ != turn::server) // not asked for, or not answered yet
        {
            return errc::unexpected_packet;
        }
        if (packet.reason_code == reason_code::continue_authentication)
        {
            turn_ = turn::client;
            return errc{};
        }
        if (packet.reason_code != reason_code::success || !re_authenticating_) // v5 [MQTT-4.12.0-2]
        {
            return errc::unexpected_packet;
        }
        turn_ = turn::nobody;
        re_authenticating_ = false;
        return errc{};
    }

    /// Whether AUTH with 0x18 may be sent now.
    [[nodiscard]] errc check_answer() const noexcept
    {
        if (!method_) // v5 [MQTT-4.12.0-7]
        {
            return errc::authentication_not_configured;
        }
        return turn_ == turn::client ? errc{} : errc::invalid_option;
    }

    void answered() noexcept { turn_ = turn::server; }

    /// Whether AUTH with 0x19 may be sent now. v5 [MQTT-4.12.1-1]
    [[nodiscard]] errc check_re_authentication() const noexcept
    {
        if (!method_) // v5 [MQTT-4.12.0-7]
        {
            return errc::authentication_not_configured;
        }
        if (!connected_)
        {
            return errc::not_connected;
        }
        return re_authenticating_ ? errc::authentication_in_progress : errc{};
    }

    void re_authentication_sent() noexcept
    {
        re_authenticating_ = true;
        turn_ = turn::server;
    }

private:
    enum class turn : std::uint8_t
    {
        nobody,
        server, ///< it may send AUTH
        client, ///< it owes an answer
    };

    std::optional<std::string_view> method_;
    turn turn_ = turn::nobody;
    bool re_authenticating_ = false;
    bool connected_ = false;
};

} // namespace tern::session

#endif
