// SPDX-License-Identifier: BSL-1.0
//
// Bytes as a test writes them.
#ifndef TERN_TESTS_SUPPORT_BYTES_HPP
#define TERN_TESTS_SUPPORT_BYTES_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace tern_test
{

/// "30 05 'a/b' 00": pairs of hexadecimal digits, and text between apostrophes.
inline std::string bytes(std::string_view text)
{
    std::string result;
    const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] == '\'')
        {
            for (++i; text[i] != '\''; ++i)
            {
                result += text[i];
            }
        }
        else if (text[i] != ' ')
        {
            result += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
            ++i;
        }
    }
    return result;
}

} // namespace tern_test

#endif
