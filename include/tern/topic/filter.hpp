// SPDX-License-Identifier: BSL-1.0
//
// Takes a topic filter apart: "$share/group/filter" into the name of the share and the filter that decides.
//
// Layer: topic. Standard: v5 4.8.2 "Shared Subscriptions", 4.7.1 "Topic wildcards".
//
// Views into the text, no copy, no allocation, constexpr. It trusts the text to be a legal filter (see
// topic/validation.hpp): a malformed share is returned whole, as an ordinary filter.
#ifndef TERN_TOPIC_FILTER_HPP
#define TERN_TOPIC_FILTER_HPP

#include "tern/topic/validation.hpp"

#include <cstddef>
#include <string_view>

namespace tern
{

/// A topic filter in its parts; both are views into the text it came from.
struct topic_filter_parts
{
    std::string_view share_name; ///< Empty when the filter is not a shared one.
    std::string_view filter;     ///< What topic names are matched against.

    [[nodiscard]] constexpr bool shared() const noexcept { return !share_name.empty(); }

    friend constexpr bool operator==(const topic_filter_parts&, const topic_filter_parts&) noexcept = default;
};

/// Splits `filter` into its share name, if it has one and `shared` says that there is such a thing, and the rest.
[[nodiscard]] constexpr topic_filter_parts
split_topic_filter(std::string_view filter, shared_filters shared = shared_filters::recognised) noexcept
{
    if (shared == shared_filters::ordinary || !filter.starts_with(topic_detail::share_prefix))
    {
        return {{}, filter};
    }
    const topic_error error = topic_detail::find_bad_share(filter);
    if (error)
    {
        return {{}, filter};
    }
    const std::size_t name_begin = topic_detail::share_prefix.size();
    return {filter.substr(name_begin, error.offset - 1 - name_begin), filter.substr(error.offset)};
}

/// Whether `filter`, which must be legal, is a shared subscription in MQTT 5.0.
[[nodiscard]] constexpr bool is_shared_filter(std::string_view filter) noexcept
{
    return split_topic_filter(filter).shared();
}

/// Whether `filter`, which must be legal, holds '+' or '#' and so may match more than one topic name.
[[nodiscard]] constexpr bool has_wildcard(std::string_view filter) noexcept
{
    return filter.find_first_of("+#") != std::string_view::npos;
}

} // namespace tern

#endif
