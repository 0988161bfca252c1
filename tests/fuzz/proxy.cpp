// SPDX-License-Identifier: BSL-1.0
//
// What a proxy says: whatever the bytes are, in whatever pieces they come, the conversation is the same, ends in a
// connection or in one failure with words that can be shown, and sends only what belongs to it.
//
// Input: one byte (protocol, credentials, whether the proxy closes), one byte (where the pieces are cut), then the
// answers.

#include "fuzz/input.hpp"
#include "tern/transport/http_connect.hpp"
#include "tern/transport/proxy_dialogue.hpp"
#include "tern/transport/socks5.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace tern_fuzz;
using tern::detail::http_connect_dialogue;
using tern::detail::proxy_dialogue;
using tern::detail::proxy_failure;
using tern::detail::proxy_request;
using tern::detail::socks5_dialogue;

namespace
{

struct outcome
{
    std::string sent;
    bool connected = false;
    proxy_failure failure = proxy_failure::none;
    std::string explanation;

    friend bool operator==(const outcome&, const outcome&) = default;
};

/// Every answer as long as the client would read it: SOCKS5 has questions between the answers, at which a piece ends.
outcome converse(proxy_dialogue& dialogue, std::string_view answers, std::size_t piece, bool closes)
{
    outcome result;
    std::size_t questions = 0;
    const auto send = [&] {
        if (!dialogue.output().empty())
        {
            result.sent += dialogue.output();
            dialogue.sent();
            ++questions;
        }
    };
    send();
    must_hold(questions == 1, "it begins with a question");
    while (!answers.empty())
    {
        const std::string_view part = answers.substr(0, piece);
        dialogue.receive(part);
        answers.remove_prefix(part.size());
        send();
    }
    must_hold(questions <= 3, "there are no more questions than the protocol has");
    if (closes)
    {
        dialogue.closed();
        must_hold(dialogue.connected() || dialogue.failure() != proxy_failure::none, "the end of the stream ends it");
    }
    result.connected = dialogue.connected();
    result.failure = dialogue.failure();
    result.explanation = dialogue.explanation();
    must_hold(!result.connected || result.failure == proxy_failure::none, "it is connected or has failed, not both");
    must_hold(result.explanation.empty() == (result.failure == proxy_failure::none), "a failure has words");
    must_hold(result.failure != proxy_failure::unusable_option, "what was asked for could be sent");
    must_hold(result.explanation.size() < 1000, "the words have a bound");
    for (const char c : result.explanation)
    {
        must_hold(c >= 0x20 && c < 0x7F, "the words can be shown");
    }
    return result;
}

template <class Dialogue>
outcome converse(const proxy_request& request, std::string_view answers, std::size_t piece, bool closes)
{
    Dialogue dialogue(request);
    return converse(dialogue, answers, piece, closes);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const std::uint8_t choice = in.byte();
    const std::size_t piece = in.byte() + std::size_t{1};
    const bool credentials = (choice & 2U) != 0;
    const bool closes = (choice & 4U) != 0;
    const proxy_request request{"broker.example", 1883, credentials ? "user" : "", credentials ? "secret" : ""};
    const std::string_view answers = in.rest();
    if ((choice & 1U) != 0)
    {
        const outcome whole = converse<http_connect_dialogue>(request, answers, answers.size() + 1, closes);
        must_hold(converse<http_connect_dialogue>(request, answers, piece, closes) == whole, "pieces mean the same");
        must_hold(converse<http_connect_dialogue>(request, answers, 1, closes) == whole, "bytes mean the same");
        return 0;
    }
    // A piece that reaches beyond an answer is refused, so that only single bytes are sure to come to the end.
    const outcome single = converse<socks5_dialogue>(request, answers, 1, closes);
    const outcome pieces = converse<socks5_dialogue>(request, answers, piece, closes);
    must_hold(single.sent.starts_with(pieces.sent), "pieces lead to no other questions");
    must_hold(pieces == single || pieces.failure != proxy_failure::none, "pieces mean the same, or are refused");
    return 0;
}
