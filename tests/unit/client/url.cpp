// SPDX-License-Identifier: BSL-1.0
#include "tern/client/url.hpp"

#include "support/catch.hpp"

#include <set>
#include <string_view>

static_assert(tern::default_port("mqtt") == 1883 && tern::default_port("tcp") == 1883);
static_assert(tern::default_port("mqtts") == 8883 && tern::default_port("ssl") == 8883 &&
              tern::default_port("tls") == 8883);
static_assert(tern::default_port("ws") == 80 && tern::default_port("wss") == 443);
static_assert(tern::default_port("socks5") == 1080 && tern::default_port("socks5h") == 1080 &&
              tern::default_port("http") == 80);
static_assert(tern::default_port("unix") == 0 && tern::default_port("https") == 0 && tern::default_port("") == 0);

TEST_CASE("every fault of a URL has a text of its own", "[url]")
{
    std::set<std::string_view> texts;
    for (int i = 0; i <= static_cast<int>(tern::url_fault::missing_path); ++i)
    {
        const std::string_view text = to_string(static_cast<tern::url_fault>(i));
        CAPTURE(i);
        CHECK(text != "unknown fault");
        CHECK(texts.insert(text).second);
    }
    CHECK(to_string(static_cast<tern::url_fault>(200)) == "unknown fault");
}

TEST_CASE("an empty url names nothing", "[url]")
{
    const tern::url none;
    CHECK(none.host.empty());
    CHECK(none.port == 0);
    CHECK(!none.has_user_name);
    CHECK(!none.has_password);
    tern::url other;
    CHECK(none == other);
    other.port = 1;
    CHECK(none != other);
}
