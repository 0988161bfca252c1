// SPDX-License-Identifier: BSL-1.0
//
// What reads a WebSocket's bytes, in both roles: frames and both heads of the opening handshake. Whatever the bytes are
// and however they are cut, they give the same; answers keep their bound and can be read by the other side; what one
// side sends, the other receives.
//
// Input: one byte (what is read, role), one for the size of the pieces, then the bytes.

#include "fuzz/input.hpp"
#include "tern/errc.hpp"
#include "tern/http_head.hpp"
#include "tern/websocket/client_handshake.hpp"
#include "tern/websocket/endpoint.hpp"
#include "tern/websocket/handshake_head.hpp"
#include "tern/websocket/handshake_key.hpp"
#include "tern/websocket/server_handshake.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

using namespace tern;
using namespace tern::websocket;
using namespace tern_fuzz;

namespace
{

const std::string_view sample_key = "dGhlIHNhbXBsZSBub25jZQ==";

void mixed(std::span<std::uint32_t> numbers)
{
    std::uint32_t next = 0x9E3779B9U;
    for (std::uint32_t& number : numbers)
    {
        number = next;
        next = next * 1'664'525U + 1'013'904'223U;
    }
}

/// What an endpoint made of bytes.
struct reading
{
    std::string payload{};
    errc error{};
    bool closed = false;
    websocket_close_code code{};
    std::string reason{};

    bool operator==(const reading&) const = default;
};

/// Writes the answers and lets the other side read them.
void answer(endpoint& self, endpoint& peer, random_numbers& random)
{
    const std::unique_ptr<char[]> out(new char[endpoint::maximum_answer_size]);
    char* const end = self.write_answers(out.get(), random);
    const auto size = static_cast<std::size_t>(end - out.get());
    must_hold(size > 0 && size <= endpoint::maximum_answer_size, "answers have the size that they may have");
    must_hold(!self.has_answer(), "answers are written at once");
    must_hold(peer.receive({out.get(), size}) == 0, "answers carry no data");
    must_hold(peer.error() == errc{}, "answers keep the rules");
    must_hold(peer.is_closed_by_peer() == self.is_close_sent(), "a close frame is seen as one");
}

reading read(role self, std::string_view bytes, std::size_t piece_size)
{
    websocket_limits limits;
    limits.maximum_frame_size = 300;
    limits.maximum_message_size = 500;
    endpoint end(self, limits);
    endpoint peer(self == role::client ? role::server : role::client, {});
    random_numbers random(&mixed);
    must_hold(random.seed(), "there are random numbers");
    reading result;
    while (!bytes.empty())
    {
        const std::string_view piece = bytes.substr(0, piece_size);
        const std::unique_ptr<char[]> exact(new char[piece.size()]); // every access beyond it is seen
        std::copy(piece.begin(), piece.end(), exact.get());
        const bool was_over = end.error() != errc{} || end.is_closed_by_peer();
        const std::size_t size = end.receive({exact.get(), piece.size()});
        must_hold(size <= piece.size(), "payload is not longer than what carries it");
        must_hold(!was_over || size == 0, "nothing is read behind the end");
        result.payload.append(exact.get(), size);
        if (end.has_answer())
        {
            answer(end, peer, random);
        }
        bytes.remove_prefix(piece.size());
    }
    result.error = end.error();
    result.closed = end.is_closed_by_peer();
    result.code = end.close_code();
    result.reason = end.close_reason();
    must_hold(result.error == errc{} || end.is_close_sent(), "a violation is answered");
    must_hold(!result.closed || end.is_close_sent(), "a close frame is answered");
    must_hold(is_close_text(result.reason), "a reason is text");
    return result;
}

void try_frames(role self, std::string_view bytes, std::size_t piece_size)
{
    const reading whole = read(self, bytes, std::max<std::size_t>(bytes.size(), 1));
    must_hold(read(self, bytes, piece_size) == whole, "pieces give the same as the whole");

    endpoint sender(self == role::client ? role::server : role::client, {});
    endpoint receiver(self, {});
    random_numbers random(&mixed);
    must_hold(random.seed(), "there are random numbers");
    std::string frame(sender.frame_size(bytes.size()), '\0');
    must_hold(sender.write_data(bytes, frame.data(), random) == frame.data() + frame.size(),
              "a frame has the size that was measured");
    must_hold(receiver.receive(frame) == bytes.size() && frame.substr(0, bytes.size()) == bytes,
              "what is sent is received");
}

/// Finds the head whole and in pieces; nothing if there is none.
std::string_view find(std::string_view bytes, std::string_view beginning, std::size_t piece_size)
{
    constexpr std::size_t maximum = 1'024;
    std::size_t have = 0;
    head_search found;
    while (found.size == 0 && found.error == errc{} && have < bytes.size())
    {
        const std::size_t searched = have;
        have = std::min(bytes.size(), have + piece_size);
        found = find_head(bytes.substr(0, have), searched, beginning, maximum);
        const head_search again = find_head(bytes.substr(0, have), 0, beginning, maximum);
        must_hold(again.size == found.size && again.error == found.error, "what was searched holds no end");
    }
    must_hold(found.size <= have && found.size <= maximum, "a head is no longer than allowed");
    must_hold(found.size == 0 || found.error == errc{}, "a head that is found is no error");
    return bytes.substr(0, found.size);
}

void try_response(std::string_view bytes, std::size_t piece_size)
{
    const std::string_view head = find(bytes, response_beginning, piece_size);
    if (head.empty())
    {
        return;
    }
    http_response response;
    const errc error = check_response(head, accept_value(sample_key), response);
    must_hold(error != errc{} || response.status == 101, "only 101 accepts");
    must_hold(response.status == 0 || (response.status >= 100 && response.status <= 999), "a status has three digits");
    must_hold(is_http_text(response.reason) && is_http_text(response.location), "texts have no line ends");
}

void try_request(std::string_view bytes, std::size_t piece_size)
{
    const std::string_view head = find(bytes, request_beginning, piece_size);
    if (head.empty())
    {
        return;
    }
    const request_check found = check_request(head);
    const std::string answer = compose_response(found);
    must_hold((found.status == 101) == (found.error == errc{}), "only 101 accepts");
    http_response response;
    const errc error = check_response(answer, accept_value(found.key), response);
    must_hold((error == errc{}) == (found.error == errc{}), "a client takes the answer as it is meant");
    must_hold(response.status == found.status, "a client can read the answer");
}

/// A request of a client's is refused at once or accepted by a server, whatever the user passes.
void try_composing(input in)
{
    const http_header header{in.text(), in.text()};
    websocket_request request;
    request.host = in.text();
    request.path = in.text();
    request.port = in.two_bytes();
    request.headers = {&header, 1};
    request.query = in.rest();
    std::string head;
    if (compose_request(request, sample_key, 2'048, head) == errc{})
    {
        must_hold(http_head_size(head) == head.size(), "a request is one head");
        must_hold(check_request(head).error == errc{}, "a server accepts a request that was composed");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const std::uint8_t what = in.below(5);
    if (what == 4)
    {
        try_composing(in);
        return 0;
    }
    const std::size_t piece_size = in.byte() + std::size_t{1};
    const std::string_view bytes = in.rest();
    switch (what)
    {
    case 0: try_frames(role::client, bytes, piece_size); break;
    case 1: try_frames(role::server, bytes, piece_size); break;
    case 2: try_response(bytes, piece_size); break;
    default: try_request(bytes, piece_size); break;
    }
    return 0;
}
