// SPDX-License-Identifier: BSL-1.0
//
// Does this topic filter match this topic name?
//
// Layer: topic. Standard: v5 4.7.1 "Topic wildcards", 4.7.2 "Topics beginning with $", 4.7.3 "Topic semantic and
// usage", 4.8.2 "Shared Subscriptions"; v3.1.1 4.7.
//
// One filter against one name, in one pass over both, constexpr, without allocation. For many filters against one name
// see topic/filter_tree.hpp, for one filter against many names topic/topic_store.hpp. Both texts must be legal
// (topic/validation.hpp); for others the answer means nothing, but is given all the same.
#ifndef TERN_TOPIC_MATCH_HPP
#define TERN_TOPIC_MATCH_HPP

#include "tern/topic/filter.hpp"
#include "tern/topic/levels.hpp"

#include <cstddef>
#include <string_view>

namespace tern
{

namespace topic_detail
{

constexpr bool matches_plain(std::string_view filter, std::string_view topic) noexcept
{
    // v5 [MQTT-4.7.2-1], v3.1.1 [MQTT-4.7.2-1]: a leading wildcard does not reach topics of the server's own.
    if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#')))
    {
        return false;
    }
    std::size_t f = 0;
    std::size_t t = 0;
    for (;;)
    {
        // Both stand at the beginning of a level.
        if (f < filter.size() && filter[f] == '#')
        {
            return true;
        }
        if (f < filter.size() && filter[f] == '+')
        {
            ++f;
            t = level_end(topic, t);
        }
        else
        {
            for (; f < filter.size() && filter[f] != topic_level_separator; ++f, ++t)
            {
                if (t == topic.size() || topic[t] != filter[f])
                {
                    return false;
                }
            }
            if (t < topic.size() && topic[t] != topic_level_separator)
            {
                return false;
            }
        }
        if (f == filter.size())
        {
            return t == topic.size();
        }
        if (t == topic.size())
        {
            return filter.substr(f) == "/#"; // "sport/#" matches "sport" too: # includes the parent level
        }
        ++f;
        ++t;
    }
}

} // namespace topic_detail

/// Whether `filter` matches the topic name `topic`. A shared filter matches as the filter behind its share name does,
/// unless `shared` says that such filters are ordinary ones. Compares bytes: no Unicode normalisation, no case folding.
[[nodiscard]] constexpr bool matches(std::string_view filter, std::string_view topic,
                                     shared_filters shared = shared_filters::recognised) noexcept
{
    return topic_detail::matches_plain(split_topic_filter(filter, shared).filter, topic);
}

} // namespace tern

#endif
