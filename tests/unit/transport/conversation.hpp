// SPDX-License-Identifier: BSL-1.0
//
// A conversation with a proxy that answers from a list, however its answers are cut, and how it ended.
#ifndef TERN_TESTS_UNIT_TRANSPORT_CONVERSATION_HPP
#define TERN_TESTS_UNIT_TRANSPORT_CONVERSATION_HPP

#include "support/catch.hpp"
#include "tern/transport/proxy_dialogue.hpp"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tern::detail
{

inline std::ostream& operator<<(std::ostream& out, proxy_failure failure)
{
    return out << "failure " << static_cast<int>(failure);
}

} // namespace tern::detail

namespace tern_test
{

using tern::detail::proxy_failure;
using tern::detail::proxy_request;

struct conversation
{
    std::vector<std::string> sent; ///< by the client, between the answers
    bool connected = false;
    proxy_failure failure = proxy_failure::none;
    std::string explanation;

    friend bool operator==(const conversation&, const conversation&) = default;
};

/// Every answer arrives in pieces: one of `first` bytes, and then such of `next` bytes.
template <class Dialogue>
conversation converse(const proxy_request& request, const std::vector<std::string>& answers, std::size_t first,
                      std::size_t next, bool closes = false)
{
    Dialogue dialogue(request);
    conversation result;
    const auto send = [&] {
        if (!dialogue.output().empty())
        {
            result.sent.emplace_back(dialogue.output());
            dialogue.sent();
        }
    };
    send();
    for (const std::string& answer : answers)
    {
        std::string_view rest = answer;
        for (std::size_t size = first; !rest.empty(); size = next)
        {
            const std::string_view piece = rest.substr(0, size);
            dialogue.receive(piece);
            rest.remove_prefix(piece.size());
        }
        send();
    }
    if (closes)
    {
        dialogue.closed();
    }
    result.connected = dialogue.connected();
    result.failure = dialogue.failure();
    result.explanation = dialogue.explanation();
    return result;
}

/// The same, however it is cut: whole, byte by byte, and in two at every byte.
template <class Dialogue>
conversation converse(const proxy_request& request, const std::vector<std::string>& answers)
{
    constexpr std::size_t all = std::string_view::npos;
    const conversation whole = converse<Dialogue>(request, answers, all, all);
    CHECK(converse<Dialogue>(request, answers, 1, 1) == whole);
    std::size_t longest = 0;
    for (const std::string& answer : answers)
    {
        longest = std::max(longest, answer.size());
    }
    for (std::size_t cut = 0; cut < longest; ++cut)
    {
        CAPTURE(cut);
        CHECK(converse<Dialogue>(request, answers, cut, all) == whole);
    }
    return whole;
}

} // namespace tern_test

#endif
