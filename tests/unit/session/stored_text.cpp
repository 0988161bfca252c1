// SPDX-License-Identifier: BSL-1.0
#include "tern/session/stored_text.hpp"

#include "support/catch.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tern;
using tern::session::stored_text;

TEST_CASE("texts, bytes and properties outlive what they were copied from, also when moved", "[session]")
{
    std::optional<stored_text> text;
    std::string_view kept;
    std::optional<byte_view> bytes;
    std::optional<std::string_view> absent;
    user_properties properties;
    user_properties others;
    {
        const std::string source = "topic";
        const std::string data("\0\1", 2);
        const user_property list[] = {{"a", "1"}, {"a", "2"}};
        const user_property more[] = {{"b", ""}};
        text.emplace(stored_text::size_of(std::string_view(source)) + stored_text::size_of(byte_view(data)) +
                         stored_text::size_of(user_properties(list)) + stored_text::size_of(user_properties(more)),
                     std::size_t{3});
        kept = text->keep(std::string_view(source));
        bytes = text->keep(std::optional<byte_view>(data));
        absent = text->keep(std::optional<std::string_view>());
        properties = text->keep(user_properties(list));
        others = text->keep(user_properties(more));
    }
    const stored_text moved = std::move(*text);
    text.reset();
    CHECK(kept == "topic");
    REQUIRE(bytes);
    CHECK(bytes->text() == std::string_view("\0\1", 2));
    CHECK_FALSE(absent);
    const std::vector<user_property> read(properties.begin(), properties.end());
    CHECK(read == std::vector<user_property>{{"a", "1"}, {"a", "2"}});
    CHECK(std::vector<user_property>(others.begin(), others.end()) == std::vector<user_property>{{"b", ""}});
}

TEST_CASE("what is absent takes no room", "[session]")
{
    CHECK(stored_text::size_of(std::optional<std::string_view>()) == 0);
    CHECK(stored_text::size_of(std::optional<std::string_view>("abc")) == 3);
    CHECK(stored_text::size_of(user_properties()) == 0);
    CHECK(stored_text(0, 0).keep(std::string_view()).empty());
}
