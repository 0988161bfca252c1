// SPDX-License-Identifier: BSL-1.0
//
// Keeps the texts and bytes of options that were given as views, in one piece of memory.
//
// Layer: session. Standard: none.
// The size is told first, so that no view moves while the texts are put in one after the other.
#ifndef TERN_SESSION_STORED_TEXT_HPP
#define TERN_SESSION_STORED_TEXT_HPP

#include "tern/byte_view.hpp"
#include "tern/repeated_property.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tern::session
{

class stored_text
{
public:
    stored_text() = default;

    /// Room for `size` bytes and `properties` user properties. \throws std::bad_alloc
    stored_text(std::size_t size, std::size_t properties)
        : memory_(std::make_unique_for_overwrite<char[]>(size)), at_(memory_.get())
    {
        properties_.reserve(properties);
    }

    [[nodiscard]] std::string_view keep(std::string_view text) noexcept
    {
        char* const begin = at_;
        at_ = std::copy(text.begin(), text.end(), begin);
        return {begin, text.size()};
    }

    [[nodiscard]] byte_view keep(byte_view bytes) noexcept
    {
        const std::string_view kept = keep(bytes.text());
        return byte_view(kept.data(), kept.size());
    }

    template <class View>
    [[nodiscard]] std::optional<View> keep(const std::optional<View>& view) noexcept
    {
        return view ? std::optional<View>(keep(*view)) : std::nullopt;
    }

    [[nodiscard]] user_properties keep(const user_properties& properties)
    {
        const std::size_t first = properties_.size();
        for (const user_property each : properties)
        {
            properties_.push_back({keep(each.name), keep(each.value)}); // capacity was reserved: nothing moves
        }
        return user_properties(std::span<const user_property>(properties_).subspan(first));
    }

    [[nodiscard]] static std::size_t size_of(std::string_view text) noexcept { return text.size(); }
    [[nodiscard]] static std::size_t size_of(byte_view bytes) noexcept { return bytes.size(); }

    template <class View>
    [[nodiscard]] static std::size_t size_of(const std::optional<View>& view) noexcept
    {
        return view ? view->size() : 0;
    }

    [[nodiscard]] static std::size_t size_of(const user_properties& properties) noexcept
    {
        std::size_t size = 0;
        for (const user_property each : properties)
        {
            size += each.name.size() + each.value.size();
        }
        return size;
    }

private:
    std::unique_ptr<char[]> memory_;
    char* at_ = nullptr;
    std::vector<user_property> properties_;
};

} // namespace tern::session

#endif
