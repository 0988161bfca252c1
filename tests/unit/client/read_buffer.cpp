// SPDX-License-Identifier: BSL-1.0
#include "tern/client/read_buffer.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace
{

std::size_t put(tern::read_buffer& buffer, std::string_view text, std::size_t packet_size = 0)
{
    const auto room = buffer.prepare(packet_size);
    const std::size_t size = std::min(room.size(), text.size());
    std::memcpy(room.data(), text.data(), size);
    buffer.commit(size);
    return size;
}

} // namespace

TEST_CASE("nothing is allocated before the first read, then the first size", "[read_buffer]")
{
    tern::read_buffer buffer(64, 1024);
    CHECK(buffer.capacity() == 0);
    CHECK(buffer.empty());
    CHECK(buffer.data().empty());
    CHECK(buffer.prepare().size() == 64);
    CHECK(buffer.capacity() == 64);
}

TEST_CASE("the beginning of a packet moves to the front and waits for its rest", "[read_buffer]")
{
    tern::read_buffer buffer(8, 8);
    CHECK(put(buffer, "abcdefgh") == 8);
    CHECK(buffer.data() == "abcdefgh");
    buffer.consume(5);
    CHECK(buffer.data() == "fgh");
    CHECK(buffer.prepare().size() == 5);
    CHECK(buffer.data() == "fgh");
    CHECK(buffer.capacity() == 8);
    CHECK(put(buffer, "ij") == 2);
    CHECK(buffer.data() == "fghij");
    buffer.consume(5);
    CHECK(buffer.empty());
    CHECK(buffer.prepare().size() == 8);
}

TEST_CASE("reads that fill it make it grow, up to its bound", "[read_buffer]")
{
    tern::read_buffer buffer(16, 64);
    for (const std::size_t expected : {16U, 32U, 64U, 64U, 64U})
    {
        CHECK(buffer.prepare().size() == expected);
        CHECK(put(buffer, std::string(100, 'x')) == expected);
        buffer.consume(buffer.size());
    }
    CHECK(buffer.capacity() == 64);
}

TEST_CASE("a packet that is longer than the bound gets room as it arrives", "[read_buffer]")
{
    tern::read_buffer buffer(16, 64);
    const std::string packet(1000, 'p');
    std::size_t sent = 0;
    std::size_t grown = 0;
    std::size_t capacity = 0;
    while (sent < packet.size())
    {
        sent += put(buffer, std::string_view(packet).substr(sent), packet.size());
        CHECK(buffer.capacity() <= 2 * sent + 64);
        grown += buffer.capacity() != capacity ? 1U : 0U;
        capacity = buffer.capacity();
    }
    CHECK(buffer.data() == packet);
    CHECK(buffer.capacity() == 1000); // exactly, in the end
    CHECK(grown < 8);
}

TEST_CASE("a claimed length alone costs nothing", "[read_buffer]")
{
    tern::read_buffer buffer(16, 64);
    CHECK(put(buffer, "\x30\xFF\xFF\xFF\x7F") == 5);
    CHECK(buffer.prepare(268'435'460).size() == 16 - 5);
    CHECK(buffer.capacity() == 16);
}

TEST_CASE("a packet that comes in drops is copied a few times and not for every drop", "[read_buffer]")
{
    const std::size_t drop = GENERATE(1U, 3U, 7U, 15U);
    tern::read_buffer buffer(16, 64);
    const std::string packet(4000, 'p');
    std::size_t sent = 0;
    std::size_t grown = 0;
    std::size_t capacity = 0;
    while (sent < packet.size())
    {
        sent += put(buffer, std::string_view(packet).substr(sent, drop), packet.size());
        CHECK(buffer.capacity() <= 2 * sent + 64);
        grown += buffer.capacity() != capacity ? 1U : 0U;
        capacity = buffer.capacity();
    }
    CHECK(buffer.data() == packet);
    CHECK(grown < 12);
}

TEST_CASE("it never offers no room", "[read_buffer]")
{
    tern::read_buffer buffer(4, 4);
    CHECK(put(buffer, "abcd") == 4);
    CHECK(buffer.prepare().size() == 4); // nothing is known about the packet's size
    CHECK(buffer.data() == "abcd");
    CHECK(buffer.prepare(5).size() >= 1);
    CHECK(buffer.data() == "abcd");
    tern::read_buffer tiny(0, 0);
    CHECK(tiny.prepare().size() == 1);
}

TEST_CASE("it shrinks when it was too large for long, and not before", "[read_buffer]")
{
    tern::read_buffer buffer(16, 64);
    const std::string packet(1000, 'p');
    std::size_t sent = 0;
    while (sent < packet.size())
    {
        sent += put(buffer, std::string_view(packet).substr(sent), packet.size());
    }
    buffer.consume(buffer.size());
    const std::size_t large = buffer.capacity();
    CHECK(large == 1000);
    for (unsigned i = 0; i < tern::read_buffer::patience; ++i)
    {
        (void)put(buffer, "abc");
        buffer.consume(3);
    }
    CHECK(buffer.capacity() == large);
    for (unsigned i = 0; i < 4 * tern::read_buffer::patience; ++i)
    {
        (void)put(buffer, "abc");
        buffer.consume(3);
    }
    CHECK(buffer.capacity() <= 64);
    for (unsigned i = 0; i < 8 * tern::read_buffer::patience; ++i)
    {
        (void)put(buffer, "abc");
        buffer.consume(3);
    }
    CHECK(buffer.capacity() == 16);
}

TEST_CASE("large packets in a row use the same memory", "[read_buffer]")
{
    tern::read_buffer buffer(16, 64);
    const std::string packet(1000, 'p');
    const char* place = nullptr;
    for (unsigned i = 0; i < 3 * tern::read_buffer::patience; ++i)
    {
        std::size_t sent = 0;
        while (sent < packet.size())
        {
            sent += put(buffer, std::string_view(packet).substr(sent), packet.size());
        }
        CHECK((place == nullptr || buffer.data().data() == place));
        place = buffer.data().data();
        buffer.consume(1000);
    }
}

TEST_CASE("reset keeps nothing", "[read_buffer]")
{
    tern::read_buffer buffer(16, 64);
    (void)put(buffer, std::string(16, 'x'));
    buffer.reset();
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == 0);
    CHECK(buffer.prepare().size() == 16);
}

TEST_CASE("what is under way into the buffer arrives where it was asked to, whatever is consumed meanwhile",
          "[read_buffer]")
{
    tern::read_buffer buffer(16, 16);
    CHECK(put(buffer, "abcd") == 4);
    const auto room = buffer.prepare();
    buffer.consume(4);
    CHECK(buffer.empty());
    std::memcpy(room.data(), "efg", 3);
    buffer.commit(3);
    CHECK(buffer.data() == "efg");
    buffer.consume(3);
    CHECK(buffer.prepare().size() == 16); // and then all of it is free again
}
