// SPDX-License-Identifier: BSL-1.0
//
// Topic filters and their matching, against a plain reference: split both into levels and compare level by level.
//
// Input: a topic name and topic filters, one a line.

#include "fuzz/input.hpp"
#include "tern/topic/filter_tree.hpp"
#include "tern/topic/match.hpp"
#include "tern/topic/validation.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern_fuzz;

namespace
{

std::vector<std::string_view> levels_of(std::string_view text)
{
    std::vector<std::string_view> levels;
    for (std::size_t end = text.find('/'); end != std::string_view::npos; end = text.find('/'))
    {
        levels.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    levels.push_back(text);
    return levels;
}

/// The rules about wildcards and empty text; UTF-8 has a reference of its own in the unit tests.
bool is_filter(std::string_view text)
{
    const std::vector<std::string_view> levels = levels_of(text);
    for (std::size_t i = 0; i < levels.size(); ++i)
    {
        const std::string_view level = levels[i];
        const bool last = i + 1 == levels.size();
        if ((level.find('+') != std::string_view::npos && level != "+") ||
            (level.find('#') != std::string_view::npos && !(level == "#" && last)))
        {
            return false;
        }
    }
    return !text.empty();
}

bool reference_match(std::string_view filter, std::string_view topic)
{
    const std::vector<std::string_view> wanted = levels_of(filter);
    const std::vector<std::string_view> found = levels_of(topic);
    if (topic[0] == '$' && (wanted[0] == "+" || wanted[0] == "#"))
    {
        return false; // v5 [MQTT-4.7.2-1]
    }
    for (std::size_t i = 0; i < wanted.size(); ++i)
    {
        if (wanted[i] == "#")
        {
            return true;
        }
        if (i == found.size())
        {
            return false;
        }
        if (wanted[i] != "+" && wanted[i] != found[i])
        {
            return false;
        }
        if (i + 1 == found.size() && i + 2 == wanted.size() && wanted[i + 1] == "#")
        {
            return true; // v5 4.7.1.2: the parent level is included
        }
    }
    return wanted.size() == found.size();
}

void check_validity(std::string_view text)
{
    const topic_error error = validate_topic_filter(text, shared_filters::ordinary);
    must_hold(error.offset <= text.size(), "an offending byte lies within the text");
    const bool is_text = error.problem != topic_problem::ill_formed_utf8 &&
                         error.problem != topic_problem::null_character && error.problem != topic_problem::too_long;
    if (is_text)
    {
        must_hold(!error == is_filter(text), "a filter is legal where the reference says so");
    }
    const topic_error name = validate_topic_name(text);
    if (!name)
    {
        must_hold(!error, "a topic name is a filter too");
        must_hold(matches(text, text, shared_filters::ordinary), "a topic name matches itself");
    }
    const topic_error shared = validate_topic_filter(text);
    must_hold(!shared || error || text.starts_with("$share/"), "only $share/ makes a difference");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const std::string_view topic = in.until('\n');
    check_validity(topic);
    const bool is_name = !validate_topic_name(topic);
    std::set<std::string_view> expected;
    std::set<std::string_view> all;
    filter_tree<std::string> tree;
    while (!in.empty())
    {
        const std::string_view filter = in.until('\n');
        check_validity(filter);
        if (validate_topic_filter(filter, shared_filters::ordinary))
        {
            must_hold(tree.insert(filter, std::string(filter)).value == nullptr, "the tree takes legal filters only");
            continue;
        }
        if ((filter.size() & 7U) == 7U) // some are taken out again
        {
            must_hold(tree.erase(filter) == (all.erase(filter) != 0), "erasing finds what is there");
            expected.erase(filter);
            continue;
        }
        must_hold(tree.insert(filter, std::string(filter)).inserted == all.insert(filter).second,
                  "a filter is inserted once");
        if (is_name && reference_match(filter, topic))
        {
            expected.insert(filter);
        }
        if (is_name)
        {
            must_hold(matches(filter, topic, shared_filters::ordinary) == reference_match(filter, topic),
                      "matching says what the reference says");
        }
    }
    must_hold(tree.size() == all.size(), "the tree holds what was put there");
    if (is_name)
    {
        std::set<std::string_view> found;
        tree.for_each_match(topic, [&found](const std::string& filter) {
            must_hold(found.insert(filter).second, "a filter is found once");
        });
        must_hold(found == expected, "the tree finds what matches");
    }
    for (const std::string_view filter : all)
    {
        must_hold(tree.erase(filter), "everything can be taken out");
    }
    must_hold(tree.empty() && tree.node_count() == 1, "an empty tree has its root only");
    return 0;
}
