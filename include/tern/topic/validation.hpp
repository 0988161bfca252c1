// SPDX-License-Identifier: BSL-1.0
//
// Is this text a legal topic name or a legal topic filter?
//
// Layer: topic (knows the vocabulary only). Standard: v5 4.7 "Topic Names and Topic Filters", 4.8.2 "Shared
// Subscriptions", 1.5.4 "UTF-8 Encoded String"; v3.1.1 4.7, 1.5.3.
//
// The answer is a topic_error, which says what is wrong and at which byte, so that a caller can show a person the place
// to mend. The check is constexpr, allocates nothing and never throws. A legal ASCII name is looked at eight bytes at a
// time and takes no other path.
//
// It is no check of rights or of what a server supports (wildcards, shared subscriptions): the session knows that. An
// empty topic name, which 5.0 allows together with a topic alias, is for the session to let through as well.
#ifndef TERN_TOPIC_VALIDATION_HPP
#define TERN_TOPIC_VALIDATION_HPP

#include "tern/error.hpp"
#include "tern/protocol_version.hpp"
#include "tern/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace tern
{

/// The greatest length of a topic name or filter in bytes: its length travels in two bytes.
inline constexpr std::size_t maximum_topic_length = 65'535; // v5 [MQTT-4.7.3-3], v3.1.1 [MQTT-4.7.3-3]

/// What can be wrong with a topic name or a topic filter.
enum class topic_problem : std::uint8_t
{
    none,                   ///< Nothing: the text is legal.
    empty,                  ///< There must be at least one character.
    too_long,               ///< More than maximum_topic_length bytes.
    ill_formed_utf8,        ///< Not UTF-8, or a surrogate, or an overlong form.
    null_character,         ///< U+0000.
    wildcard_in_name,       ///< '+' or '#' in a topic name.
    misplaced_multi_level,  ///< '#' that is not the last character, or shares its level.
    misplaced_single_level, ///< '+' that shares its level with something else.
    empty_share_name,       ///< "$share//…".
    wildcard_in_share_name, ///< '+' or '#' in the name of a share.
    missing_shared_filter,  ///< "$share/name" or "$share/name/" without a filter behind.
};

/// Which of the two kinds of text was checked.
enum class topic_kind : std::uint8_t
{
    name,   ///< A topic name: what is published to.
    filter, ///< A topic filter: what is subscribed to.
};

/// How filters that begin with "$share/" are read.
enum class shared_filters : std::uint8_t
{
    recognised, ///< As shared subscriptions: MQTT 5.0.
    ordinary,   ///< As filters like any other: MQTT 3.1.1, which does not know shared subscriptions.
};

/// How `version` reads filters that begin with "$share/".
[[nodiscard]] constexpr shared_filters shared_filters_in(protocol_version version) noexcept
{
    return version == protocol_version::v5 ? shared_filters::recognised : shared_filters::ordinary;
}

/// Says what to do about `problem`, in half a sentence without the place. Never empty, bar for topic_problem::none.
[[nodiscard]] constexpr std::string_view to_string(topic_problem problem) noexcept
{
    switch (problem)
    {
    case topic_problem::none: return {};
    case topic_problem::empty: return "at least one character is needed";
    case topic_problem::too_long: return "at most 65535 bytes are allowed";
    case topic_problem::ill_formed_utf8: return "the text must be well-formed UTF-8 without surrogates";
    case topic_problem::null_character: return "the character U+0000 is not allowed";
    case topic_problem::wildcard_in_name: return "'+' and '#' are allowed in topic filters only, not in a topic name";
    case topic_problem::misplaced_multi_level: return "'#' must be the last character and stand alone in its level";
    case topic_problem::misplaced_single_level: return "'+' must stand alone in its level";
    case topic_problem::empty_share_name:
        return "the share name between '$share/' and the next '/' needs at least one character";
    case topic_problem::wildcard_in_share_name: return "'+' and '#' are not allowed in a share name";
    case topic_problem::missing_shared_filter: return "'$share/name' must be followed by '/' and a topic filter";
    }
    return "unknown problem";
}

/// What is wrong with a topic name or filter, and where. Converts to true when something is wrong, as std::error_code.
struct topic_error
{
    topic_problem problem = topic_problem::none;
    topic_kind kind = topic_kind::name;
    std::size_t offset = 0; ///< The first offending byte, counted from 0; the length where something is missing.

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return problem != topic_problem::none; }

    friend constexpr bool operator==(const topic_error&, const topic_error&) noexcept = default;

    /// errc::invalid_topic_name or errc::invalid_topic_filter; no error when nothing is wrong.
    [[nodiscard]] std::error_code code() const noexcept
    {
        if (problem == topic_problem::none)
        {
            return {};
        }
        return make_error_code(kind == topic_kind::name ? errc::invalid_topic_name : errc::invalid_topic_filter);
    }

    /// The problem and its place for a person, such as "'+' must stand alone in its level, at byte 4". Allocates.
    [[nodiscard]] std::string message() const
    {
        std::string text(to_string(problem));
        if (problem != topic_problem::none && problem != topic_problem::empty)
        {
            text.append(", at byte ").append(std::to_string(offset));
        }
        return text;
    }
};

namespace topic_detail
{

/// Which kinds of bytes a text holds.
struct byte_survey
{
    bool special = false;   ///< U+0000, '+' or '#'.
    bool non_ascii = false; ///< A byte from 0x80 on.
};

/// Gathers the survey of several words. '+' (0x2B) and '#' (0x23) differ in one bit, so that one test finds both.
struct word_survey
{
    static constexpr std::uint64_t lows = 0x0101'0101'0101'0101;
    static constexpr std::uint64_t highs = lows * 0x80;

    std::uint64_t special = 0;
    std::uint64_t all = 0;

    constexpr void add(std::uint64_t word) noexcept
    {
        const std::uint64_t wildcard = (word | (lows * 0x08)) ^ (lows * 0x2B); // a zero byte per '+' or '#'
        special |= ((word - lows) & ~word) | ((wildcard - lows) & ~wildcard);
        all |= word;
    }

    [[nodiscard]] constexpr byte_survey result() const noexcept { return {(special & highs) != 0, (all & highs) != 0}; }
};

constexpr byte_survey survey_bytes(std::string_view text) noexcept
{
    if (std::is_constant_evaluated() || text.size() < 4)
    {
        byte_survey survey;
        for (const char character : text)
        {
            survey.special |= character == '\0' || character == '+' || character == '#';
            survey.non_ascii |= static_cast<unsigned char>(character) >= 0x80;
        }
        return survey;
    }
    word_survey survey;
    const char* const last = text.data() + text.size();
    if (text.size() < 8)
    {
        // Two halves that may overlap make one word.
        std::uint32_t front = 0;
        std::uint32_t back = 0;
        std::memcpy(&front, text.data(), sizeof front);
        std::memcpy(&back, last - sizeof back, sizeof back);
        survey.add((std::uint64_t{front} << 32) | back);
        return survey.result();
    }
    std::uint64_t word = 0;
    for (const char* position = text.data(); position < last - sizeof word; position += sizeof word)
    {
        std::memcpy(&word, position, sizeof word);
        survey.add(word);
    }
    std::memcpy(&word, last - sizeof word, sizeof word);
    survey.add(word);
    return survey.result();
}

/// The earlier of two errors; the first one when both are at the same place.
constexpr topic_error earlier(topic_error first, topic_error second) noexcept
{
    if (!first)
    {
        return second;
    }
    return second && second.offset < first.offset ? second : first;
}

constexpr topic_error find_bad_length(std::string_view text, topic_kind kind) noexcept
{
    if (text.empty())
    {
        return {topic_problem::empty, kind, 0}; // v5 [MQTT-4.7.3-1], v3.1.1 [MQTT-4.7.3-1]
    }
    if (text.size() > maximum_topic_length)
    {
        return {topic_problem::too_long, kind, maximum_topic_length}; // v5 [MQTT-4.7.3-3], v3.1.1 [MQTT-4.7.3-3]
    }
    return {topic_problem::none, kind, 0};
}

constexpr topic_error find_bad_text(std::string_view text, topic_kind kind) noexcept
{
    const std::size_t offset = utf8_error_offset(text); // v5 [MQTT-1.5.4-1], v3.1.1 [MQTT-1.5.3-1]
    if (offset == std::string_view::npos)
    {
        return {topic_problem::none, kind, 0};
    }
    if (offset < text.size() && text[offset] == '\0')
    {
        return {topic_problem::null_character, kind, offset}; // v5 [MQTT-4.7.3-2], v3.1.1 [MQTT-4.7.3-2]
    }
    return {topic_problem::ill_formed_utf8, kind, offset};
}

constexpr topic_error find_bad_wildcard(std::string_view filter, std::size_t from) noexcept
{
    for (std::size_t i = from; i < filter.size(); ++i)
    {
        if (filter[i] != '+' && filter[i] != '#')
        {
            continue;
        }
        const bool starts_level = i == 0 || filter[i - 1] == '/';
        const bool last = i + 1 == filter.size();
        if (filter[i] == '#' && !(starts_level && last)) // v5 [MQTT-4.7.1-1], v3.1.1 [MQTT-4.7.1-2]
        {
            return {topic_problem::misplaced_multi_level, topic_kind::filter, i};
        }
        // v5 [MQTT-4.7.1-2], v3.1.1 [MQTT-4.7.1-3]
        if (filter[i] == '+' && !(starts_level && (last || filter[i + 1] == '/')))
        {
            return {topic_problem::misplaced_single_level, topic_kind::filter, i};
        }
    }
    return {topic_problem::none, topic_kind::filter, 0};
}

inline constexpr std::string_view share_prefix = "$share/";

/// Checks "$share/name/" at the beginning of `filter`; on success its offset is where the filter proper begins.
constexpr topic_error find_bad_share(std::string_view filter) noexcept
{
    constexpr topic_kind kind = topic_kind::filter;
    std::size_t position = share_prefix.size();
    for (; position < filter.size() && filter[position] != '/'; ++position)
    {
        if (filter[position] == '+' || filter[position] == '#')
        {
            return {topic_problem::wildcard_in_share_name, kind, position}; // v5 [MQTT-4.8.2-2]
        }
    }
    if (position == share_prefix.size())
    {
        return {topic_problem::empty_share_name, kind, position}; // v5 [MQTT-4.8.2-1]
    }
    if (position + 1 >= filter.size())
    {
        return {topic_problem::missing_shared_filter, kind, filter.size()}; // v5 [MQTT-4.8.2-2]
    }
    return {topic_problem::none, kind, position + 1};
}

} // namespace topic_detail

/// Checks a topic name, the text that is published to. The earliest offending byte is reported.
[[nodiscard]] constexpr topic_error validate_topic_name(std::string_view name) noexcept
{
    constexpr topic_kind kind = topic_kind::name;
    if (const topic_error error = topic_detail::find_bad_length(name, kind))
    {
        return error;
    }
    const topic_detail::byte_survey survey = topic_detail::survey_bytes(name);
    if (!survey.special && !survey.non_ascii)
    {
        return {};
    }
    const topic_error bad_text = topic_detail::find_bad_text(name, kind);
    const std::size_t wildcard = survey.special ? name.find_first_of("+#") : std::string_view::npos;
    if (wildcard == std::string_view::npos)
    {
        return bad_text;
    }
    // v5 [MQTT-4.7.0-1], v3.1.1 [MQTT-4.7.1-1]
    return topic_detail::earlier({topic_problem::wildcard_in_name, kind, wildcard}, bad_text);
}

/// Checks a topic filter, the text that is subscribed to, with its "$share/name/" in front if `shared` says that there
/// is such a thing. The earliest offending byte is reported.
[[nodiscard]] constexpr topic_error validate_topic_filter(std::string_view filter,
                                                          shared_filters shared = shared_filters::recognised) noexcept
{
    constexpr topic_kind kind = topic_kind::filter;
    if (const topic_error error = topic_detail::find_bad_length(filter, kind))
    {
        return error;
    }
    topic_error structure{topic_problem::none, kind, 0};
    if (shared == shared_filters::recognised && filter.starts_with(topic_detail::share_prefix))
    {
        structure = topic_detail::find_bad_share(filter);
    }
    const topic_detail::byte_survey survey = topic_detail::survey_bytes(filter);
    if (!structure)
    {
        structure = survey.special ? topic_detail::find_bad_wildcard(filter, structure.offset)
                                   : topic_error{topic_problem::none, kind, 0};
    }
    if (!survey.special && !survey.non_ascii)
    {
        return structure;
    }
    return topic_detail::earlier(structure, topic_detail::find_bad_text(filter, kind));
}

} // namespace tern

#endif
