// SPDX-License-Identifier: BSL-1.0
#include "tern/session/output_buffer.hpp"

#include "support/catch.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

using tern::session::output_buffer;

namespace
{

void append(output_buffer& buffer, std::string_view text)
{
    std::memcpy(buffer.prepare(text.size()), text.data(), text.size());
    buffer.commit(text.size());
}

} // namespace

TEST_CASE("an output buffer grows and keeps what is in it", "[session]")
{
    output_buffer buffer;
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == 0);
    append(buffer, "abc");
    CHECK(buffer.capacity() == output_buffer::initial_capacity);
    const std::string large(2'000, 'x');
    append(buffer, large);
    CHECK(buffer.view() == "abc" + large);
    CHECK(buffer.size() == 2'003);
}

TEST_CASE("what is prepared but not committed is no content", "[session]")
{
    output_buffer buffer;
    (void)buffer.prepare(100);
    CHECK(buffer.empty());
}

TEST_CASE("clearing keeps the memory, but not that of a large payload", "[session]")
{
    output_buffer buffer;
    append(buffer, "abc");
    buffer.clear();
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == output_buffer::initial_capacity);
    append(buffer, std::string(output_buffer::maximum_kept_capacity + 1, 'x'));
    buffer.clear();
    CHECK(buffer.capacity() == 0);
    append(buffer, "again");
    CHECK(buffer.view() == "again");
}

TEST_CASE("output buffers are swapped and moved without copying", "[session]")
{
    output_buffer left;
    output_buffer right;
    append(left, "left");
    append(right, "right");
    const char* const address = left.data();
    left.swap(right);
    CHECK(left.view() == "right");
    CHECK(right.view() == "left");
    CHECK(right.data() == address);
    output_buffer moved(std::move(right));
    CHECK(moved.view() == "left");
    left = std::move(moved);
    CHECK(left.view() == "left");
}
