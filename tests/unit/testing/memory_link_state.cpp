// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/memory_link_state.hpp"

#include "support/catch.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include <array>
#include <chrono>
#include <string_view>

using namespace tern::testing;
using memory_detail::direction;
using memory_detail::link_state;
using memory_detail::time_point;
using namespace std::chrono_literals;

namespace
{

std::string_view take(direction& way, std::array<char, 16>& room)
{
    return {room.data(), way.take(asio::buffer(room))};
}

} // namespace

TEST_CASE("a direction passes bytes in the pieces that its faults allow")
{
    std::array<char, 16> room{};
    direction way;
    way.faults.maximum_write = 4;
    way.faults.maximum_read = 3;
    CHECK(way.put(asio::buffer(std::string_view("abcdef"))) == 4);
    CHECK(way.waiting() == 4);
    CHECK(take(way, room) == "abc");
    CHECK(take(way, room) == "d");
    CHECK(take(way, room).empty());
    CHECK(way.passed == 4);
}

TEST_CASE("a cut swallows what is written behind it")
{
    std::array<char, 16> room{};
    direction way;
    way.faults.cut_after = 4;
    CHECK(way.put(asio::buffer(std::string_view("abc"))) == 3);
    CHECK_FALSE(way.cut_is_due());
    CHECK(way.put(asio::buffer(std::string_view("def"))) == 3);
    CHECK(way.cut_is_due());
    CHECK(take(way, room) == "abcd");
    CHECK(way.passed == 4);
}

TEST_CASE("a link that is cut says so at both ends, or at none")
{
    link_state link;
    link.directions[0].put(asio::buffer(std::string_view("abc")));
    link.directions[1].put(asio::buffer(std::string_view("xyz")));
    SECTION("end of stream")
    {
        link.cut(link_cut::end_of_stream);
        CHECK(link.directions[0].end == asio::error::eof);
        CHECK(link.directions[1].end == asio::error::eof);
        CHECK(link.directions[1].waiting() == 3);
        CHECK(link.directions[0].broken == asio::error::connection_reset);
    }
    SECTION("reset by what went forth")
    {
        link.cut(link_cut::reset, 0);
        CHECK(link.directions[0].end == asio::error::connection_reset);
        CHECK(link.directions[0].waiting() == 3);
        CHECK(link.directions[1].end == asio::error::connection_reset);
        CHECK(link.directions[1].waiting() == 0);
    }
    SECTION("silence")
    {
        link.cut(link_cut::silence);
        CHECK_FALSE(link.directions[0].end);
        CHECK_FALSE(link.directions[0].broken);
        CHECK(link.directions[0].put(asio::buffer(std::string_view("def"))) == 3);
        CHECK(link.directions[0].waiting() == 3);
        link.close(0);
        CHECK_FALSE(link.directions[0].end);
    }
    link.cut(link_cut::reset);
    CHECK(link.is_cut);
}

TEST_CASE("delayed bytes arrive when their time has come, in order, and the end after them")
{
    std::array<char, 16> room{};
    const time_point begin{1h};
    direction way;
    way.faults.delay = 10ms;
    way.put(asio::buffer(std::string_view("ab")), begin);
    way.faults.delay = 1ms; // a shorter delay does not overtake
    way.put(asio::buffer(std::string_view("cd")), begin + 1ms);
    way.faults.delay = 0ms;
    way.put(asio::buffer(std::string_view("ef")), begin + 2ms);
    CHECK(way.unread() == 6);
    CHECK(way.waiting() == 0);
    way.advance(begin + 9ms);
    CHECK(way.waiting() == 0);
    way.advance(begin + 10ms);
    CHECK(way.waiting() == 6);
    CHECK(take(way, room) == "abcdef");
    CHECK(way.travelling.empty());
}

TEST_CASE("writes that follow each other arrive together")
{
    std::array<char, 16> room{};
    const time_point begin{1h};
    direction way;
    way.faults.gather = 5ms;
    way.put(asio::buffer(std::string_view("ab")), begin);
    way.put(asio::buffer(std::string_view("cd")), begin + 4ms);
    way.put(asio::buffer(std::string_view("ef")), begin + 6ms);
    way.advance(begin + 5ms);
    CHECK(take(way, room) == "abcd");
    way.advance(begin + 10ms);
    CHECK(way.waiting() == 0);
    way.advance(begin + 11ms);
    CHECK(take(way, room) == "ef");
}

TEST_CASE("a cut swallows the last bytes that were not read")
{
    std::array<char, 16> room{};
    link_state link;
    direction& forth = link.directions[0];
    forth.put(asio::buffer(std::string_view("abcd")));
    CHECK(take(forth, room) == "abcd");
    forth.put(asio::buffer(std::string_view("efg")));
    forth.faults.delay = 10ms;
    forth.put(asio::buffer(std::string_view("hi")), time_point(1h));
    link.directions[1].put(asio::buffer(std::string_view("xyz")));
    SECTION("some of those that travel")
    {
        forth.faults.swallow = 1;
        link.cut(link_cut::end_of_stream);
        forth.advance(time_point(2h));
        CHECK(take(forth, room) == "efgh");
    }
    SECTION("those that travel and some that have arrived")
    {
        forth.faults.swallow = 4;
        link.cut(link_cut::silence);
        forth.advance(time_point(2h));
        CHECK(take(forth, room) == "e");
    }
    SECTION("no more than there is")
    {
        forth.faults.swallow = 100;
        link.cut(link_cut::reset);
        CHECK(forth.unread() == 0);
    }
    CHECK(take(link.directions[1], room) == "xyz");
}
