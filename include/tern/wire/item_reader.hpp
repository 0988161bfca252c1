// SPDX-License-Identifier: BSL-1.0
//
// Reads the items of a received list again, after the decoder has checked them.
//
// Layer: wire. Standard: v5 3.8.3, 3.9.3, 3.10.3, 3.11.3.
// The layout is the one that the decoder uses; only the examination of the text is left out. See sequence.hpp.
#ifndef TERN_WIRE_ITEM_READER_HPP
#define TERN_WIRE_ITEM_READER_HPP

#include "tern/reason_code.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/sequence.hpp"
#include "tern/wire/text_check.hpp"

#include <cstdint>
#include <string_view>

namespace tern::wire
{

template <>
struct item_reader<std::string_view>
{
    static constexpr std::string_view read(std::string_view& rest) noexcept
    {
        reader in(rest);
        std::string_view value;
        (void)utf8_string::decode<text_check::none>(in, value);
        rest = in.rest();
        return value;
    }
};

template <>
struct item_reader<tern::reason_code>
{
    static constexpr tern::reason_code read(std::string_view& rest) noexcept
    {
        const auto code = static_cast<tern::reason_code>(static_cast<std::uint8_t>(rest.front()));
        rest.remove_prefix(1);
        return code;
    }
};

} // namespace tern::wire

#endif
