// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/handshake_head.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>

using namespace tern;
using namespace tern::websocket;

TEST_CASE("a handshake's head is found at every cut")
{
    const std::string head = "HTTP/1.1 101 x\r\nName: value\r\n\r\n";
    const std::string bytes = head + "\x82\x01x";
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    {
        CAPTURE(cut);
        const head_search found =
            find_head(std::string_view(bytes).substr(0, cut), cut == 0 ? 0 : cut - 1, "HTTP/1.", 100);
        CHECK(found.error == errc{});
        CHECK(found.size == (cut == head.size() ? head.size() : 0));
    }
    CHECK(find_head(bytes, 0, "HTTP/1.", 100).size == head.size());
}

TEST_CASE("what cannot become a head is refused at its first wrong byte")
{
    const std::string_view beginning = "HTTP/1.";
    for (std::size_t i = 0; i < beginning.size(); ++i)
    {
        std::string bytes(beginning.substr(0, i));
        CHECK(find_head(bytes, 0, beginning, 100).error == errc{});
        bytes += '\x15'; // as of a TLS alert
        CHECK(find_head(bytes, i, beginning, 100).error == errc::websocket_handshake_failed);
    }
}

TEST_CASE("a head has a limit")
{
    const std::string head = "HTTP/1.1 101 x\r\n\r\n";
    CHECK(find_head(head, 0, "HTTP/1.", head.size()).size == head.size());
    CHECK(find_head(head, 0, "HTTP/1.", head.size() - 1).error == errc::http_head_too_large);
    const std::string flood = "HTTP/1.1 101 x\r\n" + std::string(84, 'x');
    CHECK(find_head(std::string_view(flood).substr(0, 99), 0, "HTTP/1.", 100).error == errc{});
    CHECK(find_head(flood, 99, "HTTP/1.", 100).error == errc::http_head_too_large);
}
