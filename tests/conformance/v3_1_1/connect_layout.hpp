// SPDX-License-Identifier: BSL-1.0
//
// A plain reading of the CONNECT of 3.1.1, so that tests need not trust what they test.
#ifndef TERN_TESTS_CONFORMANCE_V3_1_1_CONNECT_LAYOUT_HPP
#define TERN_TESTS_CONFORMANCE_V3_1_1_CONNECT_LAYOUT_HPP

#include "unit/session/script.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace conformance_3_1_1
{

/// The flags of v3.1.1 3.1.2.3.
inline constexpr unsigned clean_session_flag = 0x02;
inline constexpr unsigned will_flag = 0x04;
inline constexpr unsigned will_qos_flags = 0x18;
inline constexpr unsigned will_retain_flag = 0x20;
inline constexpr unsigned password_flag = 0x40;
inline constexpr unsigned user_name_flag = 0x80;

/// A CONNECT read by the layout of the standard, by nothing of tern's.
struct connect_layout
{
    explicit connect_layout(const std::string& packet)
    {
        const std::string bytes = tern_test::from_hex(packet);
        flags = static_cast<std::uint8_t>(bytes.at(9));
        for (std::size_t at = 12; at < bytes.size();)
        {
            const std::size_t size = (std::size_t{static_cast<unsigned char>(bytes.at(at))} << 8U) |
                                     static_cast<unsigned char>(bytes.at(at + 1));
            fields.push_back(bytes.substr(at + 2, size));
            at += 2 + size;
        }
    }

    [[nodiscard]] bool has(unsigned bits) const { return (flags & bits) == bits; }

    std::uint8_t flags = 0;
    std::vector<std::string> fields; ///< of the payload
};

} // namespace conformance_3_1_1

#endif
