// SPDX-License-Identifier: BSL-1.0
//
// Plain and slow versions of what the topic layer does, written straight from the standard's wording and on another
// principle (lists of level strings, recursion), to compare with; and the texts to compare on.
#ifndef TERN_TESTS_UNIT_TOPIC_REFERENCE_HPP
#define TERN_TESTS_UNIT_TOPIC_REFERENCE_HPP

#include <cstddef>
#include <string>
#include <vector>

namespace reference
{

using level_list = std::vector<std::string>;

inline level_list split(const std::string& text)
{
    level_list levels(1);
    for (const char character : text)
    {
        if (character == '/')
        {
            levels.emplace_back();
        }
        else
        {
            levels.back() += character;
        }
    }
    return levels;
}

inline bool has(const std::string& text, char character)
{
    return text.find(character) != std::string::npos;
}

/// ASCII only, no shares: a level with a wildcard is that wildcard, and '#' is the last level.
inline bool is_legal_filter(const std::string& text)
{
    const level_list levels = split(text);
    for (std::size_t i = 0; i < levels.size(); ++i)
    {
        if (has(levels[i], '+') && levels[i] != "+")
        {
            return false;
        }
        if (has(levels[i], '#') && (levels[i] != "#" || i + 1 != levels.size()))
        {
            return false;
        }
    }
    return !text.empty();
}

inline bool is_legal_name(const std::string& text)
{
    return !text.empty() && !has(text, '+') && !has(text, '#');
}

inline bool matches_from(const level_list& filter, const level_list& topic, std::size_t at)
{
    if (at == filter.size())
    {
        return at == topic.size();
    }
    if (filter[at] == "#")
    {
        return true;
    }
    if (at >= topic.size() || (filter[at] != "+" && filter[at] != topic[at]))
    {
        return false;
    }
    return matches_from(filter, topic, at + 1);
}

inline bool matches(const level_list& filter, const level_list& topic)
{
    const bool leading_wildcard = filter[0] == "+" || filter[0] == "#";
    if (leading_wildcard && !topic[0].empty() && topic[0][0] == '$')
    {
        return false;
    }
    return matches_from(filter, topic, 0);
}

/// Every text of 1 to `length` characters of `alphabet`.
inline std::vector<std::string> all_texts(const std::string& alphabet, std::size_t length)
{
    std::vector<std::string> texts(1);
    for (std::size_t i = 0; i < texts.size(); ++i)
    {
        if (texts[i].size() == length)
        {
            break;
        }
        for (const char character : alphabet)
        {
            texts.push_back(texts[i] + character);
        }
    }
    texts.erase(texts.begin());
    return texts;
}

struct sample
{
    std::string text;
    level_list levels;
};

inline std::vector<sample> all_legal_filters(const std::string& alphabet, std::size_t length)
{
    std::vector<sample> filters;
    for (const std::string& text : all_texts(alphabet, length))
    {
        if (is_legal_filter(text))
        {
            filters.push_back({text, split(text)});
        }
    }
    return filters;
}

inline std::vector<sample> all_legal_names(const std::string& alphabet, std::size_t length)
{
    std::vector<sample> names;
    for (const std::string& text : all_texts(alphabet, length))
    {
        if (is_legal_name(text))
        {
            names.push_back({text, split(text)});
        }
    }
    return names;
}

} // namespace reference

#endif
