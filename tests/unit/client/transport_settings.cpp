// SPDX-License-Identifier: BSL-1.0
#include "tern/client/transport_settings.hpp"

#include "support/catch.hpp"

#include <string>

TEST_CASE("settings own what the options refer to")
{
    tern::transport_settings settings;
    {
        std::string file = "a path that does not fit into a small string";
        std::string header = "a header that does not fit into a small string";
        std::string proxy = "socks5://user:secret@proxy.example:1081";
        const tern::websocket_header headers[] = {{"Authorization", header}};
        CHECK_FALSE(
            tern::detail::set(settings, {.tls = {.ca_file = file}, .websocket = {.headers = headers}, .proxy = proxy}));
        file.assign(file.size(), 'x');
        header.assign(header.size(), 'x');
        proxy.assign(proxy.size(), 'x');
    }
    CHECK(settings.tls.ca_file == "a path that does not fit into a small string");
    REQUIRE(settings.websocket.headers.size() == 1);
    CHECK(settings.websocket.headers[0].value == "a header that does not fit into a small string");
    REQUIRE(settings.proxy);
    CHECK(settings.proxy->host == "proxy.example");
    CHECK(settings.proxy->port == 1081);
    CHECK(settings.proxy->password == "secret");
}

TEST_CASE("without a proxy there is none, and a bad one is refused")
{
    tern::transport_settings settings;
    CHECK_FALSE(tern::detail::set(settings, {}));
    CHECK_FALSE(settings.proxy);
    CHECK(tern::detail::set(settings, {.proxy = "socks5://host:0"}) == tern::errc::invalid_url);
}
