// SPDX-License-Identifier: BSL-1.0
//
// A Mosquitto with a listener for every transport, and what a client has to say to reach each.
#ifndef TERN_TESTS_SYSTEM_TRANSPORTS_LISTENERS_HPP
#define TERN_TESTS_SYSTEM_TRANSPORTS_LISTENERS_HPP

#include "support/certificates.hpp"
#include "system/mosquitto.hpp"
#include "tern/tern.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tern::test
{

/// What a listener of Mosquitto wants.
enum class listener : std::uint8_t
{
    tls,
    mutual_tls,
    psk,
    websocket,
    websocket_tls,
    local,
};

inline constexpr std::array all_listeners{listener::tls,       listener::mutual_tls,    listener::psk,
                                          listener::websocket, listener::websocket_tls, listener::local};

[[nodiscard]] constexpr std::string_view name_of(listener which) noexcept
{
    switch (which)
    {
    case listener::tls: return "TLS";
    case listener::mutual_tls: return "mutual TLS";
    case listener::psk: return "PSK";
    case listener::websocket: return "WebSocket";
    case listener::websocket_tls: return "WebSocket over TLS";
    case listener::local: return "Unix";
    }
    return "";
}

class listening_mosquitto
{
public:
    listening_mosquitto()
    {
        // A port may be taken between finding and using it.
        for (int attempt = 0; broker_ == nullptr; ++attempt)
        {
            try
            {
                broker_ = std::make_unique<mosquitto>(settings());
            }
            catch (const std::runtime_error&)
            {
                if (attempt == 4)
                {
                    throw;
                }
            }
        }
    }

    [[nodiscard]] mosquitto& broker() noexcept { return *broker_; }

    /// 0 for the one without a port.
    [[nodiscard]] std::uint16_t port(listener which) const noexcept { return ports_[static_cast<std::size_t>(which)]; }

    [[nodiscard]] std::string url(listener which) const { return url(which, port(which)); }

    /// The same through a proxy of the test's that listens on another port.
    [[nodiscard]] std::string url(listener which, std::uint16_t port) const
    {
        const std::string where = "://127.0.0.1:" + std::to_string(port);
        switch (which)
        {
        case listener::websocket: return "ws" + where + "/mqtt";
        case listener::websocket_tls: return "wss" + where + "/mqtt";
        case listener::local: return "unix://" + socket_path();
        default: return "mqtts" + where;
        }
    }

    /// What a client says of TLS.
    [[nodiscard]] tls_options tls(listener which) const
    {
        tls_options options;
        if (which == listener::psk)
        {
            options.psk_identity = "kitchen";
            options.psk = "secret";
            return options;
        }
        options.ca_certificates = authority_.text;
        if (which == listener::mutual_tls)
        {
            options.certificate = client_.text;
            options.private_key = client_.private_key;
        }
        return options;
    }

    [[nodiscard]] const tern_test::certificate& authority() const noexcept { return authority_; }

private:
    [[nodiscard]] std::string socket_path() const { return (files_.path() / "socket").string(); }

    std::string settings()
    {
        const std::string certificates = "cafile " + files_.write("ca.pem", authority_.text) + "\ncertfile " +
                                         files_.write("server.pem", server_.text) + "\nkeyfile " +
                                         files_.write("server.key", server_.private_key) + '\n';
        std::string text = "allow_anonymous true\nlog_type none\n";
        for (const listener which : all_listeners)
        {
            std::uint16_t& port = ports_[static_cast<std::size_t>(which)];
            if (which == listener::local)
            {
                text += "listener 0 " + socket_path() + '\n';
                continue;
            }
            port = free_port();
            text += "listener " + std::to_string(port) + " 127.0.0.1\n";
            switch (which)
            {
            case listener::websocket: text += "protocol websockets\n"; break;
            case listener::websocket_tls: text += "protocol websockets\n" + certificates; break;
            case listener::psk:
                text += "psk_hint tern\npsk_file " + files_.write("psk", "kitchen:736563726574\n") + '\n';
                break;
            case listener::mutual_tls: text += certificates + "require_certificate true\n"; break;
            default: text += certificates; break;
            }
        }
        return text;
    }

    tern_test::certificate authority_ = tern_test::make_authority();
    tern_test::certificate server_ = tern_test::make_certificate(authority_);
    tern_test::certificate client_ = tern_test::make_certificate(authority_, {.common_name = "kitchen"});
    temporary_directory files_;
    std::array<std::uint16_t, all_listeners.size()> ports_{};
    std::unique_ptr<mosquitto> broker_;
};

} // namespace tern::test

#endif
