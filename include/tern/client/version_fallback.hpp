// SPDX-License-Identifier: BSL-1.0
//
// Which version of the protocol the next attempt to connect speaks, if the application leaves the choice.
//
// Layer: client, without Asio. Standard: v5 3.1.2.2 (a server may refuse the version with 0x84 and closes), v3.1.1
// [MQTT-3.1.2-2] (return code 1). Servers older than 5.0 often just close, and so do servers in trouble: that alone
// proves nothing, and is worth one try with 3.1.1 per attempt. After the first success the version stays.
#ifndef TERN_CLIENT_VERSION_FALLBACK_HPP
#define TERN_CLIENT_VERSION_FALLBACK_HPP

#include "tern/options.hpp"
#include "tern/protocol_version.hpp"

#include <cstdint>

namespace tern
{

/// How an attempt to connect failed, as far as the choice of the version is concerned.
enum class connect_failure : std::uint8_t
{
    version_refused, ///< reason code 0x84, return code 1, or a CONNACK of 3.1.1 for a CONNECT of 5.0
    bare_close,      ///< the server closed without a word after a whole CONNECT was written
    other,
};

class version_fallback
{
public:
    explicit version_fallback(protocol_choice choice = protocol_choice::v5) noexcept
        : version_(choice == protocol_choice::v3_1_1 ? protocol_version::v3_1_1 : protocol_version::v5),
          open_(choice == protocol_choice::v5_or_v3_1_1)
    {
    }

    /// What the next attempt speaks.
    [[nodiscard]] protocol_version version() const noexcept { return version_; }

    /// CONNACK said success: the version is settled from now on.
    void on_connected() noexcept { open_ = false; }

    /// An attempt failed. True if the same server is to be tried again at once with version(), which has changed.
    [[nodiscard]] bool on_failure(connect_failure what) noexcept
    {
        if (!open_)
        {
            return false;
        }
        if (version_ == protocol_version::v3_1_1)
        {
            if (trying_) // it was not the version that the bare close was about
            {
                version_ = protocol_version::v5;
                trying_ = false;
            }
            return false;
        }
        if (what == connect_failure::other)
        {
            return false;
        }
        trying_ = what == connect_failure::bare_close;
        version_ = protocol_version::v3_1_1;
        return true;
    }

private:
    protocol_version version_;
    bool open_;
    bool trying_ = false; ///< 3.1.1 for one attempt only
};

} // namespace tern

#endif
