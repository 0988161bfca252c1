// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/text_check.hpp"

#include "support/catch.hpp"

#include <string>

using namespace tern::wire;

static_assert(examine_topic_name("a/b") == topic_name_state::good);
static_assert(examine_topic_name("a/+/b") == topic_name_state::has_wildcard);
static_assert(examine_topic_name("\xC3") == topic_name_state::ill_formed);

TEST_CASE("a wildcard or bad byte is found at every place of a topic of every length")
{
    for (std::size_t size = 1; size <= 40; ++size)
    {
        CAPTURE(size);
        const std::string plain(size, 'a');
        REQUIRE(examine_topic_name(plain) == topic_name_state::good);
        for (std::size_t at = 0; at < size; ++at)
        {
            CAPTURE(at);
            const auto with = [&](char c) {
                std::string topic = plain;
                topic[at] = c;
                return examine_topic_name(topic);
            };
            REQUIRE(with('+') == topic_name_state::has_wildcard);
            REQUIRE(with('#') == topic_name_state::has_wildcard);
            REQUIRE(with('\0') == topic_name_state::ill_formed);
            REQUIRE(with('\x80') == topic_name_state::ill_formed);
            REQUIRE(with('\xFF') == topic_name_state::ill_formed);
        }
    }
}

TEST_CASE("every ASCII character but three stands in a topic name")
{
    for (int c = 0; c < 128; ++c)
    {
        CAPTURE(c);
        const std::string topic = "12345678" + std::string(1, static_cast<char>(c)) + "90";
        const topic_name_state expected = c == 0                 ? topic_name_state::ill_formed
                                          : c == '+' || c == '#' ? topic_name_state::has_wildcard
                                                                 : topic_name_state::good;
        CHECK(examine_topic_name(topic) == expected);
    }
}

TEST_CASE("topics beyond ASCII")
{
    CHECK(examine_topic_name("K\xC3\xBC"
                             "che/K\xC3\xBChlschrank/Temperatur") == topic_name_state::good);
    CHECK(examine_topic_name("K\xC3\xBC"
                             "che/#") == topic_name_state::has_wildcard);
    CHECK(examine_topic_name("K\xC3\xBC"
                             "che/\xED\xA0\x80") == topic_name_state::ill_formed);
    CHECK(examine_topic_name("") == topic_name_state::good);
}
