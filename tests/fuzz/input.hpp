// SPDX-License-Identifier: BSL-1.0
//
// The bytes of a fuzzer, taken as numbers, choices and texts. When they are used up everything is zero or empty, so
// that every input means something.
#ifndef TERN_TESTS_FUZZ_INPUT_HPP
#define TERN_TESTS_FUZZ_INPUT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tern_fuzz
{

class input
{
public:
    input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }

    std::uint8_t byte()
    {
        const std::string_view one = take(1);
        return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
    }

    std::uint16_t two_bytes() { return static_cast<std::uint16_t>(byte() << 8U | byte()); }

    std::uint8_t below(std::uint8_t limit) { return static_cast<std::uint8_t>(byte() % limit); }

    bool coin() { return (byte() & 1U) != 0; }

    /// A text whose length comes first, in one byte.
    std::string_view text() { return take(byte()); }

    /// Everything up to `end`, which is passed over.
    std::string_view until(char end)
    {
        const std::size_t found = rest_.find(end);
        const std::string_view result = rest_.substr(0, found);
        rest_.remove_prefix(found == std::string_view::npos ? rest_.size() : found + 1);
        return result;
    }

    std::string_view rest() { return take(rest_.size()); }

    std::string_view take(std::size_t size)
    {
        const std::string_view result = rest_.substr(0, std::min(size, rest_.size()));
        rest_.remove_prefix(result.size());
        return result;
    }

private:
    std::string_view rest_;
};

/// Ends the program when what must hold does not: the fuzzer keeps the input.
inline void must_hold(bool condition, const char* what)
{
    if (!condition)
    {
        std::fprintf(stderr, "does not hold: %s\n", what);
        std::abort();
    }
}

} // namespace tern_fuzz

#endif
